package safety

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"
)

const fileSize = 1 << 20 // bytes a rule file may have

// text is words of a rule file and where they stand.
type text struct {
	text         string
	line, column int
}

type listText struct {
	name    text
	entries []text
}

type numberText struct {
	name  text
	value int
}

type contextText struct {
	name   text
	scopes [4][]text
	reach  int
	until  []text
	except []text
	unless []text
}

type ruleText struct {
	id             text
	class          Class
	file, language string
	says           []text
	with, unless   []text
	unclear, faint bool
}

// file is one rule file as it was read.
type file struct {
	name, language string
	problems       Problems
	told           int  // problems that were handed on
	lost           bool // nothing of it could be read

	lists      []listText
	numbers    []numberText
	tolerant   []text
	common     []text
	size       int // bytes
	sounds     []sound
	overlooked []text
	contexts   []contextText
	rules      []ruleText

	class, source text // for rules that name none
	unless        []text
}

func (f *file) bad(at text, what, mend string) {
	f.problems = append(f.problems, Problem{f.name, at.line, at.column, what, mend})
}

// late is the problems found since it was last asked.
func (f *file) late() Problems {
	late := f.problems[f.told:]
	f.told = len(f.problems)
	return late
}

func here(n *yaml.Node) text { return text{line: n.Line, column: n.Column} }

func (f *file) read(data []byte) {
	f.size = len(data)
	defer func() { f.told = len(f.problems) }()
	if len(data) > fileSize {
		f.lost = true
		f.bad(text{}, fmt.Sprintf("the file is larger than %d bytes", fileSize), "split it")
		return
	}
	var doc yaml.Node
	if err := yaml.Load(data, &doc); err != nil {
		f.lost = true
		at, what := text{line: 1, column: 1}, "the file is not YAML"
		var e *yaml.LoadError
		if errors.As(err, &e) {
			if e.Mark.Line > 0 {
				at = text{line: e.Mark.Line, column: e.Mark.Column}
			}
			if strings.Contains(e.Message, "no documents") {
				f.bad(at, "the file is empty", "restore it from the sample, or delete it")
				return
			}
		}
		f.bad(at, what, "look for a missing quote, colon or space")
		return
	}
	if len(doc.Content) != 1 || doc.Content[0].Kind != yaml.MappingNode {
		f.bad(text{line: 1, column: 1}, "the file is not a list of `key: value` lines", "begin with words:, contexts: or rules:")
		return
	}
	var rules *yaml.Node
	f.fields(doc.Content[0], "a rule file", map[string]func(*yaml.Node){
		"words":      f.readLists,
		"numbers":    f.readNumbers,
		"tolerant":   func(n *yaml.Node) { f.tolerant = f.texts(n) },
		"common":     func(n *yaml.Node) { f.common = f.texts(n) },
		"sounds":     f.readSounds,
		"overlooked": func(n *yaml.Node) { f.overlooked = f.texts(n) },
		"contexts":   f.readContexts,
		"class":      func(n *yaml.Node) { f.class, _ = f.text(n) },
		"source":     func(n *yaml.Node) { f.source, _ = f.text(n) },
		"unless":     func(n *yaml.Node) { f.unless = f.texts(n) },
		"rules":      func(n *yaml.Node) { rules = n },
	})
	if rules != nil {
		f.readRules(rules)
	}
}

// pairs walks a mapping strictly.
func (f *file) pairs(n *yaml.Node, each func(key text, value *yaml.Node)) {
	if n.Kind != yaml.MappingNode {
		f.bad(here(n), "this is not a mapping", "write `key: value` lines below it")
		return
	}
	seen := make(map[string]bool)
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := n.Content[i], n.Content[i+1]
		at := here(k)
		at.text = k.Value
		switch {
		case k.Kind != yaml.ScalarNode || k.Tag == "!!merge" || k.Anchor != "" || v.Kind == yaml.AliasNode || v.Anchor != "":
			f.bad(at, "anchors, aliases and merges are not read", "write it out")
		case seen[k.Value]:
			f.bad(at, fmt.Sprintf("%q stands here twice", k.Value), "keep one")
		default:
			seen[k.Value] = true
			each(at, v)
		}
	}
}

func (f *file) fields(n *yaml.Node, of string, read map[string]func(*yaml.Node)) {
	f.pairs(n, func(key text, v *yaml.Node) {
		take, ok := read[key.text]
		if !ok {
			known := make([]string, 0, len(read))
			for k := range read {
				known = append(known, k)
			}
			slices.Sort(known)
			f.bad(key, fmt.Sprintf("unknown key %q in %s", key.text, of), suggest(key.text, known))
			return
		}
		take(v)
	})
}

func (f *file) text(n *yaml.Node) (text, bool) {
	at := here(n)
	switch {
	case n.Kind != yaml.ScalarNode || n.Anchor != "":
		f.bad(at, "this must be words", "write one line of words")
	case n.ShortTag() != "!!str" && n.ShortTag() != "!!int":
		f.bad(at, "this is not read as words", fmt.Sprintf("put it in quotes: %q", n.Value))
	case strings.TrimSpace(n.Value) == "":
		f.bad(at, "an empty word", "write it, or delete the line")
	default:
		at.text = n.Value
		return at, true
	}
	return at, false
}

// texts reads a list of lines.
func (f *file) texts(n *yaml.Node) []text {
	if n.Kind != yaml.SequenceNode {
		f.bad(here(n), "this is not a list", "write [one, two], or one a line after -")
		return nil
	}
	var out []text
	for _, c := range n.Content {
		if t, ok := f.text(c); ok {
			out = append(out, t)
		}
	}
	return out
}

var nameForm = regexp.MustCompile(`^\p{Ll}[\p{Ll}0-9-]*$`)

func (f *file) named(t text) bool {
	if !nameForm.MatchString(t.text) {
		f.bad(t, fmt.Sprintf("%q cannot be a name", t.text), "write small letters, digits and -, beginning with a letter")
		return false
	}
	return true
}

func (f *file) readLists(n *yaml.Node) {
	f.pairs(n, func(name text, v *yaml.Node) {
		if !f.named(name) {
			return
		}
		l := listText{name: name, entries: f.texts(v)}
		if v.Kind == yaml.SequenceNode && len(v.Content) == 0 {
			f.bad(name, fmt.Sprintf("the list %q is empty", name.text), "write its words, or delete it")
		}
		f.lists = append(f.lists, l)
	})
}

func (f *file) readNumbers(n *yaml.Node) {
	f.pairs(n, func(name text, v *yaml.Node) {
		value, err := strconv.Atoi(v.Value)
		if err != nil || value < 0 || value > 1000 {
			f.bad(here(v), fmt.Sprintf("%q is not a whole number", v.Value), "write digits, up to 1000")
			return
		}
		f.numbers = append(f.numbers, numberText{name, value})
	})
}

func (f *file) readSounds(n *yaml.Node) {
	for _, t := range f.texts(n) {
		from, to, ok := strings.Cut(t.text, " = ")
		if from == "" || !ok {
			f.bad(t, fmt.Sprintf("%q is not two spellings", t.text), "write them as \"v = b\"; \"h = -\" is a letter that is not heard")
			continue
		}
		f.sounds = append(f.sounds, sound{from, strings.Trim(to, "- ")})
	}
}

func (f *file) readContexts(n *yaml.Node) {
	f.pairs(n, func(name text, v *yaml.Node) {
		if !f.named(name) {
			return
		}
		c := contextText{name: name, reach: defaultReach}
		read := map[string]func(*yaml.Node){
			"until":  func(n *yaml.Node) { c.until = f.texts(n) },
			"except": func(n *yaml.Node) { c.except = f.texts(n) },
			"unless": func(n *yaml.Node) { c.unless = f.texts(n) },
			"reach": func(n *yaml.Node) {
				reach, err := strconv.Atoi(n.Value)
				if err != nil || reach < 1 || reach > maxReach {
					f.bad(here(n), fmt.Sprintf("%q is not a reach", n.Value), fmt.Sprintf("write how many words, from 1 to %d", maxReach))
					return
				}
				c.reach = reach
			},
		}
		for i, s := range scopes {
			read[s] = func(n *yaml.Node) { c.scopes[i] = f.texts(n) }
		}
		problems := len(f.problems)
		f.fields(v, "a context", read)
		if len(f.problems) == problems && len(c.scopes[0])+len(c.scopes[1])+len(c.scopes[2])+len(c.scopes[3]) == 0 {
			f.bad(name, fmt.Sprintf("the context %q has no words", name.text), "write them under before, after, sentence or near")
		}
		f.contexts = append(f.contexts, c)
	})
}

// yes reads true or false.
func (f *file) yes(n *yaml.Node, to *bool) {
	switch n.Value {
	case "true", "false":
		*to = n.Value == "true"
	default:
		f.bad(here(n), fmt.Sprintf("%q is neither true nor false", n.Value), "write true, or leave it out")
	}
}

func (f *file) readRules(n *yaml.Node) {
	if n.Kind != yaml.SequenceNode {
		f.bad(here(n), "rules is not a list", "begin each rule with - id: NAME")
		return
	}
	for _, c := range n.Content {
		r := ruleText{file: f.name, language: f.language, unless: f.unless}
		class, source := f.class, f.source
		problems := len(f.problems)
		f.fields(c, "a rule", map[string]func(*yaml.Node){
			"id":      func(n *yaml.Node) { r.id, _ = f.text(n) },
			"class":   func(n *yaml.Node) { class, _ = f.text(n) },
			"source":  func(n *yaml.Node) { source, _ = f.text(n) },
			"says":    func(n *yaml.Node) { r.says = f.texts(n) },
			"with":    func(n *yaml.Node) { r.with = f.texts(n) },
			"unless":  func(n *yaml.Node) { r.unless = f.texts(n) },
			"unclear": func(n *yaml.Node) { f.yes(n, &r.unclear) },
			"faint":   func(n *yaml.Node) { f.yes(n, &r.faint) },
		})
		if len(f.problems) > problems {
			continue
		}
		switch r.class = Class(class.text); {
		case r.id.text == "":
			f.bad(here(c), "a rule without an id", "add id: NAME")
		case !f.named(r.id):
		case class.text == "":
			f.bad(r.id, fmt.Sprintf("the rule %q has no class", r.id.text), "add class: to it, or to the file")
		case !slices.Contains(Classes(), r.class) || r.class == None:
			f.bad(class, fmt.Sprintf("there is no class %q", class.text), "use crisis, child, emergency, ipv, medical, solicitation or kink")
		case r.unclear && r.class != Kink:
			f.bad(r.id, fmt.Sprintf("the rule %q is unclear and raises an alarm", r.id.text), "only a rule of class kink may be unclear")
		case source.text == "":
			f.bad(r.id, fmt.Sprintf("the rule %q has no source", r.id.text), "say where it comes from, in source:")
		case len(r.says) == 0:
			f.bad(r.id, fmt.Sprintf("the rule %q says nothing", r.id.text), "write its words under says:")
		default:
			f.rules = append(f.rules, r)
		}
	}
}
