package care

import (
	"log/slog"
	"maps"
	"slices"
	"time"
)

// Told is what one person answered in a dialog of the course of care, whole, for
// the therapists of the case: what they wrote beside the figures stands only
// here. It holds a client's words and prints as [redacted].
type Told struct {
	Dialog string            `cbor:"1,keyasint"`
	Person PersonID          `cbor:"2,keyasint"`
	At     int64             `cbor:"3,keyasint"`
	Facts  map[string]string `cbor:"4,keyasint,omitempty"`
	// Assignment is the one that it was about; 0 for none.
	Assignment AssignmentID `cbor:"5,keyasint,omitempty"`
}

// LogValue keeps a client's words out of every log.
func (Told) LogValue() slog.Value { return slog.StringValue("[redacted]") }

// String keeps a client's words out of every error and message.
func (Told) String() string { return "[redacted]" }

// GoString does the same for %#v.
func (Told) GoString() string { return "[redacted]" }

// mostTold are kept of each dialog and person, the newest: a therapy of two years
// with a question every week.
const mostTold = 100

// Keep keeps what a person answered in a dialog, about an assignment or, with 0,
// about none. Nothing answered is nothing kept.
func (c *Case) Keep(dialog string, id PersonID, about AssignmentID, facts map[string]string, at time.Time) {
	if len(facts) == 0 || c.Status == Erased {
		return
	}
	told, same := slices.Clone(c.Told), 0
	for i := len(told) - 1; i >= 0; i-- {
		if told[i].Dialog == dialog && told[i].Person == id {
			if same++; same >= mostTold {
				told = slices.Delete(told, i, i+1)
			}
		}
	}
	c.Told = append(told, Told{Dialog: dialog, Person: id, At: at.Unix(), Facts: maps.Clone(facts), Assignment: about})
	c.Updated = at.Unix()
}

// ToldBy is what one person answered, oldest first.
func (c Case) ToldBy(id PersonID) []Told {
	return slices.DeleteFunc(slices.Clone(c.Told), func(t Told) bool { return t.Person != id })
}

// Answered reports whether a person's last question of a kind was answered, or
// was left unanswered for good, since what is asked about began: an earlier ending
// is none.
func (c Case) Answered(name CadenceName, id PersonID) bool {
	for _, a := range slices.Backward(c.Asks) {
		if a.Cadence == name && a.Person == id && a.Off == 0 {
			return !a.Open() && a.At >= c.Episode.started(name)
		}
	}
	return false
}

// Contact is when something last passed between the practice and the people of
// the case: what the period of its record counts from (rule book, section 12).
// What the service asks or plans by itself is none.
func (c Case) Contact() time.Time {
	last := max(c.Submitted, c.Answer.At, c.Call.At)
	for _, d := range c.Decisions {
		last = max(last, d.At)
	}
	for _, m := range c.Episode.History {
		last = max(last, m.At)
	}
	for _, s := range c.Sessions {
		if last = max(last, s.Chosen, s.At); s.State == SessionHappened {
			last = max(last, s.Start)
		}
	}
	for _, t := range c.Told {
		last = max(last, t.At)
	}
	for _, a := range c.Asks {
		last = max(last, a.Heard)
	}
	for _, g := range c.Given {
		last = max(last, g.At)
	}
	for _, o := range c.Observed {
		last = max(last, o.At)
	}
	for _, g := range c.Goals {
		last = max(last, g.At)
	}
	if last == 0 {
		last = c.Updated
	}
	return time.Unix(last, 0)
}
