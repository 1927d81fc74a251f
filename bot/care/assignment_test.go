package care_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"anteroom/bot/care"
)

func given(who care.PersonID) care.Assignment {
	return care.Assignment{Library: "touch-hands", Person: who, By: "ana"}
}

// withAssignment is a case in the middle stage with one assignment delivered.
func withAssignment(t testing.TB) care.Case {
	t.Helper()
	c := movedCase(t, toMiddle...)
	a := given(care.TheClient)
	a.Until = in(14 * 24 * time.Hour)
	if _, err := c.Give(a, now); err != nil {
		t.Fatal(err)
	}
	if err := c.Deliver(1, now); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestGive(t *testing.T) {
	couple := movedCase(t, toMiddle...)
	partner, err := couple.Join(2, now)
	if err != nil {
		t.Fatal(err)
	}
	held := couple
	held.PutHold("", now)
	with := func(change func(*care.Assignment)) care.Assignment {
		a := given(care.TheClient)
		change(&a)
		return a
	}
	for _, c := range []struct {
		name string
		c    care.Case
		a    care.Assignment
		want error
	}{
		{"to the client", couple, given(care.TheClient), nil},
		{"to the partner", couple, given(partner), nil},
		{"to nobody", couple, given("z"), care.ErrNotPossible},
		{"under a hold", held, given(care.TheClient), care.ErrHeld},
		{"under a hold, the other", held, given(partner), care.ErrHeld},
		{"in the evaluation", movedCase(t, care.MoveAccept), given(care.TheClient), care.ErrNotPossible},
		{"in the ending", movedCase(t, append(slices.Clone(toMiddle), care.MoveEnd)...), given(care.TheClient), care.ErrNotPossible},
		{"twice", withAssignment(t), given(care.TheClient), care.ErrNotPossible},
		{"by nobody", couple, with(func(a *care.Assignment) { a.By = "" }), care.ErrNotPossible},
		{"without a name", couple, with(func(a *care.Assignment) { a.Library = "" }), care.ErrNotPossible},
		{"over before it begins", couple, with(func(a *care.Assignment) { a.From, a.Until = in(2e9), in(1e9) }), care.ErrNotPossible},
		{"over", couple, with(func(a *care.Assignment) { a.From, a.Until = in(-2e9), in(-1e9) }), care.ErrNotPossible},
	} {
		if _, err := c.c.Give(c.a, now); !errors.Is(err, c.want) {
			t.Errorf("%s: error %v, want %v", c.name, err, c.want)
		}
	}
}

func TestDeliver(t *testing.T) {
	fresh := movedCase(t, toMiddle...)
	a := given(care.TheClient)
	a.From, a.Until = in(time.Hour), in(24*time.Hour)
	if _, err := fresh.Give(a, now); err != nil {
		t.Fatal(err)
	}
	with := func(change func(*care.Case)) care.Case {
		c := fresh
		change(&c)
		return c
	}
	at := now.Add(2 * time.Hour)
	for _, c := range []struct {
		name string
		c    care.Case
		at   time.Time
		want error
	}{
		{"in time", fresh, at, nil},
		{"too early", fresh, now, care.ErrNotPossible},
		{"too late", fresh, now.Add(24 * time.Hour), care.ErrExpired},
		{"withdrawn", with(func(c *care.Case) { _ = c.Withdraw(1, now) }), at, care.ErrWithdrawn},
		{"held meanwhile", with(func(c *care.Case) { c.PutHold("", now) }), at, care.ErrHeld},
		{"held and lifted", with(func(c *care.Case) { c.PutHold("", now); _ = c.LiftHold("ana", now) }), at, nil},
		{"paused", with(func(c *care.Case) { _ = c.PauseFor(care.TheClient, time.Time{}, now) }), at, care.ErrNotPossible},
		{"paused and over", with(func(c *care.Case) { _ = c.PauseFor(care.TheClient, now.Add(time.Hour), now) }), at, nil},
		{"twice", with(func(c *care.Case) { _ = c.Deliver(1, at) }), at, care.ErrNotPossible},
	} {
		if err := c.c.Deliver(1, c.at); !errors.Is(err, c.want) {
			t.Errorf("%s: error %v, want %v", c.name, err, c.want)
		}
	}
}

func report(pairs ...string) care.Report {
	f := map[string]string{"report_done": "fully", "report_before": "7", "report_after": "3", "report_enjoyed": "5", "report_worked": "We laughed"}
	for i := 0; i < len(pairs); i += 2 {
		f[pairs[i]] = pairs[i+1]
	}
	r := care.ReadReport(f)
	r.Person = care.TheClient
	return r
}

func TestReport(t *testing.T) {
	withdrawn := withAssignment(t)
	if err := withdrawn.Withdraw(1, now); err != nil {
		t.Fatal(err)
	}
	undelivered := movedCase(t, toMiddle...)
	if _, err := undelivered.Give(given(care.TheClient), now); err != nil {
		t.Fatal(err)
	}
	lapsed := withAssignment(t)
	if got := lapsed.LapseAssignments(now.AddDate(0, 0, 14)); got != nil {
		t.Fatalf("lapsed before anybody was asked: %v", got)
	}
	if err := lapsed.Ask(care.CadenceReport, care.TheClient, 1, now.AddDate(0, 0, 13)); err != nil {
		t.Fatal(err)
	}
	if got := lapsed.LapseAssignments(now.AddDate(0, 0, 15)); got != nil {
		t.Fatalf("lapsed while an answer may come: %v", got)
	}
	if lapsed.TellSilence(care.CadenceReport, care.TheClient, 1, rules, now.AddDate(0, 0, 20)); lapsed.Given[0].State != care.AssignmentMissed {
		t.Fatalf("nobody answered, and it is %s", lapsed.Given[0].State)
	}
	others := report()
	others.Person = "2"
	for _, c := range []struct {
		name  string
		c     care.Case
		r     care.Report
		err   error
		state care.AssignmentState
		flags string
		held  bool
	}{
		{"done", withAssignment(t), report(), nil, care.AssignmentDone, "", false},
		{"partly", withAssignment(t), report("report_done", "partly"), nil, care.AssignmentPartly, "", false},
		{"not done", withAssignment(t), report("report_done", "not-done", "report_stopped", "time,forgot"), nil, care.AssignmentNotDone, "", false},
		{"late", lapsed, report(), nil, care.AssignmentDone, "", false},
		{"pain", withAssignment(t), report("report_pain", "pain"), nil, care.AssignmentDone, "pain in a report; assignments are on hold", true},
		{"pain was in the way", withAssignment(t), report("report_done", "not-done", "report_stopped", "pain"), nil, care.AssignmentNotDone, "pain in a report; assignments are on hold", true},
		{"a sign for a doctor", withAssignment(t), report("report_pain_now", "bleeding"), nil, care.AssignmentDone, "pain in a report; assignments are on hold", true},
		{"pressure", withAssignment(t), report("report_pain", "pressed"), nil, care.AssignmentDone, "pressure in a report; assignments are on hold", true},
		{"both", withAssignment(t), report("report_pain", "both"), nil, care.AssignmentDone, "pain in a report; assignments are on hold; pressure in a report; assignments are on hold", true},
		{"one of them, not said which", withAssignment(t), report("report_pain", "other"), nil, care.AssignmentDone, "pain or pressure in a report; assignments are on hold", true},
		{"one of them, and which", withAssignment(t), report("report_pain", "other", "report_pain_which", "pressed"), nil, care.AssignmentDone, "pressure in a report; assignments are on hold", true},
		{"neither after all", withAssignment(t), report("report_pain", "other", "report_pain_which", "neither"), nil, care.AssignmentDone, "", false},
		{"pain, and nothing else said", withAssignment(t), report("report_done", "?", "report_pain", "pain"), nil, care.AssignmentDelivered, "pain in a report; assignments are on hold", true},
		{"withdrawn meanwhile", withdrawn, report(), care.ErrWithdrawn, care.AssignmentWithdrawn, "", false},
		{"withdrawn, and pressure", withdrawn, report("report_pain", "pressed"), nil, care.AssignmentWithdrawn, "pressure in a report; assignments are on hold", true},
		{"never delivered", undelivered, report(), care.ErrNotPossible, care.AssignmentGiven, "", false},
		{"another's", withAssignment(t), others, care.ErrNotPossible, care.AssignmentDelivered, "", false},
		{"nothing said", withAssignment(t), report("report_done", "?"), care.ErrNotPossible, care.AssignmentDelivered, "", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			flags, err := c.c.Report(1, c.r, now.AddDate(0, 0, 21))
			var got []string
			for _, f := range flags {
				got = append(got, f.Line())
			}
			if !errors.Is(err, c.err) || c.c.Given[0].State != c.state || strings.Join(got, "; ") != c.flags || c.c.Held() != c.held {
				t.Errorf("%v, %s, %q, held %v", err, c.c.Given[0].State, got, c.c.Held())
			}
			if kept := len(c.c.Reports) == 1; kept != (err == nil) {
				t.Errorf("%d reports kept", len(c.c.Reports))
			}
		})
	}
	if s := fmt.Sprintf("%v %+v %#v", report(), report(), report()); strings.Contains(s, "laughed") {
		t.Errorf("printed: %s", s)
	}
}

// Whatever happens in whatever order, under a hold nothing is given, nothing
// delivered and no report asked for, whoever it is about; and no plan says so.
func TestNothingUnderAHold(t *testing.T) {
	base := movedCase(t, toMiddle...)
	partner, err := base.Join(2, now)
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		c, at := base, now
		for range rapid.IntRange(1, 30).Draw(t, "steps") {
			at = at.Add(time.Duration(rapid.IntRange(0, 40).Draw(t, "hours")) * time.Hour)
			who := rapid.SampledFrom([]care.PersonID{care.TheClient, partner}).Draw(t, "who")
			id := care.AssignmentID(rapid.IntRange(1, 4).Draw(t, "id"))
			held := c.Held()
			var done bool
			switch rapid.IntRange(0, 7).Draw(t, "what") {
			case 0:
				a := given(who)
				a.Library = rapid.SampledFrom([]string{"one", "two", "three"}).Draw(t, "library")
				_, err := c.Give(a, at)
				done = err == nil
			case 1:
				done = c.Deliver(id, at) == nil
			case 2:
				done = c.Ask(care.CadenceReport, who, int(id), at) == nil
			case 3:
				done = c.Nudge(care.CadenceReport, who, int(id), at)
			case 4:
				r := report("report_pain", rapid.SampledFrom([]string{"none", "pressed"}).Draw(t, "pain"))
				r.Person = who
				_, _ = c.Report(id, r, at)
			case 5:
				c.PutHold("", at)
			case 6:
				_ = c.LiftHold("ana", at)
			case 7:
				_ = c.Withdraw(id, at)
			}
			if held && done {
				t.Fatal("something went out under a hold")
			}
			if c.Held() {
				for _, d := range c.Plan(rules, utc, at) {
					if d.Deed == care.DeedDeliver || d.Cadence == care.CadenceReport && d.Deed != care.DeedTell {
						t.Fatalf("planned under a hold: %+v", d)
					}
				}
			}
		}
	})
}

func utc(care.PersonID) *time.Location { return time.UTC }
