package bot

import (
	"context"
	"crypto/rand"
	"errors"
	"slices"
	"strings"

	"anteroom/bot/care"
)

// ErrNoChat: nobody writes in a chat of this case any more.
var ErrNoChat = errors.New("no chat belongs to this case")

// ErrNotLocked: there is nothing in the chats of this case to take away.
var ErrNotLocked = errors.New("not locked")

// Locks are what the chats of a case are locked with.
type Locks struct {
	PIN, Word bool
	Left      bool // by quick exit: the chat is still until the word
}

// String is the locks in words.
func (l Locks) String() string {
	var words []string
	for _, one := range []struct {
		is   bool
		word string
	}{{l.PIN, "the PIN"}, {l.Word, "the pause word"}, {l.Left, "the quick exit"}} {
		if one.is {
			words = append(words, one.word)
		}
	}
	return strings.Join(words, ", ")
}

// Unlock takes the PIN and the word off the chats of a case and ends quick exit,
// for somebody at the command line who was asked to by the client. It is an event
// of each chat, handled by whoever owns the practice; that it was asked for stands
// in the case's log at once. The person is told when they next open the chat. It
// returns what there was in any of the chats, or ErrNotLocked.
func (s *Service) Unlock(ctx context.Context, id care.CaseID, who string) (found Locks, err error) {
	sub := CaseSubject(string(id))
	w := s.newWorld(Event{ID: EventID("unlock/" + rand.Text()), Practice: s.id, Subject: sub, Who: Who{Role: Operator}, At: s.now()}, nil)
	w.ask(sub)
	if err := s.load(ctx, w); err != nil {
		return found, err
	}
	rec, err := peek[caseRecord](w, sub)
	switch {
	case err != nil:
		return found, err
	case rec == nil:
		return found, ErrNoCase
	}
	chats := slices.Clone(rec.Chats)
	for _, seat := range rec.Couple.Seats {
		if seat.Chat != "" && !slices.Contains(chats, seat.Chat) { // whoever left has none
			chats = append(chats, seat.Chat)
		}
	}
	if len(chats) == 0 {
		return found, ErrNoChat
	}
	for _, chat := range chats {
		w.ask(chat)
	}
	if err := s.load(ctx, w); err != nil {
		return found, err
	}
	for _, chat := range chats {
		c, err := peek[chatState](w, chat)
		if err != nil {
			return found, err
		}
		if c == nil {
			continue
		}
		t := newTalk(w, c)
		its := Locks{PIN: t.hasPIN(), Word: t.hasWord(), Left: t.left()}
		if its == (Locks{}) {
			continue
		}
		found = Locks{PIN: found.PIN || its.PIN, Word: found.Word || its.Word, Left: found.Left || its.Left}
		w.out.post = append(w.out.post, posted{to: chat, what: Unlock{}})
	}
	if found == (Locks{}) {
		return found, ErrNotLocked
	}
	w.audit(id, who, "took away "+found.String())
	if err := w.chain(); err != nil {
		return found, err
	}
	return found, s.commit(ctx, w)
}
