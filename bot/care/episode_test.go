package care_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"anteroom/bot/care"
)

var rules = care.DefaultRules()

// booked is a case whose client has chosen a first time.
func bookedCase() care.Case {
	c := care.NewCase("K7Q-42", now)
	c.Status = care.Booked
	return c
}

// moved is a case that went through the moves, a day apart.
func movedCase(t testing.TB, names ...care.MoveName) care.Case {
	t.Helper()
	c := bookedCase()
	for i, m := range names {
		by := care.Mover{As: care.RolePart, By: "ana", Round: care.AnyRound}
		switch m {
		case care.MoveAccept, care.MoveBoost, care.MoveLeave:
			by = care.Mover{As: care.RoleClient, Round: care.AnyRound}
		case care.MoveFinish:
			by = care.Mover{As: care.RoleService, Round: care.AnyRound}
		}
		if _, err := c.Move(m, by, now.AddDate(0, 0, i)); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

var toMiddle = []care.MoveName{care.MoveAccept, care.MovePlan, care.MoveStart}

// The whole table, written out a second time: phase by phase, what each may do.
func TestEpisodeTable(t *testing.T) {
	want := map[care.Phase]map[care.Role]string{
		care.PhaseIntake:     {care.RoleClient: "accept", care.RolePart: "accept"},
		care.PhaseEvaluation: {care.RoleClient: "leave", care.RolePart: "plan close"},
		care.PhasePlanning:   {care.RoleClient: "leave", care.RolePart: "start end close"},
		care.PhaseMiddle:     {care.RoleClient: "leave", care.RolePart: "reach replan end close"},
		care.PhaseReached:    {care.RoleClient: "leave", care.RolePart: "go-on replan end close"},
		care.PhaseEnded:      {care.RoleClient: "boost finish return", care.RolePart: "return close", care.RoleService: "finish"},
		care.PhaseBooster:    {care.RoleClient: "finish return", care.RolePart: "return close", care.RoleService: "finish"},
		care.PhaseReturned:   {care.RoleClient: "leave", care.RolePart: "plan start evaluate close"},
		care.PhaseClosed:     {care.RoleClient: "return", care.RolePart: "return"},
	}
	for _, phase := range care.Phases() {
		for _, as := range care.Roles() {
			c := bookedCase()
			c.Episode.Phase = phase
			var got []string
			for _, m := range c.MayMove(as) {
				got = append(got, string(m))
			}
			if g := strings.Join(got, " "); g != want[phase][as] {
				t.Errorf("%s, %s: got %q, want %q", phase, as, g, want[phase][as])
			}
		}
	}
}

func TestEpisodeStartsAndStops(t *testing.T) {
	names := func(s string) []care.CadenceName {
		var out []care.CadenceName
		for n := range strings.FieldsSeq(s) {
			out = append(out, care.CadenceName(n))
		}
		return out
	}
	for _, c := range []struct {
		moves         []care.MoveName
		starts, stops string // of the last
	}{
		{toMiddle[:1], "sittings sessions brief", "waitlist"},
		{toMiddle[:2], "goals", "sittings"},
		{toMiddle, "assignments report pulse measures goal-review", ""},
		{append(slices.Clone(toMiddle), care.MoveReach), "", "goal-review"},
		{append(slices.Clone(toMiddle), care.MoveEnd), "ending", "goals assignments report pulse measures goal-review"},
		{append(slices.Clone(toMiddle), care.MoveEnd, care.MoveBoost), "boosters", "sessions brief ending"},
		{append(slices.Clone(toMiddle), care.MoveEnd, care.MoveBoost, care.MoveReturn), "sessions brief", "boosters"},
		{append(slices.Clone(toMiddle), care.MoveEnd, care.MoveBoost, care.MoveFinish), "", "boosters"},
		{append(slices.Clone(toMiddle), care.MoveLeave), "", "sessions brief goals assignments report pulse measures goal-review"},
	} {
		before := movedCase(t, c.moves[:len(c.moves)-1]...)
		i := slices.IndexFunc(care.Moves(), func(m care.Move) bool { return m.Name == c.moves[len(c.moves)-1] })
		got, ok := care.Moves()[i].Changes(before.Episode.At())
		if !ok {
			t.Fatalf("%v is not possible", c.moves)
		}
		if diff := cmp.Diff(got.Starts, names(c.starts)); diff != "" {
			t.Errorf("%v starts (-got +want):\n%s", c.moves, diff)
		}
		if diff := cmp.Diff(got.Stops, names(c.stops)); diff != "" {
			t.Errorf("%v stops (-got +want):\n%s", c.moves, diff)
		}
	}
	// No therapy content before the planning; nothing but boosters after the good-bye.
	for _, n := range []care.CadenceName{care.CadenceAssignments, care.CadenceReport, care.CadencePulse, care.CadenceMeasures, care.CadenceGoals} {
		for _, p := range []care.Phase{care.PhaseIntake, care.PhaseEvaluation, care.PhaseEnded, care.PhaseBooster, care.PhaseReturned, care.PhaseClosed} {
			if slices.Contains(p.Runs(), n) {
				t.Errorf("%s runs in %s", n, p)
			}
		}
	}
}

// Whatever anybody tries in whatever order: the phase follows the history, the
// history only grows, what runs is what was started and not stopped, and a
// refused move changes nothing.
func TestEpisodeProperties(t *testing.T) {
	var names []care.MoveName
	for _, m := range care.Moves() {
		names = append(names, m.Name)
	}
	rapid.Check(t, func(t *rapid.T) {
		c := bookedCase()
		at := now
		running := care.PhaseIntake.Runs()
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			at = at.Add(time.Duration(rapid.IntRange(0, 900).Draw(t, "seconds")) * time.Second)
			before, n := c, len(c.Episode.History)
			by := care.Mover{
				As:    rapid.SampledFrom([]care.Role{care.RoleClient, care.RolePart, care.RoleService, care.RolePartner, care.RoleHere}).Draw(t, "as"),
				By:    rapid.SampledFrom([]care.TherapistID{"", "ana", "ruth"}).Draw(t, "by"),
				Round: rapid.SampledFrom([]int{care.AnyRound, n, n - 1}).Draw(t, "round"),
			}
			var did care.Change
			var err error
			if rapid.IntRange(0, 4).Draw(t, "undo") == 0 {
				did, err = c.UndoMove(by, rules, at)
			} else {
				did, err = c.Move(rapid.SampledFrom(names).Draw(t, "move"), by, at)
			}
			if err != nil {
				if !cmp.Equal(c.Episode, before.Episode) || c.Updated != before.Updated {
					t.Fatalf("refused with %v, and changed", err)
				}
				continue
			}
			if len(c.Episode.History) != n+1 || !slices.Equal(c.Episode.History[:n:n], before.Episode.History[:n:n]) {
				t.Fatal("the history did not grow by one line")
			}
			last := c.Episode.History[n]
			if last.From != before.Episode.At() || last.To != c.Episode.At() || did.From != last.From || did.To != last.To {
				t.Fatalf("line %+v, change %+v, from %s to %s", last, did, before.Episode.At(), c.Episode.At())
			}
			running = slices.DeleteFunc(running, func(n care.CadenceName) bool { return slices.Contains(did.Stops, n) })
			running = append(running, did.Starts...)
			want := c.Episode.At().Runs()
			slices.Sort(running)
			slices.Sort(want)
			if !slices.Equal(running, want) {
				t.Fatalf("in %s runs %v, want %v", c.Episode.At(), running, want)
			}
			if _, ended := c.Episode.Ended(); ended != slices.Contains([]care.Phase{care.PhaseEnded, care.PhaseBooster, care.PhaseClosed}, c.Episode.At()) {
				t.Fatalf("in %s: ended is %v", c.Episode.At(), ended)
			}
			if c.Episode.Turn < 0 || c.Episode.At() != care.PhaseIntake && c.Episode.Since == 0 {
				t.Fatalf("turn %d since %d", c.Episode.Turn, c.Episode.Since)
			}
		}
	})
}

func TestMoveRefused(t *testing.T) {
	therapist := care.Mover{As: care.RolePart, By: "ana", Round: care.AnyRound}
	for _, c := range []struct {
		name string
		c    care.Case
		move care.MoveName
		by   care.Mover
		want error
	}{
		{"not booked", care.NewCase("A", now), care.MoveAccept, care.Mover{As: care.RoleClient}, care.ErrNotPossible},
		{"the client ends", movedCase(t, toMiddle...), care.MoveEnd, care.Mover{As: care.RoleClient}, care.ErrNotPossible},
		{"the service ends", movedCase(t, toMiddle...), care.MoveEnd, care.Mover{As: care.RoleService}, care.ErrNotPossible},
		{"a partner leaves for both", movedCase(t, toMiddle...), care.MoveLeave, care.Mover{As: care.RolePartner}, care.ErrNotPossible},
		{"a colleague without a part", movedCase(t, toMiddle...), care.MoveEnd, care.Mover{As: care.RoleHere, By: "milo"}, care.ErrNotPossible},
		{"nobody", movedCase(t, toMiddle...), care.MoveEnd, care.Mover{As: care.RolePart, Round: care.AnyRound}, care.ErrNotPossible},
		{"an old card", movedCase(t, toMiddle...), care.MoveEnd, care.Mover{As: care.RolePart, By: "ruth", Round: 2}, care.ErrDecided},
		{"no such move", movedCase(t, toMiddle...), "dance", therapist, care.ErrNotPossible},
		{"erased", care.Case{Status: care.Erased, Episode: care.Episode{Phase: care.PhaseMiddle}}, care.MoveEnd, therapist, care.ErrNotPossible},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := c.c.Move(c.move, c.by, now); !errors.Is(err, c.want) {
				t.Errorf("error %v, want %v", err, c.want)
			}
		})
	}
	c := movedCase(t, toMiddle...)
	_, err := c.Move(care.MoveEnd, care.Mover{As: care.RolePart, By: "ruth", Round: 1}, now)
	var k *care.Conflict
	if !errors.As(err, &k) || k.By != "ana" {
		t.Errorf("the conflict is %+v, want one that names ana", k)
	}
}

func TestUndoMove(t *testing.T) {
	ana := care.Mover{As: care.RolePart, By: "ana", Round: care.AnyRound}
	ended := func() care.Case { return movedCase(t, append(slices.Clone(toMiddle), care.MoveEnd)...) }
	at := now.AddDate(0, 0, 3) // when it ended
	c := ended()
	did, err := c.UndoMove(ana, rules, at.Add(time.Minute))
	if err != nil || c.Episode.At() != care.PhaseMiddle || !slices.Contains(did.Starts, care.CadencePulse) || len(c.Episode.History) != 5 {
		t.Errorf("undone: %v, %s, %+v", err, c.Episode.At(), did)
	}
	if _, err := c.UndoMove(ana, rules, at.Add(2*time.Minute)); !errors.Is(err, care.ErrNotPossible) {
		t.Errorf("an undo was undone: %v", err)
	}
	for _, x := range []struct {
		name string
		by   care.Mover
		at   time.Time
		want error
	}{
		{"another therapist", care.Mover{As: care.RolePart, By: "ruth", Round: care.AnyRound}, at, care.ErrNotPossible},
		{"the client", care.Mover{As: care.RoleClient, Round: care.AnyRound}, at, care.ErrNotPossible},
		{"too late", ana, at.Add(10 * time.Minute), care.ErrNotPossible},
		{"an old card", care.Mover{As: care.RolePart, By: "ana", Round: 3}, at, care.ErrDecided},
	} {
		c := ended()
		if _, err := c.UndoMove(x.by, rules, x.at); !errors.Is(err, x.want) {
			t.Errorf("%s: error %v, want %v", x.name, err, x.want)
		}
	}
	// A return that is taken back gives the boosters back to their turn.
	c = movedCase(t, append(slices.Clone(toMiddle), care.MoveEnd, care.MoveBoost, care.MoveReturn)...)
	since := c.Episode.Since
	if c.Episode.Turn != 1 || since != now.AddDate(0, 0, 5).Unix() {
		t.Errorf("turn %d since %d", c.Episode.Turn, since)
	}
	if _, err := c.UndoMove(ana, rules, now.AddDate(0, 0, 5)); err != nil || c.Episode.Turn != 0 || c.Episode.Since != now.Unix() {
		t.Errorf("undone return: %v, turn %d since %d", err, c.Episode.Turn, c.Episode.Since)
	}
	if at, ok := c.Episode.Ended(); !ok || !at.Equal(now.AddDate(0, 0, 3)) {
		t.Errorf("after an undone return it ended at %v, %v", at, ok)
	}
}
