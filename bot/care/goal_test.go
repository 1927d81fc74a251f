package care_test

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"anteroom/bot/care"
)

func weighed(pairs ...int) []care.Weighed {
	var out []care.Weighed
	for i := 0; i < len(pairs); i += 2 {
		out = append(out, care.Weighed{Weight: pairs[i], Level: care.Attained(pairs[i+1])})
	}
	return out
}

// The six goals are the worked example of the R package gasr (calc_tscore), whose
// formula is that of Kiresuk and Sherman 1968: Σwx = 7, Σw² = 91, Σw = 21, so
// the root is √196 = 14. With one weight for all, T depends on the sum and the
// number of goals alone, as in the conversion keys that are printed for it:
// 10·n/√(0.7n + 0.3n²) points for +1 in each of n goals.
func TestTScore(t *testing.T) {
	for _, c := range []struct {
		name  string
		goals []care.Weighed
		want  float64
	}{
		{"gasr", weighed(3, -2, 5, 0, 1, -1, 4, 2, 2, 0, 6, 1), 55},
		{"all as hoped", weighed(1, 0, 4, 0, 9, 0), 50},
		{"one goal, +1", weighed(1, 1), 60},
		{"one goal of any weight, −2", weighed(7, -2), 30},
		{"two, +1 and 0", weighed(1, 1, 1, 0), 56.2017},
		{"two, both +1", weighed(1, 1, 1, 1), 62.4035},
		{"three, all +1", weighed(1, 1, 1, 1, 1, 1), 63.6931},
		{"four, all +2", weighed(1, 2, 1, 2, 1, 2, 1, 2), 79.0191},
		{"five, all +1", weighed(1, 1, 1, 1, 1, 1, 1, 1, 1, 1), 65.0756},
		{"five, all −2", weighed(1, -2, 1, -2, 1, -2, 1, -2, 1, -2), 19.8489},
		{"weights", weighed(3, 1, 1, -1), 55.8222}, // 20/√(0.7·10 + 0.3·16)
	} {
		got, ok := care.TScore(c.goals)
		if !ok || math.Abs(got-c.want) > 1e-4 {
			t.Errorf("%s: got %.4f, want %.4f", c.name, got, c.want)
		}
	}
	for _, goals := range [][]care.Weighed{nil, weighed(0, 1), weighed(-1, 1, 2, 1)} {
		if got, ok := care.TScore(goals); ok {
			t.Errorf("%v has the score %v", goals, got)
		}
	}
}

func TestTScoreProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 8).Draw(t, "goals")
		goals := make([]care.Weighed, n)
		for i := range goals {
			goals[i] = care.Weighed{Weight: rapid.IntRange(1, 9).Draw(t, "w"), Level: care.Attained(rapid.IntRange(-2, 2).Draw(t, "x"))}
		}
		score := func(g []care.Weighed) float64 {
			s, ok := care.TScore(g)
			if !ok {
				t.Fatal("no score")
			}
			return s
		}
		base := score(goals)
		mirror, scaled, better := append([]care.Weighed{}, goals...), append([]care.Weighed{}, goals...), append([]care.Weighed{}, goals...)
		for i := range goals {
			mirror[i].Level = -mirror[i].Level
			scaled[i].Weight *= 3
		}
		if got := score(mirror); math.Abs(got+base-100) > 1e-9 {
			t.Fatalf("%v and its mirror %v are not the same way from 50", base, got)
		}
		if got := score(scaled); math.Abs(got-base) > 1e-9 {
			t.Fatalf("three times the weights: %v, want %v", got, base)
		}
		back := append([]care.Weighed{}, goals...)
		for i := range back {
			back[i] = goals[n-1-i]
		}
		if got := score(back); math.Abs(got-base) > 1e-9 {
			t.Fatalf("in another order: %v, want %v", got, base)
		}
		i := rapid.IntRange(0, n-1).Draw(t, "which")
		if better[i].Level < 2 {
			better[i].Level++
			if got := score(better); got <= base {
				t.Fatalf("a goal went up, and T from %v to %v", base, got)
			}
		}
		if math.Abs(base-50) > 20/math.Sqrt(0.3) {
			t.Fatalf("T %v cannot be", base)
		}
	})
}

func withGoals(t testing.TB) care.Case {
	t.Helper()
	c := movedCase(t, care.MoveAccept, care.MovePlan)
	for i, words := range []string{"Talk about it without a fight", "Enjoy being touched again"} {
		if _, err := c.SetGoal(care.Goal{Person: care.TheClient, Words: words, Weight: 2 - i, Begins: -2, By: "ana"}, now); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

func TestGoals(t *testing.T) {
	c := withGoals(t)
	if got := len(c.GoalsOf(care.TheClient, true)); got != 0 {
		t.Errorf("%d goals count before the client agreed", got)
	}
	if err := c.RateGoals(care.TheClient, map[care.GoalID]care.Attained{1: 2}, now); err != nil || len(c.Goals[0].Ratings) != 0 {
		t.Errorf("a goal that nobody agreed to was rated: %v", err)
	}
	c.AgreeGoals(care.TheClient, now.Add(time.Hour))
	week := func(n int) time.Time { return now.AddDate(0, 0, 7*n) }
	if err := c.RateGoals(care.TheClient, map[care.GoalID]care.Attained{1: -1, 2: -1, 9: 2}, week(1)); err != nil {
		t.Fatal(err)
	}
	if err := c.RateGoals(care.TheClient, map[care.GoalID]care.Attained{1: 1}, week(2)); err != nil {
		t.Fatal(err)
	}
	if err := c.RateGoals(care.TheClient, map[care.GoalID]care.Attained{1: 3}, week(3)); !errors.Is(err, care.ErrRange) {
		t.Errorf("+3: %v", err)
	}
	frozen := c.TCourse(care.TheClient)
	if err := c.ConfirmRating(1, care.TheClient, 0, "ana", week(3)); err != nil {
		t.Fatal(err)
	}
	r := c.Goals[0].Ratings[1]
	if r.Level != 1 || r.Stands() != 0 {
		t.Errorf("the client's own is %v, and %v stands", r.Level, r.Stands())
	}
	values := func(points []care.Point) []string {
		var out []string
		for _, p := range points {
			out = append(out, fmt.Sprintf("%.1f", p.Value))
		}
		return out
	}
	// Weights 2 and 1: the root is √(0.7·5 + 0.3·9) = √6.2.
	if diff := cmp.Diff(values(frozen), []string{"25.9", "38.0", "54.0"}); diff != "" {
		t.Errorf("T by the client (-got +want):\n%s", diff)
	}
	if diff := cmp.Diff(values(c.TCourse(care.TheClient)), []string{"25.9", "38.0", "46.0"}); diff != "" {
		t.Errorf("T as confirmed (-got +want):\n%s", diff)
	}
	// A change of words is agreed to anew, and keeps what was said.
	if _, err := c.SetGoal(care.Goal{ID: 1, Person: care.TheClient, Words: "Talk", Weight: 3, By: "ana"}, week(4)); err != nil {
		t.Fatal(err)
	}
	if g := c.Goals[0]; g.Agreed != 0 || len(g.Ratings) != 2 {
		t.Errorf("changed: agreed %d, %d ratings", g.Agreed, len(g.Ratings))
	}
	if err := c.DropGoal(2, week(4)); err != nil {
		t.Fatal(err)
	}
	if err := c.DropGoal(2, week(4)); !errors.Is(err, care.ErrNotPossible) {
		t.Errorf("dropped twice: %v", err)
	}
	if s := fmt.Sprintf("%v %+v %#v", c.Goals, c.Goals[0], c.Goals[0]); strings.Contains(s, "Talk") {
		t.Errorf("printed: %s", s)
	}
}

func TestSetGoalRefused(t *testing.T) {
	good := care.Goal{Person: care.TheClient, Words: "Talk", Weight: 1, By: "ana"}
	with := func(change func(*care.Goal)) care.Goal {
		g := good
		change(&g)
		return g
	}
	full := withGoals(t)
	for range care.MostGoals - 2 {
		if _, err := full.SetGoal(good, now); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		name string
		c    care.Case
		g    care.Goal
		want error
	}{
		{"good", withGoals(t), good, nil},
		{"no weight", withGoals(t), with(func(g *care.Goal) { g.Weight = 0 }), care.ErrRange},
		{"ten", withGoals(t), with(func(g *care.Goal) { g.Weight = 10 }), care.ErrRange},
		{"begins at −3", withGoals(t), with(func(g *care.Goal) { g.Begins = -3 }), care.ErrRange},
		{"no words", withGoals(t), with(func(g *care.Goal) { g.Words = " \n" }), care.ErrNotPossible},
		{"too many words", withGoals(t), with(func(g *care.Goal) { g.Words = strings.Repeat("é", 501) }), care.ErrNotPossible},
		{"four levels", withGoals(t), with(func(g *care.Goal) { g.Levels = make([]string, 4) }), care.ErrNotPossible},
		{"nobody's", withGoals(t), with(func(g *care.Goal) { g.Person = "q" }), care.ErrNotPossible},
		{"no goal of that id", withGoals(t), with(func(g *care.Goal) { g.ID = 9 }), care.ErrNotPossible},
		{"a sixth", full, good, care.ErrNotPossible},
		{"in the evaluation", movedCase(t, care.MoveAccept), good, care.ErrNotPossible},
	} {
		if _, err := c.c.SetGoal(c.g, now); !errors.Is(err, c.want) {
			t.Errorf("%s: error %v, want %v", c.name, err, c.want)
		}
	}
}

func TestAttained(t *testing.T) {
	for s, want := range map[string]string{"much-less": "−2", "less": "−1", "as-hoped": "0", "more": "+1", "much-more": "+2"} {
		if a, ok := care.ReadAttained(s); !ok || a.String() != want {
			t.Errorf("%s: %s, %v; want %s", s, a, ok, want)
		}
	}
	if _, ok := care.ReadAttained(""); ok {
		t.Error("nothing is a level")
	}
}
