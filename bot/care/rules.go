package care

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"
)

// Cadence is how often something comes round, as the practice writes it: a
// length of time ("7d"), or a cron line ("0 17 * * thu") on the clock of the
// person it is for. The empty Cadence never comes round.
type Cadence string

// Rules are what a practice may decide about the course of care: how sessions
// are offered and moved, what is asked between them and how often, and when a
// therapist is told. Everything in them has a default ([DefaultRules]).
//
// What they cannot change: that item 9 of the PHQ-9 alarms the on-call, that
// nothing is given under a hold, and that after two misses less is offered.
type Rules struct {
	Sessions   SessionRules
	Between    BetweenRules
	Silence    SilenceRules
	Boosters   []Period // after the ending, the shortest first
	BoosterFor Period   // how long a booster waits for its answer
	Alerts     AlertRules
	Undo       Period // how long a therapist may take a move back
}

// SessionRules are about offered, booked and missed sessions.
type SessionRules struct {
	Evaluation   int      // sessions that an evaluation may have
	Offers       Period   // how long offered times are kept
	CancelBefore Period   // a client moves or cancels until so long before the start; later it is late
	Moves        int      // how often a client may move one session
	Remind       []Period // before the start, the longest first
	Missed       Period   // after a no-show, until the client is asked
	Brief        Period   // before the start, the therapist's brief
}

// BetweenRules are about what is asked between sessions.
type BetweenRules struct {
	Sittings     Period       // from the booking, and from one sitting to the next
	Report       Period       // from an assignment's delivery
	BeforeMeet   Period       // before a session, what is still to be reported is asked
	Pulse        Cadence      // the two-tap pulse
	Measures     []Instrument // which are asked, in this order
	MeasureEvery Cadence
	ReviewAfter  int    // sessions from one goal review to the next
	ReviewEvery  Period // or so long, whichever comes first
	Waitlist     Period // "still want it?"
}

// SilenceRules are about questions that nobody answers.
type SilenceRules struct {
	Nudge  Period // one nudge
	Tell   Period // the therapist is told, and then there is silence
	Misses int    // so many in a row: offer less or stop
}

// AlertRules are the points at which a therapist is told. Sources: rule book,
// section 11; the cut-offs of 3 are those of Kroenke, Spitzer and Williams
// 2003 (PHQ-2) and Kroenke and others 2007 (GAD-2).
type AlertRules struct {
	Screen   int // PHQ-2 or GAD-2 at or over it
	PHQ9     int // a rise by so many
	GAD7     int // a rise by so many
	Distress int // a rise of an own scale by so many, twice
	Reports  int // so many reports missed in a row
}

// DefaultRules are those of the rule book, sections 5, 11 and 13.
func DefaultRules() Rules {
	hours := func(n int) Period { return Period{Rest: time.Duration(n) * time.Hour} }
	return Rules{
		Sessions: SessionRules{
			Evaluation: 3, Offers: hours(48), CancelBefore: hours(24), Moves: 2,
			Remind: []Period{hours(24), hours(2)}, Missed: hours(2), Brief: Period{Days: 1},
		},
		Between: BetweenRules{
			Sittings: Period{Days: 1}, Report: Period{Days: 2}, BeforeMeet: Period{Days: 1},
			Pulse: "7d", Measures: []Instrument{PHQ2, GAD2}, MeasureEvery: "28d",
			ReviewAfter: 5, ReviewEvery: Period{Days: 42}, Waitlist: Period{Months: 1},
		},
		Silence:    SilenceRules{Nudge: hours(48), Tell: Period{Days: 7}, Misses: 2},
		Boosters:   []Period{{Months: 1}, {Months: 3}, {Months: 6}, {Months: 12}},
		BoosterFor: Period{Days: 30},
		Alerts:     AlertRules{Screen: 3, PHQ9: 6, GAD7: 4, Distress: 3, Reports: 2},
		Undo:       Period{Rest: 10 * time.Minute},
	}
}

// The most of each that a practice may ask for.
const (
	mostReminders = 4
	mostBoosters  = 6
)

// rules are the keys of practice.yaml about the course of care; all optional.
func (b *book) rules(r *reader) []field {
	b.p.Rules = DefaultRules()
	rs := &b.p.Rules
	return []field{
		may("sessions", func(n *yaml.Node) { b.sessionRules(r, &rs.Sessions, n) }),
		may("between", func(n *yaml.Node) { b.betweenRules(r, &rs.Between, n) }),
		may("silence", func(n *yaml.Node) {
			s := &rs.Silence
			before := len(b.problems)
			r.mapping(n,
				may("nudge", r.period(&s.Nudge)),
				may("tell", r.period(&s.Tell)),
				may("misses", r.number(&s.Misses, 1, 10)))
			if len(b.problems) == before && !s.Tell.Over(s.Nudge) {
				r.bad(n, "the therapist is told after "+s.Tell.String()+", and the nudge comes only after "+s.Nudge.String(),
					"write a shorter time for nudge than for tell; left out they are 48h and 7d")
			}
		}),
		may("boosters", func(n *yaml.Node) {
			before := len(b.problems)
			b.boosters = n
			rs.Boosters = r.periods(n, mostBoosters, "1mo, 3mo, 6mo, 12mo", Period.Over, "boosters come one after the other", "write the sooner ones first")
			if len(b.problems) == before {
				b.boostersFit(r, n)
			}
		}),
		may("booster_answer", r.period(&rs.BoosterFor)),
		may("alerts", func(n *yaml.Node) {
			a := &rs.Alerts
			r.mapping(n,
				may("screen", r.number(&a.Screen, 1, 6)),
				may("phq9", r.number(&a.PHQ9, 1, 27)),
				may("gad7", r.number(&a.GAD7, 1, 21)),
				may("distress", r.number(&a.Distress, 1, 10)),
				may("reports", r.number(&a.Reports, 1, 10)))
		}),
		may("undo", r.period(&rs.Undo)),
	}
}

// boostersFit looks that the ending offers as many boosters as there are: whoever
// chooses the third gets the third.
func (b *book) boostersFit(r *reader, n *yaml.Node) {
	if offered, have := len(b.known.Boosters), len(b.p.Rules.Boosters); offered > 0 && offered != have {
		r.bad(n, fmt.Sprintf("the ending offers %d boosters (%s), and the practice has %d", offered, strings.Join(b.known.Boosters, ", "), have),
			fmt.Sprintf("write %d times under boosters, or write dialogs/ending.yaml with an answer for each of yours", offered))
	}
}

func (b *book) sessionRules(r *reader, s *SessionRules, n *yaml.Node) {
	r.mapping(n,
		may("evaluation", r.number(&s.Evaluation, 1, 3)),
		may("offers_expire", r.period(&s.Offers)),
		may("cancel_before", r.before(&s.CancelBefore)),
		may("reschedules", r.number(&s.Moves, 0, 10)),
		may("remind", func(n *yaml.Node) {
			shorter := func(p, q Period) bool { return q.Over(p) }
			s.Remind = r.periods(n, mostReminders, "24h, 2h", shorter, "reminders come one after the other", "write the earlier one, which is the longer time, first")
			for _, item := range n.Content {
				var one Period
				if p, err := ParsePeriod(item.Value); err == nil && (p.Years != 0 || p.Months != 0) {
					r.before(&one)(item)
				}
			}
		}),
		may("missed_after", r.period(&s.Missed)),
		may("brief", r.before(&s.Brief)))
}

func (b *book) betweenRules(r *reader, w *BetweenRules, n *yaml.Node) {
	r.mapping(n,
		may("sittings", r.period(&w.Sittings)),
		may("report", r.period(&w.Report)),
		may("report_before_session", r.before(&w.BeforeMeet)),
		may("pulse", b.cadence(r, &w.Pulse)),
		may("measures", func(n *yaml.Node) {
			w.Measures = nil
			names := make([]string, len(Instruments()))
			for i, m := range Instruments() {
				names[i] = string(m)
			}
			list(r, &w.Measures, among(names))(n)
			for _, pair := range [][2]Instrument{{PHQ2, PHQ9}, {GAD2, GAD7}} {
				if slices.Contains(w.Measures, pair[0]) && slices.Contains(w.Measures, pair[1]) {
					r.bad(n, quote(string(pair[1]))+" begins with the questions of "+quote(string(pair[0])), "keep one of the two, or people answer the same twice")
				}
			}
		}),
		may("measures_every", b.cadence(r, &w.MeasureEvery)),
		may("goal_review_sessions", r.number(&w.ReviewAfter, 1, 50)),
		may("goal_review", r.period(&w.ReviewEvery)),
		may("waitlist", r.period(&w.Waitlist)))
}

// before reads a time that is counted back from a session.
func (r *reader) before(dst *Period) take {
	return func(n *yaml.Node) {
		var p Period
		r.period(&p)(n)
		if p.Years != 0 || p.Months != 0 {
			r.bad(n, quote(n.Value)+" before a session is too long", "write days or hours, as 1d or 24h")
			return
		}
		if !p.IsZero() {
			*dst = p
		}
	}
}

// periods reads a list of times, each of them after the one before it.
func (r *reader) periods(n *yaml.Node, most int, example string, after func(p, q Period) bool, order, mend string) []Period {
	var all []Period
	r.items(n, func(item *yaml.Node) {
		var p Period
		r.period(&p)(item)
		switch {
		case p.IsZero():
		case len(all) == most:
			r.bad(item, "that is more than "+strconv.Itoa(most), "leave some out, as in ["+example+"]")
		case len(all) > 0 && !after(p, all[len(all)-1]):
			r.bad(item, quote(item.Value)+" stands after "+quote(all[len(all)-1].String())+": "+order, mend)
		default:
			all = append(all, p)
		}
	})
	return all
}

// cadence reads a length of time or a cron line. Whoever knows cron lines says
// whether it is one; without them only its form is looked at.
func (b *book) cadence(r *reader, dst *Cadence) take {
	return func(n *yaml.Node) {
		s, ok := r.word(n)
		if !ok {
			return
		}
		const mend = "write how often, as 7d or 48h, or a cron line, as 0 17 * * thu"
		if b.known.Cadence != nil {
			if err := b.known.Cadence(s); err != nil {
				r.bad(n, err.Error(), mend)
				return
			}
		} else if _, err := ParsePeriod(s); err != nil && len(strings.Fields(s)) != 5 && !strings.HasPrefix(s, "@") {
			r.bad(n, quote(s)+" is not how often something comes round", mend)
			return
		}
		*dst = Cadence(s)
	}
}
