package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"anteroom/bot"
	"anteroom/bot/care"
)

var caseCommand = command{
	run:  cases,
	name: "case", args: "list | VERB ID", short: "the cases of a practice: list, show, brief, log, steer, ack, export, disclose, release, unlock, erase",
	long: `"anteroom case list" prints a line for each case, the most urgent first: no client's word is in it.
"anteroom case show K7Q-42 -reason 'Ruth is ill, and I call for her'" prints the summary as a therapist reads it.
The look and its reason are written into the case's log, and the client can see that there was one.
"anteroom case brief K7Q-42 -reason 'the session tomorrow'" prints what a therapist reads before a session: what was tried,
anxiety before and after, goals, measures, what they must know first, and what was told since the last session (-all: ever); -png FILE draws the course, figures and days alone (the file is not locked). It is a look too.
"anteroom case log K7Q-42" prints that log: who did what, and when. It outlives the case.
"anteroom case ack K7Q-42 -as ana" says that Ana has an alert: nobody else is called. It is what "I have this" does in Slack,
and only who is called, or has a part in the case, may say it.

"anteroom case export K7Q-42 -to ana -o FILE" writes the whole record into a file that only the holder of
that therapist's key can open (age: in roster.yaml): a page, FHIR and JSON.
  -format html|fhir|json|all
"anteroom case release K7Q-42 -to WORDS -fields body,contact -why WORDS" has the client asked whether
somebody else may be told. "anteroom case disclose K7Q-42 -release 1 -to age1… -o FILE" writes out what
a release allows, while it is in force.
"anteroom case unlock K7Q-42" takes the PIN and the pause word off all chats of the case, a partner's too, and ends a quick exit,
for one who forgot them: make sure first that it is they who ask. Who opens the chat is asked for a private moment as ever; who is
blocked stays blocked. "anteroom case erase K7Q-42" erases a case with its chats.
"anteroom case steer K7Q-42 -as ana move plan" does in the course of a case what Ana does in Slack: moves it on, notes who
came, offers and books times, gives an assignment, sets a goal, holds. "anteroom case steer" alone lists all of it.
Whatever is shown or leaves is in the log of the case. -h behind a verb lists its flags.

All take the settings of "serve" and work while it runs.`,
}

func cases(ctx context.Context, p *program, c command, args []string) error {
	if len(args) > 0 && caseVerbs[args[0]] != nil {
		return caseVerbs[args[0]](ctx, p, c, args[1:])
	}
	fl := newFlags("case")
	read := p.settingsOf(fl, "practice", "store", "key-file", "vault", "log-level", "log-format")
	why := fl.String("reason", "", "why you look: `WHY`, a few words; it stands in the case's log (show)")
	rest, err := p.parseAll(c, fl, args)
	if err != nil {
		return err
	}
	verb := ""
	if len(rest) > 0 {
		verb, rest = rest[0], rest[1:]
	}
	var id care.CaseID
	switch {
	case verb == "list" && len(rest) == 0:
	case (verb == "show" || verb == "log") && len(rest) == 1:
		var err error
		if id, err = care.ParseCaseID(rest[0]); err != nil {
			return usageError{fmt.Errorf("%q is not a case id: they look like K7Q-42, and anteroom case list shows them", rest[0])}
		}
	default:
		return usageError{errors.New("write: anteroom case list, or: anteroom case VERB K7Q-42, where VERB is show, brief, log, steer, ack, export, disclose, release, unlock or erase; \"anteroom help case\" tells what each does")}
	}
	reason, err := care.GlassReason(*why)
	if err != nil && verb == "show" {
		return usageError{errors.New("say why you look, in a few words: anteroom case show " + string(id) + " -reason 'WHY'; it is written into the case's log")}
	}
	cfg, err := read()
	if err != nil {
		return err
	}
	s, done, err := p.service(ctx, cfg)
	if err != nil {
		return err
	}
	defer done()
	if verb == "log" {
		return p.caseLog(ctx, s, id)
	}
	if verb == "show" {
		view, err := p.look(ctx, s, id, reason)
		if err != nil {
			return err
		}
		fmt.Fprintln(p.stdout, view.Summary.Text())
		return nil
	}
	lines, err := s.Cases(ctx)
	if err != nil {
		return err
	}
	if len(lines) == 0 {
		fmt.Fprintln(p.stdout, "no cases")
		return nil
	}
	w := tabwriter.NewWriter(p.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "CASE\tURGENCY\tMOVED\tSTATUS\tWHERE IT STANDS")
	for _, l := range lines {
		urgency := "-"
		if l.Urgency != care.NoRush {
			urgency = string(l.Urgency)
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", l.ID, urgency, l.Updated.Format(time.DateTime), l.Status, strings.Join(l.State, " "))
	}
	return w.Flush()
}

// parseAll reads flags that may stand before, between and behind the arguments.
func (p *program) parseAll(c command, fl *flag.FlagSet, args []string) (rest []string, err error) {
	for more := true; more; {
		if err := p.parse(c, fl, args, -1); err != nil {
			return nil, err
		}
		if more = fl.NArg() > 0; more {
			rest, args = append(rest, fl.Arg(0)), fl.Args()[1:]
		}
	}
	return rest, nil
}

// look reads a case, and says what there is to say where there is none. The look
// and its reason stand in the case's log.
func (p *program) look(ctx context.Context, s *bot.Service, id care.CaseID, reason string) (bot.View, error) {
	view, err := s.LookWhy(ctx, id, operator(), reason)
	if gone, ok := errors.AsType[*bot.ErasedError](err); ok {
		fmt.Fprintf(p.stdout, "%s: anteroom case log %s\n", gone, id)
		return view, errGone
	}
	if errors.Is(err, bot.ErrNoCase) {
		fmt.Fprintf(p.stderr, "anteroom case: there is no case %s; see: anteroom case list\n", id)
		return view, errFound
	}
	return view, err
}

// service opens the practice's service for looking: it owns nothing and sends
// nothing.
func (p *program) service(ctx context.Context, cfg config) (*bot.Service, func(), error) {
	var problems []error
	if cfg.Practice == "" {
		problems = append(problems, errors.New("-practice is missing: name the folder that \"anteroom init\" wrote"))
	}
	file, isSQLite := strings.CutPrefix(cfg.Store, "sqlite:")
	if err := checkStore(cfg.Store); err != nil {
		problems = append(problems, err)
	} else if _, err := os.Stat(file); isSQLite && errors.Is(err, fs.ErrNotExist) {
		problems = append(problems, fmt.Errorf("-store: there is no database %s, and so no case: the first run of \"anteroom serve\" makes it; if it ran before, name the file that it was given", file))
	}
	if cfg.KeyFile == "" && isSQLite {
		cfg.KeyFile = file + ".key"
	}
	if cfg.KeyFile == "" {
		problems = append(problems, errors.New("-key-file is missing: name the root key; with SQLite -store is enough"))
	}
	if len(problems) > 0 {
		return nil, nil, joinUsage(problems)
	}
	practice, _, err := loadPractice(cfg.Practice)
	if err != nil {
		return nil, nil, err
	}
	log, err := p.logger(cfg)
	if err != nil {
		return nil, nil, err
	}
	root, vault, err := openKeys(cfg, false)
	if err != nil {
		return nil, nil, err
	}
	store, err := openStore(ctx, cfg.Store, beside)
	if err != nil {
		return nil, nil, usageError{fmt.Errorf("-store: %w", err)}
	}
	s := bot.New(bot.Options{Practice: practice, Store: store, Root: root, Vault: vault, Log: log, Now: p.day,
		Instance: "command line", Health: quietHealth{}, Meter: quietHealth{}})
	if err := opensWith(ctx, s, cfg.KeyFile); err != nil {
		return nil, nil, errors.Join(err, store.Close())
	}
	return s, func() {
		if err := store.Close(); err != nil {
			log.Error("closing the store", "err", err)
		}
	}, nil
}

// opensWith refuses a key that was never this store's: with it every record is
// missing, and what is written nobody reads again.
func opensWith(ctx context.Context, s *bot.Service, keyFile string) error {
	err := s.Fits(ctx)
	if errors.Is(err, bot.ErrOtherKey) {
		return usageError{fmt.Errorf("-key-file: %s does not open this store: give the -key-file and -vault that the store was made with, or the -store that belongs to these; a backup from before its keys were destroyed opens no more", keyFile)}
	}
	return err
}
