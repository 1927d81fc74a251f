package scheduler_test

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"anteroom/scheduler"
)

func span(t fataler, text string) scheduler.Span {
	t.Helper()
	s, err := scheduler.ParseSpan(text)
	if err != nil {
		t.Fatalf("ParseSpan(%q): %v", text, err)
	}
	return s
}

func spans(t fataler, texts ...string) []scheduler.Span {
	t.Helper()
	var all []scheduler.Span
	for _, text := range texts {
		all = append(all, span(t, text))
	}
	return all
}

// practice is open on Monday to Thursday with a lunch break, on Friday until
// two, and closed on the First of May 2025, a Thursday.
func practice(t fataler, loc *time.Location) scheduler.Hours {
	t.Helper()
	day := spans(t, "13:00-17:00", "09:00-12:00")
	hours, err := scheduler.NewHours(loc, map[time.Weekday][]scheduler.Span{
		time.Monday: day, time.Tuesday: day, time.Wednesday: day, time.Thursday: day,
		time.Friday: spans(t, "09:00-14:00"), time.Saturday: nil,
	}, []scheduler.Date{{2025, time.May, 1}})
	if err != nil {
		t.Fatalf("NewHours: %v", err)
	}
	return hours
}

func TestHours(t *testing.T) {
	t.Parallel()
	hours := practice(t, zone(t, "Europe/Berlin"))
	tests := []struct {
		name, at       string
		open           bool
		next, inHours4 string
		today, second  string
	}{
		{"Tuesday morning", "2025-04-29 10:00", true, "04-29 10:00", "04-29 15:00", "04-29 17:00", "05-02 14:00"},
		{"the minute of opening", "2025-04-29 09:00", true, "04-29 09:00", "04-29 14:00", "04-29 17:00", "05-02 14:00"},
		{"lunch", "2025-04-29 12:00", false, "04-29 13:00", "04-29 17:00", "04-29 17:00", "05-02 14:00"},
		{"the minute of closing", "2025-04-29 17:00", false, "04-30 09:00", "04-30 14:00", "04-30 17:00", "05-02 14:00"},
		{"the evening before a holiday", "2025-04-30 18:00", false, "05-02 09:00", "05-02 13:00", "05-02 14:00", "05-05 17:00"},
		{"the holiday", "2025-05-01 10:00", false, "05-02 09:00", "05-02 13:00", "05-02 14:00", "05-05 17:00"},
		{"late on Friday", "2025-05-02 13:00", true, "05-02 13:00", "05-05 12:00", "05-02 14:00", "05-06 17:00"},
		{"the weekend", "2025-05-03 10:00", false, "05-05 09:00", "05-05 14:00", "05-05 17:00", "05-06 17:00"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			now := at(t, "Europe/Berlin", tt.at)
			if got := hours.Open(now.UTC()); got != tt.open {
				t.Errorf("Open: got %v, want %v", got, tt.open)
			}
			for _, answer := range []struct {
				name, want string
				got        time.Time
			}{
				{"Next", tt.next, hours.Next(now.UTC())},
				{"After 4h", tt.inHours4, hours.After(now, 4*time.Hour)},
				{"Deadline 0", tt.today, hours.Deadline(now, 0)},
				{"Deadline 2", tt.second, hours.Deadline(now, 2)},
			} {
				if got := answer.got.Format("01-02 15:04"); got != answer.want {
					t.Errorf("%s: got %s, want %s", answer.name, got, answer.want)
				}
			}
		})
	}
}

func TestHoursOnOddDays(t *testing.T) {
	t.Parallel()
	always := map[time.Weekday][]scheduler.Span{}
	early := map[time.Weekday][]scheduler.Span{}
	for day := time.Sunday; day <= time.Saturday; day++ {
		always[day], early[day] = spans(t, "00:00-24:00"), spans(t, "02:10-02:40")
	}
	tests := []struct {
		name, zone string
		week       map[time.Weekday][]scheduler.Span
		at         string
		answer     func(scheduler.Hours, time.Time) time.Time
		want       string
	}{
		{"open day and night, 100 hours", "Europe/Berlin", always, "2025-03-29 12:00",
			func(h scheduler.Hours, t time.Time) time.Time { return h.After(t, 100*time.Hour) }, "2025-04-02 17:00:00 +0200"},
		{"open day and night, tomorrow", "Europe/Berlin", always, "2025-03-29 12:00",
			func(h scheduler.Hours, t time.Time) time.Time { return h.Deadline(t, 1) }, "2025-03-31 00:00:00 +0200"},
		{"a day that is left out is no working day", "Pacific/Apia", always, "2011-12-29 12:00",
			func(h scheduler.Hours, t time.Time) time.Time { return h.Deadline(t, 1) }, "2012-01-01 00:00:00 +1400"},
		{"hours inside the gap", "Europe/Berlin", early, "2025-03-30 00:00", scheduler.Hours.Next, "2025-03-31 02:10:00 +0200"},
		{"hours inside the gap are no working day", "Europe/Berlin", early, "2025-03-29 12:00",
			func(h scheduler.Hours, t time.Time) time.Time { return h.Deadline(t, 1) }, "2025-03-31 02:40:00 +0200"},
		{"hours that come twice", "Europe/Berlin", early, "2025-10-26 02:50:00 +0200", scheduler.Hours.Next, "2025-10-26 02:10:00 +0100"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			hours, err := scheduler.NewHours(zone(t, tt.zone), tt.week, nil)
			if err != nil {
				t.Fatal(err)
			}
			if got := tt.answer(hours, at(t, tt.zone, tt.at)).Format(stamp); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

func TestZeroHoursAreNeverOpen(t *testing.T) {
	t.Parallel()
	var hours scheduler.Hours
	now := time.Unix(1e9, 0)
	if hours.Open(now) || !hours.Next(now).IsZero() || !hours.After(now, time.Hour).IsZero() || !hours.Deadline(now, 2).IsZero() {
		t.Error("the zero Hours open")
	}
}

func TestNewHoursRefuses(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		week map[time.Weekday][]scheduler.Span
		want string
	}{
		{"a week without hours", map[time.Weekday][]scheduler.Span{time.Monday: {}}, "no day of the week is open"},
		{"spans that overlap", map[time.Weekday][]scheduler.Span{time.Monday: spans(t, "12:00-15:00", "09:00-12:30")}, "overlap"},
		{"a span that runs backwards", map[time.Weekday][]scheduler.Span{time.Monday: {{From: 60, To: 30}}}, "no part of a day"},
		{"a span beyond the day", map[time.Weekday][]scheduler.Span{time.Monday: {{From: 60, To: 1441}}}, "no part of a day"},
		{"an eighth day", map[time.Weekday][]scheduler.Span{7: spans(t, "09:00-12:00")}, "no weekday"},
	}
	for _, tt := range tests {
		if _, err := scheduler.NewHours(time.UTC, tt.week, nil); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want an error with %q", tt.name, err, tt.want)
		}
	}
}

func TestParseTimesOfDay(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"09:00-17:30": "09:00-17:30", " 9:05 - 24:00 ": "09:05-24:00", "0:00-0:01": "00:00-00:01"} {
		if got, err := scheduler.ParseSpan(in); err != nil || got.String() != want {
			t.Errorf("ParseSpan(%q): got %v, %v, want %s", in, got, err, want)
		}
	}
	for _, in := range []string{"", "-", "09:00", "9-17", "17:00-09:00", "09:00-09:00", "09:00-24:01", "09:60-10:00", "009:00-10:00", "+9:00-10:00", "09:0-10:00"} {
		if got, err := scheduler.ParseSpan(in); err == nil {
			t.Errorf("ParseSpan(%q): got %v, want an error", in, got)
		}
	}
	if got, err := scheduler.ParseDate("2024-02-29"); err != nil || got.String() != "2024-02-29" {
		t.Errorf("ParseDate: got %v, %v", got, err)
	}
	for _, in := range []string{"", "2025-02-29", "29.02.2024", "2024-2-29"} {
		if got, err := scheduler.ParseDate(in); err == nil {
			t.Errorf("ParseDate(%q): got %v, want an error", in, got)
		}
	}
}

func TestQuiet(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, zone, quiet, at, want string }{
		{"by day", "Europe/Berlin", "21:00-08:00", "2025-01-15 12:00", "2025-01-15 12:00:00 +0100"},
		{"in the evening", "Europe/Berlin", "21:00-08:00", "2025-01-15 21:00", "2025-01-16 08:00:00 +0100"},
		{"in the morning", "Europe/Berlin", "21:00-08:00", "2025-01-15 07:59", "2025-01-15 08:00:00 +0100"},
		{"when it ends", "Europe/Berlin", "21:00-08:00", "2025-01-15 08:00", "2025-01-15 08:00:00 +0100"},
		{"a nap", "Europe/Berlin", "13:00-15:00", "2025-01-15 14:00", "2025-01-15 15:00:00 +0100"},
		{"none", "Europe/Berlin", "08:00-08:00", "2025-01-15 08:00", "2025-01-15 08:00:00 +0100"},
		{"none, midnight to midnight", "Europe/Berlin", "00:00-24:00", "2025-01-15 08:00", "2025-01-15 08:00:00 +0100"},
		{"until midnight", "Europe/Berlin", "20:00-24:00", "2025-01-15 21:00", "2025-01-16 00:00:00 +0100"},
		{"a short night", "Europe/Berlin", "22:00-07:00", "2025-03-29 22:00", "2025-03-30 07:00:00 +0200"},
		{"a long night", "Europe/Berlin", "22:00-07:00", "2025-10-25 22:00", "2025-10-26 07:00:00 +0100"},
		{"ends in the gap", "Europe/Berlin", "22:00-02:30", "2025-03-30 01:00", "2025-03-30 03:00:00 +0200"},
		{"lies in the gap", "Europe/Berlin", "02:00-03:00", "2025-03-30 01:59", "2025-03-30 01:59:00 +0100"},
		{"ends in the first pass", "Europe/Berlin", "22:00-02:30", "2025-10-26 02:10:00 +0200", "2025-10-26 02:30:00 +0200"},
		{"quiet again in the second pass", "Europe/Berlin", "22:00-02:30", "2025-10-26 02:10:00 +0100", "2025-10-26 02:30:00 +0100"},
		{"ends with half an hour left out", "Australia/Lord_Howe", "22:00-02:15", "2025-10-05 01:00", "2025-10-05 02:30:00 +1100"},
		{"ends at a midnight that is left out", "Asia/Beirut", "21:00-24:00", "2025-03-29 22:00", "2025-03-30 01:00:00 +0300"},
		{"a day left out", "Pacific/Apia", "21:00-08:00", "2011-12-29 22:00", "2011-12-31 08:00:00 +1400"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			from, to, _ := strings.Cut(tt.quiet, "-")
			quiet := scheduler.Quiet{From: clock(t, from), To: clock(t, to), Zone: zone(t, tt.zone)}
			now := at(t, tt.zone, tt.at)
			if got := quiet.Allow(now); got.Format(stamp) != tt.want {
				t.Errorf("got %s, want %s", got.Format(stamp), tt.want)
			}
		})
	}
	now := time.Unix(1e9, 0)
	if got := (scheduler.Quiet{}).Allow(now); !got.Equal(now) {
		t.Errorf("the zero Quiet: got %s, want %s", got, now)
	}
}

func clock(t fataler, text string) scheduler.Clock {
	t.Helper()
	c, err := scheduler.ParseClock(text)
	if err != nil {
		t.Fatalf("ParseClock(%q): %v", text, err)
	}
	return c
}

// Minute by minute: the first one from t on whose clock is not quiet, or open.
func TestRangesAgainstReference(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		loc := drawZone(t)
		now := drawMoment(t, loc)
		minute := func(t time.Time) scheduler.Clock {
			wall := shown(t, loc)
			return scheduler.Clock(wall.Hour()*60 + wall.Minute())
		}
		until := func(free func(time.Time) bool) time.Time {
			m := now
			for !free(m) {
				m = m.Add(time.Minute)
			}
			return m
		}

		from := scheduler.Clock(rapid.IntRange(0, 1439).Draw(t, "from"))
		to := scheduler.Clock(rapid.IntRange(0, 1439).Draw(t, "to"))
		quiet := scheduler.Quiet{From: from, To: to, Zone: loc}
		want := until(func(m time.Time) bool {
			c := minute(m)
			switch {
			case from == to:
				return true
			case from < to:
				return c < from || c >= to
			}
			return c >= to && c < from
		})
		if got := quiet.Allow(now); !got.Equal(want) {
			t.Fatalf("quiet %s to %s at %s: got %s, want %s", from, to, now.In(loc), got.In(loc), want.In(loc))
		}

		week := map[time.Weekday][]scheduler.Span{}
		for day := time.Sunday; day <= time.Saturday; day++ {
			cuts := rapid.SliceOfNDistinct(rapid.IntRange(0, 1440), 4, 4, rapid.ID).Draw(t, day.String())
			a, b := scheduler.Span{From: scheduler.Clock(min(cuts[0], cuts[1])), To: scheduler.Clock(max(cuts[0], cuts[1]))},
				scheduler.Span{From: scheduler.Clock(min(cuts[2], cuts[3])), To: scheduler.Clock(max(cuts[2], cuts[3]))}
			if week[day] = []scheduler.Span{a}; b.From >= a.To || b.To <= a.From {
				week[day] = append(week[day], b)
			}
		}
		wall := shown(now, loc)
		holiday := scheduler.Date{Year: wall.Year(), Month: wall.Month(), Day: wall.Day()}
		hours, err := scheduler.NewHours(loc, week, []scheduler.Date{holiday})
		if err != nil {
			t.Fatalf("NewHours: %v", err)
		}
		open := func(m time.Time) bool {
			wall := shown(m, loc)
			if wall.Year() == holiday.Year && wall.Month() == holiday.Month && wall.Day() == holiday.Day {
				return false
			}
			for _, s := range week[wall.Weekday()] {
				if c := minute(m); c >= s.From && c < s.To {
					return true
				}
			}
			return false
		}
		if got, want := hours.Next(now), until(open); !got.Equal(want) {
			t.Fatalf("opening after %s: got %s, want %s", now.In(loc), got, want.In(loc))
		}
		d := rapid.IntRange(1, 600).Draw(t, "minutes open")
		left := d
		want = until(func(m time.Time) bool {
			if left == 0 {
				return true
			}
			if open(m) {
				left--
			}
			return false
		})
		if got := hours.After(now, time.Duration(d)*time.Minute); !got.Equal(want) {
			t.Fatalf("%d open minutes after %s: got %s, want %s", d, now.In(loc), got, want.In(loc))
		}
		due := hours.Deadline(now, 2)
		if !due.After(now) || !open(due.Add(-time.Minute)) || open(due) && shown(due, loc).Hour()+shown(due, loc).Minute() != 0 {
			t.Fatalf("deadline after %s: got %s, which is no closing time", now.In(loc), due)
		}
	})
}
