package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"slices"
	"time"

	"anteroom/bot"
	"anteroom/bot/care"
	"anteroom/bot/seal"
)

var restoreCommand = command{
	run:  restore,
	name: "restore", args: "[PRACTICE-ID…]", short: "after a backup of the store was put back: what to do with what is old",
	long: `When "serve" finds that the store was put back from a backup, it takes in what clients write, and sends
nothing, until you say what to do with messages that wait in the backup and may have been sent long ago:

  anteroom restore                     how it stands: which practice waits, and how old its backup is
  anteroom restore -drop-older 2h      drops what was to be told to clients more than 2 hours ago, and sends the rest
  anteroom restore -drop all           drops all that was to be told to clients until now
  anteroom restore -send all           sends all of it, however old

Cards and alerts for therapists are always sent, what has to be erased is erased, and who was erased after the
backup was made stays erased. The service follows within seconds; it need not run. A restored store is noticed
when its backup is more than two minutes old; "anteroom serve -restored" says it of any store.

Takes -key-file and -vault, or with SQLite only -store. See deploy/RESTORE.md.`,
}

func restore(ctx context.Context, p *program, c command, args []string) error {
	fl := newFlags("restore")
	read := p.settingsOf(fl, "store", "key-file", "vault")
	older := fl.String("drop-older", "", "`PERIOD`: drop messages to clients that are older (2h, 3d), send the others")
	drop := fl.String("drop", "", "`all`: drop all messages to clients that wait")
	send := fl.String("send", "", "`all`: send all messages that wait")
	if err := p.parse(c, fl, args, -1); err != nil {
		return err
	}
	before, spoken, err := spokenWord(fl, time.Now(), *older, *drop, *send)
	if err != nil {
		return err
	}
	cfg, err := read()
	if err != nil {
		return err
	}
	_, vault, err := p.vaultOf(cfg)
	if err != nil {
		return err
	}
	marks, err := vault.Marks(ctx)
	if err != nil {
		return err
	}
	for _, id := range fl.Args() {
		if !slices.ContainsFunc(marks, func(m seal.Mark) bool { return m.Practice == id }) {
			return usageError{fmt.Errorf("the vault knows no practice %q: those that it knows are shown by anteroom restore without a name", id)}
		}
	}
	waiting := 0
	for _, m := range marks {
		if fl.NArg() > 0 && !slices.Contains(fl.Args(), m.Practice) {
			continue
		}
		switch {
		case m.Restored.IsZero():
			fmt.Fprintf(p.stdout, "%s: does not wait\n", m.Practice)
			continue
		case !spoken:
			fmt.Fprintf(p.stdout, "%s: waits since %s, with a backup of %s\n", m.Practice, stamp(m.Restored), stamp(m.Backup))
		default:
			if err := bot.Resume(ctx, vault, bot.PracticeID(m.Practice), before); err != nil {
				return err
			}
			fmt.Fprintf(p.stdout, "%s: goes on\n", m.Practice)
		}
		waiting++
	}
	switch {
	case waiting == 0 && spoken:
		fmt.Fprintln(p.stderr, "anteroom restore: nothing waits for your word, and nothing was changed")
		return errFound
	case waiting > 0 && !spoken:
		fmt.Fprintln(p.stdout, "Say what to do with what is old: anteroom restore -drop-older 2h, -drop all, or -send all")
	}
	return nil
}

// spokenWord is the operator's word: the time before which messages are dropped.
func spokenWord(fl *flag.FlagSet, now time.Time, older, drop, send string) (before time.Time, spoken bool, err error) {
	given := 0
	fl.Visit(func(f *flag.Flag) {
		if f.Name == "drop-older" || f.Name == "drop" || f.Name == "send" {
			given++
		}
	})
	switch {
	case given == 0:
		return before, false, nil
	case given > 1:
		return before, false, usageError{errors.New("say one of -drop-older, -drop all and -send all")}
	case send == "all":
		return before, true, nil
	case drop == "all":
		return now, true, nil
	case older != "":
		period, err := care.ParsePeriod(older)
		if err != nil {
			return before, false, usageError{fmt.Errorf("-drop-older is %q: write a period like 2h, 30m or 3d", older)}
		}
		from := time.Unix(0, 0).UTC()
		return now.Add(-period.After(from).Sub(from)), true, nil
	}
	return before, false, usageError{errors.New("write -send all, -drop all, or -drop-older 2h")}
}

// stamp is a time for an operator; one that is not known may be.
func stamp(t time.Time) string {
	if t.IsZero() {
		return "an unknown time"
	}
	return t.UTC().Format(time.DateTime) + " UTC"
}
