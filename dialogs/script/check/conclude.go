package check

import (
	"fmt"
	"slices"
	"strings"

	"anteroom/dialogs/script"
)

// attempts is how many conclusions are drawn before the search for one that
// has not come is given up.
const attempts = 5_000

// conclude proves that every conclusion comes on some path: it finds a path
// to the host call, draws the conclusion from its facts, forbids those facts,
// and goes on until all have come or no path is left.
func (p *proof) conclude() {
	for _, c := range p.opts.Conclusions {
		var at []*script.Step
		passed := p.m.no()
		for _, s := range p.m.order {
			if s.Op == script.Do && s.Name == c.Call {
				at = append(at, s)
				passed = p.m.or(passed, p.m.nodes[s.Index].passed)
			}
		}
		if len(at) > 0 && p.begun {
			p.comes(c, at, passed)
		}
	}
	p.brings()
}

func (p *proof) comes(c Conclusion, at []*script.Step, passed lit) {
	left := slices.Clone(c.Values)
	// Solutions near each other conclude the same, so the solver is sent
	// elsewhere each time.
	tell := func(rule, what, mend string) {
		p.tell(Finding{Rule: rule, At: at[0].At, What: what, Mend: mend})
	}
	for _, facts := range c.Near {
		for _, s := range at {
			if len(left) == 0 {
				return
			}
			if found, is := p.m.find(append(p.m.like(facts, s.Index), p.m.nodes[s.Index].passed)...); is == satisfiable {
				came := c.Decide(restrict(found.facts(s.Index), c.Reads))
				left = slices.DeleteFunc(left, func(v string) bool { return slices.Contains(came, v) })
			}
		}
	}
	if len(left) == 0 {
		return
	}
	seen := p.m.sat.variable() // holds during this search; what it forbids ends with it
	for range attempts {
		p.m.sat.scatter(p.m.random)
		found, is := p.m.find(passed, seen)
		switch is {
		case unknown:
			tell(RuleUndecided, fmt.Sprintf("undecided: whether %s can be %s", c.Name, strings.Join(left, " or ")), "let fewer facts decide it")
			return
		case unsatisfiable:
			tell(RuleConclude, fmt.Sprintf("%s is never %s", c.Name, strings.Join(left, " or ")), "mend the answers that should bring it, or drop it from what can be concluded")
			return
		}
		for _, s := range at {
			if _, ok := found.passes(s.Index); !ok {
				continue
			}
			came := c.Decide(restrict(found.facts(s.Index), c.Reads))
			left = slices.DeleteFunc(left, func(v string) bool { return slices.Contains(came, v) })
			p.m.sat.add(append(p.m.unlike(c.Reads, s.Index), p.m.nodes[s.Index].passed.not(), seen.not())...)
		}
		if len(left) == 0 {
			return
		}
	}
	tell(RuleUndecided, fmt.Sprintf("undecided: whether %s can be %s; it was not in %d tries", c.Name, strings.Join(left, " or "), attempts), "let fewer facts decide it")
}

// brings proves that each result that a host call can decide on comes at one
// of the places where the call is made.
func (p *proof) brings() {
	done := make(map[string]bool)
	for _, s := range p.m.order {
		call := p.opts.Host.Calls[s.Name]
		if s.Op != script.Do || !p.own(s) || call.Decide == nil || s.Into == nil || !s.Into.Type.OneOf() || done[s.Name] {
			continue
		}
		done[s.Name] = true
		for _, v := range s.Into.Values {
			any := p.m.no()
			for _, t := range p.m.order {
				for _, o := range p.m.nodes[t.Index].outs {
					if t.Op == script.Do && t.Name == s.Name && t.Into == s.Into && o.value == v {
						any = p.m.or(any, o.lit)
					}
				}
			}
			switch _, is := p.m.find(any); is {
			case unsatisfiable:
				p.tell(Finding{Rule: RuleConclude, At: s.At, What: fmt.Sprintf("%s never brings %s = %s", s.Name, s.Into.Name, v),
					Mend: "mend the answers that should bring it, or drop the value"})
			case unknown:
				p.undecided(s.At, fmt.Sprintf("whether %s can bring %s = %s", s.Name, s.Into.Name, v))
			}
		}
	}
}

// strange reports host calls that bring what the script does not know: the
// conversation would stop there.
func (p *proof) strange() {
	for _, s := range p.m.order {
		if r, is := p.m.strange[s]; is {
			p.tell(Finding{Rule: RuleConclude, At: s.At, What: fmt.Sprintf("%s can bring %q, which %s never holds", s.Name, r, s.Into.Name),
				Mend: fmt.Sprintf("declare %q among the values of %s", r, s.Into.Name)})
		}
	}
}
