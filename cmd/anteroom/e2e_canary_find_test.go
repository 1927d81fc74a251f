package main

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"unicode"
	"unicode/utf16"
)

// flock is a supply of canaries: words, numbers and PINs that nobody else
// writes, made before a run, so that what is left behind can be searched while
// the run goes on.
type flock struct {
	words, phones, pins []string
	word, phone, pin    atomic.Int64 // how many were given away
	answers, desk       atomic.Int64 // to clients, one an answer; to therapists and operators
	search              *search
}

func newFlock(seed uint64, words, phones, pins int) *flock {
	rnd := rand.New(rand.NewPCG(seed, 4))
	// No vowels: no phrase of the safety screen comes of it, and no word of a
	// language. Capitals at random, so that a form in lower case is another.
	const letters = "bcdfghjkmnpqrstvwxzBCDFGHJKMNPQRSTVWXZ"
	f := &flock{}
	for range words {
		w := make([]byte, 14)
		for i := range w {
			w[i] = letters[rnd.IntN(len(letters))]
		}
		f.words = append(f.words, string(w))
	}
	for range phones {
		f.phones = append(f.phones, fmt.Sprintf("+491512%07d", rnd.IntN(1e7)))
	}
	for range pins {
		f.pins = append(f.pins, fmt.Sprintf("%08d", 10_000_000+rnd.IntN(90_000_000)))
	}
	var all []string
	all = append(append(append(all, f.words...), f.phones...), f.pins...)
	for i, c := range all {
		all[i] = strings.TrimPrefix(c, "+")
	}
	f.search = newSearch(all)
	return f
}

func take(from []string, n *atomic.Int64) string {
	i := int(n.Add(1)) - 1
	if i >= len(from) {
		panic("the flock is too small")
	}
	return from[i]
}

// answer is a word for one answer of a client, told a word of a therapist.
func (f *flock) answer() string { f.answers.Add(1); return take(f.words, &f.word) }
func (f *flock) told() string   { f.desk.Add(1); return take(f.words, &f.word) }

// number is a phone number for one answer, digits a PIN.
func (f *flock) number() string { f.answers.Add(1); return take(f.phones, &f.phone) }
func (f *flock) digits() string { f.answers.Add(1); return take(f.pins, &f.pin) }

// window is how many bytes of each pattern stand in the table. No form of a
// canary is shorter.
const window = 8

// pattern is one way in which one canary could stand somewhere.
type pattern struct {
	canary int32
	form   uint8
	bytes  []byte
}

// search finds thousands of canaries, each in many forms, in one pass: every
// eight bytes of the haystack are looked up, first in a bitmap that turns nearly
// all of them away.
type search struct {
	canaries []string
	forms    []string
	patterns []pattern
	exact    map[uint64][]int32 // patterns by their first eight bytes, as they stand
	folded   map[uint64][]int32 // in a haystack of small letters
	bitmap   []uint64
	used     [256]bool // bytes that stand in any pattern, in either case
}

const bitmapBits = 25

func slotOf(v uint64) uint64 { return v * 0x9E3779B97F4A7C15 >> (64 - bitmapBits) }

func newSearch(canaries []string) *search {
	s := &search{canaries: canaries, exact: map[uint64][]int32{}, folded: map[uint64][]int32{}, bitmap: make([]uint64, 1<<bitmapBits/64)}
	for i, c := range canaries {
		for _, f := range canaryForms(c) {
			form := slices.Index(s.forms, f.name)
			if form < 0 {
				form = len(s.forms)
				s.forms = append(s.forms, f.name)
			}
			if len(f.bytes) < window {
				panic("a form that is too short to be searched: " + f.name)
			}
			table := s.exact
			if f.fold {
				table = s.folded
			}
			key := binary.BigEndian.Uint64(f.bytes)
			table[key] = append(table[key], int32(len(s.patterns)))
			s.bitmap[slotOf(key)/64] |= 1 << (slotOf(key) % 64)
			for _, b := range f.bytes {
				s.used[b], s.used[unicode.ToUpper(rune(b))] = true, true
			}
			s.patterns = append(s.patterns, pattern{int32(i), uint8(form), f.bytes})
		}
	}
	return s
}

type canaryForm struct {
	name  string
	bytes []byte
	fold  bool // capitals and small letters are the same
}

// canaryForms are the ways in which a canary is looked for. It has letters and
// digits only, so that what escapes quotes or signs leaves it as it is; what
// escapes everything is a form of its own.
func canaryForms(c string) (all []canaryForm) {
	all = append(all,
		canaryForm{"in clear", []byte(strings.ToLower(c)), true},
		canaryForm{"UTF-16", []byte(strings.Join(strings.Split(strings.ToLower(c), ""), "\x00")), true}) // both orders hold it
	cases := []string{c, strings.ToLower(c), strings.ToUpper(c)}
	if cases[1] == cases[2] {
		cases = cases[:1]
	}
	for _, v := range cases {
		var url, js []byte
		for _, b := range []byte(v) {
			url, js = fmt.Appendf(url, "%%%02x", b), fmt.Appendf(js, `\u%04x`, b)
		}
		all = append(all, canaryForm{"in hex", []byte(hex.EncodeToString([]byte(v))), true},
			canaryForm{"URL-escaped", url, true}, canaryForm{"JSON-escaped", js, true})
		for _, between := range []string{" ", ",", ", "} { // as Go and JSON print bytes
			all = append(all, canaryForm{"byte by byte", []byte(strings.ReplaceAll(strings.Trim(fmt.Sprint([]byte(v)), "[]"), " ", between)), false})
		}
		// Neither letters nor digits make the signs in which the two alphabets
		// of base64 differ.
		for shift := range 3 {
			b := base64.RawStdEncoding.EncodeToString(append(make([]byte, shift), v...))
			from := []int{0, 2, 3}[shift]
			to := len(b) - map[bool]int{true: 0, false: 1}[(shift+len(v))%3 == 0]
			all = append(all, canaryForm{"in base64", []byte(b[from:to]), false})
		}
	}
	return all
}

// sighting is a canary that was found.
type sighting struct {
	canary int
	form   string
	at     int
}

var small = func() (t [256]byte) {
	for i := range t {
		t[i] = byte(i)
		if i >= 'A' && i <= 'Z' {
			t[i] += 'a' - 'A'
		}
	}
	return t
}()

// in searches a haystack.
func (s *search) in(data []byte) (found []sighting) {
	var exact, folded uint64
	run := 0 // of bytes that stand in patterns: in sealed data it is nearly always short
	for i, b := range data {
		if !s.used[b] {
			run = 0
			continue
		}
		run++
		exact, folded = exact<<8|uint64(b), folded<<8|uint64(small[b])
		if run < window {
			continue
		}
		at := i - window + 1
		if e := slotOf(exact); s.bitmap[e/64]&(1<<(e%64)) != 0 {
			for _, n := range s.exact[exact] {
				found = s.check(found, n, data, at, false)
			}
		}
		if f := slotOf(folded); s.bitmap[f/64]&(1<<(f%64)) != 0 {
			for _, n := range s.folded[folded] {
				found = s.check(found, n, data, at, true)
			}
		}
	}
	return found
}

func (s *search) check(found []sighting, n int32, data []byte, at int, fold bool) []sighting {
	p := s.patterns[n]
	end := at + len(p.bytes)
	if end > len(data) {
		return found
	}
	for i, b := range data[at:end] {
		if fold {
			b = small[b]
		}
		if b != p.bytes[i] {
			return found
		}
	}
	digit := func(i int) bool { return i >= 0 && i < len(data) && data[i] >= '0' && data[i] <= '9' }
	if len(p.bytes) == 8 && (digit(at-1) || digit(end)) {
		return found // eight digits within a longer number are no PIN
	}
	return append(found, sighting{int(p.canary), s.forms[p.form], at})
}

// TestSearchFindsCanaries: in every form, wherever it begins, between bytes of
// any kind; and what is no canary is not found.
func TestSearchFindsCanaries(t *testing.T) {
	t.Parallel()
	f := newFlock(1, 300, 50, 50)
	rnd := rand.New(rand.NewPCG(5, 6))
	random := func(n int) []byte {
		b := make([]byte, n)
		for i := range b {
			b[i] = byte(rnd.IntN(256))
		}
		return b
	}
	wide := func(s string, little bool) (b []byte) {
		for _, u := range utf16.Encode([]rune(s)) {
			if little {
				b = binary.LittleEndian.AppendUint16(b, u)
			} else {
				b = binary.BigEndian.AppendUint16(b, u)
			}
		}
		return b
	}
	escaped := func(s, format string) (b []byte) {
		for i := range len(s) {
			b = fmt.Appendf(b, format, s[i])
		}
		return b
	}
	ways := map[string]func(string) []byte{
		"clear":                func(s string) []byte { return []byte("<" + s + ">") },
		"lower":                func(s string) []byte { return []byte("<" + strings.ToLower(s) + ">") },
		"upper":                func(s string) []byte { return []byte("<" + strings.ToUpper(s) + ">") },
		"quoted":               func(s string) []byte { return fmt.Appendf(nil, "%q", "ñ\" "+s+"\n") },
		"hex":                  func(s string) []byte { return []byte(hex.EncodeToString([]byte("a" + s))) },
		"HEX":                  func(s string) []byte { return []byte(strings.ToUpper(hex.EncodeToString([]byte(s)))) },
		"hex of lower":         func(s string) []byte { return []byte(hex.EncodeToString([]byte(strings.ToLower(s)))) },
		"base64":               func(s string) []byte { return []byte(base64.StdEncoding.EncodeToString([]byte(s))) },
		"base64, second place": func(s string) []byte { return []byte(base64.StdEncoding.EncodeToString([]byte("?" + s + "?"))) },
		"base64url, third place": func(s string) []byte {
			return []byte(base64.RawURLEncoding.EncodeToString([]byte("\xff\xfe" + s + "\xff")))
		},
		"base64 of upper": func(s string) []byte {
			return []byte(base64.StdEncoding.EncodeToString([]byte("abcd" + strings.ToUpper(s))))
		},
		"URL":                     func(s string) []byte { return escaped(s, "%%%02X") },
		"JSON":                    func(s string) []byte { return escaped(s, `\u%04X`) },
		"UTF-16, little":          func(s string) []byte { return wide("é "+s+" é", true) },
		"UTF-16, big":             func(s string) []byte { return wide("é "+s+" é", false) },
		"bytes as Go prints them": func(s string) []byte { return fmt.Append(nil, []byte(" "+s)) },
	}
	for name, way := range ways {
		for i, c := range f.search.canaries {
			hay := append(append(random(rnd.IntN(40)), ' '), way(c)...)
			hay = append(append(hay, ' '), random(rnd.IntN(40))...)
			got := f.search.in(hay)
			if !slices.ContainsFunc(got, func(s sighting) bool { return s.canary == i }) {
				t.Errorf("%s: canary %d of %d bytes is not found", name, i, len(c))
			}
			if slices.ContainsFunc(got, func(s sighting) bool { return s.canary != i }) {
				t.Errorf("%s: another canary than %d is found: %v", name, i, got)
			}
		}
	}
	if got := f.search.in(append(random(4<<20), bytes.Repeat([]byte("1234567890 abcdef "), 10_000)...)); len(got) > 0 {
		t.Errorf("found in what holds none: %v", got)
	}
}

func BenchmarkSearch(b *testing.B) {
	f := newFlock(1, 14_000, 1500, 300)
	hay := make([]byte, 4<<20)
	rnd := rand.New(rand.NewPCG(5, 6))
	for i := range hay {
		hay[i] = byte(rnd.IntN(256))
	}
	b.SetBytes(int64(len(hay)))
	for b.Loop() {
		f.search.in(hay)
	}
}
