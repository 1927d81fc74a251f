package bot

import (
	"errors"
	"slices"
	"time"

	"anteroom/bot/care"
)

// This file is about how long records are kept. An unfinished intake and an
// enquiry go with their chats, each by its own period; the record of a client
// outlives the chat, and so does an enquiry that another followed in the same
// chat: each goes by its own. (Rule book, section 12.)

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

// ends is when the time of a case is up.
func (w *world) ends(rec *caseRecord) time.Time {
	keep := w.p.Practice.Keep
	period := map[RecordKind]care.Period{KindUnfinished: keep.Unfinished, KindEnquiry: keep.Enquiry, KindRecord: keep.Record}[kindOf(rec.Case)]
	return period.After(rec.Case.Contact())
}

// endsBy has the end of a case looked at when its time is up.
func (w *world) endsBy(rec *caseRecord) {
	end := later(w.ends(rec), w.now.Add(time.Second))
	w.out.due = append(w.out.due, planned{subject: CaseSubject(string(rec.Case.ID)), name: dueKeep, at: lookedAt(end, w.now)})
}

// keepOn keeps the record of a client whose chat goes, until its date.
func (w *world) keepOn(rec *caseRecord, chat SubjectID) {
	rec.Chats = slices.DeleteFunc(slices.Clone(rec.Chats), func(c SubjectID) bool { return c == chat })
	w.write(CaseSubject(string(rec.Case.ID)), *rec)
	w.endsBy(rec)
}

// setsAside lets the person's enquiry, which came to an end, run out by its own
// period, while the chat goes on with another. It stays theirs to see and to
// erase.
func (t *talk) setsAside() error {
	rec, err := t.w.joined(t.c.Case)
	if err != nil {
		return err
	}
	if rec != nil {
		rec.Past = true
		t.w.revokeAll(rec)
		t.w.write(CaseSubject(t.c.Case), *rec)
		t.w.endsBy(rec)
		t.c.Earlier = append(t.c.Earlier, t.c.Case)
	}
	t.c.Case, t.c.ReplyBy, t.c.Answered = "", 0, false
	return nil
}

// earlier are the person's enquiries from before this one that are kept still.
func (t *talk) earlier() (all []*caseRecord, err error) {
	for _, id := range t.c.Earlier {
		rec, e := peek[caseRecord](t.w, CaseSubject(id)) // there may be any number: what is changed is checked
		switch {
		case e != nil:
			err = e // ask for all of them at once
		case rec != nil && rec.Past && (account{t: t, rec: rec}).ours(): // it may be a partner's by now
			all = append(all, rec)
		}
	}
	return all, err
}

// remembers leaves of a conversation whose time is up which enquiries came before
// it, for as long as those are kept, and what locks the chat: so their person can
// see and erase them all the while.
func (t *talk) remembers() error {
	kept, err := t.earlier()
	if err != nil || len(kept) == 0 {
		return err
	}
	c := &chatState{Channel: t.c.Channel, To: t.c.To, Lang: t.c.Lang, Last: t.c.Last, Lock: t.c.Lock}
	if t.left() {
		c.Door = &door{Since: t.c.Door.Since, Left: true, Quick: true}
	}
	var end time.Time
	for _, rec := range kept {
		c.Earlier = append(c.Earlier, string(rec.Case.ID))
		end = later(end, t.w.ends(rec))
	}
	t.w.write(t.self, c)
	t.w.plan(dueExpire, lookedAt(later(end, t.w.now).Add(time.Minute), t.w.now))
	return nil
}

// outlives erases a case that no chat is about any more, once its time is up.
func outlives(w *world, rec *caseRecord) error {
	shared := rec.Couple.seated()
	if !rec.Past && (len(rec.Chats) > 0 || shared) {
		return nil // it goes with the last of them, or is planned then
	}
	if w.ends(rec).After(w.now) {
		w.endsBy(rec)
		return nil
	}
	if shared {
		return w.leaveFirst(rec, true)
	}
	return w.dropCase(rec, System, "", "Erased: its time was up.")
}

// dropCase erases a case whole: the line stands on its card then.
func (w *world) dropCase(rec *caseRecord, by Role, who, line string) error {
	if err := w.takeBack(rec); err != nil {
		return err
	}
	if err := errors.Join(w.eraseKept(rec), w.revoke(rec)); err != nil {
		return err
	}
	w.callsOn(rec.Case)
	if err := w.bury(rec, by, who); err != nil {
		return err
	}
	id := string(rec.Case.ID)
	w.erase(CaseSubject(id))
	if rec.Case.Submitted != 0 || len(rec.Case.Alerts) > 0 || rec.Case.Call.At != 0 {
		w.card(Card{Case: id, Line: id, State: []string{line}}, "card/"+id)
	}
	return nil
}
