package bot

import (
	"maps"
	"slices"

	"anteroom/bot/care"
)

// Contract is what scripts may count on in the service: a check of content
// holds scripts against it.
type Contract struct {
	Entries []string          // dialogs that the service begins by itself
	Asides  []string          // those of them that a person can open at every question
	Help    string            // the aside that shows help numbers
	Words   map[string]string // by the key of a text that holds them, parted by |: the aside that they open
	Calls   map[string]Call
	Alerts  []string            // what can be told to a person at the practice
	Lists   []string            // that the service brings
	Urgency string              // the fact that triage sets
	Given   []string            // what texts may ask for; "helplines.*" stands for all of a kind
	Givens  map[string][]string // by name, those of them that follow from facts, and which
	Slack   map[string][]string // what a Slack channel may show of a case, and the facts that it follows from
	Tells   []string            // how a dialog ends where the chat then says something for it

	Params   map[string][]string            // by dialog, what texts may ask for besides
	Outcomes map[string][]string            // by dialog, those that the service understands; a dialog that is not here may end as it likes
	Facts    map[string]map[string][]string // by dialog, the facts that the service reads, and the answers that it looks for in them
}

// Call is a host call.
type Call struct {
	Results []string                             // all it can bring
	Reads   []string                             // the facts that its result follows from, or that it passes on whoever may see them
	Shows   string                               // who sees the facts it passes on; empty when it passes none
	Slack   bool                                 // that it was made stands in a Slack channel
	Decide  func(facts map[string]string) string // nil where the facts do not decide
}

// factUrgency is the fact that triage sets.
const factUrgency = "urgency"

// ForScripts is the contract of this service.
func ForScripts() Contract {
	place := []string{factHere}
	urgencies := []string{string(care.R0), string(care.R1), string(care.Medical), string(care.NoRush)}
	c := Contract{
		Entries: append([]string{intakeDialog, partnerDialog, inviteDialog, "declined", "forget", releaseDialog, dangerDialog, assaultDialog, agreedDialog}, slices.Sorted(maps.Values(answerDialogs))...),
		Help:    sideDialogs["now"],
		Words:   map[string]string{"say.forget": "forget"},
		Calls: map[string]Call{
			"triage": {Results: urgencies, Reads: care.TriageFacts(), Decide: func(facts map[string]string) string {
				u, _ := care.Triage(care.ReadEnquiry(facts))
				return string(u)
			}},
			"fee-slots":        {Results: []string{"open", "none"}},
			"submit":           {Results: []string{"sent"}, Reads: []string{factUrgency}, Shows: "case", Slack: true},
			"request-call":     {Results: []string{"noted"}, Reads: []string{"phone", "when", "voicemail"}, Shows: "case", Slack: true},
			"remember-consent": {Results: []string{"kept"}},
			"erase":            {Results: []string{"erased"}},
			"place-known":      {Results: []string{"known", "unknown"}},
			"sign-release":     {Results: []string{"given"}, Reads: releaseFacts, Shows: "case", Slack: true},
			"join":             {Results: []string{coupleCalls["join"]}, Reads: []string{factUrgency}, Shows: "case", Slack: true},
			"make-invite":      {Results: []string{coupleCalls["make-invite"]}},
			"revoke-invite":    {Results: []string{coupleCalls["revoke-invite"]}},
		},
		Lists:   []string{"offered"},
		Urgency: factUrgency,
		Given: []string{"practice.name", "practice.phone", "practice.email", "practice.hours", "practice.oncall", "readers", "reply.by",
			"fee.full", "fee.middle", "fee.low", "currency", "copies", "bot.name", "keep.record", "keep.enquiry", "keep.unfinished", "max", "secrets", "invite.days",
			"helplines", "helplines.*", "emergency", "complaint", "call.next", "release.until"},
		Params: map[string][]string{"declined": {"note"}},
		Outcomes: map[string][]string{
			"offer": {string(care.Picked), string(care.Others), string(care.NoLonger)}, "call": {string(care.Fine), string(care.Others)},
			"waitlist":  {string(care.WillWait), string(care.SeeColleague), string(care.OtherNames), string(care.NoLonger)},
			"colleague": {string(care.SeeColleague), string(care.OtherNames), string(care.NoLonger), string(care.Fine)},
			"refer":     {string(care.Fine)}, "declined": {string(care.Fine)}, "question": {string(care.Answered)},
		},
		Facts: map[string]map[string][]string{
			intakeDialog: care.TriageAnswers(), sideDialogs["now"]: {factHere: nil},
			partnerDialog:       {"safe": care.TriageAnswers()["safe"], "afraid": care.TriageAnswers()["afraid"], factHere: nil},
			sideDialogs["call"]: {"phone": nil, "when": nil, "voicemail": {"voicemail-ok"}},
			"offer":             {"slot": nil, "time_words": nil}, "question": {"reply": nil}, "call": {"call_words": nil},
			releaseDialog: releaseAnswers(),
			inviteDialog:  {factInvitePrivate: {"yes-private"}},
		},
		Givens: map[string][]string{"emergency": place, "helplines": place, "helplines.*": place, "reply.by": append([]string{factUrgency}, place...), "call.next": place,
			"release.until": {factReleaseUntil}},
		Slack: map[string][]string{"urgency": {factUrgency}, "fit": care.FitFacts()},
		Tells: []string{"stop", "stopped", "call"},
	}
	for _, dialog := range answerDialogs {
		c.Params[dialog] = []string{"therapist", "fee", "names", "note", "date", "window", "question"}
	}
	for _, name := range care.AlertNames() {
		c.Alerts = append(c.Alerts, string(name))
	}
	for _, k := range commandKeys {
		if side, ok := sideDialogs[k.command]; ok {
			c.Words[k.text] = side
		}
	}
	for _, side := range sideDialogs {
		c.Asides = append(c.Asides, side)
	}
	c.course()
	c.Asides = append(c.Asides, "forget")
	c.Entries = slices.AppendSeq(c.Entries, maps.Values(meets))
	slices.Sort(c.Asides)
	c.Entries = append(c.Entries, c.Asides...)
	slices.Sort(c.Entries)
	c.Entries = slices.Compact(c.Entries)
	return c
}
