package dialogs_test

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"anteroom/dialogs"
	"anteroom/dialogs/script"
)

// rewritten is the content of the tests with something in it written otherwise.
func rewritten(t testing.TB, pairs ...string) *script.Library {
	t.Helper()
	files := content()
	for i := 0; i < len(pairs); i += 2 {
		held := false
		for _, f := range files {
			text := string(f.Data)
			held = held || strings.Contains(text, pairs[i])
			f.Data = []byte(strings.ReplaceAll(text, pairs[i], pairs[i+1]))
		}
		if !held {
			t.Fatalf("nothing holds %q", pairs[i])
		}
	}
	return loadFrom(t, files)
}

// moved is the line under which a dialog says what was called otherwise.
func moved(what string) string { return "misses: {after: 3, go: lost}\nmoved: " + what + "\nsteps:" }

const movedHere = "misses: {after: 3, go: lost}\nsteps:"

// to lets the conversation go on over another script.
func (c *talk) to(lib *script.Library) *talk {
	c.lib = lib
	return c
}

// tells checks whether the last step told that the questions changed.
func (c *talk) tells(want bool) *talk {
	c.t.Helper()
	if got := slices.Contains(c.turn.Out, dialogs.Output(dialogs.Moved{})); got != want {
		c.t.Fatalf("told that the questions changed: %v, want %v; %q", got, want, said(c.turn))
	}
	return c
}

// toBother answers what comes before the question how much it bothers.
func toBother(c *talk) *talk {
	return c.say("yes", "Germany", "desire, pain", "pain", "No").at("bother")
}

// What was asked under an old id is answered under the new one.
func TestRenamed(t *testing.T) {
	for _, tt := range []struct {
		name  string
		pairs []string
		want  map[string]string // facts that are otherwise
	}{
		{"step", []string{"\n  bother:\n", "\n  trouble:\n", "else: bother", "else: trouble", "go: bother", "go: trouble", movedHere, moved("{steps: {bother: trouble}}")}, nil},
		{"call", []string{"\n  fee:\n    call", "\n  money:\n    call", movedHere, moved("{steps: {fee: money}}")}, nil},
		{"call and step", []string{"\n  fee:\n    call", "\n  money:\n    call", "\n  pay: {short", "\n  could: {short", movedHere, moved("{steps: {fee: money}}"),
			"dialog: fee\n", "dialog: fee\nmoved: {steps: {pay: could}}\n"}, nil},
		{"answer of a list", []string{"  pain: Pain", "  ache: Pain", movedHere, moved("{answers: {topics: {pain: ache}, main: {pain: ache}}}")},
			map[string]string{"topics": "desire,ache", "main": "ache"}},
		{"result", []string{"[R1, none]", "[R1, calm]", movedHere, moved("{answers: {triage: {none: calm}}}")}, map[string]string{"urgency": "calm"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			want := facts(toReview(begin(t, "intake")).turn)
			for k, v := range tt.want {
				want[k] = v
			}
			c := toReview(begin(t, "intake"))
			before := plain(c.run)
			c.to(rewritten(t, tt.pairs...)).in(dialogs.Begin{}).tells(false).at("read-back")
			if diff := cmp.Diff(facts(c.turn), want); diff != "" {
				t.Errorf("facts (-got +want):\n%s", diff)
			}
			if diff := cmp.Diff(plain(c.run), before); diff != "" {
				t.Errorf("the trail was rewritten (-got +want):\n%s", diff)
			}
			if c.say("Send it").at("waiting when"); !c.turn.Accepted {
				t.Error("the answer did not count")
			}
		})
	}
}

// Back undoes what was answered under an old id.
func TestBackOverRenamed(t *testing.T) {
	c := toBother(begin(t, "intake")).say("7").at("fee/works")
	c.to(rewritten(t, "\n  bother:\n", "\n  trouble:\n", "else: bother", "else: trouble", "go: bother", "go: trouble", movedHere, moved("{steps: {bother: trouble}}")))
	c.in(dialogs.Back{}).at("trouble")
	if len(c.run.Trail) != 5 {
		t.Errorf("got %q", plain(c.run))
	}
}

// Who answers a question that is open no more is told, once.
func TestTold(t *testing.T) {
	c := toBother(begin(t, "intake")).to(rewritten(t, "else: bother", "else: since", "go: bother", "go: since",
		"\n  bother:\n    short: How much it bothers you\n    ask: How much does it bother you?\n    into: bother\n    skip: Skip\n  fee:\n    call: fee\n", "\n"))
	c.say("7").tells(true).at("since")
	if c.turn.Accepted || len(c.run.Trail) != 5 {
		t.Errorf("the words were taken: %q", plain(c.run))
	}
	// What is said on the way to it was not said yet, as far as anybody knows.
	if diff := cmp.Diff(said(c.turn), []string{"Good to know.", "? Since when?"}); diff != "" {
		t.Errorf("(-got +want):\n%s", diff)
	}
	c.in(dialogs.Begin{}).tells(false).say("2026-03-03").tells(false).at("reach")
}

// What was answered at a question that is gone comes back with it, whatever
// happens meanwhile.
func TestKeptAside(t *testing.T) {
	whole := load(t)
	without := rewritten(t, "\n  here:\n    short: Where you are\n    ask: Which country are you in?\n    into: here\n", "\n")
	c := toBother(begin(t, "intake")).to(without)
	c.say("7").tells(false).at("fee/works")
	if c.turn.Facts.Has("here") {
		t.Error("an answer to a question that is gone counts")
	}
	c.in(dialogs.Back{}, dialogs.Edit{Step: "age"}).say("yes").in(dialogs.Back{}).at("afraid")
	c.to(whole).in(dialogs.Begin{}).tells(false).at("afraid")
	if got := c.turn.Facts.Text("here"); got != "DE" {
		t.Errorf("got %q, want %q", got, "DE")
	}
}

// A result that was kept aside does not outlive the answers it followed from.
func TestKeptAsideResult(t *testing.T) {
	whole := load(t)
	without := rewritten(t, "  triage: {do: triage, into: urgency, go: {R1: today}}\n", "  hurry: {route: [{when: known(slot), go: today}]}\n")
	c := toReview(begin(t, "intake")).to(without).in(dialogs.Edit{Step: "bother"}).say("10").at("read-back")
	c.to(whole).in(dialogs.Begin{})
	if got := c.turn.Facts.Text("urgency"); got != "R1" {
		t.Errorf("got %q, want %q", got, "R1")
	}
}

// Neither does what was said to a review.
func TestKeptAsideReview(t *testing.T) {
	const head, review, tail = "dialog: t\nfacts:\n  a: {type: scale, seen-by: case, keep: enquiry}\n  b: {type: scale, seen-by: case, keep: enquiry}\nsteps:\n  a: {ask: How much?, into: a}\n",
		"  sure: {review: Sure?, answers: {sure: Sure}}\n", "  b: {ask: And that?, into: b}\n  end: {finish: done}\n"
	with := func(text string) *script.Library {
		return loadFrom(t, fstest.MapFS{"dialogs/t.yaml": {Data: []byte(text)}})
	}
	c := beginIn(t, with(head+review+tail), "t").say("1", "Sure").at("b").to(with(head + tail))
	c.in(dialogs.Edit{Step: "a"}).say("2").at("b").to(with(head + review + tail)).say("3").tells(true).at("sure")
}

const asks = "  more: {ask: Is there more?, into: more, answers: {much: Much, little: Little}, go: {much: alarm}}\n"

// A question before the open one is asked, and what was heard behind it is not
// said once more; what the new answer leads to is.
func TestAskedBefore(t *testing.T) {
	more := []string{"longest: 14", "longest: 15", "facts:\n  adult", "facts:\n  more: {type: choice, of: [much, little], seen-by: case, keep: enquiry}\n  adult",
		"  thanks: {say: Thank you.}\n", asks + "  thanks: {say: Thank you., go: here}\n  alarm: {alert: crisis}\n  alarmed: {say: A person will call.}\n"}
	gone := append(slices.Clip(more), "\n  bother:\n", "\n  trouble:\n", "else: bother", "else: trouble", "go: bother", "go: trouble")
	for _, tt := range []struct {
		pairs  []string
		answer string
		want   []string
	}{
		{more, "Little", []string{"? How much does it bother you?"}},
		{more, "Much", []string{"! crisis", "A person will call.", "? How much does it bother you?"}},
		{gone, "Little", []string{"Good to know.", "? How much does it bother you?"}}, // who knows whether it was said
	} {
		c := toBother(begin(t, "intake")).to(rewritten(t, tt.pairs...)).say("7").tells(true).at("more")
		if diff := cmp.Diff(said(c.turn), []string{"? Is there more?"}); diff != "" {
			t.Errorf("(-got +want):\n%s", diff)
		}
		c.say(tt.answer).tells(false)
		if diff := cmp.Diff(said(c.turn), tt.want); diff != "" {
			t.Errorf("%s (-got +want):\n%s", tt.answer, diff)
		}
		if c.run.Until != "" {
			t.Errorf("%s: still behind %s", tt.answer, c.run.Until)
		}
	}
}

// Someone who was alerted about is not alerted about again because a question
// was put before.
func TestAlertOnce(t *testing.T) {
	c := begin(t, "intake").say("yes", "Germany", "desire, pain", "pain", "Yes, now").at("bother")
	if !slices.Contains(said(c.turn), "! crisis") {
		t.Fatal("no alert")
	}
	c.to(rewritten(t, "longest: 14", "longest: 15", "facts:\n  adult", "facts:\n  more: {type: choice, of: [much, little], seen-by: case, keep: enquiry}\n  adult",
		"  thanks: {say: Thank you.}\n", strings.Replace(asks, ", go: {much: alarm}", "", 1)+"  thanks: {say: Thank you.}\n"))
	c.say("7").tells(true).at("more").say("Much").at("bother")
	if got := said(c.turn); slices.Contains(got, "! crisis") {
		t.Errorf("alerted again: %q", got)
	}
}

// A number counts the answers that the person saw.
func TestNumberOfAnotherSet(t *testing.T) {
	other := []string{"  desire: Low or different desire\n", "  shame: Shame\n  desire: Low or different desire\n"}
	for _, tt := range []struct {
		pairs []string
		words string
		told  bool
		want  string
	}{
		{other, "2", true, ""},
		{other, "1, 3", true, ""},
		{other, "pain", false, "pain"},
		{[]string{"ask: What brings you here?", "ask: What brings you?"}, "3", false, "pain"},
	} {
		c := begin(t, "intake").say("yes", "Germany").at("topics").in(dialogs.Press{Answer: "ed"})
		c.to(rewritten(t, tt.pairs...)).in(dialogs.Words{Text: tt.words}).tells(tt.told)
		if !tt.told {
			c.in(dialogs.Press{Answer: dialogs.PressDone})
		}
		got := c.turn.Facts.Text("topics")
		if tt.want != "" {
			tt.want = "ed," + tt.want
		}
		if got != tt.want {
			t.Errorf("%q: got %q, want %q", tt.words, got, tt.want)
		}
		if tt.told { // what was chosen before stays chosen, and the number counts now
			if c.at("topics").say("2").tells(false); c.turn.Facts.Text("topics") != "desire,ed" {
				t.Errorf("%q, then 2: got %q, want %q", tt.words, c.turn.Facts.Text("topics"), "desire,ed")
			}
		}
	}
}

// What was chosen so far goes on under new ids, without what is gone.
func TestDraftMoves(t *testing.T) {
	c := begin(t, "intake").say("yes", "Germany").at("topics").in(dialogs.Press{Answer: "pain"}, dialogs.Press{Answer: "ed"})
	c.to(rewritten(t, "  pain: Pain", "  ache: Pain", "  ed: {label: Trouble staying hard (ED), also: [impotence, erection]}\n", "",
		movedHere, moved("{answers: {topics: {pain: ache}, main: {pain: ache}}}")))
	c.in(dialogs.Press{Answer: "desire"}).tells(true).in(dialogs.Press{Answer: "desire"}).tells(false)
	if diff := cmp.Diff(c.run.Draft, []string{"desire", "ache"}); diff != "" {
		t.Errorf("(-got +want):\n%s", diff)
	}
	c.in(dialogs.Press{Answer: dialogs.PressDone})
	if got := c.turn.Facts.Text("topics"); got != "desire,ache" {
		t.Errorf("got %q", got)
	}
}

// The person's own words stay with the answer that stands for them.
func TestOwnWordsMove(t *testing.T) {
	c := begin(t, "intake").say("yes", "Germany", "my cat").to(rewritten(t, "  other: Something else", "  else: Something else", "answer: other", "answer: else",
		"main == other", "main == else", movedHere, moved("{answers: {topics: {other: else}, main: {other: else}}}")))
	c.in(dialogs.Begin{}).tells(false).at("bother")
	if got, want := c.turn.Facts.Text("topics")+" "+c.turn.Facts.Text("topic_words"), "else my cat"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// An answer that is being changed is changed under the new id; where its question
// is gone, all is as before.
func TestEditingMoves(t *testing.T) {
	for _, tt := range []struct {
		name  string
		pairs []string
		told  bool
		at    string
	}{
		{"renamed", []string{"\n  here:\n", "\n  place:\n", movedHere, moved("{steps: {here: place}}")}, false, "bother"},
		{"gone", []string{"\n  here:\n", "\n  place:\n"}, true, "place"},
		{"without its fact", []string{"\n  here:\n    short: Where you are\n    ask: Which country are you in?\n    into: here\n", "\n"}, true, "bother"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := toBother(begin(t, "intake")).in(dialogs.Edit{Step: "here"}).at("here")
			c.to(rewritten(t, tt.pairs...)).say("Spain").tells(tt.told).at(tt.at)
			if got := c.turn.Facts.Text("here"); !tt.told && got != "ES" || tt.told && got != "" {
				t.Errorf("got %q", got)
			}
			if c.run.Editing != "" {
				t.Errorf("still editing %s", c.run.Editing)
			}
		})
	}
}

// Whoever picks an answer to change is told when there is nothing to pick.
func TestPickingMoves(t *testing.T) {
	lib := rewritten(t, "    change: Change an answer\n    pick: Which one?\n", "")
	toReview(begin(t, "intake")).in(dialogs.Change{}).to(lib).in(dialogs.Press{Answer: "here"}).tells(true).at("read-back")
	toReview(begin(t, "intake")).in(dialogs.Change{}).to(load(t)).in(dialogs.Press{Answer: "here"}).tells(false).at("here")
}

// A choice is offered under the ids that its buttons may have.
func TestChooseByOldIDs(t *testing.T) {
	c := begin(t, "intake").at("age").to(rewritten(t, "\n  age:\n", "\n  years:\n", "[adult, minor]", "[grown, minor]", "{adult: \"Yes", "{grown: \"Yes", "also: {adult", "also: {grown",
		movedHere, moved("{steps: {age: years}, answers: {years: {adult: grown}}}")))
	var ids []string
	c.in(dialogs.Choose{Among: func(step string, _ uint32, options []dialogs.Option) string {
		ids = append(ids, step)
		for _, o := range options {
			ids = append(ids, o.ID)
		}
		return "adult"
	}}).tells(false).at("here")
	if diff := cmp.Diff(ids, []string{"age", "grown", "minor", "adult"}); diff != "" {
		t.Errorf("(-got +want):\n%s", diff)
	}
	if got := c.turn.Facts.Text("adult"); got != "grown" {
		t.Errorf("got %q", got)
	}
}

// An event reaches a wait that has another id now.
func TestResultMoves(t *testing.T) {
	c := toReview(begin(t, "intake")).say("Send it").at("waiting when")
	c.to(rewritten(t, "  when: {wait", "  decided: {wait", movedHere, moved("{steps: {when: decided}}")))
	c.in(dialogs.Result{Step: "when", Value: "offer"}).at("slot")
}

// Where nothing was open, what is typed is no answer to a question that a newer
// script puts there.
func TestNothingWasOpen(t *testing.T) {
	c := toReview(begin(t, "intake")).say("Send it").at("waiting when")
	c.to(rewritten(t, "longest: 14", "longest: 15", "  when: {wait", "  sure: {ask: Anything to add?, into: words}\n  when: {wait"))
	c.say("hello?").tells(true).at("sure").say("No, thanks").tells(false).at("waiting when")
	if got := c.turn.Facts.Text("words"); got != "No, thanks" {
		t.Errorf("got %q", got)
	}
}

// A question that is gone may lead to the end; the person hears what is said there.
func TestTheRestIsGone(t *testing.T) {
	c := begin(t, "fee").at("works").say("No").at("pay")
	c.to(rewritten(t, "  pay: {short: What you can pay, ask: What could you pay?, into: can_pay, again: A number please.}\n", "  bye: {say: Goodbye.}\n")).say("60").tells(false).at("finished done")
	if diff := cmp.Diff(said(c.turn), []string{"Goodbye.", "! finished done"}); diff != "" {
		t.Errorf("(-got +want):\n%s", diff)
	}
}

// A run that was stored before this was kept goes on.
func TestRunOfBefore(t *testing.T) {
	c := toBother(begin(t, "intake"))
	c.run.Asked, c.run.Shown = "", 0
	c.say("7").tells(false).at("fee/works")
}

// What was answered is found wherever the walk stands.
func TestLastAnswer(t *testing.T) {
	before := rewritten(t, "longest: 14", "longest: 15", "facts:\n  adult", "facts:\n  more: {type: choice, of: [much, little], seen-by: case, keep: enquiry}\n  adult",
		"  hello: {say: [Hello., I am a program.]}\n", strings.Replace(asks, ", go: {much: alarm}", "", 1))
	renamed := rewritten(t, "\n  here:\n", "\n  place:\n", movedHere, moved("{steps: {here: place}}"))
	c := toBother(begin(t, "intake"))
	for _, tt := range []struct {
		lib        *script.Library
		fact, want string
	}{
		{c.lib, "here", "DE"}, {before, "here", "DE"}, {renamed, "here", "DE"}, {c.lib, "topics", "desire,pain"},
		{c.lib, "bother", ""}, {c.lib, "unheard_of", ""}, {rewritten(t, "  DE: Germany\n", ""), "here", ""},
	} {
		if got := dialogs.LastAnswer(tt.lib, c.run, tt.fact); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.fact, got, tt.want)
		}
	}
	if c.to(before).in(dialogs.Begin{}).at("more"); c.turn.Facts.Has("here") {
		t.Error("the walk did not stop before")
	}
}

func TestMovedFacts(t *testing.T) {
	lib := rewritten(t, "  pain: Pain", "  ache: Pain", "bother:   {type", "trouble:   {type", "into: bother", "into: trouble",
		movedHere, moved("{answers: {topics: {pain: ache}, main: {pain: ache}}, facts: {bother: trouble}}"))
	for _, tt := range []struct{ name, in, want string }{
		{"names and answers", "bother=7 topics=desire,pain main=pain here=DE", "bother=7 trouble=7 topics=desire,ache main=ache here=DE"},
		{"both names", "bother=7 trouble=8", "bother=7 trouble=8"},
		{"nothing moved", "here=DE topics=ed", "here=DE topics=ed"},
		{"nothing", "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			in := pairs(tt.in)
			if diff := cmp.Diff(dialogs.MovedFacts(lib, in), pairs(tt.want)); diff != "" {
				t.Errorf("(-got +want):\n%s", diff)
			}
			if diff := cmp.Diff(in, pairs(tt.in)); diff != "" {
				t.Errorf("it changed what it was given:\n%s", diff)
			}
		})
	}
}

// pairs reads "a=b c=d".
func pairs(s string) map[string]string {
	m := map[string]string{}
	for _, p := range strings.Fields(s) {
		k, v, _ := strings.Cut(p, "=")
		m[k] = v
	}
	return m
}
