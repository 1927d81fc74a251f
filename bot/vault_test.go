package bot_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"anteroom/bot"
	"anteroom/bot/care"
	"anteroom/bot/redis"
	"anteroom/bot/redis/redistest"
	"anteroom/bot/seal"
	"anteroom/bot/sqlite"
)

const day = 24 * time.Hour

// kept is a house whose store is on a disk, and its vault in a folder: both can
// be backed up and put back.
type kept struct {
	*house
	dir    string
	backup func() (back func()) // back puts the store back as it was
}

// keepers are the stores that keep.
var keepers = map[string]func(t *testing.T) *kept{"sqlite": onSQLite, "redis": onRedis}

func keeping(t *testing.T) *kept {
	k := &kept{house: furnish(t), dir: t.TempDir()}
	vault, err := seal.CreateFolder(filepath.Join(k.dir, "vault"), k.root, seal.WithClock(k.clock.Now))
	if err != nil {
		t.Fatal(err)
	}
	k.vault = vault
	return k
}

func onSQLite(t *testing.T) *kept {
	k := keeping(t)
	path := filepath.Join(k.dir, "a.db")
	opened := func() {
		s, err := sqlite.Open(path, sqlite.Options{})
		if err != nil {
			t.Fatal(err)
		}
		k.store.Store = s
		k.restarted()
	}
	closed := func() {
		if err := k.store.Close(); err != nil {
			t.Error(err)
		}
	}
	opened()
	t.Cleanup(func() { closed() })
	k.backup = func() func() {
		closed()
		copied := files(t, path)
		opened()
		return func() {
			closed()
			for _, name := range []string{path, path + "-wal", path + "-shm"} {
				os.Remove(name)
			}
			for name, text := range copied {
				if err := os.WriteFile(name, text, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			opened()
		}
	}
	return k
}

func onRedis(t *testing.T) *kept {
	k := keeping(t)
	server := redistest.Start(t)
	opened := func() {
		s, err := redis.Open(t.Context(), "redis://"+server.Addr, redis.Options{})
		if err != nil {
			t.Fatal(err)
		}
		k.store.Store = s
		k.restarted()
	}
	opened()
	t.Cleanup(func() { k.store.Close() })
	k.backup = func() func() {
		server.Do("SAVE")
		copied := files(t, filepath.Join(server.Dir, "dump.rdb"))
		return func() {
			k.store.Close()
			server.Kill()
			for name, text := range copied {
				if err := os.WriteFile(name, text, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			server.Restart()
			opened()
		}
	}
	return k
}

func files(t *testing.T, path string) map[string][]byte {
	t.Helper()
	found, err := filepath.Glob(path + "*")
	if err != nil || len(found) == 0 {
		t.Fatalf("no file %s: %v", path, err)
	}
	copied := make(map[string][]byte)
	for _, name := range found {
		if copied[name], err = os.ReadFile(name); err != nil {
			t.Fatal(err)
		}
	}
	return copied
}

// tends lets the service look at its vault after that time.
func (h *house) tends(after time.Duration) {
	h.t.Helper()
	h.clock.Advance(after)
	if err := h.TendVault(h.t.Context()); err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) takesOver() {
	h.t.Helper()
	if err := h.TakeOver(h.t.Context()); err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) epochs() (numbers []uint32) {
	h.t.Helper()
	all, err := h.vault.Epochs(h.t.Context())
	if err != nil {
		h.t.Fatal(err)
	}
	for _, e := range all {
		numbers = append(numbers, e.Number)
	}
	return numbers
}

// keys are all wrapped keys of the practice.
func (h *house) keys() map[bot.KeyID][]byte {
	h.t.Helper()
	all := make(map[bot.KeyID][]byte)
	for from := ""; ; {
		page, next, err := h.store.Keys(h.t.Context(), h.practice.ID(), from, 100)
		if err != nil {
			h.t.Fatal(err)
		}
		for _, k := range page {
			all[k.ID] = k.Wrapped
		}
		if from = next; from == "" {
			return all
		}
	}
}

// opens reports whether the vault gives a key out.
func (h *house) opens(id bot.KeyID, wrapped []byte) error {
	_, err := h.vault.Unwrap(h.t.Context(), wrapped, bot.KeyPlace(h.practice.ID(), id))
	return err
}

// A backup from before an erasure is put back: who was erased cannot be read
// from the first moment, is erased again, and everybody else is there.
func TestErasedStayErasedInARestoredStore(t *testing.T) {
	t.Parallel()
	for name, open := range keepers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := open(t)
			h.takesOver()
			ann, bob := h.person("ann"), h.person("bob")
			id, other := ann.sends(), bob.sends()
			if err := h.acts("press", id, "ana", offer("ana", hour(30))); err != nil {
				t.Fatal(err)
			}
			h.settle()
			if got := len(h.caseload("ana")); got != 1 {
				t.Fatalf("got %d places, want the one that is offered", got)
			}
			back := h.backup()
			h.tends(time.Hour)
			ann.forgets()
			h.tends(time.Minute)
			if _, err := bot.Attest(t.Context(), h.vault, h.practice.ID(), 1); err != nil {
				t.Fatal(err)
			}
			back()

			// Nobody has looked at anything yet.
			for _, key := range []bot.KeyID{h.subject("ann").Key(), bot.CaseSubject(string(id)).Key()} {
				if wrapped := h.keys()[key]; wrapped == nil {
					t.Fatal("the backup does not hold the key: the test shows nothing")
				} else if err := h.opens(key, wrapped); !errors.Is(err, seal.ErrKeyErased) {
					t.Errorf("key of the erased in the backup: got %v, want %v", err, seal.ErrKeyErased)
				}
			}
			if _, err := h.LookAs(t.Context(), id, "test"); err == nil {
				t.Error("the case can be read")
			}

			h.takesOver()
			if !h.WaitsForWord() {
				t.Error("the service has not noticed that the store is an old one")
			}
			if m, err := h.vault.Mark(t.Context(), string(h.practice.ID())); err != nil || m.Wrapped != 0 {
				t.Errorf("the vault believes that it needs no epoch before %d, of a store that is an old one (%v)", m.Wrapped, err)
			}
			for _, s := range []bot.SubjectID{h.subject("ann"), bot.CaseSubject(string(id))} {
				if state, key := h.kept(s); state || key {
					t.Errorf("%s: state %v, key %v; want neither", s.Kind(), state, key)
				}
			}
			if members, err := h.store.Index(t.Context(), h.practice.ID(), "cases", -1<<53, 1<<53, 0); len(members) != 1 || members[0].Name != string(other) {
				t.Errorf("got cases %v, %v; want bob's alone", members, err)
			}
			if got := len(h.caseload("ana")); got != 0 {
				t.Errorf("the place of the erased is held still: %d", got)
			}
			if got := h.view(other); got.Status != care.WaitingDecision {
				t.Errorf("bob's case is %s", got.Status)
			}
			if told := strings.Join(h.board.told(), "\n"); !strings.Contains(told, "anteroom restore") {
				t.Errorf("health was told %q, want the mend", told)
			}
			// She comes back, and is somebody new.
			if err := bot.Resume(t.Context(), h.vault, h.practice.ID(), h.clock.Now()); err != nil {
				t.Fatal(err)
			}
			h.tends(time.Second)
			if h.WaitsForWord() {
				t.Error("the service waits after it was told to go on")
			}
			ann.hears()
			if again := ann.sends(); again == id {
				t.Error("the new case has the number of the one that was erased")
			}
			// And another backup of the same day is noticed again.
			h.tends(time.Hour)
			back()
			h.takesOver()
			if !h.WaitsForWord() {
				t.Error("the second restore was not noticed")
			}
		})
	}
}

// In a practice with many therapists, what a restored store brought back is
// erased again.
func TestErasedAgainAmongMany(t *testing.T) {
	t.Parallel()
	h := onSQLite(t)
	many := *h.practice
	many.Therapists = slices.Clone(many.Therapists)
	for i := range 12 {
		another := many.Therapists[0]
		another.ID = care.TherapistID(fmt.Sprint("t", i))
		many.Therapists = append(many.Therapists, another)
	}
	h.house.practice = &many
	h.restarted().takesOver()
	ann := h.person("ann")
	id := ann.sends()
	back := h.backup()
	h.tends(time.Hour)
	ann.forgets()
	h.tends(time.Minute)
	back()
	h.takesOver()
	if state, key := h.kept(bot.CaseSubject(string(id))); state || key {
		t.Errorf("the erased case is back: state %v, key %v", state, key)
	}
}

// Once the epoch has rolled, a dump from before an erasure holds nothing of the
// erased client for anybody, the list of erasures or not.
func TestDumpIsUnreadableOnceTheEpochRolled(t *testing.T) {
	t.Parallel()
	for name, open := range keepers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := open(t)
			h.takesOver()
			ann, bob := h.person("ann"), h.person("bob")
			ann.sends()
			other := bob.sends()
			dump := h.keys()
			back := h.backup()
			ann.forgets()
			by := h.UnrecoverableBy(h.clock.Now())
			h.tends(29 * day)
			if diff := cmp.Diff(h.epochs(), []uint32{1}); diff != "" {
				t.Fatalf("before its time (-got +want):\n%s", diff)
			}
			h.tends(day)
			if diff := cmp.Diff(h.epochs(), []uint32{1, 2}); diff != "" {
				t.Fatalf("after thirty days (-got +want):\n%s", diff)
			}
			for id, wrapped := range h.keys() {
				if epoch, err := seal.EpochOf(wrapped); err != nil || epoch != 2 {
					t.Errorf("key of a %s: epoch %d, %v; want 2", bot.SubjectID(id).Kind(), epoch, err)
				}
			}
			h.tends(9 * time.Minute)
			if got := len(h.epochs()); got != 2 {
				t.Errorf("destroyed before what began earlier could have arrived: %d epochs", got)
			}
			h.tends(time.Minute)
			if diff := cmp.Diff(h.epochs(), []uint32{2}); diff != "" {
				t.Fatalf("after the wait (-got +want):\n%s", diff)
			}
			if h.clock.Now().After(by) {
				t.Errorf("destroyed at %s, and the receipt says %s", h.clock.Now(), by)
			}
			if by.Sub(h.clock.Now()) > 2*time.Hour {
				t.Errorf("the receipt says %s, and all was gone at %s", by, h.clock.Now())
			}
			if n, err := h.vault.Filled(t.Context()); n != 0 || err != nil {
				t.Errorf("got %d graves, %v; want none: no epoch could open them", n, err)
			}
			for id, wrapped := range dump {
				if err := h.opens(id, wrapped); !errors.Is(err, seal.ErrEpochGone) {
					t.Errorf("a %s's key of the dump: got %v, want %v", bot.SubjectID(id).Kind(), err, seal.ErrEpochGone)
				}
			}
			if got := h.restarted().view(other).Status; got != care.WaitingDecision {
				t.Errorf("bob's case is %s", got)
			}
			bob.hears()
			bob.says("/mydata")
			if got := bob.hears(); len(got) == 0 || strings.HasPrefix(got[0], h.phrase("error-ours")) {
				t.Errorf("bob cannot be answered: %q", got)
			}
			// The whole backup is too old to be of use, and the service says so.
			back()
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			err := h.service(func(o *bot.Options) { o.Alone = false }).Run(ctx)
			if err == nil || !strings.Contains(err.Error(), "older than all epochs") {
				t.Errorf("serving the old backup: got %v, want what is wrong", err)
			}
		})
	}
}

// What a crash between the two writes of an erasure leaves open is settled by
// whoever owns the practice next.
func TestCrashWhileErasing(t *testing.T) {
	t.Parallel()
	errCrash := errors.New("the machine went away")
	for _, tt := range []struct {
		name    string
		fate    func(do func() error) error
		erased  bool
		settled bool
	}{
		{"before the store erased", func(func() error) error { return errCrash }, false, true},
		{"after the store erased", func(do func() error) error { return errors.Join(do(), errCrash) }, true, true},
		{"after the store refused", func(func() error) error { return fmt.Errorf("%w", bot.ErrFenced) }, false, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := build(t)
			h.takesOver()
			p := h.person("ann")
			p.sends()
			key := h.subject("ann").Key()
			wrapped := h.keys()[key]
			p.says("/forget").presses("Erase it").hears()
			in := p.inbound("ann", bot.Press{Data: p.button("Yes, erase").Data})
			h.store.will(first(1, "phone/"+in.ID, tt.fate))
			if err := h.Receive(t.Context(), in); err == nil {
				t.Fatal("got nil, want an error")
			}
			if dug, err := h.vault.Dug(t.Context()); len(dug) != 2 || err != nil { // the chat's and the case's
				t.Fatalf("got %d open graves, %v; want two", len(dug), err)
			}
			if err := h.opens(key, wrapped); err != nil {
				t.Errorf("while it is open: %v", err)
			}
			h.restarted().takesOver()
			if dug, err := h.vault.Dug(t.Context()); len(dug) != 0 || err != nil {
				t.Errorf("got %d open graves, %v; want none", len(dug), err)
			}
			err := h.opens(key, wrapped)
			if tt.erased != seal.Erased(err) || !tt.erased && err != nil {
				t.Errorf("the key: got %v, want erased %v", err, tt.erased)
			}
			if _, has := h.kept(h.subject("ann")); has == tt.erased {
				t.Errorf("the store has the key: %v", has)
			}
			if !tt.erased {
				h.receive(in) // the messenger brings it again
				if err := h.opens(key, wrapped); !seal.Erased(err) {
					t.Errorf("erased in the end: got %v", err)
				}
			}
		})
	}
}

// Without a vault that can note it, nothing is erased, and nothing is said to be.
func TestNoErasureWithoutTheVault(t *testing.T) {
	t.Parallel()
	h := build(t)
	p := h.person("ann")
	p.sends()
	p.says("/forget").presses("Erase it").hears()
	broken := &brokenVault{Vault: h.vault}
	h.Service = h.service(func(o *bot.Options) { o.Vault = broken })
	in := p.inbound("ann", bot.Press{Data: p.button("Yes, erase").Data})
	if err := h.Receive(t.Context(), in); err == nil {
		t.Fatal("got nil, want an error")
	}
	if state, key := h.kept(h.subject("ann")); !state || !key {
		t.Errorf("state %v, key %v; want both", state, key)
	}
	h.restarted().receive(in)
	h.settle()
	p.wants(strings.Split(h.phrase("forget-done"), "\n")[0])
}

type brokenVault struct{ seal.Vault }

func (brokenVault) Dig(context.Context, []byte, []byte) (seal.Grave, error) {
	return seal.Grave{}, errors.New("no space left on device")
}

// In a restored store nothing leaves and nothing due is acted on, until an
// operator has said what is too old; what clients write is taken in.
func TestRestoredStoreWaits(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := furnish(t)
		one, _ := h.run(t, "one")
		one.receive(h.inbound("ann", bot.Words{Text: "/start"}))
		one.receive(h.inbound("bob", bot.Words{Text: "/start"}))
		later(time.Minute)
		// Ann's answer waits for a messenger that is down while the backup is made.
		down := func(d bot.Delivery) error {
			return &bot.Failure{Why: bot.NotSent, Err: errLost}
		}
		one.phone.will(down)
		one.receive(h.inbound("ann", bot.Words{Text: "Start"}))
		later(10 * time.Second)
		one.stopped()
		before := len(one.texts("ann"))
		// The vault went on for a day, and the store is back from before.
		later(time.Minute)
		moment := time.Now().Add(day)
		if err := h.vault.SetMark(t.Context(), string(h.practice.ID()), func(m *seal.Mark) { m.Moment = moment }); err != nil {
			t.Fatal(err)
		}
		tomorrow := func() time.Time { return time.Now().Add(3 * day) } // the opening without consent is erased after two
		two, _ := h.run(t, "two", func(o *bot.Options) { o.Now = tomorrow })
		later(time.Minute)
		if !two.owns() || !two.Ready() || !two.WaitsForWord() {
			t.Fatalf("owns %v, ready %v, waits %v; want all three", two.owns(), two.Ready(), two.WaitsForWord())
		}
		two.receive(h.inbound("bob", bot.Words{Text: "Start"}))
		later(10 * time.Minute)
		if got := len(two.phone.tried()) + len(two.desk.tried()); got != 0 {
			t.Errorf("%d messages left while it waits", got)
		}
		if state, _ := h.kept(h.subject("ann")); !state {
			t.Error("what was due was acted on while it waits")
		}
		if got := len(h.epochs()); got != 1 {
			t.Errorf("the vault was touched while it waits: %d epochs", got)
		}
		if err := bot.Resume(t.Context(), h.vault, h.practice.ID(), tomorrow().Add(-time.Hour)); err != nil {
			t.Fatal(err)
		}
		later(10 * time.Second)
		if two.WaitsForWord() {
			t.Error("it waits after the word was said")
		}
		if got := len(two.texts("ann")); got != 0 {
			t.Errorf("ann got %d messages that were too old (%d before)", got, before)
		}
		if got := len(two.texts("bob")); got == 0 {
			t.Error("bob wrote while it waited, and is not answered")
		}
		two.stopped()
		three, _ := h.run(t, "three", func(o *bot.Options) { o.Now = tomorrow })
		if three.WaitsForWord() {
			t.Error("the next life waits again")
		}
		three.stopped()
	})
}

// An operator can say that any store was restored.
func TestRestoredByWord(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := furnish(t)
		one, _ := h.run(t, "one", func(o *bot.Options) { o.Restored = true })
		one.receive(h.inbound("ann", bot.Words{Text: "/start"}))
		later(time.Minute)
		if !one.WaitsForWord() || len(one.texts("ann")) != 0 {
			t.Errorf("waits %v, %d messages; want that it waits, and none", one.WaitsForWord(), len(one.texts("ann")))
		}
		if err := bot.Resume(t.Context(), h.vault, h.practice.ID(), time.Time{}); err != nil {
			t.Fatal(err)
		}
		later(15 * time.Second)
		if got := len(one.texts("ann")); got != 3 {
			t.Errorf("got %d messages, want 3", got)
		}
		one.stopped()
	})
}

// Whoever is in danger is answered while the service waits for a word, and a
// human is called; nothing else leaves.
func TestDangerWhileItWaits(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := furnish(t)
		one, _ := h.run(t, "one")
		press := func(r *replica, what ...bot.What) {
			for _, w := range what {
				r.receive(h.inbound("ann", w))
				later(time.Second)
			}
		}
		press(one, bot.Words{Text: "/start"}, bot.Words{Text: "start"}, bot.Words{Text: "i agree"}, bot.Words{Text: "yes"}, bot.Words{Text: "yes"}, bot.Words{Text: "california"})
		if got := one.texts("ann"); len(got) == 0 || !strings.Contains(got[len(got)-1], "Is everyone safe") {
			t.Fatalf("got %q, want the question about safety", got)
		}
		one.stopped()
		two, _ := h.run(t, "two", func(o *bot.Options) { o.Restored = true })
		later(time.Second)
		if !two.WaitsForWord() {
			t.Fatal("it does not wait")
		}
		press(two, bot.Words{Text: "I want to kill myself"})
		later(time.Minute)
		if got := two.texts("ann"); len(got) == 0 || !strings.HasPrefix(got[0], "Call or text now.") {
			t.Errorf("got %q, want the numbers", got)
		}
		if cards := two.desk.cards(); len(cards) != 1 || !cards[0].Urgent {
			t.Errorf("the desk got %v, want the alert only", cards)
		}
		two.stopped()
	})
}

// Help numbers and a quick exit leave before consent too while the service waits,
// with all that the dialog says after them.
func TestHelpWhileItWaits(t *testing.T) {
	for _, words := range []string{"/now", "I want to kill myself"} {
		for _, known := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, known %v", words, known), func(t *testing.T) {
				bubble(t, func(t *testing.T) { helpWhileItWaits(t, words, known) })
			})
		}
	}
}

func helpWhileItWaits(t *testing.T, words string, known bool) {
	h := furnish(t)
	if known {
		one, _ := h.run(t, "one")
		one.receive(h.inbound("zoe", bot.Words{Text: "/start"}))
		later(time.Minute)
		one.stopped()
	}
	two, _ := h.run(t, "two", func(o *bot.Options) { o.Restored = true })
	defer two.stopped()
	later(time.Second)
	two.receive(h.inbound("zoe", bot.Words{Text: words}))
	later(time.Minute)
	got := len(two.texts("zoe"))
	if got == 0 || got == 1 && !known { // the line about a program comes first
		t.Fatalf("%d messages, want the numbers", got)
	}
	if !known {
		return
	}
	two.receive(h.inbound("zoe", bot.Words{Text: "/x"}))
	later(time.Minute)
	if len(two.texts("zoe")) == got {
		t.Error("the quick exit waits")
	}
}

// What somebody in danger is told, and a quick exit, pass what waits before
// them in the same chat: messages of the backup, of an attempt of which nobody
// knows, and those written since. What waits comes when the word is said, in its
// order; but not what stood before a quick exit.
func TestHelpPassesWhatWaits(t *testing.T) {
	for _, leaves := range []bool{false, true} {
		t.Run(fmt.Sprint("quick exit ", leaves), func(t *testing.T) {
			bubble(t, func(t *testing.T) { helpPasses(t, leaves) })
		})
	}
}

func helpPasses(t *testing.T, leaves bool) {
	h := furnish(t)
	one, _ := h.run(t, "one")
	writes := func(r *replica, words ...string) {
		for _, w := range words {
			r.receive(h.inbound("ann", bot.Words{Text: w}))
			later(time.Second)
		}
	}
	writes(one, "/start", "start", "i agree", "yes", "yes")
	one.phone.will(func(bot.Delivery) error { return errLost })
	writes(one, "california", "/help", "now")
	one.stopped()
	two, _ := h.run(t, "two", func(o *bot.Options) { o.Restored = true })
	later(time.Second)
	writes(two, "/privacy", "I want to kill myself", "/help", "my boyfriend beats me and I am scared of him")
	begins(t, "in danger", two.texts("ann"), "Shall I also tell", // behind /privacy, which waits
		"Call or text now.", "What would you like", "What would you like", "You can call at any time, and it is free.", "What would you like")
	if leaves {
		before := len(two.texts("ann"))
		writes(two, "/x")
		begins(t, "quick exit", two.texts("ann")[before:], h.phrase("x.line"))
	}
	two.stopped()
	three, _ := h.run(t, "three")
	later(time.Minute)
	begins(t, "the next life", three.texts("ann"))
	three.stopped()
	if err := bot.Resume(t.Context(), h.vault, h.practice.ID(), time.Time{}); err != nil { // while nothing runs
		t.Fatal(err)
	}
	four, _ := h.run(t, "four")
	later(15 * time.Second)
	if leaves {
		begins(t, "after the word", four.texts("ann"))
	} else {
		begins(t, "after the word", four.texts("ann"), "Is everyone safe", "Here is what I can do", "Why I ask", "Is everyone safe",
			"988 Suicide", "Shall I also tell", "Who reads it", "Here is what I can do")
	}
	four.stopped()
}

// begins compares how messages begin.
func begins(t *testing.T, when string, got []string, want ...string) {
	t.Helper()
	if !slices.EqualFunc(got, want, strings.HasPrefix) {
		t.Errorf("%s: got %q, want %q", when, got, want)
	}
}

// The on-call is told on while the service waits.
func TestOnCallWhileItWaits(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := furnish(t)
		one, _ := h.run(t, "one")
		for _, words := range []string{"/start", "start", "i agree", "yes", "yes", "california"} {
			one.receive(h.inbound("ann", bot.Words{Text: words}))
			later(time.Second)
		}
		one.stopped()
		two, _ := h.run(t, "two", func(o *bot.Options) { o.Restored = true })
		later(time.Second)
		two.receive(h.inbound("ann", bot.Words{Text: "I want to kill myself"}))
		later(3 * time.Hour)
		if got := len(two.desk.cards()); got < 4 {
			t.Errorf("nobody acknowledged for 3 hours and the on-call was told %d times", got)
		}
		two.stopped()
	})
}

// A store that has lost its last seconds, as after a failover, goes on.
func TestFailoverIsNoRestore(t *testing.T) {
	t.Parallel()
	h := build(t)
	h.takesOver()
	if err := h.vault.SetMark(t.Context(), string(h.practice.ID()), func(m *seal.Mark) { m.Moment = m.Moment.Add(90 * time.Second) }); err != nil {
		t.Fatal(err)
	}
	h.restarted().takesOver()
	if h.WaitsForWord() {
		t.Error("it waits for a word after a failover")
	}
}
