package telegram

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
	"time"
)

// maxAnswer bounds what is read of an answer to anything but getUpdates.
const maxAnswer = 1 << 20

// wire is the HTTP client under the library. It finds out whether a failed
// request was on its way, bounds answers, and keeps what an error of net/http
// or the body of an error page would tell (the token is in every URL).
type wire struct{ client http.Client }

func newWire(c *http.Client) *wire {
	w := &wire{}
	if c != nil {
		w.client = *c
	} else {
		transport := http.DefaultTransport.(*http.Transport).Clone()
		transport.MaxIdleConnsPerHost = 32
		w.client.Transport = transport
	}
	w.client.Timeout = 0 // every call brings a deadline of its own
	w.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return w
}

// Do is what the library calls.
func (w *wire) Do(req *http.Request) (*http.Response, error) {
	resp, err := w.do(req)
	if err != nil {
		return nil, err
	}
	resp.Body = struct {
		io.Reader
		io.Closer
	}{io.LimitReader(resp.Body, maxAnswer), resp.Body}
	return resp, nil
}

// do sends the request. The body is read first, so that net/http may send it
// once more when a kept connection turns out to be closed and nothing was
// written.
func (w *wire) do(req *http.Request) (*http.Response, error) {
	var body []byte
	if req.Body != nil {
		var err error
		body, err = io.ReadAll(req.Body)
		req.Body.Close()
		if err != nil {
			return nil, &wireError{what: "the request could not be built"}
		}
	}
	var sent atomic.Bool
	req = req.Clone(httptrace.WithClientTrace(req.Context(), &httptrace.ClientTrace{
		WroteHeaders: func() { sent.Store(true) },
	}))
	req.ContentLength = int64(len(body))
	req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
	req.Body, _ = req.GetBody()
	if len(body) == 0 {
		req.Body, req.GetBody = http.NoBody, nil
	}

	resp, err := w.client.Do(req)
	if err != nil {
		return nil, &wireError{sent: sent.Load(), what: plain(err), cause: contextCause(err)}
	}
	if resp.StatusCode >= 500 { // often a page of HTML from something in between
		resp.Body.Close()
		return nil, &wireError{sent: true, what: fmt.Sprintf("answered %d", resp.StatusCode)}
	}
	return resp, nil
}

// wireError is a request without an answer of the Bot API.
type wireError struct {
	sent  bool // it may have arrived
	what  string
	cause error // context.Canceled, context.DeadlineExceeded or nil
}

func (e *wireError) Error() string { return e.what }
func (e *wireError) Unwrap() error { return e.cause }

// plain says what went wrong without quoting a URL or what the server said.
func plain(err error) string {
	var op *net.OpError
	var cert *tls.CertificateVerificationError
	var timeout interface{ Timeout() bool }
	switch {
	case errors.Is(err, context.Canceled):
		return "broken off"
	case errors.As(err, &op) && op.Op == "dial" && op.Err != nil:
		return "no connection: " + op.Err.Error()
	case errors.As(err, &cert):
		return cert.Error()
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return "no answer in time"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "the connection was closed"
	}
	return "the connection broke"
}

func contextCause(err error) error {
	for _, cause := range []error{context.Canceled, context.DeadlineExceeded} {
		if errors.Is(err, cause) {
			return cause
		}
	}
	return nil
}

// silence is how long a request may go unanswered beyond what it asked for.
const silence = 15 * time.Second
