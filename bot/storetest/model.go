package storetest

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"anteroom/bot"
)

// practice is what a store should hold for one practice, said in the simplest
// way: the contract in maps and slices.
type practice struct {
	states   map[bot.SubjectID]bot.State
	keys     map[bot.KeyID][]byte
	seen     map[bot.EventID]time.Duration // when, by the store's clock
	letters  map[bot.SubjectID][]bot.Letter
	lanes    map[bot.Lane]*lane
	filled   int64
	aside    map[bot.Lane][]bot.Parcel
	receipts map[bot.Lane]map[string]bot.Sealed
	due      map[string]*planned
	indexes  map[string]map[string]int64
	logs     map[string][]bot.Sealed
	fence    uint64
	owner    string
	alive    map[string]time.Duration // until when, by the store's clock
	clock    time.Duration            // of the store: what Advance added up to
}

type lane struct {
	parcels []bot.Parcel
	ready   int64 // ms; a lane that filled has its place among those that did
	tries   int
	token   int64
}

type planned struct {
	bot.Due
	ready int64
}

func newPractice() *practice {
	return &practice{
		states: map[bot.SubjectID]bot.State{}, keys: map[bot.KeyID][]byte{}, seen: map[bot.EventID]time.Duration{},
		letters: map[bot.SubjectID][]bot.Letter{}, lanes: map[bot.Lane]*lane{}, aside: map[bot.Lane][]bot.Parcel{}, receipts: map[bot.Lane]map[string]bot.Sealed{},
		due: map[string]*planned{}, indexes: map[string]map[string]int64{}, logs: map[string][]bot.Sealed{}, alive: map[string]time.Duration{},
	}
}

func (m *practice) hasSeen(e bot.EventID) bool {
	at, ok := m.seen[e]
	return ok && m.clock-at < bot.SeenFor
}

func (m *practice) commit(c bot.Commit) error {
	if c.Fence != 0 && c.Fence != m.fence {
		return bot.ErrFenced
	}
	if m.hasSeen(c.Event) {
		return bot.ErrSeen
	}
	if c.Took != nil {
		if q := m.letters[c.Took.Subject]; len(q) == 0 || q[0].Event != c.Took.Event {
			return bot.ErrSeen
		}
	}
	for _, w := range c.States {
		if m.states[w.Subject].Version != w.Was {
			return bot.ErrConflict
		}
	}
	for _, k := range c.Keys {
		erased := slices.ContainsFunc(c.Erase, func(e bot.Erasure) bool { return e.Key == k.ID })
		if m.keys[k.ID] != nil && !erased {
			return bot.ErrConflict
		}
	}

	m.seen[c.Event] = m.clock
	if c.Took != nil {
		m.letters[c.Took.Subject] = m.letters[c.Took.Subject][1:]
	}
	for _, e := range c.Erase {
		delete(m.states, e.Subject)
		if !e.KeepInbox {
			delete(m.letters, e.Subject)
		}
		delete(m.keys, e.Key)
		for _, l := range e.Lanes {
			delete(m.lanes, l)
			delete(m.aside, l)
			delete(m.receipts, l)
		}
	}
	for _, w := range c.States {
		if w.Blob != nil {
			m.states[w.Subject] = bot.State{Version: w.Next, Blob: w.Blob}
		}
	}
	for _, k := range c.Keys {
		m.keys[k.ID] = k.Wrapped
	}
	for _, l := range c.Post {
		m.letters[l.Subject] = append(m.letters[l.Subject], l)
	}
	for _, o := range c.Out {
		ready, atOnce := o.Ready.UnixMilli(), o.Ready.IsZero()
		if atOnce {
			m.filled++
			ready = m.filled
		}
		if l := m.lanes[o.Lane]; l == nil {
			m.lanes[o.Lane] = &lane{ready: ready}
		} else if atOnce && l.tries == 0 {
			l.ready = min(l.ready, ready)
		}
		o.Ready = time.Time{}
		m.lanes[o.Lane].parcels = append(m.lanes[o.Lane].parcels, o)
	}
	if d := c.DueDone; d != nil && m.due[d.ID] != nil && m.due[d.ID].At.Equal(d.At) {
		delete(m.due, d.ID)
	}
	for _, id := range c.Undue {
		delete(m.due, id)
	}
	for _, d := range c.Due {
		m.due[d.ID] = &planned{Due: d, ready: d.At.UnixMilli()}
	}
	for _, x := range c.Index {
		if m.indexes[x.Index] == nil {
			m.indexes[x.Index] = map[string]int64{}
		}
		if m.indexes[x.Index][x.Member] = x.Score; x.Remove {
			delete(m.indexes[x.Index], x.Member)
		}
	}
	for _, e := range c.Append {
		m.logs[e.Log] = append(m.logs[e.Log], e.Sealed)
	}
	return nil
}

func (m *practice) claim(o bot.ClaimOptions) (claimed []bot.Claimed, err error) {
	if o.Fence != 0 && o.Fence != m.fence {
		return nil, bot.ErrFenced
	}
	ready := slices.DeleteFunc(slices.Collect(maps.Keys(m.lanes)), func(l bot.Lane) bool {
		return l.Channel != o.Channel || m.lanes[l].ready > o.Now.UnixMilli()
	})
	slices.SortFunc(ready, func(a, b bot.Lane) int {
		return cmp.Or(cmp.Compare(m.lanes[a].ready, m.lanes[b].ready), cmp.Compare(a.Of, b.Of))
	})
	for _, l := range ready[:min(o.N, len(ready))] {
		claimed = append(claimed, bot.Claimed{Parcel: m.lanes[l].parcels[0], Unknown: m.lanes[l].tries})
		m.lanes[l].tries++
		m.lanes[l].ready = o.Now.Add(o.Lease).UnixMilli()
	}
	return claimed, nil
}

// held is the lane, if the claim still stands.
func (m *practice) held(c bot.Claimed) *lane {
	if l := m.lanes[c.Lane]; l != nil && l.token == c.Token {
		return l
	}
	return nil
}

func (m *practice) ack(c bot.Claimed, now time.Time, r *bot.Receipt) (more bool) {
	l := m.held(c)
	if l == nil {
		return false
	}
	if r != nil {
		if m.receipts[c.Lane] == nil {
			m.receipts[c.Lane] = map[string]bot.Sealed{}
		}
		m.receipts[c.Lane][r.Slot] = r.Sealed
	}
	if len(l.parcels) == 1 {
		delete(m.lanes, c.Lane)
		return false
	}
	*l = lane{parcels: l.parcels[1:], ready: now.UnixMilli()}
	return true
}

func (m *practice) nack(c bot.Claimed, until time.Time, known bool) {
	if l := m.held(c); l != nil {
		l.ready, l.token = until.UnixMilli(), 0
		if known {
			l.tries--
		}
	}
}

func (m *practice) hold(c bot.Claimed, now time.Time) {
	l := m.held(c)
	if l == nil {
		return
	}
	m.aside[c.Lane] = append(m.aside[c.Lane], l.parcels[0])
	if len(l.parcels) == 1 {
		delete(m.lanes, c.Lane)
		return
	}
	*l = lane{parcels: l.parcels[1:], ready: now.UnixMilli()}
}

func (m *practice) recall(fence uint64, ch bot.ChannelName, now time.Time) error {
	if fence != 0 && fence != m.fence {
		return bot.ErrFenced
	}
	for of, aside := range m.aside {
		if of.Channel != ch {
			continue
		}
		l := m.lanes[of]
		switch {
		case l == nil:
			m.lanes[of] = &lane{parcels: aside, ready: now.UnixMilli()}
		case l.tries > 0:
			l.parcels = slices.Insert(slices.Clone(l.parcels), 1, aside...)
		default:
			l.parcels, l.ready = slices.Concat(aside, l.parcels), min(l.ready, now.UnixMilli())
		}
		delete(m.aside, of)
	}
	return nil
}

func (m *practice) drop(c bot.Claimed) {
	if m.held(c) != nil {
		delete(m.aside, c.Lane)
	}
}

// claimDue hides what a store claimed, and says what is wrong with it: a store
// has some freedom in what it takes first.
func (m *practice) claimDue(got []bot.Due, now time.Time, n int, lease time.Duration) (wrong string) {
	var ready []int64
	for _, d := range m.due {
		if d.ready <= now.UnixMilli() {
			ready = append(ready, d.ready)
		}
	}
	slices.Sort(ready)
	if want := min(n, len(ready)); len(got) != want {
		return fmt.Sprintf("got %d, want %d", len(got), want)
	}
	first := false
	last := map[bot.SubjectID]int64{} // of those whose ids begin alike, and that were not claimed before
	for i, g := range got {
		d := m.due[g.ID]
		if d == nil || d.ready > now.UnixMilli() {
			return fmt.Sprintf("got %s, which is not ready", g.ID)
		}
		if i > 0 && got[i-1].At.After(g.At) {
			return fmt.Sprintf("entry %d: got %s, planned for %s, not in order", i, g.ID, g.At)
		}
		if d.ready == d.At.UnixMilli() {
			last[begins(g.ID)] = max(last[begins(g.ID)], d.ready)
		}
		first = first || d.ready == ready[0]
	}
	if len(got) > 0 && !first {
		return fmt.Sprintf("the earliest is not among %d", len(got))
	}
	for _, d := range m.due {
		of := begins(d.ID)
		if before, ok := last[of]; ok && d.ready < before && d.ready == d.At.UnixMilli() && !slices.ContainsFunc(got, func(g bot.Due) bool { return g.ID == d.ID }) {
			return fmt.Sprintf("%s is left, which is earlier than another that begins alike", d.ID)
		}
	}
	for _, g := range got {
		d := m.due[g.ID]
		if diff := gocmp.Diff(d.Due, g, cmpopts.EquateEmpty()); diff != "" {
			return "(-want +got)\n" + diff
		}
		if d.ready > now.UnixMilli() {
			return "got " + g.ID + " twice"
		}
		d.ready = now.Add(lease).UnixMilli()
	}
	return ""
}

// begins is an id up to its last slash.
func begins(id string) bot.SubjectID {
	return bot.SubjectID(id[:max(0, strings.LastIndexByte(id, '/'))])
}

func (m *practice) doneDue(d bot.DueID) {
	if is := m.due[d.ID]; is != nil && is.At.Equal(d.At) {
		delete(m.due, d.ID)
	}
}

func (m *practice) own(instance string) (fence uint64, holder string) {
	if m.owner != "" && m.owner != instance && m.alive[m.owner] > m.clock {
		return 0, m.owner
	}
	m.owner = instance
	m.fence++
	return m.fence, ""
}

// everything is what a dump of the store should show.
func (m *practice) everything() everything {
	all := everything{
		Letters: map[bot.SubjectID][]bot.Letter{}, Receipts: map[bot.Lane]map[string]bot.Sealed{},
		Indexes: map[string][]bot.Member{}, Logs: map[string][]bot.Sealed{}, NextReady: map[bot.ChannelName]int64{}, NextDue: -1,
	}
	for _, subject := range subjects {
		all.Loaded.States = append(all.Loaded.States, m.states[subject])
		all.Letters[subject] = m.letters[subject]
		if len(m.letters[subject]) > 0 {
			all.Waiting = append(all.Waiting, subject)
		}
	}
	slices.Sort(all.Waiting)
	for _, k := range keys {
		all.Loaded.Keys = append(all.Loaded.Keys, m.keys[k])
	}
	for _, l := range lanes {
		all.Receipts[l] = m.receipts[l]
	}
	for _, name := range indexes {
		all.Indexes[name] = nil
		for member, score := range m.indexes[name] {
			all.Indexes[name] = append(all.Indexes[name], bot.Member{Name: member, Score: score})
		}
		slices.SortFunc(all.Indexes[name], func(a, b bot.Member) int {
			return cmp.Or(cmp.Compare(a.Score, b.Score), cmp.Compare(a.Name, b.Name))
		})
	}
	for _, name := range logs {
		all.Logs[name] = m.logs[name]
	}
	for _, ch := range channels {
		all.NextReady[ch] = -1
		for l, v := range m.lanes {
			if l.Channel == ch && (all.NextReady[ch] == -1 || v.ready < all.NextReady[ch]) {
				all.NextReady[ch] = v.ready
			}
		}
	}
	for _, d := range m.due {
		if all.NextDue == -1 || d.ready < all.NextDue {
			all.NextDue = d.ready
		}
	}
	return all
}

// machine drives a store and the model of it with the same requests.
type machine struct {
	*practice
	opened Opened
	p      bot.PracticeID
	now    time.Time // injected
	events int
	claims []bot.Claimed // whatever was ever claimed
}

// Some ids begin with a subject, of which stores may make something.
var dueIDs = rapid.SampledFrom([]string{"d1", "d2", string(subjects[0]) + "/nudge", string(subjects[0]) + "/rest", string(subjects[1]) + "/nudge"})

func model(t *testing.T, o Opened) {
	runs := 0
	rapid.Check(t, func(t *rapid.T) {
		runs++
		m := &machine{practice: newPractice(), opened: o, p: bot.PracticeID(fmt.Sprint("model", runs)), now: start}
		t.Repeat(map[string]func(*rapid.T){
			"":          m.compare,
			"commit":    m.doCommit,
			"commit 2":  m.doCommit, // twice as often
			"claim":     m.doClaim,
			"answer":    m.doAnswer,
			"aside":     m.doAside,
			"claim due": m.doClaimDue,
			"done due":  m.doDoneDue,
			"rewrap":    m.doRewrap,
			"own":       m.doOwn,
			"time":      m.doTime,
		})
	})
}

func (m *machine) compare(t *rapid.T) {
	got, err := dump(t.Context(), m.opened.Store, m.p)
	if err != nil {
		t.Fatal(err)
	}
	want := m.everything()
	for _, all := range []everything{got, want} {
		for ch, at := range all.NextReady {
			if at >= 0 && at < start.UnixMilli()/2 { // filled: ready since ever
				all.NextReady[ch] = 0
			}
		}
	}
	differ(t, "everything", got, want)
}

func differ(t *rapid.T, what string, got, want any, opts ...gocmp.Option) {
	if diff := gocmp.Diff(want, got, append(opts, cmpopts.EquateEmpty())...); diff != "" {
		t.Fatalf("%s (-want +got):\n%s", what, diff)
	}
}

func (m *machine) drawFence(t *rapid.T) uint64 {
	return rapid.SampledFrom([]uint64{0, m.fence, m.fence, m.fence + 1}).Draw(t, "fence")
}

func maybe(t *rapid.T, label string, oneIn int) bool {
	return rapid.IntRange(1, oneIn).Draw(t, label) == 1
}

func (m *machine) drawTime(t *rapid.T) time.Time {
	return m.now.Add(time.Duration(rapid.IntRange(-2, 5).Draw(t, "at")) * 10 * time.Second)
}

func (m *machine) drawCommit(t *rapid.T) bot.Commit {
	m.events++
	text := func(what string) bot.Sealed {
		return bot.Sealed{Key: rapid.SampledFrom(keys).Draw(t, "key"), Blob: fmt.Appendf(nil, "%s %d", what, m.events)}
	}
	c := bot.Commit{Event: bot.EventID(fmt.Sprint("e", m.events)), Fence: m.drawFence(t)}
	if maybe(t, "old event", 10) {
		c.Event = bot.EventID(fmt.Sprint("e", rapid.IntRange(1, m.events).Draw(t, "event")))
	}
	for _, subject := range subjects {
		if !maybe(t, "subject", 2) {
			continue
		}
		w := bot.Write{Subject: subject, Was: m.states[subject].Version}
		if maybe(t, "stale", 15) {
			w.Was++
		}
		if !maybe(t, "check", 4) {
			w.Next, w.Blob = w.Was+uint64(rapid.IntRange(1, 3).Draw(t, "step")), text("state").Blob
		}
		c.States = append(c.States, w)
	}
	if maybe(t, "erase", 6) {
		c.Erase = append(c.Erase, bot.Erasure{
			Subject: rapid.SampledFrom(subjects).Draw(t, "erased"), Key: rapid.SampledFrom(keys).Draw(t, "key"),
			Lanes: rapid.SliceOfN(rapid.SampledFrom(lanes), 0, 2).Draw(t, "lanes"), KeepInbox: maybe(t, "keep inbox", 4),
		})
	}
	if maybe(t, "new key", 4) {
		c.Keys = append(c.Keys, bot.NewKey{ID: rapid.SampledFrom(keys).Draw(t, "key"), Wrapped: text("wrapped").Blob})
	}
	for i := range rapid.IntRange(0, 2).Draw(t, "letters") {
		to := rapid.SampledFrom(subjects).Draw(t, "to")
		c.Post = append(c.Post, bot.Letter{LetterID: bot.LetterID{Subject: to, Event: bot.EventID(fmt.Sprintf("%s/%d", c.Event, i))}, Sealed: text("letter")})
	}
	if maybe(t, "took", 3) {
		of := rapid.SampledFrom(subjects).Draw(t, "inbox")
		c.Took = &bot.LetterID{Subject: of, Event: "none"}
		if q := m.letters[of]; len(q) > 0 {
			c.Took.Event = q[rapid.IntRange(0, min(1, len(q)-1)).Draw(t, "letter")].Event
		}
	}
	for i := range rapid.IntRange(0, 3).Draw(t, "parcels") {
		o := bot.Parcel{Lane: rapid.SampledFrom(lanes).Draw(t, "lane"), ID: fmt.Sprintf("%s/%d", c.Event, i), Sealed: text("parcel")}
		if maybe(t, "nobody waits for it", 3) {
			o.Ready = m.drawTime(t)
		}
		c.Out = append(c.Out, o)
	}
	for range rapid.IntRange(0, 2).Draw(t, "dues") {
		d := bot.Due{DueID: bot.DueID{ID: dueIDs.Draw(t, "id"), At: m.drawTime(t)}, Subject: rapid.SampledFrom(subjects).Draw(t, "of")}
		if maybe(t, "sealed", 2) {
			d.Sealed = text("due")
		}
		c.Due = append(c.Due, d)
	}
	if maybe(t, "undue", 6) {
		c.Undue = append(c.Undue, dueIDs.Draw(t, "id"))
	}
	if maybe(t, "done", 3) {
		c.DueDone = &bot.DueID{ID: dueIDs.Draw(t, "id"), At: m.drawTime(t)}
		if d := m.due[c.DueDone.ID]; d != nil && !maybe(t, "other time", 4) {
			c.DueDone.At = d.At
		}
	}
	for range rapid.IntRange(0, 3).Draw(t, "changes") {
		c.Index = append(c.Index, bot.IndexChange{
			Index: rapid.SampledFrom(indexes).Draw(t, "index"), Member: rapid.SampledFrom([]string{"x", "y", "z"}).Draw(t, "member"),
			Score: rapid.Int64Range(-3, 3).Draw(t, "score"), Remove: maybe(t, "remove", 3),
		})
	}
	if maybe(t, "log", 3) {
		c.Append = append(c.Append, bot.LogEntry{Log: rapid.SampledFrom(logs).Draw(t, "log"), Sealed: text("entry")})
	}
	return c
}

func (m *machine) doCommit(t *rapid.T) {
	c := m.drawCommit(t)
	got, want := m.opened.Store.Commit(t.Context(), m.p, c), m.commit(c)
	if !errors.Is(got, want) {
		t.Fatalf("commit: got %v, want %v", got, want)
	}
	l, err := m.opened.Store.Load(t.Context(), m.p, bot.Query{Event: c.Event})
	if err != nil || l.Seen != m.hasSeen(c.Event) {
		t.Fatalf("seen after the commit: got %v %v, want %v", l.Seen, err, m.hasSeen(c.Event))
	}
}

func (m *machine) doClaim(t *rapid.T) {
	o := bot.ClaimOptions{
		Fence: m.drawFence(t), Channel: rapid.SampledFrom(channels).Draw(t, "channel"), Now: m.now,
		N: rapid.IntRange(0, 2).Draw(t, "n"), Lease: 25 * time.Second,
	}
	got, err := m.opened.Store.Claim(t.Context(), m.p, o)
	want, refused := m.claim(o)
	if !errors.Is(err, refused) {
		t.Fatalf("claim: got %v, want %v", err, refused)
	}
	differ(t, "claimed", got, want, cmpopts.IgnoreFields(bot.Claimed{}, "Token"))
	for _, c := range got {
		if slices.ContainsFunc(m.claims, func(old bot.Claimed) bool { return old.Token == c.Token }) {
			t.Fatalf("token %d was given before", c.Token)
		}
		m.lanes[c.Lane].token = c.Token
		m.claims = append(m.claims, c)
	}
}

// doAnswer acknowledges or hands back a claim, mostly a late one.
func (m *machine) doAnswer(t *rapid.T) {
	if len(m.claims) == 0 {
		t.Skip("nothing claimed yet")
	}
	i := rapid.IntRange(max(0, len(m.claims)-3), len(m.claims)-1).Draw(t, "claim")
	c := m.claims[i]
	if maybe(t, "hand back", 3) {
		until, known := m.drawTime(t), maybe(t, "known", 2)
		if err := m.opened.Store.Nack(t.Context(), m.p, c, until, known); err != nil {
			t.Fatal(err)
		}
		m.nack(c, until, known)
		return
	}
	var r *bot.Receipt
	if maybe(t, "receipt", 2) {
		r = &bot.Receipt{Slot: rapid.SampledFrom([]string{"card", "menu"}).Draw(t, "slot"), Sealed: bot.Sealed{Key: "chat/a", Blob: bytes.Clone(c.Blob)}}
	}
	got, err := m.opened.Store.Ack(t.Context(), m.p, c, m.now, r)
	if want := m.ack(c, m.now, r); err != nil || got != want {
		t.Fatalf("ack: got %v %v, want %v", got, err, want)
	}
}

// doAside puts the parcel of a claim aside, takes all back, or drops them.
func (m *machine) doAside(t *rapid.T) {
	how := rapid.IntRange(0, 4).Draw(t, "how")
	if how == 0 {
		fence, ch := m.drawFence(t), rapid.SampledFrom(channels).Draw(t, "channel")
		got, want := m.opened.Store.Recall(t.Context(), m.p, fence, ch, m.now), m.recall(fence, ch, m.now)
		if !errors.Is(got, want) {
			t.Fatalf("recall: got %v, want %v", got, want)
		}
		return
	}
	if len(m.claims) == 0 {
		t.Skip("nothing claimed yet")
	}
	c := m.claims[rapid.IntRange(max(0, len(m.claims)-3), len(m.claims)-1).Draw(t, "claim")]
	var err error
	if how == 1 {
		err = m.opened.Store.Drop(t.Context(), m.p, c)
		m.drop(c)
	} else {
		err = m.opened.Store.Hold(t.Context(), m.p, c, m.now)
		m.hold(c, m.now)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func (m *machine) doClaimDue(t *rapid.T) {
	fence, n := m.drawFence(t), rapid.IntRange(0, 3).Draw(t, "n")
	got, err := m.opened.Store.ClaimDue(t.Context(), m.p, fence, m.now, n, 25*time.Second)
	if fence != 0 && fence != m.fence {
		if !errors.Is(err, bot.ErrFenced) {
			t.Fatalf("claim due: got %v, want %v", err, bot.ErrFenced)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	if wrong := m.claimDue(got, m.now, n, 25*time.Second); wrong != "" {
		t.Fatal("claim due: ", wrong)
	}
}

func (m *machine) doDoneDue(t *rapid.T) {
	fence := m.drawFence(t)
	var done []bot.DueID
	for range rapid.IntRange(0, 3).Draw(t, "n") {
		d := bot.DueID{ID: dueIDs.Draw(t, "id"), At: m.drawTime(t)}
		if is := m.due[d.ID]; is != nil && !maybe(t, "other time", 4) {
			d.At = is.At
		}
		done = append(done, d)
	}
	err := m.opened.Store.DoneDue(t.Context(), m.p, fence, done)
	if fence != 0 && fence != m.fence && len(done) > 0 {
		if !errors.Is(err, bot.ErrFenced) {
			t.Fatalf("done due: got %v, want %v", err, bot.ErrFenced)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range done {
		m.doneDue(d)
	}
}

// instance is a name of this run's own: a heartbeat knows no practice.
func (m *machine) instance(t *rapid.T) string {
	return rapid.SampledFrom([]string{"one", "two"}).Draw(t, "instance") + "@" + string(m.p)
}

func (m *machine) doOwn(t *rapid.T) {
	who := m.instance(t)
	switch rapid.IntRange(0, 3).Draw(t, "how") {
	case 0:
		if err := m.opened.Store.Heartbeat(t.Context(), who, time.Hour); err != nil {
			t.Fatal(err)
		}
		m.alive[who] = m.clock + time.Hour
	case 1:
		fence := m.drawFence(t)
		if err := m.opened.Store.Release(t.Context(), m.p, who, fence); err != nil {
			t.Fatal(err)
		}
		if m.owner == who && m.fence == fence {
			m.owner = ""
			m.fence++ // nobody's: a late write of who released is refused
		}
	default:
		fence, holder, err := m.opened.Store.Own(t.Context(), m.p, who)
		if err != nil {
			t.Fatal(err)
		}
		wantFence, wantHolder := m.own(who)
		differ(t, "own", []any{fence, holder}, []any{wantFence, wantHolder})
	}
}

// doTime moves the injected time, or the store's by steps that never end near
// the hour of a heartbeat or the 48 of an event.
func (m *machine) doTime(t *rapid.T) {
	if maybe(t, "store", 4) {
		d := rapid.SampledFrom([]time.Duration{7 * time.Minute, 19 * time.Hour}).Draw(t, "by")
		m.opened.Advance(d)
		m.clock += d
		return
	}
	m.now = m.now.Add(time.Duration(rapid.IntRange(0, 4).Draw(t, "by")) * 10 * time.Second)
}
