package bot_test

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	godiff "github.com/google/go-cmp/cmp"

	"anteroom/bot"
	"anteroom/bot/care"
)

var update = flag.Bool("update", false, "write the goldens anew")

// The two second ways of the tests.
const (
	post bot.ChannelName = "post"
	hook bot.ChannelName = "hook"
)

// onCallHouse is a practice whose on-call is Ana, then Ruth, then everybody who
// reads intakes: Noor does too. Mail reaches all but Ruth.
type onCallHouse struct {
	*house
	post, hook *line
	told       []string // who was told when
	seen       map[*line]int
}

func callHouse(t testing.TB, change ...func(p *bot.Practice)) *onCallHouse {
	t.Helper()
	h := &onCallHouse{house: furnish(t), post: &line{name: post}, hook: &line{name: hook}, seen: make(map[*line]int)}
	p := h.practice
	p.Therapists = slices.Clone(p.Therapists)
	for i := range p.Therapists {
		p.Therapists[i].Intake = p.Therapists[i].ID != "sam"
	}
	p.OnCall = care.OnCall{Name: "Ana Reyes", Phone: "1", Therapist: "ana", Next: []care.TherapistID{"ruth"}, Again: 5 * time.Minute, Escalate: 15 * time.Minute}
	p.Second = []bot.Way{{Channel: post, To: map[care.TherapistID]string{"ana": "ana@mail.example", "noor": "noor@mail.example"}}}
	for _, c := range change {
		c(p)
	}
	h.Service = h.service(h.withSecond)
	return h
}

func (h *onCallHouse) withSecond(o *bot.Options) {
	o.Channels = append(o.Channels, h.post, h.hook)
}

func (h *onCallHouse) restart() { h.Service = h.service(h.withSecond) }

// notes writes down what arrived since the last time.
func (h *onCallHouse) notes() {
	h.t.Helper()
	for _, l := range []*line{h.desk, h.post, h.hook} {
		all := l.got()
		for _, d := range all[h.seen[l]:] {
			age := h.clock.Now().Sub(start).Round(time.Second)
			at := strings.TrimSuffix(age.String(), "0s")
			if strings.HasSuffix(at, "h0m") {
				at = strings.TrimSuffix(at, "0m")
			}
			at = fmt.Sprintf("%5s  %s ", cmp.Or(at, "0"), l.name)
			switch b := d.Body.(type) {
			case bot.Card:
				if b.Urgent {
					h.told = append(h.told, strings.TrimRight(fmt.Sprintf("%s %s", at, strings.Join(append([]string{b.OnCall}, b.Also...), " ")), " "))
				}
			case bot.Page:
				h.told = append(h.told, fmt.Sprintf("%s %s", at, b.To))
			case bot.Notice:
				h.told = append(h.told, fmt.Sprintf("%s “%s”", at, b.Line[len("K7Q-42: "):]))
			}
		}
		h.seen[l] = len(all)
	}
}

// passes lets time pass, second by second where something falls due.
func (h *onCallHouse) passes(d time.Duration) {
	h.t.Helper()
	end := h.clock.Now().Add(d)
	for {
		h.settle()
		h.notes()
		next, ok, err := h.store.NextDue(h.t.Context(), h.practice.ID())
		if err != nil {
			h.t.Fatal(err)
		}
		for _, ch := range []bot.ChannelName{desk, post, hook} {
			if at, waits, err := h.store.NextReady(h.t.Context(), h.practice.ID(), ch); err != nil {
				h.t.Fatal(err)
			} else if waits && (!ok || at.Before(next)) {
				next, ok = at, true
			}
		}
		now := h.clock.Now()
		if !ok || next.After(end) {
			h.clock.Advance(end.Sub(now))
			h.settle()
			h.notes()
			return
		}
		h.clock.Advance(max(time.Millisecond, next.Sub(now)))
	}
}

// alarm is a client who asks for help: R1.
func (h *onCallHouse) alarm() care.CaseID {
	h.t.Helper()
	return h.alarmOf("ann")
}

func (h *onCallHouse) alarmOf(chat string) care.CaseID {
	h.t.Helper()
	before := len(h.desk.tried())
	h.person(chat).consents().presses("Yes, I am").says("California").presses("I might harm myself")
	h.notes()
	for _, d := range append(h.desk.tried()[before:], h.post.tried()...) {
		switch b := d.Body.(type) {
		case bot.Card:
			return care.CaseID(b.Case)
		case bot.Page:
			return care.CaseID(b.Case)
		}
	}
	h.t.Fatal("nobody was told")
	return ""
}

// record is the case's log, a line each.
func (h *onCallHouse) record(id care.CaseID) []string {
	h.t.Helper()
	lines, err := h.Audit(h.t.Context(), id)
	if err != nil {
		h.t.Fatal(err)
	}
	return lines
}

// table is a line for each moment.
func (h *onCallHouse) table() string {
	var b strings.Builder
	last := ""
	for _, line := range h.told {
		at := line[:7]
		if at == last {
			line = "  ·  " + line[7:]
		} else if last != "" {
			line = "\n" + line
		}
		last = at
		b.WriteString(line)
	}
	return b.String() + "\n"
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := godiff.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got), -update writes it:\n%s", path, diff)
	}
}

// Nobody acknowledges: who is told when, for nine days.
func TestNobodyAcknowledges(t *testing.T) {
	t.Parallel()
	h := callHouse(t)
	id := h.alarm()
	h.passes(9 * 24 * time.Hour)
	golden(t, "oncall-nobody.txt", h.table())
	if got := h.board.told(); len(got) == 0 || !strings.HasPrefix(got[0], "on-call "+string(id)+": nobody has acknowledged an alert since Mon 10:00, told 4 times") {
		t.Errorf("health was told %q", got)
	}
	record := strings.Join(h.record(id), "\n")
	for _, want := range []string{"client: alert", "service: told 1 by desk: ana", "service: told 1 by desk: sent", "service: told 2 by post: ana: sent", "service: told 4 by desk: ana, ruth, noor"} {
		if !strings.Contains(record, want) {
			t.Errorf("the log lacks %q", want)
		}
	}
	h.silent("ann", "mail.example", "harm myself")
}

// In an emergency all of it goes five times as fast.
func TestEmergency(t *testing.T) {
	t.Parallel()
	h := callHouse(t)
	h.person("ann").consents().presses("Yes, I am").says("California").presses("A medical emergency")
	h.passes(2 * time.Hour)
	golden(t, "oncall-emergency.txt", h.table())
}

// What the desk does not take goes by the second way at once, and only once.
func TestDeskDown(t *testing.T) {
	t.Parallel()
	for name, fate := range map[string]error{
		"refused": known(bot.NotSent), "ill": known(bot.Unhealthy), "impossible": known(bot.Impossible), "no answer": errLost,
		"throttled long": &bot.Failure{Why: bot.Throttled, After: time.Minute, Err: errLost},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := callHouse(t)
			h.desk.will(func(d bot.Delivery) error {
				if c, ok := d.Body.(bot.Card); ok && c.Urgent {
					return fate
				}
				return nil
			})
			id := h.alarm()
			h.passes(4 * time.Minute)
			if diff := godiff.Diff([]string{"0  post  ana"}, trim(h.told)); diff != "" {
				t.Errorf("told (-want +got):\n%s", diff)
			}
			record := strings.Join(h.record(id), "\n")
			outcome := "not sent"
			if fate == errLost {
				outcome = "nobody knows whether it was sent"
			}
			if n := strings.Count(record, "told 1 by desk: "+outcome); n != 1 {
				t.Errorf("the outcome stands %d times in the log, want once:\n%s", n, record)
			}
			h.desk.will(nil)
			h.passes(2 * time.Minute)
			if name != "impossible" && !slices.ContainsFunc(h.desk.cards(), func(c bot.Card) bool { return c.Urgent }) {
				t.Error("the desk is well again and was not told")
			}
			if err := h.acts("press", id, "ana", nil); err != nil {
				t.Fatal(err)
			}
		})
	}
}

func trim(lines []string) (out []string) {
	for _, l := range lines {
		out = append(out, strings.TrimSpace(l))
	}
	return out
}

// A desk that stays down takes nothing from the rest, and doubles nothing.
func TestDeskStaysDown(t *testing.T) {
	t.Parallel()
	h := callHouse(t)
	h.desk.will(func(bot.Delivery) error { return known(bot.NotSent) })
	id := h.alarm()
	h.passes(31 * time.Minute)
	want := []string{"0  post  ana", "5m  post  ana", "15m  post  ana", "30m  post  ana", "30m  post  noor"}
	if diff := godiff.Diff(want, trim(h.told)); diff != "" {
		t.Errorf("told (-want +got):\n%s", diff)
	}
	// Acknowledged meanwhile, nobody is called when the desk is well again.
	if err := h.PostAct(t.Context(), bot.Act{ID: "cli", Case: id, By: "ana", Claim: true}); err != nil {
		t.Fatal(err)
	}
	h.desk.will(nil)
	h.passes(5 * time.Minute)
	for _, c := range h.desk.cards() {
		if c.Urgent {
			t.Errorf("called after it was acknowledged: %q", c.Line)
		}
	}
	if cards := h.desk.cards(); !slices.ContainsFunc(cards, func(c bot.Card) bool { return strings.Join(c.State, "") == "Ana Reyes has seen this, after 31m0s." }) {
		t.Errorf("the desk does not learn who has it: %+v", cards)
	}
}

// A short wait that the desk asks for is not a desk that is down.
func TestThrottledForAMoment(t *testing.T) {
	t.Parallel()
	h := callHouse(t)
	n := 0
	h.desk.will(func(bot.Delivery) error {
		if n++; n == 1 {
			return &bot.Failure{Why: bot.Throttled, After: 2 * time.Second, Err: errLost}
		}
		return nil
	})
	h.person("ann").consents().presses("Yes, I am").says("California").presses("I might harm myself")
	h.passes(time.Minute)
	if got := h.post.got(); len(got) > 0 {
		t.Errorf("%d mails went out", len(got))
	}
}

// Without a desk the second ways are told at once, all of them.
func TestNoDesk(t *testing.T) {
	t.Parallel()
	h := callHouse(t, func(p *bot.Practice) {
		p.Desk = ""
		p.Second = append(p.Second, bot.Way{Channel: hook})
	})
	id := h.alarm()
	h.passes(31 * time.Minute)
	want := []string{"0  post  ana", "0  hook  ana", "5m  post  ana", "5m  hook  ana", "15m  post  ana", "15m  hook  ana", "15m  hook  ruth",
		"30m  post  ana", "30m  post  noor", "30m  hook  ana", "30m  hook  noor", "30m  hook  ruth"}
	got := trim(h.told)
	slices.Sort(got)
	slices.Sort(want)
	if diff := godiff.Diff(want, got); diff != "" {
		t.Errorf("told (-want +got):\n%s", diff)
	}
	p := h.post.got()[0].Body.(bot.Page)
	if p.Line != string(id)+" · R1 · a human today" || strings.Join(p.How, "") != "Run: anteroom case ack "+string(id)+" -as ana" || h.post.got()[0].To != "ana@mail.example" {
		t.Errorf("got %+v to %s", p, h.post.got()[0].To)
	}
}

// An on-call whom the desk cannot mention is told by the second way at once.
func TestOnCallWithoutSlack(t *testing.T) {
	t.Parallel()
	h := callHouse(t, func(p *bot.Practice) {
		i := slices.IndexFunc(p.Therapists, func(t care.Therapist) bool { return t.ID == "ana" })
		p.Therapists[i].Slack = ""
	})
	h.alarm()
	h.passes(time.Second)
	if got := trim(h.told); !slices.Contains(got, "0  post  ana") {
		t.Errorf("told %q, want Ana by mail at once", got)
	}
}

// Whoever was called ends the chain, whatever way they say it, and the log says
// who and after how long.
func TestAcknowledged(t *testing.T) {
	t.Parallel()
	for _, by := range []care.TherapistID{"ana", "ruth", "noor"} {
		t.Run(string(by), func(t *testing.T) {
			t.Parallel()
			h := callHouse(t)
			id := h.alarm()
			h.passes(16 * time.Minute)
			before := len(h.told)
			if err := h.PostAct(t.Context(), bot.Act{ID: "cli", Case: id, By: by, Claim: true}); err != nil {
				t.Fatal(err)
			}
			h.passes(48 * time.Hour)
			if got := h.told[before:]; len(got) > 0 {
				t.Errorf("told after it was acknowledged: %q", got)
			}
			a := h.view(id).Alerts[0]
			if a.AckBy != by || a.AckAt != start.Add(16*time.Minute).Unix() {
				t.Errorf("acknowledged by %s at %d", a.AckBy, a.AckAt)
			}
			if want := nameOf(h.practice, by) + ": acknowledged alert 1 after 16m0s, told 3 times"; !slices.Contains(h.record(id), want) {
				t.Errorf("the log lacks %q: %q", want, h.record(id))
			}
			if n, err := h.Unacknowledged(t.Context(), id); n != 0 || err != nil {
				t.Errorf("%d alerts are open (%v)", n, err)
			}
		})
	}
	h := callHouse(t)
	id := h.alarm()
	if err := h.acts("sam", id, "sam", nil); !errors.Is(err, bot.ErrNotAllowed) {
		t.Errorf("somebody who was never called: got %v, want %v", err, bot.ErrNotAllowed)
	}
	// The command line is told in the log, and nothing waits behind it.
	for _, by := range []care.TherapistID{"sam", "nobody"} {
		if err := h.PostAct(t.Context(), bot.Act{ID: "cli " + string(by), Case: id, By: by, Claim: true}); err != nil {
			t.Fatal(err)
		}
	}
	h.settle()
	if n, _ := h.Unacknowledged(t.Context(), id); n != 1 {
		t.Errorf("%d alerts are open, want 1", n)
	}
	if left, err := h.store.Waiting(t.Context(), h.practice.ID()); len(left) > 0 || err != nil {
		t.Errorf("letters wait in %q (%v)", left, err)
	}
}

// A case in somebody's hands is no reason to be silent: who is called when they
// sleep says that they have seen it, and the case stays where it is.
func TestAnotherAcknowledges(t *testing.T) {
	t.Parallel()
	h := callHouse(t)
	p := h.person("ann")
	id := h.alarm()
	if err := h.acts("ana", id, "ana", nil); err != nil {
		t.Fatal(err)
	}
	h.passes(20 * time.Minute)
	h.told = nil
	p.says("/now").presses("Yes, tell them")
	h.passes(16 * time.Minute)
	if got := len(h.told); got == 0 {
		t.Fatal("the second alert told nobody")
	}
	before := len(h.told)
	if err := h.acts("ruth", id, "ruth", nil); err != nil {
		t.Fatalf("ruth acknowledges: %v", err)
	}
	h.passes(24 * time.Hour)
	c := h.view(id)
	if c.Holder.By != "ana" || len(c.Alerts) != 2 || c.Alerts[1].AckBy != "ruth" {
		t.Errorf("the case is with %q, and its alerts are %+v", c.Holder.By, c.Alerts)
	}
	if got := h.told[before:]; len(got) > 0 {
		t.Errorf("told after it was acknowledged: %q", got)
	}
}

// The same alert within ten minutes is the same; later, while it is open, it is
// told at once by both ways, and begins the chain anew. Nobody is told later for
// that. Another kind has a chain of its own.
func TestAlertsOfOneCase(t *testing.T) {
	t.Parallel()
	h := callHouse(t)
	p := h.person("ann")
	id := h.alarm()
	h.passes(2 * time.Minute)
	p.says("/now").presses("Yes, tell them")
	if got := len(h.view(id).Alerts); got != 1 {
		t.Errorf("got %d alerts, want 1", got)
	}
	h.passes(18 * time.Minute)
	h.told = nil
	p.says("/now").presses("Yes, tell them")
	h.passes(0)
	if diff := godiff.Diff([]string{"20m  desk  U0ANA U0RUTH", "20m  post  ana"}, trim(h.told)); diff != "" {
		t.Errorf("told (-want +got):\n%s", diff)
	}
	h.told = nil
	h.passes(11 * time.Minute)
	want := []string{"25m  desk  U0ANA U0RUTH", "25m  post  ana", "30m  desk  U0ANA U0RUTH U0NOOR", "30m  post  ana", "30m  post  noor"}
	if diff := godiff.Diff(want, trim(h.told)); diff != "" {
		t.Errorf("told (-want +got):\n%s", diff)
	}
	if err := h.acts("ana", id, "ana", nil); err != nil {
		t.Fatal(err)
	}
	if n, _ := h.Unacknowledged(t.Context(), id); n != 0 {
		t.Errorf("%d alerts are open", n)
	}
}

// Words of danger soon after an alert are never lost: while nobody has said that
// they have it, they stand in the case; after that, they call anew.
func TestDangerSoonAgain(t *testing.T) {
	t.Parallel()
	for _, acknowledged := range []bool{false, true} {
		t.Run(fmt.Sprintf("acknowledged %v", acknowledged), func(t *testing.T) {
			t.Parallel()
			h := callHouse(t)
			p := h.person("ann")
			id := h.alarm()
			alerts := 1
			if acknowledged {
				alerts = 2
				if err := h.acts("ack", id, "ana", nil); err != nil {
					t.Fatal(err)
				}
			}
			h.passes(2 * time.Minute)
			h.told = nil
			p.says("I want to kill myself, I stand on the Marmalade bridge")
			h.passes(0)
			if got := len(h.view(id).Alerts); got != alerts {
				t.Errorf("got %d alerts, want %d", got, alerts)
			}
			if got := len(h.told); got != alerts-1 {
				t.Errorf("told %q, want %d tellings", h.told, alerts-1)
			}
			if !strings.Contains(h.summary(id), "Marmalade") {
				t.Error("the words are nowhere in the case")
			}
		})
	}
}

// Danger in a case whose alert has stood open for days is as urgent as ever: all
// are told at once by both ways, and again and again from there.
func TestDangerOverAnOldAlert(t *testing.T) {
	t.Parallel()
	h := callHouse(t)
	p := h.person("ann")
	id := h.alarm()
	h.passes(8*24*time.Hour + 13*time.Minute)
	h.told = nil
	p.says("I want to kill myself tonight")
	h.passes(40 * time.Minute)
	var desk, mail int
	for _, line := range trim(h.told) {
		switch {
		case strings.HasSuffix(line, "desk  U0ANA U0RUTH U0NOOR"):
			desk++
		case strings.HasSuffix(line, "post  ana"):
			mail++
		}
	}
	if desk != 4 || mail != 4 {
		t.Errorf("at once and after 5, 15 and 30 minutes: told %q", h.told)
	}
	if err := h.acts("ana", id, "ana", nil); err != nil {
		t.Fatal(err)
	}
	h.told = nil
	h.passes(3 * 24 * time.Hour)
	if n, _ := h.Unacknowledged(t.Context(), id); n != 0 || len(h.told) > 0 {
		t.Errorf("%d alerts are open, told %q", n, h.told)
	}
}

// Killed at any moment and started again, the service loses no telling, and
// repeats none of which it knows that it went out.
func TestRestarts(t *testing.T) {
	t.Parallel()
	calm := callHouse(t)
	calm.alarm()
	calm.passes(5 * time.Hour)
	h := callHouse(t)
	h.alarm()
	for range 60 {
		h.restart()
		h.passes(5 * time.Minute)
	}
	if diff := godiff.Diff(calm.told, h.told); diff != "" {
		t.Errorf("told (-without +with restarts):\n%s", diff)
	}
}

// Away for hours, the service tells everybody at once when it is back, and not
// each telling that was missed.
func TestBackAfterHours(t *testing.T) {
	t.Parallel()
	h := callHouse(t)
	h.alarm()
	h.told = nil
	h.clock.Advance(3*time.Hour + 10*time.Minute)
	h.restart()
	h.passes(0)
	if diff := godiff.Diff([]string{"3h10m  desk  U0ANA U0RUTH U0NOOR", "3h10m  post  ana", "3h10m  post  noor"}, trim(h.told)); diff != "" {
		t.Errorf("told (-want +got):\n%s", diff)
	}
}

// A page that did not get out while it was news does not come late, and none
// comes after somebody has acknowledged.
func TestPagesDoNotPileUp(t *testing.T) {
	t.Parallel()
	h := callHouse(t)
	h.post.will(func(bot.Delivery) error { return known(bot.NotSent) })
	id := h.alarm()
	h.passes(3 * time.Hour)
	h.post.will(nil)
	h.passes(2 * time.Minute)
	if got := len(h.post.got()); got != 2 {
		t.Errorf("got %d mails at once, want one for each of two", got)
	}
	h.post.will(func(bot.Delivery) error { return known(bot.NotSent) })
	h.passes(time.Hour)
	if err := h.acts("ana", id, "ana", nil); err != nil {
		t.Fatal(err)
	}
	h.post.will(nil)
	h.passes(time.Hour)
	if got := len(h.post.got()); got != 2 {
		t.Errorf("got %d mails, want none after somebody acknowledged", got-2)
	}
}

// An erased client leaves nothing but that somebody was called; the chain goes
// on until a person says that they have seen it.
func TestErasedMeanwhile(t *testing.T) {
	t.Parallel()
	h := callHouse(t)
	p := h.person("ann")
	id := h.alarm()
	h.passes(3 * time.Minute)
	p.forgets()
	if state, key := h.kept(bot.CaseSubject(string(id))); state || key {
		t.Errorf("the case is kept: state %v, key %v", state, key)
	}
	h.told = nil
	h.passes(28 * time.Minute)
	want := []string{"5m  desk  U0ANA", "5m  post  ana", "15m  desk  U0ANA U0RUTH", "15m  post  ana", "30m  desk  U0ANA U0RUTH U0NOOR", "30m  post  ana", "30m  post  noor"}
	if diff := godiff.Diff(want, trim(h.told)); diff != "" {
		t.Errorf("told (-want +got):\n%s", diff)
	}
	cards := h.desk.cards()
	if got := cards[len(cards)-1].Line; !strings.HasPrefix(got, string(id)+" · R1 · a human today · the client has erased the rest · told 4 times") {
		t.Errorf("the card says %q", got)
	}
	if err := h.acts("offer", id, "ana", offer("ana", hour(30))); err != bot.ErrNoCase {
		t.Errorf("deciding: got %v, want %v", err, bot.ErrNoCase)
	}
	if err := h.acts("sam", id, "sam", nil); !errors.Is(err, bot.ErrNotAllowed) {
		t.Errorf("somebody who was never called: got %v, want %v", err, bot.ErrNotAllowed)
	}
	for i, by := range []care.TherapistID{"ruth", "ana"} {
		if err := h.acts(fmt.Sprint("press", i), id, by, nil); err != nil {
			t.Errorf("%s acknowledges: %v", by, err)
		}
	}
	h.told = nil
	h.passes(3 * 24 * time.Hour)
	if len(h.told) > 0 {
		t.Errorf("told after it was acknowledged: %q", h.told)
	}
	if !slices.Contains(h.record(id), "Ruth Cole: acknowledged alert 1 after 31m0s, told 4 times") {
		t.Errorf("the log: %q", h.record(id))
	}
	if state, key := h.kept("call/" + bot.SubjectID(id)); state || key {
		t.Errorf("what was left is kept: state %v, key %v", state, key)
	}
	if _, practiceKey := h.kept(bot.PracticeSubject); !practiceKey {
		t.Error("the practice's key went with it")
	}
}

// What the client does changes nothing: the chain goes on over pauses, and over
// "I am fine now"; and at night.
func TestClientAndNight(t *testing.T) {
	t.Parallel()
	h := callHouse(t)
	h.clock.Advance(13 * time.Hour) // 23:00 where the client is
	p := h.person("ann")
	id := h.alarm()
	p.says("I am fine now", "/pause")
	h.told = nil
	h.passes(16 * time.Minute)
	if got := len(h.told); got != 4 {
		t.Errorf("told %q, want two tellings by both ways", h.told)
	}
	if h.view(id).Alerts[0].AckBy != "" {
		t.Error("it counts as acknowledged")
	}
}

func nameOf(p *bot.Practice, id care.TherapistID) string {
	t, _ := p.Therapist(id)
	return t.Name
}
