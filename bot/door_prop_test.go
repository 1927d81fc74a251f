package bot_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"anteroom/bot"
	"anteroom/bot/care"
)

// behind are beginnings and parts of what stands behind a shut door, whatever
// was said: questions of the intake, what was decided, what was told.
var behind = []string{"Question ", "can see you", "Which of these times", "has one question", "This is what you told me",
	"This is what I will send", "What may we call you", "What brings you here", "Your answers are with us"}

// Whatever a person, a therapist and the clock do: what is said while the door
// is shut shows nothing of what was told, asked or decided, and what is held
// back is handled once, or once more after a quick exit.
func TestDoorShowsNothing(t *testing.T) {
	t.Parallel()
	seen := map[string]int{}
	rapid.Check(t, func(rt *rapid.T) {
		h := build(t)
		p := h.person("ann").consents().presses("Yes, I am").says("California")
		id := care.CaseID("")
		if rapid.Bool().Draw(rt, "sent") {
			p.presses("Yes, all safe").says("qzero keeps us apart").presses("Just me. No partner or ex")
			if text, _ := p.question(); strings.Contains(text, "Which one") {
				p.presses("Something else")
			}
			p.says("/start")
		} else {
			p.presses("Yes, all safe", "Low or different desire", "That is all", "That is enough: write me here")
			id = care.CaseID(h.desk.cards()[0].Case)
		}
		p.hears()
		canaries, notes := []string{"qzero"}, []string{}
		heard := make(map[string]int) // how often a therapist's note was shown since the last quick exit, which sweeps it away
		ever := make(map[string]bool)
		var old []bot.Button
		n := 0
		canary := func() string {
			n++
			return fmt.Sprintf("qcanary%dz", n)
		}
		check := func(what string) {
			texts := p.hears()
			shut, holds, waiting, err := h.Door(t.Context(), h.subject("ann"))
			if err != nil {
				rt.Fatal(err)
			}
			all := strings.Join(texts, "\n")
			for _, note := range notes {
				for _, text := range texts {
					if !strings.HasPrefix(text, "This is what you told me") && !strings.HasPrefix(text, "Esto es lo que me contaste") { // my data shows it whenever it is asked for
						heard[note] += strings.Count(text, note)
						ever[note] = ever[note] || heard[note] > 0
					}
				}
				if heard[note] > 1 {
					rt.Fatalf("%s: a decision was shown twice: %q", what, texts)
				}
			}
			if shut {
				seen["shut"]++
				for _, never := range slices.Concat(canaries, notes, behind) {
					if strings.Contains(all, never) {
						rt.Fatalf("%s: with the door shut, %q was said: %q", what, never, texts)
					}
				}
			}
			if holds {
				seen["held"]++
			}
			if waiting > 0 {
				seen["waiting"]++
			}
			plain, err := h.Plain(t.Context(), h.subject("ann"))
			if err != nil {
				rt.Fatal(err)
			}
			for _, c := range canaries[1:] {
				if strings.Count(string(plain), c) > 1 {
					rt.Fatalf("%s: %s is kept twice", what, c)
				}
			}
		}
		words := []string{"/start", "/resume", "/now", "/call", "/what", "/help", "/mydata", "/privacy", "/pause", "/stop", "/back", "/skip", "/change", "/x", "/x",
			"/word", "blue heron", "blue heron", "/pin", "2718", "2718", "1111", "español", "english", "yes", "no", "1", "2", "/forget", "Germany", "+1 415 555 0199"}
		for range rapid.IntRange(5, 40).Draw(rt, "steps") {
			what := rapid.IntRange(0, 11).Draw(rt, "what")
			_, buttons := p.question()
			switch {
			case what < 4:
				w := rapid.SampledFrom(words).Draw(rt, "words")
				p.says(w)
				check(w)
				if w == "/x" {
					clear(heard)
				}
			case what < 6:
				c := canary()
				p.says(c + " I feel it")
				canaries = append(canaries, c)
				check("own words")
			case what < 9:
				old = append(old, buttons...)
				from := buttons
				if what == 8 {
					from = old
				}
				b := rapid.SampledFrom(from).Draw(rt, "button")
				if strings.Contains(b.Label, "erase") || strings.Contains(b.Label, "borrar todo") {
					continue // nothing is left to look at
				}
				p.do(bot.Press{Data: b.Data})
				check("press " + b.Label)
			case what == 9:
				h.clock.Advance(rapid.SampledFrom([]time.Duration{10 * time.Minute, time.Hour, 26 * time.Hour, 50 * time.Hour}).Draw(rt, "away"))
				h.settle()
				check("the clock")
			case what == 10 && id != "":
				note := canary()
				d := offer("ana", hour(24*40+n))
				if n%2 == 0 {
					d = &care.Decision{Kind: care.Wait, Date: "2027-09-09", WriteBy: "2027-08-20"}
				}
				d.Note, d.Round = note, h.view(id).Round()
				if err := h.acts("act"+note, id, "ana", d); err == nil {
					notes = append(notes, note)
					seen["decided"]++
				}
				h.settle()
				check("a decision")
			case what == 11:
				p.do(bot.Media{Kind: bot.MediaPhoto})
				check("a picture")
			}
			if state, _ := h.kept(h.subject("ann")); !state {
				return
			}
		}
		// In the end the door is opened: whatever waits comes out.
		for range 12 {
			shut, _, waiting, err := h.Door(t.Context(), h.subject("ann"))
			if err != nil {
				rt.Fatal(err)
			}
			if !shut && waiting == 0 {
				break
			}
			h.clock.Advance(59 * time.Minute)
			for _, w := range []string{"blue heron", "2718", "yes", "go on", "/start", "2718", "yes"} {
				p.says(w)
				check("at the end: " + w)
				if state, _ := h.kept(h.subject("ann")); !state {
					return // a "yes" to an erasure
				}
			}
		}
		shut, _, waiting, err := h.Door(t.Context(), h.subject("ann"))
		if err != nil {
			rt.Fatal(err)
		}
		if shut || waiting > 0 {
			seen["not opened"]++ // the word is another one by now
			return
		}
		seen["opened"]++
		for _, note := range notes {
			if !ever[note] {
				rt.Fatal("a decision was never shown")
			}
		}
	})
	t.Log(seen)
	for _, what := range []string{"shut", "held", "waiting", "decided", "opened"} {
		if seen[what] == 0 {
			t.Errorf("it never came to %q: this test sees too little", what)
		}
	}
}
