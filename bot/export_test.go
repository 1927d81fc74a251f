package bot

import (
	"context"
	"crypto/rand"
	"slices"
	"strings"
	"time"

	"anteroom/bot/care"
	"anteroom/bot/seal"
	"anteroom/dialogs"
)

// ErrFlood is what too many events of one subject come to.
var ErrFlood = errFlood

// StoredCaseload reads a therapist's caseload as it is stored.
func (s *Service) StoredCaseload(ctx context.Context, id care.TherapistID) (care.Caseload, error) {
	sub := CaseloadSubject(string(id))
	w := s.newWorld(Event{Subject: sub, At: s.now()}, nil)
	w.ask(sub)
	if err := s.load(ctx, w); err != nil {
		return care.Caseload{}, err
	}
	load, err := peek[care.Caseload](w, sub)
	if load == nil {
		load = &care.Caseload{}
	}
	return *load, err
}

// Aside opens the events that were put aside.
func (s *Service) Aside(ctx context.Context) ([]What, error) {
	entries, err := s.store.Log(ctx, s.id, quarantineLog)
	if err != nil {
		return nil, err
	}
	var all []What
	for _, e := range entries {
		plain, err := s.openSealed(ctx, e, seal.Where{Practice: string(s.id), Subject: quarantineLog, Kind: "log"})
		if err != nil {
			return nil, err
		}
		var a aside
		if err := decode(plain, &a); err != nil {
			return nil, err
		}
		ev, err := decodeEvent(a.Event)
		if err != nil {
			return nil, err
		}
		all = append(all, ev.What)
	}
	return all, nil
}

// InMemory readies the step of an event on what is stored now. Calling step
// makes it, from the decoded state to the effects, and returns the number of
// messages; nothing is opened, encoded, sealed or kept.
func (s *Service) InMemory(ctx context.Context, in Inbound) (step func() (int, error), err error) {
	ev := s.event(in)
	w := s.newWorld(ev, nil)
	w.ask(ev.Subject)
	if err := s.load(ctx, w); err != nil {
		return nil, err
	}
	c, err := peek[chatState](w, ev.Subject)
	if err != nil {
		return nil, err
	}
	return func() (int, error) {
		mine := *c
		mine.Runs = slices.Clone(c.Runs)
		w.out = effects{}
		t := newTalk(w, &mine)
		if err := t.arrived(func() error { return t.press(ev.What.(Press).Data) }); err != nil {
			return 0, err
		}
		return len(w.out.parcels), t.close()
	}, nil
}

// Invite makes the token of an event.
func Invite(root seal.Root, p PracticeID, c care.CaseID, ev EventID) string {
	return makeToken(root, p, c, ev)
}

// IsInvite reports whether a token was once made by the root key for a practice.
func IsInvite(root seal.Root, p PracticeID, token string) bool { return isToken(root, p, token) }

// InviteSubject is where the invite of a token is kept.
func InviteSubject(root seal.Root, p PracticeID, token string) SubjectID {
	return inviteSubject(root, p, token)
}

// PartnerSubject is where what a partner of a case said is kept.
func PartnerSubject(id care.CaseID, seat uint8) SubjectID { return partnerSubject(id, seat) }

// WarmUp opens the practice's key, from a store that has it.
func (s *Service) WarmUp(ctx context.Context, from Store) error {
	had := s.store
	s.store = from
	defer func() { s.store = had }()
	_, err := s.practiceKey(ctx)
	return err
}

// Tongue writes and understands one language of a practice.
type Tongue struct{ *tongue }

// Tongue is a language of the practice; one that is not spoken is the base's.
func (p *Practice) Tongue(lang string) Tongue { return Tongue{newSpeech(p).tongue(lang)} }

// Command is what words mean; see [speech.command].
func (p *Practice) Command(text string) (command, arg string, bare bool) {
	return newSpeech(p).command(text)
}

// Moment is an instant in words.
func (g Tongue) Moment(t time.Time, zone *time.Location) string { return g.moment(t, zone) }

// Day is a day in words, with its year.
func (g Tongue) Day(t time.Time) string { return g.dateWithYear(t) }

// Window is what a decision brought under "window", in words.
func (g Tongue) Window(value, words string, zone *time.Location) string {
	return g.window(value, words, zone)
}

// List joins words.
func (g Tongue) List(words ...string) string { return g.list(words) }

// Period is a length of time in words.
func (g Tongue) Period(p care.Period) string { return g.period(p) }

// Open is opening hours in words.
func (g Tongue) Open(hours map[time.Weekday][]care.Span) string { return g.hours(hours) }

// Copies names companies.
func (g Tongue) Copies(companies ...string) string { return g.copies(companies) }

// Form is the language with its form of address.
func (g Tongue) Form() string { return g.form }

// Audit is the log of a case: who, what, and why.
func (s *Service) Audit(ctx context.Context, id care.CaseID) (lines []string, err error) {
	log, _, err := s.CaseLog(ctx, id)
	for _, l := range log {
		who := l.By
		if who == "" {
			who = map[Role]string{Client: "client", System: "service"}[l.Role]
		}
		lines = append(lines, strings.TrimSpace(who+": "+l.What+" "+l.Why))
	}
	return lines, err
}

// Forged is a line for a case's log as somebody could write it who has the
// store and the vault, and not the root key: its sum is that of another root.
func (s *Service) Forged(ctx context.Context, id care.CaseID, stored Sealed, change func(by, what *string, n *uint64)) (Sealed, error) {
	at := s.where(SubjectID(logPrefix+string(id)), "log", 0)
	plain, err := s.openSealed(ctx, stored, at)
	if err != nil {
		return Sealed{}, err
	}
	var line auditLine
	if err := decode(plain, &line); err != nil {
		return Sealed{}, err
	}
	change(&line.By, &line.What, &line.N)
	if plain, err = encode(line); err != nil {
		return Sealed{}, err
	}
	key, err := s.practiceKey(ctx)
	return Sealed{Key: stored.Key, Blob: key.Seal(plain, at)}, err
}

// PutCase makes a case be where it is said to be, whatever it was before; its
// log goes on.
func (s *Service) PutCase(ctx context.Context, c care.Case, glass ...care.Glass) error {
	w := s.newWorld(Event{ID: EventID("put/" + rand.Text()), Subject: CaseSubject(string(c.ID)), At: s.now()}, nil)
	w.ask(w.ev.Subject)
	if err := s.load(ctx, w); err != nil {
		return err
	}
	rec, err := peek[caseRecord](w, w.ev.Subject)
	if err != nil {
		return err
	}
	if rec == nil {
		rec = &caseRecord{}
	}
	rec.Case, rec.Custody.Glass = c, glass
	w.write(w.ev.Subject, *rec)
	w.out.index = append(w.out.index, IndexChange{Index: caseIndex, Member: string(c.ID), Score: c.Updated})
	return s.commit(ctx, w)
}

// PutTomb leaves a tombstone at a number where no case was.
func (s *Service) PutTomb(ctx context.Context, id care.CaseID) error {
	sub := TombSubject(string(id))
	w := s.newWorld(Event{ID: EventID("put/" + rand.Text()), Subject: sub, At: s.now()}, nil)
	w.ask(sub)
	if err := s.load(ctx, w); err != nil {
		return err
	}
	w.write(sub, Tombstone{Case: id, At: s.now().Unix(), By: Client, Kind: KindEnquiry})
	return s.commit(ctx, w)
}

// Recent is the messages of a chat that can still be taken out of it.
type Recent = recent

// With is r with a message more.
func (r recent) With(id string, at time.Time) Recent { return r.with(id, at) }

// IDs are those that can be taken out at now.
func (r recent) IDs(now time.Time) []string { return r.ids(now) }

// Sweep makes a step that takes everything out of a chat, or the message of
// the event only.
func (s *Service) Sweep(ctx context.Context, in Inbound, only bool) error {
	w := s.newWorld(s.event(in), nil)
	w.ask(w.ev.Subject)
	if err := s.load(ctx, w); err != nil {
		return err
	}
	c, err := read[chatState](w, w.ev.Subject)
	if err != nil {
		return err
	}
	t := newTalk(w, c)
	t.wrote()
	if t.phrase("paused"); only {
		t.sweepThis()
	} else {
		t.sweep()
	}
	t.phrase("resumed")
	if err := t.close(); err != nil {
		return err
	}
	return s.commit(ctx, w)
}

// Open is the question that is open in a chat, to press its buttons.
type Open struct {
	t    *talk
	q    *dialogs.Question
	Self SubjectID
}

// Open readies a chat as it is stored now.
func (s *Service) Open(ctx context.Context, in Inbound) (*Open, error) {
	w := s.newWorld(s.event(in), nil)
	w.ask(w.ev.Subject)
	if err := s.load(ctx, w); err != nil {
		return nil, err
	}
	c, err := peek[chatState](w, w.ev.Subject)
	if err != nil {
		return nil, err
	}
	t := newTalk(w, c)
	turn, err := t.open()
	return &Open{t: t, q: turn.Open, Self: w.ev.Subject}, err
}

// Means is what a press with data would do; empty when it counts for nothing.
func (o *Open) Means(data string) string {
	answer, found, back := o.t.meant(data, o.q.Step, o.q.Rev, o.q.Options)
	if found {
		return answer
	}
	if back {
		return universalBack
	}
	way, arg := o.t.wayOut(data)
	return way + arg
}

// Marks are the buttons of the question, as they would be drawn for somebody
// else, at another step or under another revision.
func (o *Open) Marks(of SubjectID, step string, revs uint32) (all []string) {
	other := newTalk(o.t.w, o.t.c)
	other.self = of
	if step == "" {
		step = o.q.Step
	}
	marks := other.marks(other.questionID(step), o.q.Rev+revs)
	for _, option := range o.q.Options {
		all = append(all, marks.of(option.ID))
	}
	return append(all, marks.of(universalBack))
}

// Ways are the buttons that always stand under a question, as somebody has them.
func (o *Open) Ways(of SubjectID) []string {
	other := newTalk(o.t.w, o.t.c)
	other.self = of
	ways := other.marks(universalStep, 0)
	return []string{ways.of(universalCall), ways.of(universalNow), ways.of(universalLanguage + "es")}
}

// TakeOver is what an owner looks at before it acts.
func (s *Service) TakeOver(ctx context.Context) error { return s.takeOver(ctx) }

// TendVault is one look at the vault.
func (s *Service) TendVault(ctx context.Context) error { return s.tendVault(ctx) }

// WaitsForWord reports whether the service waits for an operator's word.
func (s *Service) WaitsForWord() bool { return s.custody.restored.Load() }

// KeyPlace is where a key stands.
func KeyPlace(p PracticeID, id KeyID) []byte { return keyPlace(p, id) }

// Brings is a commit that brings keys which were wrapped when the epoch's floor
// had those versions.
func Brings(floors ...uint32) (c Commit) {
	for _, f := range floors {
		c.bring(&freshKey{floor: f})
	}
	return c
}
