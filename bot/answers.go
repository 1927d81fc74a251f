package bot

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"anteroom/bot/care"
	"anteroom/dialogs"
)

// answerDialogs are the dialogs that bring a decision to the client.
var answerDialogs = map[care.DecisionKind]string{
	care.Offer: "offer", care.Wait: "waitlist", care.Colleague: "colleague",
	care.Refer: "refer", care.Ask: "question", care.Call: "call",
}

// paramWords is what a therapist wrote about when they will call. The client
// reads it in place of the window, as it was written: a number in it is no time.
const paramWords = "window.words"

func isAnswerDialog(name string) bool {
	if name == "declined" {
		return true
	}
	for _, d := range answerDialogs {
		if d == name {
			return true
		}
	}
	return false
}

// answered opens the dialog that tells the client what was decided.
func (t *talk) answered(a Answer) error {
	d := a.Decision
	kind := d.Kind
	if kind == care.Colleague && len(d.Times) > 0 {
		kind = care.Offer
	}
	if kind == care.Refer && len(d.Names) == 0 {
		return t.begin("declined", map[string]string{"note": d.Note})
	}
	who, ok := t.w.p.Therapist(d.Therapist)
	if !ok {
		who, _ = t.w.p.Therapist(d.By)
	}
	times := make([]string, len(d.Times))
	for i, at := range d.Times {
		times[i] = strconv.FormatInt(at, 10)
	}
	names := d.Names
	if len(names) == 0 {
		names = t.w.p.otherNames()
	}
	params := map[string]string{
		"therapist": who.Name,
		"times":     strings.Join(times, ","),
		"fee":       itoa(a.Fee),
		"names":     strings.Join(names, "\n"),
		"note":      d.Note,
		"date":      t.dayOr(d.Date, who.NextOpening),
		"window":    t.dayOr(d.WriteBy, ""),
	}
	switch kind {
	case care.Ask:
		params["question"], params["note"] = d.Note, ""
	case care.Call:
		params["window"] = ""
		if len(times) > 0 {
			params["window"] = times[0]
		} else {
			params[paramWords], params["note"] = d.Note, ""
		}
	}
	maps.DeleteFunc(params, func(_, v string) bool { return v == "" })
	for i, r := range t.c.Runs { // an answer that is still open is overtaken
		if i > 0 && isAnswerDialog(r.Dialog) {
			t.c.Runs = t.c.Runs[:i]
			break
		}
	}
	t.c.Case, t.c.Answered, t.c.Told = string(a.Case), true, max(t.c.Told, d.At)
	return t.begin(answerDialogs[kind], params)
}

// replied brings the client's answer back to the case, in the same commit.
func (t *talk) replied(run dialogs.Run, turn dialogs.Turn) error {
	if t.c.Case == "" {
		return nil
	}
	s := CaseSubject(t.c.Case)
	rec, err := read[caseRecord](t.w, s)
	if err != nil || rec == nil {
		return err
	}
	kind, value := care.ReplyKind(turn.Outcome), ""
	switch kind {
	case care.Picked:
		value = turn.Facts.Text("slot")
	case care.Answered:
		value = turn.Facts.Text("reply")
	case care.Others:
		value = turn.Facts.Text("time_words") + turn.Facts.Text("call_words")
	}
	if err := rec.Case.Reply(kind, value, t.w.now); err != nil {
		if errors.Is(err, care.ErrNotPossible) {
			t.phrase("stale-button")
			return nil
		}
		return err
	}
	t.c.Client = rec.Case.Status == care.Booked
	switch kind {
	case care.Picked:
		if err = t.hold(rec, value); err == nil {
			err = t.accepts(rec, value)
		}
	case care.Others, care.NoLonger, care.OtherNames, care.SeeColleague:
		err = t.w.release(rec, "")
	}
	if err != nil {
		return err
	}
	t.w.unplan(s, dueSilence)
	if rec.Case.Status == care.WaitingDecision { // the therapist's turn again, by a day that was promised
		t.c.ReplyBy = 0
		by := t.replyBy()
		t.c.ReplyBy = by.Unix()
		t.w.out.due = append(t.w.out.due, planned{subject: s, name: dueReply, at: by})
		t.w.notice(string(rec.Case.ID) + ": the client answered; it is your turn again.")
	} else if rec.Case.Status != care.Waiting { // on the waitlist the promised day stands
		t.w.unplan(s, dueReply)
	}
	t.w.audit(rec.Case.ID, byClient, string(kind))
	return t.w.keepCase(rec)
}

// hold keeps only the time that was picked; the others are free again.
func (t *talk) hold(rec *caseRecord, picked string) error {
	d, _ := rec.Case.Last()
	load, err := t.w.caseload(d.Therapist)
	if err != nil {
		return err
	}
	p, ok := load.Place(rec.Case.ID)
	if !ok {
		return nil
	}
	at, err := strconv.ParseInt(picked, 10, 64)
	if err != nil {
		return fmt.Errorf("picked time: %w", err)
	}
	p.Times = []int64{at}
	who, _ := t.w.p.Therapist(d.Therapist)
	if err := load.Take(who, p); err != nil {
		return err
	}
	t.w.keepLoad(d.Therapist, load)
	return nil
}

// accepts begins the course of care with the session that the client picked.
func (t *talk) accepts(rec *caseRecord, picked string) error {
	d, _ := rec.Case.Last()
	start, err := strconv.ParseInt(picked, 10, 64)
	if err != nil {
		return fmt.Errorf("picked time: %w", err)
	}
	if err := t.w.move(rec, care.MoveAccept, care.Mover{As: care.RoleClient, Round: care.AnyRound}); err != nil {
		return err
	}
	t.setZone(rec)
	s, err := t.w.books(rec, care.SessionOffer{Kind: care.ForEvaluation, For: t.me(), Therapist: d.Therapist, Times: []int64{start}, Minutes: t.w.p.SessionMinutes})
	if err != nil {
		return err
	}
	t.w.tellAll(rec, sessionConfirmed, s, t.me())
	return t.calendar(rec, s)
}

// leaveCase is the case's part of an erasure: an enquiry goes whole and its
// place is free again; the record of a booked client stays, sealed.
func (t *talk) leaveCase() error {
	if t.c.Case == "" || t.byPractice && t.c.Seat == 0 {
		return nil
	}
	if t.c.Seat != 0 {
		return t.leaveSeat()
	}
	rec, err := read[caseRecord](t.w, CaseSubject(t.c.Case))
	if err != nil || rec == nil {
		return err
	}
	if rec.Case.May(care.ToErase, care.RoleClient) != nil { // a record has a date of its own, and the chat's is not it
		t.w.revokeAll(rec)
		if err := t.partWays(rec); err != nil {
			return err
		}
		t.w.keepOn(rec, t.self)
		if !t.expired {
			t.phrase("forget-kept", "what", t.text("forget-kept.what"), "until", t.text("forget-kept.until"))
			t.w.audit(rec.Case.ID, byClient, didWithdraw)
		}
		return nil
	}
	if rec.Couple.seated() {
		return t.w.leaveFirst(rec, t.expired)
	}
	return t.dropCase(rec)
}

// dropCase erases a case whole that goes with this person.
func (t *talk) dropCase(rec *caseRecord) error {
	if t.expired {
		return t.w.dropCase(rec, System, "", "Erased: its time was up.")
	}
	return t.w.dropCase(rec, Client, "", "Erased by the client.")
}

// feeOf is what a session with the therapist costs this client.
func (w *world) feeOf(c care.Case, id care.TherapistID) int {
	t, ok := w.p.Therapist(id)
	if !ok {
		return w.p.Fees.Fee.Full
	}
	if fee := t.Fee.Amount(t.Fee.Tier(c.Enquiry())); fee > 0 {
		return fee
	}
	return t.Fee.Full
}

// otherNames are the practice's referrals, a line each.
func (p *Practice) otherNames() []string {
	var names []string
	for _, r := range p.Fees.Referrals {
		names = append(names, r.Line())
	}
	return names
}

// dayOr is the first day that there is, or else the one by which the practice
// promises an answer: a client always hears a date.
func (t *talk) dayOr(days ...care.Date) string {
	for _, d := range days {
		if !d.In(time.UTC).IsZero() {
			return string(d)
		}
	}
	return string(care.DateOf(t.w.p.Hours.Deadline(t.w.now, t.w.p.ReplyWithinWorkingDays).In(t.w.p.Zone)))
}

// param is what a decision brought, as the client reads it now: days, times and
// sums are kept as they are and worded in the client's language.
func (t *talk) param(name string, f dialogs.Facts) string {
	value, g := f.Param(name), t.tongue()
	switch name {
	case "fee":
		if n, err := strconv.Atoi(value); err == nil {
			return g.number(n)
		}
	case "names":
		lines := strings.Split(value, "\n")
		for _, r := range t.w.p.Fees.Referrals {
			if i := slices.Index(lines, r.Line()); i >= 0 {
				lines[i] = r.LineIn(g.lang)
			}
		}
		return strings.Join(lines, "\n")
	case "date":
		return g.window(value, "", time.UTC)
	case "window": // of a call, it may have been left open
		return cmp.Or(g.window(value, f.Param(paramWords), t.zone()), g.hours(t.w.p.OpenHours))
	}
	return value
}

// window words the day or the instant of a decision; the therapist's own words
// stay as they are. Conversations that were stored before those had a place of
// their own hold them as the value: there only ten digits are an instant.
func (g *tongue) window(value, words string, zone *time.Location) string {
	if day := care.Date(value).In(time.UTC); !day.IsZero() {
		return g.dateWithYear(day)
	}
	if at, err := strconv.ParseInt(value, 10, 64); err == nil && len(value) == 10 && at >= 1e9 {
		return g.moment(time.Unix(at, 0), zone)
	}
	return cmp.Or(value, words)
}
