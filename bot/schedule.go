package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"anteroom/bot/care"
)

// Scheduled is something of the course of care that is to come, and when. No
// word of a client is in it.
type Scheduled struct {
	Case    care.CaseID
	Deed    care.Deed
	Cadence care.CadenceName
	Person  care.PersonID    // who it is about, and mostly for
	To      care.TherapistID // the therapist whom it is for, or who covers for them; empty: the person
	Ref     int              // the session, or the assignment
	At      time.Time        // when it goes, on the clock of whom it is for
}

// Answering is what a schedule takes for granted of the clients.
type Answering bool

const (
	// Answered: whatever is asked is answered at once, and nothing else happens.
	Answered Answering = true
	// Silent: nobody answers anything.
	Silent Answering = false
)

// mostTurns is more than a case has in a hundred years: one that takes more
// does not move on.
const mostTurns = 100_000

// Schedule tells what the service would send from one time until before another,
// if nobody did anything but answer: of one case, or with the empty id of all.
// It does to a copy of each case what the service does to the case, at the times
// at which it would; nothing is sent and nothing is written. What is past is
// past: it begins now at the earliest. Whoever wants to see the course of one
// case has to have looked at it (see [Service.LookWhy]).
func (s *Service) Schedule(ctx context.Context, id care.CaseID, from, to time.Time, how Answering) ([]Scheduled, error) {
	ids := []care.CaseID{id}
	if id == "" {
		members, err := s.store.Index(ctx, s.id, caseIndex, -MaxScore, MaxScore, 0)
		if err != nil {
			return nil, fmt.Errorf("list cases: %w", err)
		}
		ids = nil
		for _, m := range members {
			ids = append(ids, care.CaseID(m.Name))
		}
	}
	var all []Scheduled
	for _, one := range ids {
		found, err := s.scheduleOf(ctx, one, to, how)
		if errors.Is(err, ErrNoCase) && id == "" {
			continue // erased meanwhile
		}
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	all = slices.DeleteFunc(all, func(x Scheduled) bool { return x.At.Before(from) })
	slices.SortStableFunc(all, func(a, b Scheduled) int { return a.At.Compare(b.At) })
	return all, nil
}

func (s *Service) scheduleOf(ctx context.Context, id care.CaseID, to time.Time, how Answering) ([]Scheduled, error) {
	sub := CaseSubject(string(id))
	w := s.newWorld(Event{Practice: s.id, Subject: sub, At: s.now()}, nil)
	p := *w.p
	p.Desk = "schedule" // so that what therapists are told counts where they have no channel
	w.p = &p
	w.ask(sub)
	for {
		if err := s.load(ctx, w); err != nil {
			return nil, err
		}
		w.restart()
		w.now = w.ev.At
		rec, err := peek[caseRecord](w, sub)
		if err == nil && rec == nil {
			err = ErrNoCase
		}
		var all []Scheduled
		if err == nil {
			all, err = w.goesOn(ctx, rec, to, how)
		}
		if !errors.Is(err, errNeed) {
			return all, err
		}
	}
}

// goesOn lets time pass for a case until the end, from turn to turn.
func (w *world) goesOn(ctx context.Context, rec *caseRecord, to time.Time, how Answering) (all []Scheduled, err error) {
	for range mostTurns {
		if err := context.Cause(ctx); err != nil {
			return nil, err
		}
		next := w.plans(rec)
		if len(next) == 0 || !rec.begun() {
			return all, nil
		}
		w.now = later(next[0].turn.At, w.now)
		if !w.now.Before(to) {
			return all, nil
		}
		var asked []care.Due
		err := w.takesTurns(rec, func(c coming) {
			asked = append(asked, c.due)
			all = append(all, w.scheduled(rec, c.due))
		})
		if err == nil && how == Answered {
			for _, d := range asked {
				if err = w.answers(rec, d); err != nil {
					break
				}
			}
			if err == nil {
				err = w.saysGoodbye(rec)
			}
		}
		if err != nil {
			return nil, err
		}
		w.out = effects{}
		w.now = w.now.Add(time.Second)
	}
	return nil, fmt.Errorf("the schedule of %s does not move on", rec.Case.ID)
}

func (w *world) scheduled(rec *caseRecord, d care.Due) Scheduled {
	out := Scheduled{Case: rec.Case.ID, Deed: d.Deed, Cadence: d.Cadence, Person: d.Person, Ref: d.Ref, At: w.now.In(w.zoneOf(rec, d.Person))}
	if d.Person == "" || d.Deed == care.DeedTell || d.Deed == care.DeedLapse {
		by := rec.therapist()
		if s, ok := rec.Case.Session(care.SessionID(d.Ref)); ok && (d.Cadence == care.CadenceSessions || d.Cadence == care.CadenceBrief) {
			by = s.Therapist
		}
		out.To, out.At = w.p.Covered(by, care.DateOf(w.here())), w.here()
	}
	return out
}

// answers is the shortest answer to what was asked.
func (w *world) answers(rec *caseRecord, d care.Due) error {
	c := &rec.Case
	var err error
	switch {
	case d.Deed != care.DeedAsk && d.Deed != care.DeedNudge && d.Deed != care.DeedSend:
	case d.Cadence == care.CadenceSittings:
		if name, ok := c.NextSitting(d.Person); ok {
			err = c.Sit(name, d.Person, nil, w.now)
		}
	case d.Cadence == care.CadenceReport:
		_, err = c.Report(care.AssignmentID(d.Ref), care.Report{Person: d.Person, Done: care.AssignmentDone}, w.now)
	case d.Cadence == care.CadenceBoosters:
		if err = c.AnswerBooster(d.Person, care.BoosterWell, w.now); err == nil && c.SettleBoosters(w.p.Rules, w.now) {
			err = w.move(rec, care.MoveFinish, care.Mover{As: care.RoleService, Round: care.AnyRound})
		}
	default:
		c.Heard(d.Cadence, d.Person, d.Ref, w.now)
	}
	if errors.Is(err, care.ErrNotPossible) || errors.Is(err, care.ErrWithdrawn) {
		return nil // it was taken back at the same moment
	}
	return err
}
