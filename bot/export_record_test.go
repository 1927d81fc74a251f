package bot

import (
	"context"
	"crypto/rand"
	"maps"
	"strings"

	"anteroom/bot/care"
	"anteroom/bot/seal"
)

// ChangeCase changes a case as it is stored, and its releases.
func (s *Service) ChangeCase(ctx context.Context, id care.CaseID, change func(*care.Case, *care.Releases)) error {
	sub := CaseSubject(string(id))
	w := s.newWorld(Event{ID: EventID("test/" + rand.Text()), Practice: s.id, Subject: sub, At: s.now()}, nil)
	w.ask(sub)
	if err := s.load(ctx, w); err != nil {
		return err
	}
	rec, err := read[caseRecord](w, sub)
	if err != nil {
		return err
	}
	rec.Case.Facts = maps.Clone(rec.Case.Facts)
	change(&rec.Case, &rec.Releases)
	w.write(sub, *rec)
	return s.commit(ctx, w)
}

// ChangeReasons changes the reasons that a case keeps for its log.
func (s *Service) ChangeReasons(ctx context.Context, id care.CaseID, change func(string) string) error {
	sub := CaseSubject(string(id))
	w := s.newWorld(Event{ID: EventID("test/" + rand.Text()), Practice: s.id, Subject: sub, At: s.now()}, nil)
	w.ask(sub)
	if err := s.load(ctx, w); err != nil {
		return err
	}
	rec, err := read[caseRecord](w, sub)
	if err != nil {
		return err
	}
	for n, reason := range rec.Custody.Reasons {
		rec.Custody.Reasons[n] = change(reason)
	}
	w.write(sub, *rec)
	return s.commit(ctx, w)
}

// Releases are those of a case.
func (s *Service) Releases(ctx context.Context, id care.CaseID) (all care.Releases, err error) {
	sub := CaseSubject(string(id))
	w := s.newWorld(Event{Subject: sub, At: s.now()}, nil)
	w.ask(sub)
	if err := s.load(ctx, w); err != nil {
		return nil, err
	}
	rec, err := peek[caseRecord](w, sub)
	if err != nil || rec == nil {
		return nil, err
	}
	return rec.Releases, nil
}

// Logged is what the log of a case says was done, oldest first.
func (s *Service) Logged(ctx context.Context, id care.CaseID) (lines []string, err error) {
	name := "audit/" + string(id)
	entries, err := s.store.Log(ctx, s.id, name)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		plain, err := s.openSealed(ctx, e, seal.Where{Practice: string(s.id), Subject: name, Kind: "log"})
		if err != nil {
			return nil, err
		}
		var l auditLine
		if err := decode(plain, &l); err != nil {
			return nil, err
		}
		lines = append(lines, strings.TrimSpace(l.By+": "+l.What+" "+l.Why))
	}
	return lines, nil
}

// Join puts a chat into a case beside the one that is there, as partners are.
func (s *Service) Join(ctx context.Context, chat SubjectID, id care.CaseID) error {
	sub := CaseSubject(string(id))
	w := s.newWorld(Event{ID: EventID("test/" + rand.Text()), Practice: s.id, Subject: chat, At: s.now()}, nil)
	w.ask(chat)
	w.ask(sub)
	if err := s.load(ctx, w); err != nil {
		return err
	}
	c, err := read[chatState](w, chat)
	if err != nil {
		return err
	}
	rec, err := read[caseRecord](w, sub)
	if err != nil {
		return err
	}
	c.Case = string(id)
	rec.Chats = append(rec.Chats, chat)
	w.write(chat, c)
	w.write(sub, *rec)
	return s.commit(ctx, w)
}
