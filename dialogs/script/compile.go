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
		Name: root.name.name, Version: root.version, Language: root.lang,
		index: make(map[string]int), facts: make(map[string]*Fact),
	}}
}

func (c *compiler) compile() *Dialog {
	c.declare(c.root, pos{}, map[string]bool{})
	c.emit(&scope{d: c.root, call: -1}, map[string]bool{c.root.name.name: true})
	c.edges = make([][]edge, len(c.d.Steps))
	c.extras()
	for i := range c.d.Steps {
		c.resolve(i)
	}
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
		lastSet: -1,
	}
	for _, w := range raw.never {
		f.Never = append(f.Never, w.name)
	}
	for _, v := range raw.values {
		f.Values = append(f.Values, v.name)
	}
	if raw.list.given() {
		list, ok := c.b.lists[raw.list.name]
		switch {
		case ok:
			f.List, f.Values = list, list.ids()
			if f.Type == Country {
				c.countries(d, raw, list)
			}
		case d == c.root:
			d.report(raw.list.pos, fmt.Sprintf("unknown list %q", raw.list.name), listMend(raw.list.name, keys(c.b.lists)))
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
		s := &Step{ID: sc.prefix + raw.id.name, Op: raw.op, Index: i, Next: -1, Name: raw.target.name}
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

// ways fills in where a step goes on, and checks that there is something.
func (c *compiler) ways(s *Step, sc *scope, raw *rawStep) {
	answers, closed := c.answersOf(s)
	covered := 0
	for _, g := range raw.goTo {
		switch {
		case s.Type.Many() && (s.Into != nil || s.Op == Ask):
			c.tell(sc, g.answer.pos, fmt.Sprintf("%q is one of several answers that may come together", g.answer.name), "use `else`, and a route with conditions after it")
		case closed && !slices.Contains(answers, g.answer.name):
			what := fmt.Sprintf("%q is not an answer of %s", g.answer.name, raw.id.name)
			if !s.Question() {
				what = fmt.Sprintf("%s never holds %q", s.Into.Name, g.answer.name)
			}
			c.tell(sc, g.answer.pos, what, answerMend(g.answer.name, answers))
		default:
			covered++
		}
		to := c.target(sc, g.to)
		s.Ways = append(s.Ways, Way{g.answer.name, to})
		c.link(s.Index, to, g.to.pos)
	}
	all := closed && covered == len(answers) && covered > 0 && s.Skip == nil && s.From == nil && s.Host == ""
	c.onward(s, sc, raw, all)
}

// onward fills in where a step goes when nothing else was said. all says
// that everything was.
func (c *compiler) onward(s *Step, sc *scope, raw *rawStep, all bool) {
	if raw.goAll.given() {
		s.Next = c.target(sc, raw.goAll)
		c.link(s.Index, s.Next, raw.goAll.pos)
		return
	}
	if all {
		return
	}
	s.Next = c.from[s.Index].next
	if s.Next < 0 {
		c.whole = false
		c.tell(sc, raw.id.pos, fmt.Sprintf("nothing comes after the last step, %s", raw.id.name), "say `go: STEP`, or end with a step that has `finish: OUTCOME`")
		return
	}
	c.link(s.Index, s.Next, raw.id.pos)
}

func answerMend(word string, answers []string) string {
	if len(answers) == 0 {
		return "use `else`"
	}
	return suggest(word, append(slices.Clone(answers), "else"))
}

// answersOf is the ids that `go` may name, and whether those are all there
// are.
func (c *compiler) answersOf(s *Step) (ids []string, closed bool) {
	switch {
	case s.Question() && s.options != nil:
		for _, o := range s.options.All {
			ids = append(ids, o.ID)
		}
		return ids, true
	case s.Question():
		return nil, true
	case s.Into == nil:
		return nil, false
	case s.Into.Type.OneOf() && s.Into.Host == "":
		return s.Into.Values, true
	case s.Into.Type.OneOf():
		return nil, false
	default:
		return nil, true
	}
}

// maySet checks a fact's set-by.
func (c *compiler) maySet(sc *scope, at ref, s *Step) {
	f := c.d.facts[at.name]
	if f.SetBy == "" || s.Op == Do && s.Name == f.SetBy {
		return
	}
	c.tell(sc, at.pos, fmt.Sprintf("the fact %s is set by %s only", f.Name, f.SetBy), fmt.Sprintf("write into another fact, or change its `set-by: %s`", f.SetBy))
}

func (c *compiler) sets(s *Step, sc *scope, raw *rawStep) {
	for _, set := range raw.set {
		f := c.known(sc, set.fact)
		if f == nil {
			continue
		}
		v, ok := f.Parse(set.value.name)
		if f.Host != "" {
			ok = slices.Contains(f.extra, set.value.name)
		}
		if !ok {
			mend := fmt.Sprintf("write %s", f.Type.noun())
			switch {
			case f.Type.OneOf() || f.Type.Many():
				mend = allowed(f)
			case f.Type.Counts():
				mend = fmt.Sprintf("write a whole number from %d to %d", f.Min, f.Max)
			case f.Type == Date:
				mend = "write a day as YYYY-MM-DD"
			}
			c.tell(sc, set.value.pos, fmt.Sprintf("%s never holds %q", f.Name, set.value.name), mend)
			continue
		}
		v.By = s.Index
		s.Sets = append(s.Sets, Setting{f, v})
	}
}

func (c *compiler) routes(s *Step, sc *scope, raw *rawStep) {
	closed := false
	for _, r := range raw.routes {
		route := Route{To: c.target(sc, r.to)}
		c.link(s.Index, route.To, r.to.pos)
		if !r.when.given() {
			closed = true
		} else {
			cond, failed := parseCond(r.when.name, c.d.facts)
			if failed != nil {
				c.tell(sc, c.root.within(r.when.pos, r.when.name, failed.at), failed.what, failed.mend)
			}
			route.When = cond
		}
		s.Routes = append(s.Routes, route)
	}
	c.onward(s, sc, raw, closed)
}

// enter leads a call to the first step of the dialog it calls.
func (c *compiler) enter(s *Step, sc *scope, raw *rawStep) {
	if s.Index+1 < len(c.from) && c.from[s.Index+1].scope.call == s.Index {
		s.Next = s.Index + 1
		c.link(s.Index, s.Next, raw.target.pos)
	}
	callee := c.b.compiled[raw.target.name]
	for _, g := range raw.goTo {
		if callee != nil && !slices.Contains(callee.Outcomes, g.answer.name) {
			c.tell(sc, g.answer.pos, fmt.Sprintf("the dialog %s never finishes with %q", raw.target.name, g.answer.name), suggest(g.answer.name, callee.Outcomes))
		}
		c.target(sc, g.to)
	}
	if raw.goAll.given() {
		c.target(sc, raw.goAll)
	}
}

// back leads the end of a called dialog to where its caller goes on.
func (c *compiler) back(s *Step, sc *scope, raw *rawStep) {
	call := c.from[sc.call]
	for _, g := range call.raw.goTo {
		if g.answer.name == s.Name {
			s.Next = c.target(sc.caller, g.to)
			c.link(s.Index, s.Next, g.to.pos)
			return
		}
	}
	if call.raw.goAll.given() {
		s.Next = c.target(sc.caller, call.raw.goAll)
		c.link(s.Index, s.Next, call.raw.goAll.pos)
		return
	}
	s.Next = call.next
	if s.Next < 0 {
		c.whole = false
		c.tell(sc.caller, call.raw.id.pos, fmt.Sprintf("nothing comes after the last step, %s, when it finishes with %s", call.raw.id.name, s.Name),
			"say `go: STEP`, or end with a step that has `finish: OUTCOME`")
		return
	}
	c.link(s.Index, s.Next, call.raw.id.pos)
}
