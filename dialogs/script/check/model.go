package check

import (
	"math/rand/v2"
	"slices"

	"anteroom/dialogs/script"
)

// model is one dialog as a formula: every way of giving values to its
// variables is one path through the dialog, and every path is one of those.
//
// A variable says of each step that the path passes it, and of each way on
// that it is taken. Since ranks grow along every path, what a fact holds at a
// step is what the passed writer of the highest rank below it gave it: the
// formula is built by rank, and carries for each fact what it holds so far.
// Nothing is copied for each step, and no answers are enumerated.
type model struct {
	d    *script.Dialog
	opts *Options
	sat  *sat
	yes  lit

	order  []*script.Step // by rank
	nodes  []node         // by the index of the step
	tracks map[*script.Fact]*track
	needs  []given

	left   int // of the budget, in conflicts
	once   int // what one question to the solver may cost
	random *rand.Rand

	strange map[*script.Step]string // results that a host call brings and the script does not know
}

// node is a step in the formula.
type node struct {
	passed lit
	asked  lit // the person is asked; differs where `from` leaves nothing to choose
	outs   []outcome
	gives  gives // of a question or a result: the value beyond the outcome
	own    lit   // own words were written
}

type kind uint8

const (
	goesOn   kind = iota // the one way on
	arm                  // of a route
	passOver             // `from` holds nothing
	single               // `from` holds one id, which is taken
	skipped
	missed
	empty // the host lists nothing
	answered
	resulted
)

// counts reports that the person was asked.
func (k kind) counts() bool { return k == skipped || k == missed || k == answered }

// outcome is one way in which a step is left.
type outcome struct {
	lit   lit
	kind  kind
	value string // an id that stands for the answers or results that come here
	to    int
	way   int // the place among the step's ways or routes; -1 for none
}

// gives is the part of a value that outcomes do not tell apart.
type gives struct {
	ids   []string // of a several
	lits  []lit
	rest  lit // another id than those; 0 for none
	other string
	free  bool // any value: ids[0]
}

// given is a fact that is set before the dialog begins.
type given struct {
	fact  *script.Fact
	wrote lit
	gives gives
}

// track is what a fact holds, by rank.
type track struct {
	dom    *domain
	points []point
}

type point struct {
	rank    int   // from the next rank on
	marks   []lit // of the domain
	touched lit   // some step asked for the fact or set it
	below   []lit // of a number: [k] for one of its first k classes, as far as asked
}

func (t *track) ref(rank int) *point {
	i, _ := slices.BinarySearchFunc(t.points, rank+1, func(p point, rank int) int { return p.rank - rank })
	return &t.points[i-1]
}

func (t *track) at(rank int) point {
	i, _ := slices.BinarySearchFunc(t.points, rank+1, func(p point, rank int) int { return p.rank - rank })
	return t.points[i-1]
}

func newModel(d *script.Dialog, opts *Options) *model {
	m := &model{d: d, opts: opts, sat: newSat(), left: opts.budget(), once: opts.budget() / stubborn,
		random: rand.New(rand.NewPCG(1, uint64(len(d.Steps)))), tracks: make(map[*script.Fact]*track), strange: make(map[*script.Step]string)}
	m.yes = m.sat.variable()
	m.sat.add(m.yes)
	read := readings(d, opts)
	for _, f := range d.Facts {
		if r := read[f]; r != nil {
			t := &track{dom: r.domain()}
			none := make([]lit, t.dom.marks)
			for i := range none {
				none[i] = m.no()
			}
			t.points = []point{{rank: -2, marks: none, touched: m.no()}}
			m.tracks[f] = t
		}
	}
	for _, f := range d.Needs {
		wrote := m.sat.variable()
		marks, g := m.free(f, wrote, nil)
		m.write(f, -1, m.yes, wrote, marks)
		m.needs = append(m.needs, given{f, wrote, g})
	}
	m.nodes = make([]node, len(d.Steps))
	m.order = slices.Clone(d.Steps)
	slices.SortFunc(m.order, func(a, b *script.Step) int { return a.Rank - b.Rank })
	into := make([][]lit, len(d.Steps))
	into[0] = []lit{m.yes}
	for _, s := range m.order {
		n := &m.nodes[s.Index]
		n.passed, n.asked, n.own = m.or(into[s.Index]...), m.no(), m.no()
		if n.passed == m.no() {
			continue
		}
		m.step(s, n)
		for _, o := range n.outs {
			if o.to >= 0 {
				into[o.to] = append(into[o.to], o.lit)
			}
		}
	}
	return m
}

func (m *model) no() lit { return m.yes.not() }

// or is a literal that holds when one of the literals does.
func (m *model) or(lits ...lit) lit {
	kept := make([]lit, 0, len(lits)+1)
	for _, l := range lits {
		switch {
		case l == m.yes || slices.Contains(kept, l.not()):
			return m.yes
		case l != m.no() && !slices.Contains(kept, l):
			kept = append(kept, l)
		}
	}
	switch len(kept) {
	case 0:
		return m.no()
	case 1:
		return kept[0]
	}
	x := m.sat.derived()
	for _, l := range kept {
		m.sat.add(x, l.not())
	}
	m.sat.add(append(kept, x.not())...)
	return x
}

func (m *model) and(lits ...lit) lit {
	not := make([]lit, len(lits))
	for i, l := range lits {
		not[i] = l.not()
	}
	return m.or(not...).not()
}

// exactly states that one of the literals holds when of does, and none when
// it does not.
func (m *model) exactly(of lit, lits []lit) {
	m.sat.add(append(slices.Clone(lits), of.not())...)
	before := m.no()
	for i, l := range lits {
		m.sat.add(l.not(), of)
		m.sat.add(l.not(), before.not())
		if i < len(lits)-1 {
			next := m.sat.derived()
			m.sat.add(l.not(), next)
			m.sat.add(before.not(), next)
			before = next
		}
	}
}

// write notes that a step gives a fact a value, when wrote holds, and asks
// for it, when touched does. The marks hold only when wrote does.
func (m *model) write(f *script.Fact, rank int, touched, wrote lit, marks []lit) {
	t := m.tracks[f]
	if t == nil {
		return
	}
	last := &t.points[len(t.points)-1]
	next := point{rank: rank + 1, marks: make([]lit, len(marks)), touched: m.or(last.touched, touched)}
	next.marks[0] = m.or(last.marks[0], wrote)
	for i := 1; i < len(marks); i++ {
		next.marks[i] = m.or(marks[i], m.and(wrote.not(), last.marks[i]))
	}
	t.points = append(t.points, next)
}

// holds is the condition as a literal at a rank.
func (m *model) holds(c *script.Cond, rank int) lit {
	switch c.Op {
	case script.CondOr:
		return m.or(m.holds(c.A, rank), m.holds(c.B, rank))
	case script.CondAnd:
		return m.and(m.holds(c.A, rank), m.holds(c.B, rank))
	case script.CondNot:
		return m.holds(c.A, rank).not()
	}
	t := m.tracks[c.Fact]
	marks := t.at(rank).marks
	class := func(id string) lit {
		if at := t.dom.class[id]; at > 0 {
			return marks[at]
		}
		return m.no()
	}
	switch c.Op {
	case script.CondKnown:
		return marks[0]
	case script.CondIs, script.CondHolds:
		return class(c.IDs[0])
	case script.CondIsNot:
		return m.and(marks[0], class(c.IDs[0]).not())
	case script.CondIn:
		var any []lit
		for _, id := range c.IDs {
			any = append(any, class(id))
		}
		return m.or(any...)
	}
	if len(t.dom.cuts) == 0 { // the whole range is on one side
		if compares(c, t.dom.fact.Min) {
			return marks[0]
		}
		return m.no()
	}
	pt := t.ref(rank)
	if pt.below == nil {
		pt.below = []lit{m.no()}
	}
	first := func(k int) lit {
		for len(pt.below) <= k {
			n := len(pt.below)
			pt.below = append(pt.below, m.or(pt.below[n-1], marks[n]))
		}
		return pt.below[k]
	}
	// The classes that hold stand together, or apart around one.
	from, to := -1, -1
	for i, n := range t.dom.cuts {
		if compares(c, n) != (c.Op == script.CondUnequal) {
			if from < 0 {
				from = i
			}
			to = i
		}
	}
	in := m.no()
	switch {
	case from < 0:
	case from == to:
		in = marks[from+1]
	case from == 0:
		in = first(to + 1)
	default:
		in = m.and(marks[0], first(from).not())
	}
	if c.Op == script.CondUnequal {
		return m.and(marks[0], in.not())
	}
	return in
}

func compares(c *script.Cond, n int) bool {
	switch c.Op {
	case script.CondEqual:
		return n == c.Number
	case script.CondUnequal:
		return n != c.Number
	case script.CondLess:
		return n < c.Number
	case script.CondAtMost:
		return n <= c.Number
	case script.CondMore:
		return n > c.Number
	default:
		return n >= c.Number
	}
}

// free is any value of a fact's declaration, or of some ids of it. Its marks
// hold only when wrote does.
func (m *model) free(f *script.Fact, wrote lit, ids []string) ([]lit, gives) {
	t := m.tracks[f]
	g := gives{free: true, ids: []string{sample(f)}}
	if len(ids) > 0 {
		g.ids[0] = ids[0]
	}
	if t == nil {
		return nil, g
	}
	dom := t.dom
	marks := make([]lit, dom.marks)
	marks[0] = wrote
	for i := 1; i < dom.marks; i++ {
		marks[i] = m.no()
	}
	if dom.marks == 1 {
		return marks, g
	}
	g = gives{}
	if !f.Type.Many() {
		for i := 1; i < dom.marks; i++ {
			marks[i] = m.sat.variable()
		}
		m.exactly(wrote, marks[1:])
		g.ids, g.lits = dom.one[1:], marks[1:]
		return marks, g
	}
	if ids == nil {
		ids = f.Values
	}
	if f.Host != "" {
		ids = append(slices.Clone(ids), other)
	}
	any := []lit{wrote.not()}
	one, two := m.no(), m.no()
	for _, id := range ids {
		at := dom.class[id]
		if at == 0 {
			if g.other == "" {
				g.other, g.rest = id, m.sat.variable()
				m.sat.add(g.rest.not(), wrote)
				any = append(any, g.rest)
			}
			continue
		}
		marks[at] = m.sat.variable()
		m.sat.add(marks[at].not(), wrote)
		any = append(any, marks[at])
		g.ids, g.lits = append(g.ids, id), append(g.lits, marks[at])
		if dom.many > 0 {
			two = m.or(two, m.and(one, marks[at]))
			one = m.or(one, marks[at])
		}
	}
	if dom.many > 0 {
		marks[dom.many] = two
	}
	m.sat.add(any...)
	return marks, g
}
