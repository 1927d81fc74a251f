package scheduler

import (
	"fmt"
	"strings"
	"time"
)

// ParseZone reads the name of a time zone as the IANA database has it:
// "Europe/Berlin". An abbreviation or an offset is refused, since neither knows
// when clocks change, and so is "Local", which is the zone of this machine and
// of nobody who writes to it.
func ParseZone(text string) (*time.Location, error) {
	name := strings.TrimSpace(text)
	bad := func(why string) (*time.Location, error) {
		return nil, fmt.Errorf("time zone %.40q: %s", text, why)
	}
	switch {
	case name == "":
		return bad("is empty; write a continent and a city, as Europe/Berlin, or UTC")
	case name == "Local":
		return bad("is the zone of the machine; write a continent and a city, as Europe/Berlin")
	case name != "UTC" && !strings.Contains(name, "/"):
		return bad("does not say when clocks change; write a continent and a city, as Europe/Berlin")
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return bad("does not exist; write a continent and a city in their capitals, as Europe/Berlin or America/New_York")
	}
	return zone, nil
}

// Moment returns the instant at which the clock of zone shows that time on that
// day: when a session begins that a person typed. A time that the zone leaves
// out is an error, which says what to write; of a time that comes twice the
// first is meant. 24:00 is the midnight that ends the day.
func Moment(day Date, at Clock, zone *time.Location) (time.Time, error) {
	wall := at.on(day.midnight())
	if zone == nil {
		return time.Time{}, fmt.Errorf("%s %s: in no time zone; ask where it is, or take the practice's zone", day, at)
	}
	t := Resolve(wall, zone)
	if wallOf(t, zone).Equal(wall) {
		return t, nil
	}
	const as = "2006-01-02 15:04"
	before := wallOf(t.Add(-time.Nanosecond), zone).Add(time.Nanosecond)
	return time.Time{}, fmt.Errorf("%s %s: does not exist in %s, where the clock goes from %s to %s; write %s or later",
		day, at, zone, before.Format(as), t.Format(as), t.Format(as))
}
