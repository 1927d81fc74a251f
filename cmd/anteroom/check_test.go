package main

import (
	"testing"

	"pgregory.net/rapid"

	"anteroom/bot/care"
	"anteroom/content"
	"anteroom/dialogs/script"
)

// TestTriaged: what the proof takes for the conditions of an urgency is what
// triage says, for every answer that the intake knows.
func TestTriaged(t *testing.T) {
	lib, err := script.Load(content.Files)
	if err != nil {
		t.Fatal(err)
	}
	d, _ := lib.Dialog("intake")
	urgencies := []care.Urgency{care.R0, care.R1, care.Medical, care.NoRush}
	conditions := make(map[care.Urgency]*script.Cond)
	for _, u := range urgencies {
		if conditions[u] = triaged(d, string(u)); conditions[u] == nil {
			t.Fatalf("%s has no condition", u)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		facts := map[string]string{}
		values := make([]script.Value, len(d.Facts))
		for _, name := range care.TriageFacts() {
			f, ok := d.Fact(name)
			if !ok {
				t.Fatalf("the intake has no fact %s", name)
			}
			if rapid.IntRange(0, 2).Draw(t, name) > 0 {
				continue
			}
			ids := []string{rapid.SampledFrom(f.Values).Draw(t, "value")}
			if f.Type.Many() {
				ids = rapid.SliceOfNDistinct(rapid.SampledFrom(f.Values), 1, 3, rapid.ID[string]).Draw(t, "values")
			}
			text := ids[0]
			for _, id := range ids[1:] {
				text += "," + id
			}
			facts[name] = text
			values[f.Slot], _ = f.Parse(text)
		}
		says, _ := care.Triage(care.ReadEnquiry(facts))
		for _, u := range urgencies {
			if holds := conditions[u].Holds(values); holds != (u == says) {
				t.Fatalf("of %v triage says %s, and the condition of %s holds: %v", facts, says, u, holds)
			}
		}
	})
}
