package sqlite_test

import (
	"bufio"
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"anteroom/bot"
	"anteroom/bot/sqlite"
)

// raw opens the file without the store.
func raw(t *testing.T, path string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+path+"?_pragma=busy_timeout(5000)")
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	t.Cleanup(func() { db.Close() })
	return db
}

func script(t *testing.T, db *sql.DB, query string) {
	t.Helper()
	if _, err := db.Exec(query); err != nil {
		t.Fatal(err)
	}
}

func note(e string, text []byte) bot.Commit {
	return bot.Commit{
		Event:  bot.EventID(e),
		Append: []bot.LogEntry{{Log: "notes", Sealed: bot.Sealed{Key: "practice", Blob: text}}},
	}
}

func notes(t *testing.T, s bot.Store) []string {
	t.Helper()
	entries, err := s.Log(t.Context(), "pine", "notes")
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, e := range entries {
		all = append(all, string(e.Blob))
	}
	return all
}

func TestOpenRefuses(t *testing.T) {
	for _, test := range []struct {
		name    string
		prepare func(t *testing.T, dir string) (path string)
		want    []string
	}{
		{"no such folder", func(t *testing.T, dir string) string {
			return filepath.Join(dir, "none", "a.db")
		}, []string{"no such folder; create", "none first"}},
		{"a folder", func(t *testing.T, dir string) string {
			return dir
		}, []string{"give a path that can be written"}},
		{"a file where the folder should be", func(t *testing.T, dir string) string {
			put(t, filepath.Join(dir, "file"), "")
			return filepath.Join(dir, "file", "a.db")
		}, []string{"not a directory; give a path that can be written"}},
		{"a text", func(t *testing.T, dir string) string {
			path := filepath.Join(dir, "a.db")
			put(t, path, strings.Repeat("Dear diary, ", 500))
			return path
		}, []string{"it is not a database; give another path"}},
		{"a damaged file", func(t *testing.T, dir string) string {
			path := filepath.Join(dir, "a.db")
			file(t, path, sqlite.Options{}).Close()
			b, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			for i := 100; i < len(b); i++ { // the header stays
				b[i] = 0xff
			}
			put(t, path, string(b))
			return path
		}, []string{"it is damaged", "put a backup in its place"}},
		{"the database of another program", func(t *testing.T, dir string) string {
			path := filepath.Join(dir, "a.db")
			script(t, raw(t, path), "CREATE TABLE mine (x)")
			return path
		}, []string{"the database of another program; give another path"}},
		{"of a newer version", func(t *testing.T, dir string) string {
			path := filepath.Join(dir, "a.db")
			file(t, path, sqlite.Options{}).Close()
			script(t, raw(t, path), "PRAGMA user_version = 99")
			return path
		}, []string{"a newer version of anteroom wrote it (schema 99, this one knows 2); run that version"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			path := test.prepare(t, t.TempDir())
			before, _ := os.ReadFile(path)
			s, err := sqlite.Open(path, sqlite.Options{})
			if err == nil {
				s.Close()
				t.Fatal("got no error")
			}
			for _, want := range append(test.want, path) {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("got %q, want it to say %q", err, want)
				}
			}
			if after, _ := os.ReadFile(path); !bytes.Equal(before, after) {
				t.Error("the refused file was changed")
			}
		})
	}
}

// A file of version 1 goes on with what waits in it.
func TestOfAnEarlierVersion(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a.db")
	schema, err := os.ReadFile("schema.sql")
	if err != nil {
		t.Fatal(err)
	}
	db := raw(t, path)
	script(t, db, string(schema)+`
		PRAGMA application_id = 0x616e7472; PRAGMA user_version = 1;
		INSERT INTO lane VALUES ('pine', 'telegram', 'chat/a', 1, 0, 0);
		INSERT INTO parcel VALUES (1, 'pine', 'telegram', 'chat/a', 'p', 'chat/a', x'aa')`)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	s := file(t, path, sqlite.Options{})
	now := time.UnixMilli(5000)
	for range 2 {
		held, err := s.Claim(t.Context(), "pine", bot.ClaimOptions{Channel: "telegram", Now: now, N: 1, Lease: time.Hour})
		if err != nil || len(held) != 1 || held[0].ID != "p" {
			t.Fatalf("claim: got %v %v, want p", held, err)
		}
		err = errors.Join(s.Hold(t.Context(), "pine", held[0], now), s.Recall(t.Context(), "pine", 0, "telegram", now))
		if err != nil {
			t.Fatal(err)
		}
	}
}

func put(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestOwnerOnly(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.db")
	if err := os.WriteFile(path, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	s := file(t, path, sqlite.Options{})
	if err := s.Commit(t.Context(), "pine", note("1", []byte("x"))); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{path, path + "-wal", path + "-shm"} {
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Mode().Perm(); got != 0o600 {
			t.Errorf("mode of %s: got %v, want 0600", filepath.Base(name), got)
		}
	}
}

func TestSettings(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.db")
	s := file(t, path, sqlite.Options{})
	for pragma, want := range map[string]string{
		"journal_mode": "wal", "synchronous": "2", "secure_delete": "1", "foreign_keys": "0", "busy_timeout": "5000",
	} {
		// A statement that fails is how a setting shows through Script.
		err := s.Script(t.Context(), fmt.Sprintf(
			"CREATE TEMP TABLE got AS SELECT * FROM pragma_%s; CREATE TEMP TABLE want (x CHECK (x = '%s')); INSERT INTO want SELECT CAST(%s AS TEXT) FROM got; DROP TABLE got; DROP TABLE want",
			pragma, want, map[bool]string{true: "timeout", false: pragma}[pragma == "busy_timeout"]))
		if err != nil {
			t.Errorf("%s: want %s: %v", pragma, want, err)
		}
	}
}

func TestDiskFull(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.db")
	s := file(t, path, sqlite.Options{})
	if err := s.Script(t.Context(), "PRAGMA max_page_count = 60"); err != nil {
		t.Fatal(err)
	}
	err := s.Commit(t.Context(), "pine", note("big", make([]byte, 1<<20)))
	if err == nil || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "the disk is full; make room") {
		t.Fatalf("got %v, want an error with the path and the mend", err)
	}
	if got := notes(t, s); len(got) != 0 {
		t.Errorf("got %d notes, want none", len(got))
	}
	if err := s.Script(t.Context(), "PRAGMA max_page_count = 6000"); err != nil {
		t.Fatal(err)
	}
	if err := s.Commit(t.Context(), "pine", note("big", make([]byte, 1<<20))); err != nil {
		t.Errorf("after making room: %v", err)
	}
}

// One operation that fails midway leaves nothing and spoils no other.
func TestSpoiled(t *testing.T) {
	for name, open := range map[string]func(t *testing.T) *sqlite.Store{
		"file": func(t *testing.T) *sqlite.Store {
			return file(t, filepath.Join(t.TempDir(), "a.db"), sqlite.Options{})
		},
		"memory": func(t *testing.T) *sqlite.Store {
			s, err := sqlite.Memory()
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { s.Close() })
			return s
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t)
			if err := s.Script(t.Context(), `CREATE TRIGGER broken BEFORE INSERT ON entry WHEN new.name = 'bad'
				BEGIN SELECT RAISE(ABORT, 'broken'); END`); err != nil {
				t.Fatal(err)
			}
			var wg sync.WaitGroup
			for i := range 64 {
				wg.Go(func() {
					c := bot.Commit{
						Event:  bot.EventID(fmt.Sprint("e", i)),
						States: []bot.Write{{Subject: bot.SubjectID(fmt.Sprint("chat/", i)), Next: 1, Blob: []byte("x")}},
						Append: []bot.LogEntry{{Log: "good"}},
					}
					bad := i%8 == 3
					if bad {
						c.Append[0].Log = "bad"
					}
					if err := s.Commit(t.Context(), "pine", c); (err != nil) != bad {
						t.Errorf("commit %d: got %v, want an error: %v", i, err, bad)
					}
					l, err := s.Load(t.Context(), "pine", bot.Query{Event: c.Event, Subjects: []bot.SubjectID{c.States[0].Subject}})
					if err != nil || l.Seen == bad || (l.States[0].Version == 0) != bad {
						t.Errorf("load %d: got %+v %v, want something: %v", i, l, err, !bad)
					}
				})
			}
			wg.Wait()
			got, err := s.Log(t.Context(), "pine", "good")
			if err != nil || len(got) != 56 {
				t.Errorf("log: got %d entries %v, want 56", len(got), err)
			}
		})
	}
}

// Events past their time leave the file, and those that are not stay.
func TestEventsAreForgotten(t *testing.T) {
	var c clock
	path := filepath.Join(t.TempDir(), "a.db")
	s := file(t, path, sqlite.Options{Clock: c.Now})
	for e := range 30 {
		if err := s.Commit(t.Context(), "pine", note(fmt.Sprint(e), nil)); err != nil {
			t.Fatal(err)
		}
		c.Advance(bot.SeenFor / 10)
	}
	var n, oldest int
	if err := raw(t, path).QueryRow("SELECT count(*), min(CAST(event AS INTEGER)) FROM seen").Scan(&n, &oldest); err != nil {
		t.Fatal(err)
	}
	if n != 10 || oldest != 20 {
		t.Errorf("%d events from number %d, want 10 from number 20", n, oldest)
	}
}

func TestErasedBytesAreGone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.db")
	s := file(t, path, sqlite.Options{Busy: time.Hour})
	secret := []byte("SEALED-BLOB-OF-SOMEBODY")
	found := func() bool {
		for _, name := range []string{path, path + "-wal"} {
			b, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			if bytes.Contains(b, secret) {
				return true
			}
		}
		return false
	}
	lane := bot.Lane{Channel: "telegram", Of: "chat/a"}
	fill := func(e string) {
		if err := s.Commit(t.Context(), "pine", bot.Commit{
			Event:  bot.EventID(e),
			States: []bot.Write{{Subject: "chat/a", Next: 1, Blob: append(make([]byte, 9000), secret...)}},
			Keys:   []bot.NewKey{{ID: "chat/a", Wrapped: secret}},
			Post:   []bot.Letter{{LetterID: bot.LetterID{Subject: "chat/a", Event: "l"}, Sealed: bot.Sealed{Blob: secret}}},
			Out:    []bot.Parcel{{Lane: lane, ID: "p", Sealed: bot.Sealed{Blob: secret}}},
		}); err != nil {
			t.Fatal(err)
		}
		if !found() {
			t.Fatal("not found before it was erased: the test looks in the wrong place")
		}
	}
	forget := func(e string) {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		if err := s.Commit(ctx, "pine", bot.Commit{
			Event: bot.EventID(e),
			Erase: []bot.Erasure{{Subject: "chat/a", Key: "chat/a", Lanes: []bot.Lane{lane}}},
		}); err != nil {
			t.Fatal(err)
		}
	}
	fill("1")
	forget("2")
	if found() {
		t.Error("found after it was erased")
	}

	fill("3")
	reader := raw(t, path)
	var n int
	script(t, reader, "BEGIN")
	if err := reader.QueryRow("SELECT count(*) FROM state").Scan(&n); err != nil || n != 1 {
		t.Fatalf("read: got %d %v, want 1", n, err)
	}
	forget("4") // does not wait for who reads
	script(t, reader, "COMMIT")
	for end := time.Now().Add(10 * time.Second); found(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("still found after the reader was done")
		}
	}
}

func TestAnotherProcessWritesForTooLong(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.db")
	s := file(t, path, sqlite.Options{Busy: 10 * time.Millisecond})
	other := raw(t, path)
	script(t, other, "BEGIN IMMEDIATE")
	err := s.Commit(t.Context(), "pine", note("1", nil))
	if err == nil || !strings.Contains(err.Error(), "another process is writing") || !strings.Contains(err.Error(), path) {
		t.Errorf("got %v, want the path and the mend", err)
	}
	script(t, other, "ROLLBACK")
	if err := s.Commit(t.Context(), "pine", note("1", nil)); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}

func TestOpenAtOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.db")
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			s, err := sqlite.Open(path, sqlite.Options{})
			if err != nil {
				t.Error(err)
				return
			}
			defer s.Close()
			if err := s.Commit(t.Context(), "pine", note(fmt.Sprint(i), nil)); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if got := notes(t, file(t, path, sqlite.Options{})); len(got) != 8 {
		t.Errorf("got %d notes, want 8", len(got))
	}
}

// What was answered before Close is there, what was not answered is not
// half there, and nobody waits for ever.
func TestCloseWaits(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.db")
	s := file(t, path, sqlite.Options{})
	var wg sync.WaitGroup
	var mu sync.Mutex
	answered := map[string]bool{}
	first := make(chan struct{}, 16)
	for w := range 16 {
		wg.Go(func() {
			for i := 0; ; i++ {
				e := fmt.Sprintf("%d/%d", w, i)
				if err := s.Commit(t.Context(), "pine", note(e, []byte(e))); err != nil {
					return
				}
				mu.Lock()
				answered[e] = true
				mu.Unlock()
				if i == 3 {
					first <- struct{}{}
				}
			}
		})
	}
	for range 16 {
		<-first
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	wg.Wait()
	if _, err := s.Log(context.Background(), "pine", "notes"); err == nil {
		t.Error("log after close: got no error")
	}
	for _, e := range notes(t, file(t, path, sqlite.Options{})) {
		delete(answered, e)
	}
	if len(answered) > 0 {
		t.Errorf("answered and lost: %v", answered)
	}
}

// TestKilled kills a process in the middle of its commits.
func TestKilled(t *testing.T) {
	if path := os.Getenv("ANTEROOM_TEST_CHILD"); path != "" {
		commitForEver(path)
	}
	path := filepath.Join(t.TempDir(), "a.db")
	answered := map[string]bool{}
	for round := range 5 {
		child := exec.Command(os.Args[0], "-test.run=^TestKilled$")
		child.Env = append(os.Environ(), "ANTEROOM_TEST_CHILD="+path, fmt.Sprint("ANTEROOM_TEST_ROUND=", round))
		child.Stderr = os.Stderr
		out, err := child.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		for n := 0; lines.Scan(); n++ {
			answered[lines.Text()] = true
			if n == 100+37*round {
				if err := child.Process.Kill(); err != nil {
					t.Fatal(err)
				}
			}
		}
		if err := child.Wait(); err == nil {
			t.Fatal("the child ended by itself")
		}
		for _, e := range notes(t, file(t, path, sqlite.Options{})) {
			delete(answered, e)
		}
		if len(answered) > 0 {
			t.Fatalf("round %d: %d answered and lost", round, len(answered))
		}
	}
}

func commitForEver(path string) {
	s, err := sqlite.Open(path, sqlite.Options{})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(3)
	}
	var wg sync.WaitGroup
	for w := range 16 {
		wg.Go(func() {
			for i := 0; ; i++ {
				e := fmt.Sprintf("%s/%d/%d", os.Getenv("ANTEROOM_TEST_ROUND"), w, i)
				if err := s.Commit(context.Background(), "pine", note(e, []byte(e))); err != nil {
					fmt.Fprintln(os.Stderr, err)
					os.Exit(3)
				}
				fmt.Println(e)
			}
		})
	}
	wg.Wait()
}

func ExampleMemory() {
	s, err := sqlite.Memory()
	if err != nil {
		fmt.Println(err)
		return
	}
	defer s.Close()
	ctx := context.Background()
	answer := bot.Commit{
		Event:  "telegram/17",
		States: []bot.Write{{Subject: "chat/a", Was: 0, Next: 1, Blob: []byte("sealed")}},
	}
	fmt.Println(s.Commit(ctx, "pine", answer))
	fmt.Println(errors.Is(s.Commit(ctx, "pine", answer), bot.ErrSeen))
	// Output:
	// <nil>
	// true
}
