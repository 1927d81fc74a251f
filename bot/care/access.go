package care

import (
	"errors"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Role is what somebody is to one case. One person may have several: who reads
// intakes may have broken the glass of a case as well.
type Role string

const (
	RoleClient   Role = "client"   // whose case it is
	RolePartner  Role = "partner"  // the client's partner, in a chat of their own
	RoleIntake   Role = "intake"   // a therapist who reads new enquiries
	RolePart     Role = "part"     // a therapist who has it in hand, decided it, is named in a decision, has a session, or covers
	RoleOnCall   Role = "on-call"  // a therapist who may be called, while an alert of the case is nobody else's
	RoleGlass    Role = "glass"    // a therapist who broke the glass within the last [GlassFor]
	RoleHere     Role = "here"     // any therapist of the practice
	RoleOutside  Role = "outside"  // a therapist of another practice
	RoleOperator Role = "operator" // somebody at the command line, who has the keys
	RoleService  Role = "service"  // the program itself: a time was up
	RoleNobody   Role = "nobody"   // anyone else
)

// Roles are all that there are.
func Roles() []Role {
	return []Role{RoleClient, RolePartner, RoleIntake, RolePart, RoleOnCall, RoleGlass, RoleHere, RoleOutside, RoleOperator, RoleService, RoleNobody}
}

// Action is what somebody may want to do with a case.
type Action uint8

const (
	ToLook        Action = iota // read the summary; a client: their own answers
	ToTake                      // "I have this"
	ToDecide                    // any of the decisions
	ToAcknowledge               // say that a human has seen an alert
	ToExport                    // take the case out, sealed for one reader
	ToErase                     // the case as a whole; a chat is always its person's own
	ToReadLog                   // who did what and when
	ToRelease                   // let a third party have something of it, or take that back
	ToBreakGlass                // look all the same, with a reason
	ToSteer                     // the course of care: moves, sessions, goals, assignments
	actions
)

// Stage is how far a case has come, as far as access goes.
type Stage byte

const (
	StageOpen    Stage = 'o' // nobody has decided, or it is everybody's turn again
	StageDecided Stage = 'd' // with whoever decided, or over without a therapy
	StageKept    Stage = 'k' // booked: a record that the law makes the practice keep
	StageGone    Stage = 'g' // erased
)

// Stage says where the case is.
func (c Case) Stage() Stage {
	switch c.Status {
	case OpenIntake, WaitingDecision, Claimed:
		return StageOpen
	case Waiting:
		if c.Holder.By == "" { // the client said that they will wait: whoever has a place may offer it
			return StageOpen
		}
		return StageDecided
	case Booked:
		return StageKept
	case Erased:
		return StageGone
	default:
		return StageDecided
	}
}

// rights is the whole of who may do what, by stage: o open, d decided, k kept,
// g gone. What is not there may not be done. It says who may try; whether the
// case lets it happen where it stands is the case's own rule ([Case.Claim],
// [Case.Decide]).
//
// Rule book, section 7: an undecided enquiry is open to those who read
// intakes, a decided one to those who have a part in it. Section 10: a partner
// sees nothing of the other's. Section 12: a client may see who looked, erases
// an enquiry whole, and a record stays until its date; nothing goes to a third
// party but by their own signature.
var rights = map[Role][actions]string{
	//             look   take   decide acknow export erase  log     release glass  steer
	RoleClient:   {"odk", "", "", "", "odk", "od", "odk", "odk", "", ""},
	RolePartner:  {"", "", "", "", "", "", "odk", "", "", ""},
	RoleIntake:   {"o", "o", "o", "o", "", "", "", "", "", ""},
	RolePart:     {"odk", "odk", "odk", "odk", "odk", "", "odk", "", "", "dk"},
	RoleOnCall:   {"odk", "odk", "", "odk", "", "", "", "", "", ""},
	RoleGlass:    {"odk", "", "", "", "", "", "odk", "", "", ""},
	RoleHere:     {"", "", "", "", "", "", "", "", "odk", ""},
	RoleOutside:  {},
	RoleOperator: {"odk", "", "", "", "odk", "odk", "odkg", "", "", ""},
	RoleService:  {"", "", "", "", "", "odk", "", "", "", ""},
	RoleNobody:   {},
}

// late is where somebody who may not is told who was first, instead of being
// refused like a stranger: they had the same card before them.
var late = map[Role][actions]string{
	RoleIntake: {ToTake: "dk", ToDecide: "dk"},
}

// Why something may not be done with a case.
var (
	ErrNobody    = errors.New("nobody who works at this practice")
	ErrNoPart    = errors.New("has no part in this case")
	ErrLate      = errors.New("a colleague was first")
	ErrKept      = errors.New("the record is kept until its date")
	ErrGone      = errors.New("the case is erased")
	ErrNotTheirs = errors.New("not for this role to do")
)

// May reports whether somebody with these roles may do something with the
// case: nil, or the reason why not. [ErrLate] is a refusal too, of somebody
// who may be told who was first.
func (c Case) May(do Action, as ...Role) error {
	stage := c.Stage()
	if do >= actions {
		return ErrNotTheirs
	}
	for _, r := range as {
		if strings.IndexByte(rights[r][do], byte(stage)) >= 0 {
			return nil
		}
	}
	has := func(roles ...Role) bool {
		return slices.ContainsFunc(as, func(r Role) bool { return slices.Contains(roles, r) })
	}
	switch {
	case !has(RoleClient, RolePartner, RoleIntake, RolePart, RoleOnCall, RoleGlass, RoleHere, RoleOperator, RoleService):
		return ErrNobody
	case stage == StageGone:
		return ErrGone
	case slices.ContainsFunc(as, func(r Role) bool { return strings.IndexByte(late[r][do], byte(stage)) >= 0 }):
		return ErrLate
	case do == ToErase && stage == StageKept && has(RoleClient):
		return ErrKept
	case has(RoleHere) && (do == ToLook || do == ToTake || do == ToDecide || do == ToAcknowledge || do == ToReadLog || do == ToExport):
		return ErrNoPart
	}
	return ErrNotTheirs
}

// Glass is a case that was opened by somebody without a right to it, with a
// reason that stands in the case's log.
type Glass struct {
	By TherapistID `cbor:"1,keyasint"`
	At int64       `cbor:"2,keyasint"` // unix seconds
}

// GlassFor is how long a broken glass stays broken.
const GlassFor = 24 * time.Hour

// RolesOf are the roles of a therapist in a case, as they are now.
func (p Practice) RolesOf(id TherapistID, c Case, broken []Glass, now time.Time) []Role {
	t, ok := p.Therapist(id)
	if !ok || id == "" {
		return []Role{RoleNobody}
	}
	roles := []Role{RoleHere}
	if t.Intake {
		roles = append(roles, RoleIntake)
	}
	if c.Holder.By == id || slices.ContainsFunc(c.Decisions, func(d Decision) bool { return d.By == id || d.Therapist == id }) ||
		slices.ContainsFunc(c.Sessions, func(s Session) bool { return s.Therapist == id }) || p.covers(id, c, now) {
		roles = append(roles, RolePart)
	}
	if slices.Contains(p.Everybody(), id) && slices.ContainsFunc(c.Alerts, func(a Alert) bool { return a.AckBy == "" || a.AckBy == id }) {
		roles = append(roles, RoleOnCall)
	}
	if slices.ContainsFunc(broken, func(g Glass) bool { return g.By == id && g.holds(now) }) {
		roles = append(roles, RoleGlass)
	}
	return roles
}

func (g Glass) holds(now time.Time) bool { return now.Before(time.Unix(g.At, 0).Add(GlassFor)) }

// Broken adds a broken glass to those of a case, and leaves out what is over.
func Broken(glass []Glass, by TherapistID, now time.Time) []Glass {
	kept := slices.DeleteFunc(slices.Clone(glass), func(g Glass) bool { return !g.holds(now) || g.By == by })
	return append(kept, Glass{By: by, At: now.Unix()})
}

// The reason for breaking the glass: three words at least, 500 characters at most.
const (
	leastReason = 3
	mostReason  = 500
)

// ErrReason: that is no reason yet.
var ErrReason = errors.New("a reason is needed: a few words, 500 characters at most")

// GlassReason reads a reason as it was typed. It returns ErrReason for one that says
// too little or too much.
func GlassReason(typed string) (string, error) {
	words := strings.Fields(strings.Map(func(r rune) rune {
		if r == unicode.ReplacementChar || unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(typed, " ")))
	spoken := 0
	for _, w := range words {
		if strings.ContainsFunc(w, unicode.IsLetter) {
			spoken++
		}
	}
	reason := strings.Join(words, " ")
	if spoken < leastReason || utf8.RuneCountInString(reason) > mostReason {
		return "", ErrReason
	}
	return reason, nil
}
