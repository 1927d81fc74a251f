package care_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"anteroom/bot/care"
)

// answers draws facts, some of them values that no script would store.
func answers(t *rapid.T) map[string]string {
	f := map[string]string{}
	choices := map[string][]string{
		"adult": {"adult", "adult", "adult", "minor"}, "here": {"US-CA", "GB", "ES"}, "place": {"US-CA", "US-OR", "US", "GB", "US-NY", "nowhere"},
		"safe": {"all-safe", "self-harm", "hurt-by-someone", "other-in-danger", "medical", "?"}, "afraid": {"no-fear", "once", "now"},
		"topics": {"pain", "pain,low-desire", "trauma,in-person", "compulsive", "sti,,sti"}, "main_topic": {"pain", "low-desire", "trauma", "compulsive", "ed"},
		"together": {"solo", "partner", "partners"}, "mode": {"online", "in-person", "either"}, "times": {"weekend", "weekday-morning,weekend"},
		"body_now": {"none", "none", "numb"}, "body_days": {"none", "lump"}, "body_along": {"none", "diabetes"}, "nitrates": {"yes-both", "no"},
		"fee_ok": {"fits", "less", "unsure"}, "can_pay": {"20", "70", "130", "500", "-3", "lots"}, "session_language": {"en", "es", "fr", "de"},
		"treatment": {"emdr", "cbt", "not-sure"}, "wishes": {"kink-aware,gender", "lgbtq-aware", "access"}, "gender": {"woman", "man"},
		"path": {"full", "full", "short"}, "out": {"none", "none", "court"}, "minor_safe": {"safe-now", "not-safe"},
	}
	for _, id := range slices.Sorted(maps.Keys(choices)) { // rapid replays draws in order
		if v := rapid.SampledFrom(append(choices[id], "")).Draw(t, id); v != "" {
			f[id] = v
		}
	}
	return f
}

// someLoads draws caseloads that obey the caps.
func someLoads(t *rapid.T, p care.Practice) loads {
	l := loads{}
	for _, th := range p.Therapists {
		var c care.Caseload
		for i := range rapid.IntRange(0, 8).Draw(t, "places") {
			// A refusal leaves it as it was, which is as good.
			_ = c.Take(th, care.Place{
				Case:   care.MakeCaseID([]byte{byte(i)}),
				Tier:   rapid.SampledFrom([]care.Tier{care.Full, care.Middle, care.Low}).Draw(t, "tier"),
				Groups: p.GroupsOf(rapid.SampledFrom([]care.Topic{"pain", "affair", "compulsive", "sti"}).Draw(t, "topic")),
			})
		}
		l[th.ID] = c
	}
	return l
}

func TestAssessIsDeterministic(t *testing.T) {
	p := sample(t)
	rapid.Check(t, func(t *rapid.T) {
		f, l := answers(t), someLoads(t, p)
		// The same maps, filled in another order and of another size.
		other := p
		other.Groups = map[care.GroupID][]care.Topic{}
		for i := range 50 {
			other.Groups[care.GroupID(rune('a'+i))] = nil
		}
		for _, g := range slices.Backward(slices.Sorted(maps.Keys(p.Groups))) {
			other.Groups[g] = p.Groups[g]
		}
		got := care.Assess(care.ReadEnquiry(maps.Clone(f)), other, maps.Clone(l), now)
		want := care.Assess(care.ReadEnquiry(f), p, l, now)
		if diff := cmp.Diff(got, want); diff != "" {
			t.Fatal(diff)
		}
	})
}

func TestAssessIsConsistent(t *testing.T) {
	p := sample(t)
	rapid.Check(t, func(t *rapid.T) {
		e, l := care.ReadEnquiry(answers(t)), someLoads(t, p)
		a := care.Assess(e, p, l, now)
		if len(a.Candidates) != len(p.Therapists) || len(a.Reasons) == 0 {
			t.Fatalf("%d candidates, reasons %v", len(a.Candidates), a.Reasons)
		}
		head := a.Candidates[0]
		switch a.Fit {
		case care.Book:
			if !head.Fits || !head.Room() || head.Therapist != a.First {
				t.Fatalf("F, and the head is %+v, the first %s", head, a.First)
			}
		case care.Another:
			if !head.Fits || !head.Room() || head.Therapist == a.First || find2(a, a.First).Room() {
				t.Fatalf("S, and the head is %+v, the first %s", head, a.First)
			}
		case care.CapFull:
			if slices.ContainsFunc(a.Candidates, func(c care.Candidate) bool { return c.Fits && c.Room() }) || !head.Fits {
				t.Fatalf("C, and somebody who fits has room: %+v", a.Candidates)
			}
		case care.Outside:
			if e.Adult != "minor" && e.Out == "" && head.Passes {
				t.Fatalf("O, and %s passes", head.Therapist)
			}
		case care.Unasked:
			if !e.Short {
				t.Fatal("U without the short path")
			}
		default:
			t.Fatalf("fit %q", a.Fit)
		}
		// Room means room: the caseload agrees.
		for _, c := range a.Available() {
			th, _ := p.Therapist(c.Therapist)
			load := l[c.Therapist]
			if err := load.Take(th, care.Place{Case: "NEW-00", Tier: c.Tier, Groups: p.GroupsOf(e.MainTopic)}); err != nil {
				t.Fatalf("%s has room, and taking it says %v", c.Therapist, err)
			}
		}
	})
}

func find2(a care.Assessment, id care.TherapistID) care.Candidate {
	for _, c := range a.Candidates {
		if c.Therapist == id {
			return c
		}
	}
	return care.Candidate{}
}

// Money decides nothing about urgency.
func TestFeeNeverChangesUrgency(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := answers(t)
		want, wantWhy := care.Triage(care.ReadEnquiry(f))
		for _, id := range []string{"fee_ok", "can_pay", "income_band", "household"} {
			f[id] = rapid.SampledFrom([]string{"", "fits", "less", "unsure", "0", "3", "900", "low"}).Draw(t, id)
		}
		got, gotWhy := care.Triage(care.ReadEnquiry(f))
		if diff := cmp.Diff(gotWhy, wantWhy); got != want || diff != "" {
			t.Fatalf("urgency %s, want %s\n%s", got, want, diff)
		}
	})
}

// What triage says follows from the facts that it names, and from no other.
func TestTriageFacts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := answers(t)
		want, _ := care.Triage(care.ReadEnquiry(f))
		only := map[string]string{}
		for _, id := range care.TriageFacts() {
			if f[id] != "" {
				only[id] = f[id]
			}
		}
		if got, _ := care.Triage(care.ReadEnquiry(only)); got != want {
			t.Fatalf("from %v: got %s, want %s", care.TriageFacts(), got, want)
		}
	})
}

// What is concluded of the fit follows from the facts that it names.
func TestFitFacts(t *testing.T) {
	p := sample(t)
	rapid.Check(t, func(t *rapid.T) {
		f := answers(t)
		l := someLoads(t, p)
		want := care.Assess(care.ReadEnquiry(f), p, l, now)
		only := map[string]string{}
		for _, id := range care.FitFacts() {
			if f[id] != "" {
				only[id] = f[id]
			}
		}
		if got := care.Assess(care.ReadEnquiry(only), p, l, now); got.Fit != want.Fit || got.First != want.First {
			t.Fatalf("from %v: got %s with %s, want %s with %s", care.FitFacts(), got.Fit, got.First, want.Fit, want.First)
		}
	})
}

// One more licence, language, mode, slot or kind of client never takes a
// therapist away.
func TestGatesAreMonotone(t *testing.T) {
	p := sample(t)
	rapid.Check(t, func(t *rapid.T) {
		e := care.ReadEnquiry(answers(t))
		l := someLoads(t, p)
		before := care.Assess(e, p, l, now)
		more := p
		more.Therapists = slices.Clone(p.Therapists)
		th := &more.Therapists[rapid.IntRange(0, len(p.Therapists)-1).Draw(t, "who")]
		grow := func(list []string, from ...string) []string {
			return append(slices.Clone(list), rapid.SampledFrom(from).Draw(t, "more"))
		}
		switch rapid.IntRange(0, 4).Draw(t, "what") {
		case 0:
			th.Licences = grow(th.Licences, "US-CA", "US-OR", "GB", "US", "ES")
		case 1:
			th.Languages = grow(th.Languages, "es", "fr", "de")
		case 2:
			th.Modes = grow(th.Modes, "in-person")
		case 3:
			th.Sees = grow(th.Sees, "couple")
		case 4:
			th.ReducedSlots.Low++
		}
		after := care.Assess(e, more, l, now)
		for _, c := range before.Candidates {
			if c.Passes && !find2(after, c.Therapist).Passes {
				t.Fatalf("%s passed and no longer does: %v", c.Therapist, find2(after, c.Therapist).Gates)
			}
			if c.Room() && !find2(after, c.Therapist).Room() {
				t.Fatalf("%s had room and no longer has: %v", c.Therapist, find2(after, c.Therapist).Full)
			}
		}
	})
}

// No sequence of takes, replacements and releases gets past a hard cap, a slot
// or a time that is held.
func TestCaseloadNeverPassesAHardCap(t *testing.T) {
	p := sample(t)
	rapid.Check(t, func(t *rapid.T) {
		th := p.Therapists[rapid.IntRange(0, 3).Draw(t, "who")]
		var c care.Caseload
		ids := make([]care.CaseID, 14)
		for i := range ids {
			ids[i] = care.MakeCaseID([]byte{byte(i)})
		}
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			before, frozen := c, slices.Clone(c.Places)
			id := rapid.SampledFrom(ids).Draw(t, "case")
			if rapid.IntRange(0, 3).Draw(t, "release") == 0 {
				_, had := c.Place(id)
				if got := c.Release(id); got != had {
					t.Fatalf("release says %v, had %v", got, had)
				}
			} else {
				place := care.Place{
					Case: id, Minutes: 50,
					Tier:   rapid.SampledFrom([]care.Tier{care.AnyTier, care.Full, care.Middle, care.Low}).Draw(t, "tier"),
					Groups: p.GroupsOf(rapid.SampledFrom([]care.Topic{"pain", "affair", "compulsive", "sti"}).Draw(t, "topic")),
					Times:  rapid.SliceOfN(rapid.Custom(func(t *rapid.T) int64 { return 1500 * rapid.Int64Range(0, 40).Draw(t, "at") }), 0, 2).Draw(t, "times"),
				}
				if err := c.Take(th, place); err != nil && !cmp.Equal(c, before) {
					t.Fatalf("refused with %v, and changed", err)
				}
			}
			if !cmp.Equal(before.Places, frozen) {
				t.Fatal("an earlier copy changed")
			}
			n := c.Count(th)
			if n.Total > th.Caps.Total.Hard || n.Reduced.Middle > th.ReducedSlots.Middle || n.Reduced.Low > th.ReducedSlots.Low {
				t.Fatalf("counts %+v pass the caps %+v or the slots %+v", n, th.Caps, th.ReducedSlots)
			}
			for g, limit := range th.Caps.Groups {
				if n.Groups[g] > limit.Hard {
					t.Fatalf("group %s has %d, hard cap %d", g, n.Groups[g], limit.Hard)
				}
			}
			for i, a := range c.Places {
				for _, b := range c.Places[i+1:] {
					for _, x := range a.Times {
						for _, y := range b.Times {
							if max(x, y)-min(x, y) < 50*60 {
								t.Fatalf("%s and %s hold times %d seconds apart", a.Case, b.Case, max(x, y)-min(x, y))
							}
						}
					}
				}
			}
		}
	})
}
