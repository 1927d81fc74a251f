package care_test

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"anteroom/bot/care"
)

func TestReadRules(t *testing.T) {
	if diff := cmp.Diff(sample(t).Rules, care.DefaultRules()); diff != "" {
		t.Errorf("a practice that says nothing (-got +want):\n%s", diff)
	}
	// A whole therapy in seconds.
	p, err := care.ReadPractice(folder(t, "practice.yaml", "ask_income: false", `ask_income: false
sessions: {evaluation: 1, offers_expire: 20s, cancel_before: 2s, reschedules: 0, remind: [4s, 1s], missed_after: 1s, brief: 3s}
between:
  sittings: 1s
  report: 2s
  report_before_session: 2s
  pulse: 5s
  measures: [phq9, gad7]
  measures_every: 9s
  goal_review_sessions: 1
  goal_review: 10s
  waitlist: 4s
silence: {nudge: 2s, tell: 7s, misses: 3}
boosters: [1s, 3s, 6s, 12s]
booster_answer: 2s
alerts: {screen: 2, phq9: 5, gad7: 5, distress: 2, reports: 3}
undo: 1s`), ".", care.Vocabulary{})
	if err != nil {
		t.Fatal(err)
	}
	s := func(n int) care.Period { return care.Period{Rest: time.Duration(n) * time.Second} }
	want := care.Rules{
		Sessions: care.SessionRules{Evaluation: 1, Offers: s(20), CancelBefore: s(2), Remind: []care.Period{s(4), s(1)}, Missed: s(1), Brief: s(3)},
		Between: care.BetweenRules{
			Sittings: s(1), Report: s(2), BeforeMeet: s(2), Pulse: "5s", Measures: []care.Instrument{care.PHQ9, care.GAD7}, MeasureEvery: "9s",
			ReviewAfter: 1, ReviewEvery: s(10), Waitlist: s(4),
		},
		Silence: care.SilenceRules{Nudge: s(2), Tell: s(7), Misses: 3}, Boosters: []care.Period{s(1), s(3), s(6), s(12)}, BoosterFor: s(2),
		Alerts: care.AlertRules{Screen: 2, PHQ9: 5, GAD7: 5, Distress: 2, Reports: 3}, Undo: s(1),
	}
	if diff := cmp.Diff(p.Rules, want); diff != "" {
		t.Errorf("rules (-got +want):\n%s", diff)
	}
}

// The sample practice writes every rule out, and says what happens without it.
func TestSampleRulesAreTheDefaults(t *testing.T) {
	p, err := care.ReadPractice(os.DirFS("../../content"), "practice", care.Vocabulary{})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(p.Rules, care.DefaultRules()); diff != "" {
		t.Errorf("the sample's rules (-got +want):\n%s", diff)
	}
	data, err := os.ReadFile("../../content/practice/practice.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range strings.Fields("sessions evaluation offers_expire cancel_before reschedules remind missed_after brief between sittings report " +
		"report_before_session pulse measures measures_every goal_review_sessions goal_review waitlist silence nudge tell misses boosters booster_answer " +
		"alerts screen phq9 gad7 distress reports undo") {
		if !strings.Contains(string(data), key+": ") && !strings.Contains(string(data), key+":\n") && !strings.Contains(string(data), key+":  ") {
			t.Errorf("the sample does not show %q", key)
		}
	}
}

func TestReadRulesProblems(t *testing.T) {
	cadence := func(s string) error {
		if s == "0 0 31 2 *" {
			return fmt.Errorf("cadence %q: never comes round", s)
		}
		return nil
	}
	for _, c := range []struct{ name, line, want string }{
		{"unknown", "sessions: {cancel_after: 24h}", `practice.yaml:24:12: unknown key "cancel_after": use evaluation, offers_expire, cancel_before, reschedules, remind, missed_after, brief`},
		{"four evaluations", "sessions: {evaluation: 4}", "practice.yaml:24:24: 4 is out of range: write a number from 1 to 3"},
		{"no length", "sessions: {offers_expire: soon}", `practice.yaml:24:27: "soon" is not a length of time: write 30d, 6mo, 7y or 48h`},
		{"negative", "sessions: {offers_expire: -2h}", `practice.yaml:24:27: "-2h" is not a length of time`},
		{"a month before", "sessions: {cancel_before: 1mo}", `practice.yaml:24:27: "1mo" before a session is too long: write days or hours, as 1d or 24h`},
		{"a reminder a month before", "sessions: {remind: [1mo, 2h]}", `practice.yaml:24:21: "1mo" before a session is too long`},
		{"reminders the wrong way", "sessions: {remind: [2h, 24h]}", `practice.yaml:24:25: "24h" stands after "2h0m0s": reminders come one after the other: write the earlier one`},
		{"a reminder twice", "sessions: {remind: [2h, 120m]}", `practice.yaml:24:25: "120m" stands after "2h0m0s"`},
		{"five reminders", "sessions: {remind: [5h, 4h, 3h, 2h, 1h]}", "practice.yaml:24:37: that is more than 4"},
		{"reminders not a list", "sessions: {remind: 24h}", "practice.yaml:24:20: a list belongs here, not text"},
		{"an instrument with a licence", "between: {measures: [fsfi]}", `practice.yaml:24:22: "fsfi" is not known here: use one of phq2, gad2, phq9, gad7`},
		{"the same twice", "between: {measures: [phq2, phq9]}", `practice.yaml:24:21: "phq9" begins with the questions of "phq2": keep one of the two`},
		{"a line that never comes", "between: {pulse: 0 0 31 2 *}", `practice.yaml:24:18: cadence "0 0 31 2 *": never comes round: write how often, as 7d or 48h, or a cron line`},
		{"nudge after tell", "silence: {nudge: 8d}", "practice.yaml:24:10: the therapist is told after 7d, and the nudge comes only after 8d: write a shorter time for nudge"},
		{"boosters the wrong way", "boosters: [3mo, 1mo]", `practice.yaml:24:17: "1mo" stands after "3mo": boosters come one after the other: write the sooner ones first`},
		{"seven boosters", "boosters: [1mo, 2mo, 3mo, 4mo, 5mo, 6mo, 7mo]", "practice.yaml:24:42: that is more than 6"},
		{"alerts", "alerts: {phq9: 28}", "practice.yaml:24:16: 28 is out of range: write a number from 1 to 27"},
		{"item 9 is not a rule", "alerts: {item_9: 2}", `practice.yaml:24:10: unknown key "item_9"`},
		{"a mapping", "silence: 48h", "practice.yaml:24:10: a mapping belongs here, not text: write nudge, tell, misses"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := care.ReadPractice(folder(t, "practice.yaml", "ask_income: false", c.line+"\nask_income: false"), ".", care.Vocabulary{Cadence: cadence})
			var problems care.Problems
			if !errors.As(err, &problems) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got\n%v\nwant a line with\n%s", err, c.want)
			}
		})
	}
	// The ending offers each of the boosters; who does not know it says nothing.
	for line, want := range map[string]string{
		"boosters: [1mo, 3mo, 6mo]":  "practice.yaml:24:11: the ending offers 4 boosters (a, b, c, d), and the practice has 3: write 4 times under boosters, or write dialogs/ending.yaml",
		"boosters: []":               "practice.yaml:24:11: the ending offers 4 boosters (a, b, c, d), and the practice has 0",
		"boosters: [1s, 2s, 3s, 4s]": "",
		"undo: 1h":                   "",
	} {
		_, err := care.ReadPractice(folder(t, "practice.yaml", "ask_income: false", line+"\nask_income: false"), ".", care.Vocabulary{Boosters: []string{"a", "b", "c", "d"}})
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", line, err, want)
		}
	}
	if _, err := care.ReadPractice(folder(t, "practice.yaml", "ask_income: false", "ask_income: false"), ".", care.Vocabulary{Boosters: []string{"a"}}); err == nil || !strings.Contains(err.Error(), "the practice has 4") {
		t.Errorf("left out, and the ending offers one: got %v", err)
	}
	// Without anybody who knows cron lines their form is looked at.
	for line, ok := range map[string]bool{"7d": true, "0 17 * * thu": true, "@weekly": true, "often": false, "0 17 * *": false} {
		_, err := care.ReadPractice(folder(t, "practice.yaml", "ask_income: false", "between: {pulse: \""+line+"\"}\nask_income: false"), ".", care.Vocabulary{})
		if (err == nil) != ok {
			t.Errorf("%q: %v", line, err)
		}
	}
}

func TestTherapistsLeave(t *testing.T) {
	with := func(line string) (care.Practice, error) {
		return care.ReadPractice(folder(t, "roster.yaml", "    booking_ahead: 28d", "    leave: "+line+"\n    booking_ahead: 28d"), ".", care.Vocabulary{})
	}
	p, err := with("[{from: 2027-08-20, to: 2027-08-21}, {from: 2027-08-01, to: 2027-08-14, cover: ruth}]")
	if err != nil {
		t.Fatal(err)
	}
	for day, want := range map[care.Date]care.TherapistID{
		"2027-07-31": "ana", "2027-08-01": "ruth", "2027-08-14": "ruth", "2027-08-15": "ana",
		"2027-08-20": "ana", // nobody named: the on-call, who is Ana
	} {
		if got := p.Covered("ana", day); got != want {
			t.Errorf("%s: %s, want %s", day, got, want)
		}
	}
	// Who covers has the case in hand for as long, and not a day longer.
	c := movedCase(t, care.MoveAccept)
	c.Sessions = []care.Session{{ID: 1, Therapist: "ana"}}
	for day, want := range map[string]bool{"2027-07-31": false, "2027-08-01": true, "2027-08-14": true, "2027-08-15": false} {
		at, err := time.ParseInLocation(time.DateOnly, day, p.Zone)
		if err != nil {
			t.Fatal(err)
		}
		if got := slices.Contains(p.RolesOf("ruth", c, nil, at.Add(20*time.Hour)), care.RolePart); got != want {
			t.Errorf("%s: Ruth has a part: %v", day, got)
		}
	}
	if !slices.Contains(p.RolesOf("ana", c, nil, now), care.RolePart) || slices.Contains(p.RolesOf("sam", c, nil, now), care.RolePart) {
		t.Error("who has a session has a part, and nobody else")
	}
	// Each covers for the other, and both are away: the on-call, and no circle.
	p.Therapists[1].Leave = []care.Leave{{From: "2027-08-01", To: "2027-08-14", Cover: "ana"}}
	p.OnCall.Therapist = "milo"
	if got := p.Covered("ana", "2027-08-02"); got != "milo" {
		t.Errorf("both away: %s", got)
	}
	for line, want := range map[string]string{
		"[{from: 2027-08-14, to: 2027-08-01}]":                                     "this leave ends before it begins",
		"[{from: 2027-08-01, to: 2027-08-14}, {from: 2027-08-14, to: 2027-08-20}]": "this leave overlaps another",
		"[{from: 2027-08-01, to: 2027-08-14, cover: anna}]":                        `no therapist "anna" in roster.yaml`,
		"[{from: 2027-08-01, to: 2027-08-14, cover: ana}]":                         `"ana" cannot cover for themselves`,
		"[{from: 2027-02-30, to: 2027-08-14}]":                                     "a day that exists belongs here",
		"[{from: 2027-08-01}]":                                                     `"to" is missing`,
	} {
		if _, err := with(line); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", line, err, want)
		}
	}
}
