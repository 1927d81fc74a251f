package main

import (
	"strings"
	"testing"
	"time"

	"anteroom/bot"
	"anteroom/bot/care"
)

// inMiddle is a case with a therapy under way: the client picked a time, came,
// and has a goal.
func inMiddle(t *testing.T) (*counter, string) {
	t.Helper()
	c := openCounter(t)
	id := c.sends()
	at := time.Date(2026, 11, 30, 18, 0, 0, 0, time.UTC)
	if err := c.service.Act(t.Context(), "quiet-river", bot.Act{ID: "offer", Case: care.CaseID(id), By: "ana",
		Decision: &care.Decision{Kind: care.Offer, Therapist: "ana", Times: []int64{at.Unix()}, Overrule: "a test"}}); err != nil {
		t.Fatal(err)
	}
	c.settle()
	c.does("Open it")
	for _, b := range c.chat.buttons {
		if strings.HasPrefix(b.Label, "Monday 30 November") {
			c.does(b.Label)
			break
		}
	}
	return c, id
}

func TestScheduleCommand(t *testing.T) {
	t.Parallel()
	c, id := inMiddle(t)
	schedule := func(args ...string) (int, string) {
		return c.run("", append([]string{"schedule", args[0]}, append(c.settings, args[1:]...)...)...)
	}
	if code, said := schedule("show", id); code != exitUsage || !strings.Contains(said, "say why you look") {
		t.Errorf("without a reason: got %d, %q", code, said)
	}
	code, said := schedule("show", id, "-reason", "before our talk", "-n", "5")
	if code != exitDone {
		t.Fatalf("exit code %d: %s", code, said)
	}
	for _, want := range []string{"America/Los_Angeles", "THEIR CLOCK", "client  asks: sitting", "ana     brief: session 1", "and later ones; -n 10 shows more"} {
		if !strings.Contains(said, want) {
			t.Errorf("the table lacks %q:\n%s", want, said)
		}
	}
	if _, log := c.caseVerb("log", id); strings.Count(log, "before our talk") != 1 {
		t.Errorf("the look is not in the log once:\n%s", log)
	}
	_, before := c.caseVerb("log", id)
	code, said = schedule("simulate", "-from", "2026-11-23", "-to", "2026-11-30")
	if code != exitDone {
		t.Fatalf("exit code %d: %s", code, said)
	}
	for _, want := range []string{id + "  client  reminder: session 1", "DAY", "THERAPISTS", "all  "} {
		if !strings.Contains(said, want) {
			t.Errorf("the table lacks %q:\n%s", want, said)
		}
	}
	if _, after := c.caseVerb("log", id); after != before {
		t.Errorf("simulating wrote into the log:\n%s", after)
	}

	// Of one case it is a look, as show is.
	if code, said := schedule("simulate", id); code != exitUsage || !strings.Contains(said, "anteroom schedule simulate "+id+" -reason") {
		t.Errorf("one case without a reason: got %d, %q", code, said)
	}
	if code, said := schedule("simulate", id, "-reason", "their week in Spain"); code != exitDone || !strings.Contains(said, id+"  client  ") {
		t.Errorf("one case: got %d, %q", code, said)
	}
	if _, log := c.caseVerb("log", id); strings.Count(log, "their week in Spain") != 1 {
		t.Errorf("the look is not in the log once:\n%s", log)
	}
	if code, said := schedule("simulate", "KKK-22", "-reason", "before our talk"); code != exitProblem || !strings.Contains(said, "there is no case KKK-22") {
		t.Errorf("no such case: got %d, %q", code, said)
	}
	for _, wrong := range []struct{ args, want string }{
		{"simulate -from 2026-11-31", `-from is "2026-11-31": write a day, as 2026-11-23`},
		{"simulate -from 2026-11-22", "is past"},
		{"simulate -from 2026-11-25 -to 2026-11-24", "comes before -from"},
		{"simulate -to 2126-11-24", "more than ten years off"},
		{"show Q", "is not a case id"},
		{"show", "anteroom schedule show K7Q-42"},
		{"tell", "anteroom schedule simulate -from DAY"},
		{"show " + id + " -reason because-of-it -n 0", "-n is 0"},
	} {
		if code, said := schedule(strings.Fields(wrong.args)...); code != exitUsage || !strings.Contains(said, wrong.want) {
			t.Errorf("%s: got %d, %q, want %q", wrong.args, code, said, wrong.want)
		}
	}
	if code, said := schedule("show", "KKK-22", "-reason", "before our talk"); code != exitProblem || !strings.Contains(said, "there is no case KKK-22") {
		t.Errorf("no such case: got %d, %q", code, said)
	}
}

// doctor says that nothing that fell due was done, as when serve does not run.
func TestDoctorOnTheSchedule(t *testing.T) {
	t.Parallel()
	c := openCounter(t)
	c.sends()
	if _, said := c.run("", append([]string{"doctor"}, c.settings...)...); strings.Contains(said, "schedule:") {
		t.Errorf("nothing is late, and doctor says:\n%s", said)
	}
	c.now = c.now.AddDate(0, 0, 10)
	code, said := c.run("", append([]string{"doctor"}, c.settings...)...)
	if code != exitProblem || !strings.Contains(said, "schedule: quiet-river: what was due on 2") || !strings.Contains(said, `run "anteroom serve"`) {
		t.Errorf("got %d:\n%s", code, said)
	}
}
