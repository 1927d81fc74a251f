package scheduler

import (
	"fmt"
	"iter"
	"strconv"
	"strings"
	"time"
)

// Plan is one thing that comes to one person again and again, or a few times:
// the weekly question, the reminders of one session, the boosters after an
// ending. It is a value that is put together anew whenever one is needed, from
// what is set just then; what is remembered is a [Mark] alone.
//
// # Occurrences and their keys
//
// What a plan consists of does not depend on where the person is, on quiet
// hours, or on the days on which a practice is closed. A cron line names times
// of the calendar and of the clock on the wall, "Monday the 31st, 09:00"; all
// other rules count from the anchor, "the third". That name is the key of an
// occurrence, and one is after another by their names. Zone, quiet hours and
// calendar only decide at which instant a name has its turn. So a plan that
// goes on after its mark never repeats an occurrence and never leaves one out,
// whatever was changed meanwhile. Somebody who flies west meets Monday, 09:00
// twice and is written to once; somebody who flies east over it is written to
// on arrival, late.
//
// A cadence that was itself changed is another matter. Two cron lines go on in
// one another's order. Where counts are not the same counts, the plan goes on
// with what comes after the instant of the mark.
//
// # When an occurrence goes
//
//  1. At its wall-clock time in Zone, by the rule of [Resolve].
//  2. Not on a closed day. What falls on closed days that follow one another
//     is one: the last of it goes on the next open day, at its own time of day,
//     unless something of the plan is on that day anyway, which then stands for
//     it. What comes before a session goes on the last open day before.
//  3. Not in quiet hours, but at their end. What comes before a session goes
//     then too, if that is still before the session, and else in the last
//     minute before quiet hours begin.
//  4. What has its turn at the same instant as something later goes with it, as
//     one, under the key of the last. So has what fell into a gap of the clock,
//     or several times into one night.
//
// An occurrence whose instant is not before Until does not come at all.
type Plan struct {
	// Name begins the keys: letters, digits and the signs - _ . : / of ASCII.
	// Two plans of one person have two names; so have the reminders of two
	// sessions.
	Name string
	Rule Rule
	// Anchor is what is counted from: when the assignment was given, when the
	// session begins. Only what comes after it comes at all, but for a rule that
	// looks ahead to it. Days, weeks and months keep the date and the time of
	// day that it shows in its own location. So who plans anew for a person that
	// moved gives it in the zone in which it was set.
	Anchor time.Time
	// Zone is where the person is now.
	Zone *time.Location
	// Quiet are the person's quiet hours; their zone is the plan's.
	Quiet Quiet
	// Calendar has the closed days, for what moves off them.
	Calendar Calendar
	// From leaves out what would have fallen at it or before: set to the end of
	// a pause, it keeps the pause from being made good.
	From time.Time
	// Until ends the plan, unless it is zero. What comes before a session ends
	// with the session anyway.
	Until time.Time
}

// Mark is what is remembered of a plan: its last occurrence that was sent, or
// left out for good. The zero Mark is a plan that has not begun.
type Mark struct {
	Key string
	At  time.Time // when it went; asked only if Key is of another rule
}

// Occurrence of a plan.
type Occurrence struct {
	Key     string    // the same after any planning anew
	At      time.Time // when it goes, in the zone of the plan
	Planned time.Time // when it would go but for closed days, quiet hours and being late
}

// Mark is what to remember once the occurrence was sent.
func (o Occurrence) Mark() Mark { return Mark{Key: o.Key, At: o.At} }

// Check finds what is wrong with a plan, whatever the time is. The error says
// what to write instead.
func (p Plan) Check() error {
	if p.Name == "" {
		return fmt.Errorf("plan: has no name; give it one, as check-in")
	}
	if at := strings.IndexFunc(p.Name, func(r rune) bool { return !nameable(r) }); at >= 0 {
		return fmt.Errorf("plan: its name has a sign that keys cannot have; write letters, digits, and - _ . : /")
	}
	if err := p.Rule.check(); err != nil {
		return fmt.Errorf("plan %.60s: %w", p.Name, err)
	}
	switch {
	case p.Zone == nil:
		return fmt.Errorf("plan %.60s: the person has no time zone; ask where they are, or take the practice's zone", p.Name)
	case p.Anchor.IsZero():
		return fmt.Errorf("plan %.60s: has no anchor; give the moment that it is counted from", p.Name)
	case p.Quiet.From < 0, p.Quiet.From > dayMinutes, p.Quiet.To < 0, p.Quiet.To > dayMinutes:
		return fmt.Errorf("plan %.60s: quiet hours %d to %d minutes: write times from 00:00 to 24:00", p.Name, p.Quiet.From, p.Quiet.To)
	}
	return nil
}

func nameable(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_.:/", r)
}

// Next returns the occurrence after the mark, whenever that is: its time may
// have passed. It reports false when none is left. The plan must be one that
// [Plan.Check] accepts.
func (p Plan) Next(done Mark) (Occurrence, bool) {
	if p.Rule.kind == once {
		return p.nextPoint(done, time.Time{})
	}
	w := p.walk()
	k, at, raw, ok := w.turn(done)
	if !ok {
		return Occurrence{}, false
	}
	return p.occurrence(k, at, raw)
}

// Late is Next for one who looks at now: what was missed goes at once, or in
// the first hour in which it may, and several that were missed are one, under
// the key of the last. Nothing that is yet to come is hurried. The answer is to
// be sent if its time is not after now; if it is, it is to be asked again then.
//
// What was missed until it became useless, after the end of the plan, reports
// false, as does a plan with nothing left.
func (p Plan) Late(done Mark, now time.Time) (Occurrence, bool) {
	if p.Rule.kind == once {
		o, ok := p.nextPoint(done, time.Time{})
		if !ok || o.At.After(now) {
			return o, ok
		}
		return p.nextPoint(done, p.allow(now.In(p.Zone)))
	}
	w := p.walk()
	k, at, raw, ok := w.turn(done)
	if !ok {
		return Occurrence{}, false
	}
	if !at.After(now) {
		at = p.allow(now.In(p.Zone))
		k = w.lastBy(at, k)
		raw = w.raw(k)
	}
	return p.occurrence(k, at, raw)
}

// All walks over the occurrences after the mark, each once, as if each were
// sent on time. A plan without an end has no last one.
func (p Plan) All(done Mark) iter.Seq[Occurrence] {
	return func(yield func(Occurrence) bool) {
		for {
			o, ok := p.Next(done)
			if !ok || !yield(o) {
				return
			}
			done = o.Mark()
		}
	}
}

func (p Plan) occurrence(k int64, at, planned time.Time) (Occurrence, bool) {
	if !p.Until.IsZero() && !at.Before(p.Until) {
		return Occurrence{}, false
	}
	return Occurrence{Key: p.key(k), At: at, Planned: planned}, true
}

// allow returns the first instant from t on that is neither quiet nor on a
// closed day.
func (p *Plan) allow(t time.Time) time.Time {
	for {
		if q := (Quiet{p.Quiet.From, p.Quiet.To, p.Zone}).Allow(t); !q.Equal(t) {
			t = q
		}
		day := dayOf(wallOf(t, p.Zone))
		if !p.Calendar.closed(day) {
			return t
		}
		t = Resolve(midnightOf(p.Calendar.nextOpen(day)), p.Zone)
	}
}

// The keys:
//
//	check-in@2025-03-31T09:00                a time that a cron line names
//	check-in+7*14d@2025-03-31T07:00:00Z      the seventh fortnight after the anchor
//	booster+3mo@2025-03-31T07:00:00Z         a point, three months after the anchor
//	session-24h@2025-03-31T07:00:00Z         a day before it
//
// The anchor is in the key of what is counted from it, because the third after
// another beginning is not the same third.

const (
	minuteForm = "2006-01-02T15:04"
	anchorForm = "2006-01-02T15:04:05Z"
)

func (p *Plan) key(k int64) string {
	b := append(make([]byte, 0, 64), p.Name...)
	if p.Rule.kind == lines {
		return string(wallAt(k).AppendFormat(append(b, '@'), minuteForm))
	}
	if p.Rule.kind == once {
		b = append(b, p.Rule.points[k].String()...)
	} else {
		b = strconv.AppendInt(append(b, '+'), k, 10)
		b = append(append(b, '*'), p.Rule.step()...)
	}
	return string(p.Anchor.UTC().AppendFormat(append(b, '@'), anchorForm))
}

// position reads a key. It reports false for that of another plan or rule.
func (p *Plan) position(key string) (int64, bool) {
	rest, ours := strings.CutPrefix(key, p.Name)
	if !ours {
		return 0, false
	}
	if p.Rule.kind == lines {
		wall, err := time.Parse("@"+minuteForm, rest)
		return minuteOf(wall), err == nil
	}
	what, anchor, ok := strings.Cut(rest, "@")
	if !ok || anchor != string(p.Anchor.UTC().AppendFormat(make([]byte, 0, len(anchorForm)), anchorForm)) {
		return 0, false
	}
	if p.Rule.kind == once {
		for i, one := range p.Rule.points {
			if one.String() == what {
				return int64(i), true
			}
		}
		return 0, false
	}
	what, ours = strings.CutPrefix(what, "+")
	number, step, _ := strings.Cut(what, "*")
	k, err := strconv.ParseInt(number, 10, 64)
	return k, ours && err == nil && k > 0 && step == p.Rule.step()
}
