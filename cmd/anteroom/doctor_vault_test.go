package main

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"anteroom/bot/care"
	"anteroom/bot/seal"
)

// What doctor says of a vault, each finding with its mend.
func TestDoctorOnTheVault(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	for _, tt := range []struct {
		name     string
		age      time.Duration // of the first epoch
		roll     time.Duration // when another was made, ago; 0: never
		wrapped  uint32
		restored bool
		want     []string
		problems int
	}{
		{"young", 3 * day, 0, 1, false, []string{"ok       vault: epoch 1 is the current one, last roll ", "3 days ago", "ok       vault: 1 erased key noted", "note     vault: 1 erasure not certain yet"}, 0},
		{"overdue", 40 * day, 0, 1, false, []string{"PROBLEM  vault: quiet-river wants a new epoch every 30d", "replaced 10 days ago", `run "anteroom keys rotate"`}, 1},
		{"just rolled", 30 * day, time.Minute, 1, false, []string{"epoch 2 is the current one", "note     vault: 1 older epoch, 30 days old, may still be needed by quiet-river: the service destroys"}, 0},
		{"not wrapped anew", 31 * day, day, 1, false, []string{"PROBLEM  vault: 1 older epoch, 31 days old, may still be needed by quiet-river", `run "anteroom keys rotate" with its store`}, 1},
		{"restored", day, 0, 1, true, []string{"PROBLEM  quiet-river: the store was put back from a backup of 2026-01-02 03:04:05 UTC", `run "anteroom restore"`}, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			ctx := t.Context()
			now := time.Now().Add(-tt.age)
			v, err := seal.CreateFolder(filepath.Join(t.TempDir(), "vault"), seal.NewRoot(), seal.WithClock(func() time.Time { return now }))
			if err != nil {
				t.Fatal(err)
			}
			for i, place := range []string{"erased", "open"} {
				wrapped, err := v.Wrap(ctx, seal.NewClientKey(), []byte(place))
				if err != nil {
					t.Fatal(err)
				}
				g, err := v.Dig(ctx, wrapped, []byte(place))
				if err == nil && i == 0 {
					err = v.Fill(ctx, g)
				}
				if err != nil {
					t.Fatal(err)
				}
			}
			if tt.roll > 0 {
				now = time.Now().Add(-tt.roll)
				if _, err := v.Roll(ctx); err != nil {
					t.Fatal(err)
				}
			}
			err = v.SetMark(ctx, "quiet-river", func(m *seal.Mark) {
				m.Wrapped = tt.wrapped
				if tt.restored {
					m.Restored, m.Backup = time.Now(), time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
				}
			})
			if err != nil {
				t.Fatal(err)
			}
			var out bytes.Buffer
			x := &examination{p: &program{stdout: &out}, periods: map[string]care.Period{"quiet-river": {Days: 30}}}
			x.vault(ctx, v)
			for _, want := range tt.want {
				if !strings.Contains(out.String(), want) {
					t.Errorf("does not say %q:\n%s", want, &out)
				}
			}
			if x.problems != tt.problems {
				t.Errorf("got %d problems, want %d:\n%s", x.problems, tt.problems, &out)
			}
		})
	}
}
