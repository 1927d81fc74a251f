package bot

import "context"

// Plain is the stored state of a subject as it is before sealing.
func (s *Service) Plain(ctx context.Context, sub SubjectID) ([]byte, error) {
	w := s.newWorld(Event{Subject: sub, At: s.now()}, nil)
	w.ask(sub)
	if err := s.load(ctx, w); err != nil {
		return nil, err
	}
	return w.have[sub].plain, nil
}

// Door tells whether the door of a chat is shut, and whether it holds something
// that the person did; none is there of whom nothing is kept.
func (s *Service) Door(ctx context.Context, sub SubjectID) (shut, holds bool, waiting int, err error) {
	w := s.newWorld(Event{Subject: sub, At: s.now()}, nil)
	w.ask(sub)
	if err := s.load(ctx, w); err != nil {
		return false, false, 0, err
	}
	c, err := peek[chatState](w, sub)
	if err != nil || c == nil {
		return false, false, 0, err
	}
	return c.Door != nil, c.Door != nil && c.Door.Own != nil, len(c.Waiting), nil
}
