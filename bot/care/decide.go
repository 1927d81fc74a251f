package care

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// DecisionKind is what a therapist may do with a case.
type DecisionKind string

const (
	Offer     DecisionKind = "offer"     // times for a first session
	Wait      DecisionKind = "wait"      // the waitlist, with an honest date
	Colleague DecisionKind = "colleague" // another therapist here
	Refer     DecisionKind = "refer"     // other names
	Ask       DecisionKind = "ask"       // one more question
	Call      DecisionKind = "call"      // somebody will call
)

// DecisionKinds are all of them, in the order in which they are shown.
func DecisionKinds() []DecisionKind {
	return []DecisionKind{Offer, Wait, Colleague, Refer, Ask, Call}
}

// Label is the words on the button.
func (k DecisionKind) Label() string {
	switch k {
	case Offer:
		return "Offer times"
	case Wait:
		return "Wait"
	case Colleague:
		return "Colleague"
	case Refer:
		return "Refer"
	case Ask:
		return "Ask"
	case Call:
		return "Call"
	default:
		return string(k)
	}
}

// Decision is what a therapist decided. What a kind needs: Offer a therapist
// and at least one time; Colleague a therapist, with times or a date or
// neither; Wait a date; Ask a note, the question; Refer and Call nothing.
type Decision struct {
	Kind      DecisionKind `cbor:"1,keyasint"`
	By        TherapistID  `cbor:"2,keyasint"`
	At        int64        `cbor:"3,keyasint"` // unix seconds, set by Decide
	Therapist TherapistID  `cbor:"4,keyasint,omitempty"`
	Times     []int64      `cbor:"5,keyasint,omitempty"` // starts of sessions, unix seconds
	Date      Date         `cbor:"6,keyasint,omitempty"` // Wait: about when there is a place
	WriteBy   Date         `cbor:"7,keyasint,omitempty"` // Wait: the client hears by then either way
	Names     []string     `cbor:"8,keyasint,omitempty"` // Refer: the names given
	Note      string       `cbor:"9,keyasint,omitempty"` // the therapist's words to the client
	Overrule  string       `cbor:"10,keyasint,omitempty"`
	// Round is the Case.Round that the therapist saw when deciding. A press
	// on a summary from before another decision is refused, however much has
	// happened since.
	Round int `cbor:"11,keyasint,omitempty"`
}

// Round counts the decisions so far. A card or summary carries the round it was
// made in.
func (c Case) Round() int { return len(c.Decisions) }

// Last returns the latest decision.
func (c Case) Last() (Decision, bool) {
	if len(c.Decisions) == 0 {
		return Decision{}, false
	}
	return c.Decisions[len(c.Decisions)-1], true
}

// Undecided reports whether a therapist could decide now.
func (c Case) Undecided() bool {
	switch c.Status {
	case WaitingDecision, Claimed, Calling, Waiting:
		return true
	default:
		return false
	}
}

// Settled reports whether no therapist has anything left to do for the case: the client is
// booked or was referred, needs it no longer, or had it erased.
func (c Case) Settled() bool {
	switch c.Status {
	case Booked, Referred, Withdrawn, Erased:
		return true
	default:
		return false
	}
}

// Decide takes a therapist's decision; the first one wins. It returns a
// *Conflict with ErrDecided when the case was decided since the round that
// the therapist saw, or the client has yet to answer; a *Conflict with
// ErrNotYours when another therapist has claimed it; and ErrNotPossible when
// the decision lacks what its kind needs, or the case is not sent, withdrawn or
// erased.
//
// It is possible again once the client's reply asks for it ([Case.Reply]); for
// the one who called, after the call; and while a client is on the waitlist, for
// when a place opens: for the one who put them there, or, once the client said
// that they will wait, for anyone.
func (c *Case) Decide(d Decision, at time.Time) error {
	if lacks := d.lacks(); lacks != "" {
		return fmt.Errorf("decide case %s: %s: %w", c.ID, lacks, ErrNotPossible)
	}
	switch c.Status {
	case OpenIntake, Withdrawn, Erased:
		return fmt.Errorf("decide case %s, %s: %w", c.ID, c.Status, ErrNotPossible)
	}
	if d.Round != c.Round() || !c.Undecided() {
		return c.conflict("decide", ErrDecided)
	}
	if c.Holder.By != "" && c.Holder.By != d.By {
		if c.Status == Claimed {
			return c.conflict("decide", ErrNotYours)
		}
		return c.conflict("decide", ErrDecided)
	}
	d.At = at.Unix()
	d.Times, d.Names = slices.Clone(d.Times), slices.Clone(d.Names)
	c.Decisions = append(c.Decisions[:len(c.Decisions):len(c.Decisions)], d)
	c.Status = map[DecisionKind]Status{
		Offer: Offered, Colleague: Offered, Wait: Waiting, Refer: Referred, Ask: Asked, Call: Calling,
	}[d.Kind]
	c.Holder = Claim{By: d.By, At: d.At}
	c.Answer = Reply{}
	c.Updated = d.At
	return nil
}

// lacks says what a decision's kind needs and is not there.
func (d Decision) lacks() string {
	switch {
	case d.By == "":
		return "nobody decided it"
	case !slices.Contains(DecisionKinds(), d.Kind):
		return "unknown kind"
	case (d.Kind == Offer || d.Kind == Colleague) && d.Therapist == "":
		return "no therapist"
	case d.Kind == Offer && len(d.Times) == 0:
		return "no times"
	case d.Kind == Wait && d.Date == "":
		return "no date"
	case d.Kind == Ask && strings.TrimSpace(d.Note) == "":
		return "no question"
	}
	return ""
}

// TakeOver moves a case from the therapist who has it to another, say when the
// first is ill. It works wherever the case is still to be decided.
func (c *Case) TakeOver(by TherapistID, at time.Time) error {
	if by == "" || !c.Undecided() || c.Status == WaitingDecision {
		return fmt.Errorf("take over case %s, %s: %w", c.ID, c.Status, ErrNotPossible)
	}
	c.Holder = Claim{By: by, At: at.Unix()}
	c.Updated = at.Unix()
	return nil
}

// ReplyKind is what a client may answer to a decision; the values are the
// outcomes of the answer dialogs.
type ReplyKind string

const (
	Picked       ReplyKind = "picked"        // one of the times offered
	Others       ReplyKind = "others"        // none of them suits
	NoLonger     ReplyKind = "withdrawn"     // no longer needed
	WillWait     ReplyKind = "wait"          // stays on the waitlist
	SeeColleague ReplyKind = "see-colleague" // rather the colleague now
	OtherNames   ReplyKind = "other-names"   // rather other names
	Answered     ReplyKind = "answered"      // the question, in words
	Fine         ReplyKind = "ok"            // seen
)

// Reply takes a client's answer to the last decision. others, see-colleague,
// other-names and answered open the case for another decision, by anyone who
// may read it; picked books the time; withdrawn ends it; wait and ok only show
// that the client knows. An answer that does not belong to where the case
// stands, or a time that was not offered, is ErrNotPossible. The same answer
// twice changes nothing.
func (c *Case) Reply(kind ReplyKind, value string, at time.Time) error {
	if c.Answer.Kind == kind && c.Answer.Value == value && kind != "" {
		return nil
	}
	next, ok := c.after(kind, value)
	if !ok {
		return fmt.Errorf("reply %s, case %s, %s: %w", kind, c.ID, c.Status, ErrNotPossible)
	}
	c.Status = next
	if next == WaitingDecision || next == Waiting {
		c.Holder = Claim{}
	}
	c.Answer = Reply{Kind: kind, Value: value, At: at.Unix()}
	c.Updated = c.Answer.At
	return nil
}

// after is the table of replies.
func (c *Case) after(kind ReplyKind, value string) (Status, bool) {
	d, decided := c.Last()
	switch c.Status {
	case Withdrawn, Erased, OpenIntake:
		return "", false
	}
	switch kind {
	case NoLonger:
		return Withdrawn, true
	case Picked:
		start, err := strconv.ParseInt(value, 10, 64)
		return Booked, c.Status == Offered && decided && err == nil && slices.Contains(d.Times, start)
	case Others:
		return WaitingDecision, c.Status == Offered || c.Status == Calling
	case WillWait:
		return Waiting, c.Status == Waiting
	case SeeColleague:
		return WaitingDecision, c.Status == Waiting || c.Status == Offered
	case OtherNames:
		return WaitingDecision, c.Status == Waiting || c.Status == Offered
	case Answered:
		return WaitingDecision, c.Status == Asked
	case Fine:
		if c.Status == Offered && d.Kind == Colleague && len(d.Times) == 0 {
			// The client agrees to the colleague, who now offers times.
			return WaitingDecision, true
		}
		return c.Status, c.Status == Referred || c.Status == Calling
	default:
		return "", false
	}
}
