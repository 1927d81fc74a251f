package seal

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"sync"
	"time"
)

var (
	// ErrEpochGone says that the epoch was destroyed: what it wrapped is erased for good.
	ErrEpochGone = errors.New("wrapping epoch was destroyed")
	// ErrEpochUnknown says that the vault never had the epoch. Most likely it is another deployment's.
	ErrEpochUnknown = errors.New("wrapping epoch is not in this vault: is it the vault that belongs to this store?")
	// ErrKeyUnreadable says that a wrapped key does not unwrap although its epoch
	// is there. It is kept apart from ErrUnreadable, because nothing was erased:
	// the bytes were changed, are in the wrong place, or belong to another vault.
	ErrKeyUnreadable = errors.New("wrapped client key is unreadable: changed, misplaced, or of another vault")
	// ErrEpochCurrent says that the current epoch cannot be destroyed.
	ErrEpochCurrent = errors.New("wrapping epoch is the current one: roll first")
)

// Vault keeps the wrapping epochs, outside the store. Epochs are numbered from
// one, and a number is never used again; the greatest is the current one. A
// vault is shared by all replicas and is safe for use by several goroutines.
//
// An epoch is retired in four moves: Roll; see to it that the store takes no key
// that was wrapped before, however late its write arrives; [Rewrap] every wrapped
// key in the store, wait until no failover can take that back, and look for
// stragglers; Destroy. A key that is still wrapped under a destroyed epoch is
// lost.
//
// It also keeps what must not stand in the store, where a backup would take it
// back: which keys were erased, and how new each practice's store is.
type Vault interface {
	Graves
	Marks
	// Current returns the number of the epoch that Wrap uses.
	Current(ctx context.Context) (epoch uint32, err error)
	// Wrap seals a client key under the current epoch. The result begins with
	// the number of the epoch, in four bytes, the greatest first. It opens only
	// with the same ad, which names the place of the key.
	Wrap(ctx context.Context, key ClientKey, ad []byte) ([]byte, error)
	// Unwrap opens what Wrap sealed. It returns ErrEpochGone if the epoch was
	// destroyed, ErrKeyErased if the key has its grave, ErrEpochUnknown if there
	// never was such an epoch, and ErrKeyUnreadable if the bytes or ad are not
	// those of Wrap. Only the first two mean that something was erased ([Erased]);
	// the others call for a person.
	Unwrap(ctx context.Context, wrapped, ad []byte) (ClientKey, error)
	// Roll makes a new epoch current and returns its number. Of several rolls
	// at the same time, some may return the same new epoch.
	Roll(ctx context.Context) (uint32, error)
	// Destroy destroys an epoch for ever. It refuses the current one with
	// ErrEpochCurrent and a number that never was with ErrEpochUnknown;
	// destroying a second time does nothing.
	Destroy(ctx context.Context, epoch uint32) error
	// Epochs returns the epochs that are not destroyed, the oldest first.
	Epochs(ctx context.Context) ([]Epoch, error)
}

// Epoch is one wrapping epoch.
type Epoch struct {
	Number uint32
	Made   time.Time // in UTC, to the second
}

// EpochOf returns the epoch under which a key is wrapped.
func EpochOf(wrapped []byte) (uint32, error) {
	if len(wrapped) != wrappedSize {
		return 0, fmt.Errorf("read wrapping epoch: %w", ErrKeyUnreadable)
	}
	return binary.BigEndian.Uint32(wrapped), nil
}

// Rewrap wraps a wrapped key anew, under the current epoch.
func Rewrap(ctx context.Context, v Vault, wrapped, ad []byte) ([]byte, error) {
	key, err := v.Unwrap(ctx, wrapped, ad)
	if err != nil {
		return nil, err
	}
	return v.Wrap(ctx, key, ad)
}

// An Option changes how a vault works.
type Option func(*options)

type options struct{ now func() time.Time }

// WithClock makes the vault take the time of making an epoch from now instead
// of from the machine.
func WithClock(now func() time.Time) Option { return func(o *options) { o.now = now } }

func newOptions(opts []Option) options {
	o := options{now: time.Now}
	for _, opt := range opts {
		opt(&o)
	}
	return o
}

const wrappedSize = 4 + overhead + 32

// wrap seals key under one epoch.
func (c *Cipher) wrap(epoch uint32, key ClientKey, ad []byte) []byte {
	out := binary.BigEndian.AppendUint32(make([]byte, 0, wrappedSize), epoch)
	return c.seal(out, key[:], keyAD(ad))
}

func (c *Cipher) unwrap(epoch uint32, wrapped, ad []byte) (ClientKey, error) {
	key, err := c.open(make([]byte, 0, 32), wrapped[4:], keyAD(ad))
	if err != nil { // ErrUnreadable, which would read as erased
		return ClientKey{}, fmt.Errorf("unwrap client key: epoch %d: %w", epoch, ErrKeyUnreadable)
	}
	return ClientKey(key), nil
}

func keyAD(ad []byte) []byte { return append([]byte(tagKey), ad...) }

// Memory is a Vault that forgets everything with the process. It is for tests,
// and for a service that keeps nothing.
type Memory struct {
	now    func() time.Time
	root   Root // of graves
	mu     sync.Mutex
	epochs []memoryEpoch // epochs[i] has the number i+1
	dug    map[[graveSize]byte]Grave
	filled map[[graveSize]byte]uint32 // the epoch that was current
	marks  map[string]Mark
}

type memoryEpoch struct {
	cipher *Cipher // nil when destroyed
	made   time.Time
}

// NewMemoryVault returns a vault in memory, with one epoch.
func NewMemoryVault(opts ...Option) *Memory {
	m := &Memory{now: newOptions(opts).now, root: NewRoot(), dug: make(map[[graveSize]byte]Grave),
		filled: make(map[[graveSize]byte]uint32), marks: make(map[string]Mark)}
	m.roll()
	return m
}

// Current implements [Vault].
func (m *Memory) Current(context.Context) (uint32, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return uint32(len(m.epochs)), nil
}

// Wrap implements [Vault].
func (m *Memory) Wrap(_ context.Context, key ClientKey, ad []byte) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.epochs[len(m.epochs)-1].cipher.wrap(uint32(len(m.epochs)), key, ad), nil
}

// Unwrap implements [Vault].
func (m *Memory) Unwrap(_ context.Context, wrapped, ad []byte) (ClientKey, error) {
	epoch, err := EpochOf(wrapped)
	if err != nil {
		return ClientKey{}, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if epoch == 0 || int(epoch) > len(m.epochs) {
		return ClientKey{}, fmt.Errorf("unwrap client key: epoch %d: %w", epoch, ErrEpochUnknown)
	}
	c := m.epochs[epoch-1].cipher
	if c == nil {
		return ClientKey{}, fmt.Errorf("unwrap client key: epoch %d: %w", epoch, ErrEpochGone)
	}
	key, err := c.unwrap(epoch, wrapped, ad)
	if err != nil {
		return key, err
	}
	if _, ok := m.filled[m.root.graveOf(0, key, ad).code]; ok {
		return ClientKey{}, fmt.Errorf("unwrap client key: epoch %d: %w", epoch, ErrKeyErased)
	}
	return key, nil
}

// Roll implements [Vault].
func (m *Memory) Roll(context.Context) (uint32, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.roll()
	return uint32(len(m.epochs)), nil
}

func (m *Memory) roll() {
	m.epochs = append(m.epochs, memoryEpoch{newCipher(NewClientKey()), m.now().UTC().Truncate(time.Second)})
}

// Destroy implements [Vault].
func (m *Memory) Destroy(_ context.Context, epoch uint32) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	switch {
	case epoch == 0 || int(epoch) > len(m.epochs):
		return fmt.Errorf("destroy epoch %d: %w", epoch, ErrEpochUnknown)
	case int(epoch) == len(m.epochs):
		return fmt.Errorf("destroy epoch %d: %w", epoch, ErrEpochCurrent)
	}
	m.epochs[epoch-1].cipher = nil
	oldest := uint32(1)
	for m.epochs[oldest-1].cipher == nil {
		oldest++
	}
	maps.DeleteFunc(m.filled, func(_ [graveSize]byte, epoch uint32) bool { return epoch < oldest })
	return nil
}

// Epochs implements [Vault].
func (m *Memory) Epochs(context.Context) ([]Epoch, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var live []Epoch
	for i, e := range m.epochs {
		if e.cipher != nil {
			live = append(live, Epoch{uint32(i + 1), e.made})
		}
	}
	return live, nil
}
