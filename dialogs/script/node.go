package script

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

const (
	fileSize  = 1 << 20 // bytes a content file may have
	fileDepth = 12      // how deep its values may nest
)

// pos is a place in a file, counted from one, in runes.
type pos struct{ line, column int }

// ref is a word of a file and where it stands.
type ref struct {
	name string
	pos  pos
}

func (r ref) given() bool { return r.name != "" }

// reader reads one file's nodes and collects what is wrong with them.
type reader struct {
	file     string
	lines    []string // of the source, to place what stands inside a text
	problems []Problem
}

func (r *reader) report(at pos, what, mend string) {
	r.problems = append(r.problems, Problem{r.place(at), what, mend})
}

func (r *reader) place(at pos) Place { return Place{r.file, at.line, at.column} }

func place(n *yaml.Node) pos { return pos{n.Line, n.Column} }

// pairs walks a mapping's keys in order, each once. Keys that vet has
// refused are passed over.
func (r *reader) pairs(n *yaml.Node, what string, each func(k, v *yaml.Node)) {
	if n.Kind == yaml.AliasNode {
		return
	}
	if n.Kind != yaml.MappingNode {
		r.report(place(n), fmt.Sprintf("%s must be a mapping, and this is %s", what, kindOf(n)), "write `key: value` pairs")
		return
	}
	seen := make(map[string]bool, len(n.Content)/2)
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := n.Content[i], n.Content[i+1]
		if k.Kind != yaml.ScalarNode || k.Tag == "!!merge" || seen[k.Value] {
			continue
		}
		seen[k.Value] = true
		each(k, v)
	}
}

type field struct {
	key  string
	read func(v *yaml.Node)
}

// fields reads a mapping whose keys are fixed.
func (r *reader) fields(n *yaml.Node, what string, known ...field) {
	r.pairs(n, what, func(k, v *yaml.Node) {
		at := slices.IndexFunc(known, func(f field) bool { return f.key == k.Value })
		if at < 0 {
			names := make([]string, len(known))
			for i, f := range known {
				names[i] = f.key
			}
			r.report(place(k), fmt.Sprintf("unknown key %q in %s", k.Value, what), suggest(k.Value, names))
			return
		}
		known[at].read(v)
	})
}

func kindOf(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "a mapping"
	case yaml.SequenceNode:
		return "a list"
	}
	switch n.ShortTag() {
	case "!!null":
		return "empty"
	case "!!str":
		return "a text"
	case "!!int", "!!float":
		return "a number"
	case "!!bool":
		return "a truth value"
	case "!!timestamp":
		return "a date"
	}
	return "something else"
}

// text reads a text that a person may come to read.
func (r *reader) text(n *yaml.Node, what string) (ref, bool) {
	if n.Kind == yaml.AliasNode || n.ShortTag() != "!!str" && n.Style&yaml.TaggedStyle != 0 {
		return ref{}, false // told by vet
	}
	if n.Kind != yaml.ScalarNode || n.ShortTag() != "!!str" {
		mend := textMend(what)
		switch {
		case n.Kind == yaml.ScalarNode && n.ShortTag() != "!!null":
			mend = fmt.Sprintf("put it in quotes: %q", n.Value)
		case n.Kind == yaml.MappingNode && n.Style&yaml.FlowStyle != 0:
			mend = "a text that begins with { needs quotes"
		case n.Kind == yaml.SequenceNode && n.Style&yaml.FlowStyle != 0:
			mend = "a text that begins with [ needs quotes"
		}
		r.report(place(n), fmt.Sprintf("%s must be a text, and this is %s", what, kindOf(n)), mend)
		return ref{}, false
	}
	s := strings.TrimSpace(n.Value)
	if s == "" {
		r.report(place(n), what+" is empty", textMend(what))
		return ref{}, false
	}
	return ref{s, place(n)}, true
}

func textMend(what string) string {
	if what == "when" {
		return `write a condition, as in "age == adult"`
	}
	return "write a text"
}

// texts reads one text or a list of them.
func (r *reader) texts(n *yaml.Node, what string) []ref {
	if n.Kind != yaml.SequenceNode {
		if t, ok := r.text(n, what); ok {
			return []ref{t}
		}
		return nil
	}
	if len(n.Content) == 0 {
		r.report(place(n), what+" is empty", "write a text")
	}
	var out []ref
	for _, c := range n.Content {
		if t, ok := r.text(c, what); ok {
			out = append(out, t)
		}
	}
	return out
}

var (
	stepPattern    = regexp.MustCompile(`^[a-z][a-z0-9-]*$`)
	factPattern    = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)
	valuePattern   = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9-]*$`)
	givenPattern   = regexp.MustCompile(`^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*$`)
	countryPattern = regexp.MustCompile(`^[A-Z]{2}(-[A-Z0-9]{1,3})?$`)
)

const (
	stepShape  = "small letters, digits and -, beginning with a letter"
	factShape  = "small letters, digits and _, beginning with a letter"
	valueShape = "letters, digits and -, beginning with a letter"
	givenShape = "small letters, digits and _ with dots between"
)

// id reads a word that the script refers by.
func (r *reader) id(n *yaml.Node, what string, pattern *regexp.Regexp, shape string) (ref, bool) {
	if n.Kind == yaml.AliasNode {
		return ref{}, false
	}
	if n.Kind != yaml.ScalarNode {
		r.report(place(n), fmt.Sprintf("%s must be one word, and this is %s", what, kindOf(n)), "write "+shape)
		return ref{}, false
	}
	if plain(n) && truthy(n.Value) {
		r.report(place(n), fmt.Sprintf("the bare word %s is read as true, false or nothing by YAML", n.Value),
			fmt.Sprintf("put it in quotes (%q) or rename it", n.Value))
		return ref{}, false
	}
	if n.ShortTag() != "!!str" || !pattern.MatchString(n.Value) {
		shown := n.Value
		if utf8.RuneCountInString(shown) > 40 {
			shown = string([]rune(shown)[:40]) + "…"
		}
		if shown == "" {
			r.report(place(n), what+" is empty", "write "+shape)
			return ref{}, false
		}
		mend := "write " + shape
		if strings.ContainsAny(shown, " ,") {
			mend += "; a text that holds a comma needs quotes"
		}
		r.report(place(n), fmt.Sprintf("%q cannot be %s", shown, what), mend)
		return ref{}, false
	}
	return ref{n.Value, place(n)}, true
}

func plain(n *yaml.Node) bool {
	return n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) == 0
}

// truthy reports a word that one YAML or another takes for a truth value or
// for nothing.
func truthy(s string) bool {
	switch strings.ToLower(s) {
	case "yes", "no", "on", "off", "true", "false", "null", "~":
		return true
	}
	return false
}

// whole reads a whole number from min to max.
func (r *reader) whole(n *yaml.Node, what string, min, max int) (int, bool) {
	if n.Kind == yaml.AliasNode {
		return 0, false
	}
	v, err := strconv.Atoi(n.Value)
	if n.Kind != yaml.ScalarNode || n.ShortTag() != "!!int" || err != nil || v < min || v > max {
		r.report(place(n), fmt.Sprintf("%s must be a whole number from %d to %d", what, min, max), "write it without quotes or signs")
		return 0, false
	}
	return v, true
}

// words reads one word, or a list of words, that the script refers by.
func (r *reader) words(n *yaml.Node, what string, pattern *regexp.Regexp, shape string) []ref {
	if n.Kind != yaml.SequenceNode {
		if w, ok := r.id(n, what, pattern, shape); ok {
			return []ref{w}
		}
		return nil
	}
	var out []ref
	for _, c := range n.Content {
		if w, ok := r.id(c, what, pattern, shape); ok {
			if slices.ContainsFunc(out, func(o ref) bool { return o.name == w.name }) {
				r.report(w.pos, fmt.Sprintf("%q stands here twice", w.name), "delete one")
				continue
			}
			out = append(out, w)
		}
	}
	return out
}

// oneOf reads a word of a closed set.
func (r *reader) oneOf(n *yaml.Node, what string, set ...string) (ref, bool) {
	w, ok := r.id(n, what, valuePattern, valueShape)
	if !ok {
		return ref{}, false
	}
	if !slices.Contains(set, w.name) {
		r.report(w.pos, fmt.Sprintf("%s cannot be %q", what, w.name), suggest(w.name, set))
		return ref{}, false
	}
	return w, true
}

// within finds the place of a rune inside a text of the file. A text folded
// over several lines is searched for; where that fails, its beginning is the
// best that can be said.
func (r *reader) within(at pos, text string, offset int) pos {
	rs := []rune(text)
	if offset > len(rs) {
		offset = len(rs)
	}
	line := func(n int) []rune {
		if n < 1 || n > len(r.lines) {
			return nil
		}
		return []rune(r.lines[n-1])
	}
	source := line(at.line)
	for skip := range 2 { // plain, or behind a quote
		start := at.column - 1 + skip
		if start >= 0 && start+len(rs) <= len(source) && string(source[start:start+len(rs)]) == text {
			return pos{at.line, start + 1 + offset}
		}
	}
	// The words around the rune, looked for on this line and those below.
	from := offset
	for from > 0 && rs[from-1] != ' ' && rs[from-1] != '\n' {
		from--
	}
	to := offset
	for to < len(rs) && rs[to] != ' ' && rs[to] != '\n' {
		to++
	}
	if from < to {
		word := string(rs[from:to])
		for n := at.line; n < at.line+20 && n <= len(r.lines); n++ {
			if i := strings.Index(r.lines[n-1], word); i >= 0 && (n > at.line || utf8.RuneCountInString(r.lines[n-1][:i]) >= at.column-1) {
				return pos{n, utf8.RuneCountInString(r.lines[n-1][:i]) + 1 + offset - from}
			}
		}
	}
	return at
}
