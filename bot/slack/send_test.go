package slack_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"anteroom/bot"
	"anteroom/bot/slack"
	fakeslack "anteroom/bot/slack/slacktest"
)

func TestNewReportsEveryProblem(t *testing.T) {
	t.Parallel()
	_, err := slack.New(slack.Options{BotToken: "xapp-secret", AppToken: "xoxb-secret", Channel: "#intake", APIURL: "http://127.0.0.1/api", Disclosure: "all"})
	if err == nil {
		t.Fatal("got no error, want six problems")
	}
	for _, want := range []string{"no id", "bot token", "app token", "channel's id", "slash", "disclosure"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("got %q, want it to name %q", err, want)
		}
	}
	if strings.Contains(err.Error(), "secret") {
		t.Errorf("got %q, want no token in it", err)
	}
}

func TestCard(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name       string
		disclosure string
		card       bot.Card
		wantText   string
		wantPlain  string
		wantPings  []string
	}{
		{"open", "modal", sampleCard, "K7Q-42 · F · answer due Thu 17:00",
			"K7Q-42 · F · answer due Thu 17:00\nRead summary\nI have this", nil},
		{"state", "modal", bot.Card{Case: "K7Q-42", Line: "K7Q-42 · F", State: []string{"Offered by Ana", "waiting for the client <!here>"}},
			"K7Q-42 · F", "K7Q-42 · F\nOffered by Ana\nwaiting for the client <!here>\nRead summary", nil},
		{"detail stays out of the channel", "modal", bot.Card{Case: "K7Q-42", Line: "K7Q-42", Detail: secretWords},
			"K7Q-42", "K7Q-42\nRead summary", nil},
		{"detail is plain", "channel", bot.Card{Case: "K7Q-42", Line: "K7Q-42", Detail: secretWords},
			"K7Q-42", "K7Q-42\n" + secretWords + "\nRead summary", nil},
		{"urgent", "modal", bot.Card{Case: "K7Q-42", Line: "K7Q-42 · R1", Urgent: true, OnCall: ana},
			"K7Q-42 · R1\n<@U0ANA> a person is needed now.", "K7Q-42 · R1\n<@U0ANA> a person is needed now.\nRead summary", []string{"@U0ANA"}},
		{"not urgent, no ping", "modal", bot.Card{Case: "K7Q-42", Line: "K7Q-42", OnCall: ana},
			"K7Q-42", "K7Q-42\nRead summary", nil},
		{"a strange on-call", "modal", bot.Card{Case: "K7Q-42", Line: "K7Q-42", Urgent: true, OnCall: "U1> <!channel"},
			"K7Q-42", "K7Q-42\nRead summary", nil},
		{"line escaped", "modal", bot.Card{Case: "K7Q-42", Line: "<!channel> & <@U0RUTH>"},
			"&lt;!channel&gt; &amp; &lt;@U0RUTH&gt;", "&lt;!channel&gt; &amp; &lt;@U0RUTH&gt;\nRead summary", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, func(s *settings) { s.slack.Disclosure = tt.disclosure })
			receipt, err := w.slack.Send(w.ctx, bot.Delivery{ID: "d1", Body: tt.card})
			w.must(err)
			all := w.fake.Messages(fakeslack.Channel)
			if len(all) != 1 {
				t.Fatalf("got %d messages, want 1", len(all))
			}
			m := all[0]
			if diff := cmp.Diff(m.Text, tt.wantText); diff != "" {
				t.Errorf("text, got → want:\n%s", diff)
			}
			if diff := cmp.Diff(m.Plain(), tt.wantPlain); diff != "" {
				t.Errorf("blocks, got → want:\n%s", diff)
			}
			if diff := cmp.Diff(fakeslack.Mentions(m.Text, m.Blocks), tt.wantPings); diff != "" {
				t.Errorf("pings, got → want:\n%s", diff)
			}
			if m.Unfurl {
				t.Error("links unfurl, want them plain")
			}
			want := &fakeslack.Metadata{EventType: "anteroom_card", EventPayload: map[string]any{"delivery": "d1", "case": "K7Q-42"}}
			if diff := cmp.Diff(m.Metadata, want); diff != "" {
				t.Errorf("metadata, got → want:\n%s", diff)
			}
			var got map[string]string
			w.must(json.Unmarshal(receipt, &got))
			if diff := cmp.Diff(got, map[string]string{"channel": fakeslack.Channel, "ts": m.TS}); diff != "" {
				t.Errorf("receipt, got → want:\n%s", diff)
			}
		})
	}
}

func TestUpdate(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	receipt, err := w.slack.Send(w.ctx, bot.Delivery{ID: "d1", Body: sampleCard})
	w.must(err)
	later := bot.Card{Case: "K7Q-42", Line: sampleCard.Line, State: []string{"Offered by Ana"}}
	receipt, err = w.slack.Send(w.ctx, bot.Delivery{ID: "d2", Body: later, Receipt: receipt})
	w.must(err)
	all := w.fake.Messages(fakeslack.Channel)
	if len(all) != 1 || all[0].Edits != 1 || strings.Contains(all[0].Plain(), "I have this") {
		t.Fatalf("got %+v, want one message, changed once, without the claim", all)
	}

	w.fake.Delete(fakeslack.Channel, all[0].TS)
	again, err := w.slack.Send(w.ctx, bot.Delivery{ID: "d3", Body: later, Receipt: receipt})
	w.must(err)
	if all = w.fake.Messages(fakeslack.Channel); len(all) != 1 || string(again) == string(receipt) {
		t.Fatalf("got %+v and receipt %s, want a new message after the old one was deleted", all, again)
	}
}

func TestNoticeStandsByItself(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	receipt, err := w.slack.Send(w.ctx, bot.Delivery{ID: "n1", Body: bot.Notice{Line: "one <!here>"}})
	w.must(err)
	_, err = w.slack.Send(w.ctx, bot.Delivery{ID: "n2", Body: bot.Notice{Line: "two"}, Receipt: receipt})
	w.must(err)
	_, err = w.slack.Send(w.ctx, bot.Delivery{ID: "n3", To: ana, Body: bot.Notice{Line: "three"}})
	w.must(err)
	got := w.fake.Messages(fakeslack.Channel)
	if len(got) != 2 || got[0].Plain() != "one <!here>" || len(fakeslack.Mentions(got[0].Text, got[0].Blocks)) != 0 {
		t.Errorf("got %+v, want two notices without a ping", got)
	}
	if direct := w.fake.Messages(fakeslack.DM(ana)); len(direct) != 1 || direct[0].Plain() != "three" {
		t.Errorf("got %+v, want one direct message", direct)
	}
}

// A card whose first attempt has an unknown outcome appears once, whether or
// not that attempt took effect.
func TestUnknownOutcome(t *testing.T) {
	t.Parallel()
	for name, drop := range map[string]fakeslack.Drop{"cut before": fakeslack.DropBefore, "cut after": fakeslack.DropAfter} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, nil)
			for range 250 { // more than one page of history
				_, err := w.slack.Send(w.ctx, bot.Delivery{ID: "other", Body: sampleCard})
				w.must(err)
			}
			w.fake.Script("chat.postMessage", fakeslack.Fault{Drop: drop})
			d := bot.Delivery{ID: "d1", Body: sampleCard}
			_, err := w.slack.Send(w.ctx, d)
			var f *bot.Failure
			if err == nil || errors.As(err, &f) {
				t.Fatalf("got %v, want an error of unknown outcome", err)
			}
			for range 230 {
				_, err := w.slack.Send(w.ctx, bot.Delivery{ID: "other", Body: sampleCard})
				w.must(err)
			}
			d.Unknown = 1
			receipt, err := w.slack.Send(w.ctx, d)
			w.must(err)
			var found []string
			for _, m := range w.fake.Messages(fakeslack.Channel) {
				if m.Metadata.EventPayload["delivery"] == "d1" {
					found = append(found, m.TS)
				}
			}
			if len(found) != 1 || !strings.Contains(string(receipt), found[0]) {
				t.Errorf("got messages %v and receipt %s, want one and its receipt", found, receipt)
			}
		})
	}
}

func TestUnknownOutcomeIsNotGuessed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.fake.Script("conversations.history", fakeslack.Fault{Drop: fakeslack.DropAfter}, fakeslack.Fault{Error: "missing_scope"}, fakeslack.Fault{RetryAfter: 7})
	for _, want := range []bot.Why{bot.NotSent, bot.Unhealthy, bot.Throttled} {
		_, err := w.slack.Send(w.ctx, bot.Delivery{ID: "d1", Body: sampleCard, Unknown: 1})
		var f *bot.Failure
		if !errors.As(err, &f) || f.Why != want {
			t.Errorf("got %v, want a failure of kind %d", err, want)
		}
	}
	if got := w.fake.Messages(fakeslack.Channel); len(got) != 0 {
		t.Errorf("got %d messages, want none while the history cannot be read", len(got))
	}
}

func TestFailures(t *testing.T) {
	t.Parallel()
	const unknown bot.Why = 0
	tests := []struct {
		name   string
		fault  fakeslack.Fault
		to     string
		want   bot.Why
		after  time.Duration
		health string // part of the line
	}{
		{"429", fakeslack.Fault{RetryAfter: 17}, "", bot.Throttled, 17 * time.Second, ""},
		{"ratelimited", fakeslack.Fault{Error: "ratelimited"}, "", bot.Throttled, 30 * time.Second, ""},
		{"500", fakeslack.Fault{Status: 500}, "", unknown, 0, ""},
		{"503", fakeslack.Fault{Status: 503}, "", unknown, 0, ""},
		{"fatal_error", fakeslack.Fault{Error: "fatal_error"}, "", unknown, 0, ""},
		{"slow", fakeslack.Fault{Delay: time.Minute}, "", unknown, 0, ""},
		{"404", fakeslack.Fault{Status: 404}, "", bot.Unhealthy, 0, "address of the Slack API"},
		{"redirect", fakeslack.Fault{Status: 307}, "", bot.Unhealthy, 0, "address of the Slack API"},
		{"revoked", fakeslack.Fault{Error: "token_revoked"}, "", bot.Unhealthy, 0, "install the app again"},
		{"invalid", fakeslack.Fault{Error: "invalid_auth"}, "", bot.Unhealthy, 0, "copy it again"},
		{"inactive", fakeslack.Fault{Error: "account_inactive"}, "", bot.Unhealthy, 0, "install it again"},
		{"no channel", fakeslack.Fault{Error: "channel_not_found"}, "", bot.Unhealthy, 0, "/invite"},
		{"not invited", fakeslack.Fault{Error: "not_in_channel"}, "", bot.Unhealthy, 0, "/invite"},
		{"gone", fakeslack.Fault{Error: "channel_not_found"}, ana, bot.Unreachable, 0, ""},
		{"blocks", fakeslack.Fault{Error: "invalid_blocks"}, "", bot.Impossible, 0, ""},
		{"new code", fakeslack.Fault{Error: "as_yet_unknown"}, "", bot.Unhealthy, 0, "as_yet_unknown"},
		{"code that quotes", fakeslack.Fault{Error: "bad text: zebra"}, "", bot.Unhealthy, 0, "an unknown error"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, nil)
			w.fake.Script("chat.postMessage", tt.fault)
			ctx := w.ctx
			if tt.fault.Delay > 0 {
				short, cancel := context.WithTimeout(ctx, 20*time.Millisecond)
				defer cancel()
				ctx = short
			}
			_, err := w.slack.Send(ctx, bot.Delivery{ID: "d1", To: tt.to, Body: sampleCard})
			var f *bot.Failure
			got, after := unknown, time.Duration(0)
			if errors.As(err, &f) {
				got, after = f.Why, f.After
			}
			if err == nil || got != tt.want || after != tt.after {
				t.Fatalf("got %v (kind %d, after %s), want kind %d after %s", err, got, after, tt.want, tt.after)
			}
			w.silent("error", err.Error())
			told := w.health.Last("slack")
			if (told != nil) != (tt.health != "") || told != nil && !strings.Contains(told.Error(), tt.health) {
				t.Errorf("health: got %v, want a line with %q", told, tt.health)
			}
			_, err = w.slack.Send(w.ctx, bot.Delivery{ID: "d2", To: tt.to, Body: sampleCard})
			w.must(err)
			if told := w.health.Last("slack"); told != nil {
				t.Errorf("health after a message went through: got %v, want nil", told)
			}
		})
	}
}

func TestRefusedConnection(t *testing.T) {
	t.Parallel()
	gone := httptest.NewServer(nil)
	gone.Close()
	s, err := slack.New(slack.Options{Practice: "p", BotToken: "xoxb-1", AppToken: "xapp-1", Channel: "C1", APIURL: gone.URL + "/api/"})
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.Send(t.Context(), bot.Delivery{ID: "d1", Body: sampleCard})
	var f *bot.Failure
	if !errors.As(err, &f) || f.Why != bot.NotSent {
		t.Errorf("got %v, want NotSent", err)
	}
}

func TestForClientsIsImpossible(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	for _, body := range []bot.Body{bot.Text{Text: "zebra"}, bot.Redraw{}, bot.Sweep{Messages: []string{"1"}}, bot.Document{Name: "zebra", Data: []byte("zebra")}} {
		_, err := w.slack.Send(w.ctx, bot.Delivery{ID: "d1", Body: body})
		var f *bot.Failure
		if !errors.As(err, &f) || f.Why != bot.Impossible {
			t.Errorf("%T: got %v, want Impossible", body, err)
		}
	}
	if n := len(w.fake.Calls("")); n != 0 {
		t.Errorf("got %d calls, want none", n)
	}
}

// A burst is let through, and then the pace holds what does not fit the time.
func TestPace(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(s *settings) { s.slack.Pace = time.Hour })
	ctx, cancel := context.WithTimeout(w.ctx, 10*time.Second)
	defer cancel()
	for range 5 {
		_, err := w.slack.Send(ctx, bot.Delivery{ID: "d", Body: sampleCard})
		w.must(err)
	}
	_, err := w.slack.Send(ctx, bot.Delivery{ID: "d", Body: sampleCard})
	var f *bot.Failure
	if !errors.As(err, &f) || f.Why != bot.Throttled || f.Wide {
		t.Errorf("got %v, want Throttled for this channel", err)
	}
	_, err = w.slack.Send(ctx, bot.Delivery{ID: "d", To: ana, Body: sampleCard})
	w.must(err)
}

func TestCheck(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	if err := w.slack.Check(w.ctx); err != nil {
		t.Errorf("got %v, want everything well", err)
	}
	w.fake.Script("files.list", fakeslack.Fault{Error: "missing_scope"}) // an app of before the pictures
	if err := w.slack.Check(w.ctx); err == nil || !strings.Contains(err.Error(), "pictures of the course: missing_scope: the app lacks a scope") {
		t.Errorf("got %v, want the scope named", err)
	}
	w.fake.Kick(fakeslack.Channel)
	w.fake.Revoke(fakeslack.AppToken, "token_revoked")
	err := w.slack.Check(w.ctx)
	if err == nil || !strings.Contains(err.Error(), "/invite") || !strings.Contains(err.Error(), "app token: token_revoked") {
		t.Fatalf("got %v, want the channel and the app token named", err)
	}
	w.silent("error", err.Error())
}
