package safety_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"go.yaml.in/yaml/v4"
	"pgregory.net/rapid"

	"anteroom/dialogs/safety"
)

func load(t testing.TB, lines string) *safety.Rules {
	t.Helper()
	r, err := safety.Load(fstest.MapFS{"safety/en/a.yaml": {Data: []byte("class: crisis\nsource: here\n" + lines)}})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestLines: what the signs of a line mean.
func TestLines(t *testing.T) {
	const lists = `
words:
  kid: [daughter, my little one]
  hurts: ["hit|hits|beat .. again", slapped]
  far: ["slapped ... crying"]
  fun: [laughed, "for fun"]
contexts:
  negated: {before: [not, never], until: [but]}
`
	words := strings.Repeat("word ", 29)
	for _, tt := range []struct {
		name, says string
		loud       []string
		quiet      []string
	}{
		{"any order", "{kid} & slapped", []string{"my daughter was slapped", "she slapped. Then my daughter cried"}, []string{"my daughter", "slapped"}},
		{"thirty words", "{kid} & slapped", []string{"daughter " + words + "slapped"}, []string{"daughter word word " + words + "slapped", "slapped word word " + words + "daughter"}},
		{"three pieces", "{kid} & slapped & drunk", []string{"drunk, he slapped my daughter"}, []string{"drunk, my daughter slapped, no", "he slapped my daughter"}[1:]},
		{"what must not stand there", "slapped & ! {fun}", []string{"he slapped me"}, []string{"he slapped me for fun", "he laughed. he slapped me"}},
		{"a line of a list in a choice", "{kid} & {hurts}|{far}|yelled", []string{"he hit her again, my daughter", "slapped she kept on crying, my little one", "he yelled at my daughter", "he slapped my daughter"}, []string{"he hit my daughter"}},
		{"a line in a list", "{hurts} & {kid}", []string{"he hit her again, my daughter", "my little one: he beat us both up again"}, []string{"he hit my daughter", "he hit. daughter again"}},
		{"a piece of several words", "{kid} .. cries & slapped", []string{"slapped, and my daughter always cries"}, []string{"cries my daughter slapped"}},
		{"the first piece is negated", "slapped & {kid}", []string{"not my daughter but he slapped me", "he slapped me, not my daughter"}, []string{"he never slapped my daughter"}},
		{"negated within a line", "{hurts}", []string{"he hit her again"}, []string{"he never hit her again"}},
		{"a long gap in a list goes across a sentence", "{far}", []string{"he slapped. he did. crying"}, nil},
		{"one in a rule does not", "slapped ... {kid}", []string{"he slapped her, my daughter"}, []string{"he slapped. he did. my daughter"}},
		{"a short gap does not", "slapped .. {kid}", []string{"he slapped my daughter"}, []string{"he slapped. my daughter"}},
		{"a number as a piece", "slapped & {5-9}", []string{"she is 7, he slapped her", "slapped at 7"}, []string{"slapped at 12"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := load(t, lists+"rules:\n  - id: a\n    unless: [negated]\n    says: [\""+tt.says+"\"]\n")
			for _, text := range tt.loud {
				if len(r.Screen(text)) == 0 {
					t.Errorf("%q: found nothing", text)
				}
			}
			for _, text := range tt.quiet {
				if found := r.Screen(text); len(found) > 0 {
					t.Errorf("%q: found %q", text, found[0].Words.Text())
				}
			}
		})
	}
}

// TestFirstPieceIsTheWords: a finding shows the first piece of its line.
func TestFirstPieceIsTheWords(t *testing.T) {
	found := load(t, "rules:\n  - id: a\n    says: [\"hits me & kitchen\"]\n").Screen("in the kitchen he hits me")
	if len(found) != 1 || found[0].Words.Text() != "hits me" {
		t.Errorf("got %v, want the words that the line begins with", found)
	}
}

// TestUnclear: words that may be play or harm ask, and alarm nobody; a sign of
// agreement or of harm settles it.
func TestUnclear(t *testing.T) {
	r := rules(t)
	unclear := func(text string) bool {
		return slices.ContainsFunc(r.Screen(text), func(f safety.Finding) bool { return f.Unclear })
	}
	for _, tt := range []struct {
		text string
		want bool
		loud bool
	}{
		{"my wife has her hand on my throat during sex", true, false},
		{"mi novio me da nalgadas en la cama", true, false},
		{"my wife spanks me during sex, we both love it", false, false},
		{"my husband chokes me, I never agreed to it and I hate it", false, true},
		{"mi novio me ahorca y yo nunca lo acepté, le tengo miedo", false, true},
	} {
		if got := unclear(tt.text); got != tt.want {
			t.Errorf("%q: unclear %v, want %v", tt.text, got, tt.want)
		}
		if got := class(r, tt.text).Alarm(); got != tt.loud {
			t.Errorf("%q: alarm %v, want %v", tt.text, got, tt.loud)
		}
	}
}

// TestHarmOthers: harm meant for somebody else has an id of its own, by which
// the service opens the right dialog.
func TestHarmOthers(t *testing.T) {
	r := rules(t)
	for _, text := range []string{"I am going to stab my boss tonight", "I bought a gun and I will shoot him", "voy a matar a mi cuñado esta noche", "tengo un cuchillo y lo voy a apuñalar"} {
		found := r.Screen(text)
		if !slices.ContainsFunc(found, func(f safety.Finding) bool {
			return f.Class == safety.Crisis && strings.HasPrefix(f.Rule, "harm-others")
		}) {
			t.Errorf("%q: got %v, want harm to others", text, found)
		}
	}
	for _, f := range r.Screen("I want to kill myself") {
		if strings.HasPrefix(f.Rule, "harm-others") {
			t.Error("a wish to die reads as harm to others")
		}
	}
}

// TestTwins: a list that the rules of all languages name has words in each.
func TestTwins(t *testing.T) {
	named := make(map[string]map[string]bool)
	files, err := filepath.Glob("../../content/safety/*/*-words.yaml")
	if err != nil || len(files) < 10 {
		t.Fatalf("got %d files of lists: %v", len(files), err)
	}
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var f struct{ Words map[string][]string }
		if err := yaml.Unmarshal(data, &f); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for list := range f.Words {
			if named[list] == nil {
				named[list] = make(map[string]bool)
			}
			named[list][filepath.Base(filepath.Dir(name))] = true
		}
	}
	for list, in := range named {
		if !in["en"] || !in["es"] {
			t.Errorf("the list %s stands in %v, want en and es", list, in)
		}
	}
}

// TestSteps: the work grows with the text and no faster, whatever the text.
func TestSteps(t *testing.T) {
	r := rules(t)
	pieces := []string{"not ", "i want to ", "kill ", "my ", "daughter ", "he ", "hits me ", "14 ", "years old ", "naked ", "blood ", "pregnant ", "and ", "gun ", "no quiero ", "morir ", "me pega ", "miedo ", "viagra ", "hours ", ". ", ", ", "send pics ", "foo "}
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 1, 12).Draw(t, "pieces"), "")
		text = strings.Repeat(text, 4096/len(text)+1)
		one, four := safety.Steps(r, text), safety.Steps(r, strings.Repeat(text, 4))
		if four > 6*one+10_000 {
			t.Fatalf("%d bytes took %d steps, four times as many %d", len(text), one, four)
		}
		if perByte := one / len(text); perByte > 400 {
			t.Fatalf("%d bytes took %d steps, %d a byte", len(text), one, perByte)
		}
	})
}

// TestOrdinarySteps: what people write mostly asks for a look at its words, and
// for few tries: what a line needs is known to be missing before it is tried.
func TestOrdinarySteps(t *testing.T) {
	text := ordinary()
	if steps := safety.Steps(rules(t), text); steps > len(text)*5/4 {
		t.Errorf("%d bytes took %d steps", len(text), steps)
	}
}

// TestBeside: a block is left out only where none of its words has what is
// needed within reach.
func TestBeside(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		set, shift := rapid.Uint64().Draw(t, "set"), rapid.IntRange(0, 6).Draw(t, "shift")
		low := rapid.IntRange(-60, 60).Draw(t, "low")
		high := rapid.IntRange(low, low+60).Draw(t, "high")
		got := safety.Beside(set, low, high, shift)
		for word := range 64 << shift {
			for at := max(0, word+low); at <= min(64<<shift-1, word+high); at++ {
				if set>>(at>>shift)&1 != 0 && got>>(word>>shift)&1 == 0 {
					t.Fatalf("blocks %b of %d words: from %d to %d words from word %d stands one, and %b leaves it out", set, 1<<shift, low, high, word, got)
				}
			}
		}
	})
}
