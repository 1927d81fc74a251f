package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"anteroom/bot"
	"anteroom/bot/care"
	"anteroom/bot/seal"
	"anteroom/bot/slack"
	fakeslack "anteroom/bot/slack/slacktest"
	"anteroom/bot/sqlite"
)

// hand is a client's channel: it keeps the last question.
type hand struct {
	mu   sync.Mutex
	last bot.Text
	text strings.Builder
	// labels are all buttons that were drawn, and what they carry.
	labels map[string]string
}

// all is everything that the client was told.
func (h *hand) all() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.text.String()
}

func (*hand) Name() bot.ChannelName { return "phone" }

func (h *hand) Send(_ context.Context, d bot.Delivery) ([]byte, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if text, ok := d.Body.(bot.Text); ok {
		h.text.WriteString(text.Text + "\n")
		for _, row := range text.Buttons {
			for _, b := range row {
				if h.labels == nil {
					h.labels = make(map[string]string)
				}
				h.labels[b.Label] = b.Data
			}
		}
		if len(text.Buttons) > 0 {
			h.last = text
		}
	}
	return []byte(d.ID), nil
}

// clinic is the service with a workspace of Slack before it.
type clinic struct {
	*testing.T
	*bot.Service
	ctx      context.Context
	practice bot.PracticeID
	slack    *fakeslack.Server
	hand     *hand
	clock    *standing
	n        int
}

// standing is a clock that stands until it is moved.
type standing struct {
	mu  sync.Mutex
	now time.Time
}

func (c *standing) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *standing) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

func newClinic(t *testing.T, disclosure string) *clinic {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	t.Cleanup(cancel)
	practice, _, err := loadPractice("")
	if err != nil {
		t.Fatal(err)
	}
	mine := *practice
	mine.Slack.Disclosure, mine.Desk = disclosure, slack.Name
	store, err := sqlite.Memory()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	c := &clinic{T: t, ctx: ctx, practice: mine.ID(), hand: &hand{}, clock: &standing{now: time.Date(2027, 5, 3, 17, 0, 0, 0, time.UTC)}}
	c.slack = fakeslack.Start(fakeslack.Options{Now: c.clock.Now})
	t.Cleanup(c.slack.Close)
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	ch, err := slack.New(slack.Options{Practice: mine.ID(), BotToken: fakeslack.BotToken, AppToken: fakeslack.AppToken, Channel: fakeslack.Channel,
		APIURL: c.slack.APIURL(), Disclosure: disclosure, Zone: mine.Zone, Log: log, Health: quietHealth{}, Now: c.clock.Now, Pace: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	c.Service = bot.New(bot.Options{Practice: &mine, Store: store, Root: seal.NewRoot(), Vault: seal.NewMemoryVault(), Channels: []bot.Channel{c.hand, ch},
		Log: log, Now: c.clock.Now, Instance: "test", Health: quietHealth{}, Meter: quietHealth{}, Alone: true})
	running, stop := context.WithCancelCause(ctx)
	ended := make(chan error, 1)
	go func() { ended <- ch.Run(running, c.Service) }()
	t.Cleanup(func() {
		stop(errors.New("test over"))
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	if err := c.slack.WaitConnections(ctx, 1); err != nil {
		t.Fatal(err)
	}
	return c
}

func (c *clinic) must(err error) {
	c.Helper()
	if err != nil {
		c.Fatal(err)
	}
}

func (c *clinic) says(words ...string) {
	c.Helper()
	for _, w := range words {
		c.n++
		c.must(c.Receive(c.ctx, bot.Inbound{Practice: c.practice, Channel: "phone", ID: fmt.Sprint(c.n), Chat: "ann", Locale: "en", What: bot.Words{Text: w}}))
		c.must(c.Settle(c.ctx))
	}
}

// presses presses a button under any message that stands in the chat.
func (c *clinic) presses(label string) {
	c.Helper()
	c.hand.mu.Lock()
	data := c.hand.labels[label]
	c.hand.mu.Unlock()
	c.n++
	c.must(c.Receive(c.ctx, bot.Inbound{Practice: c.practice, Channel: "phone", ID: fmt.Sprint(c.n), Chat: "ann", Locale: "en", What: bot.Press{Data: data}}))
	c.must(c.Settle(c.ctx))
}

// Words that a client may type, one for each place where a name can stand.
const (
	nameCanary  = "Quetzalina"
	topicCanary = "Xylotopics"
	wishCanary  = "Wombatwish"
	phoneCanary = "555 0177"
)

// enquires goes the whole way and sends it.
func (c *clinic) enquires() fakeslack.Message {
	c.Helper()
	c.says("/start", "start", "I agree", "yes", "yes, I am", "California", "all safe", topicCanary+" is my trouble",
		"A partner and me", "None of these", "some months", "Yes, I feel safe", "8", "In person", "That is all", "Yes, that works",
		wishCanary+", please", nameCanary+" O'Neill, she", "By phone, discreet", "+1 415 "+phoneCanary, "Send it")
	all := c.slack.Messages(fakeslack.Channel)
	if len(all) != 1 || !strings.Contains(all[0].Plain(), "Read summary") {
		c.Fatalf("got %d messages in the channel, want the card; the client was told:\n%s", len(all), c.hand.all())
	}
	return all[0]
}

// reads presses Read summary and gives the modal.
func (c *clinic) reads(user string, card fakeslack.Message) fakeslack.View {
	c.Helper()
	c.slack.User(user).CloseView()
	_, err := c.slack.User(user).Press(card, "anteroom.read")
	c.must(err)
	v, err := c.slack.WaitView(c.ctx, user, nil)
	c.must(err)
	return v
}

// becomes waits until the top modal of a user says something.
func (c *clinic) becomes(user, words string) {
	c.Helper()
	_, err := c.slack.WaitView(c.ctx, user, func(v fakeslack.View) bool { return strings.Contains(v.Plain(), words) })
	c.must(err)
}

// nothing checks that no modal of a user shows anything of the client.
func (c *clinic) nothing(user string) {
	c.Helper()
	for _, v := range c.slack.Views(user) {
		for _, own := range []string{nameCanary, topicCanary, wishCanary, phoneCanary} {
			if strings.Contains(v.Plain()+v.PrivateMetadata, own) {
				c.Errorf("a modal of %s shows %s: %s", user, own, v.Plain())
			}
		}
	}
}

func numberOf(card fakeslack.Message) care.CaseID { return care.CaseID(card.Plain()[:6]) }

// acts lets a therapist act, and the client hear of it.
func (c *clinic) acts(card fakeslack.Message, by care.TherapistID, d *care.Decision) {
	c.Helper()
	c.n++
	c.must(c.Act(c.ctx, c.practice, bot.Act{ID: fmt.Sprint("act ", c.n), Case: numberOf(card), By: by, Claim: d == nil, Decision: d}))
	c.must(c.Settle(c.ctx))
}

// A name, or anything else that a client typed, never stands in the channel:
// not in a text, not in what a phone shows of it, not in what lies behind it.
func TestNothingOfAClientInTheChannel(t *testing.T) {
	t.Parallel()
	for _, disclosure := range []string{slack.InModal, slack.InChannel} {
		t.Run(disclosure, func(t *testing.T) {
			t.Parallel()
			c := newClinic(t, disclosure)
			card := c.enquires()
			for _, known := range []string{nameCanary, topicCanary, wishCanary, phoneCanary} {
				if v := c.reads("U0ANA", card); !strings.Contains(v.Plain(), known) {
					t.Fatalf("the summary has no %s: this test shows nothing\n%s", known, v.Plain())
				}
			}
			c.reads("U0NOOR", card)
			c.says("call me", "+1 415 "+phoneCanary, "Mornings", "that is all", "Yes, leave a message")
			c.acts(card, "ana", nil)
			c.acts(card, "ana", &care.Decision{Kind: care.Ask, Note: "Dear " + nameCanary + ", since when?"})
			c.says("start", "Since "+nameCanary+" was a child")
			c.acts(card, "ana", &care.Decision{Kind: care.Wait, Date: "2027-06-09", WriteBy: "2027-05-10", Round: 1, Note: "for " + nameCanary})
			c.says("now", "Yes, tell them", "/forget", "Erase it", "Yes, erase everything")
			var posts int
			for _, call := range c.slack.Calls("") {
				if strings.HasPrefix(call.Method, "views.") || !strings.HasPrefix(call.Method, "chat.") {
					continue
				}
				posts++
				js, err := json.Marshal(call.Args) // the text, the blocks, the metadata, all of it
				if err != nil {
					t.Fatal(err)
				}
				for _, own := range []string{nameCanary, "Neill", wishCanary, phoneCanary, topicCanary} {
					if own == topicCanary && disclosure == slack.InChannel {
						continue // the line that the practice signed for says what is asked
					}
					if strings.Contains(string(js), own) {
						t.Errorf("%s holds %q: %s", call.Method, own, js)
					}
				}
			}
			if posts < 8 {
				t.Errorf("only %d messages and changes were posted: this test saw too little", posts)
			}
		})
	}
}

// Who has no part in a case reads it with a reason or not at all: the practice
// is told without the reason, it ends after a day, and the client can see it.
func TestBreakTheGlass(t *testing.T) {
	t.Parallel()
	c := newClinic(t, slack.InModal)
	card := c.enquires()
	id := numberOf(card)
	v := c.reads("U0NOOR", card)
	if v.SubmitLabel != "Break the glass" || !strings.Contains(v.Plain(), "This case is not yours to read.") {
		t.Fatalf("got %+v", v)
	}
	c.nothing("U0NOOR")
	for _, short := range []string{"because", "1 2 3 4", "  so  so "} {
		_, err := c.slack.User("U0NOOR").SubmitView(v.ID, fakeslack.Values{"reason": short})
		c.must(err)
		if top := c.slack.Views("U0NOOR"); top[0].Errors["reason"] == "" {
			t.Errorf("%q was taken as a reason: %+v", short, top[0])
		}
		c.nothing("U0NOOR")
	}
	const reason = "Ruth is ill and I call"
	_, err := c.slack.User("U0NOOR").SubmitView(v.ID, fakeslack.Values{"reason": reason})
	c.must(err)
	c.becomes("U0NOOR", nameCanary)
	c.must(c.Settle(c.ctx))
	told := c.slack.Messages(fakeslack.Channel)
	if last := told[len(told)-1].Plain(); !strings.Contains(last, string(id)+": Noor Haddad has no part in this case and opened it") || strings.Contains(last, "ill") {
		t.Errorf("the practice was told %q", last)
	}
	lines, _, err := c.CaseLog(c.ctx, id)
	c.must(err)
	if i := slices.IndexFunc(lines, func(l bot.LogLine) bool { return l.What == "broke-glass" && l.By == "Noor Haddad" && l.Why == reason }); i < 0 {
		t.Errorf("the log does not say so: %+v", lines)
	}
	c.says("/mydata")
	c.presses("Who looked")
	if text := c.hand.all(); !strings.Contains(text, "Noor Haddad is not on your case, and opened it for a reason that is written down: Monday 3 May, 10 am.") || strings.Contains(text, reason) {
		t.Errorf("the client is shown\n%s", text)
	}
	// It is a look and no more.
	if err := c.Act(c.ctx, c.practice, bot.Act{ID: "claim", Case: id, By: "noor", Claim: true}); !errors.Is(err, bot.ErrNotAllowed) {
		t.Errorf("a claim: got %v, want %v", err, bot.ErrNotAllowed)
	}
	c.clock.Advance(care.GlassFor - time.Minute)
	if v := c.reads("U0NOOR", card); !strings.Contains(v.Plain(), nameCanary) {
		t.Errorf("after 23:59 hours it is closed: %s", v.Plain())
	}
	c.clock.Advance(time.Minute)
	if v := c.reads("U0NOOR", card); v.SubmitLabel != "Break the glass" {
		t.Errorf("after 24 hours it is open: %s", v.Plain())
	}
	c.nothing("U0NOOR")
}

// What was opened before an erasure, or before somebody lost the right to
// look, shows nothing more when it is pressed.
func TestOldModals(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		do   func(c *clinic, card fakeslack.Message)
		want string
	}{
		{"erased", func(c *clinic, _ fakeslack.Message) { c.says("/forget", "Erase it", "Yes, erase everything") }, "There is no such case any more."},
		{"no access any more", func(c *clinic, card fakeslack.Message) {
			c.acts(card, "ruth", &care.Decision{Kind: care.Refer, Therapist: "ruth"})
		}, "This case is not yours to read."},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := newClinic(t, slack.InModal)
			card := c.enquires()
			ana := c.slack.User("U0ANA")
			summary := c.reads("U0ANA", card)
			tt.do(c, card)
			_, err := ana.PressView(summary, "anteroom.decide.ask")
			c.must(err)
			c.becomes("U0ANA", tt.want)
			c.nothing("U0ANA")
			v := c.reads("U0ANA", card) // the button of a card that nobody changed yet
			if !strings.Contains(v.Plain(), tt.want) {
				t.Errorf("the card's button: %s", v.Plain())
			}
			c.nothing("U0ANA")
		})
		t.Run(tt.name+", with a form open", func(t *testing.T) {
			t.Parallel()
			c := newClinic(t, slack.InModal)
			card := c.enquires()
			ana := c.slack.User("U0ANA")
			_, err := ana.PressView(c.reads("U0ANA", card), "anteroom.decide.ask")
			c.must(err)
			form, err := c.slack.WaitView(c.ctx, "U0ANA", func(v fakeslack.View) bool { return v.CallbackID == "anteroom.decide.ask" })
			c.must(err)
			tt.do(c, card)
			_, err = ana.SubmitView(form.ID, fakeslack.Values{"question": "Since when?"})
			c.must(err)
			if tt.name == "erased" { // whoever reads intakes is told who was first instead, and the summary stays
				c.becomes("U0ANA", tt.want)
				c.nothing("U0ANA")
			} else {
				c.becomes("U0ANA", "Ruth Cole was first")
			}
		})
	}
}

// People without a case, and people who work elsewhere, see nothing and are
// offered nothing.
func TestStrangers(t *testing.T) {
	t.Parallel()
	c := newClinic(t, slack.InModal)
	card := c.enquires()
	for _, stranger := range []string{"U0WHO", "W0ELSE"} {
		v := c.reads(stranger, card)
		if v.Plain() != "This case is not yours to read." || v.SubmitLabel != "" {
			t.Errorf("%s: got %+v", stranger, v)
		}
		_, err := c.slack.User(stranger).Press(card, "anteroom.claim")
		c.must(err)
		c.nothing(stranger)
	}
	lines, _, err := c.CaseLog(c.ctx, numberOf(card))
	c.must(err)
	if len(lines) != 2 {
		t.Errorf("they stand in the log: %+v", lines)
	}
}
