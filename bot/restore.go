package bot

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"anteroom/bot/seal"
)

// A store that was put back from a backup is a store of another day: messages
// wait in it that were sent long ago, and reminders that had their time. The
// service notices by itself. It writes the moment into the store every minute,
// and after that into the vault, which no backup of the store takes back. A
// store whose moment is behind the vault's was put back.
//
// It waits for an operator's word then: nothing leaves and nothing that is due
// is acted on, but what somebody in danger needs. What clients write is accepted as ever. See deploy/RESTORE.md.
const (
	momentSubject SubjectID = "moment"
	// momentLost is how far a store may be behind without being an old one: a
	// failover or a power cut loses seconds, and with them the last moment.
	momentLost = 2*vaultLook + 10*time.Second
)

// ErrRestored says that the practice waits for an operator's word.
var ErrRestored = errors.New(`the store was put back from a backup: nothing is sent until "anteroom restore" says what to do with what is old`)

// moment is what the store knows of its own time.
type moment struct {
	At int64 `cbor:"1,keyasint"` // Unix milliseconds
}

// custody is what a service knows of the vault and of its store's age.
type custody struct {
	restored atomic.Bool  // it waits for an operator's word
	aside    atomic.Bool  // messages may be aside that waited for it
	since    atomic.Int64 // Unix seconds: since when it waits
	before   atomic.Int64 // Unix seconds: what was to be told before then is not
	made     atomic.Int64 // Unix seconds: when the current epoch was made
	force    atomic.Bool  // an operator says that the store was restored

	mu           sync.Mutex
	passed       uint32       // the epoch for which all keys were walked over
	began, moved time.Time    // when the practice became ours; when a key was last wrapped anew
	dug          []seal.Grave // that were open at the last look
}

// takeOver is what a new owner looks at before it acts.
func (s *Service) takeOver(ctx context.Context) error {
	if _, err := s.practiceKey(ctx); err != nil {
		if seal.Erased(err) || errors.Is(err, seal.ErrEpochUnknown) || errors.Is(err, seal.ErrKeyUnreadable) {
			return nil // Run says so, and ends
		}
		return err
	}
	s.custody.aside.Store(true) // the one before us may have waited
	s.custody.mu.Lock()
	s.custody.began, s.custody.passed = s.now(), 0
	s.custody.mu.Unlock()
	if s.custody.force.Swap(false) {
		err := s.keys.vault.SetMark(ctx, string(s.id), func(m *seal.Mark) {
			if m.Restored.IsZero() {
				m.Restored, m.Backup, m.Wrapped = s.now(), m.Moment, 0
			}
		})
		if err != nil {
			s.custody.force.Store(true)
			return err
		}
	}
	if err := s.keepMoment(ctx); err != nil {
		return err
	}
	return s.settleGraves(ctx, true)
}

// keepMoment compares the store's moment with the vault's, and writes the
// present one into both.
func (s *Service) keepMoment(ctx context.Context) error {
	v := s.keys.vault
	mark, err := v.Mark(ctx, string(s.id))
	if err != nil {
		return err
	}
	if !mark.Restored.IsZero() {
		return s.wait(ctx, mark)
	}
	at, version, err := s.moment(ctx)
	if err != nil {
		return err
	}
	behind := mark.Moment.Sub(at)
	if behind > momentLost {
		mark.Restored, mark.Backup = s.now(), at
		err := v.SetMark(ctx, string(s.id), func(m *seal.Mark) {
			m.Restored, m.Backup, m.Wrapped = mark.Restored, at, 0
		})
		if err != nil {
			return err
		}
		return s.wait(ctx, mark)
	}
	if err := s.goOn(ctx, mark); err != nil {
		return err
	}
	if behind > 0 {
		s.log.Warn("the store has lost what was written last: after a failover or a power cut that can be", "seconds", int(behind.Seconds()))
		if err := s.eraseWhatIsBack(ctx); err != nil {
			return err
		}
	}
	now := later(s.now().UTC().Truncate(time.Millisecond), later(at, mark.Moment).Add(time.Millisecond))
	key, err := s.practiceKey(ctx)
	if err != nil {
		return err
	}
	plain, err := encode(moment{At: now.UnixMilli()})
	if err != nil {
		return err
	}
	err = s.store.Commit(ctx, s.id, Commit{Fence: s.lease.fence.Load(), Event: EventID(fmt.Sprint("moment/", now.UnixMilli())),
		States: []Write{{Subject: momentSubject, Was: version, Next: version + 1, Blob: key.Seal(plain, s.where(momentSubject, "state", version+1))}}})
	if err != nil {
		return fmt.Errorf("keep the moment: %w", err)
	}
	return v.SetMark(ctx, string(s.id), func(m *seal.Mark) {
		if m.Restored.IsZero() {
			m.Moment = later(m.Moment, now)
		}
	})
}

// moment reads the store's moment: zero if it holds none, or one that was never
// written there.
func (s *Service) moment(ctx context.Context) (at time.Time, version uint64, err error) {
	got, err := s.store.Load(ctx, s.id, Query{Subjects: []SubjectID{momentSubject}})
	if err != nil {
		return at, 0, fmt.Errorf("load the moment: %w", err)
	}
	st := got.States[0]
	if st.Version == 0 {
		return at, 0, nil
	}
	key, err := s.practiceKey(ctx)
	if err != nil {
		return at, 0, err
	}
	var m moment
	plain, err := key.Open(st.Blob, s.where(momentSubject, "state", st.Version))
	if err == nil {
		err = decode(plain, &m)
	}
	if err != nil {
		s.log.Error("the store's moment cannot be read", "err", err)
		return at, st.Version, nil
	}
	return time.UnixMilli(m.At).UTC(), st.Version, nil
}

// wait makes the service hold back until an operator has spoken.
func (s *Service) wait(ctx context.Context, mark seal.Mark) error {
	s.custody.since.Store(mark.Restored.Unix())
	s.custody.aside.Store(true)
	if !s.custody.restored.Swap(true) {
		from := "of an unknown time"
		if !mark.Backup.IsZero() {
			from = "of " + mark.Backup.Format(time.DateTime) + " UTC"
		}
		s.log.Warn(ErrRestored.Error(), "backup", from)
		s.health.Report("restore", fmt.Errorf("a backup %s: %w", from, ErrRestored))
		return s.eraseWhatIsBack(ctx)
	}
	return nil
}

// goOn ends the waiting, if there was one, and takes back what is aside.
func (s *Service) goOn(ctx context.Context, mark seal.Mark) error {
	if before := mark.DropBefore; !before.IsZero() {
		s.custody.before.Store(before.Unix())
	} else {
		s.custody.before.Store(0)
	}
	if s.custody.restored.Swap(false) {
		s.log.Info("the operator has spoken: the restored store goes on", "drop-before", mark.DropBefore)
		s.health.Report("restore", nil)
		s.timer.raise()
	}
	if !s.custody.aside.Load() {
		return nil
	}
	for _, o := range s.channels {
		if err := s.recall(ctx, o); err != nil {
			return err
		}
	}
	s.custody.aside.Store(false)
	return nil
}

func (s *Service) recall(ctx context.Context, o *outlet) error {
	defer o.wake.raise()
	if err := s.store.Recall(ctx, s.id, s.lease.fence.Load(), o.Name(), s.now()); err != nil {
		return fmt.Errorf("take back what is aside: %w", err)
	}
	return nil
}

// eraseWhatIsBack looks at every key for those of erased clients.
func (s *Service) eraseWhatIsBack(ctx context.Context) error {
	var back []KeyID
	for from := ""; ; {
		page, next, err := s.store.Keys(ctx, s.id, from, vaultPage)
		if err != nil {
			return fmt.Errorf("read keys: %w", err)
		}
		for _, k := range page {
			if _, err := s.keys.vault.Unwrap(ctx, k.Wrapped, keyPlace(s.id, k.ID)); errors.Is(err, seal.ErrKeyErased) {
				back = append(back, k.ID)
			}
		}
		if from = next; from == "" {
			return s.eraseAgain(ctx, back)
		}
	}
}

// held reports whether a message waits for an operator's word: all do, but for
// what somebody in danger is told now, and an alert about them that rings a bell.
func (s *Service) held(p wireParcel, body Body) bool {
	if !s.custody.restored.Load() {
		return false
	}
	if p.Written < s.custody.since.Load() {
		return true
	}
	switch b := body.(type) {
	case Card:
		return !b.Urgent
	case Text, Redraw, Sweep:
		return p.Class != Safety
	}
	_, page := body.(Page)
	return !page
}

// hold puts away a message that waits for an operator's word: aside, so that
// what somebody in danger is told passes it. A card has a lane of its own, and
// what is known of its attempts must not be forgotten.
func (s *Service) hold(ctx context.Context, o *outlet, c Claimed, p wireParcel) {
	if p.Class == CardClass {
		s.handBack(ctx, o, c, s.now().Add(heldFor), true)
		return
	}
	s.insist(ctx, func() error { return s.store.Hold(ctx, s.id, c, s.now()) })
	if s.custody.restored.Load() {
		return
	}
	if err := s.recall(ctx, o); err != nil { // the word was said meanwhile
		s.custody.aside.Store(true)
		s.noteStore(ctx, err)
	}
}

// heldFor is how long a card is put away.
const heldFor = 10 * time.Second

// overtakes is what a message does to those that it passes, which wait for an
// operator's word: who leaves by quick exit shall not be told later what was to
// be said before.
func (s *Service) overtakes(ctx context.Context, c Claimed, body Body) error {
	if sweep, ok := body.(Sweep); !ok || sweep.Only || !s.custody.restored.Load() {
		return nil
	}
	return s.store.Drop(ctx, s.id, c)
}

// acts reports whether what is due may be acted on: while the service waits,
// the on-call alone is told on.
func (s *Service) acts(d Due) bool {
	return !s.custody.restored.Load() || strings.HasPrefix(d.ID[len(d.Subject)+1:], dueOnCall)
}

// tooOld reports whether a message to a client is older than what an operator
// wants sent after a restore. What therapists get is always sent: it holds no
// client's words, and an alert must not be lost.
func (s *Service) tooOld(p wireParcel) bool {
	before := s.custody.before.Load()
	return before != 0 && p.Class != CardClass && p.Written < before
}

// tooLate is tooOld for what falls due: only what does nothing but tell the
// client something is left out. What a practice promised, and what has to be
// erased, comes late and not never.
func (s *Service) tooLate(d Due) bool {
	before := s.custody.before.Load()
	return before != 0 && d.At.Unix() < before && d.ID[len(d.Subject)+1:] == dueNudge
}

// Resume is an operator's word on a restored store: the messages to clients
// that were written before a time are dropped, and all the rest is sent; with
// the zero time all is sent. The service follows within seconds.
func Resume(ctx context.Context, v seal.Vault, p PracticeID, dropBefore time.Time) error {
	return v.SetMark(ctx, string(p), func(m *seal.Mark) {
		m.Restored, m.Backup, m.Moment, m.DropBefore = time.Time{}, time.Time{}, time.Time{}, dropBefore
	})
}
