package bot

import (
	"maps"
	"strings"

	"anteroom/dialogs"
	"anteroom/dialogs/script"
)

// The dialogs of the course of care: what the service begins between a first
// session and the last note after the ending.

// courseParams are those dialogs, each with what its texts may ask for besides
// what all may: it comes with the event that begins it.
var courseParams = map[string][]string{
	"story": {"therapist"}, "body-tried": {"therapist"}, "hopes": {"therapist"},
	"phq2": nil, "gad2": nil, "phq9": nil, "gad7": nil, "mood": nil, "mood-long": nil, "pulse": nil,
	"assignment": {"therapist", "assignment", "assignment.text"}, "report": {"therapist", "assignment", "extra"},
	"goals-agree": {"therapist", "goals"},
	"goal-review": {"therapist", "goal.one", "goal.two", "goal.three", "goal.four", "goal.five"},
	"ending":      {"therapist", "goals", "goodbye"}, "booster": {"therapist", "signs"},
	"session-times": {"therapist"}, "missed": {"therapist"}, "still-waiting": {"date", "window"}, "reminder-levels": nil,
	"ask-less": {"therapist", "about"},
}

// goalWords are how many goals there are, as [host.Do] answers `goals`, and
// what the goals are called among the parameters: "goal.one".
var goalWords = [...]string{"one", "two", "three", "four", "five"}

const (
	courseLater  = "later"  // not a private moment: begin it again, once
	coursePassed = "passed" // the client passes it over
)

// course adds the dialogs of the course of care to the contract. The parameter
// "times" of session-times is what its list `offered` holds, Unix seconds
// parted by commas; "goals" is a goal a line, and fills the list `goals`.
func (c *Contract) course() {
	maps.Copy(c.Params, courseParams)
	for name := range courseParams {
		c.Entries = append(c.Entries, name)
	}
	c.Calls["goals"] = Call{Results: append([]string{"none"}, goalWords[:]...)}
	c.Calls["report-extra"] = Call{Results: []string{"asked", "none"}}
	c.Lists = append(c.Lists, "goals")

	sitting := []string{"done", courseLater, coursePassed}
	for name, outcomes := range map[string][]string{
		"story": sitting, "body-tried": sitting, "hopes": sitting, "mood": sitting, "goal-review": sitting, "ending": sitting,
		"phq2": {"done"}, "gad2": {"done"}, "gad7": {"done"}, "pulse": {"done"},
		"phq9": {"done", "stop", "call"}, "mood-long": {"done", "stop", "call", courseLater, coursePassed},
		"assignment":    {"accepted", "asked", "not-now", courseLater, coursePassed},
		"report":        {"done", "stop", "call", courseLater, coursePassed},
		"goals-agree":   {"agreed", "reworded", "talk", courseLater, coursePassed},
		"booster":       {"well", "some-back", "session", "no-more", courseLater},
		"session-times": {"picked", "others", "none"}, "missed": {"others", "not-now", "call", courseLater, coursePassed},
		"still-waiting": {"wait", "see-colleague", "withdrawn"}, "reminder-levels": {"kept", "not-understood"},
		"ask-less": {"less", "never", "as-before", courseLater, coursePassed},
	} {
		c.Outcomes[name] = outcomes
	}

	often := []string{"not-at-all", "several-days", "more-than-half", "nearly-every-day"}
	measure := func(prefix string, items int) map[string][]string {
		facts := make(map[string][]string, items)
		for _, n := range "123456789"[:items] {
			facts[prefix+"_"+string(n)] = often
		}
		return facts
	}
	goals := make(map[string][]string)
	for _, n := range goalWords {
		goals["goal_"+n] = []string{"much-less", "less", "as-hoped", "more", "much-more"}
	}
	maps.Copy(c.Facts, map[string]map[string][]string{
		"phq2": measure("phq", 2), "phq9": measure("phq", 9), "gad2": measure("gad", 2), "gad7": measure("gad", 7),
		"pulse": {"pulse_bother": nil, "pulse_content": nil},
		"report": {
			"report_done": {"fully", "partly", "not-done"}, "report_before": nil, "report_after": nil, "report_enjoyed": nil,
			"report_pain": {"none", "pain", "pressed", "both"}, "report_stopped": {"pain"},
		},
		"assignment":  {"assignment_reply": {"will-try", "question", "not-now"}, "assignment_words": nil},
		"goals-agree": {"goals_words": nil, "goals_first": nil, "goals_willing": nil},
		"goal-review": goals,
		"ending": {
			"ending_signs": nil, "ending_signs_words": nil, "ending_data": {"keep-chat", "erase-chat"},
			factBoosters: nil,
		},
		"booster":         {"booster_words": nil},
		"session-times":   {"slot": nil, "time_words": nil},
		"reminder-levels": {"reminders": {"closed", "middle", "open"}},
	})
}

// goalsGiven is how many goals a dialog was begun with: "none", "one" … "five".
func goalsGiven(f dialogs.Facts) string {
	count := "none"
	for _, n := range goalWords {
		if f.Param("goal."+n) == "" {
			break
		}
		count = n
	}
	return count
}

// goalOptions are goals, a line each, as answers: "goal-one" and its words, as
// many as a button shows.
func goalOptions(goals string) []script.Option {
	var options []script.Option
	for line := range strings.SplitSeq(goals, "\n") {
		if line = strings.TrimSpace(line); line == "" || len(options) == len(goalWords) {
			continue
		}
		if words := []rune(line); len(words) > mostLabel {
			line = string(words[:mostLabel-1]) + "…"
		}
		options = append(options, script.Option{ID: "goal-" + goalWords[len(options)], Label: line})
	}
	return options
}

// mostLabel is how many letters of a goal stand on a button: what a phone shows.
const mostLabel = 35
