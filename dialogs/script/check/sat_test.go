package check_test

import (
	"math/rand/v2"
	"testing"

	"anteroom/dialogs/script/check"
)

// brute decides by trying every assignment.
func brute(variables int, clauses [][]int, assume []int) bool {
	for bits := range 1 << variables {
		true_ := func(v int) bool { return (bits>>(max(v, -v)-1)&1 == 1) == (v > 0) }
		ok := true
		for _, v := range assume {
			ok = ok && true_(v)
		}
		for _, c := range clauses {
			any := false
			for _, v := range c {
				any = any || true_(v)
			}
			ok = ok && any
		}
		if ok {
			return true
		}
	}
	return false
}

// TestSolver holds the solver against every assignment, with clauses added
// between questions and assumptions that change.
func TestSolver(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	yes := 0
	for range 1500 {
		n := 3 + r.IntN(9)
		s := check.NewSolver(n)
		var clauses [][]int
		for range 4 {
			for range n + r.IntN(n) {
				c := make([]int, 1+r.IntN(3))
				for i := range c {
					if c[i] = 1 + r.IntN(n); r.IntN(2) == 0 {
						c[i] = -c[i]
					}
				}
				if len(c) == 1 && r.IntN(6) > 0 {
					continue
				}
				clauses = append(clauses, c)
				s.Add(c...)
			}
			var assume []int
			for v := 1; v <= n && r.IntN(3) > 0; v++ {
				assume = append(assume, v*(1-2*r.IntN(2)))
			}
			got, want := s.Solve(100_000, assume...), "no"
			if brute(n, clauses, assume) {
				want = "yes"
			}
			if got != want {
				t.Fatalf("%v assuming %v: got %s, want %s", clauses, assume, got, want)
			}
			if got != "yes" {
				continue
			}
			yes++
			for _, c := range append(clauses, nil)[:len(clauses)] {
				any := false
				for _, v := range c {
					any = any || s.Holds(v)
				}
				if !any {
					t.Fatalf("the clause %v does not hold in what was found", c)
				}
			}
			for _, v := range assume {
				if !s.Holds(v) {
					t.Fatalf("the assumption %d does not hold in what was found", v)
				}
			}
		}
	}
	if yes < 500 {
		t.Errorf("only %d of the formulas could be satisfied: the test shows little", yes)
	}
}

// TestSolverHard is pigeons and holes: a proof that needs learning, restarts
// and forgetting, and a budget that ends one.
func TestSolverHard(t *testing.T) {
	pigeons := func(holes int) *check.Solver {
		s := check.NewSolver((holes + 1) * holes)
		at := func(p, h int) int { return p*holes + h + 1 }
		for p := range holes + 1 {
			var any []int
			for h := range holes {
				any = append(any, at(p, h))
				for q := range p {
					s.Add(-at(p, h), -at(q, h))
				}
			}
			s.Add(any...)
		}
		return s
	}
	if got := pigeons(7).Solve(1_000_000); got != "no" {
		t.Errorf("8 pigeons in 7 holes: got %s, want no", got)
	}
	if got := pigeons(12).Solve(2_000); got != "unknown" {
		t.Errorf("13 pigeons in 12 holes within 2,000 conflicts: got %s, want unknown", got)
	}
	r := rand.New(rand.NewPCG(3, 4))
	s := check.NewSolver(200)
	for range 830 {
		var c []int
		for range 3 {
			c = append(c, (1+r.IntN(200))*(1-2*r.IntN(2)))
		}
		s.Add(c...)
	}
	if got := s.Solve(3_000_000); got == "unknown" {
		t.Error("200 variables at 4.15 clauses each: unknown")
	}
}
