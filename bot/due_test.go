package bot_test

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"anteroom/bot"
	"anteroom/bot/care"
)

// standing is for a replica whose clock is moved by hand, so that days pass at
// once; what it sleeps on is the bubble's.
func (h *house) standing(o *bot.Options) { o.Now = h.clock.Now }

// passes lets d pass on the house's clock, and gives everybody time to see it.
func (h *house) passes(d time.Duration) {
	h.clock.Advance(d)
	later(3 * time.Second)
}

// What is planned happens once, whoever is there when it falls due.
func TestDueOnceAcrossRestart(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := furnish(t)
		one, _ := h.run(t, "one", h.standing)
		for _, words := range shortest[:5] {
			one.receive(h.inbound("ann", bot.Words{Text: words}))
		}
		synctest.Wait()
		h.passes(40 * time.Hour)
		one.stopped()
		before := len(one.texts("ann"))
		h.passes(9 * time.Hour) // it falls due while nobody is there
		var said []string
		for _, name := range []string{"one", "two", "three"} {
			r, _ := h.run(t, name, h.standing)
			h.passes(time.Hour)
			h.passes(time.Hour)
			r.stopped()
			said = append(said, r.texts("ann")...)
		}
		if diff := cmp.Diff([]string{h.nudge()}, said); diff != "" || len(one.texts("ann")) != before {
			t.Errorf("said (-want +got):\n%s", diff)
		}
	})
}

// The handling of what fell due fails, in every way: it happens once.
func TestDueCommitFails(t *testing.T) {
	t.Parallel()
	for name, fate := range map[string]func(do func() error) error{
		"before": func(func() error) error { return errLost },
		"after":  func(do func() error) error { return errors.Join(do(), errLost) },
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				h := furnish(t)
				r, _ := h.run(t, "one", h.standing)
				for _, words := range shortest[:5] {
					r.receive(h.inbound("ann", bot.Words{Text: words}))
				}
				synctest.Wait()
				before := len(r.texts("ann"))
				r.store.will(first(3, "due/", fate))
				for range 12 {
					h.passes(4*time.Hour + 5*time.Minute)
				}
				for range 6 {
					h.passes(time.Minute) // the lease of a failed try ends
				}
				if got := r.texts("ann")[before:]; len(got) != 1 || got[0] != h.nudge() {
					t.Errorf("got %q, want one reminder", got)
				}
				r.stopped()
			})
		})
	}
}

// A decision reaches the client through a replica that starts after it.
func TestInboxIsDrainedAtStart(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := furnish(t)
		one, _ := h.run(t, "one")
		for _, words := range shortest {
			one.receive(h.inbound("ann", bot.Words{Text: words}))
		}
		synctest.Wait()
		id := care.CaseID(one.desk.cards()[0].Case)
		// The letter's own commit fails for as long as this one lives.
		one.store.will(first(1000, "act/press>", func(func() error) error { return errLost }))
		d := offer("ana", time.Now().Add(48*time.Hour))
		if err := one.Act(t.Context(), h.practice.ID(), bot.Act{ID: "press", Case: id, By: "ana", Decision: d}); err != nil {
			t.Fatal(err)
		}
		before := len(one.texts("ann"))
		later(10 * time.Second)
		one.stopped()
		if got := len(one.texts("ann")); got != before {
			t.Fatalf("got %d messages more, want none: the test shows nothing", got-before)
		}
		var heard []string
		for _, name := range []string{"two", "three"} {
			r, _ := h.run(t, name)
			later(10 * time.Second)
			heard = append(heard, r.texts("ann")...)
			r.stopped()
		}
		if len(heard) != 1 || heard[0] != "You have a message waiting." {
			t.Errorf("got %q, want to hear of the offer once", heard)
		}
	})
}

// Nothing is taken while the store cannot be written, and health is told.
func TestStoreDown(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := furnish(t)
		r, _ := h.run(t, "one")
		r.store.will(func(bot.Commit, func() error) error { return errLost })
		if err := r.Receive(t.Context(), h.inbound("ann", bot.Words{Text: "/start"})); !errors.Is(err, errLost) {
			t.Errorf("got %v, want %v", err, errLost)
		}
		if told := h.board.told(); len(told) == 0 || !strings.HasPrefix(told[0], "store: ") {
			t.Errorf("health was told %q, want that the store fails", told)
		}
		r.store.will(nil)
		r.stopped()
	})
}

// One thing that fell due and takes long holds back nothing of anybody else.
func TestSlowDueHoldsNobodyBack(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := furnish(t)
		r, _ := h.run(t, "one", h.standing)
		people := []string{"ann", "bob", "cy"}
		before := make(map[string]int)
		for _, name := range people {
			for _, words := range shortest[:5] {
				r.receive(h.inbound(name, bot.Words{Text: words}))
			}
			synctest.Wait()
			before[name] = len(r.texts(name))
		}
		goesOn := make(chan struct{})
		r.store.will(first(1, "due/", func(do func() error) error { <-goesOn; return do() }))
		nudged := func() (n int) {
			for _, name := range people {
				n += len(r.texts(name)) - before[name]
			}
			return n
		}
		h.passes(49 * time.Hour)
		if got := nudged(); got != 2 {
			t.Errorf("got %d reminders beside one that takes long, want two", got)
		}
		close(goesOn)
		later(3 * time.Second)
		if got := nudged(); got != 3 {
			t.Errorf("got %d reminders in the end, want three", got)
		}
		r.stopped()
	})
}
