package bot

import (
	"cmp"
	"log/slog"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"anteroom/bot/care"
	"anteroom/dialogs"
	"anteroom/dialogs/script"
)

// Telling is what one person answered in one dialog of the course of care, as a
// therapist reads it. It holds a client's words and prints as [redacted].
type Telling struct {
	At     int64 // unix seconds
	Person care.PersonID
	Title  string   // "Hopes", "Report: Step 1"; nothing that was said
	Lines  []string // a question and its answer each; to be shown as plain text only
	Apart  []string // the questions whose answers must not stand where this is shown
}

// LogValue keeps a client's words out of every log.
func (Telling) LogValue() slog.Value { return slog.StringValue("[redacted]") }

// String keeps a client's words out of every error and message.
func (Telling) String() string { return "[redacted]" }

// GoString does the same for %#v.
func (Telling) GoString() string { return "[redacted]" }

// tellingTitles are those of the dialogs whose ids say too little.
var tellingTitles = map[string]string{
	"story": "How it began", "body-tried": "Body, and what was tried", "goals-agree": "The goals", "goal-review": "Where the goals stand",
	"booster": "A note after the ending", "session-times": "Times", "missed": "A missed session", "ask-less": "How often to ask",
}

// neverAtDesk is what scripts call the therapists' channel.
const neverAtDesk = "slack"

// tellings are what the people of a case told in its course, newest first. At the
// desk, a therapists' channel, stands nothing that must never come there, and no answer
// that tells of violence: of those it has the flags and alerts alone.
func (w *world) tellings(c care.Case, desk bool) []Telling {
	t := w.reader()
	apart := func(f *script.Fact, value string) bool {
		return desk && (f.NeverIn(neverAtDesk) || care.TellsOfViolence(f.Name, value))
	}
	kept := func(f *script.Fact) bool {
		return f != nil && f.Keep == "record" && (f.SeenBy == "case" || f.SeenBy == "therapist")
	}
	var all []Telling
	for _, told := range slices.Backward(c.Told) {
		one := Telling{At: told.At, Person: told.Person, Title: cmp.Or(tellingTitles[told.Dialog], inWords(told.Dialog))}
		if g, ok := c.Assignment(told.Assignment); ok {
			one.Title += ": " + w.p.Plays.Title(g.Library, t.tongue().form)
		}
		for _, a := range dialogs.AnswersFrom(w.p.Library, told.Dialog, told.Facts, t.tongue().form, t.host) {
			question := strings.TrimSpace(cmp.Or(a.Short, a.Ask[strings.LastIndex(a.Ask, "\n")+1:]))
			var said []string
			hidden := false
			if kept(a.Fact) {
				if hidden = apart(a.Fact, a.Value); !hidden {
					said = append(said, strings.ReplaceAll(a.Label, "\n", " "))
				}
			}
			if a.Own != "" && kept(a.OwnFact) && !hidden {
				if hidden = apart(a.OwnFact, a.Own); !hidden {
					said = append(said, "“"+strings.ReplaceAll(a.Own, "\n", " ")+"”")
				}
			}
			if hidden {
				one.Apart = append(one.Apart, question)
			}
			if len(said) > 0 {
				one.Lines = append(one.Lines, strings.TrimRight(question, ".")+colon(question)+strings.Join(said, ", "))
			}
		}
		if len(one.Lines)+len(one.Apart) > 0 {
			all = append(all, one)
		}
	}
	return all
}

// colon parts a question from its answer.
func colon(question string) string {
	if strings.HasSuffix(question, "?") {
		return " "
	}
	return ": "
}

// inWords makes words of an id: "still-waiting" is "Still waiting".
func inWords(id string) string {
	first, size := utf8.DecodeRuneInString(id)
	return string(unicode.ToUpper(first)) + strings.ReplaceAll(id[size:], "-", " ")
}
