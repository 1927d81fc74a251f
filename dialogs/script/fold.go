package script

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Fold brings words into the form in which they are compared: small letters
// without accents, apostrophes dropped, everything else that is neither a
// letter nor a digit a single space.
func Fold(s string) string {
	if folded(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	gap := false
	for _, r := range norm.NFKD.String(s) {
		switch {
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			if gap && b.Len() > 0 {
				b.WriteByte(' ')
			}
			gap = false
			b.WriteRune(unicode.ToLower(r))
		case unicode.Is(unicode.Mn, r) || r == '\'' || r == '’' || r == '\u200d':
		default:
			gap = true
		}
	}
	return b.String()
}

// folded reports that folding would not change s.
func folded(s string) bool {
	last := byte(' ')
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c == ' ' && last == ' ' || c != ' ' && (c < '0' || c > '9') && (c < 'a' || c > 'z') {
			return false
		}
		last = c
	}
	return last != ' ' || s == ""
}
