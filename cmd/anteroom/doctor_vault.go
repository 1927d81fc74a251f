package main

import (
	"context"
	"strings"
	"time"

	"anteroom/bot/seal"
)

// overdueAfter is how long a roll may be late before it is a finding: the
// service looks every minute, and destroys after a quarter of an hour or so.
const overdueAfter = 2 * time.Hour

// vault looks at the epochs, at who keeps the older ones from being destroyed,
// at the graves, and at practices that wait after a restore.
func (x *examination) vault(ctx context.Context, v seal.Vault) {
	epochs, err := v.Epochs(ctx)
	if err != nil {
		x.bad("vault: %v", err)
		return
	}
	marks, err := v.Marks(ctx)
	if err != nil {
		x.bad("vault: %v", err)
		return
	}
	now := time.Now() // as serve does
	current := epochs[len(epochs)-1]
	x.ok("root key and vault; back both up, apart from the store")
	x.ok("vault: epoch %d is the current one, last roll %s, %s ago", current.Number, current.Made.Format(time.DateOnly), ago(now.Sub(current.Made)))
	for id, period := range x.periods {
		if due := period.After(current.Made); now.Sub(due) > overdueAfter {
			x.bad("vault: %s wants a new epoch every %s, and the last should have been replaced %s ago; what was erased since is still readable in old backups: is serve running? Else run \"anteroom keys rotate\"",
				id, period, ago(now.Sub(due)))
		}
	}
	if len(epochs) > 1 {
		var ages, needed []string
		for _, e := range epochs[:len(epochs)-1] {
			ages = append(ages, ago(now.Sub(e.Made)))
		}
		for _, m := range marks {
			if m.Wrapped < current.Number {
				needed = append(needed, m.Practice)
			}
		}
		say, mend := x.note, "the service destroys them within the hour"
		if now.Sub(current.Made) > overdueAfter {
			say, mend = x.bad, "serve it, or run \"anteroom keys rotate\" with its store"
		}
		say("vault: %s, %s old, may still be needed by %s: %s", count(len(ages), "older epoch"), strings.Join(ages, " and "), strings.Join(needed, ", "), mend)
	}
	x.graves(ctx, v)
	for _, m := range marks {
		if !m.Restored.IsZero() {
			x.bad("%s: the store was put back from a backup of %s, and nothing is sent since %s: run \"anteroom restore\" and say what to do with what is old",
				m.Practice, stamp(m.Backup), stamp(m.Restored))
		}
	}
}

func (x *examination) graves(ctx context.Context, v seal.Vault) {
	filled, err := v.Filled(ctx)
	if err != nil {
		x.bad("vault: %v", err)
		return
	}
	dug, err := v.Dug(ctx)
	if err != nil {
		x.bad("vault: %v", err)
		return
	}
	x.ok("vault: %s noted, so that no backup brings a client back", count(filled, "erased key"))
	if len(dug) > 0 {
		x.note("vault: %s not certain yet; serve looks at it within minutes of its start", count(len(dug), "erasure"))
	}
}

// ago is a length of time in the largest unit that says enough.
func ago(d time.Duration) string {
	switch {
	case d >= 48*time.Hour:
		return count(int(d/(24*time.Hour)), "day")
	case d >= 2*time.Hour:
		return count(int(d/time.Hour), "hour")
	case d >= 2*time.Minute:
		return count(int(d/time.Minute), "minute")
	}
	return "a moment"
}
