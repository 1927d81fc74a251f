package script_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"anteroom/dialogs/script"
)

func files(pairs ...string) fstest.MapFS {
	fs := fstest.MapFS{}
	for i := 0; i < len(pairs); i += 2 {
		fs[pairs[i]] = &fstest.MapFile{Data: []byte(pairs[i+1])}
	}
	return fs
}

func load(t testing.TB, fs fstest.MapFS) *script.Library {
	t.Helper()
	lib, err := script.Load(fs)
	if err != nil {
		t.Fatalf("load: %v", err)
	}
	return lib
}

func problems(t testing.TB, fs fstest.MapFS) []string {
	t.Helper()
	lib, err := script.Load(fs)
	if err == nil {
		t.Fatal("got no problem")
	}
	if lib != nil {
		t.Error("got a library beside an error")
	}
	var ps script.Problems
	if !errors.As(err, &ps) {
		t.Fatalf("got %T, want Problems", err)
	}
	return strings.Split(err.Error(), "\n")
}

func TestBrokenFiles(t *testing.T) {
	const ok = "dialog: t\nsteps: {end: {finish: done}}\n"
	for _, c := range []struct {
		name  string
		files fstest.MapFS
		want  []string
	}{
		{"nothing", files(), []string{"dialogs: there is no dialog: write dialogs/NAME.yaml"}},
		{"yml", files("dialogs/t.yaml", ok, "lists/a.yml", "list: a\n"), []string{"lists/a.yml: the name ends in .yml: rename it to end in .yaml"}},
		{"large", files("dialogs/t.yaml", ok+"#"+strings.Repeat("x", 1<<20)), []string{"dialogs/t.yaml: the file is larger than 1048576 bytes: split it into several dialogs"}},
		{"every file", files("dialogs/t.yaml", "dialog: t\n", "dialogs/a.yaml", "dialog: b\nsteps: {end: {finish: done}}\n", "lists/l.yaml", "list: l\n"), []string{
			"dialogs/a.yaml:1:9: the file is a.yaml and says `dialog: b`: give both the same name",
			"dialogs/t.yaml:1:1: the dialog has no steps: write `steps:` with at least one step",
			"lists/l.yaml:1:1: the list has no options: write `options:` with one `id: label` a line",
		}},
		{"list", files("dialogs/t.yaml", ok, "lists/l.yaml", `list: l
first: [one, tree]
options:
  one: {label: One, also: [uno, "1st"]}
  two: {label: two, also: [Uno, ONE]}
  three: {also: [x]}
  NO: Norway
  four: "one"
  Five six: Five
`), []string{
			`lists/l.yaml:2:14: unknown option "tree": did you mean "three"?`,
			`lists/l.yaml:5:28: "Uno" means both one and two: delete one`,
			`lists/l.yaml:5:33: "ONE" never means two, because it names one: delete it`,
			"lists/l.yaml:6:3: the option \"three\" has no label: write `label: TEXT`",
			`lists/l.yaml:7:3: the bare word NO is read as true, false or nothing by YAML: put it in quotes ("NO") or rename it`,
			`lists/l.yaml:8:9: "one" means both one and four: reword one`,
			`lists/l.yaml:9:3: "Five six" cannot be an option's id: write letters, digits and -, beginning with a letter; a text that holds a comma needs quotes`,
		}},
		{"calls in a circle", files(
			"dialogs/a.yaml", "dialog: a\nsteps: {go: {call: b}, end: {finish: done}}\n",
			"dialogs/b.yaml", "dialog: b\nsteps: {go: {call: c}, end: {finish: done}}\n",
			"dialogs/c.yaml", "dialog: c\nsteps: {go: {call: a}, end: {finish: done}}\n"),
			[]string{"dialogs/c.yaml:2:20: the dialog a leads back to c: call a dialog that does not come back here"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(problems(t, c.files), c.want); diff != "" {
				t.Errorf("problems (-got +want):\n%s", diff)
			}
		})
	}
}

const caller = `dialog: caller
version: 3
language: es
facts:
  again: {type: choice, of: ["yes", "no"], seen-by: case, keep: enquiry}
misses: {after: 2, go: lost}
steps:
  first: {call: called, go: {good: second}}
  between: {say: Between.}
  second: {call: called}
  again: {ask: Again?, into: again, answers: {"yes": "Yes", "no": "No"}, go: {"yes": lost}}
  end: {finish: done}
  lost: {say: Lost., go: end}
`

const called = `dialog: called
facts:
  mood: {type: scale, seen-by: case, keep: enquiry}
steps:
  how: {ask: "How are you, from {{0}} to 10?", into: mood}
  check: {route: [{when: mood > 5, go: good}]}
  bad: {finish: bad}
  good: {finish: good}
`

func TestCallsAreCompiledInPlace(t *testing.T) {
	lib := load(t, files("dialogs/caller.yaml", caller, "dialogs/called.yaml", called))
	d, ok := lib.Dialog("caller")
	if !ok {
		t.Fatal("got no dialog")
	}
	var got []string
	for _, s := range d.Steps {
		next := "-"
		if s.Next >= 0 {
			next = d.Steps[s.Next].ID
		}
		got = append(got, fmt.Sprintf("%s %s → %s, %d", s.ID, s.Op, next, s.Most))
	}
	want := []string{
		"first call → first/how, 3",
		"first/how ask → first/check, 3",
		"first/check route → first/bad, 2",
		"first/bad return → between, 2",
		"first/good return → second, 2",
		"between say → second, 2",
		"second call → second/how, 2",
		"second/how ask → second/check, 2",
		"second/check route → second/bad, 1",
		"second/bad return → again, 1",
		"second/good return → again, 1",
		"again ask → end, 1",
		"end finish → -, 0",
		"lost say → end, 0",
	}
	if diff := cmp.Diff(got, want); diff != "" {
		t.Errorf("steps (-got +want):\n%s", diff)
	}
	if d.Version != 3 || d.Language != "es" || d.Longest != 3 || !slices.Equal(d.Outcomes, []string{"done"}) {
		t.Errorf("got version %d, language %s, longest %d, outcomes %v", d.Version, d.Language, d.Longest, d.Outcomes)
	}
	s, _ := d.Step("second/how")
	if s.MissAfter != 2 || d.Steps[s.MissTo].ID != "lost" {
		t.Errorf("got misses %d; a called dialog takes its caller's", s.MissAfter)
	}
	if diff := cmp.Diff(s.Ask.In("en"), []script.Segment{{Text: "How are you, from {0} to 10?"}}); diff != "" {
		t.Errorf("text (-got +want):\n%s", diff)
	}
	if s.Ask.Dialog != "called" || s.Ask.Step != "how" || s.Ask.Field != "ask" {
		t.Errorf("got the text at %s %s %s, want it where it is written", s.Ask.Dialog, s.Ask.Step, s.Ask.Field)
	}
	if f, ok := d.Fact("mood"); !ok || f.Type != script.Scale || f.Max != 10 {
		t.Error("the called dialog's fact is not known")
	}
}

// The hash changes with any file, a dialog's sum with those it is made of.
func TestHash(t *testing.T) {
	const other = "dialog: other\nsteps: {end: {finish: done}}\n"
	sum := func(fs fstest.MapFS) (string, uint64) {
		lib := load(t, fs)
		d, _ := lib.Dialog("caller")
		return lib.Hash, d.Sum
	}
	hash, base := sum(files("dialogs/caller.yaml", caller, "dialogs/called.yaml", called, "dialogs/other.yaml", other))
	if h, s := sum(files("dialogs/caller.yaml", caller, "dialogs/called.yaml", called, "dialogs/other.yaml", other)); h != hash || s != base {
		t.Error("the same files have another hash")
	}
	if h, s := sum(files("dialogs/caller.yaml", caller, "dialogs/called.yaml", called, "dialogs/other.yaml", other+"# x\n")); h == hash || s != base {
		t.Error("another file must change the hash and not the sum")
	}
	if _, s := sum(files("dialogs/caller.yaml", caller, "dialogs/called.yaml", called+"# x\n", "dialogs/other.yaml", other)); s == base {
		t.Error("a called dialog must change the sum")
	}
}

func TestConditions(t *testing.T) {
	const script0 = `dialog: t
facts:
  age: {type: choice, of: [adult, minor], seen-by: case, keep: enquiry}
  tops: {type: several, of: [pain, desire], seen-by: case, keep: enquiry}
  pay: {type: money, max: 500, seen-by: case, keep: enquiry}
  words: {type: text, seen-by: case, keep: enquiry}
steps:
  check: {route: [{when: %q, go: end}]}
  age: {ask: "?", into: age, answers: {adult: A, minor: B}}
  tops: {ask: "?", into: tops, answers: {pain: A, desire: B}, done: Done}
  pay: {ask: "?", into: pay}
  words: {ask: "?", into: words}
  end: {finish: done}
`
	type facts map[string]string
	for _, c := range []struct {
		when  string
		facts facts
		want  bool
		early script.Truth // what can be said before anything was asked
	}{
		{"age == adult", facts{"age": "adult"}, true, script.Open},
		{"age == adult", facts{"age": "minor"}, false, script.Open},
		{"age == adult", nil, false, script.Open},
		{"age != adult", nil, false, script.Open},
		{"not age == adult", nil, true, script.Open},
		{"age != adult", facts{"age": "minor"}, true, script.Open},
		{"age in [minor, adult]", facts{"age": "adult"}, true, script.Open},
		{"age in [minor]", facts{"age": "adult"}, false, script.Open},
		{"pain in tops", facts{"tops": "desire,pain"}, true, script.Open},
		{"pain in tops", facts{"tops": "desire"}, false, script.Open},
		{"known(words)", facts{"words": "x"}, true, script.Open},
		{"known(words)", nil, false, script.Open},
		{"pay == 70", facts{"pay": "70"}, true, script.Open},
		{"pay != 70", facts{"pay": "70"}, false, script.Open},
		{"pay < 70", facts{"pay": "69"}, true, script.Open},
		{"pay <= 70", facts{"pay": "71"}, false, script.Open},
		{"pay > 0", facts{"pay": "0"}, false, script.Open},
		{"pay >= 0", facts{"pay": "0"}, true, script.Open},
		{"pay > 0", nil, false, script.Open},
		{"known(age) or known(pay) and known(words)", facts{"age": "adult"}, true, script.Open},
		{"(known(age) or known(pay)) and known(words)", facts{"age": "adult"}, false, script.Open},
		{"not (known(age) or not not known(pay))", nil, true, script.Open},
	} {
		t.Run(c.when, func(t *testing.T) {
			lib := load(t, files("dialogs/t.yaml", fmt.Sprintf(script0, c.when)))
			d, _ := lib.Dialog("t")
			values := make([]script.Value, len(d.Facts))
			for name, text := range c.facts {
				f, _ := d.Fact(name)
				v, ok := f.Parse(text)
				if !ok {
					t.Fatalf("%s cannot hold %q", name, text)
				}
				values[f.Slot] = v
			}
			when := d.Steps[0].Routes[0].When
			if got := when.Holds(values); got != c.want {
				t.Errorf("holds: got %v, want %v", got, c.want)
			}
			if got := when.Decide(values, 0); got != c.early {
				t.Errorf("decide before all questions: got %v, want %v", got, c.early)
			}
			settled := script.False
			if c.want {
				settled = script.True
			}
			if got := when.Decide(values, len(d.Steps)); got != settled {
				t.Errorf("decide after all questions: got %v, want %v", got, settled)
			}
		})
	}
}

func TestMatch(t *testing.T) {
	o := script.NewOptions([]script.Option{
		{ID: "no-fear", Label: "No"},
		{ID: "fear", Label: "Not sure", Also: []string{"maybe", "2"}},
		{ID: "now", Label: "Notably, now"},
		{ID: "ca", Label: "Canada", Also: []string{"Kanada"}},
	}, []string{"ca", "now"})
	for _, c := range []struct{ typed, want string }{
		{"No", "no-fear"}, {"no fear", "no-fear"}, {"now", "now"}, {"Maybe", "fear"}, {"2", "now"}, {"1", "ca"}, {"3", ""},
		{"not", ""}, {"not s", "fear"}, {"cánada", "ca"}, {"CAN", "ca"}, {"ca", "ca"}, {"", ""}, {"!", ""}, {"kan", ""},
	} {
		got := ""
		if i, ok := o.Match(script.Fold(c.typed), o.Shown, nil); ok {
			got = o.All[i].ID
		}
		if got != c.want {
			t.Errorf("%q: got %q, want %q", c.typed, got, c.want)
		}
	}
}

func TestFold(t *testing.T) {
	for in, want := range map[string]string{
		"": "", "abc": "abc", " A  b ": "a b", "Yes, I'm!": "yes im", "España": "espana", "a’b": "ab", "👍": "", "７ ﬁn": "7 fin", "-x-": "x", "ПРИВЕТ": "привет",
	} {
		if got := script.Fold(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
		if got := script.Fold(want); got != want {
			t.Errorf("folding %q twice gives %q", want, got)
		}
	}
}
