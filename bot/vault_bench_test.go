package bot_test

import (
	"fmt"
	"path/filepath"
	"testing"

	"anteroom/bot"
	"anteroom/bot/seal"
	"anteroom/bot/sqlite"
)

// BenchmarkRewrapKeys wraps 10,000 keys anew, in a file of SQLite, with the
// vault in a folder.
func BenchmarkRewrapKeys(b *testing.B) {
	const n, p = 10_000, "pine"
	ctx := b.Context()
	vault, err := seal.CreateFolder(filepath.Join(b.TempDir(), "vault"), seal.NewRoot())
	if err != nil {
		b.Fatal(err)
	}
	store, err := sqlite.Open(filepath.Join(b.TempDir(), "a.db"), sqlite.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer store.Close()
	for i := range n / 100 {
		c := bot.Commit{Event: bot.EventID(fmt.Sprint(i))}
		for j := range 100 {
			id := bot.KeyID(fmt.Sprintf("chat/%d.%d", i, j))
			wrapped, err := vault.Wrap(ctx, seal.NewClientKey(), bot.KeyPlace(p, id))
			if err != nil {
				b.Fatal(err)
			}
			c.Keys = append(c.Keys, bot.NewKey{ID: id, Wrapped: wrapped})
		}
		if err := store.Commit(ctx, p, c); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		if _, err := vault.Roll(ctx); err != nil {
			b.Fatal(err)
		}
		done, err := bot.RewrapKeys(ctx, store, vault, p, 0, nil)
		if err != nil || done.Replaced != n {
			b.Fatalf("got %+v, %v", done, err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/n, "µs/key")
}
