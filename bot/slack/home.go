package slack

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	api "github.com/slack-go/slack"

	"anteroom/bot"
	"anteroom/bot/care"
)

const (
	homeRows  = 25 // of one kind; a home has a hundred blocks
	noCases   = "You have no cases here."
	notKnown  = "Anteroom shows the therapists of a practice their cases. Your member id is not in the practice's roster."
	noneToday = "No session today."
)

// visited draws a person's home, and from then on again after each act of theirs.
func (r *runner) visited(ctx context.Context, user string) {
	if _, ok := r.therapist(user); ok {
		r.guard.Lock()
		r.homes[user] = true
		r.guard.Unlock()
	}
	r.publish(ctx, user)
}

// refresh draws the home anew of somebody who has had it before them.
func (r *runner) refresh(ctx context.Context, user string) {
	r.guard.Lock()
	open := r.homes[user]
	r.guard.Unlock()
	if open {
		r.publish(ctx, user)
	}
}

// publish draws a person's home: their cases, and nobody else's. Nothing that
// was said stands there, so to see it is no look at any case.
func (r *runner) publish(ctx context.Context, user string) {
	var blocks []api.Block
	d, err := r.caseload(ctx, user)
	switch {
	case err == nil:
		blocks = r.home(d)
	case errors.Is(err, bot.ErrNotAllowed):
		blocks = []api.Block{paragraph(notKnown)}
	default:
		r.opt.Log.Warn("a home was not drawn: the caseload was not read in time")
		return
	}
	_, err = r.client.PublishViewContext(ctx, api.PublishViewContextRequest{UserID: user,
		View: api.HomeTabViewRequest{Type: api.VTHomeTab, CallbackID: "anteroom.home", Blocks: api.Blocks{BlockSet: blocks}}})
	if err != nil {
		r.opt.Log.Warn("a home was not drawn", "err", r.explain("views.publish", err))
	}
}

func (r *runner) caseload(ctx context.Context, user string) (bot.Desktop, error) {
	me, ok := r.therapist(user)
	if !ok {
		return bot.Desktop{}, bot.ErrNotAllowed
	}
	return r.desk.Caseload(ctx, r.opt.Practice, me.ID)
}

func (r *runner) home(d bot.Desktop) []api.Block {
	blocks := append([]api.Block{api.NewHeaderBlock(plain("Today"))}, r.today(d)...)
	part := func(title string, of func(bot.DeskCase) bool) {
		var rows []bot.DeskCase
		for _, c := range d.Cases {
			if of(c) {
				rows = append(rows, c)
			}
		}
		if len(rows) > 0 {
			blocks = append(blocks, api.NewHeaderBlock(plain(title)))
			blocks = append(blocks, r.rows(rows)...)
		}
	}
	loud := func(c bot.DeskCase) bool { return c.Alerts+c.Flags+c.Unmarked > 0 }
	if len(d.Cases) == 0 {
		blocks = append(blocks, paragraph(noCases))
	}
	part("To look at", loud)
	part("Waiting for a decision", func(c bot.DeskCase) bool { return c.Decide && !loud(c) })
	part("Your cases", func(c bot.DeskCase) bool { return !c.Decide && !loud(c) })
	return blocks[:min(len(blocks), maxBlocks)]
}

// today are the sessions of the day, each with its brief.
func (r *runner) today(d bot.Desktop) []api.Block {
	var blocks []api.Block
	for _, c := range d.Cases {
		for _, s := range c.Today {
			line := time.Unix(s.Start, 0).In(r.opt.Zone).Format("15:04") + " · " + string(c.ID) + " · " + string(s.Kind)
			b := button(actBrief+fmt.Sprintf("%s.%d", c.ID, s.ID), fmt.Sprintf("%s/%d", c.ID, s.ID), "Brief")
			blocks = append(blocks, api.NewSectionBlock(plain(line), nil, api.NewAccessory(b)))
		}
	}
	if len(blocks) == 0 {
		return []api.Block{paragraph(noneToday)}
	}
	return blocks[:min(len(blocks), homeRows/2)]
}

// rows are cases, a row each.
func (r *runner) rows(cases []bot.DeskCase) []api.Block {
	var blocks []api.Block
	for _, c := range cases[:min(len(cases), homeRows)] {
		id := string(c.ID)
		b := button(actCase+id, id, "Open")
		if !c.Steers || c.Phase == care.PhaseIntake {
			b = button(actRead, id, "Read summary")
		}
		blocks = append(blocks, api.NewSectionBlock(plain(cut(r.row(c), maxSection)), nil, api.NewAccessory(b)))
	}
	if more := len(cases) - homeRows; more > 0 {
		blocks = append(blocks, paragraph(fmt.Sprintf("… and %s.", count(more, "more case"))))
	}
	return blocks
}

// row is a case as dates and counts.
func (r *runner) row(c bot.DeskCase) string {
	parts := []string{string(c.ID), phaseWord(c.Phase)}
	add := func(yes bool, part string) {
		if yes {
			parts = append(parts, part)
		}
	}
	add(c.Urgency != care.NoRush && c.Urgency != "", string(c.Urgency))
	add(c.Answer != 0, "answer due "+r.moment(c.Answer))
	add(c.Next != 0, "next "+r.moment(c.Next))
	add(c.Alerts > 0, count(c.Alerts, "open alert"))
	add(c.Flags > 0, count(c.Flags, "flag"))
	add(c.Unmarked > 0, count(c.Unmarked, "session")+" to mark")
	add(c.Held, "on hold")
	add(c.For != "", "you cover for "+c.For)
	lines := []string{strings.Join(parts, " · ")}
	for _, o := range c.Due {
		when := r.moment(o.At)
		if o.Asked {
			when = "asked " + when
		}
		lines = append(lines, o.Who+": "+cadenceWords[o.What]+", "+when)
	}
	return strings.Join(lines, "\n")
}
