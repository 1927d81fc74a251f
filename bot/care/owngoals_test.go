package care_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"anteroom/bot/care"
)

// How people would say their goals stands until they are asked to agree again.
func TestOwnGoals(t *testing.T) {
	t.Parallel()
	at := func(n int) time.Time { return now.AddDate(0, 0, n) }
	say := func(c *care.Case, n int, dialog, fact, words string) {
		c.Keep(dialog, care.TheClient, 0, map[string]string{"goals_reply": "reword", fact: words}, at(n))
	}
	for _, tt := range []struct {
		name  string
		goals int
		do    func(*care.Case)
		want  string // as it is said
		first string // the wording of the first goal
		kept  bool
	}{
		{"nothing said", 1, func(*care.Case) {}, "", "", false},
		{"one goal", 1, func(c *care.Case) { say(c, 2, "goals-agree", "goals_words", " To laugh. ") }, " To laugh. ", "To laugh.", true},
		{"two goals in one", 2, func(c *care.Case) { say(c, 2, "goals-agree", "goals_words", "To laugh.") }, "To laugh.", "", true},
		{"a line each", 2, func(c *care.Case) { say(c, 2, "goals-agree", "goals_words", "1. 10 minutes a day\n\n- To rest") }, "1. 10 minutes a day\n\n- To rest", "10 minutes a day", true},
		{"too long", 1, func(c *care.Case) { say(c, 2, "goals-agree", "goals_words", strings.Repeat("x", 501)) }, strings.Repeat("x", 501), "", true},
		{"what to change", 1, func(c *care.Case) { say(c, 2, "goal-review", "goals_next_words", "Less of it") }, "Less of it", "", true},
		{"said otherwise since", 1, func(c *care.Case) {
			say(c, 2, "goals-agree", "goals_words", "To laugh.")
			say(c, 3, "goals-agree", "goals_first", "goal-one")
		}, "", "", false},
		{"changed since", 1, func(c *care.Case) {
			say(c, 2, "goals-agree", "goals_words", "To laugh.")
			if _, err := c.SetGoal(care.Goal{ID: 1, Words: "To laugh.", Weight: 1, Begins: -1, By: "ana"}, at(3)); err != nil {
				t.Error(err)
			}
		}, "To laugh.", "", false},
		{"asked since", 1, func(c *care.Case) {
			say(c, 2, "goals-agree", "goals_words", "To laugh.")
			if err := c.Ask(care.CadenceGoals, care.TheClient, 0, at(3)); err != nil {
				t.Error(err)
			}
		}, "", "", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := movedCase(t, care.MoveAccept, care.MovePlan)
			for n := range tt.goals {
				if _, err := c.SetGoal(care.Goal{Words: fmt.Sprint("Goal ", n), Weight: 1, Begins: -1, By: "ana"}, at(1)); err != nil {
					t.Fatal(err)
				}
			}
			tt.do(&c)
			var got care.OwnGoals
			if all := c.OwnGoals(); len(all) > 0 {
				got = all[0]
			}
			if first := got.For(c, 1); got.Words != tt.want || got.Kept != tt.kept || first != tt.first {
				t.Errorf("got %q, kept %v, the first %q; want %q, %v, %q", got.Words, got.Kept, first, tt.want, tt.kept, tt.first)
			}
		})
	}
}
