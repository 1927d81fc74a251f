package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"anteroom/bot"
	"anteroom/bot/care"
	fakeslack "anteroom/bot/slack/slacktest"
	"anteroom/bot/telegram/telegramtest"
)

// patient is a client who goes the whole way, from the intake to the last
// booster, and gives the same answers each time.
type patient struct {
	n        int
	user     *telegramtest.User
	moves    *atomic.Int64
	answered map[int]bool // by message: what is asked again is answered again
}

func newPatient(n int, server *telegramtest.Server, moves *atomic.Int64) *patient {
	return &patient{n: n, user: server.User(7_150_000_001+int64(n), "Ferst", "en"), moves: moves, answered: make(map[int]bool)}
}

func (p *patient) name() string { return fmt.Sprintf("Kim%d", p.n) }

// chosen are the answers that are taken wherever they stand, and otherwise the
// first one is.
var chosen = []string{"Open it", "No, neither", "I agree", "Yes, all safe", "Just me. No partner", "None of these", "Any way", "Nothing special", "Yes, that works", "Yes", "Here, open",
	"Not at all", "As we hoped", "No, not this time", "I will try", "I will decide later", "Well", "Send it", "5"}

// live answers whatever is asked, as soon as it is asked, until the context ends;
// what is there twice, as a process that was killed may have sent it, once.
func (p *patient) live(ctx context.Context) {
	p.user.Send("/start")
	for pause(ctx) == nil {
		inbox := p.user.Inbox()
		for i, m := range inbox {
			if len(m.Buttons) == 0 || p.answered[m.ID] {
				continue
			}
			p.answered[m.ID] = true
			if !slices.ContainsFunc(inbox[i+1:], func(later telegramtest.Message) bool { return question(later) == question(m) }) {
				p.answer(m)
				p.moves.Add(1)
			}
		}
	}
}

func (p *patient) answer(m telegramtest.Message) {
	if strings.HasPrefix(m.Text, "I am a simple program") { // a name that was asked for twice, and meant nothing the second time
		p.user.Send("back")
		return
	}
	all := answers(m)
	if strings.HasPrefix(question(m), "What may we call you") {
		p.user.Send(p.name() + ", they")
		return
	}
	if len(all) == 0 {
		return
	}
	done := slices.IndexFunc(all, func(b telegramtest.Button) bool { return b.Label == "That is all" || b.Label == "That is my list" })
	if done >= 0 && strings.HasPrefix(question(m), "Shall I write to you again") {
		for _, b := range all[:done] {
			p.user.PressData(m.ID, b.Data)
		}
		p.user.PressData(m.ID, all[done].Data)
		return
	}
	pick := 0
	for _, want := range chosen {
		if i := slices.IndexFunc(all, func(b telegramtest.Button) bool { return strings.HasPrefix(b.Label, want) }); i >= 0 {
			pick = i
			break
		}
	}
	p.user.PressData(m.ID, all[pick].Data)
	if pick < done {
		p.user.PressData(m.ID, all[done].Data)
	}
}

// heard counts the messages of the bot that hold some words.
func (p *patient) heard(words string) (n int) {
	for _, m := range p.user.Inbox() {
		if strings.Contains(m.Text, words) {
			n++
		}
	}
	return n
}

// until waits until words were heard so often.
func (p *patient) until(ctx context.Context, words string, times int) error {
	for p.heard(words) < times {
		if err := pause(ctx); err != nil {
			return fmt.Errorf("client %d has not heard %q %d times: %w; the chat ends:\n%s", p.n, words, times, err, p.tail(20))
		}
	}
	return nil
}

func (p *patient) tail(n int) string {
	all := p.user.Screen()
	var b strings.Builder
	for _, m := range all[max(0, len(all)-n):] {
		who := ">"
		if m.FromBot {
			who = "<"
		}
		fmt.Fprintf(&b, "%s %s %q %q\n", who, m.At.Format("05.0"), m.Text, m.Labels())
	}
	return b.String()
}

// carer is who treats a patient: one therapist for the evaluation and for all
// that is decided, and another one for the session after it, so that no two
// sessions of the rehearsal meet.
type carer struct {
	stage   *stage
	post    func(context.Context, bot.Act) error
	hand    steerer       // nil: all is posted
	undoes  bool          // takes a move back, and makes it again
	lead    time.Duration // how soon a session begins
	id      care.CaseID
	by, the care.TherapistID
	acts    int
}

// offers finds the patient's card in the channel and offers a first time.
func (c *carer) offers(ctx context.Context, p *patient) error {
	server := c.stage.slack
	user := "U0" + strings.ToUpper(string(c.by))
	u := server.User(user)
	not := map[string]bool{}
	for c.id == "" || p.heard("can see you") == 0 {
		look, cancel := context.WithTimeout(ctx, 4*time.Second)
		m, err := server.WaitMessage(look, fakeslack.Channel, func(m fakeslack.Message) bool {
			return caseOf(m) != "" && !not[caseOf(m)] && strings.Contains(m.Text, "answer due")
		})
		cancel()
		switch {
		case ctx.Err() != nil:
			return fmt.Errorf("client %d has no card beside %v: %w\n%s", p.n, not, context.Cause(ctx), p.tail(20))
		case err != nil:
			continue
		}
		for range len(server.Views(user)) {
			u.CloseView()
		}
		if _, err := u.Press(m, "anteroom.read"); err != nil {
			not[caseOf(m)] = true // it was decided meanwhile
			continue
		}
		look, cancel = context.WithTimeout(ctx, 4*time.Second)
		summary, err := server.WaitView(look, user, func(v fakeslack.View) bool { return strings.Contains(v.Plain(), caseOf(m)) })
		cancel()
		if err != nil {
			continue // the process was killed, perhaps
		}
		if !strings.Contains(summary.Plain(), p.name()) {
			not[caseOf(m)] = true
			continue
		}
		c.id = care.CaseID(caseOf(m))
		if _, err := u.PressView(summary, "anteroom.decide.offer"); err != nil {
			continue
		}
		open, cancel := context.WithTimeout(ctx, 4*time.Second)
		form, err := server.WaitView(open, user, func(v fakeslack.View) bool { return v.CallbackID == "anteroom.decide.offer" })
		cancel()
		if err != nil {
			continue
		}
		values := fakeslack.Values{"therapist": string(c.by), "time1": time.Now().Add(c.lead).Truncate(time.Second)}
		if _, err := u.SubmitView(form.ID, values); err != nil {
			continue
		}
		if c.decided(user) {
			break
		}
	}
	return nil
}

func (c *carer) decided(user string) bool {
	views := c.stage.slack.Views(user)
	if len(views) == 0 {
		return false
	}
	told := views[len(views)-1].Plain()
	return strings.Contains(told, "Done: ") || strings.Contains(told, "Nothing was sent twice")
}

// steer does acts, in their order, by the carer's hand where that has a way.
func (c *carer) steer(ctx context.Context, all ...bot.Steer) error {
	for _, s := range all {
		if c.hand != nil {
			if err := c.hand(ctx, c, s); err == nil {
				continue
			} else if !errors.Is(err, errNotHere) {
				return err
			}
		}
		c.acts++
		if err := c.post(ctx, bot.Act{ID: fmt.Sprintf("test/%s/%d", c.id, c.acts), Case: c.id, By: c.by, Steer: &s}); err != nil {
			return err
		}
	}
	return nil
}

func moving(name care.MoveName) bot.Steer {
	return bot.Steer{Move: &bot.Moving{Name: name, Round: care.AnyRound, Goodbye: "It was good to work with you."}}
}

// treats goes the whole way with a patient.
func (c *carer) treats(ctx context.Context, p *patient) error {
	if err := c.offers(ctx, p); err != nil {
		return err
	}
	if err := p.until(ctx, "Your first meeting with", 1); err != nil {
		return err
	}
	if err := p.until(ctx, "reads this before you meet. If it gets heavy", 1); err != nil {
		return err
	}
	if err := c.meets(ctx, p, 1, time.Now().Add(c.lead)); err != nil {
		return err
	}
	if err := c.steer(ctx, bot.Steer{Observe: &care.Observation{Session: 1, Insight: 4, Motivation: 3}}, moving(care.MovePlan)); err != nil {
		return err
	}
	if c.undoes {
		if err := c.steer(ctx, bot.Steer{Undo: new(int)}, moving(care.MovePlan)); err != nil {
			return err
		}
	}
	err := c.steer(ctx, bot.Steer{Goal: &care.Goal{Words: "more ease at bedtime", Weight: 3, Begins: -1}}, bot.Steer{Agree: true})
	if err != nil {
		return err
	}
	if err := p.until(ctx, "These are the goals then.", 1); err != nil {
		return err
	}
	if err := c.steer(ctx, moving(care.MoveStart), bot.Steer{Give: &care.Assignment{Library: "long-hug", Person: care.TheClient, From: time.Now().Unix()}}); err != nil {
		return err
	}
	for _, words := range []string{"reads this before you next meet. Nothing here", "That is all for this week.", "Your therapist sees this before you next meet.", "looks at this with you"} {
		if err := p.until(ctx, words, 1); err != nil {
			return err
		}
	}
	at := time.Now().Add(c.lead).Truncate(time.Second)
	if err := c.steer(ctx, bot.Steer{Offer: &care.SessionOffer{Kind: care.ForTherapy, Therapist: c.the, Times: []int64{at.Unix()}}}); err != nil {
		return err
	}
	if err := p.until(ctx, "It is set: ", 1); err != nil {
		return err
	}
	if err := c.meets(ctx, p, 2, at); err != nil {
		return err
	}
	if err := c.steer(ctx, moving(care.MoveReach), moving(care.MoveEnd)); err != nil {
		return err
	}
	return p.until(ctx, "Good to hear. You are welcome back at any time.", 4)
}

// meets lets the time of a session come, and notes that they met.
func (c *carer) meets(ctx context.Context, p *patient, s care.SessionID, at time.Time) error {
	for time.Now().Before(at.Add(time.Second)) {
		if err := pause(ctx); err != nil {
			return err
		}
	}
	return c.steer(ctx, bot.Steer{Met: &bot.Met{Session: s, Came: true}})
}
