package telegramtest_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"anteroom/bot/telegram/telegramtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func start(t *testing.T) *telegramtest.Server {
	s := telegramtest.New()
	t.Cleanup(func() { s.Close(); http.DefaultClient.CloseIdleConnections() })
	return s
}

// call sends a form and returns the answer as "200 result" or "400 description".
func call(t *testing.T, s *telegramtest.Server, method string, params ...string) string {
	t.Helper()
	form := url.Values{}
	for i := 0; i < len(params); i += 2 {
		form.Set(params[i], params[i+1])
	}
	resp, err := http.PostForm(s.URL()+"/bot"+telegramtest.Token+"/"+method, form)
	if err != nil {
		return "cut"
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(resp.Body)
	var a struct {
		Result      json.RawMessage `json:"result"`
		Description string          `json:"description"`
	}
	_ = json.Unmarshal(body, &a)
	if a.Description != "" {
		return fmt.Sprint(resp.StatusCode, " ", a.Description)
	}
	return fmt.Sprint(resp.StatusCode, " ", string(a.Result))
}

func ids(t *testing.T, answer string) []int64 {
	t.Helper()
	var list []struct {
		ID int64 `json:"update_id"`
	}
	if err := json.Unmarshal([]byte(strings.TrimPrefix(answer, "200 ")), &list); err != nil {
		t.Fatalf("%s: %v", answer, err)
	}
	var got []int64
	for _, u := range list {
		got = append(got, u.ID)
	}
	return got
}

func TestOffsets(t *testing.T) {
	t.Parallel()
	s := start(t)
	u := s.User(1, "A", "en")
	for range 3 {
		u.Send("x")
	}
	all := ids(t, call(t, s, "getUpdates"))
	if len(all) != 3 || !slices.IsSorted(all) {
		t.Fatalf("got %v, want three rising ids", all)
	}
	for _, tc := range []struct {
		params []string
		want   []int64
	}{
		{nil, all},
		{[]string{"limit", "1"}, all[:1]},
		{[]string{"offset", fmt.Sprint(all[1])}, all[1:]},
		{nil, all[1:]},
		{[]string{"offset", "-1"}, all[2:]},
		{[]string{"offset", fmt.Sprint(all[2] + 1)}, nil},
		{nil, nil},
	} {
		if diff := cmp.Diff(tc.want, ids(t, call(t, s, "getUpdates", tc.params...))); diff != "" {
			t.Errorf("%v (-want +got):\n%s", tc.params, diff)
		}
	}
}

func TestAllowedUpdates(t *testing.T) {
	t.Parallel()
	s := start(t)
	u := s.User(1, "A", "en")
	call(t, s, "getUpdates", "allowed_updates", `["callback_query"]`)
	u.Send("not wanted")
	u.PressBare("wanted")
	if got := len(ids(t, call(t, s, "getUpdates"))); got != 1 {
		t.Errorf("got %d updates, want the press only", got)
	}
}

func TestTheFirstOfTwoPollersIsThrownOut(t *testing.T) {
	t.Parallel()
	s := start(t)
	first := make(chan string, 1)
	go func() { first <- call(t, s, "getUpdates", "timeout", "50") }()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if err := s.Until(ctx, func() bool { return len(s.Calls("getUpdates")) == 1 }); err != nil {
		t.Fatal(err)
	}
	second := make(chan string, 1)
	go func() { second <- call(t, s, "getUpdates", "timeout", "50") }()
	var lost, won string
	select {
	case lost = <-first:
		s.User(1, "A", "en").Send("x")
		won = <-second
	case lost = <-second: // it was quicker to be counted
		s.User(1, "A", "en").Send("x")
		won = <-first
	}
	if !strings.HasPrefix(lost, "409 Conflict: terminated by other getUpdates") || len(ids(t, won)) != 1 {
		t.Errorf("got %q and %q, want a conflict and an update", lost, won)
	}
	call(t, s, "setWebhook", "url", "http://127.0.0.1:1/")
	if got := call(t, s, "getUpdates"); !strings.HasPrefix(got, "409 Conflict: can't use getUpdates") {
		t.Errorf("with a webhook: got %q", got)
	}
	call(t, s, "deleteWebhook")
	if got := call(t, s, "getUpdates"); !strings.HasPrefix(got, "200 ") {
		t.Errorf("after deleteWebhook: got %q", got)
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.User(1, "A", "en").Send("/start")
	s.User(2, "B", "en")
	blocked := s.User(3, "C", "en")
	blocked.Send("/start")
	blocked.Block()
	mine := call(t, s, "sendMessage", "chat_id", "1", "text", "x", "reply_markup", `{"inline_keyboard":[[{"text":"a","callback_data":"b"}]]}`)
	var sent struct {
		ID int `json:"message_id"`
	}
	if err := json.Unmarshal([]byte(strings.TrimPrefix(mine, "200 ")), &sent); err != nil {
		t.Fatal(mine)
	}
	send := func(more ...string) []string {
		return append([]string{"sendMessage", "chat_id", "1", "text", "x"}, more...)
	}
	markup := func(s string) []string { return send("reply_markup", s) }
	for _, tc := range []struct {
		name string
		call []string
		want string
	}{
		{"good", send(), "200 "},
		{"no such method", []string{"sendMoney"}, "404 Not Found"},
		{"no such field", send("txet", "x"), "400 Bad Request: sendMessage has no field"},
		{"no such chat", send("chat_id", "9"), "400 Bad Request: chat not found"},
		{"never wrote", send("chat_id", "2"), "403 Forbidden: bot can't initiate"},
		{"blocked", send("chat_id", "3"), "403 Forbidden: bot was blocked"},
		{"empty", send("text", " \n"), "400 Bad Request: message text is empty"},
		{"4096", send("text", strings.Repeat("😀", 2048)), "200 "},
		{"4097", send("text", strings.Repeat("😀", 2048)+"x"), "400 Bad Request: message is too long"},
		{"not UTF-8", send("text", "\xff"), "400 Bad Request: strings must be encoded in UTF-8"},
		{"no data", markup(`{"inline_keyboard":[[{"text":"a"}]]}`), "400 Bad Request: BUTTON_DATA_INVALID"},
		{"65 bytes", markup(`{"inline_keyboard":[[{"text":"a","callback_data":"` + strings.Repeat("x", 65) + `"}]]}`), "400 Bad Request: BUTTON_DATA_INVALID"},
		{"no label", markup(`{"inline_keyboard":[[{"text":"","callback_data":"x"}]]}`), "400 Bad Request: inline keyboard button text"},
		{"odd button", markup(`{"inline_keyboard":[[{"text":"a","calback_data":"x"}]]}`), "400 Bad Request: can't parse reply keyboard"},
		{"same markup", []string{"editMessageReplyMarkup", "chat_id", "1", "message_id", fmt.Sprint(sent.ID), "reply_markup", `{"inline_keyboard":[[{"text":"a","callback_data":"b"}]]}`}, "400 Bad Request: message is not modified"},
		{"not the bot's", []string{"editMessageReplyMarkup", "chat_id", "1", "message_id", "1"}, "400 Bad Request: message can't be edited"},
		{"gone", []string{"editMessageReplyMarkup", "chat_id", "1", "message_id", "999"}, "400 Bad Request: message to edit not found"},
		{"unknown press", []string{"answerCallbackQuery", "callback_query_id", "1"}, "400 Bad Request: query is too old"},
		{"leave a person", []string{"leaveChat", "chat_id", "1"}, "400 Bad Request: chat member status"},
		{"bad command", []string{"setMyCommands", "commands", `[{"command":"Help","description":"x"}]`}, "400 Bad Request: BOT_COMMAND_INVALID"},
		{"bad language", []string{"setMyCommands", "commands", `[]`, "language_code", "deu"}, "400 Bad Request: invalid language code"},
		{"bad secret", []string{"setWebhook", "url", "http://x/", "secret_token", "a b"}, "400 Bad Request: secret token"},
		{"no ids", []string{"deleteMessages", "chat_id", "1", "message_ids", "[]"}, "400 Bad Request: message identifiers are not specified"},
		{"not ids", []string{"deleteMessages", "chat_id", "1", "message_ids", "12"}, "400 Bad Request: message identifiers are not specified"},
		{"101 ids", []string{"deleteMessages", "chat_id", "1", "message_ids", "[" + strings.Repeat("9999,", 100) + "9999]"}, "400 Bad Request: too many message identifiers"},
		{"ids of none", []string{"deleteMessages", "chat_id", "1", "message_ids", "[9998,9999]"}, "200 true"},
		{"delete in a blocked chat", []string{"deleteMessages", "chat_id", "3", "message_ids", "[1]"}, "403 Forbidden: bot was blocked"},
		{"no document", []string{"sendDocument", "chat_id", "1"}, "400 Bad Request: there is no document"},
		{"an empty document", []string{"sendDocument", "chat_id", "1", "document", `{"Name":"a"}`}, "400 Bad Request: file must be non-empty"},
		{"who", []string{"getMe"}, "200 {"},
	} {
		if got := call(t, s, tc.call[0], tc.call[1:]...); !strings.HasPrefix(got, tc.want) {
			t.Errorf("%s: got %q, want %q", tc.name, got, tc.want)
		}
	}
	if got := call(t, s, "deleteMessage", "chat_id", "1", "message_id", fmt.Sprint(sent.ID)); got != "200 true" {
		t.Errorf("deleteMessage: got %q", got)
	}
	s.SetToken("1:other")
	if got := call(t, s, "getMe"); got != "401 Unauthorized" {
		t.Errorf("after SetToken: got %q", got)
	}
}

func TestFaults(t *testing.T) {
	t.Parallel()
	s := start(t)
	a, b := s.User(1, "A", "en"), s.User(2, "B", "en")
	a.Send("x")
	b.Send("x")
	send := func(chat string) string { return call(t, s, "sendMessage", "chat_id", chat, "text", "x") }
	end := s.Fault(telegramtest.Fault{Method: "sendMessage", Chat: 1, Status: 429, RetryAfter: 5})
	if got := send("1"); !strings.HasPrefix(got, "429") {
		t.Errorf("got %q, want 429", got)
	}
	if got := send("2"); !strings.HasPrefix(got, "200") {
		t.Errorf("another chat: got %q", got)
	}
	end()
	s.Fault(telegramtest.Fault{Drop: telegramtest.BeforeDoing, Times: 1})
	s.Fault(telegramtest.Fault{Drop: telegramtest.AfterDoing, Times: 1})
	for range 2 {
		if got := send("1"); got != "cut" {
			t.Errorf("got %q, want a cut line", got)
		}
	}
	if got := len(a.Inbox()); got != 1 {
		t.Errorf("got %d messages, want the one that was cut after it was done", got)
	}
	s.Limit(100, 0.001, 1)
	if got := send("1") + send("1"); !strings.Contains(got, "429 Too Many") {
		t.Errorf("got %q, want the second over the limit", got)
	}
}

func TestWebhookIsAskedUntilItAgrees(t *testing.T) {
	t.Parallel()
	s := start(t)
	var n atomic.Int64
	hook := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if n.Add(1) < 3 || r.Header.Get("X-Telegram-Bot-Api-Secret-Token") != "abc" {
			w.WriteHeader(503)
		}
	}))
	t.Cleanup(hook.Close)
	call(t, s, "setWebhook", "url", hook.URL, "secret_token", "abc")
	s.User(1, "A", "en").Send("x")
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if err := s.Until(ctx, func() bool { return s.Pending() == 0 }); err != nil || n.Load() != 3 {
		t.Errorf("got %d requests, %v, want 3", n.Load(), err)
	}
}

// What is older than 48 hours cannot be deleted, and spoils the call for the
// others; the screen shows what is left.
func TestScreen(t *testing.T) {
	t.Parallel()
	s := start(t)
	u := s.User(1, "A", "en")
	old := u.Send("old")
	s.Age(48*time.Hour + time.Minute)
	young := u.Send("young")
	both := fmt.Sprintf("[%d,%d]", old, young)
	if got := call(t, s, "deleteMessages", "chat_id", "1", "message_ids", both); !strings.HasPrefix(got, "400 Bad Request: message can't be deleted") || len(u.Screen()) != 2 {
		t.Errorf("got %q and %d on the screen, want it refused and both there", got, len(u.Screen()))
	}
	if got := call(t, s, "deleteMessages", "chat_id", "1", "message_ids", fmt.Sprintf("[%d]", young)); got != "200 true" {
		t.Errorf("the young one: got %q", got)
	}
	if left := u.Screen(); len(left) != 1 || left[0].Text != "old" {
		t.Errorf("got %+v, want the old one", left)
	}
}
