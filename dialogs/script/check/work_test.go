package check_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"anteroom/dialogs/script"
	"anteroom/dialogs/script/check"
)

// ladder compares one number with so many thresholds, ten in a route, each
// route with a question behind it.
func ladder(thresholds int) fstest.MapFS {
	var b strings.Builder
	b.WriteString("dialog: t\nlongest: 1000\nconsent: given\nmisses: {after: 3, go: end}\nfacts:\n" +
		"  n: {type: number, max: 100000, seen-by: case, keep: enquiry}\n  f: {type: scale, seen-by: case, keep: enquiry}\n" +
		"steps:\n  n: {ask: How many?, into: n}\n")
	routes := thresholds / 10
	for i := range routes {
		next := fmt.Sprintf("r%d", i+1)
		if i == routes-1 {
			next = "end"
		}
		fmt.Fprintf(&b, "  r%d:\n    route:\n", i)
		for k := 9; k >= 0; k-- {
			fmt.Fprintf(&b, "      - {when: n >= %d, go: q%d}\n", 1+(k*routes+i*7%routes)*9, i)
		}
		fmt.Fprintf(&b, "      - {else: %s}\n  q%d: {ask: How much?, into: f, go: %s}\n", next, i, next)
	}
	b.WriteString("  end: {finish: done}\n")
	return fstest.MapFS{"dialogs/t.yaml": {Data: []byte(b.String())}}
}

// offers asks for some of so many values, and then so many times which of
// them.
func offers(values, questions int) fstest.MapFS {
	var list, b strings.Builder
	list.WriteString("list: big\noptions:\n")
	for i := range values {
		fmt.Fprintf(&list, "  v%d: Option %d\n", i, i)
	}
	b.WriteString("dialog: t\nlongest: 1000\nconsent: given\nmisses: {after: 3, go: end}\nfacts:\n" +
		"  s: {type: several, of: {list: big}, seen-by: case, keep: enquiry}\n  m: {type: choice, of: {list: big}, seen-by: case, keep: enquiry}\n" +
		"steps:\n  s: {ask: Which?, into: s, done: Done}\n")
	for i := range questions {
		fmt.Fprintf(&b, "  m%d: {ask: Which most?, into: m, from: s}\n", i)
	}
	b.WriteString("  end: {finish: done}\n")
	return fstest.MapFS{"dialogs/t.yaml": {Data: []byte(b.String())}, "lists/big.yaml": {Data: []byte(list.String())}}
}

func loads(t testing.TB, files fstest.MapFS) *script.Library {
	t.Helper()
	lib, err := script.Load(files)
	if err != nil {
		t.Fatal(err)
	}
	return lib
}

// TestWorkOfLadder: the formula grows with the thresholds, and not with their
// square.
func TestWorkOfLadder(t *testing.T) {
	t.Parallel()
	few, many := check.Size(loads(t, ladder(1000)), "t"), check.Size(loads(t, ladder(2000)), "t")
	if many*2 > few*5 {
		t.Errorf("the formula of 2000 thresholds holds %d literals, and of 1000 it holds %d", many, few)
	}
}

// TestWorkOfOffers: the engine draws all options of each question again, so a
// walk over questions with many of them counts for more than its steps.
func TestWorkOfOffers(t *testing.T) {
	t.Parallel()
	const values, questions = 200, 20
	proofs, report := prove(loads(t, offers(values, questions)), check.Options{Entries: []string{"t"}})
	if got := list(report.Findings); got != "" {
		t.Errorf("found:\n%s", got)
	}
	if got, least := check.Work(proofs["t"].sum, fmt.Sprintf("m%d", questions-1)), values*questions*questions; got < least {
		t.Errorf("a walk over all questions counts for %d, want at least %d", got, least)
	}
}

// BenchmarkLadder is 2000 thresholds of one number.
func BenchmarkLadder(b *testing.B) {
	lib := loads(b, ladder(2000))
	b.ReportAllocs()
	for b.Loop() {
		check.Prove(lib, check.Options{Entries: []string{"t"}})
	}
}

// BenchmarkOffers is a hundred questions over a choice from 500.
func BenchmarkOffers(b *testing.B) {
	lib := loads(b, offers(500, 100))
	b.ReportAllocs()
	for b.Loop() {
		check.Prove(lib, check.Options{Entries: []string{"t"}})
	}
}
