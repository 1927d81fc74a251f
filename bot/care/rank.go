package care

import (
	"fmt"
	"slices"
)

// The most that each part of a score can be. That somebody trained for the
// main topic comes before somebody who is not is not left to points (see
// Candidate.Fits); between Skilled and Expert a treatment and a time may decide.
const (
	mostLevel       = 60
	skilledPoints   = 30
	mostTreatment   = 25
	mostPopulations = 15
	mostTimes       = 15
	mostGender      = 10
	mostRoom        = 10
	mostOthers      = 5
)

// wishPopulations says which population a wish of the intake asks for.
var wishPopulations = map[string]string{
	"kink-aware":  "kink",
	"poly-aware":  "poly",
	"lgbtq-aware": "lgbtq",
	"faith-aware": "faith",
	"access":      "disability",
}

// rank fills Parts, Score and Reasons. What was not asked for gives nobody
// points and costs nobody any.
func (c *Candidate) rank(e Enquiry, t Therapist, n Counts, groups []GroupID) {
	part := func(name string, points, most int) {
		c.Parts = append(c.Parts, Part{name, points, most})
		c.Score += points
	}
	say := func(code, format string, args ...any) {
		c.Reasons = append(c.Reasons, Reason{code, fmt.Sprintf(format, args...)})
	}
	if e.named() {
		part("level", c.Level.points(), mostLevel)
		switch c.Level {
		case Expert, Skilled:
			say("level", "%s in %s", c.Level, in(topicWords, e.MainTopic))
		case Open:
			say("level", "takes %s, no special training", in(topicWords, e.MainTopic))
		}
	}
	if e.Treatment != "" {
		has := slices.Contains(t.Treatments, e.Treatment)
		part("treatment", whole(has, mostTreatment), mostTreatment)
		if has {
			say("treatment", "works with %s, as asked", in(treatmentWords, e.Treatment))
		} else {
			say("treatment", "%s asked for, not offered", in(treatmentWords, e.Treatment))
		}
	}
	c.populations(e, t, part, say)
	if e.Gender != "" {
		fits := t.Gender == e.Gender
		part("gender", whole(fits, mostGender), mostGender)
		if !fits {
			say("gender", "%s was asked for", map[string]string{"woman": "a woman", "man": "a man", "nonbinary": "somebody nonbinary"}[e.Gender])
		}
	}
	if len(e.Times) > 0 {
		var shared []string
		for _, at := range e.Times {
			if slices.Contains(t.Hours, at) {
				shared = append(shared, plain(at))
			}
		}
		part("times", mostTimes*len(shared)/len(e.Times), mostTimes)
		if len(shared) > 0 {
			say("times", "%s suits both", and(shared))
		} else {
			say("times", "no time that suits both")
		}
	}
	if others := slices.DeleteFunc(slices.Clone(e.Topics), func(o Topic) bool { return o == e.MainTopic }); len(others) > 0 {
		trained := 0
		for _, o := range others {
			if t.Level(o) >= Skilled {
				trained++
			}
		}
		part("other topics", mostOthers*trained/len(others), mostOthers)
	}
	part("room", roomPoints(t, n, groups), mostRoom)
}

func (c *Candidate) populations(e Enquiry, t Therapist, part func(string, int, int), say func(string, string, ...any)) {
	var asked, has, misses []string
	for _, wish := range e.Wishes {
		p, ok := wishPopulations[wish]
		switch {
		case !ok || slices.Contains(asked, p):
			continue
		case slices.Contains(t.Populations, p):
			has = append(has, in(populationWords, p))
		default:
			misses = append(misses, in(populationWords, p))
		}
		asked = append(asked, p)
	}
	if len(asked) == 0 {
		return
	}
	part("populations", mostPopulations*len(has)/len(asked), mostPopulations)
	if len(has) > 0 {
		say("populations", "knows %s", and(has))
	}
	if len(misses) > 0 {
		say("populations", "%s not named in the roster", and(misses))
	}
}

// roomPoints is full when nobody is in the way, and nothing at a soft cap; the
// tightest cap counts.
func roomPoints(t Therapist, n Counts, groups []GroupID) int {
	left := func(have int, limit Cap) int {
		if have >= limit.Soft || limit.Soft == 0 {
			return 0
		}
		return mostRoom * (limit.Soft - have) / limit.Soft
	}
	points := left(n.Total, t.Caps.Total)
	for _, g := range groups {
		if limit, ok := t.Caps.Groups[g]; ok {
			points = min(points, left(n.Groups[g], limit))
		}
	}
	return points
}

func (l Level) points() int {
	switch l {
	case Expert:
		return mostLevel
	case Skilled:
		return skilledPoints
	default:
		return 0
	}
}

// String returns the level as the roster writes it.
func (l Level) String() string {
	switch l {
	case Expert:
		return "expert"
	case Skilled:
		return "skilled"
	case NotTaken:
		return "no"
	default:
		return "open"
	}
}

func whole(ok bool, points int) int {
	if ok {
		return points
	}
	return 0
}
