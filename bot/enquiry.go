package bot

import (
	"errors"
	"time"

	"anteroom/bot/care"
	"anteroom/dialogs"
)

// theCase is the case of this conversation; it is opened at the first need,
// under the first of a few numbers that is free. The numbers follow from the
// event, so that who comes back after an erasure gets another one.
func (t *talk) theCase() (*caseRecord, error) {
	if t.c.Case != "" {
		s := CaseSubject(t.c.Case)
		if h := t.w.have[s]; h != nil && h.put {
			rec := h.value.(caseRecord)
			return &rec, nil
		}
		rec, err := read[caseRecord](t.w, s)
		if rec != nil && t.c.Seat == 0 {
			rec.Case.Language = t.language()
		}
		if err != nil || rec != nil {
			return rec, err
		}
	}
	for n := range byte(8) {
		id := care.MakeCaseID(t.w.root.MAC("case", 16, []byte(t.w.ev.Practice), []byte(t.self), []byte(t.w.ev.ID), []byte{n}))
		s, grave := CaseSubject(string(id)), TombSubject(string(id))
		tomb, unread := peek[Tombstone](t.w, grave)
		rec, err := read[caseRecord](t.w, s)
		if err = errors.Join(err, unread); err != nil {
			return nil, err
		}
		if rec == nil && tomb == nil { // a number is never given again: its log is there still
			t.c.Case = string(id)
			rec = &caseRecord{Case: care.NewCase(id, t.w.now), Chats: []SubjectID{t.self}}
			rec.Case.Language = t.language()
			if c := t.c.Consent; c != nil {
				t.w.auditLine(id, auditLine{At: c.At, Role: Client, What: didConsent})
			}
			return rec, nil
		}
		t.w.have[s].check = false
	}
	return nil, errors.New("no free case number")
}

// called does what a host call of a dialog does to the world.
func (t *talk) called(call string, f dialogs.Facts) error {
	switch call {
	case callConsent:
		t.c.Consent = &consent{Version: t.w.p.consents[t.main()], At: t.w.now.Unix(), Lang: t.tongue().form}
		if t.c.Seat != 0 {
			return t.agreed()
		}
		return t.auditConsent(didConsent)
	case "erase":
		t.over = true
		t.sweeps = t.top().Dialog == forgetDialog
	case "sign-release":
		return t.signed(f)
	case "submit":
		rec, err := t.theCase()
		if err != nil {
			return err
		}
		due := t.replyBy()
		if u := care.Urgency(f.Text(factUrgency)); u == care.R0 || u == care.R1 {
			due = t.w.p.Hours.Deadline(t.w.now, 0) // a human today
		}
		t.hand(rec)
		if err := rec.Case.Submit(forCase(f), care.Urgency(f.Text(factUrgency)), t.w.now, due); err != nil {
			return err
		}
		t.c.ReplyBy = due.Unix()
		t.w.out.due = append(t.w.out.due, planned{subject: CaseSubject(string(rec.Case.ID)), name: dueReply, at: due})
		t.w.audit(rec.Case.ID, byClient, didSend)
		return t.w.keepCase(rec)
	case "request-call":
		wish := care.CallRequest{Phone: f.Text("phone"), When: f.List("when"), Voicemail: f.Text("voicemail") == "voicemail-ok"}
		if t.c.Seat != 0 {
			return t.wantsCall(wish)
		}
		rec, err := t.theCase()
		if err != nil {
			return err
		}
		t.note(rec, f)
		err = rec.Case.RequestCall(wish, t.w.now)
		if err != nil {
			return err
		}
		t.w.audit(rec.Case.ID, byClient, didAskCall)
		if rec.Case.Submitted != 0 { // a card that changes rings no bell
			t.w.notice(string(rec.Case.ID) + ": the client asks to be called.")
		}
		return t.w.keepCase(rec)
	}
	return t.coupled(call, f)
}

// auditConsent notes on the case, where there is one, what became of the consent.
// A consent from before the case is its first line.
func (t *talk) auditConsent(what string) error {
	if t.c.Case == "" {
		return nil
	}
	rec, err := t.w.current(CaseSubject(t.c.Case))
	if rec != nil {
		t.w.audit(rec.Case.ID, byClient, what)
	}
	return err
}

// caseClosed reports that the person's case has come to an end, so that what
// they write now begins another.
func (t *talk) caseClosed() (bool, error) {
	if t.c.Case == "" {
		return false, nil
	}
	rec, err := read[caseRecord](t.w, CaseSubject(t.c.Case))
	if err != nil || rec == nil {
		return err == nil, err
	}
	return rec.Case.Status == care.Withdrawn || rec.Case.Status == care.Referred, nil
}

// note keeps the facts so far on a case that was not sent yet, so that whoever
// is alerted or asked to call knows as much as the person told.
func (t *talk) note(rec *caseRecord, f dialogs.Facts) {
	if rec.Case.Status != care.OpenIntake || t.c.Consent == nil || t.c.Seat != 0 { // a partner's stand apart
		return
	}
	facts := make(map[string]string)
	if main, err := t.mainFacts(); err == nil {
		facts = forCase(main)
	}
	for k, v := range forCase(f) {
		facts[k] = v
	}
	rec.Case.Facts = facts
}

// alertAgain is how long an alert of one case that nobody has acknowledged does
// not call anew.
const alertAgain = 10 * time.Minute

// alert tells the on-call that a human is needed.
func (t *talk) alert(name string, f dialogs.Facts) error {
	rec, err := t.theCase()
	if err != nil {
		return err
	}
	if err := t.noted(f); err != nil {
		return err
	}
	t.note(rec, f)
	t.hand(rec)
	if care.AlertName(name) == care.AlertIPV {
		rec.Case.PutHold("", t.w.now)
	}
	if t.met { // somebody was called when it was pressed
		return t.w.keepCase(rec)
	}
	for _, a := range rec.Case.Alerts {
		if a.Open() && a.Name == care.AlertName(name) && a.Seat == t.c.Seat && t.w.now.Sub(time.Unix(a.At, 0)) < alertAgain {
			return t.w.keepCase(rec) // the on-call has just been called for this, and reads what was said since
		}
	}
	if err := rec.Case.Alert(care.AlertName(name), t.w.now); err != nil {
		return err
	}
	rec.Case.Alerts[len(rec.Case.Alerts)-1].Seat = t.c.Seat
	t.w.audit(rec.Case.ID, t.who(), didAlert)
	t.w.calls(CaseSubject(string(rec.Case.ID)), rec)
	return t.w.keepCase(rec)
}

// replyBy is the day that the client is promised an answer for.
func (t *talk) replyBy() time.Time {
	if t.c.ReplyBy > t.w.now.Unix() && !t.c.Answered { // after an answer a new time begins
		return time.Unix(t.c.ReplyBy, 0)
	}
	return t.w.p.Hours.Deadline(t.w.now, t.w.p.ReplyWithinWorkingDays)
}
