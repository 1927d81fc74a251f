package main

import (
	"bytes"
	"database/sql"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"anteroom/bot"
)

// TestCaseLogCommands reads a case, its log and its tombstone at the command
// line, and lets doctor find what somebody did to the database file.
func TestCaseLogCommands(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	folder, db := filepath.Join(dir, "practice"), filepath.Join(dir, "anteroom.db")
	command := func(want int, args ...string) string {
		t.Helper()
		var out bytes.Buffer
		p := &program{stdin: strings.NewReader(""), stdout: &out, stderr: &out}
		if code := p.run(t.Context(), args, nil); code != want {
			t.Fatalf("%v: exit %d, want %d:\n%s", args, code, want, out.String())
		}
		return out.String()
	}
	reads := func(want int, verb string, args ...string) string {
		t.Helper()
		return command(want, append([]string{"case", verb, "-practice", folder, "-store", "sqlite:" + db}, args...)...)
	}
	command(exitDone, "init", "-signed-by", "Dr Test", folder)

	cfg := config{Practice: folder, Store: "sqlite:" + db, KeyFile: db + ".key"}
	practice, _, err := loadPractice(folder)
	if err != nil {
		t.Fatal(err)
	}
	root, vault, err := openKeys(cfg, true)
	if err != nil {
		t.Fatal(err)
	}
	store, err := openStore(t.Context(), cfg.Store)
	if err != nil {
		t.Fatal(err)
	}
	service := bot.New(bot.Options{Practice: practice, Store: store, Root: root, Vault: vault, Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
		Now: time.Now, Instance: "test", Health: quietHealth{}, Meter: quietHealth{}, Alone: true})
	for n, chat := range []string{"one", "two"} {
		for i, words := range []string{"/start", "start", "I agree", "yes", "yes, I am", "California", "all safe", "Low or different desire", "that is all", "That is enough: write me here"} {
			if err := service.Receive(t.Context(), bot.Inbound{Practice: practice.ID(), Channel: "phone", ID: fmt.Sprint(n, "/", i), Chat: chat, Locale: "en", What: bot.Words{Text: words}}); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	ids := regexp.MustCompile(`(?m)^\w{3}-\d\d`).FindAllString(reads(exitDone, "list"), -1)
	if len(ids) != 2 {
		t.Fatalf("got cases %v, want two", ids)
	}
	id := ids[0]

	if out := reads(exitUsage, "show", id); !strings.Contains(out, "say why you look") {
		t.Errorf("without a reason: %s", out)
	}
	reads(exitUsage, "show", id, "-reason", "because")
	if out := reads(exitDone, "show", id, "-reason", "Ruth is ill today"); !strings.Contains(out, "desire") {
		t.Errorf("the summary: %s", out)
	}
	log := reads(exitDone, "log", id)
	for _, want := range []string{"the client", "consent given", "sent", "looked", "Ruth is ill today", "3 lines, unbroken"} {
		if !strings.Contains(log, want) {
			t.Errorf("the log does not say %q:\n%s", want, log)
		}
	}
	doctor := func() string {
		var out bytes.Buffer
		p := &program{stdin: strings.NewReader(""), stdout: &out, stderr: &out}
		p.run(t.Context(), []string{"doctor", "-practice", folder, "-store", "sqlite:" + db}, nil)
		return out.String()
	}
	if out := doctor(); !strings.Contains(out, "audit: 5 lines of 2 cases, unbroken") {
		t.Errorf("doctor: %s", out)
	}

	// Somebody takes the line of the look out of the file.
	file, err := sql.Open("sqlite", db)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := file.ExecContext(t.Context(), `DELETE FROM entry WHERE id = (SELECT max(id) FROM entry WHERE name = ?)`, "audit/"+id); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	if out := reads(exitProblem, "log", id); !strings.Contains(out, "broken at line 3") {
		t.Errorf("a log whose end is cut off: %s", out)
	}
	if out := doctor(); !strings.Contains(out, "PROBLEM  audit: the log of "+id+" is broken at line 3: it is missing") {
		t.Errorf("doctor: %s", out)
	}
}
