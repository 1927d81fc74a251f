package main

import (
	"bytes"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"anteroom/content"
)

// The corpus of broken contents: each file in testdata/broken makes one mistake
// that an author can make, and holds under "want" what "anteroom check" prints.
// Its comment says in one sentence what the author did. It is laid over the
// small practice in base.txtar, which is right as it stands:
//
//	-- dialogs/intake.yaml --            this file instead
//	-- change dialogs/intake.yaml --     lines marked - go, those marked + come, the others tell the place
//	-- without dialogs/intake.yaml --    no such file
//	-- 40 times dialogs/intake.yaml --   these lines so often, at the end
//
// A case that touches practice.yaml, roster.yaml or fees.yaml is laid over those of
// the sample practice besides, with the people in practice.txtar.
//
// A \x0d stands for the byte of that number. Where following the mend that is
// printed comes to something else than the base, the parts that begin with
// "mend" do it to the broken files, and no error may be left then. A case of
// more than three findings says in its comment because of what.
//
//	go test ./cmd/anteroom -run BrokenCorpus -update
//
// writes anew what is printed.
const (
	broken       = "testdata/broken"
	brokenBase   = "base.txtar"
	brokenPeople = "practice.txtar"
	fewestBroken = 250
	mostFindings = 3
	serviceTexts = "texts/en.yaml" // as they ship, in both languages: a translation must have them all
	spanishTexts = "translations/es/texts.yaml"
)

// brokenDay is the day on which the corpus is checked: help numbers grow old.
var brokenDay = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

func TestBrokenCorpus(t *testing.T) {
	t.Parallel()
	base := brokenFiles(t)
	if got := printed(prove(base, brokenDay, false)); !strings.HasSuffix(got, "proved. no warnings.\n") {
		t.Fatalf("something is wrong with the base of the corpus:\n%s", got)
	}
	cases, err := filepath.Glob(filepath.Join(broken, "*.txtar"))
	if err != nil || len(cases)-2 < fewestBroken {
		t.Fatalf("got %d broken contents, %v; want at least %d", len(cases)-2, err, fewestBroken)
	}
	for _, file := range cases {
		if name := filepath.Base(file); name == brokenBase || name == brokenPeople {
			continue
		}
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			brokenCase(t, file, base)
		})
	}
}

// brokenCase holds one content to what is printed of it.
func brokenCase(t *testing.T, file string, base fstest.MapFS) {
	a, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	files := maps.Clone(base)
	whose := slices.ContainsFunc(a.Files, func(part txtar.File) bool { return slices.Contains(practiceFiles, fileOf(part.Name)) })
	if whose {
		base = withPractice(t, base)
		files = maps.Clone(base)
	}
	var mend []txtar.File
	want := txtar.File{Name: "want"}
	for _, part := range a.Files {
		name, mends := strings.CutPrefix(part.Name, "mend ")
		switch {
		case mends:
			mend = append(mend, txtar.File{Name: name, Data: part.Data})
		case part.Name == want.Name:
			want = part
		default:
			lay(t, files, part)
		}
	}
	proof := proved(files, whose)
	got := printed(proof)
	switch comment := strings.TrimSpace(string(a.Comment)); {
	case !strings.HasSuffix(comment, "."):
		t.Error("no sentence says what the author did wrong")
	case errorsIn(proof.findings) == 0:
		t.Errorf("nothing is found:\n%s", got)
	case len(proof.findings) > mostFindings && !strings.Contains(comment, "because"):
		t.Errorf("got %d findings of one mistake, want at most %d, or a comment that says because of what:\n%s", len(proof.findings), mostFindings, got)
	case *update:
		a.Files = append(slices.DeleteFunc(a.Files, func(f txtar.File) bool { return f.Name == want.Name }), txtar.File{Name: want.Name, Data: []byte(got)})
		if err := os.WriteFile(file, txtar.Format(a), 0o644); err != nil {
			t.Fatal(err)
		}
	default:
		if diff := cmp.Diff(got, string(want.Data)); diff != "" {
			t.Errorf("the findings differ (-got +want; -update writes them):\n%s", diff)
		}
	}
	if len(mend) == 0 {
		return
	}
	for _, part := range mend {
		lay(t, files, part)
	}
	if maps.EqualFunc(files, base, func(a, b *fstest.MapFile) bool { return bytes.Equal(a.Data, b.Data) }) {
		t.Error("the mend is the base again, which shows nothing")
	}
	if proof := proved(files, whose); errorsIn(proof.findings) > 0 {
		t.Errorf("whoever follows the mend still finds:\n%s", printed(proof))
	}
}

// practiceFiles are a practice's own settings.
var practiceFiles = []string{"practice.yaml", "roster.yaml", "fees.yaml"}

// withPractice is the small practice with settings and people.
func withPractice(t *testing.T, base fstest.MapFS) fstest.MapFS {
	t.Helper()
	files := maps.Clone(base)
	for _, name := range practiceFiles {
		data, err := fs.ReadFile(content.Files, sampleFolder+"/"+name)
		if err != nil {
			t.Fatal(err)
		}
		files[name] = &fstest.MapFile{Data: data}
	}
	a, err := txtar.ParseFile(filepath.Join(broken, brokenPeople))
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range a.Files {
		lay(t, files, part)
	}
	if got := proved(files, true).findings; len(got) > 0 {
		t.Fatalf("something is wrong with the practice of the corpus: %v", got)
	}
	return files
}

// proved checks a content of the corpus. With people it leaves out which fits come
// about: the small intake asks too little for all of them.
func proved(files fstest.MapFS, whose bool) *proof {
	proof := prove(files, brokenDay, whose)
	if whose {
		proof.findings = slices.DeleteFunc(proof.findings, func(f finding) bool { return f.Rule == "conclusion" })
	}
	return proof
}

func fileOf(name string) string { return name[strings.LastIndexByte(name, ' ')+1:] }

// printed is what the command prints of a proof, but for the words that say
// that a file is a built-in one.
func printed(proof *proof) string {
	var out bytes.Buffer
	printFindings(&out, "", proof.findings, false)
	proof.print(&program{stdout: &out}, "")
	return strings.ReplaceAll(out.String(), builtIn, "")
}

// brokenFiles is the practice that the mistakes are made in.
func brokenFiles(t *testing.T) fstest.MapFS {
	t.Helper()
	a, err := txtar.ParseFile(filepath.Join(broken, brokenBase))
	if err != nil {
		t.Fatal(err)
	}
	files := fstest.MapFS{}
	for _, name := range []string{serviceTexts, spanishTexts} {
		data, err := fs.ReadFile(content.Files, name)
		if err != nil {
			t.Fatal(err)
		}
		files[name] = &fstest.MapFile{Data: data}
	}
	for _, part := range a.Files {
		lay(t, files, part)
	}
	return files
}

var byteByNumber = regexp.MustCompile(`\\x[0-9a-f]{2}`)

// lay puts one part of a case over the files.
func lay(t *testing.T, files fstest.MapFS, part txtar.File) {
	t.Helper()
	data := byteByNumber.ReplaceAllFunc(part.Data, func(b []byte) []byte {
		n, _ := strconv.ParseUint(string(b[2:]), 16, 8) // two digits are a byte
		return []byte{byte(n)}
	})
	words := strings.Fields(part.Name)
	name := words[len(words)-1]
	if len(words) > 1 && files[name] == nil {
		t.Fatalf("%s: there is no such file to do this to", part.Name)
	}
	times, err := strconv.Atoi(words[0])
	switch how := strings.Join(words[:len(words)-1], " "); {
	case how == "":
		files[name] = &fstest.MapFile{Data: data}
	case how == "without":
		delete(files, name)
	case how == "change":
		files[name] = &fstest.MapFile{Data: changed(t, part, string(files[name].Data), string(data))}
	case err == nil && how == words[0]+" times":
		files[name] = &fstest.MapFile{Data: slices.Concat(files[name].Data, bytes.Repeat(data, times))}
	default:
		t.Fatalf("nobody knows how to do this: %s", part.Name)
	}
}

// changed carries out a change on a file in which its old lines stand once.
func changed(t *testing.T, part txtar.File, file, change string) []byte {
	t.Helper()
	var old, now strings.Builder
	for line := range strings.Lines(change) {
		switch mark, words := line[0], line[1:]; mark {
		case '-':
			old.WriteString(words)
		case '+':
			now.WriteString(words)
		case ' ':
			old.WriteString(words)
			now.WriteString(words)
		default:
			t.Fatalf("%s: the line %q begins with none of -, + and a space", part.Name, line)
		}
	}
	before, after, found := strings.Cut("\n"+file, "\n"+old.String())
	if !found || strings.Contains("\n"+after, "\n"+old.String()) {
		t.Fatalf("%s: these lines do not stand there once:\n%s", part.Name, old.String())
	}
	return []byte(strings.TrimPrefix(before+"\n"+now.String()+after, "\n"))
}
