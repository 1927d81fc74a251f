// Package smtp carries pages to the people of a practice by mail, through a mail
// server that the practice names. It exists so that somebody who is on call is
// told when the therapists' channel is down, or when nobody answers there.
//
// A mail says which case, how urgent, since when, and how to acknowledge. It
// never holds a client's word or name; nobody can be written to whom the
// practice's folder does not name, and clients never are. No password and no
// address stands in an error.
package smtp

import (
	"cmp"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/wneessen/go-mail"

	"anteroom/bot"
)

// Name is this channel's name.
const Name bot.ChannelName = "smtp"

// How the connection is kept private.
const (
	StartTLS = "starttls"               // begun in the clear; without TLS nothing is said
	TLS      = "tls"                    // from the first byte
	None     = "none-on-localhost-only" // for a relay on this machine
)

// Options of a [Mail]. Host, Port and From are required.
type Options struct {
	Host     string
	Port     int
	From     string
	User     string // empty: the server asks for none
	Password string
	TLS      string // StartTLS, the default, or one of the others
	Zone     *time.Location
	Now      func() time.Time // of the date in the head; default time.Now
	Timeout  time.Duration    // of one mail, from dialling to its end; default 8 s
	// Config is for a server with a certificate of its own; ServerName is
	// filled in. nil: what this machine trusts.
	Config *tls.Config
	Health bot.Health
}

// Mail is a practice's way to its mail server. It keeps no connection: pages
// are rare, and must go out after the network changed. Make it with [New].
type Mail struct {
	opt Options
}

// New checks the options and makes no call.
func New(o Options) (*Mail, error) {
	o.TLS = cmp.Or(o.TLS, StartTLS)
	switch {
	case o.Host == "" || o.Port <= 0 || o.Port > 65535 || o.From == "":
		return nil, errors.New("smtp settings: host, port and from are needed")
	case o.TLS != StartTLS && o.TLS != TLS && o.TLS != None:
		return nil, fmt.Errorf("smtp settings: tls must be %s, %s or %s", StartTLS, TLS, None)
	case o.TLS == None && !local(o.Host):
		return nil, errors.New("smtp settings: mail may leave this machine only under TLS: write tls: starttls or tls")
	case strings.ContainsAny(o.From, " \r\n<>"):
		return nil, errors.New("smtp settings: from must be one plain address")
	}
	if o.Zone == nil {
		o.Zone = time.UTC
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Health == nil {
		o.Health = silent{}
	}
	o.Timeout = cmp.Or(o.Timeout, 8*time.Second)
	return &Mail{o}, nil
}

func local(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

type silent struct{}

func (silent) Report(string, error) {}

// Name returns "smtp".
func (m *Mail) Name() bot.ChannelName { return Name }

// Send mails a [bot.Page] to d.To. Other bodies are Impossible. A mail that may
// have arrived and is sent again has the same Message-ID, by which mailboxes
// know it.
func (m *Mail) Send(ctx context.Context, d bot.Delivery) ([]byte, error) {
	page, ok := d.Body.(bot.Page)
	if !ok {
		return nil, &bot.Failure{Why: bot.Impossible, Err: fmt.Errorf("smtp: a %T is no page", d.Body)}
	}
	if d.To == "" {
		return nil, &bot.Failure{Why: bot.Impossible, Err: errors.New("smtp: the page has no address")}
	}
	id := m.messageID(d.ID)
	if err := m.deliver(ctx, d.To, id, page.Line, m.words(page)); err != nil {
		return nil, err
	}
	m.opt.Health.Report(string(Name), nil)
	return []byte(id), nil
}

// words is the text of the mail.
func (m *Mail) words(p bot.Page) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\nA person is needed. Nobody has said yet that they have this.\n", p.Line)
	fmt.Fprintf(&b, "Alert since %s; told %d times.\n\n", time.Unix(p.Since, 0).In(m.opt.Zone).Format("Monday 2 January, 15:04 MST"), p.Told)
	b.WriteString("To say that you have it, so that nobody else is called:\n")
	for _, line := range p.How {
		fmt.Fprintf(&b, "  %s\n", line)
	}
	b.WriteString("\nThis line comes from a program and holds nothing of what the client said.\n")
	return b.String()
}

func (m *Mail) messageID(delivery string) string {
	sum := sha256.Sum256([]byte(delivery))
	_, domain, _ := strings.Cut(m.opt.From, "@")
	return hex.EncodeToString(sum[:16]) + "@" + cmp.Or(domain, "localhost")
}

// Check speaks to the server as far as the login, and sends nothing.
func (m *Mail) Check(ctx context.Context) error {
	_, hang, err := m.dial(ctx)
	hang()
	return err
}

// Test sends a mail that says that it is a test.
func (m *Mail) Test(ctx context.Context, to string) error {
	return m.deliver(ctx, to, m.messageID(fmt.Sprintf("test/%s/%d", to, m.opt.Now().UnixNano())), "Test · nobody is needed",
		"This is how you are told when a person is needed and nobody answers in the therapists' channel.\nNothing is to be done.\n")
}

func (m *Mail) deliver(ctx context.Context, to, id, subject, text string) error {
	msg := mail.NewMsg(mail.WithNoDefaultUserAgent())
	if msg.From(m.opt.From) != nil || msg.To(to) != nil {
		return &bot.Failure{Why: bot.Impossible, Err: errors.New("smtp: an address is not one: see on_call.second.smtp in practice.yaml")}
	}
	msg.Subject(subject)
	msg.SetDateWithValue(m.opt.Now())
	msg.SetMessageIDWithValue(id)
	msg.SetImportance(mail.ImportanceUrgent)
	msg.SetGenHeader("Auto-Submitted", "auto-generated")
	msg.SetBodyString(mail.TypeTextPlain, text)

	s, hang, err := m.dial(ctx)
	defer hang()
	if err != nil {
		return err
	}
	err = s.client.SendWithSMTPClient(s.smtp, msg)
	if err == nil || msg.IsDelivered() {
		return nil // what goes wrong after the server said 250 changes nothing
	}
	return m.failure(err)
}
