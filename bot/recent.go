package bot

import (
	"bytes"
	"encoding/binary"
	"slices"
	"strconv"
	"time"
)

// A messenger lets a bot take out of a chat what is younger than 48 hours
// (Telegram's own rule; see the Bot API, deleteMessages). What is older need
// not be known, and of one chat no more than the newest 200.
const (
	recentFor  = 48 * time.Hour
	recentMost = 200
	longestID  = 256 // in bytes: the receipt of a text in twenty parts; of a longer one nothing is kept
)

// recent is the messages of one chat that can still be taken out of it: the
// channel's ids, oldest first, each with the minute at which it was noted. It
// lies in the state of every chat, so it is written small. An entry is
//
//	uvarint  minutes since the entry before, times two; plus one if the id is words
//	varint   the id less the last number before it     (a number)
//	uvarint  length, then so many bytes                (words)
//
// which for what stands close together is two or three bytes.
type recent []byte

// one is an entry of a [recent].
type one struct {
	minute int64
	number int64
	words  []byte // nil for a number
}

func (o one) id() string {
	if o.words != nil {
		return string(o.words)
	}
	return strconv.FormatInt(o.number, 10)
}

// is reports whether both are the same message.
func (o one) is(p one) bool {
	if o.words == nil || p.words == nil {
		return o.words == nil && p.words == nil && o.number == p.number
	}
	return bytes.Equal(o.words, p.words)
}

// next reads the entry at the head of r, after o; rest is nil when there is
// none, or none that can be read.
func (r recent) next(o one) (_ one, rest recent) {
	head, n := binary.Uvarint(r)
	if n <= 0 {
		return o, nil
	}
	r = r[n:]
	o.minute += int64(head >> 1)
	if head&1 == 0 {
		more, n := binary.Varint(r)
		if n <= 0 {
			return o, nil
		}
		o.number, o.words = o.number+more, nil
		return o, r[n:]
	}
	size, n := binary.Uvarint(r)
	if n <= 0 || size > uint64(len(r)-n) {
		return o, nil
	}
	end := n + int(size)
	o.words = r[n:end:end]
	return o, r[end:]
}

// append writes an entry that comes after last.
func (r recent) append(last, o one) recent {
	head := uint64(max(0, o.minute-last.minute)) << 1
	if o.words == nil {
		return binary.AppendVarint(binary.AppendUvarint(r, head), o.number-last.number)
	}
	r = binary.AppendUvarint(binary.AppendUvarint(r, head|1), uint64(len(o.words)))
	return append(r, o.words...)
}

// with is r with a message more; one that is there already stays as it is.
func (r recent) with(id string, at time.Time) recent {
	if id == "" || len(id) > longestID {
		return r
	}
	r = r.since(at)
	add := one{minute: at.Unix() / 60}
	if n, err := strconv.ParseInt(id, 10, 64); err == nil && n >= 0 && (id[0] != '0' || id == "0") && id[0] != '+' {
		add.number = n
	} else {
		add.words = []byte(id)
	}
	var last one
	count := 0
	for o, rest := r.next(last); rest != nil; o, rest = rest.next(o) {
		if o.is(add) {
			return r
		}
		last, count = o, count+1
	}
	r = slices.Clip(r).append(last, add)
	if count >= recentMost {
		r = r.without(count + 1 - recentMost)
	}
	return r
}

// since is r without what is too old at now.
func (r recent) since(now time.Time) recent {
	oldest := now.Add(-recentFor).Unix() / 60
	n := 0
	for o, rest := r.next(one{}); rest != nil && o.minute <= oldest; o, rest = rest.next(o) {
		n++
	}
	if n == 0 {
		return r
	}
	return r.without(n)
}

// without is r without its first n entries.
func (r recent) without(n int) recent {
	less := make(recent, 0, len(r)+2*binary.MaxVarintLen64) // the first that stays is written out
	var last one
	for o, rest := r.next(one{}); rest != nil; o, rest = rest.next(o) {
		if n--; n >= 0 {
			continue
		}
		less = less.append(last, o)
		last.minute = o.minute
		if o.words == nil {
			last.number = o.number
		}
	}
	return less
}

// ids are the messages that can be taken out at now, oldest first.
func (r recent) ids(now time.Time) (ids []string) {
	for o, rest := r.since(now).next(one{}); rest != nil; o, rest = rest.next(o) {
		ids = append(ids, o.id())
	}
	return ids
}
