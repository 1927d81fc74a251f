package bot_test

import (
	"strings"
	"testing"
	"time"

	"anteroom/bot"
	"anteroom/bot/care"
)

const howOften = "Some questions stayed without an answer"

// TestOfferLess: after two questions that nobody answered the person is asked
// once how often to ask, and it is done so.
func TestOfferLess(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		answer, says string
		mode         care.QuietMode
		pulses       int // in the eight weeks after
	}{
		{"Ask less often", "Thank you. From now on we ask about half as often.", care.QuietLess, 4},
		{"Do not ask", "Thank you. We do not ask about it any more.", care.QuietStop, 0},
		{"As before", "Thank you. Then we go on as before.", "", 8},
		{"", "", care.QuietAsked, 0},
	} {
		t.Run(tt.answer, func(t *testing.T) {
			t.Parallel()
			h, p, id := treated(t)
			h.practice.Rules.Between.Measures = nil
			for _, name := range []care.CadenceName{care.CadenceReview, care.CadenceMeasures} {
				h.mustSteer(id, "ana", bot.Steer{Quiet: &bot.Quieting{Cadence: name, Person: care.TheClient, Mode: care.QuietStop}})
			}
			h.hours(24 * 38)
			var asked int
			for _, said := range p.hears() {
				if strings.HasPrefix(said, "One short question: how often shall I write?") {
					asked++
				}
			}
			if asked != 1 {
				t.Fatalf("asked %d times how often to ask, want once", asked)
			}
			p.calm()
			if tt.answer != "" {
				p.finds("Yes, go on")
				if text, _ := p.question(); !strings.HasPrefix(text, howOften) || !strings.Contains(text, "the short weekly check-in") {
					t.Fatalf("got %q", text)
				}
				p.presses(tt.answer).learns(tt.says)
			}
			mode := care.QuietMode("")
			for _, q := range h.view(id).Quieted {
				if q.Cadence == care.CadencePulse {
					mode = q.Mode
				}
			}
			if mode != tt.mode {
				t.Errorf("got %q, want %q", mode, tt.mode)
			}
			before := len(h.view(id).Measures)
			for range 8 * 7 * 24 {
				if h.hours(1); tt.answer != "" {
					p.answers("5")
				}
			}
			if heard := p.hears(); tt.answer == "" && len(heard) > 0 {
				t.Errorf("got %q, want silence until they say", heard)
			}
			if n := (len(h.view(id).Measures) - before) / 2; n < tt.pulses-1 || n > tt.pulses+1 || tt.pulses == 0 && n != 0 {
				t.Errorf("got %d check-ins in eight weeks, want about %d", n, tt.pulses)
			}
		})
	}
}

// TestWaitlistLess: on the waitlist, too.
func TestWaitlistLess(t *testing.T) {
	t.Parallel()
	h := build(t)
	p := h.person("ann")
	id := p.sends()
	if err := h.acts("wait", id, "ana", &care.Decision{Kind: care.Wait, Therapist: "ana", Date: "2028-06-09", WriteBy: "2028-05-01"}); err != nil {
		t.Fatal(err)
	}
	h.settle()
	p.presses("Open it", "Wait").openly("Open")
	h.hours(24 * 75)
	p.learns("One short question: how often shall I write?")
	p.calm()
	p.finds("Yes, go on").presses("Ask less often").learns(howOften)
	asked := 0
	for range 24 * 180 {
		h.hours(1)
		for _, said := range p.hears() {
			if strings.HasPrefix(said, "Your place on our list") {
				asked++
			}
		}
		p.answers("Yes, keep it")
	}
	if asked < 2 || asked > 4 {
		t.Errorf("asked %d times in half a year, want about three", asked)
	}
}

// TestReminders: how open reminders are can be changed at any time, by a command
// of either language; who is afraid keeps them closed, and who has not agreed to
// anything is asked nothing.
func TestReminders(t *testing.T) {
	t.Parallel()
	h, p, id := booked(t)
	p.hears()
	p.says("/reminders").wants("How open may reminders be?")
	p.presses("Open").wants("Thank you. From now on reminders are written so.")
	p.says("/sessions").wants("Session with Ana Reyes, Thursday 13 May, 10 am")
	p.says("/recordatorios").presses("Discreet")
	p.hears()
	p.says("/sessions").wants("Thursday 13 May, 10 am")
	p.says("/reminders").presses("With the time")
	p.hears()
	h.clock.Advance(216*time.Hour + time.Minute)
	h.settle()
	p.learns("Reminder: Thursday 13 May, 10 am.")
	p.calm()
	p.says("/reminders").presses("Open")
	p.says("he hits me and I am afraid of him")
	p.hears()
	h.mustSteer(id, "ana", bot.Steer{Cancel: 1})
	p.wants(h.phrase("session.cancelled.closed"))

	bob := h.person("bob").says("hello")
	bob.hears()
	bob.says("/reminders").learns(h.phrase("unknown-command"))
}
