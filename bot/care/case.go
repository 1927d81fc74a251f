package care

import (
	"fmt"
	"log/slog"
	"maps"
	"time"
)

// CaseSchema is the version of the stored Case.
const CaseSchema = 1

// Status is where a case stands.
type Status string

const (
	OpenIntake      Status = "open-intake"      // the intake is under way
	WaitingDecision Status = "waiting-decision" // sent; nobody has decided
	Claimed         Status = "claimed"          // sent; a therapist said "I have this"
	Offered         Status = "offered"          // times were offered; the client picks
	Waiting         Status = "waiting"          // on the waitlist
	Referred        Status = "referred"         // other names were given
	Asked           Status = "asked"            // one more question is with the client
	Calling         Status = "calling"          // somebody will call the client
	Booked          Status = "booked"           // the client picked a time
	Withdrawn       Status = "withdrawn"        // the client needs it no longer
	Erased          Status = "erased"           // nothing is left but this
)

// Case is the stored state of one enquiry, from its first alert or call request
// to its end. All times are unix seconds. It holds a client's words and prints
// as [redacted].
//
// Its methods are the only transitions. Each either changes the case as it
// says or returns an error and changes nothing; earlier copies of the value
// never change. Sentinels: ErrDecided when somebody was first, ErrNotYours when
// another therapist has it (both inside a *Conflict that says who), and
// ErrNotPossible for anything that makes no sense where the case stands.
type Case struct {
	Schema    int               `cbor:"1,keyasint"`
	ID        CaseID            `cbor:"2,keyasint"`
	Status    Status            `cbor:"3,keyasint"`
	Facts     map[string]string `cbor:"4,keyasint,omitempty"`
	Urgency   Urgency           `cbor:"5,keyasint,omitempty"`
	Submitted int64             `cbor:"6,keyasint,omitempty"` // first time
	Due       int64             `cbor:"7,keyasint,omitempty"` // the client was told: an answer by then
	Holder    Claim             `cbor:"8,keyasint,omitzero"`
	Decisions []Decision        `cbor:"9,keyasint,omitempty"` // oldest first
	Answer    Reply             `cbor:"10,keyasint,omitzero"` // the client's last
	Call      CallRequest       `cbor:"11,keyasint,omitzero"`
	Alerts    []Alert           `cbor:"12,keyasint,omitempty"` // oldest first
	Updated   int64             `cbor:"13,keyasint,omitempty"`
	Language  string            `cbor:"14,keyasint,omitempty"` // in which the client writes; empty when it is English
	Noticed   []Notice          `cbor:"15,keyasint,omitempty"` // what the screen found, oldest first

	// The course of care, from the first session on. Lists are oldest first.
	Episode  Episode       `cbor:"20,keyasint,omitzero"`
	People   []Person      `cbor:"21,keyasint,omitempty"` // none: the client alone
	Holds    []Hold        `cbor:"22,keyasint,omitempty"`
	Sittings []Sitting     `cbor:"23,keyasint,omitempty"`
	Sessions []Session     `cbor:"24,keyasint,omitempty"` // by id, from 1
	Observed []Observation `cbor:"25,keyasint,omitempty"` // the therapist's own; never a client's to see
	Goals    []Goal        `cbor:"26,keyasint,omitempty"` // by id, from 1
	Measures []Measure     `cbor:"27,keyasint,omitempty"`
	Given    []Assignment  `cbor:"28,keyasint,omitempty"` // by id, from 1
	Reports  []Report      `cbor:"29,keyasint,omitempty"`
	Asks     []Asking      `cbor:"30,keyasint,omitempty"`
	Quieted  []Quieted     `cbor:"31,keyasint,omitempty"`
	Flags    []Flag        `cbor:"32,keyasint,omitempty"`
	Signs    []Sign        `cbor:"33,keyasint,omitempty"`
	Boosters []Booster     `cbor:"34,keyasint,omitempty"`
	Told     []Told        `cbor:"35,keyasint,omitempty"`
}

// Claim says which therapist has the case in hand.
type Claim struct {
	By TherapistID `cbor:"1,keyasint"`
	At int64       `cbor:"2,keyasint"`
}

// CallRequest is a client's wish to be called.
type CallRequest struct {
	Phone     string   `cbor:"1,keyasint"` // words
	When      []string `cbor:"2,keyasint,omitempty"`
	Voicemail bool     `cbor:"3,keyasint,omitempty"` // a message may be left
	At        int64    `cbor:"4,keyasint"`
}

// LogValue keeps a client's words out of every log.
func (CallRequest) LogValue() slog.Value { return slog.StringValue("[redacted]") }

// String keeps a client's words out of every error and message.
func (CallRequest) String() string { return "[redacted]" }

// AlertName is what an alert is about.
type AlertName string

const (
	AlertCrisis  AlertName = "crisis"
	AlertIPV     AlertName = "ipv"
	AlertDanger  AlertName = "danger"
	AlertChild   AlertName = "child"
	AlertMedical AlertName = "medical"
	AlertCall    AlertName = "call"
)

// AlertNames are all that there are.
func AlertNames() []AlertName {
	return []AlertName{AlertCrisis, AlertIPV, AlertDanger, AlertChild, AlertMedical, AlertCall}
}

func (n AlertName) urgency() Urgency {
	switch n {
	case AlertMedical:
		return R0
	case AlertCrisis, AlertIPV, AlertDanger, AlertChild, AlertCall:
		return R1
	default:
		return ""
	}
}

// Alert is something a human must look at now, until somebody says they have.
type Alert struct {
	Name  AlertName   `cbor:"1,keyasint"`
	At    int64       `cbor:"2,keyasint"`
	AckBy TherapistID `cbor:"3,keyasint,omitempty"`
	AckAt int64       `cbor:"4,keyasint,omitempty"`
	Told  int         `cbor:"5,keyasint,omitempty"` // how often somebody was told
	Next  int64       `cbor:"6,keyasint,omitempty"` // when somebody is told again; 0: another alert of the same name sees to it
	Twice int         `cbor:"7,keyasint,omitempty"` // the last telling that went by the second way too
	// Seat is who of a couple it is about: 0 for the first, then 2, 3 …
	Seat uint8 `cbor:"10,keyasint,omitempty"`
}

// Reply is what a client answered to a decision.
type Reply struct {
	Kind  ReplyKind `cbor:"1,keyasint"`
	Value string    `cbor:"2,keyasint,omitempty"` // words; for picked, the start as unix seconds
	At    int64     `cbor:"3,keyasint"`
}

// LogValue keeps a client's words out of every log.
func (Reply) LogValue() slog.Value { return slog.StringValue("[redacted]") }

// String keeps a client's words out of every error and message.
func (Reply) String() string { return "[redacted]" }

// Conflict is a refused press: who was first, or who has the case.
type Conflict struct {
	Err  error // ErrDecided or ErrNotYours
	By   TherapistID
	Kind DecisionKind // what was decided; empty for a claim
	At   int64
}

func (c *Conflict) Error() string { return fmt.Sprintf("by %s: %v", c.By, c.Err) }

// Unwrap returns the sentinel.
func (c *Conflict) Unwrap() error { return c.Err }

// NewCase returns a case whose intake is under way.
func NewCase(id CaseID, at time.Time) Case {
	return Case{Schema: CaseSchema, ID: id, Status: OpenIntake, Updated: at.Unix()}
}

// LogValue keeps a client's words out of every log.
func (c Case) LogValue() slog.Value { return slog.StringValue("[redacted]") }

// String keeps a client's words out of every error and message.
func (c Case) String() string { return "[redacted]" }

// GoString does the same for %#v.
func (c Case) GoString() string { return "[redacted]" }

// Submit stores what the client sent. It may come again, with changed answers,
// until somebody has decided; a claim stays. The urgency may rise above the one
// given, through an alert, and never sinks below that again.
func (c *Case) Submit(facts map[string]string, urgency Urgency, at, due time.Time) error {
	switch c.Status {
	case OpenIntake, WaitingDecision, Claimed:
	default:
		return fmt.Errorf("submit case %s, %s: %w", c.ID, c.Status, ErrNotPossible)
	}
	if len(c.Decisions) > 0 {
		return fmt.Errorf("submit case %s, decided once: %w", c.ID, ErrNotPossible)
	}
	if c.Status == OpenIntake {
		c.Status, c.Submitted, c.Due = WaitingDecision, at.Unix(), due.Unix()
		if c.Holder.By != "" {
			c.Status = Claimed
		}
	}
	c.Facts = maps.Clone(facts)
	c.Urgency = urgency
	for _, a := range c.Alerts {
		c.raise(a.Name.urgency())
	}
	for _, n := range c.Noticed {
		c.raise(n.urgency())
	}
	c.Updated = at.Unix()
	return nil
}

func (c *Case) raise(u Urgency) {
	if u.Over(c.Urgency) {
		c.Urgency = u
	}
}

// Claim marks the case as in the hands of a therapist: "I have this". Again by
// the same one changes nothing. It returns a *Conflict when another has it, or
// when it is decided.
func (c *Case) Claim(by TherapistID, at time.Time) error {
	if by == "" {
		return fmt.Errorf("claim case %s: nobody: %w", c.ID, ErrNotPossible)
	}
	switch c.Status {
	case Claimed:
		if c.Holder.By != by {
			return c.conflict("claim", ErrNotYours)
		}
		return nil
	case OpenIntake: // an alert or a call request came before the rest
		if c.Holder.By != "" && c.Holder.By != by {
			return c.conflict("claim", ErrNotYours)
		}
		if c.Holder.By == by {
			return nil
		}
	case WaitingDecision:
		c.Status = Claimed
	case Withdrawn, Erased:
		return fmt.Errorf("claim case %s, %s: %w", c.ID, c.Status, ErrNotPossible)
	default:
		return c.conflict("claim", ErrDecided)
	}
	c.Holder = Claim{By: by, At: at.Unix()}
	c.Updated = at.Unix()
	return nil
}

// conflict names who was first: the last decision, or the claim.
func (c *Case) conflict(op string, sentinel error) error {
	k := &Conflict{Err: sentinel, By: c.Holder.By, At: c.Holder.At}
	if d, ok := c.Last(); ok && sentinel == ErrDecided {
		k.By, k.Kind, k.At = d.By, d.Kind, d.At
	}
	return fmt.Errorf("%s case %s: %w", op, c.ID, k)
}

// Lapse opens a case again that stood still: the client never answered an offer
// or a question, or whoever claimed it did not decide in time. It reports
// whether there was anything to open.
func (c *Case) Lapse(at time.Time) bool {
	switch c.Status {
	case Offered, Asked, Claimed:
		c.Status, c.Holder, c.Updated = WaitingDecision, Claim{}, at.Unix()
		return true
	}
	return false
}

// RequestCall notes that the client wishes to be called. A later one replaces
// the earlier. It is possible at any time, before the intake is sent too.
func (c *Case) RequestCall(r CallRequest, at time.Time) error {
	if c.Status == Erased {
		return fmt.Errorf("request call, case %s, erased: %w", c.ID, ErrNotPossible)
	}
	r.At = at.Unix()
	r.When = append([]string(nil), r.When...)
	c.Call, c.Updated = r, r.At
	return nil
}

// Alert notes that a human must look now, and raises the urgency if need be.
func (c *Case) Alert(name AlertName, at time.Time) error {
	if c.Status == Erased || name.urgency() == "" {
		return fmt.Errorf("alert case %s: %w", c.ID, ErrNotPossible)
	}
	c.Alerts = append(c.Alerts[:len(c.Alerts):len(c.Alerts)], Alert{Name: name, At: at.Unix()})
	c.raise(name.urgency())
	c.Updated = at.Unix()
	return nil
}

// Acknowledge says that a human has seen every alert so far. It reports whether
// there was one to see. The urgency stays.
func (c *Case) Acknowledge(by TherapistID, at time.Time) bool {
	alerts := append([]Alert(nil), c.Alerts...)
	news := false
	for i := range alerts {
		if alerts[i].AckBy == "" {
			alerts[i].AckBy, alerts[i].AckAt = by, at.Unix()
			news = true
		}
	}
	if news {
		c.Alerts, c.Updated = alerts, at.Unix()
	}
	return news
}

// Erase leaves only the id and that it was erased.
func (c *Case) Erase(at time.Time) {
	*c = Case{Schema: CaseSchema, ID: c.ID, Status: Erased, Updated: at.Unix()}
}

// Enquiry types the facts.
func (c Case) Enquiry() Enquiry { return ReadEnquiry(c.Facts) }
