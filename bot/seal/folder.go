package seal

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

const (
	epochPrefix = "anteroom-epoch-1:"
	epochGone   = "anteroom-epoch-1 destroyed "
)

var errDamaged = errors.New("made under another root key, or damaged: give the root key that belongs to this vault, or restore it")

// Folder is a Vault in a folder of files, one an epoch, each sealed under a key
// that comes from the root key. Several processes on several machines may use
// the same folder; its file system must know hard links.
//
// An epoch keeps its file for ever: a destroyed one holds a line that says so.
// So "was destroyed" and "was never here" stay two different answers, and a
// missing number means that the folder was tampered with or badly restored.
type Folder struct {
	dir  string
	root Root
	now  func() time.Time

	mu      sync.Mutex
	current uint32  // the greatest number seen so far
	cipher  *Cipher // of current
}

// CreateFolder makes a vault with one epoch in dir, and dir if it is missing. The error of a folder that already is a vault is fs.ErrExist.
func CreateFolder(dir string, root Root, opts ...Option) (*Folder, error) {
	f := &Folder{dir: dir, root: root, now: newOptions(opts).now}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("create vault: %w", err)
	}
	if err := f.check(); err != nil {
		return nil, fmt.Errorf("create vault: %w", err)
	}
	if err := f.makeEpoch(1); err != nil {
		return nil, fmt.Errorf("create vault: %w", err) // fs.ErrExist: it is one
	}
	return OpenFolder(dir, root, opts...)
}

// OpenFolder opens the vault in dir and tries every epoch in it. It refuses a
// folder or a file that anyone but its owner may use, a folder that lacks an
// epoch, and another deployment's root key. The error of a missing folder is
// fs.ErrNotExist; that of an empty one is not, since a folder that was not
// mounted looks empty too and must not be filled anew.
func OpenFolder(dir string, root Root, opts ...Option) (*Folder, error) {
	f := &Folder{dir: dir, root: root, now: newOptions(opts).now}
	if err := f.check(); err != nil {
		return nil, fmt.Errorf("open vault: %w", err)
	}
	greatest, err := f.greatest()
	if err != nil {
		return nil, fmt.Errorf("open vault: %w", err)
	}
	if _, err := f.Epochs(context.Background()); err != nil {
		return nil, fmt.Errorf("open vault: %w", err)
	}
	if err := f.checkRest(); err != nil {
		return nil, fmt.Errorf("open vault: %w", err)
	}
	if f.current < greatest {
		return nil, fmt.Errorf("open vault: %s has epoch %d and lacks epoch %d: restore it from its backup", dir, greatest, f.current+1)
	}
	return f, nil
}

// Current implements [Vault].
func (f *Folder) Current(context.Context) (uint32, error) {
	epoch, _, err := f.refresh()
	return epoch, err
}

// Wrap implements [Vault].
func (f *Folder) Wrap(_ context.Context, key ClientKey, ad []byte) ([]byte, error) {
	epoch, c, err := f.refresh()
	if err != nil {
		return nil, fmt.Errorf("wrap client key: %w", err)
	}
	return c.wrap(epoch, key, ad), nil
}

// Unwrap implements [Vault]. Only the current epoch is kept in memory, so that
// one destroyed by another process is gone here too.
func (f *Folder) Unwrap(_ context.Context, wrapped, ad []byte) (ClientKey, error) {
	epoch, err := EpochOf(wrapped)
	if err != nil {
		return ClientKey{}, err
	}
	current, c, err := f.refresh()
	if err == nil && epoch != current {
		c, _, err = f.read(epoch)
	}
	if err != nil {
		return ClientKey{}, fmt.Errorf("unwrap client key: %w", err)
	}
	key, err := c.unwrap(epoch, wrapped, ad)
	if err != nil {
		return key, err
	}
	if err := f.isErased(epoch, current, key, ad); err != nil {
		return ClientKey{}, fmt.Errorf("unwrap client key: epoch %d: %w", epoch, err)
	}
	return key, nil
}

// Roll implements [Vault].
func (f *Folder) Roll(context.Context) (uint32, error) {
	current, _, err := f.refresh()
	if err == nil {
		err = f.makeEpoch(current + 1)
	}
	// If another process was faster, its epoch is as new as ours would be.
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return 0, fmt.Errorf("roll vault: %w", err)
	}
	return f.Current(context.Background())
}

// Destroy implements [Vault]. What the file held is overwritten, which not every
// disk and file system obeys.
func (f *Folder) Destroy(_ context.Context, epoch uint32) error {
	current, _, err := f.refresh()
	if err == nil && epoch == current {
		err = fmt.Errorf("epoch %d: %w", epoch, ErrEpochCurrent)
	}
	if err == nil {
		_, _, err = f.read(epoch)
	}
	switch {
	case errors.Is(err, ErrEpochGone):
		err = nil // again: what a crash may have left goes as well
	case err == nil || errors.Is(err, errDamaged):
		err = f.bury(epoch)
	}
	var oldest uint32
	if err == nil {
		oldest, err = f.oldest(current)
	}
	if err == nil {
		err = f.level(oldest)
	}
	if err != nil {
		return fmt.Errorf("destroy epoch: %w", err)
	}
	return nil
}

// oldest is the first epoch that is not destroyed.
func (f *Folder) oldest(current uint32) (uint32, error) {
	for n := uint32(1); n < current; n++ {
		if _, _, err := f.read(n); !errors.Is(err, ErrEpochGone) {
			if errors.Is(err, errDamaged) {
				err = nil
			}
			return n, err
		}
	}
	return current, nil
}

// Epochs implements [Vault].
func (f *Folder) Epochs(context.Context) ([]Epoch, error) {
	current, _, err := f.refresh()
	if err != nil {
		return nil, err
	}
	var live []Epoch
	for n := uint32(1); n <= current; n++ {
		switch _, made, err := f.read(n); {
		case err == nil:
			live = append(live, Epoch{n, made})
		case !errors.Is(err, ErrEpochGone):
			return nil, err
		}
	}
	return live, nil
}

// refresh returns the current epoch. Numbers have no holes and files never go
// away, so an epoch is the current one as long as the next has no file. That is
// one look at the folder, and no process goes on wrapping under an old epoch.
func (f *Folder) refresh() (uint32, *Cipher, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	newest := f.current
	for {
		_, err := os.Lstat(f.path(newest + 1))
		if errors.Is(err, fs.ErrNotExist) {
			break
		}
		if err != nil {
			return 0, nil, fmt.Errorf("vault: %w", err)
		}
		newest++
	}
	if newest == 0 {
		return 0, nil, fmt.Errorf("vault %s lacks epoch 1: restore it from its backup, or make a new one if nothing was ever sealed", f.dir)
	}
	if newest > f.current {
		c, _, err := f.read(newest)
		if err != nil {
			return 0, nil, err
		}
		f.current, f.cipher = newest, c
	}
	return f.current, f.cipher, nil
}

// greatest returns the greatest number that a file in the folder has.
func (f *Folder) greatest() (uint32, error) {
	entries, err := os.ReadDir(f.dir)
	if err != nil {
		return 0, err
	}
	var greatest uint32
	for _, e := range entries {
		var n uint32
		if _, err := fmt.Sscanf(e.Name(), "epoch-%d", &n); err == nil && filepath.Base(f.path(n)) == e.Name() {
			greatest = max(greatest, n)
		}
	}
	return greatest, nil
}

func (f *Folder) path(epoch uint32) string {
	return filepath.Join(f.dir, fmt.Sprintf("epoch-%010d", epoch))
}

// read opens the file of an epoch.
func (f *Folder) read(epoch uint32) (*Cipher, time.Time, error) {
	path := f.path(epoch)
	text, err := readOwned(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, time.Time{}, fmt.Errorf("epoch %d: %w", epoch, ErrEpochUnknown)
	}
	if err != nil {
		return nil, time.Time{}, fmt.Errorf("epoch %d: %w", epoch, err)
	}
	if strings.HasPrefix(string(text), epochGone) {
		return nil, time.Time{}, fmt.Errorf("epoch %d: %w", epoch, ErrEpochGone)
	}
	encoded, _ := strings.CutPrefix(strings.TrimSpace(string(text)), epochPrefix)
	sealed, err := base64.StdEncoding.Strict().DecodeString(encoded)
	if err == nil {
		sealed, err = f.root.keys().folder.open(nil, sealed, epochAD(epoch))
	}
	if err != nil || len(sealed) != 8+32 {
		return nil, time.Time{}, fmt.Errorf("%s: %w", path, errDamaged)
	}
	made := time.Unix(int64(binary.BigEndian.Uint64(sealed)), 0).UTC()
	return newCipher([32]byte(sealed[8:])), made, nil
}

func epochAD(epoch uint32) []byte {
	return binary.BigEndian.AppendUint32([]byte(tagEpoch), epoch)
}

// makeEpoch makes a new epoch, whole or not at all, unless its number is taken:
// then the error is fs.ErrExist.
func (f *Folder) makeEpoch(epoch uint32) error {
	key := NewClientKey()
	plain := append(binary.BigEndian.AppendUint64(nil, uint64(f.now().Unix())), key[:]...)
	sealed := f.root.keys().folder.seal(nil, plain, epochAD(epoch))
	return f.place(epochPrefix+base64.StdEncoding.EncodeToString(sealed)+"\n", func(temp string) error {
		return os.Link(temp, f.path(epoch))
	})
}

// bury puts a line in the place of an epoch's key and overwrites the key.
func (f *Folder) bury(epoch uint32) error {
	old, err := os.OpenFile(f.path(epoch), os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer old.Close()
	err = f.place(epochGone+f.now().UTC().Format(time.RFC3339)+"\n", func(temp string) error {
		return os.Rename(temp, f.path(epoch))
	})
	if err != nil {
		return err
	}
	info, err := old.Stat()
	if err == nil {
		_, err = old.WriteAt(bytes.Repeat([]byte{0}, int(info.Size())), 0)
	}
	return errors.Join(err, old.Sync())
}

// place writes text to a file of its own, has it put in its place, and makes
// both last.
func (f *Folder) place(text string, put func(temp string) error) error {
	return f.placeIn(f.dir, text, put)
}

func (f *Folder) placeIn(dir, text string, put func(temp string) error) error {
	temp, err := os.CreateTemp(dir, ".new-") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(temp.Name())
	_, err = temp.WriteString(text)
	if err = errors.Join(err, temp.Sync(), temp.Close()); err != nil {
		return err
	}
	if err := put(temp.Name()); err != nil {
		return err
	}
	return syncDir(dir)
}

// check refuses a folder that others may use.
func (f *Folder) check() error {
	d, err := os.Open(f.dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return checkOwned(d, "700")
}

// checkRest refuses graves and marks that others may use, and marks that are
// another deployment's.
func (f *Folder) checkRest() error {
	entries, err := os.ReadDir(f.dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if !e.IsDir() || !strings.HasPrefix(e.Name(), gravesPrefix) {
			continue
		}
		d, err := os.Open(filepath.Join(f.dir, e.Name()))
		if err := gone(err); err != nil {
			return err
		}
		if err == nil {
			err = errors.Join(checkOwned(d, "700"), d.Close())
		}
		if err := gone(err); err != nil {
			return err
		}
	}
	_, err = f.Marks(context.Background())
	return err
}
