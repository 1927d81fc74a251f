package main

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"anteroom/content"
)

// The built-in content is proved, and the file that says so is of this content.
//
//	go test ./cmd/anteroom -run TestBuiltInContentIsProved -update
func TestBuiltInContentIsProved(t *testing.T) {
	t.Parallel()
	all, err := snapshot(content.Files)
	if err != nil {
		t.Fatal(err)
	}
	if err := proveContent(all, someDay); err != nil {
		t.Fatal(err)
	}
	key := proofKey(all)
	if *update {
		if err := os.WriteFile("../../content/proof", []byte(key+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if strings.TrimSpace(content.Proof) != key {
		t.Errorf("content/proof is of other content: got %q, want %s (-update writes it)", content.Proof, key)
	}
}

func TestProofs(t *testing.T) {
	t.Parallel()
	files := func(text string) fstest.MapFS {
		all := asShipped(t)
		all["dialogs/a.yaml"], all["practice.yaml"] = &fstest.MapFile{Data: []byte(text)}, &fstest.MapFile{Data: []byte(text)}
		return all
	}
	dir := filepath.Join(t.TempDir(), "new", "proofs")
	proved := 0
	var log bytes.Buffer
	over := func(dir string) *proofs {
		return newProofs(dir, slog.New(slog.NewTextHandler(&log, nil)), atSomeDay, func(files fs.FS, _ time.Time) error {
			proved++
			if text, err := fs.ReadFile(files, "dialogs/a.yaml"); err != nil || string(text) == "bad" {
				return errors.New("dialogs/a.yaml:1:1: it is bad")
			}
			return nil
		})
	}
	insist := func(p *proofs, text string, want int, ok bool) {
		t.Helper()
		proved = 0
		if err := p.insist(t.Context(), files(text)); (err == nil) != ok {
			t.Errorf("%q: got %v, want success %v", text, err, ok)
		}
		if proved != want || p.has(files(text)) != (ok && p.dir == dir) {
			t.Errorf("%q: proved %d times, want %d; remembered %v", text, proved, want, p.has(files(text)))
		}
	}
	p := over(dir)
	insist(p, "one", 1, true)
	insist(p, "one", 0, true)
	insist(over(dir), "one", 0, true) // the next start
	insist(p, "two", 1, true)
	newer := over(dir)
	newer.build += " newer"
	insist(newer, "one", 1, true) // by a build that may know more
	insist(newer, "one", 0, true)
	insist(p, "one", 1, true)
	insist(p, "bad", 1, false)
	insist(p, "bad", 1, false)
	if log.Len() > 0 {
		t.Errorf("said %q", log.String())
	}
	other := files("one")
	other["practice.yaml"].Data = []byte("another")
	if !p.has(other) {
		t.Error("what a practice says of itself asks for another proof")
	}
	other["lists/b.yaml"] = &fstest.MapFile{}
	if p.has(other) {
		t.Error("a file more asks for no other proof")
	}

	// A folder that cannot be written costs the proof each time, and is told once.
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	p = over(filepath.Join(file, "proofs"))
	insist(p, "one", 1, true)
	insist(p, "one", 1, true)
	if n := strings.Count(log.String(), "-proofs"); n != 1 {
		t.Errorf("said %d times that nothing can be kept: %s", n, log.String())
	}
}

// A snapshot is the content of a folder, and nothing else that stands there.
func TestSnapshot(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	put := func(name, text string) {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	put("practice.yaml", "here")
	put("telegram.token", "secret")
	put("practice.db", "database")
	put(".git/config.yaml", "no")
	put("dialogs/.a.yaml.swp", "no")
	put("dialogs/a.yaml", "a")
	put("translations/es/dialogs/a.yaml", "es")
	put("a/b/c/d/e/deep.yaml", "no")
	put("large.yaml", strings.Repeat("x", fileMost))
	put("..2026/lists/linked.yaml", "linked")
	for from, to := range map[string]string{"..2026/lists": "lists", ".": "a/loop", "nowhere": "gone.yaml"} {
		if err := os.Symlink(filepath.Join(dir, from), filepath.Join(dir, to)); err != nil {
			t.Fatal(err)
		}
	}
	all, err := snapshot(os.DirFS(dir))
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]int{}
	for name, f := range all {
		if !strings.HasPrefix(name, "a/loop/") { // a loop ends at some depth
			got[name] = len(f.Data)
		}
	}
	want := map[string]int{"practice.yaml": 4, "dialogs/a.yaml": 1, "translations/es/dialogs/a.yaml": 2, "lists/linked.yaml": 6, "large.yaml": fileMost}
	if diff := cmp.Diff(got, want); diff != "" {
		t.Errorf("(-got +want):\n%s", diff)
	}
}

// asShipped is the built-in content, to be changed.
func asShipped(t *testing.T) fstest.MapFS {
	t.Helper()
	all, err := snapshot(content.Files)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func atSomeDay() time.Time { return someDay }

// Numbers that grew old since they were proved do not end the service; new ones
// that are old are not taken.
func TestProofAges(t *testing.T) {
	t.Parallel()
	files := asShipped(t)
	files["lists/own.yaml"] = &fstest.MapFile{Data: []byte("list: own")} // not as it ships
	var log bytes.Buffer
	now := someDay
	p := newProofs(t.TempDir(), slog.New(slog.NewTextHandler(&log, nil)), func() time.Time { return now }, func(files fs.FS, now time.Time) error {
		if old := content.Check(files, now); len(old) > 0 {
			return old
		}
		return nil
	})
	for range 2 {
		if err := p.insist(t.Context(), files); err != nil || log.Len() > 0 {
			t.Fatalf("on the day: got %v, said %q", err, log.String())
		}
	}
	now = now.AddDate(2, 0, 0)
	if err := p.insist(t.Context(), files); err != nil {
		t.Errorf("two years later: got %v, want only a warning", err)
	}
	if got := log.String(); !strings.Contains(got, "grew old") || !strings.Contains(got, "helplines.yaml:") {
		t.Errorf("two years later: said %q", got)
	}
	files["lists/own.yaml"].Data = []byte("list: mine")
	if p.insist(t.Context(), files) == nil {
		t.Error("a change with old numbers is taken")
	}
}

// A stop does not wait for a proof under way.
func TestProofIsLeftBehind(t *testing.T) {
	t.Parallel()
	hold := make(chan struct{})
	defer close(hold)
	ctx, cancel := context.WithCancel(t.Context())
	p := newProofs(t.TempDir(), slog.New(slog.DiscardHandler), atSomeDay, func(fs.FS, time.Time) error {
		cancel()
		<-hold
		return nil
	})
	left := make(chan error, 1)
	go func() { left <- p.insist(ctx, fstest.MapFS{}) }()
	select {
	case err := <-left:
		if !errors.Is(err, context.Canceled) {
			t.Errorf("got %v, want %v", err, context.Canceled)
		}
	case <-time.After(10 * time.Second):
		t.Error("the stop waits for the proof")
	}
}

// Whoever wrote a file is told when it is not read whole, or not at all.
func TestSnapshotRefuses(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		make func(dir string) error
		want string
	}{
		{"too large", func(dir string) error {
			return os.WriteFile(filepath.Join(dir, "helplines.yaml"), bytes.Repeat([]byte("#"), fileMost+1), 0o600)
		}, "helplines.yaml: the file is larger than 1048576 bytes: split it"},
		{"a link to no dialog", func(dir string) error {
			return errors.Join(os.Mkdir(filepath.Join(dir, "dialogs"), 0o700), os.Symlink("gone.yaml", filepath.Join(dir, "dialogs", "intake.yaml")))
		}, "dialogs/intake.yaml: this is a link that leads nowhere: let it"},
		{"a link to no folder", func(dir string) error { return os.Symlink("gone", filepath.Join(dir, "dialogs")) }, "dialogs: this is a link that leads nowhere: let it"},
		{"a pipe", func(dir string) error { return syscall.Mkfifo(filepath.Join(dir, "fees.yaml"), 0o600) }, "fees.yaml: this is no file: put a file there"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			if err := tt.make(dir); err != nil {
				t.Fatal(err)
			}
			_, err := filesOf(dir)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}

// What else stands in a practice's folder is not opened: who opens a pipe waits.
func TestSnapshotPassesOver(t *testing.T) {
	t.Parallel()
	dir, err := os.MkdirTemp("", "anteroom") // the name of a socket must be short
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	socket, err := net.Listen("unix", filepath.Join(dir, "redis"))
	if err != nil {
		t.Fatal(err)
	}
	defer socket.Close()
	if err := errors.Join(
		syscall.Mkfifo(filepath.Join(dir, "feed"), 0o600),
		os.Symlink("feed", filepath.Join(dir, "link")),
		os.Symlink("nobody@4711", filepath.Join(dir, "lock")),
	); err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	var all fstest.MapFS
	go func() { defer close(done); all, err = filesOf(dir) }()
	select {
	case <-done:
	case <-time.After(10 * time.Second):
		t.Fatal("it waits for somebody to write into the pipe")
	}
	if err != nil || len(all) != len(asShipped(t)) {
		t.Errorf("got %d files, %v, want the %d built-in ones", len(all), err, len(asShipped(t)))
	}
}

func BenchmarkSnapshot(b *testing.B) {
	for b.Loop() {
		all, err := snapshot(content.Files)
		if err != nil {
			b.Fatal(err)
		}
		_ = proofKey(all)
	}
}
