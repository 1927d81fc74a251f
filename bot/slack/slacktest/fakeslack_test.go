package fakeslack_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"
	"go.uber.org/goleak"

	fakeslack "anteroom/bot/slack/slacktest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

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

// start runs a server with a client, and an app that hands every interaction
// to handle and acknowledges with what that returns.
func start(t *testing.T, o fakeslack.Options, handle func(api *slack.Client, c slack.InteractionCallback) any) (*fakeslack.Server, *slack.Client, context.Context) {
	t.Helper()
	s := fakeslack.Start(o)
	t.Cleanup(s.Close)
	api := slack.New(fakeslack.BotToken, slack.OptionAPIURL(s.APIURL()), slack.OptionAppLevelToken(fakeslack.AppToken))
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	t.Cleanup(cancel)
	if handle == nil {
		return s, api, ctx
	}
	app := socketmode.New(api)
	var wg sync.WaitGroup
	t.Cleanup(wg.Wait)
	t.Cleanup(cancel)
	wg.Go(func() { _ = app.RunContext(ctx) })
	wg.Go(func() {
		for {
			select {
			case e := <-app.Events:
				if c, ok := e.Data.(slack.InteractionCallback); ok {
					if answer := handle(api, c); answer != errNoAck {
						_ = app.AckCtx(ctx, e.Request.EnvelopeID, answer)
					}
				}
			case <-ctx.Done():
				return
			}
		}
	})
	if err := s.WaitConnections(ctx, 1); err != nil {
		t.Fatal(err)
	}
	return s, api, ctx
}

// errNoAck as an answer means: do not acknowledge.
var errNoAck any = errors.New("no acknowledgement")

func plain(s string) *slack.TextBlockObject {
	return slack.NewTextBlockObject(slack.PlainTextType, s, false, false)
}

func section(s string) slack.Block { return slack.NewSectionBlock(plain(s), nil, nil) }

func modal(blocks ...slack.Block) slack.ModalViewRequest {
	return slack.ModalViewRequest{Type: slack.VTModal, Title: plain("T"), Blocks: slack.Blocks{BlockSet: blocks}}
}

func form() slack.ModalViewRequest {
	e := slack.NewPlainTextInputBlockElement(nil, "q")
	e.MaxLength = 5
	v := modal(slack.NewInputBlock("q", plain("Q"), nil, e))
	v.Submit = plain("Send")
	return v
}

func button(id string) slack.Block {
	return slack.NewActionBlock("b", slack.NewButtonBlockElement(id, "v", plain("B")))
}

func TestLimits(t *testing.T) {
	t.Parallel()
	s, api, ctx := start(t, fakeslack.Options{}, nil)
	many := make([]slack.Block, 51)
	for i := range many {
		many[i] = section("x")
	}
	tests := []struct {
		name   string
		blocks []slack.Block
		want   string // error code
	}{
		{"fine", []slack.Block{section(strings.Repeat("ü", 3000)), button("a")}, ""},
		{"long section", []slack.Block{section(strings.Repeat("x", 3001))}, "invalid_blocks"},
		{"empty section", []slack.Block{section("")}, "invalid_blocks"},
		{"too many blocks", many, "invalid_blocks"},
		{"long button", []slack.Block{slack.NewActionBlock("b", slack.NewButtonBlockElement("a", "v", plain(strings.Repeat("x", 76))))}, "invalid_blocks"},
		{"no buttons", []slack.Block{slack.NewActionBlock("b")}, "invalid_blocks"},
		{"same action twice", []slack.Block{slack.NewActionBlock("b", slack.NewButtonBlockElement("a", "v", plain("x")), slack.NewButtonBlockElement("a", "w", plain("y")))}, "invalid_blocks"},
		{"same block id twice", []slack.Block{button("a"), button("c")}, "invalid_blocks"},
		{"input in a message", form().Blocks.BlockSet, "invalid_blocks"},
	}
	posted := 0
	for _, tt := range tests {
		_, _, err := api.PostMessageContext(ctx, fakeslack.Channel, slack.MsgOptionBlocks(tt.blocks...))
		if got := codeOf(err); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
		if err == nil {
			posted++
		}
	}
	if got := len(s.Messages(fakeslack.Channel)); got != posted {
		t.Errorf("got %d messages, want %d", got, posted)
	}
}

func codeOf(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestTokensAndChannels(t *testing.T) {
	t.Parallel()
	s, api, ctx := start(t, fakeslack.Options{}, nil)
	post := func(api *slack.Client, channel string) string {
		_, _, err := api.PostMessageContext(ctx, channel, slack.MsgOptionText("x", false))
		return codeOf(err)
	}
	if got := post(slack.New("xoxb-other", slack.OptionAPIURL(s.APIURL())), fakeslack.Channel); got != "invalid_auth" {
		t.Errorf("wrong token: got %q", got)
	}
	if got := post(slack.New(fakeslack.AppToken, slack.OptionAPIURL(s.APIURL())), fakeslack.Channel); got != "not_allowed_token_type" {
		t.Errorf("app token: got %q", got)
	}
	if got := post(api, "C9"); got != "channel_not_found" {
		t.Errorf("unknown channel: got %q", got)
	}
	s.Revoke(fakeslack.BotToken, "account_inactive")
	if got := post(api, fakeslack.Channel); got != "account_inactive" {
		t.Errorf("revoked: got %q", got)
	}
	if _, _, _, err := api.UpdateMessageContext(ctx, fakeslack.Channel, "1.1", slack.MsgOptionText("x", false)); codeOf(err) != "account_inactive" {
		t.Errorf("revoked update: got %v", err)
	}
	for _, c := range s.Calls("") {
		if _, ok := c.Args["token"]; ok {
			t.Errorf("got a recorded token in %s", c.Method)
		}
	}
}

func TestPostRate(t *testing.T) {
	t.Parallel()
	c := &clock{now: time.Unix(1_800_000_000, 0)}
	_, api, ctx := start(t, fakeslack.Options{Now: c.Now, PostEvery: time.Second}, nil)
	post := func() error {
		_, _, err := api.PostMessageContext(ctx, fakeslack.Channel, slack.MsgOptionText("x", false))
		return err
	}
	if err := post(); err != nil {
		t.Fatal(err)
	}
	var limited *slack.RateLimitedError
	if err := post(); !errors.As(err, &limited) || limited.RetryAfter != time.Second {
		t.Fatalf("got %v, want to wait a second", err)
	}
	c.Advance(time.Second)
	if err := post(); err != nil {
		t.Errorf("after a second: got %v", err)
	}
}

func TestTriggersLiveShortAndOnce(t *testing.T) {
	t.Parallel()
	c := &clock{now: time.Unix(1_800_000_000, 0)}
	var codes []string
	var trigger string
	s, api, ctx := start(t, fakeslack.Options{Now: c.Now}, func(_ *slack.Client, cb slack.InteractionCallback) any {
		trigger = cb.TriggerID
		return nil
	})
	if _, _, err := api.PostMessageContext(ctx, fakeslack.Channel, slack.MsgOptionBlocks(button("a"))); err != nil {
		t.Fatal(err)
	}
	m := s.Messages(fakeslack.Channel)[0]
	press := func() {
		if _, err := s.User("U1").Press(m, "a"); err != nil {
			t.Fatal(err)
		}
	}
	open := func(v slack.ModalViewRequest) {
		_, err := api.OpenViewContext(ctx, trigger, v)
		codes = append(codes, codeOf(err))
	}
	press()
	open(modal(section("")))
	open(modal(section("x")))
	open(modal(section("x")))
	press()
	c.Advance(3*time.Second + time.Millisecond)
	open(modal(section("x")))
	trigger = "made up"
	open(modal(section("x")))
	want := []string{"invalid_arguments", "", "exchanged_trigger_id", "expired_trigger_id", "invalid_trigger_id"}
	if diff := cmp.Diff(codes, want); diff != "" {
		t.Errorf("got → want:\n%s", diff)
	}
	if _, err := s.User("U1").Press(m, "no such button"); !errors.Is(err, fakeslack.ErrNotThere) {
		t.Errorf("got %v, want ErrNotThere", err)
	}
}

func TestViewStack(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var codes []string
	s, api, ctx := start(t, fakeslack.Options{}, func(api *slack.Client, c slack.InteractionCallback) any {
		next := form()
		next.Blocks.BlockSet = append(next.Blocks.BlockSet, button("more"))
		var err error
		switch {
		case c.Type == slack.InteractionTypeViewSubmission:
			switch c.View.State.Values["q"]["q"].Value {
			case "bad":
				return slack.NewErrorsViewSubmissionResponse(map[string]string{"q": "no"})
			case "miss":
				return slack.NewErrorsViewSubmissionResponse(map[string]string{"other": "no"})
			case "up":
				v := modal(section("updated"))
				return slack.NewUpdateViewSubmissionResponse(&v)
			case "clear":
				return slack.NewClearViewSubmissionResponse()
			}
			return nil
		case c.View.ID == "":
			_, err = api.OpenView(c.TriggerID, next)
		default:
			_, err = api.PushView(c.TriggerID, next)
		}
		mu.Lock()
		codes = append(codes, codeOf(err))
		mu.Unlock()
		return nil
	})
	if _, _, err := api.PostMessageContext(ctx, fakeslack.Channel, slack.MsgOptionBlocks(button("a"))); err != nil {
		t.Fatal(err)
	}
	u := s.User("U1")
	if _, err := u.Press(s.Messages(fakeslack.Channel)[0], "a"); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		views := s.Views("U1")
		if _, err := u.PressView(views[len(views)-1], "more"); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(codes, []string{"", "", "", "push_limit_reached"}); diff != "" {
		t.Errorf("got → want:\n%s", diff)
	}
	top := func() fakeslack.View { v := s.Views("U1"); return v[len(v)-1] }
	if _, err := u.SubmitView(top().ID, nil); err == nil {
		t.Error("got an empty required field accepted")
	}
	if _, err := u.SubmitView(top().ID, fakeslack.Values{"q": "123456"}); err == nil {
		t.Error("got a text beyond its length accepted")
	}
	steps := []struct {
		value   string
		trouble bool
		depth   int
	}{{"bad", false, 3}, {"miss", true, 3}, {"pop", false, 2}, {"pop", false, 1}, {"up", false, 1}}
	for _, step := range steps {
		r, err := u.SubmitView(top().ID, fakeslack.Values{"q": step.value})
		if err != nil || r.Trouble != step.trouble || len(s.Views("U1")) != step.depth {
			t.Errorf("%s: got %+v %v and %d views, want trouble %v and %d views", step.value, r, err, len(s.Views("U1")), step.trouble, step.depth)
		}
		if step.value == "bad" && top().Errors["q"] != "no" {
			t.Errorf("got errors %v, want the field marked", top().Errors)
		}
	}
	if got := top().Plain(); got != "updated" {
		t.Errorf("got %q, want the view updated", got)
	}
	u.CloseView()
	if got := len(s.Views("U1")); got != 0 {
		t.Errorf("got %d views after closing, want none", got)
	}
}

func TestRedelivery(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	deliveries := 0
	answer := any(errNoAck)
	s, api, ctx := start(t, fakeslack.Options{AckWithin: 10 * time.Millisecond, Redeliveries: 2}, func(*slack.Client, slack.InteractionCallback) any {
		mu.Lock()
		defer mu.Unlock()
		deliveries++
		return answer
	})
	if _, _, err := api.PostMessageContext(ctx, fakeslack.Channel, slack.MsgOptionBlocks(button("a"))); err != nil {
		t.Fatal(err)
	}
	m := s.Messages(fakeslack.Channel)[0]
	r, err := s.User("U1").Press(m, "a")
	if err != nil || r.Acked || r.Attempts != 3 {
		t.Errorf("got %+v %v, want given up after three deliveries", r, err)
	}
	mu.Lock()
	answer, deliveries = nil, 0
	mu.Unlock()
	s.AckWithin(time.Minute)
	s.LoseAcks(1)
	r, err = s.User("U1").Press(m, "a")
	if err != nil || !r.Acked || r.Attempts < 2 {
		t.Errorf("got %+v %v, want a second delivery after a lost acknowledgement", r, err)
	}
}

// What is pressed while no app is connected is delivered when one is.
func TestWaitsForAConnection(t *testing.T) {
	t.Parallel()
	s, api, ctx := start(t, fakeslack.Options{AckWithin: 50 * time.Millisecond}, func(*slack.Client, slack.InteractionCallback) any { return nil })
	if _, _, err := api.PostMessageContext(ctx, fakeslack.Channel, slack.MsgOptionBlocks(button("a"))); err != nil {
		t.Fatal(err)
	}
	m := s.Messages(fakeslack.Channel)[0]
	s.DropConnections()
	if r, err := s.User("U1").Press(m, "a"); err != nil || !r.Acked {
		t.Errorf("got %+v %v, want acknowledged after the reconnection", r, err)
	}
	s.Disconnect("warning")
	if err := s.WaitConnections(ctx, 1); err != nil {
		t.Error(err)
	}
	if r, err := s.User("U1").Press(m, "a"); err != nil || !r.Acked {
		t.Errorf("got %+v %v, want acknowledged after a refresh", r, err)
	}
}

func TestMentions(t *testing.T) {
	t.Parallel()
	mrkdwn := fakeslack.Block{"type": "section", "text": map[string]any{"type": "mrkdwn", "text": "<@U1> &lt;!here&gt;"}}
	shown := fakeslack.Block{"type": "section", "text": map[string]any{"type": "plain_text", "text": "<!channel>"}}
	got := fakeslack.Mentions("<!everyone>", []fakeslack.Block{mrkdwn, shown})
	if diff := cmp.Diff(got, []string{"!everyone", "@U1"}); diff != "" {
		t.Errorf("got → want:\n%s", diff)
	}
}

// Nobody waits for ever for an app that is not there.
func TestGivesUpWithoutAConnection(t *testing.T) {
	t.Parallel()
	s, _, _ := start(t, fakeslack.Options{AckWithin: 5 * time.Millisecond}, nil)
	if r := s.Send("interactive", map[string]any{}); r.Acked || r.Attempts != 0 {
		t.Errorf("got %+v, want given up without a delivery", r)
	}
}

// A home is published and a modal opened, never the other way round; and what
// answers a command is for one person's eyes.
func TestHomesAndCommands(t *testing.T) {
	t.Parallel()
	s, api, ctx := start(t, fakeslack.Options{}, nil)
	blocks := slack.Blocks{BlockSet: []slack.Block{slack.NewSectionBlock(slack.NewTextBlockObject(slack.PlainTextType, "hello", false, false), nil, nil)}}
	home := slack.HomeTabViewRequest{Type: slack.VTHomeTab, Blocks: blocks}
	if _, err := api.PublishViewContext(ctx, slack.PublishViewContextRequest{UserID: "U1", View: home}); err != nil {
		t.Fatal(err)
	}
	if got := s.Home("U1"); len(got) != 1 || got[0].Plain() != "hello" || len(s.Home("U2")) != 0 || len(s.Views("U1")) != 0 {
		t.Errorf("got %+v, want a home for one person", got)
	}
	if _, err := api.UpdateViewContext(ctx, slack.ModalViewRequest{Type: slack.VTModal, Title: slack.NewTextBlockObject(slack.PlainTextType, "x", false, false), Blocks: blocks}, "", "", s.Home("U1")[0].ID); err == nil {
		t.Error("a home became a modal")
	}
	home.Type = slack.VTModal
	if _, err := api.PublishViewContext(ctx, slack.PublishViewContextRequest{UserID: "U1", View: home}); err == nil {
		t.Error("a modal was published")
	}
}
