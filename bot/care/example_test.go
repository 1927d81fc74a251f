package care_test

import (
	"fmt"
	"time"

	"anteroom/bot/care"
)

// A case moves along the table; what stops and starts follows from it.
func ExampleCase_Move() {
	at := time.Date(2027, 3, 1, 10, 0, 0, 0, time.UTC)
	c := care.NewCase("K7Q-42", at)
	c.Status = care.Booked
	ana := care.Mover{As: care.RolePart, By: "ana", Round: care.AnyRound}

	_, _ = c.Move(care.MoveAccept, care.Mover{As: care.RoleClient}, at)
	did, _ := c.Move(care.MovePlan, ana, at)
	fmt.Println(did.From, "to", did.To, "starts", did.Starts, "stops", did.Stops)

	_, err := c.Move(care.MoveReach, ana, at)
	fmt.Println(err)
	// Output:
	// evaluation to planning starts [goals] stops [sittings]
	// move case K7Q-42, planning, by part: not from here: not possible now
}

// Two goals, the first twice as important: one as hoped for, one a little more.
func ExampleTScore() {
	t, ok := care.TScore([]care.Weighed{{Weight: 2, Level: 0}, {Weight: 1, Level: +1}})
	fmt.Printf("%.1f %v\n", t, ok)
	// Output: 54.0 true
}
