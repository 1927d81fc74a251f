package bot_test

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"anteroom/bot"
	"anteroom/bot/care"
)

// inTherapy is a case in the middle of a therapy: a session in a fortnight, an
// assignment from tomorrow on, a goal that is reviewed.
func inTherapy(t *testing.T) (*house, *person, care.CaseID) {
	h, p, id := booked(t)
	for range 24 * 12 {
		h.hours(1)
		p.answers()
	}
	h.mustSteer(id, "ana", bot.Steer{Met: &bot.Met{Session: 1, Came: true}})
	h.mustSteer(id, "ana", bot.Steer{Move: &bot.Moving{Name: care.MovePlan, Round: care.AnyRound}})
	h.mustSteer(id, "ana", bot.Steer{Goal: &care.Goal{Words: "more ease at bedtime", Weight: 3, Begins: -1}})
	h.mustSteer(id, "ana", bot.Steer{Agree: true})
	p.answers("Open it", "Yes, they are mine")
	h.mustSteer(id, "ana", bot.Steer{Move: &bot.Moving{Name: care.MoveStart, Round: care.AnyRound}})
	now := h.clock.Now()
	h.mustSteer(id, "ana", bot.Steer{Give: &care.Assignment{Library: "touch-hands", Person: care.TheClient, From: now.Add(24 * time.Hour).Unix()}})
	h.mustSteer(id, "ana", bot.Steer{Book: &care.SessionOffer{Kind: care.ForTherapy, Therapist: "ana", Times: []int64{now.Add(14 * 24 * time.Hour).Truncate(time.Hour).Unix()}}})
	return h, p, id
}

// did is what the record of a case says that was sent since a moment, and when.
func did(c care.Case, since time.Time) []string {
	var all []string
	add := func(at int64, deed care.Deed, what any, ref int) {
		if at > since.Unix() {
			all = append(all, fmt.Sprintf("%s %s %v/%d", time.Unix(at, 0).UTC().Format(time.DateTime), deed, what, ref))
		}
	}
	for _, a := range c.Asks {
		add(a.At, care.DeedAsk, a.Cadence, a.Ref)
		add(a.Nudged, care.DeedNudge, a.Cadence, a.Ref)
		add(a.Told, care.DeedTell, a.Cadence, a.Ref)
	}
	for _, g := range c.Given {
		add(g.Delivered, care.DeedDeliver, care.CadenceAssignments, int(g.ID))
	}
	for _, s := range c.Sessions {
		add(s.Briefed, care.DeedBrief, care.CadenceBrief, int(s.ID))
	}
	slices.Sort(all)
	return all
}

// What the schedule says is what the service then does, to the second, whether
// the client answers everything or nothing; and it changes nothing.
func TestScheduleIsWhatHappens(t *testing.T) {
	t.Parallel()
	for name, how := range map[string]bot.Answering{"silent": bot.Silent, "answered": bot.Answered} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, p, id := inTherapy(t)
			now := h.clock.Now()
			end := now.Add(60 * 24 * time.Hour)
			before := h.load(bot.Query{Subjects: []bot.SubjectID{bot.CaseSubject(string(id))}}).States[0]
			all, err := h.Schedule(t.Context(), "", now, end, how)
			if err != nil {
				t.Fatal(err)
			}
			after := h.load(bot.Query{Subjects: []bot.SubjectID{bot.CaseSubject(string(id))}}).States[0]
			if before.Version != after.Version || !bytes.Equal(before.Blob, after.Blob) {
				t.Error("asking for the schedule changed the case")
			}
			var said []string
			reminders := 0
			for _, s := range all {
				if s.Deed == care.DeedRemind {
					reminders++
					continue
				}
				said = append(said, fmt.Sprintf("%s %s %v/%d", s.At.UTC().Format(time.DateTime), s.Deed, s.Cadence, s.Ref))
			}
			slices.Sort(said)
			for {
				next, ok, err := h.store.NextDue(t.Context(), h.practice.ID())
				if err != nil || !ok || !next.Before(end) {
					break
				}
				h.clock.Advance(max(0, next.Sub(h.clock.Now())))
				h.settle()
				if how == bot.Answered {
					p.answers("Yes, all of it", "No, ", "I will try")
				}
			}
			if diff := cmp.Diff(did(h.view(id), now), said); diff != "" {
				t.Errorf("what was done (-) and what the schedule said (+):\n%s", diff)
			}
			kinds := make(map[care.Deed]bool)
			for _, s := range all {
				kinds[s.Deed] = true
			}
			want := []care.Deed{care.DeedAsk, care.DeedBrief, care.DeedDeliver, care.DeedRemind}
			if how == bot.Silent {
				want = []care.Deed{care.DeedAsk, care.DeedBrief, care.DeedDeliver, care.DeedNudge, care.DeedRemind, care.DeedTell}
			}
			if diff := cmp.Diff(want, slices.Sorted(maps.Keys(kinds))); diff != "" {
				t.Errorf("kinds (-want +got):\n%s", diff)
			}
			if reminders != 2 {
				t.Errorf("got %d reminders of the session, want two", reminders)
			}
		})
	}
}

// Nobody is met on a day on which the practice is closed or the therapist is
// away; the brief comes on the last open day before, to who covers.
func TestLeaveAndHolidays(t *testing.T) {
	t.Parallel()
	h, p, id := inTherapy(t)
	c := h.view(id)
	meets, ok := c.NextSession(h.clock.Now())
	if !ok {
		t.Fatal("there is no session")
	}
	zone := h.practice.Practice.Zone
	day := func(n int) care.Date { return care.DateOf(time.Unix(meets.Start, 0).In(zone).AddDate(0, 0, n)) }
	changed := *h.practice
	changed.Holidays = []care.Date{day(-1), day(7)}
	changed.Therapists = slices.Clone(changed.Therapists)
	for i := range changed.Therapists {
		if changed.Therapists[i].ID == "ana" {
			changed.Therapists[i].Leave = []care.Leave{{From: day(-3), To: day(-1), Cover: "ruth"}, {From: day(9), To: day(10)}}
		}
	}
	if err := h.Reload(&changed); err != nil {
		t.Fatal(err)
	}
	at := func(n int) []int64 { return []int64{time.Unix(meets.Start, 0).AddDate(0, 0, n).Unix()} }
	for n, want := range map[int]string{7: "the practice is closed on", 9: "Ana Reyes is away from " + string(day(9))} {
		for _, s := range []bot.Steer{{Offer: &care.SessionOffer{Therapist: "ana", Times: at(n)}}, {Book: &care.SessionOffer{Therapist: "ana", Times: at(n)}}} {
			if err := h.steers(id, "ana", s); !errors.Is(err, care.ErrNotPossible) || !strings.Contains(err.Error(), want) {
				t.Errorf("a session %d days later: got %v, want %q", n, err, want)
			}
		}
	}
	if err := h.steers(id, "ana", bot.Steer{Offer: &care.SessionOffer{Therapist: "ana", Times: at(8)}}); err != nil {
		t.Errorf("on an open day: %v", err)
	}
	all, err := h.Schedule(t.Context(), id, h.clock.Now(), time.Unix(meets.Start, 0), bot.Answered)
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(all, func(s bot.Scheduled) bool { return s.Deed == care.DeedBrief })
	if i < 0 || care.DateOf(all[i].At) != day(-2) || all[i].To != "ruth" {
		t.Fatalf("the brief: got %+v, want it on %s to ruth", all[max(i, 0)], day(-2))
	}
	for h.clock.Now().Before(all[i].At) {
		h.hours(1)
		p.answers()
	}
	if !slices.ContainsFunc(h.desk.got(), func(d bot.Delivery) bool {
		b, ok := d.Body.(bot.Brief)
		return ok && d.To == "U0RUTH" && strings.HasSuffix(b.Line, "is ready, for Ruth Cole, who covers for Ana Reyes.")
	}) {
		t.Error("who covers was not told of the brief")
	}
}

// What could not be done is told before it is posted, and changes nothing.
func TestTryAct(t *testing.T) {
	t.Parallel()
	h, _, id := inTherapy(t)
	try := func(by care.TherapistID, s bot.Steer) error {
		return h.TryAct(t.Context(), bot.Act{ID: "try", Case: id, By: by, Steer: &s})
	}
	before := h.load(bot.Query{Subjects: []bot.SubjectID{bot.CaseSubject(string(id))}}).States[0].Version
	if err := try("ana", bot.Steer{Move: &bot.Moving{Name: care.MovePlan, Round: care.AnyRound}}); !errors.Is(err, care.ErrNotPossible) {
		t.Errorf("a move that is not in the table: got %v", err)
	}
	if err := try("sam", bot.Steer{Hold: true}); !errors.Is(err, bot.ErrNotAllowed) {
		t.Errorf("without a part in the case: got %v", err)
	}
	if err := try("nobody", bot.Steer{Hold: true}); !errors.Is(err, bot.ErrNotAllowed) {
		t.Errorf("nobody: got %v", err)
	}
	if err := try("ana", bot.Steer{Hold: true}); err != nil {
		t.Errorf("a hold: got %v", err)
	}
	if err := h.TryAct(t.Context(), bot.Act{ID: "try", Case: "KKK-22", By: "ana", Steer: &bot.Steer{Hold: true}}); !errors.Is(err, bot.ErrNoCase) {
		t.Errorf("no such case: got %v", err)
	}
	h.settle()
	if after := h.load(bot.Query{Subjects: []bot.SubjectID{bot.CaseSubject(string(id))}}).States[0].Version; after != before {
		t.Error("trying changed the case")
	}
}
