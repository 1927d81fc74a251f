package redis

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// Open connects to the Redis at the address and refuses one that cannot keep
// state: one that cannot be reached, that wants another password, that is
// older than 6.2, that may evict keys, or that is a replica. An error names
// the address without its password, and the mend.
func Open(ctx context.Context, address string, o Options) (*Store, error) {
	a, err := parse(address)
	if err != nil {
		return nil, err
	}
	s, err := a.connect(o)
	if err != nil {
		return nil, err
	}
	if err := s.each(ctx, s.examine); err != nil {
		_ = s.Close() // what is wrong is said already
		return nil, fmt.Errorf("open store %s: %w", s.name, s.explain(err))
	}
	return s, nil
}

// poolSize is how many conversations can be at the server at once, unless the
// address says pool_size. Connections are made when they are needed.
const poolSize = 64

// parsed is an address in its parts.
type parsed struct {
	kind                           string // "", sentinel or cluster
	hosts                          []string
	master                         string // with sentinel
	sentinelUser, sentinelPassword string
	options                        *redis.Options // of every connection
	name                           string         // without secrets
}

// parse never puts what it was given into an error: a password with a slash
// in it would land in any part.
func parse(address string) (parsed, error) {
	wrong := func(form string) (parsed, error) {
		return parsed{}, fmt.Errorf("the address of Redis is not understood; write it as %s, special characters of a password as %%XX", form)
	}
	scheme, rest, ok := strings.Cut(address, "://")
	family, kind, _ := strings.Cut(scheme, "-")
	if !ok || (family != "redis" && family != "rediss") || (kind != "" && kind != "sentinel" && kind != "cluster") {
		return wrong("redis://, rediss://, redis-sentinel:// or redis-cluster://")
	}
	form := map[string]string{
		"":         family + "://[user:password@]host[:port][/db]",
		"sentinel": family + "-sentinel://[user:password@]host[:port],host[:port]/master[/db]",
		"cluster":  family + "-cluster://[user:password@]host[:port],host[:port]",
	}[kind]

	// The hosts go in one by one: a URL holds one host only.
	authority, path := rest, ""
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		authority, path = rest[:i], rest[i:]
	}
	user, list := "", authority
	if i := strings.LastIndex(authority, "@"); i >= 0 {
		user, list = authority[:i+1], authority[i+1:]
	}
	p := parsed{kind: kind}
	port := map[string]string{"": "6379", "sentinel": "26379", "cluster": "6379"}[kind]
	for host := range strings.SplitSeq(list, ",") {
		u, err := url.Parse("redis://" + user + host + path)
		if err != nil || u.Hostname() == "" || u.Fragment != "" {
			return wrong(form)
		}
		p.hosts = append(p.hosts, net.JoinHostPort(u.Hostname(), cmp.Or(u.Port(), port)))
	}
	if kind == "" && len(p.hosts) > 1 {
		return wrong(form + ", or several hosts as redis-sentinel:// or redis-cluster://")
	}
	u, err := url.Parse(family + "://" + user + p.hosts[0] + path)
	if err != nil {
		return wrong(form)
	}
	dir := strings.Trim(u.Path, "/")
	switch kind {
	case "sentinel":
		p.master, dir, _ = strings.Cut(dir, "/")
		if p.master == "" {
			return wrong(form)
		}
		q := u.Query()
		p.sentinelUser, p.sentinelPassword = q.Get("sentinel_username"), q.Get("sentinel_password")
		q.Del("sentinel_username")
		q.Del("sentinel_password")
		u.RawQuery = q.Encode()
	case "cluster":
		if dir != "" {
			return wrong(form)
		}
	}
	u.Path = "/" + dir
	if p.options, err = redis.ParseURL(u.String()); err != nil {
		return wrong(form + ", with options of go-redis after a question mark")
	}
	p.name = scheme + "://" + strings.Join(p.hosts, ",")
	if p.master != "" {
		p.name += "/" + p.master
	}
	if p.options.DB != 0 {
		p.name += "/" + strconv.Itoa(p.options.DB)
	}
	return p, nil
}

func (a parsed) connect(o Options) (*Store, error) {
	scripts, err := readScripts()
	if err != nil {
		return nil, err
	}
	s := &Store{name: a.name, scripts: scripts, wait: o.WaitReplicas, timeout: cmp.Or(o.WaitTimeout, 2*time.Second)}
	c := a.options
	s.tls = c.TLSConfig != nil
	if c.TLSConfig != nil && o.TLS != nil {
		name := c.TLSConfig.ServerName
		c.TLSConfig = o.TLS.Clone()
		c.TLSConfig.ServerName = cmp.Or(c.TLSConfig.ServerName, name)
	}
	if c.TLSConfig != nil && a.kind != "" {
		c.TLSConfig.ServerName = o.serverName() // each node goes by its own
	}
	if c.PoolSize == 0 {
		c.PoolSize = poolSize
	}
	if c.Protocol == 0 {
		c.Protocol = 2 // in 3 the client looks for pushed messages before each command: one more system call
	}
	quiet := &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	// A command is sent once, a dial is tried once, and the caller's deadline
	// counts: trying again is for who knows the event id.
	c.MaxRetries, c.DialerRetries, c.ContextTimeoutEnabled, c.MaintNotificationsConfig = -1, 1, true, quiet
	switch a.kind {
	case "sentinel":
		s.one = redis.NewFailoverClient(&redis.FailoverOptions{
			MasterName: a.master, SentinelAddrs: a.hosts,
			SentinelUsername: a.sentinelUser, SentinelPassword: a.sentinelPassword,
			Username: c.Username, Password: c.Password, DB: c.DB, ClientName: c.ClientName, Protocol: c.Protocol,
			MaxRetries: c.MaxRetries, DialerRetries: c.DialerRetries, ContextTimeoutEnabled: true,
			DialTimeout: c.DialTimeout, ReadTimeout: c.ReadTimeout, WriteTimeout: c.WriteTimeout,
			PoolSize: c.PoolSize, PoolTimeout: c.PoolTimeout, MinIdleConns: c.MinIdleConns, TLSConfig: c.TLSConfig,
		})
	case "cluster":
		s.cluster = redis.NewClusterClient(&redis.ClusterOptions{
			Addrs: a.hosts, Username: c.Username, Password: c.Password, ClientName: c.ClientName, Protocol: c.Protocol,
			MaxRedirects: -1, MaxRetries: c.MaxRetries, DialerRetries: c.DialerRetries, ContextTimeoutEnabled: true,
			DialTimeout: c.DialTimeout, ReadTimeout: c.ReadTimeout, WriteTimeout: c.WriteTimeout,
			PoolSize: c.PoolSize, PoolTimeout: c.PoolTimeout, MinIdleConns: c.MinIdleConns, TLSConfig: c.TLSConfig,
			MaintNotificationsConfig: quiet,
		})
	default:
		c.Addr = a.hosts[0]
		s.one = redis.NewClient(c)
	}
	return s, nil
}

func (o Options) serverName() string {
	if o.TLS == nil {
		return ""
	}
	return o.TLS.ServerName
}

// each calls every server that holds state.
func (s *Store) each(ctx context.Context, call func(context.Context, *redis.Client) error) error {
	if s.cluster == nil {
		return call(ctx, s.one)
	}
	return s.cluster.ForEachMaster(ctx, call)
}

// refused says why a server is not one to keep state in, with the mend.
type refused string

func (r refused) Error() string { return string(r) }

// examine refuses a server that cannot keep state.
func (s *Store) examine(ctx context.Context, node *redis.Client) error {
	in, err := info(ctx, node)
	if err != nil {
		return err
	}
	if v := in["redis_version"]; old(v) {
		return refused("Redis " + v + " is too old; install 6.2 or newer")
	}
	if in["role"] != "master" {
		return refused("this is a replica and cannot be written; give the address of its master, or of the Sentinels")
	}
	if policy := in["maxmemory_policy"]; policy != "noeviction" {
		return refused("maxmemory-policy is " + policy + ", so Redis may throw answers away when its memory is full; set maxmemory-policy noeviction")
	}
	if in["cluster_enabled"] == "1" && s.cluster == nil {
		return refused("this is a Cluster; write its address as redis-cluster://")
	}
	return nil
}

// info is what INFO says.
func info(ctx context.Context, node *redis.Client) (map[string]string, error) {
	text, err := node.Info(ctx).Result()
	if err != nil {
		return nil, err
	}
	all := map[string]string{}
	for line := range strings.Lines(text) {
		if k, v, ok := strings.Cut(strings.TrimSpace(line), ":"); ok {
			all[k] = v
		}
	}
	return all, nil
}

// old reports a version before 6.2.
func old(version string) bool {
	major, rest, _ := strings.Cut(version, ".")
	minor, _, _ := strings.Cut(rest, ".")
	a, _ := strconv.Atoi(major)
	b, _ := strconv.Atoi(minor)
	return a < 6 || a == 6 && b < 2
}

// explain adds the mend to what goes wrong when one connects.
func (s *Store) explain(err error) error {
	var (
		network *net.OpError
		record  tls.RecordHeaderError
		unknown x509.UnknownAuthorityError
		ours    refused
	)
	mend := ""
	switch {
	case errors.As(err, &ours):
		return ours
	case says(err, "WRONGPASS"), says(err, "NOAUTH"), says(err, "ERR AUTH"), says(err, "ERR invalid password"):
		mend = "wrong user or password; check both in the address"
	case says(err, "NOPERM"):
		mend = "this user may not do what is needed; allow it all keys that begin with ar1: and all commands on them, and INFO"
	case says(err, "LOADING"):
		mend = "Redis is still loading its data; try again in a moment"
	case says(err, "ERR This instance has cluster support disabled"):
		mend = "this is no Cluster; write its address as redis://"
	case errors.As(err, &record):
		mend = "no TLS is spoken there; write the address as redis:// instead of rediss://"
	case errors.As(err, &unknown):
		mend = "its certificate is signed by an authority that this machine does not know; install that authority"
	case errors.As(err, &network), errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		mend = "not reachable; check that Redis runs there and that this machine may connect"
		if s.tls {
			mend += ", and that TLS is spoken there: else write redis:// instead of rediss://"
		}
	default:
		mend = "no answer that can be used; check that this is the address of a Redis"
	}
	return fmt.Errorf("%s: %w", mend, err)
}

func says(err error, prefix string) bool {
	var e redis.Error
	return errors.As(err, &e) && strings.HasPrefix(e.Error(), prefix)
}

// silence keeps the client library's own log lines off standard error: what
// goes wrong comes back as an error, and is said once, without addresses.
type silence struct{}

func (silence) Printf(context.Context, string, ...any) {}

// Quiet silences the client library for the whole process. A program calls it
// once, before Open.
func Quiet() { redis.SetLogger(silence{}) }
