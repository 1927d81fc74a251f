package bot_test

import (
	"cmp"
	"slices"
	"strings"

	"anteroom/bot"
	"anteroom/bot/care"
)

// person is somebody who writes.
type person struct {
	*house
	chat   string
	locale string // of their phone; English when it is empty
	heard  int    // of what was sent to them, how much was looked at
}

func (h *house) person(chat string) *person { return &person{house: h, chat: chat} }

// do gives the service one thing after the other and lets it settle.
func (p *person) do(what ...bot.What) *person {
	p.t.Helper()
	for _, w := range what {
		in := p.inbound(p.chat, w)
		in.Locale = cmp.Or(p.locale, in.Locale)
		p.receive(in)
		p.settle()
	}
	return p
}

// says types.
func (p *person) says(words ...string) *person {
	p.t.Helper()
	for _, w := range words {
		p.do(bot.Words{Text: w})
	}
	return p
}

// presses presses the button of that label under the last question.
func (p *person) presses(labels ...string) *person {
	p.t.Helper()
	for _, label := range labels {
		p.do(bot.Press{Data: p.button(label).Data})
	}
	return p
}

// button finds a button under the last question, by the beginning of its label.
func (p *person) button(label string) bot.Button {
	p.t.Helper()
	_, buttons := p.question()
	for _, b := range buttons {
		if strings.HasPrefix(strings.TrimPrefix(b.Label, "✓ "), label) {
			return b
		}
	}
	p.t.Fatalf("%s: no button %q among %q", p.chat, label, labels(buttons))
	return bot.Button{}
}

// question is the last question as it stands on the screen.
func (p *person) question() (text string, buttons []bot.Button) {
	for _, d := range p.phone.to(p.chat) {
		switch body := d.Body.(type) {
		case bot.Text:
			if len(body.Buttons) > 0 {
				text, buttons = body.Text, slices.Concat(body.Buttons...)
			}
		case bot.Redraw:
			buttons = slices.Concat(body.Buttons...)
		}
	}
	return text, buttons
}

func labels(buttons []bot.Button) (ls []string) {
	for _, b := range buttons {
		ls = append(ls, b.Label)
	}
	return ls
}

// hears is what was said since the last time, a message a string.
func (p *person) hears() (texts []string) {
	all := p.phone.to(p.chat)
	for _, d := range all[min(p.heard, len(all)):] {
		switch body := d.Body.(type) {
		case bot.Text:
			texts = append(texts, body.Text)
		case bot.Redraw:
			texts = append(texts, "(buttons drawn anew)")
		}
	}
	p.heard = len(all)
	return texts
}

// phrase is a sentence of the service as the sample practice says it.
func (h *house) phrase(key string) string {
	return h.practice.Texts["en"].Say(key, func(name string) string {
		switch name {
		case "practice.name":
			return h.practice.Name
		case "practice.phone":
			return h.practice.Phone
		case "copies":
			return "no company"
		case "keep.unfinished":
			return "30 days"
		}
		return "{" + name + "}"
	})
}

// wants checks that what was said since the last time has the beginnings given
// at its messages, all of them in order.
func (p *person) wants(beginnings ...string) *person {
	p.t.Helper()
	got := p.hears()
	for i, want := range beginnings {
		if i >= len(got) || !strings.HasPrefix(got[i], want) {
			p.t.Fatalf("%s: message %d: got %q, want it to begin with %q; all: %q", p.chat, i, at(got, i), want, got)
		}
	}
	if len(got) != len(beginnings) {
		p.t.Fatalf("%s: got %d messages, want %d: %q", p.chat, len(got), len(beginnings), got)
	}
	return p
}

func at(s []string, i int) string {
	if i < len(s) {
		return s[i]
	}
	return "(none)"
}

// consents goes from nothing to the question for the age.
func (p *person) consents() *person {
	p.t.Helper()
	return p.says("/start").presses("Start", "I agree", "Yes")
}

// sends takes the shortest honest way: everything is with a therapist then.
func (p *person) sends() care.CaseID {
	p.t.Helper()
	before := len(p.desk.cards())
	p.consents().presses("Yes, I am").says("California").presses("Yes, all safe", "Low or different desire", "That is all", "That is enough: write me here")
	cards := p.desk.cards()
	if len(cards) != before+1 {
		p.t.Fatalf("%s: got %d cards, want %d", p.chat, len(cards)-before, 1)
	}
	return care.CaseID(cards[before].Case)
}
