package dialogs_test

import (
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"anteroom/dialogs"
)

func TestFacts(t *testing.T) {
	c := toReview(begin(t, "intake"))
	f := c.turn.Facts
	if got := f.List("topics"); !slices.Equal(got, []string{"desire", "pain"}) {
		t.Errorf("list: got %q", got)
	}
	if n, ok := f.Number("can_pay"); n != 70 || !ok {
		t.Errorf("number: got %d, %v", n, ok)
	}
	if _, ok := f.Number("adult"); ok {
		t.Error("a choice has a number")
	}
	for name, want := range map[string]string{
		"topics": "Low or different desire, Pain", "adult": "Yes, I am", "can_pay": "70", "here": "Germany",
		"urgency": "none", "slot": "", "unheard_of": "",
	} {
		if got := f.Label(name); got != want {
			t.Errorf("label of %s: got %q, want %q", name, got, want)
		}
	}
	if f.Has("slot") || f.Text("slot") != "" || f.List("slot") != nil {
		t.Error("a fact that nobody asked for is known")
	}
	var none dialogs.Facts
	if none.Has("adult") || none.Param("x") != "" || len(none.List("topics")) != 0 {
		t.Error("the zero facts know something")
	}
	for range none.All() {
		t.Error("the zero facts list something")
	}
}

func TestParams(t *testing.T) {
	c := &talk{t: t, lib: load(t), host: &desk{}, run: dialogs.Run{Dialog: "fee", Params: map[string]string{"case": "K7Q"}}}
	c.in(dialogs.Begin{})
	if got := c.turn.Facts.Param("case"); got != "K7Q" || c.run.Params["case"] != "K7Q" {
		t.Errorf("got %q", got)
	}
}

// Nothing that holds a person's words prints them.
func TestRedacted(t *testing.T) {
	const words = "ana@example.org"
	c := toReview(begin(t, "intake"))
	var log strings.Builder
	logger := slog.New(slog.NewTextHandler(&log, nil))
	values := []any{c.run, c.turn, c.turn.Facts, c.run.Trail[9], c.turn.Out[1], dialogs.Say{Text: words},
		dialogs.Words{Text: words}, dialogs.Press{Answer: words}, dialogs.Result{Value: words}, []any{c.run.Trail}}
	for _, v := range values {
		logger.Info("x", "v", v)
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
			fmt.Fprintf(&log, verb, v)
		}
	}
	if strings.Contains(log.String(), words) || strings.Contains(log.String(), "Germany") {
		t.Errorf("a person's words were printed: %s", log.String())
	}
}

// What one dialog calls otherwise now says nothing of an answer that another
// still has.
func TestMovedFactsOfAnother(t *testing.T) {
	file := func(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }
	const a = `dialog: a
moved: {answers: {q: {later: wait, soon: now}}}
facts:
  f: {type: several, of: [wait, now], seen-by: case, keep: enquiry}
steps:
  q: {ask: Which?, into: f, answers: {wait: Wait, now: Now}, done: Done}
  end: {finish: done}
`
	const b = "dialog: b\nfacts:\n  f: {type: several, of: [later, never], seen-by: case, keep: enquiry}\nsteps:\n"
	asks := "  q: {ask: Which?, into: f, answers: {later: Later, never: Never}, done: Done}\n  end: {finish: done}\n"
	for _, tt := range []struct {
		name  string
		files fstest.MapFS
		want  string
	}{
		{"asked for", fstest.MapFS{"dialogs/a.yaml": file(a), "dialogs/b.yaml": file(b + asks)}, "later,now"},
		{"set", fstest.MapFS{"dialogs/a.yaml": file(a), "dialogs/b.yaml": file(strings.Replace(b, "several", "choice", 1) + "  s: {set: {f: later}}\n  end: {finish: done}\n")}, "later,now"},
		{"moved there too", fstest.MapFS{"dialogs/a.yaml": file(a), "dialogs/b.yaml": file(strings.NewReplacer("later", "wait", "facts:", "moved: {answers: {q: {later: wait}}}\nfacts:").Replace(b) +
			strings.ReplaceAll(asks, "later", "wait"))}, "wait,now"},
		{"there only", fstest.MapFS{"dialogs/a.yaml": file(a)}, "wait,now"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			in := map[string]string{"f": "later,soon"}
			if got := dialogs.MovedFacts(loadFrom(t, tt.files), in)["f"]; got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}
