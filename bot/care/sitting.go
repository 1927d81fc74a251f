package care

import (
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"time"
)

// SittingName is one of the three short dialogs of an evaluation; the values
// are the dialogs' own.
type SittingName string

const (
	Story     SittingName = "story"
	BodyTried SittingName = "body-tried"
	Hopes     SittingName = "hopes"
)

// SittingNames are all of them, in their order.
func SittingNames() []SittingName { return []SittingName{Story, BodyTried, Hopes} }

// Sitting is what one person answered in one of them. It holds a client's
// words and prints as [redacted].
type Sitting struct {
	Name   SittingName       `cbor:"1,keyasint"`
	Person PersonID          `cbor:"2,keyasint"`
	Turn   int               `cbor:"3,keyasint,omitempty"`
	At     int64             `cbor:"4,keyasint"`           // when it was over
	Facts  map[string]string `cbor:"5,keyasint,omitempty"` // none: it was skipped
}

// LogValue keeps a client's words out of every log.
func (Sitting) LogValue() slog.Value { return slog.StringValue("[redacted]") }

// String keeps a client's words out of every error and message.
func (Sitting) String() string { return "[redacted]" }

// GoString does the same for %#v.
func (Sitting) GoString() string { return "[redacted]" }

// NextSitting returns the sitting that a person has not had yet; ok is false
// when they had all three, or this is no time for them.
func (c Case) NextSitting(id PersonID) (name SittingName, ok bool) {
	if c.Episode.At() != PhaseEvaluation || !slices.Contains(c.Here(), id) {
		return "", false
	}
	for _, name := range SittingNames() {
		if !slices.ContainsFunc(c.Sittings, func(s Sitting) bool { return s.Name == name && s.Person == id && s.Turn == c.Episode.Turn }) {
			return name, true
		}
	}
	return "", false
}

// Sit keeps what a person answered in a sitting; no facts mean that they
// skipped it. Once more replaces what was answered before.
func (c *Case) Sit(name SittingName, id PersonID, facts map[string]string, at time.Time) error {
	if !slices.Contains(SittingNames(), name) || c.Episode.At() == PhaseIntake || c.person(id) == nil {
		return fmt.Errorf("sitting %s of case %s: %w", name, c.ID, ErrNotPossible)
	}
	s := Sitting{Name: name, Person: id, Turn: c.Episode.Turn, At: at.Unix(), Facts: maps.Clone(facts)}
	c.Sittings = slices.DeleteFunc(slices.Clone(c.Sittings), func(o Sitting) bool {
		return o.Name == name && o.Person == id && o.Turn == s.Turn
	})
	c.Sittings = append(c.Sittings, s)
	c.Updated = s.At
	c.Heard(CadenceSittings, id, 0, at)
	return nil
}

// Pattern is how a concern shows itself, as the person told it: fields of
// their own beside the topic, since a diagnosis needs them and is the
// therapist's. No code stands here and none is shown to a client.
//
// The fields are the qualifiers and requirements that ICD-11 names for sexual
// dysfunctions: lifelong or acquired, generalised or situational, frequency,
// several months, and distress.
type Pattern struct {
	Lifelong    bool
	Acquired    bool
	Generalised bool // every time, and in no setting more than in another
	Situational bool // in some settings
	Often       string
	Since       string   // weeks, months, half-year, years, always
	Around      []string // what happened then: birth, surgery, …
	Settings    []string // alone, one-partner, …
	Distress    Number   // 0 to 10, for the person
	Between     Number   // 0 to 10, for the relationship
	Minds       string   // who minds most: me, partner, both, nobody
}

// HalfYear reports whether it has lasted six months, which compulsive sexual
// behaviour asks for.
func (p Pattern) HalfYear() bool {
	return slices.Contains([]string{"half-year", "years", "always"}, p.Since)
}

// ReadPattern types the facts of the story; what is not known stays unset.
func ReadPattern(facts map[string]string) Pattern {
	f := factReader(facts)
	p := Pattern{
		Since:    f.one("story_since", "always", "weeks", "months", "half-year", "years"),
		Distress: f.number("story_bother", 10),
		Between:  f.number("story_between", 10),
		Minds:    f.one("story_minds", "me", "partner", "both", "nobody"),
	}
	p.Lifelong = p.Since == "always"
	p.Acquired = p.Since != "" && !p.Lifelong
	for _, v := range f.list("story_around") {
		if v != "nothing" {
			p.Around = append(p.Around, v)
		}
	}
	for _, v := range f.list("story_when") {
		switch v {
		case "every-time", "most-times", "sometimes":
			p.Often = v
		default:
			p.Settings = append(p.Settings, v)
		}
	}
	p.Situational = len(p.Settings) > 0 && p.Often != "every-time"
	p.Generalised = len(p.Settings) == 0 && p.Often == "every-time"
	return p
}

// Line is the pattern in a therapist's words.
func (p Pattern) Line() string {
	var parts []string
	add := func(ok bool, s string) {
		if ok {
			parts = append(parts, s)
		}
	}
	add(p.Lifelong, "always so")
	add(p.Acquired, "not always so (for "+in(sinceWords, p.Since)+")")
	add(p.Generalised, "every time, everywhere")
	add(p.Situational, "in some settings: "+strings.Join(p.Settings, ", "))
	add(p.Distress.Known, "distress "+itoa(p.Distress))
	add(p.Between.Known, "between partners "+itoa(p.Between))
	return strings.Join(parts, "; ")
}

var sinceWords = map[string]string{"half-year": "half a year or more"}

func itoa(n Number) string {
	if !n.Known {
		return "–"
	}
	return fmt.Sprint(n.N)
}
