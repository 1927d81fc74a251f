package main

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"time"

	"anteroom/dialogs/script"
)

// TestFindingsSayTheSameMend: programs are told what people are told.
func TestFindingsSayTheSameMend(t *testing.T) {
	folder := t.TempDir()
	tests := []struct {
		name  string
		write func(w io.Writer, all []finding) error
	}{
		{"text", func(w io.Writer, all []finding) error { printFindings(w, folder, all, false); return nil }},
		{"json", func(w io.Writer, all []finding) error { return jsonFindings(w, folder, all, nil) }},
		{"sarif", func(w io.Writer, all []finding) error { return sarifFindings(w, folder, all) }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			all := []finding{{Rule: "stale", Serious: true, At: script.Place{File: "translations/es/dialogs/fee.yaml", Line: 3, Column: 1}, What: "it changed", Mend: "translate it again"}}
			var out bytes.Buffer
			if err := test.write(&out, all); err != nil {
				t.Fatal(err)
			}
			if got, want := out.String(), "translate it again; this translation is built in: "; !strings.Contains(got, want) {
				t.Errorf("got %s, want %q in it", got, want)
			}
		})
	}
}

// TestCheckDay: whether help numbers are old is seen from the day of the
// program, so that a test of the built-in content ends alike on every day.
func TestCheckDay(t *testing.T) {
	for _, test := range []struct {
		now  time.Time
		code int
		want string
	}{
		{someDay, exitDone, ": proved."},
		{someDay.AddDate(2, 0, 0), exitProblem, "more than a year ago"},
	} {
		var out, errs bytes.Buffer
		p := &program{stdout: &out, stderr: &errs, now: func() time.Time { return test.now }}
		if code := p.run(t.Context(), []string{"check"}, nil); code != test.code || !strings.Contains(out.String(), test.want) {
			t.Errorf("on %s: exit code %d, want %d and %q in:\n%s%s", test.now.Format(time.DateOnly), code, test.code, test.want, out.String(), errs.String())
		}
	}
}
