package care_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"anteroom/bot/care"
)

func summary(t testing.TB, p care.Practice, l loads, pairs ...string) care.Summary {
	t.Helper()
	c := care.NewCase("K7Q-42", now)
	f := facts(pairs...)
	u, _ := care.Triage(care.ReadEnquiry(f))
	if err := c.Submit(f, u, now, now.Add(55*time.Hour)); err != nil {
		t.Fatal(err)
	}
	return care.Summarise(care.SummaryInput{Case: c, Assessment: care.Assess(c.Enquiry(), p, l, now), Practice: p, Now: now})
}

func TestSummaryText(t *testing.T) {
	p := sample(t)
	for _, c := range []struct {
		name  string
		loads loads
		facts []string
		want  string
	}{
		{"book, low fee", nil, []string{"fee_ok", "less", "can_pay", "70", "times", "weekday-morning,weekend"}, `
K7Q-42 · F · answer due Thu 17:00
Urgency  none
Fit      F, book an evaluation: Ana Reyes fits best and has room
Asked    pain; comes alone
         “It hurts every time and I have stopped trying.”
Pattern  for years; bother 7 of 10
Safety   alone when asked; feels safe; no fear of the partner
Body     nothing named
Wishes   online; in US-CA; weekday morning, weekend
Fee      can pay 70; full is 180; low fee 60
Reach    Noor (she), here in the chat, reminders closed
Who      Ana Reyes: expert in pain; weekday morning suits both; pain cases 5→6,
         soft cap 6; low-fee slots 0→1/1
         also Sam Okafor and Milo Grant
         not: Ruth Cole has no low-fee places
Reply    Offer times: “We can help with this. Ana Reyes can see you; please pick
         a time.”
[ Offer times · Wait · Colleague · Refer · Ask · Call ]
`},
		{"full", loads{"ana": taken(t, p, "ana", 3, care.Full, "pain")}, []string{"place", "US-OR", "body_along", "lump", "afraid", "once"}, `
K7Q-42 · M · C · answer due Thu 17:00
Urgency  M, a doctor first or alongside
Fit      C, fits, caseload full: Ana Reyes: pain cases 8, hard cap 8; next
         opening about 9 June 2027 with Ana Reyes
Asked    pain; comes alone
         “It hurts every time and I have stopped trying.”
Pattern  for years; bother 7 of 10
Safety   alone when asked; feels safe; was once afraid of the partner
Body     doctor first: lump
Wishes   online; in US-OR; weekday morning
Fee      full fee 180 fits
Reach    Noor (she), here in the chat, reminders closed
Who      Ana Reyes: full, next opening about 9 June 2027; expert in pain;
         weekday morning suits both; pain cases 8→9, soft cap 6
         not: Ruth Cole is not licensed in US-OR; Sam Okafor is not licensed in
         US-OR; Milo Grant is not licensed in US-OR
Reply    Wait: “We can help with this, and have no opening until about 9 June
         2027. You choose; we will write by 1 May 2027 either way.”
[ Offer times · Wait · Colleague · Refer · Ask · Call ]
`},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := summary(t, p, c.loads, c.facts...).Text()
			if diff := cmp.Diff(got, strings.TrimPrefix(c.want, "\n")); diff != "" {
				t.Errorf("(-got +want):\n%s", diff)
			}
		})
	}
}

// Four words a second: a hundred and sixty in forty seconds, and a little more
// for somebody of whom nearly everything is known.
func TestSummaryIsReadInFortySeconds(t *testing.T) {
	p := sample(t)
	for i, f := range [][]string{
		{"together", "partner", "topics", "pain,low-desire,affair", "fee_ok", "less", "can_pay", "130", "body_along", "lump,diabetes,ed-nitrates", "treatment", "emdr", "wishes", "lgbtq-aware"},
		nil,
		{"together", "partner", "topics", "low-desire,affair", "main_topic", "low-desire", "fee_ok", "less", "can_pay", "130"},
		{"topics", "ed", "main_topic", "ed", "body_along", "diabetes", "times", "weekend"},
		{"place", "US-TX"},
		{"safe", "hurt-by-someone", "afraid", "now", "path", "short"},
		{"adult", "minor"}, {"out", "court"},
	} {
		s := summary(t, p, nil, f...)
		read, _, _ := strings.Cut(strings.ReplaceAll(s.Text(), "·", ""), "[") // what is read; the buttons are pressed
		if got := len(strings.Fields(read)); got > 160 && (i > 0 || got > 175) {
			t.Errorf("%v: %d words\n%s", f, got, s.Text())
		}
		if first := s.Sections[0].Key + s.Sections[1].Key; first != "urgencyfit" {
			t.Errorf("%v: begins with %s", f, first)
		}
	}
}

// Whatever was answered, the summary fits a screen, its head holds no word of
// the client's, and every line that does is flagged.
func TestSummaryBounds(t *testing.T) {
	p := sample(t)
	const mark = "zugzwang"
	rapid.Check(t, func(t *rapid.T) {
		f := answers(t)
		for _, id := range []string{"words", "topic_words", "access_words", "call_name", "contact", "pronoun_words"} {
			f[id] = mark + rapid.StringN(0, 400, -1).Draw(t, id)
		}
		f["pronouns"] = "own"
		f["body_now"] = rapid.SampledFrom([]string{"none", "four-hours,pop-swelling,testicle-pain,numb-no-urine,chest-after-ed,collapse,headache,sight,bleeding,fever-pelvic"}).Draw(t, "now")
		f["body_along"] = rapid.SampledFrom([]string{"none", "lump,bleeding-after,blood-semen,breathless,milk,ed-nitrates,antidepressant,blood-pressure,hormones,finasteride,opioids"}).Draw(t, "along")
		c := care.NewCase("K7Q-42", now)
		u, _ := care.Triage(care.ReadEnquiry(f))
		if err := c.Submit(f, u, now, now.Add(200*time.Hour)); err != nil {
			t.Fatal(err)
		}
		for _, a := range []care.AlertName{care.AlertCrisis, care.AlertIPV, care.AlertMedical, care.AlertCall} {
			if err := c.Alert(a, now); err != nil {
				t.Fatal(err)
			}
		}
		if err := c.RequestCall(care.CallRequest{Phone: mark + f["words"], When: []string{"call-morning", "call-evening"}}, now); err != nil {
			t.Fatal(err)
		}
		s := care.Summarise(care.SummaryInput{Case: c, Assessment: care.Assess(c.Enquiry(), p, someLoads(t, p), now), Practice: p, Now: now})
		if strings.Contains(s.Head, mark) {
			t.Fatalf("the head holds a client's word: %s", s.Head)
		}
		for _, sec := range s.Sections {
			for _, l := range sec.Lines {
				if !l.Words && strings.Contains(l.Text, mark) {
					t.Fatalf("%s: a client's words are not flagged: %q", sec.Key, l.Text)
				}
				if n := utf8.RuneCountInString(l.Text); n > 240 || strings.ContainsAny(l.Text, "\n\r\t\x00\x1b\u202e") {
					t.Fatalf("%s: %d runes: %q", sec.Key, n, l.Text)
				}
			}
		}
		rows := strings.Split(strings.TrimSuffix(s.Text(), "\n"), "\n")
		if len(rows) > 40 {
			t.Fatalf("%d lines\n%s", len(rows), s.Text())
		}
		for _, r := range rows {
			if n := utf8.RuneCountInString(r); n > 80 {
				t.Fatalf("%d columns: %q", n, r)
			}
		}
	})
}

func TestSummaryCutsAtAWord(t *testing.T) {
	p := sample(t)
	own := func(s care.Summary) string {
		for _, sec := range s.Sections {
			if sec.Key == "asked" {
				return sec.Lines[len(sec.Lines)-1].Text
			}
		}
		return ""
	}
	got := own(summary(t, p, nil, "words", strings.Repeat("seven letters ", 40)))
	if n := utf8.RuneCountInString(got); n > 202 || !strings.HasSuffix(got, "s…”") && !strings.HasSuffix(got, "n…”") {
		t.Errorf("%d runes: %q", n, got)
	}
	if got, want := own(summary(t, p, nil, "words", "two\nlines\u202e \x1b[31mand more")), "“two lines [31mand more”"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := own(summary(t, p, nil, "words", strings.Repeat("x", 500))); utf8.RuneCountInString(got) != 202 {
		t.Errorf("%d runes of one long word", utf8.RuneCountInString(got))
	}
}

func TestCard(t *testing.T) {
	p := sample(t)
	c := sent(t)
	for _, x := range []struct {
		urgency care.Urgency
		fit     care.Fit
		at      time.Time
		want    string
	}{
		{care.NoRush, care.Book, now, "K7Q-42 · F · answer due Thu 17:00"},
		{care.R1, care.Unasked, now, "K7Q-42 · R1 · U · answer due Thu 17:00"},
		{"", "", now, "K7Q-42 · answer due Thu 17:00"},
		{care.NoRush, care.Book, now.AddDate(0, 0, -7), "K7Q-42 · F · answer due Thu 3 Dec 17:00"},
		{care.NoRush, care.Book, now.AddDate(0, 0, 7), "K7Q-42 · F · answer due Thu 3 Dec 17:00"},
	} {
		c.Urgency = x.urgency
		if got := care.Card(c, x.fit, p.Zone, x.at); got != x.want {
			t.Errorf("got %q, want %q", got, x.want)
		}
	}
}

// The client's language is told when it is not English, and what they chose is
// in English all the same.
func TestSummaryLanguage(t *testing.T) {
	p := sample(t)
	c := sent(t)
	c.Language = "es"
	if got, want := care.Card(c, care.Book, p.Zone, now), "K7Q-42 · F · Spanish · answer due Thu 17:00"; got != want {
		t.Errorf("card: got %q, want %q", got, want)
	}
	text := care.Summarise(care.SummaryInput{Case: c, Practice: p, Now: now, Assessment: care.Assess(c.Enquiry(), p, nil, now)}).Text()
	if !strings.Contains(text, "writes in Spanish") || !strings.Contains(text, "weekday morning") {
		t.Error(text)
	}
}

func TestSummaryLabel(t *testing.T) {
	p := sample(t)
	c := sent(t)
	s := care.Summarise(care.SummaryInput{Case: c, Practice: p, Now: now, Assessment: care.Assess(c.Enquiry(), p, nil, now),
		Label: func(list, id string) string {
			if list == "topics" && id == "pain" {
				return "Pain or tightness"
			}
			return ""
		}})
	if text := s.Text(); !strings.Contains(text, "Pain or tightness; comes alone") || !strings.Contains(text, "weekday morning") {
		t.Error(text)
	}
}

func ExampleAssess() {
	zone, _ := time.LoadLocation("America/Los_Angeles")
	p := care.Practice{
		Zone:   zone,
		Groups: map[care.GroupID][]care.Topic{"pain": {"pain"}},
		Therapists: []care.Therapist{{
			ID: "ana", Name: "Ana", Licences: []string{"US-CA"}, Languages: []string{"en"}, Modes: []string{"online"}, Sees: []string{"solo"},
			Levels: map[care.Topic]care.Level{"pain": care.Expert}, Fee: care.Fee{Full: 120, Middle: 90, Low: 60}, ReducedSlots: care.Slots{Low: 1},
			Caps:    care.Caps{Total: care.Cap{Soft: 18, Hard: 20}, Groups: map[care.GroupID]care.Cap{"pain": {Soft: 6, Hard: 8}}},
			Carries: care.Carries{Total: 14, Groups: map[care.GroupID]int{"pain": 5}},
		}},
	}
	e := care.ReadEnquiry(map[string]string{
		"adult": "adult", "place": "US-CA", "topics": "pain", "together": "solo", "mode": "online", "fee_ok": "less", "can_pay": "70",
	})
	a := care.Assess(e, p, nil, time.Date(2026, 12, 1, 18, 0, 0, 0, time.UTC))
	fmt.Println(a.Fit, a.Reasons[0].Text)
	fmt.Println(a.Candidates[0].Effect)
	// Output:
	// F Ana fits best and has room
	// pain cases 5→6, soft cap 6; low-fee slots 0→1/1
}

// What was pressed does not stand alone beside what the screen found, or beside
// an alert: the summary says both, in the order in which it can be believed.
func TestSummaryOfWhatWasPressedAndFound(t *testing.T) {
	notice := func(class string) func(*care.Case) {
		return func(c *care.Case) { c.Notice(care.NewNotice(class, "r", "words", now)) }
	}
	alert := func(seat uint8) func(*care.Case) {
		return func(c *care.Case) {
			if err := c.Alert(care.AlertCall, now); err != nil {
				t.Fatal(err)
			}
			c.Alerts[len(c.Alerts)-1].Seat = seat
		}
	}
	for name, tt := range map[string]struct {
		found []func(*care.Case)
		facts []string
		want  string
	}{
		"nothing":                {nil, nil, "alone when asked; feels safe; no fear of the partner"},
		"words":                  {[]func(*care.Case){notice("crisis"), alert(0)}, nil, "alone when asked; pressed “all safe”; pressed “no fear of the partner”; their words were noticed"},
		"a call for help":        {[]func(*care.Case){alert(0)}, nil, "alone when asked; pressed “all safe”; pressed “no fear of the partner”; an alert was raised"},
		"a partner's alert":      {[]func(*care.Case){alert(2)}, nil, "alone when asked; feels safe; no fear of the partner"},
		"something for a doctor": {[]func(*care.Case){notice("medical")}, nil, "alone when asked; feels safe; no fear of the partner"},
		"what was pressed too":   {[]func(*care.Case){notice("ipv"), alert(0)}, []string{"safe", "hurt-by-someone", "afraid", "now"}, "alone when asked; someone hurts them; afraid of the partner now: see alone, say nothing to the partner"},
	} {
		c := care.NewCase("K7Q-42", now)
		f := facts(append([]string{"together", "partner"}, tt.facts...)...)
		if err := c.Submit(f, care.NoRush, now, now); err != nil {
			t.Fatal(err)
		}
		for _, find := range tt.found {
			find(&c)
		}
		in := care.SummaryInput{Case: c, Practice: sample(t), Now: now}
		check := func(key string) {
			for _, s := range care.Summarise(in).Sections {
				if s.Key != key {
					continue
				}
				var lines []string
				for _, l := range s.Lines {
					lines = append(lines, l.Text)
				}
				if !slices.Contains(lines, tt.want) {
					t.Errorf("%s, %s: got %q, want %q", name, key, lines, tt.want)
				}
			}
		}
		check("safety")
		if name == "a partner's alert" {
			continue
		}
		// And of a partner, by what is theirs.
		for i := range c.Alerts {
			c.Alerts[i].Seat = 2
		}
		in.Case = care.NewCase("K7Q-42", now)
		in.Case.Alerts = c.Alerts
		in.Partners = []care.Seated{{No: 2, Agreed: care.NoSecrets, Partner: care.Partner{Sent: 1, Facts: f, Noticed: c.Noticed}}}
		check("partner-2")
	}
}
