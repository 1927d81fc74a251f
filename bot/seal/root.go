package seal

import (
	"bytes"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

const (
	rootPrefix = "anteroom-key-1:"
	minMAC     = 8 // bytes that Verify insists on
)

// Root is the root key of a deployment: 32 random bytes that never change while
// the deployment lives. It may be copied and used by several goroutines. The
// zero Root is no key; using it panics.
type Root struct {
	// keys is a function, because package fmt follows a pointer in an unexported
	// field of somebody's struct, where it does not see Format.
	keys func() *rootKeys
}

type rootKeys struct {
	secret    [32]byte
	pseudonym *prf
	mac       *prf
	folder    *Cipher
}

// NewRoot returns a new random root key.
func NewRoot() Root {
	var secret [32]byte
	rand.Read(secret[:])
	return newRoot(secret)
}

func newRoot(secret [32]byte) Root {
	derive := func(label string) [32]byte {
		key, err := hkdf.Key(sha256.New, secret[:], nil, "anteroom/"+label+"/v1", 32)
		if err != nil {
			panic(err) // 32 bytes are always to be had
		}
		return [32]byte(key)
	}
	keys := &rootKeys{
		secret:    secret,
		pseudonym: newPRF(derive("pseudonym")),
		mac:       newPRF(derive("mac")),
		folder:    newCipher(derive("folder")),
	}
	return Root{func() *rootKeys { return keys }}
}

// ReadRoot reads a root key that WriteRoot wrote. It refuses a file that anyone
// but its owner may read or write. The error of a missing file is fs.ErrNotExist.
func ReadRoot(path string) (Root, error) {
	text, err := readOwned(path)
	if err != nil {
		return Root{}, fmt.Errorf("read root key: %w", err)
	}
	encoded, ok := strings.CutPrefix(strings.TrimSpace(string(text)), rootPrefix)
	secret, err := base64.StdEncoding.Strict().DecodeString(encoded)
	if !ok || err != nil || len(secret) != 32 {
		return Root{}, fmt.Errorf("read root key %s: not a root key, or not all of it: want one line, %s and 32 bytes in base64; restore the file from its backup", path, rootPrefix)
	}
	return newRoot([32]byte(secret)), nil
}

// WriteRoot writes a root key into a new file that only its owner may read. It
// never overwrites: the error of a file that is there is fs.ErrExist.
func WriteRoot(path string, r Root) error {
	secret := r.keys().secret
	text := rootPrefix + base64.StdEncoding.EncodeToString(secret[:]) + "\n"
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("write root key: %w", err)
	}
	_, err = f.WriteString(text)
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = syncDir(filepath.Dir(path))
	}
	if err != nil {
		os.Remove(path)
		return fmt.Errorf("write root key: %w", err)
	}
	return nil
}

// Pseudonym returns the name under which the store knows somebody or something:
// 26 lower-case letters and digits that depend on all parts and their order, and
// tell nothing about them without the root key.
func (r Root) Pseudonym(parts ...string) string {
	var sum [sha256.Size]byte
	r.keys().pseudonym.sum(&sum, func(b []byte) []byte {
		for _, p := range parts {
			b = appendPart(b, p)
		}
		return b
	})
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(sum[:16]))
}

// MAC returns the first n bytes, 1 to 32, of a code that only the holder of the
// root key can make. The label keeps uses apart: a code of one label says
// nothing about another.
func (r Root) MAC(label string, n int, parts ...[]byte) []byte {
	if n < 1 || n > sha256.Size {
		panic(fmt.Sprintf("seal: a code of %d bytes; 1 to 32 are possible", n))
	}
	var sum [sha256.Size]byte
	r.keys().mac.sum(&sum, func(b []byte) []byte {
		b = appendPart(b, label)
		for _, p := range parts {
			b = appendPart(b, p)
		}
		return b
	})
	return bytes.Clone(sum[:n])
}

// Verify reports, in a time that tells nothing, whether mac is the MAC of label
// and parts, at whatever length it has. A code of less than eight bytes could be
// guessed and is never accepted.
func (r Root) Verify(label string, mac []byte, parts ...[]byte) bool {
	if len(mac) < minMAC || len(mac) > sha256.Size {
		return false
	}
	return hmac.Equal(mac, r.MAC(label, len(mac), parts...))
}

// prf is HMAC-SHA-256 under one key. Ready states are kept, since setting one up
// costs more than a short message.
type prf struct{ states sync.Pool }

type prfState struct {
	hash hash.Hash
	buf  []byte
}

func newPRF(key [32]byte) *prf {
	return &prf{sync.Pool{New: func() any { return &prfState{hash: hmac.New(sha256.New, key[:])} }}}
}

func (p *prf) sum(out *[sha256.Size]byte, message func(b []byte) []byte) {
	s := p.states.Get().(*prfState)
	s.hash.Reset()
	s.buf = message(s.buf[:0])
	s.hash.Write(s.buf)
	s.buf = s.hash.Sum(s.buf[:0])
	copy(out[:], s.buf)
	p.states.Put(s)
}

// readOwned reads a small file that is its owner's alone.
func readOwned(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if err := checkOwned(f, "600"); err != nil {
		return nil, err
	}
	return io.ReadAll(io.LimitReader(f, 4096))
}

// checkOwned refuses what others than the owner may touch.
func checkOwned(f *os.File, want string) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return fmt.Errorf("%s may be used by others than its owner (mode %04o): chmod %s %s", f.Name(), mode, want, f.Name())
	}
	if isDir := want == "700"; info.IsDir() != isDir || !isDir && !info.Mode().IsRegular() {
		return fmt.Errorf("%s is a %s: %w", f.Name(), kindOf(info.Mode()), fs.ErrInvalid)
	}
	return nil
}

func kindOf(mode fs.FileMode) string {
	switch {
	case mode.IsDir():
		return "folder, not a file"
	case mode.IsRegular():
		return "file, not a folder"
	}
	return "special file"
}

// syncDir makes the entries of a folder last.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
