package storetest

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"anteroom/bot"
)

const workers = 64

// each runs work in parallel and waits.
func (s *suite) each(n int, work func(i int) error) {
	s.Helper()
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			if err := work(i); err != nil {
				s.Error(err)
			}
		})
	}
	wg.Wait()
	if s.Failed() {
		s.FailNow()
	}
}

func sum(states []bot.State) (total uint64) {
	for _, st := range states {
		total += binary.BigEndian.Uint64(st.Blob)
	}
	return total
}

// transfer moves one from one subject to another, and checks two more.
func (s *suite) transfer(e bot.EventID, of []bot.SubjectID, rnd *rand.Rand) error {
	four := make([]bot.SubjectID, 4)
	for i, j := range rnd.Perm(len(of))[:4] {
		four[i] = of[j]
	}
	for {
		l, err := s.Store.Load(s.ctx(), s.p, bot.Query{Event: e, Subjects: four})
		if err != nil {
			return err
		}
		c := bot.Commit{Event: e}
		for i, st := range l.States {
			w := bot.Write{Subject: four[i], Was: st.Version}
			if n := binary.BigEndian.Uint64(st.Blob); i < 2 {
				n += uint64(1 - 2*i) // the first gains what the second loses
				w.Next, w.Blob = st.Version+1, binary.BigEndian.AppendUint64(nil, n)
			}
			c.States = append(c.States, w)
		}
		if err := s.Store.Commit(s.ctx(), s.p, c); !errors.Is(err, bot.ErrConflict) {
			return err
		}
	}
}

var races = []test{
	{"what is moved between subjects is conserved", func(s *suite) {
		const moves, each = 6, 1000
		var accounts []bot.SubjectID
		for i := range 16 {
			accounts = append(accounts, bot.CaseloadSubject(fmt.Sprint(i)))
			s.commit(bot.Commit{States: []bot.Write{{Subject: accounts[i], Next: 1, Blob: binary.BigEndian.AppendUint64(nil, each)}}})
		}
		var done atomic.Bool
		watched := make(chan error, 1)
		go func() { // all of them are read as of one moment
			for !done.Load() {
				l, err := s.Store.Load(s.ctx(), s.p, bot.Query{Subjects: accounts})
				if err == nil && sum(l.States) != uint64(len(accounts))*each {
					err = fmt.Errorf("sum while they move: got %d, want %d", sum(l.States), len(accounts)*each)
				}
				if err != nil {
					watched <- err
					return
				}
			}
			watched <- nil
		}()
		s.each(workers, func(w int) error {
			rnd := rand.New(rand.NewPCG(1, uint64(w)))
			for i := range moves {
				if err := s.transfer(bot.EventID(fmt.Sprintf("move/%d/%d", w, i)), accounts, rnd); err != nil {
					return err
				}
			}
			return nil
		})
		done.Store(true)
		s.ok(<-watched)
		l := s.load(bot.Query{Subjects: accounts})
		s.same("sum", sum(l.States), uint64(len(accounts)*each))
		var versions uint64
		for _, st := range l.States {
			versions += st.Version - 1
		}
		s.same("versions", versions, uint64(2*workers*moves))
	}},
	{"the same event from everywhere", func(s *suite) {
		var wins atomic.Int64
		s.each(workers, func(w int) error {
			err := s.Store.Commit(s.ctx(), s.p, bot.Commit{Event: "once", Post: []bot.Letter{letter("chat/a", "l")}})
			if err == nil {
				wins.Add(1)
			} else if !errors.Is(err, bot.ErrSeen) {
				return err
			}
			return nil
		})
		s.same("wins", wins.Load(), int64(1))
		s.same("letters", len(s.dump().Letters["chat/a"]), 1)
	}},
	{"one letter is taken once", func(s *suite) {
		s.commit(bot.Commit{Post: []bot.Letter{letter("chat/a", "l"), letter("chat/a", "m")}})
		var wins atomic.Int64
		s.each(workers, func(w int) error {
			err := s.Store.Commit(s.ctx(), s.p, bot.Commit{Event: bot.EventID(fmt.Sprint("take/", w)), Took: &bot.LetterID{Subject: "chat/a", Event: "l"}})
			if err == nil {
				wins.Add(1)
			} else if !errors.Is(err, bot.ErrSeen) {
				return err
			}
			return nil
		})
		s.same("wins", wins.Load(), int64(1))
		s.same("letters", s.dump().Letters["chat/a"], []bot.Letter{letter("chat/a", "m")})
	}},
	{"every parcel is claimed once and in order", func(s *suite) {
		const senders, lanes, parcels = 8, 12, 6
		var mu sync.Mutex
		sent := map[bot.Lane][]string{}
		var left atomic.Int64
		left.Store(lanes * parcels)
		s.each(lanes+senders, func(w int) error {
			if w < lanes {
				for i := range parcels {
					l := bot.Lane{Channel: "telegram", Of: bot.Conversation(fmt.Sprint(w))}
					if err := s.Store.Commit(s.ctx(), s.p, bot.Commit{Event: bot.EventID(fmt.Sprintf("out/%d/%d", w, i)), Out: []bot.Parcel{parcel(l, fmt.Sprint(i))}}); err != nil {
						return err
					}
				}
				return nil
			}
			for left.Load() > 0 {
				claimed, err := s.Store.Claim(s.ctx(), s.p, bot.ClaimOptions{Channel: "telegram", Now: start, N: 4, Lease: time.Hour})
				if err != nil {
					return err
				}
				for _, c := range claimed {
					mu.Lock()
					sent[c.Lane] = append(sent[c.Lane], c.ID)
					mu.Unlock()
					if _, err := s.Store.Ack(s.ctx(), s.p, c, start, nil); err != nil {
						return err
					}
					left.Add(-1)
				}
			}
			return nil
		})
		for l, ids := range sent {
			s.same(string(l.Of), ids, []string{"0", "1", "2", "3", "4", "5"})
		}
		s.same("lanes", len(sent), lanes)
	}},
	{"one of many takes over", func(s *suite) {
		s.own("old")
		s.each(workers, func(w int) error { return s.Store.Heartbeat(s.ctx(), fmt.Sprint("new", w), time.Hour) })
		var wins atomic.Int64
		s.each(workers, func(w int) error {
			fence, _, err := s.Store.Own(s.ctx(), s.p, fmt.Sprint("new", w))
			if fence != 0 {
				wins.Add(1)
			}
			return err
		})
		s.same("wins", wins.Load(), int64(1))
	}},
}

var restarts = []test{
	{"everything is there again", func(s *suite) {
		s.kept()
		fence, _ := s.own("one")
		s.beat("one", time.Hour)
		s.commit(full())
		s.commit(bot.Commit{Event: "seen", Post: []bot.Letter{letter("chat/b", "l9")}})
		held := s.claim("telegram", start, 9)
		s.same("held", len(held), 1)
		s.dues(start, 9, due("d1", start))
		before := s.dump()
		s.ok(s.Store.Close())
		s.Store = s.Reopen()
		s.same("everything", s.dump(), before)
		s.refuse(bot.Commit{Event: "seen"}, bot.ErrSeen)
		s.commit(bot.Commit{Fence: fence})
		if _, holder := s.own("two"); holder != "one" {
			s.Errorf("holder: got %q, want one", holder)
		}
		s.claims("telegram", start, 9)
		s.claims("telegram", start.Add(lease), 9, again(held[0].Parcel, 1))
		s.ack(held[0], start, nil, false) // taken over since
		s.dues(start.Add(lease), 9, due("d1", start))
	}},
	{"a claim is answered after the restart", func(s *suite) {
		s.kept()
		s.commit(full())
		held := s.claim("telegram", start, 9)
		s.ok(s.Store.Close())
		s.Store = s.Reopen()
		s.ack(held[0], start, &bot.Receipt{Slot: "card", Sealed: sealed("r")}, true)
		s.claims("telegram", start, 9, fresh(parcel(lanes[0], "p2")))
	}},
	{"two processes", func(s *suite) {
		s.kept()
		other := s.Reopen()
		s.commit(full())
		got, err := dump(s.ctx(), other, s.p)
		s.ok(err)
		s.same("what the other sees", got, s.dump())
		s.each(2, func(w int) error {
			store := []bot.Store{s.Store, other}[w]
			for i := range 20 {
				err := store.Commit(s.ctx(), s.p, bot.Commit{Event: bot.EventID(fmt.Sprintf("two/%d/%d", w, i)), Post: []bot.Letter{letter("chat/a", bot.EventID(fmt.Sprint(i)))}})
				if err != nil {
					return err
				}
			}
			return nil
		})
		s.same("letters", len(s.dump().Letters["chat/a"]), 40)
	}},
}

// kept ends the test for a store that keeps nothing.
func (s *suite) kept() {
	if s.Reopen == nil {
		s.Skip("in memory: nothing is kept")
	}
}
