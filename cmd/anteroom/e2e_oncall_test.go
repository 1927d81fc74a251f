package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	fakeslack "anteroom/bot/slack/slacktest"
	"anteroom/bot/smtp/smtptest"
	"anteroom/bot/telegram/telegramtest"
	"anteroom/bot/webhook"
)

const hookSecret = "webhook-secret-canary"

// pager is the practice's own address.
type pager struct {
	*httptest.Server
	mu    sync.Mutex
	calls []webhook.Call
	news  chan struct{}
	wrong int // calls whose signature is not ours
}

func newPager(t *testing.T) *pager {
	p := &pager{news: make(chan struct{}, 100)}
	p.Server = httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		var c webhook.Call
		p.mu.Lock()
		defer p.mu.Unlock()
		if err := errors.Join(err, json.Unmarshal(body, &c)); err != nil || r.Header.Get(webhook.HeaderSignature) != webhook.Sign(hookSecret, r.Header.Get(webhook.HeaderTime), body) {
			p.wrong++
		}
		p.calls = append(p.calls, c)
		p.news <- struct{}{}
	}))
	t.Cleanup(p.Close)
	return p
}

// onCallStage is a practice with a mail server and a pager of its own.
func onCallStage(t *testing.T, wait string) (*stage, *smtptest.Server, *pager) {
	t.Helper()
	s := newStage(t, "sqlite")
	mail := smtptest.Start(smtptest.Options{User: "anteroom", Password: "mail-password-canary"})
	t.Cleanup(mail.Close)
	hook := newPager(t)
	folder := filepath.Join(s.dir, "practice")
	secretFile(t, folder, "mail.password", "mail-password-canary")
	secretFile(t, folder, "pager.url", hook.URL+"/url-canary")
	secretFile(t, folder, "pager.secret", hookSecret)
	replaceIn(t, filepath.Join(folder, "practice.yaml"), "  again: 5m ", "  again: "+wait+" ", "  escalate: 15m ", "  escalate: 1h ",
		"  # second: how they", "  second:\n    smtp: {host: 127.0.0.1, port: "+strconv.Itoa(mail.Port())+", tls: none-on-localhost-only, from: anteroom@practice.example, "+
			"to: {ana: ana@practice.example, ruth: ruth@practice.example}, user: anteroom, password_file: mail.password}\n"+
			"    webhook: {url_file: pager.url, secret_file: pager.secret}\n  # second: how they")
	s.secrets = append(s.secrets, "mail-password-canary", hookSecret, "url-canary", "ana@practice.example")
	return s, mail, hook
}

// needsHelp is a client who asks that the on-call is told.
func needsHelp(t *testing.T, ctx context.Context, u *telegramtest.User) {
	t.Helper()
	at := 0
	for _, step := range []struct{ say, want string }{
		{"/now", "Which country"}, {"California", "Shall I also tell"}, {"Yes, tell them", "I have alerted our on-call"},
	} {
		u.Send(step.say)
		m, err := u.Wait(ctx, at, func(m telegramtest.Message) bool { return m.FromBot && strings.Contains(m.Text, step.want) })
		if err != nil {
			t.Fatalf("after %q nothing says %q: %v", step.say, step.want, err)
		}
		at = m.ID
	}
}

// TestSlackDown: Slack refuses the card, and the on-call is mailed and paged at
// once; a kill and a start later they have acknowledged at the command line, and
// nobody is told again.
func TestSlackDown(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Second)
	defer cancel()
	s, mail, hook := onCallStage(t, "30m")
	s.start(ctx)
	s.slack.Kick(fakeslack.Channel)
	needsHelp(t, ctx, s.telegram.User(7_230_000_001, "Canaryname", "en"))
	mails, err := mail.Wait(ctx, 1)
	if err != nil {
		t.Fatal(err, "\n", tailOf(s.process.said(), 3000))
	}
	select {
	case <-hook.news:
	case <-ctx.Done():
		t.Fatal("the pager was not called")
	}
	if m := mails[0]; m.To != "ana@practice.example" || !strings.Contains(m.Data, "R1") || !strings.Contains(m.Data, "anteroom case ack") {
		t.Errorf("the mail to %s:\n%s", m.To, m.Data)
	}
	hook.mu.Lock()
	id := hook.calls[0].Case
	if c := hook.calls[0]; c.To != "ana" || c.Urgency != "R1" || hook.wrong > 0 {
		t.Errorf("the call: %+v, %d not signed", c, hook.wrong)
	}
	hook.mu.Unlock()
	settings := append(append([]string{"case", "ack"}, s.settings...), "-as", "ana", id)
	s.process.kill()

	// While nothing serves, the act is noted and waits.
	out, err := exec.Command("anteroom", settings...).CombinedOutput()
	if err == nil || !strings.Contains(string(out), "is noted for Ana Reyes") {
		t.Fatalf("case ack, nothing serves: %v\n%s", err, out)
	}
	if err := s.process.start(); err != nil {
		t.Fatal(err)
	}
	if _, err := s.process.ready(ctx); err != nil {
		t.Fatal(err)
	}
	for {
		out := anteroom(t, settings...)
		if strings.Contains(out, "nothing is open") || strings.Contains(out, "Ana Reyes has this") {
			break
		}
		if err := pause(ctx); err != nil {
			t.Fatal(err, out)
		}
	}
	s.slack.Invite(fakeslack.Channel)
	if _, err := s.slack.WaitMessage(ctx, fakeslack.Channel, func(m fakeslack.Message) bool {
		return strings.Contains(m.Plain(), "Ana Reyes has seen this")
	}); err != nil {
		t.Error("Slack is well again and does not say who has it: ", err)
	}
	if got := mail.Mails(); len(got) != 1 {
		t.Errorf("got %d mails, want 1", len(got))
	}
	s.stop()
	for _, secret := range append(s.secrets, "Canaryname") {
		if strings.Contains(s.process.said(), secret) {
			t.Errorf("%q stands in the log", secret)
		}
	}
}

// TestNobodyLooks: Slack takes the card and nobody presses; the on-call is told
// anew by all ways.
func TestNobodyLooks(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Second)
	defer cancel()
	s, mail, _ := onCallStage(t, "2s")
	s.start(ctx)
	needsHelp(t, ctx, s.telegram.User(7_230_000_002, "Canaryname", "en"))
	if _, err := mail.Wait(ctx, 1); err != nil {
		t.Fatal(err)
	}
	again, err := s.slack.WaitMessage(ctx, fakeslack.Channel, func(m fakeslack.Message) bool {
		return isAlert(m) && strings.Contains(m.Text, "told 2 times")
	})
	if err != nil {
		t.Fatal(err)
	}
	if n := len(s.slack.Messages(fakeslack.Channel)); n < 2 || !strings.Contains(again.Text, "<@U0ANA>") {
		t.Errorf("%d messages, the second alert says %q: want a new message that mentions the on-call", n, again.Text)
	}
	if _, err := s.slack.User("U0ANA").Press(again, "anteroom.claim"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.slack.WaitMessage(ctx, fakeslack.Channel, func(m fakeslack.Message) bool { return strings.Contains(m.Plain(), "Ana Reyes has seen this") }); err != nil {
		t.Error(err)
	}
	s.stop()
}

// TestDoctorOnCall: what would keep the on-call from being told is found, and a
// test is made only when asked for.
func TestDoctorOnCall(t *testing.T) {
	t.Parallel()
	s, mail, hook := onCallStage(t, "5m")
	check := func(more ...string) string {
		cmd := exec.Command("anteroom", append(append([]string{"doctor", "-telegram-api-url", s.telegram.URL(), "-slack-api-url", s.slack.APIURL()}, s.settings...), more...)...)
		cmd.Env = append(cmd.Environ(), s.process.env...)
		out, _ := cmd.CombinedOutput() // what it says is looked at
		return string(out)
	}
	for _, want := range []string{"Ana Reyes at once, again after 5m0s, after 1h0m0s also Ruth Cole", "the mail server takes the login", "Sam Okafor has no address under second.smtp.to", "a webhook, not called"} {
		if out := check(); !strings.Contains(out, want) {
			t.Errorf("doctor does not say %q:\n%s", want, out)
		}
	}
	if len(mail.Mails()) > 0 || len(hook.calls) > 0 {
		t.Error("something was sent that nobody asked for")
	}
	if out := check("-send"); len(mail.Mails()) != 1 || len(hook.calls) != 1 || hook.calls[0].Kind != "test" || !strings.Contains(out, "a test mail went to the on-call") {
		t.Errorf("with -send: %d mails, %d calls:\n%s", len(mail.Mails()), len(hook.calls), out)
	}
	mail.Close()
	if out := check(); !strings.Contains(out, "PROBLEM") || !strings.Contains(out, "no connection to the mail server") {
		t.Errorf("doctor, no mail server:\n%s", out)
	}
	// Neither Slack nor another way: it must not serve.
	cmd := exec.Command("anteroom", "serve", "-practice", filepath.Join(s.dir, "practice"), "-store", s.store, "-telegram-token", telegramtest.Token)
	replaceIn(t, filepath.Join(s.dir, "practice", "practice.yaml"), "  second:\n", "  # second:\n", "    smtp: {host: 127", "  # smtp: {host: 127", "    webhook: {url_file", "  # webhook: {url_file")
	if out, err := cmd.CombinedOutput(); err == nil || !strings.Contains(string(out), "no Slack tokens, and no second way (on_call.second in practice.yaml)") {
		t.Errorf("serve: %v\n%s", err, out)
	}
	if out := check(); !strings.Contains(out, "no second way (on_call.second)") {
		t.Errorf("doctor, no second way:\n%s", out)
	}
}
