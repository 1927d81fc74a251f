package care_test

import (
	"strings"
	"testing"

	"anteroom/bot/care"
)

// Each partner stands apart, with what they were asked alone.
func TestSummaryOfACouple(t *testing.T) {
	c := care.NewCase("K7Q-42", now)
	if err := c.Submit(facts("together", "partner", "words", "Mine."), care.NoRush, now, now); err != nil {
		t.Fatal(err)
	}
	if err := c.Alert(care.AlertIPV, now); err != nil {
		t.Fatal(err)
	}
	c.Alerts[0].Seat = 2
	s := care.Summarise(care.SummaryInput{Case: c, Practice: sample(t), Now: now, Partners: []care.Seated{
		{No: 2, Agreed: care.NoSecrets, Partner: care.Partner{Sent: 1, Language: "es", Facts: facts("private", "shared", "afraid", "now", "words", "Theirs.", "call_name", "Bo", "here", "GB")}},
		{No: 3, Agreed: care.NoSecrets, Partner: care.Partner{Facts: map[string]string{"here": "GB"}}},
		{No: 4},
	}})
	for key, want := range map[string][]string{
		"safety":    {"alone when asked; feels safe; no fear of the partner"},
		"asked":     {"“Mine.”"},
		"partner-2": {"partner 2; R1: afraid of a partner or an ex now", "alert ipv of partner 2", "shared phone; afraid of the partner now: see alone, say nothing to the partner", "“Theirs.”", "in GB", "Bo (she), here in the chat, reminders closed, writes in Spanish"},
		"partner-3": {"has not sent the answers"},
		"partner-4": {"has not agreed to anything yet"},
	} {
		var got []string
		for _, section := range s.Sections {
			if section.Key == key {
				for _, l := range section.Lines {
					got = append(got, l.Text)
				}
			}
		}
		all := strings.Join(got, "\n")
		for _, w := range want {
			if !strings.Contains(all, w) {
				t.Errorf("%s lacks %q:\n%s", key, w, all)
			}
		}
		if key != "partner-2" && strings.Contains(all, "Theirs") || key == "partner-2" && strings.Contains(all, "Mine") {
			t.Errorf("%s holds the words of another:\n%s", key, all)
		}
	}
}

// Whoever goes takes theirs along, and the urgency is that of who stays.
func TestLeave(t *testing.T) {
	couple := func() care.Case {
		c := care.NewCase("K7Q-42", now)
		if err := c.Submit(facts("together", "partner"), care.NoRush, now, now); err != nil {
			t.Fatal(err)
		}
		c.Notice(care.NewNotice("medical", "r", "KIM", now))
		for i, name := range []care.AlertName{care.AlertCrisis, care.AlertMedical} {
			if err := c.Alert(name, now); err != nil {
				t.Fatal(err)
			}
			c.Alerts[i].Seat = uint8(2 * i) // the emergency is the partner's
		}
		return c
	}
	c := couple()
	before := len(c.Alerts)
	d := c
	d.LeaveSeat(2, now)
	// What they were about is gone; nobody has seen the emergency, so it goes on in its place.
	if d.Urgency != care.R0 || len(d.Alerts) != 2 || d.Alerts[0].Seat != 0 || d.Alerts[1].Seat != care.Gone || d.Alerts[0].Name != care.AlertCrisis || len(d.Facts) == 0 || len(d.Noticed) != 1 {
		t.Errorf("the partner left: %s, %d alerts, %d facts, %d notices", d.Urgency, len(d.Alerts), len(d.Facts), len(d.Noticed))
	}
	seen := c
	seen.Acknowledge("ana", now)
	if seen.LeaveSeat(2, now); seen.Urgency != care.R1 {
		t.Errorf("a partner left whose alert was seen: %s", seen.Urgency)
	}
	d = c
	d.LeaveFirst(now)
	if d.Urgency != care.R0 || len(d.Alerts) != 2 || d.Alerts[0].Seat != care.Gone || d.Alerts[0].Name != care.AlertCall || d.Alerts[1].Seat != 2 || d.Enquiry().Together != "" || len(d.Noticed) != 0 || d.Status != care.WaitingDecision {
		t.Errorf("the first left: %s, %s, %d alerts, %d notices", d.Status, d.Urgency, len(d.Alerts), len(d.Noticed))
	}
	if len(c.Alerts) != before || c.Alerts[1].Seat != 2 {
		t.Error("an earlier copy changed")
	}
}
