package bot_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"anteroom/bot"
	"anteroom/bot/care"
	"anteroom/bot/seal"
	"anteroom/bot/sqlite"
	"anteroom/content"
	"anteroom/dialogs/safety"
	"anteroom/dialogs/script"
	"anteroom/scheduler"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m)
}

// phone and desk are the two channels of the tests.
const (
	phone bot.ChannelName = "phone"
	desk  bot.ChannelName = "desk"
)

// start is a Monday, at ten in the morning where the sample practice is.
var start = time.Date(2027, 5, 3, 17, 0, 0, 0, time.UTC)

// sample is the built-in practice with the built-in content.
func sample(tb testing.TB) *bot.Practice {
	tb.Helper()
	p, err := builtin()
	if err != nil {
		tb.Fatal(err)
	}
	mine := *p
	return &mine
}

var builtin = sync.OnceValues(func() (*bot.Practice, error) {
	lib, err := script.Load(content.Files)
	if err != nil {
		return nil, err
	}
	lines, err := content.Helplines(content.Files)
	if err != nil {
		return nil, err
	}
	screen, err := safety.Load(content.Files)
	if err != nil {
		return nil, err
	}
	texts := make(map[string]bot.Texts)
	for _, lang := range content.Languages(content.Files) {
		if texts[lang], err = content.Service(content.Files, lang); err != nil {
			return nil, err
		}
	}
	ids := func(list string) (ids []string) {
		l, _ := lib.List(list)
		for _, o := range l.In("en").All {
			ids = append(ids, o.ID)
		}
		return ids
	}
	rules, err := care.ReadPractice(content.Files, "practice",
		care.Vocabulary{Topics: ids("topics"), Treatments: ids("treatments"), Languages: ids("languages"), Times: ids("times")})
	if err != nil {
		return nil, err
	}
	week := make(map[time.Weekday][]scheduler.Span)
	for day, spans := range rules.OpenHours {
		for _, s := range spans {
			week[day] = append(week[day], scheduler.Span{From: scheduler.Clock(s.From), To: scheduler.Clock(s.To)})
		}
	}
	hours, err := scheduler.NewHours(rules.Zone, week, nil)
	if err != nil {
		return nil, err
	}
	library, err := content.Assignments(content.Files)
	plays := make(plays, len(library))
	for _, a := range library {
		plays[a.ID] = a
	}
	return &bot.Practice{
		Practice: rules, Library: lib, Texts: texts, Screen: screen, Plays: plays, Helplines: helplines{lines}, Zone: rules.Zone,
		Hours: hours, Quiet: scheduler.Quiet{From: scheduler.Clock(rules.Quiet.From), To: scheduler.Clock(rules.Quiet.To)},
		BotName: "Anteroom", Desk: desk,
	}, err
})

type helplines struct{ *content.Directory }

func (h helplines) Lines(lang, place string, kinds ...string) string {
	named := make([]content.Kind, len(kinds))
	for i, k := range kinds {
		named[i] = content.Kind(k)
	}
	return h.In(lang).Lines(place, named...)
}

func (h helplines) Most() []string { return h.First }

func (h helplines) Emergency(lang, place string) string { return h.In(lang).Emergency(place) }

// plays is the shipped library of assignments.
type plays map[string]content.Assignment

func (p plays) All() []bot.Play {
	var all []bot.Play
	for _, id := range slices.Sorted(maps.Keys(p)) {
		a := p[id]
		all = append(all, bot.Play{ID: id, Title: a.In("en").Title, Series: a.Series})
	}
	return all
}

func (p plays) Has(id, variant string) bool {
	a, ok := p[id]
	return ok && (variant == "" || a.Has(variant))
}
func (p plays) Title(id, form string) string          { return p[id].In(form).Title }
func (p plays) Words(id, variant, form string) string { return p[id].In(form).Message(variant) }
func (p plays) Extra(id, form string) string          { return p[id].In(form).Report }

// clock stands until it is moved.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// line is a channel that keeps what it was given, and fails as it is told.
type line struct {
	name bot.ChannelName

	mu    sync.Mutex
	tries []bot.Delivery // every attempt
	sent  []bot.Delivery // those that arrived, as far as the test knows
	fate  func(d bot.Delivery) error
}

func (l *line) Name() bot.ChannelName { return l.name }

// Send calls fate, if there is one, to learn what becomes of the attempt.
func (l *line) Send(_ context.Context, d bot.Delivery) ([]byte, error) {
	l.mu.Lock()
	fate := l.fate
	l.tries = append(l.tries, d)
	l.mu.Unlock()
	if fate != nil {
		if err := fate(d); err != nil {
			return nil, err
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sent = append(l.sent, d)
	return fmt.Appendf(nil, "receipt of %s", d.ID), nil
}

// will sets what becomes of attempts from now on.
func (l *line) will(fate func(d bot.Delivery) error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.fate = fate
}

func (l *line) got() []bot.Delivery {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.sent)
}

func (l *line) tried() []bot.Delivery {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.tries)
}

// to is what arrived at one address.
func (l *line) to(chat string) []bot.Delivery {
	return slices.DeleteFunc(l.got(), func(d bot.Delivery) bool { return d.To != chat })
}

// cards are the cards that arrived.
func (l *line) cards() (cards []bot.Card) {
	for _, d := range l.got() {
		if c, ok := d.Body.(bot.Card); ok {
			cards = append(cards, c)
		}
	}
	return cards
}

// board is health and meter.
type board struct {
	mu      sync.Mutex
	reports []string // component: error
	counts  map[string]int
}

func (b *board) Report(component string, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if err != nil {
		b.reports = append(b.reports, component+": "+err.Error())
	}
}

func (b *board) Count(name string, labels ...string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.counts == nil {
		b.counts = make(map[string]int)
	}
	b.counts[name+" "+strings.Join(labels, " ")]++
}

func (b *board) told() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.reports)
}

// journal is a log that may be read while it is written.
type journal struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.b.Write(p)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.b.String()
}

// house is a service with everything around it. Its zero clock stands at start.
type house struct {
	*bot.Service
	t        testing.TB
	practice *bot.Practice
	store    *frail
	root     seal.Root
	vault    seal.Vault
	clock    *clock
	phone    *line
	desk     *line
	board    *board
	log      *journal

	mu     sync.Mutex
	events int
}

// build makes a house with a service that is moved by hand. change may alter
// the options.
func build(t testing.TB, change ...func(*bot.Options)) *house {
	t.Helper()
	h := furnish(t)
	h.Service = h.service(change...)
	return h
}

func furnish(t testing.TB) *house {
	t.Helper()
	memory, err := sqlite.Memory()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := memory.Close(); err != nil {
			t.Error(err)
		}
	})
	return &house{t: t, practice: sample(t), store: &frail{Store: memory}, root: seal.NewRoot(), vault: seal.NewMemoryVault(),
		clock: &clock{now: start}, phone: &line{name: phone}, desk: &line{name: desk}, board: &board{}, log: &journal{}}
}

// service makes one more service on the same store: another replica, or the
// same one after a restart.
func (h *house) service(change ...func(*bot.Options)) *bot.Service {
	o := bot.Options{Practice: h.practice, Store: h.store, Root: h.root, Vault: h.vault, Channels: []bot.Channel{h.phone, h.desk},
		Log: slog.New(slog.NewTextHandler(h.log, &slog.HandlerOptions{Level: slog.LevelDebug})), Now: h.clock.Now,
		Instance: "one", Health: h.board, Meter: h.board, Alone: true}
	for _, c := range change {
		c(&o)
	}
	return bot.New(o)
}

// restarted is the same house with a new service, which has nothing in memory.
func (h *house) restarted() *house {
	h.Service = h.service()
	return h
}

// inbound is an event of a person that never was before.
func (h *house) inbound(chat string, what bot.What) bot.Inbound {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.events++
	in := bot.Inbound{Practice: h.practice.ID(), Channel: phone, ID: fmt.Sprintf("e%d", h.events), Chat: chat, Locale: "en-US", What: what}
	if _, press := what.(bot.Press); !press {
		in.Message = fmt.Sprint(70_000 + 3*h.events)
	}
	return in
}

func (h *house) receive(in bot.Inbound) {
	h.t.Helper()
	if err := h.Receive(h.t.Context(), in); err != nil {
		h.t.Fatalf("receive %s: %v", in.ID, err)
	}
}

func (h *house) settle() {
	h.t.Helper()
	if err := h.Settle(h.t.Context()); err != nil {
		h.t.Fatal(err)
	}
}

// subject is the subject of a person's chat.
func (h *house) subject(chat string) bot.SubjectID {
	return bot.Conversation(h.root.Pseudonym(string(h.practice.ID()), string(phone), chat))
}

func (h *house) load(q bot.Query) bot.Loaded {
	h.t.Helper()
	got, err := h.store.Load(h.t.Context(), h.practice.ID(), q)
	if err != nil {
		h.t.Fatal(err)
	}
	return got
}

// kept reports whether the store has a state and a key of a subject.
func (h *house) kept(s bot.SubjectID) (state, key bool) {
	h.t.Helper()
	got := h.load(bot.Query{Subjects: []bot.SubjectID{s}, Keys: []bot.KeyID{s.Key()}})
	return got.States[0].Version > 0, got.Keys[0] != nil
}

// acts lets a therapist act on a case.
func (h *house) acts(id string, c care.CaseID, by care.TherapistID, d *care.Decision) error {
	return h.Act(h.t.Context(), h.practice.ID(), bot.Act{ID: id, Case: c, By: by, Claim: d == nil, Decision: d})
}

// view is a case as it stands.
func (h *house) view(c care.CaseID) care.Case {
	h.t.Helper()
	v, err := h.LookAs(h.t.Context(), c, "test")
	if err != nil {
		h.t.Fatalf("look at %s: %v", c, err)
	}
	return v.Case
}

// offer is an offer of one time with somebody; what speaks against it is overruled.
func offer(with care.TherapistID, times ...time.Time) *care.Decision {
	d := &care.Decision{Kind: care.Offer, Therapist: with, Overrule: "they know each other"}
	for _, t := range times {
		d.Times = append(d.Times, t.Unix())
	}
	return d
}

// silent fails the test when one of the words stands in the log or in a report.
func (h *house) silent(words ...string) {
	h.t.Helper()
	all := h.log.String() + strings.Join(h.board.told(), "\n")
	for _, w := range words {
		if strings.Contains(all, w) {
			h.t.Errorf("%q stands in the log or in a report:\n%s", w, all)
		}
	}
}

func contextCause(t *testing.T) (context.Context, context.CancelCauseFunc) {
	return context.WithCancelCause(t.Context())
}
