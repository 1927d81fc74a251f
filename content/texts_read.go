package content

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// value is a text as a file has it: plain, or in its forms of address.
type value struct {
	plain string
	forms []string // as forms; empty where one text serves
}

func (v value) in(i int) string {
	if len(v.forms) > 0 {
		return v.forms[i]
	}
	return v.plain
}

// textsReader reads one file of texts against those that it must match.
type textsReader struct {
	*file
	lang   string
	base   *Texts // nil for the embedded English
	values map[string]value
	menu   []string // the words of the commands, as they stand
	sums   map[string]*yaml.Node
	at     map[string]*yaml.Node // the keys
	formal bool
	out    []Text
}

// menuKey is the key of what a command does.
func menuKey(word string) string { return "commands." + word }

func readTexts(fsys fs.FS, lang string, base *Texts) (*Texts, error) {
	f, top, err := open(fsys, textsFile(lang))
	if err != nil {
		return nil, err
	}
	r := &textsReader{file: f, lang: lang, base: base, values: map[string]value{}, sums: map[string]*yaml.Node{}, at: map[string]*yaml.Node{}}
	var texts, menu *yaml.Node
	fields := map[string]func(*yaml.Node){
		"language": func(n *yaml.Node) {
			var says string
			if f.text(&says)(n); says != lang {
				f.bad(n, "the file says another language than its name", "write language: "+lang)
			}
		},
		"texts": func(n *yaml.Node) {
			texts = n
			f.each(n, func(key, v *yaml.Node) { r.take(key.Value, key, v) })
		},
		"commands": func(n *yaml.Node) {
			menu = n
			f.each(n, func(key, v *yaml.Node) {
				r.menu = append(r.menu, key.Value)
				r.take(menuKey(key.Value), key, v)
			})
		},
	}
	if lang != original {
		fields["of"] = func(n *yaml.Node) { f.each(n, func(key, v *yaml.Node) { r.sums[key.Value] = v }) }
	}
	f.fields(top, []string{"language", "texts", "commands"}, fields)
	r.parts()
	if base != nil && texts != nil && menu != nil {
		r.match(texts, menu)
	}
	if err := f.err(); err != nil {
		return nil, err
	}
	return r.texts(), nil
}

// take reads one text.
func (r *textsReader) take(key string, k, n *yaml.Node) {
	r.at[key] = k
	note := func(lang, words string, at *yaml.Node) {
		r.out = append(r.out, Text{Key: key, Language: lang, Words: words, Use: use(key), File: r.name, Line: at.Line, Column: at.Column})
	}
	if n.Kind != yaml.MappingNode || r.lang == original {
		var v value
		r.text(&v.plain)(n)
		v.plain = strings.TrimSpace(v.plain)
		r.values[key] = v
		note(r.lang, v.plain, n)
		return
	}
	r.formal = true
	v := value{forms: make([]string, len(forms))}
	fields := map[string]func(*yaml.Node){}
	for i, form := range forms {
		fields[form] = func(n *yaml.Node) {
			r.text(&v.forms[i])(n)
			v.forms[i] = strings.TrimSpace(v.forms[i])
			note(r.lang+"-"+form, v.forms[i], n)
		}
	}
	r.fields(n, forms[:], fields)
	r.values[key] = v
}

// texts makes what was read ready to be said.
func (r *textsReader) texts() *Texts {
	form := func(i int) *Texts {
		t := &Texts{Language: r.lang, phrases: map[string]string{}, written: r.out, stale: r.stale()}
		for key, v := range r.values {
			if !strings.HasPrefix(key, menuKey("")) {
				t.phrases[key] = v.in(i)
			}
		}
		for _, word := range r.menu {
			t.Commands = append(t.Commands, Command{word, r.values[menuKey(word)].in(i)})
		}
		return t
	}
	t := form(0)
	if r.formal {
		t.forms = map[string]*Texts{}
		for i, name := range forms {
			f := form(i)
			f.forms, t.forms[name] = t.forms, f
		}
	}
	return t
}

// plurals are the endings of keys that stand for one text, by number.
var plurals = []string{".zero", ".one", ".two", ".few", ".many", ".other"}

// stem is a key without the ending of a plural.
func stem(key string) (string, bool) {
	for _, p := range plurals {
		if stem, ok := strings.CutSuffix(key, p); ok {
			return stem, true
		}
	}
	return key, false
}

// source is the English text of a key. Forms of a plural that English does not
// have are made from its .other.
func (t *Texts) source(key string) (string, bool) {
	if word, ok := strings.CutPrefix(key, menuKey("")); ok {
		i := slices.IndexFunc(t.Commands, func(c Command) bool { return c.Word == word })
		if i < 0 {
			return "", false
		}
		return t.Commands[i].Does, true
	}
	words, ok := t.phrases[key]
	if stem, plural := stem(key); !ok && plural {
		words, ok = t.phrases[stem+".other"]
	}
	return words, ok
}

// match holds what was read against the texts that it must be like.
func (r *textsReader) match(texts, menu *yaml.Node) {
	for key, v := range r.values {
		source, ok := r.base.source(key)
		switch {
		case ok:
			r.alike(key, source, v)
		case strings.HasPrefix(key, menuKey("")):
			r.bad(r.at[key], fmt.Sprintf("unknown command %q", r.at[key].Value), "delete it, or correct its word")
		default:
			r.bad(r.at[key], fmt.Sprintf("unknown text %q", key), "delete it, or correct its key")
		}
	}
	var missing []string
	for _, key := range r.base.Keys() {
		if _, ok := r.values[key]; ok {
			continue
		}
		if r.lang == original {
			r.values[key] = value{plain: r.base.phrases[key]}
			continue
		}
		missing = append(missing, key)
	}
	if len(missing) > 0 {
		r.bad(texts, "texts are missing: "+strings.Join(missing, ", "), "copy them from the sample")
	}
	if r.lang == original {
		return
	}
	var words []string
	for _, c := range r.base.Commands {
		if !slices.Contains(r.menu, c.Word) {
			r.bad(menu, fmt.Sprintf("the command %q is missing", c.Word), "write `"+c.Word+":` and what it does")
		}
		words = append(words, c.Word)
	}
	r.menu = words
	for key, n := range r.sums {
		if _, ok := r.values[key]; !ok {
			r.bad(n, fmt.Sprintf("`of` names the text %q, which is not here", key), "delete the line")
		}
	}
}

// alike compares what a text fills in with what its original does. A practice
// may leave out of its own English what it likes; a translation may not, except
// in a plural, where "one day" needs no number.
func (r *textsReader) alike(key, source string, v value) {
	for _, words := range append(v.forms, v.plain) {
		if words == "" {
			continue
		}
		if strings.ContainsAny(placeholder.ReplaceAllString(words, ""), "{}") {
			r.bad(r.at[key], "a brace stands here alone", "write { and } around what is filled in, and nowhere else")
		}
		all := placeholder.FindAllString(source, -1)
		left := slices.Clone(all)
		for _, p := range placeholder.FindAllString(words, -1) {
			switch i := slices.Index(left, p); {
			case i >= 0:
				left = slices.Delete(left, i, i+1)
			case !slices.Contains(all, p):
				r.bad(r.at[key], fmt.Sprintf("%s is not filled in here", p), "use only: "+strings.Join(append(all, "plain words"), ", "))
			case r.lang != original:
				r.bad(r.at[key], fmt.Sprintf("%s stands here more often than in the English text", p), "fill it in as often")
			}
		}
		if _, plural := stem(key); len(left) > 0 && r.lang != original && !plural {
			r.bad(r.at[key], fmt.Sprintf("%s is not said here", strings.Join(left, ", ")), "fill it in, as the English text does")
		}
	}
}

// stale compares what the file says that it was made from with what stands in
// the English file now. Words that people write are no translation: each
// language has its own.
func (r *textsReader) stale() Problems {
	var out Problems
	told := map[string]bool{}
	for _, t := range r.out {
		if r.base == nil || r.lang == original || told[t.Key] || t.Use == Typed {
			continue
		}
		told[t.Key] = true
		source, _ := r.base.source(t.Key)
		at := Problem{File: r.name, Line: r.at[t.Key].Line, Column: r.at[t.Key].Column}
		switch n, sum := r.sums[t.Key], Sum(source); {
		case n == nil:
			at.What = fmt.Sprintf("%s does not say which English text it was made from", t.Key)
			at.Mend = fmt.Sprintf("read it beside %s, then write `%s: %q` under `of`", textsFile(original), t.Key, sum)
			out = append(out, at)
		case n.Value != sum:
			at.What = fmt.Sprintf("the English text of %s changed since this was translated", t.Key)
			at.Mend = fmt.Sprintf("translate it again, then write `%s: %q` under `of`", t.Key, sum)
			out = append(out, at)
		}
	}
	return out
}
