package care_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"anteroom/bot/care"
)

// course plays a service that does nothing but what the plan says, and a client
// who answers or does not.
type course struct {
	t       *rapid.T
	c       care.Case
	load    care.Caseload
	at      time.Time
	done    map[string]int // how often each key was done
	sent    []string
	answers func() bool
}

func (r *course) must(err error) {
	if err != nil {
		r.t.Fatalf("%s, %s: %v; sent %v", r.at.Format(time.DateTime), r.c.Episode.At(), err, r.sent)
	}
}

// next is the first thing that is due and was not done, with its own key.
func (r *course) next() (care.Due, bool) {
	var first care.Due
	found := false
	for _, d := range r.c.Plan(rules, utc, r.at) {
		if d.Every != "" {
			p, err := care.ParsePeriod(string(d.Every))
			r.must(err)
			k := 1 + r.done[d.Key]
			for range k {
				d.At = p.After(d.At)
			}
		} else if r.done[d.Key] > 0 {
			continue
		}
		if !found || d.At.Before(first.At) {
			first, found = d, true
		}
	}
	return first, found
}

func (r *course) do(d care.Due) {
	r.done[d.Key]++
	if r.at.Before(d.At) {
		r.at = d.At
	}
	r.sent = append(r.sent, fmt.Sprintf("%s %s %s", r.at.Format("2006-01-02"), d.Deed, d.Key))
	switch d.Deed {
	case care.DeedAsk:
		if err := r.c.Ask(d.Cadence, d.Person, d.Ref, r.at); err != nil {
			if d.Every == "" {
				r.must(err) // a single question is planned only when it can be asked
			}
			return
		}
		if r.answers() {
			r.answer(d)
		}
	case care.DeedNudge:
		if !r.c.Nudge(d.Cadence, d.Person, d.Ref, r.at) {
			r.t.Fatalf("a nudge was planned, and there is none: %+v", d)
		}
		if r.answers() {
			r.answer(d)
		}
	case care.DeedTell:
		flags, less := r.c.TellSilence(d.Cadence, d.Person, d.Ref, rules, r.at)
		if len(flags) == 0 {
			r.t.Fatalf("a silence was planned, and there is none: %+v", d)
		}
		if less && r.answers() {
			r.must(r.c.AskLess(d.Cadence, d.Person, care.QuietLess, r.at))
		}
	case care.DeedDeliver:
		r.must(r.c.Deliver(care.AssignmentID(d.Ref), r.at))
	case care.DeedLapse:
		r.c.LapseAssignments(r.at)
		for _, id := range r.c.LapseOffers(r.at) {
			r.load.Free(r.c.ID, id)
		}
	case care.DeedSend:
		r.must(r.c.SendBooster(d.Person, r.c.Boosters[slices.IndexFunc(r.c.Boosters, func(b care.Booster) bool {
			return b.State == care.BoosterPlanned
		})].After, r.at))
		if r.answers() {
			r.must(r.c.AnswerBooster(d.Person, care.BoosterWell, r.at.Add(time.Hour)))
		}
	case care.DeedSettle:
	case care.DeedBrief:
		r.must(r.c.Brief(care.SessionID(d.Ref), r.at))
	case care.DeedFollowUp:
		r.must(r.c.FollowUp(care.SessionID(d.Ref), r.at))
	case care.DeedRemind:
		s, _ := r.c.Session(care.SessionID(d.Ref))
		if s.State != care.SessionBooked || !r.at.Before(time.Unix(s.Start, 0)) {
			r.t.Fatalf("reminded of a session that is %s", s.State)
		}
	default:
		r.t.Fatalf("nobody does %q", d.Deed)
	}
}

func (r *course) answer(d care.Due) {
	at := r.at.Add(time.Minute)
	switch d.Cadence {
	case care.CadenceSittings:
		name, _ := r.c.NextSitting(d.Person)
		r.must(r.c.Sit(name, d.Person, map[string]string{"story_since": "years"}, at))
	case care.CadenceReport:
		rep := report()
		rep.Person = d.Person
		_, err := r.c.Report(care.AssignmentID(d.Ref), rep, at)
		r.must(err)
	case care.CadencePulse:
		_, err := r.c.Measure(care.Bother, d.Person, []int{4}, rules.Alerts, at)
		r.must(err)
	case care.CadenceMeasures:
		_, err := r.c.Measure(care.PHQ2, d.Person, []int{0, 1}, rules.Alerts, at)
		r.must(err)
	case care.CadenceReview:
		r.must(r.c.RateGoals(d.Person, map[care.GoalID]care.Attained{1: 1}, at))
	case care.CadenceEnding:
		r.c.Heard(d.Cadence, d.Person, 0, at)
		r.must(r.c.OptIn(d.Person, rules.Boosters, rules, at))
		_, err := r.c.Move(care.MoveBoost, client, at)
		r.must(err)
	default:
		r.t.Fatalf("nobody answers %q", d.Cadence)
	}
}

// until does what falls due before a time.
func (r *course) until(end time.Time) {
	for range 2000 {
		d, ok := r.next()
		if !ok || d.At.After(end) {
			r.at = end
			return
		}
		r.do(d)
	}
	r.t.Fatalf("it never ends: %v", r.sent[len(r.sent)-20:])
}

// meet offers two times in three days, has the first one chosen, and goes there.
func (r *course) meet(kind care.SessionKind, came bool) {
	start := r.at.Add(72 * time.Hour).Truncate(time.Hour)
	o := care.SessionOffer{Kind: kind, Therapist: "ana", Minutes: 50, Times: []int64{start.Unix(), start.Add(time.Hour).Unix()}}
	id, err := r.c.OfferSession(o, rules.Sessions, r.at)
	r.must(err)
	r.must(r.load.Hold(r.c.ID, id, o.Times, o.Minutes, rules.Sessions.Offers.After(r.at), r.at))
	r.must(r.c.ChooseTime(id, o.Times[0], r.at))
	r.must(r.load.Keep(r.c.ID, id, o.Times[0], r.at))
	r.until(start)
	r.must(r.c.MarkSession(id, came, r.at.Add(time.Hour)))
	r.until(start.Add(24 * time.Hour))
}

func (r *course) move(m care.MoveName, by care.Mover) {
	_, err := r.c.Move(m, by, r.at)
	r.must(err)
}

// From the first session to the last booster, with somebody who always, never
// or sometimes answers: what the plan says can be done, nothing is done twice,
// and in the end there is silence.
func TestAWholeCourse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		how := rapid.IntRange(0, 2).Draw(t, "answers")
		r := &course{t: t, c: bookedCase(), at: now, done: map[string]int{}}
		r.answers = func() bool { return how == 0 || how == 2 && rapid.Bool().Draw(t, "answers now") }
		r.move(care.MoveAccept, client)
		for n := range 3 {
			r.meet(care.ForEvaluation, n != 1)
		}
		r.move(care.MovePlan, ana)
		_, err := r.c.SetGoal(care.Goal{Person: care.TheClient, Words: "Talk", Weight: 1, Begins: -1, By: "ana"}, r.at)
		r.must(err)
		r.c.AgreeGoals(care.TheClient, r.at)
		r.move(care.MoveStart, ana)
		for week := range 8 {
			_, err := r.c.Give(care.Assignment{Library: fmt.Sprintf("week-%d", week), Person: care.TheClient, By: "ana", Until: r.at.AddDate(0, 0, 7).Unix()}, r.at)
			if err != nil && how == 0 {
				r.must(err)
			}
			switch rapid.IntRange(0, 9).Draw(t, "meanwhile") {
			case 0:
				r.must(r.c.PauseFor(care.TheClient, r.at.AddDate(0, 0, 5), r.at))
			case 1:
				r.c.PutHold("", r.at)
				r.until(r.at.AddDate(0, 0, 3))
				r.must(r.c.LiftHold("ana", r.at))
			}
			r.until(r.at.AddDate(0, 0, 3))
			r.meet(care.ForTherapy, true)
		}
		r.move(care.MoveReach, ana)
		r.move(care.MoveEnd, ana)
		ended := r.at
		r.until(r.at.AddDate(0, 0, 30))
		if r.c.Episode.At() == care.PhaseEnded { // nobody said anything
			r.move(care.MoveFinish, care.Mover{As: care.RoleService, Round: care.AnyRound})
		} else {
			r.until(ended.AddDate(1, 2, 0))
			if !r.c.SettleBoosters(rules, r.at) {
				t.Fatalf("boosters are left: %+v", r.c.Boosters)
			}
			r.move(care.MoveFinish, care.Mover{As: care.RoleService, Round: care.AnyRound})
			boosters := 0
			for _, b := range r.c.Boosters {
				if b.Sent != 0 {
					boosters++
				}
			}
			if boosters != 4 {
				t.Fatalf("%d boosters went out: %v", boosters, r.sent)
			}
		}
		if plan := r.c.Plan(rules, utc, r.at.AddDate(5, 0, 0)); len(plan) != 0 {
			t.Fatalf("after the end there is no silence: %+v", plan)
		}
		for _, a := range r.c.Asks {
			if a.Open() {
				t.Fatalf("a question still waits: %+v", a)
			}
		}
		if how == 0 && len(r.c.OpenFlags()) != 0 {
			t.Fatalf("somebody who answers raised %+v", r.c.OpenFlags())
		}
		if how == 1 {
			for _, n := range []care.CadenceName{care.CadencePulse, care.CadenceMeasures, care.CadenceReport} {
				if m := r.c.Misses(n, care.TheClient); m > 2 {
					t.Fatalf("%s was asked into the silence %d times", n, m)
				}
			}
		}
	})
}
