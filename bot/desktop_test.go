package bot_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"anteroom/bot"
	"anteroom/bot/care"
)

// desktop is a therapist's, its rows by the number of the case.
func (h *house) desktop(who care.TherapistID) map[care.CaseID]bot.DeskCase {
	h.t.Helper()
	d, err := h.Service.Caseload(h.t.Context(), h.practice.ID(), who)
	if err != nil {
		h.t.Fatal(err)
	}
	rows := make(map[care.CaseID]bot.DeskCase)
	for _, c := range d.Cases {
		rows[c.ID] = c
	}
	return rows
}

// A caseload has what its therapist has a part in and nothing else, and to see
// it is no look at any case.
func TestCaseload(t *testing.T) {
	t.Parallel()
	h, _, id := booked(t)
	open := h.person("bea").sends()
	h.settle()
	before := h.did(id)

	ana := h.desktop("ana")
	row := ana[id]
	if row.Phase != care.PhaseEvaluation || row.Next == 0 || row.Decide || !row.Steers || len(row.Due) == 0 || row.Due[0].What != care.CadenceSittings {
		t.Errorf("got %+v, want the booked case with its session and the sitting that comes", row)
	}
	if o := ana[open]; !o.Decide || o.Answer == 0 || o.Steers {
		t.Errorf("got %+v, want a decision that waits", o)
	}
	if ruth := h.desktop("ruth"); len(ruth) != 1 || !ruth[open].Decide {
		t.Errorf("ruth: got %+v, want the open enquiry alone", ruth)
	}
	if sam := h.desktop("sam"); len(sam) != 0 {
		t.Errorf("sam: got %+v, want no case", sam)
	}
	for _, who := range []care.TherapistID{"", "nobody"} {
		if d, err := h.Service.Caseload(t.Context(), h.practice.ID(), who); !errors.Is(err, bot.ErrNotAllowed) || len(d.Cases) > 0 {
			t.Errorf("%q: got %+v %v, want not allowed", who, d, err)
		}
	}
	if got := h.did(id); !slices.Equal(got, before) {
		t.Errorf("the log of the case: got %q, want nothing new after %q", got, before)
	}
	if words := fmt.Sprintf("%+v", row); strings.Contains(words, "California") || strings.Contains(words, "desire") {
		t.Errorf("got a row with words of a client: %s", words)
	}

	// A broken glass lets sam look; the case is no more theirs for it.
	if err := h.Act(t.Context(), h.practice.ID(), bot.Act{ID: "g", Case: id, By: "sam", Glass: "Ana is ill today"}); err != nil {
		t.Fatal(err)
	}
	if sam := h.desktop("sam"); len(sam) != 0 {
		t.Errorf("sam with a broken glass: got %+v, want no case", sam)
	}

	// What is steered shows at once, and what is over is gone.
	h.mustSteer(id, "ana", bot.Steer{Hold: true})
	if row := h.desktop("ana")[id]; !row.Held {
		t.Errorf("got %+v, want it on hold", row)
	}
	n := len(h.view(id).Episode.History)
	h.mustSteer(id, "ana", bot.Steer{Move: &bot.Moving{Name: care.MoveClose, Round: n}})
	if _, there := h.desktop("ana")[id]; there {
		t.Error("a closed case is still on the desktop")
	}
}

// Whoever looks learns what they may do, and what they can choose from.
func TestLookToSteer(t *testing.T) {
	t.Parallel()
	h, _, id := booked(t)
	v, err := h.Look(t.Context(), h.practice.ID(), id, "ana")
	if err != nil || !v.Steers || len(v.Library) < 15 || v.Rules.Undo.IsZero() {
		t.Errorf("got %v: steers %v, %d to give, undo %v", err, v.Steers, len(v.Library), v.Rules.Undo)
	}
	if err := h.Act(t.Context(), h.practice.ID(), bot.Act{ID: "g", Case: id, By: "sam", Glass: "Ana is ill today"}); err != nil {
		t.Fatal(err)
	}
	if v, err := h.Look(t.Context(), h.practice.ID(), id, "sam"); err != nil || v.Steers {
		t.Errorf("with a broken glass: got %v, steers %v, want to look only", err, v.Steers)
	}
}

// Who offers times need not say for what kind of session: the stage says it.
func TestOfferByStage(t *testing.T) {
	t.Parallel()
	h, _, id := booked(t)
	h.mustSteer(id, "ana", bot.Steer{Offer: &care.SessionOffer{Therapist: "ana", Times: []int64{hour(400).Unix()}}})
	h.mustSteer(id, "ana", bot.Steer{Book: &care.SessionOffer{Therapist: "ana", Times: []int64{hour(500).Unix()}}})
	for _, s := range h.view(id).Sessions {
		if s.Kind != care.ForEvaluation || s.Minutes == 0 {
			t.Errorf("got %+v, want sessions of the evaluation", s)
		}
	}
	err := h.steers(id, "ana", bot.Steer{Book: &care.SessionOffer{Therapist: "ana", Times: []int64{hour(400).Unix()}}})
	if err == nil {
		t.Error("a time was given twice")
	}
}

// Who covers for somebody has their cases before them, and whose they are.
func TestCaseloadOfCover(t *testing.T) {
	t.Parallel()
	h, _, id := booked(t)
	away := *h.practice
	away.Therapists = slices.Clone(away.Therapists)
	for i := range away.Therapists {
		if away.Therapists[i].ID == "ana" {
			day := care.DateOf(h.clock.Now().In(away.Zone))
			away.Therapists[i].Leave = []care.Leave{{From: day, To: day, Cover: "sam"}}
		}
	}
	if err := h.Reload(&away); err != nil {
		t.Fatal(err)
	}
	if row := h.desktop("sam")[id]; row.For != "Ana Reyes" || !row.Steers {
		t.Errorf("got %+v, want the case, for Ana", row)
	}
	h.mustSteer(id, "sam", bot.Steer{Score: &bot.Scoring{Name: "fsfi", Person: care.TheClient, Score: 20}})
	if err := h.steers(id, "sam", bot.Steer{Score: &bot.Scoring{Name: "phq9", Person: care.TheClient, Score: 20}}); !errors.Is(err, care.ErrNotPossible) {
		t.Errorf("a score of what the chat asks: got %v, want %v", err, care.ErrNotPossible)
	}
	h.hours(24)
	if rows := h.desktop("sam"); len(rows) != 0 {
		t.Errorf("the day after: got %+v, want none", rows)
	}
}

// counted counts the reads of a store.
type counted struct {
	bot.Store
	reads atomic.Int64
}

func (c *counted) Load(ctx context.Context, p bot.PracticeID, q bot.Query) (bot.Loaded, error) {
	c.reads.Add(1)
	return c.Store.Load(ctx, p, q)
}

// enquiries is a house with so many of them, and a service that counts what it reads.
func enquiries(t testing.TB, n int) (*bot.Service, *counted, *house) {
	t.Helper()
	h := build(t)
	for i := range n {
		h.person(fmt.Sprintf("p%d", i)).sends()
	}
	h.settle()
	store := &counted{Store: h.store}
	return h.service(func(o *bot.Options) { o.Store = store }), store, h
}

// A caseload is read in one go, not case by case.
func TestCaseloadReads(t *testing.T) {
	t.Parallel()
	const n = 12
	s, store, h := enquiries(t, n)
	for range 2 { // the practice's own key is read once
		store.reads.Store(0)
		d, err := s.Caseload(t.Context(), h.practice.ID(), "ana")
		if err != nil || len(d.Cases) != n {
			t.Fatalf("got %d cases, %v; want %d", len(d.Cases), err, n)
		}
	}
	if got := store.reads.Load(); got != 1 {
		t.Errorf("got %d reads for %d cases, want one", got, n)
	}
}

// One case that cannot be read is left out; the others stand there.
func TestCaseloadOfDamaged(t *testing.T) {
	t.Parallel()
	_, store, h := enquiries(t, 3)
	all, err := h.store.Index(t.Context(), h.practice.ID(), "cases", -bot.MaxScore, bot.MaxScore, 0)
	if err != nil || len(all) != 3 {
		t.Fatalf("got %v %v", all, err)
	}
	bad := bot.CaseSubject(all[1].Name)
	s := h.service(func(o *bot.Options) { o.Store = &garbled{store, bad} })
	d, err := s.Caseload(t.Context(), h.practice.ID(), "ana")
	if err != nil || len(d.Cases) != 2 {
		t.Errorf("got %d cases, %v; want the two others", len(d.Cases), err)
	}
}

// garbled is a store in which one subject is damaged.
type garbled struct {
	bot.Store
	bad bot.SubjectID
}

func (g *garbled) Load(ctx context.Context, p bot.PracticeID, q bot.Query) (bot.Loaded, error) {
	got, err := g.Store.Load(ctx, p, q)
	for i, sub := range q.Subjects {
		if sub == g.bad && got.States[i].Blob != nil {
			got.States[i].Blob = []byte("nothing that was sealed")
		}
	}
	return got, err
}

// BenchmarkCaseload draws the desktop of a therapist who has a part in a hundred
// cases, and of one who has none.
func BenchmarkCaseload(b *testing.B) {
	s, _, h := enquiries(b, 100)
	for _, who := range []care.TherapistID{"ana", "sam"} {
		b.Run(string(who), func(b *testing.B) {
			n := 0
			for b.Loop() {
				d, err := s.Caseload(b.Context(), h.practice.ID(), who)
				if err != nil {
					b.Fatal(err)
				}
				n = len(d.Cases)
			}
			b.ReportMetric(float64(n), "cases")
		})
	}
}
