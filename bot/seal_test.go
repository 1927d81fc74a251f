package bot_test

import (
	"testing"

	"anteroom/bot"
)

// swap exchanges what is stored of two subjects, as somebody could who has the
// store and no key.
func swap(t *testing.T, h *house, a, b bot.SubjectID) {
	t.Helper()
	got := h.load(bot.Query{Subjects: []bot.SubjectID{a, b}}).States
	err := h.store.Commit(t.Context(), h.practice.ID(), bot.Commit{Event: "swap", States: []bot.Write{
		{Subject: a, Was: got[0].Version, Next: got[0].Version + 1, Blob: got[1].Blob},
		{Subject: b, Was: got[1].Version, Next: got[1].Version + 1, Blob: got[0].Blob},
	}})
	if err != nil {
		t.Fatal(err)
	}
}

// Whoever can write to the store can move nothing: a sealed value opens only
// under its own subject and version.
func TestSealedValuesStayInTheirPlace(t *testing.T) {
	t.Parallel()
	ann := func(h *house) bot.SubjectID { return h.subject("ann") }
	for _, tt := range []struct {
		name   string
		tamper func(t *testing.T, h *house)
	}{
		{"two subjects swapped", func(t *testing.T, h *house) { swap(t, h, ann(h), h.subject("bob")) }},
		{"another version", func(t *testing.T, h *house) { put(t, h, ann(h), nil) }},
		{"one bit turned", func(t *testing.T, h *house) {
			put(t, h, ann(h), func(b []byte) []byte { b[len(b)/2] ^= 1; return b })
		}},
		{"cut short", func(t *testing.T, h *house) { put(t, h, ann(h), func(b []byte) []byte { return b[:len(b)-1] }) }},
		{"empty", func(t *testing.T, h *house) { put(t, h, ann(h), func([]byte) []byte { return []byte{} }) }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := build(t)
			p := h.person("ann").consents()
			h.person("bob").consents()
			p.hears()
			tt.tamper(t, h)
			h.restarted()
			p.says("mydata").wants(h.phrase("error-ours"))
			if told := h.board.told(); len(told) != 1 {
				t.Errorf("health was told %q, want one line", told)
			}
		})
	}
}

// An older state cannot be put back: its version is part of its seal.
func TestRollbackIsRefused(t *testing.T) {
	t.Parallel()
	h := build(t)
	p := h.person("ann").consents()
	old := h.load(bot.Query{Subjects: []bot.SubjectID{h.subject("ann")}}).States[0].Blob
	p.presses("Yes, I am").hears()
	put(t, h, h.subject("ann"), func([]byte) []byte { return old })
	p.says("back").wants(h.phrase("error-ours"))
}

// put writes what is stored of a subject under the next version, changed.
func put(t *testing.T, h *house, s bot.SubjectID, change func([]byte) []byte) {
	t.Helper()
	got := h.load(bot.Query{Subjects: []bot.SubjectID{s}}).States[0]
	blob := got.Blob
	if change != nil {
		blob = change(blob)
	}
	err := h.store.Commit(t.Context(), h.practice.ID(), bot.Commit{Event: "tamper", States: []bot.Write{
		{Subject: s, Was: got.Version, Next: got.Version + 1, Blob: blob}}})
	if err != nil {
		t.Fatal(err)
	}
}
