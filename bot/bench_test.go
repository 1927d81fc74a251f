package bot_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"anteroom/bot"
)

// blobs is a store of nothing but the state and key of one conversation, so
// that what is measured is the service's own work. A commit is checked and not
// kept: every step is the same one.
type blobs struct {
	bot.Store
	loaded bot.Loaded
	commit bot.Commit
}

func (b *blobs) Load(_ context.Context, _ bot.PracticeID, q bot.Query) (bot.Loaded, error) {
	return b.loaded, nil
}

func (b *blobs) Commit(_ context.Context, _ bot.PracticeID, c bot.Commit) error {
	b.commit = c
	return nil
}

// tenth brings somebody to the tenth question, by a way that is neither the
// shortest nor the longest, and gives the answer to it.
func tenth(b *testing.B) (h *house, answer bot.Inbound) {
	h = build(b)
	p := h.person("ann").says("/start").presses("Start", "I agree", "Yes", "Yes, I am").says("California").
		presses("Yes, all safe", "Low or different desire", "Menopause", "That is all", "Just me. I have a partner", "Menopause")
	text, _ := p.question()
	if want := "This one is for you alone"; len(text) < len(want) || text[:len(want)] != want {
		b.Fatalf("the tenth question is %q", text)
	}
	return h, p.inbound("ann", bot.Press{Data: p.button("Yes, I feel safe").Data})
}

// BenchmarkStep answers the tenth question of the shipped intake with a button.
// Budget: 10 µs in memory; with open, decode, encode and seal 25 µs and 100
// allocations; 1.5 KB stored.
func BenchmarkStep(b *testing.B) {
	b.Run("memory", func(b *testing.B) {
		h, answer := tenth(b)
		step, err := h.InMemory(b.Context(), answer)
		if err != nil {
			b.Fatal(err)
		}
		b.ReportAllocs()
		for b.Loop() {
			if n, err := step(); err != nil || n != 1 {
				b.Fatalf("%d messages, %v", n, err)
			}
		}
	})
	b.Run("sealed", func(b *testing.B) {
		h, answer := tenth(b)
		sub := h.subject("ann")
		kept := h.load(bot.Query{Subjects: []bot.SubjectID{sub}, Keys: []bot.KeyID{sub.Key()}})
		stub := &blobs{Store: h.store, loaded: kept}
		s := h.service(func(o *bot.Options) { o.Store = stub })
		if err := s.WarmUp(b.Context(), h.store); err != nil {
			b.Fatal(err)
		}
		b.ReportAllocs()
		for b.Loop() {
			if err := s.Receive(b.Context(), answer); err != nil {
				b.Fatal(err)
			}
		}
		if c := stub.commit; len(c.States) != 1 || c.States[0].Blob == nil || len(c.Out) != 1 {
			b.Fatalf("the step wrote %d states and %d messages, want one of each", len(c.States), len(c.Out))
		}
		b.ReportMetric(float64(len(kept.States[0].Blob)), "stored-B")
	})
}

// BenchmarkConversation is whole intakes of many people at once, in a store in
// memory.
func BenchmarkConversation(b *testing.B) {
	h := build(b)
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		n++
		for _, words := range shortest {
			if err := h.Receive(b.Context(), h.inbound(fmt.Sprintf("chat %d", n), bot.Words{Text: words})); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(b.Elapsed()/time.Microsecond)/float64(n*len(shortest)), "µs/message")
}
