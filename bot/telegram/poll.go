package telegram

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"sync"
	"time"

	tg "github.com/go-telegram/bot"

	"anteroom/bot"
)

const (
	batchLimit = 100      // the most that getUpdates gives at once
	maxBatch   = 16 << 20 // bytes of one batch; a hundred real updates have well under one
	minGlance  = 20 * time.Millisecond
	maxGlance  = time.Second
)

// tooLarge is a batch over maxBatch, which begins with the update first (0 if
// that cannot be told).
type tooLarge struct{ first int64 }

func (*tooLarge) Error() string { return "telegram getUpdates: the batch is too large" }

var updateID = regexp.MustCompile(`"update_id"\s*:\s*(\d{1,18})\b`)

func newTooLarge(body []byte) *tooLarge {
	e := &tooLarge{}
	if m := updateID.FindSubmatch(body[:1024]); m != nil {
		e.first, _ = strconv.ParseInt(string(m[1]), 10, 64)
	}
	return e
}

// Poll takes updates by long polling and hands them to r until ctx ends; it
// returns nil then. It takes a webhook off first.
//
// An update is acknowledged only when it and every update before it were
// accepted. Updates of one chat go to r one after the other, those of
// different chats at once. While a chat is slow or r refuses its updates, the
// others go on, within the hundred updates that Telegram shows beyond the
// first one that is open; r is asked again and again.
//
// When ctx ends, what was handed over is finished for at most
// [Options.Grace]. What was not accepted is given again at the next start.
func (t *Telegram) Poll(ctx context.Context, r bot.Receiver) error {
	defer t.Wait()
	err := t.until(ctx, "deleteWebhook", func(ctx context.Context) error {
		ctx, cancel := context.WithTimeout(ctx, callTimeout)
		defer cancel()
		_, err := t.api.DeleteWebhook(ctx, &tg.DeleteWebhookParams{})
		return t.told("deleteWebhook", err)
	})
	if err != nil {
		return ended(ctx, err)
	}
	var menu sync.WaitGroup
	menu.Go(func() { t.offerMenu(ctx) })
	defer menu.Wait()

	p := &poller{t: t, to: r, accepted: map[int64]bool{}, lanes: map[int64][]arrival{}, settled: make(chan struct{}, 1)}
	p.run(ctx)
	return nil
}

func (t *Telegram) offerMenu(ctx context.Context) {
	if err := t.until(ctx, "setMyCommands", t.SetMenu); err != nil && ctx.Err() == nil {
		t.log.Error("telegram: no command menu", "err", err)
	}
}

// ended is nil when the work stopped because it was told to.
func ended(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// poller holds the updates that Telegram may still give again.
type poller struct {
	t  *Telegram
	to bot.Receiver

	mu       sync.Mutex
	accepted map[int64]bool      // update → accepted; not yet confirmed to Telegram
	lanes    map[int64][]arrival // chat → what waits, the first under way
	running  sync.WaitGroup
	settled  chan struct{} // something may have been settled
}

func (p *poller) run(ctx context.Context) {
	// What was begun is finished after a stop, but not for ever.
	work, abandon := context.WithCancel(context.WithoutCancel(ctx))
	defer func() {
		patience := time.AfterFunc(p.t.opt.Grace, abandon)
		p.running.Wait()
		patience.Stop()
		abandon()
	}()

	limit, failures := batchLimit, 0
	glance := minGlance
	look := false // without waiting: after a failure, so that health is told at once
	for ctx.Err() == nil {
		offset, open := p.offset()
		wait := p.t.opt.LongPoll
		if open > 0 || look {
			wait = 0
		}
		batch, err := p.t.getUpdates(ctx, offset, limit, wait)
		if ctx.Err() != nil && err != nil {
			return
		}
		var large *tooLarge
		if errors.As(err, &large) && (limit > 1 || large.first > 0) {
			if limit == 1 {
				p.skip(large.first)
			}
			limit = 1
			continue
		}
		if err != nil {
			failures++
			look = !errors.Is(err, tg.ErrorConflict) // which is shown to whoever waits
			if failures >= 3 && !unhealthy(err) {
				p.t.health.ill(errSilent)
			}
			if rarely(failures) {
				p.t.log.Warn("telegram: no updates", "tries", failures, "err", err)
			}
			_ = sleep(ctx, p.t.wait(err, failures))
			continue
		}
		limit, failures, look = min(2*limit, batchLimit), 0, false
		fresh := p.take(ctx, work, offset, batch)
		if fresh > 0 {
			glance = minGlance
		}
		if !p.settle(ctx, glance) {
			glance = min(2*glance, maxGlance)
		}
		if len(batch) > 0 && fresh == 0 && p.idle() { // given again what cannot be confirmed
			_ = sleep(ctx, maxGlance)
		}
	}
}

func unhealthy(err error) bool {
	var f *bot.Failure
	return errors.As(err, &f) && (f.Why == bot.Unhealthy || f.Why == bot.Throttled)
}

// offset is where the next batch begins (0: wherever Telegram likes, nothing
// is to be confirmed) and how many updates are still open. An offset is never
// kept longer than needed: after a quiet week Telegram may begin again with a
// smaller number.
func (p *poller) offset() (offset int64, open int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	var lowest, highest int64
	for id, ok := range p.accepted {
		if !ok && (open == 0 || id < lowest) {
			lowest = id
		}
		if !ok {
			open++
		}
		highest = max(highest, id)
	}
	switch {
	case open > 0:
		return lowest, open
	case highest > 0:
		return highest + 1, 0
	}
	return 0, 0
}

// take puts what is new into the lanes and returns how many that are. The
// call succeeded, so everything before offset is confirmed.
func (p *poller) take(ctx, work context.Context, offset int64, batch []json.RawMessage) (fresh int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for id := range p.accepted {
		if id < offset {
			delete(p.accepted, id)
		}
	}
	for _, raw := range batch {
		a, err := read(raw)
		if err != nil {
			p.t.drop(err.Error())
			continue
		}
		if _, known := p.accepted[a.id]; known {
			continue
		}
		fresh++
		if a.poison != "" {
			p.t.drop(a.poison)
		}
		p.accepted[a.id] = false
		lane, busy := p.lanes[a.chat]
		p.lanes[a.chat] = append(lane, a)
		if !busy {
			p.running.Go(func() { p.lane(ctx, work, a.chat) })
		}
	}
	return fresh
}

// skip gives up an update that is too large to be read.
func (p *poller) skip(id int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.accepted[id] = true
	p.t.drop("more bytes than an update can have")
}

// lane hands on what one chat did, in order.
func (p *poller) lane(ctx, work context.Context, chat int64) {
	for {
		p.mu.Lock()
		if len(p.lanes[chat]) == 0 {
			delete(p.lanes, chat)
			p.mu.Unlock()
			return
		}
		a := p.lanes[chat][0]
		p.mu.Unlock()

		if !p.accept(ctx, work, a) {
			p.mu.Lock()
			delete(p.lanes, chat) // stopping; what follows must not overtake it
			p.mu.Unlock()
			return
		}

		p.mu.Lock()
		p.accepted[a.id] = true
		p.lanes[chat] = p.lanes[chat][1:]
		p.mu.Unlock()
		select {
		case p.settled <- struct{}{}:
		default:
		}
	}
}

// accept returns when the update is accepted, or false when it is not and ctx
// has ended.
func (p *poller) accept(ctx, work context.Context, a arrival) bool {
	for try := 1; ; try++ {
		err := p.t.receive(work, p.to, a)
		if err == nil {
			return true
		}
		if rarely(try) {
			p.t.log.Warn("telegram: an update was not accepted", "tries", try, "err", err)
		}
		if sleep(ctx, min(p.t.opt.MaxWait, 5*time.Second, 25*time.Millisecond<<min(try, 10))) != nil {
			return false
		}
	}
}

// settle waits until nothing is open, for at most d.
func (p *poller) settle(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	for {
		if _, open := p.offset(); open == 0 {
			return true
		}
		select {
		case <-p.settled:
		case <-timer.C:
			return false
		case <-ctx.Done():
			return false
		}
	}
}

func (p *poller) idle() bool {
	offset, _ := p.offset()
	return offset == 0
}

// receive hands one update to the service and then does what is owed for it.
func (t *Telegram) receive(ctx context.Context, to bot.Receiver, a arrival) (err error) {
	defer func() {
		if recover() != nil { // what was panicked with may hold words
			err = errors.New("panic while an update was handled")
		}
	}()
	if a.what != nil {
		if err := to.Receive(ctx, a.inbound(t.opt.Practice)); err != nil {
			return err
		}
	}
	if a.press != "" {
		t.answer(a)
	}
	if a.group {
		t.leave(a)
	}
	return nil
}

// drop counts an update that could not be read.
func (t *Telegram) drop(why string) {
	t.log.Warn("telegram: an update could not be read", "why", why, "so_far", t.dropped.Add(1))
}

// getUpdates asks once. The updates stay raw: each is read by itself.
func (t *Telegram) getUpdates(ctx context.Context, offset int64, limit int, wait time.Duration) ([]json.RawMessage, error) {
	ask, err := json.Marshal(struct {
		Offset  int64    `json:"offset,omitempty"`
		Limit   int      `json:"limit"`
		Timeout int      `json:"timeout"`
		Allowed []string `json:"allowed_updates"`
	}{offset, limit, int(wait.Seconds()), allowed()})
	if err != nil {
		return nil, fmt.Errorf("telegram getUpdates: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, wait+silence)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, t.opt.APIURL+"/bot"+t.opt.Token+"/getUpdates", bytes.NewReader(ask))
	if err != nil {
		return nil, errors.New("telegram getUpdates: the API URL is not one") // err quotes it, token and all
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := t.wire.do(req)
	if err != nil {
		return nil, t.told("getUpdates", err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxBatch+1))
	if err != nil {
		return nil, t.told("getUpdates", &wireError{sent: true, what: plain(err), cause: contextCause(err)})
	}
	if len(body) > maxBatch {
		return nil, newTooLarge(body)
	}
	var answer struct {
		OK         bool              `json:"ok"`
		Result     []json.RawMessage `json:"result"`
		ErrorCode  int               `json:"error_code"`
		Parameters struct {
			RetryAfter int `json:"retry_after"`
		} `json:"parameters"`
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		return nil, errors.New("telegram getUpdates: the answer was not understood")
	}
	if answer.OK {
		t.health.well("getUpdates")
		return answer.Result, nil
	}
	return nil, t.told("getUpdates", refusal(answer.ErrorCode, answer.Parameters.RetryAfter))
}

// refusal is the library's error for a code, as its own methods return it.
func refusal(code, after int) error {
	switch code {
	case http.StatusUnauthorized:
		return tg.ErrorUnauthorized
	case http.StatusNotFound:
		return tg.ErrorNotFound
	case http.StatusConflict:
		return tg.ErrorConflict
	case http.StatusForbidden:
		return tg.ErrorForbidden
	case http.StatusTooManyRequests:
		return &tg.TooManyRequestsError{RetryAfter: after}
	}
	return errors.New("refused")
}
