package script

import (
	"fmt"
	"slices"
)

// question fills in what an ask or a review offers and where the answer is
// kept, and checks that the two fit.
func (c *compiler) question(s *Step, sc *scope, raw *rawStep) {
	s.Into, s.From = c.known(sc, raw.into), c.known(sc, raw.from)
	s.OwnInto, s.OwnAnswer = c.known(sc, raw.ownInto), raw.ownAnswer.name
	s.MissAfter, s.MissTo = 0, -1
	if raw.misses != nil {
		if to := c.target(sc, raw.misses.to); to >= 0 {
			s.MissAfter, s.MissTo = raw.misses.after, to
			c.link(s.Index, to, raw.misses.to.pos)
		}
	}
	for _, key := range []string{"into", "from", "own", "answers"} {
		_, written := raw.keys[key]
		if written && (key == "into" && s.Into == nil || key == "from" && s.From == nil ||
			key == "own" && s.OwnInto == nil || key == "answers" && len(raw.answers) == 0) {
			// Told where it could not be read.
			c.whole = false
			return
		}
	}
	if s.Into == nil {
		s.Type = Choice
		if len(raw.answers) == 0 {
			c.tell(sc, raw.id.pos, fmt.Sprintf("nothing says what can be answered to %s", raw.id.name), "write `into: FACT`, or `answers:`")
			c.whole = false
			return
		}
		c.spelled(s, sc, raw)
		c.extrasFit(s, sc, raw)
		return
	}
	s.Type = s.Into.Type
	c.maySet(sc, raw.into, s)
	if s.Into.unread || s.From != nil && s.From.unread {
		c.asWritten(s, raw)
		return
	}
	if s.Op == Review && !s.Type.OneOf() {
		c.tell(sc, raw.into.pos, fmt.Sprintf("a review is answered with one answer, and %s is %s", s.Into.Name, s.Type.noun()), "write into a choice")
	}
	f := s.Into
	switch {
	case f.Host != "":
		s.Host = f.Host
		if len(raw.answers) > 0 {
			c.spelled(s, sc, raw)
		}
	case f.List != nil && len(raw.answers) == 0:
		s.options = c.listed(sc, raw, f.List)
		c.listedIn(s, sc, raw, f.List)
	case f.Type.OneOf() || f.Type.Many():
		if len(raw.answers) == 0 {
			c.tell(sc, raw.id.pos, fmt.Sprintf("%s has no answers", raw.id.name), "write `answers:` with a label for each value of "+f.Name)
			c.whole = false
			return
		}
		for i, a := range raw.answers {
			if slices.Contains(f.Values, a.id.name) || !a.label.given() {
				continue
			}
			c.tell(sc, a.id.pos, fmt.Sprintf("%s never holds %q", f.Name, a.id.name), suggest(a.id.name, f.Values))
			if meant := nearest(a.id.name, f.Values); meant != "" && !hasOption(raw.answers, meant) {
				raw.answers[i].id.name = meant // as elsewhere in the step
			}
		}
		c.spelled(s, sc, raw)
	default:
		if at, ok := raw.keys["answers"]; ok {
			c.tell(sc, at, fmt.Sprintf("%s is %s and has no answers to choose from", f.Name, f.Type.noun()), "delete `answers`, or write into a choice")
		}
		if at, ok := raw.keys["also"]; ok {
			c.tell(sc, at, fmt.Sprintf("%s is %s and has no answers to choose from", f.Name, f.Type.noun()), "delete `also`")
		}
	}
	c.extrasFit(s, sc, raw)
}

// asWritten takes for answers all that the step names as such: what it asks for
// is told where it is declared.
func (c *compiler) asWritten(s *Step, raw *rawStep) {
	c.whole = false
	named := slices.Clone(raw.openly)
	for _, a := range slices.Concat(raw.answers, raw.also) {
		named = append(named, a.id)
	}
	for _, g := range raw.goTo {
		named = append(named, g.answer)
	}
	var all []Option
	for _, a := range named {
		all = append(all, Option{ID: a.name})
	}
	s.options = NewOptions(all, nil)
}

// spelled takes the answers that stand in the step.
func (c *compiler) spelled(s *Step, sc *scope, raw *rawStep) {
	all := options(raw.answers)
	s.options = NewOptions(all, nil)
	s.labels = make(map[string]Place, len(all))
	for _, a := range raw.answers {
		s.labels[a.id.name] = sc.d.place(a.id.pos)
	}
	c.translateAnswers(s, sc, raw, all)
	for _, a := range raw.also {
		if !hasOption(raw.answers, a.id.name) {
			c.tell(sc, a.id.pos, fmt.Sprintf("%q is not an answer of %s", a.id.name, raw.id.name), suggest(a.id.name, optionIDs(raw.answers)))
		}
	}
	if sc.caller == nil {
		c.root.clashes(append(slices.Clone(raw.answers), raw.buttons(func(_ string, t ref) ref { return t })...))
	}
}

// buttons are the labels that stand below a question beside its answers.
func (raw *rawStep) buttons(label func(key string, t ref) ref) []rawOption {
	var out []rawOption
	for _, b := range []struct {
		key   string
		label ref
	}{{"done", raw.done}, {"skip", raw.skip}, {"change", raw.change}} {
		if t := label(b.key, b.label); t.given() {
			out = append(out, rawOption{id: ref{"the button " + b.key, t.pos}, label: t})
		}
	}
	return out
}

// translateAnswers takes the labels of a step's own answers over from the
// translations of its file.
func (c *compiler) translateAnswers(s *Step, sc *scope, raw *rawStep, all []Option) {
	for _, v := range c.b.variants("dialogs/" + sc.d.name.name) {
		words := v.t.steps[raw.id.name]
		if words == nil {
			continue
		}
		opts := translated(all, v, words.answers)
		if sc.caller == nil && v.form == "" {
			c.answersFit(v, raw, words, all)
			v.t.clashes(append(slices.Clone(opts), raw.buttons(func(key string, t ref) ref {
				if said := words.texts[key]; len(said) == 1 && t.given() {
					return said[0].plain
				}
				return ref{}
			})...))
		}
		if s.in == nil {
			s.in, s.said = make(map[string]*Options), make(map[string]map[string]Place)
		}
		s.in[v.lang], s.said[v.lang] = NewOptions(options(opts), nil), v.t.labelled(opts)
	}
	heard(s.options, s.in)
}

func (c *compiler) answersFit(v variant, raw *rawStep, words *rawWords, all []Option) {
	for _, id := range words.order {
		if !slices.ContainsFunc(all, func(o Option) bool { return o.ID == id.name }) {
			v.t.report(id.pos, fmt.Sprintf("%q is not an answer of %s", id.name, raw.id.name), suggest(id.name, optionIDs(raw.answers)))
		}
	}
}

// listedIn takes the options of a list over from its translations, with the
// further words of the step in those languages.
func (c *compiler) listedIn(s *Step, sc *scope, raw *rawStep, list *List) {
	for lang, options := range list.in {
		for _, v := range c.b.variants("dialogs/" + sc.d.name.name) {
			words := v.t.steps[raw.id.name]
			if v.lang != lang || words == nil || len(words.answers) == 0 {
				continue
			}
			all := slices.Clone(options.All)
			for i := range all {
				for _, w := range words.answers[all[i].ID].also {
					all[i].Also = append(slices.Clone(all[i].Also), w.name)
				}
			}
			options = NewOptions(all, list.First)
		}
		if len(raw.also) > 0 && options == list.in[lang] {
			options = NewOptions(options.All, list.First) // the list's own stay as they are
		}
		if s.in == nil {
			s.in = make(map[string]*Options)
		}
		s.in[lang] = options
	}
	if len(raw.also) > 0 {
		heard(s.options, s.in)
	}
}

// listed takes the options of a list, with the step's own further words.
func (c *compiler) listed(sc *scope, raw *rawStep, list *List) *Options {
	if len(raw.also) == 0 {
		return list.base
	}
	all := slices.Clone(list.base.All)
	for _, a := range raw.also {
		i, ok := list.base.Find(a.id.name)
		if !ok {
			c.tell(sc, a.id.pos, fmt.Sprintf("%q is not in the list %s", a.id.name, list.Name), suggest(a.id.name, list.ids()))
			continue
		}
		all[i].Also = slices.Clone(all[i].Also)
		for _, w := range a.also {
			all[i].Also = append(all[i].Also, w.name)
		}
	}
	return NewOptions(all, list.First)
}

// extrasFit checks the keys that go with some types of answer only.
func (c *compiler) extrasFit(s *Step, sc *scope, raw *rawStep) {
	into := "the answer"
	if s.Into != nil {
		into = s.Into.Name
	}
	done, hasDone := raw.keys["done"]
	switch {
	case s.Type.Many() && !hasDone:
		c.tell(sc, raw.id.pos, fmt.Sprintf("%s can have several answers and no button ends it", raw.id.name), "write `done: LABEL`")
	case !s.Type.Many() && hasDone:
		c.tell(sc, done, fmt.Sprintf("%s is %s, and `done` ends a several", into, s.Type.noun()), "delete `done`, or write into a several")
	}
	c.spansFit(s, sc, raw)
	_, hasChange := raw.keys["change"]
	_, hasPick := raw.keys["pick"]
	if hasChange != hasPick {
		c.tell(sc, raw.id.pos, "`change` and `pick` belong together", "write both: the label of the button, and what is asked when it is pressed")
	}
	if s.From != nil {
		switch {
		case !s.From.Type.Many():
			c.tell(sc, raw.from.pos, fmt.Sprintf("%s is %s, and `from` needs a several", s.From.Name, s.From.Type.noun()), "name the several that holds what may be chosen")
		case s.Type != Choice:
			c.tell(sc, raw.from.pos, fmt.Sprintf("`from` needs a choice, and %s is %s", into, s.Type.noun()), "write into a choice, or delete `from`")
		case s.From.Host != "" || s.options == nil:
			c.tell(sc, raw.from.pos, fmt.Sprintf("the values of %s come from the host", s.From.Name), "use a list or spelled-out values with `from`")
		default:
			for _, id := range s.From.Values {
				if _, ok := s.options.Find(id); !ok {
					c.tell(sc, raw.from.pos, fmt.Sprintf("%s can hold %q, which is not an answer of %s", s.From.Name, id, raw.id.name), "offer the same answers in both questions")
					break
				}
			}
		}
	}
	if at, ok := raw.keys["own"]; ok && s.OwnAnswer != "" {
		offered := false
		if s.options != nil {
			_, offered = s.options.Find(s.OwnAnswer)
		}
		switch {
		case s.options == nil:
			c.tell(sc, at, fmt.Sprintf("%s has no answers that own words could count as", raw.id.name), "delete `own`")
		case !offered:
			c.tell(sc, raw.ownAnswer.pos, fmt.Sprintf("%q is not an answer of %s", s.OwnAnswer, raw.id.name), suggest(s.OwnAnswer, optionNames(s.options)))
		case s.OwnInto != nil && s.OwnInto.Type != Text:
			c.tell(sc, raw.ownInto.pos, fmt.Sprintf("own words are kept in a text, and %s is %s", s.OwnInto.Name, s.OwnInto.Type.noun()), "write into a text")
		case s.OwnInto != nil:
			c.maySet(sc, raw.ownInto, s)
		}
	}
	if s.OwnInto == nil {
		s.OwnAnswer = ""
	}
}

func optionNames(o *Options) []string {
	ids := make([]string, len(o.All))
	for i, opt := range o.All {
		ids[i] = opt.ID
	}
	return ids
}
