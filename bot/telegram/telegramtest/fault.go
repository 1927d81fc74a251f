package telegramtest

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// Fault is something that goes wrong on purpose. The zero fields match every
// call; the first fault that matches is the one that happens.
type Fault struct {
	Method string
	Chat   int64
	Times  int // how often; 0 means until it is taken back

	Delay      time.Duration
	Status     int    // answered in place of doing it
	RetryAfter int    // seconds, with status 429
	Body       string // in place of the usual answer, as some proxy would send it
	Drop       Drop
}

// Drop is when a connection is cut.
type Drop int

// When a connection is cut: never, before the request is acted on, or after.
const (
	Never Drop = iota
	BeforeDoing
	AfterDoing
)

// Fault makes something go wrong from now on. The function that it returns
// takes it back.
func (s *Server) Fault(f Fault) (end func()) {
	mine := &f
	if f.Times == 0 {
		mine.Times = -1
	}
	s.change(func() { s.faults = append(s.faults, mine) })
	return func() {
		s.change(func() { s.faults = slices.DeleteFunc(s.faults, func(f *Fault) bool { return f == mine }) })
	}
}

// fault is what goes wrong with this call, or nil.
func (s *Server) fault(method string, chat int64) *Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.faults {
		if f.Times != 0 && (f.Method == "" || strings.EqualFold(f.Method, method)) && (f.Chat == 0 || f.Chat == chat) {
			if f.Times > 0 {
				f.Times--
			}
			found := *f
			return &found
		}
	}
	return nil
}

func (f *Fault) answer(w http.ResponseWriter) {
	if f.Body != "" {
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(f.Status)
		_, _ = w.Write([]byte(f.Body))
		return
	}
	text := map[int]string{
		400: "Bad Request: a fault made for the test",
		401: "Unauthorized",
		403: "Forbidden: bot was blocked by the user",
		404: "Not Found",
		409: "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
		429: "Too Many Requests: retry later",
	}[f.Status]
	if text == "" {
		text = "Internal Server Error"
	}
	answer(w, nil, &refusal{f.Status, text, f.RetryAfter})
}
