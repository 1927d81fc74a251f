package seal

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Mark is what a vault knows of one practice's store, outside that store. By it
// an older store is told from the newest, and an epoch that is still needed
// from one that is not.
type Mark struct {
	Practice string
	// Moment is the newest one at which the store was certainly whole: the store
	// holds one as well, and one that holds an older was put back from a backup.
	Moment time.Time
	// Wrapped is an epoch: no key of the practice is wrapped under an older one,
	// and none can come any more. 0: not known.
	Wrapped uint32
	// Restored is since when the practice waits for an operator's word on a
	// restored store, and Backup the moment that this store holds. Zero: it does
	// not wait.
	Restored, Backup time.Time
	// DropBefore is the operator's word: what was to be told before then, and is
	// in the store still, is not.
	DropBefore time.Time
}

// Marks keep a mark for every practice whose keys the vault wraps.
type Marks interface {
	// Mark returns a practice's mark, all zero if there is none.
	Mark(ctx context.Context, practice string) (Mark, error)
	// SetMark changes a practice's mark, or makes it. What several processes change
	// at the same time all takes effect. change may be called again, also on what
	// it made before.
	SetMark(ctx context.Context, practice string, change func(*Mark)) error
	// Marks lists all, by name.
	Marks(ctx context.Context) ([]Mark, error)
}

// The folder keeps a mark as a file mark-CODE-VERSION. The next version is
// linked to its name, which only one process can do while the name is taken.
// Some earlier versions stay, so that who lists the folder while they change
// finds one of them; a process that was so slow that its version's name is free
// again sees a later one, and begins anew.
const (
	keptVersions = 64
	markFile     = "mark-"
	markPrefix   = "anteroom-mark-1:"
	tagMark      = "anteroom/mark/v1"
)

func (f *Folder) markCode(practice string) string {
	return hex.EncodeToString(f.root.MAC("mark", 16, []byte(practice)))
}

func (f *Folder) mark(code string, version uint64) string {
	return filepath.Join(f.dir, fmt.Sprintf("%s%s-%020d", markFile, code, version))
}

// markVersions lists the newest version of each mark by its code.
func (f *Folder) markVersions() (map[string]uint64, error) {
	entries, err := os.ReadDir(f.dir)
	if err != nil {
		return nil, err
	}
	newest := make(map[string]uint64)
	for _, e := range entries {
		rest, ok := strings.CutPrefix(e.Name(), markFile)
		code, number, cut := strings.Cut(rest, "-")
		var v uint64
		if _, err := fmt.Sscanf(number, "%d", &v); !ok || !cut || err != nil || filepath.Base(f.mark(code, v)) != e.Name() {
			continue
		}
		newest[code] = max(newest[code], v)
	}
	return newest, nil
}

// readMark reads one version; fs.ErrNotExist if there is a newer by now.
func (f *Folder) readMark(code string, version uint64) (m Mark, err error) {
	path := f.mark(code, version)
	text, err := readOwned(path)
	if err != nil {
		return m, err
	}
	encoded, _ := strings.CutPrefix(strings.TrimSpace(string(text)), markPrefix)
	plain, err := base64.StdEncoding.Strict().DecodeString(encoded)
	if err == nil {
		plain, err = f.root.keys().folder.open(nil, plain, []byte(tagMark+filepath.Base(path)))
	}
	if err == nil {
		err = json.Unmarshal(plain, &m)
	}
	if err != nil {
		return m, fmt.Errorf("%s: %w", path, errDamaged)
	}
	return m, nil
}

// newestMark reads a mark; version 0 if there is none.
func (f *Folder) newestMark(practice string) (m Mark, version uint64, err error) {
	code := f.markCode(practice)
	for {
		newest, err := f.markVersions()
		if err != nil {
			return m, 0, err
		}
		version = newest[code]
		if version == 0 {
			return Mark{Practice: practice}, 0, nil
		}
		if m, err = f.readMark(code, version); !errors.Is(err, fs.ErrNotExist) {
			return m, version, err
		}
	}
}

// Mark implements [Marks].
func (f *Folder) Mark(_ context.Context, practice string) (Mark, error) {
	m, _, err := f.newestMark(practice)
	if err != nil {
		return m, fmt.Errorf("read mark of practice %s: %w", practice, err)
	}
	return m, nil
}

// SetMark implements [Marks].
func (f *Folder) SetMark(ctx context.Context, practice string, change func(*Mark)) error {
	for ctx.Err() == nil {
		m, version, err := f.newestMark(practice)
		if err == nil {
			change(&m)
			m.Practice = practice
			err = f.writeMark(m, version)
		}
		if err == nil {
			return nil
		}
		if !errors.Is(err, fs.ErrExist) {
			return fmt.Errorf("write mark of practice %s: %w", practice, err)
		}
	}
	return fmt.Errorf("write mark of practice %s: %w", practice, context.Cause(ctx))
}

func (f *Folder) writeMark(m Mark, was uint64) error {
	plain, err := json.Marshal(m)
	if err != nil {
		return err
	}
	code := f.markCode(m.Practice)
	path := f.mark(code, was+1)
	sealed := f.root.keys().folder.seal(nil, plain, []byte(tagMark+filepath.Base(path)))
	err = f.place(markPrefix+base64.StdEncoding.EncodeToString(sealed)+"\n", func(temp string) error { return os.Link(temp, path) })
	if err != nil {
		return err
	}
	newest, err := f.markVersions()
	switch {
	case err != nil:
		return err
	case newest[code] >= was+1+keptVersions:
		return errors.Join(fs.ErrExist, os.Remove(path))
	case was+1 > keptVersions:
		return gone(os.Remove(f.mark(code, was+1-keptVersions)))
	}
	return nil
}

// Marks implements [Marks].
func (f *Folder) Marks(context.Context) ([]Mark, error) {
	for {
		newest, err := f.markVersions()
		if err != nil {
			return nil, fmt.Errorf("list marks: %w", err)
		}
		all := make([]Mark, 0, len(newest))
		for code, version := range newest {
			m, e := f.readMark(code, version)
			err = errors.Join(err, e)
			all = append(all, m)
		}
		switch {
		case err == nil:
			slices.SortFunc(all, func(a, b Mark) int { return strings.Compare(a.Practice, b.Practice) })
			return all, nil
		case !errors.Is(err, fs.ErrNotExist): // else one moved meanwhile
			return nil, fmt.Errorf("list marks: %w", err)
		}
	}
}

// Mark implements [Marks].
func (m *Memory) Mark(_ context.Context, practice string) (Mark, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	mark := m.marks[practice]
	mark.Practice = practice
	return mark, nil
}

// SetMark implements [Marks].
func (m *Memory) SetMark(_ context.Context, practice string, change func(*Mark)) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	mark := m.marks[practice]
	change(&mark)
	mark.Practice = practice
	m.marks[practice] = mark
	return nil
}

// Marks implements [Marks].
func (m *Memory) Marks(context.Context) ([]Mark, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var all []Mark
	for _, mark := range m.marks {
		all = append(all, mark)
	}
	slices.SortFunc(all, func(a, b Mark) int { return strings.Compare(a.Practice, b.Practice) })
	return all, nil
}
