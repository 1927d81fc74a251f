package check_test

import (
	"strings"
	"testing"
	"time"

	"anteroom/dialogs"
	"anteroom/dialogs/script"
	"anteroom/dialogs/script/check"
)

// whim is a host that lists something or nothing, as it is told.
type whim struct{ none bool }

func (whim) Given(string, dialogs.Facts) string { return "" }
func (w whim) Options(string, dialogs.Facts) []script.Option {
	if w.none {
		return nil
	}
	return []script.Option{{ID: "first", Label: "The first"}}
}
func (whim) Do(string, dialogs.Facts) (string, bool) { return "", false }

// triesAll answers every question in every way. It gives up on dialogs that
// have too many, and reports whether it came to the end.
func (p proven) triesAll(t *testing.T, calls map[string]check.Call) bool {
	t.Helper()
	reached := make(map[string]bool)
	taken := make(map[script.Place]bool)
	longest, shortest, left := 0, 1<<30, 5_000
	var from func(run dialogs.Run, in dialogs.Input, none bool)
	from = func(run dialogs.Run, in dialogs.Input, none bool) {
		if left--; left < 0 {
			return
		}
		turn, err := dialogs.Step(p.lib, run, in, time.Unix(0, 0), "en", whim{none})
		if err != nil {
			t.Fatal(err)
		}
		run = turn.Run
		on := func(in dialogs.Input) {
			from(run, in, false)
			from(run, in, true)
		}
		if turn.Waiting != "" {
			s, _ := p.d.Step(turn.Waiting)
			results := []string{"anything"}
			if s.Into != nil {
				results = s.Into.Values
			}
			for _, w := range s.Ways {
				results = append(results, w.Answer)
			}
			if call, ok := calls[s.Name]; ok {
				facts := make(map[string]string)
				for _, name := range call.Reads {
					if turn.Facts.Has(name) {
						facts[name] = turn.Facts.Text(name)
					}
				}
				results = call.Decide(facts)
			}
			for _, r := range results {
				on(dialogs.Result{Step: s.ID, Value: r})
			}
			return
		}
		if turn.Open == nil {
			passed, err := dialogs.Passed(p.lib, run, "en")
			if err != nil {
				t.Fatal(err)
			}
			asked := 0
			for _, at := range passed {
				switch s := at.Step; {
				case !s.Question():
					reached[s.ID] = true
					if at.Route >= 0 {
						taken[s.Routes[at.Route].At] = true
					}
				case at.Kind == dialogs.Answer || at.Kind == dialogs.Skipped || at.Kind == dialogs.Missed:
					reached[s.ID] = true
					asked++
				}
			}
			longest, shortest = max(longest, asked), min(shortest, asked)
			return
		}
		s, _ := p.d.Step(turn.Open.Step)
		if s.Skip != nil {
			on(dialogs.Skip{})
		}
		if s.MissAfter > 0 {
			run.Misses = uint8(s.MissAfter - 1)
			on(dialogs.Words{})
			run.Misses = 0
		}
		switch {
		case turn.Open.Multi:
			ids := s.Into.Values
			for set := 1; set < 1<<len(ids); set++ {
				run.Draft = nil
				for i, id := range ids {
					if set>>i&1 == 1 {
						run.Draft = append(run.Draft, id)
					}
				}
				on(dialogs.Press{Answer: dialogs.PressDone})
				if s.OwnInto != nil && set>>(len(ids)-1) == 1 {
					on(dialogs.Words{Text: "something of my own"})
				}
			}
		default:
			for _, o := range turn.Open.Options {
				if !strings.HasPrefix(o.ID, "+") {
					on(dialogs.Press{Answer: o.ID})
				}
			}
		}
	}
	from(dialogs.Run{Dialog: "t"}, dialogs.Begin{}, false)
	from(dialogs.Run{Dialog: "t"}, dialogs.Begin{}, true)
	if left < 0 {
		return false
	}
	for _, s := range p.d.Steps {
		if _, ok := p.sum.Witness(s.ID); ok != reached[s.ID] {
			t.Errorf("%s: the proof says reachable %v, and trying everything says %v", s.ID, ok, reached[s.ID])
		}
		for _, r := range s.Routes {
			if s.Home == "t" && reached[s.ID] && p.dead[r.At] == taken[r.At] {
				t.Errorf("%s: the proof says dead %v of the rule at %s, and trying everything says taken %v", s.ID, p.dead[r.At], r.At, taken[r.At])
			}
		}
	}
	if longest != p.sum.Longest || shortest != p.sum.Shortest {
		t.Errorf("from %d to %d questions, and the proof says %d to %d", shortest, longest, p.sum.Shortest, p.sum.Longest)
	}
	return true
}
