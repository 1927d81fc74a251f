package bot

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"anteroom/bot/care"
	"anteroom/dialogs"
)

// This file is the quiet first line: how much of what the practice sends may
// show on a screen before the person asks for it.

// level is how open a reminder may be. The person chooses it in the intake.
type level string

const (
	levelClosed level = "closed" // that there is a message
	levelMiddle level = "middle" // and whose
	levelOpen   level = "open"   // the message
)

const (
	remindersDialog = "reminder-levels"
	factReminders   = "reminders"
	factAfraid      = "afraid"
)

// reminders lets the person choose anew how open they may be.
func (t *talk) reminders() error {
	if t.c.Consent == nil {
		t.phrase("unknown-command")
		return t.again()
	}
	return t.interrupt(remindersDialog)
}

// keepsLevel takes their choice, and tells the case, whose summary names it.
func (t *talk) keepsLevel(chosen string) error {
	t.c.Level = level(chosen)
	if t.c.Case == "" || t.c.Seat != 0 {
		return nil
	}
	rec, err := t.w.joined(t.c.Case)
	if err != nil || rec == nil || rec.Case.Facts[factReminders] == "" {
		return err
	}
	rec.Case.Facts = maps.Clone(rec.Case.Facts)
	rec.Case.Facts[factReminders] = chosen
	t.w.keepQuietly(rec)
	return nil
}

// level is how open a reminder to this person may be now: as they chose, closed
// until they did, and always closed when they are or were afraid of a partner,
// who may be the one that reads it. What a partner says of it changes nothing
// for the others: they would see that something was said.
func (t *talk) level() (level, error) {
	facts, err := t.mainFacts()
	if err != nil {
		return "", err
	}
	afraid := []string{facts.Text(factAfraid)}
	if len(t.c.Runs) > 0 {
		afraid = append(afraid, dialogs.LastAnswer(t.w.p.Library, t.c.Runs[0], factAfraid))
	}
	if slices.ContainsFunc(afraid, func(answer string) bool { return answer != "" && answer != "no-fear" }) {
		return levelClosed, nil // an answer that we do not know is no "I feel safe"
	}
	if t.c.Case != "" {
		rec, err := peek[caseRecord](t.w, CaseSubject(t.c.Case))
		if err != nil {
			return "", err
		}
		if rec != nil && slices.ContainsFunc(rec.Case.Alerts, func(a care.Alert) bool { return a.Name == care.AlertIPV && a.Seat == t.c.Seat }) {
			return levelClosed, nil
		}
	}
	switch l := cmp.Or(t.c.Level, level(facts.Text(factReminders))); l {
	case levelMiddle, levelOpen:
		return l, nil
	}
	return levelClosed, nil
}

// brought takes what comes from the practice, a decision or a wish: it comes as it is where the person
// wants that and the door is open, and waits otherwise. After quick exit
// nothing tells of it there: the person asked this chat to be still. The practice
// hears once that it waits, and not why.
func (t *talk) brought(what What) error {
	l, err := t.level()
	if err != nil {
		return err
	}
	if l == levelOpen && t.c.Door == nil {
		return t.shows(what)
	}
	waits, err := tag(what)
	if err != nil {
		return err
	}
	t.c.Waiting = append(t.c.Waiting, waits)
	if t.left() {
		t.tellsStill()
		return nil
	}
	return t.announces()
}

// tellsStill tells the practice, once, that something waits behind quick exit.
func (t *talk) tellsStill() {
	if d := t.c.Door; len(t.c.Waiting) > 0 && !d.Told && t.c.Case != "" {
		d.Told = true
		t.w.notice(t.c.Case + ": something waits in a chat that is kept still. It is shown when the person comes back.")
	}
}

// announces says that something waits, with a button that opens it.
func (t *talk) announces() error {
	l, err := t.level()
	if err != nil {
		return err
	}
	key := "waiting.closed"
	if l != levelClosed && t.c.Door == nil {
		key = "waiting.middle"
	}
	ours := t.marks(doorMarks, 0)
	t.send(Text{Text: t.text(key), Buttons: [][]Button{{{Label: t.text("btn.open"), Data: ours.of(markOpen)}}}}, parcel{class: Prompt})
	return nil
}

// takesOut shows what waits, each thing once. What the course of care asks comes
// one after the other: when one ends, the next is taken out.
func (t *talk) takesOut() error {
	waiting := t.c.Waiting
	if len(waiting) == 0 {
		return nil
	}
	t.c.Waiting = nil
	open := len(t.c.Runs)
	for _, w := range waiting {
		what, err := untagWhat(w)
		if err != nil {
			return fmt.Errorf("what waited: %w", err)
		}
		if a, asks := what.(Asks); asks && !a.only() && len(t.c.Runs) > open {
			t.c.Waiting = append(t.c.Waiting, w)
			continue
		}
		if err := t.shows(what); err != nil {
			return err
		}
	}
	return nil
}

// shown is something that the practice sent and that was shown, until it is
// surely read: until the person does something at an open door, and as long as
// what it asks is open.
type shown struct {
	What tagged `cbor:"1,keyasint"`
	Run  string `cbor:"2,keyasint,omitempty"` // the dialog that it opened and that goes on
}

// shows begins what the practice sent.
func (t *talk) shows(what What) (err error) {
	one := shown{}
	if one.What, err = tag(what); err != nil {
		return err
	}
	switch what := what.(type) {
	case Answer: // the newest counts
		t.c.Shown = slices.DeleteFunc(t.c.Shown, func(s shown) bool { return s.What.Type == one.What.Type })
		err = t.answered(what)
	case releaseAsked:
		err = t.asked(what)
	case InviteAsked:
		err = t.inviteAsked(what)
	case Asks:
		err = t.unfolds(what)
	}
	if n := len(t.c.Runs); n > 0 {
		if run := t.c.Runs[n-1]; isBrought(run) {
			one.Run = run.Params[paramRun]
		}
	}
	t.c.Shown = append(t.c.Shown, one)
	t.showing++
	return err
}

// isBrought reports that a dialog was opened by something that the practice sent.
func isBrought(run dialogs.Run) bool {
	return isAnswerDialog(run.Dialog) || run.Dialog == releaseDialog || run.Dialog == inviteDialog || run.Params[paramCourse] != ""
}

// goesOn reports whether what was shown has a dialog that is open.
func (t *talk) goesOn(s shown) bool {
	return s.Run != "" && slices.ContainsFunc(t.c.Runs, func(r dialogs.Run) bool { return r.Params[paramRun] == s.Run })
}

// hasRead lets go of what was shown before this sign of life, and asks nothing.
func (t *talk) hasRead() {
	if t.c.Door != nil {
		return
	}
	n := max(0, len(t.c.Shown)-t.showing)
	before, now := t.c.Shown[:n:n], t.c.Shown[n:]
	t.c.Shown = append(slices.DeleteFunc(before, func(s shown) bool { return !t.goesOn(s) }), now...)
}

// takesBack makes what may not have been read wait again, as if it had not been
// shown: it is swept out of the chat.
func (t *talk) takesBack() {
	again := make([]tagged, 0, len(t.c.Shown)+len(t.c.Waiting))
	for _, s := range t.c.Shown {
		again = append(again, s.What)
		t.c.Runs = slices.DeleteFunc(t.c.Runs, func(r dialogs.Run) bool { return s.Run != "" && r.Params[paramRun] == s.Run })
	}
	t.c.Shown, t.c.Waiting = nil, append(again, t.c.Waiting...)
}

// nudgeKey is the text of the one reminder of an unfinished intake.
func (t *talk) nudgeKey() (string, error) {
	l, err := t.level()
	switch {
	case err != nil:
		return "", err
	case l == levelClosed || t.c.Door != nil:
		return "nudge", nil
	}
	return "nudge." + string(l), nil
}
