package bot

import (
	"time"

	"anteroom/bot/care"

	ics "github.com/arran4/golang-ical"
)

// calendar sends a session as a calendar file, as open as reminders are: only
// who wants them open finds in it with whom it is. It is in UTC, which each
// calendar shows at home, and has no alarm of its own.
func (t *talk) calendar(rec *caseRecord, s care.Session) error {
	l, err := t.level()
	if err != nil || s.Start == 0 {
		return err
	}
	method, status := ics.MethodPublish, ics.ObjectStatusConfirmed
	if s.State != care.SessionBooked {
		method, status = ics.MethodCancel, ics.ObjectStatusCancelled
	}
	uid, sequence := t.inCalendars(rec, s)
	cal := ics.NewCalendarFor("calendar")
	cal.SetProductId("-//Anteroom//EN")
	cal.SetMethod(method)
	e := cal.AddEvent(uid)
	e.SetSequence(sequence)
	e.SetDtStampTime(t.w.now)
	e.SetStartAt(time.Unix(s.Start, 0))
	e.SetEndAt(s.End())
	e.SetSummary(t.text("session.calendar."+string(l), "therapist", t.w.p.nameOf(s.Therapist)))
	e.SetStatus(status)
	e.SetClass(ics.ClassificationPrivate)
	t.send(Document{Name: "appointment.ics", Type: "text/calendar", Data: []byte(cal.Serialize(ics.WithNewLineWindows))}, parcel{class: Prompt})
	return nil
}

// inCalendars is how calendars know a session: by a name that says nothing, and
// stays when the session is moved, and by a number that grows with each change.
func (t *talk) inCalendars(rec *caseRecord, s care.Session) (uid string, sequence int) {
	if s.State != care.SessionBooked {
		sequence++
	}
	for {
		before, ok := rec.Case.Session(s.InPlaceOf)
		if !ok {
			break
		}
		s, sequence = before, sequence+2 // it was set, and given up
	}
	return t.w.root.Pseudonym("calendar", string(t.w.ev.Practice), string(rec.Case.ID), itoa(int(s.ID)), string(t.me())), sequence
}
