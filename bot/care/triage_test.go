package care_test

import (
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"anteroom/bot/care"
)

func TestTriage(t *testing.T) {
	for _, c := range []struct {
		name  string
		facts []string
		want  care.Urgency
		codes []string
	}{
		{"nothing", nil, care.NoRush, nil},
		{"nothing answered", []string{"body_now", "", "body_days", "", "safe", "", "afraid", ""}, care.NoRush, nil},
		{"a sign of an emergency", []string{"body_now", "sight"}, care.R0, []string{"body-now"}},
		{"a sign that this version does not know", []string{"body_now", "new-sign"}, care.R0, []string{"body-now"}},
		{"two signs", []string{"body_now", "none,sight,headache"}, care.R0, []string{"body-now", "body-now"}},
		{"says medical emergency", []string{"safe", "medical"}, care.R0, []string{"safe-medical"}},
		{"self-harm", []string{"safe", "self-harm"}, care.R1, []string{"safe-self-harm"}},
		{"hurt", []string{"safe", "hurt-by-someone"}, care.R1, []string{"safe-hurt"}},
		{"someone else", []string{"safe", "other-in-danger"}, care.R1, []string{"safe-other"}},
		{"afraid now", []string{"afraid", "now"}, care.R1, []string{"afraid-now"}},
		{"afraid once", []string{"afraid", "once"}, care.NoRush, nil},
		{"minor, not safe", []string{"adult", "minor", "minor_safe", "not-safe"}, care.R1, []string{"minor-not-safe"}},
		{"minor, safe", []string{"adult", "minor", "minor_safe", "safe-now"}, care.NoRush, nil},
		{"doctor first", []string{"body_days", "lump"}, care.Medical, []string{"body-days"}},
		{"nitrates", []string{"nitrates", "yes-both"}, care.Medical, []string{"nitrates"}},
		{"doctor alongside", []string{"body_along", "diabetes"}, care.Medical, []string{"body-along"}},
		{"one question for both", []string{"body_along", "diabetes,lump,ed-nitrates", "body_days", "lump"}, care.Medical, []string{"body-days", "nitrates", "body-along"}},
		{"an emergency hides nothing", []string{"body_now", "sight", "afraid", "now", "body_days", "lump"}, care.R0, []string{"body-now", "afraid-now", "body-days"}},
		{"recent assault: care is offered, nothing raised", []string{"assault", "recent", "assault_care", "told"}, care.NoRush, nil},
		{"low fee", []string{"fee_ok", "less", "can_pay", "5"}, care.NoRush, nil},
		{"a person asks for court work", []string{"out", "court"}, care.NoRush, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, why := care.Triage(enquiry(c.facts...))
			if got != c.want {
				t.Errorf("urgency %s, want %s", got, c.want)
			}
			if diff := cmp.Diff(codes(why), c.codes); diff != "" {
				t.Errorf("reasons (-got +want):\n%s", diff)
			}
		})
	}
}

func TestUrgencyOrder(t *testing.T) {
	order := []care.Urgency{"", care.NoRush, care.Medical, care.R1, care.R0}
	for i, a := range order {
		for j, b := range order {
			if got, want := a.Over(b), i > j; got != want {
				t.Errorf("%q over %q: %v, want %v", a, b, got, want)
			}
		}
	}
}

func TestReadEnquiry(t *testing.T) {
	got := care.ReadEnquiry(map[string]string{
		"private": "yes-private", "adult": "adult", "here": "US-CA", "safe": "all-safe",
		"topics": "low-desire,in-person,low-desire", "main_topic": "low-desire", "together": "partner",
		"bother": "7", "body_now": "none", "body_along": "none", "times": "weekend,online", "fee_ok": "less", "can_pay": "70",
		"treatment": "not-sure", "words": "  hello ", "nitrates": "no-mix", "path": "full", "out": "none", "assault": "no-recent",
	})
	want := care.Enquiry{
		Private: "yes-private", Adult: "adult", Here: "US-CA", Place: "US-CA", Safe: "all-safe",
		Topics: []care.Topic{"low-desire"}, MainTopic: "low-desire", InPerson: true, Together: "partner",
		Bother: care.Number{N: 7, Known: true}, BodyAsked: true, Times: []string{"weekend"}, Mode: "online",
		FeeOK: "less", CanPay: care.Number{N: 70, Known: true}, Words: "hello",
	}
	if diff := cmp.Diff(got, want); diff != "" {
		t.Errorf("(-got +want):\n%s", diff)
	}
	if diff := cmp.Diff(care.ReadEnquiry(nil), care.Enquiry{}); diff != "" {
		t.Errorf("no facts (-got +want):\n%s", diff)
	}
}

// What a later content may store is left unset, never misread.
func TestReadEnquiryUnknown(t *testing.T) {
	got := care.ReadEnquiry(map[string]string{
		"adult": "perhaps", "safe": "fine", "together": "crowd", "bother": "11", "can_pay": "-5", "household": "many", "here": "the moon",
		"mode": "by-letter", "fee_ok": "free", "gender": "any", "out": "?", "path": "medium", "afraid": "", "nitrates": "no", "reach": "owl",
		"how_long": "ages", "minor_safe": "x", "assault": "x", "assault_care": "none-recent", "has_partner": "x", "reminders": "loud", "private": "x",
		"unheard_of": "x",
	})
	if diff := cmp.Diff(got, care.Enquiry{}); diff != "" {
		t.Errorf("(-got +want):\n%s", diff)
	}
}

func TestReadEnquiryMainTopic(t *testing.T) {
	for _, c := range []struct {
		topics, main string
		want         care.Topic
		inPerson     bool
	}{
		{"pain,ed", "ed", "ed", false},
		{"pain,ed", "", "pain", false},
		{"something-else,ed", "", "ed", false},
		{"something-else", "", "something-else", false},
		{"in-person,pain", "in-person", "pain", true},
		{"in-person", "", "", true},
		{"", "", "", false},
	} {
		e := care.ReadEnquiry(map[string]string{"topics": c.topics, "main_topic": c.main})
		if e.MainTopic != c.want || e.InPerson != c.inPerson {
			t.Errorf("topics %q main %q: %q %v, want %q %v", c.topics, c.main, e.MainTopic, e.InPerson, c.want, c.inPerson)
		}
	}
}

func TestTier(t *testing.T) {
	fee := care.Fee{Full: 180, Middle: 120, Low: 60}
	for _, c := range []struct {
		ok, pay string
		want    care.Tier
	}{
		{"fits", "", care.Full}, {"fits", "10", care.Full}, {"less", "", care.AnyTier}, {"unsure", "", care.AnyTier}, {"", "", care.AnyTier},
		{"less", "200", care.Full}, {"less", "180", care.Full}, {"less", "179", care.Middle}, {"less", "120", care.Middle},
		{"less", "119", care.Low}, {"less", "60", care.Low}, {"less", "59", care.Below}, {"unsure", "0", care.Below}, {"less", "much", care.AnyTier},
	} {
		e := care.ReadEnquiry(map[string]string{"fee_ok": c.ok, "can_pay": c.pay})
		if got := fee.Tier(e); got != c.want {
			t.Errorf("%s %s: %s, want %s", c.ok, c.pay, got, c.want)
		}
	}
}

func TestSlotsOpen(t *testing.T) {
	p := sample(t)
	ana, _ := p.Therapist("ana")
	for _, c := range []struct {
		name string
		load care.Caseload
		want care.Slots
	}{
		{"what she carries counts", care.Caseload{}, care.Slots{Middle: 1, Low: 1}},
		{"one more at the middle fee", taken(t, p, "ana", 1, care.Middle), care.Slots{Low: 1}},
		{"one at the low fee", taken(t, p, "ana", 1, care.Low), care.Slots{Middle: 1}},
		{"full fees take none", taken(t, p, "ana", 2, care.Full), care.Slots{Middle: 1, Low: 1}},
	} {
		if got := care.SlotsOpen(ana, c.load); got != c.want {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
	if !care.AnySlotOpen(p, nil) {
		t.Error("no slot is open in the sample")
	}
	for i := range p.Therapists {
		p.Therapists[i].ReducedSlots = p.Therapists[i].Carries.Reduced
	}
	if care.AnySlotOpen(p, nil) {
		t.Error("a slot is open where all are taken")
	}
}

// A client's words never reach a log or an error by way of these types.
func TestRedacted(t *testing.T) {
	const secret = "It hurts every time"
	p := sample(t)
	c := sent(t)
	if err := c.RequestCall(care.CallRequest{Phone: secret}, now); err != nil {
		t.Fatal(err)
	}
	s := care.Summarise(care.SummaryInput{Case: c, Assessment: care.Assess(c.Enquiry(), p, nil, now), Practice: p, Now: now})
	for _, v := range []any{c, &c, c.Enquiry(), s, c.Call, care.Reply{Value: secret}} {
		var b strings.Builder
		slog.New(slog.NewTextHandler(&b, nil)).Info("x", "v", v)
		fmt.Fprintf(&b, "%v %+v %s", v, v, v)
		if strings.Contains(b.String(), secret) {
			t.Errorf("%T shows a client's words", v)
		}
	}
	var b strings.Builder
	slog.New(slog.NewJSONHandler(&b, nil)).Info("x", "call", c.Call, "reply", care.Reply{Value: secret}, "case", c, "line", care.Line{Text: secret, Words: true})
	if strings.Contains(b.String(), secret) {
		t.Error("the JSON log shows a client's words")
	}
	if !strings.Contains(s.Text(), secret) {
		t.Error("the summary itself does not show them")
	}
}
