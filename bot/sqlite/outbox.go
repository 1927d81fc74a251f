package sqlite

import (
	"context"
	"time"

	"anteroom/bot"
)

// send appends parcels to their lanes. A lane that is ready at once has a count
// as its place among others, which is earlier than any clock says.
func send(c *conn, p bot.PracticeID, out []bot.Parcel) error {
	for i, o := range out {
		if err := c.exec(`INSERT INTO parcel (practice, channel, subject, name, key, blob) VALUES (?, ?, ?, ?, ?, ?)`,
			p, o.Lane.Channel, o.Lane.Of, o.ID, o.Key, blob(o.Blob)); err != nil {
			return err
		}
		if i > 0 && out[i-1].Lane == o.Lane && out[i-1].Ready.Equal(o.Ready) {
			continue
		}
		ready := millis(o.Ready)
		if o.Ready.IsZero() {
			var err error
			if ready, err = count(c, p); err != nil {
				return err
			}
		}
		if err := c.exec(`INSERT INTO lane (practice, channel, subject, ready, token, tries) VALUES (?, ?, ?, ?, 0, 0)
			ON CONFLICT (practice, channel, subject) DO UPDATE SET ready = min(ready, excluded.ready)
			WHERE ? AND tries = 0`, p, o.Lane.Channel, o.Lane.Of, ready, o.Ready.IsZero()); err != nil {
			return err
		}
	}
	return nil
}

// count gives a number larger than every one before.
func count(c *conn, p bot.PracticeID) (n int64, err error) {
	_, err = c.row(`INSERT INTO practice (id, counter) VALUES (?, 1)
		ON CONFLICT (id) DO UPDATE SET counter = counter + 1 RETURNING counter`, []any{p}, &n)
	return n, err
}

type laneHead struct {
	of    bot.SubjectID
	tries int
}

// Claim implements [bot.Outbox]. Lanes that are ready since the same
// millisecond come in the order of their names.
func (s *Store) Claim(ctx context.Context, p bot.PracticeID, o bot.ClaimOptions) ([]bot.Claimed, error) {
	var claimed []bot.Claimed
	err := s.do(ctx, "claim", func(c *conn) error {
		claimed = nil
		if err := fenced(c, p, o.Fence); err != nil {
			return err
		}
		lanes, err := rows(c, `SELECT subject, tries FROM lane WHERE practice = ? AND channel = ? AND ready <= ?
			ORDER BY ready, subject LIMIT ?`, []any{p, o.Channel, millis(o.Now), o.N},
			func(l *laneHead) []any { return []any{&l.of, &l.tries} })
		if err != nil {
			return err
		}
		for _, l := range lanes {
			one := bot.Claimed{Unknown: l.tries}
			one.Lane = bot.Lane{Channel: o.Channel, Of: l.of}
			if one.Token, err = count(c, p); err != nil {
				return err
			}
			if _, err := c.row(`SELECT name, key, blob FROM parcel WHERE practice = ? AND channel = ? AND subject = ? AND aside = 0
				ORDER BY id LIMIT 1`, []any{p, o.Channel, l.of}, &one.ID, &one.Key, &one.Blob); err != nil {
				return err
			}
			if err := c.exec(`UPDATE lane SET ready = ?, token = ?, tries = tries + 1
				WHERE practice = ? AND channel = ? AND subject = ?`, millis(o.Now.Add(o.Lease)), one.Token, p, o.Channel, l.of); err != nil {
				return err
			}
			claimed = append(claimed, one)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return claimed, nil
}

// Free implements [bot.Outbox].
func (s *Store) Free(ctx context.Context, p bot.PracticeID, fence uint64, ch bot.ChannelName, now time.Time) error {
	return s.do(ctx, "free", func(c *conn) error {
		if err := fenced(c, p, fence); err != nil {
			return err
		}
		return c.exec(`UPDATE lane SET token = 0, ready = min(ready, ?) WHERE practice = ? AND channel = ? AND token > 0`,
			millis(now), p, ch)
	})
}

// holds reports whether the claim still stands.
func holds(c *conn, p bot.PracticeID, l bot.Claimed) (bool, error) {
	return c.is(`SELECT 1 FROM lane WHERE practice = ? AND channel = ? AND subject = ? AND token = ? AND token > 0`,
		p, l.Lane.Channel, l.Lane.Of, l.Token)
}

// Ack implements [bot.Outbox].
func (s *Store) Ack(ctx context.Context, p bot.PracticeID, l bot.Claimed, now time.Time, r *bot.Receipt) (more bool, err error) {
	lane := []any{p, l.Lane.Channel, l.Lane.Of}
	err = s.do(ctx, "ack", func(c *conn) error {
		more = false
		if ok, err := holds(c, p, l); err != nil || !ok {
			return err
		}
		if err := c.exec(`DELETE FROM parcel WHERE id = `+head, lane...); err != nil {
			return err
		}
		if r != nil {
			if err := c.exec(`INSERT OR REPLACE INTO receipt (practice, channel, subject, slot, key, blob) VALUES (?, ?, ?, ?, ?, ?)`,
				p, l.Lane.Channel, l.Lane.Of, r.Slot, r.Key, blob(r.Blob)); err != nil {
				return err
			}
		}
		more, err = goesOn(c, lane, now)
		return err
	})
	return more && err == nil, err
}

// head is the first parcel of a lane.
const head = `(SELECT id FROM parcel WHERE practice = ? AND channel = ? AND subject = ? AND aside = 0 ORDER BY id LIMIT 1)`

// goesOn makes what is behind the head of a lane, which is there no more, ready
// at now. It reports whether there is anything.
func goesOn(c *conn, lane []any, now time.Time) (more bool, err error) {
	if more, err = c.is(`SELECT 1 WHERE EXISTS `+head, lane...); err != nil {
		return false, err
	}
	if !more {
		return false, c.exec(`DELETE FROM lane WHERE practice = ? AND channel = ? AND subject = ?`, lane...)
	}
	return true, c.exec(`UPDATE lane SET ready = ?, token = 0, tries = 0 WHERE practice = ? AND channel = ? AND subject = ?`,
		append([]any{millis(now)}, lane...)...)
}

// Nack implements [bot.Outbox].
func (s *Store) Nack(ctx context.Context, p bot.PracticeID, l bot.Claimed, until time.Time, known bool) error {
	settled := 0
	if known {
		settled = 1
	}
	return s.do(ctx, "nack", func(c *conn) error {
		return c.exec(`UPDATE lane SET ready = ?, token = 0, tries = tries - ?
			WHERE practice = ? AND channel = ? AND subject = ? AND token = ? AND token > 0`,
			millis(until), settled, p, l.Lane.Channel, l.Lane.Of, l.Token)
	})
}

// Hold implements [bot.Outbox].
func (s *Store) Hold(ctx context.Context, p bot.PracticeID, l bot.Claimed, now time.Time) error {
	lane := []any{p, l.Lane.Channel, l.Lane.Of}
	return s.do(ctx, "hold", func(c *conn) error {
		if ok, err := holds(c, p, l); err != nil || !ok {
			return err
		}
		if err := c.exec(`UPDATE parcel SET aside = 1 WHERE id = `+head, lane...); err != nil {
			return err
		}
		_, err := goesOn(c, lane, now)
		return err
	})
}

// Recall implements [bot.Outbox]. Parcels keep their numbers while they are
// aside, and so their place; a head that was tried gets one before all others.
func (s *Store) Recall(ctx context.Context, p bot.PracticeID, fence uint64, ch bot.ChannelName, now time.Time) error {
	return s.do(ctx, "recall", func(c *conn) error {
		if err := fenced(c, p, fence); err != nil {
			return err
		}
		lanes, err := rows(c, `SELECT DISTINCT subject, EXISTS (SELECT 1 FROM lane
				WHERE lane.practice = parcel.practice AND lane.channel = parcel.channel AND lane.subject = parcel.subject AND tries > 0)
			FROM parcel WHERE practice = ? AND channel = ? AND aside = 1`, []any{p, ch},
			func(l *laneHead) []any { return []any{&l.of, &l.tries} })
		if err != nil {
			return err
		}
		for _, l := range lanes {
			lane := []any{p, ch, l.of}
			if l.tries > 0 {
				err = c.exec(`UPDATE parcel SET id = (SELECT min(id) - 1 FROM parcel) WHERE id = `+head, lane...)
			} else {
				err = c.exec(`INSERT INTO lane (practice, channel, subject, ready, token, tries) VALUES (?1, ?2, ?3, ?4, 0, 0)
					ON CONFLICT (practice, channel, subject) DO UPDATE SET ready = min(ready, excluded.ready)`, append(lane, millis(now))...)
			}
			if err != nil {
				return err
			}
			if err := c.exec(`UPDATE parcel SET aside = 0 WHERE practice = ? AND channel = ? AND subject = ? AND aside = 1`, lane...); err != nil {
				return err
			}
		}
		return nil
	})
}

// Drop implements [bot.Outbox].
func (s *Store) Drop(ctx context.Context, p bot.PracticeID, l bot.Claimed) error {
	return s.do(ctx, "drop", func(c *conn) error {
		if ok, err := holds(c, p, l); err != nil || !ok {
			return err
		}
		return c.exec(`DELETE FROM parcel WHERE practice = ? AND channel = ? AND subject = ? AND aside = 1`, p, l.Lane.Channel, l.Lane.Of)
	})
}

type receipt struct {
	slot string
	bot.Sealed
}

// Receipts implements [bot.Outbox].
func (s *Store) Receipts(ctx context.Context, p bot.PracticeID, l bot.Lane, slots ...string) (map[string]bot.Sealed, error) {
	kept := map[string]bot.Sealed{}
	err := s.view(ctx, "receipts", func(c *conn) error {
		clear(kept)
		for _, slot := range slots {
			var r bot.Sealed
			ok, err := c.row(`SELECT key, blob FROM receipt WHERE practice = ? AND channel = ? AND subject = ? AND slot = ?`,
				[]any{p, l.Channel, l.Of, slot}, &r.Key, &r.Blob)
			if err != nil {
				return err
			}
			if ok {
				kept[slot] = r
			}
		}
		if len(slots) > 0 {
			return nil
		}
		all, err := rows(c, `SELECT slot, key, blob FROM receipt WHERE practice = ? AND channel = ? AND subject = ?`,
			[]any{p, l.Channel, l.Of}, func(r *receipt) []any { return []any{&r.slot, &r.Key, &r.Blob} })
		for _, r := range all {
			kept[r.slot] = r.Sealed
		}
		return err
	})
	return kept, err
}

// NextReady implements [bot.Outbox].
func (s *Store) NextReady(ctx context.Context, p bot.PracticeID, ch bot.ChannelName) (at time.Time, ok bool, err error) {
	return s.next(ctx, "next ready", `SELECT ready FROM lane WHERE practice = ? AND channel = ? ORDER BY ready LIMIT 1`, p, ch)
}

func (s *Store) next(ctx context.Context, what, query string, args ...any) (at time.Time, ok bool, err error) {
	var ms int64
	err = s.view(ctx, what, func(c *conn) error {
		ok, err = c.row(query, args, &ms)
		return err
	})
	if err != nil || !ok {
		return time.Time{}, false, err
	}
	return time.UnixMilli(ms).UTC(), true, nil
}
