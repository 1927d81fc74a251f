package bot

import (
	"log/slog"
	"strings"
	"time"
)

type (
	// PracticeID names a practice; it is the hash tag of all its keys.
	PracticeID string
	// SubjectID names what has a state and an order of its own. It holds
	// pseudonyms and case numbers only, so it may stand in a log.
	SubjectID string
	// EventID names one thing that happened. The same id has its effect once.
	EventID string
	// KeyID names the sealing key of one client, one case or the practice.
	KeyID string
)

// PracticeSubject is the subject of what concerns the practice as a whole.
const PracticeSubject SubjectID = "practice"

// Conversation is the subject of one person's chat, by its pseudonym.
func Conversation(pseudonym string) SubjectID { return SubjectID("chat/" + pseudonym) }

// CaseSubject is the subject of one case; couples share one.
func CaseSubject(id string) SubjectID { return SubjectID("case/" + id) }

// CaseloadSubject is the subject of one therapist's caseload.
func CaseloadSubject(therapist string) SubjectID { return SubjectID("load/" + therapist) }

// callSubject is the subject of what is left of a case that was erased before
// anybody acknowledged its alert.
func callSubject(id string) SubjectID { return SubjectID("call/" + id) }

// Kind is the part before the slash: chat, case, call, load or practice.
func (s SubjectID) Kind() string {
	kind, _, _ := strings.Cut(string(s), "/")
	return kind
}

// Name is the part after the slash.
func (s SubjectID) Name() string {
	_, name, _ := strings.Cut(string(s), "/")
	return name
}

// Key is the id of the key that seals what is stored for the subject: every
// chat, every case and what is left of one, every partner's record and every
// invite has its own, the rest is sealed for the practice.
func (s SubjectID) Key() KeyID {
	switch s.Kind() {
	case "chat", "case", "call", "partner", "invite":
		return KeyID(s)
	}
	return KeyID(PracticeSubject)
}

// Event is one thing that happened to one subject: a message, a decision, a
// due reminder, an erasure. All of them take the one road through [Service].
type Event struct {
	ID       EventID
	Practice PracticeID
	Subject  SubjectID
	Who      Who
	What     What
	At       time.Time // stamped at acceptance

	from address // where a client can be answered; empty for others
}

// address is where a person can be answered.
type address struct {
	Channel ChannelName `cbor:"1,keyasint,omitempty"`
	Chat    string      `cbor:"2,keyasint,omitempty"`
	Locale  string      `cbor:"3,keyasint,omitempty"`
	Message string      `cbor:"4,keyasint,omitempty"` // see [Inbound]
}

// Who did it.
type Who struct {
	Role Role   `cbor:"1,keyasint"`
	ID   string `cbor:"2,keyasint,omitempty"` // a therapist's roster id; empty for others
}

// Role of the one who acts.
type Role uint8

// The roles.
const (
	Client Role = iota + 1
	Therapist
	System // the service itself: something fell due, or another subject wrote
	Operator
)

// What happened: one of the types below. They are encoded by a number that
// never changes; see codec.go.
type What interface{ what() }

// What a person does in a chat. These come from a channel.
type (
	// Words were typed. Commands ("/help", "/start TOKEN") are words too.
	Words struct {
		Text   string `cbor:"1,keyasint"`
		Edited bool   `cbor:"2,keyasint,omitempty"` // an earlier message was changed to this
	}
	// Press is a press of a button that we drew. Data is what [Button].Data
	// held; it is checked against the person and the open question.
	Press struct {
		Data string `cbor:"1,keyasint"`
	}
	// Media is anything that is neither words nor a press; the content is
	// never fetched or kept. Kind is one of the Media… constants.
	Media struct {
		Kind    string `cbor:"1,keyasint"`
		Caption string `cbor:"2,keyasint,omitempty"` // written under it; screened, and not kept
	}
	// Gone says that the person can no longer be reached on the channel.
	Gone struct{}
)

// Kinds of [Media], each with a line of its own in the service texts.
const (
	MediaVoice    = "voice"
	MediaPhoto    = "photo"
	MediaVideo    = "video"
	MediaSticker  = "sticker"
	MediaLocation = "location"
	MediaPoll     = "poll"
	MediaContact  = "contact"
	MediaDocument = "document"
	MediaForward  = "forward"
	MediaOther    = "other"
	MediaLong     = "long" // words beyond what a channel takes
)

func (Words) what() {}
func (Press) what() {}
func (Media) what() {}
func (Gone) what()  {}

// LogValue keeps a client's words out of every log.
func (Words) LogValue() slog.Value { return slog.StringValue("[redacted]") }

// LogValue keeps a client's words out of every log.
func (m Media) LogValue() slog.Value { return slog.StringValue("[redacted]") }

// String keeps a client's words out of every message.
func (Media) String() string { return "[redacted]" }

// GoString is String, for %#v.
func (Media) GoString() string { return "[redacted]" }

// String keeps a client's words out of every message.
func (Words) String() string { return "[redacted]" }

// GoString is String, for %#v.
func (Words) GoString() string { return "[redacted]" }

// LogValue keeps button data out of logs.
func (Press) LogValue() slog.Value { return slog.StringValue("[redacted]") }

// String keeps button data out of messages.
func (Press) String() string { return "[redacted]" }

// GoString is String, for %#v.
func (Press) GoString() string { return "[redacted]" }
