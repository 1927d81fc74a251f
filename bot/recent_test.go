package bot_test

import (
	"fmt"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"anteroom/bot"
)

func TestRecent(t *testing.T) {
	t.Parallel()
	type noted struct {
		id    string
		after time.Duration // since the one before
	}
	long := string(make([]byte, 257))
	for _, tt := range []struct {
		name  string
		noted []noted
		later time.Duration
		want  []string
	}{
		{"nothing", nil, 0, nil},
		{"numbers", []noted{{"7", 0}, {"9", time.Minute}, {"8", 0}}, 0, []string{"7", "9", "8"}},
		{"large and small", []noted{{"9223372036854775807", 0}, {"0", 0}, {"4000000000", 0}}, 0, []string{"9223372036854775807", "0", "4000000000"}},
		{"words", []noted{{"receipt of a", 0}, {"12,13", 0}, {"007", 0}, {"+7", 0}, {"-7", 0}, {"92233720368547758070", 0}}, 0,
			[]string{"receipt of a", "12,13", "007", "+7", "-7", "92233720368547758070"}},
		{"a text in many parts", []noted{{"7000000001,7000000002,7000000003,7000000004,7000000005,7000000006,7000000007,7000000008", 0}}, 0,
			[]string{"7000000001,7000000002,7000000003,7000000004,7000000005,7000000006,7000000007,7000000008"}},
		{"between each other", []noted{{"5", 0}, {"a", 0}, {"6", 0}, {"b", 0}, {"7", 0}}, 0, []string{"5", "a", "6", "b", "7"}},
		{"twice", []noted{{"5", 0}, {"a", 0}, {"5", time.Hour}, {"a", time.Hour}}, 0, []string{"5", "a"}},
		{"none, or far too long", []noted{{"", 0}, {long, 0}, {"5", 0}}, 0, []string{"5"}},
		{"the first is too old", []noted{{"5", 0}, {"6", time.Hour}}, 47 * time.Hour, []string{"6"}},
		{"all are too old", []noted{{"5", 0}, {"6", time.Hour}}, 48 * time.Hour, nil},
		{"one more drops what is too old", []noted{{"5", 0}, {"a", 0}, {"6", 47 * time.Hour}, {"7", 2 * time.Hour}}, 0, []string{"6", "7"}},
		{"too old before words", []noted{{"5", 0}, {"a", 24 * time.Hour}, {"6", 23 * time.Hour}}, 2 * time.Hour, []string{"a", "6"}},
		{"a clock that went back", []noted{{"5", time.Hour}, {"6", -30 * time.Minute}}, 0, []string{"5", "6"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var r bot.Recent
			now := start
			for _, n := range tt.noted {
				now = now.Add(n.after)
				r = r.With(n.id, now)
			}
			if diff := cmp.Diff(tt.want, r.IDs(now.Add(tt.later))); diff != "" {
				t.Errorf("ids (-want +got):\n%s", diff)
			}
		})
	}
}

// The same as a list that forgets: whatever is noted, the newest 200 of the
// last 48 hours are known, and they are small.
func TestRecentIsAList(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		type entry struct {
			id string
			at time.Time
		}
		var r bot.Recent
		var want []entry
		now := start.Truncate(time.Minute)
		id := rapid.Int64Range(0, 5_000_000_000).Draw(t, "first")
		for range rapid.IntRange(0, 450).Draw(t, "n") {
			now = now.Add(time.Duration(rapid.IntRange(0, 60).Draw(t, "minutes")) * time.Minute)
			id += rapid.Int64Range(1, 9).Draw(t, "next")
			e := entry{strconv.FormatInt(id, 10), now}
			if rapid.IntRange(0, 9).Draw(t, "words") == 0 {
				e.id = fmt.Sprintf("%d,%d", id, id+1)
			}
			r = r.With(e.id, now)
			want = slices.DeleteFunc(append(want, e), func(e entry) bool { return now.Sub(e.at) >= 48*time.Hour })
			want = want[max(0, len(want)-200):]
		}
		var ids []string
		for _, e := range want {
			ids = append(ids, e.id)
		}
		if diff := cmp.Diff(ids, r.IDs(now)); diff != "" {
			t.Fatalf("ids (-want +got):\n%s", diff)
		}
		if most := 16 + 24*len(want); len(r) > most {
			t.Fatalf("%d bytes for %d messages", len(r), len(want))
		}
	})
}

// FuzzRecent: what is stored is read without harm, whatever it is.
func FuzzRecent(f *testing.F) {
	f.Add([]byte(bot.Recent(nil).With("70003", start).With("70006", start.Add(time.Minute)).With("a,b", start)))
	f.Add([]byte{0x80})
	f.Add([]byte{1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1})
	f.Fuzz(func(t *testing.T, b []byte) {
		r := bot.Recent(b).With("8", start)
		if ids := r.IDs(start); len(ids) > 0 && len(r) < len(ids) {
			t.Errorf("%d ids in %d bytes", len(ids), len(r))
		}
	})
}
