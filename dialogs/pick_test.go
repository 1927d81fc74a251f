package dialogs_test

import (
	"testing"
	"testing/fstest"
	"time"

	"anteroom/dialogs"
	"anteroom/dialogs/script"
)

// One word of a name is enough to pick an answer, where only one has it.
func TestPickByWord(t *testing.T) {
	files := content()
	files["dialogs/t.yaml"] = &fstest.MapFile{Data: []byte(`dialog: t
facts:
  a: {type: choice, of: [one], seen-by: case, keep: enquiry}
  b: {type: choice, of: [one], seen-by: case, keep: enquiry}
  c: {type: choice, of: [send], seen-by: case, keep: enquiry}
steps:
  first: {ask: First?, short: Your name, into: a, answers: {one: One}}
  second: {ask: Second?, short: Your wish, into: b, answers: {one: One}}
  read: {review: "{readback}", into: c, answers: {send: Send}, change: Change, pick: Which?}
  end: {finish: done}
`)}
	lib := loadFrom(t, files)
	for words, want := range map[string]string{"the name": "first", "wish": "second", "your": "read", "name, wish": "read"} {
		beginIn(t, lib, "t").say("one", "one").in(dialogs.Change{}).say(words).at(want)
	}
}

// TestPickMisses: whoever is not understood when it is asked which answer to
// change comes back to the review, and is not led away from it.
func TestPickMisses(t *testing.T) {
	lib, err := script.Load(fstest.MapFS{"dialogs/t.yaml": {Data: []byte(`dialog: t
misses: {after: 1, go: lost}
facts:
  a: {type: choice, of: [one, two], seen-by: case, keep: enquiry}
  b: {type: choice, of: [send], seen-by: case, keep: enquiry}
steps:
  first: {ask: First?, short: First, into: a, answers: {one: One, two: Two}}
  read: {review: "{readback}", into: b, answers: {send: Send}, change: Change, pick: Which?}
  end: {finish: done}
  lost: {finish: lost}
`)}})
	if err != nil {
		t.Fatal(err)
	}
	run := dialogs.Run{Dialog: "t"}
	var turn dialogs.Turn
	for i, in := range []dialogs.Input{dialogs.Begin{}, dialogs.Words{Text: "one"}, dialogs.Change{},
		dialogs.Words{Text: "hm"}, dialogs.Words{Text: "hm"}, dialogs.Words{Text: "hm"}} {
		if turn, err = dialogs.Step(lib, run, in, time.Unix(int64(i), 0), "en", nil); err != nil {
			t.Fatal(err)
		}
		run = turn.Run
	}
	if turn.Open == nil || turn.Open.Step != "read" || run.Editing != "" || len(run.Trail) != 1 {
		t.Errorf("got outcome %q, question %+v, editing %q and %d answers; want the review again, and one answer", turn.Outcome, turn.Open, run.Editing, len(run.Trail))
	}
}
