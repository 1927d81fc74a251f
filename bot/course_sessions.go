package bot

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"anteroom/bot/care"
)

// This file is a client's own hand on their sessions: they say that they will be
// there, ask for another time, or cancel, by buttons or in words. What cannot be
// undone is asked about once more.

// What a client can do with a session, as commands and behind its buttons.
const (
	sessionThere  = "there"
	sessionMove   = "move"
	sessionCancel = "cancel"
	// sessionSure stands before what is asked about once more.
	sessionSure = "sure/"
	sessionKeep = "keep"
)

var sessionDeeds = []string{sessionThere, sessionMove, sessionCancel, sessionSure + sessionMove, sessionSure + sessionCancel, sessionKeep}

// sessionPhrases are the keys of what is said here.
var sessionPhrases = []string{
	"sessions.none", "sessions.line.closed", "sessions.line.middle", "sessions.line.open",
	"btn.session.there", "btn.session.move", "btn.session.cancel", "btn.session.sure.move", "btn.session.sure.cancel", "btn.session.keep",
	"session.there", "session.sure.move", "session.sure.cancel", "session.moving", "session.kept", "session.too-late", "session.too-often",
	"session.calendar.closed", "session.calendar.middle", "session.calendar.open",
}

// sessionMarks are those of the buttons of a session.
func (t *talk) sessionMarks(c care.Case, s care.SessionID) answerMarks {
	return t.marks("session/"+string(c.ID)+"/"+itoa(int(s)), 0)
}

// sessionButtons stand below what is said of a session that is to come.
func (t *talk) sessionButtons(c care.Case, s care.Session, deeds ...string) [][]Button {
	if s.State != care.SessionBooked || s.Start <= t.w.now.Unix() {
		return nil
	}
	marks := t.sessionMarks(c, s.ID)
	var row []Button
	for _, deed := range deeds {
		if deed == sessionThere && s.Confirmed != 0 {
			continue
		}
		row = append(row, Button{Label: t.text("btn.session." + strings.ReplaceAll(deed, "/", ".")), Data: marks.of(deed)})
	}
	return [][]Button{row}
}

// ofCourse is the case of somebody who takes part in its course; nil for others.
func (t *talk) ofCourse() (*caseRecord, error) {
	if t.c.Case == "" {
		return nil, nil
	}
	rec, err := t.w.joined(t.c.Case)
	if err != nil || rec == nil || len(rec.Case.Sessions) == 0 || !slices.Contains(rec.Case.Here(), t.me()) {
		return nil, err
	}
	return rec, nil
}

// comingSessions are those that are booked, the next one first.
func (t *talk) comingSessions(rec *caseRecord) []care.Session {
	var all []care.Session
	for at := t.w.now; rec != nil; {
		s, ok := rec.Case.NextSession(at)
		if !ok {
			break
		}
		if slices.Contains(rec.Case.Attends(s), t.me()) {
			all = append(all, s)
		}
		at = time.Unix(s.Start, 0)
	}
	return all
}

// sessions shows what is booked, as open as reminders are.
func (t *talk) sessions() error {
	rec, err := t.ofCourse()
	if err != nil {
		return err
	}
	l, err := t.level()
	if err != nil {
		return err
	}
	all := t.comingSessions(rec)
	if len(all) == 0 {
		t.phrase("sessions.none")
	}
	for _, s := range all {
		t.send(Text{Text: t.text("sessions.line."+string(l), t.ofSession(s)...), Buttons: t.sessionButtons(rec.Case, s, sessionThere, sessionMove, sessionCancel)},
			parcel{class: Prompt})
	}
	return t.thenAgain()
}

// thenAgain asks the open question again, unless something else comes right now.
func (t *talk) thenAgain() error {
	if t.coming {
		return nil
	}
	return t.again()
}

// ofSession are the words that sentences about a session ask for.
func (t *talk) ofSession(s care.Session) []string {
	return []string{"when", t.tongue().moment(time.Unix(s.Start, 0), t.zone()), "therapist", t.w.p.nameOf(s.Therapist)}
}

// sessionCommand does what was written about the only session that is to come;
// of several, the person chooses one.
func (t *talk) sessionCommand(deed string) error {
	rec, err := t.ofCourse()
	if err != nil {
		return err
	}
	if all := t.comingSessions(rec); len(all) == 1 {
		return t.sessionDeed(rec, all[0], deed)
	}
	return t.sessions()
}

// sessionPress takes a button of a session; done is false when it is none.
func (t *talk) sessionPress(data string) (done bool, err error) {
	if t.c.Door != nil || t.isShut() {
		return false, nil
	}
	rec, err := t.ofCourse()
	if err != nil || rec == nil {
		return false, err
	}
	for _, s := range slices.Backward(rec.Case.Sessions) {
		marks := t.sessionMarks(rec.Case, s.ID)
		for _, deed := range sessionDeeds {
			if marks.on(data, deed) {
				return true, t.sessionDeed(rec, s, deed)
			}
		}
	}
	return false, nil
}

// sessionDeed does one thing with a session. Once it began or was given up, its
// buttons have no effect.
func (t *talk) sessionDeed(rec *caseRecord, s care.Session, deed string) error {
	c, rules, now := &rec.Case, t.w.p.Rules.Sessions, t.w.now
	if s.State != care.SessionBooked || s.Start <= now.Unix() {
		t.phrase("stale-button")
		return t.thenAgain()
	}
	role := care.RoleClient
	if t.c.Seat != 0 {
		role = care.RolePartner
	}
	did, sure := strings.CutPrefix(deed, sessionSure)
	tried := *c
	var late bool
	var err error
	switch did {
	case sessionThere:
		err = tried.Confirm(s.ID, now)
	case sessionMove:
		err = tried.MoveSession(s.ID, role, rules, now)
	case sessionCancel:
		late, err = tried.CancelSession(s.ID, role, rules, now)
	case sessionKeep:
		t.phrase("session.kept", t.ofSession(s)...)
		return t.thenAgain()
	}
	switch {
	case errors.Is(err, care.ErrTooLate):
		t.phrase("session.too-late")
		return t.thenAgain()
	case errors.Is(err, care.ErrTooOften):
		t.phrase("session.too-often")
		return t.thenAgain()
	case err != nil:
		return err
	case !sure && did != sessionThere:
		t.send(Text{Text: t.text("session.sure."+did, t.ofSession(s)...), Buttons: t.sessionButtons(*c, s, sessionSure+did, sessionKeep)}, parcel{class: Prompt})
		return nil
	}
	*c = tried
	if did == sessionThere {
		t.phrase("session.there", t.ofSession(s)...)
	} else if err := t.givesUp(rec, s.ID, did, late); err != nil {
		return err
	}
	t.w.audit(c.ID, t.who(), "session: "+did)
	if err := t.w.keepCase(rec); err != nil {
		return err
	}
	return t.thenAgain()
}

// givesUp frees the time of a session that is given up, and tells who must know.
func (t *talk) givesUp(rec *caseRecord, id care.SessionID, did string, late bool) error {
	s, _ := rec.Case.Session(id)
	if err := t.w.free(rec.Case.ID, &rec.Case, id); err != nil {
		return err
	}
	when := time.Unix(s.Start, 0).In(t.w.p.Zone).Format("Mon 2 Jan 15:04")
	if did == sessionMove {
		t.phrase("session.moving", t.ofSession(s)...)
		t.w.notice(fmt.Sprintf("%s: the client would like another time than %s. It is your turn to offer some.", rec.Case.ID, when))
	} else {
		l, err := t.level()
		if err != nil {
			return err
		}
		t.phrase("session.cancelled."+string(l), t.ofSession(s)...)
		why := ""
		if late {
			why = ", later than the practice asks for"
		}
		t.w.notice(fmt.Sprintf("%s: the client cancelled the session of %s%s.", rec.Case.ID, when, why))
	}
	t.w.tellAll(rec, sessionCancelled, s, t.me())
	return t.calendar(rec, s)
}

// inPlaceOf is the session that was moved and has none in its place yet.
func inPlaceOf(c care.Case) care.SessionID {
	for _, s := range slices.Backward(c.Sessions) {
		if s.State == care.SessionMoved && !slices.ContainsFunc(c.Sessions, func(next care.Session) bool {
			return next.InPlaceOf == s.ID && next.Start != 0
		}) {
			return s.ID
		}
	}
	return 0
}
