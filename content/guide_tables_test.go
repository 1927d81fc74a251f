package content_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"anteroom/bot"
	"anteroom/dialogs"
	"anteroom/dialogs/script"
)

// row is a line of a table of the guide, and the heading that it stands below.
type row struct {
	below string
	cells []string
}

var code = regexp.MustCompile("`([^`]+)`")

// coded is what stands in code marks.
func coded(s string) []string {
	var out []string
	for _, m := range code.FindAllStringSubmatch(s, -1) {
		out = append(out, m[1])
	}
	return out
}

func guideRows(t *testing.T) map[string][]row {
	t.Helper()
	out := map[string][]row{}
	below := ""
	for _, f := range readGuide(t) {
		if f.code {
			continue
		}
		for line := range strings.Lines(f.body) {
			line = strings.TrimSpace(line)
			if title := strings.TrimLeft(line, "#"); title != line {
				below = strings.TrimSpace(title)
			}
			if inner, ok := strings.CutPrefix(line, "|"); ok {
				cells := strings.Split(strings.TrimSuffix(inner, "|"), "|")
				for i := range cells {
					cells[i] = strings.TrimSpace(cells[i])
				}
				if kind := cells[0]; len(coded(kind)) > 0 {
					out[below] = append(out[below], row{below, cells})
				}
			}
		}
	}
	return out
}

// TestGuideKeys holds the guide's tables of keys against what the program
// reads: none is missing, and none invented.
func TestGuideKeys(t *testing.T) {
	all := guideRows(t)
	told := func(below string) []string {
		var keys []string
		for _, r := range all[below] {
			keys = append(keys, coded(r.cells[0])...)
		}
		return keys
	}
	dialog, list, translation := schemaOf(t, "dialog"), schemaOf(t, "list"), schemaOf(t, "translation")
	steps := inside(t, dialog, "properties", "steps", "additionalProperties", "oneOf")
	var further []string
	for _, r := range all["A step"] {
		kind := coded(r.cells[0])[0]
		want := keysOfStep(t, steps, kind)
		further = append(further, want...)
		if diff := cmp.Diff(append(want, kind), append(coded(r.cells[2]), kind), unordered); diff != "" {
			t.Errorf("keys of a step that has %s (-the program +the guide):\n%s", kind, diff)
		}
	}
	var known []string
	for _, s := range steps.([]any) {
		known = append(known, s.(map[string]any)["required"].([]any)[0].(string))
	}
	slices.Sort(further)
	for below, want := range map[string][]string{
		"A dialog":                   keysAt(t, dialog),
		"A fact":                     keysAt(t, dialog, "properties", "facts", "additionalProperties"),
		"A step":                     known,
		"Further keys of a step":     slices.Compact(further),
		"A list":                     keysAt(t, list),
		"A translation":              keysAt(t, translation),
		"Texts of a translated step": keysAt(t, translation, "properties", "steps", "additionalProperties"),
	} {
		if diff := cmp.Diff(want, told(below), unordered); diff != "" {
			t.Errorf("%s (-the program +the guide):\n%s", below, diff)
		}
	}
	// The words that some keys can say.
	for _, tt := range []struct{ key, in string }{{"type", "enum"}, {"seen-by", "enum"}, {"keep", "enum"}} {
		words := inside(t, dialog, "properties", "facts", "additionalProperties", "properties", tt.key, tt.in).([]any)
		for _, r := range all["A fact"] {
			if coded(r.cells[0])[0] == tt.key {
				if diff := cmp.Diff(fmt.Sprint(words), fmt.Sprint(coded(r.cells[1]))); diff != "" {
					t.Errorf("%s (-the program +the guide):\n%s", tt.key, diff)
				}
			}
		}
	}
}

// unordered compares keys as sets.
var unordered = cmp.Transformer("sorted", func(s []string) map[string]int {
	m := map[string]int{}
	for _, k := range s {
		m[k]++
	}
	return m
})

func schemaOf(t *testing.T, kind string) any {
	t.Helper()
	text, err := script.Schema(kind)
	if err != nil {
		t.Fatal(err)
	}
	var v any
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func inside(t *testing.T, v any, path ...string) any {
	t.Helper()
	for _, key := range path {
		m, _ := v.(map[string]any)
		if v = m[key]; v == nil {
			t.Fatalf("the schema has no %v", path)
		}
	}
	return v
}

func keysAt(t *testing.T, v any, path ...string) []string {
	t.Helper()
	return slices.Sorted(maps.Keys(inside(t, v, append(path, "properties")...).(map[string]any)))
}

// keysOfStep are the keys that go with a kind of step.
func keysOfStep(t *testing.T, steps any, kind string) []string {
	t.Helper()
	for _, s := range steps.([]any) {
		keys := keysAt(t, s)
		if inside(t, s, "required").([]any)[0] == kind {
			return slices.DeleteFunc(keys, func(k string) bool { return k == kind })
		}
	}
	t.Errorf("there is no step with %s", kind)
	return nil
}

// TestGuideTypes asks for a fact of each type as the guide declares it, and
// answers as it does.
func TestGuideTypes(t *testing.T) {
	var types []string
	for _, r := range guideRows(t)["5. Questions of other types"] {
		typ, fact, kept := coded(r.cells[0])[0], coded(r.cells[1])[0], coded(r.cells[3])[0]
		types = append(types, typ)
		name, declared, _ := strings.Cut(fact, ": {")
		extra := map[string]string{"several": ", done: Done", "hours": ", done: Done"}[typ]
		if _, of, ok := strings.Cut(declared, "of: ["); ok {
			ids, _, _ := strings.Cut(of, "]")
			var labels []string
			for id := range strings.SplitSeq(ids, ", ") {
				labels = append(labels, id+": "+id)
			}
			extra += ", answers: {" + strings.Join(labels, ", ") + "}"
		}
		text := fmt.Sprintf("dialog: t\nfacts:\n  %s: {%s, seen-by: case, keep: enquiry}\nsteps:\n  q: {ask: Well?, into: %s%s}\n  end: {finish: done}\n",
			name, strings.TrimSuffix(declared, "}"), name, extra)
		lib, err := script.Load(fstest.MapFS{"dialogs/t.yaml": {Data: []byte(text)}, "lists/countries.yaml": {Data: builtIn(t, "lists/countries.yaml")}})
		if err != nil {
			t.Errorf("%s: %v", typ, err)
			continue
		}
		if d, _ := lib.Dialog("t"); d.Facts[0].Type.String() != typ {
			t.Errorf("%s is declared as %s", typ, d.Facts[0].Type)
		}
		run := dialogs.Run{Dialog: "t"}
		var turn dialogs.Turn
		for _, in := range []dialogs.Input{dialogs.Begin{}, dialogs.Words{Text: r.cells[2]}} {
			if turn, err = dialogs.Step(lib, run, in, time.Unix(1_796_000_000, 0), "en", guideHost{}); err != nil {
				t.Fatal(err)
			}
			run = turn.Run
		}
		if len(run.Draft) > 0 {
			if turn, err = dialogs.Step(lib, run, dialogs.Press{Answer: dialogs.PressDone}, time.Unix(1_796_000_000, 0), "en", guideHost{}); err != nil {
				t.Fatal(err)
			}
		}
		if got := turn.Facts.Text(name); got != kept {
			t.Errorf("%s: %q is kept as %q, and the guide says %q", typ, r.cells[2], got, kept)
		}
	}
	want := inside(t, schemaOf(t, "dialog"), "properties", "facts", "additionalProperties", "properties", "type", "enum")
	if diff := cmp.Diff(fmt.Sprint(want), fmt.Sprint(types)); diff != "" {
		t.Errorf("types (-the program +the guide):\n%s", diff)
	}
}

// TestGuideConditions holds every condition of the guide against the facts
// that it says it holds for, and against others.
func TestGuideConditions(t *testing.T) {
	const facts = `dialog: t
facts:
  place: {type: choice, of: [come, pass], seen-by: case, keep: enquiry}
  company: {type: choice, of: [alone, partner], seen-by: case, keep: enquiry}
  subjects: {type: several, of: [desire, time], seen-by: case, keep: enquiry}
  bother: {type: scale, seen-by: case, keep: enquiry}
steps:
  set: {set: {%s}}
  which: {route: [{when: "%s", go: holds}, {else: not}]}
  holds: {finish: holds}
  not: {finish: "not"}
`
	worlds := []string{"place: pass", "place: come, company: partner, bother: 8", "company: alone, subjects: desire", "subjects: time, bother: 0, company: partner"}
	// Whether each holds in each of these worlds.
	want := map[string]string{
		"company == partner":                   "-+-+",
		"company != partner":                   "--+-",
		"company in [alone, partner]":          "-+++",
		"desire in subjects":                   "--+-",
		"bother >= 7":                          "-+--",
		"bother < 3":                           "---+",
		"bother == 0":                          "---+",
		"known(bother)":                        "-+-+",
		"not known(bother)":                    "+-+-",
		"place == come and company == partner": "-+--",
		"bother >= 7 or desire in subjects":    "-++-",
		"not (bother < 7 or company == alone)": "++--",
	}
	got := map[string]string{}
	for _, r := range guideRows(t)["4. Where it leads"] {
		for _, when := range coded(r.cells[0]) {
			for _, world := range worlds {
				lib, err := script.Load(fstest.MapFS{"dialogs/t.yaml": {Data: fmt.Appendf(nil, facts, world, when)}})
				if err != nil {
					t.Errorf("%s: %v", when, err)
					break
				}
				turn, err := dialogs.Step(lib, dialogs.Run{Dialog: "t"}, dialogs.Begin{}, time.Time{}, "en", nil)
				if err != nil {
					t.Fatal(err)
				}
				got[when] += map[string]string{"holds": "+", "not": "-"}[turn.Outcome]
			}
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("conditions (-want +got):\n%s", diff)
	}
}

// TestGuideService holds what the guide says of calls and alerts against what
// the service does.
func TestGuideService(t *testing.T) {
	c := bot.ForScripts()
	for _, r := range guideRows(t)["8. Other dialogs, and what the service does"] {
		kind, _, _ := strings.Cut(coded(r.cells[0])[0], ":")
		want := map[string][]string{"do": slices.Collect(maps.Keys(c.Calls)), "alert": c.Alerts}[kind]
		if want == nil {
			continue
		}
		told := slices.DeleteFunc(coded(r.cells[1]), func(s string) bool { return s == "into" })
		if diff := cmp.Diff(want, told, unordered); diff != "" {
			t.Errorf("%s (-the service +the guide):\n%s", kind, diff)
		}
	}
}
