package bot_test

import (
	"strings"
	"testing"
)

// TestCommandsAfterMisses: whoever was not understood twice, and then writes a
// word that counts everywhere, is understood.
func TestCommandsAfterMisses(t *testing.T) {
	t.Parallel()
	h := build(t)
	lost := "I am a simple program, and I did not understand"
	for _, word := range []string{"now", "help", "call me", "stop", "back", "pause", "my data", "privacy", "what", "language", "español", "idioma", "ayuda ya", "llámame"} {
		for misses := range 3 {
			p := h.person(word + strings.Repeat("!", misses)).consents()
			for range misses {
				p.says("xx yy zz")
			}
			p.hears()
			p.says(word)
			if said := strings.Join(p.hears(), "\n"); said == "" || strings.Contains(said, lost) {
				t.Errorf("%q after %d misses: %s", word, misses, said)
			}
		}
	}
	p := h.person("lost").consents().says("xx", "yy", "zz")
	if said := strings.Join(p.hears(), "\n"); !strings.Contains(said, lost) {
		t.Errorf("three misses: got %s", said)
	}
}
