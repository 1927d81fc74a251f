package check_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"anteroom/dialogs/script"
	"anteroom/dialogs/script/check"
)

// TestRules asks for one fact of each kind and routes on it: which rules can
// be taken is decided to the unit.
func TestRules(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		rules []string
		dead  []int // by place, the last being the else
	}{
		{"less and at least", []string{"n < 3", "n >= 4"}, nil},
		{"less and more", []string{"n < 3", "n >= 3"}, []int{2}},
		{"at most and more", []string{"n <= 3", "n > 3"}, []int{2}},
		{"at most and more with one between", []string{"n <= 3", "n > 4"}, nil},
		{"equal within", []string{"n >= 7", "n == 7"}, []int{1}},
		{"equal at the edge", []string{"n < 7", "n == 7", "n != 8", "n > 7"}, []int{4}},
		{"unequal", []string{"n != 5", "n == 5"}, []int{2}},
		{"the lowest", []string{"n < 0", "n <= 0"}, []int{0}},
		{"the highest", []string{"n > 10", "n >= 10"}, []int{0}},
		{"everything", []string{"n >= 0", "n == 4"}, []int{1, 2}},
		{"choice", []string{"c == one", "c in [one, two]", "c != three", "c == three"}, []int{2, 4}},
		{"not known is neither", []string{"s != one", "s == one"}, nil},
		{"known or not", []string{"known(s)", "not known(s)"}, []int{2}},
		{"several", []string{"one in m and two in m", "one in m", "two in m", "three in m"}, []int{4}},
		{"never empty", []string{"not (one in m) and not (two in m) and not (three in m)"}, []int{0}},
		{"two facts", []string{"c == one or n > 5", "c == one", "n > 4 and n < 7"}, []int{1}},
		{"through a constant", []string{"k == one", "k != one"}, []int{1, 2}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var routes strings.Builder
			for i, r := range append(test.rules, "") {
				if r == "" {
					fmt.Fprintf(&routes, "      - {else: s%d}\n", i)
				} else {
					fmt.Fprintf(&routes, "      - {when: %q, go: s%d}\n", r, i)
				}
			}
			var says strings.Builder
			for i := range len(test.rules) + 1 {
				fmt.Fprintf(&says, "  s%d: {say: Rule %d., go: end}\n", i, i)
			}
			const choice = "choice, of: [one, two, three], before-consent: allowed, seen-by: case, keep: enquiry"
			text := "dialog: t\nlongest: 4\nfacts:\n  n: {type: scale, before-consent: allowed, seen-by: case, keep: enquiry}\n" +
				"  c: {type: " + choice + "}\n  s: {type: " + choice + "}\n  k: {type: " + choice + "}\n" +
				"  m: {type: several, of: [one, two, three], before-consent: allowed, seen-by: case, keep: enquiry}\n" +
				"steps:\n  n: {ask: N?, into: n}\n  c: {ask: C?, into: c, " + answers + "}\n  s: {ask: S?, into: s, skip: Skip, " + answers + "}\n" +
				"  m: {ask: M?, into: m, done: Done, " + answers + "}\n  k: {set: {k: one}}\n  route:\n    route:\n" + routes.String() + says.String() + "  end: {finish: done}\n"
			lib, err := script.Load(fstest.MapFS{"dialogs/t.yaml": {Data: []byte(text)}})
			if err != nil {
				t.Fatal(err)
			}
			var got []int
			d, _ := lib.Dialog("t")
			route, _ := d.Step("route")
			for _, f := range check.Prove(lib, check.Options{Entries: []string{"t"}}).Findings {
				for i, r := range route.Routes {
					if f.Rule == check.RuleDead && f.At == r.At {
						got = append(got, i)
					}
				}
			}
			if diff := cmp.Diff(got, test.dead); diff != "" {
				t.Errorf("dead rules (-got +want):\n%s", diff)
			}
		})
	}
}

// TestUndecided: what the budget does not suffice for is an error.
func TestUndecided(t *testing.T) {
	t.Parallel()
	lib, err := script.Load(large(300, 120))
	if err != nil {
		t.Fatal(err)
	}
	undecided := 0
	for _, f := range check.Prove(lib, check.Options{Entries: []string{"t"}, Budget: 8}).Findings {
		if f.Rule != check.RuleUndecided {
			continue
		}
		undecided++
		if f.Severity != check.Error || f.At.Line == 0 {
			t.Errorf("%s %s: want an error with a line", f.Severity, f.Error())
		}
	}
	if undecided == 0 {
		t.Error("nothing was undecided with hardly any budget")
	}
}

// TestWhen: where many answers decide, a condition that holds wherever a call
// brings a result makes provable what trying the answers out cannot.
func TestWhen(t *testing.T) {
	t.Parallel()
	var ids []string
	for i := range 25 {
		ids = append(ids, fmt.Sprintf("a%d", i))
	}
	labels := make([]string, len(ids))
	for i, id := range ids {
		labels[i] = fmt.Sprintf("%s: Label %d", id, i)
	}
	text := "dialog: t\nlongest: 1\nfacts:\n  m: {type: several, of: [" + strings.Join(ids, ", ") + "], before-consent: allowed, seen-by: case, keep: enquiry}\n" +
		"  r: {type: choice, of: [high, low], seen-by: case, keep: enquiry}\nmisses: {after: 3, go: end}\nsteps:\n" +
		"  m: {ask: Which?, into: m, done: Done, answers: {" + strings.Join(labels, ", ") + "}}\n" +
		"  first: {route: [{when: a0 in m, go: end}]}\n  call: {do: weigh, into: r}\n" +
		"  second: {route: [{when: r == high, go: told}, {else: end}]}\n  told: {say: High.}\n  end: {finish: done}\n"
	lib, err := script.Load(fstest.MapFS{"dialogs/t.yaml": {Data: []byte(text)}})
	if err != nil {
		t.Fatal(err)
	}
	call := check.Call{Reads: []string{"m"}, Decide: func(facts map[string]string) []string {
		if facts["m"] == "a0" || strings.HasPrefix(facts["m"], "a0,") {
			return []string{"high"}
		}
		return []string{"low"}
	}}
	rules := func() map[string]bool {
		got := make(map[string]bool)
		for _, f := range check.Prove(lib, check.Options{Entries: []string{"t"}, Host: check.Host{Calls: map[string]check.Call{"weigh": call}}}).Findings {
			got[f.Rule] = true
		}
		return got
	}
	if got := rules(); !got[check.RuleUndecided] || got[check.RuleDead] {
		t.Errorf("without a condition: got %v, want only undecided", got)
	}
	call.When = func(d *script.Dialog, result string) *script.Cond {
		if f, ok := d.Fact("m"); ok && result == "high" {
			return &script.Cond{Op: script.CondHolds, Fact: f, IDs: []string{"a0"}}
		}
		return nil
	}
	if got := rules(); got[check.RuleUndecided] || !got[check.RuleDead] || !got[check.RuleConclude] {
		t.Errorf("with a condition: got %v, want the rule dead and the result to never come", got)
	}
}
