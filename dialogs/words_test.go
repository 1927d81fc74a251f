package dialogs_test

import (
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"anteroom/dialogs"
)

// Numbers of any length have the digits of their language.
func TestNumeral(t *testing.T) {
	for _, tt := range []struct {
		lang string
		n    int
		want string
	}{
		{"en", 0, "0"}, {"en", 999, "999"}, {"en", 1200, "1,200"}, {"en", -5, "-5"},
		{"es-usted", 7, "7"}, {"es-usted", 1200, "1.200"},
		{"fa", 999, "۹۹۹"}, {"fa", 1000, "۱٬۰۰۰"},
		{"", 60, "60"}, {"nonsense!", 60, "60"},
	} {
		if got := dialogs.Numeral(tt.lang, tt.n); got != tt.want {
			t.Errorf("%s %d: got %q, want %q", tt.lang, tt.n, got, tt.want)
		}
	}
}

// A line that holds only what the host has nothing to say for is left out.
func TestEmptyLinesAreLeftOut(t *testing.T) {
	lib := loadFrom(t, fstest.MapFS{"dialogs/d.yaml": {Data: []byte(`dialog: d
given: {fee.full: text, none: text}
steps:
  a: {say: "Call now.\n{none}\nOr {none}write.\n\n{none}\nThe fee is\n{fee.full}\n{none}"}
  b: {say: "{none}\n\nLast."}
  end: {finish: done}
`)}})
	turn, err := dialogs.Step(lib, dialogs.Run{Dialog: "d"}, dialogs.Begin{}, time.Unix(1_800_000_000, 0), "en", &desk{})
	if err != nil {
		t.Fatal(err)
	}
	var said []string
	for _, o := range turn.Out {
		if s, ok := o.(dialogs.Say); ok {
			said = append(said, s.Text)
		}
	}
	if diff := cmp.Diff([]string{"Call now.\nOr write.\n\nThe fee is\n120", "Last."}, said); diff != "" {
		t.Errorf("said (-want +got):\n%s", diff)
	}
}
