package check

import (
	"maps"
	"slices"
	"strings"

	"anteroom/dialogs"
	"anteroom/dialogs/script"
)

// path is one way through a dialog, from its first step.
type path struct {
	given map[string]string // what was set before it began
	steps []passage
}

// passage is a step of a path and how it was left. Value is the canonical
// answer or result.
type passage struct {
	step  *script.Step
	kind  kind
	value string
	own   bool // with own words
	to    int
	way   int
}

// path reads the path off what the solver found.
func (m *model) path() *path {
	p := &path{given: make(map[string]string)}
	for _, g := range m.needs {
		if m.sat.holds(g.wrote) {
			p.given[g.fact.Name] = m.value(g.gives)
		}
	}
	for i := 0; i >= 0; {
		s, n := m.d.Steps[i], &m.nodes[i]
		at := passage{step: s, to: -1, way: -1}
		for _, o := range n.outs {
			if !m.sat.holds(o.lit) {
				continue
			}
			at.kind, at.value, at.to, at.way = o.kind, o.value, o.to, o.way
			if (o.kind == answered || o.kind == resulted) && s.Into != nil && !s.Into.Type.OneOf() {
				at.value = m.value(n.gives)
			}
			if o.kind == answered && m.sat.holds(n.own) {
				at.own = true
				switch {
				case !s.Type.Many():
				case n.gives.free:
					at.value = s.OwnAnswer
				case !slices.Contains(strings.Split(at.value, ","), s.OwnAnswer):
					at.value += "," + s.OwnAnswer
				}
			}
			break
		}
		p.steps = append(p.steps, at)
		i = at.to
	}
	return p
}

func (m *model) value(g gives) string {
	if g.free {
		return g.ids[0]
	}
	var ids []string
	for i, l := range g.lits {
		if m.sat.holds(l) {
			ids = append(ids, g.ids[i])
		}
	}
	if g.rest != 0 && m.sat.holds(g.rest) {
		ids = append(ids, g.other)
	}
	return strings.Join(ids, ",")
}

// upTo is the path as it comes to a step, before anything happens there.
func (p *path) upTo(step int) *path {
	for i, at := range p.steps {
		if at.step.Index == step {
			return &path{p.given, append(slices.Clone(p.steps[:i]), passage{step: at.step, to: -1, way: -1})}
		}
	}
	return p
}

// passes finds a step on the path.
func (p *path) passes(step int) (passage, bool) {
	for _, at := range p.steps {
		if at.step.Index == step {
			return at, true
		}
	}
	return passage{}, false
}

// questions counts what the person is asked.
func (p *path) questions() int {
	n := 0
	for _, at := range p.steps {
		if at.kind.counts() {
			n++
		}
	}
	return n
}

// facts is what a walk along the path knows when it comes to a step.
func (p *path) facts(step int) map[string]string {
	known := maps.Clone(p.given)
	for _, at := range p.steps {
		s := at.step
		if s.Index == step {
			break
		}
		switch at.kind {
		case answered, resulted, single:
			if s.Into != nil {
				known[s.Into.Name] = at.value
			}
			if at.own {
				known[s.OwnInto.Name] = ownWords[:min(len(ownWords), s.OwnInto.Max)]
			}
		}
		for _, set := range s.Sets {
			known[set.Fact.Name] = set.Value.Text
		}
	}
	return known
}

// inputs is what a person does, and what hosts and events bring, to walk the
// path from its beginning.
func (p *path) inputs() []dialogs.Input {
	in := []dialogs.Input{dialogs.Begin{}}
	for _, at := range p.steps {
		in = append(in, at.inputs()...)
	}
	return in
}

func (at passage) inputs() []dialogs.Input {
	s := at.step
	switch at.kind {
	case skipped:
		return []dialogs.Input{dialogs.Skip{}}
	case missed:
		in := make([]dialogs.Input, s.MissAfter)
		for i := range in {
			in[i] = dialogs.Words{} // nothing that any question understands
		}
		return in
	case resulted:
		return []dialogs.Input{dialogs.Result{Step: s.ID, Value: at.value}}
	case answered:
		return at.answer()
	default:
		return nil
	}
}

func (at passage) answer() []dialogs.Input {
	s := at.step
	words := dialogs.Words{Text: ownWords}
	if at.own {
		words.Text = words.Text[:min(len(ownWords), s.OwnInto.Max)]
	}
	switch {
	case s.Type.Many():
		var in []dialogs.Input
		for id := range strings.SplitSeq(at.value, ",") {
			if !at.own || id != s.OwnAnswer {
				in = append(in, dialogs.Press{Answer: id})
			}
		}
		if at.own {
			return append(in, words)
		}
		return append(in, dialogs.Press{Answer: dialogs.PressDone})
	case at.own:
		return []dialogs.Input{words}
	case s.Type.OneOf() || s.Type == script.Scale:
		return []dialogs.Input{dialogs.Press{Answer: at.value}}
	default:
		return []dialogs.Input{dialogs.Words{Text: at.value}}
	}
}

// host is the program around a dialog as a path knows it: it lists one
// option, or none where the path says so, defers every call, and fills no
// text in.
type host struct{ none map[string]bool }

func (h host) Given(name string, _ dialogs.Facts) string { return "{" + name + "}" }

func (h host) Do(string, dialogs.Facts) (string, bool) { return "", false }

func (h host) Options(list string, _ dialogs.Facts) []script.Option {
	if h.none[list] {
		return nil
	}
	return []script.Option{{ID: other, Label: "An option of the practice"}}
}
