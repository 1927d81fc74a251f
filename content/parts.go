package content

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
)

// This file checks the texts that others are put together from: a name of a
// weekday too few would shift every day that a client is promised.

// holds is what each English pattern must fill in, or its sentence would lose its
// sense; a translation fills in what its English does. Lengths of time are
// plurals, and no language may leave out their number; but see [uncounted].
var holds = map[string][]string{
	"words.date":         {"{day}", "{month}"},
	"words.date.year":    {"{day}", "{month}", "{year}"},
	"words.moment":       {"{date}", "{clock}"},
	"words.days":         {"{from}", "{to}"},
	"words.hours":        {"{from}", "{to}"},
	"words.open":         {"{days}", "{hours}"},
	"words.and":          {"{list}", "{last}"},
	"words.and.before-i": {"{list}", "{last}"},
}

var counted = regexp.MustCompile(`^words\.(year|month|day|hour|minute|second)\.([a-z]+)$`)

// parts says what is wrong with the texts under words.….
func (r *textsReader) parts() {
	for _, t := range r.out {
		if t.Words == "" || !strings.HasPrefix(t.Key, "words.") {
			continue // that nothing stands there is told
		}
		what, mend := "", ""
		switch t.Key {
		case "words.weekdays":
			what, mend = names(t.Words, 7)
		case "words.months":
			what, mend = names(t.Words, 12)
		case "words.join", "words.done", "words.no", "words.not", "words.idle", "words.numbers", "words.about", "words.least", "words.most", "words.money":
			what, mend = names(t.Words, 0)
		case "words.lengths":
			what, mend = names(t.Words, 4)
		case "words.place":
			what, mend = places(t.Words)
		case "words.clock":
			if !tells(t.Words, 5) {
				what, mend = "this pattern does not tell five past one in the afternoon from other times", "write four minutes past three in the afternoon, as 15:04 or 3:04 pm"
			}
		case "words.clock.full":
			if !tells(t.Words, 0) {
				what, mend = "this pattern does not tell one in the afternoon from other hours", "write three in the afternoon, as 15:04 or 3 pm"
			}
		default:
			what, mend = lacks(t, r.lang)
		}
		if what != "" {
			r.problems = append(r.problems, Problem{r.name, t.Line, t.Column, t.Key + ": " + what, mend})
		}
	}
}

// names reads names that are parted by |: so many, or any number where want is 0.
func names(words string, want int) (what, mend string) {
	all := strings.Split(words, "|")
	if want > 0 && len(all) != want {
		return fmt.Sprintf("%d names stand here, and there are %d", len(all), want), fmt.Sprintf("write all %d, in their order, with | between them", want)
	}
	for i, name := range all {
		switch {
		case name == "" || name != strings.TrimSpace(name):
			return fmt.Sprintf("the name %d is empty, or has a space before or behind it", i+1), "write one | between two names, and nothing else"
		case slices.Contains(all[:i], name):
			return fmt.Sprintf("%q stands here twice", name), "write each once"
		}
	}
	return "", ""
}

// places reads the words that stand around a place.
func places(words string) (what, mend string) {
	for of := range strings.SplitSeq(words, "|") {
		if before, behind, ok := strings.Cut(of, "…"); !ok || before+behind == "" {
			return fmt.Sprintf("%q does not say where the place stands", of), "write … for the place, as in: i live in …"
		}
	}
	return names(words, 0)
}

// tells reports whether times of day that are written by a pattern can be told
// from each other: what is written reads as the same time again.
func tells(pattern string, minute int) bool {
	for hour := range 24 {
		at := time.Date(2000, time.January, 1, hour, minute, 0, 0, time.UTC)
		if read, err := time.Parse(pattern, at.Format(pattern)); err != nil || read.Hour() != hour || read.Minute() != minute {
			return false
		}
	}
	return true
}

// lacks says what a pattern does not fill in.
func lacks(t Text, lang string) (what, mend string) {
	var needs []string
	if lang == original {
		needs = holds[t.Key]
	}
	if of := counted.FindStringSubmatch(t.Key); of != nil && !uncounted(lang, of[2]) {
		needs = []string{"{n}"}
	}
	var out []string
	for _, p := range needs {
		if !strings.Contains(t.Words, p) {
			out = append(out, p)
		}
	}
	if len(out) == 0 {
		return "", ""
	}
	return strings.Join(out, ", ") + " is not said here", "fill in " + strings.Join(needs, ", ")
}

// forms of a plural that stand for one number only in some languages.
var few = map[string]plural.Form{"zero": plural.Zero, "one": plural.One, "two": plural.Two}

// uncounted reports whether a form of a plural stands for a single number in a
// language, as "one day" does in English: then the number may be left out.
func uncounted(lang, form string) bool {
	want, ok := few[form]
	if !ok {
		return false
	}
	tag, fits := language.Make(lang), 0
	for n := range 201 {
		if plural.Cardinal.MatchPlural(tag, n, 0, 0, 0, 0) == want {
			fits++
		}
	}
	return fits == 1
}
