package main

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v4"

	"anteroom/content"
	"anteroom/dialogs/script"
)

// TestWithSums: however a translation is laid out, its `of` is written anew and
// nothing else is touched.
func TestWithSums(t *testing.T) {
	sources := []script.Source{{ID: "a", Sum: "1"}, {ID: "no", Sum: "2"}, {ID: "gone", Sum: "3"}, {ID: "commands.start", Sum: "4"}}
	const of = "of:\n  a: \"1\"\n  no: \"2\"\n"
	quoted := strings.ReplaceAll(of, "no:", `"no":`)
	tests := []struct{ name, text, want string }{
		{"none yet", "steps:\n  a: {ask: ¿A?}\n  no: {ask: ¿B?}\n", "steps:\n  a: {ask: ¿A?}\n  no: {ask: ¿B?}\n" + quoted},
		{"an old one", "steps:\n  a: x\n  no: y\nof:\n  a: \"0\"\n  # b\n  b: \"0\"\n", "steps:\n  a: x\n  no: y\n" + quoted},
		{"four spaces", "steps:\n    a:\n        ask: x\n    no:\n        ask: y\nof:\n    a: \"0\"\n", "steps:\n    a:\n        ask: x\n    no:\n        ask: y\n" + quoted},
		{"in the middle", "of: {a: \"0\",\n     b: \"0\"}\n\n# The steps.\nsteps:\n  a: x\n  no: y\n", quoted + "\n# The steps.\nsteps:\n  a: x\n  no: y\n"},
		{"on one line", "steps: {a: x, no: y}\n\"of\": {a: \"0\"}\n# The end.\n", "steps: {a: x, no: y}\n" + quoted + "# The end.\n"},
		{"no line end", "steps:\n  a: x\n  no: y", "steps:\n  a: x\n  no: y\n" + quoted},
		{"an end mark", "---\nsteps:\n  a: x\n  no: y\n...\n", "---\nsteps:\n  a: x\n  no: y\n" + quoted + "...\n"},
		{"words that look like it", "steps:\n  a:\n    ask: |+\n      of:\n        a: 0\n\n  no: y\u2028\n", "steps:\n  a:\n    ask: |+\n      of:\n        a: 0\n\n  no: y\u2028\n" + quoted},
		{"blank lines that are said", "steps:\n  a: x\n  no: |+\n    y\n\n", "steps:\n  a: x\n  no: |+\n    y\n\n" + quoted},
		{"all further in", "  steps:\n    a: x\n    no: y\n", "  steps:\n    a: x\n    no: y\n  of:\n    a: \"1\"\n    \"no\": \"2\"\n"},
		{"a menu", "commands:\n  start: Empezar\ntexts:\n  a: x\n", "commands:\n  start: Empezar\ntexts:\n  a: x\nof:\n  a: \"1\"\n  commands.start: \"4\"\n"},
	}
	for _, test := range tests {
		for _, end := range []string{"\n", "\r\n"} {
			t.Run(fmt.Sprintf("%s, lines end in %q", test.name, end), func(t *testing.T) {
				text, want := strings.ReplaceAll(test.text, "\n", end), strings.ReplaceAll(test.want, "\n", end)
				got, err := withSums(text, sources)
				if diff := cmp.Diff(got, want); diff != "" || err != nil {
					t.Fatalf("%v (-got +want):\n%s", err, diff)
				}
				var was, is map[string]any
				if err := yaml.Load([]byte(text), &was); err != nil {
					t.Fatal(err)
				}
				if err := yaml.Load([]byte(got), &is); err != nil {
					t.Fatal(err)
				}
				delete(was, "of")
				delete(is, "of")
				if diff := cmp.Diff(is, was); diff != "" {
					t.Errorf("it says otherwise now (-got +want):\n%s", diff)
				}
				if again, err := withSums(got, sources); again != got || err != nil {
					t.Errorf("noted again it is another text (%v):\n%s", err, again)
				}
			})
		}
	}
}

// TestWithSumsRefuses: what cannot be noted without touching more is left as it is.
func TestWithSumsRefuses(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"no YAML", "steps: [\n", "did not find"},
		{"nothing", "# nothing\n", "no documents"},
		{"a list", "- a\n", "each key on a line of its own"},
		{"all in braces", "{steps: {a: x}, of: {a: \"0\"}}\n", "each key on a line of its own"},
		{"a question mark", "steps: {a: x}\n? of\n: {a: \"0\"}\n", "line 2: write `of:` at the beginning of a line"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got, err := withSums(test.text, []script.Source{{ID: "a", Sum: "1"}}); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %q and %v, want the error %q", got, err, test.want)
			}
		})
	}
}

// TestWithSumsOfBuiltIn: the built-in translations stand as they would be written.
func TestWithSumsOfBuiltIn(t *testing.T) {
	lib, err := script.Load(content.Files)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range lib.Names() {
		data, err := fs.ReadFile(content.Files, "translations/es/dialogs/"+name+".yaml")
		if errors.Is(err, fs.ErrNotExist) {
			continue // nothing in it is said
		}
		if err != nil {
			t.Fatal(err)
		}
		got, err := withSums(string(data), lib.Sources("dialogs/"+name))
		if diff := cmp.Diff(got, string(data)); diff != "" || err != nil {
			t.Errorf("%s: %v (-got +want):\n%s", name, err, diff)
		}
	}
}
