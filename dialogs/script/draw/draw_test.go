package draw_test

import (
	"bytes"
	"encoding/xml"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"anteroom/dialogs/script"
	"anteroom/dialogs/script/draw"
)

var update = flag.Bool("update", false, "write the pictures in testdata anew")

const small = `dialog: small
version: 3
language: en
longest: 3
given:
  emergency: text
facts:
  safe: {type: choice, of: [sure, unsure, danger], seen-by: therapist, keep: enquiry}
  topics: {type: several, of: [pain, desire, other], seen-by: case, keep: enquiry}
  path: {type: choice, of: [long, short], seen-by: case, keep: enquiry}
misses: {after: 3, go: lost}
steps:
  safe:
    ask: Is everyone safe right now?
    into: safe
    answers: {sure: "Yes", unsure: "I do not know", danger: "No"}
    go: {sure: long, unsure: short, danger: numbers}
  long:
    set: {path: long}
    go: topics
  short:
    set: {path: short}
  topics:
    ask: What brings you here?
    into: topics
    done: That is all
    skip: I would rather not say
    answers: {pain: Pain, desire: Desire, other: Something else}
  which:
    route:
      - {when: "pain in topics or desire in topics", go: aside}
      - {else: end}
  aside:
    call: aside
    go: {more: numbers, enough: end}
  end:
    finish: done
  numbers:
    say: ["Call {emergency} now.", "I am a program."]
  tell:
    alert: danger
  stop:
    finish: stopped
  lost:
    say: I did not understand.
  lost-end:
    finish: lost
`

const aside = `dialog: aside
version: 1
language: en
facts:
  topics: {type: several, of: [pain, desire, other], seen-by: case, keep: enquiry}
steps:
  again:
    ask: Is there more?
    into: topics
    done: Done
    answers: {pain: Pain, desire: Desire, other: Something else}
  check:
    route:
      - {when: "not (other in topics)", go: more}
      - {else: enough}
  more:
    finish: more
  enough:
    finish: enough
`

func compile(t interface {
	Helper()
	Fatalf(string, ...any)
}, name string, files ...string) *script.Dialog {
	t.Helper()
	fsys := fstest.MapFS{}
	for _, f := range files {
		first, _, _ := strings.Cut(f, "\n")
		fsys["dialogs/"+strings.TrimPrefix(first, "dialog: ")+".yaml"] = &fstest.MapFile{Data: []byte(f)}
	}
	lib, err := script.Load(fsys)
	if err != nil {
		t.Fatalf("load: %v", err)
	}
	d, ok := lib.Dialog(name)
	if !ok {
		t.Fatalf("there is no dialog %s", name)
	}
	return d
}

func TestGolden(t *testing.T) {
	t.Parallel()
	d := compile(t, "small", small, aside)
	full := draw.Options{
		Misses: true,
		Passed: map[string]bool{"safe": true, "short": true, "topics": true, "which": true, "aside": true, "end": true},
		Counts: map[string]draw.Count{"safe": {Reached: 120, Left: 30}, "long": {Reached: 50}, "short": {Reached: 30}, "topics": {Reached: 80, Left: 4}},
		Paper:  draw.Papers()["letter"],
	}
	tests := []struct {
		file string
		got  []byte
	}{
		{"small.svg", draw.Graph(d, draw.Options{}).SVG()},
		{"small-full.svg", draw.Graph(d, full).SVG()},
		{"small.mmd", []byte(draw.Graph(d, draw.Options{}).Mermaid())},
		{"small-full.mmd", []byte(draw.Graph(d, full).Mermaid())},
	}
	for _, tt := range tests {
		file := filepath.Join("testdata", tt.file)
		if *update {
			if err := os.WriteFile(file, tt.got, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), string(tt.got)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.file, diff)
		}
	}
}

// TestShipped holds every shipped dialog, with everything painted on it, to
// what holds for every picture.
func TestShipped(t *testing.T) {
	t.Parallel()
	lib, err := script.Load(os.DirFS("../../../content"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range lib.Names() {
		d, _ := lib.Dialog(name)
		for paper, size := range draw.Papers() {
			o := draw.Options{Paper: size}
			sound(t, fmt.Sprintf("%s on %s", name, paper), d, o)
			o.Misses, o.Passed, o.Counts = true, map[string]bool{}, map[string]draw.Count{}
			for i, s := range d.Steps {
				o.Passed[s.ID] = i%2 == 0
				o.Counts[s.ID] = draw.Count{Reached: 100 + i, Left: i}
			}
			sound(t, fmt.Sprintf("%s on %s, full", name, paper), d, o)
		}
	}
}

func TestSameBytes(t *testing.T) {
	t.Parallel()
	d := compile(t, "small", small, aside)
	o := draw.Options{Counts: map[string]draw.Count{"safe": {Reached: 3, Left: 1}, "topics": {Reached: 2}}}
	svg, mermaid := draw.Graph(d, o).SVG(), draw.Graph(d, o).Mermaid()
	for range 20 {
		if got := draw.Graph(d, o); !bytes.Equal(got.SVG(), svg) || got.Mermaid() != mermaid {
			t.Fatal("the same dialog was drawn otherwise")
		}
	}
}

func TestPainted(t *testing.T) {
	t.Parallel()
	d := compile(t, "small", small, aside)
	o := draw.Options{
		Passed: map[string]bool{"safe": true, "numbers": true, "tell": true, "stop": true},
		Counts: map[string]draw.Count{"safe": {Reached: 120, Left: 30}, "long": {Reached: 50, Left: 1}, "short": {Reached: 30, Left: 2}},
	}
	s := read(t, draw.Graph(d, o).SVG())
	tests := []struct{ step, want string }{
		{"safe", "120 came, 30 left (25 %)"},
		{"safe", "✓ 1 safe"},
		{"long", "80 came, 3 left (4 %)"}, // both settings stand in one box
		{"long", "• I do not know:"},
		{"topics", "3 topics"}, // and no count, for none is known
		{"numbers", "Call {emergency} now."},
		{"numbers", "(and 1 more)"},
		{"aside", "see the picture of aside"},
		{"lost", "when answers are not understood"},
		{"stop", "ends as: stopped"},
	}
	for _, tt := range tests {
		if got := s.boxes[tt.step].texts; !slices.Contains(got, tt.want) {
			t.Errorf("the box of %s says %q, want %q", tt.step, got, tt.want)
		}
	}
	if got := strings.Join(s.boxes["topics"].texts, " "); strings.Contains(got, "came") {
		t.Errorf("the box of topics, whose count is not known, says %q", got)
	}
	for step, want := range map[string]string{
		"safe": "box ask passed", "long": "box set", "topics": "box ask", "which": "box route", "aside": "box call", // no alert is in it
		"numbers": "box say danger passed", "tell": "box alert danger passed", "stop": "box finish passed",
	} {
		if got := s.boxes[step].class; got != want {
			t.Errorf("the box of %s looks like %q, want %q", step, got, want)
		}
	}
	var taken []string
	for _, e := range s.edges {
		if e.taken {
			taken = append(taken, e.from+" "+e.to)
		}
	}
	slices.Sort(taken)
	if diff := cmp.Diff([]string{"numbers tell", "safe numbers", "tell stop"}, taken); diff != "" {
		t.Errorf("lines taken (-want +got):\n%s", diff)
	}
}

// TestOneWayOn: what a called dialog ends as is said only where it matters.
func TestOneWayOn(t *testing.T) {
	t.Parallel()
	const caller = `dialog: caller
version: 1
facts:
  topics: {type: several, of: [pain, desire, other], seen-by: case, keep: enquiry}
steps:
  first:
    call: aside
  second:
    call: aside
    go: {more: end, enough: other-end}
  end:
    finish: done
  other-end:
    finish: done
`
	got := draw.Graph(compile(t, "caller", caller, aside), draw.Options{}).Mermaid()
	for _, want := range []string{"  n1 --> n2\n", "  n2 -->|\"more\"| n3\n", "  n2 -->|\"enough\"| n4\n"} {
		if !strings.Contains(got, want) {
			t.Errorf("the text lacks %q:\n%s", want, got)
		}
	}
}

// TestConditions puts conditions into words.
func TestConditions(t *testing.T) {
	t.Parallel()
	tests := []struct{ cond, want string }{
		{"c == x", "c is x"},
		{"c != x", "c is not x"},
		{"c in [x, z]", "c is x or z"},
		{"known(c)", "c known"},
		{"not known(c)", "c not known"},
		{"x in s or z in s or y in s", "s has x or z or y"},
		{"x in s and not (z in s)", "s has x and s without z"},
		{"x in s or (z in s and c == x)", "s has x or (s has z and c is x)"},
		{"not (c == x or c == z)", "not (c is x or c is z)"},
		{"n < 3 or n >= 5", "n under 3 or n at least 5"},
		{"n > 3 and n <= 5 and n == 4 and n != 2", "n over 3 and n at most 5 and n is 4 and n is not 2"},
	}
	for _, tt := range tests {
		d := compile(t, "one", fmt.Sprintf(`dialog: one
version: 1
facts:
  c: {type: choice, of: [x, z], seen-by: case, keep: enquiry}
  s: {type: several, of: [x, y, z], seen-by: case, keep: enquiry}
  n: {type: scale, seen-by: case, keep: enquiry}
steps:
  start:
    route:
      - {when: %q, go: end}
      - {else: other-end}
  end:
    finish: done
  other-end:
    finish: done
`, tt.cond))
		got := draw.Graph(d, draw.Options{}).Mermaid()
		if want := fmt.Sprintf("  n1 -->|\"%s\"| n2\n", tt.want); !strings.Contains(got, want) {
			t.Errorf("%s: the text lacks %q:\n%s", tt.cond, want, got)
		}
	}
}

// TestHostileWords: no text of a script can end the box it stands in.
func TestHostileWords(t *testing.T) {
	t.Parallel()
	const hostile = `dialog: end
version: 1
language: en
facts:
  a: {type: choice, of: [x, z], seen-by: case, keep: enquiry}
steps:
  end:
    say: "</text><script>alert(1)</script> & \" ' ]]> %%{{init}}%% ; \u202e\u0007 done"
  subgraph:
    ask: "\"]\n  click n1 href \"http://example.org\" #quot; ` + "`" + ` <!-- <b>&amp;</b>"
    into: a
    answers: {x: "|\"]-->n1; end", z: "%% <script>"}
    go: {x: style, z: graph}
  style:
    finish: done
  graph:
    finish: class
`
	d := compile(t, "end", hostile)
	sound(t, "hostile", d, draw.Options{})
	p := draw.Graph(d, draw.Options{})
	decoder := xml.NewDecoder(bytes.NewReader(p.SVG()))
	for {
		token, err := decoder.Token()
		if token == nil {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			if token.Name.Local == "script" {
				t.Error("a text became an element")
			}
		case xml.CharData:
			if bytes.ContainsAny(token, "\u202e\u0007") {
				t.Errorf("%q holds a control sign", token)
			}
		}
	}
	mermaid := p.Mermaid()
	lines := strings.Split(mermaid, "\n")
	for i, line := range lines[4:] {
		if n := strings.Count(line, `"`); n != 0 && n != 2 {
			t.Errorf("line %d has %d quotes: %s", i+5, n, line)
		}
		if open := strings.IndexByte(line, '"'); open >= 0 {
			inside := line[open:strings.LastIndexByte(line, '"')]
			for _, mark := range []string{"<b>", "</b>", "<br/>"} {
				inside = strings.ReplaceAll(inside, mark, "")
			}
			if strings.ContainsAny(inside, "<>`%&") {
				t.Errorf("line %d: %s", i+5, line)
			}
		}
	}
	if want := "  n2 -->|\"|#34;]--#62;n1#59; end\"| n3"; !slices.Contains(lines, want) {
		t.Errorf("the text for Mermaid lacks %s:\n%s", want, mermaid)
	}
}

// TestLarge draws two thousand steps, and a word without an end.
func TestLarge(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("dialog: large\nversion: 1\nfacts:\n  a: {type: choice, of: [x, z, w], seen-by: case, keep: enquiry}\nsteps:\n")
	for i := range 2000 {
		word := "Well?"
		if i == 1000 {
			word = strings.Repeat("wordwithoutend", 40_000)
		}
		fmt.Fprintf(&b, "  s%d:\n    ask: %s\n    into: a\n    answers: {x: X, z: Z, w: W}\n    go: {z: s%d, w: end}\n", i, word, min(i+7, 1999+i/1999))
	}
	b.WriteString("  s2000:\n    set: {a: x}\n  end:\n    finish: done\n")
	sound(t, "large", compile(t, "large", b.String()), draw.Options{})
}

func BenchmarkShipped(b *testing.B) {
	lib, err := script.Load(os.DirFS("../../../content"))
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		for _, name := range lib.Names() {
			d, _ := lib.Dialog(name)
			draw.Graph(d, draw.Options{}).SVG()
		}
	}
}
