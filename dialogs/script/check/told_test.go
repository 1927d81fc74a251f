package check_test

import (
	"slices"
	"testing"
	"testing/fstest"

	"anteroom/dialogs/script/check"
)

// TestOtherDiffersInTheSecretAlone: of the two conversations that show a leak,
// the second has the same answers but for the secret, in their values too.
func TestOtherDiffersInTheSecretAlone(t *testing.T) {
	t.Parallel()
	report := check.Prove(loads(t, fstest.MapFS{"dialogs/x.yaml": {Data: []byte(`dialog: x
longest: 4
consent: given
misses: {after: 3, go: end}
facts:
  mood: {type: choice, of: [low, high], seen-by: case, keep: enquiry}
  pains: {type: several, of: [head, back], seen-by: case, keep: enquiry}
  much: {type: scale, seen-by: case, keep: enquiry}
  fear: {type: choice, of: [safe, afraid], seen-by: therapist, never: chat, keep: enquiry}
steps:
  mood: {ask: How is your mood?, into: mood, answers: {low: Low, high: High}}
  pains: {ask: What hurts?, into: pains, answers: {head: Head, back: Back}, done: That is all}
  much: {ask: How much?, into: much}
  fear: {ask: Do you feel safe?, into: fear, answers: {safe: I do, afraid: Not always}}
  told:
    route:
      - {when: "fear == afraid and mood == high and head in pains and much > 6", go: known}
      - {else: end}
  known: {say: We know.}
  end: {finish: done}
`)}}), check.Options{Entries: []string{"x"}})
	at := slices.IndexFunc(report.Findings, func(f check.Finding) bool { return f.Rule == check.RuleLeak })
	if at < 0 {
		t.Fatalf("no leak among\n%s", list(report.Findings))
	}
	f := report.Findings[at]
	if !f.Alone {
		t.Error("the other conversation is not said to differ in the secret alone")
	}
	secret := slices.Index(f.Transcript, "< Do you feel safe?")
	if secret < 0 || len(f.Other) <= secret+1 || !slices.Equal(f.Transcript[:secret+1], f.Other[:secret+1]) || f.Transcript[secret+1] == f.Other[secret+1] {
		t.Errorf("got\n%q\nand\n%q\nwant the same but for the answer to the secret", f.Transcript, f.Other)
	}
}
