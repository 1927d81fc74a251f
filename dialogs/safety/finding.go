package safety

import (
	"fmt"
	"log/slog"
	"slices"
)

// Class is what kind of help words call for.
type Class string

const (
	Crisis       Class = "crisis"       // suicide, self-harm, harm to someone now
	Child        Class = "child"        // a minor is harmed, or somebody who harmed one is near children
	Emergency    Class = "emergency"    // the body needs help within the hour
	IPV          Class = "ipv"          // force, threat or fear in a present relationship
	Medical      Class = "medical"      // a doctor or pharmacist first
	Solicitation Class = "solicitation" // sexual services are asked for
	Kink         Class = "kink"         // noticed, and harmless
	None         Class = "none"         // nothing was found
)

// Classes is every class, the most serious first.
func Classes() []Class {
	return []Class{Crisis, Child, Emergency, IPV, Medical, Solicitation, Kink, None}
}

// Alarm reports that somebody must act on it.
func (c Class) Alarm() bool { return c != Kink && c != None && c.weight() < len(Classes()) }

// weight is small for what is serious.
func (c Class) weight() int {
	if i := slices.Index(Classes(), c); i >= 0 {
		return i
	}
	return len(Classes())
}

// Finding is one rule that found its words.
type Finding struct {
	Class Class
	Rule  string // its id
	Words Words
	// Unclear: the words may be play or harm, and the person should be asked
	// whether both agreed on it. The class is then Kink.
	Unclear bool

	faint bool
}

// Words is the piece of a person's text that a rule found. It prints and logs
// as [redacted]; Text gives the words to whoever may read them.
type Words struct {
	text       string
	Start, End int // bytes of the text that was screened
}

const redacted = "[redacted]"

// Text is the words themselves. They belong to a case, never to a log.
func (w Words) Text() string { return w.text }

func (Words) String() string             { return redacted }
func (Words) LogValue() slog.Value       { return slog.StringValue(redacted) }
func (Words) Format(s fmt.State, _ rune) { fmt.Fprint(s, redacted) }
