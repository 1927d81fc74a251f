package bot_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"anteroom/bot"
)

// shortest is the shortest honest way, typed.
var shortest = []string{"/start", "Start", "I agree", "Yes", "Yes, I am", "California", "Yes, all safe",
	"Low or different desire", "That is all", "That is enough: write me here"}

func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	h := build(t)
	alone := h.person("alone").says(shortest...).hears()
	var all sync.WaitGroup
	for i := range 40 {
		chat := fmt.Sprintf("chat %d", i)
		all.Go(func() {
			for _, words := range shortest {
				if err := h.Receive(t.Context(), h.inbound(chat, bot.Words{Text: words})); err != nil {
					t.Errorf("%s: %v", chat, err)
				}
			}
		})
	}
	all.Wait()
	h.settle()
	for i := range 40 {
		if diff := cmp.Diff(alone, h.person(fmt.Sprintf("chat %d", i)).hears()); diff != "" {
			t.Fatalf("chat %d reads something else than one who was alone (-alone +among many):\n%s", i, diff)
		}
	}
	cards := map[string]int{}
	for _, c := range h.desk.cards() {
		cards[c.Case]++
	}
	if len(cards) != 41 {
		t.Errorf("got %d cases, want 41", len(cards))
	}
	for id, n := range cards {
		if n != 1 {
			t.Errorf("%s: got %d cards, want 1", id, n)
		}
	}
}

// gate holds back the commits of one chat, in a bubble.
type gate struct {
	open chan struct{}

	mu    sync.Mutex
	order []string // of events as they were committed
}

func hold(h *house, of bot.SubjectID) *gate {
	g := &gate{open: make(chan struct{})}
	h.store.will(func(c bot.Commit, do func() error) error {
		if slices.ContainsFunc(c.States, func(w bot.Write) bool { return w.Subject == of }) {
			<-g.open
			g.mu.Lock()
			g.order = append(g.order, string(c.Event))
			g.mu.Unlock()
		}
		return do()
	})
	return g
}

func TestOneInOrderAndASlowOneHoldsUpNobody(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := build(t)
		slow, quick := h.person("slow").consents(), h.person("quick").consents()
		g := hold(h, h.subject("slow"))
		var want []string
		var all sync.WaitGroup
		for i := range 12 {
			in := h.inbound("slow", bot.Words{Text: []string{"Yes, I am", "California", "Yes, all safe", "1", "back"}[i%5]})
			want = append(want, "phone/"+in.ID)
			all.Go(func() {
				if err := h.Receive(t.Context(), in); err != nil {
					t.Error(err)
				}
			})
			synctest.Wait()
		}
		slow.hears()
		quick.hears()
		quick.says("Yes, I am", "California").wants("Question 5", "Is everyone safe")
		slow.wants()
		close(g.open)
		all.Wait()
		if diff := cmp.Diff(want, g.order); diff != "" {
			t.Errorf("order (-received +handled):\n%s", diff)
		}
	})
}

func TestGivingUpKeepsTheOrder(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := build(t)
		h.person("ann").consents()
		g := hold(h, h.subject("ann"))
		var want []string
		var all sync.WaitGroup
		for i := range 6 {
			in := h.inbound("ann", bot.Words{Text: "help"})
			ctx, cancel := contextCause(t)
			if i == 2 { // its caller goes away while it waits
				synctest.Wait()
				cancel(errLost)
			} else {
				defer cancel(nil)
				want = append(want, "phone/"+in.ID)
			}
			all.Go(func() {
				if err := h.Receive(ctx, in); (err != nil) != (i == 2) {
					t.Errorf("event %d: got %v", i, err)
				}
			})
			synctest.Wait()
		}
		close(g.open)
		all.Wait()
		if diff := cmp.Diff(want, g.order); diff != "" {
			t.Errorf("order (-received +handled):\n%s", diff)
		}
	})
}

// What a flood drops is looked at: words and buttons that say danger are met, the
// same once.
func TestDangerInWhatAFloodDrops(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		what   func(p *person) bot.What
		hears  string
		alerts int
	}{
		{"words", func(*person) bot.What { return bot.Words{Text: "I want to kill myself"} }, "Call or text now.", 1},
		{"a caption", func(*person) bot.What { return bot.Media{Kind: bot.MediaPhoto, Caption: "I was raped last night"} }, "", 0},
		{"an answer", func(p *person) bot.What { return bot.Press{Data: p.button("I might harm myself").Data} }, "Call or text now.", 1},
		{"help numbers", func(p *person) bot.What { return bot.Press{Data: p.button("I need help now").Data} }, "988 Suicide", 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				h := build(t)
				loud := h.midway("loud")
				danger := tt.what(loud)
				g := hold(h, h.subject("loud"))
				var all sync.WaitGroup
				send := func(what bot.What) {
					in := h.inbound("loud", what)
					all.Go(func() {
						if err := h.Receive(t.Context(), in); err != nil {
							t.Error(err)
						}
					})
				}
				for range 100 {
					send(bot.Words{Text: "/privacy"})
				}
				synctest.Wait()
				for range 50 {
					send(danger)
				}
				synctest.Wait()
				close(g.open)
				all.Wait()
				h.settle()
				if got := len(g.order); got != 34 {
					t.Errorf("got %d commits, want 32, one for the flood and one for the danger", got)
				}
				said := 0
				for _, text := range loud.hears() {
					if tt.hears != "" && strings.HasPrefix(text, tt.hears) || tt.hears == "" && strings.Contains(text, "72 hours") {
						said++
					}
				}
				if said != 1 || len(h.alerts()) != tt.alerts {
					t.Errorf("met %d times, with %d alerts", said, len(h.alerts()))
				}
			})
		})
	}
}

// What was met and comes again in a flood is not met again.
func TestSeenInAFlood(t *testing.T) {
	t.Parallel()
	for _, what := range []func(p *person) bot.What{
		func(p *person) bot.What { return bot.Press{Data: p.button("I might harm myself").Data} },
		func(*person) bot.What { return bot.Words{Text: "I want to kill myself"} },
	} {
		synctest.Test(t, func(t *testing.T) {
			h := build(t)
			loud := h.midway("loud")
			again := h.inbound("loud", what(loud))
			h.receive(again)
			h.settle()
			loud.presses("Go on").hears()
			h.clock.Advance(time.Minute)
			g := hold(h, h.subject("loud"))
			var all sync.WaitGroup
			for i := range 50 {
				in := h.inbound("loud", bot.Words{Text: "/privacy"})
				if i > 40 {
					in = again
				}
				all.Go(func() {
					if err := h.Receive(t.Context(), in); err != nil {
						t.Error(err)
					}
				})
				synctest.Wait()
			}
			close(g.open)
			all.Wait()
			h.settle()
			for _, text := range loud.hears() {
				if strings.HasPrefix(text, "Call or text now.") {
					t.Errorf("met again: %q", text)
				}
			}
		})
	}
}

// A flood from one chat is bounded, answered once, and felt by nobody else.
func TestFlood(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := build(t)
		loud, other := h.person("loud").consents(), h.person("other").consents()
		g := hold(h, h.subject("loud"))
		var all sync.WaitGroup
		for range 500 {
			in := h.inbound("loud", bot.Words{Text: "hello hello"})
			all.Go(func() {
				if err := h.Receive(t.Context(), in); err != nil {
					t.Error(err)
				}
			})
		}
		synctest.Wait()
		other.hears()
		loud.hears()
		other.says("Yes, I am").wants("Question 5")
		close(g.open)
		all.Wait()
		h.settle()
		if got := len(g.order); got != 33 {
			t.Errorf("got %d commits of 500 messages, want 32 and one for the rest", got)
		}
		kind := 0
		for _, said := range loud.hears() {
			if strings.HasPrefix(said, h.phrase("too-fast")) {
				kind++
			}
		}
		if kind != 1 {
			t.Errorf("got %d lines that it was too fast, want 1", kind)
		}
		loud.says("back") // and the chat goes on
		if len(loud.hears()) == 0 {
			t.Error("the chat is silent after the flood")
		}
	})
}

// How much of one person is taken in a minute; a rehearsal, which has no quiet
// hours, takes a whole course of care in it.
func TestMostInAMinute(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		quiet bool
		want  int
	}{"practice": {true, 120}, "rehearsal": {false, 1200}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := build(t)
			if !tt.quiet {
				h.practice.Quiet.From = h.practice.Quiet.To
				h.restarted()
			}
			p := h.person("loud").consents()
			p.hears()
			said := 0
			for n := 4; n <= tt.want+3; n++ { // the first that wrote was nobody yet, and pressed three times since
				p.says("/privacy")
				for _, text := range p.hears() {
					if strings.HasPrefix(text, h.phrase("too-fast")) {
						if said++; n != tt.want {
							t.Errorf("message %d is too much, want %d", n, tt.want)
						}
					}
				}
			}
			if said != 1 {
				t.Errorf("got %d lines that it was too fast, want 1", said)
			}
		})
	}
}
