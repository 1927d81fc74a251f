package bot

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"anteroom/bot/seal"
)

func (s *Service) newWorld(ev Event, from *source) *world {
	w := &world{p: s.practice.Load(), root: s.root, ev: ev, from: from, now: ev.At, unreadable: s.UnrecoverableBy(ev.At), trace: s.trace, have: make(map[SubjectID]*held, 2)}
	w.want = w.room.want[:0]
	return w
}

// load reads and opens the subjects that the step asked for, in one round
// trip, with the keys that are not open yet.
func (s *Service) load(ctx context.Context, w *world) error {
	if err := errors.Join(s.loadChats(ctx, w), s.loadLogs(ctx, w)); err != nil || len(w.want) == 0 {
		return err
	}
	q := Query{Subjects: w.want, Keys: w.room.keys[:0]}
	if len(w.have) == 0 {
		q.Event = w.ev.ID
	}
	w.want = nil
	for _, sub := range q.Subjects {
		q.Keys = append(q.Keys, sub.Key())
	}
	got, err := s.store.Load(ctx, s.id, q)
	if err != nil {
		return fmt.Errorf("load: %w", err)
	}
	if got.Seen {
		return ErrSeen
	}
	for i, sub := range q.Subjects {
		h := &held{version: got.States[i].Version, wrapped: got.Keys[i]}
		if err := s.openKey(ctx, h, sub.Key(), got.Keys[i]); err != nil {
			return err
		}
		if h.version > 0 {
			h.plain, err = h.key.Open(got.States[i].Blob, s.where(sub, "state", h.version))
			if err != nil { // only this subject suffers
				return &stepError{at: fmt.Sprintf("open %s: %v", sub, err)}
			}
		}
		w.have[sub] = h
	}
	return nil
}

func (s *Service) openKey(ctx context.Context, h *held, id KeyID, wrapped []byte) (err error) {
	if id == PracticeSubject.Key() { // shared by many subjects: made apart, once
		h.key, err = s.practiceKey(ctx)
		return err
	}
	if wrapped == nil {
		s.keys.drop(id)
		h.key, h.newKey, err = s.newKey(ctx, id)
		return err
	}
	var ok bool
	if h.key, ok = s.keys.cached(id); !ok {
		h.key, err = s.keys.open(ctx, id, wrapped)
	}
	if errors.Is(err, seal.ErrKeyUnreadable) || seal.Erased(err) || errors.Is(err, seal.ErrEpochUnknown) {
		return &stepError{at: err.Error()}
	}
	return err
}

func (s *Service) where(sub SubjectID, kind string, version uint64) seal.Where {
	return seal.Where{Practice: string(s.id), Subject: string(sub), Kind: kind, Version: version}
}

// commit seals what the step wants and writes it in one go.
func (s *Service) commit(ctx context.Context, w *world) (err error) {
	if len(w.out.recorded) > len(w.out.audit) {
		return &stepError{at: "a line for a case's log was not put into its chain"}
	}
	c := Commit{Fence: s.lease.fence.Load(), Event: w.ev.ID}
	opened := make(map[KeyID]*seal.Cipher)
	for sub, h := range w.have {
		lanes, gone := w.out.erase[sub]
		if gone {
			c.Erase = append(c.Erase, Erasure{Subject: sub, Key: sub.Key(), Lanes: lanes, KeepInbox: w.out.renewed[sub] != 0})
		}
		switch {
		case gone && !h.put:
			if h.version > 0 {
				c.States = append(c.States, Write{Subject: sub, Was: h.version, Next: h.version})
			}
			continue
		case gone: // it begins anew
			if h.key, h.newKey, err = s.newKey(ctx, sub.Key()); err != nil {
				return err
			}
		}
		opened[sub.Key()] = h.key
		if !h.put {
			if h.check {
				c.States = append(c.States, Write{Subject: sub, Was: h.version, Next: h.version})
			}
			continue
		}
		next := h.version + 1
		if h.version == 0 || gone { // never a version that an erased subject had
			next = max(next, uint64(w.now.UnixMicro()))
		}
		plain, err := encode(h.value)
		if err != nil {
			return &stepError{at: err.Error()}
		}
		c.States = append(c.States, Write{Subject: sub, Was: h.version, Next: next,
			Blob: h.key.Seal(plain, s.where(sub, "state", next))})
		if h.newKey != nil {
			c.bring(h.newKey)
		}
	}
	if err := s.sealEffects(ctx, w, &c, opened); err != nil {
		return err
	}
	if w.from != nil {
		c.Took, c.DueDone = w.from.letter, w.from.due
	}
	if err := c.Check(); err != nil { // a store would refuse it for ever
		return &stepError{at: err.Error()}
	}
	graves, err := s.dig(ctx, w, c.Erase)
	if err != nil {
		return err
	}
	if err := s.store.Commit(ctx, s.id, c); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	s.fill(ctx, graves)
	for _, e := range c.Erase {
		s.keys.drop(e.Key)
	}
	for _, k := range c.Keys {
		s.keys.put(k.ID, opened[k.ID])
	}
	w.sealed = c
	return nil
}

func (s *Service) sealEffects(ctx context.Context, w *world, c *Commit, opened map[KeyID]*seal.Cipher) error {
	// keyFor is the subject's own key, or the practice's when the subject is
	// erased in this very commit, or was not there.
	keyFor := func(sub SubjectID) (KeyID, *seal.Cipher, error) {
		id := sub.Key()
		if k, ok := opened[id]; ok {
			if h := w.have[sub]; h == nil || h.put || h.version > 0 {
				return id, k, nil
			}
		}
		id = PracticeSubject.Key()
		k, err := s.practiceKey(ctx)
		return id, k, err
	}
	c.Out = make([]Parcel, 0, len(w.out.parcels))
	for i, p := range w.out.parcels {
		if p.id == "" {
			p.id = string(w.ev.ID) + "/" + strconv.Itoa(i)
		}
		id, key, err := keyFor(p.lane.Of)
		if err != nil {
			return err
		}
		kind, err := typeOf(p.body)
		if err != nil {
			return &stepError{at: err.Error()}
		}
		wire := sentParcel{To: p.to, Class: p.class, Slot: p.slot, Body: toTag{Type: kind, Body: p.body}, Reminder: p.reminder, Written: w.now.Unix(), Unasked: w.unasked(p.class)}
		if !p.notAfter.IsZero() {
			wire.NotAfter = p.notAfter.Unix()
		}
		plain, err := encode(wire)
		if err != nil {
			return &stepError{at: err.Error()}
		}
		out := Parcel{Lane: p.lane, ID: p.id, Sealed: Sealed{Key: id, Blob: key.Seal(plain, s.where(p.lane.Of, "parcel "+p.id, 0))}}
		if wire.Unasked {
			out.Ready = w.now
		}
		c.Out = append(c.Out, out)
	}
	for i, l := range w.out.post {
		letter, err := s.letter(ctx, Event{
			ID: EventID(string(w.ev.ID) + ">" + strconv.Itoa(i)), Practice: s.id, Subject: l.to,
			Who: w.ev.Who, What: l.what, At: w.now,
		})
		if err != nil {
			return err
		}
		c.Post = append(c.Post, letter)
	}
	c.Due = make([]Due, 0, len(w.out.due))
	for _, d := range w.out.due {
		// A name and a time hold nothing of a person: there is nothing to seal.
		c.Due = append(c.Due, Due{DueID: DueID{ID: dueName(d.subject, d.name), At: d.at.Truncate(time.Millisecond)}, Subject: d.subject})
	}
	for _, a := range w.out.audit {
		id, key, err := keyFor(a.key)
		if err != nil {
			return err
		}
		plain, err := encode(a.entry)
		if err != nil {
			return &stepError{at: err.Error()}
		}
		c.Append = append(c.Append, LogEntry{Log: a.log, Sealed: Sealed{Key: id,
			Blob: key.Seal(plain, s.where(SubjectID(a.log), "log", 0))}})
	}
	c.Undue, c.Index = w.out.undue, w.out.index
	return nil
}

// follow sets going what a commit left to do: parcels, letters, due entries.
func (s *Service) follow(w *world) {
	for _, p := range w.sealed.Out {
		if o := s.channels[p.Lane.Channel]; o != nil {
			o.wake.raise()
		}
	}
	for _, r := range w.out.health {
		s.health.Report(r.component, r.err)
	}
	if len(w.sealed.Due) > 0 {
		s.timer.raise()
	}
	for _, l := range w.sealed.Post {
		if !s.alone {
			s.drainLater(l.Subject)
		}
	}
}

// letter seals an event for an inbox: under the receiver's own key, so that it
// is erased with the receiver, from backups too. Somebody who is not there yet
// has none; then the practice's serves. So it does for cases: their keys are
// renewed when somebody leaves, and what was accepted is not to be lost with the
// old one. What comes to a case is of those who work there and not of a client.
func (s *Service) letter(ctx context.Context, ev Event) (Letter, error) {
	plain, err := encodeEvent(ev)
	if err != nil {
		return Letter{}, err
	}
	id := ev.Subject.Key()
	if ev.Subject.Kind() == "case" {
		id = PracticeSubject.Key()
	}
	if !s.owns() && id != PracticeSubject.Key() { // the owner may have erased it, and made another
		s.keys.drop(id)
	}
	key, err := s.keyOf(ctx, id)
	if errors.Is(err, errErased) {
		id = PracticeSubject.Key()
		key, err = s.practiceKey(ctx)
	}
	if err != nil {
		return Letter{}, err
	}
	return Letter{LetterID: LetterID{Subject: ev.Subject, Event: ev.ID}, Sealed: Sealed{Key: id,
		Blob: key.Seal(plain, s.where(ev.Subject, "letter "+string(ev.ID), 0))}}, nil
}

// freshKey is a key that comes with the next commit, and what the epoch's floor
// was before it was wrapped.
type freshKey struct {
	NewKey
	floor uint32
}

// newKey makes a key for a commit to bring.
func (s *Service) newKey(ctx context.Context, id KeyID) (*seal.Cipher, *freshKey, error) {
	floor, err := epochFloor(ctx, s.store, s.id)
	if err != nil {
		return nil, nil, err
	}
	key, n, err := s.keys.make(ctx, id, floor)
	return key, &freshKey{n, floor}, err
}

// bring puts a key into the commit, which conflicts then if the epoch's floor
// rose since the key was wrapped: however late it comes, no key gets into the
// store under an epoch that is being retired.
func (c *Commit) bring(n *freshKey) {
	c.Keys = append(c.Keys, n.NewKey)
	for i := range c.States {
		if w := &c.States[i]; w.Subject == floorSubject {
			w.Was = min(w.Was, uint64(n.floor)) // the later one conflicts, too
			return
		}
	}
	c.States = append(c.States, Write{Subject: floorSubject, Was: uint64(n.floor)})
}

// practiceKey is the key of what belongs to the practice as a whole; it is
// made at the first need.
func (s *Service) practiceKey(ctx context.Context) (*seal.Cipher, error) {
	id := PracticeSubject.Key()
	if k, ok := s.keys.cached(id); ok {
		return k, nil
	}
	for {
		got, err := s.store.Load(ctx, s.id, Query{Keys: []KeyID{id}})
		if err != nil {
			return nil, fmt.Errorf("load the practice's key: %w", err)
		}
		if got.Keys[0] != nil {
			return s.keys.open(ctx, id, got.Keys[0])
		}
		key, n, err := s.newKey(ctx, id)
		if err != nil {
			return key, err
		}
		c := Commit{Event: EventID("key/" + s.root.Pseudonym(string(n.Wrapped)))}
		c.bring(n)
		if err := s.store.Commit(ctx, s.id, c); err == nil {
			s.keys.put(id, key)
			return key, nil
		} else if !isConflict(err) {
			return key, fmt.Errorf("keep the practice's key: %w", err)
		}
	}
}

// errErased: what was sealed under a key that is gone is gone with it.
var errErased = errors.New("the key was erased")

// openSealed opens what lies in an outbox, an inbox or a log. It returns
// errErased when its key is gone.
func (s *Service) openSealed(ctx context.Context, v Sealed, at seal.Where) ([]byte, error) {
	key, err := s.keyOf(ctx, v.Key)
	if err != nil {
		return nil, err
	}
	return key.Open(v.Blob, at)
}

// keyOf opens a key that is in the store; errErased if it is not.
func (s *Service) keyOf(ctx context.Context, id KeyID) (*seal.Cipher, error) {
	if key, ok := s.keys.cached(id); ok {
		return key, nil
	}
	got, err := s.store.Load(ctx, s.id, Query{Keys: []KeyID{id}})
	if err != nil {
		return nil, fmt.Errorf("load key: %w", err)
	}
	if got.Keys[0] == nil {
		return nil, errErased
	}
	key, err := s.keys.open(ctx, id, got.Keys[0])
	if errors.Is(err, seal.ErrEpochGone) { // wrapped anew since it was read, perhaps
		if got, err = s.store.Load(ctx, s.id, Query{Keys: []KeyID{id}}); err != nil {
			return nil, fmt.Errorf("load key: %w", err)
		}
		if got.Keys[0] == nil {
			return nil, errErased
		}
		key, err = s.keys.open(ctx, id, got.Keys[0])
	}
	if seal.Erased(err) {
		return nil, errErased
	}
	return key, err
}

// panicSite finds the first frame of ours below the panic, as file:line.
func panicSite(stack []byte) string {
	_, after, _ := bytes.Cut(stack, []byte("\npanic("))
	ours := false // a frame is two lines: the function, and where it stands
	for line := range bytes.Lines(after) {
		if ours {
			site, _, _ := bytes.Cut(bytes.TrimSpace(line), []byte(" "))
			return string(site[bytes.LastIndexByte(site, '/')+1:])
		}
		ours = bytes.HasPrefix(line, []byte("anteroom/"))
	}
	return "an unknown place"
}
