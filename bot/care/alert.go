package care

import "time"

// Open reports whether nobody has acknowledged the alert.
func (a Alert) Open() bool { return a.AckBy == "" }

// Urgency of the alert.
func (a Alert) Urgency() Urgency { return a.Name.urgency() }

// Tell notes that somebody is told of alert n (from 0) now, and when they are
// told again; the zero time when another alert sees to that. It returns how
// often that is.
func (c *Case) Tell(n int, next time.Time) int {
	alerts := append([]Alert(nil), c.Alerts...)
	a := &alerts[n]
	a.Told++
	if a.Next = 0; !next.IsZero() {
		a.Next = next.Unix()
	}
	c.Alerts = alerts
	return a.Told
}

// Joins notes that a later alert sees to it that somebody is told of alert n.
func (c *Case) Joins(n int) {
	alerts := append([]Alert(nil), c.Alerts...)
	alerts[n].Next = 0
	c.Alerts = alerts
}

// ToldTwice notes that the present telling of alert n goes by the second way. It
// reports false when it has gone that way already.
func (c *Case) ToldTwice(n int) bool {
	if c.Alerts[n].Twice == c.Alerts[n].Told {
		return false
	}
	alerts := append([]Alert(nil), c.Alerts...)
	alerts[n].Twice = alerts[n].Told
	c.Alerts = alerts
	return true
}

// Rest is what an erasure leaves of a case that somebody must still say they
// have seen: its number, and of each alert how urgent it is, since when it
// stands and how often somebody was told. What it was about is gone. ok is false
// when nothing is open.
func (c Case) Rest(at time.Time) (rest Case, ok bool) {
	rest = c
	rest.Erase(at)
	for _, a := range c.Alerts {
		ok = ok || a.Open()
		rest.Alerts = append(rest.Alerts, a.bare())
	}
	return rest, ok
}

// bare is the alert without what it was about.
func (a Alert) bare() Alert {
	if a.Urgency() == R0 {
		a.Name = AlertMedical
	} else {
		a.Name = AlertCall
	}
	return a
}
