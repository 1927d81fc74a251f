package wording

import (
	"regexp"
	"strings"
)

var (
	quoted   = regexp.MustCompile(`“[^”]*”|«[^»]*»`)
	braces   = regexp.MustCompile(`\{[a-z][a-z0-9_.-]*\}`)
	numbered = regexp.MustCompile(`(?m)^\d+\.`)
	stops    = regexp.MustCompile(`[.?!…:;؟。]+(\s|$|[”»)])|\n+`)
	word     = regexp.MustCompile(`[\pL\pM\d][\pL\pM\d'’-]*`)
)

// one stands for what is somebody else's, or a button's, or filled in: a word
// of one syllable.
const one = "X"

func unquoted(s string) string { return quoted.ReplaceAllString(s, one) }

// sentences cuts at full stops and at line ends. A placeholder counts as one
// word, and a line that is nothing but one as none: what stands there is the
// host's.
func sentences(s string) []string {
	s = numbered.ReplaceAllString(s, "")
	var out []string
	for line := range strings.SplitSeq(s, "\n") {
		if strings.TrimSpace(braces.ReplaceAllString(line, "")) == "" {
			continue
		}
		for _, s := range stops.Split(unquoted(braces.ReplaceAllString(line, one)), -1) {
			if len(words(s)) > 0 {
				out = append(out, strings.TrimSpace(s))
			}
		}
	}
	return out
}

func words(s string) []string { return word.FindAllString(s, -1) }

// begin is the first words of a sentence, to find it by.
func begin(sentence string) string {
	at := word.FindAllStringIndex(sentence, 7)
	if len(at) < 7 {
		return sentence
	}
	return sentence[:at[5][1]] + " …"
}
