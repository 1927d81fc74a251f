package bot_test

import (
	"strings"
	"testing"
	"time"

	"anteroom/bot"
	"anteroom/bot/care"
)

// When the text changes to which somebody agreed, they are asked again before
// anything else is; what they told counts once they agree. A no erases it.
func TestConsentOfAnEarlierText(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, edit, answer string }{
		{"agrees again", "Who reads your answers:", "I agree"},
		{"refuses now", "Who reads your answers:", "No, thanks"},
		{"another text changed", "Who would come to the sessions?", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := build(t)
			p := h.person("ann").consents().presses("Yes, I am").says("California")
			was, _ := p.question()
			p.hears()
			changed := *h.practice
			changed.Library = edited(t, "", map[string][]string{"dialogs/intake.yaml": {tt.edit, "Read this: " + tt.edit}})
			if err := h.Reload(&changed); err != nil {
				t.Fatal(err)
			}
			if tt.answer == "No, thanks" {
				p.says("Yes, all safe") // typed, it is no answer either
			} else {
				p.presses("Yes, all safe")
			}
			got := p.hears()
			if tt.answer == "" {
				if len(got) != 1 || !strings.Contains(got[0], "What brings you here") {
					t.Fatalf("got %q, want the next question", got)
				}
				return
			}
			if len(got) < 2 || got[0] != h.phrase("consent.changed") || !strings.Contains(got[len(got)-1], "Read this: Who reads") {
				t.Fatalf("got %q, want the new text", got)
			}
			p.says("I want to kill myself")
			if got := p.hears(); !strings.Contains(at(got, 0), "988 Suicide and Crisis") {
				t.Errorf("in danger before the new consent: got %q", got)
			}
			p.presses("No, thank you").presses(tt.answer)
			if tt.answer == "No, thanks" {
				if state, key := h.kept(h.subject("ann")); state || key {
					t.Error("somebody who refuses the new text is kept")
				}
				return
			}
			got = p.hears()
			if now, _ := p.question(); uncounted(now) != uncounted(was) {
				t.Errorf("then: got %q, want %q again; heard %q", now, was, got)
			}
			p.presses("Yes, all safe")
			if got := p.hears(); len(got) != 1 || !strings.Contains(got[0], "What brings you here") {
				t.Errorf("got %q, want that it goes on", got)
			}
		})
	}
}

// The record of a client outlives the chat, and goes when its date has come; the
// day is looked at anew, so that a shorter period counts.
func TestRecordOutlivesTheChat(t *testing.T) {
	t.Parallel()
	for name, shorter := range map[string]bool{"as long as it was": false, "shorter now": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := build(t)
			p := h.person("ann")
			id := p.sends()
			if err := h.acts("offer", id, "ana", offer("ana", hour(30))); err != nil {
				t.Fatal(err)
			}
			h.settle()
			p.presses("Open it", "Tuesday 4 May, 4 pm")
			days(h, 400*24*time.Hour)
			if state, _ := h.kept(h.subject("ann")); !state {
				t.Fatal("the chat of a client went with the enquiries")
			}
			p.forgets()
			if state, _ := h.kept(bot.CaseSubject(string(id))); !state {
				t.Fatal("the record went with the chat")
			}
			keep := 7 * 365 * 24 * time.Hour
			if shorter {
				changed := *h.practice
				changed.Keep.Record = care.Period{Days: 500}
				if err := h.Reload(&changed); err != nil {
					t.Fatal(err)
				}
				keep = 500 * 24 * time.Hour
			}
			days(h, keep-410*24*time.Hour)
			if state, _ := h.kept(bot.CaseSubject(string(id))); !state {
				t.Error("the record went too early")
			}
			days(h, 60*24*time.Hour)
			if state, key := h.kept(bot.CaseSubject(string(id))); state || key {
				t.Errorf("after its time: record %v, key %v", state, key)
			}
			if _, tomb, err := h.CaseLog(t.Context(), id); err != nil || tomb == nil || tomb.By != bot.System || tomb.Kind != bot.KindRecord {
				t.Errorf("got %+v, %v, want that its time was up", tomb, err)
			}
		})
	}
}

// days lets time go by, a few days at a time.
func days(h *house, d time.Duration) {
	h.t.Helper()
	for step := 10 * 24 * time.Hour; d > 0; d -= step {
		h.clock.Advance(min(step, d))
		h.settle()
	}
}

// Whoever stops, or is not understood, loses nothing: "start" goes on there.
func TestStoppedIsPickedUp(t *testing.T) {
	t.Parallel()
	for name, stop := range map[string]func(p *person){
		"stopped after misses": func(p *person) { p.says("qqq", "qqq", "qqq").presses("Stop here") },
		"lost":                 func(p *person) { p.says("qqq", "qqq", "qqq", "qqq", "qqq", "qqq") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := build(t)
			p := h.person("ann").consents().presses("Yes, I am").says("California")
			was, _ := p.question()
			stop(p)
			p.hears()
			p.says("thank you").wants(h.phrase("resting.unsent"))
			p.says("start").hears()
			if now, _ := p.question(); uncounted(now) != uncounted(was) {
				t.Errorf("got %q, want %q again", now, was)
			}
			p.says("my data")
			if got := strings.Join(p.hears(), "\n"); !strings.Contains(got, "California") {
				t.Errorf("what was told is gone: %q", got)
			}
		})
	}
}
