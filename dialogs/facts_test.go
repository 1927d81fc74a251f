package dialogs_test

import (
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"

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
