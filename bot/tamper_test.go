package bot_test

import (
	"bytes"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"testing"

	_ "modernc.org/sqlite"

	"anteroom/bot"
	"anteroom/bot/care"
	"anteroom/bot/seal"
)

// row is one sealed value as it is stored, with the place it belongs to.
type row struct {
	what  string // state, parcel, receipt, letter, entry
	key   bot.KeyID
	at    seal.Where
	value []byte
}

// A practice with several clients, in the middle of everything: no stored value
// opens in the place of another, and none opens with any bit of it turned. The
// wrapped keys neither.
func TestNoValueOpensElsewhereOrChanged(t *testing.T) {
	t.Parallel()
	h := onSQLite(t)
	h.takesOver()
	h.person("dan").consents()
	ids := make(map[string]care.CaseID)
	for _, name := range []string{"ann", "bob", "cam"} {
		ids[name] = h.person(name).sends()
	}
	for name, id := range ids {
		if err := h.acts("press "+name, id, "ana", nil); err != nil {
			t.Fatal(err)
		}
		if err := h.acts("times "+name, id, "ana", offer("ana", hour(30+len(h.caseload("ana"))))); err != nil { // a letter, which waits
			t.Fatal(err)
		}
		h.receive(h.inbound(name, bot.Words{Text: "/help"})) // a parcel, which waits
	}
	db, err := sql.Open("sqlite", filepath.Join(h.dir, "a.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	all := stored(t, db, h.practice.ID())
	keys := h.keys()
	opened := make(map[bot.KeyID]*seal.Cipher)
	for id, wrapped := range keys {
		key, err := h.vault.Unwrap(t.Context(), wrapped, bot.KeyPlace(h.practice.ID(), id))
		if err != nil {
			t.Fatal(err)
		}
		opened[id] = key.Cipher()
	}
	for _, r := range all { // a letter that waits is erased with who it is for
		if r.what == "letter" && r.key != bot.SubjectID(r.at.Subject).Key() {
			t.Errorf("a letter to a %s is not sealed under its key", bot.SubjectID(r.at.Subject).Kind())
		}
	}
	kinds := make(map[string]int)
	room := make([]byte, 0, 1<<16)
	opens := func(r row, value []byte) bool {
		_, err := opened[r.key].AppendOpen(room, value, r.at)
		if err != nil && !errors.Is(err, seal.ErrUnreadable) {
			t.Fatalf("%s: %v", r.what, err)
		}
		return err == nil
	}
	swaps, bits := 0, 0
	for i, r := range all {
		kinds[r.what]++
		if !opens(r, r.value) {
			t.Fatalf("a %s does not open in its own place: the test knows it wrongly", r.what)
		}
		for j, other := range all {
			if r.what == "entry" && r.at == other.at {
				continue // the order within one log is for the log to prove
			}
			if i != j && opens(r, other.value) {
				t.Errorf("a %s opens in the place of a %s", other.what, r.what)
			}
			swaps++
		}
		changed := bytes.Clone(r.value)
		for bit := range len(changed) * 8 {
			changed[bit/8] ^= 1 << (bit % 8)
			if opens(r, changed) {
				t.Errorf("a %s opens with bit %d turned", r.what, bit)
			}
			changed[bit/8] ^= 1 << (bit % 8)
			bits++
		}
		for n := range r.value {
			if opens(r, r.value[:n]) {
				t.Errorf("a %s opens when it is cut to %d bytes", r.what, n)
			}
		}
	}
	for _, what := range []string{"state", "parcel", "receipt", "letter", "entry"} {
		if kinds[what] < 2 {
			t.Errorf("%d of kind %s were tried: too few to be swapped", kinds[what], what)
		}
	}
	for id, wrapped := range keys {
		for other, value := range keys {
			if id != other && h.opens(id, value) == nil {
				t.Error("a wrapped key opens in the place of another")
			}
		}
		changed := bytes.Clone(wrapped)
		for bit := range len(changed) * 8 {
			changed[bit/8] ^= 1 << (bit % 8)
			if err := h.opens(id, changed); err == nil || seal.Erased(err) {
				t.Errorf("a wrapped key with bit %d turned: got %v", bit, err)
			}
			changed[bit/8] ^= 1 << (bit % 8)
			bits++
		}
	}
	t.Logf("%v and %d keys: %d swaps, %d bits", kinds, len(keys), swaps, bits)
}

// stored reads every sealed value of a practice.
func stored(t *testing.T, db *sql.DB, p bot.PracticeID) (all []row) {
	t.Helper()
	for _, q := range []struct{ what, query string }{
		{"state", `SELECT subject, '', subject, version, blob FROM state WHERE practice = ?`},
		{"parcel", `SELECT subject, name, key, 0, blob FROM parcel WHERE practice = ?`},
		{"receipt", `SELECT subject, slot, key, 0, blob FROM receipt WHERE practice = ?`},
		{"letter", `SELECT subject, event, key, 0, blob FROM letter WHERE practice = ?`},
		{"entry", `SELECT name, '', key, 0, blob FROM entry WHERE practice = ?`},
	} {
		rows, err := db.Query(q.query, p)
		if err != nil {
			t.Fatal(err)
		}
		for rows.Next() {
			r := row{what: q.what}
			var name, key string
			r.at.Practice, r.at.Kind = string(p), q.what
			if err := rows.Scan(&r.at.Subject, &name, &key, &r.at.Version, &r.value); err != nil {
				t.Fatal(err)
			}
			r.key = bot.KeyID(key)
			switch q.what {
			case "state":
				r.key = bot.SubjectID(r.at.Subject).Key()
			case "entry":
				r.at.Kind = "log"
			default:
				r.at.Kind = fmt.Sprint(q.what, " ", name)
			}
			all = append(all, r)
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
	}
	return all
}
