package main

import (
	"context"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"anteroom/dialogs/safety"
)

// A message that comes while the safety rules are being read waits for them.
func TestScreenIsWaitedFor(t *testing.T) {
	rules, err := safety.Load(os.DirFS("../../content"))
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		read := make(chan struct{})
		screen := lateScreen(func() (*safety.Rules, error) {
			<-read
			return rules, nil
		})
		var found []safety.Finding
		answered := false
		go func() {
			found, answered = screen.Screen("I want to die"), true
		}()
		synctest.Wait()
		if answered {
			t.Fatal("the message was let pass before the rules were there")
		}
		close(read)
		synctest.Wait()
		if !answered || len(found) == 0 || found[0].Class != safety.Crisis {
			t.Errorf("got %v, want a crisis", found)
		}
	})
}

// Rules that were never proved are read before anything is served. Those that
// were are not waited for; should they be unreadable all the same, nobody is
// told that nothing was found.
func TestProvedRulesAreReadLate(t *testing.T) {
	folder := signedPractice(t)
	rules := filepath.Join(folder, "safety", "en", "mine.yaml")
	if err := os.MkdirAll(filepath.Dir(rules), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(rules, []byte("rules: [{id: mine}]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	h := &house{log: log, proofs: newProofs(t.TempDir(), log, time.Now, nil), cfg: config{TelegramToken: "123456789:" + strings.Repeat("A", 30), SlackBotToken: "xoxb-1", SlackAppToken: "xapp-1", SlackChannel: "C0123"}}
	if _, err := h.read(context.Background(), &room{folder: folder}, false, true); err == nil || !strings.Contains(err.Error(), "mine.yaml") {
		t.Fatalf("got %v, want the broken rule told before anything is served", err)
	}
	files, err := filesOf(folder)
	if err != nil {
		t.Fatal(err)
	}
	if err := h.proofs.keep(proofKey(files)); err != nil {
		t.Fatal(err)
	}
	e, err := h.read(context.Background(), &room{folder: folder}, false, true)
	if err != nil {
		t.Fatalf("rules that were proved are read before they are needed: %v", err)
	}
	defer func() {
		if recover() == nil {
			t.Error("nothing was found by rules that could not be read")
		}
	}()
	e.practice.Screen.Screen("I want to die")
}
