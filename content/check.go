package content

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"time"
)

// MaxAge is how long help numbers are trusted after somebody compared them.
const MaxAge = 365 * 24 * time.Hour

const (
	lineFile   = "helplines.yaml"
	reviewFile = "reviews.yaml"
)

// Check looks for what is wrong in everything here that is no dialog and no
// list: help numbers that nobody compared within a year of now, reviews of
// files that are not there, and the service's texts and the assignments in each
// language, those translated from other words than stand there now included. How the texts read
// is for others to judge: see [Texts.All].
func Check(fsys fs.FS, now time.Time) Problems {
	var all Problems
	take := func(file string, err error) {
		var ps Problems
		switch {
		case errors.As(err, &ps):
			all = append(all, ps...)
		case err != nil:
			all = append(all, Problem{File: file, What: "the file is missing, or cannot be read", Mend: "restore it from the sample"})
		}
	}
	lines, err := Helplines(fsys)
	if take(lineFile, err); err == nil {
		all = append(all, lines.old(now)...)
	}
	reviews, err := Reviews(fsys)
	take(reviewFile, err)
	for _, r := range reviews {
		at := Problem{File: reviewFile, Line: r.line, Column: r.column}
		if _, err := fs.Stat(fsys, r.File); err != nil {
			at.What, at.Mend = fmt.Sprintf("there is no file %s that could be reviewed", r.File), "correct the name, or delete the review"
			all = append(all, at)
		} else if r.On.After(now) {
			at.What, at.Mend = fmt.Sprintf("the review is dated %s, which is still to come", r.On.Format(time.DateOnly)), "write the day on which it was read"
			all = append(all, at)
		}
	}
	for _, lang := range Languages(fsys) {
		texts, err := Service(fsys, lang)
		if take(textsFile(lang), err); err == nil {
			all = append(all, texts.Stale()...)
		}
	}
	assignments, err := Assignments(fsys)
	take(assignmentFolder, err)
	for _, a := range assignments {
		all = append(all, a.Stale()...)
	}
	folders, _ := fs.ReadDir(fsys, "translations") // there need be none
	for _, e := range folders {
		if file := textsFile(e.Name()); e.IsDir() && !slices.Contains(Languages(fsys), e.Name()) && !strings.HasPrefix(e.Name(), ".") {
			all = append(all, Problem{File: file, What: "the service has no texts in this language", Mend: "name the folder by a code such as es, and translate texts/en.yaml there"})
		}
	}
	slices.SortStableFunc(all, func(a, b Problem) int {
		return cmp.Or(strings.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column), strings.Compare(a.What, b.What))
	})
	return slices.Compact(all) // what is wrong in English comes with each translation
}

// old is every country whose numbers were not compared in the last year.
func (d *Directory) old(now time.Time) Problems {
	var out Problems
	for _, code := range slices.Sorted(maps.Keys(d.Countries)) {
		c := d.Countries[code]
		at := Problem{File: lineFile, Line: c.line, Column: c.column, Mend: "compare them with the lines' own pages, then write the day into `dated`"}
		switch {
		case c.Dated.IsZero():
			continue // it has no numbers
		case c.Dated.After(now):
			at.What = fmt.Sprintf("the numbers of %s are dated %s, which is still to come", code, c.Dated.Format(time.DateOnly))
		case now.Sub(c.Dated) > MaxAge:
			at.What = fmt.Sprintf("the numbers of %s were compared on %s, more than a year ago", code, c.Dated.Format(time.DateOnly))
		default:
			continue
		}
		out = append(out, at)
	}
	return out
}
