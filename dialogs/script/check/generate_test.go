package check_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/fstest"

	"anteroom/dialogs/script"
)

const answers = "answers: {one: First, two: Second, three: Third}"

// small is a random dialog that calls another, in which every kind of step
// may follow every other, over so few facts that they meet often.
func small(seed uint64) fstest.MapFS {
	r := rand.New(rand.NewPCG(seed, 1))
	facts := `facts:
  c0: {type: choice, of: [one, two, three], seen-by: case, keep: enquiry}
  c1: {type: choice, of: [one, two, three], seen-by: case, keep: enquiry}
  c2: {type: choice, of: [one, two, three], seen-by: case, keep: enquiry}
  r:  {type: choice, of: [one, two, three], seen-by: case, keep: enquiry}
  m:  {type: several, of: [one, two, three], seen-by: case, keep: enquiry}
  o:  {type: text, seen-by: case, keep: enquiry}
  n:  {type: scale, seen-by: case, keep: enquiry}
  h:  {type: choice, of: {host: offered}, seen-by: case, keep: enquiry}
`
	main := "dialog: t\n" + facts + "misses: {after: 2, go: lost}\nsteps:\n" + steps(r, 3+r.IntN(5), true) +
		"  lost: {say: Lost.}\n  end: {finish: done}\n"
	called := "dialog: u\n" + facts + "steps:\n" + steps(r, 1+r.IntN(3), false) + "  yes-out: {finish: out}\n"
	return fstest.MapFS{"dialogs/t.yaml": {Data: []byte(main)}, "dialogs/u.yaml": {Data: []byte(called)}}
}

func steps(r *rand.Rand, n int, calls bool) string {
	conds := []string{"c0 == one", "c1 != two", "c2 in [one, three]", "r == one", "one in m", "known(n)", "n > 5", "n != 3", "not known(o)",
		"c0 == two and c1 == two", "not (two in m or r == two)", "h == one", "not known(h)", "c2 == two", "not known(c2)", "three in m and not (one in m)", "n <= 8 or c0 == three",
		"n < 3", "n >= 7 and n != 9", "known(o) and not (three in m)"}
	cond := func() string { return conds[r.IntN(len(conds))] }
	var b strings.Builder
	for i := range n {
		later := func() string { return fmt.Sprintf("s%d", i+1+r.IntN(n-i)) }
		fmt.Fprintf(&b, "  s%d: ", i)
		skip := ""
		if r.IntN(2) == 0 {
			skip = ", skip: Skip"
		}
		switch kind := r.IntN(14); {
		case kind < 3:
			fmt.Fprintf(&b, "{ask: Which %d?, into: c%d, %s, go: {one: %s}%s}\n", i, kind, answers, later(), skip)
		case kind == 3:
			fmt.Fprintf(&b, "{ask: Which %d?, into: m, %s, done: Done%s, own: {answer: three, into: o}}\n", i, answers, skip)
		case kind == 4 || kind == 11:
			fmt.Fprintf(&b, "{ask: Which of those %d?, into: c2, %s, from: m, go: {two: %s}%s}\n", i, answers, later(), skip)
		case kind == 5:
			fmt.Fprintf(&b, "{ask: How much %d?, into: n%s}\n", i, skip)
		case kind == 6:
			fmt.Fprintf(&b, "{do: call%d, into: r, go: {three: %s}}\n", i, later())
		case kind == 7:
			fmt.Fprintf(&b, "{set: {c1: %s, m: %s}}\n", []string{"one", "two"}[r.IntN(2)], []string{"one", "three"}[r.IntN(2)])
		case kind == 8:
			fmt.Fprintf(&b, "{wait: event%d, go: {come: %s}}\n", i, later())
		case kind == 9 && calls:
			fmt.Fprintf(&b, "{call: u, go: {out: %s}}\n", later())
		case kind == 10:
			options := ", answers: {one: First}"
			if skip == "" {
				options = ""
			}
			fmt.Fprintf(&b, "{ask: Which of the host's %d?, into: h%s}\n", i, options)
		default:
			fmt.Fprintf(&b, "{route: [{when: %q, go: %s}, {when: %q, go: %s}]}\n", cond(), later(), cond(), later())
		}
	}
	fmt.Fprintf(&b, "  s%d: {ask: Last?, answers: {stay: Stay, leave: Leave}, go: {stay: yes-out}}\n", n)
	if calls {
		return strings.ReplaceAll(b.String(), "yes-out", "end")
	}
	return b.String()
}

// smallLibrary loads a generated dialog. Some cannot be: nothing leads to the
// dialog called, or to a step behind a call, or it asks for an answer that
// nothing offers.
func smallLibrary(t testing.TB, seed uint64) *script.Library {
	lib, err := script.Load(small(seed))
	if err == nil {
		return lib
	}
	for _, fine := range []string{"nothing leads to", "never finishes", "never holds"} {
		if strings.Contains(err.Error(), fine) {
			return nil
		}
	}
	t.Fatalf("seed %d: %v\n%s", seed, err, small(seed)["dialogs/t.yaml"].Data)
	return nil
}

// large is a dialog with many steps and facts, asked for on some paths only,
// tied together by constants, and read far behind by conditions over several.
// Beyond a thousand steps every fact is set first, or the report would be long.
func large(steps, facts int) fstest.MapFS {
	r := rand.New(rand.NewPCG(7, uint64(steps)))
	var b strings.Builder
	b.WriteString("dialog: t\n")
	if steps <= 1000 {
		b.WriteString("longest: 1000\n")
	}
	b.WriteString("facts:\n")
	for i := range facts {
		kind := "choice, of: [one, two, three]"
		switch i % 10 {
		case 3:
			kind = "several, of: [one, two, three, four]"
		case 7:
			kind = "scale"
		}
		fmt.Fprintf(&b, "  f%d: {type: %s, seen-by: case, keep: enquiry}\n", i, kind)
	}
	b.WriteString("misses: {after: 3, go: lost}\nsteps:\n")
	test := func(near int) string {
		f := r.IntN(max(1, min(near, facts)))
		if r.IntN(3) == 0 {
			f = max(0, f-r.IntN(40))
		}
		word := []string{"one", "two", "three"}[r.IntN(3)]
		switch f % 10 {
		case 3:
			return fmt.Sprintf("%s in f%d", word, f)
		case 7:
			return fmt.Sprintf("f%d %s %d", f, []string{"<", ">=", "==", "!="}[r.IntN(4)], r.IntN(11))
		}
		if r.IntN(3) == 0 {
			return fmt.Sprintf("f%d != %s", f, word)
		}
		return fmt.Sprintf("f%d == %s", f, word)
	}
	cond := func(near int) string {
		switch r.IntN(4) {
		case 0:
			return fmt.Sprintf("(%s or %s) and not (%s and %s)", test(near), test(near), test(near), test(near))
		case 1:
			return fmt.Sprintf("%s and (%s or not (%s)) and (%s or %s)", test(near), test(near), test(near), test(near), test(near))
		case 2:
			return fmt.Sprintf("not (%s) and (%s or %s)", test(near), test(near), test(near))
		default:
			return fmt.Sprintf("%s or %s and %s", test(near), test(near), test(near))
		}
	}
	asked := 0
	for i := range steps - 2 {
		later := func(by int) string {
			if to := i + 1 + r.IntN(by); to < steps-2 {
				return fmt.Sprintf("s%d", to)
			}
			return "lost"
		}
		fmt.Fprintf(&b, "  s%d: ", i)
		if i < facts && steps > 1000 { // all is set before it is read
			fmt.Fprintf(&b, "{set: {f%d: %s}}\n", i, map[bool]string{true: "3", false: "one"}[i%10 == 7])
			continue
		}
		f := asked % facts
		switch kind := r.IntN(10); {
		case kind < 5 || i < 10:
			asked++
			switch f % 10 {
			case 3:
				fmt.Fprintf(&b, "{ask: Which?, into: f%d, done: Done, skip: Skip, answers: {one: First, two: Second, three: Third, four: Fourth}}\n", f)
			case 7:
				fmt.Fprintf(&b, "{ask: How much?, into: f%d, skip: Skip}\n", f)
			default:
				fmt.Fprintf(&b, "{ask: Which?, into: f%d, %s, go: {two: %s}}\n", f, answers, later(4))
			}
		case kind < 6:
			g := r.IntN(facts)
			for g%10 == 3 || g%10 == 7 {
				g = r.IntN(facts)
			}
			fmt.Fprintf(&b, "{set: {f%d: %s}}\n", g, []string{"one", "two", "three"}[r.IntN(3)])
		default:
			fmt.Fprintf(&b, "{route: [{when: %q, go: %s}, {when: %q, go: %s}]}\n", cond(asked), later(6), cond(asked), later(12))
		}
	}
	b.WriteString("  lost: {say: The end.}\n  end: {finish: done}\n")
	return fstest.MapFS{"dialogs/t.yaml": {Data: []byte(b.String())}}
}
