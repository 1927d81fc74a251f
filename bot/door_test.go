package bot_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"anteroom/bot"
	"anteroom/bot/care"
)

const (
	moment   = "Is this a private moment"
	bland    = "All right. See you another time."
	quiet    = "You have a message waiting."
	asksPIN  = "Please write your PIN."
	needsPIN = "This needs your PIN."
)

// returns goes away for so long, and comes back with words.
func (p *person) returns(after time.Duration, words string) *person {
	p.t.Helper()
	p.hears()
	p.clock.Advance(after)
	return p.says(words)
}

// midway has answered a few questions and is asked how everyone is.
func (h *house) midway(chat string) *person {
	h.t.Helper()
	p := h.person(chat).consents().presses("Yes, I am").says("California")
	p.hears()
	return p
}

// pin chooses a PIN.
func (p *person) pin(digits string) *person {
	p.t.Helper()
	p.says("/pin", digits, digits).hears()
	return p
}

// word chooses a word.
func (p *person) word(word string) *person {
	p.t.Helper()
	p.says("/word", word).hears()
	return p
}

// Whoever comes back after an hour is asked whether the moment is private; what
// they wrote is their answer once they say so, and only once.
func TestDoorHoldsWhatWasSaid(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		after time.Duration
		does  func(p *person)
		asked bool
		then  string
	}{
		{"within the hour", 59 * time.Minute, func(p *person) { p.says("Yes, all safe") }, false, "Question 7"},
		{"words", time.Hour, func(p *person) { p.says("Yes, all safe") }, true, "Question 7"},
		{"a press", 26 * time.Hour, func(p *person) { p.presses("Yes, all safe") }, true, "Question 7"},
		{"start", 26 * time.Hour, func(p *person) { p.says("/start") }, true, "Good to have you back."},
		{"my data", 26 * time.Hour, func(p *person) { p.says("my data") }, true, "This is what you told me"},
		{"a voice note", 26 * time.Hour, func(p *person) { p.do(bot.Media{Kind: bot.MediaVoice}) }, true, "Good to have you back."},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := build(t).midway("ann")
			p.clock.Advance(tt.after)
			tt.does(p)
			heard := p.hears()
			if asked := slices.ContainsFunc(heard, func(s string) bool { return strings.HasPrefix(s, moment) }); asked != tt.asked {
				t.Fatalf("asked for a private moment: %v, want %v: %q", asked, tt.asked, heard)
			}
			if !tt.asked {
				return
			}
			yes := bot.Press{Data: p.button("Yes").Data}
			if heard = p.do(yes).hears(); len(heard) == 0 || !strings.HasPrefix(heard[0], tt.then) {
				t.Errorf("got %q, want %q", heard, tt.then)
			}
			if heard = p.do(yes).hears(); len(heard) == 0 || heard[0] != p.phrase("stale-button") {
				t.Errorf("the same button again: got %q", heard)
			}
		})
	}
}

// Before consent there is nothing to hide, and where the intake itself asks for
// a private moment nobody is asked twice.
func TestNoDoor(t *testing.T) {
	t.Parallel()
	h := build(t)
	h.person("ann").says("/start").returns(26*time.Hour, "/start").wants("Good to have you back.", "A person at the practice")
	h.person("bob").says("/start").presses("Start", "I agree").returns(26*time.Hour, "/start").
		wants("Good to have you back.", "Is this a private moment, on a phone that only you read?")
}

// A message that is changed at the shut door is no answer that waits.
func TestEditAtTheDoor(t *testing.T) {
	t.Parallel()
	p := build(t).midway("ann")
	p.clock.Advance(2 * time.Hour)
	p.do(bot.Words{Text: "Yes, all safe", Edited: true}).wants(p.phrase("edited"), moment)
	p.presses("Yes").wants("Good to have you back.", "Is everyone safe")
}

// "Not now" keeps the door shut, and what was held with it.
func TestNotNow(t *testing.T) {
	t.Parallel()
	p := build(t).midway("ann").returns(3*time.Hour, "Yes, all safe")
	p.presses("Not now").wants(moment, "All right. Write to me")
	p.says("/start").wants(moment)
	p.says("hello?").wants("One question first", moment)
	p.says("3").wants("Thank you for telling me.") // the third answer, a shared phone
	p.says("no").wants("All right. Write to me")
	p.returns(26*time.Hour, "mydata please").wants("One question first", moment)
	p.says("yes").wants("Question 7") // the answer of the first time
}

// Help, a stop and an erasure come through the door; nothing else does.
func TestDoorLetsThrough(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ says, hears string }{
		{"now", "988"}, {"/now", "988"}, {"/start now", "988"}, {"stop", "All right, we stop here"}, {"/forget", "I can erase"},
		{"call me", "Which number may we call"}, {"pause", "All right, we pause"}, {"español", "Ahora escribo en español"},
		{"/mydata", moment}, {"back", moment}, {"change", moment}, {"help", moment}, {"privacy", moment}, {"/pin", moment}, {"what", moment},
	} {
		t.Run(tt.says, func(t *testing.T) {
			t.Parallel()
			p := build(t).midway("ann").returns(3*time.Hour, "/start")
			p.hears()
			heard := p.says(tt.says).hears()
			if all := strings.Join(heard, "|"); !strings.Contains(all, tt.hears) || strings.Contains(all, "everyone safe") {
				t.Errorf("got %q, want %q", heard, tt.hears)
			}
		})
	}
}

// What lies before the door goes on; when it is over the door asks again.
func TestHelpBeforeTheDoor(t *testing.T) {
	t.Parallel()
	p := build(t).midway("ann").returns(3*time.Hour, "Yes, all safe")
	p.presses("I need help now").hears()
	heard := p.presses("No, thank you").hears()
	if last := heard[len(heard)-1]; !strings.HasPrefix(last, moment) {
		t.Fatalf("after the numbers: got %q, want the door", heard)
	}
	p.presses("Yes").wants("Question 7")
}

// Words answer what was shown last: after quick exit and help numbers, "start"
// brings the question of the door, and a number is meant for that. A button says
// itself what it answers.
func TestWordsAnswerWhatWasShownLast(t *testing.T) {
	t.Parallel()
	h := build(t)
	p := h.midway("ann").says("x", "now")
	p.hears()
	p.says("start").wants(moment)
	p.says("skip").wants("One question first", moment)
	p.says("2").wants("All right. Write to me")
	p.says("start").wants(moment)
	p.says("1").wants("You left fast", "Good to have you back.", "Is everyone safe")
	p.says("x", "now").hears()
	tell := p.button("Yes, tell them")
	p.says("start").wants(moment)
	if got := h.alerts(); len(got) != 0 {
		t.Fatalf("got %d alerts, want none: no answer was about that", len(got))
	}
	p.do(bot.Press{Data: tell.Data}).hears()
	p.says("2").wants("The numbers are there", moment) // no number to leave: that was asked last
	if got := h.alerts(); len(got) != 1 {
		t.Errorf("got %d alerts after the button, want one", len(got))
	}
}

// A decision is announced as openly as the client chose, and shown at a tap.
func TestQuietFirstLine(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, press, partner string
		want                 string
	}{
		{"closed", "Here, closed", "", quiet},
		{"middle", "Here, a little", "", "A message from the practice is waiting."},
		{"open", "Here, open", "", "Ana Reyes can see you"},
		{"afraid once", "Here, open", "once", quiet},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := build(t)
			p := h.person("ann").full(tt.press, tt.partner)
			p.hears()
			if err := h.acts("a", care.CaseID(h.desk.cards()[0].Case), "ana", offer("ana", hour(24*8))); err != nil {
				t.Fatal(err)
			}
			h.settle()
			heard := p.hears()
			if len(heard) == 0 || !strings.HasPrefix(heard[0], tt.want) {
				t.Fatalf("got %q, want %q", heard, tt.want)
			}
			if tt.name == "open" {
				return
			}
			if len(heard) != 1 {
				t.Errorf("got %q besides", heard[1:])
			}
			if p.says("hello"); !strings.HasPrefix(p.hears()[0], tt.want) { // it waits still
				t.Error("what waits was forgotten")
			}
			open := bot.Press{Data: p.button("Open it").Data}
			p.clock.Advance(2 * time.Hour)
			p.do(open).wants(moment)
			p.presses("Yes").wants("Ana Reyes can see you", "Which of these times")
			p.do(open).hears()
			p.presses("Tuesday 11 May").wants("Thank you. Your first meeting")
		})
	}
}

// The reminder of an unfinished intake is as open as that, too.
func TestNudgeLevels(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ press, partner, want string }{
		{"Here, closed", "", "You have a message waiting. Write “start” to see it."},
		{"Here, a little", "", "The practice's questions are waiting."},
		{"Here, open", "", "Your questions for Quiet River Practice are not sent yet."},
		{"Here, open", "once", "You have a message waiting. Write “start” to see it."},
	} {
		t.Run(tt.press+tt.partner, func(t *testing.T) {
			t.Parallel()
			h := build(t)
			p := h.person("ann").nearly(tt.press, tt.partner)
			p.hears()
			h.clock.Advance(48*time.Hour + time.Minute)
			h.settle()
			p.wants(tt.want)
		})
	}
}

// A PIN that was asked for is not taken from an answer that comes later.
func TestPINIsNotAnAnswer(t *testing.T) {
	t.Parallel()
	h := build(t)
	p := h.midway("ann").pin("2718")
	safe := bot.Press{Data: p.button("Yes, all safe").Data}
	h.clock.Advance(20 * time.Minute)
	p.says("/mydata").wants(needsPIN)
	p.do(safe).wants("Question 7")
	if heard := p.says("2718").hears(); strings.Contains(strings.Join(heard, "|"), "This is what you told me") {
		t.Errorf("got %q", heard)
	}
}

// full walks the whole intake with an answer about reminders, and one about
// the partner if there is one.
func (p *person) full(reminders, partner string) *person {
	p.t.Helper()
	return p.nearly(reminders, partner).presses("Send it")
}

// nearly is full as far as what would be sent.
func (p *person) nearly(reminders, partner string) *person {
	p.t.Helper()
	p.consents().presses("Yes, I am").says("California").presses("Yes, all safe", "Low or different desire", "That is all")
	who := "Just me. No partner or ex"
	if partner != "" {
		who = "Just me. I have a partner"
	}
	p.presses(who)
	for range 40 {
		text, buttons := p.question()
		has := func(label string) bool {
			return slices.ContainsFunc(buttons, func(b bot.Button) bool { return strings.HasPrefix(b.Label, label) })
		}
		switch {
		case has("Send it"):
			return p
		case strings.Contains(text, "feel safe with") || strings.Contains(text, "afraid"):
			i := map[string]int{"": 0, "once": 1}[partner]
			p.do(bot.Press{Data: buttons[i].Data})
		case strings.Contains(text, "may we call you"):
			p.says("Kim")
		case strings.Contains(text, "reach you"):
			i := map[string]int{"Here, closed": 0, "Here, a little": 1, "Here, open": 2}[reminders]
			p.do(bot.Press{Data: buttons[i].Data})
		case has("That is all") && !has("✓ "):
			p.do(bot.Press{Data: buttons[0].Data}).presses("That is all")
		default:
			p.do(bot.Press{Data: buttons[0].Data})
		}
	}
	text, _ := p.question()
	p.t.Fatalf("the walk does not end: %q", text)
	return p
}

// Quick exit: one bland line to everything, until the word.
func TestQuickExit(t *testing.T) {
	t.Parallel()
	h := build(t)
	p := h.midway("ann").word("Blue Heron!")
	p.says("/x").wants(bland)
	for _, words := range []string{"hello", "/start", "start", "Yes, all safe", "/mydata", "help", "call me", "/pin", "what", "/resume", "blue", "/word", "quick exit", "/start call"} {
		p.says(words).wants(bland)
	}
	p.do(bot.Media{Kind: bot.MediaVoice}).wants(bland)
	p.do(bot.Words{Text: "changed", Edited: true}).wants(bland)
	p.presses("Yes, all safe").wants(bland)
	p.presses("Have a person call me").wants(bland)
	p.clock.Advance(80 * time.Hour) // no reminder either
	h.settle()
	p.wants()
	if numbers := strings.Join(p.says("/now").hears(), "|"); !strings.Contains(numbers, "988") {
		t.Errorf("no numbers after quick exit: %q", numbers)
	}
	p.presses("No, thank you").hears()
	p.says("hello").wants(bland)
	p.says("  blue héron").wants(moment)
	p.presses("Yes").wants("You left fast", "Good to have you back.", "Is everyone safe")
	p.says("/x", "blue heron").presses("Yes").wants(bland, moment, "Good to have you back.", "Is everyone safe") // told once
	p.says("blue heron").wants("Good to have you back.", "Is everyone safe")                                     // no answer of the intake
}

// Without a word, start opens; a stop and an erasure work meanwhile.
func TestQuickExitWithoutAWord(t *testing.T) {
	t.Parallel()
	h := build(t)
	p := h.midway("ann")
	p.says("quick exit").wants(bland)
	p.says("stop").wants("All right, we stop here")
	p.says("hello").wants(bland)
	p.says("/start").wants(moment)
	p.presses("Yes").wants("You left fast", "Good to have you back.", "Is everyone safe")
	p.says("/x").hears()
	p.says("/forget").presses("Erase it", "Yes, erase").hears()
	if state, key := h.kept(h.subject("ann")); state || key {
		t.Errorf("state %v, key %v after the erasure", state, key)
	}
	h.person("nobody").says("/x").wants(bland)
}

// A decision that comes after quick exit makes no sound, and is there at the
// return.
func TestDecisionAfterQuickExit(t *testing.T) {
	t.Parallel()
	h := build(t)
	p := h.person("ann")
	id := p.sends()
	p.word("blue heron").says("/x").hears()
	if err := h.acts("a", id, "ana", offer("ana", hour(30))); err != nil {
		t.Fatal(err)
	}
	h.settle()
	p.wants()
	p.says("blue heron").wants(moment)
	p.presses("Yes").wants("You left fast", "Ana Reyes can see you", "Which of these times")
	p.presses("Tuesday 4 May").wants("Thank you. Your first meeting")
}

// What the practice sent and was not read, or not answered, goes with quick exit
// and comes again at the return, whole; the practice hears that it waits. What
// was read and asks nothing does not come again.
func TestUnreadBeforeQuickExit(t *testing.T) {
	t.Parallel()
	refer := &care.Decision{Kind: care.Refer, Names: []string{"Dr. Sam Fox"}}
	for _, tt := range []struct {
		name, level string
		decision    *care.Decision
		does        func(p *person)
		comes       []string // at the return; none when it was read
	}{
		{"announced", "Here, closed", refer, nil, []string{"Thank you for your trust", "You can ask here:\nDr. Sam Fox", "If none of them"}},
		{"announced, and the door asks", "Here, closed", nil, func(p *person) { p.returns(2*time.Hour, "hello") }, []string{"Ana Reyes can see you", "Which of these times"}},
		{"shown", "Here, open", refer, nil, []string{"Thank you for your trust", "You can ask here:\nDr. Sam Fox", "If none of them"}},
		{"shown, and the door asks", "Here, open", refer, func(p *person) { p.returns(2*time.Hour, "hello") }, []string{"Thank you for your trust", "You can ask here:\nDr. Sam Fox", "If none of them"}},
		{"shown and asked", "Here, open", nil, nil, []string{"Ana Reyes can see you", "Which of these times"}},
		{"opened", "Here, closed", nil, func(p *person) { p.presses("Open it") }, []string{"Ana Reyes can see you", "Which of these times"}},
		{"opened, and nothing is asked", "Here, closed", refer, func(p *person) { p.presses("Open it") }, []string{"Thank you for your trust", "You can ask here:\nDr. Sam Fox", "If none of them"}},
		{"half answered", "Here, open", nil, func(p *person) { p.presses("Other times, please") }, []string{"Ana Reyes can see you", "Which of these times"}},
		{"something else since", "Here, open", nil, func(p *person) { p.says("/privacy", "call me", "back") }, []string{"Ana Reyes can see you", "Which of these times"}},
		{"answered", "Here, open", nil, func(p *person) { p.presses("Tuesday 11 May") }, nil},
		{"read", "Here, open", refer, func(p *person) { p.says("/privacy") }, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := build(t)
			p := h.person("ann").full(tt.level, "")
			if tt.decision == nil {
				tt.decision = offer("ana", hour(24*8))
			}
			if err := h.acts("a", care.CaseID(h.desk.cards()[0].Case), "ana", tt.decision); err != nil {
				t.Fatal(err)
			}
			h.settle()
			if tt.does != nil {
				tt.does(p)
			}
			p.says("/x").hears()
			told := 0
			for _, d := range h.desk.got() {
				if n, ok := d.Body.(bot.Notice); ok && strings.Contains(n.Line, "kept still") {
					told++
				}
			}
			if (told == 1) != (tt.comes != nil) || told > 1 {
				t.Errorf("the practice was told %d times", told)
			}
			heard := p.says("/x", "/start").presses("Yes").hears()
			if tt.comes == nil {
				if all := strings.Join(heard, "\n"); strings.Contains(all, "can see you") || strings.Contains(all, "Sam Fox") {
					t.Errorf("what was read came again: %q", heard)
				}
				return
			}
			begins(t, "at the return", heard, slices.Concat([]string{bland, moment, "You left fast"}, tt.comes)...)
			p.says("/x", "/start").presses("Yes") // not read yet
			if all := strings.Join(p.hears(), "\n"); !strings.Contains(all, tt.comes[0]) {
				t.Errorf("at the second return: got %q", all)
			}
			if tt.decision.Kind == care.Offer {
				p.presses("Tuesday 11 May").wants("Thank you. Your first meeting")
			}
		})
	}
}

// The PIN: asked for at the return, before the data and before an erasure.
func TestPIN(t *testing.T) {
	t.Parallel()
	h := build(t)
	p := h.midway("ann")
	p.says("/pin").wants("Please write a new PIN")
	p.says("12a4").wants("A PIN is 4 to 8 digits")
	p.says("2718").wants("Please write the same digits")
	p.says("2719").wants("Those were two different numbers.")
	p.says("2718", "2718").wants("Please write the same digits", "Your PIN is set.", "Is everyone safe")
	p.says("/mydata").wants("This is what you told me", "Is everyone safe") // given just now
	h.clock.Advance(11 * time.Minute)
	p.says("/mydata").wants(needsPIN)
	p.says("2718").wants("This is what you told me", "Is everyone safe")

	p.returns(2*time.Hour, "Yes, all safe").wants(asksPIN)
	p.says("1111").wants("That was not it.")
	p.says("2718").wants(moment)
	p.presses("Yes").wants("Question 7")
	h.clock.Advance(11 * time.Minute)
	p.says("/pin").wants(needsPIN)
	p.says("2718").wants("You have a PIN.")
	p.presses("Remove it").wants("Your PIN is gone.", "Question 7")
	p.returns(2*time.Hour, "/start").wants(moment)
}

// Quick exit forgets that the PIN was given a moment ago, or set: whoever holds
// the phone now gives it for everything that asks for one.
func TestQuickExitLocksAgain(t *testing.T) {
	t.Parallel()
	h := build(t)
	p := h.midway("ann").pin("2718")
	p.says("/mydata").wants("This is what you told me", "Is everyone safe") // set just now
	p.says("/x", "/forget").wants(bland, needsPIN)
	p.says("/start").wants(asksPIN)
	p.says("2718").wants(moment)
	p.presses("Yes").hears()
	p.says("/x", "/forget").wants(bland, needsPIN) // given just now
}

// The buttons below my data ask for the PIN as my data does: they may be pressed
// much later, by somebody else.
func TestButtonsOfMyDataNeedThePIN(t *testing.T) {
	t.Parallel()
	for _, label := range []string{"btn.mydata.files", "btn.mydata.looks"} {
		h := build(t)
		p := h.midway("ann").pin("2718")
		p.says("/mydata").hears()
		button := bot.Press{Data: p.anyButton(h.phrase(label))}
		h.clock.Advance(11 * time.Minute)
		p.do(button).wants(needsPIN)
		if n := len(p.documents()); n != 0 {
			t.Errorf("%s: %d files before the PIN", label, n)
		}
		if got := p.says("2718").hears(); len(got) == 0 || strings.HasPrefix(got[0], needsPIN) || (len(p.documents()) > 0) != (label == "btn.mydata.files") {
			t.Errorf("%s: with the PIN: got %q and %d files", label, got, len(p.documents()))
		}
	}
}

// Five wrong ones cost a quarter of an hour, the next five half an hour; then
// an erasure is possible without it.
func TestPINWrong(t *testing.T) {
	t.Parallel()
	h := build(t)
	p := h.midway("ann").pin("2718").returns(2*time.Hour, "/start")
	p.wants(asksPIN)
	for range 4 {
		p.says("1234").wants("That was not it. It is easy to slip.")
	}
	p.says("1234").wants("That was not it a few times, so we wait a little. You can try again in 15 minutes.")
	p.says("2718").wants("That was not it a few times") // the right one is not looked at
	p.says("/forget").wants("That was not it a few times")
	h.clock.Advance(14*time.Minute + time.Second)
	p.says("2718").wants("That was not it a few times, so we wait a little. You can try again in 1 minute.")
	h.clock.Advance(time.Minute)
	p.says("1234", "1234", "1234", "1234").hears()
	p.says("1234").wants("That was not it a few times, so we wait a little. You can try again in 30 minutes.")
	h.clock.Advance(31 * time.Minute)
	p.says("/forget").wants("I can erase what you told me.")
	p.presses("Keep it").wants("All right, nothing was erased.", asksPIN)
	p.says("2718").wants(moment)
	p.presses("Yes").wants("Good to have you back.", "Is everyone safe")
	h.silent("2718", "1234")
}

// Whoever has a PIN gives it before an erasure, after quick exit too.
func TestForgetNeedsThePIN(t *testing.T) {
	t.Parallel()
	h := build(t)
	p := h.midway("ann").word("blue heron").pin("2718")
	h.clock.Advance(20 * time.Minute)
	p.says("/forget").wants(needsPIN)
	p.says("never mind").wants("All right, nothing was changed.", "Is everyone safe")
	p.says("/x", "/forget").wants(bland, needsPIN)
	p.says("0000").wants("That was not it.")
	p.says("2718").wants("I can erase what you told me.")
	p.presses("Erase it", "Yes, erase")
	if state, key := h.kept(h.subject("ann")); state || key {
		t.Errorf("state %v, key %v after the erasure", state, key)
	}
}

// A forgotten PIN is taken away by the practice; that is on record, and the
// person hears of it.
func TestUnlock(t *testing.T) {
	t.Parallel()
	h := build(t)
	p := h.person("ann")
	id := p.sends()
	p.pin("2718").returns(2*time.Hour, "/start").wants(asksPIN)
	if _, err := h.Unlock(t.Context(), id, "test"); err != nil {
		t.Fatal(err)
	}
	h.settle()
	p.wants()
	p.says("hello").wants("One question first", moment)
	p.presses("Yes").wants("The practice took your PIN away", "Your answers are with us.")
	if entries, err := h.store.Log(t.Context(), h.practice.ID(), "audit/"+string(id)); err != nil || len(entries) < 2 {
		t.Errorf("got %d lines in the log (%v)", len(entries), err)
	}
	if _, err := h.Unlock(t.Context(), "AAA-11", "test"); err != bot.ErrNoCase {
		t.Errorf("no case: got %v", err)
	}
}

// Unlocking says what it takes away, and that there is nothing.
func TestUnlockSays(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		does func(p *person)
		want bot.Locks
	}{
		{"nothing", func(*person) {}, bot.Locks{}},
		{"removed", func(p *person) { p.pin("2718").says("/pin").presses("Remove it") }, bot.Locks{}},
		{"a PIN", func(p *person) { p.pin("2718") }, bot.Locks{PIN: true}},
		{"a word", func(p *person) { p.word("marmalade") }, bot.Locks{Word: true}},
		{"left", func(p *person) { p.says("/x") }, bot.Locks{Left: true}},
		{"all", func(p *person) { p.pin("2718").word("marmalade").says("/x") }, bot.Locks{PIN: true, Word: true, Left: true}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := build(t)
			p := h.person("ann")
			id := p.sends()
			tt.does(p)
			before, _ := h.Audit(t.Context(), id)
			got, err := h.Unlock(t.Context(), id, "test")
			nothing := tt.want == bot.Locks{}
			if got != tt.want || errors.Is(err, bot.ErrNotLocked) != nothing || err != nil && !nothing {
				t.Errorf("got %+v, %v, want %+v", got, err, tt.want)
			}
			if after, _ := h.Audit(t.Context(), id); (len(after) == len(before)) != nothing {
				t.Errorf("the log says %q", after[len(before):])
			}
			h.settle()
			if _, err := h.Unlock(t.Context(), id, "test"); !errors.Is(err, bot.ErrNotLocked) {
				t.Errorf("once more: got %v", err)
			}
		})
	}
}

// Neither the word nor the PIN is kept as it was written.
func TestLockIsNotKept(t *testing.T) {
	t.Parallel()
	h := build(t)
	p := h.midway("ann").word("zebracrossing").pin("31415926")
	p.says("/mydata").hears()
	h.silent("zebracrossing", "31415926")
	plain, err := h.Plain(t.Context(), h.subject("ann"))
	if err != nil {
		t.Fatal(err)
	}
	state := string(plain)
	for _, secret := range []string{"zebracrossing", "31415926"} {
		if strings.Contains(state, secret) {
			t.Errorf("%q is kept", secret)
		}
	}
	if !strings.Contains(state, "US-CA") {
		t.Error("the state says nothing of what was told: this test sees too little")
	}
}

// A button of long ago does not lead around a shut door, help numbers before it
// or not.
func TestOldButtonAtTheDoor(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		does func(p *person)
	}{
		{"quick exit", func(p *person) { p.says("/x") }},
		{"numbers after quick exit", func(p *person) { p.says("/x", "/now") }},
		{"numbers at the door", func(p *person) { p.says("/now") }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := build(t)
			p := h.midway("ann").word("marmalade").says("/mydata")
			var old []bot.Button
			for _, d := range h.phone.to("ann") {
				if text, ok := d.Body.(bot.Text); ok && strings.HasPrefix(text.Text, "This is what you told me") {
					old = slices.Concat(text.Buttons...)
				}
			}
			if len(old) == 0 {
				t.Fatal("no buttons below what was told")
			}
			h.clock.Advance(72 * time.Hour)
			tt.does(p)
			p.hears()
			for _, b := range old {
				if p.do(bot.Press{Data: b.Data}); len(p.documents()) > 0 {
					t.Errorf("%q brought the files", b.Label)
				}
				if heard := strings.Join(p.hears(), "\n"); strings.Contains(heard, "looked") || strings.Contains(heard, "told me") {
					t.Errorf("%q: got %q", b.Label, heard)
				}
			}
		})
	}
}

// A menu that was left open gives nobody the PIN or the word of another.
func TestLockMenuLapses(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		asks func(p *person)
		then func(p *person)
	}{
		{"change", func(p *person) { p.says("/pin") }, func(p *person) { p.presses("Change it") }},
		{"remove", func(p *person) { p.says("/pin") }, func(p *person) { p.presses("Remove it") }},
		{"a new one", func(p *person) { p.says("/pin").presses("Change it") }, func(p *person) { p.says("0000") }},
		{"once more", func(p *person) { p.says("/pin").presses("Change it").says("0000") }, func(p *person) { p.says("0000") }},
		{"the word", func(p *person) { p.says("/word") }, func(p *person) { p.says("marmalade") }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := build(t)
			p := h.midway("ann").pin("2718")
			tt.asks(p)
			p.hears()
			h.clock.Advance(50 * time.Minute)
			tt.then(p)
			p.wants(needsPIN)
			p.says("0000").wants("That was not it.")
			p.says("2718")
			if heard := p.hears(); !strings.HasPrefix(heard[0], "You have a PIN.") && !strings.HasPrefix(heard[0], "Please write a word") {
				t.Errorf("with the PIN: got %q", heard)
			}
		})
	}
}

// A guess at a locked door counts before it asked, too.
func TestGuessesCountUnasked(t *testing.T) {
	t.Parallel()
	h := build(t)
	p := h.midway("ann").pin("2718")
	for range 5 {
		p.returns(61*time.Minute, "0000")
	}
	p.wants("That was not it a few times")
	p.says("2718").wants("That was not it a few times")
	h.clock.Advance(16 * time.Minute)
	p.says("2718").wants(moment)
}

// A forgotten word is taken away as a PIN is, from everybody of the case; the
// practice hears once that something waits.
func TestForgottenWord(t *testing.T) {
	t.Parallel()
	h := build(t)
	p := h.person("ann")
	id := p.sends()
	p.word("marmalade").says("/x").hears()
	if err := h.acts("a", id, "ana", offer("ana", hour(30))); err != nil {
		t.Fatal(err)
	}
	h.settle()
	told := 0
	for _, d := range h.desk.got() {
		if n, ok := d.Body.(bot.Notice); ok && strings.Contains(n.Line, "kept still") {
			told++
		}
	}
	if told != 1 {
		t.Errorf("the practice was told %d times, want once", told)
	}
	p.says("/start").wants(bland)
	if _, err := h.Unlock(t.Context(), id, "test"); err != nil {
		t.Fatal(err)
	}
	h.settle()
	p.wants() // the chat is still
	p.says("/start").wants(moment)
	p.presses("Yes")
	heard := strings.Join(p.hears(), "\n")
	if !strings.Contains(heard, "took your PIN away, and your pause word") || !strings.Contains(heard, "Which of these times") {
		t.Errorf("got %q", heard)
	}
}

// The command reaches whoever joined, too.
func TestUnlockPartner(t *testing.T) {
	t.Parallel()
	h := build(t)
	kim, bo := h.person("kim"), h.person("bo")
	id := kim.comesAsACouple()
	kim.pin("1111")
	bo.joins(kim.invites()).pin("2222")
	if _, err := h.Unlock(t.Context(), id, "test"); err != nil {
		t.Fatal(err)
	}
	h.settle()
	kim.hears()
	for _, p := range []*person{kim, bo} {
		p.hears()
		h.clock.Advance(time.Hour)
		if heard := strings.Join(p.says("hello").hears(), "\n"); !strings.Contains(heard, moment) {
			t.Errorf("%s: got %q", p.chat, heard)
		}
	}
}

// Of a case's chats only those that are locked hear of it, and one whose partner
// left is none.
func TestUnlockReachesWhatIsLocked(t *testing.T) {
	t.Parallel()
	h := build(t)
	kim, bo := h.person("kim"), h.person("bo")
	id := kim.comesAsACouple()
	bo.joins(kim.invites()).pin("2222")
	kim.hears()
	version := func() uint64 {
		l, err := h.store.Load(t.Context(), h.practice.ID(), bot.Query{Subjects: []bot.SubjectID{h.subject("kim")}})
		if err != nil {
			t.Fatal(err)
		}
		return l.States[0].Version
	}
	before := version()
	if found, err := h.Unlock(t.Context(), id, "test"); err != nil || found != (bot.Locks{PIN: true}) {
		t.Fatalf("got %+v, %v", found, err)
	}
	h.settle()
	if got := version(); got != before {
		t.Errorf("the chat without a lock moved from version %d to %d", before, got)
	}
}

// A word that others say or guess is none.
func TestPoorWords(t *testing.T) {
	t.Parallel()
	p := build(t).midway("ann").says("/word")
	p.hears()
	for _, word := range []string{"yes", "blue", "12345", "California", "Yes, all safe", "continue", "ingles"} {
		p.says(word)
		if heard := strings.Join(p.hears(), "\n"); strings.Contains(heard, "That word is set") {
			t.Errorf("%q was taken", word)
			p.says("/word").hears()
		}
	}
	p.says("/word").hears()
	p.says("leave it as it is").wants("All right, nothing was changed.", "Is everyone safe")
	p.says("/pin", "Leave it as it is").wants("Please write a new PIN", "All right, nothing was changed.", "Is everyone safe")
	p.pin("2718").says("/pin", "remove it").wants("You have a PIN.", "Your PIN is gone.", "Is everyone safe")
}
