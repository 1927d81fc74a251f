package redis

import (
	"cmp"
	"context"
	"slices"
	"time"

	"anteroom/bot"
)

// ClaimDue implements [bot.Dues]. It takes at most 1000 at once, and all that is ready on one
// shelf before it looks at the next.
func (s *Store) ClaimDue(ctx context.Context, p bot.PracticeID, epoch uint64, now time.Time, n int, lease time.Duration) ([]bot.Due, error) {
	k := of(p)
	answer, err := s.run(ctx, "claim due", s.scripts.claimDue,
		[]string{k.owner(), k.due(), k.held(), k.dues()},
		fence(epoch), millis(now), millis(now.Add(lease)), min(max(n, 0), atOnce))
	if err != nil {
		return nil, err
	}
	all, err := fields(answer, 2)
	if err != nil {
		return nil, err
	}
	due := make([]bot.Due, 0, len(all)/2)
	for i := 0; i < len(all); i += 2 {
		id, ok1 := all[i].(string)
		text, ok2 := all[i+1].(string)
		if !ok1 || !ok2 {
			return nil, errDamaged
		}
		d := bot.Due{DueID: bot.DueID{ID: id}}
		if err := unentry([]byte(text), &d); err != nil {
			return nil, err
		}
		due = append(due, d)
	}
	slices.SortFunc(due, func(a, b bot.Due) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.ID, b.ID)) })
	return due, nil
}

// DoneDue implements [bot.Dues]. More than 1000 go in several writes.
func (s *Store) DoneDue(ctx context.Context, p bot.PracticeID, epoch uint64, done []bot.DueID) error {
	k := of(p)
	for len(done) > 0 {
		some := done[:min(len(done), atOnce)]
		names, args := []string{k.owner(), k.due(), k.held(), k.dues()}, []any{fence(epoch)}
		for _, d := range some {
			names, args = append(names, k.shelf(d.ID)), append(args, d.ID, planned(d.At))
		}
		answer, err := s.run(ctx, "done due", s.scripts.doneDue, names, args...)
		switch {
		case err != nil:
			return err
		case answer == int64(1):
			return bot.ErrFenced
		}
		done = done[len(some):]
	}
	return nil
}

// NextDue implements [bot.Dues].
func (s *Store) NextDue(ctx context.Context, p bot.PracticeID) (at time.Time, ok bool, err error) {
	return s.next(ctx, "next due", of(p).due())
}
