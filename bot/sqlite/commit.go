package sqlite

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"anteroom/bot"
)

// Load implements [bot.States].
func (s *Store) Load(ctx context.Context, p bot.PracticeID, q bot.Query) (bot.Loaded, error) {
	var l bot.Loaded
	err := s.view(ctx, "load", func(c *conn) (err error) {
		l = bot.Loaded{States: make([]bot.State, len(q.Subjects)), Keys: make([][]byte, len(q.Keys))}
		if q.Event != "" {
			if l.Seen, err = s.seen(c, p, q.Event); err != nil {
				return err
			}
		}
		for i, subject := range q.Subjects {
			var version int64
			if _, err := c.row(`SELECT version, blob FROM state WHERE practice = ? AND subject = ?`,
				[]any{p, subject}, &version, &l.States[i].Blob); err != nil {
				return err
			}
			l.States[i].Version = uint64(version)
		}
		for i, id := range q.Keys {
			if _, err := c.row(`SELECT wrapped FROM key WHERE practice = ? AND id = ?`, []any{p, id}, &l.Keys[i]); err != nil {
				return err
			}
		}
		return nil
	})
	return l, err
}

// Commit implements [bot.States].
func (s *Store) Commit(ctx context.Context, p bot.PracticeID, c bot.Commit) error {
	if err := c.Check(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return s.do(ctx, "commit", func(w *conn) error {
		if err := s.admit(w, p, c); err != nil {
			return err
		}
		return s.carryOut(w, p, c)
	})
}

func (s *Store) seen(c *conn, p bot.PracticeID, e bot.EventID) (bool, error) {
	return c.is(`SELECT 1 FROM seen WHERE practice = ? AND event = ? AND at > ?`, p, e, s.forgotten())
}

// fenced is ErrFenced unless the fence is 0 or stands.
func fenced(c *conn, p bot.PracticeID, fence uint64) error {
	if fence == 0 {
		return nil
	}
	ok, err := c.is(`SELECT 1 FROM practice WHERE id = ? AND fence = ?`, p, int64(fence))
	if err == nil && !ok {
		err = bot.ErrFenced
	}
	return err
}

// admit reads whether the commit may be carried out. It writes nothing.
func (s *Store) admit(c *conn, p bot.PracticeID, m bot.Commit) error {
	found, err := s.found(c, p, m)
	switch {
	case err != nil:
		return err
	case m.Fence != 0 && found.fence != int64(m.Fence):
		return bot.ErrFenced
	case found.seen:
		return bot.ErrSeen
	}
	if m.Took != nil {
		var head string
		if ok, err := c.row(`SELECT event FROM letter WHERE practice = ? AND subject = ? ORDER BY id LIMIT 1`,
			[]any{p, m.Took.Subject}, &head); err != nil || !ok || head != string(m.Took.Event) {
			return or(err, bot.ErrSeen)
		}
	}
	for i, w := range m.States {
		if uint64(found.versions[i]) != w.Was {
			return bot.ErrConflict
		}
	}
	for _, k := range m.Keys {
		if erases(m, k.ID) {
			continue
		}
		if is, err := c.is(`SELECT 1 FROM key WHERE practice = ? AND id = ?`, p, k.ID); err != nil || is {
			return or(err, bot.ErrConflict)
		}
	}
	return nil
}

// found is what a commit is checked against.
type found struct {
	fence    int64
	seen     bool
	versions []int64 // of the commit's states
}

// found reads with one statement what most commits need: statements are what
// a step costs here.
func (s *Store) found(c *conn, p bot.PracticeID, m bot.Commit) (f found, err error) {
	f.versions = make([]int64, len(m.States))
	query := `SELECT coalesce((SELECT fence FROM practice WHERE id = ?1), 0),
		EXISTS (SELECT 1 FROM seen WHERE practice = ?1 AND event = ?2 AND at > ?3)` +
		strings.Repeat(`, coalesce((SELECT version FROM state WHERE practice = ?1 AND subject = ?), 0)`, len(m.States))
	args, dest := []any{p, m.Event, s.forgotten()}, []any{&f.fence, &f.seen}
	for i, w := range m.States {
		args, dest = append(args, w.Subject), append(dest, &f.versions[i])
	}
	_, err = c.row(query, args, dest...)
	return f, err
}

func or(err, otherwise error) error {
	if err != nil {
		return err
	}
	return otherwise
}

func erases(m bot.Commit, k bot.KeyID) bool {
	for _, e := range m.Erase {
		if e.Key == k {
			return true
		}
	}
	return false
}

// carryOut writes. Removals come before additions, so that one commit can put
// something in the place of what it takes away.
func (s *Store) carryOut(c *conn, p bot.PracticeID, m bot.Commit) error {
	// The event may stand there from before it was forgotten.
	if err := c.exec(`INSERT OR REPLACE INTO seen (practice, event, at) VALUES (?, ?, ?)`, p, m.Event, millis(s.clock())); err != nil {
		return err
	}
	c.noted = true
	if m.Took != nil {
		if err := c.exec(`DELETE FROM letter WHERE id =
			(SELECT id FROM letter WHERE practice = ? AND subject = ? ORDER BY id LIMIT 1)`, p, m.Took.Subject); err != nil {
			return err
		}
	}
	for _, e := range m.Erase {
		if err := erase(c, p, e); err != nil {
			return err
		}
	}
	for _, w := range m.States {
		if err := write(c, p, w); err != nil {
			return err
		}
	}
	for _, k := range m.Keys {
		if err := c.exec(`INSERT INTO key (practice, id, wrapped) VALUES (?, ?, ?)`, p, k.ID, blob(k.Wrapped)); err != nil {
			return err
		}
	}
	for _, l := range m.Post {
		if err := c.exec(`INSERT INTO letter (practice, subject, event, key, blob) VALUES (?, ?, ?, ?, ?)`,
			p, l.Subject, l.Event, l.Key, blob(l.Blob)); err != nil {
			return err
		}
	}
	if err := send(c, p, m.Out); err != nil {
		return err
	}
	if err := plan(c, p, m); err != nil {
		return err
	}
	for _, x := range m.Index {
		if err := change(c, p, x); err != nil {
			return err
		}
	}
	for _, e := range m.Append {
		if err := c.exec(`INSERT INTO entry (practice, name, key, blob) VALUES (?, ?, ?, ?)`,
			p, e.Log, e.Key, blob(e.Blob)); err != nil {
			return err
		}
	}
	return nil
}

func erase(c *conn, p bot.PracticeID, e bot.Erasure) error {
	c.erased = true
	err := errors.Join(
		c.exec(`DELETE FROM state WHERE practice = ? AND subject = ?`, p, e.Subject),
		c.exec(`DELETE FROM key WHERE practice = ? AND id = ?`, p, e.Key),
	)
	if !e.KeepInbox {
		err = errors.Join(err, c.exec(`DELETE FROM letter WHERE practice = ? AND subject = ?`, p, e.Subject))
	}
	for _, l := range e.Lanes {
		err = errors.Join(err,
			c.exec(`DELETE FROM lane WHERE practice = ? AND channel = ? AND subject = ?`, p, l.Channel, l.Of),
			c.exec(`DELETE FROM parcel WHERE practice = ? AND channel = ? AND subject = ?`, p, l.Channel, l.Of),
			c.exec(`DELETE FROM receipt WHERE practice = ? AND channel = ? AND subject = ?`, p, l.Channel, l.Of),
		)
	}
	return err
}

func write(c *conn, p bot.PracticeID, w bot.Write) error {
	if w.Blob == nil {
		return nil
	}
	return c.exec(`INSERT INTO state (practice, subject, version, blob) VALUES (?, ?, ?, ?)
		ON CONFLICT (practice, subject) DO UPDATE SET version = excluded.version, blob = excluded.blob`,
		p, w.Subject, int64(w.Next), w.Blob)
}

func change(c *conn, p bot.PracticeID, x bot.IndexChange) error {
	if x.Remove {
		return c.exec(`DELETE FROM member WHERE practice = ? AND name = ? AND member = ?`, p, x.Index, x.Member)
	}
	return c.exec(`INSERT INTO member (practice, name, member, score) VALUES (?, ?, ?, ?)
		ON CONFLICT (practice, name, member) DO UPDATE SET score = excluded.score`, p, x.Index, x.Member, x.Score)
}

// Index implements [bot.Store].
func (s *Store) Index(ctx context.Context, p bot.PracticeID, name string, from, to int64, n int) (ms []bot.Member, err error) {
	if n <= 0 {
		n = -1
	}
	err = s.view(ctx, "index", func(c *conn) error {
		ms, err = rows(c, `SELECT member, score FROM member WHERE practice = ? AND name = ? AND score BETWEEN ? AND ?
			ORDER BY score, member LIMIT ?`, []any{p, name, from, to, n},
			func(m *bot.Member) []any { return []any{&m.Name, &m.Score} })
		return err
	})
	return ms, err
}

// Log implements [bot.Store].
func (s *Store) Log(ctx context.Context, p bot.PracticeID, name string) (es []bot.Sealed, err error) {
	err = s.view(ctx, "log", func(c *conn) error {
		es, err = rows(c, `SELECT key, blob FROM entry WHERE practice = ? AND name = ? ORDER BY id`, []any{p, name},
			func(e *bot.Sealed) []any { return []any{&e.Key, &e.Blob} })
		return err
	})
	return es, err
}

// Letters implements [bot.Inboxes].
func (s *Store) Letters(ctx context.Context, p bot.PracticeID, subject bot.SubjectID, n int) (ls []bot.Letter, err error) {
	err = s.view(ctx, "letters", func(c *conn) error {
		ls, err = rows(c, `SELECT event, key, blob FROM letter WHERE practice = ? AND subject = ? ORDER BY id LIMIT ?`,
			[]any{p, subject, n}, func(l *bot.Letter) []any {
				l.Subject = subject
				return []any{&l.Event, &l.Key, &l.Blob}
			})
		return err
	})
	return ls, err
}

// Waiting implements [bot.Inboxes]; in the order of their names.
func (s *Store) Waiting(ctx context.Context, p bot.PracticeID) (subjects []bot.SubjectID, err error) {
	err = s.view(ctx, "waiting", func(c *conn) error {
		subjects, err = rows(c, `SELECT DISTINCT subject FROM letter WHERE practice = ? ORDER BY subject`, []any{p},
			func(s *bot.SubjectID) []any { return []any{s} })
		return err
	})
	return subjects, err
}
