package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"golang.org/x/term"

	"anteroom/bot"
	"anteroom/bot/seal"
)

// rotation wraps all keys of a store anew, beside the service or without it.
type rotation struct {
	p     *program
	vault seal.Vault
	store bot.Store
	grace time.Duration
}

// leastGrace is how long a failover of the store may need until it shows what it
// took back of the keys that were wrapped anew.
const leastGrace = time.Minute

func rotateKeys(ctx context.Context, p *program, cfg config, grace time.Duration) error {
	_, vault, store, err := p.custody(ctx, cfg)
	if err != nil {
		return err
	}
	defer store.Close()
	r := &rotation{p: p, vault: vault, store: store, grace: grace}
	err = r.run(ctx)
	if err != nil && ctx.Err() != nil {
		return fmt.Errorf("interrupted: nothing is lost, and the service finishes what is begun, or rotate again: %w", context.Cause(ctx))
	}
	return err
}

// custody opens the keys, and the store beside a service that runs.
func (p *program) custody(ctx context.Context, cfg config) (seal.Root, seal.Vault, bot.Store, error) {
	root, vault, err := p.vaultOf(cfg)
	if err != nil {
		return root, nil, nil, err
	}
	if err := checkStore(cfg.Store); err != nil {
		return root, nil, nil, usageError{err}
	}
	if file, ok := strings.CutPrefix(cfg.Store, "sqlite:"); ok && !exists(file) {
		return root, nil, nil, usageError{fmt.Errorf("-store: there is no file %s: name the database that serve made", file)}
	}
	store, err := openStore(ctx, cfg.Store, beside)
	if err != nil {
		return root, nil, nil, usageError{fmt.Errorf("-store: %w", err)}
	}
	return root, vault, store, nil
}

// vaultOf opens the keys that the settings name, by the store if need be.
func (p *program) vaultOf(cfg config) (seal.Root, seal.Vault, error) {
	if file, ok := strings.CutPrefix(cfg.Store, "sqlite:"); ok && cfg.KeyFile == "" {
		cfg.KeyFile = file + ".key"
	}
	if cfg.KeyFile == "" {
		return seal.Root{}, nil, usageError{errors.New("-key-file is missing: name the root key; with SQLite -store is enough")}
	}
	return openKeys(cfg, false)
}

func (r *rotation) run(ctx context.Context) error {
	marks, err := r.vault.Marks(ctx)
	if err != nil {
		return err
	}
	var here []bot.PracticeID
	for _, m := range marks {
		if !m.Restored.IsZero() {
			return usageError{fmt.Errorf("%s waits for your word after a restore: say it first with \"anteroom restore\"", m.Practice)}
		}
		ours, err := r.holds(ctx, bot.PracticeID(m.Practice))
		if err != nil {
			return err
		}
		if ours {
			here = append(here, bot.PracticeID(m.Practice))
		}
	}
	if len(here) == 0 {
		return usageError{errors.New("this store holds no practice that the vault knows: is it the store that belongs to this vault, and was it served once by this version?")}
	}
	before, err := r.vault.Epochs(ctx)
	if err != nil {
		return err
	}
	epoch, err := bot.Roll(ctx, r.store, r.vault, here...)
	if err != nil {
		return err
	}
	r.say("epoch %d is the current one now", epoch)
	for try := 1; ; try++ {
		moved, err := r.walk(ctx, here, epoch)
		if err != nil {
			return err
		}
		if try > 1 && moved == 0 {
			break
		}
		if try == 10 {
			return errors.New("keys are still being written under an old epoch: does a replica use another vault folder? No epoch was destroyed")
		}
		if err := r.wait(ctx); err != nil {
			return err
		}
	}
	var needed []string
	for _, p := range here {
		if needed, err = bot.Attest(ctx, r.vault, p, epoch); err != nil {
			return err
		}
	}
	after, err := r.vault.Epochs(ctx)
	if err != nil {
		return err
	}
	if len(needed) > 0 {
		fmt.Fprintf(r.p.stderr, "anteroom keys: the older epochs stay, because %s may need them and is not in this store: rotate with its store, or serve it\n", strings.Join(needed, ", "))
		return errFound
	}
	r.say("destroyed %s: what was erased until now is unreadable in every backup of the store", count(len(before)+1-len(after), "older epoch"))
	return nil
}

// holds reports whether the store holds keys of a practice.
func (r *rotation) holds(ctx context.Context, p bot.PracticeID) (bool, error) {
	got, err := r.store.Load(ctx, p, bot.Query{Keys: []bot.KeyID{bot.PracticeSubject.Key()}})
	return err == nil && got.Keys[0] != nil, err
}

func (r *rotation) walk(ctx context.Context, practices []bot.PracticeID, epoch uint32) (moved int, err error) {
	for _, p := range practices {
		done, err := bot.RewrapKeys(ctx, r.store, r.vault, p, 0, func(now bot.Rewrapping) {
			r.progress("%s: %d of %d keys wrapped anew", p, now.Replaced, now.Seen)
		})
		if err != nil {
			return moved, fmt.Errorf("%s: %w", p, err)
		}
		if n := len(done.Unreadable); n > 0 {
			return moved, fmt.Errorf("%s: %s cannot be read, %s among them: no epoch was destroyed. Is this the vault that belongs to the store? Else erase that record, or put it back from a backup", p, count(n, "key"), done.Unreadable[0])
		}
		r.say("%s: %d of %d keys wrapped anew", p, done.Replaced, done.Seen)
		moved += done.Older
	}
	return moved, nil
}

// wait lets a failover pass.
func (r *rotation) wait(ctx context.Context) error {
	for left := r.grace; left > 0; left -= time.Second {
		r.progress("waiting %s before looking again", left.Round(time.Second))
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(min(left, time.Second)):
		}
	}
	return nil
}

// progress is a line that the next one takes the place of, where somebody looks.
func (r *rotation) progress(format string, args ...any) {
	if f, ok := r.p.stdout.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		fmt.Fprintf(f, "\r\033[K"+format, args...)
	}
}

func (r *rotation) say(format string, args ...any) {
	r.progress("")
	fmt.Fprintf(r.p.stdout, format+"\n", args...)
}
