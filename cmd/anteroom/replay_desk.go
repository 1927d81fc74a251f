package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"anteroom/bot"
	"anteroom/bot/care"
	"anteroom/content"
)

// toDesk takes down what stands in the therapists' channel.
type toDesk struct{ *play }

func (toDesk) Name() bot.ChannelName { return "desk" }

func (c toDesk) Send(ctx context.Context, d bot.Delivery) ([]byte, error) {
	if c.desk != nil {
		if _, err := c.desk.Send(ctx, d); err != nil {
			return nil, err
		}
	}
	switch b := d.Body.(type) {
	case bot.Card:
		c.id = care.CaseID(b.Case)
		what := "card"
		if d.Receipt != nil {
			what = "the card now"
		}
		if b.Urgent {
			who, _ := c.practice.BySlack(b.OnCall)
			what = "alert to " + who.Name
		}
		line := "! " + what + ": " + strings.Join(append([]string{b.Line}, b.State...), " — ") + "  [Read summary]"
		if b.Open {
			line += " [I have this]"
		}
		c.effects = append(c.effects, line)
	case bot.Notice:
		c.effects = append(c.effects, "! in the therapists' channel: "+b.Line)
	case bot.Brief:
		who, _ := c.practice.BySlack(d.To)
		line := "! to " + who.Name + " alone: " + b.Line
		if b.Counts != "" {
			line += " — " + b.Counts
		}
		c.effects = append(c.effects, line+"  [Read brief]")
	default:
		return nil, fmt.Errorf("a therapist reads no %T", b)
	}
	return []byte(d.ID), nil
}

// therapist does what a therapist does, or says what can be seen.
func (p *play) therapist(ctx context.Context, s string) error {
	switch {
	case s == "due":
		for _, id := range slices.SortedFunc(maps.Keys(p.store.due), func(a, b string) int {
			return cmp.Or(p.store.due[a].Compare(p.store.due[b]), strings.Compare(a, b))
		}) {
			i := strings.LastIndexByte(id, '/')
			fmt.Fprintf(&p.out, "! planned: %s, for %s, %s\n", id[i+1:], p.name(bot.SubjectID(id[:i])), p.clock(p.store.due[id]))
		}
		if len(p.store.due) == 0 {
			fmt.Fprintln(&p.out, "! nothing is planned")
		}
		return nil
	case strings.HasPrefix(s, "summary "):
		who := care.TherapistID(strings.TrimPrefix(s, "summary "))
		v, err := p.service.Look(ctx, p.practice.ID(), p.id, who)
		if err != nil {
			fmt.Fprintf(&p.out, "! refused: %v\n", err)
			return nil
		}
		p.rounds[who] = v.Case.Round()
		for line := range strings.Lines(v.Summary.Text()) {
			p.out.WriteString(strings.TrimRight("| "+line, " \n") + "\n")
		}
		return nil
	}
	who, what, ok := strings.Cut(s, ": ")
	if !ok {
		return errors.New("this is nothing that a therapist does: write = summary ana, = ana: offer times 2026-12-03 10:00, = due")
	}
	act, err := p.act(ctx, care.TherapistID(who), what)
	if err != nil {
		return err
	}
	if err := p.service.Act(ctx, p.practice.ID(), act); err != nil {
		fmt.Fprintf(&p.out, "! refused: %s\n", p.refused(err))
	}
	return p.settle(ctx, "")
}

// refused says why a therapist's act came to nothing.
func (p *play) refused(err error) string {
	conflict, ok := errors.AsType[*care.Conflict](err)
	if !ok {
		return err.Error()
	}
	first, _ := p.practice.Therapist(conflict.By)
	if errors.Is(err, care.ErrNotYours) {
		return first.Name + " has this case in hand"
	}
	return first.Name + " was first, with “" + conflict.Kind.Label() + "”"
}

// act reads a claim or a decision: what, then options behind semicolons.
func (p *play) act(ctx context.Context, who care.TherapistID, s string) (bot.Act, error) {
	p.n++
	a := bot.Act{ID: strconv.Itoa(p.n), Case: p.id, By: who}
	if s == "I have this" {
		a.Claim = true
		return a, nil
	}
	if reason, ok := strings.CutPrefix(s, "breaks the glass: "); ok {
		a.Glass = reason
		return a, nil
	}
	if s == "asks for a partner" {
		a.Invite = true
		return a, nil
	}
	round, saw := p.rounds[who]
	if !saw { // whoever decides has opened the summary
		v, err := p.service.Look(ctx, p.practice.ID(), p.id, who)
		if err == nil {
			round = v.Case.Round()
		}
	}
	delete(p.rounds, who)
	d := &care.Decision{Therapist: who, Round: round}
	a.Decision = d
	for i, part := range strings.Split(s, "; ") {
		word, rest, _ := strings.Cut(part, " ")
		var err error
		switch word {
		case "offer":
			d.Kind = care.Offer
			d.Times, err = p.times(strings.TrimPrefix(rest, "times "))
		case "wait":
			d.Kind, d.Date = care.Wait, care.Date(strings.TrimPrefix(rest, "until "))
		case "colleague":
			d.Kind, d.Therapist = care.Colleague, care.TherapistID(rest)
		case "refer":
			d.Kind = care.Refer
		case "ask:":
			d.Kind, d.Note = care.Ask, rest
		case "call":
			d.Kind = care.Call
		case "at":
			d.Times, err = p.times(rest)
		case "about":
			d.Date = care.Date(rest)
		case "write":
			d.WriteBy = care.Date(strings.TrimPrefix(rest, "by "))
		case "with":
			d.Therapist = care.TherapistID(rest)
		case "names:":
			d.Names = strings.Split(rest, " | ")
		case "note:":
			d.Note = rest
		case "because:":
			d.Overrule = rest
		default:
			err = fmt.Errorf("part %d is nothing that a therapist decides: write offer, wait, colleague, refer, ask:, call or I have this", i+1)
		}
		if err != nil {
			return a, err
		}
	}
	return a, nil
}

func (p *play) times(s string) (times []int64, err error) {
	for at := range strings.SplitSeq(s, ", ") {
		t, err := time.ParseInLocation("2006-01-02 15:04", at, p.practice.Zone)
		if err != nil {
			return nil, errors.New("write times as 2026-12-03 10:00, 2026-12-04 15:00")
		}
		times = append(times, t.Unix())
	}
	return times, nil
}

// change makes the sample practice another one for this transcript.
func (p *play) change(s string) error {
	mend := errors.New("write: sam carries compulsive 5, everybody sees solo, ana works online, ruth declines kink, everybody says usted")
	f := strings.Fields(s)
	if len(f) < 3 {
		return mend
	}
	if _, ok := p.practice.Therapist(care.TherapistID(f[0])); !ok && f[0] != "everybody" {
		return fmt.Errorf("nobody at the practice is called %s: use an id of its roster", f[0])
	}
	if f[0] == "everybody" && f[1] == "says" && len(f) == 3 {
		return p.address(f[2])
	}
	if err := p.can(f, mend); err != nil {
		return err
	}
	people := slices.Clone(p.practice.Therapists)
	for i := range people {
		t := &people[i]
		if f[0] != string(t.ID) && f[0] != "everybody" {
			continue
		}
		switch {
		case f[1] == "sees":
			t.Sees = f[2:]
		case f[1] == "works":
			t.Modes = f[2:]
		case f[1] == "declines":
			t.Levels = maps.Clone(t.Levels)
			t.Levels[care.Topic(f[2])] = care.NotTaken
		case f[1] == "carries":
			n, _ := strconv.Atoi(f[3]) // can has read it
			t.Carries.Groups = maps.Clone(t.Carries.Groups)
			if t.Carries.Groups == nil {
				t.Carries.Groups = map[care.GroupID]int{}
			}
			t.Carries.Groups[care.GroupID(f[2])] = n
		}
	}
	p.practice.Therapists = people
	return nil
}

// can reports whether a change is one that a roster could hold as well.
func (p *play) can(f []string, mend error) error {
	said, known := f[2:], []string(nil)
	switch verb := f[1]; {
	case verb == "sees":
		known = []string{"solo", "couple"}
	case verb == "works":
		known = []string{"online", "in-person"}
	case verb == "declines" && len(f) == 3:
		known = vocabulary(p.practice.Library).Topics
	case verb == "carries" && len(f) == 4:
		if n, err := strconv.Atoi(f[3]); err != nil || n < 0 {
			return fmt.Errorf("“%s” is no number of cases: %w", f[3], mend)
		}
		for group := range p.practice.Groups {
			known = append(known, string(group))
		}
		slices.Sort(known)
		said = f[2:3]
	default:
		return mend
	}
	for _, word := range said {
		if !slices.Contains(known, word) {
			return fmt.Errorf("nobody %s %s: use %s", f[1], word, strings.Join(known, ", "))
		}
	}
	return nil
}

// address makes the practice speak to people in another form.
func (p *play) address(form string) error {
	if !inForm(p.practice, form) {
		return fmt.Errorf("no language says %s: write tu or usted", form)
	}
	return nil
}

// inForm makes a practice speak to people in another form, if one of its
// languages has it.
func inForm(p *bot.Practice, form string) bool {
	texts := maps.Clone(p.Texts)
	known := false
	for lang, t := range texts {
		if t, ok := t.(*content.Texts); ok {
			texts[lang] = t.In(form)
			known = known || slices.Contains(t.Forms(), lang+"-"+form)
		}
	}
	if known {
		p.Texts, p.FormOfAddress = texts, form
	}
	return known
}
