package bot

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"anteroom/bot/care"
)

// An alert is a chain of tellings that ends when somebody says that they have
// it. This file is the chain; what becomes of each telling comes back to it as
// an event ([calling]), and oncall_notes.go carries that.
//
//	at once      the desk, which mentions the on-call; where there is no desk,
//	             or it fails, the second way
//	again        the desk anew, and the second way
//	escalate     the next persons too
//	2 × escalate everybody who reads intakes
//	after that   everybody, twice as long each time, at least once an hour in the
//	             first day, then every four hours, after a week every day
//
// It never ends by itself. An emergency (R0) goes five times as fast. Quiet
// hours are the client's and delay none of it. Another alert of the same name
// begins it anew for all that are open.

// Way is how a person of the practice is told when the desk is not enough.
type Way struct {
	Channel ChannelName
	// To is the address of each who has one there. nil: one address serves all,
	// and whoever listens there is told who is meant.
	To map[care.TherapistID]string
}

func (v Way) reaches(id care.TherapistID) (to string, ok bool) {
	if v.To == nil {
		return "", true
	}
	to, ok = v.To[id]
	return to, ok
}

const (
	dueOnCall = "on-call-" // and the number of the alert, from 1
	dueRest   = "rest"
	// restFor is how long what was left of an erased case stays once somebody
	// has acknowledged: until no press on an old card can arrive.
	restFor  = SeenFor
	hurry    = 5 // an emergency is told so many times as fast
	mostGap  = time.Hour
	mostGap0 = 30 * time.Minute // in an emergency
	firstDay = 24 * time.Hour
	dayGap   = 4 * time.Hour
	weekGap  = 24 * time.Hour
)

// calls reports whether what is planned is a telling.
func (d planned) calls() bool { return strings.HasPrefix(d.name, dueOnCall) }

// patience is when the tellings of an alert come, counted from its beginning.
type patience struct{ again, escalate, most time.Duration }

func (p *Practice) patience(u care.Urgency) patience {
	if u == care.R0 {
		return patience{p.OnCall.Again / hurry, p.OnCall.Escalate / hurry, mostGap0}
	}
	return patience{p.OnCall.Again, p.OnCall.Escalate, mostGap}
}

// after is the first telling that comes later than age.
func (p patience) after(age time.Duration) time.Duration {
	switch {
	case age < p.again:
		return p.again
	case age < p.escalate:
		return p.escalate
	}
	at, gap := p.escalate, p.escalate
	for {
		if at += gap; at > age {
			return at
		}
		switch {
		case at >= 7*firstDay:
			gap = weekGap
		case at >= firstDay:
			gap = dayGap
		default:
			gap = min(2*gap, p.most)
		}
	}
}

// meant are those who are told of an alert of that age: the on-call, then the
// next too, then everybody who reads intakes.
func (p *Practice) meant(u care.Urgency, age time.Duration) []care.TherapistID {
	wait := p.patience(u)
	switch {
	case age < wait.escalate:
		return p.Called()[:1]
	case age < 2*wait.escalate && len(p.OnCall.Next) > 0:
		return p.Called()
	}
	return p.Everybody()
}

// calls begins the chain of the newest alert of a case. Where an alert of the
// same name is open that has just come, its chain goes on instead, and whom it
// has reached is told of this one now. A chain that is older goes over into the
// new one: somebody is in danger now, and what slowed down begins again.
func (w *world) calls(sub SubjectID, rec *caseRecord) {
	c := &rec.Case
	n := len(c.Alerts) - 1
	for i, a := range c.Alerts[:n] {
		if !a.Open() || a.Name != c.Alerts[n].Name || a.Next == 0 {
			continue
		}
		if w.now.Sub(time.Unix(a.At, 0)) < alertAgain {
			w.tell(sub, c, n, w.meant(c, i), time.Time{})
			return
		}
		c.Joins(i)
		w.unplan(sub, dueOnCall+strconv.Itoa(i+1))
	}
	w.callNow(sub, c, n)
}

// eldest is the first alert whose chain goes on in that of alert n, or n.
func eldest(c *care.Case, n int) int {
	for i, a := range c.Alerts[:n] {
		if a.Open() && a.Name == c.Alerts[n].Name && a.Next == 0 {
			return i
		}
	}
	return n
}

// meant are those who are told of alert n now: nobody fewer than were told of
// one that goes on in it.
func (w *world) meant(c *care.Case, n int) []care.TherapistID {
	a := c.Alerts[eldest(c, n)]
	return w.p.meant(a.Urgency(), w.now.Sub(time.Unix(a.At, 0)))
}

// callNow is one telling of alert n, and plans the next.
func (w *world) callNow(sub SubjectID, c *care.Case, n int) {
	a := c.Alerts[n]
	since := time.Unix(a.At, 0)
	age := w.now.Sub(since)
	var next time.Time
	if w.p.Desk != "" || len(w.p.Second) > 0 {
		next = w.tellingAfter(a)
		if old := w.tellingAfter(c.Alerts[eldest(c, n)]); old.Before(next) {
			next = old
		}
		w.out.due = append(w.out.due, planned{sub, dueOnCall + strconv.Itoa(n+1), next})
	}
	w.tell(sub, c, n, w.meant(c, n), next)
	if age < 2*w.p.patience(a.Urgency()).escalate {
		return
	}
	w.out.health = append(w.out.health, report{onCallOf(c.ID), fmt.Errorf("nobody has acknowledged an alert since %s, told %d times: call the on-call, and then: anteroom case ack %s -as THERAPIST",
		since.In(w.p.Zone).Format("Mon 15:04"), c.Alerts[n].Told, c.ID)})
	if age >= firstDay {
		w.notice(fmt.Sprintf("%s: nobody has acknowledged the alert of %s, told %d times. Somebody must look now.", c.ID, since.In(w.p.Zone).Format("Mon 2 Jan 15:04"), c.Alerts[n].Told))
	}
}

// tellingAfter is when the next telling of an alert comes by its own age.
func (w *world) tellingAfter(a care.Alert) time.Time {
	since := time.Unix(a.At, 0)
	return since.Add(w.p.patience(a.Urgency()).after(w.now.Sub(since)))
}

// report is what health is told once the step is committed.
type report struct {
	component string
	err       error
}

func onCallOf(id care.CaseID) string { return "on-call " + string(id) }

// tell puts one telling of alert n into the outbox: at the desk, and by the
// second way when it is not the first, when an earlier alert is open still, or
// when the desk would ring no bell.
func (w *world) tell(sub SubjectID, c *care.Case, n int, who []care.TherapistID, next time.Time) {
	told := c.Tell(n, next)
	card := Card{Case: string(c.ID), Line: w.callLine(*c, n), Urgent: true, Open: true}
	if told > 1 {
		card.Line += fmt.Sprintf(" · told %d times since %s, nobody has said that they have it", told, time.Unix(c.Alerts[n].At, 0).In(w.p.Zone).Format("Mon 15:04"))
	}
	for _, id := range who {
		switch t, _ := w.p.Therapist(id); {
		case t.Slack == "":
		case card.OnCall == "":
			card.OnCall = t.Slack
		default:
			card.Also = append(card.Also, t.Slack)
		}
	}
	if w.p.Desk != "" {
		w.card(card, callSlot(c.ID, n, told))
		w.telling(c.ID, fmt.Sprintf("%d by %s: %s", told, w.p.Desk, namesOf(who)))
	}
	if told > 1 || eldest(c, n) != n || w.p.Desk == "" || card.OnCall == "" {
		w.second(c, n, who)
	}
}

// telling writes into the case's log what the chain does by itself.
func (w *world) telling(id care.CaseID, what string) {
	w.auditLine(id, auditLine{Role: System, What: didTell, Why: what})
}

// second puts the present telling of alert n into the outbox by the second way,
// if it is not there yet. It is worth nothing once the next one comes.
func (w *world) second(c *care.Case, n int, who []care.TherapistID) {
	if len(w.p.Second) == 0 || !c.ToldTwice(n) {
		return
	}
	a := c.Alerts[n]
	var until time.Time
	if a.Next != 0 {
		until = time.Unix(a.Next, 0)
	}
	for _, way := range w.p.Second {
		var reached []care.TherapistID
		for _, id := range who {
			to, ok := way.reaches(id)
			if !ok {
				continue
			}
			reached = append(reached, id)
			of := fmt.Sprintf("page/%s/%d/%s", c.ID, n+1, id)
			w.out.parcels = append(w.out.parcels, parcel{lane: Lane{Channel: way.Channel, Of: SubjectID(of)}, to: to, class: Safety, notAfter: until,
				id: fmt.Sprintf("%s/%s/%d/%d", of, way.Channel, a.At, a.Told),
				body: Page{Case: string(c.ID), Line: w.callLine(*c, n), To: string(id), Urgency: string(a.Urgency()), Alert: n + 1, Told: a.Told, Since: a.At,
					How: w.howToAcknowledge(c.ID, id)}})
		}
		if len(reached) > 0 {
			w.telling(c.ID, fmt.Sprintf("%d by %s: %s", a.Told, way.Channel, namesOf(reached)))
		}
	}
}

func (w *world) howToAcknowledge(id care.CaseID, who care.TherapistID) []string {
	line := fmt.Sprintf("anteroom case ack %s -as %s", id, who)
	if w.p.Desk == "" {
		return []string{"Run: " + line}
	}
	return []string{"Press \"I have this\" on the card of " + string(id) + " in the therapists' channel.", "Or run: " + line}
}

// callLine is what is told: the case and how urgent it is, and nothing of why.
func (w *world) callLine(c care.Case, n int) string {
	u := c.Alerts[n].Urgency()
	if c.Urgency.Over(u) {
		u = c.Urgency
	}
	line := fmt.Sprintf("%s · %s · %s", c.ID, u, u.Words())
	if c.Status == care.Erased {
		line += " · the client has erased the rest"
	}
	return line
}

// callSlot is the slot of the card of a telling. Each has a card of its own: one
// that is edited rings no bell.
func callSlot(id care.CaseID, n, told int) string {
	slot := fmt.Sprintf("alert/%s/%d", id, n+1)
	if told > 1 {
		slot += "/" + strconv.Itoa(told)
	}
	return slot
}

func namesOf(who []care.TherapistID) string {
	names := make([]string, len(who))
	for i, id := range who {
		names[i] = string(id)
	}
	return strings.Join(names, ", ")
}

// callAgain is a telling that fell due.
func callAgain(w *world, rec *caseRecord, name string) error {
	n, err := strconv.Atoi(strings.TrimPrefix(name, dueOnCall))
	if err != nil || n < 1 || n > len(rec.Case.Alerts) || !rec.Case.Alerts[n-1].Open() {
		return nil
	}
	w.callNow(w.ev.Subject, &rec.Case, n-1)
	w.write(w.ev.Subject, *rec)
	return nil
}

// acknowledge ends the chains of all open alerts of a case, and says on the last
// card of each who it was. It reports whether there was one.
func (w *world) acknowledge(sub SubjectID, c *care.Case, by care.TherapistID) bool {
	before := c.Alerts
	if !c.Acknowledge(by, w.now) {
		return false
	}
	t, _ := w.p.Therapist(by)
	for n, a := range before {
		if !a.Open() {
			continue
		}
		took := w.now.Sub(time.Unix(a.At, 0)).Truncate(time.Second)
		w.unplan(sub, dueOnCall+strconv.Itoa(n+1))
		w.auditLine(c.ID, auditLine{Role: Therapist, By: string(by), What: didAck, Why: fmt.Sprintf("alert %d after %s, told %d times", n+1, took, a.Told)})
		w.card(Card{Case: string(c.ID), Line: w.callLine(*c, n), State: []string{fmt.Sprintf("%s has seen this, after %s.", t.Name, took)}}, callSlot(c.ID, n, a.Told))
	}
	w.out.health = append(w.out.health, report{component: onCallOf(c.ID)})
	return true
}
