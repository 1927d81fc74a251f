package scheduler

import (
	"slices"
	"time"
)

// placed is a point of a plan with its times.
type placed struct {
	k       int // in the rule
	raw, at time.Time
}

// mostUsual is how many points a plan rarely has more of.
const mostUsual = 4

// place returns the points that fall after a time and can come, in their order.
func (p *Plan) place(after time.Time) []placed {
	list := make([]placed, 0, mostUsual)
	for i, one := range p.Rule.points {
		raw := p.rawPoint(one)
		if !raw.After(after) {
			continue
		}
		at, ok := p.placePoint(one, raw)
		if !ok || !p.Until.IsZero() && !at.Before(p.Until) {
			continue
		}
		list = append(list, placed{i, raw, at})
	}
	slices.SortStableFunc(list, func(a, b placed) int { return a.raw.Compare(b.raw) })
	return list
}

// rawPoint returns when a point falls.
func (p *Plan) rawPoint(one point) time.Time {
	switch {
	case one.fixed:
		day := dayOf(wallOf(p.Anchor, p.Zone)) + int64(one.days)
		return Resolve(one.at.on(midnightOf(day)), p.Zone)
	case one.rest != 0:
		return p.Anchor.Add(one.rest).In(p.Zone)
	}
	return Resolve(monthsLater(asUTC(p.Anchor).AddDate(0, 0, one.days), one.months), p.Zone)
}

// placePoint returns when a point goes, if it does.
func (p *Plan) placePoint(one point, raw time.Time) (time.Time, bool) {
	wall := wallOf(raw, p.Zone)
	day := dayOf(wall)
	if !one.before {
		if p.Calendar.closed(day) {
			tod := wall.Sub(midnightOf(day))
			raw = Resolve(midnightOf(p.Calendar.nextOpen(day)).Add(tod), p.Zone)
		}
		return p.allow(raw), true
	}
	t := raw
	for range 4 * 366 { // a leave of years leaves a session unannounced
		if day := dayOf(wallOf(t, p.Zone)); p.Calendar.closed(day) {
			open := p.Calendar.lastOpen(day)
			t = Resolve(midnightOf(open).Add(wallOf(t, p.Zone).Sub(midnightOf(day))), p.Zone)
		}
		q := Quiet{p.Quiet.From, p.Quiet.To, p.Zone}
		later := q.Allow(t)
		if later.Before(p.Anchor) && !p.Calendar.closed(dayOf(wallOf(later, p.Zone))) {
			return later, true
		}
		t = q.before(t)
		if !p.Calendar.closed(dayOf(wallOf(t, p.Zone))) {
			return t, true
		}
	}
	return time.Time{}, false
}

// nextPoint is Next, and Late if now is not zero, for a list that ends.
func (p *Plan) nextPoint(done Mark, now time.Time) (Occurrence, bool) {
	after := p.From
	if k, ok := p.position(done.Key); ok {
		after = later(after, p.rawPoint(p.Rule.points[k]))
	} else {
		after = later(after, done.At)
	}
	left := p.place(after)
	if len(left) == 0 {
		return Occurrence{}, false
	}
	at := now
	if at.IsZero() {
		at = slices.MinFunc(left, func(a, b placed) int { return a.at.Compare(b.at) }).at
	}
	var last placed
	for _, l := range left {
		if !l.at.After(at) {
			last = l
		}
	}
	if p.Rule.points[last.k].before && !at.Before(p.Anchor) || !p.Until.IsZero() && !at.Before(p.Until) {
		return Occurrence{}, false
	}
	return Occurrence{Key: p.key(int64(last.k)), At: at, Planned: last.raw}, true
}
