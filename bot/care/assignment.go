package care

import (
	"fmt"
	"slices"
	"time"
)

// AssignmentID names an assignment within its case, from 1.
type AssignmentID int

// AssignmentState is where an assignment stands.
type AssignmentState string

const (
	AssignmentGiven     AssignmentState = "given"     // chosen; not yet with the person
	AssignmentDelivered AssignmentState = "delivered" // with the person
	AssignmentDone      AssignmentState = "done"      // reported: all of it
	AssignmentPartly    AssignmentState = "partly"    // reported: some of it
	AssignmentNotDone   AssignmentState = "not-done"  // reported: not this time; information, never a failing
	AssignmentMissed    AssignmentState = "missed"    // its time is over, and nobody said how it went
	AssignmentWithdrawn AssignmentState = "withdrawn"
)

// Assignment is something from the practice's library as it was given to one
// person. Partners get one each: what the one does with it stays with them.
type Assignment struct {
	ID        AssignmentID    `cbor:"1,keyasint"`
	Library   string          `cbor:"2,keyasint"`           // id in the library
	Variant   string          `cbor:"3,keyasint,omitempty"` // solo, disability, pain; empty: as it stands
	Person    PersonID        `cbor:"4,keyasint"`
	From      int64           `cbor:"5,keyasint"`           // delivered then, at the earliest
	Until     int64           `cbor:"6,keyasint,omitempty"` // then it is over; 0: open
	By        TherapistID     `cbor:"7,keyasint"`
	At        int64           `cbor:"8,keyasint"`
	State     AssignmentState `cbor:"9,keyasint"`
	Delivered int64           `cbor:"10,keyasint,omitempty"`
	Over      int64           `cbor:"11,keyasint,omitempty"` // missed, or withdrawn
}

// Reported reports whether somebody said how it went.
func (a Assignment) Reported() bool {
	return a.State == AssignmentDone || a.State == AssignmentPartly || a.State == AssignmentNotDone
}

// Asks reports whether a report may be asked for.
func (a Assignment) Asks() bool { return a.State == AssignmentDelivered || a.Reported() }

// Assignment returns the one with this id.
func (c Case) Assignment(id AssignmentID) (Assignment, bool) {
	if id < 1 || int(id) > len(c.Given) {
		return Assignment{}, false
	}
	return c.Given[id-1], true
}

// mostOpen assignments are with one person at a time: more is not a practice.
const mostOpen = 5

// Give gives an assignment to one person. It returns ErrHeld under a hold, and
// ErrNotPossible in a phase that has none, to somebody who takes no part, with
// an end before its beginning or before now, when the same is with them
// already, and over five at a time.
func (c *Case) Give(a Assignment, at time.Time) (AssignmentID, error) {
	if c.Held() {
		return 0, fmt.Errorf("give an assignment, case %s: %w", c.ID, ErrHeld)
	}
	open := 0
	for _, o := range c.Given {
		if o.Person != a.Person || o.State != AssignmentGiven && o.State != AssignmentDelivered {
			continue
		}
		open++
		if o.Library == a.Library {
			return 0, fmt.Errorf("give an assignment, case %s: it is with them: %w", c.ID, ErrNotPossible)
		}
	}
	if a.From == 0 {
		a.From = at.Unix()
	}
	if c.Status == Erased || !slices.Contains(runs[c.Episode.At()], CadenceAssignments) || !slices.Contains(c.Here(), a.Person) ||
		a.By == "" || !idForm.MatchString(a.Library) || a.Variant != "" && !idForm.MatchString(a.Variant) ||
		a.Until != 0 && (a.Until <= a.From || a.Until <= at.Unix()) || open >= mostOpen {
		return 0, fmt.Errorf("give an assignment, case %s: %w", c.ID, ErrNotPossible)
	}
	a.ID, a.At, a.State, a.Delivered, a.Over = AssignmentID(len(c.Given)+1), at.Unix(), AssignmentGiven, 0, 0
	c.Given = append(c.Given[:len(c.Given):len(c.Given)], a)
	c.Updated = a.At
	return a.ID, nil
}

func (c *Case) editAssignment(op string, id AssignmentID, at time.Time, change func(*Assignment) error) error {
	a, ok := c.Assignment(id)
	err := ErrNotPossible
	if ok {
		err = change(&a)
	}
	if err != nil {
		return fmt.Errorf("%s assignment %d of case %s: %w", op, id, c.ID, err)
	}
	c.Given = slices.Clone(c.Given)
	c.Given[id-1], c.Updated = a, at.Unix()
	return nil
}

// Deliver notes that an assignment goes to its person now. It looks at
// everything once more: ErrWithdrawn, ErrHeld, ErrExpired when its time is over,
// and ErrNotPossible before it begins, when it was delivered, and while it does
// not run for them.
func (c *Case) Deliver(id AssignmentID, at time.Time) error {
	return c.editAssignment("deliver", id, at, func(a *Assignment) error {
		switch {
		case a.State == AssignmentWithdrawn:
			return ErrWithdrawn
		case c.Held():
			return ErrHeld
		case a.Until != 0 && at.Unix() >= a.Until:
			return ErrExpired
		case a.State != AssignmentGiven, at.Unix() < a.From, !c.Runs(CadenceAssignments, a.Person, at):
			return ErrNotPossible
		}
		a.State, a.Delivered = AssignmentDelivered, at.Unix()
		return nil
	})
}

// Withdraw takes an assignment back, as long as nobody reported on it.
func (c *Case) Withdraw(id AssignmentID, at time.Time) error {
	err := c.editAssignment("withdraw", id, at, func(a *Assignment) error {
		if a.State != AssignmentGiven && a.State != AssignmentDelivered {
			return ErrNotPossible
		}
		a.State, a.Over = AssignmentWithdrawn, at.Unix()
		return nil
	})
	if err == nil {
		c.CallOff(at)
	}
	return err
}

// LapseAssignments ends those whose time is over and of which nobody has said
// how they went, though they were asked; what never reached anybody is
// withdrawn. It returns them. A report may still come: it is taken. It is due
// when the time is over, and by itself when a report was missed.
func (c *Case) LapseAssignments(at time.Time) []AssignmentID {
	var out []AssignmentID
	for _, a := range c.Given {
		if a.Until == 0 || at.Unix() < a.Until {
			continue
		}
		asked, was := c.lastAsking(CadenceReport, a.Person, int(a.ID))
		if a.State == AssignmentDelivered && (was && asked.Open() || !was && c.Runs(CadenceReport, a.Person, at)) {
			continue // they may still answer, or are still to be asked
		}
		state := AssignmentMissed
		switch a.State {
		case AssignmentGiven:
			state = AssignmentWithdrawn
		case AssignmentDelivered:
		default:
			continue
		}
		_ = c.editAssignment("lapse", a.ID, at, func(a *Assignment) error {
			a.State, a.Over = state, at.Unix()
			return nil
		})
		out = append(out, a.ID)
	}
	return out
}
