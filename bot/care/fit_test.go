package care_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"anteroom/bot/care"
)

type loads = map[care.TherapistID]care.Caseload

func TestAssessFit(t *testing.T) {
	p := sample(t)
	anaFull := loads{"ana": taken(t, p, "ana", 3, care.Full, "pain")}
	bothFull := loads{
		"ana": anaFull["ana"], "ruth": taken(t, p, "ruth", 7, care.Full), "milo": taken(t, p, "milo", 6, care.Full),
		"sam": taken(t, p, "sam", 6, care.Full),
	}
	lowTaken := loads{"ana": taken(t, p, "ana", 1, care.Low), "sam": taken(t, p, "sam", 1, care.Low)}
	for _, c := range []struct {
		name  string
		facts []string
		loads loads
		fit   care.Fit
		first care.TherapistID
		head  care.TherapistID
		why   []string
	}{
		{"best has room", nil, nil, care.Book, "ana", "ana", []string{"first"}},
		{"soft cap of the group reached", nil, loads{"ana": taken(t, p, "ana", 1, care.Full, "pain")}, care.Book, "ana", "ana", []string{"first", "soft-pain"}},
		{"best full in the group", nil, anaFull, care.Another, "ana", "ruth", []string{"full-pain", "another"}},
		{"best full in total", nil, loads{"ana": taken(t, p, "ana", 6, care.Full)}, care.Another, "ana", "ruth", []string{"full-total", "another"}},
		{"all full", nil, bothFull, care.CapFull, "ana", "ana", []string{"full-pain", "full-total", "opening"}},
		{"trained ones full, others have room", nil, loads{"ana": bothFull["ana"], "ruth": bothFull["ruth"]}, care.CapFull, "ana", "ana", []string{"full-pain", "full-total", "opening", "untrained"}},
		{"Oregon has one, who is full", []string{"place", "US-OR"}, anaFull, care.CapFull, "ana", "ana", []string{"full-pain", "opening"}},
		{"short path", []string{"path", "short"}, nil, care.Unasked, "ana", "ana", []string{"short"}},
		{"short path from where nobody is licensed", []string{"path", "short", "place", "US-TX"}, nil, care.Unasked, "", "ana", []string{"short", "licence"}},
		{"minor", []string{"adult", "minor"}, nil, care.Outside, "", "ana", []string{"minor"}},
		{"minor on the short path", []string{"adult", "minor", "path", "short"}, nil, care.Outside, "", "ana", []string{"minor"}},
		{"court", []string{"out", "court"}, nil, care.Outside, "ana", "ana", []string{"out-court"}},
		{"sexual services on the short path", []string{"out", "sexual-services", "path", "short"}, nil, care.Outside, "ana", "ana", []string{"out-sexual-services"}},
		{"licence", []string{"place", "US-TX"}, nil, care.Outside, "", "ana", []string{"licence"}},
		{"language", []string{"session_language", "de"}, nil, care.Outside, "", "ana", []string{"language"}},
		{"mode, where only Milo is licensed", []string{"place", "GB", "mode", "in-person"}, nil, care.Outside, "", "ana", []string{"licence", "licence", "licence", "mode"}},
		{"couple, where only Milo is licensed", []string{"place", "US-WA", "together", "partner"}, nil, care.Outside, "", "ana", []string{"licence", "licence", "licence", "couple"}},
		{"under every fee", []string{"fee_ok", "less", "can_pay", "20"}, nil, care.Outside, "", "ana", []string{"fee-below"}},
		{"low fee, slots", []string{"fee_ok", "less", "can_pay", "70"}, nil, care.Book, "ana", "ana", []string{"first"}},
		{"low fee, best one's slot taken", []string{"fee_ok", "less", "can_pay", "60"}, loads{"ana": lowTaken["ana"]}, care.CapFull, "ana", "ana", []string{"full-slot", "opening", "untrained"}},
		{"low fee, every slot taken", []string{"fee_ok", "less", "can_pay", "60", "topics", "sti", "main_topic", "sti", "together", "partner"}, lowTaken, care.CapFull, "sam", "sam", []string{"full-slot", "full-slot", "opening", "untrained"}},
		{"fee not said", []string{"fee_ok", "unsure"}, nil, care.Book, "ana", "ana", []string{"first"}},
		{"nobody trained", []string{"topics", "sti", "main_topic", "sti", "times", "weekend"}, nil, care.Book, "milo", "milo", []string{"first", "untrained"}},
		{"nothing answered", []string{"place", "", "here", "", "adult", "", "mode", "", "topics", "", "main_topic", "", "together", ""}, nil, care.Book, "sam", "sam", []string{"first"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := care.Assess(enquiry(c.facts...), p, c.loads, now)
			if got.Fit != c.fit || got.First != c.first || got.Candidates[0].Therapist != c.head {
				t.Errorf("fit %s first %q head %q, want %s %q %q", got.Fit, got.First, got.Candidates[0].Therapist, c.fit, c.first, c.head)
			}
			if diff := cmp.Diff(codes(got.Reasons), c.why); diff != "" {
				t.Errorf("reasons (-got +want):\n%s%v", diff, got.Reasons)
			}
		})
	}
}

func TestAssessGates(t *testing.T) {
	p := sample(t)
	for _, c := range []struct {
		name  string
		facts []string
		who   care.TherapistID
		want  []care.Reason
	}{
		{"none", nil, "ana", nil},
		{"region not licensed", []string{"place", "US-NY"}, "ana", []care.Reason{{Code: "licence", Text: "Ana Reyes is not licensed in US-NY"}}},
		{"country without region", []string{"place", "US"}, "ana", []care.Reason{{Code: "licence", Text: "Ana Reyes is not licensed in US without knowing the region; US-CA and US-OR would do"}}},
		{"country licence covers a region", []string{"place", "GB-SCT"}, "milo", nil},
		{"place falls back on here", []string{"place", "", "here", "US-NY"}, "ana", []care.Reason{{Code: "licence", Text: "Ana Reyes is not licensed in US-NY"}}},
		{"language", []string{"session_language", "es"}, "ruth", []care.Reason{{Code: "language", Text: "Ruth Cole does not work in Spanish"}}},
		{"couple", []string{"together", "partners"}, "milo", []care.Reason{{Code: "couple", Text: "Milo Grant does not see couples"}}},
		{"mode", []string{"mode", "in-person"}, "milo", []care.Reason{{Code: "mode", Text: "Milo Grant does not work in person"}}},
		{"either mode", []string{"mode", "either"}, "milo", nil},
		{"scope", []string{"topics", "pain,compulsive", "main_topic", "compulsive"}, "ana", []care.Reason{{Code: "scope", Text: "Ana Reyes does not take compulsive sex or porn"}}},
		{"another topic is no gate", []string{"topics", "pain,compulsive"}, "ana", nil},
		{"no slots of the tier", []string{"fee_ok", "less", "can_pay", "60"}, "ruth", []care.Reason{{Code: "fee-slot", Text: "Ruth Cole has no low-fee places"}}},
		{"fees of their own", []string{"fee_ok", "less", "can_pay", "55"}, "milo", nil},
		{"under their own fees", []string{"fee_ok", "less", "can_pay", "55"}, "ana", []care.Reason{{Code: "fee-below", Text: "Ana Reyes's lowest fee is 60, above 55"}}},
		{"several, in order", []string{"place", "US-TX", "together", "partner", "mode", "in-person"}, "milo", []care.Reason{
			{Code: "licence", Text: "Milo Grant is not licensed in US-TX"}, {Code: "couple", Text: "Milo Grant does not see couples"}, {Code: "mode", Text: "Milo Grant does not work in person"},
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := find(t, care.Assess(enquiry(c.facts...), p, nil, now), c.who)
			if diff := cmp.Diff(got.Gates, c.want); diff != "" {
				t.Errorf("gates (-got +want):\n%s", diff)
			}
			if got.Passes != (len(c.want) == 0) {
				t.Errorf("passes %v with gates %v", got.Passes, got.Gates)
			}
		})
	}
}

func TestAssessRanking(t *testing.T) {
	p := sample(t)
	for _, c := range []struct {
		name  string
		facts []string
		want  []care.TherapistID
	}{
		{"level first", nil, []care.TherapistID{"ana", "ruth", "sam", "milo"}},
		{"training outweighs every wish", []string{"topics", "early-ejaculation", "main_topic", "early-ejaculation", "treatment", "eft", "gender", "woman", "wishes", "faith-aware", "times", "weekday-afternoon"}, []care.TherapistID{"milo", "ruth", "sam", "ana"}},
		{"one who is only skilled too", []string{"topics", "kink", "main_topic", "kink", "treatment", "eft", "gender", "woman", "wishes", "faith-aware", "times", "weekday-afternoon"}, []care.TherapistID{"milo", "ruth", "sam", "ana"}},
		{"treatment decides among the trained", []string{"topics", "low-desire", "main_topic", "low-desire", "treatment", "emdr", "wishes", "lgbtq-aware"}, []care.TherapistID{"sam", "ana", "ruth", "milo"}},
		{"times decide where all else is equal", []string{"topics", "sti", "main_topic", "sti", "times", "weekend"}, []care.TherapistID{"milo", "sam", "ruth", "ana"}},
		{"gender", []string{"topics", "sti", "main_topic", "sti", "gender", "nonbinary", "times", ""}, []care.TherapistID{"sam", "ruth", "ana", "milo"}},
		{"other topics", []string{"topics", "sti,gender", "main_topic", "sti", "times", ""}, []care.TherapistID{"sam", "ruth", "ana", "milo"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := care.Assess(enquiry(c.facts...), p, nil, now)
			var got []care.TherapistID
			for _, cand := range a.Candidates {
				got = append(got, cand.Therapist)
				sum := 0
				for _, part := range cand.Parts {
					if part.Points < 0 || part.Points > part.Most {
						t.Errorf("%s: part %v out of its range", cand.Therapist, part)
					}
					sum += part.Points
				}
				if sum != cand.Score {
					t.Errorf("%s: score %d, parts add up to %d", cand.Therapist, cand.Score, sum)
				}
			}
			if diff := cmp.Diff(got, c.want); diff != "" {
				t.Errorf("order (-got +want):\n%s%+v", diff, a.Candidates)
			}
		})
	}
}

func TestAssessEffect(t *testing.T) {
	p := sample(t)
	for _, c := range []struct {
		name    string
		facts   []string
		loads   loads
		who     care.TherapistID
		effect  string
		needs   bool
		opening care.Date
	}{
		{"group", nil, nil, "ana", "pain cases 5→6, soft cap 6", false, ""},
		{"group over its soft cap", nil, loads{"ana": taken(t, p, "ana", 1, care.Full, "pain")}, "ana", "pain cases 6→7, soft cap 6", true, ""},
		{"total, no group capped", []string{"topics", "sti", "main_topic", "sti"}, nil, "ana", "all cases 14→15, soft cap 18", false, ""},
		{"group and total at its soft cap", nil, loads{"ana": taken(t, p, "ana", 4, care.Full)}, "ana", "pain cases 5→6, soft cap 6; all cases 18→19, soft cap 18", true, ""},
		{"reduced slot", []string{"fee_ok", "less", "can_pay", "130"}, nil, "ana", "pain cases 5→6, soft cap 6; middle-fee slots 1→2/2", false, ""},
		{"full", nil, loads{"ana": taken(t, p, "ana", 3, care.Full, "pain")}, "ana", "pain cases 8→9, soft cap 6", false, "2027-06-09"},
		{"gate", []string{"place", "US-TX"}, nil, "ana", "pain cases 5→6, soft cap 6", true, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := find(t, care.Assess(enquiry(c.facts...), p, c.loads, now), c.who)
			if got.Effect != c.effect || got.NeedsReason() != c.needs || got.Opening != c.opening {
				t.Errorf("effect %q, needs a reason %v, opening %q; want %q, %v, %q", got.Effect, got.NeedsReason(), got.Opening, c.effect, c.needs, c.opening)
			}
		})
	}
}

// The day that a client may be told is that of somebody who fits.
func TestOpeningIsOfOneWhoFits(t *testing.T) {
	p := sample(t)
	full := loads{
		"ana": taken(t, p, "ana", 3, care.Full, "pain"), "ruth": taken(t, p, "ruth", 7, care.Full),
		"milo": taken(t, p, "milo", 6, care.Full), // untrained, and free again in February
	}
	day, who := care.Assess(enquiry(), p, full, now).Opening()
	if day != "2027-03-20" || who != "ruth" {
		t.Errorf("opening %s with %s, want 2027-03-20 with ruth", day, who)
	}
}

// An opening that has passed is no promise.
func TestOpeningInThePast(t *testing.T) {
	p := sample(t)
	full := loads{"ana": taken(t, p, "ana", 3, care.Full, "pain")}
	e := enquiry("place", "US-OR")
	for _, c := range []struct {
		day  string
		want care.Date
		code string
	}{{"2027-06-08", "2027-06-09", "opening"}, {"2027-06-09", "2027-06-09", "opening"}, {"2027-06-10", "", "no-opening"}} {
		day, err := care.ParseDate(c.day)
		if err != nil {
			t.Fatal(err)
		}
		a := care.Assess(e, p, full, day.In(p.Zone).Add(23*60*60*1e9))
		got, _ := a.Opening()
		if got != c.want || a.Fit != care.CapFull || a.Reasons[len(a.Reasons)-1].Code != c.code {
			t.Errorf("on %s: opening %q, %v; want %q, %s", c.day, got, a.Reasons, c.want, c.code)
		}
	}
}

func BenchmarkAssess(b *testing.B) {
	p := sample(b)
	e := enquiry("topics", "pain,low-desire", "treatment", "cbt", "wishes", "lgbtq-aware,kink-aware", "fee_ok", "less", "can_pay", "130")
	for _, n := range []int{4, 40} {
		big := p
		big.Therapists = nil
		full := loads{}
		for i := range n {
			th := p.Therapists[i%4]
			th.ID = care.TherapistID(fmt.Sprintf("%s-%d", th.ID, i))
			big.Therapists = append(big.Therapists, th)
			full[th.ID] = taken(b, p, p.Therapists[i%4].ID, 2, care.Full)
		}
		b.Run(fmt.Sprintf("therapists=%d", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				care.Assess(e, big, full, now)
			}
		})
	}
}
