package care

import (
	"fmt"
	"log/slog"
	"time"
)

// Observation is what a therapist noticed in a session, for themselves and who
// shares the case. No client is ever shown one, nor told that there are any:
// [Case.Shown] cannot hold one.
type Observation struct {
	Session    SessionID   `cbor:"1,keyasint,omitempty"`
	By         TherapistID `cbor:"2,keyasint"`
	At         int64       `cbor:"3,keyasint"`
	Talks      int         `cbor:"4,keyasint,omitempty"` // talkativeness, 1 to 5; 0: not said
	Insight    int         `cbor:"5,keyasint,omitempty"`
	Motivation int         `cbor:"6,keyasint,omitempty"`
	Note       string      `cbor:"7,keyasint,omitempty"`
}

// LogValue keeps a therapist's words out of every log.
func (Observation) LogValue() slog.Value { return slog.StringValue("[redacted]") }

// String keeps a therapist's words out of every error and message.
func (Observation) String() string { return "[redacted]" }

// GoString does the same for %#v.
func (Observation) GoString() string { return "[redacted]" }

// Observe adds an observation. It returns ErrRange for a figure that is not 1
// to 5, and ErrNotPossible for nobody or nothing at all.
func (c *Case) Observe(o Observation, at time.Time) error {
	for _, n := range []int{o.Talks, o.Insight, o.Motivation} {
		if n < 0 || n > 5 {
			return fmt.Errorf("observe, case %s: %w", c.ID, ErrRange)
		}
	}
	if c.Status == Erased || o.By == "" || o.Talks+o.Insight+o.Motivation == 0 && o.Note == "" {
		return fmt.Errorf("observe, case %s: %w", c.ID, ErrNotPossible)
	}
	o.At = at.Unix()
	c.Observed = append(c.Observed[:len(c.Observed):len(c.Observed)], o)
	c.Updated = o.At
	return nil
}
