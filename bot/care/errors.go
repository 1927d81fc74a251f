package care

import "errors"

// Sentinels. What the person who pressed a button reads is built by the caller
// from the sentinel and, where there is one, the *Conflict around it.
var (
	ErrDate   = errors.New("not a date")
	ErrPeriod = errors.New("not a length of time like 30d, 7y or 48h")

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
)
