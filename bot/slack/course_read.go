package slack

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"anteroom/bot"
	"anteroom/bot/care"
)

// steer reads a form; known is false for one that is not ours.
func (f *reader) steer(what string, seen meta, me care.Therapist) (s bot.Steer, known bool) {
	switch what {
	case "move":
		return bot.Steer{Move: &bot.Moving{Name: care.MoveName(seen.Of), Round: seen.Round,
			Why: f.text(fieldReason, maxReason), Goodbye: f.text(fieldGoodbye, maxNote)}}, true
	case "offer", "book":
		o := &care.SessionOffer{Therapist: care.TherapistID(f.chosen(fieldTherapist)), Times: f.times()}
		if o.Therapist == "" {
			o.Therapist = me.ID
		}
		if what == "book" {
			if len(o.Times) > 1 {
				f.bad(fieldTyped, "Choose a time or type it, not both.")
			}
			return bot.Steer{Book: o}, true
		}
		if len(o.Times) > mostTimes {
			f.bad(fieldTyped, fmt.Sprintf("At most %d times; these are %d.", mostTimes, len(o.Times)))
		}
		return bot.Steer{Offer: o}, true
	case "observe":
		o := &care.Observation{Session: care.SessionID(f.number(fieldSession)), Talks: f.number(fieldTalks),
			Insight: f.number(fieldInsight), Motivation: f.number(fieldMotivation), Note: f.text(fieldNote, maxNote)}
		if o.Talks+o.Insight+o.Motivation == 0 && o.Note == "" {
			f.bad(fieldNote, "Choose a figure, or write a line.")
		}
		return bot.Steer{Observe: o}, true
	case "score":
		n, err := strconv.Atoi(f.text(fieldScore, 4))
		if err != nil || n < 0 || n > mostScore {
			f.bad(fieldScore, fmt.Sprintf("A whole number from 0 to %d.", mostScore))
		}
		name := strings.ToLower(strings.Join(strings.Fields(f.text(fieldForm, maxForm)), "-"))
		if name == "" {
			f.bad(fieldForm, "Name the form.")
		}
		return bot.Steer{Score: &bot.Scoring{Name: name, Person: f.whom(), Score: n}}, true
	case "goal":
		return bot.Steer{Goal: f.goal(seen.Of)}, true
	case "rate":
		goal, person, _ := strings.Cut(seen.Of, ".")
		n, _ := strconv.Atoi(goal)
		if f.chosen(fieldLevel) == "" {
			f.bad(fieldLevel, "Choose a level.")
		}
		return bot.Steer{Confirm: &bot.Confirming{Goal: care.GoalID(n), Person: care.PersonID(person), Level: care.Attained(f.number(fieldLevel))}}, true
	case "give":
		a := &care.Assignment{Person: f.whom(), From: f.time(fieldFrom), Until: f.time(fieldUntil)}
		a.Library, a.Variant, _ = strings.Cut(f.chosen(fieldPlay), "/")
		if a.Library == "" {
			f.bad(fieldPlay, "Choose one.")
		}
		if a.Until != 0 && a.Until <= a.From {
			f.bad(fieldUntil, "It would end before it begins.")
		}
		return bot.Steer{Give: a}, true
	case "less":
		q := &bot.Quieting{Cadence: care.CadenceName(f.chosen(fieldCadence)), Person: f.whom(), Mode: care.QuietMode(f.chosen(fieldMode))}
		if !slices.Contains(lessOf, q.Cadence) {
			f.bad(fieldCadence, "Choose what.")
		}
		if q.Mode == asBefore {
			q.Mode = ""
		}
		return bot.Steer{Quiet: q}, true
	}
	return bot.Steer{}, false
}

// mostTimes may be offered at once.
const mostTimes = 8

func (f *reader) goal(of string) *care.Goal {
	g := &care.Goal{Words: f.text(fieldWords, maxGoal), Weight: f.number(fieldWeight), Begins: care.Attained(f.number(fieldBegins))}
	if id, person, changed := strings.Cut(of, "."); changed {
		n, _ := strconv.Atoi(id)
		g.ID, g.Person = care.GoalID(n), care.PersonID(person)
	} else if whom := f.chosen(fieldWhom); whom != everyone {
		g.Person = care.PersonID(whom)
	}
	for line := range strings.Lines(f.text(fieldLevels, maxScale)) {
		if line = strings.TrimSpace(line); line != "" {
			g.Levels = append(g.Levels, line)
		}
	}
	if g.Words == "" {
		f.bad(fieldWords, "Write the goal.")
	}
	if g.Weight < 1 || g.Weight > 9 {
		f.bad(fieldWeight, "Choose a weight.")
	}
	if f.chosen(fieldBegins) == "" {
		f.bad(fieldBegins, "Choose where it begins.")
	}
	if len(g.Levels) != 0 && len(g.Levels) != len(levelChoice) {
		f.bad(fieldLevels, "Five lines, from −2 to +2, or none.")
	}
	return g
}

// chosen is the value of a select; "" when nothing is.
func (f *reader) chosen(field string) string {
	if v := f.value(field).SelectedOption.Value; len(v) <= 150 {
		return v
	}
	return ""
}

// number is a chosen figure; 0 when there is none.
func (f *reader) number(field string) int {
	n, err := strconv.Atoi(f.chosen(field))
	if err != nil || n < -2 || n > 10_000 {
		return 0
	}
	return n
}

// whom is the one person that was chosen, or the only one.
func (f *reader) whom() care.PersonID {
	if id := f.chosen(fieldWhom); id != "" {
		return care.PersonID(id)
	}
	return care.TheClient
}
