package wording_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"anteroom/dialogs/script"
	"anteroom/dialogs/script/wording"
)

// rules are the rules that a library breaks, with their language.
func rules(t *testing.T, files map[string]string, sums bool, texts ...wording.Piece) []string {
	t.Helper()
	var out []string
	for _, f := range wording.Check(library(t, files, sums), wording.Options{Texts: texts}) {
		out = append(out, fmt.Sprintf("%s %s %s", f.Severity, f.Rule, f.Language))
	}
	return out
}

// TestVerbatim: the words of a published instrument stay as they are.
func TestVerbatim(t *testing.T) {
	hard := "Patients suffering from normal dysfunction necessitate psychotherapeutic intervention, individualised evaluation, " +
		"comprehensive documentation of interpersonal communication difficulties and of everything else that anybody could ever name in a place like this one here. Do they? Do they not?"
	own := files()
	own["dialogs/t.yaml"] = strings.Replace(dialog, "ask: How old are you?", "ask: "+hard, 1)
	want := []string{
		"error word en", "error word en", "error word en", "error word en",
		"error question en", "error sentence en", "error grade en",
	}
	got := rules(t, own, true)
	for _, rule := range want {
		if !strings.Contains(strings.Join(got, "\n"), rule) {
			t.Errorf("our own words: got %v, want %s among them", got, rule)
		}
	}
	own["dialogs/t.yaml"] = strings.Replace(dialog, "ask: How old are you?", "verbatim: A Questionnaire, 1999\n    ask: "+hard, 1)
	if got := rules(t, own, true); len(got) > 0 {
		t.Errorf("words of an instrument: got %v, want nothing", got)
	}
	own["dialogs/t.yaml"] = strings.Replace(own["dialogs/t.yaml"], "I am over 18", "It is more than eighteen years that I live", 1)
	if diff := cmp.Diff([]string{"error label en"}, rules(t, own, true)); diff != "" {
		t.Errorf("a button must fit all the same (-want +got):\n%s", diff)
	}
}

func TestStale(t *testing.T) {
	if diff := cmp.Diff([]string{
		"error stale es", "error stale es", "error stale es", "error stale es", "error stale es",
	}, rules(t, files(), false)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestUntranslated: a file without a translation is told once.
func TestUntranslated(t *testing.T) {
	own := files()
	delete(own, "translations/es/dialogs/t.yaml")
	got := wording.Check(library(t, own, true), wording.Options{})
	if len(got) != 1 || got[0].String() != "dialogs/t.yaml:1:9: dialogs/t is not translated into es: write translations/es/dialogs/t.yaml" {
		t.Errorf("got %v", got)
	}
}

// TestNoMeasure: what cannot be measured is said, and stops nobody.
func TestNoMeasure(t *testing.T) {
	own := map[string]string{
		"dialogs/t.yaml":                 "dialog: t\nsteps:\n  a: {say: Hello.}\n  b: {finish: done}\n",
		"translations/fr/dialogs/t.yaml": "translation: t\nlanguage: fr\nsteps: {a: {say: Bonjour.}}\nof: {a: 00000000}\n",
	}
	if diff := cmp.Diff([]string{"error stale fr", "warning measure fr"}, sortedRules(rules(t, own, false))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func sortedRules(rules []string) []string {
	if len(rules) == 2 && rules[0] > rules[1] {
		rules[0], rules[1] = rules[1], rules[0]
	}
	return rules
}

// TestTexts: what stands in no script is held to the same rules.
func TestTexts(t *testing.T) {
	at := script.Place{File: "texts/en.yaml", Line: 7, Column: 3}
	long := strings.Repeat("Confidentiality obligations necessitate verification. ", 8)
	got := wording.Check(library(t, files(), true), wording.Options{Texts: []wording.Piece{
		{At: at, Of: "texts", Language: "en", Kind: wording.Label, Text: "Back"},
		{At: at, Of: "texts", Language: "es-usted", Kind: wording.Label, Text: "Es normal"},
		{At: at, Of: "texts", Language: "en", Text: long},
	}})
	var what []string
	for _, f := range got {
		what = append(what, fmt.Sprintf("%s %s %s", f.At, f.Rule, f.Language))
	}
	if diff := cmp.Diff([]string{"texts/en.yaml:7:3 grade en", "texts/en.yaml:7:3 word es-usted"}, what); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestGradeOfForms: of two forms of address the harder is told, once.
func TestGradeOfForms(t *testing.T) {
	own := files()
	hard := strings.Repeat("Necesitamos verificaciones administrativas complementarias. ", 10)
	own["translations/es/dialogs/t.yaml"] = strings.Replace(spanish, "¿Cuántos años tiene?", hard+"¿Cuántos años tiene?", 1)
	if diff := cmp.Diff([]string{"error grade es-usted"}, rules(t, own, true)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestCalledDialog: a dialog that others call answers for itself, once.
func TestCalledDialog(t *testing.T) {
	own := map[string]string{
		"dialogs/t.yaml":    "dialog: t\nsteps:\n  a: {call: body, go: {done: b}}\n  b: {finish: done}\n",
		"dialogs/body.yaml": "dialog: body\nsteps:\n  a: {say: It is normal.}\n  b: {finish: done}\n",
	}
	if diff := cmp.Diff([]string{"error word en"}, rules(t, own, false)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestLabelInForms: each form of address of a button is measured, and one that
// serves both only once.
func TestLabelInForms(t *testing.T) {
	own := files()
	own["translations/es/dialogs/t.yaml"] = strings.NewReplacer(
		`"Más de 18"`, `{tu: "Tienes más de 18", usted: "Es normal"}`, `"Menos de 18"`, `"Es anormal"`).Replace(spanish)
	if diff := cmp.Diff([]string{"error word es", "error word es-usted"}, sortedRules(rules(t, own, true))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestText(t *testing.T) {
	for _, tt := range []struct {
		name, lang string
		kind       wording.Kind
		text       string
		want       string
	}{
		{"letters of two bytes", "el", wording.Label, strings.Repeat("ω", 33), "label"},
		{"as many as fit", "el", wording.Label, strings.Repeat("ω", 32), ""},
		{"letters of one byte", "en", wording.Label, strings.Repeat("o", 35), ""},
		{"an emoji", "en", wording.Label, "👍", "label"},
		{"letters of two units", "fr", wording.Message, strings.Repeat("🙂", 2049), "long"},
		{"a question that is quoted", "en", wording.Question, "Press “What is this?” or “Who are you?”. Shall we?", ""},
		{"questions that are said", "en", wording.Message, "Why? Because. Why not?", ""},
		{"questions of Arabic", "ar", wording.Question, "كيف حالك؟ من أين أنت؟", "question"},
		{"an exclamation", "es", wording.Message, "Hola!", "marks"},
		{"a stem", "es", wording.Message, "Has sufrido mucho.", "word"},
		{"an accent that is left out", "es", wording.Label, "Soy victima", "word"},
		{"part of a longer word", "es", wording.Message, "Ten paciencia. Normalmente pasa. Es media hora.", ""},
		{"part of a longer English word", "en", wording.Message, "Wait, he said. It is failsafe. Be patient.", "word"},
		{"a placeholder is no word of ours", "en", wording.Message, "Dear {patient}, hello.", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := ""
			for _, c := range wording.Text(tt.lang, tt.kind, tt.text) {
				got += c.Rule
			}
			if got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// TestLimits: what reads just within the limit passes, and just beyond it does not.
func TestLimits(t *testing.T) {
	for _, tt := range []struct {
		name, lang, text string
		want             int
	}{
		{"English within", "en", "The service keeps a careful record of answers.", 0},
		{"English beyond", "en", "The service keeps a confidential record of answers.", 1},
		{"Spanish within", "es", "Guardamos tus respuestas con mucho cuidado.", 0},
		{"Spanish beyond", "es", "Guardamos tus respuestas con bastante cuidado.", 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := wording.Check(library(t, files(), true), wording.Options{Texts: []wording.Piece{
				{Of: "texts", Language: tt.lang, Text: strings.Repeat(tt.text+" ", 8)},
			}})
			if len(got) != tt.want {
				t.Errorf("got %v at %.1f, want %d", got, wording.Measure(tt.lang, tt.text).Grade, tt.want)
			}
		})
	}
}

func TestTable(t *testing.T) {
	sentence := strings.Repeat("You can stop at any time. ", 6)
	rows := wording.Table(library(t, files(), true), wording.Options{Texts: []wording.Piece{
		{Of: "texts", Language: "en", Text: sentence},
		{Of: "texts", Language: "en", Kind: wording.Label, Text: "Back"},
	}})
	var got []string
	for _, r := range rows {
		got = append(got, fmt.Sprintf("%s: %d texts, %d words, %s, hardest %q", r.Language, r.Texts, r.Words, r.Scale, r.Hardest))
	}
	if diff := cmp.Diff([]string{
		`en: 10 texts, 51 words, Flesch–Kincaid, hardest "texts"`,
		`es: 8 texts, 17 words, Fernández-Huerta, hardest ""`,
	}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func ExampleText() {
	for _, c := range wording.Text("en", wording.Question, "Do you suffer? Since when?") {
		fmt.Printf("%s: %s: %s\n", c.Rule, c.What, c.Mend)
	}
	// Output:
	// question: 2 questions in one message: ask one, and make the other a step of its own
	// word: the word “suffer”, which a client must not read: say “have” or “live with” instead
}

func ExampleMeasure() {
	r := wording.Measure("es", "Aquí puedes hablar con calma.", "Nadie más lo lee.")
	fmt.Printf("%d words, %d sentences, %s %.0f\n", r.Words, r.Sentences, r.Scale, r.Grade)
	// Output:
	// 9 words, 2 sentences, Fernández-Huerta 102
}
