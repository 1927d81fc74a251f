package slack

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	api "github.com/slack-go/slack"

	"anteroom/bot"
)

// toldBlocks are room on a page for what was told, beside all else that stands on it.
const toldBlocks = 80

// toldButton opens what was told in the course of care; none where nothing was.
func toldButton(v bot.View) []api.BlockElement {
	if len(v.Told) == 0 {
		return nil
	}
	return []api.BlockElement{turnTo(v, 0, "What they told")}
}

// turnTo opens it from the n-th on.
func turnTo(v bot.View, n int, label string) api.BlockElement {
	return button(actTold+fmt.Sprintf("%s.%d", v.Case.ID, n), fmt.Sprintf("%s/%d", v.Case.ID, n), label)
}

// toldPage is all that was told, newest first, as much as a page holds.
func (r *runner) toldPage(v bot.View, from string) api.ModalViewRequest {
	n, _ := strconv.Atoi(from) // of a button; the newest, if it is none
	n = max(0, min(n, len(v.Told)-1))
	blocks, end := r.tellings(v, v.Told[min(n, len(v.Told)):])
	end += n
	var turn []api.BlockElement
	if n > 0 {
		turn = append(turn, turnTo(v, 0, "Newest"))
	}
	if end < len(v.Told) {
		turn = append(turn, turnTo(v, end, "Older"))
	}
	if len(v.Told) == 0 {
		blocks = append(blocks, paragraph("Nothing was told yet."))
	}
	id := string(v.Case.ID)
	blocks = append(blocks, api.NewActionBlock("page", append(turn, button(actCase+id, id, "Open the case"), button(actRead, id, "Summary"))...))
	return api.ModalViewRequest{
		Type: api.VTModal, Title: plain("Told · " + id), Close: plain("Close"), CallbackID: "anteroom.told",
		Blocks: api.Blocks{BlockSet: blocks},
	}
}

// toldBelow shows some of it below something else, as much as there is room for.
func (r *runner) toldBelow(v bot.View, some []bot.Telling) []api.Block {
	blocks, end := r.tellings(v, some)
	if end < len(some) {
		blocks = append(blocks, paragraph("There is more: press What they told."))
	}
	return blocks
}

// tellings shows as many as fit, the first of them always, and returns how many
// they are. What people said is plain text, never cut.
func (r *runner) tellings(v bot.View, all []bot.Telling) (blocks []api.Block, shown int) {
	names, size := v.Case.BriefOf(0, r.opt.Now()).Names, 0
	for i, t := range all {
		head := t.Title
		if len(names) > 1 {
			head += " · " + names[t.Person]
		}
		next := []api.Block{api.NewSectionBlock(api.NewTextBlockObject(api.MarkdownType, "*"+marked(head, maxLine)+"* · "+r.moment(t.At), false, true), nil, nil)}
		lines := t.Lines
		if len(t.Apart) > 0 {
			lines = append(lines[:len(lines):len(lines)], "Answered, and not shown in Slack: "+strings.Join(t.Apart, " · ")+" (the command line shows it: anteroom case brief "+string(v.Case.ID)+" -all)")
		}
		bytes := 0
		for _, text := range pack(lines) {
			next, bytes = append(next, paragraph(text)), bytes+len(text)
		}
		if i > 0 && (len(blocks)+len(next) > toldBlocks || size+bytes > maxSummary) {
			return blocks, i
		}
		blocks, size = append(blocks, next...), size+bytes
	}
	return blocks, len(all)
}

// pack puts lines into as few texts as hold them.
func pack(lines []string) (texts []string) {
	letters := 0
	for _, line := range lines {
		for line = cut(line, len(line)); line != ""; {
			head := line
			if rest := []rune(line); len(rest) > maxSection {
				head = string(rest[:maxSection])
			}
			line = line[len(head):]
			n := utf8.RuneCountInString(head)
			if len(texts) == 0 || letters+1+n > maxSection {
				texts, letters = append(texts, head), n
				continue
			}
			texts[len(texts)-1], letters = strings.Join([]string{texts[len(texts)-1], head}, "\n"), letters+1+n
		}
	}
	return texts
}
