// Package smtptest is a stand-in for a mail server, over real sockets: the part
// of RFC 5321 that one mail needs, with STARTTLS, TLS from the first byte and
// AUTH PLAIN. What goes wrong in the world can be set: refusals, and a
// connection that ends before or after a mail was taken.
package smtptest

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"fmt"
	"math/big"
	"net"
	"strings"
	"sync"
	"time"
)

// Options of a [Server]; the zero value takes any mail in the clear.
type Options struct {
	StartTLS, TLS  bool
	User, Password string // asked for when User is set
}

// Fault is what happens to one connection instead of the ordinary course.
type Fault struct {
	At    string // the command: CONNECT, EHLO, AUTH, MAIL, RCPT, DATA, or END for the end of the text
	Reply string // said in place of the ordinary reply: "550 no"
	Drop  bool   // the connection ends there; at END after the mail was taken
	Hang  bool   // nothing is said until the other side goes
}

// Mail is one that was taken.
type Mail struct {
	From, To string
	Data     string // head and text, with \n at the ends of lines
	TLS      bool
}

// Server is one mail server. Safe for concurrent use.
type Server struct {
	opt  Options
	l    net.Listener
	cert tls.Certificate
	pool *x509.CertPool
	wg   sync.WaitGroup

	mu      sync.Mutex
	changed chan struct{}
	mails   []Mail
	faults  []Fault
	conns   map[net.Conn]bool
	opened  int
	closed  bool
}

// Start runs a server on a free port of the loopback. Close it.
func Start(o Options) *Server {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(fmt.Sprintf("smtptest: %v", err))
	}
	s := &Server{opt: o, l: l, changed: make(chan struct{}), conns: make(map[net.Conn]bool)}
	s.certify()
	s.wg.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			s.mu.Lock()
			if s.closed {
				s.mu.Unlock()
				_ = c.Close()
				return
			}
			s.conns[c] = true
			s.opened++
			s.mu.Unlock()
			s.wg.Go(func() {
				defer func() {
					_ = c.Close()
					s.mu.Lock()
					delete(s.conns, c)
					s.mu.Unlock()
				}()
				s.serve(c)
			})
		}
	})
	return s
}

// certify makes a certificate for 127.0.0.1 and localhost.
func (s *Server) certify() {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(fmt.Sprintf("smtptest: %v", err))
	}
	t := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "smtptest"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, DNSNames: []string{"localhost"}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign}
	der, err := x509.CreateCertificate(rand.Reader, t, t, &key.PublicKey, key)
	if err != nil {
		panic(fmt.Sprintf("smtptest: %v", err))
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		panic(fmt.Sprintf("smtptest: %v", err))
	}
	s.cert = tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
	s.pool = x509.NewCertPool()
	s.pool.AddCert(leaf)
}

// Host and Port are where it listens.
func (s *Server) Host() string { return "127.0.0.1" }

// Port is where it listens.
func (s *Server) Port() int { return s.l.Addr().(*net.TCPAddr).Port }

// Trust is a configuration that trusts this server.
func (s *Server) Trust() *tls.Config {
	return &tls.Config{RootCAs: s.pool, MinVersion: tls.VersionTLS12}
}

// Script makes the next connections go wrong, one fault a connection, in order.
func (s *Server) Script(faults ...Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, faults...)
}

// Mails are those taken so far, oldest first.
func (s *Server) Mails() []Mail {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Mail(nil), s.mails...)
}

// Opened counts the connections ever made, and open those that last.
func (s *Server) Opened() (all, open int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.opened, len(s.conns)
}

// Wait waits until n mails were taken.
func (s *Server) Wait(ctx context.Context, n int) ([]Mail, error) {
	for {
		s.mu.Lock()
		mails, changed := s.mails, s.changed
		s.mu.Unlock()
		if len(mails) >= n {
			return append([]Mail(nil), mails...), nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return mails, fmt.Errorf("%d mails came, and not %d: %w", len(mails), n, context.Cause(ctx))
		}
	}
}

// Close ends every connection and waits for what the server started.
func (s *Server) Close() {
	s.mu.Lock()
	s.closed = true
	for c := range s.conns {
		_ = c.Close()
	}
	s.mu.Unlock()
	_ = s.l.Close()
	s.wg.Wait()
}

// talk is one connection.
type talk struct {
	*bufio.Reader
	c     net.Conn
	fault Fault
	tls   bool
}

// say writes the reply to a command; false ends the connection.
func (t *talk) say(command, reply string) bool {
	if t.fault.At == command {
		if t.fault.Hang {
			_, _ = t.ReadString(0)
			return false
		}
		if t.fault.Drop {
			return false
		}
		reply = t.fault.Reply
	}
	_, err := fmt.Fprintf(t.c, "%s\r\n", reply)
	return err == nil
}

func (t *talk) line() (string, bool) {
	line, err := t.ReadString('\n')
	return strings.TrimRight(line, "\r\n"), err == nil
}

func (s *Server) serve(c net.Conn) {
	t := &talk{c: c}
	s.mu.Lock()
	if len(s.faults) > 0 {
		t.fault, s.faults = s.faults[0], s.faults[1:]
	}
	s.mu.Unlock()
	if s.opt.TLS {
		t.c, t.tls = tls.Server(c, &tls.Config{Certificates: []tls.Certificate{s.cert}}), true
	}
	t.Reader = bufio.NewReader(t.c)
	if !t.say("CONNECT", "220 smtptest") {
		return
	}
	var m Mail
	in := s.opt.User == ""
	for {
		line, ok := t.line()
		if !ok {
			return
		}
		verb, rest, _ := strings.Cut(line, " ")
		switch verb = strings.ToUpper(verb); {
		case verb == "EHLO":
			reply := "250-smtptest\r\n250-ENHANCEDSTATUSCODES\r\n"
			if s.opt.StartTLS && !t.tls {
				reply += "250-STARTTLS\r\n"
			}
			if s.opt.User != "" && (t.tls || !s.opt.StartTLS) {
				reply += "250-AUTH PLAIN\r\n"
			}
			ok = t.say("EHLO", reply+"250 8BITMIME")
		case verb == "STARTTLS" && s.opt.StartTLS && !t.tls:
			if ok = t.say("STARTTLS", "220 go on"); ok && t.fault.At != "STARTTLS" {
				t.c, t.tls = tls.Server(c, &tls.Config{Certificates: []tls.Certificate{s.cert}}), true
				t.Reader = bufio.NewReader(t.c)
			}
		case verb == "AUTH":
			_, encoded, _ := strings.Cut(rest, " ")
			given, err := base64.StdEncoding.DecodeString(encoded)
			reply := "535 5.7.8 not you"
			if in = err == nil && string(given) == "\x00"+s.opt.User+"\x00"+s.opt.Password; in {
				reply = "235 2.7.0 in"
			}
			ok = t.say("AUTH", reply)
		case verb == "MAIL" && !in:
			ok = t.say("MAIL", "530 5.7.0 log in first")
		case verb == "MAIL":
			m = Mail{From: address(rest), TLS: t.tls}
			ok = t.say("MAIL", "250 2.1.0 ok")
		case verb == "RCPT":
			m.To = address(rest)
			ok = t.say("RCPT", "250 2.1.5 ok")
		case verb == "DATA":
			if ok = t.say("DATA", "354 go on"); !ok || t.fault.At == "DATA" {
				continue
			}
			var text strings.Builder
			for {
				line, ok := t.line()
				if !ok {
					return
				}
				if line == "." {
					break
				}
				text.WriteString(strings.TrimPrefix(line, ".") + "\n")
			}
			m.Data = text.String()
			if t.fault.At != "END" || t.fault.Drop || t.fault.Hang {
				s.mu.Lock()
				s.mails = append(s.mails, m)
				close(s.changed)
				s.changed = make(chan struct{})
				s.mu.Unlock()
			}
			ok = t.say("END", "250 2.0.0 taken")
		case verb == "QUIT":
			t.say("QUIT", "221 2.0.0 bye")
			return
		case verb == "RSET" || verb == "NOOP":
			ok = t.say(verb, "250 2.0.0 ok")
		default:
			ok = t.say(verb, "502 5.5.1 what?")
		}
		if !ok {
			return
		}
	}
}

func address(arg string) string {
	_, after, _ := strings.Cut(arg, "<")
	address, _, _ := strings.Cut(after, ">")
	return address
}
