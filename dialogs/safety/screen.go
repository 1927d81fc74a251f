package safety

import (
	"cmp"
	"slices"
	"unicode/utf8"
)

const (
	windowSize = 16 << 10 // bytes that are screened at once
	windowLap  = 1 << 10  // bytes that two windows share
)

// Screen finds what the rules say of a text, in any language: the most serious
// class first, and within a class in the order of the text. Each rule is found
// once. A text longer than 16 KB is screened in windows that overlap by 1 KB.
func (r *Rules) Screen(text string) []Finding {
	s := r.searches.Get().(*search)
	defer r.searches.Put(s)
	s.begin(r)
	for from := 0; ; {
		to := min(from+windowSize, len(text))
		for to < len(text) && !utf8.RuneStart(text[to]) {
			to--
		}
		s.window(text, from, to)
		if to == len(text) {
			break
		}
		for from = to - windowLap; !utf8.RuneStart(text[from]); from++ {
		}
	}
	findings := s.clear()
	s.findings = nil // they hold the text, and belong to the caller
	slices.SortStableFunc(findings, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Class.weight(), b.Class.weight()), cmp.Compare(a.Words.Start, b.Words.Start))
	})
	return slices.CompactFunc(findings, func(a, b Finding) bool { return a.Class == b.Class && a.Rule == b.Rule })
}

// clear is what was found without what is faint beside something plainer: signs
// that say danger together, but not which, leave the class to words that name it,
// and are no danger where play by agreement is named.
func (s *search) clear() []Finding {
	plain := slices.ContainsFunc(s.findings, func(f Finding) bool { return !f.faint })
	return slices.DeleteFunc(s.findings, func(f Finding) bool { return f.faint && plain })
}

// search is one look at one text. Its slices are used again for the next.
type search struct {
	*Rules
	split    splitter
	found    []bool
	findings []Finding

	tokens  []token
	phrases []occurrence
	first   []int32  // by token: the phrases that begin there, the last of them
	last    []int32  // by token: the phrases that end there, the last of them
	blocks  uint     // a block is 1<<blocks tokens, so that no text has more than 64
	places  []uint64 // by term: the blocks in which it begins, a bit each
	met     []meeting
	nth     []int32         // by token: which of those it is
	known   []int32         // by word: the same, counted from one
	tried   [phases][]trial // what is looked for at the words that were met
	muted   []bool          // tokens that are overlooked
	mutes   bool            // some token is
	around  []uint64        // contexts of what begins at a token
	behind  []uint64        // contexts of what ends at a token
	exempt  []uint64        // contexts of which a token is no trigger
	located bool            // the contexts were looked for

	phase  int
	now    *pattern
	at     [maxItems]span // where the items stand
	part   int            // the part that is being fitted
	anchor int            // its item that was found first
	steps  int            // items that were tried: what the work is measured by
}

// occurrence is a phrase, or a line of a list, that stands in the text.
type occurrence struct {
	terms     []int32
	anchors   *anchors
	from, to  int32
	steps     uint64 // where the steps of a line begin, a bit a word from its first
	nextFirst int32  // the next that begins there, or -1
	nextLast  int32  // the next that ends there, or -1
}

// maxItems is how many items a pattern may have.
const maxItems = 24

type span struct{ from, to int }

func (s *search) begin(r *Rules) {
	s.Rules, s.steps = r, 0
	s.found = cleared(s.found, len(r.rules))
	s.findings = nil
	if len(s.known) != len(r.lex.words) {
		s.known = make([]int32, len(r.lex.words))
	}
}

// cleared is a slice of n zero values, in the room of another.
func cleared[T any](old []T, n int) []T {
	if cap(old) < n {
		return make([]T, n, n+n/4)
	}
	old = old[:n]
	clear(old)
	return old
}

func (s *search) window(text string, from, to int) {
	s.tokens = s.split.words(s.lex, text[from:to])
	s.muted, s.mutes, s.located = cleared(s.muted, len(s.tokens)), false, false
	s.gather()
	s.look(listed)
	s.look(overlooked)
	before := len(s.findings)
	s.look(ruled)
	for i := before; i < len(s.findings); i++ {
		w := &s.findings[i].Words
		w.Start, w.End = w.Start+from, w.End+from
		w.text = text[w.Start:w.End]
	}
}

// list notes a line of a list that fits, so that the rules find it.
func (s *search) list(l *listing, at span) {
	for o := s.first[at.from] - 1; o >= 0; o = s.phrases[o].nextFirst {
		if p := &s.phrases[o]; int(p.to) == at.to && &p.terms[0] == &l.terms[0] {
			return
		}
	}
	steps := uint64(1)
	if !s.turns(0) {
		for k := range s.now.items {
			if here := s.at[k]; s.now.items[k].gap == 0 && here.from >= 0 {
				steps |= 1 << min(here.from-at.from, 63)
			}
		}
	}
	s.note(l.terms, l.anchors, at, steps)
}

// look goes through the text once for the patterns of one phase.
func (s *search) look(phase int) {
	s.phase = phase
	tried := s.tried[phase][:0]
	for i := range s.met {
		m := &s.met[i]
		m.tried[phase].from = int32(len(tried))
		anchors := s.lex.words[m.word].anchors.of(phase)
		for k := range anchors {
			if blocks := s.where(&anchors[k], m.blocks); blocks != 0 {
				tried = append(tried, trial{&anchors[k], blocks})
			}
		}
		m.tried[phase].to = int32(len(tried))
	}
	s.tried[phase] = tried
	for i, nth := range s.nth {
		if nth < 0 {
			continue
		}
		here := uint64(1) << (i >> s.blocks)
		at := s.met[nth].tried[phase]
		for _, t := range tried[at.from:at.to] {
			if t.blocks&here != 0 {
				s.try(t.anchor, i, i+1)
			}
		}
		for o := s.first[i] - 1; o >= 0; o = s.phrases[o].nextFirst {
			p := &s.phrases[o]
			anchors, to := p.anchors.of(phase), int(p.to)
			for k := range anchors {
				if s.where(&anchors[k], here) != 0 {
					s.try(&anchors[k], i, to)
				}
			}
		}
	}
}

// try fits a pattern that has one of its words here.
func (s *search) try(a *anchor, from, to int) {
	p := &s.patterns[a.pattern]
	if s.phase == ruled && (s.found[p.owner] || s.mute(from, to)) {
		return
	}
	s.now = p
	s.part, s.anchor = int(p.home), int(a.item)
	s.at[a.item] = span{from, to}
	if s.right(s.anchor+1, to) && s.others(from) {
		s.accept()
	}
}

func (s *search) mute(from, to int) bool {
	return s.mutes && slices.Contains(s.muted[from:to], true)
}

// across reports a gap that may go past the end of a sentence: a long one in
// the line of a list. People who hurry put full stops anywhere.
func (s *search) across(gap int32) bool { return gap > shortGap && s.phase == listed }

const shortGap = 3

// right fits the items of a part from k on to the words from a token on.
func (s *search) right(k, pos int) bool {
	s.steps++
	if k == s.now.parts[s.part].to {
		return s.left(s.anchor-1, s.at[s.anchor].from)
	}
	it := &s.now.items[k]
	if it.gap > 0 {
		for n := 0; n <= int(it.gap) && pos < len(s.tokens) && (s.tokens[pos].stop != full || s.across(it.gap)); n++ {
			if s.right(k+1, pos) {
				return true
			}
			pos++
		}
		return false
	}
	if pos < len(s.tokens) && (s.tokens[pos].stop != full || k > 0 && s.across(s.now.items[k-1].gap)) {
		t := &s.tokens[pos]
		if it.term < 0 {
			if t.number >= it.low && t.number <= it.high && s.goRight(k, pos, pos+1) {
				return true
			}
		} else if t.word != 0 && s.may(it.term, pos) {
			for o := s.first[pos] - 1; o >= 0; o = s.phrases[o].nextFirst {
				if has(s.phrases[o].terms, it.term) && s.goRight(k, pos, int(s.phrases[o].to)) {
					return true
				}
			}
			if has(s.lex.words[t.word].terms, it.term) && s.goRight(k, pos, pos+1) {
				return true
			}
		}
	}
	if it.optional {
		s.at[k] = span{-1, -1}
		return s.right(k+1, pos)
	}
	return false
}

func (s *search) goRight(k, from, to int) bool {
	if s.phase == ruled && s.mute(from, to) {
		return false
	}
	s.at[k] = span{from, to}
	return s.right(k+1, to)
}

// left fits the items of a part from k down to the words before a token.
func (s *search) left(k, end int) bool {
	s.steps++
	if k < s.now.parts[s.part].from {
		return s.fits()
	}
	it := &s.now.items[k]
	if it.gap > 0 {
		for n := 0; n <= int(it.gap); n++ {
			if s.left(k-1, end) {
				return true
			}
			if end--; end < 0 || s.tokens[end+1].stop == full && !s.across(it.gap) {
				return false
			}
		}
		return false
	}
	if end > 0 && end < len(s.tokens) && (s.tokens[end].stop != full || k+1 < s.now.parts[s.part].to && s.across(s.now.items[k+1].gap)) {
		t := &s.tokens[end-1]
		if it.term < 0 {
			if t.number >= it.low && t.number <= it.high && s.goLeft(k, end-1, end) {
				return true
			}
		} else if t.word != 0 {
			for o := s.last[end-1] - 1; o >= 0; o = s.phrases[o].nextLast {
				if has(s.phrases[o].terms, it.term) && s.goLeft(k, int(s.phrases[o].from), end) {
					return true
				}
			}
			if s.may(it.term, end-1) && has(s.lex.words[t.word].terms, it.term) && s.goLeft(k, end-1, end) {
				return true
			}
		}
	}
	if it.optional {
		s.at[k] = span{-1, -1}
		return s.left(k-1, end)
	}
	return false
}

func (s *search) goLeft(k, from, end int) bool {
	if s.phase == ruled && s.mute(from, end) {
		return false
	}
	s.at[k] = span{from, end}
	return s.left(k-1, from)
}

// has reports that a sorted set has a term.
func has(terms []int32, term int32) bool {
	for len(terms) > 8 {
		if half := len(terms) / 2; terms[half] <= term {
			terms = terms[half:]
		} else {
			terms = terms[:half]
		}
	}
	for _, t := range terms {
		if t == term {
			return true
		}
	}
	return false
}

// fits takes or refuses a part whose items all stand somewhere. The contexts
// of a rule are those of its first part; another way to fit it may do better.
func (s *search) fits() bool {
	if s.part > 0 || s.phase != ruled {
		return true
	}
	r := &s.rules[s.now.owner]
	if r.with|r.unless == 0 {
		return true
	}
	set := s.contexts(s.spanOf(0))
	return set&r.unless == 0 && (r.with == 0 || set&r.with != 0)
}

// others reports that the parts beside the one at a token stand within thirty
// words of it, in any order, and that those which must not stand there do not.
func (s *search) others(at int) bool {
	home := s.part
	for j := range s.now.parts {
		if j != home && s.stands(j, at) == s.now.parts[j].not {
			return false
		}
	}
	return true
}

// stands looks for a part near a token.
func (s *search) stands(j, at int) bool {
	p := &s.now.parts[j]
	it := &s.now.items[p.key]
	if it.term >= 0 && s.beside(need{it.term, -nearWords, nearWords})>>(at>>s.blocks)&1 == 0 {
		return false
	}
	s.part, s.anchor = j, p.key
	for pos := max(0, at-nearWords); pos < min(len(s.tokens), at+nearWords); pos++ {
		if it.term >= 0 && !s.may(it.term, pos) {
			continue
		}
		s.steps++
		t := &s.tokens[pos]
		if it.term < 0 {
			if t.number >= it.low && t.number <= it.high && s.begins(pos, pos+1) {
				return true
			}
			continue
		}
		if t.word == 0 {
			continue
		}
		for o := s.first[pos] - 1; o >= 0; o = s.phrases[o].nextFirst {
			if has(s.phrases[o].terms, it.term) && s.begins(pos, int(s.phrases[o].to)) {
				return true
			}
		}
		if has(s.lex.words[t.word].terms, it.term) && s.begins(pos, pos+1) {
			return true
		}
	}
	return false
}

func (s *search) begins(from, to int) bool {
	if s.phase == ruled && s.mute(from, to) {
		return false
	}
	s.at[s.anchor] = span{from, to}
	return s.right(s.anchor+1, to)
}

// spanOf is where a part stands.
func (s *search) spanOf(j int) span {
	whole, p := span{-1, -1}, &s.now.parts[j]
	for k := p.from; k < p.to; k++ {
		if at := s.at[k]; s.now.items[k].gap == 0 && at.from >= 0 {
			if whole.from < 0 {
				whole.from = at.from
			}
			whole.to = at.to
		}
	}
	return whole
}

// accept notes what a pattern that fits means.
func (s *search) accept() {
	whole := s.spanOf(0)
	switch s.phase {
	case listed:
		s.list(&s.listings[s.now.owner], whole)
	case overlooked:
		s.mutes = true
		for k := s.now.parts[0].from; k < s.now.parts[0].to; k++ {
			for i := s.at[k].from; s.now.items[k].gap == 0 && i >= 0 && i < s.at[k].to; i++ {
				s.muted[i] = true
			}
		}
	case excepted:
		for i := whole.from; i < whole.to; i++ {
			s.exempt[i] |= 1 << s.now.owner
		}
	case context:
		s.mark(&s.triggers[s.now.owner], whole)
	case ruled:
		r := &s.rules[s.now.owner]
		s.found[s.now.owner] = true
		s.findings = append(s.findings, Finding{Class: r.class, Rule: r.id, Unclear: r.unclear, faint: r.faint, Words: Words{
			Start: int(s.tokens[whole.from].start), End: int(s.tokens[whole.to-1].end),
		}})
	}
}
