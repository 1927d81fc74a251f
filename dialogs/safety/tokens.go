package safety

import (
	"slices"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// stop is what stands before a word.
type stop uint8

const (
	none  stop = iota
	comma      // ends the reach of a context
	full       // ends the sentence: no phrase goes across it
)

// token is one word of a text.
type token struct {
	word       int32 // in the lexicon, zero for a word that no rule knows
	number     int32 // what it says as a number, or -1
	start, end int32 // bytes
	stop       stop
	letter     byte // of a word of one letter
	tag        bool // it had a # before it
}

const longest = 40 // letters of a word that are compared

// splitter cuts a text into words.
type splitter struct {
	*lexicon
	out        []token
	joined     []token // room for join
	word       [longest]byte
	n          int // letters in word
	start, end int // bytes
	symbols    int // signs and digits that may stand for a letter
	letters    int
	stop       stop
	tag        bool
}

// words cuts a text into words, finds them in the lexicon, and joins letters
// that were written apart. What it returns is good until it is asked again.
func (s *splitter) words(l *lexicon, text string) []token {
	*s = splitter{lexicon: l, out: s.out[:0], joined: s.joined[:0]}
	if s.out == nil {
		s.out = make([]token, 0, len(text)/4+8)
	}
	for i := 0; i < len(text); {
		c := text[i]
		if 'a' <= c && c <= 'z' {
			i = s.plainly(text, i)
			continue
		}
		if c < utf8.RuneSelf {
			s.ascii(text, i, c)
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(text[i:])
		s.rune(r, i, i+size)
		i += size
	}
	s.flush()
	return s.join(text)
}

// plainly adds small letters up to the next of another kind, and says where it
// stands.
func (s *splitter) plainly(text string, from int) int {
	if s.n == 0 {
		s.start = from
	}
	to := from
	for to < len(text) && 'a' <= text[to] && text[to] <= 'z' {
		to++
	}
	if s.n < longest {
		copy(s.word[s.n:], text[from:to])
	}
	s.n, s.letters, s.end = s.n+to-from, s.letters+to-from, to
	return to
}

func (s *splitter) ascii(text string, i int, c byte) {
	var next byte
	if i+1 < len(text) {
		next = text[i+1]
	}
	switch {
	case 'a' <= c && c <= 'z':
		s.add(c, i, i+1)
	case 'A' <= c && c <= 'Z':
		s.add(c+'a'-'A', i, i+1)
	case '0' <= c && c <= '9':
		s.add(c, i, i+1)
	case c == '\'' || c == '`':
	case (c == '@' || c == '$' || c == '*' || c == '!') && (s.n > 0 || c == '$') && (wordly(next) || c == '*' && next == '*'):
		s.add(c, i, i+1)
	default:
		short := s.n <= 1
		s.flush()
		switch c {
		case '\n', ';', '?', '!':
			s.stop = full
		case '.':
			before := i > 0 && text[i-1] == '.'
			switch {
			case next == '.' || before:
				s.stop = max(s.stop, comma)
			case !(short && wordly(next)):
				s.stop = full
			}
		case ',', ':', '(', ')', '"', '[', ']':
			s.stop = max(s.stop, comma)
		case '-':
			if next == ' ' || next == '-' {
				s.stop = max(s.stop, comma)
			}
		case '#':
			s.tag = true
		}
	}
}

func wordly(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c >= utf8.RuneSelf
}

func (s *splitter) rune(r rune, from, to int) {
	if r < rune(len(s.plain)) && s.plain[r] != 0 {
		s.add(s.plain[r], from, to)
		return
	}
	switch {
	case r == '’' || r == '‘' || r == 'ʼ' || r == '´' || unicode.In(r, unicode.Mn, unicode.Cf, unicode.Sk):
		return
	case r == '“' || r == '”' || r == '«' || r == '»' || r == '—' || r == '–' || r == '…' || r == '¿' || r == '¡':
		s.flush()
		s.stop = max(s.stop, comma)
		return
	case r == '\u2028' || r == '\u2029':
		s.flush()
		s.stop = full
		return
	}
	known := false
	for _, c := range []byte(norm.NFKD.String(string(r))) {
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c < utf8.RuneSelf && wordly(c) {
			s.add(c, from, to)
			known = true
		}
	}
	if known || unicode.IsLetter(r) {
		if !known {
			s.add(strange, from, to)
		}
		return
	}
	s.flush()
	if id, ok := idOf(s.lexicon, string(r)); ok { // an emoji that a rule names
		s.emit(id, from, to)
	}
}

// strange stands for a letter of a script that no rule is written in.
const strange = 0xff

func (s *splitter) add(c byte, from, to int) {
	if s.n == 0 {
		s.start = from
	}
	if s.n < longest {
		s.word[s.n] = c
	}
	s.n++
	s.end = to
	if 'a' <= c && c <= 'z' || c == strange {
		s.letters++
	} else {
		s.symbols++
	}
}

// flush ends the word that is being read.
func (s *splitter) flush() {
	if s.n == 0 {
		return
	}
	n, start, end, mixed := s.n, s.start, s.end, s.letters > 0 && s.symbols > 0
	s.n, s.letters, s.symbols = 0, 0, 0
	if n > longest {
		s.emit(0, start, end)
		return
	}
	word := s.word[:n]
	id := int32(0)
	if !mixed || n >= 3 && !(word[0] <= '9' && word[1] <= '9') { // 45min is a number and a word, su1cide is not
		id = s.find(word)
	}
	if id != 0 || !mixed {
		s.emit(id, start, end)
		t := &s.out[len(s.out)-1]
		if n == 1 {
			t.letter = word[0]
		}
		if word[0] <= '9' {
			t.number = whole(word)
		}
		return
	}
	if jumbled(word) {
		s.emit(0, start, end)
		return
	}
	// Digits beside letters, or words that a sign holds together.
	for from := 0; from < n; {
		to := from + 1
		for to < n && kind(word[to]) == kind(word[from]) {
			to++
		}
		if kind(word[from]) != 0 {
			part := word[from:to]
			s.emit(s.find(part), start, end)
			if part[0] <= '9' {
				s.out[len(s.out)-1].number = whole(part)
			}
		}
		from = to
	}
}

// jumbled reports that digits and letters take turns so often that it is a code
// of some kind, and no words.
func jumbled(word []byte) bool {
	runs := 0
	for i, c := range word {
		if kind(c) == 2 && (i == 0 || kind(word[i-1]) != 2) {
			runs++
		}
	}
	return runs > 2
}

func kind(c byte) int {
	switch {
	case 'a' <= c && c <= 'z' || c == strange:
		return 1
	case '0' <= c && c <= '9':
		return 2
	}
	return 0
}

func whole(digits []byte) int32 {
	n := int32(0)
	for _, c := range digits {
		if c < '0' || c > '9' || n > 1e6 {
			return -1
		}
		n = n*10 + int32(c-'0')
	}
	return n
}

func (s *splitter) emit(id int32, from, to int) {
	s.out = append(s.out, token{word: id, number: s.lexicon.words[id].number, start: int32(from), end: int32(to), stop: s.stop, tag: s.tag})
	s.stop, s.tag = none, false
}

// join reads letters that stand apart, and words that a hashtag runs
// together, as the words that they spell.
func (s *splitter) join(text string) []token {
	in, l, row := s.out, s.lexicon, 0
	if !slices.ContainsFunc(in, func(t token) bool {
		if row++; t.letter == 0 {
			row = 0
		}
		return row == 3 || t.tag && t.word == 0
	}) {
		return in
	}
	out := s.joined
	defer func() { s.joined = out }()
	letters := make([]byte, 0, longest)
	for i := 0; i < len(in); {
		t := in[i]
		letters = letters[:0]
		if t.tag && t.word == 0 {
			for _, c := range []byte(text[t.start:t.end]) {
				if wordly(c) && c < utf8.RuneSelf {
					letters = append(letters, c|0x20)
				}
			}
			out = spread(out, t, l.cut(letters))
			i++
			continue
		}
		end := i
		for ; end < len(in) && in[end].letter != 0 && len(letters) < longest; end++ {
			letters = append(letters, in[end].letter)
		}
		if len(letters) < 3 {
			out = append(out, t)
			i++
			continue
		}
		whole := t
		whole.end, whole.letter, whole.number = in[end-1].end, 0, -1
		if id := l.find(letters); id != 0 {
			out = spread(out, whole, []int32{id})
		} else if ids := l.cut(letters); ids != nil && len(ids) < len(letters) {
			out = spread(out, whole, ids)
		} else {
			out = append(out, in[i:end]...)
		}
		i = end
	}
	return out
}

// spread adds one token a word, all at the place of t; t itself for none.
func spread(out []token, t token, ids []int32) []token {
	if ids == nil {
		return append(out, t)
	}
	for i, id := range ids {
		t.word = id
		if i > 0 {
			t.stop = none
		}
		out = append(out, t)
	}
	return out
}
