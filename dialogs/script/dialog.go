package script

import "slices"

// Op is what a step does.
type Op uint8

const (
	Say    Op = iota + 1 // messages that want no answer
	Ask                  // a question
	Review               // a question over what was answered
	Branch               // a route by conditions
	Call                 // the entry of a dialog that was compiled in place
	Do                   // a host call
	Wait                 // for an event
	Set                  // facts set to constants
	Alert                // a person is told
	Finish               // the end, with an outcome
	Return               // the end of a dialog that was compiled in place
)

var opNames = [...]string{"", "say", "ask", "review", "route", "call", "do", "wait", "set", "alert", "finish", "return"}

// String is the key by which scripts write it.
func (o Op) String() string {
	if int(o) < len(opNames) {
		return opNames[o]
	}
	return "step"
}

// Dialog is a compiled dialog. Called dialogs stand in place, so it is whole
// in itself; it is read-only and may be used by many goroutines at once.
type Dialog struct {
	Name     string
	Version  int
	Language string
	Sum      uint64   // of everything it was compiled from
	Steps    []*Step  // in the order written; the first is where it starts
	Facts    []*Fact  // by slot; those of called dialogs included
	Givens   []string // what texts ask of the host
	Outcomes []string // what it can finish with
	Longest  int      // questions on the longest path over the graph, conditions aside
	Limit    int      // what the file allows as longest; 0 when it does not say
	LimitAt  Place
	Pick     *Phrase // asks which answer to change, as the first review says it; nil without one
	At       Place   // of its name

	Consent      *Fact // records consent; nil when the dialog does not say
	ConsentGiven bool  // it is begun after consent only
	ConsentAt    Place
	Needs        []*Fact // set before it is begun or called
	NeedsAt      Place
	Moved        Moved

	index map[string]int
	facts map[string]*Fact
	order []int           // steps by rank
	gone  map[string]bool // what moved to nowhere: "steps age", "facts adult", "answers age minor"
}

// Index is the place of a step in Steps.
func (d *Dialog) Index(id string) (int, bool) {
	i, ok := d.index[id]
	return i, ok
}

// Step is the step with that id.
func (d *Dialog) Step(id string) (*Step, bool) {
	i, ok := d.index[id]
	if !ok {
		return nil, false
	}
	return d.Steps[i], true
}

// Fact is the declaration of a fact.
func (d *Dialog) Fact(name string) (*Fact, bool) {
	f, ok := d.facts[name]
	return f, ok
}

// Moved is what earlier releases called steps, answers and facts, so that
// open conversations and old records go on. Steps carry the prefix of the call
// that brought them, as in "body/numb".
type Moved struct {
	Steps   map[string]string            // the id now, by the id then
	Answers map[string]map[string]string // by the step's id now: the answer now, by the answer then
	Facts   map[string]string            // the name now, by the name then
}

// Step is one compiled step. Places of other steps are indexes into the
// dialog's Steps.
type Step struct {
	ID    string // "age", or "body/numb" for a step of a dialog called by the step "body"
	Op    Op
	Index int
	Rank  int // a step goes on only to steps of higher rank
	Most  int // the most questions from here on, this one included
	At    Place
	Home  string // the dialog whose file holds it

	Needs    []*Fact // of a call: what the called dialog needs
	Verbatim string  // the source of words that must stay as they were published

	Say                                              []*Phrase
	Ask, Why, Again, Short, Done, Skip, Change, Pick *Phrase // nil where the script has none
	Type                                             Type    // of a question
	Into                                             *Fact   // nil when nothing is kept
	From                                             *Fact   // the several that limits what is offered
	OwnAnswer                                        string  // the answer that other words count as
	OwnInto                                          *Fact   // where those words are kept
	Spans                                            []Span  // the lengths of time that answers stand for, as written
	Host                                             string  // the host list that brings the options
	MissAfter                                        int     // 0: asked again without end
	MissTo                                           int
	Name                                             string // of the call, event, alert, outcome, or called dialog
	Sets                                             []Setting
	Routes                                           []Route
	Ways                                             []Way
	Next                                             int // where it goes on otherwise

	options *Options
	in      map[string]*Options // by language, and by form of address
	labels  map[string]Place
	said    map[string]map[string]Place // where those of translations stand
}

// Way is where one answer, result or outcome leads.
type Way struct {
	Answer string
	To     int
	Openly bool // what follows may show that this was the answer
	At     Place
}

// Route is a condition and where it leads.
type Route struct {
	When   *Cond // nil for else
	To     int
	Openly []*Fact // what follows may show what these are
	At     Place
}

// Setting is a constant that a set step gives to a fact.
type Setting struct {
	Fact  *Fact
	Value Value
	At    Place
}

// Question reports that the step asks a person something.
func (s *Step) Question() bool { return s.Op == Ask || s.Op == Review }

// Options is what the script offers as answers, in a language: nil for a
// question without options. Those of a host list come before them.
func (s *Step) Options(lang string) *Options { return inLanguage(s.in, lang, s.options) }

// LabelAt is where the label of an answer is written: in the step, or in the
// list that brings it.
func (s *Step) LabelAt(answer string) Place {
	if at, ok := s.labels[answer]; ok {
		return at
	}
	if s.Into != nil && s.Into.List != nil {
		return s.Into.List.LabelAt(answer)
	}
	return s.At
}

// LabelIn is where a translation writes the label of an answer; false when it
// does not.
func (s *Step) LabelIn(lang, answer string) (Place, bool) {
	if _, own := s.labels[answer]; !own && s.Into != nil && s.Into.List != nil {
		return s.Into.List.LabelIn(lang, answer)
	}
	at, ok := inLanguage(s.said, lang, nil)[answer]
	return at, ok
}

// After is where an answer leads.
func (s *Step) After(answer string) int {
	for i := range s.Ways {
		if s.Ways[i].Answer == answer {
			return s.Ways[i].To
		}
	}
	return s.Next
}

// AtMost is the most questions that can still come from a step on, itself
// included, when the values are what a walk knows there. Facts that neither
// it nor a later step can set are taken as settled, and close the routes they
// decide; those that must never appear in a chat close none, so that the number
// tells nothing of them.
func (d *Dialog) AtMost(from *Step, values []Value) int {
	var room [256]int // enough for most dialogs
	most := append(room[:0], make([]int, len(d.Steps)-from.Rank)...)
	for rank := len(d.order) - 1; rank >= from.Rank; rank-- {
		s := d.Steps[d.order[rank]]
		n := 0
		see := func(to int) { n = max(n, most[d.Steps[to].Rank-from.Rank]) }
		switch s.Op {
		case Finish:
		case Branch:
			open := true
			for i := range s.Routes {
				truth := True
				if when := s.Routes[i].When; when != nil {
					truth = when.Decide(values, from.Rank)
				}
				if truth != False {
					see(s.Routes[i].To)
				}
				if truth == True {
					open = false
					break
				}
			}
			if open && s.Next >= 0 {
				see(s.Next)
			}
		default:
			for i := range s.Ways {
				see(s.Ways[i].To)
			}
			if s.Next >= 0 {
				see(s.Next)
			}
			if s.Question() {
				if s.MissAfter > 0 {
					see(s.MissTo)
				}
				n++
			}
		}
		most[rank-from.Rank] = n
	}
	return most[0]
}

// Phrases is every text of the dialog's steps.
func (d *Dialog) Phrases() []*Phrase {
	var all []*Phrase
	for _, s := range d.Steps {
		all = append(all, s.Say...)
		for _, p := range []*Phrase{s.Short, s.Ask, s.Why, s.Again, s.Done, s.Skip, s.Change, s.Pick} {
			if p != nil {
				all = append(all, p)
			}
		}
	}
	return slices.Clip(all)
}
