package bot

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"anteroom/bot/care"
	"anteroom/dialogs/safety"
	"anteroom/dialogs/script"
	"anteroom/scheduler"
)

// Screen finds the words that a human must see at once: see [safety.Rules].
// While it is still being read, whoever asks waits for it: nothing is answered
// without it.
type Screen interface {
	Screen(text string) []safety.Finding
}

// Practice is everything that a step may know of the practice: who works
// there, what clients read, and when. It is immutable; a reload makes a new one.
type Practice struct {
	care.Practice
	Library   *script.Library
	Texts     map[string]Texts // by language, each in the form of address that the practice chose
	Helplines Helplines
	Plays     Plays  // the library of what therapists give to try at home
	Screen    Screen // of free text, before everything else
	Zone      *time.Location
	Hours     scheduler.Hours
	Quiet     scheduler.Quiet // From and To; the zone is each client's
	BotName   string          // what the bot calls itself
	// Copies are the companies that keep copies: their names, or what stands
	// behind "copies." in the key of a text that words it.
	Copies []string
	Second []Way // how the on-call is told besides
	// Links begin a link into the chat of a channel, as in
	// https://t.me/NAME?start=; a channel without one has no links.
	Links map[ChannelName]string
	Desk  ChannelName // where therapists get cards; empty where they use the command line

	speech   *speech
	consents map[string]uint64 // the version of the text of consent, by dialog
	off      scheduler.Calendar
}

// ID of the practice.
func (p *Practice) ID() PracticeID { return PracticeID(p.Practice.ID) }

// Helplines are the help numbers by where a person is now, and what else is
// known of a place. A place is a country ("GB") or a region of it ("US-CA").
type Helplines interface {
	// Lines are the numbers of a place in a language, each on a line of its own,
	// of every kind when none is named. Of a place that has none they say so;
	// where the place is not known they are empty.
	Lines(lang, place string, kinds ...string) string
	// Most are the countries whose lines are shown where the place is not known.
	Most() []string
	// Emergency is the emergency number of a place, or words that hold anywhere.
	Emergency(lang, place string) string
	// Zone is the place's IANA time zone, empty where it is not known.
	Zone(place string) string
}

// Plays is the library of assignments, in the forms that clients read ("es-usted").
type Plays interface {
	// All are those that there are, in the order in which they build on each
	// other, titled for a therapist.
	All() []Play
	// Has reports whether there is one with this id, in a variant; as it stands,
	// with the empty one.
	Has(id, variant string) bool
	Title(id, form string) string
	// Words are the whole of it, as one message.
	Words(id, variant, form string) string
	// Extra is what the report on it asks besides; mostly empty.
	Extra(id, form string) string
}

// Play is one assignment of the library as a therapist chooses it.
type Play struct {
	ID, Title string
	Series    string   // of those that build on each other; may be empty
	Variants  []string // besides as it stands
}

func (p *Practice) library() []Play {
	if p.Plays == nil {
		return nil
	}
	return p.Plays.All()
}

// Texts are the service's own sentences in one language.
type Texts interface {
	// Say fills a sentence; fill is asked for each placeholder by name.
	Say(key string, fill func(name string) string) string
	Has(key string) bool
}

// baseLanguage is what therapists read, and what every text can be had in.
const baseLanguage = care.BaseLanguage

// Greets is the language in which somebody is greeted whose locale is known
// ("es-MX"), or is not: one of those of Texts.
func (p *Practice) Greets(locale string) string {
	base, _, _ := strings.Cut(strings.ToLower(locale), "-")
	for _, lang := range []string{base, p.Language} {
		if _, ok := p.Texts[lang]; ok {
			return lang
		}
	}
	return baseLanguage
}

// ready is the practice with what it says and understands made ready.
func (p *Practice) ready() *Practice {
	mine := *p
	mine.speech = newSpeech(p)
	mine.consents = consentVersions(p.Library)
	mine.off = p.calendar()
	return &mine
}

// calendar has the practice's holidays: nothing of the course of care comes to a
// person on one.
func (p *Practice) calendar() scheduler.Calendar {
	var days []scheduler.Days
	for _, d := range p.Holidays {
		if day, err := scheduler.ParseDate(string(d)); err == nil {
			days = append(days, scheduler.Days{From: day, To: day})
		}
	}
	off, err := scheduler.NewCalendar(nil, days...)
	if err != nil {
		return scheduler.Calendar{}
	}
	return off
}

// Missing lists the sentences that the service says and the base language's
// texts do not have.
func (p *Practice) Missing() []string {
	var missing []string
	for _, key := range slices.Concat(phrases, recordPhrases, courseRecordPhrases, releasePhrases, coursePhrases(), sessionPhrases, commandTexts()) {
		if base := p.Texts[baseLanguage]; base == nil || !base.Has(key) {
			missing = append(missing, key)
		}
	}
	slices.Sort(missing)
	return missing
}

// Reload makes a newer practice the one that steps know. A step that is under
// way ends with the practice that it began with; the next event of any
// conversation meets the new one. Who works at the practice, what clients read
// and its hours may change; its id may not.
func (s *Service) Reload(p *Practice) error {
	if p.ID() != s.id {
		return fmt.Errorf("reload: the practice is %s, and not %s", p.ID(), s.id)
	}
	s.practice.Store(p.ready())
	return nil
}

// phrases are the keys of all sentences that the service uses.
var phrases = []string{
	"stale-button", "unknown-command", "edited", "too-fast", "too-long", "paused", "resting", "resumed", "stopped",
	"nothing-to-go-back", "cannot-skip", "nothing-to-change", "not-sent", "press-one", "resting.unsent", "answered-already", "help", "help-why", "why-none", "progress", "so-far", "so-far.own", "own-words", "numbers.most", "which-place", "places.US", "places.CA", "places.AU", "returning", "changed", "program",
	"welcome-back", "after-sent", "after-sent.more", "after-answer", "after-call", "after-late", "mydata-head", "mydata-empty", "mydata-foot", "forget-done", "forget-kept", "consent.changed", "privacy", "nudge",
	"btn.back", "btn.call", "btn.now", "error-ours", "program.asks", "readers", "readers.asks", "confidential", "confidential.asks", "cost", "cost.asks", "insurance", "insurance.asks", "duration", "duration.asks", "forget-kept.what", "forget-kept.until", "copies.none",
	"looks-earlier", "looks.looked", "looks.broke-glass", "looks.took", "looks.decided", "looks.exported", "looks.disclosed", "looks.operator", "looks.therapist",
	"language.choose", "language.now", "language.offer", "say.this-language",
	"door.moment", "door.shared", "door.later", "door.again", "btn.door.yes", "btn.door.not-now", "btn.door.shared", "btn.door.go-on",
	"say.door.yes", "say.door.not-now", "say.door.shared", "say.door.go-on", "waiting.closed", "waiting.middle", "btn.open", "nudge.middle", "nudge.open",
	"x.line", "x.honest", "word.ask", "word.bad", "word.set", "lock.consent", "lock.left", "btn.lock.leave", "btn.lock.change", "btn.lock.remove",
	"pin.door", "pin.ask", "pin.new", "pin.again", "pin.digits", "pin.differ", "pin.set", "pin.change", "pin.removed", "pin.wrong", "pin.wait", "pin.cleared",
	"words.weekdays", "words.months", "words.clock", "words.clock.full", "words.date", "words.date.year", "words.moment", "words.days",
	"words.hours", "words.open", "words.and", "words.and.before-i", "words.join", "words.place", "words.done", "words.no", "words.not", "words.idle", "words.numbers", "words.lengths", "words.about", "words.least", "words.most", "words.money", "words.year.other", "words.month.other", "words.day.other",
	"words.hour.other", "words.minute.other", "words.second.other",
	"invite.link", "invite.code", "invite.closed", "invite.refused", "secrets.no-secrets", "secrets.limited", "partner.after",
	"screen.doctor", "screen.services", "screen.services-again", "screen.blocked", "btn.therapy", "after-help",
	"media.voice", "media.photo", "media.video", "media.sticker", "media.location", "media.poll", "media.contact",
	"media.document", "media.forward", "media.other",
}

// label words an option of a content list for a therapist.
func (p *Practice) label(list, id string) string {
	l, ok := p.Library.List(list)
	if !ok {
		return ""
	}
	o, _ := l.Find(id)
	return o.Label
}
