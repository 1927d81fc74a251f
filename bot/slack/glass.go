package slack

import (
	"context"
	"encoding/json"
	"errors"

	api "github.com/slack-go/slack"

	"anteroom/bot"
	"anteroom/bot/care"
)

const (
	glassID     = "anteroom.glass" // the callback id of the form
	fieldReason = "reason"
	glassTitle  = "Summary"

	// maxAnswer is how large an answer to a submission may be; beyond 20,480
	// bytes Slack's socket does not take it.
	maxAnswer = 16_000
)

const (
	glassWhy = "You have no part in this case, so its summary is closed to you. If a client needs you to read it all the same, say why.\n\n" +
		"Your name, the time and your reason are written into the case's log. Your colleagues are told at once that you opened it, and the client can see it. After 24 hours it is closed again."
	glassHint   = "A few words, and no name of a client: “Ruth is ill, and I call her clients today.”"
	glassShort  = "Please say why in a few words: three at least."
	glassBroken = "The case is open to you for 24 hours. Press “Read summary” on its card."
)

// glassForm explains why there is nothing to read, and offers to look all the
// same. Nothing of the case stands in it but its number.
func glassForm(id care.CaseID) api.ModalViewRequest {
	reason := input(fieldReason, "Why do you need to read it?", glassHint, textInput(fieldReason, maxReason, true), false)
	return api.ModalViewRequest{
		Type:            api.VTModal,
		Title:           plain(glassTitle),
		Close:           plain("Leave it closed"),
		Submit:          plain("Break the glass"),
		CallbackID:      glassID,
		PrivateMetadata: meta{Case: id}.String(),
		Blocks:          api.Blocks{BlockSet: []api.Block{paragraph(notYours), paragraph(glassWhy), reason}},
	}
}

// glassed handles the form: the reason is recorded first, and then there is
// something to read.
func (r *runner) glassed(ctx context.Context, c api.InteractionCallback) any {
	me, ok := r.therapist(c.User.ID)
	if !ok {
		return update(note(glassTitle, notYours))
	}
	id, err := care.ParseCaseID(string(readMeta(c.View.PrivateMetadata).Case))
	if err != nil {
		return update(note(glassTitle, noSuch))
	}
	f := reader{now: r.opt.Now(), zone: r.opt.Zone, errors: map[string]string{}}
	if c.View.State != nil {
		f.values = c.View.State.Values
	}
	reason := f.text(fieldReason, maxReason)
	if len(f.errors) > 0 {
		return api.NewErrorsViewSubmissionResponse(f.errors)
	}
	if _, err := care.GlassReason(reason); err != nil {
		return api.NewErrorsViewSubmissionResponse(map[string]string{fieldReason: glassShort})
	}
	err = r.desk.Act(ctx, r.opt.Practice, bot.Act{
		ID: actID("glass", c.View.ID, c.View.Hash, c.User.ID, reason), Case: id, By: me.ID, Glass: reason,
	})
	if errors.Is(err, care.ErrReason) {
		return api.NewErrorsViewSubmissionResponse(map[string]string{fieldReason: glassShort})
	}
	if err == nil {
		var v bot.View
		if v, me, err = r.look(ctx, c.User.ID, id); err == nil {
			answer := update(r.summary(v, me))
			if js, err := json.Marshal(answer); err != nil || len(js) > maxAnswer {
				answer = update(note(glassTitle, glassBroken))
			}
			return answer
		}
	}
	if line, known := refusal(err); known {
		return update(note(glassTitle, line))
	}
	r.opt.Log.Warn("a glass was not broken; its form stays open", "case", id)
	return again(c.View)
}

// closeBelow takes a summary away that lies under a form whose reader may not
// read it any more.
func (r *runner) closeBelow(ctx context.Context, c api.InteractionCallback, line string) {
	if below := c.View.RootViewID; below != "" && below != c.View.ID {
		c.View.ID = below
		r.replace(ctx, c, note(glassTitle, line))
	}
}
