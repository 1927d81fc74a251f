package care

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Date is a day without a zone, written 2027-06-09, or empty. Dates compare as
// strings do.
type Date string

// ParseDate refuses anything but a day that exists, written year-month-day.
func ParseDate(s string) (Date, error) {
	if _, err := time.Parse(time.DateOnly, s); err != nil {
		return "", fmt.Errorf("no such day as year-month-day: %w", ErrDate)
	}
	return Date(s), nil
}

// DateOf returns the day that t falls on in its own location.
func DateOf(t time.Time) Date { return Date(t.Format(time.DateOnly)) }

// In returns the start of the day in a zone: midnight, or the first instant
// that exists. An empty date gives the zero time.
func (d Date) In(zone *time.Location) time.Time {
	t, err := time.ParseInLocation(time.DateOnly, string(d), zone)
	if err != nil {
		return time.Time{}
	}
	return t
}

// Words returns "9 June", with the year when it is not the year of now.
func (d Date) Words(now time.Time) string {
	t, err := time.Parse(time.DateOnly, string(d))
	if err != nil {
		return ""
	}
	if t.Year() == now.Year() {
		return t.Format("2 January")
	}
	return t.Format("2 January 2006")
}

// Period is a length of time as a practice writes it: 30d, 2w, 6mo, 7y, 48h, 2s.
// Years, months and days follow the calendar, the rest the clock.
type Period struct {
	Years, Months, Days int
	Rest                time.Duration
}

// ParsePeriod reads a whole number with d, w, mo or y, or a duration as Go writes it.
// A period is longer than nothing and at most a hundred years.
func ParsePeriod(s string) (Period, error) {
	var p Period
	if n, unit, ok := cutUnit(s); ok {
		switch {
		case unit == "y" && n <= 100:
			p.Years = n
		case unit == "mo" && n <= 1200:
			p.Months = n
		case unit == "w" && n <= 5217:
			p.Days = 7 * n
		case unit == "d" && n <= 36525:
			p.Days = n
		default:
			return Period{}, ErrPeriod
		}
	} else {
		d, err := time.ParseDuration(s)
		if err != nil || d > 36525*24*time.Hour {
			return Period{}, ErrPeriod
		}
		p.Rest = d
	}
	if p.IsZero() || p.Rest < 0 {
		return Period{}, ErrPeriod
	}
	return p, nil
}

func cutUnit(s string) (n int, unit string, ok bool) {
	for _, unit = range []string{"mo", "y", "w", "d"} {
		digits, found := strings.CutSuffix(s, unit)
		if !found || digits == "" || strings.Trim(digits, "0123456789") != "" {
			continue
		}
		n, err := strconv.Atoi(digits)
		return n, unit, err == nil
	}
	return 0, "", false
}

// IsZero reports whether p is no time at all.
func (p Period) IsZero() bool { return p == Period{} }

// After returns the time that lies one period after t. A day that the month
// does not have becomes the month's last: 29 February and a year is 28 February,
// 31 August and six months is 28 February too.
func (p Period) After(t time.Time) time.Time {
	if p.Years != 0 || p.Months != 0 {
		day := t.Day()
		first := time.Date(t.Year()+p.Years, t.Month()+time.Month(p.Months), 1, t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), t.Location())
		if last := first.AddDate(0, 1, -1).Day(); day > last {
			day = last
		}
		t = first.AddDate(0, 0, day-1)
	}
	return t.AddDate(0, 0, p.Days).Add(p.Rest)
}

// Before returns the time that lies one period before t. Only days and the
// clock are counted back: no rule of a practice goes months back.
func (p Period) Before(t time.Time) time.Time { return t.AddDate(0, 0, -p.Days).Add(-p.Rest) }

// Over reports whether p is longer than q, on a calendar without leap days.
func (p Period) Over(q Period) bool {
	from := time.Date(2001, time.January, 1, 0, 0, 0, 0, time.UTC)
	return p.After(from).After(q.After(from))
}

// String returns the period as a practice writes it.
func (p Period) String() string {
	switch {
	case p.Years != 0:
		return strconv.Itoa(p.Years) + "y"
	case p.Months != 0:
		return strconv.Itoa(p.Months) + "mo"
	case p.Days != 0:
		return strconv.Itoa(p.Days) + "d"
	case p.Rest == 0:
		return ""
	default:
		return p.Rest.String()
	}
}

func count(n int, one string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + one + "s"
}
