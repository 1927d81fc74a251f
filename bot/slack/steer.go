package slack

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	api "github.com/slack-go/slack"

	"anteroom/bot"
	"anteroom/bot/care"
)

// What a therapist reads when the course does not go where they steer it.
const (
	notSteered = "Nothing was done."
	movedOn    = "The case has moved meanwhile. This is how it stands now. " + notSteered
)

// steerOf is the act of a button that needs no form.
func steerOf(action string, seen meta) (bot.Steer, bool) {
	what, ours := strings.CutPrefix(action, actCourse)
	what, of, _ := strings.Cut(what, ".")
	n, err := strconv.Atoi(of)
	if !ours || of != "" && (err != nil || n < 1) {
		return bot.Steer{}, false
	}
	switch what {
	case "undo":
		return bot.Steer{Undo: &seen.Round}, true
	case "met", "missed":
		return bot.Steer{Met: &bot.Met{Session: care.SessionID(n), Came: what == "met"}}, n > 0
	case "cancel":
		return bot.Steer{Cancel: care.SessionID(n)}, n > 0
	case "drop":
		return bot.Steer{Drop: care.GoalID(n)}, n > 0
	case "take":
		return bot.Steer{Take: care.AssignmentID(n)}, n > 0
	case "agree":
		return bot.Steer{Agree: true}, true
	case "hold":
		return bot.Steer{Hold: true}, true
	case "lift":
		return bot.Steer{Lift: true}, true
	case "seen":
		return bot.Steer{Seen: true}, true
	}
	return bot.Steer{}, false
}

// act steers a case for whoever pressed. The id is made of what stays the same
// however often Slack delivers the press, or a person presses it.
func (r *runner) act(ctx context.Context, user string, id care.CaseID, what bot.Steer, press ...string) (care.Therapist, error) {
	me, ok := r.therapist(user)
	if !ok {
		return me, bot.ErrNotAllowed
	}
	id, err := care.ParseCaseID(string(id))
	if err != nil {
		return me, bot.ErrNoCase
	}
	content, err := json.Marshal(what)
	if err != nil {
		return me, errors.New("an act cannot be written down") // texts and numbers: it cannot be
	}
	return me, r.desk.Act(ctx, r.opt.Practice, bot.Act{
		ID: actID(append(press, user, string(content))...), Case: id, By: me.ID, Steer: &what,
	})
}

// steered handles a button that does something by itself; settled says that it
// may be acknowledged.
func (r *runner) steered(ctx context.Context, c api.InteractionCallback, action string, what bot.Steer, retry int) (settled bool) {
	name, _, _ := strings.Cut(strings.TrimPrefix(action, actCourse), ".")
	seen := readMeta(c.View.PrivateMetadata)
	what.Round = &seen.Round
	me, err := r.act(ctx, c.User.ID, seen.Case, what, "steer", c.View.ID, c.View.Hash, action)
	line, known := deeds[name].done, true
	if err != nil {
		line, known = r.unsteered(err, me, name)
	}
	if !known {
		r.opt.Log.Warn("an act was not recorded; Slack gives it again", "what", name)
		if retry == 0 {
			r.tell(ctx, c, notDone)
		}
		return false
	}
	r.later(ctx, func(ctx context.Context) {
		r.redraw(ctx, c, c.View.ID, line)
		r.refresh(ctx, c.User.ID)
	})
	return true
}

// unsteered words a refused act; known is false for what is worth another try.
func (r *runner) unsteered(err error, me care.Therapist, what string) (line string, known bool) {
	if line, gone := refusal(err); gone {
		return line + " " + notSteered, true
	}
	conflict, ok := errors.AsType[*care.Conflict](err)
	switch {
	case ok && conflict.By != "": // otherwise the client did
		return fmt.Sprintf("%s the case at %s. This is how it stands now. %s", subject(r.name(conflict.By), conflict.By == me.ID)+" moved", r.clock(conflict.At), notSteered), true
	case errors.Is(err, care.ErrDecided):
		return movedOn, true
	case errors.Is(err, care.ErrTimeTaken):
		return "That time is given to another session, or kept for another client. Choose another. " + notSteered, true
	case errors.Is(err, care.ErrHeld):
		return "Assignments are on hold. Lift the hold first. " + notSteered, true
	case errors.Is(err, care.ErrTooLate):
		return "The session has begun. Say whether you met. " + notSteered, true
	case errors.Is(err, care.ErrRange):
		return "A figure is outside its scale. " + notSteered, true
	case errors.Is(err, care.ErrNotPossible), errors.Is(err, care.ErrWithdrawn), errors.Is(err, care.ErrExpired):
		return cmp.Or(worded(err), deeds[what].not, "That is not possible where the case stands now.") + " " + notSteered, true
	}
	return "", false
}

// worded is the service's own sentence about what is in the way. Package care
// names the case in its errors, and leaves the words to us.
func worded(err error) string {
	why, ok := strings.CutSuffix(err.Error(), ": "+care.ErrNotPossible.Error())
	if !ok || strings.Contains(why, "case ") {
		return ""
	}
	first, size := utf8.DecodeRuneInString(why)
	return string(unicode.ToUpper(first)) + why[size:] + "."
}

// redraw shows a case anew in an open modal, with what has just become of it.
func (r *runner) redraw(ctx context.Context, c api.InteractionCallback, view, line string) {
	if view == "" {
		return
	}
	modal, ok := r.page(ctx, c.User.ID, readMeta(c.View.PrivateMetadata).Case, func(v bot.View, me care.Therapist) api.ModalViewRequest {
		return r.courseSaying(v, me, line)
	})
	if ok {
		c.View.ID = view
		r.replace(ctx, c, modal)
	}
}

// courseForm opens the form of an act above the course. A page that the case
// has left behind is drawn anew instead.
func (r *runner) courseForm(ctx context.Context, c api.InteractionCallback, what, of string) {
	seen := readMeta(c.View.PrivateMetadata)
	stale := false
	modal, ok := r.page(ctx, c.User.ID, seen.Case, func(v bot.View, me care.Therapist) api.ModalViewRequest {
		f, fits := r.steerForm(v, me, what, of)
		if stale = !fits || !v.Steers || len(v.Case.Episode.History) != seen.Round; stale {
			return r.courseSaying(v, me, movedOn)
		}
		return f
	})
	switch {
	case !ok:
		r.tell(ctx, c, slowRead)
		return
	case stale || !strings.HasPrefix(modal.CallbackID, actCourse):
		r.replace(ctx, c, modal)
		return
	}
	if _, err := r.client.PushViewContext(ctx, c.TriggerID, modal); err != nil {
		r.replace(ctx, c, modal)
	}
}

// courseSubmitted handles such a form. What is in the way is said at its first
// field, so that nothing typed is lost.
func (r *runner) courseSubmitted(ctx context.Context, c api.InteractionCallback, name string) any {
	seen := readMeta(c.View.PrivateMetadata)
	me, ok := r.therapist(c.User.ID)
	if !ok {
		r.closeBelow(ctx, c, notYours)
		return update(note("Not done", notYours+" "+notSteered))
	}
	f := reader{now: r.opt.Now(), zone: r.opt.Zone, errors: map[string]string{}}
	if c.View.State != nil {
		f.values = c.View.State.Values
	}
	what, known := f.steer(name, seen, me)
	if !known {
		return nil
	}
	if len(f.errors) > 0 {
		return api.NewErrorsViewSubmissionResponse(f.errors)
	}
	what.Round = &seen.Round
	below := c.View.RootViewID
	if below == c.View.ID {
		below = "" // the form stands in the page's own place
	}
	_, err := r.act(ctx, c.User.ID, seen.Case, what, "course", c.View.ID, c.View.Hash, name)
	if err == nil {
		r.later(ctx, func(ctx context.Context) {
			r.redraw(ctx, c, below, deeds[name].done)
			r.refresh(ctx, c.User.ID)
		})
		return update(noted(deeds[name].done))
	}
	line, settled := r.unsteered(err, me, name)
	_, gone := refusal(err)
	switch {
	case gone:
		r.closeBelow(ctx, c, line)
		return update(note("Not done", line))
	case errors.Is(err, care.ErrDecided):
		r.later(ctx, func(ctx context.Context) { r.redraw(ctx, c, below, line) })
		return update(noted(line))
	case !settled:
		r.opt.Log.Warn("an act was not recorded; its form stays open", "what", name)
		return again(c.View)
	}
	return refuse(c.View, line)
}

// noted is a note from which one goes back to the page below it.
func noted(line string) api.ModalViewRequest {
	m := note("Anteroom", line)
	m.Close, m.ClearOnClose = plain("Back"), false
	return m
}
