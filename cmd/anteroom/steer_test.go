package main

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// A practice without Slack steers a whole course at the command line; what the
// rules refuse is said at once, with the reason.
func TestCaseSteer(t *testing.T) {
	t.Parallel()
	c, id := inMiddle(t)
	stdin := ""
	steer := func(args ...string) (code int, said string) {
		t.Helper()
		over := make(chan struct{})
		go func() {
			defer close(over)
			code, said = c.run(stdin, slices.Concat([]string{"case", "steer"}, c.settings, []string{id, "-as", "ana"}, args)...)
		}()
		for {
			select {
			case <-over:
				c.settle()
				return code, said
			case <-time.After(20 * time.Millisecond):
				c.settle()
			}
		}
	}
	for _, x := range []struct {
		args string
		code int
		want string
	}{
		{"", exitUsage, "anteroom case steer K7Q-42 -as THERAPIST and one of"},
		{"dance", exitUsage, "and one of"},
		{"move boost", exitUsage, "a therapist makes one of"},
		{"move plan -goodbye bye", exitUsage, "-goodbye goes with move end alone"},
		{"met 1 perhaps", exitUsage, "met N yes"},
		{"met one yes", exitUsage, "the number of the session"},
		{"book 2026-12-07", exitUsage, "is not a time"},
		{"book 2026-11-07T10:00", exitUsage, "is past"},
		{"book 2027-03-14T02:30", exitUsage, "does not exist on the clock of America/Los_Angeles"},
		{"book 2026-12-25T10:00", exitProblem, "the practice is closed on Fri 25 Dec"},
		{"give touch-hands", exitProblem, "nothing was done"},
		{"give touch-hands -for somebody", exitUsage, "write client, partner"},
		{"move start", exitProblem, "nothing was done"},
		{"-as sam hold", exitProblem, "Sam Okafor has no part in"},
		{"-as nobody hold", exitUsage, "nobody in roster.yaml"},
		{"hold", exitDone, "assignments on hold"},
		{"lift", exitDone, "hold lifted"},
		{"book 2026-12-07T10:00", exitDone, "session booked"},
		{"move plan", exitDone, "move: plan"},
		{"goal", exitUsage, "write the goal to standard input"},
		{"goal <", exitDone, "goal"},
		{"agree", exitDone, "goals sent"},
		{"move start", exitDone, "move: start"},
		{"give touch-hands -from 2026-11-25", exitDone, "assignment given"},
		{"take 1", exitDone, "assignment taken back"},
		{"take 1", exitProblem, "nothing was done"},
		{"cancel 2", exitDone, "session cancelled"},
	} {
		if before, ok := strings.CutSuffix(x.args, " <"); ok {
			stdin, x.args = "more ease at bedtime\n", before
		}
		code, said := steer(strings.Fields(x.args)...)
		stdin = ""
		if code != x.code || !strings.Contains(said, x.want) {
			t.Errorf("%s: got %d, %q, want %d, %q", x.args, code, said, x.code, x.want)
		}
	}
	// Without a service it waits in the inbox, and is told so.
	code, said := c.run("", slices.Concat([]string{"case", "steer"}, c.settings, []string{id, "-as", "ana", "hold"})...)
	if code != exitDone || !strings.HasPrefix(said, "queued: "+id) {
		t.Errorf("without a service: got %d, %q", code, said)
	}
	for _, about := range []string{"case steer", "-as ana move plan"} {
		if _, said := c.run("", "help", "case"); !strings.Contains(said, about) {
			t.Errorf("the help says nothing of %q", about)
		}
	}
}
