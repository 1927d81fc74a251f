package care

import (
	"cmp"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Brief is what a therapist has before them the day before a session: what was
// tried since the last one, the goals, the measures, and what they must know
// first. It is data; [Brief.Text] makes a page of it, and [Brief.Series] what a
// picture is drawn from. It holds a client's words and prints as [redacted].
type Brief struct {
	Case    CaseID
	Session Session // the one it is for; the zero Session when none is booked
	Phase   Phase
	Since   int64 // the last session that happened, or the beginning of the turn
	Held    bool
	Flags   []Flag // that nobody has seen, oldest first
	People  []BriefPerson
	Names   map[PersonID]string // how the people are told apart: "client", "partner"
}

// BriefPerson is one person's part of it.
type BriefPerson struct {
	ID       PersonID
	Before   []Point // anxiety before and after what was tried, of the whole turn
	After    []Point
	Tried    []Tried
	Goals    []BriefGoal
	T        []Point // the whole course of this turn's score
	Measures []BriefMeasure
	Missed   int // reports left unanswered in a row
}

// Tried is one assignment since the last session, with the last report on it.
type Tried struct {
	Assignment Assignment
	Reports    int // attempts told of since the last session
	Last       Report
}

// BriefGoal is a goal and where it stands.
type BriefGoal struct {
	Goal      Goal
	Last      Attained // where it began, as long as nobody rated it
	Rated     bool
	Confirmed bool
}

// BriefMeasure is an instrument's course.
type BriefMeasure struct {
	Instrument Instrument
	Course     []Point // oldest first, never empty
}

// LogValue keeps a client's words out of every log.
func (Brief) LogValue() slog.Value { return slog.StringValue("[redacted]") }

// String keeps a client's words out of every error and message.
func (Brief) String() string { return "[redacted]" }

// GoString does the same for %#v.
func (Brief) GoString() string { return "[redacted]" }

// BriefOf collects the brief of a session; with the id 0, or one that there is
// not, a brief of how things stand.
func (c Case) BriefOf(id SessionID, now time.Time) Brief {
	b := Brief{Case: c.ID, Phase: c.Episode.At(), Since: c.Episode.Since, Held: c.Held(), Flags: c.OpenFlags(), Names: map[PersonID]string{}}
	b.Session, _ = c.Session(id)
	for _, s := range c.Sessions {
		if s.State == SessionHappened && s.ID != id && s.Start < now.Unix() {
			b.Since = max(b.Since, s.Start)
		}
	}
	here := c.Here()
	for _, id := range here {
		switch {
		case id == TheClient:
			b.Names[id] = "client"
		case len(here) <= 2:
			b.Names[id] = "partner"
		default:
			b.Names[id] = "partner " + string(id)
		}
		b.People = append(b.People, c.briefPerson(id, b.Since))
	}
	return b
}

func (c Case) briefPerson(id PersonID, since int64) BriefPerson {
	p := BriefPerson{ID: id, T: c.TCourse(id), Missed: c.Misses(CadenceReport, id)}
	for _, a := range c.Given {
		if a.Person != id || a.Delivered == 0 || a.State == AssignmentWithdrawn {
			continue
		}
		t := Tried{Assignment: a}
		for _, r := range c.ReportsOn(a.ID) {
			if r.At > since {
				t.Reports++
			}
			t.Last = r
		}
		if t.Reports == 0 && (a.Delivered <= since && a.State != AssignmentDelivered) {
			continue // told of before the last session already
		}
		p.Tried = append(p.Tried, t)
	}
	for _, r := range c.Reports {
		if r.Person != id || r.At < c.Episode.Since {
			continue
		}
		if r.Before.Known {
			p.Before = append(p.Before, Point{r.At, float64(r.Before.N)})
		}
		if r.After.Known {
			p.After = append(p.After, Point{r.At, float64(r.After.N)})
		}
	}
	for _, g := range c.GoalsOf(id, true) {
		bg := BriefGoal{Goal: g, Last: g.Begins}
		for _, r := range g.Ratings {
			if r.Person == id {
				bg.Last, bg.Rated, bg.Confirmed = r.Stands(), true, r.By != ""
			}
		}
		p.Goals = append(p.Goals, bg)
	}
	var names []Instrument
	for _, m := range c.Measures {
		if m.Person == id && !slices.Contains(names, m.Instrument) {
			names = append(names, m.Instrument)
		}
	}
	slices.Sort(names)
	for _, i := range names {
		if course := c.Measured(i, id); len(course) > 0 {
			p.Measures = append(p.Measures, BriefMeasure{i, course})
		}
	}
	return p
}

// A page of the brief has so many lines, and each of its lines so many letters.
const (
	briefLines = 30
	briefWidth = 72
)

// Page is the beginning of [Brief.Text], at most 30 lines. Where there is more
// than fits, the last line says so.
func (b Brief) Page(title func(library string) string, zone *time.Location) string {
	lines := strings.Split(b.Text(title, zone), "\n")
	if len(lines) > briefLines {
		more := len(lines) - briefLines + 1
		lines = append(lines[:briefLines-1], fmt.Sprintf("… and %s in the case", count(more, "more line")))
	}
	return strings.Join(lines, "\n")
}

// Text is the brief as plain text, in lines of at most 72 letters, what matters
// most first. title gives the title of an assignment by its id in the library;
// nil leaves the id. It reports what was said and reads nothing into it.
func (b Brief) Text(title func(library string) string, zone *time.Location) string {
	if title == nil {
		title = func(id string) string { return plain(id) }
	}
	var lines []string
	add := func(format string, args ...any) { lines = append(lines, cut(fmt.Sprintf(format, args...), briefWidth)) }
	head := string(b.Case) + " · " + plain(b.Phase)
	if b.Session.Start != 0 {
		head += " · " + time.Unix(b.Session.Start, 0).In(zone).Format("Mon 2 Jan 15:04")
	}
	add("%s", head)
	if b.Held {
		add("! assignments are on hold")
	}
	for _, f := range b.Flags {
		who := ""
		if len(b.People) > 1 && b.Names[f.Person] != "" {
			who = b.Names[f.Person] + ": "
		}
		add("! %s%s (%s)", who, f.Line(), day(f.At, zone))
	}
	for _, p := range b.People {
		if len(b.People) > 1 {
			add("— %s", b.Names[p.ID])
		}
		if len(p.Tried) > 0 {
			add("%-34s %-9s %7s %7s %5s", "Tried", "", "before", "after", "joy")
		}
		for _, t := range p.Tried {
			state := plain(t.Assignment.State)
			if t.Assignment.State == AssignmentDelivered {
				state = "no word"
			}
			if t.Reports > 1 {
				state += fmt.Sprintf(" ×%d", t.Reports)
			}
			r := t.Last
			add("%-34s %-9s %7s %7s %5s", cut(title(t.Assignment.Library), 34), cut(state, 9), itoa(r.Before), itoa(r.After), itoa(r.Enjoyed))
			if len(r.Stopped) > 0 {
				words := make([]string, len(r.Stopped))
				for i, s := range r.Stopped {
					words[i] = plain(s)
				}
				add("  in the way: %s", strings.Join(words, ", "))
			}
			if r.Worked != "" {
				add("  worked: “%s”", oneLine(r.Worked, 58))
			}
		}
		if p.Missed > 0 {
			add("%s left unanswered", count(p.Missed, "report"))
		}
		if len(p.Goals) > 0 {
			score := ""
			if n := len(p.T); n > 0 {
				score = fmt.Sprintf("T %.0f", p.T[n-1].Value)
				if n > 1 {
					score += fmt.Sprintf(", began at %.0f", p.T[0].Value)
				}
			}
			add("Goals  %s", score)
		}
		for _, g := range p.Goals {
			mark := ""
			switch {
			case !g.Rated:
				mark = " (not rated)"
			case !g.Confirmed:
				mark = " (to confirm)"
			}
			add("  %2s  ×%d  %s%s", g.Last, g.Goal.Weight, oneLine(g.Goal.Words, 40), mark)
		}
		for _, m := range p.Measures {
			values := make([]string, 0, 6)
			for _, at := range m.Course[max(0, len(m.Course)-6):] {
				values = append(values, fmt.Sprintf("%.0f", at.Value))
			}
			add("%-12s %s", m.Instrument.Label(), strings.Join(values, " → "))
		}
	}
	if len(lines) == 1 {
		add("nothing was reported yet")
	}
	return strings.Join(lines, "\n")
}

func cut(s string, most int) string {
	if utf8.RuneCountInString(s) <= most {
		return strings.TrimRight(s, " ")
	}
	return strings.TrimRight(string([]rune(s)[:most-1]), " ") + "…"
}

// Counts are what a brief has to tell, as numbers: nothing that was said.
func (b Brief) Counts() string {
	reports, goals := 0, map[GoalID]bool{}
	for _, p := range b.People {
		for _, t := range p.Tried {
			reports += t.Reports
		}
		for _, g := range p.Goals {
			goals[g.Goal.ID] = true
		}
	}
	var parts []string
	for _, c := range []struct {
		n   int
		one string
	}{{reports, "new report"}, {len(goals), "goal"}, {len(b.Flags), "flag"}} {
		if c.n > 0 {
			parts = append(parts, count(c.n, c.one))
		}
	}
	return strings.Join(parts, " · ")
}

func day(at int64, zone *time.Location) string { return time.Unix(at, 0).In(zone).Format("2 Jan") }

// Series is one line of a picture.
type Series struct {
	Name   string
	Person PersonID
	Least  float64 // of its scale
	Most   float64
	Points []Point
}

// Series are what a small picture of the course is drawn from: the score of the
// goals, anxiety before and after what was tried, and each measure, of each
// person, in a fixed order. A single point is no course and is left out.
func (b Brief) Series() []Series {
	var out []Series
	for _, p := range b.People {
		if len(p.T) > 1 {
			out = append(out, Series{"T", p.ID, 15, 85, p.T})
		}
		for _, s := range []Series{{"anxiety before", p.ID, 0, 10, p.Before}, {"anxiety after", p.ID, 0, 10, p.After}} {
			if len(s.Points) > 1 {
				out = append(out, s)
			}
		}
		for _, m := range p.Measures {
			if len(m.Course) < 2 {
				continue
			}
			most := float64(m.Instrument.Most())
			if most == 0 { // a score that a therapist entered: its scale is theirs
				most = slices.MaxFunc(m.Course, func(a, b Point) int { return cmp.Compare(a.Value, b.Value) }).Value
			}
			out = append(out, Series{m.Instrument.Label(), p.ID, 0, most, m.Course})
		}
	}
	return out
}
