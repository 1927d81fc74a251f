package redis_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"strconv"
	"testing"
	"time"

	"anteroom/bot"
	"anteroom/bot/redis"
	"anteroom/bot/redis/redistest"
	"anteroom/bot/storetest"
)

func BenchmarkStore(b *testing.B) {
	storetest.Benchmark(b, open(b, "redis://"+redistest.Start(b).Addr, redis.Options{}))
}

// BenchmarkAlways is the store on a Redis that writes every answer to the
// disk, as the file of package sqlite does: the two may be compared.
func BenchmarkAlways(b *testing.B) {
	server := redistest.Start(b, "--appendonly", "yes", "--appendfsync", "always")
	storetest.Benchmark(b, open(b, "redis://"+server.Addr, redis.Options{}))
}

// BenchmarkRatio runs steps through the store, and whole steps (load and
// commit) as the very bytes that the store sends, over bare connections, one a
// conversation, as redis-benchmark does. ratio is the first by the second; the
// two take turns, so that a busy machine slows both.
func BenchmarkRatio(b *testing.B) {
	const turns = 10
	for _, load := range []bool{true, false} {
		for _, n := range storetest.Parallel {
			b.Run(fmt.Sprintf("%s/%d", map[bool]string{true: "step", false: "cached"}[load], n), func(b *testing.B) {
				server := redistest.Start(b)
				s := open(b, "redis://"+server.Addr, redis.Options{})
				bare := connections(b, server.Addr, n)
				var ours, raw time.Duration
				times := max(1, b.N/turns)
				for turn := range turns {
					p := bot.PracticeID(fmt.Sprint(turn))
					ours += storetest.Steps(b, s, "ours"+p, n, times, load)
					raw += rawSteps(b, s, bare, "raw"+p, times)
				}
				rate := func(took time.Duration) float64 { return float64(times*turns) / took.Seconds() }
				b.ReportMetric(0, "ns/op")
				b.ReportMetric(rate(ours), "ops/s")
				b.ReportMetric(rate(raw), "raw/s")
				b.ReportMetric(rate(ours)/rate(raw), "ratio")
			})
		}
	}
}

func connections(b *testing.B, addr string, n int) []*bufio.ReadWriter {
	all := make([]*bufio.ReadWriter, n)
	for i := range all {
		c, err := net.Dial("tcp", addr)
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { c.Close() })
		all[i] = bufio.NewReadWriter(bufio.NewReaderSize(c, 32<<10), bufio.NewWriterSize(c, 32<<10))
	}
	return all
}

func rawSteps(b *testing.B, s *redis.Store, bare []*bufio.ReadWriter, p bot.PracticeID, times int) time.Duration {
	fence, _, err := s.Own(context.Background(), p, "bench")
	if err != nil {
		b.Fatal(err)
	}
	return storetest.Spread(b, len(bare), times, func(w, i int) error {
		e := bot.EventID(fmt.Sprintf("telegram/%d/%d", w, i))
		subject := bot.Conversation(fmt.Sprintf("0123456789abcdef%04d", w))
		c := storetest.Step(e, subject, uint64(i))
		c.Fence = fence
		for _, request := range [][]byte{
			redis.LoadBytes(p, bot.Query{Event: e, Subjects: []bot.SubjectID{subject}, Keys: []bot.KeyID{subject.Key()}}),
			s.CommitBytes(p, c),
		} {
			if _, err := bare[w].Write(request); err != nil {
				return err
			}
			if err := bare[w].Flush(); err != nil {
				return err
			}
			if err := answer(bare[w].Reader); err != nil {
				return err
			}
		}
		return nil
	})
}

// answer reads one answer and refuses an error.
func answer(r *bufio.Reader) error {
	line, err := r.ReadSlice('\n')
	if err != nil {
		return err
	}
	kind := line[0]
	n, _ := strconv.Atoi(string(line[1 : len(line)-2]))
	switch {
	case kind == '-':
		return fmt.Errorf("answer: %s", line)
	case kind == '$' && n >= 0:
		_, err = io.CopyN(io.Discard, r, int64(n)+2)
	case kind == '*':
		for range n {
			if err = answer(r); err != nil {
				break
			}
		}
	}
	return err
}
