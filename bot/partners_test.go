package bot_test

import (
	"cmp"
	"errors"
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"anteroom/bot"
	"anteroom/bot/care"
	"anteroom/bot/seal"

	gocmp "github.com/google/go-cmp/cmp"
)

// comesAsACouple goes through the intake to its end: a partner would come, and
// the enquiry is sent.
func (p *person) comesAsACouple(words ...string) care.CaseID {
	p.t.Helper()
	before := len(p.desk.cards())
	p.consents().presses("Yes, I am").says("California").presses("Yes, all safe", "After an affair", "That is all", "A partner and me",
		"Some months", "Yes, I feel safe").says("8").presses("In person", "That is all", "Yes, that works")
	if len(words) > 0 {
		p.says(words[0])
	} else {
		p.presses("That is all")
	}
	if len(words) > 1 {
		p.says(words[1])
	} else {
		p.presses("I would rather not say")
	}
	p.presses("Here, with the time", "Send it")
	cards := p.desk.cards()
	if len(cards) != before+1 {
		p.t.Fatalf("%s: got %d cards, want one; the last question is %q", p.chat, len(cards)-before, first1(p.question()))
	}
	return care.CaseID(cards[before].Case)
}

func first1(text string, _ []bot.Button) string { return text }

var tokenForm = regexp.MustCompile(`/start ([A-Za-z0-9_-]{22,64})$`)

// invites asks for an invite and gives its token.
func (p *person) invites() string {
	p.t.Helper()
	p.says("/invite")
	for text, _ := p.question(); strings.Contains(text, "private moment"); text, _ = p.question() { // the door's, and the dialog's own
		p.presses("Yes")
	}
	p.presses("A message to pass on").hears()
	p.presses("I agree to this rule")
	for _, text := range p.hears() {
		if m := tokenForm.FindStringSubmatch(text); m != nil {
			return m[1]
		}
	}
	p.t.Fatalf("%s got no token", p.chat)
	return ""
}

// joins uses a token, and goes as far as the first question about themselves.
func (p *person) joins(token string) *person {
	p.t.Helper()
	return p.says("/start "+token).presses("Yes", "I agree", "I agree to this rule")
}

// answersAll says what a partner is asked.
func (p *person) answersAll(words, name string) *person {
	p.t.Helper()
	return p.presses("Yes, I am").says("Oregon").presses("Yes, all safe", "Yes, I feel safe").says(words, name).presses("Discreet", "Send it")
}

// summary is what a therapist reads.
func (h *house) summary(id care.CaseID) string {
	h.t.Helper()
	v, err := h.LookAs(h.t.Context(), id, "test")
	if err != nil {
		h.t.Fatal(err)
	}
	return v.Summary.Text()
}

// refusal is how a token is answered that opens nothing.
func (h *house) refusal() string { return h.phrase("invite.refused") }

// A partner joins by a token, once, in a chat of their own; the therapist reads
// both, apart.
func TestPartnerJoins(t *testing.T) {
	t.Parallel()
	h := build(t)
	kim, bo, eve := h.person("kim"), h.person("bo"), h.person("eve")
	id := kim.comesAsACouple()
	token := kim.invites()
	kim.says("/start " + token) // their own
	kim.wants(h.refusal())
	bo.joins(token)
	if state, key := h.kept(bot.InviteSubject(h.root, h.practice.ID(), token)); state || key {
		t.Error("a token that was used is kept")
	}
	eve.says("/start " + token)
	eve.wants(h.refusal())
	if state, key := h.kept(h.subject("eve")); state || key {
		t.Error("a refused token leaves a trace of whoever tried it")
	}
	bo.answersAll("Quietly.", "Bo").hears()
	got := h.summary(id)
	for _, want := range []string{"partner 2", "“Quietly.”", "Bo, reminders closed", "in US-OR", "alone when asked; feels safe; no fear of the partner"} {
		if !strings.Contains(got, want) {
			t.Errorf("the summary lacks %q:\n%s", want, got)
		}
	}
	if n := strings.Count(got, "alone when asked"); n != 2 {
		t.Errorf("alone when asked stands there %d times, want once for each:\n%s", n, got)
	}
	bo.says("Is there more?").wants(strings.Split(h.phrase("partner.after"), "{")[0])
}

// inChat is all that stands in a person's chat: texts and buttons.
func (p *person) inChat() string {
	var all strings.Builder
	for _, d := range p.phone.to(p.chat) {
		switch body := d.Body.(type) {
		case bot.Text:
			all.WriteString(body.Text + "\n")
			for _, b := range slices.Concat(body.Buttons...) {
				all.WriteString(b.Label + "\n")
			}
		case bot.Redraw:
			for _, b := range slices.Concat(body.Buttons...) {
				all.WriteString(b.Label + "\n")
			}
		case bot.Document:
			all.Write(body.Data)
		}
	}
	return all.String()
}

// Two people come to one case, and say what nobody else may read, in every place
// where words can be said. In neither chat does a word of the other stand, whatever
// the therapists do and whoever goes.
func TestNothingCrosses(t *testing.T) {
	t.Parallel()
	h := build(t)
	kim, bo := h.person("kim"), h.person("bo")
	bo.locale = "es"
	id := kim.comesAsACouple("KIMWISH of mine", "KIMNAME")
	bo.says("/start "+kim.invites()).says("sí").says("estoy de acuerdo", "acepto")
	bo.says("mayor de edad", "Portugal", "a salvo", "no tengo miedo")
	bo.says("BOWORDS, y a veces no sé qué hacer").says("/pause").says("/start").says("BONAME").says("discreto", "enviar")
	if got := h.summary(id); !strings.Contains(got, "BOWORDS") || !strings.Contains(got, "BONAME") || !strings.Contains(got, "KIMNAME") {
		t.Fatalf("the therapists do not read both:\n%s", got)
	}
	round := 0
	decide := func(d *care.Decision) {
		d.Round = round
		round++
		if err := h.acts(fmt.Sprint("act ", round), id, "ana", d); err != nil {
			t.Fatal(err)
		}
		h.settle()
	}
	decide(&care.Decision{Kind: care.Ask, Therapist: "ana", Note: "NOTEFORKIM?"})
	kim.presses("Open it").says("KIMREPLY")
	bo.says("/call").says("+1 503 555 0142").presses("Por la mañana", "Eso es todo", "No, sin mensaje").says("/mydata", "hola", "/language en", "/privacy", "/help")
	decide(offer("ana", hour(30)))
	kim.presses("Open it", "Other times, please").says("KIMTIMES")
	bo.says("I think about ending my life BOCRISIS").presses("Go on").says("/mydata")
	kim.says("/call").says("+1 415 555 0143").presses("Mornings", "That is all", "No message").says("/mydata", "/pause", "/start", "/invite")
	h.clock.Advance(9 * 24 * time.Hour)
	h.settle()
	kim.says("hello KIMLATE").presses("Yes")
	bo.says("hello BOLATE").presses("Yes")
	bo.says("/leave").presses("Erase it", "Yes, erase everything")
	kim.says("/mydata").forgets()

	for _, tt := range []struct {
		of    *person
		words []string
	}{
		{kim, []string{"BOWORDS", "BONAME", "BOCRISIS", "BOLATE", "503 555", "Portugal", "NOTEFORBO"}},
		{bo, []string{"KIMWISH", "KIMNAME", "KIMREPLY", "KIMTIMES", "KIMLATE", "415 555 0143", "NOTEFORKIM", "affair", "infidel"}},
	} {
		said := tt.of.inChat()
		for _, w := range tt.words {
			if regexp.MustCompile(`\b` + regexp.QuoteMeta(w) + `\b`).MatchString(said) {
				t.Errorf("%s reads %q, which is the other's", tt.of.chat, w)
			}
		}
	}
	if said := kim.inChat(); !strings.Contains(said, "KIMNAME") {
		t.Error("kim's own words do not stand in kim's chat: the search shows nothing")
	}
	if said := bo.inChat(); !strings.Contains(said, "BOWORDS") {
		t.Error("bo's own words do not stand in bo's chat: the search shows nothing")
	}
	for _, d := range h.desk.got() {
		for _, w := range []string{"KIM", "BOW", "BON", "BOC", "555"} {
			if line := fmt.Sprintf("%+v", d.Body); strings.Contains(line, w) {
				t.Errorf("%q stands in the therapists' channel: %s", w, line)
			}
		}
	}
	h.silent("KIM", "BOWORDS", "BONAME", "BOCRISIS")
}

// A token that opens nothing is answered alike, whatever is wrong with it, and
// nobody comes of it.
func TestTokensAreRefusedAlike(t *testing.T) {
	t.Parallel()
	type scene struct {
		*house
		kim, bo *person
		id      care.CaseID
		token   string
	}
	flip := func(s string, i int) string {
		b := []byte(s)
		b[i] = "ab"[min(1, 1-strings.IndexByte("ab", b[i])&1)]
		return string(b)
	}
	for _, tt := range []struct {
		name string
		do   func(s *scene) (who *person, token string)
	}{
		{"used", func(s *scene) (*person, string) { s.bo.joins(s.token); return s.person("eve"), s.token }},
		{"used, by the same one again", func(s *scene) (*person, string) { s.bo.joins(s.token); return s.bo, s.token }},
		{"too old", func(s *scene) (*person, string) {
			s.clock.Advance(7*24*time.Hour + time.Second)
			return s.person("eve"), s.token
		}},
		{"too old, and swept away", func(s *scene) (*person, string) {
			s.clock.Advance(8 * 24 * time.Hour)
			s.settle()
			return s.person("eve"), s.token
		}},
		{"taken back", func(s *scene) (*person, string) {
			s.kim.says("/invite").presses("Yes", "Take the last one back")
			return s.person("eve"), s.token
		}},
		{"replaced", func(s *scene) (*person, string) { s.kim.invites(); return s.person("eve"), s.token }},
		{"one's own", func(s *scene) (*person, string) { return s.kim, s.token }},
		{"one's own, by who forgot a case that is booked", func(s *scene) (*person, string) {
			if err := s.acts("offer", s.id, "ana", offer("ana", hour(30))); err != nil {
				s.t.Fatal(err)
			}
			s.settle()
			return s.kim.presses("Open it", "Tuesday 4 May, 4 pm").forgets(), s.token
		}},
		{"made up", func(s *scene) (*person, string) { return s.person("eve"), strings.Repeat("a", len(s.token)) }},
		{"made up, short", func(s *scene) (*person, string) { return s.person("eve"), "x" }},
		{"made up, long", func(s *scene) (*person, string) { return s.person("eve"), strings.Repeat("k", 3000) }},
		{"one letter off", func(s *scene) (*person, string) { return s.person("eve"), flip(s.token, 7) }},
		{"one letter off in the tag", func(s *scene) (*person, string) { return s.person("eve"), flip(s.token, len(s.token)-2) }},
		{"of another practice", func(s *scene) (*person, string) {
			return s.person("eve"), bot.Invite(s.root, "another", s.id, "phone/e1")
		}},
		{"made here, and never given", func(s *scene) (*person, string) {
			return s.person("eve"), bot.Invite(s.root, s.practice.ID(), s.id, "phone/e999")
		}},
		{"of a case that was erased", func(s *scene) (*person, string) { s.kim.forgets(); return s.person("eve"), s.token }},
		{"of a case that ended", func(s *scene) (*person, string) {
			if err := s.acts("refer", s.id, "ana", &care.Decision{Kind: care.Refer, Therapist: "ana", Names: []string{"Elm House"}}); err != nil {
				s.t.Fatal(err)
			}
			return s.person("eve"), s.token
		}},
		{"of a case where somebody is in danger now", func(s *scene) (*person, string) {
			s.kim.says("my husband hits me and I am afraid of him")
			return s.person("eve"), s.token
		}},
		{"for one, who came already", func(s *scene) (*person, string) {
			s.bo.joins(s.token)
			return s.person("eve"), s.kim.invites()
		}},
		{"in a chat with a case of its own", func(s *scene) (*person, string) {
			p := s.person("eve")
			p.sends()
			return p, s.token
		}},
		{"in a chat with something told already", func(s *scene) (*person, string) { return s.midway("eve"), s.token }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := &scene{house: build(t)}
			s.kim, s.bo = s.person("kim"), s.person("bo")
			s.id = s.kim.comesAsACouple()
			s.token = s.kim.invites()
			who, token := tt.do(s)
			who.hears()
			who.says("/start " + token).wants(s.refusal())
			if who.chat == "eve" && who.heard == 1 {
				if state, key := s.kept(s.subject("eve")); state || key {
					t.Error("something is kept of whoever tried it")
				}
			}
			s.silent(s.token)
		})
	}
}

// A million tokens that nobody made are refused before the store is asked: bits
// flipped, other root keys, other practices, other lengths.
func TestMillionForgedInvites(t *testing.T) {
	t.Parallel()
	root, other := seal.NewRoot(), seal.NewRoot()
	good := bot.Invite(root, "p", "K7Q-42", "phone/1")
	if !bot.IsInvite(root, "p", good) {
		t.Fatal("a good one is refused: the test shows nothing")
	}
	const letters = "bcdfghjklmnpqrstvwxyz0123456789_" // those of a token: it is the tag that refuses
	rnd := rand.New(rand.NewPCG(4, 2))
	forged := []byte(good)
	million := 1_000_000
	if raced {
		million = 50_000
	}
	n, passed := 0, 0
	try := func(token string, practice bot.PracticeID) {
		if n++; bot.IsInvite(root, practice, token) {
			passed++
		}
	}
	for n < million {
		switch n % 8 {
		case 0: // of another practice, or another root key
			try(good, bot.PracticeID(fmt.Sprint("p", n)))
		case 1:
			try(bot.Invite(other, "p", "K7Q-42", bot.EventID(fmt.Sprint("phone/", n))), "p")
		case 2:
			try(good[:rnd.IntN(len(good))], "p")
		case 3:
			try(good+string(letters[rnd.IntN(32)]), "p")
		default: // letters changed, one to all
			copy(forged, good)
			for range 1 + rnd.IntN(len(good)) {
				forged[rnd.IntN(len(forged))] = letters[rnd.IntN(32)]
			}
			if string(forged) != good {
				try(string(forged), "p")
			}
		}
	}
	if passed > 0 {
		t.Errorf("%d of %d forged tokens passed", passed, n)
	}
}

// Two people use one token at the same moment, on two replicas: one joins.
func TestTokenIsUsedOnce(t *testing.T) {
	t.Parallel()
	for round := range 20 {
		h := build(t)
		kim := h.person("kim")
		id := kim.comesAsACouple()
		token := kim.invites()
		replicas := []*bot.Service{h.Service, h.service(), h.service(), h.service()}
		each(len(replicas), func(i int) error {
			return replicas[i].Receive(t.Context(), h.inbound(fmt.Sprint("person ", i), bot.Words{Text: "/start " + token}))
		})
		h.settle()
		joined := 0
		for i := range replicas {
			switch got := h.person(fmt.Sprint("person ", i)).hears(); {
			case len(got) == 1 && got[0] == h.refusal():
			case len(got) == 2 && strings.HasPrefix(got[0], "Hello. I am"):
				joined++
			default:
				t.Errorf("round %d: person %d hears %q", round, i, got)
			}
		}
		if joined != 1 {
			t.Fatalf("round %d: %d joined, want 1", round, joined)
		}
		if got := h.summary(id); strings.Count(got, "has not agreed to anything yet") != 1 {
			t.Errorf("the summary does not show one partner:\n%s", got)
		}
	}
}

// Who is afraid, or of whom an alert stands, hears what everybody hears who may
// invite nobody now.
func TestNobodyIsInvitedWhereSomebodyIsAfraid(t *testing.T) {
	t.Parallel()
	h := build(t)
	closed := h.phrase("invite.closed")
	alone := h.person("alone")
	alone.sends()
	alone.hears()
	alone.says("/invite").wants(closed)
	early := h.person("early").consents()
	early.hears()
	early.says("/invite")
	if got := early.hears(); len(got) == 0 || got[0] != closed {
		t.Errorf("before it is sent: %q", got)
	}
	for _, fear := range []string{"Not always in the past", "No, I am afraid now"} {
		p := h.person("p " + fear)
		p.consents().presses("Yes, I am").says("California").presses("Yes, all safe", "After an affair", "That is all", "A partner and me", "Some months", fear)
		if strings.HasSuffix(fear, "now") {
			p.presses("Go on", "Here in this chat")
		} else {
			p.says("8").presses("In person", "That is all", "Yes, that works", "That is all", "I would rather not say", "Here, discreet", "Send it")
		}
		p.hears()
		p.says("/invite").wants(closed)
	}
	told := h.person("told later")
	id := told.comesAsACouple()
	told.says("my wife hits me when she is angry").presses("Go on").hears()
	told.says("/invite").wants(closed)
	err := h.Act(t.Context(), h.practice.ID(), bot.Act{ID: "asks", Case: id, By: "ana", Invite: true})
	if !errors.Is(err, care.ErrNotPossible) {
		t.Errorf("a therapist asks for a partner all the same: got %v", err)
	}
}

// No is a real answer, at every question where it can be said: nothing is kept,
// the first hears nothing, and the place is free again.
func TestNoIsAnAnswer(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		steps []string
		tells bool
	}{
		{"at once", []string{"No, thanks"}, false},
		{"later", []string{"Not now", "No, thanks"}, false},
		{"at the consent", []string{"Yes", "No, thanks"}, false},
		{"at the rule", []string{"Yes", "I agree", "No, thanks"}, false},
		{"told, as the practice wishes", []string{"No, thanks"}, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := build(t)
			h.practice.Partners.TellNo = tt.tells
			h.Service = h.service()
			kim, bo := h.person("kim"), h.person("bo")
			id := kim.comesAsACouple()
			token := kim.invites()
			lines, before := len(h.desk.got()), h.summary(id)
			notices := func() (n int) {
				for _, d := range h.desk.got()[lines:] {
					if _, ok := d.Body.(bot.Notice); ok {
						n++
					}
				}
				return n
			}
			bo.says("/start " + token).presses(tt.steps...)
			if state, key := h.kept(h.subject("bo")); state || key {
				t.Errorf("state %v, key %v; want neither", state, key)
			}
			if got := kim.hears(); len(got) != 0 {
				t.Errorf("the first hears %q", got)
			}
			if got := h.summary(id); got != before {
				t.Errorf("the case is not as before:\n%s", got)
			}
			if told := notices() == 1; told != tt.tells {
				t.Errorf("the practice was told: %v, want %v", told, tt.tells)
			}
			h.person("new").joins(kim.invites())
		})
	}
}

// A therapist asks for a partner though the client would come alone; the client
// is asked in words that say nothing.
func TestTherapistAsksForAPartner(t *testing.T) {
	t.Parallel()
	h := build(t)
	p := h.person("ann")
	id := p.sends()
	p.hears()
	if err := h.Act(t.Context(), h.practice.ID(), bot.Act{ID: "asks", Case: id, By: "ana", Invite: true}); err != nil {
		t.Fatal(err)
	}
	h.settle()
	p.presses("Open it").wants(h.phrase("waiting.closed"), "Is this a private moment")
	p.presses("Not now")
	h.person("bo").joins(p.invites())
}

// Several partners join, and each is shown apart.
func TestSeveralPartners(t *testing.T) {
	t.Parallel()
	h := build(t)
	p := h.person("ann")
	id := p.sends()
	if err := h.Act(t.Context(), h.practice.ID(), bot.Act{ID: "asks", Case: id, By: "ana", Invite: true}); err != nil {
		t.Fatal(err)
	}
	h.settle()
	for i := range care.MostPartners {
		h.person(fmt.Sprint("b", i)).joins(p.invites()).answersAll(fmt.Sprint("Words", i), fmt.Sprint("Name", i))
	}
	got := h.summary(id)
	for i := range care.MostPartners {
		if !strings.Contains(got, fmt.Sprintf("partner %d", i+2)) || !strings.Contains(got, fmt.Sprint("Words", i)) {
			t.Errorf("partner %d is not there:\n%s", i+2, got)
		}
	}
	h.person("b3").says("/language es")
	if got := h.view(id).Language; got != "" {
		t.Errorf("the language of a partner stands with the case: %q", got)
	}
	h.person("one too many").says("/start " + p.invites()).wants(h.refusal())
}

// When the one who opened the case leaves, decisions come to the partner who came
// first, and when that one leaves, to the next. What was decided with either, and
// what they answered, goes with them.
func TestNothingCrossesFromOneWhoSpoke(t *testing.T) {
	t.Parallel()
	h := build(t)
	ann, bo, eve := h.person("ann"), h.person("bo"), h.person("eve")
	id := ann.sends()
	if err := h.Act(t.Context(), h.practice.ID(), bot.Act{ID: "asks", Case: id, By: "ana", Invite: true}); err != nil {
		t.Fatal(err)
	}
	h.settle()
	bo.joins(ann.invites()).answersAll("Words.", "BONAME")
	eve.joins(ann.invites()).answersAll("Words.", "EVENAME")
	ask := func(of *person, note, reply string) {
		t.Helper()
		round := len(h.view(id).Decisions)
		if err := h.acts("ask "+note, id, "ana", &care.Decision{Kind: care.Ask, Therapist: "ana", Note: note, Round: round}); err != nil {
			t.Fatal(err)
		}
		h.settle()
		of.presses("Open it").says(reply)
	}
	record := func(of *person) string {
		of.says("/mydata").do(bot.Press{Data: of.anyButton("Send me the files")})
		return of.inChat()
	}
	ann.forgets()
	ask(bo, "NOTEFORBO", "BOREPLY")
	bo.signs("BODOCTOR", "My body and health")
	if got := record(bo); !strings.Contains(got, "NOTEFORBO") || !strings.Contains(got, "BOREPLY") || !strings.Contains(got, "BODOCTOR") {
		t.Fatalf("bo's own record shows nothing: so does this test:\n%s", got)
	}
	bo.forgets()
	ask(eve, "NOTEFOREVE", "EVEREPLY")
	got := record(eve)
	if !strings.Contains(got, "NOTEFOREVE") || !strings.Contains(got, "EVEREPLY") {
		t.Errorf("eve's record lacks what was decided with her:\n%s", got)
	}
	for _, his := range []string{"NOTEFORBO", "BOREPLY", "BODOCTOR"} {
		if strings.Contains(got, his) {
			t.Errorf("eve reads %q, which is bo's", his)
		}
	}
}

// Where a partner was once afraid, nobody else joins; the one who invites hears
// nothing of it.
func TestNobodyJoinsWherePartnersAreAfraid(t *testing.T) {
	t.Parallel()
	h := build(t)
	p := h.person("ann")
	id := p.sends()
	if err := h.Act(t.Context(), h.practice.ID(), bot.Act{ID: "asks", Case: id, By: "ana", Invite: true}); err != nil {
		t.Fatal(err)
	}
	h.settle()
	bo := h.person("bo").joins(p.invites())
	bo.presses("Yes, I am").says("Oregon").presses("Yes, all safe", "Not always in the past").says("Words", "Bo").presses("Discreet", "Send it")
	h.person("eve").says("/start " + p.invites()).wants(h.refusal())
	bo.forgets()
	h.person("eve").joins(p.invites())
}

// An alert of a partner calls the on-call for the same case, says who it was,
// and gives them the numbers of where they are; the other hears nothing of it.
func TestPartnersAlert(t *testing.T) {
	t.Parallel()
	h := build(t)
	kim, bo := h.person("kim"), h.person("bo")
	id := kim.comesAsACouple()
	bo.joins(kim.invites()).presses("Yes, I am").says("United Kingdom").presses("Yes, all safe")
	kim.hears()
	cards := len(h.desk.cards())
	bo.presses("No, I am afraid now")
	urgent := h.desk.cards()[cards:]
	if len(urgent) == 0 || !urgent[0].Urgent || urgent[0].Case != string(id) {
		t.Fatalf("got cards %+v, want an urgent one of %s", urgent, id)
	}
	bo.presses("Go on")
	bo.says("I think about ending my life, BOCRISIS").presses("Go on")
	if noticed := h.view(id).Noticed; len(noticed) != 0 {
		t.Errorf("the words of a partner are kept with the case: %d", len(noticed))
	}
	if got := kim.hears(); len(got) != 0 {
		t.Errorf("the other hears %q", got)
	}
	if said := bo.inChat(); !strings.Contains(said, "In danger this minute: 999") || strings.Contains(said, "911") {
		t.Errorf("the numbers are not those of where they are: %s", said)
	}
	got := h.summary(id)
	for _, want := range []string{"R1, a human today", "alert ipv of partner 2", "BOCRISIS", "afraid of the partner now: see alone"} {
		if !strings.Contains(got, want) {
			t.Errorf("the summary lacks %q:\n%s", want, got)
		}
	}
	// Kim may invite somebody as before, or it would show; that opens nothing.
	h.person("eve").says("/start " + kim.invites()).wants(h.refusal())
	if err := h.Act(t.Context(), h.practice.ID(), bot.Act{ID: "asks", Case: id, By: "ana", Invite: true}); !errors.Is(err, care.ErrNotPossible) {
		t.Errorf("a therapist asks for another partner: got %v", err)
	}
}

// What a partner does or says never changes what the other is answered.
func TestTheOtherIsAnsweredAlike(t *testing.T) {
	t.Parallel()
	var want string
	for _, does := range []func(bo *person, token string){
		func(*person, string) {},
		func(bo *person, token string) { bo.joins(token) },
		func(bo *person, token string) { bo.joins(token).answersAll("Words", "Bo") },
		func(bo *person, token string) { bo.says("/start " + token).presses("No, thanks") },
		func(bo *person, token string) {
			bo.joins(token).presses("Yes, I am").says("Oregon").presses("Yes, all safe", "No, I am afraid now", "Go on")
		},
		func(bo *person, token string) { bo.joins(token).says("he hits me and I am afraid of him") },
		func(bo *person, token string) {
			bo.joins(token).answersAll("Words", "Bo").says("/call").says("+1 503 555 0142")
		},
		func(bo *person, token string) { bo.joins(token).answersAll("Words", "Bo").forgets() },
	} {
		h := build(t)
		kim := h.person("kim")
		kim.comesAsACouple()
		does(h.person("bo"), kim.invites())
		h.settle()
		kim.says("hello", "/mydata", "/help", "/privacy", "/pause", "/start", "/invite").presses("Yes", "Take the last one back")
		kim.says("/invite").presses("Yes", "A message to pass on", "I agree to this rule").says("/language es", "/forget").presses("Sí, borrar", "Sí, borrar todo")
		got := regexp.MustCompile(`[b-z0-9_]{48}`).ReplaceAllString(kim.inChat(), "TOKEN")
		if want == "" {
			want = got
		}
		if diff := gocmp.Diff(want, got); diff != "" {
			t.Errorf("the chat shows what the other did (-nothing +this):\n%s", diff)
		}
	}
}

// stored is what the store holds of a subject, sealed as it is.
func (h *house) stored(s bot.SubjectID) (bot.State, []byte) {
	h.t.Helper()
	got := h.load(bot.Query{Subjects: []bot.SubjectID{s}, Keys: []bot.KeyID{s.Key()}})
	return got.States[0], got.Keys[0]
}

// Whoever of a couple goes, wherever the case stands: theirs is gone with its
// key, what earlier copies of the store hold of it included; the other's is byte
// for byte what it was, and can be read.
func TestOneGoesAndTheOtherStaysWhole(t *testing.T) {
	t.Parallel()
	in3 := func(h *house, id care.CaseID, d *care.Decision) {
		if err := h.acts("in "+string(d.Kind), id, "ana", d); err != nil {
			h.t.Fatal(err)
		}
		h.settle()
	}
	for _, state := range []struct {
		status care.Status
		do     func(h *house, kim *person, id care.CaseID)
	}{
		{care.WaitingDecision, func(*house, *person, care.CaseID) {}},
		{care.Claimed, func(h *house, _ *person, id care.CaseID) {
			if err := h.acts("claim", id, "ana", nil); err != nil {
				h.t.Fatal(err)
			}
		}},
		{care.Offered, func(h *house, _ *person, id care.CaseID) { in3(h, id, offer("ana", hour(30))) }},
		{care.Waiting, func(h *house, _ *person, id care.CaseID) {
			in3(h, id, &care.Decision{Kind: care.Wait, Therapist: "ana", Date: "2027-08-01"})
		}},
		{care.Referred, func(h *house, _ *person, id care.CaseID) {
			in3(h, id, &care.Decision{Kind: care.Refer, Therapist: "ana", Names: []string{"Elm House"}})
		}},
		{care.Asked, func(h *house, _ *person, id care.CaseID) {
			in3(h, id, &care.Decision{Kind: care.Ask, Therapist: "ana", Note: "Since when?"})
		}},
		{care.Calling, func(h *house, _ *person, id care.CaseID) {
			in3(h, id, &care.Decision{Kind: care.Call, Therapist: "ana", Note: "Monday"})
		}},
		{care.Booked, func(h *house, kim *person, id care.CaseID) {
			in3(h, id, offer("ana", hour(30)))
			kim.presses("Open it", "Tuesday 4 May, 4 pm")
		}},
		{care.Withdrawn, func(h *house, kim *person, id care.CaseID) {
			in3(h, id, offer("ana", hour(30)))
			kim.presses("Open it", "I no longer need this")
		}},
	} {
		for _, who := range []string{"the first", "the partner"} {
			for _, how := range []string{"/forget", "/leave"} {
				t.Run(string(state.status)+", "+who+" "+how, func(t *testing.T) {
					t.Parallel()
					h := build(t)
					kim, bo := h.person("kim"), h.person("bo")
					id := kim.comesAsACouple("KIMWISH", "KIMNAME")
					bo.joins(kim.invites()).answersAll("BOWORDS", "BONAME")
					state.do(h, kim, id)
					if got := h.view(id).Status; got != state.status {
						t.Fatalf("the case is %s, want %s", got, state.status)
					}
					theCase, ofBo := bot.CaseSubject(string(id)), bot.PartnerSubject(id, 2)
					goes, stays, gone, kept := kim, bo, []bot.SubjectID{h.subject("kim")}, []bot.SubjectID{h.subject("bo"), ofBo}
					word, stayed := "KIM", "BO"
					if who == "the partner" {
						goes, stays, gone, kept = bo, kim, []bot.SubjectID{h.subject("bo"), ofBo}, []bot.SubjectID{h.subject("kim")}
						word, stayed = "BO", "KIM"
					}
					booked := state.status == care.Booked
					if booked && who == "the partner" { // the clinical record stays, sealed
						gone = gone[:1]
					}
					before := make(map[bot.SubjectID]bot.State)
					for _, s := range kept {
						before[s], _ = h.stored(s)
					}
					old, oldKey := h.stored(theCase)
					stays.hears()

					goes.says(how).presses("Erase it", "Yes, erase everything")

					for _, s := range gone {
						if state, key := h.kept(s); state || key {
							t.Errorf("%s: state %v, key %v; want neither", s.Kind(), state, key)
						}
					}
					for _, s := range kept {
						if now, key := h.stored(s); now.Version != before[s].Version || string(now.Blob) != string(before[s].Blob) || key == nil {
							t.Errorf("%s of the other is not what it was", s.Kind())
						}
					}
					if got := stays.hears(); len(got) != 0 {
						t.Errorf("the other hears %q", got)
					}
					h.restarted()
					got := h.summary(id)
					if strings.Contains(got, word+"W") && !booked {
						t.Errorf("words of who left stand in the summary:\n%s", got)
					}
					for _, want := range []string{stayed + "NAME", stayed + "W"} {
						if !strings.Contains(got, want) {
							t.Errorf("the summary lacks %q of the other:\n%s", want, got)
						}
					}
					stays.says("/mydata")
					if got := strings.Join(stays.hears(), "\n"); !strings.Contains(got, stayed+"NAME") {
						t.Errorf("the other's own answers are not there: %q", got)
					}
					if now, key := h.stored(theCase); !booked && string(key) == string(oldKey) {
						t.Error("the case has its old key still: what a copy of the store holds of who left can be read")
					} else if now.Version <= old.Version && !booked {
						t.Error("the case did not move")
					}
					if who == "the first" && !booked { // the other goes as well: nothing is left
						bo.says("/forget").presses("Erase it", "Yes, erase everything")
						for _, s := range []bot.SubjectID{h.subject("bo"), ofBo, theCase} {
							if state, key := h.kept(s); state || key {
								t.Errorf("in the end, %s: state %v, key %v; want neither", s.Kind(), state, key)
							}
						}
						if at, planned, err := h.store.NextDue(t.Context(), h.practice.ID()); planned || err != nil {
							t.Errorf("something is planned for %s (%v)", at, err)
						}
					}
				})
			}
		}
	}
}

// When the first went, a therapist's decision reaches the partner who stays.
func TestPartnerSpeaksForTheCaseThatIsLeft(t *testing.T) {
	t.Parallel()
	h := build(t)
	kim, bo := h.person("kim"), h.person("bo")
	id := kim.comesAsACouple("KIMWISH", "KIMNAME")
	bo.joins(kim.invites()).answersAll("BOWORDS", "BONAME")
	kim.forgets()
	bo.hears()
	if err := h.acts("press", id, "ana", offer("ana", hour(30))); err != nil {
		t.Fatal(err)
	}
	h.settle()
	bo.presses("Open it").wants(h.phrase("waiting.closed"), "Ana Reyes can see you", "Which of these times")
	bo.presses("Tuesday 4 May, 4 pm")
	if got := h.view(id).Status; got != care.Booked {
		t.Errorf("got %s, want %s", got, care.Booked)
	}
}

// What a partner does not finish goes when unfinished intakes go, and an
// opening without consent after two days; the place is free again.
func TestUnfinishedPartnersGo(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		steps []string
		after time.Duration
	}{
		{"no consent", []string{"Yes"}, 48 * time.Hour},
		{"not sent", []string{"Yes", "I agree", "I agree to this rule", "Yes, I am"}, 30 * 24 * time.Hour},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := build(t)
			kim, bo := h.person("kim"), h.person("bo")
			kim.comesAsACouple()
			bo.says("/start " + kim.invites()).presses(tt.steps...)
			h.clock.Advance(tt.after - time.Minute)
			h.settle()
			if state, _ := h.kept(h.subject("bo")); !state {
				t.Fatal("it went too early")
			}
			h.clock.Advance(2 * time.Minute)
			h.settle()
			if state, key := h.kept(h.subject("bo")); state || key {
				t.Errorf("state %v, key %v; want neither", state, key)
			}
			h.person("new").joins(kim.invites())
		})
	}
}

// The message to pass on says nothing of what it is about, in either language,
// and may be passed on; where the channel has links it is one.
func TestInviteIsNeutral(t *testing.T) {
	t.Parallel()
	for _, lang := range []string{"en", "es"} {
		for _, link := range []string{"", "https://t.me/QuietRiverBot?start="} {
			h := build(t)
			h.practice.Links = map[bot.ChannelName]string{phone: link}
			h.Service = h.service()
			kim := h.person("kim")
			kim.comesAsACouple()
			kim.says("/language "+lang, "/invite").says(map[string]string{"en": "private", "es": "privado"}[lang]).says(map[string]string{"en": "invite", "es": "mensaje"}[lang]).hears()
			before := len(h.phone.to("kim"))
			kim.says(map[string]string{"en": "agree", "es": "acepto"}[lang])
			var open []string
			for _, d := range h.phone.to("kim")[before:] {
				if text := d.Body.(bot.Text); text.PassOn {
					open = append(open, text.Text)
				}
			}
			if len(open) != 1 {
				t.Fatalf("%s: %d messages may be passed on, want the one", lang, len(open))
			}
			for _, w := range []string{"sex", "therap", "terap", "couple", "pareja", "partner", "practice", "kim", "Quiet River Practice"} {
				if strings.Contains(strings.ToLower(open[0]), strings.ToLower(w)) {
					t.Errorf("%s: the message says %q: %s", lang, w, open[0])
				}
			}
			if want := cmp.Or(link, "/start "); !strings.Contains(open[0], want) {
				t.Errorf("%s: with the link %q it says %s", lang, link, open[0])
			}
		}
	}
}

// What one partner says of violence does not show in what the other hears.
func TestRemindersTellNothingOfTheOther(t *testing.T) {
	heard := func(violence bool) []string {
		h := build(t)
		kim, bo := h.person("kim"), h.person("bo")
		id := kim.comesAsACouple()
		bo.joins(kim.invites()).presses("Yes, I am").says("Oregon")
		if violence {
			bo.says("he hits me and I am afraid of him")
		}
		kim.hears()
		if err := h.acts("ask", id, "ana", &care.Decision{Kind: care.Ask, Note: "What times suit?"}); err != nil {
			t.Fatal(err)
		}
		h.settle()
		return kim.hears()
	}
	if diff := gocmp.Diff(heard(false), heard(true)); diff != "" {
		t.Errorf("Kim hears something else when Bo is told of (-quiet +told):\n%s", diff)
	}
}

// What was accepted for a case is done, whoever leaves it meanwhile.
func TestLettersOutlastALeave(t *testing.T) {
	t.Parallel()
	for _, replied := range []bool{true, false} {
		h := build(t)
		kim, bo := h.person("kim"), h.person("bo")
		id := kim.comesAsACouple()
		token := kim.invites()
		var yes string
		if replied {
			bo.joins(token).answersAll("Quietly.", "Bo").says("/forget").presses("Erase it")
			yes = bo.button("Yes, erase").Data
		} else {
			bo.says("/start " + token)
			yes = bo.button("No, thanks").Data
		}
		if err := h.EraseCase(t.Context(), id, "test"); err != nil {
			t.Fatal(err)
		}
		h.receive(h.inbound("bo", bot.Press{Data: yes})) // before the inbox is looked at
		h.settle()
		if state, _ := h.kept(bot.CaseSubject(string(id))); state {
			t.Errorf("Bo had answered: %v; the erasure that was accepted never happens", replied)
		}
	}
}

// Who leaves takes nothing of the others with them, a backup that is put back
// included; the first, whose words the case holds, takes them all.
func TestLeaveTakesNothingFromABackup(t *testing.T) {
	t.Parallel()
	for name, kept := range map[string]bool{"says no": true, "leaves": true, "the first leaves": false} {
		t.Run(name, func(t *testing.T) {
			h := onSQLite(t)
			h.takesOver()
			kim, bo := h.person("kim"), h.person("bo")
			id := kim.comesAsACouple()
			token := kim.invites()
			if name == "says no" {
				bo.says("/start " + token)
			} else {
				bo.joins(token).answersAll("Quietly.", "Bo")
			}
			back := h.backup()
			h.tends(time.Hour)
			switch name {
			case "says no":
				bo.presses("No, thanks")
			case "leaves":
				bo.forgets()
			default:
				kim.forgets()
			}
			h.tends(time.Minute)
			back()
			h.takesOver()
			if state, _ := h.kept(bot.CaseSubject(string(id))); state != kept {
				t.Errorf("the case is there: %v; want %v", state, kept)
			}
		})
	}
}

// What a partner said in one case is nothing to another, and stays in its own.
func TestARecordBelongsToItsCase(t *testing.T) {
	t.Parallel()
	h := build(t)
	kim, bo, lee := h.person("kim"), h.person("bo"), h.person("lee")
	one := kim.comesAsACouple()
	bo.joins(kim.invites()).answersAll("First words about Kim.", "Bo")
	if err := h.acts("offer", one, "ana", offer("ana", hour(30))); err != nil {
		t.Fatal(err)
	}
	h.settle()
	kim.presses("Open it", "Tuesday 4 May, 4 pm")
	bo.forgets()
	two := lee.comesAsACouple()
	bo.joins(lee.invites()).answersAll("Other words about Lee.", "Bo")
	ofKim, ofLee := h.summary(one), h.summary(two)
	if strings.Contains(ofKim, "about Lee") || !strings.Contains(ofKim, "about Kim") {
		t.Errorf("the record that is kept is\n%s", ofKim)
	}
	if strings.Contains(ofLee, "about Kim") || !strings.Contains(ofLee, "about Lee") {
		t.Errorf("the other case is\n%s", ofLee)
	}
	if err := h.EraseCase(t.Context(), one, "test"); err != nil {
		t.Fatal(err)
	}
	h.settle()
	if state, key := h.kept(bot.PartnerSubject(one, 2)); state || key {
		t.Errorf("the erased case leaves Bo's part: state %v, key %v", state, key)
	}
	if state, _ := h.kept(h.subject("bo")); !state {
		t.Error("and takes Bo's other conversation")
	}
}
