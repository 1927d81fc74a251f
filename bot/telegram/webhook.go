package telegram

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"io"
	"net/http"
	"unicode/utf8"

	tg "github.com/go-telegram/bot"

	"anteroom/bot"
)

// maxUpdate is the size in bytes over which a webhook request is refused.
const maxUpdate = 1 << 20

// webhookConnections is how many updates Telegram may bring at once.
const webhookConnections = 40

// Webhook has Telegram bring the updates to url, where [Telegram.Handler]
// must answer, and offers the command menu. It tries until Telegram agrees, and
// returns nil then or when ctx ends; an error means that Telegram will not take
// this url. Updates that wait are kept.
func (t *Telegram) Webhook(ctx context.Context, url string) error {
	if t.opt.WebhookSecret == "" {
		return errors.New("telegram: a webhook needs a secret: set ANTEROOM_TELEGRAM_WEBHOOK_SECRET")
	}
	err := t.until(ctx, "setWebhook", func(ctx context.Context) error {
		ctx, cancel := context.WithTimeout(ctx, callTimeout)
		defer cancel()
		_, err := t.api.SetWebhook(ctx, &tg.SetWebhookParams{
			URL:            url,
			SecretToken:    t.opt.WebhookSecret,
			AllowedUpdates: allowed(),
			MaxConnections: webhookConnections,
		})
		return t.told("setWebhook", err)
	})
	if err != nil {
		return ended(ctx, err)
	}
	t.offerMenu(ctx)
	return nil
}

// Handler takes updates from Telegram's webhook for r. It answers 200 only
// after r has accepted the update for good, or when there is nothing to hand
// on; 503 when r did not, and Telegram brings it again; 401 on a wrong secret,
// 405 on anything but POST, 413 over a megabyte, 400 on what is no update.
func (t *Telegram) Handler(r bot.Receiver) http.Handler {
	want := sha256.Sum256([]byte(t.opt.WebhookSecret))
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if req.Method != http.MethodPost {
			w.Header().Set("Allow", http.MethodPost)
			http.Error(w, "POST only", http.StatusMethodNotAllowed)
			return
		}
		got := sha256.Sum256([]byte(req.Header.Get("X-Telegram-Bot-Api-Secret-Token")))
		if t.opt.WebhookSecret == "" || subtle.ConstantTimeCompare(got[:], want[:]) != 1 {
			http.Error(w, "wrong secret", http.StatusUnauthorized)
			return
		}
		body, err := io.ReadAll(http.MaxBytesReader(w, req.Body, maxUpdate))
		var large *http.MaxBytesError
		switch {
		case errors.As(err, &large):
			http.Error(w, "too large", http.StatusRequestEntityTooLarge)
			return
		case err != nil:
			http.Error(w, "not read", http.StatusBadRequest)
			return
		}
		a, err := read(body)
		if err != nil || !utf8.Valid(body) {
			t.drop("a webhook request that is no update")
			http.Error(w, "not an update", http.StatusBadRequest)
			return
		}
		if a.poison != "" {
			t.drop(a.poison)
		}
		// A commit under way is not broken off because the line went dead.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(req.Context()), t.opt.Grace)
		defer cancel()
		if err := t.receive(ctx, r, a); err != nil {
			t.log.Warn("telegram: an update was not accepted", "err", err)
			http.Error(w, "not now", http.StatusServiceUnavailable)
			return
		}
		w.WriteHeader(http.StatusOK)
	})
}
