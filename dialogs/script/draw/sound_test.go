package draw_test

import (
	"encoding/xml"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"anteroom/dialogs/script"
	"anteroom/dialogs/script/draw"
)

// seen is a picture as it was read back.
type seen struct {
	width, height float64
	boxes         map[string]*box // by the id of the first step
	edges         []edge
	pills         []area
}

type area struct {
	page                     string
	left, top, right, bottom float64
}

func (a area) meets(b area) bool {
	const touch = 0.6
	return a.page == b.page && a.left+touch < b.right && b.left+touch < a.right && a.top+touch < b.bottom && b.top+touch < a.bottom
}

type box struct {
	area
	class string
	steps []string
	texts []string
}

type edge struct {
	from, to string
	taken    bool
	pill     bool
	upward   bool
	lines    []area // each piece of its line
}

type element struct {
	XMLName  xml.Name
	Attrs    []xml.Attr `xml:",any,attr"`
	Words    string     `xml:",chardata"`
	Children []element  `xml:",any"`
}

func (e element) attr(name string) string {
	for _, a := range e.Attrs {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

var number = regexp.MustCompile(`-?[0-9.]+`)

func numbersIn(s string) []float64 {
	var all []float64
	for _, m := range number.FindAllString(s, -1) {
		f, _ := strconv.ParseFloat(m, 64)
		all = append(all, f)
	}
	return all
}

func (e element) area(page string) area {
	if e.XMLName.Local == "path" {
		a := area{page, math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)}
		for i, n := range numbersIn(e.attr("d")) {
			if i%2 == 0 {
				a.left, a.right = min(a.left, n), max(a.right, n)
			} else {
				a.top, a.bottom = min(a.top, n), max(a.bottom, n)
			}
		}
		return a
	}
	n := numbersIn(strings.Join([]string{e.attr("x"), e.attr("y"), e.attr("width"), e.attr("height")}, " "))
	return area{page, n[0], n[1], n[0] + n[2], n[1] + n[3]}
}

type failer interface {
	Helper()
	Errorf(string, ...any)
	Fatalf(string, ...any)
}

func read(t failer, svg []byte) *seen {
	t.Helper()
	var root element
	if err := xml.Unmarshal(svg, &root); err != nil {
		t.Fatalf("not well-formed: %v", err)
	}
	view := numbersIn(root.attr("viewBox"))
	s := &seen{width: view[2], boxes: make(map[string]*box)}
	for _, page := range root.Children {
		if page.XMLName.Local != "g" {
			continue
		}
		id := page.attr("id")
		for _, c := range page.Children {
			switch {
			case c.attr("class") == "sheet":
				s.height, _ = strconv.ParseFloat(c.attr("height"), 64)
			case c.attr("data-steps") != "":
				b := &box{steps: strings.Fields(c.attr("data-steps"))}
				for _, part := range c.Children {
					if class := part.attr("class"); strings.HasPrefix(class, "box ") && b.class == "" {
						b.area, b.class = part.area(id), class
					}
					if part.XMLName.Local == "text" {
						b.texts = append(b.texts, strings.Join(strings.Fields(part.Words), " "))
					}
				}
				s.boxes[c.attr("id")] = b
			case c.attr("data-from") != "":
				s.edge(c, id)
			}
		}
	}
	return s
}

func (s *seen) edge(c element, page string) {
	e := edge{from: c.attr("data-from"), to: c.attr("data-to")}
	for _, part := range c.Children {
		switch part.XMLName.Local {
		case "path":
			e.taken = e.taken || strings.Contains(part.attr("class"), "taken")
			n := numbersIn(part.attr("d"))
			for i := 0; i+3 < len(n); i += 2 {
				e.upward = e.upward || n[i+3] < n[i+1]
				e.lines = append(e.lines, area{page, min(n[i], n[i+2]), min(n[i+1], n[i+3]), max(n[i], n[i+2]), max(n[i+1], n[i+3])})
			}
		case "a":
			e.pill = true
			s.pills = append(s.pills, part.Children[0].area(page))
		}
	}
	s.edges = append(s.edges, e)
}

// sound checks what holds for every picture: it is well-formed; each step of
// the dialog's own stands in one box; each way on is drawn, as a line to the
// box or as a label, and nothing else is; no two boxes or labels overlap, no
// line runs through a box or over a line to another, and all is on the page.
func sound(t failer, name string, d *script.Dialog, o draw.Options) {
	t.Helper()
	s := read(t, draw.Graph(d, o).SVG())
	in := make(map[string]string) // the box of each step
	for id, b := range s.boxes {
		for _, step := range b.steps {
			if in[step] != "" {
				t.Errorf("%s: the step %s stands in two boxes", name, step)
			}
			in[step] = id
		}
	}
	var want, got []string
	for _, st := range d.Steps {
		if strings.Contains(st.ID, "/") {
			continue
		}
		if in[st.ID] == "" {
			t.Errorf("%s: the step %s is not drawn", name, st.ID)
		}
		for _, to := range onward(d, st, o.Misses) {
			if from, to := in[st.ID], in[d.Steps[to].ID]; from != to {
				want = append(want, from+" "+to)
			}
		}
	}
	for _, e := range s.edges {
		got = append(got, e.from+" "+e.to)
		if len(e.lines) == 0 {
			t.Errorf("%s: nothing is drawn from %s to %s", name, e.from, e.to)
			continue
		}
		if e.upward {
			t.Errorf("%s: the line from %s to %s runs upwards", name, e.from, e.to)
		}
		if to := s.boxes[e.to]; !e.pill {
			end := e.lines[len(e.lines)-1]
			if near := (area{to.page, to.left - 1, to.top - 13, to.right + 1, to.bottom + 1}); !near.meets(area{end.page, end.left - 1, end.top - 1, end.right + 1, end.bottom + 1}) {
				t.Errorf("%s: the line from %s ends at %v and not at %s, %v", name, e.from, end, e.to, near)
			}
		}
		for _, line := range e.lines {
			for id, b := range s.boxes {
				inside := area{b.page, b.left + 1, b.top + 1, b.right - 1, b.bottom - 1}
				if inside.page == line.page && line.left < inside.right && line.right > inside.left && line.top < inside.bottom && line.bottom > inside.top {
					t.Errorf("%s: the line from %s to %s runs through %s", name, e.from, e.to, id)
				}
			}
		}
	}
	type upright struct {
		page string
		x    float64
	}
	at := make(map[upright][]edge)
	for _, e := range s.edges {
		for _, line := range e.lines {
			if line.left == line.right && line.bottom-line.top > 1 {
				key := upright{line.page, line.left}
				for _, other := range at[key] {
					if o := other.lines[0]; other.to != e.to && o.top+1 < line.bottom && line.top+1 < o.bottom {
						t.Errorf("%s: the lines to %s and to %s run over one another", name, e.to, other.to)
					}
				}
				at[key] = append(at[key], edge{to: e.to, lines: []area{line}})
			}
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(slices.Compact(want), slices.Compact(got)); diff != "" {
		t.Errorf("%s: ways on (-want +got):\n%s", name, diff)
	}
	var areas []area
	var names []string
	for id, b := range s.boxes {
		areas, names = append(areas, b.area), append(names, id)
	}
	for i, p := range s.pills {
		areas, names = append(areas, p), append(names, fmt.Sprintf("label %d", i))
	}
	for i, a := range areas {
		if a.left < 0 || a.top < 0 || a.right > s.width || a.bottom > s.height {
			t.Errorf("%s: %s is not on the page: %v of %v × %v", name, names[i], a, s.width, s.height)
		}
		for j := range i {
			if a.meets(areas[j]) {
				t.Errorf("%s: %s and %s overlap: %v, %v", name, names[i], names[j], a, areas[j])
			}
		}
	}
}

// onward is where a step can lead, found without the package's help.
func onward(d *script.Dialog, s *script.Step, misses bool) []int {
	var to []int
	add := func(i int) {
		if i >= 0 {
			to = append(to, i)
		}
	}
	if s.Op == script.Call {
		for _, in := range d.Steps {
			inner, ok := strings.CutPrefix(in.ID, s.ID+"/")
			if ok && in.Op == script.Return && !strings.Contains(inner, "/") {
				add(in.Next)
			}
			if ok && misses && in.Question() && in.MissAfter > 0 && !strings.Contains(d.Steps[in.MissTo].ID, "/") {
				add(in.MissTo)
			}
		}
		return to
	}
	for _, w := range s.Ways {
		add(w.To)
	}
	for _, r := range s.Routes {
		add(r.To)
	}
	if s.Op != script.Finish {
		add(s.Next)
	}
	if misses && s.Question() && s.MissAfter > 0 {
		add(s.MissTo)
	}
	return to
}

// TestAnyDialog draws random dialogs: many answers, long names, ways to far
// steps, ends in between.
func TestAnyDialog(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := compile(t, "any", random(t))
		o := draw.Options{Misses: rapid.Bool().Draw(t, "misses"), Paper: draw.Papers()[rapid.SampledFrom([]string{"a4", "a3", "letter"}).Draw(t, "paper")]}
		sound(t, "any", d, o)
	})
}

func random(t *rapid.T) string {
	n := rapid.IntRange(1, 60).Draw(t, "steps")
	answers := []string{"aa", "bb", "cc", "dd", "ee", "ff", "gg", "hh"}
	name := func(i int) string {
		if i%7 == 3 {
			return fmt.Sprintf("s%d-with-a-name-that-is-longer-than-any-box-could-ever-hold-in-one-line", i)
		}
		return fmt.Sprintf("s%d", i)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "dialog: any\nversion: 1\nlanguage: en\nfacts:\n  a: {type: choice, of: [%s], seen-by: case, keep: enquiry}\nsteps:\n", strings.Join(answers, ", "))
	led := map[int]bool{0: true} // steps that something leads to
	for i := range n {
		ahead := func() int {
			to := rapid.IntRange(i+1, n).Draw(t, "to")
			led[to] = true
			return to
		}
		fmt.Fprintf(&b, "  %s:\n", name(i))
		switch kind := rapid.IntRange(0, 6).Draw(t, "kind"); {
		case kind == 0:
			fmt.Fprintf(&b, "    say: [%q, more]\n", strings.Repeat("Wörter, und 言葉 ", rapid.IntRange(1, 20).Draw(t, "long")))
		case kind <= 2:
			fmt.Fprintf(&b, "    ask: Which one?\n    into: a\n    answers: {")
			for j, a := range answers {
				fmt.Fprintf(&b, "%s: %q, ", a, strings.Repeat("The answer ", j*j/2)+a)
			}
			b.WriteString("}\n")
			if ways := rapid.SliceOfNDistinct(rapid.SampledFrom(answers), 0, 7, rapid.ID).Draw(t, "ways"); len(ways) > 0 {
				b.WriteString("    go: {")
				for _, a := range ways {
					fmt.Fprintf(&b, "%s: %s, ", a, name(ahead()))
				}
				b.WriteString("}\n")
			}
			if rapid.Bool().Draw(t, "missed") {
				fmt.Fprintf(&b, "    misses: {after: 2, go: %s}\n", name(ahead()))
			}
		case kind == 3:
			fmt.Fprintf(&b, "    route:\n      - {when: \"a == aa or known(a)\", go: %s}\n      - {when: \"a in [bb, cc]\", go: %s}\n", name(ahead()), name(ahead()))
		case kind == 4 && led[i+1]:
			b.WriteString("    finish: early\n")
			continue
		case kind == 4:
			b.WriteString("    do: something\n")
		default:
			fmt.Fprintf(&b, "    set: {a: %s}\n    go: %s\n", rapid.SampledFrom(answers).Draw(t, "value"), name(i+1))
		}
		led[i+1] = true
	}
	fmt.Fprintf(&b, "  %s:\n    finish: done\n", name(n))
	return b.String()
}
