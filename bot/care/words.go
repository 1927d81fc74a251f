package care

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// plain turns an id into words: "pelvic-pain" → "pelvic pain".
func plain[T ~string](id T) string { return strings.ReplaceAll(string(id), "-", " ") }

// and joins words: "a", "a and b", "a, b and c".
func and(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1]
}

// oneLine makes one line of somebody's words: control and formatting signs go,
// runs of space become one. What is longer than most runes is cut at a word,
// or inside a word that is longer by itself, and ends with "…".
func oneLine(s string, most int) string {
	s = strings.Join(strings.FieldsFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == utf8.RuneError
	}), " ")
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	runes := []rune(s)[:most-1]
	cut := string(runes)
	if at := strings.LastIndexByte(cut, ' '); at > len(cut)/2 {
		cut = cut[:at]
	}
	return strings.TrimRight(cut, " ,;:.") + "…"
}

// What the intake's own ids mean, for a therapist. An id that a practice added
// reads as plain words.
var (
	topicWords = map[string]string{
		"ed": "ED", "compulsive": "compulsive sex or porn", "affair": "affair recovery", "trauma": "sexual trauma",
		"illness": "illness or cancer", "birth": "sex after birth", "shame": "religious or cultural shame",
		"unconsummated": "an unconsummated relationship", "sti": "STI worries", "gender": "gender questions",
	}
	signWords = map[string]string{
		"four-hours": "erection over four hours", "pop-swelling": "a pop with swelling", "testicle-pain": "sudden testicle pain",
		"numb-no-urine": "numb saddle area or no urine", "chest-after-ed": "chest pain or fainting after an ED medicine",
		"headache": "sudden worst headache", "sight": "loss of sight", "bleeding": "heavy bleeding, or bleeding in pregnancy",
		"fever-pelvic": "fever with pelvic pain", "stuck-inside": "something stuck inside", "neck-pressure": "signs after pressure on the neck",
		"bleeding-after": "bleeding after sex or menopause", "blood-semen": "blood in semen", "breathless": "ED with breathlessness",
		"milk": "milk from the breast with low desire", "new-pain": "new pain or discharge",
		"antidepressant": "new or changed antidepressant", "blood-pressure": "blood-pressure medicine",
	}
	callWords = map[string]string{
		"next-open": "as soon as possible", "call-morning": "mornings", "call-midday": "midday", "call-afternoon": "afternoons", "call-evening": "late in the day",
	}
	languageWords = map[string]string{
		"en": "English", "es": "Spanish", "fr": "French", "ar": "Arabic", "zh": "Chinese", "de": "German", "it": "Italian", "pt": "Portuguese",
		"nl": "Dutch", "pl": "Polish", "ru": "Russian", "uk": "Ukrainian", "tr": "Turkish", "fa": "Persian", "he": "Hebrew", "hi": "Hindi",
		"ur": "Urdu", "bn": "Bengali", "pa": "Punjabi", "tl": "Tagalog", "vi": "Vietnamese", "ko": "Korean", "ja": "Japanese", "sv": "Swedish",
		"asl": "American Sign Language", "bsl": "British Sign Language",
	}
	treatmentWords = map[string]string{
		"cbt": "CBT", "emdr": "EMDR", "eft": "EFT", "gottman": "Gottman",
		"physio": "pelvic-floor physiotherapy (a referral)", "medication": "a medicine (a referral)",
	}
	populationWords = map[string]string{"lgbtq": "LGBTQ+ lives", "poly": "open relationships", "disability": "disability and access"}
)

// in words an id by a list.
func in[T ~string](list map[string]string, id T) string {
	if w, ok := list[string(id)]; ok {
		return w
	}
	return plain(id)
}
