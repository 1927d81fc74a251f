package script

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// forms are the two ways in which a language may address a person. A text that
// differs is written as {tu: …, usted: …}; where a language is asked for
// without a form, the first serves.
var forms = []string{"tu", "usted"}

// baseLanguage is that of a dialog or a list that does not name its own.
const baseLanguage = "en"

// inLanguage picks what is held for a language: of "es-usted" that form, or
// else what serves all of "es", or else the original.
func inLanguage[T any](in map[string]T, lang string, original T) T {
	if len(in) == 0 {
		return original
	}
	if v, ok := in[lang]; ok {
		return v
	}
	if base, _, cut := strings.Cut(lang, "-"); cut {
		if v, ok := in[base]; ok {
			return v
		}
	}
	return original
}

// rawTranslation is a file that says a dialog or a list in another language.
type rawTranslation struct {
	*reader
	name  ref
	lang  string
	steps map[string]*rawWords // of a dialog, by step
	order []ref                // of the steps or options, as they stand in the file
	opts  map[string]rawLabel  // of a list, by option
	of    map[string]ref       // the sums of what was translated

	formal bool // some text has two forms of address
	sum    [sha256.Size]byte
}

// rawWords are the texts of one step in another language, by field.
type rawWords struct {
	id      ref
	texts   map[string][]rawText // "say" may have several
	at      map[string]pos
	answers map[string]rawLabel
	order   []ref
}

type rawLabel struct {
	id    ref
	label rawText
	also  []ref
}

// rawText is a text, or its two forms.
type rawText struct {
	plain ref
	forms []ref // as forms; empty where one text serves
}

// in is the text in a form of address.
func (t rawText) in(form string) ref {
	if i := slices.Index(forms, form); i >= 0 && len(t.forms) > 0 {
		return t.forms[i]
	}
	return t.plain
}

// textFields are the keys of a step that a person reads.
var textFields = []string{"say", "ask", "review", "why", "again", "short", "done", "skip", "change", "pick"}

func readTranslation(file string, data []byte, lang string, list bool) *rawTranslation {
	t := &rawTranslation{reader: &reader{file: file}, lang: lang, of: map[string]ref{}}
	top := t.open(data)
	if top == nil {
		return t
	}
	content := field{"steps", t.readSteps}
	if list {
		content = field{"options", t.readOptions}
	}
	t.fields(top, "a translation",
		field{"translation", func(v *yaml.Node) { t.name, _ = t.id(v, "a translation's name", stepPattern, stepShape) }},
		field{"language", func(v *yaml.Node) {
			if got := t.language(v); got != lang {
				t.report(place(v), fmt.Sprintf("the file lies in the folder %s and says another language", lang), "write `language: "+lang+"`")
			}
		}},
		content,
		field{"of", func(v *yaml.Node) {
			t.pairs(v, "of", func(k, v *yaml.Node) { t.of[k.Value] = ref{v.Value, place(v)} })
		}},
	)
	t.named(t.name, "translation")
	return t
}

func (t *rawTranslation) readSteps(n *yaml.Node) {
	t.steps = make(map[string]*rawWords)
	t.pairs(n, "steps", func(k, v *yaml.Node) {
		id, ok := t.id(k, "a step's id", stepPattern, stepShape)
		if !ok {
			return
		}
		w := &rawWords{id: id, texts: map[string][]rawText{}, at: map[string]pos{}, answers: map[string]rawLabel{}}
		var also []rawLabel
		fields := []field{
			{"answers", func(v *yaml.Node) {
				t.pairs(v, "answers", func(k, v *yaml.Node) {
					if id, ok := t.id(k, "an answer", valuePattern, valueShape); ok {
						w.answers[id.name] = rawLabel{id: id, label: t.words(v, "a label")}
						w.order = append(w.order, id)
					}
				})
			}},
			{"also", func(v *yaml.Node) {
				t.pairs(v, "also", func(k, v *yaml.Node) {
					if id, ok := t.id(k, "an answer", valuePattern, valueShape); ok {
						also = append(also, rawLabel{id: id, also: t.texts(v, "another word for an answer")})
					}
				})
			}},
		}
		for _, key := range textFields {
			fields = append(fields, field{key, func(v *yaml.Node) {
				w.at[key] = place(v)
				if v.Kind == yaml.SequenceNode && key == "say" {
					for _, c := range v.Content {
						w.texts[key] = append(w.texts[key], t.words(c, key))
					}
					return
				}
				w.texts[key] = []rawText{t.words(v, key)}
			}})
		}
		t.fields(v, "a translated step", fields...)
		for _, a := range also {
			l := w.answers[a.id.name]
			if !l.id.given() {
				l.id = a.id
			}
			l.also = a.also
			w.answers[a.id.name] = l
		}
		t.steps[id.name] = w
		t.order = append(t.order, id)
	})
}

func (t *rawTranslation) readOptions(n *yaml.Node) {
	t.opts = make(map[string]rawLabel)
	t.pairs(n, "options", func(k, v *yaml.Node) {
		id, ok := t.id(k, "an option's id", valuePattern, valueShape)
		if !ok {
			return
		}
		o := rawLabel{id: id}
		if v.Kind == yaml.MappingNode && t.value(v, forms[0]) == nil {
			t.fields(v, "an option",
				field{"label", func(v *yaml.Node) { o.label = t.words(v, "a label") }},
				field{"also", func(v *yaml.Node) { o.also = t.texts(v, "another word for an option") }},
			)
		} else {
			o.label = t.words(v, "a label")
		}
		t.opts[id.name] = o
		t.order = append(t.order, id)
	})
}

// words reads a text, or its two forms.
func (t *rawTranslation) words(n *yaml.Node, what string) rawText {
	if n.Kind != yaml.MappingNode {
		plain, _ := t.text(n, what)
		return rawText{plain: plain}
	}
	t.formal = true
	out := rawText{forms: make([]ref, len(forms))}
	fields := make([]field, len(forms))
	for i, form := range forms {
		fields[i] = field{form, func(v *yaml.Node) { out.forms[i], _ = t.text(v, what) }}
	}
	before := len(t.problems)
	t.fields(n, what, fields...)
	for i, form := range forms {
		if !out.forms[i].given() {
			if len(t.problems) == before {
				t.report(place(n), fmt.Sprintf("%s has not both forms of address", what), "write `"+form+":` as well")
			}
			return rawText{}
		}
	}
	out.plain = out.forms[0]
	return out
}

// translations reads translations/LANG/dialogs and translations/LANG/lists of
// the languages asked for, or of all when none is named.
func (b *builder) translations(fsys fs.FS, languages []string) error {
	entries, err := fs.ReadDir(fsys, "translations")
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("load scripts: %w", err)
	}
	for _, e := range entries {
		lang := e.Name()
		if !e.IsDir() || strings.HasPrefix(lang, ".") || len(languages) > 0 && !slices.Contains(languages, lang) {
			continue
		}
		if !languagePattern.MatchString(lang) || strings.Contains(lang, "-") {
			b.problems = append(b.problems, Problem{Place{File: "translations/" + lang}, "the folder is not named after a language", "name it by its code, as in es"})
			continue
		}
		b.langs = append(b.langs, lang)
		for _, kind := range []string{"lists", "dialogs"} {
			files, err := b.files(fsys, "translations/"+lang+"/"+kind)
			if err != nil {
				return err
			}
			for _, f := range files {
				t := readTranslation(f.path, f.data, lang, kind == "lists")
				t.sum = f.sum
				b.said[kind+"/"+f.name] = append(b.said[kind+"/"+f.name], t)
				b.translated = append(b.translated, f)
			}
		}
	}
	return nil
}

// variant is one language, or one form of address in it, and what is
// translated into it.
type variant struct {
	lang string // "es", "es-usted"
	form string
	t    *rawTranslation
}

// variants are the languages that a dialog or list is translated into, each
// with its forms of address.
func (b *builder) variants(name string) []variant {
	var out []variant
	for _, t := range b.said[name] {
		out = append(out, variant{t.lang, "", t})
		for _, form := range forms {
			out = append(out, variant{t.lang + "-" + form, form, t})
		}
	}
	return out
}

// sourceSum is what a translation records of the texts it was made from.
func sourceSum(texts []string) string {
	h := sha256.New()
	for _, t := range texts {
		fmt.Fprintf(h, "%d %s\n", len(t), t)
	}
	return hex.EncodeToString(h.Sum(nil))[:8]
}

// source is the texts of a step that a translation must bring, each with its
// field before it. The words under `also` are not among them: another language
// has its own.
func (s *rawStep) source() []string {
	var out []string
	add := func(field string, t ref) {
		if t.given() {
			out = append(out, field, t.name)
		}
	}
	add("say", s.say)
	for _, t := range s.more {
		add("say", t)
	}
	add(s.op.String(), s.ask) // or review
	for i, t := range []ref{s.why, s.again, s.short, s.done, s.skip, s.change, s.pick} {
		add([]string{"why", "again", "short", "done", "skip", "change", "pick"}[i], t)
	}
	for _, a := range s.answers {
		add("answers "+a.id.name, a.label)
	}
	return out
}

// fieldsFit checks that a translated step has the fields of its source, each
// with as many texts.
func (t *rawTranslation) fieldsFit(words *rawWords, source []string) {
	count := make(map[string]int)
	for i := 0; i < len(source); i += 2 {
		count[source[i]]++
	}
	for _, key := range textFields {
		texts, at := words.texts[key], words.at[key]
		switch n := count[key]; {
		case len(texts) > 0 && n == 0:
			t.report(at, fmt.Sprintf("the step %s has no `%s` to translate", words.id.name, key), "delete it")
		case len(texts) > 0 && n != len(texts):
			t.report(at, fmt.Sprintf("%s has %d messages here and %d in its source", words.id.name, len(texts), n), "write as many")
		}
	}
}

// Source is one id of a dialog or list whose texts are to be translated.
type Source struct {
	ID  string // of the step or option
	Sum string // of its texts, as a translation records it
}

// Sources are what a translation of a dialog ("dialogs/intake") or of a list
// ("lists/topics") has to bring, in the order of the file.
func (l *Library) Sources(name string) []Source { return l.sources[name] }

// fit checks a translation's ids against what it translates, and notes what
// was translated from other texts than those that stand there now.
func (b *builder) fit(t *rawTranslation, original string, sources []Source) {
	ids := make([]string, len(sources))
	for i, s := range sources {
		ids[i] = s.ID
	}
	for _, id := range t.order {
		if !slices.Contains(ids, id.name) {
			t.report(id.pos, fmt.Sprintf("%s has no %s with texts", original, id.name), suggest(id.name, ids))
			b.unread[t.file+" "+nearest(id.name, ids)] = true
		}
	}
	for _, s := range sources {
		at := slices.IndexFunc(t.order, func(r ref) bool { return r.name == s.ID })
		if at < 0 {
			continue
		}
		switch of := t.of[s.ID]; {
		case !of.given():
			b.stale = append(b.stale, Problem{t.place(t.order[at].pos), fmt.Sprintf("the translation of %s does not say which texts it was made from", s.ID),
				fmt.Sprintf("read it beside %s, then write `%s: %s` under `of`", original, s.ID, s.Sum)})
		case of.name != s.Sum:
			b.stale = append(b.stale, Problem{t.place(t.order[at].pos), fmt.Sprintf("the texts of %s in %s changed since this was translated", s.ID, original),
				fmt.Sprintf("translate it again, then write `%s: %s` under `of`", s.ID, s.Sum)})
		}
	}
}

// Stale is what is wrong with the translations, sorted by place: those made
// from other texts than stand in the original now, and all that does not fit
// the original or cannot be read.
func (l *Library) Stale() []Problem { return l.stale }

// Unread reports that a translation file ("translations/es/dialogs/intake.yaml")
// has a mistake in what it says of a step or option, or cannot be read at all.
// Stale says which.
func (l *Library) Unread(file, id string) bool { return l.unread[file] || l.unread[file+" "+id] }

// mark notes which of a translation's steps or options have a mistake.
func (t *rawTranslation) mark(unread map[string]bool) {
	for _, p := range t.problems {
		of := t.file
		for _, id := range t.order {
			if id.pos.line < p.Line || id.pos.line == p.Line && id.pos.column <= p.Column {
				of = t.file + " " + id.name
			}
		}
		if len(t.order) == 0 || of != t.file {
			unread[of] = true
		}
	}
}

// Languages are the language of the originals and those that they are
// translated into, sorted behind it.
func (l *Library) Languages() []string { return l.languages }

// Forms are the ways of address in a language: "es-tu" and "es-usted", or the
// language alone where none of its texts differs.
func (l *Library) Forms(lang string) []string {
	if !l.formal[lang] {
		return []string{lang}
	}
	out := make([]string, len(forms))
	for i, form := range forms {
		out[i] = lang + "-" + form
	}
	return out
}
