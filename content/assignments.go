package content

import (
	"cmp"
	"fmt"
	"io/fs"
	"iter"
	"path"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// Whom is who a play assignment is for.
type Whom string

const (
	ForSolo   Whom = "solo"   // somebody on their own
	ForCouple Whom = "couple" // somebody and a partner, or partners
	ForBoth   Whom = "both"   // either, as it stands
)

// Variants are the ways in which an assignment may be done otherwise: on one's
// own, with a disability or little strength, and where touch can hurt.
var Variants = [...]string{"solo", "disability", "pain"}

// Assignment is one thing to try at home, from the practice's library. What to
// choose, for whom and when, is the therapist's decision; nothing here decides.
// A program may show an assignment as it stands, and only once a therapist gave
// it to the person: see [AssignmentWords.Message].
type Assignment struct {
	ID     string // never changes; that of its file
	For    Whom
	Series string   // of those that build on each other; may be empty
	Step   int      // in the series, from 1; 0 outside one
	After  []string // ids of those that usually come before

	file    string
	written []Text
	words   map[string]AssignmentWords // by language, and by language and form: "es", "es-usted"
	stale   Problems
	sums    []keySum
}

type keySum struct{ key, sum string }

// AssignmentWords is what the person reads, in one language and form of
// address. Each text stands alone, one sentence or a few.
type AssignmentWords struct {
	Title, Aim string
	Do         []string // what to do, a step each
	Limits     []string // what is off limits
	Stop       string   // that either may stop, and how
	Pace       string   // how long, and how often
	Report     string   // what the report asks besides; may be empty
	Variants   map[string][]string
}

const (
	assignmentFolder = "assignments"
	mostAssignment   = 3500 // letters of a whole one: it goes out as one message
)

// Assignments reads assignments/*.yaml with their translations into the
// languages named, or into all that there are. They come sorted by series, step
// and id. What is wrong comes back as [Problems], all together; that one was
// translated from other words than stand there now is told by
// [Assignment.Stale]. A folder without assignments has none.
func Assignments(fsys fs.FS, languages ...string) ([]Assignment, error) {
	names, _ := fs.Glob(fsys, assignmentFolder+"/*.yaml") // the pattern is well formed
	if len(languages) == 0 {
		languages = Languages(fsys)
	}
	var all []Assignment
	var problems Problems
	places := map[string]assignmentPlaces{}
	for _, name := range names {
		a, at, wrong := readAssignment(fsys, name)
		if problems = append(problems, wrong...); len(wrong) > 0 {
			continue
		}
		for _, lang := range languages {
			if lang != original {
				problems = append(problems, a.translate(fsys, lang)...)
			}
		}
		all, places[a.ID] = append(all, a), at
	}
	if len(problems) == 0 { // one that could not be read is no unknown one
		problems = append(problems, together(all, places)...)
		for _, lang := range languages {
			problems = append(problems, orphans(fsys, lang, all)...)
		}
	}
	if len(problems) > 0 {
		return nil, problems
	}
	slices.SortFunc(all, func(a, b Assignment) int {
		return cmp.Or(strings.Compare(a.Series, b.Series), cmp.Compare(a.Step, b.Step), strings.Compare(a.ID, b.ID))
	})
	return all, nil
}

// In is the words in a language, "es", or in a form of address of it,
// "es-usted"; English where there are none in it.
func (a Assignment) In(lang string) AssignmentWords {
	for _, lang := range []string{lang, strings.Split(lang, "-")[0]} {
		if w, ok := a.words[lang]; ok {
			return w
		}
	}
	return a.words[original]
}

// Has reports whether the assignment has a variant; the plain one is "".
func (a Assignment) Has(variant string) bool {
	_, ok := a.words[original].Variants[variant]
	return ok || variant == ""
}

// Message is the whole assignment as a person reads it, in a variant or, with
// "" or one that it does not have, as it stands. The title is not in it.
func (w AssignmentWords) Message(variant string) string {
	do, ok := w.Variants[variant]
	if !ok {
		do = w.Do
	}
	var b strings.Builder
	b.WriteString(w.Aim + "\n\n")
	for i, step := range do {
		fmt.Fprintf(&b, "%d. %s\n", i+1, step)
	}
	for _, limit := range w.Limits {
		b.WriteString("\n" + limit)
	}
	b.WriteString("\n\n" + w.Stop + "\n\n" + w.Pace)
	return b.String()
}

// All is every text in every language and form of address, in the order of the
// files. The title is a [Button], for it stands on one where it is chosen.
func (a Assignment) All() iter.Seq[Text] { return slices.Values(a.written) }

// Stale is every text that was translated from other words than those that
// stand in the English file now, or does not say from which.
func (a Assignment) Stale() []Problem { return a.stale }

// Sums are what a translation records under `of`, by key.
func (a Assignment) Sums() iter.Seq2[string, string] {
	return func(yield func(key, sum string) bool) {
		for _, s := range a.sums {
			if !yield(s.key, s.sum) {
				return
			}
		}
	}
}

// assignmentTexts are the keys of an assignment that hold words, in the order in which
// they are read; those with a * may hold several.
var assignmentTexts = []string{"title", "aim", "do*", "limits*", "stop", "pace", "report"}

// assignmentNeeds are the keys that must stand.
var assignmentNeeds = []string{"title", "aim", "do", "limits", "stop", "pace"}

// orphans are translations of assignments that are not there.
func orphans(fsys fs.FS, lang string, all []Assignment) Problems {
	var out Problems
	names, _ := fs.Glob(fsys, "translations/"+lang+"/"+assignmentFolder+"/*.yaml")
	for _, name := range names {
		id := strings.TrimSuffix(path.Base(name), ".yaml")
		if !slices.ContainsFunc(all, func(a Assignment) bool { return a.ID == id }) {
			out = append(out, Problem{File: name, What: fmt.Sprintf("there is no assignment %s that this could translate", id), Mend: "rename it after the original, or delete it"})
		}
	}
	return out
}

// assignmentPlaces is where the keys stand that are held against other files.
type assignmentPlaces struct {
	step  *yaml.Node
	after []*yaml.Node
}

// together holds assignments against each other.
func together(all []Assignment, places map[string]assignmentPlaces) Problems {
	var out Problems
	byID := map[string]Assignment{}
	steps := map[string]string{}
	for _, a := range all {
		byID[a.ID] = a
	}
	bad := func(a Assignment, n *yaml.Node, what, mend string) {
		out = append(out, Problem{a.file, n.Line, n.Column, what, mend})
	}
	for _, a := range all {
		at := places[a.ID]
		if a.Series != "" {
			key := fmt.Sprintf("%s %d", a.Series, a.Step)
			if other := steps[key]; other != "" {
				bad(a, at.step, fmt.Sprintf("step %d of %s is %s already", a.Step, a.Series, other), "give one of them another number")
			}
			steps[key] = a.ID
		}
		for i, id := range a.After {
			switch _, ok := byID[id]; {
			case !ok:
				bad(a, at.after[i], fmt.Sprintf("there is no assignment %q", id), "write the name of a file in assignments, without .yaml")
			case leadsTo(byID, id, a.ID, map[string]bool{}):
				bad(a, at.after[i], fmt.Sprintf("%s comes after %s, and that comes after this one", a.ID, id), "take one of the two out")
			}
		}
	}
	return out
}

// leadsTo reports whether an assignment comes after another, by however many.
func leadsTo(all map[string]Assignment, from, to string, seen map[string]bool) bool {
	if from == to {
		return true
	}
	if seen[from] {
		return false
	}
	seen[from] = true
	return slices.ContainsFunc(all[from].After, func(id string) bool { return leadsTo(all, id, to, seen) })
}
