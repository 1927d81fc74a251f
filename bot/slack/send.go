package slack

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	api "github.com/slack-go/slack"
	"golang.org/x/time/rate"

	"anteroom/bot"
)

// receipt says where a message stands.
type receipt struct {
	Channel string `json:"channel"`
	TS      string `json:"ts"`
}

// Send posts a [bot.Card], a [bot.Notice] or a [bot.Brief], or changes the card of the slot
// when d.Receipt names one. d.To is the id of a channel or of a member; empty
// means the practice's channel. Other bodies are Impossible.
//
// With d.Unknown > 0 the channel's last thousand messages are looked through
// for this very delivery first. A direct message cannot be looked up and is
// sent again. A brief for a member whom no direct message reaches goes to the
// practice's channel.
func (s *Slack) Send(ctx context.Context, d bot.Delivery) ([]byte, error) {
	to := cmp.Or(d.To, s.opt.Channel)
	m, ok := s.compose(d.Body, to)
	if !ok {
		return nil, &bot.Failure{Why: bot.Impossible, Err: fmt.Errorf("slack send: a %T is not for therapists", d.Body)}
	}
	at, err := s.deliver(ctx, d, to, m)
	if _, isBrief := d.Body.(bot.Brief); isBrief && isUser(to) && unreachable(err) {
		d.To = ""
		return s.Send(ctx, d)
	}
	if err != nil {
		return nil, err
	}
	s.heal(to)
	return json.Marshal(at)
}

func unreachable(err error) bool {
	f, ok := errors.AsType[*bot.Failure](err)
	return ok && f.Why == bot.Unreachable
}

func (s *Slack) deliver(ctx context.Context, d bot.Delivery, to string, m message) (receipt, error) {
	var old receipt
	if _, isCard := d.Body.(bot.Card); isCard && len(d.Receipt) > 0 && json.Unmarshal(d.Receipt, &old) == nil && old.TS != "" {
		done, err := s.update(ctx, d, to, old, m)
		if done || err != nil {
			return old, err
		}
	}
	if d.Unknown > 0 && !isUser(to) {
		at, found, err := s.find(ctx, d.ID, to)
		if found || err != nil {
			return at, err
		}
	}
	if err := s.pace(ctx, "post", to); err != nil {
		return receipt{}, err
	}
	channel, ts, err := s.client.PostMessageContext(ctx, to, m.options(d.ID)...)
	if err != nil {
		return receipt{}, s.failure("post", to, err)
	}
	return receipt{channel, ts}, nil
}

// update changes a message; done is false when it is not there any more.
func (s *Slack) update(ctx context.Context, d bot.Delivery, to string, at receipt, m message) (done bool, err error) {
	if err := s.pace(ctx, "update", at.Channel); err != nil {
		return false, err
	}
	_, _, _, err = s.client.UpdateMessageContext(ctx, at.Channel, at.TS, m.options(d.ID)...)
	switch code(err) {
	case "message_not_found":
		return false, nil
	case "channel_not_found", "not_in_channel", "is_archived":
		if at.Channel != to { // the practice has moved: the card stands anew where it is now
			return false, nil
		}
	}
	if err != nil {
		return false, s.failure("update", to, err)
	}
	return true, nil
}

func (m message) options(id string) []api.MsgOption {
	payload := map[string]any{"delivery": id}
	if m.caseID != "" {
		payload["case"] = m.caseID
	}
	return []api.MsgOption{
		api.MsgOptionText(m.text, false), // escaped in compose; an own mention must stay
		api.MsgOptionBlocks(m.blocks...),
		api.MsgOptionMetadata(api.SlackMetadata{EventType: m.event, EventPayload: payload}),
		api.MsgOptionDisableLinkUnfurl(),
		api.MsgOptionDisableMediaUnfurl(),
	}
}

// How far back a message of unknown outcome is looked for.
const (
	historyPages = 5
	historyPage  = 200
)

// find looks for the message of a delivery.
func (s *Slack) find(ctx context.Context, id, channel string) (at receipt, found bool, err error) {
	q := api.GetConversationHistoryParameters{ChannelID: channel, Limit: historyPage, IncludeAllMetadata: true}
	for range historyPages {
		page, err := s.client.GetConversationHistoryContext(ctx, &q)
		if err != nil {
			return receipt{}, false, s.lookup(channel, err)
		}
		for _, m := range page.Messages {
			ours := m.Metadata.EventType == cardEvent || m.Metadata.EventType == noticeEvent
			if ours && m.Metadata.EventPayload["delivery"] == id {
				return receipt{channel, m.Timestamp}, true, nil
			}
		}
		if q.Cursor = page.ResponseMetaData.NextCursor; !page.HasMore || q.Cursor == "" {
			break
		}
	}
	return receipt{}, false, nil
}

// lookup is failure for reading: whatever went wrong, this attempt posted
// nothing, and the earlier one stays unknown.
func (s *Slack) lookup(channel string, err error) error {
	err = s.failure("look up", channel, err)
	if _, known := errors.AsType[*bot.Failure](err); known {
		return err
	}
	return &bot.Failure{Why: bot.NotSent, Err: err}
}

// pace keeps to Slack's one message a second and channel.
func (s *Slack) pace(ctx context.Context, op, address string) error {
	s.mu.Lock()
	lane, ok := s.lanes[op+" "+address]
	if !ok {
		lane = rate.NewLimiter(rate.Every(s.opt.Pace), 5)
		s.lanes[op+" "+address] = lane
	}
	s.mu.Unlock()
	if err := lane.Wait(ctx); err != nil {
		if ctx.Err() != nil {
			return &bot.Failure{Why: bot.NotSent, Err: fmt.Errorf("slack %s: %w", op, ctx.Err())}
		}
		return &bot.Failure{Why: bot.Throttled, After: max(s.opt.Pace, time.Millisecond), Err: fmt.Errorf("slack %s: waiting for our own pace", op)}
	}
	return nil
}
