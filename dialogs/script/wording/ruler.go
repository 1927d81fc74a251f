package wording

import (
	"slices"
	"strings"

	"anteroom/dialogs/script"
)

// fewestWords is what a measure needs to mean anything: on a few words it is
// chance.
const fewestWords = 30

// Reading is how easily texts read, by the measure that is usual in their
// language.
type Reading struct {
	Words, Sentences, Syllables int
	Scale                       string // the measure; empty where none is known
	Grade                       float64
	Hardest                     string // the sentence that reads hardest
}

// Measure reads texts of one language as a whole. Labels are no prose and do
// not belong among them.
func Measure(lang string, texts ...string) Reading {
	rule, known := rulerOf(lang)
	r := Reading{Scale: rule.scale}
	worst := 0.0
	for _, text := range texts {
		for _, s := range sentences(text) {
			ws, syllables := words(s), 0
			if known {
				for _, w := range ws {
					syllables += rule.syllables(w)
				}
				if g := rule.grade(float64(len(ws)), float64(syllables)/float64(len(ws))); len(ws) > 2 && (r.Hardest == "" || rule.harder(g, worst)) {
					r.Hardest, worst = s, g
				}
			}
			r.Words, r.Sentences, r.Syllables = r.Words+len(ws), r.Sentences+1, r.Syllables+syllables
		}
	}
	if known && r.Words > 0 {
		r.Grade = rule.grade(float64(r.Words)/float64(r.Sentences), float64(r.Syllables)/float64(r.Words))
	}
	return r
}

// ruler is what is known of writing plainly in one language.
type ruler struct {
	scale     string
	limit     float64
	higher    bool // the easier the higher; else the lower
	syllables func(word string) int
	grade     func(wordsPerSentence, syllablesPerWord float64) float64
	opens     bool // questions open with ¿, exclamations with ¡
	avoid     []instead
}

// harder reports that a reads harder than b.
func (r ruler) harder(a, b float64) bool {
	if r.higher {
		return a < b
	}
	return a > b
}

// most is how a limit is put.
func (r ruler) most() string {
	if r.higher {
		return "at least"
	}
	return "at most"
}

// rulerOf is the ruler of a language, whatever its form of address.
func rulerOf(lang string) (ruler, bool) {
	switch base(lang) {
	case "en":
		return english(), true
	case "es":
		return spanish(), true
	default:
		return ruler{}, false
	}
}

// base is a language without its form of address.
func base(lang string) string {
	lang, _, _ = strings.Cut(lang, "-")
	return lang
}

// instead is a word that a client must never read, and what to say for it. The
// words are written as [script.Fold] brings them; * stands for any ending.
type instead struct{ words, say string }

// avoided finds words to avoid, each once, as they stand in the list.
func (r ruler) avoided(text string) []instead {
	folded := strings.Fields(script.Fold(braces.ReplaceAllString(text, " ")))
	whole := " " + strings.Join(folded, " ") + " "
	var out []instead
	for _, a := range r.avoid {
		for entry := range strings.SplitSeq(a.words, "|") {
			found := strings.Contains(whole, " "+entry+" ")
			if stem, open := strings.CutSuffix(entry, "*"); open {
				i := slices.IndexFunc(folded, func(w string) bool { return strings.HasPrefix(w, stem) })
				if found = i >= 0; found {
					entry = folded[i]
				}
			}
			if found {
				out = append(out, instead{entry, a.say})
			}
		}
	}
	return out
}
