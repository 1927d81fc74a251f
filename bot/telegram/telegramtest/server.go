// Package telegramtest is a Telegram for tests: a Bot API on a real socket
// that behaves as its documentation says, with people to play.
//
// A [Server] serves one bot, by long polling or webhook. An update is given
// again until an offset passes it; the second of two pollers throws the first
// one out; what the documentation forbids is refused with 400, and so is a
// field that a method does not have (the real server ignores those). It is not
// Telegram: files but for documents that the bot uploads, inline mode, payments and the rest of the API are missing,
// a webhook may be http, and nothing survives the process.
//
// Everything is safe for concurrent use.
package telegramtest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Token is the token of the bot until [Server.SetToken].
const Token = "7000000001:AAE-made-up_for-tests-nobody-owns-it"

// Username is the bot's.
const Username = "AnteroomTestBot"

// Server is a Bot API for one bot.
type Server struct {
	url    string
	http   *http.Server
	ctx    context.Context // ends with the server
	cancel context.CancelFunc
	work   sync.WaitGroup

	mu       sync.Mutex
	changed  chan struct{} // closed and replaced at every change
	token    string
	nextID   int64 // of updates
	nextMsg  int
	queue    []update // not yet confirmed, oldest first
	history  []update
	allowed  map[string]bool // nil: the server's default
	poller   int             // number of the getUpdates that counts
	hook     *hook
	chats    map[int64]*chat
	queries  map[string]*query
	commands map[string][]Command
	calls    []Call
	faults   []*Fault
	life     time.Duration
	limits   *limits
}

// Call is a request that arrived with the right token.
type Call struct {
	Method string
	Params map[string]string // as sent; objects as JSON
	At     time.Time
}

// Command is one line of the bot's menu.
type Command struct {
	Command     string `json:"command"`
	Description string `json:"description"`
}

type update struct {
	id   int64
	chat int64
	body json.RawMessage
}

type limits struct {
	overall *rate.Limiter
	each    rate.Limit
	burst   int
	chats   map[int64]*rate.Limiter
}

// New starts a server on a free port of the loopback interface.
func New() *Server {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(fmt.Sprintf("telegramtest: %v", err))
	}
	s := &Server{
		url: "http://" + l.Addr().String(), changed: make(chan struct{}), token: Token,
		nextID: 814_000_001, nextMsg: 1, life: 15 * time.Minute,
		chats: map[int64]*chat{}, queries: map[string]*query{}, commands: map[string][]Command{},
	}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	s.http = &http.Server{Handler: s, BaseContext: func(net.Listener) context.Context { return s.ctx }, ReadHeaderTimeout: time.Minute}
	s.work.Go(func() { _ = s.http.Serve(l) })
	return s
}

// Close ends every connection and waits for what the server itself began.
func (s *Server) Close() {
	s.cancel()
	_ = s.http.Close()
	s.work.Wait()
}

// URL is the base address for the bot.
func (s *Server) URL() string { return s.url }

// SetToken revokes the token and puts another in its place.
func (s *Server) SetToken(token string) { s.change(func() { s.token = token }) }

// SetQueryLife is how long a press may be answered; 15 minutes at first.
func (s *Server) SetQueryLife(d time.Duration) { s.change(func() { s.life = d }) }

// Limit makes the server answer 429 to more messages a second than this, over
// all and for one chat after a burst. At first there is no limit.
func (s *Server) Limit(overall, chat float64, burst int) {
	s.change(func() {
		s.limits = &limits{rate.NewLimiter(rate.Limit(overall), int(max(1, overall))), rate.Limit(chat), burst, map[int64]*rate.Limiter{}}
	})
}

// Calls are the requests for a method so far; for every method if it is empty.
func (s *Server) Calls(method string) []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []Call
	for _, c := range s.calls {
		if method == "" || c.Method == method {
			list = append(list, c)
		}
	}
	return list
}

// Pending is how many updates are not confirmed.
func (s *Server) Pending() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.queue)
}

// Menu is the command list of a language.
func (s *Server) Menu(language string) []Command {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.commands[language]
}

// Until waits for a condition, looking again whenever something changed here.
func (s *Server) Until(ctx context.Context, ok func() bool) error {
	for {
		s.mu.Lock()
		changed := s.changed
		s.mu.Unlock()
		if ok() {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// Raw gives the bot an update exactly as written; make is called with the id
// that it should have. chat is whose order it belongs to.
func (s *Server) Raw(chat int64, make func(id int64) string) int64 {
	var id int64
	s.change(func() {
		id = s.nextID
		s.nextID++
		s.enqueue(update{id, chat, json.RawMessage(make(id))})
	})
	return id
}

// Replay gives all updates since the first again, as a server does that lost
// the offset.
func (s *Server) Replay() {
	s.change(func() { s.queue = append([]update(nil), s.history...) })
}

// Age makes every message older by d: what stood in the chats for two days
// cannot be deleted any more.
func (s *Server) Age(d time.Duration) {
	s.change(func() {
		for _, c := range s.chats {
			for _, m := range c.messages {
				m.At = m.At.Add(-d)
			}
		}
	})
}

// JumpIDs makes the ids of the next updates begin at n, as after a quiet week.
func (s *Server) JumpIDs(n int64) { s.change(func() { s.nextID = n }) }

// change makes a change and wakes whoever waits for one.
func (s *Server) change(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f()
	s.wake()
}

// wake needs s.mu.
func (s *Server) wake() {
	close(s.changed)
	s.changed = make(chan struct{})
}

// push gives the bot an update if it asked for its kind. It needs s.mu.
func (s *Server) push(kind string, chat int64, content any) {
	if s.allowed != nil && !s.allowed[kind] {
		return
	}
	id := s.nextID
	s.nextID++
	body, err := json.Marshal(map[string]any{"update_id": id, kind: content})
	if err != nil {
		panic(fmt.Sprintf("telegramtest: %v", err))
	}
	s.enqueue(update{id, chat, body})
}

func (s *Server) enqueue(u update) {
	s.queue = append(s.queue, u)
	s.history = append(s.history, u)
}

// refusal is an error answer of the Bot API.
type refusal struct {
	code  int
	text  string
	after int
}

func refuse(code int, format string, args ...any) *refusal {
	return &refusal{code: code, text: fmt.Sprintf(format, args...)}
}

// ServeHTTP answers /bot<token>/<method>.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	token, method, ok := strings.Cut(strings.TrimPrefix(r.URL.Path, "/bot"), "/")
	s.mu.Lock()
	right := token == s.token
	s.mu.Unlock()
	switch {
	case !ok || !strings.HasPrefix(r.URL.Path, "/bot"):
		answer(w, nil, refuse(404, "Not Found"))
		return
	case !right:
		answer(w, nil, refuse(401, "Unauthorized"))
		return
	}
	params, bad := parameters(r)
	if bad != nil {
		answer(w, nil, bad)
		return
	}
	s.change(func() { s.calls = append(s.calls, Call{method, params, time.Now()}) })
	chat, _ := strconv.ParseInt(params["chat_id"], 10, 64)

	f := s.fault(method, chat)
	if f != nil && f.Delay > 0 {
		select {
		case <-time.After(f.Delay):
		case <-r.Context().Done():
			return
		}
	}
	if f != nil && f.Drop == BeforeDoing {
		panic(http.ErrAbortHandler)
	}
	if f != nil && f.Status != 0 {
		f.answer(w)
		return
	}
	result, bad := s.do(r.Context(), method, chat, params)
	if f != nil && f.Drop == AfterDoing {
		panic(http.ErrAbortHandler)
	}
	answer(w, result, bad)
}

// parameters reads a form, a query or a JSON object.
func parameters(r *http.Request) (map[string]string, *refusal) {
	params := map[string]string{}
	switch kind := r.Header.Get("Content-Type"); {
	case strings.HasPrefix(kind, "application/json"):
		var object map[string]json.RawMessage
		if err := json.NewDecoder(r.Body).Decode(&object); err != nil {
			return nil, refuse(400, "Bad Request: can't parse JSON object")
		}
		for name, raw := range object {
			var text string
			if json.Unmarshal(raw, &text) == nil {
				params[name] = text
			} else {
				params[name] = string(raw)
			}
		}
	case strings.HasPrefix(kind, "multipart/form-data"):
		if r.ContentLength != 0 && r.ParseMultipartForm(1<<20) != nil {
			return nil, refuse(400, "Bad Request: can't parse the form")
		}
		if bad := files(r, params); bad != nil {
			return nil, bad
		}
	default:
		if r.ParseForm() != nil {
			return nil, refuse(400, "Bad Request: can't parse the form")
		}
	}
	for name := range r.Form {
		params[name] = r.Form.Get(name)
	}
	return params, nil
}

// files puts what was uploaded in a form among its parameters, as [File] in JSON.
func files(r *http.Request, params map[string]string) *refusal {
	if r.MultipartForm == nil {
		return nil
	}
	for name, parts := range r.MultipartForm.File {
		part, err := parts[0].Open()
		if err != nil {
			return refuse(400, "Bad Request: can't read the file")
		}
		data, err := io.ReadAll(part)
		if err = errors.Join(err, part.Close()); err != nil {
			return refuse(400, "Bad Request: can't read the file")
		}
		whole, err := json.Marshal(File{Name: parts[0].Filename, Data: data})
		if err != nil {
			return refuse(400, "Bad Request: can't read the file")
		}
		params[name] = string(whole)
	}
	return nil
}

func answer(w http.ResponseWriter, result any, bad *refusal) {
	w.Header().Set("Content-Type", "application/json")
	body := map[string]any{"ok": true, "result": result}
	if bad != nil {
		body = map[string]any{"ok": false, "error_code": bad.code, "description": bad.text}
		if bad.after > 0 {
			body["parameters"] = map[string]any{"retry_after": bad.after}
		}
		w.WriteHeader(bad.code)
	}
	_ = json.NewEncoder(w).Encode(body)
}
