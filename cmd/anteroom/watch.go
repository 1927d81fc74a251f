package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/fsnotify/fsnotify"
)

// The files of a folder are read when they were left alone for a moment, since
// an editor writes several times, and renames. Where they never are, nobody waits
// longer than the most.
const (
	settleFor  = 300 * time.Millisecond
	settleMost = 5 * time.Second
)

// settling is the wait until files are left alone.
type settling struct{ since time.Time } // of the first change that waits

// more is how long to wait now that another change was seen.
func (s *settling) more(now time.Time) time.Duration {
	if s.since.IsZero() {
		s.since = now
	}
	return max(0, min(settleFor, s.since.Add(settleMost).Sub(now)))
}

func (s *settling) over() { s.since = time.Time{} }

// watch reads the practices' folders again when a file in them changes, and when
// a signal asks for it. It returns when the context ends.
func (h *house) watch(ctx context.Context, asked <-chan os.Signal) {
	var events chan fsnotify.Event
	var lost chan error
	var in watched
	blind := false
	unwatched := func(err error) {
		if !blind {
			h.log.Warn("not all of the practice's files are watched: after a change, send SIGHUP", "err", err)
		}
		blind = true
	}
	files, err := fsnotify.NewWatcher()
	if err != nil {
		unwatched(err)
	} else {
		defer files.Close()
		events, lost = files.Events, files.Errors
	}
	read := func(asked bool) {
		if files != nil { // there may be new folders
			if in, err = h.follow(files); err != nil {
				unwatched(err)
			} else if blind {
				h.log.Info("the practice's files are watched again")
				blind = false
			}
		}
		for _, r := range h.rooms {
			h.reload(ctx, r, asked)
		}
	}
	settled := time.NewTimer(0) // it may have changed since it was read
	var wait settling
	for {
		select {
		case <-ctx.Done():
			return
		case <-asked:
			read(true)
		case e := <-events:
			if in.concerns(e) {
				settled.Reset(wait.more(time.Now()))
			}
		case err := <-lost: // some events were not told: look at everything
			h.log.Warn("watching the practice's files", "err", err)
			settled.Reset(wait.more(time.Now()))
		case <-settled.C:
			wait.over()
			read(false)
		}
	}
}

// watched is what is followed.
type watched struct {
	folders map[string]bool // those of the practices, and those within them
	ways    map[string]bool // by which the practices' folders are come to: themselves, and links above them
}

// follow watches the folders of all practices, those within them, and those
// where a practice's folder can be put in the place of another. It does what it
// can, and returns the first error.
func (h *house) follow(files *fsnotify.Watcher) (in watched, first error) {
	in = watched{folders: make(map[string]bool), ways: make(map[string]bool)}
	add := func(dir string) {
		if err := files.Add(dir); err != nil && first == nil {
			first = err
		}
	}
	var walk func(dir string, depth int)
	walk = func(dir string, depth int) {
		add(dir)
		in.folders[dir] = true
		entries, err := os.ReadDir(dir)
		if err != nil {
			return // it is read again before it is used, and said then
		}
		for _, e := range entries {
			path := filepath.Join(dir, e.Name())
			if info, err := os.Stat(path); err == nil && info.IsDir() && depth < folderDepth && !strings.HasPrefix(e.Name(), ".") {
				walk(path, depth+1)
			}
		}
	}
	var roots []string
	for _, r := range h.rooms {
		folder, err := filepath.Abs(r.folder)
		if err != nil {
			folder = filepath.Clean(r.folder)
		}
		roots = append(roots, folder)
		walk(folder, 0)
	}
	for _, folder := range roots {
		for at := folder; at != filepath.Dir(at); at = filepath.Dir(at) {
			if info, err := os.Lstat(at); at == folder || err == nil && info.Mode()&os.ModeSymlink != 0 {
				add(filepath.Dir(at))
				in.ways[at] = true
			}
		}
	}
	return in, first
}

// concerns reports whether an event can have changed content: a file of it, a
// folder, or the link by which Kubernetes swaps a whole folder. A database that
// stands there too is none, whatever its name.
func (w watched) concerns(e fsnotify.Event) bool {
	path := filepath.Clean(e.Name)
	name := filepath.Base(path)
	switch {
	case e.Op == fsnotify.Chmod:
		return false
	case w.ways[path]:
		return true
	case !w.folders[filepath.Dir(path)]:
		return false // it stands beside the practice
	case isContent(name), strings.HasPrefix(name, ".."), w.folders[path]:
		return true
	case strings.HasPrefix(name, "."):
		return false
	}
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}
