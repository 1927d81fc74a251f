package bot_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"anteroom/bot"
)

// sweeps are the sweeps that arrived at one address.
func (l *line) sweeps(chat string) (all [][]string) {
	for _, d := range l.to(chat) {
		if s, ok := d.Body.(bot.Sweep); ok {
			all = append(all, s.Messages)
		}
	}
	return all
}

// stands are the receipts of the texts among the first things that arrived.
func (p *person) stands(before int) (ids []string) {
	for _, d := range p.phone.to(p.chat)[:before] {
		if _, ok := d.Body.(bot.Text); ok {
			ids = append(ids, "receipt of "+d.ID)
		}
	}
	return ids
}

func sorted(ids []string) []string { return slices.Sorted(slices.Values(ids)) }

// Whoever asks to be forgotten finds their chat empty but for the receipt:
// what they wrote and what we sent is swept, once, before the last message.
func TestForgetSweepsTheChat(t *testing.T) {
	t.Parallel()
	h := build(t)
	p := h.person("ann")
	var wrote []string
	say := func(words string) {
		in := p.inbound("ann", bot.Words{Text: words})
		wrote = append(wrote, in.Message)
		p.receive(in)
		p.settle()
	}
	say("/start")
	p.presses("Start", "I agree", "Yes", "Yes, I am")
	say("California")
	h.restarted()
	p.presses("Yes, all safe", "Menopause", "Menopause") // drawn anew, twice
	say("/forget")
	p.presses("Erase it")
	h.person("bob").consents()
	stood := append(p.stands(len(h.phone.to("ann"))), wrote...)
	h.receive(p.inbound("ann", bot.Press{Data: p.button("Yes, erase").Data}))
	h.restarted().settle()

	swept := h.phone.sweeps("ann")
	if len(swept) != 1 {
		t.Fatalf("got %d sweeps, want 1", len(swept))
	}
	if diff := cmp.Diff(sorted(stood), sorted(swept[0])); diff != "" {
		t.Errorf("swept (-what stood there +got):\n%s", diff)
	}
	all := h.phone.to("ann")
	if _, ok := all[len(all)-1].Body.(bot.Text); !ok {
		t.Errorf("the last is %T, want the receipt of the erasure after the sweep", all[len(all)-1].Body)
	}
	if got := h.phone.sweeps("bob"); len(got) > 0 {
		t.Errorf("another's chat was swept: %v", got)
	}
	kept, err := h.store.Receipts(t.Context(), h.practice.ID(), bot.Lane{Channel: phone, Of: h.subject("ann")})
	if len(kept) > 0 || err != nil {
		t.Errorf("receipts are kept of somebody who was erased: %d (%v)", len(kept), err)
	}
}

// Only what is younger than 48 hours is swept: the rest cannot be.
func TestSweepLeavesWhatIsOld(t *testing.T) {
	t.Parallel()
	h := build(t)
	p := h.person("ann").consents()
	h.clock.Advance(47 * time.Hour)
	p.says("help")
	h.clock.Advance(2 * time.Hour)
	h.settle()
	from := len(h.phone.to("ann"))
	in := p.inbound("ann", bot.Words{Text: "/forget"})
	h.receive(in)
	h.settle()
	p.presses("Erase it")
	young := []string{in.Message}
	for i, d := range h.phone.to("ann") {
		if _, ok := d.Body.(bot.Text); ok && (i >= from || strings.Contains(d.ID, "/e6/")) {
			young = append(young, "receipt of "+d.ID)
		}
	}
	p.presses("Yes, erase")
	swept := h.phone.sweeps("ann")
	if len(swept) != 1 || len(swept[0]) < 4 || slices.Contains(swept[0], "70003") {
		t.Fatalf("swept %q, want one sweep without what was written at the beginning", swept)
	}
	for _, id := range young {
		if !slices.Contains(swept[0], id) && !strings.Contains(id, "nudge") {
			t.Errorf("%q stays in the chat: swept %q", id, swept[0])
		}
	}
}

// Nobody who did not ask for it finds messages gone: not a minor, who was just
// given numbers to call, nor whoever has been silent for long.
func TestOthersAreNotSwept(t *testing.T) {
	t.Parallel()
	h := build(t)
	h.person("kim").consents().presses("No, I am younger")
	h.person("ann").says("/start").presses("Start", "No, thanks")
	h.person("bob").says("/start")
	for range 40 {
		h.clock.Advance(24 * time.Hour)
		h.settle()
	}
	for _, chat := range []string{"kim", "ann", "bob"} {
		if got := h.phone.sweeps(chat); len(got) > 0 {
			t.Errorf("%s: swept %q", chat, got)
		}
		if state, _ := h.kept(h.subject(chat)); state && chat != "kim" {
			t.Errorf("%s is not erased: the test shows nothing", chat)
		}
	}
}

// What becomes of a sweep that fails, and of the receipt of the erasure behind it.
func TestSweepOutcomes(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		err   error
		tries int
	}{
		{"unknown, eight times", errLost, 9},
		{"refused, eight times", known(bot.NotSent), 9},
		{"a channel that takes nothing out", known(bot.Impossible), 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := build(t)
			p := h.person("ann").consents().says("/forget").presses("Erase it")
			failed := 0
			h.phone.will(func(d bot.Delivery) error {
				if _, ok := d.Body.(bot.Sweep); !ok {
					return nil
				}
				if failed++; failed <= 8 {
					return tt.err
				}
				return nil
			})
			p.hears()
			p.presses("Yes, erase")
			for range 12 {
				h.clock.Advance(2 * time.Minute)
				h.settle()
			}
			p.wants(strings.Split(h.phrase("forget-done"), "\n")[0])
			if got := min(failed, 9); got != tt.tries {
				t.Errorf("got %d attempts, want %d", got, tt.tries)
			}
			if told := h.board.told(); len(told) > 0 {
				t.Errorf("health was told %q, want nothing", told)
			}
			h.silent("receipt of")
		})
	}
}

// What is on its way while its reader is erased is taken out when it arrives:
// nobody would know of it later.
func TestSweepOfWhatIsOnItsWay(t *testing.T) {
	t.Parallel()
	h := build(t)
	p := h.person("ann").consents().says("/forget").presses("Erase it")
	yes := p.button("Yes, erase").Data
	h.phone.will(func(d bot.Delivery) error {
		if text, ok := d.Body.(bot.Text); ok && strings.HasPrefix(text.Text, "Here is what I can do") {
			if err := h.Receive(t.Context(), h.inbound("ann", bot.Press{Data: yes})); err != nil {
				t.Error(err)
			}
		}
		return nil
	})
	h.receive(p.inbound("ann", bot.Words{Text: "help"}))
	h.settle()
	var late string
	for _, d := range h.phone.to("ann") {
		if text, ok := d.Body.(bot.Text); ok && strings.HasPrefix(text.Text, "Here is what I can do") {
			late = "receipt of " + d.ID
		}
	}
	if !slices.ContainsFunc(h.phone.sweeps("ann"), func(ids []string) bool { return slices.Contains(ids, late) }) {
		t.Errorf("%q stays in the chat", late)
	}
}

// However long somebody writes, what is kept for a sweep is bounded.
func TestSweepIsBounded(t *testing.T) {
	t.Parallel()
	h := build(t)
	p := h.person("ann").consents()
	size := func() (state, receipt int) {
		sub := h.subject("ann")
		kept, err := h.store.Receipts(t.Context(), h.practice.ID(), bot.Lane{Channel: phone, Of: sub})
		if err != nil || len(kept) != 1 {
			t.Fatalf("got %d receipts (%v), want one", len(kept), err)
		}
		for _, r := range kept {
			receipt = len(r.Blob)
		}
		return len(h.load(bot.Query{Subjects: []bot.SubjectID{sub}}).States[0].Blob), receipt
	}
	before, _ := size()
	for range 260 {
		h.clock.Advance(10 * time.Minute)
		p.says("privacy")
	}
	state, receipt := size()
	if state-before > 700 || receipt > 200*40 {
		t.Errorf("260 messages later the state has %d bytes more and the receipt %d", state-before, receipt)
	}
	p.forgets()
	if got := h.phone.sweeps("ann"); len(got) != 1 || len(got[0]) != 400 {
		t.Errorf("got %d sweeps, the first of %d messages, want one of 400", len(got), len(slices.Concat(got...)))
	}
}

// A sweep in the middle of a conversation takes out what stood before it, what
// its own step said before it too; what is swept is forgotten, and the
// conversation goes on. Buttons of a question that is gone are drawn anew
// without harm.
func TestSweepGoesOn(t *testing.T) {
	t.Parallel()
	h := build(t)
	p := h.person("ann").consents().presses("Yes, I am").says("California").presses("Yes, all safe")
	sweep := func(only bool) (in bot.Inbound, swept []string, stood []string) {
		in = p.inbound("ann", bot.Words{Text: "/x"})
		before := len(h.phone.sweeps("ann"))
		if err := h.Sweep(t.Context(), in, only); err != nil {
			t.Fatal(err)
		}
		h.settle()
		all := h.phone.to("ann")
		stood = p.stands(len(all) - 1) // the last one is said after the sweep
		if got := h.phone.sweeps("ann"); len(got) == before+1 {
			return in, got[before], stood
		}
		t.Fatalf("got %d sweeps, want one more than %d", len(h.phone.sweeps("ann")), before)
		return
	}
	in, swept, _ := sweep(true)
	if diff := cmp.Diff([]string{in.Message}, swept); diff != "" {
		t.Errorf("one message only (-want +got):\n%s", diff)
	}
	first, swept, stood := sweep(false)
	for _, id := range append(stood, in.Message, first.Message) {
		if !slices.Contains(swept, id) {
			t.Errorf("%q stays in the chat: swept %q", id, swept)
		}
	}
	h.restarted()
	p.presses("Menopause")
	all := h.phone.to("ann")
	if _, ok := all[len(all)-1].Body.(bot.Redraw); !ok || len(all[len(all)-1].Receipt) == 0 {
		t.Errorf("got %T with receipt %q, want a redraw with one", all[len(all)-1].Body, all[len(all)-1].Receipt)
	}
	second, swept, stood := sweep(false)
	if len(swept) != 3 || !slices.Contains(swept, second.Message) || slices.Contains(swept, first.Message) || !slices.Contains(swept, stood[len(stood)-1]) {
		t.Errorf("the second sweep took %q, want only what came after the first", swept)
	}
	if told := h.board.told(); len(told) > 0 {
		t.Errorf("health was told %q, want nothing", told)
	}
}

// What arrives between the reading of the receipts and the erasing commit is
// swept as well: a quick finger presses before the messenger has answered us.
func TestSweepOfWhatJustArrived(t *testing.T) {
	t.Parallel()
	h := build(t)
	p := h.person("ann").consents().says("/forget").presses("Erase it")
	yes := h.inbound("ann", bot.Press{Data: p.button("Yes, erase").Data})
	h.receive(p.inbound("ann", bot.Words{Text: "help"})) // waits to be sent
	h.store.will(first(1, "phone/"+yes.ID, func(do func() error) error {
		h.settle()
		return do()
	}))
	h.receive(yes)
	h.settle()
	all := h.phone.to("ann")
	stood := p.stands(len(all) - 1)
	for _, id := range stood {
		if got := h.phone.sweeps("ann"); len(got) != 1 || !slices.Contains(got[0], id) {
			t.Errorf("%q stays in the chat: swept %q", id, got)
		}
	}
}
