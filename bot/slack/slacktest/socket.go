package fakeslack

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// conn is one Socket Mode connection.
type conn struct {
	ws *websocket.Conn
	mu sync.Mutex // one writer at a time
}

func (c *conn) write(v any) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	_ = c.ws.SetWriteDeadline(time.Now().Add(5 * time.Second))
	return c.ws.WriteJSON(v)
}

// envelope is one payload until it is acknowledged or given up.
type envelope struct {
	kind     string
	payload  any
	attempts int // deliveries
	windows  int // times of AckWithin begun, with a connection or without
	ids      []string
	timer    *time.Timer
	done     chan struct{}
	gone     bool
	acked    bool
	late     bool // acknowledged after the time for an answer
	answer   json.RawMessage
}

// giveUp ends the wait for an acknowledgement. Called with mu held.
func (e *envelope) giveUp() {
	if e.gone {
		return
	}
	e.gone = true
	if e.timer != nil {
		e.timer.Stop()
	}
	close(e.done)
}

func (s *Server) serveSocket(w http.ResponseWriter, r *http.Request) {
	ticket := r.URL.Query().Get("ticket")
	s.mu.Lock()
	ok := s.tickets[ticket] && !s.closed
	delete(s.tickets, ticket)
	if ok {
		s.wg.Add(1)
	}
	s.mu.Unlock()
	if !ok {
		http.Error(w, "no such ticket", http.StatusUnauthorized)
		return
	}
	defer s.wg.Done()
	ws, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	c := &conn{ws: ws}
	defer func() { _ = ws.Close() }()

	s.mu.Lock()
	n := len(s.conns) + 1
	s.mu.Unlock()
	hello := map[string]any{"type": "hello", "num_connections": n, "connection_info": map[string]any{"app_id": "A0"},
		"debug_info": map[string]any{"host": "applink-fake", "approximate_connection_time": 18060}}
	if c.write(hello) != nil {
		return
	}
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return
	}
	s.conns = append(s.conns, c)
	s.opened++
	waiting := s.waiting
	s.waiting = nil
	s.touch()
	for _, e := range waiting {
		s.send(e)
	}
	s.mu.Unlock()

	stop := make(chan struct{})
	s.wg.Go(func() { s.ping(c, stop) })
	s.read(c)
	close(stop)
	s.mu.Lock()
	s.conns = slices.DeleteFunc(s.conns, func(x *conn) bool { return x == c })
	s.touch()
	s.mu.Unlock()
}

func (s *Server) ping(c *conn, stop chan struct{}) {
	t := time.NewTicker(s.opt.PingEvery)
	defer t.Stop()
	for {
		select {
		case <-stop:
			return
		case <-t.C:
			if c.ws.WriteControl(websocket.PingMessage, []byte("ping"), time.Now().Add(time.Second)) != nil {
				return
			}
		}
	}
}

// read takes acknowledgements until the connection ends.
func (s *Server) read(c *conn) {
	for {
		var ack struct {
			ID      string          `json:"envelope_id"`
			Payload json.RawMessage `json:"payload"`
		}
		_, data, err := c.ws.ReadMessage()
		if err != nil {
			return
		}
		if len(data) >= 20*1024 || json.Unmarshal(data, &ack) != nil {
			continue // Slack drops these silently
		}
		s.mu.Lock()
		switch e := s.pending[ack.ID]; {
		case e == nil:
		case s.loseAcks > 0:
			s.loseAcks--
			if ack.ID == e.ids[len(e.ids)-1] {
				s.missed(e) // nothing more would come in the time that is left
			}
		default:
			e.acked = true
			e.late = ack.ID != e.ids[len(e.ids)-1]
			e.answer = ack.Payload
			s.forget(e)
			e.giveUp()
		}
		s.mu.Unlock()
	}
}

func (s *Server) forget(e *envelope) {
	maps.DeleteFunc(s.pending, func(_ string, x *envelope) bool { return x == e })
}

// send delivers or redelivers, under a new envelope id. Without a connection
// the envelope waits for one, for as long as redeliveries would have gone on.
// Called with mu held.
func (s *Server) send(e *envelope) {
	if s.closed {
		e.giveUp()
		return
	}
	if e.timer != nil {
		e.timer.Stop()
	}
	e.windows++
	e.timer = time.AfterFunc(s.opt.AckWithin, func() { s.overdue(e) })
	if len(s.conns) == 0 {
		s.waiting = append(s.waiting, e)
		return
	}
	s.next++
	c := s.conns[s.next%len(s.conns)]
	id := s.id("envelope-")
	e.ids = append(e.ids, id)
	e.attempts++
	s.pending[id] = e
	out := map[string]any{"envelope_id": id, "type": e.kind, "payload": e.payload, "accepts_response_payload": true}
	if e.attempts > 1 {
		out["retry_attempt"], out["retry_reason"] = e.attempts-1, "timeout"
	}
	s.wg.Go(func() { _ = c.write(out) })
}

func (s *Server) overdue(e *envelope) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.missed(e)
}

// missed delivers again what was not acknowledged, or gives it up. Called with mu
// held.
func (s *Server) missed(e *envelope) {
	if s.closed || e.acked || e.gone {
		return
	}
	s.waiting = slices.DeleteFunc(s.waiting, func(x *envelope) bool { return x == e })
	if e.windows > s.opt.Redeliveries {
		s.forget(e)
		e.giveUp()
		return
	}
	s.send(e)
}

// Reply is what became of one envelope.
type Reply struct {
	Acked    bool
	Attempts int             // deliveries made
	Payload  json.RawMessage // of the acknowledgement
	Trouble  bool            // a submission whose answer Slack could not use
}

// start puts an envelope on its way.
func (s *Server) start(kind string, payload any) *envelope {
	e := &envelope{kind: kind, payload: payload, done: make(chan struct{})}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.send(e)
	return e
}

func (e *envelope) reply(s *Server) Reply {
	s.mu.Lock()
	defer s.mu.Unlock()
	return Reply{Acked: e.acked, Attempts: e.attempts, Payload: e.answer}
}

// Send delivers an envelope of any kind with any payload, as no person could,
// and returns when it is acknowledged or given up.
func (s *Server) Send(kind string, payload any) Reply {
	e := s.start(kind, payload)
	<-e.done
	return e.reply(s)
}

// SendRaw writes bytes to every connection, as no Slack would.
func (s *Server) SendRaw(data string) error {
	s.mu.Lock()
	conns := slices.Clone(s.conns)
	s.mu.Unlock()
	for _, c := range conns {
		c.mu.Lock()
		err := c.ws.WriteMessage(websocket.TextMessage, []byte(data))
		c.mu.Unlock()
		if err != nil {
			return fmt.Errorf("write raw: %w", err)
		}
	}
	return nil
}

// AckWithin changes how long what is delivered from now on waits for its
// acknowledgement, in real time: short for what is not to be acknowledged.
func (s *Server) AckWithin(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.opt.AckWithin = d
}

// LoseAcks makes the next n acknowledgements disappear on their way; what they
// were for is delivered again at once.
func (s *Server) LoseAcks(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.loseAcks = n
}

// Connections is the number of Socket Mode connections that are open.
func (s *Server) Connections() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.conns)
}

// Opened is the number of Socket Mode connections that ever were.
func (s *Server) Opened() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.opened
}

// Disconnect asks every client to reconnect: reason is "warning",
// "refresh_requested" or "link_disabled".
func (s *Server) Disconnect(reason string) {
	s.mu.Lock()
	conns := slices.Clone(s.conns)
	s.mu.Unlock()
	for _, c := range conns {
		_ = c.write(map[string]any{"type": "disconnect", "reason": reason, "debug_info": map[string]any{"host": "applink-fake"}})
	}
}

// DropConnections cuts every Socket Mode connection without a word.
func (s *Server) DropConnections() {
	s.mu.Lock()
	conns := slices.Clone(s.conns)
	s.mu.Unlock()
	for _, c := range conns {
		_ = c.ws.NetConn().Close()
	}
}
