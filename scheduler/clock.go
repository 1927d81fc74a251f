package scheduler

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Clock is a time of day in minutes after midnight, 0 to 1440. 1440 is
// written 24:00 and is the end of the day.
type Clock int

// ParseClock reads a time of day as "09:00" or "9:00", up to "24:00".
func ParseClock(text string) (Clock, error) {
	hours, minutes, ok := strings.Cut(strings.TrimSpace(text), ":")
	h, hErr := strconv.ParseUint(hours, 10, 8)
	m, mErr := strconv.ParseUint(minutes, 10, 8)
	c := Clock(h*60 + m)
	if !ok || hErr != nil || mErr != nil || len(hours) > 2 || len(minutes) != 2 || m > 59 || c > 24*60 {
		return 0, fmt.Errorf("time of day %.20q: write hours and minutes from 00:00 to 24:00, as 09:30", text)
	}
	return c, nil
}

// String writes the time of day as "09:00".
func (c Clock) String() string { return fmt.Sprintf("%02d:%02d", int(c)/60, int(c)%60) }

// on returns the time of day on a day, given by its midnight.
func (c Clock) on(midnight time.Time) time.Time {
	return midnight.Add(time.Duration(c) * time.Minute)
}

// Span is a part of one day, from From up to but without To.
type Span struct{ From, To Clock }

// ParseSpan reads a part of a day as "09:00-17:30". It ends on the day it
// begins; a span over midnight is written as two.
func ParseSpan(text string) (Span, error) {
	from, to, ok := strings.Cut(text, "-")
	if !ok {
		return Span{}, fmt.Errorf("hours %.40q: write two times with a hyphen, as 09:00-17:30", text)
	}
	var s Span
	var err error
	if s.From, err = ParseClock(from); err != nil {
		return Span{}, fmt.Errorf("hours %.40q: %w", text, err)
	}
	if s.To, err = ParseClock(to); err != nil {
		return Span{}, fmt.Errorf("hours %.40q: %w", text, err)
	}
	if s.From >= s.To {
		return Span{}, fmt.Errorf("hours %.40q: the end is not after the beginning; over midnight, write two, as 20:00-24:00 and 00:00-02:00", text)
	}
	return s, nil
}

// String writes the span as "09:00-17:30".
func (s Span) String() string { return s.From.String() + "-" + s.To.String() }

// Date is a day of the calendar, in no zone.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// ParseDate reads a day as "2026-12-25".
func ParseDate(text string) (Date, error) {
	t, err := time.Parse(time.DateOnly, strings.TrimSpace(text))
	if err != nil {
		return Date{}, fmt.Errorf("date %.20q: write year, month and day of a real day, as 2026-12-25", text)
	}
	return dateOf(t), nil
}

// String writes the day as "2026-12-25".
func (d Date) String() string { return d.midnight().Format(time.DateOnly) }

// midnight is the beginning of the day on a clock that never jumps.
func (d Date) midnight() time.Time { return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC) }

func dateOf(wall time.Time) Date {
	year, month, day := wall.Date()
	return Date{year, month, day}
}
