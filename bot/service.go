package bot

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"anteroom/bot/seal"
	"anteroom/dialogs"
)

// Options of a [Service].
type Options struct {
	Practice *Practice
	Store    Store
	Root     seal.Root
	Vault    seal.Vault
	Channels []Channel
	Log      *slog.Logger
	Now      func() time.Time // the injected clock; time.Now in service
	Instance string           // stable name of this replica
	Health   Health
	Meter    Meter
	Restored bool // an operator says that the store was put back from a backup
	Alone    bool // nobody else works on the store, and Settle moves the service: no Run, no lease
	// Trace is told each run of a dialog as a step leaves it, and the language
	// of the conversation; nil for nobody. It is for an author who wants to know
	// which steps a transcript passed: a run holds a client's answers. A step
	// that has to be made again tells again.
	Trace func(run dialogs.Run, lang string)
}

// Service works for one practice: it takes events in, makes each one's step,
// and sends what the step said. See the package comment for the picture.
type Service struct {
	practice atomic.Pointer[Practice]
	id       PracticeID
	store    Store
	root     seal.Root
	keys     *keyring
	channels map[ChannelName]*outlet
	log      *slog.Logger
	now      func() time.Time
	instance string
	health   Health
	meter    Meter
	lease    *lease
	alone    bool
	trace    func(dialogs.Run, string)
	order    order
	custody  custody
	timer    signal
	work     sync.WaitGroup // whatever goes on behind an event that was accepted
}

// New makes the service. It does nothing until [Service.Run].
func New(o Options) *Service {
	s := &Service{
		id: o.Practice.ID(), store: o.Store, root: o.Root, keys: newKeyring(o.Vault, o.Practice.ID()),
		channels: make(map[ChannelName]*outlet), log: o.Log.With("practice", o.Practice.ID()),
		now: o.Now, instance: o.Instance, health: o.Health, meter: o.Meter, alone: o.Alone, trace: o.Trace, timer: newSignal(),
	}
	s.lease = newLease()
	s.custody.force.Store(o.Restored)
	s.practice.Store(o.Practice.ready())
	for _, ch := range o.Channels {
		s.channels[ch.Name()] = newOutlet(ch)
	}
	return s
}

// Receive takes one thing that a person did on a channel. See [Receiver].
func (s *Service) Receive(ctx context.Context, in Inbound) error {
	ev := s.event(in)
	switch {
	case s.owns():
	case s.lease.held.Load():
		return errNotReady // forwarded, it would come after what is handled at once
	default:
		return s.forward(ctx, ev) // the owner finds it in the inbox
	}
	err := s.accept(ctx, ev, true)
	if errors.Is(err, errFlood) {
		return s.flooded(ctx, ev)
	}
	return err
}

// accept is the one road of an event. It returns nil once the event's effect
// is committed, or was before.
func (s *Service) accept(ctx context.Context, ev Event, bounded bool) error {
	return s.order.do(ctx, ev.Subject, bounded, func() error { return s.handle(ctx, ev, nil) })
}

// handle makes the step of one event: load, step, commit. Whatever goes wrong
// in a step stays with this event: after five tries it is put aside. An error
// of the store is returned: nothing may be acknowledged then.
func (s *Service) handle(ctx context.Context, ev Event, from *source) error {
	var err error
	for failed, lost := 0, 0; failed < 5; {
		w := s.newWorld(ev, from)
		if err = s.attempt(ctx, w); err == nil {
			s.follow(w)
			return nil
		}
		var broken *stepError
		var refused refusal
		switch {
		case errors.Is(err, ErrSeen):
			return s.leave(ctx, ev, from)
		case errors.Is(err, ErrConflict):
			if lost++; lost > 8 { // another writer is busy here
				s.sleep(ctx, nil, time.Millisecond<<min(lost-8, 8))
			}
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
		case errors.As(err, &broken):
			failed++
		case errors.As(err, &refused):
			return err
		default:
			s.noteStore(ctx, err)
			return err
		}
	}
	return s.putAside(ctx, ev, from, err)
}

// attempt loads what the pure step of the event's subject asks for, runs it and
// commits what it wants.
func (s *Service) attempt(ctx context.Context, w *world) (err error) {
	defer recovered(&err)
	w.ask(w.ev.Subject)
	for range mostLoads {
		if err := s.load(ctx, w); err != nil {
			return err
		}
		if err := w.step(); err == nil {
			return s.commit(ctx, w)
		} else if !errors.Is(err, errNeed) {
			return err
		}
		w.restart()
	}
	return &stepError{at: "it asks for more and more"}
}

// mostLoads is how often a step may ask for something that is not loaded yet.
const mostLoads = 64
