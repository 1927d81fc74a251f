package redis

import (
	"context"
	"slices"
	"strconv"

	"github.com/redis/go-redis/v9"

	"anteroom/bot"
)

// Letters implements [bot.Inboxes].
func (s *Store) Letters(ctx context.Context, p bot.PracticeID, subject bot.SubjectID, n int) ([]bot.Letter, error) {
	if n <= 0 {
		return nil, nil
	}
	return list(ctx, s, "letters", of(p).inbox(subject), n, func(b []byte, l *bot.Letter) error {
		l.Subject = subject
		return unnamed(b, &l.Event, &l.Sealed)
	})
}

// Log implements [bot.Store].
func (s *Store) Log(ctx context.Context, p bot.PracticeID, name string) ([]bot.Sealed, error) {
	return list(ctx, s, "log", of(p).log(name), 0, unsealed)
}

// list reads the first n of a list, with 0 all.
func list[T any](ctx context.Context, s *Store, what, key string, n int, decode func([]byte, *T) error) ([]T, error) {
	var values []string
	err := s.on(ctx, what, key, func(node *redis.Client) (err error) {
		values, err = node.LRange(ctx, key, 0, int64(n)-1).Result()
		return err
	})
	if err != nil {
		return nil, err
	}
	all := make([]T, len(values))
	for i, v := range values {
		if err := decode([]byte(v), &all[i]); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// Waiting implements [bot.Inboxes]; in the order of their names.
func (s *Store) Waiting(ctx context.Context, p bot.PracticeID) (subjects []bot.SubjectID, err error) {
	key := of(p).waiting()
	err = s.on(ctx, "waiting", key, func(node *redis.Client) error {
		names, err := node.SMembers(ctx, key).Result()
		for _, name := range names {
			subjects = append(subjects, bot.SubjectID(name))
		}
		return err
	})
	slices.Sort(subjects)
	return subjects, err
}

// Index implements [bot.Store].
func (s *Store) Index(ctx context.Context, p bot.PracticeID, name string, from, to int64, n int) (members []bot.Member, err error) {
	key := of(p).index(name)
	by := &redis.ZRangeBy{Min: bound(from), Max: bound(to), Count: int64(n)}
	err = s.on(ctx, "index", key, func(node *redis.Client) error {
		found, err := node.ZRangeByScoreWithScores(ctx, key, by).Result()
		for _, z := range found {
			members = append(members, bot.Member{Name: z.Member.(string), Score: int64(z.Score)})
		}
		return err
	})
	return members, err
}

// bound of a range of scores. Nothing lies beyond what a score can be.
func bound(score int64) string {
	switch {
	case score > bot.MaxScore:
		return "+inf"
	case score < -bot.MaxScore:
		return "-inf"
	}
	return strconv.FormatInt(score, 10)
}
