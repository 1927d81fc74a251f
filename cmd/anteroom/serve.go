package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"anteroom/bot"
	"anteroom/bot/admin"
	"anteroom/bot/redis"
	"anteroom/bot/seal"
	"anteroom/bot/slack"
	"anteroom/bot/sqlite"
	"anteroom/bot/telegram"
	"anteroom/content"
)

var serveCommand = command{
	run:  serve,
	name: "serve", short: "the service: clients on Telegram, therapists in Slack",
	long: `Runs the service until it is told to stop (Ctrl-C or SIGTERM), then finishes what is under way.

A solo practice keeps its state in one file; the root key and its vault are made next to it on the first run:

  anteroom init -signed-by "Your Name" practice
  ANTEROOM_TELEGRAM_TOKEN_FILE=telegram.token anteroom serve -practice practice -store sqlite:practice.db

When a file in the practice's folder changes, or on SIGHUP, the folder is read again and goes on under open
conversations; what does not pass the check is not taken, and the log says why. Content that was never proved
is proved before it is served; -proofs names where that is noted.

When the store was put back from a backup, nothing is sent until "anteroom restore" says what to do with what
is old; that is noticed by itself when the backup is older than two minutes, and with -restored always.

With Redis, make the keys first ("anteroom keys new") and name them with -key-file. "anteroom doctor" takes the
same settings and checks each of them.`,
}

func serve(ctx context.Context, p *program, c command, args []string) error {
	fl := newFlags("serve")
	read := p.settingsOf(fl)
	restored := fl.Bool("restored", false, "the store was put back from a backup: send nothing until \"anteroom restore\" says what to do with what is old")
	if err := p.parse(c, fl, args, 0); err != nil {
		return err
	}
	cfg, err := read()
	if err != nil {
		return err
	}
	log, err := p.logger(cfg)
	if err != nil {
		return err
	}
	cfg.Restored = *restored
	h, err := p.open(ctx, cfg, log)
	if err != nil {
		return err
	}
	defer h.close()
	return h.run(ctx)
}

// stopWithin bounds how long a stop takes.
const stopWithin = 18 * time.Second

// house is everything that serves, wired.
type house struct {
	cfg   config
	log   *slog.Logger
	store bot.Store
	pace  pace
	board *admin.Board
	rooms []*room

	proofs *proofs
}

// room is one practice in the house.
type room struct {
	folder   string
	edition  edition                      // in effect
	begun    edition                      // what the channels were made with
	wrong    wrong                        // what did not pass last, so that it is proved once
	refused  string                       // what was not taken last, so that it is said once
	later    string                       // what takes effect after a restart, likewise
	practice atomic.Pointer[bot.Practice] // of the edition, for the channels
	service  *bot.Service
	telegram *telegram.Telegram
	slack    *slack.Slack
	second   secondWay
}

// tokens of one practice: those of its folder, or those of the settings.
type tokens struct {
	telegram, webhookURL, webhookSecret string
	slackBot, slackApp, slackChannel    string
	second                              secondSecrets
}

// open checks all settings, then opens what they name. Every problem that can
// be seen at once is reported at once.
func (p *program) open(ctx context.Context, cfg config, log *slog.Logger) (*house, error) {
	var problems []error
	add := func(err error) {
		if err != nil {
			problems = append(problems, err)
		}
	}
	if cfg.Practice == "" {
		add(errors.New("-practice is missing: name the folder that \"anteroom init\" wrote"))
	}
	add(checkStore(cfg.Store))
	add(checkAddr("http-addr", cfg.HTTPAddr))
	add(checkAddr("admin-addr", cfg.AdminAddr))
	folders := strings.FieldsFunc(cfg.Practice, func(r rune) bool { return r == ',' })
	h := &house{cfg: cfg, log: log, pace: p.pace, proofs: newProofs(cfg.Proofs, log, p.day, proveContent)}
	for _, folder := range folders {
		r := &room{folder: folder}
		e, err := h.read(ctx, r, len(folders) > 1, true)
		add(err)
		r.edition, r.begun = e, e
		h.rooms = append(h.rooms, r)
	}
	sqliteFile, isSQLite := strings.CutPrefix(cfg.Store, "sqlite:")
	ownKey := cfg.KeyFile == "" && isSQLite && sqliteFile != "" // made on the first run
	if ownKey {
		cfg.KeyFile = sqliteFile + ".key"
	}
	if dir := filepath.Dir(sqliteFile); isSQLite && sqliteFile != "" && !exists(dir) {
		add(fmt.Errorf("-store: the folder %s is not there: make it first", dir))
	}
	if cfg.KeyFile == "" && !isSQLite && cfg.Store != "" {
		add(errors.New("-key-file is missing: make one with \"anteroom keys new FILE\" (every replica uses the same)"))
	}
	if len(problems) > 0 {
		return nil, joinUsage(problems)
	}
	if isSQLite && exists(sqliteFile) && !exists(cfg.KeyFile) { // a new key would know nobody in it
		return nil, usageError{fmt.Errorf("-key-file: %s is not there, and the database %s is: put the key back from its backup, or name the file that holds it", cfg.KeyFile, sqliteFile)}
	}
	root, vault, err := openKeys(cfg, ownKey)
	if err != nil {
		return nil, err
	}
	if h.store, err = openStore(ctx, cfg.Store, sqlite.Options{}); err != nil {
		return nil, usageError{fmt.Errorf("-store: %w", err)}
	}
	h.board = admin.New(log, h.ready)
	for _, r := range h.rooms {
		if err := h.furnish(r, root, vault); err != nil {
			return nil, errors.Join(err, h.store.Close())
		}
		if err := opensWith(ctx, r.service, cfg.KeyFile); err != nil {
			return nil, errors.Join(err, h.store.Close())
		}
	}
	return h, nil
}

func checkStore(url string) error {
	for _, scheme := range []string{"sqlite:", "redis://", "rediss://", "redis-sentinel://", "rediss-sentinel://", "redis-cluster://", "rediss-cluster://"} {
		if strings.HasPrefix(url, scheme) && url != scheme {
			return nil
		}
	}
	if url == "" {
		return errors.New("-store is missing: sqlite:PATH for one practice on one machine, or redis://HOST:6379/0")
	}
	return errors.New("-store is not an address that is known: write sqlite:PATH, redis://…, rediss://…, redis-sentinel://… or redis-cluster://…")
}

// beside is how a command opens a file: it waits longer than a client may for a
// service that writes all the while.
var beside = sqlite.Options{Busy: 30 * time.Second}

func openStore(ctx context.Context, url string, o sqlite.Options) (bot.Store, error) {
	if file, ok := strings.CutPrefix(url, "sqlite:"); ok {
		return sqlite.Open(file, o)
	}
	redis.Quiet()
	return redis.Open(ctx, url, redis.Options{})
}

// tokensOf takes a practice's tokens from its folder, and where that names
// none from the settings, which serve one practice only.
func tokensOf(cfg config, folder string, p *bot.Practice, several bool) (tokens, error) {
	t := tokens{telegram: cfg.TelegramToken, webhookURL: cfg.TelegramWebhookURL, webhookSecret: cfg.TelegramWebhookSecret,
		slackBot: cfg.SlackBotToken, slackApp: cfg.SlackAppToken, slackChannel: cfg.SlackChannel}
	if several && t != (tokens{}) {
		return t, errors.New("with several practices, tokens stand in each folder (token_file, bot_token_file …) and not in the settings: unset them")
	}
	var problems []error
	file := func(to *string, key, path string) {
		if path == "" {
			return
		}
		if !filepath.IsAbs(path) {
			path = filepath.Join(folder, path)
		}
		secret, err := readSecret(key, path)
		if err != nil {
			problems = append(problems, err)
			return
		}
		*to = secret
	}
	file(&t.telegram, "telegram.token_file", p.Telegram.TokenFile)
	file(&t.webhookSecret, "telegram.webhook_secret_file", p.Telegram.WebhookSecretFile)
	file(&t.slackBot, "slack.bot_token_file", p.Slack.BotTokenFile)
	file(&t.slackApp, "slack.app_token_file", p.Slack.AppTokenFile)
	t.second.read(p, file)
	if p.Telegram.WebhookURL != "" {
		t.webhookURL = p.Telegram.WebhookURL
	}
	if p.Slack.Channel != "" {
		t.slackChannel = p.Slack.Channel
	}
	return t, errors.Join(problems...)
}

var (
	telegramToken = regexp.MustCompile(`^[0-9]+:[A-Za-z0-9_-]{20,}$`)
	slackChannel  = regexp.MustCompile(`^[CG][A-Z0-9]+$`)
)

// mayGoLive insists on what must stand before a client is let in.
func mayGoLive(folder string, p *bot.Practice, t tokens) error {
	var problems []error
	bad := func(format string, args ...any) {
		problems = append(problems, fmt.Errorf("%s: "+format, append([]any{folder}, args...)...))
	}
	if !p.SignOffs.Crisis.Signed() || !p.SignOffs.Consent.Signed() {
		bad("practice.yaml: sign_offs are empty: a clinician reads the crisis and consent texts and signs (anteroom init -signed-by NAME, or by hand)")
	}
	if p.OnCall.Name == "" || p.OnCall.Phone == "" {
		bad("practice.yaml: on_call is missing: name who is told when something cannot wait")
	}
	if t.telegram == "" {
		bad("no Telegram token: give -telegram-token, ANTEROOM_TELEGRAM_TOKEN_FILE, or telegram.token_file")
	}
	if t.telegram != "" && !telegramToken.MatchString(t.telegram) {
		bad("the Telegram token is not one: they look like 123456789:AAE…, copy it from @BotFather")
	}
	if t.slackChannel != "" && !slackChannel.MatchString(t.slackChannel) {
		bad("the Slack channel is not an id: copy it from the channel's About, it looks like C0123ABCD")
	}
	if t.slackBot == "" && t.slackApp == "" && !p.OnCall.Second.Any() {
		bad("no Slack tokens, and no second way (on_call.second in practice.yaml): nobody would be told when a client is in danger")
	}
	if t.telegram != "" && (p.Telegram.SignedBy == "" || p.Telegram.SignedOn == "") {
		bad("practice.yaml: telegram.signed_by is empty: a messenger gives no contract for health data, so a named person answers for using it")
	}
	if t.slackBot != "" || t.slackApp != "" {
		if t.slackBot == "" || t.slackApp == "" || t.slackChannel == "" {
			bad("Slack needs three: a bot token (xoxb-…), an app token (xapp-…) and the channel's id (C…)")
		}
		if p.Slack.SignedBy == "" || p.Slack.SignedOn == "" || p.Slack.Disclosure == "" {
			bad("practice.yaml: slack.disclosure and slack.signed_by are needed: a named person answers for what is shown there")
		}
	}
	if t.webhookURL != "" && t.webhookSecret == "" {
		bad("a webhook needs a secret: -telegram-webhook-secret or telegram.webhook_secret_file")
	}
	return errors.Join(problems...)
}

// furnish wires one practice.
func (h *house) furnish(r *room, root seal.Root, vault seal.Vault) error {
	p, t := r.edition.practice, r.edition.tokens
	r.practice.Store(p)
	var channels []bot.Channel
	log := h.log.With("practice", p.ID())
	health := healthOf{h.board, string(p.ID())}
	if t.telegram != "" {
		line := func(locale, key string) string {
			now := r.practice.Load()
			return now.Texts[now.Greets(locale)].Say(key, func(string) string { return now.Name })
		}
		tg, err := telegram.New(telegram.Options{Practice: p.ID(), Token: t.telegram, APIURL: h.cfg.TelegramAPIURL, Log: log, Health: health,
			WebhookSecret: t.webhookSecret, Commands: menu(p), Pace: h.pace.telegram,
			Lines: func(locale string) telegram.Lines {
				return telegram.Lines{Group: line(locale, "group-refused"), NotYours: line(locale, "foreign-button")}
			}})
		if err != nil {
			return usageError{fmt.Errorf("telegram: %w", err)}
		}
		r.telegram = tg
		channels = append(channels, tg)
	}
	if t.slackBot != "" {
		sl, err := slack.New(slack.Options{Practice: p.ID(), BotToken: t.slackBot, AppToken: t.slackApp, Channel: t.slackChannel, APIURL: h.cfg.SlackAPIURL,
			Disclosure: p.Slack.Disclosure, Zone: p.Zone, Log: log, Health: health, Pace: h.pace.slack})
		if err != nil {
			return usageError{fmt.Errorf("slack: %w", err)}
		}
		r.slack = sl
		channels = append(channels, sl)
	}
	second, err := openSecond(p, t.second, health)
	if err != nil {
		return usageError{err}
	}
	r.second = second
	channels = append(channels, second.channels()...)
	p = r.dressed(p)
	r.practice.Store(p)
	host, err := os.Hostname()
	if err != nil {
		host = "anteroom"
	}
	r.service = bot.New(bot.Options{Practice: p, Store: h.store, Root: root, Vault: vault, Channels: channels, Log: h.log, Now: time.Now,
		Instance: host + "|" + h.cfg.AdminAddr, Health: health, Meter: h.board, Restored: h.cfg.Restored})
	return nil
}

// dressed is a practice as it goes with the channels of the room: who keeps
// copies of what is said, and where therapists get cards. What Slack is shown
// stays as the channel was made, and so does what clients are told of it.
func (r *room) dressed(p *bot.Practice) *bot.Practice {
	mine := *p
	if r.telegram != nil {
		mine.Copies = append(mine.Copies, "Telegram")
	}
	if r.slack != nil {
		where := "Slack"
		mine.Slack.Disclosure = r.begun.shown
		if mine.Slack.Disclosure == slack.InChannel {
			where = "slack-line"
		}
		mine.Copies = append(mine.Copies, where)
		mine.Desk = r.slack.Name()
	}
	mine.Second = r.second.ways(p)
	return &mine
}

// healthOf names the practice with each component: a house may have several.
type healthOf struct {
	board    *admin.Board
	practice string
}

func (h healthOf) Report(component string, err error) {
	h.board.Report(component+" ("+h.practice+")", err)
}

// menu is the list of commands that Telegram shows, by language; under the
// empty one, what people see whose own language is none of ours.
func menu(p *bot.Practice) map[string][]telegram.Command {
	menus := make(map[string][]telegram.Command)
	for lang, t := range p.Texts {
		if texts, ok := t.(*content.Texts); ok {
			for _, c := range texts.Commands {
				menus[lang] = append(menus[lang], telegram.Command{Name: c.Word, Description: c.Does})
			}
		}
	}
	menus[""] = menus[p.Greets("")]
	return menus
}

func (h *house) ready() bool {
	for _, r := range h.rooms {
		if !r.service.Ready() {
			return false
		}
	}
	return len(h.rooms) > 0
}

func (h *house) close() {
	if err := h.store.Close(); err != nil {
		h.log.Error("closing the store", "err", err)
	}
}

// run starts in order and stops in reverse: not ready, take nothing more in,
// finish, give up the practices.
func (h *house) run(ctx context.Context) error {
	working, stopWork := context.WithCancel(context.WithoutCancel(ctx))
	defer stopWork()
	taking, stopTaking := context.WithCancelCause(ctx)
	defer stopTaking(nil)

	adminListener, err := net.Listen("tcp", h.cfg.AdminAddr)
	if err != nil {
		return usageError{fmt.Errorf("-admin-addr: cannot listen on %s: %w; choose another address", h.cfg.AdminAddr, errors.Unwrap(err))}
	}
	web := http.NewServeMux()
	hooks := 0
	var work, intake sync.WaitGroup
	for _, r := range h.rooms {
		work.Go(func() {
			if err := r.service.Run(working); err != nil {
				stopTaking(usageError{err})
			}
		})
		if screen, late := r.edition.practice.Screen.(lateScreen); late {
			work.Go(func() {
				if _, err := screen(); err != nil {
					stopTaking(usageError{inFolder(r.folder, err)})
				}
				debug.FreeOSMemory() // reading takes several times what it leaves
			})
		}
		if r.telegram != nil && r.edition.tokens.webhookURL != "" {
			hooks++
			web.Handle("/telegram/"+string(r.edition.practice.ID()), r.telegram.Handler(r.service))
		}
	}
	servers := []*http.Server{serveHTTP(adminListener, h.board.Handler(), &intake, stopTaking)}
	if hooks > 0 {
		l, err := net.Listen("tcp", h.cfg.HTTPAddr)
		if err != nil {
			stopWork()
			work.Wait()
			return usageError{fmt.Errorf("-http-addr: cannot listen on %s: %w; choose another address", h.cfg.HTTPAddr, errors.Unwrap(err))}
		}
		servers = append(servers, serveHTTP(l, web, &intake, stopTaking))
	}
	for _, r := range h.rooms {
		h.takeIn(taking, r, &intake, stopTaking)
	}
	asked := make(chan os.Signal, 1)
	signal.Notify(asked, syscall.SIGHUP)
	defer signal.Stop(asked)
	intake.Go(func() { h.watch(taking, asked) })
	h.log.Info("serving", "practices", len(h.rooms), "admin", adminListener.Addr().String())

	<-taking.Done()
	h.log.Info("stopping", "cause", stopCause(ctx, taking))
	// All that is accepted is durable: what does not finish in time is done
	// after the next start.
	force := time.AfterFunc(stopWithin, func() {
		h.log.Error("not finished in time; leaving the rest for the next start")
		os.Exit(exitProblem)
	})
	defer force.Stop()
	closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), 8*time.Second)
	defer cancel()
	for i := len(servers) - 1; i >= 0; i-- {
		if err := servers[i].Shutdown(closing); err != nil {
			h.log.Warn("stopping a listener", "err", err)
		}
	}
	intake.Wait()
	stopWork()
	work.Wait()
	h.log.Info("stopped")
	if ctx.Err() == nil {
		return context.Cause(taking) // it stopped by itself
	}
	return nil
}

// takeIn starts what brings events: the poller or webhook, and Slack's socket.
func (h *house) takeIn(ctx context.Context, r *room, wg *sync.WaitGroup, stop context.CancelCauseFunc) {
	practice, webhook := string(r.edition.practice.ID()), r.edition.tokens.webhookURL
	if t := r.telegram; t != nil {
		wg.Go(func() {
			var err error
			if webhook != "" {
				err = t.Webhook(ctx, strings.TrimSuffix(webhook, "/")+"/telegram/"+practice)
			} else {
				err = h.owning(ctx, r.service, func(ctx context.Context) error { return t.Poll(ctx, r.service) })
			}
			if err != nil && ctx.Err() == nil {
				stop(fmt.Errorf("telegram: %w", err))
			}
			t.Wait()
		})
	}
	if s := r.slack; s != nil {
		wg.Go(func() {
			err := h.owning(ctx, r.service, func(ctx context.Context) error { return s.Run(ctx, r.service) })
			if err != nil && ctx.Err() == nil {
				stop(usageError{fmt.Errorf("slack: %w", err)})
			}
		})
	}
}

// owning runs fn while this replica owns the practice: one poller, one socket.
func (h *house) owning(ctx context.Context, s *bot.Service, fn func(context.Context) error) error {
	for ctx.Err() == nil {
		if !s.WaitOwned(ctx) {
			return nil
		}
		mine, cancel := context.WithCancel(ctx)
		lost := context.AfterFunc(s.Lost(), cancel)
		err := fn(mine)
		wasLost := mine.Err() != nil && ctx.Err() == nil
		lost()
		cancel()
		if err != nil && !wasLost {
			return err
		}
	}
	return nil
}

func serveHTTP(l net.Listener, h http.Handler, wg *sync.WaitGroup, stop context.CancelCauseFunc) *http.Server {
	s := &http.Server{Handler: h, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 30 * time.Second, WriteTimeout: 30 * time.Second,
		IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 16 << 10}
	wg.Go(func() {
		if err := s.Serve(l); err != nil && !errors.Is(err, http.ErrServerClosed) {
			stop(err)
		}
	})
	return s
}

func stopCause(ctx, taking context.Context) string {
	if ctx.Err() != nil {
		return "told to stop"
	}
	return context.Cause(taking).Error()
}
