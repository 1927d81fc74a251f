package main

import (
	"context"
	"database/sql"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/smtp"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	slackapi "github.com/slack-go/slack"

	fakeslack "anteroom/bot/slack/slacktest"
)

// awaitSecond waits until somebody was mailed and paged of those in danger.
func (a *aviary) awaitSecond(ctx context.Context) {
	a.t.Helper()
	if _, err := a.mail.Wait(ctx, 1); err != nil {
		a.t.Fatal("nobody was mailed: ", err)
	}
	for {
		a.pager.mu.Lock()
		n := a.pager.n
		a.pager.mu.Unlock()
		if n > 0 {
			return
		}
		if err := pause(ctx); err != nil {
			a.t.Fatal("nobody was paged: ", err)
		}
	}
}

// shows checks that the canaries were taken and are where they may be: in the
// chats of those who wrote them, and before therapists. A run that loses them
// on the way shows nothing.
func (a *aviary) shows() {
	a.t.Helper()
	distinct := func(data []byte) int {
		have := map[int]bool{}
		for _, s := range a.flock.search.in(data) {
			have[s.canary] = true
		}
		return len(have)
	}
	var chats, modals []byte
	for _, c := range a.telegram.Calls("sendMessage") {
		js, err := json.Marshal(c)
		if err != nil {
			a.t.Fatal(err)
		}
		chats = append(chats, js...)
	}
	for _, c := range a.slack.Calls("") {
		if strings.HasPrefix(c.Method, "views.") {
			js, err := json.Marshal(c)
			if err != nil {
				a.t.Fatal(err)
			}
			modals = append(modals, js...)
		}
	}
	if strings.Contains(string(chats), "That was many messages at once") {
		a.t.Error("somebody wrote too fast: not every answer was taken")
	}
	people := int(a.flock.pin.Load()) // each of them read back at least so much
	if said, read := distinct(chats), distinct(modals); said < 8*people || read < 3*people {
		a.t.Errorf("%d canaries stand in what the chats were sent and %d in modals, want %d and %d: this run shows too little", said, read, 8*people, 3*people)
	} else {
		a.t.Logf("%d canaries stood in what the chats were sent back, %d in modals", said, read)
	}
}

// places reads everything that the run leaves behind, now.
func (a *aviary) places(ctx context.Context) map[string][]byte {
	t := a.t
	t.Helper()
	a.scrape(ctx)
	places := map[string][]byte{"the debug log": []byte(a.process.said())}
	a.mu.Lock()
	for path, data := range a.scrapes {
		places[path] = data
	}
	a.mu.Unlock()
	files := func(when, root string) {
		err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() {
				return err
			}
			data, err := os.ReadFile(path)
			if errors.Is(err, fs.ErrNotExist) {
				return nil
			}
			rel, _ := filepath.Rel(root, path)
			places[when+rel] = data
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	files("", a.dir) // the practice's folder, the keys, the vault, and the database with its -wal and -shm
	if a.redis != nil {
		var keys []byte
		for _, k := range a.redis.Do("KEYS", "*").([]any) {
			keys = fmt.Appendln(keys, k)
		}
		places["the keys of Redis"] = keys
		files("Redis, before it was rewritten: ", a.redis.Dir)
		a.redis.Do("BGSAVE")
		a.redis.Await("rdb_bgsave_in_progress:0", "INFO", "persistence")
		a.redis.Do("BGREWRITEAOF")
		a.redis.Await("aof_rewrite_in_progress:0", "INFO", "persistence")
		files("Redis: ", a.redis.Dir)
	} else {
		a.sql("PRAGMA wal_checkpoint(TRUNCATE)")
		files("after a checkpoint: ", a.dir)
	}
	var channel []byte
	for _, c := range a.slack.Calls("") { // each with its text, blocks and metadata, and each change
		if !strings.HasPrefix(c.Method, "views.") {
			js, err := json.Marshal(c)
			if err != nil {
				t.Fatal(err)
			}
			channel = append(channel, js...)
		}
	}
	places["the Slack channel"] = channel
	mails, err := json.Marshal(a.mail.Mails())
	if err != nil {
		t.Fatal(err)
	}
	places["the mails"] = mails
	a.pager.mu.Lock()
	places["the pager"] = append([]byte(nil), a.pager.all...)
	a.pager.mu.Unlock()
	return places
}

// sql runs a statement on the database beside the process.
func (a *aviary) sql(statement string, args ...any) {
	a.t.Helper()
	file, _ := strings.CutPrefix(a.store, "sqlite:")
	db, err := sql.Open("sqlite", file+"?_pragma=busy_timeout(10000)")
	if err != nil {
		a.t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(statement, args...); err != nil {
		a.t.Fatalf("%s: %v", statement, err)
	}
}

// planted puts a canary into every place for real, and holds that the search
// finds it there.
func (a *aviary) planted(t *testing.T) {
	ctx := t.Context()
	words := map[string]string{} // by the place in which each must be found
	plant := func(place string) string {
		words[place] = a.flock.told()
		return words[place]
	}
	if _, err := a.process.Write([]byte("level=DEBUG msg=" + plant("the debug log") + "\n")); err != nil {
		t.Fatal(err)
	}
	for place, path := range map[string]string{"root.key.vault": "root.key.vault/canary", "practice/": "practice/canary.yaml"} {
		path = filepath.Join(a.dir, path)
		if err := os.WriteFile(path, []byte(hex.EncodeToString([]byte(plant(place)))), 0o600); err != nil {
			t.Fatal(err)
		}
		defer os.Remove(path)
	}
	said := http.NewServeMux()
	for _, path := range []string{"/metrics", "/readyz", "/livez"} {
		word := plant(path)
		said.HandleFunc(path, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintf(w, "ok{name=%q}", word) })
	}
	fake := httptest.NewServer(said)
	defer fake.Close()
	a.process.mu.Lock()
	real := a.process.admin
	a.process.admin = strings.TrimPrefix(fake.URL, "http://")
	a.process.mu.Unlock()
	defer func() {
		a.process.mu.Lock()
		defer a.process.mu.Unlock()
		a.process.admin = real
	}()
	api := slackapi.New(fakeslack.BotToken, slackapi.OptionAPIURL(a.slack.APIURL()))
	_, ts, err := api.PostMessageContext(ctx, fakeslack.Channel, slackapi.MsgOptionText(plant("the Slack channel: a text"), false))
	if err != nil {
		t.Fatal(err)
	}
	_, _, _, err = api.UpdateMessageContext(ctx, fakeslack.Channel, ts, slackapi.MsgOptionText("x", false),
		slackapi.MsgOptionBlocks(slackapi.NewSectionBlock(slackapi.NewTextBlockObject("plain_text", "of "+plant("the Slack channel: a block"), false, false), nil, nil)))
	if err != nil {
		t.Fatal(err)
	}
	_, _, err = api.PostMessageContext(ctx, fakeslack.Channel, slackapi.MsgOptionText("x", false),
		slackapi.MsgOptionMetadata(slackapi.SlackMetadata{EventType: "x", EventPayload: map[string]any{"case": base64.StdEncoding.EncodeToString([]byte("x" + plant("the Slack channel: a datum")))}}))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := api.PostEphemeralContext(ctx, fakeslack.Channel, "U0ANA", slackapi.MsgOptionText(strings.ToUpper(plant("the Slack channel: a line for one")), false)); err != nil {
		t.Fatal(err)
	}
	msg := "Subject: x\r\n\r\n" + plant("the mails") + "\r\n"
	if err := smtp.SendMail("127.0.0.1:"+strconv.Itoa(a.mail.Port()), smtp.PlainAuth("", "anteroom", "mail-password", "127.0.0.1"), "a@b.example", []string{"c@d.example"}, []byte(msg)); err != nil {
		t.Fatal(err)
	}
	resp, err := http.Post(a.pager.URL, "text/plain", strings.NewReader(url.QueryEscape("é "+plant("the pager"))))
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if a.redis != nil {
		a.redis.Do("SET", "{quiet-river}:"+plant("the keys of Redis"), "x")
		a.redis.Do("SET", "{quiet-river}:value", plant("Redis: dump.rdb"))
		a.redis.Do("SET", "{quiet-river}:gone", plant("Redis, before it was rewritten: "))
		a.redis.Do("DEL", "{quiet-river}:gone")
	} else {
		a.sql("CREATE TABLE canary (x BLOB)")
		a.sql("INSERT INTO canary VALUES (?)", []byte(plant("practice.db-wal")))
	}
	places := a.places(ctx)
	a.read = len(places["the debug log"])
	for where, word := range words {
		place, _, _ := strings.Cut(where, ": a ")
		found := ""
		for name, data := range places {
			for _, s := range a.flock.search.in(data) {
				if a.flock.search.canaries[s.canary] == word && strings.HasPrefix(name, place) {
					found = s.form
				}
			}
		}
		if found == "" {
			t.Errorf("what was planted in %s is not found there", where)
		} else {
			t.Logf("%s: found %s", where, found)
		}
	}
	if a.redis == nil {
		a.sql("PRAGMA secure_delete=ON; DROP TABLE canary; PRAGMA wal_checkpoint(TRUNCATE)")
	}
}

// known is what each place holds when it was read as it should be.
var known = map[string]string{
	"the debug log": "msg=serving", "/metrics": "anteroom_parcels_total", "/readyz": "ready", "the Slack channel": "Read summary", "the mails": "R1", "the pager": `"R1"`,
	"the keys of Redis": "quiet-river", "Redis: dump.rdb": "quiet-river", "practice.db": "quiet-river", "after a checkpoint: practice.db": "quiet-river",
}

// searched searches every place, and returns how many bytes they hold.
func (a *aviary) searched(ctx context.Context) (size int) {
	places := a.places(ctx)
	for name, data := range places {
		size += len(data)
		if want, ok := known[name]; ok && !strings.Contains(string(data), want) {
			a.t.Errorf("%s, %d bytes, does not even hold %q: this search sees nothing", name, len(data), want)
		}
		a.none(name, data)
	}
	for _, name := range []string{"the debug log", "/metrics", "/readyz", "the Slack channel", "the mails", "the pager"} {
		if len(places[name]) == 0 {
			a.t.Errorf("%s is empty", name)
		}
	}
	if a.redis == nil && a.looked < 2 {
		a.t.Errorf("the WAL was looked at %d times in the run", a.looked)
	}
	a.t.Logf("%d places; the debug log has %d lines", len(places), strings.Count(string(places["the debug log"]), "\n"))
	return size
}

// afterwards searches what a stopping process adds to its log, and with SQLite
// the file that it leaves.
func (a *aviary) afterwards() {
	a.t.Helper()
	log := a.process.said()
	a.none("the end of the log", []byte(log[a.read:]))
	if file, ok := strings.CutPrefix(a.store, "sqlite:"); ok {
		data, err := os.ReadFile(file)
		if err != nil {
			a.t.Fatal(err)
		}
		a.none("the database of a stopped process", data)
	}
}
