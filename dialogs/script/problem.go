package script

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Place is where something stands in a content file. Line and Column count
// from one, in runes; they are zero for the file as a whole.
type Place struct {
	File         string // "dialogs/intake.yaml"
	Line, Column int
}

// String reads "file:line:column".
func (p Place) String() string {
	if p.Line == 0 {
		return p.File
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column)
}

// Problem is one mistake in a content file: where it is, what is wrong and
// what to do instead.
type Problem struct {
	Place
	What, Mend string
}

// Error reads "file:line:column: what: mend".
func (p Problem) Error() string {
	s := p.Place.String() + ": " + p.What
	if p.Mend != "" {
		s += ": " + p.Mend
	}
	return s
}

// Problems is the error that Load returns: every mistake found, sorted by
// file, line and column.
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
		return cmp.Or(
			strings.Compare(a.File, b.File),
			cmp.Compare(a.Line, b.Line),
			cmp.Compare(a.Column, b.Column),
			strings.Compare(a.What, b.What),
		)
	})
	return slices.Compact(ps)
}

// suggest proposes the known word nearest to the given one, or else lists
// what is known when that is short enough to read.
func suggest(word string, known []string) string {
	switch best := nearest(word, known); {
	case best != "":
		return fmt.Sprintf("did you mean %q?", best)
	case len(known) == 0:
		return "none is declared"
	case len(known) <= 12:
		return "known: " + strings.Join(known, ", ")
	default:
		return "known: " + strings.Join(known[:12], ", ") + ", …"
	}
}

// nearest is the known word that the given one may be meant for; empty when
// none is near.
func nearest(word string, known []string) string {
	best, bestDistance := "", 1+(len(word)+1)/3
	for _, k := range known {
		if d := distance(word, k); d < bestDistance {
			best, bestDistance = k, d
		}
	}
	return best
}

// distance counts the single-letter edits between two words; two letters
// swapped count as one.
func distance(a, b string) int {
	ra, rb := []rune(strings.ToLower(a)), []rune(strings.ToLower(b))
	if len(ra) > 64 || len(rb) > 64 {
		return 64
	}
	before, last := make([]int, len(rb)+1), make([]int, len(rb)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(ra); i++ {
		row := make([]int, len(rb)+1)
		row[0] = i
		for j := 1; j <= len(rb); j++ {
			cost := 1
			if ra[i-1] == rb[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && ra[i-1] == rb[j-2] && ra[i-2] == rb[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last = last, row
	}
	return last[len(rb)]
}
