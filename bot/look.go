package bot

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"anteroom/bot/care"
)

var _ Desk = (*Service)(nil)

// Therapist finds who is behind an id of a channel.
func (s *Service) Therapist(p PracticeID, ch ChannelName, id string) (care.Therapist, bool) {
	now := s.practice.Load()
	if p != s.id || ch != now.Desk {
		return care.Therapist{}, false
	}
	return now.BySlack(id)
}

// Look reads a case for a therapist. See [Desk].
func (s *Service) Look(ctx context.Context, p PracticeID, id care.CaseID, therapist care.TherapistID) (View, error) {
	return s.look(ctx, id, string(therapist), func(p *Practice, c care.Case) bool {
		t, ok := p.Therapist(therapist)
		return ok && mayRead(c, t)
	})
}

// LookAs reads a case for somebody at the command line, who has the keys.
func (s *Service) LookAs(ctx context.Context, id care.CaseID, who string) (View, error) {
	return s.look(ctx, id, who, func(*Practice, care.Case) bool { return true })
}

// look is a query and one line in the audit log.
func (s *Service) look(ctx context.Context, id care.CaseID, who string, may func(*Practice, care.Case) bool) (View, error) {
	now := s.now()
	sub := CaseSubject(string(id))
	w := s.newWorld(Event{ID: EventID("look/" + rand.Text()), Practice: s.id, Subject: sub, At: now}, nil)
	w.ask(sub)
	for {
		if err := s.load(ctx, w); err != nil {
			return View{}, err
		}
		rec, err := peek[caseRecord](w, sub)
		switch {
		case err != nil:
			return View{}, err
		case rec == nil:
			return View{}, ErrNoCase
		case !may(w.p, rec.Case):
			return View{}, ErrNotAllowed
		}
		fit, err := w.assess(rec.Case)
		if errors.Is(err, errNeed) {
			continue
		}
		if err != nil {
			return View{}, err
		}
		w.audit(id, who, "looked")
		if err := s.commit(ctx, w); err != nil {
			return View{}, err
		}
		v := View{Case: rec.Case, Assessment: fit, Zone: w.p.Zone.String(), Referrals: w.p.Fees.Referrals,
			Summary: care.Summarise(care.SummaryInput{Case: rec.Case, Assessment: fit, Practice: w.p.Practice, Now: now, Label: w.p.label})}
		for _, t := range w.p.Therapists {
			if string(t.ID) != who {
				v.Colleagues = append(v.Colleagues, t)
			}
		}
		return v, nil
	}
}

// Act claims or decides a case. See [Desk].
func (s *Service) Act(ctx context.Context, p PracticeID, a Act) error {
	ev := Event{ID: EventID("act/" + a.ID), Practice: s.id, Subject: CaseSubject(string(a.Case)),
		Who: Who{Role: Therapist, ID: string(a.By)}, What: caseAct{a}, At: s.now()}
	err := s.accept(ctx, ev, true)
	var r refusal
	if errors.As(err, &r) {
		return r.error
	}
	return err
}

// CaseLine is a case in a list: no client word is in it.
type CaseLine struct {
	ID      care.CaseID
	Line    string
	Status  care.Status
	State   []string
	Updated time.Time
}

// Cases lists the cases, the one that moved last at the end.
func (s *Service) Cases(ctx context.Context) ([]CaseLine, error) {
	members, err := s.store.Index(ctx, s.id, caseIndex, -1<<63, 1<<63-1, 0)
	if err != nil {
		return nil, fmt.Errorf("list cases: %w", err)
	}
	var lines []CaseLine
	for _, m := range members {
		sub := CaseSubject(m.Name)
		w := s.newWorld(Event{Subject: sub, At: s.now()}, nil)
		w.ask(sub)
		if err := s.load(ctx, w); err != nil {
			return nil, err
		}
		rec, err := peek[caseRecord](w, sub)
		if err != nil {
			return nil, err
		}
		if rec != nil {
			lines = append(lines, CaseLine{ID: rec.Case.ID, Line: care.Card(rec.Case, "", w.p.Zone, w.now), Status: rec.Case.Status,
				State: w.standing(rec.Case), Updated: time.Unix(rec.Case.Updated, 0)})
		}
	}
	return lines, nil
}
