package bot_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"anteroom/bot"
	"anteroom/bot/care"
	"anteroom/bot/record"
	"anteroom/dialogs/script"
)

// allFacts is an answer to everything that the intake can ask, canaries in all
// that takes words.
func allFacts(t *testing.T, lib *script.Library) (facts map[string]string, canaries map[string]string) {
	t.Helper()
	d, ok := lib.Dialog("intake")
	if !ok {
		t.Fatal("there is no intake")
	}
	facts, canaries = map[string]string{}, map[string]string{}
	for _, f := range d.Facts {
		v := ""
		switch f.Type {
		case script.Text:
			v = "canary of " + f.Name
			canaries[f.Name] = v
		case script.Contact:
			v = "canary-" + strings.ReplaceAll(f.Name, "_", "-") + "@example.org"
			canaries[f.Name] = v
		case script.Scale, script.Number, script.Money:
			v = fmt.Sprint(f.Min + 1)
		case script.Country:
			v = "US-CA"
		case script.Date:
			v = "2026-06-09"
		default:
			v = f.Values[0]
			if f.Name == "topics" {
				v = "something-else"
			} else if f.Name == "wishes" {
				v = "own-words"
			}
		}
		if _, ok := f.Parse(v); !ok {
			t.Fatalf("%s cannot hold %q", f.Name, v)
		}
		facts[f.Name] = v
	}
	return facts, canaries
}

// whatLeaves is who may be told what, written down apart from the program: of
// the facts with a question of their own, those that a field lets out.
var whatLeaves = map[care.ReleaseField][]string{
	"contact":   {"call_name", "reach_how", "contact", "phone", "when", "voicemail"},
	"asked":     {"topics", "topic_words", "main_topic", "coming", "how_long", "bother", "wishes", "treatment", "session_language"},
	"times-fee": {"place", "times", "fee_ok", "can_pay"},
	"body":      {"body_first", "body_now", "body_days", "body_along", "nitrates"},
	"safety":    {"safe", "minor_safe", "afraid", "assault", "assault_care"},
}

// Field × state: what was signed leaves, nothing else does, and nothing at all
// unless the release is in force.
func TestReleaseMatrix(t *testing.T) {
	t.Parallel()
	h := build(t)
	facts, canaries := allFacts(t, h.practice.Library)
	id := h.person("ann").sends()
	states := []struct {
		name   string
		change func(r *care.Release)
		open   bool
	}{
		{"in force", func(*care.Release) {}, true},
		{"revoked", func(r *care.Release) { r.Revoked = start.Unix() }, false},
		{"lapsed", func(r *care.Release) { r.Until = "2027-05-03" }, false},
		{"not signed", func(r *care.Release) { r.Signature = "" }, false},
		{"not yet given", func(r *care.Release) { r.Given = start.Add(time.Hour).Unix() }, false},
	}
	var all care.Releases
	for _, field := range care.ReleaseFields() {
		for _, state := range states {
			r := care.Release{Number: len(all) + 1, To: "Dr. Grey", Fields: []care.ReleaseField{field}, Why: "a check", Until: "2027-06-03", Signature: "Ann", Given: start.Unix()}
			state.change(&r)
			all = append(all, r)
		}
	}
	err := h.ChangeCase(t.Context(), id, func(c *care.Case, releases *care.Releases) {
		for name, v := range facts {
			c.Facts[name] = v
		}
		c.Call = care.CallRequest{Phone: facts["phone"], When: []string{"morning"}, At: start.Unix()}
		*releases = all
	})
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, field := range care.ReleaseFields() {
		for _, state := range states {
			n++
			r, err := h.Disclose(t.Context(), id, n, "test", "age1test")
			if !state.open {
				if !errors.Is(err, care.ErrNotReleased) || len(r.Sections) > 0 {
					t.Errorf("%s, %s: got %d sections and %v", field, state.name, len(r.Sections), err)
				}
				continue
			}
			if err != nil {
				t.Fatalf("%s, %s: %v", field, state.name, err)
			}
			leaves := func(fact string) bool { return field == "all" || slices.Contains(whatLeaves[field], fact) }
			told := map[string]bool{}
			for _, s := range r.Sections {
				for _, i := range s.Items {
					for _, a := range i.Answers {
						if !a.Own {
							told[i.Fact] = true
						}
					}
				}
			}
			for fact := range told {
				if !leaves(fact) {
					t.Errorf("%s: %s left", field, fact)
				}
			}
			for _, facts := range whatLeaves {
				for _, fact := range facts {
					if leaves(fact) && !told[fact] && fact != "topic_words" && asksFor(h.practice.Library, fact) {
						t.Errorf("%s: %s is missing", field, fact)
					}
				}
			}
			if len(r.Decisions)+len(r.Looks)+len(r.Releases) > 0 {
				t.Errorf("%s: decisions, looks or releases left", field)
			}
			for _, form := range bot.RecordForms() {
				doc, err := form.Write(r)
				if err != nil {
					t.Fatal(err)
				}
				for fact, canary := range canaries {
					if has := strings.Contains(string(doc), canary); has && !leaves(fact) || !has && leaves(fact) && asksFor(h.practice.Library, fact) {
						t.Errorf("%s, %s: the canary of %s stands there: %v", field, form.Name, fact, has)
					}
				}
				if strings.Contains(string(doc), "Dr. Grey") {
					t.Errorf("%s, %s: who may be told stands in what they are told", field, form.Name)
				}
			}
		}
	}
	if _, err := h.Disclose(t.Context(), id, n+1, "test", "age1test"); !errors.Is(err, care.ErrNotReleased) {
		t.Errorf("a release that was never given: got %v", err)
	}
	h.settle()
	after, err := h.Releases(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range after {
		if want := states[i%len(states)].open; (len(r.Sent) == 1) != want {
			t.Errorf("release %d: %d disclosures are noted, want one: %v", r.Number, len(r.Sent), want)
		}
	}
	logged, err := h.Logged(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	if want := "test: disclosed by release 1: contact, to age1test"; !slices.Contains(logged, want) {
		t.Errorf("the log says %q, and not %q", logged, want)
	}
	for _, line := range logged {
		if strings.Contains(line, "canary") || strings.Contains(line, "Grey") {
			t.Errorf("a client's words stand in the log: %q", line)
		}
	}
	h.silent("canary", "Grey")
}

func asksFor(lib *script.Library, fact string) bool {
	d, _ := lib.Dialog("intake")
	for _, s := range d.Steps {
		if s.Into != nil && s.Into.Name == fact || s.OwnInto != nil && s.OwnInto.Name == fact {
			return s.Op == script.Ask
		}
	}
	return false
}

// signs goes through the dialog as a person does.
func (p *person) signs(to string, fields ...string) *person {
	p.t.Helper()
	p.says("/release")
	if _, buttons := p.question(); slices.ContainsFunc(buttons, func(b bot.Button) bool { return b.Label == "Allow something new" }) {
		p.presses("Allow something new")
	}
	p.says(to).presses(fields...).presses("That is all").says("a check").presses("A month", "Yes, go on to sign")
	p.says("Ann Example")
	return p
}

func (h *house) releases(id care.CaseID) care.Releases {
	h.t.Helper()
	all, err := h.Releases(h.t.Context(), id)
	if err != nil {
		h.t.Fatal(err)
	}
	return all
}

// What the one who leaves had allowed ends with them, and is nothing for the other:
// neither of the first, nor of the partner who spoke for the case after them.
func TestReleasesGoWithWhoLeaves(t *testing.T) {
	t.Parallel()
	h := build(t)
	kim, bo, cy := h.person("kim"), h.person("bo"), h.person("cy")
	id := kim.sends()
	if err := h.Act(t.Context(), h.practice.ID(), bot.Act{ID: "asks", Case: id, By: "ana", Invite: true}); err != nil {
		t.Fatal(err)
	}
	h.settle()
	bo.joins(kim.invites()).answersAll("BOWORDS", "BONAME")
	cy.joins(kim.invites()).answersAll("CYWORDS", "CYNAME")
	for _, p := range []*person{kim, bo} {
		p.signs("Dr. Grey, my doctor", "My body and health")
		if n := len(h.releases(id)); n != 1 {
			t.Fatalf("%s signed, and there are %d releases", p.chat, n)
		}
		p.forgets()
		if all := h.releases(id); len(all) != 0 {
			t.Errorf("%s left, and %d releases stay", p.chat, len(all))
		}
	}
}

func TestReleaseIsGivenAndTakenBack(t *testing.T) {
	t.Parallel()
	h := build(t)
	p := h.person("ann")
	id := p.sends()
	p.signs("Dr. Grey, my doctor", "My body and health", "How to reach me")
	all := h.releases(id)
	if len(all) != 1 {
		t.Fatalf("got %d releases, want one", len(all))
	}
	r := all[0]
	if r.To != "Dr. Grey, my doctor" || r.Why != "a check" || r.Signature != "Ann Example" || r.Until != "2027-06-02" || r.Language != "en" || r.Text == 0 ||
		!slices.Equal(r.Fields, []care.ReleaseField{"contact", "body"}) {
		t.Errorf("got another release than was signed: fields %v, until %s", r.Fields, r.Until)
	}
	p.hears()
	p.says("release").wants("This is what you allowed us to tell others.")
	text, _ := p.question()
	for _, want := range []string{"Dr. Grey, my doctor", "How to reach me, My body and health", "a check", "2 June 2027"} {
		if !strings.Contains(text, want) {
			t.Errorf("the list lacks %q: %q", want, text)
		}
	}
	p.signs("My lawyer", "Times, place and fee")
	p.hears()
	p.says("/release")
	button := p.button("Take back number 1")
	p.presses("Take back number 1")
	if got := h.releases(id).InForce(h.clock.Now()); len(got) != 1 || got[0].Number != 2 {
		t.Errorf("got %d in force after one was taken back", len(got))
	}
	p.hears()
	p.do(bot.Press{Data: button.Data}).wants("That one has ended already.")
	// Nobody else's press counts.
	q := h.person("bob")
	q.sends()
	q.signs("Dr. Who", "My body and health")
	q.hears()
	q.do(bot.Press{Data: button.Data}).wants("That button belongs to an earlier question")
	if len(h.releases(id).InForce(h.clock.Now())) != 1 {
		t.Error("a press of somebody else changed something")
	}
}

// The default is no: whoever leaves the dialog anywhere has allowed nothing.
func TestNothingIsAllowedByDefault(t *testing.T) {
	t.Parallel()
	up := func(p *person) *person {
		return p.says("/release", "Dr. Grey").presses("My body and health", "That is all").says("a check").presses("A week")
	}
	for _, tt := range []struct {
		name string
		do   func(p *person)
	}{
		{"no", func(p *person) { up(p).presses("No, tell them nothing") }},
		{"no in words", func(p *person) { up(p).says("no") }},
		{"not signed", func(p *person) { up(p).presses("Yes, go on", "Do not sign") }},
		{"left at the signature", func(p *person) { up(p).presses("Yes, go on").says("/stop") }},
		{"left before", func(p *person) { up(p).says("stop") }},
		{"begun only", func(p *person) { p.says("/release", "/back") }},
		{"not understood", func(p *person) { up(p).says("what", "hm", "well") }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := build(t)
			p := h.person("ann")
			id := p.sends()
			tt.do(p)
			if got := h.releases(id); len(got) != 0 {
				t.Errorf("got %d releases, want none", len(got))
			}
		})
	}
}

// Before there is a case there is nothing to allow.
func TestReleaseNeedsACase(t *testing.T) {
	t.Parallel()
	h := build(t)
	p := h.person("ann")
	p.says("/release").wants("I keep nothing about you.")
	p.consents()
	p.hears()
	p.says("/release").wants("There is nothing to allow yet.", "Question 4")
}

// What a therapist asks for stands filled in; the client signs it, changes it
// or says no.
func TestReleaseIsAskedFor(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		do   func(p *person)
		want []care.ReleaseField
	}{
		{"yes", func(p *person) { p.presses("A month", "Yes, go on").says("Ann Example") }, []care.ReleaseField{"body", "safety"}},
		{"no", func(p *person) { p.presses("A month", "No, tell") }, nil},
		{"less", func(p *person) {
			p.presses("A month", "Change an answer", "What they may know", "My body", "That is all", "Yes, go on").says("Ann Example")
		}, []care.ReleaseField{"body"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := build(t)
			p := h.person("ann")
			id := p.sends()
			p.hears()
			err := h.AskRelease(t.Context(), id, "test", "ana", "Dr. Grey", []care.ReleaseField{"body", "safety"}, "before you begin")
			if err != nil {
				t.Fatal(err)
			}
			h.settle()
			p.presses("Open it").wants(h.phrase("waiting.closed"), "Ana Reyes asks whether we may tell somebody", "For how long")
			tt.do(p)
			var got []care.ReleaseField
			for _, r := range h.releases(id) {
				got = append(got, r.Fields...)
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

// A revocation between the request and the writing out wins.
func TestRevokedMeanwhile(t *testing.T) {
	t.Parallel()
	h := build(t)
	p := h.person("ann")
	id := p.sends()
	p.signs("Dr. Grey", "My body and health").says("/release")
	back := p.button("Take back number 1").Data
	h.store.will(first(1, "disclose/", func(do func() error) error {
		h.store.will(nil)
		h.receive(h.inbound("ann", bot.Press{Data: back}))
		return do()
	}))
	if r, err := h.Disclose(t.Context(), id, 1, "test", "age1test"); !errors.Is(err, care.ErrNotReleased) || len(r.Sections) > 0 {
		t.Errorf("got %v, want %v", err, care.ErrNotReleased)
	}
	h.settle()
	if all := h.releases(id); len(all[0].Sent) != 0 {
		t.Error("it is noted as told")
	}
}

// Whoever leaves allows nothing any more: nobody could take it back.
func TestForgetEndsReleases(t *testing.T) {
	t.Parallel()
	h := build(t)
	p := h.person("ann")
	id := p.sends()
	if err := h.acts("offer", id, "ana", offer("ana", hour(30))); err != nil {
		t.Fatal(err)
	}
	h.settle()
	p.presses("Open it", "Tuesday 4 May, 4 pm").signs("Dr. Grey", "My body and health").says("/forget").presses("Erase it", "Yes, erase")
	if c := h.view(id); c.Status != care.Booked {
		t.Fatalf("the case is %s", c.Status)
	}
	if _, err := h.Disclose(t.Context(), id, 1, "test", "age1test"); !errors.Is(err, care.ErrNotReleased) {
		t.Errorf("got %v, want %v", err, care.ErrNotReleased)
	}
}

// The practice erases a case with its chats, booked or not.
func TestPracticeErasesACase(t *testing.T) {
	t.Parallel()
	h := build(t)
	p := h.person("ann")
	id := p.sends()
	if err := h.acts("offer", id, "ana", offer("ana", hour(30))); err != nil {
		t.Fatal(err)
	}
	h.settle()
	p.presses("Open it", "Tuesday 4 May, 4 pm")
	p.hears()
	for range 2 {
		if err := h.EraseCase(t.Context(), id, "test"); err != nil && !errors.Is(err, bot.ErrNoCase) {
			t.Fatal(err)
		}
		h.settle()
	}
	for _, s := range []bot.SubjectID{bot.CaseSubject(string(id)), h.subject("ann")} {
		if state, key := h.kept(s); state || key {
			t.Errorf("%s is kept: state %v, key %v", s.Kind(), state, key)
		}
	}
	if places := h.caseload("ana"); len(places) != 0 {
		t.Errorf("%d places are held", len(places))
	}
	p.wants("The practice has erased what was kept about you here")
	p.says("/mydata").wants("I keep nothing about you.")
	cards := h.desk.cards()
	if got := cards[len(cards)-1].State; len(got) != 1 || got[0] != "Erased by the practice." {
		t.Errorf("the card says %q", got)
	}
}

// documents are the files that were sent to a person.
func (p *person) documents() (all []bot.Document) {
	for _, d := range p.phone.to(p.chat) {
		if doc, ok := d.Body.(bot.Document); ok {
			all = append(all, doc)
		}
	}
	return all
}

// record is the last one that was sent to a person, as programs read it.
func (p *person) record() (r record.Record) {
	p.t.Helper()
	docs := p.documents()
	if err := json.Unmarshal(docs[len(docs)-1].Data, &r); err != nil {
		p.t.Fatal(err)
	}
	return r
}

// /mydata shows what was told, the files hold the same, and safety answers are
// in neither.
func TestMyDataAsFiles(t *testing.T) {
	t.Parallel()
	h := build(t)
	p := h.person("ann")
	p.consents().presses("Yes, I am").says("California").presses("Yes, all safe").says("my very own canary").presses("Just me. I have a partner", "None of these", "Not always in the past")
	p.hears()
	p.says("/mydata")
	text := p.hears()[0]
	p.do(bot.Press{Data: p.anyButton("Send me the files")})
	docs := p.documents()
	if len(docs) != 3 {
		t.Fatalf("got %d files, want 3", len(docs))
	}
	for i, form := range bot.RecordForms() {
		if docs[i].Name != form.File || docs[i].Type != form.Type {
			t.Errorf("file %d is %s, %s", i, docs[i].Name, docs[i].Type)
		}
	}
	for what, doc := range map[string]string{"chat": text, docs[0].Name: string(docs[0].Data), docs[1].Name: string(docs[1].Data), docs[2].Name: string(docs[2].Data)} {
		for _, told := range []string{"my very own canary", "California", "Yes, I am"} {
			if !strings.Contains(doc, told) {
				t.Errorf("%s lacks %q", what, told)
			}
		}
		for _, never := range []string{"all safe", "in the past", "Is everyone safe", "feel safe with", "all-safe", "afraid", "once"} {
			if strings.Contains(strings.ToLower(doc), strings.ToLower(never)) {
				t.Errorf("%s holds %q", what, never)
			}
		}
	}
	var own record.Record
	if err := json.Unmarshal(docs[2].Data, &own); err != nil {
		t.Fatal(err)
	}
	if own.Subject == "" || strings.Contains(string(h.subject("ann")), own.Subject) {
		t.Error("the pseudonym in the file is the name of the chat in the store")
	}
	p.hears()
	p.do(bot.Press{Data: p.anyButton("Who looked")})
	p.wants("Nobody has looked at your answers yet.", "Question 11")
}

// anyButton finds a button under any message, the last one first.
func (p *person) anyButton(label string) string {
	p.t.Helper()
	for _, d := range slices.Backward(p.phone.to(p.chat)) {
		if body, ok := d.Body.(bot.Text); ok {
			for _, b := range slices.Concat(body.Buttons...) {
				if b.Label == label {
					return b.Data
				}
			}
		}
	}
	p.t.Fatalf("no button %q", label)
	return ""
}

// The whole record goes to those who may see the case, and to nobody else.
func TestExport(t *testing.T) {
	t.Parallel()
	h := build(t)
	facts, canaries := allFacts(t, h.practice.Library)
	id := h.person("ann").sends()
	if err := h.ChangeCase(t.Context(), id, func(c *care.Case, _ *care.Releases) { c.Facts = facts }); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Export(t.Context(), id, "test", "sam", "sam"); !errors.Is(err, bot.ErrNotAllowed) {
		t.Errorf("sam, who has no part in it: got %v", err)
	}
	if _, err := h.Export(t.Context(), "AAA-11", "test", "ana", "ana"); !errors.Is(err, bot.ErrNoCase) {
		t.Errorf("no such case: got %v", err)
	}
	r, err := h.Export(t.Context(), id, "test", "ana", "ana")
	if err != nil {
		t.Fatal(err)
	}
	for _, form := range bot.RecordForms() {
		doc, err := form.Write(r)
		if err != nil {
			t.Fatal(err)
		}
		for fact, canary := range canaries {
			if asksFor(h.practice.Library, fact) && !strings.Contains(string(doc), canary) {
				t.Errorf("%s lacks what was told as %s", form.Name, fact)
			}
		}
		if !strings.Contains(string(doc), "Yes, all safe") {
			t.Errorf("%s lacks an answer about safety", form.Name)
		}
	}
	logged, err := h.Logged(t.Context(), id)
	if err != nil || logged[len(logged)-1] != "test: exported to ana" || slices.ContainsFunc(logged, func(l string) bool { return strings.Contains(l, "sam") }) {
		t.Errorf("the log says %q (%v)", logged, err)
	}
	if err := h.Act(t.Context(), h.practice.ID(), bot.Act{ID: "glass", Case: id, By: "sam", Glass: "a colleague asked me to look"}); err != nil {
		t.Fatal(err)
	}
	if err := h.looks(id, "sam"); err != nil {
		t.Errorf("sam, who broke the glass, looks: got %v", err)
	}
	if _, err := h.Export(t.Context(), id, "test", "sam", "sam"); !errors.Is(err, bot.ErrNotAllowed) {
		t.Errorf("sam, who broke the glass, takes the record: got %v", err)
	}
}

// What was decided is shown once it was told, with the therapist's words to the
// client, and never with what they keep to themselves.
func TestMyDataShowsWhatWasTold(t *testing.T) {
	t.Parallel()
	h := build(t)
	p := h.person("ann")
	id := p.sends()
	p.hears()
	d := offer("ana", hour(30))
	d.Note, d.Overrule = "words to the client", "words kept back"
	if err := h.acts("offer", id, "ana", d); err != nil {
		t.Fatal(err)
	}
	h.receive(h.inbound("ann", bot.Words{Text: "/mydata"})) // before the letter is opened
	h.settle()
	got := p.hears()
	if strings.Contains(got[0], "words to the client") {
		t.Errorf("shown before it was told: %q", got[0])
	}
	p.presses("Open it").hears()
	p.says("/mydata")
	got = p.hears()
	if !strings.Contains(got[0], "Times with Ana Reyes were offered: Tuesday 4 May, 4 pm. words to the client") || strings.Contains(got[0], "kept back") {
		t.Errorf("got %q", got[0])
	}
}

// Who shares a case with somebody sees nothing of theirs, and cannot give leave
// for them.
func TestPartnersRecordIsTheirOwn(t *testing.T) {
	t.Parallel()
	h := build(t)
	ann, bob := h.person("ann"), h.person("bob")
	id := ann.sends()
	ann.says("call me", "+1 415 555 0199").presses("Morning", "That is all", "Yes, leave a message")
	ann.signs("Dr. Grey", "My body and health")
	if err := h.acts("offer", id, "ana", offer("ana", hour(30))); err != nil {
		t.Fatal(err)
	}
	h.settle()
	bob.sends()
	if err := h.Join(t.Context(), h.subject("bob"), id); err != nil {
		t.Fatal(err)
	}
	bob.hears()
	bob.says("/mydata").do(bot.Press{Data: bob.anyButton("Send me the files")})
	all := strings.Join(bob.hears(), "\n")
	for _, d := range bob.documents() {
		all += string(d.Data)
	}
	for _, hers := range []string{"555 0199", "Grey", "Ana Reyes", "voicemail"} {
		if strings.Contains(all, hers) {
			t.Errorf("the other reads %q", hers)
		}
	}
	bob.says("/release").wants("There is nothing to allow yet.")
	ann.says("/mydata")
	if got := strings.Join(ann.hears(), "\n"); !strings.Contains(got, "555 0199") || !strings.Contains(got, "Dr. Grey") {
		t.Errorf("her own record lacks what she told: %q", got)
	}
}

// A therapist's export holds the words that the screen found, and what each
// partner said in a part of its own; what goes to others holds neither.
func TestExportOfACouple(t *testing.T) {
	t.Parallel()
	h := build(t)
	kim, bo := h.person("kim"), h.person("bo")
	id := kim.comesAsACouple("KIMWISH", "KIMNAME")
	bo.joins(kim.invites()).answersAll("BOWISH", "BONAME")
	kim.says("I think about ending my life KIMNOTICED").presses("Go on")
	bo.says("my wife hits me when she is angry BONOTICED").presses("Go on").says("/call").says("+1 503 555 0142").presses("Mornings", "That is all", "No message")
	kim.signs("Dr. Grey", "All of my answers")
	r, err := h.Export(t.Context(), id, "test", "ana", "ana")
	if err != nil {
		t.Fatal(err)
	}
	own, partner := []string{"KIMWISH", "KIMNAME", "KIMNOTICED"}, []string{"BOWISH", "BONAME", "BONOTICED", "503 555 0142", "Yes, I feel safe"}
	write := func(form bot.RecordForm, r record.Record) string {
		doc, err := form.Write(r)
		if err != nil {
			t.Fatal(err)
		}
		return string(doc)
	}
	if len(r.Partners) != 1 || r.Partners[0].Subject == r.Subject || r.Partners[0].Subject == "" {
		t.Fatalf("got %d parts, want one of another person", len(r.Partners))
	}
	alone := r
	alone.Partners = nil
	for _, form := range bot.RecordForms() {
		all, first, second := write(form, r), write(form, alone), write(form, r.Partners[0])
		for _, words := range own {
			if !strings.Contains(all, words) || !strings.Contains(first, words) || strings.Contains(second, words) {
				t.Errorf("%s: %q is not in the client's own part alone", form.Name, words)
			}
		}
		for _, words := range partner {
			if !strings.Contains(all, words) || !strings.Contains(second, words) || strings.Contains(first, words) && words != "Yes, I feel safe" {
				t.Errorf("%s: %q is not in the partner's own part alone", form.Name, words)
			}
		}
		if form.Name == "html" && !strings.Contains(all, "<h1>Partner 2</h1>") {
			t.Error("the page does not say where the partner's part begins")
		}
	}
	if page := write(bot.RecordForms()[0], r); !strings.Contains(page, "ipv, Monday 3 May, 10 am") || !strings.Contains(page, "Alert: ipv, of partner 2.") {
		t.Errorf("the page does not say what words were taken for, or of whom an alert was:\n%s", page)
	}
	told, err := h.Disclose(t.Context(), id, 1, "test", "age1x")
	if err != nil {
		t.Fatal(err)
	}
	doc := write(bot.RecordForms()[2], told)
	if !strings.Contains(doc, "KIMWISH") {
		t.Error("what was released is not told: this test shows nothing")
	}
	for _, never := range append(partner[:4:4], "KIMNOTICED") {
		if strings.Contains(doc, never) {
			t.Errorf("a third party reads %q", never)
		}
	}
}

// A client's own record holds their own words alone: those that the screen found
// after the PIN, and in no chat what tells of violence, the PIN or not. It says
// where to ask for that.
func TestMyDataOfACouple(t *testing.T) {
	t.Parallel()
	h := build(t)
	kim, bo := h.person("kim"), h.person("bo")
	kim.comesAsACouple("KIMWISH", "KIMNAME")
	bo.joins(kim.invites()).answersAll("BOWISH", "BONAME")
	kim.says("I think about ending my life KIMDESPAIR").presses("Go on")
	kim.says("my wife hits me and I want to die KIMFEAR").presses("Go on")
	kim.says("I was raped yesterday KIMASSAULT").presses("Go on")
	bo.says("I think about ending my life BODESPAIR").presses("Go on").says("/call").says("+1 503 555 0142").presses("Mornings", "That is all", "No message")
	read := func(p *person) (everywhere string) {
		from := len(p.phone.to(p.chat))
		p.says("/mydata").do(bot.Press{Data: p.anyButton("Send me the files")})
		for _, d := range p.phone.to(p.chat)[from:] {
			switch body := d.Body.(type) {
			case bot.Text:
				everywhere += body.Text
			case bot.Document:
				everywhere += string(body.Data)
			}
		}
		return everywhere
	}
	check := func(p *person, what string, wants, never []string) {
		t.Helper()
		got := read(p)
		for _, w := range wants {
			if !strings.Contains(got, w) {
				t.Errorf("%s, %s: lacks %q", p.chat, what, w)
			}
		}
		for _, w := range never {
			if strings.Contains(got, w) {
				t.Errorf("%s, %s: holds %q", p.chat, what, w)
			}
		}
	}
	ask := "You can ask for them: " + h.practice.Phone
	kims, bos := []string{"KIMWISH", "KIMNAME", "KIMDESPAIR", "KIMFEAR", "KIMASSAULT"}, []string{"BOWISH", "BONAME", "BODESPAIR", "555 0142"}
	violence := []string{"KIMFEAR", "KIMASSAULT", "feel safe with", "I feel safe", "no-fear"}
	safety := append(violence, "all safe", "all-safe", "Is everyone safe")
	check(kim, "without a PIN", []string{"KIMWISH", "KIMNAME", "Some answers about safety are never shown in a chat again. " + ask}, append(append(safety, "KIMDESPAIR"), bos...))
	check(bo, "without a PIN", []string{"BOWISH", "BONAME", "555 0142", ask}, append(append(safety, "BODESPAIR"), kims...))
	kim.pin("2718")
	bo.pin("2718")
	check(kim, "after the PIN", []string{"KIMWISH", "KIMDESPAIR", "Yes, all safe", ask}, append(violence, bos...))
	check(bo, "after the PIN", []string{"BOWISH", "BODESPAIR", "Yes, all safe", ask}, append(violence, kims...))

	hurt := h.midway("hurt").presses("Someone hurts me", "Go on").pin("2718")
	check(hurt, "after the PIN", []string{"California", ask}, []string{"Someone hurts", "hurt-by-someone"})
}

// The buttons below the record are pressed by their words too, at any question
// and in any language.
func TestRecordButtonsInWords(t *testing.T) {
	t.Parallel()
	p := build(t).midway("ann").says("my data")
	p.hears()
	p.says("who looked").wants("Nobody has looked", "Is everyone safe")
	p.says("Send me the files").hears()
	if n := len(p.documents()); n != len(bot.RecordForms()) {
		t.Errorf("got %d files, want %d", n, len(bot.RecordForms()))
	}
	p.says("quién lo vio").wants("Nobody has looked", "Is everyone safe")
}
