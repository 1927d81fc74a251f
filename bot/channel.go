package bot

import (
	"context"
	"fmt"
	"log/slog"
	"time"
)

// ChannelName is a channel's short name: telegram, slack, terminal.
type ChannelName string

// Inbound is one thing that a person did on a channel, as the channel saw it.
type Inbound struct {
	Practice PracticeID
	Channel  ChannelName
	ID       string // the channel's own id of it, unique for 48 h
	Chat     string // the person's address there; a secret
	Locale   string // BCP 47, if the channel tells
	// Message is the channel's id of the message that the person wrote, by
	// which it can be taken out of the chat; empty for a press, and on a
	// channel that takes nothing out.
	Message string
	What    What
}

// LogValue shows no address and no words.
func (in Inbound) LogValue() slog.Value {
	return slog.GroupValue(slog.String("channel", string(in.Channel)), slog.String("what", fmt.Sprintf("%T", in.What)))
}

// Receiver takes what comes in. [Service] is one.
type Receiver interface {
	// Receive returns nil when the event is accepted for good: committed, or
	// known from before. With an error nothing may be acknowledged to the
	// messenger; give it again. Events of one chat are handled in the order in
	// which Receive was called.
	Receive(ctx context.Context, in Inbound) error
}

// Channel carries messages to people. Each has a name of its own.
type Channel interface {
	Name() ChannelName
	// Send makes one attempt to deliver. It returns what the messenger calls
	// the message (its id), to be kept as the receipt of the slot. A
	// [*Failure] says what is known of a failed attempt; any other error means
	// that nobody knows whether it was delivered.
	Send(ctx context.Context, d Delivery) (receipt []byte, err error)
}

// Delivery is one message on its way out.
type Delivery struct {
	Practice PracticeID
	ID       string // deterministic; the same for every attempt
	To       string // the address on the channel; a secret
	Body     Body
	Unknown  int    // earlier attempts of this delivery with an unknown outcome
	Receipt  []byte // what Send returned for the last message in the same slot, if any
	Unasked  bool   // it comes of itself: a channel that must wait sends it after what somebody waits for
}

// LogValue shows the id only.
func (d Delivery) LogValue() slog.Value { return slog.StringValue(d.ID) }

// Body is what is delivered: one of the types below.
type Body interface{ body() }

type (
	// Text is a message to a client.
	Text struct {
		Text    string     `cbor:"1,keyasint"`
		Buttons [][]Button `cbor:"2,keyasint,omitempty"` // rows
		// Menu asks the channel to offer the commands of Locale.
		Locale string `cbor:"3,keyasint,omitempty"`
		// PassOn says that the person shall be able to pass the message on; all
		// others a channel keeps from being forwarded or copied, where it can.
		PassOn bool `cbor:"9,keyasint,omitempty"`
	}
	// Redraw replaces the buttons of the message in the same slot.
	Redraw struct {
		Buttons [][]Button `cbor:"1,keyasint,omitempty"`
	}
	// Card is the content-free line about a case in the therapists' channel.
	// The first one of a slot is posted; later ones replace it.
	Card struct {
		Case   string   `cbor:"1,keyasint"`           // K7Q-42
		Line   string   `cbor:"2,keyasint"`           // "K7Q-42 · F · answer due Thu 17:00"
		State  []string `cbor:"3,keyasint,omitempty"` // where it stands: "Offered by Ana, waiting for the client"
		Urgent bool     `cbor:"4,keyasint,omitempty"` // R0 or R1: mentions the on-call
		OnCall string   `cbor:"5,keyasint,omitempty"` // the on-call's id on this channel
		Open   bool     `cbor:"6,keyasint,omitempty"` // a decision is still wanted: offers "I have this"
		// Detail stands under the line only under slack.disclosure "channel".
		Detail string `cbor:"7,keyasint,omitempty"`
		// Also are the ids on this channel of others who are called.
		Also []string `cbor:"8,keyasint,omitempty"`
	}
	// Notice is a content-free line to the therapists' channel or to one
	// therapist that stands by itself and is never changed.
	Notice struct {
		Line string `cbor:"1,keyasint"`
	}
	// Brief tells one therapist that the page before a session is there to be
	// read. A direct message stays in the messenger for as long as its owner
	// keeps it, and no erasure gets at it. So the page, which quotes the client,
	// is no part of it: it is read behind a button, which is a look. Where To is
	// empty or cannot be reached, it is a line in the therapists' channel.
	Brief struct {
		Case    string `cbor:"1,keyasint"`           // K7Q-42
		Session int    `cbor:"2,keyasint"`           // which of the case
		Line    string `cbor:"3,keyasint"`           // for whom and when
		Counts  string `cbor:"4,keyasint,omitempty"` // "1 report · 2 flags"; never in the channel
	}
	// Document is a file for a client: their own record.
	Document struct {
		Name string `cbor:"1,keyasint"` // "record.html"
		Type string `cbor:"2,keyasint"` // the media type
		Data []byte `cbor:"3,keyasint"`
	}
	// Sweep takes messages out of the chat, as far as the channel lets it:
	// what the person wrote and what we sent. One that is gone already, or too
	// old to be taken out, is no failure.
	Sweep struct {
		// Messages are ids as [Inbound] gave them, and receipts of Send. What we
		// sent is added when the sweep leaves, unless it is to take out these
		// only.
		Messages []string `cbor:"1,keyasint"`
		Only     bool     `cbor:"2,keyasint,omitempty"`
	}
	// Page calls one person of the practice to a case, by a way that reaches
	// them when the therapists' channel does not. It holds no word of a client.
	Page struct {
		Case    string   `cbor:"1,keyasint"`           // K7Q-42
		Line    string   `cbor:"2,keyasint"`           // "K7Q-42 · R1 · a person is needed"
		To      string   `cbor:"3,keyasint"`           // roster id
		Urgency string   `cbor:"4,keyasint"`           // R0 or R1
		Alert   int      `cbor:"5,keyasint"`           // which of the case, from 1
		Told    int      `cbor:"6,keyasint"`           // which telling of it this is, from 1
		Since   int64    `cbor:"7,keyasint"`           // when it began, Unix seconds
		How     []string `cbor:"8,keyasint,omitempty"` // how to acknowledge, a line each
	}
)

func (Text) body()     {}
func (Redraw) body()   {}
func (Card) body()     {}
func (Notice) body()   {}
func (Document) body() {}
func (Sweep) body()    {}
func (Page) body()     {}
func (Brief) body()    {}

// Button is one choice. Data is opaque, at most 64 bytes, made by the service
// and bound to the person, the question and its revision.
type Button struct {
	Label string `cbor:"1,keyasint"`
	Data  string `cbor:"2,keyasint"`
	// Always marks a way that is no answer and can be written at any time: those
	// under every question (back, a call, help), and those below what was told.
	Always bool `cbor:"3,keyasint,omitempty"`
}

// Why a delivery failed.
type Why uint8

// The kinds of failure of which the outcome is known: it was not delivered.
const (
	NotSent     Why = iota + 1 // refused connection, 5xx before the request was read: try again later
	Throttled                  // wait at least After; Wide: every lane of the channel waits
	Unreachable                // the person blocked the bot or is gone: stop sending to them
	Impossible                 // the messenger will never take this message
	Unhealthy                  // the channel itself is broken (token revoked): retry later, and say so
)

// Failure is a failed attempt of which it is known that nothing was delivered.
// Err never holds a token, an address or a client's words.
type Failure struct {
	Why   Why
	After time.Duration
	Wide  bool
	Err   error
}

func (f *Failure) Error() string { return f.Err.Error() }
func (f *Failure) Unwrap() error { return f.Err }

// Health is told by a channel when it stops or starts to work. what is one
// plain line with the mend and no secret; nil means well.
type Health interface {
	Report(component string, err error)
}

// Meter counts. Names and labels never hold anything of a person.
type Meter interface {
	Count(name string, labels ...string)
}
