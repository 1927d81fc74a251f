package care_test

import (
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"anteroom/bot/care"
)

func fits(text string) bool {
	lines := strings.Split(text, "\n")
	if len(lines) > 30 {
		return false
	}
	for _, l := range lines {
		if utf8.RuneCountInString(l) > 72 {
			return false
		}
	}
	return true
}

// aCourse is a case with something of everything, two weeks into the middle.
func aCourse(t testing.TB) (care.Case, care.SessionID) {
	t.Helper()
	c := withGoals(t)
	day := func(n int) time.Time { return now.AddDate(0, 0, n) }
	ok := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	c.AgreeGoals(care.TheClient, day(1))
	_, err := c.Move(care.MoveStart, ana, day(2))
	ok(err)
	partner, err := c.Join(2, day(2))
	ok(err)
	for _, a := range []care.Assignment{
		{Library: "touch-hands", Person: care.TheClient, By: "ana"}, {Library: "touch-hands", Person: partner, By: "ana"},
		{Library: "ten-minutes", Person: care.TheClient, By: "ana"},
	} {
		id, err := c.Give(a, day(2))
		ok(err)
		ok(c.Deliver(id, day(2)))
	}
	_, err = c.Report(1, report(), day(4))
	ok(err)
	theirs := report("report_done", "not-done", "report_stopped", "time,partner-no", "report_worked", "PARTNERS WORDS", "report_before", "", "report_after", "", "report_enjoyed", "")
	theirs.Person = partner
	_, err = c.Report(2, theirs, day(4))
	ok(err)
	for n, sum := range []int{4, 8, 11} {
		_, err = c.Measure(care.PHQ9, care.TheClient, phq9(sum), rules.Alerts, day(4*n+3))
		ok(err)
	}
	ok(c.RateGoals(care.TheClient, map[care.GoalID]care.Attained{1: 0, 2: -1}, day(10)))
	ok(c.ConfirmRating(1, care.TheClient, 0, "ana", day(10)))
	ok(c.Observe(care.Observation{By: "ana", Talks: 4, Insight: 2, Motivation: 5, Note: "OBSERVED guarded at first"}, day(3)))
	id, err := c.BookSession(offer(care.ForTherapy, day(14).Unix()), rules.Sessions, day(10))
	ok(err)
	return c, id
}

func TestBrief(t *testing.T) {
	c, id := aCourse(t)
	b := c.BriefOf(id, now.AddDate(0, 0, 13))
	want := `K7Q-42 · middle · Tue 15 Dec 18:00
! client: PHQ-9 up from 4 to 11 (12 Dec)
— client
Tried                                         before   after   joy
Step 1: hands                      done            7       3     5
  worked: “We laughed”
ten minutes                        no word         –       –     –
Goals  T 46, began at 26
   0  ×2  Talk about it without a fight
  −1  ×1  Enjoy being touched again (to confirm)
PHQ-9        4 → 8 → 11
— partner
Tried                                         before   after   joy
Step 1: hands                      not done        –       –     –
  in the way: time, partner no
  worked: “PARTNERS WORDS”`
	title := func(id string) string {
		if id == "touch-hands" {
			return "Step 1: hands"
		}
		return strings.ReplaceAll(id, "-", " ")
	}
	if diff := cmp.Diff(strings.Split(b.Text(title, time.UTC), "\n"), strings.Split(want, "\n")); diff != "" {
		t.Errorf("brief (-got +want):\n%s", diff)
	}
	if got, want := b.Counts(), "2 new reports · 2 goals · 1 flag"; got != want {
		t.Errorf("counts: got %q, want %q", got, want)
	}
	var names []string
	for _, s := range b.Series() {
		names = append(names, fmt.Sprintf("%s %s %d of %.0f–%.0f", s.Person, s.Name, len(s.Points), s.Least, s.Most))
	}
	if diff := cmp.Diff(names, []string{"1 T 2 of 15–85", "1 PHQ-9 3 of 0–27"}); diff != "" {
		t.Errorf("series (-got +want):\n%s", diff)
	}
	if s := fmt.Sprintf("%v %+v %#v", b, b, b); strings.Contains(s, "laughed") || strings.Contains(s, "touched") {
		t.Errorf("printed: %s", s)
	}
	empty := movedCase(t, care.MoveAccept)
	if got := empty.BriefOf(0, now).Text(nil, time.UTC); got != "K7Q-42 · evaluation\nnothing was reported yet" {
		t.Errorf("an empty brief: %q", got)
	}
}

// A brief that is too long says so, and keeps what matters first.
func TestBriefIsCut(t *testing.T) {
	c, id := aCourse(t)
	for i := range 40 {
		c.Raise(care.FlagLate, care.TheClient, now.AddDate(0, 0, 5).Add(time.Duration(i)))
	}
	b := c.BriefOf(id, now.AddDate(0, 0, 13))
	text := b.Page(nil, time.UTC)
	lines := strings.Split(text, "\n")
	if !fits(text) || len(lines) != 30 || !strings.Contains(lines[1], "PHQ-9") || !strings.Contains(lines[29], "more lines") {
		t.Errorf("%d lines:\n%s", len(lines), text)
	}
	if whole := b.Text(nil, time.UTC); strings.Count(whole, "cancelled late") != 40 || !strings.HasPrefix(whole, strings.Join(lines[:29], "\n")) {
		t.Errorf("the whole is not whole:\n%s", whole)
	}
}

// What a client is shown holds no observation, no flag, no score, nothing of a
// partner's, and no safety answer.
func TestShown(t *testing.T) {
	c, _ := aCourse(t)
	r := report("report_pain", "both", "report_change", "MINE")
	if _, err := c.Report(1, r, now.AddDate(0, 0, 11)); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Measure(care.PHQ9, care.TheClient, []int{0, 0, 0, 0, 0, 0, 0, 0, 2}, rules.Alerts, now.AddDate(0, 0, 12)); err != nil {
		t.Fatal(err)
	}
	if err := c.Sit(care.Hopes, care.TheClient, map[string]string{"hopes_ready": "7", "hopes_past": "painful"}, now); err != nil {
		t.Fatal(err)
	}
	shown := c.Shown(care.TheClient)
	// Through a type without a String, so that everything in it is printed.
	type bare care.Shown
	var all strings.Builder
	b := bare(shown)
	fmt.Fprintf(&all, "%s %v %v", b.Phase, b.Sessions, b.Goals)
	for _, r := range b.Reports {
		if r.Pain || r.Pressure || r.Person != care.TheClient {
			t.Errorf("a report shows %v %v of %s", r.Pain, r.Pressure, r.Person)
		}
		all.WriteString(r.Worked + r.Change)
	}
	for _, s := range b.Sittings {
		fmt.Fprint(&all, s.Facts)
	}
	for _, m := range b.Measures {
		if m.Instrument == care.PHQ9 && len(m.Answers) != 8 {
			t.Errorf("item 9 is shown: %v", m.Answers)
		}
	}
	for _, a := range b.Assignments {
		if a.By != "" || a.Person != care.TheClient {
			t.Errorf("an assignment of %s by %s", a.Person, a.By)
		}
	}
	for _, word := range []string{"OBSERVED", "PARTNERS", "painful", "ana guarded"} {
		if strings.Contains(all.String(), word) {
			t.Errorf("%s is shown: %s", word, all.String())
		}
	}
	for _, word := range []string{"MINE", "laughed", "hopes_ready", "without a fight"} {
		if !strings.Contains(all.String(), word) {
			t.Errorf("%s is not shown: %s", word, all.String())
		}
	}
	if got := c.Shown("2"); len(got.Reports) != 1 || len(got.Goals) != 0 || len(got.Measures) != 0 {
		t.Errorf("the partner is shown %d reports, %d goals, %d measures", len(got.Reports), len(got.Goals), len(got.Measures))
	}
	// What was collected is a copy.
	shown.Sittings[0].Facts["hopes_ready"] = "0"
	if c.Sittings[0].Facts["hopes_past"] != "painful" || c.Sittings[0].Facts["hopes_ready"] != "7" {
		t.Error("the case changed")
	}
}
