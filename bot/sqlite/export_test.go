package sqlite

import "context"

// Script runs statements on the connection that writes, to break things.
func (s *Store) Script(ctx context.Context, query string) error {
	return s.do(ctx, "script", func(c *conn) error { return c.script(query) })
}
