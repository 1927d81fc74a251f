package check_test

import (
	"testing"

	"anteroom/dialogs/script"
	"anteroom/dialogs/script/check"
)

// TestLarge proves dialogs that no one writes: the questions to the solver
// stay decidable, and their witnesses hold.
func TestLarge(t *testing.T) {
	t.Parallel()
	sizes := []int{120, 500, 2000}
	if few() > 1 {
		sizes = sizes[:1]
	}
	for _, n := range sizes {
		lib, err := script.Load(large(n, min(n*2/5, 200)))
		if err != nil {
			t.Fatal(err)
		}
		proofs, report := prove(lib, check.Options{Entries: []string{"t"}})
		for _, f := range report.Findings {
			if f.Rule == check.RuleInternal || f.Rule == check.RuleUndecided {
				t.Errorf("%d steps: %s", n, f.Error())
			}
		}
		p := proofs["t"]
		if got := p.sum.Steps; got != n {
			t.Errorf("the dialog has %d steps, want %d", got, n)
		}
		if walkAll(t, p, 20) == 0 {
			t.Errorf("%d steps: no walk came to an end", n)
		}
	}
}

func BenchmarkShipped(b *testing.B) {
	lib := shipped(b)
	b.ReportAllocs()
	for b.Loop() {
		check.Prove(lib, options())
	}
}

func BenchmarkLoadShipped(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		shipped(b)
	}
}

// Benchmark500 is 500 steps and 200 facts that conditions read.
func Benchmark500(b *testing.B) {
	lib, err := script.Load(large(500, 200))
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		check.Prove(lib, check.Options{Entries: []string{"t"}})
	}
}
