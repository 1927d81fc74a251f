package bot

import (
	"slices"
	"strings"
	"time"

	"anteroom/bot/care"
	"anteroom/dialogs"
	"anteroom/dialogs/script"
)

// commandWords are what can be asked for at any moment, with a slash. The words
// that mean the same without one are content; see [speech].
var commandWords = map[string]string{
	"start": "start", "help": "help", "back": "back", "skip": "skip", "change": "change", "edit": "change",
	"pause": "pause", "resume": "resume", "stop": "stop", "call": "call", "now": "now", "what": "what",
	"mydata": "mydata", "forget": "forget", "privacy": "privacy", "language": "language",
	"release": "release",
	"x":       "x", "word": "word", "pin": "pin",
	"invite": "invite", "leave": "leave",
	"sessions": "sessions", "reminders": "reminders",
}

// answers reports whether words are an answer to the open question: of words that
// are a command too, only the whole name of one. Own words beside the answers
// offered do not count: "back" would always be some. Nor does one miss too many,
// which leads away as an answer does.
func (t *talk) answers(words dialogs.Words) bool {
	turn, err := t.open()
	if err != nil || turn.Open == nil || turn.Open.Type == script.Text {
		return false
	}
	run := *t.top()
	run.Misses = 0
	tried, err := dialogs.Step(t.w.p.Library, run, words, t.w.now, t.tongue().form, t.host)
	if err != nil || !tried.Accepted && slices.Equal(tried.Run.Draft, run.Draft) {
		return false
	}
	return !slices.ContainsFunc(tried.Run.Trail, func(e dialogs.Entry) bool {
		return e.Step == turn.Open.Step && (e.Kind == dialogs.Missed || strings.HasSuffix(e.Value, "\n"+words.Text))
	})
}

// command does what can be asked for at any moment.
func (t *talk) command(name, arg string) error {
	switch name {
	case "start":
		if side := sideDialogs[arg]; side != "" {
			return t.interrupt(side)
		}
		if arg != "" {
			_, err := t.redeem(arg)
			return err
		}
		if len(t.c.Waiting) > 0 && t.c.Door == nil {
			t.c.Rest = 0
			return t.takesOut()
		}
		t.c.Rest = 0
		if !t.isOpen() {
			return t.afterwards(true)
		}
		t.phrase("welcome-back")
		return t.again()
	case "resume":
		t.c.Rest = 0
		if !t.isOpen() {
			return t.afterwards(true)
		}
		t.phrase("resumed")
		return t.again()
	case "call", "now", "what":
		return t.interrupt(sideDialogs[name])
	case "forget", "leave":
		if t.needsPIN("forget") {
			return nil
		}
		return t.interrupt(forgetDialog)
	case "invite":
		return t.invites()
	case "x":
		return t.leaves()
	case "word", "pin":
		return t.choosesLock(name)
	case "pause", "stop":
		key := "paused"
		t.rests(paused)
		if name == "stop" {
			key = "stopped"
			t.rests(stopped)
		}
		kept := t.w.p.Practice.Keep.Unfinished
		if t.unknown() {
			kept = care.Period{Days: int(withoutConsent / (24 * time.Hour))}
		}
		t.phrase(key, "keep.unfinished", t.tongue().period(kept))
		return nil
	case "help":
		return t.help()
	case "mydata":
		if t.needsPIN(name) {
			return nil
		}
		return t.mydata()
	case universalFiles:
		if t.needsPIN(name) {
			return nil
		}
		return t.files()
	case universalLooks:
		if t.needsPIN(name) {
			return nil
		}
		return t.lookers()
	case "release":
		return t.release(false)
	case universalNewRelease:
		return t.release(true)
	case universalRevoke:
		return t.revoke(arg)
	case "sessions":
		return t.sessions()
	case sessionThere, sessionMove, sessionCancel:
		return t.sessionCommand(name)
	case "reminders":
		return t.reminders()
	case "privacy":
		t.phrase(name)
		return t.again()
	case "language":
		t.c.Rest = 0
		return t.speak(arg)
	case "back", "skip", "change":
		return t.moves(name)
	}
	t.phrase("unknown-command")
	return t.again()
}

// rests stands still. Nothing is planned but what calls a human.
func (t *talk) rests(why rest) {
	t.c.Rest = why
	t.w.out.due = slices.DeleteFunc(t.w.out.due, func(d planned) bool { return d.subject == t.self && !d.calls() })
	t.w.unplan(t.self, dueNudge)
}

// interrupt opens a dialog over what is going on; one that is open already is
// asked again, so that ten presses do not pile up ten.
func (t *talk) interrupt(dialog string) error {
	t.closes(dialog)
	return t.begin(dialog, nil)
}

// closes takes an earlier run of a dialog away, with what lies over it.
func (t *talk) closes(dialog string) {
	t.c.Rest = 0
	for i, r := range t.c.Runs {
		if r.Dialog != dialog || i == 0 {
			continue
		}
		t.closesAt(i)
		break
	}
}

// closesAt takes one dialog off the pile, wherever it lies.
func (t *talk) closesAt(i int) {
	t.c.Runs = slices.Delete(slices.Clone(t.c.Runs), i, i+1)
	if d := t.c.Door; d != nil && i < d.Below {
		d.Below--
	}
}

// moves goes back, skips, or offers the answers that can be changed.
func (t *talk) moves(name string) error {
	turn, err := t.open()
	if err != nil {
		return err
	}
	q := turn.Open
	if q != nil {
		t.c.Rest = 0
	}
	switch {
	case q == nil && name == "change" && t.unsent():
		if err := t.reopens(); err != nil {
			return err
		}
		t.phrase("not-sent")
		return t.changes()
	case q == nil && name == "change" && t.c.Done == outcomeSent:
		t.phrase("answered-already")
		return nil
	case q == nil && name == "back" && t.unsent():
		return t.picksUp()
	case q == nil && name != "back" && t.c.Done != "" && !t.isOpen():
		return t.afterwards(false)
	case q == nil:
		t.phrase("nothing-to-go-back")
		return nil
	case name == "back" && !q.CanBack && t.aside():
		t.c.Runs = t.c.Runs[:len(t.c.Runs)-1]
		if !t.isOpen() && !t.barred() {
			t.phrase("lock.left")
			return nil
		}
		return t.again()
	case name == "back" && !q.CanBack:
		t.phrase("nothing-to-go-back")
		return t.again()
	case name == "back":
		return t.input(dialogs.Back{})
	case name == "skip" && !q.CanSkip:
		t.phrase("cannot-skip")
		return t.again()
	case name == "skip":
		return t.input(dialogs.Skip{})
	}
	return t.changes()
}

// changes offers the answers that can be changed, or says that there are none.
func (t *talk) changes() error {
	if turn, err := t.try(dialogs.Change{}); err != nil || turn.Run.Editing != dialogs.PressChange {
		t.phrase("nothing-to-change")
	}
	return t.input(dialogs.Change{})
}

// help says what can be done here and why the open question is asked.
func (t *talk) help() error {
	turn, err := t.open()
	if err != nil {
		return err
	}
	list, err := t.helpList()
	if err != nil {
		return err
	}
	t.send(Text{Text: list}, parcel{class: Prompt})
	if q := turn.Open; q != nil && q.Why != "" {
		t.phrase("help-why", "why", q.Why)
	}
	return t.again()
}

// helpList is what can be done here: a line for each command, without those that
// are closed to this person.
func (t *talk) helpList() (string, error) {
	invites, err := t.mayInvite()
	if err != nil {
		return "", err
	}
	rec, err := t.ownCase()
	if err != nil {
		return "", err
	}
	var lines []string
	for line := range strings.SplitSeq(t.text("help"), "\n") {
		word, _, named := strings.Cut(line, ":")
		command, _, _ := t.w.p.speech.command(word)
		if named && (command == "invite" && !invites || command == "release" && rec == nil) {
			continue
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n"), nil
}
