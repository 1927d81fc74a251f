package content_test

import (
	stdcmp "cmp"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"anteroom/dialogs"
	"anteroom/dialogs/script"
)

// host answers what the dialogs ask of the program they run in.
type host struct {
	urgency, slots string
	place          string // what is known of the place that nobody has asked for
	times          []script.Option
	goals          string // how many there are; none when it does not say
	extra          bool   // an assignment has a question of its own
}

func (host) Given(name string, _ dialogs.Facts) string {
	if strings.HasPrefix(name, "words.") { // the engine's own English ones serve
		return ""
	}
	return "<" + name + ">"
}

func (h host) Options(string, dialogs.Facts) []script.Option { return h.times }

func (h host) Do(call string, f dialogs.Facts) (string, bool) {
	place := h.place
	if f.Has("here") {
		place = "known"
	}
	results := map[string]string{
		"triage": h.urgency, "fee-slots": h.slots, "submit": "sent", "sign-release": "given", "request-call": "noted",
		"erase": "erased", "place-known": place, "remember-consent": "kept",
		"join": "joined", "make-invite": "made", "revoke-invite": "revoked",
		"goals": stdcmp.Or(h.goals, "none"), "report-extra": map[bool]string{true: "asked", false: "none"}[h.extra],
	}
	return results[call], true
}

var calm = host{urgency: "none", slots: "open", place: "known", times: []script.Option{{ID: "t1", Label: "Monday at 9"}}}

// usual is what somebody answers who has little to say; what a question is
// not named for here gets its first answer.
var usual = map[string]string{
	"private-moment": "yes-private", "here": "US-CA", "topics": "low-desire", "coming": "on-my-own",
	"bother": "6", "times": "online,weekday-evening", "name": "Sam, they/them",
	"gentle-topics": "trauma", "contact": "+1 415 555 0199", "short-contact": "sam@example.org",
	"reach": "here-closed", "wishes": "+skip", "fee/can-pay": "60", "body/health": "none",
	"call-me/phone": "+1 415 555 0199", "call-me/when": "call-morning", "minor-here": "GB",
}

// talk walks a dialog to its end. It answers by buttons, a several-choice one
// by one; what begins with > is typed. It returns the questions in the order they came, "begin" and
// "consent" included.
func talk(t *testing.T, name string, h host, answers map[string]string) (asked []string, said string, last dialogs.Turn) {
	t.Helper()
	lib := load(t)
	step := func(run dialogs.Run, in dialogs.Input) dialogs.Turn {
		turn, err := dialogs.Step(lib, run, in, time.Unix(1_796_000_000, 0), "en", h)
		if err != nil {
			t.Fatalf("%s at %v: %v", name, asked, err)
		}
		for _, o := range turn.Out {
			switch o := o.(type) {
			case dialogs.Say:
				said += o.Text + "\n"
			case dialogs.Ask:
				said += o.Text + "\n"
			case dialogs.Alert:
				said += "! alert " + o.Name + "\n"
			case dialogs.Called:
				said += "! " + o.Call + " " + o.Result + "\n"
			}
		}
		return turn
	}
	turn := step(dialogs.Run{Dialog: name}, dialogs.Begin{})
	for turn.Open != nil {
		q := turn.Open
		asked = append(asked, q.Step)
		if len(asked) > 30 {
			t.Fatalf("%s never ends: %v", name, asked)
		}
		answer, ok := answers[q.Step]
		if !ok {
			answer, ok = usual[q.Step]
		}
		switch {
		case !ok && q.CanSkip:
			answer = dialogs.PressSkip
		case !ok && len(q.Options) > 0:
			answer = q.Options[0].ID
		case !ok:
			t.Fatalf("%s: no answer to %s", name, q.Step)
		}
		typed, isTyped := strings.CutPrefix(answer, ">")
		switch {
		case isTyped:
			turn = step(turn.Run, dialogs.Words{Text: typed})
		case q.Multi && answer != dialogs.PressSkip:
			run := turn.Run
			for id := range strings.SplitSeq(answer, ",") {
				run = step(run, dialogs.Press{Answer: id}).Run
			}
			turn = step(run, dialogs.Press{Answer: dialogs.PressDone})
		case len(q.Options) == 0 || q.Type == script.Country || q.Type == script.Text && answer != dialogs.PressSkip ||
			q.Type == script.Contact || q.Type == script.Money:
			turn = step(turn.Run, dialogs.Words{Text: answer})
		default:
			turn = step(turn.Run, dialogs.Press{Answer: answer})
		}
		if turn.Open != nil && turn.Open.Step == q.Step {
			t.Fatalf("%s: %q was not understood at %s", name, answer, q.Step)
		}
	}
	return asked, said, turn
}

func with(pairs ...string) map[string]string {
	m := map[string]string{}
	for i := 0; i < len(pairs); i += 2 {
		m[pairs[i]] = pairs[i+1]
	}
	return m
}

func facts(turn dialogs.Turn) map[string]string {
	m := map[string]string{}
	for f, v := range turn.Facts.All() {
		m[f.Name] = v
	}
	return m
}

// TestShortestPath: six answers after the consent, and a person has enough.
func TestShortestPath(t *testing.T) {
	asked, _, turn := talk(t, "intake", calm, with("coming", "enough-here"))
	want := strings.Fields("begin consent private-moment age here safe topics coming")
	if diff := cmp.Diff(want, asked); diff != "" {
		t.Errorf("questions (-want +got):\n%s", diff)
	}
	if turn.Outcome != "submitted" {
		t.Errorf("outcome: got %q", turn.Outcome)
	}
	got := facts(turn)
	for fact, want := range with("path", "short", "reach", "here", "reminders", "closed", "here", "US-CA", "adult", "adult", "safe", "all-safe", "topics", "low-desire", "urgency", "none") {
		if got[fact] != want {
			t.Errorf("%s: got %q, want %q", fact, got[fact], want)
		}
	}
}

// TestTypicalPaths counts the questions of the intake proper: from the private
// moment to how to reach you, without the opening and the reading through.
func TestTypicalPaths(t *testing.T) {
	for _, tt := range []struct {
		name    string
		answers map[string]string
		want    int
	}{
		{"desire, alone", with("body/health", "none"), 14},
		{"faith and shame, alone", with("topics", "shame"), 13},
		{"an affair, a couple", with("topics", "affair", "coming", "couple"), 14},
		{"erection, with a partner", with("topics", "ed", "coming", "with-partner"), 15},
		{"pain, a couple", with("topics", "pain", "coming", "couple"), 15},
		{"erection and porn, alone", with("topics", "ed,compulsive"), 14},
		{"a question of their own, alone", with("topics", "something-else"), 13},
	} {
		t.Run(tt.name, func(t *testing.T) {
			asked, _, turn := talk(t, "intake", calm, tt.answers)
			if turn.Outcome != "submitted" {
				t.Errorf("outcome: got %q after %v", turn.Outcome, asked)
			}
			got := len(asked) - len([]string{"begin", "consent", "read-back"})
			if got != tt.want {
				t.Errorf("got %d questions, want %d: %v", got, tt.want, asked)
			}
		})
	}
}

// TestLongestPath: whoever wants everything still answers no more than 22.
func TestLongestPath(t *testing.T) {
	asked, _, turn := talk(t, "intake", calm, with(
		"consent", "read-more", "topics", "ed,pain,trauma", "coming", "couple", "body/any-now", "other-health",
		"body/health", "new-curve,antidepressant", "fee/fee", "less", "wishes", "elsewhere,treatment,woman,spanish",
		"place", "US-OR", "reach", "by-phone"))
	if len(asked) > 22 || len(asked) < 21 {
		t.Errorf("got %d questions, want 21 or 22: %v", len(asked), asked)
	}
	got := facts(turn)
	for fact, want := range with("main_topic", "ed", "together", "partner", "afraid", "no-fear", "place", "US-OR", "gender", "woman",
		"session_language", "es", "can_pay", "60", "reach", "phone", "contact", "+1 415 555 0199", "mode", "online") {
		if got[fact] != want {
			t.Errorf("%s: got %q, want %q", fact, got[fact], want)
		}
	}
}

func TestBranches(t *testing.T) {
	for _, tt := range []struct {
		name    string
		host    host
		answers map[string]string
		outcome string
		facts   map[string]string
		says    []string // in this order
	}{
		{"consent refused", calm, with("consent", "no-thanks"), "refused", with("private", ""), []string{"I keep no answers"}},
		{"read more, then no", calm, with("consent", "read-more", "consent-again", "no-thanks"), "refused", with("consent_kept", ""),
			[]string{"Who reads it.", "The limits.", "I keep no answers"}},
		{"read more, then yes", calm, with("consent", "read-more", "coming", "enough-here"), "submitted", with("private", "yes-private"),
			[]string{"! remember-consent kept", "! submit sent"}},
		{"not a private moment", calm, with("private-moment", "not-now"), "later", nil, []string{"write “back”"}},
		{"a shared phone", calm, with("private-moment", "shared", "coming", "enough-here"), "submitted", with("private", "shared"),
			[]string{"You can delete it on this phone", "Are you 18"}},
		{"what happens here", calm, with("begin", "what", "coming", "enough-here"), "submitted", nil,
			[]string{"no touching between therapist and client", "one to three times", "confidential", "Please read this before we start"}},
		{"a call first", calm, with("begin", "call"), "call-requested", with("phone", "+1 415 555 0199", "consent", ""),
			[]string{"<practice.hours>", "! request-call noted", "<call.next>"}},
		{"help before anything", calm, with("begin", "now", "help-now/here", "GB", "help-now/tell", "only-me"), "helped", nil,
			[]string{"In danger this minute, call <emergency> now", "Which country", "<helplines>", "Nobody is told unless", "write “start”"}},
		{"help, and tell them", calm, with("begin", "now", "help-now/here", "GB", "help-now/tell", "tell-them"), "call-requested", nil,
			[]string{"<helplines>", "! alert crisis", "! request-call noted"}},
		{"under eighteen and safe", calm, with("age", "minor"), "minor", nil,
			[]string{"adults only", "<helplines.youth>", "Are you safe right now?", "! erase erased", "I have erased"}},
		{"under eighteen, not safe", calm, with("age", "minor", "minor-safe", "not-safe", "minor-next", "stop"), "minor-not-safe",
			with("minor_safe", "not-safe", "erased", ""), []string{"<helplines.youth>", "Call <emergency> now", "! alert child", "you were not safe"}},
		{"self-harm, stops", host{urgency: "R1"}, with("safe", "self-harm", "crisis/next", "stop"), "stopped", nil,
			[]string{"<helplines.crisis>", "I am a program and cannot keep watch. I have alerted our on-call therapist; please do not wait for them.", "! alert crisis", "What would you like to do now?"}},
		{"self-harm, goes on", host{urgency: "R1"}, with("safe", "self-harm", "crisis/next", "go-on"), "submitted", with("path", "short", "topics", "trauma"),
			[]string{"! alert crisis", "keep this short", "! triage R1", "! submit sent", "on-call"}},
		{"self-harm, call me", host{urgency: "R1"}, with("safe", "self-harm", "crisis/next", "call"), "call-requested", nil, []string{"! alert crisis", "! request-call noted"}},
		{"hurt by someone", host{urgency: "R1"}, with("safe", "hurt-by-someone"), "submitted", with("path", "short"), []string{"<helplines.violence>", "! alert ipv"}},
		{"someone else in danger", host{urgency: "R1"}, with("safe", "other-in-danger"), "submitted", nil, []string{"Call <emergency>", "! alert danger"}},
		{"a medical emergency", host{urgency: "R0"}, with("safe", "medical"), "submitted", nil, []string{"Please call <emergency> now", "! alert medical"}},
		{"afraid of a partner", host{urgency: "R1"}, with("coming", "couple", "afraid", "now"), "submitted", with("path", "short", "afraid", "now", "bother", ""),
			[]string{"Do you feel safe", "<helplines.violence>", "! alert ipv", "How may a person reach you"}},
		{"an emergency of the body", host{urgency: "R0"}, with("topics", "ed", "body/erection-now", "four-hours"), "submitted", with("body_now", "four-hours"),
			[]string{"Is one of these true now", "Please call <emergency> now", "! alert medical", "! submit sent"}},
		{"neck pressure in play", host{urgency: "R0"}, with("topics", "kink", "body/kink-now", "neck-pressure"), "submitted", with("body_now", "neck-pressure"), []string{"! alert medical"}},
		{"kink alone raises nothing", calm, with("topics", "kink"), "submitted", with("body_now", "none"), []string{"! triage none"}},
		{"nitrates", host{urgency: "M"}, with("topics", "ed", "body/erection-now", "other-health", "body/health", "ed-nitrates"), "submitted", with("nitrates", "yes-both", "body_now", "none"),
			[]string{"never be combined", "pharmacist today", "! triage M", "One does not wait for the other"}},
		{"a lump and a medicine", host{urgency: "M"}, with("body/health", "lump,antidepressant"), "submitted", with("body_days", "lump", "body_along", "lump,antidepressant", "nitrates", "no-mix"),
			[]string{"within the next days", "! triage M"}},
		{"a medicine", host{urgency: "M"}, with("body/health", "antidepressant"), "submitted", with("body_days", ""), []string{"Do not stop a medicine"}},
		{"a recent assault, told", calm, with("topics", "trauma", "body/assault", "told"), "submitted", with("assault", "recent", "assault_care", "told"),
			[]string{"last seven days", "72 hours", "5 days", "4 to 7 days", "<helplines.assault>"}},
		{"a recent assault, not now", calm, with("topics", "trauma", "body/assault", "later"), "submitted", with("assault", "recent"), []string{"Thank you for telling me"}},
		{"trauma long ago", calm, with("topics", "trauma", "body/assault", "none-recent"), "submitted", with("assault", "no-recent"), []string{"last seven days", "How and when"}},
		{"a lower fee", calm, with("fee/fee", "less"), "submitted", with("fee_ok", "less", "can_pay", "60"), []string{"! fee-slots open", "without skipping essentials"}},
		{"a lower fee, no place", host{urgency: "none", slots: "none"}, with("fee/fee", "less"), "submitted", with("can_pay", "60"), []string{"taken right now", "without skipping essentials"}},
		{"a court", calm, with("topics", "something-else", "out", "court"), "submitted", with("out", "court", "path", "short"), []string{"do not write reports", "Would you like a person", "! submit sent"}},
		{"a medicine only", calm, with("topics", "something-else", "out", "medication-only", "out-offer", "stop"), "stopped", with("out", "medication-only"), []string{"do not prescribe"}},
		{"a crisis service", calm, with("topics", "something-else", "out", "crisis-care"), "call-requested", nil, []string{"not a crisis service", "! request-call noted"}},
		{"sexual services", calm, with("topics", "something-else", "out", "sexual-services"), "out-of-scope", nil, []string{"We offer talking only"}},
		{"attraction to minors", calm, with("topics", "something-else", "out", "minors-attraction"), "submitted", with("out", "minors-attraction"),
			[]string{"Nothing is reported because of this answer", "limits", "Stop It Now", "Would you like a person"}},
		{"in person only", calm, with("times", "in-person,weekend"), "submitted", with("mode", "in-person"), nil},
		{"any way", calm, with("times", "+skip"), "submitted", with("mode", "either", "times", ""), nil},
		{"a treatment", calm, with("wishes", "treatment,access", "treatment", "emdr"), "submitted", with("treatment", "emdr", "wishes", "treatment,access"), nil},
		{"a language", calm, with("wishes", "language", "language", "fr"), "submitted", with("session_language", "fr"), nil},
		{"by e-mail", calm, with("coming", "enough-email"), "submitted", with("reach", "email", "contact", "sam@example.org"), nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			asked, said, turn := talk(t, "intake", tt.host, tt.answers)
			ends(t, asked, said, turn, tt.outcome, tt.facts, tt.says)
		})
	}
}

// TestSafetyNeverComesBack: what was said about safety is not read back.
func TestSafetyNeverComesBack(t *testing.T) {
	_, said, _ := talk(t, "intake", calm, with("topics", "ed,trauma", "coming", "couple", "afraid", "once", "body/assault", "told"))
	_, readback, ok := strings.Cut(said, "This is what I will send.")
	if !ok {
		t.Fatal("nothing was read back")
	}
	for _, hidden := range []string{"Not always in the past", "Tell me about care", "all safe"} {
		if strings.Contains(readback, hidden) {
			t.Errorf("%q is read back:\n%s", hidden, readback)
		}
	}
	for _, shown := range []string{"Who would come: A partner and me", "Your name: Sam, they/them", "Body check: None of these"} {
		if !strings.Contains(readback, shown) {
			t.Errorf("%q is not read back:\n%s", shown, readback)
		}
	}
}

// TestTyped: the same by words, as people write them.
func TestTyped(t *testing.T) {
	lib := load(t)
	run := dialogs.Run{Dialog: "intake"}
	var turn dialogs.Turn
	var err error
	for i, words := range []string{
		"", "start", "I agree", "yes", "18", "california", "yes", "porn and kink, done", "single", "kink", "8", "none of these",
		"online, evenings, done", "I need a lower fee", "about 70", "a woman, kink, done", "Sam (they/them)", "by phone", "+1 415 555 0199", "send it",
	} {
		var in dialogs.Input = dialogs.Words{Text: words}
		if i == 0 {
			in = dialogs.Begin{}
		}
		before := turn
		if turn, err = dialogs.Step(lib, run, in, time.Unix(1_796_000_000, 0), "en", calm); err != nil {
			t.Fatal(err)
		}
		if i > 0 && !turn.Accepted {
			t.Fatalf("answer %d was not understood at %s", i, before.Open.Step)
		}
		run = turn.Run
	}
	if turn.Outcome != "submitted" {
		t.Fatalf("stands at %v", turn.Open)
	}
	want := with("here", "US-CA", "topics", "compulsive,kink", "main_topic", "kink", "bother", "8", "body_now", "none", "times", "online,weekday-evening",
		"mode", "online", "fee_ok", "less", "can_pay", "70", "wishes", "woman,kink-aware", "gender", "woman", "call_name", "Sam (they/them)", "reach", "phone")
	got := facts(turn)
	for fact, want := range want {
		if got[fact] != want {
			t.Errorf("%s: got %q, want %q", fact, got[fact], want)
		}
	}
}

// TestMisses: three answers that nobody understands lead somewhere kind, from
// every question, and never alert or send anything.
func TestMisses(t *testing.T) {
	lib := load(t)
	step := func(run dialogs.Run, in dialogs.Input) dialogs.Turn {
		turn, err := dialogs.Step(lib, run, in, time.Unix(1_796_000_000, 0), "en", calm)
		if err != nil {
			t.Fatal(err)
		}
		return turn
	}
	for _, words := range []string{"start", "agree", "yes-private", "adult", "GB"} {
		t.Run("after "+words, func(t *testing.T) {
			turn := step(dialogs.Run{Dialog: "intake"}, dialogs.Begin{})
			for _, w := range strings.Fields("start agree yes-private adult GB") {
				turn = step(turn.Run, dialogs.Words{Text: w})
				if w == words {
					break
				}
			}
			at := turn.Open.Step
			for range 3 {
				turn = step(turn.Run, dialogs.Words{Text: "zxqv"})
			}
			if at == "topics" {
				return // every word is an answer there
			}
			if turn.Open == nil || turn.Open.Step != "lost" {
				t.Fatalf("three misses at %s lead to %v", at, turn.Open)
			}
			if back := step(turn.Run, dialogs.Back{}); back.Open == nil || back.Open.Step != at {
				t.Errorf("back from there leads to %v, want %s", back.Open, at)
			}
		})
	}
}

// TestSeveralTopics: any one topic is one, any two are several.
func TestSeveralTopics(t *testing.T) {
	list, _ := load(t).List("topics")
	all := list.In("en").All
	asksForMain := func(topics string) bool {
		asked, _, _ := talk(t, "intake", calm, with("topics", topics))
		return slices.Contains(asked, "main")
	}
	for i, one := range all {
		if one.ID == "something-else" {
			continue // leads to a question of its own instead
		}
		if asksForMain(one.ID) {
			t.Errorf("%s alone counts as several", one.ID)
		}
		for _, other := range all[i+1:] {
			if other.ID != "something-else" && !asksForMain(one.ID+","+other.ID) {
				t.Errorf("%s and %s do not count as several", one.ID, other.ID)
			}
		}
	}
}

// TestAnswersToTheClient walks what comes after a decision, every button once.
func TestAnswersToTheClient(t *testing.T) {
	for _, tt := range []struct {
		dialog  string
		answers map[string]string
		want    string
	}{
		{"offer", with("pick", "t1"), "picked"},
		{"offer", with("pick", "others", "other-times", "Fridays"), "others"},
		{"offer", with("pick", "withdrawn"), "withdrawn"},
		{"waitlist", with("choose", "wait"), "wait"},
		{"waitlist", with("choose", "see-colleague"), "see-colleague"},
		{"waitlist", with("choose", "other-names"), "other-names"},
		{"waitlist", with("choose", "withdrawn"), "withdrawn"},
		{"colleague", with("choose", "see-colleague"), "see-colleague"},
		{"colleague", with("choose", "other-names"), "other-names"},
		{"colleague", with("choose", "withdrawn"), "withdrawn"},
		{"refer", nil, "ok"},
		{"declined", nil, "ok"},
		{"question", with("ask-it", "Since spring."), "answered"},
		{"call", with("fits", "ok"), "ok"},
		{"call", with("fits", "others"), "others"},
		{"call", with("fits", "withdrawn"), "others"},
		{"forget", with("first", "erase-it", "second", "sure"), "erased"},
		{"forget", with("first", "erase-it", "second", "keep-it"), "kept"},
		{"what-happens", nil, "done"},
		{"more-consent", nil, "done"},
		{"help-now", with("here", "GB", "tell", "tell-them", "next", "go-on"), "done"},
		{"child", with("next", "stop"), "stop"},
	} {
		t.Run(fmt.Sprint(tt.dialog, " ", tt.want), func(t *testing.T) {
			asked, said, turn := talk(t, tt.dialog, calm, tt.answers)
			if turn.Outcome != tt.want {
				t.Errorf("outcome: got %q, want %q after %v", turn.Outcome, tt.want, asked)
			}
			if said == "" {
				t.Error("nothing was said")
			}
		})
	}
}

// ends checks how a walk ended: its outcome, its facts, and what was said on it, in
// that order.
func ends(t *testing.T, asked []string, said string, turn dialogs.Turn, outcome string, want map[string]string, says []string) {
	t.Helper()
	if turn.Outcome != outcome {
		t.Errorf("outcome: got %q, want %q after %v", turn.Outcome, outcome, asked)
	}
	got := facts(turn)
	for fact, value := range want {
		if got[fact] != value {
			t.Errorf("%s: got %q, want %q", fact, got[fact], value)
		}
	}
	rest := said
	for _, words := range says {
		_, after, found := strings.Cut(rest, words)
		if !found {
			t.Fatalf("%q was not said, or not in its place, in:\n%s", words, said)
		}
		rest = after
	}
}
