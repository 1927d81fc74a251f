package safety

import (
	"cmp"
	mathbits "math/bits"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// lexicon is every word that some rule names, each by its number. Word zero
// is every other word.
type lexicon struct {
	short      map[uint64]int32 // words of up to eight bytes, by their bytes
	long       map[string]int32 // the others
	words      []word
	branches   []branch
	beginnings map[string]int32 // "suicid*": the words that begin so
	lengths    uint64           // bit n: some beginning has n letters
	begin      [26 * 26]bool    // the two letters that some beginning starts with
	single     map[string]int32 // words with no letter doubled, for "sooo"
	sounds     [256][]sound     // by their first letter
	sounding   bool
	heard      map[string]int32 // words by how they sound
	near       map[string]int32 // tolerant words with one letter left out
	nearby     [26]bool         // the letters that tolerant words begin with
	plain      []byte           // letters with accents, and letters that look like ours
}

// word is what the rules know of one word.
type word struct {
	text     string
	number   int32   // "thirteen", or -1
	tolerant bool    // one letter of it may be wrong
	common   bool    // texts are full of it
	turns    bool    // by itself it turns what follows: "not"
	like     []int32 // beginnings that it has
	terms    []int32 // that it is by itself
	roots    []int32 // branches of phrases that begin with it
	anchors  *anchors
}

// branch is the beginning of a phrase: the words that may follow, and the
// terms that are complete here.
type branch struct {
	next    []step // sorted by word
	terms   []int32
	anchors *anchors
}

// step is a word that may follow, and the branch that it leads to.
type step struct{ word, to int32 }

// after is the branch that a word leads to.
func (br *branch) after(word int32) (to int32, ok bool) {
	next := br.next
	for len(next) > 8 {
		if half := len(next) / 2; next[half].word <= word {
			next = next[half:]
		} else {
			next = next[:half]
		}
	}
	for _, s := range next {
		if s.word == word {
			return s.to, true
		}
	}
	return 0, false
}

// sound is letters that sound as others do.
type sound struct{ from, to string }

// lookalikes are letters of other alphabets that stand in for ours.
const lookalikes = "аaеeоoрpсcуyхxіiјjѕsкkмmтtαaεeιiοoρpυuνvκkτt"

func newLexicon() *lexicon {
	l := &lexicon{
		short: make(map[uint64]int32), long: make(map[string]int32), words: []word{{number: -1}},
		beginnings: make(map[string]int32), single: make(map[string]int32),
		heard: make(map[string]int32), near: make(map[string]int32),
		plain: make([]byte, 0x500),
	}
	for r := rune(0xc0); r < 0x250; r++ {
		if c := norm.NFKD.String(string(r))[0]; c < utf8.RuneSelf && unicode.IsLetter(rune(c)) {
			l.plain[r] = c | 0x20
		}
	}
	pairs := []rune(lookalikes)
	for i := 0; i < len(pairs); i += 2 {
		l.plain[pairs[i]] = byte(pairs[i+1])
		l.plain[unicode.ToUpper(pairs[i])] = byte(pairs[i+1])
	}
	return l
}

// fold brings a word of a rule into the form in which words are compared.
func (l *lexicon) fold(s string) string {
	if plain(s) {
		return s
	}
	var b strings.Builder
	for _, r := range norm.NFKD.String(s) {
		switch {
		case unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("@$*", r):
			b.WriteRune(unicode.ToLower(r))
		case unicode.In(r, unicode.So):
			return string(r) // an emoji
		}
	}
	return b.String()
}

// plain reports that a word is folded as it stands.
func plain(s string) bool {
	for i := range len(s) {
		if c := s[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '*' {
			return false
		}
	}
	return true
}

// id is the number of a word of a rule, a new one where it is new. The word is
// folded; a * at its end makes it a beginning.
func (l *lexicon) id(folded string) int32 {
	id, ok := idOf(l, folded)
	if ok {
		return id
	}
	id = int32(len(l.words))
	if len(folded) <= 8 {
		l.short[packed(folded)] = id
	} else {
		l.long[folded] = id
	}
	l.words = append(l.words, word{text: folded, number: -1})
	return id
}

// idOf is the number of a word as it stands, if some rule names it.
func idOf[T string | []byte](l *lexicon, word T) (id int32, ok bool) {
	if len(word) <= 8 {
		id, ok = l.short[packed(word)]
		return id, ok
	}
	id, ok = l.long[string(word)]
	return id, ok
}

// packed is up to eight bytes as one number.
func packed[T string | []byte](word T) (n uint64) {
	for i := range len(word) {
		n = n<<8 | uint64(word[i])
	}
	return n
}

// finish makes the lexicon ready when every word is known.
func (l *lexicon) finish(tolerant []string, sounds []sound, spoken map[int32]bool) {
	slices.SortStableFunc(sounds, func(a, b sound) int { return len(b.from) - len(a.from) })
	for _, s := range sounds {
		l.sounds[s.from[0]] = append(l.sounds[s.from[0]], s)
	}
	l.sounding = len(sounds) > 0
	for id := range l.words {
		text := l.words[id].text
		if start, ok := strings.CutSuffix(text, "*"); ok && start != "" {
			l.beginnings[start] = int32(id)
			l.lengths |= 1 << len(start)
			if i, ok := pair([]byte(start)); ok {
				l.begin[i] = true
			}
		}
	}
	for id := range l.words {
		w := &l.words[id]
		if id == 0 {
			continue
		}
		text, _ := strings.CutSuffix(w.text, "*")
		for n := 1; n <= len(text); n++ {
			if other, ok := l.beginnings[text[:n]]; ok && other != int32(id) {
				w.like = append(w.like, other)
			}
		}
		if len(text) != len(w.text) {
			continue
		}
		put(l.single, squeeze([]byte(text)), int32(id))
		if spoken[int32(id)] && len(text) >= 4 {
			put(l.heard, string(l.sound([]byte(text), nil)), int32(id))
		}
	}
	for id := range l.words { // what a beginning is, its words are
		w := &l.words[id]
		for _, other := range w.like {
			o := &l.words[other]
			w.terms = append(w.terms, o.terms...)
			w.roots = append(w.roots, o.roots...)
			for p := range phases {
				w.anchors = w.anchors.with(p, o.anchors.of(p)...)
			}
		}
		slices.Sort(w.terms)
		w.terms = slices.Compact(w.terms)
	}
	for i := range l.branches {
		br := &l.branches[i]
		slices.Sort(br.terms)
		br.terms = slices.Compact(br.terms)
		slices.SortFunc(br.next, func(a, b step) int { return cmp.Compare(a.word, b.word) })
	}
	for _, t := range tolerant {
		id, _ := idOf(l, t)
		l.nearby[t[0]-'a'] = true
		l.words[id].tolerant = true
		for i := 1; i < len(t); i++ {
			put(l.near, t[:i]+t[i+1:], id)
		}
	}
}

func put(m map[string]int32, key string, id int32) {
	if _, ok := m[key]; !ok {
		m[key] = id
	}
}

func pair(b []byte) (int, bool) {
	if len(b) < 2 || b[0] < 'a' || b[0] > 'z' || b[1] < 'a' || b[1] > 'z' {
		return 0, false
	}
	return int(b[0]-'a')*26 + int(b[1]-'a'), true
}

// find is the word that was meant: as it stands, with digits and signs read
// as letters, with repeated letters once, by a beginning, by its sound, or
// with one letter wrong where the rules allow that.
func (l *lexicon) find(b []byte) int32 {
	if id, ok := idOf(l, b); ok {
		return id
	}
	signs, doubled, tripled := false, false, false
	for i, c := range b {
		if c == strange {
			return 0
		}
		signs = signs || c < 'a'
		doubled = doubled || i > 0 && c == b[i-1]
		tripled = tripled || i > 1 && c == b[i-1] && c == b[i-2]
	}
	if signs {
		return l.meant(b)
	}
	if tripled || doubled && len(b) > 6 {
		if id, ok := l.single[squeeze(b)]; ok {
			return id
		}
	}
	if tripled {
		b = []byte(squeeze(b))
	}
	if id := l.beginning(b); id != 0 {
		return id
	}
	if len(b) >= 4 && l.sounding {
		var buf [2 * longest]byte
		if id, ok := l.heard[string(l.sound(b, buf[:0]))]; ok {
			return id
		}
	}
	return l.misspelt(b)
}

// meant reads the signs in a word as letters.
func (l *lexicon) meant(b []byte) int32 {
	var as [longest]byte
	if len(b) > longest {
		return 0
	}
	try := func(one byte, star byte) int32 {
		changed := as[:len(b)]
		for i, c := range b {
			switch c {
			case '0':
				c = 'o'
			case '1', '!':
				c = one
			case '3':
				c = 'e'
			case '4', '@':
				c = 'a'
			case '5', '$':
				c = 's'
			case '7':
				c = 't'
			case '8':
				c = 'b'
			case '*':
				c = star
			}
			if c < 'a' {
				return 0
			}
			changed[i] = c
		}
		return l.find(changed)
	}
	stars := "i"
	if slices.Contains(b, '*') {
		stars = "iueao"
	}
	for _, star := range []byte(stars) {
		for _, one := range []byte("il") {
			if id := try(one, star); id != 0 {
				return id
			}
		}
	}
	return 0
}

func (l *lexicon) beginning(b []byte) int32 {
	if i, ok := pair(b); !ok || !l.begin[i] {
		return 0
	}
	for lengths := l.lengths; lengths != 0; {
		n := 63 - mathbits.LeadingZeros64(lengths)
		lengths &^= 1 << n
		if n <= len(b) {
			if id, ok := l.beginnings[string(b[:n])]; ok {
				return id
			}
		}
	}
	return 0
}

func squeeze(b []byte) string {
	out := make([]byte, 0, longest)
	for i, c := range b {
		if i == 0 || c != b[i-1] {
			out = append(out, c)
		}
	}
	return string(out)
}

// sound writes a word as it sounds, in the way of the languages that say how
// they sound, doubled letters once.
func (l *lexicon) sound(b, out []byte) []byte {
next:
	for len(b) > 0 {
		for _, s := range l.sounds[b[0]] {
			if len(b) >= len(s.from) && string(b[:len(s.from)]) == s.from {
				for _, c := range []byte(s.to) {
					if len(out) == 0 || out[len(out)-1] != c {
						out = append(out, c)
					}
				}
				b = b[len(s.from):]
				continue next
			}
		}
		if len(out) == 0 || out[len(out)-1] != b[0] {
			out = append(out, b[0])
		}
		b = b[1:]
	}
	return out
}

// misspelt is a tolerant word of which one letter is missing, wrong, too many
// or in its neighbour's place. The first letter must be right.
func (l *lexicon) misspelt(b []byte) int32 {
	if len(b) < 5 || b[0] < 'a' || b[0] > 'z' || !l.nearby[b[0]-'a'] {
		return 0
	}
	if id, ok := l.near[string(b)]; ok {
		return id
	}
	var buf [longest]byte
	for i := 1; i < len(b); i++ {
		less := append(append(buf[:0], b[:i]...), b[i+1:]...)
		if id, ok := idOf(l, less); ok && l.words[id].tolerant {
			return id
		}
		if id, ok := l.near[string(less)]; ok && oneOff(b, l.words[id].text) {
			return id
		}
	}
	return 0
}

// oneOff reports that two words of one length differ in one letter, or in two
// neighbours that changed places.
func oneOff(a []byte, b string) bool {
	if len(a) != len(b) {
		return false
	}
	first, last, n := -1, -1, 0
	for i := range a {
		if a[i] != b[i] {
			if first < 0 {
				first = i
			}
			last, n = i, n+1
		}
	}
	return n == 1 || n == 2 && last == first+1 && a[first] == b[last] && a[last] == b[first]
}

// cut reads letters without spaces as the fewest words that spell them; nil
// when they spell none.
func (l *lexicon) cut(b []byte) []int32 {
	if len(b) > longest {
		return nil
	}
	var best [longest + 1]int    // words up to here, plus one
	var from [longest + 1]int    // where the last of them begins
	var which [longest + 1]int32 // and which it is
	best[0] = 1
	for to := 1; to <= len(b); to++ {
		for i := to - 1; i >= 0 && i >= to-16; i-- {
			if best[i] == 0 || best[to] != 0 && best[to] <= best[i]+1 {
				continue
			}
			id, ok := idOf(l, b[i:to])
			if !ok {
				id = l.beginningOf(b[i:to])
			}
			if id != 0 {
				best[to], from[to], which[to] = best[i]+1, i, id
			}
		}
	}
	if best[len(b)] == 0 {
		return nil
	}
	ids := make([]int32, best[len(b)]-1)
	for to, n := len(b), len(ids)-1; n >= 0; n-- {
		ids[n], to = which[to], from[to]
	}
	return ids
}

// beginningOf is beginning for words of some length: letters that stand
// anywhere would be too many otherwise.
func (l *lexicon) beginningOf(b []byte) int32 {
	if len(b) < 6 {
		return 0
	}
	return l.beginning(b)
}
