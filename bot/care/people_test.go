package care_test

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fxamacker/cbor/v2"
	"github.com/google/go-cmp/cmp"

	"anteroom/bot/care"
)

func TestPeople(t *testing.T) {
	c := movedCase(t, toMiddle...)
	alone := c
	partner, err := c.Join(2, now)
	if err != nil || partner != "2" {
		t.Fatalf("%q, %v", partner, err)
	}
	if diff := cmp.Diff(c.Here(), []care.PersonID{care.TheClient, "2"}); diff != "" {
		t.Errorf("here (-got +want):\n%s", diff)
	}
	if diff := cmp.Diff(alone.Here(), []care.PersonID{care.TheClient}); diff != "" {
		t.Errorf("an earlier copy (-got +want):\n%s", diff)
	}
	if id, err := c.Give(given(partner), now); err != nil || c.Deliver(id, now) != nil {
		t.Fatal(err)
	}
	if err := c.PartWays(partner, now.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if c.Given[0].State != care.AssignmentWithdrawn || c.Runs(care.CadencePulse, partner, now) || !c.Runs(care.CadencePulse, care.TheClient, now) {
		t.Errorf("left: the assignment is %s, the pulse runs %v", c.Given[0].State, c.Runs(care.CadencePulse, partner, now))
	}
	if err := c.PartWays(partner, now); !errors.Is(err, care.ErrNotPossible) {
		t.Errorf("left twice: %v", err)
	}
	// Nobody takes the place of somebody who left.
	if _, err := c.Join(2, now); !errors.Is(err, care.ErrNotPossible) {
		t.Errorf("joined in the same seat: %v", err)
	}
	if next, err := c.Join(3, now); err != nil || next != "3" {
		t.Errorf("the next is %q, %v", next, err)
	}
}

// A partner who leaves takes all that is theirs out of the course, and nothing
// of anybody else's.
func TestLeaveTheCourse(t *testing.T) {
	c, _ := aCourse(t)
	if err := c.SetSigns("2", []care.Sign{{Words: "PARTNERS SIGN"}}, now); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Measure(care.PHQ9, "2", []int{1, 1, 1, 1, 1, 1, 1, 1, 1}, rules.Alerts, now.AddDate(0, 0, 5)); err != nil {
		t.Fatal(err)
	}
	if n := len(c.Alerts); n == 0 || c.Alerts[n-1].Seat != 2 || c.Alerts[n-1].Name != care.AlertCrisis {
		t.Fatalf("the crisis is not the partner's: %+v", c.Alerts)
	}
	theirs := func(c care.Case) (n int, all string) {
		stored, err := cbor.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		s := c.Shown("2")
		return len(s.Reports) + len(s.Measures) + len(s.Assignments) + len(s.Signs), string(stored)
	}
	left := c
	left.LeaveSeat(2, now.AddDate(0, 0, 12))
	if n, stored := theirs(left); n != 0 || strings.Contains(stored, "PARTNERS") || slices.Contains(left.Here(), "2") {
		t.Errorf("left: %d of the partner's are there; here are %v", n, left.Here())
	}
	if diff := cmp.Diff(left.Shown(care.TheClient), c.Shown(care.TheClient), cmp.Exporter(func(reflect.Type) bool { return true })); diff != "" {
		t.Error("what is shown to the one who stays changed")
	}
	if a, ok := left.Assignment(3); !ok || a.Library != "ten-minutes" {
		t.Errorf("the third assignment is %s", a.Library)
	}
	if n, _ := theirs(c); n == 0 || len(c.Here()) != 2 {
		t.Error("an earlier copy changed")
	}
}

func TestRuns(t *testing.T) {
	all := func(c care.Case, at time.Time) []care.CadenceName {
		return slices.DeleteFunc(care.CadenceNames(), func(n care.CadenceName) bool { return !c.Runs(n, care.TheClient, at) })
	}
	middle := care.PhaseMiddle.Runs()
	without := func(drop ...care.CadenceName) []care.CadenceName {
		return slices.DeleteFunc(slices.Clone(middle), func(n care.CadenceName) bool { return slices.Contains(drop, n) })
	}
	day := now.AddDate(0, 0, 1)
	for _, c := range []struct {
		name string
		do   func(*care.Case)
		at   time.Time
		want []care.CadenceName
	}{
		{"as it is", func(*care.Case) {}, now, middle},
		{"paused", func(c *care.Case) { _ = c.PauseFor(care.TheClient, day, now) }, now, []care.CadenceName{care.CadenceSessions, care.CadenceBrief}},
		{"a pause that is over", func(c *care.Case) { _ = c.PauseFor(care.TheClient, day, now) }, day, middle},
		{"a pause without an end", func(c *care.Case) { _ = c.PauseFor(care.TheClient, time.Time{}, now) }, now.AddDate(5, 0, 0), []care.CadenceName{care.CadenceSessions, care.CadenceBrief}},
		{"going on", func(c *care.Case) { _ = c.PauseFor(care.TheClient, time.Time{}, now); c.GoOn(care.TheClient, day) }, day, middle},
		{"held", func(c *care.Case) { c.PutHold("ana", now) }, now, without(care.CadenceAssignments, care.CadenceReport)},
		{"held and lifted", func(c *care.Case) { c.PutHold("ana", now); _ = c.LiftHold("ana", now) }, now, middle},
		{"no more of the pulse", func(c *care.Case) { _ = c.AskLess(care.CadencePulse, care.TheClient, care.QuietStop, now) }, now, without(care.CadencePulse)},
		{"erased", func(c *care.Case) { c.Erase(now) }, now, nil},
	} {
		k := movedCase(t, toMiddle...)
		c.do(&k)
		got := all(k, c.at)
		slices.Sort(got)
		want := slices.Clone(c.want)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("%s: got %v, want %v", c.name, got, want)
		}
	}
}

func TestLiftHold(t *testing.T) {
	c := movedCase(t, toMiddle...)
	if err := c.LiftHold("ana", now); !errors.Is(err, care.ErrNotPossible) {
		t.Errorf("lifted without a hold: %v", err)
	}
	if !c.PutHold("", now) || c.PutHold("ana", now) {
		t.Error("put on hold not once")
	}
	if err := c.LiftHold("", now); !errors.Is(err, care.ErrNotPossible) {
		t.Errorf("lifted by nobody: %v", err)
	}
}

func TestSittings(t *testing.T) {
	c := movedCase(t, care.MoveAccept)
	var got []care.SittingName
	for n := range 4 {
		name, ok := c.NextSitting(care.TheClient)
		if !ok {
			break
		}
		got = append(got, name)
		var f map[string]string
		if n != 1 {
			f = map[string]string{"story_since": "always"}
		}
		if err := c.Sit(name, care.TheClient, f, now.AddDate(0, 0, n)); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(got, care.SittingNames()); diff != "" {
		t.Errorf("sittings (-got +want):\n%s", diff)
	}
	if err := c.Sit("dreams", care.TheClient, nil, now); !errors.Is(err, care.ErrNotPossible) {
		t.Errorf("a sitting that there is not: %v", err)
	}
	// Back after years: they are asked anew.
	for _, m := range []care.MoveName{care.MoveClose, care.MoveReturn, care.MoveEvaluate} {
		if _, err := c.Move(m, ana, now); err != nil {
			t.Fatal(err)
		}
	}
	if name, ok := c.NextSitting(care.TheClient); !ok || name != care.Story {
		t.Errorf("in the second turn: %s, %v", name, ok)
	}
}

func TestPattern(t *testing.T) {
	for _, c := range []struct {
		facts map[string]string
		want  care.Pattern
		line  string
	}{
		{map[string]string{}, care.Pattern{}, ""},
		{map[string]string{"story_since": "always", "story_when": "every-time", "story_bother": "8"},
			care.Pattern{Lifelong: true, Since: "always", Often: "every-time", Generalised: true, Distress: care.Number{N: 8, Known: true}},
			"always so; every time, everywhere; distress 8"},
		{map[string]string{"story_since": "half-year", "story_around": "birth,nothing", "story_when": "sometimes,one-partner,drink", "story_minds": "partner"},
			care.Pattern{Acquired: true, Since: "half-year", Around: []string{"birth"}, Often: "sometimes", Situational: true, Settings: []string{"one-partner", "drink"}, Minds: "partner"},
			"not always so (for half a year or more); in some settings: one-partner, drink"},
		{map[string]string{"story_since": "weeks", "story_when": "every-time,alone"},
			care.Pattern{Acquired: true, Since: "weeks", Often: "every-time", Settings: []string{"alone"}},
			"not always so (for weeks)"},
		{map[string]string{"story_since": "ever", "story_bother": "11"}, care.Pattern{}, ""},
	} {
		got := care.ReadPattern(c.facts)
		if diff := cmp.Diff(got, c.want); diff != "" {
			t.Errorf("%v (-got +want):\n%s", c.facts, diff)
		}
		if got.Line() != c.line {
			t.Errorf("line %q, want %q", got.Line(), c.line)
		}
	}
	for since, want := range map[string]bool{"weeks": false, "months": false, "half-year": true, "years": true, "always": true} {
		if got := care.ReadPattern(map[string]string{"story_since": since}).HalfYear(); got != want {
			t.Errorf("%s: half a year is %v", since, got)
		}
	}
}
