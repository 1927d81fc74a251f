package fakeslack

import (
	"encoding/json"
	"io"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Message is a message as people see it.
type Message struct {
	Channel  string
	TS       string
	Text     string
	Blocks   []Block
	Metadata *Metadata
	User     string // for an ephemeral: who alone sees it
	Edits    int    // times it was updated
	Unfurl   bool   // links or media are unfurled
}

// Metadata of a message, seen by apps only.
type Metadata struct {
	EventType    string         `json:"event_type"`
	EventPayload map[string]any `json:"event_payload"`
}

// apiError is an error code of the Web API.
type apiError struct {
	code     string
	messages []string
}

func fail(code string, messages ...string) *apiError { return &apiError{code, messages} }

const maxBody = 1 << 20

func (s *Server) serveAPI(w http.ResponseWriter, r *http.Request) {
	method := r.PathValue("method")
	args, token, err := readArgs(r)
	if err != nil {
		answer(w, nil, fail("invalid_json"))
		return
	}
	s.mu.Lock()
	s.calls = append(s.calls, Call{method, args})
	var f Fault
	if q := s.faults[method]; len(q) > 0 {
		f, s.faults[method] = q[0], q[1:]
	}
	s.touch()
	s.mu.Unlock()

	if f.Delay > 0 {
		select {
		case <-time.After(f.Delay):
		case <-r.Context().Done():
			return
		}
	}
	switch {
	case f.Drop == DropBefore:
		panic(http.ErrAbortHandler)
	case f.RetryAfter > 0:
		tooMany(w, f.RetryAfter)
		return
	case f.Status != 0:
		w.WriteHeader(f.Status)
		_, _ = io.WriteString(w, "<html><body>Slack is having trouble</body></html>")
		return
	case f.Error != "":
		answer(w, nil, fail(f.Error))
		return
	}
	s.mu.Lock()
	result, after, apiErr := s.call(method, token, args)
	s.mu.Unlock()
	switch {
	case f.Drop == DropAfter:
		panic(http.ErrAbortHandler)
	case after > 0:
		tooMany(w, int(math.Ceil(after.Seconds())))
	default:
		answer(w, result, apiErr)
	}
}

func tooMany(w http.ResponseWriter, seconds int) {
	w.Header().Set("Retry-After", strconv.Itoa(seconds))
	w.WriteHeader(http.StatusTooManyRequests)
	_, _ = io.WriteString(w, `{"ok":false,"error":"ratelimited"}`)
}

// readArgs reads a form or a JSON body; fields that hold JSON are decoded.
func readArgs(r *http.Request) (args map[string]any, token string, err error) {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody))
	if err != nil {
		return nil, "", err
	}
	args = map[string]any{}
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
		if len(body) > 0 {
			err = json.Unmarshal(body, &args)
		}
	} else {
		var form url.Values
		if form, err = url.ParseQuery(string(body)); err == nil {
			for k := range form {
				args[k] = form.Get(k)
			}
		}
		for _, k := range []string{"blocks", "metadata", "view"} {
			if text, ok := args[k].(string); ok && err == nil {
				var v any
				err = json.Unmarshal([]byte(text), &v)
				args[k] = v
			}
		}
	}
	token, _ = strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if t, ok := args["token"].(string); ok {
		token = t
	}
	delete(args, "token")
	return args, token, err
}

func answer(w http.ResponseWriter, result map[string]any, e *apiError) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	if e != nil {
		result = map[string]any{"ok": false, "error": e.code}
		if len(e.messages) > 0 {
			result["response_metadata"] = map[string]any{"messages": e.messages}
		}
	} else {
		result["ok"] = true
	}
	_ = json.NewEncoder(w).Encode(result)
}

// call runs one method. Called with mu held.
func (s *Server) call(method, token string, args map[string]any) (map[string]any, time.Duration, *apiError) {
	want := s.opt.BotToken
	if method == "apps.connections.open" {
		want = s.opt.AppToken
	}
	switch {
	case token == "":
		return nil, 0, fail("not_authed")
	case s.revoked[token] != "":
		return nil, 0, fail(s.revoked[token])
	case token != want && (token == s.opt.BotToken || token == s.opt.AppToken):
		return nil, 0, fail("not_allowed_token_type")
	case token != want:
		return nil, 0, fail("invalid_auth")
	}
	var result map[string]any
	var err *apiError
	switch method {
	case "auth.test":
		result = map[string]any{"url": s.http.URL, "team": "Practice", "user": "anteroom", "team_id": "T0", "user_id": Bot, "bot_id": "B0"}
	case "apps.connections.open":
		ticket := s.id("ticket-")
		s.tickets[ticket] = true
		result = map[string]any{"url": "ws" + strings.TrimPrefix(s.http.URL, "http") + "/link/?ticket=" + ticket}
	case "chat.postMessage":
		return s.post(args)
	case "chat.postEphemeral":
		result, err = s.whisper(args)
	case "chat.update":
		result, err = s.update(args)
	case "conversations.history":
		result, err = s.history(args)
	case "views.open", "views.push":
		result, err = s.openView(method, args)
	case "views.publish":
		result, err = s.publish(args)
	case "views.update":
		result, err = s.updateView(args)
	default:
		result, err = s.fileCall(method, args)
	}
	return result, 0, err
}

func str(args map[string]any, key string) string { t, _ := args[key].(string); return t }

// channel resolves an address: a channel id, or a user's for a direct message.
func (s *Server) channel(address string) (string, *apiError) {
	if strings.HasPrefix(address, "U") {
		return DM(address), nil
	}
	if _, ok := s.channels[address]; !ok {
		return "", fail("channel_not_found")
	}
	return address, nil
}

func (s *Server) compose(args map[string]any) (*Message, *apiError) {
	m := &Message{Text: str(args, "text"), Unfurl: str(args, "unfurl_links") != "false" || str(args, "unfurl_media") != "false"}
	if raw, ok := args["blocks"]; ok {
		blocks, problems := checkBlocks(raw, 50, false)
		if len(problems) > 0 {
			return nil, fail("invalid_blocks", problems...)
		}
		m.Blocks = blocks
	}
	if raw, ok := args["metadata"]; ok {
		js, _ := json.Marshal(raw)
		if json.Unmarshal(js, &m.Metadata) != nil || m.Metadata.EventType == "" {
			return nil, fail("invalid_metadata_format")
		}
	}
	switch {
	case m.Text == "" && len(m.Blocks) == 0:
		return nil, fail("no_text")
	case len([]rune(m.Text)) > 40000:
		return nil, fail("msg_too_long")
	}
	return m, nil
}

func (s *Server) post(args map[string]any) (map[string]any, time.Duration, *apiError) {
	channel, err := s.channel(str(args, "channel"))
	if err != nil {
		return nil, 0, err
	}
	m, err := s.compose(args)
	if err != nil {
		return nil, 0, err
	}
	now := s.opt.Now()
	if left := s.opt.PostEvery - now.Sub(s.lastPost[channel]); s.opt.PostEvery > 0 && left > 0 && !s.lastPost[channel].IsZero() {
		return nil, left, nil
	}
	s.lastPost[channel] = now
	m.Channel, m.TS = channel, s.ts()
	s.channels[channel] = append(s.channels[channel], m)
	s.touch()
	return map[string]any{"channel": channel, "ts": m.TS, "message": m.wire(true)}, 0, nil
}

// ts makes a message time: unique, and in the order of posting.
func (s *Server) ts() string {
	s.serial++
	return strconv.FormatInt(s.opt.Now().Unix(), 10) + "." + leftPad(s.serial)
}

func leftPad(n int) string {
	t := strconv.Itoa(n)
	return strings.Repeat("0", max(0, 6-len(t))) + t
}

func (s *Server) whisper(args map[string]any) (map[string]any, *apiError) {
	channel, err := s.channel(str(args, "channel"))
	if err != nil {
		return nil, err
	}
	m, err := s.compose(args)
	if err != nil {
		return nil, err
	}
	if str(args, "user") == "" {
		return nil, fail("user_not_in_channel")
	}
	m.Channel, m.TS, m.User = channel, s.ts(), str(args, "user")
	s.whispers = append(s.whispers, *m)
	s.touch()
	return map[string]any{"message_ts": m.TS}, nil
}

func (s *Server) update(args map[string]any) (map[string]any, *apiError) {
	channel := str(args, "channel")
	if _, ok := s.channels[channel]; !ok {
		return nil, fail("channel_not_found")
	}
	at := slices.IndexFunc(s.channels[channel], func(m *Message) bool { return m.TS == str(args, "ts") })
	if at < 0 {
		return nil, fail("message_not_found")
	}
	m, err := s.compose(args)
	if err != nil {
		return nil, err
	}
	old := s.channels[channel][at]
	m.Channel, m.TS, m.Edits = channel, old.TS, old.Edits+1
	if m.Metadata == nil {
		m.Metadata = old.Metadata
	}
	s.channels[channel][at] = m
	s.touch()
	return map[string]any{"channel": channel, "ts": m.TS, "text": m.Text}, nil
}

func (s *Server) history(args map[string]any) (map[string]any, *apiError) {
	channel := str(args, "channel")
	all, ok := s.channels[channel]
	if !ok {
		return nil, fail("channel_not_found")
	}
	limit, _ := strconv.Atoi(str(args, "limit"))
	if limit <= 0 {
		limit = 100
	}
	if limit > 999 {
		return nil, fail("invalid_limit")
	}
	skip := 0
	if c := str(args, "cursor"); c != "" {
		var err error
		if skip, err = strconv.Atoi(c); err != nil {
			return nil, fail("invalid_cursor")
		}
	}
	metadata := slices.Contains([]string{"1", "true"}, str(args, "include_all_metadata"))
	newest := slices.Clone(all)
	slices.Reverse(newest)
	newest = newest[min(skip, len(newest)):]
	page := newest[:min(limit, len(newest))]
	messages := []any{}
	for _, m := range page {
		messages = append(messages, m.wire(metadata))
	}
	result := map[string]any{"messages": messages, "has_more": len(newest) > len(page)}
	if len(newest) > len(page) {
		result["response_metadata"] = map[string]any{"next_cursor": strconv.Itoa(skip + len(page))}
	}
	return result, nil
}

// wire is the message as the API shows it.
func (m *Message) wire(metadata bool) map[string]any {
	w := map[string]any{"type": "message", "user": Bot, "bot_id": "B0", "app_id": "A0", "ts": m.TS, "text": m.Text, "blocks": m.Blocks}
	if metadata && m.Metadata != nil {
		w["metadata"] = m.Metadata
	}
	return w
}
