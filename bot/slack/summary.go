package slack

import (
	"slices"
	"strings"

	api "github.com/slack-go/slack"

	"anteroom/bot"
	"anteroom/bot/care"
)

const (
	summaryID = "anteroom.summary"
	actDecide = "anteroom.decide." // + kind: a button's action id and its form's callback id
)

// note is a modal with one line and nothing to press.
func note(title, line string) api.ModalViewRequest {
	return api.ModalViewRequest{
		Type:         api.VTModal,
		Title:        plain(title),
		Close:        plain("Close"),
		CallbackID:   "anteroom.note",
		ClearOnClose: true,
		Blocks:       api.Blocks{BlockSet: []api.Block{paragraph(line)}},
	}
}

// summary is the modal for one reader: what care wrote, then where it stands,
// or the decisions as buttons.
func (r *runner) summary(v bot.View, me care.Therapist) api.ModalViewRequest {
	blocks := []api.Block{api.NewHeaderBlock(plain(cut(v.Summary.Head, 150)))}
	size := 0
	for _, section := range v.Summary.Sections {
		next, bytes := sectionBlocks(section)
		size += bytes
		const last = 4 // blocks that follow
		if len(blocks)+len(next) > maxBlocks-last || size > maxSummary {
			blocks = append(blocks, paragraph("There is more: anteroom case show "+string(v.Case.ID)))
			break
		}
		blocks = append(blocks, next...)
	}
	if line := r.standing(v.Case, me); line != "" {
		blocks = append(blocks, api.NewDividerBlock(), paragraph(line))
	}
	var buttons []api.BlockElement
	for _, kind := range care.DecisionKinds() {
		if r.decidable(v, me, kind) {
			buttons = append(buttons, button(actDecide+string(kind), string(kind), kind.Label()))
		}
	}
	if v.Steers && (v.Case.Episode.At() != care.PhaseIntake || len(v.Case.MayMove(care.RolePart)) > 0) {
		buttons = append(buttons, button(actCase+string(v.Case.ID), string(v.Case.ID), "Steer"))
	}
	buttons = append(buttons, toldButton(v)...)
	if len(buttons) > 0 {
		blocks = append(blocks, api.NewActionBlock("anteroom.decisions", buttons...))
	}
	return api.ModalViewRequest{
		Type:            api.VTModal,
		Title:           plain("Summary"),
		Close:           plain("Close"),
		CallbackID:      summaryID,
		PrivateMetadata: meta{Case: v.Case.ID, Round: v.Case.Round()}.String(),
		Blocks:          api.Blocks{BlockSet: blocks},
	}
}

// sectionBlocks shows the service's own lines under a bold title and a
// client's words as plain text, in their order. It returns the size of all
// texts too, in bytes.
func sectionBlocks(section care.Section) (blocks []api.Block, size int) {
	add := func(text *api.TextBlockObject) {
		blocks = append(blocks, api.NewSectionBlock(text, nil, nil))
		size += len(text.Text)
	}
	own := []string{"*" + escape(section.Title) + "*"}
	var words []string
	flush := func() {
		if len(own) > 0 {
			add(api.NewTextBlockObject(api.MarkdownType, cut(strings.Join(own, "\n"), maxSection), false, true))
		}
		if len(words) > 0 {
			add(plain(cut(strings.Join(words, "\n"), maxSection)))
		}
		own, words = nil, nil
	}
	for _, line := range section.Lines {
		switch {
		case line.Words:
			words = append(words, line.Text)
		case len(words) > 0:
			flush()
			own = append(own, escape(line.Text))
		default:
			own = append(own, escape(line.Text))
		}
	}
	flush()
	return blocks, size
}

// decidable reports whether this reader could make this decision now.
func (r *runner) decidable(v bot.View, me care.Therapist, kind care.DecisionKind) bool {
	holder := v.Case.Holder.By
	return slices.Contains(v.Summary.Decisions, kind) &&
		(holder == "" || holder == me.ID) &&
		(kind != care.Colleague || len(v.Colleagues) > 0)
}

// standing says what was decided, or who has it in hand.
func (r *runner) standing(c care.Case, me care.Therapist) string {
	if !c.Undecided() {
		if d, ok := c.Last(); ok {
			return subject(r.name(d.By), d.By == me.ID) + " " + did(d.Kind) + " at " + r.clock(d.At) + "."
		}
		return ""
	}
	if by := c.Holder.By; by != "" {
		return has(r.name(by), by == me.ID) + " this case in hand since " + r.clock(c.Holder.At) + "."
	}
	return ""
}

func subject(name string, me bool) string {
	if me {
		return "You"
	}
	return name
}
