package slack

import (
	"strings"
	"unicode/utf8"

	api "github.com/slack-go/slack"
)

// Slack's limits, in characters.
const (
	maxSection = 3000
	maxLine    = 2000 // of ours, for what should be one line
	maxOption  = 75
	maxBlocks  = 100 // in a modal

	// maxSummary is in bytes. A view may have 250,000, and JSON writes a byte
	// of text in up to six.
	maxSummary = 30_000
)

var escaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// escape makes text harmless in mrkdwn: no mention, no link.
func escape(s string) string { return escaper.Replace(s) }

// unturned takes out the signs that make a reader see letters in another order
// than they stand in, and the null that Slack refuses.
var unturned = strings.NewReplacer("\x00", "", "\u202A", "", "\u202B", "", "\u202C", "", "\u202D", "", "\u202E", "")

// marked is escaped text of at most so many characters, as Slack counts them:
// an angle bracket is four.
func marked(s string, most int) string {
	for n := most; ; n /= 2 {
		if m := escape(cut(s, n)); utf8.RuneCountInString(m) <= most {
			return m
		}
	}
}

// cut shortens politely: at a word if there is one, with an ellipsis. Slack
// refuses empty texts, so that one becomes a dash.
func cut(s string, most int) string {
	s = strings.TrimSpace(strings.ToValidUTF8(unturned.Replace(s), "�"))
	if s == "" {
		return "–"
	}
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	head := string([]rune(s)[:most-1])
	if at := strings.LastIndexAny(head, " \n"); at > len(head)*3/4 {
		head = head[:at]
	}
	return strings.TrimRight(head, " \n,;:") + "…"
}

// plain is a text object that Slack shows as it is.
func plain(s string) *api.TextBlockObject {
	return api.NewTextBlockObject(api.PlainTextType, s, false, false)
}

// paragraph is a section of plain text.
func paragraph(s string) *api.SectionBlock { return api.NewSectionBlock(plain(s), nil, nil) }

func button(action, value, label string) *api.ButtonBlockElement {
	return api.NewButtonBlockElement(action, value, plain(label))
}
