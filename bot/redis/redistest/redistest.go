// Package redistest starts Redis servers for tests: real ones, each on a free
// port of loopback with a folder of its own, and gone with the test.
package redistest

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// patience is how long a server may take to come up or to change.
const patience = 20 * time.Second

// Server is one redis-server process.
type Server struct {
	Addr string // host:port
	Dir  string // its folder: redis.log, dump and append-only file

	t      testing.TB
	args   []string
	cmd    *exec.Cmd
	exited chan struct{}
}

// Start starts a server that keeps nothing on the disk, unless args say
// otherwise: those of redis-server, such as "--appendonly", "yes". Where
// redis-server is not installed the test is skipped, and fails if CI is set.
func Start(t testing.TB, args ...string) *Server {
	t.Helper()
	return start(t, t.TempDir(), args...)
}

// StartCluster starts a Cluster of one node that holds all slots.
func StartCluster(t testing.TB) *Server {
	t.Helper()
	_, bus, _ := net.SplitHostPort(free(t))
	s := start(t, t.TempDir(), "--cluster-enabled", "yes", "--cluster-port", bus)
	s.Do("CLUSTER", "ADDSLOTSRANGE", "0", "16383")
	s.Await("cluster_state:ok", "CLUSTER", "INFO")
	return s
}

// StartReplica starts a server that follows another.
func StartReplica(t testing.TB, of *Server) *Server {
	t.Helper()
	host, port, _ := net.SplitHostPort(of.Addr)
	of.Do("CONFIG", "SET", "repl-diskless-sync-delay", "0")
	s := start(t, t.TempDir(), "--replicaof", host+" "+port)
	s.Await("master_link_status:up", "INFO", "replication")
	return s
}

// StartSentinel starts a Sentinel that watches master under the given name and
// fails over alone.
func StartSentinel(t testing.TB, name string, master *Server) *Server {
	t.Helper()
	host, port, _ := net.SplitHostPort(master.Addr)
	dir := t.TempDir()
	conf := filepath.Join(dir, "sentinel.conf")
	text := fmt.Sprintf("sentinel monitor %[1]s %s %s 1\nsentinel down-after-milliseconds %[1]s 200\nsentinel failover-timeout %[1]s 2000\n", name, host, port)
	if err := os.WriteFile(conf, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return start(t, dir, conf, "--sentinel")
}

func start(t testing.TB, dir string, args ...string) *Server {
	t.Helper()
	s := &Server{Dir: dir, t: t, args: args}
	t.Cleanup(s.Kill)
	for try := 1; ; try++ { // what was free a moment ago may be taken by now
		s.Addr = free(t)
		err := s.run()
		if err == nil {
			return s
		}
		if try == 3 {
			t.Fatal(err)
		}
	}
}

// Stop ends the server in order, as the system does when it shuts down.
func (s *Server) Stop() { s.end(syscall.SIGTERM) }

// Kill ends the server with kill -9.
func (s *Server) Kill() { s.end(syscall.SIGKILL) }

// Freeze stops the server's clockwork: its connections stay, and nothing is
// answered until Thaw.
func (s *Server) Freeze() { s.signal(syscall.SIGSTOP) }

// Thaw lets a frozen server go on.
func (s *Server) Thaw() { s.signal(syscall.SIGCONT) }

// Restart starts the server again after Stop or Kill, on the same port with
// the same folder.
func (s *Server) Restart() {
	s.t.Helper()
	if err := s.run(); err != nil {
		s.t.Fatal(err)
	}
}

// Do runs a command and returns what the server answers; an error ends the test.
func (s *Server) Do(args ...any) any {
	s.t.Helper()
	answer, err := s.try(args...)
	if err != nil {
		s.t.Fatalf("%v: %v", args[0], err)
	}
	return answer
}

// Await runs a command until its answer, a text, holds want.
func (s *Server) Await(want string, args ...any) {
	s.t.Helper()
	var answer any
	var err error
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if answer, err = s.try(args...); err == nil && strings.Contains(fmt.Sprint(answer), want) {
			return
		}
	}
	s.t.Fatalf("%v: got %v %v, want %q in it", args, answer, err, want)
}

func (s *Server) try(args ...any) (any, error) {
	c := redis.NewClient(&redis.Options{Addr: s.Addr, MaxRetries: -1, DialerRetries: 1})
	defer c.Close()
	answer, err := c.Do(context.Background(), args...).Result()
	if err == redis.Nil {
		err = nil
	}
	return answer, err
}

func (s *Server) run() error {
	program, err := exec.LookPath("redis-server")
	switch {
	case err == nil:
	case os.Getenv("CI") != "":
		s.t.Fatal("redis-server is not installed, and in CI nothing is skipped")
	default:
		s.t.Skip("redis-server is not installed (Debian: apt-get install redis-server); what needs a Redis is not tested")
	}
	host, port, _ := net.SplitHostPort(s.Addr)
	log := filepath.Join(s.Dir, "redis.log")
	var args []string
	rest := s.args
	if len(rest) > 0 && !strings.HasPrefix(rest[0], "--") { // a file of settings comes first
		args, rest = rest[:1:1], rest[1:]
	}
	args = append(args, "--port", port, "--bind", host, "--dir", s.Dir, "--logfile", log, "--save", "")
	s.cmd = exec.Command(program, append(args, rest...)...)
	if err := s.cmd.Start(); err != nil {
		return err
	}
	s.exited = make(chan struct{})
	go func() {
		defer close(s.exited)
		_ = s.cmd.Wait() // a server that was killed says so; nobody asks
	}()
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(2 * time.Millisecond) {
		select {
		case <-s.exited:
			text, _ := os.ReadFile(log)
			return fmt.Errorf("redis-server ended at once:\n%s", text)
		default:
		}
		if s.answers() {
			return nil
		}
	}
	return fmt.Errorf("redis-server at %s does not answer", s.Addr)
}

// answers reports whether the server takes commands: it may ask for a
// password, but must not be reading its files any more.
func (s *Server) answers() bool {
	c, err := net.Dial("tcp", s.Addr)
	if err != nil {
		return false
	}
	defer c.Close()
	b := make([]byte, 32)
	_ = c.SetDeadline(time.Now().Add(time.Second))
	if _, err := c.Write([]byte("PING\r\n")); err != nil {
		return false
	}
	n, _ := c.Read(b)
	return strings.HasPrefix(string(b[:n]), "+PONG") || strings.HasPrefix(string(b[:n]), "-NOAUTH")
}

func (s *Server) signal(sig syscall.Signal) {
	s.t.Helper()
	if err := s.cmd.Process.Signal(sig); err != nil {
		s.t.Fatal(err)
	}
}

func (s *Server) end(sig syscall.Signal) {
	if s.cmd == nil || s.cmd.Process == nil {
		return
	}
	_ = s.cmd.Process.Signal(sig) // it may be gone already
	<-s.exited
}

func free(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}
