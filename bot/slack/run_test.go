package slack_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"anteroom/bot"
	"anteroom/bot/care"
	"anteroom/bot/slack"
	fakeslack "anteroom/bot/slack/slacktest"
)

func TestBadAppToken(t *testing.T) {
	t.Parallel()
	for _, code := range []string{"invalid_auth", "token_revoked", "account_inactive", "not_allowed_token_type", "missing_scope"} {
		t.Run(code, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, nil)
			w.fake.Revoke(fakeslack.AppToken, code)
			err := w.slack.Run(w.ctx, &desk{})
			if err == nil || !strings.Contains(err.Error(), "app token: "+code) || strings.Contains(err.Error(), "\n") {
				t.Fatalf("got %v, want one line that names the app token", err)
			}
			w.silent("error", err.Error())
		})
	}
}

// A press whose acknowledgements are lost is delivered again and again; all
// deliveries carry the same act id.
func TestRedeliveryIsOneAct(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.run()
	m := w.card()
	w.fake.LoseAcks(2)
	reply, err := w.fake.User(ana).Press(m, "anteroom.claim")
	w.must(err)
	if !reply.Acked || reply.Attempts < 3 {
		t.Errorf("got %+v, want acknowledged at the third delivery", reply)
	}
	w.oneAct()
	w.clock.Advance(time.Minute)
	_, err = w.fake.User(ana).Press(m, "anteroom.claim")
	w.must(err)
	if ids := w.actIDs(); len(ids) != 2 {
		t.Errorf("got %d act ids, want a second press to have its own", len(ids))
	}
}

// actIDs are the different ids of the acts so far.
func (w *world) actIDs() map[string]bool {
	ids := map[string]bool{}
	for _, a := range w.desk.Acts() {
		ids[a.ID] = true
	}
	return ids
}

func (w *world) oneAct() {
	w.Helper()
	if n, ids := len(w.desk.Acts()), w.actIDs(); n < 2 || len(ids) != 1 {
		w.Errorf("got %d acts with ids %v, want several with one id", n, ids)
	}
	for id := range w.actIDs() {
		w.silent("act id", id)
	}
}

func TestClaim(t *testing.T) {
	t.Parallel()
	conflict := func(sentinel error, kind care.DecisionKind) error {
		return &care.Conflict{Err: sentinel, By: "ruth", Kind: kind, At: start.Add(-time.Hour).Unix()}
	}
	tests := []struct {
		name string
		user string
		err  error
		want string // what the presser alone reads; "" is nothing
	}{
		{"taken", ana, nil, ""},
		{"decided", ana, conflict(care.ErrDecided, care.Offer), "A colleague was first: offered times at 09:00. Nothing was sent twice."},
		{"in hand", ana, conflict(care.ErrNotYours, ""), "A colleague has this case in hand since 09:00. Nothing was sent."},
		{"not possible", ana, care.ErrNotPossible, "That is not possible where the case stands now. Nothing was sent."},
		{"no case", ana, bot.ErrNoCase, "There is no such case any more. Nothing was sent."},
		{"not allowed", ana, bot.ErrNotAllowed, "This case is not yours to take."},
		{"unknown person", stranger, nil, "This case is not yours to take."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, nil)
			w.desk = &desk{view: sampleView(), act: func(context.Context, bot.Act) error { return tt.err }}
			w.run()
			reply, err := w.fake.User(tt.user).Press(w.card(), "anteroom.claim")
			w.must(err)
			if !reply.Acked || reply.Attempts != 1 {
				t.Errorf("got %+v, want acknowledged at once", reply)
			}
			var got strings.Builder
			for _, m := range w.fake.Ephemerals(tt.user) {
				got.WriteString(m.Plain())
			}
			if got.String() != tt.want {
				t.Errorf("got %q, want %q", got.String(), tt.want)
			}
			for _, a := range w.desk.Acts() {
				if a.Case != "K7Q-42" || a.By != "ana" || !a.Claim || a.Decision != nil || a.ID == "" {
					t.Errorf("got %+v, want a claim of K7Q-42 by ana", a)
				}
			}
			if tt.user == stranger && len(w.desk.Acts()) != 0 {
				t.Error("the desk was asked for a person it does not know")
			}
		})
	}
}

// While the store hangs nothing is acknowledged: Slack delivers the press
// again until it is recorded.
func TestClaimWithTheStoreDown(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(s *settings) {
		s.fake.AckWithin = 30 * time.Millisecond
		s.fake.Redeliveries = 1000
		s.slack.Patience = 10 * time.Millisecond
	})
	var once sync.Once
	w.desk = &desk{view: sampleView(), act: func(ctx context.Context, _ bot.Act) (err error) {
		once.Do(func() { <-ctx.Done(); err = ctx.Err() })
		return err
	}}
	w.run()
	reply, err := w.fake.User(ana).Press(w.card(), "anteroom.claim")
	w.must(err)
	if !reply.Acked || reply.Attempts < 2 {
		t.Errorf("got %+v, want no acknowledgement for the first delivery and one for a later", reply)
	}
	w.oneAct()
	m, err := w.fake.WaitEphemeral(w.ctx, ana, nil)
	w.must(err)
	if !strings.Contains(m.Plain(), "Not recorded yet") {
		t.Errorf("got %q, want to be told", m.Plain())
	}
}

func TestUnknownEnvelopesAreAcknowledged(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.run()
	tests := []struct {
		name, kind string
		payload    any
	}{
		{"unknown kind", "brand_new", map[string]any{"x": "zebra"}},
		{"slash command", "slash_commands", map[string]any{"command": "/x", "text": "zebra"}},
		{"event", "events_api", map[string]any{"type": "event_callback", "event": map[string]any{"type": "message", "text": "zebra"}}},
		{"event that does not parse", "events_api", "zebra"},
		{"interaction that does not parse", "interactive", []any{"zebra"}},
		{"interaction without anything", "interactive", map[string]any{}},
		{"shortcut", "interactive", map[string]any{"type": "shortcut"}},
		{"closed view", "interactive", map[string]any{"type": "view_closed"}},
		{"press of nothing", "interactive", map[string]any{"type": "block_actions", "actions": []any{}}},
		{"press of something else", "interactive", map[string]any{"type": "block_actions", "actions": []any{map[string]any{"block_id": "b", "action_id": "zebra"}}}},
		{"press from nowhere", "interactive", map[string]any{"type": "block_actions", "actions": []any{map[string]any{"block_id": "b", "action_id": "anteroom.claim", "value": "zebra"}}}},
		{"form without a view", "interactive", map[string]any{"type": "view_submission"}},
		{"form of another app", "interactive", map[string]any{"type": "view_submission", "view": map[string]any{"callback_id": "zebra"}}},
	}
	for _, tt := range tests {
		if got := w.fake.Send(tt.kind, tt.payload); !got.Acked || got.Attempts != 1 {
			t.Errorf("%s: got %+v, want acknowledged at once", tt.name, got)
		}
	}
	w.must(w.fake.SendRaw(`{"type":`))
	w.must(w.fake.SendRaw(`"zebra"`))
	if got := w.fake.Send("brand_new", nil); !got.Acked {
		t.Errorf("after junk: got %+v, want a connection that still works", got)
	}
	if n := len(w.desk.Acts()); n != 0 {
		t.Errorf("got %d acts, want none", n)
	}
}

func TestPanicStaysInItsEnvelope(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.desk = &desk{view: sampleView(), act: func(context.Context, bot.Act) error { panic("zebra-words") }}
	w.run()
	m := w.card()
	w.fake.AckWithin(20 * time.Millisecond)
	reply, err := w.fake.User(ana).Press(m, "anteroom.claim")
	w.must(err)
	if reply.Acked {
		t.Errorf("got %+v, want no acknowledgement for what was not done", reply)
	}
	w.fake.AckWithin(time.Minute) // a machine may be slow
	w.desk.set(func(d *desk) { d.act = nil })
	if reply, err = w.fake.User(ruth).Press(m, "anteroom.claim"); err != nil || !reply.Acked {
		t.Errorf("got %+v %v, want the next press to work", reply, err)
	}
	w.desk.set(func(d *desk) { d.act = func(context.Context, bot.Act) error { panic("zebra-words") } })
	f := w.form(ana, care.Ask)
	reply, err = w.fake.User(ana).SubmitView(f.ID, fakeslack.Values{"question": "x"})
	w.must(err)
	if got := w.fake.Views(ana)[1].Errors["question"]; got != "Not done yet. Please press again." || reply.Attempts != 1 {
		t.Errorf("got %q and %+v, want the form to say so", got, reply)
	}
	if !strings.Contains(w.log.String(), "panicked") {
		t.Errorf("got log %s, want the panic in it", w.log)
	}
}

func TestReconnects(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(s *settings) {
		s.slack.LostAfter = 30 * time.Millisecond
		s.fake.PingEvery = 20 * time.Millisecond
	})
	w.run()
	m := w.card()
	for i, lose := range []func(){
		func() { w.fake.Disconnect("refresh_requested") },
		w.fake.DropConnections,
		w.fake.DropConnections,
	} {
		lose()
		w.eventually("a new connection", func() bool { return w.fake.Opened() > i+1 && w.fake.Connections() == 1 })
		reply, err := w.fake.User(ana).Press(m, "anteroom.claim")
		w.must(err)
		if !reply.Acked {
			t.Errorf("after loss %d: got %+v, want acknowledged", i+1, reply)
		}
	}

	var down []fakeslack.Fault
	for range 4 {
		down = append(down, fakeslack.Fault{Status: 503})
	}
	w.fake.Script("apps.connections.open", down...)
	w.fake.DropConnections()
	w.eventually("the loss is told", func() bool { return w.health.Last("slack socket") != nil })
	w.eventually("the return is told", func() bool { return w.health.Last("slack socket") == nil && w.fake.Connections() == 1 })
}

// Stopping finishes what is in hand and leaves the rest to the next owner.
func TestStopFinishesWhatIsInHand(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(s *settings) { s.fake.AckWithin = 3 * time.Second })
	entered, release := make(chan struct{}), make(chan struct{})
	d := &desk{view: sampleView(), act: func(context.Context, bot.Act) error {
		close(entered)
		<-release
		return nil
	}}
	ctx, stop := context.WithCancel(w.ctx)
	ended := make(chan error, 1)
	go func() { ended <- w.slack.Run(ctx, d) }()
	w.must(w.fake.WaitConnections(w.ctx, 1))
	m := w.card()
	replies := make(chan fakeslack.Reply, 1)
	go func() {
		reply, err := w.fake.User(ana).Press(m, "anteroom.claim")
		if err != nil {
			t.Error(err)
		}
		replies <- reply
	}()
	<-entered
	stop()
	select {
	case err := <-ended:
		t.Fatalf("Run ended with %v while a press was in hand", err)
	case <-time.After(80 * time.Millisecond): // longer than Run waits for its last acknowledgements
	}
	close(release)
	if err := <-ended; err != nil {
		t.Errorf("got %v, want nil", err)
	}
	if reply := <-replies; !reply.Acked || reply.Attempts != 1 {
		t.Errorf("got %+v, want the press in hand acknowledged", reply)
	}
	w.must(w.fake.WaitConnections(w.ctx, 0))
}

// A flood of presses is bounded: what finds no room is delivered again.
func TestFloodIsBounded(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(s *settings) {
		s.fake.AckWithin = 50 * time.Millisecond
		s.fake.Redeliveries = 1000
	})
	var mu sync.Mutex
	busy, most := 0, 0
	w.desk = &desk{view: sampleView(), act: func(context.Context, bot.Act) error {
		mu.Lock()
		busy++
		most = max(most, busy)
		mu.Unlock()
		time.Sleep(time.Millisecond)
		mu.Lock()
		busy--
		mu.Unlock()
		return nil
	}}
	w.run()
	m := w.card()
	var wg sync.WaitGroup
	for range 200 {
		wg.Go(func() {
			if reply, err := w.fake.User(ana).Press(m, "anteroom.claim"); err != nil || !reply.Acked {
				t.Errorf("got %+v %v, want acknowledged", reply, err)
			}
		})
	}
	wg.Wait()
	if got := len(w.actIDs()); got != 200 {
		t.Errorf("got %d acts, want 200", got)
	}
	mu.Lock()
	defer mu.Unlock()
	if most > 32 {
		t.Errorf("got %d at once, want at most 32", most)
	}
}

func TestManifest(t *testing.T) {
	t.Parallel()
	for _, want := range []string{"chat:write", "channels:history", "groups:history", "- commands", "files:write", "files:read", "app_home_opened", "home_tab_enabled: true", "command: /anteroom", "socket_mode_enabled: true", "interactivity:\n    is_enabled: true"} {
		if !strings.Contains(slack.Manifest, want) {
			t.Errorf("got a manifest without %q", want)
		}
	}
}

// Nothing that is only for a modal reaches a channel, and no ack carries it.
func TestErrorsHoldNoPayload(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.desk = &desk{view: sampleView(), look: func(context.Context) error { return errors.New("zebra in the store") }}
	w.run()
	m := w.card()
	_, err := w.fake.User(ana).Press(m, "anteroom.read")
	w.must(err)
	e, err := w.fake.WaitEphemeral(w.ctx, ana, nil)
	w.must(err)
	js, err := json.Marshal(e)
	w.must(err)
	if strings.Contains(string(js), "zebra") {
		t.Errorf("got %s, want no text of the store", js)
	}
}
