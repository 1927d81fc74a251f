package bot

import (
	"context"
	"slices"

	"anteroom/bot/care"
	"anteroom/bot/seal"
)

// ErrFlood is what too many events of one subject come to.
var ErrFlood = errFlood

// Caseload reads a therapist's caseload as it is stored.
func (s *Service) Caseload(ctx context.Context, id care.TherapistID) (care.Caseload, error) {
	sub := CaseloadSubject(string(id))
	w := s.newWorld(Event{Subject: sub, At: s.now()}, nil)
	w.ask(sub)
	if err := s.load(ctx, w); err != nil {
		return care.Caseload{}, err
	}
	load, err := peek[care.Caseload](w, sub)
	if load == nil {
		load = &care.Caseload{}
	}
	return *load, err
}

// Aside opens the events that were put aside.
func (s *Service) Aside(ctx context.Context) ([]What, error) {
	entries, err := s.store.Log(ctx, s.id, quarantineLog)
	if err != nil {
		return nil, err
	}
	var all []What
	for _, e := range entries {
		plain, err := s.openSealed(ctx, e, seal.Where{Practice: string(s.id), Subject: quarantineLog, Kind: "log"})
		if err != nil {
			return nil, err
		}
		var a aside
		if err := decode(plain, &a); err != nil {
			return nil, err
		}
		ev, err := decodeEvent(a.Event)
		if err != nil {
			return nil, err
		}
		all = append(all, ev.What)
	}
	return all, nil
}

// InMemory readies the step of an event on what is stored now. Calling step
// makes it, from the decoded state to the effects, and returns the number of
// messages; nothing is opened, encoded, sealed or kept.
func (s *Service) InMemory(ctx context.Context, in Inbound) (step func() (int, error), err error) {
	ev := s.event(in)
	w := s.newWorld(ev, nil)
	w.ask(ev.Subject)
	if err := s.load(ctx, w); err != nil {
		return nil, err
	}
	c, err := peek[chatState](w, ev.Subject)
	if err != nil {
		return nil, err
	}
	return func() (int, error) {
		mine := *c
		mine.Runs = slices.Clone(c.Runs)
		w.out = effects{}
		t := newTalk(w, &mine)
		if err := t.arrived(func() error { return t.press(ev.What.(Press).Data) }); err != nil {
			return 0, err
		}
		return len(w.out.parcels), t.close()
	}, nil
}

// WarmUp opens the practice's key, from a store that has it.
func (s *Service) WarmUp(ctx context.Context, from Store) error {
	had := s.store
	s.store = from
	defer func() { s.store = had }()
	_, err := s.practiceKey(ctx)
	return err
}
