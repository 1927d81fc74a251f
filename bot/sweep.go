package bot

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"anteroom/bot/seal"
)

// What stands in a chat is known from two sides. The ids of what the person
// wrote come in with it and lie in the state of the chat. The ids of what we
// sent are known when it is sent, after the step: they lie in one receipt of
// the lane, which every message to the chat rewrites. A lane leaves one at a
// time, so nobody else writes it meanwhile; one receipt is read, pruned and
// forgotten whole; and a step that sends costs nothing more.

// chatSlot is the slot of a chat's [sentLog].
const chatSlot = "chat"

// sentLog is what is kept of the messages that we sent into one chat.
type sentLog struct {
	Question []byte `cbor:"1,keyasint,omitempty"` // receipt of the last question, to draw its buttons anew
	Recent   recent `cbor:"2,keyasint,omitempty"`
}

// sentLog reads what is kept of a chat: nothing, if its owner was erased.
func (s *Service) sentLog(ctx context.Context, l Lane) (log sentLog, err error) {
	had, err := s.store.Receipts(ctx, s.id, l, chatSlot)
	if err != nil {
		return log, err
	}
	r, ok := had[chatSlot]
	if !ok {
		return log, nil
	}
	plain, err := s.openSealed(ctx, r, s.where(l.Of, "receipt "+chatSlot, 0))
	if err == nil {
		err = decode(plain, &log)
	}
	if errors.Is(err, errErased) || errors.Is(err, seal.ErrUnreadable) || plain != nil && err != nil {
		return sentLog{}, nil // a message that stays is better than a chat that stands still
	}
	return log, err
}

// ready gives a delivery what is known of earlier messages, those that were
// sent lately and may be in no receipt included. It is false when nothing is
// left to do.
func (l *sentLog) ready(p wireParcel, d *Delivery, now time.Time, lately []string) bool {
	if p.Slot == questionSlot {
		d.Receipt = l.Question
	}
	sweep, ok := d.Body.(Sweep)
	if !ok || sweep.Only {
		return true
	}
	sweep.Messages = slices.Clip(sweep.Messages)
	for _, id := range append(l.Recent.ids(now), lately...) {
		if !slices.Contains(sweep.Messages, id) {
			sweep.Messages = append(sweep.Messages, id)
		}
	}
	d.Body = sweep
	return len(sweep.Messages) > 0
}

// lately is what was sent within the last minute or two, in memory. An erasure
// that falls between the arrival of a message and its receipt, or between the
// reading of the receipts and the commit, would leave that message in the chat:
// a quick finger presses before the messenger has answered us.
type lately struct {
	mu         sync.Mutex
	turned     time.Time
	young, old map[Lane][]string
}

func (l *lately) note(lane Lane, id string, now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if now.Sub(l.turned) > time.Minute || l.young == nil {
		if now.Sub(l.turned) > 2*time.Minute {
			l.young = nil
		}
		l.turned, l.old, l.young = now, l.young, make(map[Lane][]string)
	}
	l.young[lane] = append(l.young[lane], id)
}

func (l *lately) of(lane Lane) []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Concat(l.old[lane], l.young[lane])
}

func (l *lately) forget(lane Lane) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.old, lane)
	delete(l.young, lane)
}

func isSweep(b Body) bool {
	_, ok := b.(Sweep)
	return ok
}

// noteSent is the receipt of a message to a chat that arrived. When the person
// was erased while it was on its way, it is taken out again at once: nobody
// will know of it later.
func (s *Service) noteSent(ctx context.Context, o *outlet, c Claimed, p wireParcel, d Delivery, log sentLog, id []byte) *Receipt {
	sweep, swept := d.Body.(Sweep)
	if swept && !sweep.Only {
		o.lately.forget(c.Lane)
	}
	if c.Key == PracticeSubject.Key() || id == nil && !swept || sweep.Only {
		return nil // of somebody of whom nothing is kept, nor is this
	}
	switch d.Body.(type) {
	case Sweep:
		log.Recent = nil
	case Redraw: // writes no message
	default:
		o.lately.note(c.Lane, string(id), s.now()) // before the key is looked for: see [lately]
		log.Recent = log.Recent.with(string(id), s.now())
	}
	if p.Slot == questionSlot {
		log.Question = id
	}
	plain, err := encode(log)
	if err != nil {
		s.log.Error("outbox: receipt not kept", "parcel", c.ID, "err", err)
		return nil
	}
	r := s.sealReceipt(ctx, c, chatSlot, plain)
	if r == nil && !swept {
		gone := Delivery{Practice: s.id, ID: c.ID + "/late", To: p.To, Body: Sweep{Messages: []string{string(id)}}}
		if _, err := o.attempt(ctx, gone); err != nil {
			s.log.Warn("outbox: a message to somebody who was erased meanwhile stays in their chat", "parcel", c.ID, "err", err)
		}
	}
	return r
}

// wrote notes the message that the person wrote, and lets go of what is too
// old to be swept.
func (t *talk) wrote() {
	t.c.Wrote = t.c.Wrote.since(t.w.now)
	if t.w.ev.Who.Role == Client {
		t.c.Wrote = t.c.Wrote.with(t.w.ev.from.Message, t.w.now)
	}
}

// sweep takes out of the chat what was written in the last 48 hours, as far as
// the channel lets it: what this person wrote, and what we sent until the
// sweep leaves. What this step says before it goes as well, and what it says
// after it stays.
func (t *talk) sweep() {
	t.send(Sweep{Messages: t.c.Wrote.ids(t.w.now)}, parcel{class: Safety})
	t.c.Wrote = nil
}

// sweepThis takes out the one message that this step is about, as far as the
// channel lets it: digits that nobody else shall read.
func (t *talk) sweepThis() {
	if id := t.w.ev.from.Message; id != "" {
		t.send(Sweep{Messages: []string{id}, Only: true}, parcel{class: Safety})
	}
}

// sweepErased is sweep for somebody who is erased by this step. What is kept
// of the chat is destroyed in the same commit, so the parcel itself carries
// what we sent; it is sealed for the practice, as all parcels to somebody
// erased are. It goes first: all that this step says stays.
func (t *talk) sweepErased() error {
	lane := Lane{Channel: t.c.Channel, Of: t.self}
	log, err := t.w.sent(lane)
	if err != nil {
		return err
	}
	ids := append(t.c.Wrote.ids(t.w.now), log.Recent.ids(t.w.now)...)
	if len(ids) == 0 {
		return nil
	}
	t.w.out.parcels = slices.Insert(t.w.out.parcels, 0, parcel{lane: lane, to: t.c.To, class: Safety, body: Sweep{Messages: ids}})
	return nil
}

// sent gives what is kept of the messages that we sent into a chat. It is asked
// for as a subject is: the step runs again with it.
func (w *world) sent(l Lane) (sentLog, error) {
	log, ok := w.chats[l]
	if !ok {
		w.wantChats = append(w.wantChats, l)
		return log, errNeed
	}
	return log, nil
}

// loadChats reads what the step asked for with [world.sent].
func (s *Service) loadChats(ctx context.Context, w *world) error {
	for _, l := range w.wantChats {
		log, err := s.sentLog(ctx, l)
		if err != nil {
			return err
		}
		if w.chats == nil {
			w.chats = make(map[Lane]sentLog, 1)
		}
		w.chats[l] = log
	}
	w.wantChats = nil
	return nil
}
