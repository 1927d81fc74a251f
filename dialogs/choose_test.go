package dialogs_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"anteroom/dialogs"
)

// Choose is shown what is open, and does what a press of the option would do.
func TestChoose(t *testing.T) {
	c := begin(t, "intake").at("age")
	open := *c.turn.Open
	for _, tt := range []struct{ choose, want string }{{"", "age"}, {"nobody's", "age"}, {"adult", "here"}} {
		c := *c
		c.in(dialogs.Choose{Among: func(step string, rev uint32, options []dialogs.Option) string {
			if diff := cmp.Diff(open, dialogs.Question{Step: step, Rev: rev, Options: options, Type: open.Type,
				Number: open.Number, AtMost: open.AtMost, Why: open.Why, CanBack: open.CanBack}); diff != "" {
				t.Errorf("shown (-open +got):\n%s", diff)
			}
			return tt.choose
		}})
		if got := where(c.turn); got != tt.want {
			t.Errorf("choosing %q: stands at %s, want %s", tt.choose, got, tt.want)
		}
		if again := slices.Contains(said(c.turn), "? Are you 18 or over?"); again != (tt.want == "age") || c.turn.Accepted == again {
			t.Errorf("choosing %q: asked again %v, accepted %v", tt.choose, again, c.turn.Accepted)
		}
	}
}

// Where nothing is open, nothing is shown.
func TestChooseWithNothingOpen(t *testing.T) {
	c := begin(t, "intake").say("No, I am younger").at("finished minor")
	c.in(dialogs.Choose{Among: func(string, uint32, []dialogs.Option) string {
		t.Error("asked for a choice")
		return ""
	}}).at("finished minor")
}
