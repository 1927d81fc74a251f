package bot

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"anteroom/bot/seal"
)

const (
	sendLease   = 15 * time.Second // how long a claim hides a lane, after a crash too; no attempt may take longer
	sendTimeout = 10 * time.Second
	sendersMost = 32
	unknownMost = 6 // attempts of a prompt whose outcome nobody knows
	backoffMost = time.Minute
	goesOnFirst = time.Hour // a lane that has begun counts as ready so much earlier
)

// signal wakes one sleeper; raising it twice is raising it once.
type signal chan struct{}

func newSignal() signal { return make(signal, 1) }

func (s signal) raise() {
	select {
	case s <- struct{}{}:
	default:
	}
}

// outlet is a channel with what the service knows of its state.
type outlet struct {
	Channel
	wake signal

	mu     sync.Mutex
	tries  map[string]int // known failures in a row, by parcel
	halted time.Time      // the whole channel waits until then

	lately lately
}

func newOutlet(ch Channel) *outlet {
	return &outlet{Channel: ch, wake: newSignal(), tries: make(map[string]int)}
}

// send empties the outbox of one channel until the context ends, then waits
// for the attempts under way.
func (s *Service) send(ctx context.Context, o *outlet) {
	var under sync.WaitGroup
	defer under.Wait()
	free := make(chan struct{}, sendersMost)
	for ctx.Err() == nil {
		room := sendersMost - len(free)
		var claims []Claimed
		var err error
		if room > 0 && s.owns() && !s.now().Before(o.haltedUntil()) {
			claims, err = s.store.Claim(ctx, s.id, ClaimOptions{Fence: s.lease.fence.Load(), Channel: o.Name(), Now: s.now(), N: room, Lease: sendLease})
			s.noteStore(ctx, err)
		}
		for _, c := range claims {
			free <- struct{}{}
			under.Go(func() {
				defer func() { <-free; o.wake.raise() }()
				s.deliver(context.WithoutCancel(ctx), o, c)
			})
		}
		if len(claims) == 0 || len(claims) == room {
			s.sleep(ctx, o.wake, s.untilReady(ctx, o))
		}
	}
}

// untilReady is how long to sleep if nothing wakes us: until the next lane is
// ready, and never longer than a second, so that nothing waits on a lost wake.
func (s *Service) untilReady(ctx context.Context, o *outlet) time.Duration {
	const most = time.Second
	if !s.owns() {
		return most
	}
	at, ok, err := s.store.NextReady(ctx, s.id, o.Name())
	if err != nil || !ok {
		return most
	}
	if h := o.haltedUntil(); at.Before(h) {
		at = h
	}
	return max(5*time.Millisecond, min(most, at.Sub(s.now())))
}

func (s *Service) sleep(ctx context.Context, wake signal, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-wake:
	case <-timer.C:
	}
}

// deliver makes one attempt for one parcel and records what came of it.
func (s *Service) deliver(ctx context.Context, o *outlet, c Claimed) {
	plain, err := s.openSealed(ctx, c.Sealed, s.where(c.Lane.Of, "parcel "+c.ID, 0))
	if errors.Is(err, errErased) {
		s.done(ctx, o, c, nil) // its owner was erased
		return
	}
	var p wireParcel
	var body Body
	if err == nil {
		err = decode(plain, &p)
	}
	if err == nil {
		body, err = untagBody(p.Body)
	}
	switch {
	case err == nil:
	case plain != nil || errors.Is(err, seal.ErrUnreadable):
		if err = s.quarantine(ctx, "parcel "+c.ID, c.Sealed, nil, err); err == nil {
			s.done(ctx, o, c, nil)
			return
		}
		fallthrough
	default:
		s.log.Warn("outbox: parcel not opened, trying again", "parcel", c.ID, "err", err)
		s.handBack(ctx, o, c, s.now().Add(s.backoff(o, c.ID)), true)
		return
	}
	d := Delivery{Practice: s.id, ID: c.ID, To: p.To, Body: body, Unknown: c.Unknown, Unasked: p.Unasked}
	var log sentLog
	if keep, err := s.lookAgain(ctx, o, c, p, &d, &log); errors.Is(err, ErrRestored) {
		s.hold(ctx, o, c, p)
		return
	} else if err != nil {
		s.handBack(ctx, o, c, s.now().Add(s.backoff(o, c.ID)), true)
		return
	} else if !keep {
		s.done(ctx, o, c, nil)
		return
	}
	id, err := o.attempt(ctx, d)
	s.settle(ctx, o, c, p, d, log, id, err)
	s.noteTelling(ctx, o, c, body, err)
}

// attempt sends. What a channel that panics has done, nobody knows.
func (o *outlet) attempt(ctx context.Context, d Delivery) (id []byte, err error) {
	defer func() {
		if v := recover(); v != nil { // it may hold a client's words
			err = fmt.Errorf("the channel broke: panic (%T) at %s", v, panicSite(debug.Stack()))
		}
	}()
	ctx, cancel := context.WithTimeout(ctx, sendTimeout)
	defer cancel()
	return o.Send(ctx, d)
}

// lookAgain checks at the moment of sending what may have changed since the
// parcel was written: ownership, its time, and for a reminder whether the
// person still wants one now. It also fetches the earlier message of the slot.
func (s *Service) lookAgain(ctx context.Context, o *outlet, c Claimed, p wireParcel, d *Delivery, log *sentLog) (keep bool, err error) {
	if !s.owns() {
		return false, ErrFenced
	}
	if p.Class == Reminder && c.Unknown > 0 {
		s.log.Warn("outbox: a reminder whose delivery is unknown is not sent again", "parcel", c.ID)
		return false, nil
	}
	if s.held(p, d.Body) {
		return false, ErrRestored
	}
	if err := s.overtakes(ctx, c, d.Body); err != nil {
		return false, err
	}
	if s.tooOld(p) {
		s.counted(o.Name(), "dropped")
		return false, nil
	}
	if p.NotAfter != 0 && s.now().After(time.Unix(p.NotAfter, 0)) {
		return false, nil
	}
	if calls, err := s.stillCalls(ctx, c, d.Body); err != nil || !calls {
		return false, err
	}
	if p.Class == Reminder || p.Reminder != "" {
		wanted, err := s.stillWanted(ctx, c.Lane.Of, c, p)
		if err != nil || !wanted {
			return false, err
		}
	}
	if c.Lane.Of.Kind() == "chat" {
		*log, err = s.sentLog(ctx, c.Lane)
		return log.ready(p, d, s.now(), o.lately.of(c.Lane)) && err == nil, err
	}
	if p.Slot == "" {
		return true, nil
	}
	had, err := s.store.Receipts(ctx, s.id, c.Lane, p.Slot)
	if err != nil {
		return false, err
	}
	if r, ok := had[p.Slot]; ok {
		d.Receipt, err = s.openSealed(ctx, r, s.where(c.Lane.Of, "receipt "+p.Slot, 0))
		if errors.Is(err, errErased) {
			err = nil
		}
	}
	return true, err
}

// settle records the outcome of an attempt.
func (s *Service) settle(ctx context.Context, o *outlet, c Claimed, p wireParcel, d Delivery, log sentLog, id []byte, err error) {
	var f *Failure
	switch {
	case err == nil:
		var r *Receipt
		switch {
		case c.Lane.Of.Kind() == "chat":
			r = s.noteSent(ctx, o, c, p, d, log, id)
		case p.Slot != "" && id != nil:
			r = s.sealReceipt(ctx, c, p.Slot, id)
		}
		s.done(ctx, o, c, r)
		s.counted(o.Name(), "sent")
	case !errors.As(err, &f):
		s.counted(o.Name(), "unknown")
		s.log.Warn("outbox: outcome unknown", "parcel", c.ID, "err", err)
		if p.Class == Reminder || p.Reminder != "" {
			s.done(ctx, o, c, nil)
			return
		}
		if p.Class == Prompt && c.Unknown >= unknownMost {
			s.health.Report("outbox "+string(o.Name()), fmt.Errorf("given up after %d attempts: %w", c.Unknown+1, err))
			s.done(ctx, o, c, nil)
			return
		}
		s.handBack(ctx, o, c, s.now().Add(s.backoff(o, c.ID)), false)
	case f.Why == Unreachable:
		s.counted(o.Name(), "unreachable")
		s.done(ctx, o, c, nil)
		ev := Event{ID: EventID("gone/" + c.ID), Practice: s.id, Subject: c.Lane.Of, Who: Who{Role: System}, What: Gone{}, At: s.now()}
		if err := s.accept(ctx, ev, false); err != nil {
			s.log.Warn("outbox: not noted as unreachable", "err", err)
		}
	case f.Why == Impossible && isSweep(d.Body): // a channel that takes nothing out
		s.counted(o.Name(), "impossible")
		s.done(ctx, o, c, nil)
	case f.Why == Impossible:
		s.counted(o.Name(), "impossible")
		s.log.Error("outbox: the messenger will not take this message; it is dropped", "parcel", c.ID, "err", err)
		s.health.Report("outbox "+string(o.Name()), err)
		s.done(ctx, o, c, nil)
	case f.Why == Throttled:
		s.counted(o.Name(), "throttled")
		until := s.now().Add(max(f.After, time.Second))
		if f.Wide {
			o.halt(until)
		}
		s.handBack(ctx, o, c, until, true)
	default: // NotSent, Unhealthy
		s.counted(o.Name(), "failed")
		s.log.Warn("outbox: not sent, trying again", "parcel", c.ID, "err", err)
		s.handBack(ctx, o, c, s.now().Add(max(f.After, s.backoff(o, c.ID))), true)
	}
}

func (s *Service) sealReceipt(ctx context.Context, c Claimed, slot string, id []byte) *Receipt {
	key, err := s.keyOf(ctx, c.Key)
	if err != nil {
		return nil // erased meanwhile: nothing is kept
	}
	return &Receipt{Slot: slot, Sealed: Sealed{Key: c.Key, Blob: key.Seal(id, s.where(c.Lane.Of, "receipt "+slot, 0))}}
}

// done ends a parcel. What is behind it in its lane goes before all lanes that
// have not begun and that nobody waits for.
func (s *Service) done(ctx context.Context, o *outlet, c Claimed, r *Receipt) {
	o.forget(c.ID)
	s.insist(ctx, func() error {
		_, err := s.store.Ack(ctx, s.id, c, s.now().Add(-goesOnFirst), r)
		return err
	})
}

func (s *Service) handBack(ctx context.Context, o *outlet, c Claimed, until time.Time, known bool) {
	s.insist(ctx, func() error { return s.store.Nack(ctx, s.id, c, until, known) })
}

// insist writes the outcome of an attempt down, while the claim lasts: what is
// known must not become unknown because the store was away for a moment.
func (s *Service) insist(ctx context.Context, write func() error) {
	for wait := 50 * time.Millisecond; wait < (sendLease-sendTimeout)/2; wait *= 2 {
		err := write()
		s.noteStore(ctx, err)
		if err == nil || errors.Is(err, ErrFenced) {
			return
		}
		s.sleep(ctx, nil, wait)
	}
}

// backoff doubles from half a second with every failure of one parcel.
func (s *Service) backoff(o *outlet, id string) time.Duration {
	o.mu.Lock()
	defer o.mu.Unlock()
	n := o.tries[id]
	o.tries[id] = n + 1
	return min(backoffMost, 500*time.Millisecond<<min(n, 10))
}

func (o *outlet) forget(id string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	delete(o.tries, id)
}

func (o *outlet) halt(until time.Time) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if until.After(o.halted) {
		o.halted = until
	}
}

func (o *outlet) haltedUntil() time.Time {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.halted
}

func (s *Service) counted(ch ChannelName, outcome string) {
	s.meter.Count("parcels_total", "channel", string(ch), "outcome", outcome)
}

// stillWanted looks at the person once more before something leaves that comes of
// itself: who has paused, stopped or finished gets none but of what is booked, who
// cannot be reached gets none at all, a question goes only where it is wanted
// still, and in quiet hours it is planned again for the first hour after them.
func (s *Service) stillWanted(ctx context.Context, sub SubjectID, c Claimed, p wireParcel) (bool, error) {
	w := s.newWorld(Event{Practice: s.id, Subject: sub, At: s.now()}, nil)
	w.ask(sub)
	for {
		if err := s.load(ctx, w); err != nil {
			return false, err
		}
		now, anew, err := w.stillWanted(sub, p)
		if errors.Is(err, errNeed) {
			continue
		}
		if err != nil || !anew {
			return now, err
		}
		again := Event{ID: EventID("again/" + c.ID), Practice: s.id, Subject: sub, Who: Who{Role: System}, What: Fell{Name: p.Reminder, Again: true}, At: w.now}
		return false, s.accept(ctx, again, false)
	}
}

// stillWanted says whether it goes now, or is planned anew.
func (w *world) stillWanted(sub SubjectID, p wireParcel) (now, anew bool, err error) {
	chat, err := peek[chatState](w, sub)
	if err != nil || chat == nil || chat.Rest != 0 && p.Reminder != nowOrNever || chat.Gone || chat.Door != nil && chat.Door.Left {
		return false, false, err
	}
	t := newTalk(w, chat)
	run, asks := strings.CutPrefix(p.Reminder, dueAsked)
	switch {
	case asks:
		return t.stillAsks(run, time.Unix(p.Written, 0))
	case p.Reminder == nowOrNever:
		return true, false, nil
	case p.Reminder == dueNudge && chat.Done != "":
		return false, false, nil
	}
	if p.Reminder == dueWaiting {
		if wanted, err := t.stillWaits(); err != nil || !wanted {
			return false, false, err
		}
	}
	now = !t.allowed(w.now).After(w.now)
	return now, !now, nil
}
