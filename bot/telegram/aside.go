package telegram

import (
	"context"
	"time"

	tg "github.com/go-telegram/bot"
)

// answer ends the waiting of a pressed button. The person gets the real answer
// in a message of the service.
func (t *Telegram) answer(a arrival) {
	params := &tg.AnswerCallbackQueryParams{CallbackQueryID: a.press}
	if a.alien {
		params.Text = t.lines(a.locale).NotYours
	}
	t.beside(func(ctx context.Context) {
		_, err := t.api.AnswerCallbackQuery(ctx, params)
		if err := t.told("answerCallbackQuery", err); err != nil {
			t.log.Debug("telegram: a press was not answered", "err", err)
		}
	})
}

// again is how soon a group is refused once more: joining shows in several
// updates.
const again = 10 * time.Second

// leave says a line in a group or channel and leaves it.
func (t *Telegram) leave(a arrival) {
	if _, just := t.left.LoadOrStore(a.chat, true); just {
		return
	}
	time.AfterFunc(again, func() { t.left.Delete(a.chat) })
	line := t.lines(a.locale).Group
	t.beside(func(ctx context.Context) {
		if line != "" {
			if _, err := t.sendMessage(ctx, a.chat, cut(line, maxText), nil, false, false); err != nil {
				t.log.Debug("telegram: a group was not told", "err", err)
			}
		}
		_, err := t.api.LeaveChat(ctx, &tg.LeaveChatParams{ChatID: a.chat})
		if err := t.told("leaveChat", err); err != nil {
			t.left.Delete(a.chat) // its next update tries again
			t.log.Warn("telegram: a group was not left", "err", err)
			return
		}
		t.log.Info("telegram: a group was refused and left")
	})
}
