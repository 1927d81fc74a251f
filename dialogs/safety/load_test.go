package safety_test

import (
	"errors"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"anteroom/dialogs/safety"
)

// shipped is the rules as they ship, read once for all tests.
var shipped = sync.OnceValues(func() (*safety.Rules, error) { return safety.Load(os.DirFS("../../content")) })

func rules(t testing.TB) *safety.Rules {
	t.Helper()
	r, err := shipped()
	if err != nil {
		t.Fatalf("the shipped rules are broken:\n%v", err)
	}
	return r
}

// TestBroken: what is wrong with a rule file is said with its place and mend.
func TestBroken(t *testing.T) {
	rule := func(lines string) string {
		return "class: crisis\nsource: here\nrules:\n  - id: a\n    says: [" + lines + "]\n"
	}
	for _, tt := range []struct{ name, file, want string }{
		{"empty", "", "1:1: the file is empty: restore it from the sample, or delete it"},
		{"not YAML", "rules: [", "2:1: the file is not YAML: look for a missing quote, colon or space"},
		{"a list", "- a\n", "1:1: the file is not a list of `key: value` lines: begin with words:, contexts: or rules:"},
		{"unknown key", "wrods: {a: [b]}\n", "1:1: unknown key \"wrods\" in a rule file: known: class, common, contexts, numbers, overlooked, rules, sounds, source, tolerant, unless, words"},
		{"twice", "class: crisis\nclass: child\n", "2:1: \"class\" stands here twice: keep one"},
		{"anchor", "words: {a: &x [b]}\n", "1:9: anchors, aliases and merges are not read: write it out"},
		{"words no mapping", "words: [a]\n", "1:8: this is not a mapping: write `key: value` lines below it"},
		{"list no list", "words: {a: b}\n", "1:12: this is not a list: write [one, two], or one a line after -"},
		{"empty list", "words: {a: []}\n", "1:9: the list \"a\" is empty: write its words, or delete it"},
		{"bad name", "words: {A b: [c]}\n", "1:9: \"A b\" cannot be a name: write small letters, digits and -, beginning with a letter"},
		{"true is no word", "words: {a: [true]}\n", "1:13: this is not read as words: put it in quotes: \"true\""},
		{"a list of lines in a list", "words: {a: [b .. c], d: [\"{a} e\"]}\n", "1:26: \"{a} e\" names a list that has lines itself: name lists of words and phrases only"},
		{"an & in a list", "words: {a: [\"b & c\"]}\n", "1:13: \"&\" is no word: write letters, digits or an emoji"},
		{"an & in a line of a list", "words: {a: [\"b & c .. d\"]}\n", "1:13: \"b & c .. d\" has an & in a list: write the & into the rule"},
		{"no letters", "words: {a: [\"!!\"]}\n", "1:13: \"!!\" is no word: write letters, digits or an emoji"},
		{"too short a beginning", "words: {a: [\"su*\"]}\n", "1:13: \"su*\" begins too many words: write at least four letters before the *"},
		{"too long a word", rule(`"a_b_c_d_e_f_g_h_i"`), "5:12: an entry of 9 words: write at most 8, or a rule with lists"},
		{"no number", "numbers: {one: first}\n", "1:16: \"first\" is not a whole number: write digits, up to 1000"},
		{"short tolerant", "tolerant: [sex]\n", "1:12: \"sex\" is too short to be misspelt: name one word of five letters or more"},
		{"sounds", "sounds: [\"v b\"]\n", "1:10: \"v b\" is not two spellings: write them as \"v = b\"; \"h = -\" is a letter that is not heard"},
		{"context without words", "contexts: {a: {reach: 3}}\n", "1:12: the context \"a\" has no words: write them under before, after, sentence or near"},
		{"unknown scope", "contexts: {a: {beside: [b]}}\n", "1:16: unknown key \"beside\" in a context: known: after, before, except, near, reach, sentence, unless, until"},
		{"reach", "contexts: {a: {before: [b], reach: 99}}\n", "1:36: \"99\" is not a reach: write how many words, from 1 to 20"},
		{"until", "contexts: {a: {before: [b], until: [c d]}}\n", "1:37: \"c d\" is more than one word: a reach ends at single words"},
		{"rules no list", "rules: {a: b}\n", "1:8: rules is not a list: begin each rule with - id: NAME"},
		{"rule key", "rules:\n  - id: a\n    say: [b]\n", "3:5: unknown key \"say\" in a rule: did you mean \"says\"?"},
		{"no id", "class: crisis\nsource: x\nrules:\n  - says: [b]\n", "4:5: a rule without an id: add id: NAME"},
		{"no class", "rules:\n  - id: a\n    says: [b]\n", "2:9: the rule \"a\" has no class: add class: to it, or to the file"},
		{"unknown class", "rules:\n  - id: a\n    class: danger\n    says: [b]\n", "3:12: there is no class \"danger\": use crisis, child, emergency, ipv, medical, solicitation or kink"},
		{"no source", "class: crisis\nrules:\n  - id: a\n    says: [b]\n", "3:9: the rule \"a\" has no source: say where it comes from, in source:"},
		{"says nothing", "class: crisis\nsource: x\nrules:\n  - id: a\n", "4:9: the rule \"a\" says nothing: write its words under says:"},
		{"same id", "class: crisis\nsource: x\nrules:\n  - id: a\n    says: [b]\n  - id: a\n    says: [c]\n", "6:9: the rule \"a\" stands in safety/en/a.yaml too: rename one; only another language may have the same rule, in the same class"},
		{"unknown list", rule(`"{want} die"`), "5:12: there is no list {want}: none is declared"},
		{"open brace", rule(`"{want die"`), "5:12: \"{want die\" has a { without its }: write a list as {name}"},
		{"gap first", rule(`".. die"`), "5:12: \".. die\" begins or ends with a gap: a gap stands between words"},
		{"two gaps", rule(`"want .. ... die"`), "5:12: \"want .. ... die\" has two gaps in a row: use one: .. for three words, ... for eight"},
		{"nothing sure", rule(`"want? die?"`), "5:12: \"want? die?\" has no word that must be there: write at least one word or list without ?"},
		{"range", rule(`"im {17-5}"`), "5:12: {17-5} is not a number or a range of numbers: write it as {4}, {4-17} or {4-}"},
		{"nothing beside &", rule(`"hit & & me"`), "5:12: \"hit & & me\" has an & with nothing beside it: write words on both sides"},
		{"nothing after &", rule(`"hit &"`), "5:12: \"hit &\" has an & with nothing beside it: write words on both sides"},
		{"not first", rule(`"! hit & me"`), "5:12: \"! hit & me\" begins with what must not be there: write what must be there first"},
		{"a part of gaps", rule(`"hit & me?"`), "5:12: \"hit & me?\" has no word that must be there: write at least one word or list without ?"},
		{"unclear no word", "class: kink\nsource: x\nrules:\n  - id: a\n    unclear: maybe\n    says: [b]\n", "5:14: \"maybe\" is neither true nor false: write true, or leave it out"},
		{"unclear alarm", "class: ipv\nsource: x\nrules:\n  - id: a\n    unclear: true\n    says: [b]\n", "4:9: the rule \"a\" is unclear and raises an alarm: only a rule of class kink may be unclear"},
		{"too many steps", rule(`"` + strings.Repeat("a ", 25) + `"`), "5:12: a line of 25 steps: write at most 24"},
		{"unknown context", "class: crisis\nsource: x\nunless: [negatde]\ncontexts: {negated: {before: [no one]}}\nrules:\n  - id: a\n    says: [b]\n", "3:10: there is no context \"negatde\": did you mean \"negated\"?"},
		{"none at all", "class: crisis\n", "safety: there are no rules: restore the folder from the sample"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := safety.Load(fstest.MapFS{"safety/en/a.yaml": {Data: []byte(tt.file)}})
			var problems safety.Problems
			if !errors.As(err, &problems) {
				t.Fatalf("got %v, want problems", err)
			}
			want := tt.want
			if tt.name != "none at all" {
				want = "safety/en/a.yaml:" + want
			}
			if diff := cmp.Diff(problems.Error(), want); diff != "" {
				t.Errorf("got - want +\n%s", diff)
			}
		})
	}
}

// TestLanguagesShare: the same rule in another language must be of one class.
func TestLanguagesShare(t *testing.T) {
	file := func(class string) *fstest.MapFile {
		return &fstest.MapFile{Data: []byte("class: " + class + "\nsource: x\nrules:\n  - id: a\n    says: [b]\n")}
	}
	if _, err := safety.Load(fstest.MapFS{"safety/en/a.yaml": file("child"), "safety/es/a.yaml": file("child")}); err != nil {
		t.Error(err)
	}
	_, err := safety.Load(fstest.MapFS{"safety/en/a.yaml": file("child"), "safety/es/a.yaml": file("ipv")})
	if err == nil || !strings.Contains(err.Error(), `the rule "a" stands in safety/en/a.yaml too`) {
		t.Errorf("got %v, want that the class differs", err)
	}
}

func FuzzLoad(f *testing.F) {
	f.Add("class: crisis\nsource: x\nwords: {a: [b, c d]}\nrules:\n  - id: a\n    says: [\"{a} .. x|y? {3-4}\"]\n")
	f.Add("contexts: {a: {before: [no], until: [b], except: [c]}}\n")
	f.Fuzz(func(t *testing.T, file string) {
		r, err := safety.Load(fstest.MapFS{"safety/en/a.yaml": {Data: []byte(file)}})
		if err == nil {
			r.Screen(file)
		}
	})
}

// A faint rule leaves the class to a plainer one, and to nothing else.
func TestFaint(t *testing.T) {
	r, err := safety.Load(fstest.MapFS{"safety/en/a.yaml": {Data: []byte(`source: x
rules:
  - {id: signs, class: crisis, source: x, faint: true, says: ["goodbye & bridge"]}
  - {id: hits, class: ipv, source: x, says: ["he hits me"]}
  - {id: play, class: kink, source: x, says: ["our game"]}
`)}})
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]safety.Class{
		"goodbye, I am on the bridge":               safety.Crisis,
		"goodbye, I am on the bridge. he hits me":   safety.IPV,
		"our game is goodbye on the bridge, always": safety.Kink,
		"he hits me": safety.IPV, "the bridge": safety.None,
	} {
		if got := class(r, text); got != want {
			t.Errorf("%q: got %s, want %s", text, got, want)
		}
	}
}

// TestOneFileIsLost: of a file that cannot be read only that is told, and not
// that everything which names its lists and contexts is wrong.
func TestOneFileIsLost(t *testing.T) {
	_, err := safety.Load(fstest.MapFS{
		"safety/en/a.yaml": {Data: []byte("words: {x: [y]\n")},
		"safety/en/b.yaml": {Data: []byte("class: crisis\nsource: here\nrules:\n  - id: a\n    says: [\"{x}\"]\n")},
	})
	var problems safety.Problems
	if !errors.As(err, &problems) || len(problems) != 1 || problems[0].File != "safety/en/a.yaml" {
		t.Errorf("got %v", err)
	}
}
