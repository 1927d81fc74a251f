package care

import (
	"fmt"
	"slices"
	"time"
)

// Asking is a question that went to one person and waits for an answer: a report,
// a pulse, a measure, a sitting, a review. What happens when none comes is the
// same for all of them (rule book, section 11): one nudge after 48 hours, the
// therapist told after seven days, then silence; after two in a row that
// nobody answered, less is offered, and until somebody says how to go on
// nothing more of the kind is asked.
type Asking struct {
	Cadence CadenceName `cbor:"1,keyasint"`
	Person  PersonID    `cbor:"2,keyasint"`
	Ref     int         `cbor:"3,keyasint,omitempty"` // the assignment, of a report
	At      int64       `cbor:"4,keyasint"`
	Nudged  int64       `cbor:"5,keyasint,omitempty"`
	Told    int64       `cbor:"6,keyasint,omitempty"` // the therapist was told: it counts as missed
	Heard   int64       `cbor:"7,keyasint,omitempty"` // answered, be it late
	Off     int64       `cbor:"8,keyasint,omitempty"` // no longer asked: the thing was withdrawn, the phase is over
}

// Open reports whether the question still waits, and something is still to be
// done about it.
func (a Asking) Open() bool { return a.Told == 0 && a.Heard == 0 && a.Off == 0 }

// Missed reports whether nobody has answered to this day.
func (a Asking) Missed() bool { return a.Told != 0 && a.Heard == 0 }

// AskStep is what is to be done about a question.
type AskStep string

const (
	StepNudge AskStep = "nudge"
	StepTell  AskStep = "tell" // the therapist
)

// Next returns what is to be done about an open question next, and when;
// ok is false when nothing is. Pass the person's own zone, so that days are
// theirs.
func (a Asking) Next(r SilenceRules, zone *time.Location) (step AskStep, at time.Time, ok bool) {
	asked := time.Unix(a.At, 0).In(zone)
	switch {
	case !a.Open():
		return "", time.Time{}, false
	case a.Nudged == 0:
		return StepNudge, r.Nudge.After(asked), true
	}
	at = r.Tell.After(asked)
	if late := r.Nudge.After(time.Unix(a.Nudged, 0).In(zone)); late.After(at) {
		at = late // the nudge was late: they have as long to answer it as to answer the question
	}
	return StepTell, at, true
}

// mostAsks are kept of each kind and person, the newest.
const mostAsks = 24

// Ask notes that a question goes out now. It returns ErrNotPossible when it
// does not run for this person, when one of its kind (about the same thing)
// still waits for them, or about an assignment that is not theirs or is over.
func (c *Case) Ask(name CadenceName, id PersonID, ref int, at time.Time) error {
	if !c.Runs(name, id, at) {
		return fmt.Errorf("ask for %s, case %s: %w", name, c.ID, ErrNotPossible)
	}
	if name == CadenceReport {
		a, ok := c.Assignment(AssignmentID(ref))
		if !ok || a.Person != id || !a.Asks() {
			return fmt.Errorf("ask for %s, case %s: %w", name, c.ID, ErrNotPossible)
		}
	}
	same := 0
	asks := slices.Clone(c.Asks)
	for i := len(asks) - 1; i >= 0; i-- {
		a := asks[i]
		if a.Cadence != name || a.Person != id {
			continue
		}
		if a.Open() && a.Ref == ref {
			return fmt.Errorf("ask for %s, case %s: one waits already: %w", name, c.ID, ErrNotPossible)
		}
		if same++; same >= mostAsks && !a.Open() {
			asks = slices.Delete(asks, i, i+1)
		}
	}
	c.Asks = append(asks, Asking{Cadence: name, Person: id, Ref: ref, At: at.Unix()})
	c.Updated = at.Unix()
	return nil
}

// openAsk finds the open question.
func (c Case) openAsk(name CadenceName, id PersonID, ref int) int {
	return slices.IndexFunc(c.Asks, func(a Asking) bool {
		return a.Cadence == name && a.Person == id && a.Ref == ref && a.Open()
	})
}

// Nudge notes that the one nudge about an open question goes out; it reports
// false when it has, or nothing waits.
func (c *Case) Nudge(name CadenceName, id PersonID, ref int, at time.Time) bool {
	i := c.openAsk(name, id, ref)
	if i < 0 || c.Asks[i].Nudged != 0 || !c.Runs(name, id, at) {
		return false
	}
	c.Asks = slices.Clone(c.Asks)
	c.Asks[i].Nudged, c.Updated = at.Unix(), at.Unix()
	return true
}

// TellSilence ends the wait for an answer: the question counts as missed, and the
// flags that it returns, which are the case's from now on, tell the therapist.
// less reports that it was one too many in a row: the person is now offered to
// be asked less, and until then nothing of the kind is asked. Nothing happens
// when no question waits.
func (c *Case) TellSilence(name CadenceName, id PersonID, ref int, r Rules, at time.Time) (flags []Flag, less bool) {
	i := c.openAsk(name, id, ref)
	if i < 0 {
		return nil, false
	}
	c.Asks = slices.Clone(c.Asks)
	c.Asks[i].Told, c.Updated = at.Unix(), at.Unix()
	if name == CadenceReport {
		c.LapseAssignments(at)
	}
	missed := c.Misses(name, id)
	flags = []Flag{{Name: FlagSilent, Cadence: name}}
	if name == CadenceReport && missed == r.Alerts.Reports {
		flags = append(flags, Flag{Name: FlagReports, To: missed})
	}
	flags = c.flag(flags, "", id, at)
	if missed >= r.Silence.Misses && c.quiet(name, id) == "" {
		c.setQuiet(name, id, QuietAsked, at)
		return flags, true
	}
	return flags, false
}

// Misses counts the questions of a kind that a person left unanswered, back to
// the last one that they answered.
func (c Case) Misses(name CadenceName, id PersonID) int {
	n := 0
	for _, a := range slices.Backward(c.Asks) {
		switch {
		case a.Cadence != name || a.Person != id || a.Off != 0:
		case a.Heard != 0:
			return n
		case a.Missed():
			n++
		}
	}
	return n
}

// Heard notes that a person answered: whatever waits of the kind, about the
// same thing, is answered, and so is the last that counted as missed. Somebody
// who answers again is asked again.
func (c *Case) Heard(name CadenceName, id PersonID, ref int, at time.Time) {
	c.Asks = slices.Clone(c.Asks)
	for i := len(c.Asks) - 1; i >= 0; i-- {
		a := &c.Asks[i]
		if a.Cadence == name && a.Person == id && a.Ref == ref && a.Heard == 0 && a.Off == 0 {
			a.Heard, c.Updated = at.Unix(), at.Unix()
			break
		}
	}
	if c.quiet(name, id) == QuietAsked {
		c.dropQuiet(name, id)
	}
}

// CallOff takes back every open question that no longer runs: the phase moved
// on, the person left, pauses or wants no more of it, the assignment was
// withdrawn or is on hold. Nobody has missed what was taken back; when it runs
// again it is asked anew. It reports whether there was one.
func (c *Case) CallOff(at time.Time) bool {
	asks, any := slices.Clone(c.Asks), false
	for i := range asks {
		a := &asks[i]
		if !a.Open() {
			continue
		}
		gone := !c.Runs(a.Cadence, a.Person, at)
		if a.Cadence == CadenceReport {
			g, ok := c.Assignment(AssignmentID(a.Ref))
			gone = gone || !ok || !g.Asks()
		}
		if gone {
			a.Off, any = at.Unix(), true
		}
	}
	if any {
		c.Asks, c.Updated = asks, at.Unix()
	}
	return any
}

// QuietMode is how much less somebody is asked.
type QuietMode string

const (
	QuietAsked QuietMode = "asked" // they were offered less and have not said; nothing is asked meanwhile
	QuietLess  QuietMode = "less"  // every other time
	QuietStop  QuietMode = "stop"  // not any more, until they or the therapist say so
)

// Quieted is what one person gets less of.
type Quieted struct {
	Cadence CadenceName `cbor:"1,keyasint"`
	Person  PersonID    `cbor:"2,keyasint"`
	Mode    QuietMode   `cbor:"3,keyasint"`
	At      int64       `cbor:"4,keyasint"`
}

func (c Case) quiet(name CadenceName, id PersonID) QuietMode { return c.quieted(name, id).Mode }

func (c Case) quieted(name CadenceName, id PersonID) Quieted {
	for _, q := range c.Quieted {
		if q.Cadence == name && q.Person == id {
			return q
		}
	}
	return Quieted{}
}

// Quiet reports whether nothing of a kind is asked of a person.
func (c Case) Quiet(name CadenceName, id PersonID) bool {
	m := c.quiet(name, id)
	return m == QuietAsked || m == QuietStop
}

// EveryOther reports whether a person is asked every other time only.
func (c Case) EveryOther(name CadenceName, id PersonID) bool { return c.quiet(name, id) == QuietLess }

// AskLess takes a person's answer, or a therapist's decision: QuietLess,
// QuietStop, or the empty mode to go on as before.
func (c *Case) AskLess(name CadenceName, id PersonID, mode QuietMode, at time.Time) error {
	if !slices.Contains(CadenceNames(), name) || c.person(id) == nil {
		return fmt.Errorf("ask less, case %s: %w", c.ID, ErrNotPossible)
	}
	switch mode {
	case "":
		c.dropQuiet(name, id)
	case QuietLess, QuietStop:
		c.setQuiet(name, id, mode, at)
		c.CallOff(at)
	default:
		return fmt.Errorf("ask less, case %s: %w", c.ID, ErrNotPossible)
	}
	c.Updated = at.Unix()
	return nil
}

func (c *Case) dropQuiet(name CadenceName, id PersonID) {
	c.Quieted = slices.DeleteFunc(slices.Clone(c.Quieted), func(q Quieted) bool { return q.Cadence == name && q.Person == id })
}

func (c *Case) setQuiet(name CadenceName, id PersonID, mode QuietMode, at time.Time) {
	c.dropQuiet(name, id)
	c.Quieted = append(c.Quieted, Quieted{Cadence: name, Person: id, Mode: mode, At: at.Unix()})
}
