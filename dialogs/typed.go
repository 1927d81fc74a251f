package dialogs

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"anteroom/dialogs/script"

	"golang.org/x/text/unicode/norm"
)

// typedLength bounds, in bytes, the words in which a number or a day is
// looked for: in a longer text it would be a chance find.
const typedLength = 80

func decimal(n int) string { return strconv.Itoa(n) }

// number finds the one number in typed words: "about 70", "70 €", "1,200",
// "69,50" (which rounds to 70). Two numbers are ambiguous.
func number(s string) (int, bool) {
	if len(s) > typedLength {
		return 0, false
	}
	s = digits(norm.NFKC.String(s))
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
	if len(found) != 1 {
		return 0, false
	}
	return int(math.Round(found[0])), true
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

// digits writes the digits of any script as 0 to 9.
func digits(s string) string {
	return strings.Map(func(r rune) rune {
		if r < 0x80 || !unicode.IsDigit(r) {
			return r
		}
		zero := r
		for r-zero < 9 && unicode.IsDigit(zero-1) {
			zero--
		}
		return '0' + (r - zero)
	}, s)
}

// date reads a day: 2026-03-03, 3 March 2026, March 3rd, 2026, 3 de marzo de
// 2026, or 13/3/2026, where the 13 shows which is the day. Months are the
// folded names of the twelve in each language; words of up to three letters that are none of
// them join the rest in one language or another, and mean nothing.
func date(s string, months [][]string) (string, bool) {
	if len(s) > typedLength {
		return "", false
	}
	var numbers []int
	month, monthAt := 0, -1
	for _, word := range strings.Fields(digits(script.Fold(s))) {
		number := strings.TrimRightFunc(word, unicode.IsLetter)
		short := utf8.RuneCountInString(word)-len(number) <= 3
		named := 0
		if number == "" {
			named = monthNamed(word, months)
		}
		switch n, err := strconv.Atoi(number); {
		case err == nil && n >= 0 && n <= 9999 && short: // 3, 3rd, 1.º
			numbers = append(numbers, n)
		case number != "":
			return "", false
		case named > 0 && month == 0:
			month, monthAt = named, len(numbers)
		case named > 0 || !short:
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

// monthNamed is the month that a folded name, or its first three letters or
// more, means in one of the languages; 0 for none, and where it could be two.
func monthNamed(word string, months [][]string) int {
	if utf8.RuneCountInString(word) < 3 {
		return 0
	}
	found := 0
	for _, names := range months {
		for i, name := range names {
			switch {
			case name == word:
				return i + 1
			case !strings.HasPrefix(name, word) || found == i+1:
			case found != 0:
				return 0
			default:
				found = i + 1
			}
		}
	}
	return found
}

// contact reports whether words are a telephone number or an e-mail address, or
// hold one in few words besides: "call me at night on 415 555 0199". They are kept
// as typed, for what stands there was said to whoever calls.
func contact(s string) bool {
	if s == "" || len(s) > 254 || strings.ContainsRune(s, '\n') {
		return false
	}
	if address(s) || telephone(s, 5) {
		return true
	}
	if len(s) > typedLength {
		return false
	}
	number := ""
	for _, typed := range strings.Fields(s) {
		word := strings.Trim(typed, ",;:!?\"<>()")
		if address(strings.TrimSuffix(word, ".")) {
			return true
		}
		if number += " " + word; !telephone(number, 0) {
			number = ""
		}
		if telephone(number, 7) {
			return true
		}
		if strings.HasSuffix(typed, ",") {
			number = ""
		}
	}
	return false
}

func address(s string) bool {
	name, domain, ok := strings.Cut(s, "@")
	host, top, dotted := cutLast(domain, ".")
	return ok && name != "" && dotted && host != "" && len(top) >= 2 && !strings.ContainsAny(s, " ,;") && !strings.Contains(domain, "@")
}

// telephone reports that there is nothing but a number, of at least so many digits.
func telephone(s string, least int) bool {
	found := 0
	for _, r := range s {
		switch {
		case unicode.IsDigit(r):
			found++
		case !strings.ContainsRune("+-() ./", r):
			return false
		}
	}
	return found >= least && found <= 20
}

func cutLast(s, sep string) (before, after string, ok bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}
