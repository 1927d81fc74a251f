package scheduler

import (
	"fmt"
	"slices"
	"time"
)

// Hours are the opening hours of a practice: the same every week, but for
// holidays. The zero Hours are never open. Hours are immutable and may be shared.
type Hours struct {
	zone     *time.Location
	week     [7][]Span // by weekday, sorted, apart from each other
	holidays map[Date]struct{}
}

// NewHours returns the hours of a practice in zone. Spans of a day may come in
// any order but must not overlap; a day without spans is closed, as is every
// holiday. At least one day of the week is open.
func NewHours(zone *time.Location, week map[time.Weekday][]Span, holidays []Date) (Hours, error) {
	h := Hours{zone: zone, holidays: make(map[Date]struct{}, len(holidays))}
	open := false
	for day, spans := range week {
		if day < time.Sunday || day > time.Saturday {
			return Hours{}, fmt.Errorf("opening hours: no weekday %d", day)
		}
		spans = slices.SortedFunc(slices.Values(spans), func(a, b Span) int { return int(a.From - b.From) })
		for i, s := range spans {
			if s.From < 0 || s.From >= s.To || s.To > 24*60 {
				return Hours{}, fmt.Errorf("opening hours: %s: %s is no part of a day", day, s)
			}
			if i > 0 && s.From < spans[i-1].To {
				return Hours{}, fmt.Errorf("opening hours: %s: %s and %s overlap; write them as one", day, spans[i-1], s)
			}
			open = true
		}
		h.week[day] = spans
	}
	if !open {
		return Hours{}, fmt.Errorf("opening hours: no day of the week is open; give one at least, as mon: 09:00-17:00")
	}
	for _, d := range holidays {
		h.holidays[d] = struct{}{}
	}
	return h, nil
}

// Open reports whether the practice is open at t.
func (h Hours) Open(t time.Time) bool {
	return h.zone != nil && h.open(wallOf(t, h.zone))
}

// Next returns t itself if the practice is open then, and otherwise the next
// opening. For the zero Hours it returns the zero time.
func (h Hours) Next(t time.Time) time.Time {
	if h.zone == nil {
		return time.Time{}
	}
	return first(t, h.zone, h.opening)
}

// After returns the instant at which the practice will have been open for d
// since t: when the time in "within four opening hours" is up. Time that ends
// with the day is up at closing, not the next morning. With d at or below zero
// it is Next; for the zero Hours it returns the zero time.
func (h Hours) After(t time.Time, d time.Duration) time.Time {
	if h.zone == nil {
		return time.Time{}
	}
	for {
		t = h.Next(t)
		closing := first(t, h.zone, h.closing)
		if left := closing.Sub(t); d > left {
			d -= left
			t = closing
			continue
		}
		return t.Add(max(d, 0))
	}
}

// Deadline returns the closing time of the n-th open day after the day of t:
// "by the end of the second working day" is Deadline(t, 2), whatever the hour
// of t. Deadline(t, 0) is the first closing time after t, today's if the
// practice will still be open today. For the zero Hours it returns the zero time.
func (h Hours) Deadline(t time.Time, n int) time.Time {
	if h.zone == nil {
		return time.Time{}
	}
	day := dateOf(wallOf(t, h.zone)).midnight()
	if n <= 0 {
		for ; ; day = day.AddDate(0, 0, 1) {
			if end, open := h.lastClosing(day); open && end.After(t) {
				return end
			}
		}
	}
	var end time.Time
	for n > 0 {
		day = day.AddDate(0, 0, 1)
		if closing, open := h.lastClosing(day); open {
			end = closing
			n--
		}
	}
	return end
}

// lastClosing returns when the practice closes for good on a day, and whether
// it opens at all: it does not on a day that the zone leaves out.
func (h Hours) lastClosing(midnight time.Time) (time.Time, bool) {
	spans := h.spans(midnight)
	if len(spans) == 0 {
		return time.Time{}, false
	}
	opens := Resolve(spans[0].From.on(midnight), h.zone)
	closes := Resolve(spans[len(spans)-1].To.on(midnight), h.zone)
	return closes, opens.Before(closes)
}

func (h Hours) spans(wall time.Time) []Span {
	if _, closed := h.holidays[dateOf(wall)]; closed {
		return nil
	}
	return h.week[wall.Weekday()]
}

func (h Hours) open(wall time.Time) bool { return h.opening(wall).Equal(wall) }

// opening returns the first wall-clock time from wall on that is open.
func (h Hours) opening(wall time.Time) time.Time {
	for day := dateOf(wall).midnight(); ; day = day.AddDate(0, 0, 1) {
		for _, s := range h.spans(day) {
			if s.To.on(day).After(wall) {
				return later(s.From.on(day), wall)
			}
		}
	}
}

// closing returns the end of the span that wall is in, or wall itself when
// the practice is not open. Another span may begin right there.
func (h Hours) closing(wall time.Time) time.Time {
	day := dateOf(wall).midnight()
	for _, s := range h.spans(day) {
		if end := s.To.on(day); end.After(wall) {
			if s.From.on(day).After(wall) {
				return wall
			}
			return end
		}
	}
	return wall
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
