package slack

import (
	"context"
	"strings"

	api "github.com/slack-go/slack"

	"anteroom/bot"
	"anteroom/bot/care"
)

// helpLines are what the command does. Its answers are seen by whoever typed it,
// and by nobody else in the channel.
const helpLines = "/anteroom cases: your cases, their next session, and what is new\n" +
	"/anteroom today: today's sessions, each with its brief\n" +
	"/anteroom case K7Q-42: opens a case\n" +
	"/anteroom hold K7Q-42: puts what is to be tried at home on hold\n" +
	"/anteroom lift K7Q-42: lifts the hold\n" +
	"/anteroom help: this"

const slowCommand = "That took too long. Please try again."

// whisper is an answer to a command that only who typed it sees.
type whisper struct {
	Type   string     `json:"response_type"`
	Text   string     `json:"text"`
	Blocks api.Blocks `json:"blocks"`
}

// whispered has nothing in the text that a notification could show.
func whispered(blocks ...api.Block) any {
	const most = 50 // in a message
	return whisper{"ephemeral", "Anteroom", api.Blocks{BlockSet: blocks[:min(len(blocks), most)]}}
}

func (r *runner) command(ctx context.Context, e *envelope, c api.SlashCommand) {
	late := func() { e.ack(context.WithoutCancel(ctx), whispered(paragraph(slowCommand))) }
	r.start(ctx, func(ctx context.Context) {
		defer context.AfterFunc(ctx, late)()
		answer := r.commanded(ctx, c)
		if ctx.Err() == nil {
			e.ack(context.WithoutCancel(ctx), answer)
		}
	}, late)
}

// commanded does what a command says, and returns the answer; nil is none.
func (r *runner) commanded(ctx context.Context, c api.SlashCommand) any {
	words := strings.Fields(c.Text)
	if len(words) == 0 {
		words = []string{"help"}
	}
	if _, ok := r.therapist(c.UserID); !ok {
		return whispered(paragraph(notKnown))
	}
	switch name := strings.ToLower(words[0]); name {
	case "cases", "today":
		d, err := r.caseload(ctx, c.UserID)
		switch {
		case err != nil:
			return whispered(paragraph(slowCommand))
		case name == "today":
			return whispered(r.today(d)...)
		case len(d.Cases) == 0:
			return whispered(paragraph(noCases))
		}
		return whispered(r.rows(d.Cases)...)
	case "case", "hold", "lift":
		if len(words) != 2 {
			return whispered(paragraph("Name one case: /anteroom " + name + " K7Q-42"))
		}
		id, err := care.ParseCaseID(strings.ToUpper(words[1]))
		if err != nil {
			return whispered(paragraph(noSuch))
		}
		if name == "case" {
			return r.opens(ctx, c, id)
		}
		me, err := r.act(ctx, c.UserID, id, bot.Steer{Hold: name == "hold", Lift: name == "lift"}, "command", c.TriggerID)
		line, known := deeds[name].done, true
		if err != nil {
			line, known = r.unsteered(err, me, name)
		}
		if !known {
			return whispered(paragraph(notDone))
		}
		r.later(ctx, func(ctx context.Context) { r.refresh(ctx, c.UserID) })
		return whispered(paragraph(string(id) + ": " + line))
	}
	return whispered(paragraph(helpLines))
}

// opens opens a case's page over whatever its reader has before them.
func (r *runner) opens(ctx context.Context, c api.SlashCommand, id care.CaseID) any {
	modal, ok := r.page(ctx, c.UserID, id, r.course)
	if ok {
		_, err := r.client.OpenViewContext(ctx, c.TriggerID, modal)
		if err == nil {
			return nil
		}
		r.opt.Log.Warn("a case was not opened", "err", r.explain("views.open", err))
	}
	return whispered(paragraph(slowCommand))
}
