package bot_test

import (
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"anteroom/bot"
	"anteroom/bot/care"
	"anteroom/content"
	"anteroom/dialogs/script"
)

// asked is a question of the shipped intake: its step, words of it, and what is
// typed.
type asked struct{ step, words, says string }

// theWay is a long way through the intake. One question is skipped.
var theWay = []asked{
	{"begin", "What would you like to do?", "Start"},
	{"consent", "Do you agree to this?", "I agree"},
	{"private-moment", "Is this a private moment", "Yes"},
	{"age", "Are you 18 or over?", "Yes, I am"},
	{"here", "Where are you right now?", "California"},
	{"safe", "Is everyone safe right now?", "Yes, all safe"},
	{"topics", "What brings you here?", "libido, arousal, that is all"},
	{"coming", "Who would come to the sessions?", "Just me. I have a partner"},
	{"main", "Which one matters most now?", "Low or different desire"},
	{"afraid", "Do you feel safe with your partner", "Yes, I feel safe"},
	{"bother", "How much does it bother you?", "6"},
	{"body/health", "Which of these is true for you", "None of these, that is all"},
	{"times", "How and when could you come?", "Online, weekday evenings, that is all"},
	{"fee/fee", "Does that work for you?", "I need a lower fee"},
	{"fee/can-pay", "What could you keep paying", "70"},
	{"wishes", "Is there something that must fit?", "Elsewhere, that is all"},
	{"place", "Where will you be during sessions?", "The same place as now"},
	{"name", "What may we call you?", "Kim, she/her"},
	{"reach", "How may we reach you", "By phone, discreet"},
	{"contact", "Please write the number or the address", "+1 415 555 0100"},
	{"read-back", "This is what I will send", "Send it"},
}

// on is where on the way a step is asked.
func on(step string) int {
	return slices.IndexFunc(theWay, func(a asked) bool { return a.step == step })
}

// edited is the shipped content with some of it written otherwise, and with what
// is called otherwise now.
func edited(t *testing.T, moved string, edits map[string][]string) *script.Library {
	t.Helper()
	files := make(fstest.MapFS)
	err := fs.WalkDir(content.Files, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasPrefix(path, "translations/") { // they would have to be edited too
			return err
		}
		data, err := fs.ReadFile(content.Files, path)
		files[path] = &fstest.MapFile{Data: data}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for path, pairs := range edits {
		text := string(files[path].Data)
		for i := 0; i < len(pairs); i += 2 {
			if !strings.Contains(text, pairs[i]) {
				t.Fatalf("%s does not hold %q", path, pairs[i])
			}
			text = strings.ReplaceAll(text, pairs[i], pairs[i+1])
		}
		files[path].Data = []byte(text)
	}
	if moved != "" {
		text := string(files["dialogs/intake.yaml"].Data)
		files["dialogs/intake.yaml"].Data = []byte(strings.Replace(text, "misses: {after: 3, go: lost}\nsteps:", "misses: {after: 3, go: lost}\nmoved: "+moved+"\nsteps:", 1))
	}
	lib, err := script.Load(files)
	if err != nil {
		t.Fatalf("the edit is no script: %v", err)
	}
	return lib
}

// between cuts out what stands from one step of a script to another.
func between(t *testing.T, dialog, from, to string) string {
	t.Helper()
	data, err := fs.ReadFile(content.Files, "dialogs/"+dialog+".yaml")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, ok := strings.Cut(string(data), "\n  "+from+":\n")
	block, _, ok2 := strings.Cut(rest, "\n  "+to+":\n")
	if !ok || !ok2 {
		t.Fatalf("%s.yaml has no %s before %s", dialog, from, to)
	}
	return "\n  " + from + ":\n" + block
}

// goesOn lets the client type something, and then answer what is asked until all
// is sent. It returns the steps that were answered after the first words.
func (p *person) goesOn(first string, way []asked) (answered []string) {
	p.t.Helper()
	before := len(p.desk.cards())
	p.says(first)
	for range 2 * len(way) {
		if len(p.desk.cards()) > before {
			return answered
		}
		text, _ := p.question()
		n := slices.IndexFunc(way, func(a asked) bool { return strings.Contains(text, a.words) })
		if n < 0 {
			p.t.Fatalf("%s: nobody knows what to say to %q", p.chat, text)
		}
		answered = append(answered, way[n].step)
		p.says(way[n].says)
	}
	p.t.Fatalf("%s: nothing was sent; answered %q", p.chat, answered)
	return nil
}

// lastCase is the facts of the case that was sent last.
func (h *house) lastCase() map[string]string {
	h.t.Helper()
	cards := h.desk.cards()
	return h.view(care.CaseID(cards[len(cards)-1].Case)).Facts
}

// sentFacts are the facts of somebody who goes the whole way.
func sentFacts(t *testing.T) map[string]string {
	h := build(t)
	h.person("ann").goesOn("/start", theWay)
	return h.lastCase()
}

// TestIntakeIsEdited edits the shipped intake under twenty people, who stand at
// twenty questions and answer the one that they see.
func TestIntakeIsEdited(t *testing.T) {
	t.Parallel()
	facts := sentFacts(t)
	if len(facts) < 25 {
		t.Fatalf("got %d facts: %v", len(facts), facts)
	}
	const (
		intake = "dialogs/intake.yaml"
		extra  = "  nickname: {type: text, seen-by: case, keep: enquiry}\n  adult: {type"
		ask    = "  nickname:\n    ask: \"Which word shall I use?\"\n    into: nickname\n"
		never  = 99
	)
	here, safe := between(t, "intake", "here", "safe"), between(t, "intake", "safe", "topics")
	name := between(t, "intake", "name", "reach")
	tests := []struct {
		name     string
		moved    string
		edits    map[string][]string
		from, to int               // those who stand between these hear that the questions changed
		again    string            // the step that they answer, beside those that are left to them
		without  string            // the step that is asked no more
		facts    map[string]string // that are otherwise in the end; empty for those that are gone
		says     asked             // what is said to a question that is new, or new again
	}{
		{name: "all is called otherwise", from: never,
			moved: "{steps: {age: of-age, body: signs}, answers: {coming: {with-partner: have-partner}, times: {weekday-evening: weekday-night}}, facts: {call_name: goes_by}}",
			edits: map[string][]string{
				intake: {"You can skip, go back or stop at any time.", "You can stop at any time.",
					"\n  age:\n", "\n  of-age:\n", "yes-private: age,", "yes-private: of-age,", "{else: age}", "{else: of-age}", "\n  body:\n    call", "\n  signs:\n    call",
					" with-partner", " have-partner", "[with-partner", "[have-partner", "call_name", "goes_by"},
				"lists/times.yaml": {"  weekday-evening:", "  weekday-night:"}},
			facts: map[string]string{"coming": "have-partner", "times": "online,weekday-night", "call_name": "", "goes_by": facts["call_name"]}},
		{name: "a step has another id, and nobody says so", from: on("age"), to: never, again: "age",
			edits: map[string][]string{intake: {"\n  age:\n", "\n  of-age:\n", "yes-private: age,", "yes-private: of-age,", "{else: age}", "{else: of-age}"}}},
		{name: "an answer has another id, and nobody says so", from: on("coming") + 1, to: never, again: "coming",
			edits: map[string][]string{intake: {" with-partner", " have-partner", "[with-partner", "[have-partner"}}, facts: map[string]string{"coming": "have-partner"}},
		{name: "a question is gone", from: on("name"), to: on("name"), without: "name",
			edits: map[string][]string{intake: {name, "", "go: {else: name}", "go: {else: reach}", "{else: name}", "{else: reach}"}}, facts: map[string]string{"call_name": ""}},
		{name: "a question more", from: on("topics"), to: never, again: "nickname", facts: map[string]string{"nickname": "Bee"},
			edits: map[string][]string{intake: {"longest: 22", "longest: 26", "  adult: {type", extra, "\n  topics:\n    short", "\n" + ask + "  topics:\n    short"}}, says: asked{"nickname", "Which word shall I use?", "Bee"}},
		{name: "two questions change places", from: on("here"), to: on("here"),
			edits: map[string][]string{intake: {here + safe, safe + here}}},
		{name: "an answer is needed now", from: on("place") + 1, to: never, again: "place", facts: map[string]string{"place": "US-OR"},
			edits: map[string][]string{intake: {"    skip: \"The same place as now\"\n", ""}}, says: asked{"place", "Where will you be during sessions?", "Oregon"}},
		{name: "a list lost an answer", from: on("times") + 1, to: never, again: "times", facts: map[string]string{"times": "online,weekend"},
			edits: map[string][]string{"lists/times.yaml": {"  weekday-evening:", "  weekday-night:"}}, says: asked{"times", "How and when could you come?", "Online, weekends, that is all"}},
		{name: "a call has another id, and nobody says so", from: on("body/health"), to: never, again: "body/health",
			edits: map[string][]string{intake: {"\n  body:\n    call", "\n  signs:\n    call"}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := build(t)
			newer := *h.practice
			newer.Library = edited(t, tt.moved, tt.edits)
			way := slices.DeleteFunc(slices.Clone(theWay), func(a asked) bool { return a.step == tt.says.step })
			if tt.says.step != "" {
				way = append(way, tt.says)
			}
			want := maps.Clone(facts)
			for k, v := range tt.facts {
				if want[k] = v; v == "" {
					delete(want, k)
				}
			}
			people := make([]*person, 20)
			for i := range people {
				people[i] = h.person(fmt.Sprintf("p%d", i+1)).says("/start")
				for _, a := range theWay[:i+1] {
					h.receive(h.inbound(people[i].chat, bot.Words{Text: a.says}))
				}
				h.settle()
				people[i].hears()
			}
			if err := h.Reload(&newer); err != nil {
				t.Fatal(err)
			}
			for i, p := range people {
				stands := i + 1
				told := stands >= tt.from && stands <= tt.to
				left := len(theWay) - stands
				if told {
					left++ // their first words do not count
				}
				switch {
				case tt.without != "" && stands <= on(tt.without): // it is asked no more
					left--
				case tt.again != "" && (told && stands != on(tt.again) || !told && on(tt.again) < 0):
					left++
				}
				first := theWay[stands].says
				if theWay[stands].step == tt.says.step { // they read what it says now
					first = tt.says.says
				}
				answered := p.goesOn(first, way)
				if got := len(answered) + 1; got != left {
					t.Errorf("who stood at %s answered %d times, want %d: %q", theWay[stands].step, got, left, answered)
				}
				heard := strings.Count(strings.Join(p.hears(), "\n"), h.phrase("changed"))
				if heard > 1 || (heard == 1) != told {
					t.Errorf("who stood at %s heard %d times that the questions changed, want %v", theWay[stands].step, heard, told)
				}
				if diff := cmp.Diff(h.lastCase(), want); diff != "" {
					t.Errorf("who stood at %s sent (-got +want):\n%s", theWay[stands].step, diff)
				}
			}
		})
	}
}

// A button of a question counts under its old id too, and under none when the
// question is another.
func TestButtonsAfterAnEdit(t *testing.T) {
	t.Parallel()
	const intake = "dialogs/intake.yaml"
	renamed := []string{"\n  age:\n", "\n  of-age:\n", "yes-private: age,", "yes-private: of-age,", "{else: age}", "{else: of-age}",
		"of: [adult, minor]", "of: [grown, minor]", "      adult:", "      grown:", "adult: 18 to", "grown: 18 to"}
	tests := []struct {
		name, moved string
		counts      bool
	}{
		{"called otherwise", "{steps: {age: of-age}, answers: {of-age: {adult: grown}}}", true},
		{"another question", "", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := build(t)
			p := h.person("ann").consents()
			old := p.button("Yes, I am")
			p.hears()
			newer := *h.practice
			newer.Library = edited(t, tt.moved, map[string][]string{intake: renamed})
			if err := h.Reload(&newer); err != nil {
				t.Fatal(err)
			}
			p.do(bot.Press{Data: old.Data})
			if tt.counts {
				p.wants("Question 5") // where they are
				return
			}
			p.wants(h.phrase("changed"), "Question 4")
		})
	}
}

// Whoever said where they are is shown the numbers of that place, whatever a
// changed script asks before it.
func TestNumbersAfterAnEdit(t *testing.T) {
	t.Parallel()
	h := build(t)
	p := h.person("ann").consents().presses("Yes, I am").says("Spain")
	p.says("/now")
	numbers := p.hears()
	p.says("/back")
	p.hears()
	newer := *h.practice
	newer.Library = edited(t, "", map[string][]string{"dialogs/intake.yaml": {"longest: 22", "longest: 26",
		"  adult: {type", "  nickname: {type: text, seen-by: case, keep: enquiry}\n  adult: {type",
		"\n  age:\n    short", "\n  age:\n    ask: \"Which word shall I use?\"\n    into: nickname\n  years:\n    short"}})
	if err := h.Reload(&newer); err != nil {
		t.Fatal(err)
	}
	p.says("/now")
	if got := p.hears(); !slices.Contains(numbers, got[0]) {
		t.Errorf("got %q, want one of %q", got[0], numbers)
	}
}

// A practice cannot become another one.
func TestReloadOfAnother(t *testing.T) {
	h := build(t)
	other := *h.practice
	other.Practice.ID = "elsewhere"
	if err := h.Reload(&other); err == nil {
		t.Error("the practice became another one")
	}
}

// What a case was sent with is read under the names of now.
func TestCaseOfAnEarlierRelease(t *testing.T) {
	t.Parallel()
	h := build(t)
	h.person("ann").goesOn("/start", theWay)
	before := h.lastCase()
	newer := *h.practice
	newer.Library = edited(t, "{facts: {call_name: goes_by}, answers: {coming: {with-partner: have-partner}}}",
		map[string][]string{"dialogs/intake.yaml": {"call_name", "goes_by", " with-partner", " have-partner", "[with-partner", "[have-partner"}})
	if err := h.Reload(&newer); err != nil {
		t.Fatal(err)
	}
	after := h.lastCase()
	if after["goes_by"] != before["call_name"] || before["call_name"] == "" {
		t.Errorf("the name: got %q, want %q", after["goes_by"], before["call_name"])
	}
	if after["coming"] != "have-partner" {
		t.Errorf("the answer: got %q, want %q", after["coming"], "have-partner")
	}
}
