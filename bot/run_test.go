package bot_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"anteroom/bot"
)

// replica is a service that runs.
type replica struct {
	*bot.Service
	t     *testing.T
	store *frail
	phone *line
	desk  *line
	stop  context.CancelFunc
	ended chan error
}

// cut is a store of which one replica's heartbeats can be cut off.
type cut struct {
	*frail
	off *atomic.Bool
}

func (c cut) Heartbeat(ctx context.Context, instance string, ttl time.Duration) error {
	if c.off.Load() {
		return errLost
	}
	return c.frail.Heartbeat(ctx, instance, ttl)
}

// run starts a replica on the house's store, in a bubble. Its channels are its
// own, its clock is the bubble's.
func (h *house) run(t *testing.T, name string, change ...func(*bot.Options)) (r *replica, deaf *atomic.Bool) {
	t.Helper()
	deaf = new(atomic.Bool)
	r = &replica{t: t, store: &frail{Store: h.store.Store}, phone: &line{name: phone}, desk: &line{name: desk}, ended: make(chan error, 1)}
	r.Service = h.service(func(o *bot.Options) {
		o.Store, o.Channels, o.Instance, o.Alone, o.Now = cut{r.store, deaf}, []bot.Channel{r.phone, r.desk}, name, false, time.Now
		for _, c := range change {
			c(o)
		}
	})
	ctx, cancel := context.WithCancel(t.Context())
	r.stop = cancel
	go func() { r.ended <- r.Run(ctx) }()
	synctest.Wait()
	return r, deaf
}

// stopped stops a replica and waits until it has ended.
func (r *replica) stopped() {
	r.t.Helper()
	r.stop()
	if err := <-r.ended; err != nil {
		r.t.Errorf("run: %v", err)
	}
}

// owns reports whether the replica works for the practice.
func (r *replica) owns() bool {
	ctx, cancel := context.WithTimeout(r.t.Context(), time.Millisecond)
	defer cancel()
	return r.WaitOwned(ctx) && r.Lost().Err() == nil
}

// receive gives it something that a person did.
func (r *replica) receive(in bot.Inbound) {
	r.t.Helper()
	if err := r.Receive(r.t.Context(), in); err != nil {
		r.t.Fatalf("receive %s: %v", in.ID, err)
	}
}

// texts is what arrived at an address.
func (r *replica) texts(to string) (all []string) {
	for _, d := range r.phone.to(to) {
		if text, ok := d.Body.(bot.Text); ok {
			all = append(all, text.Text)
		}
	}
	return all
}

// later lets time pass in the bubble.
func later(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

func bubble(t *testing.T, f func(t *testing.T)) {
	t.Helper()
	t.Parallel()
	synctest.Test(t, func(t *testing.T) { f(t) })
}

func TestRunSends(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := furnish(t)
		r, _ := h.run(t, "one")
		if !r.owns() || !r.Ready() {
			t.Fatal("the only replica does not work for the practice")
		}
		r.receive(h.inbound("ann", bot.Words{Text: "/start"}))
		synctest.Wait() // and no time passes
		if got := len(r.texts("ann")); got != 3 {
			t.Errorf("got %d messages, want 3", got)
		}
		r.stopped()
	})
}

// A second replica waits, and takes over at once when the first gives up.
func TestHandover(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := furnish(t)
		one, _ := h.run(t, "one")
		two, _ := h.run(t, "two")
		later(time.Minute)
		if !one.owns() || two.owns() || !two.Ready() {
			t.Fatalf("one owns %v, two owns %v and is ready %v; want the first alone, and both ready", one.owns(), two.owns(), two.Ready())
		}
		// What comes in at the second is handled by the first.
		two.receive(h.inbound("ann", bot.Words{Text: "/start"}))
		later(3 * time.Second)
		if got := len(one.texts("ann")); got != 3 || len(two.texts("ann")) != 0 {
			t.Errorf("one sent %d messages and two %d, want 3 and none", got, len(two.texts("ann")))
		}
		// The same thing at both has one effect.
		in := h.inbound("ann", bot.Words{Text: "Start"})
		two.receive(in)
		one.receive(in)
		two.receive(in)
		later(3 * time.Second)
		if got := len(one.texts("ann")); got != 4 {
			t.Errorf("got %d messages, want 4", got)
		}
		one.stopped()
		later(2 * time.Second)
		if one.owns() || !two.owns() {
			t.Fatal("the second did not take over")
		}
		two.receive(h.inbound("ann", bot.Words{Text: "I agree"}))
		synctest.Wait()
		if got := len(two.texts("ann")); got != 1 {
			t.Errorf("got %d messages from the second, want 1", got)
		}
		two.stopped()
	})
}

// A replica whose heartbeats stop loses the practice; what it had under way is
// refused, and has its effect once, through the other.
func TestFencedOut(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := furnish(t)
		one, deaf := h.run(t, "one")
		two, _ := h.run(t, "two")
		one.receive(h.inbound("ann", bot.Words{Text: "/start"}))
		synctest.Wait()
		held := make(chan struct{})
		one.store.will(first(1, "phone/", func(do func() error) error { <-held; return do() }))
		in := h.inbound("ann", bot.Words{Text: "Start"})
		late := make(chan error, 1)
		go func() { late <- one.Receive(t.Context(), in) }()
		synctest.Wait()
		deaf.Store(true)
		later(9 * time.Second)
		if one.Ready() {
			t.Error("a replica that the store has not answered says it is ready")
		}
		later(9 * time.Second)
		if !two.owns() {
			t.Fatal("the second did not take over")
		}
		close(held)
		if err := <-late; !errors.Is(err, bot.ErrFenced) {
			t.Errorf("the late commit: got %v, want %v", err, bot.ErrFenced)
		}
		two.receive(in)
		synctest.Wait()
		if got := two.texts("ann"); len(got) != 1 {
			t.Errorf("got %d messages from the second, want 1: %q", len(got), got)
		}
		// The first is heard again. It does not own, and knows it.
		deaf.Store(false)
		later(5 * time.Second)
		if one.owns() || !two.owns() || !one.Ready() {
			t.Errorf("one owns %v and is ready %v, two owns %v", one.owns(), one.Ready(), two.owns())
		}
		one.receive(h.inbound("ann", bot.Words{Text: "I agree"}))
		later(3 * time.Second)
		if got, other := len(two.texts("ann")), len(one.texts("ann")); got != 2 || other != 3 {
			t.Errorf("two sent %d messages and one %d, want 2 and 3", got, other)
		}
		two.stopped()
		later(3 * time.Second)
		if !one.owns() {
			t.Error("the first did not take the practice back")
		}
		one.stopped()
	})
}

// An event that was begun before the practice was lost, and is written after
// the loss was noticed, is refused like any other.
func TestFencedOutBeforeItsCommit(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := furnish(t)
		one, deaf := h.run(t, "one")
		two, _ := h.run(t, "two")
		in := h.inbound("ann", bot.Words{Text: "/start"})
		held := make(chan struct{})
		one.store.before(func(q bot.Query) {
			if string(q.Event) == "phone/"+in.ID {
				<-held
			}
		})
		late := make(chan error, 1)
		go func() { late <- one.Receive(t.Context(), in) }()
		synctest.Wait()
		deaf.Store(true)
		later(20 * time.Second)
		deaf.Store(false)
		later(3 * time.Second) // it believes to own, until somebody tells it
		if err := one.Receive(t.Context(), h.inbound("bob", bot.Words{Text: "/start"})); err != nil && !errors.Is(err, bot.ErrFenced) {
			t.Error(err)
		}
		close(held)
		if err := <-late; !errors.Is(err, bot.ErrFenced) {
			t.Errorf("the late commit: got %v, want %v", err, bot.ErrFenced)
		}
		if state, _ := h.kept(h.subject("ann")); state {
			t.Error("it was written")
		}
		two.stopped()
		one.stopped()
	})
}

// A message that was claimed in time and is opened too late is left to the
// new owner.
func TestLostBetweenClaimAndSend(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := furnish(t)
		one, _ := h.run(t, "one")
		one.phone.will(func(bot.Delivery) error { return known(bot.NotSent) })
		one.receive(h.inbound("ann", bot.Words{Text: "/start"}))
		synctest.Wait()
		one.stopped()

		held := make(chan struct{})
		key := h.subject("ann").Key()
		h.store.before(func(q bot.Query) {
			if len(q.Subjects) == 0 && len(q.Keys) == 1 && q.Keys[0] == key {
				<-held
			}
		})
		two, _ := h.run(t, "two", func(o *bot.Options) { o.Store = cut{h.store, new(atomic.Bool)} })
		later(2 * time.Second)
		two.stop()
		later(20 * time.Second) // nobody says any more that it lives
		close(held)
		<-two.ended
		if got := two.texts("ann"); len(got) > 0 {
			t.Errorf("sent without owning: %q", got)
		}
		three, _ := h.run(t, "three")
		later(2 * time.Minute)
		if got := len(three.texts("ann")); got != 3 {
			t.Errorf("got %d messages from the third, want 3", got)
		}
		three.stopped()
	})
}

// What was claimed by a replica that died goes out when the next begins, and not
// when the claim would have ended.
func TestClaimsOfTheDead(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := furnish(t)
		one, _ := h.run(t, "one")
		one.phone.will(func(bot.Delivery) error { return known(bot.NotSent) })
		one.receive(h.inbound("ann", bot.Words{Text: "/start"}))
		synctest.Wait()
		one.stopped()
		later(time.Minute) // it would be tried again by now
		claimed, err := h.store.Claim(t.Context(), h.practice.ID(), bot.ClaimOptions{Channel: phone, Now: time.Now(), N: 9, Lease: time.Hour})
		if err != nil || len(claimed) != 1 {
			t.Fatalf("claim: got %d, %v, want one lane", len(claimed), err)
		}
		two, _ := h.run(t, "two")
		later(time.Second)
		if got := len(two.texts("ann")); got != 3 {
			t.Errorf("got %d messages, want 3 at once", got)
		}
		two.stopped()
	})
}

// Who lost the practice sends nothing more, even what it had claimed.
func TestNotOwnerSendsNothing(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := furnish(t)
		one, deaf := h.run(t, "one")
		one.phone.will(func(bot.Delivery) error {
			return &bot.Failure{Why: bot.Throttled, After: 9 * time.Second, Err: errLost}
		})
		one.receive(h.inbound("ann", bot.Words{Text: "/start"}))
		synctest.Wait()
		one.phone.will(nil)
		deaf.Store(true)
		later(20 * time.Second)
		if got := one.texts("ann"); len(got) > 0 {
			t.Errorf("sent without owning: %q", got)
		}
		two, _ := h.run(t, "two")
		later(15 * time.Second)
		if got := len(two.texts("ann")); got != 3 {
			t.Errorf("got %d messages from the second, want 3", got)
		}
		two.stopped()
		one.stopped()
	})
}

// After a change of hands nothing that one replica remembers of a client's key
// is used for the client who came after.
func TestKeysAfterTakeover(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := furnish(t)
		one, deaf := h.run(t, "one")
		two, deafTwo := h.run(t, "two")
		says := func(r *replica, words ...string) {
			for _, w := range words {
				r.receive(h.inbound("ann", bot.Words{Text: w}))
				synctest.Wait()
			}
		}
		says(one, "/start", "Start", "I agree")
		deaf.Store(true)
		later(20 * time.Second)
		deaf.Store(false)
		says(two, "/forget", "Erase it", "Yes, erase everything", "/start", "Start", "I agree")
		deafTwo.Store(true)
		later(20 * time.Second)
		before := len(one.texts("ann"))
		says(one, "Yes")
		got := one.texts("ann")[before:]
		if len(got) != 1 || strings.HasPrefix(got[0], h.phrase("error-ours")) {
			t.Errorf("got %q, want the next question", got)
		}
		one.stopped()
		deafTwo.Store(false)
		two.stopped()
	})
}

// Stopping finishes what is under way, and the next one has nothing to repeat.
func TestStopFinishes(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := furnish(t)
		r, _ := h.run(t, "one")
		held := make(chan struct{})
		r.phone.will(func(bot.Delivery) error { <-held; return nil })
		r.receive(h.inbound("ann", bot.Words{Text: "/start"}))
		synctest.Wait()
		r.stop()
		later(5 * time.Second)
		select {
		case <-r.ended:
			t.Fatal("it ended with a message under way")
		default:
		}
		close(held)
		if err := <-r.ended; err != nil {
			t.Error(err)
		}
		if got := len(r.texts("ann")); got != 1 {
			t.Errorf("got %d messages before the end, want the one that was under way", got)
		}
		next, _ := h.run(t, "two")
		later(time.Second)
		if got := next.texts("ann"); len(got) != 2 || got[0] == r.texts("ann")[0] {
			t.Errorf("after the restart: %q, want the two that were left", got)
		}
		next.stopped()
	})
}

// A wide 429 halts the channel for everybody, and no other channel.
func TestWideThrottle(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := furnish(t)
		r, _ := h.run(t, "one")
		r.phone.will(func(bot.Delivery) error {
			return &bot.Failure{Why: bot.Throttled, After: 30 * time.Second, Wide: true, Err: errLost}
		})
		r.receive(h.inbound("ann", bot.Words{Text: "/start"}))
		synctest.Wait()
		r.phone.will(nil)
		for _, words := range shortest {
			r.receive(h.inbound("bob", bot.Words{Text: words}))
		}
		later(29 * time.Second)
		if got := len(r.phone.tried()); got != 1 {
			t.Errorf("got %d attempts, want 1", got)
		}
		if got := len(r.desk.cards()); got != 1 {
			t.Errorf("got %d cards, want 1: the other channel works", got)
		}
		later(2 * time.Second)
		if len(r.texts("ann")) != 3 || len(r.texts("bob")) < 10 {
			t.Errorf("got %d and %d messages after the wait", len(r.texts("ann")), len(r.texts("bob")))
		}
		r.stopped()
	})
}

// A wide 429 in the middle of many lanes does not lose or double anything.
func TestManyLanes(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := furnish(t)
		r, _ := h.run(t, "one")
		var mu sync.Mutex
		n := 0
		r.phone.will(func(bot.Delivery) error {
			time.Sleep(50 * time.Millisecond)
			mu.Lock()
			defer mu.Unlock()
			if n++; n%7 == 0 {
				return &bot.Failure{Why: bot.Throttled, After: time.Second, Wide: n%14 == 0, Err: errLost}
			}
			return nil
		})
		var want []string
		for i := range 60 {
			chat := string(rune('A' + i))
			for _, words := range shortest[:5] {
				r.receive(h.inbound(chat, bot.Words{Text: words}))
			}
		}
		later(2 * time.Minute)
		want = r.texts("A")
		if len(want) != 7 {
			t.Errorf("got %d messages, want 7: %q", len(want), want)
		}
		for i := range 60 {
			if diff := cmp.Diff(want, r.texts(string(rune('A'+i)))); diff != "" {
				t.Fatalf("chat %d (-first +this):\n%s", i, diff)
			}
		}
		r.stopped()
	})
}
