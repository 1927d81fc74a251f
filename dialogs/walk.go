package dialogs

import (
	"fmt"
	"slices"
	"strings"

	"anteroom/dialogs/script"
)

// walk is one step under way: the run as it becomes, and where the walk over
// its trail stands.
type walk struct {
	d    *script.Dialog
	host Host
	lang string
	now  int64
	run  Run

	at     []int32 // by step: one more than the place of its entry in the trail
	values []script.Value
	passed []int // steps on the walk that an entry answered, in order
	asked  int   // the questions among them
	latest int32 // the latest entry on the walk that a person brought, as in at
	// barrier is the length of passed at the last wait: what stands before
	// it is settled.
	barrier int

	open    *script.Step // the question it stands at
	offered *script.Options
	waiting *script.Step
	outcome string

	fresh    bool         // what is passed now is passed for the first time
	anew     int          // it is so once this many were passed; 0: not by that
	over     *script.Step // a question that a quiet walk takes as not there
	overTo   int          // where it goes on from there
	quiet    bool         // make no host calls, put nothing on the trail
	seen     []bool       // by step: messages passed before the answer was changed
	noting   []bool       // where a quiet walk notes the messages it passes
	path     []Passage    // where a walk for [Passed] takes down the steps; nil for others
	owned    bool         // the trail is a copy of ours
	accepted bool
	whole    bool // what is typed must be the whole name of an answer
	out      []Output

	unsaid []*script.Step  // messages on a walk that is not fresh, since the last step that an entry answered
	room   [4]*script.Step // where unsaid begins: most walks need no more
	before []Output        // those that stood before the host call that made it fresh
}

// start walks from the first step to where the run stands.
func (w *walk) start() error {
	if w.at == nil {
		w.index()
		w.passed = make([]int, 0, len(w.run.Trail)+4)
		w.unsaid = w.room[:0]
	}
	w.values = make([]script.Value, len(w.d.Facts))
	w.passed, w.asked, w.latest, w.barrier = w.passed[:0], 0, 0, 0
	w.unsaid = w.unsaid[:0]
	return w.advance(0)
}

// index finds each step's entry. Of several the last counts.
func (w *walk) index() {
	if w.at == nil {
		w.at = make([]int32, len(w.d.Steps))
	} else {
		clear(w.at)
	}
	for n := range w.run.Trail {
		if i, ok := find(w.d, w.run.Trail[n].Step); ok {
			w.at[i] = int32(n) + 1
		}
	}
}

// entry is a step's entry as the script has it now, the zero Entry when it
// has none.
func (w *walk) entry(i int) Entry {
	n := w.at[i]
	if n == 0 {
		return Entry{}
	}
	e := w.run.Trail[n-1]
	e.Value = w.valueNow(i, &e)
	return e
}

// valueNow is the value of a step's entry with the ids that answers have now.
func (w *walk) valueNow(i int, e *Entry) string {
	if len(w.d.Moved.Answers) == 0 {
		return e.Value
	}
	return renamed(w.d.Moved.Answers[w.d.Steps[i].ID], e.Value)
}

// put replaces a step's entry, at the end of the trail.
func (w *walk) put(s *script.Step, kind Kind, value string) {
	if w.at[s.Index] > 0 {
		w.drop(func(t *script.Step) bool { return t == s })
	}
	w.copyTrail()
	w.run.Trail = append(w.run.Trail, Entry{Step: s.ID, Kind: kind, Value: value, At: w.now, Script: w.d.Sum})
	w.at[s.Index] = int32(len(w.run.Trail))
}

// copyTrail makes the trail ours to change, with room for another few entries.
func (w *walk) copyTrail() {
	if !w.owned {
		trail := make([]Entry, len(w.run.Trail), len(w.run.Trail)+2)
		copy(trail, w.run.Trail)
		w.run.Trail, w.owned = trail, true
	}
}

// drop removes the entries of some steps. Those that are kept aside because
// their step is gone belong to none, and stay.
func (w *walk) drop(of func(*script.Step) bool) {
	any := false
	for i, n := range w.at {
		any = any || n > 0 && of(w.d.Steps[i])
	}
	if !any {
		return
	}
	w.copyTrail()
	w.run.Trail = slices.DeleteFunc(w.run.Trail, func(e Entry) bool {
		i, ok := find(w.d, e.Step)
		return ok && of(w.d.Steps[i])
	})
	w.index()
}

// advance walks on from a step to the next question that is not answered,
// to a wait, or to the end.
func (w *walk) advance(i int) error {
	w.open, w.offered, w.waiting, w.outcome = nil, nil, nil, ""
	for {
		s := w.d.Steps[i]
		if w.path != nil {
			w.note(s)
		}
		switch s.Op {
		case script.Say, script.Alert:
			if w.news(s) {
				w.out = w.message(w.out, s)
			}
			i = s.Next
		case script.Set:
			for _, set := range s.Sets {
				w.values[set.Fact.Slot] = set.Value
			}
			i = s.Next
		case script.Branch:
			i = w.route(s)
		case script.Call, script.Return:
			i = s.Next
		case script.Finish:
			w.outcome = s.Name
			if w.fresh {
				w.out = append(w.out, Finished{s.Name})
			}
			return nil
		case script.Ask, script.Review:
			next, answered := w.answered(s)
			if !answered {
				if next, answered = w.nothingToAsk(s); !answered {
					w.open = s
					return nil
				}
			}
			i = next
		case script.Do, script.Wait:
			next, known, err := w.brought(s)
			if err != nil {
				return err
			}
			if !known {
				w.waiting = s
				return nil
			}
			i = next
		default:
			return fmt.Errorf("the step %s cannot be walked", s.ID)
		}
	}
}

// news reports whether a message is to be put out: it is passed now, and was
// not passed before the answer that is being changed.
func (w *walk) news(s *script.Step) bool {
	if w.noting != nil {
		w.noting[s.Index] = true
	}
	if !w.fresh && !w.quiet {
		w.unsaid = append(w.unsaid, s)
	}
	return w.fresh && (w.seen == nil || !w.seen[s.Index])
}

// called makes the walk fresh from where a host moved it on. What stood just
// before may have been heard: [walk.tell] knows.
func (w *walk) called() {
	if !w.fresh {
		for _, s := range w.unsaid {
			w.before = w.message(w.before, s)
		}
	}
	w.accepted, w.fresh = true, true
}

// passedBefore is the messages that the walk passed with the answer that is
// being changed still in place.
func (w *walk) passedBefore() []bool { return w.without(nil, 0).noting }

// without is another walk over the same trail to its end. It edits nothing, calls
// nobody, notes the messages that it passes, and goes on from a question, if one
// is given, as if it were not there. It is a walk of nothing when it fails.
func (w *walk) without(s *script.Step, to int) *walk {
	old := &walk{d: w.d, host: w.host, lang: w.lang, run: w.run, quiet: true, over: s, overTo: to, noting: make([]bool, len(w.d.Steps))}
	old.run.Editing = ""
	if old.start() != nil {
		return &walk{}
	}
	return old
}

func (w *walk) route(s *script.Step) int {
	for _, r := range s.Routes {
		if r.When == nil || r.When.Holds(w.values) {
			return r.To
		}
	}
	return s.Next
}

func (w *walk) pass(s *script.Step) {
	w.passed = append(w.passed, s.Index)
	w.unsaid = w.unsaid[:0]
	w.fresh = w.fresh || len(w.passed) == w.anew
	n := w.at[s.Index]
	asked := s.Question() && w.run.Trail[n-1].Kind != Resulted
	if asked {
		w.asked++
	}
	if asked || s.Op == script.Wait {
		w.latest = max(w.latest, n)
	}
}

// answered looks a question's entry up, sets its facts, and says where it
// leads. An entry that the script no longer allows does not count, nor does a
// review, kept aside for a while, that is older than an answer before it.
func (w *walk) answered(s *script.Step) (next int, ok bool) {
	if s.From != nil {
		// Where only one is left to choose, it is chosen; where none is,
		// there is nothing to ask.
		switch v := w.values[s.From.Slot]; {
		case !v.Set:
			return s.Next, true
		case !strings.Contains(v.Text, ","):
			if s.Into != nil {
				w.values[s.Into.Slot] = script.Value{Text: v.Text, Set: true, By: s.Index}
			}
			return s.After(v.Text), true
		}
	}
	if s == w.over {
		return w.overTo, true
	}
	n := w.at[s.Index]
	if n == 0 || s.Op == script.Review && n < w.latest || w.run.Editing == s.ID && s.Op == script.Ask {
		return 0, false
	}
	e := &w.run.Trail[n-1]
	switch e.Kind {
	case Skipped:
		next, ok = s.Next, s.Skip != nil
	case Missed:
		next, ok = s.MissTo, s.MissAfter > 0
	case Resulted:
		next, ok = s.Next, s.Host != ""
	case Answer:
		next, ok = w.answer(s, w.valueNow(s.Index, e))
	}
	if ok {
		w.pass(s)
	}
	return next, ok
}

func (w *walk) answer(s *script.Step, value string) (next int, ok bool) {
	words := ""
	if s.OwnInto != nil {
		value, words, _ = strings.Cut(value, "\n")
	}
	if s.Into == nil {
		if !w.offers(s, value) {
			return 0, false
		}
		return s.After(value), true
	}
	v, ok := s.Into.Parse(value)
	if !ok {
		return 0, false
	}
	switch {
	case s.Type.OneOf():
		if !w.offers(s, value) {
			return 0, false
		}
		next = s.After(value)
	case s.Type.Many():
		for id := range strings.SplitSeq(value, ",") {
			if !w.offers(s, id) {
				return 0, false
			}
		}
		next = s.Next
	default:
		next = s.Next
	}
	v.By = s.Index
	w.values[s.Into.Slot] = v
	if words != "" {
		w.values[s.OwnInto.Slot] = script.Value{Text: words, Set: true, By: s.Index}
	}
	return next, true
}

// offers reports whether the script offers an answer. What a host's list
// offered once, it offered.
func (w *walk) offers(s *script.Step, id string) bool {
	if s.Host != "" {
		return true
	}
	if _, ok := s.Options(w.lang).Find(id); !ok {
		return false
	}
	return s.From == nil || w.values[s.From.Slot].Has(id)
}

// nothingToAsk passes a question over whose host list is empty, and readies
// the options of any other.
func (w *walk) nothingToAsk(s *script.Step) (next int, ok bool) {
	w.offered = s.Options(w.lang)
	if s.Host == "" || w.quiet {
		return 0, false
	}
	listed := w.host.Options(s.Host, w.facts())
	if len(listed) == 0 && w.offered == nil {
		w.put(s, Resulted, "")
		w.called()
		w.pass(s)
		return s.Next, true
	}
	all := slices.Clone(listed)
	if w.offered != nil {
		all = append(all, w.offered.All...)
	}
	w.offered = script.NewOptions(all, nil)
	return 0, false
}

// brought looks a result up, or makes the host call that brings it. A host's
// result, kept aside for a while, that is older than an answer before it does
// not count.
func (w *walk) brought(s *script.Step) (next int, known bool, err error) {
	e := w.entry(s.Index)
	if e.Kind != Resulted || !fits(s, e.Value) || s.Op == script.Do && w.at[s.Index] < w.latest {
		if s.Op == script.Wait || w.quiet {
			return 0, false, nil
		}
		result, now := w.host.Do(s.Name, w.facts())
		if !now {
			return 0, false, nil
		}
		if !fits(s, result) {
			return 0, false, fmt.Errorf("the host call %s at %s brought a result that the script does not allow", s.Name, s.ID)
		}
		w.put(s, Resulted, result)
		w.called()
		w.out = append(w.out, Called{s.ID, s.Name, result})
		e.Value = result
	}
	w.pass(s)
	if s.Op == script.Wait {
		w.barrier = len(w.passed)
	}
	if s.Into != nil {
		v, _ := s.Into.Parse(e.Value)
		v.By = s.Index
		w.values[s.Into.Slot] = v
	}
	return s.After(e.Value), true, nil
}

func (w *walk) facts() Facts {
	return Facts{dialog: w.d, values: w.values, params: w.run.Params, host: w.host, lang: w.lang}
}
