package care

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Fit says what could be done with an enquiry.
type Fit string

const (
	Book    Fit = "F" // book an evaluation with the therapist it goes to first
	Another Fit = "S" // that one is full; another therapist here fits
	CapFull Fit = "C" // it fits, and every fitting caseload is full: waitlist
	Outside Fit = "O" // outside what the practice does: refer out
	Unasked Fit = "U" // the short path: fit unchecked
)

// Words says it to a therapist.
func (f Fit) Words() string {
	switch f {
	case Book:
		return "book an evaluation"
	case Another:
		return "another therapist here"
	case CapFull:
		return "fits, caseload full"
	case Outside:
		return "outside what we do"
	default:
		return "fit unchecked"
	}
}

// Assessment is who here could help, and why.
type Assessment struct {
	Fit     Fit
	Reasons []Reason
	// First is whom the enquiry would go to if there were room everywhere;
	// empty when nobody passes the gates.
	First TherapistID
	// Candidates are all therapists: first those who fit and have room, then
	// those who fit and are full, then those who only pass the gates, then the
	// rest; the best match first, equal ones in the roster's order.
	Candidates []Candidate
}

// Candidate is one therapist seen from one enquiry.
type Candidate struct {
	Therapist TherapistID
	Name      string
	Passes    bool     // all gates
	Fits      bool     // passes, and is trained for the main topic or nobody who passes is
	Gates     []Reason // the gates that failed
	Full      []Reason // the hard caps, or the taken slots, in the way
	Soft      []Reason // the soft caps reached: ask first
	Level     Level    // for the main topic
	Tier      Tier
	Score     int // the sum of Parts; compare within one assessment only
	Parts     []Part
	Reasons   []Reason // what speaks for and against, in words
	Effect    string   // "pain cases 5→6, soft cap 6"
	Opening   Date     // when full: about when the next place opens; may be empty
}

// Part is one of the things that make up a score.
type Part struct {
	Name         string
	Points, Most int
}

// Room reports whether the enquiry could be taken now.
func (c Candidate) Room() bool { return c.Passes && len(c.Full) == 0 }

// NeedsReason reports whether an offer would overrule something, so that the
// therapist's reason has to be kept: a failed gate or a soft cap. A hard cap
// cannot be overruled at all.
func (c Candidate) NeedsReason() bool { return !c.Passes || len(c.Soft) > 0 }

// Available returns the candidates who pass and have room, those who fit first.
func (a Assessment) Available() []Candidate {
	return slices.DeleteFunc(slices.Clone(a.Candidates), func(c Candidate) bool { return !c.Room() })
}

// Opening returns the earliest day on which a therapist who fits and is full
// expects a place, and who that is; empty when nobody gave a day.
func (a Assessment) Opening() (Date, TherapistID) {
	var day Date
	var who TherapistID
	for _, c := range a.Candidates {
		if c.Fits && c.Opening != "" && (day == "" || c.Opening < day) {
			day, who = c.Opening, c.Therapist
		}
	}
	return day, who
}

// FitFacts are the facts that [Assess] looks at; no other changes what it says.
func FitFacts() []string {
	return []string{"adult", "out", "path", "topics", "main_topic", "together", "here", "place", "mode", "times", "wishes", "treatment", "gender", "session_language", "fee_ok", "can_pay"}
}

// Assess says who in the practice could take an enquiry. A therapist without
// an entry in loads has only the cases of the roster. now decides which
// openings still lie ahead.
//
// The hard gates, in this order: adult; a licence where the sessions take
// place; language; one person or a couple; the fee; online or in person; scope
// (the main topic is not one the therapist leaves to others). A gate looks only
// at what was answered: what is unset keeps nobody out. Those who pass are
// ranked by their level for the main topic, the treatment asked for,
// populations, gender, the times that suit, the other topics, and the room
// left.
//
// A therapist fits who passes the gates and is skilled or expert in the main
// topic; where nobody who passes is, all who pass fit. So a person who asks for
// help with pain waits for one who knows it, and is not sent to whoever has an
// empty hour; the therapist may still do that.
//
// The fit follows, in this order:
//
//   - O: under eighteen, or something asked for that the practice does not do.
//   - U: the short path.
//   - O: nobody passes the gates.
//   - F: the best match among those who fit has room: below every hard cap
//     and, at a reduced fee, with a slot left.
//   - S: the best match is full, and another who fits has room.
//   - C: everyone who fits is full.
//
// So a taken slot is a matter of waiting, while a fee at which a therapist
// never works is a gate. Urgency has no part in it. The source is section 7 of
// the practice's rule book.
func Assess(e Enquiry, p Practice, loads map[TherapistID]Caseload, now time.Time) Assessment {
	if p.Zone != nil {
		now = now.In(p.Zone)
	}
	today := DateOf(now)
	groups := p.GroupsOf(e.MainTopic)
	a := Assessment{Candidates: make([]Candidate, 0, len(p.Therapists))}
	for _, t := range p.Therapists {
		a.Candidates = append(a.Candidates, candidate(e, t, loads[t.ID], groups, today))
	}
	trained := slices.ContainsFunc(a.Candidates, func(c Candidate) bool { return c.Passes && c.Level >= Skilled })
	best := -1
	for i := range a.Candidates {
		c := &a.Candidates[i]
		c.Fits = c.Passes && (c.Level >= Skilled || !trained)
		if c.Fits && (best < 0 || c.Score > a.Candidates[best].Score) {
			best = i
		}
	}
	if best >= 0 {
		a.First = a.Candidates[best].Therapist
	}
	slices.SortStableFunc(a.Candidates, func(x, y Candidate) int {
		return cmp.Or(cmp.Compare(y.standing(), x.standing()), cmp.Compare(y.Score, x.Score))
	})
	a.Fit, a.Reasons = decideFit(e, p, a, now)
	return a
}

func (c Candidate) standing() int {
	switch {
	case c.Fits && c.Room():
		return 3
	case c.Fits:
		return 2
	case c.Passes:
		return 1
	default:
		return 0
	}
}

func decideFit(e Enquiry, p Practice, a Assessment, now time.Time) (Fit, []Reason) {
	if e.Adult == "minor" {
		return Outside, []Reason{{"minor", "under eighteen"}}
	}
	if e.Out != "" {
		return Outside, []Reason{{"out-" + e.Out, "asks for " + outWords(e.Out)}}
	}
	// The best match stands at the head of its own group, so the head of the
	// list is either that one or, when that one is full, the best with room.
	var reasons []Reason
	fit := Outside
	var head Candidate
	if len(a.Candidates) > 0 {
		head = a.Candidates[0]
	}
	switch {
	case e.Short:
		return Unasked, append([]Reason{{"short", "asked to be contacted after the shortest path"}}, nobody(a, e, p)...)
	case !head.Passes:
		return Outside, nobody(a, e, p)
	case head.Room() && head.Therapist == a.First:
		fit = Book
		reasons = append(reasons, Reason{"first", head.Name + " fits best and has room"})
	case head.Room():
		fit = Another
		first := a.find(a.First)
		reasons = append(reasons, first.Full...)
		reasons = append(reasons, Reason{"another", first.Name + " would fit best; " + head.Name + " fits and has room"})
	default:
		fit = CapFull
		for _, c := range a.Candidates {
			if c.Fits {
				reasons = append(reasons, c.Full...)
			}
		}
		if day, who := a.Opening(); day != "" {
			reasons = append(reasons, Reason{"opening", "next opening about " + day.Words(now) + " with " + a.find(who).Name})
		} else {
			reasons = append(reasons, Reason{"no-opening", "no date for the next opening: set next_opening in the roster"})
		}
		if names := namesOf(a.Available()); len(names) > 0 {
			reasons = append(reasons, Reason{"untrained", "room, without special training in " + in(topicWords, e.MainTopic) + ": " + and(names)})
		}
	}
	switch {
	case e.MainTopic == somethingElse:
		reasons = append(reasons, Reason{"own-topic", "the topic is in their own words: read them first"})
	case e.named() && head.Level == Open:
		reasons = append(reasons, Reason{"untrained", "nobody who passes is trained in " + in(topicWords, e.MainTopic)})
	}
	return fit, append(reasons, head.Soft...)
}

func (a Assessment) find(id TherapistID) Candidate {
	for _, c := range a.Candidates {
		if c.Therapist == id {
			return c
		}
	}
	return Candidate{}
}

func namesOf(cs []Candidate) []string {
	names := make([]string, len(cs))
	for i, c := range cs {
		names[i] = c.Name
	}
	return names
}

// nobody explains why nobody passes: one line for a gate at which all fail,
// else a line for each therapist.
func nobody(a Assessment, e Enquiry, p Practice) []Reason {
	if len(a.Candidates) == 0 {
		return []Reason{{"nobody", "nobody works here"}}
	}
	for _, c := range a.Candidates {
		if c.Passes {
			return nil
		}
	}
	for _, shared := range a.Candidates[0].Gates {
		everywhere := true
		for _, c := range a.Candidates[1:] {
			everywhere = everywhere && slices.ContainsFunc(c.Gates, func(r Reason) bool { return r.Code == shared.Code })
		}
		if everywhere {
			return []Reason{{shared.Code, nobodyHere(shared.Code, e, p)}}
		}
	}
	var out []Reason
	for _, c := range a.Candidates {
		out = append(out, c.Gates[0])
	}
	return out
}

func outWords(out string) string {
	switch out {
	case "court":
		return "court-ordered work or an evaluation for a court"
	case "medication-only":
		return "a prescription only"
	case "crisis-care":
		return "crisis care"
	case "sexual-services":
		return "sexual services"
	case "minors-attraction":
		return "help with attraction to minors: specialist helpline and a human"
	default:
		return plain(out)
	}
}

func candidate(e Enquiry, t Therapist, load Caseload, groups []GroupID, today Date) Candidate {
	c := Candidate{Therapist: t.ID, Name: t.Name, Level: t.Level(e.MainTopic), Tier: t.Fee.Tier(e)}
	c.Gates = gates(e, t, c.Tier)
	c.Passes = len(c.Gates) == 0
	counts := load.Count(t)
	c.room(t, counts, groups, today)
	c.rank(e, t, counts, groups)
	return c
}

// room fills Full, Soft, Effect and Opening.
func (c *Candidate) room(t Therapist, n Counts, groups []GroupID, today Date) {
	var effects []string
	see := func(code, what string, have int, limit Cap) {
		// The total is worth a line when there is no group, or at its soft cap.
		if code != "total" || len(effects) == 0 || have >= limit.Soft {
			effects = append(effects, fmt.Sprintf("%s cases %d→%d, soft cap %d", what, have, have+1, limit.Soft))
		}
		switch {
		case have >= limit.Hard:
			c.Full = append(c.Full, Reason{"full-" + code, fmt.Sprintf("%s: %s cases %d, hard cap %d", t.Name, what, have, limit.Hard)})
		case have >= limit.Soft:
			c.Soft = append(c.Soft, Reason{"soft-" + code, fmt.Sprintf("%s: ask first, %s cases %d→%d pass the soft cap %d", t.Name, what, have, have+1, limit.Soft)})
		}
	}
	for _, g := range groups {
		if limit, ok := t.Caps.Groups[g]; ok {
			see(string(g), plain(g), n.Groups[g], limit)
		}
	}
	see("total", "all", n.Total, t.Caps.Total)
	if c.Tier.Reduced() {
		have, most := n.Reduced.Of(c.Tier), t.ReducedSlots.Of(c.Tier)
		effects = append(effects, fmt.Sprintf("%s-fee slots %d→%d/%d", c.Tier, have, have+1, most))
		if have >= most && most > 0 {
			c.Full = append(c.Full, Reason{"full-slot", fmt.Sprintf("%s: %s-fee slots %d of %d taken", t.Name, c.Tier, have, most)})
		}
	}
	c.Effect = strings.Join(effects, "; ")
	if len(c.Full) > 0 && t.NextOpening >= today {
		c.Opening = t.NextOpening
	}
}
