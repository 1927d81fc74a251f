package bot_test

import (
	"strings"
	"testing"

	"anteroom/bot"
	"anteroom/bot/care"
)

// forgets goes through the two steps of an erasure.
func (p *person) forgets() *person {
	p.t.Helper()
	return p.says("/forget").presses("Erase it", "Yes, erase everything")
}

// Whoever asks to be forgotten is: nothing is left but the receipt on its way
// and the line on the card.
func TestForget(t *testing.T) {
	t.Parallel()
	h := build(t)
	p := h.person("ann")
	id := p.sends()
	chat, sub := h.subject("ann"), bot.CaseSubject(string(id))
	lane := bot.Lane{Channel: phone, Of: chat}
	receipts := func() int {
		got, err := h.store.Receipts(t.Context(), h.practice.ID(), lane)
		if err != nil {
			t.Fatal(err)
		}
		return len(got)
	}
	if receipts() == 0 {
		t.Fatal("there is no receipt to erase: the test shows nothing")
	}
	p.says("/forget").presses("Erase it").hears()
	// An answer waits in the inbox, and messages in the lane.
	if err := h.acts("press", id, "ana", offer("ana", hour(30))); err != nil {
		t.Fatal(err)
	}
	h.receive(h.inbound("ann", bot.Words{Text: "help"}))
	h.receive(h.inbound("ann", bot.Press{Data: p.button("Yes, erase").Data}))

	for _, s := range []bot.SubjectID{chat, sub} {
		if state, key := h.kept(s); state || key {
			t.Errorf("%s: state %v, key %v; want neither", s.Kind(), state, key)
		}
	}
	if waiting, err := h.store.Waiting(t.Context(), h.practice.ID()); len(waiting) > 0 || err != nil {
		t.Errorf("inboxes of %q are not empty (%v)", waiting, err)
	}
	if receipts() != 0 {
		t.Error("receipts are left")
	}
	if members, err := h.store.Index(t.Context(), h.practice.ID(), "cases", -1<<53, 1<<53, 0); len(members) > 0 || err != nil {
		t.Errorf("the case stands in the list still: %v (%v)", members, err)
	}
	if at, planned, err := h.store.NextDue(t.Context(), h.practice.ID()); planned || err != nil {
		t.Errorf("something is planned for %s (%v)", at, err)
	}

	h.restarted().settle()
	p.wants(strings.Split(h.phrase("forget-done"), "\n")[0])
	cards := h.desk.cards()
	if last := cards[len(cards)-1]; last.Case != string(id) || len(last.State) != 1 || last.State[0] != "Erased by the client." || last.Open {
		t.Errorf("the card says %+v", last)
	}
	if err := h.acts("late", id, "ana", nil); err != bot.ErrNoCase {
		t.Errorf("acting on it: got %v, want %v", err, bot.ErrNoCase)
	}
	h.silent("ann", "low-desire", "California")
}

// What a dump from before holds cannot be read once the client's key is gone,
// not even by the service with all its other keys.
func TestDumpFromBeforeIsUnreadable(t *testing.T) {
	t.Parallel()
	h := build(t)
	p := h.person("ann")
	id := p.sends()
	subjects := []bot.SubjectID{h.subject("ann"), bot.CaseSubject(string(id))}
	dump := h.load(bot.Query{Subjects: subjects}).States
	p.forgets().hears()
	var back []bot.Write
	for i, s := range subjects {
		back = append(back, bot.Write{Subject: s, Next: dump[i].Version, Blob: dump[i].Blob})
	}
	if err := h.store.Commit(t.Context(), h.practice.ID(), bot.Commit{Event: "restore", States: back}); err != nil {
		t.Fatal(err)
	}
	h.restarted()
	if _, err := h.LookAs(t.Context(), id, "test"); err == nil {
		t.Error("the case can be read")
	}
	p.says("/mydata").wants(h.phrase("error-ours"))
}

// Who comes back after an erasure is somebody new, with a case of their own.
func TestBackAfterForget(t *testing.T) {
	t.Parallel()
	h := build(t)
	p := h.person("ann")
	before := p.sends()
	p.forgets().hears()
	after := p.sends()
	if after == before {
		t.Errorf("the new case has the number of the one that was erased: %s", after)
	}
	for _, d := range h.desk.got() {
		if c := d.Body.(bot.Card); c.Case == string(after) && d.Receipt != nil {
			t.Error("the new card replaces an old one: nobody would see that it is new")
		}
	}
	if got := h.view(after); len(got.Decisions) != 0 || got.Status != care.WaitingDecision {
		t.Errorf("the new case is %s with %d decisions", got.Status, len(got.Decisions))
	}
}

// A booked client's record stays, sealed; their chat goes.
func TestForgetOfABookedClient(t *testing.T) {
	t.Parallel()
	h := build(t)
	p := h.person("ann")
	id := p.sends()
	if err := h.acts("press", id, "ana", offer("ana", hour(30))); err != nil {
		t.Fatal(err)
	}
	h.settle()
	p.presses("Open it", "Tuesday 4 May, 4 pm").forgets()
	if state, key := h.kept(h.subject("ann")); state || key {
		t.Errorf("chat: state %v, key %v; want neither", state, key)
	}
	if got := h.view(id).Status; got != care.Booked {
		t.Errorf("got case %s, want %s", got, care.Booked)
	}
	if got := len(h.caseload("ana")); got != 1 {
		t.Errorf("got %d places, want the one of the booked client", got)
	}
}

// An unknown outcome of the erasing commit changes nothing: it happened once,
// and the receipt leaves once.
func TestForgetCommitUnknown(t *testing.T) {
	t.Parallel()
	h := build(t)
	p := h.person("ann")
	p.sends()
	p.says("/forget").presses("Erase it").hears()
	in := p.inbound("ann", bot.Press{Data: p.button("Yes, erase").Data})
	h.store.will(first(1, "phone/"+in.ID, func(do func() error) error {
		if err := do(); err != nil {
			return err
		}
		return errLost
	}))
	if err := h.Receive(t.Context(), in); err == nil {
		t.Fatal("got nil, want an error")
	}
	h.receive(in)
	h.settle()
	p.wants(strings.Split(h.phrase("forget-done"), "\n")[0])
	if state, key := h.kept(h.subject("ann")); state || key {
		t.Errorf("state %v, key %v; want neither", state, key)
	}
}

// A person who comes again after an erasure is somebody new: what the practice
// does with the record that was kept is nothing to the new conversation.
func TestTheOldRecordIsNothingToTheNewChat(t *testing.T) {
	t.Parallel()
	h := build(t)
	p := h.person("ann")
	old := p.sends()
	if err := h.acts("offer", old, "ana", offer("ana", hour(30))); err != nil {
		t.Fatal(err)
	}
	h.settle()
	p.presses("Open it", "Tuesday 4 May, 4 pm").forgets()
	p.sends()
	p.hears()
	if err := h.AskRelease(t.Context(), old, "test", "ana", "Dr. Grey", care.ReleaseFields()[:1], "before you begin"); err != nil {
		t.Fatal(err)
	}
	if err := h.EraseCase(t.Context(), old, "test"); err != nil {
		t.Fatal(err)
	}
	h.settle()
	if got := p.hears(); len(got) > 0 {
		t.Errorf("the new conversation hears of the old record: %q", got)
	}
	if state, _ := h.kept(h.subject("ann")); !state {
		t.Error("the new conversation went with the old record")
	}
	if state, _ := h.kept(bot.CaseSubject(string(old))); state {
		t.Error("the old record is there still")
	}
}

// A case that the practice erases goes with what stands in the chat; an earlier
// one takes nothing of a later conversation.
func TestEraseCaseSweepsItsOwnChat(t *testing.T) {
	t.Parallel()
	for _, later := range []bool{false, true} {
		h := build(t)
		p := h.person("ann")
		id := p.sends()
		if later {
			if err := h.acts("refer", id, "ana", &care.Decision{Kind: care.Refer, Names: []string{"Dr. Grey"}}); err != nil {
				t.Fatal(err)
			}
			h.settle()
			p.presses("Open it")
			_, b := p.question()
			p.presses(labels(b)[0]).says("hello", "hello")
		}
		if err := h.EraseCase(t.Context(), id, "test"); err != nil {
			t.Fatal(err)
		}
		h.settle()
		state, _ := h.kept(h.subject("ann"))
		if state != later {
			t.Errorf("a later conversation: %v; the chat is kept: %v", later, state)
		}
		if swept := len(p.phone.sweeps("ann")) > 0; swept == later {
			t.Errorf("a later conversation: %v; the chat is swept: %v", later, swept)
		}
	}
}

// Who is forgotten is so with the enquiries that came to an end before.
func TestForgetTakesEarlierEnquiries(t *testing.T) {
	t.Parallel()
	h := build(t)
	p := h.person("ann")
	id := p.sends()
	if err := h.acts("refer", id, "ana", &care.Decision{Kind: care.Refer, Names: []string{"Dr. Grey"}}); err != nil {
		t.Fatal(err)
	}
	h.settle()
	p.presses("Open it")
	_, b := p.question()
	p.presses(labels(b)[0]).says("hello", "hello").forgets()
	h.settle()
	if state, key := h.kept(bot.CaseSubject(string(id))); state || key {
		t.Errorf("the earlier enquiry is kept: state %v, key %v", state, key)
	}
}

// Whoever came again and again reads all of it, and is forgotten with all of it.
func TestManyEarlierEnquiries(t *testing.T) {
	t.Parallel()
	h := build(t)
	p := h.person("ann")
	ids := []care.CaseID{p.sends()}
	for range 9 {
		p.refers(ids[len(ids)-1])
		p.says("hello")
		for text, _ := p.question(); strings.Contains(text, "private moment"); text, _ = p.question() {
			p.presses("Yes")
		}
		if len(ids) < 9 {
			p.says("hello").presses("I agree", "Yes", "Yes, I am").says("California").presses("Yes, all safe", "Low or different desire", "That is all", "That is enough: write me here")
			cards := p.desk.cards()
			ids = append(ids, care.CaseID(cards[len(cards)-1].Case))
		}
	}
	p.hears()
	p.says("/mydata")
	if said := strings.Join(p.hears(), "\n"); !strings.Contains(said, "This is what you told me") {
		t.Errorf("after %d enquiries: heard %q", len(ids), said)
	}
	p.forgets()
	h.settle()
	for _, id := range ids {
		if state, key := h.kept(bot.CaseSubject(string(id))); state || key {
			t.Errorf("an earlier enquiry is kept: state %v, key %v", state, key)
		}
	}
}
