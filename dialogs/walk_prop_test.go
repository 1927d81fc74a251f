package dialogs_test

import (
	"fmt"
	"hash/fnv"
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

// drawScript draws a dialog in which every kind of step may follow every
// other, over few facts, so that routes, edits and results meet often.
func drawScript(t *rapid.T) string {
	n := rapid.IntRange(3, 14).Draw(t, "steps")
	var b strings.Builder
	b.WriteString(`dialog: t
facts:
  c0: {type: choice, of: [one, two, three], seen-by: case, keep: enquiry}
  c1: {type: choice, of: [one, two, three], seen-by: case, keep: enquiry}
  c2: {type: choice, of: [one, two, three], seen-by: case, keep: enquiry}
  r:  {type: choice, of: [one, two, three], seen-by: case, keep: enquiry}
  m:  {type: several, of: [one, two, three], seen-by: case, keep: enquiry}
  o:  {type: text, seen-by: case, keep: enquiry}
  n:  {type: scale, seen-by: case, keep: enquiry}
  w:  {type: text, seen-by: case, keep: enquiry}
misses: {after: 2, go: lost}
steps:
`)
	answers := "answers: {one: First, two: Second, three: Third}"
	conds := []string{"c0 == one", "c1 != two", "c2 in [one, three]", "r == one", "one in m", "known(n)", "n > 5", "not known(o)",
		"c0 == two and c1 == two", "not (two in m or r == two)"}
	for i := range n {
		later := func() string { return fmt.Sprintf("s%d", rapid.IntRange(i+1, n).Draw(t, "to")) }
		fmt.Fprintf(&b, "  s%d: ", i)
		switch kind := rapid.IntRange(0, 11).Draw(t, "kind"); kind {
		case 0, 1, 2:
			skip := ""
			if rapid.Bool().Draw(t, "skip") {
				skip = ", skip: Skip"
			}
			fmt.Fprintf(&b, "{ask: Which %d?, short: Fact %d, into: c%d, %s, go: {one: %s}%s}\n", i, i, kind, answers, later(), skip)
		case 3:
			fmt.Fprintf(&b, "{ask: Which %d?, short: Fact %d, into: m, %s, done: Done, skip: Skip, own: {answer: three, into: o}}\n", i, i, answers)
		case 4:
			fmt.Fprintf(&b, "{ask: Which of those %d?, into: c2, %s, from: m, go: {two: %s}}\n", i, answers, later())
		case 5:
			fmt.Fprintf(&b, "{ask: How much %d?, short: Fact %d, into: n, skip: Skip}\n", i, i)
		case 6:
			fmt.Fprintf(&b, "{ask: Words %d?, into: w, skip: Skip}\n", i)
		case 7:
			fmt.Fprintf(&b, "{do: call%d, into: r, go: {three: %s}}\n", i, later())
		case 8:
			fmt.Fprintf(&b, "{set: {c1: %s}}\n", rapid.SampledFrom([]string{"one", "two"}).Draw(t, "constant"))
		case 9:
			fmt.Fprintf(&b, "{say: Message %d.}\n", i)
		case 10:
			fmt.Fprintf(&b, "{review: \"{readback}\", answers: {send: Send, more: More}, change: Change, pick: Which?, go: {more: %s}}\n", later())
		default:
			fmt.Fprintf(&b, "{route: [{when: %q, go: %s}, {when: %q, go: %s}]}\n", rapid.SampledFrom(conds).Draw(t, "when"), later(), rapid.SampledFrom(conds).Draw(t, "when"), later())
		}
	}
	fmt.Fprintf(&b, "  s%d: {ask: Last?, answers: {stay: Stay, leave: Leave}, go: {stay: end}}\n  lost: {say: Lost.}\n  end: {finish: done}\n", n)
	return b.String()
}

// oracle is a host whose results follow from the facts alone.
type oracle struct{}

func (oracle) Given(string, dialogs.Facts) string            { return "" }
func (oracle) Options(string, dialogs.Facts) []script.Option { return nil }
func (oracle) Do(call string, f dialogs.Facts) (string, bool) {
	h := fnv.New32a()
	fmt.Fprint(h, call)
	for fact, v := range f.All() {
		fmt.Fprint(h, fact.Name, "=", v, ";")
	}
	return []string{"one", "two", "three"}[h.Sum32()%3], true
}

// Steps that lie behind one that is not reached are no mistake here.
func drawLibrary(t *rapid.T) *script.Library {
	lib, err := script.Load(fstest.MapFS{"dialogs/t.yaml": {Data: []byte(drawScript(t))}})
	if err != nil {
		if strings.Contains(err.Error(), "nothing leads to the step") && !strings.Contains(err.Error(), "circle") {
			t.Skip("unreachable")
		}
		t.Fatalf("load: %v", err)
	}
	return lib
}

func drawInput(t *rapid.T, turn dialogs.Turn) dialogs.Input {
	if turn.Open != nil && len(turn.Open.Options) > 0 && rapid.IntRange(0, 3).Draw(t, "way") > 0 {
		return dialogs.Press{Answer: rapid.SampledFrom(turn.Open.Options).Draw(t, "option").ID}
	}
	return rapid.OneOf(
		rapid.Just[dialogs.Input](dialogs.Begin{}),
		rapid.Just[dialogs.Input](dialogs.Back{}),
		rapid.Just[dialogs.Input](dialogs.Skip{}),
		rapid.Just[dialogs.Input](dialogs.Change{}),
		rapid.Map(rapid.IntRange(0, 15), func(i int) dialogs.Input { return dialogs.Edit{Step: fmt.Sprintf("s%d", i)} }),
		rapid.Map(rapid.SampledFrom([]string{"first", "2", "first, third", "7", "skip", "done", "xyz", "", "first and something"}),
			func(s string) dialogs.Input { return dialogs.Words{Text: s} }),
		rapid.Map(rapid.String(), func(s string) dialogs.Input { return dialogs.Words{Text: s} }),
		rapid.Map(rapid.String(), func(s string) dialogs.Input { return dialogs.Press{Answer: s} }),
		rapid.Map(rapid.String(), func(s string) dialogs.Input { return dialogs.Result{Step: "s1", Value: s} }),
	).Draw(t, "input")
}

var noon = time.Unix(1_800_000_000, 0)

func mustStep(t *rapid.T, lib *script.Library, run dialogs.Run, in dialogs.Input) dialogs.Turn {
	turn, err := dialogs.Step(lib, run, in, noon, "en", oracle{})
	if err != nil {
		t.Fatalf("step: %v", err)
	}
	return turn
}

// seen is what can be seen of a turn: the position, the facts, the outputs.
func seen(turn dialogs.Turn) []string {
	out := []string{where(turn), fmt.Sprint(turn.Accepted), fmt.Sprint(facts(turn)), strings.Join(turn.ReadBack(), "|")}
	if turn.Open != nil {
		out = append(out, fmt.Sprintf("%+v", *turn.Open))
	}
	return append(out, said(turn)...)
}

func cloneRun(r dialogs.Run) dialogs.Run {
	r.Trail, r.Draft = slices.Clone(r.Trail), slices.Clone(r.Draft)
	return r
}

// TestProperties walks random scripts at random and checks after every input
// what must always hold.
func TestProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lib := drawLibrary(t)
		d, _ := lib.Dialog("t")
		turn := mustStep(t, lib, dialogs.Run{Dialog: "t"}, dialogs.Begin{})
		for range rapid.IntRange(1, 40).Draw(t, "inputs") {
			in := drawInput(t, turn)
			// Room behind the trail, in which a careless append would show.
			run := turn.Run
			spare := append(slices.Clone(run.Trail), dialogs.Entry{Step: "spare"})
			run.Trail = spare[:len(run.Trail)]
			before := cloneRun(run)
			next := mustStep(t, lib, run, in)
			if diff := cmp.Diff(run, before); diff != "" || spare[len(run.Trail)].Step != "spare" {
				t.Fatalf("%T changed the run that it was given:\n%s", in, diff)
			}
			if diff := cmp.Diff(seen(mustStep(t, lib, run, in)), seen(next)); diff != "" {
				t.Fatalf("%T twice is not the same (-second +first):\n%s", in, diff)
			}
			checkTurn(t, lib, d, turn, next, in)
			turn = next
		}
	})
}

func checkTurn(t *rapid.T, lib *script.Library, d *script.Dialog, before, turn dialogs.Turn, in dialogs.Input) {
	steps := map[string]bool{}
	for _, e := range turn.Run.Trail {
		if steps[e.Step] {
			t.Fatalf("the step %s stands on the trail twice", e.Step)
		}
		steps[e.Step] = true
	}
	if turn.Run.Rev < before.Run.Rev || turn.Run.Rev > before.Run.Rev+1 {
		t.Fatalf("rev went from %d to %d", before.Run.Rev, turn.Run.Rev)
	}
	if q := turn.Open; q != nil && (q.Number < 1 || q.Number > q.AtMost || q.AtMost > d.Longest) {
		t.Fatalf("question %d of at most %d, and %d on the longest path", q.Number, q.AtMost, d.Longest)
	}
	replayed := mustStep(t, lib, turn.Run, dialogs.Begin{})
	if where(replayed) != where(turn) || replayed.Accepted || !cmp.Equal(facts(replayed), facts(turn)) || !cmp.Equal(replayed.Run, turn.Run) {
		t.Fatalf("a replay stands at %s with %v, not at %s with %v", where(replayed), facts(replayed), where(turn), facts(turn))
	}
	// What is known, and every host result, is what a person who gave the
	// same answers straight away would have come to.
	if turn.Run.Editing == "" {
		straight := retell(t, lib, turn.Run)
		if where(straight) != where(turn) || !cmp.Equal(facts(straight), facts(turn)) {
			t.Fatalf("told straight away it stands at %s with %v, not at %s with %v\ntrail %v", where(straight), facts(straight), where(turn), facts(turn), plain(turn.Run))
		}
	}
	if before.Open == nil || turn.Open == nil || !turn.Accepted {
		return
	}
	switch in.(type) {
	case dialogs.Words, dialogs.Press, dialogs.Skip:
		if before.Run.Editing == "" && turn.Run.Editing == "" && before.Open.Step != turn.Open.Step && turn.Open.AtMost > before.Open.AtMost {
			t.Fatalf("from %s to %s the questions grew from at most %d to %d", before.Open.Step, turn.Open.Step, before.Open.AtMost, turn.Open.AtMost)
		}
	}
	// Back, and the same input again, leads to the same place, unless the walk
	// went on over answers that were given before an edit.
	if before.Run.Editing == "" && turn.Run.Editing == "" && turn.Open.CanBack && turn.Open.Number == before.Open.Number+1 {
		switch in.(type) {
		case dialogs.Words, dialogs.Press, dialogs.Skip:
			back := mustStep(t, lib, turn.Run, dialogs.Back{})
			if where(back) != where(before) {
				t.Fatalf("back from %s leads to %s, not to %s", where(turn), where(back), where(before))
			}
			back.Run.Draft, back.Run.Misses = before.Run.Draft, before.Run.Misses
			again := mustStep(t, lib, back.Run, in)
			if where(again) != where(turn) || !cmp.Equal(facts(again), facts(turn)) {
				t.Fatalf("back and the same answer leads to %s, not to %s", where(again), where(turn))
			}
		}
	}
}

// retell gives the answers of a run's trail to a conversation that begins
// anew, as far as it asks for them.
func retell(t *rapid.T, lib *script.Library, run dialogs.Run) dialogs.Turn {
	entries := map[string]dialogs.Entry{}
	for _, e := range run.Trail {
		entries[e.Step] = e
	}
	turn := mustStep(t, lib, dialogs.Run{Dialog: run.Dialog}, dialogs.Begin{})
	for turn.Open != nil {
		at := turn.Open.Step
		e, ok := entries[at]
		if !ok {
			break
		}
		ids, words, own := strings.Cut(e.Value, "\n")
		switch {
		case e.Kind == dialogs.Skipped:
			turn = mustStep(t, lib, turn.Run, dialogs.Skip{})
		case e.Kind == dialogs.Missed:
			for range 2 {
				turn = mustStep(t, lib, turn.Run, dialogs.Words{Text: ""})
			}
		case turn.Open.Type == script.Text:
			turn = mustStep(t, lib, turn.Run, dialogs.Words{Text: e.Value})
		case turn.Open.Multi:
			for id := range strings.SplitSeq(ids, ",") {
				if !own || id != "three" {
					turn = mustStep(t, lib, turn.Run, dialogs.Press{Answer: id})
				}
			}
			if own {
				turn = mustStep(t, lib, turn.Run, dialogs.Words{Text: words})
			}
			if turn.Open != nil && turn.Open.Step == at { // own words that name an answer choose it, and leave it open
				for _, o := range turn.Open.Options {
					if o.Chosen && !slices.Contains(strings.Split(ids, ","), o.ID) {
						turn = mustStep(t, lib, turn.Run, dialogs.Press{Answer: o.ID})
					}
				}
				turn = mustStep(t, lib, turn.Run, dialogs.Press{Answer: dialogs.PressDone})
			}
		default:
			turn = mustStep(t, lib, turn.Run, dialogs.Press{Answer: e.Value})
		}
		if turn.Open != nil && turn.Open.Step == at {
			break
		}
	}
	return turn
}

func plain(run dialogs.Run) []string {
	var out []string
	for _, e := range run.Trail {
		out = append(out, fmt.Sprintf("%s %d %s", e.Step, e.Kind, e.Value))
	}
	return out
}
