package scheduler_test

import (
	"testing"
	"time"
	_ "time/tzdata"

	"pgregory.net/rapid"
)

// zones have between them every kind of jump there is: an hour, half an hour
// (Lord Howe), two hours (Troll), at midnight (Cairo, Beirut, Havana, Santiago),
// on Fridays, a whole day (Apia, Fakaofo, Kwajalein), around Ramadan
// (Casablanca, Gaza), backwards from summer (Dublin), and none.
func zones() []string {
	return []string{
		"UTC", "America/New_York", "Europe/Berlin", "Europe/Dublin", "Australia/Lord_Howe",
		"Africa/Cairo", "Asia/Beirut", "Pacific/Apia", "Pacific/Fakaofo", "Pacific/Kwajalein",
		"America/Havana", "America/Santiago", "America/Sao_Paulo", "America/St_Johns",
		"Africa/Casablanca", "Asia/Gaza", "Asia/Tehran", "Asia/Kathmandu", "Antarctica/Troll",
		"Pacific/Chatham", "America/Caracas", "Asia/Pyongyang", "America/Asuncion",
	}
}

type fataler interface {
	Helper()
	Fatalf(string, ...any)
}

func zone(t fataler, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatalf("zone %s: %v", name, err)
	}
	return loc
}

func at(t fataler, zoneName, text string) time.Time {
	t.Helper()
	parsed, err := time.ParseInLocation("2006-01-02 15:04:05 -0700", text, zone(t, zoneName))
	if err == nil {
		return parsed.In(zone(t, zoneName))
	}
	parsed, err = time.ParseInLocation("2006-01-02 15:04", text, zone(t, zoneName))
	if err != nil {
		t.Fatalf("time %q: %v", text, err)
	}
	return parsed
}

// shown is what the clock on the wall shows at t, read field by field.
func shown(t time.Time, loc *time.Location) time.Time {
	t = t.In(loc)
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), 0, time.UTC)
}

// jumps finds the minutes at which a zone's clock jumps, by looking at it.
func jumps(loc *time.Location, from, to time.Time) []time.Time {
	offset := func(t time.Time) int { _, o := t.In(loc).Zone(); return o }
	var found []time.Time
	for t := from; t.Before(to); t = t.Add(6 * time.Hour) {
		for m := t; offset(t) != offset(t.Add(6*time.Hour)) && m.Before(t.Add(6*time.Hour)); m = m.Add(time.Minute) {
			if offset(m) != offset(m.Add(time.Minute)) {
				found = append(found, m.Add(time.Minute))
			}
		}
	}
	return found
}

// occurrences walks from one minute to the next and notes when the clock first
// comes to, or past, a minute that matches: the rule of the package, literally.
// Three days before from are walked too, so that a repeated hour is known as one.
func occurrences(loc *time.Location, from, to time.Time, match func(wall time.Time) bool) []time.Time {
	var found []time.Time
	t := from.Add(-72 * time.Hour)
	top := shown(t, loc) // the latest time shown so far
	for t = t.Add(time.Minute); !t.After(to); t = t.Add(time.Minute) {
		due := false
		for wall := shown(t, loc); top.Before(wall); {
			top = top.Add(time.Minute)
			due = due || match(top)
		}
		if due && t.After(from) {
			found = append(found, t)
		}
	}
	return found
}

// drawMoment draws a minute, near a jump of the zone as often as not.
func drawMoment(t *rapid.T, loc *time.Location) time.Time {
	from := time.Date(rapid.IntRange(1975, 2045).Draw(t, "year"), 1, 1, 0, 0, 0, 0, time.UTC)
	moment := from.Add(time.Duration(rapid.IntRange(0, 365*24*60).Draw(t, "minute")) * time.Minute)
	if near := jumps(loc, from, from.AddDate(1, 0, 0)); len(near) > 0 && rapid.Bool().Draw(t, "near a jump") {
		jump := rapid.SampledFrom(near).Draw(t, "jump")
		moment = jump.Add(time.Duration(rapid.IntRange(-1500, 1500).Draw(t, "from the jump")) * time.Minute)
	}
	return moment
}

func drawZone(t *rapid.T) *time.Location {
	return zone(t, rapid.SampledFrom(zones()).Draw(t, "zone"))
}

func equalTimes(t testing.TB, what string, got, want []time.Time) {
	t.Helper()
	for i := range max(len(got), len(want)) {
		switch {
		case i >= len(got):
			t.Fatalf("%s: occurrence %s is missing", what, want[i])
		case i >= len(want):
			t.Fatalf("%s: occurrence %s is too many", what, got[i])
		case !got[i].Equal(want[i]):
			t.Fatalf("%s: occurrence %d: got %s, want %s", what, i, got[i], want[i])
		}
	}
}
