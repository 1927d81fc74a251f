package slack

import (
	"slices"
	"strings"

	api "github.com/slack-go/slack"

	"anteroom/bot"
	"anteroom/bot/care"
)

// Fields of the forms: each is the block id and the action id of its input.
const (
	fieldTherapist = "therapist"
	fieldTime      = "time" // + 1, 2, 3
	fieldTyped     = "typed"
	fieldOverrule  = "overrule"
	fieldNote      = "note"
	fieldDate      = "date"
	fieldWriteBy   = "write_by"
	fieldNames     = "names"
	fieldQuestion  = "question"
	fieldCallAt    = "call_at"
	fieldWindow    = "window"
)

// Limits of the forms. A client's message holds 4096 characters, the
// practice's own words around these included.
const (
	maxTimes    = 3
	maxNote     = 1000
	maxQuestion = 500
	maxReason   = 500
	maxWindow   = 200
	maxNames    = 10
	maxName     = 200
	maxOptions  = 100
)

// decisionForm is the small form of one decision.
func (r *runner) decisionForm(v bot.View, me care.Therapist, kind care.DecisionKind) api.ModalViewRequest {
	m := meta{Case: v.Case.ID, Round: v.Case.Round()}
	var blocks []api.Block
	switch kind {
	case care.Offer:
		blocks, m.Why = r.choice(v, append([]care.Therapist{me}, v.Colleagues...), me.ID)
		for i, label := range []string{"First time", "Second time", "Third time"} {
			picker := api.NewDateTimePickerBlockElement(timeField(i))
			blocks = append(blocks, input(timeField(i), label, "As your Slack shows it; the client sees it in their own time zone.", picker, i > 0))
		}
		blocks = append(blocks, noteInput())
	case care.Wait:
		blocks = r.waitInputs(v)
	case care.Colleague:
		blocks, m.Why = r.choice(v, v.Colleagues, "")
		blocks = append(blocks, input(fieldDate, "They can see the client about", "", api.NewDatePickerBlockElement(fieldDate), true), noteInput())
	case care.Refer:
		names := textInput(fieldNames, maxNames*(maxName+1), true)
		lines := make([]string, 0, maxNames)
		for _, r := range v.Referrals[:min(len(v.Referrals), maxNames)] {
			lines = append(lines, cut(r.Line(), maxName)) // the field takes no more
		}
		names.InitialValue = strings.Join(lines, "\n")
		blocks = []api.Block{input(fieldNames, "Other names", "One a line, up to ten: who, what, where. Nothing about the client is passed on.", names, true), noteInput()}
	case care.Ask:
		blocks = []api.Block{input(fieldQuestion, "Your question", "The client reads it as you write it, and answers in their own words.", textInput(fieldQuestion, maxQuestion, true), false)}
	case care.Call:
		blocks = []api.Block{
			input(fieldCallAt, "When will you call?", "", api.NewDateTimePickerBlockElement(fieldCallAt), true),
			input(fieldWindow, "Or in words", "For example: Thursday between 5 and 6 pm.", textInput(fieldWindow, maxWindow, false), true),
		}
	}
	return api.ModalViewRequest{
		Type:            api.VTModal,
		Title:           plain(kind.Label()),
		Close:           plain("Back"),
		Submit:          plain(submitLabel(kind)),
		CallbackID:      actDecide + string(kind),
		PrivateMetadata: m.String(),
		Blocks:          api.Blocks{BlockSet: blocks},
	}
}

func submitLabel(kind care.DecisionKind) string {
	if kind == care.Ask {
		return "Ask the client"
	}
	return "Tell the client"
}

func timeField(i int) string { return fieldTime + string(rune('1'+i)) }

// choice is the select of therapists, the best choice first in mind, with a
// line for each of whom something speaks against and a field for the reason to
// do it all the same.
func (r *runner) choice(v bot.View, people []care.Therapist, preferred care.TherapistID) ([]api.Block, []care.TherapistID) {
	people = people[:min(len(people), maxOptions)]
	var (
		options []*api.OptionBlockObject
		why     []care.TherapistID
		against []string
		initial *api.OptionBlockObject
	)
	for _, t := range people {
		c, known := candidate(v.Assessment, t.ID)
		label := t.Name
		switch {
		case !known:
		case len(c.Full) > 0:
			label += " · full"
		case c.NeedsReason():
			label += " · give a reason"
		}
		if known && c.NeedsReason() {
			why = append(why, t.ID)
		}
		for _, reason := range slices.Concat(c.Full, c.Gates, c.Soft) {
			against = append(against, reason.Text)
		}
		options = append(options, api.NewOptionBlockObject(string(t.ID), plain(cut(label, maxOption)), nil))
	}
	pick := func(id care.TherapistID) {
		for _, o := range options {
			if initial == nil && o.Value == string(id) {
				initial = o
			}
		}
	}
	if c, ok := candidate(v.Assessment, preferred); preferred != "" && (!ok || c.Room()) {
		pick(preferred)
	}
	for _, c := range v.Assessment.Available() {
		pick(c.Therapist)
	}
	pick(preferred)

	sel := api.NewOptionsSelectBlockElement(api.OptTypeStatic, plain("Choose"), fieldTherapist, options...)
	sel.InitialOption = initial
	var blocks []api.Block
	if len(against) > 0 {
		blocks = append(blocks, paragraph(cut(strings.Join(against, "\n"), maxSection)))
	}
	blocks = append(blocks, input(fieldTherapist, "With whom", "", sel, false))
	if len(why) > 0 {
		blocks = append(blocks, input(fieldOverrule, "Why all the same", "Needed where a name says so. It stays with the case; the client does not see it.", textInput(fieldOverrule, maxReason, true), true))
	}
	return blocks, why
}

func candidate(a care.Assessment, id care.TherapistID) (care.Candidate, bool) {
	for _, c := range a.Candidates {
		if c.Therapist == id {
			return c, true
		}
	}
	return care.Candidate{}, false
}

// waitInputs are the two honest dates, suggested where the roster knows them.
func (r *runner) waitInputs(v bot.View) []api.Block {
	date, writeBy := api.NewDatePickerBlockElement(fieldDate), api.NewDatePickerBlockElement(fieldWriteBy)
	today := care.DateOf(r.opt.Now().In(r.opt.Zone))
	if opening, _ := v.Assessment.Opening(); opening > today {
		date.InitialDate = string(opening)
		writeBy.InitialDate = string(care.WriteBy(opening, today))
	}
	return []api.Block{
		input(fieldDate, "We can see you about", "An honest day, as far as anyone knows.", date, false),
		input(fieldWriteBy, "We will write by", "The client hears from you by this day, place or no place.", writeBy, false),
		noteInput(),
	}
}

func noteInput() api.Block {
	return input(fieldNote, "A line of your own to the client", "The practice's own words stand around it.", textInput(fieldNote, maxNote, true), true)
}

func textInput(field string, most int, lines bool) *api.PlainTextInputBlockElement {
	e := api.NewPlainTextInputBlockElement(nil, field)
	e.MaxLength, e.Multiline = most, lines
	return e
}

func input(field, label, hint string, e api.BlockElement, optional bool) *api.InputBlock {
	var h *api.TextBlockObject
	if hint != "" {
		h = plain(hint)
	}
	b := api.NewInputBlock(field, plain(label), h, e)
	b.Optional = optional
	return b
}
