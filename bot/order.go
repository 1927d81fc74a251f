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
	p, err := o.join(s, bounded)
	if err != nil {
		return err
	}
	return o.at(ctx, p, fn)
}

// place is a place in a line. Whoever took one has to go there ([order.at]).
type place struct {
	subject      SubjectID
	line         *line
	before, mine chan struct{}
}

// join takes the place behind all who are in the line of a subject now.
func (o *order) join(s SubjectID, bounded bool) (place, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.lines == nil {
		o.lines = make(map[SubjectID]*line)
	}
	l := o.lines[s]
	if l == nil {
		l = &line{}
		o.lines[s] = l
	}
	if bounded && l.waiting >= waitingPerSubject {
		return place{}, errFlood
	}
	p := place{subject: s, line: l, before: l.tail, mine: make(chan struct{})}
	l.tail = p.mine
	l.waiting++
	return p, nil
}

// at runs fn when its turn has come, as [order.do] does.
func (o *order) at(ctx context.Context, p place, fn func() error) error {
	if p.before != nil {
		select {
		case <-p.before:
		case <-ctx.Done():
			// Who waits behind us must go on waiting for who is before us.
			go func() { <-p.before; o.leave(p) }()
			return context.Cause(ctx)
		}
	}
	defer o.leave(p)
	return fn()
}

func (o *order) leave(p place) {
	o.mu.Lock()
	p.line.waiting--
	if p.line.waiting == 0 {
		delete(o.lines, p.subject)
	}
	o.mu.Unlock()
	close(p.mine)
}
