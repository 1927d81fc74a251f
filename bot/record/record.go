package record

import (
	"log/slog"
	"time"
)

// Version is the form of our own JSON.
const Version = 1

// Record is what is kept of one client.
type Record struct {
	Case     string    `json:"case,omitempty"`     // K7Q-42
	Subject  string    `json:"subject,omitempty"`  // the client's pseudonym, never a name or an address
	Language string    `json:"language,omitempty"` // BCP 47, of the words in it
	Status   Status    `json:"status,omitempty"`
	Sent     time.Time `json:"sent,omitzero"` // when the answers were sent first
	Made     time.Time `json:"made"`          // when this was written out

	Sections  []Section `json:"sections,omitempty"`
	Decisions []Event   `json:"decisions,omitempty"` // what the practice told the client, and alerts where the reader may see those
	Releases  []Release `json:"releases,omitempty"`  // what may go, or went, to somebody else
	Looks     []string  `json:"looks,omitempty"`     // who read it, a line each, as a person reads it
	// Partners are those who share the case, each with what they said themselves:
	// for therapists. The headings of their pages are not used.
	Partners []Record `json:"partners,omitempty"`

	Page Page `json:"-"`
}

// Status says how far the answers are.
type Status string

// The values of Status.
const (
	Unfinished Status = "unfinished"
	Complete   Status = "complete"
)

// Page holds the words of the readable page that are nobody's answers, in the
// language of the record. None may name the client.
type Page struct {
	Title     string
	Notes     []string // below the title
	Decisions string   // headings
	Releases  string
	Looks     string
	Nothing   string // said where there are no answers
}

// Section is a group of answers, as one conversation brought them.
type Section struct {
	ID    string `json:"id"` // of letters, digits, dashes: it names the group in FHIR
	Title string `json:"title,omitempty"`
	Items []Item `json:"items"`
	// Older: the same was asked again since.
	Older bool `json:"-"`
}

// Item is one question and its answers.
type Item struct {
	ID       string    `json:"id"` // of the question, the same in every record: "body/numb"
	Question string    `json:"question,omitempty"`
	Short    string    `json:"short,omitempty"` // the question in a word or two
	Kind     Kind      `json:"kind"`
	Fact     string    `json:"fact,omitempty"` // what the answer is called inside
	Answers  []Answer  `json:"answers"`
	At       time.Time `json:"at,omitzero"`
	// Opening: it was asked before the consent, and tells nothing of the person.
	Opening bool `json:"-"`
}

// Kind is the type of an answer.
type Kind string

// The kinds, as the scripts have them.
const (
	Choice  Kind = "choice"
	Several Kind = "several"
	Text    Kind = "text"
	Number  Kind = "number"
	Scale   Kind = "scale"
	Date    Kind = "date"
	Country Kind = "country"
	Money   Kind = "money"
	Hours   Kind = "hours"
	Contact Kind = "contact"
)

// Answer is one answer. Text is always what a person reads; the rest is by kind.
type Answer struct {
	Text     string `json:"text"`
	Code     string `json:"code,omitempty"`     // the id of what was chosen, a place, a day as 2027-06-09
	Number   *int   `json:"number,omitempty"`   // of a number, a scale, money
	Currency string `json:"currency,omitempty"` // ISO 4217, of money
	Own      bool   `json:"own,omitempty"`      // own words beside what was offered
}

// Event is something that happened, as it is told.
type Event struct {
	At   time.Time `json:"at"`
	When string    `json:"when,omitempty"` // At as a person reads it
	What string    `json:"what"`           // offer, wait, refer …
	Text string    `json:"text,omitempty"`
	Note string    `json:"note,omitempty"` // the words that came with it
}

// Release is a release of information that the client signed.
type Release struct {
	Number  int       `json:"number"`
	To      string    `json:"to"`
	Fields  []string  `json:"fields"`
	Why     string    `json:"why,omitempty"`
	Until   string    `json:"until"` // a day: 2027-06-09
	Given   time.Time `json:"given"`
	Revoked time.Time `json:"revoked,omitzero"`
	Sent    []string  `json:"sent,omitempty"` // when something left by it, as a person reads it
	Text    string    `json:"text,omitempty"` // the whole of it as a person reads it
}

// LogValue keeps a client's words out of every log.
func (Record) LogValue() slog.Value { return slog.StringValue("[redacted]") }

// String keeps a client's words out of every error and message.
func (Record) String() string { return "[redacted]" }

// GoString does the same for %#v.
func (Record) GoString() string { return "[redacted]" }
