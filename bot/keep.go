package bot

import (
	"slices"
	"time"
)

// This file is about how long records are kept. An unfinished intake and an
// enquiry go with their chats, each by its own period; the record of a client
// outlives the chat, and goes by the period of records. (Rule book, section 12.)

const (
	dueKeep = "keep"
	// lookAgain is how long a period is believed: by then it is looked up again,
	// so that a practice that keeps things shorter from now on has them erased.
	lookAgain = 30 * 24 * time.Hour
)

// lookedAt is when the end of a period is looked at next.
func lookedAt(end, now time.Time) time.Time {
	if again := now.Add(lookAgain); again.Before(end) {
		return again
	}
	return end
}

// keepOn keeps the record of a client whose chat goes, until its date.
func (w *world) keepOn(rec *caseRecord, chat SubjectID) {
	s := CaseSubject(string(rec.Case.ID))
	rec.Chats = slices.DeleteFunc(slices.Clone(rec.Chats), func(c SubjectID) bool { return c == chat })
	w.write(s, *rec)
	end := w.p.Practice.Keep.Record.After(rec.Case.Contact())
	w.out.due = append(w.out.due, planned{subject: s, name: dueKeep, at: lookedAt(later(end, w.now.Add(time.Second)), w.now)})
}

// outlives erases a record that no chat belongs to any more, once its date has
// come.
func outlives(w *world, rec *caseRecord) error {
	if len(rec.Chats) > 0 || rec.Couple.seated() {
		return nil // it goes with the last of them, or is planned then
	}
	if end := w.p.Practice.Keep.Record.After(rec.Case.Contact()); end.After(w.now) {
		w.plan(dueKeep, lookedAt(end, w.now))
		return nil
	}
	if err := w.release(rec, ""); err != nil {
		return err
	}
	if err := w.eraseKept(rec); err != nil {
		return err
	}
	w.callsOn(rec.Case)
	if err := w.bury(rec, System, ""); err != nil {
		return err
	}
	w.erase(w.ev.Subject)
	w.card(Card{Case: string(rec.Case.ID), Line: string(rec.Case.ID), State: []string{"Erased: its time was up."}}, "card/"+string(rec.Case.ID))
	return nil
}
