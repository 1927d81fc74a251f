package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing/fstest"
	"time"

	"anteroom/content"
)

// checker is the version of the proofs. Whoever makes them find more counts it
// up, and what was proved before is proved again.
const checker = 3

// Bounds of what is read of a practice's folder.
const (
	folderDepth = 4           // translations/es/dialogs is three
	fileMost    = 1 << 20     // bytes of a file
	proofName   = "%s.proved" // under the folder of proofs
)

// isContent reports whether a file of that name is content. All else in a
// practice's folder, tokens above all, is not read with it.
func isContent(name string) bool {
	switch path.Ext(name) {
	case ".yaml", ".yml", ".lock":
		return !strings.HasPrefix(name, ".")
	}
	return false
}

// snapshot reads all content under a folder into memory, so that what is proved
// is what is served, whatever an editor does meanwhile. What is neither a folder
// nor a file of content is not opened. A name of content that is no file, a file
// that is too large, or a link that leads nowhere is an error: what an author
// wrote is never passed over.
func snapshot(files fs.FS) (fstest.MapFS, error) {
	all := make(fstest.MapFS)
	var walk func(dir string, depth int) error
	walk = func(dir string, depth int) error {
		entries, err := fs.ReadDir(files, dir)
		if err != nil {
			return err
		}
		for _, e := range entries {
			name := path.Join(dir, e.Name())
			mayBeFolder := e.IsDir() || e.Type()&fs.ModeSymlink != 0
			if strings.HasPrefix(e.Name(), ".") || !isContent(e.Name()) && !mayBeFolder {
				continue
			}
			info, err := fs.Stat(files, name) // through a link
			switch {
			case errors.Is(err, fs.ErrNotExist): // gone since
			case err != nil && !isContent(e.Name()) && !stands(content.Files, name): // nobody looks for it
			case err != nil:
				return err
			case info.IsDir() && depth < folderDepth:
				if err := walk(name, depth+1); err != nil {
					return err
				}
			case info.IsDir() || !isContent(e.Name()):
			case !info.Mode().IsRegular():
				return content.Problem{File: name, What: "this is no file", Mend: "put a file there, or take it away"}
			default:
				data, err := readAtMost(files, name, fileMost+1)
				if err != nil {
					return err
				}
				if len(data) > fileMost {
					return content.Problem{File: name, What: fmt.Sprintf("the file is larger than %d bytes", fileMost), Mend: "split it, or take out what nobody needs"}
				}
				all[name] = &fstest.MapFile{Data: data, Mode: 0o444}
			}
		}
		return nil
	}
	if err := walk(".", 0); err != nil {
		return nil, fmt.Errorf("read the content: %w", err)
	}
	return all, nil
}

func readAtMost(files fs.FS, name string, most int64) ([]byte, error) {
	f, err := files.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, most))
}

// hashOf is over the names and bytes of files, in hexadecimal.
func hashOf(files fstest.MapFS, of func(name string) bool) string {
	h := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if of(name) {
			fmt.Fprintf(h, "%s\n%d\n", name, len(files[name].Data))
			h.Write(files[name].Data)
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}

func everything(string) bool { return true }

// proofKey names what a proof depends on: the checker, and the content. What a
// practice says of itself is checked at every start, and is no part of it. Nor
// is the program: see [proofs].
func proofKey(files fstest.MapFS) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "checker %d\n%s", checker, hashOf(files, func(name string) bool {
		switch name {
		case "practice.yaml", "roster.yaml", "fees.yaml":
			return false
		}
		return !strings.HasPrefix(name, sampleFolder+"/")
	})))
	return hex.EncodeToString(sum[:])
}

// proofs remembers which content was proved, in a folder with one small file for
// each, and proves what was not. The file says which build proved it, and counts
// for no other: a build that knows more calls or rules may judge otherwise.
type proofs struct {
	dir   string
	build string
	prove func(files fs.FS, now time.Time) error // one line of the error a problem
	now   func() time.Time
	log   *slog.Logger
	tell  sync.Once
}

// newProofs keeps them in a folder, or in the user's cache when none is named.
func newProofs(dir string, log *slog.Logger, now func() time.Time, prove func(fs.FS, time.Time) error) *proofs {
	if dir == "" {
		if cache, err := os.UserCacheDir(); err == nil {
			dir = filepath.Join(cache, "anteroom", "proofs")
		}
	}
	return &proofs{dir: dir, build: build(), prove: prove, now: now, log: log}
}

// has reports whether the content was proved before: by this build here, or
// before its release where it is the built-in one.
func (p *proofs) has(files fstest.MapFS) bool {
	key := proofKey(files)
	if key == strings.TrimSpace(content.Proof) {
		return true
	}
	by, err := os.ReadFile(p.file(key))
	return p.dir != "" && err == nil && string(by) == p.noted()
}

func (p *proofs) noted() string { return "anteroom " + p.build + "\n" }

func (p *proofs) file(key string) string { return filepath.Join(p.dir, fmt.Sprintf(proofName, key)) }

// insist proves the content, unless it was proved before. Content that was, and
// only grew old since, is let pass with a warning: a practice does not fall
// silent over night. When the context ends, a proof under way is left behind.
func (p *proofs) insist(ctx context.Context, files fstest.MapFS) error {
	if p.has(files) {
		if old := content.Check(files, p.now()); len(old) > 0 {
			p.log.Error("the content grew old since it was proved: mend it soon, for no change of it will be taken before", "problems", len(old), "first", old[0].Error())
		}
		return nil
	}
	proved := make(chan error, 1)
	go func() { proved <- p.prove(files, p.now()) }()
	select {
	case err := <-proved:
		if err != nil {
			return err
		}
	case <-ctx.Done():
		return fmt.Errorf("prove the content: %w", context.Cause(ctx))
	}
	if err := p.keep(proofKey(files)); err != nil {
		p.tell.Do(func() {
			p.log.Warn("that the content was proved cannot be kept, so it is proved at every start: name a folder with -proofs", "err", err)
		})
	}
	return nil
}

func (p *proofs) keep(key string) error {
	if p.dir == "" {
		return errors.New("there is no folder for it")
	}
	if err := os.MkdirAll(p.dir, 0o700); err != nil {
		return err
	}
	return os.WriteFile(p.file(key), []byte(p.noted()), 0o600)
}
