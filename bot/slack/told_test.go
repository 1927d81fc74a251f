package slack_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"anteroom/bot"
	"anteroom/bot/care"
	fakeslack "anteroom/bot/slack/slacktest"
)

// tells is a case in whose course something was told, more than a page of it.
func tells(t *testing.T) *world {
	w := newWorld(t, nil)
	v := inCare(t)
	for i := range 60 {
		v.Told = append(v.Told, bot.Telling{At: at(-2*time.Hour).Unix() - int64(i), Person: care.TheClient, Title: fmt.Sprintf("Report %d", i),
			Lines: []string{"What worked: “" + secretWords + "”", fmt.Sprintf("What did not: %s end-%d", strings.Repeat("word ", 300), i)}, Apart: []string{"Around that time"}})
	}
	w.desk = &desk{view: v}
	w.run()
	return w
}

// All that was told can be read, page by page, and nothing of it is marked up.
func TestToldPages(t *testing.T) {
	t.Parallel()
	w := tells(t)
	v := w.page(ana)
	press, seen := "anteroom.told.K7Q-42.0", 0
	for range 60 {
		_, err := w.fake.User(ana).PressView(v, press)
		w.must(err)
		v, err = w.fake.WaitView(w.ctx, ana, func(v fakeslack.View) bool {
			return v.CallbackID == "anteroom.told" && strings.Contains(v.Plain(), fmt.Sprintf("Report %d", seen))
		})
		w.must(err)
		harmlessWords(t, "what was told", v.Blocks)
		all := v.Plain()
		for strings.Contains(all, fmt.Sprintf("end-%d", seen)) {
			seen++
		}
		if !strings.Contains(all, "Answered, and not shown in Slack: Around that time") || !strings.Contains(all, "Open the case") || len(v.Blocks) > 100 {
			t.Fatalf("a page of %d blocks:\n%s", len(v.Blocks), all)
		}
		if press = fmt.Sprintf("anteroom.told.K7Q-42.%d", seen); !strings.Contains(all, "Older") {
			break
		}
	}
	if seen != 60 {
		t.Errorf("got %d of 60 tellings to read", seen)
	}
	// What is no number of a page is the first.
	w.desk.set(func(d *desk) { d.view.Told = nil })
	_, err := w.fake.User(ana).PressView(v, "anteroom.case.K7Q-42")
	w.must(err)
	page, err := w.fake.WaitView(w.ctx, ana, func(v fakeslack.View) bool { return v.CallbackID == "anteroom.course" })
	w.must(err)
	if strings.Contains(page.Plain(), "What they told") {
		t.Error("there is a button where nothing was told")
	}
}

// The page before a session holds what was told since the last one.
func TestToldInTheBrief(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	v := inCare(t)
	v.Told = []bot.Telling{
		{At: at(-time.Hour).Unix(), Person: care.TheClient, Title: "Hopes", Lines: []string{"In three months: zebra hopes"}},
		{At: at(-100 * day).Unix(), Person: care.TheClient, Title: "How it began", Lines: []string{"It began: zebra story"}},
	}
	w.desk = &desk{view: v}
	w.run()
	all := w.briefed().Plain()
	if !strings.Contains(all, "client") || !strings.Contains(all, "zebra hopes") || strings.Contains(all, "zebra story") || !strings.Contains(all, "What they told") {
		t.Errorf("got\n%s", all)
	}
}

// Who would say their goals another way is read before they are asked again, and
// the goal's form begins with their words.
func TestOwnGoalsOnThePage(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	v := inCare(t)
	v.Case.Keep("goals-agree", care.TheClient, 0, map[string]string{"goals_reply": "reword", "goals_words": "To laugh again"}, at(-time.Hour))
	v.Case.Goals[0].Agreed = 0
	v.Case.Goals[0].At = at(-2 * time.Hour).Unix()
	w.desk = &desk{view: v}
	w.run()
	page := w.page(ana)
	if !strings.Contains(page.Plain(), "would say it so: “To laugh again”") {
		t.Errorf("got\n%s", page.Plain())
	}
	if all := fmt.Sprint(page.Blocks); !strings.Contains(all, "asked about the same goals again") {
		t.Errorf("the same goals can be sent again without a question")
	}
	_, err := w.fake.User(ana).PressView(page, "anteroom.course.goal.1")
	w.must(err)
	form, err := w.fake.WaitView(w.ctx, ana, func(f fakeslack.View) bool { return f.CallbackID == "anteroom.course.goal" })
	w.must(err)
	if all := fmt.Sprint(form.Blocks); !strings.Contains(all, "initial_value:To laugh again") || !strings.Contains(all, "Until now it says") {
		t.Errorf("got %s", all)
	}
}
