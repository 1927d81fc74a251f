package bot_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"anteroom/bot"
	"anteroom/bot/care"
)

// TestOutageOfAWeek: the service stands still for a week in which much falls
// due, for a client before the first session and for one in the middle of the
// therapy. After it each hears of each thing once, and of what has lost its use
// not at all.
func TestOutageOfAWeek(t *testing.T) {
	t.Parallel()
	h := build(t)
	books := func(name string, at time.Time) (*person, care.CaseID) {
		p := h.person(name)
		id := p.sends()
		if err := h.acts("offer "+name, id, "ana", offer("ana", at)); err != nil {
			t.Fatal(err)
		}
		h.settle()
		p.presses("Open it")
		p.answers("Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday", "Monday")
		return p, id
	}
	mid, midID := books("mid", hour(26))
	soon, _ := books("soon", hour(24*9+5))
	for range 48 { // two days
		h.hours(1)
		mid.answers()
	}
	soon.answers() // the first sitting; two are to come
	h.toMiddle(mid, midID)
	h.hours(1) // it is delivered
	mid.answers("I will try")
	mid.hears()
	soon.hears()

	h.clock.Advance(7*24*time.Hour + 3*time.Hour) // the session of the other is in an hour
	h.restarted()
	for range 3 {
		h.settle()
	}
	// A report and a check-in wait for the one; the other has a sitting before
	// them, and is reminded of the session.
	if diff := cmp.Diff([]string{quiet}, mid.hears()); diff != "" {
		t.Errorf("after a week mid hears (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{quiet + " Is this a private moment, on a phone that only you read?", quiet}, soon.hears()); diff != "" {
		t.Errorf("after a week soon hears (-want +got):\n%s", diff)
	}
	c := h.view(midID)
	asked := make(map[care.CadenceName]int)
	for _, a := range c.Asks {
		if a.At == h.clock.Now().Unix() {
			asked[a.Cadence]++
		}
	}
	if diff := cmp.Diff(map[care.CadenceName]int{care.CadenceReport: 1, care.CadencePulse: 1}, asked); diff != "" {
		t.Errorf("asked (-want +got):\n%s", diff)
	}
	// What overtook the rest was all: nothing of it comes later.
	for range 12 {
		h.hours(1)
	}
	for _, p := range []*person{mid, soon} {
		if heard := p.hears(); len(heard) != 0 {
			t.Errorf("in the hours after it %s hears %q, want nothing", p.chat, heard)
		}
	}
}

// toMiddle brings a case whose first session is over to the middle of the
// therapy, with an assignment that is given.
func (h *house) toMiddle(mid *person, midID care.CaseID) {
	h.t.Helper()
	for _, s := range []bot.Steer{
		{Met: &bot.Met{Session: 1, Came: true}}, {Move: &bot.Moving{Name: care.MovePlan, Round: care.AnyRound}},
		{Goal: &care.Goal{Words: "more ease at bedtime", Weight: 3, Begins: -1}}, {Agree: true},
	} {
		h.mustSteer(midID, "ana", s)
	}
	mid.answers("Open it", "Yes, they are mine")
	h.mustSteer(midID, "ana", bot.Steer{Move: &bot.Moving{Name: care.MoveStart, Round: care.AnyRound}})
	h.mustSteer(midID, "ana", bot.Steer{Give: &care.Assignment{Library: "touch-hands", Person: care.TheClient, From: h.clock.Now().Unix()}})
}

// TestPulseAfterQuiet: what was asked is not asked again because it was stopped
// for an hour; the next comes when it would have come.
func TestPulseAfterQuiet(t *testing.T) {
	t.Parallel()
	h := build(t)
	p := h.person("ann")
	id := p.sends()
	if err := h.acts("offer", id, "ana", offer("ana", hour(26))); err != nil {
		t.Fatal(err)
	}
	h.settle()
	p.presses("Open it")
	p.answers("Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday", "Monday")
	for range 48 {
		h.hours(1)
		p.answers()
	}
	h.toMiddle(p, id)
	pulses := func() int { return len(h.view(id).Measured(care.Bother, care.TheClient)) }
	for range 24 * 8 {
		h.hours(1)
		p.answers("Yes, all of it", "No, ", "I will try")
	}
	if pulses() != 1 {
		t.Fatalf("got %d pulses in eight days, want one: the test shows nothing", pulses())
	}
	for _, mode := range []care.QuietMode{care.QuietStop, ""} {
		h.mustSteer(id, "ana", bot.Steer{Quiet: &bot.Quieting{Cadence: care.CadencePulse, Person: care.TheClient, Mode: mode}})
		h.hours(1)
	}
	for range 24 {
		h.hours(1)
		p.answers("Yes, all of it", "No, ", "I will try")
	}
	if pulses() != 1 {
		t.Errorf("stopped for an hour, the pulse was asked once more")
	}
}
