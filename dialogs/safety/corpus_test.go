package safety_test

import (
	"os"
	"strings"
	"testing"
	"unicode"

	"pgregory.net/rapid"

	"golang.org/x/text/unicode/norm"

	"anteroom/dialogs/safety"
)

// line is one labelled message. Rules are written against dev.tsv, to which
// several writers gave lines that the rules had not seen. held.tsv was written
// before the rules and guards what was reached: it has been read since, so
// honest figures need lines that nobody here has seen.
type line struct {
	label          safety.Class
	language, text string
}

func corpus(t testing.TB, name string) []line {
	t.Helper()
	data, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	var out []line
	for row := range strings.Lines(string(data)) {
		f := strings.SplitN(strings.TrimSuffix(row, "\n"), "\t", 3)
		if len(f) != 3 || f[0] == "" || f[2] == "" {
			t.Fatalf("%s: line %d is not LABEL, LANGUAGE, TEXT", name, len(out)+1)
		}
		out = append(out, line{safety.Class(f[0]), f[1], f[2]})
	}
	return out
}

// TestCorpus holds both halves to what a clinic may rely on.
func TestCorpus(t *testing.T) {
	r := rules(t)
	total := 0
	for _, half := range []string{"dev.tsv", "held.tsv"} {
		lines, right := make(map[safety.Class]int), make(map[safety.Class]int)
		quiet, alarms, languages := 0, 0, make(map[string]int)
		for _, l := range corpus(t, half) {
			total++
			languages[l.language]++
			got, label := class(r, l.text), l.label
			if !label.Alarm() {
				quiet++
				if got.Alarm() {
					alarms++
				}
				continue
			}
			lines[label]++
			if got == label {
				right[label]++
			}
		}
		for c, least := range map[safety.Class]float64{safety.Crisis: 0.95, safety.Child: 0.95, safety.Emergency: 0.95, safety.Medical: 0.95, safety.IPV: 0.9, safety.Solicitation: 0.9} {
			if got := float64(right[c]) / float64(lines[c]); got < least || lines[c] < 50 {
				t.Errorf("%s: %s: found %.3f of %d, want %.2f", half, c, got, lines[c], least)
			}
		}
		if got := float64(alarms) / float64(quiet); got > 0.05 || quiet < 100 {
			t.Errorf("%s: %.3f of %d quiet messages alarm, want 0.05 at most", half, got, quiet)
		}
		if languages["en"] < 100 || languages["es"] < 100 {
			t.Errorf("%s: got %v, want both languages", half, languages)
		}
	}
	if total < 2900 {
		t.Errorf("the corpus has %d lines, want 2900", total)
	}
}

// TestHalvesAreApart: no line stands in both halves.
func TestHalvesAreApart(t *testing.T) {
	seen := make(map[string]bool)
	for _, l := range corpus(t, "dev.tsv") {
		seen[strings.ToLower(l.text)] = true
	}
	for i, l := range corpus(t, "held.tsv") {
		if seen[strings.ToLower(l.text)] {
			t.Errorf("line %d of held.tsv stands in dev.tsv too", i+1)
		}
	}
}

// TestChangedCrisis: a crisis that is found is found as well when it is
// written otherwise, or stands between other sentences.
func TestChangedCrisis(t *testing.T) {
	r := rules(t)
	var known []string
	for _, l := range corpus(t, "dev.tsv") {
		if l.label == safety.Crisis && class(r, l.text) == safety.Crisis {
			known = append(known, l.text)
		}
	}
	for name, change := range map[string]func(string) string{
		"upper case": strings.ToUpper,
		"no accents": func(s string) string {
			return strings.Map(func(c rune) rune {
				if unicode.Is(unicode.Mn, c) {
					return -1
				}
				return c
			}, norm.NFD.String(s))
		},
		"decomposed": norm.NFD.String,
		"no commas":  func(s string) string { return strings.ReplaceAll(s, ",", "") },
	} {
		t.Run(name, func(t *testing.T) {
			for _, text := range known {
				if changed := change(text); class(r, changed) != safety.Crisis {
					t.Errorf("%q became %q and is no crisis", text, changed)
				}
			}
		})
	}
	word := []string{"kill", "suicid", "matar", "morir", "die"}
	changes := map[string]func(*rapid.T, string) string{
		"invisible": func(t *rapid.T, s string) string {
			runes := []rune(s)
			at := rapid.IntRange(0, len(runes)).Draw(t, "at")
			return string(runes[:at]) + "\u200b\u2060" + string(runes[at:])
		},
		"stretched": func(t *rapid.T, s string) string {
			w := rapid.SampledFrom(word).Draw(t, "word")
			return strings.ReplaceAll(s, w, w[:len(w)-1]+strings.Repeat(w[len(w)-1:], 4))
		},
		"digits for letters": func(t *rapid.T, s string) string {
			w := rapid.SampledFrom(word).Draw(t, "word")
			return strings.ReplaceAll(s, w, strings.NewReplacer("i", "1", "a", "4", "o", "0").Replace(w))
		},
	}
	for name, change := range changes {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				text := rapid.SampledFrom(known).Draw(t, "text")
				if changed := change(t, text); class(r, changed) != safety.Crisis {
					t.Fatalf("%q became %q and is no crisis", text, changed)
				}
			})
		})
	}
}

// TestAmongOthers: what a message says is found between other sentences too,
// and a crisis that is denied alarms nobody, whatever stands beside it. Words
// far apart do mean something together, so a few may change.
func TestAmongOthers(t *testing.T) {
	r := rules(t)
	others := []string{"We have been together for ten years.", "Vivimos en Madrid.", "How much does it cost?", "Trabajo mucho.", "Thanks for reading!"}
	denied := []string{"I am not suicidal.", "I don't want to die.", "No quiero morir.", "No soy suicida.", "Nunca pienso en matarme.", "I never think about killing myself."}
	found, lost, calm, woken := 0, 0, 0, 0
	for _, l := range corpus(t, "dev.tsv") {
		got := class(r, l.text)
		switch {
		case l.label == safety.Crisis && got == safety.Crisis:
			for _, before := range others {
				for _, after := range others {
					if found++; class(r, before+" "+l.text+". "+after) != safety.Crisis {
						lost++
					}
				}
			}
		case l.label == safety.None && !got.Alarm():
			for _, no := range denied {
				calm += 2
				for _, text := range []string{l.text + ". " + no, no + " " + l.text} {
					if class(r, text).Alarm() {
						woken++
					}
				}
			}
		}
	}
	if found == 0 || lost*100 > found {
		t.Errorf("%d of %d crises are lost among other sentences; want at most 1 in 100", lost, found)
	}
	if calm == 0 || woken*50 > calm {
		t.Errorf("%d of %d calm messages alarm with a denial beside them; want at most 2 in 100", woken, calm)
	}
}

// TestWarmthBesideDanger: who loves, travels or is otherwise happy has agreed to
// no blow and to no death: what danger says goes on alarming with that behind it.
func TestWarmthBesideDanger(t *testing.T) {
	r := rules(t)
	warm := map[string][]string{
		"en": {"But I love him.", "I love my family.", "We love hiking.", "The sex is great otherwise.", "Apart from that we are happy."},
		"es": {"Pero lo amo.", "Quiero mucho a mi familia.", "Nos encanta viajar.", "El sexo es muy bueno.", "Por lo demás somos felices."},
	}
	found, lost := make(map[safety.Class]int), make(map[safety.Class]int)
	for _, l := range corpus(t, "dev.tsv") {
		switch l.label {
		case safety.Crisis, safety.Child, safety.IPV, safety.Emergency:
			if class(r, l.text) != l.label {
				continue
			}
			for _, more := range warm[l.language] {
				if found[l.label]++; !class(r, l.text+". "+more).Alarm() {
					lost[l.label]++
				}
			}
		}
	}
	for _, c := range []safety.Class{safety.Crisis, safety.Child, safety.IPV, safety.Emergency} {
		if found[c] == 0 || lost[c]*100 > found[c] {
			t.Errorf("%s: %d of %d are lost beside warmth; want at most 1 in 100", c, lost[c], found[c])
		}
	}
}
