package scheduler

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// A hundred years: longer than any practice plans, and far from overflow.
const longest = 100 * 365 * 24 * time.Hour

// ParseDuration reads a duration as content writes it: "48h", "2s", "90d",
// "2w", or several parts from the greatest to the smallest, "1d12h". The units
// are w, d, h, m, s and ms; a day is 24 hours and a week seven days. Numbers
// are whole. A duration is never negative and at most a hundred years.
//
// A month has no fixed length and is refused; see [AddMonths].
func ParseDuration(text string) (time.Duration, error) {
	days, rest, err := parseParts(text)
	return time.Duration(days)*24*time.Hour + rest, err
}

// parseParts keeps whole days apart from the rest, because a cadence counts
// days on the calendar.
func parseParts(text string) (days int, rest time.Duration, err error) {
	units := []struct {
		name string
		size time.Duration
		days int
	}{
		{"w", 0, 7}, {"d", 0, 1},
		{"h", time.Hour, 0}, {"m", time.Minute, 0}, {"s", time.Second, 0}, {"ms", time.Millisecond, 0},
	}
	bad := func(why string) (int, time.Duration, error) {
		return 0, 0, fmt.Errorf("duration %.60q: %s", text, why)
	}
	left, next := strings.TrimSpace(text), 0
	if left == "" {
		return bad("is empty; write a number and a unit, as 48h, 90d or 2w")
	}
	for left != "" {
		digits := left[:len(left)-len(strings.TrimLeft(left, "0123456789"))]
		left = left[len(digits):]
		name := left[:len(left)-len(strings.TrimLeft(left, "abcdefghijklmnopqrstuvwxyz"))]
		left = left[len(name):]
		if strings.HasPrefix(name, "mo") {
			return bad("a month has no fixed length; write days, as 30d, or a date rule, as 0 9 1 * *")
		}
		at := next
		for at < len(units) && units[at].name != name {
			at++
		}
		if digits == "" || at == len(units) {
			return bad("write whole numbers with w, d, h, m, s or ms, the greatest first, as 48h, 90d or 1d12h")
		}
		next = at + 1
		unit := units[at]
		n, convErr := strconv.ParseInt(digits, 10, 64)
		if convErr != nil || n > int64(longest/max(unit.size, time.Duration(unit.days)*24*time.Hour)) {
			return bad("is longer than a hundred years")
		}
		days += int(n) * unit.days
		rest += time.Duration(n) * unit.size
		if time.Duration(days)*24*time.Hour+rest > longest {
			return bad("is longer than a hundred years")
		}
	}
	return days, rest, nil
}
