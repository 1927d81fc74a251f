package bot_test

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// stops leaves the intake unsent, by the button that ends it.
func (p *person) stops() *person {
	p.t.Helper()
	p.says("qqq", "qqq", "qqq").presses("Stop here")
	p.hears()
	return p
}

// TestLeftUnsent: whoever stopped before anything was sent is told so, and goes on by
// whatever they ask for.
func TestLeftUnsent(t *testing.T) {
	t.Parallel()
	h := build(t)
	for words, want := range map[string][]string{
		"send":   {h.phrase("resting.unsent")},
		"skip":   {h.phrase("resting.unsent")},
		"change": {h.phrase("not-sent")},
		"resume": {h.phrase("welcome-back"), "Is everyone safe"},
		"back":   {h.phrase("welcome-back"), "Is everyone safe"},
	} {
		p := h.midway(words).stops()
		p.says(words)
		heard := p.hears()
		if len(heard) < len(want) || words != "change" && len(heard) != len(want) {
			t.Errorf("%s: heard %q, want %q", words, heard, want)
			continue
		}
		for i := range want {
			if !strings.HasPrefix(heard[i], want[i]) {
				t.Errorf("%s: heard %q, want %q", words, heard, want)
			}
		}
		if last := heard[len(heard)-1]; words == "change" && !strings.Contains(last, "Which answer would you like to change?") {
			t.Errorf("%s: heard %q at last", words, last)
		}
	}
	p := h.midway("calls").stops()
	p.says("call me").hears()
	p.says("back").wants(h.phrase("lock.left"))
	p = h.midway("pin")
	p.says("pin").wants(h.phrase("pin.new"))
	p.says("back").wants(h.phrase("lock.left"), "Is everyone safe")
	p = h.person("young").consents()
	p.hears()
	p.says("change").wants(h.phrase("nothing-to-change"), "Question 4")
}

// TestChangeInAPause: who changes an answer goes on, and nothing is asked of who rests.
func TestChangeInAPause(t *testing.T) {
	t.Parallel()
	h := build(t)
	p := h.midway("ann")
	p.says("pause").hears()
	p.says("who are you").wants(h.phrase("program"))
	p.says("change").hears()
	p.says("the colour of it").wants(h.phrase("press-one"), "Which answer")
	p.says("1")
	if heard := p.hears(); !slices.ContainsFunc(heard, func(s string) bool { return strings.Contains(s, "Are you 18 or over?") }) {
		t.Errorf("heard %q", heard)
	}
}

// TestReadBackNotUnderstood: unclear words at the read-back are told what to press.
func TestReadBackNotUnderstood(t *testing.T) {
	t.Parallel()
	h := build(t)
	p := h.person("ann").nearly("Here, discreet", "no")
	p.hears()
	p.says("they").wants("Please press “Send it”", "This is what I will send")
}

// TestWhoAreYou: it says that it is a program, however it is asked.
func TestWhoAreYou(t *testing.T) {
	t.Parallel()
	h := build(t)
	for _, words := range []string{"who are you", "Who are you?", "hello, what are you?", "¿quién eres?", "quien eres"} {
		h.midway(words).says(words).wants(h.phrase("program"), "Is everyone safe")
	}
}

// TestStartInsideWhatHappens: "start" there begins the intake that was left for it.
func TestStartInsideWhatHappens(t *testing.T) {
	t.Parallel()
	h := build(t)
	p := h.person("ann").says("hello").presses("What happens here?")
	p.hears()
	p.says("start")
	if heard := p.hears(); slices.Contains(heard, h.phrase("welcome-back")) || len(heard) == 0 {
		t.Errorf("heard %q", heard)
	}
	p = h.person("cleo").says("hello", "what")
	p.hears()
	p.says("start").wants("Please read this before we start.")
	h.person("bea").says("my data").wants(h.phrase("mydata-empty"))
	h.person("eva").says("mydata").wants(h.phrase("mydata-empty"))
}

// TestMomentAfterNotNow: who said "not now" may say that it is the moment after all.
func TestMomentAfterNotNow(t *testing.T) {
	t.Parallel()
	h := build(t)
	p := h.midway("ann").returns(3*time.Hour, "hello")
	p.hears()
	p.says("not now").wants(h.phrase("door.later"))
	p.says("yes").hears()
	p.says("help me").hears()
	p.says("start")
	if heard := p.hears(); slices.Contains(heard, moment) {
		t.Errorf("heard %q", heard)
	}
}

// TestQuickExitIsTold: before a word is chosen "start" brings back, and it is said.
func TestQuickExitIsTold(t *testing.T) {
	t.Parallel()
	h := build(t)
	p := h.midway("ann")
	p.says("help")
	if heard := p.hears(); !strings.Contains(strings.Join(heard, "\n"), "x: leave fast; nothing is shown until you write “start”") {
		t.Errorf("heard %q", heard)
	}
	p.says("x", "start").wants(bland, moment)
}
