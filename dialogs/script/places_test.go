package script_test

import (
	"testing"

	"anteroom/content"
	"anteroom/dialogs/script"
)

// TestPlaces: what people type for where they are, in the list that ships.
func TestPlaces(t *testing.T) {
	lib, err := script.Load(content.Files)
	if err != nil {
		t.Fatal(err)
	}
	list, _ := lib.List("countries")
	for _, c := range []struct{ lang, typed, want string }{
		{"en", "no", ""}, {"en", "in", ""}, {"en", "it", ""}, {"es", "es", ""}, {"es", "no", ""},
		{"en", "Australia", ""}, {"en", "austra", ""}, {"en", "South", ""}, {"en", "calif", "US-CA"}, {"en", "DE", "DE"}, {"en", "us-ny", "US-NY"},
		{"en", "Norway", "NO"}, {"es", "noruega", "NO"}, {"en", "california", "US-CA"}, {"es", "España", "ES"},
		{"en", "south australia", "AU-SA"}, {"en", "australian capital territory", "AU-ACT"},
	} {
		o := list.In(c.lang)
		got := ""
		if i, ok := o.Match(script.Fold(c.typed), o.Shown, nil); ok {
			got = o.All[i].ID
		}
		if got != c.want {
			t.Errorf("%q in %s: got %q, want %q", c.typed, c.lang, got, c.want)
		}
	}
}
