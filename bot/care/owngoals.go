package care

import (
	"log/slog"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// OwnGoals is how a person would say their goals.
type OwnGoals struct {
	Person PersonID
	Words  string
	At     int64
	Kept   bool // no goal of theirs was changed since
	Whole  bool // they are the goals; otherwise what they would change
}

// LogValue keeps a client's words out of every log.
func (OwnGoals) LogValue() slog.Value { return slog.StringValue("[redacted]") }

// String keeps a client's words out of every error and message.
func (OwnGoals) String() string { return "[redacted]" }

// GoString does the same for %#v.
func (OwnGoals) GoString() string { return "[redacted]" }

// numberForm is what stands before a line of a list.
var numberForm = regexp.MustCompile(`^(?:\d+[.)]|[-–•*])\s+`)

// goalWords are the facts in which people write down their goals, by dialog.
var goalWords = map[string]string{"goals-agree": "goals_words", "goal-review": "goals_next_words"}

// OwnGoals are how each person of the case would say their goals, where they
// said so last and were not asked to agree since.
func (c Case) OwnGoals() (out []OwnGoals) {
	for _, id := range c.Here() {
		at := len(c.Told) - 1
		for at >= 0 && (c.Told[at].Person != id || goalWords[c.Told[at].Dialog] == "") {
			at--
		}
		if at < 0 {
			continue
		}
		t := c.Told[at]
		w := OwnGoals{Person: id, Words: t.Facts[goalWords[t.Dialog]], At: t.At, Kept: true, Whole: t.Dialog == "goals-agree"}
		if w.Words == "" || slices.ContainsFunc(c.Asks, func(a Asking) bool { return a.Cadence == CadenceGoals && a.Person == id && a.At > t.At }) {
			continue
		}
		for _, g := range c.GoalsOf(id, false) {
			w.Kept = w.Kept && g.At <= t.At
		}
		out = append(out, w)
	}
	return out
}

// For is the goal in the person's own words, where they can be told apart: it
// is their only one, or they wrote a line for each. It is empty otherwise, and
// when it is too long for a goal.
func (w OwnGoals) For(c Case, id GoalID) string {
	var lines []string
	for l := range strings.Lines(w.Words) {
		if l = strings.TrimSpace(l); l != "" {
			lines = append(lines, numberForm.ReplaceAllString(l, ""))
		}
	}
	goals := c.GoalsOf(w.Person, false)
	at := slices.IndexFunc(goals, func(g Goal) bool { return g.ID == id })
	words := ""
	switch {
	case !w.Whole || at < 0 || goals[at].At > w.At:
	case len(goals) == 1:
		words = strings.TrimSpace(w.Words)
	case len(goals) == len(lines):
		words = lines[at]
	}
	if utf8.RuneCountInString(words) > mostGoal {
		return ""
	}
	return words
}
