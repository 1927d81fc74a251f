package care_test

import (
	"strings"
	"testing"
	"time"

	"anteroom/bot/care"
)

// Who is asked less is asked about every other assignment, and has half as many
// goal reviews.
func TestAskedLess(t *testing.T) {
	t.Parallel()
	reports := func(c care.Case) (asked []care.SessionID) {
		for _, d := range c.Plan(rules, utc, now) {
			if d.Deed == care.DeedAsk && d.Cadence == care.CadenceReport {
				asked = append(asked, care.SessionID(d.Ref))
			}
		}
		return asked
	}
	c := movedCase(t, toMiddle...)
	for n, library := range []string{"touch-hands", "mirror", "kind-no", "slow-breath"} {
		a := given(care.TheClient)
		a.Library = library
		if _, err := c.Give(a, now); err != nil {
			t.Fatal(err)
		}
		at := now.Add(time.Duration(n) * time.Hour)
		if n == 1 { // the first was there before
			if err := c.AskLess(care.CadenceReport, care.TheClient, care.QuietLess, at); err != nil {
				t.Fatal(err)
			}
		}
		if err := c.Deliver(care.AssignmentID(n+1), at); err != nil {
			t.Fatal(err)
		}
	}
	if got := reports(c); len(got) != 2 || got[0] != 2 || got[1] != 4 {
		t.Errorf("asked about %v, want the second and the fourth", got)
	}
	review := func(c care.Case) time.Time {
		for _, d := range c.Plan(rules, utc, now) {
			if strings.HasPrefix(d.Key, "goal-review") {
				return d.At
			}
		}
		return time.Time{}
	}
	if _, err := c.SetGoal(care.Goal{Words: "more ease", Weight: 3, By: "ana"}, now); err != nil {
		t.Fatal(err)
	}
	c.AgreeGoals(care.TheClient, now)
	before := review(c)
	if err := c.AskLess(care.CadenceReview, care.TheClient, care.QuietLess, now); err != nil {
		t.Fatal(err)
	}
	if after := review(c); before.IsZero() || !after.Equal(rules.Between.ReviewEvery.After(before)) {
		t.Errorf("the review was due %v, and is now %v", before, after)
	}
}
