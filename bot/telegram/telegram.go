// Package telegram is the channel to clients on Telegram.
//
// Messages leave through the senders of github.com/go-telegram/bot. What comes
// in is taken by a poller and a webhook handler of our own, because the
// library acknowledges an update when it is queued in memory: here nothing is
// acknowledged before [bot.Receiver] has accepted it for good, and one update
// that cannot be read never holds up the next.
//
// The package never logs or returns a token, an address or a word that
// somebody wrote: every error is told by its class, not by what the server or
// the library said. It never downloads a file.
package telegram

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	tg "github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"

	"anteroom/bot"
)

// Name is the channel's name.
const Name bot.ChannelName = "telegram"

// Options say how to reach Telegram and for whom. Practice and Token are
// required.
type Options struct {
	Practice bot.PracticeID
	Token    string
	APIURL   string       // https://api.telegram.org if empty
	Client   *http.Client // its Timeout and CheckRedirect are not used
	Log      *slog.Logger
	Health   bot.Health

	// Commands are offered in the menu, by two-letter language; the list under
	// "" is for everybody else.
	Commands map[string][]Command
	// Lines gives the few words that the channel says by itself, in the
	// language of a locale ("" if unknown). Without it nothing is said.
	Lines func(locale string) Lines
	// WebhookSecret is what Telegram sends back with each update: 1 to 256 of
	// A-Z, a-z, 0-9, _ and -. Without it every webhook request is refused.
	WebhookSecret string

	Pace     Pace
	LongPoll time.Duration // how long a getUpdates may wait; 50 s if zero
	MaxWait  time.Duration // longest pause between tries that Telegram did not ask for; 30 s if zero
	Grace    time.Duration // how long a stop waits for what was begun; 10 s if zero
}

// Command is one line of the command menu.
type Command struct{ Name, Description string }

// Lines are what the channel says by itself, outside any conversation.
type Lines struct {
	Group    string // before leaving a group or a channel
	NotYours string // to a press on somebody else's button
}

// Pace limits what is sent, in messages a second. The zero value is what
// Telegram's documentation allows: 30 over all; for one chat 3 at once, then 1.
type Pace struct {
	Overall, Chat float64
	ChatBurst     int
}

// Telegram is one bot. Its methods may be called from any goroutine.
type Telegram struct {
	opt     Options
	log     *slog.Logger
	wire    *wire
	api     *tg.Bot
	pace    *pace
	floods  floods
	parts   parts
	health  health
	left    sync.Map // groups that were refused just now
	dropped atomic.Int64

	aside sync.WaitGroup // answers to presses and farewells to groups
	slots chan struct{}
}

const (
	asideAtOnce  = 64
	asideTimeout = 5 * time.Second
	callTimeout  = 30 * time.Second
)

var (
	wellFormedToken  = regexp.MustCompile(`^[A-Za-z0-9:_-]+$`)
	wellFormedSecret = regexp.MustCompile(`^[A-Za-z0-9_-]{1,256}$`)
)

// New checks the options. It does not call Telegram.
func New(o Options) (*Telegram, error) {
	var problems []error
	if o.Practice == "" {
		problems = append(problems, errors.New("telegram: no practice given"))
	}
	switch {
	case o.Token == "":
		problems = append(problems, errors.New("telegram: no token: ask @BotFather for one (/newbot, or /token for a bot that exists)"))
	case !wellFormedToken.MatchString(o.Token):
		problems = append(problems, errors.New("telegram: the token has a character that no token has: copy it from @BotFather again, without quotes or spaces"))
	}
	if o.WebhookSecret != "" && !wellFormedSecret.MatchString(o.WebhookSecret) {
		problems = append(problems, errors.New("telegram: the webhook secret must be 1 to 256 of A-Z, a-z, 0-9, _ and -"))
	}
	if o.APIURL != "" && !strings.HasPrefix(o.APIURL, "http://") && !strings.HasPrefix(o.APIURL, "https://") {
		problems = append(problems, errors.New("telegram: the API URL must begin with https:// or http://"))
	}
	if err := errors.Join(problems...); err != nil {
		return nil, err
	}

	if o.APIURL == "" {
		o.APIURL = "https://api.telegram.org"
	}
	o.APIURL = strings.TrimRight(o.APIURL, "/")
	if o.LongPoll <= 0 {
		o.LongPoll = 50 * time.Second
	}
	if o.MaxWait <= 0 {
		o.MaxWait = 30 * time.Second
	}
	if o.Grace <= 0 {
		o.Grace = 10 * time.Second
	}
	t := &Telegram{
		opt:    o,
		log:    o.Log,
		wire:   newWire(o.Client),
		pace:   newPace(o.Pace),
		health: health{to: o.Health},
		slots:  make(chan struct{}, asideAtOnce),
	}
	if t.log == nil {
		t.log = slog.New(slog.DiscardHandler)
	}
	var err error
	t.api, err = tg.New(o.Token,
		tg.WithSkipGetMe(),
		tg.WithServerURL(o.APIURL),
		tg.WithHTTPClient(o.LongPoll, t.wire),
		tg.WithErrorsHandler(func(error) {}), // it may quote; every call returns its error too
	)
	if err != nil {
		return nil, errors.New("telegram: the token was not taken: copy it from @BotFather again")
	}
	return t, nil
}

// Name is "telegram".
func (t *Telegram) Name() bot.ChannelName { return Name }

// Dropped is how many updates could not be read since the start.
func (t *Telegram) Dropped() int64 { return t.dropped.Load() }

// Username asks Telegram who the bot is; links to it are
// https://t.me/USERNAME?start=TOKEN. It is also the check of the token.
func (t *Telegram) Username(ctx context.Context) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	me, err := t.api.GetMe(ctx)
	if err = t.told("getMe", err); err != nil {
		return "", err
	}
	return me.Username, nil
}

// SetMenu offers the commands, a list per language.
func (t *Telegram) SetMenu(ctx context.Context) error {
	for lang, list := range t.opt.Commands {
		commands := make([]models.BotCommand, len(list))
		for i, c := range list {
			commands[i] = models.BotCommand{Command: c.Name, Description: c.Description}
		}
		ctx, cancel := context.WithTimeout(ctx, callTimeout)
		_, err := t.api.SetMyCommands(ctx, &tg.SetMyCommandsParams{Commands: commands, LanguageCode: lang})
		cancel()
		if err = t.told("setMyCommands", err); err != nil {
			return fmt.Errorf("command menu %q: %w", lang, err)
		}
	}
	return nil
}

// Wait returns when everything begun on the side (answers to presses, leaving
// a group) has ended, at most a few seconds. Call it after the webhook server
// has stopped; [Telegram.Poll] does it by itself.
func (t *Telegram) Wait() { t.aside.Wait() }

// Close lets go of idle connections. Call it when nothing is sent any more.
func (t *Telegram) Close() {
	t.Wait()
	t.wire.client.CloseIdleConnections()
}

// lines in the language of a locale.
func (t *Telegram) lines(locale string) Lines {
	if t.opt.Lines == nil {
		return Lines{}
	}
	return t.opt.Lines(locale)
}

// beside runs a small courtesy whose failure harms nobody. When too many are
// under way it is left out.
func (t *Telegram) beside(f func(context.Context)) {
	select {
	case t.slots <- struct{}{}:
	default:
		return
	}
	t.aside.Go(func() {
		defer func() { <-t.slots }()
		ctx, cancel := context.WithTimeout(context.Background(), asideTimeout)
		defer cancel()
		f(ctx)
	})
}

// until calls f again and again until it succeeds or ctx ends.
func (t *Telegram) until(ctx context.Context, what string, f func(context.Context) error) error {
	for try := 1; ; try++ {
		err := f(ctx)
		if err == nil || ctx.Err() != nil {
			return ctx.Err()
		}
		var f *bot.Failure
		if errors.As(err, &f) && f.Why == bot.Impossible {
			return err
		}
		if rarely(try) {
			t.log.Warn("telegram: trying again", "what", what, "tries", try, "err", err)
		}
		if sleep(ctx, t.wait(err, try)) != nil {
			return ctx.Err()
		}
	}
}

// wait is the pause after the n-th failure in a row.
func (t *Telegram) wait(err error, n int) time.Duration {
	var f *bot.Failure
	if errors.As(err, &f) {
		switch f.Why {
		case bot.Throttled:
			return f.After
		case bot.Unhealthy:
			return t.opt.MaxWait
		}
	}
	return min(t.opt.MaxWait, 100*time.Millisecond<<min(n, 16))
}

// rarely is true at 1, 2, 4, 8, …: a long failure does not fill the log.
func rarely(n int) bool { return n&(n-1) == 0 }

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// allowed are the kinds of update that we ask for, always: without a list the
// server keeps the one it was given last.
func allowed() []string {
	return []string{
		models.AllowedUpdateMessage,
		models.AllowedUpdateEditedMessage,
		models.AllowedUpdateChannelPost,
		models.AllowedUpdateCallbackQuery,
		models.AllowedUpdateMyChatMember,
	}
}
