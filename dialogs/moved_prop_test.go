package dialogs_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"anteroom/dialogs"
	"anteroom/dialogs/script"
)

// sheet is a drawn script taken apart, to be edited by the line.
type sheet struct {
	head  string
	steps []string
	moved string
}

func sheetOf(text string) sheet {
	head, steps, _ := strings.Cut(text, "steps:\n")
	return sheet{head: head, steps: strings.Split(strings.TrimSuffix(steps, "\n"), "\n")}
}

func (s sheet) text() string {
	head := s.head
	if s.moved != "" {
		head += "moved:\n" + s.moved
	}
	return head + "steps:\n" + strings.Join(s.steps, "\n") + "\n"
}

// rename gives an id another name wherever it stands as a word.
func (s *sheet) rename(old, now string) {
	word := regexp.MustCompile(`\b` + old + `\b`)
	for i := range s.steps {
		s.steps[i] = word.ReplaceAllString(s.steps[i], now)
	}
}

var stepID = regexp.MustCompile(`^  ([a-z0-9]+): \{(ask|review|do|set|say|route)`)

// drawEdit changes a script as an author might between two releases.
func drawEdit(t *rapid.T, s *sheet) (what string) {
	s.steps = slices.Clone(s.steps)
	at := rapid.IntRange(0, len(s.steps)-4).Draw(t, "at") // not the last question, nor the ends
	id := stepID.FindStringSubmatch(s.steps[at])[1]
	what = rapid.SampledFrom([]string{"rename", "rename unmapped", "remove", "insert", "swap", "answer", "answer unmapped", "take an answer"}).Draw(t, "edit")
	switch what {
	case "rename", "rename unmapped":
		s.rename(id, "new"+id)
		if what == "rename" {
			s.moved = fmt.Sprintf("  steps: {%s: new%s}\n", id, id)
		}
	case "remove":
		next := stepID.FindStringSubmatch(s.steps[at+1])
		s.steps = slices.Delete(s.steps, at, at+1)
		s.rename(id, next[1])
	case "insert":
		s.head = strings.Replace(s.head, "facts:\n", "facts:\n  added: {type: choice, of: [one, two], seen-by: case, keep: enquiry}\n", 1)
		s.steps = slices.Insert(s.steps, at, `  added: {ask: Added?, short: Added, into: added, answers: {one: First, two: Second}}`)
	case "swap":
		s.steps[at], s.steps[at+1] = s.steps[at+1], s.steps[at]
	case "answer", "answer unmapped":
		keep := strings.NewReplacer("r: ", "r_ ", "r == uno", "r == one", "added, of: [uno", "added, of: [one")
		word := regexp.MustCompile(`\bone\b`)
		var answers []string
		for i, line := range strings.Split(s.head, "\n") {
			if i > 0 && !strings.HasPrefix(line, "  r:") {
				line = word.ReplaceAllString(line, "uno")
			}
			if i == 0 {
				s.head = line
			} else {
				s.head += "\n" + line
			}
		}
		for i, line := range s.steps {
			if strings.Contains(line, "{do:") {
				continue
			}
			s.steps[i] = keep.Replace(word.ReplaceAllString(line, "uno"))
			if m := stepID.FindStringSubmatch(line); m != nil && m[2] == "ask" && strings.Contains(line, "answers: {one") {
				answers = append(answers, m[1]+": {one: uno}")
			}
		}
		if what == "answer" && answers != nil {
			s.moved = "  answers: {" + strings.Join(answers, ", ") + "}\n"
		}
	case "take an answer":
		s.steps[at] = strings.Replace(s.steps[at], ", three: Third", "", 1)
	}
	return what
}

// loadEdited loads an edited script, or says that it is none: an edit at random
// may leave a step that nothing leads to, or turn a step back.
func loadEdited(s sheet) (*script.Library, bool) {
	lib, err := script.Load(fstest.MapFS{"dialogs/t.yaml": {Data: []byte(s.text())}})
	return lib, err == nil
}

// stands reports whether a library has a step, under this id or a newer one.
func stands(lib *script.Library, id string) bool {
	d, _ := lib.Dialog("t")
	_, now := d.Index(id)
	_, moved := d.Moved.Steps[id]
	return now || moved
}

func mustStepAt(t *rapid.T, lib *script.Library, run dialogs.Run, in dialogs.Input, at time.Time) dialogs.Turn {
	turn, err := dialogs.Step(lib, run, in, at, "en", oracle{})
	if err != nil {
		t.Fatalf("step %T: %v", in, err)
	}
	return turn
}

func told(turn dialogs.Turn) bool {
	return slices.Contains(turn.Out, dialogs.Output(dialogs.Moved{}))
}

// TestEditsUnderWay edits random scripts under random conversations.
func TestEditsUnderWay(t *testing.T) {
	edits := map[string]int{}
	moves := 0
	rapid.Check(t, func(t *rapid.T) {
		text := drawScript(t)
		before := sheetOf(text)
		old, ok := loadEdited(before)
		if !ok {
			t.Skip("unreachable")
		}
		turn := mustStep(t, old, dialogs.Run{Dialog: "t"}, dialogs.Begin{})
		for range rapid.IntRange(0, 15).Draw(t, "inputs") {
			turn = mustStep(t, old, turn.Run, drawInput(t, turn))
		}
		after := before
		what := drawEdit(t, &after)
		now, ok := loadEdited(after)
		if !ok {
			t.Skip("no script")
		}
		edits[what]++
		run := turn.Run
		later := noon.Add(time.Hour)

		// Whatever comes in, nothing is lost, and no answer lands elsewhere.
		in := drawInput(t, turn)
		next := mustStepAt(t, now, run, in, later)
		checkKept(t, now, run, next, later)
		if _, nobody := in.(dialogs.Result); nobody { // the person is told when they come
			next = mustStepAt(t, now, next.Run, dialogs.Begin{}, later)
		}
		if told(next) {
			moves++
			if again := mustStepAt(t, now, next.Run, dialogs.Begin{}, later); told(again) {
				t.Fatalf("told twice that the questions changed: asked %q, then %q", next.Run.Asked, again.Run.Asked)
			}
		}
		replayed := mustStepAt(t, now, next.Run, dialogs.Begin{}, later)
		replayed.Run.Asked = next.Run.Asked // asked again, it is asked by its newest id
		if where(replayed) != where(next) || !cmp.Equal(facts(replayed), facts(next)) || told(replayed) || !cmp.Equal(replayed.Run, next.Run) {
			t.Fatalf("a replay stands at %s with %v, not at %s with %v\n%s", where(replayed), facts(replayed), where(next), facts(next), cmp.Diff(replayed.Run, next.Run, cmp.Transformer("run", func(r dialogs.Run) []any {
				return []any{plain(r), r.Draft, r.Misses, r.Rev, r.Editing, r.Asked, r.Shown, r.Until}
			})))
		}

		// The edit taken back, all is as it was.
		if run.Editing == "" {
			looked := mustStepAt(t, now, run, dialogs.Begin{}, later)
			back := mustStepAt(t, old, looked.Run, dialogs.Begin{}, later)
			if calledAnew(run, looked) {
				back = turn // a host that was asked again, after other answers, may have said otherwise
			}
			if where(back) != where(turn) || !cmp.Equal(facts(back), facts(turn)) {
				t.Fatalf("taken back it stands at %s with %v, not at %s with %v\ntrail %v", where(back), facts(back), where(turn), facts(turn), plain(back.Run))
			}
		}
		for range rapid.IntRange(0, 10).Draw(t, "more") {
			run := next.Run
			next = mustStepAt(t, now, run, drawInput(t, next), later)
			if told(next) {
				t.Fatal("told that the questions changed, and they did not")
			}
		}
	})
	if t.Failed() {
		return
	}
	for _, what := range []string{"rename", "rename unmapped", "remove", "insert", "answer", "answer unmapped"} {
		if edits[what] == 0 {
			t.Errorf("no script was edited by: %s (%v)", what, edits)
		}
	}
	if moves == 0 {
		t.Error("no edit moved anybody")
	}
}

// calledAnew reports whether a step replaced a result that the run had.
func calledAnew(run dialogs.Run, turn dialogs.Turn) bool {
	return slices.ContainsFunc(turn.Out, func(o dialogs.Output) bool {
		c, ok := o.(dialogs.Called)
		return ok && slices.ContainsFunc(run.Trail, func(e dialogs.Entry) bool { return e.Step == c.Step })
	})
}

// checkKept compares the trail before a step of a changed script with the one
// after it.
func checkKept(t *rapid.T, lib *script.Library, run dialogs.Run, next dialogs.Turn, at time.Time) {
	d, _ := lib.Dialog("t")
	now := run.Asked
	if to, ok := d.Moved.Steps[now]; ok {
		now = to
	}
	for _, e := range next.Run.Trail {
		if e.At == at.Unix() && e.Kind != dialogs.Resulted && (e.Step != now || told(next)) {
			t.Fatalf("an answer was recorded at %s; the person was asked %s", e.Step, run.Asked)
		}
	}
	for _, e := range run.Trail {
		if !stands(lib, e.Step) && !slices.Contains(next.Run.Trail, e) {
			t.Fatalf("what was answered at %s, which is gone, is not kept", e.Step)
		}
	}
}
