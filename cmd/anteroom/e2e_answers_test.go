package main

import (
	"slices"
	"strconv"
	"strings"

	"anteroom/bot/telegram/telegramtest"
)

// Buttons that lead out of the intake.
var leavesIt = []string{"No, I am younger", "Stop here", "No, stop here", "Call me", "Have a person call me", "I need help now",
	"Sex or touch", "I agree, but not now", "I no longer need this", "Please do not call"}

// answer answers a question, and returns what the read-back must show of it.
func (p *person) answer(q telegramtest.Message) ([]string, error) {
	text := question(q)
	all := answers(q)
	buttons := slices.DeleteFunc(slices.Clone(all), func(b telegramtest.Button) bool { return slices.Contains(leavesIt, b.Label) })
	one := func(label string) []string { return p.choose(q, all, label) }
	typed := func(words string) []string { p.say(words); return []string{words} }
	switch {
	case strings.HasPrefix(text, "Please read this before we start") && p.restarts == 0 && p.chance(6):
		return one("No, thanks"), nil
	case strings.HasPrefix(text, "Please read this before we start"):
		return one([]string{"I agree", "I agree", "Read more"}[p.rnd.IntN(3)]), nil
	case strings.HasPrefix(text, "Do you agree to all of this"):
		return one(buttons[p.rnd.IntN(2)].Label), nil
	case strings.HasPrefix(text, "No problem. When you are alone"):
		p.say("back")
		return nil, nil
	case strings.HasPrefix(text, "Is everyone safe right now") && p.chance(85):
		return one("Yes, all safe"), nil
	case strings.Contains(text, "Is one of these true now") && p.chance(80):
		return one(all[p.rnd.IntN(2)].Label), nil
	case strings.HasPrefix(text, "What brings you here") && p.chance(40):
		return typed(p.topic + " keeps us apart"), nil
	case strings.HasPrefix(text, "Is there something that must fit") && p.chance(35):
		return typed("please mind my " + p.wish), nil
	case strings.HasPrefix(text, "Thank you. You can go on"):
		if len(p.used) == 0 { // somebody of whom nothing is known yet goes on, or leaves an address
			buttons = slices.DeleteFunc(buttons, func(b telegramtest.Button) bool { return b.Label == "That is enough: write me here" })
		}
		i := p.rnd.IntN(len(buttons))
		if i >= 5 && p.chance(60) {
			i = p.rnd.IntN(5)
		}
		return one(buttons[i].Label), nil
	case strings.HasPrefix(text, "How may a person reach you") && len(p.used) == 0:
		return one("By e-mail"), nil
	case strings.HasPrefix(text, "What may we call you"):
		return typed(p.name + ", they"), nil
	case strings.HasPrefix(text, "Please write the number or the address"):
		if last := p.path[len(p.path)-1].labels; strings.Contains(strings.Join(last, ""), "hone") || strings.Contains(strings.Join(last, ""), "call me") {
			return typed(p.phone), nil
		}
		return typed(p.mail), nil
	case strings.HasPrefix(text, "What could you keep paying"):
		amount := strconv.Itoa(30 + p.rnd.IntN(150))
		p.say([]string{"about " + amount, amount, amount + " dollars"}[p.rnd.IntN(3)])
		return []string{amount}, nil
	case strings.HasPrefix(text, "Which number may we call"):
		return typed(p.callPhone), nil
	case strings.HasPrefix(text, "Which of these times") && p.chance(80):
		return one(all[p.rnd.IntN(len(all)-2)].Label), nil // behind the times stand "Other times" and "I no longer need this"
	case strings.Contains(text, "has one question:"):
		return typed("I would say " + p.reply), nil
	case strings.HasPrefix(text, "Which days and times would suit"), strings.HasPrefix(text, "When is it safe and good for you? Please write"):
		return typed("never on " + p.other), nil
	case strings.HasPrefix(text, "This is what I will send"):
		if !p.changed && p.chance(30) {
			p.press(q, all[1])
			return []string{"Change an answer"}, nil
		}
		return one("Send it"), nil
	case has(q, "That is all"):
		return p.several(q, buttons), nil
	case len(buttons) == 0:
		return nil, p.fail("a question without an answer that this walk knows")
	}
	return one(buttons[p.rnd.IntN(len(buttons))].Label), nil
}

// choose gives one of the answers: by its button, once or twice, its words or
// its number.
func (p *person) choose(q telegramtest.Message, all []telegramtest.Button, label string) []string {
	if strings.HasPrefix(question(q), "Where are you right now") {
		p.zone = map[string]string{"California": "America/Los_Angeles", "Oregon": "America/Los_Angeles", "United Kingdom": "Europe/London", "Spain": "Europe/Madrid"}[label]
	}
	i := slices.IndexFunc(all, func(b telegramtest.Button) bool { return b.Label == label })
	numbered := (len(all) < 11 || all[0].Label != "0") && !strings.Contains(q.Text, "to contact you as well") // a scale is its own numbers; there, a way out is the first answer
	switch how := p.rnd.IntN(10); {
	case how < 2:
		p.say(label)
	case how < 4 && numbered:
		p.say(strconv.Itoa(i + 1))
	case how == 4:
		p.press(q, all[i])
		p.press(q, all[i])
	default:
		p.press(q, all[i])
	}
	if slices.Contains(skips, label) {
		return nil
	}
	return []string{label}
}

// skips are the buttons that leave a question out.
var skips = []string{"I would rather not say", "The same place as now", "English is fine", "You decide with me",
	"I would rather talk about it", "I would rather not answer", "Any other time"}

// several chooses up to three answers, one by one or all in one message.
func (p *person) several(q telegramtest.Message, buttons []telegramtest.Button) []string {
	done := slices.IndexFunc(buttons, func(b telegramtest.Button) bool { return b.Label == "That is all" })
	if skip := buttons[done+1:]; len(skip) > 0 && p.chance(20) {
		p.press(q, skip[0])
		return nil
	}
	var labels, numbers []string
	for _, i := range p.rnd.Perm(done)[:1+p.rnd.IntN(min(3, done))] {
		labels = append(labels, buttons[i].Label)
		numbers = append(numbers, strconv.Itoa(i+1))
	}
	switch {
	case p.chance(15):
		p.say(strings.Join(numbers, ", "))
		p.say("that is all")
	case p.chance(10) && len(labels) == 1:
		p.say(labels[0] + ", that is all")
	default:
		for _, l := range labels {
			p.press(q, buttons[slices.IndexFunc(buttons, func(b telegramtest.Button) bool { return b.Label == l })])
		}
		p.press(q, buttons[done])
	}
	return labels
}

// shorts are the names under which answers are read back.
var shorts = map[string]string{
	"Are you 18": "18 or over", "Where are you right now": "Where you are", "What brings you here": "What brings you",
	"Thank you. You can go on": "Who would come", "Which one matters most": "Main concern", "How long has it been": "How long",
	"How much does it bother": "How much it bothers you", "Is one of these true now": "Body check", "Which of these is true": "Your health",
	"How and when could you": "How and when", "Our fee is": "The fee", "What could you keep": "What you could pay",
	"Is there something that must fit": "Wishes", "Where will you be": "Place of the sessions", "Which language": "Language",
	"Which treatment": "Treatment", "What may we call": "Your name", "How may we reach you": "How to reach you",
	"How may a person reach you": "How to reach you", "Please write the number": "Phone or e-mail",
}
