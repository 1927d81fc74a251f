package bot

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
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
	now := s.practice.Load()
	if t, ok := now.Therapist(therapist); p != s.id || !ok || t.ID == "" {
		return View{}, ErrNotAllowed // whether there is such a case is not said either
	}
	decides, steers := false, false
	v, err := s.look(ctx, id, auditLine{Role: Therapist, By: string(therapist)}, "", func(p *Practice, rec *caseRecord, now time.Time) error {
		roles := p.RolesOf(therapist, rec.Case, rec.Custody.Glass, now)
		decides, steers = rec.Case.May(care.ToDecide, roles...) == nil, rec.Case.May(care.ToSteer, roles...) == nil
		err := rec.Case.May(care.ToLook, roles...)
		switch {
		case err == nil:
			return nil
		case rec.Case.May(care.ToBreakGlass, roles...) == nil:
			return ErrGlass
		}
		return notAllowed(err)
	})
	if !decides {
		v.Summary.Decisions = nil // there to be read
	}
	v.Steers = steers && err == nil
	return v, err
}

// LookAs reads a case for a program that keeps nothing, as somebody at the
// command line.
func (s *Service) LookAs(ctx context.Context, id care.CaseID, who string) (View, error) {
	return s.LookWhy(ctx, id, who, "")
}

// LookWhy reads a case for somebody at the command line, who has the keys; the
// reason stands in the case's log. The error for a case that was erased is an
// *ErasedError.
func (s *Service) LookWhy(ctx context.Context, id care.CaseID, who, reason string) (View, error) {
	v, err := s.look(ctx, id, auditLine{Role: Operator, By: who}, reason, func(_ *Practice, rec *caseRecord, _ time.Time) error {
		if err := rec.Case.May(care.ToLook, care.RoleOperator); err != nil {
			return notAllowed(err)
		}
		return nil
	})
	if errors.Is(err, ErrNoCase) {
		if _, tomb, found := s.headOf(ctx, id); found == nil && tomb != nil {
			return View{}, &ErasedError{*tomb}
		}
	}
	return v, err
}

// ErasedError is an ErrNoCase that knows that there was one.
type ErasedError struct{ Tombstone }

func (e *ErasedError) Error() string {
	by := map[Role]string{Client: "by the client", Operator: "by an operator", System: "when its time was up"}[e.By]
	kind := map[RecordKind]string{KindUnfinished: "an intake that was never sent", KindEnquiry: "an enquiry", KindRecord: "the record of a client"}[e.Kind]
	return fmt.Sprintf("%s was erased on %s %s; it was %s, and its log of %d lines is kept",
		e.Case, time.Unix(e.At, 0).Format(time.DateOnly), by, kind, e.Head.N)
}

// Is makes it an ErrNoCase.
func (e *ErasedError) Is(target error) bool { return target == ErrNoCase }

// notAllowed is ErrNotAllowed with the reason that the rules of access give.
func notAllowed(why error) error { return fmt.Errorf("%w: %w", ErrNotAllowed, why) }

// look is a query and one line in the case's log: who is not written down sees
// nothing.
func (s *Service) look(ctx context.Context, id care.CaseID, line auditLine, reason string, may func(*Practice, *caseRecord, time.Time) error) (View, error) {
	now, event := s.now(), EventID("look/"+rand.Text())
	line.What = didLook
	for lost := 0; ; lost++ {
		v, err := s.lookOnce(ctx, Event{ID: event, Practice: s.id, Subject: CaseSubject(string(id)), At: now}, id, line, reason, may)
		if !isConflict(err) {
			return v, err
		}
		s.sleep(ctx, nil, time.Millisecond<<min(lost, 8)) // somebody wrote to the case meanwhile
		if ctx.Err() != nil {
			return View{}, context.Cause(ctx)
		}
	}
}

func (s *Service) lookOnce(ctx context.Context, ev Event, id care.CaseID, line auditLine, reason string, may func(*Practice, *caseRecord, time.Time) error) (View, error) {
	w := s.newWorld(ev, nil)
	w.ask(ev.Subject)
	for {
		if err := s.load(ctx, w); err != nil {
			return View{}, err
		}
		rec, err := read[caseRecord](w, ev.Subject)
		switch {
		case err != nil:
			return View{}, err
		case rec == nil:
			return View{}, ErrNoCase
		}
		if err := may(w.p, rec, w.now); err != nil {
			return View{}, err
		}
		fit, err := w.assess(rec.Case)
		partners, err2 := w.seated(rec)
		if errors.Is(err, errNeed) || errors.Is(err2, errNeed) {
			continue
		}
		if err == nil {
			err = err2
		}
		if err != nil {
			return View{}, err
		}
		w.auditReason(id, line, reason)
		if err := w.chain(); err != nil {
			return View{}, err
		}
		if err := s.commit(ctx, w); err != nil {
			return View{}, err
		}
		v := View{Case: rec.Case, Assessment: fit, Zone: w.p.Zone.String(), Referrals: w.p.Fees.Referrals, Rules: w.p.Rules, Library: w.p.library(),
			Summary: care.Summarise(care.SummaryInput{Case: rec.Case, Assessment: fit, Practice: w.p.Practice, Now: w.now, Label: w.p.label, Partners: partners})}
		v.Told = w.tellings(rec.Case, line.Role == Therapist)
		for _, t := range w.p.Therapists {
			if string(t.ID) != line.By {
				v.Colleagues = append(v.Colleagues, t)
			}
		}
		return v, nil
	}
}

// Act claims or decides a case. See [Desk].
func (s *Service) Act(ctx context.Context, p PracticeID, a Act) error {
	if _, ok := s.practice.Load().Therapist(a.By); p != s.id || !ok || a.By == "" {
		return notAllowed(care.ErrNobody)
	}
	ev := Event{ID: EventID("act/" + a.ID), Practice: s.id, Subject: CaseSubject(string(a.Case)),
		Who: Who{Role: Therapist, ID: string(a.By)}, What: caseAct{a}, At: s.now()}
	err := s.accept(ctx, ev, true)
	var r refusal
	if errors.As(err, &r) {
		return r.error
	}
	if err == nil && a.Glass != "" && s.practice.Load().Desk == "" { // no channel to tell it in
		s.log.Warn("a therapist who has no part in a case opened it; the reason stands in the case's log", "case", a.Case, "therapist", a.By)
	}
	return err
}

// CaseLine is a case in a list: no client word is in it.
type CaseLine struct {
	ID      care.CaseID
	Line    string
	Urgency care.Urgency // NoRush where nothing is urgent, or is known yet
	Status  care.Status
	State   []string
	Updated time.Time
}

// Cases lists the cases, the most urgent first, and of those that are as urgent
// the one that moved last at the end.
func (s *Service) Cases(ctx context.Context) ([]CaseLine, error) {
	var lines []CaseLine
	err := s.eachCase(ctx, func(w *world, rec *caseRecord) {
		lines = append(lines, CaseLine{ID: rec.Case.ID, Line: care.Card(rec.Case, "", w.p.Zone, w.now), Urgency: cmp.Or(rec.Case.Urgency, care.NoRush), Status: rec.Case.Status,
			State: w.standing(rec.Case), Updated: time.Unix(rec.Case.Updated, 0)})
	})
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(lines, func(a, b CaseLine) int { return a.Urgency.Compare(b.Urgency) })
	return lines, nil
}
