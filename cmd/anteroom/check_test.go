package main

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"pgregory.net/rapid"

	"anteroom/bot"
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

// TestServiceKnows: what a script asks of the service under a name that the
// service does not know is found, in a copy of what ships.
func TestServiceKnows(t *testing.T) {
	for _, c := range []struct {
		name, file string
		swap       []string
		want       string
	}{
		{"alert", "danger", []string{"alert: danger", "alert: danger-now"}, `nobody is told of "danger-now"`},
		{"given", "danger", []string{"Call {emergency} now", "Call {emergancy} now", "emergency: text", "emergency: text\n  emergancy: text"}, "nothing fills {emergancy} in here"},
		{"param of another dialog", "forget", []string{"Are you sure?", "Are you sure, {therapist}?", "copies: text", "copies: text\n  therapist: text"}, "nothing fills {therapist} in here"},
		{"call", "fee", []string{"do: fee-slots", "do: fee-slot", "set-by: fee-slots,", "set-by: fee-slot,"}, `the service cannot do "fee-slot"`},
		{"result", "fee", []string{"of: [open, none], set-by", "of: [open, full], set-by", "fee_slots == none", "fee_slots == full"}, `fee-slots may bring "none", and fee_slots cannot hold it`},
		{"list", "offer", []string{"host: offered", "host: ofered"}, `the service has no list "ofered"`},
		{"outcome", "offer", []string{"finish: picked", "finish: chosen"}, `the service does not know what to do when offer ends as "chosen"`},
		{"fact", "intake", []string{"  afraid: {", "  scared: {", "into: afraid", "into: scared"}, "the service reads the fact afraid of intake, which is not declared"},
		{"answer", "intake", []string{"self-harm", "self-hurt"}, `the service looks for "self-harm" in safe, which cannot hold it`},
	} {
		t.Run(c.name, func(t *testing.T) {
			file := "dialogs/" + c.file + ".yaml"
			text, err := fs.ReadFile(content.Files, file)
			if err != nil {
				t.Fatal(err)
			}
			edited := string(text)
			for i := 0; i < len(c.swap); i += 2 {
				if !strings.Contains(edited, c.swap[i]) {
					t.Fatalf("%s does not say %q", file, c.swap[i])
				}
				edited = strings.ReplaceAll(edited, c.swap[i], c.swap[i+1])
			}
			lib, err := script.Load(overlay{own: fstest.MapFS{file: {Data: []byte(edited)}}, builtin: content.Files}, "en")
			if err != nil {
				t.Fatal(err)
			}
			found := unknown(lib, bot.ForScripts())
			if len(found) != 1 || found[0].At.File != file || found[0].At.Line == 0 || !strings.Contains(found[0].What, c.want) {
				t.Errorf("got %+v\nwant one in %s that says %s", found, file, c.want)
			}
		})
	}
	lib, err := script.Load(content.Files)
	if err != nil {
		t.Fatal(err)
	}
	if found := unknown(lib, bot.ForScripts()); len(found) > 0 {
		t.Errorf("what ships asks for what the service does not know: %+v", found)
	}
}
