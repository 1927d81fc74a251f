package slack_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"anteroom/bot"
	"anteroom/bot/care"
	fakeslack "anteroom/bot/slack/slacktest"
)

func TestSummary(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.run()
	v := w.open(ana)
	want := strings.Join([]string{
		"K7Q-42 · F · answer due Thu 17:00",
		"*Fit*\nF, book an evaluation: &lt;Ana&gt; &amp; co",
		"*Asked*\npelvic pain; alone",
		secretWords,
		"after",
		"Offer times", "Wait", "Colleague", "Refer", "Ask", "Call",
	}, "\n")
	if diff := cmp.Diff(v.Plain(), want); diff != "" {
		t.Errorf("summary, got → want:\n%s", diff)
	}
	if pings := fakeslack.Mentions("", v.Blocks); len(pings) != 0 {
		t.Errorf("got pings %v, want none", pings)
	}
	if v.PrivateMetadata != `{"case":"K7Q-42","round":0}` {
		t.Errorf("got private metadata %s, want the case and the round only", v.PrivateMetadata)
	}
	if diff := cmp.Diff(w.desk.looks, []care.TherapistID{"ana"}); diff != "" {
		t.Errorf("looks, got → want:\n%s", diff)
	}
}

// A summary beyond every limit is cut, not refused.
func TestHugeSummary(t *testing.T) {
	t.Parallel()
	for name, repeat := range map[string]int{"many": 1, "many and long": 4000} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, nil)
			w.desk = &desk{view: sampleView()}
			for i := range 150 {
				w.desk.view.Summary.Sections = append(w.desk.view.Summary.Sections, care.Section{
					Key: fmt.Sprint(i), Title: fmt.Sprintf("Part %d", i),
					Lines: []care.Line{{Text: strings.Repeat("<&> ", repeat)}, {Text: strings.Repeat("ü\x00 ", repeat), Words: true}, {Text: "", Words: true}},
				})
			}
			w.run()
			if got := w.open(ana).Plain(); !strings.Contains(got, "There is more") || !strings.Contains(got, "Offer times") {
				t.Errorf("got a summary of %d bytes, want it cut with its decisions", len(got))
			}
		})
	}
}

func TestWhoMayNotSee(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		user string
		err  error
		want string
	}{
		{"not theirs", ana, bot.ErrNotAllowed, "This case is not yours to read."},
		{"unknown person", stranger, nil, "This case is not yours to read."},
		{"erased", ana, bot.ErrNoCase, "There is no such case any more."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, nil)
			w.desk = &desk{view: sampleView(), look: func(context.Context) error { return tt.err }}
			w.run()
			v := w.open(tt.user)
			if v.Plain() != tt.want || v.SubmitLabel != "" || v.PrivateMetadata != "" {
				t.Errorf("got %+v, want %q and nothing else", v, tt.want)
			}
			if tt.user == stranger && len(w.desk.looks) != 0 {
				t.Error("the desk was asked for a person it does not know")
			}
		})
	}
}

// Somebody who lost the right to read between two presses sees the summary no
// longer.
func TestRightsAreAskedAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.run()
	v := w.open(ana)
	w.desk.set(func(d *desk) { d.look = func(context.Context) error { return bot.ErrNotAllowed } })
	_, err := w.fake.User(ana).PressView(v, "anteroom.decide.offer")
	w.must(err)
	top, err := w.fake.WaitView(w.ctx, ana, func(v fakeslack.View) bool { return v.CallbackID != "anteroom.summary" })
	w.must(err)
	if all := w.fake.Views(ana); len(all) != 1 || top.Plain() != "This case is not yours to read." {
		t.Errorf("got %+v, want the summary replaced by one line", all)
	}
}

func TestExpiredTrigger(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.desk = &desk{view: sampleView(), look: func(context.Context) error { w.clock.Advance(4 * time.Second); return nil }}
	w.run()
	_, err := w.fake.User(ana).Press(w.card(), "anteroom.read")
	w.must(err)
	m, err := w.fake.WaitEphemeral(w.ctx, ana, nil)
	w.must(err)
	if want := "That took too long. Please press the button again."; m.Plain() != want {
		t.Errorf("got %q, want %q", m.Plain(), want)
	}
	if all := w.fake.Views(ana); len(all) != 0 {
		t.Errorf("got %+v, want no modal", all)
	}

	// Inside a modal the form takes the summary's place instead.
	w.desk.set(func(d *desk) { d.look = nil })
	v := w.open(ana)
	w.desk.set(func(d *desk) { d.look = func(context.Context) error { w.clock.Advance(4 * time.Second); return nil } })
	_, err = w.fake.User(ana).PressView(v, "anteroom.decide.ask")
	w.must(err)
	f, err := w.fake.WaitView(w.ctx, ana, func(v fakeslack.View) bool { return v.CallbackID == "anteroom.decide.ask" })
	w.must(err)
	if f.ID != v.ID {
		t.Errorf("got view %s, want the form in %s", f.ID, v.ID)
	}
}

// at is a time after start.
func at(d time.Duration) time.Time { return start.Add(d) }

const day = 24 * time.Hour

func TestDecisions(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		kind   care.DecisionKind
		values fakeslack.Values
		want   care.Decision
		done   string
	}{
		{"offer", care.Offer, fakeslack.Values{"time1": at(2 * day), "time2": at(day), "note": " See you <soon> "},
			care.Decision{Kind: care.Offer, By: "ana", Therapist: "ana", Times: []int64{at(day).Unix(), at(2 * day).Unix()}, Note: "See you <soon>"},
			"Done: offered Tue 4 May 10:00, Wed 5 May 10:00 (UTC) with Ana."},
		{"offer with a reason", care.Offer, fakeslack.Values{"therapist": "ruth", "time1": at(day), "overrule": "one place came free"},
			care.Decision{Kind: care.Offer, By: "ana", Therapist: "ruth", Times: []int64{at(day).Unix()}, Overrule: "one place came free"},
			"with Ruth."},
		{"wait", care.Wait, fakeslack.Values{"date": "2027-06-09", "write_by": "2027-05-10"},
			care.Decision{Kind: care.Wait, By: "ana", Date: "2027-06-09", WriteBy: "2027-05-10"},
			"Done: the waitlist, a place about 9 June, and you write by 10 May."},
		{"colleague", care.Colleague, fakeslack.Values{"date": "2027-05-20", "overrule": "asked her"},
			care.Decision{Kind: care.Colleague, By: "ana", Therapist: "ruth", Date: "2027-05-20", Overrule: "asked her"},
			"Done: passed on to Ruth, about 20 May."},
		{"refer", care.Refer, fakeslack.Values{"names": "  Dr  One, Leeds \n\nDr Two\n", "note": "Good people"},
			care.Decision{Kind: care.Refer, By: "ana", Names: []string{"Dr One, Leeds", "Dr Two"}, Note: "Good people"},
			"Done: other names given: 2."},
		{"refer without names", care.Refer, nil, care.Decision{Kind: care.Refer, By: "ana"}, "Done: other names given: 0."},
		{"ask", care.Ask, fakeslack.Values{"question": "Does it hurt every time?"},
			care.Decision{Kind: care.Ask, By: "ana", Note: "Does it hurt every time?"}, "Done: asked your question."},
		{"call at", care.Call, fakeslack.Values{"call_at": at(time.Hour)},
			care.Decision{Kind: care.Call, By: "ana", Times: []int64{at(time.Hour).Unix()}}, "Done: you will call, Mon 3 May 11:00 (UTC)."},
		{"call in words", care.Call, fakeslack.Values{"window": "Thursday, 5 to 6 pm"},
			care.Decision{Kind: care.Call, By: "ana", Note: "Thursday, 5 to 6 pm"}, "Done: you will call."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, nil)
			w.run()
			f := w.form(ana, tt.kind)
			if strings.Contains(f.Plain()+f.PrivateMetadata, "zebra") {
				t.Errorf("got a form with a client's words: %+v", f)
			}
			reply, err := w.fake.User(ana).SubmitView(f.ID, tt.values)
			w.must(err)
			if reply.Trouble || reply.Attempts != 1 {
				t.Errorf("got %+v, want an answer Slack can use", reply)
			}
			acts := w.desk.Acts()
			if len(acts) != 1 || acts[0].Decision == nil {
				t.Fatalf("got acts %+v, want one decision", acts)
			}
			if diff := cmp.Diff(*acts[0].Decision, tt.want); diff != "" {
				t.Errorf("decision, got → want:\n%s", diff)
			}
			if acts[0].Case != "K7Q-42" || acts[0].By != "ana" || acts[0].Claim {
				t.Errorf("got %+v, want a decision of ana on K7Q-42", acts[0])
			}
			top, err := w.fake.WaitView(w.ctx, ana, nil)
			w.must(err)
			if !strings.Contains(top.Plain(), tt.done) || top.SubmitLabel != "" {
				t.Errorf("got %q, want %q and nothing to submit", top.Plain(), tt.done)
			}
		})
	}
}

func TestFormErrors(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		kind   care.DecisionKind
		values fakeslack.Values
		want   map[string]string
	}{
		{"past time", care.Offer, fakeslack.Values{"time1": at(-time.Minute)}, map[string]string{"time1": "This time has passed. Choose one ahead."}},
		{"far time", care.Offer, fakeslack.Values{"time1": at(400 * day)}, map[string]string{"time1": "This is more than a year ahead. Is the year right?"}},
		{"same time", care.Offer, fakeslack.Values{"time1": at(day), "time3": at(day)}, map[string]string{"time3": "This is the same time again."}},
		{"no reason", care.Offer, fakeslack.Values{"therapist": "ruth", "time1": at(day)},
			map[string]string{"overrule": "Something speaks against this choice, see above. Please say why all the same."}},
		{"past days", care.Wait, fakeslack.Values{"date": "2027-05-02", "write_by": "2027-05-01"},
			map[string]string{"date": "This day has passed. Choose one ahead.", "write_by": "This day has passed. Choose one ahead."}},
		{"writes too late", care.Wait, fakeslack.Values{"date": "2027-06-01", "write_by": "2027-06-02"},
			map[string]string{"write_by": "Write on or before the day on which you can see them."}},
		{"too many names", care.Refer, fakeslack.Values{"names": strings.Repeat("x\n", 11)}, map[string]string{"names": "At most 10 names."}},
		{"long name", care.Refer, fakeslack.Values{"names": strings.Repeat("x", 201)}, map[string]string{"names": "One name a line, each at most 200 characters."}},
		{"blank question", care.Ask, fakeslack.Values{"question": "  "}, map[string]string{"question": "Write your question."}},
		{"call never", care.Call, nil, map[string]string{"call_at": "Choose a time, or say it in words below."}},
		{"call twice", care.Call, fakeslack.Values{"call_at": at(day), "window": "some time"}, map[string]string{"window": "Choose a time or say it in words, not both."}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, nil)
			w.run()
			f := w.form(ana, tt.kind)
			reply, err := w.fake.User(ana).SubmitView(f.ID, tt.values)
			w.must(err)
			top, err := w.fake.WaitView(w.ctx, ana, nil)
			w.must(err)
			if diff := cmp.Diff(top.Errors, tt.want); diff != "" || reply.Trouble || top.ID != f.ID {
				t.Errorf("errors, got → want:\n%s(%+v)", diff, reply)
			}
			if n := len(w.desk.Acts()); n != 0 {
				t.Errorf("got %d acts, want none", n)
			}
		})
	}
}

func TestRefusedDecisions(t *testing.T) {
	t.Parallel()
	ruthAt := func(sentinel error, kind care.DecisionKind) error {
		return fmt.Errorf("decide: %w", &care.Conflict{Err: sentinel, By: "ruth", Kind: kind, At: start.Add(-2 * day).Unix()})
	}
	tests := []struct {
		name  string
		err   error
		field string // where the line stands; "": the form is replaced
		want  string
	}{
		{"decided", ruthAt(care.ErrDecided, care.Offer), "", "Ruth was first: offered times at 10:00 on 1 May. Nothing was sent twice."},
		{"in hand", ruthAt(care.ErrNotYours, ""), "", "Ruth has this case in hand since 10:00 on 1 May. Nothing was sent."},
		{"not allowed", bot.ErrNotAllowed, "", "This case is not yours to read. Nothing was sent."},
		{"no case", bot.ErrNoCase, "", "There is no such case any more. Nothing was sent."},
		{"not possible", care.ErrNotPossible, "", "That is not possible where the case stands now. Nothing was sent."},
		{"full", care.ErrFull, "therapist", "This caseload is at its hard cap, which nobody overrules. Choose someone else, or go back and choose Wait."},
		{"no slot", care.ErrNoReducedSlot, "therapist", "No reduced-fee place is open here. Choose someone else, or go back and choose Wait."},
		{"time taken", care.ErrTimeTaken, "time1", "One of these times is held for another case. Choose other times."},
		{"store down", fmt.Errorf("commit: zebra: %w", context.DeadlineExceeded), "therapist", "Not done yet. Please press again."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, nil)
			w.desk = &desk{view: sampleView(), act: func(context.Context, bot.Act) error { return tt.err }}
			w.run()
			f := w.form(ana, care.Offer)
			reply, err := w.fake.User(ana).SubmitView(f.ID, fakeslack.Values{"time1": at(day)})
			w.must(err)
			if reply.Trouble {
				t.Errorf("got %+v, want an answer Slack can use", reply)
			}
			top, err := w.fake.WaitView(w.ctx, ana, nil)
			w.must(err)
			got := top.Plain()
			if tt.field != "" {
				got = top.Errors[tt.field]
			}
			if got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// A case that was decided meanwhile shows where it stands instead of a form.
func TestStaleSummary(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.run()
	v := w.open(ana)
	w.desk.set(func(d *desk) {
		d.view.Case.Status = care.Offered
		d.view.Case.Decisions = []care.Decision{{Kind: care.Offer, By: "ruth", At: start.Add(-time.Hour).Unix()}}
		d.view.Case.Holder = care.Claim{By: "ruth", At: start.Add(-time.Hour).Unix()}
		d.view.Summary.Decisions = nil
	})
	_, err := w.fake.User(ana).PressView(v, "anteroom.decide.wait")
	w.must(err)
	top, err := w.fake.WaitView(w.ctx, ana, func(x fakeslack.View) bool { return x.Hash != v.Hash })
	w.must(err)
	if !strings.Contains(top.Plain(), "Ruth offered times at 09:00.") || strings.Contains(top.Plain(), "Refer") {
		t.Errorf("got %q, want who was first and nothing to press", top.Plain())
	}
}

// What another therapist has in hand can be read, not decided.
func TestInAnothersHand(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.desk = &desk{view: sampleView()}
	w.desk.view.Case.Status = care.Claimed
	w.desk.view.Case.Holder = care.Claim{By: "ruth", At: start.Unix()}
	w.run()
	if got := w.open(ana).Plain(); !strings.Contains(got, "Ruth has this case in hand since 10:00.") || strings.Contains(got, "Offer times") {
		t.Errorf("for ana: got %q, want no decisions", got)
	}
	if got := w.open(ruth).Plain(); !strings.Contains(got, "You have this case in hand since 10:00.") || !strings.Contains(got, "Offer times") {
		t.Errorf("for ruth: got %q, want the decisions", got)
	}
}

// The form suggests the presser, or the best who has room.
func TestWhoIsSuggested(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		user string
		full []care.Reason // of ana
		want care.TherapistID
	}{
		{"the presser", ruth, nil, "ruth"},
		{"the presser, best too", ana, nil, "ana"},
		{"somebody with room", ana, []care.Reason{{Code: "full-total", Text: "Ana: all cases 18, hard cap 18"}}, "ruth"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, nil)
			w.desk = &desk{view: sampleView()}
			w.desk.view.Assessment.Candidates[0].Full = tt.full
			w.run()
			f := w.form(tt.user, care.Offer)
			_, err := w.fake.User(tt.user).SubmitView(f.ID, fakeslack.Values{"time1": at(day), "overrule": "because"})
			w.must(err)
			acts := w.desk.Acts()
			if len(acts) != 1 || acts[0].Decision.Therapist != tt.want {
				t.Errorf("got %+v, want an offer with %s", acts, tt.want)
			}
			if shown := strings.Contains(f.Plain(), "hard cap 18"); shown != (tt.full != nil) {
				t.Errorf("got %q, want what speaks against shown", f.Plain())
			}
		})
	}
}
