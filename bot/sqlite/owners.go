package sqlite

import (
	"context"
	"time"

	"anteroom/bot"
)

// Heartbeat implements [bot.Owners].
func (s *Store) Heartbeat(ctx context.Context, instance string, ttl time.Duration) error {
	return s.do(ctx, "heartbeat", func(c *conn) error {
		return c.exec(`INSERT OR REPLACE INTO alive (instance, until) VALUES (?, ?)`, instance, millis(s.clock().Add(ttl)))
	})
}

// Own implements [bot.Owners].
func (s *Store) Own(ctx context.Context, p bot.PracticeID, instance string) (fence uint64, holder string, err error) {
	err = s.do(ctx, "own", func(c *conn) error {
		fence, holder = 0, ""
		var owner string
		if _, err := c.row(`SELECT owner FROM practice WHERE id = ?`, []any{p}, &owner); err != nil {
			return err
		}
		if owner != "" && owner != instance {
			lives, err := c.is(`SELECT 1 FROM alive WHERE instance = ? AND until > ?`, owner, millis(s.clock()))
			if err != nil {
				return err
			}
			if lives {
				holder = owner
				return nil
			}
		}
		var next int64
		_, err := c.row(`INSERT INTO practice (id, owner, fence) VALUES (?, ?, 1)
			ON CONFLICT (id) DO UPDATE SET owner = excluded.owner, fence = fence + 1 RETURNING fence`, []any{p, instance}, &next)
		fence = uint64(next)
		return err
	})
	if err != nil {
		return 0, "", err
	}
	return fence, holder, nil
}

// Release implements [bot.Owners]. The fence ends with it: a late write of the
// one who released is refused.
func (s *Store) Release(ctx context.Context, p bot.PracticeID, instance string, fence uint64) error {
	return s.do(ctx, "release", func(c *conn) error {
		return c.exec(`UPDATE practice SET owner = '', fence = fence + 1 WHERE id = ? AND owner = ? AND fence = ?`,
			p, instance, int64(fence))
	})
}
