package bot_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"anteroom/bot"
	"anteroom/bot/care"
)

// place is the place that a case has with Ana; false when it has none.
func (h *house) place(id care.CaseID) (care.Place, bool) {
	h.t.Helper()
	load, err := h.StoredCaseload(h.t.Context(), "ana")
	if err != nil {
		h.t.Fatal(err)
	}
	return load.Place(id)
}

// TestPlaceInTheCaseload: a case has its place while the work lasts, and whoever
// is back has the same again.
func TestPlaceInTheCaseload(t *testing.T) {
	t.Parallel()
	move := func(m care.MoveName) bot.Steer {
		return bot.Steer{Move: &bot.Moving{Name: m, Round: care.AnyRound, Goodbye: "Good-bye."}}
	}
	undo := func(h *house, id care.CaseID) {
		n := len(h.view(id).Episode.History)
		h.mustSteer(id, "ana", bot.Steer{Undo: &n})
	}
	steer := func(s bot.Steer) func(*house, *person, care.CaseID) {
		return func(h *house, _ *person, id care.CaseID) { h.mustSteer(id, "ana", s) }
	}
	boosted := func(h *house, p *person, id care.CaseID) {
		h.mustSteer(id, "ana", move(care.MoveEnd))
		for range 24 * 3 {
			h.hours(1)
			p.answers("In 1 month", "I will decide later", "I would rather say it in person", "I do not know yet", "Yes")
		}
		if at := h.view(id).Episode.At(); at != care.PhaseBooster {
			t.Errorf("got %s, want the boosters", at)
		}
	}
	forgets := func(_ *house, p *person, _ care.CaseID) { p.forgets() }
	for _, tt := range []struct {
		name string
		do   []func(*house, *person, care.CaseID)
		has  bool
	}{
		{"in therapy", nil, true},
		{"goals met", []func(*house, *person, care.CaseID){steer(move(care.MoveReach))}, true},
		{"ended", []func(*house, *person, care.CaseID){steer(move(care.MoveEnd))}, false},
		{"boosters", []func(*house, *person, care.CaseID){boosted}, false},
		{"closed", []func(*house, *person, care.CaseID){steer(move(care.MoveClose))}, false},
		{"ended, taken back", []func(*house, *person, care.CaseID){steer(move(care.MoveEnd)), func(h *house, _ *person, id care.CaseID) { undo(h, id) }}, true},
		{"closed, taken back", []func(*house, *person, care.CaseID){steer(move(care.MoveClose)), func(h *house, _ *person, id care.CaseID) { undo(h, id) }}, true},
		{"back", []func(*house, *person, care.CaseID){steer(move(care.MoveClose)), steer(move(care.MoveReturn))}, true},
		{"back, taken back", []func(*house, *person, care.CaseID){steer(move(care.MoveClose)), steer(move(care.MoveReturn)), func(h *house, _ *person, id care.CaseID) { undo(h, id) }}, false},
		{"back by a booster", []func(*house, *person, care.CaseID){boosted, func(h *house, p *person, id care.CaseID) {
			for range 24 * 40 {
				h.hours(1)
				p.answers("Open it", "Yes, go on", "I would like a session")
			}
		}}, true},
		{"chat forgotten", []func(*house, *person, care.CaseID){forgets}, true},
		{"chat forgotten, closed", []func(*house, *person, care.CaseID){forgets, steer(move(care.MoveClose))}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h, p, id := treated(t)
			was, ok := h.place(id)
			if !ok {
				t.Fatalf("in therapy: got %+v, want a place", was)
			}
			for _, do := range tt.do {
				do(h, p, id)
			}
			now, has := h.place(id)
			if has != tt.has || has && (now.Tier != was.Tier || !slices.Equal(now.Groups, was.Groups)) {
				t.Errorf("got %v %+v, want %v %+v; in %s, heard %q", has, now, tt.has, was, h.view(id).Episode.At(), p.hears())
			}
		})
	}
}

// TestReturnToAFullCaseload: who is back is taken back where the caseload was
// filled meanwhile, and the practice is told.
func TestReturnToAFullCaseload(t *testing.T) {
	t.Parallel()
	h, _, id := treated(t)
	h.mustSteer(id, "ana", bot.Steer{Move: &bot.Moving{Name: care.MoveClose, Round: care.AnyRound}})
	p := h.practice
	p.Therapists = slices.Clone(p.Therapists)
	for i := range p.Therapists {
		p.Therapists[i].Caps.Total.Hard = p.Therapists[i].Carries.Total
	}
	if err := h.Reload(p); err != nil {
		t.Fatal(err)
	}
	notices := len(h.desk.got())
	h.mustSteer(id, "ana", bot.Steer{Move: &bot.Moving{Name: care.MoveReturn, Round: care.AnyRound}})
	if _, has := h.place(id); !has || len(h.desk.got()) == notices {
		t.Errorf("got a place %v and no word of it %v", has, len(h.desk.got()) == notices)
	}
}

// TestCaseloadForgetsTheTime: a caseload does not grow with every session.
func TestCaseloadForgetsTheTime(t *testing.T) {
	t.Parallel()
	h, _, id := treated(t)
	for range 3 {
		at := h.clock.Now().Add(50 * time.Hour).Truncate(time.Hour).Unix()
		h.mustSteer(id, "ana", bot.Steer{Book: &care.SessionOffer{Kind: care.ForTherapy, Therapist: "ana", Times: []int64{at}}})
		h.clock.Advance(60 * time.Hour)
		h.settle()
	}
	load, err := h.StoredCaseload(t.Context(), "ana")
	if err != nil || len(load.Held) != 1 {
		t.Errorf("%v; got %d times, want the last", err, len(load.Held))
	}
}

// TestGoodbyeOfTheNewestEnding: what a therapist wrote for an ending that they took
// back is not said, also where its questions were still open.
func TestGoodbyeOfTheNewestEnding(t *testing.T) {
	t.Parallel()
	h, p, id := inTheMiddle(t)
	ends := func(words string) {
		h.mustSteer(id, "ana", bot.Steer{Move: &bot.Moving{Name: care.MoveEnd, Round: care.AnyRound, Goodbye: words}})
	}
	rest := []string{"I would rather say it in person", "No list, please", "I do not know yet", "No notes, please", "I will decide later"}
	ends("The old words.")
	h.clock.Advance(time.Minute)
	h.settle()
	p.presses("Yes, go on")
	if text, _ := p.question(); !strings.Contains(text, "What is different now?") {
		t.Fatalf("at %q", text)
	}
	n := len(h.view(id).Episode.History)
	h.mustSteer(id, "ana", bot.Steer{Undo: &n})
	ends("The new words.")
	h.clock.Advance(time.Minute)
	h.settle()
	p.hears()
	p.answers(rest...)
	if heard := strings.Join(p.hears(), "\n"); strings.Contains(heard, "The old words.") || !strings.Contains(heard, "The new words.") {
		t.Errorf("got %q, want the new words", heard)
	}
}

// TestReturnTakenBack: where a return is taken back, a session that was set since is
// cancelled, and its time is free.
func TestReturnTakenBack(t *testing.T) {
	t.Parallel()
	h, _, id := treated(t)
	for _, m := range []care.MoveName{care.MoveClose, care.MoveReturn} {
		h.mustSteer(id, "ana", bot.Steer{Move: &bot.Moving{Name: m, Round: care.AnyRound}})
	}
	at := h.clock.Now().Add(50 * time.Hour).Truncate(time.Hour).Unix()
	h.mustSteer(id, "ana", bot.Steer{Book: &care.SessionOffer{Therapist: "ana", Times: []int64{at}}})
	n := len(h.view(id).Episode.History)
	h.mustSteer(id, "ana", bot.Steer{Undo: &n})
	load, err := h.StoredCaseload(t.Context(), "ana")
	if s := h.view(id).Sessions; err != nil || len(load.Held) != 0 || s[len(s)-1].Open() {
		t.Errorf("%v; got %d times held and the session %s, want neither", err, len(load.Held), s[len(s)-1].State)
	}
}

// TestMoveCancels: where a move, or a return that is taken back, cancels a session,
// the client is told, as openly as they want it.
func TestMoveCancels(t *testing.T) {
	t.Parallel()
	for level, want := range map[string]string{"Open": "Your session with Ana Reyes is cancelled:", "With the time": "Cancelled:", "Discreet": "The change is noted."} {
		for _, back := range []bool{false, true} {
			t.Run(fmt.Sprint(level, back), func(t *testing.T) {
				t.Parallel()
				h, p, id := treated(t)
				move := func(m care.MoveName) {
					h.mustSteer(id, "ana", bot.Steer{Move: &bot.Moving{Name: m, Round: care.AnyRound}})
				}
				if back {
					move(care.MoveClose)
					move(care.MoveReturn)
				}
				at := h.clock.Now().Add(50 * time.Hour).Truncate(time.Hour).Unix()
				h.mustSteer(id, "ana", bot.Steer{Book: &care.SessionOffer{Therapist: "ana", Times: []int64{at}}})
				h.settle()
				p.openly(level)
				p.calm()
				p.hears()
				if back {
					n := len(h.view(id).Episode.History)
					h.mustSteer(id, "ana", bot.Steer{Undo: &n})
				} else {
					move(care.MoveClose)
				}
				h.hours(1)
				if told := p.hears(); !slices.ContainsFunc(told, func(s string) bool { return strings.HasPrefix(s, want) }) {
					t.Errorf("heard %q, want %q", told, want)
				}
			})
		}
	}
}

// TestSecondEnding: whoever answered an ending that was taken back, or came back
// after one, is asked and told good-bye again at the next.
func TestSecondEnding(t *testing.T) {
	t.Parallel()
	rest := []string{"Open it", "Yes, go on", "I would rather say it in person", "No list, please", "I do not know yet", "No notes, please", "I will decide later"}
	for name, between := range map[string]func(h *house, id care.CaseID){
		"taken back": func(h *house, id care.CaseID) {
			n := len(h.view(id).Episode.History)
			h.mustSteer(id, "ana", bot.Steer{Undo: &n})
			h.mustSteer(id, "ana", bot.Steer{Cancel: 2})
		},
		"back": func(h *house, id care.CaseID) {
			h.mustSteer(id, "ana", bot.Steer{Cancel: 2})
			for _, m := range []care.MoveName{care.MoveReturn, care.MoveStart} {
				h.mustSteer(id, "ana", bot.Steer{Move: &bot.Moving{Name: m, Round: care.AnyRound}})
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, p, id := inTheMiddle(t)
			at := h.clock.Now().Add(98 * time.Hour).Truncate(time.Hour).Unix() // with it the case stays at its ending
			h.mustSteer(id, "ana", bot.Steer{Book: &care.SessionOffer{Kind: care.ForTherapy, Therapist: "ana", Times: []int64{at}}})
			for _, words := range []string{"The old words.", "The new words."} {
				h.clock.Advance(time.Minute)
				h.mustSteer(id, "ana", bot.Steer{Move: &bot.Moving{Name: care.MoveEnd, Round: care.AnyRound, Goodbye: words}})
				p.hears()
				h.clock.Advance(time.Minute)
				h.settle()
				p.answers(rest...)
				if heard := strings.Join(p.hears(), "\n"); !strings.Contains(heard, words) {
					t.Errorf("got %q, want %q; in %s", heard, words, h.view(id).Episode.At())
				}
				if words == "The old words." {
					between(h, id)
				}
			}
			if at := h.view(id).Episode.At(); at != care.PhaseClosed {
				t.Errorf("in the end: in %s, want it closed", at)
			}
		})
	}
}

// TestEndingTakenBack: the questions of an ending that was taken back go no further.
func TestEndingTakenBack(t *testing.T) {
	t.Parallel()
	h, p, id := inTheMiddle(t)
	h.mustSteer(id, "ana", bot.Steer{Move: &bot.Moving{Name: care.MoveEnd, Round: care.AnyRound, Goodbye: "Good-bye."}})
	h.clock.Advance(time.Minute)
	h.settle()
	p.presses("Yes, go on").hears()
	n := len(h.view(id).Episode.History)
	h.mustSteer(id, "ana", bot.Steer{Undo: &n})
	p.presses("I would rather say it in person")
	if heard := p.hears(); len(heard) != 1 || heard[0] != h.phrase("stale-button") {
		t.Errorf("got %q, want that it no longer counts", heard)
	}
}

// TestOldPageAfterAReturn: what a therapist presses on a page from before the client
// came back does nothing in the new turn; on a page of this turn it counts, whoever
// moved the case meanwhile.
func TestOldPageAfterAReturn(t *testing.T) {
	t.Parallel()
	h, _, id := treated(t)
	page := func() *int { n := len(h.view(id).Episode.History); return &n }
	move := func(m care.MoveName) {
		h.mustSteer(id, "ana", bot.Steer{Move: &bot.Moving{Name: m, Round: care.AnyRound}})
	}
	old := page()
	move(care.MoveReach)
	h.mustSteer(id, "ana", bot.Steer{Hold: true, Round: old})
	for _, m := range []care.MoveName{care.MoveClose, care.MoveReturn, care.MoveStart} {
		move(m)
	}
	for name, s := range map[string]bot.Steer{
		"lift": {Lift: true}, "goal": {Goal: &care.Goal{Words: "more ease", Weight: 3, Begins: -1}}, "observe": {Observe: &care.Observation{Insight: 3}},
	} {
		s.Round = old
		if err := h.steers(id, "ana", s); !errors.Is(err, care.ErrDecided) {
			t.Errorf("%s from the old page: got %v, want that the case has moved", name, err)
		}
		s.Round = page()
		if err := h.steers(id, "ana", s); err != nil {
			t.Errorf("%s from the new page: %v", name, err)
		}
	}
}

// TestPlaceOfWhoAccepted: whoever is accepted on the telephone has a place with the
// therapist who accepted them, whoever offered times before.
func TestPlaceOfWhoAccepted(t *testing.T) {
	t.Parallel()
	h := build(t)
	p := h.person("ann")
	id := p.sends()
	if err := h.acts("offer", id, "ruth", &care.Decision{Kind: care.Offer, Therapist: "ruth", Times: []int64{hour(50).Unix()}, Overrule: "they know each other"}); err != nil {
		t.Fatal(err)
	}
	h.settle()
	p.presses("Open it", "Other times").says("mornings")
	if err := h.acts("call", id, "ana", &care.Decision{Round: 1, Kind: care.Call, Note: "tomorrow"}); err != nil {
		t.Fatal(err)
	}
	h.mustSteer(id, "ana", bot.Steer{Move: &bot.Moving{Name: care.MoveAccept, Round: care.AnyRound}})
	if hers, others := len(h.caseload("ana")), len(h.caseload("ruth")); hers != 1 || others != 0 {
		t.Errorf("got %d places with ana and %d with ruth, want hers alone", hers, others)
	}
	h.mustSteer(id, "ana", bot.Steer{Move: &bot.Moving{Name: care.MoveClose, Round: care.AnyRound}})
	if left := len(h.caseload("ana")) + len(h.caseload("ruth")); left != 0 {
		t.Errorf("closed: got %d places, want none", left)
	}
}
