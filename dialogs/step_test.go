package dialogs_test

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"anteroom/dialogs"
)

// toReview answers everything up to the read-back.
func toReview(c *talk) *talk {
	c.t.Helper()
	return c.say("yes", "Germany", "pain, desire", "pain", "once", "7", "no", "about 70", "3 March 2026", "ana@example.org", "no").at("read-back")
}

func TestWalk(t *testing.T) {
	c := begin(t, "intake")
	if diff := cmp.Diff(said(c.turn), []string{"Hello.", "I am a program.", "? Are you 18 or over?"}); diff != "" {
		t.Errorf("begin (-got +want):\n%s", diff)
	}
	c.say("yes")
	if diff := cmp.Diff(said(c.turn), []string{"Thank you.", "? Which country are you in?"}); diff != "" {
		t.Errorf("after the age (-got +want):\n%s", diff)
	}
	c = toReview(begin(t, "intake"))
	want := []string{"! triage none", `? This is what I will send:
Your age: Yes, I am
Where you are: Germany
What brings you: Low or different desire, Pain
What matters most: Pain
How much it bothers you: 7
What you can pay: 70
How to reach you: ana@example.org`}
	if diff := cmp.Diff(said(c.turn), want); diff != "" {
		t.Errorf("review (-got +want):\n%s", diff)
	}
	wantFacts := map[string]string{"adult": "adult", "here": "DE", "topics": "desire,pain", "main": "pain", "afraid": "once",
		"bother": "7", "can_pay": "70", "since": "2026-03-03", "reach": "ana@example.org", "urgency": "none"}
	if diff := cmp.Diff(facts(c.turn), wantFacts); diff != "" {
		t.Errorf("facts (-got +want):\n%s", diff)
	}
	c.say("send it").at("waiting when")
	c.in(dialogs.Result{Step: "decision", Value: "yes"}).at("slot")
	c.say("tuesday").at("finished submitted")
	if diff := cmp.Diff(said(c.turn), []string{"See you at Tuesday 9 am.", "! finished submitted"}); diff != "" {
		t.Errorf("end (-got +want):\n%s", diff)
	}
	c.say("hello").at("finished submitted")
	if len(c.turn.Out) != 0 {
		t.Errorf("got %q after the end, want nothing", said(c.turn))
	}
}

func TestRoutes(t *testing.T) {
	for _, c := range []struct {
		name  string
		words []string
		want  string
	}{
		{"an answer with its own way", []string{"no"}, "finished minor"},
		{"one topic is the main one", []string{"yes", "US", "pain"}, "afraid"},
		{"no topic, no main one", []string{"yes", "US", "I would rather not say"}, "bother"},
		{"own words", []string{"yes", "US", "something strange"}, "bother"},
		{"alert and on", []string{"yes", "US", "pain", "3"}, "bother"},
		{"a called dialog that ends early", []string{"yes", "US", "pain", "1", "5", "yes"}, "since"},
		{"a called dialog to its end", []string{"yes", "US", "pain", "1", "5", "no", "40"}, "since"},
		{"three misses", []string{"what", "what", "what"}, "lost"},
		{"misses behind the place of misses", []string{"what", "what", "what", "what", "what", "what", "what"}, "lost"},
	} {
		t.Run(c.name, func(t *testing.T) { begin(t, "intake").say(c.words...).at(c.want) })
	}
}

func TestMisses(t *testing.T) {
	c := begin(t, "intake").say("perhaps")
	if diff := cmp.Diff(said(c.turn), []string{"Please press one of the two buttons.", "? again: Are you 18 or over?"}); diff != "" {
		t.Errorf("first miss (-got +want):\n%s", diff)
	}
	if c.turn.Accepted || c.run.Misses != 1 || c.run.Rev != 1 {
		t.Errorf("got accepted %v, misses %d, rev %d; want false, 1, 1", c.turn.Accepted, c.run.Misses, c.run.Rev)
	}
	c.in(dialogs.Begin{}, dialogs.Press{Answer: "unheard-of"})
	if c.run.Misses != 1 {
		t.Errorf("got %d misses, want 1: a stale button is none", c.run.Misses)
	}
	c.say("perhaps", "perhaps").at("lost")
	if got := c.run.Trail[0].Kind; got != dialogs.Missed || c.run.Misses != 0 {
		t.Errorf("got kind %d and %d misses, want Missed and 0", got, c.run.Misses)
	}
	c.in(dialogs.Back{}).at("age").say("yes").at("here")
}

func TestBack(t *testing.T) {
	c := toReview(begin(t, "intake"))
	c.in(dialogs.Back{}).at("words")
	if _, ok := facts(c.turn)["urgency"]; ok {
		t.Error("a result that came after the question is still known")
	}
	c.in(dialogs.Back{}, dialogs.Back{}, dialogs.Back{}).at("fee/pay")
	if c.turn.Facts.Has("can_pay") {
		t.Error("the answer that was gone back on is still known")
	}
	c.in(dialogs.Back{}).at("fee/works").in(dialogs.Back{}).at("bother")
	rev := c.run.Rev
	c.in(dialogs.Back{}, dialogs.Back{}, dialogs.Back{}, dialogs.Back{}, dialogs.Back{}).at("age")
	if got := c.run.Rev; got != rev+5 {
		t.Errorf("got rev %d, want %d: each question opened anew", got, rev+5)
	}
	if len(c.run.Trail) != 0 || c.turn.Open.CanBack {
		t.Errorf("got %d entries, CanBack %v at the first question", len(c.run.Trail), c.turn.Open.CanBack)
	}
	c.in(dialogs.Back{}).at("age")
	if c.turn.Accepted || c.run.Rev != rev+5 {
		t.Error("back at the first question had an effect")
	}
}

func TestBackStopsAtAWait(t *testing.T) {
	c := toReview(begin(t, "intake")).say("send it").at("waiting when")
	c.in(dialogs.Back{}).at("waiting when").in(dialogs.Edit{Step: "age"}).at("waiting when")
	c.in(dialogs.Result{Step: "when", Value: "yes"}).at("slot")
	if c.turn.Open.CanBack {
		t.Error("got CanBack over a decision")
	}
	c.in(dialogs.Back{}).at("slot").in(dialogs.Edit{Step: "age"}).at("slot").in(dialogs.Change{}).at("slot")
	if c.turn.Accepted {
		t.Error("what others have acted on was changed")
	}
}

func TestEdit(t *testing.T) {
	c := toReview(begin(t, "intake"))
	c.in(dialogs.Press{Answer: dialogs.PressChange}).at("read-back")
	want := []dialogs.Option{{ID: "age", Label: "Your age"}, {ID: "here", Label: "Where you are"}, {ID: "topics", Label: "What brings you"},
		{ID: "main", Label: "What matters most"}, {ID: "bother", Label: "How much it bothers you"},
		{ID: "fee/pay", Label: "What you can pay"}, {ID: "reach", Label: "How to reach you"}}
	if diff := cmp.Diff(c.turn.Open.Options, want); diff != "" {
		t.Errorf("what can be changed (-got +want):\n%s", diff)
	}
	c.in(dialogs.Back{}).at("read-back").say("change an answer", "how much").at("bother")
	if c.turn.Facts.Has("bother") || c.turn.Open.Number != 6 {
		t.Errorf("got bother known %v, number %d; want false, 6", c.turn.Facts.Has("bother"), c.turn.Open.Number)
	}
	c.in(dialogs.Back{}).at("read-back")
	if got := c.turn.Facts.Text("bother"); got != "7" {
		t.Errorf("got bother %q after leaving the edit, want 7", got)
	}
	c.in(dialogs.Edit{Step: "bother"}).at("bother").say("10").at("read-back")
	if diff := cmp.Diff(said(c.turn)[:2], []string{"! triage R1", "A person calls you today."}); diff != "" {
		t.Errorf("after the edit (-got +want):\n%s", diff)
	}
	if got := c.turn.Facts.Text("urgency"); got != "R1" {
		t.Errorf("got urgency %q, want R1: the edit must triage anew", got)
	}
}

// An edit that leads elsewhere keeps the abandoned answers aside, tells what
// was not told before, and repeats nothing.
func TestEditLeadsElsewhere(t *testing.T) {
	c := toReview(begin(t, "intake"))
	c.in(dialogs.Edit{Step: "topics"}).say("something strange").at("read-back")
	got := facts(c.turn)
	for _, gone := range []string{"afraid"} {
		if _, ok := got[gone]; ok {
			t.Errorf("the fact %s of the abandoned branch is still known", gone)
		}
	}
	if got["topic_words"] != "something strange" || got["main"] != "other" {
		t.Errorf("got words %q, main %q", got["topic_words"], got["main"])
	}
	c.in(dialogs.Edit{Step: "topics"}).say("pain").at("read-back")
	if got := c.turn.Facts.Text("afraid"); got != "once" {
		t.Errorf("got afraid %q, want the answer that was kept aside", got)
	}
	c.in(dialogs.Edit{Step: "afraid"}).say("now").at("read-back")
	if diff := cmp.Diff(said(c.turn)[:3], []string{"! crisis", "Someone will call you. Our fee is 120.", "! triage none"}); diff != "" {
		t.Errorf("news of the new branch (-got +want):\n%s", diff)
	}
	c.in(dialogs.Edit{Step: "here"}).say("spain").at("read-back")
	if diff := cmp.Diff(said(c.turn)[:1], []string{"! triage none"}); diff != "" {
		t.Errorf("nothing is told twice (-got +want):\n%s", diff)
	}
}

func TestChangeAnywhere(t *testing.T) {
	c := begin(t, "intake").in(dialogs.Change{}).at("age")
	if c.run.Rev != 1 {
		t.Errorf("got rev %d with nothing to change, want 1", c.run.Rev)
	}
	c.say("yes", "us").in(dialogs.Change{})
	if got := said(c.turn); len(got) != 1 || got[0] != "? Which one?" {
		t.Errorf("got %q, want the pick", got)
	}
	c.say("nonsense", "nonsense", "nonsense").at("topics")
	if got := said(c.turn); got[len(got)-1] != "? What brings you here?" {
		t.Errorf("got %q, want the question after three misses at the pick", got)
	}
	c.in(dialogs.Change{}, dialogs.Press{Answer: "age"}).at("age").say("yes").at("topics")
}

func TestDeferredCall(t *testing.T) {
	c := begin(t, "intake")
	c.host = &desk{slots: twoSlots()}
	c.say("yes", "Germany", "pain", "once", "7", "yes", "unknown").at("since")
	c.in(dialogs.Skip{}).say("+49 30 123456", "no").at("waiting triage")
	c.say("hello?").at("waiting triage")
	if _, err := dialogs.Step(c.lib, c.run, dialogs.Result{Step: "triage", Value: "R9"}, c.now, "en", c.host); err == nil {
		t.Error("got no error for a result that the script does not allow")
	}
	c.in(dialogs.Result{Step: "elsewhere", Value: "R1"}).at("waiting triage")
	c.in(dialogs.Result{Step: "triage", Value: "R1"}).at("read-back")
	c.in(dialogs.Result{Step: "triage", Value: "none"}).at("read-back")
	if got := c.turn.Facts.Text("urgency"); got != "R1" || len(c.turn.Out) != 0 {
		t.Errorf("got urgency %s and %q; a result comes once", got, said(c.turn))
	}
}

// A host that answers late moves the walk on before the input is looked at.
func TestLateHost(t *testing.T) {
	late := &desk{slots: twoSlots()}
	c := begin(t, "intake")
	c.host = late
	c.say("yes", "Germany", "pain", "once", "7", "yes", "2020-01-01", "030 123456", "no").at("waiting triage")
	late.urgency = "R1"
	c.say("send it").at("read-back")
	if diff := cmp.Diff(said(c.turn)[:2], []string{"! triage R1", "A person calls you today."}); diff != "" {
		t.Errorf("got (-got +want):\n%s", diff)
	}
}

// A question whose host list is empty is passed over, for good; going back
// does not stop at it.
func TestEmptyHostList(t *testing.T) {
	files := content()
	files["dialogs/t.yaml"] = &fstest.MapFile{Data: []byte(`dialog: t
facts:
  slot: {type: choice, of: {host: slots}, seen-by: case, keep: enquiry}
  many: {type: several, of: {host: slots}, seen-by: case, keep: enquiry}
steps:
  well: {ask: Well?, answers: {good: Good, bad: Bad}}
  slot: {ask: Which time?, into: slot, go: {else: many}}
  many: {ask: Which times?, into: many, done: Done}
  more: {ask: More?, answers: {sure: Sure, later: Later}}
  end: {finish: done}
`)}
	c := beginIn(t, loadFrom(t, files), "t")
	c.host = &desk{}
	c.say("good").at("more")
	c.host = &desk{slots: twoSlots()}
	c.in(dialogs.Begin{}).at("more").in(dialogs.Back{}).at("well")
	c.say("good").at("slot").say("monday").at("many").say("monday, tuesday").at("more")
	if got := c.turn.Facts.List("many"); !slices.Equal(got, []string{"mon", "tue"}) {
		t.Errorf("got %q, want mon and tue", got)
	}
	c.host = &desk{}
	c.in(dialogs.Begin{}).at("more")
	if got := c.turn.Facts.Text("slot"); got != "mon" {
		t.Errorf("got slot %q, want the one that was given", got)
	}
}

func TestSeveral(t *testing.T) {
	c := begin(t, "intake").say("yes", "us").at("topics")
	c.in(dialogs.Press{Answer: "pain"}, dialogs.Press{Answer: "desire"}, dialogs.Press{Answer: "ed"}, dialogs.Press{Answer: "pain"}).at("topics")
	if c.run.Rev != 3 || c.turn.Accepted {
		t.Errorf("got rev %d, accepted %v; a toggle opens nothing", c.run.Rev, c.turn.Accepted)
	}
	want := []dialogs.Option{{ID: "desire", Label: "Low or different desire", Chosen: true}, {ID: "ed", Label: "Trouble staying hard (ED)", Chosen: true},
		{ID: "pain", Label: "Pain"}, {ID: "other", Label: "Something else"},
		{ID: dialogs.PressDone, Label: "That is all"}, {ID: dialogs.PressSkip, Label: "I would rather not say"}}
	if diff := cmp.Diff(c.turn.Open.Options, want); diff != "" {
		t.Errorf("options (-got +want):\n%s", diff)
	}
	c.in(dialogs.Press{Answer: dialogs.PressDone}).at("main")
	if got := c.turn.Facts.Text("topics"); got != "desire,ed" {
		t.Errorf("got topics %q", got)
	}
	if got := len(c.turn.Open.Options); got != 2 {
		t.Errorf("got %d options, want the two that were chosen", got)
	}
	c.in(dialogs.Press{Answer: "pain"}).at("main").say("pain").at("main").say("2").at("afraid")
	if got := c.turn.Facts.Text("main"); got != "ed" {
		t.Errorf("got main %q, want ed", got)
	}
}

func TestNumbering(t *testing.T) {
	c := begin(t, "intake")
	atMost := 100
	for _, words := range []string{"yes", "us", "pain, desire", "1", "1", "5", "no", "5", "unknown", "030 1234567", "no"} {
		q := c.turn.Open
		if q.Number > q.AtMost || q.AtMost > atMost {
			t.Errorf("at %s: %d of %d, and %d before", q.Step, q.Number, q.AtMost, atMost)
		}
		atMost = q.AtMost
		c.say(words)
		if words == "unknown" {
			c.at("since").in(dialogs.Skip{})
		}
	}
	if q := c.turn.Open; q.Number != 12 || q.AtMost != 14 {
		t.Errorf("got %d of %d at the review, want 12 of 14", q.Number, q.AtMost)
	}
}

// Without topics, neither the main one nor the safety question can come.
func TestAtMostClosesDecidedRoutes(t *testing.T) {
	c := begin(t, "intake").say("yes", "us")
	before := c.turn.Open.AtMost
	c.in(dialogs.Skip{}).at("bother")
	if got := c.turn.Open.AtMost; got != before-2 {
		t.Errorf("got at most %d, want %d", got, before-2)
	}
}

func TestWhyAndSkip(t *testing.T) {
	c := begin(t, "intake")
	if q := c.turn.Open; q.Why != "We work with adults only." || q.CanSkip || q.CanBack {
		t.Errorf("got why %q, CanSkip %v, CanBack %v", q.Why, q.CanSkip, q.CanBack)
	}
	c.in(dialogs.Skip{}).at("age")
	if c.turn.Accepted {
		t.Error("a question that must be answered was skipped")
	}
}

func TestUnknownDialog(t *testing.T) {
	_, err := dialogs.Step(load(t), dialogs.Run{Dialog: "nothing"}, dialogs.Begin{}, begin(t, "fee").now, "en", &desk{})
	if err == nil || err.Error() != `step: unknown dialog "nothing"` {
		t.Errorf("got %v", err)
	}
}

// An answer that an edit no longer allows is asked for again.
func TestEditTakesAnOfferAway(t *testing.T) {
	c := begin(t, "intake").say("yes", "us", "pain, desire", "pain", "once").at("bother")
	c.in(dialogs.Edit{Step: "topics"}).say("ed, desire").at("main").say("ed").at("bother")
}

const looped = `dialog: t
facts:
  age: {type: choice, of: [adult, minor], seen-by: case, keep: enquiry}
steps:
  age: {short: Age, ask: How old?, into: age, answers: {adult: Adult, minor: Minor}}
  look: {review: "{readback}", answers: {send: Send}, go: {send: overrule}}
  overrule: {set: {age: adult}}
  more: {short: More, ask: More?, answers: {much: Much, little: A little}}
  again: {review: "{readback}", answers: {send: Send}}
  done: {finish: done}
`

// What was read through before an edit is read through again after it.
func TestEditReopensReviews(t *testing.T) {
	files := content()
	files["dialogs/t.yaml"] = &fstest.MapFile{Data: []byte(looped)}
	c := beginIn(t, loadFrom(t, files), "t").say("minor", "send", "much").at("again")
	if diff := cmp.Diff(c.turn.ReadBack(), []string{"More: Much"}); diff != "" {
		t.Errorf("an answer that was overruled is not read back (-got +want):\n%s", diff)
	}
	c.in(dialogs.Edit{Step: "age"}).say("adult").at("look")
	if diff := cmp.Diff(c.turn.ReadBack(), []string{"Age: Adult"}); diff != "" {
		t.Errorf("read back (-got +want):\n%s", diff)
	}
	c.say("send").at("again")
}

// A script that changed is walked with what still fits it: an answer that is
// offered no longer, and a question that is new, are asked for; the rest is
// not asked again.
func TestChangedScript(t *testing.T) {
	c := toReview(begin(t, "intake"))
	files := content()
	text := string(files["dialogs/intake.yaml"].Data)
	for from, to := range map[string]string{
		"once: Once, ":       "",
		"longest: 14":        "longest: 15",
		"  since:\n    ask":  "  sleep: {ask: Do you sleep well?, answers: {well: Well, badly: Badly}}\n  since:\n    ask",
		"  thanks: {say: Th": "  thank-you: {say: Th",
	} {
		if !strings.Contains(text, from) {
			t.Fatalf("the script has no %q", from)
		}
		text = strings.Replace(text, from, to, 1)
	}
	files["dialogs/intake.yaml"].Data = []byte(text)
	c.lib = loadFrom(t, files)
	c.in(dialogs.Begin{}).at("afraid").say("no").at("sleep").say("well").at("read-back")
	if diff := cmp.Diff(said(c.turn)[:1], []string{"! triage none"}); diff != "" {
		t.Errorf("after the new question (-got +want):\n%s", diff)
	}
}
