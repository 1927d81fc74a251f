package content_test

import (
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"anteroom/content"
)

func TestServiceHasItsTexts(t *testing.T) {
	texts, err := content.Service(content.Files, "en")
	if err != nil {
		t.Fatal(err)
	}
	for key := range strings.FieldsSeq(`
		stale-button foreign-button group-refused media.voice media.photo media.video media.sticker media.location
		media.poll media.contact media.document media.forward media.other edited too-long too-fast unknown-command
		paused resumed stopped stop-confirm nothing-to-go-back nothing-to-change cannot-skip help help-why why-none
		progress returning program welcome-back after-sent answered-already nudge program.asks mydata-head mydata-empty
		forget-done pause-hint privacy btn.back btn.skip btn.help btn.call btn.now btn.pause error-ours`) {
		if !texts.Has(key) {
			t.Errorf("there is no text %q", key)
		}
	}
	var words []string
	for _, c := range texts.Commands {
		words = append(words, c.Word)
	}
	want := strings.Fields("start help back skip change pause stop call now what mydata sessions reminders release forget privacy language pin x word")
	if diff := cmp.Diff(want, words); diff != "" {
		t.Errorf("commands (-want +got):\n%s", diff)
	}
	fill := func(name string) string { return map[string]string{"n": "3", "left": "9"}[name] }
	if got, want := texts.Say("progress", fill), "Question 3 · at most 9 more, often fewer"; got != want {
		t.Errorf("progress: got %q, want %q", got, want)
	}
}

func TestTextMistakes(t *testing.T) {
	whole, err := fs.ReadFile(content.Files, "texts/en.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ name, old, new, want string }{
		{"one is unknown", "  paused:", "  halted: x\n  paused:", `unknown text "halted"`},
		{"a placeholder nobody fills", "Your answers are with us.", "Dear {name},", "{name} is not filled in here"},
		{"empty", `resumed: "Good to have you back. We go on where you stopped."`, `resumed: ""`, "this must be words"},
		{"the wrong language", "language: en", "language: es", "another language than its name"},
		{"a placeholder with a capital", "Your answers are with us.", "Dear {Practice.name},", "{Practice.name} is not filled in here"},
		{"a placeholder with a digit", "Your answers are with us.", "Dear {name-1},", "{name-1} is not filled in here"},
		{"a placeholder with a space", "Your answers are with us.", "Dear { practice.name },", "{ practice.name } is not filled in here"},
		{"a placeholder of nothing", "Your answers are with us.", "Dear {},", "{} is not filled in here"},
		{"a placeholder within another", "Your answers are with us.", "Dear {a{reply.by},", "{a{reply.by} is not filled in here"},
		{"a brace that is not closed", "Good to have you back. We go on", "Good to have {you back. We go on", "a brace stands here alone: write { and }"},
		{"a brace that was not opened", "Good to have you back. We go on", "Good to have you} back. We go on", "a brace stands here alone: write { and }"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			changed := strings.Replace(string(whole), tt.old, tt.new, 1)
			if changed == string(whole) {
				t.Fatal("nothing was changed")
			}
			_, err := content.Service(fstest.MapFS{"texts/en.yaml": {Data: []byte(changed)}}, "en")
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v\nwant %s", err, tt.want)
			}
		})
	}
}

// Who keeps copies may be "no company", as in a terminal: every sentence that says it
// must read well with that too, and with the names of companies.
func TestNobodyKeepsCopies(t *testing.T) {
	says := regexp.MustCompile(`(Who|Quién) [^.:]+: \{copies\}\.`)
	found := 0
	for name, file := range shipped(t) {
		n := strings.Count(string(file.Data), "{copies}")
		found += n
		if got := len(says.FindAllString(string(file.Data), -1)); got != n {
			t.Errorf("%s: of %d sentences on copies %d begin with who keeps them", name, n, got)
		}
	}
	if found == 0 {
		t.Error("nothing says who keeps copies: this test read the wrong files")
	}
}

// TestOlderTexts: a file from before a text was added takes the new one.
func TestOlderTexts(t *testing.T) {
	whole, err := fs.ReadFile(content.Files, "texts/en.yaml")
	if err != nil {
		t.Fatal(err)
	}
	older := strings.Replace(string(whole), "  paused:", "  # paused:", 1)
	texts, err := content.Service(fstest.MapFS{"texts/en.yaml": {Data: []byte(older)}}, "en")
	if err != nil {
		t.Fatal(err)
	}
	now, err := content.Service(content.Files, "en")
	if err != nil {
		t.Fatal(err)
	}
	if got, want := texts.Say("paused", nil), now.Say("paused", nil); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// A small pair of texts. English of a practice's own takes the rest from the
// embedded file, so the translation here is made of that too.
func translation(t *testing.T, change func(key, words string) string) fstest.MapFS {
	t.Helper()
	english, err := content.Service(content.Files, "en")
	if err != nil {
		t.Fatal(err)
	}
	var texts, menu, of strings.Builder
	for text := range english.All() {
		line := fmt.Sprintf("  %s: %q\n", text.Key, text.Words)
		if change != nil {
			line = change(text.Key, line)
		}
		if strings.HasPrefix(text.Key, "commands.") {
			menu.WriteString(strings.ReplaceAll(line, "  commands.", "  "))
		} else {
			texts.WriteString(line)
		}
	}
	for key, sum := range english.Sums() {
		fmt.Fprintf(&of, "  %s: %q\n", key, sum)
	}
	return fstest.MapFS{"translations/es/texts.yaml": {Data: []byte(
		"language: es\ntexts:\n" + texts.String() + "commands:\n" + menu.String() + "of:\n" + of.String(),
	)}}
}

func TestTranslation(t *testing.T) {
	files := translation(t, func(key, line string) string {
		switch key {
		case "paused":
			return "  paused:\n    tu: \"Espera {keep.unfinished}, tú.\"\n    usted: \"Espere {keep.unfinished}, usted.\"\n"
		case "resumed":
			return "  resumed: |\n    Hola.\n"
		case "commands.start": // goes to another place of the menu
			return ""
		case "commands.privacy":
			return line + "  commands.start: Empezar\n"
		case "commands.stop":
			return "  commands.stop: {usted: Termine, tu: Termina}\n"
		case "words.day.other":
			return line + "  words.day.many: \"{n} de días\"\n"
		case "words.day.one":
			return "  words.day.one: \"un día\"\n"
		}
		return line
	})
	file := files["translations/es/texts.yaml"]
	file.Data = fmt.Appendf(file.Data, "  words.day.many: %q\n", content.Sum("{n} days")) // made from the English .other
	if diff := cmp.Diff([]string{"en", "es"}, content.Languages(files)); diff != "" {
		t.Errorf("languages (-want +got):\n%s", diff)
	}
	texts, err := content.Service(files, "es")
	if err != nil {
		t.Fatal(err)
	}
	if stale := texts.Stale(); len(stale) > 0 {
		t.Errorf("stale: got %v", stale)
	}
	if diff := cmp.Diff([]string{"es-tu", "es-usted"}, texts.Forms()); diff != "" {
		t.Errorf("forms (-want +got):\n%s", diff)
	}
	days := func(string) string { return "30 días" }
	stop := func(texts *content.Texts) string {
		i := slices.IndexFunc(texts.Commands, func(c content.Command) bool { return c.Word == "stop" })
		return texts.Commands[i].Does
	}
	for _, tt := range []struct{ form, paused, stop string }{
		{"es", "Espera 30 días, tú.", "Termina"},
		{"es-tu", "Espera 30 días, tú.", "Termina"},
		{"es-usted", "Espere 30 días, usted.", "Termine"},
		{"usted", "Espere 30 días, usted.", "Termine"},
		{"es-vos", "Espera 30 días, tú.", "Termina"},
	} {
		in := texts.In(tt.form)
		if got := in.Say("paused", days); got != tt.paused {
			t.Errorf("%s: got %q, want %q", tt.form, got, tt.paused)
		}
		if got := stop(in); got != tt.stop {
			t.Errorf("%s: the menu says %q, want %q", tt.form, got, tt.stop)
		}
		if got, want := in.Say("words.day.many", days), "30 días de días"; got != want {
			t.Errorf("%s: got %q, want %q", tt.form, got, want)
		}
	}
	english, err := content.Service(content.Files, "en")
	if err != nil {
		t.Fatal(err)
	}
	for i, c := range english.Commands {
		if got := texts.Commands[i].Word; got != c.Word {
			t.Errorf("command %d: got %s, want %s as in the English menu", i, got, c.Word)
		}
	}
	if got := texts.Say("resumed", nil); got != "Hola." {
		t.Errorf("resumed: got %q", got)
	}
	for key := range english.Sums() {
		if strings.HasPrefix(key, "say.") || strings.HasSuffix(key, ".asks") {
			t.Errorf("%s has a sum, and each language has its own words", key)
		}
	}
	var got []content.Text
	for text := range texts.All() {
		if text.Key == "paused" || text.Key == "resumed" || text.Key == "commands.stop" {
			got = append(got, text)
		}
	}
	want := []content.Text{
		{Key: "paused", Language: "es-tu", Words: "Espera {keep.unfinished}, tú."},
		{Key: "paused", Language: "es-usted", Words: "Espere {keep.unfinished}, usted."},
		{Key: "resumed", Language: "es", Words: "Hola."},
		{Key: "commands.stop", Language: "es-usted", Words: "Termine", Use: content.Button},
		{Key: "commands.stop", Language: "es-tu", Words: "Termina", Use: content.Button},
	}
	lines := strings.Split(string(file.Data), "\n")
	for i := range got {
		if at := lines[got[i].Line-1]; got[i].Key != "resumed" && !strings.HasPrefix(strings.TrimLeft(string([]rune(at)[got[i].Column-1:]), `"`), got[i].Words) {
			t.Errorf("%s does not stand at %d:%d", got[i].Key, got[i].Line, got[i].Column)
		}
		got[i].File, got[i].Line, got[i].Column = "", 0, 0
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("all texts (-want +got):\n%s", diff)
	}
}

func TestTranslationMistakes(t *testing.T) {
	for _, tt := range []struct{ name, key, with, want string }{
		{"a text is missing", "paused", "", "texts are missing: paused: copy them from the sample"},
		{"a command is missing", "commands.back", "", `the command "back" is missing: write`},
		{"a text nobody knows", "paused", "  paused: \"x {keep.unfinished}\"\n  halted: x\n", `unknown text "halted"`},
		{"a command nobody knows", "commands.back", "  commands.back: x\n  commands.forth: x\n", `unknown command "forth"`},
		{"one form only", "paused", "  paused: {tu: \"Espera {keep.unfinished}\"}\n", `"usted" is missing`},
		{"a form nobody uses", "resumed", "  resumed: {tu: Hola, usted: Hola, vos: Hola}\n", `unknown key "vos"`},
		{"a placeholder is gone", "paused", "  paused: Espera.\n", "{keep.unfinished} is not said here"},
		{"a placeholder is gone in one form", "paused", "  paused: {tu: \"Espera {keep.unfinished}.\", usted: Espere.}\n", "{keep.unfinished} is not said here"},
		{"a placeholder is new", "resumed", "  resumed: Hola {practice.name}.\n", "{practice.name} is not filled in here"},
		{"a placeholder comes twice", "paused", "  paused: \"{keep.unfinished} y {keep.unfinished}\"\n", "{keep.unfinished} stands here more often"},
		{"a plural of nothing", "resumed", "  resumed: Hola.\n  resumed.many: Hola.\n", `unknown text "resumed.many"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			files := translation(t, func(key, line string) string {
				if key == tt.key {
					return tt.with
				}
				return line
			})
			_, err := content.Service(files, "es")
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v\nwant %s", err, tt.want)
			}
		})
	}
}

// TestStaleTexts: a translation is held against the English that stands beside
// it, a practice's own before the embedded one.
func TestStaleTexts(t *testing.T) {
	stale := func(files fstest.MapFS) []string {
		t.Helper()
		texts, err := content.Service(files, "es")
		if err != nil {
			t.Fatal(err)
		}
		var out []string
		for _, p := range texts.Stale() {
			if p.File != "translations/es/texts.yaml" || p.Line == 0 {
				t.Errorf("got a place %s:%d", p.File, p.Line)
			}
			out = append(out, p.What+": "+p.Mend)
		}
		return out
	}
	files := translation(t, nil)
	english := string(shipped(t)["texts/en.yaml"].Data)
	files["texts/en.yaml"] = &fstest.MapFile{Data: []byte(strings.NewReplacer(
		"Good to have you back. We go on where you stopped.", "Welcome back.", "One question back", "Back one").Replace(english))}
	want := []string{
		fmt.Sprintf("the English text of resumed changed since this was translated: translate it again, then write `resumed: %q` under `of`", content.Sum("Welcome back.")),
		fmt.Sprintf("the English text of commands.back changed since this was translated: translate it again, then write `commands.back: %q` under `of`", content.Sum("Back one")),
	}
	if diff := cmp.Diff(want, stale(files)); diff != "" {
		t.Errorf("English changed (-want +got):\n%s", diff)
	}

	files = translation(t, nil)
	file := files["translations/es/texts.yaml"]
	sum := content.Sum("Good to have you back. We go on where you stopped.")
	file.Data = []byte(strings.Replace(string(file.Data), fmt.Sprintf("  resumed: %q\n", sum), "", 1))
	want = []string{fmt.Sprintf("resumed does not say which English text it was made from: read it beside texts/en.yaml, then write `resumed: %q` under `of`", sum)}
	if diff := cmp.Diff(want, stale(files)); diff != "" {
		t.Errorf("nothing recorded (-want +got):\n%s", diff)
	}
	if got, want := content.Sum("  paused \n"), "a7a9dc5b"; got != want {
		t.Errorf("sum: got %s, want %s", got, want)
	}
}
