package care

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// SessionID names a session within its case, from 1.
type SessionID int

// SessionKind is what a session is for.
type SessionKind string

const (
	ForEvaluation SessionKind = "evaluation" // one of up to three, no therapy yet
	ForTherapy    SessionKind = "therapy"
	ForReturn     SessionKind = "return" // after a booster, or whenever somebody comes back
)

// SessionState is where a session stands.
type SessionState string

const (
	SessionOffered   SessionState = "offered"   // times wait for the client's choice
	SessionBooked    SessionState = "booked"    // chosen, and the time is theirs
	SessionHappened  SessionState = "happened"  // they met
	SessionMissed    SessionState = "missed"    // the client did not come
	SessionCancelled SessionState = "cancelled" // by either side
	SessionMoved     SessionState = "moved"     // another stands in its place
	SessionLapsed    SessionState = "lapsed"    // nobody chose in time
	SessionDeclined  SessionState = "declined"  // none of the times suits
)

// Session is one meeting, from the times offered to what became of it. All
// times are unix seconds.
type Session struct {
	ID        SessionID    `cbor:"1,keyasint"`
	Kind      SessionKind  `cbor:"2,keyasint"`
	Therapist TherapistID  `cbor:"3,keyasint"`
	Turn      int          `cbor:"4,keyasint,omitempty"`
	State     SessionState `cbor:"5,keyasint"`
	Offered   []int64      `cbor:"6,keyasint,omitempty"` // starts, the earliest first
	Minutes   int          `cbor:"7,keyasint"`
	At        int64        `cbor:"8,keyasint"`            // when it was offered
	Expires   int64        `cbor:"9,keyasint,omitempty"`  // from then on the times are no longer kept
	Start     int64        `cbor:"10,keyasint,omitempty"` // the time chosen
	Chosen    int64        `cbor:"11,keyasint,omitempty"`
	Confirmed int64        `cbor:"12,keyasint,omitempty"` // the client said that they will be there
	Moves     int          `cbor:"13,keyasint,omitempty"` // how often the client moved it
	InPlaceOf SessionID    `cbor:"14,keyasint,omitempty"`
	Over      int64        `cbor:"15,keyasint,omitempty"` // when it came to its last state
	OverBy    Role         `cbor:"16,keyasint,omitempty"`
	Late      bool         `cbor:"17,keyasint,omitempty"` // cancelled by the client after the limit
	Followed  int64        `cbor:"18,keyasint,omitempty"` // the no-show was asked about
	Briefed   int64        `cbor:"19,keyasint,omitempty"` // the therapist had the brief
	For       PersonID     `cbor:"20,keyasint,omitempty"` // who comes alone; empty: everybody
}

// Open reports whether it is still to come about.
func (s Session) Open() bool { return s.State == SessionOffered || s.State == SessionBooked }

// End is when the session is over, if it began on time.
func (s Session) End() time.Time {
	return time.Unix(s.Start, 0).Add(time.Duration(s.Minutes) * time.Minute)
}

// SessionOffer is what a therapist offers.
type SessionOffer struct {
	Kind      SessionKind // empty: what a session is for in the present phase
	Therapist TherapistID
	Times     []int64 // starts, unix seconds
	Minutes   int
	InPlaceOf SessionID // the session that was moved; 0: none
	For       PersonID  // who comes alone; empty: everybody of the case
}

// mostOffered may be offered at once: the chat has a button for each.
const mostOffered = 8

// Session returns the one with this id.
func (c Case) Session(id SessionID) (Session, bool) {
	if id < 1 || int(id) > len(c.Sessions) {
		return Session{}, false
	}
	return c.Sessions[id-1], true
}

// NextSession returns the booked session that begins next, after an instant.
func (c Case) NextSession(after time.Time) (next Session, ok bool) {
	for _, s := range c.Sessions {
		if s.State == SessionBooked && s.Start > after.Unix() && (!ok || s.Start < next.Start) {
			next, ok = s, true
		}
	}
	return next, ok
}

// Evaluations counts the evaluation sessions of this turn that happened, and
// those that are offered or booked.
func (c Case) Evaluations() (happened, open int) {
	for _, s := range c.Sessions {
		switch {
		case s.Kind != ForEvaluation || s.Turn != c.Episode.Turn:
		case s.State == SessionHappened:
			happened++
		case s.Open():
			open++
		}
	}
	return happened, open
}

// kindNow is what a session is for in the present phase; empty where there is
// none.
func (c Case) kindNow() SessionKind {
	switch c.Episode.At() {
	case PhaseEvaluation:
		return ForEvaluation
	case PhasePlanning, PhaseMiddle, PhaseReached, PhaseEnded:
		return ForTherapy
	case PhaseReturned:
		return ForReturn
	}
	return ""
}

// Attends is who comes to a session, of those who take part: the one whom it is
// for alone, such as whoever picked the first time, or everybody. Partners are
// first seen alone (rule book, section 9), and nobody hears of another's session.
func (c Case) Attends(s Session) []PersonID {
	return slices.DeleteFunc(c.Here(), func(id PersonID) bool { return s.For != "" && s.For != id })
}

// OfferSession offers times. The caller holds them in the therapist's caseload
// in the same write ([Caseload.Hold]), so that nobody else gets one of them.
// It returns ErrNotPossible for a kind of session that does not belong to the
// phase, more evaluation sessions than the practice has, no times, times that
// are past, twice the same or more than eight, and while other times wait for
// the client's choice.
func (c *Case) OfferSession(o SessionOffer, r SessionRules, at time.Time) (SessionID, error) {
	refuse := func(why string) (SessionID, error) {
		return 0, fmt.Errorf("offer times, case %s: %s: %w", c.ID, why, ErrNotPossible)
	}
	times := slices.Clone(o.Times)
	slices.Sort(times)
	o.Kind = cmp.Or(o.Kind, c.kindNow())
	happened, open := c.Evaluations()
	switch {
	case c.Status == Erased || o.Kind == "" || o.Kind != c.kindNow():
		return refuse("not in this phase")
	case o.Therapist == "" || o.Minutes <= 0:
		return refuse("nobody, or no time at all")
	case o.Kind == ForEvaluation && happened+open >= r.Evaluation:
		return refuse("no more evaluation sessions")
	case len(times) == 0 || len(times) > mostOffered || len(slices.Compact(slices.Clone(times))) < len(times):
		return refuse("times")
	case times[0] <= at.Unix():
		return refuse("a time that is past")
	case slices.ContainsFunc(c.Sessions, func(s Session) bool { return s.State == SessionOffered }):
		return refuse("other times are with the client")
	}
	s := Session{
		ID: SessionID(len(c.Sessions) + 1), Kind: o.Kind, Therapist: o.Therapist, Turn: c.Episode.Turn,
		State: SessionOffered, Offered: times, Minutes: o.Minutes, At: at.Unix(), For: o.For, Expires: r.Offers.After(at).Unix(),
	}
	if o.InPlaceOf != 0 {
		old, ok := c.Session(o.InPlaceOf)
		if !ok || old.Open() {
			return refuse("nothing was moved")
		}
		s.InPlaceOf, s.Moves, s.For = old.ID, old.Moves, old.For
		if old.State == SessionMoved && old.OverBy == RoleClient {
			s.Moves++
		}
	}
	c.addSession(s)
	return s.ID, nil
}

// BookSession notes a session whose time is settled already: the first one,
// which the client chose in the intake, or one that was made by phone.
func (c *Case) BookSession(o SessionOffer, r SessionRules, at time.Time) (SessionID, error) {
	o.Kind = cmp.Or(o.Kind, c.kindNow())
	happened, open := c.Evaluations()
	if c.Status == Erased || o.Kind == "" || o.Kind != c.kindNow() || o.Therapist == "" || o.Minutes <= 0 || len(o.Times) != 1 ||
		o.Kind == ForEvaluation && happened+open >= r.Evaluation {
		return 0, fmt.Errorf("book a session, case %s: %w", c.ID, ErrNotPossible)
	}
	s := Session{
		ID: SessionID(len(c.Sessions) + 1), Kind: o.Kind, Therapist: o.Therapist, Turn: c.Episode.Turn,
		State: SessionBooked, Offered: slices.Clone(o.Times), Minutes: o.Minutes, At: at.Unix(), For: o.For, Start: o.Times[0], Chosen: at.Unix(),
	}
	c.addSession(s)
	return s.ID, nil
}

func (c *Case) addSession(s Session) {
	c.Sessions = append(c.Sessions[:len(c.Sessions):len(c.Sessions)], s)
	c.Updated = s.At
}

// edit changes a session that is in one of the states.
func (c *Case) editSession(op string, id SessionID, at time.Time, in []SessionState, change func(*Session) error) error {
	s, ok := c.Session(id)
	if !ok || c.Status == Erased || !slices.Contains(in, s.State) {
		return fmt.Errorf("%s, session %d of case %s: %w", op, id, c.ID, ErrNotPossible)
	}
	if err := change(&s); err != nil {
		return fmt.Errorf("%s, session %d of case %s: %w", op, id, c.ID, err)
	}
	c.Sessions = slices.Clone(c.Sessions)
	c.Sessions[id-1], c.Updated = s, at.Unix()
	return nil
}

// ChooseTime takes the client's choice. The caller keeps that time and frees
// the others ([Caseload.Keep]). It returns ErrExpired when the times are no
// longer kept, and ErrNotPossible for a time that was not offered. The same
// choice twice changes nothing.
func (c *Case) ChooseTime(id SessionID, start int64, at time.Time) error {
	if s, ok := c.Session(id); ok && s.State == SessionBooked && s.Start == start && slices.Contains(s.Offered, start) {
		return nil
	}
	return c.editSession("choose a time", id, at, []SessionState{SessionOffered, SessionLapsed}, func(s *Session) error {
		switch {
		case s.State == SessionLapsed, at.Unix() >= s.Expires, at.Unix() >= start:
			return ErrExpired
		case !slices.Contains(s.Offered, start):
			return ErrNotPossible
		}
		s.State, s.Start, s.Chosen = SessionBooked, start, at.Unix()
		return nil
	})
}

// DeclineTimes notes that none of the times suits.
func (c *Case) DeclineTimes(id SessionID, at time.Time) error {
	return c.editSession("decline times", id, at, []SessionState{SessionOffered}, func(s *Session) error {
		s.end(SessionDeclined, RoleClient, at)
		return nil
	})
}

// LapseOffers ends the offers whose time to choose is over and returns them;
// the caller frees their times.
func (c *Case) LapseOffers(at time.Time) []SessionID {
	var out []SessionID
	for _, s := range c.Sessions {
		if s.State == SessionOffered && at.Unix() >= s.Expires {
			_ = c.editSession("lapse", s.ID, at, []SessionState{SessionOffered}, func(s *Session) error {
				s.end(SessionLapsed, RoleService, at)
				return nil
			})
			out = append(out, s.ID)
		}
	}
	return out
}

// Confirm notes that the client will be there.
func (c *Case) Confirm(id SessionID, at time.Time) error {
	return c.editSession("confirm", id, at, []SessionState{SessionBooked}, func(s *Session) error {
		if at.Unix() >= s.Start {
			return ErrTooLate
		}
		s.Confirmed = at.Unix()
		return nil
	})
}

// MoveSession gives a booked session up for another time, which is offered
// afterwards in its place. A client may until the practice's limit, ErrTooLate,
// and so often, ErrTooOften; then only a person can help. A therapist may until
// it begins.
func (c *Case) MoveSession(id SessionID, by Role, r SessionRules, at time.Time) error {
	return c.editSession("move", id, at, []SessionState{SessionBooked}, func(s *Session) error {
		switch {
		case by != RoleClient && by != RolePartner && by != RolePart:
			return ErrNotPossible
		case at.Unix() >= s.Start:
			return ErrTooLate
		case by == RolePart:
		case s.late(r, at):
			return ErrTooLate
		case s.Moves >= r.Moves:
			return ErrTooOften
		}
		if by == RolePartner {
			by = RoleClient
		}
		s.end(SessionMoved, by, at)
		return nil
	})
}

// CancelSession cancels an offer or a booking before it begins. A client always
// may; late reports that it was after the practice's limit, which a therapist
// is told, and which asks nothing more of the client here.
func (c *Case) CancelSession(id SessionID, by Role, r SessionRules, at time.Time) (late bool, err error) {
	err = c.editSession("cancel", id, at, []SessionState{SessionOffered, SessionBooked}, func(s *Session) error {
		if s.State == SessionBooked && at.Unix() >= s.Start {
			return ErrTooLate
		}
		late = by != RolePart && by != RoleService && s.State == SessionBooked && s.late(r, at)
		s.Late = late
		s.end(SessionCancelled, by, at)
		return nil
	})
	return late, err
}

// late reports whether the limit for moving and cancelling is past.
func (s Session) late(r SessionRules, at time.Time) bool {
	return at.After(r.CancelBefore.Before(time.Unix(s.Start, 0).In(at.Location())))
}

func (s *Session) end(state SessionState, by Role, at time.Time) {
	s.State, s.Over, s.OverBy = state, at.Unix(), by
}

// MarkSession says, once it has begun, whether they met. A therapist may
// correct it, until the client was asked about a no-show.
func (c *Case) MarkSession(id SessionID, came bool, at time.Time) error {
	return c.editSession("mark", id, at, []SessionState{SessionBooked, SessionHappened, SessionMissed}, func(s *Session) error {
		if at.Unix() < s.Start || s.Followed != 0 {
			return ErrNotPossible
		}
		state := SessionMissed
		if came {
			state = SessionHappened
		}
		s.end(state, RolePart, at)
		return nil
	})
}

// FollowUp notes that the client is asked about a session that they missed. It
// happens once.
func (c *Case) FollowUp(id SessionID, at time.Time) error {
	return c.editSession("follow up", id, at, []SessionState{SessionMissed}, func(s *Session) error {
		if s.Followed != 0 {
			return ErrNotPossible
		}
		s.Followed = at.Unix()
		return nil
	})
}

// Brief notes that the therapist has had the brief of a session.
func (c *Case) Brief(id SessionID, at time.Time) error {
	return c.editSession("brief", id, at, []SessionState{SessionBooked}, func(s *Session) error {
		s.Briefed = at.Unix()
		return nil
	})
}
