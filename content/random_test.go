package content_test

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"anteroom/dialogs"
	"anteroom/dialogs/script"
)

// TestRandomWalks: whatever is pressed, every dialog comes to an end within its
// longest path, and nobody is alerted before help was shown.
func TestRandomWalks(t *testing.T) {
	lib := load(t)
	for _, name := range lib.Names() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d, _ := lib.Dialog(name)
			ends := map[string]bool{}
			for seed := range uint64(6000) {
				rnd := rand.New(rand.NewPCG(seed, 7))
				outcome, asked, spoken := randomWalk(t, lib, name, rnd)
				ends[outcome] = true
				if asked > d.Longest {
					t.Fatalf("seed %d: %d questions, longest is %d", seed, asked, d.Longest)
				}
				if before, _, alerted := strings.Cut(spoken, "! alert"); alerted && !strings.Contains(before, "<emergency>") {
					t.Fatalf("seed %d: an alert before any help:\n%s", seed, before)
				}
			}
			if name == "body" || name == "several-topics" {
				return // their ways depend on what their caller knows
			}
			for _, outcome := range d.Outcomes {
				if !ends[outcome] && !strings.Contains("lost not-understood", outcome) {
					t.Errorf("no walk ended with %s", outcome)
				}
			}
		})
	}
}

func randomWalk(t *testing.T, lib *script.Library, name string, rnd *rand.Rand) (outcome string, asked int, spoken string) {
	h := calm
	h.urgency = []string{"R0", "R1", "M", "none"}[rnd.IntN(4)]
	h.slots = []string{"open", "none"}[rnd.IntN(2)]
	h.place = []string{"known", "unknown"}[rnd.IntN(2)]
	h.goals = []string{"none", "one", "three", "five"}[rnd.IntN(4)]
	h.extra = rnd.IntN(2) == 0
	run, in := dialogs.Run{Dialog: name}, dialogs.Input(dialogs.Begin{})
	at := ""
	for range 400 {
		turn, err := dialogs.Step(lib, run, in, time.Unix(1_796_000_000, 0), "en", h)
		if err != nil {
			t.Fatalf("%s at %s: %v", name, at, err)
		}
		for _, o := range turn.Out {
			switch o := o.(type) {
			case dialogs.Say:
				spoken += o.Text + "\n"
			case dialogs.Alert:
				spoken += "! alert " + o.Name + "\n"
			}
		}
		if turn.Open == nil {
			if turn.Outcome == "" {
				t.Fatalf("%s waits for ever after %s", name, at)
			}
			return turn.Outcome, asked, spoken
		}
		q := turn.Open
		if q.Step != at {
			asked, at = asked+1, q.Step
		}
		run = turn.Run
		var presses []string
		for _, o := range q.Options {
			if o.ID != dialogs.PressChange {
				presses = append(presses, o.ID)
			}
		}
		words := map[script.Type]string{script.Text: "Some words.", script.Contact: "+44 20 7946 0000", script.Money: "45"}[q.Type]
		if words != "" && (len(presses) == 0 || rnd.IntN(2) == 0) {
			in = dialogs.Words{Text: words}
		} else {
			in = dialogs.Press{Answer: presses[rnd.IntN(len(presses))]}
		}
	}
	t.Fatalf("%s never ends, at %s", name, at)
	return "", 0, ""
}
