package script_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"anteroom/dialogs/script"
)

// check is what holds for whatever is loaded: a library or Problems, each
// with a place inside the file and something said.
func check(t *testing.T, text string) {
	t.Helper()
	fs := beside()
	fs["dialogs/t.yaml"] = &fstest.MapFile{Data: []byte(text)}
	lib, err := script.Load(fs)
	if err == nil {
		d, ok := lib.Dialog("t")
		if !ok {
			t.Fatal("the dialog is missing")
		}
		for _, s := range d.Steps {
			if s.Next >= 0 && d.Steps[s.Next].Rank <= s.Rank {
				t.Errorf("%s goes on to %s, which ranks no higher", s.ID, d.Steps[s.Next].ID)
			}
		}
		return
	}
	var ps script.Problems
	if !errors.As(err, &ps) {
		t.Fatalf("got %T: %v", err, err)
	}
	lines := strings.Count(text, "\n") + 1
	for _, p := range ps {
		if p.What == "" || p.Mend == "" || p.Line < 0 || p.Column < 0 || p.File == "dialogs/t.yaml" && p.Line > lines {
			t.Errorf("got %+v in %d lines", p, lines)
		}
	}
}

func FuzzLoad(f *testing.F) {
	f.Add(caller)
	f.Add(called)
	f.Add(prelude + "steps:\n  a: {ask: \"{fee.full}?\", into: tops, done: Done, own: {answer: other, into: words}, skip: Skip, go: {else: b}}\n  b: {ask: \"?\", into: main, from: tops, misses: {go: bye}}\n  c: {set: {pay: 7}}\n  d: {do: triage, into: fit, go: {F: bye}}\n  e: {wait: x}\n  f: {route: [{when: \"pain in tops or pay > 7\", go: bye}, {else: g}]}\n  g: {call: body, go: {emergency: bye}}\n" + postlude)
	f.Add(prelude + "steps:\n  a: {review: \"{readback}\", answers: {send: Send}, change: C, pick: P}\n" + postlude)
	f.Add("dialog: t\nsteps: &a {a: *a, <<: *a}\n")
	f.Add("dialog: t\nsteps:\n  a: {say: [x, ~, 1, {}]}\n  a: [\n")
	f.Fuzz(check)
}

func FuzzCondition(f *testing.F) {
	for _, when := range []string{"known(age)", "age == adult and (pay > 7 or not pain in tops)", "age in [adult, minor]", "((", "not not", "age =", "é && x", "-7 < pay", "age in [", "\"x\""} {
		f.Add(when)
	}
	f.Fuzz(func(t *testing.T, when string) {
		check(t, prelude+fmt.Sprintf("steps:\n  a: {route: [{when: %q, go: bye}]}\n  b: {say: x}\n", when)+postlude)
	})
}

// Nesting and length are bounded before they cost anything.
func TestHugeConditions(t *testing.T) {
	for _, when := range []string{strings.Repeat("(", 100_000), strings.Repeat("not ", 300) + "known(age)", strings.Repeat("(", 60) + "known(age)" + strings.Repeat(")", 60)} {
		fs := beside()
		fs["dialogs/t.yaml"] = &fstest.MapFile{Data: []byte(prelude + fmt.Sprintf("steps:\n  a: {route: [{when: %q, go: bye}]}\n", when) + "  b: {say: x}\n" + postlude)}
		got := problems(t, fs)
		if len(got) != 1 || !strings.HasSuffix(got[0], "split it over several routes") {
			t.Errorf("got %q", got)
		}
	}
}
