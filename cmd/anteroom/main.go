// Command anteroom is the small room before the therapy room: a bot service
// that holds the intake call of a sex-therapy practice by chat and hands
// therapists a triaged summary. See "anteroom help".
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"
	_ "time/tzdata" // clients live in zones that a small container does not know

	"anteroom/bot/telegram"
)

// Exit codes.
const (
	exitDone    = 0
	exitProblem = 1 // the command found a problem
	exitUsage   = 2 // wrong use or settings
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends at once
	os.Exit(run(ctx, os.Args[1:], os.Environ(), os.Stdin, os.Stdout, os.Stderr))
}

// program is what a command works with.
type program struct {
	env            map[string]string
	stdin          io.Reader
	stdout, stderr io.Writer
	pace           pace
	now            func() time.Time // [time.Now] when nil
}

// day is the time that a command works at.
func (p *program) day() time.Time {
	if p.now != nil {
		return p.now()
	}
	return time.Now()
}

// pace is how fast the messengers are written to; zero is what they allow.
type pace struct {
	telegram telegram.Pace
	slack    time.Duration // between two messages
}

// command is one of the program's commands.
type command struct {
	name, args, short string
	long              string
	run               func(ctx context.Context, p *program, c command, args []string) error
}

func commands() []command {
	return []command{
		chatCommand, initCommand, checkCommand, drawCommand, replayCommand, screenCommand, serveCommand, doctorCommand, restoreCommand, caseCommand, scheduleCommand, keysCommand, versionCommand,
	}
}

// usageError is wrong use or wrong settings: exit code 2.
type usageError struct{ error }

func (u usageError) Unwrap() error { return u.error }

// errFound ends a command that has said what it found: exit code 1.
var errFound = errors.New("a problem was found")

// errGone ends a command about a case that was erased, which is what it said: exit
// code 0.
var errGone = errors.New("the case was erased")

func run(ctx context.Context, args, env []string, stdin io.Reader, stdout, stderr io.Writer) int {
	p := &program{stdin: stdin, stdout: stdout, stderr: stderr}
	return p.run(ctx, args, env)
}

// run does what the arguments ask for and returns the exit code.
func (p *program) run(ctx context.Context, args, env []string) int {
	p.env = make(map[string]string)
	for _, kv := range env {
		if k, v, ok := strings.Cut(kv, "="); ok && strings.HasPrefix(k, envPrefix) {
			p.env[k] = v
		}
	}
	if len(args) == 0 || slices.Contains([]string{"help", "-h", "-help", "--help"}, args[0]) {
		if len(args) > 1 {
			args = []string{args[1], "-h"}
		} else {
			help(p.stdout)
			return exitDone
		}
	}
	if args[0] == "--version" || args[0] == "-version" {
		args[0] = "version"
	}
	for _, c := range commands() {
		if c.name == args[0] {
			return p.report(c, c.run(ctx, p, c, args[1:]))
		}
	}
	fmt.Fprintf(p.stderr, "anteroom: there is no command %q%s\nSee: anteroom help\n", args[0], nearest(args[0]))
	return exitUsage
}

// report says what went wrong and turns it into an exit code.
func (p *program) report(c command, err error) int {
	var usage usageError
	switch {
	case err == nil:
		return exitDone
	case errors.Is(err, errHelp), errors.Is(err, errGone):
		return exitDone
	case errors.Is(err, errFound):
		return exitProblem
	case errors.As(err, &usage):
		fmt.Fprintf(p.stderr, "anteroom %s: %v\n", c.name, err)
		return exitUsage
	}
	fmt.Fprintf(p.stderr, "anteroom %s: %v\n", c.name, err)
	return exitProblem
}

func nearest(name string) string {
	for _, c := range commands() {
		if strings.HasPrefix(c.name, name) || strings.HasPrefix(name, c.name) {
			return fmt.Sprintf("; did you mean %q?", c.name)
		}
	}
	return ""
}

func help(w io.Writer) {
	fmt.Fprint(w, `anteroom holds the intake call of a sex-therapy practice by chat and hands
therapists a triaged summary. No model runs: every sentence was written by a person.

Usage: anteroom COMMAND [flags] [arguments]

`)
	for _, c := range commands() {
		fmt.Fprintf(w, "  %-28s %s\n", strings.TrimSpace(c.name+" "+c.args), c.short)
	}
	fmt.Fprint(w, `
"anteroom help COMMAND" says more and lists the settings. Every setting is a flag
and an environment variable: -store is ANTEROOM_STORE. Secrets are read from a
file as well: ANTEROOM_TELEGRAM_TOKEN_FILE.

Try it first:   anteroom chat
Exit codes:     0 done, 1 the command found a problem, 2 wrong use or settings
`)
}
