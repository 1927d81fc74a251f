package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"anteroom/content"
	"anteroom/dialogs/script"
	"anteroom/dialogs/script/draw"
)

var drawCommand = command{
	run:  drawing,
	name: "draw", args: "[DIR] [DIALOG…]", short: "the dialogs as pictures that read well on paper",
	long: `Draws the dialogs of the practice in DIR, or the built-in ones: each question with its answers,
from top to bottom, in pages to print. What leads to help is bordered in red and bears a sign.

One named dialog goes to standard output; -o names a file. Several, or all when none is named, go
into a folder, which is "drawings" unless -o names another.

  anteroom draw                                   all, into drawings/
  anteroom draw intake > intake.svg               open it in a browser and print it
  anteroom draw practice intake -o intake.svg     your own
  anteroom draw -format mermaid crisis            text for Mermaid
  anteroom draw -path short-path.txt              the dialogs that this transcript passes, its steps marked
  anteroom draw -stats counts.csv intake          how many came to each step, and left there

A line of -stats is STEP, CAME, LEFT or DIALOG, STEP, CAME, LEFT, with commas or tabs between.`,
}

// drawFlags is what a drawing is to show and where it goes.
type drawFlags struct {
	out, format, path, stats, lang, paper string
	misses                                bool
}

func drawing(ctx context.Context, p *program, c command, args []string) error {
	fl := newFlags("draw")
	var f drawFlags
	fl.StringVar(&f.out, "o", "", "the `FILE` for one dialog, or the folder for several")
	fl.StringVar(&f.format, "format", "svg", "`FORMAT`: svg or mermaid")
	fl.StringVar(&f.path, "path", "", "`TRANSCRIPT` whose steps are marked")
	fl.StringVar(&f.stats, "stats", "", "`FILE` of how many came to each step and left there")
	fl.StringVar(&f.lang, "lang", "", "`LANGUAGE` of the texts, as in es or es-usted (default: the dialogs' own)")
	fl.StringVar(&f.paper, "paper", "a4", "`SIZE` of the pages: "+strings.Join(papers(), ", "))
	fl.BoolVar(&f.misses, "misses", false, "show where answers lead that were not understood")
	var named []string
	for { // flags may stand before, between and after the names
		if err := p.parse(c, fl, args, -1); err != nil {
			return err
		}
		if args = fl.Args(); len(args) == 0 {
			break
		}
		named, args = append(named, args[0]), args[1:]
	}
	if f.format != "svg" && f.format != "mermaid" {
		return usageError{fmt.Errorf("-format is %q: use svg or mermaid", f.format)}
	}
	if !slices.Contains(papers(), f.paper) {
		return usageError{fmt.Errorf("-paper is %q: use %s", f.paper, strings.Join(papers(), ", "))}
	}
	folder := ""
	if len(named) > 0 && isFolder(named[0]) && !isBuiltIn(named[0]) {
		folder, named = named[0], named[1:]
	}
	lib, err := loadScripts(folder)
	if err != nil {
		return err
	}
	if f.lang != "" && !speaks(lib, f.lang) {
		return usageError{fmt.Errorf("-lang is %q: the dialogs are in %s", f.lang, strings.Join(lib.Languages(), ", "))}
	}
	for _, name := range named {
		if _, ok := lib.Dialog(name); !ok {
			return usageError{fmt.Errorf("there is no dialog and no folder %q; the dialogs are %s", name, strings.Join(lib.Names(), ", "))}
		}
	}
	passed, err := passedIn(ctx, folder, f.path)
	if err != nil {
		return err
	}
	counts, err := countsIn(lib, f.stats, named)
	if err != nil {
		return err
	}
	one := len(named) == 1
	if len(named) == 0 {
		named = shown(lib, passed, counts)
	}
	return p.draw(lib, slices.Compact(slices.Sorted(slices.Values(named))), one, f, passed, counts)
}

// draw writes the pictures.
func (p *program) draw(lib *script.Library, names []string, one bool, f drawFlags, passed map[string]map[string]bool, counts map[string]map[string]draw.Count) error {
	ending := map[string]string{"svg": ".svg", "mermaid": ".mmd"}[f.format]
	for _, name := range names {
		d, _ := lib.Dialog(name)
		if f.path != "" && len(passed[name]) == 0 {
			fmt.Fprintf(p.stderr, "anteroom draw: %s passes no step of %s\n", f.path, name)
		}
		picture := draw.Graph(d, draw.Options{Lang: f.lang, Misses: f.misses, Passed: passed[name], Counts: counts[name], Paper: draw.Papers()[f.paper]})
		text := picture.SVG()
		if f.format == "mermaid" {
			text = []byte(picture.Mermaid())
		}
		file := f.out
		switch {
		case one && file == "":
			if _, err := p.stdout.Write(text); err != nil {
				return fmt.Errorf("write the picture: %w", err)
			}
			continue
		case !one && file == "":
			file = filepath.Join("drawings", name+ending)
		case !one || isFolder(file) || os.IsPathSeparator(file[len(file)-1]):
			file = filepath.Join(file, name+ending)
		}
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return usageError{fmt.Errorf("make %s: %w", filepath.Dir(file), cause(err))}
		}
		if err := os.WriteFile(file, text, 0o644); err != nil {
			return usageError{fmt.Errorf("write %s: %w", file, cause(err))}
		}
		fmt.Fprintf(p.stdout, "wrote  %s", file)
		if pages := picture.Pages(); f.format == "svg" && pages > 1 {
			fmt.Fprintf(p.stdout, "  (%d pages)", pages)
		}
		fmt.Fprintln(p.stdout)
	}
	return nil
}

func papers() []string { return slices.Sorted(maps.Keys(draw.Papers())) }

func isFolder(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.IsDir()
}

// isBuiltIn reports the name of a built-in dialog. A folder that has the same
// name is written with ./ before it.
func isBuiltIn(name string) bool {
	_, err := fs.Stat(content.Files, "dialogs/"+name+".yaml")
	return err == nil
}

// loadScripts reads the dialogs of a practice's folder over the built-in
// ones. They need not be those of a practice that could be served.
func loadScripts(folder string) (*script.Library, error) {
	files, err := filesOf(folder)
	if err != nil {
		return nil, err
	}
	lib, err := script.Load(files)
	if err != nil {
		return nil, usageError{inFolder(folder, err)}
	}
	return lib, nil
}

// speaks reports that the dialogs are in a language, or in a form of address
// of one.
func speaks(lib *script.Library, lang string) bool {
	return slices.ContainsFunc(lib.Languages(), func(l string) bool {
		return l == lang || slices.Contains(lib.Forms(l), lang)
	})
}

// passedIn is the steps that a transcript passes, by dialog; nil without one.
func passedIn(ctx context.Context, folder, transcript string) (map[string]map[string]bool, error) {
	if transcript == "" {
		return nil, nil
	}
	practice, _, err := loadPractice(folder)
	if err != nil {
		return nil, err
	}
	steps, err := touched(ctx, practice, transcript)
	if err != nil {
		return nil, usageError{fmt.Errorf("-path: %w", err)}
	}
	passed := make(map[string]map[string]bool)
	for dialog, ids := range steps {
		passed[dialog] = make(map[string]bool)
		for _, id := range ids {
			passed[dialog][id] = true
		}
	}
	if len(passed) == 0 {
		return nil, usageError{errors.New("-path: " + transcript + " passes no step: name one that plays a dialog, as anteroom chat -record writes")}
	}
	return passed, nil
}

// shown is the dialogs to draw when none is named: those with something to
// show, when there is something to be shown.
func shown(lib *script.Library, passed map[string]map[string]bool, counts map[string]map[string]draw.Count) []string {
	if passed == nil && counts == nil {
		return lib.Names()
	}
	return slices.DeleteFunc(lib.Names(), func(name string) bool { return passed[name] == nil && counts[name] == nil })
}
