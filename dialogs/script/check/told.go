package check

import (
	"fmt"
	"slices"
	"strings"

	"anteroom/dialogs/script"
)

// The functions below name what a step tells to those who read in a place;
// steps that tell the same have the same name. Empty is nothing.

// says is what the chat shows. How a dialog ends is part of it where the
// program says something for that.
func (p *proof) says(s *script.Step) string {
	switch {
	case s.Op == script.Say || s.Question():
		return s.ID
	case s.Op == script.Finish && p.begun && slices.Contains(p.opts.Tells, s.Name):
		return "finish " + s.Name
	}
	return ""
}

// alerts is what a Slack channel shows.
func (p *proof) alerts(s *script.Step) string {
	if s.Op == script.Alert || s.Op == script.Do && p.opts.Host.Calls[s.Name].Slack {
		return s.ID
	}
	return ""
}

// copies is what is set for more people to read than may see the secret.
func (t *taint) copies(s *script.Step) string {
	for _, set := range s.Sets {
		if width[set.Fact.SeenBy] > width[t.secret.SeenBy] && set.Fact != t.secret {
			return "set " + set.Fact.Name + " " + set.Value.Text
		}
	}
	return ""
}

// chosen reports what is told on some of the ways that depend on the secret
// and not on others, once for each step whose ways part.
func (p *proof) chosen(t *taint, tells func(*script.Step) string) {
	same := make(map[string][]lit) // that it is told, by its name
	for _, s := range p.m.order {
		if name := tells(s); name != "" {
			same[name] = append(same[name], p.m.nodes[s.Index].passed)
		}
	}
	for _, b := range p.m.order {
		part := t.parts[b.Index]
		if part == nil {
			continue
		}
		var told []*script.Step
		for _, s := range p.m.order {
			if slices.Contains(t.steps[s.Index], b.Index) && tells(s) != "" {
				told = append(told, s)
			}
		}
		// What the rarest answer leads to shows it best.
		near := t.g.nearest(part.to)
		slices.SortStableFunc(told, func(x, y *script.Step) int { return near[x.Index] - near[y.Index] })
		way := p.m.or(part.lits...)
		for i, s := range told {
			if p.shownBy(t, b, s, way, p.m.or(same[tells(s)]...), told[i+1:]) {
				break
			}
		}
	}
}

// shownBy reports one thing that is told and shows the secret, if it does.
func (p *proof) shownBy(t *taint, branch, s *script.Step, way, is lit, others []*script.Step) bool {
	with, answer := p.m.find(way, is, p.m.nodes[s.Index].passed)
	var without *path
	alone := false
	if answer == satisfiable {
		without, alone, answer = p.differs(t, with, way, is, branch)
	}
	switch answer {
	case unsatisfiable:
		return false
	case unknown:
		p.undecided(textAt(s), fmt.Sprintf("whether this shows what %s is", t.secret.Name))
		return true
	}
	p.compare(without)
	f := Finding{Rule: RuleLeak, At: textAt(s), Also: []script.Place{branch.At},
		What:       fmt.Sprintf("that this is said shows what %s is, which must never appear in a chat: the ways part at %s", t.secret.Name, branch.ID),
		Mend:       fmt.Sprintf("lead the ways of %s to the same step, or, where the person just gave that answer and may see it, mark them with `openly`", branch.ID),
		Transcript: p.shows(with, s), Other: without.transcript(p.d), Alone: alone}
	switch {
	case t.place == "slack":
		f.What = fmt.Sprintf("that this is told shows what %s is, which must never appear in Slack: the ways part at %s", t.secret.Name, branch.ID)
		f.Mend = fmt.Sprintf("lead the ways of %s to the same step, or tell nobody", branch.ID)
	case t.place == wider:
		f.What = fmt.Sprintf("that this is set shows more people what %s is, which is seen by the %s only: the ways part at %s", t.secret.Name, t.secret.SeenBy, branch.ID)
		f.Mend = fmt.Sprintf("set the same on all ways of %s, or declare who may see it otherwise", branch.ID)
	case s.Op == script.Finish:
		f.What = strings.Replace(f.What, "this is said", fmt.Sprintf("it ends as %q, for which something is said,", s.Name), 1)
	}
	for _, o := range others[:min(len(others), 8)] {
		f.Also = append(f.Also, textAt(o))
	}
	p.tell(f)
	return true
}

// differs finds a path that takes another of the ways and on which it is not
// told: where it can, one with the same answers to all that does not depend on
// the secret, and it reports whether that could be.
func (p *proof) differs(t *taint, with *path, way, is lit, branch *script.Step) (without *path, alone bool, found answer) {
	all := []lit{way, is.not()}
	for _, g := range p.m.needs {
		if value, known := with.given[g.fact.Name]; g.fact != t.secret && known {
			all = append(append(all, g.wrote), g.gives.hold(value)...)
		} else if g.fact != t.secret {
			all = append(all, g.wrote.not())
		}
	}
	ways := []lit{way, is.not()}
	before := true
	for _, at := range with.steps {
		before = before && at.step != branch
		if before {
			ways = append(ways, p.m.wayOn(at))
		}
		if _, tainted := t.steps[at.step.Index]; !tainted && at.step.Into != t.secret && p.free(at.step) {
			all = append(all, p.m.took(at)...)
		}
	}
	for i, lits := range [][]lit{all, ways, {way, is.not()}} {
		if without, found = p.m.find(lits...); found == satisfiable {
			return without, i == 0, found
		}
	}
	return nil, false, found
}

// free reports that what comes of a step does not follow from what came before.
func (p *proof) free(s *script.Step) bool {
	return s.Question() || s.Op == script.Wait || s.Op == script.Do && p.opts.Host.Calls[s.Name].Decide == nil
}

// wayOn is the way on that a passage took.
func (m *model) wayOn(at passage) lit {
	for _, o := range m.nodes[at.step.Index].outs {
		if o.kind == at.kind && o.to == at.to && o.way == at.way {
			return o.lit
		}
	}
	return m.yes
}

// took is what came of a step in a passage, its value included.
func (m *model) took(at passage) []lit {
	n := &m.nodes[at.step.Index]
	one := at.step.Into == nil || at.step.Into.Type.OneOf()
	for _, o := range n.outs {
		if o.kind != at.kind || o.to != at.to || o.way != at.way || one && o.value != at.value {
			continue
		}
		lits := []lit{o.lit}
		if !one && (at.kind == answered || at.kind == resulted) {
			lits = append(lits, n.gives.hold(at.value)...)
		}
		return append(lits, n.own.is(at.own))
	}
	return nil
}

// hold is that it is this value.
func (g *gives) hold(value string) []lit {
	var lits []lit
	ids := strings.Split(value, ",")
	for i, l := range g.lits {
		lits = append(lits, l.is(slices.Contains(ids, g.ids[i])))
	}
	if g.rest != 0 {
		lits = append(lits, g.rest.is(slices.Contains(ids, g.other)))
	}
	return lits
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
