package bot

import (
	"crypto/hmac"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"anteroom/bot/care"
	"anteroom/dialogs/script"

	"golang.org/x/crypto/argon2"
)

// This file is what a person can lock a chat with: a word that ends quick exit,
// and a PIN. Neither is kept as it was written, nor stands on a trail.

// lock is what the person chose, and what they are choosing.
type lock struct {
	Word  []byte `cbor:"1,keyasint,omitempty"` // a MAC of the folded word
	PIN   *pin   `cbor:"2,keyasint,omitempty"`
	Wrong uint16 `cbor:"3,keyasint,omitempty"` // PINs in a row
	Until int64  `cbor:"4,keyasint,omitempty"` // Unix seconds: no PIN is looked at before
	Given int64  `cbor:"5,keyasint,omitempty"` // Unix seconds of the last right PIN
	For   string `cbor:"6,keyasint,omitempty"` // the command that waits for the PIN
	Asks  asks   `cbor:"7,keyasint,omitempty"`
	New   *pin   `cbor:"8,keyasint,omitempty"` // written once, to be written again
	// Told: what quick exit cannot do was said once.
	Told bool `cbor:"9,keyasint,omitempty"`
	// Cleared: the practice took the PIN and the word away, and the person does
	// not know yet.
	Cleared bool `cbor:"10,keyasint,omitempty"`
	// Under: what is being chosen or asked for waits under a dialog that meets
	// somebody in need, and comes again when that is over.
	Under bool `cbor:"11,keyasint,omitempty"`
}

// asks is what the person is choosing just now.
type asks uint8

const (
	asksWord asks = iota + 1
	asksNew
	asksAgain
	asksChange // or remove
)

// pin is a PIN as it is kept: Argon2id over it, and over that a MAC under the
// practice's key. So a copy of the store alone is no good for guessing, which
// with so few digits would be quick.
type pin struct {
	Salt   []byte `cbor:"1,keyasint"`
	Sum    []byte `cbor:"2,keyasint"`
	Memory uint32 `cbor:"3,keyasint"` // KiB
	Passes uint32 `cbor:"4,keyasint"`
}

// The parameters of Argon2id that the OWASP Password Storage Cheat Sheet names
// first for little memory: 19 MiB, two passes, one lane. They are kept with
// each PIN, so that they can be raised.
const (
	pinMemory = 19 * 1024
	pinPasses = 2
)

const (
	pinShortest = 4
	pinLongest  = 8
	pinTries    = 5
	// pinWait is the wait after as many wrong PINs as there are tries. It doubles
	// with every such row, up to a day: five guesses a day find one of ten
	// thousand PINs in years, and its owner is never locked out for longer.
	pinWait     = 15 * time.Minute
	pinLongWait = 24 * time.Hour
	// pinGood is how long a PIN that was given opens what asks for it.
	pinGood = 10 * time.Minute

	wordShortest = 5  // letters
	wordLongest  = 40 // letters

	lockMarks  = "lock"
	markLeave  = "leave"
	markChange = "change"
	markRemove = "remove"
)

// Unlock takes the PIN and the word of a chat away, and ends quick exit. It comes
// from the command line: the practice knows the person, and they forgot it.
type Unlock struct{}

func (Unlock) what() {}

// wants is the command that waits for the PIN, empty for none.
func (l *lock) wants() string {
	if l == nil {
		return ""
	}
	return l.For
}

// choosing reports that a word or a PIN is being chosen or asked for, and that
// nothing lies over that.
func (l *lock) choosing() bool { return l != nil && !l.Under && (l.Asks != 0 || l.For != "") }

// lock is the person's, made at the first need.
func (t *talk) lock() *lock {
	if t.c.Lock == nil {
		t.c.Lock = &lock{}
	}
	return t.c.Lock
}

func (t *talk) hasWord() bool { return t.c.Lock != nil && t.c.Lock.Word != nil }
func (t *talk) hasPIN() bool  { return t.c.Lock != nil && t.c.Lock.PIN != nil }

// locked reports that the door asks for the PIN.
func (t *talk) locked() bool { return t.hasPIN() && t.c.Door != nil && !t.c.Door.Passed }

// unlocked reports that the person has a PIN and gave it a moment ago: what
// shows most asks for that.
func (t *talk) unlocked() bool {
	return t.hasPIN() && t.w.now.Sub(time.Unix(t.c.Lock.Given, 0)) <= pinGood
}

// needsPIN reports that a command has to wait for the PIN, and asks for it.
// Whoever forgot it can still erase: after the wait that wrong ones cost.
func (t *talk) needsPIN(command string) bool {
	if !t.hasPIN() || t.unlocked() || command == "forget" && t.c.Lock.Wrong >= pinTries && !t.waits() {
		return false
	}
	t.entersNothing()
	t.c.Lock.For = command
	t.asksPIN("pin.ask")
	return true
}

// waits reports that there were too many wrong PINs just now.
func (t *talk) waits() bool { return t.c.Lock.Until > t.w.now.Unix() }

// asksPIN asks for the PIN, or says how long to wait.
func (t *talk) asksPIN(key string, pairs ...string) {
	text := t.text(key, pairs...)
	if t.waits() {
		left := time.Unix(t.c.Lock.Until, 0).Sub(t.w.now)
		left = (left + time.Minute - 1) / time.Minute * time.Minute
		text = t.text("pin.wait", "wait", t.tongue().period(care.Period{Rest: left}))
	}
	t.send(Text{Text: text, Buttons: [][]Button{t.alwaysThere()}}, parcel{class: Prompt})
}

// givesPIN looks at a PIN that was given, and goes on with what waited for it.
func (t *talk) givesPIN(digits string) error {
	l := t.c.Lock
	t.sweepSaid()
	key := "pin.ask"
	if l.For == "" {
		key = "pin.door"
	}
	switch {
	case t.waits():
		t.asksPIN(key)
		return nil
	case !t.fitsPIN(digits):
		l.Wrong++
		if row := l.Wrong / pinTries; l.Wrong%pinTries == 0 {
			wait := pinLongWait
			if row <= 7 { // the eighth would be longer than a day
				wait = min(wait, pinWait<<(row-1))
			}
			l.Until = t.w.now.Add(wait).Unix()
		}
		t.asksPIN("pin.wrong", "left", t.tongue().number(pinTries-int(l.Wrong%pinTries)))
		return nil
	}
	command := l.For
	l.Wrong, l.Until, l.For, l.Under, l.Given = 0, 0, "", false, t.w.now.Unix()
	if d := t.c.Door; d != nil && !d.Left {
		d.Passed = true
	}
	if command != "" {
		return t.command(command, "")
	}
	return t.doorAsks()
}

// fitsPIN compares in a time that tells nothing. While the person has to wait
// nothing fits.
func (t *talk) fitsPIN(digits string) bool {
	p := t.c.Lock.PIN
	return p != nil && !t.waits() && hmac.Equal(p.Sum, t.pinSum(*p, digits))
}

func (t *talk) pinSum(p pin, digits string) []byte {
	slow := argon2.IDKey([]byte(digits), p.Salt, p.Passes, p.Memory, 1, 32)
	return t.w.root.MAC("pin", 32, []byte(t.w.ev.Practice), []byte(t.self), slow)
}

// makePIN keeps digits. The salt follows from the event: a step draws no lots.
func (t *talk) makePIN(digits string) *pin {
	p := pin{Salt: t.w.root.MAC("pin salt", 16, []byte(t.self), []byte(t.w.ev.ID)), Memory: pinMemory, Passes: pinPasses}
	p.Sum = t.pinSum(p, digits)
	return &p
}

// isPIN reports that words can be a PIN.
func isPIN(words string) bool {
	return len(words) >= pinShortest && len(words) <= pinLongest && strings.Trim(words, "0123456789") == ""
}

// isWord reports, in a time that tells nothing, whether words are the one that
// ends quick exit.
func (t *talk) isWord(words string) bool {
	return t.hasWord() && t.w.root.Verify("pause word", t.c.Lock.Word, []byte(t.w.ev.Practice), []byte(t.self), []byte(script.Fold(words)))
}

// choosesLock begins to choose a word or a PIN.
func (t *talk) choosesLock(command string) error {
	if t.c.Consent == nil && t.c.Case == "" { // nothing is kept before consent
		t.phrase("lock.consent")
		return t.again()
	}
	if t.needsPIN(command) {
		return nil
	}
	t.entersNothing()
	l := t.lock()
	switch {
	case command == "word":
		l.Asks = asksWord
		t.lockAsks("word.ask")
	case l.PIN != nil:
		l.Asks = asksChange
		t.lockAsks("pin.change", markChange, markRemove)
	default:
		l.Asks = asksNew
		t.lockAsks("pin.new")
	}
	return nil
}

// lockAsks says a text with the answers named, and with one that leaves all as
// it is.
func (t *talk) lockAsks(key string, answers ...string) {
	marks := t.marks(lockMarks, 0)
	var row []Button
	for _, a := range append(answers, markLeave) {
		row = append(row, Button{Label: t.text("btn.lock." + a), Data: marks.of(a)})
	}
	t.send(Text{Text: t.text(key), Buttons: [][]Button{row, t.alwaysThere()}}, parcel{class: Prompt})
}

// entersNothing ends the choosing of a word or a PIN, wherever it stands.
func (t *talk) entersNothing() {
	if l := t.c.Lock; l != nil {
		l.Asks, l.New, l.For, l.Under = 0, nil, "", false
	}
}

// asksLock asks anew for what was being chosen, or for the PIN.
func (t *talk) asksLock() {
	l := t.c.Lock
	l.Under = false
	switch {
	case l.For != "":
		t.asksPIN("pin.ask")
	case l.Asks == asksWord:
		t.lockAsks("word.ask")
	case l.Asks == asksNew:
		t.lockAsks("pin.new")
	case l.Asks == asksAgain:
		t.lockAsks("pin.again")
	case l.Asks == asksChange:
		t.lockAsks("pin.change", markChange, markRemove)
	}
}

// lockPress takes a press while a word or a PIN is chosen.
func (t *talk) lockPress(data string) (done bool, err error) {
	l := t.c.Lock
	if l == nil || l.Under {
		return false, nil
	}
	if l.Asks == 0 { // whoever presses another button gives no PIN now
		l.For = ""
		return false, nil
	}
	marks := t.marks(lockMarks, 0)
	was := l.Asks
	switch {
	case marks.on(data, markLeave):
		t.entersNothing()
		t.phrase("lock.left")
		return true, t.again()
	case was == asksChange && marks.on(data, markRemove):
		if t.lapsed() {
			return true, t.choosesLock("pin")
		}
		t.entersNothing()
		l.PIN, l.Given = nil, 0
		t.phrase("pin.removed")
		return true, t.again()
	case was == asksChange && marks.on(data, markChange):
		if t.lapsed() {
			return true, t.choosesLock("pin")
		}
		l.Asks = asksNew
		t.lockAsks("pin.new")
		return true, nil
	}
	t.entersNothing() // another button: they went on
	return false, nil
}

// lapsed reports that the PIN is needed again: what asked for it was left open
// for so long that somebody else may be here now.
func (t *talk) lapsed() bool { return t.hasPIN() && !t.unlocked() }

// entered takes words while a word or a PIN is chosen or asked for. Whatever
// else is a command has ended the choosing before.
func (t *talk) entered(text string) error {
	l := t.c.Lock
	if answer := t.lockAnswer(text); answer != "" && l.Asks != 0 && (answer == markLeave || l.Asks == asksChange) {
		marks := t.marks(lockMarks, 0)
		_, err := t.lockPress(marks.of(answer))
		return err
	}
	switch {
	case l.For != "" && isPIN(text):
		return t.givesPIN(text)
	case l.For != "":
		t.entersNothing()
		t.phrase("lock.left")
		return t.again()
	case t.lapsed():
		t.sweepSaid()
		if l.Asks == asksWord {
			return t.choosesLock("word")
		}
		return t.choosesLock("pin")
	case l.Asks == asksWord:
		return t.setsWord(text)
	case l.Asks == asksChange:
		t.lockAsks("pin.change", markChange, markRemove)
		return nil
	case !isPIN(text):
		t.lockAsks("pin.digits")
		return nil
	}
	t.sweepSaid()
	if l.Asks == asksNew {
		l.New, l.Asks = t.makePIN(text), asksAgain
		t.lockAsks("pin.again")
		return nil
	}
	if !hmac.Equal(l.New.Sum, t.pinSum(*l.New, text)) {
		l.New, l.Asks = nil, asksNew
		t.lockAsks("pin.differ")
		return nil
	}
	l.PIN, l.Given, l.Wrong, l.Until = l.New, t.w.now.Unix(), 0, 0
	t.entersNothing()
	t.phrase("pin.set")
	return t.again()
}

// setsWord keeps the word that ends quick exit.
func (t *talk) setsWord(text string) error {
	t.sweepSaid()
	word := script.Fold(text)
	if n := utf8.RuneCountInString(word); n < wordShortest || n > wordLongest || t.isCommon(word) {
		t.lockAsks("word.bad")
		return nil
	}
	t.c.Lock.Word = slices.Clone(t.w.root.MAC("pause word", 16, []byte(t.w.ev.Practice), []byte(t.self), []byte(word)))
	t.entersNothing()
	t.phrase("word.set")
	return t.again()
}

// isCommon reports that folded words are no secret: a command, digits, or an
// answer that somebody is offered somewhere.
func (t *talk) isCommon(folded string) bool {
	if command, _, _ := t.w.p.speech.command(folded); command != "" || strings.Trim(folded, "0123456789 ") == "" || t.lockAnswer(folded) != "" {
		return true
	}
	lib := t.w.p.Library
	in := func(o *script.Options) bool {
		return o != nil && slices.ContainsFunc(o.All, func(o script.Option) bool {
			return script.Fold(o.ID) == folded || script.Fold(o.Label) == folded ||
				slices.ContainsFunc(o.Also, func(also string) bool { return script.Fold(also) == folded })
		})
	}
	for _, g := range t.w.p.speech.tongues {
		for _, name := range lib.Lists() {
			if l, ok := lib.List(name); ok && in(l.In(g.form)) {
				return true
			}
		}
		for _, name := range lib.Names() {
			d, _ := lib.Dialog(name)
			for i := range d.Steps {
				if in(d.Steps[i].Options(g.form)) {
					return true
				}
			}
		}
	}
	return false
}

// lockAnswer is the answer of [talk.lockAsks] whose label was typed.
func (t *talk) lockAnswer(text string) string {
	folded := script.Fold(text)
	for _, g := range t.w.p.speech.tongues {
		for _, a := range []string{markLeave, markChange, markRemove} {
			if folded == script.Fold(g.say("btn.lock."+a)) {
				return a
			}
		}
	}
	return ""
}

// sweepSaid takes the message of this step out of the chat: what it says is a
// secret.
func (t *talk) sweepSaid() { t.sweepThis() }

// tellsOnce says what quick exit cannot do, to whoever used it for the first
// time and is back: while they were leaving there was no time to read.
func (t *talk) tellsOnce() {
	if l := t.lock(); !l.Told {
		l.Told = true
		t.phrase("x.honest")
	}
}

// clears takes the PIN and the word away, and ends quick exit: the door stays
// shut, and asks for a private moment.
func (t *talk) clears() {
	if t.left() {
		t.c.Door.Left = false
	}
	if t.hasPIN() || t.hasWord() {
		t.entersNothing()
		l := t.c.Lock
		l.PIN, l.Word, l.Wrong, l.Until, l.Given, l.Cleared = nil, nil, 0, 0, 0, true
	}
}

// tellsCleared says so to the person, when they are in private.
func (t *talk) tellsCleared() {
	if l := t.c.Lock; l != nil && l.Cleared {
		l.Cleared = false
		t.phrase("pin.cleared")
	}
}
