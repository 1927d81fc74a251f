package main

import (
	"bytes"
	"context"
	"path/filepath"
	"testing"

	"anteroom/bot"
	"anteroom/bot/seal"
)

// TestRotatedWhileFiftyTalk: fifty clients walk through the intake while all
// keys are wrapped anew and older epochs are destroyed, again and again, beside
// the service. Nothing is lost.
func TestRotatedWhileFiftyTalk(t *testing.T) {
	for i, kind := range stores {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), runMost)
			defer cancel()
			s := newStage(t, kind)
			s.start(ctx)
			over, end := context.WithCancel(ctx)
			rotations := make(chan int)
			go func() {
				n := 0
				for over.Err() == nil {
					var out, wrong bytes.Buffer
					args := append([]string{"keys", "rotate", "-grace", "500ms"}, s.settings[2:]...) // store and key
					code := run(ctx, args, nil, nil, &out, &wrong)
					if code == exitUsage && n == 0 && pause(ctx) == nil {
						continue // there is no practice yet
					}
					if code != exitDone && over.Err() == nil {
						t.Errorf("keys rotate: exit %d: %s%s", code, &out, &wrong)
						break
					}
					n++
				}
				rotations <- n
			}()
			people, d := s.play(ctx, uint64(31+i), 0)
			end()
			n := <-rotations
			s.settled(ctx)
			s.verify(people, d, false)
			s.verifyOnce(ctx, people)
			s.stop()
			s.verifyCommands(people, d)
			t.Logf("%d rotations", n)
			if n < 2 {
				t.Errorf("%d rotations: too few to show anything", n)
			}
			s.verifyWrapped(ctx, n)
		})
	}
}

// verifyWrapped checks that one epoch is left, and that it opens every key.
func (s *stage) verifyWrapped(ctx context.Context, least int) {
	t := s.t
	t.Helper()
	key := filepath.Join(s.dir, "root.key")
	anteroom(t, append([]string{"keys", "rotate", "-grace", "1ms"}, s.settings[2:]...)...)
	root, err := seal.ReadRoot(key)
	if err != nil {
		t.Fatal(err)
	}
	vault, err := seal.OpenFolder(key+".vault", root)
	if err != nil {
		t.Fatal(err)
	}
	epochs, err := vault.Epochs(ctx)
	if err != nil || len(epochs) != 1 || int(epochs[0].Number) <= least {
		t.Errorf("got epochs %v, %v; want one, the %dth or later", epochs, err, least+1)
	}
	store, err := openStore(ctx, s.store, beside)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	n := 0
	for from := ""; ; {
		page, next, err := store.Keys(ctx, "quiet-river", from, 100)
		if err != nil {
			t.Fatal(err)
		}
		for _, k := range page {
			if _, err := vault.Unwrap(ctx, k.Wrapped, []byte("quiet-river\x00"+string(k.ID))); err != nil {
				t.Errorf("a %s's key: %v", bot.SubjectID(k.ID).Kind(), err)
			}
			n++
		}
		if from = next; from == "" {
			break
		}
	}
	if n <= clients {
		t.Errorf("%d keys in the store, want more than one for each of %d clients", n, clients)
	}
}
