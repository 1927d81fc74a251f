package telegram_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"anteroom/bot"
	"anteroom/bot/telegram"
	"anteroom/bot/telegram/telegramtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience is how long a condition may take; no test waits that long unless it
// fails.
const patience = time.Minute

// receiver is a service that only notes what comes in.
type receiver struct {
	// refuse says whether to refuse; called before the event is noted.
	refuse func(bot.Inbound) error

	mu      sync.Mutex
	got     []bot.Inbound
	changed chan struct{}
}

func newReceiver() *receiver { return &receiver{changed: make(chan struct{})} }

func (r *receiver) Receive(ctx context.Context, in bot.Inbound) error {
	if r.refuse != nil {
		if err := r.refuse(in); err != nil {
			return err
		}
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.got = append(r.got, in)
	close(r.changed)
	r.changed = make(chan struct{})
	return nil
}

func (r *receiver) all() []bot.Inbound {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.got)
}

// of is what one user did, as text.
func (r *receiver) of(u *telegramtest.User) []string {
	var list []string
	for _, in := range r.all() {
		if in.Chat == fmt.Sprint(u.ID) {
			list = append(list, tell(in.What))
		}
	}
	return list
}

// wait waits until n came in.
func (r *receiver) wait(t *testing.T, n int) []bot.Inbound {
	t.Helper()
	deadline := time.After(patience)
	for {
		r.mu.Lock()
		changed := r.changed
		r.mu.Unlock()
		if got := r.all(); len(got) >= n {
			return got
		}
		select {
		case <-changed:
		case <-deadline:
			t.Fatalf("got %d events in %s, want %d", len(r.all()), patience, n)
		}
	}
}

// tell shows an event's content; Words hide theirs from every format verb.
func tell(w bot.What) string {
	switch w := w.(type) {
	case bot.Words:
		if w.Edited {
			return "edited " + w.Text
		}
		return "words " + w.Text
	case bot.Press:
		return "press " + w.Data
	case bot.Media:
		if w.Caption != "" {
			return "media " + w.Kind + ": " + w.Caption
		}
		return "media " + w.Kind
	case bot.Gone:
		return "gone"
	}
	return fmt.Sprintf("%T", w)
}

// reports is a health that remembers.
type reports struct {
	mu   sync.Mutex
	list []string
	ch   chan struct{}
}

func newReports() *reports { return &reports{ch: make(chan struct{}, 1)} }

func (h *reports) Report(component string, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	line := component + ": well"
	if err != nil {
		line = component + ": " + err.Error()
	}
	h.list = append(h.list, line)
	select {
	case h.ch <- struct{}{}:
	default:
	}
}

func (h *reports) all() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.list)
}

// wait waits until the last report has the text in it.
func (h *reports) wait(t *testing.T, text string) {
	t.Helper()
	deadline := time.After(patience)
	for {
		if all := h.all(); len(all) > 0 && strings.Contains(all[len(all)-1], text) {
			return
		}
		select {
		case <-h.ch:
		case <-deadline:
			t.Fatalf("got reports %q, want %q last", h.all(), text)
		}
	}
}

// syncBuffer is a log that several goroutines write.
type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// set is a bot, its server and what they told.
type set struct {
	server *telegramtest.Server
	bot    *telegram.Telegram
	got    *receiver
	health *reports
	log    *syncBuffer
}

const secret = "S-e_cret"

// newSet makes a bot that nothing holds back and that tries again at once.
func newSet(t *testing.T, change ...func(*telegram.Options)) *set {
	t.Helper()
	s := &set{server: telegramtest.New(), got: newReceiver(), health: newReports(), log: &syncBuffer{}}
	t.Cleanup(s.server.Close)
	o := telegram.Options{
		Practice: "harbour", Token: telegramtest.Token, APIURL: s.server.URL(),
		Log:    slog.New(slog.NewTextHandler(s.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Health: s.health,
		Lines: func(locale string) telegram.Lines {
			return telegram.Lines{Group: "I only talk in private. (" + locale + ")", NotYours: "That button is not yours. (" + locale + ")"}
		},
		WebhookSecret: secret,
		Pace:          telegram.Pace{Overall: 10_000, Chat: 10_000, ChatBurst: 10_000},
		MaxWait:       20 * time.Millisecond,
	}
	for _, c := range change {
		c(&o)
	}
	var err error
	if s.bot, err = telegram.New(o); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.bot.Close() })
	return s
}

// poll runs the poller until the test ends, or until stop is called, which
// waits for it.
func (s *set) poll(t *testing.T) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.bot.Poll(ctx, s.got) }()
	stop = sync.OnceFunc(func() {
		cancel()
		select {
		case err := <-done:
			if err != nil {
				t.Errorf("Poll returned %v, want nil", err)
			}
		case <-time.After(patience):
			t.Error("Poll did not return")
		}
	})
	t.Cleanup(stop)
	return stop
}

// until waits for a condition of the server.
func (s *set) until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := s.server.Until(ctx, ok); err != nil {
		t.Fatalf("not in time: %s", what)
	}
}

func TestOptions(t *testing.T) {
	good := telegram.Options{Practice: "harbour", Token: telegramtest.Token}
	for _, tc := range []struct {
		name   string
		change func(*telegram.Options)
		want   []string // in the error; none means no error
	}{
		{"good", func(*telegram.Options) {}, nil},
		{"no practice", func(o *telegram.Options) { o.Practice = "" }, []string{"no practice"}},
		{"no token", func(o *telegram.Options) { o.Token = "" }, []string{"no token", "@BotFather"}},
		{"quoted token", func(o *telegram.Options) { o.Token = `"123:abc"` }, []string{"without quotes"}},
		{"token with a path", func(o *telegram.Options) { o.Token = "123:abc/../x" }, []string{"token has a character"}},
		{"bad secret", func(o *telegram.Options) { o.WebhookSecret = "ä" }, []string{"webhook secret"}},
		{"bad address", func(o *telegram.Options) { o.APIURL = "api.telegram.org" }, []string{"https://"}},
		{"two at once", func(o *telegram.Options) { o.Token, o.APIURL = "", "x" }, []string{"no token", "https://"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			o := good
			tc.change(&o)
			_, err := telegram.New(o)
			if (err != nil) != (len(tc.want) > 0) {
				t.Fatalf("got error %v, want one: %v", err, len(tc.want) > 0)
			}
			for _, want := range tc.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("got %q, want %q in it", err, want)
				}
			}
			if err != nil && o.Token != "" && strings.Contains(err.Error(), o.Token) {
				t.Errorf("the error shows the token: %q", err)
			}
		})
	}
}

func TestUsernameAndMenu(t *testing.T) {
	t.Parallel()
	s := newSet(t, func(o *telegram.Options) {
		o.Commands = map[string][]telegram.Command{
			"":   {{"help", "What I can do"}, {"stop", "Stop"}},
			"de": {{"help", "Was ich kann"}},
		}
	})
	name, err := s.bot.Username(t.Context())
	if err != nil || name != telegramtest.Username {
		t.Errorf("got username %q, %v, want %q", name, err, telegramtest.Username)
	}
	if err := s.bot.SetMenu(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := s.server.Menu("de"); len(got) != 1 || got[0].Description != "Was ich kann" {
		t.Errorf("got German menu %v", got)
	}
	if got := s.server.Menu(""); len(got) != 2 || got[1].Command != "stop" {
		t.Errorf("got menu %v", got)
	}
	s.health.wait(t, "telegram: well")
}

func TestARefusedMenuIsToldOnce(t *testing.T) {
	t.Parallel()
	s := newSet(t, func(o *telegram.Options) {
		o.Commands = map[string][]telegram.Command{"": {{"Bad Name", "x"}}}
	})
	s.poll(t)
	u := s.server.User(1, "A", "en")
	u.Send("hello")
	s.got.wait(t, 1)
	s.until(t, "the menu was tried", func() bool { return len(s.server.Calls("setMyCommands")) == 1 })
	if err := s.bot.SetMenu(t.Context()); err == nil || !strings.Contains(err.Error(), `command menu ""`) {
		t.Errorf("got %v, want an error that names the menu", err)
	}
}

var errStore = errors.New("the store does not answer")
