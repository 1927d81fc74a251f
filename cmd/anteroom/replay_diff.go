package main

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/rogpeppe/go-internal/diff"
)

// differences are what a transcript and its replay do not have in common, as
// hunks of a unified diff; empty when they are alike.
func differences(name, want, got string) string {
	return string(diff.Diff(name+" (the file)", []byte(want), name+" (now)", []byte(got)))
}

// Colours of a terminal.
const (
	red   = "\x1b[31m"
	green = "\x1b[32m"
	faint = "\x1b[2m"
	plain = "\x1b[0m"
)

// narrowest is how many columns two texts need to stand side by side.
const narrowest = 80

// printDifferences writes a unified diff: as it is, or with the file on the
// left and what is said now on the right where width columns have room for both.
func printDifferences(w io.Writer, unified string, width int, colour bool) {
	paint := func(how, s string) string {
		if !colour || s == "" {
			return s
		}
		return how + s + plain
	}
	lines := strings.Split(strings.TrimSuffix(unified, "\n"), "\n")
	lines = lines[min(1, len(lines)):] // "diff A B"
	if width < narrowest {
		for _, line := range lines {
			switch {
			case strings.HasPrefix(line, "-"):
				line = paint(red, line)
			case strings.HasPrefix(line, "+"):
				line = paint(green, line)
			case strings.HasPrefix(line, "@@"):
				line = paint(faint, line)
			}
			fmt.Fprintln(w, line)
		}
		return
	}
	half := (width - 3) / 2
	var left, right []string
	flush := func() {
		for i := range max(len(left), len(right)) {
			var l, r string
			if i < len(left) {
				l = left[i]
			}
			if i < len(right) {
				r = right[i]
			}
			pad := strings.Repeat(" ", max(0, half-utf8.RuneCountInString(l)))
			fmt.Fprintln(w, strings.TrimRight(paint(red, l)+pad+" | "+paint(green, r), " "))
		}
		left, right = nil, nil
	}
	for _, line := range lines[min(2, len(lines)):] {
		switch {
		case line == "" || strings.HasPrefix(line, `\`):
		case line[0] == '-':
			left = append(left, folded(line[1:], half)...)
		case line[0] == '+':
			right = append(right, folded(line[1:], half)...)
		case line[0] == '@':
			flush()
			title := "the file, from line " + lineOf(line)
			fmt.Fprintln(w, paint(faint, title+strings.Repeat("─", max(1, half-utf8.RuneCountInString(title)))+"─┬─now"+strings.Repeat("─", half-3)))
		default:
			flush()
			for _, s := range folded(line[1:], half) {
				pad := strings.Repeat(" ", half-utf8.RuneCountInString(s))
				fmt.Fprintln(w, strings.TrimRight(s+pad+" | "+s, " "))
			}
		}
	}
	flush()
}

// lineOf is the line of the file at which a hunk begins: "12" of "@@ -12,7 +12,9 @@".
func lineOf(hunk string) string {
	_, rest, _ := strings.Cut(hunk, "-")
	end := strings.IndexAny(rest, ", ")
	return rest[:max(0, end)] + " "
}

// folded breaks a line so that it fits, at spaces where there are any.
func folded(line string, width int) []string {
	var out []string
	for rest := []rune(line); ; {
		if len(rest) <= width {
			return append(out, string(rest))
		}
		at := width
		for i := width; i > width/2; i-- {
			if rest[i] == ' ' {
				at = i
				break
			}
		}
		out = append(out, string(rest[:at]))
		rest = append([]rune("  "), []rune(strings.TrimLeft(string(rest[at:]), " "))...)
	}
}
