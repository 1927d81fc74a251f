package redis

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/redis/go-redis/v9"

	"anteroom/bot"
)

// Load implements [bot.States]: one MGET.
func (s *Store) Load(ctx context.Context, p bot.PracticeID, q bot.Query) (bot.Loaded, error) {
	names := loadKeys(of(p), q)
	var values []any
	err := s.on(ctx, "load", names[0], func(node *redis.Client) (err error) {
		values, err = node.MGet(ctx, names...).Result()
		return err
	})
	if err != nil {
		return bot.Loaded{}, err
	}
	l := bot.Loaded{Seen: values[0] != nil, States: make([]bot.State, len(q.Subjects)), Keys: make([][]byte, len(q.Keys))}
	for i, v := range values[1:] {
		text, ok := v.(string)
		switch {
		case !ok:
		case i < len(q.Subjects):
			if l.States[i], err = unstate([]byte(text)); err != nil {
				return bot.Loaded{}, fmt.Errorf("load %s: %w", q.Subjects[i], err)
			}
		default:
			l.Keys[i-len(q.Subjects)] = []byte(text)
		}
	}
	return l, nil
}

// loadKeys are the keys of a query: the event, the states, the wrapped keys.
func loadKeys(k keys, q bot.Query) []string {
	names := make([]string, 0, 1+len(q.Subjects)+len(q.Keys))
	names = append(names, k.event(q.Event)) // there is none without a name
	for _, subject := range q.Subjects {
		names = append(names, k.state(subject))
	}
	for _, id := range q.Keys {
		names = append(names, k.key(id))
	}
	return names
}

// request is what the commit script is given; see there.
type request struct {
	keys  []string
	args  []any
	types []byte
}

func (r *request) key(typ byte, name string) {
	r.keys = append(r.keys, name)
	r.types = append(r.types, typ)
}

func (r *request) arg(args ...any) { r.args = append(r.args, args...) }

// Commit implements [bot.States]: one script.
func (s *Store) Commit(ctx context.Context, p bot.PracticeID, c bot.Commit) error {
	if err := c.Check(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	r := newRequest(of(p), c)
	answer, err := s.run(ctx, "commit", s.scripts.commit, r.keys, r.args...)
	if err != nil {
		return err
	}
	switch answer {
	case int64(0):
		return nil
	case int64(1):
		return bot.ErrFenced
	case int64(2):
		return bot.ErrSeen
	case int64(3):
		return bot.ErrConflict
	}
	return fmt.Errorf("commit: the script answered %v", answer)
}

func newRequest(k keys, c bot.Commit) request {
	n := 12 + 2*len(c.States) + 2*len(c.Keys) + 4*len(c.Out) + 4*len(c.Due) + len(c.Index) + len(c.Post) + len(c.Append)
	r := request{keys: make([]string, 0, n), types: make([]byte, 0, n), args: make([]any, 0, 3*n)}
	r.keys = append(r.keys, k.owner(), k.event(c.Event))
	counter, waiting := byte('-'), byte('-')
	took, tookOf := []byte(nil), bot.SubjectID("")
	if len(c.Out) > 0 {
		counter = 'b'
	}
	if c.Took != nil || len(c.Post) > 0 || len(c.Erase) > 0 {
		waiting = 's'
	}
	r.key(counter, k.count())
	r.key(waiting, k.waiting())
	if c.Took != nil {
		tookOf, took = c.Took.Subject, appendString(nil, c.Took.Event)
		r.key('-', k.inbox(tookOf))
	} else {
		r.key('-', k.owner())
	}
	fresh := 0
	for _, w := range c.States {
		r.key('-', k.state(w.Subject))
	}
	for _, nk := range c.Keys {
		if !slices.ContainsFunc(c.Erase, func(e bot.Erasure) bool { return e.Key == nk.ID }) {
			r.key('-', k.key(nk.ID))
			fresh++
		}
	}
	r.arg(fence(c.Fence), remember, took, string(tookOf), nil, len(c.States), fresh)
	for _, w := range c.States {
		r.arg(was(w.Was))
	}
	r.erase(k, c)
	for _, w := range c.States {
		if w.Blob != nil {
			r.key('-', k.state(w.Subject))
			r.arg("S", state(w.Next, w.Blob))
		}
	}
	for _, nk := range c.Keys {
		r.key('-', k.key(nk.ID))
		r.arg("S", nk.Wrapped)
	}
	for _, l := range c.Post {
		r.key('l', k.inbox(l.Subject))
		r.arg("P", string(l.Subject), named(l.Event, l.Sealed))
	}
	r.send(k, c.Out)
	r.plan(k, c)
	for _, x := range c.Index {
		r.key('z', k.index(x.Index))
		if x.Remove {
			r.arg("R", x.Member)
		} else {
			r.arg("I", x.Score, x.Member)
		}
	}
	for _, e := range c.Append {
		r.key('l', k.log(e.Log))
		r.arg("A", sealed(nil, e.Sealed))
	}
	r.args[4] = r.types
	return r
}

// remember is bot.SeenFor in milliseconds.
const remember = int64(bot.SeenFor / time.Millisecond)

func (r *request) erase(k keys, c bot.Commit) {
	for _, e := range c.Erase {
		r.key('-', k.state(e.Subject))
		if e.KeepInbox {
			r.key('-', k.key(e.Key))
			r.arg("K")
		} else {
			r.key('-', k.inbox(e.Subject))
			r.key('-', k.key(e.Key))
			r.arg("E", string(e.Subject))
		}
		for _, l := range e.Lanes {
			r.key('-', k.lane(l))
			r.key('-', k.receipts(l))
			r.key('z', k.ready(l.Channel))
			r.key('h', k.claims(l.Channel))
			r.key('-', k.aside(l))
			r.key('s', k.asides(l.Channel))
			r.arg("L", string(l.Of))
		}
	}
}

// atOnce bounds what one command inside a script is given: Lua's stack ends
// at some thousands.
const atOnce = 1000

// send appends parcels; those of one lane that follow one another go together.
func (r *request) send(k keys, out []bot.Parcel) {
	for len(out) > 0 {
		n := 1
		for n < len(out) && n < atOnce && out[n].Lane == out[0].Lane {
			n++
		}
		r.key('l', k.lane(out[0].Lane))
		r.key('z', k.ready(out[0].Lane.Channel))
		r.key('h', k.claims(out[0].Lane.Channel))
		ready := any("")
		if !slices.ContainsFunc(out[:n], func(o bot.Parcel) bool { return o.Ready.IsZero() }) {
			ready = millis(out[0].Ready)
		}
		r.arg("O", string(out[0].Lane.Of), ready, n)
		for _, o := range out[:n] {
			r.arg(named(o.ID, o.Sealed))
		}
		out = out[n:]
	}
}

func (r *request) plan(k keys, c bot.Commit) {
	due := func(id string) {
		r.key('z', k.due())
		r.key('z', k.shelf(id))
		r.key('z', k.held())
		r.key('h', k.dues())
	}
	if d := c.DueDone; d != nil {
		due(d.ID)
		r.arg("F", d.ID, planned(d.At))
	}
	for _, id := range c.Undue {
		due(id)
		r.arg("U", id)
	}
	for _, d := range c.Due {
		due(d.ID)
		r.arg("D", d.ID, millis(d.At), entry(d))
	}
}
