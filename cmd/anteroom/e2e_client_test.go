package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"anteroom/bot/telegram/telegramtest"
)

// patience is how long a person waits for an answer, on a machine that is busy
// with other things.
const patience = 75 * time.Second

// person is a client who takes a random walk through the intake: by buttons,
// words and numbers, with voice notes, old buttons, pauses and second thoughts
// on the way. Where it goes follows from the seed and from what is asked.
type person struct {
	n     int
	seed  uint64
	rnd   *rand.Rand
	user  *telegramtest.User
	moves *atomic.Int64 // of everybody: the clock by which the process is killed

	name, phone, mail, topic, wish, callPhone, reply, other string // this person's own words

	path     []given
	used     []string // those of the own words that were accepted
	step     int
	restarts int
	called   bool
	told     bool // asked what happens in sex therapy
	changed  bool
	now      string // the question that is open, for failures
	at       int    // id of the newest message seen
	zone     string

	sentAt int    // id of the message that says that it is sent
	picked string // what the bot said to a time that was picked
}

// given is an answer that the next question acknowledged.
type given struct {
	question string
	labels   []string
}

func newPerson(seed uint64, n int, server *telegramtest.Server, moves *atomic.Int64) *person {
	p := &person{n: n, seed: seed, rnd: rand.New(rand.NewPCG(seed, uint64(n))), moves: moves}
	word := func(kind string) string { return fmt.Sprintf("%s%06xq%d", kind, p.rnd.Uint32()&0xffffff, n) }
	p.name, p.topic, p.wish, p.reply, p.other = word("Nym"), word("tup"), word("wux"), word("rej"), word("ovo")
	p.mail = word("mel") + "@client.example"
	p.phone = fmt.Sprintf("+1 415 7%02d %04d", n, p.rnd.IntN(10000))
	p.callPhone = fmt.Sprintf("+1 628 8%02d %04d", n, p.rnd.IntN(10000))
	p.user = server.User(7_130_000_000+int64(p.rnd.Uint32()%50_000_000)*100+int64(n), "Ferst"+word("f"), "en")
	return p
}

// secrets is everything of this person that may stand nowhere in clear.
func (p *person) secrets() []string {
	return []string{p.name, p.topic, p.wish, p.reply, p.other, p.mail, p.phone, p.callPhone, p.user.Name,
		strings.ReplaceAll(p.phone, " ", ""), strings.ReplaceAll(p.callPhone, " ", "")}
}

func (p *person) fail(format string, args ...any) error {
	return fmt.Errorf("seed %d, client %d, step %d, at %q: "+format, append([]any{p.seed, p.n, p.step, p.now}, args...)...)
}

func (p *person) chance(percent int) bool { return p.rnd.IntN(100) < percent }

// question reads what is asked: without the line of progress.
func question(m telegramtest.Message) string {
	if progress, text, ok := strings.Cut(m.Text, "\n\n"); ok && strings.HasPrefix(progress, "Question ") {
		return text
	}
	return m.Text
}

// same is the question and its revision, which its buttons hold.
func same(m telegramtest.Message) string {
	var all strings.Builder
	for _, row := range m.Buttons {
		for _, b := range row {
			all.WriteString(b.Data + " ")
		}
	}
	return all.String()
}

var always = []string{"Back", "Have a person call me", "I need help now"}

// answers are the buttons that are answers.
func answers(m telegramtest.Message) []telegramtest.Button {
	var all []telegramtest.Button
	for _, row := range m.Buttons {
		for _, b := range row {
			if !slices.Contains(always, b.Label) {
				b.Label = strings.TrimPrefix(b.Label, "✓ ")
				all = append(all, b)
			}
		}
	}
	return all
}

func has(m telegramtest.Message, label string) bool {
	return slices.ContainsFunc(m.Buttons, func(row []telegramtest.Button) bool {
		return slices.ContainsFunc(row, func(b telegramtest.Button) bool { return strings.TrimPrefix(b.Label, "✓ ") == label })
	})
}

// await waits for a newer message of the bot.
func (p *person) await(ctx context.Context, what string, ok func(telegramtest.Message) bool) (telegramtest.Message, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	m, err := p.user.Wait(ctx, p.at, ok)
	if err != nil {
		return m, p.fail("no %s came: %w; the last messages:\n%s", what, err, p.tail(14))
	}
	p.at = m.ID
	return m, nil
}

// tail is the end of the chat, for a failure.
func (p *person) tail(n int) string {
	all := p.user.Messages()
	var b strings.Builder
	for _, m := range all[max(0, len(all)-n):] {
		who := ">"
		if m.FromBot {
			who = "<"
		}
		fmt.Fprintf(&b, "%s %d %q %q\n", who, m.ID, m.Text, m.Labels())
	}
	return b.String()
}

func (p *person) say(text string) { p.moves.Add(1); p.user.Send(text) }

func (p *person) press(m telegramtest.Message, b telegramtest.Button) {
	p.moves.Add(1)
	p.user.PressData(m.ID, b.Data)
}

// Words that end a walk: what was sent, and what was not.
var (
	wasSent    = []string{"Thank you, it is sent.", "Thank you. I have told", "Thank you, that is enough."}
	wasRefused = []string{"I keep no answers. You can call"}
)

func starts(text string, with []string) bool {
	return slices.ContainsFunc(with, func(w string) bool { return strings.Contains(text, w) })
}

// asides are the questions of dialogs that interrupt the intake. After a kill one
// of them may come a second time, when the person has long gone on.
var asides = []string{"It goes in six stages", "Which number may we call", "When is it safe and good for you to talk", "If you do not pick up"}

// next waits for another question of the intake than the one that is open, or
// for its end.
func (p *person) next(ctx context.Context, not string) (telegramtest.Message, error) {
	return p.await(ctx, "other question", func(m telegramtest.Message) bool {
		return len(m.Buttons) > 0 && same(m) != not && !starts(m.Text, asides) || starts(m.Text, wasSent) || starts(m.Text, wasRefused)
	})
}

// intake walks until the enquiry is sent.
func (p *person) intake(ctx context.Context) error {
	p.say("/start")
	q, err := p.next(ctx, "")
	for ; err == nil; p.step++ {
		p.now = question(q)
		switch {
		case starts(q.Text, wasSent):
			p.sentAt = q.ID
			return nil
		case starts(q.Text, wasRefused):
			p.restarts++
			p.path, p.used = nil, nil
			p.say("/start")
			q, err = p.next(ctx, "")
			continue
		case p.step > 150:
			return p.fail("the walk does not end; so far %q", p.path)
		}
		if i := p.known(p.now); i >= 0 {
			return p.fail("asked again, although the answer %q was acknowledged; so far %q", p.path[i].labels, p.path)
		}
		if q, err = p.wander(ctx, q); err != nil {
			return err
		}
		p.now = question(q)
		var labels []string
		if labels, err = p.answer(q); err != nil {
			return err
		}
		was := q
		if q, err = p.next(ctx, same(q)); err != nil {
			return err
		}
		if q, err = p.second(ctx, was, q, labels); err != nil {
			return err
		}
	}
	return err
}

func (p *person) known(question string) int {
	return slices.IndexFunc(p.path, func(g given) bool { return g.question == question })
}

// second keeps an answer that was acknowledged, and comes back to it now and then.
func (p *person) second(ctx context.Context, was, q telegramtest.Message, labels []string) (telegramtest.Message, error) {
	text := question(was)
	switch {
	case slices.Contains(labels, "Change an answer"):
		return p.change(ctx, q)
	case strings.HasPrefix(text, "No problem. When you are alone"): // "back" asked the question before once more
		p.path = p.path[:max(0, len(p.path)-1)]
		return q, nil
	}
	p.path = append(p.path, given{text, labels})
	for _, own := range []string{p.name, p.topic, p.wish, p.mail, p.phone} {
		if slices.Contains(labels, own) && !slices.Contains(p.used, own) {
			p.used = append(p.used, own)
		}
	}
	if !p.chance(8) || !has(q, "Back") || len(q.Buttons) == 0 || starts(q.Text, wasSent) {
		return q, nil
	}
	p.say("back")
	again, err := p.next(ctx, same(q))
	if err != nil {
		return again, err
	}
	if question(again) != text {
		return again, p.fail("back went to %q, not to %q", question(again), text)
	}
	p.path = p.path[:len(p.path)-1]
	return again, nil
}

// change gives another answer at the end of the intake.
func (p *person) change(ctx context.Context, pick telegramtest.Message) (telegramtest.Message, error) {
	p.changed = true
	short := []string{"How much it bothers you", "How and when", "Your name"}
	i := slices.IndexFunc(short, func(s string) bool { return has(pick, s) })
	if i < 0 {
		p.say("/back")
		return p.next(ctx, same(pick))
	}
	p.now = question(pick)
	p.say(short[i])
	q, err := p.next(ctx, same(pick))
	if err != nil {
		return q, err
	}
	p.now = question(q)
	at := p.known(question(q))
	if at < 0 {
		return q, p.fail("to change %q, a question came that was not asked before", short[i])
	}
	labels, err := p.answer(q)
	if err != nil {
		return q, err
	}
	p.path[at].labels = labels
	return p.next(ctx, same(q))
}

// takesWords are questions to which any words are an answer, and the one that
// gives up at the third that is none.
var takesWords = []string{"What may we call you", "This is what I will send", "has one question:", "would suit you better", "When is it safe and good for you? Please"}

// wander does something beside the question; then the question stands again.
func (p *person) wander(ctx context.Context, q telegramtest.Message) (telegramtest.Message, error) {
	for p.chance(22) {
		agreed := slices.ContainsFunc(p.path, func(g given) bool { return strings.HasPrefix(g.question, "Are you 18") })
		typed := len(answers(q)) == 0
		var expect = func(m telegramtest.Message) bool { return len(m.Buttons) > 0 && same(m) == same(q) }
		switch what := p.rnd.IntN(12); {
		case what < 4:
			p.moves.Add(1)
			p.user.SendMedia([]string{"voice", "photo", "sticker", "location"}[what])
		case what == 4:
			p.say("/help")
		case what == 5:
			p.say("/pause")
			p.say("/resume")
		case what == 6 && p.at > 0: // a button of long ago
			var old []telegramtest.Message
			for _, m := range p.user.Inbox() {
				b := answers(m)
				if len(b) > 0 && b[0].Label == "Erection for over four hours" {
					continue // danger is met however old its button is
				}
				if len(b) > 0 && same(m) != same(q) {
					old = append(old, m)
				}
			}
			if len(old) == 0 {
				continue
			}
			m := old[p.rnd.IntN(len(old))]
			p.press(m, answers(m)[0])
		case what == 7: // an earlier message is changed
			for _, m := range p.user.Messages() {
				if !m.FromBot && m.Text != "" && m.Text != "/start" {
					p.moves.Add(1)
					p.user.Edit(m.ID, m.Text+" or not")
					break
				}
			}
			continue
		case what == 8:
			p.say("Are you a bot?")
		case what == 9 && agreed && !p.told: // once: a button of another time would be an old one
			p.told = true
			p.say("/what")
			side, err := p.await(ctx, "answer to /what", func(m telegramtest.Message) bool { return strings.HasPrefix(m.Text, "It goes in six stages") })
			if err != nil {
				return q, err
			}
			p.press(side, answers(side)[1])
		case what == 10 && !typed && !has(q, "That is all") && !starts(q.Text, takesWords):
			p.say("blorp zazz")
			again, err := p.await(ctx, "the question once more", expect)
			if err != nil {
				return q, err
			}
			return again, nil
		case what == 11 && agreed && !p.called && p.chance(30):
			p.called = true
			if err := p.callMe(ctx, q); err != nil {
				return q, err
			}
			continue
		default:
			continue
		}
		if p.chance(40) {
			continue // without waiting: what comes of it is an old question by then
		}
		again, err := p.await(ctx, "the question once more", expect)
		if err != nil {
			return q, err
		}
		q = again
	}
	return q, nil
}

// callMe asks for a call and comes back to the question.
func (p *person) callMe(ctx context.Context, q telegramtest.Message) error {
	p.say("call me")
	for _, aside := range asides[1:] {
		open, err := p.await(ctx, "question about the call", func(m telegramtest.Message) bool { return len(m.Buttons) > 0 && starts(m.Text, []string{aside}) })
		if err != nil {
			return err
		}
		if strings.HasPrefix(open.Text, "Which number may we call") {
			p.used = append(p.used, p.callPhone)
		}
		if _, err := p.answer(open); err != nil {
			return err
		}
		p.step++
	}
	_, err := p.await(ctx, "the question once more", func(m telegramtest.Message) bool { return len(m.Buttons) > 0 && same(m) == same(q) })
	return err
}

var errLost = errors.New("an answer that was acknowledged is lost")

// keptAll asks for everything that is kept, and compares.
func (p *person) keptAll(ctx context.Context) error {
	p.now = "/mydata"
	p.say("/mydata")
	m, err := p.await(ctx, "list of answers", func(m telegramtest.Message) bool { return strings.HasPrefix(m.Text, "This is what you told me") })
	if err != nil {
		return err
	}
	checked := 0
	for _, g := range p.path {
		for start, short := range shorts {
			if !strings.HasPrefix(g.question, start) || len(g.labels) == 0 {
				continue
			}
			checked++
			_, rest, ok := strings.Cut(m.Text, "\n"+short+": ")
			line, _, _ := strings.Cut(rest, "\n")
			for _, label := range g.labels {
				if !ok || !strings.Contains(line, label) {
					return p.fail("%w: %q has no %q in\n%s", errLost, short, label, m.Text)
				}
			}
		}
	}
	if checked < 3 {
		return p.fail("only %d answers were compared, of %q", checked, p.path)
	}
	return nil
}

// decision waits for what a therapist decided and answers it.
func (p *person) decision(ctx context.Context) error {
	p.now, p.at = "the decision", p.sentAt
	waits, err := p.await(ctx, "word that something waits", func(m telegramtest.Message) bool {
		return has(m, "Open it") || strings.Contains(m.Text, noteMark) // as open as they chose
	})
	if err != nil {
		return err
	}
	if has(waits, "Open it") {
		p.press(waits, waits.Buttons[0][0])
	} else {
		p.at--
	}
	m, err := p.await(ctx, "decision", func(m telegramtest.Message) bool { return strings.Contains(m.Text, noteMark) })
	if err != nil {
		return err
	}
	if strings.Contains(m.Text, "is not the right place for this") {
		return nil // nothing is asked then
	}
	q := m
	if len(m.Buttons) == 0 {
		if q, err = p.next(ctx, ""); err != nil {
			return err
		}
	}
	for ; ; p.step++ {
		p.now = question(q)
		if _, err := p.answer(q); err != nil {
			return err
		}
		open := q
		q, err = p.await(ctx, "word on the answer", func(m telegramtest.Message) bool {
			return len(m.Buttons) > 0 && same(m) != same(open) || starts(m.Text, []string{"Thank you", "Here are names", "All right"})
		})
		if err != nil {
			return err
		}
		if strings.HasPrefix(q.Text, "Thank you. Your first meeting with ") {
			p.picked = q.Text
		}
		if len(q.Buttons) == 0 {
			return nil
		}
	}
}
