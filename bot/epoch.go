package bot

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"time"

	"anteroom/bot/care"
	"anteroom/bot/seal"
)

// The vault's epoch rolls by itself. The owner of a practice rolls it when it
// is older than the practice says, raises the epoch's floor in the store, so that
// no new key comes in under an older one, wraps the practice's keys anew, waits
// until no failover of the store can take that back any more, looks for
// stragglers, and says in the vault that none is left. When every practice of the
// vault has said so, the older epochs are destroyed, and with them what backups
// hold of erased clients.
const (
	vaultLook  = time.Minute      // between two looks at the vault
	vaultGrace = 10 * time.Minute // between the last key wrapped anew and the look for stragglers
	vaultPage  = 200              // keys in one write
)

// VaultPeriod is how old an epoch of the vault may get: what the practice says,
// or thirty days.
func (p *Practice) VaultPeriod() care.Period {
	if p.Practice.Keep.Vault == (care.Period{}) {
		return care.Period{Days: 30}
	}
	return p.Practice.Keep.Vault
}

// grace is vaultGrace, and less where epochs live for less than half an hour:
// a practice that tries a whole therapy in seconds.
func grace(period care.Period) time.Duration {
	var from time.Time
	return min(vaultGrace, period.After(from).Sub(from)/3)
}

// UnrecoverableBy is when nobody can read any more what is erased at a time,
// with whatever old backup of the store, given when the current epoch was made:
// the next roll, the wait for stragglers, and some time for looking.
func (p *Practice) UnrecoverableBy(made, at time.Time) time.Time {
	roll := p.VaultPeriod().After(made)
	if roll.Before(at) { // overdue: it happens at the next look
		roll = at
	}
	return roll.Add(6 * grace(p.VaultPeriod()))
}

// UnrecoverableBy is [Practice.UnrecoverableBy] with the epoch that is current
// as far as this service knows; while it knows of none, one made at that time.
func (s *Service) UnrecoverableBy(at time.Time) time.Time {
	made := at
	if known := s.custody.made.Load(); known != 0 {
		made = time.Unix(known, 0).UTC()
	}
	return s.practice.Load().UnrecoverableBy(made, at)
}

// Rewrapping is how far a walk over a practice's keys has come.
type Rewrapping struct {
	Seen, Older, Replaced int     // Older were under an older epoch; whoever was faster at one replaced it or erased it
	Lost                  []KeyID // erased, or wrapped under an epoch that is gone: nobody can open them
	Unreadable            []KeyID // something is wrong with them: a person must look
}

// RewrapKeys wraps every key of a practice that is wrapped under an older epoch
// than the current one anew. It may run beside the service. told hears how far
// it is, after every page; it may be nil.
func RewrapKeys(ctx context.Context, store Store, v seal.Vault, p PracticeID, fence uint64, told func(Rewrapping)) (r Rewrapping, err error) {
	current, err := v.Current(ctx)
	if err != nil {
		return r, err
	}
	return walkKeys(ctx, store, v, p, fence, current, told)
}

// floorSubject is the epoch before which no new key comes into the store: that is
// its version, so that the same version never stands for two epochs. There is
// nothing in it to seal.
const floorSubject SubjectID = "vault/epoch"

// epochFloor is zero while there is none.
func epochFloor(ctx context.Context, store States, p PracticeID) (uint32, error) {
	got, err := store.Load(ctx, p, Query{Subjects: []SubjectID{floorSubject}})
	if err != nil {
		return 0, fmt.Errorf("load the epoch's floor: %w", err)
	}
	return uint32(got.States[0].Version), nil
}

// raiseFloor makes an epoch the floor, unless it is that high already.
func raiseFloor(ctx context.Context, store States, p PracticeID, fence uint64, epoch uint32) error {
	for {
		floor, err := epochFloor(ctx, store, p)
		if err != nil || floor >= epoch {
			return err
		}
		err = store.Commit(ctx, p, Commit{Fence: fence, Event: EventID("floor/" + rand.Text()),
			States: []Write{{Subject: floorSubject, Was: uint64(floor), Next: uint64(epoch), Blob: []byte("floor")}}})
		if !isConflict(err) { // else somebody else raised it
			if err != nil {
				err = fmt.Errorf("raise the epoch's floor: %w", err)
			}
			return err
		}
	}
}

// Roll makes a new epoch of the vault, and more where the vault is from a backup
// and behind what the practices' keys in the store were wrapped under. It returns
// the number of the last.
func Roll(ctx context.Context, store States, v seal.Vault, practices ...PracticeID) (epoch uint32, err error) {
	var floor uint32
	for _, p := range practices {
		f, err := epochFloor(ctx, store, p)
		if err != nil {
			return 0, err
		}
		floor = max(floor, f)
	}
	for {
		last := epoch
		if epoch, err = v.Roll(ctx); err != nil || epoch >= floor {
			return epoch, err
		}
		if epoch <= last {
			return 0, fmt.Errorf("the vault stays at epoch %d, and the store was at epoch %d: is its folder on the network? Try again in a minute", epoch, floor)
		}
	}
}

// walkKeys looks at every key and wraps those anew that are wrapped under an
// epoch before that one, which becomes the floor before it looks.
func walkKeys(ctx context.Context, store Store, v seal.Vault, p PracticeID, fence uint64, before uint32, told func(Rewrapping)) (r Rewrapping, err error) {
	if err := raiseFloor(ctx, store, p, fence, before); err != nil {
		return r, err
	}
	for from := ""; ; {
		page, next, err := store.Keys(ctx, p, from, vaultPage)
		if err != nil {
			return r, fmt.Errorf("read keys: %w", err)
		}
		var anew []Rewrapped
		for _, k := range page {
			r.Seen++
			if epoch, err := seal.EpochOf(k.Wrapped); err == nil && epoch >= before {
				continue
			}
			wrapped, err := seal.Rewrap(ctx, v, k.Wrapped, keyPlace(p, k.ID))
			switch {
			case err == nil:
				anew = append(anew, Rewrapped{ID: k.ID, Was: k.Wrapped, Wrapped: wrapped})
			case seal.Erased(err):
				r.Lost = append(r.Lost, k.ID)
			case errors.Is(err, seal.ErrKeyUnreadable), errors.Is(err, seal.ErrEpochUnknown):
				r.Unreadable = append(r.Unreadable, k.ID)
			default:
				return r, err
			}
		}
		for anew := range slices.Chunk(anew, vaultPage) { // a page may be longer than asked for
			n, err := store.Rewrap(ctx, p, fence, anew)
			if err != nil {
				return r, fmt.Errorf("wrap keys anew: %w", err)
			}
			r.Older, r.Replaced = r.Older+len(anew), r.Replaced+n
		}
		if told != nil {
			told(r)
		}
		if from = next; from == "" {
			return r, nil
		}
	}
}

// Attest says in the vault that no key of the practice is wrapped under an
// epoch before that one and none can come any more, and destroys the epochs that
// no practice needs then. It returns the practices for which an epoch has to
// stay, if one has to.
func Attest(ctx context.Context, v seal.Vault, p PracticeID, epoch uint32) (needed []string, err error) {
	err = v.SetMark(ctx, string(p), func(m *seal.Mark) {
		if m.Restored.IsZero() { // what is in a restored store is another matter
			m.Wrapped = max(m.Wrapped, epoch)
		}
	})
	if err != nil {
		return nil, err
	}
	marks, err := v.Marks(ctx)
	if err != nil {
		return nil, err
	}
	oldest := epoch
	for _, m := range marks {
		if m.Wrapped < epoch {
			needed = append(needed, m.Practice)
		}
		oldest = min(oldest, m.Wrapped)
	}
	epochs, err := v.Epochs(ctx)
	if err != nil {
		return nil, err
	}
	for _, e := range epochs {
		if e.Number >= oldest {
			break
		}
		if err := v.Destroy(ctx, e.Number); err != nil {
			return nil, err
		}
	}
	return needed, nil
}

// watchVault keeps the vault in order while the practice is ours.
func (s *Service) watchVault(ctx context.Context) {
	for ctx.Err() == nil {
		if s.owns() {
			s.noteVault(ctx, s.tendVault(ctx))
		}
		wait := vaultLook
		if s.custody.restored.Load() {
			wait = inboxLook // an operator's word may have come
		}
		if period := s.practice.Load().VaultPeriod(); period != (care.Period{}) {
			wait = max(20*time.Millisecond, min(wait, grace(period)/4))
		}
		s.sleep(ctx, nil, wait)
	}
}

// tendVault is one look at the vault.
func (s *Service) tendVault(ctx context.Context) error {
	if err := s.keepMoment(ctx); err != nil || s.custody.restored.Load() {
		return err // a restored store waits for a person, with its keys as they are
	}
	return errors.Join(s.settleGraves(ctx, false), s.turnEpoch(ctx))
}

// turnEpoch does what is next on an epoch's way: roll, wrap anew, look for
// stragglers, destroy.
func (s *Service) turnEpoch(ctx context.Context) error {
	v, period := s.keys.vault, s.practice.Load().VaultPeriod()
	epochs, err := v.Epochs(ctx)
	if err != nil {
		return err
	}
	current := epochs[len(epochs)-1]
	floor, err := epochFloor(ctx, s.store, s.id)
	if err != nil {
		return err
	}
	if !period.After(current.Made).After(s.now()) || current.Number < floor { // a vault from a backup gets back to where it was
		if _, err := Roll(ctx, s.store, v, s.id); err != nil {
			return err
		}
		if epochs, err = v.Epochs(ctx); err != nil {
			return err
		}
		current = epochs[len(epochs)-1]
		s.log.Info("vault: a new epoch", "epoch", current.Number)
	}
	s.custody.made.Store(current.Made.Unix())
	mark, err := v.Mark(ctx, string(s.id))
	if err != nil || mark.Wrapped >= current.Number && len(epochs) == 1 {
		return err
	}
	c := &s.custody
	c.mu.Lock()
	quiet, passed := later(later(c.began, c.moved), current.Made).Add(grace(period)), c.passed
	c.mu.Unlock()
	switch {
	case mark.Wrapped >= current.Number: // the others are not there yet, perhaps
	case passed < current.Number, !s.now().Before(quiet):
		r, err := walkKeys(ctx, s.store, v, s.id, s.lease.fence.Load(), current.Number, nil)
		c.mu.Lock()
		if r.Older > 0 {
			c.moved = s.now()
		}
		if err == nil {
			c.passed = current.Number
		}
		c.mu.Unlock()
		if r.Replaced > 0 {
			s.log.Info("vault: keys wrapped anew", "epoch", current.Number, "keys", r.Replaced)
		}
		if err != nil {
			return err
		}
		if err := s.eraseAgain(ctx, r.Lost); err != nil {
			return err
		}
		if len(r.Unreadable) > 0 {
			return fmt.Errorf("%d keys cannot be read, %s among them: no epoch is destroyed meanwhile; is this the vault that belongs to the store? %w",
				len(r.Unreadable), r.Unreadable[0], seal.ErrKeyUnreadable)
		}
		if r.Older > 0 || s.now().Before(quiet) {
			return nil // the next walk must find nothing
		}
	default:
		return nil
	}
	_, err = Attest(ctx, v, s.id, current.Number)
	if err != nil {
		return err
	}
	if after, err := v.Epochs(ctx); err == nil && len(after) < len(epochs) {
		s.log.Info("vault: older epochs destroyed", "epoch", current.Number, "destroyed", len(epochs)-len(after))
	}
	return nil
}
