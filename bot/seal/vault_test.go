package seal_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"anteroom/bot/seal"
)

func newFolder(t *testing.T, root seal.Root, opts ...seal.Option) (*seal.Folder, string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "key.vault")
	f, err := seal.CreateFolder(dir, root, opts...)
	if err != nil {
		t.Fatal(err)
	}
	return f, dir
}

func reopen(t *testing.T, dir string, root seal.Root) *seal.Folder {
	t.Helper()
	f, err := seal.OpenFolder(dir, root)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func wrap(t *testing.T, v seal.Vault, key seal.ClientKey) []byte {
	t.Helper()
	wrapped, err := v.Wrap(t.Context(), key, []byte("place"))
	if err != nil {
		t.Fatal(err)
	}
	return wrapped
}

// What every vault does.
func TestVault(t *testing.T) {
	t.Parallel()
	made := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	vaults := map[string]func(t *testing.T, clock seal.Option) seal.Vault{
		"memory": func(_ *testing.T, clock seal.Option) seal.Vault { return seal.NewMemoryVault(clock) },
		"folder": func(t *testing.T, clock seal.Option) seal.Vault {
			f, _ := newFolder(t, seal.NewRoot(), clock)
			return f
		},
	}
	for name, open := range vaults {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, now := t.Context(), made
			v := open(t, seal.WithClock(func() time.Time { return now }))
			key := seal.NewClientKey()
			first := wrap(t, v, key)
			if got := binary.BigEndian.Uint32(first); got != 1 {
				t.Errorf("leading epoch: got %d, want 1", got)
			}
			if got, err := v.Unwrap(ctx, first, []byte("place")); err != nil || got != key {
				t.Errorf("Unwrap: got error %v, or another key", err)
			}
			if _, err := v.Unwrap(ctx, first, []byte("another place")); !errors.Is(err, seal.ErrKeyUnreadable) {
				t.Errorf("another place: got %v, want ErrKeyUnreadable", err)
			}
			for bit := range len(first) * 8 {
				changed := bytes.Clone(first)
				changed[bit/8] ^= 1 << (bit % 8)
				_, err := v.Unwrap(ctx, changed, []byte("place"))
				want := seal.ErrKeyUnreadable
				if bit < 32 {
					want = seal.ErrEpochUnknown
				}
				if !errors.Is(err, want) || errors.Is(err, seal.ErrUnreadable) || errors.Is(err, seal.ErrEpochGone) {
					t.Errorf("bit %d: got %v, want %v", bit, err, want)
				}
			}
			for n := range first {
				if _, err := v.Unwrap(ctx, first[:n], []byte("place")); !errors.Is(err, seal.ErrKeyUnreadable) {
					t.Errorf("cut to %d bytes: got %v, want ErrKeyUnreadable", n, err)
				}
			}

			if err := v.Destroy(ctx, 1); !errors.Is(err, seal.ErrEpochCurrent) {
				t.Errorf("destroying the current epoch: got %v, want ErrEpochCurrent", err)
			}
			for _, unknown := range []uint32{0, 2, 1 << 31} {
				if err := v.Destroy(ctx, unknown); !errors.Is(err, seal.ErrEpochUnknown) {
					t.Errorf("destroying epoch %d: got %v, want ErrEpochUnknown", unknown, err)
				}
			}

			now = made.Add(90 * 24 * time.Hour)
			if got, err := v.Roll(ctx); err != nil || got != 2 {
				t.Fatalf("Roll: got %d, %v, want 2", got, err)
			}
			if got, err := v.Current(ctx); err != nil || got != 2 {
				t.Errorf("Current: got %d, %v, want 2", got, err)
			}
			if got, err := v.Unwrap(ctx, first, []byte("place")); err != nil || got != key {
				t.Errorf("Unwrap under the epoch before: got error %v, or another key", err)
			}
			moved := bytes.Clone(first)
			moved[3] = 2
			if _, err := v.Unwrap(ctx, moved, []byte("place")); !errors.Is(err, seal.ErrKeyUnreadable) {
				t.Errorf("passed off as another epoch's: got %v, want ErrKeyUnreadable", err)
			}
			second, err := seal.Rewrap(ctx, v, first, []byte("place"))
			if err != nil {
				t.Fatal(err)
			}
			if got, err := seal.EpochOf(second); err != nil || got != 2 {
				t.Errorf("epoch after Rewrap: got %d, %v, want 2", got, err)
			}
			epochs, err := v.Epochs(ctx)
			if diff := cmp.Diff(epochs, []seal.Epoch{{Number: 1, Made: made}, {Number: 2, Made: now}}); err != nil || diff != "" {
				t.Errorf("Epochs: %v (-got +want)\n%s", err, diff)
			}

			for range 2 { // the second time does nothing
				if err := v.Destroy(ctx, 1); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := v.Unwrap(ctx, first, []byte("place")); !errors.Is(err, seal.ErrEpochGone) {
				t.Errorf("under a destroyed epoch: got %v, want ErrEpochGone", err)
			}
			if _, err := seal.Rewrap(ctx, v, first, []byte("place")); !errors.Is(err, seal.ErrEpochGone) {
				t.Errorf("Rewrap under a destroyed epoch: got %v, want ErrEpochGone", err)
			}
			if got, err := v.Unwrap(ctx, second, []byte("place")); err != nil || got != key {
				t.Errorf("Unwrap of the key wrapped anew: got error %v, or another key", err)
			}
			epochs, err = v.Epochs(ctx)
			if diff := cmp.Diff(epochs, []seal.Epoch{{Number: 2, Made: now}}); err != nil || diff != "" {
				t.Errorf("Epochs: %v (-got +want)\n%s", err, diff)
			}
		})
	}
}

// The memory vault says what a folder should do, whatever is done to it, by
// either of two processes that share it.
func TestFolderProperty(t *testing.T) {
	t.Parallel()
	root, base := seal.NewRoot(), t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		dir, err := os.MkdirTemp(base, "")
		if err != nil {
			t.Fatal(err)
		}
		one, err := seal.CreateFolder(dir, root)
		if err != nil {
			t.Fatal(err)
		}
		two, err := seal.OpenFolder(dir, root)
		if err != nil {
			t.Fatal(err)
		}
		ctx, model := context.Background(), seal.NewMemoryVault()
		type pair struct{ folder, model []byte }
		var wrapped []pair
		var keys []seal.ClientKey
		either := func(t *rapid.T) seal.Vault { return rapid.SampledFrom([]seal.Vault{one, two}).Draw(t, "who") }
		sameError := func(t *rapid.T, what string, got, want error) {
			for _, kind := range []error{nil, seal.ErrEpochGone, seal.ErrEpochCurrent, seal.ErrEpochUnknown} {
				if errors.Is(got, kind) != errors.Is(want, kind) {
					t.Fatalf("%s: got %v, want %v", what, got, want)
				}
			}
		}
		t.Repeat(map[string]func(*rapid.T){
			"wrap": func(t *rapid.T) {
				key := seal.NewClientKey()
				a, err := either(t).Wrap(ctx, key, nil)
				if err != nil {
					t.Fatal(err)
				}
				b, _ := model.Wrap(ctx, key, nil)
				wrapped, keys = append(wrapped, pair{a, b}), append(keys, key)
			},
			"roll": func(t *rapid.T) {
				got, err := either(t).Roll(ctx)
				if want, _ := model.Roll(ctx); err != nil || got != want {
					t.Fatalf("Roll: got %d, %v, want %d", got, err, want)
				}
			},
			"destroy": func(t *rapid.T) {
				n := rapid.Uint32Range(0, 6).Draw(t, "epoch")
				sameError(t, fmt.Sprint("Destroy ", n), either(t).Destroy(ctx, n), model.Destroy(ctx, n))
			},
			"unwrap": func(t *rapid.T) {
				if len(keys) == 0 {
					t.Skip()
				}
				i := rapid.IntRange(0, len(keys)-1).Draw(t, "key")
				got, err := either(t).Unwrap(ctx, wrapped[i].folder, nil)
				_, want := model.Unwrap(ctx, wrapped[i].model, nil)
				sameError(t, "Unwrap", err, want)
				if err == nil && got != keys[i] {
					t.Fatal("Unwrap: another key")
				}
			},
			"reopen": func(t *rapid.T) {
				if two, err = seal.OpenFolder(dir, root); err != nil {
					t.Fatal(err)
				}
			},
			"": func(t *rapid.T) {
				for _, f := range []*seal.Folder{one, two} {
					got, err := f.Current(ctx)
					if want, _ := model.Current(ctx); err != nil || got != want {
						t.Fatalf("Current: got %d, %v, want %d", got, err, want)
					}
				}
			},
		})
	})
}

// Processes that share a folder roll at once: no epoch is lost or made twice,
// and each reads what the other wrapped.
func TestRollsAtTheSameTime(t *testing.T) {
	t.Parallel()
	root := seal.NewRoot()
	one, dir := newFolder(t, root)
	folders := []*seal.Folder{one, reopen(t, dir, root), reopen(t, dir, root)}
	const rounds = 10
	wrapped := make([][][]byte, len(folders))
	key := seal.NewClientKey()
	var group sync.WaitGroup
	for i, f := range folders {
		group.Go(func() {
			for range rounds {
				before, err := f.Current(t.Context())
				if err != nil {
					t.Error(err)
					return
				}
				after, err := f.Roll(t.Context())
				if err != nil || after <= before {
					t.Errorf("Roll after epoch %d: got %d, %v", before, after, err)
					return
				}
				w, err := f.Wrap(t.Context(), key, nil)
				if err != nil {
					t.Error(err)
					return
				}
				wrapped[i] = append(wrapped[i], w)
			}
		})
	}
	group.Wait()
	for _, all := range wrapped {
		for _, w := range all {
			for _, f := range folders {
				if got, err := f.Unwrap(t.Context(), w, nil); err != nil || got != key {
					t.Errorf("Unwrap: got error %v, or another key", err)
				}
			}
		}
	}
	current, err := one.Current(t.Context())
	if err != nil || current < rounds+1 || current > uint32(len(folders))*rounds+1 {
		t.Errorf("Current: got %d, %v", current, err)
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != int(current) {
		t.Errorf("files: got %d, %v, want %d", len(left), err, current)
	}
}

func TestOneOfManyCreates(t *testing.T) {
	t.Parallel()
	root, dir := seal.NewRoot(), filepath.Join(t.TempDir(), "vault")
	var group sync.WaitGroup
	errs := make([]error, 4)
	for i := range errs {
		group.Go(func() { _, errs[i] = seal.CreateFolder(dir, root) })
	}
	group.Wait()
	created := 0
	for _, err := range errs {
		if err == nil {
			created++
		} else if !errors.Is(err, fs.ErrExist) {
			t.Errorf("got %v, want fs.ErrExist", err)
		}
	}
	if created != 1 {
		t.Errorf("created: got %d, want 1", created)
	}
	reopen(t, dir, root)
}

// A process that knew the epoch loses it as well.
func TestDestroyedElsewhere(t *testing.T) {
	t.Parallel()
	root := seal.NewRoot()
	one, dir := newFolder(t, root)
	two := reopen(t, dir, root)
	wrapped := wrap(t, two, seal.NewClientKey())
	before, err := os.ReadFile(filepath.Join(dir, "epoch-0000000001"))
	if err != nil {
		t.Fatal(err)
	}
	// Another name of the same file sees that it is overwritten, not only unlinked.
	other := filepath.Join(t.TempDir(), "other")
	if err := os.Link(filepath.Join(dir, "epoch-0000000001"), other); err != nil {
		t.Fatal(err)
	}
	if _, err := one.Roll(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := one.Destroy(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	if _, err := two.Unwrap(t.Context(), wrapped, []byte("place")); !errors.Is(err, seal.ErrEpochGone) {
		t.Errorf("got %v, want ErrEpochGone", err)
	}
	if got, err := seal.EpochOf(wrap(t, two, seal.NewClientKey())); err != nil || got != 2 {
		t.Errorf("the other process wraps under epoch %d, %v, want 2", got, err)
	}
	if _, err := reopen(t, dir, root).Unwrap(t.Context(), wrapped, []byte("place")); !errors.Is(err, seal.ErrEpochGone) {
		t.Errorf("opened again: got %v, want ErrEpochGone", err)
	}
	if after, err := os.ReadFile(other); err != nil || !bytes.Equal(after, make([]byte, len(before))) {
		t.Errorf("the file: got %q, %v, want zeros", after, err)
	}
}

func TestOpenFolderRefuses(t *testing.T) {
	t.Parallel()
	root := seal.NewRoot()
	epoch := func(dir string, n int) string { return filepath.Join(dir, fmt.Sprintf("epoch-%010d", n)) }
	tests := []struct {
		name  string
		spoil func(dir string) error
		want  string
	}{
		{"a folder readable by the group", func(dir string) error { return os.Chmod(dir, 0o750) }, "chmod 700 "},
		{"a folder open to all", func(dir string) error { return os.Chmod(dir, 0o701) }, "chmod 700 "},
		{"an epoch readable by others", func(dir string) error { return os.Chmod(epoch(dir, 1), 0o644) }, "chmod 600 "},
		{"an epoch that is damaged", func(dir string) error { return os.Truncate(epoch(dir, 2), 40) }, "made under another root key, or damaged"},
		{"an epoch under another number", func(dir string) error {
			return errors.Join(os.Remove(epoch(dir, 1)), os.Link(epoch(dir, 2), epoch(dir, 1)))
		}, "made under another root key, or damaged"},
		{"a missing epoch", func(dir string) error { return os.Remove(epoch(dir, 2)) }, "lacks epoch 2"},
		{"no first epoch", func(dir string) error { return os.Remove(epoch(dir, 1)) }, "lacks epoch 1"},
		{"an empty folder", func(dir string) error {
			return errors.Join(os.Remove(epoch(dir, 1)), os.Remove(epoch(dir, 2)), os.Remove(epoch(dir, 3)))
		}, "lacks epoch 1"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f, dir := newFolder(t, root)
			for range 2 {
				if _, err := f.Roll(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			reopen(t, dir, root)
			if err := tt.spoil(dir); err != nil {
				t.Fatal(err)
			}
			_, err := seal.OpenFolder(dir, root)
			if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), dir) {
				t.Errorf("got %v, want an error with %q and the folder", err, tt.want)
			}
			if errors.Is(err, fs.ErrNotExist) || errors.Is(err, seal.ErrUnreadable) {
				t.Errorf("%v could be taken for a missing folder or an erasure", err)
			}
		})
	}
	f, dir := newFolder(t, root)
	if _, err := seal.OpenFolder(dir, seal.NewRoot()); err == nil || !strings.Contains(err.Error(), "another root key") {
		t.Errorf("another root key: got %v", err)
	}
	if _, err := seal.OpenFolder(filepath.Join(dir, "none"), root); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a missing folder: got %v, want fs.ErrNotExist", err)
	}
	if _, err := seal.CreateFolder(dir, root); !errors.Is(err, fs.ErrExist) {
		t.Errorf("creating it twice: got %v, want fs.ErrExist", err)
	}
	// What other programs leave in a folder does no harm.
	write(t, filepath.Join(dir, "epoch-1"), "", 0o644)
	write(t, filepath.Join(dir, ".new-123"), "", 0o600)
	if got, err := reopen(t, dir, root).Current(t.Context()); err != nil || got != 1 {
		t.Errorf("with strange files: got %d, %v, want 1", got, err)
	}
	for _, path := range []string{dir, epoch(dir, 1)} {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Mode().Perm() & 0o077; got != 0 {
			t.Errorf("%s: others have %o, want nothing", filepath.Base(path), got)
		}
	}
	// A damaged epoch can still be destroyed.
	if _, err := f.Roll(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(epoch(dir, 1), 10); err != nil {
		t.Fatal(err)
	}
	if err := f.Destroy(t.Context(), 1); err != nil {
		t.Errorf("destroying a damaged epoch: %v", err)
	}
	reopen(t, dir, root)
}

// Epoch keys do not lie in the folder in clear: with another root key, or none,
// the folder opens nothing.
func TestFolderHoldsNoKeyInClear(t *testing.T) {
	t.Parallel()
	f, dir := newFolder(t, seal.NewRoot())
	wrap(t, f, seal.NewClientKey())
	text, err := os.ReadFile(filepath.Join(dir, "epoch-0000000001"))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := len(strings.TrimSpace(string(text))), len("anteroom-epoch-1:")+92; got != want || !strings.HasPrefix(string(text), "anteroom-epoch-1:") {
		t.Errorf("got %d letters, want %d: a form, and 40 bytes sealed", got, want)
	}
}

func BenchmarkRewrap(b *testing.B) {
	vaults := map[string]seal.Vault{"memory": seal.NewMemoryVault()}
	folder, err := seal.CreateFolder(filepath.Join(b.TempDir(), "vault"), seal.NewRoot())
	if err != nil {
		b.Fatal(err)
	}
	vaults["folder"] = folder
	for name, v := range vaults {
		b.Run(name, func(b *testing.B) {
			wrapped, err := v.Wrap(b.Context(), seal.NewClientKey(), []byte("place"))
			if err != nil {
				b.Fatal(err)
			}
			if _, err := v.Roll(b.Context()); err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				if _, err := seal.Rewrap(b.Context(), v, wrapped, []byte("place")); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
