package storetest

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"

	"pgregory.net/rapid"

	"anteroom/bot"
)

// pages reads all keys of a practice, page after page.
func (s *suite) pages(p bot.PracticeID, n int) map[bot.KeyID]string {
	s.Helper()
	all := map[bot.KeyID]string{}
	for from := ""; ; {
		page, next, err := s.Store.Keys(s.ctx(), p, from, n)
		s.ok(err)
		for _, k := range page {
			all[k.ID] = string(k.Wrapped)
		}
		if from = next; from == "" {
			return all
		}
	}
}

func (s *suite) rewrap(fence uint64, want int, keys ...bot.Rewrapped) {
	s.Helper()
	n, err := s.Store.Rewrap(s.ctx(), s.p, fence, keys)
	s.ok(err)
	s.same("replaced", n, want)
}

func rewrapped(id bot.KeyID, was, wrapped string) bot.Rewrapped {
	return bot.Rewrapped{ID: id, Was: []byte(was), Wrapped: []byte(wrapped)}
}

var rewraps = []test{
	{"all keys, page by page", func(s *suite) {
		want := map[bot.KeyID]string{}
		for i := range 230 {
			k := bot.NewKey{ID: bot.KeyID(fmt.Sprintf("chat/%03d", i)), Wrapped: fmt.Appendf(nil, "w%d", i)}
			want[k.ID] = string(k.Wrapped)
			s.commit(bot.Commit{Keys: []bot.NewKey{k}})
		}
		other := bot.Commit{Event: "other", Keys: []bot.NewKey{{ID: "chat/other", Wrapped: []byte("x")}}}
		s.ok(s.Store.Commit(s.ctx(), "pine2", other))
		s.ok(s.Store.Commit(s.ctx(), "pin", other))
		s.ok(s.Store.Commit(s.ctx(), "p*[a-z]?", other))
		for _, n := range []int{1, 7, 230, 1000} {
			s.same(fmt.Sprint("pages of ", n), s.pages(s.p, n), want)
		}
		s.same("another practice", s.pages("p*[a-z]?", 10), map[bot.KeyID]string{"chat/other": "x"})
		s.same("nobody's", s.pages("none", 10), nil)
		if _, _, err := s.Store.Keys(s.ctx(), s.p, "", 0); err != nil {
			s.Errorf("a page of nothing: %v", err)
		}
	}},
	{"only if it is the one that was read", func(s *suite) {
		s.commit(bot.Commit{Keys: []bot.NewKey{{ID: "chat/a", Wrapped: []byte("1")}, {ID: "chat/b", Wrapped: []byte("1")}}})
		s.rewrap(0, 1, rewrapped("chat/a", "1", "2"), rewrapped("chat/b", "0", "2"), rewrapped("chat/none", "", "2"), rewrapped("chat/none", "1", "2"))
		s.same("keys", s.pages(s.p, 10), map[bot.KeyID]string{"chat/a": "2", "chat/b": "1"})
		s.rewrap(0, 0, rewrapped("chat/a", "1", "3"))
		s.commit(bot.Commit{Erase: []bot.Erasure{{Subject: "chat/a", Key: "chat/a"}}})
		s.rewrap(0, 0, rewrapped("chat/a", "2", "3"))
		s.same("after the erasure", s.pages(s.p, 10), map[bot.KeyID]string{"chat/b": "1"})
		s.commit(bot.Commit{Keys: []bot.NewKey{{ID: "chat/a", Wrapped: []byte("another")}}})
		s.rewrap(0, 0, rewrapped("chat/a", "2", "3"))
		s.rewrap(0, 0)
		s.same("a new key", s.load(bot.Query{Keys: []bot.KeyID{"chat/a"}}).Keys, [][]byte{[]byte("another")})
	}},
	{"any byte", func(s *suite) {
		every := bytes.Repeat([]byte{0, '\r', '\n', 255, '%'}, 13)
		s.commit(bot.Commit{Keys: []bot.NewKey{{ID: "chat/ü *", Wrapped: every}}})
		s.rewrap(0, 1, bot.Rewrapped{ID: "chat/ü *", Was: every, Wrapped: slices.Concat(every, every)})
		s.same("keys", s.pages(s.p, 10), map[bot.KeyID]string{"chat/ü *": strings.Repeat(string(every), 2)})
	}},
	{"the fence guards it", func(s *suite) {
		s.commit(bot.Commit{Keys: []bot.NewKey{{ID: "chat/a", Wrapped: []byte("1")}}})
		fence, _ := s.own("one")
		if _, err := s.Store.Rewrap(s.ctx(), s.p, fence+1, []bot.Rewrapped{rewrapped("chat/a", "1", "2")}); err != bot.ErrFenced {
			s.Errorf("got %v, want %v", err, bot.ErrFenced)
		}
		s.rewrap(fence, 1, rewrapped("chat/a", "1", "2"))
	}},
	{"an erasure wins over it", func(s *suite) {
		for i := range 40 {
			s.commit(bot.Commit{Keys: []bot.NewKey{{ID: bot.KeyID(fmt.Sprint("chat/", i)), Wrapped: []byte("1")}}})
		}
		var replaced atomic.Int64
		s.each(3, func(w int) error {
			for i := range 40 {
				id := bot.KeyID(fmt.Sprint("chat/", i))
				if w == 2 {
					if err := s.Store.Commit(s.ctx(), s.p, bot.Commit{Event: bot.EventID("forget/" + id), Erase: []bot.Erasure{{Subject: bot.SubjectID(id), Key: id}}}); err != nil {
						return err
					}
					continue
				}
				n, err := s.Store.Rewrap(s.ctx(), s.p, 0, []bot.Rewrapped{rewrapped(id, "1", "2")})
				if err != nil {
					return err
				}
				replaced.Add(int64(n))
			}
			return nil
		})
		if got := replaced.Load(); got > 40 {
			s.Errorf("replaced: got %d of 40 keys", got)
		}
		s.same("keys", s.pages(s.p, 10), nil)
	}},
}

// doRewrap wraps some keys anew, some of them read long ago.
func (m *machine) doRewrap(t *rapid.T) {
	fence := m.drawFence(t)
	m.events++
	var all []bot.Rewrapped
	want := 0
	for i, id := range keys {
		if !maybe(t, "rewrap", 2) {
			continue
		}
		k := bot.Rewrapped{ID: id, Was: m.keys[id], Wrapped: fmt.Appendf(nil, "rewrapped %d.%d", m.events, i)}
		if m.keys[id] == nil || maybe(t, "stale", 4) {
			k.Was = []byte("stale")
		} else {
			want++
		}
		all = append(all, k)
	}
	n, err := m.opened.Store.Rewrap(t.Context(), m.p, fence, all)
	if fence != 0 && fence != m.fence {
		if err != bot.ErrFenced {
			t.Fatalf("rewrap: got %v, want %v", err, bot.ErrFenced)
		}
		return
	}
	if err != nil || n != want {
		t.Fatalf("rewrap: got %d, %v, want %d", n, err, want)
	}
	for _, k := range all {
		if bytes.Equal(m.keys[k.ID], k.Was) {
			m.keys[k.ID] = k.Wrapped
		}
	}
}
