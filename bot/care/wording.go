package care

import (
	"go.yaml.in/yaml/v4"
)

// Wording is a text of the practice's own that clients read: one for everybody,
// under the empty language, or one for each language.
type Wording map[string]string

// In is the text in a language, or else the one for everybody, or else the
// English one. It is empty where nothing was written.
func (w Wording) In(lang string) string {
	for _, l := range []string{lang, "", BaseLanguage} {
		if s, ok := w[l]; ok {
			return s
		}
	}
	return ""
}

// BaseLanguage is what therapists read, and what every text can be had in.
const BaseLanguage = "en"

// addresses are the ways in which a language may speak to a person.
var addresses = []string{"tu", "usted"}

// wording reads a text, or one for each language; the English one must be there.
func (r *reader) wording(dst *Wording, each func(*reader, *string) take) take {
	return func(n *yaml.Node) {
		if n.Kind != yaml.MappingNode {
			var s string
			each(r, &s)(n)
			*dst = Wording{"": s}
			return
		}
		all := make(Wording)
		r.each(n, func(key, value *yaml.Node) {
			if !languageForm.MatchString(key.Value) {
				r.bad(key, quote(key.Value)+" is not a language", "write its code, as in en or es")
				return
			}
			var s string
			each(r, &s)(value)
			all[key.Value] = s
		})
		if _, ok := all[BaseLanguage]; !ok {
			r.bad(n, "the English text is missing", "write `"+BaseLanguage+":` as well")
		}
		*dst = all
	}
}
