package seal

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// ErrKeyErased says that the client's key was erased: it was in a backup of the
// store that is back. Like ErrEpochGone it means that what it sealed is gone for good.
var ErrKeyErased = errors.New("client key was erased")

// Erased reports whether an error of a vault says that a key is gone for good,
// and not that something is wrong.
func Erased(err error) bool { return errors.Is(err, ErrKeyErased) || errors.Is(err, ErrEpochGone) }

// Graves say which client keys were erased, outside the store: a store that
// was put back from a backup brings no client back, although the epoch that
// wrapped the key is there still. A grave is kept until no epoch is left that
// could open the key, so there are only as many as erasures in two periods or so.
//
// Erasing is two writes in two places, and a crash may come between them.
// Hence three moves: Dig before the store erases, Fill after it did, Leave when
// it certainly did not. What is dug and neither filled nor left is for whoever
// finds it ([Graves.Dug]): the store says whether the key is there.
type Graves interface {
	// Dig notes that a wrapped key is about to be erased. It changes nothing
	// for Unwrap. Its errors are those of Unwrap.
	Dig(ctx context.Context, wrapped, ad []byte) (Grave, error)
	// Fill makes the erasure final: the same key, under whatever epoch it is
	// wrapped, is ErrKeyErased from now on. Filling again does nothing.
	Fill(ctx context.Context, g Grave) error
	// Leave takes a grave back that was not filled; leaving again does nothing.
	Leave(ctx context.Context, g Grave) error
	// Dug lists the graves that were neither filled nor left.
	Dug(ctx context.Context) ([]Grave, error)
	// Filled counts the graves that are kept.
	Filled(ctx context.Context) (int, error)
}

// Grave is the place of one erased key. It holds no key, only a code of it that
// the holder of the root key can compare.
type Grave struct {
	AD    []byte // the place of the key, as it was given to Dig
	epoch uint32 // current when it was dug
	code  [graveSize]byte
}

// Of reports whether it is the grave of the same key as the other's.
func (g Grave) Of(other Grave) bool { return g.code == other.code }

const graveSize = 16

// graveOf is the grave of a key. A client who comes back after an erasure has
// the same place and another key, and so another grave.
func (r Root) graveOf(epoch uint32, key ClientKey, ad []byte) Grave {
	return Grave{AD: slices.Clone(ad), epoch: epoch, code: [graveSize]byte(r.MAC("grave", graveSize, key[:], ad))}
}

// The folder keeps a grave as a file of its own, named after the code, in a
// folder named after the epoch: nothing is ever appended to or read whole, so
// replicas cannot disturb each other. Where ".dug" stands behind the name, it
// waits to be filled, and the file says for which place.
const (
	gravesPrefix = "graves-"
	dugSuffix    = ".dug"
	dugPrefix    = "anteroom-grave-1:"
	tagGrave     = "anteroom/grave/v1"
)

func (f *Folder) graves(epoch uint32) string {
	return filepath.Join(f.dir, fmt.Sprintf(gravesPrefix+"%010d", epoch))
}

func (f *Folder) grave(epoch uint32, g Grave) string {
	return filepath.Join(f.graves(epoch), hex.EncodeToString(g.code[:]))
}

// isErased looks for the grave of a key that was wrapped under an epoch: it is
// in the folder of that epoch or of a later one.
func (f *Folder) isErased(from, current uint32, key ClientKey, ad []byte) error {
	g := f.root.graveOf(0, key, ad)
	for epoch := from; epoch <= current; epoch++ {
		switch _, err := os.Lstat(f.grave(epoch, g)); {
		case err == nil:
			return ErrKeyErased
		case !errors.Is(err, fs.ErrNotExist): // never takes a key for living because a disk failed
			return fmt.Errorf("vault: %w", err)
		}
	}
	return nil
}

// Dig implements [Graves].
func (f *Folder) Dig(ctx context.Context, wrapped, ad []byte) (Grave, error) {
	key, err := f.Unwrap(ctx, wrapped, ad)
	if err != nil {
		return Grave{}, err
	}
	epoch, _, err := f.refresh()
	if err != nil {
		return Grave{}, fmt.Errorf("dig: %w", err)
	}
	g := f.root.graveOf(epoch, key, ad)
	if err := makeOwned(f.graves(epoch)); err != nil {
		return Grave{}, fmt.Errorf("dig: %w", err)
	}
	sealed := f.root.keys().folder.seal(nil, ad, append([]byte(tagGrave), g.code[:]...))
	err = f.placeIn(f.graves(epoch), dugPrefix+base64.StdEncoding.EncodeToString(sealed)+"\n", func(temp string) error {
		return os.Rename(temp, f.grave(epoch, g)+dugSuffix)
	})
	if err != nil {
		return Grave{}, fmt.Errorf("dig: %w", err)
	}
	return g, nil
}

// Fill implements [Graves]. The epoch may have been rolled since it was dug, and
// the key been wrapped anew just before it was erased: the grave is the current
// epoch's.
func (f *Folder) Fill(_ context.Context, g Grave) error {
	epoch, _, err := f.refresh()
	if err == nil {
		err = makeOwned(f.graves(epoch))
	}
	if err == nil {
		err = f.placeIn(f.graves(epoch), "", func(temp string) error { return os.Rename(temp, f.grave(epoch, g)) })
	}
	if err == nil {
		err = gone(os.Remove(f.grave(g.epoch, g) + dugSuffix))
	}
	if err != nil {
		return fmt.Errorf("fill grave: %w", err)
	}
	return nil
}

// Leave implements [Graves].
func (f *Folder) Leave(_ context.Context, g Grave) error {
	if err := gone(os.Remove(f.grave(g.epoch, g) + dugSuffix)); err != nil {
		return fmt.Errorf("leave grave: %w", err)
	}
	return nil
}

// Dug implements [Graves].
func (f *Folder) Dug(context.Context) ([]Grave, error) {
	var dug []Grave
	err := f.eachGrave(func(epoch uint32, name string) error {
		name, ok := strings.CutSuffix(name, dugSuffix)
		code, err := hex.DecodeString(name)
		if !ok || err != nil || len(code) != graveSize {
			return nil
		}
		g := Grave{epoch: epoch, code: [graveSize]byte(code)}
		path := f.grave(epoch, g) + dugSuffix
		text, err := readOwned(path)
		if errors.Is(err, fs.ErrNotExist) {
			return nil // filled or left meanwhile
		}
		if err != nil {
			return err
		}
		encoded, _ := strings.CutPrefix(strings.TrimSpace(string(text)), dugPrefix)
		sealed, err := base64.StdEncoding.Strict().DecodeString(encoded)
		if err == nil {
			g.AD, err = f.root.keys().folder.open(nil, sealed, append([]byte(tagGrave), code...))
		}
		if err != nil {
			return fmt.Errorf("%s: %w", path, errDamaged)
		}
		dug = append(dug, g)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list graves: %w", err)
	}
	return dug, nil
}

// Filled implements [Graves].
func (f *Folder) Filled(context.Context) (int, error) {
	n := 0
	err := f.eachGrave(func(_ uint32, name string) error {
		if code, err := hex.DecodeString(name); err == nil && len(code) == graveSize {
			n++
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("count graves: %w", err)
	}
	return n, nil
}

func (f *Folder) eachGrave(look func(epoch uint32, name string) error) error {
	folders, err := os.ReadDir(f.dir)
	if err != nil {
		return err
	}
	for _, d := range folders {
		var epoch uint32
		if _, err := fmt.Sscanf(d.Name(), gravesPrefix+"%d", &epoch); err != nil || filepath.Base(f.graves(epoch)) != d.Name() {
			continue
		}
		files, err := os.ReadDir(f.graves(epoch))
		if err := gone(err); err != nil {
			return err
		}
		for _, file := range files {
			if err := look(epoch, file.Name()); err != nil {
				return err
			}
		}
	}
	return nil
}

// level removes the graves that no epoch is left for: every key in them was
// wrapped under their epoch or an earlier one.
func (f *Folder) level(oldest uint32) error {
	folders, err := os.ReadDir(f.dir)
	for _, d := range folders {
		var epoch uint32
		if _, scan := fmt.Sscanf(d.Name(), gravesPrefix+"%d", &epoch); scan == nil && epoch < oldest {
			err = errors.Join(err, os.RemoveAll(f.graves(epoch)))
		}
	}
	return err
}

// makeOwned makes a folder that is its owner's alone, unless it is there.
func makeOwned(dir string) error {
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return syncDir(filepath.Dir(dir))
}

// gone takes it well that something is not there.
func gone(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// Dig implements [Graves].
func (m *Memory) Dig(ctx context.Context, wrapped, ad []byte) (Grave, error) {
	key, err := m.Unwrap(ctx, wrapped, ad)
	if err != nil {
		return Grave{}, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	g := m.root.graveOf(uint32(len(m.epochs)), key, ad)
	m.dug[g.code] = g
	return g, nil
}

// Fill implements [Graves].
func (m *Memory) Fill(_ context.Context, g Grave) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.dug, g.code)
	m.filled[g.code] = uint32(len(m.epochs))
	return nil
}

// Leave implements [Graves].
func (m *Memory) Leave(_ context.Context, g Grave) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.dug, g.code)
	return nil
}

// Dug implements [Graves].
func (m *Memory) Dug(context.Context) ([]Grave, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Collect(maps.Values(m.dug)), nil
}

// Filled implements [Graves].
func (m *Memory) Filled(context.Context) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.filled), nil
}
