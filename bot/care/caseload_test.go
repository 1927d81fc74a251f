package care_test

import (
	"errors"
	"testing"
	"time"

	"anteroom/bot/care"
)

func TestTake(t *testing.T) {
	p := sample(t)
	ana, _ := p.Therapist("ana") // carries 14 of 18/20, pain 5 of 6/8, middle 1 of 2, low 0 of 1
	lower := ana
	lower.Caps.Total.Hard = 14
	noLow := ana
	noLow.ReducedSlots.Low = 0
	heldLow := taken(t, p, "ana", 1, care.Low)
	at := func(minutes int) []int64 { return []int64{start + int64(minutes)*60} }
	for _, c := range []struct {
		name string
		load care.Caseload
		who  care.Therapist
		take care.Place
		want error
	}{
		{"room", care.Caseload{}, ana, care.Place{Case: "A"}, nil},
		{"over the soft cap", taken(t, p, "ana", 5, care.Full), ana, care.Place{Case: "A"}, nil},
		{"at the hard cap", taken(t, p, "ana", 6, care.Full), ana, care.Place{Case: "A"}, care.ErrFull},
		{"over the group's soft cap", taken(t, p, "ana", 2, care.Full, "pain"), ana, care.Place{Case: "A", Groups: []care.GroupID{"pain"}}, nil},
		{"at the group's hard cap", taken(t, p, "ana", 3, care.Full, "pain"), ana, care.Place{Case: "A", Groups: []care.GroupID{"pain"}}, care.ErrFull},
		{"another group", taken(t, p, "ana", 3, care.Full, "pain"), ana, care.Place{Case: "A", Groups: []care.GroupID{"couples"}}, nil},
		{"the last middle slot", care.Caseload{}, ana, care.Place{Case: "A", Tier: care.Middle}, nil},
		{"no middle slot", taken(t, p, "ana", 1, care.Middle), ana, care.Place{Case: "A", Tier: care.Middle}, care.ErrNoReducedSlot},
		{"no low slot", taken(t, p, "ana", 1, care.Low), ana, care.Place{Case: "A", Tier: care.Low}, care.ErrNoReducedSlot},
		{"no low slot, but a middle one", taken(t, p, "ana", 1, care.Low), ana, care.Place{Case: "A", Tier: care.Middle}, nil},
		{"under every fee", care.Caseload{}, ana, care.Place{Case: "A", Tier: care.Below}, care.ErrNotPossible},
		{"no case", care.Caseload{}, ana, care.Place{}, care.ErrNotPossible},
		{"time held", held(t, ana, 0), ana, care.Place{Case: "A", Times: at(0), Minutes: 50}, care.ErrTimeTaken},
		{"time overlaps behind", held(t, ana, 0), ana, care.Place{Case: "A", Times: at(49), Minutes: 50}, care.ErrTimeTaken},
		{"time overlaps before", held(t, ana, 0), ana, care.Place{Case: "A", Times: at(-49), Minutes: 50}, care.ErrTimeTaken},
		{"one of two overlaps", held(t, ana, 0), ana, care.Place{Case: "A", Times: []int64{start - 86400, start}, Minutes: 50}, care.ErrTimeTaken},
		{"next hour", held(t, ana, 0), ana, care.Place{Case: "A", Times: at(50), Minutes: 50}, nil},
		{"hour before", held(t, ana, 0), ana, care.Place{Case: "A", Times: at(-50), Minutes: 50}, nil},
		{"own time again", held(t, ana, 0), ana, care.Place{Case: "HELD", Times: at(10), Minutes: 50}, nil},
		{"own reduced place, after the slots sank", heldLow, noLow, care.Place{Case: heldLow.Places[0].Case, Tier: care.Low}, nil},
		{"own place, after the cap sank", held(t, ana, 0), lower, care.Place{Case: "HELD", Times: at(10), Minutes: 50}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			load := c.load
			err := load.Take(c.who, c.take)
			if !errors.Is(err, c.want) || (err == nil) != (c.want == nil) {
				t.Fatalf("%v, want %v", err, c.want)
			}
			if _, ok := load.Place(c.take.Case); ok != (err == nil) {
				t.Errorf("a place is there: %v, after %v", ok, err)
			}
		})
	}
}

func held(t *testing.T, who care.Therapist, minutes int) care.Caseload {
	t.Helper()
	var c care.Caseload
	if err := c.Take(who, care.Place{Case: "HELD", Times: []int64{start + int64(minutes)*60}, Minutes: 50}); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestReleaseGivesBack(t *testing.T) {
	p := sample(t)
	ana, _ := p.Therapist("ana")
	load := taken(t, p, "ana", 1, care.Low, "pain")
	id := load.Places[0].Case
	if n := load.Count(ana); n.Total != 15 || n.Groups["pain"] != 6 || n.Reduced != (care.Slots{Middle: 1, Low: 1}) {
		t.Errorf("counts %+v", n)
	}
	if !load.Release(id) || load.Release(id) {
		t.Error("a place is released once")
	}
	if n := load.Count(ana); n.Total != 14 || n.Groups["pain"] != 5 || n.Reduced != (care.Slots{Middle: 1}) {
		t.Errorf("counts after release %+v", n)
	}
	if ana.Carries.Groups["pain"] != 5 {
		t.Error("counting changed the roster")
	}
}

func TestPeriod(t *testing.T) {
	day := func(s string) time.Time {
		d, err := time.Parse(time.DateTime, s)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	for _, c := range []struct{ in, from, want string }{
		{"30d", "2027-01-15 10:00:00", "2027-02-14 10:00:00"},
		{"1d", "2027-01-31 10:00:00", "2027-02-01 10:00:00"},
		{"365d", "2027-01-15 10:00:00", "2028-01-15 10:00:00"},
		{"1y", "2028-02-29 10:00:00", "2029-02-28 10:00:00"},
		{"4y", "2028-02-29 10:00:00", "2032-02-29 10:00:00"},
		{"7y", "2027-12-31 23:59:59", "2034-12-31 23:59:59"},
		{"48h", "2027-01-15 10:00:00", "2027-01-17 10:00:00"},
		{"90m", "2027-01-15 10:00:00", "2027-01-15 11:30:00"},
		{"2s", "2027-01-15 10:00:00", "2027-01-15 10:00:02"},
	} {
		p, err := care.ParsePeriod(c.in)
		if err != nil {
			t.Errorf("%s: %v", c.in, err)
			continue
		}
		if got := p.After(day(c.from)); !got.Equal(day(c.want)) {
			t.Errorf("%s after %s: %s, want %s", c.in, c.from, got, c.want)
		}
		if again, err := care.ParsePeriod(p.String()); err != nil || again != p {
			t.Errorf("%s prints as %s, which reads as %+v, %v", c.in, p, again, err)
		}
	}
	for _, in := range []string{"", "d", "0d", "-1d", "+1d", "1.5d", "y", "101y", "99999d", "0s", "-2h", "tomorrow", "99999999999999999999d", "2000000h", "١d"} {
		if p, err := care.ParsePeriod(in); !errors.Is(err, care.ErrPeriod) {
			t.Errorf("%q reads as %+v, %v", in, p, err)
		}
	}
}

func TestWriteBy(t *testing.T) {
	for _, c := range []struct{ opening, today, want care.Date }{
		{"2027-06-09", "2027-03-01", "2027-05-01"}, // the example of the rule book
		{"2027-06-09", "2027-04-24", "2027-05-01"}, // just a week ahead
		{"2027-06-09", "2027-04-25", "2027-05-18"}, // less: halfway
		{"2027-06-09", "2027-06-08", "2027-06-09"},
		{"2027-06-09", "2027-06-09", "2027-06-09"},
	} {
		if got := care.WriteBy(c.opening, c.today); got != c.want {
			t.Errorf("opening %s, today %s: %s, want %s", c.opening, c.today, got, c.want)
		}
	}
}
