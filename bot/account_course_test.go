package bot_test

import (
	"encoding/json"
	"strings"
	"testing"

	"anteroom/bot"
	"anteroom/bot/care"
	"anteroom/bot/record"
)

// The course of care stands in what a person is shown of their record and in
// their files: their own words only, what is about safety after the PIN, and what
// tells of violence never. A therapist's export has all of it, people apart.
func TestCourseInTheRecord(t *testing.T) {
	t.Parallel()
	h := build(t)
	kim, bo := h.person("kim"), h.person("bo")
	id := kim.comesAsACouple()
	bo.joins(kim.invites()).answersAll("Quietly.", "Bo").hears()
	at := h.clock.Now()
	told := func(c *care.Case, dialog string, who care.PersonID, facts map[string]string) {
		c.Keep(dialog, who, 0, facts, at)
	}
	err := h.ChangeCase(t.Context(), id, func(c *care.Case, _ *care.Releases) {
		c.Episode = care.Episode{Phase: care.PhaseMiddle, Since: at.Unix(), Turn: 1}
		told(c, "pulse", "1", map[string]string{"pulse_bother": "7", "pulse_content": "3"})
		told(c, "pulse", "1", map[string]string{"pulse_bother": "6", "pulse_content": "4"})
		told(c, "report", "1", map[string]string{"report_done": "fully", "report_worked": "canary-of-kim-worked", "report_pain": "pressed", "report_before": "8", "ipv_next": "go-on", "here": "US-OR", "country_now": "US"})
		told(c, "goal-review", "1", map[string]string{"goal_one": "as-hoped"})
		told(c, "hopes", "1", map[string]string{"hopes_past": "painful", "phq_1": "several-days"})
		told(c, "report", "2", map[string]string{"report_done": "not-done", "report_stopped": "worry", "report_change": "canary-of-bo-change"})
		c.Sessions = []care.Session{{ID: 1, Kind: care.ForEvaluation, Therapist: "ana", State: care.SessionHappened, Start: at.Unix(), Minutes: 50, Turn: 1}}
		c.Goals = []care.Goal{{ID: 1, Words: "canary-of-a-goal", Weight: 3, By: "ana", At: at.Unix(), Agreed: at.Unix()},
			{ID: 2, Person: "2", Words: "canary-of-bo-goal", Weight: 3, By: "ana", At: at.Unix()}}
		c.Given = []care.Assignment{{ID: 1, Library: "touch-hands", Person: "1", By: "ana", State: care.AssignmentDone, At: at.Unix(), Delivered: at.Unix()}}
		c.Observed = []care.Observation{{By: "ana", At: at.Unix(), Insight: 4, Note: "canary-of-a-note"}}
	})
	if err != nil {
		t.Fatal(err)
	}
	all := func(p *person) (chat, files string) {
		p.hears()
		p.says("/mydata")
		chat = strings.Join(p.hears(), "\n")
		p.do(bot.Press{Data: p.anyButton("Send me the files")})
		docs := p.documents()
		for _, d := range docs[len(docs)-3:] {
			files += string(d.Data)
		}
		return chat, files
	}
	look := func(what, in string, has, lacks []string) {
		t.Helper()
		for _, want := range has {
			if !strings.Contains(in, want) {
				t.Errorf("%s lacks %q:\n%s", what, want, in)
			}
		}
		for _, not := range lacks {
			if strings.Contains(in, not) {
				t.Errorf("%s has %q", what, not)
			}
		}
	}
	theirs := []string{"canary-of-bo-change", "canary-of-bo-goal", "canary-of-a-note"}
	chat, files := all(kim)
	look("kim's chat", chat, []string{"Your sessions and your plan", "with Ana Reyes", "canary-of-a-goal", "What you were given to try", "canary-of-kim-worked", "Nervous before: 8", "Goal 1: As we hoped", "What you told us on Monday 3 May"},
		append(theirs, "ressed", "painful", "{"))
	if strings.Contains(chat, ": 7") || !strings.Contains(chat, ": 6") {
		t.Errorf("of what is asked every week the chat shows the newest alone:\n%s", chat)
	}
	look("kim's files", files, []string{"canary-of-a-goal", "canary-of-kim-worked", `"linkId": "course-1-pulse/`, `"linkId": "course-2-pulse/`}, append(theirs, "pressed", "hopes_past", "{goal", "{extra"))
	chat, files = all(bo)
	both := []string{"canary-of-bo-change", "canary-of-bo-goal", "canary-of-a-goal"}
	look("bo's chat", chat, both, []string{"canary-of-kim-worked", "canary-of-a-note", "What you were given to try"})
	look("bo's files", files, both, []string{"canary-of-kim-worked", "canary-of-a-note", "touch-hands"})
	kim.pin("2718")
	kim.says("/mydata", "2718")
	_, files = all(kim)
	look("kim's files after the PIN", files, []string{"hopes_past"}, append(theirs, "report_pain", "ressed", "ipv"))

	whole, err := h.Export(t.Context(), id, "test", "a key")
	if err != nil {
		t.Fatal(err)
	}
	text := func(r record.Record) string {
		b, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	look("the partner's part of the export", text(whole.Partners[0]), both, []string{"canary-of-kim-worked"})
	whole.Partners = nil
	look("the export", text(whole), []string{"canary-of-kim-worked", "report_pain", "hopes_past", "canary-of-a-note", "insight 4 of 5"}, []string{"canary-of-bo-change", "canary-of-bo-goal"})
	for _, f := range bot.RecordForms() {
		if _, err := f.Write(whole); err != nil {
			t.Errorf("%s: %v", f.Name, err)
		}
	}
}

// What somebody told of one assignment is told from what they told of another: each
// stands there with its name, and the newest of each is shown.
func TestToldOfEachAssignment(t *testing.T) {
	t.Parallel()
	h, p, id := inTheMiddle(t)
	goes := []string{"Yes, go on", "Yes, I will try", "I will try", "Yes, all of it", "No, neither", "Nothing to add"}
	for _, library := range []string{"touch-hands", "kind-no"} {
		h.gives(id, library)
		for range 60 {
			p.answers(goes...)
			h.hours(1)
		}
	}
	about := make(map[string][]care.AssignmentID)
	for _, told := range h.view(id).Told {
		about[told.Dialog] = append(about[told.Dialog], told.Assignment)
	}
	if got := about["report"]; len(got) != 2 || got[0] == got[1] || got[0] == 0 {
		t.Fatalf("got %v, want a report on each", about)
	}
	p.calm().says("/mydata")
	chat := strings.Join(p.hears(), "\n")
	for _, library := range []string{"touch-hands", "kind-no"} {
		if title := h.practice.Plays.Title(library, "en"); strings.Count(chat, "pm: "+title)+strings.Count(chat, "am: "+title) < 2 {
			t.Errorf("no reply and report with the title %q in %s", title, chat)
		}
	}
}
