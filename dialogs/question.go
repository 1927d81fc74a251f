package dialogs

import (
	"slices"
	"strconv"
	"strings"

	"anteroom/dialogs/script"
)

// opened gives the question that the walk came to a revision of its own and
// asks it.
func (w *walk) opened() {
	w.run.Rev++
	w.run.Misses, w.run.Draft = 0, nil
	w.ask(false)
}

// askAgain asks the open question after something that was not understood.
func (w *walk) askAgain() {
	if s := w.open; s.Again != nil && !w.picking() {
		w.out = append(w.out, Say{s.ID, w.text(s.Again)})
	}
	w.ask(true)
}

// ask puts the open question out, if one is open.
func (w *walk) ask(again bool) {
	s := w.open
	if s == nil {
		return
	}
	p := s.Ask
	if w.picking() {
		p = w.d.Pick
		if s.Pick != nil {
			p = s.Pick
		}
	}
	w.out = append(w.out, Ask{Text: w.text(p), Again: again})
}

// turn closes the step.
func (w *walk) turn() Turn {
	t := Turn{Out: w.out, Outcome: w.outcome, Facts: w.facts(), Accepted: w.accepted, walk: w}
	if w.open == nil || w.run.Editing != w.open.ID && !w.picking() {
		w.run.Editing = ""
	}
	if w.open == nil {
		w.run.Misses = 0
	}
	if w.until() == 0 {
		w.run.Until = ""
	}
	if w.open == nil {
		w.run.Asked, w.run.Shown = "", fingerprint(nil)
	}
	if w.waiting != nil {
		t.Waiting = w.waiting.ID
	}
	if w.open != nil {
		q := w.question()
		t.Open = &q
		for i, o := range t.Out {
			if a, ok := o.(Ask); ok {
				a.Question = q
				t.Out[i] = a
				w.run.Asked, w.run.Shown, w.run.Draft = w.askedNow(), fingerprint(q.Options), w.draft()
			}
		}
	}
	t.Run = w.run
	return t
}

// picking reports that it is asked which answer to change.
func (w *walk) picking() bool { return w.open != nil && w.run.Editing == PressChange }

func (w *walk) question() Question {
	s := w.open
	q := Question{
		Step: s.ID, Rev: w.run.Rev, Type: s.Type,
		CanBack: w.run.Editing != "" || w.previous() >= 0,
		Number:  w.asked + 1,
		AtMost:  w.asked + w.d.AtMost(s, w.values),
		Why:     w.text(s.Why),
	}
	q.Options = w.options()
	if w.picking() {
		q.Type = script.Choice
		return q
	}
	q.Multi, q.CanSkip = s.Type.Many(), s.Skip != nil
	return q
}

// options is the open question's buttons in the order shown.
func (w *walk) options() []Option {
	if w.picking() {
		var all []Option
		for _, c := range w.changeable() {
			all = append(all, Option{ID: c.ID, Label: w.text(c.Short)})
		}
		return all
	}
	s := w.open
	shown, extra := w.shown(), w.extras()
	scale := 0
	if s.Type == script.Scale {
		scale = 11
	}
	all := make([]Option, 0, scale+len(shown)+len(extra))
	for n := range scale {
		id := strconv.Itoa(n)
		all = append(all, Option{ID: id, Label: id})
	}
	for _, i := range shown {
		o := w.offered.All[i]
		all = append(all, Option{ID: o.ID, Label: o.Label, Chosen: s.Type.Many() && slices.Contains(w.run.Draft, o.ID),
			Own: o.ID == s.OwnAnswer && slices.ContainsFunc(w.run.Draft, isOwn)})
	}
	return append(all, extra...)
}

// shown is the places, in what is offered, of the options that get buttons.
func (w *walk) shown() []int {
	if w.offered == nil {
		return nil
	}
	var out []int
	if w.open.Type == script.Country && len(w.run.Draft) > 0 {
		for _, id := range w.draft() {
			i, _ := w.offered.Find(id)
			out = append(out, i)
		}
		return out
	}
	if w.open.From == nil {
		return w.offered.Shown
	}
	for i := range w.offered.All {
		if w.offersAt(i) {
			out = append(out, i)
		}
	}
	return out
}

func (w *walk) offersAt(i int) bool {
	return w.open.From == nil || w.values[w.open.From.Slot].Has(w.offered.All[i].ID)
}

// extras is the open question's buttons that are no answers.
func (w *walk) extras() []Option {
	var out []Option
	s := w.open
	if s.Done != nil {
		out = append(out, Option{ID: PressDone, Label: w.text(s.Done)})
	}
	if s.Skip != nil {
		out = append(out, Option{ID: PressSkip, Label: w.text(s.Skip)})
	}
	if s.Change != nil {
		out = append(out, Option{ID: PressChange, Label: w.text(s.Change)})
	}
	return out
}

// draft is what is chosen so far and still offered, in the order offered, and
// own words behind it; at a question for a place, those that it is asked about.
func (w *walk) draft() []string {
	if w.open == nil || !w.open.Type.Many() && w.open.Type != script.Country || len(w.run.Draft) == 0 {
		return nil
	}
	var out []string
	for _, o := range w.offered.All {
		if slices.Contains(w.run.Draft, o.ID) {
			out = append(out, o.ID)
		}
	}
	if own := slices.IndexFunc(w.run.Draft, isOwn); own >= 0 && w.open.OwnInto != nil {
		out = append(out, w.run.Draft[own])
	}
	return out
}

// toggle changes the draft of a several-choice.
func (w *walk) toggle(id string) {
	draft := slices.Clone(w.draft())
	if i := slices.Index(draft, id); i >= 0 {
		draft = slices.Delete(draft, i, i+1)
		if id == w.open.OwnAnswer {
			draft = slices.DeleteFunc(draft, isOwn)
		}
	} else {
		draft = append(draft, id)
	}
	w.run.Draft = draft
	w.run.Misses = 0
}

// joined is the canonical value of several ids: in the order offered, and own
// words behind them.
func (w *walk) joined(ids []string) string {
	var out []string
	for _, o := range w.offered.All {
		if slices.Contains(ids, o.ID) {
			out = append(out, o.ID)
		}
	}
	value := strings.Join(out, ",")
	if own := slices.IndexFunc(ids, isOwn); own >= 0 {
		value += ids[own]
	}
	return value
}
