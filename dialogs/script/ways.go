package script

import (
	"fmt"
	"slices"
)

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
		s.Ways = append(s.Ways, Way{Answer: g.answer.name, To: to, At: sc.d.place(g.answer.pos)})
		c.link(s.Index, to, g.to.pos)
	}
	all := closed && covered == len(answers) && covered > 0 && s.Skip == nil && s.From == nil && s.Host == ""
	c.onward(s, sc, raw, all)
	c.openly(s, sc, raw, answers, closed)
}

// openly marks the ways that may show what was answered. An answer that leads
// on like the others gets a way of its own for it.
func (c *compiler) openly(s *Step, sc *scope, raw *rawStep, answers []string, closed bool) {
	for _, o := range raw.openly {
		i := slices.IndexFunc(s.Ways, func(w Way) bool { return w.Answer == o.name })
		switch {
		case i >= 0:
			s.Ways[i].Openly = true
		case closed && !slices.Contains(answers, o.name):
			c.tell(sc, o.pos, fmt.Sprintf("%q is not an answer of %s", o.name, raw.id.name), suggest(o.name, answers))
		case s.Next >= 0 && (s.Type.OneOf() || s.Into == nil):
			s.Ways = append(s.Ways, Way{Answer: o.name, To: s.Next, Openly: true, At: sc.d.place(o.pos)})
		default:
			c.tell(sc, o.pos, fmt.Sprintf("%q decides nothing here", o.name), "delete it")
		}
	}
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
		c.maySet(sc, set.fact, s)
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
		s.Sets = append(s.Sets, Setting{f, v, sc.d.place(set.fact.pos)})
	}
}

func (c *compiler) routes(s *Step, sc *scope, raw *rawStep) {
	closed := false
	for _, r := range raw.routes {
		route := Route{To: c.target(sc, r.to), At: sc.d.place(r.at)}
		for _, name := range r.openly {
			if f := c.known(sc, name); f != nil {
				route.Openly = append(route.Openly, f)
			}
		}
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
