package bot

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"anteroom/bot/care"
	"anteroom/bot/seal"
)

// dig notes in the vault which keys a commit is about to erase, so that a
// backup of the store brings none of them back, but for those of subjects that
// live on: see [renewal]. Without that note nothing is
// erased: it would be a promise that nobody keeps.
func (s *Service) dig(ctx context.Context, w *world, erased []Erasure) (graves []seal.Grave, err error) {
	for _, e := range erased {
		h := w.have[e.Subject]
		if h == nil || h.wrapped == nil || e.Key == PracticeSubject.Key() || w.out.renewed[e.Subject] == noGrave {
			continue
		}
		g, err := s.keys.vault.Dig(ctx, h.wrapped, keyPlace(s.id, e.Key))
		switch {
		case err == nil:
			graves = append(graves, g)
		case errors.Is(err, seal.ErrEpochGone) && s.wrappedAnew(ctx, h, e.Key):
			return nil, fmt.Errorf("note the erasure in the vault: %w", ErrConflict)
		case seal.Erased(err), errors.Is(err, seal.ErrKeyUnreadable), errors.Is(err, seal.ErrEpochUnknown):
			// There is no key that this vault could ever open again.
		default:
			return nil, fmt.Errorf("note the erasure in the vault: %w", err)
		}
	}
	return graves, nil
}

// wrappedAnew reports that a key was wrapped anew since it was loaded.
func (s *Service) wrappedAnew(ctx context.Context, h *held, id KeyID) bool {
	got, err := s.store.Load(ctx, s.id, Query{Keys: []KeyID{id}})
	return err != nil || !bytes.Equal(got.Keys[0], h.wrapped)
}

// fill follows a commit that erased. After one that failed, or of which nobody
// knows, the graves are left as they are: [Service.settleGraves] asks the store.
func (s *Service) fill(ctx context.Context, graves []seal.Grave) {
	for _, g := range graves {
		if err := s.keys.vault.Fill(context.WithoutCancel(ctx), g); err != nil {
			s.health.Report("vault", fmt.Errorf("an erasure is not noted for good yet: %w", err))
		}
	}
}

// settleGraves decides on graves that a crash or a lost answer left open: where
// the key is in the store still, it was not erased. At a take-over all are
// looked at, since no commit of an earlier owner can arrive any more; otherwise
// those that were open at the look before. In a restored store the key may be
// there for another reason: who asked to be erased is.
func (s *Service) settleGraves(ctx context.Context, takenOver bool) error {
	v := s.keys.vault
	dug, err := v.Dug(ctx)
	if err != nil {
		return err
	}
	s.custody.mu.Lock()
	before := s.custody.dug
	s.custody.dug = dug
	s.custody.mu.Unlock()
	for _, g := range dug {
		id, ok := strings.CutPrefix(string(g.AD), string(keyPlace(s.id, "")))
		if !ok || !takenOver && !slices.ContainsFunc(before, g.Of) {
			continue
		}
		got, err := s.store.Load(ctx, s.id, Query{Keys: []KeyID{KeyID(id)}})
		if err != nil {
			return fmt.Errorf("load key: %w", err)
		}
		lives := false
		if wrapped := got.Keys[0]; wrapped != nil && !s.custody.restored.Load() {
			if lives, err = s.sameKey(ctx, g, wrapped); err != nil {
				return err
			}
		}
		if lives {
			err = v.Leave(ctx, g)
		} else {
			err = v.Fill(ctx, g)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// sameKey reports whether a wrapped key is the one of the grave.
func (s *Service) sameKey(ctx context.Context, g seal.Grave, wrapped []byte) (bool, error) {
	now, err := s.keys.vault.Dig(ctx, wrapped, g.AD)
	if seal.Erased(err) || errors.Is(err, seal.ErrKeyUnreadable) || errors.Is(err, seal.ErrEpochUnknown) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if now.Of(g) {
		return true, s.keys.vault.Leave(ctx, now)
	}
	return false, s.keys.vault.Leave(ctx, now)
}

// eraseAgain takes away what a restored store brought back of erased clients:
// nobody can open it, and it would stand in their way if they came again.
func (s *Service) eraseAgain(ctx context.Context, keys []KeyID) error {
	for _, id := range keys {
		if err := s.eraseOneAgain(ctx, id); err != nil {
			return fmt.Errorf("erase %s again: %w", id, err)
		}
	}
	return nil
}

func (s *Service) eraseOneAgain(ctx context.Context, id KeyID) error {
	if id == PracticeSubject.Key() {
		return nil // begin says what that means
	}
	sub := SubjectID(id)
	return s.order.do(ctx, sub, false, func() error {
		got, err := s.store.Load(ctx, s.id, Query{Keys: []KeyID{id}})
		if err != nil || got.Keys[0] == nil {
			return err
		}
		if _, err := s.keys.vault.Unwrap(ctx, got.Keys[0], keyPlace(s.id, id)); !seal.Erased(err) {
			return err // somebody who came back has a key of their own by now
		}
		at := s.now()
		w := s.newWorld(Event{ID: EventID("again-erased/" + s.root.Pseudonym(string(got.Keys[0]))), Practice: s.id, Subject: sub, At: at}, nil)
		for {
			w.have[sub] = &held{}
			var lanes []Lane
			for name := range s.channels {
				lanes = append(lanes, Lane{Channel: name, Of: sub})
			}
			w.erase(sub, lanes...)
			for _, name := range []string{dueNudge, dueExpire, dueReply, dueSilence, dueKeep, dueCourse, dueWaiting} {
				w.unplan(sub, name)
			}
			if sub.Kind() == "case" {
				w.out.index = append(w.out.index, IndexChange{Index: caseIndex, Member: sub.Name(), Remove: true})
				err = w.vacate(care.CaseID(sub.Name()))
			}
			if errors.Is(err, errNeed) {
				if err = s.load(ctx, w); err != nil {
					return err
				}
				w.restart()
				continue
			}
			if err != nil {
				return err
			}
			if err = s.commit(ctx, w); errors.Is(err, ErrSeen) {
				err = nil
			}
			if err == nil {
				s.log.Info("erased again what a restored store brought back", "subject", sub)
			}
			return err
		}
	})
}

// vacate gives back the places that a case holds, whoever's they are. There may
// be any number of therapists: what is changed is checked.
func (w *world) vacate(id care.CaseID) error {
	var need error
	for _, t := range w.p.Therapists {
		load, err := peek[care.Caseload](w, CaseloadSubject(string(t.ID)))
		switch {
		case errors.Is(err, errNeed):
			need = err // ask for all of them at once
		case err != nil:
			return err
		case load != nil && load.Release(id):
			w.keepLoad(t.ID, load)
		}
	}
	return need
}
