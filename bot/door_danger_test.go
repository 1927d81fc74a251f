package bot_test

import (
	"strings"
	"testing"
	"time"

	"anteroom/bot"
	"anteroom/bot/care"
)

// afar are the ways in which a question can stand open behind something that
// takes no answer to it.
var afar = []struct {
	name string
	does func(p *person)
	// opens is how the person comes back to the question.
	opens func(p *person)
}{
	{"away", func(p *person) { p.clock.Advance(2 * time.Hour) }, func(p *person) { p.says("/start").presses("Yes") }},
	{"asked already", func(p *person) { p.clock.Advance(2 * time.Hour); p.says("hello") }, func(p *person) { p.says("/start").presses("Yes") }},
	{"help numbers open", func(p *person) { p.clock.Advance(2 * time.Hour); p.says("/now") }, func(p *person) { p.says("/start").presses("Yes") }},
	{"quick exit", func(p *person) { p.says("/x") }, func(p *person) { p.says("/start").presses("Yes") }},
	{"quick exit with a word", func(p *person) { p.word("blue heron").says("/x") }, func(p *person) { p.says("blue heron").presses("Yes") }},
	{"a PIN", func(p *person) { p.pin("2718").clock.Advance(2 * time.Hour) }, func(p *person) { p.says("/start", "2718").presses("Yes") }},
	{"blocked", func(p *person) {
		for range 3 {
			p.says("how much for sex with you tonight")
		}
	}, nil},
}

// An answer that says danger is met at once wherever it is pressed, and calls
// somebody once; the question takes it as its answer when the door opens.
func TestDangerPressIsMet(t *testing.T) {
	t.Parallel()
	for _, where := range afar {
		for _, tt := range []struct {
			label, hears string
			name         care.AlertName
		}{
			{"I might harm myself", "Call or text now", care.AlertCrisis},
			{"Someone hurts me", "You can call at any time, and it is free.", care.AlertIPV},
			{"Someone else is in danger", "now, if someone is in danger", care.AlertDanger},
			{"A medical emergency", "911", care.AlertMedical},
		} {
			t.Run(where.name+"/"+tt.label, func(t *testing.T) {
				t.Parallel()
				h := build(t)
				p := h.midway("ann")
				data := p.button(tt.label).Data
				where.does(p)
				p.hears()
				p.do(bot.Press{Data: data})
				heard := strings.Join(p.hears(), "\n")
				if !strings.Contains(heard, tt.hears) || strings.Contains(heard, "everyone safe") {
					t.Errorf("got %q, want %q", heard, tt.hears)
				}
				called := func() {
					t.Helper()
					if all := h.alerts(); len(all) != 1 || all[0].Name != tt.name {
						t.Errorf("got the alerts %+v, want one of %s", all, tt.name)
					}
				}
				called()
				if where.opens == nil {
					return
				}
				p.presses("Go on").hears()
				h.clock.Advance(50 * time.Minute)
				where.opens(p)
				if heard = strings.Join(p.hears(), "\n"); !strings.Contains(heard, tt.hears) {
					t.Errorf("when the door opened: got %q, want it to be the answer", heard)
				}
				called()
				p.presses("Go on")
				if heard = strings.Join(p.hears(), "\n"); !strings.Contains(heard, "Let us keep this short") {
					t.Errorf("after it: got %q", heard)
				}
			})
		}
	}
}

// The same button, and another one of its question, are met after another hour
// too, and the answer that the door holds is taken when it opens.
func TestDangerPressIsMetAgain(t *testing.T) {
	t.Parallel()
	for _, where := range afar {
		if where.opens == nil {
			continue
		}
		t.Run(where.name, func(t *testing.T) {
			t.Parallel()
			h := build(t)
			p := h.midway("ann")
			hurts, harms := bot.Press{Data: p.button("Someone hurts me").Data}, bot.Press{Data: p.button("I might harm myself").Data}
			where.does(p)
			for _, tt := range []struct {
				press bot.Press
				hears string
			}{{harms, "Call or text now"}, {hurts, "You can call at any time, and it is free."}, {hurts, "You can call at any time, and it is free."}} {
				p.hears()
				h.clock.Advance(61 * time.Minute)
				if heard := p.do(tt.press).hears(); len(heard) == 0 || !strings.HasPrefix(heard[0], tt.hears) {
					t.Errorf("got %q, want %q", heard, tt.hears)
				}
			}
			names := map[care.AlertName]bool{}
			for _, a := range h.alerts() {
				names[a.Name] = true
			}
			if len(names) != 2 || !names[care.AlertCrisis] || !names[care.AlertIPV] {
				t.Errorf("got the alerts %v", names)
			}
			h.clock.Advance(61 * time.Minute)
			where.opens(p)
			if heard := strings.Join(p.hears(), "\n"); !strings.Contains(heard, "You can call at any time, and it is free.") || strings.Contains(heard, h.phrase("stale-button")) {
				t.Errorf("when the door opened: got %q", heard)
			}
			p.presses("Go on")
			if heard := strings.Join(p.hears(), "\n"); !strings.Contains(heard, "Let us keep this short") {
				t.Errorf("after it: got %q", heard)
			}
		})
	}
}

// A button by which somebody is called is met long after its question was
// answered, too; the answer stays as it is, and what is open goes on.
func TestOldDangerButtonIsMet(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		does func(p *person)
		then string // is asked behind it, empty for nothing
	}{
		{"the next question", func(p *person) { p.presses("Yes, all safe") }, "What brings you here?"},
		{"many questions on", func(p *person) { p.presses("Yes, all safe", "Menopause", "That is all", "A partner and me") }, "How long"},
		{"asked twice", func(p *person) { p.says("back").says("California").presses("Yes, all safe") }, "What brings you here?"},
		{"an answer before it was changed", func(p *person) {
			p.presses("Yes, all safe", "Menopause", "That is all").says("change").presses("18 or over", "Yes, I am")
		}, "Thank you. You can go on"},
		{"sent", func(p *person) {
			p.presses("Yes, all safe", "Low or different desire", "That is all", "That is enough: write me here")
		}, ""},
		{"asked to be called", func(p *person) { p.presses("Yes, all safe", "Have a person call me") }, "Which number may we call"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := build(t)
			p := h.midway("ann")
			data, safe := p.button("Someone hurts me").Data, p.button("Yes, all safe").Data
			tt.does(p)
			p.hears()
			p.do(bot.Press{Data: safe})
			if heard := strings.Join(p.hears(), "\n"); len(h.alerts()) != 0 || !strings.Contains(heard, h.phrase("stale-button")) {
				t.Errorf("a safe one: got %q and %d alerts", heard, len(h.alerts()))
			}
			p.do(bot.Press{Data: data})
			if heard := p.hears(); !strings.HasPrefix(at(heard, 0), "You can call at any time, and it is free.") || len(heard) != 2 {
				t.Errorf("got %q", heard)
			}
			if all := h.alerts(); len(all) != 1 || all[0].Name != care.AlertIPV {
				t.Errorf("got the alerts %+v", all)
			}
			p.presses("Go on")
			heard := p.hears()
			if last := at(heard, len(heard)-1); tt.then != "" && !strings.Contains(last, tt.then) || tt.then == "" && !strings.HasPrefix(last, h.phrase("after-help")[:20]) {
				t.Errorf("after it: got %q", heard)
			}
		})
	}
}

// Who presses twice is answered once.
func TestDangerPressedTwice(t *testing.T) {
	t.Parallel()
	h := build(t)
	p := h.midway("ann")
	twice, safe := bot.Press{Data: p.button("I might harm myself").Data}, bot.Press{Data: p.button("Yes, all safe").Data}
	p.do(twice, twice).wants("Call or text now.", "What would you like", h.phrase("stale-button"), "What would you like")
	h.clock.Advance(time.Minute)
	p.do(safe).wants(h.phrase("stale-button"), "What would you like")
	p.do(twice).wants("Call or text now.", "What would you like")
	if all := h.alerts(); len(all) != 1 {
		t.Errorf("got the alerts %+v", all)
	}
}

// A button that says no danger waits as it did.
func TestSafePressWaits(t *testing.T) {
	t.Parallel()
	for _, where := range afar {
		t.Run(where.name, func(t *testing.T) {
			t.Parallel()
			h := build(t)
			p := h.midway("ann")
			data := p.button("Yes, all safe").Data
			where.does(p)
			p.hears()
			p.do(bot.Press{Data: data})
			if heard := strings.Join(p.hears(), "\n"); strings.Contains(heard, "Question") || len(h.alerts()) != 0 {
				t.Errorf("got %q and %d alerts", heard, len(h.alerts()))
			}
		})
	}
}

// A partner who is afraid is met at a shut door, too.
func TestPartnerAfraidAtTheDoor(t *testing.T) {
	t.Parallel()
	h := build(t)
	kim, bo := h.person("kim"), h.person("bo")
	kim.comesAsACouple()
	bo.joins(kim.invites()).presses("Yes, I am").says("Oregon").presses("Yes, all safe")
	afraid := bo.button("No, I am afraid now").Data
	kim.hears()
	h.clock.Advance(90 * time.Minute)
	bo.hears()
	bo.do(bot.Press{Data: afraid})
	if heard := strings.Join(bo.hears(), "\n"); !strings.Contains(heard, "You can call at any time, and it is free.") {
		t.Errorf("got %q", heard)
	}
	if all := h.alerts(); len(all) != 1 || all[0].Name != care.AlertIPV || all[0].Seat == 0 {
		t.Errorf("got the alerts %+v", all)
	}
	kim.wants()
}
