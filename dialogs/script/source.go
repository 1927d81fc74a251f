package script

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

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
