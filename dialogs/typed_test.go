package dialogs_test

import (
	"strings"
	"testing"
	"testing/fstest"
	"unicode/utf8"

	"anteroom/dialogs"
)

// types asks one question of each type; each can be reached by skipping
// those before it.
func types() fstest.MapFS {
	files := content()
	files["dialogs/types.yaml"] = &fstest.MapFile{Data: []byte(`dialog: types
facts:
  adult:  {type: choice, of: [adult, minor], seen-by: case, keep: enquiry}
  topics: {type: several, of: {list: topics}, seen-by: case, keep: enquiry}
  mixed:  {type: several, of: {list: topics}, seen-by: case, keep: enquiry}
  own:    {type: text, max: 30, seen-by: case, keep: enquiry}
  number: {type: number, min: -5, max: 5000, seen-by: case, keep: enquiry}
  scale:  {type: scale, seen-by: case, keep: enquiry}
  money:  {type: money, seen-by: case, keep: enquiry}
  date:   {type: date, seen-by: case, keep: enquiry}
  country: {type: country, seen-by: case, keep: enquiry}
  contact: {type: contact, seen-by: case, keep: enquiry}
  text:   {type: text, max: 12, seen-by: case, keep: enquiry}
steps:
  adult: {ask: "?", into: adult, skip: Skip this, answers: {adult: "Yes, I am", minor: "No, I am younger"}, also: {adult: [of age, "18"]}}
  topics: {ask: "?", into: topics, skip: Skip this, done: Done}
  mixed: {ask: "?", into: mixed, skip: Skip this, done: Done, own: {answer: other, into: own}}
  number: {ask: "?", into: number, skip: Skip this}
  scale: {ask: "?", into: scale, skip: Skip this}
  money: {ask: "?", into: money, skip: Skip this}
  date: {ask: "?", into: date, skip: Skip this}
  country: {ask: "?", into: country, skip: Skip this}
  contact: {ask: "?", into: contact, skip: Skip this}
  text: {ask: "?", into: text, skip: Skip this}
  end: {finish: done}
`)}
	return files
}

func TestTyped(t *testing.T) {
	const miss, skipped = "(miss)", "(skipped)"
	lib := loadFrom(t, types())
	for _, c := range []struct{ at, typed, want string }{
		{"adult", "Yes, I am", "adult"},
		{"adult", "  YES i AM!! ", "adult"},
		{"adult", "adult", "adult"},
		{"adult", "1", "adult"},
		{"adult", "2.", "minor"},
		{"adult", "18", "adult"},
		{"adult", "of Age", "adult"},
		{"adult", "yes", "adult"},
		{"adult", "no", "minor"},
		{"adult", "n", miss},
		{"adult", "i am", miss},
		{"adult", "3", skipped},
		{"adult", "4", miss},
		{"adult", "skip this", skipped},
		{"adult", "👍", miss},
		{"adult", strings.Repeat("yes ", 1000), miss},
		{"topics", "1, 3", "desire,pain"},
		{"topics", "3 1", "desire,pain"},
		{"topics", "pain and ED", "ed,pain"},
		{"topics", "Erection / pain", "ed,pain"},
		{"topics", "pain, low", "desire,pain"},
		{"topics", "Low or different desire", "desire"},
		{"topics", "dolor y pain", "pain"},
		{"topics", "pain y erection", "ed,pain"},
		{"topics", "it is about pain", "pain"},
		{"topics", "all except pain", miss},
		{"topics", "nothing known", miss},
		{"topics", "5", skipped}, // done with nothing chosen
		{"mixed", "pain", "pain"},
		{"mixed", "hi", miss},
		{"mixed", "???", miss},
		{"mixed", "30", miss},
		{"mixed", "3/4", miss},
		{"mixed", "pain and a strange thing", "pain,other\npain and a strange thing"},
		{"mixed", "a strange thing", "other\na strange thing"},
		{"mixed", "words that are much too many for it", miss},
		{"number", "about 70", "70"},
		{"number", "seven", "7"},
		{"number", "seven sins", miss},
		{"number", "7 months", miss}, // it does not ask for months
		{"number", "-3", "-3"},
		{"number", "-9", miss},
		{"number", "5-3", miss},
		{"number", "1,200", "1200"},
		{"number", "1.200", "1200"},
		{"number", "5001", miss},
		{"number", "12 or 13", miss},
		{"number", "７", "7"},
		{"number", "99999999999999999999", miss},
		{"number", "١٢٠٠", "1200"},
		{"number", "२५", "25"},
		{"scale", "7", "7"},
		{"scale", "7/10", "7"},
		{"scale", "7 out of 10", "7"},
		{"scale", "about a 7", "7"},
		{"scale", "ten", "10"},
		{"scale", "Two out of ten", "2"},
		{"scale", "Not at all.", "0"},
		{"scale", "very much", "10"},
		{"scale", "8 months", miss},
		{"scale", "for 3 years", miss},
		{"scale", "I am 10 years married", miss},
		{"scale", "I have 2 kids", miss},
		{"scale", "5.5", miss},
		{"scale", "7 or 8", miss},
		{"scale", "1,2,3", miss},
		{"scale", "-3", miss},
		{"scale", "11", miss},
		{"scale", "12", miss},
		{"money", "70€", "70"},
		{"money", "€ 70", "70"},
		{"money", "69,50", "70"},
		{"money", "1.234,56 EUR", "1235"},
		{"money", "1.200,50", "1201"},
		{"money", "unos 1.200 euros", "1200"},
		{"money", "70 to 80", miss},
		{"money", "1,23,4", miss},
		{"date", "2026-03-03", "2026-03-03"},
		{"date", "3 March 2026", "2026-03-03"},
		{"date", "March 3rd, 2026", "2026-03-03"},
		{"date", "3 de marzo de 2026", "2026-03-03"},
		{"date", "el 1.º de ago. del 2026", "2026-08-01"},
		{"date", "1er mar 2026", "2026-03-01"},
		{"date", "٣ marzo ٢٠٢٦", "2026-03-03"},
		{"date", "3 ma 2026", miss},
		{"date", "3 ju 2026", miss},
		{"date", "3 march or 4 march 2026", miss},
		{"date", "not before 3 March 2026", miss},
		{"date", "3rdish March 2026", miss},
		{"date", "13/3/2026", "2026-03-13"},
		{"date", "3/13/2026", "2026-03-13"},
		{"date", "3/3/2026", miss},
		{"date", "3/4/2026", miss},
		{"date", "31 February 2026", miss},
		{"date", "March 2026", miss},
		{"date", "3 3 2026 March", miss},
		{"date", "yesterday", miss},
		{"country", "DE", "DE"},
		{"country", "germany", "DE"},
		{"country", "espana", "ES"},
		{"country", "Spain", "ES"},
		{"country", "us-ca", "US-CA"},
		{"country", "Calif", "US-CA"},
		{"country", "i'm in california", "US-CA"},
		{"country", "I live in the UK? England, now.", miss},
		{"country", "we live in England now", "GB"},
		{"country", "vivo en España ahora mismo", "ES"},
		{"country", "San Diego, California", "US-CA"},
		{"country", "Britain, United Kingdom", "GB"},
		{"country", "England Britain", "GB"},
		{"country", "California, Spain", miss},
		{"country", "not in Spain", miss},
		{"country", "from Spain, I live in England", miss},
		{"country", "in pain", miss},
		{"country", "in", miss},
		{"country", "united", miss},
		{"country", "2", "GB"},
		{"country", "Atlantis", miss},
		{"contact", "+49 (30) 123-456", "+49 (30) 123-456"},
		{"contact", " ana@example.org ", "ana@example.org"},
		{"contact", "ana@example", miss},
		{"contact", "ana @example.org", miss},
		{"contact", "\u202a+49 30 123456\u202c", "+49 30 123456"},
		{"contact", "٠٣٠ ١٢٣٤٥٦", "٠٣٠ ١٢٣٤٥٦"},
		{"contact", "call me at night on 415 555 0199", "call me at night on 415 555 0199"},
		{"contact", "415-555-0199 after 6", "415-555-0199 after 6"},
		{"contact", "write to ana@example.org.", "write to ana@example.org."},
		{"contact", "between 6 and 8", miss},
		{"contact", "after 6, 415 555", miss},
		{"contact", "12", miss},
		{"contact", "call me", miss},
		{"text", " a\x00b\u0007c ", "abc"},
		{"text", "two\nlines", "two\nlines"},
		{"text", "שלום", "שלום"},
		{"text", "a \u2068b\u2069\u202e c", "a b c"},
		{"text", "   ", miss},
		{"text", "thirteen long", miss},
		{"text", "twelve runes", "twelve runes"},
		{"text", "\xff\xfe", miss},
	} {
		t.Run(c.at+" "+strings.ReplaceAll(c.typed[:min(len(c.typed), 20)], "/", "|"), func(t *testing.T) {
			talk := beginIn(t, lib, "types")
			for talk.turn.Open.Step != c.at {
				talk.in(dialogs.Skip{})
			}
			talk.say(c.typed)
			got := miss
			if last := len(talk.run.Trail) - 1; last >= 0 && talk.run.Trail[last].Step == c.at {
				got = talk.run.Trail[last].Value
				if talk.run.Trail[last].Kind == dialogs.Skipped {
					got = skipped
				}
			}
			if got != c.want {
				t.Errorf("%q at %s: got %q, want %q", c.typed, c.at, got, c.want)
			}
		})
	}
}

// Whatever is typed, in whatever order, the walk stands somewhere and what it
// keeps is clean and can be read again.
func FuzzWords(f *testing.F) {
	f.Add("yes\npain and x\n3\n7/10\n69,50\n13/3/2026\nspain\nana@example.org\nwords")
	f.Add("\x00\n\xff\n,;/+&\n-\n1,2.3\n١٢\n2026-1-1\n@.\n")
	lib := loadFrom(f, types())
	f.Fuzz(func(t *testing.T, typed string) {
		talk := beginIn(t, lib, "types")
		for line := range strings.SplitSeq(typed, "\n") {
			if talk.turn.Open == nil {
				break
			}
			at := talk.turn.Open.Step
			talk.say(line)
			if talk.turn.Open != nil && talk.turn.Open.Step == at {
				talk.in(dialogs.Skip{})
			}
		}
		for _, e := range talk.run.Trail {
			if !utf8.ValidString(e.Value) || strings.ContainsRune(e.Value, 0) {
				t.Errorf("%s keeps %q", e.Step, e.Value)
			}
		}
		before := where(talk.turn)
		talk.in(dialogs.Begin{}).at(before)
	})
}

// What is typed at a choice of several is added to it, as by its button, until the
// person says that it is all. Own words are an answer of their own.
func TestSeveralStaysOpen(t *testing.T) {
	lib := loadFrom(t, types())
	for _, tt := range []struct {
		typed []string
		want  string // of the answer
		draft string // where it stays open
	}{
		{[]string{"pain"}, "", "pain"},
		{[]string{"pain", "1"}, "", "desire,pain"},
		{[]string{"1, 3", "pain"}, "", "desire,pain"},
		{[]string{"pain", "Done"}, "pain", ""},
		{[]string{"pain", "1", "that is it"}, "desire,pain", ""},
		{[]string{"1, 3, that is it"}, "desire,pain", ""},
		{[]string{"pain", "a strange thing"}, "pain,other\na strange thing", ""},
		{[]string{"pain, a strange thing"}, "", "pain,other,\npain, a strange thing"},
		{[]string{"pain, a strange thing", "Done"}, "pain,other\npain, a strange thing", ""},
		{[]string{"pain, odd", "ed, worry"}, "", "ed,pain,other,\npain, odd\ned, worry"},
		{[]string{"pain, odd", "worry"}, "pain,other\npain, odd\nworry", ""},
		{[]string{"when we try there is pain"}, "", "pain"},
		{[]string{"pain or erection"}, "", "ed,pain"},
		{[]string{"erection pain"}, "", "ed,pain"},
		{[]string{"without any pain"}, "other\nwithout any pain", ""},
		{[]string{"nothing else"}, "", ""}, // nothing was chosen: passed over
	} {
		c := beginIn(t, lib, "types").in(dialogs.Skip{}, dialogs.Skip{}).at("mixed")
		for _, words := range tt.typed {
			c.in(dialogs.Words{Text: words})
		}
		e := c.run.Trail[len(c.run.Trail)-1]
		if open := c.turn.Open.Step == "mixed"; open != (tt.draft != "") || strings.Join(c.run.Draft, ",") != tt.draft || e.Step == "mixed" && e.Value != tt.want {
			t.Errorf("%q: at %s with %q chosen, answered %q; want %q chosen, %q answered", tt.typed, c.turn.Open.Step, c.run.Draft, e.Value, tt.draft, tt.want)
		}
	}
}

// A "no" where no answer is one is asked about again, with what the script says to
// that, however often; it counts as nothing.
func TestNoIsNoAnswer(t *testing.T) {
	files := content()
	files["dialogs/t.yaml"] = &fstest.MapFile{Data: []byte(`dialog: t
misses: {after: 2, go: lost}
facts:
  safe: {type: choice, of: [safe, hurt], seen-by: case, keep: enquiry}
  name: {type: text, min: 1, max: 20, seen-by: case, keep: enquiry}
steps:
  safe: {ask: "All safe?", into: safe, answers: {safe: "Yes, all safe", hurt: "Someone hurts me"}, again: "If not, press who."}
  name: {ask: "Your name?", into: name, again: "With letters, please."}
  end: {finish: done}
  lost: {finish: lost}
`)}
	c := beginIn(t, loadFrom(t, files), "t").at("safe")
	for range 4 {
		if c.say("No").at("safe"); said(c.turn)[0] != "If not, press who." {
			t.Errorf("to a no: got %q", said(c.turn))
		}
	}
	c.say("hm", "yes").at("name") // one was not understood, and no more
	if c.say("42").at("name"); said(c.turn)[0] != "With letters, please." {
		t.Errorf("to a number for a name: got %q", said(c.turn))
	}
	c.say("María 2").at("finished done")
}

// An amount is for the time, and in the money, that the question names first.
func TestAmounts(t *testing.T) {
	files := content()
	files["dialogs/t.yaml"] = &fstest.MapFile{Data: []byte(`dialog: t
facts:
  pay: {type: money, max: 2000, seen-by: case, keep: enquiry}
steps:
  pay: {ask: "What can you pay each week for three months, in USD?", into: pay, skip: Skip}
  end: {finish: done}
`)}
	lib := loadFrom(t, files)
	for typed, want := range map[string]string{
		"60": "60", "60 a week": "60", "$60": "60", "60 dollars": "60", "60 usd": "60", "I can pay 70": "70", "zero": "0",
		"100 a month": "", "for 3 months": "", "3000 a year": "", "50 euros": "", "€ 50": "", "$60 or 50 euros": "", "50 euros, 60": "",
	} {
		c := beginIn(t, lib, "t").say(typed)
		got := ""
		if len(c.run.Trail) == 1 {
			got = c.run.Trail[0].Value
		}
		if got != want {
			t.Errorf("%q: got %q, want %q", typed, got, want)
		}
	}
}

// A length of time means the answer whose span holds it, wherever it is clear which.
func TestSpans(t *testing.T) {
	files := content()
	files["dialogs/t.yaml"] = &fstest.MapFile{Data: []byte(`dialog: t
facts:
  adult: {type: choice, of: [adult, minor], seen-by: case, keep: enquiry}
  long: {type: choice, of: [weeks, months, half-year, years], seen-by: case, keep: enquiry}
steps:
  adult: {ask: "?", into: adult, skip: Skip, answers: {adult: "Yes, I am", minor: "No"}, spans: {minor: 8 years, adult: 18 to 110 years}}
  long: {ask: "?", into: long, skip: Skip, answers: {weeks: Some weeks, months: Some months, half-year: Half a year or more, years: Years},
    spans: {weeks: 1 day, months: 2 months, half-year: 6 months, years: 2 years}}
  end: {finish: done}
`)}
	lib := loadFrom(t, files)
	for _, tt := range []struct{ at, typed, want string }{
		{"adult", "34", "adult"},
		{"adult", "I'm 34", "adult"},
		{"adult", "34 years old", "adult"},
		{"adult", "17", "minor"},
		{"adult", "i am 17.9", "minor"},
		{"adult", "110", "adult"},
		{"adult", "18", "adult"},
		{"adult", "almost 18", ""},
		{"adult", "my husband is 34", ""},
		{"adult", "not 18", ""},
		{"adult", "17 or 18", ""},
		{"adult", "2010", ""},
		{"adult", "5", ""},
		{"adult", "18 months", ""},
		{"long", "8 months", "half-year"},
		{"long", "for about 3 months now", "months"},
		{"long", "two weeks", "weeks"},
		{"long", "a month", "weeks"},
		{"long", "a few months", "months"},
		{"long", "5 years", "years"},
		{"long", "2-3 years", "years"},
		{"long", "a year and 3 months", "half-year"},
		{"long", "1.5 years", "half-year"},
		{"long", "since 2019", "years"},
		{"long", "since May", "half-year"}, // it is January 2027
		{"long", "since October 2026", "months"},
		{"long", "since 2030", ""},
		{"long", "1 or 2 years", ""},
		{"long", "8", ""},
		{"long", "some time", ""},
	} {
		c := beginIn(t, lib, "t")
		for c.turn.Open.Step != tt.at {
			c.in(dialogs.Skip{})
		}
		c.say(tt.typed)
		got := ""
		if last := len(c.run.Trail) - 1; last >= 0 && c.run.Trail[last].Step == tt.at {
			got = c.run.Trail[last].Value
		}
		if got != tt.want {
			t.Errorf("%q at %s: got %q, want %q", tt.typed, tt.at, got, tt.want)
		}
	}
}

// Words that are more than an answer to the caller are one only where they name it
// as a whole: "help" is not the beginning of a button.
func TestWholeWords(t *testing.T) {
	files := content()
	files["dialogs/t.yaml"] = &fstest.MapFile{Data: []byte(`dialog: t
facts:
  out: {type: choice, of: [none, crisis, stop], seen-by: case, keep: enquiry}
  topics: {type: several, of: {list: topics}, seen-by: case, keep: enquiry}
  own:    {type: text, max: 90, seen-by: case, keep: enquiry}
steps:
  out: {ask: "?", into: out, answers: {none: None of these, crisis: Help in a crisis, stop: Leave it here}, also: {none: ["no"]}}
  topics: {ask: "?", into: topics, done: Done, own: {answer: other, into: own}}
  end: {finish: done}
`)}
	lib := loadFrom(t, files)
	for _, tt := range []struct{ typed, whole, words string }{
		{"help", "out", "topics"},
		{"leave it", "out", "topics"},
		{"no", "topics", "topics"},
		{"stop", "topics", "topics"},
		{"help in a crisis", "topics", "topics"},
	} {
		for whole, want := range map[bool]string{true: tt.whole, false: tt.words} {
			beginIn(t, lib, "t").in(dialogs.Words{Text: tt.typed, Whole: whole}).at(want)
		}
	}
	c := beginIn(t, lib, "t").say("no").in(dialogs.Words{Text: "erase what hurts", Whole: true}).at("topics")
	if len(c.run.Trail) != 1 || len(c.run.Draft) != 0 {
		t.Errorf("a command is kept as own words: %d answers, %d chosen", len(c.run.Trail), len(c.run.Draft))
	}
}
