package redis

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/redis/go-redis/v9"

	"anteroom/bot"
)

// Keys implements [bot.Keys]. It walks over all of the practice's server: keys
// are asked for in their entirety once in a vault's period, and an index of them
// would cost every commit that makes one.
func (s *Store) Keys(ctx context.Context, p bot.PracticeID, from string, n int) (page []bot.NewKey, next string, err error) {
	begin := string(of(p)) + "k:"
	var cursor uint64
	if from != "" {
		if cursor, err = strconv.ParseUint(from, 10, 64); err != nil {
			return nil, "", fmt.Errorf("keys: %q is not where a page ended", from)
		}
	}
	err = s.on(ctx, "keys", begin, func(node *redis.Client) error {
		names, after, err := node.ScanType(ctx, cursor, literal.Replace(begin)+"*", int64(max(n, 1)), "string").Result()
		if err != nil {
			return err
		}
		if after != 0 {
			next = strconv.FormatUint(after, 10)
		}
		if len(names) == 0 {
			return nil
		}
		values, err := node.MGet(ctx, names...).Result()
		if err != nil {
			return err
		}
		for i, v := range values {
			if text, ok := v.(string); ok { // else it was erased meanwhile
				page = append(page, bot.NewKey{ID: bot.KeyID(strings.TrimPrefix(names[i], begin)), Wrapped: []byte(text)})
			}
		}
		return nil
	})
	return page, next, err
}

// literal writes what stands for something in a pattern of Redis as itself.
var literal = strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`, `]`, `\]`, `^`, `\^`)

// Rewrap implements [bot.Keys]: one script.
func (s *Store) Rewrap(ctx context.Context, p bot.PracticeID, epoch uint64, all []bot.Rewrapped) (replaced int, err error) {
	k := of(p)
	names, args := []string{k.owner()}, []any{fence(epoch)}
	for _, key := range all {
		names, args = append(names, k.key(key.ID)), append(args, key.Was, key.Wrapped)
	}
	answer, err := s.run(ctx, "rewrap", s.scripts.rewrap, names, args...)
	if err != nil {
		return 0, err
	}
	n, ok := answer.(int64)
	switch {
	case !ok:
		return 0, fmt.Errorf("rewrap: %w", errAnswer)
	case n < 0:
		return 0, bot.ErrFenced
	}
	return int(n), nil
}
