package bot

import (
	"context"
	"slices"
	"strings"
	"time"

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

// meeting is the dialog that meets what the screen found; empty where nobody is
// in danger.
func meeting(f safety.Finding) string {
	switch {
	case f.Class == safety.Medical && strings.HasPrefix(f.Rule, assaulted):
		return assaultDialog
	case meets[f.Class] != "" && strings.HasPrefix(f.Rule, harmsOthers):
		return dangerDialog
	}
	return meets[f.Class]
}

// linesOf are the help lines that each of those dialogs shows. Where words say
// several dangers, one dialog meets them and shows the lines of all.
var linesOf = map[string]string{"crisis": "crisis", dangerDialog: "crisis", "child": "child", "ipv": "violence", assaultDialog: "assault"}

// paramAlso are the further lines that such a dialog shows, parted by commas.
const paramAlso = "also"

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
	saidNext                    // what comes after everything was sent
)

// screened looks at what was typed, before anything else does, for the words
// that a person must see. met says that the words were met and are no answer.
//
// Without consent nothing of them is kept and nobody is told: the numbers are
// shown, and the person is asked whether somebody shall be told.
func (t *talk) screened(text string) (met bool, err error) {
	found := t.w.p.found(text)
	if len(found) == 0 || !t.barred() && t.offered(text) {
		return false, nil
	}
	f := found[0]
	switch dialog := meeting(f); {
	case dialog != "" && t.c.Consent == nil:
		return true, t.interrupt(sideDialogs["now"])
	case dialog != "":
		return true, t.meets(found, text)
	case t.barred():
		return false, nil // it is held back, and looked at again when the door opens
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

// meets begins the dialog of the most serious of what was found. It shows the
// help lines for all of it, and the on-call is told of each.
func (t *talk) meets(found []safety.Finding, text string) error {
	var met, also []string
	for _, f := range found {
		dialog := meeting(f)
		if dialog == "" || slices.Contains(met, dialog) {
			continue
		}
		t.notice(f, text)
		if line := linesOf[dialog]; len(met) > 0 && line != "" && line != linesOf[met[0]] && !slices.Contains(also, line) {
			also = append(also, line)
		}
		met = append(met, dialog)
	}
	params := make(map[string]string)
	if len(also) > 0 {
		params[paramAlso] = strings.Join(also, ",")
	}
	t.closes(met[0])
	if l := t.c.Lock; l.choosing() {
		l.Under = true
	}
	if err := t.begin(met[0], params); err != nil {
		return err
	}
	for _, name := range met[1:] {
		if name == assaultDialog {
			continue // nobody is told of that unless the person asks
		}
		if err := t.alert(name, dialogs.Facts{}); err != nil {
			return err
		}
	}
	return nil
}

// found is what the screen finds in a text. The word behind /start is a token,
// and nobody's words.
func (p *Practice) found(text string) []safety.Finding {
	if fields := strings.Fields(text); len(fields) == 2 && fields[0] == "/start" {
		return nil
	}
	return p.Screen.Screen(text)
}

// screenedFirst is screened for the very first words of somebody.
func (t *talk) screenedFirst(text string) (met bool, err error) {
	found := t.w.p.found(text)
	if len(found) == 0 || meeting(found[0]) == "" {
		return false, nil
	}
	return true, t.startWith(universalNow)
}

// danger is the dialog that meets the words in something that a person sent, if
// they are of a kind that must be met at once.
func (p *Practice) danger(what What) string {
	var text string
	switch what := what.(type) {
	case Words:
		text = what.Text
	case Media:
		text = what.Caption
	}
	if text == "" {
		return ""
	}
	found := p.found(text)
	if len(found) == 0 {
		return ""
	}
	return meeting(found[0])
}

// danger says what must be met at once in something that the person sent, words
// or a press; empty for nothing.
func (t *talk) danger(what What) (string, error) {
	press, ok := what.(Press)
	if !ok {
		return t.w.p.danger(what), nil
	}
	if ways := t.marks(universalStep, 0); ways.on(press.Data, universalNow) {
		return sideDialogs[universalNow], nil
	}
	dialog, at, err := t.dangerOf(press.Data)
	if dialog == "" && at >= 0 && isMeeting(t.c.Runs[at].Dialog) { // they ask for more, such as the numbers of a place
		dialog = t.c.Runs[at].Dialog + "/"
	}
	return dialog, err
}

// danger is [talk.danger] of an event that is not handled; ErrSeen for one that
// was handled before.
func (s *Service) danger(ctx context.Context, ev Event) (danger string, err error) {
	defer recovered(&err)
	w := s.newWorld(ev, nil)
	if _, press := ev.What.(Press); !press && w.p.danger(ev.What) == "" {
		return "", nil
	}
	w.ask(ev.Subject)
	if err := s.load(ctx, w); err != nil {
		return "", err
	}
	c, err := peek[chatState](w, ev.Subject)
	if c == nil {
		c = &chatState{}
	}
	if err != nil {
		return "", err
	}
	return newTalk(w, c).danger(ev.What)
}

// dangerOf is the dialog that meets a button by which somebody is called: an answer
// of a question that is open in one of the dialogs, or that was asked in one
// earlier. at is the dialog whose open question it answers, whether it calls
// somebody or not, and -1 for none.
func (t *talk) dangerOf(data string) (dialog string, at int, err error) {
	runs := t.c.Runs
	defer func() { t.c.Runs = runs }()
	for at = len(runs) - 1; at >= 0; at-- {
		t.c.Runs = runs[:at+1]
		turn, found, _, err := t.chosen(data)
		if found || err != nil {
			return meetingOf(turn), at, err
		}
	}
	for i := len(runs) - 1; i >= 0; i-- {
		for n, given := range runs[i].Trail {
			if err := t.goesBack(runs[:i], runs[i], n); err != nil {
				return "", -1, err
			}
			answer := ""
			turn, err := t.try(dialogs.Choose{Among: func(step string, rev uint32, options []dialogs.Option) string {
				answer = t.meantOnce(data, step, rev, options)
				return answer
			}})
			switch {
			case err != nil:
				return "", -1, err
			case answer == "":
			case answer == given.Value && t.w.now.Sub(time.Unix(given.At, 0)) < heardAgain:
				return "", -1, nil // pressed twice
			default:
				return meetingOf(turn), -1, nil
			}
		}
	}
	return "", -1, nil
}

// goesBack makes the last dialog as it was when answer n of it was to be given.
// What was said since is not said again, but for what the question depends on: an
// answer that was changed stands behind those that came after it.
func (t *talk) goesBack(below []dialogs.Run, was dialogs.Run, n int) error {
	given, since := was.Trail[n], was.Trail[n+1:]
	was.Trail = slices.Clone(was.Trail[:n])
	was.Draft, was.Editing, was.Asked, was.Shown = nil, "", "", 0
	for {
		t.c.Runs = append(slices.Clone(below), was)
		turn, err := t.open()
		if err != nil || len(since) == 0 || turn.Open != nil && turn.Open.Step == given.Step {
			return err
		}
		was.Trail, since = append(was.Trail, since[0]), since[1:]
	}
}

// mostRevs is how far back a button is looked for.
const mostRevs = 200

// meantOnce is the answer of a question that a button stood for, at whichever of
// the times at which it was asked; empty for none.
func (t *talk) meantOnce(data, step string, rev uint32, options []dialogs.Option) string {
	question := t.questionID(step)
	for least := rev - min(rev, mostRevs); rev > least; rev-- {
		marks := t.marks(question, rev)
		for _, o := range options {
			if marks.on(data, o.ID) {
				return o.ID
			}
		}
	}
	return ""
}

// meetingOf is the dialog that meets what a step of the script calls somebody
// for: an alert is met by the dialog of its name.
func meetingOf(turn dialogs.Turn) (dialog string) {
	for _, o := range turn.Out {
		if a, ok := o.(dialogs.Alert); ok && isMeeting(a.Name) {
			dialog = a.Name
		}
	}
	return dialog
}

// screenedPress is screened for a button that is no answer to take just now: it
// belongs to another question, the door is shut, the person is blocked, or the
// consent has changed. One by which somebody is called is met all the same, as
// words about danger are. Where its question is open behind the door, the door
// keeps it, and takes it as the answer when it opens.
func (t *talk) screenedPress(data string) (met bool, err error) {
	if t.met {
		return false, nil
	}
	dialog, at, err := t.dangerOf(data)
	d := t.c.Door
	switch {
	case dialog == "" || err != nil:
		return false, err
	case d != nil && at >= d.Below && at == len(t.c.Runs)-1:
		return false, nil // it lies before the door, and is taken
	case t.c.Consent == nil:
		dialog = sideDialogs["now"]
	case d != nil && at >= 0 && at < d.Below:
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
var openWhileShut = []string{"now", "call", "stop", "x", "forget", "leave", "mydata", universalFiles, universalLooks, "release", "privacy", "language", "pin", "word"}

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
