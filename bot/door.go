package bot

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"anteroom/dialogs"
	"anteroom/dialogs/script"
)

// This file is the door of a chat. While it is shut, nothing that was told,
// asked or decided before is shown there: whoever holds the phone may be
// somebody else. It shuts before whoever comes back after a while, and at once
// by quick exit; it opens by the word that the person chose, by the PIN, and by
// the answer that this is a private moment. Help numbers come through a shut
// door, and so do a stop and an erasure. What comes meanwhile is held back, and
// handled once, when the door opens.

// door is a shut door; a chat without one is open.
type door struct {
	Since int64 `cbor:"1,keyasint"` // Unix seconds; a button of an earlier time does not open it
	// Below is how many of the open dialogs lie behind it. What was begun since,
	// such as help numbers, lies before it, and goes on as ever.
	Below  int  `cbor:"2,keyasint,omitempty"`
	Left   bool `cbor:"3,keyasint,omitempty"` // by quick exit: the word comes first
	Quick  bool `cbor:"4,keyasint,omitempty"` // it was shut by quick exit
	Asked  bool `cbor:"5,keyasint,omitempty"` // the question of the door is open
	Passed bool `cbor:"6,keyasint,omitempty"` // the PIN was given
	Shared bool `cbor:"7,keyasint,omitempty"` // a shared phone: how to keep it apart was said
	Long   bool `cbor:"8,keyasint,omitempty"` // away for so long that we say again what we are
	// Own is what the person did that the door stopped: their words, or a press.
	Own  *tagged `cbor:"9,keyasint,omitempty"`
	Met  bool    `cbor:"10,keyasint,omitempty"` // it says danger, and was met at once
	Told bool    `cbor:"11,keyasint,omitempty"` // the practice knows that something waits behind it
	// Last: what the door asks was shown last, so words are meant for it, whatever
	// lies before it.
	Last bool `cbor:"12,keyasint,omitempty"`
	// Later: they said that it was not the moment, and may still say that it is.
	Later bool `cbor:"13,keyasint,omitempty"`
}

// awayShuts is how long a chat may lie still before its door shuts. After an
// hour a phone has often changed hands or rooms; within one, an intake with a
// pause for tea is not asked the same thing at every sip.
const awayShuts = time.Hour

const (
	factPrivate = "private" // of the intake, which asks for a private moment itself
	// factInvitePrivate is that of an invite, which asks unless the door just did.
	factInvitePrivate = "invite_private"
	doorMarks         = "door"
	markOpen          = "open" // opens a message that waits

	answerYes    = "yes"
	answerNotNow = "not-now"
	answerShared = "shared"
	answerGoOn   = "go-on"
)

// returns shuts the door before somebody who was away. Before consent there is
// nothing to hide, and where the intake itself is just asking for a private
// moment nobody is asked twice.
func (t *talk) returns(away time.Duration) error {
	c := t.c
	if away < awayShuts {
		return nil
	}
	c.Alone = false
	if c.Door == nil {
		if c.Consent == nil && c.Case == "" && len(c.Earlier) == 0 {
			return nil
		}
		if itself, err := t.asksItself(); err != nil || itself {
			return err
		}
		c.Door = &door{}
	}
	d := c.Door
	d.Since, d.Below = t.w.now.Unix(), len(c.Runs) // what was begun before the door is told before, too
	d.Asked, d.Passed, d.Shared, d.Later = false, false, false, false
	d.Long = d.Long || away > quietDays
	t.entersNothing()
	return nil
}

// asksItself reports that the open question is a dialog's own for a private
// moment; of one that came by itself, that it is being answered: there is
// something to hide behind it.
func (t *talk) asksItself() (bool, error) {
	turn, err := t.open()
	if err != nil || turn.Open == nil {
		return false, err
	}
	if t.top().Dialog != intakeDialog {
		return t.c.Lock == nil && t.top().Params[paramCourse] != "" && strings.HasPrefix(turn.Open.Step, stepPrivate) && t.answersIt(), nil
	}
	return t.asks(factPrivate)
}

// answersIt reports that what the person did is an answer to the open question,
// and no way past it.
func (t *talk) answersIt() bool {
	switch what := t.w.ev.What.(type) {
	case Press:
		_, found, _, err := t.chosen(what.Data)
		return found && err == nil
	case Words:
		return !what.Edited && t.answers(dialogs.Words{Text: strings.TrimSpace(what.Text)})
	}
	return false
}

// before reports that something lies open before the shut door.
func (t *talk) before() bool { return t.c.Door != nil && len(t.c.Runs) > t.c.Door.Below }

// inFront reports that words are meant for what lies open before the shut door:
// its question was shown last.
func (t *talk) inFront() bool { return t.before() && !t.c.Door.Last }

// barred reports that the door stands between the person and the open question.
func (t *talk) barred() bool { return t.c.Door != nil && !t.before() }

// left reports that the person used quick exit and has not come back.
func (t *talk) left() bool { return t.c.Door != nil && t.c.Door.Left }

// bland is all that is said after quick exit.
func (t *talk) bland() error {
	t.send(Text{Text: t.text("x.line")}, parcel{class: Safety})
	return nil
}

// leaves is quick exit: what can be swept away is, and the chat stands still
// until the word.
func (t *talk) leaves() error {
	t.sweep()
	t.entersNothing()
	if t.c.Lock != nil {
		t.c.Lock.Given = 0 // a PIN of a moment ago was that of whoever left
	}
	t.takesBack()
	if t.c.Door == nil {
		t.c.Door = &door{}
	}
	d := t.c.Door
	d.Since, d.Below = t.w.now.Unix(), len(t.c.Runs)
	d.Left, d.Quick = true, true
	t.tellsStill()
	t.c.Alone = false
	d.Asked, d.Passed, d.Shared, d.Later = false, false, false, false
	t.c.Rest = paused
	t.w.out.due = slices.DeleteFunc(t.w.out.due, func(d planned) bool { return d.subject == t.self })
	t.w.unplan(t.self, dueNudge)
	return t.bland()
}

// passes are the commands that a shut door lets through: none of them shows
// what was told. After quick exit only those do that may not wait.
func (t *talk) passes(command string) bool {
	switch command {
	case universalNow, "stop", "forget", "x":
		return true
	case universalCall, "pause", "language":
		return !t.c.Door.Left
	case universalBack, "skip", "change":
		return t.inFront()
	}
	return false
}

// knocks takes words at the shut door.
func (t *talk) knocks(m Words) error {
	d, text := t.c.Door, strings.TrimSpace(m.Text)
	command, arg, bare := t.w.p.speech.command(text)
	if side := sideDialogs[arg]; command == "start" && side != "" {
		command, arg = arg, ""
	}
	word := t.isWord(text)
	if t.c.Lock.choosing() && t.c.Lock.For != "" && !isPIN(text) {
		t.entersNothing()
	}
	switch {
	case m.Edited && d.Left:
		return t.bland()
	case m.Edited:
		t.phrase("edited")
		return t.again()
	case d.Left && (word || !t.hasWord() && (command == "start" || command == "resume")):
		d.Left, d.Since = false, t.w.now.Unix()
		return t.doorAsks()
	case t.c.Lock.wants() != "" && isPIN(text):
		return t.givesPIN(text)
	case t.inFront() && !word && (command == "" || bare && t.answers(dialogs.Words{Text: text, Whole: true})):
		return t.heard(m)
	case t.passes(command):
		return t.command(command, arg)
	case d.Left:
		return t.bland()
	case t.locked() && isPIN(text): // every guess counts, also one that nobody asked for
		return t.givesPIN(text)
	case command == "start", command == "resume", word:
		return t.doorAsks()
	case d.Later && !t.locked() && t.doorAnswer(text) != "":
		return t.doorHears(t.doorAnswer(text))
	case !d.Asked:
		return t.holds(m)
	case !t.locked():
		if answer := t.doorAnswer(text); answer != "" {
			return t.doorHears(answer)
		}
	}
	t.phrase("door.again")
	return t.doorAsks()
}

// holds keeps what the person did until the door opens. One thing is held: of
// several, nobody knows which question the second was meant for.
func (t *talk) holds(what What) error {
	d := t.c.Door
	if d.Own != nil {
		t.phrase("door.again")
		return t.doorAsks()
	}
	own, err := tag(what)
	if err != nil {
		return err
	}
	d.Own = &own
	return t.doorAsks()
}

// doorPress takes a press that is the door's, or that the door stops. done is
// false when the press goes on to the open question.
func (t *talk) doorPress(data string) (done bool, err error) {
	d := t.c.Door
	ours := t.marks(doorMarks, 0)
	if d == nil {
		if ours.on(data, markOpen) && len(t.c.Waiting) > 0 {
			return true, t.takesOut()
		}
		return false, nil
	}
	way, arg := t.wayOut(data)
	marks := t.marks(doorMarks, uint32(d.Since))
	switch {
	case t.passes(way):
		return true, t.command(way, arg)
	case d.Left && !t.before():
		return true, t.bland()
	case !d.Left && !t.locked() && (d.Asked || d.Later):
		for _, o := range t.doorOptions() {
			if marks.on(data, o) {
				return true, t.doorHears(o)
			}
		}
	}
	switch {
	case t.before():
		return false, nil
	case ours.on(data, markOpen):
		return true, t.doorAsks()
	case !d.Asked:
		return true, t.holds(Press{Data: data})
	}
	t.phrase("door.again")
	return true, t.doorAsks()
}

// doorOptions are the answers to what the door asks now.
func (t *talk) doorOptions() []string {
	if t.c.Door.Shared {
		return []string{answerGoOn, answerNotNow}
	}
	return []string{answerYes, answerNotNow, answerShared}
}

// doorAnswer reads a typed answer: its number, its label, or a word for it.
func (t *talk) doorAnswer(text string) string {
	folded := script.Fold(text)
	for i, o := range t.doorOptions() {
		if folded == strconv.Itoa(i+1) {
			return o
		}
		for _, g := range t.w.p.speech.tongues {
			if folded == script.Fold(g.say("btn.door."+o)) {
				return o
			}
			for word := range g.words("say.door." + o) {
				if folded == word {
					return o
				}
			}
		}
	}
	return ""
}

// doorHears takes an answer to what the door asked.
func (t *talk) doorHears(answer string) error {
	d := t.c.Door
	switch answer {
	case answerNotNow:
		d.Asked, d.Passed, d.Shared, d.Later = false, false, false, true
		t.phrase("door.later")
		return nil
	case answerShared:
		d.Shared, d.Since = true, d.Since+1
		return t.doorAsks()
	}
	t.c.Alone = answer == answerYes
	t.private = t.c.Alone
	return t.opens()
}

// doorAsks says what opens the door.
func (t *talk) doorAsks() error {
	d := t.c.Door
	if d.Left {
		return t.bland()
	}
	d.Asked, d.Last, d.Later = true, true, false
	if t.locked() {
		t.asksPIN("pin.door")
		return nil
	}
	key := "door.moment"
	if d.Shared {
		key = "door.shared"
	}
	marks := t.marks(doorMarks, uint32(d.Since))
	var row []Button
	for _, o := range t.doorOptions() {
		row = append(row, Button{Label: t.text("btn.door." + o), Data: marks.of(o)})
	}
	t.send(Text{Text: t.text(key), Buttons: [][]Button{row, t.alwaysThere()}}, parcel{class: Prompt})
	return nil
}

// alwaysThere are the ways out below what the door asks.
func (t *talk) alwaysThere() []Button {
	ways := t.marks(universalStep, 0)
	now := Button{Label: t.text("btn.now"), Data: ways.of(universalNow), Always: true}
	if t.left() {
		return []Button{now}
	}
	return []Button{{Label: t.text("btn.call"), Data: ways.of(universalCall), Always: true}, now}
}

// opens opens the door, and handles what it held back: what the person did
// first, then what came for them, in order.
func (t *talk) opens() error {
	d := t.c.Door
	t.c.Runs = t.c.Runs[:min(d.Below, len(t.c.Runs))]
	t.c.Door = nil
	if d.Long {
		t.phrase("returning")
	}
	if d.Quick {
		t.c.Rest = 0
		t.tellsOnce()
	}
	t.tellsCleared()
	if d.Own == nil {
		if len(t.c.Waiting) > 0 {
			return t.takesOut()
		}
		return t.command("start", "")
	}
	own, err := untagWhat(*d.Own)
	if err != nil {
		return fmt.Errorf("what the door held: %w", err)
	}
	t.coming = len(t.c.Waiting) > 0
	switch own := own.(type) {
	case Words:
		err = t.words(own) // what is no danger is screened now
	case Press:
		if d.Met {
			err = t.wasMet(own.Data)
		} else {
			err = t.press(own.Data)
		}
	}
	t.coming, t.met = false, false
	if err != nil || t.over || t.c.Door != nil {
		return err
	}
	return t.takesOut()
}

// wasMet takes an answer that was met when it was pressed. What met it may lie
// over its question.
func (t *talk) wasMet(data string) error {
	_, at, err := t.dangerOf(data)
	if err != nil {
		return err
	}
	if at >= 0 {
		over := slices.DeleteFunc(slices.Clone(t.c.Runs[at+1:]), func(r dialogs.Run) bool { return isMeeting(r.Dialog) })
		if t.c.Runs = append(t.c.Runs[:at+1], over...); len(over) == 0 {
			t.met = true
			return t.press(data)
		}
	}
	return t.command("start", "")
}
