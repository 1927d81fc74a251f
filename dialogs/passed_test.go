package dialogs_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"anteroom/dialogs"
	"anteroom/dialogs/script"
)

// shown writes a walk as "step answers → next".
func shown(t testing.TB, lib *script.Library, run dialogs.Run) []string {
	t.Helper()
	path, err := dialogs.Passed(lib, run, "en")
	if err != nil {
		t.Fatal(err)
	}
	d, _ := lib.Dialog(run.Dialog)
	var lines []string
	for _, p := range path {
		line := p.Step.ID
		if p.Kind != 0 {
			line += fmt.Sprintf(" %d %s", p.Kind, strings.Join(p.Answers, "+"))
		}
		if p.Route >= 0 {
			line += fmt.Sprintf(" rule %d", p.Route)
		}
		if p.To >= 0 {
			line += " → " + d.Steps[p.To].ID
		}
		lines = append(lines, line)
	}
	return lines
}

func TestPassed(t *testing.T) {
	c := begin(t, "intake").say("yes, i am").in(dialogs.Words{Text: "Germany"})
	c.in(dialogs.Press{Answer: "desire"}).say("and my own words")
	got := shown(t, c.lib, c.turn.Run)
	want := []string{
		"hello → age", "age 1 adult → thanks", "thanks → here", "here 1 DE → topics", "topics 1 desire+other → main", "main",
	}
	if diff := cmp.Diff(got, want); diff != "" {
		t.Error(diff)
	}
	// Another main concern takes another rule; back takes the question away.
	c.in(dialogs.Press{Answer: "desire"})
	got = shown(t, c.lib, c.turn.Run)
	want = append(want[:len(want)-1], "main 1 desire → safe-check", "safe-check rule 0 → afraid", "afraid")
	if diff := cmp.Diff(got, want); diff != "" {
		t.Error(diff)
	}
	if _, err := dialogs.Passed(c.lib, dialogs.Run{Dialog: "nowhere"}, "en"); err == nil {
		t.Error("got no error for a dialog that is not there")
	}
}

// TestPassedProperty: the steps passed are one walk over the compiled script,
// from its first step to where the person stands.
func TestPassedProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lib := drawLibrary(t)
		d, _ := lib.Dialog("t")
		turn := mustStep(t, lib, dialogs.Run{Dialog: "t"}, dialogs.Begin{})
		for range rapid.IntRange(0, 25).Draw(t, "inputs") {
			turn = mustStep(t, lib, turn.Run, drawInput(t, turn))
			path, err := dialogs.Passed(lib, turn.Run, "en")
			if err != nil {
				t.Fatal(err)
			}
			last := path[len(path)-1]
			stands := turn.Outcome != "" && last.Step.Op == script.Finish && last.Step.Name == turn.Outcome ||
				turn.Waiting != "" && last.Step.ID == turn.Waiting ||
				turn.Open != nil && (last.Step.ID == turn.Open.Step || turn.Run.Editing == dialogs.PressChange)
			if path[0].Step.Index != 0 || last.To != -1 || !stands {
				t.Fatalf("passed from %s to %s; the person stands at %s", path[0].Step.ID, last.Step.ID, where(turn))
			}
			for i, p := range path[:len(path)-1] {
				if p.To != path[i+1].Step.Index || !leads(p, d) {
					t.Fatalf("no way leads from %s, answered %v, to %s", p.Step.ID, p.Answers, path[i+1].Step.ID)
				}
			}
		}
	})
}

// leads reports whether the script has that way.
func leads(p dialogs.Passage, d *script.Dialog) bool {
	switch {
	case p.Route >= 0:
		return p.Step.Routes[p.Route].To == p.To
	case p.Kind == dialogs.Missed:
		return p.Step.MissTo == p.To
	case len(p.Answers) == 1 && p.Step.Into != nil && p.Step.Into.Type.OneOf():
		return p.Step.After(p.Answers[0]) == p.To
	}
	return p.Step.Next == p.To || p.Step.From != nil || slices.ContainsFunc(p.Step.Ways, func(w script.Way) bool { return w.To == p.To })
}
