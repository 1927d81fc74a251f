package bot_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"anteroom/bot"
)

// nudge is what a reminder says.
func (h *house) nudge() string { return h.phrase("nudge") }

// Who falls silent is reminded once; and in the end what they said is erased.
func TestSilence(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		before func(p *person)
		goes   time.Duration // when everything is erased
		nudged bool
	}{
		{"before consent", func(p *person) { p.says("/start") }, 48 * time.Hour, false},
		{"right after consent", func(p *person) { p.says("/start").presses("Start", "I agree") }, 30 * 24 * time.Hour, true},
		{"midway", func(p *person) { p.consents().presses("Yes, I am") }, 30 * 24 * time.Hour, true},
		{"paused right after consent", func(p *person) { p.says("/start").presses("Start", "I agree").says("pause") }, 30 * 24 * time.Hour, false},
		{"stopped", func(p *person) { p.consents().says("stop") }, 30 * 24 * time.Hour, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := build(t)
			p := h.person("ann")
			tt.before(p)
			p.hears()
			var said []string
			for end := h.clock.Now().Add(tt.goes - time.Hour); h.clock.Now().Before(end); {
				h.clock.Advance(time.Hour)
				h.settle()
				said = append(said, p.hears()...)
			}
			if state, key := h.kept(h.subject("ann")); !state || !key {
				t.Errorf("state %v, key %v an hour before the end; want both", state, key)
			}
			want := []string{h.nudge()}
			if !tt.nudged {
				want = nil
			}
			if diff := cmp.Diff(want, said); diff != "" {
				t.Errorf("said in the silence (-want +got):\n%s", diff)
			}
			h.clock.Advance(2 * time.Hour)
			h.settle()
			if state, key := h.kept(h.subject("ann")); state || key {
				t.Errorf("state %v, key %v after the end; want neither", state, key)
			}
			p.wants()
		})
	}
}

// A reminder is looked at again at the moment of sending.
func TestNudge(t *testing.T) {
	t.Parallel()
	morning := time.Date(2027, 5, 6, 15, 0, 0, 0, time.UTC) // 8 am in California
	for _, tt := range []struct {
		name   string
		wrote  time.Time                 // when the person wrote last
		during func(h *house, p *person) // before it falls due at wrote + 48 h
		fate   func(d bot.Delivery) error
		after  func(h *house, p *person) // when it was tried once
		sent   time.Time                 // zero: never
	}{
		{name: "by day", wrote: start, sent: start.Add(48 * time.Hour)},
		{name: "due at night", wrote: start.Add(13 * time.Hour), sent: morning}, // 11 pm
		{name: "paused before", wrote: start, during: func(_ *house, p *person) { p.says("pause") }},
		{name: "goes on before", wrote: start, during: func(h *house, p *person) { p.says("help") }, sent: start.Add(49 * time.Hour)},
		{name: "could not leave before night", wrote: start.Add(10*time.Hour + 30*time.Minute), // due 8:30 pm
			fate: refusedUntil(start.Add(59 * time.Hour)), sent: morning}, // 9 pm
		{name: "paused while it could not leave", wrote: start, fate: refusedUntil(start.Add(49 * time.Hour)),
			after: func(_ *house, p *person) { p.says("pause") }},
		{name: "not after twelve hours", wrote: start.Add(-2 * time.Hour), fate: refusedUntil(start.Add(59 * time.Hour))},
		{name: "unknown is not sent again", wrote: start, fate: func(bot.Delivery) error { return errLost }},
		{name: "unreachable", wrote: start, fate: func(bot.Delivery) error { return known(bot.Unreachable) }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := build(t)
			h.clock.now = tt.wrote
			p := h.person("ann").consents().presses("Yes, I am").says("California")
			if tt.during != nil {
				h.clock.Advance(time.Hour)
				tt.during(h, p)
			}
			p.hears()
			sent, tried := time.Time{}, 0
			h.phone.will(func(d bot.Delivery) error {
				text, ok := d.Body.(bot.Text)
				if !ok || text.Text != h.nudge() {
					return nil
				}
				tried++
				if tt.fate != nil {
					if err := tt.fate(delivery(d, h.clock.Now())); err != nil {
						return err
					}
				}
				sent = h.clock.Now()
				return nil
			})
			did := false
			for end := start.Add(80 * time.Hour); h.clock.Now().Before(end); h.clock.Advance(10 * time.Minute) {
				h.settle()
				if tried == 1 && tt.after != nil && !did {
					did = true
					tt.after(h, p)
				}
			}
			if !sent.Equal(tt.sent) {
				t.Errorf("sent at %s, want %s", sent, tt.sent)
			}
			if tt.fate != nil && tried == 0 {
				t.Error("it was never tried: the test shows nothing")
			}
			if tt.name == "unknown is not sent again" && tried != 1 {
				t.Errorf("tried %d times, want once", tried)
			}
		})
	}
}

// delivery carries the time of an attempt where a fate can see it.
func delivery(d bot.Delivery, now time.Time) bot.Delivery {
	d.Receipt = now.AppendFormat(nil, time.RFC3339)
	return d
}

func refusedUntil(until time.Time) func(bot.Delivery) error {
	return func(d bot.Delivery) error {
		now, err := time.Parse(time.RFC3339, string(d.Receipt))
		if err != nil {
			return fmt.Errorf("not a time: %w", err)
		}
		if now.Before(until) {
			return known(bot.NotSent)
		}
		return nil
	}
}
