package telegram

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	tg "github.com/go-telegram/bot"

	"anteroom/bot"
)

// failed is what is known of a failed call: a [*bot.Failure] when nothing was
// done, any other error when nobody knows. Its text is the class of the
// failure; what Telegram or the library said may quote and is left out.
func failed(method string, err error) error {
	if err == nil {
		return nil
	}
	known := func(why bot.Why, format string, args ...any) error {
		return &bot.Failure{Why: why, Err: fmt.Errorf("telegram %s: "+format, append([]any{method}, args...)...)}
	}
	var (
		lost  *wireError
		flood *tg.TooManyRequestsError
		moved *tg.MigrateError
	)
	switch {
	case errors.As(err, &lost) && !lost.sent:
		return known(bot.NotSent, "%w", lost)
	case errors.As(err, &lost):
		return fmt.Errorf("telegram %s: %w", method, lost)
	case errors.As(err, &flood):
		after := max(time.Second, time.Duration(flood.RetryAfter)*time.Second)
		return &bot.Failure{Why: bot.Throttled, After: after, Err: fmt.Errorf("telegram %s: 429, wait %s", method, after)}
	case errors.Is(err, tg.ErrorForbidden):
		return known(bot.Unreachable, "403, %s", reason(err))
	case errors.Is(err, tg.ErrorUnauthorized):
		return known(bot.Unhealthy, "401, the token was refused")
	case errors.Is(err, tg.ErrorNotFound):
		return known(bot.Unhealthy, "404, the token or the API URL is wrong")
	case errors.Is(err, tg.ErrorConflict):
		return known(bot.Unhealthy, "another program takes this bot's updates: 409, %w", tg.ErrorConflict)
	case errors.As(err, &moved):
		return known(bot.Impossible, "400, the group has moved")
	case errors.Is(err, tg.ErrorBadRequest):
		why := reason(err)
		if why == "chat not found" || why == "PEER_ID_INVALID" {
			return known(bot.Unreachable, "400, %s", why)
		}
		return known(bot.Impossible, "400, %s", why)
	}
	return fmt.Errorf("telegram %s: the answer was not understood", method)
}

// reason is what Telegram gives as the reason, if it is one that we know: no
// other text of a server gets into an error.
func reason(err error) string {
	for _, r := range []string{
		"bot was blocked by the user", "user is deactivated", "bot can't initiate conversation with a user",
		"bot was kicked", "not enough rights", "chat not found", "PEER_ID_INVALID", "message text is empty",
		"message is too long", "message is not modified", "message to edit not found", "message can't be edited",
		"message can't be deleted", "message to delete not found", "message identifiers are not specified",
		"MESSAGE_ID_INVALID", "BUTTON_DATA_INVALID", "query is too old", "bad webhook",
	} {
		if strings.Contains(err.Error(), r) {
			return r
		}
	}
	return "for a reason of its own"
}

// told classifies the error of any call and tells the health what it shows.
func (t *Telegram) told(method string, err error) error {
	switch {
	case err == nil:
		t.health.well(method)
	case errors.Is(err, tg.ErrorUnauthorized):
		t.health.ill(errRefused)
	case errors.Is(err, tg.ErrorNotFound):
		t.health.ill(errNotFound)
	case errors.Is(err, tg.ErrorConflict) && method == "getUpdates":
		t.health.ill(errConflict)
	}
	return failed(method, err)
}

// What the health is told, each with its mend.
var (
	errRefused  = errors.New("token refused by Telegram: get a new one from @BotFather (/token), put it in place of the old one and start again")
	errNotFound = errors.New("Telegram does not know this bot (404): check ANTEROOM_TELEGRAM_API_URL, and compare the token with what @BotFather shows (/token)")
	errConflict = errors.New("another program polls with this token, or has set a webhook: stop it, or get a new token from @BotFather (/revoke) if you do not know it")
	errSilent   = errors.New("Telegram cannot be reached: check the network, a firewall or ANTEROOM_TELEGRAM_API_URL; trying on")
)

// health remembers what was told last, so that only changes are told.
type health struct {
	to   bot.Health
	mu   sync.Mutex
	told bool
	last error
}

func (h *health) ill(err error) { h.tell(err, func(last error) bool { return true }) }

// well takes a complaint back. Only getUpdates shows that nobody else polls.
func (h *health) well(method string) {
	h.tell(nil, func(last error) bool { return last != errConflict || method == "getUpdates" })
}

func (h *health) tell(err error, replaces func(last error) bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.to == nil || h.told && h.last == err || !replaces(h.last) {
		return
	}
	h.told, h.last = true, err
	h.to.Report(string(Name), err)
}
