package wording

import (
	"strings"

	"golang.org/x/text/unicode/norm"
)

// spanish measures by the lecturabilidad of José Fernández Huerta ("Medidas
// sencillas de lecturabilidad", Consigna 214, 1959): 100 is very easy, 70 to
// 80 is the sixth grade. The formula is copied everywhere with F as "sentences
// in a hundred words", by which short sentences would read harder. That is a
// misprint: as in Flesch's formula, which it adapts, F is words per sentence
// (Gwillim Law, "Error in the Fernandez Huerta Readability Formula", LINGUIST
// List 22.2332, 2011).
func spanish() ruler {
	return ruler{
		scale: "Fernández-Huerta", limit: 70, higher: true, syllables: spanishSyllables, opens: true,
		grade: func(wordsPerSentence, syllablesPerWord float64) float64 {
			return 206.84 - 60*syllablesPerWord - 1.02*wordsPerSentence
		},
		avoid: []instead{
			{"normal|normales", "“habitual” or “frecuente”"},
			{"anormal|anormales", "“poco frecuente”"},
			{"fracas*", "“no funcionó” or “es difícil”"},
			{"frigida|frigidas|frigidez", "“poco deseo”"},
			{"adicto|adicta|adictos|adictas|adiccion|adicciones", "“difícil de parar”"},
			{"disfuncion|disfunciones|disfuncional|trastorno|trastornos", "“dificultad” or “lo que te preocupa”"},
			{"diagnosticado|diagnosticada|diagnosticados|diagnosticadas", "“te dijo un médico”"},
			{"paciente|pacientes", "“persona”"},
			{"victima|victimas", "“alguien a quien hicieron daño”"},
			{"pervers*|pervertid*", "what the person does or likes"},
			{"sufr*", "“tener” or “vivir con”"},
			{"simplemente", "it without that word"},
			{"ia", "“programa”"},
		},
	}
}

// spanishSyllables counts as the Ortografía of the Real Academia Española
// divides: a strong vowel (a, e, o) is a syllable of its own, an í or ú beside
// one too; any other i or u belongs to the vowel beside it. The u of que and
// gue is silent, a y is a vowel at the end only, an h between vowels parts them
// only where it begins a syllable, as in vihuela.
func spanishSyllables(w string) int {
	rs := []rune(norm.NFC.String(strings.ToLower(w)))
	n := 0
	var run []rune // vowels without a consonant between them
	close := func() {
		n += nuclei(run)
		run = run[:0]
	}
	for i, r := range rs {
		next, after := at(rs, i+1), at(rs, i+2)
		switch {
		case r == 'u' && (at(rs, i-1) == 'q' || at(rs, i-1) == 'g' && soft(next)):
		case r == 'y' && !vowel(next):
			run = append(run, 'i')
		case vowel(r):
			run = append(run, r)
		case r == 'h' && !(weak(next) && vowel(after)):
		default:
			close()
		}
	}
	close()
	return max(1, n)
}

// nuclei counts the syllables in vowels that follow each other.
func nuclei(run []rune) int {
	n, doubled := 0, 0
	for i, r := range run {
		switch {
		case strong(r), accented(r) && (strong(at(run, i-1)) || strong(at(run, i+1))):
			n++
		case plain(r) == plain(at(run, i-1)): // two alike, as in chiita
			doubled++
		}
	}
	if n == 0 && len(run) > 0 {
		return 1 + doubled
	}
	return n
}

func at(rs []rune, i int) rune {
	if i < 0 || i >= len(rs) {
		return 0
	}
	return rs[i]
}

func strong(r rune) bool   { return r != 0 && strings.ContainsRune("aeoáéó", r) }
func weak(r rune) bool     { return r != 0 && strings.ContainsRune("iuü", r) }
func accented(r rune) bool { return r == 'í' || r == 'ú' }
func vowel(r rune) bool    { return strong(r) || weak(r) || accented(r) }
func soft(r rune) bool     { return r != 0 && strings.ContainsRune("eiéí", r) }

// plain is a weak vowel without its mark.
func plain(r rune) rune {
	switch r {
	case 'í':
		return 'i'
	case 'ú', 'ü':
		return 'u'
	default:
		return r
	}
}
