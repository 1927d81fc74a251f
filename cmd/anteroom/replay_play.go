package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/language"

	"anteroom/bot"
	"anteroom/bot/care"
	"anteroom/bot/seal"
	"anteroom/bot/sqlite"
	"anteroom/dialogs"
)

// player plays transcripts against one practice, several at once if need be.
// Its clock stands at the same moment at the start of each, and its key is
// always the same, so that a conversation comes out alike whenever it is played.
type player struct {
	practice *bot.Practice
	root     seal.Root
	never    map[string]bool // labels of answers that may never stand in a chat
}

func newPlayer(practice *bot.Practice) (*player, error) {
	root, err := sameRoot()
	if err != nil {
		return nil, fmt.Errorf("a key to play with: %w", err)
	}
	own := *practice
	own.Desk, own.Copies = "desk", []string{"Telegram", "Slack"}
	return &player{practice: &own, root: root, never: neverInChat(own.Library)}, nil
}

// sameRoot is a key that is no secret, for conversations that nobody had: case
// numbers come from the key.
func sameRoot() (seal.Root, error) {
	dir, err := os.MkdirTemp("", "anteroom")
	if err != nil {
		return seal.Root{}, err
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "key")
	text := "anteroom-key-1:" + base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{7}, 32)) + "\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		return seal.Root{}, err
	}
	return seal.ReadRoot(file)
}

// play is one conversation under way.
type play struct {
	practice *bot.Practice
	root     seal.Root
	store    *noted
	service  *bot.Service
	log      *slog.Logger
	trace    func(run dialogs.Run, lang string)
	sibling  func(name string) (*transcript, error) // other transcripts, for "… as in"
	now      time.Time
	out      bytes.Buffer
	before   string // the last line that was played

	client, desk bot.Channel // also shown what is sent; nil for none

	chat    string            // whose chat it is now
	locales map[string]string // what a person's messenger says of the language, by chat
	screens map[string]*screen
	said    map[string][]string
	effects []string
	last    bot.Inbound
	n       int
	brief   bool     // something was taken from another file
	taken   []string // the lines of other files that are being played, as file:line
	id      care.CaseID
	invite  string                   // the token of the last one
	rounds  map[care.TherapistID]int // what each therapist saw last

	at      int // the line of the file
	never   map[string]bool
	secrets []string // safety answers that were given
	leaks   []leak
}

// leak is a safety answer that was said again in a chat.
type leak struct {
	line  int
	label string
}

// noted is a store that takes down what a reader of a transcript may know of.
type noted struct {
	bot.Store
	due  map[string]time.Time
	gone []bot.SubjectID
	anew []bot.SubjectID // under a new key
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
		anew := slices.ContainsFunc(c.States, func(w bot.Write) bool { return w.Subject == e.Subject && w.Blob != nil })
		switch {
		case anew:
			n.anew = append(n.anew, e.Subject)
		case e.Subject.Kind() != "invite": // it was used, or its time was up
			n.gone = append(n.gone, e.Subject)
		}
	}
	return nil
}

// begin readies a conversation that has not begun. Close its store in the end.
func (pl *player) begin() (*play, error) {
	db, err := sqlite.Memory()
	if err != nil {
		return nil, err
	}
	own := *pl.practice
	return &play{practice: &own, root: pl.root, log: slog.New(slog.DiscardHandler), never: pl.never, store: &noted{Store: db, due: map[string]time.Time{}},
		now:  time.Date(2026, 11, 23, 10, 0, 0, 0, own.Zone),
		chat: "client", locales: map[string]string{}, screens: map[string]*screen{}, said: map[string][]string{}, rounds: map[care.TherapistID]int{}}, nil
}

// play plays a transcript. The play as far as it came is there with an error too.
func (pl *player) play(ctx context.Context, file *transcript, trace func(dialogs.Run, string)) (*play, error) {
	p, err := pl.begin()
	if err != nil {
		return nil, err
	}
	defer p.store.Close()
	p.trace, p.sibling = trace, file.sibling
	for n, line := range file.lines() {
		if done, err := doing(line); err != nil {
			return p, file.at(n, err)
		} else if !done {
			continue
		}
		p.at = n
		if err := p.take(ctx, line); err != nil {
			return p, file.at(n, err)
		}
	}
	return p, nil
}

// doing reports whether a line is something that was done, or a remark; the
// others say what came of it.
func doing(line string) (bool, error) {
	switch {
	case line != "" && strings.ContainsRune(" \t", rune(line[0])):
		if done, _ := doing(strings.TrimLeft(line, " \t")); done {
			return false, errors.New("what is done begins at the beginning of the line, and here stands a space: take it out")
		}
		return false, nil
	case line == "", strings.ContainsRune("<!|", rune(line[0])):
		return false, nil
	case strings.ContainsRune("#>@=", rune(line[0])), strings.HasPrefix(line, "--- "), strings.HasPrefix(line, asInMark):
		return true, nil
	}
	return false, errors.New("this is no line of a transcript: what a client writes begins with >, what the bot says with <, a remark with #")
}

// take plays a line and writes it with what came of it.
func (p *play) take(ctx context.Context, line string) error {
	if p.before != "" && (line[0] != '#' || p.before[0] != '#') {
		p.out.WriteByte('\n')
	}
	p.before = line
	p.out.WriteString(line + "\n")
	return p.line(ctx, line)
}

func (p *play) line(ctx context.Context, line string) error {
	if how, ok := strings.CutPrefix(line, asInMark); ok {
		return p.asIn(ctx, how)
	}
	rest := strings.TrimSpace(line[1:])
	switch line[0] {
	case '#':
		return nil
	case '-':
		return p.turnTo(strings.Trim(line, "- "))
	}
	if words, ok := strings.CutPrefix(rest, "practice:"); ok && line[0] == '=' {
		if p.service != nil {
			return errors.New("the practice is made another one before the first words: move the line up")
		}
		return p.change(strings.TrimSpace(words))
	}
	p.start()
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
		p.last = bot.Inbound{Practice: p.practice.ID(), Channel: "telegram", ID: strconv.Itoa(p.n), Chat: p.chat,
			Locale: cmp.Or(p.locales[p.chat], "en"), What: what}
		if wrote(what) {
			p.last.Message = "message-" + strconv.Itoa(p.n)
		}
	} else if p.last.What == nil {
		return errors.New("nothing was written yet that could come again")
	}
	if err := p.service.Receive(ctx, p.last); err != nil {
		return err
	}
	return p.settle(ctx, "")
}

// start makes the service, when the practice is as it shall be.
func (p *play) start() *bot.Service {
	if p.service == nil {
		p.service = bot.New(bot.Options{Practice: p.practice, Store: p.store, Root: p.root, Vault: seal.NewMemoryVault(),
			Channels: []bot.Channel{toClients{p}, toDesk{p}}, Log: p.log, Now: func() time.Time { return p.now },
			Instance: "transcript", Health: quietHealth{}, Meter: quietHealth{}, Alone: true, Trace: p.note})
	}
	return p.service
}

// turnTo goes on in another person's chat: "Kim", or "Kim (es)" for somebody
// whose messenger speaks Spanish.
func (p *play) turnTo(who string) error {
	name, locale, ok := strings.Cut(who, " (")
	if name == "" {
		return errors.New("say whose chat it is: --- Kim")
	}
	if ok {
		locale = strings.TrimSuffix(locale, ")")
		if _, err := language.Parse(locale); err != nil {
			return fmt.Errorf("“%s” is no language: write it as in --- Kim (es)", locale)
		}
		p.locales[name] = locale
	}
	p.chat = name
	return nil
}

// wait moves the clock to each time at which something falls due, and on.
func (p *play) wait(ctx context.Context, s string) error {
	days, isDays := strings.CutSuffix(s, "d")
	d, err := time.ParseDuration(s)
	if isDays {
		var n int
		n, err = strconv.Atoi(strings.TrimPrefix(days, "+"))
		d = time.Duration(n) * 24 * time.Hour
		if n > 36500 {
			err = errors.New("more than a hundred years")
		}
	}
	if err != nil || d <= 0 {
		return errors.New("write how far the clock moves as +26h or +9d")
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
	return errors.New("something falls due again and again: move the clock by less")
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
	for _, s := range p.store.anew {
		p.effects = append(p.effects, "! its key is a new one: "+p.name(s))
	}
	p.store.gone, p.store.anew = nil, nil
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
	if id, seat, ok := strings.Cut(s.Name(), "/"); ok && s.Kind() == "partner" {
		return "what partner " + seat + " of " + id + " said"
	}
	return s.Kind() + " " + s.Name()
}
