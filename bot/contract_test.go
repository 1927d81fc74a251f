package bot_test

import (
	"slices"
	"testing"

	"anteroom/bot"
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
	asked := 0
	for _, name := range lib.Names() {
		d, _ := lib.Dialog(name)
		for _, s := range d.Steps {
			switch s.Op {
			case script.Do:
				asked++
				call, ok := c.Calls[s.Name]
				if !ok {
					t.Errorf("%s: the service knows no call %s", s.At, s.Name)
				}
				for _, r := range call.Results {
					if s.Into == nil {
						continue
					}
					if _, ok := s.Into.Parse(r); !ok {
						t.Errorf("%s: %s brings %q, which %s never holds", s.At, s.Name, r, s.Into.Name)
					}
				}
			case script.Alert:
				asked++
				if !slices.Contains(c.Alerts, s.Name) {
					t.Errorf("%s: nobody is told of %s", s.At, s.Name)
				}
			}
			if s.Host != "" && !slices.Contains(c.Lists, s.Host) {
				t.Errorf("%s: the service has no list %s", s.At, s.Host)
			}
		}
	}
	if asked < 10 {
		t.Errorf("the scripts ask the service %d times only: this test reads too little", asked)
	}
	if got := c.Calls["triage"].Decide(map[string]string{"safe": "medical"}); got != "R0" {
		t.Errorf("triage of a medical emergency: got %q, want R0", got)
	}
}
