package bot_test

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"anteroom/bot"
)

// still is a store whose due entries nobody can take, while it stands still.
type still struct {
	bot.Store
	on    *atomic.Bool
	asked *atomic.Int64 // how often, while it stood
}

func (s still) ClaimDue(ctx context.Context, p bot.PracticeID, fence uint64, now time.Time, n int, lease time.Duration) ([]bot.Due, error) {
	if s.on.Load() {
		s.asked.Add(1)
		return nil, nil
	}
	return s.Store.ClaimDue(ctx, p, fence, now, n, lease)
}

// A scheduler that stands still is noticed within minutes, and so is that it
// works again; one that is merely idle is well.
func TestStoppedSchedulerIsNoticed(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := furnish(t)
		stands, asked := new(atomic.Bool), new(atomic.Int64)
		seen := &healthNow{sick: make(map[string]string)}
		r, _ := h.run(t, "one", func(o *bot.Options) { o.Store, o.Health = still{o.Store, stands, asked}, seen })
		later(10 * time.Minute)
		if got := seen.of("schedule"); got != "" {
			t.Fatalf("all is well, and health says %q", got)
		}
		stands.Store(true)
		next := time.Now().Add(time.Minute).Truncate(time.Millisecond)
		sub := h.subject("nobody")
		if err := h.store.Commit(t.Context(), h.practice.ID(), bot.Commit{Event: "plan", Due: []bot.Due{{DueID: bot.DueID{ID: string(sub) + "/expire", At: next}, Subject: sub}}}); err != nil {
			t.Fatal(err)
		}
		later(time.Until(next) + 4*time.Minute)
		if got := seen.of("schedule"); got != "" {
			t.Errorf("after four minutes health says %q", got)
		}
		later(3 * time.Minute)
		if got := seen.of("schedule"); !strings.Contains(got, "what was due at "+next.UTC().Format(time.RFC3339)) {
			t.Errorf("after seven minutes health says %q", got)
		}
		if at, err := r.Late(t.Context()); err != nil || !at.Equal(next) {
			t.Errorf("late: got %v, %v, want %v", at, err, next)
		}
		if got := asked.Load(); got > 10*60 {
			t.Errorf("asked %d times in eight minutes for what is not given; want about once a second", got)
		}
		stands.Store(false)
		later(2 * time.Minute)
		if got := seen.of("schedule"); got != "" {
			t.Errorf("it works again, and health says %q", got)
		}
		r.stopped()
	})
}

// healthNow is what is wrong now.
type healthNow struct {
	mu   sync.Mutex
	sick map[string]string
}

func (h *healthNow) Report(component string, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.sick, component)
	if err != nil {
		h.sick[component] = err.Error()
	}
}

func (h *healthNow) of(component string) string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.sick[component]
}
