package script

import (
	"fmt"
	"regexp"
	"slices"

	"go.yaml.in/yaml/v4"
)

// rawDialog is a dialog file as it was read, before anything is resolved.
type rawDialog struct {
	*reader
	name    ref
	version int
	lang    string
	longest int
	limit   pos // where longest stands
	givens  []ref
	facts   []*rawFact
	misses  *rawMisses
	consent ref
	needs   []ref
	moved   rawMoved
	steps   []*rawStep
	broken  bool // a step could not be read, so the graph is not whole
}

type rawFact struct {
	name   ref
	typ    Type
	typed  bool
	values []ref
	list   ref
	host   ref
	min    int
	max    int
	limits pos
	seenBy ref
	never  []ref
	keep   ref
	setBy  ref
	before ref // before-consent
	broken bool
}

// rawMoved is what earlier releases called things: the name then, and now.
type rawMoved struct {
	steps, facts []rawMove
	answers      []rawMoves
}

type rawMove struct{ then, now ref }

type rawMoves struct {
	step  ref
	moves []rawMove
}

type rawMisses struct {
	after int
	to    ref
}

type rawStep struct {
	id ref
	op Op

	say                                              ref
	more                                             []ref // further messages of a say
	ask, why, again, short, done, skip, change, pick ref
	into, from, ownAnswer, ownInto                   ref
	answers                                          []rawOption // also words are attached
	answersAt                                        pos
	also                                             []rawOption // as written: id and words
	spans                                            []rawSpan
	misses                                           *rawMisses
	goAll                                            ref
	goTo                                             []rawGo
	routes                                           []rawRoute
	target                                           ref // of call, do, wait, alert, finish
	set                                              []rawSet
	openly                                           []ref // answers after which what follows may show them
	verbatim                                         ref
	keys                                             map[string]pos // the keys that stand in the step
}

type rawGo struct{ answer, to ref }

type rawRoute struct {
	when ref // empty for else
	at   pos
	to   ref

	openly []ref
}

type rawSet struct{ fact, value ref }

// The words in which content declares who sees a fact and how long it is
// kept are closed sets: a misspelt one must not pass for a rule.
var (
	seenByWords = []string{"case", "therapist", "practice", "bot"}
	neverWords  = []string{"chat", "slack", "partner"}
	keepWords   = []string{"conversation", "enquiry", "record"}
)

func readDialog(file string, data []byte) *rawDialog {
	d := &rawDialog{reader: &reader{file: file}, lang: baseLanguage, version: 1}
	top := d.open(data)
	if top == nil {
		d.broken = true
		return d
	}
	d.fields(top, "a dialog",
		field{"dialog", func(v *yaml.Node) { d.name, _ = d.id(v, "a dialog's name", stepPattern, stepShape) }},
		field{"version", func(v *yaml.Node) { d.version, _ = d.whole(v, "version", 1, 1<<30) }},
		field{"language", func(v *yaml.Node) { d.lang = d.language(v) }},
		field{"longest", func(v *yaml.Node) { d.limit = place(v); d.longest, _ = d.whole(v, "longest", 1, 1000) }},
		field{"given", d.readGivens},
		field{"facts", d.readFacts},
		field{"consent", func(v *yaml.Node) { d.consent, _ = d.id(v, "consent", factPattern, factShape) }},
		field{"needs", func(v *yaml.Node) { d.needs = d.words(v, "a fact's name", factPattern, factShape) }},
		field{"moved", d.readMoved},
		field{"misses", func(v *yaml.Node) { d.misses = d.readMisses(v) }},
		field{"steps", d.readSteps},
	)
	d.named(d.name, "dialog")
	if len(d.steps) == 0 && len(d.problems) == 0 {
		d.report(pos{1, 1}, "the dialog has no steps", "write `steps:` with at least one step")
	}
	return d
}

func (d *rawDialog) readGivens(n *yaml.Node) {
	d.pairs(n, "given", func(k, v *yaml.Node) {
		if name, ok := d.id(k, "a given's name", givenPattern, givenShape); ok {
			d.givens = append(d.givens, name)
		}
		d.oneOf(v, "a given's type", "text", "number", "money", "date")
	})
}

func (d *rawDialog) readFacts(n *yaml.Node) {
	d.pairs(n, "facts", func(k, v *yaml.Node) {
		name, ok := d.id(k, "a fact's name", factPattern, factShape)
		if !ok {
			return
		}
		if reserved(name.name) {
			d.report(name.pos, fmt.Sprintf("%q is a word of the conditions and cannot name a fact", name.name), "rename it")
			return
		}
		f := &rawFact{name: name}
		before := len(d.problems)
		has := func(key string) bool { return v.Kind == yaml.MappingNode && d.value(v, key) != nil }
		d.fields(v, "a fact",
			field{"type", func(v *yaml.Node) {
				w, ok := d.oneOf(v, "a fact's type", typeNames[:]...)
				f.typ, f.typed = Type(max(0, slices.Index(typeNames[:], w.name))), ok
			}},
			field{"of", func(v *yaml.Node) { d.readOf(f, v) }},
			field{"min", func(v *yaml.Node) { f.limits = place(v); f.min, _ = d.whole(v, "min", -1_000_000, 1_000_000_000) }},
			field{"max", func(v *yaml.Node) { f.limits = place(v); f.max, _ = d.whole(v, "max", 1, 1_000_000_000) }},
			field{"seen-by", func(v *yaml.Node) { f.seenBy, _ = d.oneOf(v, "seen-by", seenByWords...) }},
			field{"never", func(v *yaml.Node) {
				f.never = d.words(v, "a place in never", valuePattern, valueShape)
				for _, w := range f.never {
					if !slices.Contains(neverWords, w.name) {
						d.report(w.pos, fmt.Sprintf("never cannot be %q", w.name), suggest(w.name, neverWords))
					}
				}
			}},
			field{"keep", func(v *yaml.Node) { f.keep, _ = d.oneOf(v, "keep", keepWords...) }},
			field{"before-consent", func(v *yaml.Node) { f.before, _ = d.oneOf(v, "before-consent", "allowed") }},
			field{"set-by", func(v *yaml.Node) { f.setBy, _ = d.id(v, "set-by", stepPattern, stepShape) }},
		)
		d.facts = append(d.facts, f)
		defer func() { f.broken = len(d.problems) > before }()
		if len(d.problems) > before || v.Kind != yaml.MappingNode {
			return
		}
		for _, key := range []string{"type", "seen-by", "keep"} {
			if !has(key) {
				d.report(name.pos, fmt.Sprintf("the fact %s does not say `%s`", name.name, key), factMend(key))
			}
		}
		d.fitFact(f, has)
	})
}

func factMend(key string) string {
	switch key {
	case "type":
		return "write `type:` and one of choice, several, text, number, scale, date, country, money, hours, contact"
	case "seen-by":
		return "write `seen-by:` and one of case, therapist, practice, bot"
	default:
		return "write `keep:` and one of conversation, enquiry, record"
	}
}

// value is the value of a mapping's key, nil when it does not stand there.
func (r *reader) value(n *yaml.Node, key string) *yaml.Node {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i+1]
		}
	}
	return nil
}

func (d *rawDialog) readOf(f *rawFact, n *yaml.Node) {
	if n.Kind == yaml.SequenceNode {
		f.values = d.words(n, "a value", valuePattern, valueShape)
		if len(n.Content) == 0 {
			d.report(place(n), "of is empty", "write the values, as in [one, two]")
		}
		return
	}
	d.fields(n, "of",
		field{"list", func(v *yaml.Node) { f.list, _ = d.id(v, "a list's name", stepPattern, stepShape) }},
		field{"host", func(v *yaml.Node) { f.host, _ = d.id(v, "a host list's name", stepPattern, stepShape) }},
	)
	if f.list.given() && f.host.given() {
		d.report(f.host.pos, "of names a list and a host list", "keep one")
	}
}

// fitFact checks that what a fact says fits its type, and fills in limits.
func (d *rawDialog) fitFact(f *rawFact, has func(string) bool) {
	if !f.typed {
		return
	}
	sets := f.typ.OneOf() || f.typ.Many()
	at := f.name.pos
	switch {
	case sets && f.typ != Country && !has("of"):
		d.report(at, fmt.Sprintf("the %s %s does not say what it can be", f.typ, f.name.name), "write `of: [one, two]` or `of: {list: NAME}`")
	case !sets && has("of"):
		d.report(at, fmt.Sprintf("%s has no `of`", f.typ.noun()), "delete it, or make the fact a choice")
	case f.typ == Country && len(f.values) > 0:
		d.report(at, "the values of a country come from a list", "delete `of`, or write `of: {list: NAME}`")
	case f.typ == Country && !f.host.given() && !f.list.given():
		f.list = ref{"countries", at}
	}
	if has("min") && f.typ != Number && f.typ != Money && f.typ != Text {
		d.report(f.limits, fmt.Sprintf("%s has no `min`", f.typ.noun()), "delete it")
	}
	if has("max") && f.typ != Number && f.typ != Money && f.typ != Text {
		d.report(f.limits, fmt.Sprintf("%s has no `max`", f.typ.noun()), "delete it")
	}
	switch f.typ {
	case Scale:
		f.max = 10
	case Text:
		if !has("max") {
			f.max = 1000
		}
		if f.min < 0 || f.min > f.max {
			d.report(f.limits, fmt.Sprintf("a text of at most %d cannot have at least %d letters", f.max, f.min), "write a smaller `min`, 0 or more")
		}
	case Contact:
		f.max = 254
	case Number, Money:
		if !has("max") {
			f.max = 1_000_000
		}
		if f.min > f.max {
			d.report(f.limits, fmt.Sprintf("min %d is above max %d", f.min, f.max), "swap them")
		}
	}
}

// readMoved reads what steps, answers and facts were called before.
func (d *rawDialog) readMoved(n *yaml.Node) {
	d.fields(n, "moved",
		field{"steps", func(v *yaml.Node) { d.moved.steps = d.moves(v, "steps", "a step's id", stepPattern, stepShape) }},
		field{"facts", func(v *yaml.Node) { d.moved.facts = d.moves(v, "facts", "a fact's name", factPattern, factShape) }},
		field{"answers", func(v *yaml.Node) {
			d.pairs(v, "answers", func(k, v *yaml.Node) {
				if step, ok := d.id(k, "a step's id", stepPattern, stepShape); ok {
					d.moved.answers = append(d.moved.answers, rawMoves{step, d.moves(v, "the answers of "+step.name, "an answer", valuePattern, valueShape)})
				}
			})
		}},
	)
}

// moves reads what things were called before, and are now.
func (r *reader) moves(n *yaml.Node, what, of string, pattern *regexp.Regexp, shape string) []rawMove {
	var out []rawMove
	r.pairs(n, what, func(k, v *yaml.Node) {
		then, ok := r.id(k, of, pattern, shape)
		now, ok2 := r.id(v, of, pattern, shape)
		switch {
		case !ok || !ok2:
		case then.name == now.name:
			r.report(then.pos, fmt.Sprintf("%s moves to itself", then.name), "delete it")
		default:
			out = append(out, rawMove{then, now})
		}
	})
	return out
}

func (d *rawDialog) readMisses(n *yaml.Node) *rawMisses {
	m := &rawMisses{after: 3}
	before := len(d.problems)
	d.fields(n, "misses",
		field{"after", func(v *yaml.Node) { m.after, _ = d.whole(v, "after", 1, 20) }},
		field{"go", func(v *yaml.Node) { m.to, _ = d.id(v, "a step's id", stepPattern, stepShape) }},
	)
	if !m.to.given() {
		if len(d.problems) == before {
			d.report(place(n), "misses does not say where to go", "write `go: STEP`")
		}
		return nil
	}
	return m
}
