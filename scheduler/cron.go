package scheduler

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// cronField is one of the five fields of a cron line. The cron package reads
// most of what people type, but takes a field of commas for one that never
// matches, does not know day 7, and explains itself in the words of strconv.
// So each field is checked here and handed on as plain numbers.
type cronField struct {
	name      string
	low, high int
	names     []string // names[i] stands for low+i
	weekday   bool     // high is followed by another low: 7 is Sunday too
}

func cronFields() [5]cronField {
	return [5]cronField{
		{name: "minute", high: 59},
		{name: "hour", high: 23},
		{name: "day of month", low: 1, high: 31},
		{name: "month", low: 1, high: 12, names: strings.Fields("jan feb mar apr may jun jul aug sep oct nov dec")},
		{name: "day of week", high: 6, names: strings.Fields("sun mon tue wed thu fri sat"), weekday: true},
	}
}

// normalize returns the field as a list of plain numbers, or as a star where
// any value will do. A star is kept apart from a list of all values, because
// cron treats the two days differently when one of them is a star. If the
// field is wrong, why says how.
func (f cronField) normalize(text string) (plain, why string) {
	var list []int
	for item := range strings.SplitSeq(text, ",") {
		span, stepText, stepped := strings.Cut(item, "/")
		step := 1
		if stepped {
			n, err := strconv.Atoi(stepText)
			if err != nil || n < 1 || stepText[0] == '+' {
				return "", fmt.Sprintf("%s %.20q: write a step as */2", f.name, item)
			}
			step = n
		}
		var from, to int
		if span == "*" || span == "?" {
			if step == 1 {
				return "*", ""
			}
			from, to = f.low, f.high
		} else {
			fromText, toText, isRange := strings.Cut(span, "-")
			var ok bool
			if from, ok = f.value(fromText); !ok {
				return "", f.wrong(item)
			}
			to = from
			if isRange {
				if to, ok = f.value(toText); !ok {
					return "", f.wrong(item)
				}
				if f.weekday && to == f.low && from > to {
					to = f.high + 1 // fri-sun
				}
			} else if stepped {
				to = max(from, f.high)
			}
			if from > to {
				return "", fmt.Sprintf("%s %.20q runs backwards; write two parts with a comma", f.name, item)
			}
		}
		for v := from; v <= to; v += min(step, f.high+1) {
			if v > f.high {
				list = append(list, f.low) // the other Sunday
				continue
			}
			list = append(list, v)
		}
	}
	slices.Sort(list)
	list = slices.Compact(list)
	parts := make([]string, len(list))
	for i, v := range list {
		parts[i] = strconv.Itoa(v)
	}
	return strings.Join(parts, ","), ""
}

// value reads a number or a name of the field; day of week 7 is a value of its
// own, so that 5-7 is a range.
func (f cronField) value(text string) (int, bool) {
	if i := slices.Index(f.names, strings.ToLower(text)); i >= 0 {
		return f.low + i, true
	}
	n, err := strconv.Atoi(text)
	if err != nil || text[0] < '0' || text[0] > '9' || n < f.low {
		return 0, false
	}
	return n, n <= f.high || f.weekday && n == f.high+1
}

func (f cronField) wrong(item string) string {
	example := ""
	if len(f.names) > 0 {
		example = fmt.Sprintf(" or %s to %s", f.names[0], f.names[len(f.names)-1])
	}
	return fmt.Sprintf("%s %.20q: write %d to %d%s, a range with -, a list with commas, or *", f.name, item, f.low, f.high, example)
}
