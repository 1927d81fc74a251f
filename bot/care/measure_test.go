package care_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"anteroom/bot/care"
)

func TestScore(t *testing.T) {
	for _, c := range []struct {
		name    string
		i       care.Instrument
		answers []int
		want    int
		err     error
	}{
		{"PHQ-2, none", care.PHQ2, []int{0, 0}, 0, nil},
		{"PHQ-2, most", care.PHQ2, []int{3, 3}, 6, nil},
		{"GAD-2", care.GAD2, []int{1, 2}, 3, nil},
		{"PHQ-9, most", care.PHQ9, []int{3, 3, 3, 3, 3, 3, 3, 3, 3}, 27, nil},
		{"PHQ-9", care.PHQ9, []int{1, 2, 3, 0, 1, 2, 3, 0, 0}, 12, nil},
		{"GAD-7, most", care.GAD7, []int{3, 3, 3, 3, 3, 3, 3}, 21, nil},
		{"scale", care.Bother, []int{10}, 10, nil},
		{"scale over", care.Bother, []int{11}, 0, care.ErrRange},
		{"one left out", care.PHQ9, []int{3, 3, 3, 3, care.Left, 3, 3, 3, 3}, 0, care.ErrMissing},
		{"all left out", care.GAD2, []int{care.Left, care.Left}, 0, care.ErrMissing},
		{"four", care.PHQ2, []int{0, 4}, 0, care.ErrRange},
		{"minus two", care.PHQ2, []int{-2, 0}, 0, care.ErrRange},
		{"left out and four", care.PHQ2, []int{care.Left, 4}, 0, care.ErrRange},
		{"too few", care.PHQ9, []int{0, 0}, 0, care.ErrRange},
		{"too many", care.PHQ2, []int{0, 0, 0}, 0, care.ErrRange},
		{"not known", "fsfi", []int{0}, 0, care.ErrRange},
		{"nothing", "", nil, 0, care.ErrRange},
	} {
		got, err := care.Score(c.i, c.answers)
		if got != c.want || !errors.Is(err, c.err) {
			t.Errorf("%s: got %d, %v; want %d, %v", c.name, got, err, c.want, c.err)
		}
	}
}

func TestReadAnswers(t *testing.T) {
	facts := map[string]string{
		"phq_1": "not-at-all", "phq_2": "nearly-every-day", "phq_3": "several-days", "phq_4": "more-than-half", "phq_5": "often",
		"gad_1": "several-days", "pulse_bother": "7", "pulse_content": "11",
	}
	for i, want := range map[care.Instrument][]int{
		care.PHQ2: {0, 3}, care.PHQ9: {0, 3, 1, 2, -1, -1, -1, -1, -1}, care.GAD2: {1, -1},
		care.Bother: {7}, care.Content: {-1}, "fsfi": {},
	} {
		if diff := cmp.Diff(care.ReadAnswers(i, facts), want); diff != "" {
			t.Errorf("%s (-got +want):\n%s", i, diff)
		}
	}
}

func TestScoreProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		i := rapid.SampledFrom(care.Instruments()).Draw(t, "instrument")
		answers := rapid.SliceOfN(rapid.IntRange(-1, 3), i.Items(), i.Items()).Draw(t, "answers")
		sum, left := 0, false
		for _, a := range answers {
			left = left || a == care.Left
			sum += a
		}
		got, err := care.Score(i, answers)
		if left != errors.Is(err, care.ErrMissing) || !left && (err != nil || got != sum || got > i.Most()) {
			t.Fatalf("%s %v: got %d, %v", i, answers, got, err)
		}
	})
}

// phq9 are nine answers with a sum, none of it in item 9.
func phq9(sum int) []int {
	a := make([]int, 9)
	for i := 0; sum > 0; i++ {
		a[i] = min(3, sum)
		sum -= a[i]
	}
	return a
}

func seven(sum int) []int { return phq9(sum)[:7] }

func TestMeasureFlags(t *testing.T) {
	type step struct {
		i       care.Instrument
		answers []int
		want    string
	}
	rating := func(n int, want string) step { return step{care.Bother, []int{n}, want} }
	for _, c := range []struct {
		name  string
		steps []step
	}{
		{"PHQ-2 under", []step{{care.PHQ2, []int{2, 0}, ""}}},
		{"PHQ-2 at", []step{{care.PHQ2, []int{2, 1}, "PHQ-2 3 of 6"}}},
		{"GAD-2 at, each time", []step{{care.GAD2, []int{3, 0}, "GAD-2 3 of 6"}, {care.GAD2, []int{3, 3}, "GAD-2 6 of 6"}}},
		{"PHQ-2 with a gap", []step{{care.PHQ2, []int{3, care.Left}, ""}}},
		{"PHQ-9 first, high", []step{{care.PHQ9, phq9(20), ""}}},
		{"PHQ-9 up 5", []step{{care.PHQ9, phq9(4), ""}, {care.PHQ9, phq9(9), ""}}},
		{"PHQ-9 up 6", []step{{care.PHQ9, phq9(4), ""}, {care.PHQ9, phq9(10), "PHQ-9 up from 4 to 10"}}},
		{"PHQ-9 up slowly, told once", []step{
			{care.PHQ9, phq9(4), ""}, {care.PHQ9, phq9(7), ""}, {care.PHQ9, phq9(10), "PHQ-9 up from 4 to 10"},
			{care.PHQ9, phq9(12), ""}, {care.PHQ9, phq9(15), ""}, {care.PHQ9, phq9(16), "PHQ-9 up from 10 to 16"},
		}},
		{"PHQ-9 down and up", []step{{care.PHQ9, phq9(12), ""}, {care.PHQ9, phq9(5), ""}, {care.PHQ9, phq9(11), "PHQ-9 up from 5 to 11"}}},
		{"GAD-7 up 3", []step{{care.GAD7, seven(4), ""}, {care.GAD7, seven(7), ""}}},
		{"GAD-7 up 4", []step{{care.GAD7, seven(4), ""}, {care.GAD7, seven(8), "GAD-7 up from 4 to 8"}}},
		{"a gap is no score to rise from", []step{{care.GAD7, append(seven(0)[:6:6], care.Left), ""}, {care.GAD7, seven(8), ""}}},
		{"item 9", []step{{care.PHQ9, []int{0, 0, 0, 0, 0, 0, 0, 0, 1}, "PHQ-9, item 9: 1 of 3; the on-call was alerted"}}},
		{"item 9 with gaps", []step{{care.PHQ9, []int{-1, -1, -1, -1, -1, -1, -1, -1, 3}, "PHQ-9, item 9: 3 of 3; the on-call was alerted"}}},
		{"item 9 left out", []step{{care.PHQ9, []int{0, 0, 0, 0, 0, 0, 0, 0, -1}, ""}}},
		{"distress up 3 once", []step{rating(2, ""), rating(5, ""), rating(2, ""), rating(5, "")}},
		{"distress up 3 twice", []step{rating(2, ""), rating(5, ""), rating(5, "distress up from 2 to 5")}},
		{"distress up 2 twice", []step{rating(2, ""), rating(4, ""), rating(4, "")}},
		{"distress up 3 and 3 again", []step{rating(0, ""), rating(3, ""), rating(6, "distress up from 0 to 6")}},
		{"told once", []step{rating(2, ""), rating(6, ""), rating(6, "distress up from 2 to 6"), rating(6, ""), rating(6, "")}},
		{"one good day is not the measure", []step{rating(6, ""), rating(6, ""), rating(6, ""), rating(1, ""), rating(6, ""), rating(6, "")}},
		{"contentment falls silently", []step{{care.Content, []int{9}, ""}, {care.Content, []int{0}, ""}, {care.Content, []int{0}, ""}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			k := movedCase(t, toMiddle...)
			for n, s := range c.steps {
				flags, err := k.Measure(s.i, care.TheClient, s.answers, rules.Alerts, now.AddDate(0, 0, 7*n+7))
				if err != nil {
					t.Fatal(err)
				}
				var got []string
				for _, f := range flags {
					got = append(got, f.Line())
				}
				if g := strings.Join(got, "; "); g != s.want {
					t.Errorf("step %d: got %q, want %q", n, g, s.want)
				}
			}
		})
	}
}

// Item 9 above 0 is a crisis whatever else is answered, whatever the practice's
// rules say; and never when it is 0.
func TestItem9IsACrisis(t *testing.T) {
	base := movedCase(t, toMiddle...)
	rapid.Check(t, func(t *rapid.T) {
		c := base
		answers := rapid.SliceOfN(rapid.IntRange(-1, 3), 9, 9).Draw(t, "answers")
		if _, err := c.Measure(care.PHQ9, care.TheClient, answers, care.AlertRules{}, now); err != nil {
			t.Fatal(err)
		}
		if got := len(c.Alerts) == 1 && c.Alerts[0].Name == care.AlertCrisis && c.Urgency == care.R1; got != (answers[8] > 0) {
			t.Fatalf("item 9 is %d, alerts %v, urgency %s", answers[8], c.Alerts, c.Urgency)
		}
		if len(base.Alerts) != 0 {
			t.Fatal("an earlier copy changed")
		}
	})
	// The dialog has called already: not twice for one answer.
	c := base
	if err := c.Alert(care.AlertCrisis, now); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Measure(care.PHQ9, care.TheClient, []int{0, 0, 0, 0, 0, 0, 0, 0, 2}, rules.Alerts, now.Add(time.Minute)); err != nil || len(c.Alerts) != 1 {
		t.Errorf("%v, %d alerts", err, len(c.Alerts))
	}
	c.Acknowledge("ana", now.Add(2*time.Minute))
	if _, err := c.Measure(care.PHQ9, care.TheClient, []int{0, 0, 0, 0, 0, 0, 0, 0, 2}, rules.Alerts, now.AddDate(0, 0, 28)); err != nil || len(c.Alerts) != 2 {
		t.Errorf("four weeks later: %v, %d alerts", err, len(c.Alerts))
	}
}

func TestMeasureRefused(t *testing.T) {
	c := movedCase(t, toMiddle...)
	if _, err := c.Measure(care.PHQ9, care.TheClient, []int{0, 0, 0, 0, 0, 0, 0, 9, 3}, rules.Alerts, now); !errors.Is(err, care.ErrRange) || len(c.Measures)+len(c.Alerts) != 0 {
		t.Errorf("%v, %d measures, %d alerts", err, len(c.Measures), len(c.Alerts))
	}
	if _, err := c.Measure(care.PHQ2, "z", []int{0, 0}, rules.Alerts, now); !errors.Is(err, care.ErrNotPossible) {
		t.Errorf("of nobody: %v", err)
	}
	for name, want := range map[string]error{"fsfi": nil, "phq9": care.ErrNotPossible, "My Scale": care.ErrNotPossible} {
		if err := c.EnterScore(name, care.TheClient, 21, "ana", now); !errors.Is(err, want) {
			t.Errorf("%s entered: %v, want %v", name, err, want)
		}
	}
}

func TestFlagsAreSeen(t *testing.T) {
	c := movedCase(t, toMiddle...)
	c.Raise(care.FlagLate, care.TheClient, now)
	if len(c.OpenFlags()) != 1 || !c.SeeFlags("ana", now) || len(c.OpenFlags()) != 0 || c.SeeFlags("ruth", now) || c.Flags[0].SeenBy != "ana" {
		t.Errorf("flags %+v", c.Flags)
	}
}
