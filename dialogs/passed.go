package dialogs

import (
	"fmt"
	"slices"
	"strings"

	"anteroom/dialogs/script"
)

// Passage is one step on a walk, and how the walk went on from it.
type Passage struct {
	Step    *script.Step
	Kind    Kind     // how it was answered; 0 for a step that needs no answer, and where the walk stands
	Answers []string // the ids that were chosen, or the result; never a person's own words
	Route   int      // the rule of a route that held, from 0; -1 where none did
	To      int      // the step that came next; -1 where the walk stands or ended
}

// Passed lists the steps that a run passed, in order, over the compiled script.
// Nothing is said and no host is called. Of a run that was changed it is the
// walk as it is now, and while a question is being changed the walk as far as
// there. An author asks for it to see what of a script was tried.
func Passed(lib *script.Library, run Run, lang string) ([]Passage, error) {
	d, ok := lib.Dialog(run.Dialog)
	if !ok {
		return nil, fmt.Errorf("passed: unknown dialog %q", run.Dialog)
	}
	w := walk{d: d, host: nobody{}, lang: lang, run: run, quiet: true, path: make([]Passage, 0, len(d.Steps))}
	if err := w.start(); err != nil {
		return nil, fmt.Errorf("passed: %w", err)
	}
	for i := range w.path[1:] {
		p := &w.path[i]
		p.To = w.path[i+1].Step.Index
		if slices.Contains(w.passed, p.Step.Index) {
			e := w.entry(p.Step.Index)
			p.Kind, p.Answers = e.Kind, chosen(p.Step, e)
		}
	}
	return w.path, nil
}

// note takes down a step that is passed, with the rule that decides a route
// there: facts may be another later on.
func (w *walk) note(s *script.Step) {
	p := Passage{Step: s, Route: -1, To: -1}
	for i, r := range s.Routes {
		if r.When == nil || r.When.Holds(w.values) {
			p.Route = i
			break
		}
	}
	w.path = append(w.path, p)
}

// chosen is the ids that an entry holds.
func chosen(s *script.Step, e Entry) []string {
	value := e.Value
	if s.OwnInto != nil {
		value, _, _ = strings.Cut(value, "\n")
	}
	switch {
	case e.Kind != Answer && e.Kind != Resulted || value == "":
		return nil
	case s.Into == nil || s.Into.Type.OneOf():
		return []string{value}
	case s.Into.Type.Many():
		return strings.Split(value, ",")
	}
	return nil
}
