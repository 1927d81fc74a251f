package scheduler_test

import (
	"fmt"
	"math/bits"
	"testing"
	"time"

	"anteroom/scheduler"
)

// decades are twenty zones, each with ten years in which its clock did
// something worth seeing.
var decades = []struct {
	zone string
	from int
}{
	{"UTC", 2020}, {"Europe/Berlin", 2024}, {"Europe/Dublin", 2017}, {"America/New_York", 2017}, {"America/St_Johns", 2003},
	{"America/Mexico_City", 2015}, {"America/Santiago", 2017}, {"America/Sao_Paulo", 2012}, {"Australia/Lord_Howe", 2020}, {"Pacific/Chatham", 2017},
	{"Pacific/Apia", 2006}, {"Pacific/Kiritimati", 1990}, {"Africa/Cairo", 2017}, {"Africa/Casablanca", 2016}, {"Asia/Beirut", 2017},
	{"Asia/Gaza", 2017}, {"Asia/Tehran", 2015}, {"Asia/Kathmandu", 1980}, {"Asia/Kolkata", 2020}, {"Antarctica/Troll", 2017},
}

// course is a plan with, for the reference, what it means in other words: what
// it names by day and by time of day, or how many minutes lie between.
type course struct {
	name   string
	rule   scheduler.Rule
	quiet  string
	closed bool // weekends, and some holidays

	day   func(d day) bool // named by the calendar
	times func(m int) bool // at these minutes of the day
	every int              // or every so many minutes
	grow  int              // the n-th is n times so many minutes later
	step  string           // of a count, as its key has it
	list  []string         // or of each point
}

// day is a day of the calendar, and the anchor's.
type day struct {
	n, anchor       int64 // since 1970
	y, m, d, length int
	week            time.Weekday
	ay, am, ad      int
}

func courses(t fataler, anchorTime int) []course {
	every := func(text string) scheduler.Rule { return scheduler.Every(mustCadence(t, text)) }
	atAnchor := func(m int) bool { return m == anchorTime }
	at := func(times ...int) func(int) bool {
		return func(m int) bool {
			for _, one := range times {
				if m == one {
					return true
				}
			}
			return false
		}
	}
	daily := func(day) bool { return true }
	monthly := func(d day) bool { return d.d == min(d.ad, d.length) }
	months := func(d day) int { return 12*(d.y-d.ay) + d.m - d.am }
	boosters := []int{1, 2, 3, 6, 9, 12, 18, 24, 36, 48, 61, 85, 109}
	var boosterNames []string
	for _, n := range boosters {
		boosterNames = append(boosterNames, fmt.Sprintf("%dmo", n))
	}
	return []course{
		{name: "weekly", rule: every("0 9 * * mon"), quiet: "21:00-08:00", day: func(d day) bool { return d.week == time.Monday }, times: at(540)},
		{name: "weekly-off", rule: every("0 18 * * mon,fri"), quiet: "21:00-08:00", closed: true,
			day: func(d day) bool { return d.week == time.Monday || d.week == time.Friday }, times: at(1080)},
		{name: "in-the-gap", rule: every("30 2 * * *"), day: daily, times: at(150)},
		{name: "in-the-night", rule: every("30 2 * * *"), quiet: "21:00-08:00", day: daily, times: at(150)},
		{name: "every-gap", rule: every("*/20 0-3,23 * * *"), day: daily, times: func(m int) bool { return m%20 == 0 && (m < 240 || m >= 1380) }},
		{name: "short-quiet", rule: every("15,45 0-3 * * *"), quiet: "01:30-02:20", day: daily, times: func(m int) bool { return m < 240 && m%30 == 15 }},
		{name: "month-ends", rule: every("0 9 31 * *"), quiet: "22:00-07:30", closed: true, day: func(d day) bool { return d.d == 31 }, times: at(540)},
		{name: "leap", rule: every("5 0 29 2 *"), quiet: "23:30-00:30", day: func(d day) bool { return d.m == 2 && d.d == 29 }, times: at(5)},
		{name: "either", rule: every("0 12 1 * wed"), day: func(d day) bool { return d.d == 1 || d.week == time.Wednesday }, times: at(720), closed: true},
		{name: "twice", rule: every("0 9,22 * * *"), quiet: "21:00-08:00", closed: true, day: daily, times: at(540, 1320)},
		{name: "fortnight", rule: every("2w"), quiet: "00:00-06:00", step: "14d", day: func(d day) bool { return (d.n-d.anchor)%14 == 0 }, times: atAnchor},
		{name: "days-off", rule: every("3d"), quiet: "21:00-08:00", closed: true, step: "3d", day: func(d day) bool { return (d.n-d.anchor)%3 == 0 }, times: atAnchor},
		{name: "hours", rule: every("48h"), quiet: "21:00-08:00", step: "48h", every: 48 * 60},
		{name: "hours-off", rule: every("@every 7h"), quiet: "22:30-05:15", closed: true, step: "7h", every: 7 * 60},
		{name: "mixed", rule: every("1d12h"), quiet: "21:00-08:00", step: "1d12h", day: daily, times: atAnchor, grow: 12 * 60},
		{name: "monthly", rule: scheduler.EveryMonths(1), quiet: "21:00-08:00", step: "1mo", day: monthly, times: atAnchor},
		{name: "quarters", rule: scheduler.EveryMonths(3), closed: true, step: "3mo", times: atAnchor, day: func(d day) bool { return monthly(d) && months(d)%3 == 0 }},
		{name: "boosters", rule: scheduler.AfterMonths(boosters...), quiet: "21:00-08:00", closed: true, list: boosterNames, times: atAnchor,
			day: func(d day) bool {
				for _, n := range boosters {
					if monthly(d) && months(d) == n {
						return true
					}
				}
				return false
			}},
	}
}

// Ten years in twenty zones with every kind of rule: what the plan says is what
// somebody finds who looks at the clock every minute.
func TestTenYears(t *testing.T) {
	t.Parallel()
	for _, tt := range decades {
		t.Run(tt.zone, func(t *testing.T) {
			t.Parallel()
			loc := zone(t, tt.zone)
			anchor := time.Date(tt.from, time.January, 31, 2, 30, 0, 0, loc)
			end := anchor.AddDate(10, 0, 0)
			all := courses(t, 150)
			closed := holidays(tt.from)
			calendar, err := scheduler.NewCalendar([]time.Weekday{time.Saturday, time.Sunday}, closed...)
			if err != nil {
				t.Fatal(err)
			}
			total := 0
			for i, want := range reference(loc, anchor, end, all, closed) {
				p := scheduler.Plan{Name: all[i].name, Rule: all[i].rule, Anchor: anchor, Zone: loc, Until: end}
				if all[i].quiet != "" {
					p.Quiet = quiet(t, all[i].quiet)
				}
				if all[i].closed {
					p.Calendar = calendar
				}
				if err := p.Check(); err != nil {
					t.Fatal(err)
				}
				n := 0
				for o := range p.All(scheduler.Mark{}) {
					if n == len(want) {
						t.Fatalf("%s: %s at %s is too many", all[i].name, o.Key, o.At)
					}
					if !o.At.Equal(want[n].at) || o.Key != want[n].key {
						t.Fatalf("%s: got %s at %s, want %s at %s", all[i].name, o.Key, o.At, want[n].key, want[n].at)
					}
					n++
				}
				if n < len(want) {
					t.Fatalf("%s: %s at %s is missing", all[i].name, want[n].key, want[n].at)
				}
				total += n
			}
			if total < 10000 {
				t.Errorf("only %d occurrences", total)
			}
		})
	}
}

func quiet(t fataler, text string) scheduler.Quiet {
	t.Helper()
	var from, to string
	if _, err := fmt.Sscanf(text, "%5s-%5s", &from, &to); err != nil {
		t.Fatalf("quiet hours %q: %v", text, err)
	}
	a, errA := scheduler.ParseClock(from)
	b, errB := scheduler.ParseClock(to)
	if errA != nil || errB != nil {
		t.Fatalf("quiet hours %q: %v, %v", text, errA, errB)
	}
	return scheduler.Quiet{From: a, To: b}
}

// holidays has days that follow one another and touch weekends, month ends and
// the turn of the year.
func holidays(from int) []scheduler.Days {
	var all []scheduler.Days
	for year := from; year <= from+10; year++ {
		all = append(all,
			scheduler.Days{From: scheduler.Date{Year: year, Month: time.December, Day: 24}, To: scheduler.Date{Year: year + 1, Month: time.January, Day: 2}},
			scheduler.Days{From: scheduler.Date{Year: year, Month: time.March, Day: 31}, To: scheduler.Date{Year: year, Month: time.March, Day: 31}},
			scheduler.Days{From: scheduler.Date{Year: year, Month: time.July, Day: 1}, To: scheduler.Date{Year: year, Month: time.July, Day: 21}})
	}
	return all
}

type sent struct {
	at  time.Time
	key string
}

// reference walks from minute to minute, looks at the clock, and keeps for each
// course what waits to be sent. It shares no code with the package.
func reference(loc *time.Location, anchor, end time.Time, all []course, off []scheduler.Days) [][]sent {
	type state struct {
		names     [1440]bool
		today     bool // the day the clock shows is named
		n         int
		waits     string // what waits for an hour that is allowed
		held      string // what waits for an open day
		heldAt    int    // at that minute of it
		from, to  int
		scheduled []sent // those that grow
	}
	states := make([]state, len(all))
	for i, c := range all {
		s := &states[i]
		for m := range s.names {
			s.names[m] = c.times != nil && c.times(m)
		}
		if c.quiet != "" {
			var h1, m1, h2, m2 int
			_, _ = fmt.Sscanf(c.quiet, "%d:%d-%d:%d", &h1, &m1, &h2, &m2)
			s.from, s.to = h1*60+m1, h2*60+m2
		}
	}
	wallNow := func(t int64) int64 {
		_, offset := time.Unix(t*60, 0).In(loc).Zone()
		return t + int64(offset)/60
	}
	aw := shown(anchor, loc)
	a := day{anchor: aw.Unix() / 86400, ay: aw.Year(), am: int(aw.Month()), ad: aw.Day()}
	dayOf := func(n int64) day {
		w := time.Unix(n*86400, 0).UTC()
		d := a
		d.n, d.y, d.m, d.d, d.week = n, w.Year(), int(w.Month()), w.Day(), w.Weekday()
		d.length = time.Date(d.y, time.Month(d.m)+1, 0, 0, 0, 0, 0, time.UTC).Day()
		return d
	}
	isOff := map[int64]bool{}
	for _, o := range off {
		for d := time.Date(o.From.Year, o.From.Month, o.From.Day, 0, 0, 0, 0, time.UTC); !d.After(time.Date(o.To.Year, o.To.Month, o.To.Day, 0, 0, 0, 0, time.UTC)); d = d.AddDate(0, 0, 1) {
			isOff[d.Unix()/86400] = true
		}
	}
	closed := func(n int64) bool {
		w := dayOf(n).week
		return w == time.Saturday || w == time.Sunday || isOff[n]
	}
	stamp := anchor.UTC().Format("2006-01-02T15:04:05Z")
	key := func(c course, n int, naive int64) string {
		switch {
		case c.list != nil:
			return fmt.Sprintf("%s+%s@%s", c.name, c.list[n-1], stamp)
		case c.step != "":
			return fmt.Sprintf("%s+%d*%s@%s", c.name, n, c.step, stamp)
		}
		return c.name + "@" + time.Unix(naive*60, 0).UTC().Format("2006-01-02T15:04")
	}

	out := make([][]sent, len(all))
	start := anchor.Unix() / 60
	top := aw.Unix() / 60 // the latest minute that the clock has shown
	naiveDay, offset := int64(-1), wallNow(start)-start
	var shutDay int64 = -1
	shut, jumps := false, true
	var every, busy uint64 // who goes by minutes, and who waits
	var named [1440]uint64 // who names that minute
	for i := range all {
		if all[i].every > 0 || all[i].grow > 0 {
			every |= 1 << i
		}
		for m, is := range states[i].names {
			if is {
				named[m] |= 1 << i
			}
		}
	}
	for t := start + 1; t < end.Unix()/60; t++ {
		if t%15 == 0 { // look closely at a quarter of an hour in which the clock jumps
			offset = wallNow(t) - t
			jumps = wallNow(t+15)-(t+15) != offset
		} else if jumps {
			offset = wallNow(t) - t
		}
		wall := t + offset
		if n := wall / 1440; n != shutDay {
			shutDay, shut = n, closed(n)
		}
		first := top + 1
		top = max(top, wall)
		tod := int(wall % 1440)
		look := every | busy | named[tod]
		if first != top || tod == 0 || naiveDay < 0 {
			look = 1<<len(all) - 1
		}
		busy = 0
		for ; look != 0; look &= look - 1 {
			i := bits.TrailingZeros64(look)
			c, s := &all[i], &states[i]
			fire := func(naive int64, key string) {
				if c.closed && shut {
					s.held, s.heldAt = key, int(naive%1440)
				} else {
					s.waits, s.held = key, ""
				}
			}
			for naive := first; naive <= top; naive++ {
				if naive%1440 == 0 || naiveDay < 0 {
					s.today = c.day != nil && c.day(dayOf(naive/1440))
				}
				m := int(naive % 1440)
				if s.today && s.names[m] {
					s.n++
					if c.grow > 0 {
						s.scheduled = append(s.scheduled, sent{time.Unix((t+int64(s.n*c.grow))*60, 0), key(*c, s.n, naive)})
					} else {
						fire(naive, key(*c, s.n, naive))
					}
				}
				if s.held != "" && m == s.heldAt && !(c.closed && closed(naive/1440)) {
					own := s.today && c.grow == 0
					if c.every > 0 { // another today, before or after now
						next := t + int64(c.every) - (t-start)%int64(c.every)
						own = wallNow(next)/1440 == naive/1440
					}
					for later := m; own && c.every == 0 && later <= 1440; later++ {
						own = later < 1440
						if own && s.names[later] {
							break
						}
					}
					if !own {
						s.waits = s.held
					}
					s.held = ""
				}
			}
			if c.every > 0 && (t-start)%int64(c.every) == 0 {
				s.n++
				fire(wall, key(*c, s.n, wall))
			}
			for len(s.scheduled) > 0 && s.scheduled[0].at.Unix()/60 == t {
				fire(wall, s.scheduled[0].key)
				s.scheduled = s.scheduled[1:]
			}
			if s.waits == "" && s.held == "" {
				continue
			}
			busy |= 1 << i
			if s.waits == "" || c.closed && shut {
				continue
			}
			if s.from < s.to && tod >= s.from && tod < s.to || s.from > s.to && (tod >= s.from || tod < s.to) {
				continue
			}
			out[i] = append(out[i], sent{time.Unix(t*60, 0), s.waits})
			s.waits = ""
		}
		naiveDay = top / 1440
	}
	return out
}
