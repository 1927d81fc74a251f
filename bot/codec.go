package bot

import (
	"fmt"

	"github.com/fxamacker/cbor/v2"
)

// Everything stored is CBOR with small integer keys, led by one byte that
// names its layout, so that a later version can read what an earlier wrote.
// The numbers below are on disk: never change or reuse one.

// tagged is one value of a sum type.
type tagged struct {
	_    struct{} `cbor:",toarray"`
	Type uint8
	Body cbor.RawMessage
}

const (
	typeWords uint8 = iota + 1
	typePress
	typeMedia
	typeGone
	typeFell
	typeAnswer
	typeFlood
	typeCaseAct
	typeCalling
	_
	typeInviteAsked
)

// Numbers of events that came later, each part of the house with its own ten.
const (
	typeReleaseAsked uint8 = iota + 20
	typeReleased
	typeErasedByPractice
	typeUnlock
)

// Numbers of events of the course of care.
const (
	typeAsks uint8 = iota + 40
)

const (
	typeText uint8 = iota + 1
	typeRedraw
	typeCard
	typeNotice
	typeSweep
	typeDocument
	typePage
	typeBrief
)

// wireEvent is an event in an inbox or in the due set; subject and practice
// are known from where it lies.
type wireEvent struct {
	Who  Who     `cbor:"1,keyasint"`
	What tagged  `cbor:"2,keyasint"`
	At   int64   `cbor:"3,keyasint,omitempty"` // Unix milliseconds
	From address `cbor:"4,keyasint"`
}

// wireParcel is what lies in the outbox.
type wireParcel struct {
	To       string `cbor:"1,keyasint,omitempty"`
	Class    Class  `cbor:"2,keyasint"`
	NotAfter int64  `cbor:"3,keyasint,omitempty"` // Unix seconds
	Slot     string `cbor:"4,keyasint,omitempty"`
	Body     tagged `cbor:"5,keyasint"`
	Reminder string `cbor:"6,keyasint,omitempty"` // name of the reminder, to plan it again
	Written  int64  `cbor:"9,keyasint,omitempty"` // Unix seconds of the event; 0 from before that was kept
	Unasked  bool   `cbor:"10,keyasint,omitempty"`
}

// sentParcel writes what [wireParcel] reads, without encoding the body apart.
type sentParcel struct {
	To       string `cbor:"1,keyasint,omitempty"`
	Class    Class  `cbor:"2,keyasint"`
	NotAfter int64  `cbor:"3,keyasint,omitempty"`
	Slot     string `cbor:"4,keyasint,omitempty"`
	Body     toTag  `cbor:"5,keyasint"`
	Reminder string `cbor:"6,keyasint,omitempty"`
	Written  int64  `cbor:"9,keyasint,omitempty"`
	Unasked  bool   `cbor:"10,keyasint,omitempty"`
}

// toTag writes what [tagged] reads.
type toTag struct {
	_    struct{} `cbor:",toarray"`
	Type uint8
	Body any
}

func typeOf(v any) (uint8, error) {
	switch v.(type) {
	case Words:
		return typeWords, nil
	case Press:
		return typePress, nil
	case Media:
		return typeMedia, nil
	case Gone:
		return typeGone, nil
	case Fell:
		return typeFell, nil
	case Answer:
		return typeAnswer, nil
	case flood:
		return typeFlood, nil
	case caseAct:
		return typeCaseAct, nil
	case calling:
		return typeCalling, nil
	case releaseAsked:
		return typeReleaseAsked, nil
	case released:
		return typeReleased, nil
	case erasedByPractice:
		return typeErasedByPractice, nil
	case Unlock:
		return typeUnlock, nil
	case InviteAsked:
		return typeInviteAsked, nil
	case Asks:
		return typeAsks, nil
	case Text:
		return typeText, nil
	case Redraw:
		return typeRedraw, nil
	case Card:
		return typeCard, nil
	case Notice:
		return typeNotice, nil
	case Sweep:
		return typeSweep, nil
	case Document:
		return typeDocument, nil
	case Page:
		return typePage, nil
	case Brief:
		return typeBrief, nil
	}
	return 0, fmt.Errorf("encode: no number for %T", v)
}

func tag(v any) (tagged, error) {
	n, err := typeOf(v)
	if err != nil {
		return tagged{}, err
	}
	body, err := cbor.Marshal(v)
	return tagged{Type: n, Body: body}, err
}

func untagWhat(t tagged) (What, error) {
	switch t.Type {
	case typeWords:
		return untag[Words](t)
	case typePress:
		return untag[Press](t)
	case typeMedia:
		return untag[Media](t)
	case typeGone:
		return untag[Gone](t)
	case typeFell:
		return untag[Fell](t)
	case typeAnswer:
		return untag[Answer](t)
	case typeFlood:
		return untag[flood](t)
	case typeCaseAct:
		return untag[caseAct](t)
	case typeCalling:
		return untag[calling](t)
	case typeReleaseAsked:
		return untag[releaseAsked](t)
	case typeReleased:
		return untag[released](t)
	case typeErasedByPractice:
		return untag[erasedByPractice](t)
	case typeUnlock:
		return untag[Unlock](t)
	case typeInviteAsked:
		return untag[InviteAsked](t)
	case typeAsks:
		return untag[Asks](t)
	}
	return nil, fmt.Errorf("decode: event type %d is not known to this version", t.Type)
}

func untagBody(t tagged) (Body, error) {
	switch t.Type {
	case typeText:
		return untag[Text](t)
	case typeRedraw:
		return untag[Redraw](t)
	case typeCard:
		return untag[Card](t)
	case typeNotice:
		return untag[Notice](t)
	case typeSweep:
		return untag[Sweep](t)
	case typeDocument:
		return untag[Document](t)
	case typePage:
		return untag[Page](t)
	case typeBrief:
		return untag[Brief](t)
	}
	return nil, fmt.Errorf("decode: message type %d is not known to this version", t.Type)
}

func untag[T any](t tagged) (T, error) {
	var v T
	err := cbor.Unmarshal(t.Body, &v)
	return v, err
}

// schema is the layout that this version writes, the first byte of every
// stored value before sealing.
const schema = 1

func encode(v any) ([]byte, error) {
	b, err := cbor.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("encode: %w", err)
	}
	return append([]byte{schema}, b...), nil
}

func decode(b []byte, v any) error {
	if len(b) == 0 || b[0] != schema {
		return fmt.Errorf("decode: a stored value has a layout that this version does not know: run the newest anteroom")
	}
	if err := cbor.Unmarshal(b[1:], v); err != nil {
		return fmt.Errorf("decode: %w", err)
	}
	return nil
}
