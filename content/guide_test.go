package content_test

import (
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"anteroom/content"
	"anteroom/dialogs"
	"anteroom/dialogs/script"
	"anteroom/dialogs/script/check"
	"anteroom/dialogs/script/draw"
	"anteroom/dialogs/script/wording"
)

var updateGuide = flag.Bool("update-guide", false, "write the conversations, findings and pictures of the guide anew")

// guide is README.md while it is run: the practice that its reader has by now.
type guide struct {
	t       *testing.T
	files   fstest.MapFS
	lib     *script.Library
	lock    *script.Lock
	played  string // the dialog of the last snippet
	wrong   string // what the last snippet comes to, when it is a mistake
	schemas map[string]*jsonschema.Schema
}

// fence is a block of the guide between ``` marks, or the prose before one.
type fence struct {
	line int
	lang string // empty for prose and for plain blocks
	code bool
	body string
}

var fences = regexp.MustCompile("(?ms)^```([a-z]*)\n(.*?)^```\n")

func readGuide(t *testing.T) []fence {
	t.Helper()
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	var out []fence
	line, at := 1, 0
	add := func(lang string, code bool, body string) {
		out = append(out, fence{line, lang, code, body})
		line += strings.Count(body, "\n")
		if code {
			line += 2
		}
	}
	for _, m := range fences.FindAllSubmatchIndex(text, -1) {
		add("", false, string(text[at:m[0]]))
		add(string(text[m[2]:m[3]]), true, string(text[m[4]:m[5]]))
		at = m[1]
	}
	add("", false, string(text[at:]))
	return out
}

// TestGuide does what the guide tells its reader to do, snippet by snippet.
func TestGuide(t *testing.T) {
	g := &guide{t: t, files: fstest.MapFS{}, schemas: map[string]*jsonschema.Schema{}}
	for _, name := range []string{"dialogs/waitlist.yaml", "lists/countries.yaml"} {
		g.files[name] = &fstest.MapFile{Data: builtIn(t, name)}
	}
	kinds := map[string]int{}
	all := readGuide(t)
	for i, f := range all {
		if !f.code {
			continue
		}
		kinds[f.lang]++
		where := fmt.Sprintf("README.md:%d", f.line)
		switch f.lang {
		case "yaml":
			g.snippet(where, f.body)
		case "text":
			all[i].body = g.compare(where, f.body, g.said(where, f.body))
		case "mermaid":
			d, _ := g.lib.Dialog(g.played)
			all[i].body = g.compare(where, f.body, picture(d))
		case "json":
			g.settings(where, f.body)
		case "":
		default:
			t.Errorf("%s: nothing runs a block of %s", where, f.lang)
		}
	}
	if kinds["yaml"] < 12 || kinds["text"] < 7 || kinds["mermaid"] != 1 || kinds["json"] != 1 {
		t.Errorf("the guide lost its snippets: %v", kinds)
	}
	g.whole()
	if *updateGuide {
		var b strings.Builder
		for _, f := range all {
			if f.code {
				f.body = "```" + f.lang + "\n" + f.body + "```\n"
			}
			b.WriteString(f.body)
		}
		if err := os.WriteFile("README.md", []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func builtIn(t *testing.T, name string) []byte {
	t.Helper()
	data, err := fs.ReadFile(content.Files, name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

var heading = regexp.MustCompile(`^# (wrong: )?([a-z/-]+\.yaml)(?:, before the step ([a-z-]+))?\n`)

// snippet takes a file, or a part of one, over into the practice. What is
// right must pass everything that a release must; what is wrong must be found.
func (g *guide) snippet(where, body string) {
	g.t.Helper()
	m := heading.FindStringSubmatch(body)
	if m == nil {
		g.t.Fatalf("%s: the snippet does not name its file", where)
	}
	wrong, name, before := m[1] != "", m[2], m[3]
	if before != "" {
		body = merged(g.t, where, string(g.files[name].Data), strings.TrimPrefix(body, m[0]), before)
	}
	next := maps.Clone(g.files)
	next[name] = &fstest.MapFile{Data: []byte(body)}
	g.played = strings.TrimSuffix(path.Base(name), ".yaml")
	lib, found := judged(next, g.lock)
	found = slices.DeleteFunc(found, func(s string) bool { return !strings.HasPrefix(s, name) })
	if wrong {
		if g.wrong = strings.Join(found, ""); g.wrong == "" {
			g.t.Errorf("%s: this is said to be wrong, and nothing is found", where)
		}
		return
	}
	g.wrong = ""
	if lib == nil {
		g.t.Fatalf("%s: it does not load:\n%s", where, strings.Join(found, ""))
	}
	g.valid(where, name, []byte(body))
	g.files, g.lib, g.lock = next, lib, lib.Release(g.lock)
	if len(lib.Broken(g.lock)) > 0 {
		g.t.Errorf("%s: ids of an earlier snippet are gone: %v", where, lib.Broken(g.lock))
	}
}

// judged loads a practice and says what is wrong with it, first what keeps it
// from loading, then what was released and is gone, then what is not proven.
func judged(files fs.FS, lock *script.Lock) (*script.Library, []string) {
	var out []string
	tell := func(at script.Place, what, mend string, transcript []string) {
		s := fmt.Sprintf("%s: error: %s\n    mend: %s\n", at, what, mend)
		for i, line := range transcript {
			if i == 0 {
				s += "    it happens like this:\n"
			}
			s += "      " + line + "\n"
		}
		out = append(out, s)
	}
	problems := func(all []script.Problem) {
		for _, p := range all {
			tell(p.Place, p.What, p.Mend, nil)
		}
	}
	if _, err := content.Assignments(files, assignmentLanguages(files)...); err != nil {
		for _, p := range err.(content.Problems) {
			tell(script.Place{File: p.File, Line: p.Line, Column: p.Column}, p.What, p.Mend, nil)
		}
	}
	lib, err := script.Load(files)
	if err != nil {
		if all, ok := err.(script.Problems); ok {
			problems(all)
		} else {
			out = append(out, err.Error()+"\n")
		}
		return nil, out
	}
	if lock != nil {
		problems(lib.Broken(lock))
	}
	if len(out) == 0 {
		for _, f := range check.Prove(lib, check.Options{Entries: []string{"waitlist"}}).Findings {
			if f.Severity == check.Error {
				tell(f.At, f.What, f.Mend, f.Transcript)
			}
		}
	}
	return lib, out
}

// assignmentLanguages are those that the guide has written assignments in.
func assignmentLanguages(files fs.FS) []string {
	langs := []string{"en"}
	if all, _ := fs.Glob(files, "translations/es/assignments/*.yaml"); len(all) > 0 {
		langs = append(langs, "es")
	}
	return langs
}

// whole holds what the reader has at the end against all that a release must
// be: proven, in plain words, and translated from the words that stand there.
func (g *guide) whole() {
	if _, found := judged(g.files, g.lock); len(found) > 0 {
		g.t.Errorf("at its end the guide is not proven:\n%s", strings.Join(found, ""))
	}
	assignments, err := content.Assignments(g.files, assignmentLanguages(g.files)...)
	if err != nil || len(assignments) == 0 {
		g.t.Errorf("at its end the guide has %d assignments, %v", len(assignments), err)
	}
	for _, a := range assignments {
		for _, p := range a.Stale() {
			g.t.Errorf("at its end the guide has an old translation: %v", p)
		}
		for text := range a.All() {
			if wrong := wording.Text(text.Language, wording.Message, text.Words); len(wrong) > 0 {
				g.t.Errorf("at its end the guide is not worded well: %s: %v", text.Words, wrong)
			}
		}
	}
	for _, f := range wording.Check(g.lib, wording.Options{}) {
		own := !strings.Contains(f.At.File, "waitlist") && !strings.Contains(f.At.File, "countries")
		if own && (f.Language == "en" || f.Rule == "stale") {
			g.t.Errorf("at its end the guide is not worded well: %v", f)
		}
	}
}

// compare holds what the guide shows against what comes out. Where lines are
// broken is the guide's own business.
func (g *guide) compare(where, shown, got string) string {
	g.t.Helper()
	if *updateGuide {
		return got
	}
	if diff := cmp.Diff(strings.Fields(shown), strings.Fields(got)); diff != "" {
		g.t.Errorf("%s: the guide shows something else (write it anew with: go test ./content -run Guide -update-guide)\nin the guide:\n%s\nreally:\n%s", where, shown, got)
	}
	return shown
}

// said is what a text block must show: what is wrong with the snippet above
// it, or the conversation that the client's lines in it make.
func (g *guide) said(where, block string) string {
	g.t.Helper()
	if g.wrong != "" {
		return g.wrong
	}
	if given, ok := g.given(block); ok {
		return given
	}
	var out strings.Builder
	run, quiet := dialogs.Run{Dialog: g.played}, false
	over := false
	step := func(in dialogs.Input) {
		turn, err := dialogs.Step(g.lib, run, in, time.Unix(1_796_000_000, 0), "en", guideHost{})
		if err != nil || over {
			g.t.Fatalf("%s: %v, over is %v", where, err, over)
		}
		run, over = turn.Run, turn.Outcome != ""
		if !quiet {
			show(&out, turn)
		}
	}
	first, rest, _ := strings.Cut(block, "\n")
	if words, ok := strings.CutPrefix(first, "… after "); ok {
		fmt.Fprintln(&out, first)
		block, quiet = rest, true
		step(dialogs.Begin{})
		said := regexp.MustCompile(`“([^”]*)”`).FindAllStringSubmatch(words, -1)
		for i, m := range said {
			quiet = i < len(said)-1
			step(dialogs.Words{Text: m[1]})
		}
	} else {
		step(dialogs.Begin{})
	}
	for line := range strings.Lines(block) {
		if words, ok := strings.CutPrefix(line, "> "); ok {
			out.WriteString(line)
			step(dialogs.Words{Text: strings.TrimSpace(words)})
		}
	}
	return out.String()
}

// given is an assignment as a person reads it, where the last snippet is one: in
// the form of address and the variant that the first line of the block names.
func (g *guide) given(block string) (string, bool) {
	g.t.Helper()
	all, err := content.Assignments(g.files, assignmentLanguages(g.files)...)
	i := slices.IndexFunc(all, func(a content.Assignment) bool { return a.ID == g.played })
	if err != nil || i < 0 {
		return "", false
	}
	lang, variant := "en", ""
	first, _, _ := strings.Cut(block, "\n")
	head := ""
	if words, ok := strings.CutPrefix(first, "… in "); ok {
		lang, head = words, first+"\n"
	} else if words, ok := strings.CutPrefix(first, "… with "); ok {
		variant, head = words, first+"\n"
	}
	return head + all[i].In(lang).Message(variant) + "\n", true
}

// show writes a turn as the guide does.
func show(w *strings.Builder, turn dialogs.Turn) {
	for _, o := range turn.Out {
		switch o := o.(type) {
		case dialogs.Say:
			fmt.Fprintln(w, "<", o.Text)
		case dialogs.Ask:
			fmt.Fprintln(w, "<", o.Text)
			row := " "
			for _, option := range o.Options {
				if button := " [" + option.Label + "]"; len(row)+len(button) > 96 {
					fmt.Fprintln(w, row)
					row = " " + button
				} else {
					row += button
				}
			}
			if strings.TrimSpace(row) != "" {
				fmt.Fprintln(w, row)
			}
		case dialogs.Alert:
			fmt.Fprintln(w, "! alert:", o.Name)
		case dialogs.Called:
			fmt.Fprintf(w, "! %s: %s\n", o.Call, o.Result)
		case dialogs.Finished:
			fmt.Fprintln(w, "! finished:", o.Outcome)
		}
	}
}

// guideHost is the service around the guide's dialogs.
type guideHost struct{}

// Given fills in the name, and leaves the words of the language to the engine.
func (guideHost) Given(name string, _ dialogs.Facts) string {
	if strings.HasPrefix(name, "words.") {
		return ""
	}
	return "<" + name + ">"
}

func (guideHost) Options(string, dialogs.Facts) []script.Option { return nil }

func (guideHost) Do(call string, _ dialogs.Facts) (result string, now bool) {
	return map[string]string{"fee-slots": "open"}[call], true
}

// picture is a dialog as text for Mermaid, without the title and without the
// colours of what does not stand in it.
func picture(d *script.Dialog) string {
	_, text, _ := strings.Cut(draw.Graph(d, draw.Options{}).Mermaid(), "\nflowchart")
	text = "flowchart" + text
	var b strings.Builder
	for line := range strings.Lines(text) {
		if class, ok := strings.CutPrefix(strings.TrimSpace(line), "classDef "); ok {
			name, _, _ := strings.Cut(class, " ")
			if !strings.Contains(text, ":::"+name) {
				continue
			}
		}
		b.WriteString(line)
	}
	return b.String()
}
