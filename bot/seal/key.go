package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"slices"
)

// ErrUnreadable says that a value does not open: it was changed or cut short,
// is in the wrong place, or was sealed under another key. Which of them cannot
// be told, and the error does not say what or whose it was.
var ErrUnreadable = errors.New("sealed value is unreadable: changed, misplaced, or under another key")

const (
	formV1   = 1                   // the first byte of every sealed value
	overhead = 1 + 12 + 16         // form, nonce, tag
	tagValue = "anteroom/value/v1" // what is sealed, first in its associated data
	tagKey   = "anteroom/key/v1"
	tagEpoch = "anteroom/epoch/v1"
)

// ClientKey seals what belongs to one client. Use [ClientKey.Cipher] for more
// than one value. It prints as [redacted], except from an unexported field of
// another struct, where package fmt looks at the bytes: keep a *Cipher there.
type ClientKey [32]byte

// NewClientKey returns a random key.
func NewClientKey() ClientKey {
	var k ClientKey
	rand.Read(k[:])
	return k
}

// Cipher expands the key. A Cipher may be kept for as long as the key may.
func (k ClientKey) Cipher() *Cipher { return newCipher(k) }

// Seal is [Cipher.Seal] for a single value.
func (k ClientKey) Seal(plain []byte, where Where) []byte { return k.Cipher().Seal(plain, where) }

// Open is [Cipher.Open] for a single value.
func (k ClientKey) Open(sealed []byte, where Where) ([]byte, error) {
	return k.Cipher().Open(sealed, where)
}

// Where is the place of a value. A value opens only in the place it was sealed
// for: all four must be the same.
type Where struct {
	Practice string
	Subject  string
	Kind     string
	Version  uint64
}

// A Cipher is an expanded key. It is safe for use by several goroutines.
type Cipher struct {
	gcm func() cipher.AEAD // a function, for the reason that Root has one
}

func newCipher(key [32]byte) *Cipher {
	block, err := aes.NewCipher(key[:])
	if err != nil {
		panic(err) // 32 bytes are always a key
	}
	gcm, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic(err)
	}
	return &Cipher{func() cipher.AEAD { return gcm }}
}

// Seal returns plain sealed for its place, 29 bytes longer.
func (c *Cipher) Seal(plain []byte, where Where) []byte { return c.AppendSeal(nil, plain, where) }

// AppendSeal appends the sealed value to dst and returns it. The spare room of
// dst must not overlap plain.
func (c *Cipher) AppendSeal(dst, plain []byte, where Where) []byte {
	// The associated data is written behind the room for the result, so that
	// one allocation, or none, serves both.
	size := overhead + len(plain)
	dst = slices.Grow(dst, size+where.size())
	ad := where.append(dst[len(dst)+size : len(dst)+size])
	return c.seal(dst, plain, ad)
}

// Open returns what was sealed for this place, or ErrUnreadable.
func (c *Cipher) Open(sealed []byte, where Where) ([]byte, error) {
	return c.AppendOpen(nil, sealed, where)
}

// AppendOpen appends the opened value to dst and returns it. The spare room of
// dst must not overlap sealed. With ErrUnreadable it returns nil, and the spare
// room of dst is undefined.
func (c *Cipher) AppendOpen(dst, sealed []byte, where Where) ([]byte, error) {
	size := len(sealed) - overhead
	if size < 0 {
		return nil, ErrUnreadable
	}
	dst = slices.Grow(dst, size+where.size())
	ad := where.append(dst[len(dst)+size : len(dst)+size])
	return c.open(dst, sealed, ad)
}

func (c *Cipher) seal(dst, plain, ad []byte) []byte {
	return c.gcm().Seal(append(dst, formV1), nil, plain, ad)
}

func (c *Cipher) open(dst, sealed, ad []byte) ([]byte, error) {
	if len(sealed) < overhead || sealed[0] != formV1 {
		return nil, ErrUnreadable
	}
	out, err := c.gcm().Open(dst, nil, sealed[1:], ad)
	if err != nil {
		return nil, ErrUnreadable
	}
	return out, nil
}

// size returns the length of append's bytes.
func (w Where) size() int {
	return len(tagValue) + 3*8 + len(w.Practice) + len(w.Subject) + len(w.Kind) + 8
}

// append writes the place so that no two places have the same bytes: each part
// after its length.
func (w Where) append(b []byte) []byte {
	b = append(b, tagValue...)
	b = appendPart(b, w.Practice)
	b = appendPart(b, w.Subject)
	b = appendPart(b, w.Kind)
	return binary.BigEndian.AppendUint64(b, w.Version)
}

// appendPart writes a part after its length, so that the same bytes cut
// elsewhere are another list of parts.
func appendPart[S string | []byte](b []byte, part S) []byte {
	b = binary.BigEndian.AppendUint64(b, uint64(len(part)))
	return append(b, part...)
}
