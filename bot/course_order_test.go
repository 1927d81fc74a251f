package bot_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"anteroom/bot"
	"anteroom/bot/care"
)

// treated is a client in the middle of the therapy, who wants reminders open
// and whose chat lies open; it is a Friday, at eleven.
func treated(t *testing.T) (*house, *person, care.CaseID) {
	h, p, id := booked(t)
	p.openly("Open")
	h.clock.Advance(265 * time.Hour)
	p.calm()
	for p.answers() > 0 {
		h.settle()
	}
	h.mustSteer(id, "ana", bot.Steer{Met: &bot.Met{Session: 1, Came: true}})
	h.mustSteer(id, "ana", bot.Steer{Move: &bot.Moving{Name: care.MovePlan, Round: care.AnyRound}})
	h.mustSteer(id, "ana", bot.Steer{Move: &bot.Moving{Name: care.MoveStart, Round: care.AnyRound}})
	p.hears()
	return h, p, id
}

// gives gives an assignment now.
func (h *house) gives(id care.CaseID, library string) {
	h.t.Helper()
	h.mustSteer(id, "ana", bot.Steer{Give: &care.Assignment{Library: library, Person: care.TheClient, From: h.clock.Now().Unix()}})
	h.clock.Advance(2 * time.Second)
	h.settle()
}

// reports comes to the question of pain in the report on an assignment.
func (h *house) reports(p *person, id care.CaseID) {
	h.t.Helper()
	h.gives(id, "touch-hands")
	p.answers("Yes, go on", "Yes, I will try")
	h.clock.Advance(50 * time.Hour)
	h.settle()
	p.hears()
	p.calm()
	p.finds("Yes, go on").presses("No, not this time", "I would rather not say")
	if text, _ := p.question(); !strings.HasPrefix(text, "This one is for Ana Reyes alone") {
		h.t.Fatalf("got to %q", text)
	}
}

// TestOneAfterAnother: of what falls due together one is told, and the others
// come each when the one before it ended.
func TestOneAfterAnother(t *testing.T) {
	t.Parallel()
	h, p, id := treated(t)
	from := h.clock.Now().Unix()
	for _, library := range []string{"touch-hands", "kind-no", "slow-breath"} {
		h.mustSteer(id, "ana", bot.Steer{Give: &care.Assignment{Library: library, Person: care.TheClient, From: from + 60}})
	}
	given := len(h.view(id).Given)
	p.hears()
	h.hours(1)
	if got := p.hears(); len(got) != 2 || !strings.Contains(got[0], "chose something for you to try") {
		t.Fatalf("got %q, want the first thing and its question, and no more", got)
	}
	for n := range given {
		text, _ := p.question()
		if !strings.HasPrefix(text, "You have a message waiting.") {
			t.Fatalf("thing %d: got %q", n, text)
		}
		p.presses("Yes, go on", "Yes, I will try")
	}
	got := p.hears()
	if n := len(slices.DeleteFunc(got, func(s string) bool { return !strings.HasPrefix(s, "You have a message waiting.") })); n != given-1 {
		t.Errorf("%d things followed, want %d", n, given-1)
	}
	for _, g := range h.view(id).Given {
		if g.State != care.AssignmentDelivered {
			t.Errorf("assignment %d is %s", g.ID, g.State)
		}
	}
}

// TestPutOffIsNotAskedAtOnce: who puts one thing off is not asked the next in
// the same breath, and finds both later.
func TestPutOffIsNotAskedAtOnce(t *testing.T) {
	t.Parallel()
	h, p, id := treated(t)
	from := h.clock.Now().Unix() + 60
	for _, library := range []string{"touch-hands", "slow-breath"} {
		h.mustSteer(id, "ana", bot.Steer{Give: &care.Assignment{Library: library, Person: care.TheClient, From: from}})
	}
	h.hours(1)
	p.hears()
	p.presses("Later, please").wants()
	p.says("/start").learns("You have a message waiting.")
	p.presses("Yes, go on", "Yes, I will try", "Yes, go on", "Yes, I will try")
	p.hears()
	p.says("hello").wants(h.phrase("after-answer"))
}

// TestHoldAtOnce: pain or pressure in a report, and violence wherever it is
// said, hold every assignment before the dialog comes to its end.
func TestHoldAtOnce(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		do   func(p *person)
		held bool
	}{
		{"neither", func(p *person) { p.presses("No, neither") }, false},
		{"pain", func(p *person) { p.presses("Something hurt") }, true},
		{"pressure", func(p *person) { p.presses("I felt pressed to do it") }, true},
		{"both", func(p *person) { p.presses("Both") }, true},
		{"violence in words", func(p *person) { p.says("he forces me and I am afraid of him") }, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h, p, id := treated(t)
			h.reports(p, id)
			tt.do(p)
			c := h.view(id)
			if c.Held() != tt.held || len(c.Reports) != 0 {
				t.Fatalf("held %v with %d reports, want %v and none yet; heard %q", c.Held(), len(c.Reports), tt.held, p.hears())
			}
			h.gaveNothing(id, tt.held)
			p.answers("Go on", "None of these", "Nothing to add", "No, neither")
			if c := h.view(id); len(c.Reports) != 1 || c.Held() != tt.held {
				t.Errorf("in the end: %d reports, held %v; heard %q", len(c.Reports), c.Held(), p.hears())
			}
		})
	}
}

// gaveNothing checks that nothing is given while assignments are on hold.
func (h *house) gaveNothing(id care.CaseID, held bool) {
	h.t.Helper()
	err := h.steers(id, "ana", bot.Steer{Give: &care.Assignment{Library: "mirror", Person: care.TheClient, From: h.clock.Now().Add(90 * 24 * time.Hour).Unix()}})
	if (err != nil) != held {
		h.t.Errorf("to give something: got %v, want refused %v", err, held)
	}
}

// TestCrisisInTheCourse: words about a crisis in the middle of a dialog of the
// course are met at once, and the dialog stands where it stood.
func TestCrisisInTheCourse(t *testing.T) {
	t.Parallel()
	h, p, id := treated(t)
	h.reports(p, id)
	at, _ := p.question()
	p.says("I want to kill myself")
	if c := h.view(id); len(c.Alerts) != 1 || c.Alerts[0].Name != care.AlertCrisis {
		t.Fatalf("alerts: %+v", c.Alerts)
	}
	p.presses("Go on")
	if now, _ := p.question(); now != at {
		t.Errorf("got %q, want the question that was open, %q", now, at)
	}
	p.presses("No, neither")
	p.answers("Nothing to add")
	if c := h.view(id); len(c.Reports) != 1 || c.Held() {
		t.Errorf("got %d reports, held %v", len(c.Reports), c.Held())
	}
}
