package dialogs

import (
	"slices"
	"strings"

	"anteroom/dialogs/script"
)

// Answered is one question and what the person answered, both as they read
// them: in the language of the step and in the newest words.
type Answered struct {
	Step  string
	Ask   string // the question
	Short string // in a word or two; empty where the script has none
	Type  script.Type
	Fact  *script.Fact // where the answer is kept; nil when nothing is
	Value string       // canonical
	Label string       // as the person reads it
	// Chosen are the options of a choice or a several, with their labels.
	Chosen []Option
	// Own are words beside what was offered, and OwnFact where they are kept.
	Own     string
	OwnFact *script.Fact
	At      int64 // Unix seconds; 0 where it is not known
}

// Private reports that the answer must not be shown in a chat without more
// ado: its fact may never stand in one, or the script gave the question no
// short name, so that it is not read back either.
func (a Answered) Private() bool {
	return a.Short == "" || a.Fact != nil && a.Fact.NeverIn("chat")
}

// Answered is what the walk to here answered, question by question.
func (t Turn) Answered() []Answered {
	w := t.walk
	if w == nil {
		return nil
	}
	var out []Answered
	for _, i := range w.passed {
		s, e := w.d.Steps[i], w.entry(i)
		if s.Op != script.Ask || e.Kind != Answer || s.Into != nil && w.values[s.Into.Slot].By != i {
			continue
		}
		a := w.answeredAt(s)
		if s.Into == nil {
			a.Value, a.Label = e.Value, labelOf(s, e.Value, w.facts())
			a.Chosen = []Option{{ID: a.Value, Label: a.Label}}
		}
		a.At = e.At
		out = append(out, a)
	}
	return out
}

// AnswersFrom finds the questions of a dialog to facts that were kept without
// their trail, each fact at the first question that asks for it. Facts that no
// question asks for are left out, and so is what the dialog does not know.
func AnswersFrom(lib *script.Library, dialog string, facts map[string]string, lang string, host Host) []Answered {
	d, ok := lib.Dialog(dialog)
	if !ok {
		return nil
	}
	if host == nil {
		host = nobody{}
	}
	w := &walk{d: d, host: host, lang: lang, values: make([]script.Value, len(d.Facts))}
	asks := make([]*script.Step, len(d.Facts))
	for _, s := range d.Steps {
		for _, f := range []*script.Fact{s.Into, s.OwnInto} {
			if s.Op != script.Ask || f == nil || asks[f.Slot] != nil {
				continue
			}
			if v, ok := f.Parse(facts[f.Name]); ok {
				v.By = s.Index
				w.values[f.Slot], asks[f.Slot] = v, s
			}
		}
	}
	var out []Answered
	for _, s := range d.Steps {
		if slices.Contains(asks, s) && s.Into != nil && asks[s.Into.Slot] == s {
			out = append(out, w.answeredAt(s))
		}
	}
	return out
}

// answeredAt is a question and the answer that the walk knows of it.
func (w *walk) answeredAt(s *script.Step) Answered {
	f := w.facts()
	a := Answered{Step: s.ID, Ask: w.text(s.Ask), Short: w.text(s.Short), Type: s.Type, Fact: s.Into}
	if s.Into != nil {
		v := w.values[s.Into.Slot]
		a.Type, a.Value, a.Label = s.Into.Type, v.Text, label(f, s.Into, v)
		if s.Into.Type.OneOf() || s.Into.Type.Many() {
			for id := range strings.SplitSeq(v.Text, ",") {
				a.Chosen = append(a.Chosen, Option{ID: id, Label: labelOf(s, id, f)})
			}
		}
	}
	if own := s.OwnInto; own != nil && w.values[own.Slot].Set && w.values[own.Slot].By == s.Index {
		a.Own, a.OwnFact = w.values[own.Slot].Text, own
	}
	return a
}
