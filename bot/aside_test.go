package bot_test

import (
	"strings"
	"sync/atomic"
	"testing"

	"anteroom/bot"
)

// trap is a directory of help numbers that breaks with the words it is given.
type trap struct {
	bot.Helplines
	words string
	armed atomic.Bool
	hits  atomic.Int32
}

func (t *trap) spring() {
	if t.armed.Load() {
		t.hits.Add(1)
		panic(t.words)
	}
}

func (t *trap) Lines(lang, place string, kinds ...string) string {
	t.spring()
	return t.Helplines.Lines(lang, place, kinds...)
}

func (t *trap) Emergency(lang, place string) string {
	t.spring()
	return t.Helplines.Emergency(lang, place)
}

const secret = "zebra-words that a client wrote"

func trapped(t *testing.T) (*house, *trap) {
	h := furnish(t)
	trap := &trap{Helplines: h.practice.Helplines, words: secret}
	h.practice.Helplines = trap
	h.Service = h.service()
	return h, trap
}

// An event that breaks its step is put aside after five tries, and only that
// event suffers.
func TestPanicIsPutAside(t *testing.T) {
	t.Parallel()
	h, trap := trapped(t)
	ann, bob := h.person("ann").consents(), h.person("bob").consents()
	ann.hears()
	bob.hears()
	trap.armed.Store(true)
	in := h.inbound("ann", bot.Words{Text: "/now " + secret})
	h.receive(in) // it is accepted: giving it again would not help
	h.settle()
	if got := trap.hits.Load(); got != 5 {
		t.Errorf("got %d tries, want 5", got)
	}
	ann.wants(h.phrase("error-ours"))
	bob.says("Yes, I am").wants("Question 5")

	if told := h.board.told(); len(told) != 1 || !strings.HasPrefix(told[0], "events: ") || !strings.Contains(told[0], " aside_test.go:") {
		t.Errorf("health was told %q, want one line about events that says where it broke", told)
	}
	h.silent("zebra", "ann", "/now")

	entries, err := h.store.Log(t.Context(), h.practice.ID(), "quarantine")
	if err != nil || len(entries) != 1 {
		t.Fatalf("got %d entries in the quarantine (%v), want 1", len(entries), err)
	}
	if strings.Contains(string(entries[0].Blob), "zebra") {
		t.Error("the quarantine is not sealed")
	}
	aside, err := h.Aside(t.Context())
	if err != nil || len(aside) != 1 || aside[0].(bot.Words).Text != "/now "+secret {
		t.Errorf("the quarantine does not hold the event (%v)", err)
	}

	trap.armed.Store(false)
	h.receive(in) // handled, in its way
	h.settle()
	ann.wants()
	ann.says("Yes, I am").wants("Question 5")
}

// What breaks with nobody to answer is put aside just the same, and what waits
// behind it goes on.
func TestBrokenStateIsPutAside(t *testing.T) {
	t.Parallel()
	h := build(t)
	ann, bob := h.person("ann").consents(), h.person("bob").consents()
	swap(t, h, h.subject("ann"), h.subject("bob"))
	ann.hears()
	bob.hears()
	h.restarted()
	for _, p := range []*person{ann, bob} {
		p.says("Yes, I am").wants(h.phrase("error-ours"))
	}
	h.person("cleo").consents()
	h.silent("Yes, I am")
}
