package main

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	fakeslack "anteroom/bot/slack/slacktest"
	"anteroom/bot/telegram/telegramtest"
)

// atOnce is how many people write at the same time.
const atOnce = 48

// play lets people come, a few at once, and therapists decide.
func (a *aviary) play(ctx context.Context, people int) {
	a.t.Helper()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	guests := make([]*guest, people)
	all := func(does func(g *guest) error) {
		var wg sync.WaitGroup
		room := make(chan struct{}, atOnce)
		for _, g := range guests {
			room <- struct{}{}
			wg.Go(func() {
				defer func() { <-room }()
				if err := does(g); err != nil {
					cancel(fmt.Errorf("guest %d: %w", g.n, err))
				}
			})
		}
		wg.Wait()
	}
	for n := range guests {
		guests[n] = &guest{aviary: a, n: n, User: a.telegram.User(7_300_000_000+int64(n), "Ferst"+a.flock.told(), "en")}
	}
	a.busy.Store(true)
	all(func(g *guest) error { return g.stays(ctx) })
	a.busy.Store(false)
	if ctx.Err() == nil { // now those in danger were told of, and nobody is in the middle of anything
		if err := a.decide(ctx, people); err != nil {
			cancel(fmt.Errorf("at the desk: %w", err))
		}
		all(func(g *guest) error {
			if !g.asked() {
				return nil
			}
			return g.replies(ctx)
		})
	}
	if ctx.Err() != nil {
		a.t.Fatalf("%v\nthe log ends:\n%s", context.Cause(ctx), tailOf(a.process.said(), 2000))
	}
}

// guest is somebody who writes canaries.
type guest struct {
	*aviary
	*telegramtest.User
	n    int
	seen int // id of the newest message that was looked at
	own  int // id of the first own message with a canary
}

// asked: a therapist asks this one something.
func (g *guest) asked() bool { return g.n%5 == 0 }

// writes sends lines as fast as they can be typed, and waits for what comes of
// the last. The order within a chat is kept, so nobody need wait in between.
func (g *guest) writes(ctx context.Context, then string, lines ...string) error {
	for i, l := range lines { // never more than 32: no more may wait at once
		id := g.Send(l)
		if g.own == 0 && i > 8 {
			g.own = id
		}
	}
	return g.hears(ctx, then)
}

// hears waits for a message that holds something.
func (g *guest) hears(ctx context.Context, then string) error {
	end := time.Now().Add(patience / 2)
	for {
		for _, m := range g.Inbox() {
			if m.ID > g.seen && strings.Contains(m.Text, then) {
				g.seen = m.ID
				return nil
			}
		}
		select {
		case <-time.After(80 * time.Millisecond):
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		if time.Now().After(end) {
			p := &person{user: g.User}
			return fmt.Errorf("%q never came:\n%s", then, p.tail(16))
		}
	}
}

// caption sends a picture with words, which the fake's user cannot.
func (g *guest) caption(words string) {
	from := map[string]any{"id": g.ID, "is_bot": false, "first_name": "A", "language_code": "en"}
	g.telegram.Raw(g.ID, func(id int64) string {
		b, err := json.Marshal(map[string]any{"update_id": id, "message": map[string]any{"message_id": 900_000 + id, "date": time.Now().Unix(), "from": from,
			"chat": map[string]any{"id": g.ID, "type": "private", "first_name": "A"}, "photo": []any{map[string]any{"file_id": "f", "file_unique_id": "f"}}, "caption": words}})
		if err != nil {
			panic(err)
		}
		return string(b)
	})
}

// stays walks the intake and then does all that can be done with words. At most
// 119 messages a minute of one person are taken.
func (g *guest) stays(ctx context.Context) error {
	w := g.flock.answer
	couple := g.n%10 == 3
	coming := []string{"Just me. No partner or ex", "None of these"}
	if couple {
		coming = []string{"A partner and me", "None of these", "Yes, I feel safe"}
	}
	contact := func() string {
		if g.n%2 == 0 {
			return g.flock.number()
		}
		return w() + "@client.example"
	}
	err := g.writes(ctx, "Is everyone safe right now", "/start", "start", "I agree", "yes", w()+"?", "yes, I am", "California")
	if err != nil {
		return err
	}
	if err := g.writes(ctx, "Who would come", "all safe", w()+" keeps <us> \"apart\" & äöü", "back", w()+" it is", "back", w(), "back", w()+" 100%", "back", "it is "+w()); err != nil {
		return err
	}
	if err := g.writes(ctx, "Is there something that must fit", append(coming, "8", "In person", "That is all", "Yes, that works")...); err != nil {
		return err
	}
	if err := g.writes(ctx, "How may we reach you", "mind my "+w(), "back", w()+"/"+"x", "back", w()+"\\", "back", "\n"+w(), "back", "my "+w(),
		w()+", they", "back", w(), "back", w()+" O'Neill", "back", w()); err != nil {
		return err
	}
	if err := g.writes(ctx, "This is what I will send", "By phone, discreet", contact(), "back", contact(), "back", contact(), "change", "Your name", w()+" guest"+strconv.Itoa(g.n)+"x"); err != nil {
		return err
	}
	for range 3 {
		g.caption("see " + w())
	}
	for range 5 {
		g.Edit(g.own, "no: "+w())
	}
	if err := g.writes(ctx, "it is sent", "Send it"); err != nil {
		return err
	}
	if err := g.writes(ctx, "I do not pass on what you write now", "and "+w(), w()+"?"); err != nil {
		return err
	}
	for i := range 2 {
		then := "Who may be told"
		if i > 0 {
			then = "This is what you allowed us to tell others"
		}
		if err := g.writes(ctx, then, "/release"); err != nil {
			return err
		}
		if i > 0 {
			if _, err := g.Press("Allow something new"); err != nil {
				return err
			}
		}
		if err := g.writes(ctx, "it is signed and on record", "Dr. "+w(), "My body and health", "That is all", "for "+w(), "A month", "Yes, go on to sign", "Ann "+w()); err != nil {
			return err
		}
	}
	if err := g.writes(ctx, "I have noted it", "call me", g.flock.number(), "Mornings", "That is all", "No message"); err != nil {
		return err
	}
	if couple {
		if err := g.invites(ctx); err != nil {
			return err
		}
	}
	if g.n%8 == 1 {
		if err := g.writes(ctx, "What would you like to do now", "I want to kill myself "+w()); err != nil {
			return err
		}
		if err := g.writes(ctx, "", "Go on"); err != nil {
			return err
		}
	}
	if g.asked() {
		return nil
	}
	return g.locks(ctx)
}

// locks chooses a word and a PIN, leaves fast and comes back.
func (g *guest) locks(ctx context.Context) error {
	word, pin := g.flock.answer(), g.flock.digits()
	if err := g.writes(ctx, "That word is set", "/word", word); err != nil {
		return err
	}
	if err := g.writes(ctx, "Your PIN is set", "/pin", pin, pin); err != nil {
		return err
	}
	if err := g.writes(ctx, "See you another time", "/x"); err != nil {
		return err
	}
	if err := g.writes(ctx, "Please write your PIN", "hm "+g.flock.answer(), word); err != nil {
		return err
	}
	return g.writes(ctx, "This is what you told me", pin, "yes", "/mydata", pin)
}

// invites asks for an invite, and lets a partner come with it.
func (g *guest) invites(ctx context.Context) error {
	if err := g.writes(ctx, "/start ", "/invite", "yes", "A message to pass on", "I agree to this rule"); err != nil {
		return err
	}
	token := ""
	for _, m := range g.Inbox() {
		if _, after, ok := strings.Cut(m.Text, "/start "); ok {
			token = strings.Fields(after)[0]
		}
	}
	w := g.flock.answer
	p := &guest{aviary: g.aviary, n: g.n, User: g.telegram.User(7_400_000_000+int64(g.n), "Ferst"+g.flock.told(), "en")}
	if err := p.writes(ctx, "What would you like the therapist to know", "/start "+token, "Yes", "I agree", "I agree to this rule", w(), "Yes, I am", "Oregon", "all safe", "Yes, I feel safe"); err != nil {
		return err
	}
	return p.writes(ctx, "", w()+" and more", "back", w(), w(), "back", w(), "Here, discreet", "Send it", w())
}

// replies answers what a therapist asked.
func (g *guest) replies(ctx context.Context) error {
	if err := g.hears(ctx, "You have a message waiting"); err != nil {
		return err
	}
	if _, err := g.Press("Open it"); err != nil {
		return err
	}
	if err := g.hears(ctx, "has one question:"); err != nil {
		return err
	}
	if err := g.writes(ctx, "reads it, and you hear from us", "I would say "+g.flock.answer()); err != nil {
		return err
	}
	return g.writes(ctx, "This is what you told me", "/mydata")
}

// decide asks every fifth client something, and decides others with a note.
func (a *aviary) decide(ctx context.Context, people int) error {
	ctx, cancel := context.WithTimeout(ctx, 4*time.Minute)
	defer cancel()
	seen := map[string]bool{}
	asked := map[int]bool{}
	for done := 0; len(asked) < (people+4)/5; {
		m, err := a.slack.WaitMessage(ctx, fakeslack.Channel, func(m fakeslack.Message) bool {
			return caseOf(m) != "" && !seen[caseOf(m)] && strings.Contains(m.Text, "answer due")
		})
		if err != nil {
			return fmt.Errorf("%d of %d cards came: %w", len(seen), people, err)
		}
		seen[caseOf(m)] = true
		done++
		if done%10 == 0 { // one who has no part in it, with a reason
			if err := a.breaks(ctx, m); err != nil {
				return err
			}
		}
		if err := a.acts(ctx, m, slackIDs[done%3], asked); err != nil {
			return fmt.Errorf("case %s: %w", caseOf(m), err)
		}
	}
	return nil
}

// open presses Read summary and gives the modal.
func (a *aviary) open(ctx context.Context, user string, m fakeslack.Message) (fakeslack.View, error) {
	u := a.slack.User(user)
	for range len(a.slack.Views(user)) {
		u.CloseView()
	}
	if _, err := u.Press(m, "anteroom.read"); err != nil {
		return fakeslack.View{}, err
	}
	return a.slack.WaitView(ctx, user, nil)
}

// breaks opens a case that is none of the reader's business, for a reason.
func (a *aviary) breaks(ctx context.Context, m fakeslack.Message) error {
	v, err := a.open(ctx, "U0NOOR", m)
	if err != nil {
		return err
	}
	if v.SubmitLabel != "Break the glass" {
		return fmt.Errorf("Noor is shown %q", v.Plain())
	}
	_, err = a.slack.User("U0NOOR").SubmitView(v.ID, fakeslack.Values{"reason": "Ruth is ill " + a.flock.told()})
	return err
}

var guestMark = regexp.MustCompile(`guest(\d+)x`)

// acts reads a case and decides it: a question for those who are to be asked,
// a note or other names for some of the others.
func (a *aviary) acts(ctx context.Context, m fakeslack.Message, user string, asked map[int]bool) error {
	v, err := a.open(ctx, user, m)
	if err != nil {
		return err
	}
	mark := guestMark.FindStringSubmatch(v.Plain())
	if mark == nil {
		return fmt.Errorf("the summary does not say whose it is:\n%s", v.Plain())
	}
	n, err := strconv.Atoi(mark[1])
	if err != nil {
		return err
	}
	kind, values := "", fakeslack.Values{}
	switch n % 5 {
	case 0:
		kind, values["question"] = "ask", "Since when, "+a.flock.told()+"?"
		asked[n] = true
	case 2:
		day := time.Now().UTC()
		kind, values = "wait", fakeslack.Values{"date": day.AddDate(0, 3, 0).Format(time.DateOnly), "write_by": day.AddDate(0, 2, 0).Format(time.DateOnly), "note": a.flock.told()}
	case 4:
		kind, values = "refer", fakeslack.Values{"names": "Dr " + a.flock.told(), "note": "Dear " + a.flock.told()}
	default:
		return nil
	}
	if _, err := a.slack.User(user).PressView(v, "anteroom.decide."+kind); err != nil {
		return err
	}
	form, err := a.slack.WaitView(ctx, user, func(v fakeslack.View) bool { return v.CallbackID == "anteroom.decide."+kind })
	if err != nil {
		return err
	}
	if _, err := a.slack.User(user).SubmitView(form.ID, values); err != nil {
		return err
	}
	if stack := a.slack.Views(user); len(stack) == 0 || !strings.Contains(stack[len(stack)-1].Plain(), "Done: ") {
		return fmt.Errorf("%s is not recorded: %+v", kind, stack)
	}
	return nil
}
