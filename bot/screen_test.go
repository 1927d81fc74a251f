package bot_test

import (
	"strings"
	"testing"
	"time"

	"anteroom/bot"
	"anteroom/bot/care"
)

// inDanger are words for each class that calls somebody, and the beginning of
// the answer.
var inDanger = []struct{ words, first, alert string }{
	{"I want to kill myself", "Call or text now.", "crisis"},
	{"quiero matarme esta noche", "Call or text now.", "crisis"},
	{"my stepfather touches my 9 year old daughter at night", "A child in danger this minute", "child"},
	{"my boyfriend beats me and I am scared of him", "You can call at any time, and it is free.", "ipv"},
	{"my erection has lasted five hours and it hurts", "Please call 911 now", "medical"},
}

// Whatever a person is doing, words about danger are met at once, and then
// everything is where it was: the same question, the same answers, nothing
// counted as one.
func TestDangerInEveryState(t *testing.T) {
	t.Parallel()
	to := func(press ...string) func(*person) {
		return func(p *person) {
			for _, step := range press {
				if words, ok := strings.CutPrefix(step, ">"); ok {
					p.says(words)
				} else {
					p.presses(step)
				}
			}
		}
	}
	consented := func(press ...string) func(*person) {
		return func(p *person) { p.consents(); to(press...)(p) }
	}
	adult := []string{"Yes, I am", ">California", "Yes, all safe"}
	topics := append(adult[:len(adult):len(adult)], "Menopause", "That is all")
	states := map[string]func(*person){
		"eighteen":              consented(),
		"place":                 consented("Yes, I am"),
		"safe":                  consented("Yes, I am", ">California"),
		"topics":                consented(adult...),
		"a topic is chosen":     consented(append(adult[:len(adult):len(adult)], "Menopause")...),
		"after the topics":      consented(topics...),
		"an answer was missed":  consented("Yes, I am", ">nowhere that I know"),
		"went back":             consented("Yes, I am", ">back"),
		"asked to be called":    consented(append(adult[:len(adult):len(adult)], "Have a person call me")...),
		"leaves a number":       consented(append(adult[:len(adult):len(adult)], "Have a person call me", ">+1 415 555 0199")...),
		"asked what it is":      consented(append(adult[:len(adult):len(adult)], ">what")...),
		"asked for help":        consented(append(adult[:len(adult):len(adult)], "I need help now")...),
		"would forget":          consented(append(adult[:len(adult):len(adult)], ">/forget")...),
		"would really forget":   consented(append(adult[:len(adult):len(adult)], ">/forget", "Erase it")...),
		"paused":                consented(append(adult[:len(adult):len(adult)], ">pause")...),
		"stopped":               consented(append(adult[:len(adult):len(adult)], ">stop")...),
		"asked for help twice":  consented(append(adult[:len(adult):len(adult)], "I need help now", "No, thank you", "I need help now")...),
		"changes an answer":     consented(append(topics[:len(topics):len(topics)], ">change")...),
		"in Spanish":            consented(append(adult[:len(adult):len(adult)], ">español", ">english")...),
		"asked about a program": consented(append(adult[:len(adult):len(adult)], ">are you a bot")...),
		"was noticed before":    consented(append(adult[:len(adult):len(adult)], ">I want to die", "Go on")...),
		"at the shut door":      func(p *person) { consented(adult...)(p); p.returns(2*time.Hour, "/start") },
		"at it, a shared phone": func(p *person) { consented(adult...)(p); p.returns(2*time.Hour, "/start").presses("Shared phone") },
		"at it, not now":        func(p *person) { consented(adult...)(p); p.returns(2*time.Hour, "/start").presses("Not now") },
		"chooses reminders":     consented(append(adult[:len(adult):len(adult)], ">/reminders")...),
		"reads their answers":   consented(append(adult[:len(adult):len(adult)], ">/mydata")...),
		"asked for services":    consented(append(adult[:len(adult):len(adult)], ">send nudes")...),
		"is blocked":            consented(append(adult[:len(adult):len(adult)], ">send nudes", ">send nudes", ">send nudes")...),
	}
	if len(states) < 20 {
		t.Fatalf("got %d states, want twenty", len(states))
	}
	for name, reach := range states {
		for _, danger := range inDanger {
			t.Run(name+"/"+danger.alert, func(t *testing.T) {
				t.Parallel()
				h := build(t)
				p := h.person("ann")
				reach(p)
				was, choices := p.question()
				p.hears()
				alerts := len(h.alerts())
				p.says(danger.words)
				got := p.hears()
				first := danger.first
				if danger.alert == "medical" && (name == "eighteen" || name == "place" || name == "an answer was missed" || name == "went back") {
					first = "Please call" // where they are is not known
				}
				if len(got) == 0 || !strings.HasPrefix(got[0], first) {
					t.Fatalf("first: got %q, want %q", at(got, 0), first)
				}
				if after := h.alerts(); name != "was noticed before" && (len(after) != alerts+1 || string(after[len(after)-1].Name) != danger.alert) {
					t.Fatalf("alerts: got %d and then %d, want one more, %s", alerts, len(after), danger.alert)
				}
				if text, _ := p.question(); strings.HasPrefix(text, "Which country") {
					p.presses("Go on without")
				}
				p.hears()
				p.presses("Go on")
				now, options := p.question()
				if uncounted(now) != uncounted(was) {
					t.Errorf("question: got %q, want %q as before", now, was)
				}
				if got, want := strings.Join(labels(options), "|"), strings.Join(labels(choices), "|"); got != want {
					t.Errorf("answers: got %q, want %q as before", got, want)
				}
			})
		}
	}
}

// Before consent nothing that the screen finds is kept, also where the words are met
// beside what is going on.
func TestNothingIsNoticedBeforeConsent(t *testing.T) {
	t.Parallel()
	h := build(t)
	p := h.person("ann").says("/start")
	p.hears()
	if got := p.says("I bleed after sex").hears(); at(got, 0) != h.phrase("screen.doctor") {
		t.Fatalf("got %q", got)
	}
	if all := h.view(p.sends()).Noticed; len(all) != 0 {
		t.Errorf("%d words of before consent stand in the case", len(all))
	}
}

// After quick exit words of danger are met, and then the chat is as still as before.
func TestDangerAfterQuickExit(t *testing.T) {
	t.Parallel()
	for name, left := range map[string]func(*person){
		"alone":               func(p *person) { p.says("/x") },
		"with a word and PIN": func(p *person) { p.word("blue heron").pin("2718").says("/x") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := build(t)
			p := h.midway("ann")
			left(p)
			p.hears()
			p.says("I want to kill myself").wants("Call or text now.", "What would you like to do now?")
			if got := len(h.alerts()); got != 1 {
				t.Errorf("%d alerts, want one", got)
			}
			p.presses("Go on").wants(bland)
			p.says("hello?", "Yes, all safe").wants(bland, bland)
		})
	}
}

// Whoever is choosing a word or a PIN, or is asked for it, is met as well, answers
// what meets them in words or by a press, and is then asked for the same again.
func TestDangerWhileChoosing(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		reach func(*person)
		then  string // is answered after it
		want  string
	}{
		"a word":            {func(p *person) { p.says("/word") }, "blue heron", "That word is set."},
		"a PIN":             {func(p *person) { p.says("/pin") }, "2718", "Please write the same digits"},
		"a PIN again":       {func(p *person) { p.says("/pin", "2718") }, "2718", "Your PIN is set."},
		"change or remove":  {func(p *person) { p.pin("2718").says("/pin") }, "Remove it", "Your PIN is gone."},
		"the PIN":           {func(p *person) { p.pin("2718"); p.clock.Advance(11 * time.Minute); p.says("/mydata") }, "2718", "This is what you told me"},
		"the PIN, twice":    {func(p *person) { p.pin("2718"); p.clock.Advance(11 * time.Minute); p.says("/mydata", "I want to die") }, "2718", "This is what you told me"},
		"the PIN at a door": {func(p *person) { p.pin("2718"); p.returns(2*time.Hour, "/forget") }, "2718", "I can erase what you told me."},
	} {
		for _, how := range []string{"pressed", "typed"} {
			t.Run(name+"/"+how, func(t *testing.T) {
				t.Parallel()
				h := build(t)
				p := h.midway("ann")
				tt.reach(p)
				var was string
				for _, text := range p.hears() {
					if !strings.HasPrefix(text, "Call or text now.") && !strings.HasPrefix(text, "What would you like to do now?") {
						was = text
					}
				}
				p.says("I want to kill myself").wants("Call or text now.", "What would you like to do now?")
				if how == "typed" {
					p.says("perhaps").wants("I am sorry, I am only a program", "What would you like to do now?")
					p.says("Go on")
				} else {
					p.presses("Go on")
				}
				p.wants(was)
				if got := p.says(tt.then).hears(); !strings.HasPrefix(at(got, 0), tt.want) {
					t.Errorf("then: got %q, want %q", got, tt.want)
				}
				p.pin("2718")
				p.says("/pin", "I want to kill myself").presses("Stop here").hears()
				if got := p.says("I want to die").presses("Go on").hears(); strings.HasPrefix(got[len(got)-1], "You have a PIN.") {
					t.Errorf("who stopped is still asked: %q", got)
				}
			})
		}
	}
}

// Whoever gives their PIN before what met them is over is asked nothing again, and
// what met them goes on afterwards.
func TestPINBeforeTheMeetingIsOver(t *testing.T) {
	t.Parallel()
	p := build(t).midway("ann").pin("2718")
	p.returns(2*time.Hour, "/forget").hears()
	p.says("I want to kill myself").wants("Call or text now.", "What would you like to do now?")
	p.says("2718").wants("I can erase what you told me.")
	p.presses("Keep it").wants("All right, nothing was erased.", "What would you like to do now?")
	p.presses("Go on").wants("Is this a private moment")
}

// Danger is heard also from somebody who sends faster than we take it, once a
// minute; what is no danger is not.
func TestDangerInAFlood(t *testing.T) {
	t.Parallel()
	for _, danger := range []bot.What{bot.Words{Text: "I want to kill myself"}, bot.Media{Kind: bot.MediaPhoto, Caption: "I want to kill myself"}} {
		h := build(t)
		p := h.person("ann").consents().presses("Yes, I am").says("California")
		for range 125 {
			p.says("/help")
		}
		p.hears()
		p.do(danger)
		if got := p.hears(); len(got) == 0 || !strings.HasPrefix(got[0], "Call or text now.") || len(h.alerts()) != 1 {
			t.Errorf("%T: heard %q, %d alerts; want the numbers and one alert", danger, got, len(h.alerts()))
		}
		p.do(danger).says("/help")
		if got := p.hears(); len(got) > 0 {
			t.Errorf("%T: within the same minute: heard %q, want nothing", danger, got)
		}
		h.clock.Advance(time.Minute)
		if got := p.says("/help").hears(); len(got) == 0 {
			t.Errorf("%T: a minute later nothing is answered", danger)
		}
	}
}

// A button by which somebody is called is heard beyond the limit, each within
// ten seconds once; other buttons are not.
func TestDangerPressInAFlood(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		label, hears string
		alerts       int
	}{
		{"I might harm myself", "Call or text now.", 1},
		{"I need help now", "988 Suicide", 0},
	} {
		h := build(t)
		p := h.midway("ann")
		press, safe := bot.Press{Data: p.button(tt.label).Data}, bot.Press{Data: p.button("Yes, all safe").Data}
		for range 125 {
			p.says("/help")
		}
		p.hears()
		if heard := p.do(safe).hears(); len(heard) > 0 {
			t.Errorf("%s: another button: heard %q", tt.label, heard)
		}
		heard := p.do(press).hears()
		if !strings.HasPrefix(at(heard, 0), tt.hears) || len(h.alerts()) != tt.alerts {
			t.Errorf("%s: heard %q, %d alerts", tt.label, heard, len(h.alerts()))
		}
		if heard := p.do(press, press, press).hears(); len(heard) > 0 {
			t.Errorf("%s: again at once: heard %q", tt.label, heard)
		}
		if heard := p.says("I want to kill myself").hears(); tt.alerts == 0 && !strings.HasPrefix(at(heard, 0), "Call or text now.") {
			t.Errorf("%s: another danger: heard %q", tt.label, heard)
		}
		h.clock.Advance(11 * time.Second)
		if heard := p.do(press).hears(); !strings.HasPrefix(at(heard, 0), tt.hears) {
			t.Errorf("%s: later: heard %q", tt.label, heard)
		}
	}
}

// What somebody in need asks for beyond the limit is heard: the numbers of a place.
func TestHelpGoesOnInAFlood(t *testing.T) {
	t.Parallel()
	h := build(t)
	p := h.person("ann").consents()
	for range 125 {
		p.says("/help")
	}
	p.hears()
	if heard := p.presses("I need help now").hears(); !strings.Contains(at(heard, 0), "Which country or state") {
		t.Fatalf("heard %q", heard)
	}
	if heard := p.presses("Just show me").hears(); !strings.Contains(at(heard, 0), "In danger this minute") {
		t.Errorf("heard %q", heard)
	}
}

// uncounted is a question without its progress: once somebody was alerted, how
// many follow is not known.
func uncounted(question string) string {
	if _, rest, ok := strings.Cut(question, " fewer\n\n"); ok {
		return rest
	}
	return question
}

// alerts are all alerts of all cases.
func (h *house) alerts() (all []care.Alert) {
	cases, err := h.Cases(h.t.Context())
	if err != nil {
		h.t.Fatal(err)
	}
	for _, c := range cases {
		all = append(all, h.view(c.ID).Alerts...)
	}
	return all
}

// What is edited, and what stands under a picture, is looked at too; without
// consent numbers are shown, nobody is told and nothing of it is kept.
func TestDangerBesideWords(t *testing.T) {
	t.Parallel()
	const words = "I want to kill myself"
	for name, what := range map[string]bot.What{
		"edited":  bot.Words{Text: words, Edited: true},
		"caption": bot.Media{Kind: bot.MediaPhoto, Caption: words},
		"command": bot.Words{Text: "/start " + words},
		"long":    bot.Words{Text: strings.Repeat("we talk about it every week, and ", 120) + words},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := build(t)
			p := h.person("ann").consents()
			p.hears()
			p.do(what)
			if got := p.hears(); !strings.HasPrefix(at(got, 0), "Call or text now.") {
				t.Errorf("with consent: got %q, want the numbers", at(got, 0))
			}
			if len(h.alerts()) != 1 {
				t.Errorf("got %d alerts, want one", len(h.alerts()))
			}
			q := h.person("bob")
			q.do(what)
			if got := strings.Join(q.hears(), "\n"); !strings.Contains(got, "In danger this minute, call") {
				t.Errorf("first words: got %q, want help", got)
			}
			r := h.person("eve").says("hello")
			r.hears()
			r.do(what)
			if got := r.hears(); !strings.Contains(at(got, 0), "In danger this minute, call") {
				t.Errorf("before consent: got %q, want help", at(got, 0))
			}
			if len(h.alerts()) != 1 {
				t.Errorf("without consent: got %d alerts, want no more than one", len(h.alerts()))
			}
			h.silent(words)
		})
	}
}

// The therapist reads what was written; the client never does again.
func TestNoticedIsForTherapists(t *testing.T) {
	t.Parallel()
	h := build(t)
	p := h.person("ann").consents().presses("Yes, I am").says("California").presses("Yes, all safe")
	p.says("my boyfriend beats me and I am scared of him, kumquat")
	p.presses("Go on").hears()
	cases, err := h.Cases(t.Context())
	if err != nil || len(cases) != 1 {
		t.Fatalf("got %d cases, %v, want one", len(cases), err)
	}
	v, err := h.Look(t.Context(), h.practice.ID(), cases[0].ID, "ana")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(summary(v), "kumquat") {
		t.Errorf("the summary does not hold what was written:\n%s", summary(v))
	}
	p.says("my data", "/start", "change", "back")
	if got := strings.Join(p.hears(), "\n"); strings.Contains(got, "kumquat") || strings.Contains(got, "beats") {
		t.Errorf("the chat shows it again: %q", got)
	}
	h.silent("kumquat")
}

func summary(v bot.View) string {
	var b strings.Builder
	for _, s := range v.Summary.Sections {
		for _, l := range s.Lines {
			b.WriteString(s.Title + ": " + l.Text + "\n")
		}
	}
	return b.String()
}

// One plain reply, then a pause and a word to the practice, then a block with a
// way back; help, and an erasure, are always there.
func TestServicesAreRefused(t *testing.T) {
	t.Parallel()
	const asks = "how much for sex with one of your therapists"
	h := build(t)
	p := h.person("ann").consents().presses("Yes, I am").says("California").presses("Yes, all safe")
	was, _ := p.question()
	p.hears()
	p.says(asks).wants(h.phrase("screen.services"), was)
	p.says(asks).wants(h.phrase("screen.services-again"))
	p.says("start").wants(h.phrase("welcome-back"), was)
	p.says(asks).wants(h.phrase("screen.blocked"))
	p.says("hello").wants(h.phrase("screen.blocked"))
	p.says("start").wants(h.phrase("screen.blocked"))
	p.do(bot.Media{Kind: bot.MediaPhoto}).wants(h.phrase("screen.blocked"))
	p.says("I want to kill myself")
	if got := p.hears(); !strings.HasPrefix(at(got, 0), "Call or text now.") {
		t.Errorf("blocked and in danger: got %q, want the numbers", at(got, 0))
	}
	p.presses("Go on").hears()
	p.says("hello").wants(h.phrase("screen.blocked"))
	p.presses("I am looking for therapy").wants(h.phrase("resumed"), uncounted(was))
	p.says(asks).wants(h.phrase("screen.blocked"))
	if _, buttons := p.question(); len(buttons) != 1 {
		t.Errorf("got %q, want only help", labels(buttons))
	}
	p.says("/forget").presses("Erase it", "Yes, erase everything").hears()
	if state, key := h.kept(h.subject("ann")); state || key {
		t.Error("somebody who is blocked cannot be forgotten")
	}
}

// What is for a doctor is said once, beside the questions, and is an answer.
func TestDoctorBesideTheQuestions(t *testing.T) {
	t.Parallel()
	h := build(t)
	p := h.person("ann").consents().presses("Yes, I am").says("California").presses("Yes, all safe")
	p.hears()
	p.says("there is blood in my semen")
	got := p.hears()
	if len(got) != 3 || got[0] != h.phrase("screen.doctor") || got[1] != h.phrase("own-words") || !strings.HasPrefix(got[2], "Question") {
		t.Fatalf("got %q, want the word about a doctor and the next question", got)
	}
}

// Who is blocked keeps help, their rights and what protects their chat; a PIN
// that one of these asks for is taken.
func TestBlockedKeepsRights(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		says string
		pin  bool // needed
		want string
	}{
		{"/forget", true, "I can erase"}, {"/leave", true, "I can erase"}, {"/mydata", true, "This is what you told me"},
		{"/pin", true, "You have a PIN."}, {"/word", true, "Please write a word"},
		{"/x", false, "All right. See you another time."}, {"/stop", false, "All right, we stop here"}, {"/release", false, ""},
		{"/call", false, "Which number"}, {"/now", false, "In danger this minute"}, {"/privacy", false, ""},
	} {
		t.Run(tt.says, func(t *testing.T) {
			t.Parallel()
			p := build(t).person("ann").consents().pin("2718")
			p.clock.Advance(20 * time.Minute)
			for range 3 {
				p.says("how much for sex with you tonight")
			}
			blocked := p.hears()
			shut := blocked[len(blocked)-1]
			p.says(tt.says)
			if tt.pin {
				p.wants(needsPIN)
				p.says("2718")
			}
			heard := p.hears()
			if len(heard) == 0 || heard[0] == shut || !strings.Contains(strings.Join(heard, "\n"), tt.want) {
				t.Errorf("got %q, want %q", heard, tt.want)
			}
		})
	}
	p := build(t).person("ann").consents()
	for range 3 {
		p.says("how much for sex with you tonight")
	}
	p.hears()
	p.says("/word", "marmalade").wants("Please write a word", "That word is set.", p.shutText())
	p.says("2718").wants(p.shutText())
	p.says("marmalade").wants("Good to have you back.", p.shutText())
	p.says("/x", "marmalade").presses("Yes").wants("All right. See you another time.", moment, "You left fast", "Good to have you back.", p.shutText())
}

func (p *person) shutText() string { return p.phrase("screen.blocked") }
