package script

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Type is the type of a fact, and so of the question that asks for it.
type Type uint8

const (
	Choice  Type = iota // one of a set of ids
	Several             // any number of a set of ids
	Text                // words as typed, at most Max runes
	Number              // a whole number from Min to Max
	Scale               // a whole number from 0 to 10
	Date                // a calendar day, YYYY-MM-DD
	Country             // ISO 3166 alpha-2, perhaps with a region: US, US-CA
	Money               // whole units from Min to Max
	Hours               // several slots of time
	Contact             // a telephone number or an e-mail address
)

var typeNames = [...]string{"choice", "several", "text", "number", "scale", "date", "country", "money", "hours", "contact"}

// String is the type's name as scripts write it.
func (t Type) String() string {
	if int(t) < len(typeNames) {
		return typeNames[t]
	}
	return "type " + strconv.Itoa(int(t))
}

// noun is the type as it reads after "is".
func (t Type) noun() string {
	if t == Money || t == Hours {
		return t.String()
	}
	return "a " + t.String()
}

// Many reports that a value of the type is a set of ids.
func (t Type) Many() bool { return t == Several || t == Hours }

// OneOf reports that a value of the type is one id of a set.
func (t Type) OneOf() bool { return t == Choice || t == Country }

// Counts reports that values of the type are whole numbers, which may be
// compared by size.
func (t Type) Counts() bool { return t == Number || t == Scale || t == Money }

// Fact declares something that a dialog may learn about a person.
type Fact struct {
	Name     string
	Type     Type
	Values   []string // the ids of a choice or several that is spelled out, or of its list
	List     *List    // the shared list that Values come from; nil when spelled out
	Host     string   // the host's list, whose ids are not known at load
	Min, Max int      // of number, money and scale; for text Max counts runes, and Min the letters among what is typed
	SeenBy   string   // who may ever see it
	Never    []string // where it must never appear
	Keep     string   // the retention class
	SetBy    string   // the host call that alone may set it; empty for any step
	Slot     int      // its place in the values of a walk
	At       Place    // of its declaration
	Home     string   // the dialog that declares it first

	BeforeConsent bool // may be asked before the person consented

	unread  bool     // its declaration has a mistake, so that nobody knows what it can hold
	lastSet int      // the highest rank of a step that sets it; -1 when none does
	quiet   bool     // never in a chat
	extra   []string // ids that asks offer beside a host list
}

// NeverIn reports that the fact must not appear in the named place.
func (f *Fact) NeverIn(place string) bool { return slices.Contains(f.Never, place) }

// Value is what a walk knows of one fact. Text is canonical: an id, ids
// joined by commas, a decimal number, a date YYYY-MM-DD, or words as typed.
type Value struct {
	Text   string
	Number int // of number, scale and money
	Set    bool
	By     int // the index of the step that set it
}

// Has reports whether the value, of a several, holds the id.
func (v Value) Has(id string) bool {
	if !v.Set {
		return false
	}
	for rest := v.Text; rest != ""; {
		var one string
		one, rest, _ = strings.Cut(rest, ",")
		if one == id {
			return true
		}
	}
	return false
}

// Parse reads a canonical value, and reports whether the fact can hold it.
// Ids of a host's list are taken as they are.
func (f *Fact) Parse(canonical string) (Value, bool) {
	v := Value{Text: canonical, Set: true, By: -1}
	if canonical == "" {
		return Value{}, false
	}
	switch {
	case f.unread:
		return v, true
	case f.Type.OneOf():
		return v, f.holds(canonical)
	case f.Type.Many():
		for id := range strings.SplitSeq(canonical, ",") {
			if !f.holds(id) {
				return Value{}, false
			}
		}
		return v, true
	case f.Type.Counts():
		n, err := strconv.Atoi(canonical)
		if err != nil || n < f.Min || n > f.Max {
			return Value{}, false
		}
		v.Number = n
		return v, true
	case f.Type == Date:
		_, err := time.Parse(time.DateOnly, canonical)
		return v, err == nil
	default:
		return v, len(canonical) <= f.Max || utf8.RuneCountInString(canonical) <= f.Max
	}
}

func (f *Fact) holds(id string) bool {
	switch {
	case f.Host != "":
		return id != ""
	case f.List != nil:
		_, ok := f.List.Find(id)
		return ok
	default:
		return slices.Contains(f.Values, id)
	}
}

// same reports whether two dialogs declare the fact alike, as far as both could
// be read.
func (f *Fact) same(g *Fact) bool {
	return f.unread || g.unread || f.Type == g.Type && f.List == g.List && f.Host == g.Host &&
		f.Min == g.Min && f.Max == g.Max && f.SeenBy == g.SeenBy &&
		f.Keep == g.Keep && f.SetBy == g.SetBy && f.BeforeConsent == g.BeforeConsent &&
		slices.Equal(f.Values, g.Values) && slices.Equal(f.Never, g.Never)
}
