package slack

import (
	"fmt"
	"regexp"
	"strings"

	api "github.com/slack-go/slack"

	"anteroom/bot"
)

// Action ids of a card's buttons.
const (
	actRead  = "anteroom.read"
	actClaim = "anteroom.claim"
)

// Event types of our messages' metadata.
const (
	cardEvent   = "anteroom_card"
	noticeEvent = "anteroom_notice"
)

var userID = regexp.MustCompile(`^[UW][A-Z0-9]{2,30}$`)

// message is what is posted: the text for notifications, the blocks, and what
// finds the message again.
type message struct {
	text   string // mrkdwn
	blocks []api.Block
	event  string
	caseID string
}

// compose makes the message of a body, for one member or for the channel; ok is
// false for bodies that are not for therapists.
func (s *Slack) compose(b bot.Body, to string) (m message, ok bool) {
	switch b := b.(type) {
	case bot.Card:
		return s.card(b), true
	case bot.Notice:
		line := cut(b.Line, maxSection)
		return message{text: escape(line), blocks: []api.Block{paragraph(line)}, event: noticeEvent}, true
	case bot.Brief:
		return s.ready(b, isUser(to)), true
	case bot.Text, bot.Redraw, bot.Document, bot.Sweep, bot.Page:
	}
	return message{}, false
}

func (s *Slack) card(c bot.Card) message {
	line := marked(c.Line, maxLine)
	if c.Urgent {
		mentions := ""
		for _, id := range append([]string{c.OnCall}, c.Also...) {
			if userID.MatchString(id) {
				mentions += "<@" + id + "> "
			}
		}
		if mentions != "" {
			line += "\n" + mentions + "a person is needed now."
		}
	}
	m := message{text: line, event: cardEvent, caseID: c.Case}
	m.blocks = append(m.blocks, api.NewSectionBlock(api.NewTextBlockObject(api.MarkdownType, line, false, true), nil, nil)) // verbatim: nothing becomes a link
	if c.Detail != "" && s.opt.Disclosure == InChannel {
		m.blocks = append(m.blocks, paragraph(cut(c.Detail, maxSection)))
	}
	if state := strings.TrimSpace(strings.Join(c.State, "\n")); state != "" {
		m.blocks = append(m.blocks, api.NewContextBlock("", plain(cut(state, maxLine))))
	}
	buttons := []api.BlockElement{button(actRead, c.Case, "Read summary")}
	if c.Open {
		buttons = append(buttons, button(actClaim, c.Case, "I have this"))
	}
	m.blocks = append(m.blocks, api.NewActionBlock("anteroom.card", buttons...))
	return m
}

// ready is the message that a brief can be read. The button asks again who may.
func (s *Slack) ready(b bot.Brief, alone bool) message {
	line := cut(b.Line, maxSection)
	m := message{text: escape(line), blocks: []api.Block{paragraph(line)}, event: noticeEvent, caseID: b.Case}
	if alone && b.Counts != "" {
		m.blocks = append(m.blocks, api.NewContextBlock("", plain(cut(b.Counts, maxLine))))
	}
	read := button(actBrief+fmt.Sprintf("%s.%d", b.Case, b.Session), fmt.Sprintf("%s/%d", b.Case, b.Session), "Read brief")
	m.blocks = append(m.blocks, api.NewActionBlock("anteroom.ready", read))
	return m
}
