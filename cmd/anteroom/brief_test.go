package main

import (
	"bytes"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"anteroom/bot"
	"anteroom/bot/care"
	"anteroom/bot/picture"
)

// "case brief" prints the page and draws the course; it is a look.
func TestCaseBrief(t *testing.T) {
	t.Parallel()
	c, id := inMiddle(t)
	if code, said := c.caseVerb("brief", id); code != exitUsage || !strings.Contains(said, "say why you look") {
		t.Errorf("without a reason: got %d, %q", code, said)
	}
	code, said := c.caseVerb("brief", id, "-reason", "the session tomorrow")
	if code != exitDone || !strings.HasPrefix(said, id+" · evaluation · Mon 30 Nov 10:00") {
		t.Errorf("got %d, %q", code, said)
	}
	if _, log := c.caseVerb("log", id); strings.Count(log, "the session tomorrow") != 1 {
		t.Errorf("the look is not in the log once:\n%s", log)
	}
	out := filepath.Join(c.dir, "course.png")
	if code, said := c.caseVerb("brief", id, "-reason", "the session tomorrow", "-png", out); code != exitProblem || !strings.Contains(said, "nothing was measured twice yet") {
		t.Errorf("nothing to draw: got %d, %q", code, said)
	}
	if _, err := os.Stat(out); err == nil {
		t.Error("a file was left")
	}
	view, err := c.service.LookAs(t.Context(), care.CaseID(id), "test")
	if err != nil {
		t.Fatal(err)
	}
	for i, score := range []int{4, 2} {
		if _, err := view.Case.Measure(care.PHQ2, care.TheClient, []int{score / 2, score / 2}, care.DefaultRules().Alerts, c.now.Add(time.Duration(i)*24*time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
	practice, _, err := loadPractice("")
	if err != nil {
		t.Fatal(err)
	}
	var page bytes.Buffer
	p := &program{stdout: &page, now: func() time.Time { return c.now }}
	since := view.Case.BriefOf(0, c.now).Since
	view.Told = []bot.Telling{{At: since + 60, Person: care.TheClient, Title: "Hopes", Lines: []string{"How ready you are: 8", "Past: yes"}},
		{At: since - 60, Person: care.TheClient, Title: "How it began", Lines: []string{"Since: years"}}}
	if err := p.brief(view, practice, 0, false, out, picture.Course); err != nil || !strings.Contains(page.String(), "PHQ-2        4 → 2") || !strings.Contains(page.String(), "wrote "+out) {
		t.Errorf("got %v, %q", err, page.String())
	}
	if !strings.Contains(page.String(), "\n  How ready you are: 8\n  Past: yes\n") || strings.Contains(page.String(), "Since: years") {
		t.Errorf("what was told since the last session: got %q", page.String())
	}
	page.Reset()
	if err := p.brief(view, practice, 0, true, "", picture.Course); err != nil || !strings.Contains(page.String(), "Since: years") {
		t.Errorf("all that was told: got %v, %q", err, page.String())
	}
	b, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := png.Decode(bytes.NewReader(b)); err != nil {
		t.Error(err)
	}
	if info, err := os.Stat(out); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v (%v), want 0600", info.Mode(), err)
	}
	for args, want := range map[string]string{"-session 7": "has 1 session", "-png a -svg b": "one of -png and -svg", "-png " + out: "is there already"} {
		if code, said := c.caseVerb("brief", append([]string{id, "-reason", "the session tomorrow"}, strings.Fields(args)...)...); code != exitUsage || !strings.Contains(said, want) {
			t.Errorf("%s: got %d, %q", args, code, said)
		}
	}
}
