package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	fakeslack "anteroom/bot/slack/slacktest"
	"anteroom/bot/smtp/smtptest"
	"anteroom/bot/telegram/telegramtest"
)

// TestTenThousandCanaries: ten thousand answers, each with a word or a number
// that stands nowhere else, go through the program with debug logging, while
// therapists decide with canaries of their own. None of them stands, in any
// form, in anything that the run leaves behind but the chats, the modals and
// what is sealed.
func TestTenThousandCanaries(t *testing.T) {
	for i, kind := range stores {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
			defer cancel()
			people, least := 262, 10_000
			switch {
			case testing.Short():
				people, least = 16, 600
			case raced:
				people, least = 40, 1_500
			}
			a := newAviary(t, kind, uint64(31+i), people)
			a.start(ctx)
			from := time.Now()
			watched := a.watch(ctx)
			a.play(ctx, people)
			a.settled(ctx)
			a.awaitSecond(ctx)
			watched()
			took := time.Since(from)
			answers := int(a.flock.answers.Load())
			if answers < least {
				t.Errorf("only %d answers carried a canary, want %d", answers, least)
			}
			a.shows()
			size := a.searched(ctx)
			t.Run("planted", a.planted)
			t.Logf("%d people, %d answers and %d words of therapists with a canary each in %s; searched %d MB for %d forms",
				people, answers, a.flock.desk.Load(), took.Round(time.Second), size>>20, len(a.flock.search.patterns))
			a.stop()
			a.afterwards()
		})
	}
}

// aviary is a practice whose clients and therapists write canaries, with a
// second way to reach the on-call.
type aviary struct {
	*stage
	flock *flock
	mail  *smtptest.Server
	pager *canaryPager

	mu      sync.Mutex
	scrapes map[string][]byte // of the admin listener
	read    int               // of the log, that was searched
	looked  int               // at a write-ahead log that is written over again and again
	busy    atomic.Bool       // clients write: what goes wrong now is sent again soon
}

// canaryPager keeps each call as it came.
type canaryPager struct {
	*httptest.Server
	mu  sync.Mutex
	all []byte
	n   int
}

func newAviary(t *testing.T, kind string, seed uint64, people int) *aviary {
	t.Helper()
	a := &aviary{stage: newStage(t, kind), flock: newFlock(seed, 48*people+1000, 4*people, people), scrapes: map[string][]byte{}, pager: &canaryPager{}}
	a.mail = smtptest.Start(smtptest.Options{User: "anteroom", Password: "mail-password"})
	t.Cleanup(a.mail.Close)
	a.pager.Server = httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			body = []byte(err.Error())
		}
		a.pager.mu.Lock()
		defer a.pager.mu.Unlock()
		a.pager.n++
		a.pager.all = append(fmt.Appendf(a.pager.all, "%s %v\n", r.URL, r.Header), body...)
	}))
	t.Cleanup(a.pager.Close)
	folder := filepath.Join(a.dir, "practice")
	secretFile(t, folder, "mail.password", "mail-password")
	secretFile(t, folder, "pager.url", a.pager.URL+"/page")
	secretFile(t, folder, "pager.secret", "pager-secret")
	replaceIn(t, filepath.Join(folder, "practice.yaml"), "  again: 5m ", "  again: 5s ", "  # second: how they",
		"  second:\n    smtp: {host: 127.0.0.1, port: "+strconv.Itoa(a.mail.Port())+", tls: none-on-localhost-only, from: anteroom@practice.example, "+
			"to: {ana: ana@practice.example, ruth: ruth@practice.example}, user: anteroom, password_file: mail.password}\n"+
			"    webhook: {url_file: pager.url, secret_file: pager.secret}\n  # second: how they")
	// Noor reads no intakes here, and has to break the glass.
	roster := filepath.Join(folder, "roster.yaml")
	text, err := os.ReadFile(roster)
	if err != nil {
		t.Fatal(err)
	}
	before, noor, ok := strings.Cut(string(text), "- id: noor")
	if !ok {
		t.Fatal("there is no Noor")
	}
	if err := os.WriteFile(roster, []byte(before+"- id: noor"+strings.Replace(noor, "intake: true", "intake: false", 1)), 0o644); err != nil {
		t.Fatal(err)
	}
	if a.redis != nil { // all that was ever written stays to be read
		a.redis.Do("CONFIG", "SET", "auto-aof-rewrite-percentage", "0")
	}
	return a
}

// watch looks at what changes during a run, until the function that it returns
// is called.
func (a *aviary) watch(ctx context.Context) func() {
	ctx, stop := context.WithCancel(ctx)
	var wg sync.WaitGroup
	wg.Go(func() {
		calm := func() {}
		for ctx.Err() == nil {
			a.scrape(ctx)
			calm()
			calm = func() {}
			if a.busy.Load() {
				calm = a.upset()
			}
			if file, ok := strings.CutPrefix(a.store, "sqlite:"); ok {
				if data, err := os.ReadFile(file + "-wal"); err == nil {
					a.looked++
					a.none("the WAL in the middle of the run", data)
				}
			}
			select {
			case <-time.After(1500 * time.Millisecond):
			case <-ctx.Done():
			}
		}
	})
	return func() { stop(); wg.Wait() }
}

// upset lets a few things go wrong, so that the log has something to say: it is
// in errors that words slip out. What comes back with them is a canary as well,
// as from a proxy that repeats what it was sent. What did not go wrong when the
// function that is returned is called goes well.
func (a *aviary) upset() (calm func()) {
	page := func() string { return "<html>bad gateway: " + a.flock.told() + "</html>" }
	var ends []func()
	for _, f := range []telegramtest.Fault{
		{Method: "sendMessage", Times: 1, Status: http.StatusBadGateway, Body: page()},
		{Method: "sendMessage", Times: 1, Drop: telegramtest.AfterDoing},
		{Method: "getUpdates", Times: 1, Status: http.StatusBadGateway, Body: page()},
	} {
		ends = append(ends, a.telegram.Fault(f))
	}
	a.slack.Script("chat.postMessage", fakeslack.Fault{Status: http.StatusInternalServerError})
	const stranger = 7_399_999_999
	for _, form := range []string{`"text":[%q]`, `"text":{"a":%q}`, `"photo":7,"caption":[%q]`} {
		a.telegram.Raw(stranger, func(id int64) string {
			return fmt.Sprintf(`{"update_id":%d,"message":{"message_id":%d,"date":1,"from":{"id":%d,"is_bot":false,"first_name":"A"},"chat":{"id":%d,"type":"private"},`+form+`}}`,
				id, id, stranger, stranger, a.flock.told())
		})
	}
	return func() {
		for _, end := range ends {
			end()
		}
	}
}

// scrape keeps what the admin listener says now.
func (a *aviary) scrape(ctx context.Context) {
	for _, path := range []string{"/metrics", "/readyz", "/livez"} {
		if _, body, err := a.process.get(ctx, path); err == nil {
			a.mu.Lock()
			a.scrapes[path] = append(a.scrapes[path], body...)
			a.mu.Unlock()
		}
	}
}

// none fails when a canary stands in a place.
func (a *aviary) none(place string, data []byte) {
	a.t.Helper()
	for i, s := range a.flock.search.in(data) {
		if i == 5 {
			a.t.Errorf("%s: and more", place)
			break
		}
		a.t.Errorf("%s holds canary %d %s, at %d: …%q…", place, s.canary, s.form, s.at, data[max(0, s.at-80):min(len(data), s.at+60)])
	}
}
