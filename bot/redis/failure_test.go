package redis_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	client "github.com/redis/go-redis/v9"

	"anteroom/bot"
	"anteroom/bot/redis"
	"anteroom/bot/redis/redistest"
)

// everything writes to a key of every kind.
func everything() bot.Commit {
	lane := bot.Lane{Channel: "telegram", Of: "chat/a"}
	due := bot.DueID{ID: "d", At: time.UnixMilli(1000)}
	return bot.Commit{
		Event:  "e",
		States: []bot.Write{{Subject: "chat/a", Next: 1, Blob: []byte("x")}},
		Keys:   []bot.NewKey{{ID: "chat/a", Wrapped: []byte("w")}},
		Erase:  []bot.Erasure{{Subject: "chat/b", Key: "chat/b", Lanes: []bot.Lane{{Channel: "slack", Of: "chat/b"}}}},
		Post:   []bot.Letter{{LetterID: bot.LetterID{Subject: "chat/c", Event: "l"}}},
		Out:    []bot.Parcel{{Lane: lane, ID: "p"}},
		Due:    []bot.Due{{DueID: due, Sealed: bot.Sealed{Blob: []byte("x")}}}, Undue: []string{"u"}, DueDone: &due,
		Index:  []bot.IndexChange{{Index: "open", Member: "m"}, {Index: "quiet", Member: "m", Remove: true}},
		Append: []bot.LogEntry{{Log: "audit"}},
	}
}

// all is what the server holds, key by key.
func all(t *testing.T, c *client.Client) map[string]string {
	t.Helper()
	keys, err := c.Keys(t.Context(), "*").Result()
	if err != nil {
		t.Fatal(err)
	}
	dumps := map[string]string{}
	for _, k := range keys {
		if dumps[k], err = c.Dump(t.Context(), k).Result(); err != nil {
			t.Fatal(err)
		}
	}
	return dumps
}

func connect(t *testing.T, server *redistest.Server) *client.Client {
	c := client.NewClient(&client.Options{Addr: server.Addr})
	t.Cleanup(func() { c.Close() })
	return c
}

// A key of another type is found before anything is written.
func TestWrongType(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	s, c := open(t, "redis://"+server.Addr, redis.Options{}), connect(t, server)
	for _, test := range []struct {
		key    string
		passes bool // of whatever type it is
	}{
		{"owner", false}, {"e:e", false}, {"count", false}, {"waiting", false},
		{"s:chat/a", false}, {"k:chat/a", false}, {"in:chat/c", false},
		{"s:chat/b", true}, {"k:chat/b", true}, {"in:chat/b", true}, {"lane:slack:chat/b", true}, {"rcpt:slack:chat/b", true}, {"aside:slack:chat/b", true},
		{"ready:slack", false}, {"claim:slack", false}, {"asides:slack", false},
		{"lane:telegram:chat/a", false}, {"ready:telegram", false}, {"due", false}, {redis.Shelf("d"), false}, {"due:held", false}, {"dues", false},
		{"idx:open", false}, {"idx:quiet", false}, {"log:audit", false},
	} {
		t.Run(test.key, func(t *testing.T) {
			server.Do("FLUSHALL")
			server.Do("XADD", "ar1:{pine}:"+test.key, "*", "a", "b") // a stream: we have none
			before := all(t, c)
			m := everything()
			if test.key == "owner" {
				m.Fence = 1
			}
			err := s.Commit(t.Context(), "pine", m)
			if (err == nil) != test.passes {
				t.Fatalf("got %v, want it to pass: %v", err, test.passes)
			}
			if after := all(t, c); err != nil && !cmp.Equal(before, after) {
				t.Error(cmp.Diff(before, after))
			}
		})
	}
}

// Every key of a practice begins alike, and no more of them are left behind
// than the design says.
func TestKeys(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	s, c := open(t, "redis://"+server.Addr, redis.Options{}), connect(t, server)
	now := time.UnixMilli(5000)
	if err := s.Heartbeat(t.Context(), "one", time.Hour); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.Own(t.Context(), "pine", "one"); err != nil {
		t.Fatal(err)
	}
	if err := s.Commit(t.Context(), "pine", everything()); err != nil {
		t.Fatal(err)
	}
	claimed, err := s.Claim(t.Context(), "pine", bot.ClaimOptions{Channel: "telegram", Now: now, N: 1, Lease: time.Hour})
	if err != nil || len(claimed) != 1 {
		t.Fatalf("claim: got %v %v, want one", claimed, err)
	}
	want := map[string]bool{"ar1:alive:one": true}
	for _, k := range []string{"owner", "e:e", "count", "waiting", "s:chat/a", "k:chat/a", "in:chat/c", "lane:telegram:chat/a", "ready:telegram", "claim:telegram", "due", redis.Shelf("d"), "dues", "idx:open", "log:audit"} {
		want["ar1:{pine}:"+k] = true
	}
	check := func() {
		t.Helper()
		got := map[string]bool{}
		for k := range all(t, c) {
			got[k] = true
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("keys (-want +got):\n%s", diff)
		}
	}
	check()
	if _, err := s.Ack(t.Context(), "pine", claimed[0], now, nil); err != nil {
		t.Fatal(err)
	}
	if err := s.Commit(t.Context(), "pine", bot.Commit{
		Event: "f", Took: &bot.LetterID{Subject: "chat/c", Event: "l"}, Undue: []string{"d"},
		Index: []bot.IndexChange{{Index: "open", Member: "m", Remove: true}},
	}); err != nil {
		t.Fatal(err)
	}
	for _, k := range []string{"in:chat/c", "waiting", "lane:telegram:chat/a", "ready:telegram", "claim:telegram", "due", redis.Shelf("d"), "dues", "idx:open"} {
		delete(want, "ar1:{pine}:"+k)
	}
	want["ar1:{pine}:e:f"] = true
	check()
	if left := c.PTTL(t.Context(), "ar1:{pine}:e:f").Val(); left < bot.SeenFor-time.Minute || left > bot.SeenFor {
		t.Errorf("an event is remembered for %v, want %v", left, bot.SeenFor)
	}
}

func TestScriptFlush(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	for _, o := range []redis.Options{{}, {WaitReplicas: 1}} {
		if o.WaitReplicas > 0 {
			redistest.StartReplica(t, server)
		}
		s := open(t, "redis://"+server.Addr, o)
		for i := range 3 {
			server.Do("SCRIPT", "FLUSH")
			if err := s.Commit(t.Context(), "pine", bot.Commit{Event: bot.EventID(fmt.Sprint(o.WaitReplicas, i))}); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// cutter passes requests and answers on; while cut is set it cuts a connection
// in the place of passing back what a script answered. Connections made after
// that are answered up to their first script.
type cutter struct {
	net.Listener
	cut atomic.Bool
}

func cut(t *testing.T, to string) *cutter {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := &cutter{Listener: l}
	var wg sync.WaitGroup
	t.Cleanup(func() { l.Close(); wg.Wait() })
	wg.Go(func() {
		for {
			in, err := l.Accept()
			if err != nil {
				return
			}
			out, err := net.Dial("tcp", to)
			if err != nil {
				in.Close()
				continue
			}
			var script atomic.Bool
			wg.Go(func() {
				pass(out, in, func(b []byte) bool {
					script.Store(bytes.Contains(b, []byte("evalsha")))
					return true
				})
			})
			wg.Go(func() { pass(in, out, func([]byte) bool { return !script.Load() || !c.cut.Load() }) })
		}
	})
	return c
}

// pass copies as long as may says so, then closes both ends.
func pass(to, from net.Conn, may func([]byte) bool) {
	defer to.Close()
	defer from.Close()
	b := make([]byte, 1<<16)
	for {
		n, err := from.Read(b)
		if err != nil || !may(b[:n]) {
			return
		}
		if _, err := to.Write(b[:n]); err != nil {
			return
		}
	}
}

// An answer that is lost is an error, and nothing was sent twice. Asked again,
// the store knows the event.
func TestLostAnswer(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	between := cut(t, server.Addr)
	s := open(t, "redis://"+between.Addr().String(), redis.Options{})
	runs := func() string {
		text := server.Do("INFO", "commandstats").(string)
		_, rest, _ := strings.Cut(text, "cmdstat_evalsha:calls=")
		n, _, _ := strings.Cut(rest, ",")
		return n
	}
	if err := s.Commit(t.Context(), "pine", bot.Commit{Event: "first"}); err != nil {
		t.Fatal(err)
	}
	for i := range 20 {
		m := bot.Commit{Event: bot.EventID(fmt.Sprint(i)), Append: []bot.LogEntry{{Log: "audit"}}}
		server.Do("CONFIG", "RESETSTAT")
		between.cut.Store(true)
		err := s.Commit(t.Context(), "pine", m)
		between.cut.Store(false)
		if err == nil || errors.Is(err, bot.ErrSeen) {
			t.Fatalf("got %v, want an unknown outcome", err)
		}
		if got := runs(); got != "1" {
			t.Fatalf("the script ran %s times, want 1", got)
		}
		if err := s.Commit(t.Context(), "pine", m); !errors.Is(err, bot.ErrSeen) {
			t.Fatalf("asked again: got %v, want %v", err, bot.ErrSeen)
		}
	}
	if got, err := s.Log(t.Context(), "pine", "audit"); err != nil || len(got) != 20 {
		t.Errorf("log: got %d entries %v, want 20", len(got), err)
	}
}

func TestRedisGoesAndComes(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t, "--appendonly", "yes", "--appendfsync", "always")
	s := open(t, "redis://"+server.Addr, redis.Options{})
	var mu sync.Mutex
	answered := map[string]bool{}
	for round := range 3 {
		var wg sync.WaitGroup
		var count atomic.Int64
		enough := make(chan struct{})
		for w := range 16 {
			wg.Go(func() {
				for i := 0; ; i++ {
					e := fmt.Sprintf("%d/%d/%d", round, w, i)
					err := s.Commit(t.Context(), "pine", bot.Commit{
						Event: bot.EventID(e), Append: []bot.LogEntry{{Log: "notes", Sealed: bot.Sealed{Blob: []byte(e)}}},
					})
					if err != nil {
						return
					}
					mu.Lock()
					answered[e] = true
					mu.Unlock()
					if count.Add(1) == 300 {
						close(enough)
					}
				}
			})
		}
		<-enough
		server.Kill()
		wg.Wait()
		if err := s.Commit(t.Context(), "pine", bot.Commit{Event: "down"}); err == nil {
			t.Fatal("commit without a server: got no error")
		}
		server.Restart()
		notes, err := s.Log(t.Context(), "pine", "notes")
		for end := time.Now().Add(10 * time.Second); err != nil && time.Now().Before(end); { // connections of before
			notes, err = s.Log(t.Context(), "pine", "notes")
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range notes {
			delete(answered, string(n.Blob))
		}
		if len(answered) > 0 {
			t.Fatalf("round %d: %d answered and lost", round, len(answered))
		}
	}
}

// A write that a replica does not hold is not answered, and neither is the
// question whether it was seen.
func TestWaitReplicas(t *testing.T) {
	t.Parallel()
	master := redistest.Start(t)
	replica := redistest.StartReplica(t, master)
	s := open(t, "redis://"+master.Addr, redis.Options{WaitReplicas: 1, WaitTimeout: 30 * time.Millisecond})
	m := func(e string) bot.Commit { return bot.Commit{Event: bot.EventID(e)} }
	await := func(e string, want error) {
		t.Helper()
		var err error
		for end := time.Now().Add(15 * time.Second); time.Now().Before(end); {
			if err = s.Commit(t.Context(), "pine", m(e)); errors.Is(err, want) {
				return
			}
		}
		t.Fatalf("commit: got %v, want %v", err, want)
	}
	// The replica may be slow to follow at first: a try of unknown outcome is
	// followed by another event, since its own would be one that was seen.
	followed := false
	for end := time.Now().Add(15 * time.Second); !followed && time.Now().Before(end); {
		followed = s.Commit(t.Context(), "pine", m("1-"+rand.Text())) == nil
	}
	if !followed {
		t.Fatal("the replica never followed")
	}
	replica.Freeze()
	for range 3 { // each on a connection that has not written yet
		s := open(t, "redis://"+master.Addr, redis.Options{WaitReplicas: 1, WaitTimeout: 30 * time.Millisecond})
		err := s.Commit(t.Context(), "pine", m("2"))
		if err == nil || errors.Is(err, bot.ErrSeen) || !strings.Contains(err.Error(), "outcome unknown: on 0 of 1 replicas") {
			t.Fatalf("got %v, want an unknown outcome", err)
		}
	}
	replica.Thaw()
	await("2", bot.ErrSeen)
	if got := connect(t, replica).Exists(t.Context(), "ar1:{pine}:e:2").Val(); got != 1 {
		t.Error("answered, and the replica does not hold it")
	}
}

func TestSentinel(t *testing.T) {
	t.Parallel()
	master := redistest.Start(t)
	replica := redistest.StartReplica(t, master)
	sentinel := redistest.StartSentinel(t, "practice", master)
	sentinel.Await("num-slaves:1", "SENTINEL", "MASTER", "practice")
	address := "redis-sentinel://" + sentinel.Addr + "/practice"
	s := open(t, address, redis.Options{WaitReplicas: 1})
	if err := s.Commit(t.Context(), "pine", everything()); err != nil {
		t.Fatal(err)
	}
	if _, err := redis.Open(t.Context(), "redis-sentinel://"+sentinel.Addr+"/oak", redis.Options{}); err == nil {
		t.Error("a master that nobody knows: got no error")
	}
	s = open(t, address, redis.Options{}) // nobody is left to wait for
	master.Kill()
	var err error
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if err = s.Commit(t.Context(), "pine", bot.Commit{Event: "after", States: []bot.Write{{Subject: "chat/a", Was: 1, Next: 2, Blob: []byte("y")}}}); err == nil || errors.Is(err, bot.ErrSeen) {
			break
		}
	}
	if err != nil {
		t.Fatalf("after the failover: %v", err)
	}
	if got := connect(t, replica).Exists(t.Context(), "ar1:{pine}:e:after").Val(); got != 1 {
		t.Error("not written to the new master")
	}
}

// A context that ends ends the waiting.
func TestContext(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	s := open(t, "redis://"+server.Addr, redis.Options{})
	if err := s.Commit(t.Context(), "pine", bot.Commit{Event: "1"}); err != nil {
		t.Fatal(err)
	}
	server.Do("CLIENT", "PAUSE", "60000", "ALL")
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
	defer cancel()
	if err := s.Commit(ctx, "pine", bot.Commit{Event: "2"}); !errors.Is(err, context.DeadlineExceeded) && !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("got %v, want a deadline that passed", err)
	}
}

// What concerns one subject lies on one shelf, and so keeps its order.
func TestShelf(t *testing.T) {
	t.Parallel()
	if a, b := redis.Shelf("chat/a/nudge"), redis.Shelf("chat/a/expire"); a != b {
		t.Errorf("one subject lies on %s and %s", a, b)
	}
	seen := map[string]int{}
	for i := range 100_000 {
		seen[redis.Shelf(fmt.Sprintf("chat/%d/nudge", i))]++
	}
	for shelf, n := range seen {
		if n > 40 { // six on average
			t.Errorf("%d of 100,000 lie on %s", n, shelf)
		}
	}
}
