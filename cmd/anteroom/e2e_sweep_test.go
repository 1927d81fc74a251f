package main

import (
	"context"
	"strings"
	"testing"
	"time"

	"anteroom/bot/telegram/telegramtest"
)

// reader is somebody with the chat before them.
type reader struct {
	*telegramtest.User
	t    *testing.T
	ctx  context.Context
	seen int // id of the newest message that was read
}

// waits reads on until a message of the bot begins so.
func (r *reader) waits(beginning string) telegramtest.Message {
	r.t.Helper()
	m, err := r.Wait(r.ctx, r.seen, func(m telegramtest.Message) bool { return strings.HasPrefix(question(m), beginning) })
	if err != nil {
		r.t.Fatalf("nothing begins with %q: %v; the chat:\n%s", beginning, err, strings.Join(r.screen(), "\n"))
	}
	r.seen = m.ID
	return m
}

func (r *reader) presses(label, then string) {
	r.t.Helper()
	if _, err := r.Press(label); err != nil {
		r.t.Fatalf("%v; the chat:\n%s", err, strings.Join(r.screen(), "\n"))
	}
	r.waits(then)
}

func (r *reader) says(text, then string) {
	r.t.Helper()
	r.Send(text)
	r.waits(then)
}

// screen is the chat as it is seen.
func (r *reader) screen() (lines []string) {
	for _, m := range r.Screen() {
		who := "> "
		if m.FromBot {
			who = "< "
		}
		lines = append(lines, who+m.Text)
	}
	return lines
}

// TestForgottenChat: whoever asks to be forgotten sees the receipt in their
// chat and nothing else; what is older than 48 hours stays, because the
// messenger lets nobody take it out.
func TestForgottenChat(t *testing.T) {
	for _, kind := range stores {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			s := newStage(t, kind)
			s.start(ctx)
			begins := func(id int64) *reader {
				r := &reader{User: s.telegram.User(id, "Somebody", "en"), t: t, ctx: ctx}
				r.says("/start", "A person at the practice reads your answers")
				r.presses("Start", "Please read this")
				return r
			}
			tells := func(r *reader) {
				r.presses("I agree", "Is this a private moment")
				r.presses("Yes", "Are you 18")
				r.presses("Yes, I am", "Where are you")
				r.says("California", "Is everyone safe")
				r.presses("Yes, all safe", "What brings you here")
				if _, err := r.Press("Menopause"); err != nil { // a tick: the buttons are drawn anew
					t.Error(err)
				}
				r.SendMedia("voice")
				r.waits("What brings you here")
			}
			forgets := func(r *reader) {
				r.says("/forget", "I can erase what you told me")
				r.presses("Erase it", "Are you sure")
				r.presses("Yes, erase everything", "Erased now")
			}

			young, old, other := begins(7_150_000_001), begins(7_150_000_002), begins(7_150_000_003)
			oldest := len(old.screen())
			tells(young)
			tells(other)
			before := len(other.screen())
			s.settled(ctx)
			s.process.kill() // what stands in the chats is known to the next life
			if err := s.process.start(); err != nil {
				t.Fatal(err)
			}
			forgets(young)
			if got := young.screen(); len(got) != 1 || !strings.HasPrefix(got[0], "< Erased now") {
				t.Errorf("the chat shows %d messages, want the receipt only:\n%s", len(got), strings.Join(got, "\n"))
			}
			if got := len(other.screen()); got != before {
				t.Errorf("another's chat shows %d messages, want %d", got, before)
			}

			s.telegram.Age(49 * time.Hour)
			tells(old)
			forgets(old)
			if got := old.screen(); len(got) != oldest+1 || !strings.HasPrefix(got[oldest], "< Erased now") {
				t.Errorf("the chat shows %d messages, want the %d from two days ago and the receipt:\n%s", len(got), oldest, strings.Join(got, "\n"))
			}
			s.stop()
		})
	}
}
