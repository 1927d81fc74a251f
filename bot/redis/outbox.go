package redis

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"anteroom/bot"
)

// errAnswer is an answer that our own script does not give.
var errAnswer = errors.New("a script answered what it never does: its commands were renamed or replaced")

// fields of a script's answer: a list, or 1 for a fence that does not stand.
func fields(answer any, size int) ([]any, error) {
	if answer == int64(1) {
		return nil, bot.ErrFenced
	}
	all, ok := answer.([]any)
	if !ok || len(all)%size != 0 {
		return nil, errAnswer
	}
	return all, nil
}

// Claim implements [bot.Outbox]. Lanes that are ready since the same
// millisecond come in the order of their names.
func (s *Store) Claim(ctx context.Context, p bot.PracticeID, o bot.ClaimOptions) ([]bot.Claimed, error) {
	if o.N <= 0 {
		o.N = 0
	}
	k := of(p)
	answer, err := s.run(ctx, "claim", s.scripts.claim,
		[]string{k.owner(), k.ready(o.Channel), k.claims(o.Channel), k.count()},
		fence(o.Fence), millis(o.Now), millis(o.Now.Add(o.Lease)), o.N, k.lanes(o.Channel))
	if err != nil {
		return nil, err
	}
	all, err := fields(answer, 4)
	if err != nil {
		return nil, err
	}
	claimed := make([]bot.Claimed, len(all)/4)
	for i := range claimed {
		of, ok1 := all[4*i].(string)
		head, ok2 := all[4*i+1].(string)
		tries, ok3 := all[4*i+2].(int64)
		token, ok4 := all[4*i+3].(string)
		if !ok1 || !ok2 || !ok3 || !ok4 {
			return nil, errAnswer
		}
		c := &claimed[i]
		c.Lane = bot.Lane{Channel: o.Channel, Of: bot.SubjectID(of)}
		c.Unknown = int(tries)
		if c.Token, err = strconv.ParseInt(token, 10, 64); err != nil {
			return nil, errAnswer
		}
		if err := unnamed([]byte(head), &c.ID, &c.Sealed); err != nil {
			return nil, err
		}
	}
	return claimed, nil
}

// Free implements [bot.Outbox].
func (s *Store) Free(ctx context.Context, p bot.PracticeID, epoch uint64, ch bot.ChannelName, now time.Time) error {
	k := of(p)
	answer, err := s.run(ctx, "free", s.scripts.free, []string{k.owner(), k.ready(ch), k.claims(ch)}, fence(epoch), millis(now))
	if err == nil && answer == int64(1) {
		return bot.ErrFenced
	}
	return err
}

// Ack implements [bot.Outbox].
func (s *Store) Ack(ctx context.Context, p bot.PracticeID, c bot.Claimed, now time.Time, r *bot.Receipt) (more bool, err error) {
	k := of(p)
	var receipt []byte
	var slot string
	if r != nil {
		receipt, slot = sealed(nil, r.Sealed), r.Slot
	}
	answer, err := s.run(ctx, "ack", s.scripts.ack,
		[]string{k.claims(c.Lane.Channel), k.lane(c.Lane), k.ready(c.Lane.Channel), k.receipts(c.Lane)},
		string(c.Lane.Of), c.Token, millis(now), receipt, slot)
	return answer == int64(2), err
}

// Nack implements [bot.Outbox].
func (s *Store) Nack(ctx context.Context, p bot.PracticeID, c bot.Claimed, until time.Time, known bool) error {
	k := of(p)
	surely := ""
	if known {
		surely = "1"
	}
	_, err := s.run(ctx, "nack", s.scripts.nack,
		[]string{k.claims(c.Lane.Channel), k.ready(c.Lane.Channel)},
		string(c.Lane.Of), c.Token, millis(until), surely)
	return err
}

// Hold implements [bot.Outbox].
func (s *Store) Hold(ctx context.Context, p bot.PracticeID, c bot.Claimed, now time.Time) error {
	k := of(p)
	_, err := s.run(ctx, "hold", s.scripts.hold,
		[]string{k.claims(c.Lane.Channel), k.lane(c.Lane), k.ready(c.Lane.Channel), k.aside(c.Lane), k.asides(c.Lane.Channel)},
		string(c.Lane.Of), c.Token, millis(now))
	return err
}

// recallAtOnce is how many lanes one script takes care of.
const recallAtOnce = 100

// Recall implements [bot.Outbox]: one script for so many lanes.
func (s *Store) Recall(ctx context.Context, p bot.PracticeID, epoch uint64, ch bot.ChannelName, now time.Time) error {
	k := of(p)
	for {
		answer, err := s.run(ctx, "recall", s.scripts.recall, []string{k.owner(), k.ready(ch), k.claims(ch), k.asides(ch)},
			fence(epoch), millis(now), recallAtOnce, k.lanes(ch), k.setAside(ch))
		switch {
		case err != nil:
			return err
		case answer == int64(-1):
			return bot.ErrFenced
		case answer == int64(0):
			return nil
		}
	}
}

// Drop implements [bot.Outbox].
func (s *Store) Drop(ctx context.Context, p bot.PracticeID, c bot.Claimed) error {
	k := of(p)
	_, err := s.run(ctx, "drop", s.scripts.drop, []string{k.claims(c.Lane.Channel), k.aside(c.Lane), k.asides(c.Lane.Channel)},
		string(c.Lane.Of), c.Token)
	return err
}

// Receipts implements [bot.Outbox].
func (s *Store) Receipts(ctx context.Context, p bot.PracticeID, l bot.Lane, slots ...string) (map[string]bot.Sealed, error) {
	key := of(p).receipts(l)
	found := map[string]string{}
	err := s.on(ctx, "receipts", key, func(node *redis.Client) (err error) {
		if len(slots) == 0 {
			found, err = node.HGetAll(ctx, key).Result()
			return err
		}
		values, err := node.HMGet(ctx, key, slots...).Result()
		for i, v := range values {
			if text, ok := v.(string); ok {
				found[slots[i]] = text
			}
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	kept := make(map[string]bot.Sealed, len(found))
	for slot, text := range found {
		var r bot.Sealed
		if err := unsealed([]byte(text), &r); err != nil {
			return nil, err
		}
		kept[slot] = r
	}
	return kept, nil
}

// NextReady implements [bot.Outbox].
func (s *Store) NextReady(ctx context.Context, p bot.PracticeID, ch bot.ChannelName) (at time.Time, ok bool, err error) {
	return s.next(ctx, "next ready", of(p).ready(ch))
}

// next is the lowest score of a sorted set by time.
func (s *Store) next(ctx context.Context, what, key string) (at time.Time, ok bool, err error) {
	err = s.on(ctx, what, key, func(node *redis.Client) error {
		first, err := node.ZRangeWithScores(ctx, key, 0, 0).Result()
		if len(first) > 0 {
			at, ok = time.UnixMilli(int64(first[0].Score)).UTC(), true
		}
		return err
	})
	return at, ok, err
}
