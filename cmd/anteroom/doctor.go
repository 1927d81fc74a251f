package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"anteroom/bot"
	"anteroom/bot/care"
	"anteroom/bot/slack"
	"anteroom/bot/sqlite"
	"anteroom/bot/telegram"
	"anteroom/content"
)

var doctorCommand = command{
	run:  doctor,
	name: "doctor", short: "checks every setting, store, token, text and key; each finding with its mend",
	long: `Takes the settings of "serve" and checks each of them: the practice folder and its sign-offs, the
dialogs and texts, the help numbers, the root key and the vault, the store and how durable it is, and whether
Telegram and Slack take the tokens, and whether the on-call would be told. With -send a test goes to the on-call. Exit code 1 if something would stop "serve" or put a client at risk.`,
}

// examination collects findings.
type examination struct {
	p        *program
	send     bool // make a test of the ways by which the on-call is told
	problems int
	periods  map[string]care.Period // by practice: how old an epoch of the vault may get
}

func (x *examination) ok(what string, args ...any)   { x.line("ok     ", what, args...) }
func (x *examination) note(what string, args ...any) { x.line("note   ", what, args...) }
func (x *examination) bad(what string, args ...any) {
	x.problems++
	x.line("PROBLEM", what, args...)
}

func (x *examination) line(mark, what string, args ...any) {
	text := fmt.Sprintf(what, args...)
	fmt.Fprintf(x.p.stdout, "%s  %s\n", mark, strings.ReplaceAll(text, "\n", "\n         "))
}

// problemsOf says each of several joined errors on a line of its own.
func (x *examination) problemsOf(err error) {
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		for _, e := range many.Unwrap() {
			x.problemsOf(e)
		}
		return
	}
	x.bad("%v", err)
}

func doctor(ctx context.Context, p *program, c command, args []string) error {
	fl := newFlags("doctor")
	send := fl.Bool("send", false, "mail a test to the on-call, and call the webhook")
	read := p.settingsOf(fl)
	if err := p.parse(c, fl, args, 0); err != nil {
		return err
	}
	x := &examination{p: p, send: *send, periods: make(map[string]care.Period)}
	cfg, err := read()
	if err != nil {
		x.problemsOf(errors.Unwrap(err))
	}
	if cfg.Practice == "" {
		x.bad("-practice is missing: name the folder that \"anteroom init\" wrote")
	}
	folders := strings.FieldsFunc(cfg.Practice, func(r rune) bool { return r == ',' })
	for _, folder := range folders {
		x.practice(ctx, cfg, folder, len(folders) > 1)
	}
	x.keysAndStore(ctx, cfg)
	if x.problems > 0 {
		fmt.Fprintf(p.stdout, "\n%d found\n", x.problems)
		return errFound
	}
	fmt.Fprintln(p.stdout, "\nall well")
	return nil
}

func (x *examination) practice(ctx context.Context, cfg config, folder string, several bool) {
	practice, lines, err := loadPractice(folder)
	if err != nil {
		x.problemsOf(errors.Unwrap(err))
		return
	}
	x.periods[string(practice.ID())] = practice.VaultPeriod()
	x.ok("%s: %s, %d therapists, %d dialogs", folder, practice.Name, len(practice.Therapists), len(practice.Library.Names()))
	t, err := tokensOf(cfg, folder, practice, several)
	if err != nil {
		x.problemsOf(err) // what these tokens are for is not missed besides
	} else if err := mayGoLive(folder, practice, t); err != nil {
		x.problemsOf(err)
	} else {
		x.ok("%s: signed, on-call is %s", folder, practice.OnCall.Name)
	}
	if reviews, err := content.Reviews(content.Files); err == nil {
		var unread []string
		for _, r := range reviews {
			if !r.Done() {
				unread = append(unread, filepath.Base(r.File))
			}
		}
		if len(unread) > 0 && !practice.SignOffs.Crisis.Signed() {
			x.note("%s: no clinician has reviewed %s", folder, strings.Join(unread, ", "))
		}
	}
	x.content(cfg, folder)
	x.helplines(folder, practice, lines)
	x.roster(folder, practice, t)
	x.onCall(ctx, folder, practice, t, x.send)
	x.tokens(ctx, cfg, practice, t)
}

// content must be proved before it is served.
func (x *examination) content(cfg config, folder string) {
	files, err := filesOf(folder)
	if err != nil {
		return // told before
	}
	if err := proveContent(files, x.p.day()); err != nil {
		x.bad("%s: the content does not pass; \"anteroom check %s\" shows more:\n%v", folder, folder, err)
		return
	}
	x.ok("%s: the content is proved", folder)
}

// helplines: the numbers of the practice's own country must be there and fresh.
func (x *examination) helplines(folder string, p *bot.Practice, d *content.Directory) {
	c, ok := d.At(p.Country)
	switch {
	case !ok || len(c.Lines) == 0:
		x.bad("%s: helplines.yaml has no numbers for %s: add them, with the day", folder, p.Country)
	case x.p.day().Sub(c.Dated) > content.MaxAge:
		x.bad("%s: the help numbers for %s are dated %s: call each, and date them anew", folder, p.Country, c.Dated.Format(time.DateOnly))
	default:
		x.ok("help numbers for %s, dated %s; call each of them yourself before going live", p.Country, c.Dated.Format(time.DateOnly))
	}
}

func (x *examination) roster(folder string, p *bot.Practice, t tokens) {
	if t.slackBot == "" {
		return
	}
	for _, who := range p.Therapists {
		if who.Slack == "" {
			x.note("%s: roster.yaml: %s has no Slack id and cannot decide in Slack", folder, who.Name)
		}
	}
	if on, _ := p.Therapist(p.OnCall.Therapist); on.Slack == "" {
		x.bad("%s: the on-call has no Slack id in roster.yaml: nobody would be called by an urgent card", folder)
	}
}

func (x *examination) tokens(ctx context.Context, cfg config, p *bot.Practice, t tokens) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	log := slog.New(slog.DiscardHandler)
	if t.telegram != "" {
		tg, err := telegram.New(telegram.Options{Practice: p.ID(), Token: t.telegram, APIURL: cfg.TelegramAPIURL, Log: log, Health: quietHealth{}})
		name := ""
		if err == nil {
			name, err = tg.Username(ctx)
			tg.Close()
		}
		if err != nil {
			x.bad("telegram: %v", err)
		} else {
			x.ok("telegram: the token is good, the bot is @%s", name)
			if lower := strings.ToLower(name); strings.Contains(lower, "sex") || strings.Contains(lower, "therap") {
				x.bad("telegram: the bot's name @%s tells whoever sees a client's phone: give it a neutral one", name)
			}
		}
	}
	if t.slackBot != "" && t.slackApp != "" {
		sl, err := slack.New(slack.Options{Practice: p.ID(), BotToken: t.slackBot, AppToken: t.slackApp, Channel: t.slackChannel, APIURL: cfg.SlackAPIURL, Zone: p.Zone, Log: log, Health: quietHealth{}})
		if err == nil {
			err = sl.Check(ctx)
		}
		if err != nil {
			x.bad("slack: %v", err)
		} else {
			x.ok("slack: both tokens are good")
		}
	}
}

func (x *examination) keysAndStore(ctx context.Context, cfg config) {
	if err := checkStore(cfg.Store); err != nil {
		x.bad("%v", err)
		return
	}
	file, isSQLite := strings.CutPrefix(cfg.Store, "sqlite:")
	if cfg.KeyFile == "" && isSQLite {
		cfg.KeyFile = file + ".key"
		if !exists(cfg.KeyFile) && !exists(file) {
			x.note("%s and its key are made on the first run of serve", filepath.Base(file))
			return
		}
	}
	if cfg.KeyFile == "" {
		x.bad("-key-file is missing: make one with \"anteroom keys new FILE\"")
	} else if _, vault, err := openKeys(cfg, false); err != nil {
		x.bad("%v", err)
	} else {
		x.vault(ctx, vault)
	}
	whole := ctx // for what takes as long as there are records
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	store, err := openStore(ctx, cfg.Store, beside)
	if err != nil {
		x.bad("store: %v", err)
		return
	}
	defer store.Close()
	durable := "SQLite, WAL, synchronous FULL: an answer that was accepted survives a power cut"
	if _, ok := store.(*sqlite.Store); !ok {
		if d, ok := store.(interface {
			Durability(context.Context) (string, error)
		}); ok {
			if durable, err = d.Durability(ctx); err != nil {
				x.bad("store: %v", err)
				return
			}
		}
	}
	x.ok("store: %s", durable)
	x.audits(whole, cfg, store)
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
