package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"anteroom/bot/care"
)

// calling is news of a chain of tellings.
type calling struct {
	Alert   int              `cbor:"1,keyasint,omitempty"` // which of the case, from 1
	Told    int              `cbor:"2,keyasint,omitempty"` // which telling of it
	Way     ChannelName      `cbor:"3,keyasint,omitempty"`
	To      care.TherapistID `cbor:"4,keyasint,omitempty"` // empty for the desk
	Outcome string           `cbor:"5,keyasint,omitempty"` // one of the words below
	// Rest is set instead when the case was erased: what somebody must still say
	// they have seen.
	Rest *care.Case `cbor:"6,keyasint,omitempty"`
}

func (calling) what() {}

// What became of a telling, as it stands in the case's log.
const (
	tellingSent    = "sent"
	tellingFailed  = "not sent"
	tellingUnknown = "nobody knows whether it was sent"
)

// tooLong is a wait that a channel asks for after which the second way is used.
const tooLong = 15 * time.Second

// told writes what became of a telling into the case's log. When the desk did
// not take it, the second way is used at once.
func told(w *world, rec *caseRecord, what calling) error {
	c := &rec.Case
	n := what.Alert - 1
	if n < 0 || n >= len(c.Alerts) {
		return nil
	}
	line := fmt.Sprintf("%d by %s: %s", what.Told, what.Way, what.Outcome)
	if what.To != "" {
		line = fmt.Sprintf("%d by %s: %s: %s", what.Told, what.Way, what.To, what.Outcome)
	}
	w.telling(c.ID, line)
	a := c.Alerts[n]
	if what.Outcome == tellingSent || what.Way != w.p.Desk || !a.Open() || a.Told != what.Told {
		return nil
	}
	w.second(c, n, w.meant(c, n))
	w.write(w.ev.Subject, *rec)
	return nil
}

// tellingOf reads which telling a parcel is, if it is one.
func tellingOf(of SubjectID, b Body) (id care.CaseID, n calling, ok bool) {
	switch b := b.(type) {
	case Page:
		return care.CaseID(b.Case), calling{Alert: b.Alert, Told: b.Told, To: care.TherapistID(b.To)}, true
	case Card:
		part := strings.Split(string(of), "/") // alert/K7Q-42/1 or alert/K7Q-42/1/3; see callSlot
		if !b.Urgent || part[0] != "alert" || len(part) < 3 || len(part) > 4 {
			return "", n, false
		}
		n.Told = 1
		n.Alert, _ = strconv.Atoi(part[2])
		if len(part) == 4 {
			n.Told, _ = strconv.Atoi(part[3])
		}
		return care.CaseID(part[1]), n, n.Alert > 0 && n.Told > 0
	}
	return "", n, false
}

// noteTelling brings what became of an attempt back to the case, each outcome of
// a parcel once.
func (s *Service) noteTelling(ctx context.Context, o *outlet, c Claimed, b Body, err error) {
	id, news, ok := tellingOf(c.Lane.Of, b)
	if !ok {
		return
	}
	var f *Failure
	switch {
	case err == nil:
		news.Outcome = tellingSent
	case !errors.As(err, &f):
		news.Outcome = tellingUnknown
	case f.Why == Throttled && f.After < tooLong:
		return // it is sent in a moment
	default:
		news.Outcome = tellingFailed
	}
	news.Way = o.Name()
	ev := Event{ID: EventID("told/" + c.ID + "/" + news.Outcome), Practice: s.id, Subject: CaseSubject(string(id)), Who: Who{Role: System}, What: news, At: s.now()}
	if err := s.accept(ctx, ev, false); err != nil {
		s.log.Warn("on-call: what became of a telling is not noted", "parcel", c.ID, "err", err)
	}
}

// stillCalls looks whether somebody has said that they have it, before a telling
// leaves. It is told when nobody knows.
func (s *Service) stillCalls(ctx context.Context, c Claimed, b Body) (bool, error) {
	id, news, ok := tellingOf(c.Lane.Of, b)
	if !ok {
		return true, nil
	}
	for _, sub := range []SubjectID{CaseSubject(string(id)), callSubject(string(id))} {
		rec, err := s.peekCase(ctx, sub)
		if err != nil {
			return false, err
		}
		if rec != nil && news.Alert <= len(rec.Case.Alerts) {
			return rec.Case.Alerts[news.Alert-1].Open(), nil
		}
	}
	return true, nil
}

func (s *Service) peekCase(ctx context.Context, sub SubjectID) (*caseRecord, error) {
	w := s.newWorld(Event{Practice: s.id, Subject: sub, At: s.now()}, nil)
	w.ask(sub)
	if err := s.load(ctx, w); err != nil {
		return nil, err
	}
	return peek[caseRecord](w, sub)
}

// callsOn hands the open alerts of a case that is erased by this step to a
// subject of their own. The client's words and key are gone; that somebody was
// called, and that nobody has come, is the practice's, and the chain goes on
// until a person says that they have seen it. What counsel says about that a
// practice must settle (⚖): to be silent would be to let a client in danger be
// forgotten because they, or somebody at their phone, pressed a button.
func (w *world) callsOn(c care.Case) {
	for n, a := range c.Alerts {
		if a.Open() {
			w.unplan(CaseSubject(string(c.ID)), dueOnCall+strconv.Itoa(n+1))
		}
	}
	if rest, open := c.Rest(w.now); open {
		w.out.post = append(w.out.post, posted{to: callSubject(string(c.ID)), what: calling{Rest: &rest}})
	}
}

// restStep is the step of what is left of an erased case.
func restStep(w *world) error {
	rec, err := read[caseRecord](w, w.ev.Subject)
	if err != nil {
		return err
	}
	switch what := w.ev.What.(type) {
	case calling:
		if what.Rest != nil {
			rec = &caseRecord{Case: *what.Rest}
			for n, a := range rec.Case.Alerts {
				if a.Open() && a.Next != 0 {
					w.plan(dueOnCall+strconv.Itoa(n+1), time.Unix(a.Next, 0))
				}
			}
			w.telling(rec.Case.ID, "the case was erased; the on-call is told on")
			w.write(w.ev.Subject, *rec)
			return nil
		}
		if rec != nil {
			return told(w, rec, what)
		}
	case Fell:
		switch {
		case rec == nil:
		case what.Name == dueRest:
			w.erase(w.ev.Subject)
		default:
			return callAgain(w, rec, what.Name)
		}
	}
	return nil
}

// actOnRest lets somebody say that they have seen what is left of an erased case.
// Nothing else can be done with it.
func actOnRest(w *world, a Act) error {
	sub := callSubject(w.ev.Subject.Name())
	rec, err := read[caseRecord](w, sub)
	if err != nil {
		return err
	}
	if rec == nil || !a.Claim {
		return refusal{ErrNoCase}
	}
	if !slices.Contains(w.p.Everybody(), a.By) {
		return refusal{ErrNotAllowed}
	}
	if !w.acknowledge(sub, &rec.Case, a.By) {
		return nil // somebody was faster, and there is nothing to have
	}
	w.out.due = append(w.out.due, planned{sub, dueRest, w.now.Add(restFor)})
	w.write(sub, *rec)
	return nil
}

// Unacknowledged counts the alerts of a case that nobody has acknowledged; of
// one that was erased meanwhile too. It returns ErrNoCase when there is neither.
func (s *Service) Unacknowledged(ctx context.Context, id care.CaseID) (n int, err error) {
	for _, sub := range []SubjectID{CaseSubject(string(id)), callSubject(string(id))} {
		rec, err := s.peekCase(ctx, sub)
		if err != nil {
			return 0, err
		}
		if rec == nil {
			continue
		}
		for _, a := range rec.Case.Alerts {
			if a.Open() {
				n++
			}
		}
		return n, nil
	}
	return 0, ErrNoCase
}

// MayAcknowledge returns ErrNotAllowed for somebody who has no part in a case: that
// they have seen its alert would be refused.
func (s *Service) MayAcknowledge(ctx context.Context, id care.CaseID, by care.TherapistID) error {
	p := s.practice.Load()
	rec, err := s.peekCase(ctx, CaseSubject(string(id)))
	switch {
	case err != nil:
		return err
	case rec != nil:
		if err := rec.Case.May(care.ToTake, p.RolesOf(by, rec.Case, rec.Custody.Glass, s.now())...); err != nil {
			return notAllowed(err)
		}
	case !slices.Contains(p.Everybody(), by): // of what is left of one that was erased
		return ErrNotAllowed
	}
	return nil
}

// PostAct puts an act of a therapist into the inbox of its case, for whoever
// works for the practice now or next. What comes of it shows in the case.
func (s *Service) PostAct(ctx context.Context, a Act) error {
	return s.forward(ctx, Event{ID: EventID("act/" + a.ID), Practice: s.id, Subject: CaseSubject(string(a.Case)),
		Who: Who{Role: Therapist, ID: string(a.By)}, What: caseAct{a}, At: s.now()})
}

// TryAct tells what an act would come to, and does nothing: the error is that of
// [Desk.Act].
func (s *Service) TryAct(ctx context.Context, a Act) error {
	if _, ok := s.practice.Load().Therapist(a.By); !ok || a.By == "" {
		return notAllowed(care.ErrNobody)
	}
	sub := CaseSubject(string(a.Case))
	w := s.newWorld(Event{Practice: s.id, Subject: sub, Who: Who{Role: Therapist, ID: string(a.By)}, What: caseAct{a}, At: s.now()}, nil)
	w.ask(sub)
	for {
		if err := s.load(ctx, w); err != nil {
			return err
		}
		w.restart()
		err := caseStep(w)
		if errors.Is(err, errNeed) {
			continue
		}
		if r, ok := errors.AsType[refusal](err); ok {
			return r.error
		}
		return err
	}
}
