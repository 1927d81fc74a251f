package main

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/fstest"
	"time"

	"github.com/fsnotify/fsnotify"
	"github.com/google/go-cmp/cmp"

	"anteroom/bot/telegram/telegramtest"
	"anteroom/content"
)

// says waits until the log of the process holds words that often.
func (p *process) says(ctx context.Context, words string, times int) error {
	for strings.Count(p.said(), words) < times {
		if err := pause(ctx); err != nil {
			return errors.New("the log does not say " + words + ":\n" + tailOf(p.said(), 3000))
		}
	}
	return nil
}

// TestReload edits the folder of a practice that serves, well and badly.
func TestReload(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
	defer cancel()
	s := newStage(t, "sqlite")
	folder := filepath.Join(s.dir, "practice")
	s.start(ctx)
	user := s.telegram.User(7_130_000_001, "Ferstname", "en")
	heard := 0
	send := func(text, answer string) telegramtest.Message {
		t.Helper()
		sent := user.Send(text)
		m, err := user.Wait(ctx, max(sent, heard), func(m telegramtest.Message) bool { return strings.Contains(m.Text, answer) })
		if err != nil {
			t.Fatalf("after %q nobody says %q: %v\n%s", text, answer, err, tailOf(s.process.said(), 2000))
		}
		heard = m.ID
		return m
	}
	says := func(words string, times int) {
		t.Helper()
		if err := s.process.says(ctx, words, times); err != nil {
			t.Fatal(err)
		}
	}
	// write replaces a file of the practice as editors do, a folder that is not
	// there included.
	write := func(name, text string) {
		t.Helper()
		path := filepath.Join(folder, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path+"~", []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(path+"~", path); err != nil {
			t.Fatal(err)
		}
	}
	shipped := func(name string) string {
		text, err := fs.ReadFile(content.Files, name)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	const taken, refused = "the new content is in effect", "the content is not taken"
	send("/start", "What would you like to do?")
	send("Start", "Do you agree to this?")

	// A good edit, in a new folder, takes effect under the open conversation.
	places := shipped("lists/countries.yaml")
	_, first, _ := strings.Cut(places, "\nfirst: [")
	first, _, _ = strings.Cut(first, "]")
	write("lists/countries.yaml", strings.Replace(places, "\nfirst: ["+first+"]", "\nfirst: [DE, US-CA]", 1))
	says(taken, 1)
	send("I agree", "Is this a private moment")
	send("Yes", "Are you 18 or over?")
	if got := send("Yes, I am", "Where are you right now?").Labels(); !slices.Contains(got, "Germany") {
		t.Errorf("got %q, want Germany among the first places", got)
	}

	// A bad one does not; the operator reads where it is wrong.
	write("dialogs/intake.yaml", strings.Replace(shipped("dialogs/intake.yaml"), "go: {minor: minor-start}", "go: {minor: nowhere}", 1))
	says(refused, 1)
	if log := s.process.said(); !strings.Contains(log, "problems=1") || !strings.Contains(log, "dialogs/intake.yaml:") || !strings.Contains(log, "nowhere") {
		t.Errorf("the log does not say what is wrong:\n%s", tailOf(log, 1000))
	}
	send("California", "Is everyone safe right now?")

	// Asked by a signal it looks again, and says so again.
	s.process.tell(syscall.SIGHUP)
	says(refused, 2)
	if err := os.Remove(filepath.Join(folder, "dialogs", "intake.yaml")); err != nil {
		t.Fatal(err)
	}
	s.process.tell(syscall.SIGHUP)
	says("the content is as before", 1)

	// What the practice says of itself is read too.
	replaceIn(t, filepath.Join(folder, "practice.yaml"), "+1 ", "+44 ")
	says(taken, 2)
	send("/stop", "we stop here")
	if strings.Contains(s.process.said(), "Ferstname") {
		t.Error("a client's name stands in the log")
	}
	if err := s.end(); err != nil {
		t.Error(err)
	}
}

func TestConcerns(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		op   fsnotify.Op
		want bool
	}{
		{"practice/dialogs/intake.yaml", fsnotify.Write, true},
		{"practice/dialogs/intake.yaml", fsnotify.Chmod, false},
		{"practice/dialogs/intake.yaml", fsnotify.Remove, true},
		{"practice/dialogs", fsnotify.Create, true},
		{"practice/dialogs.lock", fsnotify.Write, true},
		{"practice/..data", fsnotify.Create, true},
		{"practice/dialogs/.intake.yaml.swp", fsnotify.Create, false},
		{"practice/.#intake.yaml", fsnotify.Create, false},
		{"practice/practice.db", fsnotify.Write, false},
		{"practice/practice.db-wal", fsnotify.Write, false},
	} {
		if got := concerns(fsnotify.Event{Name: tt.name, Op: tt.op}); got != tt.want {
			t.Errorf("%s %s: got %v, want %v", tt.op, tt.name, got, tt.want)
		}
	}
}

// The built-in content is proved, and the file that says so is of this content.
//
//	go test ./cmd/anteroom -run TestBuiltInContentIsProved -update
func TestBuiltInContentIsProved(t *testing.T) {
	t.Parallel()
	all, err := snapshot(content.Files)
	if err != nil {
		t.Fatal(err)
	}
	if err := proveContent(all); err != nil {
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
		return fstest.MapFS{"dialogs/a.yaml": {Data: []byte(text)}, "practice.yaml": {Data: []byte(text)}}
	}
	dir := filepath.Join(t.TempDir(), "new", "proofs")
	proved := 0
	var log bytes.Buffer
	over := func(dir string) *proofs {
		return newProofs(dir, slog.New(slog.NewTextHandler(&log, nil)), func(files fs.FS) error {
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
		if err := p.insist(files(text)); (err == nil) != ok {
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
	put("large.yaml", strings.Repeat("x", 3*fileMost))
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

func BenchmarkSnapshot(b *testing.B) {
	for b.Loop() {
		all, err := snapshot(content.Files)
		if err != nil {
			b.Fatal(err)
		}
		_ = proofKey(all)
	}
}
