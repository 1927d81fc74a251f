package care

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"
)

// Problem is one finding in a practice's folder: what is wrong, where, and the
// mend. It prints as file:line:column: what: mend.
type Problem struct {
	File         string
	Line, Column int // from 1; 0 when the whole file is meant
	What, Mend   string
}

func (p Problem) Error() string {
	at := p.File
	if p.Line > 0 {
		at += fmt.Sprintf(":%d:%d", p.Line, p.Column)
	}
	return at + ": " + p.What + ": " + p.Mend
}

// Problems are all findings, sorted by place. ReadPractice returns them as its
// error.
type Problems []Problem

func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.Error()
	}
	return strings.Join(lines, "\n")
}

func (ps Problems) sorted() Problems {
	slices.SortStableFunc(ps, func(a, b Problem) int {
		if c := strings.Compare(a.File, b.File); c != 0 {
			return c
		}
		if a.Line != b.Line {
			return a.Line - b.Line
		}
		return a.Column - b.Column
	})
	return ps
}

// reader walks the nodes of one file and collects every problem. Its methods
// never stop at the first one; what could not be read stays zero.
type reader struct {
	file     string
	problems *Problems
}

// take reads one value into wherever it belongs.
type take func(n *yaml.Node)

type field struct {
	name string
	need bool
	take take
}

func need(name string, t take) field { return field{name, true, t} }
func may(name string, t take) field  { return field{name, false, t} }

func (r *reader) bad(n *yaml.Node, what, mend string) {
	p := Problem{File: r.file, What: what, Mend: mend}
	if n != nil {
		p.Line, p.Column = n.Line, n.Column
	}
	*r.problems = append(*r.problems, p)
}

// document parses the file; nil when there is nothing to go on with.
func (r *reader) document(data []byte) *yaml.Node {
	var doc yaml.Node
	if err := yaml.Load(data, &doc); err != nil {
		if list, ok := errors.AsType[*yaml.LoadErrors](err); ok && len(list.Errors) > 0 {
			err = list.Errors[0]
		}
		p := Problem{File: r.file, Line: 1, Column: 1, What: "not one YAML document", Mend: "write one mapping of keys and values"}
		if e, ok := errors.AsType[*yaml.LoadError](err); ok {
			at := e.Mark
			if e.ContextMark.Line > 0 {
				at = e.ContextMark
			}
			if at.Line > 0 {
				p.Line, p.Column, p.What, p.Mend = at.Line, max(1, at.Column), "not valid YAML", e.Message
			}
		}
		*r.problems = append(*r.problems, p)
		return nil
	}
	if doc.Kind != yaml.DocumentNode || len(doc.Content) != 1 {
		r.bad(&yaml.Node{Line: 1, Column: 1}, "the file is empty", "write one mapping of keys and values")
		return nil
	}
	root := doc.Content[0]
	if !r.plain(root) {
		return nil
	}
	return root
}

// plain refuses what YAML can do and a practice's folder never needs: anchors,
// aliases, merges, doubled keys, keys that are not words.
func (r *reader) plain(n *yaml.Node) bool {
	ok := true
	if n.Kind == yaml.AliasNode || n.Anchor != "" {
		r.bad(n, "anchors and aliases are not read here", "write the value out")
		ok = false
	}
	if n.Kind == yaml.MappingNode {
		seen := map[string]bool{}
		for i := 0; i+1 < len(n.Content); i += 2 {
			key := n.Content[i]
			switch {
			case key.Kind != yaml.ScalarNode || key.Tag == "!!merge" || key.Value == "":
				r.bad(key, "a key must be a word", "write it out as key: value")
				ok = false
			case seen[key.Value]:
				r.bad(key, "the key "+quote(key.Value)+" stands twice", "keep one of the two")
				ok = false
			}
			seen[key.Value] = true
		}
	}
	for _, c := range n.Content {
		ok = r.plain(c) && ok
	}
	return ok
}

// mapping reads a mapping whose keys are known.
func (r *reader) mapping(n *yaml.Node, fields ...field) {
	if n.Kind != yaml.MappingNode {
		r.bad(n, "a mapping belongs here, not "+kind(n), "write "+keysOf(fields))
		return
	}
	found := make([]bool, len(fields))
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		at := slices.IndexFunc(fields, func(f field) bool { return f.name == key.Value })
		if at < 0 {
			r.bad(key, "unknown key "+quote(key.Value), "use "+keysOf(fields))
			continue
		}
		found[at] = true
		fields[at].take(value)
	}
	for i, f := range fields {
		if f.need && !found[i] {
			r.bad(n, quote(f.name)+" is missing", "add "+f.name+": …")
		}
	}
}

// each reads a mapping whose keys are the practice's own.
func (r *reader) each(n *yaml.Node, read func(key, value *yaml.Node)) {
	if n.Kind != yaml.MappingNode {
		r.bad(n, "a mapping belongs here, not "+kind(n), "write key: value")
		return
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		read(n.Content[i], n.Content[i+1])
	}
}

// items reads a list.
func (r *reader) items(n *yaml.Node, read func(item *yaml.Node)) {
	if n.Kind != yaml.SequenceNode {
		r.bad(n, "a list belongs here, not "+kind(n), "write [one, two], or a line with - for each")
		return
	}
	for _, item := range n.Content {
		read(item)
	}
}

// word returns a scalar's text; ok only when it is text.
func (r *reader) word(n *yaml.Node) (string, bool) {
	if n.Kind != yaml.ScalarNode || n.Tag != "!!str" {
		r.bad(n, "text belongs here, not "+kind(n), "write it in \"quotes\"")
		return "", false
	}
	return n.Value, true
}

// checked reads text that a check must accept: nil, or what is wrong and the mend.
func checked[T ~string](r *reader, dst *T, check func(string) (what, mend string)) take {
	return func(n *yaml.Node) {
		s, ok := r.word(n)
		if !ok {
			return
		}
		if what, mend := check(s); what != "" {
			r.bad(n, what, mend)
			return
		}
		*dst = T(s)
	}
}

// text reads words that may not be empty.
func text[T ~string](r *reader, dst *T) take {
	return checked(r, dst, func(s string) (string, string) {
		if strings.TrimSpace(s) == "" {
			return "this may not be empty", "write something here"
		}
		return "", ""
	})
}

// blank reads words that may be empty.
func blank[T ~string](r *reader, dst *T) take {
	return checked(r, dst, func(string) (string, string) { return "", "" })
}

// oneOf reads a word of a fixed list.
func oneOf[T ~string](r *reader, dst *T, allowed ...string) take {
	return checked(r, dst, among(allowed))
}

func among(allowed []string) func(string) (string, string) {
	return func(s string) (string, string) {
		if allowed != nil && !slices.Contains(allowed, s) {
			return quote(s) + " is not known here", "use one of " + strings.Join(allowed, ", ")
		}
		return "", ""
	}
}

// list reads a list of different words, each accepted by check.
func list[T ~string](r *reader, dst *[]T, check func(string) (string, string)) take {
	return func(n *yaml.Node) {
		r.items(n, func(item *yaml.Node) {
			var one T
			checked(r, &one, check)(item)
			switch {
			case one == "":
			case slices.Contains(*dst, one):
				r.bad(item, quote(string(one))+" stands twice", "keep one of the two")
			default:
				*dst = append(*dst, one)
			}
		})
	}
}

// some is list, and at least one is needed.
func some[T ~string](r *reader, dst *[]T, check func(string) (string, string)) take {
	return func(n *yaml.Node) {
		list(r, dst, check)(n)
		if n.Kind == yaml.SequenceNode && len(n.Content) == 0 {
			r.bad(n, "the list is empty", "name at least one")
		}
	}
}

// number reads a whole number between two bounds.
func (r *reader) number(dst *int, least, most int) take {
	return func(n *yaml.Node) {
		v, err := strconv.Atoi(n.Value)
		if n.Kind != yaml.ScalarNode || n.Tag != "!!int" || err != nil {
			r.bad(n, "a whole number belongs here, not "+kind(n), fmt.Sprintf("write a number from %d to %d", least, most))
			return
		}
		if v < least || v > most {
			r.bad(n, fmt.Sprintf("%d is out of range", v), fmt.Sprintf("write a number from %d to %d", least, most))
			return
		}
		*dst = v
	}
}

func (r *reader) truth(dst *bool) take {
	return func(n *yaml.Node) {
		if n.Kind != yaml.ScalarNode || n.Tag != "!!bool" {
			r.bad(n, "true or false belongs here, not "+kind(n), "write true or false")
			return
		}
		*dst = strings.EqualFold(n.Value, "true")
	}
}

// date reads a day; optional ones may be empty text.
func (r *reader) date(dst *Date, optional bool) take {
	return func(n *yaml.Node) {
		isText := n.Kind == yaml.ScalarNode && (n.Tag == "!!timestamp" || n.Tag == "!!str")
		if optional && isText && n.Value == "" {
			return
		}
		d, err := ParseDate(n.Value)
		if !isText || err != nil {
			r.bad(n, "a day that exists belongs here", "write it as year-month-day, 2027-06-09")
			return
		}
		*dst = d
	}
}

func (r *reader) period(dst *Period) take {
	return func(n *yaml.Node) {
		s, ok := r.word(n)
		if !ok {
			return
		}
		p, err := ParsePeriod(s)
		if err != nil {
			r.bad(n, quote(s)+" is not a length of time", "write 30d, 6mo, 7y or 48h")
			return
		}
		*dst = p
	}
}

func keysOf(fields []field) string {
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.name
	}
	return strings.Join(names, ", ")
}

func kind(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "a mapping"
	case yaml.SequenceNode:
		return "a list"
	case yaml.ScalarNode:
		switch n.Tag {
		case "!!null":
			return "nothing"
		case "!!bool":
			return "true or false"
		case "!!int", "!!float":
			return "a number"
		case "!!timestamp":
			return "a date"
		case "!!str":
			return "text"
		}
	}
	return "this"
}

func quote(s string) string {
	if len(s) > 60 {
		s = strings.ToValidUTF8(s[:60], "") + "…"
	}
	return strconv.Quote(s)
}
