package bot_test

import (
	"slices"
	"strings"
	"testing"

	"anteroom/bot"
	"anteroom/bot/care"
)

// refers ends an enquiry: other names are given, and taken.
func (p *person) refers(id care.CaseID) {
	p.t.Helper()
	if err := p.acts("refer "+string(id), id, "ana", &care.Decision{Kind: care.Refer, Names: []string{"Dr. Grey"}}); err != nil {
		p.t.Fatal(err)
	}
	p.settle()
	p.presses("Open it")
	_, b := p.question()
	p.presses(labels(b)[0])
}

// passDays lets days pass, and does what falls due on each.
func (h *house) passDays(n int) {
	h.t.Helper()
	for range n {
		h.clock.Advance(day)
		h.settle()
	}
}

// there reports whether a case is kept.
func (h *house) there(id care.CaseID) bool {
	state, key := h.kept(bot.CaseSubject(string(id)))
	return state || key
}

// planned is what is to fall due, by the names of the entries. It takes them: to
// ask is the last thing that a test does.
func (h *house) planned() (names []string) {
	h.t.Helper()
	all, err := h.store.ClaimDue(h.t.Context(), h.practice.ID(), 0, h.clock.Now().Add(100*366*day), 1000, 0)
	if err != nil {
		h.t.Fatal(err)
	}
	for _, d := range all {
		names = append(names, d.ID)
	}
	return names
}

// An enquiry that another followed in the same chat runs out by its own period:
// neither sooner, with an intake that is never finished, nor later, with the
// record of a client. Until then its person can see and erase it, and after that
// nothing of them is left.
func TestEarlierEnquiryKeepsItsOwnPeriod(t *testing.T) {
	t.Parallel()
	for name, goesOn := range map[string]func(p *person){
		"an intake that is never finished": func(p *person) { p.presses("I agree", "Yes", "Yes, I am").says("Oregon") },
		"nothing more":                     func(p *person) {},
		"a client by now": func(p *person) {
			p.presses("I agree", "Yes", "Yes, I am").says("California").presses("Yes, all safe", "Low or different desire", "That is all", "That is enough: write me here")
			id := care.CaseID(p.desk.cards()[len(p.desk.cards())-1].Case)
			if err := p.acts("offer", id, "ana", offer("ana", p.clock.Now().Add(day+4*60*60*1e9))); err != nil {
				p.t.Fatal(err)
			}
			p.settle()
			p.presses("Open it")
			_, b := p.question()
			p.presses(labels(b)[0])
			if got := p.view(id).Status; got != care.Booked {
				p.t.Fatalf("the new case is %s, want booked", got)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := build(t)
			p := h.person("ann")
			id := p.sends()
			p.refers(id)
			h.passDays(20)
			p.says("hello")
			for text, _ := p.question(); strings.Contains(text, "private moment"); text, _ = p.question() {
				p.presses("Yes")
			}
			p.says("hello")
			goesOn(p)
			h.passDays(340)
			if !h.there(id) {
				t.Fatal("the earlier enquiry is gone before its time")
			}
			h.passDays(30)
			if h.there(id) {
				t.Error("the earlier enquiry is kept beyond its time")
			}
			if _, gone, err := h.CaseLog(t.Context(), id); err != nil || gone == nil || gone.By != bot.System || gone.Kind != bot.KindEnquiry {
				t.Errorf("got tombstone %+v, %v; want that its time was up", gone, err)
			}
			h.passDays(35)
			client := name == "a client by now"
			if state, key := h.kept(h.subject("ann")); (state || key) != client {
				t.Errorf("the chat is kept: state %v, key %v; a client: %v", state, key, client)
			}
			for _, due := range h.planned() {
				if strings.Contains(due, string(id)) || !client {
					t.Errorf("%s is planned still", due)
				}
			}
		})
	}
}

// Who is forgotten is so with the enquiries from before, also when all that is
// left of the chat is that there were some; what a partner said in one stays.
func TestForgetTakesWhatIsPlannedForEarlierEnquiries(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		days    int // after the new intake was left off
		partner bool
	}{{"at once", 0, false}, {"after the new intake went", 60, false}, {"where a partner came", 0, true}} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := build(t)
			p, bo := h.person("ann"), h.person("bo")
			id := p.comesAsACouple("MYWISH", "MYNAME")
			if tt.partner {
				bo.joins(p.invites()).answersAll("BOWISH", "Bo")
			}
			p.refers(id)
			p.says("hello", "hello").presses("I agree", "Yes", "Yes, I am").says("Oregon").pin("2718")
			h.passDays(tt.days)
			p.hears()
			p.says("/mydata")
			if tt.days > 0 { // what locked the chat does so still
				if said := strings.Join(p.hears(), "\n"); strings.Contains(said, "MYWISH") {
					t.Fatalf("the earlier enquiry is shown at a shut door: %q", said)
				}
				p.says("2718").presses("Yes").says("/mydata", "2718")
			}
			said := strings.Join(p.hears(), "\n")
			if !strings.Contains(said, "MYWISH") || !strings.Contains(said, "Ana Reyes gave other names") || strings.Contains(said, "Oregon") != (tt.days == 0) {
				t.Errorf("what is kept is not what is shown: %q", said)
			}
			p.forgets()
			h.settle()
			if h.there(id) != tt.partner {
				t.Errorf("the earlier enquiry is kept: %v; a partner's: %v", h.there(id), tt.partner)
			}
			if state, key := h.kept(h.subject("ann")); state || key {
				t.Errorf("something is kept: state %v, key %v", state, key)
			}
			if got := h.planned(); slices.ContainsFunc(got, func(due string) bool { return strings.HasSuffix(due, "/keep") || !tt.partner }) {
				t.Errorf("planned still: %q", got)
			}
			if tt.partner {
				if got := h.summary(id); !strings.Contains(got, "BOWISH") || strings.Contains(got, "MYWISH") {
					t.Errorf("the partner's is not what is left:\n%s", got)
				}
				if state, _ := h.kept(h.subject("bo")); !state {
					t.Error("the partner's chat went with the other's")
				}
			}
		})
	}
}
