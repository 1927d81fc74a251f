package safety

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"
)

// Rules is all rules of all languages, ready to screen texts. It is safe for
// use by several goroutines at once.
type Rules struct {
	lex      *lexicon
	patterns []pattern
	triggers []trigger
	rules    []rule
	cancels  [maxContexts]uint64 // by context: those that cancel it where both stand
	listings []listing
	terms    int // how many there are
	searches *sync.Pool
}

// rule is what one pattern says when it is found.
type rule struct {
	id           string
	class        Class
	with, unless uint64 // contexts, a bit each: one of with must be there, none of unless may
	unclear      bool
	faint        bool // it counts where no other rule finds anything
}

// listing is a list that has lines beside its words and phrases.
type listing struct {
	terms   []int32 // the list, and the choices that name it
	anchors *anchors
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
	terms    [][][]int32        // words and phrases of each term
	longest  map[int32]int      // by list: how many words its lines may cover
	names    map[string]int32   // lists
	listOf   map[int32][]int32  // their listings, and those of choices among them
	written  map[int32][]lineOf // their lines
	lined    bool               // the lines of lists are read
	literals map[string]int32
	contexts map[string]int
	tolerant []string
	sounds   []sound
	spoken   map[int32]bool   // words of a language that says how it sounds
	roots    map[int32]int32  // branches by their first word
	room     []int32          // for the words of phrases
	edges    map[uint64]int32 // branches by the one before and the word between
	anchored []anchoring
	frequent map[int32]float64 // by term
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
		names: make(map[string]int32), listOf: make(map[int32][]int32), longest: make(map[int32]int), written: make(map[int32][]lineOf), literals: make(map[string]int32), contexts: make(map[string]int),
		spoken: make(map[int32]bool), roots: make(map[int32]int32), frequent: make(map[int32]float64),
	}
	files, failed, read := make([]*file, len(names)), make([]error, len(names)), sync.WaitGroup{}
	for i, name := range names {
		files[i] = &file{name: name, language: path.Base(path.Dir(name))}
		read.Go(func() {
			var data []byte
			if data, failed[i] = fs.ReadFile(fsys, name); failed[i] == nil {
				files[i].read(data)
			}
		})
	}
	read.Wait()
	if err := errors.Join(failed...); err != nil {
		return nil, fmt.Errorf("read the safety rules: %w", err)
	}
	size := 0
	for _, f := range files {
		b.problems = append(b.problems, f.problems...)
		size += f.size
	}
	if slices.ContainsFunc(files, func(f *file) bool { return f.lost }) {
		return nil, b.problems.sorted() // what others name of it is no mistake of theirs
	}
	// Room for about as many as are to come.
	b.lex.words = slices.Grow(b.lex.words, size/64)
	b.lex.branches = slices.Grow(b.lex.branches, size/16)
	b.edges = make(map[uint64]int32, size/16)
	b.build(files)
	if len(b.rules) == 0 && len(b.problems) == 0 {
		b.problems = append(b.problems, Problem{File: folder, What: "there are no rules", Mend: "restore the folder from the sample"})
	}
	if len(b.problems) > 0 {
		return nil, b.problems.sorted()
	}
	b.anchor()
	b.inner()
	b.lex.finish(b.tolerant, b.sounds, b.spoken)
	b.Rules.terms = len(b.terms)
	b.lex.words, b.lex.branches, b.patterns = slices.Clone(b.lex.words), slices.Clone(b.lex.branches), slices.Clone(b.patterns)
	b.searches = &sync.Pool{New: func() any { return new(search) }}
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
	for id := range int32(len(b.terms)) {
		for _, l := range b.written[id] {
			b.line(l.file, l.text, id)
		}
	}
	clear(b.literals) // choices of lines take the lists' words and phrases, those of rules their lines too
	b.lined = true
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
}

// words takes a file's lists, numbers and tolerant words.
func (b *builder) words(f *file) {
	for _, l := range f.lists {
		id, ok := b.names[l.name.text]
		if !ok {
			id = b.term(nil)
			b.names[l.name.text] = id
		}
		for _, e := range l.entries {
			phrases := writeOut(e.text)
			if phrases == nil {
				if b.listOf[id] == nil {
					b.listOf[id] = []int32{int32(len(b.listings))}
					b.listings = append(b.listings, listing{terms: []int32{id}})
				}
				b.written[id] = append(b.written[id], lineOf{f, e})
				continue
			}
			for _, one := range phrases {
				words, what, mend := b.phrase(one)
				if what != "" {
					f.bad(e, what, mend)
					break
				}
				b.extend(id, [][]int32{words})
				if len(f.sounds) > 0 {
					for _, w := range words {
						b.spoken[w] = true
					}
				}
			}
		}
	}
	for _, n := range f.numbers {
		b.lex.words[b.lex.id(b.lex.fold(n.name.text))].number = int32(n.value)
	}
	for _, c := range f.common {
		b.lex.words[b.lex.id(b.lex.fold(c.text))].common = true
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

// lineOf is a line of a list that is more than words side by side.
type lineOf struct {
	file *file
	text text
}

// line takes a line of a list as a pattern.
func (b *builder) line(f *file, line text, list int32) {
	p, what, mend := b.parsePattern(line.text)
	for _, it := range p.items {
		if what == "" && it.term >= 0 && len(b.written[it.term]) > 0 {
			what, mend = fmt.Sprintf("%q names a list that has lines itself", line.text), "name lists of words and phrases only"
		}
	}
	if what == "" && len(p.parts) > 1 {
		what, mend = fmt.Sprintf("%q has an & in a list", line.text), "write the & into the rule"
	}
	if what != "" {
		f.bad(line, what, mend)
		return
	}
	b.add(listed, p, b.listOf[list][0])
	b.longest[list] = max(b.longest[list], b.reach(p.items))
}

// spreads is how many phrases one entry of a list is written out as; one that
// stands for more is looked for as a line.
const spreads = 100

// writeOut writes out an entry of a list: "hold|holds me? down" is four phrases.
// It is nil for an entry with gaps, numbers or lists.
func writeOut(entry string) []string {
	words := 0
	for range strings.FieldsSeq(entry) {
		words++
	}
	if words > phraseWords || strings.ContainsAny(entry, "{") || strings.Contains(entry, "..") {
		return nil
	}
	if !strings.ContainsAny(entry, "|?") {
		return []string{entry}
	}
	out := []string{""}
	for field := range strings.FieldsSeq(entry) {
		field, optional := strings.CutSuffix(field, "?")
		choices := strings.Split(field, "|")
		if optional {
			choices = append(choices, "")
		}
		if len(out)*len(choices) > spreads {
			return nil
		}
		var longer []string
		for _, o := range out {
			for _, c := range choices {
				longer = append(longer, strings.TrimSpace(o+" "+strings.ReplaceAll(c, "_", " ")))
			}
		}
		out = longer
	}
	for _, o := range out {
		if len(strings.Fields(o)) > phraseWords {
			return nil
		}
	}
	return out
}

func (b *builder) pattern(f *file, phase int, line text, owner int32) {
	p, what, mend := b.parsePattern(line.text)
	if what != "" {
		f.bad(line, what, mend)
		return
	}
	b.add(phase, p, owner)
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
	b.rules = append(b.rules, rule{id: r.id.text, class: r.class, with: b.set(f, r.with), unless: b.set(f, r.unless), unclear: r.unclear, faint: r.faint})
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

func (b *builder) listNames() []string { return slices.Sorted(maps.Keys(b.names)) }

// inner marks the words that are a trigger by themselves.
func (b *builder) inner() {
	named := make(map[int32]bool)
	for _, id := range b.names {
		named[id] = true
	}
	for _, a := range b.anchored {
		p := &b.patterns[a.pattern]
		if a.phase != context || len(p.items) > 1 || named[p.items[0].term] || b.triggers[p.owner].scope != before {
			continue
		}
		for _, words := range b.terms[p.items[0].term] {
			if len(words) == 1 {
				b.lex.words[words[0]].turns = true
			}
		}
	}
}
