package bot_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"anteroom/bot"
	"anteroom/bot/care"
)

// inTheMiddle is a case in the middle of its therapy, at eleven in the morning.
func inTheMiddle(t *testing.T) (*house, *person, care.CaseID) {
	h, p, id := booked(t)
	for range 24 * 9 {
		h.hours(1)
		p.answers()
	}
	h.hours(48)
	h.mustSteer(id, "ana", bot.Steer{Met: &bot.Met{Session: 1, Came: true}})
	h.mustSteer(id, "ana", bot.Steer{Move: &bot.Moving{Name: care.MovePlan, Round: care.AnyRound}})
	h.mustSteer(id, "ana", bot.Steer{Move: &bot.Moving{Name: care.MoveStart, Round: care.AnyRound}})
	for h.clock.Now().In(h.practice.Zone).Hour() != 11 {
		h.hours(1)
		p.answers("5")
	}
	p.hears()
	return h, p, id
}

// brings an assignment, and waits until it is at the door.
func (h *house) brings(p *person, id care.CaseID) {
	h.mustSteer(id, "ana", bot.Steer{Give: &care.Assignment{Library: "touch-hands", Person: care.TheClient, From: h.clock.Now().Unix()}})
	h.clock.Advance(time.Minute)
	h.settle()
	p.hears()
}

// An assignment that is put on hold between its question for a private moment and
// the answer is not shown; it comes when the hold is lifted.
func TestHoldBeforeTheAnswer(t *testing.T) {
	t.Parallel()
	h, p, id := inTheMiddle(t)
	h.brings(p, id)
	title := h.practice.Plays.Title("touch-hands", "en")
	h.mustSteer(id, "ana", bot.Steer{Hold: true})
	p.presses("Yes, go on")
	if heard := strings.Join(p.hears(), "\n"); strings.Contains(heard, title) || !strings.Contains(heard, h.phrase("assignment.paused")) {
		t.Errorf("under the hold: %q", heard)
	}
	h.mustSteer(id, "ana", bot.Steer{Lift: true})
	p.says("hello").presses("Open it", "Yes, go on")
	if heard := strings.Join(p.hears(), "\n"); !strings.Contains(heard, title) {
		t.Errorf("after the hold: %q, want %q in it", heard, title)
	}
}

// The nudge about a report that was left at a question never brings that question
// onto a screen; what was answered stays when it is opened.
func TestNudgeShowsNothing(t *testing.T) {
	t.Parallel()
	h, p, id := inTheMiddle(t)
	h.brings(p, id)
	p.answers("Yes, go on", "Yes, I will try", "I will try")
	h.hours(60)
	asked := func() string { text, _ := p.question(); return text }
	for n := 0; !strings.Contains(asked(), "press you"); n++ {
		_, buttons := p.question()
		i := slices.IndexFunc([]string{"Yes, go on", "No, not this time", "I would rather not say"}, func(l string) bool {
			return slices.ContainsFunc(buttons, func(b bot.Button) bool { return strings.HasPrefix(b.Label, l) })
		})
		if i < 0 || n == 30 {
			t.Fatalf("at %q with %q", asked(), labels(buttons))
		}
		p.presses([]string{"Yes, go on", "No, not this time", "I would rather not say"}[i])
	}
	p.hears()
	h.hours(60)
	heard := strings.Join(p.hears(), "\n")
	if !strings.Contains(heard, h.phrase("reminder.once-more")) || strings.Contains(heard, "press you") {
		t.Errorf("the nudge: %q", heard)
	}
	p.presses("Open it")
	p.answers("Yes")
	if heard := strings.Join(p.hears(), "\n"); !strings.Contains(heard, "press you") && !strings.Contains(heard, "change next time") {
		t.Errorf("opened: %q, want that it goes on where it was left", heard)
	}
}

// What cannot be done yet, an assignment whose time is over while its report is
// still asked for, is not tried again every second.
func TestNoHotLoop(t *testing.T) {
	t.Parallel()
	h, p, id := inTheMiddle(t)
	now := h.clock.Now()
	h.mustSteer(id, "ana", bot.Steer{Give: &care.Assignment{Library: "touch-hands", Person: care.TheClient, From: now.Unix(), Until: now.Add(70 * time.Hour).Unix()}})
	h.clock.Advance(time.Minute)
	h.settle()
	p.answers("Yes, go on", "Yes, I will try", "I will try")
	h.hours(71)
	if c := h.view(id); c.Given[0].State != care.AssignmentDelivered || !slices.ContainsFunc(c.Asks, func(a care.Asking) bool { return a.Cadence == care.CadenceReport && a.Open() }) {
		t.Fatalf("given %+v, asks %+v: want that its report is open", c.Given, c.Asks)
	}
	commits := 0
	h.store.will(func(c bot.Commit, do func() error) error {
		if strings.HasPrefix(string(c.Event), "due/case") {
			commits++
		}
		return do()
	})
	for range 120 {
		h.clock.Advance(time.Second)
		h.settle()
	}
	if commits > 3 {
		t.Errorf("got %d commits in two minutes, want a few", commits)
	}
}

// What the screen notices in the last answer of a report stays on the case, with
// the report.
func TestNoticedInTheLastAnswer(t *testing.T) {
	t.Parallel()
	h, p, id := inTheMiddle(t)
	h.brings(p, id)
	p.answers("Yes, go on", "Yes, I will try", "I will try")
	h.hours(60)
	for n := 0; ; n++ {
		text, buttons := p.question()
		if strings.Contains(text, "change next time") {
			break
		}
		i := slices.IndexFunc(buttons, func(b bot.Button) bool {
			return slices.ContainsFunc([]string{"Yes, go on", "No, not this time", "I would rather not say", "No, neither"}, func(l string) bool { return strings.HasPrefix(b.Label, l) })
		})
		if i < 0 || n == 30 {
			t.Fatalf("at %q with %q", text, labels(buttons))
		}
		p.do(bot.Press{Data: buttons[i].Data})
	}
	p.says("there was blood in my urine")
	if c := h.view(id); len(c.Reports) != 1 || len(c.Noticed) != 1 {
		t.Errorf("got %d reports and %d notices, want one of each", len(c.Reports), len(c.Noticed))
	}
}

// Who pauses is still told that there are times for a session.
func TestTimesInAPause(t *testing.T) {
	t.Parallel()
	h, p, id := inTheMiddle(t)
	p.says("/pause").hears()
	h.mustSteer(id, "ana", bot.Steer{Offer: &care.SessionOffer{Therapist: "ana", Times: []int64{h.clock.Now().Add(50 * time.Hour).Truncate(time.Hour).Unix()}}})
	if heard := p.hears(); len(heard) != 1 || heard[0] != h.phrase("reminder.closed") {
		t.Errorf("got %q, want one quiet line", heard)
	}
	p.presses("Open it")
	if text, _ := p.question(); !strings.Contains(text, "Which of these times") {
		t.Errorf("got %q, want the times", text)
	}
}

// An act is one act: what may be done is not a way to what may not. To steer a case
// is not to say that its alert was seen.
func TestOneActAtATime(t *testing.T) {
	t.Parallel()
	h, p, id := inTheMiddle(t)
	p.says("I want to kill myself tonight")
	both := bot.Act{ID: "both", Case: id, By: "ruth", Claim: true, Steer: &bot.Steer{Move: &bot.Moving{Name: care.MoveClose, Round: care.AnyRound}}}
	if err := h.Act(t.Context(), h.practice.ID(), both); !errors.Is(err, care.ErrNotPossible) {
		t.Errorf("two acts in one: got %v, want that it is not possible", err)
	}
	if err := h.Act(t.Context(), h.practice.ID(), bot.Act{ID: "none", Case: id, By: "ana"}); !errors.Is(err, care.ErrNotPossible) {
		t.Errorf("no act at all: got %v", err)
	}
	h.mustSteer(id, "ana", bot.Steer{Observe: &care.Observation{Insight: 3}})
	c := h.view(id)
	if c.Episode.At() != care.PhaseMiddle || !slices.ContainsFunc(c.Alerts, care.Alert.Open) {
		t.Errorf("phase %s, alerts %+v: want the middle, and the alert open", c.Episode.At(), c.Alerts)
	}
}
