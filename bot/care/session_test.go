package care_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"anteroom/bot/care"
)

func in(d time.Duration) int64 { return now.Add(d).Unix() }

func offer(kind care.SessionKind, times ...int64) care.SessionOffer {
	return care.SessionOffer{Kind: kind, Therapist: "ana", Times: times, Minutes: 50}
}

// withSession is a case in evaluation with a session booked in three days.
func withSession(t testing.TB) (care.Case, care.SessionID) {
	t.Helper()
	c := movedCase(t, care.MoveAccept)
	id, err := c.OfferSession(offer(care.ForEvaluation, in(72*time.Hour), in(96*time.Hour)), rules.Sessions, now)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.ChooseTime(id, in(72*time.Hour), now); err != nil {
		t.Fatal(err)
	}
	return c, id
}

func TestOfferSession(t *testing.T) {
	day := 24 * time.Hour
	three := func() care.Case {
		c := movedCase(t, care.MoveAccept)
		for i := range 3 {
			id, err := c.BookSession(offer(care.ForEvaluation, in(time.Duration(i+1)*day)), rules.Sessions, now)
			if err != nil {
				t.Fatal(err)
			}
			if i == 0 {
				if err := c.MarkSession(id, true, now.Add(2*day)); err != nil {
					t.Fatal(err)
				}
			}
		}
		return c
	}
	waiting := movedCase(t, care.MoveAccept)
	if _, err := waiting.OfferSession(offer(care.ForEvaluation, in(day)), rules.Sessions, now); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name  string
		c     care.Case
		offer care.SessionOffer
		ok    bool
	}{
		{"the first", movedCase(t, care.MoveAccept), offer(care.ForEvaluation, in(day), in(2*day)), true},
		{"therapy in the evaluation", movedCase(t, care.MoveAccept), offer(care.ForTherapy, in(day)), false},
		{"evaluation in the middle", movedCase(t, toMiddle...), offer(care.ForEvaluation, in(day)), false},
		{"therapy in the middle", movedCase(t, toMiddle...), offer(care.ForTherapy, in(day)), true},
		{"in the intake", bookedCase(), offer(care.ForEvaluation, in(day)), false},
		{"closed", movedCase(t, care.MoveAccept, care.MoveClose), offer(care.ForTherapy, in(day)), false},
		{"no times", movedCase(t, care.MoveAccept), offer(care.ForEvaluation), false},
		{"twice the same", movedCase(t, care.MoveAccept), offer(care.ForEvaluation, in(day), in(day)), false},
		{"past", movedCase(t, care.MoveAccept), offer(care.ForEvaluation, in(day), in(-time.Second)), false},
		{"now", movedCase(t, care.MoveAccept), offer(care.ForEvaluation, in(0)), false},
		{"nine", movedCase(t, care.MoveAccept), offer(care.ForEvaluation, in(1e9), in(2e9), in(3e9), in(4e9), in(5e9), in(6e9), in(7e9), in(8e9), in(9e9)), false},
		{"a fourth evaluation", three(), offer(care.ForEvaluation, in(day)), false},
		{"while another waits", waiting, offer(care.ForEvaluation, in(day)), false},
		{"in place of nothing", movedCase(t, care.MoveAccept), care.SessionOffer{Kind: care.ForEvaluation, Therapist: "ana", Times: []int64{in(day)}, Minutes: 50, InPlaceOf: 7}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := c.c.OfferSession(c.offer, rules.Sessions, now)
			if got := err == nil; got != c.ok || err != nil && !errors.Is(err, care.ErrNotPossible) {
				t.Errorf("error %v, want ok %v", err, c.ok)
			}
		})
	}
}

func TestChooseTime(t *testing.T) {
	c := movedCase(t, care.MoveAccept)
	one, two := in(72*time.Hour), in(96*time.Hour)
	id, err := c.OfferSession(offer(care.ForEvaluation, two, one), rules.Sessions, now)
	if err != nil {
		t.Fatal(err)
	}
	late := now.Add(48 * time.Hour)
	for _, x := range []struct {
		name  string
		start int64
		at    time.Time
		want  error
	}{
		{"not offered", one + 1, now, care.ErrNotPossible},
		{"in time", one, late.Add(-time.Second), nil},
		{"too late", one, late, care.ErrExpired},
	} {
		try := c
		if err := try.ChooseTime(id, x.start, x.at); !errors.Is(err, x.want) {
			t.Errorf("%s: error %v, want %v", x.name, err, x.want)
		}
	}
	lapsed := c
	if got := lapsed.LapseOffers(late.Add(-time.Second)); got != nil {
		t.Errorf("lapsed before its time: %v", got)
	}
	if got := lapsed.LapseOffers(late); !slices.Equal(got, []care.SessionID{id}) {
		t.Errorf("lapsed %v", got)
	}
	if err := lapsed.ChooseTime(id, one, late.Add(-time.Hour)); !errors.Is(err, care.ErrExpired) {
		t.Errorf("chosen after it lapsed: %v", err)
	}
	if err := c.ChooseTime(id, one, now); err != nil {
		t.Fatal(err)
	}
	again := c
	if err := again.ChooseTime(id, one, now.Add(time.Hour)); err != nil || !cmp.Equal(again.Sessions, c.Sessions) {
		t.Errorf("the same choice again: %v", err)
	}
	if err := again.ChooseTime(id, two, now); !errors.Is(err, care.ErrNotPossible) {
		t.Errorf("another choice: %v", err)
	}
}

func TestMoveAndCancelSession(t *testing.T) {
	c, id := withSession(t)
	start := now.Add(72 * time.Hour)
	limit := start.Add(-24 * time.Hour)
	for _, x := range []struct {
		name   string
		by     care.Role
		at     time.Time
		move   error
		late   bool
		cancel error
	}{
		{"in time", care.RoleClient, limit, nil, false, nil},
		{"a second late", care.RoleClient, limit.Add(time.Second), care.ErrTooLate, true, nil},
		{"a partner, late", care.RolePartner, limit.Add(time.Second), care.ErrTooLate, true, nil},
		{"the therapist, late", care.RolePart, limit.Add(time.Second), nil, false, nil},
		{"once it began", care.RoleClient, start, care.ErrTooLate, false, care.ErrTooLate},
		{"the therapist, once it began", care.RolePart, start, care.ErrTooLate, false, care.ErrTooLate},
	} {
		try := c
		if err := try.MoveSession(id, x.by, rules.Sessions, x.at); !errors.Is(err, x.move) {
			t.Errorf("move, %s: error %v, want %v", x.name, err, x.move)
		}
		try = c
		late, err := try.CancelSession(id, x.by, rules.Sessions, x.at)
		if late != x.late || !errors.Is(err, x.cancel) {
			t.Errorf("cancel, %s: late %v, error %v; want %v, %v", x.name, late, err, x.late, x.cancel)
		}
	}
	if c.Sessions[0].State != care.SessionBooked {
		t.Error("an earlier copy changed")
	}
	// Twice, and then only a person can help.
	for n := range 3 {
		err := c.MoveSession(id, care.RoleClient, rules.Sessions, now)
		if n == 2 {
			if !errors.Is(err, care.ErrTooOften) {
				t.Errorf("moved a third time: %v", err)
			}
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		o := offer(care.ForEvaluation, in(time.Duration(100+n)*time.Hour))
		o.InPlaceOf = id
		if id, err = c.OfferSession(o, rules.Sessions, now); err != nil {
			t.Fatal(err)
		}
		if err = c.ChooseTime(id, o.Times[0], now); err != nil {
			t.Fatal(err)
		}
	}
}

func TestMarkSession(t *testing.T) {
	c, id := withSession(t)
	start := now.Add(72 * time.Hour)
	if err := c.MarkSession(id, true, start.Add(-time.Second)); !errors.Is(err, care.ErrNotPossible) {
		t.Errorf("marked before it began: %v", err)
	}
	if err := c.MarkSession(id, true, start); err != nil {
		t.Fatal(err)
	}
	if err := c.MarkSession(id, false, start.Add(time.Hour)); err != nil {
		t.Errorf("not corrected: %v", err)
	}
	if err := c.FollowUp(id, start.Add(2*time.Hour)); err != nil {
		t.Fatal(err)
	}
	if err := c.FollowUp(id, start.Add(3*time.Hour)); !errors.Is(err, care.ErrNotPossible) {
		t.Errorf("followed up twice: %v", err)
	}
	if err := c.MarkSession(id, true, start.Add(4*time.Hour)); !errors.Is(err, care.ErrNotPossible) {
		t.Errorf("corrected after the client was asked: %v", err)
	}
}

// Closing cancels what is to come and says what, so that the times are freed.
func TestClosingCancelsSessions(t *testing.T) {
	c, id := withSession(t)
	did, err := c.Move(care.MoveLeave, care.Mover{As: care.RoleClient, Round: care.AnyRound}, now)
	if err != nil || !slices.Equal(did.Cancelled, []care.SessionID{id}) || c.Sessions[0].State != care.SessionCancelled {
		t.Errorf("%v, cancelled %v, the session is %s", err, did.Cancelled, c.Sessions[0].State)
	}
}

// Whatever is held, chosen, moved and freed for whichever cases: no two share
// an instant of a therapist's time, what is refused changes nothing, and what
// a client chose in time is theirs.
func TestNoTimeIsGivenTwice(t *testing.T) {
	p := sample(t)
	ana, _ := p.Therapist("ana")
	rapid.Check(t, func(t *rapid.T) {
		var load care.Caseload
		at := now
		hour := func(label string) int64 {
			return at.Add(time.Duration(rapid.IntRange(1, 30).Draw(t, label)) * 25 * time.Minute).Unix()
		}
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			at = at.Add(time.Duration(rapid.IntRange(0, 20).Draw(t, "minutes")) * time.Minute)
			before, frozen := load, slices.Clone(load.Held)
			id := care.CaseID(fmt.Sprintf("C%d", rapid.IntRange(0, 4).Draw(t, "case")))
			session := care.SessionID(rapid.IntRange(1, 2).Draw(t, "session"))
			var err error
			switch rapid.IntRange(0, 6).Draw(t, "what") {
			case 0, 1:
				starts := []int64{hour("a"), hour("b")}[:rapid.IntRange(1, 2).Draw(t, "times")]
				until := at.Add(time.Duration(rapid.IntRange(1, 90).Draw(t, "until")) * time.Minute)
				if err = load.Hold(id, session, starts, 50, until, at); err == nil && rapid.Bool().Draw(t, "choose") {
					if err := load.Keep(id, session, starts[0], at); err != nil {
						t.Fatalf("held just now, and not to be kept: %v", err)
					}
				}
			case 2:
				err = load.Keep(id, session, hour("keep"), at)
			case 3:
				load.Free(id, session)
			case 4:
				load.Sweep(at)
			case 5:
				err = load.Take(ana, care.Place{Case: id, Minutes: 50, Since: at.Unix(), Times: []int64{hour("first")}})
			case 6:
				load.Adopt(id, session)
			}
			if err != nil && !cmp.Equal(load, before) {
				t.Fatalf("refused with %v, and changed", err)
			}
			if !cmp.Equal(before.Held, frozen) {
				t.Fatal("an earlier copy changed")
			}
			taken := load.Taken(at)
			for i := 1; i < len(taken); i++ {
				if taken[i][0] < taken[i-1][1] {
					t.Fatalf("%v and %v share time", taken[i-1], taken[i])
				}
			}
		}
	})
}

func TestHoldTimes(t *testing.T) {
	var load care.Caseload
	two := now.Add(2 * time.Hour)
	if err := load.Hold("A", 1, []int64{in(5 * time.Hour), in(6 * time.Hour)}, 50, two, now); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name    string
		id      care.CaseID
		session care.SessionID
		start   int64
		at      time.Time
		want    error
	}{
		{"the same time for another", "B", 1, in(5 * time.Hour), now, care.ErrTimeTaken},
		{"an overlap", "B", 1, in(5*time.Hour + 49*time.Minute), now, care.ErrTimeTaken},
		{"right after", "B", 1, in(5*time.Hour + 50*time.Minute), now, care.ErrTimeTaken}, // meets the one at six
		{"before both", "B", 1, in(4*time.Hour + 10*time.Minute), now, nil},
		{"another session of the same case", "A", 2, in(5 * time.Hour), now, care.ErrTimeTaken},
		{"the same session anew", "A", 1, in(5 * time.Hour), now, nil},
		{"a second before it is free", "B", 1, in(5 * time.Hour), two.Add(-time.Second), care.ErrTimeTaken},
		{"once it is free", "B", 1, in(5 * time.Hour), two, nil},
	} {
		try := load
		if err := try.Hold(c.id, c.session, []int64{c.start}, 50, c.at.Add(time.Hour), c.at); !errors.Is(err, c.want) {
			t.Errorf("%s: error %v, want %v", c.name, err, c.want)
		}
	}
	if err := load.Keep("A", 1, in(5*time.Hour), two); !errors.Is(err, care.ErrTimeTaken) {
		t.Errorf("kept too late: %v", err)
	}
	if err := load.Keep("A", 1, in(5*time.Hour), now); err != nil {
		t.Fatal(err)
	}
	if err := load.Hold("B", 1, []int64{in(6 * time.Hour)}, 50, two, now); err != nil {
		t.Errorf("what was not chosen is not free: %v", err)
	}
	if !load.Release("A") || len(load.Taken(now)) != 1 {
		t.Errorf("released, and %v are taken", load.Taken(now))
	}
}

func TestObservations(t *testing.T) {
	c, id := withSession(t)
	for _, x := range []struct {
		o    care.Observation
		want error
	}{
		{care.Observation{Session: id, By: "ana", Talks: 5, Insight: 1, Motivation: 3, Note: "SECRET"}, nil},
		{care.Observation{By: "ana", Note: "SECRET"}, nil},
		{care.Observation{By: "ana", Talks: 6}, care.ErrRange},
		{care.Observation{By: "ana", Insight: -1}, care.ErrRange},
		{care.Observation{By: "ana"}, care.ErrNotPossible},
		{care.Observation{Talks: 3}, care.ErrNotPossible},
	} {
		if err := c.Observe(x.o, now); !errors.Is(err, x.want) {
			t.Errorf("%d %d: error %v, want %v", x.o.Talks, x.o.Insight, err, x.want)
		}
	}
	if len(c.Observed) != 2 {
		t.Fatalf("%d observations", len(c.Observed))
	}
	if s := fmt.Sprintf("%v %+v %#v", c.Observed, c.Observed[0], c.Observed[0]); strings.Contains(s, "SECRET") {
		t.Errorf("printed: %s", s)
	}
}
