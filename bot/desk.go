package bot

import (
	"context"
	"errors"
	"fmt"

	"anteroom/bot/care"
)

// ErrNotAllowed: this therapist may not see or move this case.
var ErrNotAllowed = errors.New("not allowed to see this case")

// ErrGlass is an ErrNotAllowed too: this therapist has no part in the case, and
// may look all the same with a reason, through [Act].Glass.
var ErrGlass = fmt.Errorf("%w without a reason", ErrNotAllowed)

// ErrNoCase: there is no such case (any more).
var ErrNoCase = errors.New("no such case")

// Desk is what a therapists' channel asks of the service.
type Desk interface {
	// Therapist finds who is behind an id of the channel (a Slack user id).
	Therapist(p PracticeID, ch ChannelName, id string) (care.Therapist, bool)
	// Look reads a case for a therapist and writes the look into the case's
	// audit log. It returns ErrNotAllowed (ErrGlass, where a reason would
	// help) or ErrNoCase when it shows nothing.
	Look(ctx context.Context, p PracticeID, id care.CaseID, therapist care.TherapistID) (View, error)
	// Caseload is what a therapist has before them. It shows nothing that was
	// said, and so writes nothing into any log.
	Caseload(ctx context.Context, p PracticeID, therapist care.TherapistID) (Desktop, error)
	// Act claims, decides or steers a case, or breaks its glass, as one event. nil means done and recorded,
	// now or by an earlier delivery of the same id. A refusal is one of
	// ErrNotAllowed, ErrNoCase, care.ErrReason or an error of package care (care.ErrDecided …),
	// whose text a therapist may read; any other error: not done, try again.
	Act(ctx context.Context, p PracticeID, a Act) error
}

// View is a case as one therapist may see it now.
type View struct {
	Case       care.Case
	Summary    care.Summary
	Assessment care.Assessment  // on today's caseloads
	Colleagues []care.Therapist // everybody else in the roster
	Referrals  []care.Referral  // other names that the practice gives
	Zone       string           // the practice's time zone, for pickers
	Steers     bool             // this therapist may steer the course of care
	Rules      care.Rules       // of the course of care
	Library    []Play           // what may be given to try at home
	Told       []Telling        // in the course of care, newest first, as far as it may stand where it is shown
}

// Act is one act of a therapist on a case. Exactly one of Claim, Invite,
// Decision, Glass and Steer is set.
type Act struct {
	ID       string // the channel's own id of it, unique for 48 h
	Case     care.CaseID
	By       care.TherapistID
	Claim    bool
	Invite   bool // asks the client whether a partner shall be invited
	Decision *care.Decision
	// Glass is the reason why somebody who has no part in the case looks at it
	// all the same, for the next [care.GlassFor]. It stands in the case's log,
	// the practice is told at once, and the client can see that it happened.
	Glass string
	Steer *Steer // the course of a case that they have a part in
}

// one reports whether it is one act, and no more.
func (a Act) one() bool {
	n := 0
	for _, is := range []bool{a.Claim, a.Invite, a.Decision != nil, a.Glass != "", a.Steer != nil} {
		if is {
			n++
		}
	}
	return n == 1
}
