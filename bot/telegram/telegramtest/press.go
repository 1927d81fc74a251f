package telegramtest

import (
	"fmt"
	"strconv"
	"time"
)

// Press presses the newest button that has this label or data. It returns the
// id of the press.
func (u *User) Press(what string) (string, error) {
	var newest int
	for _, m := range u.Inbox() {
		for _, row := range m.Buttons {
			for _, b := range row {
				if b.Label == what || b.Data == what {
					newest = m.ID
				}
			}
		}
	}
	if newest == 0 {
		return "", fmt.Errorf("no button %q in the chat of user %d", what, u.ID)
	}
	return u.PressOn(newest, what)
}

// PressOn presses a button with this label or data under one message, also one
// that was there before the buttons changed: a screen may be behind.
func (u *User) PressOn(message int, what string) (string, error) {
	var data string
	u.s.mu.Lock()
	if m := u.c.message(strconv.Itoa(message)); m != nil {
		for _, rows := range append(m.before, m.Buttons) {
			for _, row := range rows {
				for _, b := range row {
					if b.Label == what || b.Data == what {
						data = b.Data
					}
				}
			}
		}
	}
	u.s.mu.Unlock()
	if data == "" {
		return "", fmt.Errorf("message %d to user %d never had a button %q", message, u.ID, what)
	}
	return u.PressData(message, data), nil
}

// PressData presses with any data under a message, as a client does that is
// not Telegram's own.
func (u *User) PressData(message int, data string) string {
	return u.press(data, func() map[string]any {
		if m := u.c.message(strconv.Itoa(message)); m != nil {
			return u.s.json(m)
		}
		return map[string]any{"message_id": message, "date": 0, "chat": u.c.json(u)}
	})
}

// PressInaccessible presses under a message that is too old for the bot.
func (u *User) PressInaccessible(message int, data string) string {
	return u.press(data, func() map[string]any {
		return map[string]any{"message_id": message, "date": 0, "chat": u.c.json(u)}
	})
}

// PressBare presses without telling under which message.
func (u *User) PressBare(data string) string {
	return u.press(data, func() map[string]any { return nil })
}

// PressIn presses under a message in somebody else's chat.
func (u *User) PressIn(other *User, message int, data string) string {
	return u.press(data, func() map[string]any {
		return map[string]any{"message_id": message, "date": time.Now().Unix(), "chat": other.c.json(other), "text": "…"}
	})
}

// press makes a callback query; under is called with s.mu held.
func (u *User) press(data string, under func() map[string]any) string {
	var id string
	u.s.change(func() {
		id = strconv.Itoa(4_400_000_000 + len(u.s.queries))
		u.s.queries[id] = &query{user: u, at: time.Now()}
		q := map[string]any{"id": id, "from": u.json(), "chat_instance": "1", "data": data}
		if m := under(); m != nil {
			q["message"] = m
		}
		u.s.push("callback_query", u.ID, q)
	})
	return id
}

// Answer is the bot's answer to a press, if there was one.
func (s *Server) Answer(press string) (Answer, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q := s.queries[press]
	if q == nil || !q.answered {
		return Answer{}, false
	}
	return q.Answer, true
}
