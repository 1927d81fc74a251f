package care

import (
	"crypto/sha256"
	"fmt"
	"strings"
)

// CaseID names a case among therapists: K7Q-42, short enough to say aloud. It
// says nothing about the client.
type CaseID string

// No vowels, so that no word appears, and nothing that looks like another
// sign: no B (8), D (0), G (6), I, L (1), O, S (5), Z (2), 0 or 1.
const idLetters = "CFHJKMNPQRTVWXY34679"

// MakeCaseID makes an id from a seed; the same seed gives the same id. There
// are 800,000 ids, so two seeds may give the same one: the caller makes
// another, from a longer seed, when the id is in use.
func MakeCaseID(seed []byte) CaseID {
	sum := sha256.Sum256(seed)
	n := uint64(0)
	for _, b := range sum[:8] {
		n = n<<8 | uint64(b)
	}
	letters := uint64(len(idLetters))
	var id [6]byte
	for i := range 3 {
		id[i] = idLetters[n%letters]
		n /= letters
	}
	id[3], id[4], id[5] = '-', byte('0'+n%10), byte('0'+n/10%10)
	return CaseID(id[:])
}

// ParseCaseID reads an id as a person types it: any case, the dash optional.
func ParseCaseID(s string) (CaseID, error) {
	s = strings.ToUpper(strings.TrimSpace(s))
	if len(s) == 5 {
		s = s[:3] + "-" + s[3:]
	}
	if len(s) != 6 || s[3] != '-' || strings.Trim(s[:3], idLetters) != "" || strings.Trim(s[4:], "0123456789") != "" {
		return "", fmt.Errorf("parse case id: %w", ErrCaseID)
	}
	return CaseID(s), nil
}
