package bot

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"anteroom/bot/care"
	"anteroom/scheduler"
)

// This file is the course of care on the side of the case: after everything
// that happens to a case its plan is made anew, and one entry of the due set
// stands for the first thing in it. When that falls due, what has its turn is
// done, and the plan is made anew again. What comes to a person goes to their
// chat as an [Asks], which looks at everything once more before a word is said.

// dueCourse is the entry.
const dueCourse = "course"

// mark is what is remembered of what comes round in a plan.
type mark struct {
	Key  string `cbor:"1,keyasint"`
	At   int64  `cbor:"2,keyasint"`
	Left bool   `cbor:"3,keyasint,omitempty"` // it was left out: who wants every other one has the next
}

// Asks brings something of the course of care to a person.
type Asks struct {
	Case    care.CaseID      `cbor:"1,keyasint"`
	Deed    care.Deed        `cbor:"2,keyasint"`
	Cadence care.CadenceName `cbor:"3,keyasint"`
	Ref     int              `cbor:"4,keyasint,omitempty"` // the session, or the assignment
	At      int64            `cbor:"5,keyasint"`           // when it was sent
}

func (Asks) what() {}

// me is who of the case a chat belongs to.
func (t *talk) me() care.PersonID { return care.PersonIn(t.c.Seat) }

// chatOf is the chat of a person of the case; empty when they have none any more.
func (r *caseRecord) chatOf(id care.PersonID) SubjectID {
	if seat := id.Seat(); seat != 0 {
		for _, s := range r.Couple.Seats {
			if s.No == seat {
				return s.Chat
			}
		}
		return ""
	}
	for _, chat := range r.Chats {
		if r.Couple.of(chat) < 0 {
			return chat
		}
	}
	return ""
}

// zoneOf is where a person is, as their chat last knew; the practice's zone for
// nobody, and until it is known.
func (w *world) zoneOf(rec *caseRecord, id care.PersonID) *time.Location {
	if name := rec.Zones[id]; name != "" {
		if zone, err := time.LoadLocation(name); err == nil {
			return zone
		}
	}
	return w.p.Zone
}

// plans is what is to come of a case, by when it goes at the earliest.
func (w *world) plans(rec *caseRecord) []coming {
	var all []coming
	zone := func(id care.PersonID) *time.Location { return w.zoneOf(rec, id) }
	for _, d := range rec.Case.Plan(w.p.Rules, zone, w.now) {
		if o, ok := w.turn(rec, d); ok {
			all = append(all, coming{d, o})
		}
	}
	slices.SortStableFunc(all, func(a, b coming) int { return a.turn.At.Compare(b.turn.At) })
	return all
}

// coming is one thing of a plan and its next turn.
type coming struct {
	due  care.Due
	turn scheduler.Occurrence
}

// turn is when a thing has its next turn. What nobody reads at once goes by the
// clock alone; a brief comes on a day on which the practice is open; what comes
// to a person keeps quiet hours and closed days.
func (w *world) turn(rec *caseRecord, d care.Due) (scheduler.Occurrence, bool) {
	if d.Person == "" && d.Deed != care.DeedBrief || d.Deed == care.DeedLapse || d.Deed == care.DeedSettle || d.Deed == care.DeedTell {
		return scheduler.Occurrence{Key: d.Key, At: d.At, Planned: d.At}, true
	}
	quiet := w.p.Quiet
	if d.Deed == care.DeedBrief {
		quiet = scheduler.Quiet{}
	}
	quiet.Zone = w.zoneOf(rec, d.Person)
	plan := scheduler.Plan{Name: d.Key, Zone: quiet.Zone, Quiet: quiet, Calendar: w.p.off, Anchor: d.At}
	switch {
	case d.Every != "":
		every, err := scheduler.ParseCadence(string(d.Every))
		if err != nil {
			return scheduler.Occurrence{}, false // it was refused when the practice was read
		}
		plan.Rule = scheduler.Every(every)
	case d.Deed == care.DeedRemind, d.Deed == care.DeedBrief:
		s, ok := rec.Case.Session(care.SessionID(d.Ref))
		if !ok {
			return scheduler.Occurrence{}, false
		}
		start := time.Unix(s.Start, 0).In(quiet.Zone)
		plan.Anchor, plan.Rule = start, scheduler.Before(start.Sub(d.At))
	default:
		plan.Anchor, plan.Rule = d.At.Add(-time.Second), scheduler.After(time.Second)
	}
	if plan.Check() != nil {
		return scheduler.Occurrence{}, false
	}
	m := rec.Marks[d.Key]
	return plan.Late(scheduler.Mark{Key: m.Key, At: time.Unix(m.At, 0)}, w.now)
}

// triedAgain is when something is tried again that had its turn and could not be
// done.
const triedAgain = time.Hour

// begun reports whether anything of the course of care ever began.
func (r *caseRecord) begun() bool {
	return r.Case.Episode.At() != care.PhaseIntake || r.Case.Status == care.Waiting || len(r.Marks) > 0
}

// replan puts the first of what is to come into the due set. It is done
// whenever a case is written, so that a move, a pause, a new zone or another
// rule of the practice counts at once.
func (w *world) replan(rec *caseRecord) {
	if !rec.begun() {
		return
	}
	s := CaseSubject(string(rec.Case.ID))
	all := w.plans(rec)
	w.forgets(rec)
	if len(all) == 0 {
		w.unplan(s, dueCourse)
		return
	}
	next := later(all[0].turn.At, w.now.Add(time.Second))
	if w.tried && !all[0].turn.At.After(w.now) { // what could not be done now is not tried again at once
		next = w.now.Add(triedAgain)
		for _, c := range all {
			if c.turn.At.After(w.now) && c.turn.At.Before(next) {
				next = c.turn.At
			}
		}
	}
	w.out.due = append(w.out.due, planned{subject: s, name: dueCourse, at: next})
}

// markFor is how long the mark of what is in no plan is kept: longer than pauses
// last, and than what comes round takes to.
const markFor = 400 * 24 * time.Hour

// forgets lets go of the marks of what has been in no plan for long. What is in
// one keeps its mark, also when its last turn is over, and so does what a pause
// or a hold took out for a while: it would have its turn again.
func (w *world) forgets(rec *caseRecord) {
	if len(rec.Marks) == 0 {
		return
	}
	zone := func(id care.PersonID) *time.Location { return w.zoneOf(rec, id) }
	kept := make(map[string]mark, len(rec.Marks))
	for key, m := range rec.Marks {
		if w.now.Sub(time.Unix(m.At, 0)) < markFor {
			kept[key] = m
		}
	}
	for _, d := range rec.Case.Plan(w.p.Rules, zone, w.now) {
		if m, ok := rec.Marks[d.Key]; ok {
			kept[d.Key] = m
		}
	}
	rec.Marks = kept
}

// remember notes that a turn is over.
func (rec *caseRecord) remember(c coming, left bool) {
	marks := maps.Clone(rec.Marks)
	if marks == nil {
		marks = make(map[string]mark)
	}
	marks[c.due.Key] = mark{Key: c.turn.Key, At: c.turn.At.Unix(), Left: left}
	rec.Marks = marks
}

// courseDue does everything that has its turn by now.
func courseDue(w *world, rec *caseRecord) error {
	if err := w.takesTurns(rec, func(coming) {}); err != nil {
		return err
	}
	w.tried = true
	return w.keepCase(rec)
}

// takesTurns does everything that has its turn by now, each once; of reminders of
// one session that have their turn together only the last. did is told of what
// somebody is told by it; what could not be done any more is none of that.
func (w *world) takesTurns(rec *caseRecord, did func(coming)) error {
	all := slices.DeleteFunc(w.plans(rec), func(c coming) bool { return c.turn.At.After(w.now) })
	for i, c := range all {
		if c.due.Deed == care.DeedRemind && slices.ContainsFunc(all[i+1:], func(next coming) bool {
			return next.due.Deed == c.due.Deed && next.due.Ref == c.due.Ref && next.due.Person == c.due.Person
		}) {
			rec.remember(c, false)
			continue
		}
		if c.due.Every != "" || c.due.Deed == care.DeedRemind {
			left := c.due.Other && !rec.Marks[c.due.Key].Left && rec.Marks[c.due.Key].Key != ""
			rec.remember(c, left)
			if left {
				continue
			}
		}
		before := len(w.out.post) + len(w.out.parcels)
		if err := w.do(rec, c.due); err != nil && !errors.Is(err, care.ErrNotPossible) {
			return err
		}
		if len(w.out.post)+len(w.out.parcels) > before {
			did(c)
		}
	}
	return w.saysGoodbye(rec)
}

// do does one thing. What cannot be done any more is left: the plan that is
// made next knows why.
func (w *world) do(rec *caseRecord, d care.Due) error {
	c := &rec.Case
	switch d.Deed {
	case care.DeedAsk:
		if c.Ask(d.Cadence, d.Person, d.Ref, w.now) == nil {
			w.asks(rec, d)
		}
	case care.DeedNudge:
		if c.Nudge(d.Cadence, d.Person, d.Ref, w.now) {
			w.asks(rec, d)
		}
	case care.DeedTell:
		flags, less := c.TellSilence(d.Cadence, d.Person, d.Ref, w.p.Rules, w.now)
		if len(flags) > 0 {
			w.notice(fmt.Sprintf("%s: a question has waited a week for an answer. Nothing more is sent about it.", c.ID))
		}
		if less && lessAbout[d.Cadence] {
			d.Deed = offerLess
			w.asks(rec, d)
		}
	case care.DeedRemind:
		w.asks(rec, d)
	case care.DeedFollowUp:
		if c.FollowUp(care.SessionID(d.Ref), w.now) == nil {
			w.asks(rec, d)
		}
	case care.DeedBrief:
		if c.Brief(care.SessionID(d.Ref), w.now) == nil {
			w.sendBrief(rec, care.SessionID(d.Ref))
		}
	case care.DeedDeliver:
		if c.Deliver(care.AssignmentID(d.Ref), w.now) == nil {
			w.asks(rec, d)
		}
	case care.DeedSend:
		if b, ok := boosterOf(*c, d); ok && c.SendBooster(d.Person, b.After, w.now.In(w.zoneOf(rec, d.Person))) == nil {
			w.asks(rec, d)
		}
	case care.DeedLapse:
		c.LapseAssignments(w.now)
		for _, id := range c.LapseOffers(w.now) {
			if err := w.free(c.ID, c, id); err != nil {
				return err
			}
			w.notice(fmt.Sprintf("%s: nobody chose from the times that were offered; they are free again.", c.ID))
		}
	case care.DeedSettle:
		if c.SettleBoosters(w.p.Rules, w.now) {
			return w.move(rec, care.MoveFinish, care.Mover{As: care.RoleService, Round: care.AnyRound})
		}
	}
	return nil
}

// sendBrief tells the therapist of a session, or who covers for them that day,
// that its brief is ready. After the session has begun it does not go out any more.
func (w *world) sendBrief(rec *caseRecord, id care.SessionID) {
	if w.p.Desk == "" {
		return
	}
	c := rec.Case
	s, _ := c.Session(id)
	by := w.p.Covered(s.Therapist, care.DateOf(w.here()))
	t, _ := w.p.Therapist(by)
	whom := t.Name
	if by != s.Therapist {
		whom += ", who covers for " + w.p.nameOf(s.Therapist)
	}
	b := Brief{Case: string(c.ID), Session: int(id),
		Line: fmt.Sprintf("%s: the brief for %s is ready, for %s.", c.ID, time.Unix(s.Start, 0).In(w.p.Zone).Format("Mon 2 Jan 15:04"), whom)}
	if c.May(care.ToLook, w.p.RolesOf(by, c, nil, w.now)...) == nil {
		b.Counts = c.BriefOf(id, w.now).Counts()
	}
	w.out.parcels = append(w.out.parcels, parcel{lane: Lane{Channel: w.p.Desk, Of: SubjectID("brief/" + string(c.ID))}, to: t.Slack, class: CardClass,
		notAfter: time.Unix(s.Start, 0), body: b})
}

// boosterOf is the booster that a due thing is about.
func boosterOf(c care.Case, d care.Due) (care.Booster, bool) {
	for _, b := range c.Boosters {
		if b.Person == d.Person && b.Turn == c.Episode.Turn && d.Key == fmt.Sprintf("booster-%d-%s-%s", b.Turn, b.After, b.Person) {
			return b, true
		}
	}
	return care.Booster{}, false
}

// asks sends a thing to the chat of its person.
func (w *world) asks(rec *caseRecord, d care.Due) {
	if chat := rec.chatOf(d.Person); chat != "" {
		w.out.post = append(w.out.post, posted{to: chat, what: Asks{Case: rec.Case.ID, Deed: d.Deed, Cadence: d.Cadence, Ref: d.Ref, At: w.now.Unix()}})
	}
}

// free gives the times of a session back.
func (w *world) free(id care.CaseID, c *care.Case, s care.SessionID) error {
	session, ok := c.Session(s)
	if !ok || session.Therapist == "" {
		return nil
	}
	load, err := w.caseload(session.Therapist)
	if err != nil {
		return err
	}
	if load.Free(id, s) {
		w.keepLoad(session.Therapist, load)
	}
	return nil
}

// partWays ends the course of care for a person whose chat goes and whose record
// stays.
func (t *talk) partWays(rec *caseRecord) error {
	if err := rec.Case.PartWays(t.me(), t.w.now); err != nil && !errors.Is(err, care.ErrNotPossible) {
		return err
	}
	if len(rec.Case.Here()) == 0 { // their place stays until a therapist closes the case: they may come all the same
		return t.w.endCourse(rec)
	}
	t.w.replan(rec)
	return nil
}

// endCourse frees every time that is kept for a case, whoever's it is, and plans
// nothing more for it.
func (w *world) endCourse(rec *caseRecord) error {
	w.unplan(CaseSubject(string(rec.Case.ID)), dueCourse)
	var done []care.TherapistID
	var need error
	for _, s := range rec.Case.Sessions {
		if s.Therapist == "" || slices.Contains(done, s.Therapist) {
			continue
		}
		done = append(done, s.Therapist)
		load, err := w.caseload(s.Therapist)
		if err != nil {
			need = err // ask for all of them at once
		} else if load.FreeAll(rec.Case.ID) {
			w.keepLoad(s.Therapist, load)
		}
	}
	return need
}

// move moves a case along the table, frees what that cancels, and gives its place
// back or takes it again.
func (w *world) move(rec *caseRecord, name care.MoveName, by care.Mover) error {
	did, err := rec.Case.Move(name, by, w.now)
	if err != nil {
		return err
	}
	return w.moved(rec, did)
}

// moved frees what a move, or its taking back, cancelled, tells everybody whose
// session is off, and gives the case's place back or takes it again.
func (w *world) moved(rec *caseRecord, did care.Change) error {
	for _, id := range did.Cancelled {
		if err := w.free(rec.Case.ID, &rec.Case, id); err != nil {
			return err
		}
		if s, ok := rec.Case.Session(id); ok && s.Start != 0 {
			w.tellAll(rec, sessionCancelled, s, "")
		}
	}
	return w.carries(rec, did)
}

// carries keeps a case in its therapist's caseload while the work lasts: its place
// is free from the ending on, and taken again when the client is back or the
// ending is taken back.
func (w *world) carries(rec *caseRecord, did care.Change) error {
	id := rec.carrier()
	t, known := w.p.Therapist(id)
	if id == "" || did.From.Carried() == did.To.Carried() {
		return nil
	}
	load, err := w.caseload(id)
	if err != nil {
		return err
	}
	_, has := load.Place(rec.Case.ID)
	switch {
	case has == did.To.Carried(), !has && !known:
		return nil
	case has:
		load.Leave(rec.Case.ID)
	default:
		if err := load.Return(t, w.placeWith(rec, t)); err != nil {
			w.notice(fmt.Sprintf("%s: this client has a place with %s again, where none was free. Please look at the caseload.", rec.Case.ID, t.Name))
		}
	}
	w.keepLoad(id, load)
	return nil
}
