package bot

import (
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"strings"

	"anteroom/bot/care"
	"anteroom/bot/seal"
)

// This file keeps a case's log: who did what with it, and when. A line holds
// nothing that a client said, so the log outlives the case. A reason that
// somebody typed may: its words are kept with the case, and a line holds only a
// code of them. The lines make a chain. Each holds its number and the sum of the one before, a sum can be made
// only by who has the root key, and the head of the chain is written with the
// case, in the same commit: so two writers cannot part it, and a line that is
// changed, moved, taken out or cut off at the end is found.

// What stands in a line. The decisions and a client's replies stand there by
// their own names. Nothing here tells what a case is about: not which alert.
const (
	didLook     = "looked"
	didClaim    = "claim"
	didAck      = "acknowledged"
	didBreak    = "broke-glass"
	didAlert    = "alert"
	didTell     = "told" // the on-call, or what became of that
	didSend     = "sent"
	didAskCall  = "asked-call"
	didConsent  = "consent-given"
	didRefuse   = "consent-refused"
	didWithdraw = "consent-withdrawn"
	didErase    = "erased"
	didCome     = "came"      // a partner, by an invite
	didAgree    = "agreed"    // a partner, to the rule for secrets
	didLeave    = "left"      // one of those who share the case
	didExport   = "exported"  // a copy went to whoever the line names
	didDisclose = "disclosed" // something went to a third party, under a release
	auditLabel  = "audit"
	reasonLabel = "audit reason"
	tombIndex   = "tombs"
	logPrefix   = "audit/"
	byClient    = "client"
)

// auditLine is one line of a case's log.
type auditLine struct {
	N    uint64 `cbor:"1,keyasint"`           // from 1
	Prev []byte `cbor:"2,keyasint,omitempty"` // the sum of the line before
	At   int64  `cbor:"3,keyasint"`           // Unix seconds
	Role Role   `cbor:"4,keyasint"`
	By   string `cbor:"5,keyasint,omitempty"` // a roster id, or who sat at the command line
	What string `cbor:"6,keyasint"`
	Why  string `cbor:"7,keyasint,omitempty"` // in the program's words
	// Reason is a MAC of what somebody gave as their reason; see [caseWatch].
	Reason []byte `cbor:"8,keyasint,omitempty"`
}

// chainHead is the end of a case's log as the case knows it.
type chainHead struct {
	N   uint64 `cbor:"1,keyasint"`
	Sum []byte `cbor:"2,keyasint"`
}

// caseWatch is what a case keeps about who touches it.
type caseWatch struct {
	Head  chainHead    `cbor:"1,keyasint,omitzero"`
	Glass []care.Glass `cbor:"2,keyasint,omitempty"` // broken within the last day or before
	// Reasons are what people typed, by the number of the line. They go with the
	// case, and with whoever leaves it: nobody knows of whom they speak.
	Reasons map[uint64]string `cbor:"3,keyasint,omitempty"`
}

func (h chainHead) IsZero() bool { return h.N == 0 }

// IsZero reports that nothing is kept.
func (c caseWatch) IsZero() bool { return c.Head.IsZero() && len(c.Glass) == 0 }

// Tombstone is all that is left of an erased case, besides its log.
type Tombstone struct {
	Case care.CaseID `cbor:"1,keyasint"`
	At   int64       `cbor:"2,keyasint"` // Unix seconds
	By   Role        `cbor:"3,keyasint"` // Client, Operator, or System when its time was up
	Kind RecordKind  `cbor:"4,keyasint"`
	Head chainHead   `cbor:"5,keyasint,omitzero"`
}

// RecordKind is what an erased case was; each has a period of its own.
type RecordKind string

// The kinds of records.
const (
	KindUnfinished RecordKind = "unfinished" // an intake that was never sent
	KindEnquiry    RecordKind = "enquiry"    // sent, and not taken on
	KindRecord     RecordKind = "record"     // of a client
)

func kindOf(c care.Case) RecordKind {
	switch {
	case c.Stage() == care.StageKept:
		return KindRecord
	case c.Submitted == 0:
		return KindUnfinished
	}
	return KindEnquiry
}

// TombSubject is the subject of an erased case. It is sealed for the practice.
func TombSubject(id string) SubjectID { return SubjectID("tomb/" + id) }

// recorded is a line on its way into the log of a case.
type recorded struct {
	of     care.CaseID
	line   auditLine
	reason string // as it was typed
}

// audit writes a line into a case's log: by is a roster id, "client", "service"
// or empty for the service itself, or who sat at the command line. The case may
// be one that this step opens or erases, or one that was erased before. What
// never tells what the case is about: the line outlives it.
func (w *world) audit(id care.CaseID, by, what string) {
	w.auditLine(id, auditLine{Role: w.roleOf(by), By: by, What: what})
}

// auditLine is audit for a line that says more. Without a time it is now.
func (w *world) auditLine(id care.CaseID, line auditLine) { w.auditReason(id, line, "") }

// auditReason is auditLine for what somebody gave a reason for, in their own
// words; they may be empty.
func (w *world) auditReason(id care.CaseID, line auditLine, reason string) {
	if line.At == 0 {
		line.At = w.now.Unix()
	}
	if line.By == byClient || line.Role == System {
		line.By = ""
	}
	w.out.recorded = append(w.out.recorded, recorded{id, line, reason})
}

func (w *world) roleOf(by string) Role {
	if by == byClient || strings.HasPrefix(by, partnerName) {
		return Client
	}
	if by == "" || by == "service" {
		return System
	}
	if _, ok := w.p.Therapist(care.TherapistID(by)); ok {
		return Therapist
	}
	return Operator
}

// bury leaves a tombstone where a case was. The case is erased by the caller.
func (w *world) bury(rec *caseRecord, by Role, who string) error {
	s := TombSubject(string(rec.Case.ID))
	if _, err := read[Tombstone](w, s); err != nil {
		return err
	}
	w.auditLine(rec.Case.ID, auditLine{Role: by, By: who, What: didErase})
	w.write(s, Tombstone{Case: rec.Case.ID, At: w.now.Unix(), By: by, Kind: kindOf(rec.Case), Head: rec.Custody.Head})
	w.out.index = append(w.out.index, IndexChange{Index: caseIndex, Member: string(rec.Case.ID), Remove: true},
		IndexChange{Index: tombIndex, Member: string(rec.Case.ID), Score: w.now.Unix()})
	return nil
}

// chain gives the lines that a step recorded their numbers and sums, and the
// cases their new heads. It is the last thing that a step does; it returns
// errNeed like any part of one.
func (w *world) chain() error {
	var need error
	for _, r := range w.out.recorded {
		if err := w.link(r); errors.Is(err, errNeed) {
			need = err // ask for all of them at once
		} else if err != nil {
			return err
		}
	}
	return need
}

func (w *world) link(r recorded) error {
	s := CaseSubject(string(r.of))
	rec, err := w.current(s)
	if err != nil {
		return err
	}
	if rec != nil {
		if r.reason != "" {
			n := rec.Custody.Head.N + 1
			rec.Custody.Reasons = maps.Clone(rec.Custody.Reasons)
			if rec.Custody.Reasons == nil {
				rec.Custody.Reasons = make(map[uint64]string, 1)
			}
			rec.Custody.Reasons[n] = r.reason
			r.line.Reason = w.root.MAC(reasonLabel, 32, reasonParts(w.p.ID(), r.of, n, r.reason)...)
		}
		if rec.Custody.Head, err = w.append(r, rec.Custody.Head); err == nil {
			w.write(s, *rec)
		}
		return err
	}
	s = TombSubject(string(r.of))
	tomb, err := read[Tombstone](w, s)
	if err != nil {
		return err
	}
	if v, ok := w.have[s].value.(Tombstone); ok {
		tomb = &v
	}
	if tomb == nil {
		return fmt.Errorf("a line for the log of %s, and there is no such case", r.of)
	}
	if tomb.Head, err = w.append(r, tomb.Head); err == nil {
		w.write(s, *tomb)
	}
	return err
}

// current is a case as this step leaves it; nil when it is not there, or not
// any more.
func (w *world) current(s SubjectID) (*caseRecord, error) {
	if h := w.have[s]; h != nil && h.put {
		switch v := h.value.(type) {
		case caseRecord:
			return &v, nil
		case *caseRecord:
			return v, nil
		}
	}
	if _, gone := w.out.erase[s]; gone {
		return nil, nil
	}
	return read[caseRecord](w, s)
}

// append puts a line behind a head and returns the new head.
func (w *world) append(r recorded, head chainHead) (chainHead, error) {
	r.line.N, r.line.Prev = head.N+1, head.Sum
	plain, err := encode(r.line)
	if err != nil {
		return head, err
	}
	// Under the practice's key: the log outlives the case's.
	w.out.audit = append(w.out.audit, audited{log: logPrefix + string(r.of), key: PracticeSubject, entry: r.line})
	return chainHead{N: r.line.N, Sum: sumOf(w.root, w.p.ID(), r.of, plain)}, nil
}

func reasonParts(p PracticeID, id care.CaseID, line uint64, reason string) [][]byte {
	return [][]byte{[]byte(p), []byte(id), binary.BigEndian.AppendUint64(nil, line), []byte(reason)}
}

// sumOf is the sum of one line as it is stored.
func sumOf(root seal.Root, p PracticeID, id care.CaseID, plain []byte) []byte {
	return root.MAC(auditLabel, 32, []byte(p), []byte(id), plain)
}
