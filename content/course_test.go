package content_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"anteroom/dialogs"
	"anteroom/dialogs/script"
)

// given answers host calls as somebody's course stands.
func given(goals string, extra bool) host {
	h := calm
	h.goals, h.extra = goals, extra
	return h
}

// TestCourse walks the dialogs between the first session and the last note.
func TestCourse(t *testing.T) {
	report := with("done", "fully", "before", "6", "after", "3", "noticed", "Warm hands.", "pulled", "noise,worry", "then", "came-back")
	and := func(more map[string]string, pairs ...string) map[string]string {
		out := with(pairs...)
		for k, v := range more {
			if _, ok := out[k]; !ok {
				out[k] = v
			}
		}
		return out
	}
	for _, tt := range []struct {
		name, dialog string
		host         host
		answers      map[string]string
		outcome      string
		facts        map[string]string
		says         []string // in this order
		not          string   // is never said
	}{
		{"a bad moment", "story", calm, with("private/private", "later"), "later", with("story_since", ""), []string{"You have a message waiting"}, "<therapist>"},
		{"not this one", "report", calm, with("private/private", "not-this"), "passed", nil, nil, "<assignment>"},
		{"the story", "story", calm, with("since", "years", "around", "birth,stress", "minds", "both"), "done",
			with("story_since", "years", "story_around", "birth,stress", "story_minds", "both"), []string{"<therapist> reads this"}, ""},
		{"nothing was tried", "body-tried", calm, with("health", "+skip"), "done", with("tried", "", "tried_best", ""), []string{"do not stop a medicine"}, "helped you most"},
		{"what was tried", "body-tried", calm, with("health", "+skip", "tried", "talking,doctor", "best", "doctor"), "done", with("tried_best", "doctor"), nil, ""},
		{"hopes", "hopes", calm, with("ready", "7", "mood/q1", "not-at-all", "mood/q2", "several-days", "worry/q1", "nearly-every-day", "past", "painful"), "done",
			with("hopes_ready", "7", "phq_2", "several-days", "gad_1", "nearly-every-day", "hopes_past", "painful"),
			[]string{"1. Little interest or pleasure in doing things", "2. Feeling down, depressed, or hopeless", "1. Feeling nervous, anxious or on edge", "not shown in this chat again"}, ""},
		{"two taps", "pulse", calm, with("bother", "4", "content", "8"), "done", with("pulse_bother", "4", "pulse_content", "8"), nil, "<"},
		{"the ninth, not at all", "phq9", calm, with("q9", "not-at-all"), "done", with("phq_9", "not-at-all"), nil, "! alert"},
		{"the ninth, left out", "phq9", calm, with("q9", "+skip"), "done", with("phq_9", ""), nil, "! alert"},
		{"the ninth, several days", "phq9", calm, with("q9", "several-days", "crisis/next", "go-on"), "done", nil, []string{"<helplines.crisis>", "! alert crisis"}, ""},
		{"the ninth, half the days", "phq9", calm, with("q9", "more-than-half", "crisis/next", "stop"), "stop", nil, []string{"<helplines.crisis>", "! alert crisis"}, ""},
		{"the ninth, every day", "phq9", calm, with("q9", "nearly-every-day", "crisis/next", "call"), "call", nil, []string{"<helplines.crisis>", "! alert crisis"}, ""},
		{"the ninth, and on", "mood-long", calm, with("mood/q9", "several-days", "mood/crisis/next", "go-on"), "done", nil, []string{"! alert crisis", "Feeling nervous"}, ""},

		{"an assignment", "assignment", calm, with("reply", "will-try"), "accepted", nil, []string{"<assignment>", "<assignment.text>", "fine too"}, ""},
		{"an assignment to ask about", "assignment", calm, with("reply", "question", "words", "How long?"), "asked", with("assignment_words", "How long?"), nil, ""},
		{"not this assignment", "assignment", calm, with("reply", "not-now"), "not-now", nil, nil, "fine too"},
		{"not this assignment, typed", "assignment", calm, with("reply", ">I do not want to do that"), "not-now", nil, nil, "fine too"},
		{"an assignment, in other words", "assignment", calm, with("reply", ">my back is bad this week"), "asked",
			with("assignment_reply", "question", "assignment_words", "my back is bad this week"), []string{"<therapist> hears of it"}, "What would you like to know"},
		{"a report", "report", calm, and(report, "pain", "none"), "done",
			with("report_done", "fully", "report_before", "6", "report_after", "3", "report_then", "came-back", "report_stopped", ""), []string{"There is no right answer", "shows the next step"}, "! alert"},
		{"a report with a question of its own", "report", given("", true), and(report, "extra", "The wrists.", "pain", "none"), "done", with("report_extra", "The wrists."), []string{"<extra>"}, ""},
		{"done in part", "report", calm, and(report, "done", "partly", "stopped", "tired", "pain", "none"), "done", with("report_stopped", "tired"), nil, "! alert"},
		{"not done", "report", calm, with("done", "not-done", "stopped", "time,partner-no", "pain", "none"), "done",
			with("report_done", "not-done", "report_stopped", "time,partner-no", "report_before", ""), []string{"What was in the way", "Nothing here is good or bad"}, "What did you notice"},
		{"something hurt", "report", calm, and(report, "pain", "pain", "pain-now", "none"), "done", with("report_pain", "pain"), []string{"leave this out until you have talked", "see a doctor"}, "! alert"},
		{"something hurts badly", "report", calm, and(report, "pain", "pain", "pain-now", "bleeding", "medical/next", "stop"), "stop", nil, []string{"Please call <emergency> now", "! alert medical"}, ""},
		{"pressed", "report", calm, and(report, "pain", "pressed", "pressed/next", "go-on"), "done", with("report_pain", "pressed"), []string{"<helplines.violence>", "! alert ipv"}, ""},
		{"pressed, and not done", "report", calm, with("done", "not-done", "pain", "pressed", "pressed/next", "call"), "call", nil, []string{"! alert ipv"}, ""},
		{"yes, it did", "report", calm, and(report, "pain", ">yes", "which", "pain", "pain-now", "none"), "done", with("report_pain", "other", "report_pain_which", "pain"), []string{"Which comes closest", "see a doctor"}, "! alert"},
		{"hurt and pressed, in other words", "report", calm, and(report, "pain", ">it burned and he kept going", "which", "both", "pain-now", "none", "pressed/next", "go-on"), "done",
			with("report_pain_words", "it burned and he kept going", "report_pain_which", "both"), []string{"see a doctor", "! alert ipv"}, ""},
		{"not said which", "report", calm, and(report, "pain", ">yes a bit", "pain-now", "none"), "done", with("report_pain", "other", "report_pain_words", "yes a bit", "report_pain_which", ""), []string{"Is one of these true now?"}, ""},
		{"neither after all", "report", calm, and(report, "pain", ">we laughed a lot", "which", "neither"), "done", with("report_pain_which", "neither"), nil, "leave this out"},
		{"pressed and hurt", "report", calm, and(report, "pain", "both", "pain-now", "strong-pain", "medical/next", "go-on", "pressed/next", "go-on"), "done", nil, []string{"! alert medical", "! alert ipv"}, ""},

		{"goals that are mine", "goals-agree", goalHost(), with("first", "goal-two", "willing", "8"), "agreed", with("goals_first", "goal-two", "goals_willing", "8"), []string{"<goals>"}, ""},
		{"goals in other words", "goals-agree", goalHost(), with("mine", "reword", "words", "To laugh again."), "reworded", with("goals_words", "To laugh again."), nil, ""},
		{"goals in other words, in person", "goals-agree", goalHost(), with("mine", "reword"), "talk", with("goals_words", ""), []string{"Nothing is fixed"}, "reads your words"},
		{"goals to talk about", "goals-agree", goalHost(), with("mine", "talk"), "talk", nil, nil, "How willing"},
		{"no goal to review", "goal-review", given("none", false), nil, "done", nil, nil, "<goal.one>"},
		{"two goals to review", "goal-review", given("two", false), with("one", "more", "two", "much-less"), "done", with("goal_one", "more", "goal_two", "much-less"), []string{"<goal.one>", "<goal.two>"}, "<goal.three>"},
		{"five goals to review", "goal-review", given("five", false), with("one", "as-hoped"), "done", nil, []string{"<goal.five>"}, ""},

		{"the ending", "ending", calm, with("changed", "We talk.", "signs", "avoiding,secrets", "boosters", "one-month,six-months", "data", "keep-chat"), "done",
			with("ending_signs", "avoiding,secrets", "ending_boosters", "one-month,six-months", "ending_data", "keep-chat"), []string{"<goals>", "Nothing comes unless you choose it", "<goodbye>", "<therapist>"}, ""},
		{"an ending with nothing after", "ending", calm, with("data", "erase-chat"), "done", with("ending_boosters", "", "ending_signs", "", "ending_data", "erase-chat"), nil, ""},
		{"all is well", "booster", calm, with("how", "well"), "well", nil, []string{"You asked us to write about now", "<signs>", "Good to hear"}, ""},
		{"some are back", "booster", calm, with("how", "some-back", "which", "Secrets.", "offer", "not-now"), "some-back", with("booster_words", "Secrets."), nil, ""},
		{"some are back, a session", "booster", calm, with("how", "some-back", "offer", "session"), "session", nil, []string{"you saw it early"}, ""},
		{"a session", "booster", calm, with("how", "session"), "session", nil, nil, "Would you like a session"},
		{"no more notes", "booster", calm, with("how", "no-more"), "no-more", nil, []string{"no more notes come"}, ""},
		{"no more notes at once", "booster", calm, with("private", "no-more"), "no-more", nil, nil, "<signs>"},
		{"a booster at a bad moment", "booster", calm, with("private", "later"), "later", nil, nil, "<signs>"},

		{"a time", "session-times", calm, with("pick", "t1"), "picked", with("slot", "t1"), []string{"Monday at 9"}, ""},
		{"other times", "session-times", calm, with("pick", "others", "other-times", "Fridays"), "others", with("time_words", "Fridays"), nil, ""},
		{"no session", "session-times", calm, with("pick", "no-session"), "none", nil, nil, ""},
		{"a missed time", "missed", calm, with("next", "new-time"), "others", nil, []string{"That happens"}, ""},
		{"a missed time, and no other", "missed", calm, with("next", "not-now"), "not-now", nil, nil, ""},
		{"still waiting", "still-waiting", calm, with("ask", "wait"), "wait", nil, []string{"<date>", "<window>"}, ""},
		{"no longer waiting", "still-waiting", calm, with("ask", "withdrawn"), "withdrawn", nil, nil, ""},
		{"asked less", "ask-less", calm, with("how-often", "less"), "less", with("less_choice", "less"), []string{"half as often"}, ""},
		{"asked no more", "ask-less", calm, with("how-often", "stop"), "never", nil, []string{"<therapist>"}, ""},
		{"asked as before", "ask-less", calm, with("how-often", "as-before"), "as-before", nil, nil, ""},
		{"open reminders", "reminder-levels", calm, with("level", "open"), "kept", with("reminders", "open"), nil, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			asked, said, turn := talk(t, tt.dialog, tt.host, tt.answers)
			ends(t, asked, said, turn, tt.outcome, tt.facts, tt.says)
			if tt.not != "" && strings.Contains(said, tt.not) {
				t.Errorf("%q was said in:\n%s", tt.not, said)
			}
		})
	}
}

// TestCourseUnread: what cannot be read three times is no yes to an assignment,
// and no silence where it is asked about pain.
func TestCourseUnread(t *testing.T) {
	long := strings.Repeat("x", 1001)
	for _, tt := range []struct {
		dialog, step string
		before       []string // pressed until then
		want         string   // is said then
		outcome      string   // "": it goes on, at next
		next         string
		facts        map[string]string
	}{
		{"assignment", "reply", []string{"here"}, "Nothing is decided", "asked", "", with("assignment_reply", "")},
		{"report", "pain", []string{"here", "not-done", dialogs.PressSkip}, "I tell <therapist>", "", "change", with("report_pain", "other")},
		{"report", "when", []string{"here", "fully"}, "not shown in this chat again", "", "pain", with("report_when", "")},
	} {
		t.Run(tt.dialog+" "+tt.step, func(t *testing.T) {
			lib := load(t)
			var turn dialogs.Turn
			step := func(in dialogs.Input) {
				t.Helper()
				var err error
				if turn, err = dialogs.Step(lib, turn.Run, in, time.Unix(1_796_000_000, 0), "en", calm); err != nil {
					t.Fatal(err)
				}
			}
			turn.Run = dialogs.Run{Dialog: tt.dialog}
			step(dialogs.Begin{})
			for _, press := range tt.before {
				step(dialogs.Press{Answer: press})
			}
			if turn.Open == nil || turn.Open.Step != tt.step {
				t.Fatalf("got %+v, want %s", turn.Open, tt.step)
			}
			for range 3 {
				step(dialogs.Words{Text: long})
			}
			said := ""
			for _, o := range turn.Out {
				switch o := o.(type) {
				case dialogs.Say:
					said += o.Text + "\n"
				case dialogs.Ask:
					said += o.Text + "\n"
				}
			}
			if !strings.Contains(said, tt.want) || turn.Outcome != tt.outcome || tt.next != "" && (turn.Open == nil || turn.Open.Step != tt.next) {
				t.Errorf("got %q, %q, open %+v; want %q, %q, open %q", said, turn.Outcome, turn.Open, tt.want, tt.outcome, tt.next)
			}
			got := facts(turn)
			for name, want := range tt.facts {
				if got[name] != want {
					t.Errorf("%s: got %q, want %q", name, got[name], want)
				}
			}
		})
	}
}

func goalHost() host {
	h := calm
	h.times = []script.Option{{ID: "goal-one", Label: "To talk"}, {ID: "goal-two", Label: "To rest"}}
	return h
}

// TestCoursePrivate: what the service begins by itself, and is personal, first
// asks for a private moment, in words that do not name why.
func TestCoursePrivate(t *testing.T) {
	for _, name := range strings.Fields("story body-tried hopes mood mood-long assignment report goals-agree goal-review ending booster missed ask-less") {
		asked, said, turn := talk(t, name, calm, with("private/private", "later", "private", "later"))
		if len(asked) != 1 || turn.Outcome != "later" {
			t.Errorf("%s: asked %v, and ended with %q", name, asked, turn.Outcome)
		}
		for _, word := range []string{"sex", "therap", "goal", "body", "<"} {
			if strings.Contains(strings.ToLower(said), word) {
				t.Errorf("%s says %q before it is private: %s", name, word, said)
			}
		}
	}
}

// TestCourseBySkipping: whoever leaves out all that may be left out comes to the
// end, has said nothing, and alerted nobody.
func TestCourseBySkipping(t *testing.T) {
	for name, told := range map[string][]string{
		"story": {"moment"}, "body-tried": {"moment"}, "hopes": {"moment"}, "mood-long": {"moment"}, "pulse": nil,
		"report": {"moment", "report_done", "report_has_extra", "report_pain"}, "ending": {"moment"},
	} {
		asked, said, turn := talk(t, name, calm, with("health", "+skip", "bother", "+skip"))
		if turn.Outcome != "done" || strings.Contains(said, "! alert") {
			t.Errorf("%s: ended with %q after %v:\n%s", name, turn.Outcome, asked, said)
		}
		for fact, value := range facts(turn) {
			if value != "" && !slices.Contains(told, fact) {
				t.Errorf("%s: %s is %q, and everything was skipped", name, fact, value)
			}
		}
	}
}

// TestMeasuresWordForWord: the questionnaires in both languages are those that
// were published, and each language has its own words, in their order.
func TestMeasuresWordForWord(t *testing.T) {
	lib := load(t)
	for _, tt := range []struct {
		dialog, step, lang, want string
	}{
		{"phq9", "q6", "en", "Over the last 2 weeks, how often have you been bothered by any of the following problems?\n\n6. Feeling bad about yourself — or that you are a failure or have let yourself or your family down"},
		{"phq9", "q9", "en", "Over the last 2 weeks, how often have you been bothered by any of the following problems?\n\n9. Thoughts that you would be better off dead or of hurting yourself in some way"},
		{"phq9", "q9", "es-usted", "Durante las últimas 2 semanas, ¿qué tan seguido ha tenido molestias debido a los siguientes problemas?\n\n9. Pensamientos de que estaría mejor muerto(a) o de lastimarse de alguna manera"},
		{"phq9", "q9", "es-tu", "Durante las últimas 2 semanas, ¿qué tan seguido ha tenido molestias debido a los siguientes problemas?\n\n9. Pensamientos de que estaría mejor muerto(a) o de lastimarse de alguna manera"},
		{"gad7", "q7", "en", "Over the last 2 weeks, how often have you been bothered by any of the following problems?\n\n7. Feeling afraid as if something awful might happen"},
		{"gad7", "q2", "es-usted", "Durante las últimas 2 semanas, ¿qué tan seguido ha tenido molestias debido a los siguientes problemas?\n\n2. No ha sido capaz de parar o controlar su preocupación"},
	} {
		d, _ := lib.Dialog(tt.dialog)
		for _, s := range d.Steps {
			if s.ID == tt.step && d.Written(s.Ask, tt.lang) != tt.want {
				t.Errorf("%s %s in %s: got %q\nwant %q", tt.dialog, tt.step, tt.lang, d.Written(s.Ask, tt.lang), tt.want)
			}
		}
	}
	for short, long := range map[string]string{"phq2": "phq9", "gad2": "gad7"} {
		a, _ := lib.Dialog(short)
		b, _ := lib.Dialog(long)
		for i, s := range a.Steps {
			if s.Op != script.Ask {
				continue
			}
			for _, lang := range []string{"en", "es"} {
				if got, want := a.Written(s.Ask, lang), b.Written(b.Steps[i].Ask, lang); got != want {
					t.Errorf("%s asks %q, and %s %q", short, got, long, want)
				}
			}
			if s.Verbatim == "" {
				t.Errorf("%s %s does not say that its words must stay", short, s.ID)
			}
		}
	}
}
