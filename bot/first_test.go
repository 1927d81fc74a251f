package bot_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"anteroom/bot"
)

// TestAnswerBeforeReminders: two hundred are to be reminded at the same moment,
// and a channel takes thirty messages a second. Who writes meanwhile has the
// whole answer before those whose turn has not come; one of them does too.
func TestAnswerBeforeReminders(t *testing.T) {
	const many = 200
	bubble(t, func(t *testing.T) {
		h := furnish(t)
		r, _ := h.run(t, "one", h.standing)
		for i := range many {
			for _, words := range shortest[:5] {
				r.receive(h.inbound(fmt.Sprint("c", i), bot.Words{Text: words}))
			}
		}
		synctest.Wait()
		turn, unasked := make(chan struct{}, 1), make(chan struct{}, 1)
		r.phone.will(func(d bot.Delivery) error {
			if d.Unasked {
				unasked <- struct{}{}
				defer func() { <-unasked }()
			}
			turn <- struct{}{}
			time.Sleep(time.Second / 30)
			<-turn
			return nil
		})
		before := len(r.phone.got())
		h.clock.Advance(49 * time.Hour)
		later(2 * time.Second)
		reminded := func() map[string]bool {
			all := make(map[string]bool)
			for _, d := range r.phone.got()[before:] {
				if text, ok := d.Body.(bot.Text); ok && text.Text == h.nudge() {
					all[d.To] = true
				}
			}
			return all
		}
		was := reminded()
		if len(was) < 5 || len(was) > many/2 {
			t.Fatalf("%d are reminded, want some: the test shows nothing", len(was))
		}
		late := ""
		for i := range many {
			if chat := fmt.Sprint("c", many-1-i); !was[chat] && late == "" && !underWay(r, chat) {
				late = chat
			}
		}
		r.receive(h.inbound("zoe", bot.Words{Text: "/start"}))
		r.receive(h.inbound(late, bot.Words{Text: "/help"}))
		later(time.Minute)
		place := make(map[string]int) // of the last message of an answer, among all since
		for i, d := range r.phone.got()[before+len(was):] {
			if text, ok := d.Body.(bot.Text); ok && (d.To == "zoe" || d.To == late && text.Text != h.nudge()) {
				place[d.To] = i
			}
		}
		if n := len(reminded()); n < many-1 {
			t.Errorf("%d were reminded, want %d", n, many)
		}
		// What is with the channel already goes before the one whose own reminder
		// still stands in the way of the answer: that many are claimed at once.
		for chat, most := range map[string]int{"zoe": 20, late: 50} {
			if place[chat] == 0 || place[chat] > most {
				t.Errorf("the answer to %s is number %d of what was sent since, want %d at most", chat, place[chat], most)
			}
		}
		r.stopped()
	})
}

// underWay reports whether something is being sent to somebody.
func underWay(r *replica, chat string) bool {
	sent := make(map[string]bool)
	for _, d := range r.phone.got() {
		sent[d.ID] = true
	}
	for _, d := range r.phone.tried() {
		if d.To == chat && !sent[d.ID] {
			return true
		}
	}
	return false
}
