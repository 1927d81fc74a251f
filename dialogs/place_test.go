package dialogs_test

import (
	"slices"
	"testing"
	"testing/fstest"

	"anteroom/dialogs"
)

// A place is found by its name, its code, or with the country beside it; of a name
// that a few places have it is asked which, and they are the buttons.
func TestPlaces(t *testing.T) {
	files := content()
	files["lists/countries.yaml"] = &fstest.MapFile{Data: []byte(`list: countries
first: [US-CA, GB]
options:
  US-CA: California
  US-GA: {label: Georgia (US), also: [Atlanta]}
  US-DC: {label: Washington DC, also: [DC]}
  US-WA: Washington State
  US-TX: Texas
  US-OK: Oklahoma
  US-DE: Delaware
  AU-WA: Western Australia
  AU-VIC: Victoria
  CA-BC: British Columbia
  GB: United Kingdom
  DE: Germany
  GE: Georgia (country)
`)}
	files["dialogs/t.yaml"] = &fstest.MapFile{Data: []byte(`dialog: t
facts:
  here: {type: country, seen-by: case, keep: enquiry}
misses: {after: 3, go: lost}
steps:
  here: {ask: "Where?", into: here, again: Where?}
  end: {finish: done}
  lost: {finish: lost}
`)}
	lib := loadFrom(t, files)
	for _, tt := range []struct {
		typed []string
		want  string   // the answer
		among []string // or what it is asked about
	}{
		{[]string{"Georgia"}, "", []string{"US-GA", "GE"}},
		{[]string{"I live in Georgia"}, "", []string{"US-GA", "GE"}},
		{[]string{"Georgia", "1"}, "US-GA", nil},
		{[]string{"Georgia", "the usa"}, "US-GA", nil},
		{[]string{"Georgia", "Georgia (country)"}, "GE", nil},
		{[]string{"Georgia", "hm"}, "", []string{"US-CA", "GB"}},
		{[]string{"Georgia, USA"}, "US-GA", nil},
		{[]string{"Atlanta, Georgia"}, "US-GA", nil},
		{[]string{"washington"}, "", []string{"US-DC", "US-WA"}},
		{[]string{"Washington, DC"}, "US-DC", nil},
		{[]string{"TX"}, "US-TX", nil},
		{[]string{"usa california"}, "US-CA", nil},
		{[]string{"Ca, USA"}, "US-CA", nil},
		{[]string{"ok"}, "", []string{"US-CA", "GB"}},
		{[]string{"OK, USA"}, "US-OK", nil},
		{[]string{"WA"}, "", []string{"US-WA", "AU-WA"}},
		{[]string{"de"}, "", []string{"US-DE", "DE"}},
		{[]string{"DE, United States"}, "US-DE", nil},
		{[]string{"Victoria, BC, Canada"}, "CA-BC", nil},
		{[]string{"western australia"}, "AU-WA", nil},
		{[]string{"usa"}, "", []string{"US-CA", "GB"}},
		{[]string{"Germany, Texas"}, "", []string{"US-CA", "GB"}},
	} {
		c := beginIn(t, lib, "t").say(tt.typed[0])
		for _, words := range tt.typed[1:] {
			c.say(words)
		}
		got, among := "", []string(nil)
		if len(c.run.Trail) > 0 {
			got = c.run.Trail[0].Value
		}
		if c.turn.Open != nil {
			for _, o := range c.turn.Open.Options {
				among = append(among, o.ID)
			}
		}
		if got != tt.want || !slices.Equal(among, tt.among) {
			t.Errorf("%q: got %q among %q, want %q among %q", tt.typed, got, among, tt.want, tt.among)
		}
	}
	c := beginIn(t, lib, "t").say("Georgia").in(dialogs.Press{Answer: "GE"}).at("finished done")
	if c.run.Trail[0].Value != "GE" || len(c.run.Draft) > 0 {
		t.Errorf("pressed: got %q", c.run.Trail[0].Value)
	}
	beginIn(t, lib, "t").say("Georgia", "Georgia", "georgia", "Georgia", "Georgia", "Georgia").at("finished lost")
}
