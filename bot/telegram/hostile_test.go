package telegram_test

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"anteroom/bot"
)

// hostile is what somebody could write so that others are pinged, led
// elsewhere, shown something else, or get nothing any more.
var hostile = map[string]string{
	"Slack's mentions":    "<!channel> <!here|x> <@U0RUTH> <#C0GENERAL> @here @everyone @channel",
	"Markdown":            "*b* _i_ __u__ ~s~ ||x|| `c` ```pre``` >q [x](tg://user?id=1) ![x](tg://emoji?id=1)",
	"all that it escapes": "_*[]()~`>#+-=|{}.!\\ \\\\* \\_",
	"HTML":                `<b>b</b><a href="tg://user?id=1">x</a><tg-spoiler>y</tg-spoiler>&lt;b&gt; &amp; &#x3C; <script>`,
	"links":               "tg://resolve?domain=evil https://evil.example/?a=1&b=<2> t.me/evil @evil_bot /start_evil #tag $USD",
	"turned about":        "abc\u202egnp.exe\u202c \u2067x\u2069\u2069 \u200fmark\u200e",
	"not to be seen":      "a\u200bb\u200c\u200d\u2060\ufeff\u00adc",
	"null and control":    "a\x00b\x01\x1b[2J\x7f\u0085\u009b31m",
	"broken":              "a\xff\xfe\xc3(\xed\xa0\x80b",
	"64 kB":               strings.Repeat("<&*_ ", 64<<10/5),
	"64 kB, one letter":   "e" + strings.Repeat("\u0301", 32<<10),
	"64 kB of a family":   strings.Repeat("👩‍👩‍👧", 64<<10/18),
	"quotes and braces":   `"}]]}{"inline_keyboard":[[{"text":"x","url":"tg://user?id=1"}]]} %00 %s \u003c`,
}

// Whatever stands in a text, a label or a file's name, it arrives as the
// letters it is: nothing pings, nothing is formatted or looked into, and
// nothing is refused.
func TestHostileWords(t *testing.T) {
	t.Parallel()
	for name, words := range hostile {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSet(t)
			u, other := known(s.server, 1), known(s.server, 2)
			for i, body := range []bot.Body{
				bot.Text{Text: words},
				bot.Text{Text: "Your words: “" + words + "”", Buttons: [][]bot.Button{{{Label: words, Data: "AAAA"}, {Label: "✓ " + words, Data: "BBBB"}}}},
				bot.Document{Name: words, Type: words, Data: []byte(words)},
			} {
				receipt, err := s.bot.Send(t.Context(), to(u, fmt.Sprint("d", i), body))
				if err != nil {
					t.Fatalf("%T: %v", body, err)
				}
				if text, ok := body.(bot.Text); ok && len(text.Buttons) > 0 {
					again := to(u, "r", bot.Redraw{Buttons: [][]bot.Button{{{Label: words + "!", Data: "CCCC"}}}})
					again.Receipt = receipt
					if _, err := s.bot.Send(t.Context(), again); err != nil {
						t.Errorf("drawn anew: %v", err)
					}
				}
			}
			var shown strings.Builder
			for _, m := range u.Inbox() {
				if m.ParseMode != "" || !m.PreviewOff || m.Protected != (m.File == nil) || !utf8.ValidString(m.Text) {
					t.Errorf("message %d: mode %q, preview off %v, protected %v", m.ID, m.ParseMode, m.PreviewOff, m.Protected)
				}
				for _, label := range m.Labels() {
					if !utf8.ValidString(label) || len([]rune(label)) > 64 {
						t.Errorf("label %q", label)
					}
				}
				if m.File != nil && (strings.ContainsAny(m.File.Name, "/\\\x00\u202e") || len(m.File.Name) > 256 || string(m.File.Data) != words) {
					t.Errorf("file %q", m.File.Name)
				}
				shown.WriteString(m.Text)
			}
			if once := asLetters(words); asLetters(shown.String()) != once+asLetters("Your words: “")+once+"”" {
				t.Errorf("not the letters that were written: %d of them, want %d", len(asLetters(shown.String())), 2*len(once)+len(asLetters("Your words: “”")))
			}
			for _, c := range s.server.Calls("") {
				for _, field := range []string{"parse_mode", "entities", "caption_entities", "caption"} {
					if v, ok := c.Params[field]; ok {
						t.Errorf("%s has %s %q", c.Method, field, v)
					}
				}
				if strings.Contains(c.Params["reply_markup"], `"url"`) && !strings.Contains(words, "url") {
					t.Errorf("%s has a button that leads elsewhere", c.Method)
				}
			}
			if got := len(other.Inbox()); got > 0 {
				t.Errorf("somebody else got %d messages", got)
			}
		})
	}
}

// asLetters are a text's letters without white space, as they can be sent.
func asLetters(s string) string {
	return strings.Join(strings.Fields(strings.ToValidUTF8(s, "\uFFFD")), "")
}

// What comes in is the letters that somebody wrote, without what would turn or
// hide the words around them.
func TestHostileWordsComeIn(t *testing.T) {
	t.Parallel()
	s := newSet(t)
	s.poll(t)
	u := s.server.User(1, hostile["HTML"], "en")
	n := 0
	for name, words := range hostile {
		if utf8.ValidString(words) && len(words) < 4096 { // the messenger lets nothing else through
			u.Send(words)
			if n++; len(s.got.wait(t, n)) != n {
				t.Fatal(name)
			}
			in := s.got.all()[n-1]
			said, ok := in.What.(bot.Words)
			if !ok || strings.ContainsAny(said.Text, "\x00\x01\x1b\x7f\u0085\u202e\u202c\u2067\u2069") {
				t.Errorf("%s: got %s", name, tell(in.What))
			}
		}
	}
	if got := len(s.got.all()); got < 9 {
		t.Errorf("only %d came in", got)
	}
}
