package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"anteroom/bot/telegram"
)

// TestMain lets the tests start the program as a process: this binary is the
// program when it is called "anteroom". "anteroom-unpaced" is the same, except
// that it writes to the messengers as fast as they take it: fifty people at one
// message a second each would take all day.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"anteroom": func() { asProcess(pace{}) },
		"anteroom-unpaced": func() {
			asProcess(pace{telegram: telegram.Pace{Overall: 1e6, Chat: 1e6, ChatBurst: 1e6}, slack: time.Microsecond})
		},
	})
}

// asProcess is the whole program, on a day on which no help number is old.
func asProcess(pace pace) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	p := &program{stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr, pace: pace, now: func() time.Time { return someDay }}
	os.Exit(p.run(ctx, os.Args[1:], os.Environ()))
}

// process is "anteroom serve" as a process of its own, started again and again
// with the same settings.
type process struct {
	program string
	args    []string
	env     []string // beside PATH and the temporary folder

	mu     sync.Mutex
	log    bytes.Buffer // what all its lives wrote to standard error
	news   chan struct{}
	admin  string // address of this life's admin listener
	cmd    *exec.Cmd
	exited chan struct{}
	lives  int
}

func newProcess(t testing.TB, program string, env []string, args ...string) *process {
	p := &process{program: program, args: args, env: env, news: make(chan struct{})}
	t.Cleanup(p.kill)
	return p
}

var servingAt = regexp.MustCompile(`msg=serving .*\badmin=(\S+)`)

// Write takes down the log and finds the admin address in it.
func (p *process) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.log.Write(b)
	if m := servingAt.FindSubmatch(b); m != nil {
		p.admin = string(m[1])
		close(p.news)
		p.news = make(chan struct{})
	}
	return len(b), nil
}

// start begins a life.
func (p *process) start() error {
	cmd := exec.Command(p.program, p.args...)
	cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "TMPDIR=" + os.TempDir(), "HOME=" + os.TempDir()}, p.env...)
	cmd.Stdout, cmd.Stderr = p, p
	p.mu.Lock()
	p.admin = ""
	p.mu.Unlock()
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start %s: %w", p.program, err)
	}
	exited := make(chan struct{})
	go func() {
		_ = cmd.Wait() // the exit code is asked of ProcessState
		close(exited)
	}()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cmd, p.exited = cmd, exited
	p.lives++
	return nil
}

// kill ends the process with SIGKILL and waits for its end.
func (p *process) kill() {
	if _, exited := p.tell(syscall.SIGKILL); exited != nil {
		<-exited
	}
}

// tell sends a signal, if there is a process.
func (p *process) tell(s syscall.Signal) (*exec.Cmd, chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cmd != nil {
		_ = p.cmd.Process.Signal(s) // it may be gone already
	}
	return p.cmd, p.exited
}

// code waits for the end and returns the exit code.
func (p *process) code(ctx context.Context) (int, error) {
	cmd, exited := p.tell(syscall.Signal(0))
	select {
	case <-exited:
		return cmd.ProcessState.ExitCode(), nil
	case <-ctx.Done():
		return 0, fmt.Errorf("the process did not end: %w\n%s", context.Cause(ctx), p.said())
	}
}

// ready waits until /readyz answers 200, and returns its text.
func (p *process) ready(ctx context.Context) (string, error) {
	for {
		p.mu.Lock()
		admin, news, exited := p.admin, p.news, p.exited
		p.mu.Unlock()
		if admin == "" {
			select {
			case <-news:
			case <-exited:
				return "", fmt.Errorf("the process ended:\n%s", p.said())
			case <-ctx.Done():
				return "", fmt.Errorf("not serving: %w\n%s", context.Cause(ctx), p.said())
			}
			continue
		}
		code, body, err := p.get(ctx, "/readyz")
		if err == nil && code == http.StatusOK {
			return body, nil
		}
		if err := pause(ctx); err != nil {
			return "", fmt.Errorf("not ready: %w, %d %s\n%s", err, code, body, p.said())
		}
	}
}

// get asks the admin listener.
func (p *process) get(ctx context.Context, path string) (int, string, error) {
	p.mu.Lock()
	admin := p.admin
	p.mu.Unlock()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+admin+path, nil)
	if err != nil {
		return 0, "", err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(body), err
}

// said is all that was logged so far.
func (p *process) said() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.log.String()
}

// pause is the time between two looks at a condition that tells nobody when it
// changes.
func pause(ctx context.Context) error {
	select {
	case <-time.After(10 * time.Millisecond):
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// anteroom runs a command to its end.
func anteroom(t testing.TB, args ...string) string {
	t.Helper()
	out, err := exec.Command("anteroom", args...).CombinedOutput()
	if err != nil {
		t.Fatalf("anteroom %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// secretFile writes a secret as an operator does.
func secretFile(t testing.TB, dir, name, secret string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(secret+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// replaceIn changes a file by hand.
func replaceIn(t testing.TB, path string, pairs ...string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(pairs); i += 2 {
		if !strings.Contains(string(text), pairs[i]) {
			t.Fatalf("%s does not hold %q", path, pairs[i])
		}
	}
	if err := os.WriteFile(path, []byte(strings.NewReplacer(pairs...).Replace(string(text))), 0o644); err != nil {
		t.Fatal(err)
	}
}
