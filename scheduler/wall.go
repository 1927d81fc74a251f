package scheduler

import "time"

// farthest is more than any zone was ever away from UTC (15 h 13 min, before
// zones had whole hours).
const farthest = 16 * time.Hour

// Resolve returns the instant of a wall-clock time: the first instant at which
// the clock of zone shows it or a later time. A time inside a gap is moved to
// the end of the gap, and of a doubled time the earlier one is taken.
//
// The fields of naive are what counts; its own location is ignored. The answer
// is in zone.
func Resolve(naive time.Time, zone *time.Location) time.Time {
	want := asUTC(naive)
	return first(want.Add(-farthest), zone, func(wall time.Time) time.Time {
		if wall.Before(want) {
			return want
		}
		return wall
	})
}

// AddMonths returns the same day and wall-clock time n months later in zone,
// or earlier when n is negative. Where the month is too short its last day is
// taken: a month after 31 January is 28 or 29 February.
//
// Clamping loses the day, so a series counts from its beginning: the third
// booster is AddMonths(ending, 3, zone), not a month after the second.
func AddMonths(t time.Time, n int, zone *time.Location) time.Time {
	return Resolve(monthsLater(wallOf(t, zone), n), zone)
}

// monthsLater is AddMonths on a clock that never jumps.
func monthsLater(wall time.Time, n int) time.Time {
	if n == 0 {
		return wall
	}
	year, month, day := wall.Date()
	last := time.Date(year, month+time.Month(n)+1, 0, 0, 0, 0, 0, time.UTC).Day()
	h, m, s := wall.Clock()
	return time.Date(year, month+time.Month(n), min(day, last), h, m, s, wall.Nanosecond(), time.UTC)
}

// first returns the first instant from t on whose wall clock is accepted.
// ahead returns the first accepted wall-clock time that is not before the one
// it is given. Between two transitions of a zone the wall clock runs like any
// other, so each such stretch is asked once.
func first(t time.Time, zone *time.Location, ahead func(wall time.Time) time.Time) time.Time {
	t = t.In(zone)
	for {
		end := stretch(t)
		wall := asUTC(t)
		s := t.Add(ahead(wall).Sub(wall))
		if end.IsZero() || s.Before(end) {
			return s
		}
		t = end
	}
}

// stretch returns an instant after t up to which the zone of t keeps its
// offset, or the zero time if it keeps it for ever.
func stretch(t time.Time) time.Time {
	_, end := t.ZoneBounds()
	if !end.IsZero() && !end.After(t) {
		// On the last UTC day of a leap year the end lies in the past, for zones
		// that follow a rule (golang/go#81583). Nothing changes on that day.
		return t.Truncate(24 * time.Hour).Add(24 * time.Hour)
	}
	return end
}

// wallOf returns what the clock of zone shows at t, as a time in UTC.
func wallOf(t time.Time, zone *time.Location) time.Time { return asUTC(t.In(zone)) }

// asUTC keeps the fields of t and drops its zone.
func asUTC(t time.Time) time.Time {
	_, offset := t.Zone()
	return t.UTC().Add(time.Duration(offset) * time.Second)
}
