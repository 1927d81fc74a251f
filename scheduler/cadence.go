package scheduler

import (
	"fmt"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
)

// Cadence says how often something comes round. It is either a duration that
// is counted from the last time ("48h", "2w"), or a rule of the calendar (a
// cron line, "@weekly"). The zero Cadence never comes round. A Cadence is
// immutable and may be shared.
type Cadence struct {
	text string
	days int           // counted on the calendar of the zone
	rest time.Duration // counted on the clock
	rule line          // used when cron is true
	cron bool
}

// ParseCadence reads a cadence as a person types it:
//
//   - a duration as in [ParseDuration], of a second at least: "48h", "90d", "2w",
//     or "@every 48h";
//   - a cron line of five fields, minute, hour, day of month, month and day of
//     week: "0 9 * * mon". Sunday is 0, 7 or sun. As in every cron, a line that
//     restricts both kinds of day comes round on either;
//   - "@hourly", "@daily", "@weekly" (Sunday at midnight), "@monthly", "@yearly".
//
// A zone inside the line is refused, since the zone is the client's; so is a
// line that never comes round, such as 31 February. Errors say what to write
// instead.
func ParseCadence(text string) (Cadence, error) {
	c := Cadence{text: strings.TrimSpace(text)}
	bad := func(why string) (Cadence, error) {
		return Cadence{}, fmt.Errorf("cadence %.60q: %s", text, why)
	}
	length, every := strings.CutPrefix(c.text, "@every ")
	upper := strings.ToUpper(c.text)
	switch {
	case c.text == "":
		return bad("is empty; write a duration, as 48h, or a cron line, as 0 9 * * mon")
	case strings.HasPrefix(upper, "TZ=") || strings.HasPrefix(upper, "CRON_TZ="):
		return bad("leave out the zone; a cadence runs on the clock of the person it is for")
	case every || c.text[0] != '@' && len(strings.Fields(c.text)) == 1:
		var err error
		if c.days, c.rest, err = parseParts(length); err != nil {
			return Cadence{}, fmt.Errorf("cadence: %w", err)
		}
		if c.days == 0 && c.rest < time.Second {
			return bad("comes round too fast; a second is the least")
		}
		return c, nil
	}

	line := c.text
	if line[0] != '@' {
		fields := strings.Fields(line)
		if len(fields) != 5 {
			return bad(fmt.Sprintf("has %d fields; a cron line has five: minute, hour, day of month, month, day of week", len(fields)))
		}
		for i, f := range cronFields() {
			plain, why := f.normalize(fields[i])
			if why != "" {
				return bad(why)
			}
			fields[i] = plain
		}
		line = strings.Join(fields, " ")
	}
	schedule, err := cron.NewParser(cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow | cron.Descriptor).Parse(line)
	rule, ok := schedule.(*cron.SpecSchedule)
	if err != nil || !ok {
		return bad("write @hourly, @daily, @weekly, @monthly or @yearly, or a duration, as 48h")
	}
	c.rule, c.cron = lineOf(rule), true
	if _, comes := c.rule.next(0); !comes {
		return bad("never comes round; no month in it has such a day")
	}
	return c, nil
}

// String returns the cadence as it was written.
func (c Cadence) String() string { return c.text }

// IsZero reports whether c is the zero Cadence, which never comes round.
func (c Cadence) IsZero() bool { return !c.cron && c.days == 0 && c.rest == 0 }

// Next returns the first time after the given instant at which the cadence
// comes round, on the clock of zone. It is always later than after, so walking
// from one to the next meets every occurrence once: an occurrence inside a gap
// comes at the gap's end, together with what else falls there, and a doubled
// hour counts once, at its first pass.
//
// Hours, minutes and seconds of a duration are counted on the clock; days and
// weeks on the calendar, so that "2w" keeps the time of day across a change to
// summer time. The zero Cadence gives the zero time.
func (c Cadence) Next(after time.Time, zone *time.Location) time.Time {
	if c.IsZero() {
		return time.Time{}
	}
	if !c.cron && c.days == 0 {
		return after.Add(c.rest).In(zone)
	}
	wall := wallOf(after, zone)
	for {
		wall = c.nextWall(wall)
		if wall.IsZero() {
			return time.Time{}
		}
		t := Resolve(wall, zone)
		if !c.cron {
			t = t.Add(c.rest)
		}
		if t.After(after) {
			return t
		}
	}
}

// nextWall is Next on a clock that never jumps.
func (c Cadence) nextWall(wall time.Time) time.Time {
	if !c.cron {
		return wall.AddDate(0, 0, c.days)
	}
	if m, ok := c.rule.next(minuteOf(wall)); ok {
		return wallAt(m)
	}
	return time.Time{}
}
