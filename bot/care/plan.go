package care

import (
	"fmt"
	"slices"
	"time"
)

// Deed is what is to be done when something falls due.
type Deed string

const (
	DeedAsk      Deed = "ask"       // open the dialog of the cadence: [Case.Ask]
	DeedNudge    Deed = "nudge"     // [Case.Nudge]
	DeedTell     Deed = "tell"      // the therapist of a silence: [Case.TellSilence]
	DeedRemind   Deed = "remind"    // of a session
	DeedFollowUp Deed = "follow-up" // after a no-show: [Case.FollowUp]
	DeedBrief    Deed = "brief"     // to the therapist: [Case.BriefOf], [Case.Brief]
	DeedDeliver  Deed = "deliver"   // an assignment: [Case.Deliver]
	DeedSend     Deed = "send"      // a booster: [Case.SendBooster]
	DeedLapse    Deed = "lapse"     // an offer or an assignment: [Case.LapseOffers], [Case.LapseAssignments]
	DeedSettle   Deed = "settle"    // the wait for a booster's answer: [Case.SettleBoosters]
)

// Due is one thing that is to happen, once at a time of its own, or every so
// often from a time on. It says when by the rules alone: quiet hours, the
// practice's calendar and what to do about the past are the scheduler's.
type Due struct {
	Deed    Deed
	Cadence CadenceName
	// Key names it within the case: the same thing has the same key whenever
	// the plan is made, so that it is sent once.
	Key    string
	Person PersonID // empty: nobody's; a therapist's, or the service's own
	Ref    int      // the session, or the assignment
	At     time.Time
	Every  Cadence // comes round so often from At on; empty: once
	Other  bool    // only every other time
}

// Plan is everything that is to happen to a case as it stands, by time, then by
// key. zone is where each person is; deeds of nobody are on the clock of the
// empty person, the practice's. What does not run is not in it, so that making
// it anew after every change is all that a move, a pause or a hold needs. It
// may hold what is past: a reminder that was missed is for the scheduler to
// send late, once.
func (c Case) Plan(r Rules, zone func(PersonID) *time.Location, now time.Time) []Due {
	p := planner{c: c, r: r, zone: zone, now: now}
	if c.Status == Erased {
		return nil
	}
	p.sessions()
	for _, id := range c.Here() {
		p.sittings(id)
		p.checkIns(id)
		p.assignments(id)
		p.boosters(id)
		p.waitlist(id)
	}
	p.silences()
	slices.SortStableFunc(p.all, func(a, b Due) int {
		if c := a.At.Compare(b.At); c != 0 {
			return c
		}
		if a.Key < b.Key {
			return -1
		}
		return 1
	})
	return p.all
}

type planner struct {
	c    Case
	r    Rules
	zone func(PersonID) *time.Location
	now  time.Time
	all  []Due
}

func (p *planner) add(d Due) { p.all = append(p.all, d) }

// at is an instant on the clock of a person.
func (p *planner) at(unix int64, id PersonID) time.Time { return time.Unix(unix, 0).In(p.zone(id)) }

func (p *planner) sessions() {
	for _, s := range p.c.Sessions {
		key := fmt.Sprintf("session-%d", s.ID)
		d := Due{Cadence: CadenceSessions, Ref: int(s.ID)}
		switch s.State {
		case SessionOffered:
			d.Deed, d.Key, d.At = DeedLapse, key+"-lapse", p.at(s.Expires, "")
			p.add(d)
		case SessionBooked:
			if !slices.Contains(runs[p.c.Episode.At()], CadenceSessions) {
				continue
			}
			for _, id := range p.c.Attends(s) {
				for _, before := range p.r.Sessions.Remind {
					at := before.Before(p.at(s.Start, id))
					if at.Unix() <= s.Chosen {
						continue // booked later than that: the confirmation has just said it
					}
					d.Deed, d.Key, d.Person, d.At = DeedRemind, fmt.Sprintf("%s-%s-%s", key, before, id), id, at
					p.add(d)
				}
			}
			if s.Briefed == 0 {
				p.add(Due{Deed: DeedBrief, Cadence: CadenceBrief, Key: key + "-brief", Ref: int(s.ID),
					At: p.r.Sessions.Brief.Before(p.at(s.Start, ""))})
			}
		case SessionMissed:
			if s.Followed != 0 || !slices.Contains(runs[p.c.Episode.At()], CadenceSessions) {
				continue
			}
			// A couple's first is asked, for both.
			id := p.c.Attends(s)
			if len(id) == 0 {
				continue
			}
			d.Deed, d.Key, d.Person = DeedFollowUp, key+"-missed", id[0]
			d.At = p.r.Sessions.Missed.After(s.End().In(p.zone(id[0])))
			p.add(d)
		}
	}
}

func (p *planner) sittings(id PersonID) {
	name, ok := p.c.NextSitting(id)
	if !ok || !p.c.Runs(CadenceSittings, id, p.now) || p.c.waits(CadenceSittings, id) {
		return
	}
	last := p.c.Episode.Since
	for _, s := range p.c.Sittings {
		if s.Person == id && s.Turn == p.c.Episode.Turn {
			last = max(last, s.At)
		}
	}
	if a, ok := p.c.lastAsking(CadenceSittings, id, 0); ok && a.Missed() {
		last = max(last, a.Told)
	}
	p.add(Due{Deed: DeedAsk, Cadence: CadenceSittings, Key: fmt.Sprintf("sitting-%d-%s-%s%s", p.c.Episode.Turn, name, id, p.c.anew(CadenceSittings, id, 0)), Person: id,
		At: p.r.Between.Sittings.After(p.at(last, id))})
}

// checkIns are what comes round by itself: pulse, measures, goal review; and
// the ending, which is asked for once.
func (p *planner) checkIns(id PersonID) {
	for _, x := range []struct {
		name  CadenceName
		every Cadence
	}{{CadencePulse, p.r.Between.Pulse}, {CadenceMeasures, p.r.Between.MeasureEvery}} {
		if x.every == "" || x.name == CadenceMeasures && len(p.r.Between.Measures) == 0 || !p.c.Runs(x.name, id, p.now) {
			continue
		}
		began := p.c.Episode.started(x.name)
		p.add(Due{Deed: DeedAsk, Cadence: x.name, Key: fmt.Sprintf("%s-%d-%s", x.name, began, id), Person: id,
			At: p.at(began, id), Every: x.every, Other: p.c.EveryOther(x.name, id)})
	}
	if p.c.Runs(CadenceReview, id, p.now) && len(p.c.GoalsOf(id, true)) > 0 && !p.c.waits(CadenceReview, id) {
		p.review(id)
	}
	if p.c.Runs(CadenceEnding, id, p.now) {
		began := p.c.Episode.started(CadenceEnding)
		if a, ok := p.c.lastAsking(CadenceEnding, id, 0); !ok || a.At < began {
			p.add(Due{Deed: DeedAsk, Cadence: CadenceEnding, Key: fmt.Sprintf("ending-%d-%s%s", began, id, p.c.anew(CadenceEnding, id, 0)), Person: id, At: p.at(began, id)})
		}
	}
}

func (p *planner) review(id PersonID) {
	last := p.c.Episode.started(CadenceReview)
	if a, ok := p.c.lastAsking(CadenceReview, id, 0); ok {
		last = max(last, a.At, a.Told)
	}
	at, after := p.r.Between.ReviewEvery.After(p.at(last, id)), p.r.Between.ReviewAfter
	if p.c.EveryOther(CadenceReview, id) {
		at, after = p.r.Between.ReviewEvery.After(at), 2*after
	}
	met := 0
	for _, s := range p.c.Sessions {
		if s.State == SessionHappened && s.Start > last {
			if met++; met == after {
				if end := s.End().In(p.zone(id)); end.Before(at) {
					at = end
				}
			}
		}
	}
	p.add(Due{Deed: DeedAsk, Cadence: CadenceReview, Key: fmt.Sprintf("goal-review-%d-%s", last, id), Person: id, At: at})
}

func (p *planner) assignments(id PersonID) {
	next, meets := p.c.NextSession(p.now)
	met := int64(0)
	for _, s := range p.c.Sessions {
		if s.State == SessionHappened {
			met = max(met, s.Start)
		}
	}
	for _, a := range p.c.Given {
		if a.Person != id {
			continue
		}
		key := fmt.Sprintf("assignment-%d", a.ID)
		d := Due{Cadence: CadenceAssignments, Person: id, Ref: int(a.ID)}
		if a.State == AssignmentGiven && p.c.Runs(CadenceAssignments, id, p.now) {
			d.Deed, d.Key, d.At = DeedDeliver, key, p.at(a.From, id)
			p.add(d)
		}
		if a.Until != 0 && (a.State == AssignmentGiven || a.State == AssignmentDelivered) && slices.Contains(runs[p.c.Episode.At()], CadenceAssignments) {
			d.Deed, d.Key, d.At = DeedLapse, key+"-lapse", p.at(a.Until, id)
			p.add(d)
		}
		if !a.Asks() || !p.c.Runs(CadenceReport, id, p.now) || p.c.openAsk(CadenceReport, id, int(a.ID)) >= 0 || p.c.passesOver(a) {
			continue
		}
		d.Deed, d.Cadence = DeedAsk, CadenceReport
		asked, was := p.c.lastAsking(CadenceReport, id, int(a.ID))
		reports := p.c.ReportsOn(a.ID)
		if !was && len(reports) == 0 {
			d.Key, d.At = key+"-report"+p.c.anew(CadenceReport, id, int(a.ID)), p.r.Between.Report.After(p.at(a.Delivered, id))
			p.add(d)
		}
		// The day before a session what has not been told since the last one.
		if !meets || a.Until != 0 && a.Until < met || len(reports) > 0 && reports[len(reports)-1].At >= max(met, a.Delivered) {
			continue
		}
		d.Key, d.At = fmt.Sprintf("%s-report-session-%d%s", key, next.ID, p.c.anew(CadenceReport, id, int(a.ID))), p.r.Between.BeforeMeet.Before(p.at(next.Start, id))
		if d.At.Unix() > a.Delivered && (!was || asked.At < d.At.Unix()) {
			p.add(d)
		}
	}
}

func (p *planner) boosters(id PersonID) {
	for _, b := range p.c.Boosters {
		if b.Person != id || b.Turn != p.c.Episode.Turn {
			continue
		}
		d := Due{Cadence: CadenceBoosters, Person: id, Key: fmt.Sprintf("booster-%d-%s-%s", b.Turn, b.After, id)}
		switch {
		case b.State == BoosterPlanned && p.c.Runs(CadenceBoosters, id, p.now):
			d.Deed, d.At = DeedSend, b.Due(p.zone(id))
			p.add(d)
		case b.State == BoosterSent:
			d.Deed, d.Key, d.At = DeedSettle, d.Key+"-settle", p.r.BoosterFor.After(p.at(b.Sent, id))
			p.add(d)
		}
	}
}

// passesOver reports that nothing is asked about an assignment of somebody who is
// asked less: of what they were given since they said so, the first is asked
// about, the second not, and so on.
func (c Case) passesOver(a Assignment) bool {
	if !c.EveryOther(CadenceReport, a.Person) {
		return false
	}
	since := c.quieted(CadenceReport, a.Person).At
	if a.Delivered < since {
		return true
	}
	before := 0
	for _, other := range c.Given {
		if other.Person == a.Person && other.ID < a.ID && other.Delivered >= since {
			before++
		}
	}
	return before%2 != 0
}

// waitlist asks the person who wrote every month from the day on which they
// were put there, with months clamped and counted from that day; every other
// month who is asked less.
func (p *planner) waitlist(id PersonID) {
	d, decided := p.c.Last()
	if id != TheClient || !decided || !p.c.Runs(CadenceWaitlist, id, p.now) || p.c.waits(CadenceWaitlist, id) {
		return
	}
	asked, n := int64(0), 1
	for _, a := range p.c.Asks {
		if a.Cadence == CadenceWaitlist && a.Person == id && a.At >= d.At {
			asked = a.At
		}
	}
	w := p.r.Between.Waitlist
	month := func(n int) time.Time {
		times := Period{Years: n * w.Years, Months: n * w.Months, Days: n * w.Days, Rest: time.Duration(n) * w.Rest}
		return times.After(p.at(d.At, id))
	}
	for month(n).Unix() <= asked {
		n++
	}
	if asked != 0 && p.c.EveryOther(CadenceWaitlist, id) {
		n++
	}
	p.add(Due{Deed: DeedAsk, Cadence: CadenceWaitlist, Key: fmt.Sprintf("waitlist-%d-%d", d.At, n), Person: id, At: month(n)})
}

// silences are the nudges and tellings of what waits for an answer.
func (p *planner) silences() {
	for _, a := range p.c.Asks {
		step, at, ok := a.Next(p.r.Silence, p.zone(a.Person))
		if !ok || !p.c.Runs(a.Cadence, a.Person, p.now) {
			continue
		}
		d := Due{Deed: DeedNudge, Cadence: a.Cadence, Person: a.Person, Ref: a.Ref, At: at,
			Key: fmt.Sprintf("%s-%s-%d-%d-%s", a.Cadence, a.Person, a.Ref, a.At, step)}
		if step == StepTell {
			d.Deed = DeedTell
		}
		p.add(d)
	}
}

// started is when something that runs in the present phase began to, over all
// the phases since that had it too.
func (e Episode) started(name CadenceName) int64 {
	at := e.Since
	for _, m := range slices.Backward(e.standing()) {
		if !slices.Contains(runs[m.To], name) {
			break
		}
		if at = m.At; !slices.Contains(runs[m.From], name) {
			break
		}
	}
	return at
}

// waits reports whether a question of a kind waits for a person's answer.
func (c Case) waits(name CadenceName, id PersonID) bool {
	return slices.ContainsFunc(c.Asks, func(a Asking) bool { return a.Cadence == name && a.Person == id && a.Open() })
}

// anew tells the key of a question that was called off, or left unanswered,
// from the key of the same one asked again.
func (c Case) anew(name CadenceName, id PersonID, ref int) string {
	for _, a := range slices.Backward(c.Asks) {
		if a.Cadence == name && a.Person == id && a.Ref == ref {
			return fmt.Sprintf("-%d", a.At)
		}
	}
	return ""
}

func (c Case) lastAsking(name CadenceName, id PersonID, ref int) (Asking, bool) {
	for _, a := range slices.Backward(c.Asks) {
		if a.Cadence == name && a.Person == id && a.Ref == ref && a.Off == 0 {
			return a, true
		}
	}
	return Asking{}, false
}
