package bot

import (
	"context"
	"crypto/rand"
	"errors"
	"slices"

	"anteroom/bot/care"
)

// ErrNoChat: nobody writes in a chat of this case any more.
var ErrNoChat = errors.New("no chat belongs to this case")

// Unlock takes the PIN and the word off the chats of a case, for somebody at the command
// line who was asked to by the client. It is an event of each chat, handled by
// whoever owns the practice; that it was asked for stands in the case's log at
// once. The person is told when they next open the chat.
func (s *Service) Unlock(ctx context.Context, id care.CaseID, who string) error {
	sub := CaseSubject(string(id))
	w := s.newWorld(Event{ID: EventID("unlock/" + rand.Text()), Practice: s.id, Subject: sub, Who: Who{Role: Operator}, At: s.now()}, nil)
	w.ask(sub)
	if err := s.load(ctx, w); err != nil {
		return err
	}
	rec, err := peek[caseRecord](w, sub)
	switch {
	case err != nil:
		return err
	case rec == nil:
		return ErrNoCase
	}
	chats := slices.Clone(rec.Chats)
	for _, seat := range rec.Couple.Seats {
		if !slices.Contains(chats, seat.Chat) {
			chats = append(chats, seat.Chat)
		}
	}
	if len(chats) == 0 {
		return ErrNoChat
	}
	for _, chat := range chats {
		w.out.post = append(w.out.post, posted{to: chat, what: Unlock{}})
	}
	w.audit(id, who, "took the PIN and the pause word away")
	if err := w.chain(); err != nil {
		return err
	}
	return s.commit(ctx, w)
}
