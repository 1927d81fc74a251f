package bot_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"anteroom/bot"
	"anteroom/bot/care"
	"anteroom/bot/seal"
)

// rewraps makes a new epoch and wraps all keys anew; the older epochs stay.
func (h *house) rewraps(v seal.Vault) (epoch uint32) {
	h.t.Helper()
	epoch, err := bot.Roll(h.t.Context(), h.store, v, h.practice.ID())
	if err != nil {
		h.t.Fatal(err)
	}
	for r := (bot.Rewrapping{Older: 1}); r.Older > 0; {
		if r, err = bot.RewrapKeys(h.t.Context(), h.store, v, h.practice.ID(), 0, nil); err != nil {
			h.t.Fatal(err)
		}
	}
	return epoch
}

// rotates destroys the older epochs then, with no wait at all.
func (h *house) rotates(v seal.Vault) {
	h.t.Helper()
	if _, err := bot.Attest(h.t.Context(), v, h.practice.ID(), h.rewraps(v)); err != nil {
		h.t.Fatal(err)
	}
}

// inMemory is a house whose vault, with its epochs, is in memory.
func inMemory(t *testing.T) *house {
	h := furnish(t)
	h.vault = seal.NewMemoryVault(seal.WithClock(h.clock.Now))
	h.restarted().takesOver()
	return h
}

// An epoch stays as long as a practice of the vault has not said that it needs
// it no longer.
func TestPracticesShareAVault(t *testing.T) {
	t.Parallel()
	h := inMemory(t)
	h.person("ann").sends()
	oak := *h.practice
	oak.Practice.ID = "oak"
	second := &house{t: t, practice: &oak, store: h.store, root: h.root, vault: h.vault,
		clock: h.clock, phone: &line{name: phone}, desk: &line{name: desk}, board: &board{}, log: &journal{}}
	second.Service = second.service()
	second.takesOver()
	second.person("ann").sends()
	h.clock.Advance(31 * day)
	h.tends(0)
	h.tends(time.Hour)
	if got := len(h.epochs()); got != 2 {
		t.Fatalf("got %d epochs, want two: the other practice has not wrapped its keys anew", got)
	}
	second.tends(0)
	if got := len(h.epochs()); got != 2 {
		t.Fatalf("got %d epochs, want two: another roll, or one destroyed too early", got)
	}
	second.tends(time.Hour)
	if got := h.epochs(); !slices.Equal(got, []uint32{2}) {
		t.Errorf("got epochs %v, want the second alone", got)
	}
	for _, h := range []*house{h, second} {
		for id, wrapped := range h.keys() {
			if err := h.opens(id, wrapped); err != nil {
				t.Errorf("%s: a %s's key: %v", h.practice.ID(), bot.SubjectID(id).Kind(), err)
			}
		}
	}
}

// The owner rolls by itself, and only the owner; conversations go on meanwhile.
func TestEpochRollsWhileReplicasRun(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := furnish(t)
		h.vault = seal.NewMemoryVault()
		h.practice.Practice.Keep.Vault = care.Period{Rest: 40 * time.Minute}
		one, _ := h.run(t, "one")
		two, _ := h.run(t, "two")
		began := time.Now()
		seen := []string{fmt.Sprint(h.epochs())}
		for time.Since(began) < 100*time.Minute {
			later(5 * time.Minute)
			if now := fmt.Sprint(h.epochs()); now != seen[len(seen)-1] {
				seen = append(seen, now)
			}
			if time.Since(began) > 20*time.Minute && len(one.texts("ann")) == 0 {
				one.receive(h.inbound("ann", bot.Words{Text: "/start"}))
				synctest.Wait()
			}
		}
		want := []string{"[1]", "[1 2]", "[2]", "[2 3]", "[3]"}
		if diff := cmp.Diff(seen, want); diff != "" {
			t.Errorf("epochs over two periods (-got +want):\n%s", diff)
		}
		one.stopped()
		later(time.Minute)
		if !two.owns() {
			t.Fatal("the second replica does not work for the practice")
		}
		two.receive(h.inbound("ann", bot.Words{Text: "/mydata"}))
		later(3 * time.Second)
		if got := two.texts("ann"); len(got) == 0 {
			t.Error("who came before two rolls is not answered after them")
		}
		two.stopped()
	})
}

// Between the moment in which a new key is wrapped and its commit, all others are
// wrapped anew and the epoch is destroyed, with no wait at all: the key does not
// get into the store under that epoch. So for every key that an intake makes, and
// for what begins anew after an erasure.
func TestKeyThatComesAfterItsEpoch(t *testing.T) {
	t.Parallel()
	for name, open := range keepers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := open(t)
			slow := &slowVault{Vault: h.vault, met: make(map[string]int)}
			slow.between = func() { h.rotates(slow.Vault) }
			h.vault = slow
			h.restarted().takesOver()
			ann := h.person("ann")
			ann.sends()
			ann.forgets()
			ann.sends()
			kim, bo := h.person("kim"), h.person("bo")
			kim.comesAsACouple("KIMWISH", "KIMNAME")
			bo.joins(kim.invites()).answersAll("BOWORDS", "BONAME")
			bo.forgets() // and the case gets another key
			if len(h.epochs()) != 1 {
				t.Errorf("got epochs %v, want one", h.epochs())
			}
			if diff := cmp.Diff(slow.met, map[string]int{"practice": 1, "chat": 4, "case": 4, "partner": 1, "invite": 1}); diff != "" {
				t.Errorf("keys wrapped (-got +want):\n%s", diff)
			}
			for id, wrapped := range h.keys() {
				if err := h.opens(id, wrapped); err != nil {
					t.Errorf("a %s's key: %v", bot.SubjectID(id).Kind(), err)
				}
			}
		})
	}
}

// The store was put back, and the floor with it, while a commit was under way:
// the floor that comes then is another one.
func TestFloorThatComesAgain(t *testing.T) {
	t.Parallel()
	for name, open := range keepers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := open(t)
			h.takesOver()
			h.person("ann").sends()
			back := h.backup()
			h.rewraps(h.vault)
			floor := bot.Write{Subject: "vault/epoch", Was: h.load(bot.Query{Subjects: []bot.SubjectID{"vault/epoch"}}).States[0].Version}
			wrapped, err := h.vault.Wrap(t.Context(), seal.NewClientKey(), bot.KeyPlace(h.practice.ID(), "chat/late"))
			if err != nil {
				t.Fatal(err)
			}
			back()
			h.rotates(h.vault)
			late := bot.Commit{Event: "late", Keys: []bot.NewKey{{ID: "chat/late", Wrapped: wrapped}}, States: []bot.Write{floor}}
			if err := h.store.Commit(t.Context(), h.practice.ID(), late); !errors.Is(err, bot.ErrConflict) {
				t.Errorf("a key of epoch 2 comes while the floor is epoch 3: got %v, want %v", err, bot.ErrConflict)
			}
		})
	}
}

// All keys are wrapped anew between the moment in which a person's was read and
// the note in the vault that it is erased: the note is made all the same.
func TestErasedWhileKeysAreWrappedAnew(t *testing.T) {
	t.Parallel()
	h := onSQLite(t)
	slow := &slowDig{Vault: h.vault}
	h.vault = slow
	h.restarted().takesOver()
	ann := h.person("ann")
	ann.sends()
	var backup map[bot.KeyID][]byte
	slow.before = func() {
		h.rotates(slow.Vault)
		backup = h.keys()
	}
	ann.forgets()
	for _, id := range []bot.KeyID{h.subject("ann").Key(), bot.PracticeSubject.Key()} {
		err := h.opens(id, backup[id])
		if erased := id != bot.PracticeSubject.Key(); backup[id] == nil || erased != errors.Is(err, seal.ErrKeyErased) {
			t.Errorf("the key of a %s in a backup from in between: got %v, want erased: %v", bot.SubjectID(id).Kind(), err, erased)
		}
	}
}

// slowDig is a vault in which something happens before the first grave.
type slowDig struct {
	seal.Vault
	before func()
}

func (v *slowDig) Dig(ctx context.Context, wrapped, ad []byte) (seal.Grave, error) {
	if before := v.before; before != nil {
		v.before = nil
		before()
	}
	return v.Vault.Dig(ctx, wrapped, ad)
}

// A vault that was put back from a backup is behind what the store knows: no key
// is made that nobody could open later, and at the next look it is there again.
func TestVaultBehindTheStore(t *testing.T) {
	t.Parallel()
	h := inMemory(t)
	floor := bot.Write{Subject: "vault/epoch", Next: 3, Blob: []byte("floor")}
	if err := h.store.Commit(t.Context(), h.practice.ID(), bot.Commit{Event: "floor", States: []bot.Write{floor}}); err != nil {
		t.Fatal(err)
	}
	in := h.inbound("ann", bot.Words{Text: "/start"})
	if err := h.Receive(t.Context(), in); err == nil || !strings.Contains(err.Error(), "the vault is at epoch 1, and the store was at epoch 3") {
		t.Errorf("got %v, want the vault named", err)
	}
	if state, key := h.kept(h.subject("ann")); state || key {
		t.Errorf("kept: state %v, key %v; want neither", state, key)
	}
	h.tends(time.Minute)
	h.receive(in)
	h.settle()
	if len(h.person("ann").hears()) == 0 {
		t.Error("who wrote meanwhile is not answered")
	}
}

// Of several new keys the one that was wrapped first decides.
func TestKeysUnderTwoFloors(t *testing.T) {
	for _, floors := range [][]uint32{{2, 3}, {3, 2}} {
		if c := bot.Brings(floors...); len(c.Keys) != 2 || len(c.States) != 1 || c.States[0].Was != 2 {
			t.Errorf("floors %v: got %d keys and %+v, want both keys and one check of version 2", floors, len(c.Keys), c.States)
		}
	}
}

// A key that another was faster to wrap anew was under an older epoch all the
// same: what that other wrote may be older than ours, so the walk goes again.
func TestRewrapThatAnotherWon(t *testing.T) {
	t.Parallel()
	h := inMemory(t)
	h.person("ann").sends()
	if _, err := h.vault.Roll(t.Context()); err != nil {
		t.Fatal(err)
	}
	rewrap := func(store bot.Store) bot.Rewrapping {
		r, err := bot.RewrapKeys(t.Context(), store, h.vault, h.practice.ID(), 0, nil)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	n := len(h.keys())
	won := &beaten{Store: h.store}
	won.before = func() { rewrap(h.store) }
	if r := rewrap(won); r.Older != n || r.Replaced != 0 {
		t.Errorf("got %d of %d keys older and %d replaced, want all and none", r.Older, n, r.Replaced)
	}
	if r := rewrap(h.store); r.Older != 0 {
		t.Errorf("got %d keys older after that, want none", r.Older)
	}
}

// beaten is a store in which somebody does something before keys are replaced.
type beaten struct {
	bot.Store
	before func()
}

func (s *beaten) Rewrap(ctx context.Context, p bot.PracticeID, fence uint64, keys []bot.Rewrapped) (int, error) {
	s.before()
	return s.Store.Rewrap(ctx, p, fence, keys)
}

// slowVault is a vault beside which something happens between the wrapping of a
// key and what is done with it, at the first try for each.
type slowVault struct {
	seal.Vault
	between func()
	met     map[string]int // keys wrapped, by kind
	last    string
}

func (v *slowVault) Wrap(ctx context.Context, key seal.ClientKey, ad []byte) ([]byte, error) {
	wrapped, err := v.Vault.Wrap(ctx, key, ad)
	if string(ad) != v.last { // else it is the second try
		v.last = string(ad)
		_, id, _ := strings.Cut(string(ad), "\x00")
		v.met[bot.SubjectID(id).Kind()]++
		v.between()
	} else {
		v.last = ""
	}
	return wrapped, err
}
