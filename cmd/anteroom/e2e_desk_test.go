package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"

	"anteroom/bot/care"
	fakeslack "anteroom/bot/slack/slacktest"
)

// noteMark stands in every line that a therapist writes to a client, so that
// each can be found again.
const noteMark = "dearnote"

// desk is the therapists in front of Slack. Each case is decided once, by one
// of them or by two at the same moment.
type desk struct {
	seed   uint64
	server *fakeslack.Server
	people []*person
	base   time.Time // the first of the times that are offered
	hands  map[string]*sync.Mutex

	mu      sync.Mutex
	tries   map[string][]try // by case
	clients map[string]int   // case → client, as its summary said
	notes   int
}

// try is one decision that was submitted.
type try struct {
	user, kind, note string
	therapist        string
	told             string // what the modal said
}

// The therapists of the sample practice, all of whom read intakes in these tests.
var slackIDs = []string{"U0ANA", "U0RUTH", "U0SAM", "U0NOOR"}

var therapistOf = map[string]string{"U0ANA": "ana", "U0RUTH": "ruth", "U0SAM": "sam", "U0NOOR": "noor"}

func newDesk(seed uint64, server *fakeslack.Server, people []*person) *desk {
	d := &desk{seed: seed, server: server, people: people, hands: map[string]*sync.Mutex{}, tries: map[string][]try{}, clients: map[string]int{}}
	d.base = time.Now().UTC().Truncate(24 * time.Hour).Add(3*24*time.Hour + 17*time.Hour)
	for _, u := range slackIDs {
		d.hands[u] = &sync.Mutex{}
	}
	return d
}

// caseOf is the case of a message of ours in the channel.
func caseOf(m fakeslack.Message) string {
	if m.Metadata == nil {
		return ""
	}
	id, _ := m.Metadata.EventPayload["case"].(string)
	return id
}

// isAlert tells an alert from a card.
func isAlert(m fakeslack.Message) bool {
	return strings.Contains(m.Text, care.R0.Words()) || strings.Contains(m.Text, care.R1.Words())
}

// work decides every case whose card says that an answer is due, until each
// client's is decided.
func (d *desk) work(ctx context.Context) error {
	var wg sync.WaitGroup
	defer wg.Wait()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	seen := map[string]bool{}
	for len(seen) < len(d.people) {
		m, err := d.server.WaitMessage(ctx, fakeslack.Channel, func(m fakeslack.Message) bool {
			return caseOf(m) != "" && !seen[caseOf(m)] && strings.Contains(m.Text, "answer due")
		})
		if err != nil {
			return fmt.Errorf("seed %d: %d of %d cards came: %w", d.seed, len(seen), len(d.people), err)
		}
		seen[caseOf(m)] = true
		rnd := rand.New(rand.NewPCG(d.seed, 1000+uint64(len(seen))))
		wg.Go(func() {
			if err := d.decide(ctx, rnd, caseOf(m)); err != nil {
				cancel(fmt.Errorf("seed %d, case %s: %w", d.seed, caseOf(m), err))
			}
		})
	}
	wg.Wait()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return nil
}

func (d *desk) decide(ctx context.Context, rnd *rand.Rand, id string) error {
	ctx, cancel := context.WithTimeout(ctx, 3*patience)
	defer cancel()
	first := rnd.IntN(4)
	users := []string{slackIDs[first]}
	how := rnd.IntN(10)
	if how < 2 {
		users = append(users, slackIDs[(first+1+rnd.IntN(3))%4])
		slices.Sort(users)
	}
	for _, u := range users {
		d.hands[u].Lock()
		defer d.hands[u].Unlock()
	}
	if how == 2 || how == 3 {
		if err := d.claim(ctx, users[0], id); err != nil {
			return err
		}
	}
	for {
		forms := make([]fakeslack.View, len(users))
		kinds := make([]string, len(users))
		ready := true
		for i, u := range users {
			kinds[i] = []string{"offer", "offer", "offer", "offer", "offer", "wait", "colleague", "refer", "ask", "call"}[rnd.IntN(10)]
			form, ok, err := d.form(ctx, u, id, kinds[i])
			if err != nil {
				return err
			}
			forms[i] = form
			ready = ready && ok
		}
		if !ready {
			if d.decided(id) {
				return nil
			}
			continue
		}
		var wg sync.WaitGroup
		outcomes := make([]error, len(users))
		for i, u := range users {
			times := 1
			if how == 4 || how == 5 {
				times = 2 // pressed twice
			}
			values, t := d.fill(rnd, u, kinds[i], forms[i])
			for range times {
				wg.Go(func() {
					if err := d.submit(u, id, forms[i], values, t); err != nil && !errors.Is(err, fakeslack.ErrNotThere) {
						outcomes[i] = err
					}
				})
			}
		}
		wg.Wait()
		if err := errors.Join(outcomes...); err != nil {
			return err
		}
		if d.decided(id) {
			return nil
		}
		if ctx.Err() != nil {
			return fmt.Errorf("not decided in time: %w, tried %+v", context.Cause(ctx), d.tries[id])
		}
	}
}

// decided reports whether a modal said that a decision is recorded, now or
// before.
func (d *desk) decided(id string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.ContainsFunc(d.tries[id], func(t try) bool {
		return strings.Contains(t.told, "Done: ") || strings.Contains(t.told, "first: ") || strings.Contains(t.told, "Nothing was sent twice")
	})
}

func (d *desk) message(id string) (fakeslack.Message, error) {
	for _, m := range d.server.Messages(fakeslack.Channel) {
		if caseOf(m) == id && !isAlert(m) {
			return m, nil
		}
	}
	return fakeslack.Message{}, fmt.Errorf("the card of %s is gone", id)
}

// claim presses "I have this".
func (d *desk) claim(ctx context.Context, user, id string) error {
	for ctx.Err() == nil {
		m, err := d.message(id)
		if err != nil {
			return err
		}
		reply, err := d.server.User(user).Press(m, "anteroom.claim")
		if reply.Acked || errors.Is(err, fakeslack.ErrNotThere) {
			return nil
		}
	}
	return context.Cause(ctx)
}

// form opens the summary and in it the form of a decision. ok is false when
// the case was decided meanwhile, or nobody answered.
func (d *desk) form(ctx context.Context, user, id, kind string) (form fakeslack.View, ok bool, err error) {
	m, err := d.message(id)
	if err != nil {
		return form, false, err
	}
	u := d.server.User(user)
	for range len(d.server.Views(user)) {
		u.CloseView()
	}
	if _, err := u.Press(m, "anteroom.read"); err != nil {
		return form, false, fmt.Errorf("press Read summary: %w", err)
	}
	look, cancel := context.WithTimeout(ctx, 4*time.Second)
	defer cancel()
	summary, err := d.server.WaitView(look, user, nil)
	if err != nil {
		return form, false, ctx.Err() // the process was killed, perhaps
	}
	if err := d.read(id, summary); err != nil {
		return form, false, err
	}
	if _, err := u.PressView(summary, "anteroom.decide."+kind); err != nil {
		d.mu.Lock() // somebody was faster: the summary says who
		d.tries[id] = append(d.tries[id], try{user: user, told: summary.Plain()})
		d.mu.Unlock()
		if strings.Contains(summary.Plain(), " at ") && !strings.Contains(summary.Plain(), "Offer times") {
			d.mu.Lock()
			d.tries[id][len(d.tries[id])-1].told = "Nothing was sent twice: " + summary.Plain()
			d.mu.Unlock()
		}
		return form, false, nil
	}
	open, cancelOpen := context.WithTimeout(ctx, 4*time.Second)
	defer cancelOpen()
	form, err = d.server.WaitView(open, user, func(v fakeslack.View) bool { return v.CallbackID == "anteroom.decide."+kind })
	if err != nil {
		return form, false, ctx.Err()
	}
	return form, true, nil
}

// read finds whose case it is: the summary holds the words of one client.
func (d *desk) read(id string, v fakeslack.View) error {
	text := v.Plain()
	if !strings.Contains(text, id) {
		return fmt.Errorf("the summary opened is not that of the case: %q", text[:min(80, len(text))])
	}
	var whose []int
	for _, p := range d.people {
		for _, own := range []string{p.name, p.topic, p.wish, p.mail, p.phone, p.callPhone} {
			if strings.Contains(text, own) {
				whose = append(whose, p.n)
				break
			}
		}
	}
	if len(whose) != 1 {
		return fmt.Errorf("the summary holds the words of the clients %v, want those of one:\n%s", whose, text)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if was, ok := d.clients[id]; ok && was != whose[0] {
		return fmt.Errorf("the summary holds the words of client %d, and before those of client %d", whose[0], was)
	}
	d.clients[id] = whose[0]
	return nil
}

// fill fills a form. The times come from a few that all therapists share, so
// that some are taken already.
func (d *desk) fill(rnd *rand.Rand, user, kind string, form fakeslack.View) (fakeslack.Values, try) {
	d.mu.Lock()
	d.notes++
	note := fmt.Sprintf("%s%dx%d", noteMark, d.seed, d.notes)
	d.mu.Unlock()
	t := try{user: user, kind: kind, note: note}
	v := fakeslack.Values{}
	put := func(field string, value any) {
		if slices.ContainsFunc(form.Blocks, func(b fakeslack.Block) bool { return b["block_id"] == field }) {
			v[field] = value
		}
	}
	put("note", note)
	switch kind {
	case "offer", "colleague":
		t.therapist = therapistOf[slackIDs[rnd.IntN(4)]]
		for kind == "colleague" && t.therapist == therapistOf[user] {
			t.therapist = therapistOf[slackIDs[rnd.IntN(4)]]
		}
		put("therapist", t.therapist)
		put("overrule", "it is right this time")
		slots := rnd.Perm(8)
		for i := range 1 + rnd.IntN(2) {
			put(fmt.Sprintf("time%d", i+1), d.base.Add(time.Duration(slots[i])*24*time.Hour))
		}
	case "wait":
		put("date", d.base.AddDate(0, 3, 0).Format(time.DateOnly))
		put("write_by", d.base.AddDate(0, 2, 0).Format(time.DateOnly))
	case "refer":
		put("names", "Dr Somebody, Springfield")
	case "ask":
		put("question", note)
	case "call":
		put("window", note)
	}
	return v, t
}

// submit sends a form and notes what the modal says then.
func (d *desk) submit(user, id string, form fakeslack.View, values fakeslack.Values, t try) error {
	reply, err := d.server.User(user).SubmitView(form.ID, values)
	if err != nil {
		return err
	}
	if stack := d.server.Views(user); len(stack) > 0 && !reply.Trouble {
		top := stack[len(stack)-1]
		t.told = top.Plain()
		for field, line := range top.Errors {
			t.told = field + ": " + line
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.tries[id] = append(d.tries[id], t)
	return nil
}
