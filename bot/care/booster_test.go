package care_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"anteroom/bot/care"
)

var (
	ana    = care.Mover{As: care.RolePart, By: "ana", Round: care.AnyRound}
	client = care.Mover{As: care.RoleClient, Round: care.AnyRound}
)

// boosted is a case that ended at a time, with all boosters planned.
func boosted(t testing.TB, at time.Time) care.Case {
	t.Helper()
	c := movedCase(t, toMiddle...)
	for _, do := range []func() error{
		func() error { _, err := c.Move(care.MoveEnd, ana, at); return err },
		func() error { return c.OptIn(care.TheClient, rules.Boosters, rules, at) },
		func() error { _, err := c.Move(care.MoveBoost, client, at); return err },
	} {
		if err := do(); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

func TestBoostersDue(t *testing.T) {
	for _, c := range []struct {
		zone, ended string
		want        []string
	}{
		{"UTC", "2027-08-31 15:00", []string{"2027-09-30 15:00", "2027-11-30 15:00", "2028-02-29 15:00", "2028-08-31 15:00"}},
		{"America/New_York", "2027-12-31 15:00", []string{"2028-01-31 15:00", "2028-03-31 15:00", "2028-06-30 15:00", "2028-12-31 15:00"}},
		{"Europe/Berlin", "2028-02-29 09:30", []string{"2028-03-29 09:30", "2028-05-29 09:30", "2028-08-29 09:30", "2029-02-28 09:30"}},
	} {
		zone, err := time.LoadLocation(c.zone)
		if err != nil {
			t.Fatal(err)
		}
		ended, err := time.ParseInLocation("2006-01-02 15:04", c.ended, zone)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, b := range boosted(t, ended).Boosters {
			got = append(got, b.Due(zone).Format("2006-01-02 15:04"))
		}
		if diff := cmp.Diff(got, c.want); diff != "" {
			t.Errorf("%s, %s (-got +want):\n%s", c.zone, c.ended, diff)
		}
	}
}

func TestBoosters(t *testing.T) {
	at := now.AddDate(0, 0, 30)
	month := func(c care.Case, i int) time.Time { return c.Boosters[i].Due(time.UTC) }
	c := boosted(t, at)
	if err := c.SendBooster(care.TheClient, "1mo", month(c, 0).Add(-time.Second)); !errors.Is(err, care.ErrNotPossible) {
		t.Errorf("before its time: %v", err)
	}
	if err := c.SendBooster(care.TheClient, "1mo", month(c, 0)); err != nil {
		t.Fatal(err)
	}
	if err := c.SendBooster(care.TheClient, "1mo", month(c, 0)); !errors.Is(err, care.ErrNotPossible) {
		t.Errorf("twice: %v", err)
	}

	well := c
	if err := well.AnswerBooster(care.TheClient, care.BoosterWell, month(c, 0)); err != nil || well.Boosters[0].State != care.BoosterAnswered || well.Boosters[1].State != care.BoosterPlanned {
		t.Errorf("well: %v, %+v", err, well.Boosters)
	}
	noMore := c
	if err := noMore.AnswerBooster(care.TheClient, care.BoosterNoMore, month(c, 0)); err != nil || !noMore.SettleBoosters(rules, month(c, 0)) {
		t.Errorf("no more: %v, %+v", err, noMore.Boosters)
	}
	if err := noMore.SendBooster(care.TheClient, "3mo", month(c, 1)); !errors.Is(err, care.ErrNotPossible) {
		t.Errorf("sent to somebody who wants no more: %v", err)
	}

	// Back: the rest stops, and a second ending has boosters of its own.
	back := c
	if err := back.AnswerBooster(care.TheClient, care.BoosterSession, month(c, 0)); err != nil {
		t.Fatal(err)
	}
	if _, err := back.Move(care.MoveReturn, client, month(c, 0)); err != nil {
		t.Fatal(err)
	}
	for _, after := range []string{"3mo", "6mo", "12mo"} {
		if err := back.SendBooster(care.TheClient, after, month(c, 3)); !errors.Is(err, care.ErrNotPossible) {
			t.Errorf("%s sent to somebody who is back: %v", after, err)
		}
	}
	for _, m := range []care.MoveName{care.MoveStart, care.MoveEnd} {
		if _, err := back.Move(m, ana, month(c, 1)); err != nil {
			t.Fatal(err)
		}
	}
	if err := back.OptIn(care.TheClient, rules.Boosters[:1], rules, month(c, 1)); err != nil {
		t.Fatal(err)
	}
	if _, err := back.Move(care.MoveBoost, client, month(c, 1)); err != nil {
		t.Fatal(err)
	}
	var due []string
	for _, d := range back.Plan(rules, utc, month(c, 1)) {
		due = append(due, d.Key)
	}
	if diff := cmp.Diff(due, []string{"booster-1-1mo-1"}); diff != "" {
		t.Errorf("the plan of the second turn (-got +want):\n%s", diff)
	}

	// Three due at once after an outage: the last one goes, the others are past.
	late := boosted(t, at)
	if err := late.SendBooster(care.TheClient, "6mo", month(c, 2).AddDate(0, 0, 3)); err != nil {
		t.Fatal(err)
	}
	for _, after := range []string{"1mo", "3mo"} {
		if err := late.SendBooster(care.TheClient, after, month(c, 2).AddDate(0, 0, 3)); !errors.Is(err, care.ErrNotPossible) {
			t.Errorf("%s went out too: %v", after, err)
		}
	}
	// Nobody answers: after a month the wait is over.
	silent := boosted(t, at)
	if err := silent.SendBooster(care.TheClient, "12mo", month(c, 3)); err != nil {
		t.Fatal(err)
	}
	if silent.SettleBoosters(rules, month(c, 3).AddDate(0, 0, 29)) || !silent.SettleBoosters(rules, month(c, 3).AddDate(0, 0, 30)) {
		t.Errorf("settled at the wrong time: %+v", silent.Boosters)
	}
	if err := silent.AnswerBooster(care.TheClient, care.BoosterSome, month(c, 3).AddDate(0, 0, 40)); err != nil {
		t.Errorf("an answer after the wait: %v", err)
	}
}

func TestOptInRefused(t *testing.T) {
	for _, c := range []struct {
		name   string
		c      care.Case
		who    care.PersonID
		chosen []care.Period
	}{
		{"before the ending", movedCase(t, toMiddle...), care.TheClient, rules.Boosters},
		{"nobody", boosted(t, now), "z", rules.Boosters},
		{"not offered", boosted(t, now), care.TheClient, []care.Period{{Months: 2}}},
		{"closed", movedCase(t, append(slices.Clone(toMiddle), care.MoveClose)...), care.TheClient, rules.Boosters},
	} {
		before := c.c
		if err := c.c.OptIn(c.who, c.chosen, rules, now); !errors.Is(err, care.ErrNotPossible) || !cmp.Equal(c.c.Boosters, before.Boosters) {
			t.Errorf("%s: error %v", c.name, err)
		}
	}
}

// However often each is tried, in whatever order: each booster goes out at most
// once, and never two on one day.
func TestEachBoosterOnce(t *testing.T) {
	base := boosted(t, now)
	if _, err := base.Join(2, now); err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		c, at := base, now
		sent, days := map[string]int{}, map[string]int{}
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			at = at.AddDate(0, 0, rapid.IntRange(0, 30).Draw(t, "days"))
			after := rapid.SampledFrom([]string{"1mo", "3mo", "6mo", "12mo"}).Draw(t, "after")
			switch rapid.IntRange(0, 5).Draw(t, "what") {
			case 0:
				_ = c.AnswerBooster(care.TheClient, rapid.SampledFrom([]care.BoosterReply{care.BoosterWell, care.BoosterSome, care.BoosterNoMore}).Draw(t, "reply"), at)
			case 1:
				c.SettleBoosters(rules, at)
			case 2:
				_ = c.OptIn(care.TheClient, rules.Boosters, rules, at)
			default:
				if c.SendBooster(care.TheClient, after, at) == nil {
					sent[after]++
					days[at.Format(time.DateOnly)]++
				}
			}
			if sent[after] > 1 || days[at.Format(time.DateOnly)] > 1 {
				t.Fatalf("sent %v, by day %v", sent, days)
			}
		}
	})
}

func TestSigns(t *testing.T) {
	c := boosted(t, now)
	if err := c.SetSigns(care.TheClient, []care.Sign{{Listed: "avoiding"}, {Words: " SECRET silence "}, {}, {Words: " "}, {Listed: "avoiding"}}, now); err != nil {
		t.Fatal(err)
	}
	got := c.SignsOf(care.TheClient)
	if len(got) != 2 || got[0].Listed != "avoiding" || got[1].Words != "SECRET silence" {
		t.Errorf("%d signs", len(got))
	}
	if s := fmt.Sprintf("%v %+v %#v", got, got[1], got[1]); strings.Contains(s, "SECRET") {
		t.Errorf("printed: %s", s)
	}
	if len(c.SignsOf("2")) != 0 {
		t.Error("a partner sees them")
	}
}
