package scheduler_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"anteroom/scheduler"
)

func mustCadence(t fataler, text string) scheduler.Cadence {
	t.Helper()
	c, err := scheduler.ParseCadence(text)
	if err != nil {
		t.Fatalf("ParseCadence(%q): %v", text, err)
	}
	return c
}

func TestParseCadenceRefuses(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, in, want string }{
		{"nothing", "  ", "is empty"},
		{"a zone", "TZ=Europe/Berlin 0 9 * * *", "leave out the zone"},
		{"a zone that makes the cron package panic", "TZ=0", "leave out the zone"},
		{"a cron zone that makes the cron package panic", "CRON_TZ=UTC", "leave out the zone"},
		{"a zone in small letters", "cron_tz=UTC 0 9 * * *", "leave out the zone"},
		{"a negative interval", "@every -1s", "write whole numbers"},
		{"a negative duration", "-48h", "write whole numbers"},
		{"no interval", "@every", "write @hourly"},
		{"no duration at all", "0s", "a second is the least"},
		{"too fast", "999ms", "a second is the least"},
		{"a month", "1month", "a month has no fixed length"},
		{"an unknown descriptor", "@reboot", "write @hourly"},
		{"four fields", "0 9 * *", "has 4 fields"},
		{"a field for seconds", "0 0 9 * * *", "has 6 fields"},
		{"31 February", "0 0 31 2 *", "never comes round"},
		{"30 February and 31 June", "0 0 31 2,6 *", "never comes round"},
		{"a field of commas", ", * * * *", "write 0 to 59"},
		{"a trailing comma", "0, * * * *", "write 0 to 59"},
		{"minute 60", "60 * * * *", "write 0 to 59"},
		{"hour 24", "0 24 * * *", `hour "24": write 0 to 23`},
		{"day 0", "0 9 0 * *", "write 1 to 31"},
		{"month 13", "0 9 * 13 *", "write 1 to 12 or jan to dec"},
		{"weekday 8", "0 9 * * 8", "write 0 to 6 or sun to sat"},
		{"a name of the wrong field", "0 mon * * *", "write 0 to 23"},
		{"the last day", "0 9 L * *", "write 1 to 31"},
		{"a range that runs backwards", "0 22-6 * * *", "runs backwards"},
		{"days that run backwards", "0 9 * * sat-mon", "runs backwards"},
		{"step 0", "*/0 * * * *", "write a step as */2"},
		{"no step", "*/ * * * *", "write a step as */2"},
		{"two steps", "*/2/3 * * * *", "write a step as */2"},
		{"a signed number", "+5 * * * *", "write 0 to 59"},
		{"a number beyond integers", "99999999999999999999 * * * *", "write 0 to 59"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := scheduler.ParseCadence(tt.in)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("ParseCadence(%q): got error %v, want one with %q", tt.in, err, tt.want)
			}
		})
	}
}

// Next on a zone without jumps: what the text means.
func TestCadenceMeaning(t *testing.T) {
	t.Parallel()
	tests := []struct {
		in   string
		want []string // the next ones after Wednesday, 15 January 2025, 10:30
	}{
		{"48h", []string{"Fri 2025-01-17 10:30", "Sun 2025-01-19 10:30"}},
		{"90d", []string{"Tue 2025-04-15 10:30", "Mon 2025-07-14 10:30"}},
		{"2w", []string{"Wed 2025-01-29 10:30", "Wed 2025-02-12 10:30"}},
		{"1d12h", []string{"Thu 2025-01-16 22:30", "Sat 2025-01-18 10:30"}},
		{"@every 90m", []string{"Wed 2025-01-15 12:00", "Wed 2025-01-15 13:30"}},
		{"@hourly", []string{"Wed 2025-01-15 11:00", "Wed 2025-01-15 12:00"}},
		{"@daily", []string{"Thu 2025-01-16 00:00", "Fri 2025-01-17 00:00"}},
		{"@weekly", []string{"Sun 2025-01-19 00:00", "Sun 2025-01-26 00:00"}},
		{"@monthly", []string{"Sat 2025-02-01 00:00", "Sat 2025-03-01 00:00"}},
		{"@yearly", []string{"Thu 2026-01-01 00:00", "Fri 2027-01-01 00:00"}},
		{"0 9 * * 7", []string{"Sun 2025-01-19 09:00", "Sun 2025-01-26 09:00"}},
		{"0 9 * * 0", []string{"Sun 2025-01-19 09:00", "Sun 2025-01-26 09:00"}},
		{"0 9 * * 5-7", []string{"Fri 2025-01-17 09:00", "Sat 2025-01-18 09:00", "Sun 2025-01-19 09:00", "Fri 2025-01-24 09:00"}},
		{"0 9 * * fri-sun", []string{"Fri 2025-01-17 09:00", "Sat 2025-01-18 09:00", "Sun 2025-01-19 09:00", "Fri 2025-01-24 09:00"}},
		{"0 9 * * MON,thu", []string{"Thu 2025-01-16 09:00", "Mon 2025-01-20 09:00"}},
		{"0 9 * * */3", []string{"Sat 2025-01-18 09:00", "Sun 2025-01-19 09:00", "Wed 2025-01-22 09:00"}},
		{"0 9 * * 1/2", []string{"Fri 2025-01-17 09:00", "Mon 2025-01-20 09:00", "Wed 2025-01-22 09:00"}},
		{"20/20 10 * * ?", []string{"Wed 2025-01-15 10:40", "Thu 2025-01-16 10:20"}},
		{"0 9 31 * *", []string{"Fri 2025-01-31 09:00", "Mon 2025-03-31 09:00"}},
		{"0 9 29 feb *", []string{"Tue 2028-02-29 09:00", "Sun 2032-02-29 09:00"}},
		{"0 9 1 * mon", []string{"Mon 2025-01-20 09:00", "Mon 2025-01-27 09:00", "Sat 2025-02-01 09:00"}},
		{"0 9 31 2 mon", []string{"Mon 2025-02-03 09:00", "Mon 2025-02-10 09:00"}},
		{" 30  10 * * *\t", []string{"Thu 2025-01-16 10:30", "Fri 2025-01-17 10:30"}},
	}
	for _, tt := range tests {
		t.Run(tt.in, func(t *testing.T) {
			t.Parallel()
			c := mustCadence(t, tt.in)
			if got, want := c.String(), strings.TrimSpace(tt.in); got != want {
				t.Errorf("String: got %q, want %q", got, want)
			}
			var got []string
			now := at(t, "UTC", "2025-01-15 10:30")
			for range tt.want {
				now = c.Next(now, time.UTC)
				got = append(got, now.Format("Mon 2006-01-02 15:04"))
			}
			if diff := cmp.Diff(got, tt.want); diff != "" {
				t.Errorf("(-got +want)\n%s", diff)
			}
		})
	}
}

func TestNextWhereTheClockJumps(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, zone, cadence, after string
		want                       []string
	}{
		{"New York, the night without a 02:30", "America/New_York", "30 2 * * *", "2025-03-08 12:00",
			[]string{"2025-03-09 03:00:00 -0400", "2025-03-10 02:30:00 -0400"}},
		{"New York, the night with two 01:30", "America/New_York", "30 1 * * *", "2025-11-01 12:00",
			[]string{"2025-11-02 01:30:00 -0400", "2025-11-03 01:30:00 -0500"}},
		{"New York, asked in the second pass", "America/New_York", "*/30 * * * *", "2025-11-02 01:10:00 -0500",
			[]string{"2025-11-02 02:00:00 -0500", "2025-11-02 02:30:00 -0500"}},
		{"Berlin, what falls into the gap comes once", "Europe/Berlin", "*/20 2,3 * * *", "2025-03-30 00:00",
			[]string{"2025-03-30 03:00:00 +0200", "2025-03-30 03:20:00 +0200", "2025-03-30 03:40:00 +0200", "2025-03-31 02:00:00 +0200"}},
		{"Cairo, midnight on a Friday is left out", "Africa/Cairo", "30 0 * * FRI", "2025-04-20 00:00",
			[]string{"2025-04-25 01:00:00 +0300", "2025-05-02 00:30:00 +0300"}},
		{"Beirut, midnight is left out", "Asia/Beirut", "@daily", "2025-03-29 12:00",
			[]string{"2025-03-30 01:00:00 +0300", "2025-03-31 00:00:00 +0300"}},
		{"Beirut, the hour before midnight is doubled", "Asia/Beirut", "30 23 * * *", "2025-10-25 12:00",
			[]string{"2025-10-25 23:30:00 +0300", "2025-10-26 23:30:00 +0200"}},
		{"Lord Howe, half an hour is left out", "Australia/Lord_Howe", "15 2 * * *", "2025-10-04 12:00",
			[]string{"2025-10-05 02:30:00 +1100", "2025-10-06 02:15:00 +1100"}},
		{"Lord Howe, half an hour is doubled", "Australia/Lord_Howe", "45 1 * * *", "2025-04-05 12:00",
			[]string{"2025-04-06 01:45:00 +1100", "2025-04-07 01:45:00 +1030"}},
		{"Apia, a day is left out", "Pacific/Apia", "0 9 * * *", "2011-12-29 08:00",
			[]string{"2011-12-29 09:00:00 -1000", "2011-12-31 00:00:00 +1400", "2011-12-31 09:00:00 +1400"}},
		{"Berlin, weeks keep the time of day", "Europe/Berlin", "2w", "2025-03-20 09:00",
			[]string{"2025-04-03 09:00:00 +0200", "2025-04-17 09:00:00 +0200"}},
		{"Berlin, hours do not", "Europe/Berlin", "48h", "2025-03-29 09:00",
			[]string{"2025-03-31 10:00:00 +0200", "2025-04-02 10:00:00 +0200"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c, now := mustCadence(t, tt.cadence), at(t, tt.zone, tt.after)
			var got []string
			for range tt.want {
				now = c.Next(now, zone(t, tt.zone))
				got = append(got, now.Format("2006-01-02 15:04:05 -0700"))
			}
			if diff := cmp.Diff(got, tt.want); diff != "" {
				t.Errorf("(-got +want)\n%s", diff)
			}
		})
	}
}

// Around every jump of four years in every zone, minute by minute.
func TestNextAgainstReference(t *testing.T) {
	t.Parallel()
	specs := map[string]func(w time.Time) bool{
		"30 2 * * *":   func(w time.Time) bool { return w.Hour() == 2 && w.Minute() == 30 },
		"*/15 * * * *": func(w time.Time) bool { return w.Minute()%15 == 0 },
		"30 0 * * FRI": func(w time.Time) bool { return w.Hour() == 0 && w.Minute() == 30 && w.Weekday() == time.Friday },
		"@daily":       func(w time.Time) bool { return w.Hour() == 0 && w.Minute() == 0 },
		"5,50 0-3,23 * * 7,6": func(w time.Time) bool {
			return (w.Minute() == 5 || w.Minute() == 50) && (w.Hour() <= 3 || w.Hour() == 23) && (w.Weekday() == 0 || w.Weekday() == 6)
		},
	}
	years := []int{1995, 2011, 2018, 2024, 2025, 2037, 2041}
	for _, name := range zones() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			loc := zone(t, name)
			windows := []time.Time{time.Date(2025, 6, 1, 0, 0, 0, 0, time.UTC)}
			for _, year := range years {
				from := time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC)
				windows = append(windows, jumps(loc, from, from.AddDate(1, 0, 0))...)
			}
			for text, match := range specs {
				c := mustCadence(t, text)
				for _, middle := range windows {
					from, to := middle.Add(-30*time.Hour), middle.Add(30*time.Hour)
					var got []time.Time
					for next := c.Next(from, loc); !next.After(to); next = c.Next(next, loc) {
						got = append(got, next)
					}
					equalTimes(t, fmt.Sprintf("%q from %s", text, from.In(loc)), got, occurrences(loc, from, to, match))
				}
			}
		})
	}
}

// Any rule, any zone, any moment: the answer is the reference's first
// occurrence, from wherever it is asked.
func TestNextProperty(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		loc := drawZone(t)
		from := drawMoment(t, loc)
		field := func(name string, low, high, most int) ([]int, string) {
			if rapid.Bool().Draw(t, name+" any") {
				return nil, "*"
			}
			values := rapid.SliceOfNDistinct(rapid.IntRange(low, high), 1, most, rapid.ID).Draw(t, name)
			parts := make([]string, len(values))
			for i, v := range values {
				parts[i] = fmt.Sprint(v)
			}
			return values, strings.Join(parts, ",")
		}
		minutes, m := field("minutes", 0, 59, 8)
		hours, h := field("hours", 0, 23, 8)
		days, d := field("weekdays", 0, 7, 4)
		c := mustCadence(t, m+" "+h+" * * "+d)
		in := func(values []int, v int) bool { return values == nil || slices.Contains(values, v) }
		to := from.Add(50 * time.Hour)
		want := occurrences(loc, from, to, func(w time.Time) bool {
			return in(minutes, w.Minute()) && in(hours, w.Hour()) && (in(days, int(w.Weekday())) || w.Weekday() == 0 && in(days, 7))
		})
		asked := from
		for i, w := range want {
			got := c.Next(asked, loc)
			if !got.Equal(w) {
				t.Fatalf("%q after %s: occurrence %d: got %s, want %s", c, asked.In(loc), i, got, w.In(loc))
			}
			// Asked from anywhere before it, the answer is the same.
			between := asked.Add(time.Duration(rapid.Int64Range(0, int64(got.Sub(asked))-1).Draw(t, "between")))
			if again := c.Next(between, loc); !again.Equal(w) {
				t.Fatalf("%q after %s: got %s, want %s", c, between.In(loc), again, w.In(loc))
			}
			asked = got
		}
		if got := c.Next(asked, loc); !got.After(to) {
			t.Fatalf("%q after %s: got %s, want none before %s", c, asked.In(loc), got, to.In(loc))
		}
	})
}

// Every cadence of days keeps the time of day wherever the clock shows it.
func TestDaysKeepTheTimeOfDay(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		loc := drawZone(t)
		from := drawMoment(t, loc)
		days := rapid.IntRange(1, 100).Draw(t, "days")
		got := mustCadence(t, fmt.Sprintf("%dd", days)).Next(from, loc)
		want := shown(from, loc).AddDate(0, 0, days)
		if !got.After(from) {
			t.Fatalf("%d days after %s: got %s, not later", days, from.In(loc), got)
		}
		if wall := shown(got, loc); wall.Before(want) || !wall.Equal(want) && !shown(got.Add(-time.Second), loc).Before(want) {
			t.Fatalf("%d days after %s: got %s, want the clock to show %s", days, from.In(loc), got, want)
		}
	})
}

func TestNextAcrossTheCenturyWithoutALeapDay(t *testing.T) {
	t.Parallel()
	c := mustCadence(t, "0 9 29 2 *")
	got := c.Next(time.Date(2096, 3, 1, 0, 0, 0, 0, time.UTC), time.UTC)
	if want := time.Date(2104, 2, 29, 9, 0, 0, 0, time.UTC); !got.Equal(want) {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestZeroCadenceNeverComesRound(t *testing.T) {
	t.Parallel()
	var c scheduler.Cadence
	if got := c.Next(time.Unix(0, 0), time.UTC); !c.IsZero() || !got.IsZero() {
		t.Errorf("got %s, want the zero time", got)
	}
}

func FuzzParseCadence(f *testing.F) {
	for _, seed := range []string{
		"48h", "1w2d3h4m5s6ms", "@every 90m", "@weekly", "0 9 * * 7", "0 0 31 2 *", "*/5 0-6/2 1,15 jan-mar fri-sun",
		"TZ=0", "CRON_TZ=UTC", "@every -1s", ", , , , ,", "? ? ? ? ?", "0 0 29 2 *", "\x00 \xff", "7/9 7/9 7/9 7/9 7/9",
	} {
		f.Add(seed, int64(1741478400))
	}
	berlin := zone(f, "Europe/Berlin")
	f.Fuzz(func(t *testing.T, text string, unix int64) {
		c, err := scheduler.ParseCadence(text)
		if err != nil {
			if !c.IsZero() {
				t.Errorf("ParseCadence(%q): got a cadence and the error %v", text, err)
			}
			return
		}
		after := time.Unix(unix%(1<<33), 0)
		next := c.Next(after, berlin)
		if !next.After(after) {
			t.Errorf("%q after %s: got %s, not later", text, after, next)
		}
		again, err := scheduler.ParseCadence(c.String())
		if err != nil || !again.Next(after, berlin).Equal(next) {
			t.Errorf("%q read again: got error %v, or another next time", c, err)
		}
	})
}

func BenchmarkNext(b *testing.B) {
	for _, text := range []string{"0 9 * * mon", "*/15 8-18 * * 1-5", "2w", "48h"} {
		b.Run(strings.ReplaceAll(text, " ", "_"), func(b *testing.B) {
			c, berlin := mustCadence(b, text), zone(b, "Europe/Berlin")
			start := time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC)
			now := start
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				if now = c.Next(now, berlin); i%512 == 0 {
					now = start
				}
			}
		})
	}
}

func Example() {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		panic(err)
	}
	weekly, err := scheduler.ParseCadence("30 2 * * sun")
	if err != nil {
		panic(err)
	}
	now := time.Date(2025, time.March, 20, 12, 0, 0, 0, berlin)
	quiet := scheduler.Quiet{From: 21 * 60, To: 8 * 60, Zone: berlin}
	for range 3 {
		now = weekly.Next(now, berlin)
		fmt.Println(now.Format("Mon 2 Jan 15:04"), "→", quiet.Allow(now).Format("15:04"))
	}
	// Output:
	// Sun 23 Mar 02:30 → 08:00
	// Sun 30 Mar 03:00 → 08:00
	// Sun 6 Apr 02:30 → 08:00
}
