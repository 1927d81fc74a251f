package check

import (
	"fmt"
	"slices"
	"strings"

	"anteroom/dialogs/script"
)

// endless proves that every question leads on when it is not understood. In a
// several the person's own toggling, and going back or changing an answer, are
// rounds of their own choice and bounded by nothing.
func (p *proof) endless() {
	for _, s := range p.d.Steps {
		if s.Question() && s.MissAfter == 0 && p.begun && p.m.nodes[s.Index].passed != p.m.no() {
			p.tell(Finding{Rule: RuleEndless, At: s.At,
				What: fmt.Sprintf("the question %s is asked again without end when it is not understood", s.ID[strings.LastIndexByte(s.ID, '/')+1:]),
				Mend: "write `misses: {after: 3, go: STEP}`, to a step that comes later"})
		}
	}
}

// query is a way to break a promise. One path often breaks several at once,
// so they are looked for together.
type query struct {
	lits []lit // what would have to hold
	tell Finding
	at   *script.Step // where the transcript ends
	ask  string       // what stays open when the budget is used up
}

// none proves that no query has a path.
func (p *proof) none(queries []query) {
	for len(queries) > 0 {
		q := queries[0]
		queries = queries[1:]
		found, is := p.m.find(q.lits...)
		switch is {
		case unknown:
			p.undecided(q.tell.At, q.ask)
		case satisfiable:
			broken := func(q query) bool {
				q.tell.Transcript = p.shows(found, q.at)
				p.tell(q.tell)
				return true
			}
			broken(q)
			queries = slices.DeleteFunc(queries, func(q query) bool {
				return !slices.ContainsFunc(q.lits, func(l lit) bool { return !p.m.sat.holds(l) }) && broken(q)
			})
		}
	}
}

// unset proves that what is read was asked for or set before, and that no
// text has a hole.
func (p *proof) unset() {
	var all []query
	for _, s := range p.m.order {
		n := &p.m.nodes[s.Index]
		if !p.own(s) || n.passed == p.m.no() {
			continue
		}
		open := []lit{n.passed}
		for i, r := range s.Routes {
			if r.When != nil {
				all = append(all, p.readsIn(s, r, open)...)
			}
			open = append(open, n.outs[i].lit.not())
		}
		if s.From != nil {
			all = append(all, p.asked(s.From, s, s.At, "offers only what it holds", open))
		}
		for _, f := range s.Needs {
			all = append(all, p.asked(f, s, s.At, fmt.Sprintf("calls %s, which needs it", s.Name), open))
		}
		for _, text := range texts(s) {
			all = append(all, p.holes(s, text)...)
		}
	}
	p.none(all)
}

func (p *proof) readsIn(s *script.Step, r script.Route, open []lit) []query {
	var all []query
	guarded := make(map[*script.Fact]bool)
	tests(r.When, func(c *script.Cond) {
		if c.Op == script.CondKnown {
			guarded[c.Fact] = true
		}
	})
	tests(r.When, func(c *script.Cond) {
		if !guarded[c.Fact] {
			guarded[c.Fact] = true
			all = append(all, p.asked(c.Fact, s, r.At, "reads it", open))
		}
	})
	return all
}

// asked is the promise that a fact was asked for or set wherever the literals
// hold.
func (p *proof) asked(f *script.Fact, s *script.Step, at script.Place, reads string, open []lit) query {
	touched := p.m.tracks[f].at(s.Rank).touched
	return query{
		lits: append([]lit{touched.not()}, open...), at: s,
		tell: Finding{Rule: RuleUnset, At: at,
			What: fmt.Sprintf("%s %s, and on some path nothing has asked for %s or set it", s.ID, reads, f.Name),
			Mend: fmt.Sprintf("ask for it before, or guard the condition with known(%s)", f.Name)},
		ask: fmt.Sprintf("whether %s is always asked for or set before %s", f.Name, s.ID),
	}
}

// holes is the promise that every fact that a text names is known there.
func (p *proof) holes(s *script.Step, text *script.Phrase) []query {
	var all []query
	done := make(map[int]bool)
	for _, seg := range text.In("") {
		if seg.Kind != script.FactHere || done[seg.Slot] {
			continue
		}
		done[seg.Slot] = true
		f := p.d.Facts[seg.Slot]
		set := p.m.tracks[f].at(s.Rank).marks[0]
		all = append(all, query{
			lits: append(p.m.toAsk(s), set.not()), at: s,
			tell: Finding{Rule: RuleUnset, At: text.At,
				What: fmt.Sprintf("the text says {%s}, and on some path it is not known", f.Name),
				Mend: fmt.Sprintf("route around the text where it is not known: known(%s)", f.Name)},
			ask: fmt.Sprintf("whether {%s} is always known in this text", f.Name),
		})
	}
	return all
}

// private is the fact that a question may not ask for before consent.
func private(s *script.Step) *script.Fact {
	for _, f := range []*script.Fact{s.Into, s.OwnInto} {
		if s.Question() && f != nil && !f.BeforeConsent {
			return f
		}
	}
	return nil
}

// waits proves that whatever a step waits for can come.
func (p *proof) waits() {
	for _, s := range p.m.order {
		if s.Op != script.Wait || !p.own(s) || slices.Contains(p.opts.Events, s.Name) || p.m.nodes[s.Index].passed == p.m.no() {
			continue
		}
		events := "there is none that it brings"
		if len(p.opts.Events) > 0 {
			events = "it brings " + strings.Join(p.opts.Events, ", ")
		}
		p.tell(Finding{Rule: RuleEndless, At: s.At, Transcript: p.summary.Transcript(s.ID),
			What: fmt.Sprintf("the program never brings %q, and the conversation would wait here for ever", s.Name), Mend: "go on without it: " + events})
	}
}

// pick proves that which answer to change is asked with words that are known
// wherever that can be asked: at every question behind one whose answer is
// read back.
func (p *proof) pick() {
	text := p.d.Pick
	if text == nil {
		return
	}
	m := p.m
	var all []query
	back := m.no()
	for _, s := range m.order {
		if !s.Question() {
			continue
		}
		for _, seg := range text.In("") {
			if seg.Kind != script.FactHere {
				continue
			}
			f := p.d.Facts[seg.Slot]
			all = append(all, query{
				lits: append(m.toAsk(s), back, m.tracks[f].at(s.Rank).marks[0].not()), at: s,
				tell: Finding{Rule: RuleUnset, At: text.At,
					What: fmt.Sprintf("an answer can be changed at every question, and at some the text that asks which does not know {%s}", f.Name),
					Mend: "reword it without what was answered"},
				ask: fmt.Sprintf("whether {%s} is known wherever it is asked which answer to change", f.Name),
			})
		}
		if s.Short != nil {
			back = m.or(back, m.nodes[s.Index].asked)
		}
	}
	p.none(all)
}

// consent proves that no private question comes before consent.
func (p *proof) consent() {
	if p.d.Consent != nil && p.d.Consent.SetBy == "" {
		p.tell(Finding{Rule: RuleConsent, At: p.d.ConsentAt, Also: []script.Place{p.d.Consent.At},
			What: fmt.Sprintf("any value of %s counts as consent, and an answer or a `set` can give it one, a refusal too", p.d.Consent.Name),
			Mend: "name a fact that only the call which keeps consent sets, as with `set-by: remember-consent`"})
	}
	if p.d.ConsentGiven && (p.d.Name == p.opts.Help || slices.Contains(p.opts.Asides, p.d.Name)) {
		p.tell(Finding{Rule: RuleConsent, At: p.d.ConsentAt,
			What: fmt.Sprintf("%s can be opened at every question, before consent too, and says that consent was given", p.d.Name),
			Mend: "delete this line, and declare what it asks for with `before-consent: allowed`"})
	}
	var ask []*script.Step
	for _, s := range p.m.order {
		if private(s) != nil && p.m.nodes[s.Index].passed != p.m.no() {
			ask = append(ask, s)
		}
	}
	if len(ask) == 0 || p.d.ConsentGiven {
		return
	}
	if p.d.Consent == nil {
		if p.begun {
			p.tell(Finding{Rule: RuleConsent, At: p.d.At, Transcript: p.summary.Transcript(ask[0].ID),
				What: fmt.Sprintf("the dialog asks for %s and does not say what records consent", private(ask[0]).Name),
				Mend: "write `consent: FACT`; or `consent: given` where it is begun after consent only; or `before-consent: allowed` at the facts",
				Also: []script.Place{ask[0].At}})
		}
		return
	}
	// Only the first private question of a path is told: what follows it is
	// mended with it.
	first := p.m.no()
	for _, s := range ask {
		n := &p.m.nodes[s.Index]
		given := p.m.tracks[p.d.Consent].at(s.Rank).marks[0]
		found, is := p.m.find(n.asked, given.not(), first.not())
		switch is {
		case satisfiable:
			f := private(s)
			p.tell(Finding{Rule: RuleConsent, At: s.At, Transcript: p.shows(found, s), Also: []script.Place{p.d.ConsentAt},
				What: fmt.Sprintf("%s asks for %s before %s is set", s.ID, f.Name, p.d.Consent.Name),
				Mend: fmt.Sprintf("ask it after consent, or declare %s with `before-consent: allowed`", f.Name)})
		case unknown:
			p.undecided(s.At, fmt.Sprintf("whether consent always comes before %s", s.ID))
		}
		first = p.m.or(first, p.m.and(n.asked, given.not()))
	}
}

// counts proves how many questions the longest and the shortest path ask.
func (p *proof) counts() {
	sum := &p.summary
	// Where the promise holds over the graph already, it is worth less effort
	// to find out by how much.
	hurry := p.d.Limit > 0 && p.d.Longest <= p.d.Limit
	longest, shortest, most, fewest := p.m.extremes(hurry)
	if longest == nil || p.most != nil && p.most.questions() > longest.questions() {
		longest = p.most
	}
	if shortest == nil {
		shortest = p.least
	}
	sum.Longest, sum.Shortest = most, fewest
	if longest != nil && shortest != nil {
		sum.LongestPath, sum.ShortestPath = longest.transcript(p.d), shortest.transcript(p.d)
		sum.Exact = longest.questions() == most && shortest.questions() == fewest
	}
	switch limit := p.d.Limit; {
	case limit == 0 && sum.Questions > 0:
		p.tell(Finding{Rule: RuleLongest, At: p.d.At, Transcript: sum.LongestPath,
			What: "the dialog asks questions and does not say `longest`", Mend: fmt.Sprintf("write `longest: %d`", most)})
	case limit == 0 || most <= limit:
	case longest != nil && longest.questions() > limit:
		p.tell(Finding{Rule: RuleLongest, At: p.d.LimitAt, Transcript: sum.LongestPath,
			What: fmt.Sprintf("the longest path asks %d questions, and longest allows %d", longest.questions(), limit),
			Mend: "ask fewer questions on it, or promise more"})
	default:
		p.undecided(p.d.LimitAt, fmt.Sprintf("whether a path asks more than %d questions; none asks more than %d", limit, most))
	}
}
