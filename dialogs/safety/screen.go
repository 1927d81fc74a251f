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
	s := search{Rules: r, found: make([]bool, len(r.rules))}
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
	slices.SortStableFunc(s.findings, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Class.weight(), b.Class.weight()), cmp.Compare(a.Words.Start, b.Words.Start))
	})
	return slices.CompactFunc(s.findings, func(a, b Finding) bool { return a.Class == b.Class && a.Rule == b.Rule })
}

// search is one look at one text.
type search struct {
	*Rules
	found    []bool
	findings []Finding

	tokens  []token
	muted   []bool   // tokens that are overlooked
	around  []uint64 // contexts of what begins at a token
	behind  []uint64 // contexts of what ends at a token
	exempt  []uint64 // contexts of which a token is no trigger
	located bool     // the contexts were looked for

	phase int
	now   *pattern
	at    [maxItems]span // where the items stand
	first int            // the item that is the anchor
}

// maxItems is how many items a pattern may have.
const maxItems = 24

type span struct{ from, to int }

func (s *search) window(text string, from, to int) {
	s.tokens = s.lex.split(text[from:to])
	s.muted, s.located = nil, false
	s.look(overlooked)
	before := len(s.findings)
	s.look(ruled)
	for i := before; i < len(s.findings); i++ {
		w := &s.findings[i].Words
		w.Start, w.End = w.Start+from, w.End+from
		w.text = text[w.Start:w.End]
	}
}

// look goes through the text once for the patterns of one phase.
func (s *search) look(phase int) {
	s.phase = phase
	for i := range s.tokens {
		id := s.tokens[i].word
		if id == 0 {
			continue
		}
		for _, a := range s.lex.words[id].anchors[phase] {
			p := &s.patterns[a.pattern]
			if phase == ruled && s.found[p.owner] {
				continue
			}
			from, to := i, i+1
			if a.phrase != nil {
				from = i - int(a.offset)
				if to = from + len(a.phrase); !s.spells(from, a.phrase) {
					continue
				}
			}
			if phase == ruled && s.mute(from, to) {
				continue
			}
			s.now, s.first = p, int(a.item)
			s.at[a.item] = span{from, to}
			s.right(int(a.item)+1, to)
		}
	}
}

// spells reports that the words from a token on are these.
func (s *search) spells(from int, words []int32) bool {
	if from < 0 || from+len(words) > len(s.tokens) {
		return false
	}
	for i, w := range words {
		t := s.tokens[from+i]
		if i > 0 && t.stop == full || !s.lex.is(t.word, w) {
			return false
		}
	}
	return true
}

func (s *search) mute(from, to int) bool {
	return s.muted != nil && slices.Contains(s.muted[from:to], true)
}

// right fits the items from k on to the words from a token on.
func (s *search) right(k, pos int) bool {
	if k == len(s.now.items) {
		return s.left(s.first-1, s.at[s.first].from)
	}
	it := &s.now.items[k]
	if it.gap > 0 {
		for n := 0; n <= int(it.gap) && pos < len(s.tokens) && s.tokens[pos].stop != full; n++ {
			if s.right(k+1, pos) {
				return true
			}
			pos++
		}
		return false
	}
	if pos < len(s.tokens) && s.tokens[pos].stop != full {
		t := s.tokens[pos]
		fits := func(to int) bool {
			if s.phase == ruled && s.mute(pos, to) {
				return false
			}
			s.at[k] = span{pos, to}
			return s.right(k+1, to)
		}
		if it.term < 0 {
			if t.number >= it.low && t.number <= it.high && fits(pos+1) {
				return true
			}
		} else if t.word != 0 {
			w := &s.lex.words[t.word]
			for _, ph := range w.starts {
				if ph.term == it.term && s.spells(pos, ph.words) && fits(pos+len(ph.words)) {
					return true
				}
			}
			if slices.Contains(w.terms, it.term) && fits(pos+1) {
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

// left fits the items from k down to the words before a token.
func (s *search) left(k, end int) bool {
	if k < 0 {
		return s.accept()
	}
	it := &s.now.items[k]
	if it.gap > 0 {
		for n := 0; n <= int(it.gap); n++ {
			if s.left(k-1, end) {
				return true
			}
			if end--; end < 0 || s.tokens[end+1].stop == full {
				return false
			}
		}
		return false
	}
	if end > 0 && end < len(s.tokens) && s.tokens[end].stop != full {
		t := s.tokens[end-1]
		fits := func(from int) bool {
			if s.phase == ruled && s.mute(from, end) {
				return false
			}
			s.at[k] = span{from, end}
			return s.left(k-1, from)
		}
		if it.term < 0 {
			if t.number >= it.low && t.number <= it.high && fits(end-1) {
				return true
			}
		} else if t.word != 0 {
			w := &s.lex.words[t.word]
			for _, ph := range w.ends {
				if from := end - len(ph.words); ph.term == it.term && s.spells(from, ph.words) && fits(from) {
					return true
				}
			}
			if slices.Contains(w.terms, it.term) && fits(end-1) {
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

// accept takes a pattern that fits. It reports false when a context turns it
// off, and another way to fit it may do better.
func (s *search) accept() bool {
	whole := span{-1, -1}
	for k := range s.now.items {
		if at := s.at[k]; s.now.items[k].gap == 0 && at.from >= 0 {
			if whole.from < 0 {
				whole.from = at.from
			}
			whole.to = at.to
		}
	}
	switch s.phase {
	case overlooked:
		if s.muted == nil {
			s.muted = make([]bool, len(s.tokens))
		}
		for k, it := range s.now.items {
			for i := s.at[k].from; it.gap == 0 && i >= 0 && i < s.at[k].to; i++ {
				s.muted[i] = true
			}
		}
	case excepted:
		for i := whole.from; i < whole.to; i++ {
			s.exempt[i] |= 1 << s.now.owner
		}
	case context:
		s.mark(s.triggers[s.now.owner], whole)
	case ruled:
		return s.report(whole)
	}
	return true
}

// report notes a rule whose words stand there, unless its contexts say no.
func (s *search) report(whole span) bool {
	r := &s.rules[s.now.owner]
	if r.with|r.unless != 0 {
		if set := s.contexts(whole); set&r.unless != 0 || r.with != 0 && set&r.with == 0 {
			return false
		}
	}
	s.found[s.now.owner] = true
	s.findings = append(s.findings, Finding{Class: r.class, Rule: r.id, Words: Words{
		Start: int(s.tokens[whole.from].start), End: int(s.tokens[whole.to-1].end),
	}})
	return true
}
