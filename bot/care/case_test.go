package care_test

import (
	"errors"
	"strconv"
	"testing"
	"time"

	"github.com/fxamacker/cbor/v2"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"anteroom/bot/care"
)

// sent is a case that waits for a decision.
func sent(t testing.TB) care.Case {
	t.Helper()
	c := care.NewCase("K7Q-42", now)
	if err := c.Submit(facts(), care.NoRush, now, now.Add(55*time.Hour)); err != nil {
		t.Fatal(err)
	}
	return c
}

const start = 1_800_000_000

func decision(kind care.DecisionKind, by care.TherapistID) care.Decision {
	return care.Decision{Kind: kind, By: by, Therapist: "ana", Times: []int64{start, start + 86400}, Date: "2027-06-09", Note: "How long?"}
}

// step is one thing that happens to a case; err is what it returns.
type step struct {
	do   func(c *care.Case) error
	err  error
	want care.Status
}

func decide(kind care.DecisionKind, by care.TherapistID, round int) func(*care.Case) error {
	return func(c *care.Case) error {
		d := decision(kind, by)
		d.Round = round
		return c.Decide(d, now)
	}
}

func claim(by care.TherapistID) func(*care.Case) error {
	return func(c *care.Case) error { return c.Claim(by, now) }
}

func takeOver(by care.TherapistID) func(*care.Case) error {
	return func(c *care.Case) error { return c.TakeOver(by, now) }
}

func reply(kind care.ReplyKind, value string) func(*care.Case) error {
	return func(c *care.Case) error { return c.Reply(kind, value, now) }
}

func submit(c *care.Case) error { return c.Submit(facts(), care.NoRush, now, now) }

func TestCase(t *testing.T) {
	const picked = "1800086400"
	for _, c := range []struct {
		name  string
		steps []step
	}{
		{"two therapists press at once", []step{
			{decide(care.Offer, "ana", 0), nil, care.Offered}, {decide(care.Refer, "ruth", 0), care.ErrDecided, care.Offered},
		}},
		{"a redelivered press", []step{
			{decide(care.Offer, "ana", 0), nil, care.Offered}, {decide(care.Offer, "ana", 0), care.ErrDecided, care.Offered},
		}},
		{"a press from before, after the client asked for others", []step{
			{decide(care.Offer, "ana", 0), nil, care.Offered}, {reply(care.Others, ""), nil, care.WaitingDecision},
			{decide(care.Offer, "ana", 0), care.ErrDecided, care.WaitingDecision}, {decide(care.Offer, "ruth", 1), nil, care.Offered},
		}},
		{"claimed", []step{
			{claim("ana"), nil, care.Claimed}, {claim("ana"), nil, care.Claimed}, {claim("ruth"), care.ErrNotYours, care.Claimed},
			{decide(care.Call, "ruth", 0), care.ErrNotYours, care.Claimed}, {decide(care.Call, "ana", 0), nil, care.Calling},
		}},
		{"taken over", []step{
			{takeOver("ruth"), care.ErrNotPossible, care.WaitingDecision}, {claim("ana"), nil, care.Claimed},
			{takeOver("ruth"), nil, care.Claimed}, {decide(care.Offer, "ana", 0), care.ErrNotYours, care.Claimed}, {decide(care.Offer, "ruth", 0), nil, care.Offered},
		}},
		{"claim after a decision", []step{{decide(care.Offer, "ana", 0), nil, care.Offered}, {claim("ruth"), care.ErrDecided, care.Offered}}},
		{"picked", []step{
			{decide(care.Offer, "ana", 0), nil, care.Offered}, {reply(care.Picked, "1"), care.ErrNotPossible, care.Offered},
			{reply(care.Picked, "soon"), care.ErrNotPossible, care.Offered}, {reply(care.Picked, picked), nil, care.Booked},
			{reply(care.Picked, picked), nil, care.Booked}, {decide(care.Offer, "ana", 1), care.ErrDecided, care.Booked}, {reply(care.NoLonger, ""), nil, care.Withdrawn},
		}},
		{"waitlist", []step{
			{decide(care.Wait, "ana", 0), nil, care.Waiting}, {decide(care.Offer, "ruth", 1), care.ErrDecided, care.Waiting},
			{reply(care.WillWait, ""), nil, care.Waiting}, {decide(care.Offer, "ruth", 0), care.ErrDecided, care.Waiting}, {decide(care.Offer, "ruth", 1), nil, care.Offered},
		}},
		{"waitlist, rather a colleague", []step{
			{decide(care.Wait, "ana", 0), nil, care.Waiting}, {reply(care.SeeColleague, ""), nil, care.WaitingDecision}, {decide(care.Colleague, "ruth", 1), nil, care.Offered},
		}},
		{"waitlist, other names", []step{
			{decide(care.Wait, "ana", 0), nil, care.Waiting}, {reply(care.OtherNames, ""), nil, care.WaitingDecision}, {decide(care.Refer, "ana", 1), nil, care.Referred},
			{reply(care.Fine, ""), nil, care.Referred}, {decide(care.Offer, "ana", 2), care.ErrDecided, care.Referred},
		}},
		{"asked and answered", []step{
			{decide(care.Ask, "ana", 0), nil, care.Asked}, {reply(care.Picked, picked), care.ErrNotPossible, care.Asked}, {decide(care.Offer, "ana", 1), care.ErrDecided, care.Asked},
			{reply(care.Answered, "two years"), nil, care.WaitingDecision}, {decide(care.Ask, "ruth", 1), nil, care.Asked},
			{reply(care.Answered, "two years"), nil, care.WaitingDecision},
		}},
		{"called", []step{
			{decide(care.Call, "ana", 0), nil, care.Calling}, {reply(care.Fine, ""), nil, care.Calling}, {decide(care.Offer, "ruth", 1), care.ErrDecided, care.Calling},
			{decide(care.Offer, "ana", 1), nil, care.Offered},
		}},
		{"withdrawn", []step{
			{reply(care.NoLonger, ""), nil, care.Withdrawn}, {decide(care.Offer, "ana", 0), care.ErrNotPossible, care.Withdrawn},
			{claim("ana"), care.ErrNotPossible, care.Withdrawn}, {submit, care.ErrNotPossible, care.Withdrawn}, {reply(care.Others, ""), care.ErrNotPossible, care.Withdrawn},
		}},
		{"sent again before and after a decision", []step{
			{submit, nil, care.WaitingDecision}, {claim("ana"), nil, care.Claimed}, {submit, nil, care.Claimed},
			{decide(care.Offer, "ana", 0), nil, care.Offered}, {submit, care.ErrNotPossible, care.Offered}, {reply(care.Others, ""), nil, care.WaitingDecision},
			{submit, care.ErrNotPossible, care.WaitingDecision},
		}},
		{"erased", []step{
			{func(c *care.Case) error { c.Erase(now); return nil }, nil, care.Erased}, {decide(care.Offer, "ana", 0), care.ErrNotPossible, care.Erased},
			{func(c *care.Case) error { return c.Alert(care.AlertCrisis, now) }, care.ErrNotPossible, care.Erased},
			{func(c *care.Case) error { return c.RequestCall(care.CallRequest{}, now) }, care.ErrNotPossible, care.Erased},
			{takeOver("ana"), care.ErrNotPossible, care.Erased}, {reply(care.NoLonger, ""), care.ErrNotPossible, care.Erased},
		}},
		{"a reply to nothing", []step{{reply(care.Picked, picked), care.ErrNotPossible, care.WaitingDecision}, {reply("", ""), care.ErrNotPossible, care.WaitingDecision}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			kase := sent(t)
			for i, s := range c.steps {
				before := kase
				err := s.do(&kase)
				if !errors.Is(err, s.err) || (err == nil) != (s.err == nil) {
					t.Fatalf("step %d: error %v, want %v", i, err, s.err)
				}
				if err != nil && !cmp.Equal(kase, before) {
					t.Errorf("step %d was refused, and changed the case", i)
				}
				if kase.Status != s.want {
					t.Fatalf("step %d: %s, want %s", i, kase.Status, s.want)
				}
			}
		})
	}
}

func TestDecisionNeeds(t *testing.T) {
	for _, c := range []struct {
		name string
		take func(*care.Decision)
		kind care.DecisionKind
		ok   bool
	}{
		{"offer", func(*care.Decision) {}, care.Offer, true},
		{"offer without times", func(d *care.Decision) { d.Times = nil }, care.Offer, false},
		{"offer without a therapist", func(d *care.Decision) { d.Therapist = "" }, care.Offer, false},
		{"colleague without times", func(d *care.Decision) { d.Times = nil }, care.Colleague, true},
		{"colleague without a therapist", func(d *care.Decision) { d.Therapist = "" }, care.Colleague, false},
		{"wait without a date", func(d *care.Decision) { d.Date = "" }, care.Wait, false},
		{"ask without a question", func(d *care.Decision) { d.Note = " " }, care.Ask, false},
		{"refer without names", func(d *care.Decision) { d.Note = "" }, care.Refer, true},
		{"by nobody", func(d *care.Decision) { d.By = "" }, care.Call, false},
		{"unknown", func(*care.Decision) {}, "shrug", false},
	} {
		kase := sent(t)
		d := decision(c.kind, "ana")
		c.take(&d)
		if err := kase.Decide(d, now); (err == nil) != c.ok || err != nil && !errors.Is(err, care.ErrNotPossible) {
			t.Errorf("%s: %v, want ok %v", c.name, err, c.ok)
		}
	}
	intake := care.NewCase("K7Q-42", now)
	if err := intake.Decide(decision(care.Offer, "ana"), now); !errors.Is(err, care.ErrNotPossible) {
		t.Errorf("before it is sent: %v, want ErrNotPossible", err)
	}
}

// Whoever comes second hears who was first.
func TestConflictSaysWho(t *testing.T) {
	kase := sent(t)
	if err := kase.Claim("ana", now); err != nil {
		t.Fatal(err)
	}
	var conflict *care.Conflict
	if err := kase.Claim("ruth", now); !errors.As(err, &conflict) || conflict.By != "ana" || conflict.Kind != "" || conflict.At != now.Unix() {
		t.Errorf("claim: %v, %+v", err, conflict)
	}
	if err := kase.Decide(decision(care.Wait, "ana"), now.Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	if err := kase.Decide(decision(care.Refer, "ruth"), now); !errors.As(err, &conflict) || conflict.By != "ana" || conflict.Kind != care.Wait || conflict.At != now.Unix()+60 {
		t.Errorf("decide: %v, %+v", err, conflict)
	}
}

func TestAlerts(t *testing.T) {
	kase := care.NewCase("K7Q-42", now)
	if err := kase.Alert("thunder", now); !errors.Is(err, care.ErrNotPossible) {
		t.Errorf("an alert nobody knows: %v", err)
	}
	for _, a := range []care.AlertName{care.AlertCrisis, care.AlertIPV} {
		if err := kase.Alert(a, now); err != nil {
			t.Fatal(err)
		}
	}
	// Alerts come before the answers are sent, and outlive them.
	if err := kase.Claim("ana", now); err != nil || kase.Status != care.OpenIntake {
		t.Fatalf("claim before it is sent: %v, %s", err, kase.Status)
	}
	if err := kase.Submit(facts(), care.NoRush, now, now); err != nil {
		t.Fatal(err)
	}
	if kase.Urgency != care.R1 || kase.Status != care.Claimed || kase.Holder.By != "ana" {
		t.Errorf("urgency %s, %s by %s; want R1, claimed by ana", kase.Urgency, kase.Status, kase.Holder.By)
	}
	if err := kase.Alert(care.AlertMedical, now); err != nil || kase.Urgency != care.R0 {
		t.Errorf("%v, urgency %s, want R0", err, kase.Urgency)
	}
	before := kase
	if !kase.Acknowledge("ruth", now) || kase.Acknowledge("ana", now) {
		t.Error("alerts are acknowledged once")
	}
	for i, a := range kase.Alerts {
		if a.AckBy != "ruth" || before.Alerts[i].AckBy != "" {
			t.Errorf("alert %d: by %q, earlier copy %q", i, a.AckBy, before.Alerts[i].AckBy)
		}
	}
}

func TestSubmitKeepsItsOwnFacts(t *testing.T) {
	kase := care.NewCase("K7Q-42", now)
	f := facts()
	if err := kase.Submit(f, care.NoRush, now, now.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	f["adult"] = "minor"
	if kase.Facts["adult"] != "adult" {
		t.Error("the case shares the caller's map")
	}
	if err := kase.Submit(f, care.R1, now.Add(time.Hour), now.Add(9*time.Hour)); err != nil {
		t.Fatal(err)
	}
	if kase.Due != now.Add(time.Hour).Unix() || kase.Submitted != now.Unix() || kase.Urgency != care.R1 || kase.Facts["adult"] != "minor" {
		t.Errorf("sent again: due %d, submitted %d, %s; the promise stays, the answers change", kase.Due, kase.Submitted, kase.Urgency)
	}
}

func TestStoredForms(t *testing.T) {
	kase := sent(t)
	for _, s := range []func(*care.Case) error{
		claim("ana"), decide(care.Wait, "ana", 0), reply(care.SeeColleague, ""), decide(care.Offer, "ruth", 1), reply(care.Picked, strconv.Itoa(start)),
		func(c *care.Case) error { return c.Alert(care.AlertCall, now) },
		func(c *care.Case) error {
			return c.RequestCall(care.CallRequest{Phone: "1", When: []string{"call-morning"}, Voicemail: true}, now)
		},
	} {
		if err := s(&kase); err != nil {
			t.Fatal(err)
		}
	}
	data, err := cbor.Marshal(kase)
	if err != nil {
		t.Fatal(err)
	}
	var again care.Case
	if err := cbor.Unmarshal(data, &again); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(again, kase); diff != "" {
		t.Errorf("case (-got +want):\n%s", diff)
	}
	load := taken(t, sample(t), "ana", 2, care.Full, "pain")
	data, err = cbor.Marshal(load)
	if err != nil {
		t.Fatal(err)
	}
	var loadAgain care.Caseload
	if err := cbor.Unmarshal(data, &loadAgain); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(loadAgain, load); diff != "" || load.Schema != care.CaseloadSchema {
		t.Errorf("caseload, schema %d (-got +want):\n%s", load.Schema, diff)
	}
}

// Whatever happens in whatever order: no earlier copy changes, a refusal
// changes nothing, every round is decided once, and the case can be decided
// exactly when it says so.
func TestCaseInvariants(t *testing.T) {
	stable, err := cbor.CanonicalEncOptions().EncMode()
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		kase := care.NewCase("K7Q-42", now)
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			before := kase
			frozen, err := stable.Marshal(before)
			if err != nil {
				t.Fatal(err)
			}
			by := rapid.SampledFrom([]care.TherapistID{"ana", "ruth"}).Draw(t, "by")
			decided := false
			switch rapid.IntRange(0, 7).Draw(t, "what") {
			case 0:
				err = submit(&kase)
			case 1:
				err = kase.Claim(by, now)
			case 2, 3:
				d := decision(rapid.SampledFrom(care.DecisionKinds()).Draw(t, "kind"), by)
				d.Round = rapid.IntRange(max(0, kase.Round()-1), kase.Round()).Draw(t, "round")
				open := before.Undecided() && d.Round == before.Round() && (before.Holder.By == "" || before.Holder.By == by)
				err = kase.Decide(d, now)
				if decided = err == nil; decided != open {
					t.Fatalf("decide by %s in round %d of %d, %s held by %q: %v", by, d.Round, before.Round(), before.Status, before.Holder.By, err)
				}
			case 4, 5:
				err = kase.Reply(rapid.SampledFrom([]care.ReplyKind{care.Picked, care.Others, care.WillWait, care.SeeColleague, care.OtherNames, care.Answered, care.Fine, care.NoLonger}).Draw(t, "reply"), strconv.Itoa(start), now)
			case 6:
				err = kase.Alert(care.AlertIPV, now)
			case 7:
				err = kase.TakeOver(by, now)
			}
			if err != nil && !cmp.Equal(kase, before) {
				t.Fatalf("refused with %v, and changed", err)
			}
			if after, _ := stable.Marshal(before); string(after) != string(frozen) {
				t.Fatal("an earlier copy changed")
			}
			if want := before.Round(); kase.Round() != want && !decided {
				t.Fatalf("round %d without a decision", kase.Round())
			}
		}
	})
}

func TestCaseID(t *testing.T) {
	seen := map[care.CaseID]bool{}
	for i := range 2000 {
		id := care.MakeCaseID([]byte(strconv.Itoa(i)))
		seen[id] = true
		if got, err := care.ParseCaseID(string(id)); err != nil || got != id {
			t.Fatalf("%s reads as %q, %v", id, got, err)
		}
		if again := care.MakeCaseID([]byte(strconv.Itoa(i))); again != id {
			t.Fatalf("the same seed gives %s and %s", id, again)
		}
	}
	if len(seen) < 1980 {
		t.Errorf("%d ids of 2000 seeds", len(seen))
	}
	for _, c := range []struct {
		in   string
		want care.CaseID
		ok   bool
	}{
		{"K7Q-42", "K7Q-42", true}, {" k7q-42 ", "K7Q-42", true}, {"k7q42", "K7Q-42", true},
		{"", "", false}, {"K7Q", "", false}, {"K7Q-4", "", false}, {"K7Q-422", "", false}, {"K7O-42", "", false}, {"K7Q-4X", "", false},
		{"K7Q 42", "", false}, {"ÄÖ-42", "", false},
	} {
		got, err := care.ParseCaseID(c.in)
		if got != c.want || (err == nil) != c.ok || err != nil && !errors.Is(err, care.ErrCaseID) {
			t.Errorf("%q: %q %v, want %q", c.in, got, err, c.want)
		}
	}
}
