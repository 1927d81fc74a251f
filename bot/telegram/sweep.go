package telegram

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"unicode"

	tg "github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"

	"anteroom/bot"
)

// Limits of the Bot API.
const (
	maxSwept    = 100      // messages that one deleteMessages takes
	maxDocument = 50 << 20 // bytes that a bot may upload
	maxFileName = 60       // ours, in UTF-16 units
)

// sweep takes messages out of a chat, the newest first, a hundred at a time. A
// message that is gone is passed over by Telegram itself. One that cannot be
// taken out (older than 48 hours, or a die thrown today) makes Telegram refuse
// all that stand with it, so those are tried in halves.
func (t *Telegram) sweep(ctx context.Context, chat int64, s bot.Sweep) error {
	var ids []int
	for _, m := range s.Messages {
		for id := range strings.SplitSeq(m, ",") { // the receipt of a long text
			if n, err := strconv.Atoi(id); err == nil && n > 0 {
				ids = append(ids, n)
			}
		}
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	refused := 0
	for len(ids) > 0 && refused < mostRefused {
		from := max(0, len(ids)-maxSwept)
		if err := t.remove(ctx, chat, ids[from:], &refused); err != nil {
			return err
		}
		ids = ids[:from]
	}
	return nil
}

// mostRefused is how many messages in a row may be refused: those before them
// are older still, and the attempt must end in its time.
const mostRefused = 8

// remove takes messages out of a chat; refused counts how many could not be
// taken out since the last that could.
func (t *Telegram) remove(ctx context.Context, chat int64, ids []int, refused *int) error {
	if *refused >= mostRefused {
		return nil
	}
	if err := t.pace.overall.Wait(ctx); err != nil {
		return &bot.Failure{Why: bot.NotSent, Err: errors.New("telegram deleteMessages: its turn did not come in time")}
	}
	call, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	_, err := t.api.DeleteMessages(call, &tg.DeleteMessagesParams{ChatID: chat, MessageIDs: ids})
	if errors.Is(err, tg.ErrorBadRequest) {
		switch reason(err) {
		case "message can't be deleted", "message to delete not found", "MESSAGE_ID_INVALID":
			if len(ids) == 1 {
				*refused++
				return nil
			}
			newer := len(ids) / 2
			if err := t.remove(ctx, chat, ids[newer:], refused); err != nil {
				return err
			}
			return t.remove(ctx, chat, ids[:newer], refused)
		}
	}
	if err != nil {
		return t.widened(chat, t.told("deleteMessages", err))
	}
	t.health.well("deleteMessages")
	*refused = 0
	return nil
}

// sendDocument sends a file: not to be forwarded, and without a look into it.
// The receipt is the id of its message.
func (t *Telegram) sendDocument(ctx context.Context, chat int64, d bot.Document, unasked bool) ([]byte, error) {
	switch {
	case len(d.Data) == 0:
		return nil, impossible("the document is empty")
	case len(d.Data) > maxDocument:
		return nil, impossible("the document has %d bytes; Telegram takes %d", len(d.Data), maxDocument)
	}
	if err := t.pace.wait(ctx, chat, unasked); err != nil {
		return nil, &bot.Failure{Why: bot.NotSent, Err: errors.New("telegram sendDocument: its turn did not come in time")}
	}
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	m, err := t.api.SendDocument(ctx, &tg.SendDocumentParams{
		ChatID:                      chat,
		Document:                    &models.InputFileUpload{Filename: fileName(d.Name), Data: bytes.NewReader(d.Data)},
		DisableContentTypeDetection: true,
	})
	if err != nil {
		return nil, t.widened(chat, t.told("sendDocument", err))
	}
	t.health.well("sendDocument")
	return receipt([]int{m.ID}), nil
}

// fileName is a name that is one on every phone: no folder, no sign that
// nobody sees.
func fileName(name string) string {
	name = strings.Map(func(r rune) rune {
		switch {
		case strings.ContainsRune(`/\:*?"<>|`, r):
			return '-'
		case !unicode.IsPrint(r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(name, ""))
	if name = strings.Trim(name, " ."); name == "" {
		return "file"
	}
	if length(name) > maxFileName {
		return cut(name, maxFileName)
	}
	return name
}
