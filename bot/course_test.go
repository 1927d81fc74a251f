package bot_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"anteroom/bot"
	"anteroom/bot/care"
)

// steers lets a therapist steer a case.
func (h *house) steers(c care.CaseID, by care.TherapistID, s bot.Steer) error {
	h.t.Helper()
	h.mu.Lock()
	h.events++
	id := fmt.Sprintf("s%d", h.events)
	h.mu.Unlock()
	err := h.Act(h.t.Context(), h.practice.ID(), bot.Act{ID: id, Case: c, By: by, Steer: &s})
	h.settle()
	return err
}

func (h *house) mustSteer(c care.CaseID, by care.TherapistID, s bot.Steer) {
	h.t.Helper()
	if err := h.steers(c, by, s); err != nil {
		h.t.Fatal(err)
	}
}

// hours lets time pass, an hour at a time.
func (h *house) hours(n int) {
	h.t.Helper()
	for range n {
		h.clock.Advance(time.Hour)
		h.settle()
	}
}

// answers goes through whatever is open: the first of the answers that it has a
// button for, and words where words are asked for. It stops when nothing is
// open, and returns how many answers it gave.
func (p *person) answers(prefer ...string) int {
	p.t.Helper()
	prefer = append(prefer, "Yes", "Open it", "That is all", "That is my list", "No list, please", "Several days", "5", "Nothing that I know of", "As we hoped")
	for n := 0; n < 60; n++ {
		before := len(p.phone.to(p.chat))
		all := p.phone.to(p.chat)
		last, ok := all[len(all)-1].Body.(bot.Text)
		if r, redrawn := all[len(all)-1].Body.(bot.Redraw); redrawn {
			last, ok = bot.Text{Buttons: r.Buttons}, true
		}
		if !ok || len(last.Buttons) == 0 {
			return n
		}
		buttons := slices.Concat(last.Buttons...)
		pick := -1
		for _, label := range prefer {
			if pick = slices.IndexFunc(buttons, func(b bot.Button) bool { return !b.Always && strings.HasPrefix(b.Label, label) }); pick >= 0 {
				break
			}
		}
		for i, b := range buttons { // otherwise the first that is not chosen yet and no way out
			if pick < 0 && !b.Always && !strings.HasPrefix(b.Label, "✓") {
				pick = i
			}
		}
		if pick < 0 {
			return n
		}
		p.do(bot.Press{Data: buttons[pick].Data})
		if len(p.phone.to(p.chat)) == before {
			return n
		}
	}
	p.t.Fatal("the dialog does not end")
	return 0
}

// booked is a case whose client picked the first session, at an hour of start's day.
func booked(t *testing.T) (*house, *person, care.CaseID) {
	h := build(t)
	p := h.person("ann")
	id := p.sends()
	if err := h.acts("offer", id, "ana", offer("ana", hour(240))); err != nil {
		t.Fatal(err)
	}
	h.settle()
	p.presses("Open it")
	p.answers("Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday", "Monday")
	return h, p, id
}

// TestWholeTherapy goes from the picked time to the silence after the last
// booster, and looks at every stage that what belongs to it came, and nothing
// else.
func TestWholeTherapy(t *testing.T) {
	t.Parallel()
	h, p, id := booked(t)
	c := h.view(id)
	if c.Episode.At() != care.PhaseEvaluation || len(c.Sessions) != 1 || c.Sessions[0].State != care.SessionBooked {
		t.Fatalf("after the choice: phase %s, sessions %+v", c.Episode.At(), c.Sessions)
	}

	// The evaluation: three sittings, a brief, two reminders.
	for range 24 * 9 {
		h.hours(1)
		p.answers()
	}
	c = h.view(id)
	if n := len(c.Sittings); n != 3 {
		t.Fatalf("got %d sittings, want 3; heard %q", n, p.hears())
	}
	if c.Sessions[0].Briefed == 0 {
		t.Error("no brief was made")
	}
	briefs := 0
	for _, d := range h.desk.got() {
		if b, ok := d.Body.(bot.Brief); ok && b.Case == string(id) && b.Session == int(c.Sessions[0].ID) && d.To != "" {
			briefs++
		}
	}
	if briefs != 1 {
		t.Errorf("the therapist was sent %d briefs, want one, to them alone", briefs)
	}
	h.hours(48)
	reminders := 0
	for _, d := range p.phone.to("ann") {
		if b, ok := d.Body.(bot.Text); ok && (strings.HasPrefix(b.Text, "Reminder: ") || strings.HasPrefix(b.Text, "You have a message waiting")) {
			reminders++
		}
	}
	if reminders < 2 {
		t.Errorf("got %d reminders before the session, want two at least", reminders)
	}
	h.mustSteer(id, "ana", bot.Steer{Met: &bot.Met{Session: 1, Came: true}})
	h.mustSteer(id, "ana", bot.Steer{Observe: &care.Observation{Session: 1, Insight: 4, Motivation: 3}})

	// The plan: goals, agreed to.
	h.mustSteer(id, "ana", bot.Steer{Move: &bot.Moving{Name: care.MovePlan, Round: care.AnyRound}})
	h.mustSteer(id, "ana", bot.Steer{Goal: &care.Goal{Words: "more ease at bedtime", Weight: 3, Begins: -1}})
	h.mustSteer(id, "ana", bot.Steer{Agree: true})
	p.answers("Open it", "Yes, they are mine")
	if g := h.view(id).Goals; len(g) != 1 || g[0].Agreed == 0 {
		t.Fatalf("the goal was not agreed to: %+v; heard %q", g, p.hears())
	}
	if err := h.steers(id, "ana", bot.Steer{Give: &care.Assignment{Library: "touch-hands", Person: care.TheClient, From: h.clock.Now().Unix()}}); !errors.Is(err, care.ErrNotPossible) {
		t.Errorf("an assignment before the therapy: got %v, want that it is not possible", err)
	}

	// The middle: an assignment, its report, check-ins.
	h.mustSteer(id, "ana", bot.Steer{Move: &bot.Moving{Name: care.MoveStart, Round: care.AnyRound}})
	h.mustSteer(id, "ana", bot.Steer{Give: &care.Assignment{Library: "touch-hands", Person: care.TheClient, From: h.clock.Now().Unix()}})
	for range 24 * 30 {
		h.hours(1)
		p.answers("Yes, all of it", "No, ", "I will try")
	}
	c = h.view(id)
	if len(c.Given) != 1 || c.Given[0].Delivered == 0 || len(c.Reports) == 0 {
		t.Fatalf("given %+v, reports %d; heard %q", c.Given, len(c.Reports), p.hears())
	}
	if n := len(c.Measured(care.Bother, care.TheClient)); n < 3 || n > 5 {
		t.Errorf("got %d pulses in a month, want about four", n)
	}
	if n := len(c.Measured(care.PHQ2, care.TheClient)); n < 1 {
		t.Errorf("no mood was asked in a month")
	}

	// A second session, chosen from two times.
	at := h.clock.Now().Add(50 * time.Hour).Truncate(time.Hour).Unix()
	h.mustSteer(id, "ana", bot.Steer{Offer: &care.SessionOffer{Kind: care.ForTherapy, Therapist: "ana", Times: []int64{at, at + 7200}}})
	p.answers("Open it")
	if s, ok := h.view(id).Session(2); !ok || s.State != care.SessionBooked {
		t.Fatalf("the second session: %+v; heard %q", s, p.hears())
	}
	h.hours(60)
	h.mustSteer(id, "ana", bot.Steer{Met: &bot.Met{Session: 2, Came: true}})

	// The ending, with two boosters.
	h.mustSteer(id, "ana", bot.Steer{Move: &bot.Moving{Name: care.MoveReach, Round: care.AnyRound}})
	h.mustSteer(id, "ana", bot.Steer{Move: &bot.Moving{Name: care.MoveEnd, Round: care.AnyRound, Goodbye: "It was good to work with you. Ana"}})
	for range 24 * 3 {
		h.hours(1)
		p.answers("In 1 month", "In 3 months", "I will decide later", "I would rather say it in person", "I do not know yet", "Yes")
	}
	c = h.view(id)
	if c.Episode.At() != care.PhaseBooster {
		t.Fatalf("after the ending: %s, boosters %+v; heard %q", c.Episode.At(), c.Boosters, p.hears())
	}
	p.hears()
	for range 24 * 400 / 6 {
		h.clock.Advance(6 * time.Hour)
		h.settle()
		p.answers("Open it", "Yes, go on", "Well")
	}
	c = h.view(id)
	if c.Episode.At() != care.PhaseClosed {
		t.Errorf("after the boosters: %s, want closed; %+v", c.Episode.At(), c.Boosters)
	}
	if heard := p.hears(); len(heard) > 14 {
		t.Errorf("after the ending %d messages came: %q", len(heard), heard)
	}
	days(h, 300*24*time.Hour)
	if heard := p.hears(); len(heard) != 0 {
		t.Errorf("after the last booster came %q, want silence", heard)
	}
}

// TestReminderOnce: a reminder that went out goes out no more, whatever happens
// to the case after it.
func TestReminderOnce(t *testing.T) {
	t.Parallel()
	h, p, id := booked(t)
	for range 24 * 5 {
		h.hours(1)
		p.answers()
	}
	h.hours(24*5 - 36)
	p.hears()
	for i := range 35 { // until an hour before the session
		h.hours(1)
		p.answers()
		h.mustSteer(id, "ana", bot.Steer{Hold: i%2 == 0, Lift: i%2 == 1})
	}
	waiting := 0
	for _, text := range p.hears() {
		if strings.HasPrefix(text, "You have a message waiting.") {
			waiting++
		}
	}
	if waiting != 2 {
		t.Errorf("got %d reminders of one session, want two", waiting)
	}
}
