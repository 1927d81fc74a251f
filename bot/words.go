package bot

import (
	"strconv"
	"strings"
	"time"

	"anteroom/bot/care"
	"anteroom/dialogs"
	"anteroom/dialogs/script"

	"golang.org/x/text/feature/plural"
)

// This file writes days, hours, lengths of time and lists the way a language
// does. How it does stands in the texts, under words.….

// say fills a text of this language whose placeholders are all at hand.
func (g *tongue) say(key string, pairs ...string) string {
	return g.texts.Say(key, func(name string) string {
		words, _ := paired(pairs, name)
		return words
	})
}

func paired(pairs []string, name string) (string, bool) {
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i] == name {
			return pairs[i+1], true
		}
	}
	return "", false
}

// date is a day as a person says it: "Thursday 3 December".
func (g *tongue) date(t time.Time) string {
	return g.say("words.date", "weekday", g.weekday(t.Weekday()), "day", itoa(t.Day()), "month", g.month(t.Month()))
}

// dateWithYear is a day of any year: "3 December 2026".
func (g *tongue) dateWithYear(t time.Time) string {
	return g.say("words.date.year", "day", itoa(t.Day()), "month", g.month(t.Month()), "year", itoa(t.Year()))
}

// moment is an instant as a person reads it: "Thursday 3 December, 5 pm".
func (g *tongue) moment(t time.Time, zone *time.Location) string {
	t = t.In(zone)
	return g.say("words.moment", "date", g.date(t), "clock", g.clock(t.Hour()*60+t.Minute()))
}

// clock is a time of the day, in minutes after midnight.
func (g *tongue) clock(minutes int) string {
	form := "words.clock"
	if minutes%60 == 0 {
		form = "words.clock.full"
	}
	return time.Date(2000, 1, 1, minutes/60, minutes%60, 0, 0, time.UTC).Format(g.say(form))
}

func (g *tongue) weekday(d time.Weekday) string { return part(g.weekdays, (int(d)+6)%7) }
func (g *tongue) month(m time.Month) string     { return part(g.months, int(m)-1) }

func part(words []string, i int) string {
	if i < len(words) {
		return words[i]
	}
	return ""
}

// list joins words: "a", "a and b", "a, b and c".
func (g *tongue) list(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := words[len(words)-1]
	key := "words.and"
	if soundsLikeI(last) {
		key = "words.and.before-i"
	}
	return g.say(key, "list", strings.Join(words[:len(words)-1], ", "), "last", last)
}

// soundsLikeI is true of words before which Spanish says e for y: those that
// begin with i or hi, and not with the diphthong of hielo.
func soundsLikeI(word string) bool {
	word = strings.TrimPrefix(script.Fold(word), "h")
	return strings.HasPrefix(word, "i") && !strings.HasPrefix(word, "ia") && !strings.HasPrefix(word, "ie")
}

// copies names the companies that keep copies.
func (g *tongue) copies(companies []string) string {
	if len(companies) == 0 {
		return g.say("copies.none")
	}
	names := make([]string, len(companies))
	for i, name := range companies {
		names[i] = name
		if key := "copies." + name; g.texts.Has(key) {
			names[i] = g.say(key)
		}
	}
	return g.list(names)
}

// period is a length of time: "12 months", "30 days", "7 years".
func (g *tongue) period(p care.Period) string {
	switch {
	case p.Years == 1, p.Days == 365:
		return g.count("month", 12)
	case p.Years != 0:
		return g.count("year", p.Years)
	case p.Days != 0:
		return g.count("day", p.Days)
	case p.Rest >= time.Hour && p.Rest%time.Hour == 0:
		return g.count("hour", int(p.Rest/time.Hour))
	case p.Rest >= time.Minute && p.Rest%time.Minute == 0:
		return g.count("minute", int(p.Rest/time.Minute))
	default:
		return g.count("second", int((p.Rest+time.Second-1)/time.Second))
	}
}

// count is a number of something, in the form that the language uses with it.
func (g *tongue) count(unit string, n int) string {
	form := map[plural.Form]string{plural.Zero: "zero", plural.One: "one", plural.Two: "two", plural.Few: "few", plural.Many: "many"}[plural.Cardinal.MatchPlural(g.tag, n, 0, 0, 0, 0)]
	key := "words." + unit + "." + form
	if form == "" || !g.texts.Has(key) {
		key = "words." + unit + ".other"
	}
	return g.say(key, "n", g.number(n))
}

func (g *tongue) number(n int) string { return dialogs.Numeral(g.lang, n) }

// hours writes the opening hours: "Monday to Thursday 9 am to 5 pm; Friday 9 am to 1 pm".
func (g *tongue) hours(open map[time.Weekday][]care.Span) string {
	var parts []string
	week := []time.Weekday{time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday, time.Saturday, time.Sunday}
	for i := 0; i < len(week); {
		hours := g.spans(open[week[i]])
		j := i + 1
		for j < len(week) && g.spans(open[week[j]]) == hours {
			j++
		}
		if hours != "" {
			days := g.weekday(week[i])
			if j-i > 1 {
				days = g.say("words.days", "from", days, "to", g.weekday(week[j-1]))
			}
			parts = append(parts, g.say("words.open", "days", days, "hours", hours))
		}
		i = j
	}
	return strings.Join(parts, "; ")
}

func (g *tongue) spans(spans []care.Span) string {
	var parts []string
	for _, s := range spans {
		parts = append(parts, g.say("words.hours", "from", g.clock(s.From), "to", g.clock(s.To)))
	}
	return g.list(parts)
}

func itoa(n int) string { return strconv.Itoa(n) }
