package bot

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"anteroom/bot/care"
)

// caseRecord is what is stored of a case: the case, and whose chats belong to it.
type caseRecord struct {
	Case  care.Case   `cbor:"1,keyasint"`
	Chats []SubjectID `cbor:"2,keyasint"` // to whom decisions go
	// Custody is who touched it.
	Custody caseWatch `cbor:"3,keyasint,omitzero"`
	// Releases are the client's leaves to tell others; the client is Chats[0].
	Releases care.Releases `cbor:"4,keyasint,omitempty"`
	// Couple is who joined, and how others can.
	Couple couple `cbor:"5,keyasint,omitzero"`
	// Marks are what came round last, by the name of its plan.
	Marks map[string]mark `cbor:"6,keyasint,omitempty"`
	// Zones are where the people are, as far as it is not the practice's zone.
	Zones map[care.PersonID]string `cbor:"7,keyasint,omitempty"`
	// Goodbye is what the therapist writes at the end.
	Goodbye string `cbor:"8,keyasint,omitempty"`
	// Past: it came to an end, and who opened it began another since.
	Past bool `cbor:"12,keyasint,omitempty"`
}

// Answer carries a therapist's decision to the client.
type Answer struct {
	Case     care.CaseID   `cbor:"1,keyasint"`
	Decision care.Decision `cbor:"2,keyasint"`
	Fee      int           `cbor:"3,keyasint,omitempty"` // of the therapist it names, at the client's tier
}

// caseAct is an act of a therapist as an event.
type caseAct struct {
	Act Act `cbor:"1,keyasint"`
}

func (Answer) what()  {}
func (caseAct) what() {}

const (
	dueReply   = "reply-by"
	dueSilence = "silence"
	// silentFor is how long a client may leave an offer or a question open
	// before the therapist is told (rule book, section 11).
	silentFor = 7 * 24 * time.Hour
	caseIndex = "cases"
)

// caseStep is the step of a case: a therapist acts, or an answer falls due.
func caseStep(w *world) error {
	rec, err := read[caseRecord](w, w.ev.Subject)
	if err != nil {
		return err
	}
	switch what := w.ev.What.(type) {
	case caseAct:
		if rec == nil {
			return actOnRest(w, what.Act)
		}
		return act(w, rec, what.Act)
	case calling:
		if rec != nil {
			return told(w, rec, what)
		}
		w.out.post = append(w.out.post, posted{to: callSubject(w.ev.Subject.Name()), what: what})
		return nil
	case releaseAsked, released:
		if rec == nil {
			return nil
		}
		return caseReleases(w, rec)
	case erasedByPractice:
		if rec == nil {
			return nil
		}
		return eraseCase(w, rec, what)
	case Fell:
		if rec == nil {
			return nil
		}
		return caseDue(w, rec, what.Name)
	}
	return nil
}

// caseDue does what falls due on a case: an answer was promised by now, or the
// client has been silent for a week.
func caseDue(w *world, rec *caseRecord, name string) error {
	c := &rec.Case
	switch {
	case strings.HasPrefix(name, dueOnCall):
		return callAgain(w, rec, name)
	case name == dueReply && c.Status == care.Waiting:
		w.notice(fmt.Sprintf("%s: the client on the waitlist was promised a word by today.", c.ID))
	case name == dueReply && (c.Status == care.WaitingDecision || c.Status == care.Claimed):
		w.notice(fmt.Sprintf("%s: the answer is due now, and nobody has decided. Anyone may.", c.ID))
		w.plan(dueReply, w.p.Hours.Deadline(w.now, 1))
		if c.Lapse(w.now) {
			return w.keepCase(rec)
		}
	case name == dueCourse:
		return courseDue(w, rec)
	case name == dueKeep:
		return outlives(w, rec)
	case name == dueSilence && (c.Status == care.Offered || c.Status == care.Asked):
		if err := w.release(rec, ""); err != nil {
			return err
		}
		c.Lapse(w.now)
		w.notice(fmt.Sprintf("%s: no answer from the client for a week; the times are free again.", c.ID))
		return w.keepCase(rec)
	}
	return nil
}

// act claims or decides. The first wins; the caseload that a decision touches
// moves in the same commit, so that no place is ever given twice.
func act(w *world, rec *caseRecord, a Act) error {
	if !a.one() {
		return refusal{fmt.Errorf("one act at a time: %w", care.ErrNotPossible)}
	}
	if a.Glass != "" {
		return breakGlass(w, rec, a)
	}
	t, _ := w.p.Therapist(a.By)
	do := care.ToDecide
	if a.Steer != nil {
		do = care.ToSteer
	}
	if a.Claim {
		do = care.ToTake
	}
	may := rec.Case.May(do, w.p.RolesOf(a.By, rec.Case, rec.Custody.Glass, w.now)...)
	if may != nil && !errors.Is(may, care.ErrLate) {
		return refusal{notAllowed(may)}
	} // who comes second goes on, to be told who was first
	what := didClaim
	if a.Steer != nil {
		if may != nil {
			return refusal{notAllowed(may)}
		}
		return steer(w, rec, t.ID, *a.Steer)
	}
	if a.Invite {
		if may != nil {
			return refusal{notAllowed(may)}
		}
		if !rec.open() {
			return refusal{fmt.Errorf("nobody is invited to this case now; please see each person alone: %w", care.ErrNotPossible)}
		}
		what, rec.Couple.Asked = "invite asked for", true
		for _, chat := range rec.Chats {
			w.out.post = append(w.out.post, posted{to: chat, what: InviteAsked{Case: rec.Case.ID}})
		}
	} else if a.Claim {
		if err := rec.Case.Claim(t.ID, w.now); err != nil {
			// Whoever has the case may be asleep: who was called says so all the same.
			if may != nil || !w.acknowledge(w.ev.Subject, &rec.Case, t.ID) {
				return refusal{err}
			}
			return w.keepCase(rec)
		}
	} else {
		d := *a.Decision
		d.By = t.ID
		what = string(d.Kind)
		before := *rec
		if err := rec.Case.Decide(d, w.now); err != nil {
			return refusal{err}
		}
		if err := w.place(&before, d); err != nil {
			return err
		}
		d, _ = rec.Case.Last()
		if d.Kind == care.Wait && d.WriteBy != "" {
			w.plan(dueReply, w.p.Hours.Next(d.WriteBy.In(w.p.Zone)))
		} else {
			w.unplan(w.ev.Subject, dueReply)
		}
		if rec.Case.Status == care.Offered || rec.Case.Status == care.Asked {
			w.plan(dueSilence, w.now.Add(silentFor))
		} else {
			w.unplan(w.ev.Subject, dueSilence)
		}
		for _, chat := range rec.Chats {
			w.out.post = append(w.out.post, posted{to: chat, what: Answer{Case: rec.Case.ID, Decision: d, Fee: w.feeOf(rec.Case, d.Therapist)}})
		}
	}
	if may != nil {
		return refusal{notAllowed(may)}
	}
	w.audit(rec.Case.ID, string(t.ID), what)
	w.acknowledge(w.ev.Subject, &rec.Case, t.ID)
	return w.keepCase(rec)
}

// place takes the room in a caseload that an offer needs, and gives back what
// an earlier decision held elsewhere.
func (w *world) place(rec *caseRecord, d care.Decision) error {
	if err := w.release(rec, d.Therapist); err != nil {
		return err
	}
	if len(d.Times) == 0 || d.Kind != care.Offer && d.Kind != care.Colleague {
		return nil
	}
	if err := w.p.works(d.Therapist, d.Times); err != nil {
		return refusal{err}
	}
	t, _ := w.p.Therapist(d.Therapist)
	load, err := w.caseload(t.ID)
	if err != nil {
		return err
	}
	e := rec.Case.Enquiry()
	others := *load // the case does not stand in its own way
	others.Release(rec.Case.ID)
	fit := care.Assess(e, w.p.Practice, map[care.TherapistID]care.Caseload{t.ID: others}, w.now)
	at := slices.IndexFunc(fit.Candidates, func(c care.Candidate) bool { return c.Therapist == t.ID })
	candidate := fit.Candidates[at]
	if candidate.NeedsReason() && strings.TrimSpace(d.Overrule) == "" {
		return refusal{fmt.Errorf("a reason is needed to overrule what speaks against it: %w", care.ErrNotPossible)}
	}
	p := w.placeWith(rec, t)
	p.Times, p.Minutes = d.Times, w.p.SessionMinutes
	if err := load.Take(t, p); err != nil {
		return refusal{err}
	}
	w.keepLoad(t.ID, load)
	return nil
}

// placeWith is the place that a case takes with a therapist, without times.
func (w *world) placeWith(rec *caseRecord, t care.Therapist) care.Place {
	e := rec.Case.Enquiry()
	tier := t.Fee.Tier(e)
	if tier == care.Below {
		tier = care.AnyTier // overruled, with a reason: the fee is a matter between the two
	}
	return care.Place{Case: rec.Case.ID, Groups: w.p.GroupsOf(e.MainTopic), Tier: tier, Since: w.now.Unix()}
}

// carrier is the therapist in whose caseload a case is, if it is in one: who
// accepted the client by phone, or whom the last decision named.
func (r *caseRecord) carrier() care.TherapistID {
	for _, m := range r.Case.Episode.History {
		if m.Move == care.MoveAccept && m.By != "" {
			return m.By
		}
	}
	for _, d := range slices.Backward(r.Case.Decisions) {
		if d.Therapist != "" {
			return d.Therapist
		}
	}
	return ""
}

// release gives back the place that the case holds, unless it is with the
// therapist named.
func (w *world) release(rec *caseRecord, except care.TherapistID) error {
	who := rec.carrier()
	if who == "" || who == except {
		return nil
	}
	load, err := w.caseload(who)
	if err == nil && load.Release(rec.Case.ID) {
		w.keepLoad(who, load)
	}
	return err
}

// keepLoad writes a caseload, without the times that are over.
func (w *world) keepLoad(id care.TherapistID, load *care.Caseload) {
	load.Sweep(w.now)
	w.write(CaseloadSubject(string(id)), *load)
}

func (w *world) caseload(t care.TherapistID) (*care.Caseload, error) {
	s := CaseloadSubject(string(t))
	if h := w.have[s]; h != nil && h.put { // this step has changed it
		now := h.value.(care.Caseload)
		return &now, nil
	}
	load, err := read[care.Caseload](w, s)
	if load == nil && err == nil {
		load = &care.Caseload{Schema: care.CaseloadSchema}
	}
	return load, err
}

// assess looks at a case against today's caseloads, its own place left out.
func (w *world) assess(c care.Case) (care.Assessment, error) {
	loads := make(map[care.TherapistID]care.Caseload, len(w.p.Therapists))
	var need error
	without := func(load care.Caseload) care.Caseload {
		load.Release(c.ID)
		return load
	}
	for _, t := range w.p.Therapists {
		s := CaseloadSubject(string(t.ID))
		if h := w.have[s]; h != nil && h.put {
			loads[t.ID] = without(h.value.(care.Caseload))
			continue
		}
		load, err := peek[care.Caseload](w, s)
		switch {
		case errors.Is(err, errNeed):
			need = err // ask for all of them at once
		case err != nil:
			return care.Assessment{}, err
		case load != nil:
			loads[t.ID] = without(*load)
		}
	}
	if need != nil {
		return care.Assessment{}, need
	}
	return care.Assess(c.Enquiry(), w.p.Practice, loads, w.now), nil
}

// keepCase writes a case and draws its card anew.
func (w *world) keepCase(rec *caseRecord) error {
	fit, err := w.assess(rec.Case)
	if err != nil {
		return err
	}
	c := rec.Case
	s := CaseSubject(string(c.ID))
	w.replan(rec)
	w.write(s, *rec)
	w.out.index = append(w.out.index, IndexChange{Index: caseIndex, Member: string(c.ID), Score: c.Updated})
	if c.Submitted == 0 && len(c.Alerts) == 0 && c.Call.At == 0 {
		return nil
	}
	card := Card{Case: string(c.ID), Line: care.Card(c, fit.Fit, w.p.Zone, w.now), State: w.standing(c), Open: c.Status == care.WaitingDecision || c.Status == care.OpenIntake && c.Holder.By == ""}
	if c.Submitted == 0 {
		card.Line = care.Card(c, "", w.p.Zone, w.now)
	}
	if w.p.Slack.Disclosure == "channel" {
		card.Detail = oneLineOf(care.Summarise(care.SummaryInput{Case: c, Assessment: fit, Practice: w.p.Practice, Now: w.now, Label: w.p.label}))
	}
	w.card(card, "card/"+string(c.ID))
	return nil
}
