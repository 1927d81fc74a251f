package check_test

import (
	"anteroom/bot/care"
	"anteroom/dialogs/script/check"
)

// options is the practice around the shipped dialogs, as far as the proofs
// need it.
func options() check.Options {
	triage := func(facts map[string]string) []string {
		urgency, _ := care.Triage(care.ReadEnquiry(facts))
		return []string{string(urgency)}
	}
	reads := []string{"safe", "afraid", "minor_safe", "body_now", "body_days", "nitrates", "body_along"}
	return check.Options{
		Entries: []string{"intake", "offer", "waitlist", "call", "colleague", "question", "refer", "declined", "forget", "child", "medical", "crisis", "danger", "ipv"},
		Asides:  []string{"call-me", "help-now", "what-happens"},
		Help:    "help-now",
		Words:   map[string]string{"now": "help-now", "i need help now": "help-now", "call me": "call-me", "what": "what-happens"},
		Host: check.Host{
			Calls: map[string]check.Call{
				"triage": {Reads: reads},
				"submit": {Reads: append(reads, "topics", "coming"), Shows: "case"},
			},
			Givens: map[string][]string{"helplines": {"here"}, "helplines.*": {"here"}, "emergency": {"here"}},
		},
		Conclusions: []check.Conclusion{{
			Name: "urgency", Call: "triage", Values: []string{"R0", "R1", "M", "none"}, Reads: reads, Decide: triage,
		}},
	}
}
