package script_test

import (
	"testing"
	"testing/fstest"

	"anteroom/dialogs/script"
)

// TestAtMostTellsNothing: how many questions still come at most follows from
// what was answered, but not from what must never appear in a chat.
func TestAtMostTellsNothing(t *testing.T) {
	for _, test := range []struct {
		never string
		want  [2]int // by the answer
	}{
		{"", [2]int{1, 2}},
		{"never: slack, ", [2]int{1, 2}},
		{"never: chat, ", [2]int{2, 2}},
	} {
		lib, err := script.Load(fstest.MapFS{"dialogs/t.yaml": {Data: []byte(`dialog: t
facts:
  fear: {type: choice, of: [safe, afraid], ` + test.never + `seen-by: therapist, keep: enquiry}
  n: {type: scale, seen-by: case, keep: enquiry}
steps:
  fear: {ask: Do you feel safe?, into: fear, answers: {safe: I do, afraid: Not always}}
  one: {ask: One?, into: n}
  more:
    route:
      - {when: fear == afraid, go: two}
      - {else: end}
  two: {ask: Two?, into: n}
  end: {finish: done}
`)}})
		if err != nil {
			t.Fatal(err)
		}
		d, _ := lib.Dialog("t")
		one, _ := d.Step("one")
		for i, answer := range []string{"safe", "afraid"} {
			values := make([]script.Value, len(d.Facts))
			f, _ := d.Fact("fear")
			values[f.Slot], _ = f.Parse(answer)
			if got := d.AtMost(one, values); got != test.want[i] {
				t.Errorf("%q, after %s: got at most %d, want %d", test.never, answer, got, test.want[i])
			}
		}
	}
}
