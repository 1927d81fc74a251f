package bot

import (
	"slices"
	"strconv"
	"strings"

	"anteroom/dialogs"
	"anteroom/dialogs/script"
)

// commandWords are what can be asked for at any moment, with a slash.
var commandWords = map[string]string{
	"start": "start", "help": "help", "back": "back", "skip": "skip", "change": "change", "edit": "change",
	"pause": "pause", "resume": "resume", "stop": "stop", "call": "call", "now": "now", "what": "what",
	"mydata": "mydata", "forget": "forget", "privacy": "privacy",
}

// bareWords mean the same without a slash, if they are not an answer to the
// open question.
var bareWords = map[string]string{
	"start": "start", "help": "help", "back": "back", "skip": "skip", "change": "change", "pause": "pause",
	"resume": "resume", "stop": "stop", "call me": "call", "now": "now", "what": "what", "what happens": "what",
	"my data": "mydata", "forget": "forget", "privacy": "privacy",
	"i need help now": "now", "have a person call me": "call",
}

// commandOf finds a command in what was typed, and the word behind it; bare
// says that it had no slash. An unknown one is "?".
func commandOf(text string) (command, arg string, bare bool) {
	text = strings.TrimSpace(text)
	if !strings.HasPrefix(text, "/") {
		command = bareWords[strings.ToLower(strings.TrimRight(text, "?!. "))]
		return command, "", command != ""
	}
	word, rest, _ := strings.Cut(text[1:], " ")
	name, _, _ := strings.Cut(strings.ToLower(word), "@")
	if command = commandWords[name]; command == "" {
		command = "?"
	}
	return command, strings.TrimSpace(rest), false
}

// answers reports whether words are an answer to the open question. Own words
// beside the answers offered do not count: "back" would always be some.
func (t *talk) answers(text string) bool {
	turn, err := t.open()
	if err != nil || turn.Open == nil || turn.Open.Type == script.Text {
		return false
	}
	tried, err := dialogs.Step(t.w.p.Library, *t.top(), dialogs.Words{Text: text}, t.w.now, t.c.Lang, t.host)
	return err == nil && tried.Accepted && !slices.ContainsFunc(tried.Run.Trail, func(e dialogs.Entry) bool {
		return e.Step == turn.Open.Step && strings.HasSuffix(e.Value, "\n"+text)
	})
}

// command does what can be asked for at any moment.
func (t *talk) command(name, arg string) error {
	switch name {
	case "start":
		if side := sideDialogs[arg]; side != "" {
			return t.interrupt(side)
		}
		if len(t.c.Runs) == 0 || len(t.c.Runs) == 1 && t.c.Done != "" {
			return t.afterwards(true)
		}
		t.c.Rest = 0
		t.phrase("welcome-back")
		return t.again()
	case "resume":
		t.c.Rest = 0
		t.phrase("resumed")
		return t.again()
	case "call", "now", "what":
		return t.interrupt(sideDialogs[name])
	case "forget":
		return t.interrupt("forget")
	case "pause", "stop":
		t.c.Rest = paused
		key := "paused"
		if name == "stop" {
			t.c.Rest, key = stopped, "stopped"
		}
		t.w.out.due = nil
		t.w.unplan(t.self, dueNudge)
		kept := t.w.p.Practice.Keep.Unfinished.Words()
		if t.c.Consent == nil && t.c.Case == "" {
			kept = "2 days"
		}
		t.phrase(key, "keep.unfinished", kept)
		return nil
	case "help":
		return t.help()
	case "mydata":
		return t.mydata()
	case "privacy":
		t.phrase(name)
		return t.again()
	case "back", "skip", "change":
		return t.moves(name)
	}
	t.phrase("unknown-command")
	return t.again()
}

// interrupt opens a dialog over what is going on; one that is open already is
// asked again, so that ten presses do not pile up ten.
func (t *talk) interrupt(dialog string) error {
	t.c.Rest = 0
	for i, r := range t.c.Runs {
		if r.Dialog == dialog && i > 0 {
			t.c.Runs = t.c.Runs[:i]
			break
		}
	}
	return t.begin(dialog, nil)
}

// moves goes back, skips, or offers the answers that can be changed.
func (t *talk) moves(name string) error {
	turn, err := t.open()
	if err != nil {
		return err
	}
	q := turn.Open
	switch {
	case q == nil && name == "change" && t.c.Done != "":
		t.phrase("answered-already")
		return nil
	case q == nil:
		t.phrase("nothing-to-go-back")
		return nil
	case name == "back" && !q.CanBack && t.aside():
		t.c.Runs = t.c.Runs[:len(t.c.Runs)-1]
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
	return t.input(dialogs.Change{})
}

// help says what can be done here and why the open question is asked.
func (t *talk) help() error {
	turn, err := t.open()
	if err != nil {
		return err
	}
	t.phrase("help")
	if q := turn.Open; q != nil && q.Why != "" {
		t.phrase("help-why", "why", q.Why)
	}
	return t.again()
}

// mydata shows what was told, but for safety answers, which never stand in a
// chat again.
func (t *talk) mydata() error {
	var lines []string
	for _, run := range t.c.Runs {
		turn, err := dialogs.Step(t.w.p.Library, run, dialogs.Begin{}, t.w.now, t.c.Lang, t.host)
		if err != nil {
			return err
		}
		lines = append(lines, turn.ReadBack()...)
	}
	if len(lines) == 0 && t.c.Case == "" {
		t.phrase("mydata-empty")
		return t.again()
	}
	t.send(Text{Text: t.text("mydata-head") + "\n\n" + strings.Join(lines, "\n") + "\n\n" + t.text("mydata-foot")}, parcel{class: Prompt})
	return t.again()
}

// asksWhatWeAre finds "are you a bot?" and its like; the patterns are content.
func (t *talk) asksWhatWeAre(text string) bool {
	text = strings.ToLower(text)
	if len(text) > 80 {
		return false
	}
	for pattern := range strings.SplitSeq(t.text("program.asks"), "|") {
		if p := strings.TrimSpace(pattern); p != "" && strings.Contains(text, p) {
			return true
		}
	}
	return false
}

func itoa(n int) string { return strconv.Itoa(n) }
