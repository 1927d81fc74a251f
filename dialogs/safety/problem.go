package safety

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Problem is one mistake in a rule file, and its mend. Line and Column count
// from one, in runes; they are zero for the file as a whole.
type Problem struct {
	File         string
	Line, Column int
	What, Mend   string
}

// Error reads "file:line:column: what: mend".
func (p Problem) Error() string {
	at := p.File
	if p.Line > 0 {
		at = fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column)
	}
	return at + ": " + p.What + ": " + p.Mend
}

// Problems is the error of [Load]: every mistake, by file, line and column.
type Problems []Problem

// Error is one line a problem.
func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.Error()
	}
	return strings.Join(lines, "\n")
}

func (ps Problems) sorted() Problems {
	slices.SortStableFunc(ps, func(a, b Problem) int {
		return cmp.Or(strings.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return slices.Compact(ps)
}

// suggest names the known word that begins like the given one, or else what
// is known when that is short enough to read.
func suggest(word string, known []string) string {
	for n := len(word); n >= 3; n-- {
		for _, k := range known {
			if strings.HasPrefix(k, word[:n]) {
				return fmt.Sprintf("did you mean %q?", k)
			}
		}
	}
	if len(known) == 0 {
		return "none is declared"
	}
	if len(known) > 12 {
		return "known: " + strings.Join(known[:12], ", ") + ", …"
	}
	return "known: " + strings.Join(known, ", ")
}
