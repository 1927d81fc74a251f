package care_test

import (
	"maps"
	"os"
	"testing"
	"time"

	"anteroom/bot/care"
)

// now is a Tuesday, ten in the morning in San Francisco.
var now = time.Date(2026, 12, 1, 18, 0, 0, 0, time.UTC)

// sample is the practice in testdata: Ana (pain, California and Oregon), Ruth
// (couples, California), Milo (solo, online, also Britain), Sam (trauma).
func sample(t testing.TB) care.Practice {
	t.Helper()
	p, err := care.ReadPractice(os.DirFS("testdata"), "practice", care.Vocabulary{})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// facts are the answers of somebody with pain in California, changed by pairs
// of fact and value; an empty value takes the answer away.
func facts(pairs ...string) map[string]string {
	f := maps.Clone(map[string]string{
		"private": "yes-private", "adult": "adult", "here": "US-CA", "place": "US-CA", "safe": "all-safe",
		"topics": "pain", "main_topic": "pain", "together": "solo", "has_partner": "current", "afraid": "no-fear",
		"how_long": "years", "bother": "7", "body_now": "none", "body_days": "none", "mode": "online",
		"times": "weekday-morning", "fee_ok": "fits", "call_name": "Noor", "pronouns": "she", "reach": "here",
		"reminders": "closed", "words": "It hurts every time and I have stopped trying.",
	})
	for i := 0; i < len(pairs); i += 2 {
		f[pairs[i]] = pairs[i+1]
		if pairs[i+1] == "" {
			delete(f, pairs[i])
		}
	}
	return f
}

func enquiry(pairs ...string) care.Enquiry { return care.ReadEnquiry(facts(pairs...)) }

// taken is a caseload with n places in the groups at the tier.
func taken(t testing.TB, p care.Practice, who care.TherapistID, n int, tier care.Tier, groups ...care.GroupID) care.Caseload {
	t.Helper()
	th, ok := p.Therapist(who)
	if !ok {
		t.Fatalf("no therapist %s", who)
	}
	var c care.Caseload
	for i := range n {
		id := care.MakeCaseID([]byte{byte(i), byte(n), byte(tier)})
		if err := c.Take(th, care.Place{Case: id, Groups: groups, Tier: tier}); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

func codes(reasons []care.Reason) []string {
	var out []string
	for _, r := range reasons {
		out = append(out, r.Code)
	}
	return out
}

func find(t testing.TB, a care.Assessment, id care.TherapistID) care.Candidate {
	t.Helper()
	for _, c := range a.Candidates {
		if c.Therapist == id {
			return c
		}
	}
	t.Fatalf("no candidate %s", id)
	return care.Candidate{}
}
