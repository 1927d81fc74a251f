// Package wording holds every text of a library to the rules of plain writing:
// that it is there in each language and form of address, fills in the same
// things everywhere, fits on a phone, reads easily, asks one thing at a time
// and calls nobody names. It says for each text that breaks a rule where it
// stands and what to write instead.
//
// The rules:
//
//	translated    each text is there in each language
//	placeholders  a translation fills in what its original does, as often
//	stale         a translation was made from the words that stand there now
//	long          a message fits into one message of every channel
//	label         a button is words, and short enough to be read whole
//	options       a question has no more buttons than a channel can show
//	sentence      a sentence has at most 25 words
//	question      a message asks one question
//	marks         what opens with ¿ or ¡ closes, in the languages that write so
//	word          no word that judges a person or belongs to a clinician
//	grade         all that a dialog says reads at the sixth grade
//	measure       nobody knows how to measure a language (a warning)
//
// The words of a published instrument, which a step marks with `verbatim`, must
// stay as they are: they are measured by none of sentence, question, marks, word
// and grade.
//
// The package judges how a text is written, never what it says. It reads no
// file and keeps nothing.
package wording

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"anteroom/dialogs/script"
)

// Severity says whether a finding stops a release.
type Severity uint8

const (
	Error Severity = iota
	Warning
)

// String is "error" or "warning".
func (s Severity) String() string {
	if s == Warning {
		return "warning"
	}
	return "error"
}

// Complaint is one rule that a text breaks: what is wrong, and what to write
// instead.
type Complaint struct {
	Rule       string // one of the package's rules
	Severity   Severity
	What, Mend string
}

// Finding is a complaint and the place that it is about.
type Finding struct {
	At       script.Place
	Language string // "en", "es-usted"
	Complaint
}

// String reads "file:line:column: what: mend".
func (f Finding) String() string { return fmt.Sprintf("%s: %s: %s", f.At, f.What, f.Mend) }

// Kind is what a text is for.
type Kind uint8

const (
	Message  Kind = iota // what is said
	Question             // what is asked: one question, in one message
	Label                // what stands on a button, or names an answer
)

// Piece is one text, in one language and form of address.
type Piece struct {
	At       script.Place
	Of       string // the dialog, or whatever else is read together and graded as one
	Language string // "en", "es-usted"; what serves all forms of address is "es"
	Kind     Kind
	Text     string // with its placeholders as {name}
}

// Options are what is to be checked besides a library.
type Options struct {
	// Texts are texts that stand in no script: what the service itself says.
	Texts []Piece
}

// Check holds every text of a library, in every language and form of address,
// and the texts beside it to the rules. The findings are sorted by place.
func Check(lib *script.Library, opts Options) []Finding {
	c := collect(lib, opts)
	for _, p := range lib.Stale() {
		_, rest, _ := strings.Cut(p.File, "/")
		lang, _, _ := strings.Cut(rest, "/")
		c.tell(p.Place, lang, "stale", p.What, p.Mend)
	}
	for _, t := range c.texts {
		for _, one := range t.complaints() {
			c.findings = append(c.findings, Finding{t.At, t.Language, one})
		}
	}
	c.grades()
	slices.SortStableFunc(c.findings, func(a, b Finding) int {
		return cmp.Or(
			strings.Compare(a.At.File, b.At.File),
			cmp.Compare(a.At.Line, b.At.Line),
			cmp.Compare(a.At.Column, b.At.Column),
			strings.Compare(a.Language, b.Language),
			strings.Compare(a.Rule, b.Rule),
		)
	})
	return c.findings
}
