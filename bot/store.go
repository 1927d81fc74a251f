package bot

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// What a store answers when it does not do what was asked.
var (
	// ErrSeen: an event of this id was handled within the last 48 hours.
	ErrSeen = errors.New("event was handled before")
	// ErrConflict: a subject moved since it was loaded. Load again, step again.
	ErrConflict = errors.New("subject moved since it was loaded")
	// ErrFenced: another replica owns the practice now. Stop working for it.
	ErrFenced = errors.New("another replica owns this practice")
)

// SeenFor is how long an event id is remembered, by the store's clock.
const SeenFor = 48 * time.Hour

// Store keeps versioned sealed blobs by subject, inboxes, an outbox, a due
// set, indexes and logs. It is dumb: every rule lives above it, once. It never
// sees a clear value of anybody, and no name that it is given holds a person's
// address.
//
// All methods are safe for concurrent use. An error that is none of the three
// sentinels means that the outcome is unknown: ask again with the same ids.
type Store interface {
	States
	Keys
	Inboxes
	Outbox
	Dues
	Owners
	// Index lists members of a named index with scores in [from, to],
	// ascending, at most n (0: all).
	Index(ctx context.Context, p PracticeID, name string, from, to int64, n int) ([]Member, error)
	// Log lists the entries of a named log, oldest first.
	Log(ctx context.Context, p PracticeID, name string) ([]Sealed, error)
	Close() error
}

// States are the versioned blobs, read and written together.
type States interface {
	// Load reads whether the event was seen, the subjects and the wrapped
	// keys, in one round trip and as of one moment.
	Load(ctx context.Context, p PracticeID, q Query) (Loaded, error)
	// Commit writes one step atomically: all of it or nothing. It checks, in
	// this order, the fence (ErrFenced), the event id (ErrSeen) and the
	// version of every subject named (ErrConflict). Erasures are carried out
	// before the writes of the same commit.
	Commit(ctx context.Context, p PracticeID, c Commit) error
}

// Query names what to load. Event may be empty.
type Query struct {
	Event    EventID
	Subjects []SubjectID
	Keys     []KeyID
}

// Loaded answers a Query. States and Keys stand in the order of the query; a
// subject that is not there has version 0, a key that is not there is nil.
type Loaded struct {
	Seen   bool
	States []State
	Keys   [][]byte
}

// State is a subject as stored.
type State struct {
	Version uint64
	Blob    []byte
}

// Sealed is a blob with the name of the key that seals it.
type Sealed struct {
	Key  KeyID
	Blob []byte
}

// Commit is one atomic write. The zero value of a field asks for nothing.
type Commit struct {
	// Fence is the epoch of ownership. 0 skips the check: for a command that
	// only posts to inboxes and leaves the rest to the owner.
	Fence uint64
	// Event is remembered as seen. Required.
	Event EventID
	// States that were read; at most nine. A write with a nil Blob only checks
	// that the version is still Was.
	States []Write
	// Keys that are new. A key that exists already is a conflict.
	Keys []NewKey
	// Erase removes subjects with everything that hangs on them.
	Erase []Erasure
	// Post appends letters to inboxes, of subjects named here or not.
	Post []Letter
	// Took removes the head of an inbox: the letter that this event came from.
	// When that letter is no longer the head the answer is ErrSeen.
	Took *LetterID
	// Out appends parcels to the ends of their lanes.
	Out []Parcel
	// Due puts entries into the due set (an entry of the same id moves), and
	// Undue takes entries out. DueDone takes an entry out only if it is still
	// planned for that time.
	Due     []Due
	Undue   []string
	DueDone *DueID
	Index   []IndexChange
	Append  []LogEntry
}

// MaxScore is the largest score of an index, and its negative the smallest:
// what every store keeps exactly, one that counts in floating point included.
const MaxScore = 1 << 53

// mostSubjects is how many subjects a commit may name: a partner who leaves takes
// a chat, a record of their own, the case, its tombstone and a place in a caseload;
// a case that goes takes the records of four who left it before. One more is
// checked where a key is made.
const mostSubjects = 9

// Check finds what is wrong with a commit whatever the store holds: no event
// id, more than nine subjects, a version that does not follow, a score beyond
// [MaxScore]. Every store refuses such a commit.
func (c Commit) Check() error {
	if c.Event == "" {
		return errors.New("no event id")
	}
	if len(c.States) > mostSubjects {
		return fmt.Errorf("%d subjects, more than %d", len(c.States), mostSubjects)
	}
	for _, w := range c.States {
		if w.Blob != nil && w.Next <= w.Was {
			return fmt.Errorf("subject %s: version %d does not follow %d", w.Subject, w.Next, w.Was)
		}
	}
	for _, x := range c.Index {
		if x.Score > MaxScore || x.Score < -MaxScore {
			return fmt.Errorf("index %s: score %d is beyond 2^53", x.Index, x.Score)
		}
	}
	return nil
}

// Keys are the wrapped keys as a whole, to wrap them anew when the vault's
// epoch has rolled.
type Keys interface {
	// Keys reads a page of about n wrapped keys, in no order; next is where the
	// next page begins, empty after the last, as from is before the first. A key
	// that is there all the while comes at least once. One that comes or goes
	// meanwhile may be missing, and any may come twice.
	Keys(ctx context.Context, p PracticeID, from string, n int) (page []NewKey, next string, err error)
	// Rewrap replaces wrapped keys in one atomic write, each only if it is the
	// one that was read, and reports how many it replaced: who erased a key
	// meanwhile, or made another, wins. It checks the fence (ErrFenced); 0 skips
	// the check.
	Rewrap(ctx context.Context, p PracticeID, fence uint64, keys []Rewrapped) (replaced int, err error)
}

// Rewrapped is a key under another epoch.
type Rewrapped struct {
	ID           KeyID
	Was, Wrapped []byte
}

// Write moves a subject from version Was to Next (Next > Was; Was 0 creates).
// Without a Blob it only checks that the subject is still at Was.
type Write struct {
	Subject   SubjectID
	Was, Next uint64
	Blob      []byte
}

// NewKey is a wrapped key.
type NewKey struct {
	ID      KeyID
	Wrapped []byte
}

// Erasure removes a subject's state, inbox and key, and the lanes given with
// the parcels and receipts in them.
type Erasure struct {
	Subject SubjectID
	Key     KeyID
	Lanes   []Lane
	// KeepInbox leaves the letters: the subject begins anew in the same commit,
	// and what was accepted for it still comes.
	KeepInbox bool
}

// IndexChange puts a member into an index, or takes it out.
type IndexChange struct {
	Index, Member string
	Score         int64
	Remove        bool
}

// Member of an index.
type Member struct {
	Name  string
	Score int64
}

// LogEntry is appended to the log of that name.
type LogEntry struct {
	Log string
	Sealed
}

// Inboxes carry events from one subject to another: appended in the commit
// that caused them, removed in the commit that handles them.
type Inboxes interface {
	// Letters reads up to n letters from the head of an inbox, oldest first.
	Letters(ctx context.Context, p PracticeID, s SubjectID, n int) ([]Letter, error)
	// Waiting lists the subjects whose inbox is not empty.
	Waiting(ctx context.Context, p PracticeID) ([]SubjectID, error)
}

// LetterID names a letter in an inbox.
type LetterID struct {
	Subject SubjectID
	Event   EventID
}

// Letter is a sealed event on its way to a subject.
type Letter struct {
	LetterID
	Sealed
}

// Lane is a queue of the outbox: one channel, one addressee. What is in a lane
// leaves in order, one at a time.
type Lane struct {
	Channel ChannelName
	Of      SubjectID
}

// Parcel is one sealed message in a lane. Its id is deterministic.
type Parcel struct {
	Lane Lane
	ID   string
	// Ready is since when the lane is ready, if it was empty. The zero time is
	// before all others, for what somebody waits for: it makes a lane ready at
	// once that waits for its first attempt. It is not kept.
	Ready time.Time
	Sealed
}

// Outbox is what waits to be sent.
type Outbox interface {
	// Claim takes the heads of up to n lanes of a channel that are ready at
	// now, oldest readiness first, and hides those lanes until now+lease. The
	// claim is the mark of an attempt: a parcel that was claimed before and
	// neither acknowledged nor handed back as known comes with Unknown > 0.
	Claim(ctx context.Context, p PracticeID, c ClaimOptions) ([]Claimed, error)
	// Free takes every claim of a channel back and makes its lane ready at
	// now; the attempts still count. It is for an owner that begins to work:
	// whoever claimed before it sends no more.
	Free(ctx context.Context, p PracticeID, fence uint64, ch ChannelName, now time.Time) error
	// Ack removes the parcel, keeps the receipt if there is one, and makes the
	// next of the lane ready at now. It reports whether more is in the lane.
	// A claim that has been taken over since is left alone (false, nil).
	Ack(ctx context.Context, p PracticeID, c Claimed, now time.Time, r *Receipt) (more bool, err error)
	// Nack hands the parcel back; its lane is ready again at until. known says
	// that it was certainly not delivered.
	Nack(ctx context.Context, p PracticeID, c Claimed, until time.Time, known bool) error
	// Hold puts the parcel aside, where it is claimed no more, and makes the
	// next of the lane ready at now. Earlier attempts of it are forgotten.
	Hold(ctx context.Context, p PracticeID, c Claimed, now time.Time) error
	// Recall puts what is aside on a channel back to its place, before all that
	// is in the lane but a head that was tried and is not settled. It is ready
	// at now, unless it stands behind such a head.
	Recall(ctx context.Context, p PracticeID, fence uint64, ch ChannelName, now time.Time) error
	// Drop removes what is aside in the lane of a claim that stands. Erasing the
	// lane removes it too.
	Drop(ctx context.Context, p PracticeID, c Claimed) error
	// Receipts reads what Ack kept for a lane: all slots, or those named.
	Receipts(ctx context.Context, p PracticeID, l Lane, slots ...string) (map[string]Sealed, error)
	// NextReady is when the next lane of a channel becomes ready.
	NextReady(ctx context.Context, p PracticeID, ch ChannelName) (at time.Time, ok bool, err error)
}

// ClaimOptions of [Outbox.Claim].
type ClaimOptions struct {
	Fence   uint64
	Channel ChannelName
	Now     time.Time
	N       int
	Lease   time.Duration
}

// Claimed is a parcel that the caller holds until its lease ends.
type Claimed struct {
	Parcel
	Unknown int   // earlier attempts whose outcome nobody knows
	Token   int64 // proves the claim
}

// Receipt is what a channel gave back for a message: its id there. A later
// receipt in the same slot replaces it, so slots bound what is kept.
type Receipt struct {
	Slot string
	Sealed
}

// DueID names one planned occurrence.
type DueID struct {
	ID string
	At time.Time // to the millisecond
}

// Due is something that waits for its time. What it is follows from its id;
// Sealed may be empty.
type Due struct {
	DueID
	Subject SubjectID
	Sealed
}

// Dues are the events to come, by time.
type Dues interface {
	// ClaimDue takes up to n entries whose time is at or before now and hides
	// them until now+lease. The earliest is among them, they come in the order of
	// the times for which they were planned, and nothing is taken before what is earlier and has an id that
	// is the same up to its last slash: what concerns one subject keeps its
	// order, unless it was claimed before. They leave the set through [Commit].DueDone or Undue, or through DoneDue.
	ClaimDue(ctx context.Context, p PracticeID, fence uint64, now time.Time, n int, lease time.Duration) ([]Due, error)
	// DoneDue takes entries out that call for no step of anybody, each only if it
	// is still planned for that time. It checks the fence (ErrFenced); 0 skips
	// the check. Many may go in several writes; asking again does no harm.
	DoneDue(ctx context.Context, p PracticeID, fence uint64, done []DueID) error
	// NextDue is the time of the earliest entry (a hidden one counts with the
	// end of its lease).
	NextDue(ctx context.Context, p PracticeID) (at time.Time, ok bool, err error)
}

// Owners decide which replica works for a practice. Leases use the store's
// clock.
type Owners interface {
	// Heartbeat says that the instance lives for ttl from now. One heartbeat
	// serves all practices of the instance.
	Heartbeat(ctx context.Context, instance string, ttl time.Duration) error
	// Own takes the practice if it is free, if its owner's heartbeat is over,
	// or if instance owned it already (a restart), and returns a new fence,
	// larger than every one before. Otherwise holder is the living owner and
	// fence is 0.
	Own(ctx context.Context, p PracticeID, instance string) (fence uint64, holder string, err error)
	// Release gives the practice up, if instance still owns it under fence.
	Release(ctx context.Context, p PracticeID, instance string, fence uint64) error
}
