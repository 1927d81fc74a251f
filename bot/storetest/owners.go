package storetest

import (
	"fmt"
	"math"
	"time"

	"anteroom/bot"
)

// own takes the practice, or reports who holds it.
func (s *suite) own(instance string) (fence uint64, holder string) {
	s.Helper()
	fence, holder, err := s.Store.Own(s.ctx(), s.p, instance)
	s.ok(err)
	if (fence == 0) != (holder != "") {
		s.Fatalf("own: got fence %d and holder %q, want one of them", fence, holder)
	}
	return fence, holder
}

func (s *suite) beat(instance string, ttl time.Duration) {
	s.Helper()
	s.ok(s.Store.Heartbeat(s.ctx(), instance, ttl))
}

var owners = []test{
	{"one at a time", func(s *suite) {
		s.beat("one", time.Hour)
		s.beat("two", time.Hour)
		fence, _ := s.own("one")
		if _, holder := s.own("two"); holder != "one" {
			s.Errorf("holder: got %q, want one", holder)
		}
		s.commit(bot.Commit{Fence: fence})
		other, _, err := s.Store.Own(s.ctx(), "oak", "two")
		s.ok(err)
		if other == 0 {
			s.Error("another practice is not free")
		}
	}},
	{"a restart of the same instance", func(s *suite) {
		s.beat("one", time.Hour)
		before, _ := s.own("one")
		after, _ := s.own("one")
		if after <= before {
			s.Errorf("fence: got %d after %d, want a larger one", after, before)
		}
		s.refuse(bot.Commit{Fence: before}, bot.ErrFenced)
		s.commit(bot.Commit{Fence: after})
	}},
	{"a heartbeat that is over", func(s *suite) {
		s.beat("one", time.Hour)
		before, _ := s.own("one")
		s.Advance(59 * time.Minute)
		if _, holder := s.own("two"); holder != "one" {
			s.Fatalf("holder within the ttl: got %q, want one", holder)
		}
		s.beat("one", time.Hour)
		s.Advance(59 * time.Minute)
		if _, holder := s.own("two"); holder != "one" {
			s.Fatalf("holder after another beat: got %q, want one", holder)
		}
		s.Advance(2 * time.Minute)
		s.commit(bot.Commit{Fence: before}) // nobody took over yet
		after, holder := s.own("two")
		if after <= before {
			s.Fatalf("fence: got %d (holder %q) after %d, want a larger one", after, holder, before)
		}
		s.refuse(bot.Commit{Fence: before}, bot.ErrFenced)
		s.commit(bot.Commit{Fence: after})
		s.beat("one", time.Hour)
		s.beat("two", time.Hour)
		if _, holder := s.own("one"); holder != "two" {
			s.Errorf("holder: got %q, want two", holder)
		}
	}},
	{"an owner without a heartbeat", func(s *suite) {
		before, _ := s.own("one")
		after, _ := s.own("two")
		if after <= before {
			s.Errorf("fence: got %d after %d, want a larger one", after, before)
		}
	}},
	{"release", func(s *suite) {
		s.beat("one", time.Hour)
		s.beat("two", time.Hour)
		old, _ := s.own("one")
		fence, _ := s.own("one")
		s.ok(s.Store.Release(s.ctx(), s.p, "one", old))
		s.ok(s.Store.Release(s.ctx(), s.p, "two", fence))
		s.ok(s.Store.Release(s.ctx(), "oak", "one", fence))
		if _, holder := s.own("two"); holder != "one" {
			s.Fatalf("holder after releases that do not count: got %q, want one", holder)
		}
		s.ok(s.Store.Release(s.ctx(), s.p, "one", fence))
		s.refuse(bot.Commit{Fence: fence}, bot.ErrFenced)
		s.ok(s.Store.Release(s.ctx(), s.p, "one", fence))
		next, _ := s.own("two")
		if next <= fence {
			s.Errorf("fence: got %d after %d, want a larger one", next, fence)
		}
		s.ok(s.Store.Release(s.ctx(), s.p, "one", fence))
		s.commit(bot.Commit{Fence: next})
	}},
	{"the fence guards commits and claims", func(s *suite) {
		s.refuse(bot.Commit{Fence: 1}, bot.ErrFenced) // nobody owns it
		fence, _ := s.own("one")
		s.commit(bot.Commit{Fence: fence, Out: []bot.Parcel{a1}, Due: []bot.Due{due("d", start)}})
		for _, wrong := range []uint64{fence + 1, math.MaxUint64} {
			s.refuse(bot.Commit{Fence: wrong}, bot.ErrFenced)
			if _, err := s.Store.Claim(s.ctx(), s.p, bot.ClaimOptions{Fence: wrong, Channel: "telegram", Now: start, N: 1, Lease: lease}); err != bot.ErrFenced {
				s.Errorf("claim: got %v, want %v", err, bot.ErrFenced)
			}
			if _, err := s.Store.ClaimDue(s.ctx(), s.p, wrong, start, 1, lease); err != bot.ErrFenced {
				s.Errorf("claim due: got %v, want %v", err, bot.ErrFenced)
			}
		}
		s.commit(bot.Commit{}) // 0 asks for no check
		s.dues(start, 9, due("d", start))
		claimed, err := s.Store.Claim(s.ctx(), s.p, bot.ClaimOptions{Fence: fence, Channel: "telegram", Now: start, N: 1, Lease: lease})
		s.ok(err)
		s.same("claimed", len(claimed), 1)
		s.same("unknown", claimed[0].Unknown, 0)
	}},
}

var more = []test{
	{"index", func(s *suite) {
		change := func(name string, score int64) bot.IndexChange {
			return bot.IndexChange{Index: "open", Member: name, Score: score}
		}
		gone := func(name string) bot.IndexChange {
			return bot.IndexChange{Index: "open", Member: name, Remove: true}
		}
		s.commit(bot.Commit{Index: []bot.IndexChange{
			change("d", 30), change("b", 20), change("a", 20), change("c", -10), {Index: "quiet", Member: "z", Score: 20},
		}})
		list := func(from, to int64, n int, want ...bot.Member) {
			s.Helper()
			got, err := s.Store.Index(s.ctx(), s.p, "open", from, to, n)
			s.ok(err)
			s.same(fmt.Sprintf("[%d,%d] %d", from, to, n), got, want)
		}
		a, b, c, d := bot.Member{Name: "a", Score: 20}, bot.Member{Name: "b", Score: 20}, bot.Member{Name: "c", Score: -10}, bot.Member{Name: "d", Score: 30}
		list(math.MinInt64, math.MaxInt64, 0, c, a, b, d)
		list(math.MinInt64, math.MaxInt64, 3, c, a, b)
		list(20, 30, 0, a, b, d)
		list(-9, 29, 0, a, b)
		list(31, 20, 0)
		s.commit(bot.Commit{Index: []bot.IndexChange{change("a", 40), gone("b"), gone("none"), gone("c"), change("c", 1), change("e", 5), gone("e")}})
		list(math.MinInt64, math.MaxInt64, 0, bot.Member{Name: "c", Score: 1}, d, bot.Member{Name: "a", Score: 40})
		s.commit(bot.Commit{Index: []bot.IndexChange{change("x", 1<<53), change("y", 1<<53-1), gone("a"), gone("c"), gone("d")}})
		list(1<<53-1, 1<<53-1, 0, bot.Member{Name: "y", Score: 1<<53 - 1})
		list(1<<53, math.MaxInt64, 0, bot.Member{Name: "x", Score: 1 << 53})
	}},
	{"log", func(s *suite) {
		for i := range 5 {
			s.commit(bot.Commit{Append: []bot.LogEntry{
				{Log: "audit/c", Sealed: sealed(fmt.Sprint(i))}, {Log: "audit/d", Sealed: sealed("other")}, {Log: "audit/c", Sealed: sealed(fmt.Sprint(i, "b"))},
			}})
		}
		got, err := s.Store.Log(s.ctx(), s.p, "audit/c")
		s.ok(err)
		var want []bot.Sealed
		for i := range 5 {
			want = append(want, sealed(fmt.Sprint(i)), sealed(fmt.Sprint(i, "b")))
		}
		s.same("log", got, want)
		got, err = s.Store.Log(s.ctx(), s.p, "audit/none")
		s.ok(err)
		s.same("no log", got, nil)
	}},
	{"closed", func(s *suite) {
		s.ok(s.Store.Close())
		s.ok(s.Store.Close())
		if err := s.try(bot.Commit{}); err == nil || refusal(err) {
			s.Errorf("commit: got %v, want an error that is no sentinel", err)
		}
		if _, err := s.Store.Load(s.ctx(), s.p, bot.Query{Subjects: subjects}); err == nil {
			s.Error("load: got no error")
		}
	}},
}
