package bot

import (
	"errors"
	"maps"
	"slices"
	"strconv"

	"anteroom/bot/care"
	"anteroom/dialogs"
)

// Partners share a case and nothing else. Each has a chat of their own, with its
// own key, and what they said for the therapists stands in a subject of its own,
// with its own key again. The case knows of them only which chats they are, and
// to what they agreed. So each can go alone, and what the others said stays.

const partnerDialog = "partner"

// couple is what a case keeps of those who join it.
type couple struct {
	Policy care.Secrets `cbor:"1,keyasint,omitempty"` // what the first agreed to
	Agreed int64        `cbor:"2,keyasint,omitempty"` // when
	Invite SubjectID    `cbor:"3,keyasint,omitempty"` // the last one that was made and not taken back
	Asked  bool         `cbor:"4,keyasint,omitempty"` // a therapist asked for a partner
	Seats  []seat       `cbor:"5,keyasint,omitempty"`
}

// seat is one partner of a case.
type seat struct {
	No     uint8        `cbor:"1,keyasint"` // 2 for the first who joined; never used again while others stay
	Chat   SubjectID    `cbor:"2,keyasint"` // empty once they left work that is booked: only their record stays
	Since  int64        `cbor:"3,keyasint"`
	Joined int64        `cbor:"4,keyasint,omitempty"` // agreed to the rule for secrets and gave consent; before that they say nothing
	Policy care.Secrets `cbor:"5,keyasint,omitempty"`
	// Wary: what they said speaks against joint work, so that nobody else is
	// invited. It is not said how.
	Wary bool `cbor:"6,keyasint,omitempty"`
}

// seat finds the number of the next partner, if there is room for one.
func (c couple) seat(onlyOne bool) (no uint8, free bool) {
	most := care.MostPartners
	if onlyOne {
		most = 1
	}
	no = 2
	for _, s := range c.Seats {
		no = max(no, s.No+1)
	}
	return no, len(c.Seats) < most && no < 200
}

func (c couple) of(chat SubjectID) int {
	return slices.IndexFunc(c.Seats, func(s seat) bool { return s.Chat == chat })
}

// seated reports whether a partner is there still, and not their record alone.
func (c couple) seated() bool {
	return slices.ContainsFunc(c.Seats, func(s seat) bool { return s.Chat != "" })
}

// eraseKept erases the records of partners who left and were kept with the case.
func (w *world) eraseKept(rec *caseRecord) error {
	var need error
	for _, s := range rec.Couple.Seats {
		if s.Chat != "" {
			continue // it goes with their chat
		}
		if p, err := read[care.Partner](w, partnerSubject(rec.Case.ID, s.No)); err != nil {
			need = err // ask for all of them at once
		} else if p != nil {
			w.erase(partnerSubject(rec.Case.ID, s.No))
		}
	}
	return need
}

// partnerName begins the names of partners in the log of a case.
const partnerName = "partner "

func seatName(no uint8) string { return partnerName + strconv.Itoa(int(no)) }

// who is this person in the log of the case.
func (t *talk) who() string {
	if t.c.Seat != 0 {
		return seatName(t.c.Seat)
	}
	return byClient
}

// partnerSubject is where the record of a partner of a case is kept. Nobody's chat
// is its name: whoever leaves work that is booked, and joins another case from
// the same chat, has another record there.
func partnerSubject(id care.CaseID, seat uint8) SubjectID {
	return SubjectID("partner/" + string(id) + "/" + strconv.Itoa(int(seat)))
}

func (t *talk) partnerSubject() SubjectID {
	return partnerSubject(care.CaseID(t.c.Case), t.c.Seat)
}

// isMain reports that a dialog is the conversation itself, and interrupts none.
func isMain(dialog string) bool { return dialog == intakeDialog || dialog == partnerDialog }

// main is the conversation that this person has with us.
func (t *talk) main() string {
	if t.c.Seat != 0 {
		return partnerDialog
	}
	return intakeDialog
}

// unknown reports that nobody at the practice knows of this person.
func (t *talk) unknown() bool {
	return t.c.Consent == nil && (t.c.Case == "" || t.c.Seat != 0)
}

// joined is a case as this step has it, with what it has changed already.
func (w *world) joined(id string) (*caseRecord, error) {
	s := CaseSubject(id)
	if h := w.have[s]; h != nil && h.put {
		rec := h.value.(caseRecord)
		return &rec, nil
	}
	return read[caseRecord](w, s)
}

// keepQuietly writes a case and leaves its card as it is: what partners do is
// no news in a channel.
func (w *world) keepQuietly(rec *caseRecord) {
	w.replan(rec)
	w.write(CaseSubject(string(rec.Case.ID)), *rec)
}

// partner is the record of this partner as this step has it.
func (t *talk) partner() (*care.Partner, error) {
	s := t.partnerSubject()
	if h := t.w.have[s]; h != nil && h.put {
		p := h.value.(care.Partner)
		return &p, nil
	}
	p, err := read[care.Partner](t.w, s)
	if p == nil && err == nil {
		p = &care.Partner{}
	}
	return p, err
}

func (t *talk) keepPartner(p *care.Partner) {
	p.Updated, p.Language = t.w.now.Unix(), t.language()
	t.w.write(t.partnerSubject(), *p)
}

// noted keeps what a partner said so far, and what the screen found, so that
// whoever is alerted or asked to call can read it.
func (t *talk) noted(f dialogs.Facts) error {
	if t.c.Seat == 0 || t.c.Consent == nil {
		return nil
	}
	p, err := t.partner()
	if err != nil {
		return err
	}
	if p.Sent == 0 {
		facts := make(map[string]string)
		if main, err := t.mainFacts(); err == nil {
			facts = forCase(main)
		}
		for k, v := range forCase(f) {
			facts[k] = v
		}
		p.Facts = facts
	}
	p.Notice(t.c.Noticed...)
	t.c.Noticed = nil
	t.keepPartner(p)
	return nil
}

// agreed notes that a partner gave consent and agreed to the rule for secrets.
func (t *talk) agreed() error {
	rec, err := t.w.joined(t.c.Case)
	if err != nil || rec == nil {
		return err
	}
	if i := rec.Couple.of(t.self); i >= 0 {
		rec.Couple.Seats = slices.Clone(rec.Couple.Seats)
		rec.Couple.Seats[i].Joined, rec.Couple.Seats[i].Policy = t.w.now.Unix(), t.c.Policy
		if _, err := rec.Case.Join(t.c.Seat, t.w.now); err != nil && !errors.Is(err, care.ErrNotPossible) {
			return err
		}
		t.setZone(rec)
		t.w.audit(rec.Case.ID, seatName(t.c.Seat), didAgree)
		t.w.keepQuietly(rec)
	}
	return nil
}

// join hands to the therapists what a partner said.
func (t *talk) join(f dialogs.Facts) error {
	rec, err := t.theCase()
	if err != nil {
		return err
	}
	p, err := t.partner()
	if err != nil {
		return err
	}
	p.Facts, p.Sent = forCase(f), t.w.now.Unix()
	p.Notice(t.c.Noticed...)
	t.c.Noticed = nil
	t.keepPartner(p)
	if i := rec.Couple.of(t.self); i >= 0 {
		rec.Couple.Seats = slices.Clone(rec.Couple.Seats)
		rec.Couple.Seats[i].Wary = care.Case{Facts: p.Facts, Noticed: p.Noticed}.Unsafe()
	}
	if u := care.Urgency(f.Text(factUrgency)); u.Over(rec.Case.Urgency) {
		rec.Case.Rise(u, t.w.now)
	}
	t.w.audit(rec.Case.ID, seatName(t.c.Seat), "sent")
	t.w.notice(string(rec.Case.ID) + ": a partner has answered. Please read the summary.")
	return t.w.keepCase(rec)
}

// wantsCall notes where a partner wants to be called.
func (t *talk) wantsCall(r care.CallRequest) error {
	rec, err := t.theCase()
	if err != nil {
		return err
	}
	p, err := t.partner()
	if err != nil {
		return err
	}
	r.At = t.w.now.Unix()
	p.Call = r
	t.keepPartner(p)
	t.w.audit(rec.Case.ID, seatName(t.c.Seat), "asks for a call")
	t.w.notice(string(rec.Case.ID) + ": a partner asks to be called. The number stands in the summary.")
	return t.w.keepCase(rec)
}

// afterPartner answers what a partner writes when nothing is open; anew says
// that they asked to begin again.
func (t *talk) afterPartner(anew bool) error {
	switch {
	case t.c.Answered:
		t.phrase("after-answer")
		return nil
	case t.c.Done == outcomeSent:
		t.phrase("partner.after")
		return nil
	case t.c.Done == outcomeCall && !anew:
		t.phrase("after-call")
		return nil
	}
	t.phrase("welcome-back")
	t.c.Done, t.c.Runs, t.c.Rest, t.c.Consent = "", nil, 0, nil
	return t.begin(partnerDialog, nil)
}

// leaveSeat is the case's part when a partner goes: what is theirs goes with its
// key, and what the others said stays as it is. Nobody else is told; the
// therapists are told that it happened, but for a no where the practice does not
// wish it. The record of a partner in work that is booked stays, sealed.
func (t *talk) leaveSeat() error {
	w, mine := t.w, t.partnerSubject()
	p, err := read[care.Partner](w, mine)
	if err != nil {
		return err
	}
	rec, err := w.joined(t.c.Case)
	if err != nil {
		return err
	}
	if rec == nil {
		if p != nil {
			w.erase(mine)
		}
		return nil
	}
	i := rec.Couple.of(t.self)
	if i >= 0 && rec.Case.Status == care.Booked && p != nil && p.Sent != 0 {
		if !t.expired {
			t.phrase("forget-kept", "what", t.text("forget-kept.what"), "until", t.text("forget-kept.until"))
		}
		rec.Couple.Seats = slices.Clone(rec.Couple.Seats)
		rec.Couple.Seats[i].Chat = ""
		if err := t.partWays(rec); err != nil {
			return err
		}
		w.keepOn(rec, t.self)
		return nil
	}
	if p != nil {
		w.erase(mine)
	}
	speaks := len(rec.Chats) > 0 && rec.Chats[0] == t.self && rec.Case.Status != care.Booked
	agreed := i >= 0 && rec.Couple.Seats[i].Joined != 0
	spoke := p != nil || slices.ContainsFunc(rec.Case.Alerts, func(a care.Alert) bool { return a.Seat == t.c.Seat })
	if i >= 0 {
		rec.Couple.Seats = slices.Delete(slices.Clone(rec.Couple.Seats), i, i+1)
	}
	rec.Case.LeaveSeat(t.c.Seat, w.now)
	rec.Zones = maps.Clone(rec.Zones)
	delete(rec.Zones, t.me())
	if spoke {
		rec.Custody.Reasons = nil
	}
	rec.Chats = slices.DeleteFunc(slices.Clone(rec.Chats), func(s SubjectID) bool { return s == t.self })
	if len(rec.Chats) == 0 && !rec.Couple.seated() && rec.Case.Status != care.Booked {
		return t.dropCase(rec)
	}
	if speaks { // what was decided with them is theirs, as it was with the first
		if err := w.takeBack(rec); err != nil {
			return err
		}
		rec.Case.LeaveFirst(w.now)
		rec.Releases = nil
	}
	rec.succeed()
	w.audit(rec.Case.ID, seatName(t.c.Seat), didLeave)
	switch {
	case agreed, speaks:
		w.notice(string(rec.Case.ID) + ": a partner left. Nothing of theirs is kept. Please tell nobody why they may have.")
	case w.p.Partners.TellNo:
		w.notice(string(rec.Case.ID) + ": a partner said no, or did not begin. Nothing of theirs is kept.")
	default: // nobody knew that they came
		w.keepQuietly(rec)
		if spoke {
			w.renew(CaseSubject(string(rec.Case.ID)), noGrave)
		}
		return nil
	}
	switch {
	case speaks:
		return w.renewCase(rec, grave)
	case spoke:
		return w.renewCase(rec, noGrave)
	}
	return w.keepCase(rec)
}

// leaveFirst is the case's part when the one who opened it goes and partners
// stay: the case goes on for them, with nothing of the first in it.
func (w *world) leaveFirst(rec *caseRecord, expired bool) error {
	if err := w.takeBack(rec); err != nil {
		return err
	}
	if err := w.revoke(rec); err != nil {
		return err
	}
	rec.Case.LeaveFirst(w.now)
	rec.Chats = rec.Chats[min(1, len(rec.Chats)):]
	// What another part of the service keeps in the record is the first's, and
	// goes: only what is named here stays.
	left := &caseRecord{Case: rec.Case, Chats: rec.Chats, Custody: caseWatch{Head: rec.Custody.Head, Glass: rec.Custody.Glass}, Couple: couple{Policy: rec.Couple.Policy, Agreed: rec.Couple.Agreed, Seats: rec.Couple.Seats}}
	left.succeed()
	w.audit(rec.Case.ID, byClient, didLeave)
	if expired {
		w.notice(string(rec.Case.ID) + ": what the one who wrote first said is erased, its time was up. What partners said is kept.")
	} else {
		w.notice(string(rec.Case.ID) + ": the one who wrote first left. What partners said is kept. Please tell nobody why they may have.")
	}
	return w.renewCase(left, grave)
}

// takeBack gives back the place that was offered, and waits for nothing.
func (w *world) takeBack(rec *caseRecord) error {
	s := CaseSubject(string(rec.Case.ID))
	for _, due := range []string{dueReply, dueSilence, dueKeep} {
		w.unplan(s, due)
	}
	return errors.Join(w.release(rec, ""), w.endCourse(rec))
}

// succeed lets the longest-standing partner speak for the case where nobody else
// is left to: decisions reach them then. A record that is kept stays with whoever
// left it.
func (rec *caseRecord) succeed() {
	if rec.Case.Status == care.Booked {
		return
	}
	if i := slices.IndexFunc(rec.Couple.Seats, func(s seat) bool { return s.Chat != "" }); i >= 0 && len(rec.Chats) == 0 {
		rec.Chats = []SubjectID{rec.Couple.Seats[i].Chat}
	}
}

// renewal is how a subject begins anew under another key.
type renewal uint8

const (
	// grave: what the old key opens is theirs who left, and no backup brings it
	// back, nor anything else of that time.
	grave renewal = iota + 1
	// noGrave: what the old key opens belongs to those who stay. A backup from
	// before that is put back keeps it for them.
	noGrave
)

// renewCase writes a case under a new key. Whoever left took their part of it
// out, and with the old key goes what earlier copies of the store hold.
func (w *world) renewCase(rec *caseRecord, how renewal) error {
	if err := w.keepCase(rec); err != nil {
		return err
	}
	w.renew(CaseSubject(string(rec.Case.ID)), how)
	return nil
}

// renew lets a subject that is written in this step begin anew. Its letters stay.
func (w *world) renew(s SubjectID, how renewal) {
	v := w.have[s].value
	w.erase(s)
	w.write(s, v)
	if w.out.renewed == nil {
		w.out.renewed = make(map[SubjectID]renewal, 1)
	}
	w.out.renewed[s] = how
}

// seated are the partners of a case as a summary shows them.
func (w *world) seated(rec *caseRecord) (all []care.Seated, err error) {
	for _, s := range rec.Couple.Seats {
		p, e := peek[care.Partner](w, partnerSubject(rec.Case.ID, s.No))
		if e != nil {
			err = e // ask for all of them at once
			continue
		}
		if p == nil {
			p = &care.Partner{}
		}
		all = append(all, care.Seated{No: int(s.No), Agreed: s.Policy, Partner: *p})
	}
	return all, err
}
