package check

import "anteroom/dialogs/script"

// Solver is the solver by itself, for the tests: variables count from 1, and
// a negative number is a negation.
type Solver struct {
	sat  *sat
	vars []lit
}

func NewSolver(variables int) *Solver {
	s := &Solver{sat: newSat()}
	for range variables {
		s.vars = append(s.vars, s.sat.variable())
	}
	return s
}

func (s *Solver) lits(of []int) []lit {
	out := make([]lit, len(of))
	for i, v := range of {
		out[i] = s.vars[max(v, -v)-1].is(v > 0)
	}
	return out
}

func (s *Solver) Add(clause ...int) { s.sat.add(s.lits(clause)...) }

// Solve is "yes", "no", or "unknown" when the budget was used up.
func (s *Solver) Solve(budget int, assume ...int) string {
	return [...]string{"unknown", "yes", "no"}[s.sat.solve(budget, s.lits(assume)...)]
}

func (s *Solver) Holds(v int) bool { return s.sat.holds(s.lits([]int{v})[0]) }

// Size is how many literals the formula of a dialog is written in.
func Size(lib *script.Library, name string) int {
	d, _ := lib.Dialog(name)
	n := 0
	for _, watches := range newModel(d, &Options{}).sat.watches {
		for _, w := range watches {
			n += len(w.c.lits)
		}
	}
	return n / 2 // two watch each clause
}

// Work is what it is taken to cost to walk to a step again.
func Work(s *Summary, step string) int { return s.witness[step].work(s.dialog.Language) }
