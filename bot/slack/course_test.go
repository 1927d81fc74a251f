package slack_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"anteroom/bot"
	"anteroom/bot/care"
	fakeslack "anteroom/bot/slack/slacktest"
)

// inCare is a case in the middle of a therapy, with something of everything.
func inCare(t *testing.T) bot.View {
	t.Helper()
	v := sampleView()
	v.Steers, v.Rules = true, care.DefaultRules()
	v.Library = []bot.Play{
		{ID: "touch-1", Title: "Touch, step 1", Series: "sensate-focus", Variants: []string{"solo"}},
		{ID: "talk", Title: "Ten minutes to talk"},
	}
	c := &v.Case
	c.Status = care.Booked
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	move := func(name care.MoveName, as care.Role, at time.Time) {
		t.Helper()
		_, err := c.Move(name, care.Mover{As: as, By: "ana", Round: care.AnyRound}, at)
		must(err)
	}
	move(care.MoveAccept, care.RoleClient, at(-90*day))
	id, err := c.BookSession(care.SessionOffer{Kind: care.ForEvaluation, Therapist: "ana", Times: []int64{at(-80 * day).Unix()}, Minutes: 50}, v.Rules.Sessions, at(-89*day))
	must(err)
	must(c.MarkSession(id, true, at(-79*day)))
	move(care.MovePlan, care.RolePart, at(-70*day))
	_, err = c.Join(2, at(-70*day))
	must(err)
	_, err = c.SetGoal(care.Goal{Words: secretWords, Weight: 5, Begins: -2, By: "ana"}, at(-69*day))
	must(err)
	c.AgreeGoals(care.TheClient, at(-68*day))
	move(care.MoveStart, care.RolePart, at(-5*time.Minute))
	must(c.RateGoals(care.TheClient, map[care.GoalID]care.Attained{1: -1}, at(-4*time.Minute)))
	_, err = c.Give(care.Assignment{Library: "touch-1", Variant: "solo", Person: care.TheClient, By: "ana"}, at(-3*time.Minute))
	must(err)
	_, err = c.BookSession(care.SessionOffer{Kind: care.ForTherapy, Therapist: "ana", Times: []int64{at(day).Unix()}, Minutes: 50}, v.Rules.Sessions, at(-2*time.Minute))
	must(err)
	must(c.Observe(care.Observation{By: "ruth", Talks: 4, Note: "zebra note"}, at(-time.Minute)))
	c.Raise(care.FlagPain, care.TheClient, at(-time.Minute))
	return v
}

// page opens the case's page by the command.
func (w *world) page(user string) fakeslack.View {
	w.Helper()
	if _, err := w.fake.User(user).Command(fakeslack.Channel, "case k7q-42"); err != nil {
		w.Fatal(err)
	}
	v, err := w.fake.WaitView(w.ctx, user, nil)
	w.must(err)
	return v
}

// courseForm opens a form from the page.
func (w *world) courseForm(user, what string) fakeslack.View {
	w.Helper()
	if _, err := w.fake.User(user).PressView(w.page(user), "anteroom.course."+what); err != nil {
		w.Fatal(err)
	}
	name, _, _ := strings.Cut(what, ".")
	f, err := w.fake.WaitView(w.ctx, user, func(f fakeslack.View) bool { return f.CallbackID == "anteroom.course."+name })
	w.must(err)
	return f
}

func inCourse(t *testing.T) *world {
	w := newWorld(t, nil)
	w.desk = &desk{view: inCare(t)}
	w.run()
	w.fake.User(ana).OpenHome()
	_, err := w.fake.WaitHome(w.ctx, ana, nil)
	w.must(err)
	return w
}

func TestCoursePage(t *testing.T) {
	t.Parallel()
	w := inCourse(t)
	v := w.page(ana)
	for _, want := range []string{
		"K7Q-42 · middle", "! client: pain in a report", "Touch, step 1", // the table
		"Goals reached", "New goals", "Begin the ending", "Close without an ending", "Undo", "Seen: 1 flag",
		"Tue 4 May 10:00 · therapy with Ana", "Cancel", "Offer times", "Book a settled time", "Observation",
		"everybody: ×5, began at −2 · " + secretWords, "client: T 30 → 40", "Confirm client: rating", "Change", "Drop", "New goal",
		"client: Touch, step 1, solo · goes out", "Take back", "Give an assignment", "Hold", "Ask less",
		"Ruth · talks 4 · zebra note", "Summary",
	} {
		if !strings.Contains(v.Plain(), want) {
			t.Errorf("no %q in\n%s", want, v.Plain())
		}
	}
	harmlessWords(t, "the page", v.Blocks)
	if v.PrivateMetadata != `{"case":"K7Q-42","round":3}` {
		t.Errorf("got private metadata %s, want the case and the round only", v.PrivateMetadata)
	}

	// Who may look and not steer has nothing to press but the summary.
	w.desk.set(func(d *desk) { d.view.Steers = false })
	v = w.page(ana)
	for _, b := range v.Blocks {
		if b["type"] == "actions" && b["block_id"] != "page" {
			t.Errorf("got buttons %v for somebody who may only look", b["block_id"])
		}
	}
}

// harmlessWords: a client's words are in nothing that Slack formats.
func harmlessWords(t *testing.T, where string, blocks []fakeslack.Block) {
	t.Helper()
	if pings := fakeslack.Mentions("", blocks); len(pings) > 0 {
		t.Errorf("%s pings %q", where, pings)
	}
}

// The summary leads to the page and back, in one modal.
func TestSteerOnSummary(t *testing.T) {
	t.Parallel()
	w := inCourse(t)
	v := w.open(ana)
	_, err := w.fake.User(ana).PressView(v, "anteroom.case.K7Q-42")
	w.must(err)
	page, err := w.fake.WaitView(w.ctx, ana, func(v fakeslack.View) bool { return v.CallbackID == "anteroom.course" })
	w.must(err)
	_, err = w.fake.User(ana).PressView(page, "anteroom.read")
	w.must(err)
	_, err = w.fake.WaitView(w.ctx, ana, func(v fakeslack.View) bool { return v.CallbackID == "anteroom.summary" })
	w.must(err)
	if all := w.fake.Views(ana); len(all) != 1 {
		t.Errorf("got %d modals, want one", len(all))
	}

	w.desk.set(func(d *desk) { d.view = sampleView() })
	if v := w.open(ruth); strings.Contains(v.Plain(), "Steer") {
		t.Error("an enquiry can be steered")
	}
}

func TestPressesThatSteer(t *testing.T) {
	t.Parallel()
	round := 3
	tests := []struct {
		press string
		want  bot.Steer
		done  string
	}{
		{"undo", bot.Steer{Undo: &round}, "Your move is taken back."},
		{"cancel.2", bot.Steer{Cancel: 2}, "The session is cancelled."},
		{"missed.1", bot.Steer{Met: &bot.Met{Session: 1}}, "Noted: they did not come."},
		{"drop.1", bot.Steer{Drop: 1}, "The goal is out of the plan."},
		{"take.1", bot.Steer{Take: 1}, "The assignment is taken back."},
		{"hold", bot.Steer{Hold: true}, "Assignments are on hold."},
		{"seen", bot.Steer{Seen: true}, "Noted: you have seen the flags."},
	}
	for _, tt := range tests {
		t.Run(tt.press, func(t *testing.T) {
			t.Parallel()
			w := inCourse(t)
			v := w.page(ana)
			for range 2 { // the second press is the same act
				reply, err := w.fake.User(ana).PressView(v, "anteroom.course."+tt.press)
				w.must(err)
				if !reply.Acked || reply.Attempts != 1 {
					t.Errorf("got %+v, want acknowledged", reply)
				}
				top, err := w.fake.WaitView(w.ctx, ana, func(v fakeslack.View) bool { return strings.HasPrefix(v.Plain(), tt.done) })
				w.must(err)
				if top.ID != v.ID || top.CallbackID != "anteroom.course" {
					t.Errorf("got %+v, want the page drawn anew", top)
				}
			}
			acts := w.desk.Acts()
			tt.want.Round = &round // every act says what its page showed
			if diff := cmp.Diff(*acts[0].Steer, tt.want); diff != "" || acts[0].By != "ana" || acts[0].Case != "K7Q-42" {
				t.Errorf("act, got → want:\n%s%+v", diff, acts[0])
			}
		})
	}
}

// What was not recorded is not acknowledged, and comes again as the same act.
func TestPressAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.desk = &desk{view: inCare(t), act: func(context.Context, bot.Act) error { return errors.New("the store is down") }}
	w.run()
	v := w.page(ana)
	w.fake.AckWithin(30 * time.Millisecond)
	reply, err := w.fake.User(ana).PressView(v, "anteroom.course.hold")
	w.must(err)
	if reply.Acked {
		t.Error("a press that was not recorded was acknowledged")
	}
	if _, err := w.fake.User(ana).PressView(v, "anteroom.course.hold"); err != nil {
		t.Error(err)
	}
	w.oneAct()
	e, err := w.fake.WaitEphemeral(w.ctx, ana, nil)
	w.must(err)
	if e.Plain() != "Not done yet. Please press again." {
		t.Errorf("got %q", e.Plain())
	}
}

func TestCourseForms(t *testing.T) {
	t.Parallel()
	tests := []struct {
		form   string
		values fakeslack.Values
		want   bot.Steer
		shown  string // on the form
	}{
		{"move.end", fakeslack.Values{"goodbye": "Go well. ", "reason": "all met"},
			bot.Steer{Move: &bot.Moving{Name: care.MoveEnd, Round: 3, Why: "all met", Goodbye: "Go well."}}, "Stops: agreeing to the goals, assignments, report"},
		{"move.close", nil, bot.Steer{Move: &bot.Moving{Name: care.MoveClose, Round: 3}}, "Sessions that are still to come are cancelled."},
		{"offer", fakeslack.Values{"time1": at(3 * day), "typed": "2027-05-05 16:00\n\n2027-05-05 17:00"},
			bot.Steer{Offer: &care.SessionOffer{Therapist: "ana", Times: []int64{at(2*day + 6*time.Hour).Unix(), at(2*day + 7*time.Hour).Unix(), at(3 * day).Unix()}}}, "eight in all"},
		{"book", fakeslack.Values{"therapist": "ruth", "typed": "2027-05-05 16:00"},
			bot.Steer{Book: &care.SessionOffer{Therapist: "ruth", Times: []int64{at(2*day + 6*time.Hour).Unix()}}}, "With whom"},
		{"observe", fakeslack.Values{"talks": "2", "motivation": "5", "note": "quiet"},
			bot.Steer{Observe: &care.Observation{Session: 1, Talks: 2, Motivation: 5, Note: "quiet"}}, "No client is ever shown it."},
		{"score", fakeslack.Values{"form": " IIEF 5", "score": "19"}, bot.Steer{Score: &bot.Scoring{Name: "iief-5", Person: "1", Score: 19}}, "asked by the chat"},
		{"goal.new", fakeslack.Values{"words": "Less worry", "weight": "3", "begins": "-1", "whom": "2"},
			bot.Steer{Goal: &care.Goal{Person: "2", Words: "Less worry", Weight: 3, Begins: -1}}, "everybody"},
		{"goal.1", fakeslack.Values{"words": "Another", "levels": "a\nb\nc\nd\ne"},
			bot.Steer{Goal: &care.Goal{ID: 1, Words: "Another", Weight: 5, Begins: -2, Levels: []string{"a", "b", "c", "d", "e"}}}, "asked about anew"},
		{"rate.1.1", fakeslack.Values{"level": "0"}, bot.Steer{Confirm: &bot.Confirming{Goal: 1, Person: "1"}}, "The client said −1"},
		{"give", fakeslack.Values{"play": "touch-1/solo", "whom": "2", "from": at(day), "until": at(9 * day)},
			bot.Steer{Give: &care.Assignment{Library: "touch-1", Variant: "solo", Person: "2", From: at(day).Unix(), Until: at(9 * day).Unix()}}, "Sensate focus"},
		{"less", fakeslack.Values{"cadence": "pulse", "mode": "before"}, bot.Steer{Quiet: &bot.Quieting{Cadence: care.CadencePulse, Person: "1"}}, "two-tap pulse"},
	}
	for _, tt := range tests {
		t.Run(tt.form, func(t *testing.T) {
			t.Parallel()
			w := inCourse(t)
			f := w.courseForm(ana, tt.form)
			if all := fmt.Sprint(f.Blocks); !strings.Contains(all, tt.shown) {
				t.Errorf("no %q in %s", tt.shown, all)
			}
			reply, err := w.fake.User(ana).SubmitView(f.ID, tt.values)
			w.must(err)
			if reply.Trouble || reply.Attempts != 1 {
				t.Errorf("got %+v, want an answer Slack can use", reply)
			}
			acts := w.desk.Acts()
			if len(acts) != 1 || acts[0].Steer == nil {
				t.Fatalf("got %+v, want one act", acts)
			}
			round := 3
			tt.want.Round = &round // every act says what its page showed
			if diff := cmp.Diff(*acts[0].Steer, tt.want); diff != "" {
				t.Errorf("act, got → want:\n%s", diff)
			}
			w.eventually("what was done stands above the page, and on it", func() bool {
				stack := w.fake.Views(ana)
				return len(stack) == 2 && stack[1].SubmitLabel == "" && strings.HasPrefix(stack[0].Plain(), stack[1].Plain())
			})
		})
	}
}

func TestCourseFormErrors(t *testing.T) {
	t.Parallel()
	tests := []struct {
		form   string
		values fakeslack.Values
		field  string
		want   string
	}{
		{"offer", nil, "time1", "Choose at least one time."},
		{"offer", fakeslack.Values{"typed": "tomorrow at three"}, "typed", "“tomorrow at three” is no time. Write it like 2027-05-06 15:00."},
		{"offer", fakeslack.Values{"typed": "2027-05-02 15:00"}, "typed", "This time has passed. Choose one ahead."},
		{"offer", fakeslack.Values{"typed": "2027-06-01 01:00\n2027-06-01 02:00\n2027-06-01 03:00\n2027-06-01 04:00\n2027-06-01 05:00\n2027-06-01 06:00\n2027-06-01 07:00\n2027-06-01 08:00\n2027-06-01 09:00"},
			"typed", "At most 8 times; these are 9."},
		{"book", fakeslack.Values{"time1": at(day), "typed": "2027-06-01 01:00"}, "typed", "Choose a time or type it, not both."},
		{"score", fakeslack.Values{"form": "FSFI", "score": "-1"}, "score", "A whole number from 0 to 1000."},
		{"observe", nil, "note", "Choose a figure, or write a line."},
		{"goal.new", fakeslack.Values{"words": " ", "weight": "3", "begins": "-1"}, "words", "Write the goal."},
		{"goal.new", fakeslack.Values{"words": "x", "weight": "3", "begins": "-1", "levels": "one\ntwo"}, "levels", "Five lines, from −2 to +2, or none."},
		{"give", fakeslack.Values{"play": "talk", "from": at(2 * day), "until": at(day)}, "until", "It would end before it begins."},
	}
	for _, tt := range tests {
		t.Run(tt.form+" "+tt.want, func(t *testing.T) {
			t.Parallel()
			w := inCourse(t)
			f := w.courseForm(ana, tt.form)
			_, err := w.fake.User(ana).SubmitView(f.ID, tt.values)
			w.must(err)
			top, err := w.fake.WaitView(w.ctx, ana, nil)
			w.must(err)
			if top.Errors[tt.field] != tt.want || len(w.desk.Acts()) != 0 {
				t.Errorf("got %v and %d acts, want %q", top.Errors, len(w.desk.Acts()), tt.want)
			}
		})
	}
}

// A refusal is said at the form's first field, and what was typed stays.
func TestRefusedSteering(t *testing.T) {
	t.Parallel()
	moved := &care.Conflict{Err: care.ErrDecided, By: "ruth", At: start.Add(-time.Hour).Unix()}
	tests := []struct {
		name, form string
		values     fakeslack.Values
		err        error
		field      string // "": a note takes the form's place
		want       string
	}{
		{"time taken", "offer", fakeslack.Values{"time1": at(day)}, care.ErrTimeTaken, "therapist", "That time is given to another session, or kept for another client. Choose another. Nothing was done."},
		{"away", "book", fakeslack.Values{"time1": at(day)}, fmt.Errorf("ana is away that day: %w", care.ErrNotPossible), "therapist", "Ana is away that day. Nothing was done."},
		{"on hold", "give", fakeslack.Values{"play": "talk"}, fmt.Errorf("zebra: %w", care.ErrHeld), "play", "Assignments are on hold. Lift the hold first. Nothing was done."},
		{"five goals", "goal.new", fakeslack.Values{"words": "x", "weight": "3", "begins": "-1"}, care.ErrNotPossible, "whom", "Goals are set from the planning on, and five are enough for one person. Nothing was done."},
		{"moved since", "move.end", nil, fmt.Errorf("move: %w", moved), "", "Ruth moved the case at 09:00. This is how it stands now. Nothing was done."},
		{"not theirs", "less", fakeslack.Values{"cadence": "pulse"}, bot.ErrNotAllowed, "", "This case is not yours to read. Nothing was done."},
		{"store down", "observe", fakeslack.Values{"note": "x"}, errors.New("zebra"), "session", "Not done yet. Please press again."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := inCourse(t)
			f := w.courseForm(ana, tt.form)
			w.desk.set(func(d *desk) { d.act = func(context.Context, bot.Act) error { return tt.err } })
			reply, err := w.fake.User(ana).SubmitView(f.ID, tt.values)
			w.must(err)
			top, err := w.fake.WaitView(w.ctx, ana, nil)
			w.must(err)
			got := top.Errors[tt.field]
			if tt.field == "" {
				got = top.Plain()
			}
			if got != tt.want || reply.Trouble {
				t.Errorf("got %q %v, want %q", got, top.Errors, tt.want)
			}
		})
	}
}

// A page that the case has left behind opens no form.
func TestStalePage(t *testing.T) {
	t.Parallel()
	w := inCourse(t)
	v := w.page(ana)
	w.desk.set(func(d *desk) {
		if _, err := d.view.Case.Move(care.MoveReach, care.Mover{As: care.RolePart, By: "ruth", Round: care.AnyRound}, start); err != nil {
			t.Error(err)
		}
	})
	_, err := w.fake.User(ana).PressView(v, "anteroom.course.move.end")
	w.must(err)
	top, err := w.fake.WaitView(w.ctx, ana, func(x fakeslack.View) bool { return x.Hash != v.Hash })
	w.must(err)
	if top.ID != v.ID || !strings.HasPrefix(top.Plain(), "The case has moved meanwhile.") || !strings.Contains(top.Plain(), "K7Q-42 · reached") {
		t.Errorf("got %q, want the page as the case stands now", top.Plain())
	}
}

// What no button or form of ours could send changes nothing that the desk would
// not allow.
func TestForgedSteering(t *testing.T) {
	t.Parallel()
	w := inCourse(t)
	view := func(callback, metadata string) map[string]any {
		return map[string]any{"id": "V1", "type": "modal", "callback_id": callback, "private_metadata": metadata, "blocks": []any{},
			"state": map[string]any{"values": map[string]any{"reason": map[string]any{"reason": map[string]any{"type": "plain_text_input", "value": "zebra"}}}}}
	}
	const known = `{"case":"K7Q-42","round":3,"of":"end"}`
	for _, tt := range []struct {
		name, user string
		view       map[string]any
		acts       int
	}{
		{"a stranger", stranger, view("anteroom.course.move", known), 0},
		{"no case", ana, view("anteroom.course.move", ""), 0},
		{"an impossible case", ana, view("anteroom.course.move", `{"case":"../../x"}`), 0},
		{"an unknown form", ana, view("anteroom.course.erase", known), 0},
		{"another's case: the desk decides", ana, view("anteroom.course.move", `{"case":"K7Q-43","of":"end"}`), 1},
	} {
		before := len(w.desk.Acts())
		reply := w.fake.Send("interactive", w.fake.User(tt.user).Payload(tt.view))
		if !reply.Acked || strings.Contains(string(reply.Payload), "zebra") || len(w.desk.Acts())-before != tt.acts {
			t.Errorf("%s: got %+v and %d acts, want %d", tt.name, reply, len(w.desk.Acts())-before, tt.acts)
		}
	}

	// Presses: a foreign person on somebody's page, numbers that cannot be.
	page := w.page(ana)
	for _, tt := range []struct{ user, action, metadata string }{
		{stranger, "anteroom.course.hold", known},
		{ana, "anteroom.course.hold", `{"case":"x"}`},
		{ana, "anteroom.course.cancel.-1", known},
		{ana, "anteroom.course.cancel", known},
		{ana, "anteroom.course.drop.1e9", known},
		{ana, "anteroom.course.erase", known},
	} {
		before := len(w.desk.Acts())
		payload := w.fake.User(tt.user).Payload(view("anteroom.course", tt.metadata))
		payload["type"], payload["trigger_id"] = "block_actions", "no"
		payload["view"].(map[string]any)["id"] = page.ID
		payload["actions"] = []any{map[string]any{"type": "button", "action_id": tt.action, "action_ts": "1.1"}}
		if reply := w.fake.Send("interactive", payload); !reply.Acked || len(w.desk.Acts()) != before {
			t.Errorf("%+v: got %+v and %d acts, want none", tt, reply, len(w.desk.Acts())-before)
		}
	}
}
