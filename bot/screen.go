package bot

import (
	"slices"
	"strings"

	"anteroom/bot/care"
	"anteroom/dialogs"
	"anteroom/dialogs/safety"
)

// meets are the dialogs that meet what the screen finds, by class. None of
// them takes the words as an answer: the question that was open is asked again
// when they end. (Rule book, section 9.)
var meets = map[safety.Class]string{
	safety.Crisis: "crisis", safety.Child: "child", safety.Emergency: "medical", safety.IPV: "ipv",
}

const (
	// harmsOthers begins the ids of the rules about harm to somebody else.
	harmsOthers  = "harm-others"
	dangerDialog = "danger"
	// assaulted begins the ids of the rules about a rape or an assault in the
	// last days: care for it is a matter of hours, and is offered.
	assaulted     = "assault-this-week"
	assaultDialog = "assault"
	// agreedDialog asks whether something was agreed on, where that is not
	// clear; outcomeAgreed says that it was.
	agreedDialog  = "agreed"
	outcomeAgreed = "agreed"
)

// isMeeting reports that a dialog meets somebody in need.
func isMeeting(dialog string) bool {
	if dialog == dangerDialog || dialog == assaultDialog || dialog == sideDialogs["now"] {
		return true
	}
	for _, d := range meets {
		if d == dialog {
			return true
		}
	}
	return false
}

// isSafety reports that what a dialog says waits for nothing: it meets somebody
// in need, or asks whether they are.
func isSafety(dialog string) bool { return isMeeting(dialog) || dialog == agreedDialog }

// once notes what is said only once in a conversation.
type once uint8

const (
	saidDoctor once = 1 << iota // to see a doctor
	saidAgreed                  // the question of [agreedDialog]
)

// screened looks at what was typed, before anything else does, for the words
// that a person must see. met says that the words were met and are no answer.
//
// Without consent nothing of them is kept and nobody is told: the numbers are
// shown, and the person is asked whether somebody shall be told.
func (t *talk) screened(text string) (met bool, err error) {
	found := t.w.p.Screen.Screen(text)
	if len(found) == 0 || !t.barred() && t.offered(text) {
		return false, nil
	}
	f := found[0]
	if f.Class == safety.Medical && strings.HasPrefix(f.Rule, assaulted) {
		if t.c.Consent == nil {
			return true, t.interrupt(sideDialogs["now"])
		}
		t.notice(f, text)
		return true, t.interrupt(assaultDialog)
	}
	if t.barred() && meets[f.Class] == "" {
		return false, nil // it is held back, and looked at again when the door opens
	}
	switch dialog := meets[f.Class]; {
	case dialog != "" && t.c.Consent == nil:
		return true, t.interrupt(sideDialogs["now"])
	case dialog != "":
		if strings.HasPrefix(f.Rule, harmsOthers) {
			dialog = dangerDialog
		}
		t.notice(f, text)
		return true, t.interrupt(dialog)
	case f.Class == safety.Medical:
		return false, t.doctor(f, text)
	case f.Class == safety.Solicitation:
		return true, t.refuse()
	case f.Unclear && t.c.Consent != nil && t.c.Once&saidAgreed == 0 && t.c.Done == "":
		t.c.Once |= saidAgreed
		t.c.Held = text
		return true, t.interrupt(agreedDialog)
	}
	return false, nil
}

// screenedFirst is screened for the very first words of somebody.
func (t *talk) screenedFirst(text string) (met bool, err error) {
	found := t.w.p.Screen.Screen(text)
	if len(found) == 0 || meets[found[0].Class] == "" && !strings.HasPrefix(found[0].Rule, assaulted) {
		return false, nil
	}
	return true, t.startWith(universalNow)
}

// danger reports that the words in something that a person sent are of a kind
// that must be met at once.
func (p *Practice) danger(what What) bool {
	var text string
	switch what := what.(type) {
	case Words:
		text = what.Text
	case Media:
		text = what.Caption
	}
	if text == "" {
		return false
	}
	found := p.Screen.Screen(text)
	return len(found) > 0 && meets[found[0].Class] != ""
}

// screenedPress is screened for a button that would not be taken just now: the
// door is shut, the person is blocked, or the consent has changed. An answer of
// the open question that calls somebody is met all the same, as words about
// danger are. The door keeps it, and takes it as the answer when it opens.
func (t *talk) screenedPress(data string) (met bool, err error) {
	d := t.c.Door
	if t.met || d == nil && !t.isShut() && !t.consentOld() {
		return false, nil
	}
	runs := t.c.Runs
	if d != nil {
		t.c.Runs = runs[:min(d.Below, len(runs))]
	}
	var turn dialogs.Turn
	found := false
	if len(t.c.Runs) > 0 {
		turn, found, _, err = t.chosen(data)
	}
	t.c.Runs = runs
	if err != nil || !found {
		return false, err
	}
	dialog := ""
	for _, o := range turn.Out {
		if a, ok := o.(dialogs.Alert); ok && isMeeting(a.Name) { // an alert is met by the dialog of its name
			dialog = a.Name
		}
	}
	switch {
	case dialog == "":
		return false, nil
	case t.c.Consent == nil:
		dialog = sideDialogs["now"]
	case d != nil:
		own, err := tag(Press{Data: data})
		if err != nil {
			return false, err
		}
		d.Own, d.Met = &own, true
	}
	t.entersNothing()
	return true, t.interrupt(dialog)
}

// offered reports that the words are, letter for letter, an answer that the
// open question offers. Then the script knows what to do.
func (t *talk) offered(text string) bool {
	turn, err := t.open()
	if err != nil || turn.Open == nil {
		return false
	}
	text = strings.TrimSpace(text)
	return slices.ContainsFunc(turn.Open.Options, func(o dialogs.Option) bool { return strings.EqualFold(o.Label, text) })
}

// notice keeps what was found, and the words, for whoever reads the case.
func (t *talk) notice(f safety.Finding, text string) {
	if t.c.Consent == nil {
		return
	}
	t.c.Noticed = append(t.c.Noticed, care.NewNotice(string(f.Class), f.Rule, text, t.w.now))
	if n := len(t.c.Noticed) - care.MostNotices; n > 0 {
		t.c.Noticed = slices.Delete(t.c.Noticed, 0, n)
	}
}

// doctor says, once, that a doctor or a pharmacist comes first. It runs beside
// what is going on: the words are an answer all the same.
func (t *talk) doctor(f safety.Finding, text string) error {
	if t.c.Once&saidDoctor == 0 {
		t.c.Once |= saidDoctor
		t.phrase("screen.doctor")
	}
	t.notice(f, text)
	if t.c.Done != outcomeSent {
		return nil
	}
	rec, err := t.theCase()
	if err != nil {
		return err
	}
	if err := t.noted(dialogs.Facts{}); err != nil {
		return err
	}
	t.hand(rec)
	t.w.notice(string(rec.Case.ID) + ": the client wrote something that may be for a doctor. Please read the summary.")
	return t.w.keepCase(rec)
}

// hand puts what was noticed into the case. What a partner wrote stands in their
// own record by then; see [talk.noted].
func (t *talk) hand(rec *caseRecord) {
	rec.Case.Notice(t.c.Noticed...)
	t.c.Noticed = nil
}

// What becomes of somebody who asks for sexual services, by how often they did.
const (
	servicesPlain   = 1 + iota // answered plainly
	servicesPaused             // paused, and the practice was told
	servicesBlocked            // blocked, with a way back
	servicesBack               // took it
	servicesOver               // and asked again: the telephone is left
)

// refuse answers somebody who asks for sexual services: one plain reply, then a
// pause and a flag, then a block with a way back. (Rule book, section 7.)
func (t *talk) refuse() error {
	t.c.Services = min(t.c.Services+1, servicesOver)
	switch t.c.Services {
	case servicesPlain:
		t.phrase("screen.services")
		return t.again()
	case servicesPaused:
		t.flag("asks for sexual services, for the second time. The chat was paused.")
		t.rests(paused)
		t.phrase("screen.services-again")
		return nil
	}
	t.flag("asks for sexual services again. The chat is blocked.")
	t.rests(paused)
	t.shut()
	return nil
}

// flag tells the practice; of a case by its number, of others without one.
func (t *talk) flag(what string) {
	who := "Somebody who has sent nothing"
	if t.c.Case != "" {
		who = t.c.Case
	}
	t.w.notice(who + " " + what)
}

// isShut reports that nothing is taken from somebody who is blocked, but for
// what they do in a dialog that is theirs at any time: help, or an erasure.
func (t *talk) isShut() bool {
	return (t.c.Services == servicesBlocked || t.c.Services == servicesOver) && !t.aside()
}

// openWhileShut are the commands that somebody who is blocked may give: help,
// their rights, and what keeps the chat from others. A PIN that one of them asks
// for is taken, too.
var openWhileShut = []string{"now", "call", "stop", "x", "forget", "leave", "mydata", "release", "privacy", "language", "pin", "word"}

// shut answers somebody who is blocked. There is a way back: a button, until it
// was used and they asked again; and the telephone at any time.
func (t *talk) shut() {
	ways := t.marks(universalStep, 0)
	var row []Button
	if t.c.Services == servicesBlocked {
		row = append(row, Button{Label: t.text("btn.therapy"), Data: ways.of(universalTherapy), Always: true})
	}
	row = append(row, Button{Label: t.text("btn.now"), Data: ways.of(universalNow), Always: true})
	t.send(Text{Text: t.text("screen.blocked"), Buttons: [][]Button{row}}, parcel{class: Prompt, slot: questionSlot})
}

// letIn takes the way back of somebody who is blocked.
func (t *talk) letIn() error {
	t.c.Services, t.c.Rest = servicesBack, 0
	t.phrase("resumed")
	return t.again()
}

// takeUp takes up again what was held back while something was asked about it.
func (t *talk) takeUp() error {
	text := t.c.Held
	t.c.Held = ""
	if text == "" {
		return t.again()
	}
	return t.said(text)
}
