package script

import (
	"fmt"
	"slices"
	"strings"
)

// stepLimit bounds what calls of calls can grow to.
const stepLimit = 20_000

// compiler turns one dialog, and the dialogs it calls, into steps in place.
// Problems are reported for the dialog's own steps only: a called dialog was
// compiled, and its mistakes told, before.
type compiler struct {
	b     *builder
	root  *rawDialog
	d     *Dialog
	from  []source // of each step
	edges [][]edge // of each step
	whole bool     // every step and every way on is known, so the graph can be judged
}

// source is where a compiled step was written.
type source struct {
	scope *scope
	raw   *rawStep
	next  int // the step below it in its own file; -1 for none
}

// scope is one dialog in place: the dialog compiled, or one it calls.
type scope struct {
	d      *rawDialog
	prefix string
	caller *scope
	call   int // the caller's step; -1 at the top
}

type edge struct {
	to  int
	pos pos
}

func newCompiler(b *builder, root *rawDialog) *compiler {
	return &compiler{b: b, root: root, whole: !root.broken, d: &Dialog{
		Name: root.name.name, Version: root.version, Language: root.lang, At: root.place(root.name.pos),
		Limit: root.longest, LimitAt: root.place(root.limit),
		index: make(map[string]int), facts: make(map[string]*Fact),
	}}
}

func (c *compiler) compile() *Dialog {
	c.declare(c.root, pos{}, map[string]bool{})
	c.emit(&scope{d: c.root, call: -1}, map[string]bool{c.root.name.name: true})
	c.edges = make([][]edge, len(c.d.Steps))
	c.extras()
	c.promises()
	for i := range c.d.Steps {
		c.resolve(i)
	}
	c.answersMoved()
	if c.whole && len(c.d.Steps) > 0 {
		c.missEdges()
		c.graph()
	}
	return c.d
}

// tell reports a mistake of the dialog's own.
func (c *compiler) tell(sc *scope, at pos, what, mend string) {
	if sc.caller == nil {
		c.root.report(at, what, mend)
	}
}

// declare collects the facts and givens of the dialog and of those it calls.
func (c *compiler) declare(d *rawDialog, call pos, seen map[string]bool) {
	if seen[d.name.name] {
		return
	}
	seen[d.name.name] = true
	for _, g := range d.givens {
		if !slices.Contains(c.d.Givens, g.name) {
			c.d.Givens = append(c.d.Givens, g.name)
		}
	}
	for _, raw := range d.facts {
		f := c.fact(d, raw)
		old, again := c.d.facts[f.Name]
		if !again {
			f.Slot = len(c.d.Facts)
			c.d.Facts = append(c.d.Facts, f)
			c.d.facts[f.Name] = f
			continue
		}
		if !old.same(f) {
			c.root.report(call, fmt.Sprintf("the fact %s is declared otherwise at %s:%d:%d", f.Name, d.file, raw.name.pos.line, raw.name.pos.column),
				"declare it alike in both dialogs, or rename one")
		}
	}
	for _, s := range d.steps {
		if s.op != Call || !s.target.given() {
			continue
		}
		at := call
		if d == c.root {
			at = s.target.pos
		}
		if callee := c.b.raw[s.target.name]; callee != nil {
			c.declare(callee, at, seen)
		}
	}
}

func (c *compiler) fact(d *rawDialog, raw *rawFact) *Fact {
	f := &Fact{
		Name: raw.name.name, Type: raw.typ, Host: raw.host.name,
		Min: raw.min, Max: raw.max, SeenBy: raw.seenBy.name, Keep: raw.keep.name, SetBy: raw.setBy.name,
		unread: raw.broken, lastSet: -1, At: d.place(raw.name.pos), Home: d.name.name, BeforeConsent: raw.before.given(),
	}
	for _, w := range raw.never {
		f.Never = append(f.Never, w.name)
	}
	f.quiet = f.NeverIn("chat")
	for _, v := range raw.values {
		f.Values = append(f.Values, v.name)
	}
	if raw.list.given() {
		list, ok := c.b.lists[raw.list.name]
		switch {
		case ok:
			f.List, f.Values = list, list.ids()
			f.unread = f.unread || list.unread
			if f.Type == Country {
				c.countries(d, raw, list)
			}
		default:
			f.unread = true
			if d == c.root {
				d.report(raw.list.pos, fmt.Sprintf("unknown list %q", raw.list.name), listMend(raw.list.name, keys(c.b.lists)))
			}
		}
	}
	return f
}

func (c *compiler) countries(d *rawDialog, raw *rawFact, list *List) {
	for _, id := range list.ids() {
		if d == c.root && !countryPattern.MatchString(id) {
			d.report(raw.list.pos, fmt.Sprintf("the list %s has %q, which is no country code", list.Name, id), "write codes as in US or US-CA")
			return
		}
	}
}

func listMend(name string, known []string) string {
	if mend := suggest(name, known); strings.HasPrefix(mend, "did you mean") {
		return mend
	}
	return fmt.Sprintf("write lists/%s.yaml, or `of: {host: %s}` when the host brings it", name, name)
}

// emit lays out a dialog's steps, and behind each call the steps it calls.
// open holds the dialogs being laid out, so that none calls itself.
func (c *compiler) emit(sc *scope, open map[string]bool) {
	last := -1
	for _, raw := range sc.d.steps {
		i := len(c.d.Steps)
		if i >= stepLimit {
			c.root.report(pos{1, 1}, fmt.Sprintf("the dialog and those it calls come to more than %d steps", stepLimit), "call fewer dialogs")
			c.whole = false
			return
		}
		s := &Step{ID: sc.prefix + raw.id.name, Op: raw.op, Index: i, Next: -1, Name: raw.target.name,
			At: sc.d.place(raw.id.pos), Home: sc.d.name.name, Verbatim: raw.verbatim.name}
		if raw.op == Finish && sc.caller != nil {
			s.Op = Return
		}
		c.d.Steps = append(c.d.Steps, s)
		c.d.index[s.ID] = i
		c.from = append(c.from, source{sc, raw, -1})
		if last >= 0 {
			c.from[last].next = i
		}
		last = i
		if raw.op == Call {
			c.inline(sc, raw, i, open)
		}
	}
}

func (c *compiler) inline(sc *scope, raw *rawStep, at int, open map[string]bool) {
	name := raw.target.name
	callee := c.b.raw[name]
	switch {
	case !raw.target.given():
	case callee == nil:
		c.tell(sc, raw.target.pos, fmt.Sprintf("unknown dialog %q", name), suggest(name, keys(c.b.raw)))
	case open[name] || len(callee.problems) > 0 || c.b.compiled[name] == nil:
		// Told where it stands.
	default:
		open[name] = true
		c.emit(&scope{d: callee, prefix: c.d.Steps[at].ID + "/", caller: sc, call: at}, open)
		delete(open, name)
		return
	}
	c.whole = false
}

// extras tells facts of host lists which further answers their questions
// offer, so that conditions may ask for those.
func (c *compiler) extras() {
	for _, src := range c.from {
		f := c.d.facts[src.raw.into.name]
		if f == nil || f.Host == "" || src.raw.op != Ask {
			continue
		}
		for _, a := range src.raw.answers {
			if !slices.Contains(f.extra, a.id.name) {
				f.extra = append(f.extra, a.id.name)
			}
		}
	}
}

// target finds a step of the same file.
func (c *compiler) target(sc *scope, to ref) int {
	if !to.given() {
		return -1
	}
	if i, ok := c.d.index[sc.prefix+to.name]; ok {
		return i
	}
	ids := make([]string, len(sc.d.steps))
	for i, s := range sc.d.steps {
		ids[i] = s.id.name
	}
	c.tell(sc, to.pos, fmt.Sprintf("unknown step %q", to.name), suggest(to.name, ids))
	c.whole = false
	return -1
}

func (c *compiler) link(from, to int, at pos) {
	if to >= 0 {
		c.edges[from] = append(c.edges[from], edge{to, at})
	}
}

// known finds a declared fact.
func (c *compiler) known(sc *scope, name ref) *Fact {
	if !name.given() {
		return nil
	}
	f, ok := c.d.facts[name.name]
	if !ok {
		c.tell(sc, name.pos, fmt.Sprintf("unknown fact %q", name.name), suggest(name.name, keys(c.d.facts)))
		return nil
	}
	return f
}

// resolve fills in one step.
func (c *compiler) resolve(i int) {
	s, src := c.d.Steps[i], c.from[i]
	sc, raw := src.scope, src.raw
	c.phrases(s, sc, raw)
	if c.d.Pick == nil {
		c.d.Pick = s.Pick
	}
	switch s.Op {
	case Ask, Review:
		c.question(s, sc, raw)
	case Do, Wait:
		s.Into = c.known(sc, raw.into)
		if s.Into != nil {
			s.Type = s.Into.Type
			c.maySet(sc, raw.into, s)
		}
	case Set:
		c.sets(s, sc, raw)
	case Branch:
		c.routes(s, sc, raw)
		return
	case Finish:
		if !slices.Contains(c.d.Outcomes, s.Name) {
			c.d.Outcomes = append(c.d.Outcomes, s.Name)
		}
		return
	case Return:
		c.back(s, sc, raw)
		return
	case Call:
		c.enter(s, sc, raw)
		return
	}
	c.ways(s, sc, raw)
}
