package scheduler

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Rule says which moments a [Plan] has, counted from the plan's anchor. The
// zero Rule has none. A Rule is immutable and may be shared; what is wrong with
// it, [Plan.Check] says.
type Rule struct {
	kind    kind
	cadence Cadence // every
	months  int     // each
	points  []point // once
}

type kind uint8

const (
	none  kind = iota
	lines      // every minute that a cron line names
	count      // the first, second, third … length of time from the anchor
	once       // a few points, then no more
)

// mostPoints bounds the list of a rule that comes to an end.
const mostPoints = 24

// point is one moment near the anchor.
type point struct {
	months, days int           // on the calendar
	rest         time.Duration // on the clock
	at           Clock         // of that day, if fixed
	fixed        bool          // and on the clock of the plan's zone
	before       bool          // the anchor, and worth nothing after it
}

// Every comes round for ever: by a cron line, at the times that the line names
// after the anchor; by a duration, at the first, second, third … such length of
// time from the anchor, so that being late once does not shift the rest. Days
// and weeks keep the time of day that the anchor shows.
func Every(c Cadence) Rule {
	k := count
	switch {
	case c.IsZero():
		k = none
	case c.cron:
		k = lines
	}
	return Rule{kind: k, cadence: c}
}

// EveryMonths comes round every n months, on the anchor's day and time of day,
// or on the last day of a month that has no such day.
func EveryMonths(n int) Rule { return Rule{kind: count, months: n} }

// AfterMonths comes once for each n, n months after the anchor: boosters, as
// AfterMonths(1, 3, 6, 12). A month that is too short has it on its last day.
func AfterMonths(n ...int) Rule { return points(n, func(n int) point { return point{months: n} }) }

// AfterDays comes once for each n, n days after the anchor, at its time of day.
func AfterDays(n ...int) Rule { return points(n, func(n int) point { return point{days: n} }) }

// After comes once for each d, that long after the anchor: a nudge.
func After(d ...time.Duration) Rule {
	return points(d, func(d time.Duration) point { return point{rest: d} })
}

// Before comes once for each d, that long before the anchor: the reminders of
// a session, as Before(24*time.Hour, 2*time.Hour). See [Plan] for what quiet
// hours and closed days do to it.
func Before(d ...time.Duration) Rule {
	return points(d, func(d time.Duration) point { return point{rest: -d, before: true} })
}

// DayBefore comes once, on the day before the anchor's day, at that time of
// day. Both are taken on the clock of the plan's zone.
func DayBefore(at Clock) Rule {
	return Rule{kind: once, points: []point{{days: -1, at: at, fixed: true, before: true}}}
}

func points[T any](list []T, of func(T) point) Rule {
	r := Rule{kind: once}
	for _, one := range list {
		r.points = append(r.points, of(one))
	}
	return r
}

// String names the point within its plan: "+3mo", "+2d", "-24h", "-1d18:00".
func (p point) String() string {
	switch {
	case p.fixed:
		return strconv.Itoa(p.days) + "d" + p.at.String()
	case p.months != 0:
		return "+" + strconv.Itoa(p.months) + "mo"
	case p.days != 0:
		return "+" + strconv.Itoa(p.days) + "d"
	case p.rest > 0:
		return "+" + length(p.rest)
	}
	return length(p.rest)
}

// length writes a duration without the parts that are zero at its end: "24h".
func length(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = s[:len(s)-2]
	}
	if strings.HasSuffix(s, "h0m") {
		s = s[:len(s)-2]
	}
	return s
}

// step names the length that a count goes by: "14d", "48h", "1d12h",
// "1mo". Two ways of writing one cadence have one name.
func (r Rule) step() string {
	switch {
	case r.months != 0:
		return strconv.Itoa(r.months) + "mo"
	case r.cadence.rest == 0:
		return strconv.Itoa(r.cadence.days) + "d"
	case r.cadence.days == 0:
		return length(r.cadence.rest)
	}
	return strconv.Itoa(r.cadence.days) + "d" + length(r.cadence.rest)
}

func (r Rule) check() error {
	switch r.kind {
	case none:
		return fmt.Errorf("has no rule; give a cadence, as 2w, or what it is counted from")
	case count:
		if r.cadence.IsZero() && (r.months < 1 || r.months > 1200) {
			return fmt.Errorf("every %d months: write 1 to 1200", r.months)
		}
	case once:
		if len(r.points) == 0 || len(r.points) > mostPoints {
			return fmt.Errorf("has %d moments; write 1 to %d", len(r.points), mostPoints)
		}
		for i, p := range r.points {
			switch {
			case p.fixed && (p.at < 0 || p.at >= dayMinutes):
				return fmt.Errorf("the day before at %s: write a time from 00:00 to 23:59", p.at)
			case p == point{before: p.before}:
				return fmt.Errorf("moment %d is at no distance from what it is counted from; write one, as 24h", i+1)
			case p.months < 0, !p.fixed && p.days < 0, p.before != (p.rest < 0 || p.fixed):
				return fmt.Errorf("%s: is negative; write a length above zero", strings.Trim(p.String(), "+-"))
			case p.months > 1200, p.days > 36500, p.rest > longest, p.rest < -longest:
				return fmt.Errorf("%s: is longer than a hundred years", p)
			case slices.Contains(r.points[:i], p):
				return fmt.Errorf("%s stands there twice; leave one out", p)
			}
		}
	}
	return nil
}
