package scheduler

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Days are days of the calendar that follow one another, From and To included:
// a holiday, or somebody's leave.
type Days struct{ From, To Date }

// ParseDays reads "2026-12-25", or "2026-07-01 to 2026-07-14" with both days
// included.
func ParseDays(text string) (Days, error) {
	from, to, several := strings.Cut(text, " to ")
	var d Days
	var err error
	if d.From, err = ParseDate(from); err != nil {
		return Days{}, fmt.Errorf("days %.60q: %w", text, err)
	}
	d.To = d.From
	if several {
		if d.To, err = ParseDate(to); err != nil {
			return Days{}, fmt.Errorf("days %.60q: %w", text, err)
		}
	}
	if d.To.day() < d.From.day() {
		return Days{}, fmt.Errorf("days %.60q: the end is before the beginning; write the earlier day first", text)
	}
	return d, nil
}

// String writes the days as "2026-07-01 to 2026-07-14".
func (d Days) String() string {
	if d.From == d.To {
		return d.From.String()
	}
	return d.From.String() + " to " + d.To.String()
}

// Calendar says on which days a practice, or one therapist, is not there. On
// the zero Calendar every day is open. A Calendar is immutable and may be
// shared. It has no zone: a day is a day on whatever clock it is asked about.
type Calendar struct {
	week uint8     // closed weekdays, bit 0 for Sunday
	off  []daySpan // sorted, apart from each other
}

// daySpan is a span of days counted since 1970, both included.
type daySpan struct{ from, to int64 }

// NewCalendar returns the calendar in which the given weekdays are closed every
// week, and the given days besides. One weekday at least stays open.
func NewCalendar(closed []time.Weekday, off ...Days) (Calendar, error) {
	var c Calendar
	for _, d := range closed {
		if d < time.Sunday || d > time.Saturday {
			return Calendar{}, fmt.Errorf("calendar: no weekday %d", d)
		}
		c.week |= 1 << d
	}
	if c.week == 1<<7-1 {
		return Calendar{}, fmt.Errorf("calendar: every weekday is closed; leave one open at least")
	}
	return c.With(off...)
}

// With returns a calendar that is closed on the given days too: the practice's
// holidays with one therapist's leave.
func (c Calendar) With(off ...Days) (Calendar, error) {
	all := slices.Clone(c.off)
	for _, d := range off {
		span := daySpan{d.From.day(), d.To.day()}
		if span.to < span.from {
			return Calendar{}, fmt.Errorf("calendar: %s: the end is before the beginning", d)
		}
		all = append(all, span)
	}
	slices.SortFunc(all, func(a, b daySpan) int { return int(a.from - b.from) })
	merged := all[:0]
	for _, s := range all {
		if n := len(merged); n > 0 && s.from <= merged[n-1].to+1 {
			merged[n-1].to = max(merged[n-1].to, s.to)
			continue
		}
		merged = append(merged, s)
	}
	c.off = merged
	return c, nil
}

// Calendar returns the days on which the practice does not open, with leave
// besides. For the zero Hours that is the leave alone.
func (h Hours) Calendar(leave ...Days) (Calendar, error) {
	var closed []time.Weekday
	for day, spans := range h.week {
		if len(spans) == 0 && h.zone != nil {
			closed = append(closed, time.Weekday(day))
		}
	}
	off := slices.Clone(leave)
	for d := range h.holidays {
		off = append(off, Days{d, d})
	}
	return NewCalendar(closed, off...)
}

// Closed reports whether nobody is there on the day.
func (c Calendar) Closed(d Date) bool { return c.closed(d.day()) }

func (c Calendar) closed(day int64) bool {
	if c.week == 0 && len(c.off) == 0 {
		return false
	}
	_, in := c.find(day)
	return in || c.week>>weekday(day)&1 != 0
}

// find returns the span that the day is in.
func (c Calendar) find(day int64) (daySpan, bool) {
	i, _ := slices.BinarySearchFunc(c.off, day, func(s daySpan, day int64) int {
		if s.to < day {
			return -1
		}
		return 1
	})
	if i == len(c.off) || c.off[i].from > day {
		return daySpan{}, false
	}
	return c.off[i], true
}

// nextOpen returns the first open day from day on. One weekday is open, and
// what is off has an end.
func (c Calendar) nextOpen(day int64) int64 {
	for {
		if s, in := c.find(day); in {
			day = s.to + 1
		} else if c.week>>weekday(day)&1 != 0 {
			day++
		} else {
			return day
		}
	}
}

// lastOpen returns the last open day up to day.
func (c Calendar) lastOpen(day int64) int64 {
	for {
		if s, in := c.find(day); in {
			day = s.from - 1
		} else if c.week>>weekday(day)&1 != 0 {
			day--
		} else {
			return day
		}
	}
}

// day counts the days since 1970.
func (d Date) day() int64 { return dayOf(d.midnight()) }

// midnightOf is the beginning of a day counted since 1970, on a clock that
// never jumps.
func midnightOf(day int64) time.Time { return wallAt(day * dayMinutes) }
