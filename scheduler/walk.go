package scheduler

import "time"

// walk goes over the occurrences of a rule that does not end. An occurrence is
// a number: the minute that a cron line names, or the count from the anchor.
type walk struct {
	*Plan
	anchor time.Time // what the clock showed at it
}

func (p *Plan) walk() walk { return walk{p, asUTC(p.Anchor)} }

// spot is an occurrence at its place in the calendar, before quiet hours.
type spot struct {
	k     int64
	at    time.Time
	moved bool // off a closed day
}

// begin returns the number after which a walk goes on.
func (w walk) begin(done Mark) int64 {
	k := int64(0)
	if w.Rule.kind == lines {
		k = minuteOf(w.anchor)
	}
	if at, ok := w.position(done.Key); ok {
		k = max(k, at)
	} else if !done.At.IsZero() {
		k = max(k, w.last(done.At))
	}
	if !w.From.IsZero() {
		k = max(k, w.last(w.From))
	}
	return k
}

// turn returns the next occurrence after the mark that is sent, when, and when
// it falls.
func (w walk) turn(done Mark) (k int64, at, raw time.Time, ok bool) {
	next, ok := w.after(w.begin(done))
	if !ok {
		return 0, at, raw, false
	}
	k, at = next.k, w.allow(next.at)
	if w.crowded(k, at) {
		k = w.lastBy(at, k)
	}
	if k == next.k && !next.moved {
		return k, at, next.at, true
	}
	return k, at, w.raw(k), true
}

// next returns the number after k.
func (w walk) next(k int64) (int64, bool) {
	if w.Rule.kind == lines {
		return w.Rule.cadence.rule.next(k)
	}
	return k + 1, true
}

// raw returns when an occurrence falls, in the zone of the plan.
func (w walk) raw(k int64) time.Time {
	if wall, ok := w.named(k); ok {
		return Resolve(wall, w.Zone).Add(time.Duration(k) * w.beyond())
	}
	return w.Anchor.Add(time.Duration(k) * w.Rule.cadence.rest).In(w.Zone)
}

// named returns the wall-clock time of an occurrence, if it goes by one.
func (w walk) named(k int64) (time.Time, bool) {
	switch days := w.Rule.cadence.days; {
	case w.Rule.kind == lines:
		return wallAt(k), true
	case w.Rule.months > 0:
		return monthsLater(w.anchor, int(k)*w.Rule.months), true
	case days > 0:
		return w.anchor.AddDate(0, 0, int(k)*days), true
	}
	return time.Time{}, false
}

// beyond is what each occurrence adds to the wall-clock times of its kind.
func (w walk) beyond() time.Duration {
	if w.Rule.kind == lines {
		return 0
	}
	return w.Rule.cadence.rest
}

// last returns the last number that falls at t or before; if there is none, a
// number before the first.
func (w walk) last(t time.Time) int64 {
	var k int64
	switch c := w.Rule.cadence; {
	case w.Rule.kind == lines:
		// In the second pass of a doubled hour, what the first has shown is past.
		k = c.rule.last(minuteOf(wallOf(t, w.Zone)))
		if k == never {
			return k
		}
	case w.Rule.months > 0:
		wall := wallOf(t, w.Zone)
		k = int64((wall.Year()-w.anchor.Year())*12+int(wall.Month()-w.anchor.Month())) / int64(w.Rule.months)
	case c.days > 0:
		k = int64(t.Sub(w.Anchor) / (time.Duration(c.days)*24*time.Hour + c.rest))
	default:
		return int64(t.Sub(w.Anchor) / c.rest)
	}
	for {
		next, ok := w.next(k)
		if !ok || w.raw(next).After(t) {
			break
		}
		k = next
	}
	for w.Rule.kind == count && k > 0 && w.raw(k).After(t) {
		k--
	}
	return k
}

// after returns the first occurrence after k that keeps a place in the
// calendar: one on an open day, or the last of some closed days that follow one
// another. Places are in the order of their numbers.
func (w walk) after(k int64) (spot, bool) {
	k, ok := w.next(k)
	if !ok {
		return spot{}, false
	}
	at := w.raw(k)
	day := dayOf(wallOf(at, w.Zone))
	if !w.Calendar.closed(day) {
		return spot{k, at, false}, true
	}
	open := w.Calendar.nextOpen(day)
	k = max(k, w.last(Resolve(midnightOf(open), w.Zone).Add(-time.Nanosecond)))
	if own, ok := w.next(k); ok {
		if at := w.raw(own); dayOf(wallOf(at, w.Zone)) == open {
			return spot{own, at, false}, true
		}
	}
	wall, ok := w.named(k)
	if !ok || w.beyond() != 0 {
		wall = wallOf(w.raw(k), w.Zone)
	}
	_, tod := floor(wall.UnixNano(), int64(24*time.Hour))
	return spot{k, Resolve(midnightOf(open).Add(time.Duration(tod)), w.Zone), true}, true
}

// farthestBack is more than any clock was ever put back at once: a day.
const farthestBack = 26 * time.Hour

// crowded reports whether more than the occurrence k goes at that time.
func (w walk) crowded(k int64, at time.Time) bool {
	next, ok := w.next(k)
	if !ok {
		return false
	}
	if wall, ok := w.named(next); ok && wall.Sub(asUTC(at)) > farthestBack {
		return false
	}
	return !w.raw(next).After(at)
}

// lastBy returns the last occurrence that goes at that time or earlier, of
// which k is one. The time is one at which something may be sent.
func (w walk) lastBy(at time.Time, k int64) int64 {
	last := w.last(at)
	day := dayOf(wallOf(w.raw(last), w.Zone))
	if !w.Calendar.closed(day) {
		return max(k, last)
	}
	// It may have moved beyond; what came before those days has not.
	before := Resolve(midnightOf(w.Calendar.lastOpen(day)+1), w.Zone).Add(-time.Nanosecond)
	k = max(k, w.last(before))
	if moved, ok := w.after(k); ok && !w.allow(moved.at).After(at) {
		return moved.k
	}
	return k
}
