package script

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// Option is one thing that can be chosen.
type Option struct {
	ID    string   // canonical; what is stored
	Label string   // what the person reads
	Also  []string // other words that mean it
}

// Options is a set of options in one language, made ready to be matched
// against what a person typed.
type Options struct {
	All   []Option
	Shown []int // the places in All that get buttons, in order

	ids    []int // places in All, sorted by id
	labels []string
	folded []string   // of the ids
	also   [][]string // folded
	own    []int      // how many of them stand here, and are not heard from another language
}

// words are codes of places that somebody may type who means no place: "no" is
// not Norway.
var words = []string{"NO", "IN", "IT", "IS", "ME", "SO", "TO", "AM", "AT", "BE", "DO", "MY", "ES", "SE", "SI", "AL", "NI"}

// NewOptions makes options ready to be matched. Shown are the ids that get a
// button; none means all.
func NewOptions(all []Option, shown []string) *Options {
	o := &Options{
		All:    all,
		Shown:  make([]int, 0, len(all)),
		ids:    make([]int, len(all)),
		labels: make([]string, len(all)),
		folded: make([]string, len(all)),
		also:   make([][]string, len(all)),
		own:    make([]int, len(all)),
	}
	for i, opt := range all {
		o.ids[i] = i
		o.labels[i] = Fold(opt.Label)
		if !slices.Contains(words, opt.ID) {
			o.folded[i] = Fold(opt.ID)
		}
		for _, word := range opt.Also {
			o.also[i] = append(o.also[i], Fold(word))
		}
		o.own[i] = len(o.also[i])
		if len(shown) == 0 {
			o.Shown = append(o.Shown, i)
		}
	}
	slices.SortStableFunc(o.ids, func(a, b int) int { return strings.Compare(all[a].ID, all[b].ID) })
	for _, id := range shown {
		if i, ok := o.Find(id); ok {
			o.Shown = append(o.Shown, i)
		}
	}
	return o
}

// hear adds what means the same options in another language, wherever nothing
// here claims the word: people mix the languages they speak.
func (o *Options) hear(other []Option) {
	claimed := func(word string, by int) bool {
		for i := range o.All {
			if i != by && (o.labels[i] == word || o.folded[i] == word || slices.Contains(o.also[i], word)) {
				return true
			}
		}
		return false
	}
	for _, opt := range other {
		at, ok := o.Find(opt.ID)
		if !ok {
			continue
		}
		for _, said := range append([]string{opt.Label}, opt.Also...) {
			if word := Fold(said); word != "" && !slices.Contains(o.also[at], word) && !claimed(word, at) {
				o.also[at] = append(o.also[at], word)
			}
		}
	}
}

// heard makes options of several languages understand one another's words.
func heard(original *Options, in map[string]*Options) {
	for _, lang := range keys(in) {
		in[lang].hear(original.All)
	}
	for _, lang := range keys(in) {
		original.hear(in[lang].All)
	}
}

// Find is the place of an id in All.
func (o *Options) Find(id string) (int, bool) {
	if len(o.All) <= 8 {
		for i := range o.All {
			if o.All[i].ID == id {
				return i, true
			}
		}
		return 0, false
	}
	at, ok := slices.BinarySearchFunc(o.ids, id, func(i int, id string) int { return strings.Compare(o.All[i].ID, id) })
	if !ok {
		return 0, false
	}
	return o.ids[at], true
}

// Match finds the one option that folded words mean, among those that are
// offered: what [Options.Named] finds, or the beginning of one label only, of at
// least three letters, or of two when they are a word ("no" for "No, I am
// younger"). Nil offers all.
func (o *Options) Match(folded string, numbered []int, offered func(int) bool) (int, bool) {
	if i, ok := o.Named(folded, numbered, offered); ok || folded == "" {
		return i, ok
	}
	found := -1
	for i := range o.All {
		if begins(o.labels[i], folded) && (offered == nil || offered(i)) {
			if found >= 0 {
				return 0, false
			}
			found = i
		}
	}
	return found, found >= 0
}

// Named finds the option that folded words name as a whole: its label or id; its
// number among the buttons; or another word for it.
func (o *Options) Named(folded string, numbered []int, offered func(int) bool) (int, bool) {
	if folded == "" {
		return 0, false
	}
	in := func(i int) bool { return offered == nil || offered(i) }
	for i := range o.All {
		if (o.labels[i] == folded || o.folded[i] == folded) && in(i) {
			return i, true
		}
	}
	if n, ok := ordinal(folded); ok && n <= len(numbered) {
		return numbered[n-1], true
	}
	for i := range o.All {
		if slices.Contains(o.also[i], folded) && in(i) {
			return i, true
		}
	}
	return 0, false
}

// Begins finds the option, among those that are offered, whose label or other
// words are the first of some folded words, the most of them, and says how many.
// Words of another language are not looked for: in a sentence they may be others.
func (o *Options) Begins(words []string, offered func(int) bool) (at, n int) {
	for i := range o.All {
		for _, name := range append(o.also[i][:o.own[i]:o.own[i]], o.labels[i]) {
			if said := strings.Fields(name); len(said) > n && len(said) <= len(words) && slices.Equal(said, words[:len(said)]) && offered(i) {
				at, n = i, len(said)
			}
		}
	}
	return at, n
}

func begins(label, folded string) bool {
	rest, ok := strings.CutPrefix(label, folded)
	if !ok {
		return false
	}
	n := utf8.RuneCountInString(folded)
	return n >= 3 || n == 2 && strings.HasPrefix(rest, " ")
}

// ordinal reads a place in a list: 1 and up, at most three digits.
func ordinal(s string) (int, bool) {
	if s == "" || len(s) > 3 {
		return 0, false
	}
	n := 0
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		n = n*10 + int(s[i]-'0')
	}
	return n, n > 0
}

// List is a file of options that several dialogs share.
type List struct {
	Name     string
	Language string
	First    []string // the ids that get buttons; empty for all
	At       Place
	Moved    map[string]string // the option now, or "gone", by the option of an earlier release

	unread bool // it has a mistake, so that nobody knows what it holds
	base   *Options
	in     map[string]*Options // by language, and by form of address
	labels map[string]Place
	said   map[string]map[string]Place // where those of translations stand
}

// Find is the option with that id, in the list's own language.
func (l *List) Find(id string) (Option, bool) {
	i, ok := l.base.Find(id)
	if !ok {
		return Option{}, false
	}
	return l.base.All[i], true
}

// In is the list's options in a language, or in the list's own where it is
// not translated.
func (l *List) In(lang string) *Options { return inLanguage(l.in, lang, l.base) }

// LabelAt is where an option of the list is written.
func (l *List) LabelAt(id string) Place { return l.labels[id] }

// LabelIn is where a translation writes the label of an option; false when it
// does not.
func (l *List) LabelIn(lang, id string) (Place, bool) {
	at, ok := inLanguage(l.said, lang, nil)[id]
	return at, ok
}

func (l *List) ids() []string {
	ids := make([]string, len(l.base.All))
	for i, o := range l.base.All {
		ids[i] = o.ID
	}
	return ids
}
