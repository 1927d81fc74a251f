package slack_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"anteroom/bot"
	"anteroom/bot/care"
	fakeslack "anteroom/bot/slack/slacktest"
)

// hostile is what somebody could write so that others are pinged, led
// elsewhere, shown something else, or get nothing any more. Each holds zebra,
// which may stand in no log.
var hostile = map[string]string{
	"mentions":         "zebra <!channel> <!here|x> <!everyone> <@U0RUTH> <@U0RUTH|r> <#C0GENERAL> <!subteam^S1> @here @channel @everyone",
	"dates and links":  "zebra <!date^0^{date}^https://evil.example|x> <https://evil.example|harmless> <mailto:x@evil.example> https://evil.example",
	"mrkdwn":           "zebra *b* _i_ ~s~ `c` ```pre```\n> q\n&gt; r :smile: :rotating_light:",
	"escaped already":  "zebra &lt;!channel&gt; &amp;lt; &#60;!here&#62;",
	"broken off":       "zebra <!chan",
	"the other half":   "nel> zebra <",
	"Telegram's":       "zebra [x](tg://user?id=1) <a href=\"tg://user?id=1\">x</a> _*[]()~`>#+-=|{}.!\\",
	"turned about":     "zebra\u202egnp.exe\u202c \u202dx\u202a\u202b",
	"not to be seen":   "zebra a\u200bb\u200c\u200d\u2060\ufeff",
	"null and control": "zebra a\x00b\x01\x1b[2J\x7f\u0085",
	"broken UTF-8":     "zebra \xff\xfe\xc3(",
	"64 kB":            strings.Repeat("zebra <!channel> ", 64<<10/17),
	"64 kB, no space":  strings.Repeat("<zebra&>", 64<<10/8),
	"JSON":             `zebra "}]},{"type":"mrkdwn","text":"<!channel>"} \u003c!channel\u003e`,
}

// harmless looks at everything that was given to Slack: no mention, no link,
// and what a client wrote in nothing that Slack formats.
func harmless(t *testing.T, where, text string, blocks []fakeslack.Block) {
	t.Helper()
	if pings := fakeslack.Mentions(text, blocks); len(pings) > 0 {
		t.Errorf("%s pings %.80q", where, pings)
	}
	check := func(what, s string) {
		if strings.ContainsAny(s, "<>") || !utf8.ValidString(s) || strings.ContainsAny(s, "\x00\u202d\u202e") {
			t.Errorf("%s: %s holds %.120q", where, what, s)
		}
	}
	check("the text", text)
	raw, err := json.Marshal(blocks)
	if err != nil {
		t.Fatal(err)
	}
	var all any
	if err := json.Unmarshal(raw, &all); err != nil {
		t.Fatal(err)
	}
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, x := range v {
				walk(x)
			}
		case map[string]any:
			s, _ := v["text"].(string)
			switch v["type"] {
			case "mrkdwn":
				check("mrkdwn", s)
				if v["verbatim"] != true {
					t.Errorf("%s: Slack makes links in %.80q", where, s)
				}
			case "plain_text":
				if strings.ContainsAny(s, "\x00\u202d\u202e") || v["emoji"] == true {
					t.Errorf("%s: plain text %.80q with emoji %v", where, s, v["emoji"])
				}
			}
			for _, k := range slices.Sorted(maps.Keys(v)) {
				walk(v[k])
			}
		}
	}
	walk(all)
}

// Whatever stands in a card, a notice or a line about a case pings nobody.
func TestHostileCards(t *testing.T) {
	t.Parallel()
	for name, words := range hostile {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, func(s *settings) { s.slack.Disclosure = "channel" })
			for i, body := range []bot.Body{
				bot.Card{Case: "K7Q-42", Line: words, State: []string{words, words}, Detail: words, Open: true},
				bot.Card{Case: "K7Q-42", Line: "K7Q-42", Urgent: true, OnCall: words},
				bot.Notice{Line: words},
				bot.Brief{Case: "K7Q-42", Session: 1, Line: words, Counts: words},
			} {
				receipt, err := w.slack.Send(w.ctx, bot.Delivery{ID: fmt.Sprint("d", i), Body: body})
				w.must(err)
				if card, ok := body.(bot.Card); ok {
					card.State = append(card.State, words)
					_, err := w.slack.Send(w.ctx, bot.Delivery{ID: fmt.Sprint("u", i), Body: card, Receipt: receipt})
					w.must(err)
				}
			}
			all := w.fake.Messages(fakeslack.Channel)
			if len(all) != 4 {
				t.Fatalf("got %d messages, want 4", len(all))
			}
			_, err := w.slack.Send(w.ctx, bot.Delivery{ID: "dm", To: ana, Body: bot.Brief{Case: "K7Q-42", Session: 1, Line: words, Counts: words}})
			w.must(err)
			all = append(all, w.fake.Messages(fakeslack.DM(ana))...)
			for _, m := range all {
				harmless(t, "a message", m.Text, m.Blocks)
				if m.Unfurl {
					t.Error("links unfurl")
				}
			}
		})
	}
}

// Whatever a client or a colleague wrote, the page of a case and its forms show
// it as letters.
func TestHostileCourse(t *testing.T) {
	t.Parallel()
	for name, words := range hostile {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := inCare(t)
			v.Case.Goals[0].Words, v.Case.Goals[0].Levels = words, []string{words, words, words, words, words}
			v.Case.Observed[0].Note, v.Library[0].Title, v.Library[1].Series = words, words, words
			w := newWorld(t, nil)
			w.desk = &desk{view: v}
			w.run()
			page := w.page(ana)
			harmless(t, "the page", "", page.Blocks)
			if !strings.Contains(page.Plain(), "zebra") {
				t.Errorf("the page shows %.200q", page.Plain())
			}
			for _, form := range []string{"goal.1", "rate.1.1", "give"} {
				harmless(t, form, "", w.courseForm(ana, form).Blocks)
			}
		})
	}
}

// Whatever a client wrote, the summary opens, shows it as letters, and can be
// decided from; so do the forms.
func TestHostileSummary(t *testing.T) {
	t.Parallel()
	for name, words := range hostile {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := sampleView()
			v.Summary.Head = words
			v.Summary.Sections = []care.Section{
				{Key: "fit", Title: words, Lines: []care.Line{{Text: words}}},
				{Key: "asked", Title: "Asked", Lines: []care.Line{{Text: "alone"}, {Text: words, Words: true}, {Text: words}, {Text: words, Words: true}}},
			}
			v.Assessment.Candidates[1].Soft[0].Text = words
			v.Referrals = []care.Referral{{Name: words, What: care.Wording{"en": words}}}
			workspace := func() *world {
				w := newWorld(t, nil)
				w.desk = &desk{view: v}
				w.run()
				return w
			}
			view := workspace().open(ana)
			harmless(t, "the summary", "", view.Blocks)
			if got := view.Plain(); !strings.Contains(got, "zebra") || !strings.Contains(got, "Offer times") {
				t.Errorf("the summary shows %.200q", got)
			}
			for _, kind := range []care.DecisionKind{care.Offer, care.Refer, care.Ask} {
				harmless(t, string(kind), "", workspace().form(ana, kind).Blocks)
			}
		})
	}
}
