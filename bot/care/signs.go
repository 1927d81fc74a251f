package care

import (
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"
)

// Sign is something by which a person would notice that old habits return:
// from the practice's list, or in their own words. It prints as [redacted].
type Sign struct {
	Person PersonID `cbor:"1,keyasint"`
	Listed string   `cbor:"2,keyasint,omitempty"` // an id of the list of signs
	Words  string   `cbor:"3,keyasint,omitempty"` // or the person's own
	At     int64    `cbor:"4,keyasint"`
}

// LogValue keeps a client's words out of every log.
func (Sign) LogValue() slog.Value { return slog.StringValue("[redacted]") }

// String keeps a client's words out of every error and message.
func (Sign) String() string { return "[redacted]" }

// GoString does the same for %#v.
func (Sign) GoString() string { return "[redacted]" }

// mostSigns stand on one person's list.
const mostSigns = 20

// SetSigns replaces a person's list of signs, in the order given; doubled and
// empty ones are left out. Partners have lists of their own.
func (c *Case) SetSigns(id PersonID, signs []Sign, at time.Time) error {
	if c.Status == Erased || c.person(id) == nil {
		return fmt.Errorf("set the signs of case %s: %w", c.ID, ErrNotPossible)
	}
	all := slices.DeleteFunc(slices.Clone(c.Signs), func(s Sign) bool { return s.Person == id })
	n := 0
	for _, s := range signs {
		s.Words = strings.TrimSpace(s.Words)
		s.Person, s.At = id, at.Unix()
		if s.Listed == "" && s.Words == "" || n == mostSigns || slices.Contains(all, s) {
			continue
		}
		all = append(all, s)
		n++
	}
	c.Signs, c.Updated = all, at.Unix()
	return nil
}

// SignsOf returns a person's list.
func (c Case) SignsOf(id PersonID) []Sign {
	return slices.DeleteFunc(slices.Clone(c.Signs), func(s Sign) bool { return s.Person != id })
}
