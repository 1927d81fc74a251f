package check_test

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"anteroom/dialogs/script"
	"anteroom/dialogs/script/check"
)

var update = flag.Bool("update", false, "write what is found into the cases")

// TestCases proves the small dialogs under testdata/cases, each written to
// break one promise, or to look as if it did. What must be found stands at the
// end of each, a line an error; where nothing is found, that is "proved".
func TestCases(t *testing.T) {
	t.Parallel()
	cases, err := filepath.Glob("testdata/cases/*.txtar")
	if err != nil || len(cases) < 34 {
		t.Fatalf("got %d cases, %v", len(cases), err)
	}
	for _, file := range cases {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			a, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			files, want := fstest.MapFS{}, ""
			for _, f := range a.Files {
				if f.Name == "want" {
					want = string(f.Data)
					continue
				}
				files[f.Name] = &fstest.MapFile{Data: f.Data}
			}
			got := found(t, files)
			if *update {
				a.Files = append(slices.DeleteFunc(a.Files, func(f txtar.File) bool { return f.Name == "want" }), txtar.File{Name: "want", Data: []byte(got)})
				if err := os.WriteFile(file, txtar.Format(a), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(got, want); diff != "" {
				t.Errorf("found (-got +want):\n%s", diff)
			}
		})
	}
}

// found is what is wrong with the dialogs, a line each.
func found(t *testing.T, files fstest.MapFS) string {
	t.Helper()
	lib, err := script.Load(files)
	var problems script.Problems
	if errors.As(err, &problems) {
		return fmt.Sprintln(problems)
	} else if err != nil {
		t.Fatal(err)
	}
	opts := around(lib)
	var out strings.Builder
	for _, f := range check.Prove(lib, opts).Findings {
		if f.Severity != check.Error || f.At.Line == 0 { // of a dialog that is not in the case
			continue
		}
		fmt.Fprintf(&out, "%s: %s:%d: %s\n", f.Rule, f.At.File, f.At.Line, f.What)
		if strings.Contains(f.What, "ways part") {
			fmt.Fprintf(&out, "  alone: %v\n", f.Alone)
		}
	}
	if out.Len() == 0 {
		return "proved\n"
	}
	return out.String()
}

// around is a program that begins the dialogs as the service does.
func around(lib *script.Library) check.Options {
	at := func(results ...string) check.Call {
		return check.Call{Decide: func(map[string]string) []string { return results }}
	}
	shows := func(call check.Call) check.Call {
		call.Shows, call.Slack = "case", true
		return call
	}
	opts := check.Options{Events: []string{"paid"}, Tells: []string{"stop", "stopped", "call"}, Help: "help-now", Words: map[string]string{"now": "help-now"}}
	urgent := check.Call{Reads: []string{"safe"}, Decide: func(facts map[string]string) []string {
		switch facts["safe"] {
		case "medical":
			return []string{"R0"}
		case "self-harm":
			return []string{"R1"}
		}
		return []string{"none"}
	}}
	opts.Host = check.Host{Givens: map[string][]string{"helplines": {"here"}}, Calls: map[string]check.Call{
		"triage": urgent, "submit": shows(at("sent")), "request-call": shows(at("noted")), "remember-consent": at("kept"), "erase": at("erased"), "place-known": at("known", "unknown")}}
	opts.Conclusions = []check.Conclusion{{Name: "urgency", Call: "triage", Values: []string{"R0", "R1", "none"}, Reads: urgent.Reads, Decide: urgent.Decide}}
	for _, name := range lib.Names() {
		if name == "help-now" || name == "call-me" || name == "forget" {
			opts.Asides = append(opts.Asides, name)
		}
	}
	return opts
}
