package wording

import (
	"fmt"
	"slices"
	"strings"

	"anteroom/dialogs/script"
)

// text is a piece with what only a script knows of it.
type text struct {
	Piece
	verbatim bool
}

// graded reports that the text counts in how a dialog reads.
func (t text) graded() bool { return t.Kind != Label && !t.verbatim }

// collection is every text of a library, and what was found missing while they
// were gathered.
type collection struct {
	lib      *script.Library
	texts    []text
	findings []Finding
}

func (c *collection) tell(at script.Place, lang, rule, what, mend string) {
	c.findings = append(c.findings, Finding{at, lang, Complaint{rule, Error, what, mend}})
}

// base is the language of the originals.
func (c *collection) base() string { return c.lib.Languages()[0] }

func collect(lib *script.Library, opts Options) *collection {
	c := &collection{lib: lib}
	for _, name := range lib.Names() {
		d, _ := lib.Dialog(name)
		gaps := c.gaps("dialogs/" + name)
		for _, s := range d.Steps {
			if s.Home == name { // a called dialog answers for itself
				c.step(d, s, gaps)
			}
		}
		gaps.tell(c, d.At)
	}
	for _, name := range lib.Lists() {
		list, _ := lib.List(name)
		gaps := c.gaps("lists/" + name)
		c.labels("lists/"+name, list, func(id string) string { return id }, gaps)
		gaps.tell(c, list.At)
	}
	for _, p := range opts.Texts {
		c.texts = append(c.texts, text{Piece: p})
	}
	return c
}

// step takes the texts of one step.
func (c *collection) step(d *script.Dialog, s *script.Step, gaps *gaps) {
	for _, p := range s.Say {
		c.phrase(d, s, p, Message, gaps)
	}
	c.phrase(d, s, s.Ask, Question, gaps)
	for _, p := range []*script.Phrase{s.Why, s.Again} {
		c.phrase(d, s, p, Message, gaps)
	}
	for _, p := range []*script.Phrase{s.Short, s.Done, s.Skip, s.Change} {
		c.phrase(d, s, p, Label, gaps)
	}
	c.phrase(d, s, s.Pick, Question, gaps)
	options := s.Options(c.base())
	if options == nil {
		return
	}
	buttons := len(options.Shown)
	for _, p := range []*script.Phrase{s.Done, s.Skip, s.Change} {
		if p != nil {
			buttons++
		}
	}
	if buttons > mostButtons {
		c.tell(s.At, c.base(), "options", fmt.Sprintf("the question %s has %d buttons, and a message has room for %d", s.ID, buttons, mostButtons),
			"put the most usual into `first` of a list; the others can still be typed")
	}
	if strings.HasPrefix(s.LabelAt(options.All[0].ID).File, "dialogs/") { // those of a list are its own
		c.labels("dialogs/"+d.Name, answers{s}, func(string) string { return s.ID }, gaps)
	}
}

// phrase takes a text in all languages and compares what they fill in.
func (c *collection) phrase(d *script.Dialog, s *script.Step, p *script.Phrase, kind Kind, gaps *gaps) {
	if p == nil {
		return
	}
	source := d.Written(p, c.base())
	piece := text{Piece{p.At, "dialogs/" + d.Name, c.base(), kind, source}, s.Verbatim != ""}
	c.texts = append(c.texts, piece)
	for _, lang := range c.lib.Languages()[1:] {
		if !p.Has(lang) {
			gaps.add(lang, s.ID, p.Field, p.At)
			continue
		}
		forms := []string{lang}
		if all := c.lib.Forms(lang); p.Has(all[0]) {
			forms = all
		}
		for _, form := range forms {
			piece.At, piece.Language, piece.Text = p.Place(form), form, d.Written(p, form)
			c.texts = append(c.texts, piece)
			c.alike(piece, source)
		}
	}
}

// alike checks that a translation fills in what its original does.
func (c *collection) alike(t text, source string) {
	missing, extra := compare(source, t.Text)
	if len(missing) > 0 {
		c.tell(t.At, t.Language, "placeholders", fmt.Sprintf("the translation into %s lacks %s", t.Language, strings.Join(missing, ", ")), "fill it in, as often as the original does")
	}
	if len(extra) > 0 {
		c.tell(t.At, t.Language, "placeholders", fmt.Sprintf("the translation into %s fills in %s, and the original does not", t.Language, strings.Join(extra, ", ")), "delete it")
	}
}

// compare is the placeholders of one text that the other lacks, and those that
// it has beyond them, each as often as it does.
func compare(source, translation string) (missing, extra []string) {
	missing = braces.FindAllString(source, -1)
	for _, name := range braces.FindAllString(translation, -1) {
		if i := slices.Index(missing, name); i >= 0 {
			missing = slices.Delete(missing, i, i+1)
		} else {
			extra = append(extra, name)
		}
	}
	return missing, extra
}

// offer is a list, or what a question offers.
type offer interface {
	In(lang string) *script.Options
	LabelAt(id string) script.Place
	LabelIn(lang, id string) (script.Place, bool)
}

type answers struct{ *script.Step }

func (a answers) In(lang string) *script.Options { return a.Options(lang) }

// labels takes what stands on buttons. A translation holds it under the id of
// the step, or of the option itself.
func (c *collection) labels(of string, from offer, under func(id string) string, gaps *gaps) {
	for i, o := range from.In(c.base()).All {
		at := from.LabelAt(o.ID)
		c.texts = append(c.texts, text{Piece: Piece{at, of, c.base(), Label, o.Label}})
		for _, lang := range c.lib.Languages()[1:] {
			place, has := from.LabelIn(lang, o.ID)
			if !has {
				gaps.add(lang, under(o.ID), "the answer "+o.ID, at)
				continue
			}
			said := from.In(lang).All[i].Label
			for _, form := range c.lib.Forms(lang) {
				label := from.In(form).All[i].Label
				switch {
				case form == c.lib.Forms(lang)[0]:
					c.texts = append(c.texts, text{Piece: Piece{place, of, lang, Label, label}})
				case label != said:
					c.texts = append(c.texts, text{Piece: Piece{place, of, form, Label, label}})
				}
			}
		}
	}
}
