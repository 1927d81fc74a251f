package wording

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

var (
	quoted   = regexp.MustCompile(`“[^”]*”|«[^»]*»`)
	braces   = regexp.MustCompile(`\{[a-z][a-z0-9_.-]*\}`)
	numbered = regexp.MustCompile(`(?m)^\d+\.`)
)

// one stands for what is somebody else's, or a button's, or filled in: a word
// of one syllable.
const one = "X"

func unquoted(s string) string {
	if !strings.ContainsAny(s, "“«") {
		return s
	}
	return quoted.ReplaceAllString(s, one)
}

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
		for rest, s := unquoted(braces.ReplaceAllString(line, one)), ""; rest != ""; {
			if s, rest = cutSentence(rest); len(words(s)) > 0 {
				out = append(out, strings.TrimSpace(s))
			}
		}
	}
	return out
}

// cutSentence cuts a line after its first sentence: at signs that end one before
// a space, a closing sign, or the line's end.
func cutSentence(line string) (sentence, rest string) {
	ended := -1 // where the signs begin
	for i, r := range line {
		switch {
		case strings.ContainsRune(".?!…:;؟。", r):
			if ended < 0 {
				ended = i
			}
		case ended >= 0 && (unicode.IsSpace(r) || strings.ContainsRune("”»)", r)):
			return line[:ended], line[i+utf8.RuneLen(r):]
		default:
			ended = -1
		}
	}
	if ended < 0 {
		ended = len(line)
	}
	return line[:ended], ""
}

// words is the words of a text.
func words(s string) []string {
	var out []string
	for rest := s; ; {
		word, after, ok := cutWord(rest)
		if !ok {
			return out
		}
		out, rest = append(out, word), after
	}
}

// cutWord finds the first word of a text, and what follows it. A word begins
// with a letter or a digit, and may hold hyphens and apostrophes.
func cutWord(s string) (word, rest string, ok bool) {
	from := -1
	for i, r := range s {
		inside := unicode.IsLetter(r) || unicode.IsMark(r) || '0' <= r && r <= '9'
		switch {
		case from < 0 && inside:
			from = i
		case from >= 0 && !inside && r != '\'' && r != '’' && r != '-':
			return s[from:i], s[i:], true
		}
	}
	if from < 0 {
		return "", "", false
	}
	return s[from:], "", true
}

// begin is the first words of a sentence, to find it by.
func begin(sentence string) string {
	rest, sixth := sentence, 0
	for n := range 7 {
		_, after, ok := cutWord(rest)
		if !ok {
			return sentence
		}
		if rest = after; n == 5 {
			sixth = len(sentence) - len(rest)
		}
	}
	return sentence[:sixth] + " …"
}
