package bot_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"anteroom/bot"
)

// forgers make one forged button each: from a mark that counts, from what
// others have, or from nothing.
var forgers = []struct {
	name string
	make func(r *rand.Rand, o *bot.Open, right []string) string
}{
	{"a bit flipped", func(r *rand.Rand, _ *bot.Open, right []string) string {
		b := []byte(right[r.IntN(len(right))])
		b[r.IntN(len(b))] ^= 1 << r.IntN(8)
		return string(b)
	}},
	{"a letter changed", func(r *rand.Rand, _ *bot.Open, right []string) string {
		b := []byte(right[r.IntN(len(right))])
		i := r.IntN(len(b))
		for was := b[i]; b[i] == was; {
			b[i] = letters[r.IntN(len(letters))]
		}
		return string(b)
	}},
	{"two halves", func(r *rand.Rand, _ *bot.Open, right []string) string {
		i := r.IntN(len(right))
		return right[i][:8] + right[(i+1+r.IntN(len(right)-1))%len(right)][8:]
	}},
	{"cut short", func(r *rand.Rand, _ *bot.Open, right []string) string {
		return right[r.IntN(len(right))][:r.IntN(16)]
	}},
	{"with more behind it", func(r *rand.Rand, _ *bot.Open, right []string) string {
		return right[r.IntN(len(right))] + strings.Repeat("A", 1+r.IntN(48))
	}},
	{"another person's answer", func(r *rand.Rand, o *bot.Open, _ []string) string {
		all := o.Marks(bot.Conversation(fmt.Sprint("other", r.Uint64())), "", 0)
		return all[r.IntN(len(all))]
	}},
	{"another person's way out", func(r *rand.Rand, o *bot.Open, _ []string) string {
		all := o.Ways(bot.Conversation(fmt.Sprint("other", r.Uint64())))
		return all[r.IntN(len(all))]
	}},
	{"another question's", func(r *rand.Rand, o *bot.Open, _ []string) string {
		all := o.Marks(o.Self, fmt.Sprint("step-", r.Uint64()), 0)
		return all[r.IntN(len(all))]
	}},
	{"another revision's", func(r *rand.Rand, o *bot.Open, _ []string) string {
		all := o.Marks(o.Self, "", 1+r.Uint32N(1<<31))
		return all[r.IntN(len(all))]
	}},
	{"made up", func(r *rand.Rand, _ *bot.Open, _ []string) string { return madeUp(r) }},
}

const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

func madeUp(r *rand.Rand) string {
	var b [16]byte
	for i := range b {
		b[i] = letters[r.IntN(len(letters))]
	}
	return string(b[:])
}

// TestMillionForgedButtons: of a million buttons that we did not draw for this
// person, this question and this revision, none counts.
func TestMillionForgedButtons(t *testing.T) {
	t.Parallel()
	million := 1_000_000
	if testing.Short() || raced {
		million = 10_000
	}
	h := build(t)
	p := h.person("ann").consents()
	o, err := h.Open(t.Context(), h.inbound("ann", bot.Press{}))
	if err != nil {
		t.Fatal(err)
	}
	right := slices.Concat(o.Marks(o.Self, "", 0), o.Ways(o.Self))
	meant := map[string]bool{}
	for _, data := range right {
		meant[o.Means(data)] = true
	}
	if meant[""] || len(meant) != len(right) || !slices.Contains(right, p.button("Yes, I am").Data) {
		t.Fatalf("the right buttons mean %v: the test shows nothing", meant)
	}
	r := rand.New(rand.NewPCG(4, 16))
	for n := range million {
		f := forgers[n%len(forgers)]
		if data := f.make(r, o, right); o.Means(data) != "" {
			t.Fatalf("%s: %q counts as %q", f.name, data, o.Means(data))
		}
	}
	h.silent(right...)
}
