package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"anteroom/bot"
	"anteroom/dialogs"
	"anteroom/dialogs/script"
)

// screen is what one person has before them.
type screen struct {
	ways    string
	buttons []bot.Button
	old     []bot.Button
}

// useInvite is how a transcript writes that somebody uses the last invite that
// was made.
const useInvite = "uses the invite"

// asInMark begins a line that takes over what another transcript does.
const asInMark = "… as in "

// asIn does what is done in another file, and shows what the last of it came
// to.
func (p *play) asIn(ctx context.Context, how string) error {
	p.brief = true // from here on: what the other file shows whole need not be shown again
	name, how, _ := strings.Cut(how, ", ")
	from, to, ok := strings.Cut(strings.TrimPrefix(how, "from "), "as far as ")
	if !ok || p.sibling == nil {
		return errors.New("name a file and a line of it, as in … as in short-path, as far as [Start]")
	}
	file, err := p.sibling(strings.TrimSpace(name))
	if err != nil {
		return err
	}
	from, to = strings.TrimSpace(from), strings.TrimSpace(to)
	begun := from == ""
	for n, line := range file.lines() {
		words, typed := strings.CutPrefix(line, "> ")
		begun = begun || typed && words == from
		if done, err := doing(line); err != nil {
			return file.at(n, err)
		} else if !done || !begun {
			continue
		}
		before := p.out.Len()
		if err := p.within(ctx, file, n, line); err != nil {
			return file.at(n, err)
		}
		if typed && words == to {
			return nil
		}
		p.out.Truncate(before)
	}
	if !begun {
		to = from
	}
	return fmt.Errorf("%s has no line > %s", file.path, to)
}

// within plays a line of another file, unless it is being played already: files
// may take over what others take over, and not themselves.
func (p *play) within(ctx context.Context, file *transcript, n int, line string) error {
	at := fmt.Sprintf("%s:%d", filepath.Clean(file.path), n)
	if slices.Contains(p.taken, at) {
		return errors.New("this line takes over itself: name another file, or a line before this one")
	}
	p.taken = append(p.taken, at)
	defer func() { p.taken = p.taken[:len(p.taken)-1] }()
	return p.line(ctx, line)
}

// things is what can be sent that is no words.
var things = map[string]string{"voice note": bot.MediaVoice, "photo": bot.MediaPhoto, "video": bot.MediaVideo, "sticker": bot.MediaSticker,
	"place": bot.MediaLocation, "poll": bot.MediaPoll, "contact": bot.MediaContact, "file": bot.MediaDocument, "forward": bot.MediaForward}

// input reads what a person does.
func (p *play) input(s string) (bot.What, error) {
	now := p.screen(p.chat)
	if label, ok := between(s, "[", "]"); ok {
		return pressed(now.buttons, label)
	}
	inner, ok := between(s, "(", ")")
	if !ok {
		return bot.Words{Text: s}, nil
	}
	if label, ok := strings.CutPrefix(inner, "old button: "); ok {
		return pressed(now.old, label)
	}
	if words, ok := strings.CutPrefix(inner, "changes a message to: "); ok {
		return bot.Words{Text: words, Edited: true}, nil
	}
	if words, ok := strings.CutPrefix(inner, "writes: "); ok {
		return bot.Words{Text: words}, nil
	}
	if kind := things[inner]; kind != "" {
		return bot.Media{Kind: kind}, nil
	}
	if inner == useInvite {
		if now := p.invite; now != "" {
			return bot.Words{Text: "/start " + now}, nil
		}
		return nil, errors.New("nobody has an invite yet: it is made when a client asks for one")
	}
	if inner == "forged button" {
		return bot.Press{Data: "AAAAAAAAAAAAAAAA"}, nil
	}
	return nil, fmt.Errorf("(%s) is nothing that a person does here: write (%s), (old button: Label), (forged button), (uses the invite), (same again), (changes a message to: words), or words in brackets as (writes: words)",
		inner, strings.Join(slices.Sorted(maps.Keys(things)), "), ("))
}

// wrote reports whether a message stands in the chat that was not there before.
func wrote(what bot.What) bool {
	switch what := what.(type) {
	case bot.Words:
		return !what.Edited
	case bot.Media:
		return true
	}
	return false
}

// note is told each run of a dialog. However an answer was given, it is known
// from there.
func (p *play) note(run dialogs.Run, lang string) {
	if p.trace != nil {
		p.trace(run, lang)
	}
	d, ok := p.practice.Library.Dialog(run.Dialog)
	if !ok {
		return
	}
	for _, entry := range run.Trail {
		s, ok := d.Step(entry.Step)
		if !ok || entry.Kind != dialogs.Answer {
			continue
		}
		ids := strings.Split(entry.Value, ",")
		for _, o := range offered(s, lang) {
			if p.never[o.Label] && slices.Contains(ids, o.ID) && !slices.Contains(p.secrets, o.Label) {
				p.secrets = append(p.secrets, o.Label)
			}
		}
	}
}

// typed is how a transcript writes words that somebody typed.
func typed(words string) string {
	words = strings.TrimSpace(words)
	if strings.HasPrefix(words, "[") && strings.HasSuffix(words, "]") || strings.HasPrefix(words, "(") && strings.HasSuffix(words, ")") {
		words = "(writes: " + words + ")"
	}
	return strings.TrimRight("> "+words, " ")
}

// pressed finds a button by its label, ticked or not.
func pressed(among []bot.Button, label string) (bot.What, error) {
	var there []string
	for _, b := range slices.Backward(among) {
		shown := strings.TrimPrefix(b.Label, "✓ ")
		if shown == label {
			return bot.Press{Data: b.Data}, nil
		}
		there = append(there, "["+shown+"]")
	}
	slices.Reverse(there)
	switch {
	case len(there) == 0:
		return nil, fmt.Errorf("there is no button [%s]: none stands there", label)
	case len(there) > 12:
		there = append(there[:12], "…")
	}
	return nil, fmt.Errorf("there is no button [%s]: press one of %s", label, strings.Join(there, " "))
}

// presses is the line that presses a button of this screen.
func (s *screen) presses(data string) string {
	form := "> [%s]"
	i := slices.IndexFunc(s.buttons, func(b bot.Button) bool { return b.Data == data })
	among := s.buttons
	if i < 0 {
		form, among = "> (old button: %s)", s.old
		i = slices.IndexFunc(among, func(b bot.Button) bool { return b.Data == data })
	}
	if i < 0 {
		return "> (forged button)"
	}
	return fmt.Sprintf(form, strings.TrimPrefix(among[i].Label, "✓ "))
}

func (p *play) screen(chat string) *screen {
	if p.screens[chat] == nil {
		p.screens[chat] = &screen{}
	}
	return p.screens[chat]
}

// toClients takes down what clients read.
type toClients struct{ *play }

func (toClients) Name() bot.ChannelName { return "telegram" }

func (c toClients) Send(ctx context.Context, d bot.Delivery) ([]byte, error) {
	if c.client != nil {
		if _, err := c.client.Send(ctx, d); err != nil {
			return nil, err
		}
	}
	s := c.screen(d.To)
	var lines []string
	switch b := d.Body.(type) {
	case bot.Text:
		if b.PassOn {
			if c.invite = lastWord(b.Text); c.invite != "" {
				b.Text = strings.TrimSuffix(b.Text, c.invite) + "…"
			}
		}
		lines = block("< ", b.Text)
		for _, secret := range c.secrets {
			if strings.Contains(unquoted(b.Text), secret) && !c.afterPIN(b.Text) {
				c.leaks = append(c.leaks, leak{c.at, secret})
			}
		}
		if len(b.Buttons) > 0 {
			lines = append(lines, s.draw(b.Buttons, c.brief)...)
		}
	case bot.Redraw:
		var ticked []string
		for _, row := range b.Buttons {
			for _, x := range row {
				if strings.HasPrefix(x.Label, "✓") {
					ticked = append(ticked, x.Label)
				}
			}
		}
		lines = []string{"  the buttons above now show: " + cmp.Or(strings.Join(ticked, ", "), "nothing ticked")}
		s.buttons = slices.Concat(b.Buttons...)
	case bot.Document:
		lines = []string{"! file " + strings.Join(strings.Fields(b.Name), " ")}
		for _, secret := range c.secrets {
			if strings.Contains(string(b.Data), secret) {
				c.leaks = append(c.leaks, leak{c.at, secret})
			}
		}
	case bot.Sweep:
		lines = []string{"! swept " + count(len(b.Messages), "message")}
		if !b.Only {
			s.old, s.buttons, s.ways = append(s.old, s.buttons...), nil, ""
		}
	default:
		return nil, fmt.Errorf("a client reads no %T", b)
	}
	c.said[d.To] = append(c.said[d.To], lines...)
	return []byte(d.ID), nil
}

// afterPIN reports that a message is the record as it is shown to whoever gave
// the PIN: only there do answers about safety stand in a chat again.
func (c toClients) afterPIN(text string) bool {
	for _, texts := range c.practice.Texts {
		if strings.HasPrefix(text, texts.Say("mydata-head.open", nil)) {
			return true
		}
	}
	return false
}

// draw notes the buttons of a new message and writes them in rows.
func (s *screen) draw(rows [][]bot.Button, brief bool) (lines []string) {
	s.old = append(s.old, s.buttons...)
	s.buttons = slices.Concat(rows...)
	ways := ""
	for _, row := range rows {
		line := " "
		for _, b := range row {
			if b.Always {
				ways += " [" + b.Label + "]"
				continue
			}
			line += " [" + b.Label + "]"
		}
		if line != " " {
			lines = append(lines, line)
		}
	}
	if n := len(lines) - 2; brief && n > 10 {
		lines = append(lines[:2:2], fmt.Sprintf("  … and %d more rows of buttons", n))
	}
	if ways != "" && ways != s.ways { // a message without them takes none away from the questions
		s.ways = ways
		lines = append(lines, "  and always:"+ways)
	}
	return lines
}

// block writes a text of several lines, each within a page's width.
func block(first, text string) (lines []string) {
	lead := first
	end := func(row string) {
		if done, _ := doing(row); done { // further in it would read as what somebody does
			lead = first
		}
		lines = append(lines, strings.TrimRight(lead+row, " "))
		lead = strings.Repeat(" ", len(first))
	}
	for line := range strings.SplitSeq(text, "\n") {
		row := ""
		for _, word := range strings.Fields(line) {
			if row != "" && len([]rune(row))+len([]rune(word)) > 92 {
				end(row)
				row = ""
			}
			row += word + " "
		}
		end(row)
	}
	return lines
}

// neverInChat are the labels by which a safety answer would be recognised in a
// chat: those of answers to facts that may never stand in one, but for short
// ones that ordinary sentences hold as well.
func neverInChat(lib *script.Library) map[string]bool {
	labels, common := map[string]bool{}, map[string]bool{}
	for _, name := range lib.Names() {
		d, _ := lib.Dialog(name)
		for _, s := range d.Steps {
			if s.Into == nil {
				continue
			}
			for _, lang := range lib.Languages() {
				for _, form := range lib.Forms(lang) {
					for _, option := range offered(s, form) {
						if s.Into.NeverIn("chat") && len(option.Label) > 10 {
							labels[option.Label] = true
						} else {
							common[option.Label] = true
						}
					}
				}
			}
		}
	}
	maps.DeleteFunc(labels, func(l string, _ bool) bool { return common[l] })
	return labels
}

// offered is what the script offers as answers, whether they get a button or not.
func offered(s *script.Step, lang string) []script.Option {
	if o := s.Options(lang); o != nil {
		return o.All
	}
	return nil
}

// unquoted leaves out what stands between quotation marks: the names of buttons.
func unquoted(s string) string {
	var b strings.Builder
	for {
		before, rest, ok := strings.Cut(s, "“")
		b.WriteString(before)
		if !ok {
			return b.String()
		}
		if _, s, ok = strings.Cut(rest, "”"); !ok {
			return b.String()
		}
	}
}

// lastWord is what stands behind the last space or equals sign: the token of an
// invite. It follows from the number of the event, and a reader need not see it.
func lastWord(s string) string { return s[strings.LastIndexAny(s, " =")+1:] }

func between(s, open, end string) (string, bool) {
	s, ok := strings.CutPrefix(s, open)
	if !ok {
		return "", false
	}
	return strings.CutSuffix(s, end)
}
