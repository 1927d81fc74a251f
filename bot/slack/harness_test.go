package slack_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"anteroom/bot"
	"anteroom/bot/care"
	"anteroom/bot/slack"
	fakeslack "anteroom/bot/slack/slacktest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// The people of the tests.
const (
	ana      = "U0ANA"
	ruth     = "U0RUTH"
	stranger = "U0WHO"
)

// secretWords are a client's: they may be seen in a modal and nowhere else.
const secretWords = "“<!channel> &lt;b&gt; *it hurts* <@U0RUTH> `zebra-words`”"

var start = time.Date(2027, 5, 3, 10, 0, 0, 0, time.UTC) // a Monday

// clock is a clock that stands until it is moved.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// desk is a service by script.
type desk struct {
	mu    sync.Mutex
	view  bot.View
	look  func(ctx context.Context) error // nil: everybody sees view
	act   func(ctx context.Context, a bot.Act) error
	cases map[care.TherapistID][]bot.DeskCase
	looks []care.TherapistID
	acts  []bot.Act
}

var roster = map[string]care.Therapist{
	ana:  {ID: "ana", Name: "Ana", Slack: ana},
	ruth: {ID: "ruth", Name: "Ruth", Slack: ruth},
}

func (d *desk) Therapist(_ bot.PracticeID, _ bot.ChannelName, id string) (care.Therapist, bool) {
	t, ok := roster[id]
	return t, ok
}

func (d *desk) Look(ctx context.Context, _ bot.PracticeID, id care.CaseID, who care.TherapistID) (bot.View, error) {
	d.mu.Lock()
	d.looks = append(d.looks, who)
	look, v := d.look, d.view
	d.mu.Unlock()
	if id != v.Case.ID {
		return bot.View{}, bot.ErrNoCase
	}
	if look != nil {
		if err := look(ctx); err != nil {
			return bot.View{}, err
		}
	}
	for _, t := range roster {
		if t.ID != who {
			v.Colleagues = append(v.Colleagues, t)
		}
	}
	return v, nil
}

func (d *desk) Act(ctx context.Context, _ bot.PracticeID, a bot.Act) error {
	d.mu.Lock()
	d.acts = append(d.acts, a)
	act := d.act
	d.mu.Unlock()
	if act != nil {
		return act(ctx, a)
	}
	return nil
}

func (d *desk) Caseload(ctx context.Context, _ bot.PracticeID, who care.TherapistID) (bot.Desktop, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return bot.Desktop{Me: care.Therapist{ID: who}, Zone: time.UTC, Cases: d.cases[who]}, ctx.Err()
}

func (d *desk) set(change func(*desk)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	change(d)
}

func (d *desk) Acts() []bot.Act {
	d.mu.Lock()
	defer d.mu.Unlock()
	return append([]bot.Act(nil), d.acts...)
}

// health keeps the last report of each component.
type health struct {
	mu   sync.Mutex
	all  []string
	last map[string]error
}

func (h *health) Report(component string, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.last == nil {
		h.last = map[string]error{}
	}
	h.last[component] = err
	line := component + ": well"
	if err != nil {
		line = component + ": " + err.Error()
	}
	h.all = append(h.all, line)
}

func (h *health) Last(component string) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.last[component]
}

// buffer is a log that may be written and read at once.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// world is a workspace, our side of it, and a desk behind that.
type world struct {
	*testing.T
	fake   *fakeslack.Server
	slack  *slack.Slack
	desk   *desk
	clock  *clock
	health *health
	log    *buffer
	ctx    context.Context // ends with the test's patience
}

type settings struct {
	fake  fakeslack.Options
	slack slack.Options
}

// newWorld starts a workspace; change may be nil. Whatever a test does, no
// token and no word of a client may have got into the log.
func newWorld(t *testing.T, change func(*settings)) *world {
	t.Helper()
	w := &world{T: t, clock: &clock{now: start}, health: &health{}, log: &buffer{}}
	set := settings{
		fake: fakeslack.Options{Now: w.clock.Now},
		slack: slack.Options{
			Practice: "harbour", BotToken: fakeslack.BotToken, AppToken: fakeslack.AppToken, Channel: fakeslack.Channel,
			Log: slog.New(slog.NewTextHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug})), Health: w.health,
			Now: w.clock.Now, Pace: time.Millisecond,
		},
	}
	if change != nil {
		change(&set)
	}
	w.fake = fakeslack.Start(set.fake)
	t.Cleanup(w.fake.Close)
	set.slack.APIURL = w.fake.APIURL()
	s, err := slack.New(set.slack)
	if err != nil {
		t.Fatal(err)
	}
	w.slack = s
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	t.Cleanup(cancel)
	w.ctx = ctx
	t.Cleanup(func() {
		w.silent("log", w.log.String())
		w.health.mu.Lock()
		defer w.health.mu.Unlock()
		w.silent("health", strings.Join(w.health.all, "\n"))
	})
	return w
}

// silent checks that a text holds no secret.
func (w *world) silent(what, text string) {
	w.Helper()
	for _, secret := range []string{fakeslack.BotToken, fakeslack.AppToken, "zebra", ana, ruth} {
		if strings.Contains(text, secret) {
			w.Errorf("%s holds %q:\n%s", what, secret, text)
		}
	}
}

// run starts Run with a desk that shows one case, and stops it with the test.
func (w *world) run() {
	w.Helper()
	if w.desk == nil {
		w.desk = &desk{view: sampleView()}
	}
	ctx, stop := context.WithCancelCause(w.ctx)
	ended := make(chan error, 1)
	go func() { ended <- w.slack.Run(ctx, w.desk) }()
	w.Cleanup(func() {
		stop(errors.New("test over"))
		select {
		case err := <-ended:
			if err != nil {
				w.Errorf("Run: got %v, want nil after the context ended", err)
			}
		case <-time.After(10 * time.Second):
			w.Error("Run did not end")
		}
	})
	w.must(w.fake.WaitConnections(w.ctx, 1))
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// eventually waits for a condition that no one announces.
func (w *world) eventually(what string, ok func() bool) {
	w.Helper()
	for !ok() {
		select {
		case <-w.ctx.Done():
			w.Fatalf("never: %s", what)
		case <-time.After(2 * time.Millisecond):
		}
	}
}

var sampleCard = bot.Card{Case: "K7Q-42", Line: "K7Q-42 · F · answer due Thu 17:00", Open: true}

// card posts the sample card and returns it as people see it.
func (w *world) card() fakeslack.Message {
	w.Helper()
	_, err := w.slack.Send(w.ctx, bot.Delivery{ID: "d1", Body: sampleCard})
	w.must(err)
	m, err := w.fake.WaitMessage(w.ctx, fakeslack.Channel, nil)
	w.must(err)
	return m
}

// open presses Read summary and returns the modal that appears.
func (w *world) open(user string) fakeslack.View {
	w.Helper()
	m := w.card()
	if _, err := w.fake.User(user).Press(m, "anteroom.read"); err != nil {
		w.Fatal(err)
	}
	v, err := w.fake.WaitView(w.ctx, user, nil)
	w.must(err)
	return v
}

// form opens the form of a decision.
func (w *world) form(user string, kind care.DecisionKind) fakeslack.View {
	w.Helper()
	v := w.open(user)
	if _, err := w.fake.User(user).PressView(v, "anteroom.decide."+string(kind)); err != nil {
		w.Fatal(err)
	}
	f, err := w.fake.WaitView(w.ctx, user, func(f fakeslack.View) bool { return f.CallbackID == "anteroom.decide."+string(kind) })
	w.must(err)
	return f
}

func sampleView() bot.View {
	c := care.NewCase("K7Q-42", start)
	c.Status = care.WaitingDecision
	return bot.View{
		Case: c,
		Summary: care.Summary{
			Head: "K7Q-42 · F · answer due Thu 17:00",
			Sections: []care.Section{
				{Key: "fit", Title: "Fit", Lines: []care.Line{{Text: "F, book an evaluation: <Ana> & co"}}},
				{Key: "asked", Title: "Asked", Lines: []care.Line{{Text: "pelvic pain; alone"}, {Text: secretWords, Words: true}, {Text: "after"}}},
			},
			Decisions: care.DecisionKinds(),
		},
		Assessment: care.Assessment{
			Fit: care.Book, First: "ana",
			Candidates: []care.Candidate{
				{Therapist: "ana", Name: "Ana", Passes: true},
				{Therapist: "ruth", Name: "Ruth", Passes: true, Soft: []care.Reason{{Code: "soft-total", Text: "Ruth: ask first, all cases 14→15 pass the soft cap 14"}}},
			},
		},
		Zone: "Europe/Madrid",
	}
}
