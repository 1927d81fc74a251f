package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"anteroom/bot/terminal"
	"anteroom/content"
	"anteroom/dialogs/script"
)

// TestRehearsalWritesDates: whoever plays one dialog reads and writes dates as
// its language does, and may write them as the others do.
func TestRehearsalWritesDates(t *testing.T) {
	files := fstest.MapFS{
		"dialogs/moved.yaml": {Data: []byte(`dialog: moved
facts:
  day: {type: date, seen-by: case, keep: enquiry}
steps:
  day: {ask: "When was it?", into: day}
  said: {say: "It was on {day}."}
  end: {finish: done}
`)},
		"translations/es/dialogs/moved.yaml": {Data: []byte(`translation: moved
language: es
steps:
  day: {ask: "¿Cuándo fue?"}
  said: {say: "Fue el {day}."}
`)},
	}
	lib, err := script.Load(files)
	if err != nil {
		t.Fatal(err)
	}
	texts, err := readTexts(content.Files)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ lang, typed, want string }{
		{"en", "3 May 1990", "It was on 3 May 1990."},
		{"en", "3 de mayo de 1990", "It was on 3 May 1990."},
		{"es", "3 de mayo de 1990", "Fue el 3 de mayo de 1990."},
		{"es", "3 May 1990", "Fue el 3 de mayo de 1990."},
	} {
		var out bytes.Buffer
		r := &rehearsal{lib: lib, texts: texts, lang: test.lang, out: terminal.New(terminal.Options{Out: &out}), lines: bufio.NewScanner(strings.NewReader(test.typed + "\n")),
			say: func(format string, args ...any) { fmt.Fprintf(io.Discard, format, args...) }}
		if err := r.rehearse(t.Context(), "moved"); err != nil || !strings.Contains(out.String(), test.want) {
			t.Errorf("in %s, typed %q: %v, want %q in:\n%s", test.lang, test.typed, err, test.want, out.String())
		}
	}
}

// TestRehearsalHelps: help says why the question is asked, and asks it again;
// skip passes over it.
func TestRehearsalHelps(t *testing.T) {
	code, out := tries(t, "unknown\nhelp\nskip\nunknown\n", "chat", "-dialog", "where-now")
	if code != exitDone || !strings.Contains(out, "Why I ask: Help numbers differ by country.") || strings.Count(out, "Which country") != 2 || !strings.Contains(out, "the dialog ends as: not-said") {
		t.Errorf("code %d, want why it is asked:\n%s", code, out)
	}
}

// TestRecordPresses: a number typed in a chat that is recorded stands in the
// transcript as the button that it pressed, and plays again.
func TestRecordPresses(t *testing.T) {
	file := filepath.Join(t.TempDir(), "chat.txt")
	tries(t, "1\n1\nwhat\n2\n", "chat", "-record", file)
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{"\n> [Start]\n", "\n> [I agree]\n", "\n> what\n", "\n> [That is enough]\n"} {
		if !strings.Contains(string(text), line) {
			t.Errorf("no line %q in:\n%s", line, text)
		}
	}
	if code, out := tries(t, "", "replay", file); code != 0 {
		t.Errorf("it plays another way:\n%s", out)
	}
}
