package script

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// promises compiles what a dialog says of itself: which fact records consent,
// what must be known before it begins, and what things were called before.
func (c *compiler) promises() {
	sc := &scope{d: c.root, call: -1}
	switch {
	case !c.root.consent.given():
	case c.root.consent.name == "given":
		c.d.ConsentGiven, c.d.ConsentAt = true, c.root.place(c.root.consent.pos)
	default:
		c.d.Consent, c.d.ConsentAt = c.known(sc, c.root.consent), c.root.place(c.root.consent.pos)
	}
	for _, n := range c.root.needs {
		if f := c.known(sc, n); f != nil {
			c.d.Needs = append(c.d.Needs, f)
			c.d.NeedsAt = c.root.place(c.root.needs[0].pos)
		}
	}
	c.d.gone = map[string]bool{}
	c.d.Moved = Moved{Steps: map[string]string{}, Answers: map[string]map[string]string{}, Facts: map[string]string{}}
	seen := map[*scope]bool{}
	c.moved(sc)
	for i, src := range c.from {
		if src.scope.caller != nil && !seen[src.scope] {
			seen[src.scope] = true
			c.moved(src.scope)
		}
		if src.raw.op == Call {
			if callee := c.b.raw[src.raw.target.name]; callee != nil {
				for _, n := range callee.needs {
					if f, ok := c.d.facts[n.name]; ok {
						c.d.Steps[i].Needs = append(c.d.Steps[i].Needs, f)
					}
				}
			}
		}
	}
	// A call that was renamed takes the steps of the dialog it calls along.
	own := maps.Clone(c.d.Moved.Steps)
	for then, now := range own {
		i, ok := c.d.index[now]
		if !ok || c.d.Steps[i].Op != Call {
			continue
		}
		for before, to := range own {
			if rest, inside := strings.CutPrefix(before, now+"/"); inside {
				c.d.Moved.Steps[then+"/"+rest] = to
			}
		}
		for _, s := range c.d.Steps[i+1:] {
			rest, inside := strings.CutPrefix(s.ID, now+"/")
			if !inside {
				break
			}
			c.d.Moved.Steps[then+"/"+rest] = s.ID
		}
	}
}

// moved takes over what one dialog's file says was called otherwise before.
func (c *compiler) moved(sc *scope) {
	for _, m := range sc.d.moved.steps {
		now := last(sc.d.moved.steps, m.now)
		if _, stands := c.d.index[sc.prefix+m.then.name]; stands {
			c.tell(sc, m.then.pos, fmt.Sprintf("the step %s still stands here", m.then.name), "a step that moved must be gone; rename one, or delete this line")
			continue
		}
		if now.name == gone {
			c.d.gone["steps "+sc.prefix+m.then.name] = true
		} else if to := c.target(sc, now); to >= 0 {
			c.d.Moved.Steps[sc.prefix+m.then.name] = c.d.Steps[to].ID
		}
	}
	for _, m := range sc.d.moved.facts {
		now := last(sc.d.moved.facts, m.now)
		if _, stands := c.d.facts[m.then.name]; stands {
			c.tell(sc, m.then.pos, fmt.Sprintf("the fact %s is still declared", m.then.name), "a fact that moved must be gone; rename one, or delete this line")
			continue
		}
		if now.name == gone {
			c.d.gone["facts "+m.then.name] = true
		} else if c.known(sc, now) != nil {
			c.d.Moved.Facts[m.then.name] = now.name
		}
	}
	for _, a := range sc.d.moved.answers {
		at := c.target(sc, a.step)
		if at < 0 {
			continue
		}
		for _, m := range a.moves {
			c.answerMoved(c.d.Steps[at].ID, m.then, last(a.moves, m.now))
		}
	}
}

// last follows a move through later ones.
func last(moves []rawMove, to ref) ref {
	for range moves {
		at := slices.IndexFunc(moves, func(m rawMove) bool { return m.then.name == to.name })
		if at < 0 {
			break
		}
		to.name = moves[at].now.name
	}
	return to
}

func (c *compiler) answerMoved(step string, then, now ref) {
	if now.name == gone {
		c.d.gone["answers "+step+" "+then.name] = true
		return
	}
	if c.d.Moved.Answers[step] == nil {
		c.d.Moved.Answers[step] = make(map[string]string)
	}
	c.d.Moved.Answers[step][then.name] = now.name
}

// answersMoved checks the answers that moved once the questions are known, and
// adds those that moved in a list.
func (c *compiler) answersMoved() {
	for _, a := range c.root.moved.answers {
		s, ok := c.d.Step(a.step.name)
		if !ok || s.options == nil {
			continue
		}
		for _, m := range a.moves {
			if _, stands := s.options.Find(m.then.name); stands {
				c.root.report(m.then.pos, fmt.Sprintf("%s still has the answer %s", a.step.name, m.then.name), "an answer that moved must be gone; rename one, or delete this line")
			}
			if now := last(a.moves, m.now); now.name != gone {
				if _, ok := s.options.Find(now.name); !ok {
					c.root.report(m.now.pos, fmt.Sprintf("%q is not an answer of %s", now.name, a.step.name), suggest(now.name, append(optionNames(s.options), gone)))
				}
			}
		}
	}
	for _, s := range c.d.Steps {
		if s.Into == nil || s.Into.List == nil || !s.Question() {
			continue
		}
		for _, then := range keys(s.Into.List.Moved) {
			if _, said := c.d.Moved.Answers[s.ID][then]; !said {
				c.answerMoved(s.ID, ref{then, pos{}}, ref{s.Into.List.Moved[then], pos{}})
			}
		}
	}
}
