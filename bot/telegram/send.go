package telegram

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	tg "github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"

	"anteroom/bot"
)

// Limits of the Bot API, in UTF-16 code units and bytes.
const (
	maxText  = 4096
	maxData  = 64
	maxLabel = 60 // ours: a longer label is cut by every phone
)

// Send makes one attempt. A [bot.Text] longer than Telegram allows goes out in
// parts, the buttons under the last; an attempt after a failed one goes on
// with the part that failed. The receipt holds the ids of the messages,
// decimal, with commas between. A [bot.Redraw] needs the receipt of a text and
// gives it back; it succeeds when the message is gone. For [bot.Document] and
// [bot.Sweep] see below; nothing else can be sent here. Send waits for its turn
// under the pace, no longer than ctx.
func (t *Telegram) Send(ctx context.Context, d bot.Delivery) ([]byte, error) {
	chat, err := strconv.ParseInt(d.To, 10, 64)
	if err != nil {
		return nil, impossible("the address is not a chat id")
	}
	switch body := d.Body.(type) {
	case bot.Text:
		return t.sendText(ctx, chat, d, body)
	case bot.Redraw:
		return t.redraw(ctx, chat, d.Receipt, body)
	case bot.Document:
		return t.sendDocument(ctx, chat, body, d.Unasked)
	case bot.Sweep:
		return nil, t.sweep(ctx, chat, body)
	}
	return nil, impossible("a %T is not for Telegram", d.Body)
}

func (t *Telegram) sendText(ctx context.Context, chat int64, d bot.Delivery, text bot.Text) ([]byte, error) {
	markup, err := keyboard(text.Buttons)
	if err != nil {
		return nil, err
	}
	pieces := pieces(text.Text)
	if len(pieces) == 0 {
		return nil, impossible("the text is empty")
	}
	ids := t.parts.of(d.ID)
	if len(ids) >= len(pieces) { // the same id with another text
		ids = nil
	}
	for i := len(ids); i < len(pieces); i++ {
		var under models.ReplyMarkup
		if i == len(pieces)-1 && markup != nil {
			under = markup
		}
		id, err := t.sendMessage(ctx, chat, pieces[i], under, text.PassOn, d.Unasked)
		if err != nil {
			return nil, err
		}
		ids = append(ids, id)
		if i < len(pieces)-1 {
			t.parts.keep(d.ID, ids)
		}
	}
	if len(pieces) > 1 {
		t.parts.forget(d.ID)
	}
	return receipt(ids), nil
}

// sendMessage sends one message: plain text, no preview, and not to be forwarded
// unless it is there to be passed on.
func (t *Telegram) sendMessage(ctx context.Context, chat int64, text string, under models.ReplyMarkup, passOn, unasked bool) (int, error) {
	if err := t.pace.wait(ctx, chat, unasked); err != nil {
		return 0, &bot.Failure{Why: bot.NotSent, Err: errors.New("telegram sendMessage: its turn did not come in time")}
	}
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	m, err := t.api.SendMessage(ctx, &tg.SendMessageParams{
		ChatID:             chat,
		Text:               text,
		LinkPreviewOptions: &models.LinkPreviewOptions{IsDisabled: tg.True()},
		ProtectContent:     !passOn,
		ReplyMarkup:        under,
	})
	if err != nil {
		return 0, t.widened(chat, t.told("sendMessage", err))
	}
	t.health.well("sendMessage")
	return m.ID, nil
}

func (t *Telegram) redraw(ctx context.Context, chat int64, slot []byte, r bot.Redraw) ([]byte, error) {
	_, last, ok := strings.Cut(","+string(slot), ",")
	if i := strings.LastIndexByte(last, ','); i >= 0 {
		last = last[i+1:]
	}
	id, err := strconv.Atoi(last)
	if !ok || err != nil || id <= 0 {
		return nil, impossible("no message is known whose buttons could be changed")
	}
	markup, err := keyboard(r.Buttons)
	if err != nil {
		return nil, err
	}
	params := &tg.EditMessageReplyMarkupParams{ChatID: chat, MessageID: id}
	if markup != nil {
		params.ReplyMarkup = markup
	}
	if err := t.pace.overall.Wait(ctx); err != nil {
		return nil, &bot.Failure{Why: bot.NotSent, Err: errors.New("telegram editMessageReplyMarkup: its turn did not come in time")}
	}
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	_, err = t.api.EditMessageReplyMarkup(ctx, params)
	if errors.Is(err, tg.ErrorBadRequest) {
		switch reason(err) {
		case "message is not modified", "message to edit not found", "message can't be edited", "MESSAGE_ID_INVALID":
			err = nil // the buttons are as wanted, or nobody can press them
		}
	}
	if err != nil {
		return nil, t.widened(chat, t.told("editMessageReplyMarkup", err))
	}
	t.health.well("editMessageReplyMarkup")
	return slot, nil
}

// widened marks a flood wait that concerns every chat.
func (t *Telegram) widened(chat int64, err error) error {
	var f *bot.Failure
	if errors.As(err, &f) && f.Why == bot.Throttled {
		f.Wide = t.floods.wide(chat, time.Now())
	}
	return err
}

// pieces are the messages that a text is sent as.
func pieces(text string) []string {
	var list []string
	for _, p := range split(strings.ToValidUTF8(text, "\uFFFD"), maxText) {
		if strings.TrimSpace(p) != "" { // Telegram refuses a blank message
			list = append(list, p)
		}
	}
	return list
}

// keyboard is nil without buttons.
func keyboard(rows [][]bot.Button) (*models.InlineKeyboardMarkup, error) {
	var k models.InlineKeyboardMarkup
	for _, row := range rows {
		var line []models.InlineKeyboardButton
		for _, b := range row {
			if len(b.Data) < 1 || len(b.Data) > maxData || !utf8.ValidString(b.Data) {
				return nil, impossible("a button's data has %d bytes; Telegram takes 1 to %d", len(b.Data), maxData)
			}
			label := cut(strings.ToValidUTF8(b.Label, "\uFFFD"), maxLabel)
			if strings.TrimSpace(label) == "" {
				return nil, impossible("a button has no label")
			}
			line = append(line, models.InlineKeyboardButton{Text: label, CallbackData: b.Data})
		}
		if len(line) > 0 {
			k.InlineKeyboard = append(k.InlineKeyboard, line)
		}
	}
	if len(k.InlineKeyboard) == 0 {
		return nil, nil
	}
	return &k, nil
}

func receipt(ids []int) []byte {
	var b []byte
	for i, id := range ids {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(b, int64(id), 10)
	}
	return b
}

func impossible(format string, args ...any) error {
	return &bot.Failure{Why: bot.Impossible, Err: fmt.Errorf("telegram: "+format, args...)}
}
