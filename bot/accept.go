package bot

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// event makes an event of what came in. From here on the person is a
// pseudonym; the address goes along sealed.
func (s *Service) event(in Inbound) Event {
	return Event{
		ID: EventID(string(in.Channel) + "/" + in.ID), Practice: s.id,
		Subject: Conversation(s.root.Pseudonym(string(s.id), string(in.Channel), in.Chat)),
		Who:     Who{Role: Client}, What: in.What, At: s.now(),
		from: address{Channel: in.Channel, Chat: in.Chat, Locale: in.Locale, Message: in.Message},
	}
}

// flooded takes something else for an event that is not taken because too many
// wait. Only one in a while is answered, and the whole burst leaves a single
// trace. What says danger is taken as it is, the same danger once in a while.
func (s *Service) flooded(ctx context.Context, ev Event) error {
	danger, err := s.danger(ctx, ev)
	switch _, broken := errors.AsType[*stepError](err); {
	case errors.Is(err, ErrSeen):
		return nil
	case err != nil && !broken:
		return err
	case danger == "":
		ev.What = flood{}
	}
	ev.ID = EventID(fmt.Sprintf("flood/%s/%d%s", ev.Subject.Name(), s.now().Unix()/int64(heardAgain.Seconds()), danger))
	return s.accept(ctx, ev, false)
}

// errNotReady: the store has not answered lately.
var errNotReady = errors.New("the store does not answer")

// forward puts an event into the inbox of its subject, for the replica that
// works for the practice. That is its acceptance.
func (s *Service) forward(ctx context.Context, ev Event) error {
	l, err := s.letter(ctx, ev)
	if err != nil {
		return err
	}
	err = s.store.Commit(ctx, s.id, Commit{Event: "fwd/" + ev.ID, Post: []Letter{l}})
	if err != nil && !errors.Is(err, ErrSeen) {
		return fmt.Errorf("queue event: %w", err)
	}
	return nil
}

// leave takes an event that was handled before out of where it came from.
func (s *Service) leave(ctx context.Context, ev Event, from *source) error {
	if from == nil {
		return nil
	}
	err := s.store.Commit(ctx, s.id, Commit{Fence: s.lease.fence.Load(), Event: "left/" + ev.ID, Took: from.letter, DueDone: from.due})
	if err != nil && !errors.Is(err, ErrSeen) {
		return fmt.Errorf("leave a handled event: %w", err)
	}
	return nil
}

// putAside takes an event that broke five times out of the way: into a sealed
// log that an operator can look at, with a line to whoever runs the service
// and a kind one to the person.
func (s *Service) putAside(ctx context.Context, ev Event, from *source, cause error) error {
	s.log.Error("event put aside after five tries", "event", ev.ID, "subject", ev.Subject, "err", cause)
	s.health.Report("events", fmt.Errorf("an event of %s was put aside: %w", ev.Subject, cause))
	if ev.Who.Role == Therapist {
		return cause // nothing was done, and whoever pressed is told so
	}
	w := s.newWorld(ev, from)
	w.ask(ev.Subject)
	if err := s.load(ctx, w); err != nil { // then the practice's key serves
		w.have = make(map[SubjectID]*held)
	}
	plain, err := encodeEvent(ev)
	if err != nil {
		return err
	}
	w.out.audit = append(w.out.audit, audited{log: quarantineLog, key: ev.Subject, entry: aside{Subject: string(ev.Subject), At: ev.At.Unix(), Event: plain}})
	if ev.from.Chat != "" {
		c := &chatState{Channel: ev.from.Channel, To: ev.from.Chat, Lang: w.p.Greets(ev.from.Locale)}
		if kept, err := peek[chatState](w, ev.Subject); err == nil && kept != nil {
			c.Lang = kept.Lang
		}
		newTalk(w, c).phrase("error-ours")
	}
	if err := s.commit(ctx, w); err != nil && !errors.Is(err, ErrSeen) {
		return err
	}
	s.follow(w)
	return nil
}

// quarantine keeps something sealed that cannot be read here, out of the way of
// what waits behind it.
func (s *Service) quarantine(ctx context.Context, what string, v Sealed, took *LetterID, cause error) error {
	s.log.Error("cannot be read; put aside", "what", what, "err", cause)
	s.health.Report("events", fmt.Errorf("%s cannot be read and was put aside: is this the vault that belongs to the store? %w", what, cause))
	err := s.store.Commit(ctx, s.id, Commit{Fence: s.lease.fence.Load(), Event: EventID("aside/" + what), Took: took,
		Append: []LogEntry{{Log: quarantineLog, Sealed: v}}})
	if errors.Is(err, ErrSeen) {
		return nil
	}
	return err
}

const quarantineLog = "quarantine"

// aside is an event in the quarantine.
type aside struct {
	Subject string `cbor:"1,keyasint"`
	At      int64  `cbor:"2,keyasint"`
	Event   []byte `cbor:"3,keyasint"`
}

func encodeEvent(ev Event) ([]byte, error) {
	what, err := tag(ev.What)
	if err != nil {
		return nil, err
	}
	return encode(wireEvent{Who: ev.Who, What: what, At: ev.At.UnixMilli(), From: ev.from})
}

func decodeEvent(b []byte) (Event, error) {
	var w wireEvent
	if err := decode(b, &w); err != nil {
		return Event{}, err
	}
	what, err := untagWhat(w.What)
	return Event{Who: w.Who, What: what, At: time.UnixMilli(w.At), from: w.From}, err
}

func isConflict(err error) bool { return errors.Is(err, ErrConflict) }
