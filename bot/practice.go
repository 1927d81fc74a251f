package bot

import (
	"fmt"
	"slices"
	"time"

	"anteroom/bot/care"
	"anteroom/dialogs/script"
	"anteroom/scheduler"
)

// Practice is everything that a step may know of the practice: who works
// there, what clients read, and when. It is immutable; a reload makes a new one.
type Practice struct {
	care.Practice
	Library   *script.Library
	Texts     map[string]Texts // by language
	Helplines Helplines
	Zone      *time.Location
	Hours     scheduler.Hours
	Quiet     scheduler.Quiet // From and To; the zone is each client's
	BotName   string          // what the bot calls itself
	Companies string          // which companies keep copies, in plain words
	Desk      ChannelName     // where therapists get cards; empty where they use the command line
}

// ID of the practice.
func (p *Practice) ID() PracticeID { return PracticeID(p.Practice.ID) }

// Helplines are the help numbers by where a person is now, and what else is
// known of a place. A place is a country ("GB") or a region of it ("US-CA").
type Helplines interface {
	// Lines are the numbers of a place, each on a line of its own, of every
	// kind when none is named. It is never empty: where nothing is known it is
	// the emergency number.
	Lines(place string, kinds ...string) string
	// Emergency is the emergency number of a place, or words that hold anywhere.
	Emergency(place string) string
	// Zone is the place's IANA time zone, empty where it is not known.
	Zone(place string) string
}

// Texts are the service's own sentences in one language.
type Texts interface {
	// Say fills a sentence; fill is asked for each placeholder by name.
	Say(key string, fill func(name string) string) string
	Has(key string) bool
}

const baseLanguage = "en"

// Missing lists the sentences that the service says and the base language's
// texts do not have.
func (p *Practice) Missing() []string {
	var missing []string
	for _, key := range phrases {
		if base := p.Texts[baseLanguage]; base == nil || !base.Has(key) {
			missing = append(missing, key)
		}
	}
	slices.Sort(missing)
	return missing
}

// phrases are the keys of all sentences that the service uses.
var phrases = []string{
	"stale-button", "unknown-command", "edited", "too-fast", "too-long", "paused", "resumed", "stopped",
	"nothing-to-go-back", "cannot-skip", "nothing-to-change", "answered-already", "help", "help-why", "why-none", "progress", "returning", "program",
	"welcome-back", "after-sent", "after-answer", "after-call", "after-late", "mydata-head", "mydata-empty", "mydata-foot", "forget-done", "forget-kept", "privacy", "nudge",
	"btn.back", "btn.call", "btn.now", "error-ours", "program.asks",
	"media.voice", "media.photo", "media.video", "media.sticker", "media.location", "media.poll", "media.contact",
	"media.document", "media.forward", "media.other",
}

// inZone writes an instant the way a person reads it: "Thursday 3 December, 5 pm".
func inZone(t time.Time, zone *time.Location) string {
	t = t.In(zone)
	clock := t.Format("3:04 pm")
	if t.Minute() == 0 {
		clock = t.Format("3 pm")
	}
	return fmt.Sprintf("%s, %s", t.Format("Monday 2 January"), clock)
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

// consentVersion names the text that people agree to: the intake as it stands.
func (p *Practice) consentVersion() uint64 {
	d, _ := p.Library.Dialog(intakeDialog)
	return d.Sum
}
