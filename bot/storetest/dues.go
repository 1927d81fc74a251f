package storetest

import (
	"context"
	"crypto/rand"
	"fmt"
	"testing"
	"time"

	"anteroom/bot"
)

// DueBatch is how many entries the benchmarks claim at once.
const DueBatch = 1000

// DueEntry is the i-th entry that the benchmarks plan, as the service names
// them: a pseudonym of 26 signs, and what it is.
func DueEntry(i int) bot.Due {
	subject := bot.Conversation(fmt.Sprintf("0123456789abcdefgh%08d", i))
	return bot.Due{DueID: bot.DueID{ID: string(subject) + "/check-in", At: start.Add(time.Duration(i%7919) * time.Second)}, Subject: subject}
}

// PlanDue plans n entries for a practice.
func PlanDue(b *testing.B, s bot.Store, p bot.PracticeID, n int) {
	b.Helper()
	c := bot.Commit{}
	for i := range n {
		c.Due = append(c.Due, DueEntry(i))
		if len(c.Due) == DueBatch || i == n-1 {
			c.Event = bot.EventID(fmt.Sprint("plan/", i))
			if err := s.Commit(context.Background(), p, c); err != nil {
				b.Fatal(err)
			}
			c.Due = c.Due[:0]
		}
	}
}

// TakeDue claims and acknowledges what [PlanDue] planned, in batches, by so
// many workers, and returns how long that took.
func TakeDue(b *testing.B, s bot.Store, p bot.PracticeID, workers, n int) time.Duration {
	b.Helper()
	ctx, now := context.Background(), start.Add(8000*time.Second)
	return Spread(b, workers, (n+DueBatch-1)/DueBatch, func(int, int) error {
		claimed, err := s.ClaimDue(ctx, p, 0, now, DueBatch, time.Hour)
		if err != nil {
			return err
		}
		done := make([]bot.DueID, len(claimed))
		for i, d := range claimed {
			done[i] = d.DueID
		}
		return s.DoneDue(ctx, p, 0, done)
	})
}

// TakeDueEach is TakeDue with a commit for each entry, as an entry has that
// calls for a step: claimed in batches of a hundred, committed by workers.
func TakeDueEach(b *testing.B, s bot.Store, p bot.PracticeID, workers, n int) time.Duration {
	b.Helper()
	ctx, now := context.Background(), start.Add(8000*time.Second)
	held := make([][]bot.Due, workers)
	return Spread(b, workers, n, func(w, _ int) error {
		if len(held[w]) == 0 {
			some, err := s.ClaimDue(ctx, p, 0, now, 100, time.Hour)
			if err != nil || len(some) == 0 { // the others hold the rest
				return err
			}
			held[w] = some
		}
		one := held[w][0].DueID
		held[w] = held[w][1:]
		return s.Commit(ctx, p, bot.Commit{Event: bot.EventID("due/" + one.ID), DueDone: &one})
	})
}

// BenchmarkDues measures a due set in batches, and how long the first look at a
// set takes that is a hundred times as large: what a start has to do.
func BenchmarkDues(b *testing.B, s bot.Store) {
	b.Run("take", func(b *testing.B) {
		p := bot.PracticeID(rand.Text())
		PlanDue(b, s, p, b.N)
		b.ResetTimer()
		rate(b, TakeDue(b, s, p, 1, b.N))
	})
	for _, n := range []int{1000, 100_000} {
		p := bot.PracticeID(rand.Text())
		PlanDue(b, s, p, n)
		b.Run(fmt.Sprintf("start/%d", n), func(b *testing.B) {
			for b.Loop() {
				if _, err := s.ClaimDue(context.Background(), p, 0, start.Add(-time.Second), 100, time.Hour); err != nil {
					b.Fatal(err)
				}
				if _, ok, err := s.NextDue(context.Background(), p); err != nil || !ok {
					b.Fatal(ok, err)
				}
			}
		})
	}
}
