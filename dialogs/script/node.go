package script

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
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
	r.problems = append(r.problems, Problem{File: r.file, Line: at.line, Column: at.column, What: what, Mend: mend})
}

func place(n *yaml.Node) pos { return pos{n.Line, n.Column} }

// open parses a file into its top mapping, and nil when there is none worth
// reading on with.
func (r *reader) open(data []byte) *yaml.Node {
	if len(data) > fileSize {
		r.report(pos{}, fmt.Sprintf("the file is larger than %d bytes", fileSize), "split it into several dialogs")
		return nil
	}
	if !r.clean(data) {
		return nil
	}
	r.lines = strings.Split(string(data), "\n")
	var doc yaml.Node
	if err := yaml.Load(data, &doc); err != nil {
		at, what, mend := explain(err)
		if at.line > len(r.lines) {
			at = pos{len(r.lines), utf8.RuneCountInString(r.lines[len(r.lines)-1]) + 1}
		}
		r.report(at, what, mend)
		return nil
	}
	if len(doc.Content) != 1 || doc.Content[0].Kind != yaml.MappingNode {
		r.report(pos{1, 1}, "the file is not a list of `key: value` lines", "begin with `dialog: NAME` or `list: NAME`")
		return nil
	}
	if !r.vet(doc.Content[0], 0) {
		return nil
	}
	return doc.Content[0]
}

// clean refuses bytes that no editor shows: a tab, a NUL, bad UTF-8.
func (r *reader) clean(data []byte) bool {
	ok := true
	for i, line := range bytes.Split(data, []byte("\n")) {
		column := 0
		for rest := line; len(rest) > 0; {
			c, size := utf8.DecodeRune(rest)
			rest = rest[size:]
			column++
			at := pos{i + 1, column}
			switch {
			case c == utf8.RuneError && size == 1:
				r.report(at, "this is not UTF-8", "save the file as UTF-8")
			case c == '\t':
				r.report(at, "a tab", "use spaces")
			case c == '\r' && len(rest) == 0:
				continue
			case unicode.IsControl(c), c == '\u2028', c == '\u2029':
				r.report(at, fmt.Sprintf("a control character (%#x)", c), "delete it")
			default:
				continue
			}
			ok = false
			break
		}
	}
	return ok
}

// explain puts the YAML library's complaint in words for an author.
func explain(err error) (at pos, what, mend string) {
	var e *yaml.LoadError
	if !errors.As(err, &e) {
		return pos{1, 1}, "the file cannot be read as YAML", err.Error()
	}
	at = pos{e.Mark.Line, e.Mark.Column}
	if e.Mark.Line == 0 {
		at = pos{1, 1}
	}
	context := pos{e.ContextMark.Line, e.ContextMark.Column}
	switch m := e.Message; {
	case strings.Contains(m, "no documents"):
		return at, "the file is empty", "begin with `dialog: NAME` or `list: NAME`"
	case strings.Contains(m, "multiple"):
		return at, "the file holds several documents", "remove the `---` line, or split the file"
	case strings.Contains(m, "unexpected end of stream") && strings.Contains(e.ContextMsg, "quoted"):
		return context, "a quote is opened here and never closed", "close it with the same mark"
	case strings.Contains(m, "mapping values are not allowed"):
		return at, "a colon where none may stand", "put the text in quotes, or check the indentation"
	case strings.Contains(m, "',' or ']'"):
		return context, "the list that a [ opens here does not come to its ]", "close it with ], and put quotes around a text that holds a comma or a bracket"
	case strings.Contains(m, "',' or '}'"):
		return context, "what a { opens here does not come to its }", "close it with }, and put quotes around a text that holds a comma or a bracket"
	case strings.Contains(m, "cannot start any token"):
		return at, "a text cannot begin with this character", "put the text in quotes"
	case strings.Contains(m, "sequence entries are not allowed"):
		return at, "a list cannot begin here", "put the - on a line of its own, or the text in quotes"
	case strings.Contains(m, "unknown escape"):
		return at, "an unknown escape after \\ in a text with double quotes", "use single quotes"
	case strings.Contains(m, "unknown anchor"):
		return at, "a word beginning with * is an alias in YAML", "put the text in quotes"
	case strings.Contains(m, "simple key") || strings.Contains(m, "expected ':'"):
		return at, "a line without a colon", "write `key: value`"
	case strings.Contains(m, "did not find expected"):
		return at, "the indentation does not fit", "line it up with the line that it belongs to"
	default:
		return at, "the file cannot be read as YAML", m
	}
}

// vet refuses, over the whole tree, what YAML allows and scripts do not.
func (r *reader) vet(n *yaml.Node, depth int) bool {
	if depth > fileDepth {
		r.report(place(n), fmt.Sprintf("values are nested more than %d deep", fileDepth), "a script needs no such depth")
		return false
	}
	switch {
	case n.Kind == yaml.AliasNode:
		r.report(place(n), fmt.Sprintf("*%s is an alias", n.Value), "write the value out, or quote a text that begins with *")
		return true
	case n.Anchor != "":
		r.report(place(n), fmt.Sprintf("&%s is an anchor", n.Anchor), "delete it, or quote a text that begins with &")
	case n.Style&yaml.TaggedStyle != 0:
		r.report(place(n), fmt.Sprintf("%s is a tag", n.Tag), "delete it, or quote a text that begins with !")
	}
	ok := true
	if n.Kind == yaml.MappingNode {
		first := make(map[string]int, len(n.Content)/2)
		for i := 0; i+1 < len(n.Content); i += 2 {
			k := n.Content[i]
			if k.Kind != yaml.ScalarNode {
				r.report(place(k), "a key that is not a word", "write `key: value`")
				continue
			}
			if k.Tag == "!!merge" {
				r.report(place(k), "<< is a merge", "write the values out")
				continue
			}
			if line, doubled := first[k.Value]; doubled {
				r.report(place(k), fmt.Sprintf("%q stands here twice, first on line %d", k.Value, line), "delete or rename one")
				continue
			}
			first[k.Value] = k.Line
		}
	}
	for _, c := range n.Content {
		ok = r.vet(c, depth+1) && ok
	}
	return ok
}

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
	if n.Kind == yaml.AliasNode {
		return ref{}, false
	}
	if n.Kind != yaml.ScalarNode || n.ShortTag() != "!!str" {
		mend := "write a text"
		if n.Kind == yaml.ScalarNode && n.ShortTag() != "!!null" {
			mend = fmt.Sprintf("put it in quotes: %q", n.Value)
		}
		r.report(place(n), fmt.Sprintf("%s must be a text, and this is %s", what, kindOf(n)), mend)
		return ref{}, false
	}
	s := strings.TrimSpace(n.Value)
	if s == "" {
		r.report(place(n), what+" is empty", "write a text")
		return ref{}, false
	}
	return ref{s, place(n)}, true
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
