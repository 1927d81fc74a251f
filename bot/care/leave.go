package care

import (
	"slices"
	"time"

	"go.yaml.in/yaml/v4"
)

// Leave is a stretch of days on which a therapist does not work, both days
// included, and who looks after their cases meanwhile.
type Leave struct {
	From, To Date
	Cover    TherapistID // empty: whoever is on call
}

// Away returns the leave that a day falls in.
func (t Therapist) Away(day Date) (Leave, bool) {
	for _, l := range t.Leave {
		if l.From <= day && day <= l.To {
			return l, true
		}
	}
	return Leave{}, false
}

// Covered returns who is to be told what would be this therapist's on a day:
// they themselves, or whoever covers for them. A cover who is away too passes
// it on; when everybody asked is away, it is the on-call.
func (p Practice) Covered(id TherapistID, day Date) TherapistID {
	asked := map[TherapistID]bool{}
	for !asked[id] {
		asked[id] = true
		t, ok := p.Therapist(id)
		if !ok {
			break
		}
		away, is := t.Away(day)
		if !is {
			return id
		}
		if away.Cover == "" {
			break
		}
		id = away.Cover
	}
	return p.OnCall.Therapist
}

// covers reports whether a therapist looks after somebody else's case now. It
// is theirs again the day after the leave.
func (p Practice) covers(id TherapistID, c Case, now time.Time) bool {
	for _, of := range append([]TherapistID{c.Holder.By}, c.therapists()...) {
		t, ok := p.Therapist(of)
		if !ok || of == id || len(t.Leave) == 0 {
			continue
		}
		day := DateOf(now.In(p.Zone))
		if _, away := t.Away(day); away && p.Covered(of, day) == id {
			return true
		}
	}
	return false
}

// therapists are those that the case's sessions are with.
func (c Case) therapists() []TherapistID {
	var out []TherapistID
	for _, s := range c.Sessions {
		if !slices.Contains(out, s.Therapist) {
			out = append(out, s.Therapist)
		}
	}
	return out
}

func (b *book) leave(r *reader, t *Therapist) take {
	return func(n *yaml.Node) {
		r.items(n, func(item *yaml.Node) {
			var l Leave
			before := len(b.problems)
			r.mapping(item,
				need("from", r.date(&l.From, false)),
				need("to", r.date(&l.To, false)),
				may("cover", func(n *yaml.Node) {
					text(r, &l.Cover)(n)
					b.covers = append(b.covers, cover{n, t.ID, l.Cover})
				}))
			switch {
			case len(b.problems) != before:
			case l.To < l.From:
				r.bad(item, "this leave ends before it begins", "write the first day under from, the last under to")
			case slices.ContainsFunc(t.Leave, func(o Leave) bool { return l.From <= o.To && o.From <= l.To }):
				r.bad(item, "this leave overlaps another", "make one of the two")
			default:
				t.Leave = append(t.Leave, l)
			}
		})
		slices.SortFunc(t.Leave, func(a, b Leave) int {
			if a.From < b.From {
				return -1
			}
			return 1
		})
	}
}

// cover is somebody named under leave, to be looked for once all are read.
type cover struct {
	at      *yaml.Node
	of, who TherapistID
}

func (b *book) checkCovers(r *reader) {
	for _, c := range b.covers {
		_, ok := b.p.Therapist(c.who)
		switch {
		case c.who == "":
		case !ok:
			r.bad(c.at, "no therapist "+quote(string(c.who))+" in roster.yaml", "use the id of a therapist")
		case c.who == c.of:
			r.bad(c.at, quote(string(c.who))+" cannot cover for themselves", "name a colleague, or leave it out: the on-call then does")
		}
	}
}
