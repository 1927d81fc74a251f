package scheduler_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"anteroom/scheduler"
)

const stamp = "2006-01-02 15:04:05 -0700"

func TestResolve(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, zone, wall, want string }{
		{"a plain time", "Europe/Berlin", "2025-06-01 09:00", "2025-06-01 09:00:00 +0200"},
		{"in the gap", "Europe/Berlin", "2025-03-30 02:30", "2025-03-30 03:00:00 +0200"},
		{"the end of the gap", "Europe/Berlin", "2025-03-30 03:00", "2025-03-30 03:00:00 +0200"},
		{"in the doubled hour", "Europe/Berlin", "2025-10-26 02:30", "2025-10-26 02:30:00 +0200"},
		{"after the doubled hour", "Europe/Berlin", "2025-10-26 03:00", "2025-10-26 03:00:00 +0100"},
		{"half an hour left out", "Australia/Lord_Howe", "2025-10-05 02:10", "2025-10-05 02:30:00 +1100"},
		{"a day left out", "Pacific/Apia", "2011-12-30 12:00", "2011-12-31 00:00:00 +1400"},
		{"a day nearly doubled", "Pacific/Kwajalein", "1969-09-30 12:00", "1969-09-30 12:00:00 +1100"},
		{"no midnight", "America/Sao_Paulo", "2018-11-04 00:00", "2018-11-04 01:00:00 -0200"},
		{"the last day of a leap year that follows a rule", "Europe/Berlin", "2044-12-31 23:30", "2044-12-31 23:30:00 +0100"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := scheduler.Resolve(at(t, "UTC", tt.wall), zone(t, tt.zone))
			if got := got.Format(stamp); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

// The instant shows the time or a later one, and a moment before nothing did.
func TestResolveProperty(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		loc := drawZone(t)
		naive := shown(drawMoment(t, loc), loc).Add(time.Duration(rapid.IntRange(-200, 200).Draw(t, "minutes")) * time.Minute)
		got := scheduler.Resolve(naive, loc)
		if shown(got, loc).Before(naive) {
			t.Fatalf("%s: got %s, which is earlier", naive, got)
		}
		for m := time.Second; m < 30*time.Hour; m += time.Minute {
			if !shown(got.Add(-m), loc).Before(naive) {
				t.Fatalf("%s: got %s, want %s", naive, got, got.Add(-m))
			}
		}
		later := naive.Add(time.Duration(rapid.IntRange(0, 300).Draw(t, "later")) * time.Minute)
		if next := scheduler.Resolve(later, loc); next.Before(got) {
			t.Fatalf("%s comes at %s, before %s at %s", later, next, naive, got)
		}
	})
}

func TestAddMonths(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, zone, from string
		n                int
		want             string
	}{
		{"a month", "Europe/Berlin", "2025-01-15 09:00", 1, "2025-02-15 09:00:00 +0100"},
		{"a month end", "Europe/Berlin", "2025-01-31 09:00", 1, "2025-02-28 09:00:00 +0100"},
		{"a month end in a leap year", "Europe/Berlin", "2024-01-31 09:00", 1, "2024-02-29 09:00:00 +0100"},
		{"over the change of summer time", "Europe/Berlin", "2025-01-31 09:00", 3, "2025-04-30 09:00:00 +0200"},
		{"over the year", "Europe/Berlin", "2025-10-31 09:00", 6, "2026-04-30 09:00:00 +0200"},
		{"a year from a leap day", "Europe/Berlin", "2024-02-29 09:00", 12, "2025-02-28 09:00:00 +0100"},
		{"back", "Europe/Berlin", "2025-03-31 09:00", -1, "2025-02-28 09:00:00 +0100"},
		{"none", "Europe/Berlin", "2025-03-31 09:00", 0, "2025-03-31 09:00:00 +0200"},
		{"into a gap", "Europe/Berlin", "2025-02-28 02:30", 25, "2027-03-28 03:00:00 +0200"},
		{"the day of the zone, not of UTC", "Pacific/Kiritimati", "2025-01-31 01:00", 1, "2025-02-28 01:00:00 +1400"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := scheduler.AddMonths(at(t, tt.zone, tt.from).UTC(), tt.n, zone(t, tt.zone))
			if got := got.Format(stamp); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

// The month is the n-th after, the day the same or the last, the time kept.
func TestAddMonthsProperty(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		loc := drawZone(t)
		from := drawMoment(t, loc)
		n := rapid.IntRange(0, 120).Draw(t, "months")
		was := shown(from, loc)
		want := was.AddDate(0, n, 0)
		for months := int(was.Month()) - 1 + n; (int(want.Month())-1-months)%12 != 0; {
			want = want.AddDate(0, 0, -1)
		}
		got := scheduler.AddMonths(from, n, loc)
		if wall := shown(got, loc); !wall.Equal(want) && (wall.Before(want) || !shown(got.Add(-time.Second), loc).Before(want)) {
			t.Fatalf("%d months after %s: got %s, want %s", n, from.In(loc), got, want)
		}
	})
}

func TestParseDuration(t *testing.T) {
	t.Parallel()
	tests := []struct {
		in   string
		want time.Duration
	}{
		{"48h", 48 * time.Hour},
		{"90d", 90 * 24 * time.Hour},
		{"2w", 14 * 24 * time.Hour},
		{"2s", 2 * time.Second},
		{"30m", 30 * time.Minute},
		{"250ms", 250 * time.Millisecond},
		{"0s", 0},
		{" 1w2d3h4m5s6ms ", 9*24*time.Hour + 3*time.Hour + 4*time.Minute + 5*time.Second + 6*time.Millisecond},
		{"36500d", 36500 * 24 * time.Hour},
	}
	for _, tt := range tests {
		if got, err := scheduler.ParseDuration(tt.in); err != nil || got != tt.want {
			t.Errorf("ParseDuration(%q): got %v, %v, want %v", tt.in, got, err, tt.want)
		}
	}
	for _, in := range []string{
		"", " ", "48", "h", "-48h", "+48h", "1.5h", "48 h", "48H", "1h1d", "1h1h", "3mo", "3months", "1y", "1us", "36501d", "36500d1s",
		"99999999999999999999h", "9223372036854775807ms", "٣h", "1h\x00",
	} {
		if got, err := scheduler.ParseDuration(in); err == nil || got != 0 {
			t.Errorf("ParseDuration(%q): got %v, %v, want an error", in, got, err)
		}
	}
}
