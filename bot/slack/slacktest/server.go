// Package fakeslack is a stand-in for Slack, over real sockets: the part of
// the Web API and of Socket Mode that a therapists' channel needs, as Slack
// documents it, and a driver for the people in front of it.
//
// It is strict where Slack is: tokens, channels, block limits, triggers that
// live three seconds and work once, view stacks of three, acknowledgements
// within three seconds and redelivery without them, 429 with Retry-After. What
// goes wrong in the world can be scripted: errors, slow answers, connections
// cut before or after a call took effect, lost acknowledgements.
//
// It is not github.com/slack-go/slack/slacktest, which knows a few methods
// only. A program that takes the address of the API as a setting can be run
// against it unchanged: [Server.APIURL].
package fakeslack

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// Defaults of [Options].
const (
	BotToken = "xoxb-1-fake-bot"
	AppToken = "xapp-1-fake-app"
	Channel  = "C0ANTEROOM"
	Bot      = "U0ANTEROOM" // the bot's own user id
)

// Options of a [Server]; the zero value is a Slack that behaves.
type Options struct {
	BotToken, AppToken string
	Channels           []string         // where the bot was invited; default [Channel]
	Now                func() time.Time // the clock of triggers and message times
	TriggerLife        time.Duration    // by Now; default 3 s
	AckWithin          time.Duration    // real time; default 3 s
	Redeliveries       int              // after the first delivery; default 3
	PingEvery          time.Duration    // real time; default 5 s
	PostEvery          time.Duration    // by Now, per channel; sooner is 429. 0: no limit
	FileUnseen         int              // how often files.info says nothing yet of what a file is
}

// Server is one workspace with one app in it. Safe for concurrent use.
type Server struct {
	opt  Options
	http *httptest.Server
	wg   sync.WaitGroup // websocket handlers

	mu       sync.Mutex
	closed   bool
	changed  chan struct{} // closed and replaced at every change
	serial   int
	channels map[string][]*Message // by channel id, oldest first
	lastPost map[string]time.Time
	whispers []Message // ephemerals
	stacks   map[string][]*View
	homes    map[string]*View
	triggers map[string]*trigger
	files    []*File
	revoked  map[string]string // token -> error code
	faults   map[string][]Fault
	calls    []Call
	tickets  map[string]bool
	conns    []*conn
	next     int // round robin over conns
	opened   int // websocket connections ever opened
	pending  map[string]*envelope
	waiting  []*envelope // for want of a connection
	loseAcks int
}

// Fault is what happens to one call instead of the ordinary course.
type Fault struct {
	Error      string        // answered as {"ok":false,"error":…}
	Status     int           // an HTTP status with an HTML body
	RetryAfter int           // seconds; with it Status is 429
	Drop       Drop          // the connection is cut
	Delay      time.Duration // before all else, real time
}

// Drop says when a connection is cut.
type Drop int

// Before the call takes effect, or after it did and before the answer.
const (
	DropBefore Drop = iota + 1
	DropAfter
)

// Call is one call of the Web API as it came in, without its token.
type Call struct {
	Method string
	Args   map[string]any
}

// Start runs a server on a free port of the loopback. Close it.
func Start(o Options) *Server {
	o.BotToken = cmp.Or(o.BotToken, BotToken)
	o.AppToken = cmp.Or(o.AppToken, AppToken)
	if len(o.Channels) == 0 {
		o.Channels = []string{Channel}
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	o.TriggerLife = cmp.Or(o.TriggerLife, 3*time.Second)
	o.AckWithin = cmp.Or(o.AckWithin, 3*time.Second)
	o.Redeliveries = cmp.Or(o.Redeliveries, 3)
	o.PingEvery = cmp.Or(o.PingEvery, 5*time.Second)
	s := &Server{
		opt:      o,
		changed:  make(chan struct{}),
		channels: map[string][]*Message{},
		lastPost: map[string]time.Time{},
		stacks:   map[string][]*View{},
		homes:    map[string]*View{},
		triggers: map[string]*trigger{},
		revoked:  map[string]string{},
		faults:   map[string][]Fault{},
		tickets:  map[string]bool{},
		pending:  map[string]*envelope{},
	}
	for _, c := range o.Channels {
		s.channels[c] = nil
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/api/{method}", s.serveAPI)
	mux.HandleFunc("/upload/{id}", s.serveUpload)
	mux.HandleFunc("/link/", s.serveSocket)
	s.http = httptest.NewServer(mux)
	return s
}

// APIURL is the base address of the Web API, with the slash at its end.
func (s *Server) APIURL() string { return s.http.URL + "/api/" }

// Close cuts every connection and waits for what the server started.
func (s *Server) Close() {
	s.mu.Lock()
	s.closed = true
	for _, e := range s.pending {
		e.giveUp()
	}
	for _, e := range s.waiting {
		e.giveUp()
	}
	s.pending, s.waiting = map[string]*envelope{}, nil
	s.mu.Unlock()
	s.DropConnections()
	s.http.CloseClientConnections()
	s.http.Close()
	s.wg.Wait()
}

// Script makes the next calls of a method go wrong, one fault a call, in order.
func (s *Server) Script(method string, faults ...Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults[method] = append(s.faults[method], faults...)
}

// Revoke answers every later call with this token with an error code such as
// token_revoked or account_inactive.
func (s *Server) Revoke(token, code string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.revoked[token] = code
}

// Kick takes the bot out of a channel; calls there answer channel_not_found.
func (s *Server) Kick(channel string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.channels, channel)
}

// Invite puts the bot into a channel.
func (s *Server) Invite(channel string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.channels[channel]; !ok {
		s.channels[channel] = nil
	}
}

// Calls are the calls of one method so far, or of all for "".
func (s *Server) Calls(method string) []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Call
	for _, c := range s.calls {
		if method == "" || c.Method == method {
			out = append(out, Call{c.Method, maps.Clone(c.Args)})
		}
	}
	return out
}

// Messages in a channel, oldest first, as they stand now. A direct message to
// a user is in the channel [DM] names.
func (s *Server) Messages(channel string) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Message
	for _, m := range s.channels[channel] {
		out = append(out, *m)
	}
	return out
}

// DM is the id of the bot's direct channel with a user.
func DM(user string) string { return "D" + user }

// Delete removes a message, as a person with the right to do so can.
func (s *Server) Delete(channel, ts string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.channels[channel] = slices.DeleteFunc(s.channels[channel], func(m *Message) bool { return m.TS == ts })
	s.touch()
}

// Ephemerals are the messages that only this user could see, oldest first.
func (s *Server) Ephemerals(user string) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Message
	for _, m := range s.whispers {
		if m.User == user {
			out = append(out, m)
		}
	}
	return out
}

// Views is the stack of modals that a user has open, the top one last.
func (s *Server) Views(user string) []View {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []View
	for _, v := range s.stacks[user] {
		out = append(out, *v)
	}
	return out
}

// Home is what a person sees in the app's home; nothing until it was published.
func (s *Server) Home(user string) []View {
	s.mu.Lock()
	defer s.mu.Unlock()
	if v := s.homes[user]; v != nil {
		return []View{*v}
	}
	return nil
}

// WaitHome waits until a person's home is one that ok accepts.
func (s *Server) WaitHome(ctx context.Context, user string, ok func(View) bool) (View, error) {
	return wait(ctx, s, "home", func() []View { return s.Home(user) }, ok)
}

// WaitMessage waits for a message in the channel that ok accepts.
func (s *Server) WaitMessage(ctx context.Context, channel string, ok func(Message) bool) (Message, error) {
	return wait(ctx, s, "message", func() []Message { return s.Messages(channel) }, ok)
}

// WaitEphemeral waits for a message to one user only that ok accepts.
func (s *Server) WaitEphemeral(ctx context.Context, user string, ok func(Message) bool) (Message, error) {
	return wait(ctx, s, "ephemeral", func() []Message { return s.Ephemerals(user) }, ok)
}

// WaitView waits until the view on top of the user's stack is one that ok accepts.
func (s *Server) WaitView(ctx context.Context, user string, ok func(View) bool) (View, error) {
	top := func() []View {
		all := s.Views(user)
		return all[max(0, len(all)-1):]
	}
	return wait(ctx, s, "view", top, ok)
}

// WaitConnections waits until exactly n Socket Mode connections are open.
func (s *Server) WaitConnections(ctx context.Context, n int) error {
	_, err := wait(ctx, s, "connections", func() []int { return []int{s.Connections()} }, func(got int) bool { return got == n })
	return err
}

func wait[T any](ctx context.Context, s *Server, what string, list func() []T, ok func(T) bool) (T, error) {
	for {
		s.mu.Lock()
		changed := s.changed
		s.mu.Unlock()
		for _, x := range list() {
			if ok == nil || ok(x) {
				return x, nil
			}
		}
		select {
		case <-changed:
		case <-ctx.Done():
			var none T
			return none, fmt.Errorf("wait for %s: %w", what, context.Cause(ctx))
		}
	}
}

// touch wakes those who wait. Called with mu held.
func (s *Server) touch() {
	close(s.changed)
	s.changed = make(chan struct{})
}

// id makes a new id. Called with mu held.
func (s *Server) id(prefix string) string {
	s.serial++
	return fmt.Sprintf("%s%08d", prefix, s.serial)
}

// upgrader accepts what slack-go dials with: a foreign origin.
var upgrader = websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}
