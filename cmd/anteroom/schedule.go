package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"anteroom/bot"
	"anteroom/bot/care"
)

var scheduleCommand = command{
	run:  schedule,
	name: "schedule", args: "show CASE | simulate [CASE]", short: "what the service would send, when, and to whom",
	long: `"anteroom schedule show K7Q-42 -reason 'before our talk'" prints what is to come of one case, the next 20 things:
when, on the practice's clock and on the person's own, who gets it, and what it is. -n 50 prints more.
It is a look at the case: the look and its reason are written into its log, as with "anteroom case show".

"anteroom schedule simulate -from 2027-06-01 -to 2027-06-30" prints what would be sent in all cases of the practice
on these days, both included, and below it how many things on each day. Like a therapist's home it has numbers of
cases, dates and kinds, and no client's word: it is no look at any case, and nothing is written. With the number of a
case behind it, it is about that person, and a look like "show": it needs -reason.

Both do to a copy of each case what the service would do to the case, at the times at which it would: sessions,
quiet hours, holidays, pauses and holds as they stand now. Nothing is sent. They take it that whatever is asked is
answered at once, and that nothing else happens; -silent shows what comes when nobody answers: one more message,
word to the therapist, and then silence. What is past stands in "anteroom case log".

Both take the settings of "serve" and work while it runs.`,
}

const (
	scheduleMost = 20      // things that show prints
	scheduleDays = 28      // that simulate looks ahead
	scheduleFar  = 10 * 12 // months, at most
)

func schedule(ctx context.Context, p *program, c command, args []string) error {
	fl := newFlags("schedule")
	read := p.settingsOf(fl, caseSettings...)
	why := fl.String("reason", "", "why you look: `WHY`, a few words; it stands in the case's log (show, and simulate of one case)")
	most := fl.Int("n", scheduleMost, "how many things to print (show)")
	from := fl.String("from", "", "the first `DAY`, as 2027-06-01; unset: today (simulate)")
	to := fl.String("to", "", "the last `DAY`; unset: four weeks on (simulate)")
	silent := fl.Bool("silent", false, "as if nobody answered anything")
	rest, err := p.parseAll(c, fl, args)
	if err != nil {
		return err
	}
	verb, id := "", care.CaseID("")
	if len(rest) > 0 {
		verb = rest[0]
	}
	switch {
	case verb == "show" && len(rest) == 2, verb == "simulate" && len(rest) == 2:
		if id, err = care.ParseCaseID(rest[1]); err != nil {
			return usageError{fmt.Errorf("%q is not a case id: they look like K7Q-42", rest[1])}
		}
	case verb == "simulate" && len(rest) == 1:
	default:
		return usageError{errors.New("write: anteroom schedule show K7Q-42 -reason WHY, or: anteroom schedule simulate -from DAY -to DAY")}
	}
	how := bot.Answered
	if *silent {
		how = bot.Silent
	}
	cfg, err := read()
	if err != nil {
		return err
	}
	if verb == "show" {
		return p.scheduleShow(ctx, cfg, id, *why, *most, how)
	}
	return p.scheduleSimulate(ctx, cfg, id, *why, *from, *to, how)
}

func (p *program) scheduleShow(ctx context.Context, cfg config, id care.CaseID, why string, most int, how bot.Answering) error {
	if most < 1 {
		return usageError{fmt.Errorf("-n is %d: write how many things to print, as -n 50", most)}
	}
	reason, err := scheduleReason("show", id, why)
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
	zone, err := time.LoadLocation(view.Zone)
	if err != nil {
		return err
	}
	now := p.day()
	var all []bot.Scheduled
	for months := 3; len(all) <= most && months < 4*scheduleFar; months *= 4 { // most ask for the next few weeks
		if all, err = s.Schedule(ctx, id, now, now.AddDate(0, min(months, scheduleFar), 0), how); err != nil {
			return p.caseProblem(id, err)
		}
	}
	if len(all) == 0 {
		fmt.Fprintf(p.stdout, "%s: nothing is to come\n", id)
		return nil
	}
	more := max(0, len(all)-most)
	all = all[:len(all)-more]
	w := tabwriter.NewWriter(p.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "%s\tTHEIR CLOCK\tTO\tWHAT\n", zone)
	for _, x := range all {
		theirs := "the same"
		if x.At.Location().String() != zone.String() {
			theirs = x.At.Format("Mon 2 Jan 15:04 ") + x.At.Location().String()
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", x.At.In(zone).Format("Mon 2 Jan 2006 15:04"), theirs, toWhom(x), whatOf(x))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if more > 0 {
		fmt.Fprintf(p.stdout, "and later ones; -n %d shows more\n", 2*most)
	}
	return nil
}

func scheduleReason(verb string, id care.CaseID, why string) (string, error) {
	reason, err := care.GlassReason(why)
	if err != nil {
		return "", usageError{fmt.Errorf("say why you look, in a few words: anteroom schedule %s %s -reason 'WHY'; it is written into the case's log", verb, id)}
	}
	return reason, nil
}

// scheduleSimulate prints what is to come. The schedule of all cases is no look
// at any, as [bot.Service.Caseload] is none; that of one case is a look at it.
func (p *program) scheduleSimulate(ctx context.Context, cfg config, id care.CaseID, why, from, to string, how bot.Answering) error {
	practice, _, err := loadPractice(cfg.Practice)
	if err != nil {
		return err
	}
	zone := practice.Practice.Zone
	today := care.DateOf(p.day().In(zone))
	first, last := care.Date(from), care.Date(to)
	var problems []error
	for name, day := range map[string]care.Date{"-from": first, "-to": last} {
		if _, err := care.ParseDate(string(day)); day != "" && err != nil {
			problems = append(problems, fmt.Errorf("%s is %q: write a day, as %s", name, day, today))
		}
	}
	if err := joinUsage(problems); err != nil {
		return err
	}
	if first == "" {
		first = today
	}
	if last == "" {
		last = care.DateOf(first.In(zone).AddDate(0, 0, scheduleDays-1))
	}
	switch {
	case first < today:
		return usageError{fmt.Errorf("-from %s is past: a schedule is of what is to come; what was stands in \"anteroom case log\"", first)}
	case last < first:
		return usageError{fmt.Errorf("-to %s comes before -from %s: write the first day under -from, the last under -to", last, first)}
	case last.In(zone).After(p.day().AddDate(0, scheduleFar, 0)):
		return usageError{fmt.Errorf("-to %s is more than ten years off: write an earlier day", last)}
	}
	reason := ""
	if id != "" {
		if reason, err = scheduleReason("simulate", id, why); err != nil {
			return err
		}
	}
	s, done, err := p.service(ctx, cfg)
	if err != nil {
		return err
	}
	defer done()
	if id != "" {
		if _, err := p.look(ctx, s, id, reason); err != nil {
			return err
		}
	}
	all, err := s.Schedule(ctx, id, first.In(zone), last.In(zone).AddDate(0, 0, 1), how)
	if err != nil {
		return p.caseProblem(id, err)
	}
	if len(all) == 0 {
		fmt.Fprintf(p.stdout, "nothing would be sent from %s to %s\n", first, last)
		return nil
	}
	w := tabwriter.NewWriter(p.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "%s\tCASE\tTO\tWHAT\n", zone)
	type sum struct{ people, therapists int }
	var days []care.Date
	sums := make(map[care.Date]sum)
	var total sum
	for _, x := range all {
		at := x.At.In(zone)
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", at.Format("Mon 2 Jan 2006 15:04"), x.Case, toWhom(x), whatOf(x))
		day := care.DateOf(at)
		n, seen := sums[day]
		if !seen {
			days = append(days, day)
		}
		if x.To == "" {
			n.people, total.people = n.people+1, total.people+1
		} else {
			n.therapists, total.therapists = n.therapists+1, total.therapists+1
		}
		sums[day] = n
	}
	fmt.Fprintln(w)
	fmt.Fprintln(w, "DAY\tCLIENTS\tTHERAPISTS\tALL")
	for _, day := range days {
		n := sums[day]
		fmt.Fprintf(w, "%s\t%d\t%d\t%d\n", day.In(zone).Format("Mon 2 Jan 2006"), n.people, n.therapists, n.people+n.therapists)
	}
	fmt.Fprintf(w, "all\t%d\t%d\t%d\n", total.people, total.therapists, len(all))
	return w.Flush()
}

// toWhom is who gets something.
func toWhom(x bot.Scheduled) string {
	switch {
	case x.To != "":
		return string(x.To)
	case x.Person == care.TheClient:
		return "client"
	}
	return fmt.Sprintf("partner %d", x.Person.Seat())
}

// whatOf is what it is, in a few words.
func whatOf(x bot.Scheduled) string {
	of := strings.ReplaceAll(string(x.Cadence), "-", " ")
	switch x.Cadence {
	case care.CadenceSittings:
		of = "sitting"
	case care.CadenceSessions, care.CadenceBrief:
		of = fmt.Sprintf("session %d", x.Ref)
	case care.CadenceAssignments:
		of = fmt.Sprintf("assignment %d", x.Ref)
	case care.CadenceReport:
		of = fmt.Sprintf("report on assignment %d", x.Ref)
	case care.CadenceBoosters:
		of = "booster"
	case care.CadenceWaitlist:
		of = "still want it?"
	}
	switch x.Deed {
	case care.DeedAsk:
		return "asks: " + of
	case care.DeedNudge:
		return "asks once more: " + of
	case care.DeedTell:
		return "no answer for a week: " + of
	case care.DeedRemind:
		return "reminder: " + of
	case care.DeedFollowUp:
		return "after the missed " + of
	case care.DeedBrief:
		return "brief: " + of
	case care.DeedLapse:
		return "the times for " + of + " are free again"
	}
	return of
}
