package care

import (
	"fmt"
	"log/slog"
	"math"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// GoalID names a goal within its case, from 1.
type GoalID int

// Attained is how far a goal is reached (a [Level] is how well a
// therapist is trained): from −2, much less than was hoped for,
// over 0, as hoped for, to +2, much more.
type Attained int

// ReadAttained reads a level as the goal review stores it.
func ReadAttained(s string) (a Attained, ok bool) {
	at := slices.Index([]string{"much-less", "less", "as-hoped", "more", "much-more"}, s)
	return Attained(at - 2), at >= 0
}

// String writes +1, 0, −2.
func (a Attained) String() string {
	switch {
	case a > 0:
		return fmt.Sprintf("+%d", int(a))
	case a < 0:
		return fmt.Sprintf("−%d", -int(a))
	}
	return "0"
}

// Goal is something that a person wants to be different, in their own words.
// It holds those words and prints as [redacted].
type Goal struct {
	ID      GoalID      `cbor:"1,keyasint"`
	Person  PersonID    `cbor:"2,keyasint,omitempty"` // empty: everybody's, agreed by all
	Words   string      `cbor:"3,keyasint"`
	Weight  int         `cbor:"4,keyasint"`           // 1 to 9: importance, or importance times difficulty
	Levels  []string    `cbor:"5,keyasint,omitempty"` // five texts, what −2 to +2 would be; or none
	Begins  Attained    `cbor:"6,keyasint"`           // where it stood when it was set, mostly −1 or −2
	By      TherapistID `cbor:"7,keyasint"`
	At      int64       `cbor:"8,keyasint"`
	Agreed  int64       `cbor:"9,keyasint,omitempty"`  // the client agreed to these words
	Dropped int64       `cbor:"10,keyasint,omitempty"` // it is no longer one
	Ratings []Rating    `cbor:"11,keyasint,omitempty"` // oldest first
}

// Rating is what a client said of a goal, and what the therapist made of it.
type Rating struct {
	Person    PersonID    `cbor:"1,keyasint"`
	Level     Attained    `cbor:"2,keyasint"`
	At        int64       `cbor:"3,keyasint"`
	Confirmed Attained    `cbor:"4,keyasint,omitempty"` // read only when By is set
	By        TherapistID `cbor:"5,keyasint,omitempty"`
	ByAt      int64       `cbor:"6,keyasint,omitempty"`
}

// Stands is what counts of a rating: the therapist's level where they looked
// at it, the client's where not.
func (r Rating) Stands() Attained {
	if r.By != "" {
		return r.Confirmed
	}
	return r.Level
}

// LogValue keeps a client's words out of every log.
func (Goal) LogValue() slog.Value { return slog.StringValue("[redacted]") }

// String keeps a client's words out of every error and message.
func (Goal) String() string { return "[redacted]" }

// GoString does the same for %#v.
func (Goal) GoString() string { return "[redacted]" }

const (
	// MostGoals are open at a time for one person: the review asks for each.
	MostGoals  = 5
	mostWeight = 9
	mostGoal   = 500 // letters of a goal, or of what a level would be
)

// GoalsOf returns the goals that are a person's now, theirs and everybody's,
// in the order in which they were set. Only agreed ones are reviewed and
// count.
func (c Case) GoalsOf(id PersonID, agreed bool) []Goal {
	var out []Goal
	for _, g := range c.Goals {
		if g.Dropped == 0 && (g.Person == "" || g.Person == id) && (g.Agreed != 0 || !agreed) {
			out = append(out, g)
		}
	}
	return out
}

// SetGoal adds a goal as the therapist wrote it down with the client, and
// returns its id; or, given the id of an open goal, changes it, upon which the
// client agrees anew and its ratings stay. It returns ErrRange for a weight or a
// level that cannot be and ErrNotPossible for everything else.
func (c *Case) SetGoal(g Goal, at time.Time) (GoalID, error) {
	g.Words = strings.TrimSpace(g.Words)
	tooLong := func(s string) bool { return utf8.RuneCountInString(s) > mostGoal }
	switch {
	case g.Weight < 1 || g.Weight > mostWeight || g.Begins < -2 || g.Begins > 2:
		return 0, fmt.Errorf("set a goal of case %s: %w", c.ID, ErrRange)
	case c.Status == Erased || !slices.Contains(runs[c.Episode.At()], CadenceGoals) || g.By == "" || g.Words == "" || tooLong(g.Words),
		len(g.Levels) != 0 && len(g.Levels) != 5 || slices.ContainsFunc(g.Levels, tooLong),
		g.Person != "" && !slices.Contains(c.Here(), g.Person):
		return 0, fmt.Errorf("set a goal of case %s: %w", c.ID, ErrNotPossible)
	}
	g.At, g.Agreed, g.Dropped, g.Ratings, g.Levels = at.Unix(), 0, 0, nil, slices.Clone(g.Levels)
	goals := slices.Clone(c.Goals)
	if g.ID != 0 {
		i := slices.IndexFunc(goals, func(o Goal) bool { return o.ID == g.ID && o.Dropped == 0 && o.Person == g.Person })
		if i < 0 {
			return 0, fmt.Errorf("set a goal of case %s: %w", c.ID, ErrNotPossible)
		}
		g.Ratings = goals[i].Ratings
		goals[i] = g
	} else {
		for _, id := range c.Here() {
			if (g.Person == "" || g.Person == id) && len(c.GoalsOf(id, false)) >= MostGoals {
				return 0, fmt.Errorf("set a goal of case %s: five are enough: %w", c.ID, ErrNotPossible)
			}
		}
		g.ID = GoalID(len(goals) + 1)
		goals = append(goals, g)
	}
	c.Goals, c.Updated = goals, g.At
	return g.ID, nil
}

// AgreeGoals notes that a person agrees to their goals as they stand.
func (c *Case) AgreeGoals(id PersonID, at time.Time) {
	c.Goals = slices.Clone(c.Goals)
	for i := range c.Goals {
		if g := &c.Goals[i]; g.Dropped == 0 && g.Agreed == 0 && (g.Person == "" || g.Person == id) {
			g.Agreed, c.Updated = at.Unix(), at.Unix()
		}
	}
	c.Heard(CadenceGoals, id, 0, at)
}

// DropGoal takes a goal out of the plan; what was said of it stays.
func (c *Case) DropGoal(id GoalID, at time.Time) error {
	if id < 1 || int(id) > len(c.Goals) || c.Goals[id-1].Dropped != 0 {
		return fmt.Errorf("drop a goal of case %s: %w", c.ID, ErrNotPossible)
	}
	c.Goals = slices.Clone(c.Goals)
	c.Goals[id-1].Dropped, c.Updated = at.Unix(), at.Unix()
	return nil
}

// RateGoals keeps what a person said in a goal review. Goals that were left
// out, are no longer theirs, or were never agreed to are passed over. It
// returns ErrRange, and keeps nothing, for a level that does not exist.
func (c *Case) RateGoals(id PersonID, levels map[GoalID]Attained, at time.Time) error {
	for _, l := range levels {
		if l < -2 || l > 2 {
			return fmt.Errorf("rate the goals of case %s: %w", c.ID, ErrRange)
		}
	}
	mine := c.GoalsOf(id, true)
	c.Goals = slices.Clone(c.Goals)
	for _, g := range mine {
		if l, ok := levels[g.ID]; ok {
			r := Rating{Person: id, Level: l, At: at.Unix()}
			c.Goals[g.ID-1].Ratings = append(g.Ratings[:len(g.Ratings):len(g.Ratings)], r)
			c.Updated = r.At
		}
	}
	c.Heard(CadenceReview, id, 0, at)
	return nil
}

// ConfirmRating notes how a therapist sees the last rating that a person gave a
// goal. The client's own stays beside it.
func (c *Case) ConfirmRating(goal GoalID, id PersonID, level Attained, by TherapistID, at time.Time) error {
	if level < -2 || level > 2 {
		return fmt.Errorf("confirm a rating of case %s: %w", c.ID, ErrRange)
	}
	if goal < 1 || int(goal) > len(c.Goals) || by == "" {
		return fmt.Errorf("confirm a rating of case %s: %w", c.ID, ErrNotPossible)
	}
	ratings := slices.Clone(c.Goals[goal-1].Ratings)
	for i := len(ratings) - 1; i >= 0; i-- {
		if r := &ratings[i]; r.Person == id {
			r.Confirmed, r.By, r.ByAt = level, by, at.Unix()
			c.Goals = slices.Clone(c.Goals)
			c.Goals[goal-1].Ratings, c.Updated = ratings, at.Unix()
			return nil
		}
	}
	return fmt.Errorf("confirm a rating of case %s: %w", c.ID, ErrNotPossible)
}

// Weighed is one goal in a score.
type Weighed struct {
	Weight int
	Level  Attained
}

// rho is the mean correlation between goals that Kiresuk and Sherman assumed.
const rho = 0.3

// TScore is the score of goal attainment scaling:
//
//	T = 50 + 10·Σwx / √((1−ρ)·Σw² + ρ·(Σw)²),  ρ = 0.3
//
// It is 50 when everything is as hoped for; with goals that do no better than
// chance ten points are one standard deviation. ok is false with no goal at
// all, or a weight under 1.
//
// Source: T. J. Kiresuk and R. E. Sherman, "Goal attainment scaling: a general
// method for evaluating comprehensive community mental health programs",
// Community Mental Health Journal 4 (1968), 443–453.
func TScore(goals []Weighed) (t float64, ok bool) {
	var wx, w, ww float64
	for _, g := range goals {
		if g.Weight < 1 {
			return 0, false
		}
		wx += float64(g.Weight) * float64(g.Level)
		w += float64(g.Weight)
		ww += float64(g.Weight) * float64(g.Weight)
	}
	if len(goals) == 0 {
		return 0, false
	}
	return 50 + 10*wx/math.Sqrt((1-rho)*ww+rho*w*w), true
}

// Point is a figure at a time.
type Point struct {
	At    int64 // unix seconds
	Value float64
}

// TCourse is how a person's score went: where it began, and after each review,
// with the last rating of every goal that was theirs at that time. A goal that
// was never rated counts with where it began.
func (c Case) TCourse(id PersonID) []Point {
	var goals []Goal
	var times []int64
	for _, g := range c.Goals {
		if g.Agreed == 0 || g.Person != "" && g.Person != id {
			continue
		}
		goals = append(goals, g)
		for _, r := range g.Ratings {
			if r.Person == id {
				times = append(times, r.At)
			}
		}
	}
	if len(goals) == 0 {
		return nil
	}
	begin := goals[0].Agreed
	for _, g := range goals {
		begin = min(begin, g.Agreed)
	}
	times = append(times, begin)
	slices.Sort(times)
	var out []Point
	for _, at := range slices.Compact(times) {
		var now []Weighed
		for _, g := range goals {
			if g.Agreed > at || g.Dropped != 0 && g.Dropped <= at {
				continue
			}
			w := Weighed{g.Weight, g.Begins}
			for _, r := range g.Ratings {
				if r.Person == id && r.At <= at {
					w.Level = r.Stands()
				}
			}
			now = append(now, w)
		}
		if t, ok := TScore(now); ok {
			out = append(out, Point{at, t})
		}
	}
	return out
}
