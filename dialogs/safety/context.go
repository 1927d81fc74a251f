package safety

import mathbits "math/bits"

// contexts is the set of those in which the part that fits now stands.
func (s *search) contexts(whole span) uint64 {
	if !s.located {
		s.locate()
	}
	set := s.around[whole.from] | s.behind[whole.to-1]
	outside := s.turns(0)
	for k := s.now.parts[0].from; k < s.now.parts[0].to; k++ {
		at, it := s.at[k], &s.now.items[k]
		if it.gap > 0 || at.from < 0 {
			continue
		}
		if !outside {
			set |= s.around[at.from]
		}
		for o := s.first[at.from] - 1; o >= 0; o = s.phrases[o].nextFirst {
			if p := &s.phrases[o]; int(p.to) == at.to && p.steps > 1 && has(p.terms, it.term) {
				for steps := p.steps; steps != 0; steps &= steps - 1 {
					set |= s.around[at.from+mathbits.TrailingZeros64(steps)]
				}
			}
		}
	}
	return set
}

// turns reports that the words which fit a part hold a trigger themselves: "I
// do not want to live" is not negated by its own "not", so contexts are looked
// for at its beginning only.
func (s *search) turns(part int) bool {
	p := &s.now.parts[part]
	for k := p.from; k < p.to; k++ {
		if s.now.items[k].gap > 0 {
			continue
		}
		for i := max(0, s.at[k].from); i < s.at[k].to; i++ {
			if s.lex.words[s.tokens[i].word].turns {
				return true
			}
		}
	}
	return false
}

// locate looks for every context of the text, once, when a rule first asks.
func (s *search) locate() {
	s.located = true
	n := len(s.tokens)
	s.around, s.behind, s.exempt = cleared(s.around, n), cleared(s.behind, n), cleared(s.exempt, n)
	phase, now, at, part, anchor := s.phase, s.now, s.at, s.part, s.anchor
	s.look(excepted)
	s.look(context)
	s.phase, s.now, s.at, s.part, s.anchor = phase, now, at, part, anchor
	for c, by := range s.cancels {
		for i := 0; by != 0 && i < n; i++ {
			if s.around[i]&by != 0 {
				s.around[i] &^= 1 << c
				s.behind[i] &^= 1 << c
			}
		}
	}
}

// mark notes where a trigger counts.
func (s *search) mark(t *trigger, words span) {
	bit := uint64(1) << t.context
	for i := words.from; i < words.to; i++ {
		if s.exempt[i]&bit != 0 {
			return
		}
	}
	ends := func(i int) bool { return t.until[s.tokens[i].word] }
	switch t.scope {
	case before:
		for i := words.to; i < min(words.to+t.reach, len(s.tokens)) && s.tokens[i].stop == none && !ends(i); i++ {
			s.around[i] |= bit
		}
	case after:
		for i := words.from - 1; i >= max(0, words.from-t.reach) && s.tokens[i+1].stop == none && !ends(i); i-- {
			s.behind[i] |= bit
		}
	case sentence:
		for i := words.from; i >= max(0, words.from-sentenceWords); i-- {
			if s.around[i] |= bit; s.tokens[i].stop == full {
				break
			}
		}
		for i := words.from + 1; i < min(words.to+sentenceWords, len(s.tokens)) && s.tokens[i].stop != full; i++ {
			s.around[i] |= bit
		}
	case near:
		for i := max(0, words.from-nearWords); i < min(words.to+nearWords, len(s.tokens)); i++ {
			s.around[i] |= bit
		}
	}
}
