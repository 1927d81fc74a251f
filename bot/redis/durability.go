package redis

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"github.com/redis/go-redis/v9"
)

// Durability says in one line, for an operator, what can be lost of what was
// acknowledged: how Redis writes to its disk, and how many replicas hold it.
// With several masters each has a line.
func (s *Store) Durability(ctx context.Context) (string, error) {
	var mu sync.Mutex
	var lines []string
	err := s.each(ctx, func(ctx context.Context, node *redis.Client) error {
		line, err := s.durability(ctx, node)
		mu.Lock()
		defer mu.Unlock()
		if s.cluster != nil {
			line = node.Options().Addr + ": " + line
		}
		lines = append(lines, line)
		return err
	})
	if err != nil {
		return "", fmt.Errorf("durability of %s: %w", s.name, s.explain(err))
	}
	return strings.Join(lines, "\n"), nil
}

func (s *Store) durability(ctx context.Context, node *redis.Client) (string, error) {
	in, err := info(ctx, node)
	if err != nil {
		return "", err
	}
	var disk string
	switch fsync, err := node.ConfigGet(ctx, "appendfsync").Result(); {
	case in["aof_enabled"] != "1":
		disk = "no append-only file (a crash of Redis loses everything since its last snapshot; set appendonly yes)"
	case err != nil:
		disk = "append-only file, fsync unknown (this user may not read CONFIG)"
	case fsync["appendfsync"] == "always":
		disk = "append-only file, fsync always (nothing acknowledged is lost)"
	case fsync["appendfsync"] == "everysec":
		disk = "append-only file, fsync everysec (a power cut loses up to the last second or two)"
	default:
		disk = fmt.Sprintf("append-only file, fsync %s (a power cut loses what the system had not written yet)", fsync["appendfsync"])
	}
	if bad := in["aof_last_write_status"]; in["aof_enabled"] == "1" && bad != "ok" {
		disk += ", and its last write failed"
	}
	replicas := in["connected_slaves"] + " replicas"
	if in["connected_slaves"] == "1" {
		replicas = "1 replica"
	}
	switch {
	case s.wait > 0:
		replicas += fmt.Sprintf(", %d waited for", s.wait)
	case in["connected_slaves"] != "0":
		replicas += ", not waited for (a failover loses what they had not got yet)"
	}
	return disk + "; " + replicas, nil
}
