package dialogs

import (
	"fmt"
	"slices"
	"time"

	"anteroom/dialogs/script"
)

// Step takes one input and returns what it came to. It is pure: the same
// arguments give the same turn, and neither the run nor its trail is changed.
//
// A run that nobody has begun (Rev 0) is begun, whatever the input was. An
// input that has no meaning where the run stands has no effect: a button that
// the question does not offer asks it again, a result that nothing waits for
// is passed over.
//
// A nil host gives nothing, lists nothing, and defers every call.
//
// Step fails when the library has no such dialog, and when a result is not
// one that the script allows; both are mistakes of the program, not of the
// person.
func Step(lib *script.Library, run Run, in Input, now time.Time, lang string, host Host) (Turn, error) {
	d, ok := lib.Dialog(run.Dialog)
	if !ok {
		return Turn{}, fmt.Errorf("step: unknown dialog %q", run.Dialog)
	}
	if host == nil {
		host = nobody{}
	}
	w := walk{d: d, host: host, lang: lang, now: now.Unix(), run: run}
	w.fresh = run.Rev == 0
	w.resume()
	err := w.start()
	if w.picking() && (d.Pick == nil || len(w.changeable()) == 0) {
		w.run.Editing = "" // the script has nothing to change any more
	}
	switch {
	case err != nil:
	case run.Rev == 0 || w.accepted && run.Asked == "":
		// Nothing was asked yet, or the host moved the walk on by itself: the
		// input was not an answer to the question that is open now.
		w.opened()
	case w.moved(in):
		err = w.tell()
		if event, ok := in.(Result); ok && err == nil {
			err = w.result(event)
		}
	default:
		err = w.take(in)
	}
	if err != nil {
		return Turn{}, fmt.Errorf("step: %w", err)
	}
	return w.turn(), nil
}

type nobody struct{}

func (nobody) Given(string, Facts) string            { return "" }
func (nobody) Options(string, Facts) []script.Option { return nil }
func (nobody) Do(string, Facts) (string, bool)       { return "", false }

func (w *walk) take(in Input) error {
	switch in := in.(type) {
	case Begin:
		w.ask(false)
	case Result:
		return w.result(in)
	case Words:
		if w.open != nil {
			w.whole = in.Whole
			return w.act(w.read(in.Text))
		}
	case Press:
		if w.open != nil {
			return w.act(w.press(in.Answer))
		}
	case Choose:
		if w.open != nil {
			step := w.open.ID
			if w.run.Asked != "" && !w.picking() {
				step = w.run.Asked // its buttons were drawn for the id it had then
			}
			return w.act(w.press(in.Among(step, w.run.Rev, w.aliases(w.options()))))
		}
	case Skip:
		if w.open != nil {
			return w.act(reading{kind: readSkip})
		}
	case Back:
		return w.back()
	case Edit:
		return w.edit(in.Step)
	case Change:
		return w.change()
	default:
		return fmt.Errorf("unknown input %T", in)
	}
	return nil
}

// act does what an input to the open question was understood to mean.
func (w *walk) act(r reading) error {
	s := w.open
	switch r.kind {
	case readAnswer:
		return w.accept(Answer, r.value)
	case readSkip:
		if s.Skip == nil || w.picking() {
			w.ask(false)
			return nil
		}
		return w.accept(Skipped, "")
	case readToggle:
		w.toggle(r.value)
		w.ask(false)
	case readDraft:
		w.run.Draft, w.run.Misses = r.draft, 0
		w.ask(false)
	case readFew:
		if slices.Equal(w.draft(), r.draft) {
			return w.miss()
		}
		w.run.Draft = r.draft
		w.out = append(w.out, Say{s.ID, wordsOf(w.facts(), WordsWhich)})
		w.ask(true)
	case readDone:
		switch {
		case len(w.draft()) > 0:
			return w.accept(Answer, w.joined(w.draft()))
		case s.Skip != nil:
			return w.accept(Skipped, "")
		default:
			w.askAgain()
		}
	case readChange:
		return w.change()
	case readPick:
		return w.edit(r.value)
	case readNothing:
		w.ask(false)
	case readNo:
		w.askAgain()
	default:
		return w.miss()
	}
	return nil
}

// miss counts an input that was not understood, and leads away from the
// question after too many in a row.
func (w *walk) miss() error {
	s := w.open
	if w.run.Misses < 255 {
		w.run.Misses++
	}
	if s.Type == script.Country {
		w.run.Draft = nil
	}
	if w.picking() && w.run.Misses >= 3 {
		return w.back()
	}
	if !w.picking() && s.MissAfter > 0 && int(w.run.Misses) >= s.MissAfter {
		return w.accept(Missed, "")
	}
	w.askAgain()
	return nil
}

// accept puts what happened at the open question on the trail and walks on.
func (w *walk) accept(kind Kind, value string) error {
	s := w.open
	if w.run.Editing == s.ID && s.Op == script.Ask {
		w.seen = w.passedBefore()
	} else {
		w.seen = w.passedWithout()
	}
	w.run.Editing = ""
	w.settle(s, kind, value)
	w.fresh = true
	if err := w.advance(s.Index); err != nil {
		return err
	}
	w.opened()
	return nil
}

// settle records a step's entry. What hosts and reviews concluded from the
// answers before it no longer holds.
func (w *walk) settle(s *script.Step, kind Kind, value string) {
	w.drop(func(t *script.Step) bool {
		return (t.Op == script.Do || t.Op == script.Review) && t.Rank > s.Rank
	})
	w.put(s, kind, value)
	w.accepted = true
}

func (w *walk) result(in Result) error {
	s := w.waiting
	if s == nil {
		return nil
	}
	if i, ok := find(w.d, in.Step); (!ok || i != s.Index) && (s.Op != script.Wait || s.Name != in.Step) {
		return nil
	}
	if !fits(s, in.Value) {
		return fmt.Errorf("the result of %s is not one that the script allows", s.ID)
	}
	w.settle(s, Resulted, in.Value)
	w.fresh = true
	if err := w.advance(s.Index); err != nil {
		return err
	}
	w.opened()
	return nil
}

// fits reports whether a result may be kept where the script wants it.
func fits(s *script.Step, value string) bool {
	if s.Into == nil {
		return true
	}
	_, ok := s.Into.Parse(value)
	return ok
}

// back returns to the question before. What came in from outside between is
// dropped; what came before an event that the script waited for stays, since
// others have acted on it.
func (w *walk) back() error {
	if w.open == nil {
		return nil
	}
	if w.run.Editing != "" {
		w.run.Editing = ""
		return w.again()
	}
	at := w.previous()
	if at < 0 {
		w.ask(false)
		return nil
	}
	gone := w.passed[at:]
	w.drop(func(t *script.Step) bool { return slices.Contains(gone, t.Index) })
	w.accepted = true
	return w.again()
}

// edit reopens a question on the walk. Its answer stays until another is
// given, so that Back can leave everything as it was.
func (w *walk) edit(step string) error {
	if w.open == nil {
		return nil
	}
	i, ok := find(w.d, step)
	if !ok || !w.editable(i) {
		w.ask(false)
		return nil
	}
	w.run.Editing = w.d.Steps[i].ID
	w.accepted = true
	return w.again()
}

// change offers the answers that can be changed, where there are any. An
// answer that is being changed already is left as it was.
func (w *walk) change() error {
	if w.open == nil {
		return nil
	}
	if w.picking() || w.d.Pick == nil || w.run.Editing == "" && len(w.changeable()) == 0 {
		w.ask(false)
		return nil
	}
	if w.run.Editing != "" {
		w.run.Editing = ""
		if err := w.start(); err != nil {
			return err
		}
	}
	if len(w.changeable()) > 0 {
		w.run.Editing = PressChange
	}
	w.opened()
	return nil
}

// again walks anew from the first step and opens the question it comes to.
func (w *walk) again() error {
	w.fresh = false
	if err := w.start(); err != nil {
		return err
	}
	w.opened()
	return nil
}

func (w *walk) editable(i int) bool {
	return slices.Contains(w.passed[w.barrier:], i) && w.d.Steps[i].Op == script.Ask && w.entry(i).Kind != Resulted
}

// changeable is the questions that a review offers to change.
func (w *walk) changeable() []*script.Step {
	var out []*script.Step
	for _, i := range w.passed[w.barrier:] {
		s := w.d.Steps[i]
		if s.Short != nil && w.editable(i) && (s.Into == nil || !s.Into.NeverIn("chat")) {
			out = append(out, s)
		}
	}
	return out
}

// previous is the place in passed of the last question that can be returned
// to, or -1.
func (w *walk) previous() int {
	for at := len(w.passed) - 1; at >= w.barrier; at-- {
		i := w.passed[at]
		if w.d.Steps[i].Question() && w.entry(i).Kind != Resulted {
			return at
		}
	}
	return -1
}
