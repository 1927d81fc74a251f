package dialogs

import (
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
	readNo // a plain "no" that is none of the answers
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
			return reading{readAnswer, v.Text}
		}
	case w.offered != nil:
		id = renamed(w.d.Moved.Answers[s.ID], id)
		if i, ok := w.offered.Find(id); ok && w.offersAt(i) {
			if s.Type.Many() {
				return reading{readToggle, id}
			}
			return reading{readAnswer, id}
		}
	}
	return reading{kind: readNothing}
}

// read reads typed words.
func (w *walk) read(typed string) reading {
	s := w.open
	text := clean(typed)
	folded := ""
	if len(text) <= matchLength {
		folded = script.Fold(text)
	}
	if w.picking() {
		return w.readPick(folded)
	}
	if r, ok := w.extra(folded); ok {
		return r
	}
	switch s.Type {
	case script.Choice, script.Country:
		if w.offered != nil {
			if i, ok := w.match(folded); ok {
				return reading{readAnswer, w.offered.All[i].ID}
			}
		}
		if r, ok := w.extraByNumber(folded); ok {
			return r
		}
		if s.Type == script.Country {
			if i, ok := w.place(text); ok {
				return reading{readAnswer, w.offered.All[i].ID}
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
	case script.Number, script.Scale, script.Money:
		if n, ok := number(text, s.Type == script.Scale); ok && n >= s.Into.Min && n <= s.Into.Max {
			return reading{readAnswer, decimal(n)}
		}
	case script.Date:
		if day, ok := date(text, w.words(WordsMonths)); ok {
			return reading{readAnswer, day}
		}
	case script.Contact:
		if contact(text) {
			return reading{readAnswer, text}
		}
	case script.Text:
		if text != "" && utf8.RuneCountInString(text) <= s.Into.Max && letters(text) >= s.Into.Min {
			return reading{readAnswer, text}
		}
	}
	return reading{}
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
	if w.open.From == nil {
		return w.offered.Match(folded, w.offered.Shown, nil)
	}
	return w.offered.Match(folded, w.shown(), w.offersAt)
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
// where the question has one.
func (w *walk) own(beside []string, text string) reading {
	s := w.open
	if s.OwnInto == nil || text == "" || utf8.RuneCountInString(text) > s.OwnInto.Max {
		return reading{}
	}
	if i, ok := w.offered.Find(s.OwnAnswer); !ok || !w.offersAt(i) {
		return reading{}
	}
	return reading{readAnswer, w.joined(append(beside, s.OwnAnswer)) + "\n" + text}
}

// readSeveral reads one or more answers, beside those already chosen; as with
// buttons, more may follow until the person says that it is all, which may be one
// of the parts. Parts that mean
// no option count as own words where the question has them, which end it, and are
// passed over otherwise.
func (w *walk) readSeveral(folded, text string) reading {
	chosen := slices.Clone(w.draft())
	if i, ok := w.match(folded); ok {
		return reading{readDraft, w.joined(append(chosen, w.offered.All[i].ID))}
	}
	if w.says(WordsDone, folded) {
		return reading{kind: readDone}
	}
	joins := w.words(WordsJoin)
	missing, found, all := false, false, false
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
	if len(text) <= matchLength {
		for _, part := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(",;/+&\n", r) }) {
			if script.Fold(part) == "" || add(part) {
				continue
			}
			for _, smaller := range splitWords(part, joins) {
				if !add(smaller) {
					missing = true
				}
			}
		}
	}
	switch {
	case found && all && !missing:
		return reading{readAnswer, w.joined(chosen)}
	case found && !(missing && w.open.OwnInto != nil):
		return reading{readDraft, w.joined(chosen)}
	default:
		return w.own(chosen, text)
	}
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
			return reading{readPick, c.ID}
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
		return reading{}
	}
	return reading{readPick, all[i].ID}
}
