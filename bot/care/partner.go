package care

import (
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"time"
)

// MostPartners is how many may join a case beside the one who opened it.
const MostPartners = 4

// Partner is what a partner said in a chat of their own. It is stored apart
// from the case, under a key that is theirs, so that it can go without the case
// and stays when the other goes. It holds a client's words and prints as
// [redacted].
type Partner struct {
	Facts    map[string]string `cbor:"1,keyasint,omitempty"`
	Noticed  []Notice          `cbor:"2,keyasint,omitempty"` // what the screen found, oldest first
	Call     CallRequest       `cbor:"3,keyasint,omitzero"`
	Sent     int64             `cbor:"4,keyasint,omitempty"` // Unix seconds; 0 while they are still answering
	Language string            `cbor:"5,keyasint,omitempty"`
	Updated  int64             `cbor:"6,keyasint,omitempty"`
}

// LogValue keeps a client's words out of every log.
func (Partner) LogValue() slog.Value { return slog.StringValue("[redacted]") }

// String keeps a client's words out of every error and message.
func (Partner) String() string { return "[redacted]" }

// GoString is String, for %#v.
func (Partner) GoString() string { return "[redacted]" }

// Notice adds what the screen found.
func (p *Partner) Notice(found ...Notice) {
	all := append(p.Noticed[:len(p.Noticed):len(p.Noticed)], found...)
	p.Noticed = all[max(0, len(all)-MostNotices):]
}

// Seated is a partner as a summary shows them.
type Seated struct {
	No     int     // 2 for the first who joined
	Agreed Secrets // the rule for secrets that they agreed to; empty before they did
	Partner
}

// Rise raises the urgency of the case for what a partner said.
func (c *Case) Rise(u Urgency, at time.Time) {
	c.raise(u)
	c.Updated = at.Unix()
}

// Unsafe reports whether what the one who opened the case said speaks against
// joint work: they are or were afraid of a partner, or an alert of violence
// stands. They invite nobody, and nobody is told why.
func (c Case) Unsafe() bool {
	e := c.Enquiry()
	if e.Afraid == "now" || e.Afraid == "once" || e.Safe == "hurt-by-someone" {
		return true
	}
	for _, a := range c.Alerts {
		if a.Seat == 0 && a.violent() {
			return true
		}
	}
	for _, n := range c.Noticed {
		if n.Class == "ipv" {
			return true
		}
	}
	return false
}

// TellsOfViolence reports that an answer can say that somebody is hurt or
// frightened by somebody. It is never shown in a chat again, locked or not: who
// holds the phone may be the one. Of the questions that ask for nothing else no
// answer is shown, so that none stands out by being missing. (Rule book, section 9.)
func TellsOfViolence(fact, answer string) bool {
	switch fact {
	case "afraid", "assault", "assault_care", "report_pain", "report_pain_words", "report_pain_which", "ipv_next":
		return true
	case "safe":
		return answer == "hurt-by-someone" || answer == "other-in-danger"
	}
	return false
}

// UnsafeForPartner is Unsafe for what partners called for help about. It must
// never show in the chat of anybody else.
func (c Case) UnsafeForPartner() bool {
	return len(c.of(func(a Alert) bool { return a.Seat != 0 && a.violent() })) > 0
}

func (a Alert) violent() bool { return a.Name == AlertIPV || a.Name == AlertDanger }

// LeaveFirst takes out all that the one who opened the case said and was told.
// What is left is open again: the therapists decide about those who stay.
func (c *Case) LeaveFirst(at time.Time) {
	alerts := c.leave(0)
	*c = Case{Schema: c.Schema, ID: c.ID, Status: WaitingDecision, Submitted: c.Submitted,
		Facts:  map[string]string{"path": "short"}, // whom this fits is not known any more
		Alerts: alerts, Holds: c.Holds, Updated: at.Unix()}
	c.raiseByAlerts()
}

// LeaveSeat takes out what the case itself knows of a partner. The urgency
// sinks to what the others' answers and alerts come to.
func (c *Case) LeaveSeat(seat uint8, at time.Time) {
	c.Alerts = c.leave(seat)
	c.forget(PersonIn(seat), at)
	c.Urgency = ""
	if c.Submitted != 0 {
		c.Urgency, _ = Triage(c.Enquiry())
	}
	c.raiseByAlerts()
	for _, n := range c.Noticed {
		c.raise(n.urgency())
	}
	c.Updated = at.Unix()
}

// Gone is the seat in an alert of somebody who left.
const Gone = 255

// leave is the alerts without what those of a seat were about. They keep their
// places: an alert that nobody has acknowledged goes on until somebody does.
func (c *Case) leave(seat uint8) []Alert {
	alerts := slices.Clone(c.Alerts)
	for i, a := range alerts {
		if a.Seat == seat {
			alerts[i] = a.bare()
			alerts[i].Seat = Gone
		}
	}
	return alerts
}

// raiseByAlerts raises the urgency to that of the alerts; one of somebody who
// left counts while it is open.
func (c *Case) raiseByAlerts() {
	for _, a := range c.Alerts {
		if a.Seat != Gone || a.Open() {
			c.raise(a.Urgency())
		}
	}
}

func (c *Case) of(keep func(Alert) bool) (alerts []Alert) {
	for _, a := range c.Alerts {
		if keep(a) {
			alerts = append(alerts, a)
		}
	}
	return alerts
}

// partner is what one partner said, apart from all others.
func (w *writer) partner(p Seated) []Line {
	one := &writer{SummaryInput: w.SummaryInput, e: ReadEnquiry(p.Facts), seat: p.No}
	one.Case = Case{Noticed: p.Noticed, Language: p.Language, Call: p.Call, Submitted: p.Sent, Alerts: w.Case.of(func(a Alert) bool { return int(a.Seat) == p.No })}
	head := "partner " + strconv.Itoa(p.No)
	switch {
	case p.Agreed == "":
		return say(head + ": has not agreed to anything yet")
	case p.Sent == 0:
		head += ": has not sent the answers"
	}
	urgency, reasons := Triage(one.e)
	if urgency.Over(NoRush) {
		head += "; " + string(urgency) + ": " + strings.Join(texts(reasons), "; ")
	}
	lines := say(head)
	lines = append(lines, one.alerts()...)
	lines = append(lines, one.safety()...)
	lines = append(lines, words("“", one.e.Words, "”")...)
	lines = append(lines, one.noticed(func(Notice) bool { return true })...)
	if one.e.Here != "" {
		lines = append(lines, say("in "+one.e.Here)...)
	}
	return append(lines, one.reach()...)
}
