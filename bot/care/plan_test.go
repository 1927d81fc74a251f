package care_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"anteroom/bot/care"
)

func planned(c care.Case, at time.Time) []string {
	var out []string
	for _, d := range c.Plan(rules, utc, at) {
		line := fmt.Sprintf("%s %s %s", d.At.UTC().Format("01-02 15:04"), d.Deed, d.Key)
		if d.Every != "" {
			line += " every " + string(d.Every)
		}
		if d.Other {
			line += ", every other"
		}
		out = append(out, line)
	}
	return out
}

// now is 1 December, 18:00.
func TestPlan(t *testing.T) {
	day := 24 * time.Hour
	evaluation, _ := withSession(t)
	missed := evaluation
	if err := missed.MarkSession(1, false, now.Add(4*day)); err != nil {
		t.Fatal(err)
	}
	soon := movedCase(t, care.MoveAccept)
	if _, err := soon.BookSession(offer(care.ForEvaluation, in(5*time.Hour)), rules.Sessions, now); err != nil {
		t.Fatal(err)
	}
	offered := movedCase(t, care.MoveAccept)
	if _, err := offered.OfferSession(offer(care.ForEvaluation, in(72*time.Hour)), rules.Sessions, now); err != nil {
		t.Fatal(err)
	}
	middle := withAssignment(t)
	asked := middle
	if err := asked.Ask(care.CadenceReport, care.TheClient, 1, now.Add(2*day)); err != nil {
		t.Fatal(err)
	}
	nudged := asked
	nudged.Nudge(care.CadenceReport, care.TheClient, 1, now.Add(4*day))
	reported := nudged
	if _, err := reported.Report(1, report(), now.Add(5*day)); err != nil {
		t.Fatal(err)
	}
	if _, err := reported.BookSession(offer(care.ForTherapy, in(10*day)), rules.Sessions, now.Add(5*day)); err != nil {
		t.Fatal(err)
	}
	paused := middle
	if err := paused.PauseFor(care.TheClient, time.Time{}, now); err != nil {
		t.Fatal(err)
	}
	ended := movedCase(t, append(slices.Clone(toMiddle), care.MoveEnd)...)
	less := middle
	if err := less.AskLess(care.CadencePulse, care.TheClient, care.QuietLess, now); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		c    care.Case
		want []string
	}{
		{"evaluation", evaluation, []string{
			"12-02 18:00 ask sitting-0-story-1", "12-03 18:00 remind session-1-24h0m0s-1",
			"12-03 18:00 brief session-1-brief", "12-04 16:00 remind session-1-2h0m0s-1",
		}},
		{"booked in five hours: the long reminder is not late, it is left out", soon, []string{
			"11-30 23:00 brief session-1-brief", "12-01 21:00 remind session-1-2h0m0s-1", "12-02 18:00 ask sitting-0-story-1",
		}},
		{"offered", offered, []string{"12-02 18:00 ask sitting-0-story-1", "12-03 18:00 lapse session-1-lapse"}},
		{"missed", missed, []string{"12-02 18:00 ask sitting-0-story-1", "12-04 20:50 follow-up session-1-missed"}},
		{"middle", middle, []string{
			"12-03 18:00 ask assignment-1-report", "12-03 18:00 ask measures-1796320800-1 every 28d", "12-03 18:00 ask pulse-1796320800-1 every 7d",
			"12-15 18:00 lapse assignment-1-lapse",
		}},
		{"asked", asked, []string{
			"12-03 18:00 ask measures-1796320800-1 every 28d", "12-03 18:00 ask pulse-1796320800-1 every 7d",
			"12-05 18:00 nudge report-1-1-1796320800-nudge", "12-15 18:00 lapse assignment-1-lapse",
		}},
		{"nudged", nudged, []string{
			"12-03 18:00 ask measures-1796320800-1 every 28d", "12-03 18:00 ask pulse-1796320800-1 every 7d",
			"12-10 18:00 tell report-1-1-1796320800-tell", "12-15 18:00 lapse assignment-1-lapse",
		}},
		{"reported, and a session booked", reported, []string{
			"12-03 18:00 ask measures-1796320800-1 every 28d", "12-03 18:00 ask pulse-1796320800-1 every 7d",
			"12-10 18:00 remind session-1-24h0m0s-1", "12-10 18:00 brief session-1-brief", "12-11 16:00 remind session-1-2h0m0s-1",
		}},
		{"paused", paused, []string{"12-15 18:00 lapse assignment-1-lapse"}},
		{"less of the pulse", less, []string{
			"12-03 18:00 ask assignment-1-report", "12-03 18:00 ask measures-1796320800-1 every 28d", "12-03 18:00 ask pulse-1796320800-1 every 7d, every other",
			"12-15 18:00 lapse assignment-1-lapse",
		}},
		{"ended", ended, []string{"12-04 18:00 ask ending-" + fmt.Sprint(now.AddDate(0, 0, 3).Unix()) + "-1"}},
		{"boosters", boosted(t, now.AddDate(0, 0, 3)), []string{
			"01-04 18:00 send booster-0-1mo-1", "03-04 18:00 send booster-0-3mo-1", "06-04 18:00 send booster-0-6mo-1", "12-04 18:00 send booster-0-12mo-1",
		}},
		{"closed", movedCase(t, append(slices.Clone(toMiddle), care.MoveClose)...), nil},
		{"erased", care.Case{Status: care.Erased}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(planned(c.c, now.Add(5*day)), c.want); diff != "" {
				t.Errorf("plan (-got +want):\n%s", diff)
			}
		})
	}
}

// The waitlist is asked about every month from its first day, clamped.
func TestPlanWaitlist(t *testing.T) {
	c := care.NewCase("K7Q-42", now)
	start := time.Date(2027, 1, 31, 10, 0, 0, 0, time.UTC)
	if err := c.Submit(facts(), care.NoRush, start, start); err != nil {
		t.Fatal(err)
	}
	if err := c.Decide(care.Decision{Kind: care.Wait, By: "ana", Date: "2027-06-09"}, start); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"2027-02-28", "2027-03-31", "2027-04-30"} {
		plan := c.Plan(rules, utc, start)
		if len(plan) != 1 || plan[0].Deed != care.DeedAsk || plan[0].At.Format(time.DateOnly) != want {
			t.Fatalf("plan %+v, want %s", plan, want)
		}
		if err := c.Ask(care.CadenceWaitlist, care.TheClient, 0, plan[0].At); err != nil {
			t.Fatal(err)
		}
		c.Heard(care.CadenceWaitlist, care.TheClient, 0, plan[0].At)
	}
}

func TestPlanGoalReview(t *testing.T) {
	c := withGoals(t)
	c.AgreeGoals(care.TheClient, now)
	if _, err := c.Move(care.MoveStart, ana, now); err != nil {
		t.Fatal(err)
	}
	review := func() string {
		for _, d := range c.Plan(rules, utc, now) {
			if d.Cadence == care.CadenceReview {
				return d.At.Format("2006-01-02 15:04")
			}
		}
		return ""
	}
	if got := review(); got != "2027-01-12 18:00" { // six weeks
		t.Errorf("without sessions: %s", got)
	}
	for i := range 5 {
		at := now.AddDate(0, 0, i+1)
		id, err := c.BookSession(offer(care.ForTherapy, at.Unix()), rules.Sessions, now)
		if err != nil {
			t.Fatal(err)
		}
		if err := c.MarkSession(id, true, at); err != nil {
			t.Fatal(err)
		}
	}
	if got := review(); got != "2026-12-06 18:50" { // the end of the fifth
		t.Errorf("after five sessions: %s", got)
	}
}

// Whatever happens: the keys of a plan are different, it is in order, and
// making it twice gives the same.
func TestPlanProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c, at := someCourse(t)
		plan := c.Plan(rules, utc, at)
		seen := map[string]bool{}
		for i, d := range plan {
			if seen[d.Key] || d.Key == "" || d.At.IsZero() {
				t.Fatalf("twice, or nothing: %+v", d)
			}
			seen[d.Key] = true
			if i > 0 && d.At.Before(plan[i-1].At) {
				t.Fatalf("%+v stands after %+v", d, plan[i-1])
			}
		}
		if diff := cmp.Diff(c.Plan(rules, utc, at), plan, cmp.Comparer(func(a, b time.Time) bool { return a.Equal(b) })); diff != "" {
			t.Fatal(diff)
		}
		// A brief fits its page whatever stands in it.
		if text := c.BriefOf(1, at).Page(nil, time.UTC); !fits(text) {
			t.Fatalf("the brief does not fit:\n%s", text)
		}
	})
}

// someCourse is a case after a random course of care, with a partner perhaps.
func someCourse(t *rapid.T) (care.Case, time.Time) {
	c, at := bookedCase(), now
	people := []care.PersonID{care.TheClient, "2"}
	for range rapid.IntRange(1, 80).Draw(t, "steps") {
		at = at.Add(time.Duration(rapid.IntRange(0, 72).Draw(t, "hours")) * time.Hour)
		who := rapid.SampledFrom(people).Draw(t, "who")
		n := rapid.IntRange(0, 5).Draw(t, "n")
		switch rapid.IntRange(0, 17).Draw(t, "what") {
		case 0:
			_, _ = c.Join(2, at)
		case 1, 2, 3:
			m := rapid.SampledFrom(care.Moves()).Draw(t, "move")
			_, _ = c.Move(m.Name, care.Mover{As: m.By[0], By: "ana", Round: care.AnyRound}, at)
		case 4:
			for _, k := range []care.SessionKind{care.ForEvaluation, care.ForTherapy, care.ForReturn} {
				o := offer(k, at.Add(30*time.Hour).Unix(), at.Add(time.Duration(31+n)*time.Hour).Unix())
				_, _ = c.OfferSession(o, rules.Sessions, at)
			}
		case 5:
			for _, s := range c.Sessions {
				_ = c.ChooseTime(s.ID, s.Offered[0], at)
			}
		case 6:
			for _, s := range c.Sessions {
				_ = c.MarkSession(s.ID, n > 1, at)
			}
		case 7:
			_, _ = c.SetGoal(care.Goal{Person: who, Words: "more “talk”, less hurry, and then some more words", Weight: n + 1, Begins: -1, By: "ana"}, at)
			c.AgreeGoals(who, at)
		case 8:
			_ = c.RateGoals(who, map[care.GoalID]care.Attained{1: care.Attained(n%5 - 2), 2: 1}, at)
		case 9, 10:
			_, _ = c.Give(care.Assignment{Library: fmt.Sprintf("a-%d", n), Person: who, By: "ana"}, at)
		case 11:
			for _, a := range c.Given {
				_ = c.Deliver(a.ID, at)
			}
		case 12:
			for _, a := range c.Given {
				_ = c.Ask(care.CadenceReport, a.Person, int(a.ID), at)
			}
		case 13:
			r := report("report_stopped", "time,tired", "report_worked", "a very long sentence about what worked and what it was like, all in all")
			r.Person = who
			_, _ = c.Report(care.AssignmentID(n+1), r, at)
		case 14:
			i := rapid.SampledFrom(care.Instruments()).Draw(t, "instrument")
			_, _ = c.Measure(i, who, phq9(n * 3)[:i.Items()], rules.Alerts, at)
		case 15:
			_, _ = c.Measure(care.Bother, who, []int{2 * n}, rules.Alerts, at)
			_ = c.Ask(care.CadencePulse, who, 0, at)
		case 16:
			_, _ = c.TellSilence(care.CadencePulse, who, 0, rules, at)
			c.Nudge(care.CadenceReport, who, n+1, at)
		case 17:
			_ = c.OptIn(who, rules.Boosters, rules, at)
			_ = c.Sit(care.Story, who, map[string]string{"story_since": "always"}, at)
		}
	}
	return c, at
}

// What a pause interrupted is asked anew, under a key of its own: the first one
// has been sent.
func TestPlanAsksAnew(t *testing.T) {
	c := withAssignment(t)
	report := func() string {
		for _, d := range c.Plan(rules, utc, now.AddDate(0, 0, 4)) {
			if d.Cadence == care.CadenceReport && d.Deed == care.DeedAsk {
				return d.Key
			}
		}
		return ""
	}
	first := report()
	if err := c.Ask(care.CadenceReport, care.TheClient, 1, now.AddDate(0, 0, 2)); err != nil || report() != "" {
		t.Fatalf("%v; while it waits %q is planned", err, report())
	}
	if err := c.PauseFor(care.TheClient, time.Time{}, now.AddDate(0, 0, 3)); err != nil || report() != "" {
		t.Fatalf("%v; in the pause %q is planned", err, report())
	}
	c.GoOn(care.TheClient, now.AddDate(0, 0, 4))
	if again := report(); again == "" || again == first || c.Misses(care.CadenceReport, care.TheClient) != 0 {
		t.Errorf("after the pause %q is planned, before it was %q", again, first)
	}
}
