package care

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
)

// CaseloadSchema is the version of the stored Caseload.
const CaseloadSchema = 1

// Caseload is the stored state of one therapist's caseload: the cases that
// this service gave them a place for. What the therapist carries from outside
// stands in the roster and is added when counting, so that it may be edited
// there at any time.
//
// No method changes what an earlier copy of the value sees.
type Caseload struct {
	Schema int        `cbor:"1,keyasint"`
	Places []Place    `cbor:"2,keyasint,omitempty"` // sorted by case
	Held   []TimeHold `cbor:"3,keyasint,omitempty"` // by start; times of sessions after the first
}

// Place is one case in a caseload. It is held from the moment times are
// offered until the ending begins ([Phase.Carried]), and again for who is back.
type Place struct {
	Case    CaseID    `cbor:"1,keyasint"`
	Groups  []GroupID `cbor:"2,keyasint,omitempty"` // of the main topic, when it was taken
	Tier    Tier      `cbor:"3,keyasint,omitempty"`
	Times   []int64   `cbor:"4,keyasint,omitempty"` // starts of sessions held, unix seconds
	Minutes int       `cbor:"5,keyasint,omitempty"` // length of each; 0 holds the instant alone
	Since   int64     `cbor:"6,keyasint,omitempty"` // unix seconds
}

// Counts are the cases of a therapist, the ones from outside included.
type Counts struct {
	Total   int
	Groups  map[GroupID]int
	Reduced Slots
}

// Count adds the places to what the therapist carries.
func (c Caseload) Count(t Therapist) Counts { return c.countWithout(t, "") }

func (c Caseload) countWithout(t Therapist, except CaseID) Counts {
	n := Counts{Total: t.Carries.Total, Groups: make(map[GroupID]int, len(t.Carries.Groups)), Reduced: t.Carries.Reduced}
	for g, k := range t.Carries.Groups {
		n.Groups[g] = k
	}
	for _, p := range c.Places {
		if p.Case == except {
			continue
		}
		n.Total++
		for _, g := range p.Groups {
			n.Groups[g]++
		}
		switch p.Tier {
		case Middle:
			n.Reduced.Middle++
		case Low:
			n.Reduced.Low++
		}
	}
	return n
}

// Take gives a case a place, or replaces the one it has, say with other times.
// It returns ErrFull at a hard cap, in total or of one of the groups;
// ErrNoReducedSlot when the tier needs a slot and none is open; ErrTimeTaken
// when another case, or a session, holds an overlapping time. After an error nothing changed.
//
// A soft cap does not stop it: a therapist may overrule that, with a reason
// that the case keeps. A hard cap nobody overrules. A case that already counts
// may keep its place when the roster's caps have sunk below it since.
func (c *Caseload) Take(t Therapist, p Place) error {
	if p.Case == "" || p.Tier == Below {
		return fmt.Errorf("take a place with %s: %w", t.ID, ErrNotPossible)
	}
	n := c.countWithout(t, p.Case)
	old, had := c.Place(p.Case)
	if !had && n.Total >= t.Caps.Total.Hard {
		return fmt.Errorf("take a place with %s: total: %w", t.ID, ErrFull)
	}
	for _, g := range p.Groups {
		limit, capped := t.Caps.Groups[g]
		if capped && n.Groups[g] >= limit.Hard && !slices.Contains(old.Groups, g) {
			return fmt.Errorf("take a place with %s: group %s: %w", t.ID, g, ErrFull)
		}
	}
	if p.Tier.Reduced() && n.Reduced.Of(p.Tier) >= t.ReducedSlots.Of(p.Tier) && old.Tier != p.Tier {
		return fmt.Errorf("take a place with %s: %s fee: %w", t.ID, p.Tier, ErrNoReducedSlot)
	}
	for _, held := range c.Places {
		if held.Case != p.Case && held.overlaps(p) {
			return fmt.Errorf("take a place with %s: %w", t.ID, ErrTimeTaken)
		}
	}
	if c.meetsHeld(p) {
		return fmt.Errorf("take a place with %s: %w", t.ID, ErrTimeTaken)
	}
	c.put(p)
	return nil
}

// Return gives a case a place again whose client is back. Nobody is sent away
// who is: a place that a cap or the slots speak against is given all the same,
// and the error of [Caseload.Take] says what is over now.
func (c *Caseload) Return(t Therapist, p Place) error {
	err := c.Take(t, p)
	if errors.Is(err, ErrFull) || errors.Is(err, ErrNoReducedSlot) {
		c.put(p)
	}
	return err
}

func (c *Caseload) put(p Place) {
	p.Groups, p.Times = slices.Clone(p.Groups), slices.Clone(p.Times)
	slices.Sort(p.Groups)
	p.Groups = slices.Compact(p.Groups)
	slices.Sort(p.Times)

	at, found := slices.BinarySearchFunc(c.Places, p.Case, byCase)
	places := slices.Clone(c.Places)
	if found {
		places[at] = p
	} else {
		places = slices.Insert(places, at, p)
	}
	c.Schema, c.Places = CaseloadSchema, places
}

// Leave gives a case's place back; what is held for its sessions stays. It
// reports whether there was a place.
func (c *Caseload) Leave(id CaseID) bool {
	at, found := slices.BinarySearchFunc(c.Places, id, byCase)
	if found {
		c.Places = slices.Delete(slices.Clone(c.Places), at, at+1)
	}
	return found
}

// Release gives a case's place back, and every time that is held for it; it
// reports whether there was anything.
func (c *Caseload) Release(id CaseID) bool {
	freed := c.FreeAll(id)
	return c.Leave(id) || freed
}

// Place returns what is held for a case.
func (c Caseload) Place(id CaseID) (Place, bool) {
	at, found := slices.BinarySearchFunc(c.Places, id, byCase)
	if !found {
		return Place{}, false
	}
	return c.Places[at], true
}

func byCase(p Place, id CaseID) int { return cmp.Compare(p.Case, id) }

func (p Place) overlaps(q Place) bool {
	for _, a := range p.Times {
		for _, b := range q.Times {
			if a == b || a < b+int64(q.Minutes)*60 && b < a+int64(p.Minutes)*60 {
				return true
			}
		}
	}
	return false
}
