package sqlite

import (
	"context"
	"errors"
	"fmt"
	"time"

	"anteroom/bot"
)

// atOnce bounds how many operations share one transaction, and so how long
// the first of them waits for the others.
const atOnce = 512

// scrubEvery is how long to wait before the log is emptied after all.
const scrubEvery = 100 * time.Millisecond

var errClosed = errors.New("the store is closed")

// op is one operation on its way through the writer. run checks first and
// writes after: when it returns one of the sentinels it has written nothing.
// It may run more than once, and sets its results anew each time.
type op struct {
	ctx  context.Context
	run  func(*conn) error
	err  error
	done chan struct{}
}

// do has the writer run an operation and waits until it is on the disk.
func (s *Store) do(ctx context.Context, what string, run func(*conn) error) error {
	o := &op{ctx: ctx, run: run, done: make(chan struct{})}
	select {
	case s.ops <- o:
	case <-s.closing:
		return errClosed
	case <-ctx.Done():
		return fmt.Errorf("%s: %w", what, context.Cause(ctx))
	}
	select {
	case <-o.done:
	case <-ctx.Done():
		return fmt.Errorf("%s: outcome unknown: %w", what, context.Cause(ctx))
	}
	if o.err == nil || refusal(o.err) {
		return o.err
	}
	return s.explain(what, o.err)
}

func refusal(err error) bool {
	return errors.Is(err, bot.ErrConflict) || errors.Is(err, bot.ErrSeen) || errors.Is(err, bot.ErrFenced)
}

// run is the writer: what waits goes into one transaction.
func (s *Store) run() {
	defer close(s.stopped)
	for {
		var again <-chan time.Time
		if s.write.erased {
			again = time.After(scrubEvery)
		}
		select {
		case first := <-s.ops:
			s.group(first)
		case <-again:
			s.scrub()
		case <-s.closing:
			return
		}
	}
}

// group runs first and whatever comes meanwhile, commits, and answers. When an
// operation fails, all of it is rolled back and each runs by itself, so that
// one bad operation spoils no other.
func (s *Store) group(first *op) {
	ops := []*op{first}
	spoiled := false
	err := s.write.atomic(func() error {
		for i := 0; i < len(ops); i++ {
			if err := ops[i].attempt(s.write); err != nil {
				spoiled = len(ops) > 1
				return err
			}
			if i+1 == len(ops) && len(ops) < atOnce {
				select {
				case o := <-s.ops:
					ops = append(ops, o)
				default:
				}
			}
		}
		return s.trim()
	})
	for _, o := range ops {
		if spoiled {
			err = s.write.atomic(func() error { return o.attempt(s.write) })
		}
		if err != nil {
			o.err = err
		}
	}
	if s.write.erased {
		s.scrub()
	}
	for _, o := range ops {
		close(o.done)
	}
}

// attempt runs an operation whose caller still waits. A refusal is its answer,
// not an error of the transaction.
func (o *op) attempt(c *conn) error {
	if o.err = o.ctx.Err(); o.err != nil {
		return nil
	}
	if o.err = o.run(c); refusal(o.err) {
		return nil
	}
	return o.err
}

// atomic runs work in a transaction.
func (c *conn) atomic(work func() error) error {
	if err := c.exec("BEGIN IMMEDIATE"); err != nil {
		return err
	}
	err := work()
	if err == nil {
		err = c.exec("COMMIT")
	}
	if err != nil {
		_ = c.script("ROLLBACK") // an error that SQLite rolled back for us by itself leaves nothing to do
	}
	return err
}

// trim forgets events that are past their time, more at once than a group adds,
// and only where one was added: a service at rest asks many times a minute.
func (s *Store) trim() error {
	if !s.write.noted {
		return nil
	}
	s.write.noted = false
	return s.write.exec(`DELETE FROM seen WHERE (practice, event) IN
		(SELECT practice, event FROM seen WHERE at <= ? ORDER BY at LIMIT ?)`, s.forgotten(), 2*atOnce)
}

// forgotten is the time at and before which an event counts as never seen.
func (s *Store) forgotten() int64 { return millis(s.clock().Add(-bot.SeenFor)) }

// scrub empties the write-ahead log, in which what was erased may still stand.
// While somebody reads an older moment it cannot; then it is tried again.
func (s *Store) scrub() {
	if s.path == "" {
		s.write.erased = false
		return
	}
	busy := 1
	err := s.write.script("PRAGMA busy_timeout = 0") // who writes must not wait for who reads
	if err == nil {
		_, err = s.write.row("PRAGMA wal_checkpoint(TRUNCATE)", nil, &busy, new(int), new(int))
	}
	err = errors.Join(err, s.write.script(fmt.Sprintf("PRAGMA busy_timeout = %d", s.busy.Milliseconds())))
	s.write.erased = err != nil || busy != 0
}
