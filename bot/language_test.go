package bot_test

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"anteroom/bot"
	"anteroom/bot/care"
	"anteroom/content"
)

// speaks begins a conversation from a phone that is set to a locale.
func (h *house) speaks(chat, locale, words string) *person {
	h.t.Helper()
	in := h.inbound(chat, bot.Words{Text: words})
	in.Locale = locale
	h.receive(in)
	h.settle()
	return &person{house: h, chat: chat, locale: locale}
}

func TestFirstLanguage(t *testing.T) {
	t.Parallel()
	const english, spanish = "Hello. I am Anteroom", "Hola. Soy Anteroom"
	for _, c := range []struct{ name, practice, locale, words, begins, offers string }{
		{"the messenger's", "en", "es-MX", "hi", spanish, "English: write “English”."},
		{"the messenger's, in capitals", "en", "ES", "hi", spanish, "English: write “English”."},
		{"the practice's when the messenger's is none of ours", "es", "fr-CA", "hi", spanish, "English: write “English”."},
		{"the practice's when nothing is known", "es", "", "hi", spanish, "English: write “English”."},
		{"English", "en", "", "hola", english, "Español: "},
		{"the one that is asked for", "en", "en", "español", spanish, ""},
		{"help numbers first", "en", "es", "ayuda ya", "Soy un programa", "English: write “English”."},
		{"what a link asks for", "en", "es", "/start call", spanish, "English: write “English”."},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			h := furnish(t)
			h.practice.Language = c.practice
			h.Service = h.service()
			first := h.speaks("ann", c.locale, c.words).hears()[0]
			if !strings.HasPrefix(first, c.begins) {
				t.Errorf("got %q, want it to begin with %q", first, c.begins)
			}
			if c.offers != "" && !strings.Contains(first, "\n\n"+c.offers) || c.offers == "" && strings.Contains(first, "\n\n") {
				t.Errorf("got %q, want it to offer %q", first, c.offers)
			}
		})
	}
}

// A practice with one language offers no other.
func TestOneLanguage(t *testing.T) {
	t.Parallel()
	h := furnish(t)
	h.practice.Texts = map[string]bot.Texts{"en": h.practice.Texts["en"]}
	h.Service = h.service()
	p := h.speaks("ann", "es", "hi")
	if first := p.hears()[0]; strings.Contains(first, "\n") {
		t.Errorf("got %q, want nothing of other languages", first)
	}
	p.says("español").wants("Please press one of the buttons", "A person at the practice") // words like any other
}

// The language changes at any moment, and nothing else does.
func TestLanguageChanges(t *testing.T) {
	t.Parallel()
	h := build(t)

	p := h.person("before consent").says("/start")
	p.hears()
	p.says("español").wants("Ahora escribo en español.", "Una persona del centro")
	p.presses("Empezar", "Estoy de acuerdo", "Sí")
	p.hears()
	p.says("English").wants("I write in English now.", "Question 4")
	p.presses("Yes, I am").says("California").presses("Yes, all safe")

	p.presses("Low or different desire", "Menopause") // a draft
	p.hears()
	old := p.button("Pelvic pain")
	p.says("/language").wants("Which language shall I write in?")
	if _, buttons := p.question(); !slices.Equal(labels(buttons), []string{"English", "Español"}) {
		t.Fatalf("got the languages %q", labels(buttons))
	}
	p.presses("Español").wants("Ahora escribo en español.", "Pregunta 7")
	_, buttons := p.question()
	if got := strings.Join(labels(buttons), "|"); !strings.Contains(got, "✓ Poco deseo") || !strings.Contains(got, "✓ Menopausia") {
		t.Errorf("the draft is lost: %s", got)
	}
	p.do(bot.Press{Data: old.Data}).wants("(buttons drawn anew)") // a button from before the change counts
	p.presses("Eso es todo")
	p.hears()

	p.says("cambiar").wants("")
	p.presses("Motivo") // changing an answer
	p.hears()
	p.says("/language english").wants("I write in English now.", "Question 7")
	p.says("back") // leaves all as it was
	p.hears()
	p.says("/idioma nonsense").wants("Which language shall I write in?")
	p.says("my data")
	if got := strings.Join(p.hears(), "\n"); !strings.Contains(got, "Low or different desire, Pelvic pain, Menopause") {
		t.Errorf("the answers are not what was pressed: %q", got)
	}

	p.says("pausa")
	p.hears()
	p.says("idioma español").wants("Ahora escribo en español.", "Pregunta 8")
	p.presses("Es suficiente: por este chat") // the end
	p.hears()
	p.says("english").wants("I write in English now.")
	p.says("hello").wants("Your answers are with us.")
}

// In which language a client writes concerns the therapists while there is
// something to do for the case; after that it draws no card.
func TestLanguageOfASettledCase(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		decide *care.Decision
		press  string // of the client, on what was decided
		status care.Status
		cards  int
	}{
		"waiting":  {nil, "", care.WaitingDecision, 1},
		"offered":  {offer("ana", hour(30)), "", care.Offered, 1},
		"booked":   {offer("ana", hour(30)), "Tuesday", care.Booked, 0},
		"referred": {&care.Decision{Kind: care.Refer, Names: []string{"Somebody, Springfield"}}, "", care.Referred, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := build(t)
			p := h.person("ann")
			id := p.sends()
			if c.decide != nil {
				if err := h.acts("press", id, "ana", c.decide); err != nil {
					t.Fatal(err)
				}
				h.settle()
			}
			if c.press != "" {
				p.presses("Open it", c.press)
			}
			if got := h.view(id).Status; got != c.status {
				t.Fatalf("the case is %s, want %s", got, c.status)
			}
			p.hears()
			before := len(h.desk.cards())
			p.says("español")
			if got := p.hears(); len(got) == 0 || got[0] != "Ahora escribo en español." {
				t.Errorf("got %q, want the change to be said", got)
			}
			if got := len(h.desk.cards()) - before; got != c.cards {
				t.Errorf("got %d new cards, want %d", got, c.cards)
			}
		})
	}
}

// The name of a language that answers the open question is an answer, and the
// word for a command too.
func TestLanguageAsAnswer(t *testing.T) {
	t.Parallel()
	p := build(t).person("ann").consents().presses("Yes, I am").says("California").
		presses("Yes, all safe", "Sexual orientation", "That is all", "Just me. No partner or ex", "Always").says("4").
		presses("Online", "That is all", "Yes, that works")
	p.hears()
	p.says("language").wants("So far: “Another language”.").says("done").wants("Question 14")
	p.says("Spanish").wants("Question 15")
	p.says("español").wants("Ahora escribo en español.", "")
}

// spanishWalk is the whole intake, as the labels or the words have it.
var spanishWalk = []string{"[Empezar]", "[Estoy de acuerdo]", "[Sí]", "[Sí, tengo 18 o más]", "California", "[Sí, nadie está en peligro]",
	"[Dolor o tensión en la penetración]", "Menopausia y 1, eso es todo", "[Solo yo. Tengo pareja]", "[Dolor", "[Sí", "7", "[Nada de esto]", "[En línea]",
	"1", "[Eso es todo]", "[Sí", "[Nada en especial]", "Kim, ella", "1", "[Enviar"}

// The whole intake in Spanish, in both forms of address. Nothing that a client
// reads is English; what a therapist reads is.
func TestSpanishIntake(t *testing.T) {
	t.Parallel()
	for form, says := range map[string]string{"tu": "¿Tienes 18 años", "usted": "¿Tiene 18 años"} {
		t.Run(form, func(t *testing.T) {
			t.Parallel()
			h := spanish(t, form)
			p := h.speaks("ann", "es", "hola").walks(spanishWalk...)
			heard := strings.Join(p.hears(), "\n")
			for _, want := range []string{says, "Pregunta 7 · ", "miércoles 5 de mayo, 18:00", "Dolor o tensión en la penetración"} {
				if !strings.Contains(heard, want) {
					t.Errorf("nothing says %q", want)
				}
			}
			cards := h.desk.cards()
			if len(cards) != 1 || !strings.Contains(cards[0].Line, " · Spanish · answer due") {
				t.Fatalf("got the cards %+v, want one that says Spanish", cards)
			}
			v, err := h.LookAs(t.Context(), care.CaseID(cards[0].Case), "test")
			if err != nil {
				t.Fatal(err)
			}
			for _, want := range []string{"writes in Spanish", "Pain or tightness with penetration", "Low or different desire", "Kim, ella"} {
				if !strings.Contains(v.Summary.Text(), want) {
					t.Errorf("the summary does not say %q:\n%s", want, v.Summary.Text())
				}
			}
			h.noEnglish()
			p.says("english").says("/start")
			if v := h.view(v.Case.ID); v.Language != "" {
				t.Errorf("the case says %q after the client changed to English", v.Language)
			}
		})
	}
}

// Every decision reaches a client in their language, in the one that they speak
// when they read it.
func TestSpanishDecisions(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		decide        care.Decision
		says, english string
	}{
		"offer": {*offer("ana", hour(24*7+1)), "lunes 10 de mayo, 11:00", "Monday 10 May, 11 am"},
		"wait":  {care.Decision{Kind: care.Wait, Date: "2027-06-09", WriteBy: "2027-05-20"}, "20 de mayo de 2027", ""},
		"refer": {care.Decision{Kind: care.Refer, Names: []string{"Pelvic Health Clinic: pelvic-floor physiotherapy, Oakland"}},
			"Pelvic Health Clinic: fisioterapia de suelo pélvico, Oakland", ""},
		"call at a time":  {care.Decision{Kind: care.Call, Times: []int64{hour(25).Unix()}}, "martes 4 de mayo, 11:00", ""},
		"call some time":  {care.Decision{Kind: care.Call}, "lunes de 09:00 a 12:30 y de 13:30 a 18:00; de martes a jueves", ""},
		"call in words":   {care.Decision{Kind: care.Call, Note: "mañana a las 10"}, "mañana a las 10", ""},
		"ask":             {care.Decision{Kind: care.Ask, Note: "¿Desde cuándo?"}, "¿Desde cuándo?", "¿Desde cuándo?"},
		"refer to nobody": {care.Decision{Kind: care.Refer}, "Quiet River Practice", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := spanish(t, "usted")
			p := h.speaks("ann", "es", "hola").walks(spanishWalk...)
			p.hears()
			if err := h.acts("a", care.CaseID(h.desk.cards()[0].Case), "ana", &c.decide); err != nil {
				t.Fatal(err)
			}
			h.settle()
			p.presses("Abrirlo")
			_, buttons := p.question()
			if said := strings.Join(append(p.hears(), labels(buttons)...), "|"); !strings.Contains(said, c.says) {
				t.Errorf("got %q, want it to say %q", said, c.says)
			}
			h.noEnglish()
			if c.english == "" {
				return
			}
			p.says("english")
			_, buttons = p.question()
			if said := strings.Join(append(p.hears(), labels(buttons)...), "|"); !strings.Contains(said, c.english) {
				t.Errorf("got %q, want it to say %q", said, c.english)
			}
		})
	}
}

// Whatever a Spanish-speaking person presses, writes and asks for, no English
// is said.
func TestNoEnglishInSpanish(t *testing.T) {
	t.Parallel()
	seeds := 6
	if testing.Short() {
		seeds = 3
	}
	asides := []string{"/help", "/privacy", "/mydata", "/what", "/now", "/call", "/forget", "/pause", "/resume", "/skip", "/change", "/back", "/nonsense",
		"/language", "eres un bot?", "start", strings.Repeat("palabras ", 200)}
	words := []string{"California", "70", "Kim", "+34 600 000 000", "algo"}
	for seed := range uint64(seeds) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(seed, 1))
			h := spanish(t, []string{"tu", "usted"}[seed%2])
			p := h.speaks("ann", "es", "hola")
			for n := range 100 {
				_, buttons := p.question()
				switch k := r.IntN(10); {
				case n%9 == 8:
					p.says(asides[r.IntN(len(asides))])
				case n%40 == 39:
					h.clock.Advance(8 * 24 * time.Hour)
					h.settle()
					p.do(bot.Media{Kind: bot.MediaVoice})
				case k < 7 && len(buttons) > 0:
					if b := buttons[r.IntN(len(buttons))]; b.Label != "English" {
						p.do(bot.Press{Data: b.Data})
					}
				default:
					p.says(words[r.IntN(len(words))])
				}
			}
			h.noEnglish()
		})
	}
}

// A name that runs the other way than the language is kept apart from it, in
// what the service says by itself too.
func TestRightToLeft(t *testing.T) {
	t.Parallel()
	h := furnish(t)
	with(h.practice, "he", map[string]string{"program": "אני תוכנה של {practice.name}, ולא אדם.", "say.back": "חזרה", "language.now": "עכשיו אני כותב בעברית."})
	h.Service = h.service()
	p := h.person("ann").says("/start").presses("Start")
	p.hears()
	p.says("/language").wants("Which language")
	p.presses("עברית").wants("עכשיו אני כותב בעברית.", "Please read this")
	p.says("are you a bot").wants("אני תוכנה של \u2068"+h.practice.Name+"\u2069, ולא אדם.", "Please read this")
	p.says("חזרה").wants("A person at the practice")
}

// spanish is a house whose practice speaks to people in that form.
func spanish(t *testing.T, form string) *house {
	t.Helper()
	h := furnish(t)
	h.practice.FormOfAddress = form
	texts, err := content.Service(content.Files, "es")
	if err != nil {
		t.Fatal(err)
	}
	h.practice.Texts = map[string]bot.Texts{"en": h.practice.Texts["en"], "es": texts.In(form)}
	h.Service = h.service()
	return h
}

// walks presses what stands in brackets, and types the rest.
func (p *person) walks(steps ...string) *person {
	p.t.Helper()
	for _, s := range steps {
		if label, ok := strings.CutPrefix(s, "["); ok {
			p.presses(strings.TrimSuffix(label, "]"))
			continue
		}
		p.says(s)
	}
	return p
}

// english finds words that no Spanish text has.
var english = regexp.MustCompile(`(?i)\b(the|you|your|please|and|or|is|are|what|with|press|write|day|days|to|of|Monday|May|back|help)\b`)

// noEnglish looks at everything that was sent to people. Names stay as they are.
func (h *house) noEnglish() {
	h.t.Helper()
	names := []string{h.practice.Name, h.practice.Email, "complaints@quietriver.example", "English: write “English”.", "English"}
	lines, err := content.Helplines(content.Files)
	if err != nil {
		h.t.Fatal(err)
	}
	for _, c := range lines.Countries {
		for _, numbers := range c.Lines {
			for _, n := range numbers {
				names = append(names, n.Name)
			}
		}
	}
	for _, r := range h.practice.Fees.Referrals {
		names = append(names, r.Name)
	}
	slices.SortFunc(names, func(a, b string) int { return len(b) - len(a) })
	for _, d := range h.phone.got() {
		text := ""
		switch body := d.Body.(type) {
		case bot.Text:
			text = body.Text + "\n" + strings.Join(labels(slices.Concat(body.Buttons...)), "\n")
		case bot.Redraw:
			text = strings.Join(labels(slices.Concat(body.Buttons...)), "\n")
		}
		for _, name := range names {
			text = strings.ReplaceAll(text, name, "")
		}
		if found := english.FindString(text); found != "" {
			h.t.Errorf("%q is English:\n%s", found, text)
		}
	}
}
