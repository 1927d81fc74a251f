package slack_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"anteroom/bot"
	"anteroom/bot/care"
	fakeslack "anteroom/bot/slack/slacktest"
)

// rowsOf is a caseload of ana's with a row of each kind.
func rowsOf() map[care.TherapistID][]bot.DeskCase {
	return map[care.TherapistID][]bot.DeskCase{"ana": {
		{ID: "K7Q-42", Phase: care.PhaseMiddle, Flags: 2, Alerts: 1, Held: true, Steers: true, Next: at(day).Unix(), Urgency: care.R1,
			Due: []bot.Owed{{Who: "client", What: care.CadenceReport, At: at(-day).Unix(), Asked: true}, {Who: "partner", What: care.CadencePulse, At: at(2 * day).Unix()}}},
		{ID: "B3C-11", Phase: care.PhaseIntake, Decide: true, Answer: at(3 * day).Unix()},
		{ID: "D4F-22", Phase: care.PhaseEvaluation, Steers: true,
			Today: []care.Session{{ID: 1, Kind: care.ForEvaluation, Therapist: "ana", Start: at(time.Hour).Unix(), Minutes: 50}}},
		{ID: "E5G-33", Phase: care.PhaseIntake, Steers: true, For: "Ruth"},
	}}
}

func atHome(t *testing.T) *world {
	w := newWorld(t, nil)
	w.desk = &desk{view: inCare(t), cases: rowsOf()}
	w.run()
	return w
}

func TestHome(t *testing.T) {
	t.Parallel()
	w := atHome(t)
	if reply := w.fake.User(ana).OpenHome(); !reply.Acked {
		t.Errorf("got %+v, want acknowledged", reply)
	}
	home, err := w.fake.WaitHome(w.ctx, ana, nil)
	w.must(err)
	want := strings.Join([]string{
		"Today", "Brief", "11:00 · D4F-22 · evaluation",
		"To look at", "Open", "K7Q-42 · middle · R1 · next Tue 4 May 10:00 · 1 open alert · 2 flags · on hold\nclient: report, asked Sun 2 May 10:00\npartner: two-tap pulse, Wed 5 May 10:00",
		"Waiting for a decision", "Read summary", "B3C-11 · enquiry · answer due Thu 6 May 10:00",
		"Your cases", "Open", "D4F-22 · evaluation", "Read summary", "E5G-33 · enquiry · you cover for Ruth",
	}, "\n")
	if home.Plain() != want {
		t.Errorf("got\n%s\nwant\n%s", home.Plain(), want)
	}
	if len(w.desk.looks) != 0 {
		t.Errorf("got looks by %v, want none: nothing that was said stands there", w.desk.looks)
	}

	// From there a case opens as a modal, which is a look.
	_, err = w.fake.User(ana).PressView(home, "anteroom.case.K7Q-42")
	w.must(err)
	page, err := w.fake.WaitView(w.ctx, ana, nil)
	w.must(err)
	if page.CallbackID != "anteroom.course" || len(w.desk.looks) != 1 {
		t.Errorf("got %+v after %v looks", page, w.desk.looks)
	}

	// After an act the home is drawn anew.
	w.desk.set(func(d *desk) { d.cases["ana"][0].Flags, d.cases["ana"][0].Alerts = 0, 0 })
	_, err = w.fake.User(ana).PressView(page, "anteroom.course.seen")
	w.must(err)
	_, err = w.fake.WaitHome(w.ctx, ana, func(v fakeslack.View) bool { return !strings.Contains(v.Plain(), "To look at") })
	w.must(err)
}

// Who never opened their home is not drawn one.
func TestNoHomeUnasked(t *testing.T) {
	t.Parallel()
	w := atHome(t)
	page := w.page(ana)
	_, err := w.fake.User(ana).PressView(page, "anteroom.course.hold")
	w.must(err)
	_, err = w.fake.WaitView(w.ctx, ana, func(v fakeslack.View) bool { return v.Hash != page.Hash })
	w.must(err)
	if calls := w.fake.Calls("views.publish"); len(calls) != 0 {
		t.Errorf("got %d homes drawn, want none", len(calls))
	}
}

// Nobody sees another's cases at home.
func TestHomeOfOthers(t *testing.T) {
	t.Parallel()
	w := atHome(t)
	for user, want := range map[string]string{
		ruth:     "Today\nNo session today.\nYou have no cases here.",
		stranger: "Anteroom shows the therapists of a practice their cases. Your member id is not in the practice's roster.",
	} {
		w.fake.User(user).OpenHome()
		home, err := w.fake.WaitHome(w.ctx, user, nil)
		w.must(err)
		if home.Plain() != want {
			t.Errorf("%s: got %q, want %q", user, home.Plain(), want)
		}
	}
}

// A caseload beyond every limit is cut, not refused.
func TestHugeHome(t *testing.T) {
	t.Parallel()
	w := atHome(t)
	w.desk.set(func(d *desk) {
		for i := range 300 {
			c := bot.DeskCase{ID: care.CaseID(fmt.Sprintf("X%d", i)), Phase: care.PhaseMiddle, Steers: true, Flags: i % 2, Decide: i%3 == 0,
				Today: []care.Session{{ID: 1, Kind: care.ForTherapy, Start: at(time.Hour).Unix()}}}
			d.cases["ana"] = append(d.cases["ana"], c)
		}
	})
	w.fake.User(ana).OpenHome()
	home, err := w.fake.WaitHome(w.ctx, ana, nil)
	w.must(err)
	if !strings.Contains(home.Plain(), "more cases.") {
		t.Errorf("got %d blocks that do not say there is more", len(home.Blocks))
	}
}

func TestBrief(t *testing.T) {
	t.Parallel()
	w := atHome(t)
	w.desk.set(func(d *desk) {
		d.cases["ana"][0].Today = []care.Session{{ID: 2, Kind: care.ForTherapy, Start: at(time.Hour).Unix()}}
	})
	_, err := w.fake.User(ana).Command(fakeslack.Channel, "today")
	w.must(err)
	m, err := w.fake.WaitEphemeral(w.ctx, ana, nil)
	w.must(err)
	_, err = w.fake.User(ana).Press(m, "anteroom.brief.K7Q-42.2")
	w.must(err)
	v, err := w.fake.WaitView(w.ctx, ana, nil)
	w.must(err)
	if !strings.Contains(v.Plain(), "K7Q-42 · middle · Tue 4 May 10:00") || !strings.Contains(v.Plain(), "×5") {
		t.Errorf("got %q, want the brief of that session", v.Plain())
	}
}

func TestCommand(t *testing.T) {
	t.Parallel()
	tests := []struct{ user, text, want string }{
		{ana, "", "/anteroom cases: your cases"},
		{ana, "what", "/anteroom cases: your cases"},
		{ana, "cases", "K7Q-42 · middle · R1"},
		{ruth, "cases", "You have no cases here."},
		{ruth, "today", "No session today."},
		{ana, "TODAY", "11:00 · D4F-22 · evaluation"},
		{ana, "hold K7Q-42", "K7Q-42: Assignments are on hold."},
		{ana, "lift k7q-42", "K7Q-42: The hold is lifted."},
		{ana, "hold", "Name one case: /anteroom hold K7Q-42"},
		{ana, "case <!channel>", "There is no such case any more."},
		{stranger, "cases", "Anteroom shows the therapists"},
		{stranger, "hold K7Q-42", "Anteroom shows the therapists"},
	}
	for _, tt := range tests {
		t.Run(tt.user+" "+tt.text, func(t *testing.T) {
			t.Parallel()
			w := atHome(t)
			reply, err := w.fake.User(tt.user).Command(fakeslack.Channel, tt.text)
			w.must(err)
			all := w.fake.Ephemerals(tt.user)
			if len(all) != 1 || !strings.Contains(all[0].Plain(), tt.want) || reply.Attempts != 1 {
				t.Fatalf("got %+v %+v, want %q", reply, all, tt.want)
			}
			if strings.Contains(all[0].Text, "K7Q") || strings.Contains(fmt.Sprint(all[0].Blocks), "zebra") {
				t.Errorf("got %+v, want nothing in what a notification shows", all[0])
			}
			if n := len(w.fake.Messages(fakeslack.Channel)); n != 0 {
				t.Errorf("got %d messages in the channel, want none", n)
			}
		})
	}
}

func TestCommandOfACase(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		user string
		err  error
		want string
	}{
		"theirs":       {ana, nil, "K7Q-42 · middle"},
		"not theirs":   {ana, bot.ErrNotAllowed, "This case is not yours to read."},
		"no part":      {ruth, bot.ErrGlass, "You have no part in this case"},
		"there is not": {ana, bot.ErrNoCase, "There is no such case any more."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := atHome(t)
			w.desk.set(func(d *desk) { d.look = func(context.Context) error { return tt.err } })
			if v := w.page(tt.user); !strings.Contains(v.Plain(), tt.want) || strings.Contains(v.Plain(), "zebra") == (tt.err != nil) {
				t.Errorf("got %q, want %q", v.Plain(), tt.want)
			}
		})
	}
}

// A command whose acknowledgement is lost comes again, and does nothing twice.
func TestCommandRedelivered(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.run()
	w.fake.LoseAcks(1)
	reply, err := w.fake.User(ana).Command(fakeslack.Channel, "hold K7Q-42")
	w.must(err)
	if !reply.Acked || reply.Attempts < 2 {
		t.Errorf("got %+v, want acknowledged at a later delivery", reply)
	}
	w.oneAct()
}
