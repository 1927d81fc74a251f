package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"anteroom/dialogs/script"
)

// finding is one thing that is wrong with content, or might be.
type finding struct {
	Rule       string       `json:"rule"`
	Serious    bool         `json:"error"` // otherwise a warning
	At         script.Place `json:"-"`
	File       string       `json:"file"`
	Line       int          `json:"line,omitempty"`
	Column     int          `json:"column,omitempty"`
	What       string       `json:"what"`
	Mend       string       `json:"mend,omitempty"`
	Transcript []string     `json:"transcript,omitempty"`
}

// problem is a finding that stops a script from being used.
func problem(rule string, p script.Problem) finding {
	return finding{Rule: rule, Serious: true, At: p.Place, What: p.What, Mend: p.Mend}
}

// sorted puts what is serious first, then by place, and says each thing once.
func sorted(all []finding) []finding {
	slices.SortStableFunc(all, func(a, b finding) int {
		serious := 0
		if a.Serious != b.Serious {
			serious = 1
			if a.Serious {
				serious = -1
			}
		}
		return cmp.Or(serious, strings.Compare(a.At.File, b.At.File), cmp.Compare(a.At.Line, b.At.Line),
			cmp.Compare(a.At.Column, b.At.Column), strings.Compare(a.Rule, b.Rule), strings.Compare(a.What, b.What))
	})
	return slices.CompactFunc(all, func(a, b finding) bool { return a.At == b.At && a.Rule == b.Rule && a.What == b.What })
}

func errorsIn(all []finding) int {
	n := 0
	for _, f := range all {
		if f.Serious {
			n++
		}
	}
	return n
}

// mendOf is a finding's mend, and for a built-in translation of what the
// practice words otherwise how it can be mended at all.
func mendOf(folder string, f finding) string {
	rest, translation := strings.CutPrefix(f.At.File, "translations/")
	if folder == "" || !translation || !strings.HasPrefix(located(folder, f.At.File), builtIn) {
		return f.Mend
	}
	lang, _, _ := strings.Cut(rest, "/")
	return fmt.Sprintf("%s; this translation is built in: \"anteroom check -translated %s %s\" copies it into your folder, where you mend it; or leave %s out of chat_languages in practice.yaml", f.Mend, lang, folder, lang)
}

const builtIn = "built-in "

// located names a file as it can be opened: in the practice's folder, or as
// one of those that are built in.
func located(folder, file string) string {
	if folder != "" {
		own := filepath.Join(folder, filepath.FromSlash(file))
		if _, err := os.Stat(own); err == nil {
			return own
		}
	}
	return builtIn + file
}

// printFindings writes them for people: where, what, the mend, and what shows
// it.
func printFindings(w io.Writer, folder string, all []finding, colour bool) {
	red, faint, plain := "\x1b[31m", "\x1b[2m", "\x1b[0m"
	if !colour {
		red, faint, plain = "", "", ""
	}
	for _, f := range all {
		at := located(folder, f.At.File)
		if f.At.Line > 0 {
			at = fmt.Sprintf("%s:%d:%d", at, f.At.Line, f.At.Column)
		}
		mark := red + "error" + plain
		if !f.Serious {
			mark = "warning"
		}
		fmt.Fprintf(w, "%s: %s: %s\n", at, mark, f.What)
		if mend := mendOf(folder, f); mend != "" {
			fmt.Fprintf(w, "    mend: %s\n", mend)
		}
		if len(f.Transcript) > 0 {
			fmt.Fprintf(w, "    it happens like this:%s\n", faint)
			for _, line := range f.Transcript {
				fmt.Fprintf(w, "      %s\n", line)
			}
			fmt.Fprint(w, plain)
		}
	}
}

// jsonFindings writes them for programs.
func jsonFindings(w io.Writer, folder string, all []finding, dialogs any) error {
	for i := range all {
		all[i].Mend = mendOf(folder, all[i])
		all[i].File, all[i].Line, all[i].Column = located(folder, all[i].At.File), all[i].At.Line, all[i].At.Column
	}
	if all == nil {
		all = []finding{}
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	return enc.Encode(map[string]any{"findings": all, "errors": errorsIn(all), "dialogs": dialogs})
}

// sarifFindings writes them as SARIF 2.1.0, which code review tools read.
func sarifFindings(w io.Writer, folder string, all []finding) error {
	type object = map[string]any
	var rules []object
	var known []string
	results := make([]object, 0, len(all))
	for _, f := range all {
		if !slices.Contains(known, f.Rule) {
			known = append(known, f.Rule)
			rules = append(rules, object{"id": f.Rule})
		}
		level := "error"
		if !f.Serious {
			level = "warning"
		}
		text := f.What
		if mend := mendOf(folder, f); mend != "" {
			text += "\nMend: " + mend
		}
		if len(f.Transcript) > 0 {
			text += "\n" + strings.Join(f.Transcript, "\n")
		}
		where := object{"artifactLocation": object{"uri": filepath.ToSlash(strings.Replace(located(folder, f.At.File), builtIn, "content/", 1))}}
		if f.At.Line > 0 {
			where["region"] = object{"startLine": f.At.Line, "startColumn": f.At.Column}
		}
		results = append(results, object{"ruleId": f.Rule, "level": level, "message": object{"text": text},
			"locations": []object{{"physicalLocation": where}}})
	}
	if rules == nil {
		rules = []object{}
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	return enc.Encode(object{
		"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0",
		"runs": []object{{"tool": object{"driver": object{"name": "anteroom check", "rules": rules}}, "columnKind": "unicodeCodePoints", "results": results}},
	})
}
