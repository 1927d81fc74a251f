package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"anteroom/bot"
	"anteroom/bot/care"
	"anteroom/content"
	"anteroom/dialogs/script"
	"anteroom/dialogs/script/check"
)

// contract is what the service and the practice are to the scripts.
func contract(practice care.Practice, texts map[string]*content.Texts, now time.Time) check.Options {
	c := bot.ForScripts()
	o := check.Options{Entries: c.Entries, Asides: c.Asides, Help: c.Help, Words: map[string]string{}, Tells: c.Tells,
		Host: check.Host{Calls: make(map[string]check.Call, len(c.Calls)), Givens: maps.Clone(c.Givens), Slack: slices.Sorted(maps.Keys(c.Slack))}}
	maps.Copy(o.Host.Givens, c.Slack)
	for name, call := range c.Calls {
		to := check.Call{Reads: call.Reads, Shows: call.Shows, Slack: call.Slack}
		if call.Decide != nil {
			to.Decide = func(facts map[string]string) []string { return []string{call.Decide(facts)} }
		} else if len(call.Results) > 0 {
			to.Decide = func(map[string]string) []string { return call.Results }
		}
		if name == "triage" {
			to.When = triaged
			o.Conclusions = append(o.Conclusions, check.Conclusion{Name: c.Urgency, Call: name, Values: call.Results, Reads: call.Reads, Decide: to.Decide})
		}
		o.Host.Calls[name] = to
	}
	for key, dialog := range c.Words {
		for _, t := range texts {
			for word := range strings.SplitSeq(t.Say(key, nil), "|") {
				o.Words[strings.TrimSpace(word)] = dialog
			}
		}
	}
	if len(practice.Therapists) > 0 {
		near := likely(practice)
		possible := []string{string(care.Outside), string(care.Unasked)}
		for _, facts := range near {
			for _, fit := range fits(practice, facts, now) {
				if !slices.Contains(possible, fit) {
					possible = append(possible, fit)
				}
			}
		}
		o.Conclusions = append(o.Conclusions, check.Conclusion{Name: "fit", Call: "submit", Values: possible,
			Reads:  care.FitFacts(),
			Near:   near,
			Decide: func(facts map[string]string) []string { return fits(practice, facts, now) }})
	}
	return o
}

// triaged is when triage brings an urgency, in the language of scripts. It says
// of the facts of [care.TriageFacts] what [care.Triage] says.
func triaged(d *script.Dialog, urgency string) *script.Cond {
	some := func(fact string) []string {
		f, ok := d.Fact(fact)
		if !ok {
			return nil
		}
		var tests []string
		for _, id := range f.Values {
			if id != "none" {
				tests = append(tests, id+" in "+fact)
			}
		}
		return tests
	}
	is := func(fact string, ids ...string) []string {
		if _, ok := d.Fact(fact); !ok {
			return nil
		}
		var tests []string
		for _, id := range ids {
			tests = append(tests, fact+" == "+id)
		}
		return tests
	}
	reasons := []struct {
		of    care.Urgency
		tests []string
	}{
		{care.R0, append(some("body_now"), is("safe", "medical")...)},
		{care.R1, slices.Concat(is("safe", "self-harm", "hurt-by-someone", "other-in-danger"), is("afraid", "now"), is("minor_safe", "not-safe"))},
		{care.Medical, slices.Concat(some("body_days"), is("nitrates", "yes-both"), some("body_along"))},
	}
	var all []string // of this urgency, and of none that is more urgent
	for _, r := range reasons {
		one := "(" + strings.Join(r.tests, " or ") + ")"
		if len(r.tests) == 0 {
			one = ""
		}
		if string(r.of) == urgency {
			if one == "" {
				return nil
			}
			all = append(all, one)
			break
		}
		if one != "" {
			all = append(all, "not "+one)
		}
	}
	c, err := d.Cond(strings.Join(all, " and "))
	if err != nil {
		return nil // a dialog whose facts are others: triage is asked what it says
	}
	return c
}

// likely is what clients of the practice may well say: from a place that a
// therapist has a licence for, about a topic that they know, with no wishes.
// Of those that the practice would take alike the first stands for all.
func likely(p care.Practice) []map[string]string {
	var out []map[string]string
	said, alike := map[[3]string]bool{}, map[string]bool{}
	for _, t := range p.Therapists {
		for _, place := range t.Licences {
			for _, topic := range slices.Sorted(maps.Keys(t.Levels)) {
				for _, sees := range []string{"solo", "partner"} {
					if says := [3]string{place, string(topic), sees}; said[says] {
						continue
					} else {
						said[says] = true
					}
					facts := map[string]string{"path": "full", "here": place, "topics": string(topic), "together": sees, "fee_ok": "fits",
						"mode": "either", "times": "", "wishes": "", "out": ""}
					var taken strings.Builder
					for _, c := range care.Assess(care.ReadEnquiry(facts), p, nil, time.Time{}).Candidates {
						if c.Passes {
							fmt.Fprintln(&taken, c.Therapist, c.Fits, c.Room(), c.Parts)
						}
					}
					if !alike[taken.String()] {
						alike[taken.String()] = true
						out = append(out, facts)
					}
				}
			}
		}
	}
	return out
}

// fits is every fit that the same answers can come to, by who has room: all,
// all but one, or nobody. Of those who might be the one, only whom the enquiry
// would go to first makes another fit of it.
func fits(p care.Practice, facts map[string]string, now time.Time) []string {
	e := care.ReadEnquiry(facts)
	room := care.Assess(e, p, nil, now)
	one, nobody := p, p
	one.Therapists, nobody.Therapists = slices.Clone(p.Therapists), slices.Clone(p.Therapists)
	for i, t := range p.Therapists {
		full := max(t.Carries.Total, t.Caps.Total.Hard)
		nobody.Therapists[i].Carries.Total = full
		if t.ID == room.First {
			one.Therapists[i].Carries.Total = full
		}
	}
	out := []string{string(room.Fit)}
	for _, p := range []care.Practice{nobody, one} {
		if fit := string(care.Assess(e, p, nil, now).Fit); !slices.Contains(out, fit) {
			out = append(out, fit)
		}
	}
	return out
}
