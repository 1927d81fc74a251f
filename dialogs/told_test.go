package dialogs_test

import (
	"slices"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"anteroom/dialogs"
	"anteroom/dialogs/script"
)

// short is a dialog of few steps over facts that hold a, b or c.
func short(t *testing.T, steps string) *script.Library {
	t.Helper()
	return loadFrom(t, fstest.MapFS{"dialogs/d.yaml": {Data: []byte(`dialog: d
facts:
  f: {type: choice, of: [a, b, c], seen-by: case, keep: enquiry}
  g: {type: several, of: [a, b, c], seen-by: case, keep: enquiry}
  h: {type: choice, of: [a, b], seen-by: case, keep: enquiry}
  s: {type: choice, of: {host: slots}, seen-by: case, keep: enquiry}
  u: {type: choice, of: [none, R1], set-by: triage, seen-by: case, keep: enquiry}
` + steps)}})
}

const (
	shortP     = "  p: {ask: P, into: h, answers: {a: Apple, b: Pear}}\n"
	shortQ     = "  q: {ask: Which?, into: f, answers: {a: Apple, b: Pear}}\n"
	shortR     = "  r: {ask: Else?, answers: {x: Nothing}}\n"
	shortAlert = "  tell: {alert: crisis}\n  told: {say: I told somebody.}\n"
	shortDo    = "  t: {do: triage, into: u}\n"
	shortEnd   = "  end: {finish: done}\n"
)

// What is said and alerted about on the way to where a walk goes on now is not
// lost to a host that moves it on as well.
func TestToldBeforeHost(t *testing.T) {
	before := "steps:\n" + shortP + shortQ + shortEnd
	for _, tt := range []struct {
		name, before, after string
		want                []string
		open                string
	}{
		{"no host", before, shortP + shortAlert + shortR, []string{"! crisis", "I told somebody.", "? Else?"}, "r"},
		{"a call", before, shortP + shortAlert + shortDo + shortR, []string{"! crisis", "I told somebody.", "! triage none", "? Else?"}, "r"},
		{"two calls", before, shortP + shortAlert + shortDo + "  more: {say: And more.}\n  t2: {do: other}\n" + shortR,
			[]string{"! crisis", "I told somebody.", "! triage none", "And more.", "! other none", "? Else?"}, "r"},
		{"an empty list", before, shortP + shortAlert + "  l: {ask: When?, into: s}\n" + shortR, []string{"! crisis", "I told somebody.", "? Else?"}, "r"},
		{"to the end", before, shortP + shortAlert + shortDo, []string{"! crisis", "I told somebody.", "! triage none", "! finished done"}, "finished done"},
		{"heard already", before, "  first: {say: Hello.}\n" + shortP + shortDo + shortR, []string{"! triage none", "? Else?"}, "r"},
		// Who has seen what stands behind the new question has heard what stands before it.
		{"seen", "steps:\n" + shortP + shortAlert + shortQ + shortEnd, shortP + shortAlert + shortDo + shortR + shortQ, []string{"! triage none", "? Else?"}, "r"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := beginIn(t, short(t, tt.before), "d")
			c.host = &desk{urgency: "none"}
			c.say("Apple").at("q").to(short(t, "steps:\n"+tt.after+shortEnd)).say("Pear").at(tt.open)
			if diff := cmp.Diff(said(c.turn), tt.want); diff != "" {
				t.Errorf("(-got +want):\n%s", diff)
			}
			if again := c.in(dialogs.Begin{}).tells(false); slices.Contains(said(again.turn), "! crisis") {
				t.Errorf("alerted again: %q", said(again.turn))
			}
		})
	}
}

// A question that a host's call brings before one that was seen leads to nothing
// that was heard there.
func TestSeenBehindHost(t *testing.T) {
	c := beginIn(t, short(t, "steps:\n"+shortP+shortAlert+shortQ+shortEnd), "d").say("Apple").at("q")
	c.to(short(t, "steps:\n"+shortP+shortDo+shortR+shortAlert+shortQ+shortEnd)).say("Pear").tells(true).at("r").say("Nothing").at("q")
	if diff := cmp.Diff(said(c.turn), []string{"? Which?"}); diff != "" {
		t.Errorf("(-got +want):\n%s", diff)
	}
}

// An event that comes before the person does passes over nothing that stands on
// the way to where the walk goes on now.
func TestToldBeforeEvent(t *testing.T) {
	for _, tt := range []struct {
		name, after, event string
		want               []string
	}{
		{"the event waited for", shortAlert + "  w: {wait: decision}\n", "w", []string{"! crisis", "I told somebody.", "! finished done"}},
		{"another", shortAlert + "  w: {wait: decision}\n", "other", []string{"! crisis", "I told somebody."}},
		{"a call before another question", shortAlert + shortDo + "  more: {say: And more.}\n" + shortR, "other", []string{"! crisis", "I told somebody.", "! triage none", "And more.", "? Else?"}},
		{"at the end", shortAlert, "other", []string{"! crisis", "I told somebody.", "! finished done"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := beginIn(t, short(t, "steps:\n"+shortP+shortQ+shortEnd), "d").say("Apple").at("q")
			c.to(short(t, "steps:\n"+shortP+tt.after+shortEnd)).in(dialogs.Result{Step: tt.event, Value: "offer"})
			if diff := cmp.Diff(said(c.turn), tt.want); diff != "" {
				t.Errorf("(-got +want):\n%s", diff)
			}
			if again := said(c.in(dialogs.Begin{}).tells(false).turn); len(again) > 1 || slices.Contains(again, "! crisis") {
				t.Errorf("said again: %q", again)
			}
		})
	}
}

// A number counts the answers that the person saw, in whatever digits.
func TestNumberInOtherDigits(t *testing.T) {
	before := short(t, "steps:\n"+shortQ+shortEnd)
	after := short(t, "steps:\n  q: {ask: Which?, into: f, answers: {c: Plum, a: Apple, b: Pear}}\n"+shortEnd)
	for _, typed := range []string{"1", "１", "①", "¹"} {
		c := beginIn(t, before, "d").to(after).say(typed).tells(true).at("q")
		if c.say(typed).tells(false); c.turn.Facts.Text("f") != "c" {
			t.Errorf("%q once more: got %q, want %q", typed, c.turn.Facts.Text("f"), "c")
		}
	}
}

// Who chose an answer that is gone is asked again, whatever they do next.
func TestChosenIsGone(t *testing.T) {
	before := short(t, "steps:\n  q: {ask: Which?, into: g, answers: {a: Apple, b: Pear, c: Plum}, done: Done, skip: Skip}\n"+shortEnd)
	after := short(t, "moved: {answers: {q: {c: gone}}}\nsteps:\n  q: {ask: Which?, into: g, answers: {a: Apple, b: Pear}, done: Done, skip: Skip}\n"+shortEnd)
	one := short(t, "steps:\n"+shortQ+shortEnd)
	for _, tt := range []struct {
		name   string
		chosen []string
		lib    *script.Library
		in     []dialogs.Input
		told   bool
		draft  []string
	}{
		{"all", []string{"c"}, after, []dialogs.Input{dialogs.Press{Answer: dialogs.PressDone}}, true, nil},
		{"one", []string{"a", "c"}, after, []dialogs.Input{dialogs.Press{Answer: dialogs.PressDone}}, true, []string{"a"}},
		{"typed", []string{"a", "c"}, after, []dialogs.Input{dialogs.Words{Text: "Pear"}}, true, []string{"a"}},
		{"after an event", []string{"a", "c"}, after, []dialogs.Input{dialogs.Result{Step: "x"}, dialogs.Press{Answer: dialogs.PressDone}}, true, []string{"a"}},
		{"none", []string{"a"}, after, []dialogs.Input{dialogs.Press{Answer: "b"}}, false, []string{"a", "b"}},
		{"one can be chosen now", []string{"a", "b"}, one, []dialogs.Input{dialogs.Press{Answer: "b"}}, true, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := beginIn(t, before, "d")
			for _, id := range tt.chosen {
				c.in(dialogs.Press{Answer: id})
			}
			c.to(tt.lib).in(tt.in...).tells(tt.told).at("q")
			if diff := cmp.Diff(c.run.Draft, tt.draft); diff != "" {
				t.Errorf("chosen (-got +want):\n%s", diff)
			}
			if len(c.run.Trail) > 0 {
				t.Errorf("recorded %q", plain(c.run))
			}
			c.in(dialogs.Begin{}).tells(false)
		})
	}
}
