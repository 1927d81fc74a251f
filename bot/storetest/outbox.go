package storetest

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"anteroom/bot"
)

const lease = 30 * time.Second

func (s *suite) claim(ch bot.ChannelName, now time.Time, n int) []bot.Claimed {
	s.Helper()
	claimed, err := s.Store.Claim(s.ctx(), s.p, bot.ClaimOptions{Channel: ch, Now: now, N: n, Lease: lease})
	s.ok(err)
	return claimed
}

// claims compares what is claimed, whatever the tokens, and returns it.
func (s *suite) claims(ch bot.ChannelName, now time.Time, n int, want ...bot.Claimed) []bot.Claimed {
	s.Helper()
	got := s.claim(ch, now, n)
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty(), cmpopts.IgnoreFields(bot.Claimed{}, "Token")); diff != "" {
		s.Fatalf("claimed (-want +got):\n%s", diff)
	}
	return got
}

func (s *suite) ack(c bot.Claimed, now time.Time, r *bot.Receipt, more bool) {
	s.Helper()
	got, err := s.Store.Ack(s.ctx(), s.p, c, now, r)
	s.ok(err)
	s.same("more", got, more)
}

func (s *suite) nack(c bot.Claimed, until time.Time, known bool) {
	s.Helper()
	s.ok(s.Store.Nack(s.ctx(), s.p, c, until, known))
}

// ready compares when the next lane of telegram is ready. A lane that filled
// is ready since any time up to now.
func (s *suite) ready(now, want time.Time) {
	s.Helper()
	at, ok, err := s.Store.NextReady(s.ctx(), s.p, "telegram")
	s.ok(err)
	switch {
	case want.IsZero():
		if ok {
			s.Fatalf("next ready: got %v, want none", at)
		}
	case !ok:
		s.Fatalf("next ready: got none, want %v", want)
	case want.Equal(now):
		if at.After(now) {
			s.Fatalf("next ready: got %v, want now", at)
		}
	case !at.Equal(want):
		s.Fatalf("next ready: got %v, want %v", at, want)
	}
}

func fresh(p bot.Parcel) bot.Claimed { return bot.Claimed{Parcel: p} }

func again(p bot.Parcel, unknown int) bot.Claimed { return bot.Claimed{Parcel: p, Unknown: unknown} }

var (
	a1, a2, a3 = parcel(lanes[0], "a1"), parcel(lanes[0], "a2"), parcel(lanes[0], "a3")
	b1         = parcel(lanes[1], "b1")
	c1         = parcel(lanes[2], "c1")
)

var outbox = []test{
	{"a lane leaves in order, one at a time", func(s *suite) {
		s.claims("telegram", start, 9)
		s.ready(start, time.Time{})
		s.commit(bot.Commit{Out: []bot.Parcel{a1, b1, a2, c1}})
		s.commit(bot.Commit{Out: []bot.Parcel{a3}})
		s.ready(start, start)
		held := s.claims("telegram", start, 9, fresh(a1), fresh(b1))
		s.ready(start, start.Add(lease))
		s.claims("telegram", start, 9)
		s.ack(held[0], start, nil, true)
		s.ready(start, start)
		held[0] = s.claims("telegram", start, 9, fresh(a2))[0]
		s.ack(held[1], start, nil, false)
		s.ack(held[0], start, nil, true)
		s.ack(s.claims("telegram", start, 9, fresh(a3))[0], start, nil, false)
		s.claims("telegram", start.Add(time.Hour), 9)
		s.ready(start, time.Time{})
		s.ack(s.claims("slack", start, 9, fresh(c1))[0], start, nil, false)
		s.commit(bot.Commit{Out: []bot.Parcel{a1}})
		s.claims("telegram", start, 9, fresh(a1))
	}},
	{"what somebody waits for goes before what comes of itself", func(s *suite) {
		of := func(p bot.Parcel, ready time.Time) bot.Parcel { p.Ready = ready; return p }
		d1 := parcel(bot.Lane{Channel: "telegram", Of: "chat:dan"}, "d1")
		s.commit(bot.Commit{Out: []bot.Parcel{of(a1, start), of(d1, start.Add(time.Minute))}})
		s.claims("telegram", start.Add(-time.Second), 9)
		s.commit(bot.Commit{Out: []bot.Parcel{b1}})
		s.claims("telegram", start.Add(time.Minute), 1, fresh(b1))
		d2 := parcel(d1.Lane, "d2")
		s.commit(bot.Commit{Out: []bot.Parcel{d2}}) // somebody waits behind it now
		held := s.claims("telegram", start, 1, fresh(d1))
		s.commit(bot.Commit{Out: []bot.Parcel{parcel(d1.Lane, "d3")}}) // and a claim stays one
		s.claims("telegram", start, 9, fresh(a1))
		s.ack(held[0], start, nil, true)
		s.claims("telegram", start, 9, fresh(d2))
	}},
	{"a claim hides its lane until the lease ends", func(s *suite) {
		s.commit(bot.Commit{Out: []bot.Parcel{a1, a2}})
		s.claims("telegram", start, 9, fresh(a1))
		s.commit(bot.Commit{Out: []bot.Parcel{a3}})
		s.claims("telegram", start.Add(lease-time.Millisecond), 9)
		s.claims("telegram", start.Add(lease), 9, again(a1, 1))
		s.claims("telegram", start.Add(2*lease), 9, again(a1, 2))
	}},
	{"an owner that begins takes the claims of the one before back", func(s *suite) {
		s.beat("one", time.Hour)
		fence, _ := s.own("one")
		s.commit(bot.Commit{Fence: fence, Out: []bot.Parcel{a1, a2, b1, c1}})
		held := s.claims("telegram", start, 9, fresh(a1), fresh(b1))
		s.claims("slack", start, 9, fresh(c1))
		s.nack(held[1], start.Add(time.Hour), false) // it waits for its next try, and goes on waiting
		again1, _ := s.own("one")
		if err := s.Store.Free(s.ctx(), s.p, fence, "telegram", start); !errors.Is(err, bot.ErrFenced) {
			s.Errorf("free under an old fence: got %v, want %v", err, bot.ErrFenced)
		}
		s.claims("telegram", start, 9)
		s.ok(s.Store.Free(s.ctx(), s.p, again1, "telegram", start))
		s.ready(start, start)
		if more, err := s.Store.Ack(s.ctx(), s.p, held[0], start, nil); err != nil || more {
			s.Errorf("a claim that was taken back: got %v %v, want to be left alone", more, err)
		}
		now := s.claims("telegram", start, 9, again(a1, 1))
		s.claims("telegram", start, 9)
		s.ack(now[0], start, nil, true)
		s.claims("telegram", start, 9, fresh(a2))
		s.claims("slack", start, 9)
		s.claims("telegram", start.Add(time.Hour), 9, again(a2, 1), again(b1, 1))
		s.ok(s.Store.Free(s.ctx(), "elsewhere", 0, "telegram", start))
	}},
	{"the readiest first, at most n", func(s *suite) {
		s.commit(bot.Commit{Out: []bot.Parcel{b1, a1}})
		s.claims("telegram", start, 0)
		one := s.claims("telegram", start, 1, fresh(b1))[0]
		two := s.claims("telegram", start, 1, fresh(a1))[0]
		s.nack(one, start.Add(2*time.Second), true)
		s.nack(two, start.Add(time.Second), true)
		s.ready(start, start.Add(time.Second))
		s.claims("telegram", start.Add(999*time.Millisecond), 9)
		s.claims("telegram", start.Add(time.Second), 9, fresh(a1))
		s.claims("telegram", start.Add(2*time.Second), 9, fresh(b1))
	}},
	{"unknown attempts are counted, known ones are not", func(s *suite) {
		s.commit(bot.Commit{Out: []bot.Parcel{a1, a2}})
		now := start
		for _, attempt := range []struct {
			known bool
			next  int // what the next claim says
		}{{true, 0}, {false, 1}, {true, 1}, {false, 2}, {false, 3}, {true, 3}} {
			held := s.claim("telegram", now, 1)[0]
			now = now.Add(time.Second)
			s.nack(held, now, attempt.known)
			s.ready(now.Add(-time.Second), now)
			held = s.claims("telegram", now, 1, again(a1, attempt.next))[0]
			s.nack(held, now, true)
		}
		s.ack(s.claim("telegram", now, 1)[0], now, nil, true)
		s.claims("telegram", now, 1, fresh(a2))
	}},
	{"a claim that was taken over", func(s *suite) {
		s.commit(bot.Commit{Out: []bot.Parcel{a1, a2}})
		old := s.claims("telegram", start, 1, fresh(a1))[0]
		now := start.Add(lease)
		held := s.claims("telegram", now, 1, again(a1, 1))[0]
		s.ack(old, now, &bot.Receipt{Slot: "card", Sealed: sealed("old")}, false)
		s.nack(old, now, true)
		s.claims("telegram", now, 9)
		s.ack(held, now, &bot.Receipt{Slot: "card", Sealed: sealed("new")}, true)
		receipts, err := s.Store.Receipts(s.ctx(), s.p, lanes[0])
		s.ok(err)
		s.same("receipts", receipts, map[string]bot.Sealed{"card": sealed("new")})
		s.claims("telegram", now, 9, fresh(a2))
	}},
	{"late, but nobody took it over", func(s *suite) {
		s.commit(bot.Commit{Out: []bot.Parcel{a1, b1}})
		held := s.claims("telegram", start, 9, fresh(a1), fresh(b1))
		s.ack(held[0], start.Add(time.Hour), nil, false)
		s.nack(held[1], start.Add(time.Hour), true)
		s.claims("telegram", start.Add(time.Hour), 9, fresh(b1))
	}},
	{"an answer that is given twice", func(s *suite) {
		// All in one millisecond: what a claim is known by must not be a time.
		s.commit(bot.Commit{Out: []bot.Parcel{a1, a2, a3}})
		first := s.claims("telegram", start, 1, fresh(a1))[0]
		s.ack(first, start, nil, true)
		s.ack(first, start, nil, false)
		second := s.claims("telegram", start, 1, fresh(a2))[0]
		s.ack(first, start, nil, false)
		s.nack(first, start, true)
		s.claims("telegram", start, 1)
		s.nack(second, start, false)
		s.nack(second, start, true)
		s.ack(second, start, nil, false)
		third := s.claims("telegram", start, 1, again(a2, 1))[0]
		s.ack(third, start, nil, true)
		s.claims("telegram", start, 1, fresh(a3))
	}},
	{"what was never claimed is not answered", func(s *suite) {
		s.commit(bot.Commit{Out: []bot.Parcel{a1, a2}})
		s.ack(fresh(a1), start, nil, false)
		s.nack(fresh(a1), start.Add(time.Hour), true)
		s.nack(s.claims("telegram", start, 1, fresh(a1))[0], start, false)
		s.ack(fresh(a1), start, nil, false)
		s.nack(fresh(a1), start.Add(time.Hour), true)
		s.claims("telegram", start, 9, again(a1, 1))
	}},
	{"the same parcel in two lanes", func(s *suite) {
		other := bot.Parcel{Lane: lanes[1], ID: "a1", Sealed: sealed("other")}
		s.commit(bot.Commit{Out: []bot.Parcel{a1, other, a1}})
		held := s.claims("telegram", start, 9, fresh(a1), fresh(other))
		s.ack(held[0], start, nil, true)
		s.ack(held[1], start, nil, false)
		s.claims("telegram", start, 9, fresh(a1))
	}},
	{"what is aside lets the rest pass", func(s *suite) {
		s.commit(bot.Commit{Out: []bot.Parcel{a1, a2, a3, b1}})
		held := s.claims("telegram", start, 9, fresh(a1), fresh(b1))
		s.ok(s.Store.Hold(s.ctx(), s.p, held[0], start))
		s.ok(s.Store.Hold(s.ctx(), s.p, held[1], start))
		s.ok(s.Store.Hold(s.ctx(), s.p, held[0], start)) // once
		s.ack(held[0], start, nil, false)
		held = s.claims("telegram", start, 9, fresh(a2))
		s.ok(s.Store.Hold(s.ctx(), s.p, held[0], start))
		s.ack(s.claims("telegram", start, 9, fresh(a3))[0], start, nil, false)
		s.ready(start, time.Time{})
		s.claims("telegram", start.Add(time.Hour), 9)
		a4 := parcel(lanes[0], "a4")
		s.commit(bot.Commit{Out: []bot.Parcel{a4}})
		now := start.Add(time.Minute)
		s.ok(s.Store.Recall(s.ctx(), s.p, 0, "slack", now))
		s.ok(s.Store.Recall(s.ctx(), s.p, 0, "telegram", now))
		s.ok(s.Store.Recall(s.ctx(), s.p, 0, "telegram", now))
		s.ready(now, now)
		held = s.claims("telegram", now, 9, fresh(a1), fresh(b1))
		s.ack(held[1], now, nil, false)
		for _, next := range []bot.Parcel{a2, a4} {
			s.ack(held[0], now, nil, true)
			held = s.claims("telegram", now, 9, fresh(next))
		}
		s.ack(held[0], now, nil, false)
	}},
	{"what is aside comes back behind a head that was tried", func(s *suite) {
		for _, tt := range []struct {
			name    string
			settles func(held bot.Claimed)
			first   []bot.Claimed // what is claimed next, when the lane is ready
		}{
			{"claimed", func(held bot.Claimed) { s.ack(held, start, nil, true) }, []bot.Claimed{fresh(a1), fresh(a3)}},
			{"unknown", func(held bot.Claimed) { s.nack(held, start, false) }, []bot.Claimed{again(a2, 1), fresh(a1), fresh(a3)}},
			{"not sent", func(held bot.Claimed) { s.nack(held, start, true) }, []bot.Claimed{fresh(a2), fresh(a1), fresh(a3)}},
		} {
			s.commit(bot.Commit{Out: []bot.Parcel{a1, a2, a3}})
			s.ok(s.Store.Hold(s.ctx(), s.p, s.claims("telegram", start, 9, fresh(a1))[0], start))
			held := s.claims("telegram", start, 9, fresh(a2))[0]
			s.ok(s.Store.Recall(s.ctx(), s.p, 0, "telegram", start))
			s.ready(start, start.Add(lease))
			tt.settles(held)
			for i, want := range tt.first {
				held = s.claims("telegram", start, 9, want)[0]
				s.ack(held, start, nil, i+1 < len(tt.first))
			}
		}
	}},
	{"what is aside is dropped, and goes with its lane", func(s *suite) {
		for _, tt := range []func(held bot.Claimed){
			func(held bot.Claimed) {
				s.ok(s.Store.Drop(s.ctx(), s.p, fresh(a2))) // no claim
				s.ok(s.Store.Drop(s.ctx(), s.p, held))
				s.ack(held, start, nil, false)
			},
			func(bot.Claimed) {
				s.commit(bot.Commit{Erase: []bot.Erasure{{Subject: "chat/a", Key: "chat/a", Lanes: lanes[:1]}}})
			},
		} {
			s.commit(bot.Commit{Out: []bot.Parcel{a1, a2, b1}})
			held := s.claims("telegram", start, 9, fresh(a1), fresh(b1))
			s.ok(s.Store.Hold(s.ctx(), s.p, held[0], start))
			s.ok(s.Store.Hold(s.ctx(), s.p, held[1], start))
			tt(s.claims("telegram", start, 9, fresh(a2))[0])
			s.ok(s.Store.Recall(s.ctx(), s.p, 0, "telegram", start))
			s.ack(s.claims("telegram", start, 9, fresh(b1))[0], start, nil, false)
		}
	}},
	{"nobody else takes back what is aside", func(s *suite) {
		s.beat("one", time.Hour)
		fence, _ := s.own("one")
		s.commit(bot.Commit{Fence: fence, Out: []bot.Parcel{a1}})
		s.ok(s.Store.Hold(s.ctx(), s.p, s.claims("telegram", start, 9, fresh(a1))[0], start))
		newer, _ := s.own("one")
		if err := s.Store.Recall(s.ctx(), s.p, fence, "telegram", start); !errors.Is(err, bot.ErrFenced) {
			s.Errorf("recall under an old fence: got %v, want %v", err, bot.ErrFenced)
		}
		s.ok(s.Store.Recall(s.ctx(), s.p, newer, "telegram", start))
		s.claims("telegram", start, 9, fresh(a1))
	}},
	{"receipts by slot", func(s *suite) {
		var want = map[string]bot.Sealed{}
		for i, slot := range []string{"card", "menu", "card", ""} {
			p := parcel(lanes[0], fmt.Sprint(i))
			s.commit(bot.Commit{Out: []bot.Parcel{p}})
			r := bot.Receipt{Slot: slot, Sealed: sealed(fmt.Sprint("receipt ", i))}
			s.ack(s.claims("telegram", start, 1, fresh(p))[0], start, &r, false)
			want[slot] = r.Sealed
		}
		for _, test := range []struct {
			slots []string
			want  map[string]bot.Sealed
		}{
			{nil, want},
			{[]string{"card"}, map[string]bot.Sealed{"card": want["card"]}},
			{[]string{"none", "menu"}, map[string]bot.Sealed{"menu": want["menu"]}},
			{[]string{"none"}, nil},
		} {
			got, err := s.Store.Receipts(s.ctx(), s.p, lanes[0], test.slots...)
			s.ok(err)
			s.same(fmt.Sprint(test.slots), got, test.want)
		}
		got, err := s.Store.Receipts(s.ctx(), s.p, lanes[1])
		s.ok(err)
		s.same("another lane", got, nil)
	}},
	{"practices are apart", func(s *suite) {
		s.commit(bot.Commit{Out: []bot.Parcel{a1}})
		got, err := s.Store.Claim(s.ctx(), "oak", bot.ClaimOptions{Channel: "telegram", Now: start, N: 9, Lease: lease})
		s.ok(err)
		s.same("claimed", got, nil)
		held := s.claims("telegram", start, 9, fresh(a1))[0]
		more, err := s.Store.Ack(s.ctx(), "oak", held, start, nil)
		s.ok(err)
		s.same("more", more, false)
		s.claims("telegram", start.Add(lease), 9, again(a1, 1))
	}},
}

var dues = []test{
	{"the earliest first, hidden until the lease ends", func(s *suite) {
		at := func(d time.Duration) time.Time { return start.Add(d) }
		d1, d2, d3 := due("z", at(0)), due("a", at(2*time.Second)), due("b", at(time.Second))
		s.next(time.Time{})
		s.commit(bot.Commit{Due: []bot.Due{d2, d3, d1}})
		s.next(at(0))
		s.dues(at(-time.Millisecond), 9)
		s.dues(at(0), 0)
		s.dues(at(0), 9, d1)
		s.next(at(time.Second))
		s.dues(at(2*time.Second), 1, d3)
		s.next(at(2 * time.Second))
		s.dues(at(3*time.Second), 9, d2)
		s.next(at(lease))
		s.dues(at(lease-time.Millisecond), 9)
		s.dues(at(lease), 9, d1)
		s.dues(at(2*lease), 9, d1, d3, d2)
	}},
	{"what follows from the id", func(s *suite) {
		plain := bot.Due{DueID: bot.DueID{ID: "chat/a/nudge", At: start}, Subject: "chat/a"}
		other := bot.Due{DueID: bot.DueID{ID: "chat/a/rest", At: start}, Subject: "chat/b"}
		none := bot.Due{DueID: bot.DueID{ID: "chat/a/none", At: start.Add(2 * time.Millisecond)}}
		other.At = start.Add(time.Millisecond)
		s.commit(bot.Commit{Due: []bot.Due{none, other, plain}})
		for i, d := range []bot.Due{plain, other, none} {
			s.dues(start.Add(time.Duration(i)*time.Millisecond), 1, d)
		}
		s.dues(start.Add(time.Second+lease), 9, plain, other, none) // and when claimed again
		plain.Subject, plain.Sealed = "chat/b", sealed("x")
		other.Subject = "chat/a"
		s.commit(bot.Commit{Due: []bot.Due{plain, other}})
		s.dues(start.Add(time.Second), 9, plain, other)
	}},
	{"an entry of the same id moves", func(s *suite) {
		d := due("d", start)
		s.commit(bot.Commit{Due: []bot.Due{d}})
		d.At, d.Subject, d.Blob = start.Add(time.Hour), "chat/b", []byte("later")
		s.commit(bot.Commit{Due: []bot.Due{d}})
		s.dues(start, 9)
		s.next(d.At)
		s.dues(d.At, 9, d)
		d.At = start.Add(time.Minute) // out of hiding
		s.commit(bot.Commit{Due: []bot.Due{d}})
		s.dues(d.At, 9, d)
	}},
	{"done only if planned for that time", func(s *suite) {
		d := due("d", start)
		s.commit(bot.Commit{Due: []bot.Due{d}})
		s.dues(start, 9, d)
		s.commit(bot.Commit{DueDone: &bot.DueID{ID: "d", At: start.Add(time.Millisecond)}})
		s.commit(bot.Commit{DueDone: &bot.DueID{ID: "other", At: start}})
		s.next(start.Add(lease))
		s.commit(bot.Commit{DueDone: &bot.DueID{ID: "d", At: start.Add(999 * time.Microsecond)}}) // to the millisecond
		s.next(time.Time{})
		s.dues(start.Add(time.Hour), 9)
	}},
	{"done and planned anew in one commit", func(s *suite) {
		d := due("d", start)
		s.commit(bot.Commit{Due: []bot.Due{d}})
		s.dues(start, 9, d)
		later := due("d", start.Add(time.Hour))
		s.commit(bot.Commit{DueDone: &d.DueID, Undue: []string{"d"}, Due: []bot.Due{later}})
		s.next(later.At)
		s.commit(bot.Commit{DueDone: &d.DueID})
		s.dues(later.At, 9, later)
	}},
	{"undue", func(s *suite) {
		a, b, c := due("a", start), due("b", start.Add(time.Millisecond)), due("c", start.Add(time.Second))
		s.commit(bot.Commit{Due: []bot.Due{a, b, c}})
		s.dues(b.At, 1, a)
		s.commit(bot.Commit{Undue: []string{"a", "b", "none"}})
		s.next(c.At)
		s.dues(start.Add(time.Hour), 9, c)
	}},
	{"done without a step", func(s *suite) {
		fence, _ := s.own("one")
		a, b, c := due("a", start), due("b", start.Add(time.Second)), due("c", start.Add(2*time.Second))
		plain := bot.Due{DueID: bot.DueID{ID: "chat/a/nudge", At: start.Add(time.Millisecond)}, Subject: "chat/a"}
		s.commit(bot.Commit{Due: []bot.Due{a, b, c, plain}})
		s.dues(start.Add(time.Second), 9, a, plain, b)
		if err := s.Store.DoneDue(s.ctx(), s.p, fence+1, []bot.DueID{a.DueID}); err != bot.ErrFenced {
			s.Errorf("got %v, want %v", err, bot.ErrFenced)
		}
		moved := bot.DueID{ID: "b", At: b.At.Add(time.Millisecond)} // planned otherwise
		s.ok(s.Store.DoneDue(s.ctx(), s.p, fence, []bot.DueID{a.DueID, moved, {ID: "none", At: start}, plain.DueID, a.DueID}))
		s.next(c.At)
		s.ok(s.Store.DoneDue(s.ctx(), s.p, 0, []bot.DueID{c.DueID})) // not claimed
		s.ok(s.Store.DoneDue(s.ctx(), s.p, 0, nil))
		s.dues(start.Add(time.Hour), 9, b)
	}},
	{"practices are apart", func(s *suite) {
		s.commit(bot.Commit{Due: []bot.Due{due("a", start)}})
		got, err := s.Store.ClaimDue(s.ctx(), "oak", 0, start, 9, lease)
		s.ok(err)
		s.same("claimed", got, nil)
	}},
	{"many at once", func(s *suite) {
		var all []bot.Due
		for i := range 3000 {
			all = append(all, due(fmt.Sprintf("chat/%04d/nudge", i), start.Add(time.Duration(i)*time.Millisecond)))
		}
		s.commit(bot.Commit{Due: all})
		now := start.Add(time.Hour)
		var got []bot.Due
		for {
			some, err := s.Store.ClaimDue(s.ctx(), s.p, 0, now, 5000, lease)
			s.ok(err)
			s.same("in order", slices.IsSortedFunc(some, func(a, b bot.Due) int { return a.At.Compare(b.At) }), true)
			if got = append(got, some...); len(some) == 0 {
				break
			}
		}
		slices.SortFunc(got, func(a, b bot.Due) int { return a.At.Compare(b.At) })
		s.same("claimed", got, all)
		var ids []bot.DueID
		for _, d := range all[:2900] {
			ids = append(ids, d.DueID)
		}
		s.ok(s.Store.DoneDue(s.ctx(), s.p, 0, ids))
		s.same("left", len(s.claimDue(now.Add(lease), 1000)), 100)
	}},
	{"a subject keeps its order", func(s *suite) {
		var all []bot.Due
		for i := range 300 {
			of, n := i%30, i/30
			all = append(all, due(fmt.Sprintf("chat/%02d/%d", of, n), start.Add(time.Duration((i*7919)%1000)*time.Millisecond)))
		}
		s.commit(bot.Commit{Due: all})
		last := map[string]time.Time{}
		for range 100 {
			for _, d := range s.claimDue(start.Add(time.Second), 3) {
				of := d.ID[:len("chat/00")]
				if d.At.Before(last[of]) {
					s.Fatalf("%s comes after %s", d.ID, last[of])
				}
				last[of] = d.At
			}
		}
		s.same("left", len(s.claimDue(start.Add(time.Second), 1)), 0)
	}},
	{"many of one time", func(s *suite) {
		want := map[string]bool{}
		var all []bot.Due
		for i := range 3000 {
			all = append(all, due(fmt.Sprintf("%04d", i), start))
			want[all[i].ID] = true
		}
		s.commit(bot.Commit{Due: all})
		for n := range 3 {
			some := s.claimDue(start, 1000)
			s.same("claimed", len(some), 1000)
			for _, d := range some {
				if !want[d.ID] {
					s.Fatalf("claim %d: %s is hidden", n, d.ID)
				}
				delete(want, d.ID)
			}
		}
	}},
}

func (s *suite) claimDue(now time.Time, n int) []bot.Due {
	s.Helper()
	got, err := s.Store.ClaimDue(s.ctx(), s.p, 0, now, n, lease)
	s.ok(err)
	return got
}

func (s *suite) dues(now time.Time, n int, want ...bot.Due) {
	s.Helper()
	got, err := s.Store.ClaimDue(s.ctx(), s.p, 0, now, n, lease)
	s.ok(err)
	s.same("claimed", got, want)
}

func (s *suite) next(want time.Time) {
	s.Helper()
	at, ok, err := s.Store.NextDue(s.ctx(), s.p)
	s.ok(err)
	s.same("is one due", ok, !want.IsZero())
	if ok && !at.Equal(want) {
		s.Fatalf("next due: got %v, want %v", at, want)
	}
}
