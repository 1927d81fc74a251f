package bot_test

import (
	"context"
	"errors"
	"strings"
	"sync"

	"anteroom/bot"
)

var errLost = errors.New("the connection was lost")

// frail is a store that fails as it is told.
type frail struct {
	bot.Store

	mu       sync.Mutex
	onCommit func(c bot.Commit, do func() error) error
	onLoad   func(q bot.Query)
}

// before sets what happens before a load from now on.
func (f *frail) before(load func(q bot.Query)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.onLoad = load
}

// Load implements [bot.States].
func (f *frail) Load(ctx context.Context, p bot.PracticeID, q bot.Query) (bot.Loaded, error) {
	f.mu.Lock()
	load := f.onLoad
	f.mu.Unlock()
	if load != nil {
		load(q)
	}
	return f.Store.Load(ctx, p, q)
}

// will sets what becomes of commits from now on; do carries the commit out.
func (f *frail) will(fate func(c bot.Commit, do func() error) error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.onCommit = fate
}

// Commit implements [bot.States].
func (f *frail) Commit(ctx context.Context, p bot.PracticeID, c bot.Commit) error {
	f.mu.Lock()
	fate := f.onCommit
	f.mu.Unlock()
	do := func() error { return f.Store.Commit(ctx, p, c) }
	if fate == nil {
		return do()
	}
	return fate(c, do)
}

// first makes a fate that does something to the first n commits of an event
// whose id begins with prefix.
func first(n int, prefix string, fate func(do func() error) error) func(bot.Commit, func() error) error {
	var mu sync.Mutex
	return func(c bot.Commit, do func() error) error {
		mu.Lock()
		hit := n > 0 && strings.HasPrefix(string(c.Event), prefix)
		if hit {
			n--
		}
		mu.Unlock()
		if hit {
			return fate(do)
		}
		return do()
	}
}
