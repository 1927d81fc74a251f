package content

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

var assignmentForm = regexp.MustCompile(`^[a-z][a-z0-9-]*$`)

// assignmentReader reads the words of one file, in one language.
type assignmentReader struct {
	*file
	lang   string
	texts  map[string][]value // by key, "solo" for a variant
	at     map[string]*yaml.Node
	out    []Text
	formal bool
}

// readAssignment reads an English file.
func readAssignment(fsys fs.FS, name string) (Assignment, assignmentPlaces, Problems) {
	a := Assignment{ID: strings.TrimSuffix(path.Base(name), ".yaml"), file: name}
	var at assignmentPlaces
	r, top, wrong := openAssignment(fsys, name, original)
	if wrong != nil {
		return a, at, wrong
	}
	if !assignmentForm.MatchString(a.ID) {
		return a, at, Problems{{File: name, What: fmt.Sprintf("%q is no name for an assignment", a.ID), Mend: "name the file with small letters, digits and -"}}
	}
	var series *yaml.Node
	fields := map[string]func(*yaml.Node){
		"assignment": func(n *yaml.Node) {
			if n.Value != a.ID {
				r.bad(n, fmt.Sprintf("the file is called %s, and says that it is %q", a.ID, n.Value), "write assignment: "+a.ID)
			}
		},
		"language": r.language,
		"for": func(n *yaml.Node) {
			a.For = Whom(n.Value)
			if !slices.Contains([]Whom{ForSolo, ForCouple, ForBoth}, a.For) {
				r.bad(n, fmt.Sprintf("an assignment is not for %q", n.Value), "write solo, couple or both")
			}
		},
		"series": func(n *yaml.Node) {
			series, a.Series = n, n.Value
			if !assignmentForm.MatchString(a.Series) {
				r.bad(n, fmt.Sprintf("%q is no name for a series", n.Value), "write it with small letters, digits and -")
			}
		},
		"step": func(n *yaml.Node) {
			at.step = n
			var err error
			if a.Step, err = strconv.Atoi(n.Value); n.Kind != yaml.ScalarNode || err != nil || a.Step < 1 || a.Step > 99 {
				r.bad(n, fmt.Sprintf("%q is no step", n.Value), "write a number from 1")
			}
		},
		"after": func(n *yaml.Node) {
			for _, id := range r.list(n) {
				a.After, at.after = append(a.After, id.Value), append(at.after, id)
			}
		},
		"variants": r.variants,
	}
	for _, key := range assignmentTexts {
		key, many := strings.CutSuffix(key, "*")
		fields[key] = func(n *yaml.Node) { r.take(key, n, many) }
	}
	r.fields(top, append([]string{"assignment", "language", "for"}, assignmentNeeds...), fields)
	switch {
	case series != nil && at.step == nil:
		r.bad(series, "nobody says which step of the series this is", "add `step:`")
	case series == nil && at.step != nil:
		r.bad(at.step, "this is a step of no series", "add `series:`, or take the step out")
	}
	if a.For == ForSolo && r.at["solo"] != nil {
		r.bad(r.at["solo"], "this is for one person as it stands", "take the variant out")
	}
	a.words = map[string]AssignmentWords{original: r.words(0)}
	if len(r.problems) == 0 {
		r.short(a.words[original], top)
	}
	if err := r.err(); err != nil {
		return a, at, r.problems
	}
	a.written = r.out
	for _, key := range r.keys() {
		a.sums = append(a.sums, keySum{key, Sum(r.source(key))})
	}
	return a, at, nil
}

// translate adds the words of a language, and what is wrong with them.
func (a *Assignment) translate(fsys fs.FS, lang string) Problems {
	name := "translations/" + lang + "/" + a.file
	r, top, wrong := openAssignment(fsys, name, lang)
	if wrong != nil {
		return wrong
	}
	sums := map[string]*yaml.Node{}
	var texts *yaml.Node
	r.fields(top, []string{"translation", "language", "texts"}, map[string]func(*yaml.Node){
		"translation": func(n *yaml.Node) {
			if n.Value != a.ID {
				r.bad(n, fmt.Sprintf("the file is called %s, and says that it translates %q", a.ID, n.Value), "write translation: "+a.ID)
			}
		},
		"language": r.language,
		"texts": func(n *yaml.Node) {
			texts = n
			fields := map[string]func(*yaml.Node){}
			for _, key := range assignmentTexts {
				key, many := strings.CutSuffix(key, "*")
				fields[key] = func(n *yaml.Node) { r.take(key, n, many) }
			}
			r.fields(n, nil, fields)
		},
		"variants": r.variants,
		"of":       func(n *yaml.Node) { r.each(n, func(key, v *yaml.Node) { sums[key.Value] = v }) },
	})
	if texts == nil {
		texts = top
	}
	for _, s := range a.sums {
		english, _ := a.count(s.key)
		switch here, ok := r.texts[s.key]; {
		case !ok:
			r.bad(texts, fmt.Sprintf("%s is not translated", s.key), "translate it from "+a.file)
		case len(here) != english:
			r.bad(r.at[s.key], fmt.Sprintf("%s has %d texts here and %d in English", s.key, len(here), english), "translate each as one")
		}
	}
	for key, n := range r.at {
		if _, ok := a.count(key); !ok {
			r.bad(n, fmt.Sprintf("%s stands here and not in English", key), "delete it")
		}
	}
	for key, n := range sums {
		if _, ok := r.texts[key]; !ok {
			r.bad(n, fmt.Sprintf("`of` names %q, which is not here", key), "delete the line")
		}
	}
	if len(r.problems) == 0 {
		r.short(r.words(0), top)
	}
	if err := r.err(); err != nil {
		return r.problems
	}
	a.words[lang] = r.words(0)
	if r.formal {
		for i, form := range forms {
			a.words[lang+"-"+form] = r.words(i)
		}
	}
	a.written = append(a.written, r.out...)
	for _, s := range a.sums {
		n := sums[s.key]
		if n != nil && n.Value == s.sum {
			continue
		}
		at := Problem{File: name, Line: r.at[s.key].Line, Column: r.at[s.key].Column,
			What: fmt.Sprintf("the English text of %s changed since this was translated", s.key),
			Mend: fmt.Sprintf("translate it again, then write `%s: %q` under `of`", s.key, s.sum)}
		if n == nil {
			at.What = fmt.Sprintf("%s does not say which English text it was made from", s.key)
			at.Mend = fmt.Sprintf("read it beside %s, then write `%s: %q` under `of`", a.file, s.key, s.sum)
		}
		a.stale = append(a.stale, at)
	}
	return nil
}

// count is how many texts stand under a key in English.
func (a *Assignment) count(key string) (int, bool) {
	w := a.words[original]
	if do, ok := w.Variants[key]; ok {
		return len(do), true
	}
	switch key {
	case "do":
		return len(w.Do), true
	case "limits":
		return len(w.Limits), true
	case "report":
		return 1, w.Report != ""
	}
	return 1, slices.Contains(assignmentNeeds, key)
}

func openAssignment(fsys fs.FS, name, lang string) (*assignmentReader, *yaml.Node, Problems) {
	f, top, err := open(fsys, name)
	var wrong Problems
	switch {
	case errors.As(err, &wrong):
		return nil, nil, wrong
	case err != nil:
		mend := "restore it"
		if lang != original {
			mend = "write the file: `translation:`, `language: " + lang + "` and, under `texts:`, each text of the English one"
		}
		return nil, nil, Problems{{File: name, What: "the assignment is not there in this language, or cannot be read", Mend: mend}}
	}
	return &assignmentReader{file: f, lang: lang, texts: map[string][]value{}, at: map[string]*yaml.Node{}}, top, nil
}

func (r *assignmentReader) language(n *yaml.Node) {
	if n.Value != r.lang {
		r.bad(n, "the file says another language than its place", "write language: "+r.lang)
	}
}

// list is the items of a sequence.
func (r *assignmentReader) list(n *yaml.Node) []*yaml.Node {
	if n.Kind != yaml.SequenceNode || len(n.Content) == 0 {
		r.bad(n, "this is not a list", "write `- ` before each, on a line of its own")
		return nil
	}
	return n.Content
}

func (r *assignmentReader) variants(n *yaml.Node) {
	fields := map[string]func(*yaml.Node){}
	for _, v := range Variants {
		fields[v] = func(n *yaml.Node) { r.take(v, n, true) }
	}
	r.fields(n, nil, fields)
}

// take reads what stands under a key: one text, or a list of them.
func (r *assignmentReader) take(key string, n *yaml.Node, many bool) {
	r.at[key] = n
	if !many {
		r.texts[key] = []value{r.one(key, n)}
		return
	}
	for i, item := range r.list(n) {
		r.texts[key] = append(r.texts[key], r.one(fmt.Sprintf("%s.%d", key, i+1), item))
	}
}

// one reads a text, plain or in both forms of address.
func (r *assignmentReader) one(key string, n *yaml.Node) value {
	note := func(lang, words string, at *yaml.Node) {
		if strings.ContainsAny(words, "{}") {
			r.bad(at, "nothing is filled in here, and a brace stands here", "write the words themselves")
		}
		use := Message
		if key == "title" {
			use = Button
		}
		r.out = append(r.out, Text{Key: key, Language: lang, Words: words, Use: use, File: r.name, Line: at.Line, Column: at.Column})
	}
	if n.Kind != yaml.MappingNode || r.lang == original {
		var v value
		r.text(&v.plain)(n)
		v.plain = strings.TrimSpace(v.plain)
		note(r.lang, v.plain, n)
		return v
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
	return v
}

// keys are those that stand in the file, in their order.
func (r *assignmentReader) keys() []string {
	var keys []string
	for _, key := range assignmentTexts {
		if key = strings.TrimSuffix(key, "*"); r.texts[key] != nil {
			keys = append(keys, key)
		}
	}
	for _, v := range Variants {
		if r.texts[v] != nil {
			keys = append(keys, v)
		}
	}
	return keys
}

// source is the words under a key, as a translation is made from them.
func (r *assignmentReader) source(key string) string { return strings.Join(r.said(key, 0), "\n") }

func (r *assignmentReader) said(key string, form int) []string {
	var out []string
	for _, v := range r.texts[key] {
		out = append(out, v.in(form))
	}
	return out
}

// words are what was read, in a form of address.
func (r *assignmentReader) words(form int) AssignmentWords {
	one := func(key string) string { return strings.Join(r.said(key, form), "") }
	w := AssignmentWords{Title: one("title"), Aim: one("aim"), Do: r.said("do", form), Limits: r.said("limits", form),
		Stop: one("stop"), Pace: one("pace"), Report: one("report"), Variants: map[string][]string{}}
	for _, v := range Variants {
		if do := r.said(v, form); do != nil {
			w.Variants[v] = do
		}
	}
	return w
}

// short sees to it that each variant fits into one message.
func (r *assignmentReader) short(w AssignmentWords, top *yaml.Node) {
	for _, v := range append([]string{""}, Variants[:]...) {
		if n := utf8.RuneCountInString(w.Message(v)); n > mostAssignment {
			r.bad(top, fmt.Sprintf("the whole of it has %d letters, and one message has room for %d", n, mostAssignment), "say less, or make two of it")
			return
		}
	}
}
