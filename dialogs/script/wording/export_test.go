package wording

// For tests of the rulers themselves.
var (
	EnglishSyllables = englishSyllables
	SpanishSyllables = spanishSyllables
	Sentences        = sentences
)
