package sqlite_test

import (
	"path/filepath"
	"testing"

	"anteroom/bot/sqlite"
	"anteroom/bot/storetest"
)

func BenchmarkFile(b *testing.B) {
	storetest.Benchmark(b, file(b, filepath.Join(b.TempDir(), "a.db"), sqlite.Options{}))
}

func BenchmarkMemory(b *testing.B) {
	s, err := sqlite.Memory()
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	storetest.Benchmark(b, s)
}
