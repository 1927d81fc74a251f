package sqlite

import (
	"context"

	"anteroom/bot"
)

// Keys implements [bot.Keys]; in the order of their names.
func (s *Store) Keys(ctx context.Context, p bot.PracticeID, from string, n int) (page []bot.NewKey, next string, err error) {
	n = max(n, 1)
	err = s.view(ctx, "keys", func(c *conn) error {
		page, err = rows(c, `SELECT id, wrapped FROM key WHERE practice = ? AND id > ? ORDER BY id LIMIT ?`, []any{p, from, n},
			func(k *bot.NewKey) []any { return []any{&k.ID, &k.Wrapped} })
		return err
	})
	if err == nil && len(page) == n {
		next = string(page[n-1].ID)
	}
	return page, next, err
}

// Rewrap implements [bot.Keys]. What a key was is overwritten, and goes from the
// log as what is erased does: its epoch will be destroyed, and until then nobody
// needs it twice.
func (s *Store) Rewrap(ctx context.Context, p bot.PracticeID, fence uint64, keys []bot.Rewrapped) (replaced int, err error) {
	err = s.do(ctx, "rewrap", func(c *conn) error {
		replaced = 0
		if err := fenced(c, p, fence); err != nil {
			return err
		}
		for _, k := range keys {
			if is, err := c.is(`SELECT 1 FROM key WHERE practice = ? AND id = ? AND wrapped = ?`, p, k.ID, blob(k.Was)); err != nil {
				return err
			} else if !is {
				continue
			}
			if err := c.exec(`UPDATE key SET wrapped = ? WHERE practice = ? AND id = ?`, blob(k.Wrapped), p, k.ID); err != nil {
				return err
			}
			replaced++
			c.erased = true
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	return replaced, nil
}
