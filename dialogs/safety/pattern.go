package safety

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// What a pattern is for says when it is looked for.
const (
	listed     = iota // lines of a list: found first, so that others can name them
	overlooked        // words that mean nothing here: taken out before the rules look
	excepted          // what looks like a context and is none
	context           // what a rule may need near, or must not have near
	ruled             // the rules themselves
	phases
)

// pattern is one line of says, of a context, or of what is overlooked.
type pattern struct {
	items []item
	parts []part
	owner int32  // the rule or the trigger
	home  int32  // the part with the anchor
	needs []need // what must stand near the anchor besides the rarest
}

// part is what stands between two & of a line: items from and to.
type part struct {
	from, to int
	key      int  // the item that is looked for first
	not      bool // it must not stand there
}

// item is one step of a pattern.
type item struct {
	term     int32 // words that fit, or -1
	gap      int32 // or how many words may be passed over
	low      int32 // or a number from low to high
	high     int32
	optional bool
}

// anchor is where a pattern is looked for: at the rarest of its words.
type anchor struct {
	pattern int32
	item    int16
	need    need // the rarest of the others that must stand nearby, or of no term
}

// need is a term that must begin among some words, counted from the anchor's first.
type need struct {
	term      int32
	low, high int16
}

// anchors are the patterns that are looked for at a word, by phase; most words
// have none.
type anchors [phases][]anchor

func (a *anchors) of(phase int) []anchor {
	if a == nil {
		return nil
	}
	return a[phase]
}

// with is the anchors and more. Many words share one set, so it is left alone.
func (a *anchors) with(phase int, more ...anchor) *anchors {
	if len(more) == 0 {
		return a
	}
	var all anchors
	if a != nil {
		all = *a
	}
	all[phase] = slices.Concat(all[phase], more)
	return &all
}

// gaps are the signs for words that are passed over, and how many.
var gaps = map[string]int32{"..": 3, "...": 8}

// phraseWords is how many words a line of a list may have.
const phraseWords = 8

// parsePattern reads the words, lists, gaps and numbers of one line. It
// returns what is wrong and its mend, or nothing.
func (b *builder) parsePattern(line string) (p pattern, what, mend string) {
	fields := strings.Fields(line)
	if len(fields) == 0 {
		return p, "a line without words", "write the words, or delete it"
	}
	for from := 0; from <= len(fields); {
		to := from
		for to < len(fields) && fields[to] != "&" {
			to++
		}
		piece := part{from: len(p.items)}
		words := fields[from:to]
		if len(words) > 0 && words[0] == "!" {
			piece.not, words = true, words[1:]
		}
		if len(words) == 0 {
			return p, fmt.Sprintf("%q has an & with nothing beside it", line), "write words on both sides"
		}
		items, what, mend := b.parsePart(line, words)
		if what != "" {
			return p, what, mend
		}
		p.items = append(p.items, items...)
		piece.to = len(p.items)
		p.parts = append(p.parts, piece)
		from = to + 1
	}
	if len(p.items) > maxItems {
		return p, fmt.Sprintf("a line of %d steps", len(p.items)), fmt.Sprintf("write at most %d", maxItems)
	}
	what, mend = b.sound(line, &p)
	return p, what, mend
}

// parsePart reads the words between two &.
func (b *builder) parsePart(line string, fields []string) (items []item, what, mend string) {
	for i, f := range fields {
		if n, ok := gaps[f]; ok {
			switch {
			case i == 0 || i == len(fields)-1:
				return nil, fmt.Sprintf("%q begins or ends with a gap", line), "a gap stands between words"
			case items[len(items)-1].gap > 0:
				return nil, fmt.Sprintf("%q has two gaps in a row", line), "use one: .. for three words, ... for eight"
			}
			items = append(items, item{term: -1, gap: n})
			continue
		}
		it := item{term: -1}
		f, it.optional = strings.CutSuffix(f, "?")
		inner, braced := strings.CutPrefix(f, "{")
		if braced = braced && !strings.Contains(f, "|"); braced {
			if inner, braced = strings.CutSuffix(inner, "}"); !braced {
				return nil, fmt.Sprintf("%q has a { without its }", line), "write a list as {name}"
			}
		}
		switch low, high, ranged := strings.Cut(inner, "-"); {
		case braced && inner != "" && inner[0] >= '0' && inner[0] <= '9':
			a, err := strconv.Atoi(low)
			b, err2 := a, error(nil)
			if ranged && high == "" {
				b = math.MaxInt32
			} else if ranged {
				b, err2 = strconv.Atoi(high)
			}
			if err != nil || err2 != nil || b < a || a > 1e6 {
				return nil, fmt.Sprintf("{%s} is not a number or a range of numbers", inner), "write it as {4}, {4-17} or {4-}"
			}
			it.low, it.high = int32(a), int32(min(b, math.MaxInt32))
		case braced:
			id, ok := b.names[inner]
			if !ok {
				return nil, fmt.Sprintf("there is no list {%s}", inner), suggest(inner, b.listNames())
			}
			it.term = id
		default:
			id, what, mend := b.literal(f)
			if what != "" {
				return nil, what, mend
			}
			it.term = id
		}
		items = append(items, it)
	}
	return items, "", ""
}

// sound reports a pattern that could be found anywhere, and chooses what each
// part is looked for by.
func (b *builder) sound(line string, p *pattern) (what, mend string) {
	home := false
	for i := range p.parts {
		part := &p.parts[i]
		part.key = -1
		for k := part.from; k < part.to; k++ {
			it := p.items[k]
			home = home || it.term >= 0 && !it.optional && !part.not
			if it.gap == 0 && !it.optional && (part.key < 0 || it.term >= 0 && p.items[part.key].term < 0) {
				part.key = k
			}
		}
		if part.key < 0 {
			home = false
			break
		}
	}
	if home {
		if p.parts[0].not {
			return fmt.Sprintf("%q begins with what must not be there", line), "write what must be there first"
		}
		return "", ""
	}
	return fmt.Sprintf("%q has no word that must be there", line), "write at least one word or list without ?"
}

// literal is the term for words that stand in a pattern themselves: "hit",
// "suicid*", "hit|beat_up|{kick}". In a rule, a choice takes all of a list; in a line
// of a list, its words and phrases.
func (b *builder) literal(f string) (id int32, what, mend string) {
	if id, ok := b.literals[f]; ok {
		return id, "", ""
	}
	var phrases [][]int32
	var listings []int32
	reach := 0
	for one := range strings.SplitSeq(f, "|") {
		if name, ok := strings.CutPrefix(one, "{"); ok && strings.HasSuffix(name, "}") {
			name = name[:len(name)-1]
			list, ok := b.names[name]
			if !ok {
				return 0, fmt.Sprintf("there is no list {%s}", name), suggest(name, b.listNames())
			}
			phrases = append(phrases, b.terms[list]...)
			if b.lined {
				listings = append(listings, b.listOf[list]...)
				reach = max(reach, b.longest[list])
			}
			continue
		}
		words, what, mend := b.phrase(strings.ReplaceAll(one, "_", " "))
		if what != "" {
			return 0, what, mend
		}
		phrases = append(phrases, words)
	}
	id = b.term(phrases)
	b.literals[f] = id
	if listings != nil {
		b.listOf[id], b.longest[id] = listings, reach
		for _, l := range listings {
			b.listings[l].terms = append(b.listings[l].terms, id)
		}
	}
	return id, "", ""
}

// phrase reads the words of one entry of a list.
func (b *builder) phrase(entry string) (ids []int32, what, mend string) {
	if cap(b.room)-len(b.room) < phraseWords {
		b.room = make([]int32, 0, 8<<10)
	}
	ids = b.room[len(b.room):len(b.room):cap(b.room)]
	for w := range strings.FieldsSeq(entry) {
		folded := w
		if !plain(w) {
			if strings.ContainsAny(w, "{}|?") {
				return nil, fmt.Sprintf("%q in a list", w), "lists hold plain words; write lists and choices into the rule"
			}
			folded = b.lex.fold(w)
		}
		start, open := strings.CutSuffix(folded, "*")
		switch {
		case folded == "" || start == "":
			return nil, fmt.Sprintf("%q is no word", w), "write letters, digits or an emoji"
		case open && (len(start) < 4 || len(start) > longest):
			return nil, fmt.Sprintf("%q begins too many words", w), "write at least four letters before the *"
		}
		ids = append(ids, b.lex.id(folded))
	}
	switch {
	case len(ids) == 0:
		return nil, "an empty word", "write it, or delete the line"
	case len(ids) > phraseWords:
		return nil, fmt.Sprintf("an entry of %d words", len(ids)), fmt.Sprintf("write at most %d, or a rule with lists", phraseWords)
	}
	b.room = b.room[:len(b.room)+len(ids)]
	return slices.Clip(ids), "", ""
}

// term is a new term of these words and phrases.
func (b *builder) term(phrases [][]int32) int32 {
	id := int32(len(b.terms))
	b.terms = append(b.terms, nil)
	b.extend(id, phrases)
	return id
}

// extend adds words and phrases to a term.
func (b *builder) extend(id int32, phrases [][]int32) {
	b.terms[id] = append(b.terms[id], phrases...)
	for _, p := range phrases {
		first := &b.lex.words[p[0]]
		if len(p) == 1 {
			first.terms = append(first.terms, id)
			continue
		}
		at := b.branch(p)
		b.lex.branches[at].terms = append(b.lex.branches[at].terms, id)
	}
}

// branch is where the phrases of these words end, a new one where it is new.
func (b *builder) branch(words []int32) int32 {
	at, ok := b.roots[words[0]]
	if !ok {
		at = b.lex.sprout()
		b.roots[words[0]] = at
		w := &b.lex.words[words[0]]
		w.roots = append(w.roots, at)
	}
	for _, w := range words[1:] {
		edge := uint64(at)<<32 | uint64(w)
		next, ok := b.edges[edge]
		if !ok {
			next = b.lex.sprout()
			b.edges[edge] = next
			b.lex.branches[at].next = append(b.lex.branches[at].next, step{w, next})
		}
		at = next
	}
	return at
}

func (l *lexicon) sprout() int32 {
	l.branches = append(l.branches, branch{})
	return int32(len(l.branches) - 1)
}

// add puts a parsed pattern among those that are looked for.
func (b *builder) add(phase int, p pattern, owner int32) {
	id := int32(len(b.patterns))
	p.owner = owner
	best, least := -1, math.Inf(1)
	for j, part := range p.parts {
		for k := part.from; k < part.to && !part.not; k++ {
			if it := p.items[k]; it.term >= 0 && !it.optional {
				if often := b.often(it.term); often < least {
					best, least, p.home = k, often, int32(j)
				}
			}
		}
	}
	for j, part := range p.parts {
		for k := part.from; k < part.to && !part.not; k++ {
			if it := p.items[k]; it.term < 0 || it.optional || k == best {
				continue
			}
			n := need{term: p.items[k].term}
			switch {
			case int32(j) != p.home:
				far := int16(nearWords + b.reach(p.items[part.from:part.to]))
				n.low, n.high = -far, far
			case k > best:
				n.low, n.high = 1, int16(b.reach(p.items[best:k]))
			default:
				n.low, n.high = -int16(b.reach(p.items[k:best])), -1
			}
			p.needs = append(p.needs, n)
		}
	}
	slices.SortStableFunc(p.needs, func(x, y need) int { return cmp.Compare(b.often(x.term), b.often(y.term)) })
	a := anchor{pattern: id, item: int16(best), need: need{term: -1}}
	if len(p.needs) > 0 {
		a.need, p.needs = p.needs[0], p.needs[1:]
	}
	b.anchored = append(b.anchored, anchoring{phase, p.items[best].term, a})
	b.patterns = append(b.patterns, p)
}

// reach is how many words of a text the items may cover.
func (b *builder) reach(items []item) int {
	n := 0
	for _, it := range items {
		longest := 1
		if it.term >= 0 {
			for _, words := range b.terms[it.term] {
				longest = max(longest, len(words))
			}
			longest = max(longest, b.longest[it.term])
		}
		n += int(it.gap) + longest
	}
	return n
}

// anchoring is an anchor that waits until every word is known.
type anchoring struct {
	phase int
	term  int32
	anchor
}

// anchor puts the patterns where their words are. Words of the same lists have
// the same patterns, and share them.
func (b *builder) anchor() {
	words, branches := make([][]int32, len(b.lex.words)), make([][]int32, len(b.lex.branches))
	put := func(to [][]int32, at int32, n int) {
		if i := len(to[at]); i == 0 || to[at][i-1] != int32(n) {
			to[at] = append(to[at], int32(n))
		}
	}
	for n, a := range b.anchored {
		for _, p := range b.terms[a.term] {
			if len(p) == 1 {
				put(words, p[0], n)
			} else {
				put(branches, b.branch(p), n)
			}
		}
		for _, l := range b.listOf[a.term] {
			b.listings[l].anchors = b.listings[l].anchors.with(a.phase, a.anchor)
		}
	}
	sets := make(map[string]*anchors)
	var key []byte
	set := func(of []int32) *anchors {
		if len(of) == 0 {
			return nil
		}
		key = key[:0]
		for _, n := range of {
			key = binary.NativeEndian.AppendUint32(key, uint32(n))
		}
		all, ok := sets[string(key)]
		if !ok {
			all = new(anchors)
			for _, n := range of {
				a := &b.anchored[n]
				all[a.phase] = append(all[a.phase], a.anchor)
			}
			sets[string(key)] = all
		}
		return all
	}
	for id, of := range words {
		b.lex.words[id].anchors = set(of)
	}
	for id, of := range branches {
		b.lex.branches[id].anchors = set(of)
	}
}

// rarity is how often a word of so many letters is met: 3 to the power of -n.
var rarity = [...]float64{1, 1. / 3, 1. / 9, 1. / 27, 1. / 81, 1. / 243, 1. / 729, 1. / 2187, 1. / 6561}

// often is a guess how often texts have one of a term's words: short words and
// those of the list common: are frequent, a phrase is as rare as its rarest.
func (b *builder) often(term int32) float64 {
	if term < 0 {
		return 1
	}
	if f, ok := b.frequent[term]; ok {
		return f
	}
	sum := 0.0
	for _, words := range b.terms[term] {
		least := math.Inf(1)
		for _, id := range words {
			w := &b.lex.words[id]
			f := rarity[min(len(strings.TrimSuffix(w.text, "*")), len(rarity)-1)]
			if w.common {
				f = max(f, 0.02)
			}
			least = min(least, f)
		}
		sum += least
	}
	for range b.written[term] {
		sum += 0.001
	}
	b.frequent[term] = sum
	return sum
}
