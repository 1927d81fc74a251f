package safety

// contexts is the set of those in which the pattern that fits now stands.
func (s *search) contexts(whole span) uint64 {
	if !s.located {
		s.locate()
	}
	set := s.around[whole.from] | s.behind[whole.to-1]
	if !s.now.outside {
		for k, it := range s.now.items {
			if at := s.at[k]; it.gap == 0 && at.from >= 0 {
				set |= s.around[at.from]
			}
		}
	}
	return set
}

// locate looks for every context of the text, once, when a rule first asks.
func (s *search) locate() {
	s.located = true
	n := len(s.tokens)
	all := make([]uint64, 3*n)
	s.around, s.behind, s.exempt = all[:n:n], all[n:2*n:2*n], all[2*n:]
	phase, now, at, first := s.phase, s.now, s.at, s.first
	s.look(excepted)
	s.look(context)
	s.phase, s.now, s.at, s.first = phase, now, at, first
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
func (s *search) mark(t trigger, words span) {
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
