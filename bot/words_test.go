package bot_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"anteroom/bot"
	"anteroom/bot/care"
)

// phrasebook is texts with some of them others.
type phrasebook struct {
	bot.Texts
	own map[string]string
}

func (b phrasebook) Has(key string) bool { return b.own[key] != "" || b.Texts.Has(key) }

func (b phrasebook) Say(key string, fill func(string) string) string {
	words, ok := b.own[key]
	if !ok {
		return b.Texts.Say(key, fill)
	}
	var filled strings.Builder
	for {
		before, rest, open := strings.Cut(words, "{")
		name, after, _ := strings.Cut(rest, "}")
		filled.WriteString(before)
		if !open {
			return filled.String()
		}
		filled.WriteString(fill(name))
		words = after
	}
}

// with is a practice that speaks one more language: English, but for some texts.
func with(p *bot.Practice, lang string, own map[string]string) *bot.Practice {
	texts := map[string]bot.Texts{lang: phrasebook{p.Texts["en"], own}}
	for l, t := range p.Texts {
		texts[l] = t
	}
	p.Texts = texts
	return p
}

func TestWords(t *testing.T) {
	p := sample(t)
	day := func(s string) time.Time {
		at, err := time.ParseInLocation("2006-01-02 15:04", s, p.Zone)
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	open := map[time.Weekday][]care.Span{
		time.Monday: {{From: 540, To: 750}, {From: 810, To: 1080}}, time.Tuesday: {{From: 540, To: 750}, {From: 810, To: 1080}},
		time.Friday: {{From: 540, To: 780}},
	}
	for lang, want := range map[string][]string{
		"en": {
			"Thursday 3 December, 5 pm", "Sunday 1 March, 9:05 am", "20 March 2027",
			"Monday to Tuesday 9 am to 12:30 pm and 1:30 pm to 6 pm; Friday 9 am to 1 pm",
			"", "Ana", "Ana and Ruth", "Ana, Ruth and Isabel", "Ana and Hiedra",
			"1 day", "30 days", "12 months", "12 months", "7 years", "48 hours", "90 minutes", "3 seconds", "1,000 days",
			"no company", "Telegram and Slack (one line of it stands in our therapists' channel)",
		},
		"es": {
			"jueves 3 de diciembre, 17:00", "domingo 1 de marzo, 09:05", "20 de marzo de 2027",
			"de lunes a martes de 09:00 a 12:30 y de 13:30 a 18:00; viernes de 09:00 a 13:00",
			"", "Ana", "Ana y Ruth", "Ana, Ruth e Isabel", "Ana y Hiedra",
			"1 día", "30 días", "12 meses", "12 meses", "7 años", "48 horas", "90 minutos", "3 segundos", "1.000 días",
			p.Texts["es"].Say("copies.none", nil), "Telegram y " + p.Texts["es"].Say("copies.slack-line", nil),
		},
	} {
		g := p.Tongue(lang)
		got := []string{
			g.Moment(day("2026-12-03 17:00"), p.Zone), g.Moment(day("2026-03-01 09:05"), p.Zone), g.Day(day("2027-03-20 00:00")),
			g.Open(open),
			g.List(), g.List("Ana"), g.List("Ana", "Ruth"), g.List("Ana", "Ruth", "Isabel"), g.List("Ana", "Hiedra"),
		}
		for _, p := range []care.Period{{Days: 1}, {Days: 30}, {Days: 365}, {Years: 1}, {Years: 7}, {Rest: 48 * time.Hour}, {Rest: 90 * time.Minute},
			{Rest: 2500 * time.Millisecond}, {Days: 1000}} {
			got = append(got, g.Period(p))
		}
		got = append(got, g.Copies(), g.Copies("Telegram", "slack-line"))
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", lang, diff)
		}
	}
}

// A conversation that was stored before a therapist's words had a place of their
// own holds them beside the instants: no note of a few digits becomes a date.
func TestWindow(t *testing.T) {
	p := sample(t)
	g := p.Tongue("en")
	at := time.Date(2027, time.May, 4, 18, 0, 0, 0, time.UTC)
	for _, tt := range []struct{ value, words, want string }{
		{"2027-05-20", "", "20 May 2027"},
		{strconv.FormatInt(at.Unix(), 10), "", "Tuesday 4 May, 11 am"},
		{"15", "", "15"},
		{"2027", "", "2027"},
		{"-123456789", "", "-123456789"},
		{"0000000015", "", "0000000015"},
		{"14155550199", "", "14155550199"},
		{"tomorrow at 5", "", "tomorrow at 5"},
		{"", strconv.FormatInt(at.Unix(), 10), strconv.FormatInt(at.Unix(), 10)},
		{"", "", ""},
	} {
		if got := g.Window(tt.value, tt.words, p.Zone); got != tt.want {
			t.Errorf("%q and %q: got %q, want %q", tt.value, tt.words, got, tt.want)
		}
	}
}

// Another language has other plurals than two, and what its texts lack is said
// in the base language.
func TestWordsOfAThirdLanguage(t *testing.T) {
	p := with(sample(t), "pl", map[string]string{"words.day.one": "{n} dzień", "words.day.few": "{n} dni, kilka", "words.day.many": "{n} dni, wiele",
		"words.and": "{list} i {last}", "say.this-language": "po polsku"})
	g := p.Tongue("pl")
	got := []string{g.Period(care.Period{Days: 1}), g.Period(care.Period{Days: 3}), g.Period(care.Period{Days: 30}), g.Period(care.Period{Years: 7}), g.List("a", "b")}
	if diff := cmp.Diff([]string{"1 dzień", "3 dni, kilka", "30 dni, wiele", "7 years", "a i b"}, got); diff != "" {
		t.Errorf("Polish (-want +got):\n%s", diff)
	}
	for _, words := range []string{"Polski", "polish", "polaco", "/language pl", "po polsku", "/język", "idioma polaco"} {
		command, arg, _ := p.Command(words)
		if words == "/język" {
			if command != "?" {
				t.Errorf("%s: got %q, want it to be unknown", words, command)
			}
			continue
		}
		if command != "language" || arg != "pl" {
			t.Errorf("%s: got %q %q, want language pl", words, command, arg)
		}
	}
}

func TestCommands(t *testing.T) {
	p := sample(t)
	for words, want := range map[string]string{
		"back": "back", "Go back!": "back", "atrás": "back", "ATRAS": "back", "¿Volver?": "back", "/back": "/back", "/atras": "/back", "/BACK@OurBot": "/back",
		"I need help now": "now", "Necesito ayuda ya": "now", "help": "help", "ayuda": "help", "call me": "call", "llámame": "call", "llameme": "call",
		"Que me llame una persona": "call", "qué pasa": "what", "/edit": "/change", "my data": "mydata", "mis datos": "mydata", "/mydata": "/mydata",
		"start": "start", "empezar": "start", "/start call": "/start call", "idioma": "language", "/language": "/language", "/idioma": "/language",
		"/language Spanish": "/language es", "language Spanish": "language es", "/language Klingon": "/language", "english": "language en",
		"Inglés": "language en", "español": "language es", "ESPANOL": "language es", "spanish": "language es", "/english": "/language en",
		"/nonsense": "/?", "/": "/?", "hello": "", "I want to go back to how it was": "", "language of love": "", "👍": "", "": "",
		strings.Repeat("back ", 40): "",
	} {
		command, arg, bare := p.Command(words)
		got := strings.TrimSpace(command + " " + arg)
		if !bare && command != "" {
			got = "/" + got
		}
		if got != want {
			t.Errorf("%q: got %q, want %q", words, got, want)
		}
	}
}
