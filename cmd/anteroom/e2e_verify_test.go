package main

import (
	"context"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"time"

	fakeslack "anteroom/bot/slack/slacktest"
)

// verify holds what came of a run against what must be.
func (s *stage) verify(people []*person, d *desk, killed bool) {
	t := s.t
	t.Helper()
	if log := s.process.said(); strings.Contains(log, "DATA RACE") || strings.Contains(log, "panic") {
		t.Errorf("the log tells of a race or a panic:\n%s", tailOf(log, 6000))
	}
	cards := map[string]int{}
	notices := map[string]int{}
	for _, m := range s.slack.Messages(fakeslack.Channel) {
		switch id := caseOf(m); {
		case id == "":
			if notices[m.Text]++; notices[m.Text] > 1 || !strings.HasSuffix(m.Text, "it is your turn again.") {
				t.Errorf("a notice that is not known, or came %d times: %q", notices[m.Text], m.Text)
			}
		case isAlert(m): // a line of its own, each time
		default:
			cards[id]++
		}
	}
	for id, n := range cards {
		if n != 1 || d.tries[id] == nil {
			t.Errorf("case %s has %d cards and was tried %d times, want 1 card and a decision", id, n, len(d.tries[id]))
		}
	}
	if len(cards) != clients || len(d.clients) != clients {
		t.Errorf("got %d cards and %d summaries, want %d", len(cards), len(d.clients), clients)
	}
	whose := map[int]string{}
	for id, n := range d.clients {
		if other, ok := whose[n]; ok {
			t.Errorf("client %d has two cases, %s and %s", n, id, other)
		}
		whose[n] = id
	}
	for _, p := range people {
		s.verifyDecision(p, d, whose[p.n], killed)
	}
	s.verifyPlaces(people)
}

// verifyDecision: of all that was tried on a case one decision counts, it
// reached its client once, and nobody else's reached them.
func (s *stage) verifyDecision(p *person, d *desk, id string, killed bool) {
	heard := map[string]int{}
	for _, m := range p.user.Inbox() {
		if strings.HasPrefix(m.Text, "This is what you told me.") {
			continue // whoever asks what is kept reads the decision there as well
		}
		for w := range strings.FieldsFuncSeq(m.Text, func(r rune) bool { return r > 'z' || r < '0' || r > '9' && r < 'a' }) {
			if strings.HasPrefix(w, noteMark) {
				heard[w]++
			}
		}
	}
	var done []string
	for _, t := range d.tries[id] {
		if strings.Contains(t.told, "Done: ") && !slices.Contains(done, t.note) {
			done = append(done, t.note)
		}
	}
	if len(heard) != 1 || len(done) > 1 || len(done) == 0 && !killed {
		s.t.Errorf("seed %d, client %d, case %s: heard of %v; recorded were %v, want one and the same; tried %+v", p.seed, p.n, id, heard, done, d.tries[id])
		return
	}
	for note, n := range heard {
		if len(done) == 1 && note != done[0] || !slices.ContainsFunc(d.tries[id], func(t try) bool { return t.note == note }) {
			s.t.Errorf("seed %d, client %d, case %s: heard %s, recorded was %v", p.seed, p.n, id, note, done)
		}
		if n != 1 && !(killed && n <= 3) && !s.asksAgain(p, note) {
			s.t.Errorf("seed %d, client %d, case %s: the decision came %d times:\n%s", p.seed, p.n, id, n, p.tail(20))
		}
	}
}

// asksAgain: the question of a therapist is a question, and is asked again
// after something beside it.
func (s *stage) asksAgain(p *person, note string) bool {
	for _, m := range p.user.Inbox() {
		if strings.Contains(m.Text, note) {
			return strings.Contains(m.Text, "has one question:")
		}
	}
	return false
}

// verifyPlaces: no hour of a therapist is given twice, and no hard cap passed.
func (s *stage) verifyPlaces(people []*person) {
	taken := map[string]int{}
	for _, p := range people {
		if p.picked == "" {
			continue
		}
		who, when, ok := strings.Cut(strings.TrimPrefix(p.picked, "Thank you. Your first meeting with "), ": ")
		zone, err := time.LoadLocation(p.zone)
		if err != nil || !ok {
			s.t.Errorf("client %d: %q, %v", p.n, p.picked, err)
			continue
		}
		at, err := time.ParseInLocation("Monday 2 January, 3 pm 2006", strings.TrimSuffix(when, ".")+fmt.Sprint(" ", time.Now().Year()), zone)
		if err != nil {
			s.t.Errorf("client %d: %v", p.n, err)
		}
		slot := who + at.UTC().Format(" 01-02 15:04")
		if other, ok := taken[slot]; ok {
			s.t.Errorf("seed %d: %s was given to client %d and to client %d", p.seed, slot, other, p.n)
		}
		taken[slot] = p.n
	}
	if len(taken) < 5 {
		s.t.Errorf("only %d times were picked: this run shows too little", len(taken))
	}
	held := map[string]int{}
	for _, m := range s.slack.Messages(fakeslack.Channel) {
		for name := range roomFor {
			if text := m.Plain(); strings.Contains(text, "Booked with "+name) || strings.Contains(text, "offered times with "+name) {
				held[name]++
			}
		}
	}
	for name, most := range roomFor {
		if held[name] > most {
			s.t.Errorf("%s holds %d cases, and has room for %d", name, held[name], most)
		}
	}
	s.t.Logf("picked %d times; places held: %v of %v", len(taken), held, roomFor)
}

// roomFor is each therapist's hard cap less what they carry from outside.
var roomFor = map[string]int{"Ana Reyes": 17 - 14, "Ruth Cole": 16 - 9, "Sam Okafor": 22 - 16, "Noor Haddad": 8 - 6}

// verifyOnce gives every update once more: nothing may come of it.
func (s *stage) verifyOnce(ctx context.Context, people []*person) {
	count := func() (n int) {
		for _, p := range people {
			n += len(p.user.Inbox())
		}
		return n + len(s.slack.Messages(fakeslack.Channel))
	}
	before := count()
	s.telegram.Replay()
	s.settled(ctx)
	if after := count(); after != before {
		s.t.Errorf("every update was delivered once more, and %d messages came of it", after-before)
	}
}

// verifyCommands looks at the cases from the command line.
func (s *stage) verifyCommands(people []*person, d *desk) {
	t := s.t
	list := anteroom(t, append([]string{"case", "list"}, s.settings...)...)
	if lines := strings.Count(list, "\n"); lines != clients+1 {
		t.Errorf("case list has %d lines, want %d and a head:\n%s", lines, clients, list)
	}
	for id, n := range d.clients {
		show := anteroom(t, append(append([]string{"case", "show", "-reason", "a test of the command"}, s.settings...), id)...)
		if !slices.ContainsFunc(people[n].secrets(), func(own string) bool { return strings.Contains(show, own) }) {
			t.Errorf("case show %s has none of the words of client %d:\n%s", id, n, show)
		}
		if log := anteroom(t, append(append([]string{"case", "log"}, s.settings...), id)...); !strings.Contains(log, "looked") || !strings.Contains(log, "a test of the command") || !strings.Contains(log, "unbroken") {
			t.Errorf("case log %s does not tell of the look:\n%s", id, log)
		}
		if out, err := exec.Command("anteroom", append(append([]string{"case", "unlock"}, s.settings...), id)...).CombinedOutput(); err == nil || !strings.Contains(string(out), id+" has no PIN") {
			t.Errorf("case unlock %s, which has no PIN: got %v, %q", id, err, out)
		}
		break
	}
	if out, err := exec.Command("anteroom", append(append([]string{"case", "show", "-reason", "a test of the command"}, s.settings...), "CCC-00")...).CombinedOutput(); err == nil {
		t.Errorf("case show of a case that is not there: exit 0, %s", out)
	}
}
