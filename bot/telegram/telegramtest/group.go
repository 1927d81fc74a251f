package telegramtest

// Group is a chat with several people.
type Group struct {
	ID int64

	s *Server
	c *chat
}

// Group makes a group, a supergroup or a channel, to which by adds the bot.
func (s *Server) Group(id int64, kind, title string, by *User) *Group {
	g := &Group{ID: id, s: s, c: &chat{id: id, kind: kind, title: title, started: true}}
	s.change(func() {
		s.chats[id] = g.c
		s.push("my_chat_member", id, s.membership(g.c, by, "left", "member"))
	})
	return g
}

// Send writes into the group as one of its people.
func (g *Group) Send(by *User, text string) int {
	kind := "message"
	if g.c.kind == "channel" {
		kind = "channel_post"
	}
	return by.say(g.c, kind, text, nil)
}

// Left is true when the bot has left.
func (g *Group) Left() bool {
	g.s.mu.Lock()
	defer g.s.mu.Unlock()
	return g.c.left
}

// Messages are all messages of the group, oldest first.
func (g *Group) Messages() []Message { return g.s.messages(g.c) }
