package bot_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"anteroom/bot"
)

// A messenger gives the same thing again; it has its effect once.
func TestSameInboundTwice(t *testing.T) {
	t.Parallel()
	h := build(t)
	p := h.person("ann").consents()
	p.hears()
	in := p.inbound(p.chat, bot.Press{Data: p.button("Yes, I am").Data})
	h.receive(in)
	before := h.load(bot.Query{Subjects: []bot.SubjectID{h.subject("ann")}})
	h.receive(in)
	h.settle()
	h.restarted().receive(in)
	h.settle()
	if after := h.load(bot.Query{Subjects: []bot.SubjectID{h.subject("ann")}}); after.States[0].Version != before.States[0].Version {
		t.Errorf("version %d after the second time, want %d", after.States[0].Version, before.States[0].Version)
	}
	p.wants("Question 5")
}

// Whatever becomes of a commit, the answer counts once and one question
// follows, as long as the messenger gives it again until it is accepted.
func TestCommitFails(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		n       int
		fate    func(do func() error) error
		refused error // what Receive returns the first time; nil: it is accepted
	}{
		{"before it took place", 1, func(func() error) error { return errLost }, errLost},
		{"after it took place", 1, func(do func() error) error { return errors.Join(do(), errLost) }, errLost},
		{"conflicts", 7, func(func() error) error { return bot.ErrConflict }, nil},
		{"fenced", 1, func(func() error) error { return bot.ErrFenced }, bot.ErrFenced},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := build(t)
			p := h.person("ann").consents()
			p.hears()
			version := h.load(bot.Query{Subjects: []bot.SubjectID{h.subject("ann")}}).States[0].Version
			in := p.inbound(p.chat, bot.Press{Data: p.button("Yes, I am").Data})
			h.store.will(first(tt.n, "phone/"+in.ID, tt.fate))
			if err := h.Receive(t.Context(), in); !errors.Is(err, tt.refused) {
				t.Fatalf("receive: got %v, want %v", err, tt.refused)
			}
			h.receive(in)
			h.settle()
			p.wants("Question 5")
			if got := h.load(bot.Query{Subjects: []bot.SubjectID{h.subject("ann")}}).States[0].Version; got != version+1 {
				t.Errorf("got version %d, want %d", got, version+1)
			}
		})
	}
}

// The first message of somebody makes a key; when nobody knows whether it was
// kept, the next try finds out.
func TestFirstCommitUnknown(t *testing.T) {
	t.Parallel()
	h := build(t)
	p := h.person("ann")
	in := p.inbound(p.chat, bot.Words{Text: "/start"})
	h.store.will(first(1, "phone/"+in.ID, func(do func() error) error { return errors.Join(do(), errLost) }))
	if err := h.Receive(t.Context(), in); !errors.Is(err, errLost) {
		t.Fatalf("got %v, want %v", err, errLost)
	}
	h.receive(in)
	h.settle()
	p.wants("Hello. I am", "I ask a few questions", "")
	p.presses("Start").wants("Please read this")
}

// Two replicas that both believe to own a conversation write over nobody.
func TestCompareAndSet(t *testing.T) {
	t.Parallel()
	h := build(t)
	p := h.person("ann").consents().presses("Yes, I am").says("California").presses("Yes, all safe")
	_, buttons := p.question()
	other := h.service()
	var all sync.WaitGroup
	for i, b := range buttons[:12] {
		in := p.inbound(p.chat, bot.Press{Data: b.Data})
		replica := []*bot.Service{h.Service, other}[i%2]
		all.Go(func() {
			if err := replica.Receive(t.Context(), in); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	h.settle()
	_, now := p.question()
	for i, b := range now {
		if got, want := strings.HasPrefix(b.Label, "✓ "), i < 12; got != want {
			t.Errorf("%q: chosen %v, want %v", b.Label, got, want)
		}
	}
}

// Nobody comes back to life by a message that was handled before.
func TestForgetAgainCreatesNobody(t *testing.T) {
	t.Parallel()
	for _, again := range []string{"the same", "a new one", "a button"} {
		t.Run(again, func(t *testing.T) {
			t.Parallel()
			h := build(t)
			p := h.person("ann")
			start := p.inbound(p.chat, bot.Words{Text: "/start"})
			h.receive(start)
			h.settle()
			p.presses("Start", "I agree").says("/forget").presses("Erase it")
			in := p.inbound(p.chat, bot.Press{Data: p.button("Yes, erase").Data})
			h.receive(in)
			h.settle()
			p.hears()
			switch again {
			case "the same":
				h.receive(in)
				h.receive(start)
				h.settle()
				p.wants()
			case "a new one":
				p.says("/forget").wants(h.phrase("mydata-empty"))
			case "a button":
				p.do(bot.Press{Data: in.What.(bot.Press).Data}).wants(h.phrase("stale-button"))
			}
			if state, key := h.kept(h.subject("ann")); state || key {
				t.Errorf("state %v, key %v; want neither", state, key)
			}
			if _, due, err := h.store.NextDue(t.Context(), h.practice.ID()); due || err != nil {
				t.Errorf("something is planned for nobody (%v)", err)
			}
		})
	}
}

// Everybody is known under a name that says nothing.
func TestPseudonyms(t *testing.T) {
	t.Parallel()
	h := build(t)
	seen := map[string]bool{}
	h.store.will(func(c bot.Commit, do func() error) error {
		seen[fmt.Sprintf("%+v", c)] = true
		return do()
	})
	h.person("chat-4711").sends()
	for c := range seen {
		if strings.Contains(c, "4711") || strings.Contains(c, "low-desire") {
			t.Errorf("a commit shows an address or an answer: %s", c)
		}
	}
	h.silent("4711", "low-desire", "California")
}
