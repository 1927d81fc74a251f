package care

import (
	"fmt"
	"slices"
	"strings"
)

// gates returns the hard gates that fail, in the order that Assess documents.
func gates(e Enquiry, t Therapist, tier Tier) []Reason {
	var failed []Reason
	fail := func(code, format string, args ...any) {
		failed = append(failed, Reason{code, fmt.Sprintf(format, args...)})
	}
	if e.Adult == "minor" {
		fail("adult", "%s does not see people under eighteen", t.Name)
	}
	if e.Place != "" && !t.Licensed(e.Place) {
		fail("licence", "%s is not licensed in %s%s", t.Name, e.Place, t.nearby(e.Place))
	}
	if e.SessionLanguage != "" && !slices.Contains(t.Languages, e.SessionLanguage) {
		fail("language", "%s does not work in %s", t.Name, in(languageWords, e.SessionLanguage))
	}
	switch {
	case e.Couple() && !slices.Contains(t.Sees, "couple"):
		fail("couple", "%s does not see couples", t.Name)
	case e.Together == "solo" && !slices.Contains(t.Sees, "solo"):
		fail("solo", "%s does not see people by themselves", t.Name)
	}
	if why, ok := feeGate(t, tier, e); !ok {
		failed = append(failed, why)
	}
	if (e.Mode == "online" || e.Mode == "in-person") && !slices.Contains(t.Modes, e.Mode) {
		fail("mode", "%s does not work %s", t.Name, plain(e.Mode))
	}
	if e.MainTopic != "" && t.Level(e.MainTopic) == NotTaken {
		fail("scope", "%s does not take %s", t.Name, in(topicWords, e.MainTopic))
	}
	return failed
}

// nobodyHere says that a gate keeps everybody out.
func nobodyHere(code string, e Enquiry, p Practice) string {
	switch code {
	case "licence":
		return "nobody here is licensed in " + e.Place
	case "language":
		return "nobody here works in " + in(languageWords, e.SessionLanguage)
	case "couple":
		return "nobody here sees couples"
	case "solo":
		return "nobody here sees people by themselves"
	case "mode":
		return "nobody here works " + plain(e.Mode)
	case "scope":
		return "nobody here takes " + in(topicWords, e.MainTopic)
	case "fee-slot":
		return "nobody here has places at the fee they can pay"
	case "fee-below":
		lowest := p.Therapists[0].Fee.Low
		for _, t := range p.Therapists {
			lowest = min(lowest, t.Fee.Low)
		}
		return fmt.Sprintf("can pay %d; the lowest fee here is %d", e.CanPay.N, lowest)
	default:
		return "nobody here sees people under eighteen"
	}
}

// Licensed reports whether the therapist may work with somebody who is in this
// place. A licence for a country covers its regions; a licence for a region
// does not cover a country whose region is not known.
func (t Therapist) Licensed(place string) bool {
	country, _, _ := strings.Cut(place, "-")
	return slices.Contains(t.Licences, place) || slices.Contains(t.Licences, country)
}

// nearby explains a country without its region, where the region decides.
func (t Therapist) nearby(place string) string {
	if strings.Contains(place, "-") {
		return ""
	}
	var regions []string
	for _, l := range t.Licences {
		if strings.HasPrefix(l, place+"-") {
			regions = append(regions, l)
		}
	}
	if len(regions) == 0 {
		return ""
	}
	return " without knowing the region; " + and(regions) + " would do"
}
