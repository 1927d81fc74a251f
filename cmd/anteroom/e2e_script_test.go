package main

import (
	"context"
	"errors"
	"net"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"anteroom/bot/redis/redistest"
	fakeslack "anteroom/bot/slack/slacktest"
	"anteroom/bot/telegram/telegramtest"
)

// TestScripts runs the command line as a person does; see testdata/script.
func TestScripts(t *testing.T) {
	good := redistest.Start(t)
	evicts := redistest.Start(t, "--maxmemory", "64mb", "--maxmemory-policy", "allkeys-lru")
	busy, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { busy.Close() })
	intake, err := filepath.Abs("testdata/intake.txt")
	if err != nil {
		t.Fatal(err)
	}
	contentDir, err := filepath.Abs("../../content")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(e *testscript.Env) error {
			e.Vars = append(e.Vars, "REDIS="+good.Addr, "EVICTS="+evicts.Addr, "BUSY="+busy.Addr().String(), "INTAKE="+intake, "CONTENT="+contentDir)
			return nil
		},
		Deadline: time.Now().Add(2 * time.Minute),
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			// exits CODE COMMAND… runs a command that ends with that exit code.
			"exits": func(ts *testscript.TestScript, neg bool, args []string) {
				want, err := strconv.Atoi(args[0])
				if err != nil || neg {
					ts.Fatalf("write: exits CODE COMMAND ARGUMENT…")
				}
				got := 0
				err = ts.Exec(args[1], args[2:]...)
				var exit *exec.ExitError
				if errors.As(err, &exit) {
					got = exit.ExitCode()
				} else if err != nil {
					ts.Fatalf("%v", err)
				}
				if got != want {
					ts.Fatalf("exit code %d, want %d", got, want)
				}
			},
			// oneline: standard error has one line.
			"oneline": func(ts *testscript.TestScript, _ bool, _ []string) {
				if text := ts.ReadFile("stderr"); strings.Count(text, "\n") != 1 {
					ts.Fatalf("standard error has more or less than one line:\n%s", text)
				}
			},
		},
	})
}

// TestBadTelegramToken: the service stays up, because Slack and what was
// accepted go on, and says what is wrong without the token.
func TestBadTelegramToken(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	s := newStage(t, "sqlite")
	s.start(ctx)
	s.telegram.SetToken("7000000001:AAE-another_one-made_up")
	s.telegram.User(7_140_000_001, "Somebody", "en").Send("/start") // ends the poll that waits
	body := ""
	for !strings.Contains(body, "telegram") {
		if err := pause(ctx); err != nil {
			t.Fatalf("/readyz never said so: %q\n%s", body, s.process.said())
		}
		var code int
		var err error
		if code, body, err = s.process.get(ctx, "/readyz"); err != nil || code != 200 {
			t.Fatalf("/readyz: %d, %v, want 200: what was accepted goes on", code, err)
		}
	}
	if !strings.Contains(body, "@BotFather") || strings.Contains(body+s.process.said(), telegramtest.Token) {
		t.Errorf("/readyz says %q; want the mend, and no token", body)
	}
	if _, metrics, err := s.process.get(ctx, "/metrics"); err != nil || !strings.Contains(metrics, "anteroom_sick_components 1") {
		t.Errorf("/metrics: %v, got\n%s", err, metrics)
	}
	s.stop()
}

// TestBadSlackAppToken: without the socket no therapist can decide, so the
// service ends with one clear line.
func TestBadSlackAppToken(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	s := newStage(t, "sqlite")
	s.slack.Revoke(fakeslack.AppToken, "invalid_auth")
	if err := s.process.start(); err != nil {
		t.Fatal(err)
	}
	code, err := s.process.code(ctx)
	if err != nil || code == 0 {
		t.Fatalf("exit code %d, %v; want another than 0", code, err)
	}
	lines := 0
	for line := range strings.Lines(s.process.said()) {
		if strings.HasPrefix(line, "anteroom serve: slack: ") {
			lines++
			if !strings.Contains(line, "app token") {
				t.Errorf("it says %q, want what is wrong with the app token", line)
			}
		}
	}
	if lines != 1 || strings.Contains(s.process.said(), fakeslack.AppToken) {
		t.Errorf("got %d lines on it, want one without the token:\n%s", lines, s.process.said())
	}
}
