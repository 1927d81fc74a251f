package bot

import (
	"crypto/subtle"
	"encoding/base64"
	"slices"
	"strings"
	"time"

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
	intakeDialog   = "intake"
	outcomeSent    = "submitted" // of the intake: it is with a therapist
	questionSlot   = "question"
	quietDays      = 7 * 24 * time.Hour
	nudgeAfter     = 48 * time.Hour
	withoutConsent = 48 * time.Hour // how long an opening without consent is kept
	dueNudge       = "nudge"
	dueExpire      = "expire"
	universalStep  = "~"
	universalCall  = "call"
	universalNow   = "now"
	universalBack  = "back"
	maxWords       = 4096
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
	t := newTalk(w, c)
	switch what := w.ev.What.(type) {
	case Words:
		err = t.arrived(func() error { return t.words(what) })
	case Press:
		err = t.arrived(func() error { return t.press(what.Data) })
	case Media:
		err = t.arrived(func() error { t.media(what.Kind); return t.again() })
	case flood:
		t.phrase("too-fast")
		err = t.again()
	case Gone:
		if !c.Gone && c.Case != "" {
			w.notice(c.Case + ": the client cannot be reached in the chat any more.")
		}
		c.Gone = true
		w.unplan(w.ev.Subject, dueNudge)
		w.write(w.ev.Subject, c)
		return nil
	case Fell:
		err = t.fell(what)
	case Answer:
		err = t.answered(what)
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
	c := &chatState{Channel: from.Channel, To: from.Chat, Lang: w.p.language(from.Locale), Last: w.now.Unix()}
	t := newTalk(w, c)
	switch what := w.ev.What.(type) {
	case Press:
		t.phrase("stale-button")
		return nil
	case Words:
		switch command, arg, _ := commandOf(what.Text); command {
		case "forget", "stop", "pause":
			t.phrase("forget-done")
			return nil
		case "start":
			if err := t.begin(intakeDialog, nil); err != nil {
				return err
			}
			if side := sideDialogs[arg]; side != "" {
				if err := t.begin(side, nil); err != nil {
					return err
				}
			}
			return t.close()
		case "now", "call", "what":
			if err := t.begin(intakeDialog, nil); err != nil {
				return err
			}
			if command == "now" {
				w.out.parcels = nil // the way to help comes first; the opening follows it
			}
			if err := t.begin(sideDialogs[command], nil); err != nil {
				return err
			}
			return t.close()
		}
	case Media:
		t.media(what.Kind)
	default:
		return nil
	}
	if err := t.begin(intakeDialog, nil); err != nil {
		return err
	}
	return t.close()
}

// talk is one step of a conversation under way.
type talk struct {
	w    *world
	c    *chatState
	host *host
	self SubjectID
	over bool // the conversation is erased by this step
}

func newTalk(w *world, c *chatState) *talk {
	t := &talk{w: w, c: c, self: w.ev.Subject}
	t.host = &host{t: t}
	return t
}

// close writes the conversation, or erases it.
func (t *talk) close() error {
	if t.over {
		return t.erase()
	}
	if t.c.Done != outcomeSent {
		// What was never sent goes by itself: soon without consent, and with it
		// when the practice lets unfinished intakes go.
		last := time.Unix(t.c.Last, 0)
		goes := last.Add(withoutConsent)
		if t.c.Consent != nil {
			goes = t.w.p.Practice.Keep.Unfinished.After(last)
		}
		if goes.After(t.w.now) {
			t.w.plan(dueExpire, goes)
		}
	}
	t.w.write(t.self, t.c)
	return nil
}

// arrived does what every sign of life brings with it, and then fn.
func (t *talk) arrived(fn func() error) error {
	c, w := t.c, t.w
	away := w.now.Sub(time.Unix(c.Last, 0))
	c.Last, c.Gone = w.now.Unix(), false
	if away > quietDays {
		t.phrase("returning")
	}
	if err := fn(); err != nil {
		return err
	}
	if c.Done == "" && c.Consent != nil && c.Rest == 0 && !c.Nudged {
		w.plan(dueNudge, w.now.Add(nudgeAfter)) // the hour of the day is looked at when it falls due
	}
	return nil
}

// words takes what was typed: a command, a question about us, or an answer.
func (t *talk) words(m Words) error {
	if m.Edited {
		t.phrase("edited")
		return t.again()
	}
	text := strings.TrimSpace(m.Text)
	if command, arg, bare := commandOf(text); command != "" {
		if bare && t.answers(text) {
			return t.input(dialogs.Words{Text: text})
		}
		return t.command(command, arg)
	}
	if t.asksWhatWeAre(text) {
		t.phrase("program")
		return t.again()
	}
	if len(t.c.Runs) == 0 || t.top().Dialog == intakeDialog && t.c.Done != "" {
		return t.afterwards()
	}
	t.c.Rest = 0
	return t.input(dialogs.Words{Text: text})
}

// media answers what is no words; the content was never fetched.
func (t *talk) media(kind string) {
	key := "media." + kind
	switch {
	case kind == MediaLong:
		key = "too-long"
	case !slices.Contains(phrases, key):
		key = "media." + MediaOther
	}
	t.phrase(key)
}

// press takes a button: one of the open question, one that is always there, or
// one that belongs to an earlier question, to somebody else or to nobody.
func (t *talk) press(data string) error {
	for _, u := range []string{universalCall, universalNow} {
		if t.same(data, universalStep, 0, u) {
			return t.command(u, "")
		}
	}
	turn, err := t.open()
	if err != nil {
		return err
	}
	if q := turn.Open; q != nil {
		step := t.top().Dialog + "/" + q.Step
		if t.same(data, step, q.Rev, universalBack) {
			return t.command(universalBack, "")
		}
		for _, o := range q.Options {
			if t.same(data, step, q.Rev, o.ID) {
				t.c.Rest = 0
				return t.input(dialogs.Press{Answer: o.ID})
			}
		}
	}
	t.phrase("stale-button")
	return t.again()
}

// token is what a button carries: a MAC over the person, the question, its
// revision and the answer. It says nothing, and fits nobody else.
func (t *talk) token(step string, rev uint32, answer string) string {
	mac := t.w.root.MAC("button", 12, []byte(t.w.ev.Practice), []byte(t.self), []byte(step),
		[]byte{byte(rev >> 24), byte(rev >> 16), byte(rev >> 8), byte(rev)}, []byte(answer))
	return base64.RawURLEncoding.EncodeToString(mac)
}

func (t *talk) same(data, step string, rev uint32, answer string) bool {
	return subtle.ConstantTimeCompare([]byte(data), []byte(t.token(step, rev, answer))) == 1
}

// fell does what was planned.
func (t *talk) fell(f Fell) error {
	switch f.Name {
	case dueNudge:
		if f.Again {
			t.c.Nudged = false
		}
		if t.c.Rest != 0 || t.c.Gone || t.c.Done != "" || t.c.Nudged {
			return nil
		}
		if at := t.allowed(t.w.now); at.After(t.w.now) {
			t.w.plan(dueNudge, at)
			return nil
		}
		t.c.Nudged = true
		t.send(Text{Text: t.text("nudge")}, parcel{class: Reminder, reminder: dueNudge, notAfter: t.w.now.Add(12 * time.Hour)})
	case dueExpire:
		t.over = t.c.Done != outcomeSent
	}
	return nil
}

// allowed is the first instant from at on that is not in the client's quiet hours.
func (t *talk) allowed(at time.Time) time.Time {
	q := t.w.p.Quiet
	q.Zone = t.zone()
	return q.Allow(at)
}
