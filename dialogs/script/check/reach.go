package check

import (
	"fmt"
	"strings"

	"anteroom/dialogs/script"
)

// reach proves that every step of the dialog, every rule of a route and every
// result lies on some path. Each path found covers all that it passes, so few
// are needed.
func (p *proof) reach() {
	m := p.m
	reached := make([]bool, len(p.d.Steps))
	taken := make(map[lit]bool)
	cover := func(found *path) {
		for _, at := range found.steps {
			s := at.step
			if !s.Question() || at.kind.counts() {
				if !reached[s.Index] {
					reached[s.Index] = true
					p.summary.witness[s.ID] = found.upTo(s.Index)
				}
			}
			for _, o := range m.nodes[s.Index].outs {
				if m.sat.holds(o.lit) {
					taken[o.lit] = true
				}
			}
		}
		p.compare(found)
		if p.most == nil || found.questions() > p.most.questions() {
			p.most = found
		}
		if p.least == nil || found.questions() < p.least.questions() {
			p.least = found
		}
	}
	dead := make([]bool, len(p.d.Steps))
	for _, s := range m.order {
		p.leadsOn(s)
		if reached[s.Index] {
			continue
		}
		found, is := m.find(m.toAsk(s)...)
		switch is {
		case satisfiable:
			cover(found)
		case unsatisfiable:
			dead[s.Index] = true
		default:
			if p.own(s) {
				p.undecided(s.At, fmt.Sprintf("whether a conversation can come to the step %s", s.ID))
			}
		}
	}
	never := make(map[lit]bool)
	for _, s := range m.order {
		if dead[s.Index] || !p.own(s) {
			continue
		}
		for _, o := range m.nodes[s.Index].outs {
			if taken[o.lit] || !p.mustCome(s, o) {
				continue
			}
			found, is := m.find(o.lit)
			switch is {
			case satisfiable:
				cover(found)
			case unsatisfiable:
				never[o.lit] = true
				p.never(s, o, p.behind(o.to, dead))
			default:
				p.undecided(placeOf(s, o), fmt.Sprintf("whether this way on from %s is ever taken", s.ID))
			}
		}
	}
	p.dead(dead, never)
}

// replay bounds the work of walking paths again on the engine.
const replay = 20_000_000

// compare walks a path on the engine itself, as long as that is no great work.
func (p *proof) compare(found *path) {
	work := found.work(p.d.Language)
	if p.replayed+work > replay {
		return
	}
	p.replayed += work
	if err := found.replays(p.lib, p.d); err != nil {
		p.tell(Finding{Rule: RuleInternal, At: p.d.At, What: err.Error(), Mend: "report this: the proof and the engine disagree", Transcript: found.transcript(p.d)})
	}
}

// leadsOn proves that a step goes on whatever happens there. The compiler sees
// to it; what it lets through would be a conversation that stops.
func (p *proof) leadsOn(s *script.Step) {
	for _, o := range p.m.nodes[s.Index].outs {
		if o.to >= 0 || o.lit == p.m.no() || !p.own(s) {
			continue
		}
		if found, is := p.m.find(o.lit); is != unsatisfiable {
			f := Finding{Rule: RuleDead, At: s.At, What: fmt.Sprintf("%s can be passed and leads nowhere", s.ID), Mend: "write `go: {else: STEP}`"}
			if found != nil {
				f.Transcript = p.shows(found, s)
			}
			p.tell(f)
			return
		}
	}
}

// toAsk is what must hold where a conversation comes to a step: a question
// counts when it is asked.
func (m *model) toAsk(s *script.Step) []lit {
	n := &m.nodes[s.Index]
	if !s.Question() {
		return []lit{n.passed}
	}
	to := []lit{n.asked}
	for _, o := range n.outs {
		if o.kind == empty {
			to = append(to, o.lit.not())
		}
	}
	return to
}

// mustCome picks the ways on that can be dead although their step is not.
func (p *proof) mustCome(s *script.Step, o outcome) bool {
	switch o.kind {
	case arm:
		return o.way >= 0
	case answered:
		return s.From != nil && o.way >= 0
	case resulted:
		return o.way >= 0
	default:
		return false
	}
}

func placeOf(s *script.Step, o outcome) script.Place {
	switch {
	case o.kind == arm && o.way >= 0:
		return s.Routes[o.way].At
	case o.way >= 0:
		return s.Ways[o.way].At
	case o.kind == answered:
		return s.LabelAt(o.value)
	default:
		return s.At
	}
}

// never reports a way on that no path takes.
func (p *proof) never(s *script.Step, o outcome, behind []script.Place) {
	f := Finding{Rule: RuleDead, At: placeOf(s, o), Also: behind}
	switch o.kind {
	case arm:
		f.What, f.Mend = fmt.Sprintf("this rule of %s is never taken", s.ID), "delete it, or mend its condition"
		why, also := p.whyNever(s, o.way)
		if s.Routes[o.way].When == nil && len(behind) == 0 { // kept for safety, perhaps
			f.Severity = Warning
		}
		f.What += ": " + why
		f.Also = append(also, f.Also...)
	case answered:
		f.What = fmt.Sprintf("%s never offers %q: what `from` holds never has it beside another", s.ID, o.value)
		f.Mend = "delete what leads on from it"
	default:
		f.What = fmt.Sprintf("%s never brings %q", s.Name, o.value)
		f.Mend = "delete what leads on from it, or mend the answers that should bring it"
	}
	p.tell(f)
}

// whyNever says what keeps a rule from being taken.
func (p *proof) whyNever(s *script.Step, rule int) (why string, also []script.Place) {
	n := &p.m.nodes[s.Index]
	r := s.Routes[rule]
	if r.When == nil {
		return "the rules before it take every case", nil
	}
	when := p.m.holds(r.When, s.Rank)
	found, is := p.m.find(n.passed, when)
	if is != satisfiable {
		return "its condition never holds here", nil
	}
	at, _ := found.passes(s.Index)
	first := s.Routes[at.way]
	taken := n.outs[at.way].lit
	if _, is := p.m.find(n.passed, when, taken.not()); is == unsatisfiable {
		return fmt.Sprintf("whenever its condition holds, the rule on line %d is taken", first.At.Line), []script.Place{first.At}
	}
	return fmt.Sprintf("whenever its condition holds, one before it is taken, as on line %d", first.At.Line), []script.Place{first.At}
}

// behind is the dead steps that follow one, and so are explained by it.
func (p *proof) behind(to int, dead []bool) []script.Place {
	var at []script.Place
	seen := make([]bool, len(p.d.Steps))
	var visit func(i int)
	visit = func(i int) {
		if i < 0 || seen[i] || !dead[i] {
			return
		}
		seen[i] = true
		if s := p.d.Steps[i]; p.own(s) {
			at = append(at, s.At)
		}
		for _, to := range next(p.d.Steps[i]) {
			visit(to)
		}
	}
	visit(to)
	return at
}

// dead reports the steps that no path comes to, where a step before them is
// reached and no dead rule explains it.
func (p *proof) dead(dead []bool, never map[lit]bool) {
	from := make([][]string, len(p.d.Steps))
	for _, s := range p.m.order {
		if dead[s.Index] {
			continue
		}
		for _, o := range p.m.nodes[s.Index].outs {
			if o.to >= 0 && dead[o.to] && !never[o.lit] {
				from[o.to] = append(from[o.to], s.ID)
			}
		}
	}
	for _, s := range p.m.order {
		if !dead[s.Index] || len(from[s.Index]) == 0 || !p.own(s) {
			continue
		}
		f := Finding{Rule: RuleDead, At: s.At, Mend: "delete it, or mend what leads there", Also: p.behind(s.Index, dead)[1:]}
		f.What = fmt.Sprintf("no conversation comes to the step %s, although %s could lead there", s.ID, strings.Join(from[s.Index][:min(3, len(from[s.Index]))], " or "))
		if _, is := p.m.find(p.m.nodes[s.Index].passed); s.From != nil && is == satisfiable {
			f.What = fmt.Sprintf("the question %s is never asked: %s never holds more than one", s.ID, s.From.Name)
			f.Also = nil
		}
		p.tell(f)
	}
}

// next is the steps that a step can go on to, over the graph.
func next(s *script.Step) []int {
	var to []int
	add := func(i int) {
		if i >= 0 {
			to = append(to, i)
		}
	}
	for _, w := range s.Ways {
		add(w.To)
	}
	for _, r := range s.Routes {
		add(r.To)
	}
	if s.Question() && s.MissAfter > 0 {
		add(s.MissTo)
	}
	if s.Op != script.Finish {
		add(s.Next)
	}
	return to
}

// work is what it costs to walk a path again: every input walks it from its
// first step, and draws the options of the question that it comes to.
func (p *path) work(lang string) int {
	inputs, options := 0, 0
	for _, at := range p.steps {
		inputs += len(at.inputs())
		if o := at.step.Options(lang); o != nil && at.step.From != nil {
			options += len(o.All)
		}
	}
	return (len(p.steps) + inputs) * (len(p.steps) + options)
}
