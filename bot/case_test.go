package bot_test

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"anteroom/bot"
	"anteroom/bot/care"
)

// hour is a time for a session, n hours after the tests begin.
func hour(n int) time.Time { return start.Add(time.Duration(n) * time.Hour) }

func (h *house) caseload(who care.TherapistID) []care.Place {
	h.t.Helper()
	load, err := h.StoredCaseload(h.t.Context(), who)
	if err != nil {
		h.t.Fatal(err)
	}
	return load.Places
}

// each runs fn n times at once and returns what came of it.
func each(n int, fn func(i int) error) []error {
	errs := make([]error, n)
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() { errs[i] = fn(i) })
	}
	all.Wait()
	return errs
}

// insists acts again while too many others press at the same moment.
func (h *house) insists(id string, c care.CaseID, by care.TherapistID, d *care.Decision) error {
	for {
		if err := h.acts(id, c, by, d); !errors.Is(err, bot.ErrFlood) {
			return err
		}
		runtime.Gosched()
	}
}

// won counts the nils, and checks that all others are one of the errors given.
func won(t *testing.T, errs []error, others ...error) (n int) {
	t.Helper()
	for _, err := range errs {
		if err == nil {
			n++
			continue
		}
		known := false
		for _, o := range others {
			known = known || errors.Is(err, o)
		}
		if !known {
			t.Errorf("got %v, want one of %v", err, others)
		}
	}
	return n
}

// The first decision wins, the others are told, and the client hears one answer.
func TestFirstDecisionWins(t *testing.T) {
	t.Parallel()
	h := build(t)
	p := h.person("ann")
	id := p.sends()
	p.hears()
	errs := each(50, func(i int) error {
		by := []care.TherapistID{"ana", "ruth"}[i%2]
		return h.insists(fmt.Sprintf("press %d", i), id, by, offer(by, hour(30+i)))
	})
	if n := won(t, errs, care.ErrDecided, care.ErrNotYours); n != 1 {
		t.Fatalf("%d decisions won, want 1", n)
	}
	h.settle()
	d, _ := h.view(id).Last()
	if got := len(h.view(id).Decisions); got != 1 {
		t.Errorf("got %d decisions, want 1", got)
	}
	for _, who := range []care.TherapistID{"ana", "ruth"} {
		places := h.caseload(who)
		if want := d.Therapist == who; (len(places) == 1) != want {
			t.Errorf("%s holds %d places, and the place is with %s", who, len(places), d.Therapist)
		}
	}
	if got := p.presses("Open it").hears(); len(got) != 3 {
		t.Errorf("got %d messages, want that one waits, the news and the question: %q", len(got), got)
	}
	if told := h.board.told(); len(told) > 0 {
		t.Errorf("being second is no trouble of the service: %q", told)
	}
}

// One says "I have this"; then nobody else decides.
func TestClaims(t *testing.T) {
	t.Parallel()
	h := build(t)
	id := h.person("ann").sends()
	errs := each(50, func(i int) error {
		return h.insists(fmt.Sprintf("press %d", i), id, []care.TherapistID{"ana", "ruth"}[i%2], nil)
	})
	if n := won(t, errs, care.ErrNotYours); n != 25 { // again by the same one is fine
		t.Errorf("%d claims went through, want the 25 of one therapist", n)
	}
	holder := h.view(id).Holder.By
	other := map[care.TherapistID]care.TherapistID{"ana": "ruth", "ruth": "ana"}[holder]
	if err := h.acts("later", id, other, offer(other, hour(30))); !errors.Is(err, care.ErrNotYours) {
		t.Errorf("got %v, want %v", err, care.ErrNotYours)
	}
	if err := h.acts("mine", id, holder, offer(holder, hour(30))); err != nil {
		t.Error(err)
	}
}

func TestWhoMayAct(t *testing.T) {
	t.Parallel()
	h := build(t)
	id := h.person("ann").sends()
	for _, by := range []care.TherapistID{"sam", "nobody", ""} {
		if err := h.acts("press "+string(by), id, by, offer("sam", hour(30))); !errors.Is(err, bot.ErrNotAllowed) {
			t.Errorf("%q: got %v, want %v", by, err, bot.ErrNotAllowed)
		}
	}
	if err := h.acts("no case", "AAA-11", "ana", nil); !errors.Is(err, bot.ErrNoCase) {
		t.Errorf("got %v, want %v", err, bot.ErrNoCase)
	}
}

// cases is n people who all sent their enquiry.
func (h *house) cases(n int) (ids []care.CaseID) {
	h.t.Helper()
	for i := range n {
		for _, words := range shortest {
			h.receive(h.inbound(fmt.Sprintf("person %d", i), bot.Words{Text: words}))
		}
	}
	h.settle()
	for _, c := range h.desk.cards() {
		ids = append(ids, care.CaseID(c.Case))
	}
	if len(ids) != n {
		h.t.Fatalf("got %d cases, want %d", len(ids), n)
	}
	return ids
}

// A time is held once, however many offer it at the same moment.
func TestTimeIsHeldOnce(t *testing.T) {
	t.Parallel()
	h := build(t)
	ids := h.cases(30)
	errs := each(len(ids), func(i int) error {
		// half of them at the hour, half of them overlapping it
		return h.acts(fmt.Sprintf("press %d", i), ids[i], "ana", offer("ana", hour(30).Add(time.Duration(i%2)*20*time.Minute)))
	})
	if n := won(t, errs, care.ErrTimeTaken); n != 1 {
		t.Errorf("the time was given %d times, want once", n)
	}
	decided := 0
	for _, id := range ids {
		decided += len(h.view(id).Decisions)
	}
	if places := h.caseload("ana"); len(places) != 1 || decided != 1 {
		t.Errorf("%d places and %d decisions are kept, want one and one", len(places), decided)
	}
}

// The hard cap holds against fifty offers at once: 14 are carried from outside,
// the cap is 20.
func TestHardCap(t *testing.T) {
	t.Parallel()
	h := build(t)
	ids := h.cases(50)
	errs := each(len(ids), func(i int) error {
		return h.acts(fmt.Sprintf("press %d", i), ids[i], []care.TherapistID{"ana", "ruth"}[i%2], offer("ana", hour(30+i)))
	})
	if n := won(t, errs, care.ErrFull); n != 6 {
		t.Errorf("%d offers went through, want 6", n)
	}
	if places := h.caseload("ana"); len(places) != 6 {
		t.Errorf("got %d places, want 6", len(places))
	}
}

// An offer and the place for it are one write: whatever becomes of the commit,
// and however often the press arrives, there are both or neither.
func TestOfferIsAtomic(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		fate  func(do func() error) error
		there int // after the first try
	}{
		{"before it took place", func(func() error) error { return errLost }, 0},
		{"after it took place", func(do func() error) error { return errors.Join(do(), errLost) }, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := build(t)
			p := h.person("ann")
			id := p.sends()
			p.hears()
			h.store.will(first(1, "act/", tt.fate))
			if err := h.acts("press", id, "ana", offer("ana", hour(30))); !errors.Is(err, errLost) {
				t.Fatalf("got %v, want %v", err, errLost)
			}
			if places, decided := len(h.caseload("ana")), len(h.view(id).Decisions); places != tt.there || decided != tt.there {
				t.Errorf("got %d places and %d decisions, want %d of each", places, decided, tt.there)
			}
			for range 3 {
				if err := h.acts("press", id, "ana", offer("ana", hour(30))); err != nil {
					t.Fatalf("the same press again: %v", err)
				}
			}
			h.settle()
			if places, decided := len(h.caseload("ana")), len(h.view(id).Decisions); places != 1 || decided != 1 {
				t.Errorf("got %d places and %d decisions, want one of each", places, decided)
			}
			p.presses("Open it").wants(h.phrase("waiting.closed"), "Ana Reyes can see you", "Which of these times")
		})
	}
}

// A place comes free when the client does not take it.
func TestPlaceComesFree(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		do   func(p *person)
		free bool
		card string
	}{
		{"nothing said yet", func(*person) {}, false, "Ana Reyes offered times; the client has not picked one."},
		{"other times", func(p *person) { p.presses("Open it", "Other times, please").says("Mondays") }, true, "The client asks for other times."},
		{"no longer needed", func(p *person) { p.presses("Open it", "I no longer need this") }, true, "The client needs it no longer."},
		{"forget", func(p *person) { p.says("/forget").presses("Erase it", "Yes, erase") }, true, "Erased by the client."},
		{"picked", func(p *person) { p.presses("Open it", "Tuesday 4 May, 4 pm") }, false, "Booked with Ana Reyes."},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := build(t)
			ann, bob := h.person("ann"), h.person("bob")
			mine, other := ann.sends(), bob.sends()
			if err := h.acts("offer", mine, "ana", offer("ana", hour(30), hour(32))); err != nil {
				t.Fatal(err)
			}
			h.settle()
			tt.do(ann)
			places := h.caseload("ana")
			if (len(places) == 0) != tt.free {
				t.Errorf("got %d places held, want free %v", len(places), tt.free)
			}
			cards := h.desk.cards()
			if got := cards[len(cards)-1].State; len(got) != 1 || got[0] != tt.card {
				t.Errorf("the card says %q, want %q", got, tt.card)
			}
			err := h.acts("to the other", other, "ruth", offer("ana", hour(30)))
			if want := care.ErrTimeTaken; tt.free && err != nil || !tt.free && !errors.Is(err, want) {
				t.Errorf("the time for somebody else: got %v, want free %v", err, tt.free)
			}
		})
	}
}

// Of several times only the one that was picked stays held.
func TestPickedTimeIsHeld(t *testing.T) {
	t.Parallel()
	h := build(t)
	ann, bob := h.person("ann"), h.person("bob")
	mine, other := ann.sends(), bob.sends()
	if err := h.acts("offer", mine, "ana", offer("ana", hour(30), hour(32))); err != nil {
		t.Fatal(err)
	}
	h.settle()
	data := ann.presses("Open it").button("Tuesday 4 May, 4 pm").Data
	ann.hears()
	for range 2 {
		h.receive(h.inbound("ann", bot.Press{Data: data}))
	}
	h.settle()
	ann.wants("Thank you. Your first meeting with Ana Reyes: Tuesday 4 May, 4 pm", h.phrase("stale-button"))
	if c := h.view(mine); c.Status != care.Booked {
		t.Errorf("got %s, want %s", c.Status, care.Booked)
	}
	if err := h.acts("same", other, "ana", offer("ana", hour(30))); !errors.Is(err, care.ErrTimeTaken) {
		t.Errorf("the picked time: got %v, want %v", err, care.ErrTimeTaken)
	}
	if err := h.acts("free", other, "ana", offer("ana", hour(32))); err != nil {
		t.Errorf("the time that was not picked: %v", err)
	}
}

// A therapist's answer reaches the client once, also when the service dies
// between the decision and its delivery.
func TestAnswerOutlivesTheService(t *testing.T) {
	t.Parallel()
	for _, when := range []string{"before the letter is opened", "before the letter's commit", "after the letter's commit"} {
		t.Run(when, func(t *testing.T) {
			t.Parallel()
			h := build(t)
			p := h.person("ann")
			id := p.sends()
			p.hears()
			if err := h.acts("press", id, "ana", offer("ana", hour(30))); err != nil {
				t.Fatal(err)
			}
			switch when {
			case "before the letter's commit":
				h.store.will(first(1, "act/press>", func(func() error) error { return errLost }))
			case "after the letter's commit":
				h.store.will(first(1, "act/press>", func(do func() error) error { return errors.Join(do(), errLost) }))
			}
			if when != "before the letter is opened" {
				if err := h.Settle(t.Context()); !errors.Is(err, errLost) {
					t.Fatalf("got %v, want %v", err, errLost)
				}
			}
			for range 3 {
				h.restarted().settle()
			}
			p.presses("Open it").wants(h.phrase("waiting.closed"), "Ana Reyes can see you", "Which of these times")
			if left, err := h.store.Waiting(t.Context(), h.practice.ID()); len(left) > 0 || err != nil {
				t.Errorf("%d inboxes are not empty (%v)", len(left), err)
			}
		})
	}
}

// What a therapist writes about when they will call is said as it was written,
// whatever it looks like.
func TestCallInWords(t *testing.T) {
	t.Parallel()
	for _, note := range []string{"15", "2027", "4155550199", "1830000000", "tomorrow at 5"} {
		t.Run(note, func(t *testing.T) {
			t.Parallel()
			h := build(t)
			p := h.person("ann")
			id := p.sends()
			p.hears()
			if err := h.acts("press", id, "ana", &care.Decision{Kind: care.Call, Therapist: "ana", Note: note}); err != nil {
				t.Fatal(err)
			}
			h.settle()
			p.hears()
			got := p.presses("Open it").hears()
			if want := "Ana Reyes would like to call you: " + note + ". It is"; len(got) != 2 || !strings.HasPrefix(got[0], want) || strings.Count(got[0], note) != 1 {
				t.Errorf("got %q, want it to begin with %q and to say the note once", got, want)
			}
		})
	}
}

// Whoever asks to be called as the very first thing is seen by the therapists:
// nothing but that commit may have made the practice's key.
func TestFirstThingIsACall(t *testing.T) {
	t.Parallel()
	h := build(t)
	h.person("ann").says("call me", "+1 415 555 0199").presses("Morning", "That is all", "Yes, leave a message")
	if got := h.desk.cards(); len(got) != 1 || len(got[0].State) == 0 || got[0].State[0] != "The client asked to be called." {
		t.Errorf("got cards %+v, want one that says that the client asked to be called", got)
	}
}
