package smtp_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"anteroom/bot"
	"anteroom/bot/smtp"
	"anteroom/bot/smtp/smtptest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	password = "correct-horse-canary"
	to       = "ana-canary@practice.example"
)

var page = bot.Page{Case: "K7Q-42", Line: "K7Q-42 · R1 · a human today", To: "ana", Urgency: "R1", Alert: 1, Told: 2,
	Since: time.Date(2027, 5, 3, 17, 0, 0, 0, time.UTC).Unix(), How: []string{"Run: anteroom case ack K7Q-42 -as ana"}}

// mailer is a mail channel and the server that it is set for.
func mailer(t *testing.T, so smtptest.Options, change ...func(*smtp.Options)) (*smtp.Mail, *smtptest.Server) {
	t.Helper()
	server := smtptest.Start(so)
	t.Cleanup(server.Close)
	o := smtp.Options{Host: server.Host(), Port: server.Port(), From: "anteroom@practice.example", TLS: smtp.None, Config: server.Trust(), Timeout: 2 * time.Second,
		Now: func() time.Time { return time.Unix(page.Since, 0) }}
	switch {
	case so.StartTLS:
		o.TLS = smtp.StartTLS
	case so.TLS:
		o.TLS = smtp.TLS
	}
	if so.User != "" {
		o.User, o.Password = so.User, so.Password
	}
	for _, c := range change {
		c(&o)
	}
	m, err := smtp.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return m, server
}

func TestSend(t *testing.T) {
	for _, tt := range []struct {
		name   string
		server smtptest.Options
	}{
		{"a relay on this machine", smtptest.Options{}},
		{"a relay that asks who it is", smtptest.Options{User: "anteroom", Password: password}},
		{"STARTTLS", smtptest.Options{StartTLS: true, User: "anteroom", Password: password}},
		{"TLS", smtptest.Options{TLS: true, User: "anteroom", Password: password}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			m, server := mailer(t, tt.server)
			for range 2 { // an attempt of unknown outcome is made again
				if _, err := m.Send(t.Context(), bot.Delivery{ID: "page/1", To: to, Body: page}); err != nil {
					t.Fatal(err)
				}
			}
			mails := server.Mails()
			if len(mails) != 2 {
				t.Fatalf("got %d mails, want 2", len(mails))
			}
			got := mails[0]
			if got.From != "anteroom@practice.example" || got.To != to || got.TLS != (tt.server.TLS || tt.server.StartTLS) {
				t.Errorf("got a mail from %s to %s, TLS %v", got.From, got.To, got.TLS)
			}
			for _, want := range []string{"\nSubject: =?UTF-8?q?K7Q-42_=C2=B7_R1_=C2=B7_a_human_today?=\n", "A person is needed.", "Run: anteroom case ack K7Q-42 -as ana", "Monday 3 May, 17:00 UTC; told 2 times"} {
				if !strings.Contains("\n"+got.Data, want) {
					t.Errorf("the mail lacks %q:\n%s", want, got.Data)
				}
			}
			if one, two := head(got, "Message-ID"), head(mails[1], "Message-ID"); one == "" || one != two {
				t.Errorf("the same page came under %q and %q", one, two)
			}
		})
	}
}

func head(m smtptest.Mail, name string) string {
	for line := range strings.Lines(m.Data) {
		if v, ok := strings.CutPrefix(line, name+": "); ok {
			return strings.TrimSpace(v)
		}
	}
	return ""
}

// What is known of a mail that went wrong, and what is not; nothing of it tells
// a secret.
func TestFailures(t *testing.T) {
	const unknown bot.Why = 0
	login := smtptest.Options{User: "anteroom", Password: password}
	for _, tt := range []struct {
		name   string
		server smtptest.Options
		fault  smtptest.Fault
		change func(*smtp.Options)
		want   bot.Why
		taken  int
	}{
		{"nobody there", smtptest.Options{}, smtptest.Fault{}, func(o *smtp.Options) { o.Port = 1 }, bot.NotSent, 0},
		{"hangs up at once", smtptest.Options{}, smtptest.Fault{At: "CONNECT", Drop: true}, nil, bot.NotSent, 0},
		{"never greets", smtptest.Options{}, smtptest.Fault{At: "CONNECT", Hang: true}, func(o *smtp.Options) { o.Timeout = 100 * time.Millisecond }, bot.NotSent, 0},
		{"busy", smtptest.Options{}, smtptest.Fault{At: "CONNECT", Reply: "421 4.3.2 busy"}, nil, bot.NotSent, 0},
		{"no TLS", smtptest.Options{}, smtptest.Fault{}, func(o *smtp.Options) { o.TLS = smtp.StartTLS }, bot.Unhealthy, 0},
		{"a certificate of somebody else", smtptest.Options{StartTLS: true}, smtptest.Fault{}, func(o *smtp.Options) { o.Config = nil }, bot.Unhealthy, 0},
		{"wrong password", login, smtptest.Fault{}, func(o *smtp.Options) { o.Password = "wrong-canary" }, bot.Unhealthy, 0},
		{"hangs up at the login", login, smtptest.Fault{At: "AUTH", Drop: true}, nil, bot.NotSent, 0},
		{"sender refused", smtptest.Options{}, smtptest.Fault{At: "MAIL", Reply: "553 5.1.8 not you " + to}, nil, bot.Unhealthy, 0},
		{"no such mailbox", smtptest.Options{}, smtptest.Fault{At: "RCPT", Reply: "550 5.1.1 no " + to}, nil, bot.Impossible, 0},
		{"mailbox full", smtptest.Options{}, smtptest.Fault{At: "RCPT", Reply: "452 4.2.2 full " + to}, nil, bot.NotSent, 0},
		{"hangs up before the text", smtptest.Options{}, smtptest.Fault{At: "DATA", Drop: true}, nil, bot.NotSent, 0},
		{"refused after the text", smtptest.Options{}, smtptest.Fault{At: "END", Reply: "554 5.7.1 spam"}, nil, bot.Unhealthy, 0},
		{"later, after the text", smtptest.Options{}, smtptest.Fault{At: "END", Reply: "451 4.3.0 greylisted"}, nil, bot.NotSent, 0},
		{"hangs up after the text", smtptest.Options{}, smtptest.Fault{At: "END", Drop: true}, nil, unknown, 1},
		{"says nothing after the text", smtptest.Options{}, smtptest.Fault{At: "END", Hang: true}, func(o *smtp.Options) { o.Timeout = 100 * time.Millisecond }, unknown, 1},
		{"hangs up after it was taken", smtptest.Options{}, smtptest.Fault{At: "QUIT", Drop: true}, nil, 99, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			m, server := mailer(t, tt.server, func(o *smtp.Options) {
				if tt.change != nil {
					tt.change(o)
				}
			})
			server.Script(tt.fault)
			_, err := m.Send(t.Context(), bot.Delivery{ID: "page/1", To: to, Body: page})
			f, isKnown := errors.AsType[*bot.Failure](err)
			switch {
			case tt.want == 99:
				if err != nil {
					t.Errorf("got %v, want it sent", err)
				}
			case err == nil:
				t.Error("it is said to have arrived")
			case tt.want == unknown && isKnown:
				t.Errorf("got %v (%d), want an unknown outcome", err, f.Why)
			case tt.want != unknown && (!isKnown || f.Why != tt.want):
				t.Errorf("got %v (%+v), want a failure of kind %d", err, f, tt.want)
			}
			if err != nil && strings.Contains(err.Error(), "canary") {
				t.Errorf("a secret stands in the error: %v", err)
			}
			if got := len(server.Mails()); got != tt.taken {
				t.Errorf("the server took %d mails, want %d", got, tt.taken)
			}
		})
	}
}

// No connection is left behind by what fails.
func TestNothingLeftOpen(t *testing.T) {
	m, server := mailer(t, smtptest.Options{User: "anteroom", Password: password}, func(o *smtp.Options) { o.Password = "wrong" })
	for range 5 {
		_, _ = m.Send(t.Context(), bot.Delivery{ID: "page/1", To: to, Body: page})
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	for {
		all, open := server.Opened()
		if all == 5 && open == 0 {
			return
		}
		select {
		case <-time.After(5 * time.Millisecond):
		case <-ctx.Done():
			t.Fatalf("%d of %d connections are open", open, all)
		}
	}
}

func TestOnlyPages(t *testing.T) {
	m, server := mailer(t, smtptest.Options{})
	for _, d := range []bot.Delivery{{To: to, Body: bot.Text{Text: "canary"}}, {Body: page}, {To: "a\r\nRCPT TO:<b@example>", Body: page}} {
		_, err := m.Send(t.Context(), d)
		if f, ok := errors.AsType[*bot.Failure](err); !ok || f.Why != bot.Impossible {
			t.Errorf("%T to %q: got %v, want it impossible", d.Body, d.To, err)
		}
	}
	if got := len(server.Mails()); got > 0 {
		t.Errorf("%d mails were sent", got)
	}
}

func TestSettings(t *testing.T) {
	good := smtp.Options{Host: "mail.example", Port: 587, From: "a@b.example"}
	for name, spoil := range map[string]func(*smtp.Options){
		"no host":            func(o *smtp.Options) { o.Host = "" },
		"clear, far away":    func(o *smtp.Options) { o.TLS = smtp.None },
		"unknown TLS":        func(o *smtp.Options) { o.TLS = "perhaps" },
		"sender with a head": func(o *smtp.Options) { o.From = "a@b.example\r\nBcc: c@d.example" },
	} {
		o := good
		spoil(&o)
		if _, err := smtp.New(o); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
	if _, err := smtp.New(good); err != nil {
		t.Error(err)
	}
}
