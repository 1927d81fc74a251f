package safety

import (
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
)

// Rules is all rules of all languages, ready to screen texts. It is safe for
// use by several goroutines at once.
type Rules struct {
	lex      *lexicon
	patterns []pattern
	triggers []trigger
	rules    []rule
	cancels  [maxContexts]uint64 // by context: those that cancel it where both stand
}

// rule is what one pattern says when it is found.
type rule struct {
	id           string
	class        Class
	with, unless uint64 // contexts, a bit each: one of with must be there, none of unless may
}

// Scope is where the words of a context count.
type scope uint8

const (
	before   scope = iota // for what follows within reach
	after                 // for what stands before them within reach
	sentence              // for their sentence
	near                  // for what is up to thirty words away, across sentences
)

var scopes = []string{"before", "after", "sentence", "near"}

const (
	nearWords     = 30
	sentenceWords = 40
	defaultReach  = 6
	maxReach      = 20
	maxContexts   = 64
)

// trigger is words that make a context.
type trigger struct {
	context int
	scope   scope
	reach   int
	until   map[int32]bool // words that end the reach
}

// Names of the rules' folder.
const folder = "safety"

// builder gathers the files into Rules.
type builder struct {
	Rules
	terms    [][][]int32 // words and phrases of each term
	lists    map[string]int32
	literals map[string]int32
	contexts map[string]int
	tolerant []string
	sounds   []sound
	spoken   map[int32]bool // words of a language that says how it sounds
	problems Problems
}

// Load reads the rules under safety/, a folder a language. It returns every
// mistake found as [Problems].
func Load(fsys fs.FS) (*Rules, error) {
	names, err := fs.Glob(fsys, folder+"/*/*.yaml")
	if err != nil {
		return nil, fmt.Errorf("list the safety rules: %w", err)
	}
	b := &builder{
		Rules: Rules{lex: newLexicon()},
		lists: make(map[string]int32), literals: make(map[string]int32), contexts: make(map[string]int),
		spoken: make(map[int32]bool),
	}
	var files []*file
	for _, name := range names {
		data, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, fmt.Errorf("read the safety rules: %w", err)
		}
		f := &file{name: name, language: path.Base(path.Dir(name))}
		f.read(data)
		b.problems = append(b.problems, f.problems...)
		files = append(files, f)
	}
	b.build(files)
	if len(b.rules) == 0 && len(b.problems) == 0 {
		b.problems = append(b.problems, Problem{File: folder, What: "there are no rules", Mend: "restore the folder from the sample"})
	}
	if len(b.problems) > 0 {
		return nil, b.problems.sorted()
	}
	b.lex.finish(b.tolerant, b.sounds, b.spoken)
	rules := b.Rules
	return &rules, nil
}

// build takes the words of all files first, then what is written with them.
func (b *builder) build(files []*file) {
	sounding := make(map[string]bool)
	for _, f := range files {
		if len(f.sounds) > 0 {
			sounding[f.language] = true
			b.sounds = append(b.sounds, f.sounds...)
		}
	}
	known := len(b.lex.words)
	for _, f := range files {
		b.words(f)
		for _, c := range f.contexts {
			if _, ok := b.contexts[c.name.text]; !ok {
				b.contexts[c.name.text] = len(b.contexts)
			}
		}
	}
	if len(b.contexts) > maxContexts {
		b.problems = append(b.problems, Problem{File: folder, What: fmt.Sprintf("%d contexts", len(b.contexts)), Mend: fmt.Sprintf("use at most %d", maxContexts)})
		return
	}
	ids := make(map[string]ruleText)
	for _, f := range files {
		for _, o := range f.overlooked {
			b.pattern(f, overlooked, o, 0)
		}
		for _, c := range f.contexts {
			b.context(f, c)
		}
		for _, r := range f.rules {
			if first, ok := ids[r.id.text]; ok && (first.language == r.language || first.class != r.class) {
				f.bad(r.id, fmt.Sprintf("the rule %q stands in %s too", r.id.text, first.file), "rename one; only another language may have the same rule, in the same class")
			} else {
				ids[r.id.text] = r
			}
			b.rule(f, r)
		}
		if sounding[f.language] {
			for id := known; id < len(b.lex.words); id++ {
				b.spoken[int32(id)] = true
			}
		}
		known = len(b.lex.words)
		b.problems = append(b.problems, f.late()...)
	}
	b.inner()
}

// words takes a file's lists, numbers and tolerant words.
func (b *builder) words(f *file) {
	for _, l := range f.lists {
		id, ok := b.lists[l.name.text]
		if !ok {
			id = b.term(nil)
			b.lists[l.name.text] = id
		}
		for _, e := range l.entries {
			words, what, mend := b.phrase(e.text)
			if what != "" {
				f.bad(e, what, mend)
				continue
			}
			b.extend(id, [][]int32{words})
			if len(f.sounds) > 0 {
				for _, w := range words {
					b.spoken[w] = true
				}
			}
		}
	}
	for _, n := range f.numbers {
		b.lex.words[b.lex.id(b.lex.fold(n.name.text))].number = int32(n.value)
	}
	for _, t := range f.tolerant {
		folded := b.lex.fold(t.text)
		if len(folded) < 5 || len(folded) > longest-1 || folded[0] < 'a' || folded[0] > 'z' || strings.ContainsAny(folded, " *") {
			f.bad(t, fmt.Sprintf("%q is too short to be misspelt", t.text), "name one word of five letters or more")
			continue
		}
		b.spoken[b.lex.id(folded)] = len(f.sounds) > 0
		b.tolerant = append(b.tolerant, folded)
	}
}

func (b *builder) pattern(f *file, phase int, line text, owner int32) {
	items, what, mend := b.parsePattern(line.text)
	if what != "" {
		f.bad(line, what, mend)
		return
	}
	b.add(phase, items, owner)
}

func (b *builder) context(f *file, c contextText) {
	n := b.contexts[c.name.text]
	until := make(map[int32]bool)
	for _, u := range c.until {
		words, what, mend := b.phrase(u.text)
		if what == "" && len(words) > 1 {
			what, mend = fmt.Sprintf("%q is more than one word", u.text), "a reach ends at single words"
		}
		if what != "" {
			f.bad(u, what, mend)
			continue
		}
		until[words[0]] = true
	}
	for s, lines := range c.scopes {
		owner := int32(len(b.triggers))
		b.triggers = append(b.triggers, trigger{context: n, scope: scope(s), reach: c.reach, until: until})
		for _, line := range lines {
			b.pattern(f, context, line, owner)
		}
	}
	b.cancels[n] |= b.set(f, c.unless)
	for _, e := range c.except {
		b.pattern(f, excepted, e, int32(n))
	}
}

func (b *builder) rule(f *file, r ruleText) {
	owner := int32(len(b.rules))
	b.rules = append(b.rules, rule{id: r.id.text, class: r.class, with: b.set(f, r.with), unless: b.set(f, r.unless)})
	for _, line := range r.says {
		b.pattern(f, ruled, line, owner)
	}
}

// set is the contexts of these names, a bit each.
func (b *builder) set(f *file, names []text) (set uint64) {
	for _, n := range names {
		c, ok := b.contexts[n.text]
		if !ok {
			f.bad(n, fmt.Sprintf("there is no context %q", n.text), suggest(n.text, slices.Sorted(maps.Keys(b.contexts))))
			continue
		}
		set |= 1 << c
	}
	return set
}

func (b *builder) listNames() []string { return slices.Sorted(maps.Keys(b.lists)) }

// inner marks the rules' patterns that hold a trigger themselves: "I do not
// want to live" is not negated by its own "not".
func (b *builder) inner() {
	triggers := make(map[int32]bool)
	isRule := make(map[int32]bool)
	for _, w := range b.lex.words {
		for _, a := range w.anchors[context] {
			if p := b.patterns[a.pattern]; len(p.items) == 1 && b.triggers[p.owner].scope == before {
				for _, words := range b.terms[p.items[0].term] {
					if len(words) == 1 {
						triggers[words[0]] = true
					}
				}
			}
		}
		for _, a := range w.anchors[ruled] {
			isRule[a.pattern] = true
		}
	}
	for id := range isRule {
		p := &b.patterns[id]
		for _, it := range p.items {
			if it.term < 0 {
				continue
			}
			for _, words := range b.terms[it.term] {
				for _, w := range words {
					p.outside = p.outside || triggers[w]
				}
			}
		}
	}
}
