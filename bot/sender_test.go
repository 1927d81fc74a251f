package bot_test

import (
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
	p.says("California").wants("Is this a private moment")
	p.presses("Yes").wants("Is everyone safe")
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

// A reminder does not: it is better missed than had twice. What is behind it
// comes.
func TestDiedWhileReminding(t *testing.T) {
	t.Parallel()
	h := build(t)
	p := h.person("ann").consents()
	p.hears()
	reminds := func() (n int) {
		for _, d := range h.phone.tried() {
			if text, ok := d.Body.(bot.Text); ok && text.Text == h.nudge() {
				n++
			}
		}
		return n
	}
	h.phone.will(func(bot.Delivery) error { return known(bot.NotSent) })
	for end := h.clock.Now().Add(4 * 24 * time.Hour); reminds() == 0; h.clock.Advance(time.Minute) {
		if h.settle(); h.clock.Now().After(end) {
			t.Fatal("nobody was reminded")
		}
	}
	h.phone.will(nil)
	// The next attempt is that of a process that dies in the middle of it.
	const lease = time.Minute
	h.clock.Advance(time.Hour) // it was refused once, and waits for a while
	claims, err := h.store.Claim(t.Context(), h.practice.ID(), bot.ClaimOptions{Channel: phone, Now: h.clock.Now(), N: 1, Lease: lease})
	if err != nil || len(claims) != 1 {
		t.Fatalf("got %d claims (%v), want the reminder's", len(claims), err)
	}
	before := reminds()
	h.restarted()
	h.receive(h.inbound("ann", bot.Words{Text: "back"}))
	h.settle()
	p.wants()
	h.clock.Advance(lease)
	h.settle()
	if got := reminds() - before; got != 0 {
		t.Errorf("reminded %d times more, want not at all", got)
	}
	if len(p.hears()) == 0 {
		t.Error("what was behind the reminder never came")
	}
}
