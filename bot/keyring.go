package bot

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"anteroom/bot/seal"
)

// keyring holds opened keys in memory, so that the vault is asked once a key
// and not once a message. It is bounded: what falls out is unwrapped again.
type keyring struct {
	vault    seal.Vault
	practice PracticeID
	known    atomic.Bool // the vault knows the practice

	mu   sync.Mutex
	keys map[KeyID]*seal.Cipher
}

const keyringSize = 16_384

func newKeyring(v seal.Vault, p PracticeID) *keyring {
	return &keyring{vault: v, practice: p, keys: make(map[KeyID]*seal.Cipher)}
}

// keyPlace is where a key stands: a wrapped key opens only there.
func keyPlace(p PracticeID, id KeyID) []byte { return []byte(string(p) + "\x00" + string(id)) }

func (k *keyring) ad(id KeyID) []byte { return keyPlace(k.practice, id) }

// cached returns a key that is open already.
func (k *keyring) cached(id KeyID) (*seal.Cipher, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	key, ok := k.keys[id]
	return key, ok
}

// open unwraps a stored key and keeps it.
func (k *keyring) open(ctx context.Context, id KeyID, wrapped []byte) (*seal.Cipher, error) {
	raw, err := k.vault.Unwrap(ctx, wrapped, k.ad(id))
	if err != nil {
		return nil, fmt.Errorf("open key of %s: %w", id, err)
	}
	key := raw.Cipher()
	k.put(id, key)
	return key, nil
}

// make creates a key and wraps it, under the epoch floor or a later one. It is
// kept only once its commit succeeded.
func (k *keyring) make(ctx context.Context, id KeyID, floor uint32) (*seal.Cipher, NewKey, error) {
	if !k.known.Load() { // no epoch is destroyed that a practice needs, once the vault knows of it
		if err := k.vault.SetMark(ctx, string(k.practice), func(*seal.Mark) {}); err != nil {
			return nil, NewKey{}, fmt.Errorf("wrap key of %s: %w", id, err)
		}
		k.known.Store(true)
	}
	key := seal.NewClientKey()
	wrapped, err := k.vault.Wrap(ctx, key, k.ad(id))
	if err != nil {
		return nil, NewKey{}, fmt.Errorf("wrap key of %s: %w", id, err)
	}
	if epoch, err := seal.EpochOf(wrapped); err != nil || epoch < floor {
		return nil, NewKey{}, errors.Join(err, fmt.Errorf("wrap key of %s: the vault is at epoch %d, and the store was at epoch %d: a vault from a backup gets there within minutes, and one in a network folder shows it then; else, is it the vault that belongs to the store?", id, epoch, floor))
	}
	return key.Cipher(), NewKey{ID: id, Wrapped: wrapped}, nil
}

func (k *keyring) put(id KeyID, key *seal.Cipher) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.keys) >= keyringSize {
		for some := range k.keys { // any: the map's order is random enough
			delete(k.keys, some)
			break
		}
	}
	k.keys[id] = key
}

func (k *keyring) clear() {
	k.mu.Lock()
	defer k.mu.Unlock()
	clear(k.keys)
}

func (k *keyring) drop(id KeyID) {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.keys, id)
}
