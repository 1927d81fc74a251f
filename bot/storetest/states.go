package storetest

import (
	"bytes"
	"context"
	"errors"
	"math"
	"time"

	"anteroom/bot"
)

var states = []test{
	{"versions", func(s *suite) {
		put := func(was, next uint64, text string) bot.Commit {
			return bot.Commit{States: []bot.Write{{Subject: "chat/a", Was: was, Next: next, Blob: []byte(text)}}}
		}
		s.same("nobody yet", s.state("chat/a"), bot.State{})
		s.commit(put(0, 1, "one"))
		s.same("created", s.state("chat/a"), bot.State{Version: 1, Blob: []byte("one")})
		s.refuse(put(0, 1, "again"), bot.ErrConflict)
		s.commit(put(1, 5, "five"))
		s.refuse(put(1, 6, "stale"), bot.ErrConflict)
		s.refuse(put(6, 7, "early"), bot.ErrConflict)
		s.commit(put(5, math.MaxUint64-1, ""))
		s.commit(put(math.MaxUint64-1, math.MaxUint64, "last"))
		s.refuse(put(math.MaxUint64-1, math.MaxUint64, "stale"), bot.ErrConflict)
		s.same("moved", s.state("chat/a"), bot.State{Version: math.MaxUint64, Blob: []byte("last")})
	}},
	{"an empty blob is a blob", func(s *suite) {
		s.commit(bot.Commit{States: []bot.Write{{Subject: "chat/a", Next: 2, Blob: []byte{}}}})
		s.same("state", s.state("chat/a"), bot.State{Version: 2})
	}},
	{"load keeps the order of the query", func(s *suite) {
		s.commit(full())
		got := s.load(bot.Query{Subjects: []bot.SubjectID{"chat/none", "case/c", "chat/a"}, Keys: []bot.KeyID{"chat/none", "chat/a"}})
		s.same("loaded", got, bot.Loaded{
			States: []bot.State{{}, {Version: 7, Blob: []byte("seven")}, {Version: 1, Blob: []byte("one")}},
			Keys:   [][]byte{nil, []byte("wrapped")},
		})
		if got.Keys[0] != nil {
			s.Error("a key that is not there is not nil")
		}
		s.same("nothing asked", s.load(bot.Query{}), bot.Loaded{})
		other, err := s.Store.Load(s.ctx(), "oak", bot.Query{Event: "e1", Subjects: []bot.SubjectID{"chat/a"}, Keys: []bot.KeyID{"chat/a"}})
		s.ok(err)
		s.same("another practice", other, bot.Loaded{States: []bot.State{{}}, Keys: [][]byte{nil}})
	}},
	{"a write without a blob only checks", func(s *suite) {
		s.commit(full())
		check := func(subject bot.SubjectID, was uint64) bot.Commit {
			return bot.Commit{States: []bot.Write{{Subject: subject, Was: was}}}
		}
		s.commit(check("chat/a", 1))
		s.commit(check("chat/none", 0))
		s.refuse(check("chat/a", 0), bot.ErrConflict)
		s.refuse(check("chat/a", 2), bot.ErrConflict)
		s.refuse(check("chat/none", 1), bot.ErrConflict)
		s.same("unchanged", s.state("chat/a"), bot.State{Version: 1, Blob: []byte("one")})
		s.same("not created", s.state("chat/none"), bot.State{})
	}},
	{"four subjects at once", func(s *suite) {
		var c bot.Commit
		for i, subject := range subjects {
			c.States = append(c.States, bot.Write{Subject: subject, Next: uint64(i) + 1, Blob: []byte(subject)})
		}
		s.commit(c)
		for i, got := range s.load(bot.Query{Subjects: subjects}).States {
			s.same("state", got, bot.State{Version: uint64(i) + 1, Blob: []byte(subjects[i])})
		}
		for i := range c.States {
			c.States[i].Was, c.States[i].Next = c.States[i].Next, c.States[i].Next+10
		}
		c.States[3].Was++
		before := s.dump()
		s.refuse(c, bot.ErrConflict)
		s.same("after a conflict in the last", s.dump(), before)
	}},
	{"wrong commits", func(s *suite) {
		nine := full()
		for _, subject := range []bot.SubjectID{"1", "2", "3", "4", "5", "6", "7"} {
			nine.States = append(nine.States, bot.Write{Subject: subject})
		}
		nine.States[8].Was = 1
		s.refuse(nine, bot.ErrConflict) // the last is looked at as the first
		before := s.dump()
		ten := full()
		for _, subject := range []bot.SubjectID{"1", "2", "3", "4", "5", "6", "7", "8"} {
			ten.States = append(ten.States, bot.Write{Subject: subject})
		}
		back := full()
		back.States[0].Was, back.States[0].Next = 2, 1
		score := full()
		score.Index[1].Score = 1<<53 + 1
		for name, c := range map[string]bot.Commit{"ten subjects": ten, "version goes back": back, "score is not exact": score} {
			if err := s.try(c); err == nil || refusal(err) {
				s.Errorf("%s: got %v, want an error that is no sentinel", name, err)
			}
		}
		nameless := full()
		if err := s.Store.Commit(s.ctx(), s.p, nameless); err == nil || refusal(err) {
			s.Errorf("no event: got %v, want an error that is no sentinel", err)
		}
		s.same("after wrong commits", s.dump(), before)
	}},
	{"an event is seen for 48 hours", func(s *suite) {
		c := bot.Commit{Event: "tg/1", States: []bot.Write{{Subject: "chat/a", Next: 1, Blob: []byte("one")}}}
		seen := func() bool { return s.load(bot.Query{Event: "tg/1"}).Seen }
		s.same("before", seen(), false)
		s.commit(c)
		s.same("after", seen(), true)
		if got, err := s.Store.Load(s.ctx(), "oak", bot.Query{Event: "tg/1"}); err != nil || got.Seen {
			s.Fatalf("another practice: got %v %v, want not seen", got.Seen, err)
		}
		c.States[0].Was, c.States[0].Next = 1, 2
		s.refuse(c, bot.ErrSeen)
		s.Advance(bot.SeenFor - time.Minute)
		s.same("a minute before the end", seen(), true)
		s.refuse(c, bot.ErrSeen)
		s.same("state", s.state("chat/a").Version, uint64(1))
		s.Advance(2 * time.Minute)
		s.same("a minute after the end", seen(), false)
		s.commit(c)
		s.same("seen anew", seen(), true)
		s.same("state", s.state("chat/a").Version, uint64(2))
		s.Advance(bot.SeenFor - time.Minute)
		s.refuse(c, bot.ErrSeen)
	}},
	{"a refused event is not seen", func(s *suite) {
		c := bot.Commit{Event: "tg/1", States: []bot.Write{{Subject: "chat/a", Was: 4, Next: 5, Blob: []byte("x")}}}
		s.refuse(c, bot.ErrConflict)
		s.same("seen", s.load(bot.Query{Event: "tg/1"}).Seen, false)
		c.States[0].Was = 0
		s.commit(c)
	}},
	{"refusals in their order", func(s *suite) {
		s.commit(bot.Commit{Event: "old", Post: []bot.Letter{letter("chat/a", "head")}})
		fence, _, err := s.Store.Own(s.ctx(), s.p, "one")
		s.ok(err)
		moved := []bot.Write{{Subject: "chat/a", Was: 3, Next: 4, Blob: []byte("x")}}
		wrong := &bot.LetterID{Subject: "chat/a", Event: "other"}
		for _, test := range []struct {
			name string
			c    bot.Commit
			want error
		}{
			{"all wrong", bot.Commit{Fence: fence + 1, Event: "old", States: moved, Took: wrong}, bot.ErrFenced},
			{"seen and moved", bot.Commit{Fence: fence, Event: "old", States: moved}, bot.ErrSeen},
			{"taken and moved", bot.Commit{Fence: fence, States: moved, Took: wrong}, bot.ErrSeen},
			{"moved", bot.Commit{Fence: fence, States: moved}, bot.ErrConflict},
		} {
			if err := s.try(test.c); !errors.Is(err, test.want) {
				s.Errorf("%s: got %v, want %v", test.name, err, test.want)
			}
		}
	}},
	{"a key that exists is a conflict", func(s *suite) {
		s.commit(bot.Commit{Keys: []bot.NewKey{{ID: "chat/a", Wrapped: []byte("first")}}})
		c := full()
		before := s.dump()
		s.refuse(c, bot.ErrConflict)
		s.same("after the conflict", s.dump(), before)
		c.Erase = []bot.Erasure{{Subject: "chat/a", Key: "chat/a"}}
		s.commit(c)
		s.same("replaced", s.load(bot.Query{Keys: keys[:1]}).Keys[0], []byte("wrapped"))
	}},
	{"what is erased can begin anew in the same commit", func(s *suite) {
		s.commit(bot.Commit{States: []bot.Write{{Subject: "chat/a", Next: 5, Blob: []byte("old")}}, Keys: []bot.NewKey{{ID: "chat/a", Wrapped: []byte("first")}}})
		s.commit(bot.Commit{States: []bot.Write{{Subject: "chat/a", Was: 5, Next: 9, Blob: []byte("new")}},
			Erase: []bot.Erasure{{Subject: "chat/a", Key: "chat/a"}}, Keys: []bot.NewKey{{ID: "chat/a", Wrapped: []byte("second")}}})
		got := s.load(bot.Query{Subjects: []bot.SubjectID{"chat/a"}, Keys: []bot.KeyID{"chat/a"}})
		s.same("state", got.States[0], bot.State{Version: 9, Blob: []byte("new")})
		s.same("key", got.Keys[0], []byte("second"))
		s.refuse(bot.Commit{States: []bot.Write{{Subject: "chat/a", Was: 5, Next: 10, Blob: []byte("late")}},
			Erase: []bot.Erasure{{Subject: "chat/a", Key: "chat/a"}}}, bot.ErrConflict)
	}},
	{"a refused commit leaves nothing", func(s *suite) {
		s.commit(bot.Commit{Event: "old", Keys: []bot.NewKey{{ID: "chat/b", Wrapped: []byte("w")}}})
		before := s.dump()
		for name, spoil := range map[string]func(*bot.Commit){
			"fence":    func(c *bot.Commit) { c.Fence = 99 },
			"seen":     func(c *bot.Commit) { c.Event = "old" },
			"conflict": func(c *bot.Commit) { c.States[1].Was, c.States[1].Next = 3, 9 },
			"took":     func(c *bot.Commit) { c.Took = &bot.LetterID{Subject: "chat/b", Event: "l1"} },
			"key":      func(c *bot.Commit) { c.Keys = append(c.Keys, bot.NewKey{ID: "chat/b"}) },
		} {
			c := full()
			c.Event = s.event()
			spoil(&c)
			if err := s.try(c); !refusal(err) {
				s.Errorf("%s: got %v, want a refusal", name, err)
			}
			s.same(name, s.dump(), before)
			if c.Event != "old" {
				s.same(name+": seen", s.load(bot.Query{Event: c.Event}).Seen, false)
			}
		}
		claimed, err := s.Store.Claim(s.ctx(), s.p, bot.ClaimOptions{Channel: "telegram", Now: start, N: 9, Lease: time.Minute})
		s.ok(err)
		s.same("claimed", claimed, nil)
		s.commit(full())
	}},
	{"whatever the bytes", func(s *suite) {
		every := make([]byte, 256)
		for i := range every {
			every[i] = byte(i)
		}
		big := bytes.Repeat(every, 4096)
		name := "ü %{x}\\'\"\n:/*?[a]"
		c := bot.Commit{
			Event:  bot.EventID(name),
			States: []bot.Write{{Subject: bot.SubjectID(name), Next: 1, Blob: big}},
			Keys:   []bot.NewKey{{ID: bot.KeyID(name), Wrapped: every}},
			Post:   []bot.Letter{{LetterID: bot.LetterID{Subject: bot.SubjectID(name), Event: bot.EventID(name)}, Sealed: bot.Sealed{Key: bot.KeyID(name), Blob: every}}, letter(bot.SubjectID(name), "")},
			Index:  []bot.IndexChange{{Index: name, Member: name, Score: -1 << 53}},
			Append: []bot.LogEntry{{Log: name, Sealed: bot.Sealed{Key: bot.KeyID(name), Blob: every}}, {Log: name}},
		}
		s.commit(c)
		s.refuse(c, bot.ErrSeen)
		got := s.load(bot.Query{Event: c.Event, Subjects: []bot.SubjectID{bot.SubjectID(name)}, Keys: []bot.KeyID{bot.KeyID(name)}})
		s.same("loaded", got, bot.Loaded{Seen: true, States: []bot.State{{Version: 1, Blob: big}}, Keys: [][]byte{every}})
		letters, err := s.Store.Letters(s.ctx(), s.p, bot.SubjectID(name), 5)
		s.ok(err)
		s.same("letters", letters, c.Post)
		members, err := s.Store.Index(s.ctx(), s.p, name, math.MinInt64, math.MaxInt64, 0)
		s.ok(err)
		s.same("members", members, []bot.Member{{Name: name, Score: -1 << 53}})
		entries, err := s.Store.Log(s.ctx(), s.p, name)
		s.ok(err)
		s.same("log", entries, []bot.Sealed{c.Append[0].Sealed, {}})
		s.commit(bot.Commit{Took: &c.Post[0].LetterID})
		s.commit(bot.Commit{Took: &c.Post[1].LetterID})
	}},
	{"a context that is over", func(s *suite) {
		ctx, cancel := context.WithCancel(s.ctx())
		cancel()
		if err := s.Store.Commit(ctx, s.p, bot.Commit{Event: "x"}); err == nil || refusal(err) {
			s.Errorf("commit: got %v, want an error that is no sentinel", err)
		}
	}},
}

func refusal(err error) bool {
	return errors.Is(err, bot.ErrConflict) || errors.Is(err, bot.ErrSeen) || errors.Is(err, bot.ErrFenced)
}

var erasures = []test{
	{"takes all of the subject and nothing else", func(s *suite) {
		c := full()
		c.States = append(c.States, bot.Write{Subject: "chat/b", Next: 1, Blob: []byte("b")})
		c.Keys = append(c.Keys, bot.NewKey{ID: "chat/b", Wrapped: []byte("wb")})
		c.Post = append(c.Post, letter("chat/a", "l4"))
		c.Out = append(c.Out, parcel(lanes[1], "p4"))
		s.commit(c)
		for _, claimed := range s.claim("telegram", start, 9) {
			if claimed.Lane == lanes[0] || claimed.Lane == lanes[1] {
				_, err := s.Store.Ack(s.ctx(), s.p, claimed, start, &bot.Receipt{Slot: "card", Sealed: sealed("r " + claimed.ID)})
				s.ok(err)
			}
		}
		want := s.dump()
		s.commit(bot.Commit{
			Event: "forget",
			Erase: []bot.Erasure{{Subject: "chat/a", Key: "chat/a", Lanes: lanes[:1]}},
		})
		want.Loaded.States[0], want.Loaded.Keys[0] = bot.State{}, nil
		want.Letters["chat/a"] = nil
		want.Waiting = []bot.SubjectID{"case/c", "chat/b"}
		want.Receipts[lanes[0]] = nil
		want.NextReady["telegram"] = -1 // p4 was acknowledged, p2 erased
		s.same("after the erasure", s.dump(), want)
		s.refuse(bot.Commit{Event: "forget"}, bot.ErrSeen)
		s.refuse(bot.Commit{Event: "e1"}, bot.ErrSeen)
		s.commit(bot.Commit{
			States: []bot.Write{{Subject: "chat/a", Next: 1, Blob: []byte("anew")}},
			Keys:   []bot.NewKey{{ID: "chat/a", Wrapped: []byte("another")}},
			Out:    []bot.Parcel{parcel(lanes[0], "p5")},
		})
		claimed := s.claim("telegram", start, 9)
		if len(claimed) != 1 || claimed[0].ID != "p5" || claimed[0].Unknown != 0 {
			s.Errorf("claimed after the erasure: got %+v, want p5 alone", claimed)
		}
	}},
	{"comes before the writes of its commit", func(s *suite) {
		s.commit(full())
		c := bot.Commit{
			Erase:  []bot.Erasure{{Subject: "chat/a", Key: "chat/a", Lanes: lanes[:1]}, {Subject: "chat/b", Key: "chat/b"}},
			States: []bot.Write{{Subject: "chat/a", Was: 1, Next: 2, Blob: []byte("stone")}, {Subject: "chat/b"}},
			Post:   []bot.Letter{letter("chat/b", "after")},
			Out:    []bot.Parcel{parcel(lanes[0], "goodbye")},
		}
		s.commit(c)
		s.same("state", s.state("chat/a"), bot.State{Version: 2, Blob: []byte("stone")})
		letters, err := s.Store.Letters(s.ctx(), s.p, "chat/b", 9)
		s.ok(err)
		s.same("letters", letters, c.Post)
		claimed := s.claim("telegram", start, 9)
		if len(claimed) != 1 || claimed[0].ID != "goodbye" {
			s.Errorf("claimed: got %+v, want goodbye alone", claimed)
		}
	}},
	{"checks versions like a write", func(s *suite) {
		s.commit(full())
		before := s.dump()
		s.refuse(bot.Commit{
			Erase:  []bot.Erasure{{Subject: "chat/a", Key: "chat/a", Lanes: lanes[:1]}},
			States: []bot.Write{{Subject: "chat/a", Was: 9}},
		}, bot.ErrConflict)
		s.same("after the conflict", s.dump(), before)
	}},
	{"ends a claim", func(s *suite) {
		s.commit(full())
		held := s.claim("telegram", start, 1)[0]
		s.commit(bot.Commit{Erase: []bot.Erasure{{Subject: "chat/a", Key: "chat/a", Lanes: lanes[:1]}}})
		s.commit(bot.Commit{Out: []bot.Parcel{parcel(lanes[0], "new")}})
		more, err := s.Store.Ack(s.ctx(), s.p, held, start, &bot.Receipt{Slot: "card", Sealed: sealed("late")})
		s.ok(err)
		s.same("more", more, false)
		s.ok(s.Store.Nack(s.ctx(), s.p, held, start.Add(time.Hour), true))
		receipts, err := s.Store.Receipts(s.ctx(), s.p, lanes[0])
		s.ok(err)
		s.same("receipts", receipts, nil)
		if got := s.claim("telegram", start, 9); len(got) != 1 || got[0].ID != "new" || got[0].Unknown != 0 {
			s.Errorf("claimed: got %+v, want new alone", got)
		}
	}},
	{"that keeps the inbox takes all but the letters", func(s *suite) {
		s.commit(full())
		s.commit(bot.Commit{Post: []bot.Letter{letter("chat/a", "waits")}})
		want := s.dump()
		s.commit(bot.Commit{Erase: []bot.Erasure{{Subject: "chat/a", Key: "chat/a", KeepInbox: true}}})
		want.Loaded.States[0], want.Loaded.Keys[0] = bot.State{}, nil
		s.same("after the erasure", s.dump(), want)
	}},
	{"of nobody", func(s *suite) {
		s.commit(full())
		before := s.dump()
		s.commit(bot.Commit{Erase: []bot.Erasure{{Subject: "chat/none", Key: "chat/none", Lanes: []bot.Lane{{Channel: "telegram", Of: "chat/none"}}}}})
		s.same("everything", s.dump(), before)
	}},
}

var inboxes = []test{
	{"first in, first out", func(s *suite) {
		s.commit(bot.Commit{Post: []bot.Letter{letter("chat/a", "1"), letter("chat/b", "x"), letter("chat/a", "2")}})
		s.commit(bot.Commit{Post: []bot.Letter{letter("chat/a", "3")}})
		read := func(n int) []bot.Letter {
			letters, err := s.Store.Letters(s.ctx(), s.p, "chat/a", n)
			s.ok(err)
			return letters
		}
		s.same("two", read(2), []bot.Letter{letter("chat/a", "1"), letter("chat/a", "2")})
		s.same("none", read(0), nil)
		s.same("waiting", s.dump().Waiting, []bot.SubjectID{"chat/a", "chat/b"})
		took := func(e bot.EventID) *bot.LetterID { return &bot.LetterID{Subject: "chat/a", Event: e} }
		s.refuse(bot.Commit{Took: took("2")}, bot.ErrSeen)
		s.commit(bot.Commit{Took: took("1")})
		s.refuse(bot.Commit{Took: took("1")}, bot.ErrSeen)
		s.same("rest", read(9), []bot.Letter{letter("chat/a", "2"), letter("chat/a", "3")})
		s.commit(bot.Commit{Took: took("2"), Post: []bot.Letter{letter("chat/a", "4")}})
		s.commit(bot.Commit{Took: took("3")})
		s.same("last", read(9), []bot.Letter{letter("chat/a", "4")})
		s.commit(bot.Commit{Took: took("4")})
		s.refuse(bot.Commit{Took: took("4")}, bot.ErrSeen)
		s.same("none left", read(9), nil)
		s.same("waiting", s.dump().Waiting, []bot.SubjectID{"chat/b"})
		s.commit(bot.Commit{Post: []bot.Letter{letter("chat/a", "5")}})
		s.same("waiting again", s.dump().Waiting, []bot.SubjectID{"chat/a", "chat/b"})
	}},
	{"the last is taken and another posted", func(s *suite) {
		s.commit(bot.Commit{Post: []bot.Letter{letter("chat/a", "1")}})
		s.commit(bot.Commit{Took: &bot.LetterID{Subject: "chat/a", Event: "1"}, Post: []bot.Letter{letter("chat/a", "2")}})
		got := s.dump()
		s.same("waiting", got.Waiting, []bot.SubjectID{"chat/a"})
		s.same("letters", got.Letters["chat/a"], []bot.Letter{letter("chat/a", "2")})
	}},
	{"an id that begins like another", func(s *suite) {
		s.commit(bot.Commit{Post: []bot.Letter{letter("chat/a", "12")}})
		s.refuse(bot.Commit{Took: &bot.LetterID{Subject: "chat/a", Event: "1"}}, bot.ErrSeen)
		s.refuse(bot.Commit{Took: &bot.LetterID{Subject: "chat/a", Event: "123"}}, bot.ErrSeen)
		s.commit(bot.Commit{Took: &bot.LetterID{Subject: "chat/a", Event: "12"}})
	}},
	{"anybody may post", func(s *suite) {
		s.commit(bot.Commit{Post: []bot.Letter{letter("chat/none", "1")}})
		s.same("not created", s.state("chat/none"), bot.State{})
		_, _, err := s.Store.Own(s.ctx(), s.p, "one")
		s.ok(err)
		s.commit(bot.Commit{Post: []bot.Letter{letter("chat/none", "2")}})
		waiting, err := s.Store.Waiting(s.ctx(), s.p)
		s.ok(err)
		s.same("waiting", waiting, []bot.SubjectID{"chat/none"})
	}},
}
