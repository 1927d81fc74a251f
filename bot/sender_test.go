package bot_test

import (
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"anteroom/bot"
)

// failing makes a fate that refuses the first n attempts for an address.
func failing(n int32, to string, err error) func(bot.Delivery) error {
	left := atomic.Int32{}
	left.Store(n)
	return func(d bot.Delivery) error {
		if d.To == to && left.Add(-1) >= 0 {
			return err
		}
		return nil
	}
}

func known(why bot.Why) *bot.Failure { return &bot.Failure{Why: why, Err: errLost} }

// What becomes of a message whose first attempt fails, and of the one behind it.
func TestOutcomes(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name     string
		err      error
		pause    time.Duration // until the second attempt; no attempt before
		want     []string      // what arrives in the end, by its beginning
		unknown  int           // attempts that the second one was told of
		counted  string
		reported bool
	}{
		{"throttled", &bot.Failure{Why: bot.Throttled, After: 30 * time.Second, Err: errLost}, 30 * time.Second,
			[]string{"Question 5", "Here is what I can do"}, 0, "throttled", false},
		{"refused", known(bot.NotSent), 500 * time.Millisecond, []string{"Question 5", "Here is what I can do"}, 0, "failed", false},
		{"channel ill", &bot.Failure{Why: bot.Unhealthy, After: 20 * time.Second, Err: errLost}, 20 * time.Second,
			[]string{"Question 5", "Here is what I can do"}, 0, "failed", false},
		{"unknown", errLost, 500 * time.Millisecond, []string{"Question 5", "Here is what I can do"}, 1, "unknown", false},
		{"impossible", known(bot.Impossible), 0, []string{"Here is what I can do"}, 0, "impossible", true},
		{"unreachable", known(bot.Unreachable), 0, []string{"Here is what I can do"}, 0, "unreachable", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := build(t)
			p := h.person("ann").consents()
			p.hears()
			before := len(h.phone.tried())
			h.phone.will(failing(1, "ann", tt.err))
			h.receive(p.inbound("ann", bot.Words{Text: "Yes, I am"}))
			h.receive(p.inbound("ann", bot.Words{Text: "help"}))
			h.settle()
			if tt.pause > 0 {
				if got := len(h.phone.tried()) - before; got != 1 {
					t.Errorf("got %d attempts at once, want 1: what is behind waits", got)
				}
				other := h.person("bob").says("/start")
				if len(other.hears()) == 0 {
					t.Error("the messages of others wait too")
				}
				h.clock.Advance(tt.pause - time.Millisecond)
				h.settle()
				if got := p.hears(); len(got) > 0 {
					t.Errorf("sent before its time: %q", got)
				}
				h.clock.Advance(time.Millisecond)
				h.settle()
			}
			got := p.hears()
			if len(got) > len(tt.want) {
				got = got[:len(tt.want)]
			}
			for i, want := range tt.want {
				if !strings.HasPrefix(at(got, i), want) {
					t.Errorf("message %d: got %q, want %q", i, at(got, i), want)
				}
			}
			if tt.pause > 0 {
				tries := 0
				for _, d := range h.phone.tried()[before:] {
					if text, ok := d.Body.(bot.Text); !ok || !strings.HasPrefix(text.Text, "Question 5") || d.To != "ann" {
						continue
					}
					if tries++; tries == 2 && d.Unknown != tt.unknown {
						t.Errorf("the second attempt was told of %d unknown ones, want %d", d.Unknown, tt.unknown)
					}
				}
			}
			if h.board.counts["parcels_total channel phone outcome "+tt.counted] != 1 {
				t.Errorf("counted %v, want one %s", h.board.counts, tt.counted)
			}
			if got := len(h.board.told()) > 0; got != tt.reported {
				t.Errorf("health was told %q, want told %v", h.board.told(), tt.reported)
			}
			h.silent("Yes, I am", "Are you 18")
		})
	}
}

// What a channel gave back for a question comes with what replaces it.
func TestReceipts(t *testing.T) {
	t.Parallel()
	h := build(t)
	p := h.person("ann").consents().presses("Yes, I am").says("California").presses("Yes, all safe")
	all := h.phone.to("ann")
	asked := all[len(all)-1]
	h.restarted()
	p.presses("Menopause", "Gender")
	for _, d := range h.phone.to("ann")[len(all):] {
		if _, ok := d.Body.(bot.Redraw); !ok || string(d.Receipt) == "" {
			t.Fatalf("got %T with receipt %q, want a redraw with one", d.Body, d.Receipt)
		}
	}
	first := h.phone.to("ann")[len(all)]
	if got, want := string(first.Receipt), "receipt of "+asked.ID; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	id := h.person("bob").sends()
	if err := h.acts("press", id, "ana", nil); err != nil {
		t.Fatal(err)
	}
	h.settle()
	cards := h.desk.got()
	if got, want := string(cards[len(cards)-1].Receipt), "receipt of "+cards[len(cards)-2].ID; got != want {
		t.Errorf("the card replaces %q, want %q", got, want)
	}
}

// The ids of deliveries depend on nothing but the event; so a card that was
// perhaps posted can be looked up.
func TestUnknownCard(t *testing.T) {
	t.Parallel()
	h := build(t)
	h.desk.will(func(d bot.Delivery) error {
		if d.Unknown == 0 {
			return errLost
		}
		return nil
	})
	for _, words := range shortest {
		h.receive(h.inbound("ann", bot.Words{Text: words}))
	}
	h.settle()
	h.restarted()
	h.clock.Advance(time.Minute)
	h.settle()
	tries := h.desk.tried()
	if len(tries) != 2 || tries[0].ID != tries[1].ID || tries[1].Unknown != 1 {
		t.Fatalf("got %d attempts, want two of one id, the second told of the first: %v", len(tries), tries)
	}
}

// The order of a lane is kept over failures and over a restart.
func TestOrderOfALane(t *testing.T) {
	t.Parallel()
	h := build(t)
	want := h.person("calm").says(shortest...).hears()
	n := 0
	h.phone.will(func(bot.Delivery) error {
		switch n++; n % 3 {
		case 0:
			return nil
		case 1:
			return known(bot.NotSent)
		default:
			return &bot.Failure{Why: bot.Throttled, After: 3 * time.Second, Err: errLost}
		}
	})
	p := h.person("ann")
	for _, words := range shortest {
		h.receive(h.inbound("ann", bot.Words{Text: words}))
	}
	for range 40 {
		h.settle()
		h.restarted()
		h.clock.Advance(10 * time.Second)
	}
	if diff := cmp.Diff(want, p.hears()); diff != "" {
		t.Errorf("what arrives (-without failures +with them):\n%s", diff)
	}
}

// A send that panics is one whose outcome is unknown; the service lives.
func TestSendPanics(t *testing.T) {
	t.Parallel()
	h := build(t)
	p := h.person("ann")
	h.phone.will(func(d bot.Delivery) error {
		if d.To == "ann" && d.Unknown == 0 {
			panic(secret)
		}
		return nil
	})
	p.says("/start")
	h.person("bob").says("/start").wants("Hello. I am", "I ask a few", "")
	for range 3 {
		h.clock.Advance(time.Minute)
		h.settle()
	}
	p.wants("Hello. I am", "I ask a few", "")
	h.silent("zebra")
}

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
			for end := start.Add(7 * 24 * time.Hour); h.clock.Now().Before(end); h.clock.Advance(10 * time.Minute) {
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

// Whoever blocked the bot is noted, and heard again when they come back.
func TestUnreachable(t *testing.T) {
	t.Parallel()
	h := build(t)
	p := h.person("ann").consents()
	h.phone.will(func(bot.Delivery) error { return known(bot.Unreachable) })
	p.says("Yes, I am").hears()
	tried := len(h.phone.tried())
	for range 30 {
		h.clock.Advance(4 * time.Hour)
		h.settle()
	}
	if got := len(h.phone.tried()); got != tried {
		t.Errorf("%d more attempts, want none", got-tried)
	}
	h.phone.will(nil)
	p.says("California").wants("Is everyone safe")
}

// A message of which nobody knows whether it arrived comes again after the
// lease of a service that died while it sent it.
func TestDiedWhileSending(t *testing.T) {
	t.Parallel()
	h := build(t)
	h.receive(h.inbound("ann", bot.Words{Text: "/start"}))
	claims, err := h.store.Claim(t.Context(), h.practice.ID(), bot.ClaimOptions{Channel: phone, Now: h.clock.Now(), N: 1, Lease: time.Minute})
	if err != nil || len(claims) != 1 {
		t.Fatalf("got %d claims (%v), want 1", len(claims), err)
	}
	p := h.restarted().person("ann")
	h.settle()
	p.wants()
	h.clock.Advance(time.Minute)
	h.settle()
	p.wants("Hello. I am", "I ask a few", "")
	if got := h.phone.tried()[0].Unknown; got != 1 {
		t.Errorf("got %d unknown attempts, want 1", got)
	}
}

var _ = errors.Is
