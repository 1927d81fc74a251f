package dialogs_test

import (
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"anteroom/dialogs"
	"anteroom/dialogs/script"
)

func TestIsolate(t *testing.T) {
	const hebrew, arabic = "שלום לך", "مرحبا"
	for _, c := range []struct{ name, words, text, want string }{
		{"English in English", "Ana Reyes", "Your therapist: ", "Ana Reyes"},
		{"accents and quotes", "“Inés” — 70 €", "Your therapist: ", "“Inés” — 70 €"},
		{"Hebrew in English", "רות", "Your therapist: ", "\u2068רות\u2069"},
		{"both in English", "Ana רות", "Your therapist: ", "\u2068Ana רות\u2069"},
		{"English in Hebrew", "Ana", hebrew, "\u2068Ana\u2069"},
		{"Hebrew in Hebrew", "רות", hebrew, "רות"},
		{"Hebrew in Arabic", "רות", arabic, "רות"},
		{"a number in Arabic", "120", arabic, "120"},
		{"a telephone number in Arabic", "+1 415 555 0100", arabic, "\u2068+1 415 555 0100\u2069"},
		{"a telephone number in English", "+1 415 555 0100", "Call us: ", "+1 415 555 0100"},
		{"Arabic digits in Arabic", "٠٣٠ ١٢٣", arabic, "٠٣٠ ١٢٣"},
		{"each line by itself", "Samaritans: 116 123\n\nער״ן: 1201", hebrew, "\u2068Samaritans: 116 123\u2069\n\nער״ן: 1201"},
		{"signs that turn the direction", "a\u202eb", "Name: ", "\u2068a\u202eb\u2069"},
		{"a text without letters", "רות", "1: ", "רות"},
		{"the text begins with a number", "Ana", "1. " + hebrew, "\u2068Ana\u2069"},
		{"nothing", "", hebrew, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := dialogs.Isolate(c.words, c.text); got != c.want {
				t.Errorf("got %+q, want %+q", got, c.want)
			}
		})
	}
}

// What is filled in, a label included, is kept apart from a text that runs the
// other way; and what is kept of an answer never holds the signs.
func TestFilledTextsKeepTheirDirection(t *testing.T) {
	lib, err := script.Load(fstest.MapFS{"dialogs/talk.yaml": {Data: []byte(`dialog: talk
given: {fee.full: text}
facts:
  name: {type: text, max: 40, seen-by: case, keep: enquiry}
  who: {type: choice, of: [ana, rut], seen-by: case, keep: enquiry}
  day: {type: date, seen-by: case, keep: enquiry}
  money: {type: money, seen-by: case, keep: enquiry}
steps:
  name: {ask: "What shall we call you?", short: "Name", into: name}
  who: {ask: "מי, {name}?", short: "מטפלת", into: who, answers: {ana: "Ana", rut: "רות"}}
  day: {ask: "{name}: when?", short: "Day", into: day}
  money: {ask: "כמה? {fee.full}", short: "Money", into: money}
  read: {review: "{readback}", change: "Change it", pick: "Which?", answers: {send: "Send it"}}
  end: {finish: done}
`)}})
	if err != nil {
		t.Fatal(err)
	}
	run := dialogs.Run{Dialog: "talk"}
	var asked []string
	for _, words := range []string{"", "\u2068דנה\u2069", "רות", "3 marzo 2026", "1200"} {
		turn, err := dialogs.Step(lib, run, dialogs.Words{Text: words}, time.Unix(1_800_000_000, 0), "es-usted", &desk{})
		if err != nil {
			t.Fatal(err)
		}
		run = turn.Run
		asked = append(asked, turn.Out[len(turn.Out)-1].(dialogs.Ask).Text)
	}
	for i, want := range []string{
		"What shall we call you?",
		"מי, דנה?",
		"\u2068דנה\u2069: when?",
		"כמה? 120",
		"Name: \u2068דנה\u2069\nמטפלת: רות\nDay: 3 March 2026\nMoney: 1.200",
	} {
		if asked[i] != want {
			t.Errorf("message %d: got %+q, want %+q", i, asked[i], want)
		}
	}
	for _, e := range run.Trail {
		if strings.ContainsAny(e.Value, "\u2068\u2069") {
			t.Errorf("%s keeps a sign of direction: %+q", e.Step, e.Value)
		}
	}
}
