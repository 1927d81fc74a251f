package bot_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"anteroom/bot"
	"anteroom/bot/care"
)

// TestNothingAfterTheEnd: who erased the chat, and who cannot be reached, hears
// of nothing that was planned, and the practice goes on undisturbed.
func TestNothingAfterTheEnd(t *testing.T) {
	t.Parallel()
	t.Run("erased", func(t *testing.T) {
		t.Parallel()
		h, p, id := treated(t)
		p.says("/forget").presses("Erase it", "Yes, erase")
		p.hears()
		h.hours(24 * 30)
		if got := p.hears(); len(got) != 0 {
			t.Errorf("got %q after an erasure", got)
		}
		if err := h.steers(id, "ana", bot.Steer{Give: &care.Assignment{Library: "touch-hands", Person: care.TheClient, From: h.clock.Now().Unix()}}); err == nil {
			t.Error("something was given to somebody who is gone")
		}
	})
	t.Run("blocked", func(t *testing.T) {
		t.Parallel()
		h, p, id := treated(t)
		tries := 0
		h.phone.will(func(bot.Delivery) error {
			tries++
			return &bot.Failure{Why: bot.Unreachable, Err: errors.New("blocked")}
		})
		h.hours(24 * 30)
		if tries > 2 { // one thing, and its question
			t.Errorf("%d attempts to reach somebody who blocked the bot, want those of one thing", tries)
		}
		h.phone.will(nil)
		p.says("hello")
		p.hears()
		h.hours(24 * 15)
		if got := p.hears(); len(got) == 0 {
			t.Errorf("nothing comes to somebody who is back; asks %+v", h.view(id).Asks)
		}
	})
}

// TestPauseAndResume: nothing is asked of who pauses, and what stands comes when
// they go on.
func TestPauseAndResume(t *testing.T) {
	t.Parallel()
	for _, back := range []string{"/resume", "/start"} {
		t.Run(back, func(t *testing.T) {
			t.Parallel()
			h, p, _ := treated(t)
			p.says("/pause")
			p.hears()
			h.hours(24 * 20)
			if got := p.hears(); len(got) != 0 {
				t.Errorf("got %q in a pause", got)
			}
			p.says(back).finds(h.phrase("btn.door.yes"))
			p.hears()
			h.hours(24 * 8)
			p.learns("A short check-in for Ana Reyes")
		})
	}
}

// abroad is a directory in which every place is in another zone.
type abroad struct {
	bot.Helplines
	zone string
}

func (a abroad) Zone(string) string { return a.zone }

// TestQuietHoursAndHolidays: through two months of therapy nothing comes in a
// person's quiet hours, where they are, nor on the practice's holiday; also
// after they moved.
func TestQuietHoursAndHolidays(t *testing.T) {
	t.Parallel()
	for _, zone := range []string{"America/Los_Angeles", "Asia/Tokyo", "Europe/Madrid"} {
		t.Run(zone, func(t *testing.T) {
			t.Parallel()
			h, p, id := treated(t)
			there, err := time.LoadLocation(zone)
			if err != nil {
				t.Fatal(err)
			}
			holiday := h.clock.Now().In(there).AddDate(0, 0, 7)
			h.practice.Holidays = append(h.practice.Holidays, care.DateOf(holiday))
			h.practice.Helplines = abroad{h.practice.Helplines, zone}
			if err := h.Reload(h.practice); err != nil {
				t.Fatal(err)
			}
			p.says("hello") // from there
			h.mustSteer(id, "ana", bot.Steer{Give: &care.Assignment{Library: "touch-hands", Person: care.TheClient, From: h.clock.Now().Add(time.Hour).Unix()}})
			p.hears()
			came := 0
			for range 24 * 60 {
				h.hours(1)
				got := p.hears()
				if len(got) == 0 {
					continue
				}
				came++
				now := h.clock.Now().In(there)
				if at := now.Format("15:04"); at < "08:00" || at >= "21:00" {
					t.Errorf("%q came at %s", got, now)
				}
				if care.DateOf(now) == care.DateOf(holiday) {
					t.Errorf("%q came on a holiday", got)
				}
			}
			if came < 5 {
				t.Errorf("only %d times anything came: this test sees nothing", came)
			}
		})
	}
}

// TestOutage: a week in which nothing runs is followed by one message of a kind
// at most.
func TestOutage(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		ready func(h *house, p *person, id care.CaseID)
	}{
		{"just begun", func(*house, *person, care.CaseID) {}},
		{"with assignments", func(h *house, _ *person, id care.CaseID) {
			for n, library := range []string{"touch-hands", "kind-no", "slow-breath"} {
				h.mustSteer(id, "ana", bot.Steer{Give: &care.Assignment{Library: library, Person: care.TheClient, From: h.clock.Now().Add(time.Duration(n+1) * 24 * time.Hour).Unix()}})
			}
		}},
		{"with unanswered questions", func(h *house, _ *person, id care.CaseID) {
			h.gives(id, "touch-hands")
			h.hours(24 * 8)
		}},
		{"with a session an hour after it", func(h *house, p *person, id care.CaseID) {
			h.mustSteer(id, "ana", bot.Steer{Book: &care.SessionOffer{Kind: care.ForTherapy, Therapist: "ana", Times: []int64{h.clock.Now().Add(7*24*time.Hour + time.Hour).Unix()}}})
		}},
		{"with a session in the middle of it", func(h *house, p *person, id care.CaseID) {
			h.mustSteer(id, "ana", bot.Steer{Book: &care.SessionOffer{Kind: care.ForTherapy, Therapist: "ana", Times: []int64{h.clock.Now().Add(3 * 24 * time.Hour).Unix()}}})
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h, p, id := treated(t)
			tt.ready(h, p, id)
			p.hears()
			h.clock.Advance(7 * 24 * time.Hour)
			h.settle()
			got := p.hears()
			kinds := make(map[string]int)
			for _, said := range got {
				kind, _, _ := strings.Cut(said, "{")
				if words := strings.Fields(said); len(words) > 3 {
					kind = strings.Join(words[:3], " ")
				}
				if kinds[kind]++; kinds[kind] > 1 {
					t.Errorf("%q came twice", kind)
				}
			}
			if len(got) > 4 {
				t.Errorf("a flood: %q", got)
			}
			h.settle()
			if again := p.hears(); len(again) != 0 {
				t.Errorf("and once more: %q", again)
			}
		})
	}
}

// TestMeanwhile: what a person answers after it was taken back, or after the
// case moved on, ends in a plain word, and changes nothing.
func TestMeanwhile(t *testing.T) {
	t.Parallel()
	t.Run("a report for what was taken back", func(t *testing.T) {
		t.Parallel()
		h, p, id := treated(t)
		h.reports(p, id)
		h.mustSteer(id, "ana", bot.Steer{Take: 1})
		p.hears()
		p.presses("No, neither").answers("Nothing to add")
		p.learns("That one is no longer needed: Ana Reyes took it back.")
		if c := h.view(id); len(c.Reports) != 0 {
			t.Errorf("got %+v", c.Reports)
		}
	})
	t.Run("a report that waits, for what was taken back", func(t *testing.T) {
		t.Parallel()
		h, p, id := treated(t)
		p.openly("Discreet")
		h.gives(id, "touch-hands")
		p.finds("Open it").answers("Yes, go on", "Yes, I will try")
		h.clock.Advance(50 * time.Hour)
		h.settle()
		h.mustSteer(id, "ana", bot.Steer{Take: 1})
		p.calm().finds("Open it").learns(h.phrase("stale-button"))
	})
	t.Run("an old offer", func(t *testing.T) {
		t.Parallel()
		h, p, id := treated(t)
		at := h.clock.Now().Add(100 * time.Hour).Truncate(time.Hour).Unix()
		h.mustSteer(id, "ana", bot.Steer{Offer: &care.SessionOffer{Kind: care.ForTherapy, Therapist: "ana", Times: []int64{at}}})
		_, buttons := p.question()
		h.clock.Advance(60 * time.Hour)
		p.calm()
		p.do(bot.Press{Data: buttons[0].Data}).learns(h.phrase("stale-button"))
		p.presses("Other times, please").says("mornings").learns("Those times are no longer kept.")
		if s, _ := h.view(id).Session(2); s.State != care.SessionLapsed {
			t.Errorf("got %+v", s)
		}
	})
	t.Run("an old question after the case moved on", func(t *testing.T) {
		t.Parallel()
		h, p, id := treated(t)
		h.hours(24 * 8)
		p.calm()
		_, old := p.question()
		if text, _ := p.question(); !strings.HasPrefix(text, "How much did things weigh") {
			t.Fatalf("got %q", text)
		}
		h.mustSteer(id, "ana", bot.Steer{Move: &bot.Moving{Name: care.MoveReach, Round: care.AnyRound}})
		h.mustSteer(id, "ana", bot.Steer{Move: &bot.Moving{Name: care.MoveEnd, Round: care.AnyRound, Goodbye: "Good-bye."}})
		p.hears()
		p.do(bot.Press{Data: old[3].Data})
		p.answers("5")
		h.hours(24 * 2)
		p.answers("Yes, go on", "I will decide later")
		if c := h.view(id); c.Episode.At() == care.PhaseMiddle {
			t.Errorf("the case is in %s", c.Episode.At())
		}
		h.silent("panic")
	})
}
