package bot_test

import (
	"slices"
	"testing"

	"anteroom/bot"
	"anteroom/bot/care"
	"anteroom/content"
	"anteroom/dialogs/script"
)

// TestContract holds the shipped scripts against what the service says of
// itself: what it begins exists, and what scripts ask of it is known.
func TestContract(t *testing.T) {
	lib, err := script.Load(content.Files)
	if err != nil {
		t.Fatal(err)
	}
	c := bot.ForScripts()
	for _, name := range c.Entries {
		if _, ok := lib.Dialog(name); !ok {
			t.Errorf("the service begins the dialog %s, which is not there", name)
		}
	}
	if !slices.Contains(c.Asides, c.Help) {
		t.Errorf("the dialog behind help, %s, is none of the asides %v", c.Help, c.Asides)
	}
	for fact, answers := range care.TriageAnswers() {
		for _, answer := range answers {
			if got := c.Calls["triage"].Decide(map[string]string{fact: answer}); got == "none" {
				t.Errorf("triage does not look for %q in %s", answer, fact)
			}
		}
	}
	if got := c.Calls["triage"].Decide(map[string]string{"safe": "medical"}); got != "R0" {
		t.Errorf("triage of a medical emergency: got %q, want R0", got)
	}
}
