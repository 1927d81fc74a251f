package redis

import (
	"encoding/binary"
	"errors"
	"strconv"
	"strings"
	"time"

	"anteroom/bot"
)

// What is written to Redis: strings with their length before them, blobs last.
// The version is part of every key (ar1).

var errDamaged = errors.New("a value is damaged: something else writes to this Redis database")

func appendString[S ~string](b []byte, s S) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

func cutString[S ~string](b []byte, s *S) ([]byte, error) {
	n, size := binary.Uvarint(b)
	if size <= 0 || n > uint64(len(b)-size) {
		return nil, errDamaged
	}
	*s = S(b[size : size+int(n)])
	return b[size+int(n):], nil
}

// sealed is the key's name and the blob.
func sealed(b []byte, s bot.Sealed) []byte {
	return append(appendString(b, s.Key), s.Blob...)
}

func unsealed(b []byte, s *bot.Sealed) (err error) {
	s.Blob, err = cutString(b, &s.Key)
	return err
}

// named is an id before what is sealed: a letter or a parcel.
func named[S ~string](id S, s bot.Sealed) []byte {
	return sealed(appendString(make([]byte, 0, len(id)+len(s.Key)+len(s.Blob)+6), id), s)
}

func unnamed[S ~string](b []byte, id *S, s *bot.Sealed) error {
	b, err := cutString(b, id)
	if err != nil {
		return err
	}
	return unsealed(b, s)
}

// state is the version before the blob.
func state(version uint64, blob []byte) []byte {
	return append(binary.BigEndian.AppendUint64(make([]byte, 0, 8+len(blob)), version), blob...)
}

func unstate(b []byte) (st bot.State, err error) {
	if len(b) < 8 {
		return st, errDamaged
	}
	return bot.State{Version: binary.BigEndian.Uint64(b), Blob: b[8:]}, nil
}

// was is how a state of that version begins.
func was(version uint64) []byte {
	if version == 0 {
		return nil
	}
	return binary.BigEndian.AppendUint64(nil, version)
}

// entry of the due set: its time in eight bytes, its subject, what is sealed.
// Nothing is sealed in most, and their ids begin with their subjects: their
// time is on the shelf, and they need no entry before they are claimed. Then it
// is the time alone.
func entry(d bot.Due) []byte {
	if d.Key == "" && len(d.Blob) == 0 && d.Subject == subjectIn(d.ID) {
		return nil
	}
	b := append(make([]byte, 0, 16+len(d.Subject)+len(d.Key)+len(d.Blob)), planned(d.At)...)
	return sealed(appendString(b, d.Subject), d.Sealed)
}

func planned(at time.Time) []byte {
	return binary.BigEndian.AppendUint64(nil, uint64(at.UnixMilli()))
}

func unentry(b []byte, d *bot.Due) error {
	if len(b) < 8 {
		return errDamaged
	}
	d.At = time.UnixMilli(int64(binary.BigEndian.Uint64(b))).UTC()
	if len(b) == 8 {
		d.Subject = subjectIn(d.ID)
		return nil
	}
	return unnamed(b[8:], &d.Subject, &d.Sealed)
}

// subjectIn is the part of an id before its last slash.
func subjectIn(id string) bot.SubjectID {
	return bot.SubjectID(id[:max(0, strings.LastIndexByte(id, '/'))])
}

func millis(t time.Time) string { return strconv.FormatInt(t.UnixMilli(), 10) }

// fence as the scripts compare it.
func fence(epoch uint64) string {
	if epoch == 0 {
		return ""
	}
	return strconv.FormatUint(epoch, 10)
}

// keys of a practice.
type keys string

func of(p bot.PracticeID) keys { return keys("ar1:{" + string(p) + "}:") }

func (k keys) owner() string   { return string(k) + "owner" }
func (k keys) count() string   { return string(k) + "count" }
func (k keys) waiting() string { return string(k) + "waiting" }
func (k keys) due() string     { return string(k) + "due" }
func (k keys) held() string    { return string(k) + "due:held" }
func (k keys) dues() string    { return string(k) + "dues" }

// shelves is how many parts a due set has. Redis keeps a sorted set of up to
// 128 short members in one piece of memory, at a third of the bytes of a larger
// one: on so many shelves that holds for more than a million entries.
const shelves = 1 << 14

// shelf is the part of the due set that an id lies on, with all of its subject.
// Its name ends with four digits, which stand for it in the due set.
func (k keys) shelf(id string) string {
	h := uint32(2166136261) // FNV-1a
	for _, c := range []byte(subjectIn(id)) {
		h = (h ^ uint32(c)) * 16777619
	}
	const digits = "0123456789abcdef"
	h = (h ^ h>>16) % shelves
	return string(k) + "due:" + string([]byte{digits[h>>12], digits[h>>8&15], digits[h>>4&15], digits[h&15]})
}

func (k keys) event(e bot.EventID) string       { return string(k) + "e:" + string(e) }
func (k keys) state(s bot.SubjectID) string     { return string(k) + "s:" + string(s) }
func (k keys) key(id bot.KeyID) string          { return string(k) + "k:" + string(id) }
func (k keys) inbox(s bot.SubjectID) string     { return string(k) + "in:" + string(s) }
func (k keys) lanes(ch bot.ChannelName) string  { return string(k) + "lane:" + string(ch) + ":" }
func (k keys) lane(l bot.Lane) string           { return k.lanes(l.Channel) + string(l.Of) }
func (k keys) ready(ch bot.ChannelName) string  { return string(k) + "ready:" + string(ch) }
func (k keys) claims(ch bot.ChannelName) string { return string(k) + "claim:" + string(ch) }
func (k keys) asides(ch bot.ChannelName) string { return string(k) + "asides:" + string(ch) }
func (k keys) setAside(ch bot.ChannelName) string {
	return string(k) + "aside:" + string(ch) + ":"
}
func (k keys) aside(l bot.Lane) string { return k.setAside(l.Channel) + string(l.Of) }
func (k keys) receipts(l bot.Lane) string {
	return string(k) + "rcpt:" + string(l.Channel) + ":" + string(l.Of)
}
func (k keys) index(name string) string { return string(k) + "idx:" + name }
func (k keys) log(name string) string   { return string(k) + "log:" + name }
func alive(instance string) string      { return "ar1:alive:" + instance }
