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
		if slices.ContainsFunc(p.d.Facts, func(wide *script.Fact) bool { return width[f.SeenBy] < width[wide.SeenBy] }) {
			p.leak(g, f, wider)
		}
	}
	p.tooNarrow()
}

// wider stands for the place where those read who may not see a fact.
const wider = "wider"

// taint is what depends on one secret.
type taint struct {
	g      *graph
	secret *script.Fact
	place  string                        // where it must never appear
	facts  map[*script.Fact]map[int]bool // by index: the steps that write it so
	steps  map[int][]int                 // by index: the steps whose ways part there
	parts  map[int]*parting
}

// parting is where the ways from a step part that depend on the secret.
type parting struct {
	lits []lit // of the ways
	to   []int // the steps that they lead to, the rarest first
}

// at reports that a fact depends on the secret where a step reads it: a step
// before it may have written it so.
func (t *taint) at(f *script.Fact, s *script.Step) bool {
	if f == t.secret {
		return true
	}
	for w := range t.facts[f] {
		if t.g.comes(w, s.Index) {
			return true
		}
	}
	return false
}

// add notes that a step writes a fact in dependence on the secret, and
// reports whether that is news.
func (t *taint) add(f *script.Fact, s *script.Step) bool {
	if f == nil || f == t.secret || t.facts[f][s.Index] {
		return false
	}
	if t.facts[f] == nil {
		t.facts[f] = make(map[int]bool)
	}
	t.facts[f][s.Index] = true
	return true
}

func (p *proof) leak(g *graph, secret *script.Fact, place string) {
	t := taint{g, secret, place, make(map[*script.Fact]map[int]bool), make(map[int][]int), make(map[int]*parting)}
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
			if s.Into == secret {
				grown = t.add(s.OwnInto, s) || grown
			}
			if _, is := t.steps[s.Index]; !is {
				continue
			}
			grown = t.add(s.OwnInto, s) || grown
			if s.Op != script.Call && s.Op != script.Return {
				grown = t.add(s.Into, s) || grown
			}
			for _, set := range s.Sets {
				grown = t.add(set.Fact, s) || grown
			}
		}
	}
	switch place {
	case "chat":
		p.shown(&t)
		p.chosen(&t, p.says)
	case "slack":
		p.chosen(&t, p.alerts)
		p.given(&t, "a Slack channel", p.opts.Host.Slack)
	case wider:
		p.chosen(&t, t.copies)
	default:
		p.given(&t, "a partner", p.opts.Host.Partner)
	}
}

// parting finds the ways from a step that depend on the secret; nil when none
// does.
func (p *proof) parting(s *script.Step, t *taint) *parting {
	read := 0 // the first rule that reads what is tainted
	switch {
	case s.From != nil && t.at(s.From, s):
	case s.Into == t.secret && (s.Question() || s.Op == script.Do || s.Op == script.Wait):
	case s.Op == script.Branch:
		for read < len(s.Routes) && !t.reads(s.Routes[read].When, s) {
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
			open = o.way >= 0 && (o.way < read || chat && slices.ContainsFunc(s.Routes[o.way].Openly, func(f *script.Fact) bool { return t.at(f, s) }))
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

func (t *taint) reads(c *script.Cond, s *script.Step) bool {
	any := false
	tests(c, func(c *script.Cond) { any = any || t.at(c.Fact, s) })
	return any
}

// shown reports texts that hold a tainted fact, or something made from one.
func (p *proof) shown(t *taint) {
	for _, s := range p.m.order {
		if p.m.nodes[s.Index].passed == p.m.no() {
			continue
		}
		if s.From != nil && t.at(s.From, s) {
			p.tell(Finding{Rule: RuleLeak, At: s.At, What: fmt.Sprintf("the buttons of %s show %s, which must never appear in a chat", s.ID, named(s.From, t.secret)),
				Mend: "offer all answers", Transcript: p.summary.Transcript(s.ID)})
		}
		for _, text := range texts(s) {
			tainted := func(f *script.Fact) bool {
				// Which answer to change may be asked at any question.
				return t.at(f, s) || text == s.Pick && len(t.facts[f]) > 0
			}
			for _, seg := range text.In("") {
				what := ""
				switch seg.Kind {
				case script.FactHere:
					if f := p.d.Facts[seg.Slot]; tainted(f) {
						what = fmt.Sprintf("the text shows %s, which must never appear in a chat", named(f, t.secret))
					}
				case script.Readback:
					if f := p.vanishes(t, s); f != nil {
						what = fmt.Sprintf("{readback} leaves out %s where it was overwritten, and that shows %s", f.Name, t.secret.Name)
					}
				case script.GivenHere:
					if f := p.madeFrom(seg.Text, tainted); f != nil {
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

// vanishes is a fact that a way which depends on the secret writes over what
// was answered, so that its line is missing from what is read back.
func (p *proof) vanishes(t *taint, review *script.Step) *script.Fact {
	for _, s := range p.m.order {
		if s.Question() && s.Short != nil && s.Into != nil && s.Into != t.secret && t.at(s.Into, review) && !s.Into.NeverIn("chat") {
			return s.Into
		}
	}
	return nil
}

func named(f, secret *script.Fact) string {
	if f == secret {
		return f.Name
	}
	return fmt.Sprintf("%s, and so %s", f.Name, secret.Name)
}

// madeFrom is a tainted fact that a given is made from.
func (p *proof) madeFrom(given string, tainted func(*script.Fact) bool) *script.Fact {
	family, _, _ := strings.Cut(given, ".")
	for _, key := range []string{given, family + ".*"} {
		for _, name := range p.opts.Host.Givens[key] {
			if f, ok := p.d.Fact(name); ok && tainted(f) {
				return f
			}
		}
	}
	return nil
}

// given reports what the host sends elsewhere of a tainted fact.
func (p *proof) given(t *taint, whom string, givens []string) {
	for _, name := range givens {
		tainted := func(f *script.Fact) bool { return f == t.secret || len(t.facts[f]) > 0 }
		if f := p.madeFrom(name, tainted); f != nil {
			what := fmt.Sprintf("%s goes to %s", name, whom)
			if f != t.secret || f.Name != name {
				what += " and is made from " + named(f, t.secret)
			}
			p.tell(Finding{Rule: RuleLeak, At: t.secret.At, What: what,
				Mend: "leave the fact out of it, or declare the fact otherwise"})
		}
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
