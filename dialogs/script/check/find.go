package check

import (
	"maps"
	"slices"

	"anteroom/dialogs/script"
)

const (
	// effort is how many conflicts the proof of one dialog may cost where the
	// options do not say, and patience how often one question may come to facts
	// from which a host call concludes otherwise.
	effort   = 400_000
	patience = 1_000
	// stubborn is the part of the effort that one question may use.
	stubborn = 8
)

func (o *Options) budget() int {
	if o.Budget > 0 {
		return o.Budget
	}
	return effort
}

// find looks for a path on which all the literals hold. What host calls
// conclude is at first anything that the script declares. Where the call can
// be made, the formula learns its true answer from the facts of the path, and
// the search goes on: with the same facts first, and elsewhere when those do
// not lead there.
func (m *model) find(assume ...lit) (*path, answer) {
	if slices.Contains(assume, m.no()) {
		return nil, unsatisfiable
	}
	var same []lit
	for try := 0; try < patience; {
		before := m.sat.conflicts
		found := m.sat.solve(min(m.left, m.once), append(slices.Clone(assume), same...)...)
		m.left -= m.sat.conflicts - before
		if found != satisfiable {
			if len(same) == 0 || m.left <= 0 {
				return nil, found
			}
			same = nil
			m.sat.scatter(m.random)
			try++
			continue
		}
		p := m.path()
		facts := m.learn(p)
		if facts == nil {
			return p, satisfiable
		}
		same = append(same, facts...)
	}
	return nil, unknown
}

// learn looks for a host call that does not conclude what the path says, adds
// to the formula what it does conclude, and returns the facts that it
// concluded it from; nil when all is as it says.
func (m *model) learn(p *path) []lit {
	for _, at := range p.steps {
		s := at.step
		call := m.opts.Host.Calls[s.Name]
		if at.kind != resulted || s.Op != script.Do || call.Decide == nil || s.Into == nil || !s.Into.Type.OneOf() {
			continue
		}
		results := call.Decide(restrict(p.facts(s.Index), call.Reads))
		if slices.Contains(results, at.value) {
			continue
		}
		passed := m.nodes[s.Index].passed
		clause := append(m.unlike(call.Reads, s.Index), passed.not())
		facts := make([]lit, len(clause))
		for i, l := range clause {
			facts[i] = l.not()
		}
		for _, o := range m.nodes[s.Index].outs {
			if slices.Contains(results, o.value) {
				clause = append(clause, o.lit)
			}
		}
		for _, r := range results {
			if _, ok := s.Into.Parse(r); !ok {
				m.strange[s] = r
			}
		}
		m.sat.add(clause...)
		return facts
	}
	return nil
}

// unlike is a clause: at a step, some of the facts have other values than in
// what the solver found last.
func (m *model) unlike(facts []string, step int) []lit {
	var clause []lit
	for _, name := range facts {
		f, ok := m.d.Fact(name)
		if !ok {
			continue
		}
		for _, l := range m.tracks[f].at(m.d.Steps[step].Rank).marks {
			if m.sat.holds(l) {
				clause = append(clause, l.not())
			} else {
				clause = append(clause, l)
			}
		}
	}
	return clause
}

// like is that facts have these values at a step, or are not known where the
// value is empty. What the dialog does not tell apart is left out.
func (m *model) like(facts map[string]string, step int) []lit {
	var out []lit
	for _, name := range slices.Sorted(maps.Keys(facts)) {
		f, ok := m.d.Fact(name)
		if !ok || m.tracks[f] == nil {
			continue
		}
		v, ok := f.Parse(facts[name])
		if !ok && facts[name] != "" {
			continue
		}
		t := m.tracks[f]
		marks := t.at(m.d.Steps[step].Rank).marks
		for i, on := range t.dom.holding(v) {
			if on && v.Set {
				out = append(out, marks[i])
			} else {
				out = append(out, marks[i].not())
			}
		}
	}
	return out
}

func restrict(facts map[string]string, names []string) map[string]string {
	out := make(map[string]string, len(names))
	for _, name := range names {
		if v, ok := facts[name]; ok {
			out[name] = v
		}
	}
	return out
}
