package wording

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

const (
	mostUnits   = 4096 // UTF-16 units in one message of Telegram, the narrowest channel
	filledIn    = 200  // units that a placeholder may come to
	mostWords   = 25   // in a sentence
	mostLabel   = 35   // letters on a button, so that a phone shows it whole; Slack takes 75
	mostBytes   = 64   // of a label
	mostButtons = 100  // in one message of Telegram
)

// Text holds one text to the rules for one text, in a language such as "en" or
// "es-usted". How a dialog reads as a whole is for [Check], or [Measure].
func Text(lang string, kind Kind, words string) []Complaint {
	return text{Piece: Piece{Language: lang, Kind: kind, Text: words}}.complaints()
}

func (t text) complaints() []Complaint {
	var out []Complaint
	complain := func(rule, mend, what string, args ...any) {
		out = append(out, Complaint{rule, Error, fmt.Sprintf(what, args...), mend})
	}
	rule, _ := rulerOf(t.Language)
	if t.Kind == Label {
		t.label(complain)
	} else if n := units(t.Text); n > mostUnits {
		complain("long", "split it into several messages", "%d letters with what is filled in, and a message has room for %d", n, mostUnits)
	}
	if t.verbatim {
		return out
	}
	if t.Kind != Label {
		for _, s := range sentences(t.Text) {
			if n := len(words(s)); n > mostWords {
				complain("sentence", "split this sentence: one thought each", "%d words in one sentence, want at most %d: “%s”", n, mostWords, begin(s))
			}
		}
	}
	own := unquoted(t.Text)
	if n := strings.Count(own, "?") + strings.Count(own, "؟"); t.Kind == Question && n > 1 {
		complain("question", "ask one, and make the other a step of its own", "%d questions in one message", n)
	}
	if rule.opens {
		for _, marks := range [][2]string{{"¿", "?"}, {"¡", "!"}} {
			if opens, shuts := strings.Count(t.Text, marks[0]), strings.Count(t.Text, marks[1]); opens != shuts {
				complain("marks", "write "+marks[0]+" before it and "+marks[1]+" after it", "%d %s and %d %s", opens, marks[0], shuts, marks[1])
			}
		}
	}
	for _, w := range rule.avoided(t.Text) {
		complain("word", "say "+w.say+" instead", "the word “%s”, which a client must not read", w.words)
	}
	return out
}

func (t text) label(complain func(rule, mend, what string, args ...any)) {
	if n := utf8.RuneCountInString(t.Text); n > mostLabel {
		complain("label", "say it shorter; the rest can stand in the question", "%d letters on a button, and a phone shows %d: “%s”", n, mostLabel, t.Text)
	} else if n := len(t.Text); n > mostBytes {
		complain("label", "say it shorter; the rest can stand in the question", "%d bytes on a button, and it has room for %d: “%s”", n, mostBytes, t.Text)
	}
	if !strings.ContainsFunc(t.Text, unicode.IsLetter) {
		complain("label", "write words; a picture or a sign alone cannot be read aloud", "“%s” has no words", t.Text)
	}
}

// units is the length of a text in UTF-16 units, with what is filled in.
func units(s string) int {
	n := filledIn * len(braces.FindAllString(s, -1))
	for _, r := range braces.ReplaceAllString(s, "") {
		n += utf16.RuneLen(r)
	}
	return n
}
