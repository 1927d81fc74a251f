package script

import (
	"fmt"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v4"
)

// rawList is a list file as it was read.
type rawList struct {
	*reader
	name  ref
	lang  string
	first []ref
	opts  []rawOption
	moved []rawMove
}

type rawOption struct {
	id    ref
	label ref
	also  []ref
}

func readList(file string, data []byte) *rawList {
	l := &rawList{reader: &reader{file: file}, lang: baseLanguage}
	top := l.open(data)
	if top == nil {
		return l
	}
	l.fields(top, "a list file",
		field{"list", func(v *yaml.Node) { l.name, _ = l.id(v, "a list's name", stepPattern, stepShape) }},
		field{"language", func(v *yaml.Node) { l.lang = l.language(v) }},
		field{"first", func(v *yaml.Node) { l.first = l.words(v, "an option", valuePattern, valueShape) }},
		field{"options", func(v *yaml.Node) { l.options(v) }},
		field{"moved", func(v *yaml.Node) { l.moved = l.moves(v, "moved", "an option", valuePattern, valueShape) }},
	)
	l.named(l.name, "list")
	if len(l.opts) == 0 && len(l.problems) == 0 {
		l.report(pos{1, 1}, "the list has no options", "write `options:` with one `id: label` a line")
	}
	for _, f := range l.first {
		if !hasOption(l.opts, f.name) {
			l.report(f.pos, fmt.Sprintf("unknown option %q", f.name), suggest(f.name, optionIDs(l.opts)))
		}
	}
	for _, m := range l.moved {
		switch {
		case hasOption(l.opts, m.then.name):
			l.report(m.then.pos, fmt.Sprintf("the option %s still stands here", m.then.name), "an option that moved must be gone; rename one, or delete this line")
		case m.now.name != gone && !hasOption(l.opts, m.now.name):
			l.report(m.now.pos, fmt.Sprintf("unknown option %q", m.now.name), suggest(m.now.name, append(optionIDs(l.opts), gone)))
		}
	}
	l.clashes(l.opts)
	return l
}

// named checks that a file says its own name.
func (r *reader) named(name ref, key string) {
	want := strings.TrimSuffix(r.file[strings.LastIndexByte(r.file, '/')+1:], ".yaml")
	switch {
	case name.given() && name.name != want:
		r.report(name.pos, fmt.Sprintf("the file is %s.yaml and says `%s: %s`", want, key, name.name), "give both the same name")
	case !name.given() && len(r.problems) == 0:
		r.report(pos{1, 1}, "the file does not say its name", fmt.Sprintf("begin with `%s: %s`", key, want))
	}
}

var languagePattern = regexp.MustCompile(`^[a-z]{2,3}(-[A-Za-z0-9]+)*$`)

func (r *reader) language(n *yaml.Node) string {
	w, ok := r.id(n, "a language", languagePattern, "a language code, as in en or es-MX")
	if !ok {
		return baseLanguage
	}
	return w.name
}

func (l *rawList) options(n *yaml.Node) {
	l.pairs(n, "options", func(k, v *yaml.Node) {
		id, ok := l.id(k, "an option's id", valuePattern, valueShape)
		if !ok {
			return
		}
		o := rawOption{id: id}
		if v.Kind == yaml.MappingNode {
			l.fields(v, "an option",
				field{"label", func(v *yaml.Node) { o.label, _ = l.text(v, "a label") }},
				field{"also", func(v *yaml.Node) { o.also = l.texts(v, "another word for an option") }},
			)
			if !o.label.given() && len(l.problems) == 0 {
				l.report(id.pos, fmt.Sprintf("the option %q has no label", id.name), "write `label: TEXT`")
			}
		} else {
			o.label, _ = l.text(v, "a label")
		}
		l.opts = append(l.opts, o)
	})
}

// clashes reports words that would mean two options at once.
func (r *reader) clashes(opts []rawOption) {
	named := make(map[string]string, 2*len(opts))
	claim := func(word ref, id, what string) {
		key := Fold(word.name)
		if key == "" {
			if what == "label" {
				r.report(word.pos, fmt.Sprintf("the label of %q has no letter or digit", id), "write words; a picture alone cannot be read aloud or typed")
			}
			return
		}
		if other, taken := named[key]; taken && other != id {
			r.report(word.pos, fmt.Sprintf("%q means both %s and %s", word.name, other, id), "reword one")
			return
		}
		named[key] = id
	}
	for _, o := range opts {
		claim(o.id, o.id.name, "id")
	}
	for _, o := range opts {
		if o.label.given() {
			claim(o.label, o.id.name, "label")
		}
	}
	words := make(map[string]string)
	for _, o := range opts {
		for _, w := range o.also {
			key := Fold(w.name)
			if other, taken := words[key]; taken && other != o.id.name {
				r.report(w.pos, fmt.Sprintf("%q means both %s and %s", w.name, other, o.id.name), "delete one")
				continue
			}
			if other, taken := named[key]; taken && other != o.id.name {
				r.report(w.pos, fmt.Sprintf("%q never means %s, because it names %s", w.name, o.id.name, other), "delete it")
				continue
			}
			words[key] = o.id.name
		}
	}
}

func hasOption(opts []rawOption, id string) bool {
	for _, o := range opts {
		if o.id.name == id {
			return true
		}
	}
	return false
}

func optionIDs(opts []rawOption) []string {
	ids := make([]string, len(opts))
	for i, o := range opts {
		ids[i] = o.id.name
	}
	return ids
}

func (l *rawList) compile(said []variant) *List {
	all := options(l.opts)
	out := &List{Name: l.name.name, Language: l.lang, labels: make(map[string]Place, len(all)),
		At: l.place(l.name.pos), Moved: make(map[string]string, len(l.moved))}
	for _, m := range l.moved {
		out.Moved[m.then.name] = m.now.name
	}
	for _, o := range l.opts {
		out.labels[o.id.name] = l.place(o.id.pos)
	}
	for _, f := range l.first {
		out.First = append(out.First, f.name)
	}
	out.base = NewOptions(all, out.First)
	for _, v := range said {
		opts := translated(all, v, v.t.opts)
		if v.form == "" {
			v.t.clashes(opts)
		}
		if out.in == nil {
			out.in, out.said = make(map[string]*Options, len(said)), make(map[string]map[string]Place, len(said))
		}
		out.in[v.lang], out.said[v.lang] = NewOptions(options(opts), out.First), v.t.labelled(opts)
	}
	heard(out.base, out.in)
	return out
}

// translated are the options of an original with the labels and further words
// of a translation, where it has them.
func translated(all []Option, v variant, labels map[string]rawLabel) []rawOption {
	out := make([]rawOption, len(all))
	for i, o := range all {
		out[i] = rawOption{id: ref{o.ID, pos{}}, label: ref{o.Label, pos{}}}
		l, ok := labels[o.ID]
		if !ok {
			for _, w := range o.Also {
				out[i].also = append(out[i].also, ref{w, pos{}})
			}
			continue
		}
		out[i].id.pos = l.id.pos
		out[i].also = l.also
		if label := l.label.in(v.form); label.given() {
			out[i].label = label
		}
	}
	return out
}

// labelled is where the labels that a translation brings stand in it.
func (t *rawTranslation) labelled(opts []rawOption) map[string]Place {
	out := make(map[string]Place, len(opts))
	for _, o := range opts {
		if o.label.pos != (pos{}) {
			out[o.id.name] = t.place(o.id.pos)
		}
	}
	return out
}

func options(raw []rawOption) []Option {
	out := make([]Option, len(raw))
	for i, o := range raw {
		out[i] = Option{ID: o.id.name, Label: o.label.name}
		for _, w := range o.also {
			out[i].Also = append(out[i].Also, w.name)
		}
	}
	return out
}
