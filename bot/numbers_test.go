package bot_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"anteroom/bot"
)

// Where somebody is they may say in a sentence; a bare no is no Norway.
func TestPlaceInWords(t *testing.T) {
	t.Parallel()
	for lang, said := range map[string]map[string]bool{ // whether it is a place
		"en": {"i'm in california": true, "I live in Texas": true, "London, UK": true, "we're in Madrid right now": true, "estoy en Madrid": true,
			"no": false, "NO": false, "al": false, "California, Spain": false, "not in texas": false, "in pain": false},
		"es": {"estoy en Madrid": true, "vivo en CDMX": true, "soy de Bogotá": true, "en España ahora mismo": true, "i live in Texas": true,
			"no": false, "ni": false, "aquí": false, "soy de Bogotá, vivo en Madrid": false},
	} {
		h := build(t)
		for words, known := range said {
			p := h.person(lang + words).consents().presses("Yes, I am").says("/language " + lang)
			p.says(words)
			if now, _ := p.question(); known == (strings.Contains(now, "Where are you") || strings.Contains(now, "Dónde estás")) {
				t.Errorf("%s: %q is a place: %v, want %v", lang, words, !known, known)
			}
		}
	}
}

// Where no line is known there is one number, once. Where the person is they say
// once, too.
func TestDangerWithoutPlace(t *testing.T) {
	t.Parallel()
	h := build(t)
	p := h.person("ann").consents().presses("Yes, I am")
	p.hears()
	got := strings.Join(p.says("my husband hits me").hears(), "\n")
	if n := strings.Count(got, h.practice.Helplines.Emergency("en", "")); n != 1 || strings.Contains(got, "They know") {
		t.Errorf("the emergency number stands there %d times, want once: %q", n, got)
	}
	p.says("dunno").wants("In danger this minute: 112", "Which country")
	p.says("i live in kenya").wants("I know no help line for that place yet.\nIn danger this minute: 112", "What would")
	p.presses("Go on").wants("Is everyone safe")
}

// Words that are not understood right after the numbers bring the numbers again.
func TestNumbersAgain(t *testing.T) {
	t.Parallel()
	for _, danger := range inDanger {
		h := build(t)
		p := h.person("ann").consents().presses("Yes, I am").says("California", danger.words)
		p.hears()
		p.says("why would that help")
		got := strings.Join(p.hears(), "\n")
		if !strings.Contains(got, "911") || !strings.Contains(got, "What would you like to do now?") || strings.Contains(got, "Please press") {
			t.Errorf("%s: got %q, want the numbers and the question", danger.alert, got)
		}
	}
}

// Of several dangers in the same words all numbers are shown, each is noted and
// the on-call is told of each.
func TestSeveralDangers(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		words  string
		lines  []string
		alerts []string
	}{
		{"I want to die and my husband hits me", []string{"988", "800-799-7233"}, []string{"crisis", "ipv"}},
		{"me quiero morir y mi marido me pega", []string{"988", "800-799-7233"}, []string{"crisis", "ipv"}},
		{"my husband choked me last night and I can't swallow now, I am scared of him", []string{"call 911", "800-799-7233"}, []string{"medical", "ipv"}},
		{"he raped me yesterday and hits me every day", []string{"800-799-7233", "800-656-4673"}, []string{"ipv"}},
	} {
		h := build(t)
		p := h.person("ann").consents().presses("Yes, I am").says("California")
		p.hears()
		for _, words := range []string{tt.words, "wha now"} {
			got := strings.Join(p.says(words).hears(), "\n")
			for _, line := range tt.lines {
				if !strings.Contains(got, line) {
					t.Errorf("%q: got %q, want %s", words, got, line)
				}
			}
		}
		var names []string
		for _, a := range h.alerts() {
			names = append(names, string(a.Name))
		}
		if strings.Join(names, " ") != strings.Join(tt.alerts, " ") {
			t.Errorf("%q: alerts %v, want %v", tt.words, names, tt.alerts)
		}
	}
}

// An old button of a harmless answer stays harmless, whatever was said since.
func TestOldButtonsAfterDanger(t *testing.T) {
	t.Parallel()
	h := build(t)
	p := h.person("ann").consents().presses("Yes, I am").says("California").presses("A medical emergency")
	var old []bot.Button
	for _, d := range p.phone.to("ann") {
		if b, ok := d.Body.(bot.Text); ok {
			old = append(old, slices.Concat(b.Buttons...)...)
		}
	}
	p.presses("Go on")
	alerts := len(h.desk.cards())
	h.clock.Advance(time.Minute)
	met := 0
	for _, b := range old {
		if b.Always {
			continue
		}
		p.hears()
		p.do(bot.Press{Data: b.Data})
		danger := strings.Contains(strings.Join(p.hears(), "\n"), "I am a program and cannot keep watch")
		switch b.Label {
		case "A medical emergency", "Someone else is in danger", "Someone hurts me", "I might harm myself":
			if !danger {
				t.Errorf("%q, pressed again, was not met", b.Label)
			}
			met++
			p.presses("Go on")
		default:
			if danger {
				t.Errorf("%q, pressed again, was met as danger", b.Label)
			}
		}
	}
	if met != 4 || len(h.desk.cards()) == alerts {
		t.Errorf("met %d of 4", met)
	}
}

// Help numbers follow the country: the name of a whole country will do for them,
// in every language, where the list of places has its regions only. For a licence
// the region is asked for.
func TestWholeCountries(t *testing.T) {
	t.Parallel()
	for words, want := range map[string]string{
		"usa": "988 Suicide and Crisis Lifeline", "I'm in the United States": "988 Suicide and Crisis Lifeline", "EE. UU.": "988 Suicide and Crisis Lifeline",
		"estoy en Estados Unidos": "988 Suicide and Crisis Lifeline", "america": "988 Suicide and Crisis Lifeline", "Canada": "988 Suicide Crisis Helpline",
		"australia": "Lifeline: 13 11 14", "uk": "Samaritans", "england": "Samaritans", "reino unido": "Samaritans",
	} {
		p := build(t).person("ann").says("now")
		p.hears()
		if got := at(p.says(words).hears(), 0); !strings.HasPrefix(got, want) {
			t.Errorf("%q: got %q, want %q", words, got, want)
		}
	}
	p := build(t).person("ann").consents().presses("Yes, I am")
	p.hears()
	p.says("usa").wants("I need one place that I know.", "Where are you right now?")
	p.says("i want to kill myself").wants("Call or text now. It is free, day or night.\n988 Suicide and Crisis Lifeline", "What would you like to do now?")
	p.presses("Go on").hears()
	p.says("now").hears()
	p.says("Spain").hears() // the newest counts
	p.presses("No, thank you").hears()
	p.says("i want to kill myself").wants("Call or text now. It is free, day or night.\nSuicide prevention line: 024", "What would you like to do now?")
}

// A whole country that is named after a place counts until a place is told again.
func TestWholeCountryAfterAPlace(t *testing.T) {
	t.Parallel()
	p := build(t).person("ann").consents().presses("Yes, I am").says("California", "now")
	p.hears()
	p.says("back").wants("In danger this minute, call 911 now.")
	p.says("Australia").wants("Lifeline: 13 11 14", "Shall I also tell")
	p.presses("No, thank you").hears()
	p.presses("Yes, all safe").hears() // another answer is no place
	p.says("now").wants("In danger this minute, call 000 now.")
	p.says("Texas").wants("988 Suicide and Crisis Lifeline", "Shall I also tell")
}

// Whoever does not say where they are is shown the lines by country; none is guessed.
func TestNumbersOfNoPlace(t *testing.T) {
	t.Parallel()
	p := build(t).person("ann").says("now").presses("Just show me the numbers")
	got := strings.Join(p.hears(), "\n")
	for _, line := range []string{"I do not know where you are", "United States: 988", "Spain: Suicide prevention line: 024", "Argentina: ", "112 or your local"} {
		if !strings.Contains(got, line) {
			t.Errorf("%q is not in %q", line, got)
		}
	}
}
