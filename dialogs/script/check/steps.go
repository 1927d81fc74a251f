package check

import (
	"anteroom/dialogs/script"
)

// step puts into the formula in which ways a step can be left, exactly as
// package dialogs leaves it.
func (m *model) step(s *script.Step, n *node) {
	switch s.Op {
	case script.Finish:
	case script.Branch:
		m.branch(s, n)
	case script.Ask, script.Review:
		m.question(s, n)
	case script.Do, script.Wait:
		m.result(s, n)
	case script.Set:
		for _, set := range s.Sets {
			t := m.tracks[set.Fact]
			if t == nil {
				continue
			}
			marks := make([]lit, t.dom.marks)
			for i, on := range t.dom.holding(set.Value) {
				marks[i] = m.no()
				if on {
					marks[i] = n.passed
				}
			}
			m.write(set.Fact, s.Rank, n.passed, n.passed, marks)
		}
		n.outs = []outcome{{n.passed, goesOn, "", s.Next, -1}}
	default:
		n.outs = []outcome{{n.passed, goesOn, "", s.Next, -1}}
	}
}

func (m *model) branch(s *script.Step, n *node) {
	open := n.passed
	for i, r := range s.Routes {
		take := open
		if r.When != nil {
			when := m.holds(r.When, s.Rank)
			take, open = m.and(open, when), m.and(open, when.not())
		} else {
			open = m.no()
		}
		n.outs = append(n.outs, outcome{take, arm, "", r.To, i})
	}
	if open != m.no() && s.Next >= 0 {
		n.outs = append(n.outs, outcome{open, arm, "", s.Next, -1})
	}
}

func way(s *script.Step, answer string) (to, place int) {
	for i, w := range s.Ways {
		if w.Answer == answer {
			return w.To, i
		}
	}
	return s.Next, -1
}

// question follows dialogs.walk: with `from`, a several that is not known
// passes the question over and one with a single id answers it; a question
// skipped or not understood leaves what its fact held before.
func (m *model) question(s *script.Step, n *node) {
	n.asked = n.passed
	var from point
	if s.From != nil {
		from = m.tracks[s.From].at(s.Rank)
		dom := m.tracks[s.From].dom
		one := m.and(n.passed, from.marks[0], from.marks[dom.many].not())
		n.outs = append(n.outs, outcome{m.and(n.passed, from.marks[0].not()), passOver, "", s.Next, -1})
		for _, id := range s.From.Values {
			to, at := way(s, id)
			n.outs = append(n.outs, outcome{m.and(one, from.marks[dom.class[id]]), single, id, to, at})
		}
		n.asked = m.and(n.passed, from.marks[0], from.marks[dom.many])
	}
	first := len(n.outs)
	add := func(k kind, value string, to, at int) lit {
		l := m.sat.variable()
		n.outs = append(n.outs, outcome{l, k, value, to, at})
		return l
	}
	if s.Skip != nil {
		add(skipped, "", s.Next, -1)
	}
	if s.MissAfter > 0 {
		add(missed, "", s.MissTo, -1)
	}
	options := s.Options(m.d.Language)
	if s.Host != "" && options == nil {
		add(empty, "", s.Next, -1)
	}
	var ids []string
	if options != nil {
		for _, o := range options.All {
			ids = append(ids, o.ID)
		}
	}
	if s.Into == nil || s.Into.Type.OneOf() {
		if s.Host != "" {
			ids = append(ids, other)
		}
		m.groups(s, n, answered, ids)
		if s.From != nil {
			for _, o := range n.outs[first:] {
				if o.kind == answered {
					m.sat.add(o.lit.not(), from.marks[m.tracks[s.From].dom.class[o.value]])
				}
			}
		}
	} else {
		l := add(answered, "", s.Next, -1)
		var marks []lit
		marks, n.gives = m.free(s.Into, l, ids)
		m.write(s.Into, s.Rank, n.passed, l, marks)
		if s.OwnInto != nil {
			n.own = m.sat.variable()
			m.sat.add(n.own.not(), l)
			if t := m.tracks[s.Into]; t != nil && t.dom.class[s.OwnAnswer] > 0 {
				m.sat.add(n.own.not(), marks[t.dom.class[s.OwnAnswer]])
			}
		}
	}
	lits := make([]lit, 0, len(n.outs)-first)
	for i := first; i < len(n.outs); i++ {
		lits = append(lits, n.outs[i].lit)
	}
	m.exactly(n.asked, lits)
	if s.OwnInto != nil {
		m.write(s.OwnInto, s.Rank, n.passed, n.own, []lit{n.own})
	}
}

// groups makes one outcome of the ids that nothing tells apart.
func (m *model) groups(s *script.Step, n *node, k kind, ids []string) {
	type key struct {
		class, way int
		apart      string
	}
	t := m.tracks[s.Into]
	seen := make(map[key]bool)
	for _, id := range ids {
		g := key{}
		var to int
		to, g.way = way(s, id)
		if t != nil {
			g.class = t.dom.class[id]
		}
		if s.From != nil || id == s.OwnAnswer {
			g.apart = id
		}
		if seen[g] {
			continue
		}
		seen[g] = true
		l := m.sat.variable()
		n.outs = append(n.outs, outcome{l, k, id, to, g.way})
		if s.OwnInto != nil && id == s.OwnAnswer {
			n.own = m.sat.variable()
			m.sat.add(n.own.not(), l)
		}
	}
	if t == nil {
		return
	}
	var wrote []lit
	marks := make([][]lit, t.dom.marks)
	for _, o := range n.outs {
		if o.kind == k || o.kind == single {
			wrote = append(wrote, o.lit)
			if at := t.dom.class[o.value]; at > 0 {
				marks[at] = append(marks[at], o.lit)
			}
		}
	}
	on := make([]lit, t.dom.marks)
	on[0] = m.or(wrote...)
	for i := 1; i < len(on); i++ {
		on[i] = m.or(marks[i]...)
	}
	m.write(s.Into, s.Rank, n.passed, on[0], on)
}

func (m *model) result(s *script.Step, n *node) {
	switch {
	case s.Into == nil:
		for i, w := range s.Ways {
			n.outs = append(n.outs, outcome{m.sat.variable(), resulted, w.Answer, w.To, i})
		}
		if s.Next >= 0 {
			n.outs = append(n.outs, outcome{m.sat.variable(), resulted, other, s.Next, -1})
		}
	case s.Into.Type.OneOf():
		ids := s.Into.Values
		if s.Into.Host != "" {
			ids = []string{other}
			for _, w := range s.Ways {
				ids = append(ids, w.Answer)
			}
		}
		m.groups(s, n, resulted, ids)
		for _, o := range n.outs {
			if when := m.opts.Host.Calls[s.Name].When; s.Op == script.Do && when != nil {
				if c := when(m.d, o.value); c != nil {
					m.sat.add(o.lit.not(), m.holds(c, s.Rank))
				}
			}
		}
	default:
		l := m.sat.variable()
		n.outs = []outcome{{l, resulted, "", s.Next, -1}}
		var marks []lit
		marks, n.gives = m.free(s.Into, l, nil)
		m.write(s.Into, s.Rank, n.passed, l, marks)
	}
	lits := make([]lit, len(n.outs))
	for i, o := range n.outs {
		lits[i] = o.lit
	}
	m.exactly(n.passed, lits)
}
