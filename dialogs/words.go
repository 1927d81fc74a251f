package dialogs

import (
	"slices"
	"strconv"
	"strings"

	"anteroom/dialogs/script"

	"golang.org/x/text/language"
	"golang.org/x/text/message"
)

// The engine asks the host for the words of a language under these names, as it
// asks for a given. For all but the last a host gives one line for each language
// that people may type in, the person's own first, with the words parted by |.
// Where a host gives nothing the engine knows the English ones.
const (
	WordsMonths  = "words.months"    // the names of the twelve months: "enero|febrero|…"
	WordsJoin    = "words.join"      // what stands between answers typed together: "y|e"
	WordsPlace   = "words.place"     // what stands around a place: "i live in …|… now"
	WordsDone    = "words.done"      // what ends a choice of several: "listo|nada más"
	WordsNo      = "words.no"        // a plain no, which may mean anything where no answer is one
	WordsNot     = "words.not"       // what says that an answer behind it is not meant: "not|without"
	WordsIdle    = "words.idle"      // what says nothing, and is no answer in own words: "hi|okay"
	WordsNumbers = "words.numbers"   // the numbers from zero up; a space parts words for one of them: "zero nothing|one"
	WordsLengths = "words.lengths"   // the same for a day, a week, a month and a year; the first word is for one of them
	WordsAbout   = "words.about"     // single words that may stand beside a number: "about|maybe"
	WordsLeast   = "words.least"     // what the lower end of a scale is called: "not at all"
	WordsMost    = "words.most"      // and the upper one
	WordsMoney   = "words.money"     // kinds of money: "USD $ dollar dollars|EUR €"
	WordsWholes  = "words.wholes"    // names of countries whose places are asked for by region: "US|usa|united states"
	WordsWhich   = "words.which"     // asks which of a few places is meant
	WordsDate    = "words.date.year" // how a day is written: "{day} de {month} de {year}"
)

// Heard are the names of all words that typed answers are read with.
var Heard = []string{WordsMonths, WordsJoin, WordsPlace, WordsDone, WordsNo, WordsNot, WordsIdle,
	WordsNumbers, WordsLengths, WordsAbout, WordsLeast, WordsMost, WordsMoney}

var english = map[string]string{
	WordsMonths:  "January|February|March|April|May|June|July|August|September|October|November|December",
	WordsJoin:    "and|or",
	WordsPlace:   "i am in …|i'm in …|i live in …|in …|… now",
	WordsDone:    "done|that is it|nothing else",
	WordsNo:      "no",
	WordsNot:     "no|not|without|except",
	WordsNumbers: "zero|one|two|three|four|five|six|seven|eight|nine|ten",
	WordsLengths: "day days|week weeks|month months|year years",
	WordsAbout:   "about|i|am|im|a|an|it|its|is|out|of|old",
	WordsLeast:   "not at all",
	WordsMost:    "very much",
	WordsMoney:   "USD $ dollar dollars|EUR € euro euros",
	WordsWholes:  "US|us|usa|united states\nCA|canada\nAU|australia",
	WordsWhich:   "Which one do you mean?",
	WordsIdle:    "hi|hello|ok|okay|yes",
	WordsDate:    "{day} {month} {year}",
}

func wordsOf(f Facts, name string) string {
	if words := f.host.Given(name, f); words != "" {
		return words
	}
	return english[name]
}

// words are those of that name, by language, folded.
func (w *walk) words(name string) [][]string {
	var all [][]string
	for line := range strings.Lines(wordsOf(w.facts(), name)) {
		words := strings.Split(line, "|")
		for i, word := range words {
			words[i] = script.Fold(word)
		}
		all = append(all, words)
	}
	return all
}

// says reports that folded words are one of those of that name, in any language.
func (w *walk) says(name, folded string) bool {
	return slices.ContainsFunc(w.words(name), func(of []string) bool { return slices.Contains(of, folded) })
}

// dayIn writes a day that is kept as 2026-03-03.
func dayIn(f Facts, day string) string {
	part := strings.Split(day, "-")
	names, _, _ := strings.Cut(wordsOf(f, WordsMonths), "\n")
	months := strings.Split(names, "|")
	if len(part) != 3 {
		return day
	}
	month, _ := strconv.Atoi(part[1])
	if month < 1 || month > len(months) {
		return day
	}
	return strings.NewReplacer("{day}", strings.TrimPrefix(part[2], "0"), "{month}", months[month-1], "{year}", part[0]).Replace(wordsOf(f, WordsDate))
}

// otherDigits are the languages that may write numbers in digits of their own,
// by the Unicode CLDR's default numbering systems.
var otherDigits = []string{"ar", "as", "bn", "bgn", "ccp", "ckb", "dz", "fa", "hi", "ks", "lrc", "mni", "mr", "my", "mzn", "ne", "pa", "ps", "sa", "sat", "sd", "ur", "uz"}

// Numeral is a whole number as people write it in a language: 1200 is 1,200 or
// 1.200, and ۱٬۲۰۰ where the digits are others too. The language may have a form of address behind it ("es-usted").
func Numeral(lang string, n int) string {
	base, _, _ := strings.Cut(lang, "-")
	if n >= 0 && n < 1000 && !slices.Contains(otherDigits, base) {
		return strconv.Itoa(n) // nothing parts its digits, and most numbers are such
	}
	return message.NewPrinter(language.Make(base)).Sprint(n)
}
