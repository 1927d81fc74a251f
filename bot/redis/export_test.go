package redis

import (
	"fmt"
	"strconv"

	"anteroom/bot"
)

// LoadBytes is what Load sends.
func LoadBytes(p bot.PracticeID, q bot.Query) []byte {
	return resp(append([]any{"mget"}, anys(loadKeys(of(p), q))...))
}

// CommitBytes is what Commit sends.
func (s *Store) CommitBytes(p bot.PracticeID, c bot.Commit) []byte {
	r := newRequest(of(p), c)
	return resp(append(append([]any{"evalsha", s.scripts.commit.sha, len(r.keys)}, anys(r.keys)...), r.args...))
}

// Shelf is where an entry of the due set lies.
func Shelf(id string) string { return keys("").shelf(id) }

func anys(texts []string) (all []any) {
	for _, t := range texts {
		all = append(all, t)
	}
	return all
}

func resp(args []any) []byte {
	b := make([]byte, 0, 4096)
	head := func(kind byte, n int) {
		b = append(strconv.AppendInt(append(b, kind), int64(n), 10), '\r', '\n')
	}
	head('*', len(args))
	for _, a := range args {
		text, ok := a.(string)
		if !ok {
			switch a := a.(type) {
			case []byte:
				text = string(a)
			case int:
				text = strconv.Itoa(a)
			case int64:
				text = strconv.FormatInt(a, 10)
			default:
				panic(fmt.Sprintf("%T", a))
			}
		}
		head('$', len(text))
		b = append(append(b, text...), '\r', '\n')
	}
	return b
}
