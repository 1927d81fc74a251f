package dialogs

import (
	"strings"

	"golang.org/x/text/unicode/bidi"
)

// The signs between which words keep their own direction, whatever runs around
// them (Unicode Standard Annex 9).
const (
	isolateOpens  = "\u2068"
	isolateCloses = "\u2069"
)

// Isolate makes words safe to stand inside a text: where they run the other
// way than the text does, each line of them is put between the signs that keep
// the two apart. Without them a name or a number in the text's other direction
// would be shown in the wrong order. Words that run as the text does come back
// as they are, and so do all where the text itself has no direction.
func Isolate(words, text string) string {
	rightToLeft, known := direction(text)
	if !known || !rightToLeft && plain(words) || !runsAgainst(words, rightToLeft) {
		return words
	}
	lines := strings.Split(words, "\n")
	for i, line := range lines {
		if runsAgainst(line, rightToLeft) {
			lines[i] = isolateOpens + line + isolateCloses
		}
	}
	return strings.Join(lines, "\n")
}

// plain is true, and found quickly, of most texts whose letters all run from
// left to right.
func plain(s string) bool {
	for _, r := range s {
		letter := r < '\u0590'
		quote := r >= '\u2010' && r <= '\u2027' // and dashes; the signs that turn the direction stand around them
		if !letter && !quote {
			return false
		}
	}
	return true
}

// direction is that of the first letter that has one.
func direction(text string) (rightToLeft, known bool) {
	for text != "" {
		class, size := classOf(text)
		switch class {
		case bidi.L:
			return false, true
		case bidi.R, bidi.AL:
			return true, true
		}
		text = text[size:]
	}
	return false, false
}

// runsAgainst reports that some of the words would be out of order in a text
// of that direction: letters that run the other way, numbers with signs
// between (a telephone number) in a text that runs from right to left, and
// signs that turn the direction themselves.
func runsAgainst(words string, rightToLeft bool) bool {
	digits, between := false, false
	for words != "" {
		class, size := classOf(words)
		switch class {
		case bidi.L:
			if rightToLeft {
				return true
			}
		case bidi.R, bidi.AL:
			if !rightToLeft {
				return true
			}
		case bidi.LRO, bidi.RLO, bidi.LRE, bidi.RLE, bidi.PDF, bidi.LRI, bidi.RLI, bidi.FSI, bidi.PDI:
			return true
		case bidi.EN:
			if rightToLeft && digits && between {
				return true
			}
			digits = true
		default:
			between = between || digits
		}
		words = words[size:]
	}
	return false
}

func classOf(s string) (class bidi.Class, size int) {
	p, size := bidi.LookupString(s)
	if size == 0 { // broken UTF-8
		return bidi.ON, 1
	}
	return p.Class(), size
}
