package main

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"anteroom/bot/care"
	"anteroom/bot/slack"
	fakeslack "anteroom/bot/slack/slacktest"
)

// page opens a case's page by the command.
func (c *clinic) page(user string, id care.CaseID) fakeslack.View {
	c.Helper()
	_, err := c.slack.User(user).Command(fakeslack.Channel, "case "+string(id))
	c.must(err)
	v, err := c.slack.WaitView(c.ctx, user, nil)
	c.must(err)
	return v
}

// steers opens a form from a fresh page, sends it, and waits until the page
// below says something.
func (c *clinic) steers(user string, id care.CaseID, what string, values fakeslack.Values, says string) {
	c.Helper()
	_, err := c.slack.User(user).PressView(c.page(user, id), "anteroom.course."+what)
	c.must(err)
	name, _, _ := strings.Cut(what, ".")
	f, err := c.slack.WaitView(c.ctx, user, func(v fakeslack.View) bool { return v.CallbackID == "anteroom.course."+name })
	c.must(err)
	_, err = c.slack.User(user).SubmitView(f.ID, values)
	c.must(err)
	c.must(c.Settle(c.ctx))
	if top := c.slack.Views(user); len(top) > 0 && len(top[len(top)-1].Errors) > 0 {
		c.Fatalf("%s: got %v", what, top[len(top)-1].Errors)
	}
	if v := c.page(user, id); !strings.Contains(v.Plain(), says) {
		c.Fatalf("%s: no %q on the page\n%s", what, says, v.Plain())
	}
}

// pushes presses a button on a fresh page that needs no form.
func (c *clinic) pushes(user string, id care.CaseID, what, says string) {
	c.Helper()
	_, err := c.slack.User(user).PressView(c.page(user, id), "anteroom.course."+what)
	c.must(err)
	c.becomes(user, says)
}

// A therapist steers a case from Slack, from the phone call to what is tried at
// home: each act is done, shown, and in nobody's way.
func TestSteerFromSlack(t *testing.T) {
	t.Parallel()
	c := newClinic(t, slack.InModal)
	card := c.enquires()
	id := numberOf(card)
	c.slack.User("U0ANA").OpenHome()
	_, err := c.slack.WaitHome(c.ctx, "U0ANA", func(v fakeslack.View) bool { return strings.Contains(v.Plain(), "Waiting for a decision") })
	c.must(err)
	c.acts(card, "ana", &care.Decision{Kind: care.Call, Note: "Thursday"})

	c.steers("U0ANA", id, "move.accept", nil, " · evaluation")
	c.steers("U0ANA", id, "book", fakeslack.Values{"typed": "2027-05-06 15:00"}, "Thu 6 May 15:00 · evaluation with Ana Reyes")
	c.steers("U0ANA", id, "offer", fakeslack.Values{"typed": "2027-05-07 15:00\n2027-05-07 16:00"}, "With the client until")
	c.steers("U0ANA", id, "move.plan", nil, " · planning")
	c.pushes("U0ANA", id, "undo", "Your move is taken back.")
	c.steers("U0ANA", id, "move.plan", nil, " · planning")
	c.steers("U0ANA", id, "goal.new", fakeslack.Values{"words": wishCanary + " again", "weight": "4", "begins": "-1"}, "×4, began at −1 · "+wishCanary+" again · not agreed yet")
	c.steers("U0ANA", id, "move.start", nil, " · middle")
	play := c.library(id)
	c.steers("U0ANA", id, "give", fakeslack.Values{"play": play}, "Take back")
	c.pushes("U0ANA", id, "hold", "On hold: nothing is given")
	c.pushes("U0ANA", id, "lift", "The hold is lifted.")
	c.steers("U0ANA", id, "observe", fakeslack.Values{"insight": "4", "note": "speaks of " + nameCanary}, "insight 4 · speaks of "+nameCanary)

	c.steers("U0ANA", id, "score", fakeslack.Values{"form": "FSFI", "score": "21"}, "fsfi         21")

	// What was taken meanwhile is refused in the form, which stays.
	_, err = c.slack.User("U0ANA").PressView(c.page("U0ANA", id), "anteroom.course.book")
	c.must(err)
	f, err := c.slack.WaitView(c.ctx, "U0ANA", func(v fakeslack.View) bool { return v.CallbackID == "anteroom.course.book" })
	c.must(err)
	_, err = c.slack.User("U0ANA").SubmitView(f.ID, fakeslack.Values{"typed": "2027-05-06 15:30"})
	c.must(err)
	if top := c.slack.Views("U0ANA"); !strings.HasPrefix(top[len(top)-1].Errors["therapist"], "That time is given to another session") {
		t.Errorf("a taken time: got %+v", top[len(top)-1])
	}

	// Before a session its brief comes to its therapist, and opens from there.
	c.clock.Advance(3 * 24 * time.Hour)
	c.must(c.Settle(c.ctx))
	ready, err := c.slack.WaitMessage(c.ctx, fakeslack.DM("U0ANA"), func(m fakeslack.Message) bool {
		return strings.Contains(m.Plain(), string(id)+": the brief for Thu 6 May 15:00 is ready, for Ana Reyes.")
	})
	c.must(err)
	_, err = c.slack.User("U0ANA").Press(ready, "anteroom.brief."+string(id)+".1")
	c.must(err)
	c.becomes("U0ANA", "fsfi         21")

	// On the day it stands at home, with its brief.
	c.slack.User("U0ANA").OpenHome()
	home, err := c.slack.WaitHome(c.ctx, "U0ANA", func(v fakeslack.View) bool { return strings.Contains(v.Plain(), "15:00 · "+string(id)) })
	c.must(err)
	_, err = c.slack.User("U0ANA").PressView(home, "anteroom.brief."+string(id)+".1")
	c.must(err)
	c.becomes("U0ANA", "Thu 6 May 15:00")

	// Somebody without a part sees none of it, and may break the glass.
	c.slack.User("U0NOOR").OpenHome()
	_, err = c.slack.WaitHome(c.ctx, "U0NOOR", func(v fakeslack.View) bool { return strings.Contains(v.Plain(), "You have no cases here.") })
	c.must(err)
	if v := c.page("U0NOOR", id); v.SubmitLabel != "Break the glass" {
		t.Errorf("noor: got %q", v.Plain())
	}
	if _, err := c.slack.User("U0NOOR").Command(fakeslack.Channel, "hold "+string(id)); err != nil {
		t.Error(err)
	} else if all := c.slack.Ephemerals("U0NOOR"); !strings.Contains(all[len(all)-1].Plain(), "not yours") {
		t.Errorf("noor puts a hold: got %q", all[len(all)-1].Plain())
	}
	c.nothing("U0NOOR")

	// Nothing of the client but in modals.
	for _, call := range c.slack.Calls("") {
		if strings.HasPrefix(call.Method, "views.") && call.Method != "views.publish" {
			continue
		}
		js, err := json.Marshal(call.Args)
		c.must(err)
		for _, own := range []string{nameCanary, topicCanary, wishCanary, phoneCanary} {
			if strings.Contains(string(js), own) {
				t.Errorf("%s holds %q: %s", call.Method, own, js)
			}
		}
	}
	for _, m := range c.slack.Ephemerals("U0ANA") {
		if strings.Contains(m.Plain()+m.Text, wishCanary) {
			t.Errorf("an answer to a command holds the client's words: %s", m.Plain())
		}
	}
}

// library is the first assignment that the service offers.
func (c *clinic) library(id care.CaseID) string {
	c.Helper()
	v, err := c.Look(c.ctx, c.practice, id, "ana")
	c.must(err)
	if len(v.Library) == 0 {
		c.Fatal("the library is empty")
	}
	return v.Library[0].ID
}
