package redis_test

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hibiken/asynq"

	"anteroom/bot/redis"
	"anteroom/bot/redis/redistest"
	"anteroom/bot/storetest"
)

func BenchmarkDues(b *testing.B) {
	storetest.BenchmarkDues(b, open(b, "redis://"+redistest.Start(b).Addr, redis.Options{}))
}

// BenchmarkAsynq plans so many reminders in our due set and in asynq, each in a
// Redis of its own, and then takes them out again: what an entry costs in
// bytes, and how many a second are claimed and acknowledged. A million is
// -benchtime 1000000x. asynq is favoured: what it takes out was never put off,
// so that nothing has to be moved between its queues, and at most 200,000 are.
//
// bytes-ratio is ours by asynq's, and rate-ratio too; each-ratio is with a
// commit for every entry of ours, as one has that calls for a step.
func BenchmarkAsynq(b *testing.B) {
	server := redistest.Start(b)
	s := open(b, "redis://"+server.Addr, redis.Options{})
	before := used(b, server)
	storetest.PlanDue(b, s, "pine", b.N)
	events := 0 // what remembers the commits that planned them is no part of it
	if b.N >= storetest.DueBatch {
		events = (b.N / storetest.DueBatch) * 130
	}
	bytes := float64(used(b, server)-before-events) / float64(b.N)
	took := storetest.TakeDue(b, s, "pine", 2, b.N)

	each := min(b.N, 200_000)
	storetest.PlanDue(b, s, "oak", each)
	tookEach := storetest.TakeDueEach(b, s, "oak", 64, each)

	other := redistest.Start(b)
	before = used(b, other)
	fill(b, other.Addr, "later", b.N, asynq.ProcessIn(24*time.Hour))
	otherBytes := float64(used(b, other)-before) / float64(b.N)
	other.Kill() // to empty it takes seconds
	other = redistest.Start(b)
	n := min(b.N, 200_000)
	fill(b, other.Addr, "now", n)
	otherTook := work(b, other.Addr, "now", n)

	rate := func(n int, took time.Duration) float64 { return float64(n) / took.Seconds() }
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(bytes, "B/entry")
	b.ReportMetric(otherBytes, "asynq-B/entry")
	b.ReportMetric(bytes/otherBytes, "bytes-ratio")
	b.ReportMetric(rate(b.N, took), "entries/s")
	b.ReportMetric(rate(each, tookEach), "each/s")
	b.ReportMetric(rate(n, otherTook), "asynq/s")
	b.ReportMetric(rate(b.N, took)/rate(n, otherTook), "rate-ratio")
	b.ReportMetric(rate(each, tookEach)/rate(n, otherTook), "each-ratio")
}

func used(b *testing.B, server *redistest.Server) int {
	text := fmt.Sprint(server.Do("INFO", "memory"))
	_, rest, _ := strings.Cut(text, "used_memory:")
	n, err := strconv.Atoi(rest[:max(0, strings.IndexAny(rest, "\r\n"))])
	if err != nil {
		b.Fatal(err)
	}
	return n
}

// fill gives asynq the same entries: the id as the task's, the subject within.
func fill(b *testing.B, addr, queue string, n int, o ...asynq.Option) {
	b.Helper()
	client := asynq.NewClient(asynq.RedisClientOpt{Addr: addr, PoolSize: 32})
	defer client.Close()
	var next atomic.Int64
	storetest.Spread(b, 32, n, func(int, int) error {
		d := storetest.DueEntry(int(next.Add(1) - 1))
		_, err := client.Enqueue(asynq.NewTask("check-in", []byte(d.Subject)), append([]asynq.Option{asynq.Queue(queue), asynq.TaskID(d.ID)}, o...)...)
		return err
	})
}

// work has asynq handle all that is in a queue, and returns how long that took.
func work(b *testing.B, addr, queue string, n int) time.Duration {
	b.Helper()
	server := asynq.NewServer(asynq.RedisClientOpt{Addr: addr, PoolSize: 80}, asynq.Config{
		Concurrency: 64, Queues: map[string]int{queue: 1}, LogLevel: asynq.FatalLevel,
	})
	var did atomic.Int64
	var once sync.Once
	all := make(chan struct{})
	began := time.Now()
	err := server.Start(asynq.HandlerFunc(func(context.Context, *asynq.Task) error {
		if did.Add(1) == int64(n) {
			once.Do(func() { close(all) })
		}
		return nil
	}))
	if err != nil {
		b.Fatal(err)
	}
	<-all
	took := time.Since(began)
	server.Shutdown()
	return took
}
