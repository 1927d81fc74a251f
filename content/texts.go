package content

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"iter"
	"regexp"
	"slices"
	"strings"
)

// Texts are the service's own phrases in one language, and in one form of
// address where the language has two.
type Texts struct {
	Language string
	Commands []Command // the menu, in the order of the English file

	phrases map[string]string
	forms   map[string]*Texts // by form of address; the first is this one
	written []Text
	stale   Problems
}

// Command is one entry of the menu of commands.
type Command struct{ Word, Does string }

// original is the language that the texts are written in first.
const original = "en"

// forms are the two ways in which a language may address a person. A text that
// differs is written as {tu: …, usted: …}; where no form is asked for, the
// first serves.
var forms = [...]string{"tu", "usted"}

var (
	placeholder  = regexp.MustCompile(`\{[^}]*\}`) // as [Texts.Say] reads them
	languageForm = regexp.MustCompile(`^[a-z]{2,3}$`)
)

// Languages are the languages that the service's texts are written in: English,
// and those of translations/LANG/texts.yaml behind it, sorted.
func Languages(fsys fs.FS) []string {
	langs := []string{original}
	entries, _ := fs.ReadDir(fsys, "translations") // sorted; there need be none
	for _, e := range entries {
		if _, err := fs.Stat(fsys, textsFile(e.Name())); err == nil && languageForm.MatchString(e.Name()) {
			langs = append(langs, e.Name())
		}
	}
	return langs
}

func textsFile(lang string) string {
	if lang == original {
		return "texts/" + lang + ".yaml"
	}
	return "translations/" + lang + "/texts.yaml"
}

// Service reads the texts of a language: texts/en.yaml, or
// translations/LANG/texts.yaml. Their keys must be those of the English file;
// forms of a plural (.one, .few, .many, .other) may be more than there. A
// translation fills in what its English does; English that is a practice's own
// nothing else than what the embedded one does. What is wrong comes back as
// [Problems], all together. English that lacks a text gets the embedded one; a
// translation that lacks a text is a problem, and one that was made from other
// words than those that stand there now is told by [Texts.Stale].
func Service(fsys fs.FS, lang string) (*Texts, error) {
	embedded, err := readTexts(Files, original, nil)
	if err != nil {
		return nil, err
	}
	english, err := readTexts(fsys, original, embedded)
	switch {
	case lang == original:
		return english, err
	case errors.Is(err, fs.ErrNotExist):
		english = embedded
	case err != nil:
		return nil, err
	}
	return readTexts(fsys, lang, english)
}

// In is the same texts in a form of address, "usted" or "es-usted"; where the
// texts know no such form, it is they themselves.
func (t *Texts) In(form string) *Texts {
	_, name, cut := strings.Cut(form, "-")
	if !cut {
		name = form
	}
	if f, ok := t.forms[name]; ok {
		return f
	}
	return t
}

// Forms are the ways of address that the texts differ in: "es-tu" and
// "es-usted", or the language alone.
func (t *Texts) Forms() []string {
	if t.forms == nil {
		return []string{t.Language}
	}
	var out []string
	for _, form := range forms {
		out = append(out, t.Language+"-"+form)
	}
	return out
}

// Use is what a text is for.
type Use uint8

const (
	Message Use = iota // said as it is
	Button             // on a button, or in a menu
	Typed              // words that people write to us, parted by |
	Part               // a piece that others are put together from: dates, lists, lengths of time
)

// use goes by the key.
func use(key string) Use {
	begins := func(all ...string) bool {
		return slices.ContainsFunc(all, func(p string) bool { return strings.HasPrefix(key, p) })
	}
	switch {
	case begins("btn.", "commands.", "stop-confirm."):
		return Button
	case begins("say.") || strings.HasSuffix(key, ".asks"):
		return Typed
	case begins("words.", "hours."):
		return Part
	default:
		return Message
	}
}

// Text is one text as a file has it, and where.
type Text struct {
	Key      string // "commands.back" for what a command does
	Language string // "es-usted" where the forms of address differ, or else "es"
	Words    string // with its placeholders
	Use      Use
	File     string
	Line     int
	Column   int
}

// All is every text in every form of address, in the order of the file. A text
// that was taken from the embedded file is not among them.
func (t *Texts) All() iter.Seq[Text] { return slices.Values(t.written) }

// Stale is every text that was translated from other words than those that
// stand in the English file now, or does not say from which.
func (t *Texts) Stale() []Problem { return t.stale }

// Sum is what a translation records under `of` of the words that it was made
// from: the first eight hexadecimal digits of the SHA-256 of the trimmed text.
func Sum(words string) string {
	sum := sha256.Sum256([]byte(strings.TrimSpace(words)))
	return hex.EncodeToString(sum[:4])
}

// Sums are what a translation of these texts records under `of`, by key, in
// the order of the file. Words that people write to us have none.
func (t *Texts) Sums() iter.Seq2[string, string] {
	return func(yield func(key, sum string) bool) {
		for _, text := range t.written {
			if text.Use != Typed && !yield(text.Key, Sum(text.Words)) {
				return
			}
		}
	}
}

// Has reports whether there is a phrase of that key.
func (t *Texts) Has(key string) bool { return t.phrases[key] != "" }

// Keys are the keys of all phrases, sorted.
func (t *Texts) Keys() []string {
	keys := make([]string, 0, len(t.phrases))
	for k := range t.phrases {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// Say is the phrase of a key with its placeholders filled by the function,
// which is asked by name: "practice.phone". A key that does not exist is a bug
// and panics; [Service] has checked that all of them are there.
func (t *Texts) Say(key string, fill func(name string) string) string {
	phrase, ok := t.phrases[key]
	if !ok {
		panic("content: no text " + key)
	}
	if fill == nil || !strings.Contains(phrase, "{") {
		return phrase
	}
	var b strings.Builder
	b.Grow(len(phrase) + 32)
	for {
		before, rest, open := strings.Cut(phrase, "{")
		name, after, closed := strings.Cut(rest, "}")
		if !open || !closed {
			b.WriteString(phrase)
			return b.String()
		}
		b.WriteString(before)
		b.WriteString(fill(name))
		phrase = after
	}
}
