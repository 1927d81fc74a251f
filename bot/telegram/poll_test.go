package telegram_test

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"anteroom/bot"
	"anteroom/bot/telegram"
	"anteroom/bot/telegram/telegramtest"
)

func TestOrderPerChat(t *testing.T) {
	t.Parallel()
	s := newSet(t)
	const people, each = 20, 15
	var users []*telegramtest.User
	for i := range people {
		users = append(users, s.server.User(int64(100+i), "U", "en"))
	}
	want := make([]string, each)
	for i := range each {
		want[i] = fmt.Sprint("words ", i)
		for _, u := range users {
			u.Send(strconv.Itoa(i))
		}
	}
	s.poll(t)
	s.got.wait(t, people*each)
	for _, u := range users {
		if diff := cmp.Diff(want, s.got.of(u)); diff != "" {
			t.Errorf("user %d (-want +got):\n%s", u.ID, diff)
		}
	}
	s.until(t, "everything is confirmed", func() bool { return s.server.Pending() == 0 })
	for _, c := range s.server.Calls("getUpdates") {
		want := `["message","edited_message","channel_post","callback_query","my_chat_member"]`
		if got := c.Params["allowed_updates"]; got != want {
			t.Fatalf("got allowed_updates %s, want %s", got, want)
		}
	}
	seen := map[string]bool{}
	for _, in := range s.got.all() {
		if seen[in.ID] || !strings.HasPrefix(in.ID, "tg-") || in.Practice != "harbour" || in.Channel != "telegram" || in.Locale != "en" {
			t.Fatalf("got id %q twice (%v) or a wrong %v", in.ID, seen[in.ID], in)
		}
		seen[in.ID] = true
	}
}

// Nothing is confirmed that was not accepted, and nothing else is held up.
func TestARefusedUpdateIsGivenAgain(t *testing.T) {
	t.Parallel()
	s := newSet(t)
	var down atomic.Bool
	down.Store(true)
	var tries atomic.Int64
	s.got.refuse = func(in bot.Inbound) error {
		if in.Chat == "1" && down.Load() {
			tries.Add(1)
			return errStore
		}
		return nil
	}
	a, b := s.server.User(1, "A", "en"), s.server.User(2, "B", "en")
	a.Send("first")
	a.Send("second")
	b.Send("hello")
	s.poll(t)
	s.got.wait(t, 1)
	for i := range 30 { // others go on while one is refused
		b.Send(strconv.Itoa(i))
		s.got.wait(t, i+2)
	}
	if got := s.got.of(a); len(got) > 0 {
		t.Fatalf("got %v accepted from the one whose events are refused", got)
	}
	if got := s.server.Pending(); got < 2 {
		t.Fatalf("got %d updates unconfirmed, want the two that were refused at least", got)
	}
	down.Store(false)
	s.got.wait(t, 33)
	if diff := cmp.Diff([]string{"words first", "words second"}, s.got.of(a)); diff != "" {
		t.Errorf("after the mend (-want +got):\n%s", diff)
	}
	if tries.Load() < 2 {
		t.Errorf("got %d tries, want more", tries.Load())
	}
	s.until(t, "everything is confirmed", func() bool { return s.server.Pending() == 0 })
	if !strings.Contains(s.log.String(), errStore.Error()) {
		t.Error("the log does not say why")
	}
}

// A process that dies between acceptance and confirmation is given the updates
// again, with the ids they had; one that dies before loses nothing.
func TestAnotherProcessGoesOn(t *testing.T) {
	t.Parallel()
	s := newSet(t)
	s.got.refuse = func(in bot.Inbound) error {
		if in.Chat == "1" {
			return errStore
		}
		return nil
	}
	a, b := s.server.User(1, "A", "en"), s.server.User(2, "B", "en")
	a.Send("one")
	b.Send("two")
	stop := s.poll(t)
	s.got.wait(t, 1)
	stop()
	before := s.got.all()[0]

	s.got = newReceiver()
	s.poll(t)
	got := s.got.wait(t, 2)
	i := slices.IndexFunc(got, func(in bot.Inbound) bool { return in.Chat == "2" })
	if i < 0 || got[i].ID != before.ID {
		t.Errorf("got %v, want the id %s again", got, before.ID)
	}
	if diff := cmp.Diff([]string{"words one"}, s.got.of(a)); diff != "" {
		t.Errorf("the refused one (-want +got):\n%s", diff)
	}
}

func TestASlowChatHoldsUpNobody(t *testing.T) {
	t.Parallel()
	s := newSet(t)
	release := make(chan struct{})
	s.got.refuse = func(in bot.Inbound) error {
		if in.Chat == "1" {
			<-release
		}
		return nil
	}
	slow, quick := s.server.User(1, "A", "en"), s.server.User(2, "B", "en")
	slow.Send("…")
	s.poll(t)
	for i := range 20 {
		quick.Send(strconv.Itoa(i))
		s.got.wait(t, i+1)
	}
	close(release)
	s.got.wait(t, 21)
	s.until(t, "everything is confirmed", func() bool { return s.server.Pending() == 0 })
}

func TestPoison(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name string
		raw  string // %d is the update id
		want []string
	}{
		{"text is a number", `{"update_id":%d,"message":{"message_id":9,"date":1,"chat":{"id":1,"type":"private"},"text":12}}`, []string{"media other"}},
		{"not UTF-8", `{"update_id":%d,"message":{"message_id":9,"date":1,"chat":{"id":1,"type":"private"},"text":"` + "\xff\xfe" + `"}}`, []string{"media other"}},
		{"message is a list", `{"update_id":%d,"message":[1]}`, nil},
		{"chat id is words", `{"update_id":%d,"message":{"message_id":9,"date":1,"chat":{"id":"me","type":"private"},"text":"x"}}`, nil},
		{"no id", `{"message":{"message_id":9,"date":1,"chat":{"id":1,"type":"private"},"text":"x"}}`, nil},
		{"id is words", `{"update_id":"x"}`, nil},
		{"no object", `[%d]`, nil},
		{"press by nobody", `{"update_id":%d,"callback_query":{"id":"1","data":"x"}}`, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			s := newSet(t)
			u := s.server.User(1, "A", "en")
			u.Send("before")
			s.server.Raw(1, func(id int64) string {
				if strings.Contains(tc.raw, "%d") {
					return fmt.Sprintf(tc.raw, id)
				}
				return tc.raw
			})
			u.Send("after")
			s.poll(t)
			want := append(append([]string{"words before"}, tc.want...), "words after")
			s.got.wait(t, len(want))
			s.until(t, "everything is confirmed", func() bool { return s.server.Pending() == 0 })
			if diff := cmp.Diff(want, s.got.of(u)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if s.bot.Dropped() != 1 {
				t.Errorf("got %d counted, want 1", s.bot.Dropped())
			}
			if !strings.Contains(s.log.String(), "could not be read") {
				t.Errorf("not in the log:\n%s", s.log)
			}
		})
	}
}

// Things that the library's models cannot decode are no poison here.
func TestUnknownKindsAreNoPoison(t *testing.T) {
	t.Parallel()
	s := newSet(t)
	u := s.server.User(1, "A", "en")
	s.poll(t)
	u.Forward("a post", "from_the_future")
	u.SendMedia("hologram")
	s.server.Raw(1, func(id int64) string {
		return fmt.Sprintf(`{"update_id":%d,"my_chat_member":{"chat":{"id":1,"type":"private"},"from":{"id":1},"new_chat_member":{"status":"hovering"}}}`, id)
	})
	s.server.Raw(1, func(id int64) string { return fmt.Sprintf(`{"update_id":%d,"telepathy":{"thought":"x"}}`, id) })
	u.Send("after")
	s.got.wait(t, 3)
	if diff := cmp.Diff([]string{"media forward", "media other", "words after"}, s.got.of(u)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if s.bot.Dropped() != 0 {
		t.Errorf("got %d counted as unreadable, want 0", s.bot.Dropped())
	}
}

func TestTenMegabytesOfText(t *testing.T) {
	t.Parallel()
	s := newSet(t)
	u := s.server.User(1, "A", "en")
	s.server.Raw(1, func(id int64) string {
		return fmt.Sprintf(`{"update_id":%d,"message":{"message_id":9,"date":1,"chat":{"id":1,"type":"private"},"text":%q}}`, id, strings.Repeat("a", 10<<20))
	})
	s.server.Raw(1, func(id int64) string { // more than is read of one answer
		return fmt.Sprintf(`{"update_id":%d,"message":{"message_id":9,"date":1,"chat":{"id":1,"type":"private"},"text":%q}}`, id, strings.Repeat("b", 17<<20))
	})
	u.Send("after")
	s.poll(t)
	s.got.wait(t, 2)
	if diff := cmp.Diff([]string{"media long", "words after"}, s.got.of(u)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestTokenRefused(t *testing.T) {
	t.Parallel()
	s := newSet(t)
	u := s.server.User(1, "A", "en")
	s.poll(t)
	u.Send("one")
	s.got.wait(t, 1)
	s.health.wait(t, "well")
	s.server.SetToken("1:another")
	u.Send("two") // ends the poll under way
	s.health.wait(t, "token refused by Telegram: get a new one from @BotFather")
	s.server.SetToken(telegramtest.Token)
	s.got.wait(t, 2)
	s.health.wait(t, "well")
	if n := len(s.health.all()); n > 3 {
		t.Errorf("got reports %q, want changes only", s.health.all())
	}
}

func TestAnotherPoller(t *testing.T) {
	t.Parallel()
	s := newSet(t)
	u := s.server.User(1, "A", "en")
	s.poll(t)
	s.health.wait(t, "well")
	end := s.server.Fault(telegramtest.Fault{Method: "getUpdates", Status: 409})
	u.Send("one")
	s.health.wait(t, "another program polls with this token")
	if _, err := s.bot.Username(t.Context()); err != nil { // works, and shows nothing about the other one
		t.Fatal(err)
	}
	s.health.wait(t, "another program polls with this token")
	end()
	s.got.wait(t, 1)
	s.health.wait(t, "well")
	if got := s.health.all(); len(got) != 3 || got[2] != "telegram: well" {
		t.Errorf("got reports %q, want well, the conflict, well", got)
	}
}

func TestNobodyThere(t *testing.T) {
	t.Parallel()
	s := newSet(t)
	s.poll(t)
	s.health.wait(t, "well")
	end := s.server.Fault(telegramtest.Fault{Method: "getUpdates", Status: 502, Body: "<html>secret page</html>"})
	s.server.User(1, "A", "en").Send("one")
	s.health.wait(t, "cannot be reached")
	end()
	s.health.wait(t, "well")
	if strings.Contains(s.log.String(), "secret page") {
		t.Errorf("the log quotes the page:\n%s", s.log)
	}
}

func TestPollerObeysRetryAfter(t *testing.T) {
	t.Parallel()
	s := newSet(t)
	s.server.Fault(telegramtest.Fault{Method: "getUpdates", Status: 429, RetryAfter: 1, Times: 1})
	s.poll(t)
	s.until(t, "two calls", func() bool { return len(s.server.Calls("getUpdates")) >= 2 })
	calls := s.server.Calls("getUpdates")
	if gap := calls[1].At.Sub(calls[0].At); gap < time.Second {
		t.Errorf("got a call %s after 429 with retry_after 1", gap)
	}
}

// After a quiet week Telegram may begin with smaller ids.
func TestIDsThatStartAgainLower(t *testing.T) {
	t.Parallel()
	s := newSet(t, func(o *telegram.Options) { o.LongPoll = time.Second })
	u := s.server.User(1, "A", "en")
	s.poll(t)
	u.Send("one")
	s.got.wait(t, 1)
	s.until(t, "it is confirmed, and the offset taken back", func() bool {
		calls := s.server.Calls("getUpdates")
		return s.server.Pending() == 0 && calls[len(calls)-1].Params["offset"] == ""
	})
	s.server.JumpIDs(5000)
	u.Send("two")
	u.Send("three")
	s.got.wait(t, 3)
	s.until(t, "everything is confirmed", func() bool { return s.server.Pending() == 0 })
	if diff := cmp.Diff([]string{"words one", "words two", "words three"}, s.got.of(u)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestStopFinishesWhatWasBegun(t *testing.T) {
	t.Parallel()
	s := newSet(t)
	begun, release := make(chan struct{}), make(chan struct{})
	var once sync.Once
	s.got.refuse = func(bot.Inbound) error {
		once.Do(func() { close(begun) })
		<-release
		return nil
	}
	u := s.server.User(1, "A", "en")
	u.Send("one")
	u.Send("two")
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.bot.Poll(ctx, s.got) }()
	<-begun
	cancel()
	select {
	case <-done:
		t.Fatal("Poll returned while an update was under way")
	case <-time.After(20 * time.Millisecond):
	}
	close(release)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"words one", "words two"}, s.got.of(u)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestStopDoesNotWaitForEver(t *testing.T) {
	t.Parallel()
	s := newSet(t, func(o *telegram.Options) { o.Grace = 20 * time.Millisecond })
	begun := make(chan struct{})
	stuck := receiveFunc(func(ctx context.Context, in bot.Inbound) error {
		close(begun)
		<-ctx.Done()
		return ctx.Err()
	})
	s.server.User(1, "A", "en").Send("one")
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.bot.Poll(ctx, stuck) }()
	<-begun
	cancel()
	select {
	case err := <-done:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(patience):
		t.Error("Poll did not return")
	}
	if s.server.Pending() != 1 {
		t.Error("the update was confirmed though nobody accepted it")
	}
}

type receiveFunc func(context.Context, bot.Inbound) error

func (f receiveFunc) Receive(ctx context.Context, in bot.Inbound) error { return f(ctx, in) }

func TestAPanicStaysWithItsUpdate(t *testing.T) {
	t.Parallel()
	s := newSet(t)
	var panics atomic.Int64
	s.got.refuse = func(in bot.Inbound) error {
		if tell(in.What) == "words bad" && panics.Add(1) < 3 {
			panic("with words of a client")
		}
		return nil
	}
	a, b := s.server.User(1, "A", "en"), s.server.User(2, "B", "en")
	a.Send("bad")
	b.Send("good")
	s.poll(t)
	s.got.wait(t, 2)
	if strings.Contains(s.log.String(), "of a client") {
		t.Errorf("the log quotes the panic:\n%s", s.log)
	}
}

func TestPollTakesTheWebhookOff(t *testing.T) {
	t.Parallel()
	s := newSet(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	if err := s.bot.Webhook(ctx, "http://127.0.0.1:1/nobody"); err != nil {
		t.Fatal(err)
	}
	if s.server.Webhook() == "" {
		t.Fatal("no webhook was set")
	}
	s.server.User(1, "A", "en").Send("one")
	s.poll(t)
	s.got.wait(t, 1)
	if s.server.Webhook() != "" {
		t.Error("the webhook is still set")
	}
	for _, c := range append(s.server.Calls("setWebhook"), s.server.Calls("deleteWebhook")...) {
		if c.Params["drop_pending_updates"] == "true" {
			t.Errorf("%s dropped what waits", c.Method)
		}
	}
}
