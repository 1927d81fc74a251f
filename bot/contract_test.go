package bot_test

import (
	"regexp"
	"slices"
	"testing"

	"anteroom/bot"
	"anteroom/bot/care"
	"anteroom/content"
	"anteroom/dialogs/script"
)

// Every placeholder of the texts is filled in: what the service does not know it
// would leave out without a word.
func TestTextsAreFilledIn(t *testing.T) {
	texts, err := content.Service(content.Files, "en")
	if err != nil {
		t.Fatal(err)
	}
	besides := map[string][]string{"progress": {"n", "left"}, "help-why": {"why"}, "so-far": {"chosen", "done"}, "so-far.own": {"chosen", "done"}, "forget-kept": {"what", "until"}, "forget-done": {"backups"}, "looks-earlier": {"n"},
		"record.made": {"moment"}, "record.course.told": {"moment"}, "record.course.told.of": {"moment", "assignment"},
		"record.session": {"when", "therapist"}, "record.session.off": {"when", "therapist"}, "record.play": {"when", "assignment"}, "record.decision.offer": {"therapist", "colleague", "times"}, "record.decision.colleague": {"therapist", "colleague"},
		"record.decision.date": {"date"}, "record.reply.picked": {"times"}, "release.line": {"n", "to", "fields", "why", "date"},
		"release.revoked-line": {"n", "to", "fields"}, "release.lapsed-line": {"n", "to", "fields", "date"}, "release.sent": {"moment"},
		"release.asked": {"therapist"}, "btn.release.revoke": {"n"}, "invite.link": {"link"}, "invite.code": {"code"}, "pin.wrong": {"left"}, "pin.wait": {"wait"}}
	for _, did := range []string{"looked", "broke-glass", "took", "decided", "exported", "disclosed"} {
		besides["looks."+did] = []string{"who", "at"}
	}
	for _, kind := range []string{"wait", "refer", "ask", "call"} {
		besides["record.decision."+kind] = []string{"therapist"}
	}
	found := 0
	course := regexp.MustCompile(`^(reminder|sessions?|no-show|assignment)\.`) // each comes with its session or assignment
	for text := range texts.All() {
		if text.Use == content.Part {
			continue
		}
		if course.MatchString(text.Key) {
			besides[text.Key] = []string{"when", "therapist", "assignment"}
		}
		for _, name := range regexp.MustCompile(`\{([^}]*)\}`).FindAllStringSubmatch(text.Words, -1) {
			found++
			if !slices.Contains(slices.Concat(bot.ForScripts().Given, besides[text.Key]), name[1]) {
				t.Errorf("nothing fills in %s in %s", name[0], text.Key)
			}
		}
	}
	if found == 0 {
		t.Error("there is no placeholder: this test read the wrong texts")
	}
}

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
	intake, _ := lib.Dialog("intake")
	for what, facts := range c.Slack {
		if !slices.ContainsFunc(facts, func(fact string) bool { _, ok := intake.Fact(fact); return ok }) {
			t.Errorf("Slack shows %s, made of %v, of which the intake knows none", what, facts)
		}
	}
	for name, call := range c.Calls {
		if call.Shows != "" && (!call.Slack || len(call.Reads) == 0) {
			t.Errorf("%s shows a case, and says of no fact or of no card that it does", name)
		}
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
