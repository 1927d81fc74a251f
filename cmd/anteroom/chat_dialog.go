package main

import (
	"bufio"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"anteroom/bot"
	"anteroom/bot/terminal"
	"anteroom/content"
	"anteroom/dialogs"
	"anteroom/dialogs/script"
)

// rehearsal is one dialog played by its author. What the service would fill in
// stands in braces, and what it would do the author says.
type rehearsal struct {
	lib   *script.Library
	out   *terminal.Terminal
	say   func(format string, args ...any)
	lines *bufio.Scanner
	lang  string
	texts map[string]*content.Texts // the service's own, by language
	typed bool
}

// Given implements [dialogs.Host].
func (r *rehearsal) Given(name string, _ dialogs.Facts) string {
	if !strings.HasPrefix(name, "words.") {
		return braces(name)
	}
	// How a language writes dates and lists, and then how the others do.
	own, _, _ := strings.Cut(r.lang, "-")
	if name == dialogs.WordsDate {
		return r.texts[own].Say(name, braces)
	}
	lines := []string{r.texts[own].Say(name, braces)}
	for _, lang := range slices.Sorted(maps.Keys(r.texts)) {
		if lang != own {
			lines = append(lines, r.texts[lang].Say(name, braces))
		}
	}
	return strings.Join(lines, "\n")
}

func braces(name string) string { return "{" + name + "}" }

// Options implements [dialogs.Host].
func (*rehearsal) Options(list string, _ dialogs.Facts) []script.Option {
	return []script.Option{{ID: "first", Label: "{" + list + " 1}"}, {ID: "second", Label: "{" + list + " 2}"}}
}

// Do implements [dialogs.Host]: every call is deferred, for its author to answer.
func (*rehearsal) Do(string, dialogs.Facts) (string, bool) { return "", false }

// rehearse plays a dialog from its beginning to its end.
func (r *rehearsal) rehearse(ctx context.Context, name string) error {
	d, ok := r.lib.Dialog(name)
	if !ok {
		return usageError{fmt.Errorf("there is no dialog %q; there are: %s", name, strings.Join(r.lib.Names(), ", "))}
	}
	run := dialogs.Run{Dialog: name}
	var in dialogs.Input = dialogs.Begin{}
	for {
		turn, err := dialogs.Step(r.lib, run, in, time.Now(), r.lang, r)
		if err != nil {
			return err
		}
		run = turn.Run
		if err := r.tell(ctx, turn); err != nil {
			return err
		}
		switch {
		case turn.Outcome != "":
			return nil
		case turn.Waiting != "":
			in, err = r.result(d, turn.Waiting)
		default:
			in, err = r.answer(turn.Open)
		}
		if err != nil || in == nil {
			return err
		}
	}
}

// tell says what came of a step.
func (r *rehearsal) tell(ctx context.Context, turn dialogs.Turn) error {
	for _, o := range turn.Out {
		text := bot.Text{}
		switch o := o.(type) {
		case dialogs.Say:
			text.Text = o.Text
		case dialogs.Ask:
			text.Text = o.Text
			for _, option := range o.Options {
				label := option.Label
				if option.Chosen {
					label = "✓ " + label
				}
				text.Buttons = append(text.Buttons, []bot.Button{{Label: label}})
			}
		case dialogs.Alert:
			r.say("      ! somebody at the practice is told: %s\n\n", o.Name)
			continue
		case dialogs.Called:
			continue
		case dialogs.Finished:
			r.say("      ! the dialog ends as: %s\n", o.Outcome)
			continue
		default:
			continue
		}
		if _, err := r.out.Send(ctx, bot.Delivery{Body: text}); err != nil {
			return err
		}
	}
	return nil
}

// answer reads what the client writes to a question; nil at the end of the input.
// Of the words that count everywhere those that are the dialog's own are known.
func (r *rehearsal) answer(q *dialogs.Question) (dialogs.Input, error) {
	line, ok := r.line()
	switch {
	case !ok:
		r.say("\n(The dialog did not come to its end.)\n")
		return nil, r.lines.Err()
	case line == "back":
		return dialogs.Back{}, nil
	case line == "skip":
		return dialogs.Skip{}, nil
	case line == "change":
		return dialogs.Change{}, nil
	case line == "help":
		own, _, _ := strings.Cut(r.lang, "-")
		key := "help-why"
		if q.Why == "" {
			key = "why-none"
		}
		r.say("%s\n\n", r.texts[own].Say(key, func(string) string { return q.Why }))
		return dialogs.Begin{}, nil
	default:
		return dialogs.Words{Text: line}, nil
	}
}

// result asks what a host call or an event brings.
func (r *rehearsal) result(d *script.Dialog, step string) (dialogs.Input, error) {
	s, _ := d.Step(step)
	var can []string
	if s.Into != nil {
		can = s.Into.Values
	}
	if len(can) == 1 {
		r.say("      ! the program does: %s, and it brings %s\n\n", s.Name, can[0])
		return dialogs.Result{Step: step, Value: can[0]}, nil
	}
	for {
		r.say("      ! the program does: %s. What does it bring? %s\n", s.Name, strings.Join(can, ", "))
		line, ok := r.line()
		if !ok {
			return nil, r.lines.Err()
		}
		if len(can) == 0 || slices.Contains(can, line) {
			return dialogs.Result{Step: step, Value: line}, nil
		}
	}
}

func (r *rehearsal) line() (string, bool) {
	if r.typed {
		r.say("> ")
	}
	if !r.lines.Scan() {
		return "", false
	}
	line := strings.TrimSpace(r.lines.Text())
	if !r.typed {
		r.say("> %s\n\n", line)
	}
	return line, true
}
