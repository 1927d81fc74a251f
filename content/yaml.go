package content

import (
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"
)

// Problem is one mistake in a file, and its mend. Line and Column count from
// one, in runes; they are zero when the problem is the file as a whole.
type Problem struct {
	File         string
	Line, Column int
	What, Mend   string
}

// Error reads "file:line:column: what: mend".
func (p Problem) Error() string {
	at := p.File
	if p.Line > 0 {
		at = fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column)
	}
	return at + ": " + p.What + ": " + p.Mend
}

// Problems is the error of the readers here: every mistake that was found.
type Problems []Problem

// Error is one line a problem.
func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.Error()
	}
	return strings.Join(lines, "\n")
}

// file reads one YAML file strictly: no aliases, no merges, no doubled keys,
// no keys that nobody knows.
type file struct {
	name     string
	problems Problems
}

func open(fsys fs.FS, name string) (*file, *yaml.Node, error) {
	data, err := fs.ReadFile(fsys, name)
	if err != nil {
		return nil, nil, fmt.Errorf("read content: %w", err)
	}
	f := &file{name: name}
	var doc yaml.Node
	if err := yaml.Load(data, &doc); err != nil {
		f.problems = append(f.problems, f.explain(err))
		return nil, nil, f.problems
	}
	if len(doc.Content) != 1 {
		f.problems = append(f.problems, Problem{File: name, What: "the file is empty", Mend: "restore it from the sample"})
		return nil, nil, f.problems
	}
	return f, doc.Content[0], nil
}

// explain places what the YAML library complains about.
func (f *file) explain(err error) Problem {
	p := Problem{File: f.name, What: "the file is not YAML", Mend: "look for a missing quote, colon or space"}
	var e *yaml.LoadError
	switch {
	case !errors.As(err, &e):
	case strings.Contains(e.Message, "no documents"):
		p.What, p.Mend = "the file is empty", "restore it from the sample"
	default:
		p.Line, p.Column, p.What = e.Mark.Line, e.Mark.Column, e.Message
	}
	return p
}

func (f *file) err() error {
	if len(f.problems) == 0 {
		return nil
	}
	slices.SortStableFunc(f.problems, func(a, b Problem) int {
		if a.Line != b.Line {
			return a.Line - b.Line
		}
		return a.Column - b.Column
	})
	return f.problems
}

func (f *file) bad(n *yaml.Node, what, mend string) {
	f.problems = append(f.problems, Problem{f.name, n.Line, n.Column, what, mend})
}

// each walks a mapping.
func (f *file) each(n *yaml.Node, visit func(key, value *yaml.Node)) {
	if n.Kind != yaml.MappingNode {
		f.bad(n, "this is not a mapping", "write `key: value` lines below it")
		return
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		switch {
		case key.Kind != yaml.ScalarNode || key.Value == "<<" || value.Kind == yaml.AliasNode:
			f.bad(key, "anchors, aliases and merges are not read", "write it out")
		case seen[key.Value]:
			f.bad(key, fmt.Sprintf("%q stands here twice", key.Value), "keep one")
		default:
			seen[key.Value] = true
			visit(key, value)
		}
	}
}

// fields walks a mapping whose keys are known, and says which must stand.
func (f *file) fields(n *yaml.Node, needed []string, read map[string]func(*yaml.Node)) {
	found := map[string]bool{}
	f.each(n, func(key, value *yaml.Node) {
		take, ok := read[key.Value]
		if !ok {
			known := make([]string, 0, len(read))
			for k := range read {
				known = append(known, k)
			}
			slices.Sort(known)
			f.bad(key, fmt.Sprintf("unknown key %q", key.Value), "known: "+strings.Join(known, ", "))
			return
		}
		found[key.Value] = true
		take(value)
	})
	if n.Kind != yaml.MappingNode {
		return
	}
	for _, key := range needed {
		if !found[key] {
			f.bad(n, fmt.Sprintf("%q is missing", key), "add it")
		}
	}
}

// text reads words that must not be empty.
func (f *file) text(to *string) func(*yaml.Node) {
	return func(n *yaml.Node) {
		if n.Kind != yaml.ScalarNode || n.ShortTag() == "!!null" || strings.TrimSpace(n.Value) == "" {
			f.bad(n, "this must be words", "write them, in quotes where a number is meant as words")
			return
		}
		*to = n.Value
	}
}

// date reads a day; blank allows none.
func (f *file) date(to *time.Time, blank bool) func(*yaml.Node) {
	return func(n *yaml.Node) {
		if blank && n.Kind == yaml.ScalarNode && n.Value == "" {
			return
		}
		day, err := time.Parse(time.DateOnly, n.Value)
		if n.Kind != yaml.ScalarNode || err != nil {
			f.bad(n, fmt.Sprintf("%q is not a day", n.Value), "write it as 2026-11-30")
			return
		}
		*to = day
	}
}

// zone reads a time zone's name.
func (f *file) zone(to *string) func(*yaml.Node) {
	return func(n *yaml.Node) {
		f.text(to)(n)
		if _, err := time.LoadLocation(*to); *to != "" && err != nil || *to == "Local" {
			f.bad(n, fmt.Sprintf("%q is not a time zone", n.Value), "write a name of the tz database, as in Europe/Madrid")
		}
	}
}

var (
	countryForm = regexp.MustCompile(`^[A-Z]{2}$`)
	regionForm  = regexp.MustCompile(`^[A-Z0-9]{2,3}$`)
)
