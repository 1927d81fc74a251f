package dialogs

// Kind says how an entry of the trail came to be.
type Kind uint8

const (
	Answer   Kind = iota + 1 // the person answered
	Skipped                  // the person passed the question over
	Missed                   // the person was not understood too often at the question
	Resulted                 // an event or a host call brought a result
)

// Entry is one thing that came from outside. Value is canonical: the id of a
// choice, several ids joined by commas, a decimal number, a date YYYY-MM-DD,
// or words as typed. An answer in the person's own words, where a question
// allows those beside its options, is the ids, a line feed, and the words.
type Entry struct {
	_      struct{} `cbor:",toarray"`
	Step   string   // the step it was given to: "age", "body/numb"
	Kind   Kind
	Value  string
	At     int64  // Unix seconds
	Script uint64 // the Sum of the script it was given to
}

// Run is one dialog under way, and is all that is stored of it. The zero Run
// with a Dialog is one that nobody has begun.
type Run struct {
	Dialog  string            `cbor:"1,keyasint,omitempty"`
	Params  map[string]string `cbor:"2,keyasint,omitempty"`  // given from outside when it was begun
	Trail   []Entry           `cbor:"3,keyasint,omitempty"`  // at most one entry a step, in the order they came
	Draft   []string          `cbor:"4,keyasint,omitempty"`  // chosen so far at an open several-choice, or the places that one is asked about; own words behind it begin with a line feed
	Misses  uint8             `cbor:"5,keyasint,omitempty"`  // not understood in a row at the open question
	Rev     uint32            `cbor:"6,keyasint,omitempty"`  // grows whenever a question opens, the same one anew included; 0 before the first
	Editing string            `cbor:"7,keyasint,omitempty"`  // the question being changed, or PressChange while it is asked which
	Asked   string            `cbor:"8,keyasint,omitempty"`  // the question that the person was asked last, or PressChange; empty when nothing is open
	Shown   uint64            `cbor:"9,keyasint,omitempty"`  // tells the answers that it had from others; 0 in a run from before this was kept
	Until   string            `cbor:"10,keyasint,omitempty"` // seen already, when a changed script asks something before it
}
