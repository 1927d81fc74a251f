package safety_test

import (
	"os"
	"testing"

	"anteroom/dialogs/safety"
)

// BenchmarkLoad reads the shipped rules.
func BenchmarkLoad(b *testing.B) {
	files := os.DirFS("../../content")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := safety.Load(files); err != nil {
			b.Fatal(err)
		}
	}
}
