package scheduler_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/robfig/cron/v3"
	"pgregory.net/rapid"
)

// Where clocks never jump, a line means what the cron package says it means.
func TestLinesAgainstTheCronPackage(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		field := func(name string, low, high int) string {
			switch rapid.IntRange(0, 3).Draw(t, name+" kind") {
			case 0:
				return fmt.Sprint(rapid.IntRange(low, high).Draw(t, name))
			case 1:
				from := rapid.IntRange(low, high).Draw(t, name+" from")
				return fmt.Sprintf("%d-%d/%d", from, rapid.IntRange(from, high).Draw(t, name+" to"), rapid.IntRange(1, 9).Draw(t, name+" step"))
			}
			return "*"
		}
		text := field("minute", 0, 59) + " " + field("hour", 0, 23) + " " + field("day", 1, 31) + " " +
			field("month", 1, 12) + " " + field("weekday", 0, 6)
		want, err := cron.ParseStandard(text)
		if err != nil {
			t.Fatal(err)
		}
		now := time.Unix(rapid.Int64Range(-1<<32, 1<<33).Draw(t, "now"), 0).UTC()
		if want.Next(now).IsZero() {
			t.Skip("comes round rarely or never")
		}
		c := mustCadence(t, text)
		for range 20 {
			next := want.Next(now)
			if next.IsZero() {
				return
			}
			if got := c.Next(now, time.UTC); !got.Equal(next) {
				t.Fatalf("%q after %s: got %s, want %s", text, now, got, next)
			}
			now = next
		}
	})
}
