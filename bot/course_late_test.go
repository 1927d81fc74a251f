package bot_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"anteroom/bot"
	"anteroom/bot/care"
)

// TestFirstQuestionAfterAnOutage: what the service asks while the messenger is away
// is looked at again when it is back. At night it waits for the morning and comes
// once; what is not wanted any more does not come.
func TestFirstQuestionAfterAnOutage(t *testing.T) {
	t.Parallel()
	const asks = "Is this a private moment"
	for _, tt := range []struct {
		name      string
		hours     int // that the outage lasts, from eleven in the morning
		meanwhile func(h *house, p *person, id care.CaseID)
		back      []string // what comes at once, by its beginning
		morning   []string // what comes until the next noon
	}{
		{"by day", 3, nil, []string{asks}, nil},
		{"at night", 12, nil, nil, []string{"You have a message waiting."}},
		{"over a night", 24, nil, []string{asks}, nil},
		{"closed meanwhile", 3, func(h *house, _ *person, id care.CaseID) {
			h.mustSteer(id, "ana", bot.Steer{Move: &bot.Moving{Name: care.MoveClose, Round: care.AnyRound}})
		}, nil, nil},
		{"taken back meanwhile", 12, func(h *house, _ *person, id care.CaseID) { h.mustSteer(id, "ana", bot.Steer{Take: 1}) }, nil, nil},
		{"a pause meanwhile", 3, func(_ *house, p *person, _ care.CaseID) { p.says("/pause") }, []string{"All right, we pause."}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h, p, id := inTheMiddle(t)
			h.phone.will(func(bot.Delivery) error { return known(bot.NotSent) })
			h.mustSteer(id, "ana", bot.Steer{Give: &care.Assignment{Library: "touch-hands", Person: care.TheClient, From: h.clock.Now().Unix()}})
			h.clock.Advance(time.Minute)
			h.settle()
			if tt.meanwhile != nil {
				tt.meanwhile(h, p, id)
			}
			h.clock.Advance(time.Duration(tt.hours) * time.Hour)
			h.phone.will(nil)
			h.settle()
			comes := func(when string, want []string) {
				got := p.hears()
				if !slices.EqualFunc(got, want, func(got, want string) bool { return strings.Contains(got, want) }) {
					t.Errorf("%s: got %q, want %q", when, got, want)
				}
			}
			comes("when it is back", tt.back)
			h.hours(14)
			comes("until noon", tt.morning)
			if tt.morning != nil {
				p.calm().presses("Yes, go on").learns("Ana Reyes chose something for you")
			}
		})
	}
}

// TestWaitingThatIsNotWanted: what came at night is not spoken of in the morning when
// the case was closed meanwhile; nor is what was announced while the messenger was
// away.
func TestWaitingThatIsNotWanted(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		hours  int // from eleven at night until the case is closed
		outage bool
	}{{"at night", 1, false}, {"in an outage", 10, true}} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h, p, id := inTheMiddle(t)
			h.hours(12)
			p.hears()
			h.mustSteer(id, "ana", bot.Steer{Goal: &care.Goal{Words: "more ease", Weight: 3, Begins: -1}})
			h.mustSteer(id, "ana", bot.Steer{Agree: true})
			if tt.outage {
				h.phone.will(func(bot.Delivery) error { return known(bot.NotSent) })
			}
			h.clock.Advance(time.Duration(tt.hours) * time.Hour)
			h.settle()
			h.mustSteer(id, "ana", bot.Steer{Move: &bot.Moving{Name: care.MoveClose, Round: care.AnyRound}})
			h.phone.will(nil)
			h.hours(14)
			if heard := p.hears(); len(heard) != 0 {
				t.Errorf("got %q, want nothing", heard)
			}
		})
	}
}

// TestFirstQuestionAtAShutDoor: what was asked while the messenger was away is not
// said to somebody before whom the door has shut meanwhile; they are asked when it
// opens.
func TestFirstQuestionAtAShutDoor(t *testing.T) {
	t.Parallel()
	h, p, id := inTheMiddle(t)
	p.openly("Open")
	h.phone.will(func(bot.Delivery) error { return known(bot.NotSent) })
	h.mustSteer(id, "ana", bot.Steer{Goal: &care.Goal{Words: "more ease", Weight: 3, Begins: -1}})
	h.mustSteer(id, "ana", bot.Steer{Agree: true})
	h.clock.Advance(time.Minute)
	h.settle()
	h.clock.Advance(2 * time.Hour)
	p.says("hello")
	h.phone.will(nil)
	h.clock.Advance(time.Minute)
	h.settle()
	p.wants("Is this a private moment, on a phone only you read?")
	p.presses("Yes")
	if text, _ := p.question(); !strings.Contains(text, "Shall I open it?") {
		t.Errorf("when the door is open: got %q, want word of what was asked", text)
	}
}
