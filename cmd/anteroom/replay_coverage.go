package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"anteroom/dialogs"
	"anteroom/dialogs/script"
)

// What a transcript may touch.
const (
	aStep     = "step"
	anAnswer  = "answer"
	aBranch   = "branch"
	aSkip     = "skip"
	aMiss     = "misses"
	anOutcome = "outcome"
	aLanguage = "language"
)

var kindsOfPiece = []string{aStep, anAnswer, aBranch, aSkip, aMiss, anOutcome, aLanguage}

// piece is something of a dialog that a transcript may touch. A dialog that
// others call is written once and stands in each of them: what tells one piece
// from another is where it is written.
type piece struct {
	at   script.Place // of the step; of the file for an outcome and a language
	kind string
	id   string // the answer, the rule, the outcome, the language
}

// trail is what one conversation touched.
type trail struct {
	lib     *script.Library
	touched map[piece]bool
	ids     map[string]map[string]bool // steps by dialog, as they are called in it
	err     error
}

func newTrail(lib *script.Library) *trail {
	return &trail{lib: lib, touched: map[piece]bool{}, ids: map[string]map[string]bool{}}
}

// note takes down where a run has been. See bot.Options.
func (t *trail) note(run dialogs.Run, lang string) {
	path, err := dialogs.Passed(t.lib, run, lang)
	if err != nil {
		t.err = err
		return
	}
	d, _ := t.lib.Dialog(run.Dialog)
	base, _, _ := strings.Cut(lang, "-")
	touch := func(s *script.Step, kind, id string) { t.touched[piece{s.At, kind, id}] = true }
	for _, p := range path {
		s := p.Step
		t.id(run.Dialog, s.ID)
		touch(s, aStep, "")
		t.touched[piece{file(s), aLanguage, base}] = true
		switch s.Op {
		case script.Finish, script.Return:
			t.touched[piece{file(s), anOutcome, s.Name}] = true
		}
		if p.To < 0 {
			continue
		}
		switch s.Op {
		case script.Branch:
			touch(s, aBranch, rule(s, p.Route))
		case script.Return:
			if call := callOf(d, s); call != nil {
				touch(call, aBranch, s.Name)
			}
		}
		switch p.Kind {
		case dialogs.Answer:
			for _, id := range p.Answers {
				touch(s, anAnswer, id)
			}
		case dialogs.Resulted:
			for _, id := range p.Answers {
				touch(s, aBranch, id)
			}
		case dialogs.Skipped:
			touch(s, aSkip, "")
		case dialogs.Missed:
			touch(s, aMiss, "")
		}
	}
}

// id notes a step under its id in a dialog, and in the one it is written in.
func (t *trail) id(dialog, step string) {
	d, _ := t.lib.Dialog(dialog)
	s, _ := d.Step(step)
	note := func(dialog, step string) {
		if t.ids[dialog] == nil {
			t.ids[dialog] = map[string]bool{}
		}
		t.ids[dialog][step] = true
	}
	note(dialog, step)
	if s.Home != dialog {
		note(s.Home, step[strings.LastIndexByte(step, '/')+1:])
	}
}

// steps are the ids of the steps touched, by dialog.
func (t *trail) steps() map[string][]string {
	all := make(map[string][]string, len(t.ids))
	for dialog, ids := range t.ids {
		all[dialog] = slices.Sorted(maps.Keys(ids))
	}
	return all
}

func file(s *script.Step) script.Place { return script.Place{File: s.At.File} }

// rule names a rule of a route by its number, counted from one.
func rule(s *script.Step, i int) string {
	if i < 0 {
		return "none"
	}
	return fmt.Sprint(i + 1)
}

// callOf is the call whose dialog ends at a step.
func callOf(d *script.Dialog, end *script.Step) *script.Step {
	call, ok := d.Step(end.ID[:max(0, strings.LastIndexByte(end.ID, '/'))])
	if !ok || call.Op != script.Call {
		return nil
	}
	return call
}

// coverage is what several conversations touched of a library.
type coverage struct {
	lib         *script.Library
	transcripts int
	touched     map[piece]bool
}

func newCoverage(lib *script.Library) *coverage {
	return &coverage{lib: lib, touched: map[piece]bool{}}
}

// add counts a conversation in; nil is one that could not be read.
func (c *coverage) add(t *trail) {
	if t == nil {
		return
	}
	c.transcripts++
	maps.Copy(c.touched, t.touched)
}

// share is how many of the pieces of a kind were touched.
type share struct {
	Touched int `json:"touched"`
	Of      int `json:"of"`
}

func (s share) String() string {
	if s.Of == 0 {
		return "–"
	}
	return fmt.Sprintf("%d/%d", s.Touched, s.Of)
}

// percent is rounded down, so that 100 means all.
func (s share) percent() int {
	if s.Of == 0 {
		return 100
	}
	return 100 * s.Touched / s.Of
}

// shares are counted by kind of piece.
type shares map[string]share

// dialogShares is how much of one dialog was touched.
type dialogShares struct {
	Dialog string `json:"dialog"`
	Shares shares `json:"shares"`
}

// untouched is a piece that no transcript touched.
type untouched struct {
	File   string `json:"file"`
	Line   int    `json:"line,omitempty"`
	Column int    `json:"column,omitempty"`
	Dialog string `json:"dialog"`
	Step   string `json:"step,omitempty"`
	Kind   string `json:"kind"`
	What   string `json:"what"`

	within bool // goes without saying: it belongs to a step that was not touched either
}

// coverageReport is what there is to say of the coverage.
type coverageReport struct {
	Transcripts int            `json:"transcripts"`
	Dialogs     []dialogShares `json:"dialogs"`
	Total       shares         `json:"total"`
	Percent     int            `json:"percent"`
	Untouched   []untouched    `json:"untouched"`
}

// report compares what was touched with what there is.
func (c *coverage) report() *coverageReport {
	r := &coverageReport{Transcripts: c.transcripts, Total: shares{}, Untouched: []untouched{}}
	for _, name := range c.lib.Names() {
		d, _ := c.lib.Dialog(name)
		row := dialogShares{Dialog: name, Shares: shares{}}
		for n := range c.pieces(d) {
			s := row.Shares[n.kind]
			s.Of++
			if c.touched[n.piece] {
				s.Touched++
			} else {
				u := untouched{File: n.at.File, Line: n.at.Line, Column: n.at.Column, Dialog: name, Step: n.step, Kind: n.kind, What: n.what}
				if n.written.Line > 0 {
					u.Line, u.Column = n.written.Line, n.written.Column
				}
				u.within = n.kind == anOutcome || n.kind != aStep && n.step != "" && !c.touched[piece{at: n.at, kind: aStep}]
				r.Untouched = append(r.Untouched, u)
			}
			row.Shares[n.kind] = s
		}
		for kind, s := range row.Shares {
			total := r.Total[kind]
			r.Total[kind] = share{total.Touched + s.Touched, total.Of + s.Of}
		}
		r.Dialogs = append(r.Dialogs, row)
	}
	slices.SortStableFunc(r.Untouched, func(a, b untouched) int {
		return cmp.Or(strings.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	r.Percent = r.all().percent()
	return r
}

func (r *coverageReport) all() (all share) {
	for _, s := range r.Total {
		all.Touched, all.Of = all.Touched+s.Touched, all.Of+s.Of
	}
	return all
}

func (r *coverageReport) json(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(r)
}

// text writes a table and what was not touched. What belongs to a step that
// nobody came to is left out: the step stands there.
func (r *coverageReport) text(w io.Writer) error {
	fmt.Fprintf(w, "\nWhat %d transcripts touch\n\n", r.Transcripts)
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "dialog\tsteps\tanswers\tbranches\tskips\tmisses\toutcomes\tlanguages")
	row := func(name string, s shares) {
		fmt.Fprint(table, name)
		for _, kind := range kindsOfPiece {
			fmt.Fprintf(table, "\t%s", s[kind])
		}
		fmt.Fprintln(table)
	}
	for _, d := range r.Dialogs {
		row(d.Dialog, d.Shares)
	}
	row("all", r.Total)
	fmt.Fprint(table, "per cent")
	for _, kind := range kindsOfPiece {
		if s := r.Total[kind]; s.Of > 0 {
			fmt.Fprintf(table, "\t%d", s.percent())
		} else {
			fmt.Fprint(table, "\t–")
		}
	}
	fmt.Fprintln(table)
	if err := table.Flush(); err != nil {
		return err
	}
	all := r.all()
	if len(r.Untouched) == 0 {
		_, err := fmt.Fprintf(w, "\nEverything is touched: %d of %d.\n", all.Touched, all.Of)
		return err
	}
	fmt.Fprintf(w, "\nTouched: %d of %d, %d per cent. No transcript touches\n\n", all.Touched, all.Of, r.Percent)
	for _, u := range r.Untouched {
		if !u.within {
			fmt.Fprintf(w, "%s: %s\n", script.Place{File: u.File, Line: u.Line, Column: u.Column}, u.What)
		}
	}
	return nil
}
