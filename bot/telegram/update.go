package telegram

import (
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/go-telegram/bot/models"

	"anteroom/bot"
)

// arrival is an update as far as it concerns us.
type arrival struct {
	id     int64
	chat   int64    // its order is kept; 0 if nothing is to be done
	wrote  int64    // the id of the message that somebody wrote; 0 for a press
	locale string   // of who wrote, pressed or invited
	what   bot.What // nil if there is nothing to hand on
	press  string   // the id of a press that waits for an answer
	alien  bool     // the press was not on a button of one's own
	group  bool     // the chat is not private: refuse and leave
	poison string   // why it could not be read as it should; no content
}

// inbound is what the service gets.
func (a arrival) inbound(p bot.PracticeID) bot.Inbound {
	in := bot.Inbound{
		Practice: p,
		Channel:  Name,
		ID:       "tg-" + strconv.FormatInt(a.id, 10),
		Chat:     strconv.FormatInt(a.chat, 10),
		Locale:   a.locale,
		What:     a.what,
	}
	if a.wrote > 0 {
		in.Message = strconv.FormatInt(a.wrote, 10)
	}
	return in
}

var (
	errNotAnObject = errors.New("not a JSON object")
	errNoID        = errors.New("no update_id")
)

// read reads one update, field by field and only the fields that matter, so
// that a new kind of attachment, origin or chat member never makes it
// unreadable. It fails only on what is no update at all. What is broken inside
// is told in arrival.poison; if it came from a private chat it is handed on as
// media of an unknown kind, so that the person gets an answer.
func read(raw []byte) (arrival, error) {
	top := object(raw)
	if top == nil {
		return arrival{}, errNotAnObject
	}
	var a arrival
	if !number(top["update_id"], &a.id) {
		return arrival{}, errNoID
	}
	switch {
	case top["message"] != nil:
		a.message(object(top["message"]), false)
	case top["edited_message"] != nil:
		a.message(object(top["edited_message"]), true)
	case top["callback_query"] != nil:
		a.callback(object(top["callback_query"]))
	case top["my_chat_member"] != nil:
		a.member(object(top["my_chat_member"]))
	case top["channel_post"] != nil:
		a.place(object(top["channel_post"]))
	}
	if !utf8.Valid(raw) {
		a.spoil("bytes that are not UTF-8")
	}
	return a, nil
}

// fields are the members of a JSON object; those that are null are left out.
type fields map[string]json.RawMessage

func object(raw json.RawMessage) fields {
	var f fields
	if json.Unmarshal(raw, &f) != nil {
		return nil
	}
	for name, value := range f {
		if string(value) == "null" {
			delete(f, name)
		}
	}
	return f
}

func number(raw json.RawMessage, n *int64) bool {
	return raw != nil && json.Unmarshal(raw, n) == nil
}

func text(raw json.RawMessage) (s string, ok bool) {
	return s, raw != nil && json.Unmarshal(raw, &s) == nil
}

// spoil marks the update as broken; a person is told, a group is not.
func (a *arrival) spoil(why string) {
	a.poison = why
	if a.what != nil {
		a.what = bot.Media{Kind: bot.MediaOther}
	}
}

// place notes where something happened and who did it. It is true in a private
// chat.
func (a *arrival) place(f fields) bool {
	chat := object(f["chat"])
	kind, _ := text(chat["type"])
	if !number(chat["id"], &a.chat) || a.chat == 0 {
		a.spoil("no chat id")
		return false
	}
	a.locale = locale(object(f["from"]))
	switch models.ChatType(kind) {
	case models.ChatTypePrivate:
		return true
	case models.ChatTypeGroup, models.ChatTypeSupergroup, models.ChatTypeChannel:
		a.group = true
	default:
		a.chat = 0
	}
	return false
}

func (a *arrival) message(m fields, edited bool) {
	if m == nil {
		a.spoil("a message that is not an object")
		return
	}
	if !a.place(m) {
		return
	}
	number(m["message_id"], &a.wrote)
	switch {
	case m["forward_origin"] != nil || m["forward_date"] != nil:
		a.what = bot.Media{Kind: bot.MediaForward}
	case m["text"] != nil:
		words, ok := text(m["text"])
		a.what = said(words, edited)
		if !ok {
			a.spoil("a text that is not text")
		}
	case edited: // a caption, or a live location that moves
		if words, _ := text(m["caption"]); !blank(clean(words)) {
			a.what = said(words, true)
		}
	default:
		a.what = media(m)
	}
}

// said is what a text means.
func said(words string, edited bool) bot.What {
	words = clean(words)
	switch {
	case length(words) > maxText:
		return bot.Media{Kind: bot.MediaLong}
	case blank(words):
		return bot.Media{Kind: bot.MediaOther}
	}
	return bot.Words{Text: command(words), Edited: edited}
}

// clean takes out control characters, and the signs that turn the direction of
// whatever stands around them: words are read by others too, between other
// words. Lines stay.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return r
		case r == '\t':
			return ' '
		case unicode.IsControl(r), r >= '\u202A' && r <= '\u202E', r >= '\u2066' && r <= '\u2069':
			return -1
		}
		return r
	}, s)
}

// command takes the bot's name out of "/start@name TOKEN".
func command(s string) string {
	if !strings.HasPrefix(s, "/") {
		return s
	}
	end := strings.IndexFunc(s, unicode.IsSpace)
	if end < 0 {
		end = len(s)
	}
	name, _, _ := strings.Cut(s[:end], "@")
	return name + s[end:]
}

// kinds of content, the first that is there counts: an animation comes with a
// document, a venue with a location.
var kinds = []struct{ field, kind string }{
	{"voice", bot.MediaVoice},
	{"audio", bot.MediaVoice},
	{"photo", bot.MediaPhoto},
	{"live_photo", bot.MediaPhoto},
	{"video", bot.MediaVideo},
	{"video_note", bot.MediaVideo},
	{"animation", bot.MediaVideo},
	{"sticker", bot.MediaSticker},
	{"venue", bot.MediaLocation},
	{"location", bot.MediaLocation},
	{"poll", bot.MediaPoll},
	{"contact", bot.MediaContact},
	{"document", bot.MediaDocument},
}

// notices are what Telegram itself writes into a private chat; nobody said
// anything, so nobody is answered.
var notices = []string{
	"pinned_message", "message_auto_delete_timer_changed", "write_access_allowed", "connected_website",
	"chat_background_set", "proximity_alert_triggered", "boost_added", "gift", "unique_gift", "gift_upgrade_sent",
	"users_shared", "chat_shared", "successful_payment", "refunded_payment", "passport_data", "web_app_data",
	"checklist_tasks_done", "checklist_tasks_added", "poll_option_added", "poll_option_deleted",
	"forum_topic_created", "forum_topic_edited", "forum_topic_closed", "forum_topic_reopened",
	"suggested_post_approved", "suggested_post_approval_failed", "suggested_post_declined", "suggested_post_paid",
	"suggested_post_refunded", "paid_message_price_changed", "direct_message_price_changed",
	"video_chat_scheduled", "video_chat_started", "video_chat_ended", "video_chat_participants_invited",
}

func media(m fields) bot.What {
	for _, k := range kinds {
		if m[k.field] != nil {
			words, _ := text(m["caption"])
			return bot.Media{Kind: k.kind, Caption: clean(words)}
		}
	}
	for _, n := range notices {
		if m[n] != nil {
			return nil
		}
	}
	return bot.Media{Kind: bot.MediaOther}
}

// callback reads a press. It counts only in a private chat and from the person
// whose chat it is. The message under which the button was may be
// inaccessible or missing: who pressed is known without it.
func (a *arrival) callback(c fields) {
	a.press, _ = text(c["id"])
	from := object(c["from"])
	var who int64
	if !number(from["id"], &who) || who == 0 {
		a.spoil("a press by nobody")
		return
	}
	if under := object(c["message"]); under != nil {
		private := a.place(under)
		a.alien = !private || a.chat != who
	}
	a.locale = locale(from)
	if a.alien {
		return
	}
	a.chat = who
	data, ok := text(c["data"])
	if !ok || len(data) > maxData {
		data = "" // not ours; the service answers as to any other forgery
	}
	a.what = bot.Press{Data: data}
}

// member reads that the bot was blocked, or added somewhere.
func (a *arrival) member(m fields) {
	private := a.place(m)
	status, _ := text(object(m["new_chat_member"])["status"])
	out := false
	switch models.ChatMemberType(status) {
	case models.ChatMemberTypeBanned, models.ChatMemberTypeLeft:
		out = true
	}
	switch {
	case private && out:
		a.what = bot.Gone{}
	case out:
		a.group = false // already out of it
	}
}

// locale is the language that somebody's app is set to, as a BCP 47 tag, or "".
func locale(from fields) string {
	tag, _ := text(from["language_code"])
	if len(tag) > 35 || strings.ContainsFunc(tag, func(r rune) bool {
		return r != '-' && (r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r))
	}) {
		return ""
	}
	return tag
}
