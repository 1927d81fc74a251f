package dialogs_test

import (
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"anteroom/dialogs"
	"anteroom/dialogs/script"
)

const answeredScript = `
dialog: intake
language: en
facts:
  adult: {type: choice, of: [adult, minor], seen-by: case, keep: enquiry}
  topics: {type: several, of: [pain, other], seen-by: case, keep: enquiry}
  topic_words: {type: text, seen-by: case, keep: enquiry}
  bother: {type: scale, seen-by: case, keep: enquiry}
  afraid: {type: choice, of: [never, once], seen-by: therapist, never: chat, keep: enquiry}
  derived: {type: choice, of: [one, two], seen-by: case, keep: enquiry}
steps:
  age:
    short: "Age"
    ask: "Are you 18 or over?"
    into: adult
    answers: {adult: "Of age", minor: "Younger"}
  what:
    short: "What"
    ask: "What brings you?"
    into: topics
    answers: {pain: "Pain", other: "Other"}
    done: "Done"
    own: {answer: other, into: topic_words}
  much:
    short: "How much"
    ask: "How much?"
    into: bother
    skip: "No"
  fear:
    ask: "Are you afraid?"
    into: afraid
    answers: {never: "Never was", once: "Once was"}
  fix:
    set: {derived: one}
  more:
    ask: "More?"
    answers: {more: "More"}
  end:
    finish: done
`

func answeredLibrary(t *testing.T) *script.Library {
	t.Helper()
	lib, err := script.Load(fstest.MapFS{"dialogs/intake.yaml": {Data: []byte(answeredScript[1:])}})
	if err != nil {
		t.Fatal(err)
	}
	return lib
}

// asRead is an answer in a line.
func asRead(all []dialogs.Answered) (lines []string) {
	for _, a := range all {
		line := a.Step + " | " + a.Ask + " | " + a.Label + " | " + a.Own
		for _, o := range a.Chosen {
			line += " | " + o.ID + "=" + o.Label
		}
		if a.Private() {
			line += " | private"
		}
		lines = append(lines, line)
	}
	return lines
}

// The walk and the facts alone come to the same questions and answers.
func TestAnswered(t *testing.T) {
	t.Parallel()
	lib := answeredLibrary(t)
	run := dialogs.Run{Dialog: "intake"}
	var turn dialogs.Turn
	for _, in := range []dialogs.Input{dialogs.Begin{}, dialogs.Press{Answer: "adult"}, dialogs.Words{Text: "it burns"}, dialogs.Words{Text: "0"}, dialogs.Press{Answer: "once"}} {
		var err error
		if turn, err = dialogs.Step(lib, run, in, time.Unix(1_800_000_000, 0), "en", nil); err != nil {
			t.Fatal(err)
		}
		run = turn.Run
	}
	want := []string{
		"age | Are you 18 or over? | Of age |  | adult=Of age",
		"what | What brings you? | Other | it burns | other=Other",
		"much | How much? | 0 | ",
		"fear | Are you afraid? | Once was |  | once=Once was | private",
	}
	if diff := cmp.Diff(asRead(turn.Answered()), want); diff != "" {
		t.Errorf("of the walk: got (-) and want (+):\n%s", diff)
	}
	for _, a := range turn.Answered() {
		if a.At != 1_800_000_000 {
			t.Errorf("%s was answered at %d", a.Step, a.At)
		}
	}
	facts := map[string]string{}
	for f, v := range turn.Facts.All() {
		facts[f.Name] = v
	}
	if diff := cmp.Diff(asRead(dialogs.AnswersFrom(lib, "intake", facts, "en", nil)), want); diff != "" {
		t.Errorf("of the facts: got (-) and want (+):\n%s", diff)
	}
}

// Facts that the dialog does not know, cannot hold or never asks for are left out.
func TestAnswersFromOddFacts(t *testing.T) {
	t.Parallel()
	lib := answeredLibrary(t)
	got := dialogs.AnswersFrom(lib, "intake", map[string]string{"adult": "child", "bother": "eleven", "derived": "one", "gone": "x", "afraid": ""}, "en", nil)
	if len(got) != 0 {
		t.Errorf("got %q, want nothing", asRead(got))
	}
	if got := dialogs.AnswersFrom(lib, "gone", map[string]string{"adult": "adult"}, "en", nil); got != nil {
		t.Errorf("of a dialog that is not there: %q", asRead(got))
	}
}
