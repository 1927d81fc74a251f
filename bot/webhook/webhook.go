// Package webhook carries pages to an address of the practice's own: a pager
// service, a telephone gateway, whatever takes an HTTP call. It exists so that
// somebody who is on call is told when the therapists' channel is down, or when
// nobody answers there.
//
// A call says which case, how urgent, since when, and how to acknowledge. It
// never holds a client's word or name. It is signed, so that whoever takes it
// knows that it is ours; neither the secret nor the address, which is a secret
// with many services, stands in an error.
package webhook

import (
	"bytes"
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"anteroom/bot"
)

// Name is this channel's name.
const Name bot.ChannelName = "webhook"

// Headers of a call. The signature is "sha256=" and the HMAC-SHA256, in
// hexadecimal, of the time, a full stop and the body; see [Sign].
const (
	HeaderDelivery  = "Anteroom-Delivery" // the same for every attempt: drop what you have seen
	HeaderTime      = "Anteroom-Time"     // Unix seconds; refuse what is older than a few minutes
	HeaderSignature = "Anteroom-Signature"
)

// Options of a [Webhook]. URL and Secret are required.
type Options struct {
	URL     string // https, or http on this machine
	Secret  string
	Now     func() time.Time // default time.Now
	Timeout time.Duration    // of one call; default 8 s
	Client  *http.Client     // for an address with a certificate of its own; default one of our own
	Health  bot.Health
}

// Webhook is a practice's own address. Make it with [New].
type Webhook struct {
	opt    Options
	client *http.Client
}

// Call is the body of a call, as JSON.
type Call struct {
	Kind        string   `json:"kind"` // "page", or "test"
	Case        string   `json:"case,omitempty"`
	Urgency     string   `json:"urgency,omitempty"` // R0: an emergency; R1: a human today
	Line        string   `json:"line"`              // to be shown or read out
	To          string   `json:"to,omitempty"`      // who is meant: the id in roster.yaml
	Alert       int      `json:"alert,omitempty"`   // which of the case
	Told        int      `json:"told,omitempty"`    // which telling of it
	Since       string   `json:"since,omitempty"`   // when it began, RFC 3339
	Acknowledge []string `json:"acknowledge,omitempty"`
}

// New checks the options and makes no call.
func New(o Options) (*Webhook, error) {
	u, err := url.Parse(o.URL)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http":
		return nil, errors.New("webhook settings: the address is not an https address")
	case u.Scheme == "http" && !local(u.Hostname()):
		return nil, errors.New("webhook settings: a page may leave this machine only over https")
	case o.Secret == "":
		return nil, errors.New("webhook settings: a secret is needed to sign with")
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Health == nil {
		o.Health = silent{}
	}
	o.Timeout = cmp.Or(o.Timeout, 8*time.Second)
	w := &Webhook{opt: o, client: o.Client}
	if w.client == nil {
		transport := http.DefaultTransport.(*http.Transport).Clone()
		transport.DisableKeepAlives = true // calls are rare, and must go out after the network changed
		w.client = &http.Client{Transport: transport}
	}
	mine := *w.client
	mine.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse } // it goes where it was sent, or nowhere
	w.client = &mine
	return w, nil
}

func local(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

type silent struct{}

func (silent) Report(string, error) {}

// Name returns "webhook".
func (w *Webhook) Name() bot.ChannelName { return Name }

// Send posts a [bot.Page]. Other bodies are Impossible. Any 2xx is a receipt.
func (w *Webhook) Send(ctx context.Context, d bot.Delivery) ([]byte, error) {
	p, ok := d.Body.(bot.Page)
	if !ok {
		return nil, &bot.Failure{Why: bot.Impossible, Err: fmt.Errorf("webhook: a %T is no page", d.Body)}
	}
	err := w.post(ctx, d.ID, Call{Kind: "page", Case: p.Case, Urgency: p.Urgency, Line: p.Line, To: p.To, Alert: p.Alert, Told: p.Told,
		Since: time.Unix(p.Since, 0).UTC().Format(time.RFC3339), Acknowledge: p.How})
	if err != nil {
		return nil, err
	}
	w.opt.Health.Report(string(Name), nil)
	return []byte("taken"), nil
}

// Test makes a call that says that it is a test.
func (w *Webhook) Test(ctx context.Context) error {
	return w.post(ctx, fmt.Sprintf("test/%d", w.opt.Now().UnixNano()), Call{Kind: "test", Line: "Test · nobody is needed"})
}

// Sign is the signature of a body at a time: what the header holds.
func Sign(secret, unix string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(unix + "."))
	mac.Write(body)
	return "sha256=" + hex.EncodeToString(mac.Sum(nil))
}

func (w *Webhook) post(ctx context.Context, id string, c Call) error {
	ctx, cancel := context.WithTimeout(ctx, w.opt.Timeout)
	defer cancel()
	body, err := json.Marshal(c)
	if err != nil {
		return &bot.Failure{Why: bot.Impossible, Err: errors.New("webhook: the page cannot be written")}
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, w.opt.URL, bytes.NewReader(body))
	if err != nil {
		return w.ill("the address is not one that can be called")
	}
	req.GetBody = nil // one attempt: net/http sends nothing twice behind our back
	unix := strconv.FormatInt(w.opt.Now().Unix(), 10)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "anteroom")
	req.Header.Set(HeaderDelivery, id)
	req.Header.Set(HeaderTime, unix)
	req.Header.Set(HeaderSignature, Sign(w.opt.Secret, unix, body))
	resp, err := w.client.Do(req)
	if err != nil {
		return w.unanswered(err)
	}
	defer resp.Body.Close()
	_, _ = io.CopyN(io.Discard, resp.Body, 64<<10) // what it says does not matter, and is not kept
	return w.answered(resp)
}

// unanswered: only a connection that was never made, or that is not to the
// right one, is known to have carried nothing.
func (w *Webhook) unanswered(err error) error {
	if _, ok := errors.AsType[*net.DNSError](err); ok {
		return w.ill("its name is not known")
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return w.ill("its certificate is not one that this machine trusts")
	}
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Op == "dial" {
		return &bot.Failure{Why: bot.NotSent, Err: errors.New("webhook: no connection")}
	}
	return errors.New("webhook: no answer: nobody knows whether it arrived")
}

func (w *Webhook) answered(resp *http.Response) error {
	switch code := resp.StatusCode; {
	case code >= 200 && code < 300:
		return nil
	case code == http.StatusTooManyRequests || code == http.StatusServiceUnavailable && resp.Header.Get("Retry-After") != "":
		after, err := strconv.Atoi(resp.Header.Get("Retry-After"))
		if err != nil || after < 1 {
			after = 30
		}
		return &bot.Failure{Why: bot.Throttled, After: time.Duration(min(after, 3600)) * time.Second, Err: fmt.Errorf("webhook: it asks to come back later (%d)", code)}
	case code == http.StatusRequestTimeout || code >= 500:
		return fmt.Errorf("webhook: status %d: nobody knows whether it arrived", code)
	default:
		return w.ill(fmt.Sprintf("it refuses the call (status %d): compare the address and the secret", code))
	}
}

// ill is a failure that somebody must mend.
func (w *Webhook) ill(what string) error {
	err := errors.New("webhook: " + what + ": see on_call.second.webhook")
	w.opt.Health.Report(string(Name), err)
	return &bot.Failure{Why: bot.Unhealthy, Err: err}
}
