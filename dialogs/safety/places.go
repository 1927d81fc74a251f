package safety

// meeting is a word that stands in the text.
type meeting struct {
	word   int32
	blocks uint64                           // in which it stands, a bit each
	tried  [phases]struct{ from, to int32 } // what is looked for at it
}

// trial is a pattern that is looked for at a word, and the blocks in which all
// that it needs may stand.
type trial struct {
	*anchor
	blocks uint64
}

// gather finds every phrase of the text, and where each term stands.
func (s *search) gather() {
	n := len(s.tokens)
	for s.blocks = 0; n>>s.blocks >= 64; s.blocks++ {
	}
	s.phrases, s.met = s.phrases[:0], s.met[:0]
	s.first, s.last, s.nth = cleared(s.first, n), cleared(s.last, n), cleared(s.nth, n)
	s.places = cleared(s.places, s.terms)
	for i := range s.tokens {
		id := s.tokens[i].word
		if id == 0 {
			s.nth[i] = -1
			continue
		}
		if s.known[id] == 0 {
			s.met = append(s.met, meeting{word: id})
			s.known[id] = int32(len(s.met))
		}
		s.nth[i] = s.known[id] - 1
		s.met[s.nth[i]].blocks |= 1 << (i >> s.blocks)
		for _, root := range s.lex.words[id].roots {
			s.grow(root, i, i+1)
		}
	}
	for _, m := range s.met {
		for _, t := range s.lex.words[m.word].terms {
			s.places[t] |= m.blocks
		}
		s.known[m.word] = 0
	}
}

// grow follows a phrase that began at a word as far as the text does.
func (s *search) grow(at int32, from, to int) {
	br := &s.lex.branches[at]
	if len(br.terms) > 0 {
		s.note(br.terms, br.anchors, span{from, to}, 1)
	}
	if len(br.next) == 0 || to >= len(s.tokens) || s.tokens[to].stop == full || s.tokens[to].word == 0 {
		return
	}
	id := s.tokens[to].word
	if next, ok := br.after(id); ok {
		s.grow(next, from, to+1)
	}
	for _, like := range s.lex.words[id].like {
		if next, ok := br.after(like); ok {
			s.grow(next, from, to+1)
		}
	}
}

// note keeps where a phrase stands.
func (s *search) note(terms []int32, anchors *anchors, at span, steps uint64) {
	for _, t := range terms {
		s.places[t] |= 1 << (at.from >> s.blocks)
	}
	s.phrases = append(s.phrases, occurrence{terms, anchors, int32(at.from), int32(at.to), steps, s.first[at.from] - 1, s.last[at.to-1] - 1})
	s.first[at.from], s.last[at.to-1] = int32(len(s.phrases)), int32(len(s.phrases))
}

// may reports that a term may begin at a token.
func (s *search) may(term int32, pos int) bool {
	return s.places[term]>>(pos>>s.blocks)&1 != 0
}

// where is those of some blocks near which an anchor's pattern has all that it
// needs. It errs on the side of too many.
func (s *search) where(a *anchor, blocks uint64) uint64 {
	if a.need.term >= 0 {
		blocks &= s.beside(a.need)
	}
	if blocks == 0 {
		return 0
	}
	for _, n := range s.patterns[a.pattern].needs {
		if blocks &= s.beside(n); blocks == 0 {
			return 0
		}
	}
	return blocks
}

// beside is the blocks that have what is needed near them.
func (s *search) beside(n need) uint64 {
	set := s.places[n.term]
	if set == 0 {
		return 0
	}
	low, high := int(n.low)>>s.blocks, (int(n.high)+1<<s.blocks-1)>>s.blocks
	switch {
	case low > 0:
		return smeared(set>>low, high-low, 0)
	case high < 0:
		return smeared(set<<-high, 0, high-low)
	}
	return smeared(set, high, -low)
}

// smeared is a set with each bit set so far down and so far up too.
func smeared(set uint64, down, up int) uint64 {
	all := set
	for n, step := down, 1; n > 0; n, step = n-step, min(2*step, n-step) {
		all |= all >> step
	}
	for n, step := up, 1; n > 0; n, step = n-step, min(2*step, n-step) {
		set |= set << step
	}
	return all | set
}
