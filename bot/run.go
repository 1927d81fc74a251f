package bot

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"anteroom/bot/seal"
)

const (
	heartbeatEvery = 2 * time.Second
	heartbeatFor   = 10 * time.Second
	inboxLook      = 2 * time.Second // a command line may have posted something
	dueLease       = 30 * time.Second
	dueAtOnce      = 32
	lateLook       = time.Minute
	lateAfter      = 5 * time.Minute // longer than a lease: what is tried again is not late
)

// lease is what this replica knows of its ownership.
type lease struct {
	held  atomic.Bool   // the practice is ours
	fence atomic.Uint64 // of the last time it was ours: a write under it is refused when it is so no longer
	until atomic.Int64  // Unix nanoseconds of the process's own clock: the store answered lately

	mu     sync.Mutex
	gained chan struct{}   // closed while the practice is ours
	lost   context.Context // over when it is ours no longer
	lose   context.CancelFunc
}

func newLease() *lease {
	l := &lease{gained: make(chan struct{})}
	l.lost, l.lose = context.WithCancel(context.Background())
	return l
}

func (l *lease) gain(fence uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.fence.Store(fence)
	if !l.held.Swap(true) {
		l.lost, l.lose = context.WithCancel(context.Background())
		close(l.gained)
	}
}

func (l *lease) drop() (fence uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.held.Swap(false) {
		return 0
	}
	l.lose()
	l.gained = make(chan struct{})
	return l.fence.Load()
}

// WaitOwned waits until this replica works for the practice; it returns false
// when the context ends first.
func (s *Service) WaitOwned(ctx context.Context) bool {
	s.lease.mu.Lock()
	gained := s.lease.gained
	s.lease.mu.Unlock()
	select {
	case <-gained:
		return true
	case <-ctx.Done():
		return false
	}
}

// Lost is a context that ends when the practice is this replica's no longer.
func (s *Service) Lost() context.Context {
	s.lease.mu.Lock()
	defer s.lease.mu.Unlock()
	return s.lease.lost
}

// owns reports whether this replica may work for the practice now. The
// deadline is a margin shorter than what the store was told.
func (s *Service) owns() bool { return s.alone || s.lease.held.Load() && s.Ready() }

// Ready reports whether what comes in can be accepted durably: the store has
// answered lately, and what is not ours to handle can be put into an inbox.
func (s *Service) Ready() bool { return time.Now().UnixNano() < s.lease.until.Load() }

// Run owns the practice, sends what is in the outbox, handles what falls due
// and what lies in inboxes, until the context ends; then it finishes what is
// under way and gives the practice up.
func (s *Service) Run(ctx context.Context) error {
	var parts sync.WaitGroup
	started := false
	begin := func() error {
		started = true
		_, err := s.practiceKey(ctx)
		if seal.Erased(err) {
			return fmt.Errorf("this store was put back from a backup that is older than all epochs of the vault: nobody can read it any more; take a newer one (%w)", err)
		}
		if errors.Is(err, seal.ErrEpochUnknown) || errors.Is(err, seal.ErrKeyUnreadable) {
			return fmt.Errorf("the key file and vault do not belong to this store: name those that it was made with (%w)", err)
		}
		for name, o := range s.channels {
			// What was being sent when the one before us died need not wait
			// for the end of its lease.
			if err := s.store.Free(ctx, s.id, s.lease.fence.Load(), name, s.now()); err != nil {
				s.noteStore(ctx, err)
			}
			parts.Go(func() { s.send(ctx, o) })
		}
		parts.Go(func() { s.watchDue(ctx) })
		parts.Go(func() { s.watchLate(ctx) })
		parts.Go(func() { s.watchInboxes(ctx) })
		parts.Go(func() { s.watchVault(ctx) })
		return nil
	}
	tick := time.NewTicker(heartbeatEvery)
	defer tick.Stop()
	for {
		s.beat(ctx)
		if s.owns() && !started {
			if err := begin(); err != nil {
				return err
			}
		}
		select {
		case <-ctx.Done():
			parts.Wait()
			s.work.Wait()
			out, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
			defer cancel()
			if f := s.lease.drop(); f != 0 {
				if err := s.store.Release(out, s.id, s.instance, f); err != nil {
					return fmt.Errorf("release the practice: %w", err)
				}
			}
			return nil
		case <-tick.C:
		}
	}
}

// beat says that this replica lives, and takes the practice if it is free.
func (s *Service) beat(ctx context.Context) {
	from := time.Now()
	ctx, cancel := context.WithTimeout(ctx, heartbeatFor/2)
	defer cancel()
	if err := s.store.Heartbeat(ctx, s.instance, heartbeatFor); err != nil {
		s.noteStore(ctx, err)
		if !s.Ready() {
			s.lease.drop() // cut off: another may have it by now
		}
		return
	}
	if !s.lease.held.Load() {
		fence, holder, err := s.store.Own(ctx, s.id, s.instance)
		if err != nil {
			s.noteStore(ctx, err)
			return
		}
		s.lease.until.Store(from.Add(heartbeatFor - heartbeatEvery).UnixNano())
		if fence != 0 {
			s.log.Info("working for the practice", "fence", fence)
			s.keys.clear() // another may have erased a client since, and made a new key
			s.lease.fence.Store(fence)
			if err := s.takeOver(ctx); err != nil {
				s.noteVault(ctx, err)
				return // and try again
			}
			s.drainAll(ctx) // what came before goes first
			s.lease.gain(fence)
		} else {
			s.log.Debug("another replica works for the practice", "holder", holder)
		}
	}
	s.lease.until.Store(from.Add(heartbeatFor - heartbeatEvery).UnixNano())
	s.noteStore(ctx, nil)
}

// noteStore tells health whether the store answers, and gives the practice up
// at once when another replica has it.
func (s *Service) noteStore(ctx context.Context, err error) {
	switch {
	case errors.Is(err, ErrFenced):
		s.log.Warn("another replica took the practice over")
		s.lease.drop()
	case err == nil:
		s.health.Report("store", nil)
	case ctx.Err() == nil || errors.Is(err, context.DeadlineExceeded):
		s.health.Report("store", err)
	}
}

// noteVault tells health of what went wrong at the vault, and of a fence that
// does not stand any more.
func (s *Service) noteVault(ctx context.Context, err error) {
	switch {
	case errors.Is(err, ErrFenced):
		s.noteStore(ctx, err)
	case ctx.Err() == nil || errors.Is(err, context.DeadlineExceeded):
		s.health.Report("vault", err)
	}
}

// watchDue handles what falls due, that of different subjects side by side: one
// that is slow holds nobody else back. It keeps the next time in memory, and waits
// at the end for what is under way.
func (s *Service) watchDue(ctx context.Context) {
	var under sync.WaitGroup
	defer under.Wait()
	free := make(chan struct{}, dueAtOnce)
	for ctx.Err() == nil {
		room, now := dueAtOnce-len(free), s.now()
		var took []Due
		var err error
		if room > 0 && s.owns() {
			took, err = s.store.ClaimDue(ctx, s.id, s.lease.fence.Load(), now, room, dueLease)
			s.noteStore(ctx, err)
		}
		for _, d := range took {
			turn, _ := s.order.join(d.Subject, false) // here, so that those of one subject stay in their order
			free <- struct{}{}
			under.Go(func() {
				defer func() { <-free; s.timer.raise() }()
				s.fallDue(ctx, d, turn)
			})
		}
		wait := time.Second
		if len(took) < room {
			// What was due already and was not given will not be given in a moment either.
			if at, ok, err := s.store.NextDue(ctx, s.id); err == nil && ok && at.After(now) && s.owns() {
				wait = max(5*time.Millisecond, min(wait, at.Sub(s.now())))
			}
		} // otherwise there may be more, as soon as there is room
		s.sleep(ctx, s.timer, wait)
	}
}

// watchLate tells health when what falls due is not taken any more. It is apart
// from what it watches: that may stand still.
func (s *Service) watchLate(ctx context.Context) {
	for ctx.Err() == nil {
		if s.owns() {
			s.noteLate(ctx)
		}
		s.sleep(ctx, nil, lateLook)
	}
}

func (s *Service) noteLate(ctx context.Context) {
	at, err := s.Late(ctx)
	switch {
	case err != nil:
		s.noteStore(ctx, err)
	case at.IsZero():
		s.health.Report("schedule", nil)
	default:
		s.health.Report("schedule", fmt.Errorf("what was due at %s waits still, and all after it: nothing is reminded of, asked or erased on time", at.UTC().Format(time.RFC3339)))
	}
}

// Late is the time of the earliest thing that should have been done some minutes
// ago and was not: the zero time while all goes well.
func (s *Service) Late(ctx context.Context) (time.Time, error) {
	at, ok, err := s.store.NextDue(ctx, s.id)
	if err != nil {
		return time.Time{}, fmt.Errorf("look for what is due: %w", err)
	}
	if !ok || s.now().Sub(at) <= lateAfter {
		return time.Time{}, nil
	}
	return at, nil
}

// fallDue handles one thing that fell due, at its place in the line of its subject.
func (s *Service) fallDue(ctx context.Context, d Due, turn place) {
	err := s.order.at(ctx, turn, func() error { return s.fell(ctx, d) })
	if err != nil && ctx.Err() == nil {
		s.log.Warn("due entry not handled, trying again", "due", d.ID, "err", err)
	}
}

func (s *Service) fell(ctx context.Context, d Due) error {
	if !s.acts(d) {
		return nil // it comes again when its lease ends
	}
	ev := Event{ID: EventID(fmt.Sprintf("due/%s/%d", d.ID, d.At.UnixMilli())), Practice: s.id, Subject: d.Subject,
		Who: Who{Role: System}, What: Fell{Name: d.ID[len(d.Subject)+1:]}, At: s.now()}
	from := &source{due: &d.DueID}
	if s.tooLate(d) {
		return s.leave(ctx, ev, from)
	}
	return s.handle(ctx, ev, from)
}

// watchInboxes drains what lies in inboxes at the start, and what a command
// line put there since.
func (s *Service) watchInboxes(ctx context.Context) {
	for ctx.Err() == nil {
		if s.owns() {
			waiting, err := s.store.Waiting(ctx, s.id)
			s.noteStore(ctx, err)
			for _, sub := range waiting {
				s.drainLater(sub)
			}
		}
		s.sleep(ctx, nil, inboxLook)
	}
}

// drainAll handles what lies in all inboxes now.
func (s *Service) drainAll(ctx context.Context) {
	waiting, err := s.store.Waiting(ctx, s.id)
	s.noteStore(ctx, err)
	for _, sub := range waiting {
		if err := s.drain(ctx, sub); err != nil {
			s.log.Warn("inbox not drained, trying again", "subject", sub, "err", err)
		}
	}
}

// drainLater handles the letters of a subject behind the caller's back.
func (s *Service) drainLater(sub SubjectID) {
	s.work.Go(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 15*time.Second)
		defer cancel()
		if err := s.drain(ctx, sub); err != nil {
			s.log.Warn("inbox not drained, trying again", "subject", sub, "err", err)
		}
	})
}

func (s *Service) drain(ctx context.Context, sub SubjectID) error {
	for ctx.Err() == nil {
		letters, err := s.store.Letters(ctx, s.id, sub, 16)
		if err != nil || len(letters) == 0 {
			return err
		}
		for _, l := range letters {
			if err := s.openLetter(ctx, l); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *Service) openLetter(ctx context.Context, l Letter) error {
	plain, err := s.openSealed(ctx, l.Sealed, s.where(l.Subject, "letter "+string(l.Event), 0))
	if errors.Is(err, errErased) {
		return s.leave(ctx, Event{ID: l.Event}, &source{letter: &l.LetterID})
	}
	var ev Event
	if err == nil {
		ev, err = decodeEvent(plain)
	}
	if err != nil && (errors.Is(err, seal.ErrUnreadable) || plain != nil) {
		return s.quarantine(ctx, "letter "+string(l.Event), l.Sealed, &l.LetterID, err)
	}
	if err != nil {
		return fmt.Errorf("open letter: %w", err)
	}
	ev.ID, ev.Practice, ev.Subject = l.Event, s.id, l.Subject
	from := &source{letter: &l.LetterID}
	err = s.order.do(ctx, ev.Subject, false, func() error { return s.handle(ctx, ev, from) })
	if r, ok := errors.AsType[refusal](err); ok { // nobody waits for the answer, and others wait behind it
		s.log.Warn("an act from the command line is refused", "subject", ev.Subject, "err", r.error)
		return s.leave(ctx, ev, from)
	}
	return err
}
