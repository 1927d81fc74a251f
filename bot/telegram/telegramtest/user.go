package telegramtest

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"
)

// Message is one message of a chat as it stands now.
type Message struct {
	ID         int
	FromBot    bool
	Text       string
	Buttons    [][]Button
	Protected  bool // cannot be forwarded or saved
	PreviewOff bool
	ParseMode  string
	Edits      int // how often the buttons were changed
	Deleted    bool
	File       *File // of a document
	At         time.Time

	dice   bool
	chat   *chat
	from   *User
	before [][][]Button // earlier buttons; an old screen may still show them
}

// File is a document as it was uploaded.
type File struct {
	Name string
	Data []byte
}

// Button is one button under a message.
type Button struct{ Label, Data string }

// Labels are the labels under the message, row by row.
func (m Message) Labels() []string {
	var list []string
	for _, row := range m.Buttons {
		for _, b := range row {
			list = append(list, b.Label)
		}
	}
	return list
}

// Answer is what became of a press.
type Answer struct {
	Text  string
	Alert bool
}

type query struct {
	Answer
	user     *User
	at       time.Time
	answered bool
}

type chat struct {
	id                              int64
	kind, title                     string
	started, blocked, deleted, left bool
	messages                        []*Message
}

// message finds one that is still there.
func (c *chat) message(id string) *Message {
	n, _ := strconv.Atoi(id)
	for _, m := range c.messages {
		if m.ID == n && !m.Deleted {
			return m
		}
	}
	return nil
}

// User is a person with a private chat with the bot.
type User struct {
	ID       int64
	Name     string
	Language string

	s *Server
	c *chat
}

// User makes a person. The bot can write to them once they wrote to it.
func (s *Server) User(id int64, name, language string) *User {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := &chat{id: id, kind: "private"}
	s.chats[id] = c
	return &User{ID: id, Name: name, Language: language, s: s, c: c}
}

func (u *User) json() map[string]any {
	return map[string]any{"id": u.ID, "is_bot": false, "first_name": u.Name, "language_code": u.Language}
}

func (c *chat) json(u *User) map[string]any {
	if c.kind == "private" {
		j := map[string]any{"id": c.id, "type": c.kind}
		if u != nil {
			j["first_name"] = u.Name
		}
		return j
	}
	return map[string]any{"id": c.id, "type": c.kind, "title": c.title}
}

// record needs s.mu.
func (s *Server) record(c *chat, m *Message) *Message {
	m.ID, m.At, m.chat = s.nextMsg, time.Now(), c
	s.nextMsg++
	c.messages = append(c.messages, m)
	return m
}

// json is a message as the bot sees it. It needs s.mu.
func (s *Server) json(m *Message) map[string]any {
	j := map[string]any{"message_id": m.ID, "date": m.At.Unix(), "text": m.Text, "chat": m.chat.json(m.from)}
	if m.FromBot {
		j["from"] = s.me()
	} else if m.from != nil {
		j["from"] = m.from.json()
	}
	if len(m.Buttons) > 0 {
		var rows [][]map[string]string
		for _, row := range m.Buttons {
			var line []map[string]string
			for _, b := range row {
				line = append(line, map[string]string{"text": b.Label, "callback_data": b.Data})
			}
			rows = append(rows, line)
		}
		j["reply_markup"] = map[string]any{"inline_keyboard": rows}
	}
	return j
}

// say writes into a chat, with more fields in place of or beside the text.
func (u *User) say(c *chat, kind, text string, more map[string]any) int {
	var id int
	u.s.change(func() {
		if c == u.c && c.blocked {
			c.blocked = false
			u.s.push("my_chat_member", c.id, u.s.membership(c, u, "kicked", "member"))
		}
		c.started = true
		m := u.s.record(c, &Message{Text: text, from: u, dice: more["dice"] != nil})
		id = m.ID
		j := u.s.json(m)
		if text == "" {
			delete(j, "text")
		}
		maps.Copy(j, more)
		if !c.left {
			u.s.push(kind, c.id, j)
		}
	})
	return id
}

// Send writes a text and returns the message's id.
func (u *User) Send(text string) int { return u.say(u.c, "message", text, nil) }

// SendMedia sends a message whose content stands in the named field of the Bot
// API's Message: voice, photo, sticker, location, poll, contact, dice …
func (u *User) SendMedia(field string) int {
	file := map[string]any{"file_id": "f", "file_unique_id": "f"}
	more := map[string]any{field: file}
	switch field {
	case "photo":
		more[field] = []any{file}
	case "animation":
		more["document"] = file
	case "location":
		more[field] = map[string]any{"latitude": 52.5, "longitude": 13.4}
	case "venue":
		location := map[string]any{"latitude": 52.5, "longitude": 13.4}
		more[field], more["location"] = map[string]any{"location": location}, location
	}
	return u.say(u.c, "message", "", more)
}

// Forward forwards a text. origin is the type of its forward_origin; it need
// not be one that exists.
func (u *User) Forward(text, origin string) int {
	return u.say(u.c, "message", text, map[string]any{"forward_origin": map[string]any{"type": origin, "date": 1}})
}

// Edit changes an earlier message of the user.
func (u *User) Edit(id int, text string) {
	u.s.change(func() {
		if m := u.c.message(strconv.Itoa(id)); m != nil && !m.FromBot {
			m.Text = text
			j := u.s.json(m)
			j["edit_date"] = time.Now().Unix()
			u.s.push("edited_message", u.ID, j)
		}
	})
}

// Block stops the bot from writing to the user, who may come back by writing.
func (u *User) Block() {
	u.s.change(func() {
		u.c.blocked = true
		u.s.push("my_chat_member", u.ID, u.s.membership(u.c, u, "member", "kicked"))
	})
}

// Delete deletes the user's account.
func (u *User) Delete() { u.s.change(func() { u.c.deleted = true }) }

// Messages are all messages of the chat, oldest first, deleted ones included.
func (u *User) Messages() []Message { return u.s.messages(u.c) }

// Screen is the chat as the user sees it: what both sides wrote and nobody
// deleted, oldest first.
func (u *User) Screen() []Message {
	return slices.DeleteFunc(u.Messages(), func(m Message) bool { return m.Deleted })
}

// Inbox are the messages of the bot that the user sees.
func (u *User) Inbox() []Message {
	return slices.DeleteFunc(u.Messages(), func(m Message) bool { return !m.FromBot || m.Deleted })
}

func (s *Server) messages(c *chat) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := make([]Message, len(c.messages))
	for i, m := range c.messages {
		list[i] = *m
		list[i].Buttons = slices.Clone(m.Buttons) // rows are replaced, never changed
	}
	return list
}

// Wait waits for a message of the bot with an id above after that matches; nil
// matches every one.
func (u *User) Wait(ctx context.Context, after int, match func(Message) bool) (Message, error) {
	var found Message
	err := u.s.Until(ctx, func() bool {
		for _, m := range u.Inbox() {
			if m.ID > after && (match == nil || match(m)) {
				found = m
				return true
			}
		}
		return false
	})
	if err != nil {
		return Message{}, fmt.Errorf("no such message to user %d after message %d: %w", u.ID, after, err)
	}
	return found, nil
}

// membership is a ChatMemberUpdated about the bot. It needs s.mu.
func (s *Server) membership(c *chat, by *User, before, now string) map[string]any {
	from := s.me()
	if by != nil {
		from = by.json()
	}
	return map[string]any{
		"chat": c.json(by), "from": from, "date": time.Now().Unix(),
		"old_chat_member": map[string]any{"user": s.me(), "status": before},
		"new_chat_member": map[string]any{"user": s.me(), "status": now, "until_date": 0},
	}
}
