package sqlite_test

import (
	"os"
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

// BenchmarkDueBytes plans so many entries and looks how large the file is.
func BenchmarkDueBytes(b *testing.B) {
	path := filepath.Join(b.TempDir(), "a.db")
	s := file(b, path, sqlite.Options{})
	storetest.PlanDue(b, s, "pine", b.N)
	if err := s.Close(); err != nil { // which empties the log into it
		b.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(info.Size())/float64(b.N), "B/entry")
}

func BenchmarkDues(b *testing.B) {
	storetest.BenchmarkDues(b, file(b, filepath.Join(b.TempDir(), "a.db"), sqlite.Options{}))
}
