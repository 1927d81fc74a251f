package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"anteroom/bot/seal"
)

// TestRestore does what deploy/RESTORE.md says, with the program as it is: a
// backup is put back after a client was erased, the service waits, doctor and
// restore say so, and it goes on with the operator's word.
func TestRestore(t *testing.T) {
	for _, kind := range stores {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), runMost)
			defer cancel()
			s := newStage(t, kind)
			s.start(ctx)
			ann := s.telegram.User(7_001, "Ann", "en")
			bob := s.telegram.User(7_002, "Bob", "en")
			ann.Send("/start")
			bob.Send("/start")
			s.settled(ctx)
			for _, label := range []string{"Start", "I agree", "Yes"} {
				if _, err := ann.Press(label); err != nil {
					t.Fatal(err)
				}
				s.settled(ctx)
			}
			s.stop()
			back := s.copied()
			s.start(ctx)
			ann.Send("/forget")
			s.settled(ctx)
			for _, label := range []string{"Erase it", "Yes, erase everything"} {
				if _, err := ann.Press(label); err != nil {
					t.Fatal(err)
				}
				s.settled(ctx)
			}
			s.stop()

			// A day goes by in the vault, and the store comes back from before.
			root, err := seal.ReadRoot(filepath.Join(s.dir, "root.key"))
			if err != nil {
				t.Fatal(err)
			}
			vault, err := seal.OpenFolder(filepath.Join(s.dir, "root.key.vault"), root)
			if err != nil {
				t.Fatal(err)
			}
			if err := vault.SetMark(ctx, "quiet-river", func(m *seal.Mark) { m.Moment = m.Moment.Add(24 * time.Hour) }); err != nil {
				t.Fatal(err)
			}
			back()
			s.start(ctx)
			ready, err := s.process.ready(ctx)
			s.waitFor(ctx, func() bool {
				ready, err = s.process.ready(ctx)
				return err != nil || strings.Contains(ready, "anteroom restore")
			})
			if err != nil || !strings.HasPrefix(ready, "ready\n") {
				t.Errorf("/readyz: got %q, %v; want ready, and what is wrong", ready, err)
			}
			heard := len(bob.Inbox())
			bob.Send("Start")
			s.waitFor(ctx, func() bool { return s.telegram.Pending() == 0 })
			if got := len(bob.Inbox()); got != heard {
				t.Errorf("bob got %d messages while it waits", got-heard)
			}
			if n := s.keysThatOpen(ctx, vault); n != 2 { // bob's, and the practice's
				t.Errorf("%d keys open, want bob's and the practice's", n)
			}
			keys := s.settings[2:]
			if out := anteroom(t, append([]string{"restore"}, keys...)...); !strings.Contains(out, "quiet-river: waits since") {
				t.Errorf("restore: got %q", out)
			}
			if out := s.doctor(); !strings.Contains(out, "PROBLEM  quiet-river: the store was put back from a backup") || !strings.Contains(out, `run "anteroom restore"`) {
				t.Errorf("doctor:\n%s", out)
			}
			if out := anteroom(t, append([]string{"restore", "-drop-older", "2h"}, keys...)...); !strings.Contains(out, "quiet-river: goes on") {
				t.Errorf("restore -drop-older: got %q", out)
			}
			s.waitFor(ctx, func() bool {
				ready, err = s.process.ready(ctx)
				return err != nil || !strings.Contains(ready, "anteroom restore")
			})
			s.waitFor(ctx, func() bool { return len(bob.Inbox()) > heard }) // who wrote while it waited is answered
			s.settled(ctx)
			if out := s.doctor(); strings.Contains(out, "put back from a backup") || !strings.Contains(out, "vault: epoch 1 is the current one") {
				t.Errorf("doctor afterwards:\n%s", out)
			}
			s.stop()
		})
	}
}

// keysThatOpen counts the keys in the store that the vault gives out.
func (s *stage) keysThatOpen(ctx context.Context, vault seal.Vault) (n int) {
	s.t.Helper()
	store, err := openStore(ctx, s.store, beside)
	if err != nil {
		s.t.Fatal(err)
	}
	defer store.Close()
	page, _, err := store.Keys(ctx, "quiet-river", "", 1000)
	if err != nil {
		s.t.Fatal(err)
	}
	for _, k := range page {
		if _, err := vault.Unwrap(ctx, k.Wrapped, []byte("quiet-river\x00"+string(k.ID))); err == nil {
			n++
		}
	}
	return n
}

// copied is the store as it is while nobody uses it; what it returns puts it back.
func (s *stage) copied() (back func()) {
	t := s.t
	t.Helper()
	read := func(paths ...string) map[string][]byte {
		all := make(map[string][]byte)
		for _, path := range paths {
			text, err := os.ReadFile(path)
			if err == nil {
				all[path] = text
			}
		}
		if len(all) == 0 {
			t.Fatal("there is nothing to back up")
		}
		return all
	}
	write := func(all map[string][]byte) {
		for path, text := range all {
			if err := os.WriteFile(path, text, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	if s.redis == nil {
		all := read(s.stored...)
		return func() { write(all) }
	}
	aof, err := filepath.Glob(filepath.Join(s.redis.Dir, "appendonlydir", "*"))
	if err != nil {
		t.Fatal(err)
	}
	all := read(aof...)
	return func() {
		s.redis.Kill()
		write(all)
		s.redis.Restart()
	}
}

func (s *stage) waitFor(ctx context.Context, done func() bool) {
	s.t.Helper()
	for !done() {
		if err := pause(ctx); err != nil {
			s.t.Fatalf("waited in vain:\n%s", tailOf(s.process.said(), 3000))
		}
	}
}

// doctor is what doctor says, whatever it finds.
func (s *stage) doctor() string {
	s.t.Helper()
	var out strings.Builder
	run(s.t.Context(), append([]string{"doctor"}, s.settings...), s.process.env, nil, &out, &out)
	return out.String()
}
