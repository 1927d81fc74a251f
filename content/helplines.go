package content

import (
	"fmt"
	"io/fs"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"
)

// Kind is what a help number is for.
type Kind string

const (
	Crisis   Kind = "crisis"   // thoughts of suicide, self-harm, despair
	Violence Kind = "violence" // a partner, or an ex, who hurts or frightens
	Assault  Kind = "assault"  // sexual assault
	Child    Kind = "child"    // a child may be harmed
	Youth    Kind = "youth"    // for people under eighteen
)

// Kinds are all kinds, in the order in which they are shown.
var Kinds = [...]Kind{Crisis, Violence, Assault, Child, Youth}

// Number is one help line.
type Number struct {
	Name, Number string
	Hours        string // in plain words: "day and night"
}

// String reads "Samaritans: 116 123 (day and night)".
func (n Number) String() string { return fmt.Sprintf("%s: %s (%s)", n.Name, n.Number, n.Hours) }

// Country is what is known of one country.
type Country struct {
	Dated     time.Time         // when its numbers were last compared; zero when it has none
	Zone      string            // the time zone that most people live in
	Regions   map[string]string // time zones by region, for those that have one of their own: "CA"
	Emergency string            // one number, or words; empty when it is not known
	Lines     map[Kind][]Number

	line, column int // where it stands
}

// Directory holds the help numbers and time zones of every country that is
// known. A place is a country or one of its regions, as in "GB" or "US-CA".
// Nothing is ever guessed from a language: an unknown place has no lines, and
// the emergency words that hold anywhere.
type Directory struct {
	Countries map[string]Country
	Elsewhere string   // emergency words for any other place
	First     []string // the countries shown where nobody knows the place

	none string                // said of a place that has no line
	in   map[string]*Directory // by language
}

// Helplines reads helplines.yaml. Every mistake in it comes back together, as
// [Problems]. Whether the numbers are too old is for the caller to say.
func Helplines(fsys fs.FS) (*Directory, error) {
	f, top, err := open(fsys, lineFile)
	if err != nil {
		return nil, err
	}
	d := &Directory{Countries: map[string]Country{}, none: noLine}
	first := &yaml.Node{}
	f.fields(top, []string{"elsewhere", "countries"}, map[string]func(*yaml.Node){
		"elsewhere": func(n *yaml.Node) {
			f.fields(n, []string{"emergency"}, map[string]func(*yaml.Node){"emergency": f.text(&d.Elsewhere), "first": func(n *yaml.Node) { first = n }})
		},
		"countries": func(n *yaml.Node) {
			f.each(n, func(key, value *yaml.Node) {
				if !countryForm.MatchString(key.Value) {
					f.bad(key, fmt.Sprintf("%q is not a country", key.Value), "write two capital letters, as in GB")
					return
				}
				d.Countries[key.Value] = f.country(value)
			})
		},
	})
	for _, c := range first.Content {
		if len(d.Countries[c.Value].Lines[Crisis]) == 0 {
			f.bad(c, fmt.Sprintf("%q has no crisis line to show", c.Value), "name countries of this file that have one")
		}
		d.First = append(d.First, c.Value)
	}
	if err := f.err(); err != nil {
		return nil, err
	}
	if err := d.readWords(fsys); err != nil {
		return nil, err
	}
	return d, nil
}

func (f *file) country(n *yaml.Node) Country {
	c := Country{Regions: map[string]string{}, Lines: map[Kind][]Number{}, line: n.Line, column: n.Column}
	read := map[string]func(*yaml.Node){
		"dated":     f.date(&c.Dated, false),
		"zone":      f.zone(&c.Zone),
		"emergency": f.text(&c.Emergency),
		"regions": func(n *yaml.Node) {
			f.each(n, func(key, value *yaml.Node) {
				if !regionForm.MatchString(key.Value) {
					f.bad(key, fmt.Sprintf("%q is not a region", key.Value), "write its code, as in CA or NSW")
					return
				}
				var zone string
				f.zone(&zone)(value)
				c.Regions[key.Value] = zone
			})
		},
	}
	for _, kind := range Kinds {
		read[string(kind)] = func(n *yaml.Node) { c.Lines[kind] = f.numbers(n) }
	}
	before := len(f.problems)
	f.fields(n, []string{"zone"}, read)
	switch has := c.Emergency != "" || len(c.Lines) > 0; {
	case len(f.problems) > before: // what is missing may be what could not be read
	case has && c.Dated.IsZero():
		f.bad(n, "nobody says when these numbers were written down", "add `dated:` with the day")
	case len(c.Lines) > 0 && c.Emergency == "":
		f.bad(n, "there are help numbers and no emergency number", "add `emergency:`")
	}
	return c
}

func (f *file) numbers(n *yaml.Node) []Number {
	if n.Kind != yaml.SequenceNode || len(n.Content) == 0 {
		f.bad(n, "this is not a list of numbers", "write `- {name: …, number: …, hours: …}` lines, or leave it out")
		return nil
	}
	var out []Number
	for _, item := range n.Content {
		var one Number
		f.fields(item, []string{"name", "number", "hours"}, map[string]func(*yaml.Node){
			"name": f.text(&one.Name), "number": f.text(&one.Number), "hours": f.text(&one.Hours),
		})
		if one.Number != "" && !strings.ContainsAny(one.Number, "0123456789") {
			f.bad(item, "the number has no digit", "write it as it is dialled")
		}
		out = append(out, one)
	}
	return out
}

// At is what is known of a place's country.
func (d *Directory) At(place string) (Country, bool) {
	country, _, _ := strings.Cut(place, "-")
	c, ok := d.Countries[country]
	return c, ok
}

// Emergency is the emergency number of a place, or words that hold anywhere.
// It is never empty.
func (d *Directory) Emergency(place string) string {
	if c, ok := d.At(place); ok && c.Emergency != "" {
		return c.Emergency
	}
	return d.Elsewhere
}

// Zone is the time zone of a place; empty when the place is not known.
func (d *Directory) Zone(place string) string {
	c, _ := d.At(place)
	_, region, _ := strings.Cut(place, "-")
	if zone := c.Regions[region]; zone != "" {
		return zone
	}
	return c.Zone
}

// Lines is the help numbers of a place as a client reads them, one a line,
// each once; of every kind when none is named. Of a place that has none it says
// so; where the place is not known it is empty. The emergency number stands
// apart: see [Directory.Emergency].
func (d *Directory) Lines(place string, kinds ...Kind) string {
	if len(kinds) == 0 {
		kinds = Kinds[:]
	}
	c, _ := d.At(place)
	var lines []string
	seen := map[string]bool{}
	for _, kind := range kinds {
		for _, n := range c.Lines[kind] {
			if !seen[n.Number] {
				seen[n.Number] = true
				lines = append(lines, n.String())
			}
		}
	}
	if len(lines) == 0 && place != "" {
		return d.none
	}
	return strings.Join(lines, "\n")
}
