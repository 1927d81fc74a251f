package content_test

import (
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode"
	"unicode/utf8"

	"anteroom/content"
	"anteroom/dialogs/script"
)

const (
	mostWords = 25  // in a sentence
	mostGrade = 6.9 // Flesch–Kincaid, over all that a dialog says
	mostLabel = 35  // letters on a button, so that a phone shows it whole
)

// Words that a client must never read: about a person they judge, or they are
// a clinician's.
var forbidden = regexp.MustCompile(`(?i)\b(normal|abnormal|failures?|fail(ed|s)?|frigid|addicts?|addict(ed|ion)|dysfunctions?|disorders?|diagnosed|patients?|victims?|pervert(ed)?|suffer(s|ing)?|should just|simply|AI)\b`)

var compiled = sync.OnceValues(func() (*script.Library, error) { return script.Load(content.Files) })

// load compiles the dialogs, once for all tests.
func load(t *testing.T) *script.Library {
	t.Helper()
	lib, err := compiled()
	if err != nil {
		t.Fatalf("the content does not compile:\n%v", err)
	}
	return lib
}

// TestDialogWording holds every dialog to the rules of plain writing.
func TestDialogWording(t *testing.T) {
	lib := load(t)
	for _, name := range lib.Names() {
		t.Run(name, func(t *testing.T) {
			d, _ := lib.Dialog(name)
			var all []string
			for _, s := range d.Steps {
				if strings.Contains(s.ID, "/") {
					continue // a called dialog answers for itself
				}
				for _, p := range s.Say {
					all = append(all, source(p))
				}
				for key, p := range map[string]*script.Phrase{"ask": s.Ask, "why": s.Why, "again": s.Again} {
					if p == nil {
						continue
					}
					all = append(all, source(p))
					if n := strings.Count(unquoted(source(p)), "?"); key == "ask" && n > 1 {
						t.Errorf("%s asks %d questions in one message", s.ID, n)
					}
				}
				for _, p := range []*script.Phrase{s.Short, s.Done, s.Skip, s.Change} {
					if p != nil {
						checkLabel(t, s.ID, source(p))
					}
				}
				if o := s.Options("en"); o != nil {
					for _, opt := range o.All {
						checkLabel(t, s.ID+" "+opt.ID, opt.Label)
					}
				}
			}
			for _, text := range all {
				checkText(t, text)
			}
			if grade, words := grade(strings.Join(all, "\n")); words > 30 && grade > mostGrade {
				t.Errorf("reads at grade %.1f over %d words, want at most %.1f", grade, words, mostGrade)
			}
		})
	}
}

// TestServiceWording does the same for the service's own phrases.
func TestServiceWording(t *testing.T) {
	texts, err := content.Service(content.Files, "en")
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, key := range texts.Keys() {
		text := texts.Say(key, nil)
		if strings.HasSuffix(key, ".asks") { // what people say to us
			continue
		}
		if strings.HasPrefix(key, "btn.") {
			checkLabel(t, key, text)
			continue
		}
		checkText(t, text)
		all = append(all, text)
	}
	for _, c := range texts.Commands {
		checkLabel(t, c.Word, c.Does)
	}
	if grade, words := grade(strings.Join(all, "\n")); grade > mostGrade {
		t.Errorf("reads at grade %.1f over %d words, want at most %.1f", grade, words, mostGrade)
	}
}

func TestListWording(t *testing.T) {
	lib := load(t)
	files, err := fs.Glob(content.Files, "lists/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("lists: %d, %v", len(files), err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(strings.TrimPrefix(file, "lists/"), ".yaml")
		list, ok := lib.List(name)
		if !ok {
			t.Errorf("%s was not loaded", name)
			continue
		}
		for _, o := range list.In("en").All {
			checkLabel(t, name+" "+o.ID, o.Label)
		}
	}
}

// source is a phrase as it was written, more or less: what is filled in is {x}.
func source(p *script.Phrase) string {
	var b strings.Builder
	for _, s := range p.In("en") {
		if s.Kind == script.Literal {
			b.WriteString(s.Text)
		} else {
			b.WriteString("{x}")
		}
	}
	return b.String()
}

func checkLabel(t *testing.T, at, label string) {
	t.Helper()
	if n := utf8.RuneCountInString(label); n > mostLabel {
		t.Errorf("%s: %q has %d letters, a button has room for %d", at, label, n, mostLabel)
	}
	if !strings.ContainsFunc(label, unicode.IsLetter) {
		t.Errorf("%s: %q has no words", at, label)
	}
	if w := forbidden.FindString(label); w != "" {
		t.Errorf("%s: %q says %q", at, label, w)
	}
}

func checkText(t *testing.T, text string) {
	t.Helper()
	for _, s := range sentences(text) {
		if n := len(words(s)); n > mostWords {
			t.Errorf("%d words in one sentence, want at most %d: %s", n, mostWords, s)
		}
	}
	if w := forbidden.FindString(text); w != "" {
		t.Errorf("%q stands in: %s", w, text)
	}
}

var (
	quoted   = regexp.MustCompile(`“[^”]*”`)
	braces   = regexp.MustCompile(`\{[a-z_.]+\}`)
	numbered = regexp.MustCompile(`(?m)^\d+\.`)
	stops    = regexp.MustCompile(`[.?!:;]+(\s|$|”)|\n+`)
	word     = regexp.MustCompile(`[\pL\d][\pL\d'’-]*`)
)

func unquoted(s string) string { return quoted.ReplaceAllString(s, "it") }

// sentences cuts at full stops and at line ends. A placeholder counts as one
// word, and a line that is nothing but one as none: what stands there is the
// host's.
func sentences(s string) []string {
	s = numbered.ReplaceAllString(s, "")
	var out []string
	for line := range strings.SplitSeq(s, "\n") {
		if strings.TrimSpace(braces.ReplaceAllString(line, "")) == "" {
			continue
		}
		for _, one := range stops.Split(unquoted(braces.ReplaceAllString(line, "it")), -1) {
			if len(words(one)) > 0 {
				out = append(out, strings.TrimSpace(one))
			}
		}
	}
	return out
}

func words(s string) []string { return word.FindAllString(s, -1) }

// grade is the Flesch–Kincaid grade level.
func grade(text string) (grade float64, total int) {
	all := sentences(text)
	syllables := 0
	for _, s := range all {
		for _, w := range words(s) {
			total++
			syllables += count(w)
		}
	}
	if total == 0 {
		return 0, 0
	}
	return 0.39*float64(total)/float64(len(all)) + 11.8*float64(syllables)/float64(total) - 15.59, total
}

// count is the usual estimate of an English word's syllables: groups of
// vowels, without a silent e.
func count(w string) int {
	w = strings.ToLower(w)
	n, before := 0, false
	for _, r := range w {
		vowel := strings.ContainsRune("aeiouyéáíóú", r)
		if vowel && !before {
			n++
		}
		before = vowel
	}
	if strings.HasSuffix(w, "e") && !strings.HasSuffix(w, "le") && n > 1 {
		n--
	}
	if strings.HasSuffix(w, "ed") && n > 1 && !slices.Contains([]string{"ted", "ded"}, w[max(0, len(w)-3):]) {
		n--
	}
	return max(1, n)
}

// TestRulersMeasure keeps the measures above honest: they must find what they
// are for.
func TestRulersMeasure(t *testing.T) {
	easy, _ := grade("The cat sat on the mat. It was warm. The dog ran to it.")
	hard, _ := grade("Psychotherapeutic interventions necessitate comprehensive, individualised evaluation of interpersonal communication difficulties.")
	if easy > 3 || hard < 15 {
		t.Errorf("grades: easy %.1f, hard %.1f", easy, hard)
	}
	for w, want := range map[string]int{"cat": 1, "therapist": 3, "time": 1, "asked": 1, "wanted": 2, "people": 2, "emergency": 4} {
		if got := count(w); got != want {
			t.Errorf("syllables of %q: got %d, want %d", w, got, want)
		}
	}
	if got := len(sentences("One is here. Two?\n{helplines}\nPress “Yes. No” now: then go.")); got != 4 {
		t.Errorf("sentences: got %d, want 4", got)
	}
	for _, w := range []string{"normal", "failure", "Addict", "dysfunction"} {
		if !forbidden.MatchString("this is " + w + ".") {
			t.Errorf("%q is not found", w)
		}
	}
}
