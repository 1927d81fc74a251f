package script

import (
	"fmt"
	"maps"
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
	for then, now := range maps.Clone(c.d.Moved.Steps) {
		i, ok := c.d.index[now]
		if !ok || c.d.Steps[i].Op != Call {
			continue
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
		now := sc.prefix + m.now.name
		if _, ok := c.d.index[now]; !ok {
			c.target(sc, m.now)
			continue
		}
		if _, stands := c.d.index[sc.prefix+m.then.name]; stands {
			c.tell(sc, m.then.pos, fmt.Sprintf("the step %s still stands here", m.then.name), "a step that moved must be gone; rename one, or delete this line")
			continue
		}
		c.d.Moved.Steps[sc.prefix+m.then.name] = now
	}
	for _, m := range sc.d.moved.facts {
		if c.known(sc, m.now) == nil {
			continue
		}
		if _, stands := c.d.facts[m.then.name]; stands {
			c.tell(sc, m.then.pos, fmt.Sprintf("the fact %s is still declared", m.then.name), "a fact that moved must be gone; rename one, or delete this line")
			continue
		}
		c.d.Moved.Facts[m.then.name] = m.now.name
	}
	for _, a := range sc.d.moved.answers {
		step := sc.prefix + a.step.name
		if _, ok := c.d.index[step]; !ok {
			c.target(sc, a.step)
			continue
		}
		if c.d.Moved.Answers[step] == nil {
			c.d.Moved.Answers[step] = make(map[string]string, len(a.moves))
		}
		for _, m := range a.moves {
			c.d.Moved.Answers[step][m.then.name] = m.now.name
		}
	}
}
