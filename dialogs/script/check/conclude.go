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

// conclude proves that every conclusion comes on some path of some dialog: it
// finds a path to the host call, draws the conclusion from its facts, forbids
// those facts, and goes on until all have come or no path is left. What one
// dialog brings the next need not, and the largest is asked first.
func conclude(proofs []*proof, opts *Options) {
	proofs = slices.Clone(proofs)
	slices.SortStableFunc(proofs, func(a, b *proof) int { return len(b.d.Steps) - len(a.d.Steps) })
	for _, c := range opts.Conclusions {
		var first *search
		left := slices.Clone(c.Values)
		for _, p := range proofs {
			s := p.searched(c)
			if s == nil {
				continue
			}
			left = s.comes(left)
			if first == nil || !first.open && s.open {
				first = s
			}
		}
		if first == nil || len(left) == 0 {
			continue
		}
		never := strings.Join(left, " or ")
		f := Finding{Rule: RuleConclude, At: first.at[0].At, What: fmt.Sprintf("%s is never %s", c.Name, never),
			Mend: "mend the answers that should bring it, or drop it from what can be concluded"}
		if first.open {
			f.Rule, f.What, f.Mend = RuleUndecided, fmt.Sprintf("undecided: whether %s can be %s%s", c.Name, never, first.tried), "let fewer facts decide it"
		}
		first.p.tell(f)
	}
	brings(proofs)
}

// search is the search of one dialog for what a conclusion can be.
type search struct {
	p      *proof
	c      Conclusion
	at     []*script.Step
	passed lit
	open   bool // it came to no end
	tried  string
}

func (p *proof) searched(c Conclusion) *search {
	s := &search{p: p, c: c, passed: p.m.no()}
	for _, step := range p.m.order {
		if step.Op == script.Do && step.Name == c.Call {
			s.at = append(s.at, step)
			s.passed = p.m.or(s.passed, p.m.nodes[step.Index].passed)
		}
	}
	if len(s.at) == 0 || !p.begun {
		return nil
	}
	return s
}

// comes looks for paths on which these values come, and returns those that did
// not.
func (s *search) comes(left []string) []string {
	m := s.p.m
	came := func(found *path, step *script.Step) {
		values := s.c.Decide(restrict(found.facts(step.Index), s.c.Reads))
		left = slices.DeleteFunc(left, func(v string) bool { return slices.Contains(values, v) })
	}
	for _, facts := range s.c.Near {
		for _, step := range s.at {
			if len(left) == 0 {
				return nil
			}
			if found, is := m.find(append(m.like(facts, step.Index), m.nodes[step.Index].passed)...); is == satisfiable {
				came(found, step)
			}
		}
	}
	seen := m.sat.variable() // holds during this search; what it forbids ends with it
	for range attempts {
		if len(left) == 0 {
			return nil
		}
		// Solutions near each other conclude the same, so the solver is sent
		// elsewhere each time.
		m.sat.scatter(m.random)
		found, is := m.find(s.passed, seen)
		switch is {
		case unknown:
			s.open = true
			return left
		case unsatisfiable:
			return left
		}
		for _, step := range s.at {
			if _, ok := found.passes(step.Index); ok {
				came(found, step)
				m.sat.add(append(m.unlike(s.c.Reads, step.Index), m.nodes[step.Index].passed.not(), seen.not())...)
			}
		}
	}
	s.open, s.tried = true, fmt.Sprintf("; it was not in %d tries", attempts)
	return left
}

// brings proves that each result that a host call can decide on comes at one
// of the places where the call is made, in whichever dialog.
func brings(proofs []*proof) {
	type result struct{ call, fact, value string }
	var all []result
	first := make(map[result]Finding) // where nothing brings it
	by := make(map[result]*proof)
	for _, p := range proofs {
		for _, s := range p.m.order {
			call := p.opts.Host.Calls[s.Name]
			if s.Op != script.Do || !p.own(s) || call.Decide == nil || s.Into == nil || !s.Into.Type.OneOf() {
				continue
			}
			for _, v := range s.Into.Values {
				r := result{s.Name, s.Into.Name, v}
				if by[r] == nil {
					by[r] = p
					all = append(all, r)
					first[r] = Finding{Rule: RuleConclude, At: s.At, What: fmt.Sprintf("%s never brings %s = %s", r.call, r.fact, v),
						Mend: "mend the answers that should bring it, or drop the value"}
				}
			}
		}
	}
	for _, r := range all {
		f, came := first[r], false
		for _, p := range proofs {
			any := p.m.no()
			for _, s := range p.m.order {
				if s.Op != script.Do || s.Name != r.call || s.Into == nil || s.Into.Name != r.fact {
					continue
				}
				for _, o := range p.m.nodes[s.Index].outs {
					if o.value == r.value {
						any = p.m.or(any, o.lit)
					}
				}
			}
			_, is := p.m.find(any)
			if came = is == satisfiable; came {
				break
			}
			if is == unknown {
				f.Rule, f.What, f.Mend = RuleUndecided, fmt.Sprintf("undecided: whether %s can bring %s = %s", r.call, r.fact, r.value), simpler
			}
		}
		if !came {
			by[r].tell(f)
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
