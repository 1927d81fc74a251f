package storetest

import (
	"context"
	"crypto/rand"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"anteroom/bot"
)

// Parallel is how many conversations at once the benchmarks run.
var Parallel = []int{1, 16, 64}

// Benchmark measures a store that is its own: whole steps (load and commit),
// steps of an owner that has the state in memory (commit), and deliveries
// (claim and acknowledge).
func Benchmark(b *testing.B, s bot.Store) {
	for _, n := range Parallel {
		b.Run(fmt.Sprintf("step/%d", n), func(b *testing.B) { rate(b, Steps(b, s, "bench", n, b.N, true)) })
	}
	for _, n := range Parallel {
		b.Run(fmt.Sprintf("cached/%d", n), func(b *testing.B) { rate(b, Steps(b, s, "bench", n, b.N, false)) })
	}
	for _, n := range []int{1, 16} {
		b.Run(fmt.Sprintf("deliver/%d", n), func(b *testing.B) { deliveries(b, s, n) })
	}
}

// Step is the commit that the benchmarks measure: a state of 2 KB, two
// replies and a reminder.
func Step(e bot.EventID, subject bot.SubjectID, was uint64) bot.Commit {
	lane := bot.Lane{Channel: "telegram", Of: subject}
	return bot.Commit{
		Event:  e,
		States: []bot.Write{{Subject: subject, Was: was, Next: was + 1, Blob: make([]byte, 2048)}},
		Out: []bot.Parcel{
			{Lane: lane, ID: string(e) + "/0", Sealed: bot.Sealed{Key: subject.Key(), Blob: make([]byte, 200)}},
			{Lane: lane, ID: string(e) + "/1", Sealed: bot.Sealed{Key: subject.Key(), Blob: make([]byte, 200)}},
		},
		Due: []bot.Due{{DueID: bot.DueID{ID: "remind/" + string(subject), At: start.Add(time.Hour)}, Subject: subject, Sealed: bot.Sealed{Blob: make([]byte, 60)}}},
	}
}

func rate(b *testing.B, took time.Duration) {
	b.ReportMetric(float64(b.N)/took.Seconds(), "ops/s")
}

// Spread runs work times times in all by n workers and returns how long that
// took. Each worker calls with its number and a count of its own.
func Spread(b *testing.B, n, times int, work func(worker, i int) error) time.Duration {
	var left atomic.Int64
	left.Store(int64(times))
	var wg sync.WaitGroup
	began := time.Now()
	for w := range n {
		wg.Go(func() {
			for i := 0; left.Add(-1) >= 0; i++ {
				if err := work(w, i); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	return time.Since(began)
}

// Steps runs that many steps of n conversations in parallel, with or without
// the load before each commit, and returns how long that took. p begins the
// name of the practice.
func Steps(b *testing.B, s bot.Store, p bot.PracticeID, n, times int, load bool) time.Duration {
	ctx := context.Background()
	p += bot.PracticeID("/" + rand.Text())
	fence, _, err := s.Own(ctx, p, "bench")
	if err != nil {
		b.Fatal(err)
	}
	subjects := make([]bot.SubjectID, n)
	for w := range subjects {
		subjects[w] = bot.Conversation(fmt.Sprintf("0123456789abcdef%04d", w))
	}
	b.ResetTimer()
	return Spread(b, n, times, func(w, i int) error {
		e := bot.EventID(fmt.Sprintf("telegram/%d/%d", w, i))
		was := uint64(i)
		if load {
			l, err := s.Load(ctx, p, bot.Query{Event: e, Subjects: subjects[w : w+1], Keys: []bot.KeyID{subjects[w].Key()}})
			if err != nil {
				return err
			}
			was = l.States[0].Version
		}
		c := Step(e, subjects[w], was)
		c.Fence = fence
		return s.Commit(ctx, p, c)
	})
}

// deliveries measures the way of a parcel, claimed in batches by n senders.
func deliveries(b *testing.B, s bot.Store, n int) {
	ctx := context.Background()
	p := bot.PracticeID(rand.Text())
	c := bot.Commit{}
	for i := range b.N {
		c.Out = append(c.Out, bot.Parcel{Lane: bot.Lane{Channel: "telegram", Of: bot.Conversation(fmt.Sprint(i))}, ID: fmt.Sprint(i), Sealed: bot.Sealed{Blob: make([]byte, 200)}})
		if len(c.Out) == 500 || i == b.N-1 {
			c.Event = bot.EventID(fmt.Sprint("fill/", i))
			if err := s.Commit(ctx, p, c); err != nil {
				b.Fatal(err)
			}
			c.Out = nil
		}
	}
	held := make([][]bot.Claimed, n)
	b.ResetTimer()
	rate(b, Spread(b, n, b.N, func(w, i int) error {
		if len(held[w]) == 0 {
			some, err := s.Claim(ctx, p, bot.ClaimOptions{Channel: "telegram", Now: start, N: 16, Lease: time.Hour})
			if err != nil || len(some) == 0 { // the others hold the rest
				return err
			}
			held[w] = some
		}
		one := held[w][0]
		held[w] = held[w][1:]
		_, err := s.Ack(ctx, p, one, start, nil)
		return err
	}))
}
