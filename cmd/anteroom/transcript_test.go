package main

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The transcripts are conversations that a therapist can read and sign; the
// help of "anteroom replay" says how they are written.
//
//	go test ./cmd/anteroom -run Transcript -update
//
// writes anew what the bot says in them.
var update = flag.Bool("update", false, "write anew what the bot says in the transcripts")

const transcripts = "../../content/transcripts"

func builtinPlayer(t *testing.T) *player {
	t.Helper()
	practice, _, err := loadPractice("")
	if err != nil {
		t.Fatal(err)
	}
	pl, err := newPlayer(practice)
	if err != nil {
		t.Fatal(err)
	}
	return pl
}

func shippedTranscripts(t *testing.T) []string {
	t.Helper()
	files, err := listTranscripts([]string{transcripts})
	if err != nil || len(files) < 20 {
		t.Fatalf("got %d transcripts, %v; want at least 20", len(files), err)
	}
	return files
}

func TestTranscripts(t *testing.T) {
	pl := builtinPlayer(t)
	for _, path := range shippedTranscripts(t) {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txt"), func(t *testing.T) {
			t.Parallel()
			var said strings.Builder
			r := &replayer{player: pl, update: *update, out: &said}
			if done := r.one(t.Context(), path); !r.say(path, done) {
				t.Errorf("the conversation went another way (-update writes it):\n%s", said.String())
			}
		})
	}
}

// TestTranscriptsKeepSafetyAnswers: an answer that may never stand in a chat
// is not said in one again, in any transcript.
func TestTranscriptsKeepSafetyAnswers(t *testing.T) {
	pl := builtinPlayer(t)
	for _, label := range []string{"I might harm myself", "No, I am afraid now", "No, I am not safe", "Yes. Tell me about care"} {
		if !pl.never[label] {
			t.Errorf("%q may stand in a chat again", label)
		}
	}
	given := 0
	for _, path := range shippedTranscripts(t) {
		r := &replayer{player: pl, out: os.Stderr}
		done := r.one(t.Context(), path)
		if done.err != nil {
			t.Fatal(done.err)
		}
		given += len(done.play.secrets)
		for _, l := range done.play.leaks {
			t.Errorf("%s:%d: said again after it was answered: %s", path, l.line, l.label)
		}
	}
	if given < 20 {
		t.Errorf("only %d safety answers were given in all transcripts: this test sees too little", given)
	}
}
