package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"time"

	"anteroom/bot"
	"anteroom/bot/care"
)

// ackFor is how long "case ack" waits for the service to take what it posted.
const ackFor = 8 * time.Second

// acknowledge is "case ack": a therapist says that they have an alert. The
// service that works for the practice takes it from the case's inbox.
func acknowledge(ctx context.Context, p *program, c command, args []string) error {
	fl := newFlags("case ack")
	as := fl.String("as", "", "`THERAPIST`: whose hand this is, by the id in roster.yaml")
	read := p.settingsOf(fl, "practice", "store", "key-file", "vault", "log-level", "log-format")
	name := ""
	if len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		name, args = args[0], args[1:]
	}
	if err := p.parse(c, fl, args, -1); err != nil {
		return err
	}
	if rest := fl.Args(); name == "" && len(rest) == 1 {
		name = rest[0]
	} else if len(rest) > 0 {
		name = ""
	}
	id, err := care.ParseCaseID(name)
	if err != nil || *as == "" {
		return usageError{errors.New("write: anteroom case ack K7Q-42 -as THERAPIST")}
	}
	cfg, err := read()
	if err != nil {
		return err
	}
	practice, _, err := loadPractice(cfg.Practice)
	if err != nil {
		return err
	}
	who, ok := practice.Therapist(care.TherapistID(*as))
	if !ok {
		return usageError{fmt.Errorf("-as: nobody in roster.yaml is %q: use one of %s", *as, calledOf(practice))}
	}
	s, done, err := p.service(ctx, cfg)
	if err != nil {
		return err
	}
	defer done()
	open, err := s.Unacknowledged(ctx, id)
	switch {
	case errors.Is(err, bot.ErrNoCase):
		fmt.Fprintf(p.stderr, "anteroom case: there is no case %s; see: anteroom case list\n", id)
		return errFound
	case err != nil:
		return err
	case open == 0:
		fmt.Fprintf(p.stdout, "%s: nothing is open; whoever acknowledged stands in the case's log\n", id)
		return nil
	}
	if err := s.MayAcknowledge(ctx, id, who.ID); errors.Is(err, bot.ErrNotAllowed) {
		fmt.Fprintf(p.stderr, "anteroom case: %s has no part in %s, and nothing was noted: the on-call is told on. Use -as with one of %s, or with who has the case\n", who.Name, id, calledOf(practice))
		return errFound
	} else if err != nil {
		return err
	}
	if err := s.PostAct(ctx, bot.Act{ID: "cli/" + rand.Text(), Case: id, By: who.ID, Claim: true}); err != nil {
		return err
	}
	for until := time.Now().Add(ackFor); time.Now().Before(until); {
		if err := pauseFor(ctx, 200*time.Millisecond); err != nil {
			return err
		}
		if open, err = s.Unacknowledged(ctx, id); err == nil && open == 0 {
			fmt.Fprintf(p.stdout, "%s: acknowledged, %s has this; nobody else is called\n", id, who.Name)
			return nil
		}
	}
	fmt.Fprintf(p.stderr, "anteroom case: %s is noted for %s, and the service has not taken it yet: it does as soon as \"anteroom serve\" runs. Nothing needs to be written again. If it runs, its log says why.\n", id, who.Name)
	return errFound
}

// calledOf names all who are called when somebody may be in danger.
func calledOf(p *bot.Practice) string {
	var ids []string
	for _, id := range p.Everybody() {
		ids = append(ids, string(id))
	}
	return strings.Join(ids, ", ")
}

func pauseFor(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
