package wording

import (
	"slices"
	"strings"
)

// english measures by the Flesch–Kincaid grade level (Kincaid and others,
// Derivation of New Readability Formulas for Navy Enlisted Personnel, 1975):
// the year of school that a text asks for.
func english() ruler {
	return ruler{
		scale: "Flesch–Kincaid", limit: 6.9, syllables: englishSyllables,
		grade: func(wordsPerSentence, syllablesPerWord float64) float64 {
			return 0.39*wordsPerSentence + 11.8*syllablesPerWord - 15.59
		},
		avoid: []instead{
			{"normal", "“usual” or “common”"},
			{"abnormal", "“unusual”"},
			{"failure|failures|fail|fails|failed", "“did not work” or “is hard”"},
			{"frigid", "“little desire”"},
			{"addict|addicts|addicted|addiction", "“hard to stop”"},
			{"dysfunction|dysfunctions|disorder|disorders", "“concern”"},
			{"diagnosed", "“a doctor told you”"},
			{"patient|patients", "“person” or “client”"},
			{"victim|victims", "“somebody who was hurt”"},
			{"pervert|perverted", "what the person does or likes"},
			{"suffer|suffers|suffering|suffered", "“have” or “live with”"},
			{"should just|simply", "it without that word"},
			{"ai", "“program”"},
		},
	}
}

// englishSyllables is the usual estimate: groups of vowels, without a silent e.
func englishSyllables(w string) int {
	w = strings.ToLower(w)
	n, before := 0, false
	for _, r := range w {
		vowel := strings.ContainsRune("aeiouyéáíóú", r)
		if vowel && !before {
			n++
		}
		before = vowel
	}
	if strings.HasSuffix(w, "e") && !strings.HasSuffix(w, "le") && n > 1 {
		n--
	}
	if strings.HasSuffix(w, "ed") && n > 1 && !slices.Contains([]string{"ted", "ded"}, w[max(0, len(w)-3):]) {
		n--
	}
	return max(1, n)
}
