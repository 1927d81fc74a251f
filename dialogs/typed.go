package dialogs

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"anteroom/dialogs/script"

	"golang.org/x/text/unicode/norm"
)

// typedLength bounds, in bytes, the words in which a number or a day is
// looked for: in a longer text it would be a chance find.
const typedLength = 80

func decimal(n int) string { return strconv.Itoa(n) }

// number finds the one number in typed words: "about 70", "70 €", "1,200",
// "69,50" (which rounds to 70). Two numbers are ambiguous, except that on a
// scale "7/10" and "7 of 10" are 7.
func number(s string, scale bool) (int, bool) {
	if len(s) > typedLength {
		return 0, false
	}
	s = norm.NFKC.String(s)
	digit := func(i int) bool { return i < len(s) && s[i] >= '0' && s[i] <= '9' }
	var found []float64
	for i := 0; i < len(s); {
		if !digit(i) {
			i++
			continue
		}
		start := i
		for digit(i) || i < len(s) && (s[i] == '.' || s[i] == ',') && digit(i+1) {
			i++
		}
		v, ok := amount(s[start:i])
		if !ok {
			return 0, false
		}
		if start > 0 && s[start-1] == '-' && (start == 1 || s[start-2] == ' ') {
			v = -v
		}
		found = append(found, v)
	}
	switch {
	case len(found) == 1, scale && len(found) == 2 && found[1] == 10:
		return int(math.Round(found[0])), true
	default:
		return 0, false
	}
}

// amount reads digits with signs between: the last sign is a decimal one when
// one or two digits follow it, all others part thousands.
func amount(s string) (float64, bool) {
	whole, part := s, ""
	if i := strings.LastIndexAny(s, ".,"); i >= 0 && len(s)-i <= 3 {
		whole, part = s[:i], s[i+1:]
	}
	groups := strings.FieldsFunc(whole, func(r rune) bool { return r == '.' || r == ',' })
	for i, g := range groups {
		if i > 0 && len(g) != 3 || len(groups) > 1 && len(g) > 3 {
			return 0, false
		}
	}
	digits := strings.Join(groups, "")
	if len(digits) > 9 {
		return 0, false
	}
	v, err := strconv.ParseFloat(digits+"."+part+"0", 64)
	return v, err == nil
}

// date reads a day: 2026-03-03, 3 March 2026, March 3, 2026, 3 de marzo de
// 2026, or 13/3/2026, where the 13 shows which is the day.
func date(s string) (string, bool) {
	if len(s) > typedLength {
		return "", false
	}
	words := strings.Fields(script.Fold(s))
	var numbers []int
	month, monthAt := 0, -1
	for _, word := range words {
		word = strings.TrimSuffix(strings.TrimSuffix(strings.TrimSuffix(strings.TrimSuffix(word, "st"), "nd"), "rd"), "th")
		switch n, err := strconv.Atoi(word); {
		case err == nil && n >= 0 && n <= 9999:
			numbers = append(numbers, n)
		case word == "de" || word == "of" || word == "the" || word == "el" || word == "del":
		case month == 0 && monthNamed(word) > 0:
			month, monthAt = monthNamed(word), len(numbers)
		default:
			return "", false
		}
	}
	year, day := 0, 0
	switch {
	case month > 0 && len(numbers) == 2 && monthAt < 2:
		day, year = numbers[0], numbers[1]
	case month > 0 || len(numbers) != 3:
		return "", false
	case numbers[0] >= 1000:
		year, month, day = numbers[0], numbers[1], numbers[2]
	case numbers[0] > 12 && numbers[1] <= 12:
		day, month, year = numbers[0], numbers[1], numbers[2]
	case numbers[1] > 12 && numbers[0] <= 12:
		month, day, year = numbers[0], numbers[1], numbers[2]
	}
	if year < 1000 {
		return "", false
	}
	canonical := fmt.Sprintf("%04d-%02d-%02d", year, month, day)
	_, err := time.Parse(time.DateOnly, canonical)
	return canonical, err == nil
}

// monthNamed is the month that a folded English or Spanish name, or its first
// three letters or more, means; 0 for none.
func monthNamed(word string) int {
	if len(word) < 3 {
		return 0
	}
	names := [...][2]string{
		{"january", "enero"}, {"february", "febrero"}, {"march", "marzo"}, {"april", "abril"},
		{"may", "mayo"}, {"june", "junio"}, {"july", "julio"}, {"august", "agosto"},
		{"september", "septiembre"}, {"october", "octubre"}, {"november", "noviembre"}, {"december", "diciembre"},
	}
	for i, m := range names {
		if strings.HasPrefix(m[0], word) || strings.HasPrefix(m[1], word) || word == "sept" && i == 8 {
			return i + 1
		}
	}
	return 0
}

// contact reports whether words can be a telephone number or an e-mail
// address. They are kept as typed.
func contact(s string) bool {
	if s == "" || len(s) > 254 || strings.ContainsRune(s, '\n') {
		return false
	}
	if name, domain, ok := strings.Cut(s, "@"); ok {
		host, top, dotted := cutLast(domain, ".")
		return name != "" && dotted && host != "" && len(top) >= 2 && !strings.ContainsAny(s, " ,;") && !strings.Contains(domain, "@")
	}
	digits := 0
	for _, r := range s {
		switch {
		case r >= '0' && r <= '9':
			digits++
		case !strings.ContainsRune("+-() ./", r):
			return false
		}
	}
	return digits >= 5 && digits <= 20
}

func cutLast(s, sep string) (before, after string, ok bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}
