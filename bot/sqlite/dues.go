package sqlite

import (
	"context"
	"errors"
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
			p, d.ID, millis(d.At), d.Subject, d.Key, blob(d.Blob)); err != nil {
			return err
		}
	}
	return nil
}

// ClaimDue implements [bot.Dues]. An entry whose lease ended comes in the
// order of that end.
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
		for _, d := range due {
			if err := c.exec(`UPDATE due SET ready = ? WHERE practice = ? AND id = ?`, millis(now.Add(lease)), p, d.ID); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return due, nil
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
