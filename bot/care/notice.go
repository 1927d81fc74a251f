package care

import (
	"log/slog"
	"slices"
	"time"
	"unicode/utf8"
)

// Notice is what the screen found in a client's own words, with the words, for
// whoever reads the case. The client never reads it again.
type Notice struct {
	Class string `cbor:"1,keyasint"` // crisis, child, emergency, ipv, medical
	Rule  string `cbor:"2,keyasint"`
	Words string `cbor:"3,keyasint"`
	At    int64  `cbor:"4,keyasint"`
}

const (
	// MostNotices is how many a case keeps: the newest.
	MostNotices = 20
	mostNotice  = 1500 // letters of one
)

// NewNotice keeps the first 1,500 letters of the words.
func NewNotice(class, rule, words string, at time.Time) Notice {
	if utf8.RuneCountInString(words) > mostNotice {
		words = string([]rune(words)[:mostNotice]) + " …"
	}
	return Notice{Class: class, Rule: rule, Words: words, At: at.Unix()}
}

// LogValue keeps a client's words out of every log.
func (Notice) LogValue() slog.Value { return slog.StringValue("[redacted]") }

// String keeps a client's words out of every error and message.
func (Notice) String() string { return "[redacted]" }

// GoString is String, for %#v.
func (Notice) GoString() string { return "[redacted]" }

// urgency is that of what calls nobody by itself: a doctor first. The others
// come with an [Alert].
func (n Notice) urgency() Urgency {
	if n.Class == "medical" {
		return Medical
	}
	return ""
}

// Notice adds what the screen found, and raises the urgency if need be.
func (c *Case) Notice(found ...Notice) {
	all := slices.Concat(c.Noticed, found)
	c.Noticed = all[max(0, len(all)-MostNotices):]
	for _, n := range found {
		c.raise(n.urgency())
		c.Updated = max(c.Updated, n.At)
	}
}
