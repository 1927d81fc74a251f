package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"anteroom/bot"
	"anteroom/bot/care"
)

// caseLog prints who did what with a case. It is no look at the case: nothing
// that a client said is in it.
func (p *program) caseLog(ctx context.Context, s *bot.Service, id care.CaseID) error {
	lines, gone, err := s.CaseLog(ctx, id)
	broken, isBroken := errors.AsType[*bot.BrokenLog](err)
	switch {
	case errors.Is(err, bot.ErrNoCase):
		fmt.Fprintf(p.stderr, "anteroom case: there is no case %s, and none was erased; see: anteroom case list\n", id)
		return errFound
	case err != nil && !isBroken:
		return err
	}
	w := tabwriter.NewWriter(p.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "LINE\tWHEN\tWHO\tWHAT\tWHY")
	for _, l := range lines {
		fmt.Fprintf(w, "%d\t%s\t%s\t%s\t%s\n", l.N, l.At.Format(time.DateTime), whoDid(l), strings.ReplaceAll(l.What, "-", " "), l.Why)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if isBroken {
		fmt.Fprintf(p.stderr, "anteroom case: %v; see: anteroom doctor\n", broken)
		return errFound
	}
	if gone != nil {
		fmt.Fprintln(p.stdout, (&bot.ErasedError{Tombstone: *gone}).Error())
	}
	fmt.Fprintf(p.stdout, "%d lines, unbroken\n", len(lines))
	return nil
}

func whoDid(l bot.LogLine) string {
	switch l.Role {
	case bot.Client:
		return "the client"
	case bot.System:
		return "the service"
	}
	return l.By
}

// audits verifies the log of every case of every practice.
func (x *examination) audits(ctx context.Context, cfg config, store bot.Store) {
	if cfg.KeyFile == "" {
		if file, ok := strings.CutPrefix(cfg.Store, "sqlite:"); ok {
			cfg.KeyFile = file + ".key"
		}
	}
	root, vault, err := openKeys(cfg, false)
	if err != nil {
		return // told before
	}
	log, err := x.p.logger(cfg)
	if err != nil {
		return // told before
	}
	for _, folder := range strings.FieldsFunc(cfg.Practice, func(r rune) bool { return r == ',' }) {
		practice, _, err := loadPractice(folder)
		if err != nil {
			continue // told before
		}
		s := bot.New(bot.Options{Practice: practice, Store: store, Root: root, Vault: vault, Log: log, Now: x.p.day,
			Instance: "doctor", Health: quietHealth{}, Meter: quietHealth{}})
		if at, err := s.Late(ctx); err != nil {
			x.bad("schedule: %v", err)
		} else if !at.IsZero() {
			x.bad("schedule: %s: what was due on %s was not done, and nothing after it: nobody is reminded, asked or told\nrun \"anteroom serve\"; if it runs, its log and /readyz say why", practice.ID(), at.In(practice.Practice.Zone).Format("2 Jan 2006 at 15:04"))
		}
		found, err := s.CheckLogs(ctx)
		if errors.Is(err, bot.ErrOtherKey) {
			x.bad("-key-file: %s does not open this store: what it holds of %s was sealed under another key and vault, or is a backup from before its keys were destroyed\ngive the -key-file and -vault that the store was made with, or the -store that belongs to these: nothing can be said of the records before", cfg.KeyFile, practice.ID())
			continue
		}
		if err != nil {
			x.bad("audit: %s: %v", filepath.Base(folder), err)
			continue
		}
		for _, err := range found.Broken {
			x.bad("audit: %v\nsomebody or something wrote to the store besides this program: compare the case with a backup (\"anteroom case log\" there), find out who has access, and tell whoever answers for the records", err)
		}
		if len(found.Broken) == 0 {
			erased := ""
			if found.Erased > 0 {
				erased = fmt.Sprintf(", %d of them erased", found.Erased)
			}
			x.ok("audit: %s of %s%s, unbroken", many(found.Lines, "line"), many(found.Cases, "case"), erased)
		}
	}
}

func many(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return fmt.Sprintf("%d %s", n, what)
}
