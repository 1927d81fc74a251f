package care

import "errors"

// Sentinels. What the person who pressed a button reads is built by the caller
// from the sentinel and, where there is one, the *Conflict around it.
var (
	ErrDate   = errors.New("not a date")
	ErrPeriod = errors.New("not a length of time like 30d, 6mo, 7y or 48h")

	// Caseload.Take
	ErrFull          = errors.New("caseload is at its hard cap")
	ErrNoReducedSlot = errors.New("no reduced-fee slot is open")
	ErrTimeTaken     = errors.New("time is held by another case")

	// Case
	ErrDecided     = errors.New("already decided")
	ErrNotYours    = errors.New("another therapist has this case")
	ErrNotPossible = errors.New("not possible now")
	ErrCaseID      = errors.New("not a case id")

	// Releases
	ErrNotReleased = errors.New("no release of the client allows it now")

	// The course of care
	ErrHeld      = errors.New("assignments are on hold")
	ErrWithdrawn = errors.New("withdrawn meanwhile")
	ErrExpired   = errors.New("the time to choose is over")
	ErrTooLate   = errors.New("too near to the session")
	ErrTooOften  = errors.New("moved too often")
	ErrMissing   = errors.New("an item was left out, so there is no score")
	ErrRange     = errors.New("an answer that the measure does not have")
)
