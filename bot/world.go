package bot

import (
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"anteroom/bot/seal"
	"anteroom/dialogs"
)

// errNeed: the step asked for a subject that is not loaded. It is loaded and
// the step runs again from the start; steps are pure, so that costs nothing
// but time.
var errNeed = errors.New("step needs another subject")

// stepError is a step that broke. It holds no client words: only where.
type stepError struct{ at string }

func (e *stepError) Error() string { return "step broke: " + e.at }

// refusal is an answer to a therapist who asked for what cannot be done; it
// passes through unchanged, and nothing is written.
type refusal struct{ error }

func (r refusal) Unwrap() error { return r.error }

// world is what one step sees and says: the subjects it asked for, the
// practice's newest content, the time of the event; and the effects it wants.
type world struct {
	p    *Practice
	root seal.Root
	ev   Event
	from *source
	now  time.Time
	// unreadable is when nobody can read in any old backup what is erased now.
	unreadable time.Time
	// trace is Options.Trace; it may be nil.
	trace func(run dialogs.Run, lang string)

	have map[SubjectID]*held
	want []SubjectID
	// chats are what is kept of the messages in the chats that the step asked
	// for, and wantChats those that it asks for next; see [world.sent].
	chats     map[Lane]sentLog
	wantChats []Lane
	logs      caseLogs // that the step asked for

	out    effects
	tried  bool   // what had its turn in the course of care was done, as far as it could be
	sealed Commit // what was committed in the end

	// Most steps want one subject: there is room for it and its key.
	room struct {
		want [1]SubjectID
		keys [1]KeyID
	}
}

// held is a subject as loaded.
type held struct {
	version uint64
	key     *seal.Cipher
	wrapped []byte    // the key as it was stored
	newKey  *freshKey // the key is made with this commit
	plain   []byte    // nil when the subject is not there
	value   any       // what the step decoded from plain, and may have changed
	put     bool      // write value
	check   bool      // the step relied on it: check the version
}

// source is where an event came from, if not from a channel: it leaves there
// in the commit that handles it.
type source struct {
	letter *LetterID
	due    *DueID
}

// effects are what a step wants to happen, in order.
type effects struct {
	parcels []parcel
	post    []posted
	due     []planned
	undue   []string
	index   []IndexChange
	erase   map[SubjectID][]Lane
	renewed map[SubjectID]renewal // of those erased: who lives on
	audit   []audited
	health  []report
	// recorded are lines for the logs of cases; [world.chain] makes audit of them.
	recorded []recorded
}

// Class of a message: what to do when nobody knows whether it was delivered.
type Class uint8

// The classes. A prompt is sent again, because old buttons are harmless; so is
// a safety message. A card is looked up first. A reminder is not sent again.
const (
	Prompt Class = iota + 1
	Safety
	CardClass
	Reminder
)

// unasked reports that a message of this step comes of itself: it gives way to
// what somebody waits for.
func (w *world) unasked(c Class) bool {
	return w.ev.Who.Role == System && (c == Prompt || c == Reminder)
}

// parcel is a message before sealing.
type parcel struct {
	lane     Lane
	to       string
	class    Class
	slot     string
	notAfter time.Time
	reminder string
	body     Body
	id       string // set for cards; otherwise the event's id and a number
}

type posted struct {
	to   SubjectID
	what What
}

type planned struct {
	subject SubjectID
	name    string
	at      time.Time
}

type audited struct {
	log   string
	key   SubjectID
	entry any
}

// restart forgets what a step wanted that did not come to its end.
func (w *world) restart() {
	w.out, w.tried = effects{}, false
	for _, h := range w.have {
		h.value, h.put, h.check = nil, false, false
	}
}

// ask notes that a subject is wanted.
func (w *world) ask(s SubjectID) {
	if w.have[s] == nil {
		w.want = append(w.want, s)
	}
}

// read gives a subject that the step relies on: nil if it is not there. The
// commit fails with ErrConflict if it moves meanwhile.
func read[T any](w *world, s SubjectID) (*T, error) {
	v, err := peek[T](w, s)
	if err == nil {
		w.have[s].check = true
	}
	return v, err
}

// peek is read for what may be a moment old.
func peek[T any](w *world, s SubjectID) (*T, error) {
	h := w.have[s]
	if h == nil {
		w.want = append(w.want, s)
		return nil, errNeed
	}
	if h.plain == nil {
		return nil, nil
	}
	v := new(T)
	if err := decode(h.plain, v); err != nil {
		return nil, fmt.Errorf("%s: %w", s, err)
	}
	if r, ok := any(v).(*caseRecord); ok {
		r.Case.Facts = dialogs.MovedFacts(w.p.Library, r.Case.Facts)
	}
	return v, nil
}

// write sets what a subject that was read shall become.
func (w *world) write(s SubjectID, v any) {
	h := w.have[s]
	h.value, h.put = v, true
}

// erase removes a subject, and the parcels in the lanes named. What is written
// to it afterwards in the same step begins it anew, under a new key.
func (w *world) erase(s SubjectID, lanes ...Lane) {
	if w.out.erase == nil {
		w.out.erase = make(map[SubjectID][]Lane)
	}
	w.out.erase[s] = lanes
	w.have[s].value, w.have[s].put = nil, false
}

// plan puts the name of something to come into the due set of the event's
// subject; planning it again moves it.
func (w *world) plan(name string, at time.Time) {
	if w.out.due == nil {
		w.out.due = make([]planned, 0, 2) // most steps plan a nudge and the end
	}
	w.out.due = append(w.out.due, planned{w.ev.Subject, name, at})
}

func (w *world) unplan(s SubjectID, name string) {
	w.out.undue = append(w.out.undue, dueName(s, name))
}

func dueName(s SubjectID, name string) string { return string(s) + "/" + name }

// recovered makes an error of a panic. It says where and never what: a panic's
// value may hold a client's words.
func recovered(err *error) {
	if v := recover(); v != nil {
		*err = &stepError{at: fmt.Sprintf("panic (%T) at %s", v, panicSite(debug.Stack()))}
	}
}

// step runs the step of the event's subject.
func (w *world) step() (err error) {
	switch w.ev.Subject.Kind() {
	case "chat":
		err = chatStep(w)
	case "case":
		err = caseStep(w)
	case "call":
		err = restStep(w)
	case "invite":
		err = inviteStep(w)
	default:
		err = fmt.Errorf("no step for subject %s", w.ev.Subject)
	}
	if err == nil {
		err = w.chain()
	}
	if err == nil || errors.Is(err, errNeed) {
		return err
	}
	if _, ok := errors.AsType[refusal](err); ok {
		return err
	}
	return &stepError{at: err.Error()}
}
