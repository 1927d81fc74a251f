package bot

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"

	"anteroom/dialogs"
)

// answerMarks makes what buttons carry. A person's key is a MAC over the
// practice and the person; under it, the key of a question is a keyed hash of
// the question and its revision; and under that, a mark is one of the answer.
// So a mark says nothing, fits nobody else and no other question, and a
// question of thirty answers costs one MAC. (The keys are secret and of one
// length, and a mark shows 12 bytes of 32: nothing can be appended to what was
// hashed.)
type answerMarks struct{ key [sha256.Size]byte }

const (
	markBytes  = 12 // of a mark, before base64
	markLength = 16
)

// marks are those of one question of this person.
func (t *talk) marks(question string, rev uint32) answerMarks {
	if t.person == (answerMarks{}) {
		t.person.key = [sha256.Size]byte(t.w.root.MAC("button", sha256.Size, []byte(t.w.ev.Practice), []byte(t.self)))
	}
	var room [128]byte // most questions fit
	b := binary.BigEndian.AppendUint32(append(room[:0], t.person.key[:]...), rev)
	return answerMarks{sha256.Sum256(append(b, question...))}
}

func (m *answerMarks) sum(answer string) (made [markLength]byte) {
	var room [128]byte // most answers fit
	sum := sha256.Sum256(append(append(room[:0], m.key[:]...), answer...))
	base64.RawURLEncoding.Encode(made[:], sum[:markBytes])
	return made
}

// all is the marks of the options, one behind the other.
func (m *answerMarks) all(options []dialogs.Option) string {
	data := make([]byte, 0, len(options)*markLength)
	for _, o := range options {
		made := m.sum(o.ID)
		data = append(data, made[:]...)
	}
	return string(data)
}

// of is the mark of an answer.
func (m *answerMarks) of(answer string) string {
	made := m.sum(answer)
	return string(made[:])
}

// on reports, in a time that tells nothing, whether data is the mark of answer.
func (m *answerMarks) on(data, answer string) bool {
	made := m.sum(answer)
	return len(data) == len(made) && subtle.ConstantTimeCompare([]byte(data), made[:]) == 1
}
