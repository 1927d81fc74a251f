package dialogs

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"anteroom/dialogs/script"
)

// reading is what an input to the open question was understood to mean.
type reading struct {
	kind  readKind
	value string
	draft []string // of readDraft and readFew
}

type readKind uint8

const (
	readMiss    readKind = iota // not understood
	readNothing                 // understood, and without effect
	readAnswer
	readToggle
	readDraft // of a several-choice: all that is chosen now
	readDone
	readSkip
	readChange
	readPick
	readFew // of a place: those that can be meant
	readNo  // a plain "no" that is none of the answers
)

// matchLength bounds, in bytes, what is compared with labels: longer words
// are nobody's button.
const matchLength = 400

// press reads a button.
func (w *walk) press(id string) reading {
	s := w.open
	if w.picking() {
		return w.pick(func(c *script.Step) bool { return c.ID == id }, readNothing)
	}
	switch {
	case id == PressDone && s.Done != nil:
		return reading{kind: readDone}
	case id == PressSkip && s.Skip != nil:
		return reading{kind: readSkip}
	case id == PressChange && s.Change != nil:
		return reading{kind: readChange}
	case s.Type == script.Scale:
		if v, ok := s.Into.Parse(id); ok {
			return reading{kind: readAnswer, value: v.Text}
		}
	case w.offered != nil:
		id = renamed(w.d.Moved.Answers[s.ID], id)
		if i, ok := w.offered.Find(id); ok && w.offersAt(i) {
			if s.Type.Many() {
				return reading{kind: readToggle, value: id}
			}
			return reading{kind: readAnswer, value: id}
		}
	}
	return reading{kind: readNothing}
}

// read reads typed words. Whoever ends a choice of several that their own words
// ended already says nothing new.
func (w *walk) read(typed string) reading {
	text := clean(typed)
	folded := ""
	if len(text) <= matchLength {
		folded = script.Fold(text)
	}
	if w.picking() {
		return w.readPick(folded)
	}
	r := w.readAs(text, folded)
	if (r.kind == readMiss || r.kind == readNo || w.open.Type == script.Text) && w.wroteOwn() && w.says(WordsDone, folded) {
		return reading{kind: readNothing}
	}
	return r
}

// wroteOwn reports that the last answer was own words at a choice of several.
func (w *walk) wroteOwn() bool {
	if w.latest == 0 {
		return false
	}
	e := w.run.Trail[w.latest-1]
	i, ok := find(w.d, e.Step)
	return ok && w.d.Steps[i].Type.Many() && strings.Contains(e.Value, "\n")
}

func (w *walk) readAs(text, folded string) reading {
	s := w.open
	if r, ok := w.extra(folded); ok {
		return r
	}
	switch s.Type {
	case script.Choice, script.Country:
		if s.Type == script.Country && len(folded) == 2 { // a code may be that of a country and of a region
			if few := w.place(text); len(few) > 1 {
				return w.few(few)
			}
		}
		if w.offered != nil {
			if i, ok := w.match(folded); ok {
				return reading{kind: readAnswer, value: w.offered.All[i].ID}
			}
		}
		if r, ok := w.extraByNumber(folded); ok {
			return r
		}
		if w.whole {
			return reading{}
		}
		if i, ok := w.spanned(text); ok {
			return reading{kind: readAnswer, value: w.offered.All[i].ID}
		}
		if s.Type == script.Country {
			switch found := w.place(text); len(found) {
			case 0:
			case 1:
				return reading{kind: readAnswer, value: w.offered.All[found[0]].ID}
			default:
				return w.few(found)
			}
		}
		if s.OwnInto == nil && s.Type == script.Choice && w.says(WordsNo, folded) {
			return reading{kind: readNo}
		}
		return w.own(nil, text)
	case script.Several, script.Hours:
		if r, ok := w.extraByNumber(folded); ok {
			return r
		}
		return w.readSeveral(folded, text)
	case script.Scale:
		if n, ok := w.scaled(text, folded); ok && n >= s.Into.Min && n <= s.Into.Max {
			return reading{kind: readAnswer, value: decimal(n)}
		}
	case script.Number, script.Money:
		if n, ok := w.counted(text); ok && n >= s.Into.Min && n <= s.Into.Max {
			return reading{kind: readAnswer, value: decimal(n)}
		}
	case script.Date:
		if day, ok := date(text, w.words(WordsMonths)); ok {
			return reading{kind: readAnswer, value: day}
		}
	case script.Contact:
		if contact(text) {
			return reading{kind: readAnswer, value: text}
		}
	case script.Text:
		if text != "" && utf8.RuneCountInString(text) <= s.Into.Max && letters(text) >= s.Into.Min {
			return reading{kind: readAnswer, value: text}
		}
	}
	return reading{}
}

// few offers the places that can be meant.
func (w *walk) few(found []int) reading {
	r := reading{kind: readFew}
	slices.Sort(found)
	for _, i := range found {
		r.draft = append(r.draft, w.offered.All[i].ID)
	}
	return r
}

func letters(s string) (n int) {
	for _, r := range s {
		if unicode.IsLetter(r) {
			n++
		}
	}
	return n
}

// clean is what a person typed without what no keyboard types.
func clean(s string) string {
	s = strings.ToValidUTF8(s, "")
	if strings.ContainsFunc(s, unwanted) {
		s = strings.Map(func(r rune) rune {
			if unwanted(r) {
				return -1
			}
			return r
		}, s)
	}
	return strings.TrimSpace(s)
}

func unwanted(r rune) bool {
	return unicode.IsControl(r) && r != '\n' && r != '\t' || r == '\uFEFF' || r >= '\u200e' && unicode.Is(unicode.Bidi_Control, r)
}

func (w *walk) match(folded string) (int, bool) {
	shown, offered := w.shown(), (func(int) bool)(nil)
	if w.open.From != nil {
		offered = w.offersAt
	}
	if w.whole {
		return w.offered.Named(folded, shown, offered)
	}
	return w.offered.Match(folded, shown, offered)
}

// extra reads the label of a button that is no answer.
func (w *walk) extra(folded string) (reading, bool) {
	if folded == "" {
		return reading{}, false
	}
	for _, o := range w.extras() {
		if script.Fold(o.Label) == folded {
			return extraReading(o.ID), true
		}
	}
	return reading{}, false
}

// extraByNumber reads the number of such a button: they stand behind the
// options.
func (w *walk) extraByNumber(folded string) (reading, bool) {
	n, err := strconv.Atoi(folded)
	extras := w.extras()
	if n -= len(w.shown()); err != nil || n < 1 || n > len(extras) {
		return reading{}, false
	}
	return extraReading(extras[n-1].ID), true
}

func extraReading(id string) reading {
	switch id {
	case PressDone:
		return reading{kind: readDone}
	case PressSkip:
		return reading{kind: readSkip}
	default:
		return reading{kind: readChange}
	}
}

// own takes words that match no option as the answer that stands for them,
// where the question has one, behind those that were written before.
func (w *walk) own(beside []string, text string) reading {
	s := w.open
	if s.OwnInto == nil || w.whole || letters(text) < max(1, s.OwnInto.Min) || w.says(WordsIdle, script.Fold(text)) {
		return reading{}
	}
	if i := slices.IndexFunc(beside, isOwn); i >= 0 {
		text, beside = beside[i][1:]+"\n"+text, slices.Delete(slices.Clone(beside), i, i+1)
	}
	if utf8.RuneCountInString(text) > s.OwnInto.Max {
		return reading{}
	}
	if i, ok := w.offered.Find(s.OwnAnswer); !ok || !w.offersAt(i) {
		return reading{}
	}
	return reading{kind: readAnswer, value: w.joined(append(beside[:len(beside):len(beside)], s.OwnAnswer, "\n"+text))}
}

// isOwn tells own words in a draft from the ids that stand before them: they
// begin with a line feed, as they do in an answer.
func isOwn(of string) bool { return strings.HasPrefix(of, "\n") }

func ownWords(value string) string {
	_, words, _ := strings.Cut(value, "\n")
	return "\n" + words
}

// readSeveral reads one or more answers, beside those already chosen; as with
// buttons, more may follow until the person says that it is all, which may be one
// of the parts. What parts say besides answers is kept as own words where the
// question has them, and passed over otherwise; where no part says an answer, own
// words end the question.
func (w *walk) readSeveral(folded, text string) reading {
	chosen := w.draft()
	if i, ok := w.match(folded); ok {
		return reading{kind: readDraft, draft: append(chosen, w.offered.All[i].ID)}
	}
	if w.says(WordsDone, folded) {
		return reading{kind: readDone}
	}
	if w.whole || rate.MatchString(text) {
		return reading{}
	}
	if len(text) > matchLength {
		return w.own(chosen, text)
	}
	joins, nots := w.words(WordsJoin), w.words(WordsNot)
	sentences := w.open.OwnInto != nil || !holdsOne(nots, strings.Fields(folded))
	found, all, rest := false, false, 0
	add := func(part string) bool {
		part = script.Fold(part)
		if w.says(WordsDone, part) {
			all = true
			return true
		}
		i, ok := w.match(part)
		if ok {
			chosen = append(chosen, w.offered.All[i].ID)
			found = true
		}
		return ok
	}
	for _, part := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(",;/+&\n", r) }) {
		if script.Fold(part) == "" || add(part) {
			continue
		}
		for _, smaller := range splitWords(part, joins) {
			if add(smaller) || letters(smaller) == 0 {
				continue
			}
			said, beside := 0, 0
			if sentences {
				said, beside = w.within(strings.Fields(smaller), nots, func(id string) { chosen = append(chosen, id) })
			}
			if found = found || said > 0; said == 0 {
				beside = mostBeside + 1
			}
			rest = max(rest, beside)
		}
	}
	if !found {
		return w.own(w.draft(), text)
	}
	if rest > mostBeside {
		if r := w.own(chosen, text); r.kind == readAnswer {
			chosen = append(slices.DeleteFunc(chosen, isOwn), w.open.OwnAnswer, ownWords(r.value))
		}
	}
	if all {
		return reading{kind: readAnswer, value: w.joined(chosen)}
	}
	return reading{kind: readDraft, draft: chosen}
}

// mostBeside is how many words may stand beside an answer, in one part of what was
// typed, without being own words that somebody should read.
const mostBeside = 6

// rate is what nobody can tell from two of the numbers: "7/10".
var rate = regexp.MustCompile(`[0-9]\s*/\s*[0-9]`)

// within finds the answers whose words stand in a sentence, the longest at each
// place, and counts the words besides. Behind a no, none is meant.
func (w *walk) within(words []string, nots [][]string, found func(id string)) (said, beside int) {
	for i := 0; i < len(words); {
		at, n := w.offered.Begins(words[i:], func(at int) bool { return w.offersAt(at) && w.offered.All[at].ID != w.open.OwnAnswer })
		switch {
		case n == 0:
			i, beside = i+1, beside+1
			continue
		case holdsOne(nots, words[max(0, i-3):i]):
			beside += n
		default:
			found(w.offered.All[at].ID)
			said++
		}
		i += n
	}
	return said, beside
}

// holdsOne reports that one of the words is one of those, in any language.
func holdsOne(of [][]string, words []string) bool {
	return slices.ContainsFunc(words, func(word string) bool {
		return slices.ContainsFunc(of, func(those []string) bool { return slices.Contains(those, word) })
	})
}

// splitWords cuts at the words that join, and where that leaves only numbers
// at spaces.
func splitWords(s string, joins [][]string) []string {
	var out []string
	var part []string
	numbers := true
	flush := func() {
		if len(part) > 0 {
			out = append(out, strings.Join(part, " "))
			part = nil
		}
	}
	for _, word := range strings.Fields(script.Fold(s)) {
		if slices.ContainsFunc(joins, func(of []string) bool { return slices.Contains(of, word) }) {
			flush()
			continue
		}
		numbers = numbers && strings.Trim(word, "0123456789") == ""
		if numbers {
			flush()
		}
		part = append(part, word)
	}
	flush()
	return out
}

// pick reads which answer a person wants to change.
func (w *walk) pick(is func(*script.Step) bool, otherwise readKind) reading {
	for _, c := range w.changeable() {
		if is(c) {
			return reading{kind: readPick, value: c.ID}
		}
	}
	return reading{kind: otherwise}
}

func (w *walk) readPick(folded string) reading {
	var all []script.Option
	for _, c := range w.changeable() {
		all = append(all, script.Option{ID: c.ID, Label: w.text(c.Short)})
	}
	o := script.NewOptions(all, nil)
	i, ok := o.Match(folded, o.Shown, nil)
	if !ok {
		i, ok = shares(all, folded)
	}
	if !ok {
		return reading{}
	}
	return reading{kind: readPick, value: all[i].ID}
}

// shares finds the one option that has a word of some length with what was typed:
// "the name" is "Your name".
func shares(all []script.Option, folded string) (int, bool) {
	found := -1
	for i, o := range all {
		words := strings.Fields(script.Fold(o.Label))
		if !slices.ContainsFunc(strings.Fields(folded), func(word string) bool { return utf8.RuneCountInString(word) >= 4 && slices.Contains(words, word) }) {
			continue
		}
		if found >= 0 {
			return 0, false
		}
		found = i
	}
	return found, found >= 0
}
