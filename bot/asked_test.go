package bot_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"anteroom/bot"
)

// Questions about us are answered at every question, in both languages, and the
// question comes again; as the first words of all they come after who we are.
func TestQuestionsAboutUs(t *testing.T) {
	t.Parallel()
	asks := map[string]string{
		"who reads this?": "These people at", "ok but how much does it cost": "This chat costs nothing", "Is this confidential??": "What you say is private",
		"are you a robot or what": "I am a program", "how long does it take": "The questions take", "¿quién lee esto?": "These people at",
		"¿cuánto cuesta?": "This chat costs nothing", "es confidencial": "What you say is private", "¿eres un robot?": "I am a program", "¿Cuánto dura?": "The questions take",
	}
	states := map[string]func(*person){
		"the opening":  func(p *person) { p.says("hello") },
		"consent":      func(p *person) { p.says("hello", "start") },
		"eighteen":     func(p *person) { p.consents() },
		"place":        func(p *person) { p.consents().presses("Yes, I am") },
		"topics":       func(p *person) { p.consents().presses("Yes, I am").says("California").presses("Yes, all safe") },
		"help":         func(p *person) { p.consents().presses("I need help now") },
		"a phone":      func(p *person) { p.consents().presses("Have a person call me") },
		"after danger": func(p *person) { p.consents().says("I want to kill myself").presses("Go on without") },
	}
	for name, reach := range states {
		for words, answer := range asks {
			t.Run(name+"/"+answer, func(t *testing.T) {
				t.Parallel()
				p := build(t).person("ann")
				reach(p)
				was, _ := p.question()
				p.hears()
				p.says(words).wants(answer, was)
			})
		}
	}
	for _, words := range []string{"how long does it take until it works", "my husband asked how much it hurts"} {
		p := build(t).person("ann").consents().presses("Yes, I am").says("California").presses("Yes, all safe")
		p.hears()
		if got := p.says(words).hears(); at(got, 0) != p.phrase("own-words") || !strings.Contains(at(got, 1), "Who would come") {
			t.Errorf("%q: got %q, want it to be an answer", words, got)
		}
	}
	p := build(t).person("ann")
	p.says("how much does it cost?").wants("Hello. I am", "I ask a few questions", "This chat costs nothing", "A person at the practice")
}

// After everything was sent it is said what comes next, by when, and how to reach
// a person; and then that what is written now goes nowhere.
func TestAfterSent(t *testing.T) {
	t.Parallel()
	h := build(t)
	p := h.person("ann")
	p.sends()
	p.hears()
	for i, want := range []string{"They are read by", "I do not pass on", "I do not pass on"} {
		got := strings.Join(p.says("and another thing").hears(), "\n")
		for _, w := range []string{want, "you hear", "call me", "now"} {
			if !strings.Contains(strings.ToLower(got), strings.ToLower(w)) {
				t.Errorf("%d: got %q, want %q in it", i, got, w)
			}
		}
	}
	if got := p.says("start").hears(); !strings.Contains(at(got, 0), "They are read by") {
		t.Errorf("start: got %q, want what comes next", got)
	}
}

// Ordinary words do not begin an erasure.
func TestOrdinaryWordsEraseNothing(t *testing.T) {
	t.Parallel()
	h := build(t)
	p := h.person("ann").consents().presses("Yes, I am").says("California")
	p.hears()
	for _, words := range []string{"dejarlo", "irme", "salir", "olvidar", "leave", "quiero dejarlo", "leave him"} {
		for _, heard := range p.says(words).hears() {
			if strings.Contains(heard, "I can erase") {
				t.Errorf("%q begins an erasure", words)
			}
		}
	}
	for _, words := range []string{"leave and erase", "salir y borrar", "forget", "borrar", "/leave"} {
		p.says(words).wants("I can erase")
		p.says("keep it").hears()
	}
}

// A word for a partner at the question who comes is the couple, and not several.
func TestPartnerIsOne(t *testing.T) {
	t.Parallel()
	for _, words := range []string{"partner", "my partner and I", "husband", "my wife", "girlfriend", "mi marido", "novia", "mi mujer", "my boyfriend and I"} {
		p := build(t).person("ann").consents().presses("Yes, I am").says("California").presses("Yes, all safe", "Menopause", "That is all")
		p.says(words).hears()
		p.says("my data")
		if got := strings.Join(p.hears(), "\n"); !strings.Contains(got, "Who would come: A partner and me") {
			t.Errorf("%q: got %q", words, got)
		}
	}
}

// Whether this is a private moment is asked once where the door has just asked
// it. What the practice begins asks.
func TestInviteAsksOnce(t *testing.T) {
	t.Parallel()
	const asks, what = "Is this a private moment, on a phone that", "A partner joins from"
	h := build(t)
	kim := h.person("kim")
	kim.comesAsACouple()
	kim.hears()
	kim.says("invite").wants(asks)
	kim.says("no").hears()
	h.clock.Advance(2 * time.Hour)
	kim.says("invite").wants(moment)
	kim.presses("Yes").wants(what)
	kim.says("nothing").hears()
	kim.says("invite").wants(what)
	kim.says("nothing").hears()
	h.clock.Advance(2 * time.Hour)
	kim.says("invite").wants(moment)
	kim.presses("Shared phone", "Go on")
	if got := strings.Join(kim.hears(), "\n"); !strings.Contains(got, asks) || strings.Contains(got, what) {
		t.Errorf("on a shared phone: got %q, want the question", got)
	}
}

// At a choice of several, words that are known as a command or as a question
// about us are those; others are own words, and the person is told so.
func TestWordsAtSeveral(t *testing.T) {
	t.Parallel()
	for words, want := range map[string]string{
		"stop": "All right, we stop here.", "i want to quit": "All right, we stop here.", "borra mis datos": "I can erase what you told me.",
		"do you take insurance?": "A person at the practice can tell you about insurance.", "we argue a lot": "Thank you. I noted that in your own words.",
	} {
		p := build(t).person("ann").consents().presses("Yes, I am").says("California").presses("Yes, all safe")
		p.hears()
		got := at(p.says(words).hears(), 0)
		if !strings.HasPrefix(got, want) {
			t.Errorf("%q: got %q, want %q", words, got, want)
		}
	}
	p := build(t).person("ann").consents().presses("Yes, I am").says("California").presses("Yes, all safe").says("we argue a lot")
	p.presses("Just me. No partner or ex")
	if text, buttons := p.question(); !strings.HasPrefix(text, "You wrote it in your own words.") || slices.ContainsFunc(buttons, func(b bot.Button) bool { return strings.Contains(b.Label, "under 18") }) {
		t.Errorf("after own words it asks %q with %v", text, buttons)
	}
	p = build(t).person("ann").consents().presses("Yes, I am").says("California").presses("Yes, all safe")
	p.hears()
	p.says("pain").wants("So far: “Pain")
	p.says("libido").wants("So far: “Low or different desire” and “Pain")
	p.says("that's all").wants("Question 8")
}

// What is closed to a person does not stand in the list of what they can do.
func TestHelpShowsWhatIsOpen(t *testing.T) {
	t.Parallel()
	for _, couple := range []bool{false, true} {
		p := build(t).person("ann")
		if couple {
			p.comesAsACouple()
		} else {
			p.consents()
		}
		p.hears()
		list := at(p.says("help").hears(), 0)
		for _, line := range []string{"\ninvite: ", "\nrelease: "} {
			if strings.Contains(list, line) != couple {
				t.Errorf("a couple that sent: %v; the list is %q", couple, list)
			}
		}
		if !strings.Contains(list, "\nforget: ") || !strings.Contains(list, "\nLeaving fast cannot") {
			t.Errorf("too little is left: %q", list)
		}
	}
}

// Who says no to "Is everyone safe?" is asked what they mean, by the buttons, as
// often as they say it; it is no wrong answer, and not yet a call.
func TestNotEveryoneSafe(t *testing.T) {
	t.Parallel()
	p := build(t).midway("ann")
	for range 4 {
		p.says("no").wants("I want to be sure what you mean.", "Is everyone safe right now?")
	}
	p.presses("Yes, all safe").wants("Question 7")
}
