package bot

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"time"

	"anteroom/bot/care"
	"anteroom/bot/record"
)

// Export writes out the whole record of a case for therapists, in the language
// that they read, with the words that the screen found, and with each partner's
// in a part of its own. It is for somebody at the command line, who has the keys; to
// says for the case's log to whom it goes. Readers are those among the
// recipients who are in the roster: each must be one who may see the case, and
// not by a broken glass, which is a look for a day and no file for ever; or else
// the answer is ErrNotAllowed.
//
// The record is in the log before it is given out: a look that nobody wrote
// down cannot be.
func (s *Service) Export(ctx context.Context, id care.CaseID, who, to string, readers ...care.TherapistID) (record.Record, error) {
	return s.writeOut(ctx, id, "export/", func(w *world, rec *caseRecord) (record.Record, error) {
		for _, r := range readers {
			if err := rec.Case.May(care.ToLook, w.p.RolesOf(r, rec.Case, nil, w.now)...); err != nil {
				return record.Record{}, notAllowed(err)
			}
		}
		partners, err := w.seated(rec)
		if err != nil {
			return record.Record{}, err
		}
		a := account{t: w.reader(), rec: rec, may: everything}
		r := a.empty("record.title", "practice")
		a.fromCase(&r)
		a.noticed(&r, rec.Case.Noticed, true)
		for _, p := range partners {
			r.Partners = append(r.Partners, a.ofPartner(p))
		}
		r.Decisions, r.Releases = slices.Concat(a.decisions(w.now.Unix()), a.alerts(), a.steps()), a.releases()
		w.auditLine(id, auditLine{Role: Operator, By: who, What: didExport, Why: "to " + to})
		return r, nil
	})
}

// Disclose writes out what a client allowed to be told by one release: the
// fields that were signed and nothing else, while the release is in force. Any
// other time the answer is care.ErrNotReleased. It is noted in the case's log
// and on the release, where the client finds it.
//
// A revocation that comes before the commit wins: nothing is given out then.
func (s *Service) Disclose(ctx context.Context, id care.CaseID, number int, who, to string) (record.Record, error) {
	return s.writeOut(ctx, id, "disclose/", func(w *world, rec *caseRecord) (record.Record, error) {
		release, ok := rec.Releases.Find(number)
		if !ok || !release.InForce(w.here()) {
			return record.Record{}, fmt.Errorf("case %s, release %d: %w", id, number, care.ErrNotReleased)
		}
		a := account{t: w.reader(), rec: rec, may: byRelease(release)}
		r := a.empty("record.title.release", fmt.Sprint("release ", number))
		a.fromCase(&r)
		w.auditLine(id, auditLine{Role: Operator, By: who, What: didDisclose, Why: fmt.Sprintf("by release %d: %s, to %s", number, fieldIDs(release.Fields), to)})
		w.out.post = append(w.out.post, posted{to: CaseSubject(string(id)), what: released{Number: number, By: who, Key: to}})
		return r, nil
	})
}

// reader is a conversation that nobody holds, for words in the language that
// therapists read.
func (w *world) reader() *talk { return newTalk(w, &chatState{Lang: baseLanguage}) }

// writeOut makes something of a case and commits what is to be remembered of
// it, on condition that the case has not moved meanwhile. Only the owner of the
// practice writes cases; this posts and appends.
func (s *Service) writeOut(ctx context.Context, id care.CaseID, kind string, make func(*world, *caseRecord) (record.Record, error)) (record.Record, error) {
	for {
		sub := CaseSubject(string(id))
		w := s.newWorld(Event{ID: EventID(kind + rand.Text()), Practice: s.id, Subject: sub, Who: Who{Role: Operator}, At: s.now()}, nil)
		w.ask(sub)
		var r record.Record
		err := errNeed
		for errors.Is(err, errNeed) {
			w.restart()
			if err := s.load(ctx, w); err != nil {
				return record.Record{}, err
			}
			var rec *caseRecord
			if rec, err = read[caseRecord](w, sub); err == nil && rec == nil {
				err = ErrNoCase
			}
			if err == nil {
				r, err = make(w, rec)
			}
		}
		if err == nil {
			err = w.chain()
		}
		if err != nil {
			return record.Record{}, err
		}
		switch err := s.commit(ctx, w); {
		case errors.Is(err, ErrConflict) && ctx.Err() == nil:
			continue
		case err != nil:
			return record.Record{}, err
		}
		return r, nil
	}
}

// alerts are those of the case, for a therapist.
func (a account) alerts() []record.Event {
	var out []record.Event
	for _, x := range a.rec.Case.Alerts {
		e := record.Event{At: time.Unix(x.At, 0).UTC(), When: a.t.tongue().moment(time.Unix(x.At, 0), a.t.zone()), What: "alert", Text: "Alert: " + string(x.Name) + "."}
		if x.Seat != 0 && x.Seat != care.Gone {
			e.Text = "Alert: " + string(x.Name) + ", of " + seatName(x.Seat) + "."
		}
		if x.AckBy != "" {
			by, _ := a.t.w.p.Therapist(x.AckBy)
			e.Text += " Acknowledged by " + by.Name + "."
		}
		out = append(out, e)
	}
	for _, d := range a.rec.Case.Decisions {
		if d.Overrule != "" {
			by, _ := a.t.w.p.Therapist(d.By)
			out = append(out, record.Event{At: time.Unix(d.At, 0).UTC(), When: a.t.tongue().moment(time.Unix(d.At, 0), a.t.zone()), What: "overruled",
				Text: by.Name + " overruled what spoke against it.", Note: d.Overrule})
		}
	}
	return out
}

// AskRelease has the client of a case asked whether something may be told to
// somebody. It returns once the wish is queued; whoever owns the practice asks.
func (s *Service) AskRelease(ctx context.Context, id care.CaseID, who string, by care.TherapistID, to string, fields []care.ReleaseField, why string) error {
	return s.posts(ctx, id, who, releaseAsked{Case: id, To: to, Fields: fields, Why: why, By: string(by)})
}

// EraseCase has a case erased with its chats, whatever its status. It returns
// once that is queued; whoever owns the practice does it.
func (s *Service) EraseCase(ctx context.Context, id care.CaseID, who string) error {
	return s.posts(ctx, id, who, erasedByPractice{By: who})
}

// HasCase reports whether a case is there.
func (s *Service) HasCase(ctx context.Context, id care.CaseID) (bool, error) {
	sub := CaseSubject(string(id))
	got, err := s.store.Load(ctx, s.id, Query{Subjects: []SubjectID{sub}})
	if err != nil {
		return false, fmt.Errorf("load case: %w", err)
	}
	return got.States[0].Version > 0, nil
}

func (s *Service) posts(ctx context.Context, id care.CaseID, who string, what What) error {
	if there, err := s.HasCase(ctx, id); err != nil {
		return err
	} else if !there {
		return ErrNoCase
	}
	return s.forward(ctx, Event{ID: EventID("command/" + rand.Text()), Practice: s.id, Subject: CaseSubject(string(id)),
		Who: Who{Role: Operator, ID: who}, What: what, At: s.now()})
}

// erasedByPractice is an erasure from the command line. To a chat it says which
// case went: one that has another by now is none of its own.
type erasedByPractice struct {
	By   string      `cbor:"1,keyasint,omitempty"`
	Case care.CaseID `cbor:"2,keyasint,omitempty"`
	// Client: it is the client's own, who goes with all of their conversations.
	Client bool `cbor:"3,keyasint,omitempty"`
}

func (erasedByPractice) what() {}

// eraseCase erases a case, and has the chats that belong to it erased. A client's
// own takes nothing of those who shared the case with them.
func eraseCase(w *world, rec *caseRecord, e erasedByPractice) error {
	if e.Client && !rec.Past {
		return nil // its time was up, and it is a partner's by now
	}
	if e.Client && rec.Couple.seated() {
		return w.leaveFirst(rec, false)
	}
	chats := slices.Clone(rec.Chats)
	for _, s := range rec.Couple.Seats {
		if s.Chat != "" && !slices.Contains(chats, s.Chat) {
			chats = append(chats, s.Chat)
		}
	}
	for _, chat := range chats {
		w.out.post = append(w.out.post, posted{to: chat, what: erasedByPractice{Case: rec.Case.ID}})
	}
	if e.Client {
		return w.dropCase(rec, Client, e.By, "Erased by the client.")
	}
	return w.dropCase(rec, Operator, e.By, "Erased by the practice.")
}

// erasedBy erases the conversation, and what stands in the chat, for the practice
// did so with its case. With an earlier case goes nothing of this one.
func (t *talk) erasedBy(e erasedByPractice) error {
	if !t.about(e.Case) {
		return nil
	}
	t.over, t.byPractice, t.sweeps = true, true, true
	t.phrase("erased-by-practice")
	return nil
}
