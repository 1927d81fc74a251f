package wording

import (
	"fmt"
	"slices"
	"strings"

	"anteroom/dialogs/script"
)

// gaps is what a dialog or list lacks in other languages, by step or option.
type gaps struct {
	file   string // "dialogs/intake", "lists/topics"
	byLang map[string][]gap
}

type gap struct {
	id     string
	fields []string
	at     script.Place
}

func (c *collection) gaps(file string) *gaps { return &gaps{file, map[string][]gap{}} }

func (g *gaps) add(lang, id, field string, at script.Place) {
	all := g.byLang[lang]
	if n := len(all); n > 0 && all[n-1].id == id {
		all[n-1].fields = append(all[n-1].fields, field)
		return
	}
	g.byLang[lang] = append(all, gap{id, []string{field}, at})
}

// tell is one finding for each step or option that lacks something, or one in
// all when nothing of the file is translated.
func (g *gaps) tell(c *collection, at script.Place) {
	kind, _, _ := strings.Cut(g.file, "/")
	under := map[string]string{"dialogs": "steps", "lists": "options"}[kind]
	for _, lang := range c.lib.Languages()[1:] {
		file := fmt.Sprintf("translations/%s/%s.yaml", lang, g.file)
		gaps := g.byLang[lang]
		if len(gaps) > 0 && !c.has(g.file, lang) && !c.lib.Unread(file, "") {
			c.tell(at, lang, "translated", fmt.Sprintf("%s is not translated into %s", g.file, lang), "write "+file)
			continue
		}
		for _, gap := range gaps {
			if c.lib.Unread(file, gap.id) {
				continue // told where it stands
			}
			what := fmt.Sprintf("%s is not translated into %s", gap.id, lang)
			if kind == "dialogs" {
				what += ": " + strings.Join(gap.fields, ", ")
			}
			c.tell(gap.at, lang, "translated", what, fmt.Sprintf("write it under `%s: %s:` in %s", under, gap.id, file))
		}
	}
}

// has reports that some text of a file is there in a language.
func (c *collection) has(file, lang string) bool {
	return slices.ContainsFunc(c.texts, func(t text) bool { return t.Of == file && base(t.Language) == lang })
}
