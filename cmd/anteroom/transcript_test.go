package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	gocmp "github.com/google/go-cmp/cmp"

	"anteroom/bot"
	"anteroom/bot/care"
	"anteroom/bot/seal"
	"anteroom/bot/sqlite"
)

// The transcripts are conversations that a therapist can read and sign. Each
// is played against the whole service, with the built-in practice, a clock
// that starts on Monday 23 November 2026 at 10:00 in Los Angeles, and channels
// that only take down what was sent. What is played stands in the file:
//
//	# a title and what it shows; any other remark
//	> words              the client writes
//	> [Label]            the client presses that button under the last message
//	> (voice note)       or photo, video, sticker, place, poll, contact, file, forward
//	> (old button: Label)   a button under an earlier message
//	> (forged button)    a press that was never ours
//	> (changes a message to: words)
//	> (same again)       the messenger delivers the last one once more
//	… as in expert-has-room, as far as [Start]      what that file does up to there
//	… as in expert-has-room, from [Online] as far as [Send it]
//	--- Kim              from here on this person's chat; the first is called client
//	@ +26h               the clock moves, and what falls due happens at its time
//	= summary ana        what that therapist reads now
//	= ana: offer times 2026-12-03 10:00, 2026-12-04 15:00; with ruth; note: words; because: words
//	= due                what is planned
//	= practice: sam carries compulsive 5      before the first words
//
// and what came of it is written under it by the test: "<" what the bot says,
// with its buttons in brackets (the ways out that stand under every question
// only where they change; a long list only in full where nothing is taken from
// another file), "!" what happens elsewhere, "|" the summary.
//
//	go test ./cmd/anteroom -run Transcript -update
//
// writes those lines anew.
var update = flag.Bool("update", false, "write anew what the bot says in the transcripts")

const transcripts = "../../content/transcripts"

// folder is all transcripts by name, as they stood when the test began.
type folder map[string]string

func readTranscripts(t *testing.T) folder {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(transcripts, "*.txt"))
	if err != nil || len(files) < 20 {
		t.Fatalf("got %d transcripts, %v; want at least 20", len(files), err)
	}
	all := make(folder, len(files))
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		all[strings.TrimSuffix(filepath.Base(file), ".txt")] = string(text)
	}
	return all
}

func TestTranscripts(t *testing.T) {
	all := readTranscripts(t)
	for name, want := range all {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := all.replay(t, name).out.String()
			if *update {
				if err := os.WriteFile(filepath.Join(transcripts, name+".txt"), []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := gocmp.Diff(strings.Split(want, "\n"), strings.Split(got, "\n")); diff != "" {
				t.Errorf("the conversation went another way (- the file, + now; -update writes it):\n%s", diff)
			}
		})
	}
}

// TestTranscriptsKeepSafetyAnswers: an answer that may never stand in a chat
// is not said in one again, in any transcript.
func TestTranscriptsKeepSafetyAnswers(t *testing.T) {
	all := readTranscripts(t)
	given := 0
	for name := range all {
		p := all.replay(t, name)
		given += len(p.secrets)
		for _, label := range []string{"I might harm myself", "No, I am afraid now", "No, I am not safe", "Yes. Tell me about care"} {
			if !p.never[label] {
				t.Fatalf("%q may stand in a chat again", label)
			}
		}
		for _, s := range p.leaks {
			t.Errorf("%s: said again after it was answered: %s", name, s)
		}
	}
	if given < 20 {
		t.Errorf("only %d safety answers were given in all transcripts: this test sees too little", given)
	}
}

// play is one transcript under way.
type play struct {
	all      folder
	practice *bot.Practice
	root     seal.Root
	store    *noted
	service  *bot.Service
	now      time.Time
	out      bytes.Buffer

	chat    string             // whose chat it is now
	screens map[string]*screen // by chat
	said    map[string][]string
	effects []string
	last    bot.Inbound
	n       int
	brief   bool // something is taken from another file
	id      care.CaseID
	rounds  map[care.TherapistID]int // what each therapist saw last

	never   map[string]bool // labels of answers that may never stand in a chat
	secrets []string        // those that were given
	leaks   []string
}

// noted is a store that takes down what a reader of a transcript may know of.
type noted struct {
	bot.Store
	due  map[string]time.Time
	gone []bot.SubjectID
}

func (n *noted) Commit(ctx context.Context, p bot.PracticeID, c bot.Commit) error {
	if err := n.Store.Commit(ctx, p, c); err != nil {
		return err
	}
	for _, d := range c.Due {
		n.due[d.ID] = d.At
	}
	for _, id := range c.Undue {
		delete(n.due, id)
	}
	if d := c.DueDone; d != nil && n.due[d.ID].Equal(d.At) {
		delete(n.due, d.ID)
	}
	for _, e := range c.Erase {
		n.gone = append(n.gone, e.Subject)
	}
	return nil
}

// replay plays a transcript and writes what came of it.
func (all folder) replay(t *testing.T, name string) *play {
	t.Helper()
	p := &play{all: all, chat: "client", screens: map[string]*screen{}, said: map[string][]string{}, rounds: map[care.TherapistID]int{}}
	var err error
	if p.practice, _, err = loadPractice(""); err != nil {
		t.Fatal(err)
	}
	p.practice.Desk, p.practice.Companies = "desk", "Telegram and Slack"
	p.now = time.Date(2026, 11, 23, 10, 0, 0, 0, p.practice.Zone)
	p.never = neverInChat(p.practice.Library)
	db, err := sqlite.Memory()
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	p.store = &noted{Store: db, due: map[string]time.Time{}}
	p.root = fixedRoot(t)

	before := ""
	for line := range strings.Lines(all[name]) {
		line = strings.TrimRight(line, " \r\n")
		if mark, _ := utf8.DecodeRuneInString(line); !strings.ContainsRune("#>@=-…", mark) {
			continue // written by the test
		}
		if before != "" && (line[0] != '#' || before[0] != '#') {
			p.out.WriteByte('\n')
		}
		before = line
		p.out.WriteString(line + "\n")
		if err := p.line(t.Context(), line); err != nil {
			so := p.out.Bytes()
			t.Fatalf("%v; so far:\n%s", err, so[max(0, len(so)-900):])
		}
	}
	return p
}

func (p *play) line(ctx context.Context, line string) error {
	rest := strings.TrimSpace(line[1:])
	if how, ok := strings.CutPrefix(line, "… as in "); ok {
		return p.asIn(ctx, how)
	}
	switch line[0] {
	case '#':
		return nil
	case '-':
		p.chat = strings.Trim(line, "- ")
		return nil
	}
	if words, ok := strings.CutPrefix(rest, "practice:"); ok {
		return p.change(strings.TrimSpace(words))
	}
	if p.service == nil {
		p.service = bot.New(bot.Options{Practice: p.practice, Store: p.store, Root: p.root, Vault: seal.NewMemoryVault(),
			Channels: []bot.Channel{toClients{p}, toDesk{p}}, Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return p.now },
			Instance: "transcript", Health: quietHealth{}, Meter: quietHealth{}, Alone: true})
	}
	switch line[0] {
	case '@':
		return p.wait(ctx, rest)
	case '=':
		p.now = p.now.Add(time.Minute)
		return p.therapist(ctx, rest)
	}
	p.now = p.now.Add(20 * time.Second)
	if rest != "(same again)" {
		what, err := p.input(rest)
		if err != nil {
			return err
		}
		p.n++
		p.last = bot.Inbound{Practice: p.practice.ID(), Channel: "telegram", ID: strconv.Itoa(p.n), Chat: p.chat, Locale: "en", What: what}
	}
	if err := p.service.Receive(ctx, p.last); err != nil {
		return err
	}
	return p.settle(ctx, "")
}

// wait moves the clock to each time at which something falls due, and on.
func (p *play) wait(ctx context.Context, s string) error {
	days, isDays := strings.CutSuffix(s, "d")
	d, err := time.ParseDuration(s)
	if isDays {
		var n int
		n, err = strconv.Atoi(strings.TrimPrefix(days, "+"))
		d = time.Duration(n) * 24 * time.Hour
	}
	if err != nil || d <= 0 {
		return errors.New("write the time as +26h or +9d")
	}
	until := p.now.Add(d)
	for range 1000 {
		at, ok, err := p.store.NextDue(ctx, p.practice.ID())
		if err != nil {
			return err
		}
		if !ok || at.After(until) {
			p.now = until
			fmt.Fprintf(&p.out, "! it is %s\n", p.clock(p.now))
			return nil
		}
		if at.After(p.now) {
			p.now = at
		}
		if err := p.settle(ctx, p.clock(p.now)); err != nil {
			return err
		}
	}
	return errors.New("something falls due again and again")
}

func (p *play) clock(at time.Time) string {
	return at.In(p.practice.Zone).Format("Monday 2 January 2006, 15:04")
}

// settle lets everything happen that can happen now, and writes it: first this
// person's chat, then the others', then what happens elsewhere.
func (p *play) settle(ctx context.Context, when string) error {
	if err := p.service.Settle(ctx); err != nil {
		return err
	}
	slices.Sort(p.store.gone)
	for _, s := range p.store.gone {
		p.effects = append(p.effects, "! erased: "+p.name(s)+", and its key")
	}
	p.store.gone = nil
	if when != "" && len(p.said)+len(p.effects) > 0 {
		fmt.Fprintf(&p.out, "! %s\n", when)
	}
	write := func(lines []string) {
		for _, l := range lines {
			p.out.WriteString(l + "\n")
		}
	}
	write(p.said[p.chat])
	delete(p.said, p.chat)
	for _, chat := range slices.Sorted(maps.Keys(p.said)) {
		fmt.Fprintf(&p.out, "! in the chat of %s:\n", chat)
		write(p.said[chat])
	}
	write(p.effects)
	clear(p.said)
	p.effects = nil
	return nil
}

// name says what a subject is.
func (p *play) name(s bot.SubjectID) string {
	for chat := range p.screens {
		if s == bot.Conversation(p.root.Pseudonym(string(p.practice.ID()), "telegram", chat)) {
			return "the chat of " + chat
		}
	}
	return s.Kind() + " " + s.Name()
}

// fixedRoot is the same key for every run, so that case numbers stay.
func fixedRoot(t *testing.T) seal.Root {
	t.Helper()
	file := filepath.Join(t.TempDir(), "key")
	text := "anteroom-key-1:" + base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{7}, 32)) + "\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	root, err := seal.ReadRoot(file)
	if err != nil {
		t.Fatal(err)
	}
	return root
}
