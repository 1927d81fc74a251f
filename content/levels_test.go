package content_test

import (
	"slices"
	"strings"
	"testing"

	"anteroom/content"
)

// TestDiscretion: a reminder says as much as its level allows. What is closed
// fills in nothing at all, and what is middle names nobody, in any language.
func TestDiscretion(t *testing.T) {
	levels := 0
	leveled := func(key string) bool {
		return strings.HasPrefix(key, "reminder.") || strings.HasPrefix(key, "session.") || strings.HasPrefix(key, "no-show.")
	}
	for _, lang := range content.Languages(content.Files) {
		texts, err := content.Service(content.Files, lang)
		if err != nil {
			t.Fatal(err)
		}
		for text := range texts.All() {
			at := strings.LastIndexByte(text.Key, '.')
			if !leveled(text.Key) {
				continue
			}
			var tells []string
			switch text.Key[at+1:] {
			case "closed":
			case "middle":
				tells = []string{"when"}
			default:
				continue
			}
			levels++
			for rest := text.Words; ; {
				_, after, open := strings.Cut(rest, "{")
				if !open {
					break
				}
				name, tail, _ := strings.Cut(after, "}")
				if !slices.Contains(tells, name) {
					t.Errorf("%s in %s tells {%s}: %q", text.Key, text.Language, name, text.Words)
				}
				rest = tail
			}
			for _, word := range []string{"sex", "therap", "terap", "session", "sesión", "goal", "meta", "assignment", "partner", "pareja"} {
				if strings.Contains(strings.ToLower(text.Words), word) {
					t.Errorf("%s in %s says %q: %q", text.Key, text.Language, word, text.Words)
				}
			}
		}
		// Each that has an open form has the others, or the common closed one.
		for _, key := range texts.Keys() {
			stem, ok := strings.CutSuffix(key, ".open")
			if ok && leveled(key) && !texts.Has(stem+".middle") {
				t.Errorf("%s: there is no %s.middle", lang, stem)
			}
		}
	}
	if levels < 30 {
		t.Errorf("only %d texts were looked at", levels)
	}
}
