package telegram_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"anteroom/bot"
	"anteroom/bot/telegram"
	"anteroom/bot/telegram/telegramtest"
)

const hello = `{"update_id":7,"message":{"message_id":1,"date":1,"chat":{"id":5,"type":"private"},"from":{"id":5,"language_code":"de"},"text":"hello"}}`

func TestWebhookAnswers(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, method, secret, body string
		refuse                     bool
		code, handed               int
	}{
		{"good", "POST", secret, hello, false, 200, 1},
		{"nothing for us", "POST", secret, `{"update_id":7,"poll":{}}`, false, 200, 0},
		{"GET", "GET", secret, "", false, 405, 0},
		{"no secret", "POST", "", hello, false, 401, 0},
		{"wrong secret", "POST", secret + "x", hello, false, 401, 0},
		{"wrong secret, huge body", "POST", "x", strings.Repeat("x", 2<<20), false, 401, 0},
		{"too large", "POST", secret, `{"update_id":7,"x":"` + strings.Repeat("x", 1<<20) + `"}`, false, 413, 0},
		{"no JSON", "POST", secret, hello[:30], false, 400, 0},
		{"empty", "POST", secret, "", false, 400, 0},
		{"two objects", "POST", secret, hello + hello, false, 400, 0},
		{"no update id", "POST", secret, `{"message":{}}`, false, 400, 0},
		{"not UTF-8", "POST", secret, strings.Replace(hello, "hello", "\xff", 1), false, 400, 0},
		{"deep", "POST", secret, `{"update_id":7,"message":` + strings.Repeat("[", 100_000), false, 400, 0},
		{"poison", "POST", secret, strings.Replace(hello, `"hello"`, "12", 1), false, 200, 1},
		{"store down", "POST", secret, hello, true, 503, 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			s := newSet(t)
			if tc.refuse {
				s.got.refuse = func(bot.Inbound) error { return errStore }
			}
			req := httptest.NewRequest(tc.method, "/hook", strings.NewReader(tc.body))
			req.Header.Set("X-Telegram-Bot-Api-Secret-Token", tc.secret)
			w := httptest.NewRecorder()
			s.bot.Handler(s.got).ServeHTTP(w, req)
			if w.Code != tc.code {
				t.Errorf("got %d, want %d", w.Code, tc.code)
			}
			if got := len(s.got.all()); got != tc.handed {
				t.Errorf("got %d events handed on, want %d", got, tc.handed)
			}
			if strings.Contains(s.log.String()+w.Body.String(), "hello") {
				t.Error("words in the log or the answer")
			}
		})
	}
}

func TestWebhookWithoutASecretIsShut(t *testing.T) {
	s := newSet(t, func(o *telegram.Options) { o.WebhookSecret = "" })
	req := httptest.NewRequest("POST", "/", strings.NewReader(hello))
	w := httptest.NewRecorder()
	s.bot.Handler(s.got).ServeHTTP(w, req)
	if w.Code != 401 || len(s.got.all()) > 0 {
		t.Errorf("got %d and %d events, want 401 and none", w.Code, len(s.got.all()))
	}
	if err := s.bot.Webhook(t.Context(), s.server.URL()); err == nil || !strings.Contains(err.Error(), "ANTEROOM_TELEGRAM_WEBHOOK_SECRET") {
		t.Errorf("got %v, want an error that says what to set", err)
	}
}

// serve runs the handler on a real socket and has the server bring updates.
func (s *set) serve(t *testing.T) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	srv := &http.Server{Handler: s.bot.Handler(s.got)}
	done := make(chan struct{})
	go func() { defer close(done); _ = srv.Serve(l) }()
	t.Cleanup(func() { srv.Close(); <-done; s.bot.Wait() })
	if err := s.bot.Webhook(t.Context(), "http://"+l.Addr().String()); err != nil {
		t.Fatal(err)
	}
}

func TestWebhookBringsAgain(t *testing.T) {
	t.Parallel()
	s := newSet(t)
	var fails atomic.Int64
	s.got.refuse = func(in bot.Inbound) error {
		if in.Chat == "1" && fails.Add(1) <= 3 {
			return errStore
		}
		return nil
	}
	s.serve(t)
	a, b := s.server.User(1, "A", "en"), s.server.User(2, "B", "en")
	for i := range 5 {
		a.Send(strconv.Itoa(i))
		b.Send(strconv.Itoa(i))
	}
	s.got.wait(t, 10)
	s.until(t, "everything is taken", func() bool { return s.server.Pending() == 0 })
	want := []string{"words 0", "words 1", "words 2", "words 3", "words 4"}
	for _, u := range []*telegramtest.User{a, b} {
		if diff := cmp.Diff(want, s.got.of(u)); diff != "" {
			t.Errorf("user %d (-want +got):\n%s", u.ID, diff)
		}
	}
}

func TestWebhookKeepsTryingToRegister(t *testing.T) {
	t.Parallel()
	s := newSet(t)
	s.server.Fault(telegramtest.Fault{Method: "setWebhook", Status: 500, Times: 2})
	s.serve(t)
	s.server.User(1, "A", "en").Send("one")
	s.got.wait(t, 1)

	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
	defer cancel()
	end := s.server.Fault(telegramtest.Fault{Method: "setWebhook", Status: 401})
	if err := s.bot.Webhook(ctx, "http://127.0.0.1:1"); err != nil {
		t.Errorf("got %v, want nil when told to stop", err)
	}
	s.health.wait(t, "token refused")
	end()
	if err := s.bot.Webhook(t.Context(), "nowhere"); err == nil || !strings.Contains(err.Error(), "400, bad webhook") {
		t.Errorf("got %v, want an error: no such address can ever be taken", err)
	}
}

// through hands one update on by way of the handler.
func through(s *set, update string) (bot.Inbound, bool) {
	req := httptest.NewRequest("POST", "/", strings.NewReader(update))
	req.Header.Set("X-Telegram-Bot-Api-Secret-Token", secret)
	w := httptest.NewRecorder()
	got := newReceiver()
	s.bot.Handler(got).ServeHTTP(w, req)
	if all := got.all(); len(all) == 1 {
		return all[0], true
	}
	return bot.Inbound{}, false
}

func quote(s string) string {
	b, _ := json.Marshal(s)
	return string(b)
}

func TestMapping(t *testing.T) {
	t.Parallel()
	s := newSet(t)
	message := func(fields string) string {
		return `{"update_id":7,"message":{"message_id":1,"date":1,"chat":{"id":5,"type":"private"},"from":{"id":5,"language_code":"de-AT"},` + fields + `}}`
	}
	texts := func(s string) string { return message(`"text":` + quote(s)) }
	edited := func(fields string) string {
		return strings.Replace(message(fields), `"message":`, `"edited_message":`, 1)
	}
	member := func(status string) string {
		return `{"update_id":7,"my_chat_member":{"chat":{"id":5,"type":"private"},"from":{"id":5,"language_code":"de-AT"},"new_chat_member":{"status":"` + status + `"}}}`
	}
	press := func(rest string) string {
		return `{"update_id":7,"callback_query":{"id":"1","from":{"id":5,"language_code":"de-AT"}` + rest + `}}`
	}
	for _, tc := range []struct {
		name, update string
		want         string // "" means that nothing is handed on
	}{
		{"words", texts("hello"), "words hello"},
		{"lines and tabs", texts("a\n b\tc\r\n"), "words a\n b c\n"},
		{"control characters", texts("a\x00b\x07\u0085c\x7f"), "words abc"},
		{"only control characters", texts("\x00\x01"), "media other"},
		{"right to left and emoji", texts("שלום 👩‍👩‍👧 مرحبا"), "words שלום 👩‍👩‍👧 مرحبا"},
		{"half a surrogate pair", message(`"text":"\ud83d"`), "words \uFFFD"},
		{"4096 units", texts(strings.Repeat("😀", 2048)), "words " + strings.Repeat("😀", 2048)},
		{"4097 units", texts(strings.Repeat("😀", 2048) + "x"), "media long"},
		{"start with a token", texts("/start abc_-1"), "words /start abc_-1"},
		{"start by name", texts("/start@AnteroomTestBot abc@d"), "words /start abc@d"},
		{"command by name", texts("/help@AnteroomTestBot"), "words /help"},
		{"at in words", texts("me@example.org"), "words me@example.org"},
		{"edited", edited(`"text":"x"`), "edited x"},
		{"edited to nothing", edited(`"text":"\u0000"`), "media other"},
		{"edited caption", edited(`"photo":[],"caption":"x"`), "edited x"},
		{"live location moves", edited(`"location":{}`), ""},
		{"forward", message(`"text":"x","forward_origin":{"type":"user"}`), "media forward"},
		{"forward of a new kind", message(`"text":"x","forward_origin":12`), "media forward"},
		{"forward, old form", message(`"text":"x","forward_date":1`), "media forward"},
		{"voice", message(`"voice":{}`), "media voice"},
		{"audio", message(`"audio":{}`), "media voice"},
		{"photo with words", message(`"photo":[{}],"caption":"x"`), "media photo: x"},
		{"live photo", message(`"live_photo":{}`), "media photo"},
		{"video", message(`"video":{}`), "media video"},
		{"video note", message(`"video_note":{}`), "media video"},
		{"animation", message(`"document":{},"animation":{}`), "media video"},
		{"sticker", message(`"sticker":{}`), "media sticker"},
		{"location", message(`"location":{}`), "media location"},
		{"venue", message(`"venue":{},"location":{}`), "media location"},
		{"poll", message(`"poll":{}`), "media poll"},
		{"contact", message(`"contact":{}`), "media contact"},
		{"document", message(`"document":{}`), "media document"},
		{"dice", message(`"dice":{"value":3}`), "media other"},
		{"story", message(`"story":{}`), "media other"},
		{"paid media", message(`"paid_media":{"paid_media":[{"type":"new"}]}`), "media other"},
		{"something new", message(`"smell":{}`), "media other"},
		{"null is not there", message(`"voice":null,"photo":[]`), "media photo"},
		{"pinned", message(`"pinned_message":{}`), ""},
		{"timer", message(`"message_auto_delete_timer_changed":{}`), ""},
		{"blocked", member("kicked"), "gone"},
		{"left", member("left"), "gone"},
		{"came back", member("member"), ""},
		{"membership of a new kind", member("hovering"), ""},
		{"press", press(`,"message":{"message_id":1,"date":5,"chat":{"id":5,"type":"private"}},"data":"abc"`), "press abc"},
		{"press, inaccessible", press(`,"message":{"message_id":1,"date":0,"chat":{"id":5,"type":"private"}},"data":"abc"`), "press abc"},
		{"press, no message", press(`,"data":"abc"`), "press abc"},
		{"press, message null", press(`,"message":null,"data":"abc"`), "press abc"},
		{"press, inline", press(`,"inline_message_id":"x","data":"abc"`), "press abc"},
		{"press without data", press(``), "press "},
		{"press with too much", press(`,"data":"` + strings.Repeat("x", 65) + `"`), "press "},
		{"press in another's chat", press(`,"message":{"message_id":1,"date":5,"chat":{"id":6,"type":"private"}},"data":"abc"`), ""},
		{"press, chat unreadable", press(`,"message":{"message_id":1,"date":5,"chat":"x"},"data":"abc"`), ""},
		{"edited in a channel", `{"update_id":7,"edited_channel_post":{"chat":{"id":-5,"type":"channel"},"text":"x"}}`, ""},
		{"business message", `{"update_id":7,"business_message":{"chat":{"id":5,"type":"private"},"text":"x"}}`, ""},
		{"chat of a new kind", `{"update_id":7,"message":{"chat":{"id":5,"type":"dream"},"text":"x"}}`, ""},
		{"inline query", `{"update_id":7,"inline_query":{"id":"1","query":"x"}}`, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			in, ok := through(s, tc.update)
			got := ""
			if ok {
				got = tell(in.What)
			}
			if got != tc.want {
				t.Fatalf("got %q, want %q", got, tc.want)
			}
			if ok && (in.ID != "tg-7" || in.Chat != "5" || in.Locale != "de-AT" || in.Practice != "harbour" || in.Channel != "telegram") {
				t.Errorf("got %q %q %q, want tg-7 from 5 in de-AT", in.ID, in.Chat, in.Locale)
			}
		})
	}
	if n := len(s.server.Calls("leaveChat")); n > 0 {
		t.Errorf("got %d chats left, want none", n)
	}
}

func TestLocaleIsATagOrNothing(t *testing.T) {
	s := newSet(t)
	for tag, want := range map[string]string{"pt-br": "pt-br", "": "", "zh-Hans-CN": "zh-Hans-CN", "de\nX": "", "<b>": "", strings.Repeat("a", 36): "", "ü": ""} {
		in, _ := through(s, fmt.Sprintf(`{"update_id":7,"message":{"chat":{"id":5,"type":"private"},"from":{"id":5,"language_code":%s},"text":"x"}}`, quote(tag)))
		if in.Locale != want {
			t.Errorf("%q: got %q, want %q", tag, in.Locale, want)
		}
	}
}

// Whatever comes, the handler does not crash, and what it hands on is sound.
func FuzzUpdate(f *testing.F) {
	f.Add([]byte(hello))
	f.Add([]byte(`{"update_id":1,"edited_message":{"chat":{"id":5,"type":"private"},"text":"/start@x y"}}`))
	f.Add([]byte(`{"update_id":1,"callback_query":{"id":"1","from":{"id":5},"message":{"chat":{"id":5,"type":"private"},"date":0},"data":"x"}}`))
	f.Add([]byte(`{"update_id":1,"my_chat_member":{"chat":{"id":5,"type":"private"},"new_chat_member":{"status":"kicked"}}}`))
	f.Add([]byte(`{"update_id":1,"message":{"chat":{"id":5,"type":"private"},"forward_origin":{},"text":"\u0000\ud800"}}`))
	f.Add([]byte(`{"update_id":1,"message":{"chat":{"id":-5,"type":"group"},"text":"x"}}`))
	b, err := telegram.New(telegram.Options{Practice: "p", Token: "1:x", APIURL: "http://127.0.0.1:1", WebhookSecret: secret})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(b.Close)
	s := &set{bot: b}
	f.Fuzz(func(t *testing.T, update []byte) {
		in, ok := through(s, string(update))
		if !ok {
			return
		}
		if _, err := strconv.ParseInt(in.Chat, 10, 64); err != nil || in.Chat == "0" || !strings.HasPrefix(in.ID, "tg-") {
			t.Errorf("got chat %q, id %q", in.Chat, in.ID)
		}
		switch w := in.What.(type) {
		case bot.Words:
			if !utf8.ValidString(w.Text) || telegram.Length(w.Text) > 4096 || strings.TrimSpace(w.Text) == "" {
				t.Errorf("unsound words %+q", w.Text)
			}
			if strings.ContainsFunc(w.Text, func(r rune) bool { return r != '\n' && unicode.IsControl(r) }) {
				t.Errorf("control characters in %+q", w.Text)
			}
		case bot.Press:
			if len(w.Data) > 64 {
				t.Errorf("%d bytes of data", len(w.Data))
			}
		case bot.Media:
			if w.Kind == "" {
				t.Error("media without a kind")
			}
		case bot.Gone:
		default:
			t.Errorf("got a %T", w)
		}
	})
}
