package redis

import (
	"context"
	"time"

	"anteroom/bot"
)

// ClaimDue implements [bot.Dues]. An entry whose lease ended comes in the
// order of that end. It takes at most 1000 at once.
func (s *Store) ClaimDue(ctx context.Context, p bot.PracticeID, epoch uint64, now time.Time, n int, lease time.Duration) ([]bot.Due, error) {
	k := of(p)
	answer, err := s.run(ctx, "claim due", s.scripts.claimDue,
		[]string{k.owner(), k.due(), k.dues()},
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
	return due, nil
}

// NextDue implements [bot.Dues].
func (s *Store) NextDue(ctx context.Context, p bot.PracticeID) (at time.Time, ok bool, err error) {
	return s.next(ctx, "next due", of(p).due())
}
