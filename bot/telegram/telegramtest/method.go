package telegramtest

import (
	"bytes"
	"context"
	"encoding/json"
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/time/rate"
)

// fields are what each method takes.
var fields = map[string][]string{
	"getMe":      {},
	"getUpdates": {"offset", "limit", "timeout", "allowed_updates"},
	"sendMessage": {"chat_id", "text", "parse_mode", "entities", "link_preview_options", "disable_notification",
		"protect_content", "reply_markup", "reply_parameters"},
	"editMessageReplyMarkup": {"chat_id", "message_id", "reply_markup"},
	"deleteMessage":          {"chat_id", "message_id"},
	"deleteMessages":         {"chat_id", "message_ids"},
	"sendDocument": {"chat_id", "document", "caption", "disable_content_type_detection", "disable_notification",
		"protect_content", "reply_markup", "reply_parameters"},
	"answerCallbackQuery": {"callback_query_id", "text", "show_alert", "cache_time"},
	"leaveChat":           {"chat_id"},
	"setMyCommands":       {"commands", "scope", "language_code"},
	"setWebhook": {"url", "max_connections", "allowed_updates", "drop_pending_updates",
		"secret_token"},
	"deleteWebhook": {"drop_pending_updates"},
}

// do carries out a method.
func (s *Server) do(ctx context.Context, method string, chat int64, params map[string]string) (any, *refusal) {
	known, ok := fields[method]
	if !ok {
		return nil, refuse(404, "Not Found")
	}
	for name, value := range params {
		if !slices.Contains(known, name) {
			return nil, refuse(400, "Bad Request: %s has no field %q", method, name)
		}
		if !utf8.ValidString(value) {
			return nil, refuse(400, "Bad Request: strings must be encoded in UTF-8")
		}
	}
	if method == "getUpdates" {
		return s.getUpdates(ctx, params)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.wake()
	switch method {
	case "getMe":
		return s.me(), nil
	case "sendMessage":
		return s.sendMessage(chat, params)
	case "editMessageReplyMarkup":
		return s.editMarkup(chat, params)
	case "deleteMessage":
		return s.deleteMessage(chat, params)
	case "deleteMessages":
		return s.deleteMessages(chat, params)
	case "sendDocument":
		return s.sendDocument(chat, params)
	case "answerCallbackQuery":
		return s.answerQuery(params)
	case "leaveChat":
		return s.leave(chat)
	case "setMyCommands":
		return s.setCommands(params)
	case "setWebhook":
		return s.setWebhook(params)
	default:
		s.dropIf(params)
		s.unhook()
		return true, nil
	}
}

func (s *Server) me() map[string]any {
	id, _ := strconv.ParseInt(strings.Split(s.token, ":")[0], 10, 64)
	return map[string]any{"id": id, "is_bot": true, "first_name": "Anteroom", "username": Username}
}

// getUpdates waits for updates as long as it may.
func (s *Server) getUpdates(ctx context.Context, params map[string]string) (any, *refusal) {
	offset, _ := strconv.ParseInt(params["offset"], 10, 64)
	limit, err := strconv.Atoi(params["limit"])
	if err != nil || limit < 1 || limit > 100 {
		limit = 100
	}
	timeout, _ := strconv.Atoi(params["timeout"])
	end := time.NewTimer(time.Duration(timeout) * time.Second)
	defer end.Stop()

	s.mu.Lock()
	if s.hook != nil {
		s.mu.Unlock()
		return nil, refuse(409, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first")
	}
	if bad := s.allow(params); bad != nil {
		s.mu.Unlock()
		return nil, bad
	}
	s.poller++
	mine := s.poller
	switch {
	case offset > 0:
		s.queue = slices.DeleteFunc(s.queue, func(u update) bool { return u.id < offset })
	case offset < 0:
		s.queue = s.queue[max(0, len(s.queue)+int(offset)):]
	}
	s.wake()
	s.mu.Unlock()

	for {
		s.mu.Lock()
		changed, current := s.changed, s.poller == mine
		list := []json.RawMessage{}
		for _, u := range s.queue[:min(limit, len(s.queue))] {
			list = append(list, u.body)
		}
		s.mu.Unlock()
		if !current {
			return nil, refuse(409, "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running")
		}
		if len(list) > 0 || timeout <= 0 {
			return list, nil
		}
		select {
		case <-changed:
		case <-end.C:
			return list, nil
		case <-ctx.Done():
			return list, nil
		}
	}
}

// allow notes the kinds of update that are wanted from now on.
func (s *Server) allow(params map[string]string) *refusal {
	if params["allowed_updates"] == "" {
		return nil
	}
	var kinds []string
	if json.Unmarshal([]byte(params["allowed_updates"]), &kinds) != nil {
		return refuse(400, "Bad Request: can't parse allowed updates JSON object")
	}
	s.allowed = nil
	for _, k := range kinds {
		if s.allowed == nil {
			s.allowed = map[string]bool{}
		}
		s.allowed[k] = true
	}
	return nil
}

// reach finds a chat that the bot may write to.
func (s *Server) reach(id int64) (*chat, *refusal) {
	c := s.chats[id]
	switch {
	case c == nil:
		return nil, refuse(400, "Bad Request: chat not found")
	case c.deleted:
		return nil, refuse(403, "Forbidden: user is deactivated")
	case c.blocked:
		return nil, refuse(403, "Forbidden: bot was blocked by the user")
	case c.left:
		return nil, refuse(403, "Forbidden: bot was kicked from the %s chat", c.kind)
	case !c.started:
		return nil, refuse(403, "Forbidden: bot can't initiate conversation with a user")
	}
	return c, nil
}

func (s *Server) sendMessage(id int64, params map[string]string) (any, *refusal) {
	c, bad := s.reach(id)
	if bad != nil {
		return nil, bad
	}
	text := strings.TrimSpace(params["text"])
	switch units := len(utf16.Encode([]rune(text))); {
	case units == 0:
		return nil, refuse(400, "Bad Request: message text is empty")
	case units > 4096:
		return nil, refuse(400, "Bad Request: message is too long")
	}
	buttons, bad := keyboard(params["reply_markup"])
	if bad != nil {
		return nil, bad
	}
	if bad := s.limits.take(id); bad != nil {
		return nil, bad
	}
	var preview struct {
		IsDisabled bool `json:"is_disabled"`
	}
	_ = json.Unmarshal([]byte(params["link_preview_options"]), &preview)
	m := s.record(c, &Message{
		FromBot: true, Text: text, Buttons: buttons, Protected: params["protect_content"] == "true",
		PreviewOff: preview.IsDisabled, ParseMode: params["parse_mode"],
	})
	return s.json(m), nil
}

func (l *limits) take(chat int64) *refusal {
	if l == nil {
		return nil
	}
	if l.chats[chat] == nil {
		l.chats[chat] = rate.NewLimiter(l.each, l.burst)
	}
	if !l.chats[chat].Allow() || !l.overall.Allow() {
		return &refusal{429, "Too Many Requests: retry after 1", 1}
	}
	return nil
}

// keyboard reads and checks an inline keyboard.
func keyboard(raw string) ([][]Button, *refusal) {
	if raw == "" {
		return nil, nil
	}
	var markup struct {
		Rows [][]struct {
			Text string `json:"text"`
			Data string `json:"callback_data"`
		} `json:"inline_keyboard"`
	}
	d := json.NewDecoder(bytes.NewReader([]byte(raw)))
	d.DisallowUnknownFields()
	if err := d.Decode(&markup); err != nil {
		return nil, refuse(400, "Bad Request: can't parse reply keyboard markup JSON object")
	}
	var rows [][]Button
	for _, row := range markup.Rows {
		var line []Button
		for _, b := range row {
			switch {
			case strings.TrimSpace(b.Text) == "":
				return nil, refuse(400, "Bad Request: inline keyboard button text must be non-empty")
			case len(b.Data) < 1 || len(b.Data) > 64:
				return nil, refuse(400, "Bad Request: BUTTON_DATA_INVALID")
			}
			line = append(line, Button{b.Text, b.Data})
		}
		rows = append(rows, line)
	}
	return rows, nil
}

func (s *Server) editMarkup(id int64, params map[string]string) (any, *refusal) {
	c, bad := s.reach(id)
	if bad != nil {
		return nil, bad
	}
	m := c.message(params["message_id"])
	switch {
	case m == nil:
		return nil, refuse(400, "Bad Request: message to edit not found")
	case !m.FromBot:
		return nil, refuse(400, "Bad Request: message can't be edited")
	}
	buttons, bad := keyboard(params["reply_markup"])
	if bad != nil {
		return nil, bad
	}
	if reflect.DeepEqual(buttons, m.Buttons) {
		return nil, refuse(400, "Bad Request: message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message")
	}
	m.before = append(m.before, m.Buttons)
	m.Buttons = buttons
	m.Edits++
	return s.json(m), nil
}

func (s *Server) deleteMessage(id int64, params map[string]string) (any, *refusal) {
	c, bad := s.reach(id)
	if bad != nil {
		return nil, bad
	}
	m := c.message(params["message_id"])
	switch {
	case m == nil:
		return nil, refuse(400, "Bad Request: message to delete not found")
	case !m.deletable():
		return nil, refuse(400, "Bad Request: message can't be deleted")
	}
	m.Deleted = true
	return true, nil
}

// deleteMessages passes over what is not there. One message that cannot be
// deleted spoils the call for all.
func (s *Server) deleteMessages(id int64, params map[string]string) (any, *refusal) {
	c, bad := s.reach(id)
	if bad != nil {
		return nil, bad
	}
	var ids []int
	if json.Unmarshal([]byte(params["message_ids"]), &ids) != nil || len(ids) == 0 {
		return nil, refuse(400, "Bad Request: message identifiers are not specified")
	}
	if len(ids) > 100 {
		return nil, refuse(400, "Bad Request: too many message identifiers specified")
	}
	var found []*Message
	for _, n := range ids {
		m := c.message(strconv.Itoa(n))
		if m != nil && !m.deletable() {
			return nil, refuse(400, "Bad Request: message can't be deleted")
		}
		if m != nil {
			found = append(found, m)
		}
	}
	for _, m := range found {
		m.Deleted = true
	}
	return true, nil
}

// deletable: younger than 48 hours, and no die that was thrown today.
func (m *Message) deletable() bool {
	return time.Since(m.At) <= 48*time.Hour && !(m.dice && time.Since(m.At) <= 24*time.Hour)
}

// sendDocument takes a file that stands in the form.
func (s *Server) sendDocument(id int64, params map[string]string) (any, *refusal) {
	c, bad := s.reach(id)
	if bad != nil {
		return nil, bad
	}
	var f File
	if json.Unmarshal([]byte(params["document"]), &f) != nil || f.Name == "" {
		return nil, refuse(400, "Bad Request: there is no document in the request")
	}
	if len(f.Data) == 0 {
		return nil, refuse(400, "Bad Request: file must be non-empty")
	}
	if bad := s.limits.take(id); bad != nil {
		return nil, bad
	}
	m := s.record(c, &Message{FromBot: true, Text: params["caption"], File: &f, Protected: params["protect_content"] == "true",
		PreviewOff: params["disable_content_type_detection"] == "true"})
	return s.json(m), nil
}

func (s *Server) answerQuery(params map[string]string) (any, *refusal) {
	q := s.queries[params["callback_query_id"]]
	if q == nil || q.answered || time.Since(q.at) > s.life {
		return nil, refuse(400, "Bad Request: query is too old and response timeout expired or query ID is invalid")
	}
	if len(utf16.Encode([]rune(params["text"]))) > 200 {
		return nil, refuse(400, "Bad Request: MESSAGE_TOO_LONG")
	}
	q.answered = true
	q.Text, q.Alert = params["text"], params["show_alert"] == "true"
	return true, nil
}

func (s *Server) leave(id int64) (any, *refusal) {
	c := s.chats[id]
	switch {
	case c == nil:
		return nil, refuse(400, "Bad Request: chat not found")
	case c.kind == "private":
		return nil, refuse(400, "Bad Request: chat member status can't be changed in private chats")
	case c.left:
		return nil, refuse(403, "Forbidden: bot is not a member of the %s chat", c.kind)
	}
	c.left = true
	s.push("my_chat_member", id, s.membership(c, nil, "member", "left"))
	return true, nil
}

var (
	commandName = regexp.MustCompile(`^[a-z0-9_]{1,32}$`)
	twoLetters  = regexp.MustCompile(`^([a-z]{2})?$`)
)

func (s *Server) setCommands(params map[string]string) (any, *refusal) {
	var list []Command
	if json.Unmarshal([]byte(params["commands"]), &list) != nil || len(list) > 100 {
		return nil, refuse(400, "Bad Request: can't parse commands")
	}
	for _, c := range list {
		if !commandName.MatchString(c.Command) || c.Description == "" || utf8.RuneCountInString(c.Description) > 256 {
			return nil, refuse(400, "Bad Request: BOT_COMMAND_INVALID")
		}
	}
	if !twoLetters.MatchString(params["language_code"]) {
		return nil, refuse(400, "Bad Request: invalid language code specified")
	}
	s.commands[params["language_code"]] = list
	return true, nil
}

var secretForm = regexp.MustCompile(`^[A-Za-z0-9_-]{0,256}$`)

func (s *Server) setWebhook(params map[string]string) (any, *refusal) {
	if bad := s.allow(params); bad != nil {
		return nil, bad
	}
	if !secretForm.MatchString(params["secret_token"]) {
		return nil, refuse(400, "Bad Request: secret token contains unallowed characters")
	}
	s.dropIf(params)
	s.unhook()
	if params["url"] == "" {
		return true, nil
	}
	if u, err := url.Parse(params["url"]); err != nil || u.Host == "" {
		return nil, refuse(400, "Bad Request: bad webhook: invalid webhook URL specified")
	}
	s.startHook(params["url"], params["secret_token"])
	return true, nil
}

func (s *Server) dropIf(params map[string]string) {
	if params["drop_pending_updates"] == "true" {
		s.queue = nil
	}
}
