package bot_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"anteroom/bot"
	"anteroom/bot/care"
)

// What was told in the course of care is before the therapist, in words that can be
// read, newest first; in their channel stands nothing that must never come to it.
func TestTellings(t *testing.T) {
	t.Parallel()
	h, _, id := booked(t)
	at := h.clock.Now()
	err := h.ChangeCase(t.Context(), id, func(c *care.Case, _ *care.Releases) {
		c.Episode = care.Episode{Phase: care.PhaseMiddle, Since: at.Unix(), Turn: 1}
		c.Given = []care.Assignment{{ID: 1, Library: "touch-hands", Person: "1", By: "ana", State: care.AssignmentDone, At: at.Unix(), Delivered: at.Unix()}}
		for i, told := range []struct {
			dialog string
			about  care.AssignmentID
			facts  map[string]string
		}{
			{"story", 0, map[string]string{"story_since": "years", "story_around": "loss,other", "story_around_words": "canary-around", "story_bother": "7"}},
			{"body-tried", 0, map[string]string{"tried_words": "canary-tried"}},
			{"hopes", 0, map[string]string{"hopes_different": "canary-hopes", "hopes_ready": "8", "hopes_past": "painful", "moment": "here"}},
			{"assignment", 1, map[string]string{"assignment_reply": "question", "assignment_words": "canary-question"}},
			{"report", 1, map[string]string{"report_done": "partly", "report_when": "yesterday", "report_who": "both", "report_long": "longer", "report_noticed": "canary-noticed",
				"report_pulled": "worry,other", "report_pulled_words": "canary-pulled", "report_then": "came-back", "report_worked": "canary-worked", "report_worked_not": "canary-bad",
				"report_extra": "canary-extra", "report_stopped": "other", "report_stopped_words": "canary-stopped", "report_change": "canary-next",
				"report_pain": "other", "report_pain_words": "canary-pain", "report_pain_which": "pressed"}},
			{"goals-agree", 0, map[string]string{"goals_reply": "reword", "goals_words": "canary-goal\nand more"}},
			{"ending", 0, map[string]string{"ending_changed": "canary-changed", "ending_helped": "canary-helped", "ending_first": "canary-first"}},
			{"booster", 0, map[string]string{"booster_words": "canary-booster"}},
			{"moment", 0, map[string]string{"moment": "here"}},
		} {
			c.Keep(told.dialog, care.TheClient, told.about, told.facts, at.Add(time.Duration(i)*time.Minute))
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	desk, err := h.Look(t.Context(), h.practice.ID(), id, "ana")
	if err != nil {
		t.Fatal(err)
	}
	line, err := h.LookAs(t.Context(), id, "test")
	if err != nil {
		t.Fatal(err)
	}
	shown := "canary-tried canary-hopes canary-question canary-noticed canary-pulled canary-worked canary-bad canary-extra canary-stopped canary-next canary-goal canary-changed canary-helped canary-first canary-booster"
	apart := "canary-around canary-pain"
	for _, tt := range []struct {
		name       string
		v          string
		has, lacks []string
	}{
		{"desk", tellings(desk.Told), strings.Fields(shown), strings.Fields(apart)},
		{"command line", tellings(line.Told), strings.Fields(shown + " " + apart), nil},
	} {
		for _, want := range tt.has {
			if strings.Count(tt.v, want) != 1 {
				t.Errorf("%s: %q stands %d times in\n%s", tt.name, want, strings.Count(tt.v, want), tt.v)
			}
		}
		for _, not := range append(tt.lacks, "moment", "private") {
			if strings.Contains(tt.v, not) {
				t.Errorf("%s: %q stands in\n%s", tt.name, not, tt.v)
			}
		}
		for _, want := range []string{
			"# How it began\nHow long it is so: It changed years ago\n", "How much it bothers you: 7",
			"# Hopes\nIn three months: canary-hopes\nHow ready you are: 8\nIs there something painful from the past that we should know of? Yes, there is\n",
			"# Report: Touch, step 1: hands\nTried or not: Some of it\nWhen: Yesterday\nWho began: We began together\nHow long: More than 40 minutes\n",
			"What pulled you away: A worry, Something else, “canary-pulled”\nWhat you did then: I came back to it\n",
			"In your own words: canary-goal and more\n",
		} {
			if !strings.Contains(tt.v, want) {
				t.Errorf("%s: no %q in\n%s", tt.name, want, tt.v)
			}
		}
	}
	if want := "# How it began\nHow long it is so: It changed years ago\nHow much it bothers you: 7\nnot here: Around that time\n"; !strings.Contains(tellings(desk.Told), want) {
		t.Errorf("desk: no %q in\n%s", want, tellings(desk.Told))
	}
	if !strings.HasPrefix(tellings(desk.Told), "# A note after the ending\n") {
		t.Errorf("the newest does not come first:\n%s", tellings(desk.Told))
	}
	if s := fmt.Sprintf("%v %+v %#v", desk.Told, desk.Told[0], desk.Told); strings.Contains(s, "canary") {
		t.Errorf("printed: %s", s)
	}
}

// tellings writes them out.
func tellings(all []bot.Telling) (s string) {
	for _, t := range all {
		s += "# " + t.Title + "\n" + strings.Join(t.Lines, "\n") + "\n"
		if len(t.Apart) > 0 {
			s += "not here: " + strings.Join(t.Apart, " · ") + "\n"
		}
	}
	return s
}

// Of words that are there to be read the channel hears, and of none of them.
func TestWordsAreAnnounced(t *testing.T) {
	t.Parallel()
	h, p, id := inTheMiddle(t)
	h.brings(p, id)
	p.presses("Yes, go on")
	p.says("zebra my back is bad")
	var notices []string
	for _, d := range h.desk.got() {
		if n, ok := d.Body.(bot.Notice); ok {
			notices = append(notices, n.Line)
		}
	}
	if !slices.ContainsFunc(notices, func(s string) bool {
		return strings.HasSuffix(s, "has a question about what they were given. Their words are in the case, under What they told.")
	}) || strings.Contains(strings.Join(notices, " "), "zebra") {
		t.Errorf("got %q", notices)
	}
}
