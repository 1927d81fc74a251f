package redis

import (
	"context"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	"anteroom/bot"
)

// Heartbeat implements [bot.Owners]. The key goes by itself when ttl is over.
func (s *Store) Heartbeat(ctx context.Context, instance string, ttl time.Duration) error {
	key := alive(instance)
	return s.on(ctx, "heartbeat", key, func(node *redis.Client) error {
		return node.Set(ctx, key, "", ttl).Err()
	})
}

// Own implements [bot.Owners]. The heartbeat lies on another node than the
// practice, perhaps; so the owner is read, its heartbeat looked at, and the
// practice taken only if it still is that owner's.
func (s *Store) Own(ctx context.Context, p bot.PracticeID, instance string) (epoch uint64, holder string, err error) {
	key := of(p).owner()
	for {
		var owner struct {
			By    string `redis:"by"`
			Fence string `redis:"fence"`
		}
		if err := s.on(ctx, "own", key, func(node *redis.Client) error {
			return node.HMGet(ctx, key, "by", "fence").Scan(&owner)
		}); err != nil {
			return 0, "", err
		}
		if owner.By != "" && owner.By != instance {
			lives, err := s.lives(ctx, owner.By)
			if err != nil {
				return 0, "", err
			}
			if lives {
				return 0, owner.By, nil
			}
		}
		answer, err := s.run(ctx, "own", s.scripts.own, []string{key}, owner.By, owner.Fence, instance)
		if err != nil {
			return 0, "", err
		}
		taken, ok := answer.(int64)
		if !ok {
			return 0, "", fmt.Errorf("own: %w", errAnswer)
		}
		if taken > 0 {
			return uint64(taken), "", nil
		}
		// Somebody was faster: look who.
	}
}

func (s *Store) lives(ctx context.Context, instance string) (bool, error) {
	key := alive(instance)
	n := int64(0)
	err := s.on(ctx, "own", key, func(node *redis.Client) (err error) {
		n, err = node.Exists(ctx, key).Result()
		return err
	})
	return n > 0, err
}

// Release implements [bot.Owners]. The fence ends with it: a late write of the
// one who released is refused.
func (s *Store) Release(ctx context.Context, p bot.PracticeID, instance string, epoch uint64) error {
	_, err := s.run(ctx, "release", s.scripts.release, []string{of(p).owner()}, instance, fence(epoch))
	return err
}
