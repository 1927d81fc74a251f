package bot

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"anteroom/bot/care"
	"anteroom/bot/seal"
)

// mostRereads is how often a log is read again that grows while it is read.
const mostRereads = 5

// BrokenLog says where a case's log is not what was written.
type BrokenLog struct {
	Case care.CaseID
	Line uint64 // the first line that is wrong or missing
	What string
}

func (b *BrokenLog) Error() string {
	return fmt.Sprintf("the log of %s is broken at line %d: %s", b.Case, b.Line, b.What)
}

// reasonGone stands in the place of a reason whose words went with the case.
const reasonGone = "(erased)"

// unbroken reads the lines of a log, oldest first, each with the reason that the
// case keeps for it, and checks them against the head and the reasons. It returns
// the lines up to the first one that is wrong, and a *BrokenLog if there is one.
func unbroken(root seal.Root, p PracticeID, id care.CaseID, kept caseWatch, stored [][]byte) (lines []auditLine, err error) {
	head := kept.Head
	broken := func(n int, what string) ([]auditLine, error) {
		return lines, &BrokenLog{Case: id, Line: uint64(n), What: what}
	}
	sum := []byte(nil)
	for i, plain := range stored {
		var line auditLine
		if plain == nil || decode(plain, &line) != nil {
			return broken(i+1, "it cannot be read")
		}
		switch {
		case line.N > uint64(i+1):
			return broken(i+1, "it was taken out, or moved")
		case line.N != uint64(i+1):
			return broken(i+1, "it stands here twice, or was moved")
		case !bytes.Equal(line.Prev, sum):
			lines = lines[:max(0, len(lines)-1)]
			return broken(max(1, i), "it is not what was written")
		}
		if len(line.Reason) > 0 {
			reason, ok := kept.Reasons[line.N]
			if ok && !root.Verify(reasonLabel, line.Reason, reasonParts(p, id, line.N, reason)...) {
				return broken(i+1, "its reason is not what was written")
			}
			line.Why = cmp.Or(reason, reasonGone)
		}
		sum = sumOf(root, p, id, plain)
		lines = append(lines, line)
	}
	switch n := uint64(len(stored)); {
	case n < head.N:
		return broken(len(stored)+1, fmt.Sprintf("it is missing, and so is what followed: there were %d lines", head.N))
	case n > head.N:
		lines = lines[:head.N]
		return broken(int(head.N)+1, "it was added from outside")
	case !bytes.Equal(sum, head.Sum):
		lines = lines[:max(0, len(lines)-1)]
		return broken(max(1, len(stored)), "it is not what was written")
	}
	return lines, nil
}

// logOf reads the stored lines of a case's log; one that does not open is nil.
func (s *Service) logOf(ctx context.Context, id care.CaseID) ([][]byte, error) {
	name := logPrefix + string(id)
	entries, err := s.store.Log(ctx, s.id, name)
	if err != nil {
		return nil, fmt.Errorf("read the log of %s: %w", id, err)
	}
	lines := make([][]byte, len(entries))
	for i, e := range entries {
		if e.Key != PracticeSubject.Key() {
			continue
		}
		lines[i], err = s.openSealed(ctx, e, s.where(SubjectID(name), "log", 0))
		if err != nil && !errors.Is(err, seal.ErrUnreadable) {
			return nil, fmt.Errorf("read the log of %s: %w", id, err)
		}
	}
	return lines, nil
}

// LogLine is a line of a case's log as a person reads it.
type LogLine struct {
	N    uint64
	At   time.Time
	Role Role
	By   string // a therapist's name, or who sat at the command line; empty for others
	What string
	Why  string // "(erased)" for a reason whose words went with the case
}

// CaseLog reads a case's log, of an erased one too, and who erased it. The
// error is ErrNoCase, or a *BrokenLog beside the lines before the break.
func (s *Service) CaseLog(ctx context.Context, id care.CaseID) (lines []LogLine, gone *Tombstone, err error) {
	found, gone, err := s.checkLog(ctx, id)
	p := s.practice.Load()
	for _, l := range found {
		line := LogLine{N: l.N, At: time.Unix(l.At, 0), Role: l.Role, By: l.By, What: l.What, Why: l.Why}
		if t, ok := p.Therapist(care.TherapistID(l.By)); ok && l.Role == Therapist {
			line.By = t.Name
		}
		lines = append(lines, line)
	}
	return lines, gone, err
}

// checkLog reads the log and the head of a case. They are two reads: a line
// that is written between them is waited for.
func (s *Service) checkLog(ctx context.Context, id care.CaseID) (lines []auditLine, gone *Tombstone, err error) {
	for range mostRereads {
		kept, tomb, err := s.headOf(ctx, id)
		if err != nil {
			return nil, nil, err
		}
		stored, err := s.logOf(ctx, id)
		if err != nil {
			return nil, nil, err
		}
		lines, err = unbroken(s.root, s.id, id, kept, stored)
		if err == nil {
			return lines, tomb, nil
		}
		now, _, again := s.headOf(ctx, id)
		if again != nil {
			return nil, nil, again
		}
		if gone = tomb; now.Head.N == kept.Head.N {
			return lines, gone, err
		}
	}
	return nil, nil, fmt.Errorf("the log of %s is being written all the time; try again", id)
}

// headOf is the end of a case's log as the case, or its tombstone, knows it, and
// the reasons that the case keeps.
func (s *Service) headOf(ctx context.Context, id care.CaseID) (caseWatch, *Tombstone, error) {
	w := s.newWorld(Event{Subject: CaseSubject(string(id)), At: s.now()}, nil)
	c, t := CaseSubject(string(id)), TombSubject(string(id))
	w.ask(c)
	w.ask(t)
	if err := s.load(ctx, w); err != nil {
		return caseWatch{}, nil, err
	}
	rec, err := peek[caseRecord](w, c)
	if err != nil {
		return caseWatch{}, nil, err
	}
	if rec != nil {
		return rec.Custody, nil, nil
	}
	tomb, err := peek[Tombstone](w, t)
	if err != nil {
		return caseWatch{}, nil, err
	}
	if tomb == nil {
		return caseWatch{}, nil, ErrNoCase
	}
	return caseWatch{Head: tomb.Head}, tomb, nil
}

// LogCheck is what [Service.CheckLogs] found.
type LogCheck struct {
	Lines, Cases, Erased int // Erased of the Cases
	Broken               []error
}

// ErrOtherKey: the root key and the vault open nothing that is in the store.
var ErrOtherKey = errors.New("the key and the vault open nothing in this store")

// Fits asks whether the store belongs to the root key and the vault: they open
// its practice's key, or one of its others. A store without keys fits any. The
// error is ErrOtherKey where it does not.
func (s *Service) Fits(ctx context.Context) error {
	own := PracticeSubject.Key()
	got, err := s.store.Load(ctx, s.id, Query{Keys: []KeyID{own}})
	if err != nil {
		return fmt.Errorf("load the practice's key: %w", err)
	}
	var keys []NewKey
	if got.Keys[0] != nil {
		keys = append(keys, NewKey{ID: own, Wrapped: got.Keys[0]})
	}
	others, _, err := s.store.Keys(ctx, s.id, "", vaultPage)
	if err != nil {
		return fmt.Errorf("read keys: %w", err)
	}
	keys = append(keys, others...)
	for _, k := range keys {
		switch _, err := s.keys.vault.Unwrap(ctx, k.Wrapped, keyPlace(s.id, k.ID)); {
		case err == nil, errors.Is(err, seal.ErrKeyErased):
			return nil
		case errors.Is(err, seal.ErrKeyUnreadable), errors.Is(err, seal.ErrEpochUnknown), errors.Is(err, seal.ErrEpochGone):
		default:
			return err
		}
	}
	if len(keys) > 0 {
		return ErrOtherKey
	}
	return nil
}

// CheckLogs verifies the log of every case, erased ones included. The error is
// ErrOtherKey where a broken log would say nothing of the store.
func (s *Service) CheckLogs(ctx context.Context) (LogCheck, error) {
	var all LogCheck
	if err := s.Fits(ctx); err != nil {
		return all, err
	}
	for _, index := range []string{caseIndex, tombIndex} {
		members, err := s.store.Index(ctx, s.id, index, -MaxScore, MaxScore, 0)
		if err != nil {
			return all, fmt.Errorf("list cases: %w", err)
		}
		for _, m := range members {
			lines, gone, err := s.checkLog(ctx, care.CaseID(m.Name))
			_, broken := errors.AsType[*BrokenLog](err)
			_, damaged := errors.AsType[*stepError](err)
			switch {
			case broken:
				all.Broken = append(all.Broken, err)
			case errors.Is(err, ErrNoCase):
				all.Broken = append(all.Broken, &BrokenLog{Case: care.CaseID(m.Name), Line: 1, What: "the case itself is missing, and nothing says that it was erased"})
			case damaged:
				all.Broken = append(all.Broken, &BrokenLog{Case: care.CaseID(m.Name), Line: 1, What: "the case itself cannot be read"})
			case err != nil:
				return all, err
			}
			all.Lines += len(lines)
			all.Cases++
			if gone != nil {
				all.Erased++
			}
		}
	}
	return all, nil
}
