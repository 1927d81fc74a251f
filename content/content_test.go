package content_test

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"anteroom/content"
)

// today stands for the day of a release; numbers older than a year fail it.
var today = time.Date(2026, time.November, 30, 0, 0, 0, 0, time.UTC)

func helplines(t *testing.T) *content.Directory {
	t.Helper()
	d, err := content.Helplines(content.Files)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestHelplines(t *testing.T) {
	d := helplines(t)
	for _, tt := range []struct {
		place     string
		emergency string
		crisis    string
		zone      string
	}{
		{"US-CA", "911", "988", "America/Los_Angeles"},
		{"US-TX", "911", "988", "America/Chicago"},
		{"CA-QC", "911", "988", "America/Toronto"},
		{"GB", "999", "116 123", "Europe/London"},
		{"IE", "112 or 999", "116 123", "Europe/Dublin"},
		{"ES", "112", "024", "Europe/Madrid"},
		{"AU-WA", "000", "13 11 14", "Australia/Perth"},
		{"NZ", "111", "1737", "Pacific/Auckland"},
		{"MX", "911", "800 911 2000", "America/Mexico_City"},
		{"BR", "192 (ambulance) or 190 (police)", "188", "America/Sao_Paulo"},
		{"FR", "112", "3114", "Europe/Paris"},
		{"DE", "112", "0800 111 0 111", "Europe/Berlin"},
		{"AR", "911", "0800 999 0091", "America/Argentina/Buenos_Aires"},
		{"CL", "131 (ambulance) or 133 (police)", "*4141", "America/Santiago"},
		{"CO", "123", "106", "America/Bogota"},
		{"PE", "106 (ambulance) or 105 (police)", "113, option 5", "America/Lima"},
		{"UY", "911", "0800 0767", "America/Montevideo"},
		{"EC", "911", "171, option 6", "America/Guayaquil"},
		{"CR", "911", "I know no help line for that place yet.", "America/Costa_Rica"},
		{"GT", "122 (ambulance) or 110 (police)", "I know no help line for that place yet.", "America/Guatemala"},
		{"KE", "112 or your local emergency number", "I know no help line for that place yet.", "Africa/Nairobi"},
		{"XX", "112 or your local emergency number", "I know no help line for that place yet.", ""},
		{"", "112 or your local emergency number", "", ""},
	} {
		t.Run(tt.place, func(t *testing.T) {
			if got := d.Emergency(tt.place); got != tt.emergency {
				t.Errorf("emergency: got %q, want %q", got, tt.emergency)
			}
			if got := d.Lines(tt.place, content.Crisis); !strings.Contains(got, tt.crisis) || tt.crisis == "" && got != "" {
				t.Errorf("crisis: got %q, want %q in it", got, tt.crisis)
			}
			if got := d.Zone(tt.place); got != tt.zone {
				t.Errorf("zone: got %q, want %q", got, tt.zone)
			}
		})
	}
	got := d.Lines("ES")
	want := "Suicide prevention line: 024 (day and night)\n" +
		"Violence against women: 016 (day and night)\n" +
		"ANAR: 900 20 20 10 (day and night)"
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("all lines of ES (-want +got):\n%s", diff)
	}
}

// The words beside the numbers are said in other languages too.
func TestHelplinesInSpanish(t *testing.T) {
	d := helplines(t)
	es := d.In("es")
	for _, tt := range []struct{ got, want string }{
		{es.Lines("ES", content.Crisis), "Línea de prevención del suicidio: 024 (día y noche)"},
		{es.Lines("US", content.Assault), "RAINN, sexual assault hotline: 800-656-4673 (día y noche)"},
		{es.Lines("XX"), "Todavía no conozco ninguna línea de ayuda en ese lugar."},
		{es.Lines(""), ""},
		{es.Emergency("BR"), "192 (ambulancia) o 190 (policía)"},
		{es.Emergency("US-CA"), "911"},
		{es.Zone("US-CA"), "America/Los_Angeles"},
		{d.In("xx").Emergency("BR"), "192 (ambulance) or 190 (police)"},
		{d.Lines("ES", content.Crisis), "Suicide prevention line: 024 (day and night)"},
	} {
		if tt.got != tt.want {
			t.Errorf("got %q, want %q", tt.got, tt.want)
		}
	}
}

func TestHelplineWordMistakes(t *testing.T) {
	lines := "elsewhere: {emergency: \"112 or another\"}\ncountries:\n  ES: {zone: Europe/Madrid, emergency: \"112\"" +
		", dated: 2026-11-01, crisis: [{name: A, number: \"1, call\", hours: always}]}\n"
	for name, tt := range map[string]struct{ words, want string }{
		"none":             {"", "translations/es/helplines.yaml: the file is empty"},
		"another language": {"language: fr\nwords: {\"I know no help line for that place yet.\": a}\n", "translations/es/helplines.yaml:1:11: the file says another language than its folder"},
		"some missing":     {"language: es\nwords:\n  \"I know no help line for that place yet.\": a\n  always: b\n", `translations/es/helplines.yaml:3:3: "1, call" is not translated`},
		"an empty one":     {"language: es\nwords: {\"I know no help line for that place yet.\": a, always: \"\", \"1, call\": c, 112 or another: d}\n", "translations/es/helplines.yaml:2:63: this must be words"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := content.Helplines(fstest.MapFS{"helplines.yaml": {Data: []byte(lines)}, "translations/es/helplines.yaml": {Data: []byte(tt.words)}})
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v\nwant %s", err, tt.want)
			}
		})
	}
	_, err := content.Helplines(fstest.MapFS{"helplines.yaml": {Data: []byte(lines)}, "translations/es/texts.yaml": {Data: []byte("x")}})
	if want := "translations/es/helplines.yaml: the words beside the help numbers are not translated: "; err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("a translation without the file: got %v\nwant %s", err, want)
	}
}

// TestEveryPlaceHasAZone keeps the list of places and the help numbers together.
func TestEveryPlaceHasAZone(t *testing.T) {
	d := helplines(t)
	list, ok := load(t).List("countries")
	if !ok {
		t.Fatal("there is no list of countries")
	}
	places := list.In("en").All
	for _, o := range places {
		country, region, split := strings.Cut(o.ID, "-")
		c, known := d.At(o.ID)
		if !known || d.Zone(o.ID) == "" {
			t.Errorf("%s has no time zone", o.ID)
		}
		if split && c.Regions[region] == "" {
			t.Errorf("the region %s of %s has no time zone of its own", region, country)
		}
	}
	for code, c := range d.Countries {
		for region := range c.Regions {
			if _, ok := list.Find(code + "-" + region); !ok {
				t.Errorf("nobody can say that they are in %s-%s", code, region)
			}
		}
	}
}

func TestHelplineMistakes(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{"a country that is none", "elsewhere: {emergency: \"112\"}\ncountries:\n  Spain: {zone: Europe/Madrid}\n",
			`helplines.yaml:3:3: "Spain" is not a country: write two capital letters, as in GB`},
		{"a zone that is none", "elsewhere: {emergency: \"112\"}\ncountries:\n  ES: {zone: Madrid}\n",
			`helplines.yaml:3:14: "Madrid" is not a time zone: write a name of the tz database, as in Europe/Madrid`},
		{"nobody checked", "elsewhere: {emergency: \"112\"}\ncountries:\n  ES: {zone: Europe/Madrid, emergency: \"112\"}\n",
			"helplines.yaml:3:7: nobody says when these numbers were written down: add `dated:` with the day"},
		{"a kind that is none", "elsewhere: {emergency: \"112\"}\ncountries:\n  ES: {zone: Europe/Madrid, crises: []}\n",
			`helplines.yaml:3:29: unknown key "crises": known: assault, child, crisis, dated, emergency, regions, violence, youth, zone`},
		{"no hours", "elsewhere: {emergency: \"112\"}\ncountries:\n  ES: {zone: Europe/Madrid, dated: 2026-11-01, emergency: \"112\", crisis: [{name: A, number: \"1\"}]}\n",
			`helplines.yaml:3:75: "hours" is missing: add it`},
		{"a doubled country", "elsewhere: {emergency: \"112\"}\ncountries:\n  ES: {zone: Europe/Madrid}\n  ES: {zone: Europe/Madrid}\n",
			`helplines.yaml:4:3: "ES" stands here twice: keep one`},
		{"an alias", "elsewhere: &e {emergency: \"112\"}\ncountries: *e\n",
			"helplines.yaml:2:1: anchors, aliases and merges are not read: write it out"},
		{"a quote that never ends", "elsewhere: {emergency: \"112}\n", "helplines.yaml:1:24: a quote is opened here and never closed: "},
		{"words behind a quote", "elsewhere:\n  emergency: \"112\" or 911\n", "helplines.yaml:2:20: words stand behind a closing quote: "},
		{"an indentation that does not fit", "elsewhere:\n    emergency: \"112\"\n  other: x\n", "helplines.yaml:3:3: the indentation does not fit: "},
		{"a second document", "elsewhere: {emergency: \"112\"}\n---\ncountries: {}\n", "helplines.yaml: the file holds several documents: "},
		{"nothing", "", "helplines.yaml: the file is empty: restore it from the sample"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := content.Helplines(fstest.MapFS{"helplines.yaml": {Data: []byte(tt.in)}})
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v\nwant %s", err, tt.want)
			}
		})
	}
	if _, err := content.Helplines(fstest.MapFS{}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a missing file: got %v, want it to be a fs.ErrNotExist", err)
	}
}

// TestReviewsNameFiles: every review names a
// file, and every text on safety or consent has a review.
func TestReviewsNameFiles(t *testing.T) {
	reviews, err := content.Reviews(content.Files)
	if err != nil {
		t.Fatal(err)
	}
	var files []string
	for _, r := range reviews {
		files = append(files, r.File)
		if _, err := fs.Stat(content.Files, r.File); err != nil {
			t.Errorf("%s is to be reviewed: %v", r.File, err)
		}
		if r.By != "" || !r.On.IsZero() {
			t.Errorf("%s ships as reviewed; that is for a clinician of the practice", r.File)
		}
	}
	for _, name := range []string{"intake", "more-consent", "crisis", "danger", "ipv", "child", "medical", "help-now", "body"} {
		if file := fmt.Sprintf("dialogs/%s.yaml", name); !slices.Contains(files, file) {
			t.Errorf("nobody is asked to review %s", file)
		}
	}
}
