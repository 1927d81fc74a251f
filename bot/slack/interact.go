package slack

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	api "github.com/slack-go/slack"

	"anteroom/bot"
	"anteroom/bot/care"
)

// meta is what a modal of ours carries from one press to the next. Nothing in
// it is believed: the desk is asked again.
type meta struct {
	Case  care.CaseID        `json:"case"`
	Round int                `json:"round"`            // of the case, as its reader saw it
	Why   []care.TherapistID `json:"reason,omitempty"` // to choose one of these takes a reason
	Of    string             `json:"of,omitempty"`     // what of the case a form is about: a move, a goal
}

func (m meta) String() string {
	js, err := json.Marshal(m)
	if err != nil {
		return "" // strings and a number: it cannot be
	}
	return string(js)
}

func readMeta(s string) (m meta) {
	if json.Unmarshal([]byte(s), &m) != nil {
		return meta{}
	}
	return m
}

// What people read when there is nothing to show.
const (
	notYours  = "This case is not yours to read."
	noSuch    = "There is no such case any more."
	slowRead  = "That took too long. Please press the button again."
	notTaken  = "This case is not yours to take."
	notYet    = "Not recorded yet. If the card does not change within a minute, please press again."
	notDone   = "Not done yet. Please press again."
	elsewhere = "That is not possible where the case stands now. Nothing was sent."
)

// therapist finds who pressed.
func (r *runner) therapist(user string) (care.Therapist, bool) {
	t, ok := r.desk.Therapist(r.opt.Practice, Name, user)
	if ok {
		r.learn(t.ID, t.Name)
	}
	return t, ok
}

func (r *runner) learn(id care.TherapistID, name string) {
	r.guard.Lock()
	defer r.guard.Unlock()
	r.names[id] = name
}

func (r *runner) name(id care.TherapistID) string {
	r.guard.Lock()
	defer r.guard.Unlock()
	return cmp.Or(r.names[id], "A colleague")
}

// look reads a case for whoever pressed.
func (r *runner) look(ctx context.Context, user string, id care.CaseID) (bot.View, care.Therapist, error) {
	me, ok := r.therapist(user)
	if !ok {
		return bot.View{}, me, bot.ErrNotAllowed
	}
	id, err := care.ParseCaseID(string(id))
	if err != nil {
		return bot.View{}, me, bot.ErrNoCase
	}
	v, err := r.desk.Look(ctx, r.opt.Practice, id, me.ID)
	if err != nil {
		return bot.View{}, me, err
	}
	for _, t := range v.Colleagues {
		r.learn(t.ID, t.Name)
	}
	return v, me, nil
}

// pressed handles a button that opens something; it was acknowledged.
func (r *runner) pressed(ctx context.Context, c api.InteractionCallback, action *api.BlockAction) {
	kind, isForm := strings.CutPrefix(action.ActionID, actDecide)
	deed, isCourse := strings.CutPrefix(action.ActionID, actCourse)
	switch {
	case action.ActionID == actRead:
		r.show(ctx, c, care.CaseID(action.Value), r.summary)
	case strings.HasPrefix(action.ActionID, actCase):
		r.show(ctx, c, care.CaseID(action.Value), r.course)
	case strings.HasPrefix(action.ActionID, actTold):
		id, from, _ := strings.Cut(action.Value, "/")
		r.show(ctx, c, care.CaseID(id), func(v bot.View, _ care.Therapist) api.ModalViewRequest { return r.toldPage(v, from) })
	case strings.HasPrefix(action.ActionID, actBrief):
		id, session, _ := strings.Cut(action.Value, "/")
		r.showBrief(ctx, c, care.CaseID(id), session)
	case isForm:
		r.form(ctx, c, care.DecisionKind(kind))
	case isCourse:
		name, of, _ := strings.Cut(deed, ".")
		r.courseForm(ctx, c, name, of)
	}
}

// page is a modal about a case for one reader.
type page func(bot.View, care.Therapist) api.ModalViewRequest

// page looks at a case and draws it; ok is false when there was no answer in time.
func (r *runner) page(ctx context.Context, user string, id care.CaseID, draw page) (modal api.ModalViewRequest, ok bool) {
	v, me, err := r.look(ctx, user, id)
	line, known := refusal(err)
	switch {
	case err == nil:
		return draw(v, me), true
	case errors.Is(err, bot.ErrGlass):
		return glassForm(id), true
	case known:
		return note("Summary", line), true
	}
	r.opt.Log.Warn("a case was not read in time")
	return modal, false
}

// show opens a page about a case. In a modal it takes the place of what is
// there, so that forms always stand on the one page below them. It returns what
// is shown now; nothing, if that could not be.
func (r *runner) show(ctx context.Context, c api.InteractionCallback, id care.CaseID, draw page) (at api.View) {
	modal, ok := r.page(ctx, c.User.ID, id, draw)
	if !ok {
		r.tell(ctx, c, slowRead)
		return at
	}
	if c.View.Type == api.VTModal {
		return r.replace(ctx, c, modal)
	}
	opened, err := r.client.OpenViewContext(ctx, c.TriggerID, modal)
	if err != nil {
		r.opt.Log.Warn("a summary was not opened", "err", r.explain("views.open", err))
		r.tell(ctx, c, slowRead)
		return at
	}
	return opened.View
}

// showBrief opens the page before a session: the table at once, for a trigger
// lives 3 s, and the picture when Slack has it.
func (r *runner) showBrief(ctx context.Context, c api.InteractionCallback, id care.CaseID, session string) {
	var page func(api.Block) api.ModalViewRequest
	var series []care.Series
	at := r.show(ctx, c, id, func(v bot.View, _ care.Therapist) api.ModalViewRequest {
		page, series = r.brief(v, session)
		if len(series) == 0 {
			return page(nil)
		}
		return page(paragraph(awaited))
	})
	if at.ID != "" && len(series) > 0 {
		r.illustrate(ctx, at, series, page, noPicture+string(id)+" -png course.png")
	}
}

// refusal words what the desk does not show.
func refusal(err error) (string, bool) {
	switch {
	case errors.Is(err, bot.ErrNotAllowed):
		return notYours, true
	case errors.Is(err, bot.ErrNoCase):
		return noSuch, true
	}
	return "", false
}

// form opens a decision's form above the summary. When the trigger is too old
// for that, the form takes the summary's place, which needs none.
func (r *runner) form(ctx context.Context, c api.InteractionCallback, kind care.DecisionKind) {
	seen := readMeta(c.View.PrivateMetadata)
	v, me, err := r.look(ctx, c.User.ID, seen.Case)
	if line, known := refusal(err); known {
		r.replace(ctx, c, note("Summary", line))
		r.closeBelow(ctx, c, line)
		return
	}
	if err != nil {
		r.opt.Log.Warn("a form was not opened in time")
		r.tell(ctx, c, slowRead)
		return
	}
	if !r.decidable(v, me, kind) || v.Case.Round() != seen.Round {
		r.replace(ctx, c, r.summary(v, me))
		return
	}
	modal := r.decisionForm(v, me, kind)
	if _, err := r.client.PushViewContext(ctx, c.TriggerID, modal); err != nil {
		r.replace(ctx, c, modal)
	}
}

// replace puts a modal where the pressed one is, and returns what stands there
// now; nothing, if that could not be.
func (r *runner) replace(ctx context.Context, c api.InteractionCallback, modal api.ModalViewRequest) (at api.View) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	changed, err := r.client.UpdateViewContext(ctx, modal, "", "", c.View.ID)
	if err != nil {
		r.opt.Log.Warn("a modal was not changed", "err", r.explain("views.update", err))
		r.tell(ctx, c, slowRead)
		return at
	}
	r.wipe(ctx, c.View.ID)
	return changed.View
}

// tell says a line to the one who pressed and nobody else.
func (r *runner) tell(ctx context.Context, c api.InteractionCallback, line string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	channel := cmp.Or(c.Channel.ID, r.opt.Channel)
	_, err := r.client.PostEphemeralContext(ctx, channel, c.User.ID,
		api.MsgOptionText(escape(line), false), api.MsgOptionBlocks(paragraph(line)))
	if err != nil {
		r.opt.Log.Warn("a press could not be answered", "err", r.explain("chat.postEphemeral", err))
	}
}

// claimed handles "I have this"; settled says that it may be acknowledged.
func (r *runner) claimed(ctx context.Context, c api.InteractionCallback, action *api.BlockAction, retry int) (settled bool) {
	me, ok := r.therapist(c.User.ID)
	if !ok {
		r.tell(ctx, c, notTaken)
		return true
	}
	id, err := care.ParseCaseID(action.Value)
	if err != nil {
		r.tell(ctx, c, noSuch)
		return true
	}
	err = r.desk.Act(ctx, r.opt.Practice, bot.Act{
		ID:    actID("press", action.ActionTs, c.User.ID, action.ActionID, action.Value, c.Container.ChannelID, c.Container.MessageTs),
		Case:  id,
		By:    me.ID,
		Claim: true,
	})
	if err == nil {
		r.later(ctx, func(ctx context.Context) { r.refresh(ctx, c.User.ID) })
		return true
	}
	if errors.Is(err, bot.ErrNotAllowed) {
		r.tell(ctx, c, notTaken)
		return true
	}
	if line, known := r.refused(err, me); known {
		r.tell(ctx, c, line)
		return true
	}
	r.opt.Log.Warn("a claim was not recorded; Slack gives it again", "case", id)
	if retry == 0 {
		r.tell(ctx, c, notYet)
	}
	return false
}

// refused words a refused act; known is false for what is worth another try.
func (r *runner) refused(err error, me care.Therapist) (line string, known bool) {
	if line, known := refusal(err); known {
		return line + " Nothing was sent.", true
	}
	conflict, ok := errors.AsType[*care.Conflict](err)
	switch {
	case ok && errors.Is(err, care.ErrDecided):
		return fmt.Sprintf("%s first: %s at %s. Nothing was sent twice.", was(r.name(conflict.By), conflict.By == me.ID), did(conflict.Kind), r.clock(conflict.At)), true
	case ok && errors.Is(err, care.ErrNotYours):
		return fmt.Sprintf("%s this case in hand since %s. Nothing was sent.", has(r.name(conflict.By), conflict.By == me.ID), r.clock(conflict.At)), true
	case errors.Is(err, care.ErrDecided):
		return "This was decided already. Nothing was sent twice.", true
	case errors.Is(err, care.ErrNotYours):
		return "A colleague has this case in hand. Nothing was sent.", true
	case errors.Is(err, care.ErrNotPossible):
		return elsewhere, true
	}
	return "", false
}

func was(name string, me bool) string {
	if me {
		return "You were"
	}
	return name + " was"
}

func has(name string, me bool) string {
	if me {
		return "You have"
	}
	return name + " has"
}

// did is a decision in the past tense.
func did(kind care.DecisionKind) string {
	switch kind {
	case care.Offer:
		return "offered times"
	case care.Wait:
		return "chose the waitlist"
	case care.Colleague:
		return "chose a colleague"
	case care.Refer:
		return "gave other names"
	case care.Ask:
		return "asked a question"
	case care.Call:
		return "chose to call"
	}
	return "took it"
}

// clock words a past moment in the practice's zone.
func (s *Slack) clock(unix int64) string {
	at, now := time.Unix(unix, 0).In(s.opt.Zone), s.opt.Now().In(s.opt.Zone)
	if at.Format(time.DateOnly) == now.Format(time.DateOnly) {
		return at.Format("15:04")
	}
	return at.Format("15:04 on 2 January")
}

// actID makes the id of an act from what stays the same however often Slack
// delivers it.
func actID(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		fmt.Fprintf(h, "%d:%s,", len(p), p)
	}
	return "slack/" + hex.EncodeToString(h.Sum(nil)[:16])
}
