package main

import (
	"strings"
	"testing"
)

// "case unlock" says what it takes away, or that there is nothing.
func TestCaseUnlock(t *testing.T) {
	t.Parallel()
	c := openCounter(t)
	id := c.sends()
	if code, said := c.caseVerb("unlock", id); code != exitProblem || !strings.Contains(said, id+" has no PIN and no pause word") {
		t.Errorf("nothing is locked: got %d, %q", code, said)
	}
	c.does("/pin", "2718", "2718")
	if code, said := c.caseVerb("unlock", id); code != exitDone || !strings.Contains(said, "taken away: the PIN. The client is told") {
		t.Errorf("with a PIN: got %d, %q", code, said)
	}
	c.settle()
	c.does("/word", "marmalade", "/x")
	if code, said := c.caseVerb("unlock", id); code != exitDone || !strings.Contains(said, "taken away: the pause word, the quick exit.") {
		t.Errorf("after a quick exit: got %d, %q", code, said)
	}
	for _, about := range []string{"PIN", "pause word", "quick exit", "blocked stays blocked"} {
		if _, said := c.run("", "help", "case"); !strings.Contains(said, about) {
			t.Errorf("the help says nothing of %q", about)
		}
	}
}

// "case ack" by somebody without a part in the case is refused, and nothing of
// it is noted.
func TestCaseAckIsRefused(t *testing.T) {
	t.Parallel()
	c := openCounter(t)
	id := c.sends()
	c.does("I want to kill myself")
	code, said := c.caseVerb("ack", "-as", "sam", id)
	if code != exitProblem || !strings.Contains(said, "Sam Okafor has no part in "+id) || !strings.Contains(said, "ana, ruth") || strings.Contains(said, "is noted") {
		t.Errorf("got %d, %q", code, said)
	}
	if waiting, err := c.store.Waiting(t.Context(), "quiet-river"); err != nil || len(waiting) > 0 {
		t.Errorf("it waits in the inbox of %v (%v)", waiting, err)
	}
}
