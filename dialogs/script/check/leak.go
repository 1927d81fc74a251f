package check

import (
	"fmt"
	"slices"
	"strings"

	"anteroom/dialogs/script"
)

// leaks proves that no fact comes to a place that its declaration forbids:
// not by its value, and not by what a way that depends on it lets be said.
//
// A fact that must never appear in a chat parts the conversation where its
// question's answers, or rules that read it, lead to different steps. What
// those ways do not have in common is tainted: a text there tells the answer
// to whoever reads along, and a fact written there carries it further. Ways
// marked `openly` may show in the chat in which the answer was given; all the
// others together must not be told apart.
// What a host call concludes is judged by the declaration of what it sets.
func (p *proof) leaks() {
	g := p.graph()
	for _, f := range p.d.Facts {
		for _, place := range []string{"chat", "slack", "partner"} {
			if f.NeverIn(place) {
				p.leak(g, f, place)
			}
		}
	}
	p.tooNarrow()
}

// taint is what depends on one secret.
type taint struct {
	secret *script.Fact
	place  string // where it must never appear
	facts  map[*script.Fact]bool
	steps  map[int][]int // by index: the steps whose ways part there
	parts  map[int]*parting
}

// parting is where the ways from a step part that depend on the secret.
type parting struct {
	lits []lit // of the ways
	to   []int // the steps that they lead to, the rarest first
}

func (p *proof) leak(g *graph, secret *script.Fact, place string) {
	t := taint{secret, place, map[*script.Fact]bool{secret: true}, make(map[int][]int), make(map[int]*parting)}
	for grown := true; grown; {
		grown = false
		for _, s := range p.m.order {
			now, before := p.parting(s, &t), t.parts[s.Index]
			if now != nil && len(now.to) > 1 && (before == nil || len(now.lits) > len(before.lits)) {
				t.parts[s.Index], grown = now, true
				for _, i := range g.between(now.to) {
					if !slices.Contains(t.steps[i], s.Index) {
						t.steps[i] = append(t.steps[i], s.Index)
					}
				}
			}
			if s.Into == secret && s.OwnInto != nil && !t.facts[s.OwnInto] {
				t.facts[s.OwnInto], grown = true, true
			}
			if _, is := t.steps[s.Index]; !is {
				continue
			}
			writes := []*script.Fact{s.OwnInto}
			if s.Op != script.Call && s.Op != script.Return {
				writes = append(writes, s.Into)
			}
			for _, set := range s.Sets {
				writes = append(writes, set.Fact)
			}
			for _, f := range writes {
				if f != nil && !t.facts[f] {
					t.facts[f], grown = true, true
				}
			}
		}
	}
	switch place {
	case "chat":
		p.shown(&t)
		p.chosen(g, &t, func(s *script.Step) bool { return s.Op == script.Say || s.Question() })
	case "slack":
		p.chosen(g, &t, func(s *script.Step) bool { return s.Op == script.Alert })
		p.given(&t, "a Slack channel", p.opts.Host.Slack)
	default:
		p.given(&t, "a partner", p.opts.Host.Partner)
	}
}

// parting finds the ways from a step that depend on the secret; nil when none
// does.
func (p *proof) parting(s *script.Step, t *taint) *parting {
	read := 0 // the first rule that reads what is tainted
	switch {
	case s.From != nil && t.facts[s.From]:
	case s.Into == t.secret && (s.Question() || s.Op == script.Do || s.Op == script.Wait):
	case s.Op == script.Branch:
		for read < len(s.Routes) && !reads(s.Routes[read].When, t.facts) {
			read++
		}
		if read == len(s.Routes) {
			return nil
		}
	default:
		return nil
	}
	chat := t.place == "chat"
	var out parting
	weight := make(map[int]int)
	for _, o := range p.m.nodes[s.Index].outs {
		open := false // or independent of the secret
		switch o.kind {
		case arm:
			open = o.way >= 0 && (o.way < read || chat && slices.ContainsFunc(s.Routes[o.way].Openly, func(f *script.Fact) bool { return t.facts[f] }))
		case skipped, missed, empty:
			open = true
		default:
			open = chat && o.way >= 0 && s.Ways[o.way].Openly
		}
		if open || o.lit == p.m.no() {
			continue
		}
		out.lits = append(out.lits, o.lit)
		if !slices.Contains(out.to, o.to) {
			out.to = append(out.to, o.to)
		}
		weight[o.to]++
		if o.way < 0 || s.Op == script.Branch && s.Routes[o.way].When == nil {
			weight[o.to] += len(p.d.Steps) // where all the rest goes
		}
	}
	slices.SortStableFunc(out.to, func(a, b int) int { return weight[a] - weight[b] })
	return &out
}

func reads(c *script.Cond, facts map[*script.Fact]bool) bool {
	any := false
	tests(c, func(c *script.Cond) { any = any || facts[c.Fact] })
	return any
}

// shown reports texts that hold a tainted fact, or something made from one.
func (p *proof) shown(t *taint) {
	for _, s := range p.m.order {
		if p.m.nodes[s.Index].passed == p.m.no() {
			continue
		}
		if s.From != nil && t.facts[s.From] {
			p.tell(Finding{Rule: RuleLeak, At: s.At, What: fmt.Sprintf("the buttons of %s show %s, which must never appear in a chat", s.ID, named(s.From, t.secret)),
				Mend: "offer all answers", Transcript: p.summary.Transcript(s.ID)})
		}
		for _, text := range texts(s) {
			for _, seg := range text.In("") {
				what := ""
				switch seg.Kind {
				case script.FactHere:
					if f := p.d.Facts[seg.Slot]; t.facts[f] {
						what = fmt.Sprintf("the text shows %s, which must never appear in a chat", named(f, t.secret))
					}
				case script.Readback:
					if f := p.vanishes(t); f != nil {
						what = fmt.Sprintf("{readback} leaves out %s where it was overwritten, and that shows %s", f.Name, t.secret.Name)
					}
				case script.GivenHere:
					if f := p.madeFrom(seg.Text, t); f != nil {
						what = fmt.Sprintf("{%s} is made from %s, which must never appear in a chat", seg.Text, named(f, t.secret))
					}
				}
				if what != "" {
					p.tell(Finding{Rule: RuleLeak, At: text.At, What: what, Mend: "reword the text without it", Transcript: p.summary.Transcript(s.ID)})
				}
			}
		}
	}
}

func named(f, secret *script.Fact) string {
	if f == secret {
		return f.Name
	}
	return fmt.Sprintf("%s, and so %s", f.Name, secret.Name)
}

// madeFrom is a tainted fact that a given is made from.
func (p *proof) madeFrom(given string, t *taint) *script.Fact {
	family, _, _ := strings.Cut(given, ".")
	for _, key := range []string{given, family + ".*"} {
		for _, name := range p.opts.Host.Givens[key] {
			if f, ok := p.d.Fact(name); ok && t.facts[f] {
				return f
			}
		}
	}
	return nil
}

// given reports what the host sends elsewhere of a tainted fact.
func (p *proof) given(t *taint, whom string, givens []string) {
	for _, name := range givens {
		if f := p.madeFrom(name, t); f != nil {
			p.tell(Finding{Rule: RuleLeak, At: t.secret.At, What: fmt.Sprintf("{%s} goes to %s and is made from %s", name, whom, named(f, t.secret)),
				Mend: "leave the fact out of it, or declare the fact otherwise"})
		}
	}
}

// chosen reports what is told on some of the ways that depend on the secret
// and not on others, once for each step whose ways part.
func (p *proof) chosen(g *graph, t *taint, tells func(*script.Step) bool) {
	for _, b := range p.m.order {
		part := t.parts[b.Index]
		if part == nil {
			continue
		}
		var told []*script.Step
		for _, s := range p.m.order {
			if slices.Contains(t.steps[s.Index], b.Index) && tells(s) {
				told = append(told, s)
			}
		}
		// What the rarest answer leads to shows it best.
		near := g.nearest(part.to)
		slices.SortStableFunc(told, func(x, y *script.Step) int { return near[x.Index] - near[y.Index] })
		way := p.m.or(part.lits...)
		for i, s := range told {
			if p.shownBy(t, b, s, way, told[i+1:]) {
				break
			}
		}
	}
}

// shownBy reports one text that shows the secret, if it does.
func (p *proof) shownBy(t *taint, branch, s *script.Step, way lit, others []*script.Step) bool {
	passed := p.m.nodes[s.Index].passed
	with, is := p.m.find(way, passed)
	if is == unsatisfiable {
		return false
	}
	if is == unknown {
		p.undecided(textAt(s), fmt.Sprintf("whether this shows what %s is", t.secret.Name))
		return true
	}
	without, is := p.differs(with, way, passed, branch)
	if is == unsatisfiable {
		return false
	}
	if is == unknown {
		p.undecided(textAt(s), fmt.Sprintf("whether this shows what %s is", t.secret.Name))
		return true
	}
	f := Finding{Rule: RuleLeak, At: textAt(s), Also: []script.Place{branch.At},
		What:       fmt.Sprintf("that this is said shows what %s is, which must never appear in a chat: the ways part at %s", t.secret.Name, branch.ID),
		Mend:       fmt.Sprintf("lead the ways of %s to the same step, or, where the person just gave that answer and may see it, mark them with `openly`", branch.ID),
		Transcript: p.shows(with, s), Other: without.transcript(p.d)}
	if t.place == "slack" {
		f.What = fmt.Sprintf("that this is told shows what %s is, which must never appear in Slack: the ways part at %s", t.secret.Name, branch.ID)
		f.Mend = fmt.Sprintf("lead the ways of %s to the same step, or tell nobody", branch.ID)
	}
	for _, o := range others[:min(len(others), 8)] {
		f.Also = append(f.Also, textAt(o))
	}
	p.tell(f)
	return true
}

// differs finds a path that takes another of the ways and does not come to
// the step: where it can, one that was the same up to where they part.
func (p *proof) differs(with *path, way, passed lit, branch *script.Step) (*path, answer) {
	same := []lit{way, passed.not()}
	for _, at := range with.steps {
		if at.step == branch {
			break
		}
		same = append(same, p.m.took(at))
	}
	if found, is := p.m.find(same...); is == satisfiable {
		return found, is
	}
	return p.m.find(way, passed.not())
}

// took is the outcome of a passage in the formula.
func (m *model) took(at passage) lit {
	for _, o := range m.nodes[at.step.Index].outs {
		if o.kind == at.kind && o.to == at.to && o.way == at.way {
			return o.lit
		}
	}
	return m.yes
}

func textAt(s *script.Step) script.Place {
	switch {
	case len(s.Say) > 0:
		return s.Say[0].At
	case s.Ask != nil:
		return s.Ask.At
	default:
		return s.At
	}
}

// width is how many people the words of seen-by stand for.
var width = map[string]int{"bot": 1, "therapist": 2, "case": 2, "practice": 3}

// tooNarrow reports host calls that show a fact to more people than may see it.
func (p *proof) tooNarrow() {
	for _, s := range p.m.order {
		call := p.opts.Host.Calls[s.Name]
		if s.Op != script.Do || !p.own(s) || call.Shows == "" {
			continue
		}
		for _, name := range call.Reads {
			if f, ok := p.d.Fact(name); ok && width[f.SeenBy] < width[call.Shows] {
				p.tell(Finding{Rule: RuleLeak, At: s.At, Also: []script.Place{f.At},
					What: fmt.Sprintf("%s shows %s to the %s, and it is seen by the %s only", s.Name, f.Name, call.Shows, f.SeenBy),
					Mend: "leave the fact out of the call, or declare who may see it otherwise"})
			}
		}
	}
}

// vanishes is a fact that a way which depends on the secret writes over what
// was answered, so that its line is missing from what is read back.
func (p *proof) vanishes(t *taint) *script.Fact {
	for _, s := range p.m.order {
		if s.Question() && s.Short != nil && s.Into != nil && s.Into != t.secret && t.facts[s.Into] && !s.Into.NeverIn("chat") {
			return s.Into
		}
	}
	return nil
}
