// Package storetest is the one suite that every [bot.Store] passes. It checks
// what the interface promises, by example and against a model, under
// contention and across a restart.
//
//	func TestStore(t *testing.T) {
//		storetest.Run(t, func(t *testing.T) storetest.Opened { … })
//	}
package storetest

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"anteroom/bot"
)

// Opened is an empty store of a test's own.
type Opened struct {
	Store bot.Store
	// Advance moves the store's clock forward: what was written by it is older
	// by d then. Only the test's own store may be affected.
	Advance func(d time.Duration)
	// Reopen opens the same data once more, beside Store, as another process
	// would. Nil if nothing is kept.
	Reopen func() bot.Store
}

// Run runs the suite. open opens an empty store and cleans up after t.
func Run(t *testing.T, open func(t *testing.T) Opened) {
	for _, group := range []struct {
		name  string
		tests []test
	}{
		{"states", states}, {"erase", erasures}, {"inbox", inboxes}, {"outbox", outbox},
		{"due", dues}, {"keys", rewraps}, {"owners", owners}, {"more", more}, {"race", races}, {"restart", restarts},
	} {
		t.Run(group.name, func(t *testing.T) {
			t.Parallel()
			for _, test := range group.tests {
				t.Run(test.name, func(t *testing.T) {
					t.Parallel()
					test.run(&suite{T: t, Opened: open(t), p: "pine"})
				})
			}
		})
	}
	t.Run("model", func(t *testing.T) {
		t.Parallel()
		model(t, open(t))
	})
}

type test struct {
	name string
	run  func(s *suite)
}

// suite is one test with its store.
type suite struct {
	*testing.T
	Opened
	p      bot.PracticeID
	events int
}

// event is an id that was never used.
func (s *suite) event() bot.EventID {
	s.events++
	return bot.EventID(fmt.Sprintf("e%d", s.events))
}

func (s *suite) ctx() context.Context { return s.Context() }

// try commits; an empty event id becomes a new one.
func (s *suite) try(c bot.Commit) error {
	if c.Event == "" {
		c.Event = s.event()
	}
	return s.Store.Commit(s.ctx(), s.p, c)
}

func (s *suite) commit(c bot.Commit) {
	s.Helper()
	if err := s.try(c); err != nil {
		s.Fatalf("commit: %v", err)
	}
}

func (s *suite) refuse(c bot.Commit, want error) {
	s.Helper()
	if err := s.try(c); !errors.Is(err, want) {
		s.Fatalf("commit: got %v, want %v", err, want)
	}
}

func (s *suite) load(q bot.Query) bot.Loaded {
	s.Helper()
	l, err := s.Store.Load(s.ctx(), s.p, q)
	s.ok(err)
	return l
}

func (s *suite) state(subject bot.SubjectID) bot.State {
	s.Helper()
	return s.load(bot.Query{Subjects: []bot.SubjectID{subject}}).States[0]
}

func (s *suite) ok(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

// same compares; nil and empty are the same.
func (s *suite) same(what string, got, want any) {
	s.Helper()
	if want == nil {
		want = reflect.Zero(reflect.TypeOf(got)).Interface()
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		s.Fatalf("%s (-want +got):\n%s", what, diff)
	}
}

func sealed(text string) bot.Sealed { return bot.Sealed{Key: "chat/k", Blob: []byte(text)} }

func letter(to bot.SubjectID, e bot.EventID) bot.Letter {
	return bot.Letter{LetterID: bot.LetterID{Subject: to, Event: e}, Sealed: sealed("letter " + string(e))}
}

func parcel(l bot.Lane, id string) bot.Parcel {
	return bot.Parcel{Lane: l, ID: id, Sealed: sealed("parcel " + id)}
}

func due(id string, at time.Time) bot.Due {
	return bot.Due{DueID: bot.DueID{ID: id, At: at}, Subject: "chat/a", Sealed: sealed("due " + id)}
}

// start is the injected time at which tests begin, in whole milliseconds. It
// lies far behind every store's own clock, which it has nothing to do with.
var start = time.Date(2024, 2, 29, 12, 0, 0, 0, time.UTC)

// everything is what a practice holds, by the names that the tests use.
type everything struct {
	Loaded    bot.Loaded
	Letters   map[bot.SubjectID][]bot.Letter
	Waiting   []bot.SubjectID
	Receipts  map[bot.Lane]map[string]bot.Sealed
	Indexes   map[string][]bot.Member
	Logs      map[string][]bot.Sealed
	NextReady map[bot.ChannelName]int64
	NextDue   int64
}

// names of what the tests use.
var (
	subjects = []bot.SubjectID{"chat/a", "chat/b", "case/c", "practice"}
	keys     = []bot.KeyID{"chat/a", "chat/b", "case/c"}
	lanes    = []bot.Lane{{Channel: "telegram", Of: "chat/a"}, {Channel: "telegram", Of: "chat/b"}, {Channel: "slack", Of: "case/c"}}
	channels = []bot.ChannelName{"telegram", "slack"}
	indexes  = []string{"open", "quiet"}
	logs     = []string{"audit/c", "audit/d"}
)

// dump reads everything; -1 stands for a time that is not there.
func dump(ctx context.Context, s bot.Store, p bot.PracticeID) (all everything, err error) {
	all = everything{
		Letters: map[bot.SubjectID][]bot.Letter{}, Receipts: map[bot.Lane]map[string]bot.Sealed{},
		Indexes: map[string][]bot.Member{}, Logs: map[string][]bot.Sealed{}, NextReady: map[bot.ChannelName]int64{},
	}
	fail := func(e error) { err = errors.Join(err, e) }
	millis := func(at time.Time, ok bool, e error) int64 {
		if fail(e); !ok {
			return -1
		}
		return at.UnixMilli()
	}
	var e error
	all.Loaded, e = s.Load(ctx, p, bot.Query{Subjects: subjects, Keys: keys})
	fail(e)
	for _, subject := range subjects {
		all.Letters[subject], e = s.Letters(ctx, p, subject, 1000)
		fail(e)
	}
	all.Waiting, e = s.Waiting(ctx, p)
	fail(e)
	for _, l := range lanes {
		all.Receipts[l], e = s.Receipts(ctx, p, l)
		fail(e)
	}
	for _, name := range indexes {
		all.Indexes[name], e = s.Index(ctx, p, name, -1<<60, 1<<60, 0)
		fail(e)
	}
	for _, name := range logs {
		all.Logs[name], e = s.Log(ctx, p, name)
		fail(e)
	}
	for _, ch := range channels {
		at, ok, e := s.NextReady(ctx, p, ch)
		all.NextReady[ch] = millis(at, ok, e)
	}
	at, ok, e := s.NextDue(ctx, p)
	all.NextDue = millis(at, ok, e)
	return all, err
}

func (s *suite) dump() everything {
	s.Helper()
	all, err := dump(s.ctx(), s.Store, s.p)
	s.ok(err)
	return all
}

// full writes something of every kind. It can be refused in many ways.
func full() bot.Commit {
	return bot.Commit{
		States: []bot.Write{{Subject: "chat/a", Next: 1, Blob: []byte("one")}, {Subject: "case/c", Next: 7, Blob: []byte("seven")}},
		Keys:   []bot.NewKey{{ID: "chat/a", Wrapped: []byte("wrapped")}},
		Post:   []bot.Letter{letter("chat/b", "l1"), letter("chat/b", "l2"), letter("case/c", "l3")},
		Out:    []bot.Parcel{parcel(lanes[0], "p1"), parcel(lanes[0], "p2"), parcel(lanes[2], "p3")},
		Due:    []bot.Due{due("d1", start), due("d2", start.Add(time.Hour))},
		Index:  []bot.IndexChange{{Index: "open", Member: "c", Score: 3}, {Index: "open", Member: "b", Score: 2}},
		Append: []bot.LogEntry{{Log: "audit/c", Sealed: sealed("looked")}},
	}
}
