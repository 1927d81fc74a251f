package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/fsnotify/fsnotify"

	"anteroom/bot"
)

// edition is a practice as its folder was at one moment: read whole, proved.
type edition struct {
	practice *bot.Practice
	tokens   tokens
	hash     string // of all files
}

// read reads a practice's folder, proves its content, and looks whether it may
// go live. The hash is known even of what must not be served. Files that are
// those of an edition before are not read any further.
func (h *house) read(folder string, several bool, before edition) (edition, error) {
	files, err := filesOf(folder)
	if err != nil {
		return edition{}, err
	}
	all, err := snapshot(files)
	if err != nil {
		return edition{}, usageError{fmt.Errorf("the practice folder %s: %w", folder, err)}
	}
	e := edition{hash: hashOf(all, everything)}
	if e.hash == before.hash {
		return before, nil
	}
	if e.practice, _, err = readPractice(folder, all); err != nil {
		return e, err
	}
	if err := h.proofs.insist(all); err != nil {
		return e, usageError{inFolder(folder, err)}
	}
	e.tokens, err = tokensOf(h.cfg, folder, e.practice, several)
	return e, errors.Join(err, mayGoLive(folder, e.practice, e.tokens))
}

// settleFor is how long the files of a folder must have been left alone before
// they are read: an editor writes several times, and renames.
const settleFor = 300 * time.Millisecond

// watch reads the practices' folders again when a file in them changes, and when
// a signal asks for it. It returns when the context ends.
func (h *house) watch(ctx context.Context, asked <-chan os.Signal) {
	var events chan fsnotify.Event
	var lost chan error
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
	settled := time.NewTimer(0) // it may have changed since it was read
	for {
		select {
		case <-ctx.Done():
			return
		case <-asked:
			for _, r := range h.rooms {
				h.reload(r, true)
			}
		case e := <-events:
			if concerns(e) {
				settled.Reset(settleFor)
			}
		case err := <-lost: // some events were not told: look at everything
			h.log.Warn("watching the practice's files", "err", err)
			settled.Reset(settleFor)
		case <-settled.C:
			if files != nil { // there may be new folders
				if err := h.follow(files); err != nil {
					unwatched(err)
				}
			}
			for _, r := range h.rooms {
				h.reload(r, false)
			}
		}
	}
}

// follow watches the folders of all practices, and those within them. It does
// what it can, and returns the first error.
func (h *house) follow(files *fsnotify.Watcher) (first error) {
	var walk func(dir string, depth int)
	walk = func(dir string, depth int) {
		if err := files.Add(dir); err != nil && first == nil {
			first = err
		}
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
	for _, r := range h.rooms {
		walk(r.folder, 0)
	}
	return first
}

// concerns reports whether an event can have changed content: a file of it, a
// folder, or the link by which Kubernetes swaps a whole folder. A database that
// stands there too is none.
func concerns(e fsnotify.Event) bool {
	if e.Op == fsnotify.Chmod {
		return false
	}
	name := filepath.Base(e.Name)
	return isContent(name) || filepath.Ext(name) == "" || strings.HasPrefix(name, "..")
}

// reload reads a practice's folder again, and lets the service go on with what
// it holds now. What fails changes nothing: the operator is told, and the
// practice before stays.
func (h *house) reload(r *room, asked bool) {
	log := h.log.With("practice", r.practice.Load().ID())
	e, err := h.read(r.folder, len(h.rooms) > 1, r.edition)
	switch {
	case err == nil && e.hash == r.edition.hash:
		r.refused = ""
		if asked {
			log.Info("the content is as before", "hash", short(e.hash))
		}
		return
	case err == nil && e.tokens != r.edition.tokens:
		log.Warn("tokens and channels changed in the folder: they take effect at the next start")
		e.tokens = r.edition.tokens
	}
	if err == nil {
		e.practice = r.dressed(e.practice)
		err = r.service.Reload(e.practice)
	}
	if err != nil {
		problems := problemLines(err)
		first := strings.Join(problems[:min(3, len(problems))], " · ")
		if now := e.hash + first; asked || now != r.refused {
			r.refused = now
			h.board.Count("content_reloads_total", "outcome", "refused")
			log.Error("the content is not taken, and the one before stays", "problems", len(problems), "first", first)
		}
		return
	}
	r.edition, r.refused = e, ""
	r.practice.Store(e.practice)
	h.board.Count("content_reloads_total", "outcome", "taken")
	log.Info("the new content is in effect", "hash", short(e.hash))
}

// problemLines is each problem of an error, without the lines that only say
// where they stand.
func problemLines(err error) []string {
	var out []string
	for line := range strings.Lines(err.Error()) {
		line = strings.TrimSpace(line)
		if line != "" && !strings.HasSuffix(line, ":") {
			out = append(out, line)
		}
	}
	return out
}

func short(hash string) string { return hash[:min(12, len(hash))] }
