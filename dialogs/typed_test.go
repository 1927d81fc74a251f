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
		{"topics", "nothing known", miss},
		{"topics", "5", skipped}, // done with nothing chosen
		{"mixed", "pain", "pain"},
		{"mixed", "pain and a strange thing", "pain,other\npain and a strange thing"},
		{"mixed", "a strange thing", "other\na strange thing"},
		{"mixed", "words that are much too many for it", miss},
		{"number", "about 70", "70"},
		{"number", "seven", miss},
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
