package main

import (
	"fmt"
	"iter"

	"anteroom/dialogs/script"
)

// named is a piece as an author knows it.
type named struct {
	piece
	step    string
	what    string
	written script.Place // where exactly, if that is known better than the step
}

// pieces are all pieces that are written in a dialog's own file.
func (c *coverage) pieces(d *script.Dialog) iter.Seq[named] {
	return func(yield func(named) bool) {
		seen := map[piece]bool{}
		more := true
		add := func(n named) {
			if more && !seen[n.piece] {
				seen[n.piece] = true
				more = yield(n)
			}
		}
		for _, s := range d.Steps {
			if s.Home != d.Name {
				continue
			}
			add(named{piece{s.At, aStep, ""}, s.ID, "step " + s.ID, s.At})
			piecesOf(d, s, add)
			if s.Op == script.Finish {
				add(named{piece{file(s), anOutcome, s.Name}, "", "outcome " + s.Name, s.At})
			}
		}
		if languages := c.lib.Languages(); len(languages) > 1 {
			for _, lang := range languages {
				add(named{piece{script.Place{File: d.At.File}, aLanguage, lang}, "", "language " + lang + " of " + d.Name, d.At})
			}
		}
	}
}

// piecesOf are the ways that lead on from a step.
func piecesOf(d *script.Dialog, s *script.Step, add func(named)) {
	way := func(kind, id, what string, at script.Place) {
		add(named{piece{s.At, kind, id}, s.ID, what, at})
	}
	to := func(i int) string {
		if i < 0 {
			return "the end"
		}
		return d.Steps[i].ID
	}
	switch s.Op {
	case script.Ask, script.Review:
		for _, id := range answersOf(s) {
			way(anAnswer, id, fmt.Sprintf("answer %s of %s", id, s.ID), wayAt(s, id))
		}
		if s.Skip != nil {
			way(aSkip, "", s.ID+" skipped", s.At)
		}
		if s.MissAfter > 0 {
			way(aMiss, "", fmt.Sprintf("%s not understood %d times", s.ID, s.MissAfter), s.At)
		}
	case script.Do, script.Wait:
		for _, id := range resultsOf(s) {
			way(aBranch, id, fmt.Sprintf("result %s of %s", id, s.ID), wayAt(s, id))
		}
	case script.Branch:
		for i, r := range s.Routes {
			what := fmt.Sprintf("rule %d of %s, to %s", i+1, s.ID, to(r.To))
			if r.When == nil {
				what = fmt.Sprintf("else of %s, to %s", s.ID, to(r.To))
			}
			way(aBranch, rule(s, i), what, r.At)
		}
		if n := len(s.Routes); n == 0 || s.Routes[n-1].When != nil {
			way(aBranch, rule(s, -1), fmt.Sprintf("no rule of %s holds, on to %s", s.ID, to(s.Next)), s.At)
		}
	case script.Call:
		ends := map[string]bool{}
		for _, end := range d.Steps {
			if end.Op == script.Return && callOf(d, end) == s {
				ends[end.Name] = true
			}
		}
		if len(ends) < 2 {
			return // where there is one end only, the call leads there
		}
		for _, end := range d.Steps {
			if end.Op == script.Return && callOf(d, end) == s {
				way(aBranch, end.Name, fmt.Sprintf("%s ends with %s, on to %s", s.ID, end.Name, to(end.Next)), s.At)
			}
		}
	}
}

// answersOf are the answers that a step spells out. Of a list, which may hold
// every country, only those that lead elsewhere count.
func answersOf(s *script.Step) (ids []string) {
	if s.Host == "" && s.From == nil && (s.Into == nil || s.Into.List == nil && s.Into.Host == "") {
		for _, o := range offered(s, "en") {
			ids = append(ids, o.ID)
		}
		return ids
	}
	for _, w := range s.Ways {
		ids = append(ids, w.Answer)
	}
	return ids
}

// resultsOf are the results that a call may bring, as far as they are declared.
func resultsOf(s *script.Step) (ids []string) {
	if s.Into != nil && s.Into.Type.OneOf() && s.Into.Host == "" && s.Into.List == nil {
		return s.Into.Values
	}
	for _, w := range s.Ways {
		ids = append(ids, w.Answer)
	}
	return ids
}

// wayAt is where the way of an answer is written, or the step.
func wayAt(s *script.Step, id string) script.Place {
	for _, w := range s.Ways {
		if w.Answer == id && w.At.Line > 0 {
			return w.At
		}
	}
	return s.At
}
