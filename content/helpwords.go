package content

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v4"
)

// noLine is said of a place that has no help line.
const noLine = "I know no help line for that place yet."

// In is the directory with the words beside its numbers in another language,
// or as it stands where they are not translated. A help line keeps its name
// unless there are words for that too.
func (d *Directory) In(lang string) *Directory {
	if other := d.in[lang]; other != nil {
		return other
	}
	return d
}

// readWords reads translations/LANG/helplines.yaml of every language: the words
// beside the numbers, each under the English one. All must be there, but for the
// names of the help lines; a word that no number has any more may stay.
func (d *Directory) readWords(fsys fs.FS) error {
	d.in = make(map[string]*Directory)
	folders, err := fs.ReadDir(fsys, "translations")
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read content: %w", err)
	}
	for _, folder := range folders {
		lang := folder.Name()
		if !folder.IsDir() || strings.HasPrefix(lang, ".") {
			continue
		}
		words := make(map[string]string)
		name := "translations/" + lang + "/" + lineFile
		f, top, err := open(fsys, name)
		if errors.Is(err, fs.ErrNotExist) {
			return Problems{{File: name, What: "the words beside the help numbers are not translated", Mend: "write the file: `language: " + lang + "` and, under `words:`, a line as `\"" + noLine + "\": …` for each word beside the numbers"}}
		}
		if err != nil {
			return err
		}
		f.fields(top, []string{"language", "words"}, map[string]func(*yaml.Node){
			"translation": func(*yaml.Node) {},
			"language": func(n *yaml.Node) {
				if n.Value != lang {
					f.bad(n, "the file says another language than its folder", "write language: "+lang)
				}
			},
			"words": func(n *yaml.Node) {
				f.each(n, func(key, value *yaml.Node) {
					var in string
					f.text(&in)(value)
					words[key.Value] = in
				})
				for _, word := range d.words() {
					if _, ok := words[word]; !ok {
						f.bad(n, strconv.Quote(word)+" is not translated", "add it, under these English words")
					}
				}
			},
		})
		if err := f.err(); err != nil {
			return err
		}
		d.in[lang] = d.with(words)
	}
	return nil
}

// words are all words beside the numbers, sorted.
func (d *Directory) words() []string {
	used := map[string]bool{noLine: true}
	use := func(s string) {
		if strings.ContainsFunc(s, unicode.IsLetter) {
			used[s] = true
		}
	}
	use(d.Elsewhere)
	for _, c := range d.Countries {
		use(c.Emergency)
		for _, numbers := range c.Lines {
			for _, n := range numbers {
				use(n.Number)
				use(n.Hours)
			}
		}
	}
	return slices.Sorted(maps.Keys(used))
}

// with is the same directory with other words.
func (d *Directory) with(words map[string]string) *Directory {
	say := func(s string) string {
		if in, ok := words[s]; ok {
			return in
		}
		return s
	}
	out := &Directory{Countries: make(map[string]Country, len(d.Countries)), Elsewhere: say(d.Elsewhere), none: say(noLine)}
	for code, c := range d.Countries {
		lines := make(map[Kind][]Number, len(c.Lines))
		for kind, numbers := range c.Lines {
			for _, n := range numbers {
				lines[kind] = append(lines[kind], Number{Name: say(n.Name), Number: say(n.Number), Hours: say(n.Hours)})
			}
		}
		c.Emergency, c.Lines = say(c.Emergency), lines
		out.Countries[code] = c
	}
	return out
}
