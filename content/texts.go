package content

import (
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// Texts are the service's own phrases in one language.
type Texts struct {
	Language string
	Commands []Command // the menu, in the order of the file
	phrases  map[string]string
}

// Command is one entry of the menu of commands.
type Command struct{ Word, Does string }

var placeholder = regexp.MustCompile(`\{[a-z.]+\}`)

// Service reads texts/LANG.yaml. Its keys must be those of the embedded English
// file, each with no other placeholders than there: what is unknown, or missing
// in a translation, comes back as [Problems], all together. An English file that
// lacks a text gets the embedded one.
func Service(fsys fs.FS, lang string) (*Texts, error) {
	base, err := readTexts(Files, "en", nil)
	if err != nil {
		return nil, err
	}
	return readTexts(fsys, lang, base)
}

func readTexts(fsys fs.FS, lang string, base *Texts) (*Texts, error) {
	f, top, err := open(fsys, "texts/"+lang+".yaml")
	if err != nil {
		return nil, err
	}
	t := &Texts{phrases: map[string]string{}}
	f.fields(top, []string{"language", "texts", "commands"}, map[string]func(*yaml.Node){
		"language": func(n *yaml.Node) {
			if f.text(&t.Language)(n); t.Language != lang {
				f.bad(n, "the file says another language than its name", "write language: "+lang)
			}
		},
		"texts": func(n *yaml.Node) {
			f.each(n, func(key, value *yaml.Node) {
				var words string
				f.text(&words)(value)
				t.phrases[key.Value] = strings.TrimSpace(words)
				if base != nil {
					f.alike(key, words, base)
				}
			})
			if base != nil {
				f.complete(n, t, base)
			}
		},
		"commands": func(n *yaml.Node) {
			f.each(n, func(key, value *yaml.Node) {
				c := Command{Word: key.Value}
				f.text(&c.Does)(value)
				t.Commands = append(t.Commands, c)
			})
		},
	})
	if err := f.err(); err != nil {
		return nil, err
	}
	return t, nil
}

func (f *file) alike(key *yaml.Node, words string, base *Texts) {
	known, ok := base.phrases[key.Value]
	if !ok {
		f.bad(key, fmt.Sprintf("unknown text %q", key.Value), "delete it, or correct its key")
		return
	}
	allowed := placeholder.FindAllString(known, -1)
	for _, p := range placeholder.FindAllString(words, -1) {
		if !slices.Contains(allowed, p) {
			f.bad(key, fmt.Sprintf("%s is not filled in here", p), "use only: "+strings.Join(append(allowed, "plain words"), ", "))
		}
	}
}

// complete looks for texts that are missing. A practice's own file in the base
// language may lack one that a newer version brought: it is taken from there.
// In a translation it is a problem.
func (f *file) complete(n *yaml.Node, t, base *Texts) {
	var missing []string
	for key, words := range base.phrases {
		if _, ok := t.phrases[key]; ok {
			continue
		}
		if t.Language == base.Language {
			t.phrases[key] = words
			continue
		}
		missing = append(missing, key)
	}
	if len(missing) > 0 {
		slices.Sort(missing)
		f.bad(n, "texts are missing: "+strings.Join(missing, ", "), "copy them from the sample")
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
	if fill == nil {
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
