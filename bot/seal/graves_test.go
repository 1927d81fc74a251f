package seal_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"anteroom/bot/seal"
)

// both runs a test on a vault in memory, and on two that share a folder, of
// which the second only looks.
func both(t *testing.T, run func(t *testing.T, v, other seal.Vault)) {
	t.Run("memory", func(t *testing.T) {
		t.Parallel()
		v := seal.NewMemoryVault()
		run(t, v, v)
	})
	t.Run("folder", func(t *testing.T) {
		t.Parallel()
		root := seal.NewRoot()
		f, dir := newFolder(t, root)
		run(t, f, reopen(t, dir, root))
	})
}

func TestGraves(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, v, other seal.Vault) {
		ctx, place := t.Context(), []byte("place")
		key, next := seal.NewClientKey(), seal.NewClientKey()
		first := wrap(t, v, key)
		counts := func(when string, filled, dug int) {
			t.Helper()
			n, err := other.Filled(ctx)
			open, err2 := other.Dug(ctx)
			if err := errors.Join(err, err2); err != nil || n != filled || len(open) != dug {
				t.Errorf("%s: got %d filled and %d dug, %v; want %d and %d", when, n, len(open), err, filled, dug)
			}
		}
		opens := func(when string, wrapped []byte, want error) {
			t.Helper()
			for _, v := range []seal.Vault{v, other} {
				if _, err := v.Unwrap(ctx, wrapped, place); !errors.Is(err, want) {
					t.Errorf("%s: got %v, want %v", when, err, want)
				}
			}
		}
		g, err := v.Dig(ctx, first, place)
		if err != nil {
			t.Fatal(err)
		}
		counts("dug", 0, 1)
		opens("dug", first, nil)
		dug, err := other.Dug(ctx)
		if err != nil || len(dug) != 1 || string(dug[0].AD) != "place" || !dug[0].Of(g) {
			t.Fatalf("Dug: got %v, %v", dug, err)
		}
		for range 2 {
			if err := v.Leave(ctx, g); err != nil {
				t.Fatal(err)
			}
		}
		counts("left", 0, 0)

		if g, err = v.Dig(ctx, first, place); err != nil {
			t.Fatal(err)
		}
		// The epoch rolls, and the key is wrapped anew, before the store erases it.
		if _, err := other.Roll(ctx); err != nil {
			t.Fatal(err)
		}
		second := wrap(t, other, key)
		for range 2 {
			if err := v.Fill(ctx, g); err != nil {
				t.Fatal(err)
			}
		}
		counts("filled", 1, 0)
		opens("the key as it was", first, seal.ErrKeyErased)
		opens("the key wrapped anew", second, seal.ErrKeyErased)
		opens("another key of the same place", wrap(t, v, next), nil)
		if _, err := seal.Rewrap(ctx, other, second, place); !seal.Erased(err) {
			t.Errorf("Rewrap: got %v, want an error that says erased", err)
		}
		if _, err := v.Dig(ctx, second, place); !seal.Erased(err) {
			t.Errorf("Dig again: got %v, want an error that says erased", err)
		}
		if err := v.Leave(ctx, g); err != nil {
			t.Fatal(err)
		}
		opens("left after it was filled", second, seal.ErrKeyErased)

		// It goes with the last epoch that could open the key, and not before.
		if err := v.Destroy(ctx, 1); err != nil {
			t.Fatal(err)
		}
		counts("the older epoch destroyed", 1, 0)
		opens("the key wrapped anew", second, seal.ErrKeyErased)
		if _, err := v.Roll(ctx); err != nil {
			t.Fatal(err)
		}
		if err := v.Destroy(ctx, 2); err != nil {
			t.Fatal(err)
		}
		counts("no epoch left for it", 0, 0)
		opens("the key wrapped anew", second, seal.ErrEpochGone)
	})
}

func TestMarks(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, v, other seal.Vault) {
		ctx := t.Context()
		if m, err := v.Mark(ctx, "oak"); err != nil || m != (seal.Mark{Practice: "oak"}) {
			t.Errorf("no mark: got %+v, %v", m, err)
		}
		at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
		if err := v.SetMark(ctx, "pine", func(m *seal.Mark) { m.Moment = at }); err != nil {
			t.Fatal(err)
		}
		if err := other.SetMark(ctx, "oak", func(m *seal.Mark) { m.Wrapped = 3 }); err != nil {
			t.Fatal(err)
		}
		if err := other.SetMark(ctx, "pine", func(m *seal.Mark) { m.Restored = at.Add(time.Hour) }); err != nil {
			t.Fatal(err)
		}
		all, err := v.Marks(ctx)
		want := []seal.Mark{{Practice: "oak", Wrapped: 3}, {Practice: "pine", Moment: at, Restored: at.Add(time.Hour)}}
		if diff := cmp.Diff(all, want); err != nil || diff != "" {
			t.Errorf("Marks: %v (-got +want)\n%s", err, diff)
		}
		// What several change at once all takes effect, and readers never miss it.
		var group sync.WaitGroup
		const each = 25
		for i, v := range []seal.Vault{v, other, v} {
			group.Go(func() {
				for range each {
					if err := v.SetMark(ctx, "pine", func(m *seal.Mark) { m.Wrapped++ }); err != nil {
						t.Error(err)
						return
					}
					if all, err := v.Marks(ctx); err != nil || len(all) != 2 {
						t.Errorf("%d: Marks: got %d, %v", i, len(all), err)
					}
				}
			})
		}
		group.Wait()
		if m, err := other.Mark(ctx, "pine"); err != nil || m.Wrapped != 3*each || !m.Moment.Equal(at) {
			t.Errorf("got %+v, %v, want %d", m, err, 3*each)
		}
	})
}

// The folder refuses what others than its owner may use, what was changed, and
// what another deployment wrote; it shows nobody's name.
func TestFolderRefusesGravesAndMarks(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		spoil  func(dir string) error
		want   string
		opened bool // found out when it is read, not when the vault is opened
	}{
		{"graves that others may read", func(dir string) error { return os.Chmod(filepath.Join(dir, "graves-0000000001"), 0o750) }, "chmod 700", false},
		{"a mark that others may read", func(dir string) error { return os.Chmod(one(dir, "mark-*"), 0o604) }, "chmod 600", false},
		{"a mark that was changed", func(dir string) error { return turn(one(dir, "mark-*")) }, "damaged", false},
		{"a mark under another name", func(dir string) error {
			old := one(dir, "mark-*")
			return os.Rename(old, old[:len(old)-1]+"7")
		}, "damaged", false},
		{"an open grave that others may read", func(dir string) error { return os.Chmod(one(dir, "graves-*/*.dug"), 0o640) }, "chmod 600", true},
		{"an open grave that was changed", func(dir string) error { return turn(one(dir, "graves-*/*.dug")) }, "damaged", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			root := seal.NewRoot()
			f, dir := newFolder(t, root)
			if err := f.SetMark(t.Context(), "quiet-river", func(*seal.Mark) {}); err != nil {
				t.Fatal(err)
			}
			wrapped, err := f.Wrap(t.Context(), seal.NewClientKey(), []byte("chat/secret"))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := f.Dig(t.Context(), wrapped, []byte("chat/secret")); err != nil {
				t.Fatal(err)
			}
			err = filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
				text, _ := os.ReadFile(path)
				if strings.Contains(path+string(text), "secret") || strings.Contains(path+string(text), "quiet-river") {
					t.Errorf("%s shows a name", path)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			if err := tt.spoil(dir); err != nil {
				t.Fatal(err)
			}
			again, err := seal.OpenFolder(dir, root)
			if tt.opened && err == nil {
				_, err = again.Dug(t.Context())
			}
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want an error with %q", err, tt.want)
			}
		})
	}
}

// one is the file of a pattern.
func one(dir, pattern string) string {
	found, err := filepath.Glob(filepath.Join(dir, pattern))
	if err != nil || len(found) != 1 {
		return fmt.Sprint("none or several of ", pattern)
	}
	return found[0]
}

// turn changes a byte in the middle of a file.
func turn(path string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	text[len(text)/2] ^= 1
	return os.WriteFile(path, text, 0o600)
}

// Where the disk does not say whether there is a grave, no key is given out.
func TestUnreadableGravesGiveNoKey(t *testing.T) {
	t.Parallel()
	f, dir := newFolder(t, seal.NewRoot())
	wrapped := wrap(t, f, seal.NewClientKey())
	if err := os.WriteFile(filepath.Join(dir, "graves-0000000001"), nil, 0o600); err != nil { // no folder
		t.Fatal(err)
	}
	if _, err := f.Unwrap(t.Context(), wrapped, []byte("place")); err == nil || seal.Erased(err) {
		t.Errorf("got %v, want an error that does not say erased", err)
	}
}
