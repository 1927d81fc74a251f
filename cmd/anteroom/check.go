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
	"text/tabwriter"
	"time"

	"golang.org/x/term"

	"anteroom/bot"
	"anteroom/bot/care"
	"anteroom/content"
	"anteroom/dialogs/script"
	"anteroom/dialogs/script/check"
	"anteroom/dialogs/script/wording"
)

var checkCommand = command{
	run:  checkContent,
	name: "check", args: "[DIR]", short: "proves the dialogs right, and reads every text in every language",
	long: `Proves, over every dialog of the practice's folder DIR (the built-in content without), and prints
file:line:column, what is wrong, the mend, and a conversation that shows it, the most serious first:

  every step, answer and outcome can be reached; no dead end; the longest path keeps its promise; no question
  is asked again without end; nothing is read before it is known; consent comes before any private question;
  help numbers are near at every question; no fact reaches anybody whom its declaration forbids, not even by
  what is said because of it; every urgency and every fit comes of some answers; released ids are still known;
  every text stands in every language, fits the channels, and reads easily; help numbers are not old.

When all is well it prints a table: steps, facts, paths, the longest and the shortest way, and how the texts read.
"serve" takes no content that does not pass. Exit code 1 if there is an error; what cannot be decided is one.

  anteroom check                        the built-in content
  anteroom check DIR                    your own
  anteroom check -format json DIR       for programs; -format sarif for code review tools
  anteroom check -dialog intake DIR     with the longest and the shortest conversation of that dialog
  anteroom check -translated es DIR     you have read the Spanish beside the originals as they stand now: note it
  anteroom check -release DIR           you release it: write DIR/dialogs.lock, against which changes are held`,
}

func checkContent(ctx context.Context, p *program, c command, args []string) error {
	fl := newFlags("check")
	format := fl.String("format", "text", "text, json or sarif")
	only := fl.String("dialog", "", "show the longest and the shortest conversation of this dialog as well")
	translated := fl.String("translated", "", "note that the translations into this language were read beside their originals")
	release := fl.Bool("release", false, "write dialogs.lock when nothing is wrong")
	if err := p.parse(c, fl, args, -1); err != nil {
		return err
	}
	folder := ""
	switch rest := fl.Args(); {
	case len(rest) == 1:
		folder = rest[0]
	case len(rest) > 1:
		return usageError{errors.New("name one folder: anteroom check DIR")}
	}
	switch {
	case !slices.Contains([]string{"text", "json", "sarif"}, *format):
		return usageError{fmt.Errorf("-format is text, json or sarif, not %q", *format)}
	case folder == "" && (*release || *translated != ""):
		return usageError{errors.New("the built-in content cannot be written: name the folder")}
	}
	if *translated != "" {
		all, err := allFilesOf(folder)
		if err != nil {
			return err
		}
		if err := noteTranslated(p, folder, all, *translated); err != nil {
			return err
		}
	}
	files, err := filesOf(folder)
	if err != nil {
		return err
	}
	proof := prove(files, p.day(), true)
	if folder != "" && !holdsContent(folder) {
		proof.report, proof.findings = nil, []finding{{Rule: "script", Serious: true, At: script.Place{File: "."}, What: "no dialog is here, nor anything else that a practice writes",
			Mend: "name the folder in which dialogs/ or practice.yaml stands, or write one with: anteroom init DIR"}}
	}
	if *only != "" && proof.report != nil && proof.summary(*only) == nil {
		return usageError{fmt.Errorf("there is no dialog %q; there are: %s", *only, strings.Join(proof.library.Names(), ", "))}
	}
	switch *format {
	case "json":
		err = jsonFindings(p.stdout, folder, proof.findings, proof.report)
	case "sarif":
		err = sarifFindings(p.stdout, folder, proof.findings)
	default:
		printFindings(p.stdout, folder, proof.findings, colours(p))
		proof.print(p, *only)
	}
	switch {
	case err != nil:
		return err
	case errorsIn(proof.findings) > 0:
		return errFound
	case *release:
		return writeLock(p, folder, files, proof.library)
	}
	return nil
}

// proof is what was found out about content.
type proof struct {
	findings []finding
	library  *script.Library // nil when it does not compile
	report   *check.Report   // nil likewise
	reading  []wording.Row
}

func (pr *proof) summary(dialog string) *check.Summary {
	for i := range pr.report.Dialogs {
		if pr.report.Dialogs[i].Name == dialog {
			return &pr.report.Dialogs[i]
		}
	}
	return nil
}

// prove checks content whole, and with a practice also that every fit comes
// about that its therapists make possible. What it depends on is the files, and
// the day as far as help numbers grow old.
func prove(files fs.FS, now time.Time, whose bool) *proof {
	pr := &proof{}
	var err error
	pr.library, err = script.Load(files)
	pr.take("script", err)
	texts, err := readTexts(files)
	whole := err == nil // Check, below, says what is wrong with them
	for _, problem := range content.Check(files, now) {
		pr.findings = append(pr.findings, finding{Rule: "dated", Serious: true, At: script.Place{File: problem.File, Line: problem.Line, Column: problem.Column}, What: problem.What, Mend: problem.Mend})
	}
	if pr.library == nil || !whole {
		pr.findings = sorted(pr.findings)
		return pr
	}
	if stands(files, script.LockFile) {
		data, err := fs.ReadFile(files, script.LockFile)
		if err == nil {
			var lock *script.Lock
			if lock, err = script.ReadLock(data); err == nil {
				for _, broken := range pr.library.Broken(lock) {
					pr.findings = append(pr.findings, problem("released", broken))
				}
			}
		}
		pr.take("released", err)
	}
	options := wording.Options{Texts: append(pieces(texts), assignmentPieces(files)...)}
	begun := begunBy(pr.library, bot.ForScripts())
	for _, f := range wording.Check(pr.library, options) {
		serious := f.Severity == wording.Error
		if name, ok := strings.CutPrefix(f.At.File, "dialogs/"); ok && f.Rule == "translated" && !begun[strings.TrimSuffix(name, ".yaml")] {
			serious = false // who writes it may go on writing: no client reads it yet
		}
		pr.findings = append(pr.findings, finding{Rule: f.Rule, Serious: serious, At: f.At, What: f.What, Mend: f.Mend})
	}
	pr.findings = append(pr.findings, unknown(pr.library, bot.ForScripts())...)
	pr.reading = wording.Table(pr.library, options)
	var practice care.Practice
	if whose {
		dir := "."
		if !stands(files, "practice.yaml") {
			dir = sampleFolder
		}
		if practice, err = care.ReadPractice(files, dir, vocabulary(pr.library)); err != nil {
			pr.take("practice", err)
			practice = care.Practice{}
		}
		for _, lang := range practice.ChatLanguages {
			if !slices.Contains(content.Languages(files), lang) {
				pr.findings = append(pr.findings, finding{Rule: "translated", Serious: true, At: script.Place{File: "practice.yaml"},
					What: fmt.Sprintf("chat_languages names %s, and nothing is written in it", lang),
					Mend: fmt.Sprintf("write translations/%s/texts.yaml, dialogs and lists, as in translations/es, or leave %s out", lang, lang)})
			}
		}
	}
	pr.report = check.Prove(pr.library, contract(practice, texts, now))
	var hard []finding
	for _, f := range pr.report.Findings {
		hard = append(hard, finding{Rule: f.Rule, Serious: f.Severity == check.Error, At: f.At, What: f.What, Mend: f.Mend, Transcript: shows(f)})
	}
	// What was proven comes first, in the order of its weight.
	pr.findings = append(hard, sorted(pr.findings)...)
	slices.SortStableFunc(pr.findings, func(a, b finding) int {
		switch {
		case a.Serious == b.Serious:
			return 0
		case a.Serious:
			return -1
		}
		return 1
	})
	return pr
}

// proveContent is what content must pass before it is served, whoever works in
// the practice: the error has a line for each thing that is wrong.
func proveContent(files fs.FS, now time.Time) error {
	var wrong script.Problems
	for _, f := range prove(files, now, false).findings {
		if f.Serious {
			wrong = append(wrong, script.Problem{Place: f.At, What: f.What, Mend: f.Mend})
		}
	}
	if len(wrong) == 0 {
		return nil
	}
	return wrong
}

// take keeps the problems of an error, each as a finding.
func (pr *proof) take(rule string, err error) {
	if err == nil {
		return
	}
	var scripts script.Problems
	var texts content.Problems
	var settings care.Problems
	var one script.Problem
	switch {
	case errors.As(err, &scripts):
		for _, p := range scripts {
			pr.findings = append(pr.findings, problem(rule, p))
		}
	case errors.As(err, &texts):
		for _, p := range texts {
			pr.findings = append(pr.findings, finding{Rule: rule, Serious: true, At: script.Place{File: p.File, Line: p.Line, Column: p.Column}, What: p.What, Mend: p.Mend})
		}
	case errors.As(err, &settings):
		for _, p := range settings {
			pr.findings = append(pr.findings, finding{Rule: rule, Serious: true, At: script.Place{File: p.File, Line: p.Line, Column: p.Column}, What: p.What, Mend: p.Mend})
		}
	case errors.As(err, &one):
		pr.findings = append(pr.findings, problem(rule, one))
	default:
		pr.findings = append(pr.findings, finding{Rule: rule, Serious: true, What: err.Error()})
	}
}

// shows is the conversation that shows a finding, and of a leak the other one
// beside it.
func shows(f check.Finding) []string {
	if len(f.Other) == 0 {
		return f.Transcript
	}
	other := "— and with another answer —"
	if !f.Alone {
		other = "— and with other answers —"
	}
	return slices.Concat(f.Transcript, []string{other}, f.Other)
}

// print writes the count, and the table when nothing is wrong.
func (pr *proof) print(p *program, only string) {
	if only != "" && pr.report != nil {
		s := pr.summary(only)
		fmt.Fprintf(p.stdout, "The longest way through %s asks %d questions:\n\n  %s\n\nThe shortest asks %d:\n\n  %s\n\n",
			only, s.Longest, strings.Join(s.LongestPath, "\n  "), s.Shortest, strings.Join(s.ShortestPath, "\n  "))
	}
	n := errorsIn(pr.findings)
	if n > 0 {
		fmt.Fprintf(p.stdout, "\n%s, %s.\n", count(n, "error"), count(len(pr.findings)-n, "warning"))
		return
	}
	w := tabwriter.NewWriter(p.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "dialog\tsteps\tquestions\tfacts\tpaths\tshortest\tlongest")
	for _, s := range pr.report.Dialogs {
		longest := fmt.Sprint(s.Longest)
		if !s.Exact {
			longest = fmt.Sprintf("at most %d", s.Structural)
		}
		fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%s\t%d\t%s\n", s.Name, s.Steps, s.Questions, s.Facts, s.Paths, s.Shortest, longest)
	}
	fmt.Fprintln(w, "\nlanguage\ttexts\twords\treads at\thardest")
	for _, r := range pr.reading {
		fmt.Fprintf(w, "%s\t%d\t%d\t%s %.1f\t%s %.1f\n", r.Language, r.Texts, r.Words, r.Scale, r.Grade, r.Hardest, r.HardestGrade)
	}
	w.Flush()
	fmt.Fprintf(p.stdout, "\n%s in %s: proved. %s.\n", count(len(pr.report.Dialogs), "dialog"), strings.Join(pr.library.Languages(), ", "), count(len(pr.findings), "warning"))
}

func count(n int, what string) string {
	switch n {
	case 0:
		return "no " + what + "s"
	case 1:
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// pieces are the service's own texts as the rules of wording take them. What
// people write to us, and parts of dates, are no sentences of ours.
func pieces(texts map[string]*content.Texts) []wording.Piece {
	var out []wording.Piece
	for _, lang := range slices.Sorted(maps.Keys(texts)) {
		for t := range texts[lang].All() {
			p := wording.Piece{At: script.Place{File: t.File, Line: t.Line, Column: t.Column}, Of: "texts", Language: t.Language, Text: t.Words}
			switch t.Use {
			case content.Typed, content.Part:
				continue
			case content.Button:
				p.Kind = wording.Label
			}
			out = append(out, p)
		}
	}
	return out
}

// begunBy are the dialogs that a client can meet: those that the service begins,
// and those that they call.
func begunBy(lib *script.Library, c bot.Contract) map[string]bool {
	begun := map[string]bool{}
	for todo := slices.Clone(c.Entries); len(todo) > 0; {
		name := todo[0]
		todo = todo[1:]
		d, ok := lib.Dialog(name)
		if !ok || begun[name] {
			continue
		}
		begun[name] = true
		for _, s := range d.Steps {
			if s.Op == script.Call {
				todo = append(todo, s.Name)
			}
		}
	}
	return begun
}

// holdsContent reports whether a folder holds any file of those that a practice
// writes.
func holdsContent(folder string) bool {
	own, err := snapshot(os.DirFS(folder))
	for name := range own {
		top, _, _ := strings.Cut(name, "/")
		if stands(content.Files, top) || stands(content.Files, sampleFolder+"/"+top) {
			return true
		}
	}
	return err != nil
}

// stands reports whether the files hold one of that name.
func stands(files fs.FS, name string) bool {
	_, err := fs.Stat(files, name)
	return err == nil
}

// colours reports whether the output may be coloured.
func colours(p *program) bool {
	f, ok := p.stdout.(*os.File)
	return ok && term.IsTerminal(int(f.Fd())) && os.Getenv("NO_COLOR") == ""
}

// writeLock writes what was released, now and before, beside the practice's
// dialogs.
func writeLock(p *program, folder string, files fs.FS, lib *script.Library) error {
	file := filepath.Join(folder, script.LockFile)
	var before *script.Lock
	old, err := fs.ReadFile(files, script.LockFile)
	if err == nil {
		if before, err = script.ReadLock(old); err != nil {
			return err
		}
	} else if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := writeWhole(file, lib.Release(before).Bytes(), 0o644); err != nil {
		return err
	}
	fmt.Fprintf(p.stderr, "Released: %s\n", file)
	return nil
}
