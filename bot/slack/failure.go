package slack

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"

	api "github.com/slack-go/slack"

	"anteroom/bot"
)

// Codes of the Web API, by what they mean for a message.
var (
	badToken = map[string]string{
		"invalid_auth":            "the token is not valid: copy it again from the app's settings",
		"not_authed":              "no token was sent: set it in the practice's folder or the environment",
		"account_inactive":        "the app was removed from the workspace: install it again and copy the new token",
		"token_revoked":           "the token was revoked: install the app again and copy the new token",
		"token_expired":           "the token expired: turn token rotation off and install the app again",
		"not_allowed_token_type":  "the two Slack tokens are swapped or of the wrong kind: bot token xoxb-…, app token xapp-…",
		"missing_scope":           "the app lacks a scope: compare its manifest with the README's and install it again",
		"team_access_not_granted": "the app may not act in this workspace: install it there",
		"org_login_required":      "the workspace is being migrated: try again later",
	}
	badChannel = map[string]string{
		"channel_not_found":                   "the bot cannot see the channel: check its id and invite the bot there: /invite @anteroom",
		"not_in_channel":                      "the bot is not in the channel: invite it there: /invite @anteroom",
		"is_archived":                         "the channel is archived: unarchive it or name another one",
		"restricted_action":                   "the workspace does not let the bot post in the channel: ask its owner",
		"restricted_action_read_only_channel": "only admins may post in the channel: let the bot post there",
	}
	goneUser  = []string{"channel_not_found", "user_not_found", "user_disabled", "cannot_dm_bot", "messages_tab_disabled", "user_is_bot"}
	badBody   = []string{"invalid_blocks", "invalid_blocks_format", "invalid_arguments", "invalid_metadata_format", "invalid_metadata_schema", "metadata_too_large", "msg_too_long", "msg_blocks_too_long", "no_text", "cant_update_message", "edit_window_closed"}
	uncertain = []string{"internal_error", "fatal_error", "service_unavailable", "request_timeout"}
	throttled = []string{"ratelimited", "rate_limited", "message_limit_exceeded"}
)

// unhurried is the wait after a 429 that does not say how long.
const unhurried = 30 * time.Second

// code is the Web API's error code in err, or "".
func code(err error) string {
	if e, ok := errors.AsType[api.SlackErrorResponse](err); ok {
		return e.Err
	}
	return ""
}

// failure turns what a call returned into what is known about the message. No
// text of Slack's, which might quote us, gets into it, only its code.
func (s *Slack) failure(op, address string, err error) error {
	known := func(why bot.Why, format string, args ...any) *bot.Failure {
		return &bot.Failure{Why: why, Err: fmt.Errorf("slack "+op+": "+format, args...)}
	}
	if e, ok := errors.AsType[*api.RateLimitedError](err); ok {
		f := known(bot.Throttled, "too many messages")
		f.After = cmp.Or(max(e.RetryAfter, 0), time.Second)
		return f
	}
	if e, ok := errors.AsType[api.StatusCodeError](err); ok {
		return s.status(known, address, op, e.Code)
	}
	if code := code(err); code != "" {
		switch {
		case badToken[code] != "":
			f := known(bot.Unhealthy, "%s: %s", code, badToken[code])
			s.ail("", f.Err)
			return f
		case isUser(address) && slices.Contains(goneUser, code):
			return known(bot.Unreachable, "%s: no direct message gets to this member", code)
		case badChannel[code] != "":
			f := known(bot.Unhealthy, "%s: %s", code, badChannel[code])
			s.ail(address, f.Err)
			return f
		case slices.Contains(badBody, code):
			return known(bot.Impossible, "%s", code)
		case slices.Contains(throttled, code):
			f := known(bot.Throttled, "%s", code)
			f.After = unhurried
			return f
		case slices.Contains(uncertain, code):
			return fmt.Errorf("slack %s: %s: nobody knows whether it arrived", op, code)
		}
		f := known(bot.Unhealthy, "%s: see the error codes of this method in Slack's documentation", tame(code))
		s.ail(address, f.Err)
		return f
	}
	if notSent(err) {
		return known(bot.NotSent, "no connection to Slack")
	}
	return fmt.Errorf("slack %s: nobody knows whether it arrived: %w", op, lost(err))
}

func (s *Slack) status(known func(bot.Why, string, ...any) *bot.Failure, address, op string, status int) error {
	switch {
	case status == http.StatusTooManyRequests:
		f := known(bot.Throttled, "too many messages")
		f.After = unhurried
		return f
	case status >= 500:
		return fmt.Errorf("slack %s: status %d: nobody knows whether it arrived", op, status)
	}
	f := known(bot.Unhealthy, "status %d: check the address of the Slack API", status)
	s.ail("", f.Err)
	return f
}

// explain is a plain line for an operator, without address or token.
func (s *Slack) explain(what string, err error) error {
	c := code(err)
	switch {
	case badToken[c] != "":
		return fmt.Errorf("slack %s: %s: %s", what, c, badToken[c])
	case badChannel[c] != "":
		return fmt.Errorf("slack %s: %s: %s", what, c, badChannel[c])
	case c != "":
		return fmt.Errorf("slack %s: %s", what, tame(c))
	}
	if e, ok := errors.AsType[api.StatusCodeError](err); ok && e.Code >= 500 {
		return fmt.Errorf("slack %s: status %d: Slack has trouble of its own, see status.slack.com", what, e.Code)
	} else if ok {
		return fmt.Errorf("slack %s: status %d: check the address of the Slack API", what, e.Code)
	}
	if notSent(err) {
		return fmt.Errorf("slack %s: no connection to Slack: check the network, and the address of the Slack API", what)
	}
	return fmt.Errorf("slack %s: %w", what, lost(err))
}

// The kinds of a call that ended without an answer.
var (
	errTimeout    = errors.New("no answer in time")
	errConnection = errors.New("connection lost")
)

// lost says how a call without an answer ended; the error itself may hold an
// address or a part of an answer.
func lost(err error) error {
	switch {
	case errors.Is(err, context.Canceled):
		return context.Canceled
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded):
		return errTimeout
	}
	if t, ok := errors.AsType[net.Error](err); ok && t.Timeout() {
		return errTimeout
	}
	return errConnection
}

// notSent: the connection was never made, so nothing left this machine.
func notSent(err error) bool {
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Op == "dial" {
		return true
	}
	_, ok := errors.AsType[*tls.CertificateVerificationError](err)
	return ok
}

func isUser(address string) bool {
	return strings.HasPrefix(address, "U") || strings.HasPrefix(address, "W")
}

// tame keeps a code that we do not know from being anything but a code.
func tame(code string) string {
	if len(code) > 40 || strings.Trim(code, "abcdefghijklmnopqrstuvwxyz_") != "" {
		return "an unknown error"
	}
	return code
}
