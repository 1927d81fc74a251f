package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"anteroom/bot"
	"anteroom/bot/care"
)

// steerFor is how long "case steer" waits for the service to take what it posted.
const steerFor = 4 * time.Second

// steerHelp is what "case steer" understands.
const steerHelp = `write: anteroom case steer K7Q-42 -as THERAPIST and one of
  move NAME           accept, plan, start, reach, go-on, replan, end (-goodbye WORDS), return, evaluate, close
  met N yes|no        whether they came to session N
  offer TIME …        times for a session, for the client to choose from, as 2027-06-01T15:00
  book TIME           a session at a time that is settled
  cancel N            session N
  give ASSIGNMENT     from the library; -for partner, -variant solo, -from 2027-06-01
  take N              takes assignment N back
  goal                a goal, in the client's words: they are read from standard input; -weight 5, -begins -1
  agree               asks the client whether the goals are theirs
  hold | lift         stops all assignments; lets them go on
  seen                every flag so far`

// caseSteer does in the course of a case what a therapist does in Slack. What
// the rules refuse is said at once; the rest is for the service that works for
// the practice.
func caseSteer(ctx context.Context, p *program, c command, args []string) error {
	fl := newFlags("case steer")
	read := p.settingsOf(fl, caseSettings...)
	var o steering
	fl.StringVar(&o.as, "as", "", "`THERAPIST`: whose hand this is, by the id in roster.yaml")
	fl.StringVar(&o.with, "with", "", "the `THERAPIST` whom a session is with; unset: the same")
	fl.StringVar(&o.why, "why", "", "why a case is moved: `WORDS` for the therapists")
	fl.StringVar(&o.goodbye, "goodbye", "", "the last `WORDS` to the client, signed (move end)")
	fl.StringVar(&o.to, "for", "client", "`WHO` gets an assignment: client, partner, or the seat of one")
	fl.StringVar(&o.variant, "variant", "", "the `FORM` of an assignment: solo, disability, pain")
	fl.StringVar(&o.from, "from", "", "the `DAY` on which an assignment comes; unset: now")
	fl.IntVar(&o.weight, "weight", 5, "how much a goal weighs, 1 to 9")
	fl.IntVar(&o.begins, "begins", -1, "where a goal stands now, -2 to 2")
	rest, err := p.parseAll(c, fl, args)
	if err != nil {
		return err
	}
	if len(rest) < 2 || o.as == "" {
		return usageError{errors.New(steerHelp)}
	}
	id, err := care.ParseCaseID(rest[0])
	if err != nil {
		return usageError{fmt.Errorf("%q is not a case id: they look like K7Q-42", rest[0])}
	}
	cfg, err := read()
	if err != nil {
		return err
	}
	if o.practice, _, err = loadPractice(cfg.Practice); err != nil {
		return err
	}
	o.now, o.stdin = p.day(), p.stdin
	who, ok := o.practice.Therapist(care.TherapistID(o.as))
	if !ok {
		return usageError{fmt.Errorf("-as: nobody in roster.yaml is %q", o.as)}
	}
	steer, err := o.read(rest[1], rest[2:])
	if err != nil {
		return usageError{err}
	}
	s, done, err := p.service(ctx, cfg)
	if err != nil {
		return err
	}
	defer done()
	act := bot.Act{ID: "cli/" + rand.Text(), Case: id, By: who.ID, Steer: &steer}
	switch err := s.TryAct(ctx, act); {
	case errors.Is(err, bot.ErrNotAllowed):
		fmt.Fprintf(p.stderr, "anteroom case: %s has no part in %s, or it is no client's case yet; nothing was done\n", who.Name, id)
		return errFound
	case errors.Is(err, care.ErrNotPossible), errors.Is(err, care.ErrHeld), errors.Is(err, care.ErrTimeTaken), errors.Is(err, care.ErrRange):
		fmt.Fprintf(p.stderr, "anteroom case: nothing was done: %v\n", err)
		return errFound
	case err != nil:
		return p.caseProblem(id, err)
	}
	lines, _, err := s.CaseLog(ctx, id)
	if err != nil {
		return err
	}
	if err := s.PostAct(ctx, act); err != nil {
		return err
	}
	for until := time.Now().Add(steerFor); time.Now().Before(until); {
		if err := pauseFor(ctx, 100*time.Millisecond); err != nil {
			return err
		}
		now, _, err := s.CaseLog(ctx, id)
		if err != nil {
			continue // it is being written
		}
		for _, l := range now[min(len(lines), len(now)):] {
			if l.Role == bot.Therapist && l.By == who.Name {
				fmt.Fprintf(p.stdout, "%s: %s\n", id, l.What)
				return nil
			}
		}
	}
	fmt.Fprintf(p.stdout, "queued: %s; it is done as soon as \"anteroom serve\" runs, and stands in \"anteroom case log %s\" then\n", id, id)
	return nil
}

// steering are the flags of "case steer".
type steering struct {
	as, with, why, goodbye, to, variant, from string
	weight, begins                            int
	practice                                  *bot.Practice
	now                                       time.Time
	stdin                                     io.Reader
}

// read reads one of the verbs with what stands behind it.
func (o steering) read(verb string, args []string) (bot.Steer, error) {
	want := func(n int) error {
		if len(args) != n {
			return errors.New(steerHelp)
		}
		return nil
	}
	switch verb {
	case "move":
		if err := want(1); err != nil {
			return bot.Steer{}, err
		}
		name, err := o.move(args[0])
		return bot.Steer{Move: &bot.Moving{Name: name, Round: care.AnyRound, Why: o.why, Goodbye: o.goodbye}}, err
	case "met":
		if err := want(2); err != nil || args[1] != "yes" && args[1] != "no" {
			return bot.Steer{}, errors.New("write: met N yes, or: met N no")
		}
		n, err := number(args[0], "session")
		return bot.Steer{Met: &bot.Met{Session: care.SessionID(n), Came: args[1] == "yes"}}, err
	case "offer", "book":
		offer, err := o.offer(args)
		if verb == "offer" || err != nil {
			return bot.Steer{Offer: offer}, err
		}
		return bot.Steer{Book: offer}, want(1)
	case "cancel", "take":
		if err := want(1); err != nil {
			return bot.Steer{}, err
		}
		if verb == "take" {
			n, err := number(args[0], "assignment")
			return bot.Steer{Take: care.AssignmentID(n)}, err
		}
		n, err := number(args[0], "session")
		return bot.Steer{Cancel: care.SessionID(n)}, err
	case "give":
		if err := want(1); err != nil {
			return bot.Steer{}, err
		}
		a, err := o.assignment(args[0])
		return bot.Steer{Give: a}, err
	case "goal":
		if err := want(0); err != nil {
			return bot.Steer{}, err
		}
		words, err := io.ReadAll(io.LimitReader(o.stdin, 4096))
		if err == nil && strings.TrimSpace(string(words)) == "" {
			err = errors.New("write the goal to standard input: anteroom case steer … goal < goal.txt")
		}
		return bot.Steer{Goal: &care.Goal{Words: string(words), Weight: o.weight, Begins: care.Attained(o.begins)}}, err
	case "hold", "lift", "seen", "agree":
		return bot.Steer{Hold: verb == "hold", Lift: verb == "lift", Seen: verb == "seen", Agree: verb == "agree"}, want(0)
	}
	return bot.Steer{}, errors.New(steerHelp)
}

func (o steering) move(name string) (care.MoveName, error) {
	var names []string
	for _, m := range care.Moves() {
		if slices.Contains(m.By, care.RolePart) {
			names = append(names, string(m.Name))
		}
	}
	if !slices.Contains(names, name) {
		return "", fmt.Errorf("move %q: a therapist makes one of %s", name, strings.Join(names, ", "))
	}
	if name != string(care.MoveEnd) && o.goodbye != "" {
		return "", errors.New("-goodbye goes with move end alone")
	}
	return care.MoveName(name), nil
}

func (o steering) offer(args []string) (*care.SessionOffer, error) {
	with := o.as
	if o.with != "" {
		with = o.with
	}
	if _, ok := o.practice.Therapist(care.TherapistID(with)); !ok {
		return nil, fmt.Errorf("-with: nobody in roster.yaml is %q", with)
	}
	out := &care.SessionOffer{Therapist: care.TherapistID(with)}
	if len(args) == 0 {
		return nil, errors.New("write the times, as 2027-06-01T15:00")
	}
	for _, arg := range args {
		at, err := o.time(arg)
		if err != nil {
			return nil, err
		}
		out.Times = append(out.Times, at.Unix())
	}
	return out, nil
}

// time reads a time on the practice's clock.
func (o steering) time(arg string) (time.Time, error) {
	const form = "2006-01-02T15:04"
	zone := o.practice.Practice.Zone
	at, err := time.ParseInLocation(form, arg, zone)
	switch {
	case err != nil:
		return at, fmt.Errorf("%q is not a time: write it on the practice's clock, as 2027-06-01T15:00", arg)
	case at.Format(form) != arg:
		return at, fmt.Errorf("%s does not exist on the clock of %s: it goes forward in that night", arg, zone)
	case !at.After(o.now):
		return at, fmt.Errorf("%s is past", arg)
	}
	return at, nil
}

func (o steering) assignment(library string) (*care.Assignment, error) {
	a := &care.Assignment{Library: library, Variant: o.variant, From: o.now.Unix()}
	switch n, err := strconv.Atoi(o.to); {
	case o.to == "client":
		a.Person = care.TheClient
	case o.to == "partner":
		a.Person = care.PersonIn(2)
	case err == nil && n > 1 && n < 256:
		a.Person = care.PersonIn(uint8(n))
	default:
		return nil, fmt.Errorf("-for %q: write client, partner, or the number of a partner's seat", o.to)
	}
	if o.from != "" {
		day, err := care.ParseDate(o.from)
		if err != nil || day < care.DateOf(o.now.In(o.practice.Practice.Zone)) {
			return nil, fmt.Errorf("-from %q: write a day to come, as 2027-06-01", o.from)
		}
		a.From = max(a.From, day.In(o.practice.Practice.Zone).Unix())
	}
	return a, nil
}

func number(arg, what string) (int, error) {
	n, err := strconv.Atoi(arg)
	if err != nil || n < 1 {
		return 0, fmt.Errorf("%q: write the number of the %s, from 1", arg, what)
	}
	return n, nil
}
