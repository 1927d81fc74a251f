package check

import "slices"

// lit is a variable, or its negation in the lowest bit.
type lit int32

func (l lit) not() lit { return l ^ 1 }

// is returns l, or its negation.
func (l lit) is(yes bool) lit {
	if yes {
		return l
	}
	return l ^ 1
}

type answer uint8

const (
	unknown answer = iota // the budget was used up
	satisfiable
	unsatisfiable
)

// sat decides whether boolean clauses can hold together: conflict-driven
// clause learning as in Eén and Sörensson, "An Extensible SAT-solver" (2003),
// with the clause measure of Glucose. It is small because the formulas of
// dialogs are, and it counts its effort in conflicts rather than in seconds,
// so that the same script always gets the same answer.
//
// Clauses may be added between two questions; what was learned stays.
type sat struct {
	value   []int8 // by literal: 1 true, -1 false, 0 open
	level   []int32
	reason  []*clause
	watches [][]watch // by literal: clauses to look at when it becomes false
	trail   []lit
	limits  []int // of the trail, by decision level
	head    int

	activity []float64
	bump     float64
	heap     []int32 // of variables, the most active first
	at       []int32 // their places in the heap, -1 outside
	free     []bool  // decided by the search
	phase    []bool  // the value that a variable is tried with first
	seen     []bool

	learned   []*clause
	room      int // how many may be kept
	conflicts int // in all
	broken    bool
	model     []int8
}

type clause struct {
	lits    []lit
	learned bool
	glue    int32 // how many decision levels it joins; few is good
}

type watch struct {
	c     *clause
	other lit // when this one is true, the clause need not be looked at
}

func newSat() *sat { return &sat{bump: 1, room: 4000} }

// variable is a new variable that the search decides.
func (s *sat) variable() lit {
	l := s.derived()
	s.free[l>>1] = true
	s.push(int32(l >> 1))
	return l
}

// derived is a new variable that follows from others, by clauses in which it
// may be false wherever they leave it open.
func (s *sat) derived() lit {
	v := int32(len(s.level))
	s.value = append(s.value, 0, 0)
	s.level = append(s.level, 0)
	s.reason = append(s.reason, nil)
	s.watches = append(s.watches, nil, nil)
	s.activity = append(s.activity, 0)
	s.phase = append(s.phase, false)
	s.seen = append(s.seen, false)
	s.at = append(s.at, -1)
	s.free = append(s.free, false)
	return lit(v << 1)
}

// add states that one of the literals holds.
func (s *sat) add(lits ...lit) {
	if s.broken {
		return
	}
	lits = slices.Clone(lits)
	slices.Sort(lits)
	kept := lits[:0]
	for i, l := range lits {
		switch {
		case s.value[l] > 0, i > 0 && lits[i-1] == l.not():
			return
		case s.value[l] < 0, i > 0 && lits[i-1] == l:
		default:
			kept = append(kept, l)
		}
	}
	switch len(kept) {
	case 0:
		s.broken = true
	case 1:
		s.assign(kept[0], nil)
		s.broken = s.propagate() != nil
	default:
		s.attach(&clause{lits: kept})
	}
}

func (s *sat) attach(c *clause) {
	s.watches[c.lits[0]] = append(s.watches[c.lits[0]], watch{c, c.lits[1]})
	s.watches[c.lits[1]] = append(s.watches[c.lits[1]], watch{c, c.lits[0]})
}

func (s *sat) assign(l lit, why *clause) {
	s.value[l], s.value[l.not()] = 1, -1
	v := l >> 1
	s.level[v] = int32(len(s.limits))
	s.reason[v] = why
	s.trail = append(s.trail, l)
}

// propagate draws what follows from the trail, and returns a clause that
// cannot hold, if there is one.
func (s *sat) propagate() *clause {
	for s.head < len(s.trail) {
		gone := s.trail[s.head].not()
		s.head++
		list := s.watches[gone]
		keep := list[:0]
		for i := 0; i < len(list); i++ {
			w := list[i]
			if s.value[w.other] > 0 {
				keep = append(keep, w)
				continue
			}
			lits := w.c.lits
			if lits[0] == gone {
				lits[0], lits[1] = lits[1], lits[0]
			}
			first := lits[0]
			if s.value[first] > 0 {
				keep = append(keep, watch{w.c, first})
				continue
			}
			moved := false
			for k := 2; k < len(lits); k++ {
				if s.value[lits[k]] >= 0 {
					lits[1], lits[k] = lits[k], lits[1]
					s.watches[lits[1]] = append(s.watches[lits[1]], watch{w.c, first})
					moved = true
					break
				}
			}
			if moved {
				continue
			}
			keep = append(keep, watch{w.c, first})
			if s.value[first] < 0 {
				keep = append(keep, list[i+1:]...)
				s.watches[gone] = keep
				return w.c
			}
			s.assign(first, w.c)
		}
		s.watches[gone] = keep
	}
	return nil
}

// learn finds, for a clause that cannot hold, a clause that forbids the
// decisions at fault, and the level to return to. The first literal is the
// one that then follows.
func (s *sat) learn(c *clause) (lits []lit, back int) {
	lits = append(lits, 0)
	open, at := 0, len(s.trail)-1
	here := int32(len(s.limits))
	next := lit(-1)
	for {
		for _, l := range c.lits {
			v := l >> 1
			if l == next || s.seen[v] || s.level[v] == 0 {
				continue
			}
			s.seen[v] = true
			s.rise(int32(v))
			if s.level[v] == here {
				open++
			} else {
				lits = append(lits, l)
			}
		}
		for !s.seen[s.trail[at]>>1] {
			at--
		}
		next = s.trail[at]
		at--
		c = s.reason[next>>1]
		s.seen[next>>1] = false
		if open--; open == 0 {
			break
		}
	}
	lits[0] = next.not()
	all := slices.Clone(lits)
	kept := lits[:1]
	for _, l := range lits[1:] {
		if !s.implied(l) {
			kept = append(kept, l)
		}
	}
	for _, l := range all {
		s.seen[l>>1] = false
	}
	if len(kept) == 1 {
		return kept, 0
	}
	highest := 1
	for i := range kept {
		if i > 0 && s.level[kept[i]>>1] > s.level[kept[highest]>>1] {
			highest = i
		}
	}
	kept[1], kept[highest] = kept[highest], kept[1]
	return kept, int(s.level[kept[1]>>1])
}

// implied reports a literal that the others of a learned clause bring about.
func (s *sat) implied(l lit) bool {
	why := s.reason[l>>1]
	if why == nil {
		return false
	}
	for _, o := range why.lits {
		if o>>1 != l>>1 && !s.seen[o>>1] && s.level[o>>1] > 0 {
			return false
		}
	}
	return true
}

func (s *sat) backTo(level int) {
	if len(s.limits) <= level {
		return
	}
	for i := len(s.trail) - 1; i >= s.limits[level]; i-- {
		l := s.trail[i]
		s.value[l], s.value[l.not()] = 0, 0
		s.phase[l>>1] = l&1 == 0
		if s.free[l>>1] && s.at[l>>1] < 0 {
			s.push(int32(l >> 1))
		}
	}
	s.trail = s.trail[:s.limits[level]]
	s.limits = s.limits[:level]
	s.head = len(s.trail)
}

// solve looks for values under which every clause and all assumptions hold,
// within a number of conflicts. The values are kept for [sat.holds].
func (s *sat) solve(budget int, assume ...lit) answer {
	if s.broken {
		return unsatisfiable
	}
	defer s.backTo(0)
	for round := 1; ; round++ {
		limit := min(100*luby(round), budget)
		if limit <= 0 {
			return unknown
		}
		if found := s.search(limit, assume); found != unknown {
			return found
		}
		budget -= limit
		s.backTo(0)
	}
}

func (s *sat) search(limit int, assume []lit) answer {
	for {
		if c := s.propagate(); c != nil {
			if len(s.limits) == 0 {
				s.broken = true
				return unsatisfiable
			}
			s.conflicts++
			limit--
			lits, back := s.learn(c)
			glue := s.glue(lits)
			s.backTo(back)
			if len(lits) == 1 {
				s.assign(lits[0], nil)
			} else {
				c := &clause{lits: lits, learned: true, glue: glue}
				s.learned = append(s.learned, c)
				s.attach(c)
				s.assign(lits[0], c)
			}
			s.bump /= 0.95
			continue
		}
		if limit <= 0 {
			return unknown
		}
		if len(s.learned) > s.room {
			s.forget()
		}
		next := lit(-1)
		for next < 0 && len(s.limits) < len(assume) {
			switch l := assume[len(s.limits)]; {
			case s.value[l] > 0:
				s.limits = append(s.limits, len(s.trail))
			case s.value[l] < 0:
				return unsatisfiable
			default:
				next = l
			}
		}
		for next < 0 {
			if len(s.heap) == 0 {
				s.model = append(s.model[:0], s.value...)
				return satisfiable
			}
			v := s.pop()
			if l := lit(v << 1); s.value[l] == 0 {
				next = l.is(s.phase[v])
			}
		}
		s.limits = append(s.limits, len(s.trail))
		s.assign(next, nil)
	}
}

// holds reports a literal's value in what solve found last.
func (s *sat) holds(l lit) bool { return s.model[l] > 0 }

func (s *sat) glue(lits []lit) int32 {
	var levels []int32
	for _, l := range lits {
		if at := s.level[l>>1]; !slices.Contains(levels, at) {
			levels = append(levels, at)
		}
		if len(levels) > 30 {
			break
		}
	}
	return int32(len(levels))
}

// forget drops the half of the learned clauses that joins the most levels.
func (s *sat) forget() {
	slices.SortStableFunc(s.learned, func(a, b *clause) int { return int(a.glue - b.glue) })
	gone := make(map[*clause]bool)
	kept := s.learned[:0]
	for i, c := range s.learned {
		if i < len(s.learned)/2 || c.glue <= 2 || s.reason[c.lits[0]>>1] == c {
			kept = append(kept, c)
		} else {
			gone[c] = true
		}
	}
	s.learned = kept
	for l := range s.watches {
		s.watches[l] = slices.DeleteFunc(s.watches[l], func(w watch) bool { return w.c.learned && gone[w.c] })
	}
	s.room += s.room / 10
}

// luby is the sequence 1 1 2 1 1 2 4 …, by which searches are begun anew.
func luby(i int) int {
	for k := 1; ; k++ {
		switch {
		case i == 1<<k-1:
			return 1 << (k - 1)
		case i < 1<<k-1:
			i -= 1<<(k-1) - 1
			k = 0
		}
	}
}
