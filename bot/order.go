package bot

import (
	"context"
	"errors"
	"sync"
)

// waitingPerSubject bounds how many events of one subject wait in memory.
const waitingPerSubject = 32

// errFlood: too many events of one subject are waiting already.
var errFlood = errors.New("too many events of one subject are waiting")

// order runs the events of one subject one at a time in the order of their
// arrival, and those of different subjects side by side. The zero value is
// ready to use.
type order struct {
	mu    sync.Mutex
	lines map[SubjectID]*line
}

// line is the queue of one subject; tail is closed when the last one in it is
// done.
type line struct {
	tail    chan struct{}
	waiting int
}

// do runs fn after every earlier do of the same subject has returned. It
// returns errFlood at once when too many wait, and the context's cause when it
// ends before fn began.
func (o *order) do(ctx context.Context, s SubjectID, bounded bool, fn func() error) error {
	o.mu.Lock()
	if o.lines == nil {
		o.lines = make(map[SubjectID]*line)
	}
	l := o.lines[s]
	if l == nil {
		l = &line{}
		o.lines[s] = l
	}
	if bounded && l.waiting >= waitingPerSubject {
		o.mu.Unlock()
		return errFlood
	}
	before, mine := l.tail, make(chan struct{})
	l.tail = mine
	l.waiting++
	o.mu.Unlock()

	if before != nil {
		select {
		case <-before:
		case <-ctx.Done():
			// Who waits behind us must go on waiting for who is before us.
			go func() { <-before; o.leave(s, l, mine) }()
			return context.Cause(ctx)
		}
	}
	defer o.leave(s, l, mine)
	return fn()
}

func (o *order) leave(s SubjectID, l *line, mine chan struct{}) {
	o.mu.Lock()
	l.waiting--
	if l.waiting == 0 {
		delete(o.lines, s)
	}
	o.mu.Unlock()
	close(mine)
}
