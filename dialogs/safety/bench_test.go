package safety_test

import (
	"strings"
	"testing"
)

// ordinary is what people write, 4,096 bytes of it, in two languages.
func ordinary() string {
	const said = `We have been together for twelve years and since our second child was born I feel very little desire. ` +
		`My husband is patient, but he is hurt, and we argue about it most weekends. I work long hours and I am tired at night. ` +
		`Hace dos años que casi no tenemos relaciones y me da vergüenza hablarlo con él; mi madre diría que exagero. ` +
		`We tried a book with exercises, which helped for a month, and then the old habits came back. I used to enjoy it a lot. ` +
		`A veces me duele un poco la cabeza y lo uso de excusa. I would like to know how this works, and how much it costs! `
	return strings.Repeat(said, 8)[:4096]
}

// BenchmarkScreen is one message of 4,096 bytes, the longest that a messenger
// takes. The budget is 200 µs.
func BenchmarkScreen(b *testing.B) {
	r := rules(b)
	for name, text := range map[string]string{
		"ordinary": ordinary(),
		"alarming": strings.Repeat("I don't want to die, no me quiero morir, he hits me and I am not afraid of him. ", 52)[:4096],
		"hostile":  strings.Repeat("not i will kill ", 256),
		"emoji":    strings.Repeat("🔪💊 ", 455),
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				r.Screen(text)
			}
		})
	}
}
