package care_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"anteroom/bot/care"
)

func TestSilence(t *testing.T) {
	c := movedCase(t, toMiddle...)
	at := now.AddDate(0, 0, 7)
	if err := c.Ask(care.CadencePulse, care.TheClient, 0, at); err != nil {
		t.Fatal(err)
	}
	if err := c.Ask(care.CadencePulse, care.TheClient, 0, at); !errors.Is(err, care.ErrNotPossible) {
		t.Errorf("asked twice at once: %v", err)
	}
	step, when, ok := c.Asks[0].Next(rules.Silence, time.UTC)
	if !ok || step != care.StepNudge || !when.Equal(at.Add(48*time.Hour)) {
		t.Errorf("next is %s at %s", step, when)
	}
	if !c.Nudge(care.CadencePulse, care.TheClient, 0, when) || c.Nudge(care.CadencePulse, care.TheClient, 0, when) {
		t.Error("nudged not once")
	}
	step, when, ok = c.Asks[0].Next(rules.Silence, time.UTC)
	if !ok || step != care.StepTell || !when.Equal(at.AddDate(0, 0, 7)) {
		t.Errorf("next is %s at %s", step, when)
	}
	flags, less := c.TellSilence(care.CadencePulse, care.TheClient, 0, rules, when)
	if len(flags) != 1 || flags[0].Name != care.FlagSilent || less {
		t.Errorf("told %+v, less %v", flags, less)
	}
	if _, _, ok := c.Asks[0].Next(rules.Silence, time.UTC); ok {
		t.Error("after that there is no silence")
	}
	if flags, _ := c.TellSilence(care.CadencePulse, care.TheClient, 0, rules, when); flags != nil {
		t.Error("told twice")
	}

	// A second one, and less is offered.
	second := c
	if err := second.Ask(care.CadencePulse, care.TheClient, 0, when.AddDate(0, 0, 1)); err != nil {
		t.Fatal(err)
	}
	if _, less = second.TellSilence(care.CadencePulse, care.TheClient, 0, rules, when.AddDate(0, 0, 8)); !less {
		t.Error("two misses, and nothing less is offered")
	}
	if second.Runs(care.CadencePulse, care.TheClient, when) || !second.Runs(care.CadenceMeasures, care.TheClient, when) {
		t.Error("the pulse goes on, or the measures stopped")
	}
	for mode, runs := range map[care.QuietMode]bool{care.QuietLess: true, care.QuietStop: false, "": true} {
		try := second
		if err := try.AskLess(care.CadencePulse, care.TheClient, mode, when); err != nil || try.Runs(care.CadencePulse, care.TheClient, when) != runs {
			t.Errorf("%q: %v, runs %v", mode, err, !runs)
		}
		if got := try.EveryOther(care.CadencePulse, care.TheClient); got != (mode == care.QuietLess) {
			t.Errorf("%q: every other time is %v", mode, got)
		}
	}
	// An answer, however late, brings it back and ends the row of misses.
	second.Heard(care.CadencePulse, care.TheClient, 0, when.AddDate(0, 0, 20))
	if !second.Runs(care.CadencePulse, care.TheClient, when) || second.Misses(care.CadencePulse, care.TheClient) != 0 {
		t.Errorf("after an answer: %d misses", second.Misses(care.CadencePulse, care.TheClient))
	}
	if c.Misses(care.CadencePulse, care.TheClient) != 1 {
		t.Error("an earlier copy changed")
	}
}

func TestTwoMissedReports(t *testing.T) {
	c := withAssignment(t)
	var names []care.FlagName
	for n := range 2 {
		at := now.AddDate(0, 0, 8*n+2)
		if err := c.Ask(care.CadenceReport, care.TheClient, 1, at); err != nil {
			t.Fatal(err)
		}
		flags, _ := c.TellSilence(care.CadenceReport, care.TheClient, 1, rules, at.AddDate(0, 0, 7))
		for _, f := range flags {
			names = append(names, f.Name)
		}
	}
	if !slices.Equal(names, []care.FlagName{care.FlagSilent, care.FlagSilent, care.FlagReports}) {
		t.Errorf("flags %v", names)
	}
}

// What is asked goes quiet with what it is about.
func TestCallOff(t *testing.T) {
	ask := func() care.Case {
		c := withAssignment(t)
		for _, n := range []care.CadenceName{care.CadenceReport, care.CadencePulse} {
			ref := 0
			if n == care.CadenceReport {
				ref = 1
			}
			if err := c.Ask(n, care.TheClient, ref, now); err != nil {
				t.Fatal(err)
			}
		}
		return c
	}
	for _, x := range []struct {
		name          string
		do            func(*care.Case)
		report, pulse bool // still wait
	}{
		{"nothing", func(*care.Case) {}, true, true},
		{"withdrawn", func(c *care.Case) { _ = c.Withdraw(1, now) }, false, true},
		{"the ending", func(c *care.Case) {
			_, _ = c.Move(care.MoveEnd, care.Mover{As: care.RolePart, By: "ana", Round: care.AnyRound}, now)
		}, false, false},
		{"a pause", func(c *care.Case) { _ = c.PauseFor(care.TheClient, time.Time{}, now) }, false, false},
		{"a hold", func(c *care.Case) { c.PutHold("", now) }, false, true},
		{"no more of the pulse", func(c *care.Case) { _ = c.AskLess(care.CadencePulse, care.TheClient, care.QuietStop, now) }, true, false},
	} {
		c := ask()
		x.do(&c)
		if c.Asks[0].Open() != x.report || c.Asks[1].Open() != x.pulse {
			t.Errorf("%s: the report waits %v, the pulse %v", x.name, c.Asks[0].Open(), c.Asks[1].Open())
		}
	}
}

// A year of somebody who answers or does not: never two nudges for a question,
// never two questions of a kind at once, and never more than two unanswered in
// a row before less is offered; then nothing until they say.
func TestNeverAFlood(t *testing.T) {
	base := movedCase(t, toMiddle...)
	rapid.Check(t, func(t *rapid.T) {
		c, at := base, now.AddDate(0, 0, 7)
		silent, asked, nudged := 0, 0, 0
		for range rapid.IntRange(1, 120).Draw(t, "days") {
			at = at.AddDate(0, 0, 1)
			if c.Ask(care.CadencePulse, care.TheClient, 0, at) == nil {
				asked++
				if silent >= 2 {
					t.Fatalf("asked after %d in silence", silent)
				}
			}
			if c.Nudge(care.CadencePulse, care.TheClient, 0, at) {
				nudged++
			}
			if rapid.IntRange(0, 9).Draw(t, "answers") == 0 {
				c.Heard(care.CadencePulse, care.TheClient, 0, at)
				silent = 0
			}
			for _, a := range c.Asks {
				if step, when, ok := a.Next(rules.Silence, time.UTC); ok && step == care.StepTell && !at.Before(when) {
					if flags, _ := c.TellSilence(care.CadencePulse, care.TheClient, 0, rules, at); len(flags) > 0 {
						silent++
					}
				}
			}
			open := 0
			for _, a := range c.Asks {
				if a.Open() {
					open++
				}
			}
			if open > 1 || nudged > asked || len(c.Asks) > 24 {
				t.Fatalf("%d open, %d nudges for %d questions, %d kept", open, nudged, asked, len(c.Asks))
			}
		}
	})
}
