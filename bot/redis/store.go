// Package redis keeps the state of practices in Redis: the store of teams and
// of more than one replica. It is spoken to through one of these addresses:
//
//	redis://[user:password@]host[:6379][/db][?options]
//	redis-sentinel://[user:password@]host[:26379],host…/master[/db][?options]
//	redis-cluster://[user:password@]host[:6379],host…[?options]
//
// With rediss in the place of redis they are spoken over TLS. Special
// characters of a password are written as %XX. The options are go-redis's
// (pool_size=20, dial_timeout=3s, read_timeout=3s …); Sentinels with a
// password of their own take sentinel_username and sentinel_password. No error
// of this package holds a password.
//
// Every key begins with ar1:{practice}: and so all of a practice lies in one
// Cluster slot, where one script can touch any of its subjects:
//
//	s:SUBJECT   string   version in eight bytes, blob
//	k:KEY       string   wrapped key
//	e:EVENT     string   empty; there for 48 hours
//	in:SUBJECT  list     letters            waiting  set  subjects with letters
//	lane:CH:OF  list     parcels            ready:CH  sorted set  addressee by ms
//	claim:CH    hash     addressee to token:tries
//	aside:CH:OF list     parcels aside      asides:CH  set  addressees that have some
//	rcpt:CH:OF  hash     receipts by slot
//	due         sorted set  shelf by the ms of its earliest entry
//	due:SHELF   sorted set  id by ms        due:held  sorted set  what is claimed
//	dues        hash  id to time, subject, event: of what is claimed or sealed
//	idx:NAME    sorted set  an index        log:NAME  list  a log
//	owner       hash     by, fence          count  string  tokens and the order of lanes
//
// ar1:alive:INSTANCE lies outside: one heartbeat serves all practices. What is
// sealed is written with the name of its key before it. The scripts are in the
// folder script, each with its keys, arguments and answers.
//
// A command is sent once. When its answer does not come, its outcome is
// unknown, and only the caller, who knows the event id, can ask again.
package redis

import (
	"context"
	"crypto/tls"
	"embed"
	"errors"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	"anteroom/bot"
)

// Options of a store. The zero value is right for one Redis.
type Options struct {
	// TLS for the rediss forms. Default: the system's authorities.
	TLS *tls.Config
	// WaitReplicas is how many replicas must hold a write before it is
	// answered. With 0 a failover can lose what was just acknowledged.
	WaitReplicas int
	// WaitTimeout bounds that wait; after it the outcome is unknown.
	// Default: 2 s.
	WaitTimeout time.Duration
}

// Store is a [bot.Store] in Redis.
type Store struct {
	name    string // the address without its secrets
	tls     bool
	one     *redis.Client
	cluster *redis.ClusterClient // in the place of one
	scripts scripts
	wait    int
	timeout time.Duration
}

var _ bot.Store = (*Store)(nil)

// node is the client of the server that holds the key. Cluster and single
// server take the same road from here, without the repetitions of go-redis's
// cluster client.
func (s *Store) node(ctx context.Context, key string) (*redis.Client, error) {
	if s.cluster == nil {
		return s.one, nil
	}
	return s.cluster.MasterForKey(ctx, key)
}

// on calls the node of the key. A Cluster whose slots moved answers with an
// error once or twice, while the map of its nodes is read anew.
func (s *Store) on(ctx context.Context, what, key string, call func(*redis.Client) error) error {
	node, err := s.node(ctx, key)
	if err == nil {
		err = call(node)
	}
	if err == nil {
		return nil
	}
	if s.cluster != nil {
		s.cluster.ReloadState(ctx) // in the background
	}
	return fmt.Errorf("%s: %w", what, err)
}

//go:embed script
var sources embed.FS

// scripts are run by their digest, and sent whole where Redis does not have
// them: after a restart, a failover or SCRIPT FLUSH.
type scripts struct {
	commit, claim, free, ack, nack, hold, recall, drop, claimDue, doneDue, own, release, rewrap script
}

type script struct{ source, sha string }

func readScripts() (s scripts, err error) {
	for name, sc := range map[string]*script{
		"commit": &s.commit, "claim": &s.claim, "free": &s.free, "ack": &s.ack, "nack": &s.nack,
		"hold": &s.hold, "recall": &s.recall, "drop": &s.drop,
		"claimdue": &s.claimDue, "donedue": &s.doneDue, "own": &s.own, "release": &s.release, "rewrap": &s.rewrap,
	} {
		b, err := sources.ReadFile("script/" + name + ".lua")
		if err != nil {
			return s, err
		}
		*sc = script{source: string(b), sha: redis.NewScript(string(b)).Hash()}
	}
	return s, nil
}

// run runs a script once. keys[0] names the node.
func (s *Store) run(ctx context.Context, what string, sc script, keys []string, args ...any) (answer any, err error) {
	err = s.on(ctx, what, keys[0], func(node *redis.Client) error {
		answer, err = s.eval(ctx, node, true, sc, keys, args)
		if redis.HasErrorPrefix(err, "NOSCRIPT") { // so nothing ran
			answer, err = s.eval(ctx, node, false, sc, keys, args)
		}
		return err
	})
	return answer, err
}

func (s *Store) eval(ctx context.Context, node *redis.Client, bySHA bool, sc script, keys []string, args []any) (any, error) {
	eval := func(c redis.Scripter) *redis.Cmd {
		if bySHA {
			return c.EvalSha(ctx, sc.sha, keys, args...)
		}
		return c.Eval(ctx, sc.source, keys, args...)
	}
	if s.wait == 0 {
		return eval(node).Result()
	}
	// WAIT waits for what was written up to the last command of its own
	// connection: the two go together. So it holds for an answer that wrote
	// nothing too, such as that an event was seen: what it tells of is kept.
	pipe := node.Pipeline()
	answer := eval(pipe)
	held := pipe.Do(ctx, "WAIT", s.wait, s.timeout.Milliseconds())
	if _, err := pipe.Exec(ctx); err != nil {
		if answer.Err() != nil {
			err = answer.Err()
		}
		return nil, err
	}
	if n, err := held.Int(); err != nil || n < s.wait {
		return nil, fmt.Errorf("outcome unknown: on %d of %d replicas after %v", n, s.wait, s.timeout)
	}
	return answer.Val(), nil
}

// Close ends the connections. Closing again does nothing.
func (s *Store) Close() error {
	var err error
	if s.cluster != nil {
		err = s.cluster.Close()
	} else {
		err = s.one.Close()
	}
	if errors.Is(err, redis.ErrClosed) {
		return nil
	}
	return err
}
