package telegram

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// pace keeps what is sent under Telegram's limits.
type pace struct {
	overall *rate.Limiter
	unasked chan struct{} // one of those that nobody waits for stands in line with the others at a time
	each    rate.Limit
	burst   int

	mu    sync.Mutex
	chats map[int64]*rate.Limiter
	sweep int // number of chats at which the idle ones are forgotten
}

const minSweep = 1024

func newPace(p Pace) *pace {
	all := cmp.Or(p.Overall, 30)
	return &pace{
		overall: rate.NewLimiter(rate.Limit(all), max(1, int(all))),
		unasked: make(chan struct{}, 1),
		each:    rate.Limit(cmp.Or(p.Chat, 1)),
		burst:   cmp.Or(p.ChatBurst, 3),
		chats:   map[int64]*rate.Limiter{},
		sweep:   minSweep,
	}
}

// wait returns when a message may go to the chat, or an error when it could
// not before ctx ends. Of what comes of itself only one has its turn before an
// answer that comes later, however many wait.
func (p *pace) wait(ctx context.Context, chat int64, unasked bool) error {
	if err := p.of(chat).Wait(ctx); err != nil {
		return err
	}
	if unasked {
		select {
		case p.unasked <- struct{}{}:
			defer func() { <-p.unasked }()
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return p.overall.Wait(ctx)
}

func (p *pace) of(chat int64) *rate.Limiter {
	p.mu.Lock()
	defer p.mu.Unlock()
	l, ok := p.chats[chat]
	if !ok {
		if len(p.chats) >= p.sweep {
			for c, l := range p.chats {
				if l.Tokens() >= float64(p.burst) { // as good as a new one
					delete(p.chats, c)
				}
			}
			p.sweep = max(minSweep, 2*len(p.chats))
		}
		l = rate.NewLimiter(p.each, p.burst)
		p.chats[chat] = l
	}
	return l
}

// floods tells a limit of one chat from a limit of the whole bot: Telegram
// does not say which one was met.
type floods struct {
	mu     sync.Mutex
	recent []flood
}

type flood struct {
	chat int64
	at   time.Time
}

// wide notes a 429 and is true when three chats met one within a second.
func (f *floods) wide(chat int64, now time.Time) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.recent = slices.DeleteFunc(f.recent, func(e flood) bool {
		return e.chat == chat || now.Sub(e.at) > time.Second
	})
	f.recent = append(f.recent, flood{chat, now})
	return len(f.recent) >= 3
}

// parts remembers how much of a long text went out, so that another try of
// the same delivery goes on where the last one ended.
type parts struct {
	mu   sync.Mutex
	sent map[string][]int // delivery → ids of the messages sent so far
}

const maxParts = 1024

func (p *parts) of(delivery string) []int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.sent[delivery])
}

func (p *parts) keep(delivery string, ids []int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.sent == nil || len(p.sent) >= maxParts {
		p.sent = map[string][]int{} // a part too often is better than memory without end
	}
	p.sent[delivery] = slices.Clone(ids)
}

func (p *parts) forget(delivery string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.sent, delivery)
}
