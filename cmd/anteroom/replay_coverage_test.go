package main

import (
	"bytes"
	"encoding/json"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"anteroom/dialogs"
	"anteroom/dialogs/script"
)

// The library of the coverage test: one dialog that calls another, and a
// translation of the called one.
var coverFiles = fstest.MapFS{
	"dialogs/main.yaml": {Data: []byte(`dialog: main
longest: 4
facts:
  mood: {type: choice, of: [good, bad], seen-by: case, keep: enquiry}
  care: {type: choice, of: [soon, later], seen-by: case, keep: enquiry}
misses: {after: 2, go: end}
steps:
  mood: {ask: How are you?, into: mood, answers: {good: Good, bad: Bad}, skip: Skip}
  which:
    route:
      - {when: mood == bad, go: talk}
      - {when: mood == good, go: judge}
  none: {say: You did not say.}
  judge: {do: triage, into: care}
  talk: {call: talk, go: {left: gone}}
  end: {finish: done}
  gone: {finish: gone}
`)},
	"dialogs/talk.yaml": {Data: []byte(`dialog: talk
longest: 1
steps:
  stay: {ask: Will you stay?, answers: {stay: I stay, leave: I leave}, go: {leave: left}}
  stayed: {finish: stayed}
  left: {finish: left}
`)},
}

// soon is a host that says that everything is for soon.
type soon struct{}

func (soon) Given(string, dialogs.Facts) string            { return "" }
func (soon) Options(string, dialogs.Facts) []script.Option { return nil }
func (soon) Do(string, dialogs.Facts) (string, bool)       { return "soon", true }

// coverOf has conversations in a language, and returns what all of them touched,
// and the last.
func coverOf(t *testing.T, lib *script.Library, lang string, conversations ...[]dialogs.Input) (*coverage, *trail) {
	t.Helper()
	c := newCoverage(lib)
	last := newTrail(lib)
	for _, inputs := range conversations {
		last = newTrail(lib)
		run := dialogs.Run{Dialog: "main"}
		for _, in := range append([]dialogs.Input{dialogs.Begin{}}, inputs...) {
			turn, err := dialogs.Step(lib, run, in, time.Unix(1_800_000_000, 0), lang, soon{})
			if err != nil {
				t.Fatal(err)
			}
			run = turn.Run
			last.note(run, lang)
		}
		if last.err != nil {
			t.Fatal(last.err)
		}
		c.add(last)
	}
	return c, last
}

func TestCoverage(t *testing.T) {
	lib, err := script.Load(coverFiles)
	if err != nil {
		t.Fatal(err)
	}
	press := func(ids ...string) (in []dialogs.Input) {
		for _, id := range ids {
			in = append(in, dialogs.Press{Answer: id})
		}
		return in
	}
	c, last := coverOf(t, lib, "en", press("good"), press("bad", "stay"))
	c.add(nil) // a file that could not be read
	var b bytes.Buffer
	if err := c.report().text(&b); err != nil {
		t.Fatal(err)
	}
	want := `
What 2 transcripts touch

dialog    steps  answers  branches  skips  misses  outcomes  languages
main      5/7    2/2      4/7       0/1    0/1     1/2       –
talk      2/3    1/2      –         –      –       1/2       –
all       7/10   3/4      4/7       0/1    0/1     2/4       –
per cent  70     75       57        0      0       50        –

Touched: 16 of 27, 59 per cent. No transcript touches

dialogs/main.yaml:8:3: mood skipped
dialogs/main.yaml:8:3: mood not understood 2 times
dialogs/main.yaml:9:3: no rule of which holds, on to none
dialogs/main.yaml:13:3: step none
dialogs/main.yaml:14:3: result later of judge
dialogs/main.yaml:15:3: talk ends with left, on to gone
dialogs/main.yaml:17:3: step gone
dialogs/talk.yaml:4:77: answer leave of stay
dialogs/talk.yaml:6:3: step left
`
	if diff := cmp.Diff(strings.Split(b.String(), "\n"), strings.Split(want, "\n")); diff != "" {
		t.Errorf("(-got +want):\n%s", diff)
	}
	steps := map[string][]string{"main": {"end", "mood", "talk", "talk/stay", "talk/stayed", "which"}, "talk": {"stay", "stayed"}}
	if diff := cmp.Diff(last.steps(), steps); diff != "" {
		t.Errorf("steps (-got +want):\n%s", diff)
	}
	b.Reset()
	if err := c.report().json(&b); err != nil {
		t.Fatal(err)
	}
	var back coverageReport
	if err := json.Unmarshal(b.Bytes(), &back); err != nil || back.Percent != 59 || back.Total[aStep] != (share{7, 10}) || len(back.Untouched) != 11 {
		t.Errorf("got %d per cent, %v, %d untouched, %v", back.Percent, back.Total, len(back.Untouched), err)
	}

	// Everything can be touched.
	nonsense := dialogs.Words{Text: "xyz"}
	all, _ := coverOf(t, lib, "en", press("good", "leave"), press("bad", "stay"), []dialogs.Input{dialogs.Skip{}, dialogs.Press{Answer: "stay"}}, []dialogs.Input{nonsense, nonsense})
	b.Reset()
	if err := all.report().text(&b); err != nil {
		t.Fatal(err)
	}
	if !strings.HasSuffix(b.String(), "per cent. No transcript touches\n\ndialogs/main.yaml:14:3: result later of judge\n") {
		t.Errorf("with all answers given:\n%s", b.String())
	}
}

// TestCoverageOfLanguages: a language counts by itself, whatever the form of address.
func TestCoverageOfLanguages(t *testing.T) {
	files := maps.Clone(coverFiles)
	files["translations/es/dialogs/talk.yaml"] = &fstest.MapFile{Data: []byte(`translation: talk
language: es
steps:
  stay: {ask: {tu: "¿Te quedas?", usted: "¿Se queda?"}, answers: {stay: Me quedo, leave: Me voy}}
`)}
	lib, err := script.Load(files)
	if err != nil {
		t.Fatal(err)
	}
	var missing []string
	c, _ := coverOf(t, lib, "es-usted", []dialogs.Input{dialogs.Press{Answer: "bad"}})
	for _, u := range c.report().Untouched {
		if u.Kind == aLanguage {
			missing = append(missing, u.What)
		}
	}
	if diff := cmp.Diff(missing, []string{"language en of main", "language en of talk"}); diff != "" {
		t.Errorf("(-got +want):\n%s", diff)
	}
	if got, want := c.report().Total[aLanguage], (share{2, 4}); got != want {
		t.Errorf("got %v languages, want %v", got, want)
	}
}

func TestTouched(t *testing.T) {
	practice, _, err := loadPractice("")
	if err != nil {
		t.Fatal(err)
	}
	got, err := touched(t.Context(), practice, filepath.Join(transcripts, "doctor-first.txt"))
	if err != nil {
		t.Fatal(err)
	}
	for dialog, steps := range map[string][]string{"intake": {"hello", "begin", "consent", "triage", "body"}, "body": {}} {
		for _, step := range steps {
			if !slices.Contains(got[dialog], step) {
				t.Errorf("%s: got %v, want %s among them", dialog, got[dialog], step)
			}
		}
	}
	for dialog, steps := range got {
		d, ok := practice.Library.Dialog(dialog)
		for _, step := range steps {
			if _, there := d.Step(step); !ok || !there {
				t.Errorf("%s has no step %s", dialog, step)
			}
		}
	}
	if len(got["body"]) < 2 {
		t.Errorf("got %v of body: that is too little", got["body"])
	}
	if _, err := touched(t.Context(), practice, "nowhere.txt"); err == nil {
		t.Error("got no error for a file that is not there")
	}
}
