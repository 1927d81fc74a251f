package smtp

import (
	"errors"
	"fmt"
	"io"

	"github.com/wneessen/go-mail"

	"anteroom/bot"
)

func isEOF(err error) bool { return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) }

// failure turns what a transaction returned into what is known of the mail: it
// has arrived only where the server took the end of the text. When that was
// written and no answer came, nobody knows.
func (m *Mail) failure(err error) error {
	e, ok := errors.AsType[*mail.SendError](err)
	if !ok {
		return errors.New("smtp: nobody knows whether it arrived")
	}
	code := e.ErrorCode()
	switch {
	case code >= 500 && e.Reason == mail.ErrSMTPRcptTo:
		err := fmt.Errorf("smtp: the mail server does not take mail for an address of the on-call (%d): see on_call.second.smtp.to", code)
		m.opt.Health.Report(string(Name), err)
		return &bot.Failure{Why: bot.Impossible, Err: err}
	case code >= 500:
		return m.ill(fmt.Sprintf("the mail server does not take the mail (%d)", code))
	case code >= 400:
		return &bot.Failure{Why: bot.NotSent, Err: fmt.Errorf("smtp: the mail server asks to come back later (%d)", code)}
	case e.Reason == mail.ErrSMTPDataClose:
		return errors.New("smtp: no answer after the mail was written: nobody knows whether it arrived")
	}
	return &bot.Failure{Why: bot.NotSent, Err: errors.New("smtp: the connection ended before the mail was")}
}
