package dialogs

import (
	"math"
	"slices"
	"strings"
	"time"
	"unicode"

	"anteroom/dialogs/script"

	"golang.org/x/text/unicode/norm"
)

// token is a part of what was typed in which a number or a length of time is
// looked for: a number, in digits or as a word; a unit of time; or another word.
type token struct {
	word   string  // folded; empty for digits; a sign of money as it is
	n      float64 // of a number
	number bool
	unit   float64 // in days; 0 for what is none
	many   bool    // "years", and not "year"
}

// units are the days of what WordsLengths names, in its order.
var units = [...]float64{script.Day, script.Week, script.Month, script.Year}

// tokens parts what was typed. Of an amount that nobody can read, as 1,23,4, the
// number is not one.
func (w *walk) tokens(text string) []token {
	numbers, lengths := w.words(WordsNumbers), w.words(WordsLengths)
	var all []token
	rs := []rune(digits(norm.NFKC.String(text)))
	digit := func(i int) bool { return i < len(rs) && rs[i] >= '0' && rs[i] <= '9' }
	for i := 0; i < len(rs); {
		start := i
		switch {
		case digit(i):
			for digit(i) || i < len(rs) && (rs[i] == '.' || rs[i] == ',') && digit(i+1) {
				i++
			}
			n, ok := amount(string(rs[start:i]))
			if !ok {
				n = math.NaN()
			}
			if start > 0 && rs[start-1] == '-' && (start == 1 || rs[start-2] == ' ') {
				n = -n
			}
			all = append(all, token{n: n, number: true})
		case unicode.IsLetter(rs[i]):
			for i < len(rs) && (unicode.IsLetter(rs[i]) || unicode.Is(unicode.Mn, rs[i]) || rs[i] == '\'' || rs[i] == '’') {
				i++
			}
			t := token{word: script.Fold(string(rs[start:i]))}
			if at, _ := among(numbers, t.word); at >= 0 {
				t.n, t.number = float64(at), true
			}
			if at, which := among(lengths, t.word); at >= 0 && at < len(units) {
				t.unit, t.many = units[at], which > 0
			}
			all = append(all, t)
		case unicode.Is(unicode.Sc, rs[i]):
			i++
			all = append(all, token{word: string(rs[start:i])})
		default:
			i++
		}
	}
	return all
}

// among is where a word stands among names that have others beside them, parted
// by spaces: the place of the name, and which of them the word is.
func among(names [][]string, word string) (at, which int) {
	for _, those := range names {
		for at, name := range those {
			if which := slices.Index(strings.Fields(name), word); which >= 0 {
				return at, which
			}
		}
	}
	return -1, 0
}

// nearlyAlone reports that nothing stands beside numbers and units of time but
// words such as "about": then nothing else is told of.
func (w *walk) nearlyAlone(all []token) bool {
	about := w.words(WordsAbout)
	return !slices.ContainsFunc(all, func(t token) bool {
		return !t.number && t.unit == 0 && !holdsOne(about, []string{t.word})
	})
}

// scaled reads a place on a scale: "7", "about 7", "7/10", "seven", or what its
// ends mean. A number of something else is none, nor is half a step.
func (w *walk) scaled(text, folded string) (int, bool) {
	switch {
	case len(text) > typedLength:
		return 0, false
	case w.says(WordsLeast, folded):
		return 0, true
	case w.says(WordsMost, folded):
		return 10, true
	}
	all := w.tokens(text)
	if !w.nearlyAlone(all) {
		return 0, false
	}
	var found []float64
	for _, t := range all {
		switch {
		case t.unit > 0:
			return 0, false
		case t.number:
			found = append(found, t.n)
		}
	}
	if len(found) == 2 && found[1] == 10 {
		found = found[:1]
	}
	if len(found) != 1 || found[0] != math.Trunc(found[0]) {
		return 0, false
	}
	return int(found[0]), true
}

// counted reads a number or an amount. One in other money than the question
// names, or for another time than it names first, is another amount.
func (w *walk) counted(text string) (int, bool) {
	if len(text) > typedLength {
		return 0, false
	}
	said, asked := w.tokens(text), w.tokens(w.text(w.open.Ask))
	per := slices.IndexFunc(asked, func(t token) bool { return t.unit > 0 })
	for _, t := range said {
		if t.unit > 0 && (per < 0 || asked[per].unit != t.unit) {
			return 0, false
		}
	}
	if w.open.Type == script.Money && !w.sameMoney(said, asked) {
		return 0, false
	}
	if n, ok := number(text); ok {
		return n, true
	}
	if len(said) == 1 && said[0].number && said[0].word != "" {
		return int(said[0].n), true
	}
	return 0, false
}

// sameMoney reports that what was said names no other money than the question:
// some money has all the names that stand in either. "Dollars" are of several.
func (w *walk) sameMoney(said, asked []token) bool {
	var kinds [][]string // each with its names
	for line := range strings.Lines(wordsOf(w.facts(), WordsMoney)) {
		for kind := range strings.SplitSeq(strings.TrimSpace(line), "|") {
			kinds = append(kinds, strings.Fields(kind))
		}
	}
	names := func(kind []string, t token) bool {
		return slices.ContainsFunc(kind, func(name string) bool { return t.word != "" && (name == t.word || script.Fold(name) == t.word) })
	}
	money := func(all []token) []token {
		return slices.DeleteFunc(slices.Clone(all), func(t token) bool {
			return !slices.ContainsFunc(kinds, func(kind []string) bool { return names(kind, t) })
		})
	}
	theirs, ours := money(said), money(asked)
	return len(theirs) == 0 || slices.ContainsFunc(kinds, func(kind []string) bool {
		return !slices.ContainsFunc(slices.Concat(theirs, ours), func(t token) bool { return !names(kind, t) })
	})
}

// spanned finds the answer that a length of time means: "8 months", "2 or 3
// years", "since 2019". Where the spans are all in one unit, as an age is, the
// number is enough; then nothing else may be told of.
func (w *walk) spanned(text string) (int, bool) {
	spans := w.open.Spans
	if len(spans) == 0 || len(text) > typedLength {
		return 0, false
	}
	all := w.tokens(text)
	one := !slices.ContainsFunc(spans, func(s script.Span) bool { return s.Unit != spans[0].Unit })
	if one && !w.nearlyAlone(all) {
		return 0, false
	}
	from, to, ok := lasting(all, w.words(WordsJoin))
	switch {
	case ok:
	case one:
		from, ok = alone(all, spans[0].Unit)
		to = from
	default:
		from, ok = w.since(all)
		to = from
	}
	if !ok {
		return 0, false
	}
	answer := script.SpanOf(spans, from)
	if answer == "" || answer != script.SpanOf(spans, to) {
		return 0, false
	}
	i, ok := w.offered.Find(answer)
	return i, ok && w.offersAt(i)
}

// several is how many "some years" are taken for.
const several = 3

// lasting adds up the lengths of time that were typed, in days: "a year and 3
// months"; "2 or 3 weeks" is from one to the other.
func lasting(all []token, joins [][]string) (from, to float64, ok bool) {
	var before []float64
	for _, t := range all {
		switch {
		case t.unit > 0:
			switch {
			case len(before) > 0:
			case t.many:
				before = []float64{several}
			default:
				before = []float64{1}
			}
			from, to, ok = from+slices.Min(before)*t.unit, to+slices.Max(before)*t.unit, true
			before = nil
		case t.number:
			before = append(before, t.n)
		case !holdsOne(joins, []string{t.word}):
			before = nil
		}
	}
	return from, to, ok && !math.IsNaN(from)
}

// alone is the one number that was typed, as a length of time.
func alone(all []token, unit float64) (float64, bool) {
	found := math.NaN()
	for _, t := range all {
		if t.number {
			if !math.IsNaN(found) {
				return 0, false
			}
			found = t.n
		}
	}
	return found * unit, !math.IsNaN(found)
}

// since is how long ago a year or a month was that was typed, from its middle.
func (w *walk) since(all []token) (days float64, ok bool) {
	now, months := time.Unix(w.now, 0).UTC(), w.words(WordsMonths)
	year, month := 0, 0
	for _, t := range all {
		named := 0
		if !t.number {
			named = monthNamed(t.word, months)
		}
		switch {
		case named > 0 && month > 0, t.number && t.n >= 1900 && year > 0, t.number && t.n > float64(now.Year()):
			return 0, false
		case named > 0:
			month = named
		case t.number && t.n >= 1900:
			year = int(t.n)
		}
	}
	var from, to time.Time
	switch {
	case year > 0 && month == 0:
		from = time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC)
		to = from.AddDate(1, 0, 0)
	case month > 0:
		if year == 0 {
			if year = now.Year(); month > int(now.Month()) {
				year--
			}
		}
		from = time.Date(year, time.Month(month), 1, 0, 0, 0, 0, time.UTC)
		to = from.AddDate(0, 1, 0)
	}
	if from.IsZero() || from.After(now) {
		return 0, false
	}
	if to.After(now) {
		to = now
	}
	return now.Sub(from.Add(to.Sub(from)/2)).Hours() / 24, true
}
