package script

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"slices"
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
		at, what, mend := r.explain(err)
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

// clean refuses what no editor shows: a tab, a NUL, bad UTF-8, and a no-break
// space where the line is indented; inside a text some languages need it.
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
			case c == '\r':
				r.report(at, "a line end of an old kind", "save the file with usual line ends")
			case c == '\u00a0' && len(bytes.Trim(line[:len(line)-len(rest)-size], " -")) == 0:
				r.report(at, "a no-break space", "write an ordinary space")
			case c == '\ufeff' && at != pos{1, 1}:
				r.report(at, "a byte order mark inside the file", "delete it; no editor shows it, so write the line anew")
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
func (r *reader) explain(err error) (at pos, what, mend string) {
	var e *yaml.LoadError
	if !errors.As(err, &e) {
		return pos{1, 1}, "the file cannot be read as YAML", err.Error()
	}
	at = pos{e.Mark.Line, e.Mark.Column}
	if e.Mark.Line == 0 {
		at = pos{1, 1}
	}
	context := pos{e.ContextMark.Line, e.ContextMark.Column}
	before, from := r.cut(at)
	opened := r.opened(at, e.Message)
	switch m := e.Message; {
	case strings.Contains(m, "no documents"):
		return at, "the file is empty", r.beginning()
	case strings.Contains(m, "multiple"):
		line, mark := r.second()
		return pos{line, 1}, "the file holds several documents", fmt.Sprintf("remove the `%s` line, or split the file", mark)
	case strings.Contains(m, "unexpected end of stream") && strings.Contains(e.ContextMsg, "quoted"):
		return context, "a quote is opened here and never closed", "close it with the same mark"
	case opened != pos{} && opened.line < at.line:
		return opened, "a quote is opened here and never closed", "close it with the same mark"
	case opened != pos{} && !key.MatchString(from):
		return at, "words stand behind a closing quote", "put the whole text in double quotes, and write \\\" for a quote inside it"
	case strings.Contains(e.ContextMsg, "scanning an alias"):
		return context, "a word beginning with * is an alias in YAML", "put the text in quotes"
	case strings.Contains(e.ContextMsg, "scanning an anchor"):
		return context, "a word beginning with & is an anchor in YAML", "put the text in quotes"
	case strings.Contains(e.ContextMsg, "a tag"):
		return context, "a word beginning with ! is a tag in YAML", "put the text in quotes"
	case strings.Contains(e.ContextMsg, "block scalar"):
		return context, "a text that begins with | or > goes on in the next line", "put the text in quotes"
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
	case strings.Contains(m, "did not find expected") && strings.HasSuffix(strings.TrimSpace(before), "]"),
		strings.Contains(m, "did not find expected") && strings.HasSuffix(strings.TrimSpace(before), "}"):
		return at, "words stand behind a closing bracket", "put the whole text in quotes"
	case strings.Contains(m, "did not find expected"):
		return at, "the indentation does not fit", "line it up with the line that it belongs to"
	default:
		return at, "the file cannot be read as YAML", m
	}
}

// beginning is how a file like this one begins.
func (r *reader) beginning() string {
	if strings.HasPrefix(r.file, "translations/") {
		return "begin with `translation: NAME`"
	}
	return "begin with `dialog: NAME` or `list: NAME`"
}

// second is the line that ends the file's first document, and its mark.
func (r *reader) second() (line int, mark string) {
	begun := false
	for i, l := range r.lines {
		word, _, _ := strings.Cut(strings.TrimSpace(l), " ")
		switch {
		case strings.HasPrefix(l, "---") && word == "---", strings.HasPrefix(l, "...") && word == "...":
			if begun {
				return i + 1, word
			}
			begun = word == "---"
		case word != "" && word[0] != '#' && word[0] != '%':
			begun = true
		}
	}
	return 1, "---"
}

// key is what stands before a value.
var key = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_-]*:`)

// cut is what stands before a place on its line, and from there.
func (r *reader) cut(at pos) (before, from string) {
	if at.line > len(r.lines) {
		return "", ""
	}
	rs := []rune(r.lines[at.line-1])
	column := min(at.column-1, len(rs))
	return string(rs[:column]), string(rs[column:])
}

// opened is where the quote was opened behind which words stand, on the line of a
// complaint; none when no quote brought the complaint about.
func (r *reader) opened(at pos, complaint string) pos {
	if !strings.Contains(complaint, "did not find expected") && !strings.Contains(complaint, "mapping values are not allowed") {
		return pos{}
	}
	before, from := r.cut(at)
	line := before + from
	for i, tried := 0, 0; i < len(before) && tried < 40; i++ {
		q := line[i]
		rest := strings.TrimLeft(line[i+1:], " ")
		if q != '"' && q != '\'' || rest == "" || strings.ContainsAny(rest[:1], ",]}:#") || line[i+1] == q || i > 0 && line[i-1] == '\\' {
			continue
		}
		tried++
		// Without what follows, the library says itself whether this closes a text.
		lines := append(slices.Clone(r.lines[:at.line-1]), line[:i])
		var e *yaml.LoadError
		if err := yaml.Load([]byte(strings.Join(lines, "\n")), new(yaml.Node)); errors.As(err, &e) && strings.Contains(e.ContextMsg, "quoted") {
			return pos{e.ContextMark.Line, e.ContextMark.Column}
		}
	}
	return pos{}
}

// vet refuses, over the whole tree, what YAML allows and scripts do not. False
// says that the file is not worth reading on: where one alias stands there are
// more, and one finding is enough.
func (r *reader) vet(n *yaml.Node, depth int) bool {
	if depth > fileDepth {
		r.report(place(n), fmt.Sprintf("values are nested more than %d deep", fileDepth), "a script needs no such depth")
		return false
	}
	switch {
	case n.Kind == yaml.AliasNode:
		r.report(place(n), fmt.Sprintf("*%s is an alias", n.Value), "write the value out, or quote a text that begins with *")
		return false
	case n.Anchor != "":
		r.report(place(n), fmt.Sprintf("&%s is an anchor", n.Anchor), "delete it, or quote a text that begins with &")
		return false
	case n.Style&yaml.TaggedStyle != 0:
		r.report(place(n), fmt.Sprintf("%s is a tag", n.Tag), "delete it, or quote a text that begins with !")
	}
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
		if !r.vet(c, depth+1) {
			return false
		}
	}
	return true
}
