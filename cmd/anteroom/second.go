package main

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"time"

	"anteroom/bot"
	"anteroom/bot/care"
	"anteroom/bot/smtp"
	"anteroom/bot/webhook"
)

// secondSecrets are what the second way needs and no file of the practice shows.
type secondSecrets struct{ mailPassword, hookURL, hookSecret string }

// read reads them with file, which puts what it reads into its first
// argument.
func (s *secondSecrets) read(p *bot.Practice, file func(to *string, key, path string)) {
	second := p.OnCall.Second
	file(&s.mailPassword, "on_call.second.smtp.password_file", second.SMTP.PasswordFile)
	s.hookURL = second.Webhook.URL
	file(&s.hookURL, "on_call.second.webhook.url_file", second.Webhook.URLFile)
	file(&s.hookSecret, "on_call.second.webhook.secret_file", second.Webhook.SecretFile)
}

// secondWay is how the on-call of a practice is told when the desk is not
// enough; each of the two may be missing.
type secondWay struct {
	mail *smtp.Mail
	hook *webhook.Webhook
}

func openSecond(p *bot.Practice, s secondSecrets, health bot.Health) (w secondWay, err error) {
	var problems []error
	if m := p.OnCall.Second.SMTP; m.Host != "" {
		w.mail, err = smtp.New(smtp.Options{Host: m.Host, Port: m.Port, From: m.From, User: m.User, Password: s.mailPassword, TLS: m.TLS, Zone: p.Zone, Health: health})
		problems = append(problems, err)
	}
	if s.hookURL != "" {
		if wrong := care.WebAddress(s.hookURL); wrong != "" {
			return w, fmt.Errorf("on_call.second.webhook: %s", wrong)
		}
		w.hook, err = webhook.New(webhook.Options{URL: s.hookURL, Secret: s.hookSecret, Health: health})
		problems = append(problems, err)
	}
	return w, errors.Join(problems...)
}

// channels are those that there are.
func (w secondWay) channels() (all []bot.Channel) {
	if w.mail != nil {
		all = append(all, w.mail)
	}
	if w.hook != nil {
		all = append(all, w.hook)
	}
	return all
}

// ways says whom each of them reaches, as the practice's folder says now.
func (w secondWay) ways(p *bot.Practice) (all []bot.Way) {
	if w.mail != nil {
		all = append(all, bot.Way{Channel: w.mail.Name(), To: p.OnCall.Second.SMTP.To})
	}
	if w.hook != nil {
		all = append(all, bot.Way{Channel: w.hook.Name()})
	}
	return all
}

// sameSecond reports whether two practices are paged by the same servers. Whom
// they page may differ: that needs no restart.
func sameSecond(a, b *bot.Practice) bool {
	one, two := a.OnCall.Second, b.OnCall.Second
	one.SMTP.To, two.SMTP.To = nil, nil
	return reflect.DeepEqual(one, two)
}

// onCall looks whether somebody would be told. send makes a test of each way.
func (x *examination) onCall(ctx context.Context, folder string, p *bot.Practice, t tokens, send bool) {
	at := func(what string) string { return folder + ": on_call: " + what }
	name := func(id care.TherapistID) string { t, _ := p.Therapist(id); return t.Name }
	var after []string
	for _, id := range p.Everybody()[1:] {
		after = append(after, name(id))
	}
	if len(after) == 0 {
		x.note("%s", at(name(p.OnCall.Therapist)+" is the only one who can be told: name somebody under next, and who reads intakes"))
	} else {
		x.ok("%s", at(fmt.Sprintf("%s at once, again after %s, after %s also %s", name(p.OnCall.Therapist), p.OnCall.Again, p.OnCall.Escalate, strings.Join(after, ", "))))
	}
	second, err := openSecond(p, t.second, quietHealth{})
	if err != nil {
		x.bad("%s", at(err.Error()))
		return
	}
	if second == (secondWay{}) {
		x.note("%s", at("no second way (on_call.second): while Slack is down, or nobody looks at it, nobody is told when a client is in danger"))
		return
	}
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	if second.mail != nil {
		x.mail(ctx, at, p, second.mail, send)
	}
	if second.hook == nil {
		return
	}
	if !send {
		x.ok("%s", at("a webhook, not called; -send makes a test call"))
	} else if err := second.hook.Test(ctx); err != nil {
		x.bad("%s", at(err.Error()))
	} else {
		x.ok("%s", at("the webhook took a test call"))
	}
}

func (x *examination) mail(ctx context.Context, at func(string) string, p *bot.Practice, m *smtp.Mail, send bool) {
	to := p.OnCall.Second.SMTP.To
	for _, id := range p.Everybody() {
		if t, _ := p.Therapist(id); to[id] == "" {
			x.note("%s", at(t.Name+" has no address under second.smtp.to and cannot be mailed"))
		}
	}
	if !send {
		if err := m.Check(ctx); err != nil {
			x.bad("%s", at(err.Error()))
		} else {
			x.ok("%s", at("the mail server takes the login; -send mails a test to the on-call"))
		}
		return
	}
	if err := m.Test(ctx, to[p.OnCall.Therapist]); err != nil {
		x.bad("%s", at(err.Error()))
		return
	}
	x.ok("%s", at("a test mail went to the on-call: see that it rings"))
}
