package wording_test

import (
	"math"
	"strings"
	"testing"

	"anteroom/dialogs/script/wording"
)

// TestSpanishSyllables counts words that are divided here as the Ortografía of
// the Real Academia Española divides them.
func TestSpanishSyllables(t *testing.T) {
	for divided := range strings.FieldsSeq(`
		sol pan de-se-o ca-sa a-mor per-so-na pre-gun-ta res-pues-ta se-xo cuer-po
		tie-ne bue-no cau-sa vein-te cui-dar ciu-dad viu-da sua-ve quie-ro que quién
		gue-rra guion pin-güi-no a-ver-güen-za lin-güís-ti-ca a-gua guar-dar se-guir si-guien-te
		pa-ís ma-rí-a o-ír ra-íz ba-úl le-í-do cre-í-a vi-ví-ais con-ti-nú-a grú-a te-ní-a a-hí bú-ho pro-hí-be re-hú-so
		te-a-tro ca-os po-e-ta ne-ce-si-dad a-é-re-o le-er al-co-hol a-ho-ra mo-ho ve-hí-cu-lo ca-ca-hue-te vi-hue-la ma-ri-hua-na
		muy hoy ley re-yes y yo a-yu-da ya es-toy buey pa-ra-guay
		cuí-da-te cons-trui-do chi-i-ta ti-í-to an-ti-in-fla-ma-to-rio
		a-ve-ri-guáis lim-piáis o-í-ais hue-vo hier-ba des-ha-cer
		e-mer-gen-cia te-ra-peu-ta in-for-ma-ción con-fi-den-cial psi-co-te-ra-pia a-fec-tuo-so ra-dio-gra-fí-a
		u-rru-tia ca-mión dí-as dio fue pie hués-ped Á-NI-MO ins-truc-cio-nes`) {
		word := strings.ReplaceAll(divided, "-", "")
		want := 1 + strings.Count(divided, "-")
		if got := wording.SpanishSyllables(word); got != want {
			t.Errorf("%s: got %d syllables, want %d", divided, got, want)
		}
	}
}

func TestEnglishSyllables(t *testing.T) {
	for w, want := range map[string]int{"cat": 1, "therapist": 3, "time": 1, "asked": 1, "wanted": 2, "people": 2, "emergency": 4, "hmm": 1} {
		if got := wording.EnglishSyllables(w); got != want {
			t.Errorf("%q: got %d, want %d", w, got, want)
		}
	}
}

func TestSentences(t *testing.T) {
	for _, tt := range []struct {
		name, in string
		want     int
	}{
		{"a placeholder alone is the host's", "One is here. Two?\n{helplines}\nPress “Yes. No” now: then go.", 4},
		{"Spanish marks", "Hola. ¿Cómo estás? ¡Bien!", 3},
		{"a question within a sentence", "Dime, ¿cómo estás?", 1},
		{"quotes of Spain", "Escribe «ayuda. ya» cuando quieras.", 1},
		{"numbers of a list", "1. One thing.\n2. Another thing.", 2},
		{"nothing", " \n…", 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := wording.Sentences(tt.in); len(got) != tt.want {
				t.Errorf("got %q, want %d sentences", got, tt.want)
			}
		})
	}
}

func TestMeasure(t *testing.T) {
	easy := wording.Measure("en", "The cat sat on the mat. It was warm. The dog ran to it.")
	hard := wording.Measure("en", "Psychotherapeutic interventions necessitate comprehensive, individualised evaluation of interpersonal communication difficulties.")
	if easy.Grade > 3 || hard.Grade < 15 {
		t.Errorf("English: easy %.1f, hard %.1f", easy.Grade, hard.Grade)
	}
	// Eleven words, three sentences, sixteen syllables.
	got := wording.Measure("es-usted", "Hoy hace sol. La gata duerme en su cama. Yo leo.")
	if got.Words != 11 || got.Sentences != 3 || got.Syllables != 16 || got.Scale != "Fernández-Huerta" {
		t.Errorf("Spanish: got %+v", got)
	}
	if want := 206.84 - 60*16.0/11 - 1.02*11/3; math.Abs(got.Grade-want) > 1e-9 {
		t.Errorf("Spanish: got %.2f, want %.2f", got.Grade, want)
	}
	hard = wording.Measure("es", "Las intervenciones psicoterapéuticas requieren evaluaciones individualizadas. Es así.")
	if hard.Grade > 40 || !strings.HasPrefix(hard.Hardest, "Las intervenciones") {
		t.Errorf("hard Spanish: got %+v", hard)
	}
	if got := wording.Measure("fr", "Le chat dort."); got.Scale != "" || got.Grade != 0 || got.Words != 3 {
		t.Errorf("a language without a measure: got %+v", got)
	}
}
