package bot

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"anteroom/bot/care"
)

// Steer is what a therapist does in the course of a case that they have a part
// in. Exactly one of its fields is set, besides Round.
type Steer struct {
	Move    *Moving            `cbor:"1,keyasint,omitempty"`
	Undo    *int               `cbor:"2,keyasint,omitempty"` // takes their last move back; the length of the history that they saw
	Offer   *care.SessionOffer `cbor:"3,keyasint,omitempty"` // times for a session, for the client to choose from
	Book    *care.SessionOffer `cbor:"4,keyasint,omitempty"` // a session whose one time is settled already
	Met     *Met               `cbor:"5,keyasint,omitempty"`
	Cancel  care.SessionID     `cbor:"6,keyasint,omitempty"`
	Observe *care.Observation  `cbor:"7,keyasint,omitempty"`
	Goal    *care.Goal         `cbor:"8,keyasint,omitempty"` // a new one, or with its id one in other words
	Drop    care.GoalID        `cbor:"9,keyasint,omitempty"`
	Agree   bool               `cbor:"10,keyasint,omitempty"` // asks everybody whether the goals are theirs
	Give    *care.Assignment   `cbor:"11,keyasint,omitempty"`
	Take    care.AssignmentID  `cbor:"12,keyasint,omitempty"` // takes an assignment back
	Hold    bool               `cbor:"13,keyasint,omitempty"`
	Lift    bool               `cbor:"14,keyasint,omitempty"`
	Seen    bool               `cbor:"15,keyasint,omitempty"` // every flag so far
	Quiet   *Quieting          `cbor:"16,keyasint,omitempty"`
	Confirm *Confirming        `cbor:"17,keyasint,omitempty"`
	Score   *Scoring           `cbor:"20,keyasint,omitempty"` // taken with a form of the therapist's own
	// Round is the length of the history that the therapist saw; nil from where
	// nobody sees one. What was meant for before a client came back is refused.
	Round *int `cbor:"21,keyasint,omitempty"`
}

// Moving is a move along the table, see [care.Moves].
type Moving struct {
	Name    care.MoveName `cbor:"1,keyasint"`
	Round   int           `cbor:"2,keyasint"` // the length of the history that the therapist saw
	Why     string        `cbor:"3,keyasint,omitempty"`
	Goodbye string        `cbor:"4,keyasint,omitempty"` // of the ending: the therapist's own words to the client, signed
}

// Met says whether a session happened.
type Met struct {
	Session care.SessionID `cbor:"1,keyasint"`
	Came    bool           `cbor:"2,keyasint"`
}

// Quieting says how often somebody is asked something from now on.
type Quieting struct {
	Cadence care.CadenceName `cbor:"1,keyasint"`
	Person  care.PersonID    `cbor:"2,keyasint"`
	Mode    care.QuietMode   `cbor:"3,keyasint,omitempty"`
}

// Confirming is how a therapist sees the last rating that a person gave a goal.
type Confirming struct {
	Goal   care.GoalID   `cbor:"1,keyasint"`
	Person care.PersonID `cbor:"2,keyasint"`
	Level  care.Attained `cbor:"3,keyasint"`
}

// Scoring is a score that a therapist took with a form that is not embedded
// here, say a licensed one.
type Scoring struct {
	Name   string        `cbor:"1,keyasint"` // an id: "fsfi"
	Person care.PersonID `cbor:"2,keyasint"`
	Score  int           `cbor:"3,keyasint"`
}

// mostGoodbye is how many letters a good-bye may have.
const mostGoodbye = 1000

// steer does it. What makes no sense where the case stands is refused with the
// reason, and nothing is changed.
func steer(w *world, rec *caseRecord, by care.TherapistID, s Steer) error {
	what, err := steered(w, rec, by, s)
	switch {
	case errors.Is(err, errNeed):
		return err
	case err != nil:
		return refusal{err}
	}
	if err := w.saysGoodbye(rec); err != nil {
		return err
	}
	w.audit(rec.Case.ID, string(by), what)
	return w.keepCase(rec)
}

// steered changes the case, and says in a word for its log what was done.
func steered(w *world, rec *caseRecord, by care.TherapistID, s Steer) (string, error) {
	c, now := &rec.Case, w.now
	if s.Round != nil {
		if err := c.SameTurn(*s.Round); err != nil {
			return "", err
		}
	}
	switch {
	case s.Move != nil:
		bye := strings.TrimSpace(s.Move.Goodbye)
		if len([]rune(bye)) > mostGoodbye {
			return "", fmt.Errorf("the good-bye has over %d letters; please shorten it: %w", mostGoodbye, care.ErrNotPossible)
		}
		if err := w.move(rec, s.Move.Name, care.Mover{As: care.RolePart, By: by, Round: s.Move.Round, Why: s.Move.Why}); err != nil {
			return "", err
		}
		if s.Move.Name == care.MoveEnd {
			rec.Goodbye = bye
		}
		return "move: " + string(s.Move.Name), nil
	case s.Undo != nil:
		did, err := c.UndoMove(care.Mover{As: care.RolePart, By: by, Round: *s.Undo}, w.p.Rules, now)
		if err != nil {
			return "", err
		}
		return "move taken back", w.moved(rec, did)
	case s.Offer != nil:
		return "times offered", w.offers(rec, *s.Offer)
	case s.Book != nil:
		session, err := w.books(rec, *s.Book)
		if err == nil {
			w.tellAll(rec, sessionConfirmed, session, "")
		}
		return "session booked", err
	case s.Met != nil:
		return "session noted", c.MarkSession(s.Met.Session, s.Met.Came, now)
	case s.Cancel != 0:
		session, ok := c.Session(s.Cancel)
		if _, err := c.CancelSession(s.Cancel, care.RolePart, w.p.Rules.Sessions, now); err != nil {
			return "", err
		}
		if ok && session.Start != 0 {
			w.tellAll(rec, sessionCancelled, session, "")
		}
		return "session cancelled", w.free(c.ID, c, s.Cancel)
	case s.Observe != nil:
		o := *s.Observe
		o.By = by
		return "observation", c.Observe(o, now)
	case s.Goal != nil:
		g := *s.Goal
		g.By = by
		_, err := c.SetGoal(g, now)
		return "goal", err
	case s.Drop != 0:
		return "goal dropped", c.DropGoal(s.Drop, now)
	case s.Agree:
		asked := false
		for _, id := range c.Here() {
			if len(c.GoalsOf(id, false)) > 0 && c.Ask(care.CadenceGoals, id, 0, now) == nil {
				w.asks(rec, care.Due{Deed: care.DeedAsk, Cadence: care.CadenceGoals, Person: id})
				asked = true
			}
		}
		if !asked {
			return "", fmt.Errorf("there is no goal to agree to now, or one is being asked about: %w", care.ErrNotPossible)
		}
		return "goals sent", nil
	case s.Give != nil:
		a := *s.Give
		a.By = by
		if !w.p.Plays.Has(a.Library, a.Variant) {
			return "", fmt.Errorf("the library has no assignment %q in that form: %w", a.Library, care.ErrNotPossible)
		}
		_, err := c.Give(a, now)
		return "assignment given", err
	case s.Take != 0:
		return "assignment taken back", c.Withdraw(s.Take, now)
	case s.Hold:
		if !c.PutHold(by, now) {
			return "", fmt.Errorf("assignments are on hold already: %w", care.ErrNotPossible)
		}
		return "assignments on hold", nil
	case s.Lift:
		return "hold lifted", c.LiftHold(by, now)
	case s.Seen:
		if !c.SeeFlags(by, now) {
			return "", fmt.Errorf("there is nothing new to see: %w", care.ErrNotPossible)
		}
		return "flags seen", nil
	case s.Quiet != nil:
		return "asked less", c.AskLess(s.Quiet.Cadence, s.Quiet.Person, s.Quiet.Mode, now)
	case s.Confirm != nil:
		return "rating confirmed", c.ConfirmRating(s.Confirm.Goal, s.Confirm.Person, s.Confirm.Level, by, now)
	case s.Score != nil:
		return "score entered", c.EnterScore(s.Score.Name, s.Score.Person, s.Score.Score, by, now)
	}
	return "", fmt.Errorf("an act that does nothing: %w", care.ErrNotPossible)
}

// offers keeps times of the therapist for a session, and lets the client choose.
func (w *world) offers(rec *caseRecord, o care.SessionOffer) error {
	if o.Minutes == 0 {
		o.Minutes = w.p.SessionMinutes
	}
	if err := w.p.works(o.Therapist, o.Times); err != nil {
		return err
	}
	load, err := w.caseload(o.Therapist)
	if err != nil {
		return err
	}
	if o.InPlaceOf == 0 {
		o.InPlaceOf = inPlaceOf(rec.Case)
	}
	id, err := rec.Case.OfferSession(o, w.p.Rules.Sessions, w.now)
	if err != nil {
		return err
	}
	s, _ := rec.Case.Session(id)
	if err := load.Hold(rec.Case.ID, id, s.Offered, s.Minutes, time.Unix(s.Expires, 0), w.now); err != nil {
		return err
	}
	w.keepLoad(o.Therapist, load)
	w.asks(rec, care.Due{Deed: care.DeedAsk, Cadence: care.CadenceSessions, Person: care.TheClient, Ref: int(id)})
	return nil
}

// books notes a session at a time that is settled.
func (w *world) books(rec *caseRecord, o care.SessionOffer) (care.Session, error) {
	if o.Minutes == 0 {
		o.Minutes = w.p.SessionMinutes
	}
	if err := w.p.works(o.Therapist, o.Times); err != nil {
		return care.Session{}, err
	}
	if len(o.Times) == 1 && o.Times[0] <= w.now.Unix() {
		return care.Session{}, fmt.Errorf("that time is over: %w", care.ErrNotPossible)
	}
	load, err := w.caseload(o.Therapist)
	if err != nil {
		return care.Session{}, err
	}
	id, err := rec.Case.BookSession(o, w.p.Rules.Sessions, w.now)
	if err != nil {
		return care.Session{}, err
	}
	s, _ := rec.Case.Session(id)
	if !load.Adopt(rec.Case.ID, id) {
		if err := load.Hold(rec.Case.ID, id, []int64{s.Start}, s.Minutes, time.Time{}, w.now); err != nil {
			return care.Session{}, err
		}
	}
	w.keepLoad(o.Therapist, load)
	return s, nil
}

// works refuses times on days on which the practice is closed or the therapist is
// away.
func (p *Practice) works(id care.TherapistID, times []int64) error {
	who, ok := p.Therapist(id)
	if !ok {
		return fmt.Errorf("no such therapist: %w", care.ErrNotPossible)
	}
	for _, at := range times {
		start := time.Unix(at, 0).In(p.Zone)
		day := care.DateOf(start)
		if away, is := who.Away(day); is {
			return fmt.Errorf("%s is away from %s to %s, and %s falls into it: %w", who.Name, away.From, away.To, start.Format("Mon 2 Jan 15:04"), care.ErrNotPossible)
		}
		if slices.Contains(p.Holidays, day) {
			return fmt.Errorf("the practice is closed on %s: %w", start.Format("Mon 2 Jan"), care.ErrNotPossible)
		}
	}
	return nil
}
