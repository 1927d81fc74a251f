package care

import (
	"log/slog"
	"maps"
	"slices"
)

// Shown is all that one person of a case may be shown of its course: what they
// said themselves, what was given to them, what they agreed to. It has no
// field that could hold a therapist's observation, a partner's answer, a flag,
// a hold, or a score of the goals.
type Shown struct {
	Phase       Phase
	Sessions    []ShownSession
	Sittings    []Sitting
	Goals       []ShownGoal
	Assignments []Assignment // by whom is left out
	Reports     []Report
	Measures    []ShownMeasure
	Signs       []Sign
	Boosters    []Booster
}

// ShownSession is a session as everybody who takes part knows it.
type ShownSession struct {
	ID        SessionID
	Therapist TherapistID
	State     SessionState
	Start     int64
	Minutes   int
}

// ShownGoal is a goal with what the person themselves said of it.
type ShownGoal struct {
	Words  string
	Levels []string
	Rated  []Attained
}

// ShownMeasure is what somebody answered, item by item.
type ShownMeasure struct {
	Instrument Instrument
	At         int64
	Answers    []int
}

// LogValue keeps a client's words out of every log.
func (Shown) LogValue() slog.Value { return slog.StringValue("[redacted]") }

// String keeps a client's words out of every error and message.
func (Shown) String() string { return "[redacted]" }

// GoString does the same for %#v.
func (Shown) GoString() string { return "[redacted]" }

// safetyFacts are answers that never reappear in a chat (rule book, section 9).
// They are told on paper, behind the PIN.
var safetyFacts = []string{"hopes_past"}

// Shown collects what a person may be shown. Safety answers are left out: that
// there was pressure, or item 9 of the PHQ-9, is not for a phone that somebody
// else may read.
func (c Case) Shown(id PersonID) Shown {
	s := Shown{Phase: c.Episode.At(), Signs: c.SignsOf(id)}
	for _, x := range c.Sessions {
		start := x.Start
		s.Sessions = append(s.Sessions, ShownSession{x.ID, x.Therapist, x.State, start, x.Minutes})
	}
	for _, x := range c.Sittings {
		if x.Person == id {
			x.Facts = maps.Clone(x.Facts)
			for _, f := range safetyFacts {
				delete(x.Facts, f)
			}
			s.Sittings = append(s.Sittings, x)
		}
	}
	for _, g := range c.GoalsOf(id, false) {
		shown := ShownGoal{Words: g.Words, Levels: slices.Clone(g.Levels)}
		for _, r := range g.Ratings {
			if r.Person == id {
				shown.Rated = append(shown.Rated, r.Level)
			}
		}
		s.Goals = append(s.Goals, shown)
	}
	for _, a := range c.Given {
		if a.Person == id && a.Delivered != 0 {
			a.By = ""
			s.Assignments = append(s.Assignments, a)
		}
	}
	for _, r := range c.Reports {
		if r.Person == id {
			r.Pressure, r.Pain, r.PainNow, r.Unsaid = false, false, "", false
			r.Pulled, r.Stopped = slices.Clone(r.Pulled), slices.Clone(r.Stopped)
			s.Reports = append(s.Reports, r)
		}
	}
	for _, m := range c.Measures {
		if m.Person != id || m.By != "" {
			continue
		}
		answers := slices.Clone(m.Answers)
		if m.Instrument == PHQ9 && len(answers) > item9 {
			answers = answers[:item9]
		}
		s.Measures = append(s.Measures, ShownMeasure{m.Instrument, m.At, answers})
	}
	for _, b := range c.Boosters {
		if b.Person == id {
			s.Boosters = append(s.Boosters, b)
		}
	}
	return s
}
