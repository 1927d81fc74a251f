package wording

import (
	"fmt"

	"anteroom/dialogs/script"
)

// passage is what is read together in one language and form of address.
type passage struct {
	of, lang string
	at       script.Place // where it begins
	texts    []string
}

// passages are what is graded of one language, each dialog in each form of
// address, in the order in which they were gathered.
func (c *collection) passages(lang string) []passage {
	var out []passage
	for _, form := range c.lib.Forms(lang) {
		places := map[string]int{}
		for _, t := range c.texts {
			if !t.graded() || t.Language != lang && t.Language != form {
				continue
			}
			i, ok := places[t.Of]
			if !ok {
				i = len(out)
				places[t.Of] = i
				out = append(out, passage{of: t.Of, lang: form, at: t.At})
			}
			out[i].texts = append(out[i].texts, t.Text)
		}
	}
	return out
}

// grades tells what reads too hard: of several forms of address the one that
// reads hardest.
func (c *collection) grades() {
	for _, lang := range c.lib.Languages() {
		rule, known := rulerOf(lang)
		if !known {
			at := script.Place{File: "translations/" + lang}
			c.findings = append(c.findings, Finding{at, lang, Complaint{"measure", Warning,
				fmt.Sprintf("no measure of how texts in %s read is known here", lang), "have somebody read them who learned the language late"}})
			continue
		}
		worst := map[string]passageRead{}
		var order []string
		for _, p := range c.passages(lang) {
			r := Measure(lang, p.texts...)
			if r.Words <= fewestWords || !rule.harder(r.Grade, rule.limit) {
				continue
			}
			before, seen := worst[p.of]
			if !seen {
				order = append(order, p.of)
			}
			if !seen || rule.harder(r.Grade, before.Grade) {
				worst[p.of] = passageRead{p, r}
			}
		}
		for _, of := range order {
			p := worst[of]
			c.tell(p.at, p.lang, "grade", fmt.Sprintf("%s reads at %.1f (%s) in %s, want %s %.1f", of, p.Grade, p.Scale, p.lang, rule.most(), rule.limit),
				fmt.Sprintf("use shorter words and sentences; the hardest sentence: “%s”", begin(p.Hardest)))
		}
	}
}

type passageRead struct {
	passage
	Reading
}

// Row is how one language reads, over all that is written in it.
type Row struct {
	Language     string
	Texts, Words int     // labels are among the texts and not among the words; of two forms of address one counts
	Scale        string  // "Flesch–Kincaid"; empty where no measure is known
	Grade        float64 // over all
	Limit        float64 // what each dialog keeps to
	Hardest      string  // what reads hardest: "dialogs/intake"
	HardestGrade float64
}

// Table sums up how each language reads, for somebody who wants to see that all
// is well, in the order of the library's languages.
func Table(lib *script.Library, opts Options) []Row {
	c := collect(lib, opts)
	var rows []Row
	for _, lang := range lib.Languages() {
		rule, known := rulerOf(lang)
		row := Row{Language: lang, Limit: rule.limit}
		form := lib.Forms(lang)[0]
		for _, t := range c.texts {
			if t.Language == lang || t.Language == form {
				row.Texts++
			}
		}
		var all []string
		for _, p := range c.passages(lang) {
			if p.lang != form {
				continue
			}
			all = append(all, p.texts...)
			r := Measure(lang, p.texts...)
			if known && r.Words > fewestWords && (row.Hardest == "" || rule.harder(r.Grade, row.HardestGrade)) {
				row.Hardest, row.HardestGrade = p.of, r.Grade
			}
		}
		r := Measure(lang, all...)
		row.Words, row.Scale, row.Grade = r.Words, r.Scale, r.Grade
		rows = append(rows, row)
	}
	return rows
}
