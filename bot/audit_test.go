package bot_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"anteroom/bot"
	"anteroom/bot/care"
)

// tampered is a store in which somebody changed the logs of cases.
type tampered struct {
	bot.Store
	mu   sync.Mutex
	logs map[string][]bot.Sealed // in place of what is there
}

func (s *tampered) Log(ctx context.Context, p bot.PracticeID, name string) ([]bot.Sealed, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if rows, ok := s.logs[name]; ok {
		return slices.Clone(rows), nil
	}
	return s.Store.Log(ctx, p, name)
}

// did is what stands in a case's log, a line a string.
func (h *house) did(id care.CaseID) (lines []string) {
	h.t.Helper()
	all, _, err := h.CaseLog(h.t.Context(), id)
	if err != nil {
		h.t.Fatalf("log of %s: %v", id, err)
	}
	for _, l := range all {
		if l.Role != bot.System { // what the service does by itself has tests of its own
			lines = append(lines, strings.TrimSpace(l.By+" "+l.What))
		}
	}
	return lines
}

// looks is a therapist who reads the summary.
func (h *house) looks(id care.CaseID, who care.TherapistID) error {
	_, err := h.Look(h.t.Context(), h.practice.ID(), id, who)
	return err
}

// What happens to a case stands in its log, in order, and nothing else does.
func TestCaseLog(t *testing.T) {
	t.Parallel()
	h := build(t)
	p := h.person("ann")
	id := p.sends()
	if err := h.looks(id, "ana"); err != nil {
		t.Fatal(err)
	}
	for _, press := range []*care.Decision{nil, offer("ana", hour(30))} {
		if err := h.acts(fmt.Sprint(press == nil), id, "ana", press); err != nil {
			t.Fatal(err)
		}
	}
	h.settle()
	p.says("now").presses("Yes, tell them").says("/forget").presses("Erase it", "No, keep it")
	want := []string{"consent-given", "sent", "Ana Reyes looked", "Ana Reyes claim", "Ana Reyes offer", "alert"} // not which
	if got := h.did(id); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// A case that is erased leaves its log and a line that says so, and nothing
// that could be read of it.
func TestTombstone(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		go_  func(h *house, p *person) care.CaseID
		by   bot.Role
		kind bot.RecordKind
	}{
		{"forgotten", func(h *house, p *person) care.CaseID { id := p.sends(); p.forgets(); return id }, bot.Client, bot.KindEnquiry},
		{"its time was up", func(h *house, p *person) care.CaseID {
			id := p.sends()
			h.clock.Advance(366 * 24 * time.Hour)
			h.settle()
			return id
		}, bot.System, bot.KindEnquiry},
		{"never sent", func(h *house, p *person) care.CaseID {
			p.says("call me", "+1 415 555 0199").presses("Morning", "That is all", "Yes, leave a message")
			id := care.CaseID(h.desk.cards()[0].Case)
			p.says("/forget").presses("Erase it", "Yes, erase everything")
			return id
		}, bot.Client, bot.KindUnfinished},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := build(t)
			id := tt.go_(h, h.person("ann"))
			h.restarted()
			lines, gone, err := h.CaseLog(t.Context(), id)
			if err != nil || gone == nil {
				t.Fatalf("got tombstone %v, %v", gone, err)
			}
			if gone.By != tt.by || gone.Kind != tt.kind || gone.Case != id {
				t.Errorf("got %+v, want erased by %d, of kind %s", gone, tt.by, tt.kind)
			}
			if last := lines[len(lines)-1]; last.What != "erased" || last.Role != tt.by {
				t.Errorf("the last line is %+v", last)
			}
			if _, err := h.LookWhy(t.Context(), id, "ops", "a subject access request"); !errors.Is(err, bot.ErrNoCase) || !strings.Contains(err.Error(), "was erased on 20") {
				t.Errorf("looking at it: got %v, want that it was erased", err)
			}
			if err := h.looks(id, "ana"); !errors.Is(err, bot.ErrNoCase) {
				t.Errorf("a therapist: got %v, want %v", err, bot.ErrNoCase)
			}
			check, err := h.CheckLogs(t.Context())
			if err != nil || check.Erased != 1 || len(check.Broken) > 0 || check.Lines != len(lines) {
				t.Errorf("got %+v, %v", check, err)
			}
		})
	}
}

// Two writers cannot part the chain: fifty look and press at once, through two
// services, and every line is there once.
func TestLogIsOneChain(t *testing.T) {
	t.Parallel()
	h := build(t)
	id := h.person("ann").sends()
	before := len(h.did(id))
	other := h.service()
	errs := each(50, func(i int) error {
		who := []care.TherapistID{"ana", "ruth"}[i%2]
		s := []*bot.Service{h.Service, other}[i/2%2]
		_, err := s.Look(t.Context(), h.practice.ID(), id, who)
		return err
	})
	if n := won(t, errs); n != 50 {
		t.Errorf("%d looks, want 50", n)
	}
	if got := len(h.did(id)) - before; got != 50 {
		t.Errorf("%d lines, want 50", got)
	}
}

// A look whose line cannot be written shows nothing.
func TestNoLookWithoutItsLine(t *testing.T) {
	t.Parallel()
	h := build(t)
	id := h.person("ann").sends()
	h.store.will(first(1, "look/", func(func() error) error { return errLost }))
	v, err := h.Look(t.Context(), h.practice.ID(), id, "ana")
	if !errors.Is(err, errLost) || v.Case.ID != "" {
		t.Errorf("got %v and case %q, want %v and nothing", err, v.Case.ID, errLost)
	}
}

// Whatever is done to the rows of the logs is found, and the case is named.
func TestTamperedLogsAreFound(t *testing.T) {
	t.Parallel()
	h := build(t)
	ann, bob, eve := h.person("ann"), h.person("bob"), h.person("eve")
	ids := []care.CaseID{ann.sends(), bob.sends(), eve.sends()}
	for i, id := range ids {
		for n := range i + 3 {
			if err := h.looks(id, []care.TherapistID{"ana", "ruth"}[n%2]); err != nil {
				t.Fatal(err)
			}
		}
	}
	eve.forgets() // an erased case is guarded too
	store := &tampered{Store: h.store}
	h.Service = h.service(func(o *bot.Options) { o.Store = store })
	name := func(id care.CaseID) string { return "audit/" + string(id) }
	rows := make(map[string][]bot.Sealed)
	for _, id := range ids {
		all, err := h.store.Log(t.Context(), h.practice.ID(), name(id))
		if err != nil || len(all) < 5 {
			t.Fatalf("got %d rows, %v", len(all), err)
		}
		rows[name(id)] = all
	}
	if got, err := h.CheckLogs(t.Context()); err != nil || len(got.Broken) != 0 || got.Cases != 3 || got.Erased != 1 {
		t.Fatalf("untouched: got %+v, %v", got, err)
	}
	rapid.Check(t, func(rt *rapid.T) {
		changed := make(map[string][]bot.Sealed)
		for k, v := range rows {
			changed[k] = slices.Clone(v)
		}
		of := rapid.SampledFrom(ids).Draw(rt, "case")
		log := changed[name(of)]
		at := rapid.IntRange(0, len(log)-1).Draw(rt, "line")
		hit := []care.CaseID{of}
		switch how := rapid.SampledFrom([]string{"flip", "cut", "take out", "swap", "twice", "move", "other case", "forge", "forge and renumber", "forge one more", "empty"}).Draw(rt, "how"); how {
		case "flip":
			blob := slices.Clone(log[at].Blob)
			blob[rapid.IntRange(0, len(blob)-1).Draw(rt, "byte")] ^= 1 << rapid.IntRange(0, 7).Draw(rt, "bit")
			log[at].Blob = blob
		case "cut":
			log = log[:at]
		case "take out":
			log = slices.Delete(log, at, at+1)
		case "swap":
			to := rapid.IntRange(0, len(log)-1).Filter(func(i int) bool { return i != at }).Draw(rt, "with")
			log[at], log[to] = log[to], log[at]
		case "twice":
			log = slices.Insert(log, rapid.IntRange(0, len(log)).Draw(rt, "to"), log[at])
		case "move":
			row := log[at]
			to := rapid.IntRange(0, len(log)-1).Filter(func(i int) bool { return i != at }).Draw(rt, "to")
			log = slices.Insert(slices.Delete(log, at, at+1), to, row)
		case "other case":
			from := rapid.SampledFrom(ids).Filter(func(o care.CaseID) bool { return o != of }).Draw(rt, "from")
			theirs := changed[name(from)]
			with := min(at, len(theirs)-1)
			log[at], theirs[with] = theirs[with], log[at]
			hit = append(hit, from)
		case "forge", "forge and renumber", "forge one more":
			row, err := h.Forged(t.Context(), of, log[at], func(by, what *string, n *uint64) {
				switch how {
				case "forge":
					*by = "sam"
				case "forge and renumber":
					*n++
				case "forge one more":
					*n = uint64(len(log) + 1)
				}
			})
			if err != nil {
				rt.Fatal(err)
			}
			if how == "forge one more" {
				log = append(log, row)
			} else {
				log[at] = row
			}
		case "empty":
			log = nil
		}
		changed[name(of)] = log
		store.mu.Lock()
		store.logs = changed
		store.mu.Unlock()
		got, err := h.CheckLogs(t.Context())
		if err != nil {
			rt.Fatal(err)
		}
		var found []care.CaseID
		for _, err := range got.Broken {
			var broken *bot.BrokenLog
			if errors.As(err, &broken) {
				found = append(found, broken.Case)
			}
		}
		slices.Sort(found)
		slices.Sort(hit)
		if !slices.Equal(found, hit) {
			rt.Errorf("found %v, want %v: %v", found, hit, got.Broken)
		}
	})
}

// The number of an erased case is never given to another one.
func TestNumberIsNotGivenAgain(t *testing.T) {
	t.Parallel()
	h := build(t)
	p := h.person("ann")
	p.consents().presses("Yes, I am").says("California").presses("Yes, all safe", "Low or different desire", "That is all")
	in := h.inbound("ann", bot.Press{Data: p.button("That is enough: write me here").Data})
	number := func(n byte) care.CaseID { // as theCase makes it
		return care.MakeCaseID(h.root.MAC("case", 16, []byte(h.practice.ID()), []byte(h.subject("ann")), []byte("phone/"+in.ID), []byte{n}))
	}
	for n := range byte(3) {
		if err := h.PutTomb(t.Context(), number(n)); err != nil {
			t.Fatal(err)
		}
	}
	h.receive(in)
	h.settle()
	if got := h.desk.cards(); len(got) != 1 || care.CaseID(got[0].Case) != number(3) {
		t.Errorf("got %+v, want the case %s: %s, %s and %s were given before", got, number(3), number(0), number(1), number(2))
	}
}

// Consent is on record, whatever becomes of it: given before there was a case
// or after, refused, and withdrawn by who erases their chat.
func TestConsentIsOnRecord(t *testing.T) {
	t.Parallel()
	asksFirst := func(p *person) care.CaseID {
		p.says("call me", "+1 415 555 0199").presses("Morning", "That is all", "Yes, leave a message")
		return care.CaseID(p.desk.cards()[0].Case)
	}
	for _, tt := range []struct {
		name string
		do   func(p *person) care.CaseID
		want []string
	}{
		{"before the case", func(p *person) care.CaseID { return p.sends() }, []string{"consent-given", "sent"}},
		{"after a wish to be called", func(p *person) care.CaseID {
			id := asksFirst(p)
			p.says("/start").presses("Start", "I agree")
			return id
		}, []string{"asked-call", "consent-given"}},
		{"refused after a wish to be called", func(p *person) care.CaseID {
			id := asksFirst(p)
			p.says("/start").presses("Start", "No, thanks")
			return id
		}, []string{"asked-call", "consent-refused"}},
		{"withdrawn by a client whose record stays", func(p *person) care.CaseID {
			id := p.sends()
			if err := p.acts("press", id, "ana", offer("ana", hour(30))); err != nil {
				p.t.Fatal(err)
			}
			p.settle()
			p.presses("Open it", "Tuesday 4 May, 4 pm").forgets()
			return id
		}, []string{"consent-given", "sent", "Ana Reyes offer", "picked", "consent-withdrawn"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := build(t)
			if got := h.did(tt.do(h.person("ann"))); !slices.Equal(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// What the client is shown of the log is who saw their case, in their language.
func TestLooks(t *testing.T) {
	t.Parallel()
	h := build(t)
	p := h.person("ann")
	id := p.sends()
	for range 3 { // a summary is read again at every press in it
		if err := h.looks(id, "ana"); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := h.LookWhy(t.Context(), id, "ops (root)", "the disk was full"); err != nil {
		t.Fatal(err)
	}
	if err := h.acts("press", id, "ana", nil); err != nil {
		t.Fatal(err)
	}
	h.clock.Advance(45 * time.Minute)
	if err := h.looks(id, "ana"); err != nil {
		t.Fatal(err)
	}
	p.says("now").presses("Yes, tell them").says("/forget").presses("Erase it", "No, keep it").hears()
	look := func(commands ...string) string {
		p.says(commands...).do(bot.Press{Data: p.anyButton("Who looked")})
		return strings.Join(p.hears(), "\n")
	}
	shown := look("/mydata")
	want := h.phrase("mydata-looks") + "\n\n" +
		"Ana Reyes read your summary: Monday 3 May, 10 am.\n" +
		"Someone who runs this program read your summary: Monday 3 May, 10 am.\n" +
		"Ana Reyes took your case in hand: Monday 3 May, 10 am.\n" +
		"Ana Reyes read your summary: Monday 3 May, 10:45 am."
	if !strings.Contains(shown, want) {
		t.Errorf("got %s\nwant in it\n%s", shown, want)
	}
	for _, hidden := range []string{"alert", "crisis", "disk", "root"} {
		if strings.Contains(shown, hidden) {
			t.Errorf("the chat shows %q", hidden)
		}
	}
	if shown := look("español", "mis datos"); !strings.Contains(shown, "Ana Reyes leyó tu resumen: lunes 3 de mayo, 10:45.") {
		t.Errorf("in Spanish: %s", shown)
	}
	for range 40 {
		h.clock.Advance(time.Hour)
		if err := h.looks(id, "ruth"); err != nil {
			t.Fatal(err)
		}
	}
	if shown := func() string { p.says("english").presses("Yes"); return look("/mydata") }(); !strings.Contains(shown, "And earlier: 14 more.") || strings.Count(shown, "Ruth Cole read") != 30 {
		t.Errorf("of many: %s", shown)
	}
}

// Partners who ask who looked are shown what concerns what they said themselves:
// nothing from before they came, nor that the other was looked at, and what was
// decided only from when it is told to them.
func TestLooksOfPartners(t *testing.T) {
	t.Parallel()
	h := build(t)
	kim, bo := h.person("kim"), h.person("bo")
	look := func(p *person) []string {
		p.says("/mydata").hears()
		p.do(bot.Press{Data: p.anyButton("Who looked")})
		_, told, _ := strings.Cut(p.hears()[0], "\n\n")
		lines := strings.FieldsFunc(told, func(r rune) bool { return r == '\n' })
		p.do(bot.Press{Data: p.anyButton("Send me the files")})
		if inFile := p.record().Looks; !slices.Equal(inFile, lines) {
			t.Errorf("%s: the file says %q, and the chat %q", p.chat, inFile, lines)
		}
		return lines
	}
	wants := func(p *person, want ...string) {
		t.Helper()
		if got := look(p); !slices.Equal(got, want) {
			t.Errorf("%s is shown %q, want %q", p.chat, got, want)
		}
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		h.settle()
	}
	id := kim.comesAsACouple()
	must(h.looks(id, "ana"))
	must(h.acts("one", id, "ana", &care.Decision{Kind: care.Ask, Therapist: "ana", Note: "Since when?"}))
	kim.presses("Open it").says("For years.")
	h.clock.Advance(20 * time.Minute)
	bo.joins(kim.invites())
	wants(bo)
	bo.answersAll("Words.", "Bo").hears()
	wants(bo)
	h.clock.Advance(20 * time.Minute)
	must(h.looks(id, "ruth"))
	wants(bo, "Ruth Cole read your summary: Monday 3 May, 10:40 am.")
	wants(kim, "Ana Reyes read your summary: Monday 3 May, 10 am.", "Ana Reyes wrote an answer to you: Monday 3 May, 10 am.",
		"Ruth Cole read your summary: Monday 3 May, 10:40 am.")
	kim.forgets()
	h.settle()
	wants(bo, "Ruth Cole read your summary: Monday 3 May, 10:40 am.")
	h.clock.Advance(15 * time.Minute)
	must(h.acts("two", id, "ana", &care.Decision{Kind: care.Ask, Therapist: "ana", Note: "And you?"}))
	bo.presses("Open it")
	wants(bo, "Ruth Cole read your summary: Monday 3 May, 10:40 am.", "Ana Reyes wrote an answer to you: Monday 3 May, 10:55 am.")
}

// What somebody typed as a reason is read as long as the case lives, stands in
// no line of the log, and goes with the case or with whoever leaves it. The chain
// holds all the while.
func TestReasonsGoWithTheCase(t *testing.T) {
	t.Parallel()
	const glass, look = "Kim called in tears", "the landlord asks for Kim"
	opened := func(h *house, id care.CaseID) {
		h.t.Helper()
		if err := h.Act(h.t.Context(), h.practice.ID(), bot.Act{ID: "glass", Case: id, By: "noor", Glass: glass}); err != nil {
			h.t.Fatal(err)
		}
		if _, err := h.LookWhy(h.t.Context(), id, "ops", look); err != nil {
			h.t.Fatal(err)
		}
	}
	reasons := func(h *house, id care.CaseID) (why []string) {
		h.t.Helper()
		lines, _, err := h.CaseLog(h.t.Context(), id)
		if err != nil {
			h.t.Fatal(err)
		}
		for _, l := range lines {
			if l.What == "broke-glass" || l.What == "looked" {
				why = append(why, l.Why)
			}
		}
		return why
	}
	for name, goes := range map[string]func(id care.CaseID, kim, bo *person){
		"forgotten":       func(_ care.CaseID, kim, _ *person) { kim.forgets() },
		"its time was up": func(_ care.CaseID, kim, _ *person) { kim.clock.Advance(366 * 24 * time.Hour); kim.settle() },
		"the first left": func(_ care.CaseID, kim, bo *person) {
			bo.joins(kim.invites()).answersAll("Words.", "Bo")
			kim.forgets()
		},
		"a partner left": func(_ care.CaseID, kim, bo *person) { bo.joins(kim.invites()).answersAll("Words.", "Bo").forgets() },
		"the practice does so": func(id care.CaseID, kim, _ *person) {
			if err := kim.EraseCase(kim.t.Context(), id, "test"); err != nil {
				kim.t.Fatal(err)
			}
			kim.settle()
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := build(t)
			kim, bo := h.person("kim"), h.person("bo")
			id := kim.comesAsACouple()
			opened(h, id)
			if got, want := reasons(h, id), []string{glass, look}; !slices.Equal(got, want) {
				t.Fatalf("while the case lives: got %q, want %q", got, want)
			}
			goes(id, kim, bo)
			h.restarted()
			if got, want := reasons(h, id), []string{"(erased)", "(erased)"}; !slices.Equal(got[:2], want) {
				t.Errorf("afterwards: got %q, want %q", got, want)
			}
			stored, err := h.Logged(t.Context(), id)
			if err != nil {
				t.Fatal(err)
			}
			for _, line := range stored {
				if strings.Contains(line, "Kim") {
					t.Errorf("a line of the log holds what was typed: %s", line)
				}
			}
			if got, err := h.CheckLogs(t.Context()); err != nil || len(got.Broken) != 0 {
				t.Errorf("got %+v, %v", got, err)
			}
		})
	}

	h := build(t)
	id := h.person("kim").sends()
	opened(h, id)
	if err := h.ChangeReasons(t.Context(), id, func(string) string { return "she asked me to" }); err != nil {
		t.Fatal(err)
	}
	if got, err := h.CheckLogs(t.Context()); err != nil || len(got.Broken) != 1 || !strings.Contains(got.Broken[0].Error(), "its reason is not what was written") {
		t.Errorf("another reason was put in its place: got %+v, %v", got, err)
	}
}

// A case, or a tombstone, that somebody took out of the store is missed.
func TestMissingCaseIsFound(t *testing.T) {
	t.Parallel()
	for _, erased := range []bool{false, true} {
		h := build(t)
		p := h.person("ann")
		id := p.sends()
		sub := bot.CaseSubject(string(id))
		if erased {
			p.forgets()
			sub = bot.TombSubject(string(id))
		}
		if err := h.store.Commit(t.Context(), h.practice.ID(), bot.Commit{Event: "gone", Erase: []bot.Erasure{{Subject: sub}}}); err != nil {
			t.Fatal(err)
		}
		h.restarted()
		got, err := h.CheckLogs(t.Context())
		if err != nil || len(got.Broken) != 1 || !strings.Contains(got.Broken[0].Error(), string(id)) {
			t.Errorf("erased %v: got %+v, %v", erased, got, err)
		}
	}
}
