package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"anteroom/bot"
	fakeslack "anteroom/bot/slack/slacktest"
)

// steerer is a way to steer a case; errNotHere says that it has no way to do this.
type steerer func(context.Context, *carer, bot.Steer) error

var errNotHere = errors.New("there is no way to do this here")

// bySlack steers on the page of the case, as a therapist does: a button, and
// the form behind it.
func bySlack(ctx context.Context, c *carer, s bot.Steer) error {
	what, values, isForm := pressOf(s)
	if what == "" {
		return errNotHere
	}
	u, id := c.stage.slack.User(c.user()), c.user()
	for { // until the page has the button: what was accepted shows in a moment
		try, cancel := context.WithTimeout(ctx, 4*time.Second)
		done, err := c.presses(try, u, id, what, values, isForm)
		cancel()
		if done || err != nil {
			return err
		}
		if err := pauseFor(ctx, 100*time.Millisecond); err != nil {
			return fmt.Errorf("%s in Slack: %w", what, err)
		}
	}
}

func (c *carer) user() string { return "U0" + strings.ToUpper(string(c.by)) }

// presses does one thing on a fresh page; done is false where the page does not
// offer it yet.
func (c *carer) presses(ctx context.Context, u fakeslack.User, id, what string, values fakeslack.Values, isForm bool) (done bool, err error) {
	if _, err := u.Command(fakeslack.Channel, "case "+string(c.id)); err != nil {
		return false, err
	}
	page, err := c.stage.slack.WaitView(ctx, id, func(v fakeslack.View) bool { return v.CallbackID == "anteroom.course" })
	if err != nil {
		return false, nil
	}
	reply, err := u.PressView(page, "anteroom.course."+what)
	switch {
	case errors.Is(err, fakeslack.ErrNotThere):
		return false, nil
	case err != nil || !isForm:
		return reply.Acked, err
	}
	name, _, _ := strings.Cut(what, ".")
	form, err := c.stage.slack.WaitView(ctx, id, func(v fakeslack.View) bool { return v.CallbackID == "anteroom.course."+name })
	if err != nil {
		return false, nil
	}
	if _, err := u.SubmitView(form.ID, values); err != nil {
		return false, err
	}
	all := c.stage.slack.Views(id)
	if n := len(all); n == 0 || all[n-1].CallbackID != "anteroom.note" {
		return false, fmt.Errorf("%s in Slack is refused: %+v", what, all[max(0, n-1):])
	}
	return true, nil
}

// pressOf is the button of an act, and what its form is filled with.
func pressOf(s bot.Steer) (button string, form fakeslack.Values, isForm bool) {
	switch {
	case s.Move != nil:
		form = fakeslack.Values{}
		if s.Move.Name == "end" {
			form["goodbye"] = s.Move.Goodbye
		}
		return "move." + string(s.Move.Name), form, true
	case s.Undo != nil:
		return "undo", nil, false
	case s.Observe != nil:
		return "observe", fakeslack.Values{"session": strconv.Itoa(int(s.Observe.Session)), "insight": strconv.Itoa(s.Observe.Insight), "motivation": strconv.Itoa(s.Observe.Motivation)}, true
	case s.Goal != nil:
		return "goal.new", fakeslack.Values{"words": s.Goal.Words, "weight": strconv.Itoa(s.Goal.Weight), "begins": strconv.Itoa(int(s.Goal.Begins))}, true
	case s.Agree:
		return "agree", nil, false
	case s.Give != nil:
		return "give", fakeslack.Values{"play": s.Give.Library}, true
	case s.Offer != nil:
		return "offer", fakeslack.Values{"therapist": string(s.Offer.Therapist), "time1": time.Unix(s.Offer.Times[0], 0)}, true
	case s.Met != nil && s.Met.Came:
		return fmt.Sprintf("met.%d", s.Met.Session), nil, false
	}
	return "", nil, false
}

// byCommand steers with "anteroom case steer".
func byCommand(ctx context.Context, c *carer, s bot.Steer) error {
	var words []string
	stdin := ""
	switch {
	case s.Move != nil && s.Move.Name == "end":
		words = []string{"move", "end", "-goodbye", s.Move.Goodbye}
	case s.Move != nil:
		words = []string{"move", string(s.Move.Name)}
	case s.Goal != nil:
		words, stdin = []string{"goal", "-weight", strconv.Itoa(s.Goal.Weight), "-begins", strconv.Itoa(int(s.Goal.Begins))}, s.Goal.Words
	case s.Agree:
		words = []string{"agree"}
	case s.Give != nil:
		words = []string{"give", s.Give.Library}
	case s.Met != nil && s.Met.Came:
		words = []string{"met", strconv.Itoa(int(s.Met.Session)), "yes"}
	default:
		return errNotHere
	}
	var said bytes.Buffer
	p := &program{stdin: strings.NewReader(stdin), stdout: &said, stderr: &said, now: time.Now}
	args := slices.Concat([]string{"case", "steer"}, c.stage.settings, []string{string(c.id), "-as", string(c.by)}, words)
	if code := p.run(ctx, args, nil); code != exitDone || !strings.HasPrefix(said.String(), string(c.id)+": ") {
		return fmt.Errorf("case steer %q: exit code %d: %s", words, code, said.String())
	}
	return nil
}

// reads opens the brief that came to the therapist, sees its table and picture,
// and closes it, after which no picture is left in Slack.
func (c *carer) reads(ctx context.Context) error {
	server, user := c.stage.slack, c.user()
	m, err := server.WaitMessage(ctx, fakeslack.DM(user), func(m fakeslack.Message) bool {
		return strings.Contains(m.Text, string(c.id)+": the brief for ")
	})
	if err != nil {
		return fmt.Errorf("no brief came to %s: %w", user, err)
	}
	for _, m := range server.Messages(fakeslack.Channel) {
		if strings.Contains(m.Text, ": the brief for ") {
			return fmt.Errorf("a brief stands in the channel: %q", m.Text)
		}
	}
	if _, err := server.User(user).Press(m, "anteroom.brief."+string(c.id)+".1"); err != nil {
		return err
	}
	_, err = server.WaitView(ctx, user, func(v fakeslack.View) bool {
		return v.CallbackID == "anteroom.brief" && strings.Contains(v.Plain(), "Goals  T ") &&
			slices.ContainsFunc(v.Blocks, func(b fakeslack.Block) bool { return b["type"] == "image" })
	})
	if err != nil {
		return fmt.Errorf("the brief has no table with a picture: %w", err)
	}
	server.User(user).CloseView()
	for len(server.Files()) > 0 {
		if err := pause(ctx); err != nil {
			return fmt.Errorf("a picture is left in Slack: %w", err)
		}
	}
	return nil
}
