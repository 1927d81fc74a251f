package care

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// TimeHold is a stretch of a therapist's time that is given to a session, or
// kept for the client's choice. It is apart from the [Place]: a colleague who
// covers holds times without having the case in their caseload.
type TimeHold struct {
	Case    CaseID    `cbor:"1,keyasint"`
	Session SessionID `cbor:"2,keyasint"`
	Start   int64     `cbor:"3,keyasint"` // unix seconds
	Minutes int       `cbor:"4,keyasint"`
	Until   int64     `cbor:"5,keyasint,omitempty"` // kept until then for a choice; 0: given
}

func (h TimeHold) end() int64 { return h.Start + int64(h.Minutes)*60 }

func (h TimeHold) stands(now int64) bool { return h.Until == 0 || now < h.Until }

// meets reports whether two stretches share an instant; of no length, each is
// its start alone.
func meets(a, aEnd, b, bEnd int64) bool { return a == b || a < bEnd && b < aEnd }

// Hold keeps times for a session until the client has chosen, in the place of
// whatever was held for that session. It returns ErrTimeTaken, and changes
// nothing, when any of them overlaps a time that is given or kept for another
// session of any case, or another of the times themselves; ErrNotPossible when
// there is nothing to hold.
func (c *Caseload) Hold(id CaseID, s SessionID, starts []int64, minutes int, until, now time.Time) error {
	if id == "" || s < 1 || len(starts) == 0 || minutes <= 0 || !until.IsZero() && !until.After(now) {
		return fmt.Errorf("hold times: %w", ErrNotPossible)
	}
	held := slices.DeleteFunc(slices.Clone(c.Held), func(h TimeHold) bool {
		return h.Case == id && h.Session == s || !h.stands(now.Unix())
	})
	for _, start := range starts {
		h := TimeHold{Case: id, Session: s, Start: start, Minutes: minutes}
		if !until.IsZero() {
			h.Until = until.Unix()
		}
		for _, o := range held {
			if meets(h.Start, h.end(), o.Start, o.end()) {
				return fmt.Errorf("hold times: %w", ErrTimeTaken)
			}
		}
		for _, p := range c.Places {
			for _, at := range p.Times {
				if meets(h.Start, h.end(), at, at+int64(p.Minutes)*60) {
					return fmt.Errorf("hold times: %w", ErrTimeTaken)
				}
			}
		}
		held = append(held, h)
	}
	c.setHeld(held)
	return nil
}

// Keep gives one of the times that are held for a session to it, and frees the
// others. It returns ErrTimeTaken when that time is no longer held for it.
func (c *Caseload) Keep(id CaseID, s SessionID, start int64, now time.Time) error {
	at := slices.IndexFunc(c.Held, func(h TimeHold) bool {
		return h.Case == id && h.Session == s && h.Start == start && h.stands(now.Unix())
	})
	if at < 0 {
		return fmt.Errorf("keep a time: %w", ErrTimeTaken)
	}
	kept := c.Held[at]
	kept.Until = 0
	held := slices.DeleteFunc(slices.Clone(c.Held), func(h TimeHold) bool { return h.Case == id && h.Session == s })
	c.setHeld(append(held, kept))
	return nil
}

// Adopt gives the one time that a place holds since the intake to a session,
// so that it can be moved and freed like any other. It reports whether there
// was such a time.
func (c *Caseload) Adopt(id CaseID, s SessionID) bool {
	at, found := slices.BinarySearchFunc(c.Places, id, byCase)
	if !found || len(c.Places[at].Times) != 1 || s < 1 {
		return false
	}
	c.Places = slices.Clone(c.Places)
	p := &c.Places[at]
	held := append(slices.Clone(c.Held), TimeHold{Case: id, Session: s, Start: p.Times[0], Minutes: p.Minutes})
	p.Times = nil
	c.setHeld(held)
	return true
}

// Free gives back what is held for a session; it reports whether there was
// anything.
func (c *Caseload) Free(id CaseID, s SessionID) bool {
	return c.free(func(h TimeHold) bool { return h.Case == id && h.Session == s })
}

// FreeAll gives back what is held for any session of a case: it is closed or
// erased.
func (c *Caseload) FreeAll(id CaseID) bool {
	return c.free(func(h TimeHold) bool { return h.Case == id })
}

// Sweep gives back what nobody chose in time, and forgets sessions that are
// over.
func (c *Caseload) Sweep(now time.Time) bool {
	return c.free(func(h TimeHold) bool { return !h.stands(now.Unix()) || h.end() <= now.Unix() })
}

func (c *Caseload) free(which func(TimeHold) bool) bool {
	held := slices.DeleteFunc(slices.Clone(c.Held), which)
	if len(held) == len(c.Held) {
		return false
	}
	c.setHeld(held)
	return true
}

func (c *Caseload) setHeld(held []TimeHold) {
	slices.SortFunc(held, func(a, b TimeHold) int { return cmp.Compare(a.Start, b.Start) })
	if len(held) == 0 {
		held = nil
	}
	c.Schema, c.Held = CaseloadSchema, held
}

// meetsHeld reports whether a place would hold a time that is given or kept
// for a session. What nobody chose in time no longer counts once the place
// says since when it is taken.
func (c Caseload) meetsHeld(p Place) bool {
	for _, h := range c.Held {
		if p.Since != 0 && !h.stands(p.Since) {
			continue
		}
		for _, at := range p.Times {
			if meets(h.Start, h.end(), at, at+int64(p.Minutes)*60) {
				return true
			}
		}
	}
	return false
}

// Taken returns the stretches of a therapist's time from now on that nobody
// else can have, by start, unix seconds, each with its end.
func (c Caseload) Taken(now time.Time) [][2]int64 {
	var out [][2]int64
	for _, h := range c.Held {
		if h.stands(now.Unix()) && h.end() > now.Unix() {
			out = append(out, [2]int64{h.Start, h.end()})
		}
	}
	for _, p := range c.Places {
		for _, at := range p.Times {
			if end := at + int64(p.Minutes)*60; end > now.Unix() {
				out = append(out, [2]int64{at, end})
			}
		}
	}
	slices.SortFunc(out, func(a, b [2]int64) int { return cmp.Compare(a[0], b[0]) })
	return out
}
