package care

// Urgency is how soon a human is needed. It knows nothing of fit or of money.
type Urgency string

const (
	R0      Urgency = "R0"   // an emergency: the emergency number, and the on-call is told
	R1      Urgency = "R1"   // a human today
	Medical Urgency = "M"    // a doctor first, or alongside; booking goes on
	NoRush  Urgency = "none" // nothing of the above
)

// rank orders urgencies; the most urgent is the highest.
func (u Urgency) rank() int {
	switch u {
	case R0:
		return 4
	case R1:
		return 3
	case Medical:
		return 2
	case NoRush:
		return 1
	default:
		return 0
	}
}

// Over reports whether u is more urgent than other. An urgency that is not
// known is under all others.
func (u Urgency) Over(other Urgency) bool { return u.rank() > other.rank() }

// Compare orders a list with the most urgent first.
func (u Urgency) Compare(other Urgency) int { return other.rank() - u.rank() }

// Words says it to a therapist.
func (u Urgency) Words() string {
	switch u {
	case R0:
		return "emergency: the emergency number was given"
	case R1:
		return "a human today"
	case Medical:
		return "a doctor first or alongside"
	default:
		return "no urgency"
	}
}

// Reason says why, in words for a therapist. Code is stable, for tests and
// translations; Text never holds a client's words.
type Reason struct{ Code, Text string }

// TriageAnswers are the answers that raise an urgency, by fact, where it is not
// any answer but none. A script that calls one of them otherwise hides it.
func TriageAnswers() map[string][]string {
	return map[string][]string{
		"safe": {"self-harm", "hurt-by-someone", "other-in-danger", "medical"}, "afraid": {"now"}, "minor_safe": {"not-safe"},
		"nitrates": {"yes-both"}, "body_now": nil, "body_days": nil, "body_along": nil,
	}
}

// TriageFacts are the facts that [Triage] looks at; no other changes what it says.
func TriageFacts() []string {
	return []string{"safe", "afraid", "minor_safe", "body_now", "body_days", "body_along", "nitrates"}
}

// Triage says how urgent the answers are, with every reason for it, the most
// urgent first. It runs on buttons only: words are screened elsewhere. The
// rules are those of the practice's rule book, sections 4, 6, 7 and 9:
//
//   - R0: any sign of a bodily emergency, or "a medical emergency".
//   - R1: might harm themselves, is hurt by someone, someone else is in danger,
//     is afraid of a partner or an ex now, or is under eighteen and not safe.
//   - M: a sign that belongs to a doctor within days, or nitrates or poppers
//     together with an ED medicine, or something a doctor should know of
//     alongside.
//
// A lower urgency's reasons stay in the list: an emergency does not hide that
// someone is afraid at home. The fee and everything else have no part in it.
func Triage(e Enquiry) (Urgency, []Reason) {
	var reasons []Reason
	urgency := NoRush
	because := func(u Urgency, code, text string) {
		if u.Over(urgency) {
			urgency = u
		}
		reasons = append(reasons, Reason{code, text})
	}
	for _, sign := range e.BodyNow {
		because(R0, "body-now", "sign of an emergency: "+in(signWords, sign))
	}
	if e.Safe == "medical" {
		because(R0, "safe-medical", "says it is a medical emergency")
	}
	switch e.Safe {
	case "self-harm":
		because(R1, "safe-self-harm", "might harm themselves")
	case "hurt-by-someone":
		because(R1, "safe-hurt", "someone hurts them")
	case "other-in-danger":
		because(R1, "safe-other", "someone else is in danger")
	}
	if e.Afraid == "now" {
		because(R1, "afraid-now", "afraid of a partner or an ex now")
	}
	if e.MinorSafe == "not-safe" {
		because(R1, "minor-not-safe", "under eighteen and not safe now")
	}
	for _, sign := range e.BodyDays {
		because(Medical, "body-days", "a doctor first, within days: "+in(signWords, sign))
	}
	if e.Nitrates {
		because(Medical, "nitrates", "nitrates or poppers with an ED medicine: a pharmacist today")
	}
	for _, sign := range e.BodyAlong {
		because(Medical, "body-along", "a doctor alongside: "+in(signWords, sign))
	}
	return urgency, reasons
}
