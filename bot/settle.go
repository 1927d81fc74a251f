package bot

import (
	"context"
	"fmt"
)

// Settle does everything that can be done now, in the caller's goroutine:
// letters, what is due, and what waits to be sent. It is for a service that
// stands alone and is moved by hand ([Options].Alone): a chat in a terminal, a
// replayed transcript.
func (s *Service) Settle(ctx context.Context) error {
	for {
		did, err := s.settleOnce(ctx)
		if err != nil {
			return fmt.Errorf("settle: %w", err)
		}
		if !did {
			return nil
		}
	}
}

func (s *Service) settleOnce(ctx context.Context) (did bool, err error) {
	waiting, err := s.store.Waiting(ctx, s.id)
	if err != nil {
		return false, err
	}
	for _, sub := range waiting {
		did = true
		if err := s.drain(ctx, sub); err != nil {
			return did, err
		}
	}
	dues, err := s.store.ClaimDue(ctx, s.id, s.lease.fence.Load(), s.now(), dueAtOnce, dueLease)
	if err != nil {
		return did, err
	}
	for _, d := range dues {
		did = true
		turn, _ := s.order.join(d.Subject, false)
		s.fallDue(ctx, d, turn)
	}
	for _, o := range s.channels {
		claims, err := s.store.Claim(ctx, s.id, ClaimOptions{Fence: s.lease.fence.Load(), Channel: o.Name(), Now: s.now(), N: sendersMost, Lease: sendLease})
		if err != nil {
			return did, err
		}
		for _, c := range claims {
			did = true
			s.deliver(ctx, o, c)
		}
	}
	return did, nil
}
