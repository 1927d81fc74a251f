package dialogs_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"anteroom/dialogs"
	"anteroom/dialogs/script"
)

// intake is a small dialog with every kind of step.
const intake = `
dialog: intake
longest: 14
given: {fee.full: money}
facts:
  adult:    {type: choice, of: [adult, minor], seen-by: case, keep: enquiry}
  here:     {type: country, seen-by: case, keep: enquiry}
  topics:   {type: several, of: {list: topics}, seen-by: case, keep: enquiry}
  topic_words: {type: text, max: 100, seen-by: case, keep: enquiry}
  main:     {type: choice, of: {list: topics}, seen-by: case, keep: enquiry}
  afraid:   {type: choice, of: [no-fear, once, now], seen-by: therapist, never: chat, keep: enquiry}
  bother:   {type: scale, seen-by: case, keep: enquiry}
  can_pay:  {type: money, max: 2000, seen-by: case, keep: enquiry}
  since:    {type: date, seen-by: case, keep: enquiry}
  reach:    {type: contact, seen-by: case, keep: enquiry}
  words:    {type: text, max: 50, seen-by: case, keep: enquiry}
  urgency:  {type: choice, of: [R1, none], set-by: triage, seen-by: case, keep: enquiry}
  slot:     {type: choice, of: {host: slots}, seen-by: case, keep: enquiry}
misses: {after: 3, go: lost}
steps:
  hello: {say: [Hello., I am a program.]}
  age:
    short: Your age
    ask: Are you 18 or over?
    why: We work with adults only.
    into: adult
    answers: {adult: "Yes, I am", minor: "No, I am younger"}
    also: {adult: [of age, "18"], minor: [under 18]}
    again: Please press one of the two buttons.
    go: {minor: too-young}
  thanks: {say: Thank you.}
  here:
    short: Where you are
    ask: Which country are you in?
    into: here
  topics:
    short: What brings you
    ask: What brings you here?
    into: topics
    done: That is all
    skip: I would rather not say
    own: {answer: other, into: topic_words}
  main:
    short: What matters most
    ask: Which matters most now?
    into: main
    from: topics
  safe-check:
    route:
      - {when: known(topics) and not (main == other), go: afraid}
      - {else: bother}
  afraid:
    short: Your safety
    ask: Are you afraid of anyone?
    into: afraid
    answers: {no-fear: "No", once: Once, now: "Yes, now"}
    go: {now: tell}
  after-afraid: {say: Good to know., go: bother}
  tell: {alert: crisis}
  told: {say: "Someone will call you. Our fee is {fee.full}."}
  bother:
    short: How much it bothers you
    ask: How much does it bother you?
    into: bother
    skip: Skip
  fee:
    call: fee
  since:
    ask: Since when?
    into: since
    skip: I do not know
  reach:
    short: How to reach you
    ask: How can we reach you?
    into: reach
  words:
    ask: Anything else?
    into: words
    skip: "No"
  triage: {do: triage, into: urgency, go: {R1: today}}
  read-back:
    review: |
      This is what I will send:
      {readback}
    answers: {send: Send it}
    change: Change an answer
    pick: Which one?
  when: {wait: decision, go: {refused: no-room}}
  slot:
    ask: Which time suits?
    into: slot
    answers: {others: None of these}
    go: {others: bye}
  booked: {say: "See you at {slot}."}
  bye: {finish: submitted}
  today: {say: A person calls you today., go: read-back}
  too-young: {finish: minor}
  no-room: {finish: refused}
  lost: {ask: May we call you?, answers: {call: Call me, stop: Stop}, go: {stop: stopped}}
  lost-said: {finish: call}
  stopped: {finish: stopped}
`

const fee = `
dialog: fee
given: {fee.full: money}
facts:
  can_pay:  {type: money, max: 2000, seen-by: case, keep: enquiry}
steps:
  works: {ask: "Our fee is {fee.full}. Does that work?", answers: {"yes": "Yes", "no": "No"}, go: {"yes": done}}
  pay: {short: What you can pay, ask: What could you pay?, into: can_pay, again: A number please.}
  done: {finish: done}
`

func content() fstest.MapFS {
	return fstest.MapFS{
		"dialogs/intake.yaml": {Data: []byte(strings.TrimSpace(intake) + "\n")},
		"dialogs/fee.yaml":    {Data: []byte(strings.TrimSpace(fee) + "\n")},
		"lists/topics.yaml": {Data: []byte(`list: topics
options:
  desire: Low or different desire
  ed: {label: Trouble staying hard (ED), also: [impotence, erection]}
  pain: Pain
  other: Something else
`)},
		"lists/countries.yaml": {Data: []byte(`list: countries
first: [US, GB]
options:
  US: United States
  GB: {label: United Kingdom, also: [Britain, England]}
  DE: Germany
  US-CA: California
  ES: {label: España, also: [Spain]}
`)},
	}
}

func load(t testing.TB) *script.Library {
	t.Helper()
	return loadFrom(t, content())
}

func loadFrom(t testing.TB, files fstest.MapFS) *script.Library {
	t.Helper()
	lib, err := script.Load(files)
	if err != nil {
		t.Fatalf("load: %v", err)
	}
	return lib
}

// desk is a host. Its zero value defers every call and has no slots.
type desk struct {
	urgency string
	slots   []script.Option
	calls   int
}

func (d *desk) Given(name string, _ dialogs.Facts) string {
	return map[string]string{
		"fee.full":          "120",
		dialogs.WordsJoin:   "and|or\ny|e",
		dialogs.WordsPlace:  "i'm in …|we live in …|i live in …|in …|from …|… now\nvivo en …|… ahora|… ahora mismo",
		dialogs.WordsMonths: "January|February|March|April|May|June|July|August|September|October|November|December\nenero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre",
	}[name]
}

func (d *desk) Options(string, dialogs.Facts) []script.Option { return d.slots }

func (d *desk) Do(_ string, f dialogs.Facts) (string, bool) {
	d.calls++
	if n, ok := f.Number("bother"); ok && n == 10 {
		return "R1", true
	}
	return d.urgency, d.urgency != ""
}

func twoSlots() []script.Option {
	return []script.Option{{ID: "mon", Label: "Monday 3 pm"}, {ID: "tue", Label: "Tuesday 9 am"}}
}

// talk is a conversation under test.
type talk struct {
	t    testing.TB
	lib  *script.Library
	host dialogs.Host
	run  dialogs.Run
	turn dialogs.Turn
	now  time.Time
}

func begin(t testing.TB, dialog string) *talk {
	t.Helper()
	return beginIn(t, load(t), dialog)
}

func beginIn(t testing.TB, lib *script.Library, dialog string) *talk {
	t.Helper()
	c := &talk{t: t, lib: lib, host: &desk{urgency: "none", slots: twoSlots()}, run: dialogs.Run{Dialog: dialog}, now: time.Unix(1_800_000_000, 0)}
	return c.in(dialogs.Begin{})
}

func (c *talk) in(inputs ...dialogs.Input) *talk {
	c.t.Helper()
	for _, in := range inputs {
		turn, err := dialogs.Step(c.lib, c.run, in, c.now, "en", c.host)
		if err != nil {
			c.t.Fatalf("step: %v", err)
		}
		c.turn, c.run = turn, turn.Run
		c.now = c.now.Add(time.Minute)
	}
	return c
}

// say types each of the words; those that choose several things are all of them.
func (c *talk) say(words ...string) *talk {
	c.t.Helper()
	for _, w := range words {
		c.in(dialogs.Words{Text: w})
		if len(c.run.Draft) > 0 {
			c.in(dialogs.Press{Answer: dialogs.PressDone})
		}
	}
	return c
}

// at checks where the conversation stands: at a question, at a wait, or
// finished with an outcome.
func (c *talk) at(want string) *talk {
	c.t.Helper()
	if got := where(c.turn); got != want {
		c.t.Fatalf("stands at %s, want %s", got, want)
	}
	return c
}

func where(turn dialogs.Turn) string {
	switch {
	case turn.Open != nil:
		return turn.Open.Step
	case turn.Waiting != "":
		return "waiting " + turn.Waiting
	default:
		return "finished " + turn.Outcome
	}
}

// said is the outputs, one a line.
func said(turn dialogs.Turn) []string {
	var out []string
	for _, o := range turn.Out {
		switch o := o.(type) {
		case dialogs.Say:
			out = append(out, o.Text)
		case dialogs.Ask:
			again := ""
			if o.Again {
				again = "again: "
			}
			out = append(out, "? "+again+o.Text)
		case dialogs.Alert:
			out = append(out, "! "+o.Name)
		case dialogs.Called:
			out = append(out, fmt.Sprintf("! %s %s", o.Call, o.Result))
		case dialogs.Finished:
			out = append(out, "! finished "+o.Outcome)
		}
	}
	return out
}

// facts is everything that the walk knows.
func facts(turn dialogs.Turn) map[string]string {
	m := map[string]string{}
	for f, v := range turn.Facts.All() {
		m[f.Name] = v
	}
	return m
}
