package script_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"anteroom/dialogs/script"
)

const (
	english = `dialog: t
given: {phone: text}
facts:
  adult: {type: choice, of: [adult, minor], seen-by: case, keep: enquiry}
  topics: {type: several, of: {list: topics}, seen-by: case, keep: enquiry}
steps:
  hello: {say: [Hello., "Call {phone}."]}
  age:
    ask: Are you 18?
    into: adult
    answers: {adult: Over, minor: Under}
    also: {adult: [sure]}
    skip: Later
  topics: {ask: What brings you?, into: topics, done: That is all}
  end: {finish: done}
`
	spanish = `translation: t
language: es
steps:
  hello:
    say:
      - Hola.
      - {tu: "Llama al {phone}.", usted: "Llame al {phone}."}
  age:
    ask: {tu: "¿Tienes 18 años?", usted: "¿Tiene 18 años?"}
    answers: {adult: Sí, minor: {tu: "Menor, dilo", usted: "Menor, dígalo"}}
    also: {adult: [claro]}
    skip: Más tarde
  topics: {ask: ¿Qué te trae?, done: Es todo}
of: {hello: SUM-hello, age: SUM-age, topics: SUM-topics}
`
	topicsEN = "list: topics\noptions: {pain: Pain, desire: {label: Low desire, also: [libido]}}\n"
	topicsES = "translation: topics\nlanguage: es\noptions: {pain: Dolor, desire: {label: Poco deseo, also: [ganas]}}\nof: {pain: SUM-pain, desire: SUM-desire}\n"
)

// bilingual is the dialog above with its Spanish, and with the sums filled in.
func bilingual(t testing.TB, change ...string) fstest.MapFS {
	t.Helper()
	fs := files("dialogs/t.yaml", english, "lists/topics.yaml", topicsEN,
		"translations/es/dialogs/t.yaml", spanish, "translations/es/lists/topics.yaml", topicsES)
	lib := load(t, fs)
	for _, name := range []string{"dialogs/t", "lists/topics"} {
		f := fs["translations/es/"+name+".yaml"]
		for _, s := range lib.Sources(name) {
			f.Data = []byte(strings.ReplaceAll(string(f.Data), "SUM-"+s.ID, s.Sum))
		}
	}
	for i := 0; i < len(change); i += 3 {
		f := fs[change[i]]
		if !strings.Contains(string(f.Data), change[i+1]) {
			t.Fatalf("%s has no %q", change[i], change[i+1])
		}
		f.Data = []byte(strings.Replace(string(f.Data), change[i+1], change[i+2], 1))
	}
	return fs
}

func said(p *script.Phrase, lang string) string {
	var b strings.Builder
	for _, s := range p.In(lang) {
		if s.Kind == script.Literal {
			b.WriteString(s.Text)
		} else {
			b.WriteString("{" + s.Text + "}")
		}
	}
	return b.String()
}

func TestTranslation(t *testing.T) {
	lib := load(t, bilingual(t))
	if diff := cmp.Diff(lib.Languages(), []string{"en", "es"}); diff != "" {
		t.Errorf("languages (-got +want):\n%s", diff)
	}
	if diff := cmp.Diff(lib.Forms("es"), []string{"es-tu", "es-usted"}); diff != "" {
		t.Errorf("forms of es (-got +want):\n%s", diff)
	}
	if diff := cmp.Diff(lib.Forms("en"), []string{"en"}); diff != "" {
		t.Errorf("forms of en (-got +want):\n%s", diff)
	}
	if stale := lib.Stale(); len(stale) > 0 {
		t.Errorf("stale: %v", stale)
	}
	d, _ := lib.Dialog("t")
	hello, _ := d.Step("hello")
	age, _ := d.Step("age")
	topics, _ := d.Step("topics")
	for _, c := range []struct{ what, got, want string }{
		{"the original", said(age.Ask, "en"), "Are you 18?"},
		{"another language", said(age.Ask, "fr"), "Are you 18?"},
		{"no form", said(age.Ask, "es"), "¿Tienes 18 años?"},
		{"tu", said(age.Ask, "es-tu"), "¿Tienes 18 años?"},
		{"usted", said(age.Ask, "es-usted"), "¿Tiene 18 años?"},
		{"one text for both forms", said(age.Skip, "es-usted"), "Más tarde"},
		{"a later message", said(hello.Say[1], "es-usted"), "Llame al {phone}."},
		{"a label", age.Options("es").All[0].Label, "Sí"},
		{"a label in a form", age.Options("es-usted").All[1].Label, "Menor, dígalo"},
		{"a label in the original", age.Options("en").All[0].Label, "Over"},
		{"of a list", topics.Options("es-tu").All[1].Label, "Poco deseo"},
	} {
		if c.got != c.want {
			t.Errorf("%s: got %q, want %q", c.what, c.got, c.want)
		}
	}
	if !age.Ask.Has("es") || age.Ask.Has("fr") {
		t.Error("Has does not say what is translated")
	}
	o := topics.Options("es")
	if i, ok := o.Match(script.Fold("GANAS"), o.Shown, nil); !ok || o.All[i].ID != "desire" {
		t.Error("a further word of a translated list is not understood")
	}
	for _, c := range []struct{ lang, typed, want string }{{"es", "over", "adult"}, {"es", "sure", "adult"}, {"en", "sí", "adult"}, {"en-x", "CLARO", "adult"}, {"es-usted", "under", "minor"}} {
		o := age.Options(c.lang)
		if i, ok := o.Match(script.Fold(c.typed), o.Shown, nil); !ok || o.All[i].ID != c.want {
			t.Errorf("%q typed in %s: not understood as %s", c.typed, c.lang, c.want)
		}
	}
	if o := topics.Options("en"); len(o.All[1].Also) != 1 {
		t.Errorf("what is written to mean an option: got %v", o.All[1].Also)
	}
	if only, err := script.Load(bilingual(t), "en"); err != nil || len(only.Languages()) != 1 {
		t.Errorf("asked for English only: got %v, %v", only.Languages(), err)
	}
}

func TestStaleTranslation(t *testing.T) {
	for _, c := range []struct {
		name   string
		change []string
		want   string
	}{
		{"a text changed", []string{"dialogs/t.yaml", "Are you 18?", "Are you 18 or over?"},
			"translations/es/dialogs/t.yaml:8:3: the texts of age in dialogs/t.yaml changed since this was translated"},
		{"a label changed", []string{"dialogs/t.yaml", "minor: Under", "minor: Younger"},
			"translations/es/dialogs/t.yaml:8:3: the texts of age in dialogs/t.yaml changed since this was translated"},
		{"an option changed", []string{"lists/topics.yaml", "pain: Pain", "pain: It hurts"},
			"translations/es/lists/topics.yaml:3:11: the texts of pain in lists/topics.yaml changed since this was translated"},
		{"no sum", []string{"translations/es/lists/topics.yaml", "of: {pain", "of: {pains"},
			"translations/es/lists/topics.yaml:3:11: the translation of pain does not say which texts it was made from"},
		{"only a further word changed", []string{"dialogs/t.yaml", "also: {adult: [sure]}", "also: {adult: [sure, of course]}"}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := ""
			for _, p := range load(t, bilingual(t, c.change...)).Stale() {
				got += p.Place.String() + ": " + p.What
				if !strings.Contains(p.Mend, "under `of`") {
					t.Errorf("the mend does not say what to write: %s", p.Mend)
				}
			}
			if got != c.want {
				t.Errorf("got  %q\nwant %q", got, c.want)
			}
		})
	}
}

// unsound is what is wrong with translations, but for sums that a mistake
// leaves without a text.
func unsound(t *testing.T, fs fstest.MapFS) []string {
	t.Helper()
	var out []string
	for _, p := range load(t, fs).Stale() {
		out = append(out, p.Error())
	}
	return out
}

// TestOriginalInstead: a translated text that does not fit is not said.
func TestOriginalInstead(t *testing.T) {
	lib := load(t, bilingual(t, "translations/es/dialogs/t.yaml", `usted: "Llame al {phone}."`, `usted: "Llame al {phoen}."`))
	d, _ := lib.Dialog("t")
	hello, _ := d.Step("hello")
	for _, c := range []struct{ lang, want string }{{"es-usted", "Llama al {phone}."}, {"es-tu", "Llama al {phone}."}, {"en", "Call {phone}."}} {
		if got := said(hello.Say[1], c.lang); got != c.want {
			t.Errorf("in %s: got %q, want %q", c.lang, got, c.want)
		}
	}
	whole := load(t, bilingual(t, "translations/es/dialogs/t.yaml", "¿Qué te trae?", "[1, 2"))
	d, _ = whole.Dialog("t")
	topics, _ := d.Step("topics")
	if got := said(topics.Ask, "es"); got != "What brings you?" || len(whole.Stale()) == 0 {
		t.Errorf("a file that cannot be read: got %q, and %v", got, whole.Stale())
	}
}

func TestBrokenTranslation(t *testing.T) {
	const file = "translations/es/dialogs/t.yaml"
	for _, c := range []struct {
		name   string
		change []string
		want   string
	}{
		{"another language", []string{file, "language: es", "language: fr"}, file + ":2:11: the file lies in the folder es and says another language: write `language: es`"},
		{"another name", []string{file, "translation: t", "translation: u"}, file + ":1:14: the file is t.yaml and says `translation: u`: give both the same name"},
		{"unknown step", []string{file, "  topics:", "  topisc:"}, file + ":13:3: dialogs/t.yaml has no topisc with texts: did you mean \"topics\"?"},
		{"unknown field", []string{file, "skip:", "skpi:"}, file + ":12:5: unknown key \"skpi\" in a translated step: did you mean \"skip\"?"},
		{"a field the source has not", []string{file, "skip:", "why:"}, file + ":12:10: the step age has no `why` to translate: delete it"},
		{"a message too few", []string{file, "      - Hola.\n", ""}, file + ":6:7: hello has 1 messages here and 2 in its source: write as many"},
		{"unknown placeholder", []string{file, `"Llame al {phone}."`, `"Llame al {phoen}."`}, file + ":7:52: unknown placeholder {phoen}: did you mean \"phone\"?"},
		{"one form only", []string{file, `, usted: "¿Tiene 18 años?"`, ""}, file + ":9:10: ask has not both forms of address: write `usted:` as well"},
		{"unknown form", []string{file, `usted: "¿Tiene`, `vos: "¿Tiene`}, file + ":9:35: unknown key \"vos\" in ask: known: tu, usted"},
		{"unknown answer", []string{file, "adult: Sí,", "adlut: Sí,"}, file + ":10:15: \"adlut\" is not an answer of age: did you mean \"adult\"?"},
		{"two labels alike", []string{file, "adult: Sí,", "adult: Más tarde,"}, file + ":12:11: \"Más tarde\" means both adult and the button skip: reword one"},
		{"two options alike", []string{"translations/es/lists/topics.yaml", "Poco deseo", "dólor"}, "translations/es/lists/topics.yaml:3:40: \"dólor\" means both pain and desire: reword one"},
		{"unknown option", []string{"translations/es/lists/topics.yaml", "pain: Dolor", "pian: Dolor"}, "translations/es/lists/topics.yaml:3:11: lists/topics.yaml has no pian with texts: did you mean \"pain\"?"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(unsound(t, bilingual(t, c.change...)), []string{c.want}); diff != "" {
				t.Errorf("(-got +want):\n%s", diff)
			}
		})
	}
	fs := bilingual(t)
	fs["translations/es/dialogs/u.yaml"] = &fstest.MapFile{Data: []byte("translation: u\nlanguage: es\nsteps: {}\n")}
	want := []string{"translations/es/dialogs/u.yaml:1:1: there is no dialogs/u.yaml that this could translate: rename it, or delete it"}
	if diff := cmp.Diff(unsound(t, fs), want); diff != "" {
		t.Errorf("a translation of nothing (-got +want):\n%s", diff)
	}
}
