package bot_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"anteroom/bot"
	"anteroom/bot/care"
)

// situation is a case somewhere, and by hand who may do what with it there.
// What a case refuses to everybody where it stands is refused here too.
type situation struct {
	name string
	c    care.Case
	// Those who see the summary, and may ask for an invite; whose "I have this"
	// counts, whose decision counts, and who may steer the course.
	look, claim, decide, steer string
}

// situations: ana and ruth read intakes, and ana is first wherever somebody
// is; sam is the one whom her decisions name; oona is on call; nell and glen
// work there, and glen broke the glass.
func situations() []situation {
	byAna := func(kind care.DecisionKind, with care.TherapistID) []care.Decision {
		return []care.Decision{{Kind: kind, By: "ana", At: start.Unix(), Therapist: with, Times: []int64{hour(30).Unix()}}}
	}
	ana := care.Claim{By: "ana", At: start.Unix()}
	return []situation{
		{"being filled in", care.Case{Status: care.OpenIntake}, "ana ruth", "ana ruth", "", ""},
		{"being filled in, claimed", care.Case{Status: care.OpenIntake, Holder: ana}, "ana ruth", "ana", "", ""},
		{"sent", care.Case{Status: care.WaitingDecision}, "ana ruth", "ana ruth", "ana ruth", ""},
		{"sent, answered once", care.Case{Status: care.WaitingDecision, Decisions: byAna(care.Offer, "sam")}, "ana ruth sam", "ana ruth sam", "ana ruth sam", ""},
		{"claimed", care.Case{Status: care.Claimed, Holder: ana}, "ana ruth", "ana", "ana", ""},
		{"offered", care.Case{Status: care.Offered, Holder: ana, Decisions: byAna(care.Offer, "sam")}, "ana sam", "", "", "ana sam"},
		{"on the waitlist", care.Case{Status: care.Waiting, Holder: ana, Decisions: byAna(care.Wait, "")}, "ana", "", "ana", "ana"},
		{"on the waitlist, will wait", care.Case{Status: care.Waiting, Decisions: byAna(care.Wait, "")}, "ana ruth", "", "ana ruth", ""},
		{"referred", care.Case{Status: care.Referred, Holder: ana, Decisions: byAna(care.Refer, "")}, "ana", "", "", "ana"},
		{"asked", care.Case{Status: care.Asked, Holder: ana, Decisions: byAna(care.Ask, "")}, "ana", "", "", "ana"},
		{"to be called", care.Case{Status: care.Calling, Holder: ana, Decisions: byAna(care.Call, "")}, "ana", "", "ana", "ana"},
		{"booked", care.Case{Status: care.Booked, Holder: ana, Decisions: byAna(care.Offer, "sam")}, "ana sam", "", "", "ana sam"},
		{"withdrawn at once", care.Case{Status: care.Withdrawn}, "", "", "", ""},
		{"withdrawn later", care.Case{Status: care.Withdrawn, Holder: ana, Decisions: byAna(care.Offer, "sam")}, "ana sam", "", "", "ana sam"},
	}
}

// decisions are one of each kind, as they could be made.
func decisions() []care.Decision {
	return []care.Decision{
		{Kind: care.Offer, Therapist: "sam", Times: []int64{hour(40).Unix()}, Overrule: "they know each other"},
		{Kind: care.Wait, Date: "2027-06-09", WriteBy: "2027-05-10"},
		{Kind: care.Colleague, Therapist: "sam"},
		{Kind: care.Refer},
		{Kind: care.Ask, Note: "since when?"},
		{Kind: care.Call, Note: "tomorrow"},
	}
}

// TestAccessMatrix is everybody × every act × every place where a case can be,
// over the service and a store: not one permit too many, and none too few.
func TestAccessMatrix(t *testing.T) {
	t.Parallel()
	h := furnish(t)
	h.practice.Therapists = slices.Clone(h.practice.Therapists)
	for _, id := range []care.TherapistID{"oona", "nell", "glen"} {
		who, _ := h.practice.Therapist("sam")
		who.ID, who.Name, who.Slack = id, strings.ToUpper(string(id)), "U0"+strings.ToUpper(string(id))
		h.practice.Therapists = append(h.practice.Therapists, who)
	}
	h.practice.OnCall.Therapist = "oona"
	h.Service = h.service()
	id := h.person("ann").sends()
	facts := h.view(id).Facts
	people := []care.TherapistID{"ana", "ruth", "sam", "oona", "nell", "glen", "ghost", ""}
	asked, permits, n := 0, 0, 0
	for _, s := range situations() {
		for _, alert := range []bool{false, true} {
			c := s.c
			c.Schema, c.ID, c.Facts, c.Submitted, c.Updated = care.CaseSchema, id, facts, start.Unix(), start.Unix()
			if c.Status == care.OpenIntake {
				c.Submitted = 0
			}
			if alert {
				c.Alerts = []care.Alert{{Name: care.AlertCrisis, At: start.Unix()}}
			}
			set := func() {
				if err := h.PutCase(t.Context(), c, care.Glass{By: "glen", At: start.Unix()}); err != nil {
					t.Fatal(err)
				}
			}
			look, claim := s.look, s.claim
			if alert { // a human is needed: all who may be called look, and say that they have it
				look = look + " oona ana ruth"
				claim = look
			}
			look += " glen"
			for _, practice := range []bot.PracticeID{h.practice.ID(), "another"} {
				for _, who := range people {
					in := func(list string) bool {
						return practice == h.practice.ID() && slices.Contains(strings.Fields(list), string(who))
					}
					check := func(what string, err error, want bool) {
						t.Helper()
						if asked++; err == nil {
							permits++
						}
						if (err == nil) != want {
							t.Errorf("%s, alert %v: %s of %q from %s: got %v, want allowed %v", s.name, alert, what, who, practice, err, want)
						}
						if stranger := practice != h.practice.ID() || who == "ghost" || who == ""; stranger && !errors.Is(err, bot.ErrNotAllowed) {
							t.Errorf("%s: %s of %q from %s: got %v, want %v", s.name, what, who, practice, err, bot.ErrNotAllowed)
						}
					}
					act := func(a bot.Act) error {
						n++
						a.ID, a.Case, a.By = fmt.Sprint("press ", n), id, who
						return h.Act(t.Context(), practice, a)
					}
					set()
					v, err := h.Look(t.Context(), practice, id, who)
					check("look", err, in(look))
					if err != nil && (v.Case.ID != "" || v.Summary.Head != "" || len(v.Assessment.Candidates) > 0) {
						t.Errorf("%s: refused, and shown %v", s.name, v)
					}
					if may := errors.Is(err, bot.ErrGlass); err != nil && may != in("ana ruth sam oona nell") {
						t.Errorf("%s: %q is offered to break the glass: %v", s.name, who, may)
					}
					check("claim", act(bot.Act{Claim: true}), in(claim))
					for _, d := range decisions() {
						set()
						d.Round = c.Round()
						check(string(d.Kind), act(bot.Act{Decision: &d}), in(s.decide))
					}
					for what, a := range map[string]bot.Act{"invite": {Invite: true}, "steer": {Steer: &bot.Steer{Seen: true}}, "hold": {Steer: &bot.Steer{Hold: true}}} {
						set() // what makes no sense where the case stands is refused otherwise
						list := s.steer
						if a.Invite {
							list = s.look
						}
						err := act(a)
						if !errors.Is(err, bot.ErrNotAllowed) {
							err = nil
						}
						check(what, err, in(list))
					}
					set()
					check("broken glass", act(bot.Act{Glass: "a reason in words"}), in("ana ruth sam oona nell glen"))
					_, err = h.Look(t.Context(), practice, id, who)
					check("look after it", err, in("ana ruth sam oona nell glen"))
				}
			}
			set()
			if _, err := h.LookWhy(t.Context(), id, "ops", "a reason in words"); err != nil {
				t.Errorf("%s: somebody at the command line: %v", s.name, err)
			}
		}
	}
	// Nobody sees what is erased.
	h.settle()
	h.person("ann").says("/forget").presses("Erase it")
	if err := h.PutCase(t.Context(), care.Case{Schema: care.CaseSchema, ID: id, Status: care.WaitingDecision, Facts: facts, Submitted: 1}); err != nil {
		t.Fatal(err)
	}
	h.person("ann").presses("Yes, erase everything")
	for _, who := range people {
		for what, err := range map[string]error{
			"look":  h.looks(id, who),
			"claim": h.acts("late claim "+string(who), id, who, nil),
			"glass": h.Act(t.Context(), h.practice.ID(), bot.Act{ID: "late glass " + string(who), Case: id, By: who, Glass: "a reason in words"}),
		} {
			if asked++; !errors.Is(err, bot.ErrNoCase) && !errors.Is(err, bot.ErrNotAllowed) {
				t.Errorf("erased: %s of %q: got %v", what, who, err)
			}
		}
	}
	if check, err := h.CheckLogs(t.Context()); err != nil || len(check.Broken) > 0 || check.Erased != 1 {
		t.Errorf("the log of all that: %+v, %v", check, err)
	}
	t.Logf("%d of %d were allowed", permits, asked)
}
