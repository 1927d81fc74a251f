package telegram_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"anteroom/bot"
	"anteroom/bot/telegram"
	"anteroom/bot/telegram/telegramtest"
)

// words must appear in no error and no log.
const words = "I have told nobody about this"

func to(u *telegramtest.User, id string, body bot.Body) bot.Delivery {
	return bot.Delivery{Practice: "harbour", ID: id, To: fmt.Sprint(u.ID), Body: body}
}

// known is a user who has written to the bot.
func known(s *telegramtest.Server, id int64) *telegramtest.User {
	u := s.User(id, "U", "en")
	u.Send("/start")
	return u
}

func TestSendText(t *testing.T) {
	t.Parallel()
	s := newSet(t)
	u := known(s.server, 1)
	text := bot.Text{
		Text:    "*Hello* <b>you</b> \\ _x_ https://example.org & \"quotes\"",
		Buttons: [][]bot.Button{{{Label: "Yes & no", Data: "q1:yes"}, {Label: strings.Repeat("🇩🇪", 40), Data: strings.Repeat("d", 64)}}, {}, {{Label: "1", Data: "2"}}},
	}
	receipt, err := s.bot.Send(t.Context(), to(u, "d1", text))
	if err != nil {
		t.Fatal(err)
	}
	inbox := u.Inbox()
	if len(inbox) != 1 {
		t.Fatalf("got %d messages, want 1", len(inbox))
	}
	m := inbox[0]
	if string(receipt) != fmt.Sprint(m.ID) {
		t.Errorf("got receipt %q, want %d", receipt, m.ID)
	}
	if m.Text != text.Text || !m.Protected || !m.PreviewOff || m.ParseMode != "" {
		t.Errorf("got %+v, want the text as it is, protected, no preview, no parse mode", m)
	}
	want := [][]telegramtest.Button{
		{{Label: "Yes & no", Data: "q1:yes"}, {Label: strings.Repeat("🇩🇪", 14) + "…", Data: strings.Repeat("d", 64)}},
		{{Label: "1", Data: "2"}},
	}
	if diff := cmp.Diff(want, m.Buttons); diff != "" {
		t.Errorf("buttons (-want +got):\n%s", diff)
	}
}

func TestSendLongText(t *testing.T) {
	t.Parallel()
	s := newSet(t)
	u := known(s.server, 1)
	text := strings.Repeat("A sentence about something. ", 500)
	receipt, err := s.bot.Send(t.Context(), to(u, "d1", bot.Text{Text: text, Buttons: [][]bot.Button{{{Label: "Go", Data: "go"}}}}))
	if err != nil {
		t.Fatal(err)
	}
	inbox := u.Inbox()
	if len(inbox) != 4 {
		t.Fatalf("got %d messages, want 4", len(inbox))
	}
	var ids, parts []string
	for i, m := range inbox {
		ids, parts = append(ids, fmt.Sprint(m.ID)), append(parts, m.Text)
		if got, want := len(m.Buttons) > 0, i == 3; got != want {
			t.Errorf("message %d has buttons: %v, want %v", i, got, want)
		}
		if !strings.HasSuffix(m.Text, "something.") {
			t.Errorf("message %d does not end with a sentence", i)
		}
	}
	if got := strings.Join(parts, " "); got != strings.TrimSpace(text) {
		t.Error("the parts are not the text")
	}
	if got, want := string(receipt), strings.Join(ids, ","); got != want {
		t.Errorf("got receipt %q, want %q", got, want)
	}

	// The buttons are under the last part, and so are redrawn there.
	d := to(u, "d2", bot.Redraw{})
	d.Receipt = receipt
	if _, err := s.bot.Send(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	if got := u.Inbox()[3].Buttons; len(got) > 0 {
		t.Errorf("got buttons %v, want none", got)
	}
}

// A long text whose third part failed goes on with the third.
func TestALongTextGoesOn(t *testing.T) {
	t.Parallel()
	s := newSet(t)
	u := known(s.server, 1)
	text := strings.Repeat("a", 5000) + "\n\n" + strings.Repeat("b", 4000)
	s.server.Limit(1000, 0.001, 2)
	_, err := s.bot.Send(t.Context(), to(u, "d1", bot.Text{Text: text}))
	if f := failure(t, err); f.Why != bot.Throttled {
		t.Fatalf("got %+v, want Throttled", f)
	}
	s.server.Limit(1000, 1000, 1000)
	if _, err := s.bot.Send(t.Context(), to(u, "d1", bot.Text{Text: text})); err != nil {
		t.Fatal(err)
	}
	var got []int
	for _, m := range u.Inbox() {
		got = append(got, len(m.Text))
	}
	if diff := cmp.Diff([]int{4096, 904, 4000}, got); diff != "" {
		t.Errorf("lengths of the messages (-want +got):\n%s", diff)
	}
	if _, err := s.bot.Send(t.Context(), to(u, "d1", bot.Text{Text: text})); err != nil || len(u.Inbox()) != 6 {
		t.Errorf("got %d messages and %v; what was finished must not be remembered", len(u.Inbox()), err)
	}
}

func TestRedraw(t *testing.T) {
	t.Parallel()
	s := newSet(t)
	u := known(s.server, 1)
	ab := [][]bot.Button{{{Label: "A", Data: "a"}, {Label: "B", Data: "b"}}}
	receipt, err := s.bot.Send(t.Context(), to(u, "d1", bot.Text{Text: "Which?", Buttons: ab}))
	if err != nil {
		t.Fatal(err)
	}
	redraw := func(receipt string, buttons [][]bot.Button) error {
		d := to(u, "d2", bot.Redraw{Buttons: buttons})
		d.Receipt = []byte(receipt)
		got, err := s.bot.Send(t.Context(), d)
		if err == nil && string(got) != receipt {
			t.Errorf("got receipt %q, want %q", got, receipt)
		}
		return err
	}
	ticked := [][]bot.Button{{{Label: "✓ A", Data: "a2"}, {Label: "B", Data: "b2"}}}
	for _, again := range []bool{false, true} {
		if err := redraw(string(receipt), ticked); err != nil {
			t.Errorf("the same buttons again (%v): %v", again, err)
		}
	}
	m := u.Inbox()[0]
	if diff := cmp.Diff([]string{"✓ A", "B"}, m.Labels()); diff != "" || m.Edits != 1 {
		t.Errorf("%d edits (-want +got):\n%s", m.Edits, diff)
	}
	if err := redraw("999", ticked); err != nil {
		t.Errorf("a message that is gone: %v", err)
	}
	for _, receipt := range []string{"", "x", "12,", "-3", "0"} {
		if f := failure(t, redraw(receipt, ticked)); f.Why != bot.Impossible {
			t.Errorf("receipt %q: got %+v, want Impossible", receipt, f)
		}
	}
}

func failure(t *testing.T, err error) *bot.Failure {
	t.Helper()
	var f *bot.Failure
	if !errors.As(err, &f) {
		t.Fatalf("got %v, want a known failure", err)
	}
	return f
}

func TestFailures(t *testing.T) {
	t.Parallel()
	type want struct {
		why   bot.Why // 0: nobody knows
		after time.Duration
		text  string
	}
	plain := bot.Text{Text: words}
	for _, tc := range []struct {
		name  string
		set   func(*set, *telegramtest.User)
		body  bot.Body
		to    string
		want  want
		count int // messages that arrived
	}{
		{"blocked", func(s *set, u *telegramtest.User) { u.Block() }, plain, "", want{bot.Unreachable, 0, "403, bot was blocked by the user"}, 0},
		{"account deleted", func(s *set, u *telegramtest.User) { u.Delete() }, plain, "", want{bot.Unreachable, 0, "403, user is deactivated"}, 0},
		{"never wrote", func(s *set, u *telegramtest.User) { s.server.User(7, "N", "en") }, plain, "7", want{bot.Unreachable, 0, "403, bot can't initiate"}, 0},
		{"no such chat", nil, plain, "99", want{bot.Unreachable, 0, "400, chat not found"}, 0},
		{"no chat id", nil, plain, "@somebody", want{bot.Impossible, 0, "not a chat id"}, 0},
		{"empty", nil, bot.Text{Text: " \n "}, "", want{bot.Impossible, 0, "text is empty"}, 0},
		{"no data", nil, bot.Text{Text: "x", Buttons: [][]bot.Button{{{Label: "x"}}}}, "", want{bot.Impossible, 0, "0 bytes"}, 0},
		{"too much data", nil, bot.Text{Text: "x", Buttons: [][]bot.Button{{{Label: "x", Data: strings.Repeat("d", 65)}}}}, "", want{bot.Impossible, 0, "65 bytes"}, 0},
		{"no label", nil, bot.Text{Text: "x", Buttons: [][]bot.Button{{{Data: "x"}}}}, "", want{bot.Impossible, 0, "no label"}, 0},
		{"card", nil, bot.Card{}, "", want{bot.Impossible, 0, "bot.Card is not for Telegram"}, 0},
		{"notice", nil, bot.Notice{}, "", want{bot.Impossible, 0, "bot.Notice is not for Telegram"}, 0},
		{"another 400", fault(telegramtest.Fault{Status: 400}), plain, "", want{bot.Impossible, 0, "400, for a reason of its own"}, 0},
		{"401", fault(telegramtest.Fault{Status: 401}), plain, "", want{bot.Unhealthy, 0, "401, the token was refused"}, 0},
		{"404", fault(telegramtest.Fault{Status: 404}), plain, "", want{bot.Unhealthy, 0, "404"}, 0},
		{"429", fault(telegramtest.Fault{Status: 429, RetryAfter: 7}), plain, "", want{bot.Throttled, 7 * time.Second, "wait 7s"}, 0},
		{"429 without a time", fault(telegramtest.Fault{Status: 429}), plain, "", want{bot.Throttled, time.Second, "wait 1s"}, 0},
		{"500", fault(telegramtest.Fault{Status: 500}), plain, "", want{0, 0, "answered 500"}, 0},
		{"502 with a page", fault(telegramtest.Fault{Status: 502, Body: "<html>" + words}), plain, "", want{0, 0, "answered 502"}, 0},
		{"200 with a page", fault(telegramtest.Fault{Status: 200, Body: "<html>" + words}), plain, "", want{0, 0, "not understood"}, 0},
		{"302", fault(telegramtest.Fault{Status: 302, Body: words}), plain, "", want{0, 0, "not understood"}, 0},
		{"cut before", fault(telegramtest.Fault{Drop: telegramtest.BeforeDoing}), plain, "", want{0, 0, "connection was closed"}, 0},
		{"cut after", fault(telegramtest.Fault{Drop: telegramtest.AfterDoing}), plain, "", want{0, 0, "connection was closed"}, 1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			s := newSet(t)
			u := known(s.server, 1)
			if tc.set != nil {
				tc.set(s, u)
			}
			d := to(u, "d1", tc.body)
			if tc.to != "" {
				d.To = tc.to
			}
			receipt, err := s.bot.Send(t.Context(), d)
			if err == nil || receipt != nil {
				t.Fatalf("got %q, %v, want an error", receipt, err)
			}
			var f *bot.Failure
			if errors.As(err, &f) != (tc.want.why != 0) || f != nil && (f.Why != tc.want.why || f.After != tc.want.after || f.Wide) {
				t.Errorf("got failure %+v, want %+v", f, tc.want)
			}
			if !strings.Contains(err.Error(), tc.want.text) {
				t.Errorf("got %q, want %q in it", err, tc.want.text)
			}
			if got := len(u.Inbox()); got != tc.count {
				t.Errorf("got %d messages, want %d", got, tc.count)
			}
			s.silent(t, err.Error())
		})
	}
}

// silent checks that nothing private stands in a text or the log.
func (s *set) silent(t *testing.T, text string) {
	t.Helper()
	for _, private := range []string{words, telegramtest.Token, s.server.URL(), "AAE-made-up"} {
		if strings.Contains(text, private) {
			t.Errorf("%q shows %q", text, private)
		}
		if strings.Contains(s.log.String(), private) {
			t.Errorf("the log shows %q:\n%s", private, s.log)
		}
	}
}

func fault(f telegramtest.Fault) func(*set, *telegramtest.User) {
	f.Method = "sendMessage"
	return func(s *set, _ *telegramtest.User) { s.server.Fault(f) }
}

func TestRefusedTokenIsToldBySending(t *testing.T) {
	t.Parallel()
	s := newSet(t)
	u := known(s.server, 1)
	s.server.SetToken("1:other")
	_, err := s.bot.Send(t.Context(), to(u, "d1", bot.Text{Text: "x"}))
	if f := failure(t, err); f.Why != bot.Unhealthy {
		t.Errorf("got %+v, want Unhealthy", f)
	}
	s.health.wait(t, "token refused")
	s.server.SetToken(telegramtest.Token)
	if _, err := s.bot.Send(t.Context(), to(u, "d1", bot.Text{Text: "x"})); err != nil {
		t.Fatal(err)
	}
	s.health.wait(t, "well")
}

func TestNobodyListens(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	s := newSet(t, func(o *telegram.Options) { o.APIURL = "http://" + l.Addr().String() })
	u := s.server.User(1, "U", "en")
	_, err = s.bot.Send(t.Context(), to(u, "d1", bot.Text{Text: words}))
	if f := failure(t, err); f.Why != bot.NotSent || !strings.Contains(err.Error(), "connection refused") {
		t.Errorf("got %+v, want NotSent, refused", f)
	}
	s.silent(t, err.Error())
}

func TestNoAnswerInTime(t *testing.T) {
	t.Parallel()
	s := newSet(t)
	u := known(s.server, 1)
	s.server.Fault(telegramtest.Fault{Method: "sendMessage", Delay: time.Hour})
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
	defer cancel()
	_, err := s.bot.Send(ctx, to(u, "d1", bot.Text{Text: words}))
	var f *bot.Failure
	if errors.As(err, &f) || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v, want a deadline and an unknown outcome", err)
	}
	s.silent(t, err.Error())
}

func TestCancelledBeforeItWasSent(t *testing.T) {
	t.Parallel()
	s := newSet(t)
	u := known(s.server, 1)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := s.bot.Send(ctx, to(u, "d1", bot.Text{Text: words}))
	if f := failure(t, err); f.Why != bot.NotSent {
		t.Errorf("got %+v, want NotSent", f)
	}
}

// A 429 is the chat's, until three chats meet one within a second.
func TestWideFlood(t *testing.T) {
	t.Parallel()
	s := newSet(t)
	s.server.Fault(telegramtest.Fault{Method: "sendMessage", Status: 429, RetryAfter: 3})
	var got []bool
	for _, id := range []int64{1, 1, 1, 2, 3} {
		u := known(s.server, id)
		_, err := s.bot.Send(t.Context(), to(u, fmt.Sprint(id), bot.Text{Text: "x"}))
		got = append(got, failure(t, err).Wide)
	}
	if diff := cmp.Diff([]bool{false, false, false, false, true}, got); diff != "" {
		t.Errorf("wide (-want +got):\n%s", diff)
	}
}

func TestPace(t *testing.T) {
	t.Parallel()
	s := newSet(t, func(o *telegram.Options) { o.Pace = telegram.Pace{Overall: 1000, Chat: 0.001, ChatBurst: 2} })
	a, b := known(s.server, 1), known(s.server, 2)
	send := func(u *telegramtest.User) error {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		_, err := s.bot.Send(ctx, to(u, "d", bot.Text{Text: "x"}))
		return err
	}
	for range 2 {
		if err := send(a); err != nil {
			t.Fatal(err)
		}
	}
	// The third would have to wait a quarter of an hour: told at once.
	if f := failure(t, send(a)); f.Why != bot.NotSent {
		t.Errorf("got %+v, want NotSent", f)
	}
	if err := send(b); err != nil {
		t.Errorf("another chat: %v", err)
	}
	if len(a.Inbox()) != 2 || len(b.Inbox()) != 1 {
		t.Errorf("got %d and %d messages, want 2 and 1", len(a.Inbox()), len(b.Inbox()))
	}
}

func TestTheServersLimitsAreKept(t *testing.T) {
	t.Parallel()
	s := newSet(t, func(o *telegram.Options) { o.Pace = telegram.Pace{Overall: 200, Chat: 100, ChatBurst: 3} })
	s.server.Limit(220, 110, 4)
	u := known(s.server, 1)
	for i := range 12 {
		if _, err := s.bot.Send(t.Context(), to(u, fmt.Sprint(i), bot.Text{Text: "x"})); err != nil {
			t.Fatalf("message %d: %v", i, err)
		}
	}
}

// What is there to be passed on can be; nothing else can.
func TestPassOn(t *testing.T) {
	t.Parallel()
	s := newSet(t)
	u := known(s.server, 1)
	for i, passOn := range []bool{false, true} {
		if _, err := s.bot.Send(t.Context(), to(u, fmt.Sprint("d", i), bot.Text{Text: "A message for you", PassOn: passOn})); err != nil {
			t.Fatal(err)
		}
		if got := u.Inbox()[i].Protected; got == passOn {
			t.Errorf("pass on %v: protected %v", passOn, got)
		}
	}
}

// However many reminders wait for their turn, an answer goes before them.
func TestAnswersGoFirst(t *testing.T) {
	t.Parallel()
	s := newSet(t, func(o *telegram.Options) { o.Pace = telegram.Pace{Overall: 20, Chat: 100, ChatBurst: 3} })
	var wg sync.WaitGroup
	defer wg.Wait()
	for i := range 60 {
		d := to(known(s.server, int64(100+i)), fmt.Sprint("r", i), bot.Text{Text: "a reminder"})
		d.Unasked = true
		wg.Go(func() {
			if _, err := s.bot.Send(t.Context(), d); err != nil {
				t.Errorf("%s: %v", d.ID, err)
			}
		})
	}
	sent := func() int { return len(s.server.Calls("sendMessage")) }
	if err := s.server.Until(t.Context(), func() bool { return sent() > 22 }); err != nil {
		t.Fatal(err)
	}
	before := sent()
	if _, err := s.bot.Send(t.Context(), to(known(s.server, 1), "a", bot.Text{Text: "an answer"})); err != nil {
		t.Fatal(err)
	}
	if n := sent() - before - 1; n > 10 {
		t.Errorf("%d reminders went before the answer, of 60", n)
	}
}
