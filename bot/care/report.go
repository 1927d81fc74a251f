package care

import (
	"fmt"
	"log/slog"
	"slices"
	"time"
)

// Report is how it went with an assignment, as one person told it. It holds a
// client's words and prints as [redacted]. No partner sees any of it.
//
// Source: rule book, section 11. What was skipped is unset.
type Report struct {
	Assignment AssignmentID    `cbor:"1,keyasint"`
	Person     PersonID        `cbor:"2,keyasint"`
	At         int64           `cbor:"3,keyasint"`
	Done       AssignmentState `cbor:"4,keyasint"`           // done, partly, not-done
	When       string          `cbor:"5,keyasint,omitempty"` // today, yesterday, some-days, several-times
	Began      string          `cbor:"6,keyasint,omitempty"` // me, partner, both, alone
	Long       string          `cbor:"7,keyasint,omitempty"` // under-ten, to-twenty, to-forty, longer
	Before     Number          `cbor:"8,keyasint,omitzero"`  // anxiety, 0 to 10
	After      Number          `cbor:"9,keyasint,omitzero"`
	Enjoyed    Number          `cbor:"10,keyasint,omitzero"`
	Noticed    string          `cbor:"11,keyasint,omitempty"` // words
	Pulled     []string        `cbor:"12,keyasint,omitempty"` // what pulled attention away
	PulledTo   string          `cbor:"13,keyasint,omitempty"` // words
	Then       string          `cbor:"14,keyasint,omitempty"` // came-back, said-so, paused, ended, went-on
	Worked     string          `cbor:"15,keyasint,omitempty"` // words
	WorkedNot  string          `cbor:"16,keyasint,omitempty"` // words
	Extra      string          `cbor:"17,keyasint,omitempty"` // words: to the assignment's own question
	Stopped    []string        `cbor:"18,keyasint,omitempty"` // time, privacy, tired, worry, pain, …
	StoppedBy  string          `cbor:"19,keyasint,omitempty"` // words
	Pain       bool            `cbor:"20,keyasint,omitempty"`
	PainNow    string          `cbor:"21,keyasint,omitempty"` // a sign that needs a doctor
	Pressure   bool            `cbor:"22,keyasint,omitempty"` // somebody was pressed into it
	Change     string          `cbor:"23,keyasint,omitempty"` // words
	Unsaid     bool            `cbor:"24,keyasint,omitempty"` // pain or pressure: which of the two was not said
}

// LogValue keeps a client's words out of every log.
func (Report) LogValue() slog.Value { return slog.StringValue("[redacted]") }

// String keeps a client's words out of every error and message.
func (Report) String() string { return "[redacted]" }

// GoString does the same for %#v.
func (Report) GoString() string { return "[redacted]" }

// ReadReport types the facts of the report dialog; what is not known stays
// unset. Pain counts wherever it was said: where it was asked for, or as what
// was in the way.
func ReadReport(facts map[string]string) Report {
	f := factReader(facts)
	r := Report{
		Done: map[string]AssignmentState{
			"fully": AssignmentDone, "partly": AssignmentPartly, "not-done": AssignmentNotDone,
		}[f["report_done"]],
		When:      f.one("report_when", "today", "yesterday", "some-days", "several-times"),
		Began:     f.one("report_who", "me", "partner", "both", "alone"),
		Long:      f.one("report_long", "under-ten", "to-twenty", "to-forty", "longer"),
		Before:    f.number("report_before", 10),
		After:     f.number("report_after", 10),
		Enjoyed:   f.number("report_enjoyed", 10),
		Noticed:   f.words("report_noticed"),
		PulledTo:  f.words("report_pulled_words"),
		Then:      f.one("report_then", "came-back", "said-so", "paused", "ended", "went-on"),
		Worked:    f.words("report_worked"),
		WorkedNot: f.words("report_worked_not"),
		Extra:     f.words("report_extra"),
		Stopped:   f.list("report_stopped"),
		StoppedBy: f.words("report_stopped_words"),
		PainNow:   f.one("report_pain_now", "bleeding", "fever-pelvic", "strong-pain", "four-hours", "stuck-inside"),
		Change:    f.words("report_change"),
	}
	for _, v := range f.list("report_pulled") {
		if v != "nothing" {
			r.Pulled = append(r.Pulled, v)
		}
	}
	said := f["report_pain"]
	if said == "other" { // in words of their own; then they are asked which
		said = f["report_pain_which"]
		r.Unsaid = said == ""
	}
	r.Pressure = said == "pressed" || said == "both"
	r.Pain = said == "pain" || said == "both" || r.PainNow != "" || slices.Contains(r.Stopped, "pain")
	return r
}

// Serious reports whether there is pain or pressure in it.
func (r Report) Serious() bool { return r.Pain || r.Pressure || r.Unsaid }

// mostReports are kept, the newest; a therapy has some dozens.
const mostReports = 200

// Report keeps how it went, and returns what a therapist must hear of: pain or
// pressure, upon which every assignment of the case is on hold at once. A
// second report on the same assignment is another attempt; the last one says
// where it stands. It returns ErrWithdrawn, and keeps nothing, when the
// therapist took the assignment back meanwhile, unless there is pain or
// pressure in it: that is heard in any case, and the report kept with it. It
// returns ErrNotPossible for somebody else's assignment, one that was never
// delivered, and where it was not said whether it was done; but with pain or
// pressure in it.
func (c *Case) Report(id AssignmentID, r Report, at time.Time) ([]Flag, error) {
	a, ok := c.Assignment(id)
	serious := r.Serious()
	switch {
	case !ok || c.Status == Erased || r.Person != a.Person || a.Delivered == 0,
		r.Done != AssignmentDone && r.Done != AssignmentPartly && r.Done != AssignmentNotDone && !serious:
		return nil, fmt.Errorf("report on assignment %d of case %s: %w", id, c.ID, ErrNotPossible)
	case a.State == AssignmentWithdrawn && !serious:
		return nil, fmt.Errorf("report on assignment %d of case %s: %w", id, c.ID, ErrWithdrawn)
	case a.State != AssignmentWithdrawn && r.Done != "":
		_ = c.editAssignment("report on", id, at, func(a *Assignment) error {
			a.State, a.Over = r.Done, 0
			return nil
		})
	}
	r.Assignment, r.At = id, at.Unix()
	all := append(slices.Clone(c.Reports), r)
	c.Reports, c.Updated = all[max(0, len(all)-mostReports):], r.At
	c.Heard(CadenceReport, r.Person, int(id), at)
	var flags []Flag
	if r.Pain {
		flags = append(flags, Flag{Name: FlagPain})
	}
	if r.Pressure {
		flags = append(flags, Flag{Name: FlagPressure})
	}
	if r.Unsaid && !r.Pain {
		flags = append(flags, Flag{Name: FlagUnsaid})
	}
	if serious {
		c.PutHold("", at)
	}
	return c.flag(flags, "", r.Person, at), nil
}

// ReportsOn returns the reports on an assignment, oldest first.
func (c Case) ReportsOn(id AssignmentID) []Report {
	var out []Report
	for _, r := range c.Reports {
		if r.Assignment == id {
			out = append(out, r)
		}
	}
	return out
}
