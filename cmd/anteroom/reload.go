package main

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"

	"anteroom/bot"
)

// edition is a practice as its folder was at one moment: read whole, proved.
type edition struct {
	practice *bot.Practice
	tokens   tokens
	shown    string // in Slack, as the folder asks: its disclosure
	hash     string // of all files
}

// wrong is content that did not pass, and why.
type wrong struct {
	key string
	err error
}

// read reads the folder of a room, proves its content, and looks whether it may
// go live. The hash is known even of what must not be served. Of files that are
// those in effect only the tokens are read again. What did not pass is not
// proved again, unless somebody asked for it.
func (h *house) read(ctx context.Context, r *room, several, asked bool) (edition, error) {
	all, err := filesOf(r.folder)
	if err != nil {
		return edition{}, err
	}
	e := edition{practice: r.edition.practice, shown: r.edition.shown, hash: hashOf(all, everything)}
	if e.hash == r.edition.hash {
		e.tokens, err = tokensOf(h.cfg, r.folder, e.practice, several)
		return e, err
	}
	first := e.practice == nil // nothing is served yet that could go on meanwhile
	proved := first && h.proofs.has(all)
	prove := func() {
		if key := proofKey(all); asked || key != r.wrong.key {
			r.wrong = wrong{key, h.proofs.insist(ctx, all)}
		}
	}
	var proving sync.WaitGroup
	if proved {
		proving.Go(prove)
	}
	e.practice, _, err = readPractice(r.folder, all, proved)
	proving.Wait()
	if err != nil {
		return e, err
	}
	e.shown = e.practice.Slack.Disclosure
	if !proved {
		prove()
	}
	if r.wrong.err != nil {
		return e, usageError{inFolder(r.folder, r.wrong.err)}
	}
	e.tokens, err = tokensOf(h.cfg, r.folder, e.practice, several)
	return e, errors.Join(err, mayGoLive(r.folder, e.practice, e.tokens))
}

// reload reads a practice's folder again, and lets the service go on with what
// it holds now. What fails changes nothing: the operator is told, and the
// practice before stays.
func (h *house) reload(ctx context.Context, r *room, asked bool) {
	log := h.log.With("practice", r.practice.Load().ID())
	e, err := h.read(ctx, r, len(h.rooms) > 1, asked)
	if ctx.Err() != nil {
		return
	}
	same := e.hash == r.edition.hash
	if err == nil && !same {
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
	switch {
	case !same:
		r.practice.Store(e.practice)
		h.board.Count("content_reloads_total", "outcome", "taken")
		log.Info("the new content is in effect", "hash", short(e.hash))
	case asked:
		log.Info("the content is as before", "hash", short(e.hash))
	}
	later := strings.Join(r.afterRestart(e), ", ")
	if later != "" && (asked || !same || later != r.later) {
		log.Warn("some of what changed takes effect after a restart", "changed", later)
	}
	r.later = later
}

// afterRestart names what an edition has otherwise than the channels were made
// with: they keep it for as long as they live.
func (r *room) afterRestart(e edition) []string {
	var out []string
	then := r.begun.practice
	if e.tokens != r.begun.tokens {
		out = append(out, "tokens and channels")
	}
	if !sameSecond(e.practice, then) {
		out = append(out, "on_call.second")
	}
	if r.slack != nil && e.shown != r.begun.shown {
		out = append(out, "slack.disclosure")
	}
	if r.slack != nil && e.practice.Zone.String() != then.Zone.String() {
		out = append(out, "zone")
	}
	if r.telegram != nil && !maps.EqualFunc(menu(e.practice), menu(then), slices.Equal) {
		out = append(out, "the commands that Telegram lists")
	}
	return out
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
