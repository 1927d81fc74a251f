package redis_test

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"anteroom/bot"
	"anteroom/bot/redis"
	"anteroom/bot/redis/redistest"
)

const secret = "hunter2"

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	single := redistest.Start(t)
	locked := redistest.Start(t, "--requirepass", secret)
	evicting := redistest.StartCluster(t)
	evicting.Do("CONFIG", "SET", "maxmemory-policy", "volatile-ttl")
	nobody := listen(t).Addr().String()
	for _, test := range []struct {
		name, address string
		want          []string
	}{
		{"empty", "", []string{"not understood; write it as redis://"}},
		{"no scheme", "localhost:6379", []string{"not understood; write it as redis://"}},
		{"another scheme", "http://localhost", []string{"not understood; write it as redis://"}},
		{"another kind", "redis-ring://localhost", []string{"not understood; write it as redis://"}},
		{"no host", "redis://", []string{"write it as redis://[user:password@]host[:port][/db]"}},
		{"no number", "redis://localhost/db", []string{"not understood"}},
		{"a slash in the password", "redis://user:" + secret + "/x@localhost:6379", []string{"special characters of a password as %XX"}},
		{"a slash after digits", "redis://user:1/" + secret + "@localhost:6379", []string{"special characters of a password as %XX"}},
		{"a percent in the password", "redis://user:%zz" + secret + "@localhost:6379", []string{"special characters of a password as %XX"}},
		{"a question mark in the password", "redis://user:6?" + secret + "@localhost:6379", []string{"special characters of a password as %XX"}},
		{"wrong option", "redis://:" + secret + "@localhost:6379?colour=red", []string{"with options of go-redis"}},
		{"two hosts", "redis://a,b", []string{"or several hosts as redis-sentinel://"}},
		{"Sentinel without a master", "rediss-sentinel://a,b", []string{"rediss-sentinel://", "/master"}},
		{"Cluster with a database", "redis-cluster://a,b/3", []string{"redis-cluster://"}},
		{"nobody there", "redis://:" + secret + "@" + nobody + "/2", []string{"redis://" + nobody + "/2", "check that Redis runs there", "connection refused"}},
		{"no Sentinel there", "redis-sentinel://:" + secret + "@" + nobody + "/practice?sentinel_password=" + secret, []string{"redis-sentinel://" + nobody + "/practice"}},
		{"no Cluster there", "redis-cluster://:" + secret + "@" + nobody, []string{"redis-cluster://" + nobody, "check that Redis runs there"}},
		{"no password", "redis://" + locked.Addr, []string{locked.Addr, "wrong user or password"}},
		{"wrong password", "redis://:" + secret + "x@" + locked.Addr, []string{locked.Addr, "wrong user or password"}},
		{"wrong user", "redis://ann:" + secret + "@" + locked.Addr, []string{locked.Addr, "wrong user or password"}},
		{"TLS to one without", "rediss://:" + secret + "@" + single.Addr + "?dial_timeout=100ms", []string{single.Addr, "redis:// instead of rediss://"}},
		{"may evict", "redis://" + redistest.Start(t, "--maxmemory-policy", "allkeys-lru").Addr, []string{"maxmemory-policy is allkeys-lru", "set maxmemory-policy noeviction"}},
		{"a replica", "redis://" + redistest.StartReplica(t, single).Addr, []string{"this is a replica", "address of its master"}},
		{"a Cluster as one", "redis://" + redistest.StartCluster(t).Addr, []string{"this is a Cluster; write its address as redis-cluster://"}},
		{"a Cluster that may evict", "redis-cluster://" + evicting.Addr, []string{evicting.Addr + ": maxmemory-policy is volatile-ttl"}},
		{"one as a Cluster", "redis-cluster://" + single.Addr, []string{"this is no Cluster; write its address as redis://"}},
		{"too old", "redis://" + old(t), []string{"Redis 6.0.16", "install 6.2 or newer"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s, err := redis.Open(t.Context(), test.address, redis.Options{})
			if err == nil {
				s.Close()
				t.Fatal("got no error")
			}
			for _, want := range test.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("got %q, want it to say %q", err, want)
				}
			}
			if strings.Contains(err.Error(), secret) {
				t.Errorf("%q holds the password", err)
			}
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("%q is more than one line", err)
			}
		})
	}
	open(t, "redis://:"+secret+"@"+locked.Addr+"/3?pool_size=5", redis.Options{})
}

// listen gives an address at which nobody answers.
func listen(t *testing.T) net.Listener {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	return l
}

// old is the address of something that says it is Redis 6.0.
func old(t *testing.T) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				for in := bufio.NewScanner(c); in.Scan(); {
					switch strings.ToLower(in.Text()) {
					case "hello", "client":
						fmt.Fprint(c, "-ERR unknown command\r\n")
					case "info":
						text := "redis_version:6.0.16\r\nrole:master\r\nmaxmemory_policy:noeviction\r\n"
						fmt.Fprintf(c, "$%d\r\n%s\r\n", len(text), text)
					}
				}
			}()
		}
	}()
	return l.Addr().String()
}

func TestContextEndsOpen(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0") // takes connections and says nothing
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	_, err = redis.Open(ctx, "redis://"+l.Addr().String(), redis.Options{})
	if err == nil || !strings.Contains(err.Error(), "not reachable") {
		t.Errorf("got %v, want not reachable", err)
	}
}

func TestTLS(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	pool := certificate(t, dir)
	tlsAddr := listen(t).Addr().String()
	_, port, _ := net.SplitHostPort(tlsAddr)
	redistest.Start(t, "--tls-port", port, "--tls-auth-clients", "no",
		"--tls-cert-file", filepath.Join(dir, "cert"), "--tls-key-file", filepath.Join(dir, "key"), "--tls-ca-cert-file", filepath.Join(dir, "cert"))
	if _, err := redis.Open(t.Context(), "rediss://"+tlsAddr, redis.Options{}); err == nil || !strings.Contains(err.Error(), "install that authority") {
		t.Errorf("unknown authority: got %v, want the mend", err)
	}
	s := open(t, "rediss://"+tlsAddr, redis.Options{TLS: &tls.Config{RootCAs: pool}})
	if err := s.Commit(t.Context(), "pine", bot.Commit{Event: "1"}); err != nil {
		t.Error(err)
	}
}

// certificate writes one for loopback that signs itself.
func certificate(t *testing.T, dir string) *x509.CertPool {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"},
		NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	cert, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert})
	for name, b := range map[string][]byte{"cert": text, "key": pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})} {
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(text)
	return pool
}

func TestDurability(t *testing.T) {
	t.Parallel()
	plain := redistest.Start(t)
	always := redistest.Start(t, "--appendonly", "yes", "--appendfsync", "always")
	followed := redistest.Start(t, "--appendonly", "yes")
	redistest.StartReplica(t, followed)
	for _, test := range []struct {
		address string
		o       redis.Options
		want    []string
	}{
		{"redis://" + plain.Addr, redis.Options{}, []string{"no append-only file", "set appendonly yes", "0 replicas"}},
		{"redis://" + always.Addr, redis.Options{}, []string{"fsync always (nothing acknowledged is lost); 0 replicas"}},
		{"redis://" + followed.Addr, redis.Options{}, []string{"fsync everysec", "1 replica, not waited for"}},
		{"redis://" + followed.Addr, redis.Options{WaitReplicas: 1}, []string{"1 replica, 1 waited for"}},
		{"redis-cluster://" + redistest.StartCluster(t).Addr, redis.Options{}, []string{": no append-only file"}},
	} {
		got, err := open(t, test.address, test.o).Durability(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range test.want {
			if !strings.Contains(got, want) {
				t.Errorf("got %q, want it to say %q", got, want)
			}
		}
	}
}
