package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"anteroom/bot/care"
)

// Desktop is what a therapist has before them: a row for each case that they
// have a part in. No row holds a word of a client or anything that was said: it
// is dates and counts, so looking at it is no look at a case.
type Desktop struct {
	Me    care.Therapist
	Zone  *time.Location // the practice's
	Cases []DeskCase     // what wants something first, then by the next session
}

// DeskCase is one row.
type DeskCase struct {
	ID       care.CaseID
	Phase    care.Phase
	Urgency  care.Urgency // NoRush where nothing is urgent
	Decide   bool         // it waits for a decision that this therapist may make
	Answer   int64        // unix seconds; the client was told: an answer by then; 0: none is due
	Today    []care.Session
	Next     int64  // the next session, unix seconds; 0: none is booked
	Unmarked int    // sessions that are over, and nobody has said whether they met
	Alerts   int    // that nobody has acknowledged
	Flags    int    // that nobody has seen
	Held     bool   // assignments are on hold
	For      string // whose it is, while they are away and this therapist looks after it
	Steers   bool   // this therapist may steer the course
	Due      []Owed // what waits for an answer, then what comes within a week
}

// Owed is something that one of the people is asked, or will be.
type Owed struct {
	Who   string // "client", "partner"
	What  care.CadenceName
	At    int64 // unix seconds
	Asked bool  // it is with them since At
}

// wants is how soon a row is to be seen: alerts, decisions, flags, the rest.
func (d DeskCase) wants() int {
	switch {
	case d.Alerts > 0:
		return 0
	case d.Decide:
		return 1
	case d.Flags > 0 || d.Unmarked > 0:
		return 2
	}
	return 3
}

const (
	owedAhead = 7 * 24 * time.Hour
	mostOwed  = 6 // of one case
)

// Caseload is a therapist's desktop. See [Desk].
func (s *Service) Caseload(ctx context.Context, p PracticeID, therapist care.TherapistID) (Desktop, error) {
	me, ok := s.practice.Load().Therapist(therapist)
	if p != s.id || !ok || therapist == "" {
		return Desktop{}, ErrNotAllowed
	}
	d := Desktop{Me: me, Zone: s.practice.Load().Zone}
	err := s.eachCase(ctx, func(w *world, rec *caseRecord) {
		// A broken glass lets somebody look, and makes no case theirs.
		roles := w.p.RolesOf(therapist, rec.Case, nil, w.now)
		if rec.Case.May(care.ToLook, roles...) == nil && standsOpen(rec.Case) {
			d.Cases = append(d.Cases, w.deskCase(rec, therapist, roles))
		}
	})
	if _, damaged := errors.AsType[*stepError](err); damaged {
		s.log.Warn("a case is left out of a caseload: it cannot be read", "err", err)
	} else if err != nil {
		return Desktop{}, err
	}
	far := func(at int64) int64 {
		if at == 0 {
			return 1<<63 - 1
		}
		return at
	}
	slices.SortStableFunc(d.Cases, func(a, b DeskCase) int {
		if a.wants() != b.wants() {
			return a.wants() - b.wants()
		}
		if c := a.Urgency.Compare(b.Urgency); c != 0 {
			return c
		}
		return int(min(1, max(-1, far(a.Next)-far(b.Next))))
	})
	return d, nil
}

// standsOpen reports whether anything is still to be done about a case.
func standsOpen(c care.Case) bool {
	switch {
	case slices.ContainsFunc(c.Alerts, care.Alert.Open), len(c.OpenFlags()) > 0:
		return true
	case c.Status == care.Booked:
		return c.Episode.At() != care.PhaseClosed
	}
	if c.Submitted == 0 && c.Call.At == 0 {
		return false // nobody has sent anything yet
	}
	return c.Status != care.Referred && c.Status != care.Withdrawn && c.Status != care.Erased
}

func (w *world) deskCase(rec *caseRecord, me care.TherapistID, roles []care.Role) DeskCase {
	c, now := rec.Case, w.now.Unix()
	d := DeskCase{ID: c.ID, Phase: c.Episode.At(), Urgency: c.Urgency, Flags: len(c.OpenFlags()), Held: c.Held(),
		Decide: c.Undecided() && c.May(care.ToDecide, roles...) == nil && (c.Holder.By == "" || c.Holder.By == me),
		Steers: c.May(care.ToSteer, roles...) == nil}
	if d.Urgency == "" {
		d.Urgency = care.NoRush
	}
	if c.Undecided() {
		d.Answer = c.Due
	}
	for _, a := range c.Alerts {
		if a.Open() {
			d.Alerts++
		}
	}
	today := care.DateOf(w.now.In(w.p.Zone))
	for _, s := range c.Sessions {
		if s.State != care.SessionBooked {
			continue
		}
		day := care.DateOf(time.Unix(s.Start, 0).In(w.p.Zone))
		switch {
		case day == today && w.p.Covered(s.Therapist, today) == me:
			d.Today = append(d.Today, s)
		case s.End().Unix() < now:
			d.Unmarked++
		}
	}
	for _, s := range c.Sessions {
		t, _ := w.p.Therapist(s.Therapist)
		if _, away := t.Away(today); away && t.ID != me && w.p.Covered(t.ID, today) == me {
			d.For = t.Name
		}
	}
	if s, ok := c.NextSession(w.now); ok {
		d.Next = s.Start
	}
	d.Due = w.owed(rec)
	return d
}

// owed is what the people of a case are asked now, and will be soon.
func (w *world) owed(rec *caseRecord) []Owed {
	names, soon := rec.Case.BriefOf(0, w.now).Names, w.now.Add(owedAhead)
	var all []Owed
	for _, a := range rec.Case.Asks {
		if a.Open() && names[a.Person] != "" {
			all = append(all, Owed{Who: names[a.Person], What: a.Cadence, At: a.At, Asked: true})
		}
	}
	for _, c := range w.plans(rec) {
		switch c.due.Deed {
		case care.DeedAsk, care.DeedDeliver, care.DeedSend:
			if names[c.due.Person] != "" && c.turn.At.Before(soon) {
				all = append(all, Owed{Who: names[c.due.Person], What: c.due.Cadence, At: c.turn.At.Unix()})
			}
		}
	}
	return all[:min(len(all), mostOwed)]
}

// casesAtOnce are read in one go: a home of a hundred cases is two reads.
const casesAtOnce = 64

// eachCase reads every case. Of one that cannot be read only it suffers: the
// others are read all the same, and the error is a *stepError.
func (s *Service) eachCase(ctx context.Context, do func(*world, *caseRecord)) error {
	members, err := s.store.Index(ctx, s.id, caseIndex, -MaxScore, MaxScore, 0)
	if err != nil {
		return fmt.Errorf("list cases: %w", err)
	}
	var broken error
	for some := range slices.Chunk(members, casesAtOnce) {
		err := s.theseCases(ctx, some, do)
		if _, damaged := errors.AsType[*stepError](err); !damaged {
			if err != nil {
				return err
			}
			continue
		}
		for i := range some { // one of them: each by itself, then
			err := s.theseCases(ctx, some[i:i+1], do)
			if _, damaged := errors.AsType[*stepError](err); damaged {
				broken = err
			} else if err != nil {
				return err
			}
		}
	}
	return broken
}

// theseCases reads some cases in one go, and does nothing with any of them if
// one cannot be read.
func (s *Service) theseCases(ctx context.Context, some []Member, do func(*world, *caseRecord)) error {
	all := s.newWorld(Event{At: s.now()}, nil)
	for _, m := range some {
		all.ask(CaseSubject(m.Name))
	}
	if err := s.load(ctx, all); err != nil {
		return err
	}
	records := make([]*caseRecord, len(some))
	for i, m := range some {
		var err error
		if records[i], err = peek[caseRecord](all, CaseSubject(m.Name)); err != nil {
			return &stepError{at: err.Error()}
		}
	}
	for i, m := range some {
		if records[i] != nil { // not erased meanwhile
			w := s.newWorld(Event{Subject: CaseSubject(m.Name), At: all.now}, nil)
			w.have = all.have
			do(w, records[i])
		}
	}
	return nil
}
