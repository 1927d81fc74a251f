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
		f.problems = append(f.problems, f.explain(data, err))
		return nil, nil, f.problems
	}
	if len(doc.Content) != 1 {
		f.problems = append(f.problems, Problem{File: name, What: "the file is empty", Mend: "restore it from the sample"})
		return nil, nil, f.problems
	}
	return f, doc.Content[0], nil
}

// explain puts the YAML library's complaint in words for an author. The words
// are those in which the scripts are explained.
func (f *file) explain(data []byte, err error) Problem {
	p := Problem{File: f.name, What: "the file cannot be read as YAML", Mend: "look for a missing quote, colon or space"}
	var e *yaml.LoadError
	if !errors.As(err, &e) {
		return p
	}
	p.Line, p.Column = e.Mark.Line, e.Mark.Column
	unfit, mend := "the indentation does not fit", "line it up with the line that it belongs to"
	if lines := strings.Split(string(data), "\n"); p.Line > 0 && p.Line <= len(lines) {
		if line := []rune(lines[p.Line-1]); strings.TrimSpace(string(line[:min(p.Column-1, len(line))])) != "" {
			unfit, mend = "words stand behind a closing quote", "put the whole text in double quotes, and write \\\" for a quote inside it"
		}
	}
	for _, c := range []struct {
		says       string
		mark       yaml.Mark
		what, mend string
	}{
		{"no documents", e.Mark, "the file is empty", "restore it from the sample"},
		{"multiple", e.Mark, "the file holds several documents", "remove the `---` line"},
		{"unexpected end of stream", e.ContextMark, "a quote is opened here and never closed", "close it with the same mark"},
		{"mapping values are not allowed", e.Mark, "a colon where none may stand", "put the text in quotes, or check the indentation"},
		{"',' or ']'", e.ContextMark, "the list that a [ opens here does not come to its ]", "close it with ], and put quotes around a text that holds a comma or a bracket"},
		{"',' or '}'", e.ContextMark, "what a { opens here does not come to its }", "close it with }, and put quotes around a text that holds a comma or a bracket"},
		{"cannot start any token", e.Mark, "a text cannot begin with this character", "put the text in quotes; where it is a tab, use spaces"},
		{"sequence entries are not allowed", e.Mark, "a list cannot begin here", "put the - on a line of its own, or the text in quotes"},
		{"unknown escape", e.Mark, "an unknown escape after \\ in a text with double quotes", "use single quotes"},
		{"unknown anchor", e.Mark, "a word beginning with * is an alias in YAML", "put the text in quotes"},
		{"expected alphabetic", e.ContextMark, "a word beginning with * or & has a meaning in YAML", "put the text in quotes"},
		{"simple key", e.Mark, "a line without a colon", "write `key: value`"},
		{"expected ':'", e.Mark, "a line without a colon", "write `key: value`"},
		{"did not find expected", e.Mark, unfit, mend},
	} {
		if strings.Contains(e.Message, c.says) {
			return Problem{f.name, c.mark.Line, c.mark.Column, c.what, c.mend}
		}
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
