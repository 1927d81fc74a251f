package sqlite

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"anteroom/bot"
)

// plan carries out what a commit says about the due set.
func plan(c *conn, p bot.PracticeID, m bot.Commit) error {
	if m.DueDone != nil {
		if err := c.exec(`DELETE FROM due WHERE practice = ? AND id = ? AND at = ?`, p, m.DueDone.ID, millis(m.DueDone.At)); err != nil {
			return err
		}
	}
	for _, id := range m.Undue {
		if err := c.exec(`DELETE FROM due WHERE practice = ? AND id = ?`, p, id); err != nil {
			return err
		}
	}
	for _, d := range m.Due {
		if err := c.exec(`INSERT INTO due (practice, id, at, ready, subject, key, blob) VALUES (?, ?, ?3, ?3, ?, ?, ?)
			ON CONFLICT (practice, id) DO UPDATE SET at = excluded.at, ready = excluded.ready,
			subject = excluded.subject, key = excluded.key, blob = excluded.blob`,
			p, d.ID, millis(d.At), brief(d.ID, d.Subject), d.Key, blob(d.Blob)); err != nil {
			return err
		}
	}
	return nil
}

// ClaimDue implements [bot.Dues]. What is ready longest is taken first; an entry
// whose lease ended is ready from that end.
func (s *Store) ClaimDue(ctx context.Context, p bot.PracticeID, fence uint64, now time.Time, n int, lease time.Duration) ([]bot.Due, error) {
	var due []bot.Due
	err := s.do(ctx, "claim due", func(c *conn) (err error) {
		due = nil
		if err := fenced(c, p, fence); err != nil {
			return err
		}
		due, err = rows(c, `SELECT id, at, subject, key, blob FROM due WHERE practice = ? AND ready <= ?
			ORDER BY ready, id LIMIT ?`, []any{p, millis(now), n},
			func(d *bot.Due) []any { return []any{&d.ID, (*milli)(&d.At), &d.Subject, &d.Key, &d.Blob} })
		if err != nil {
			return err
		}
		for i := range due {
			d := &due[i]
			if d.Subject == inID {
				d.Subject = subjectIn(d.ID)
			}
			if err := c.exec(`UPDATE due SET ready = ? WHERE practice = ? AND id = ?`, millis(now.Add(lease)), p, d.ID); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(due, func(a, b bot.Due) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.ID, b.ID)) })
	return due, nil
}

// DoneDue implements [bot.Dues]: one transaction.
func (s *Store) DoneDue(ctx context.Context, p bot.PracticeID, fence uint64, done []bot.DueID) error {
	if len(done) == 0 {
		return nil
	}
	return s.do(ctx, "done due", func(c *conn) error {
		if err := fenced(c, p, fence); err != nil {
			return err
		}
		for _, d := range done {
			if err := c.exec(`DELETE FROM due WHERE practice = ? AND id = ? AND at = ?`, p, d.ID, millis(d.At)); err != nil {
				return err
			}
		}
		return nil
	})
}

// inID is written for a subject that the id begins with, as most do.
const inID = bot.SubjectID("/")

func brief(id string, subject bot.SubjectID) bot.SubjectID {
	if subject == subjectIn(id) {
		return inID
	}
	return subject
}

// subjectIn is the part of an id before its last slash.
func subjectIn(id string) bot.SubjectID {
	return bot.SubjectID(id[:max(0, strings.LastIndexByte(id, '/'))])
}

// milli reads a time from its column.
type milli time.Time

// Scan implements [database/sql.Scanner].
func (m *milli) Scan(v any) error {
	ms, ok := v.(int64)
	if !ok {
		return errors.New("not a time")
	}
	*m = milli(time.UnixMilli(ms).UTC())
	return nil
}

// NextDue implements [bot.Dues].
func (s *Store) NextDue(ctx context.Context, p bot.PracticeID) (at time.Time, ok bool, err error) {
	return s.next(ctx, "next due", `SELECT ready FROM due WHERE practice = ? ORDER BY ready LIMIT 1`, p)
}
