package telegram

import (
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// How good a place is to part a text at, best first.
const (
	afterParagraph = iota
	afterLine
	afterSentence
	afterWord
	afterLetter
	places
)

// split parts a text into pieces of at most limit UTF-16 units, at the end of
// a paragraph, a line or a sentence if one is in the second half of the piece,
// else of a word, else between two letters. What a reader sees as one
// letter stays whole unless it alone is longer than limit. The pieces joined
// are the text.
func split(text string, limit int) []string {
	var pieces []string
	for {
		n := first(text, limit)
		pieces = append(pieces, text[:n])
		if text = text[n:]; text == "" {
			return pieces
		}
	}
}

// first is how many bytes of the text go into its first piece.
func first(text string, limit int) int {
	if len(text) <= limit { // never more units than bytes
		return len(text)
	}
	var last [places]int
	units := 0
	before := "" // the letter before the last white space
	for at := 0; at < len(text); {
		n := letter(text[at:])
		here := text[at : at+n]
		units += length(here)
		if units > limit {
			if at == 0 {
				return runes(here, limit)
			}
			return best(last)
		}
		at += n
		if at == len(text) {
			break
		}
		next := text[at : at+letter(text[at:])]
		place := afterLetter
		switch {
		case blank(next):
		case here == "\n" && strings.HasSuffix(text[:at], "\n\n"):
			place = afterParagraph
		case here == "\n" || here == "\r\n":
			place = afterLine
		case blank(here) && endsSentence(before), strings.ContainsAny(here, "。！？"):
			place = afterSentence
		case blank(here):
			place = afterWord
		}
		if place < afterWord && units < limit/2 {
			place = afterWord // no better than any: the piece would be short
		}
		last[place] = at
		if !blank(here) {
			before = here
		}
	}
	return len(text)
}

func best(last [places]int) int {
	for _, at := range last {
		if at > 0 {
			return at
		}
	}
	panic("telegram: no place to part a text") // afterLetter is set after the first letter
}

// runes is how many bytes of s fit into limit units, at least one rune.
func runes(s string, limit int) int {
	units := 0
	for i, r := range s {
		if units += utf16.RuneLen(r); units > limit && i > 0 {
			return i
		}
	}
	return len(s)
}

// length of s in UTF-16 units.
func length(s string) int {
	n := 0
	for _, r := range s {
		n += utf16.RuneLen(r)
	}
	return n
}

// cut shortens s to at most limit UTF-16 units and marks that it did.
func cut(s string, limit int) string {
	if length(s) <= limit {
		return s
	}
	at, units := 0, 1 // for the mark
	for at < len(s) {
		n := letter(s[at:])
		if units += length(s[at : at+n]); units > limit {
			break
		}
		at += n
	}
	return strings.TrimRightFunc(s[:at], unicode.IsSpace) + "…"
}

func blank(s string) bool { return strings.TrimSpace(s) == "" }

func endsSentence(s string) bool { return s != "" && strings.ContainsAny(s, ".!?…؟۔।") }

// letter is how many bytes at the start of s a reader sees as one letter: an
// extended grapheme cluster (Unicode Standard Annex 29) or more. Where the
// annex needs tables that Go does not have, the rule here joins more, never
// less.
func letter(s string) int {
	if len(s) > 1 && s[0] < utf8.RuneSelf && s[1] < utf8.RuneSelf && s[0] != '\r' {
		return 1 // the common case
	}
	prev, n := utf8.DecodeRuneInString(s)
	flags := 0 // regional indicators so far
	if regional(prev) {
		flags = 1
	}
	linked := false // a virama came since the last consonant
	for n < len(s) {
		next, size := utf8.DecodeRuneInString(s[n:])
		switch {
		case prev == '\r' && next == '\n':
		case unicode.IsControl(prev) || unicode.IsControl(next):
			return n
		case extends(next), prev == zwj, unicode.In(prev, prepends):
		case leading(prev) && (leading(next) || syllable(next)):
		case linked && unicode.IsLetter(next):
		case regional(next) && flags%2 == 1:
		default:
			return n
		}
		if regional(next) {
			flags++
		}
		if unicode.IsLetter(next) && !extends(next) {
			linked = false
		}
		linked = linked || virama(next)
		prev = next
		n += size
	}
	return n
}

const (
	zwnj = '\u200C'
	zwj  = '\u200D'
)

// extends is true of what never begins a letter.
func extends(r rune) bool {
	switch {
	case r < 0x300:
		return false
	case unicode.Is(unicode.M, r), r == zwnj, r == zwj:
		return true
	case r >= 0x1160 && r <= 0x11FF, r >= 0xD7B0 && r <= 0xD7FB: // Hangul vowels and finals
		return true
	case r >= 0x1F3FB && r <= 0x1F3FF: // skin tones
		return true
	case r >= 0xE0020 && r <= 0xE007F: // tags, as in the flag of Scotland
		return true
	case r == 0x0E33, r == 0x0EB3, r == 0xFF9E, r == 0xFF9F: // Thai and Lao am, halfwidth voiced marks
		return true
	}
	return false
}

func regional(r rune) bool { return r >= 0x1F1E6 && r <= 0x1F1FF }

// leading is true of Hangul initials.
func leading(r rune) bool { return r >= 0x1100 && r <= 0x115F || r >= 0xA960 && r <= 0xA97C }

func syllable(r rune) bool { return r >= 0xAC00 && r <= 0xD7A3 }

// virama is true of the signs that join two consonants into one letter.
func virama(r rune) bool {
	return r >= 0x900 && norm.NFC.PropertiesString(string(r)).CCC() == 9
}

// prepends are the signs that belong to what follows them.
var prepends = &unicode.RangeTable{
	R16: []unicode.Range16{
		{Lo: 0x0600, Hi: 0x0605, Stride: 1},
		{Lo: 0x06DD, Hi: 0x070F, Stride: 0x32},
		{Lo: 0x0890, Hi: 0x0891, Stride: 1},
		{Lo: 0x08E2, Hi: 0x0D4E, Stride: 0x46C},
	},
	R32: []unicode.Range32{
		{Lo: 0x110BD, Hi: 0x110CD, Stride: 0x10},
		{Lo: 0x111C2, Hi: 0x111C3, Stride: 1},
		{Lo: 0x113D1, Hi: 0x113D1, Stride: 1},
		{Lo: 0x1193F, Hi: 0x11941, Stride: 2},
		{Lo: 0x11A3A, Hi: 0x11A3A, Stride: 1},
		{Lo: 0x11A84, Hi: 0x11A89, Stride: 1},
		{Lo: 0x11D46, Hi: 0x11F02, Stride: 0x1BC},
	},
}
