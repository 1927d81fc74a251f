package dialogs

import (
	"strings"

	"anteroom/dialogs/script"
)

// message appends what a step says or alerts about.
func (w *walk) message(out []Output, s *script.Step) []Output {
	if s.Op == script.Alert {
		return append(out, Alert{s.ID, s.Name})
	}
	for _, p := range s.Say {
		out = append(out, Say{s.ID, w.text(p)})
	}
	return out
}

// text fills a phrase in. A line that holds only what the host has nothing to
// say for is left out.
func (w *walk) text(p *script.Phrase) string {
	segments := p.In(w.lang)
	if len(segments) == 0 {
		return ""
	}
	if len(segments) == 1 && segments[0].Kind == script.Literal {
		return segments[0].Text
	}
	var b strings.Builder
	f := w.facts()
	around := directed(segments)
	gone := false // the line begins with what is not there
	for _, s := range segments {
		from := b.Len()
		begins := from == 0 || b.String()[from-1] == '\n'
		switch s.Kind {
		case script.Literal:
			if gone {
				s.Text = strings.TrimPrefix(s.Text, "\n")
			}
			b.WriteString(s.Text)
		case script.FactHere:
			b.WriteString(Isolate(label(f, w.d.Facts[s.Slot], w.values[s.Slot]), around))
		case script.GivenHere:
			b.WriteString(Isolate(w.host.Given(s.Text, f), around))
		case script.Readback:
			b.WriteString(strings.Join(w.readback(), "\n"))
		}
		gone = begins && s.Kind == script.GivenHere && b.Len() == from
	}
	return strings.TrimSpace(b.String())
}

// directed is the first literal of a phrase that says which way it runs.
func directed(segments []script.Segment) string {
	for _, s := range segments {
		if s.Kind == script.Literal {
			if _, known := direction(s.Text); known {
				return s.Text
			}
		}
	}
	return ""
}

// readback is one line for each answered question that has a short name and
// whose fact may appear in a chat.
func (w *walk) readback() []string {
	var lines []string
	f := w.facts()
	for _, i := range w.passed {
		s := w.d.Steps[i]
		e := w.entry(i)
		if s.Op != script.Ask || s.Short == nil || e.Kind != Answer {
			continue
		}
		answer := ""
		switch {
		case s.Into == nil:
			answer = labelOf(s, e.Value, f)
		case s.Into.NeverIn("chat") || w.values[s.Into.Slot].By != i:
			continue
		default:
			answer = label(f, s.Into, w.values[s.Into.Slot])
		}
		short := w.text(s.Short)
		answer = Isolate(answer, short)
		if own := s.OwnInto; own != nil && !own.NeverIn("chat") && w.values[own.Slot].Set && w.values[own.Slot].By == i {
			answer += " (" + Isolate(w.values[own.Slot].Text, short) + ")"
		}
		lines = append(lines, short+": "+answer)
	}
	return lines
}

// label is a fact's value as the person reads it.
func label(f Facts, decl *script.Fact, v script.Value) string {
	switch {
	case !v.Set:
		return v.Text
	case decl.Type.Counts():
		return Numeral(f.lang, v.Number)
	case decl.Type == script.Date:
		return dayIn(f, v.Text)
	case !decl.Type.OneOf() && !decl.Type.Many():
		return v.Text
	}
	by := f.dialog.Steps[v.By]
	if !by.Question() {
		// A constant or a result: labelled as the first question that asks
		// for the fact labels it.
		for _, s := range f.dialog.Steps {
			if s.Into == decl && s.Question() {
				by = s
				break
			}
		}
	}
	if !strings.Contains(v.Text, ",") {
		return labelOf(by, v.Text, f)
	}
	ids := strings.Split(v.Text, ",")
	for i, id := range ids {
		ids[i] = labelOf(by, id, f)
	}
	return strings.Join(ids, ", ")
}

// labelOf is the label of one answer to a step, or the id where it has none.
func labelOf(s *script.Step, id string, f Facts) string {
	if o := s.Options(f.lang); o != nil {
		if i, ok := o.Find(id); ok {
			return o.All[i].Label
		}
	}
	if s.Into != nil && s.Into.List != nil {
		if i, ok := s.Into.List.In(f.lang).Find(id); ok {
			return s.Into.List.In(f.lang).All[i].Label
		}
	}
	if s.Host != "" {
		for _, o := range f.host.Options(s.Host, f) {
			if o.ID == id {
				return o.Label
			}
		}
	}
	return id
}
