package slack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	api "github.com/slack-go/slack"

	"anteroom/bot"
	"anteroom/bot/care"
)

// submitted handles a form and returns what the modal shall do.
func (r *runner) submitted(ctx context.Context, c api.InteractionCallback) any {
	if c.View.CallbackID == glassID {
		return r.glassed(ctx, c)
	}
	if deed, ok := strings.CutPrefix(c.View.CallbackID, actCourse); ok {
		return r.courseSubmitted(ctx, c, deed)
	}
	name, ours := strings.CutPrefix(c.View.CallbackID, actDecide)
	kind := care.DecisionKind(name)
	if !ours || !slices.Contains(care.DecisionKinds(), kind) {
		return nil
	}
	seen := readMeta(c.View.PrivateMetadata)
	me, ok := r.therapist(c.User.ID)
	if !ok {
		r.closeBelow(ctx, c, notYours)
		return update(note(kind.Label(), notYours+" Nothing was sent."))
	}
	id, err := care.ParseCaseID(string(seen.Case))
	if err != nil {
		return update(note(kind.Label(), noSuch+" Nothing was sent."))
	}
	f := reader{now: r.opt.Now(), zone: r.opt.Zone, errors: map[string]string{}}
	if c.View.State != nil {
		f.values = c.View.State.Values
	}
	d := f.decision(kind, seen.Why)
	if len(f.errors) > 0 {
		return api.NewErrorsViewSubmissionResponse(f.errors)
	}
	d.By, d.Round = me.ID, seen.Round
	content, err := json.Marshal(d)
	if err != nil {
		return again(c.View) // texts and numbers: it cannot be
	}
	err = r.desk.Act(ctx, r.opt.Practice, bot.Act{
		ID:       actID("form", c.View.ID, c.View.Hash, c.User.ID, name, string(content)),
		Case:     id,
		By:       me.ID,
		Decision: &d,
	})
	if err == nil {
		r.later(ctx, func(ctx context.Context) { r.refresh(ctx, c.User.ID) })
		return update(note(kind.Label(), "Done: "+r.done(d)))
	}
	if line, gone := refusal(err); gone {
		r.closeBelow(ctx, c, line)
	}
	return r.notDone(c.View, kind, me, err)
}

// notDone says why not, at the field that can be mended if there is one.
func (r *runner) notDone(v api.View, kind care.DecisionKind, me care.Therapist, err error) any {
	at := func(field, line string) any {
		return api.NewErrorsViewSubmissionResponse(map[string]string{field: line})
	}
	choosing := kind == care.Offer || kind == care.Colleague
	switch {
	case choosing && errors.Is(err, care.ErrFull):
		return at(fieldTherapist, "This caseload is at its hard cap, which nobody overrules. Choose someone else, or go back and choose Wait.")
	case choosing && errors.Is(err, care.ErrNoReducedSlot):
		return at(fieldTherapist, "No reduced-fee place is open here. Choose someone else, or go back and choose Wait.")
	case kind == care.Offer && errors.Is(err, care.ErrTimeTaken):
		return at(timeField(0), "One of these times is held for another case. Choose other times.")
	}
	if line, known := r.refused(err, me); known {
		return update(note(kind.Label(), line))
	}
	r.opt.Log.Warn("a decision was not recorded; its form stays open", "kind", string(kind))
	return again(v)
}

func update(v api.ModalViewRequest) any { return api.NewUpdateViewSubmissionResponse(&v) }

// again asks to press again.
func again(v api.View) any { return refuse(v, notDone) }

// refuse says why not at the form's first field.
func refuse(v api.View, line string) any {
	for _, b := range v.Blocks.BlockSet {
		if in, ok := b.(*api.InputBlock); ok {
			return api.NewErrorsViewSubmissionResponse(map[string]string{in.BlockID: line})
		}
	}
	return update(note("Not done", line))
}

// reader reads a form. What Slack's own pickers and limits would not let
// through is checked all the same.
type reader struct {
	values map[string]map[string]api.BlockAction
	now    time.Time
	zone   *time.Location
	errors map[string]string // by field
}

func (f *reader) bad(field, line string) {
	if f.errors[field] == "" {
		f.errors[field] = line
	}
}

func (f *reader) decision(kind care.DecisionKind, why []care.TherapistID) care.Decision {
	d := care.Decision{Kind: kind}
	switch kind {
	case care.Offer:
		f.therapist(&d, why)
		d.Times = f.times()
		d.Note = f.text(fieldNote, maxNote)
	case care.Wait:
		d.Date, d.WriteBy = f.date(fieldDate), f.date(fieldWriteBy)
		if d.Date == "" {
			f.bad(fieldDate, "Choose a day, even a rough one.")
		}
		if d.WriteBy == "" {
			f.bad(fieldWriteBy, "Choose a day.")
		} else if d.Date != "" && d.WriteBy > d.Date {
			f.bad(fieldWriteBy, "Write on or before the day on which you can see them.")
		}
		d.Note = f.text(fieldNote, maxNote)
	case care.Colleague:
		f.therapist(&d, why)
		d.Date = f.date(fieldDate)
		d.Note = f.text(fieldNote, maxNote)
	case care.Refer:
		f.names(&d)
		d.Note = f.text(fieldNote, maxNote)
	case care.Ask:
		if d.Note = f.text(fieldQuestion, maxQuestion); d.Note == "" {
			f.bad(fieldQuestion, "Write your question.")
		}
	case care.Call:
		if at := f.time(fieldCallAt); at != 0 {
			d.Times = []int64{at}
		}
		d.Note = f.text(fieldWindow, maxWindow)
		switch {
		case d.Note == "" && len(d.Times) == 0:
			f.bad(fieldCallAt, "Choose a time, or say it in words below.")
		case d.Note != "" && len(d.Times) > 0:
			f.bad(fieldWindow, "Choose a time or say it in words, not both.")
		}
	}
	return d
}

func (f *reader) value(field string) api.BlockAction { return f.values[field][field] }

func (f *reader) text(field string, most int) string {
	s := strings.TrimSpace(strings.ReplaceAll(strings.ToValidUTF8(f.value(field).Value, "�"), "\x00", ""))
	if n := utf8.RuneCountInString(s); n > most {
		f.bad(field, fmt.Sprintf("At most %d characters; these are %d.", most, n))
		return ""
	}
	return s
}

func (f *reader) therapist(d *care.Decision, why []care.TherapistID) {
	d.Therapist = care.TherapistID(f.value(fieldTherapist).SelectedOption.Value)
	if d.Therapist == "" || len(d.Therapist) > 150 {
		f.bad(fieldTherapist, "Choose a therapist.")
		return
	}
	if d.Overrule = f.text(fieldOverrule, maxReason); d.Overrule == "" && slices.Contains(why, d.Therapist) {
		f.bad(fieldOverrule, "Something speaks against this choice, see above. Please say why all the same.")
	}
}

const year = 366 * 24 * time.Hour

// time reads a moment that lies ahead; 0 when there is none.
func (f *reader) time(field string) int64 {
	at := f.value(field).SelectedDateTime
	if at != 0 {
		f.ahead(field, at)
	}
	return at
}

func (f *reader) ahead(field string, at int64) {
	switch {
	case at <= f.now.Unix():
		f.bad(field, "This time has passed. Choose one ahead.")
	case at > f.now.Add(year).Unix():
		f.bad(field, "This is more than a year ahead. Is the year right?")
	}
}

// times reads the pickers, and the lines of those who would rather type; the
// earliest comes first.
func (f *reader) times() (times []int64) {
	add := func(field string, at int64) {
		switch {
		case at == 0:
		case slices.Contains(times, at):
			f.bad(field, "This is the same time again.")
		default:
			times = append(times, at)
		}
	}
	for i := range maxTimes {
		add(timeField(i), f.time(timeField(i)))
	}
	for line := range strings.Lines(f.text(fieldTyped, maxNote)) {
		if line = strings.TrimSpace(line); line != "" {
			add(fieldTyped, f.typed(line))
		}
	}
	if len(times) == 0 {
		f.bad(timeField(0), "Choose at least one time.")
	}
	slices.Sort(times)
	return times
}

// typed reads a time as it stands on the practice's clock.
func (f *reader) typed(line string) int64 {
	const form = "2006-01-02 15:04"
	at, err := time.ParseInLocation(form, line, f.zone)
	if err != nil || at.Format(form) != line { // the clock went forward over it
		f.bad(fieldTyped, "“"+cut(line, 40)+"” is no time. Write it like 2027-05-06 15:00.")
		return 0
	}
	f.ahead(fieldTyped, at.Unix())
	return at.Unix()
}

// date reads a day from today on; "" when there is none.
func (f *reader) date(field string) care.Date {
	s := f.value(field).SelectedDate
	if s == "" {
		return ""
	}
	day, err := care.ParseDate(s)
	switch {
	case err != nil:
		f.bad(field, "This is not a day.")
		return ""
	case day < care.DateOf(f.now.In(f.zone)):
		f.bad(field, "This day has passed. Choose one ahead.")
	case day > care.DateOf(f.now.In(f.zone).AddDate(3, 0, 0)):
		f.bad(field, "This is more than three years ahead. Is the year right?")
	}
	return day
}

func (f *reader) names(d *care.Decision) {
	for line := range strings.Lines(f.text(fieldNames, maxNames*(maxName+1))) {
		if line = strings.Join(strings.Fields(line), " "); line == "" {
			continue
		}
		if utf8.RuneCountInString(line) > maxName {
			f.bad(fieldNames, fmt.Sprintf("One name a line, each at most %d characters.", maxName))
		}
		d.Names = append(d.Names, line)
	}
	if len(d.Names) > maxNames {
		f.bad(fieldNames, fmt.Sprintf("At most %d names.", maxNames))
	}
}

// done says to the therapist what was decided.
func (r *runner) done(d care.Decision) string {
	now := r.opt.Now().In(r.opt.Zone)
	var what string
	switch d.Kind {
	case care.Offer:
		what = "offered " + r.moments(d.Times) + " with " + r.name(d.Therapist)
	case care.Wait:
		what = "the waitlist, a place about " + d.Date.Words(now) + ", and you write by " + d.WriteBy.Words(now)
	case care.Colleague:
		what = "passed on to " + r.name(d.Therapist)
		if d.Date != "" {
			what += ", about " + d.Date.Words(now)
		}
	case care.Refer:
		what = "other names given: " + strconv.Itoa(len(d.Names))
	case care.Ask:
		what = "asked your question"
	case care.Call:
		what = "you will call"
		if len(d.Times) > 0 {
			what += ", " + r.moments(d.Times)
		}
	}
	return what + ". The client hears it in the practice's words."
}

// moments words times in the practice's zone.
func (r *runner) moments(times []int64) string {
	var out []string
	for _, t := range times {
		out = append(out, time.Unix(t, 0).In(r.opt.Zone).Format("Mon 2 January 15:04"))
	}
	return strings.Join(out, ", ") + " (" + r.opt.Zone.String() + ")"
}
