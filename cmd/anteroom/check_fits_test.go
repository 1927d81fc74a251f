package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"anteroom/bot/care"
	"anteroom/content"
	"anteroom/dialogs/script"
)

// fortyPeople is the sample practice with so many people, of whom no two have
// the same licences and the same room.
func fortyPeople(t *testing.T) care.Practice {
	t.Helper()
	lib, err := script.Load(content.Files)
	if err != nil {
		t.Fatal(err)
	}
	p, err := care.ReadPractice(content.Files, sampleFolder, vocabulary(lib))
	if err != nil {
		t.Fatal(err)
	}
	places := []string{"US-CA", "US-OR", "US-WA", "US-NY", "US-TX", "GB", "ES", "FR", "DE", "IE"}
	few := p.Therapists
	p.Therapists = nil
	for i := range 40 {
		person := few[i%len(few)]
		person.ID = care.TherapistID(fmt.Sprintf("person-%d", i))
		person.Licences = []string{places[i%10], places[i/3%10], places[i/7%10]}
		person.Carries.Total = i % (person.Caps.Total.Hard + 1)
		p.Therapists = append(p.Therapists, person)
	}
	return p
}

// someDay is a day on which the tests look at practices.
var someDay = time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)

// TestFits: who has room makes no other fit than those that are found.
func TestFits(t *testing.T) {
	forty := fortyPeople(t)
	rapid.Check(t, func(t *rapid.T) {
		p := forty
		p.Therapists = rapid.SliceOfNDistinct(rapid.SampledFrom(forty.Therapists), 0, 5, func(t care.Therapist) care.TherapistID { return t.ID }).Draw(t, "people")
		pick := func(name string, of ...string) string { return rapid.SampledFrom(of).Draw(t, name) }
		facts := map[string]string{"path": pick("path", "full", "short"), "here": pick("here", "US-CA", "GB", "US"), "together": pick("together", "solo", "partner", ""),
			"topics": pick("topics", "pain", "ed", "compulsive", "affair", "trauma", "something-else"), "fee_ok": pick("fee", "fits", "less"),
			"mode": pick("mode", "online", "either"), "out": pick("out", "", "", "court")}
		// Whoever is full has a place for each case that anybody may ever have.
		full := care.Caseload{}
		for i := range 100 {
			full.Places = append(full.Places, care.Place{Case: care.CaseID(fmt.Sprintf("full-%d", i))})
		}
		all := map[care.TherapistID]care.Caseload{}
		loads := []map[care.TherapistID]care.Caseload{nil, all}
		for _, t := range p.Therapists {
			all[t.ID] = full
			loads = append(loads, map[care.TherapistID]care.Caseload{t.ID: full})
		}
		want := map[string]bool{}
		for _, l := range loads {
			want[string(care.Assess(care.ReadEnquiry(facts), p, l, someDay).Fit)] = true
		}
		got := fits(p, facts, someDay)
		if diff := cmp.Diff(slices.Sorted(slices.Values(got)), slices.Sorted(maps.Keys(want))); diff != "" {
			t.Fatalf("of %v (-got +want):\n%s", facts, diff)
		}
	})
}

// TestFitsOfMany: of a large roster not every pair is tried.
func TestFitsOfMany(t *testing.T) {
	p := fortyPeople(t)
	near := likely(p)
	if len(near) < 20 || len(near) > 400 {
		t.Errorf("got %d enquiries that clients may well make, want some of each kind, and each kind once", len(near))
	}
	found := map[string]bool{}
	for _, facts := range near {
		for _, fit := range fits(p, facts, someDay) {
			found[fit] = true
		}
	}
	if diff := cmp.Diff(slices.Sorted(maps.Keys(found)), []string{"C", "F", "S"}); diff != "" {
		t.Errorf("the fits that they come to (-got +want):\n%s", diff)
	}
	once := testing.AllocsPerRun(1, func() { care.Assess(care.ReadEnquiry(near[0]), p, nil, someDay) })
	if all := testing.AllocsPerRun(1, func() { fits(p, near[0], someDay) }); all > 5*once {
		t.Errorf("all fits of an enquiry take %.0f allocations where one takes %.0f: everybody is tried", all, once)
	}
}

// TestBoostersFitTheEnding: a practice with another number of boosters than the
// ending offers is refused at once.
func TestBoostersFitTheEnding(t *testing.T) {
	t.Parallel()
	files, err := allFilesOf("")
	if err != nil {
		t.Fatal(err)
	}
	name := sampleFolder + "/practice.yaml"
	data := strings.Replace(string(files[name].Data), "boosters: [1mo, 3mo, 6mo, 12mo]", "boosters: [1mo, 3mo, 12mo]", 1)
	files[name] = &fstest.MapFile{Data: []byte(data)}
	if _, _, err := readPractice("", files, false); err == nil || !strings.Contains(err.Error(), "the ending offers 4 boosters (one-month, three-months, six-months, twelve-months), and the practice has 3") {
		t.Errorf("got %v", err)
	}
}
