package slack_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"anteroom/bot"
	"anteroom/bot/care"
	fakeslack "anteroom/bot/slack/slacktest"
)

// A form is answered in time although the store hangs, and pressing again is
// the same act as before unless the content changed.
func TestSubmitWithTheStoreHanging(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(s *settings) { s.slack.Patience = 300 * time.Millisecond })
	release := make(chan struct{})
	w.desk = &desk{view: sampleView()}
	w.run()
	f := w.form(ana, care.Ask)
	w.desk.set(func(d *desk) {
		d.act = func(context.Context, bot.Act) error { <-release; return nil } // deaf to its context
	})
	first := fakeslack.Values{"question": "How often?"}
	reply, err := w.fake.User(ana).SubmitView(f.ID, first)
	close(release)
	w.must(err)
	top, err := w.fake.WaitView(w.ctx, ana, nil)
	w.must(err)
	if want := "Not done yet. Please press again."; reply.Attempts != 1 || top.Errors["question"] != want {
		t.Errorf("got %+v %v, want %q", reply, top.Errors, want)
	}
	_, err = w.fake.User(ana).SubmitView(f.ID, first)
	w.must(err)
	w.oneAct()
}

func TestChangedFormIsAnotherAct(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.desk = &desk{view: sampleView(), act: func(context.Context, bot.Act) error { return context.DeadlineExceeded }}
	w.run()
	f := w.form(ana, care.Ask)
	for _, question := range []string{"How often?", "How often?", "How long?"} {
		_, err := w.fake.User(ana).SubmitView(f.ID, fakeslack.Values{"question": question})
		w.must(err)
	}
	if got, ids := len(w.desk.Acts()), len(w.actIDs()); got != 3 || ids != 2 {
		t.Errorf("got %d acts with %d ids, want 3 with 2", got, ids)
	}
}

func TestSubmitRedelivered(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.run()
	f := w.form(ana, care.Ask)
	w.fake.LoseAcks(1)
	reply, err := w.fake.User(ana).SubmitView(f.ID, fakeslack.Values{"question": "How often?"})
	w.must(err)
	if !reply.Acked || reply.Attempts < 2 {
		t.Errorf("got %+v, want acknowledged at a later delivery", reply)
	}
	w.oneAct()
}

// Payloads that no form of ours could make change nothing that the desk would
// not allow, and break nothing.
func TestForgedSubmissions(t *testing.T) {
	t.Parallel()
	input := []any{map[string]any{"type": "input", "block_id": "question", "label": map[string]any{"type": "plain_text", "text": "x"},
		"element": map[string]any{"type": "plain_text_input", "action_id": "question"}}}
	state := func(question string) map[string]any {
		return map[string]any{"values": map[string]any{"question": map[string]any{"question": map[string]any{"type": "plain_text_input", "value": question}}}}
	}
	view := func(callback, metadata string, state any) map[string]any {
		return map[string]any{"id": "V1", "type": "modal", "callback_id": callback, "private_metadata": metadata, "state": state, "blocks": input}
	}
	const ask, known = "anteroom.decide.ask", `{"case":"K7Q-42"}`
	tests := []struct {
		name string
		user string
		view map[string]any
		acts int
		want string // in the acknowledgement
	}{
		{"a stranger", stranger, view(ask, known, state("zebra")), 0, "not yours"},
		{"no metadata", ana, view(ask, "", state("x")), 0, "no such case"},
		{"metadata of another kind", ana, view(ask, `[1]`, state("x")), 0, "no such case"},
		{"an impossible case", ana, view(ask, `{"case":"../../x"}`, state("x")), 0, "no such case"},
		{"another's case: the desk decides", ana, view(ask, `{"case":"K7Q-43"}`, state("x")), 1, "Done"},
		{"no state", ana, view(ask, known, nil), 0, "Write your question"},
		{"too long", ana, view(ask, known, state(strings.Repeat("ü", 501))), 0, "At most 500"},
		{"unknown kind", ana, view("anteroom.decide.erase", known, state("x")), 0, ""},
		{"offer without anything", ana, view("anteroom.decide.offer", known, nil), 0, "Choose a therapist"},
	}
	w := newWorld(t, nil)
	w.run()
	for _, tt := range tests {
		before := len(w.desk.Acts())
		reply := w.fake.Send("interactive", w.fake.User(tt.user).Payload(tt.view))
		if got := string(reply.Payload); !reply.Acked || !strings.Contains(got, tt.want) || strings.Contains(got, "zebra") {
			t.Errorf("%s: got %+v, want an acknowledgement with %q", tt.name, reply, tt.want)
		}
		if got := len(w.desk.Acts()) - before; got != tt.acts {
			t.Errorf("%s: got %d acts, want %d", tt.name, got, tt.acts)
		}
	}
}
