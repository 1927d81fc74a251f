package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"anteroom/bot"
	"anteroom/bot/care"
	"anteroom/bot/picture"
)

// caseBrief prints what a therapist reads before a session, and draws the course.
func caseBrief(ctx context.Context, p *program, c command, args []string) error {
	fl := newFlags("case brief")
	read := p.settingsOf(fl, caseSettings...)
	why := fl.String("reason", "", "why you look: `WHY`, a few words; it stands in the case's log")
	session := fl.Int("session", 0, "the `NUMBER` of the session; unset: the next one")
	all := fl.Bool("all", false, "all that was told in the course of care; unset: since the session before")
	png := fl.String("png", "", "the `FILE` for a picture of the course, as PNG; - for a pipe")
	svg := fl.String("svg", "", "the `FILE` for the same as SVG")
	id, err := onCase(p, c, fl, "brief", args)
	if err != nil {
		return err
	}
	out, draw := *png, picture.Course
	if *svg != "" {
		out, draw = *svg, picture.SVG
	}
	reason, err := care.GlassReason(*why)
	switch {
	case *png != "" && *svg != "":
		return usageError{errors.New("write one of -png and -svg")}
	case err != nil:
		return usageError{errors.New("say why you look, in a few words: anteroom case brief " + string(id) + " -reason 'WHY'; it is written into the case's log")}
	}
	if out != "" {
		if err := p.mayWrite(out); err != nil {
			return err
		}
	}
	cfg, err := read()
	if err != nil {
		return err
	}
	practice, _, err := loadPractice(cfg.Practice)
	if err != nil {
		return err
	}
	s, done, err := p.service(ctx, cfg)
	if err != nil {
		return err
	}
	defer done()
	view, err := p.look(ctx, s, id, reason)
	if err != nil {
		return err
	}
	return p.brief(view, practice, care.SessionID(*session), *all, out, draw)
}

// brief prints the brief of a session and what was told, newest first, and draws
// the course into a file unless that is empty.
func (p *program) brief(view bot.View, practice *bot.Practice, of care.SessionID, all bool, out string, draw func([]care.Series) ([]byte, error)) error {
	c := view.Case
	if _, ok := c.Session(of); !ok && of != 0 {
		return usageError{fmt.Errorf("-session %d: %s has %s", of, c.ID, many(len(c.Sessions), "session"))}
	}
	if next, ok := c.NextSession(p.day()); ok && of == 0 {
		of = next.ID
	}
	brief := c.BriefOf(of, p.day())
	text := brief.Text(func(library string) string { return practice.Plays.Title(library, care.BaseLanguage) }, practice.Practice.Zone)
	for _, t := range view.Told {
		if !all && t.At <= brief.Since {
			break
		}
		head := t.Title
		if len(brief.Names) > 1 {
			head += " · " + brief.Names[t.Person]
		}
		text += fmt.Sprintf("\n\n%s · %s\n  %s", head, time.Unix(t.At, 0).In(practice.Practice.Zone).Format("Mon 2 Jan 2006 15:04"), strings.Join(t.Lines, "\n  "))
	}
	if out == "" {
		fmt.Fprintln(p.stdout, text)
		return nil
	}
	drawn, err := draw(brief.Series())
	if errors.Is(err, picture.ErrNothing) {
		fmt.Fprintf(p.stderr, "anteroom case: %s: %v; no picture was written\n", c.ID, err)
		return errFound
	}
	if err != nil {
		return err
	}
	if err := p.place(out, drawn); err != nil || out == "-" {
		return err
	}
	fmt.Fprintf(p.stdout, "%s\n\nwrote %s\n", text, out)
	return nil
}
