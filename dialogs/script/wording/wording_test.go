package wording_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"anteroom/dialogs/script"
	"anteroom/dialogs/script/wording"
)

// The small library that each test breaks in one place.
const (
	dialog = `dialog: t
facts:
  age: {type: choice, of: [adult, minor], seen-by: case, keep: enquiry}
  pick: {type: choice, of: {list: tops}, seen-by: case, keep: enquiry}
given: {place: text}
steps:
  hello:
    say: Welcome to {place}.
  age:
    ask: How old are you?
    why: The law asks us.
    into: age
    answers: {adult: "I am over 18", minor: "I am under 18"}
  pick:
    ask: What brings you here?
    into: pick
  bye: {finish: done}
`
	list    = "list: tops\noptions: {pain: Pain that stays, other: Something else}\n"
	spanish = `translation: t
language: es
steps:
  hello:
    say: {tu: "Te damos la bienvenida a {place}.", usted: "Le damos la bienvenida a {place}."}
  age:
    ask: {tu: "¿Cuántos años tienes?", usted: "¿Cuántos años tiene?"}
    why: La ley lo pide.
    answers: {adult: "Más de 18", minor: "Menos de 18"}
  pick:
    ask: {tu: "¿Qué te trae aquí?", usted: "¿Qué le trae aquí?"}
`
	spanishList = "translation: tops\nlanguage: es\noptions: {pain: Dolor que sigue, other: Otra cosa}\n"
)

// library compiles the files, with the sums that make no translation stale.
func library(t *testing.T, files map[string]string, sums bool) *script.Library {
	t.Helper()
	load := func(files map[string]string) *script.Library {
		fsys := fstest.MapFS{}
		for name, text := range files {
			fsys[name] = &fstest.MapFile{Data: []byte(text)}
		}
		lib, err := script.Load(fsys)
		if err != nil {
			t.Fatal(err)
		}
		return lib
	}
	lib := load(files)
	if !sums {
		return lib
	}
	whole := map[string]string{}
	for name, text := range files {
		whole[name] = text
		if of, ok := strings.CutPrefix(name, "translations/es/"); ok {
			whole[name] += "of:\n"
			for _, s := range lib.Sources(strings.TrimSuffix(of, ".yaml")) {
				whole[name] += fmt.Sprintf("  %s: %q\n", s.ID, s.Sum)
			}
		}
	}
	return load(whole)
}

func files() map[string]string {
	return map[string]string{
		"dialogs/t.yaml": dialog, "lists/tops.yaml": list,
		"translations/es/dialogs/t.yaml": spanish, "translations/es/lists/tops.yaml": spanishList,
	}
}

func TestCheckFindsNothing(t *testing.T) {
	if got := wording.Check(library(t, files(), true), wording.Options{}); len(got) > 0 {
		t.Errorf("got %v", got)
	}
}

func TestCheck(t *testing.T) {
	const long = "We ask you to read this and to think about it and to come back to us with all that you know and all that you want."
	for _, tt := range []struct {
		name           string
		file, old, new string
		want           []string
	}{
		{"a step without a translation", "translations/es/dialogs/t.yaml", "  pick:\n    ask: {tu: \"¿Qué te trae aquí?\", usted: \"¿Qué le trae aquí?\"}\n", "", []string{
			"translated dialogs/t.yaml:15:10 es: pick is not translated into es: ask: write it under `steps: pick:` in translations/es/dialogs/t.yaml"}},
		{"two fields without one", "translations/es/dialogs/t.yaml", "    why: La ley lo pide.\n    answers: {adult: \"Más de 18\", minor: \"Menos de 18\"}\n", "", []string{
			"translated dialogs/t.yaml:11:10 es: age is not translated into es: why, the answer adult, the answer minor: write it under `steps: age:` in translations/es/dialogs/t.yaml"}},
		{"an option without one", "translations/es/lists/tops.yaml", "pain: Dolor que sigue, ", "", []string{
			"translated lists/tops.yaml:2:11 es: pain is not translated into es: write it under `options: pain:` in translations/es/lists/tops.yaml"}},
		{"a placeholder that is lost", "translations/es/dialogs/t.yaml", "usted: \"Le damos la bienvenida a {place}.\"", "usted: \"Le damos la bienvenida.\"", []string{
			"placeholders translations/es/dialogs/t.yaml:5:59 es-usted: the translation into es-usted lacks {place}: fill it in, as often as the original does"}},
		{"a placeholder too many", "translations/es/dialogs/t.yaml", "La ley lo pide.", "La ley lo pide en {place}.", []string{
			"placeholders translations/es/dialogs/t.yaml:8:10 es: the translation into es fills in {place}, and the original does not: delete it"}},
		{"a placeholder said twice", "translations/es/dialogs/t.yaml", "Te damos la bienvenida a {place}.", "Bienvenida a {place}. Es {place}.", []string{
			"placeholders translations/es/dialogs/t.yaml:5:15 es-tu: the translation into es-tu fills in {place}, and the original does not: delete it"}},
		{"a long sentence", "dialogs/t.yaml", "The law asks us.", long, []string{
			"sentence dialogs/t.yaml:11:10 en: 27 words in one sentence, want at most 25: “We ask you to read this …”: split this sentence: one thought each"}},
		{"a long sentence in one form", "translations/es/dialogs/t.yaml", "Le damos la bienvenida a {place}.", "Le damos la bienvenida a {place} " + strings.Repeat("y a su casa ", 6) + ".", []string{
			"sentence translations/es/dialogs/t.yaml:5:59 es-usted: 30 words in one sentence, want at most 25: “Le damos la bienvenida a X …”: split this sentence: one thought each"}},
		{"words that judge", "dialogs/t.yaml", "The law asks us.", "It is Normal. Patients’ AI.", []string{
			"word dialogs/t.yaml:11:10 en: the word “normal”, which a client must not read: say “usual” or “common” instead",
			"word dialogs/t.yaml:11:10 en: the word “patients”, which a client must not read: say “person” or “client” instead",
			"word dialogs/t.yaml:11:10 en: the word “ai”, which a client must not read: say “program” instead"}},
		{"a word that judges in Spanish", "translations/es/dialogs/t.yaml", "La ley lo pide.", "Las VÍCTIMAS lo piden.", []string{
			"word translations/es/dialogs/t.yaml:8:10 es: the word “victimas”, which a client must not read: say “alguien a quien hicieron daño” instead"}},
		{"two questions", "dialogs/t.yaml", "How old are you?", "How old are you? Or how young?", []string{
			"question dialogs/t.yaml:10:10 en: 2 questions in one message: ask one, and make the other a step of its own"}},
		{"a question that does not open", "translations/es/dialogs/t.yaml", "¿Cuántos años tiene?", "Cuántos años tiene?", []string{
			"marks translations/es/dialogs/t.yaml:7:47 es-usted: 0 ¿ and 1 ?: write ¿ before it and ? after it"}},
		{"a long button", "dialogs/t.yaml", "I am over 18", "I am eighteen years old, or even older", []string{
			"label dialogs/t.yaml:13:15 en: 38 letters on a button, and a phone shows 35: “I am eighteen years old, or even older”: say it shorter; the rest can stand in the question"}},
		{"a button without words", "dialogs/t.yaml", "I am over 18", "18 +", []string{
			"label dialogs/t.yaml:13:15 en: “18 +” has no words: write words; a picture or a sign alone cannot be read aloud"}},
		{"a long option of a list", "translations/es/lists/tops.yaml", "Otra cosa", "Otra cosa que no está en esta lista de aquí", []string{
			"label translations/es/lists/tops.yaml:3:34 es: 43 letters on a button, and a phone shows 35: “Otra cosa que no está en esta lista de aquí”: say it shorter; the rest can stand in the question"}},
		{"a text that is too long", "dialogs/t.yaml", "The law asks us.", "\"" + strings.Repeat("We ask. ", 490) + "{place}\"", []string{
			"long dialogs/t.yaml:11:10 en: 4120 letters with what is filled in, and a message has room for 4096: split it into several messages",
			"placeholders translations/es/dialogs/t.yaml:8:10 es: the translation into es lacks {place}: fill it in, as often as the original does"}},
		{"too many buttons", "dialogs/t.yaml", "", "", []string{
			"options dialogs/t.yaml:9:3 en: the question age has 101 buttons, and a message has room for 100: put the most usual into `first` of a list; the others can still be typed"}},
		{"hard reading", "dialogs/t.yaml", "The law asks us.", strings.Repeat("Confidentiality obligations necessitate verification. ", 8), []string{
			"grade dialogs/t.yaml:8:10 en: dialogs/t reads at 30.9 (Flesch–Kincaid) in en, want at most 6.9: use shorter words and sentences; the hardest sentence: “Confidentiality obligations necessitate verification”"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			broken := files()
			if tt.old == "" {
				delete(broken, "translations/es/dialogs/t.yaml")
				delete(broken, "translations/es/lists/tops.yaml")
				var ids, labels []string
				for i := range 101 {
					ids, labels = append(ids, fmt.Sprint("v", i)), append(labels, fmt.Sprintf("v%d: Answer %d", i, i))
				}
				broken[tt.file] = strings.NewReplacer("adult, minor", strings.Join(ids, ", "), `adult: "I am over 18", minor: "I am under 18"`, strings.Join(labels, ", ")).Replace(dialog)
			} else if broken[tt.file] = strings.Replace(broken[tt.file], tt.old, tt.new, 1); broken[tt.file] == files()[tt.file] {
				t.Fatal("nothing was changed")
			}
			var got []string
			for _, f := range wording.Check(library(t, broken, true), wording.Options{}) {
				got = append(got, fmt.Sprintf("%s %s %s: %s: %s", f.Rule, f.At, f.Language, f.What, f.Mend))
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
