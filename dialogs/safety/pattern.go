package safety

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// What a pattern is for says when it is looked for.
const (
	overlooked = iota // words that mean nothing here: taken out before the rules look
	excepted          // what looks like a context and is none
	context           // what a rule may need near, or must not have near
	ruled             // the rules themselves
	phases
)

// pattern is one line of says, of a context, or of what is overlooked.
type pattern struct {
	items []item
	owner int32 // the rule or the trigger
	// outside: the pattern has a word that is itself a trigger of a context,
	// so contexts are looked for at its beginning only.
	outside bool
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
	offset  int16   // of the word in the phrase
	phrase  []int32 // nil for a word by itself
}

// gaps are the signs for words that are passed over, and how many.
var gaps = map[string]int32{"..": 3, "...": 8}

// phraseWords is how many words a line of a list may have.
const phraseWords = 8

// parsePattern reads the words, lists, gaps and numbers of one line. It
// returns what is wrong and its mend, or nothing.
func (b *builder) parsePattern(line string) (items []item, what, mend string) {
	fields := strings.Fields(line)
	if len(fields) == 0 {
		return nil, "a line without words", "write the words, or delete it"
	}
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
			id, ok := b.lists[inner]
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
	if len(items) > maxItems {
		return nil, fmt.Sprintf("a line of %d steps", len(items)), fmt.Sprintf("write at most %d", maxItems)
	}
	if what, mend := b.sound(line, items); what != "" {
		return nil, what, mend
	}
	return items, "", ""
}

// sound reports a pattern that could be found anywhere.
func (b *builder) sound(line string, items []item) (what, mend string) {
	for _, it := range items {
		if it.term >= 0 && !it.optional {
			return "", ""
		}
	}
	return fmt.Sprintf("%q has no word that must be there", line), "write at least one word or list without ?"
}

// literal is the term for words that stand in a pattern themselves: "hit",
// "suicid*", "hit|beat_up|{kick}".
func (b *builder) literal(f string) (id int32, what, mend string) {
	if id, ok := b.literals[f]; ok {
		return id, "", ""
	}
	var phrases [][]int32
	for one := range strings.SplitSeq(f, "|") {
		if name, ok := strings.CutPrefix(one, "{"); ok && strings.HasSuffix(name, "}") {
			name = name[:len(name)-1]
			list, ok := b.lists[name]
			if !ok {
				return 0, fmt.Sprintf("there is no list {%s}", name), suggest(name, b.listNames())
			}
			phrases = append(phrases, b.terms[list]...)
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
	return id, "", ""
}

// phrase reads the words of one entry of a list.
func (b *builder) phrase(entry string) (ids []int32, what, mend string) {
	for w := range strings.FieldsSeq(entry) {
		if strings.ContainsAny(w, "{}|?") {
			return nil, fmt.Sprintf("%q in a list", w), "lists hold plain words; write lists and choices into the rule"
		}
		folded := b.lex.fold(w)
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
	return ids, "", ""
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
		if len(p) == 1 {
			w := &b.lex.words[p[0]]
			w.terms = append(w.terms, id)
			continue
		}
		first, last := &b.lex.words[p[0]], &b.lex.words[p[len(p)-1]]
		first.starts = append(first.starts, phrase{id, p})
		last.ends = append(last.ends, phrase{id, p})
	}
}

// add puts a parsed pattern among those that are looked for.
func (b *builder) add(phase int, items []item, owner int32) {
	id := int32(len(b.patterns))
	p := pattern{items: items, owner: owner}
	best, least := 0, math.Inf(1)
	for i, it := range items {
		if it.term < 0 || it.optional {
			continue
		}
		sum := 0.0
		for _, words := range b.terms[it.term] {
			_, often := b.rarest(words)
			sum += often
		}
		if sum < least {
			best, least = i, sum
		}
	}
	for _, words := range b.terms[items[best].term] {
		at, _ := b.rarest(words)
		a := anchor{pattern: id, item: int16(best), offset: int16(at)}
		if len(words) > 1 {
			a.phrase = words
		}
		w := &b.lex.words[words[at]]
		w.anchors[phase] = append(w.anchors[phase], a)
	}
	b.patterns = append(b.patterns, p)
}

// rarest is the word of a phrase that texts have least, and a guess how often
// they have it: short words are common.
func (b *builder) rarest(words []int32) (at int, often float64) {
	often = math.Inf(1)
	for i, id := range words {
		n := len(strings.TrimSuffix(b.lex.words[id].text, "*"))
		if f := math.Pow(3, -float64(min(n, 8))); f < often {
			at, often = i, f
		}
	}
	return at, often
}
