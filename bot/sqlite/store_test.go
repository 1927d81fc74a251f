package sqlite_test

import (
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"anteroom/bot"
	"anteroom/bot/sqlite"
	"anteroom/bot/storetest"
)

// clock stands still but for Advance.
type clock struct{ ahead atomic.Int64 }

func (c *clock) Now() time.Time {
	return time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC).Add(time.Duration(c.ahead.Load()))
}

func (c *clock) Advance(d time.Duration) { c.ahead.Add(int64(d)) }

func file(t testing.TB, path string, o sqlite.Options) *sqlite.Store {
	t.Helper()
	s, err := sqlite.Open(path, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func TestFile(t *testing.T) {
	storetest.Run(t, func(t *testing.T) storetest.Opened {
		var c clock
		path := filepath.Join(t.TempDir(), "ante room?#%.db")
		o := sqlite.Options{Clock: c.Now}
		return storetest.Opened{
			Store: file(t, path, o), Advance: c.Advance,
			Reopen: func() bot.Store { return file(t, path, o) },
		}
	})
}

func TestMemory(t *testing.T) {
	storetest.Run(t, func(t *testing.T) storetest.Opened {
		var c clock
		s, err := sqlite.MemoryOptions(sqlite.Options{Clock: c.Now})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { s.Close() })
		return storetest.Opened{Store: s, Advance: c.Advance}
	})
}
