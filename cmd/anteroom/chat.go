package main

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"time"

	"golang.org/x/term"

	"anteroom/bot"
	"anteroom/bot/care"
	"anteroom/bot/seal"
	"anteroom/bot/sqlite"
	"anteroom/bot/terminal"
	"anteroom/dialogs/script"
)

var chatCommand = command{
	run:  chat,
	name: "chat", short: "the intake in this terminal, or from a pipe; ends with the therapist's summary",
	long: `The intake call as a client meets it, in this terminal: choose an answer by its number
or its words. "back", "skip", "change", "help", "call me", "now" and "stop" work at every question.
At the end stands the summary as a therapist would read it. Nothing is kept, unless -record
names a file for a transcript that "anteroom replay" plays again.

  anteroom chat                    the built-in sample practice
  anteroom chat -practice DIR      your own
  anteroom chat < answers.txt      one answer a line
  anteroom chat -lang es-usted     in another language
  anteroom chat -dialog fee        one dialog alone, for its author
  anteroom chat -record new.txt    writes down what is said, line by line`,
}

// quietHealth is for commands that nobody watches.
type quietHealth struct{}

func (quietHealth) Report(string, error)    {}
func (quietHealth) Count(string, ...string) {}

// deskPrinter is the therapists' channel of a chat: it notes that a card came.
type deskPrinter struct {
	out   io.Writer
	cases []care.CaseID
	sent  bool
}

func (d *deskPrinter) Name() bot.ChannelName { return "desk" }

func (d *deskPrinter) Send(_ context.Context, m bot.Delivery) ([]byte, error) {
	card, ok := m.Body.(bot.Card)
	if !ok {
		return nil, nil
	}
	fmt.Fprintf(d.out, "      ! the therapists' channel: %s\n\n", strings.Join(append([]string{card.Line}, card.State...), " · "))
	d.cases = append(d.cases, care.CaseID(card.Case))
	d.sent = d.sent || strings.Contains(card.Line, "answer due")
	return []byte("shown"), nil
}

func chat(ctx context.Context, p *program, c command, args []string) error {
	fl := newFlags("chat")
	read := p.settingsOf(fl, "practice", "log-level", "log-format")
	record := fl.String("record", "", "write a transcript into `FILE`, a new one; its clock stands where those of all transcripts do")
	dialog := fl.String("dialog", "", "play one dialog `NAME` alone: what the service would fill in stands in braces")
	lang := fl.String("lang", "", "the `LANGUAGE` to begin in: en, es, es-usted (default: the practice's own; of -dialog: en)")
	if err := p.parse(c, fl, args, 0); err != nil {
		return err
	}
	cfg, err := read()
	if err != nil {
		return err
	}
	if *dialog != "" {
		if *record != "" {
			return usageError{errors.New("-record writes down a whole intake: leave out -dialog")}
		}
		return p.rehearse(ctx, cfg.Practice, *dialog, cmp.Or(*lang, "en"))
	}
	practice, _, err := loadPractice(cfg.Practice)
	if err != nil {
		return err
	}
	base, form, _ := strings.Cut(*lang, "-")
	if *lang != "" && !speaks(practice.Library, *lang) {
		return notIn(practice.Library, *lang)
	}
	log, err := p.logger(cfg)
	if err != nil {
		return err
	}
	if cfg.LogLevel != "debug" {
		log = slog.New(slog.DiscardHandler)
	}
	typed := isTerminal(p.stdin)
	client := terminal.New(terminal.Options{In: p.stdin, Out: p.stdout, Echo: !typed})
	desk := &deskPrinter{out: p.stdout}
	var service *bot.Service
	var to bot.Receiver
	kept := "Nothing is kept."
	if *record == "" {
		store, err := sqlite.Memory()
		if err != nil {
			return err
		}
		defer store.Close()
		practice.Desk = "desk"
		if form != "" {
			inForm(practice, form)
		}
		service = bot.New(bot.Options{Practice: practice, Store: store, Root: seal.NewRoot(), Vault: seal.NewMemoryVault(),
			Channels: []bot.Channel{client, desk}, Log: log, Now: time.Now, Instance: "chat", Health: quietHealth{}, Meter: quietHealth{}, Alone: true})
		to = speaker{service, base}
	} else {
		rec, err := newRecorder(practice, *record, log, client, desk)
		if err != nil {
			return err
		}
		defer rec.close()
		if err := rec.begin(ctx, base, form); err != nil {
			return err
		}
		service, to = rec.play.start(), rec
		kept = fmt.Sprintf("What is said is written to %s, as if it were %s.", *record, rec.play.clock(rec.play.now))
	}

	fmt.Fprintf(p.stdout, "%s, an intake by chat. %s Answer by number or in words; Ctrl-D ends.\n\n", practice.Name, kept)
	if err := client.Receive(ctx, practice.ID(), to, "/start"); err != nil {
		return err
	}
	for {
		if err := service.Settle(ctx); err != nil {
			return err
		}
		if desk.sent {
			break
		}
		if typed {
			fmt.Fprint(p.stdout, "> ")
		}
		err := client.Read(ctx, practice.ID(), to)
		if errors.Is(err, io.EOF) {
			fmt.Fprintln(p.stdout, "\n(The conversation ended before it was sent: there is no summary.)")
			return nil
		}
		if err != nil {
			return err
		}
	}
	view, err := service.LookAs(ctx, desk.cases[len(desk.cases)-1], "chat")
	if err != nil {
		return err
	}
	fmt.Fprintf(p.stdout, "%s\nWhat the therapist reads\n\n%s\n", strings.Repeat("─", 78), view.Summary.Text())
	return nil
}

// rehearse plays one dialog alone.
func (p *program) rehearse(ctx context.Context, folder, dialog, lang string) error {
	lib, err := loadScripts(folder)
	if err != nil {
		return err
	}
	if !speaks(lib, lang) {
		return notIn(lib, lang)
	}
	files, err := filesOf(folder)
	if err != nil {
		return err
	}
	texts, err := readTexts(files)
	if err != nil {
		return usageError{inFolder(folder, err)}
	}
	r := &rehearsal{lib: lib, texts: texts, out: terminal.New(terminal.Options{In: p.stdin, Out: p.stdout}), lines: bufio.NewScanner(p.stdin), lang: lang,
		typed: isTerminal(p.stdin), say: func(format string, args ...any) { fmt.Fprintf(p.stdout, format, args...) }}
	return r.rehearse(ctx, dialog)
}

// notIn says that nothing is written in a language.
func notIn(lib *script.Library, lang string) error {
	return usageError{fmt.Errorf("-lang: nothing is written in %q; there are: %s", lang, strings.Join(lib.Languages(), ", "))}
}

// speaker says of all that is typed in which language the person's messenger is.
type speaker struct {
	bot.Receiver
	locale string
}

func (s speaker) Receive(ctx context.Context, in bot.Inbound) error {
	in.Locale = s.locale
	return s.Receiver.Receive(ctx, in)
}

func isTerminal(r io.Reader) bool {
	f, ok := r.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
