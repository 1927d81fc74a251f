package care

import (
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Release is a release of information: the client's signed leave to tell one
// other person or office certain things, until a day. Nothing leaves for a
// third party without one that is in force. (Rule book, section 12.)
type Release struct {
	Number    int            `cbor:"1,keyasint"` // counted from one within the case
	To        string         `cbor:"2,keyasint"` // words: who may be told
	Fields    []ReleaseField `cbor:"3,keyasint"`
	Why       string         `cbor:"4,keyasint,omitempty"` // words
	Until     Date           `cbor:"5,keyasint"`           // it has lapsed when this day begins
	Signature string         `cbor:"6,keyasint"`           // words: the name as it was typed
	Given     int64          `cbor:"7,keyasint"`           // unix seconds
	Language  string         `cbor:"8,keyasint"`           // of the text that was signed, with the form of address: es-usted
	Text      uint64         `cbor:"9,keyasint"`           // names the version of that text
	Revoked   int64          `cbor:"10,keyasint,omitempty"`
	Sent      []Disclosure   `cbor:"11,keyasint,omitempty"` // oldest first
}

// Disclosure is something that left by a release.
type Disclosure struct {
	At  int64  `cbor:"1,keyasint"` // unix seconds
	By  string `cbor:"2,keyasint"` // who handed it out
	Key string `cbor:"3,keyasint"` // the public key that alone opens it
}

// ReleaseField is one thing that a client may allow to be told: an option of
// the content list release-fields.
type ReleaseField string

// The fields.
const (
	ReleaseContact ReleaseField = "contact"
	ReleaseAsked   ReleaseField = "asked"
	ReleaseTerms   ReleaseField = "times-fee"
	ReleaseBody    ReleaseField = "body"
	ReleaseSafety  ReleaseField = "safety"
	ReleaseAll     ReleaseField = "all" // whatever was told
)

// releasedFacts are the facts that each field lets out. A fact that stands
// nowhere here, as one that a later script adds, leaves with ReleaseAll only;
// so does what was written in free words about anything.
var releasedFacts = map[ReleaseField][]string{
	ReleaseContact: {"call_name", "pronouns", "pronoun_words", "reach_how", "reach", "contact", "reminders", "phone", "when", "voicemail"},
	ReleaseAsked: {"topics", "topic_words", "main_topic", "coming", "together", "has_partner", "how_long", "bother", "wishes", "treatment",
		"gender", "session_language", "access_words"},
	ReleaseTerms:  {"place", "mode", "times", "fee_ok", "can_pay", "income_band", "household"},
	ReleaseBody:   {"body_first", "body_now", "body_days", "body_along", "nitrates"},
	ReleaseSafety: {"safe", "minor_safe", "afraid", "assault", "assault_care"},
}

// ReleaseFields are all that there are.
func ReleaseFields() []ReleaseField {
	return []ReleaseField{ReleaseContact, ReleaseAsked, ReleaseTerms, ReleaseBody, ReleaseSafety, ReleaseAll}
}

// ReadReleaseFields types the ids of fields. It refuses a list that is empty,
// and an id that it does not know.
func ReadReleaseFields(ids []string) ([]ReleaseField, error) {
	var out []ReleaseField
	for _, f := range ReleaseFields() {
		if slices.Contains(ids, string(f)) {
			out = append(out, f)
		}
	}
	for _, id := range ids {
		if !slices.Contains(ReleaseFields(), ReleaseField(id)) {
			return nil, fmt.Errorf("there is no field %q to release: %w", id, ErrNotPossible)
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("no field is named to release: %w", ErrNotPossible)
	}
	return out, nil
}

// Lets reports whether a fact may be told by the release. It does not look at
// whether the release is in force.
func (r Release) Lets(fact string) bool {
	for _, f := range r.Fields {
		if f == ReleaseAll || slices.Contains(releasedFacts[f], fact) {
			return true
		}
	}
	return false
}

// LetsAll reports whether all of the summary may be told.
func (r Release) LetsAll() bool { return slices.Contains(r.Fields, ReleaseAll) }

// InForce reports whether something may leave by the release now: it was
// signed, was not revoked, and its day has not begun where now is.
func (r Release) InForce(now time.Time) bool {
	return r.Signature != "" && r.Revoked == 0 && r.Given <= now.Unix() && DateOf(now) < r.Until
}

// Releases are those of one case, oldest first. They are never taken out: what
// was allowed, and when no more, stays on record as long as the case.
type Releases []Release

const (
	// MostReleases is how many one case may have.
	MostReleases = 40
	// LongestRelease is how far ahead a release may reach.
	LongestRelease = 366 * 24 * time.Hour

	mostReleaseTo, mostReleaseWhy, mostSignature = 200, 500, 120 // runes
)

// Give adds a release. It refuses one that names nobody, no field, no reason,
// no day to come within a year, or is not signed, and one too many. Number and
// Given are set here.
func (rs Releases) Give(r Release, now time.Time) (Releases, error) {
	fields := make([]string, len(r.Fields))
	for i, f := range r.Fields {
		fields[i] = string(f)
	}
	read, err := ReadReleaseFields(fields)
	if err != nil {
		return rs, err
	}
	wrong := ""
	switch {
	case len(rs) >= MostReleases:
		wrong = "too many releases"
	case !filled(r.To, mostReleaseTo):
		wrong = "nobody to tell"
	case !filled(r.Why, mostReleaseWhy):
		wrong = "no reason"
	case !filled(r.Signature, mostSignature):
		wrong = "not signed"
	case r.Until.In(time.UTC).IsZero() || r.Until <= DateOf(now) || r.Until > DateOf(now.Add(LongestRelease)):
		wrong = "no day within a year"
	}
	if wrong != "" {
		return rs, fmt.Errorf("release: %s: %w", wrong, ErrNotPossible)
	}
	r.Number, r.Given, r.Revoked, r.Sent, r.Fields = len(rs)+1, now.Unix(), 0, nil, read
	return append(rs[:len(rs):len(rs)], r), nil
}

func filled(s string, most int) bool {
	return strings.TrimSpace(s) != "" && utf8.RuneCountInString(s) <= most
}

// Find returns the release of that number.
func (rs Releases) Find(number int) (Release, bool) {
	if number < 1 || number > len(rs) {
		return Release{}, false
	}
	return rs[number-1], true
}

// InForce are those by which something may leave now.
func (rs Releases) InForce(now time.Time) []Release {
	return slices.DeleteFunc(slices.Clone(rs), func(r Release) bool { return !r.InForce(now) })
}

// Revoke ends the release of that number; 0 ends all of them. It reports
// whether one was in force. What was given stays as it was.
func (rs Releases) Revoke(number int, now time.Time) (Releases, bool) {
	out, any := slices.Clone(rs), false
	for i, r := range out {
		if (number == 0 || r.Number == number) && r.InForce(now) {
			out[i].Revoked, any = now.Unix(), true
		}
	}
	return out, any
}

// Note takes down that something left by the release of that number. It left,
// so a release that was revoked since takes it all the same.
func (rs Releases) Note(number int, d Disclosure) (Releases, bool) {
	r, ok := rs.Find(number)
	if !ok {
		return rs, false
	}
	out := slices.Clone(rs)
	out[number-1].Sent = append(r.Sent[:len(r.Sent):len(r.Sent)], d)
	return out, true
}

// LogValue keeps a client's words out of every log.
func (Release) LogValue() slog.Value { return slog.StringValue("[redacted]") }

// String keeps a client's words out of every error and message.
func (Release) String() string { return "[redacted]" }

// GoString does the same for %#v.
func (Release) GoString() string { return "[redacted]" }
