package seal_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"anteroom/bot/seal"
)

// knownRoot is a root key whose bytes a test can look for.
func knownRoot(t *testing.T) seal.Root {
	t.Helper()
	path := filepath.Join(t.TempDir(), "key")
	write(t, path, "anteroom-key-1:QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWY=\n", 0o600)
	root, err := seal.ReadRoot(path)
	if err != nil {
		t.Fatal(err)
	}
	return root
}

func write(t *testing.T, path, text string, mode fs.FileMode) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil { // whatever the umask
		t.Fatal(err)
	}
}

func TestRootFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "key")
	root := seal.NewRoot()
	if err := seal.WriteRoot(path, root); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := info.Mode().Perm(), fs.FileMode(0o600); got != want {
		t.Errorf("mode: got %o, want %o", got, want)
	}
	again, err := seal.ReadRoot(path)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := again.Pseudonym("a"), root.Pseudonym("a"); got != want {
		t.Errorf("pseudonym under the key read back: got %s, want %s", got, want)
	}
	if err := seal.WriteRoot(path, seal.NewRoot()); !errors.Is(err, fs.ErrExist) {
		t.Errorf("writing over a key: got %v, want fs.ErrExist", err)
	}
	if again, err := seal.ReadRoot(path); err != nil || again.Pseudonym("a") != root.Pseudonym("a") {
		t.Errorf("the key that was there has changed: %v", err)
	}
}

func TestReadRootRefuses(t *testing.T) {
	t.Parallel()
	const good = "anteroom-key-1:QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWY="
	tests := []struct {
		name, text string
		mode       fs.FileMode
		want       string
	}{
		{"readable by the group", good, 0o640, "chmod 600 "},
		{"readable by others", good, 0o604, "chmod 600 "},
		{"writable by the group", good, 0o620, "chmod 600 "},
		{"empty", "", 0o600, "not a root key"},
		{"no prefix", "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWY=", 0o600, "not a root key"},
		{"another version", strings.Replace(good, "-1:", "-2:", 1), 0o600, "not a root key"},
		{"too short", "anteroom-key-1:QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNk", 0o600, "not a root key"},
		{"too long", "anteroom-key-1:QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZn", 0o600, "not a root key"},
		{"no base64", "anteroom-key-1:QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZW!=", 0o600, "not a root key"},
		{"two lines", good + "\n" + good, 0o600, "not a root key"},
		{"a huge file", good + strings.Repeat(" x", 1<<16), 0o600, "not a root key"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "key")
			write(t, path, tt.text, tt.mode)
			_, err := seal.ReadRoot(path)
			if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), path) {
				t.Fatalf("got %v, want an error with %q and the path", err, tt.want)
			}
			if strings.Contains(err.Error(), "QUJDREVG") {
				t.Error("the error holds the key")
			}
		})
	}
	dir := t.TempDir()
	if _, err := seal.ReadRoot(filepath.Join(dir, "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a missing file: got %v, want fs.ErrNotExist", err)
	}
	if err := os.Chmod(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := seal.ReadRoot(dir); err == nil || !strings.Contains(err.Error(), "folder") {
		t.Errorf("a folder: got %v, want an error that says so", err)
	}
}

func TestPseudonym(t *testing.T) {
	t.Parallel()
	root := knownRoot(t)
	// The root key outlives every release, so these never change. They were
	// computed by another program, from RFC 5869 and RFC 2104.
	if got, want := root.Pseudonym("telegram", "12345"), "ajiiqfdhyipafefuqx4gxov5jy"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got, want := fmt.Sprintf("%x", root.MAC("button", 8, []byte("a"), []byte("b"))), "0aa81ff1d8941204"; got != want {
		t.Errorf("MAC: got %s, want %s", got, want)
	}
	if root.Pseudonym("telegram", "12345") == seal.NewRoot().Pseudonym("telegram", "12345") {
		t.Error("two root keys give one pseudonym")
	}
	form := regexp.MustCompile(`^[a-z2-7]{26}$`)
	parts := rapid.SliceOfN(rapid.StringMatching(`[ab]{0,2}`), 0, 3)
	rapid.Check(t, func(t *rapid.T) {
		a, b := parts.Draw(t, "a"), parts.Draw(t, "b")
		p := root.Pseudonym(a...)
		if !form.MatchString(p) {
			t.Fatalf("got %q, want 26 letters and digits", p)
		}
		same := fmt.Sprintf("%q", a) == fmt.Sprintf("%q", b)
		if got := p == root.Pseudonym(b...); got != same {
			t.Fatalf("pseudonyms of %q and %q equal: got %v, want %v", a, b, got, same)
		}
	})
}

func TestMAC(t *testing.T) {
	t.Parallel()
	root := knownRoot(t)
	parts := [][]byte{[]byte("who"), []byte("question")}
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 32).Draw(t, "n")
		mac := root.MAC("button", n, parts...)
		if got := len(mac); got != n {
			t.Fatalf("length: got %d, want %d", got, n)
		}
		if got, want := root.Verify("button", mac, parts...), n >= 8; got != want {
			t.Fatalf("Verify of %d bytes: got %v, want %v", n, got, want)
		}
		for i := range mac {
			wrong := bytes.Clone(mac)
			wrong[i] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
			if root.Verify("button", wrong, parts...) {
				t.Fatalf("a code with byte %d changed is accepted", i)
			}
		}
	})
	mac := root.MAC("button", 16, parts...)
	tests := []struct {
		name string
		got  bool
	}{
		{"another label", root.Verify("link", mac, parts...)},
		{"another part", root.Verify("button", mac, []byte("who"), []byte("Question"))},
		{"a part less", root.Verify("button", mac, []byte("who"))},
		{"parts cut elsewhere", root.Verify("button", mac, []byte("whoq"), []byte("uestion"))},
		{"label and part cut elsewhere", root.Verify("buttonwho", mac, []byte("question"))},
		{"another root key", seal.NewRoot().Verify("button", mac, parts...)},
		{"no code", root.Verify("button", nil, parts...)},
		{"a code that is too long", root.Verify("button", make([]byte, 33), parts...)},
	}
	for _, tt := range tests {
		if tt.got {
			t.Errorf("%s: accepted", tt.name)
		}
	}
}

// Nothing that prints, logs or encodes a key shows it.
func TestKeysAreRedacted(t *testing.T) {
	t.Parallel()
	root, key := knownRoot(t), seal.ClientKey([]byte("0123456789abcdefGHIJKLMNOPQRSTUV"))
	type holder struct {
		Root   seal.Root
		Key    seal.ClientKey
		Cipher *seal.Cipher
	}
	type hidden struct {
		root   seal.Root
		cipher *seal.Cipher
	}
	values := []any{
		root, &root, key, &key, key.Cipher(), *key.Cipher(), []seal.ClientKey{key}, map[string]seal.ClientKey{"k": key},
		holder{root, key, key.Cipher()}, &holder{root, key, key.Cipher()}, hidden{root, key.Cipher()}, &hidden{root, key.Cipher()},
	}
	var out bytes.Buffer
	plain := slog.New(slog.NewTextHandler(&out, nil))
	asJSON := slog.New(slog.NewJSONHandler(&out, nil))
	for _, v := range values {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%b", "%o", "%08b"} {
			fmt.Fprintf(&out, verb+"\n", v)
		}
		plain.Info("a", "v", v)
		asJSON.Info("a", "v", v)
		if text, err := json.Marshal(v); err == nil {
			out.Write(text)
		}
	}
	for _, k := range []string{"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdef", "0123456789abcdefGHIJKLMNOPQRSTUV"} {
		b := []byte(k)
		for _, leak := range []string{
			k[:16], fmt.Sprintf("%x", b[:8]), fmt.Sprintf("%X", b[:8]), strings.Trim(fmt.Sprint(b[:8]), "[]"),
			strings.ReplaceAll(strings.Trim(fmt.Sprint(b[:8]), "[]"), " ", ","), strings.Trim(fmt.Sprintf("%b", b[:4]), "[]"),
			strings.Trim(fmt.Sprintf("%o", b[:4]), "[]"), strings.Trim(fmt.Sprintf("%#v", b[:4]), "[]byte{}"),
		} {
			if i := strings.Index(out.String(), leak); i >= 0 {
				t.Errorf("the key shows: %.200q", out.String()[max(0, i-80):])
			}
		}
	}
	if got := fmt.Sprintf("%v %+v %#v %s", root, key, &key, key.Cipher()); got != "[redacted] [redacted] [redacted] [redacted]" {
		t.Errorf("got %s", got)
	}
	out.Reset()
	plain.Info("a", "root", root, "key", key, "cipher", key.Cipher())
	if got := out.String(); !strings.Contains(got, "root=[redacted] key=[redacted] cipher=[redacted]") {
		t.Errorf("got %s", got)
	}
	if text, err := key.MarshalText(); err == nil || text != nil {
		t.Errorf("MarshalText: got %q, %v, want an error", text, err)
	}
	if data, err := key.MarshalBinary(); err == nil || data != nil {
		t.Errorf("MarshalBinary: got %q, %v, want an error", data, err)
	}
}

func BenchmarkPseudonym(b *testing.B) {
	root := seal.NewRoot()
	b.ReportAllocs()
	for b.Loop() {
		root.Pseudonym("telegram", "1234567890")
	}
}
