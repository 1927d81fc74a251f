package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"anteroom/bot"
	"anteroom/bot/redis/redistest"
	fakeslack "anteroom/bot/slack/slacktest"
	"anteroom/bot/telegram/telegramtest"
)

const (
	clients = 50
	kills   = 20
	runMost = 150 * time.Second
)

// stage is a practice that serves: the program as a process, a messenger on
// each side, and the store.
type stage struct {
	t        *testing.T
	dir      string // all files of the practice; with SQLite the database too
	practice bot.PracticeID
	store    string   // its address
	stored   []string // its files and folders
	redis    *redistest.Server
	telegram *telegramtest.Server
	slack    *fakeslack.Server
	process  *process
	settings []string
	secrets  []string // tokens
}

// newStage does what an operator does: a folder, keys, secrets. kind is sqlite
// or redis.
func newStage(t *testing.T, kind string) *stage {
	t.Helper()
	return stageOf(t, kind, "quiet-river", func(folder string) {
		anteroom(t, "init", "-signed-by", "Dr Ana Reyes", folder)
		replaceIn(t, filepath.Join(folder, "roster.yaml"), "intake: false", "intake: true",
			"total: {soft: 18, hard: 20}", "total: {soft: 15, hard: 17}", "total: {soft: 10, hard: 12}", "total: {soft: 7, hard: 8}")
	})
}

// stageOf is the same for a practice whose folder write writes.
func stageOf(t *testing.T, kind string, practice bot.PracticeID, write func(folder string)) *stage {
	t.Helper()
	s := &stage{t: t, dir: t.TempDir(), practice: practice}
	s.telegram = telegramtest.New()
	t.Cleanup(s.telegram.Close)
	s.slack = fakeslack.Start(fakeslack.Options{})
	t.Cleanup(s.slack.Close)

	folder := filepath.Join(s.dir, "practice")
	write(folder)
	key := filepath.Join(s.dir, "root.key")
	anteroom(t, "keys", "new", key)
	switch kind {
	case "sqlite":
		file := filepath.Join(s.dir, "practice.db")
		s.store, s.stored = "sqlite:"+file, []string{file, file + "-wal"}
	case "redis":
		// Without compression nothing can hide in the dump.
		r := redistest.Start(t, "--appendonly", "yes", "--appendfsync", "always", "--rdbcompression", "no", "--aof-use-rdb-preamble", "no")
		s.store, s.stored, s.redis = "redis://"+r.Addr+"/0", []string{r.Dir}, r
	}
	s.secrets = []string{telegramtest.Token, fakeslack.BotToken, fakeslack.AppToken}
	env := []string{
		"ANTEROOM_TELEGRAM_TOKEN_FILE=" + secretFile(t, s.dir, "telegram.token", telegramtest.Token),
		"ANTEROOM_SLACK_BOT_TOKEN_FILE=" + secretFile(t, s.dir, "slack.bot", fakeslack.BotToken),
		"ANTEROOM_SLACK_APP_TOKEN_FILE=" + secretFile(t, s.dir, "slack.app", fakeslack.AppToken),
	}
	s.settings = []string{"-practice", folder, "-store", s.store, "-key-file", key}
	s.process = newProcess(t, "anteroom-unpaced", env, append([]string{"serve", "-telegram-api-url", s.telegram.URL(),
		"-slack-api-url", s.slack.APIURL(), "-slack-channel", fakeslack.Channel, "-admin-addr", "127.0.0.1:0", "-log-level", "debug"}, s.settings...)...)
	return s
}

func (s *stage) start(ctx context.Context) {
	s.t.Helper()
	if err := s.process.start(); err != nil {
		s.t.Fatal(err)
	}
	if _, err := s.process.ready(ctx); err != nil {
		s.t.Fatal(err)
	}
}

// play lets fifty people walk through the intake at once, while therapists
// decide what comes, and the process is killed now and then.
func (s *stage) play(ctx context.Context, seed uint64, killings int) ([]*person, *desk) {
	t := s.t
	t.Helper()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var moves atomic.Int64
	people := make([]*person, clients)
	for i := range people {
		people[i] = newPerson(seed, i, s.telegram, &moves)
	}
	d := newDesk(seed, s.slack, people)
	var troubles []error
	var mu sync.Mutex
	trouble := func(err error) {
		if err == nil {
			return
		}
		mu.Lock()
		defer mu.Unlock()
		if len(troubles) == 0 {
			cancel(errors.New("another one failed"))
		}
		troubles = append(troubles, err)
	}
	var all, others sync.WaitGroup
	for _, p := range people {
		all.Go(func() {
			err := p.intake(ctx)
			if err == nil {
				err = p.keptAll(ctx)
			}
			if err == nil {
				err = p.decision(ctx)
			}
			trouble(err)
		})
	}
	all.Go(func() { trouble(d.work(ctx)) })
	over, end := context.WithCancel(ctx)
	others.Go(func() { trouble(s.disturb(over, seed, &moves)) })
	killed := 0
	if killings > 0 {
		others.Go(func() { killed = s.killer(over, seed, &moves, killings, trouble) })
	}
	all.Wait()
	end()
	others.Wait()
	for i, err := range troubles {
		if i < 3 {
			t.Error(err)
		}
	}
	if len(troubles) > 0 {
		t.Fatalf("seed %d: %d failed; the log ends:\n%s", seed, len(troubles), tailOf(s.process.said(), 3000))
	}
	restarts, steps := 0, 0
	for _, p := range people {
		restarts, steps = restarts+p.restarts, steps+p.step
	}
	t.Logf("seed %d: %d clients took %d steps and %d moves, %d began again; %d lives of the process", seed, clients, steps, moves.Load(), restarts, s.process.lives)
	if killed < killings {
		t.Errorf("seed %d: the process was killed %d times, want %d: kill earlier", seed, killed, killings)
	}
	return people, d
}

func tailOf(s string, n int) string { return s[max(0, len(s)-n):] }

// disturb gives updates again that were taken long ago, which a poller sees
// that has nothing to confirm at that moment, and loses what Slack is answered.
func (s *stage) disturb(ctx context.Context, seed uint64, moves *atomic.Int64) error {
	rnd := rand.New(rand.NewPCG(seed, 7))
	for next := int64(300); ; next += 300 + rnd.Int64N(300) {
		for moves.Load() < next {
			if pause(ctx) != nil {
				return nil
			}
		}
		s.telegram.Replay()
		s.slack.LoseAcks(1)
	}
}

// killer kills the process at random moments of the run and starts it again;
// between, it is told to stop in order a few times.
func (s *stage) killer(ctx context.Context, seed uint64, moves *atomic.Int64, times int, trouble func(error)) (killed int) {
	rnd := rand.New(rand.NewPCG(seed, 9))
	for i := range times {
		for next := moves.Load() + 5 + rnd.Int64N(35); moves.Load() < next; {
			if pause(ctx) != nil {
				return killed
			}
		}
		<-time.After(time.Duration(rnd.Int64N(int64(60 * time.Millisecond)))) // any moment of what is under way
		if i%7 == 6 {
			trouble(s.end())
			if err := s.process.start(); err != nil {
				trouble(err)
				return killed
			}
		}
		s.process.kill()
		killed++
		if err := s.process.start(); err != nil {
			trouble(err)
			return killed
		}
	}
	return killed
}

// settled waits until nothing waits anywhere: no update, no letter, no parcel.
// They are looked for in this order, the order in which one becomes the other:
// the other way round, what moves on between two looks is seen by neither.
func (s *stage) settled(ctx context.Context) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	store, err := openStore(ctx, s.store, beside)
	if err != nil {
		s.t.Fatal(err)
	}
	defer store.Close()
	for {
		updates := s.telegram.Pending()
		letters, err := store.Waiting(ctx, s.practice)
		_, toClients, err1 := store.NextReady(ctx, s.practice, "telegram")
		_, toDesk, err2 := store.NextReady(ctx, s.practice, "slack")
		if err := errors.Join(err, err1, err2); err != nil {
			s.t.Fatal(err)
		}
		if updates == 0 && len(letters) == 0 && !toClients && !toDesk {
			return
		}
		if err := pause(ctx); err != nil {
			s.t.Fatalf("something still waits: %d updates, %d inboxes, for Telegram %v, for Slack %v", updates, len(letters), toClients, toDesk)
		}
	}
}

// end tells the process to stop, as a system does.
func (s *stage) end() error {
	ctx, cancel := context.WithTimeout(context.Background(), 25*time.Second)
	defer cancel()
	if _, err := s.process.ready(ctx); err != nil { // before, it does not listen to signals yet
		return err
	}
	from := time.Now()
	s.process.tell(syscall.SIGTERM)
	code, err := s.process.code(ctx)
	if took := time.Since(from); err != nil || code != 0 || took > 20*time.Second {
		return fmt.Errorf("SIGTERM: exit %d, %v, after %s; want 0 within 20 s\n%s", code, err, took, tailOf(s.process.said(), 2000))
	}
	return nil
}

func (s *stage) stop() {
	s.t.Helper()
	if err := s.end(); err != nil {
		s.t.Fatal(err)
	}
}

var stores = []string{"sqlite", "redis"}

// TestFiftyClients: fifty different clients at once walk through the intake,
// each at random; all reach a summary, each card appears once, each decision
// reaches its client once, and nothing of them stands anywhere in clear.
func TestFiftyClients(t *testing.T) {
	for i, kind := range stores {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), runMost)
			defer cancel()
			s := newStage(t, kind)
			s.start(ctx)
			people, d := s.play(ctx, uint64(11+i), 0)
			s.settled(ctx)
			s.verify(people, d, false)
			s.verifyOnce(ctx, people)
			s.verifyPrivate(ctx, people, d)
			s.stop()
			s.verifyCommands(people, d)
		})
	}
}

// TestKilled: the same with the process killed by SIGKILL at twenty moments.
// No answer that was accepted is lost, no question comes again for want of its
// answer, and no card comes twice.
func TestKilled(t *testing.T) {
	for i, kind := range stores {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), runMost)
			defer cancel()
			s := newStage(t, kind)
			s.start(ctx)
			people, d := s.play(ctx, uint64(21+i), kills)
			s.settled(ctx)
			s.verify(people, d, true)
			s.verifyOnce(ctx, people)
			s.verifyPrivate(ctx, people, d)
			s.stop()
		})
	}
}
