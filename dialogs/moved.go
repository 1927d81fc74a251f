package dialogs

import (
	"maps"
	"math/bits"
	"slices"
	"strings"

	"anteroom/dialogs/script"
)

// A script may change between two steps. What a run holds is never rewritten
// for that: steps and answers that were renamed are found under their old ids,
// and what no longer has its place stays on the trail, without effect, until a
// later script has a place for it again. Only a new answer to the same question
// takes the place of an old one.

// find is the place of a step by its id, or by one that it had before.
func find(d *script.Dialog, id string) (int, bool) {
	if i, ok := d.Index(id); ok || len(d.Moved.Steps) == 0 {
		return i, ok
	}
	if now, ok := d.Moved.Steps[id]; ok {
		return d.Index(now)
	}
	// A call may have another name, and the step in the called dialog too.
	for cut := strings.LastIndexByte(id, '/'); cut >= 0; cut = strings.LastIndexByte(id[:cut], '/') {
		if now, ok := d.Moved.Steps[id[:cut]]; ok {
			id = now + id[cut:]
			if now, ok := d.Moved.Steps[id]; ok {
				id = now
			}
			return d.Index(id)
		}
	}
	return 0, false
}

// renamed is a canonical value with the ids of before replaced by those of now.
func renamed(now map[string]string, value string) string {
	if len(now) == 0 {
		return value
	}
	ids, words, own := strings.Cut(value, "\n")
	var out []string
	for id := range strings.SplitSeq(ids, ",") {
		if n, ok := now[id]; ok {
			id = n
		}
		if !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	ids = strings.Join(out, ",")
	if own {
		return ids + "\n" + words
	}
	return ids
}

// resume reads a run as the script has it now: the question that is being
// changed and the answers chosen so far may have other ids, or be gone.
func (w *walk) resume() {
	if e := w.run.Editing; e != "" && e != PressChange {
		w.run.Editing = ""
		if i, ok := find(w.d, e); ok {
			w.run.Editing = w.d.Steps[i].ID
		}
	}
	if i, ok := find(w.d, w.run.Asked); ok && len(w.run.Draft) > 0 {
		if now := w.d.Moved.Answers[w.d.Steps[i].ID]; now != nil {
			draft := slices.Clone(w.run.Draft)
			for i, id := range draft {
				if !isOwn(id) {
					draft[i] = renamed(now, id)
				}
			}
			slices.Sort(draft)
			w.run.Draft = slices.Compact(draft)
		}
	}
}

// askedNow is what the open question is known by to a later step.
func (w *walk) askedNow() string {
	switch {
	case w.open == nil:
		return ""
	case w.picking():
		return PressChange
	}
	return w.open.ID
}

// sameAsked reports that the open question is the one that the person was
// asked.
func (w *walk) sameAsked() bool {
	if w.run.Asked == PressChange || w.open == nil || w.picking() {
		return w.run.Asked == w.askedNow()
	}
	i, ok := find(w.d, w.run.Asked)
	return ok && i == w.open.Index
}

// moved reports that an input cannot be meant for the question that is open:
// the person was asked another, answers that they had chosen are gone, or a number
// was typed that counts answers which stand otherwise now.
func (w *walk) moved(in Input) bool {
	if w.run.Shown == 0 {
		return false // of a run from before this was kept, nothing is known
	}
	if _, event := in.(Result); event {
		// Nobody is there to be told, unless it goes on without asking, or a host
		// moved it on: what is said behind that is said now.
		return !w.sameAsked() && (w.open == nil || w.accepted)
	}
	if !w.sameAsked() || len(w.draft()) < len(w.run.Draft) {
		return true
	}
	words, typed := in.(Words)
	if !typed || w.open == nil {
		return false
	}
	counts := w.picking() || w.open.Type.OneOf() || w.open.Type.Many()
	return counts && strings.ContainsAny(script.Fold(words.Text), "0123456789") && w.run.Shown != fingerprint(w.options())
}

// tell says that the questions changed, and goes on from where the walk stands
// now. An input of the person's is not taken.
func (w *walk) tell() error {
	same := w.sameAsked()
	if !same {
		w.run.Until = w.ahead()
	}
	// What was said on the way to a question that is gone may have led elsewhere
	// since.
	switch {
	case same || w.run.Until != "":
	case w.accepted:
		w.out = slices.Concat(w.before, w.out)
	default:
		w.anew = len(w.passed)
		w.fresh = w.anew == 0
		if err := w.start(); err != nil {
			return err
		}
	}
	if w.open != nil {
		w.out = slices.Insert(w.out, 0, Output(Moved{}))
	}
	if same {
		w.ask(false)
	} else {
		w.opened()
	}
	return nil
}

// onward is the walk as if the open question were not there: of the ways that
// lead on from it, the one on which most was answered.
func (w *walk) onward() *walk {
	best := &walk{}
	try := func(to int) {
		if to >= 0 {
			if on := w.without(w.open, to); len(on.passed) > len(best.passed) || best.d == nil {
				best = on
			}
		}
	}
	try(w.open.Next)
	for _, way := range w.open.Ways {
		try(way.To)
	}
	return best
}

// ahead is the last question behind the open one that the person has seen, empty
// when there is none.
func (w *walk) ahead() string {
	if w.open == nil {
		return ""
	}
	on := w.onward()
	if i, ok := find(w.d, w.run.Asked); ok && on.open == w.d.Steps[i] {
		return on.open.ID
	}
	if n := len(on.passed); n > 0 {
		if last := w.d.Steps[on.passed[n-1]]; last.Rank > w.open.Rank {
			return last.ID
		}
	}
	return ""
}

// until is the rank up to which the person has seen everything, though the open
// question stands before that; 0 when it does not.
func (w *walk) until() int {
	if w.run.Until == "" || w.open == nil {
		return 0
	}
	if i, ok := find(w.d, w.run.Until); ok && w.d.Steps[i].Rank > w.open.Rank {
		return w.d.Steps[i].Rank
	}
	return 0
}

// passedWithout is the messages that were passed before the script put the open
// question in their way.
func (w *walk) passedWithout() []bool {
	until := w.until()
	if until == 0 {
		return nil
	}
	noted := w.onward().noting
	for i := range noted {
		noted[i] = noted[i] && w.d.Steps[i].Rank < until
	}
	return noted
}

// aliases are the options under the ids that they had before.
func (w *walk) aliases(options []Option) []Option {
	if w.picking() {
		return options
	}
	now := w.d.Moved.Answers[w.open.ID]
	for _, old := range slices.Sorted(maps.Keys(now)) {
		if i := slices.IndexFunc(options, func(o Option) bool { return o.ID == now[old] }); i >= 0 {
			options = append(options, Option{ID: old, Label: options[i].Label})
		}
	}
	return options
}

// fingerprint tells sets of options apart, with their order. It is never 0, and
// the same in every process: it is stored.
func fingerprint(options []Option) uint64 {
	h := uint64(len(options))
	mix := func(v uint64) { h = bits.RotateLeft64((h^v)*0x9e3779b97f4a7c15, 29) }
	for i := range options {
		id := options[i].ID
		for mix(uint64(len(id))); id != ""; id = id[min(8, len(id)):] {
			var v uint64
			for j := range min(8, len(id)) {
				v |= uint64(id[j]) << (8 * j)
			}
			mix(v)
		}
	}
	return max(h, 1)
}

// LastAnswer is what the person answered last to a question for a fact, as far as
// the script allows it; empty for nothing. It is for what must be known wherever
// a walk stands: one that stops before the question, because the script changed,
// does not know the fact.
func LastAnswer(lib *script.Library, run Run, fact string) string {
	d, ok := lib.Dialog(run.Dialog)
	if !ok {
		return ""
	}
	for _, e := range slices.Backward(run.Trail) {
		i, ok := find(d, e.Step)
		if !ok || e.Kind != Answer || d.Steps[i].Into == nil || d.Steps[i].Into.Name != fact {
			continue
		}
		w := walk{d: d}
		value := w.valueNow(i, &e)
		if d.Steps[i].OwnInto != nil {
			value, _, _ = strings.Cut(value, "\n")
		}
		if v, ok := d.Steps[i].Into.Parse(value); ok {
			return v.Text
		}
	}
	return ""
}

// MovedFacts gives facts that were kept under the names and answers of an
// earlier release those of the library. The map that it is given stays as it is,
// and what the library does not know stays in what is returned.
func MovedFacts(lib *script.Library, facts map[string]string) map[string]string {
	ours := false
	set := func(name, value string) {
		if !ours {
			facts, ours = maps.Clone(facts), true
		}
		facts[name] = value
	}
	for _, name := range lib.Names() {
		d, _ := lib.Dialog(name)
		for then, now := range d.Moved.Facts {
			if v, ok := facts[then]; ok {
				if _, known := facts[now]; !known {
					set(now, v)
				}
			}
		}
		for id, answers := range d.Moved.Answers {
			if s, ok := d.Step(id); ok && s.Into != nil && (s.Type.OneOf() || s.Type.Many()) {
				if v, ok := facts[s.Into.Name]; ok && renamed(answers, v) != v {
					still := maps.Clone(answers)
					maps.DeleteFunc(still, func(then, _ string) bool { return brings(lib, s.Into.Name, then) })
					if now := renamed(still, v); now != v {
						set(s.Into.Name, now)
					}
				}
			}
		}
	}
	return facts
}

// brings reports whether a fact may come to hold an id in any dialog, as those
// stand now. Then one that holds it is not of an earlier release.
func brings(lib *script.Library, fact, id string) bool {
	for _, name := range lib.Names() {
		d, _ := lib.Dialog(name)
		for _, s := range d.Steps {
			if _, moved := d.Moved.Answers[s.ID][id]; !moved && gives(s, fact, id) {
				return true
			}
		}
	}
	return false
}

func gives(s *script.Step, fact, id string) bool {
	for _, set := range s.Sets {
		if set.Fact.Name == fact && set.Value.Has(id) {
			return true
		}
	}
	if s.Into == nil || s.Into.Name != fact {
		return false
	}
	if o := s.Options(""); o != nil && s.Host == "" {
		_, ok := o.Find(id)
		return ok
	}
	_, ok := s.Into.Parse(id)
	return ok
}
