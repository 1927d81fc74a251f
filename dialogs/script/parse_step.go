package script

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// stepKinds are the keys one of which says what a step does, and the further
// keys that go with each.
var stepKinds = []struct {
	key  string
	op   Op
	with string
}{
	{"say", Say, "go verbatim"},
	{"ask", Ask, "short why into answers also spans again misses go openly verbatim done skip own from"},
	{"review", Review, "short why into answers also again misses go openly change pick"},
	{"route", Branch, ""},
	{"call", Call, "go"},
	{"do", Do, "into go openly"},
	{"wait", Wait, "into go openly"},
	{"set", Set, "go"},
	{"alert", Alert, "go"},
	{"finish", Finish, ""},
}

func kindWords() []string {
	words := make([]string, len(stepKinds))
	for i, k := range stepKinds {
		words[i] = k.key
	}
	return words
}

func (d *rawDialog) readSteps(n *yaml.Node) {
	d.pairs(n, "steps", func(k, v *yaml.Node) {
		before := len(d.problems)
		if id, ok := d.id(k, "a step's id", stepPattern, stepShape); ok {
			s := d.readStep(id, v)
			if s == nil { // its id is known, and so can be gone to
				s = &rawStep{id: id, op: Finish}
				d.broken = true
			}
			d.steps = append(d.steps, s)
		}
		if len(d.problems) > before {
			d.broken = true
		}
	})
}

func (d *rawDialog) readStep(id ref, n *yaml.Node) *rawStep {
	if n.Kind == yaml.AliasNode {
		return nil
	}
	if n.Kind != yaml.MappingNode {
		d.report(place(n), fmt.Sprintf("the step %s must be a mapping, and this is %s", id.name, kindOf(n)), "write what it does below it, indented, as in `say: TEXT`")
		return nil
	}
	s := &rawStep{id: id, keys: make(map[string]pos)}
	kind := -1
	for i := 0; i+1 < len(n.Content); i += 2 {
		k := n.Content[i]
		s.keys[k.Value] = place(k)
		at := slices.IndexFunc(stepKinds, func(c struct {
			key  string
			op   Op
			with string
		}) bool {
			return c.key == k.Value
		})
		switch {
		case at < 0:
		case kind >= 0:
			d.report(place(k), fmt.Sprintf("the step %s does two things, %s and %s", id.name, stepKinds[kind].key, k.Value), "make it two steps")
			return nil
		default:
			kind = at
		}
	}
	if kind < 0 {
		d.missingKind(id, n)
		return nil
	}
	s.op = stepKinds[kind].op
	known := append([]string{stepKinds[kind].key}, strings.Fields(stepKinds[kind].with)...)
	d.pairs(n, "a step", func(k, v *yaml.Node) {
		if !slices.Contains(known, k.Value) {
			d.report(place(k), fmt.Sprintf("unknown key %q in a step that has `%s`", k.Value, stepKinds[kind].key), suggest(k.Value, known))
			return
		}
		d.readKey(s, k.Value, v)
	})
	d.attach(s)
	return s
}

// missingKind finds the misspelt key that keeps a step from doing anything.
func (d *rawDialog) missingKind(id ref, n *yaml.Node) {
	words := kindWords()
	for i := 0; i+1 < len(n.Content); i += 2 {
		k := n.Content[i]
		if k.Tag == "!!merge" {
			return
		}
		if mend := suggest(k.Value, words); strings.HasPrefix(mend, "did you mean") && !slices.Contains(strings.Fields("go into answers also again"), k.Value) {
			d.report(place(k), fmt.Sprintf("unknown key %q in the step %s", k.Value, id.name), mend)
			return
		}
	}
	d.report(id.pos, fmt.Sprintf("the step %s does nothing", id.name), "give it one of "+strings.Join(words, ", "))
}

func (d *rawDialog) readKey(s *rawStep, key string, v *yaml.Node) {
	text := func(to *ref, what string) { *to, _ = d.text(v, what) }
	switch key {
	case "say":
		if said := d.texts(v, "say"); len(said) > 0 {
			s.say, s.more = said[0], said[1:]
		}
	case "ask":
		text(&s.ask, "ask")
	case "review":
		text(&s.ask, "review")
	case "short", "why", "again", "done", "skip", "change", "pick":
		text(map[string]*ref{"short": &s.short, "why": &s.why, "again": &s.again, "done": &s.done,
			"skip": &s.skip, "change": &s.change, "pick": &s.pick}[key], key)
	case "into", "from":
		fact, _ := d.id(v, "a fact's name", factPattern, factShape)
		if key == "into" {
			s.into = fact
		} else {
			s.from = fact
		}
	case "own":
		d.fields(v, "own",
			field{"answer", func(v *yaml.Node) { s.ownAnswer, _ = d.id(v, "an answer", valuePattern, valueShape) }},
			field{"into", func(v *yaml.Node) { s.ownInto, _ = d.id(v, "a fact's name", factPattern, factShape) }},
		)
		if v.Kind == yaml.MappingNode && (d.value(v, "answer") == nil || d.value(v, "into") == nil) {
			d.report(place(v), "own is not complete", "write `own: {answer: ANSWER, into: FACT}`")
		}
	case "answers":
		s.answersAt = place(v)
		d.pairs(v, "answers", func(k, v *yaml.Node) {
			id, ok := d.id(k, "an answer", valuePattern, valueShape)
			if !ok {
				return
			}
			if v.Kind == yaml.ScalarNode && v.ShortTag() == "!!null" {
				d.report(place(v), fmt.Sprintf("the answer %q has no label", id.name), "write `id: label`; a label that holds a comma needs quotes")
				s.answers = append(s.answers, rawOption{id: id})
				return
			}
			label, _ := d.text(v, "a label") // without one it is an answer all the same
			s.answers = append(s.answers, rawOption{id: id, label: label})
		})
		if v.Kind == yaml.MappingNode && len(v.Content) == 0 {
			d.report(place(v), "answers is empty", "write `id: label` pairs")
		}
	case "also":
		d.pairs(v, "also", func(k, v *yaml.Node) {
			if id, ok := d.id(k, "an answer", valuePattern, valueShape); ok {
				s.also = append(s.also, rawOption{id: id, also: d.texts(v, "another word for an answer")})
			}
		})
	case "spans":
		d.pairs(v, "spans", func(k, v *yaml.Node) {
			if id, ok := d.id(k, "an answer", valuePattern, valueShape); ok {
				if span, ok := d.span(v); ok {
					s.spans = append(s.spans, rawSpan{id, span})
				}
			}
		})
	case "openly":
		s.openly = d.words(v, "an answer", valuePattern, valueShape)
	case "verbatim":
		text(&s.verbatim, "verbatim")
	case "misses":
		s.misses = d.readMisses(v)
	case "go":
		d.readGo(s, v)
	case "route":
		d.readRoutes(s, v)
	case "call", "do", "wait", "alert", "finish":
		s.target, _ = d.id(v, "the name after "+key, stepPattern, stepShape)
	case "set":
		d.pairs(v, "set", func(k, v *yaml.Node) {
			fact, ok := d.id(k, "a fact's name", factPattern, factShape)
			if !ok || v.Kind == yaml.AliasNode {
				return
			}
			if v.Kind != yaml.ScalarNode || v.ShortTag() == "!!null" {
				d.report(place(v), fmt.Sprintf("the value of %s must be one word or number, and this is %s", fact.name, kindOf(v)), "write one value")
				return
			}
			if plain(v) && truthy(v.Value) {
				d.id(v, "a value", valuePattern, valueShape)
				return
			}
			s.set = append(s.set, rawSet{fact, ref{v.Value, place(v)}})
		})
		if v.Kind == yaml.MappingNode && len(v.Content) == 0 {
			d.report(place(v), "set is empty", "write `fact: value` pairs")
		}
	}
}

// readGo reads where a step goes on: a step, or a step for each answer.
func (d *rawDialog) readGo(s *rawStep, n *yaml.Node) {
	if n.Kind != yaml.MappingNode {
		s.goAll, _ = d.id(n, "a step's id", stepPattern, stepShape)
		return
	}
	switch s.op {
	case Say, Set, Alert:
		d.report(place(n), "nothing is answered here, so there is one way on", "write `go: STEP`")
		return
	}
	d.pairs(n, "go", func(k, v *yaml.Node) {
		answer, ok := d.id(k, "an answer", valuePattern, valueShape)
		to, ok2 := d.id(v, "a step's id", stepPattern, stepShape)
		switch {
		case !ok || !ok2:
		case answer.name == "else":
			s.goAll = to
		default:
			s.goTo = append(s.goTo, rawGo{answer, to})
		}
	})
}

func (d *rawDialog) readRoutes(s *rawStep, n *yaml.Node) {
	if n.Kind != yaml.SequenceNode || len(n.Content) == 0 {
		if n.Kind != yaml.AliasNode {
			d.report(place(n), "route must be a list", "write `- {when: CONDITION, go: STEP}` lines")
		}
		return
	}
	for i, c := range n.Content {
		r := rawRoute{at: place(c)}
		var otherwise ref
		before := len(d.problems)
		d.fields(c, "a route",
			field{"when", func(v *yaml.Node) { r.when, _ = d.text(v, "when") }},
			field{"go", func(v *yaml.Node) { r.to, _ = d.id(v, "a step's id", stepPattern, stepShape) }},
			field{"openly", func(v *yaml.Node) { r.openly = d.words(v, "a fact's name", factPattern, factShape) }},
			field{"else", func(v *yaml.Node) { otherwise, _ = d.id(v, "a step's id", stepPattern, stepShape) }},
		)
		switch {
		case len(d.problems) > before || c.Kind != yaml.MappingNode:
			continue
		case otherwise.given() && (r.when.given() || r.to.given()):
			d.report(r.at, "a route has `when` and `go`, or `else`, and not both", "make it two routes")
			continue
		case otherwise.given() && i < len(n.Content)-1:
			d.report(r.at, "`else` is not the last route, so those after it are never taken", "move it to the end")
			continue
		case otherwise.given():
			r.to = otherwise
		case !r.when.given() || !r.to.given():
			d.report(r.at, "the route is not complete", "write `{when: CONDITION, go: STEP}` or `{else: STEP}`")
			continue
		}
		s.routes = append(s.routes, r)
	}
}

// attach gives the words under `also` to the answers they mean. Words for
// answers that a list brings stay where they are.
func (d *rawDialog) attach(s *rawStep) {
	for _, a := range s.also {
		for i := range s.answers {
			if s.answers[i].id.name == a.id.name {
				s.answers[i].also = a.also
			}
		}
	}
}
