package care

import (
	"fmt"
	"slices"
	"time"
)

// Phase is one of the six stages of the work, and what comes after it. (A
// [Stage] is how far a case has come as far as access goes.) The empty Phase,
// in a case from before there were any, is the intake.
type Phase string

const (
	PhaseIntake     Phase = "intake"
	PhaseEvaluation Phase = "evaluation"
	PhasePlanning   Phase = "planning" // goals and a plan are agreed
	PhaseMiddle     Phase = "middle"   // assignments, reports, reviews
	PhaseReached    Phase = "reached"  // the goals are met: new ones, or the ending
	PhaseEnded      Phase = "ended"    // the good-bye is being said
	PhaseBooster    Phase = "booster"  // boosters that the client asked for
	PhaseReturned   Phase = "returned" // the client is back; a therapist decides how
	PhaseClosed     Phase = "closed"
)

// Phases are all of them, in the order of the work.
func Phases() []Phase {
	return []Phase{PhaseIntake, PhaseEvaluation, PhasePlanning, PhaseMiddle, PhaseReached, PhaseEnded, PhaseBooster, PhaseReturned, PhaseClosed}
}

// MoveName names a row of the table ([Moves]).
type MoveName string

const (
	MoveAccept   MoveName = "accept"   // a first session is booked
	MovePlan     MoveName = "plan"     // the evaluation is done: set goals
	MoveStart    MoveName = "start"    // the plan is agreed
	MoveReach    MoveName = "reach"    // the goals are met
	MoveGoOn     MoveName = "go-on"    // not quite yet
	MoveReplan   MoveName = "replan"   // new goals
	MoveEnd      MoveName = "end"      // begin the ending
	MoveBoost    MoveName = "boost"    // the client asked for boosters
	MoveFinish   MoveName = "finish"   // nothing is left to send
	MoveReturn   MoveName = "return"   // the client would like to come back
	MoveEvaluate MoveName = "evaluate" // look anew
	MoveLeave    MoveName = "leave"    // the client stops
	MoveClose    MoveName = "close"    // the therapist closes without an ending
)

// Move is one row: who may move a case from where to where.
type Move struct {
	Name MoveName
	From []Phase
	To   Phase
	By   []Role // RoleClient, RolePart (the therapist), RoleService
	Undo bool   // the therapist who made it may take it back for a while
}

// moves is the whole table. What is not here is refused.
var moves = []Move{
	{MoveAccept, []Phase{PhaseIntake}, PhaseEvaluation, []Role{RoleClient, RolePart}, false},
	{MovePlan, []Phase{PhaseEvaluation, PhaseReturned}, PhasePlanning, []Role{RolePart}, true},
	{MoveStart, []Phase{PhasePlanning, PhaseReturned}, PhaseMiddle, []Role{RolePart}, true},
	{MoveReach, []Phase{PhaseMiddle}, PhaseReached, []Role{RolePart}, true},
	{MoveGoOn, []Phase{PhaseReached}, PhaseMiddle, []Role{RolePart}, true},
	{MoveReplan, []Phase{PhaseMiddle, PhaseReached}, PhasePlanning, []Role{RolePart}, true},
	{MoveEnd, []Phase{PhasePlanning, PhaseMiddle, PhaseReached}, PhaseEnded, []Role{RolePart}, true},
	{MoveBoost, []Phase{PhaseEnded}, PhaseBooster, []Role{RoleClient}, false},
	{MoveFinish, []Phase{PhaseEnded, PhaseBooster}, PhaseClosed, []Role{RoleClient, RoleService}, false},
	{MoveReturn, []Phase{PhaseEnded, PhaseBooster, PhaseClosed}, PhaseReturned, []Role{RoleClient, RolePart}, true},
	{MoveEvaluate, []Phase{PhaseReturned}, PhaseEvaluation, []Role{RolePart}, true},
	{MoveLeave, []Phase{PhaseEvaluation, PhasePlanning, PhaseMiddle, PhaseReached, PhaseReturned}, PhaseClosed, []Role{RoleClient}, false},
	{MoveClose, []Phase{PhaseEvaluation, PhasePlanning, PhaseMiddle, PhaseReached, PhaseEnded, PhaseBooster, PhaseReturned}, PhaseClosed, []Role{RolePart}, true},
}

// Moves is the table of the course of care:
//
//	move      from                             to          who
//	accept    intake                           evaluation  client, therapist
//	plan      evaluation, returned             planning    therapist
//	start     planning, returned               middle      therapist
//	reach     middle                           reached     therapist
//	go-on     reached                          middle      therapist
//	replan    middle, reached                  planning    therapist
//	end       planning, middle, reached        ended       therapist
//	boost     ended                            booster     client
//	finish    ended, booster                   closed      client, service
//	return    ended, booster, closed           returned    client, therapist
//	evaluate  returned                         evaluation  therapist
//	leave     evaluation to reached, returned  closed      client
//	close     all but intake and closed        closed      therapist
//
// or as a picture, leave and close left out:
//
//	                           ┌──────── replan ────┬────────┐
//	                           ▼                    │        │
//	intake ──▶ evaluation ──▶ planning ──────────▶ middle ◀─▶ reached
//	               ▲           ▲    │               ▲ │      │
//	      evaluate │      plan │    └────────── end ┼─┴──────┤
//	               └───────── returned ──── start ──┘        ▼
//	                           ▲                           ended ───▶ booster
//	                           ├──────── return ─────────────┤          │
//	                           │                             ▼ finish   │
//	                           └─────────────────────────── closed ◀────┘
//
// What a move starts and stops follows from where it leads ([Runs]). The
// ending is the therapist's to begin, and so is every step of the therapy
// itself; the client may stop at any moment, and come back. What ends during
// the intake ends by a [Decision], not by a move.
//
// Source: rule book, sections 1 and 13.
func Moves() []Move {
	all := slices.Clone(moves)
	for i := range all {
		all[i].From, all[i].By = slices.Clone(all[i].From), slices.Clone(all[i].By)
	}
	return all
}

// CadenceName names something that comes round, or that is sent on its own,
// in the course of care.
type CadenceName string

const (
	CadenceWaitlist    CadenceName = "waitlist"    // "still want it?"
	CadenceSittings    CadenceName = "sittings"    // story, body and what was tried, hopes
	CadenceSessions    CadenceName = "sessions"    // offers, reminders, the no-show's follow-up
	CadenceBrief       CadenceName = "brief"       // to the therapist, the day before
	CadenceGoals       CadenceName = "goals"       // the goals, for the client to agree to
	CadenceAssignments CadenceName = "assignments" // delivery
	CadenceReport      CadenceName = "report"
	CadencePulse       CadenceName = "pulse"
	CadenceMeasures    CadenceName = "measures"
	CadenceReview      CadenceName = "goal-review"
	CadenceEnding      CadenceName = "ending"
	CadenceBoosters    CadenceName = "boosters"
)

// CadenceNames are all of them.
func CadenceNames() []CadenceName {
	return []CadenceName{CadenceWaitlist, CadenceSittings, CadenceSessions, CadenceBrief, CadenceGoals, CadenceAssignments,
		CadenceReport, CadencePulse, CadenceMeasures, CadenceReview, CadenceEnding, CadenceBoosters}
}

// runs says what runs in each phase. There is no therapy content before the
// planning, no check-in from the ending on, and nothing but the boosters after
// the good-bye.
var runs = map[Phase][]CadenceName{
	PhaseIntake:     {CadenceWaitlist},
	PhaseEvaluation: {CadenceSittings, CadenceSessions, CadenceBrief},
	PhasePlanning:   {CadenceSessions, CadenceBrief, CadenceGoals},
	PhaseMiddle:     {CadenceSessions, CadenceBrief, CadenceGoals, CadenceAssignments, CadenceReport, CadencePulse, CadenceMeasures, CadenceReview},
	PhaseReached:    {CadenceSessions, CadenceBrief, CadenceGoals, CadenceAssignments, CadenceReport, CadencePulse, CadenceMeasures},
	PhaseEnded:      {CadenceSessions, CadenceBrief, CadenceEnding}, // a last session may be booked
	PhaseBooster:    {CadenceBoosters},
	PhaseReturned:   {CadenceSessions, CadenceBrief},
	PhaseClosed:     {},
}

// Carried reports whether a case has a place in its therapist's caseload by the
// phase that it is in: from the first session until the ending begins. In the
// intake it may have one for the times that are offered.
func (p Phase) Carried() bool {
	switch p {
	case PhaseEvaluation, PhasePlanning, PhaseMiddle, PhaseReached, PhaseReturned:
		return true
	}
	return false
}

// Runs returns what may be sent in a phase. What hangs on a thing of its own, a
// session or an assignment, runs while that is open too.
func (p Phase) Runs() []CadenceName { return slices.Clone(runs[p]) }

// Moved is one line of an episode's history.
type Moved struct {
	Move MoveName    `cbor:"1,keyasint"` // empty: the line above was taken back
	From Phase       `cbor:"2,keyasint"`
	To   Phase       `cbor:"3,keyasint"`
	As   Role        `cbor:"4,keyasint"`
	By   TherapistID `cbor:"5,keyasint,omitempty"`
	At   int64       `cbor:"6,keyasint"`
	Why  string      `cbor:"7,keyasint,omitempty"` // a therapist's words
}

// Episode is where the work stands and how it came there. Its history only
// grows.
type Episode struct {
	Phase   Phase   `cbor:"1,keyasint,omitempty"`
	Turn    int     `cbor:"2,keyasint,omitempty"` // how often the client has come back
	Since   int64   `cbor:"3,keyasint,omitempty"` // when this turn began: the acceptance, or the return
	History []Moved `cbor:"4,keyasint,omitempty"` // oldest first
}

// At returns the phase.
func (e Episode) At() Phase {
	if e.Phase == "" {
		return PhaseIntake
	}
	return e.Phase
}

// Entered returns when the present phase began; the zero time in the intake.
func (e Episode) Entered() time.Time {
	if len(e.History) == 0 {
		return time.Time{}
	}
	return time.Unix(e.History[len(e.History)-1].At, 0)
}

// Ended returns when the last ending began, or the case was closed without
// one; ok is false while neither has happened in this turn. From here on a
// record's time to be kept counts, and the boosters too.
func (e Episode) Ended() (at time.Time, ok bool) {
	over := func(p Phase) bool { return p == PhaseEnded || p == PhaseBooster || p == PhaseClosed }
	for _, m := range slices.Backward(e.standing()) {
		if !over(m.To) {
			break
		}
		if !over(m.From) {
			return time.Unix(m.At, 0), true
		}
	}
	return time.Time{}, false
}

// standing is the history without what was taken back.
func (e Episode) standing() []Moved {
	var out []Moved
	for _, m := range e.History {
		if m.Move == "" && len(out) > 0 {
			out = out[:len(out)-1]
			continue
		}
		out = append(out, m)
	}
	return out
}

// SameTurn refuses an act of a therapist who saw the case before its client came
// back, or before their return was taken back: round is the length of the history
// that they saw. The error is a *Conflict with ErrDecided.
func (c *Case) SameTurn(round int) error {
	saw, turn := Episode{History: c.Episode.History[:max(0, min(round, len(c.Episode.History)))]}, 0
	for _, m := range saw.standing() {
		if m.Move == MoveReturn {
			turn++
		}
	}
	if turn != c.Episode.Turn {
		return c.movedSince("steer")
	}
	return nil
}

// Mover is who moves a case. Round is the length of the history that a
// therapist saw; others leave it at AnyRound.
type Mover struct {
	As    Role
	By    TherapistID // of a therapist
	Round int
	Why   string
}

// AnyRound moves whatever has happened since.
const AnyRound = -1

// Change is what a move, or its taking back, did.
type Change struct {
	From, To      Phase
	Starts, Stops []CadenceName
	Cancelled     []SessionID // the caller frees their times ([Caseload.Free])
}

func change(from, to Phase) Change {
	return Change{From: from, To: to, Starts: without(runs[to], runs[from]), Stops: without(runs[from], runs[to])}
}

func without(all, some []CadenceName) []CadenceName {
	var out []CadenceName
	for _, n := range all {
		if !slices.Contains(some, n) {
			out = append(out, n)
		}
	}
	return out
}

// Changes returns what the move starts and stops from a phase; ok is false
// where the table has no such move.
func (m Move) Changes(from Phase) (c Change, ok bool) {
	if !slices.Contains(m.From, from) {
		return Change{}, false
	}
	return change(from, m.To), true
}

// Move moves the case along the table and says what starts and stops. Questions
// that stop are called off, and where sessions stop, those that are still to
// come are cancelled. It returns ErrNotPossible for every move that is not in the table, is not that
// person's, or would leave the intake without a booking; and a *Conflict with
// ErrDecided when the case has been moved since the round that a therapist
// saw.
func (c *Case) Move(name MoveName, by Mover, at time.Time) (Change, error) {
	from := c.Episode.At()
	refuse := func(why string) (Change, error) {
		return Change{}, fmt.Errorf("move case %s, %s, by %s: %s: %w", c.ID, from, by.As, why, ErrNotPossible)
	}
	row := slices.IndexFunc(moves, func(m Move) bool { return m.Name == name })
	switch {
	case c.Status == Erased:
		return refuse("erased")
	case row < 0:
		return refuse("no such move")
	case by.As == RolePart && by.By == "":
		return refuse("nobody")
	}
	m := moves[row]
	if by.As == RolePart && by.Round != AnyRound && by.Round != len(c.Episode.History) {
		return Change{}, c.movedSince(string(name))
	}
	switch {
	case !slices.Contains(m.By, by.As):
		return refuse("not theirs to move")
	case !slices.Contains(m.From, from):
		return refuse("not from here")
	case name == MoveAccept && c.Status != Booked && (by.As != RolePart || c.Status != Calling && c.Status != Claimed):
		return refuse("not booked")
	}
	if name == MoveAccept || name == MoveReturn {
		c.Status = Booked // by phone it was not yet, or they had withdrawn
	}
	if name == MoveReturn {
		c.Episode.Turn++
	}
	if name == MoveReturn || name == MoveAccept {
		c.Episode.Since = at.Unix()
	}
	c.moved(Moved{Move: name, From: from, To: m.To, As: by.As, By: by.By, At: at.Unix(), Why: by.Why})
	return c.stops(change(from, m.To), at), nil
}

// stops calls off and cancels what a change stops.
func (c *Case) stops(did Change, at time.Time) Change {
	c.CallOff(at)
	if slices.Contains(did.Stops, CadenceSessions) {
		did.Cancelled = c.cancelAll(at)
	}
	return did
}

// cancelAll cancels what is offered and what is booked and has not begun.
func (c *Case) cancelAll(at time.Time) []SessionID {
	var out []SessionID
	for _, s := range c.Sessions {
		if s.Open() {
			if _, err := c.CancelSession(s.ID, RoleService, SessionRules{}, at); err == nil {
				out = append(out, s.ID)
			}
		}
	}
	return out
}

func (c *Case) moved(m Moved) {
	h := c.Episode.History
	c.Episode.History = append(h[:len(h):len(h)], m)
	c.Episode.Phase, c.Updated = m.To, m.At
}

// movedSince is a *Conflict that names whoever moved the case last.
func (c *Case) movedSince(op string) error {
	k := &Conflict{Err: ErrDecided}
	if n := len(c.Episode.History); n > 0 {
		k.By, k.At = c.Episode.History[n-1].By, c.Episode.History[n-1].At
	}
	return fmt.Errorf("%s case %s: %w", op, c.ID, k)
}

// UndoMove takes back the last move of a therapist, by themselves, as long as
// the practice allows and while nobody has moved the case since. The history
// keeps both; what the move called off or cancelled stays so, and sessions that
// were set since are cancelled where there are none. It returns ErrNotPossible or, when somebody moved it since the
// round that the therapist saw, a *Conflict with ErrDecided.
func (c *Case) UndoMove(by Mover, r Rules, at time.Time) (Change, error) {
	n := len(c.Episode.History)
	if by.Round != AnyRound && by.Round != n {
		return Change{}, c.movedSince("undo")
	}
	bad := fmt.Errorf("undo a move of case %s: %w", c.ID, ErrNotPossible)
	if n == 0 || c.Status == Erased {
		return Change{}, bad
	}
	last := c.Episode.History[n-1]
	row := slices.IndexFunc(moves, func(m Move) bool { return m.Name == last.Move })
	if row < 0 || !moves[row].Undo || last.As != RolePart || by.As != RolePart || last.By != by.By ||
		!at.Before(r.Undo.After(time.Unix(last.At, 0))) {
		return Change{}, bad
	}
	if last.Move == MoveReturn {
		c.Episode.Turn--
		c.Episode.Since = 0
		standing := c.Episode.standing()
		for _, m := range standing[:len(standing)-1] {
			if m.Move == MoveReturn || m.Move == MoveAccept {
				c.Episode.Since = m.At
			}
		}
	}
	c.moved(Moved{From: last.To, To: last.From, As: RolePart, By: by.By, At: at.Unix()})
	return c.stops(change(last.To, last.From), at), nil
}

// MayMove returns the moves that somebody could make now, in the order of the
// table.
func (c Case) MayMove(as Role) []MoveName {
	var out []MoveName
	for _, m := range moves {
		try := c
		if _, err := try.Move(m.Name, Mover{As: as, By: "anyone", Round: AnyRound}, time.Unix(c.Updated, 0)); err == nil {
			out = append(out, m.Name)
		}
	}
	return out
}
