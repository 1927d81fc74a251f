package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// background keeps the driver from starting a goroutine a statement. What the
// caller's context ends is the waiting, never a statement.
var background = context.Background()

// conn is one connection with its prepared statements. One goroutine uses it
// at a time.
type conn struct {
	c      *sql.Conn
	stmts  map[string]*sql.Stmt
	erased bool // since the log was last emptied
	noted  bool // an event, since those past their time were last forgotten
}

func (s *Store) conn() (*conn, error) {
	c, err := s.db.Conn(background)
	if err != nil {
		return nil, err
	}
	return &conn{c: c, stmts: map[string]*sql.Stmt{}}, nil
}

func (c *conn) close() {
	for _, stmt := range c.stmts {
		_ = stmt.Close()
	}
	_ = c.c.Close()
}

func (c *conn) stmt(query string) (*sql.Stmt, error) {
	if stmt, ok := c.stmts[query]; ok {
		return stmt, nil
	}
	stmt, err := c.c.PrepareContext(background, query)
	if err != nil {
		return nil, err
	}
	c.stmts[query] = stmt
	return stmt, nil
}

// script runs several statements that are not worth keeping.
func (c *conn) script(query string) error {
	_, err := c.c.ExecContext(background, query)
	return err
}

func (c *conn) exec(query string, args ...any) error {
	stmt, err := c.stmt(query)
	if err != nil {
		return err
	}
	_, err = stmt.ExecContext(background, args...)
	return err
}

// row scans the first row, if there is one.
func (c *conn) row(query string, args []any, dest ...any) (bool, error) {
	stmt, err := c.stmt(query)
	if err != nil {
		return false, err
	}
	err = stmt.QueryRowContext(background, args...).Scan(dest...)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}

// rows scans every row into a value of its own.
func rows[T any](c *conn, query string, args []any, dest func(*T) []any) ([]T, error) {
	stmt, err := c.stmt(query)
	if err != nil {
		return nil, err
	}
	rs, err := stmt.QueryContext(background, args...)
	if err != nil {
		return nil, err
	}
	defer rs.Close()
	var all []T
	for rs.Next() {
		var v T
		if err := rs.Scan(dest(&v)...); err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, rs.Err()
}

// is reports whether the query has a row.
func (c *conn) is(query string, args ...any) (bool, error) {
	var one int
	return c.row(query, args, &one)
}

// view runs reads as of one moment.
func (s *Store) view(ctx context.Context, what string, read func(*conn) error) error {
	if s.path == "" {
		return s.do(ctx, what, read)
	}
	select {
	case <-s.closing: // first: a free connection must not win against it
		return errClosed
	default:
	}
	select {
	case c := <-s.reads:
		defer func() { s.reads <- c }()
		if err := c.exec("BEGIN"); err != nil {
			return s.explain(what, err)
		}
		if err := errors.Join(read(c), c.exec("COMMIT")); err != nil {
			return s.explain(what, err)
		}
		return nil
	case <-s.closing:
		return errClosed
	case <-ctx.Done():
		return fmt.Errorf("%s: %w", what, context.Cause(ctx))
	}
}

// millis is how times are stored.
func millis(t time.Time) int64 { return t.UnixMilli() }

// blob keeps a nil apart from what SQL calls NULL.
func blob(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}
