package main

import (
	"bytes"
	"database/sql"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"regexp"
	"slices"
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
	store, err := openStore(t.Context(), cfg.Store, beside)
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
	doctor := func(args ...string) string {
		var out bytes.Buffer
		p := &program{stdin: strings.NewReader(""), stdout: &out, stderr: &out}
		p.run(t.Context(), append([]string{"doctor", "-practice", folder, "-store", "sqlite:" + db}, args...), nil)
		return out.String()
	}
	if out := doctor(); !strings.Contains(out, "audit: 5 lines of 2 cases, unbroken") {
		t.Errorf("doctor: %s", out)
	}

	// Another key, with a vault of its own or with the right one: nobody wrote to the store.
	other := filepath.Join(dir, "other.key")
	command(exitDone, "keys", "new", other)
	for _, args := range [][]string{{"-key-file", other}, {"-key-file", other, "-vault", db + ".key.vault"}} {
		out := doctor(args...)
		if !regexp.MustCompile(`PROBLEM  -(key-file|vault).*`+regexp.QuoteMeta(other)).MatchString(out) || !strings.Contains(out, "give the ") {
			t.Errorf("%v: doctor does not say that this is another key, or what to do:\n%s", args, out)
		}
		if out := reads(exitUsage, "list", args...); !strings.Contains(out, other) || !strings.Contains(out, "give the ") {
			t.Errorf("%v: with another key there are no cases, and that is said as if there were none: %s", args, out)
		}
		for _, blame := range []string{"wrote to the store", "cannot be read", "audit: "} {
			if strings.Contains(out, blame) {
				t.Errorf("%v: doctor says %q where the key is wrong:\n%s", args, blame, out)
			}
		}
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

// The list of cases begins with the most urgent, and its columns stand under
// their heads.
func TestCaseListShowsUrgency(t *testing.T) {
	t.Parallel()
	c := openCounter(t)
	opening := []string{"/start", "start", "I agree", "yes", "yes, I am", "California"}
	for chat, words := range [][]string{
		{"all safe", "Low or different desire", "that is all", "That is enough: write me here"},
		{"a medical emergency"},
		{"all safe", "Low or different desire", "that is all", "That is enough: write me here"},
		{"I might harm myself"},
		{"all safe", "Low or different desire", "that is all", "That is enough: write me here", "I take nitrates and I take viagra"},
	} {
		for i, words := range slices.Concat(opening, words) {
			in := bot.Inbound{Practice: "quiet-river", Channel: "telegram", ID: fmt.Sprint(chat, "/", i), Chat: fmt.Sprint("chat ", chat), Locale: "en", What: bot.Words{Text: words}}
			if err := c.service.Receive(t.Context(), in); err != nil {
				t.Fatal(err)
			}
			c.settle()
		}
		c.now = c.now.Add(time.Minute)
	}
	code, out := c.caseVerb("list")
	lines := strings.Split(strings.TrimSpace(out), "\n")
	at := strings.Index(lines[0], "URGENCY")
	if code != exitDone || at < 0 || len(lines) != 6 {
		t.Fatalf("exit %d:\n%s", code, out)
	}
	var got, moved []string
	for _, line := range lines[1:] {
		got = append(got, strings.Fields(line[at:])[0])
		moved = append(moved, line[strings.Index(lines[0], "MOVED"):][:len(time.DateTime)])
	}
	if want := []string{"R0", "R1", "M", "-", "-"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q:\n%s", got, want, out)
	}
	if moved[3] >= moved[4] {
		t.Errorf("of those that are as urgent, the one that moved last is not at the end:\n%s", out)
	}
}
