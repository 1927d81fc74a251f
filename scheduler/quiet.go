package scheduler

import "time"

// Quiet is the part of the day in which a person wants to hear nothing: from
// From up to but without To, on the clock of Zone. It may run over midnight.
// From equal to To means no quiet hours at all, as does the zero Quiet.
type Quiet struct {
	From, To Clock
	Zone     *time.Location // not nil, unless From equals To
}

// Allow returns t itself when nothing is quiet then, and otherwise the first
// instant after the quiet hours. The hours are quiet whenever the clock shows
// one of them: twice in a night that doubles them, and not at all in one that
// leaves them out.
func (q Quiet) Allow(t time.Time) time.Time {
	from, to := q.From%(24*60), q.To%(24*60)
	if from == to {
		return t
	}
	return first(t, q.Zone, func(wall time.Time) time.Time {
		today := dateOf(wall).midnight()
		begin, end := from.on(today), to.on(today)
		switch {
		case from < to && !wall.Before(begin) && wall.Before(end):
			return end
		case from > to && wall.Before(end):
			return end
		case from > to && !wall.Before(begin):
			return end.AddDate(0, 0, 1)
		}
		return wall
	})
}

// before returns t itself when nothing is quiet then, and otherwise the last
// minute before the quiet hours that t is in.
func (q Quiet) before(t time.Time) time.Time {
	from, to := q.From%dayMinutes, q.To%dayMinutes
	if from == to {
		return t
	}
	for {
		wall := wallOf(t, q.Zone)
		today := dateOf(wall).midnight()
		begin, end := from.on(today), to.on(today)
		switch {
		case from < to && !wall.Before(begin) && wall.Before(end), from > to && !wall.Before(begin):
		case from > to && wall.Before(end):
			begin = begin.AddDate(0, 0, -1)
		default:
			return t
		}
		// As far back as the zone keeps its offset, the clock runs like any other.
		s := t.Add(begin.Sub(wall))
		start, _ := t.In(q.Zone).ZoneBounds()
		if !start.IsZero() && start.After(s) && !start.After(t) {
			s = start
		}
		t = s.Add(-time.Minute)
	}
}
