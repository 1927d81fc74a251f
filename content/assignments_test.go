package content_test

import (
	"io/fs"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"anteroom/content"
)

func TestAssignments(t *testing.T) {
	all, err := content.Assignments(content.Files)
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 18 {
		t.Errorf("got %d assignments, want at least 18", len(all))
	}
	count := map[string]int{}
	for i, a := range all {
		count[string(a.For)]++
		for _, v := range content.Variants {
			if a.Has(v) {
				count["variant "+v]++
			}
		}
		if stale := a.Stale(); len(stale) > 0 {
			t.Errorf("%s: %v", a.ID, stale)
		}
		if i > 0 && all[i-1].Series == a.Series && all[i-1].Step >= a.Step {
			t.Errorf("%s comes before %s", all[i-1].ID, a.ID)
		}
		for _, lang := range []string{"en", "es-tu", "es-usted"} {
			w := a.In(lang)
			for _, v := range append([]string{""}, content.Variants[:]...) {
				m := w.Message(v)
				if !strings.HasPrefix(m, w.Aim+"\n\n1. ") || !strings.HasSuffix(m, w.Stop+"\n\n"+w.Pace) || !strings.Contains(m, w.Limits[0]) {
					t.Errorf("%s %s %q: something is left out of:\n%s", a.ID, lang, v, m)
				}
			}
		}
		if a.In("es").Title == a.In("en").Title {
			t.Errorf("%s: the title is not translated", a.ID)
		}
	}
	for _, kind := range []string{"solo", "couple", "both", "variant solo", "variant disability", "variant pain"} {
		if count[kind] < 2 {
			t.Errorf("%s: got %d, want some", kind, count[kind])
		}
	}
}

// TestSensateFocus: nothing goes inside the body in any step of touch, and the
// first steps leave breasts and genitals out. That is what makes them steps.
func TestSensateFocus(t *testing.T) {
	all, err := content.Assignments(content.Files)
	if err != nil {
		t.Fatal(err)
	}
	steps := 0
	for _, a := range all {
		if a.Series != "touch" {
			continue
		}
		steps++
		off := strings.Join(a.In("en").Limits, " ")
		want := "inside the body"
		switch a.Step {
		case 1:
			want = "all but hands and forearms"
		case 2:
			want = "genitals"
		}
		if !strings.Contains(off, want) {
			t.Errorf("step %d, %s: off limits are %q, want %q among them", a.Step, a.ID, off, want)
		}
		if a.Step != steps {
			t.Errorf("step %d stands where step %d belongs", a.Step, steps)
		}
	}
	if steps < 5 {
		t.Errorf("got %d steps", steps)
	}
}

// TestPracticeAsShown: what a physiotherapist teaches is not taught here.
func TestPracticeAsShown(t *testing.T) {
	all, err := content.Assignments(content.Files)
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, a := range all {
		if a.Series == "body-practice" {
			found++
			if w := a.In("en"); !strings.Contains(w.Message(""), "as your physiotherapist showed you") && !strings.Contains(w.Message(""), "what your physiotherapist showed you") {
				t.Errorf("%s does not say who shows it:\n%s", a.ID, w.Message(""))
			}
		}
	}
	if found == 0 {
		t.Error("there are none: this test looked for the wrong ones")
	}
}

const tea = `assignment: tea
language: en
for: both
title: "A cup of tea"
aim: "You taste."
do:
  - "Make tea."
  - "Drink it."
limits: ["No phone."]
stop: "You may stop."
pace: "Once."
variants:
  disability: ["Have tea made for you."]
`

const té = `translation: tea
language: es
texts:
  title: "Una taza de té"
  aim: {tu: "Pruebas.", usted: "Prueba."}
  do: [{tu: "Haz té.", usted: "Haga té."}, "A beber."]
  limits: ["Sin teléfono."]
  stop: "Se puede parar."
  pace: "Una vez."
variants:
  disability: ["Alguien hace el té."]
`

// teaFiles is a practice with one assignment, and the texts that make Spanish
// one of its languages.
func teaFiles(t *testing.T) fstest.MapFS {
	t.Helper()
	files := fstest.MapFS{"assignments/tea.yaml": {Data: []byte(tea)}, "translations/es/assignments/tea.yaml": {Data: []byte(té)}}
	text, err := fs.ReadFile(content.Files, "translations/es/texts.yaml")
	if err != nil {
		t.Fatal(err)
	}
	files["translations/es/texts.yaml"] = &fstest.MapFile{Data: text}
	return files
}

func TestAssignmentForms(t *testing.T) {
	all, err := content.Assignments(teaFiles(t))
	if err != nil {
		t.Fatal(err)
	}
	a := all[0]
	for _, tt := range []struct{ lang, variant, want string }{
		{"en", "", "You taste.\n\n1. Make tea.\n2. Drink it.\n\nNo phone.\n\nYou may stop.\n\nOnce."},
		{"en", "disability", "You taste.\n\n1. Have tea made for you.\n\nNo phone.\n\nYou may stop.\n\nOnce."},
		{"en", "pain", "You taste.\n\n1. Make tea.\n2. Drink it.\n\nNo phone.\n\nYou may stop.\n\nOnce."},
		{"es", "", "Pruebas.\n\n1. Haz té.\n2. A beber.\n\nSin teléfono.\n\nSe puede parar.\n\nUna vez."},
		{"es-usted", "", "Prueba.\n\n1. Haga té.\n2. A beber.\n\nSin teléfono.\n\nSe puede parar.\n\nUna vez."},
		{"fr", "disability", "You taste.\n\n1. Have tea made for you.\n\nNo phone.\n\nYou may stop.\n\nOnce."},
	} {
		if got := a.In(tt.lang).Message(tt.variant); got != tt.want {
			t.Errorf("%s %q: got\n%s\nwant\n%s", tt.lang, tt.variant, got, tt.want)
		}
	}
	if !a.Has("") || !a.Has("disability") || a.Has("pain") {
		t.Error("it has other variants than its file")
	}
	if got := len(a.Stale()); got != 7 {
		t.Errorf("a translation that does not say what it was made from: got %d stale texts, want 7", got)
	}
	// English alone needs no translation.
	files := teaFiles(t)
	delete(files, "translations/es/assignments/tea.yaml")
	if _, err := content.Assignments(files, "en"); err != nil {
		t.Error(err)
	}
}

func TestAssignmentMistakes(t *testing.T) {
	const es = "translations/es/assignments/tea.yaml"
	for _, tt := range []struct{ name, file, old, new, want string }{
		{"a key that nobody knows", "", "pace:", "paces:", `assignments/tea.yaml:11:1: unknown key "paces"`},
		{"no limits", "", "limits: [\"No phone.\"]\n", "", `"limits" is missing`},
		{"another id", "", "assignment: tea", "assignment: coffee", `assignments/tea.yaml:1:13: the file is called tea, and says that it is "coffee"`},
		{"for nobody", "", "for: both", "for: all", `assignments/tea.yaml:3:6: an assignment is not for "all": write solo, couple or both`},
		{"one text instead of a list", "", "limits: [\"No phone.\"]", "limits: No phone.", `assignments/tea.yaml:9:9: this is not a list`},
		{"an empty list", "", "limits: [\"No phone.\"]", "limits: []", `this is not a list`},
		{"an empty text", "", `stop: "You may stop."`, `stop: ""`, `this must be words`},
		{"a brace", "", "Drink it.", "Drink it, {name}.", `assignments/tea.yaml:8:5: nothing is filled in here, and a brace stands here`},
		{"a variant that nobody knows", "", "disability:", "rich:", `unknown key "rich"`},
		{"a solo variant for one", "", "for: both", "for: solo\nseries: x\nstep: 1", ""},
		{"a step without a series", "", "for: both", "for: both\nstep: 2", `assignments/tea.yaml:4:7: this is a step of no series`},
		{"a series without a step", "", "for: both", "for: both\nseries: hot", `assignments/tea.yaml:4:9: nobody says which step`},
		{"a step that is none", "", "for: both", "for: both\nseries: hot\nstep: first", `assignments/tea.yaml:5:7: "first" is no step`},
		{"after what is not there", "", "for: both", "for: both\nafter: [milk]", `assignments/tea.yaml:4:9: there is no assignment "milk"`},
		{"after itself", "", "for: both", "for: both\nafter: [tea]", `assignments/tea.yaml:4:9: tea comes after tea`},
		{"too long", "", "Drink it.", strings.Repeat("Drink it. ", 400), `one message has room for 3500`},
		{"not YAML", "", "limits: [", "limits: [\"", "assignments/tea.yaml:9:9: the list that a [ opens here does not come to its ]"},
		{"an alias", "", "limits: [\"No phone.\"]", "limits: &l [\"x\"]\nmore: *l", `anchors, aliases and merges are not read`},
		{"not translated", es, "*", "", es + ": the assignment is not there in this language"},
		{"a text not translated", es, "  pace: \"Una vez.\"\n", "", es + ":4:3: pace is not translated: translate it from assignments/tea.yaml"},
		{"a variant not translated", es, "variants:\n  disability: [\"Alguien hace el té.\"]\n", "", "disability is not translated"},
		{"a text too few", es, ", \"A beber.\"", "", es + ":6:7: do has 1 texts here and 2 in English"},
		{"a text too many", es, "  pace:", "  report: \"¿Y?\"\n  pace:", "report stands here and not in English"},
		{"one form of address", es, `{tu: "Pruebas.", usted: "Prueba."}`, `{tu: "Pruebas."}`, `"usted" is missing`},
		{"another language", es, "language: es", "language: fr", es + ":2:11: the file says another language"},
		{"of what is not there", es, "variants:", "of: {colour: abc}\nvariants:", "`of` names \"colour\""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			files := teaFiles(t)
			name := tt.file
			if name == "" {
				name = "assignments/tea.yaml"
			}
			if tt.old == "*" {
				delete(files, name)
			} else {
				before := string(files[name].Data)
				after := strings.Replace(before, tt.old, tt.new, 1)
				if after == before {
					t.Fatal("nothing was changed")
				}
				files[name] = &fstest.MapFile{Data: []byte(after)}
			}
			_, err := content.Assignments(files)
			switch {
			case tt.want == "" && err != nil:
				t.Errorf("got %v, want none", err)
			case tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)):
				t.Errorf("got %v\nwant %s", err, tt.want)
			}
		})
	}
	files := teaFiles(t)
	files["translations/es/assignments/coffee.yaml"] = files[es]
	if _, err := content.Assignments(files); err == nil || !strings.Contains(err.Error(), "there is no assignment coffee that this could translate") {
		t.Errorf("a translation of nothing: got %v", err)
	}
	if all, err := content.Assignments(fstest.MapFS{}); err != nil || len(all) > 0 {
		t.Errorf("no folder: got %v, %v", all, err)
	}
}

// TestAssignmentStale: a translation that says what it was made from is stale
// when that changes, and the check of all content tells it.
func TestAssignmentStale(t *testing.T) {
	files := maps.Clone(shipped(t))
	file := files["assignments/long-hug.yaml"]
	files["assignments/long-hug.yaml"] = &fstest.MapFile{Data: []byte(strings.Replace(string(file.Data), "Once a day", "Twice a day", 1))}
	all, err := content.Assignments(files)
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(all, func(a content.Assignment) bool { return a.ID == "long-hug" })
	stale := all[i].Stale()
	if len(stale) != 1 || !strings.Contains(stale[0].Error(), "translations/es/assignments/long-hug.yaml:") || !strings.Contains(stale[0].What, "the English text of pace changed") {
		t.Errorf("got %v", stale)
	}
	if got := content.Check(files, today); len(got) != 1 || got[0] != stale[0] {
		t.Errorf("the check tells %v", got)
	}
}
