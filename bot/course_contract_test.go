package bot_test

import (
	"slices"
	"strings"
	"testing"

	"anteroom/bot"
	"anteroom/content"
	"anteroom/dialogs/script"
)

// TestCourseContract: each dialog of the course of care ends in ways that the
// service knows, and it knows no other; what it knows nothing about would be
// lost without a word. How a dialog ends where nobody understood its answers is
// one of them.
func TestCourseContract(t *testing.T) {
	lib, err := script.Load(content.Files)
	if err != nil {
		t.Fatal(err)
	}
	c := bot.ForScripts()
	course := strings.Fields(`story body-tried hopes phq2 gad2 phq9 gad7 mood mood-long pulse assignment report goals-agree
		goal-review ending booster session-times missed still-waiting reminder-levels ask-less`)
	for _, name := range course {
		d, ok := lib.Dialog(name)
		if !ok || !slices.Contains(c.Entries, name) {
			t.Errorf("the service does not begin %s", name)
			continue
		}
		known := slices.Sorted(slices.Values(c.Outcomes[name]))
		if got := slices.Sorted(slices.Values(d.Outcomes)); !slices.Equal(got, known) {
			t.Errorf("%s ends as %v, and the service knows %v", name, got, known)
		}
	}
}

// TestGoalOptions: goals become buttons that a phone shows whole, five at most.
func TestGoalOptions(t *testing.T) {
	for _, tt := range []struct {
		goals string
		want  []string
	}{
		{"", nil},
		{"To laugh again", []string{"goal-one: To laugh again"}},
		{"To talk\n\n  To rest \n", []string{"goal-one: To talk", "goal-two: To rest"}},
		{"Ñ" + strings.Repeat("ñ", 35), []string{"goal-one: Ñ" + strings.Repeat("ñ", 33) + "…"}},
		{strings.Repeat("x\n", 9), []string{"goal-one: x", "goal-two: x", "goal-three: x", "goal-four: x", "goal-five: x"}},
	} {
		var got []string
		for _, o := range bot.GoalOptions(tt.goals) {
			got = append(got, o.ID+": "+o.Label)
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%q: got %v, want %v", tt.goals, got, tt.want)
		}
	}
}
