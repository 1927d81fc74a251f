package slack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	api "github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"
	"github.com/slack-go/slack/socketmode"

	"anteroom/bot"
	"anteroom/bot/care"
)

const (
	maxBusy     = 32               // envelopes in hand at once
	maxEnvelope = 4 << 20          // bytes
	tooSlow     = 20 * time.Second // the library's next wait to reconnect; we start afresh instead
	lastAcks    = 50 * time.Millisecond
)

// errStuck ends a session whose library would wait long before it tries again.
var errStuck = errors.New("reconnect")

// Run takes what therapists press, until ctx ends; then it returns nil, after
// what was in hand is finished. It reconnects by itself for as long as it
// takes, and tells Health when it has been without a socket for LostAfter. It
// returns an error, one line with the mend, when the app token is not accepted.
//
// desk's methods must return soon after their context ends. One Run per Slack.
func (s *Slack) Run(ctx context.Context, desk bot.Desk) error {
	r := &runner{Slack: s, desk: desk, slots: make(chan struct{}, maxBusy), names: map[care.TherapistID]string{}, homes: map[string]bool{}, pictures: map[string]shown{}}
	defer s.http.CloseIdleConnections()
	defer r.silence()
	sweeping, stop := context.WithCancel(context.WithoutCancel(ctx)) // until every handler is done
	var sweeper sync.WaitGroup
	sweeper.Go(func() { r.sweeps(sweeping) })
	defer sweeper.Wait()
	defer stop()
	r.lost()
	for {
		err := r.session(ctx)
		switch {
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, errStuck):
			continue
		case err != nil:
			return err
		}
	}
}

// component is the name under which the socket's health is told.
const component = "slack socket"

// runner is one Run.
type runner struct {
	*Slack
	desk  bot.Desk
	slots chan struct{}
	wg    sync.WaitGroup // handlers

	guard sync.Mutex
	alarm *time.Timer // runs while there is no socket
	told  bool
	names map[care.TherapistID]string // of those seen so far
	homes map[string]bool             // of members who opened theirs

	pictures map[string]shown // by modal
}

// session runs one client of the library until ctx ends or it gives up. On
// either, what is in hand is finished before the socket is closed.
func (r *runner) session(ctx context.Context) error {
	client := socketmode.New(r.client, socketmode.OptionReadLimit(maxEnvelope), socketmode.OptionLog(log.New(io.Discard, "", 0)))
	open, closeSocket := context.WithCancel(context.WithoutCancel(ctx))
	defer closeSocket()
	ended := make(chan error, 1)
	go func() { ended <- client.RunContext(open) }()

	stop := ctx.Done()
	var idle chan struct{}
	for {
		select {
		case event := <-client.Events:
			if stop == nil {
				continue // unacknowledged: whoever runs next gets it
			}
			if err := r.event(open, client, event); err != nil {
				closeSocket()
				<-ended
				r.wg.Wait()
				return err
			}
		case err := <-ended:
			r.wg.Wait()
			_, refused := errors.AsType[api.StatusCodeError](err)
			if refused || badToken[code(err)] != "" {
				return r.explain("app token", err)
			}
			return errStuck
		case <-stop:
			stop, idle = nil, make(chan struct{})
			busy := len(r.slots) > 0
			go func() {
				r.wg.Wait()
				if busy {
					time.Sleep(lastAcks) // the library does not say when an ack has left
				}
				close(idle)
			}()
		case <-idle:
			idle = nil
			closeSocket()
		}
	}
}

// event takes one event of the library. It never blocks for long: a full
// channel of events would stall the socket's pongs.
func (r *runner) event(ctx context.Context, client *socketmode.Client, e socketmode.Event) error {
	switch e.Type {
	case socketmode.EventTypeHello:
		r.found()
	case socketmode.EventTypeConnecting:
		r.lost()
	case socketmode.EventTypeConnectionError:
		failed, ok := e.Data.(*api.ConnectionErrorEvent)
		switch {
		case !ok:
		case badToken[code(failed.ErrorObj)] != "":
			return r.explain("app token", failed.ErrorObj)
		case failed.Backoff > tooSlow:
			return errStuck
		}
	case socketmode.EventTypeErrorBadMessage:
		var unread struct {
			ID string `json:"envelope_id"`
		}
		if bad, ok := e.Data.(*socketmode.ErrorBadMessage); ok && json.Unmarshal(bad.Message, &unread) == nil && unread.ID != "" {
			(&envelope{client: client, id: unread.ID, log: r.opt.Log}).ack(ctx, nil)
		}
		r.opt.Log.Warn("slack sent something unknown; dropped")
	case socketmode.EventTypeInteractive, socketmode.EventTypeEventsAPI, socketmode.EventTypeSlashCommand:
		env := &envelope{client: client, id: e.Request.EnvelopeID, retry: e.Request.RetryAttempt, log: r.opt.Log}
		switch data := e.Data.(type) {
		case api.InteractionCallback:
			r.dispatch(ctx, env, data)
		case api.SlashCommand:
			r.command(ctx, env, data)
		case slackevents.EventsAPIEvent:
			env.ack(ctx, nil)
			if opened, ok := data.InnerEvent.Data.(*slackevents.AppHomeOpenedEvent); ok && opened.Tab != "messages" {
				r.start(ctx, func(ctx context.Context) { r.visited(ctx, opened.User) }, func() {})
			}
		default:
			env.ack(ctx, nil)
		}
	}
	return nil
}

// envelope is one delivery, acknowledged at most once.
type envelope struct {
	client *socketmode.Client
	id     string
	retry  int
	log    *slog.Logger
	once   sync.Once
}

func (e *envelope) ack(ctx context.Context, payload any) {
	e.once.Do(func() {
		ctx, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		if err := e.client.AckCtx(ctx, e.id, payload); err != nil {
			e.log.Warn("slack was not answered", "envelope", e.id)
		}
	})
}

// dispatch hands an interaction to its handler, if there is room; what finds
// none is delivered again by Slack, or asked to be pressed again.
func (r *runner) dispatch(ctx context.Context, e *envelope, c api.InteractionCallback) {
	var handle func(ctx context.Context)
	late := func() {}
	switch {
	case c.Type == api.InteractionTypeViewSubmission:
		// The answer to give when there is no other in time. It is given here
		// and now even if the handler hangs.
		late = func() { e.ack(ctx, again(c.View)) }
		handle = func(ctx context.Context) {
			defer context.AfterFunc(ctx, late)()
			answer := r.submitted(ctx, c)
			if ctx.Err() == nil {
				e.ack(context.WithoutCancel(ctx), answer)
			}
		}
	case c.Type == api.InteractionTypeBlockActions && len(c.ActionCallback.BlockActions) > 0:
		action := c.ActionCallback.BlockActions[0]
		if action.ActionID == actClaim {
			handle = func(ctx context.Context) {
				if r.claimed(ctx, c, action, e.retry) {
					e.ack(context.WithoutCancel(ctx), nil)
				}
			}
			break
		}
		if steer, ok := steerOf(action.ActionID, readMeta(c.View.PrivateMetadata)); ok {
			handle = func(ctx context.Context) {
				if r.steered(ctx, c, action.ActionID, steer, e.retry) {
					e.ack(context.WithoutCancel(ctx), nil)
				}
			}
			break
		}
		e.ack(ctx, nil)
		handle = func(ctx context.Context) { r.pressed(ctx, c, action) }
	case c.Type == api.InteractionTypeViewClosed:
		e.ack(ctx, nil)
		handle = func(ctx context.Context) { r.wipe(ctx, c.View.ID) }
	default:
		e.ack(ctx, nil)
		return
	}
	r.start(ctx, handle, late)
}

// start runs a handler, if there is room. late is called when it is over, or
// was not begun.
func (r *runner) start(ctx context.Context, handle func(context.Context), late func()) {
	select {
	case r.slots <- struct{}{}:
	default:
		r.opt.Log.Warn("too many presses at once; one was not taken")
		late()
		return
	}
	r.wg.Go(func() {
		defer func() { <-r.slots }()
		defer late()
		defer r.rescue()
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), r.opt.Patience)
		defer cancel()
		handle(ctx)
	})
}

// later does what nobody waits for, after an act is recorded: it draws anew
// what shows the case.
func (r *runner) later(ctx context.Context, do func(context.Context)) {
	r.wg.Go(func() {
		defer r.rescue()
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		do(ctx)
	})
}

// rescue keeps a panic to its own envelope. The value may quote anything, so
// only its type is logged.
func (r *runner) rescue() {
	if v := recover(); v != nil {
		r.opt.Log.Error("slack handler panicked", "type", fmt.Sprintf("%T", v), "stack", string(debug.Stack()))
	}
}

// lost starts the alarm, if it does not run yet.
func (r *runner) lost() {
	r.guard.Lock()
	defer r.guard.Unlock()
	if r.alarm != nil {
		return
	}
	r.alarm = time.AfterFunc(r.opt.LostAfter, func() {
		r.guard.Lock()
		defer r.guard.Unlock()
		if r.alarm != nil {
			r.told = true
			r.opt.Health.Report(component, fmt.Errorf("no connection to Slack for %s: presses wait there; check the network and status.slack.com", r.opt.LostAfter))
		}
	})
}

// silence stops the alarm when Run ends.
func (r *runner) silence() {
	r.guard.Lock()
	defer r.guard.Unlock()
	if r.alarm != nil {
		r.alarm.Stop()
		r.alarm = nil
	}
}

// found stops the alarm, and tells if it had rung.
func (r *runner) found() {
	r.guard.Lock()
	defer r.guard.Unlock()
	if r.alarm != nil {
		r.alarm.Stop()
		r.alarm = nil
	}
	if r.told {
		r.told = false
		r.opt.Health.Report(component, nil)
	}
}
