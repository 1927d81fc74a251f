package bot

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"anteroom/bot/care"
	"anteroom/dialogs"
)

// chatState is what is kept of one conversation: its trail, and what the
// service needs to carry on. Nothing in it is derived.
type chatState struct {
	Channel ChannelName   `cbor:"1,keyasint"`
	To      string        `cbor:"2,keyasint"`
	Lang    string        `cbor:"3,keyasint,omitempty"`
	Runs    []dialogs.Run `cbor:"4,keyasint,omitempty"` // the intake, and above it what interrupts it
	Case    string        `cbor:"5,keyasint,omitempty"`
	Consent *consent      `cbor:"6,keyasint,omitempty"`
	Rest    rest          `cbor:"7,keyasint,omitempty"`
	Gone    bool          `cbor:"8,keyasint,omitempty"`  // cannot be reached
	Last    int64         `cbor:"9,keyasint"`            // Unix seconds of the last thing that the person did
	Done    string        `cbor:"10,keyasint,omitempty"` // the outcome of the intake
	ReplyBy int64         `cbor:"11,keyasint,omitempty"` // Unix seconds; promised to the client
	Nudged  bool          `cbor:"12,keyasint,omitempty"`
	// Answered: a therapist's decision has reached the chat.
	Answered bool `cbor:"13,keyasint,omitempty"`
	// Minute and InMinute count what came in within one minute.
	Minute   int64  `cbor:"14,keyasint,omitempty"`
	InMinute uint16 `cbor:"15,keyasint,omitempty"`
	// Heard is when a danger was heard in that minute beyond the limit, Unix
	// seconds by what it was; see [talk.danger].
	Heard map[string]int64 `cbor:"27,keyasint,omitempty"`
	// Noticed is what the screen found and no case has yet.
	Noticed []care.Notice `cbor:"21,keyasint,omitempty"`
	// Held are words that are an answer once it is clear what was meant.
	Held string `cbor:"22,keyasint,omitempty"`
	// Once are the things that are said only once.
	Once once `cbor:"23,keyasint,omitempty"`
	// Services counts how often sexual services were asked for.
	Services uint8 `cbor:"24,keyasint,omitempty"`
	// Wrote is which of the person's own messages can still be swept.
	Wrote recent `cbor:"16,keyasint,omitempty"`
	// Told is when the last decision was made that was brought to the person.
	Told int64 `cbor:"25,keyasint,omitempty"`
	// Door is there while it is shut, Waiting what came for the person and was
	// not shown yet, and Lock the word and the PIN that they chose.
	Door    *door    `cbor:"18,keyasint,omitempty"`
	Waiting []tagged `cbor:"19,keyasint,omitempty"`
	Lock    *lock    `cbor:"20,keyasint,omitempty"`
	// Shown is what the practice sent that may not have been read.
	Shown []shown `cbor:"28,keyasint,omitempty"`
	// Client: a first session was booked; the record of a client has a period of
	// its own.
	Client bool `cbor:"26,keyasint,omitempty"`
	// Seat is 0 for who opened the case, and a partner's number for who joined it.
	Seat uint8 `cbor:"30,keyasint,omitempty"`
	// Policy is the rule for secrets that a partner was shown.
	Policy care.Secrets `cbor:"31,keyasint,omitempty"`
	// Earlier are the cases of this person that came to an end before this one.
	Earlier []string `cbor:"32,keyasint,omitempty"`
	// Alone: they said when the door opened that this is a private moment. It holds
	// until the door shuts again.
	Alone bool `cbor:"33,keyasint,omitempty"`
	// Zone and Quieted are what the case knows of where the person is, and
	// whether they rest.
	Zone    string `cbor:"40,keyasint,omitempty"`
	Quieted bool   `cbor:"41,keyasint,omitempty"`
	// Level is how open reminders may be, since the person chose anew.
	Level level `cbor:"42,keyasint,omitempty"`
	// Came is when the last thing of the course of care came of which the person
	// heard, Unix seconds.
	Came int64 `cbor:"43,keyasint,omitempty"`
	// Country is the whole country that they named for help numbers, after any place
	// that they gave. The record of what they told leaves it out: it says that help
	// was asked for, to whoever holds the phone.
	Country string `cbor:"44,keyasint,omitempty"`
}

// consent is kept with the version of the text that was agreed to.
type consent struct {
	Version uint64 `cbor:"1,keyasint"` // first eight bytes of the library's hash
	At      int64  `cbor:"2,keyasint"`
	Lang    string `cbor:"3,keyasint"`
}

// rest is why a conversation stands still.
type rest uint8

const (
	paused rest = iota + 1
	stopped
)

const (
	intakeDialog     = "intake"
	forgetDialog     = "forget"
	outcomeSent      = "submitted" // of the intake: it is with a therapist
	outcomeCall      = "call-requested"
	outcomeRefused   = "refused" // the consent
	outcomeStopped   = "stopped"
	outcomeLost      = "lost" // nothing was understood; so begin the steps that say so
	questionSlot     = "question"
	quietDays        = 7 * 24 * time.Hour
	nudgeAfter       = 48 * time.Hour
	withoutConsent   = 48 * time.Hour // how long an opening without consent is kept
	dueNudge         = "nudge"
	dueExpire        = "expire"
	universalStep    = "~"
	universalCall    = "call"
	universalNow     = "now"
	universalBack    = "back"
	universalTherapy = "therapy"
	// universalLanguage stands before the code of a language that is offered.
	universalLanguage = "language/"
	mostWords         = 1500 // letters of one answer; what the longest text fact takes
)

// Fell says that something planned has fallen due.
type Fell struct {
	Name  string `cbor:"1,keyasint"`
	Again bool   `cbor:"2,keyasint,omitempty"` // it came too late in the day to be sent: plan it anew
}

// flood stands for the messages of one chat that came faster than they could
// be handled and were not taken.
type flood struct{}

func (Fell) what()  {}
func (flood) what() {}

// chatStep is the step of a conversation.
func chatStep(w *world) error {
	c, err := read[chatState](w, w.ev.Subject)
	if err != nil {
		return err
	}
	if c == nil {
		return firstContact(w)
	}
	c.Runs = slices.DeleteFunc(c.Runs, func(r dialogs.Run) bool { // a dialog that is gone asks nothing
		_, ok := w.p.Library.Dialog(r.Dialog)
		return !ok
	})
	t := newTalk(w, c)
	t.wrote()
	if t.tooFast() {
		if must, err := t.mustBeHeard(); err != nil {
			return err
		} else if !must {
			return t.close()
		}
	}
	switch what := w.ev.What.(type) {
	case Words:
		err = t.arrived(func() error { return t.words(what) })
	case Press:
		err = t.arrived(func() error { return t.press(what.Data) })
	case Media:
		err = t.arrived(func() error { return t.media(what) })
	case flood:
		if !t.left() {
			t.phrase("too-fast")
		}
		err = t.again()
	case Gone:
		if !c.Gone && c.Case != "" {
			who := "the client"
			if c.Seat != 0 {
				who = "a partner"
			}
			w.notice(c.Case + ": " + who + " cannot be reached in the chat any more.")
		}
		c.Gone = true
		w.unplan(w.ev.Subject, dueNudge)
		if err := t.tellsCase(); err != nil {
			return err
		}
		w.write(w.ev.Subject, c)
		return nil
	case Fell:
		err = t.fell(what)
	case Answer, releaseAsked, InviteAsked:
		err = t.brought(what)
	case Asks:
		err = t.comes(what)
	case Unlock:
		t.clears()
	case erasedByPractice:
		err = t.erasedBy(what)
	}
	if err != nil {
		return err
	}
	return t.close()
}

// firstContact answers somebody of whom nothing is kept. Only words and media
// begin a conversation; an old button or a second /forget creates nobody.
func firstContact(w *world) error {
	from := w.ev.from
	if from.Chat == "" {
		return nil // an answer or a reminder for someone who is erased
	}
	c := &chatState{Channel: from.Channel, To: from.Chat, Lang: w.p.Greets(from.Locale), Last: w.now.Unix()}
	t := newTalk(w, c)
	t.wrote()
	first := "" // what is said between who we are and the first question
	switch what := w.ev.What.(type) {
	case Press:
		if way, _ := t.wayOut(what.Data); sideDialogs[way] != "" {
			return t.startWith(way)
		}
		t.phrase("stale-button")
		return nil
	case Words:
		if met, err := t.screenedFirst(what.Text); met || err != nil {
			return err
		}
		command, arg, _ := w.p.speech.command(what.Text)
		switch command {
		case "forget", "leave", "stop", "pause", "mydata", universalFiles, universalLooks, "release":
			t.phrase("mydata-empty")
			return nil
		case "start":
			if arg != "" && sideDialogs[arg] == "" {
				if joined, err := t.redeem(arg); !joined || err != nil {
					return err
				}
				return t.close()
			}
			return t.startWith(arg)
		case "now", "call", "what":
			return t.startWith(command)
		case "x":
			return t.bland()
		case "privacy":
			first = command
		case "language":
			return t.startIn(arg)
		case "":
			first = w.p.speech.asked(what.Text)
		}
	case Media:
		if met, err := t.screenedFirst(what.Caption); met || err != nil {
			return err
		}
		first = noWords(what.Kind)
	default:
		return nil
	}
	if err := t.begin(intakeDialog, nil); err != nil {
		return err
	}
	if first != "" {
		before := max(0, len(w.out.parcels)-1)
		t.phrase(first)
		slices.Reverse(w.out.parcels[before:])
	}
	t.offerOthers()
	return t.close()
}

// startWith begins a conversation, and over it at once what was asked for.
func (t *talk) startWith(command string) error {
	if err := t.begin(intakeDialog, nil); err != nil {
		return err
	}
	if command == universalNow { // numbers come before everything
		t.w.out.parcels = nil
		t.send(Text{Text: t.text("program")}, parcel{class: Safety}) // they do not wait behind it
	}
	if side := sideDialogs[command]; side != "" {
		if err := t.begin(side, nil); err != nil {
			return err
		}
	}
	t.offerOthers()
	return t.close()
}

// talk is one step of a conversation under way.
type talk struct {
	w    *world
	c    *chatState
	host *host
	own  host
	// given fills the placeholders of the service's own sentences.
	given func(name string) string
	self  SubjectID
	// person makes the keys of this person's questions; see [talk.marks].
	person answerMarks
	over   bool // the conversation is erased by this step
	// sweeps: and what stands in the chat goes with it.
	sweeps bool
	// expired: it is erased because its time is up, and not by the person.
	expired bool
	// byPractice: the practice erases it, with the case.
	byPractice bool
	// coming: what waited for the person comes right behind this.
	coming bool
	// private: they have just said that they are alone with their phone.
	private bool
	// showing is how many of the last of Shown this step shows.
	showing int
	// met: the danger that this press says was met while the door was shut, and
	// somebody was called then.
	met bool
}

func newTalk(w *world, c *chatState) *talk {
	t := &talk{w: w, c: c, self: w.ev.Subject}
	t.own.t, t.host = t, &t.own
	t.given = func(name string) string { return dialogs.Isolate(t.host.Given(name, dialogs.Facts{}), t.tongue().name) }
	return t
}

// close writes the conversation, or erases it.
func (t *talk) close() error {
	if t.over {
		return t.erase()
	}
	if err := t.tellsCase(); err != nil {
		return err
	}
	if goes := t.goes(); goes.After(t.w.now) {
		t.w.plan(dueExpire, lookedAt(goes, t.w.now))
	}
	t.w.write(t.self, t.c)
	return nil
}

// perMinute is how many messages and presses of one person are taken in a
// minute: more than anybody types, and few enough that answers do not pile up.
const perMinute = 120

// mostInAMinute is perMinute, or more in a rehearsal, in which a whole course of
// care passes in a minute: a practice without quiet hours.
func (p *Practice) mostInAMinute() uint16 {
	if p.Quiet.From == p.Quiet.To {
		return 10 * perMinute
	}
	return perMinute
}

// tooFast counts what a person sends, and says once a minute that it is too
// much; what is beyond is not taken, but see [talk.mustBeHeard].
func (t *talk) tooFast() bool {
	if t.w.ev.Who.Role != Client {
		return false
	}
	if minute := t.w.now.Unix() / 60; minute != t.c.Minute {
		t.c.Minute, t.c.InMinute, t.c.Heard = minute, 0, nil
	}
	most := t.w.p.mostInAMinute()
	if t.c.InMinute <= most {
		t.c.InMinute++
	}
	if t.c.InMinute == most && !t.left() {
		t.phrase("too-fast")
	}
	return t.c.InMinute >= most
}

// heardAgain is how soon the same danger is heard again beyond the limit.
const heardAgain = 10 * time.Second

// mustBeHeard finds danger in what is beyond the limit; the same once in a
// while, so that alerts and answers do not pile up either.
func (t *talk) mustBeHeard() (bool, error) {
	danger, err := t.danger(t.w.ev.What)
	if danger == "" || err != nil {
		return false, err
	}
	if at, ok := t.c.Heard[danger]; ok && t.w.now.Sub(time.Unix(at, 0)) < heardAgain {
		return false, nil
	}
	if t.c.Heard == nil {
		t.c.Heard = make(map[string]int64)
	}
	t.c.Heard[danger] = t.w.now.Unix()
	return true, nil
}

// goes is when the conversation is erased if the person stays silent: soon
// without consent, after the practice's period for unfinished intakes where a
// person here knows of it, and after that for enquiries once it was sent.
func (t *talk) goes() time.Time {
	last, keep := time.Unix(t.c.Last, 0), t.w.p.Practice.Keep
	switch {
	case t.c.Client:
		return keep.Record.After(last)
	case t.c.Done == outcomeSent:
		return keep.Enquiry.After(last)
	case t.unknown():
		return last.Add(withoutConsent)
	}
	return keep.Unfinished.After(last)
}

// arrived does what every sign of life brings with it, and then fn.
func (t *talk) arrived(fn func() error) error {
	c, w := t.c, t.w
	away := w.now.Sub(time.Unix(c.Last, 0))
	c.Last, c.Gone = w.now.Unix(), false
	if err := t.returns(away); err != nil {
		return err
	}
	if away > quietDays && c.Door == nil {
		t.phrase("returning")
	}
	if err := fn(); err != nil {
		return err
	}
	t.hasRead()
	if c.Done == "" && c.Consent != nil && c.Rest == 0 && !c.Nudged && !t.left() {
		w.plan(dueNudge, w.now.Add(nudgeAfter)) // the hour of the day is looked at when it falls due
	}
	return nil
}

// words takes what was typed. What it says of danger comes before everything: a
// shut door does not stand between a person and help.
func (t *talk) words(m Words) error {
	if met, err := t.screened(m.Text); met || err != nil {
		return err
	}
	if t.c.Door != nil {
		return t.knocks(m)
	}
	return t.heard(m)
}

// heard takes what was typed at an open door.
func (t *talk) heard(m Words) error {
	if m.Edited {
		t.phrase("edited")
		return t.again()
	}
	return t.said(strings.TrimSpace(m.Text))
}

// said takes words that were screened: a command, a question about us, or an
// answer.
func (t *talk) said(text string) error {
	if t.isWord(text) {
		return t.command("start", "")
	}
	choosing := t.c.Lock.choosing()
	command, arg, bare := t.w.p.speech.command(text)
	if t.isShut() && !slices.Contains(openWhileShut, command) && (command != "" || !choosing) {
		t.shut()
		return nil
	}
	if command != "" {
		if bare && command == "start" && len(t.c.Runs) > 1 && t.top().Dialog == sideDialogs["what"] { // it may answer what lies below
			t.c.Runs = t.c.Runs[:len(t.c.Runs)-1]
		}
		if words := (dialogs.Words{Text: text, Whole: true}); bare && !choosing && t.answers(words) {
			return t.input(words)
		}
		if bare && command == "start" && t.c.Consent == nil && t.c.Rest == 0 && t.isOpen() { // nobody was away: consent comes first
			return t.again()
		}
		t.entersNothing()
		if choosing && command == universalBack {
			t.phrase("lock.left")
			return t.again()
		}
		return t.command(command, arg)
	}
	if choosing {
		return t.entered(text)
	}
	if t.consentOld() {
		return t.asksConsentAgain()
	}
	if answer := t.w.p.speech.asked(text); answer != "" {
		t.phrase(answer)
		return t.again()
	}
	if len(t.c.Runs) == 0 || isMain(t.top().Dialog) && t.c.Done != "" {
		return t.afterwards(false)
	}
	if utf8.RuneCountInString(text) > mostWords {
		t.phrase("too-long")
		return t.again()
	}
	if t.c.Rest != 0 && !t.answers(dialogs.Words{Text: text}) { // a thank-you is no answer
		t.phrase("resting")
		return nil
	}
	t.c.Rest = 0
	if taken, err := t.country(text); taken || err != nil {
		return err
	}
	return t.input(dialogs.Words{Text: text})
}

// media answers what is no words; the content was never fetched. What was
// written under it is screened, and not kept.
func (t *talk) media(m Media) error {
	if met, err := t.screened(m.Caption); met || err != nil {
		return err
	}
	if t.isShut() {
		t.shut()
		return nil
	}
	if !t.left() {
		t.phrase(noWords(m.Kind))
	}
	return t.again()
}

// noWords is the key of what is said to what is no words.
func noWords(kind string) string {
	key := "media." + kind
	switch {
	case kind == MediaLong:
		return "too-long"
	case !slices.Contains(phrases, key):
		return "media." + MediaOther
	}
	return key
}

// press takes a button: one of the open question, one that is always there, or
// one that belongs to an earlier question, to somebody else or to nobody.
func (t *talk) press(data string) error {
	taken := t.c.Door == nil && !t.isShut() && !t.consentOld()
	if !taken {
		if met, err := t.screenedPress(data); met || err != nil {
			return err
		}
	}
	if done, err := t.doorPress(data); done || err != nil {
		return err
	}
	if done, err := t.lockPress(data); done || err != nil {
		return err
	}
	var turn dialogs.Turn
	back, found := false, false
	if len(t.c.Runs) > 0 && !t.isShut() {
		var err error
		if turn, found, back, err = t.chosen(data); err != nil {
			return err
		}
	}
	if found && t.consentOld() {
		return t.asksConsentAgain()
	}
	if found {
		t.c.Rest = 0
		return t.says(turn, true)
	}
	if back {
		return t.command(universalBack, "")
	}
	if done, err := t.sessionPress(data); done || err != nil {
		return err
	}
	way, arg := t.wayOut(data)
	if t.c.Door != nil && !t.passes(way) { // what lies open before the door opens nothing behind it
		way = ""
	}
	switch {
	case way == universalTherapy && t.c.Services == servicesBlocked:
		return t.letIn()
	case way != "" && way != universalTherapy:
		return t.command(way, arg)
	case t.isShut():
		t.shut()
		return nil
	case taken:
		if met, err := t.screenedPress(data); met || err != nil {
			return err
		}
	}
	if !slices.Contains(turn.Out, dialogs.Output(dialogs.Moved{})) { // that says it better
		t.phrase("stale-button")
	}
	if len(t.c.Runs) == 0 {
		return nil
	}
	return t.says(turn, false)
}

// chosen tries a button as an answer to the open question, and keeps nothing of it.
func (t *talk) chosen(data string) (turn dialogs.Turn, found, back bool, err error) {
	turn, err = t.try(dialogs.Choose{Among: func(step string, rev uint32, options []dialogs.Option) string {
		var answer string
		answer, found, back = t.meant(data, step, rev, options)
		return answer
	}})
	return turn, found, back, err
}

// meant is the answer of a question that a button stands for, or whether it is
// the way back from that question.
func (t *talk) meant(data, step string, rev uint32, options []dialogs.Option) (answer string, found, back bool) {
	marks := t.marks(t.questionID(step), rev)
	for _, o := range options {
		if marks.on(data, o.ID) {
			return o.ID, true, false
		}
	}
	return "", false, marks.on(data, universalBack)
}

// wayOut is the command that a button beside the answers stands for, and what
// stands behind it; empty when it stands for none.
func (t *talk) wayOut(data string) (command, arg string) {
	ways := t.marks(universalStep, 0)
	for _, u := range []string{universalCall, universalNow, universalTherapy} {
		if ways.on(data, u) {
			return u, ""
		}
	}
	for _, g := range t.w.p.speech.tongues {
		if ways.on(data, universalLanguage+g.lang) {
			return "language", g.lang
		}
	}
	return t.wayToRecord(data)
}

// fell does what was planned.
func (t *talk) fell(f Fell) error {
	switch f.Name {
	case dueNudge:
		if f.Again {
			t.c.Nudged = false
		}
		if t.c.Rest != 0 || t.c.Gone || t.c.Done != "" || t.c.Nudged || t.left() {
			return nil
		}
		at := time.Unix(t.c.Last, 0).Add(nudgeAfter) // they may have written since it was planned
		if at = t.allowed(later(at, t.w.now)); at.After(t.w.now) {
			t.w.plan(dueNudge, at)
			return nil
		}
		key, err := t.nudgeKey()
		if err != nil {
			return err
		}
		t.c.Nudged = true
		t.send(Text{Text: t.text(key)}, parcel{class: Reminder, reminder: dueNudge, notAfter: t.w.now.Add(12 * time.Hour)})
	case dueWaiting:
		return t.tellsWaiting()
	case dueExpire:
		t.over = !t.goes().After(t.w.now)
		t.expired = t.over
	}
	if run, ok := strings.CutPrefix(f.Name, dueAsked); ok {
		return t.comesAnew(run)
	}
	return nil
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// allowed is the first instant from at on that is not in the client's quiet hours.
func (t *talk) allowed(at time.Time) time.Time {
	q := t.w.p.Quiet
	q.Zone = t.zone()
	return q.Allow(at)
}
