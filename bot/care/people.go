package care

import (
	"fmt"
	"slices"
	"strconv"
	"time"
)

// PersonID names one of the people of a case by their seat: "1" for who wrote
// first, "2" for the first partner who joined. It says nothing else about
// them. Partners share a case and never each other's answers.
type PersonID string

// TheClient is who wrote first.
const TheClient PersonID = "1"

// PersonIn names who is in a seat, as an [Alert] counts seats.
func PersonIn(seat uint8) PersonID { return PersonID(strconv.Itoa(int(max(1, seat)))) }

// Seat is the seat of a person: 0 for who wrote first, and for nobody.
func (id PersonID) Seat() uint8 {
	n, err := strconv.ParseUint(string(id), 10, 8)
	if err != nil || n < 2 {
		return 0
	}
	return uint8(n)
}

// Person is somebody who takes part in the work.
type Person struct {
	ID     PersonID `cbor:"1,keyasint"`
	Joined int64    `cbor:"2,keyasint"`
	Left   int64    `cbor:"3,keyasint,omitempty"`
	Pause  Pause    `cbor:"4,keyasint,omitzero"`
}

// Pause is a rest that a person asked for: nothing is asked of them until it
// is over. What was booked is still reminded of.
type Pause struct {
	Since int64 `cbor:"1,keyasint,omitempty"`
	Until int64 `cbor:"2,keyasint,omitempty"` // 0: until they say so
}

// On reports whether the pause holds at an instant.
func (p Pause) On(at time.Time) bool {
	return p.Since != 0 && p.Since <= at.Unix() && (p.Until == 0 || at.Unix() < p.Until)
}

// Here returns those who take part now. The client does from the start.
func (c Case) Here() []PersonID {
	var out []PersonID
	if len(c.People) == 0 {
		return []PersonID{TheClient}
	}
	for _, p := range c.People {
		if p.Left == 0 {
			out = append(out, p.ID)
		}
	}
	return out
}

func (c *Case) person(id PersonID) *Person {
	if len(c.People) == 0 {
		c.People = []Person{{ID: TheClient, Joined: c.Submitted}}
	}
	c.People = slices.Clone(c.People)
	at := slices.IndexFunc(c.People, func(p Person) bool { return p.ID == id })
	if at < 0 || c.Status == Erased {
		return nil
	}
	return &c.People[at]
}

// Join lets the partner in a seat take part, and returns how they are named. It
// returns ErrNotPossible for a seat that somebody has or had, and for more than
// [MostPartners].
func (c *Case) Join(seat uint8, at time.Time) (PersonID, error) {
	id := PersonIn(seat)
	if c.Status == Erased || id == TheClient || c.person(id) != nil || len(c.Here()) > MostPartners {
		return "", fmt.Errorf("join case %s: %w", c.ID, ErrNotPossible)
	}
	c.People = append(c.People, Person{ID: id, Joined: at.Unix()})
	c.Updated = at.Unix()
	return id, nil
}

// PartWays notes that a person leaves alone. What they had to do is withdrawn,
// and nothing more is asked of them; the others go on.
func (c *Case) PartWays(id PersonID, at time.Time) error {
	if !slices.Contains(c.Here(), id) {
		return fmt.Errorf("part ways, case %s: %w", c.ID, ErrNotPossible)
	}
	p := c.person(id)
	if p == nil {
		return fmt.Errorf("part ways, case %s: %w", c.ID, ErrNotPossible)
	}
	p.Left, c.Updated = at.Unix(), at.Unix()
	c.CallOff(at)
	for _, a := range c.Given {
		if a.Person == id {
			_ = c.Withdraw(a.ID, at) // what is over cannot be withdrawn, and need not be
		}
	}
	return nil
}

// forget takes out all that a person said and was given in the course of care.
// Goals that are everybody's stay, without what they said of them; of theirs,
// and of what they were given, the numbers stay taken.
func (c *Case) forget(id PersonID, at time.Time) {
	c.People = slices.DeleteFunc(slices.Clone(c.People), func(p Person) bool { return p.ID == id })
	c.Sittings = slices.DeleteFunc(slices.Clone(c.Sittings), func(s Sitting) bool { return s.Person == id })
	c.Goals = slices.Clone(c.Goals)
	for i := range c.Goals {
		g := &c.Goals[i]
		if g.Person == id {
			*g = Goal{ID: g.ID, Dropped: at.Unix()}
		}
		g.Ratings = slices.DeleteFunc(slices.Clone(g.Ratings), func(r Rating) bool { return r.Person == id })
	}
	c.Measures = slices.DeleteFunc(slices.Clone(c.Measures), func(m Measure) bool { return m.Person == id })
	c.Given = slices.Clone(c.Given)
	for i, a := range c.Given {
		if a.Person == id {
			c.Given[i] = Assignment{ID: a.ID, State: AssignmentWithdrawn}
		}
	}
	c.Reports = slices.DeleteFunc(slices.Clone(c.Reports), func(r Report) bool { return r.Person == id })
	c.Asks = slices.DeleteFunc(slices.Clone(c.Asks), func(a Asking) bool { return a.Person == id })
	c.Quieted = slices.DeleteFunc(slices.Clone(c.Quieted), func(q Quieted) bool { return q.Person == id })
	c.Flags = slices.DeleteFunc(slices.Clone(c.Flags), func(f Flag) bool { return f.Person == id })
	c.Signs = slices.DeleteFunc(slices.Clone(c.Signs), func(s Sign) bool { return s.Person == id })
	c.Boosters = slices.DeleteFunc(slices.Clone(c.Boosters), func(b Booster) bool { return b.Person == id })
	c.Told = slices.DeleteFunc(slices.Clone(c.Told), func(t Told) bool { return t.Person == id })
}

// PauseFor stops what is asked of a person until a time, or, with the zero
// time, until [Case.GoOn].
func (c *Case) PauseFor(id PersonID, until, at time.Time) error {
	p := c.person(id)
	if p == nil || !until.IsZero() && !until.After(at) {
		return fmt.Errorf("pause, case %s: %w", c.ID, ErrNotPossible)
	}
	p.Pause = Pause{Since: at.Unix()}
	if !until.IsZero() {
		p.Pause.Until = until.Unix()
	}
	c.Updated = at.Unix()
	c.CallOff(at)
	return nil
}

// GoOn ends a pause; it reports whether there was one.
func (c *Case) GoOn(id PersonID, at time.Time) bool {
	p := c.person(id)
	if p == nil || !p.Pause.On(at) {
		return false
	}
	p.Pause, c.Updated = Pause{}, at.Unix()
	return true
}

// Hold stops every assignment of a case, for all who take part, until a
// therapist lifts it: somebody may not be safe with somebody. To the people of
// the case it looks like any pause, and nothing says who brought it about.
type Hold struct {
	Since  int64       `cbor:"1,keyasint"`
	By     TherapistID `cbor:"2,keyasint,omitempty"` // empty: the service, after an alert or a report
	Lifted int64       `cbor:"3,keyasint,omitempty"`
	LiftBy TherapistID `cbor:"4,keyasint,omitempty"`
}

// Held reports whether assignments are on hold.
func (c Case) Held() bool { return len(c.Holds) > 0 && c.Holds[len(c.Holds)-1].Lifted == 0 }

// PutHold puts assignments on hold; it reports false when they are.
func (c *Case) PutHold(by TherapistID, at time.Time) bool {
	if c.Held() || c.Status == Erased {
		return false
	}
	c.Holds = append(c.Holds[:len(c.Holds):len(c.Holds)], Hold{Since: at.Unix(), By: by})
	c.Updated = at.Unix()
	c.CallOff(at)
	return true
}

// LiftHold ends a hold. Only a therapist does.
func (c *Case) LiftHold(by TherapistID, at time.Time) error {
	if !c.Held() || by == "" {
		return fmt.Errorf("lift the hold of case %s: %w", c.ID, ErrNotPossible)
	}
	c.Holds = slices.Clone(c.Holds)
	h := &c.Holds[len(c.Holds)-1]
	h.Lifted, h.LiftBy, c.Updated = at.Unix(), by, at.Unix()
	return nil
}

// booked is what a person's pause does not stop.
var booked = []CadenceName{CadenceSessions, CadenceBrief}

// Runs reports whether something may be sent to a person at an instant: the
// phase has it, they take part, no pause or hold is in the way, and they have
// not said that they want no more of it. It is asked when something is
// planned, and once more when it is sent.
func (c Case) Runs(name CadenceName, id PersonID, at time.Time) bool {
	if c.Status == Erased || c.Status == Withdrawn || !slices.Contains(runs[c.Episode.At()], name) || !slices.Contains(c.Here(), id) {
		return false
	}
	if name == CadenceWaitlist && c.Status != Waiting {
		return false
	}
	if slices.Contains(booked, name) {
		return true
	}
	for _, p := range c.People {
		if p.ID == id && p.Pause.On(at) {
			return false
		}
	}
	if (name == CadenceAssignments || name == CadenceReport) && c.Held() {
		return false
	}
	return !c.Quiet(name, id)
}
