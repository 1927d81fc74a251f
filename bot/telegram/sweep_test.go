package telegram_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"anteroom/bot"
	"anteroom/bot/telegram/telegramtest"
)

// texts are what stands on somebody's screen.
func texts(u *telegramtest.User) (all []string) {
	for _, m := range u.Screen() {
		all = append(all, m.Text)
	}
	return all
}

// written fills a chat with n texts of the person and gives their ids.
func written(u *telegramtest.User, n int) (ids []string) {
	for i := range n {
		ids = append(ids, fmt.Sprint(u.Send(fmt.Sprint("text ", i))))
	}
	return ids
}

// What of a chat is left on the screen after a sweep, and in how many calls.
func TestSweep(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name  string
		fill  func(s *telegramtest.Server, u *telegramtest.User) []string
		left  []string
		calls int
	}{
		{"nothing", func(s *telegramtest.Server, u *telegramtest.User) []string { return nil }, []string{"/start"}, 0},
		{"no ids", func(s *telegramtest.Server, u *telegramtest.User) []string {
			return []string{"", "x", "-1", "0", ",", "1e3"}
		}, []string{"/start"}, 0},
		{"a few", func(s *telegramtest.Server, u *telegramtest.User) []string { return written(u, 3) }, []string{"/start"}, 1},
		{"more than a call takes", func(s *telegramtest.Server, u *telegramtest.User) []string { return written(u, 250) }, []string{"/start"}, 3},
		{"twice the same, gone already", func(s *telegramtest.Server, u *telegramtest.User) []string {
			ids := written(u, 2)
			return append(ids, ids[0], "9999")
		}, []string{"/start"}, 1},
		{"several in one receipt", func(s *telegramtest.Server, u *telegramtest.User) []string {
			return []string{strings.Join(written(u, 3), ",")}
		}, []string{"/start"}, 1},
		{"the older half too old", func(s *telegramtest.Server, u *telegramtest.User) []string {
			ids := written(u, 2)
			s.Age(49 * time.Hour)
			return append(ids, written(u, 2)...)
		}, []string{"/start", "text 0", "text 1"}, 5},
		{"one too old of many", func(s *telegramtest.Server, u *telegramtest.User) []string {
			ids := written(u, 1)
			s.Age(49 * time.Hour)
			return append(ids, written(u, 99)...)
		}, []string{"/start", "text 0"}, 13},
		{"a die in the middle", func(s *telegramtest.Server, u *telegramtest.User) []string {
			ids := written(u, 2)
			return slices.Concat(ids, []string{fmt.Sprint(u.SendMedia("dice"))}, written(u, 1))
		}, []string{"/start", ""}, 5},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			s := newSet(t)
			u := known(s.server, 1)
			other := known(s.server, 2)
			ids := tc.fill(s.server, u)
			receipt, err := s.bot.Send(t.Context(), to(u, "d1", bot.Sweep{Messages: ids}))
			if err != nil || receipt != nil {
				t.Fatalf("got %q, %v, want neither receipt nor error", receipt, err)
			}
			if diff := cmp.Diff(tc.left, texts(u)); diff != "" {
				t.Errorf("left on the screen (-want +got):\n%s", diff)
			}
			if got := len(s.server.Calls("deleteMessages")); got != tc.calls {
				t.Errorf("got %d calls, want %d", got, tc.calls)
			}
			if got := texts(other); len(got) != 1 {
				t.Errorf("on another's screen: %q", got)
			}
		})
	}
}

// A chat of which nothing can be taken out any more ends the attempt soon.
func TestSweepOfAnOldChat(t *testing.T) {
	t.Parallel()
	s := newSet(t)
	u := known(s.server, 1)
	ids := written(u, 400)
	s.server.Age(49 * time.Hour)
	if _, err := s.bot.Send(t.Context(), to(u, "d1", bot.Sweep{Messages: ids})); err != nil {
		t.Fatal(err)
	}
	if got := len(s.server.Calls("deleteMessages")); got > 40 {
		t.Errorf("got %d calls, want a few", got)
	}
}

// A sweep of which nobody knows whether it was done is done again.
func TestSweepFails(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name  string
		fault telegramtest.Fault
		why   bot.Why // 0: nobody knows
	}{
		{"cut before", telegramtest.Fault{Drop: telegramtest.BeforeDoing, Times: 1}, 0},
		{"cut after", telegramtest.Fault{Drop: telegramtest.AfterDoing, Times: 1}, 0},
		{"429", telegramtest.Fault{Status: 429, RetryAfter: 3, Times: 1}, bot.Throttled},
		{"403", telegramtest.Fault{Status: 403, Times: 1}, bot.Unreachable},
		{"401", telegramtest.Fault{Status: 401, Times: 1}, bot.Unhealthy},
		{"500", telegramtest.Fault{Status: 500, Times: 1}, 0},
		{"another 400", telegramtest.Fault{Status: 400, Times: 1}, bot.Impossible},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			s := newSet(t)
			u := known(s.server, 1)
			sweep := to(u, "d1", bot.Sweep{Messages: written(u, 5)})
			tc.fault.Method = "deleteMessages"
			s.server.Fault(tc.fault)
			_, err := s.bot.Send(t.Context(), sweep)
			if err == nil {
				t.Fatal("got nil, want an error")
			}
			if tc.why != 0 {
				if f := failure(t, err); f.Why != tc.why {
					t.Errorf("got %+v, want %d", f, tc.why)
				}
			}
			if _, err := s.bot.Send(t.Context(), sweep); err != nil || len(texts(u)) != 1 {
				t.Errorf("again: %v, left %q", err, texts(u))
			}
		})
	}
}

func TestSendDocument(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, want string }{
		{"record.html", "record.html"},
		{"../../etc/passwd", "-..-etc-passwd"},
		{"a\x00b\u202egnp.exe\r\nX: y", "abgnp.exeX- y"},
		{" . ", "file"},
		{"Ana's \"record\".json", "Ana's -record-.json"},
	} {
		s := newSet(t)
		u := known(s.server, 1)
		page := "<p>" + words + "</p>\x00\xff"
		receipt, err := s.bot.Send(t.Context(), to(u, "d1", bot.Document{Name: tc.name, Type: "text/html", Data: []byte(page)}))
		if err != nil {
			t.Fatal(err)
		}
		m := u.Inbox()[0]
		if m.File == nil || m.File.Name != tc.want || string(m.File.Data) != page || m.Text != "" {
			t.Errorf("%q: got %+v %q, want the page as %q", tc.name, m.File, m.Text, tc.want)
		}
		if m.Protected || !m.PreviewOff || string(receipt) != fmt.Sprint(m.ID) { // it is theirs to keep
			t.Errorf("%q: got %+v with receipt %q, want one that can be saved, not looked into, and its id", tc.name, m, receipt)
		}
		if strings.Contains(s.log.String(), words) {
			t.Errorf("the log holds what is in the document")
		}
	}
}

func TestSendDocumentFails(t *testing.T) {
	t.Parallel()
	s := newSet(t)
	u := known(s.server, 1)
	if _, err := s.bot.Send(t.Context(), to(u, "d1", bot.Document{Name: "a.html"})); failure(t, err).Why != bot.Impossible {
		t.Errorf("an empty one: got %v, want Impossible", err)
	}
	page := bot.Document{Name: "a.html", Data: []byte(words)}
	s.server.Fault(telegramtest.Fault{Method: "sendDocument", Drop: telegramtest.AfterDoing, Times: 1})
	if _, err := s.bot.Send(t.Context(), to(u, "d2", page)); err == nil || strings.Contains(err.Error(), words) {
		t.Errorf("cut: got %v, want an error without the words", err)
	}
	u.Block()
	if _, err := s.bot.Send(t.Context(), to(u, "d3", page)); failure(t, err).Why != bot.Unreachable {
		t.Errorf("blocked: got %v, want Unreachable", err)
	}
}

// What can be taken out again is known from what comes in: a message has its
// id, also when it is changed; a press has none.
func TestInboundMessage(t *testing.T) {
	t.Parallel()
	s := newSet(t)
	s.poll(t)
	u := s.server.User(1, "U", "en")
	id := u.Send("hello")
	u.Edit(id, "hello you")
	voice := u.SendMedia("voice")
	u.PressBare("data")
	var got []string
	for _, in := range s.got.wait(t, 4) {
		got = append(got, in.Message)
	}
	if diff := cmp.Diff([]string{fmt.Sprint(id), fmt.Sprint(id), fmt.Sprint(voice), ""}, got); diff != "" {
		t.Errorf("ids (-want +got):\n%s", diff)
	}
}
