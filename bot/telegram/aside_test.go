package telegram_test

import (
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"anteroom/bot"
	"anteroom/bot/telegram/telegramtest"
)

func TestPresses(t *testing.T) {
	t.Parallel()
	s := newSet(t)
	u, other := s.server.User(1, "A", "de"), s.server.User(2, "B", "en")
	s.poll(t)
	u.Send("/start")
	s.got.wait(t, 1)
	question := bot.Text{Text: "Which?", Buttons: [][]bot.Button{{{Label: "Yes", Data: "q1:yes"}, {Label: "No", Data: "q1:no"}}}}
	receipt, err := s.bot.Send(t.Context(), to(u, "d1", question))
	if err != nil {
		t.Fatal(err)
	}
	d := to(u, "d2", bot.Redraw{})
	d.Receipt = receipt
	m := u.Inbox()[0]

	var presses []string
	press := func(id string, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		presses = append(presses, id)
		s.got.wait(t, 1+len(presses))
	}
	press(u.Press("Yes"))
	if _, err := s.bot.Send(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	if _, err := u.Press("No"); err == nil {
		t.Fatal("got no error for a button that is gone")
	}
	press(u.PressOn(m.ID, "No"))
	press(u.PressInaccessible(m.ID, "old"), nil)
	press(u.PressBare("bare"), nil)
	press(u.PressData(m.ID, "made up"), nil)
	want := []string{"words /start", "press q1:yes", "press q1:no", "press old", "press bare", "press made up"}
	if diff := cmp.Diff(want, s.got.of(u)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for i, p := range presses {
		s.until(t, "the press is answered", func() bool { _, ok := s.server.Answer(p); return ok })
		if got, _ := s.server.Answer(p); got.Text != "" || got.Alert {
			t.Errorf("press %d: got answer %+v, want a silent one", i, got)
		}
	}

	// A press in somebody else's chat has no effect; the presser is told.
	forged := other.PressIn(u, m.ID, "q1:yes")
	s.until(t, "the forged press is answered", func() bool { _, ok := s.server.Answer(forged); return ok })
	if got, _ := s.server.Answer(forged); got.Text != "That button is not yours. (en)" {
		t.Errorf("got answer %+v", got)
	}
	other.Send("hello")
	s.got.wait(t, len(presses)+2)
	if diff := cmp.Diff([]string{"words hello"}, s.got.of(other)); diff != "" {
		t.Errorf("the other one (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(want, s.got.of(u)); diff != "" {
		t.Errorf("afterwards (-want +got):\n%s", diff)
	}
}

// A press is answered only after it was accepted.
func TestARefusedPressIsNotAnswered(t *testing.T) {
	t.Parallel()
	s := newSet(t)
	var tries atomic.Int64
	var early atomic.Bool
	u := s.server.User(1, "A", "en")
	id := u.PressBare("x")
	s.got.refuse = func(bot.Inbound) error {
		if _, answered := s.server.Answer(id); answered {
			early.Store(true)
		}
		if tries.Add(1) < 4 {
			return errStore
		}
		return nil
	}
	s.poll(t)
	s.until(t, "the press is answered", func() bool { _, ok := s.server.Answer(id); return ok })
	if early.Load() || tries.Load() != 4 {
		t.Errorf("answered before it was accepted: %v, after %d tries, want 4", early.Load(), tries.Load())
	}
}

// An answer that Telegram does not take harms nothing.
func TestAnExpiredPressStillCounts(t *testing.T) {
	t.Parallel()
	s := newSet(t)
	s.server.SetQueryLife(0)
	s.poll(t)
	u := s.server.User(1, "A", "en")
	u.PressBare("x")
	u.Send("after")
	s.got.wait(t, 2)
	s.until(t, "the answer was tried", func() bool { return len(s.server.Calls("answerCallbackQuery")) == 1 })
	if diff := cmp.Diff([]string{"press x", "words after"}, s.got.of(u)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestGroupsAreRefusedAndLeft(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"group", "supergroup", "channel"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			s := newSet(t)
			s.poll(t)
			u := s.server.User(1, "A", "de")
			g := s.server.Group(-100, kind, "Friends", u)
			g.Send(u, "hello bot")
			s.until(t, "the group is left", g.Left)
			g.Send(u, "and again")
			u.Send("after")
			s.got.wait(t, 1)
			s.until(t, "everything is confirmed", func() bool { return s.server.Pending() == 0 })
			var said []string
			for _, m := range g.Messages() {
				if m.FromBot {
					said = append(said, m.Text)
				}
			}
			if diff := cmp.Diff([]string{"I only talk in private. (de)"}, said); diff != "" {
				t.Errorf("said in the group (-want +got):\n%s", diff)
			}
			if got := len(s.got.all()); got != 1 {
				t.Errorf("got %d events, want only the private one", got)
			}
			if got := len(s.server.Calls("leaveChat")); got != 1 {
				t.Errorf("got %d calls of leaveChat, want 1", got)
			}
		})
	}
}

// A group that could not be left is left at its next word.
func TestLeavingIsTriedAgain(t *testing.T) {
	t.Parallel()
	s := newSet(t)
	s.server.Fault(telegramtest.Fault{Method: "leaveChat", Status: 500, Times: 1})
	s.poll(t)
	u := s.server.User(1, "A", "en")
	g := s.server.Group(-100, "group", "Friends", u)
	for deadline := time.Now().Add(patience); !strings.Contains(s.log.String(), "was not left"); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("leaving was not tried")
		}
	}
	g.Send(u, "still here?")
	s.until(t, "the group is left", g.Left)
}

func TestNoWordsInTheLog(t *testing.T) {
	t.Parallel()
	s := newSet(t)
	s.got.refuse = func(in bot.Inbound) error {
		if strings.HasSuffix(in.ID, "5") {
			panic(words)
		}
		return nil
	}
	const chat = 987654321
	u := s.server.User(chat, "Wilhelmina", "en")
	stop := s.poll(t)
	u.Send(words)
	u.Press(words)
	u.PressBare(words)
	u.Edit(u.Send("x"), words)
	s.server.Raw(chat, func(int64) string { return `{"message":"` + words + `"}` })
	s.server.Fault(telegramtest.Fault{Method: "sendMessage", Status: 403, Times: 1})
	s.server.Fault(telegramtest.Fault{Method: "sendMessage", Drop: telegramtest.AfterDoing, Times: 1})
	for range 3 {
		_, _ = s.bot.Send(t.Context(), to(u, words, bot.Text{Text: words}))
	}
	s.server.SetToken("1:x")
	s.server.User(2, "B", "en").Send("x")
	s.health.wait(t, "token refused")
	stop()
	s.silent(t, strings.Join(s.health.all(), "\n"))
	for _, private := range []string{"Wilhelmina", "987654321"} {
		if strings.Contains(s.log.String(), private) {
			t.Errorf("the log shows %q:\n%s", private, s.log)
		}
	}
	if s.log.String() == "" {
		t.Error("the log is empty: this test shows nothing")
	}
}
