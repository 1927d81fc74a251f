package fakeslack

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// User is a person of the workspace, in front of Slack.
type User struct {
	s  *Server
	id string
}

// User is the person with this id; every id is a person.
func (s *Server) User(id string) User { return User{s, id} }

// ErrNotThere: the person does not see what the test wants pressed.
var ErrNotThere = errors.New("not there")

// Press presses a button of a message, as the message stands now, and returns
// when the app acknowledged or Slack gave up.
func (u User) Press(m Message, actionID string) (Reply, error) {
	u.s.mu.Lock()
	var now *Message
	for _, x := range u.s.channels[m.Channel] {
		if x.TS == m.TS {
			now = x
		}
	}
	for i, x := range u.s.whispers {
		if x.TS == m.TS && x.User == u.id {
			now = &u.s.whispers[i]
		}
	}
	if now == nil {
		u.s.mu.Unlock()
		return Reply{}, fmt.Errorf("message %s: %w", m.TS, ErrNotThere)
	}
	payload, err := u.press(now.Blocks, actionID)
	if err == nil {
		payload["container"] = map[string]any{"type": "message", "message_ts": m.TS, "channel_id": m.Channel, "is_ephemeral": now.User != ""}
		payload["channel"] = map[string]any{"id": m.Channel, "name": "intake"}
		payload["message"] = now.wire(true)
	}
	u.s.mu.Unlock()
	if err != nil {
		return Reply{}, err
	}
	return u.s.Send("interactive", payload), nil
}

// Command types "/anteroom" and a text in a channel. What the app answers with
// its acknowledgement is seen by this person alone.
func (u User) Command(channel, text string) (Reply, error) {
	u.s.mu.Lock()
	payload := map[string]any{
		"team_id": "T0", "team_domain": "practice", "channel_id": channel, "channel_name": "intake", "user_id": u.id, "user_name": strings.ToLower(u.id),
		"command": "/anteroom", "text": text, "api_app_id": "A0", "trigger_id": u.s.newTrigger(u.id),
	}
	u.s.mu.Unlock()
	r := u.s.Send("slash_commands", payload)
	var answer map[string]any
	if len(r.Payload) == 0 {
		return r, nil
	}
	if err := json.Unmarshal(r.Payload, &answer); err != nil {
		return r, fmt.Errorf("the answer to a command: %w", err)
	}
	if kind := answer["response_type"]; kind != nil && kind != "ephemeral" {
		return r, fmt.Errorf("the answer to a command is %v: everybody in the channel would see it", kind)
	}
	u.s.mu.Lock()
	defer u.s.mu.Unlock()
	m, bad := u.s.compose(answer)
	if bad != nil {
		return r, fmt.Errorf("the answer to a command: %s %v", bad.code, bad.messages)
	}
	m.Channel, m.TS, m.User = channel, u.s.ts(), u.id
	u.s.whispers = append(u.s.whispers, *m)
	u.s.touch()
	return r, nil
}

// OpenHome opens the app's home.
func (u User) OpenHome() Reply {
	return u.s.Send("events_api", map[string]any{
		"token": "x", "team_id": "T0", "api_app_id": "A0", "type": "event_callback", "event_id": "Ev0", "event_time": u.s.opt.Now().Unix(),
		"event": map[string]any{"type": "app_home_opened", "user": u.id, "channel": DM(u.id), "tab": "home", "event_ts": "1.000001"},
	})
}

// PressView presses a button inside an open modal, or in the app's home.
func (u User) PressView(v View, actionID string) (Reply, error) {
	u.s.mu.Lock()
	now := u.s.viewByID(v.ID)
	if now == nil || now.User != u.id {
		u.s.mu.Unlock()
		return Reply{}, fmt.Errorf("view %s: %w", v.ID, ErrNotThere)
	}
	payload, err := u.press(now.Blocks, actionID)
	if err == nil {
		payload["container"] = map[string]any{"type": "view", "view_id": now.ID}
		payload["view"] = now.wire(nil)
	}
	u.s.mu.Unlock()
	if err != nil {
		return Reply{}, err
	}
	return u.s.Send("interactive", payload), nil
}

// press is the payload of a press without its place. Called with mu held.
func (u User) press(blocks []Block, actionID string) (map[string]any, error) {
	block, button := find(blocks, actionID)
	if button == nil || button["type"] != "button" {
		return nil, fmt.Errorf("button %s: %w", actionID, ErrNotThere)
	}
	u.s.serial++
	action := map[string]any{
		"type": "button", "action_id": actionID, "block_id": block["block_id"], "text": button["text"],
		"action_ts": fmt.Sprintf("%d.%06d", u.s.opt.Now().Unix(), u.s.serial),
	}
	if v, ok := button["value"]; ok {
		action["value"] = v
	}
	payload := u.payload("block_actions")
	payload["trigger_id"] = u.s.newTrigger(u.id)
	payload["actions"] = []any{action}
	payload["state"] = map[string]any{"values": map[string]any{}}
	return payload, nil
}

func (u User) payload(kind string) map[string]any {
	return map[string]any{
		"type": kind, "team": map[string]any{"id": "T0", "domain": "practice"}, "api_app_id": "A0",
		"user": map[string]any{"id": u.id, "username": strings.ToLower(u.id), "name": strings.ToLower(u.id), "team_id": "T0"},
	}
}

// Values fills a form: by action id, a string for texts, options and dates
// (2027-05-01), a time.Time for a date with time. What is not named keeps its
// initial value; "" empties an optional field.
type Values map[string]any

// SubmitView sends the form of an open modal. Slack's own checks come first
// and are returned as an error: required fields, lengths, unknown options.
func (u User) SubmitView(viewID string, values Values) (Reply, error) {
	u.s.mu.Lock()
	v := u.s.viewByID(viewID)
	switch {
	case v == nil || v.User != u.id:
		u.s.mu.Unlock()
		return Reply{}, fmt.Errorf("view %s: %w", viewID, ErrNotThere)
	case v.SubmitLabel == "":
		u.s.mu.Unlock()
		return Reply{}, fmt.Errorf("view %s has nothing to submit: %w", viewID, ErrNotThere)
	}
	state, err := fill(v.Blocks, values)
	payload := u.payload("view_submission")
	payload["trigger_id"] = u.s.newTrigger(u.id)
	payload["view"] = v.wire(state)
	payload["response_urls"] = []any{}
	u.s.mu.Unlock()
	if err != nil {
		return Reply{}, err
	}
	return u.Resend(viewID, payload), nil
}

// Resend delivers a view_submission payload and carries out its answer on the
// view. A test uses it for forged payloads.
func (u User) Resend(viewID string, payload map[string]any) Reply {
	e := u.s.start("interactive", payload)
	<-e.done
	r := e.reply(u.s)
	if !r.Acked || e.late {
		r.Trouble = true // "We had some trouble connecting. Try again?"
		return r
	}
	r.Trouble = u.s.respond(viewID, r.Payload)
	return r
}

// Payload is the interaction a person could not make: a submission of a view
// with the given callback id, metadata and values, open or not.
func (u User) Payload(view map[string]any) map[string]any {
	p := u.payload("view_submission")
	p["view"] = view
	return p
}

// CloseView closes the top modal of the user, and tells the app if that wanted
// to be told.
func (u User) CloseView() {
	u.s.mu.Lock()
	stack := u.s.stacks[u.id]
	var closed *View
	if n := len(stack); n > 0 {
		closed, u.s.stacks[u.id] = stack[n-1], stack[:n-1:n-1]
	}
	u.s.touch()
	u.s.mu.Unlock()
	if closed != nil && closed.raw["notify_on_close"] == true {
		payload := u.payload("view_closed")
		payload["view"], payload["is_cleared"] = closed.wire(nil), false
		u.s.Send("interactive", payload)
	}
}

// fill makes the state of a form.
func fill(blocks []Block, values Values) (map[string]any, error) {
	state := map[string]any{}
	used := 0
	for _, b := range blocks {
		if b["type"] != "input" {
			continue
		}
		e := b["element"].(map[string]any)
		id := e["action_id"].(string)
		v, given := values[id]
		if given {
			used++
		}
		entry, empty, err := enter(e, v, given)
		if err != nil {
			return nil, fmt.Errorf("field %s: %w", id, err)
		}
		if empty && b["optional"] != true {
			return nil, fmt.Errorf("field %s: please complete this required field", id)
		}
		state[b["block_id"].(string)] = map[string]any{id: entry}
	}
	if used != len(values) {
		return nil, fmt.Errorf("of %d values only %d have a field: %w", len(values), used, ErrNotThere)
	}
	return state, nil
}

// optionsOf are the options of a select, in groups or not.
func optionsOf(e map[string]any) []any {
	all, _ := e["options"].([]any)
	groups, _ := e["option_groups"].([]any)
	for _, g := range groups {
		inner, _ := g.(map[string]any)["options"].([]any)
		all = append(all, inner...)
	}
	return all
}

// enter types one value into one element.
func enter(e map[string]any, v any, given bool) (entry map[string]any, empty bool, err error) {
	entry = map[string]any{"type": e["type"]}
	text, _ := v.(string)
	put := func(key, initial string) {
		if !given {
			text, _ = e[initial].(string)
		}
		entry[key] = nil
		if empty = text == ""; !empty {
			entry[key] = text
		}
	}
	switch e["type"] {
	case "plain_text_input":
		put("value", "initial_value")
		if most, ok := e["max_length"].(float64); ok && utf8.RuneCountInString(text) > int(most) {
			return nil, false, fmt.Errorf("longer than %d characters", int(most))
		}
	case "datepicker":
		put("selected_date", "initial_date")
		if _, err := time.Parse(time.DateOnly, text); err != nil && !empty {
			return nil, false, err
		}
	case "datetimepicker":
		at, ok := v.(time.Time)
		entry["selected_date_time"] = nil
		switch first, has := e["initial_date_time"].(float64); {
		case given && ok && !at.IsZero():
			entry["selected_date_time"] = at.Unix()
		case !given && has:
			entry["selected_date_time"] = int64(first)
		default:
			empty = true
		}
	case "static_select", "radio_buttons":
		first, has := e["initial_option"].(map[string]any)
		entry["selected_option"] = nil
		switch {
		case given && text != "":
			for _, o := range optionsOf(e) {
				if o.(map[string]any)["value"] == text {
					entry["selected_option"] = o
				}
			}
			if entry["selected_option"] == nil {
				return nil, false, fmt.Errorf("no option of this value: %w", ErrNotThere)
			}
		case !given && has:
			entry["selected_option"] = first
		default:
			empty = true
		}
	default:
		return nil, false, fmt.Errorf("the driver cannot fill a %v", e["type"])
	}
	return entry, empty, nil
}
