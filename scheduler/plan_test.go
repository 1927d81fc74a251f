package scheduler_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"anteroom/scheduler"
)

func calendar(t fataler, weekends bool, off ...string) scheduler.Calendar {
	t.Helper()
	var closed []time.Weekday
	if weekends {
		closed = []time.Weekday{time.Saturday, time.Sunday}
	}
	var days []scheduler.Days
	for _, text := range off {
		d, err := scheduler.ParseDays(text)
		if err != nil {
			t.Fatalf("ParseDays(%q): %v", text, err)
		}
		days = append(days, d)
	}
	c, err := scheduler.NewCalendar(closed, days...)
	if err != nil {
		t.Fatalf("NewCalendar: %v", err)
	}
	return c
}

func TestPlanNext(t *testing.T) {
	t.Parallel()
	berlin := "Europe/Berlin"
	tests := []struct {
		name, zone, anchor string
		plan               scheduler.Plan
		want               []string
	}{
		{"boosters of a last of August", berlin, "2024-08-31 09:00",
			scheduler.Plan{Rule: scheduler.AfterMonths(12, 6, 3, 1)}, []string{
				"x+1mo@2024-08-31T07:00:00Z 2024-09-30 09:00:00 +0200", "x+3mo@2024-08-31T07:00:00Z 2024-11-30 09:00:00 +0100",
				"x+6mo@2024-08-31T07:00:00Z 2025-02-28 09:00:00 +0100", "x+12mo@2024-08-31T07:00:00Z 2025-08-31 09:00:00 +0200", "end"}},
		{"a report after two days, at night", berlin, "2025-03-28 23:15",
			scheduler.Plan{Rule: scheduler.AfterDays(2), Quiet: quiet(t, "22:00-08:00")},
			[]string{"x+2d@2025-03-28T22:15:00Z 2025-03-31 08:00:00 +0200", "end"}},
		{"a nudge", berlin, "2025-03-29 12:00", scheduler.Plan{Rule: scheduler.After(48 * time.Hour)},
			[]string{"x+48h@2025-03-29T11:00:00Z 2025-03-31 13:00:00 +0200", "end"}},
		{"reminders of a session", berlin, "2025-04-01 15:00", scheduler.Plan{Rule: scheduler.Before(2*time.Hour, 24*time.Hour)}, []string{
			"x-24h@2025-04-01T13:00:00Z 2025-03-31 15:00:00 +0200", "x-2h@2025-04-01T13:00:00Z 2025-04-01 13:00:00 +0200", "end"}},
		{"reminders of an early session", berlin, "2025-04-01 09:00", scheduler.Plan{Rule: scheduler.Before(24*time.Hour, 2*time.Hour), Quiet: quiet(t, "21:00-08:00")}, []string{
			"x-24h@2025-04-01T07:00:00Z 2025-03-31 09:00:00 +0200", "x-2h@2025-04-01T07:00:00Z 2025-04-01 08:00:00 +0200", "end"}},
		{"quiet until the session", berlin, "2025-04-01 08:00", scheduler.Plan{Rule: scheduler.Before(24*time.Hour, 2*time.Hour), Quiet: quiet(t, "21:00-08:00")}, []string{
			"x-24h@2025-04-01T06:00:00Z 2025-03-31 08:00:00 +0200", "x-2h@2025-04-01T06:00:00Z 2025-03-31 20:59:00 +0200", "end"}},
		{"all of one night is one", berlin, "2025-04-01 08:00", scheduler.Plan{Rule: scheduler.Before(6*time.Hour, 2*time.Hour), Quiet: quiet(t, "21:00-08:00")}, []string{
			"x-2h@2025-04-01T06:00:00Z 2025-03-31 20:59:00 +0200", "end"}},
		{"the day before a Monday", berlin, "2025-04-07 10:00", scheduler.Plan{Rule: scheduler.DayBefore(17 * 60), Calendar: calendar(t, true, "2025-04-04")},
			[]string{"x-1d17:00@2025-04-07T08:00:00Z 2025-04-03 17:00:00 +0200", "end"}},
		{"the day before, on the person's clock", "Pacific/Auckland", "2025-04-07 00:30", scheduler.Plan{Rule: scheduler.DayBefore(17 * 60)},
			[]string{"x-1d17:00@2025-04-06T12:30:00Z 2025-04-06 17:00:00 +1200", "end"}},
		{"a holiday on a Monday", berlin, "2025-04-10 10:00", scheduler.Plan{Rule: scheduler.Every(mustCadence(t, "0 18 * * mon")), Calendar: calendar(t, false, "2025-04-21")},
			[]string{"x@2025-04-14T18:00 2025-04-14 18:00:00 +0200", "x@2025-04-21T18:00 2025-04-22 18:00:00 +0200", "x@2025-04-28T18:00 2025-04-28 18:00:00 +0200"}},
		{"a leave of three weeks", berlin, "2025-04-10 10:00", scheduler.Plan{Rule: scheduler.Every(mustCadence(t, "0 18 * * mon")), Calendar: calendar(t, true, "2025-04-14 to 2025-05-01")},
			[]string{"x@2025-04-28T18:00 2025-05-02 18:00:00 +0200", "x@2025-05-05T18:00 2025-05-05 18:00:00 +0200"}},
		{"daily, but not at the weekend", berlin, "2025-04-11 10:00", scheduler.Plan{Rule: scheduler.Every(mustCadence(t, "1d")), Calendar: calendar(t, true)},
			[]string{"x+3*1d@2025-04-11T08:00:00Z 2025-04-14 10:00:00 +0200", "x+4*1d@2025-04-11T08:00:00Z 2025-04-15 10:00:00 +0200"}},
		{"months count from the anchor", berlin, "2025-01-31 10:00", scheduler.Plan{Rule: scheduler.EveryMonths(1)}, []string{
			"x+1*1mo@2025-01-31T09:00:00Z 2025-02-28 10:00:00 +0100", "x+2*1mo@2025-01-31T09:00:00Z 2025-03-31 10:00:00 +0200", "x+3*1mo@2025-01-31T09:00:00Z 2025-04-30 10:00:00 +0200"}},
		{"a pause is not made good", berlin, "2025-01-01 10:00", scheduler.Plan{Rule: scheduler.Every(mustCadence(t, "2w")), From: at(t, berlin, "2025-02-12 10:00")},
			[]string{"x+4*14d@2025-01-01T09:00:00Z 2025-02-26 10:00:00 +0100"}},
		{"an end", berlin, "2025-01-01 10:00", scheduler.Plan{Rule: scheduler.Every(mustCadence(t, "2w")), Until: at(t, berlin, "2025-01-29 10:00")},
			[]string{"x+1*14d@2025-01-01T09:00:00Z 2025-01-15 10:00:00 +0100", "end"}},
		{"set in one zone, lived in another", "Asia/Kolkata", "2025-03-01 09:00", scheduler.Plan{Rule: scheduler.Every(mustCadence(t, "1w")), Zone: zone(t, "America/New_York")}, []string{
			"x+1*7d@2025-03-01T03:30:00Z 2025-03-08 09:00:00 -0500", "x+2*7d@2025-03-01T03:30:00Z 2025-03-15 09:00:00 -0400"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := tt.plan
			p.Name, p.Anchor = "x", at(t, tt.zone, tt.anchor)
			if p.Zone == nil {
				p.Zone = zone(t, tt.zone)
			}
			if err := p.Check(); err != nil {
				t.Fatal(err)
			}
			var got []string
			var done scheduler.Mark
			for range tt.want {
				o, ok := p.Next(done)
				if !ok {
					got = append(got, "end")
					break
				}
				got = append(got, o.Key+" "+o.At.Format(stamp))
				done = o.Mark()
			}
			if diff := cmp.Diff(got, tt.want); diff != "" {
				t.Errorf("(-got +want)\n%s", diff)
			}
		})
	}
}

func TestPlanLate(t *testing.T) {
	t.Parallel()
	berlin := zone(t, "Europe/Berlin")
	plan := scheduler.Plan{Name: "x", Zone: berlin, Quiet: quiet(t, "21:00-08:00"), Anchor: at(t, "Europe/Berlin", "2025-01-01 10:00")}
	weekly, session, booster := plan, plan, plan
	weekly.Rule = scheduler.Every(mustCadence(t, "0 9 * * mon"))
	weekly.Calendar = calendar(t, true)
	session.Rule, session.Anchor = scheduler.Before(24*time.Hour, 2*time.Hour), at(t, "Europe/Berlin", "2025-01-10 15:00")
	booster.Rule, booster.Until = scheduler.AfterMonths(1, 3, 6, 12), at(t, "Europe/Berlin", "2026-02-01 00:00")
	tests := []struct {
		name      string
		plan      scheduler.Plan
		now, want string
	}{
		{"not yet", weekly, "2025-01-06 08:59", "x@2025-01-06T09:00 2025-01-06 09:00:00 +0100"},
		{"just now", weekly, "2025-01-06 09:00", "x@2025-01-06T09:00 2025-01-06 09:00:00 +0100"},
		{"an hour late", weekly, "2025-01-06 10:00", "x@2025-01-06T09:00 2025-01-06 10:00:00 +0100"},
		{"late in quiet hours", weekly, "2025-01-06 22:00", "x@2025-01-06T09:00 2025-01-07 08:00:00 +0100"},
		{"late on a closed day", weekly, "2025-01-11 12:00", "x@2025-01-06T09:00 2025-01-13 08:00:00 +0100"},
		{"late in the night before the next", weekly, "2025-01-12 23:00", "x@2025-01-06T09:00 2025-01-13 08:00:00 +0100"},
		{"a year late, once", weekly, "2026-01-07 12:00", "x@2026-01-05T09:00 2026-01-07 12:00:00 +0100"},
		{"one reminder missed", session, "2025-01-10 12:00", "x-24h@2025-01-10T14:00:00Z 2025-01-10 12:00:00 +0100"},
		{"both reminders missed are one", session, "2025-01-10 14:30", "x-2h@2025-01-10T14:00:00Z 2025-01-10 14:30:00 +0100"},
		{"the session has begun", session, "2025-01-10 15:00", "end"},
		{"three boosters missed", booster, "2025-08-01 07:00", "x+6mo@2025-01-01T09:00:00Z 2025-08-01 08:00:00 +0200"},
		{"past its end", booster, "2026-02-01 10:00", "end"},
		{"past its end for being quiet", booster, "2026-01-31 21:00", "end"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := "end"
			if o, ok := tt.plan.Late(scheduler.Mark{}, at(t, "Europe/Berlin", tt.now)); ok {
				got = o.Key + " " + o.At.Format(stamp)
			}
			if got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

// Whatever is changed on the way, nothing is repeated and nothing left out:
// all that a plan names is sent, in order, or stood for by a later one that was
// sent when it, too, had its turn. And nothing is sent when it may not be.
func TestPlanThroughChanges(t *testing.T) {
	t.Parallel()
	rules := []scheduler.Rule{
		scheduler.Every(mustCadence(t, "0 9 * * mon,thu")), scheduler.Every(mustCadence(t, "30 2,14,23 * * *")),
		scheduler.Every(mustCadence(t, "2d")), scheduler.Every(mustCadence(t, "31h")), scheduler.Every(mustCadence(t, "1d12h")), scheduler.EveryMonths(1),
	}
	free := scheduler.Quiet{}
	calendars := []scheduler.Calendar{{}, calendar(t, true), calendar(t, false, "2025-03-20 to 2025-04-10", "2025-10-25")}
	rapid.Check(t, func(t *rapid.T) {
		start := time.Date(2025, time.Month(rapid.IntRange(1, 10).Draw(t, "month")), rapid.IntRange(1, 31).Draw(t, "day"), 2, 30, 0, 0, drawZone(t))
		p := scheduler.Plan{Name: "x", Rule: rapid.SampledFrom(rules).Draw(t, "rule"), Anchor: start, Zone: start.Location()}
		change := func() {
			p.Zone = drawZone(t)
			p.Quiet = rapid.SampledFrom([]scheduler.Quiet{free, quiet(t, "21:00-08:00"), quiet(t, "01:00-03:00")}).Draw(t, "quiet")
			p.Calendar = rapid.SampledFrom(calendars).Draw(t, "calendar")
		}
		// All names, in a zone in which nothing moves and nothing falls together.
		names := map[string]int{}
		plain := p
		plain.Zone, plain.Quiet, plain.Calendar = time.UTC, free, scheduler.Calendar{}
		for o := range plain.All(scheduler.Mark{}) {
			if o.At.After(start.AddDate(0, 8, 0)) {
				break
			}
			names[o.Key] = len(names) + 1
		}
		now, done, last := start, scheduler.Mark{}, 0
		for now.Before(start.AddDate(0, 6, 0)) {
			if rapid.IntRange(0, 4).Draw(t, "change") == 0 {
				change()
			}
			o, ok := p.Late(done, now)
			if !ok {
				t.Fatalf("nothing is left at %s", now)
			}
			if o.At.After(now) {
				// Somebody looks again at that time, or sooner, or after an outage.
				switch rapid.IntRange(0, 5).Draw(t, "wait") {
				case 0:
					now = now.Add(o.At.Sub(now)/2 + time.Minute)
				case 1:
					now = o.At.Add(time.Duration(rapid.IntRange(0, 60*24*20).Draw(t, "outage")) * time.Minute)
				default:
					now = o.At
				}
				continue
			}
			n := names[o.Key]
			if n <= last {
				t.Fatalf("%s, number %d, sent after number %d", o.Key, n, last)
			}
			wall := shown(now, p.Zone)
			if q := (scheduler.Quiet{From: p.Quiet.From, To: p.Quiet.To, Zone: p.Zone}); !q.Allow(now).Equal(now) ||
				p.Calendar.Closed(scheduler.Date{Year: wall.Year(), Month: wall.Month(), Day: wall.Day()}) {
				t.Fatalf("%s sent at %s", o.Key, wall)
			}
			// What it stands for had its turn, and what comes next has not.
			if o.Planned.After(now) {
				t.Fatalf("%s, planned for %s, sent at %s", o.Key, o.Planned, now)
			}
			done, last = o.Mark(), n
			next, ok := p.Next(done)
			if !ok || names[next.Key] <= n && next.At.Before(start.AddDate(0, 8, 0)) {
				t.Fatalf("after %s comes %s", o.Key, next.Key)
			}
			if again, ok := p.Late(done, now); ok && !again.At.After(now) {
				t.Fatalf("%s and %s both at %s", o.Key, again.Key, now)
			}
		}
	})
}

func TestMarkOfAnotherRule(t *testing.T) {
	t.Parallel()
	berlin := zone(t, "Europe/Berlin")
	p := scheduler.Plan{Name: "x", Zone: berlin, Anchor: at(t, "Europe/Berlin", "2025-01-01 10:00"), Rule: scheduler.Every(mustCadence(t, "1w"))}
	var done scheduler.Mark
	for range 3 {
		o, _ := p.Next(done)
		done = o.Mark()
	}
	tests := []struct {
		name string
		rule scheduler.Rule
		want string
	}{
		{"the same, written otherwise", scheduler.Every(mustCadence(t, "7d")), "x+4*7d@2025-01-01T09:00:00Z"},
		{"twice as often", scheduler.Every(mustCadence(t, "84h")), "x+7*84h@2025-01-01T09:00:00Z"},
		{"half as often", scheduler.Every(mustCadence(t, "2w")), "x+2*14d@2025-01-01T09:00:00Z"},
		{"a line", scheduler.Every(mustCadence(t, "0 9 * * *")), "x@2025-01-23T09:00"},
		{"points", scheduler.AfterDays(7, 21, 22), "x+22d@2025-01-01T09:00:00Z"},
	}
	for _, tt := range tests {
		p.Rule = tt.rule
		if o, _ := p.Next(done); o.Key != tt.want {
			t.Errorf("%s: got %s, want %s", tt.name, o.Key, tt.want)
		}
	}
}

// Any session, any zone, any quiet hours: what a look at every minute before it finds.
func TestBeforeASession(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		loc := drawZone(t)
		session := drawMoment(t, loc)
		from, to := rapid.IntRange(0, 1439).Draw(t, "from"), rapid.IntRange(0, 1439).Draw(t, "to")
		ahead := time.Duration(rapid.IntRange(1, 3000).Draw(t, "ahead")) * time.Minute
		p := scheduler.Plan{Name: "s", Anchor: session, Zone: loc, Rule: scheduler.Before(ahead), Quiet: scheduler.Quiet{From: scheduler.Clock(from), To: scheduler.Clock(to)}}
		allowed := func(at time.Time) bool {
			w := shown(at, loc)
			m := w.Hour()*60 + w.Minute()
			return from == to || from < to && (m < from || m >= to) || from > to && m < from && m >= to
		}
		want := session.Add(-ahead)
		for want.Before(session) && !allowed(want) {
			want = want.Add(time.Minute)
		}
		if !want.Before(session) {
			for want = session.Add(-ahead); !allowed(want); want = want.Add(-time.Minute) {
			}
		}
		o, ok := p.Next(scheduler.Mark{})
		if !ok || !o.At.Equal(want) {
			t.Fatalf("%v before %s: got %s, want %s", ahead, session.In(loc), o.At, want.In(loc))
		}
		if _, more := p.Next(o.Mark()); more {
			t.Fatal("it comes twice")
		}
	})
}

func TestBadPlans(t *testing.T) {
	t.Parallel()
	good := scheduler.Plan{Name: "x", Zone: time.UTC, Anchor: time.Unix(0, 0), Rule: scheduler.AfterDays(1)}
	if err := good.Check(); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name   string
		change func(*scheduler.Plan)
		want   string
	}{
		{"no name", func(p *scheduler.Plan) { p.Name = "" }, "give it one"},
		{"a name with a space", func(p *scheduler.Plan) { p.Name = "a b" }, "write letters"},
		{"a name with the sign of keys", func(p *scheduler.Plan) { p.Name = "a@b" }, "write letters"},
		{"no zone", func(p *scheduler.Plan) { p.Zone = nil }, "ask where they are"},
		{"no anchor", func(p *scheduler.Plan) { p.Anchor = time.Time{} }, "give the moment"},
		{"no rule", func(p *scheduler.Plan) { p.Rule = scheduler.Rule{} }, "give a cadence"},
		{"no cadence", func(p *scheduler.Plan) { p.Rule = scheduler.Every(scheduler.Cadence{}) }, "give a cadence"},
		{"quiet hours of no day", func(p *scheduler.Plan) { p.Quiet.To = 1500 }, "00:00 to 24:00"},
		{"every zero months", func(p *scheduler.Plan) { p.Rule = scheduler.EveryMonths(0) }, "write 1 to 1200"},
		{"no points", func(p *scheduler.Plan) { p.Rule = scheduler.AfterMonths() }, "has 0 moments"},
		{"too many points", func(p *scheduler.Plan) { p.Rule = scheduler.AfterMonths(make([]int, 99)...) }, "has 99 moments"},
		{"no months", func(p *scheduler.Plan) { p.Rule = scheduler.AfterMonths(1, 0) }, "moment 2 is at no distance"},
		{"months back", func(p *scheduler.Plan) { p.Rule = scheduler.AfterMonths(-1) }, "is negative"},
		{"days back", func(p *scheduler.Plan) { p.Rule = scheduler.AfterDays(-1) }, "is negative"},
		{"no time before", func(p *scheduler.Plan) { p.Rule = scheduler.Before(0) }, "at no distance"},
		{"before backwards", func(p *scheduler.Plan) { p.Rule = scheduler.Before(-time.Hour) }, ": is negative"},
		{"after backwards", func(p *scheduler.Plan) { p.Rule = scheduler.After(-time.Hour) }, ": is negative"},
		{"too far", func(p *scheduler.Plan) { p.Rule = scheduler.AfterDays(99999) }, "a hundred years"},
		{"twice", func(p *scheduler.Plan) { p.Rule = scheduler.AfterMonths(3, 3) }, "stands there twice"},
		{"the day before at 24:00", func(p *scheduler.Plan) { p.Rule = scheduler.DayBefore(1440) }, "00:00 to 23:59"},
	}
	for _, tt := range tests {
		p := good
		tt.change(&p)
		if err := p.Check(); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got error %v, want one with %q", tt.name, err, tt.want)
		}
	}
}

func TestParseZone(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"Europe/Berlin", " UTC ", "America/Argentina/Buenos_Aires"} {
		if loc, err := scheduler.ParseZone(name); err != nil || loc.String() != strings.TrimSpace(name) {
			t.Errorf("ParseZone(%q): got %v, %v", name, loc, err)
		}
	}
	tests := []struct{ in, want string }{
		{"", "is empty"}, {"Local", "zone of the machine"}, {"CET", "when clocks change"}, {"+02:00", "when clocks change"},
		{"Europe/Berln", "does not exist"}, {"europe/berlin", "does not exist"}, {"../../etc/passwd", "does not exist"}, {"Europe/\x00", "does not exist"},
	}
	for _, tt := range tests {
		if _, err := scheduler.ParseZone(tt.in); err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), "Europe/Berlin") {
			t.Errorf("ParseZone(%q): got error %v, want one with %q and an example", tt.in, err, tt.want)
		}
	}
}

func TestMoment(t *testing.T) {
	t.Parallel()
	tests := []struct{ zone, day, clock, want string }{
		{"Europe/Berlin", "2025-06-01", "09:00", "2025-06-01 09:00:00 +0200"},
		{"Europe/Berlin", "2025-10-26", "02:30", "2025-10-26 02:30:00 +0200"},
		{"Europe/Berlin", "2025-06-01", "24:00", "2025-06-02 00:00:00 +0200"},
		{"Europe/Berlin", "2025-03-30", "02:30", "does not exist in Europe/Berlin, where the clock goes from 2025-03-30 02:00 to 2025-03-30 03:00; write 2025-03-30 03:00 or later"},
		{"Pacific/Apia", "2011-12-30", "12:00", "write 2011-12-31 00:00 or later"},
		{"", "2025-03-30", "12:00", "in no time zone"},
	}
	for _, tt := range tests {
		day, err := scheduler.ParseDate(tt.day)
		if err != nil {
			t.Fatal(err)
		}
		clock, err := scheduler.ParseClock(tt.clock)
		if err != nil {
			t.Fatal(err)
		}
		var loc *time.Location
		if tt.zone != "" {
			loc = zone(t, tt.zone)
		}
		got, err := scheduler.Moment(day, clock, loc)
		text := got.Format(stamp)
		if err != nil {
			text = err.Error()
		}
		if !strings.HasSuffix(text, tt.want) && !strings.Contains(text, tt.want) {
			t.Errorf("%s %s %s: got %s, want %s", tt.zone, tt.day, tt.clock, text, tt.want)
		}
	}
}

func TestCalendar(t *testing.T) {
	t.Parallel()
	c, err := practice(t, zone(t, "Europe/Berlin")).Calendar(scheduler.Days{From: scheduler.Date{Year: 2025, Month: time.April, Day: 28}, To: scheduler.Date{Year: 2025, Month: time.April, Day: 30}})
	if err != nil {
		t.Fatal(err)
	}
	var open []string
	for d := 24; d <= 36; d++ {
		day := time.Date(2025, time.April, d, 0, 0, 0, 0, time.UTC)
		if !c.Closed(scheduler.Date{Year: day.Year(), Month: day.Month(), Day: day.Day()}) {
			open = append(open, day.Format("01-02"))
		}
	}
	if got, want := fmt.Sprint(open), "[04-24 04-25 05-02 05-05 05-06]"; got != want {
		t.Errorf("open: got %s, want %s", got, want)
	}
	if _, err := scheduler.NewCalendar([]time.Weekday{0, 1, 2, 3, 4, 5, 6}); err == nil || !strings.Contains(err.Error(), "leave one open") {
		t.Errorf("no open weekday: got error %v", err)
	}
	for in, want := range map[string]string{
		"2025-02-30": "a real day", "2025-03-02 to 2025-03-01": "write the earlier day first", "2025-03-01 to": "a real day", "": "a real day",
	} {
		if _, err := scheduler.ParseDays(in); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("ParseDays(%q): got error %v, want one with %q", in, err, want)
		}
	}
}

func FuzzMark(f *testing.F) {
	for _, key := range []string{"x@2025-03-31T09:00", "x+7*7d@2025-01-01T09:00:00Z", "x+99999999999999999999*7d@", "x@", "", "x-1*7d@2025-01-01T09:00:00Z", "x@9999-12-31T23:59"} {
		f.Add(key, int64(1750000000))
	}
	anchor := time.Date(2025, 1, 1, 9, 0, 0, 0, time.UTC)
	rules := []scheduler.Rule{scheduler.Every(mustCadence(f, "0 9 * * mon")), scheduler.Every(mustCadence(f, "7d")), scheduler.AfterMonths(1, 3)}
	f.Fuzz(func(t *testing.T, key string, unix int64) {
		for _, rule := range rules {
			p := scheduler.Plan{Name: "x", Zone: time.UTC, Anchor: anchor, Rule: rule}
			o, ok := p.Next(scheduler.Mark{Key: key, At: time.Unix(unix%(1<<33), 0)})
			if ok && (o.Key == key || o.Planned.Before(anchor)) {
				t.Errorf("after %q comes %s", key, o.Key)
			}
		}
	})
}

func BenchmarkPlan(b *testing.B) {
	berlin := zone(b, "Europe/Berlin")
	start := time.Date(2026, 1, 31, 2, 30, 0, 0, berlin)
	for _, bb := range []struct {
		name string
		rule scheduler.Rule
	}{
		{"weekly", scheduler.Every(mustCadence(b, "0 9 * * mon"))}, {"nightly", scheduler.Every(mustCadence(b, "*/20 0-3 * * *"))},
		{"2w", scheduler.Every(mustCadence(b, "2w"))}, {"48h", scheduler.Every(mustCadence(b, "48h"))}, {"months", scheduler.EveryMonths(1)},
		{"boosters", scheduler.AfterMonths(1, 3, 6, 12)}, {"session", scheduler.Before(24*time.Hour, 2*time.Hour)},
	} {
		p := scheduler.Plan{Name: "check-in", Rule: bb.rule, Anchor: start, Zone: berlin, Quiet: scheduler.Quiet{From: 21 * 60, To: 8 * 60},
			Calendar: calendar(b, true, "2026-04-03", "2026-07-01 to 2026-07-21", "2026-12-24 to 2027-01-02")}
		b.Run(bb.name, func(b *testing.B) {
			var done scheduler.Mark
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				o, ok := p.Next(done)
				if done = o.Mark(); !ok || i%256 == 0 {
					done = scheduler.Mark{}
				}
			}
		})
	}
}

func ExamplePlan() {
	berlin, err := scheduler.ParseZone("Europe/Berlin")
	if err != nil {
		panic(err)
	}
	boosters := scheduler.Plan{
		Name:   "booster",
		Rule:   scheduler.AfterMonths(1, 3, 6, 12),
		Anchor: time.Date(2025, time.August, 31, 22, 30, 0, 0, berlin),
		Zone:   berlin,
		Quiet:  scheduler.Quiet{From: 21 * 60, To: 8 * 60},
	}
	for o := range boosters.All(scheduler.Mark{}) {
		fmt.Println(o.Key, o.At.Format("Mon 2 Jan 2006 15:04"))
	}
	// After a summer of outage, one of three is sent.
	o, _ := boosters.Late(scheduler.Mark{}, time.Date(2026, time.March, 10, 23, 0, 0, 0, berlin))
	fmt.Println("late:", o.Key, o.At.Format("Mon 2 Jan 2006 15:04"))
	// Output:
	// booster+1mo@2025-08-31T20:30:00Z Wed 1 Oct 2025 08:00
	// booster+3mo@2025-08-31T20:30:00Z Mon 1 Dec 2025 08:00
	// booster+6mo@2025-08-31T20:30:00Z Sun 1 Mar 2026 08:00
	// booster+12mo@2025-08-31T20:30:00Z Tue 1 Sep 2026 08:00
	// late: booster+6mo@2025-08-31T20:30:00Z Wed 11 Mar 2026 08:00
}
