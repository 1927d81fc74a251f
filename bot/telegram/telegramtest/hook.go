package telegramtest

import (
	"bytes"
	"context"
	"net/http"
	"slices"
	"time"
)

// hook brings updates to a webhook: those of one chat one after the other,
// again and again until the answer is 2xx.
type hook struct {
	url, secret string
	cancel      context.CancelFunc
	busy        map[int64]bool // chats with a request under way or a pause
}

const firstPause, longestPause = 10 * time.Millisecond, 500 * time.Millisecond

// Webhook is the address that updates are brought to; empty without one.
func (s *Server) Webhook() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.hook == nil {
		return ""
	}
	return s.hook.url
}

// startHook needs s.mu.
func (s *Server) startHook(url, secret string) {
	ctx, cancel := context.WithCancel(s.ctx)
	h := &hook{url: url, secret: secret, cancel: cancel, busy: map[int64]bool{}}
	s.hook = h
	s.poller++ // whoever polls is thrown out
	s.work.Go(func() { s.bring(ctx, h) })
}

// unhook needs s.mu.
func (s *Server) unhook() {
	if s.hook != nil {
		s.hook.cancel()
		s.hook = nil
	}
}

func (s *Server) bring(ctx context.Context, h *hook) {
	client := &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	for ctx.Err() == nil {
		s.mu.Lock()
		changed := s.changed
		for _, u := range s.queue {
			if s.hook == h && !h.busy[u.chat] {
				h.busy[u.chat] = true
				s.work.Go(func() { s.bringOne(ctx, h, client, u) })
			}
		}
		s.mu.Unlock()
		select {
		case <-changed:
		case <-ctx.Done():
		}
	}
}

func (s *Server) bringOne(ctx context.Context, h *hook, client *http.Client, u update) {
	for pause := firstPause; ctx.Err() == nil; pause = min(2*pause, longestPause) {
		if post(ctx, client, h, u.body) {
			break
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return
		}
	}
	s.change(func() {
		if i := slices.IndexFunc(s.queue, func(q update) bool { return q.id == u.id }); i >= 0 && s.hook == h {
			s.queue = slices.Delete(s.queue, i, i+1)
		}
		delete(h.busy, u.chat)
	})
}

func post(ctx context.Context, client *http.Client, h *hook, body []byte) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, h.url, bytes.NewReader(body))
	if err != nil {
		return false
	}
	req.Header.Set("Content-Type", "application/json")
	if h.secret != "" {
		req.Header.Set("X-Telegram-Bot-Api-Secret-Token", h.secret)
	}
	resp, err := client.Do(req)
	if err != nil {
		return false
	}
	resp.Body.Close()
	return resp.StatusCode/100 == 2
}
