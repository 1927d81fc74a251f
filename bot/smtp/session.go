package smtp

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/textproto"

	"github.com/wneessen/go-mail"
	gosmtp "github.com/wneessen/go-mail/smtp"

	"anteroom/bot"
)

// session is one connection, logged in.
type session struct {
	client *mail.Client
	smtp   *gosmtp.Client
}

// dial connects and logs in. hang ends the connection and is never nil.
func (m *Mail) dial(ctx context.Context) (s session, hang func(), err error) {
	ctx, cancel := context.WithTimeout(ctx, m.opt.Timeout)
	connected := false
	config := m.opt.Config.Clone()
	if config == nil {
		config = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	config.ServerName = m.opt.Host
	options := []mail.Option{
		mail.WithPort(m.opt.Port), mail.WithTimeout(m.opt.Timeout), mail.WithHELO("localhost"), mail.WithTLSConfig(config),
		mail.WithoutNoop(), mail.WithoutRset(), mail.WithoutSMTPUTF8(),
		mail.WithDialContextFunc(func(dialling context.Context, network, address string) (net.Conn, error) {
			c, err := new(net.Dialer).DialContext(dialling, network, address)
			if err != nil {
				return nil, err
			}
			connected = true
			// A server that goes on for ever; and the library forgets the
			// connection when a greeting or a login fails.
			context.AfterFunc(ctx, func() { _ = c.Close() })
			if m.opt.TLS != TLS {
				return c, nil
			}
			over := tls.Client(c, config)
			return over, over.HandshakeContext(dialling)
		}),
	}
	login := mail.WithOpportunisticSMTPAuth(mail.SMTPAuthSCRAMSHA256PLUS, mail.SMTPAuthSCRAMSHA256, mail.SMTPAuthSCRAMSHA1PLUS, mail.SMTPAuthSCRAMSHA1,
		mail.SMTPAuthPlain, mail.SMTPAuthLogin, mail.SMTPAuthCramMD5)
	switch m.opt.TLS {
	case StartTLS:
		options = append(options, mail.WithTLSPolicy(mail.TLSMandatory))
	case TLS:
		options = append(options, mail.WithTLSPolicy(mail.TLSOpportunistic)) // it looks, and finds TLS there
	case None:
		options = append(options, mail.WithTLSPolicy(mail.NoTLS))
		login = mail.WithSMTPAuth(mail.SMTPAuthPlainNoEnc)
	}
	if m.opt.User != "" {
		options = append(options, login, mail.WithUsername(m.opt.User), mail.WithPassword(m.opt.Password))
	}
	if s.client, err = mail.NewClient(m.opt.Host, options...); err != nil {
		return s, cancel, &bot.Failure{Why: bot.Unhealthy, Err: errors.New("smtp: the settings do not fit together: see on_call.second.smtp in practice.yaml")}
	}
	if s.smtp, err = s.client.DialToSMTPClientWithContext(ctx); err != nil {
		return s, cancel, m.unopened(err, connected)
	}
	return s, cancel, nil
}

// unopened says why there is no session. Nothing was sent, whatever it was; no
// text of the server's, which might quote us, gets into it, only its code.
func (m *Mail) unopened(err error, connected bool) error {
	if _, ok := errors.AsType[*net.DNSError](err); ok {
		return m.ill("the mail server's name is not known: see on_call.second.smtp.host")
	}
	if !connected {
		return &bot.Failure{Why: bot.NotSent, Err: errors.New("smtp: no connection to the mail server")}
	}
	if e, ok := errors.AsType[*textproto.Error](err); ok {
		switch {
		case e.Code == 421 || e.Code == 454 || e.Code == 450 || e.Code == 451 || e.Code == 452:
			return &bot.Failure{Why: bot.NotSent, Err: fmt.Errorf("smtp: the mail server is busy (%d)", e.Code)}
		case e.Code == 530 || e.Code == 534 || e.Code == 535 || e.Code == 538:
			return m.ill(fmt.Sprintf("the mail server refuses the name and password (%d): see user and password_file", e.Code))
		}
		return m.ill(fmt.Sprintf("the mail server refuses us (%d)", e.Code))
	}
	var invalid x509.CertificateInvalidError
	var unknown x509.UnknownAuthorityError
	var other x509.HostnameError
	if errors.As(err, &invalid) || errors.As(err, &unknown) || errors.As(err, &other) {
		return m.ill("the mail server's certificate is not one that this machine trusts for its name")
	}
	if lost(err) {
		return &bot.Failure{Why: bot.NotSent, Err: errors.New("smtp: the mail server did not answer in time, or hung up")}
	}
	return m.ill("the mail server offers no TLS, or no login that is safe here: see tls and user")
}

// ill is a failure that somebody must mend.
func (m *Mail) ill(what string) error {
	err := errors.New("smtp: " + what)
	m.opt.Health.Report(string(Name), err)
	return &bot.Failure{Why: bot.Unhealthy, Err: err}
}

func lost(err error) bool {
	_, isNet := errors.AsType[net.Error](err)
	return isNet || errors.Is(err, net.ErrClosed) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) || isEOF(err)
}
