package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// tries runs a command as a person does.
func tries(t *testing.T, stdin string, args ...string) (code int, said string) {
	t.Helper()
	var out bytes.Buffer
	code = run(t.Context(), args, nil, strings.NewReader(stdin), &out, &out)
	return code, out.String()
}

// TestErrorsSayTheMend: whoever uses a command wrongly reads what to do instead.
func TestErrorsSayTheMend(t *testing.T) {
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	if err := os.WriteFile(in("file"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, out := tries(t, "", "init", "-signed-by", "Dr Test", in("practice")); code != exitDone {
		t.Fatal(out)
	}
	practice := []string{"-practice", in("practice"), "-store", "sqlite:" + in("none.db")}
	for _, tt := range []struct {
		args string
		want string
	}{
		{"hlep", "See: anteroom help"},
		{"chat -foo", "see anteroom help chat (flags: -dialog"},
		{"check -translated", "see anteroom help check"},
		{"version -foo", "(flags: none)"},
		{"init DIR/new -all", "-all stands behind the arguments: write the flags first"},
		{"chat -log-level loud", "use debug, info, warn or error"},
		{"chat -record DIR/file/x", "(choose another name)"},
		{"chat -dialog nope", "there are: agreed"},
		{"chat -practice DIR/nowhere", "write one with: anteroom init"},
		{"init", "write: anteroom init DIR"},
		{"init DIR/file", "(choose another name)"},
		{"check a b", "anteroom check DIR"},
		{"check -dialog nope", "there are: agreed"},
		{"draw -path DIR/nope intake", "(check the name)"},
		{"draw -stats DIR/nope intake", "(check the name)"},
		{"replay DIR/nope", "(check the name)"},
		{"screen -labelled DIR/nope", "(check the name)"},
		{"screen -practice DIR/nope", "write one with: anteroom init"},
		{"case list -store sqlite:DIR/x.db", "-practice is missing: name the folder"},
		{"case list -store redis://127.0.0.1:1", "-key-file is missing: name the root key"},
		{"case list PRACTICE", "there is no database"},
		{"case log foo PRACTICE", "anteroom case list shows them"},
		{"case disclose K7Q-42 PRACTICE", "name by its number"},
		{"case export K7Q-42 -to nobody PRACTICE", "write an id of roster.yaml"},
		{"keys rotate -store sqlite:DIR/x.db", "put the key back from its backup"},
		{"keys new DIR/file", "choose another name"},
	} {
		var args []string
		for _, arg := range strings.Fields(strings.ReplaceAll(tt.args, "DIR", dir)) {
			if arg == "PRACTICE" {
				args = append(args, practice...)
				continue
			}
			args = append(args, arg)
		}
		code, out := tries(t, "", args...)
		if code != exitUsage || !strings.Contains(out, tt.want) || strings.Contains(out, "Usage:") {
			t.Errorf("anteroom %s: code %d, want %d and %q:\n%s", tt.args, code, exitUsage, tt.want, out)
		}
	}
	if code, out := tries(t, "", "init", "-signed-by", `a"b`, in("unsigned")); code != exitUsage || !strings.Contains(out, "without quotes") || exists(in("unsigned")) {
		t.Errorf("a name with quotes: code %d, or something was written:\n%s", code, out)
	}
}

// TestInitWritesAll: with -all the dialogs are there, and the transcripts, which
// play as they stand.
func TestInitWritesAll(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "practice")
	if code, out := tries(t, "", "init", "-all", dir); code != exitDone {
		t.Fatal(out)
	}
	for _, name := range []string{"dialogs/intake.yaml", "schema/dialog.json", "transcripts/expert-has-room.txt"} {
		if !exists(filepath.Join(dir, name)) {
			t.Errorf("%s is missing", name)
		}
	}
	for _, name := range []string{"expert-has-room.txt", "espanol-preguntas.txt"} {
		if code, out := tries(t, "", "replay", "-practice", dir, filepath.Join(dir, "transcripts", name)); code != exitDone {
			t.Errorf("replay: code %d:\n%s", code, out)
		}
	}
	plain := filepath.Join(t.TempDir(), "practice")
	if code, out := tries(t, "", "init", plain); code != exitDone || exists(filepath.Join(plain, "transcripts")) {
		t.Errorf("without -all: code %d, or there are transcripts:\n%s", code, out)
	}
}
